/* SPDX-License-Identifier: MIT */
/*
 * From an unmap to its invalidation, where a flush queue puts that off: bytes that are the
 * CPU's again, times how long the device could still reach them.
 *
 *	dma_unmap        accesses         flush of all
 *	   |----------------x--x---------------|
 *	   bytes * steps, bytes * ns
 *
 * An unmap that invalidates before it returns leaves no window.
 *
 * Linux: drivers/iommu/dma-iommu.c, queue_iova() and fq_flush_iotlb().
 */
#include "exposure.h"

static uint64_t times(uint64_t a, uint64_t b)
{
	uint64_t product;

	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static void add(struct hazard_window *w, uint64_t bytes, uint64_t steps, uint64_t ns)
{
	w->unmaps++;
	w->bytes += bytes;
	w->byte_steps = plus(w->byte_steps, times(bytes, steps));
	w->byte_ns = plus(w->byte_ns, times(bytes, ns));
	w->longest_steps = MAX(w->longest_steps, steps);
	w->longest_ns = MAX(w->longest_ns, ns);
}

void exposure_window_closed(struct hazard_engine *e, const struct iommu_space *s,
			    const struct iova_range *r)
{
	GArray *users = e->iommu->users;
	uint64_t bytes = r->range.last - r->range.first + 1;
	uint64_t steps = machine_step(e->machine) - r->now.unmap_step;
	uint64_t ns = ledger_now(e->machine) - r->now.unmap_ns;

	if (!e->exposure || !range_is_queued(r))
		return;
	for (unsigned n = 0; n < users->len; n++) {
		const struct iommu_user *u = &g_array_index(users, struct iommu_user, n);

		if (u->space == s)
			add(&exposure_device(e, u->dev)->window, bytes, steps, ns);
	}
}

void exposure_access(struct hazard_engine *e, const struct observe_event *ev,
		     const struct iommu_user *u)
{
	const struct iova_range *r = space_range(u->space, ev->iommu->access.iova);

	if (e->exposure && r && r->state == RANGE_UNMAPPING && range_is_queued(r) &&
	    iommu_is_through(&ev->iommu->result))
		exposure_device(e, u->dev)->window.accesses++;
}

/* Each space once, though several devices may share it. */
static bool is_first_of_space(const GArray *users, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (g_array_index(users, struct iommu_user, i).space ==
		    g_array_index(users, struct iommu_user, n).space)
			return false;
	return true;
}

void exposure_close_windows(struct hazard_engine *e)
{
	GArray *users = e->iommu->users;

	for (unsigned n = 0; n < users->len; n++) {
		const struct iommu_space *s = g_array_index(users, struct iommu_user, n).space;

		if (!s || !is_first_of_space(users, n))
			continue;
		for (const GList *at = s->unsynced.head; at; at = at->next)
			exposure_window_closed(e, s, at->data);
	}
}
