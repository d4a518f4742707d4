/* SPDX-License-Identifier: MIT */
/*
 * How long the segments of a dma_map_sg are.
 *
 * The kernel logs physical addresses of the memory and lengths of what the device
 * sees. They are of the same entries only where nothing was merged. An IOMMU makes
 * one device entry of many pages; then the iommu:map events just before, by the
 * same CPU and task, tell which physical runs were joined, and where they end.
 * Without them each segment but the last is taken to end with its page.
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
static uint64_t len_in_run(const struct iommu_run *run, const struct trace_event *ev, size_t i)
{
	uint64_t end = run->paddr + run->len, phys = ev->phys_list[i];

	if (i + 1 < ev->nr_phys && ev->phys_list[i + 1] > phys && ev->phys_list[i + 1] < end)
		return ev->phys_list[i + 1] - phys;
	return end - phys;
}

static bool lengths_of_merged(struct replay *r, const struct trace_event *ev,
			      uint64_t *ret_len)
{
	const GArray *runs = runs_of(r, ev);
	bool is_known = runs && runs->len && g_array_index(runs, struct iommu_run, 0).pid ==
						     ev->pid;
	uint64_t left = ev->nr_sizes ? ev->size_list[0] : 0;
	size_t entry = 0;
	unsigned at = 0;

	for (size_t i = 0; i < ev->nr_phys; i++) {
		const struct iommu_run *run = is_known ?
			run_holding(runs, &at, ev->phys_list[i]) : NULL;
		uint64_t page_end = (ev->phys_list[i] | (PAGE_SIZE - 1)) + 1;
		uint64_t len = run ? len_in_run(run, ev, i) : page_end - ev->phys_list[i];
		bool is_last = i + 1 == ev->nr_phys && !ev->is_truncated;

		is_known &= run != NULL;
		ret_len[i] = is_last && !run ? left : MIN(len, left);
		left -= ret_len[i];
		if (!left && entry + 1 < ev->nr_sizes)
			left = ev->size_list[++entry];
	}
	return is_known;
}

bool sg_lengths(struct replay *r, const struct trace_event *ev, uint64_t *ret_len)
{
	if (ev->nr_sizes != ev->nr_phys)
		return lengths_of_merged(r, ev, ret_len);
	for (size_t i = 0; i < ev->nr_phys; i++)
		ret_len[i] = ev->size_list[i];
	return true;
}
