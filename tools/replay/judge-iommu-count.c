/* SPDX-License-Identifier: MIT */
/* How many of the kernel's calls of iommu_map() and iommu_unmap() ours equal, and words. */
#include "apply.h"
#include "judge-iommu.h"
#include "../ui.h"

static void keep(struct iommu_judgement *v, const struct iommu_difference *d)
{
	v->reasons[d->reason]++;
	if (v->differences->len == MAX_DIFFERENCES)
		v->unlisted++;
	else
		g_array_append_val(v->differences, *d);
}

static bool is_same(const struct iommu_call *k, const struct iommu_call *o)
{
	return k->len == o->len && k->unmapped == o->unmapped &&
	       (o->pa == JUDGE_ANY || k->pa == o->pa);
}

/* @k is the kernel's, @o is ours; one of them may be NULL. */
void iommu_judge_pair(struct replay *r, enum iommu_call_kind kind, struct replay_device *dev,
		      uint64_t line, enum judge_reason reason, const struct iommu_call *k,
		      const struct iommu_call *o)
{
	struct iommu_difference d = { .reason = reason, .kind = kind, .line = line, .dev = dev };
	struct iommu_judgement *v = &r->rep->iommu_judgement;

	v->all.kernel[kind] += k != NULL;
	if (dev)
		dev->agreement.kernel[kind] += k != NULL;
	if (k && o && is_same(k, o)) {
		v->all.same[kind]++;
		dev->agreement.same[kind]++;
		return;
	}
	if (k)
		d.kernel = *k;
	if (o)
		d.ours = *o;
	keep(v, &d);
}

static void compare_iova(struct iommu_agreement *a, uint64_t line, uint64_t kernel, uint64_t ours)
{
	a->mappings++;
	if (kernel == ours) {
		a->same_iova++;
	} else if (!a->line) {
		a->line = line;
		a->kernel_iova = kernel;
		a->our_iova = ours;
	}
}

static void compare_lists(struct iommu_agreement *a, bool is_same_number)
{
	a->lists++;
	a->same_lists += is_same_number;
}

void iommu_judge_list(struct replay *r, struct replay_device *dev, unsigned kernel,
		      unsigned ours)
{
	compare_lists(&dev->agreement, kernel == ours);
	compare_lists(&r->rep->iommu_judgement.all, kernel == ours);
}

void iommu_judge_iova(struct replay *r, struct replay_device *dev, uint64_t kernel,
		       uint64_t ours)
{
	uint64_t line = r->ev->line;

	compare_iova(&dev->agreement, line, kernel, ours);
	compare_iova(&r->rep->iommu_judgement.all, line, kernel, ours);
}

/* ---- the whole ------------------------------------------------------------------- */

static int by_line(gconstpointer a, gconstpointer b)
{
	const struct iommu_difference *x = a, *y = b;
	uint64_t at_x = x->line ? x->line : x->kernel.line;
	uint64_t at_y = y->line ? y->line : y->kernel.line;

	if (at_x != at_y)
		return at_x < at_y ? -1 : 1;
	return x->kernel.line < y->kernel.line ? -1 : x->kernel.line > y->kernel.line;
}

static void tell_unexplained(struct replay *r)
{
	const struct iommu_judgement *v = &r->rep->iommu_judgement;
	uint64_t told = 0;

	for (unsigned i = 0; i < v->differences->len; i++) {
		const struct iommu_difference *d =
			&g_array_index(v->differences, struct iommu_difference, i);
		g_autofree char *kernel = iommu_call_text(&d->kernel, d->kind);
		g_autofree char *ours = iommu_call_text(&d->ours, d->kind);

		if (d->reason != REASON_NONE || !d->dev)
			continue;
		replay_find_at(r, d->dev, FIND_IOMMU_CALL, d->line, "the kernel %s, here %s",
			       kernel, ours);
		told++;
	}
	/* Those that were not kept count too. */
	r->rep->total.findings[FIND_IOMMU_CALL] += v->reasons[REASON_NONE] - told;
}

void iommu_judge_sum_up(struct replay *r)
{
	g_array_sort(r->rep->iommu_judgement.differences, by_line);
	tell_unexplained(r);
}

/* ---- words -------------------------------------------------------------------------- */

char *iommu_call_text(const struct iommu_call *c, enum iommu_call_kind kind)
{
	g_autofree char *to = NULL;

	if (!c->len)
		return g_strdup("nothing");
	to = kind == IOMMU_UNMAPS ? g_strdup_printf(", " DEC " unmapped", c->unmapped) :
	     c->pa == JUDGE_ANY ? g_strdup("") : g_strdup_printf(" to " HEX, c->pa);
	return g_strdup_printf("%s " HEX "%s, " DEC " bytes",
			       kind == IOMMU_MAPS ? "iommu_map" : "iommu_unmap", c->iova, to,
			       c->len);
}

char *iommu_judgement_sentence(const struct iommu_judgement *v)
{
	const struct iommu_agreement *a = &v->all;
	uint64_t kernel = a->kernel[IOMMU_MAPS] + a->kernel[IOMMU_UNMAPS];
	g_autofree char *all = ui_count(kernel);
	g_autofree char *same = ui_count(a->same[IOMMU_MAPS] + a->same[IOMMU_UNMAPS]);
	g_autofree char *mappings = ui_count(a->mappings);
	g_autofree char *iovas = ui_count(a->same_iova);

	if (!kernel)
		return NULL;
	return g_strdup_printf("iommu: %s of %s calls as the kernel made them; %s of %s mappings "
			       "at the kernel's own IOVA", same, all, iovas, mappings);
}
