/* SPDX-License-Identifier: MIT */
/* Knobs over knobs, and knobs that make no sense: see <armdma/iommu-knobs.h>. */
#include "knobs.h"

#define MAX_COUNT	65536u
#define MIN_LINE	4u
#define MAX_LINE	256u

struct iommu_hw_knobs iommu_hw_knobs_over(const struct iommu_hw_knobs *over,
					  const struct iommu_hw_knobs *under)
{
#define PICK(what)	.what = over->what ? over->what : under->what
	return (struct iommu_hw_knobs){
		PICK(tlb_entries), PICK(tlb_ways), PICK(walk_cache_entries), PICK(prefetch),
		PICK(delay), PICK(line_len), PICK(version), PICK(misbehaves), PICK(walker),
		PICK(draws_victims), PICK(caches_negative),
	};
#undef PICK
}

/* ---- what makes no sense ------------------------------------------------------------ */

static const struct {
	const char *name;
	size_t at;
} counts[] = {
	{ "armdma,tlb-entries", offsetof(struct iommu_hw_knobs, tlb_entries) },
	{ "armdma,tlb-ways", offsetof(struct iommu_hw_knobs, tlb_ways) },
	{ "armdma,walk-cache-entries", offsetof(struct iommu_hw_knobs, walk_cache_entries) },
	{ "armdma,prefetch", offsetof(struct iommu_hw_knobs, prefetch) },
	{ "armdma,delay", offsetof(struct iommu_hw_knobs, delay) },
};

static char *fault_of_counts(const struct iommu_hw_knobs *k)
{
	for (size_t n = 0; n < G_N_ELEMENTS(counts); n++) {
		unsigned nr = *(const unsigned *)((const char *)k + counts[n].at);

		if (nr > MAX_COUNT && nr != IOMMU_HW_NONE)
			return g_strdup_printf("%s is %u, more than %u", counts[n].name, nr,
					       MAX_COUNT);
	}
	return NULL;
}

static char *fault_of_ways(const struct iommu_hw_knobs *k)
{
	if (!k->tlb_ways || k->tlb_ways == IOMMU_HW_NONE)
		return NULL;
	if (!k->tlb_entries || k->tlb_entries == IOMMU_HW_UNBOUNDED)
		return g_strdup("armdma,tlb-ways needs armdma,tlb-entries");
	if (k->tlb_entries % k->tlb_ways)
		return g_strdup_printf("armdma,tlb-ways is %u, which does not divide %u entries",
				       k->tlb_ways, k->tlb_entries);
	return NULL;
}

static char *fault_of_line(unsigned len)
{
	bool is_line = len >= MIN_LINE && len <= MAX_LINE && !(len & (len - 1));

	if (!len || len == IOMMU_HW_NONE || is_line)
		return NULL;
	return g_strdup_printf("armdma,descriptor-line is %u, not a power of two of %u to %u", len,
			       MIN_LINE, MAX_LINE);
}

static char *fault_of_choices(const struct iommu_hw_knobs *k)
{
	if (k->walker > IOMMU_HW_WALKER_LEVEL2)
		return g_strdup("armdma,walker is not one of dram, snooping, level2");
	if (k->draws_victims > IOMMU_HW_NO)
		return g_strdup("armdma,draws-victims is neither yes nor no");
	if (k->caches_negative > IOMMU_HW_NO)
		return g_strdup("armdma,caches-negative is neither yes nor no");
	return NULL;
}

char *iommu_hw_knobs_fault(const struct iommu_hw_knobs *k)
{
	char *fault = fault_of_counts(k);

	if (!fault)
		fault = fault_of_ways(k);
	if (!fault)
		fault = fault_of_line(k->line_len);
	return fault ? fault : fault_of_choices(k);
}
