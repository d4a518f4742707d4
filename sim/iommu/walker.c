/* SPDX-License-Identifier: MIT */
/*
 * Whose bytes an IOMMU's walk reads: DRAM's, past every cache; the newest, by a snoop; or
 * what level 2 would answer.
 *
 * Leaves out: walks that allocate in level 2 (one that hits is answered, and no more).
 * Swaps go the way of the reads: one in DRAM leaves caches stale, as hardware would.
 */
#include "../sim.h"
#include "hw.h"

#include <string.h>

static bool find(const struct machine *m, uint64_t pa, size_t len, struct place *ret_at)
{
	const struct dram_bank *b = dram_bank_of(&m->dram, pa, len);

	if (b)
		*ret_at = (struct place){ pa, b->off + (pa - b->pa) };
	return b;
}

/* Below level 1. */
static void read_below(const struct machine *m, struct place at, void *buf, size_t len)
{
	if (page_summary(&m->pages, at.off)->nr_outer)
		outer_peek(m, at, buf, len);
	else
		memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
}

static void read_snooping(const struct machine *m, struct place at, void *buf, size_t len)
{
	while (len) {
		size_t piece = inner_piece(&m->inner, at.off, len);

		if (!inner_snoop_read(m, INNER_EVERY_CPU, at, buf, piece))
			read_below(m, at, buf, piece);
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
}

/* Which copy is the newest: the dirty one nearest to the CPUs; else memory. */
static enum machine_view newest_view(const struct machine *m, uint64_t pa)
{
	if (machine_line(m, 1, pa).is_dirty)
		return VIEW_CPU;
	return machine_line(m, 2, pa).is_dirty ? VIEW_OUTER : VIEW_DRAM;
}

bool walker_read_newest(const struct iommu_hw *i, uint64_t pa, void *buf, size_t len,
			bool with_held)
{
	const struct machine *m = i->machine;

	if (!machine_peek(m, newest_view(m, pa), pa, buf, len))
		return false;
	if (with_held)
		machine_lay_held_over(m, pa, buf, len);
	return true;
}

/*
 * Fast gear: a descriptor is read as one, for other threads write it as one. A table
 * entry of the host's own size, aligned, is what every format has.
 */
static void read_fast(const struct machine *m, struct place at, void *buf, size_t len)
{
	const uint8_t *bytes = dram_bytes(&m->dram, IMAGE_DRAM, at.off);

	if (len == 8 && !(at.off & 7))
		*(uint64_t *)buf = __atomic_load_n((const uint64_t *)(const void *)bytes,
						   __ATOMIC_ACQUIRE);
	else if (len == 4 && !(at.off & 3))
		*(uint32_t *)buf = __atomic_load_n((const uint32_t *)(const void *)bytes,
						   __ATOMIC_ACQUIRE);
	else
		memcpy(buf, bytes, len);
}

bool iommu_hw_walk_read(struct iommu_hw *i, uint64_t pa, void *buf, size_t len)
{
	const struct machine *m = i->machine;
	struct place at;

	if (!find(m, pa, len, &at))
		return false;
	if (m->is_fast)
		read_fast(m, at, buf, len);
	else if (i->walker == IOMMU_HW_WALKS_SNOOPING)
		read_snooping(m, at, buf, len);
	else if (i->walker == IOMMU_HW_WALKS_LEVEL2)
		read_below(m, at, buf, len);
	else
		memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
	return true;
}

static bool swap_fast(const struct machine *m, struct place at, uint64_t old, uint64_t new_value,
		      size_t len)
{
	void *bytes = dram_bytes(&m->dram, IMAGE_DRAM, at.off);
	uint32_t old32 = (uint32_t)old;

	if (len == 8)
		return __atomic_compare_exchange_n((uint64_t *)bytes, &old, new_value, false,
						   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	return __atomic_compare_exchange_n((uint32_t *)bytes, &old32, (uint32_t)new_value, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Exact gear: nobody else goes on in between. */
static void put(struct iommu_hw *i, struct place at, const void *buf, size_t len)
{
	struct machine *m = i->machine;

	if (i->walker == IOMMU_HW_WALKS_SNOOPING)
		inner_snoop_clean_invalidate(m, INNER_EVERY_CPU, at, len);
	if (i->walker != IOMMU_HW_WALKS_DRAM)
		outer_write(m, at, buf, len, OUTER_LOOK_UP);
	else
		dram_commit(m, at, buf, len);
}

bool iommu_hw_walk_swap(struct iommu_hw *i, uint64_t pa, uint64_t old, uint64_t new_value,
			size_t len)
{
	uint64_t now = 0;
	struct place at;

	g_assert(len == 4 || len == 8);
	if (!find(i->machine, pa, len, &at))
		return false;
	if (i->machine->is_fast)
		return swap_fast(i->machine, at, old, new_value, len);
	if (!iommu_hw_walk_read(i, pa, &now, len) || now != old)
		return false;
	put(i, at, &new_value, len);
	return true;
}
