/* SPDX-License-Identifier: MIT */
/*
 * One pool of bounce buffers.
 *
 *	pool     [ area 0         ][ area 1         ] ...   one lock each, one for a CPU
 *	area     [ segment ][ segment ] ...                  next fit
 *	segment  128 slots of 2 KiB, a bit each: free        a mapping stays inside one
 *
 * Each slot of a mapping remembers the original address of its bytes and how many of
 * them are left from there to the end, so that a sync of any part can find both ends.
 * Where the device wants low address bits kept (min_align_mask), a mapping starts
 * inside its first slot, or some padding slots later.
 *
 * The search looks at every slot only until it met one that is aligned, then in steps
 * of the alignment. As in Linux it is given up after as many slots as the area has,
 * those passed over included: where it starts between two aligned slots of an area that
 * itself is not aligned, the last of them may never be looked at.
 *
 * Linux: kernel/dma/swiotlb.c.
 */
#include <stdalign.h>

#include "dma.h"

static_assert(sizeof(segment_mask) * 8 == IO_TLB_SEGSIZE, "a bit for each slot");

/* ---- making one ----------------------------------------------------------------------- */

unsigned limit_areas(unsigned nr_areas, size_t nr_slots)
{
	if (nr_slots < (size_t)nr_areas * IO_TLB_SEGSIZE)
		return (unsigned)(nr_slots / IO_TLB_SEGSIZE);
	return nr_areas;
}

static segment_mask run_mask(size_t first, size_t nr)
{
	segment_mask ones = nr == IO_TLB_SEGSIZE ? ~(segment_mask)0
						 : ((segment_mask)1 << nr) - 1;

	return ones << first;
}

/* The last segment may be short: what it lacks is never free. */
static void init_slots(struct io_tlb_pool *pool)
{
	size_t nr_segments = DIV_ROUND_UP(pool->nr_slots, (size_t)IO_TLB_SEGSIZE);

	pool->slots = g_new(struct io_tlb_slot, pool->nr_slots);
	pool->free = g_new(segment_mask, nr_segments);
	for (size_t i = 0; i < pool->nr_slots; i++)
		pool->slots[i] = (struct io_tlb_slot){ .orig_pa = PHYS_ADDR_MAX };
	for (size_t i = 0; i < nr_segments; i++)
		pool->free[i] = run_mask(0, min((size_t)IO_TLB_SEGSIZE,
						pool->nr_slots - i * IO_TLB_SEGSIZE));
}

void io_tlb_pool_init(struct io_tlb_pool *pool, phys_addr_t start, size_t nr_slots,
		      unsigned nr_areas)
{
	*pool = (struct io_tlb_pool){
		.start = start, .end = start + nr_slots * IO_TLB_SIZE, .nr_slots = nr_slots,
		.nr_areas = nr_areas, .area_slots = nr_slots / nr_areas,
		.areas = g_aligned_alloc0(nr_areas, sizeof(struct io_tlb_area),
					  alignof(struct io_tlb_area)),
	};
	init_slots(pool);
}

void io_tlb_pool_done(struct io_tlb_pool *pool)
{
	g_aligned_free(pool->areas);
	g_free(pool->slots);
	g_free(pool->free);
}

/* ---- how full ------------------------------------------------------------------------- */

void io_tlb_mem_add_pool(struct io_tlb_mem *mem, struct io_tlb_pool *pool)
{
	spin_lock(&mem->lock);
	pool->next = mem->pools;
	mem->nr_slots += pool->nr_slots;
	__atomic_store_n(&mem->pools, pool, __ATOMIC_RELEASE);
	spin_unlock(&mem->lock);
}

