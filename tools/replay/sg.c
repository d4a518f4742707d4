/* SPDX-License-Identifier: MIT */
/*
 * How long the segments of a dma_map_sg are.
 *
 * The kernel logs physical addresses of the memory and lengths of what the device
 * sees. They are of the same entries only where nothing was merged. An IOMMU makes
 * one device entry of many pages; then the iommu:map events just before, by the
 * same CPU and task, tell which physical runs were joined, and where they end.
 * Without them each segment but the last is taken to end with its page. They also tell
 * what the kernel, which logs 128 entries, cut off a merged list.
 */
#include "engine.h"

#define MAX_RUNS	4096u		/* waiting iommu:map events of one CPU */

static GArray *runs_of(struct replay *r, const struct trace_event *ev)
{
	return g_hash_table_lookup(r->iommu_runs, GINT_TO_POINTER(ev->cpu));
}

void sg_note_iommu_map(struct replay *r, const struct trace_event *ev)
{
	struct iommu_run run = { .paddr = ev->phys, .len = ev->size, .pid = ev->pid };
	GArray *runs = runs_of(r, ev);

	if (!runs) {
		runs = g_array_new(FALSE, FALSE, sizeof(struct iommu_run));
		g_hash_table_insert(r->iommu_runs, GINT_TO_POINTER(ev->cpu), runs);
	}
	if (runs->len && g_array_index(runs, struct iommu_run, 0).pid != ev->pid)
		g_array_set_size(runs, 0);
	if (runs->len < MAX_RUNS)
		g_array_append_val(runs, run);
}

void sg_forget_iommu_maps(struct replay *r, const struct trace_event *ev)
{
	GArray *runs = runs_of(r, ev);

	if (runs)
		g_array_set_size(runs, 0);
}

/* The run that holds @phys, from *@at on; runs come in the order of the list. */
static const struct iommu_run *run_holding(const GArray *runs, unsigned *at, uint64_t phys)
{
	for (unsigned i = *at; runs && i < runs->len; i++) {
		const struct iommu_run *run = &g_array_index(runs, struct iommu_run, i);

		if (phys - run->paddr < run->len) {
			*at = i;
			return run;
		}
	}
	return NULL;
}

/* Up to the end of the run, or to the next segment where the run joins two. */
static uint64_t len_in_run(const struct iommu_run *run, const struct sg_layout *l, size_t i)
{
	uint64_t end = run->paddr + run->len, phys = l->phys[i];

	if (i + 1 < l->nr && l->phys[i + 1] > phys && l->phys[i + 1] < end)
		return l->phys[i + 1] - phys;
	return end - phys;
}

static const GArray *known_runs(struct replay *r, const struct trace_event *ev)
{
	const GArray *runs = runs_of(r, ev);
	bool is_known = runs && runs->len && g_array_index(runs, struct iommu_run, 0).pid ==
						     ev->pid;

	return is_known ? runs : NULL;
}

static void lengths_of_merged(struct replay *r, const struct trace_event *ev,
			      struct sg_layout *l)
{
	const GArray *runs = known_runs(r, ev);
	uint64_t left = ev->nr_sizes ? ev->size_list[0] : 0;
	size_t entry = 0;
	unsigned at = 0;

	l->is_guessed = !runs;
	for (size_t i = 0; i < l->nr; i++) {
		const struct iommu_run *run = runs ? run_holding(runs, &at, l->phys[i]) : NULL;
		uint64_t page_end = (l->phys[i] | (PAGE_SIZE - 1)) + 1;
		uint64_t len = run ? len_in_run(run, l, i) : page_end - l->phys[i];
		bool is_last = i + 1 == l->nr && !l->nr_cut;

		l->is_guessed |= !run;
		l->len[i] = is_last && !run ? left : MIN(len, left);
		left -= l->len[i];
		if (!left && entry + 1 < ev->nr_sizes)
			left = ev->size_list[++entry];
	}
}

/*
 * What the kernel cut off a list that is one entry for the device: where there is one run
 * for each of its segments, the runs tell them.
 */
static void add_tail(struct replay *r, const struct trace_event *ev, struct sg_layout *l)
{
	const GArray *runs = known_runs(r, ev);
	unsigned at = 0;

	if (!runs || ev->nr_dma != 1 || !l->nr || !run_holding(runs, &at, l->phys[l->nr - 1]) ||
	    runs->len - at - 1 != l->nr_cut)
		return;
	while (++at < runs->len)
		l->phys[l->nr++] = g_array_index(runs, struct iommu_run, at).paddr;
	l->nr_cut = 0;
}

void sg_layout(struct replay *r, const struct trace_event *ev, struct sg_layout *ret)
{
	size_t nr_cut = ev->is_truncated && ev->nents_total > ev->nr_phys ?
			ev->nents_total - ev->nr_phys : 0;
	size_t most = ev->nr_phys + MIN(nr_cut, MAX_RUNS);

	*ret = (struct sg_layout){
		.nr = ev->nr_phys, .nr_cut = (unsigned)nr_cut,
		.phys = g_new(uint64_t, MAX(most, 1)), .len = g_new(uint64_t, MAX(most, 1)),
	};
	for (size_t i = 0; i < ev->nr_phys; i++)
		ret->phys[i] = ev->phys_list[i];
	if (nr_cut)
		add_tail(r, ev, ret);
	if (ev->nr_sizes != ret->nr) {
		lengths_of_merged(r, ev, ret);
		return;
	}
	for (size_t i = 0; i < ev->nr_phys; i++)
		ret->len[i] = ev->size_list[i];
}

void sg_layout_done(struct sg_layout *l)
{
	g_free(l->phys);
	g_free(l->len);
}
