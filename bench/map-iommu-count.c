/* SPDX-License-Identifier: MIT */
/*
 * Instructions of a pair behind an IOMMU, ours and Linux's: under valgrind, which counts the
 * same in every run. The child is asked by MAP_IOMMU_COUNTED, with the path of Linux's side
 * behind it.
 */
#include "map-iommu.h"

#include <math.h>
#include <linux/math.h>
#include "valgrind.h"

static void our_checked_pairs(void *arg, size_t nr)
{
	struct map_side *s = arg;

	while (nr--) {
		dma_addr_t dma = dma_map_page(s->dev, s->page, 0, s->len, DMA_TO_DEVICE);

		g_assert(!dma_mapping_error(s->dev, dma));
		dma_unmap_page(s->dev, dma, s->len, DMA_TO_DEVICE);
	}
}

/* As many entries as operations: a list is one operation for each of its pages. */
static void our_entries(void *arg, size_t nr)
{
	map_our_sparse(arg, DIV_ROUND_UP(nr, MAP_TWIN_SG));
}

static void their_entries(void *arg, size_t nr)
{
	map_their_sparse(arg, DIV_ROUND_UP(nr, MAP_TWIN_SG));
}

static const struct {
	const char *name;
	bench_op *ours, *watched, *theirs;
} subjects[] = {
	{ "4K", map_our_pairs, our_checked_pairs, map_their_pairs },
	{ "sg32 / 32", our_entries, our_entries, their_entries },
};

static char *count_name(enum map_format f, bool is_lazy, bool is_watched, size_t i,
			const char *whose)
{
	return g_strdup_printf("%s %s %s%s %s", map_format_names[f], is_lazy ? "lazy" : "strict",
			       subjects[i].name, is_watched ? " hazards" : "", whose);
}

/* ---- the child's part ------------------------------------------------------------------ */

static void count_side(struct harness *h, enum map_format f, bool is_lazy, bool is_watched,
		       const struct map_twin *twin)
{
	struct map_side s;

	g_assert(map_side_begin(&s, h, f, is_lazy, twin));
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		g_autofree char *ours = count_name(f, is_lazy, is_watched, i, "ours");
		g_autofree char *theirs = count_name(f, is_lazy, is_watched, i, "kernel");

		bench_count(ours, is_watched ? subjects[i].watched : subjects[i].ours, &s);
		if (twin)
			bench_count(theirs, subjects[i].theirs, &s);
	}
	map_side_end(&s);
}

static void count_mode(bool is_lazy, bool is_watched, const struct map_twin *twin)
{
	const struct harness_config cfg = {
		.gear = GEAR_FAST, .no_hazards = !is_watched, .hazards = { .is_quiet = true },
	};
	struct harness *h = harness_start_or_exit(&cfg);
	struct map_iommu *iommu = map_iommu_new(h, is_lazy);

	for (enum map_format f = 0; f < NR_MAP_FORMATS; f++)
		count_side(h, f, is_lazy, is_watched, is_watched ? NULL : twin);
	harness_finish(h);
	map_iommu_free(iommu);
}

int map_iommu_count(const char *twin_path)
{
	g_autoptr(GError) error = NULL;
	const struct map_twin *twin = *twin_path ? map_twin_open(twin_path, &error) : NULL;

	if (twin)
		twin->enter(0);
	for (int is_lazy = 0; is_lazy < 2; is_lazy++) {
		count_mode(is_lazy, false, twin);
		count_mode(is_lazy, true, NULL);
	}
	return 0;
}

/* ---- the parent's part ------------------------------------------------------------------- */

static void say(const struct map_bench *b, GHashTable *counts, enum map_format f, bool is_lazy,
		size_t i)
{
	g_autofree char *ours = count_name(f, is_lazy, false, i, "ours");
	g_autofree char *watched = count_name(f, is_lazy, true, i, "ours");
	g_autofree char *theirs = count_name(f, is_lazy, false, i, "kernel");
	double nr = bench_count_of(counts, ours), linux_nr = bench_count_of(counts, theirs);
	double on = bench_count_of(counts, watched);
	g_autofree char *row = g_strconcat("instructions/", ours, NULL);

	if (!isfinite(nr))
		return;
	g_print("%-8s %-6s %-10s %9.1f %9.1f", map_format_names[f], is_lazy ? "lazy" : "strict",
		subjects[i].name, nr, on);
	if (isfinite(linux_nr))
		g_print(" %9.1f %7.3f", linux_nr, nr / linux_nr);
	g_print("\n");
	bench_report_add(b->report, &(struct bench_row){
		.name = row, .unit = "instructions/op", .value = nr, .min = nr,
		.vs = isfinite(linux_nr) ? "kernel" : NULL, .ratio = nr / linux_nr,
	});
}

void map_iommu_instructions(const struct map_bench *b, enum map_iommu_mode mode,
			    const char *twin_path)
{
	g_autofree char *how = g_strconcat(MAP_IOMMU_COUNTED, twin_path, NULL);
	GHashTable *counts = bench_counts(how);

	if (g_hash_table_size(counts))
		g_print("\n%-8s %-6s %-10s %9s %9s %9s %7s\n", "format", "mode", "instr.",
			"ours", "hazards", "kernel", "ratio");
	for (int is_lazy = 0; is_lazy < 2; is_lazy++)
		for (enum map_format f = 0; f < NR_MAP_FORMATS; f++)
			for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++)
				if (mode != (is_lazy ? MAP_IOMMU_STRICT : MAP_IOMMU_LAZY))
					say(b, counts, f, is_lazy, i);
	g_hash_table_unref(counts);
}