void io_tlb_mem_add_used(struct io_tlb_mem *mem, size_t nr)
{
	size_t used = __atomic_add_fetch(&mem->used, nr, __ATOMIC_RELAXED);
	size_t most = __atomic_load_n(&mem->used_hiwater, __ATOMIC_RELAXED);

	while (used > most &&
	       !__atomic_compare_exchange_n(&mem->used_hiwater, &most, used, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

void io_tlb_mem_drop_used(struct io_tlb_mem *mem, size_t nr)
{
	__atomic_sub_fetch(&mem->used, nr, __ATOMIC_RELAXED);
}

/* ---- taking slots ---------------------------------------------------------------------- */

unsigned swiotlb_align_offset(struct device *dev, unsigned align_mask, u64 pa)
{
	return (unsigned)pa & dma_get_min_align_mask(dev) & (align_mask | (IO_TLB_SIZE - 1));
}

/* Slots from one possible place to the next where these bits must be as they are. */
static size_t stride_of(u64 mask)
{
	return (size_t)(mask >> IO_TLB_SHIFT) + 1;
}

/* What a search looks for, worked out once. */
struct search {
	const struct want *want;
	size_t nr_slots;
	dma_addr_t base;	/* what the device sees of the pool, inside its boundary */
	u64 align_mask;		/* of a slot's address: these bits are 0 */
	u64 keep_mask;		/* these are as in want->orig_pa */
	size_t stride;
	size_t boundary;	/* slots from one boundary to the next */
};

static struct search plan(const struct io_tlb_pool *pool, const struct want *w)
{
	u64 boundary_mask = dma_get_seg_boundary(w->dev);
	u64 keep = dma_get_min_align_mask(w->dev);
	u64 align = w->alloc_align_mask;

	/* Drivers came to rely on pages starting on a page. */
	if (!align && !keep && w->len >= PAGE_SIZE)
		align = PAGE_SIZE - 1;
	align |= IO_TLB_SIZE - 1;
	keep &= ~align;
	return (struct search){
		.want = w, .nr_slots = slots_for(w->len),
		.base = phys_to_dma(w->dev, pool->start) & boundary_mask,
		.align_mask = align, .keep_mask = keep, .stride = stride_of(max(align, keep)),
		.boundary = stride_of(boundary_mask),
	};
}

static bool is_run_free(const struct io_tlb_pool *pool, size_t slot, size_t nr)
{
	size_t at = slot % IO_TLB_SEGSIZE;
	segment_mask run;

	if (at + nr > IO_TLB_SEGSIZE)
		return false;
	run = run_mask(at, nr);
	return (pool->free[slot / IO_TLB_SEGSIZE] & run) == run;
}

static bool is_aligned(const struct search *s, size_t slot)
{
	dma_addr_t at = s->base + slot * IO_TLB_SIZE;
	phys_addr_t orig_pa = s->want->orig_pa;

	return !(at & s->align_mask) &&
	       (!orig_pa || (at & s->keep_mask) == (orig_pa & s->keep_mask));
}

/* The boundary is a power of two of slots. */
static bool is_inside_boundary(const struct search *s, size_t slot)
{
	size_t at = (slots_for(s->base) + slot) & (s->boundary - 1);

	return at + s->nr_slots <= s->boundary;
}

/* Return: slot of the pool, or nr_slots. */
static size_t search_area(const struct io_tlb_pool *pool, unsigned area_idx,
			  const struct search *s)
{
	const struct io_tlb_area *area = &pool->areas[area_idx];
	size_t base = area_idx * pool->area_slots, at = area->next;
	size_t step;

	if (s->nr_slots > pool->area_slots - area->used)
		return pool->nr_slots;
	for (size_t seen = 0; seen < pool->area_slots; seen += step) {
		step = 1;
		if (is_aligned(s, base + at)) {
			step = s->stride;
			if (is_inside_boundary(s, base + at) &&
			    is_run_free(pool, base + at, s->nr_slots))
				return base + at;
		}
		at = at + step < pool->area_slots ? at + step : 0;
	}
	return pool->nr_slots;
}

static void take(struct io_tlb_pool *pool, unsigned area_idx, const struct search *s,
		 size_t first)
{
	struct io_tlb_area *area = &pool->areas[area_idx];
	unsigned offset = swiotlb_align_offset(s->want->dev, 0, s->want->orig_pa);
	size_t next = first - area_idx * pool->area_slots + s->nr_slots;

	pool->free[first / IO_TLB_SEGSIZE] &= ~run_mask(first % IO_TLB_SEGSIZE, s->nr_slots);
	for (size_t i = 0; i < s->nr_slots; i++)
		pool->slots[first + i].left = s->want->len - offset - i * IO_TLB_SIZE;
	area->used += s->nr_slots;
	area->next = next < pool->area_slots ? next : 0;
}

bool io_tlb_pool_take(struct io_tlb_pool *pool, unsigned area_idx, const struct want *w,
		      size_t *ret_first)
{
	struct io_tlb_area *area = &pool->areas[area_idx];
	struct search s = plan(pool, w);

	/* Linux has BUG_ON() for this. */
	if (WARN(s.boundary & (s.boundary - 1), "%s: segment boundary mask %#lx has holes",
		 dev_name(w->dev), dma_get_seg_boundary(w->dev)))
		return false;
	spin_lock(&area->lock);
	*ret_first = search_area(pool, area_idx, &s);
	if (*ret_first < pool->nr_slots)
		take(pool, area_idx, &s, *ret_first);
	spin_unlock(&area->lock);
	return *ret_first < pool->nr_slots;
}

/* ---- and giving them back -------------------------------------------------------------- */

/* Return: how many were taken. A driver may unmap what it never mapped. */
static size_t clear_slots(struct io_tlb_pool *pool, size_t first, size_t nr)
{
	segment_mask run = run_mask(first % IO_TLB_SEGSIZE, nr);
	segment_mask taken = run & ~pool->free[first / IO_TLB_SEGSIZE];

	for (size_t i = 0; i < nr; i++)
		pool->slots[first + i] = (struct io_tlb_slot){ .orig_pa = PHYS_ADDR_MAX };
	pool->free[first / IO_TLB_SEGSIZE] |= run;
	return (size_t)(__builtin_popcountll((u64)taken) +
			__builtin_popcountll((u64)(taken >> 64)));
}

void io_tlb_pool_give(struct io_tlb_pool *pool, struct device *dev, phys_addr_t pa)
{
	unsigned offset = swiotlb_align_offset(dev, 0, pa);
	size_t slot = (pa - offset - pool->start) >> IO_TLB_SHIFT;
	struct io_tlb_area *area = &pool->areas[slot / pool->area_slots];
	size_t nr, nr_taken = 0;

	spin_lock(&area->lock);
	if (!is_run_free(pool, slot, 1)) {
		slot -= pool->slots[slot].pad_slots;
		nr = min(slots_for(pool->slots[slot].left + offset),
			 IO_TLB_SEGSIZE - slot % IO_TLB_SEGSIZE);
		nr_taken = clear_slots(pool, slot, nr);
		area->used -= nr_taken;
	}
	spin_unlock(&area->lock);
	WARN(!nr_taken, "%s: unmapping a bounce buffer that is not mapped", dev_name(dev));
	io_tlb_mem_drop_used(bounce_mem(dev), nr_taken);
}
