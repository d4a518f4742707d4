/* SPDX-License-Identifier: MIT */
/*
 * Bounce buffers.
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
 * Leaves out: see <linux/swiotlb.h>.
 * Linux: kernel/dma/swiotlb.c.
 */
#include <stdalign.h>

#include "dma.h"

static_assert(sizeof(segment_mask) * 8 == IO_TLB_SEGSIZE, "a bit for each slot");

#define SEGMENT_LEN	((size_t)IO_TLB_SIZE * IO_TLB_SEGSIZE)

/**
 * struct io_tlb_slot - 2 KiB of the pool
 * @orig_pa:    physical address of the byte that its first byte stands for;
 *              PHYS_ADDR_MAX: not in use, or padding
 * @left:       bytes of the mapping from here to its end
 * @pad_slots:  of a mapping's first slot: slots before it that are its padding
 */
struct io_tlb_slot {
	phys_addr_t orig_pa;
	size_t left;
	unsigned pad_slots;
};

struct io_tlb_area {
	spinlock_t lock;
	size_t used;			/* slots */
	size_t next;			/* slot of this area where to look first */
} __attribute__((__aligned__(64)));

static size_t slots_for(size_t len)
{
	return DIV_ROUND_UP(len, (size_t)IO_TLB_SIZE);
}

/* ---- the pool ------------------------------------------------------------------------- */

static size_t default_len(const struct kernel *k)
{
	return min((size_t)IO_TLB_DEFAULT_SIZE,
		   (size_t)ALIGN_DOWN(k->port.lowmem_len / 16, (u32)SZ_1M));
}

/* A power of two, one for each CPU, each a segment at least. */
static unsigned count_areas(const struct kernel *k, size_t nr_slots)
{
	unsigned nr = (unsigned)roundup_pow_of_two(machine_nr_cpus(k->port.machine));

	while (nr > 1 && (nr_slots / nr < IO_TLB_SEGSIZE ||
			  nr_slots % ((size_t)nr * IO_TLB_SEGSIZE)))
		nr /= 2;
	return nr;
}

static struct io_tlb_mem *new_pool(struct kernel *k, phys_addr_t start, size_t len)
{
	struct io_tlb_mem *mem = g_new0(struct io_tlb_mem, 1);

	mem->kernel = k;
	mem->start = start;
	mem->end = start + len;
	mem->nr_slots = len / IO_TLB_SIZE;
	mem->nr_areas = count_areas(k, mem->nr_slots);
	mem->area_slots = mem->nr_slots / mem->nr_areas;
	mem->is_forced = k->config.swiotlb_force;
	mem->areas = g_aligned_alloc0(mem->nr_areas, sizeof(struct io_tlb_area),
				      alignof(struct io_tlb_area));
	mem->slots = g_new(struct io_tlb_slot, mem->nr_slots);
	mem->free = g_new(segment_mask, mem->nr_slots / IO_TLB_SEGSIZE);
	for (size_t i = 0; i < mem->nr_slots; i++)
		mem->slots[i] = (struct io_tlb_slot){ .orig_pa = PHYS_ADDR_MAX };
	for (size_t i = 0; i < mem->nr_slots / IO_TLB_SEGSIZE; i++)
		mem->free[i] = ~(segment_mask)0;
	return mem;
}

void swiotlb_init(struct kernel *k, u64 limit)
{
	size_t len = k->config.swiotlb_len ? ALIGN(k->config.swiotlb_len, SEGMENT_LEN)
					   : default_len(k);
	phys_addr_t start;

	spin_lock(&k->io_tlb_lock);
	if (!k->io_tlb_mem && len >= SEGMENT_LEN) {
		start = page_alloc_carve(k, len, limit);
		if (start)
			k->io_tlb_mem = new_pool(k, start, len);
		else
			pr_warn("software IO TLB: no room for %zu MiB below %#llx\n",
				len >> 20, (unsigned long long)limit);
	}
	spin_unlock(&k->io_tlb_lock);
}

void swiotlb_exit(struct kernel *k)
{
	struct io_tlb_mem *mem = k->io_tlb_mem;

	if (!mem)
		return;
	g_aligned_free(mem->areas);
	g_free(mem->slots);
	g_free(mem->free);
	g_free(mem);
	k->io_tlb_mem = NULL;
}

/* The highest physical address that @dev reaches. */
static u64 reach_of(struct device *dev)
{
	u64 limit = min_not_zero(dma_get_mask(dev), dev->bus_dma_limit);
	const struct bus_dma_region *m = dev->dma_range_map;
	u64 reach = 0;

	if (!m)
		return limit;
	for (; m->size; m++) {
		u64 end = min(m->size - 1, limit - m->dma_start);

		if (m->dma_start <= limit)
			reach = max(reach, m->cpu_start + end);
	}
	return reach;
}

void swiotlb_setup_device(struct device *dev)
{
	struct kernel *k = dev->kernel;

	if (!dev->dma_ops && dev->dma_mask && dma_addressing_limited(dev))
		swiotlb_init(k, min(reach_of(dev), k->zone_dma_limit));
}

bool is_swiotlb_active(struct device *dev)
{
	return bounce_pool(dev) != NULL;
}

bool is_swiotlb_force_bounce(struct device *dev)
{
	const struct io_tlb_mem *mem = bounce_pool(dev);

	return mem && mem->is_forced;
}

bool is_swiotlb_buffer(struct device *dev, phys_addr_t paddr)
{
	return is_bounced(dev, paddr);
}

size_t swiotlb_max_mapping_size(struct device *dev)
{
	return SEGMENT_LEN - roundup(dma_get_min_align_mask(dev), (size_t)IO_TLB_SIZE);
}

/* ---- finding slots ---------------------------------------------------------------------- */

/* Bytes to leave free before a buffer at @pa, so that its low bits survive. */
static unsigned align_offset(struct device *dev, unsigned alloc_align_mask, phys_addr_t pa)
{
	return (unsigned)pa & dma_get_min_align_mask(dev) &
	       (alloc_align_mask | (IO_TLB_SIZE - 1));
}

static segment_mask run_mask(size_t first, size_t nr)
{
	segment_mask ones = nr == IO_TLB_SEGSIZE ? ~(segment_mask)0
						 : ((segment_mask)1 << nr) - 1;

	return ones << first;
}

/* What a mapping needs of its slots. */
struct want {
	size_t nr_slots;
	phys_addr_t align_mask;		/* of the slot's address: these bits are 0 */
	phys_addr_t keep_mask;		/* these are as in @orig_pa */
	phys_addr_t orig_pa;
	u64 boundary_mask;		/* must not be crossed, in device addresses */
};

static bool is_run_free(const struct io_tlb_mem *mem, size_t slot, size_t nr)
{
	size_t at = slot % IO_TLB_SEGSIZE;
	segment_mask run;

	if (at + nr > IO_TLB_SEGSIZE)
		return false;
	run = run_mask(at, nr);
	return (mem->free[slot / IO_TLB_SEGSIZE] & run) == run;
}

static bool suits(struct device *dev, const struct io_tlb_mem *mem, size_t slot,
		  const struct want *w)
{
	phys_addr_t pa = mem->start + slot * IO_TLB_SIZE;
	dma_addr_t dma = phys_to_dma(dev, pa);
	dma_addr_t last = dma + w->nr_slots * IO_TLB_SIZE - 1;

	return !(pa & w->align_mask) && (pa & w->keep_mask) == (w->orig_pa & w->keep_mask) &&
	       (dma & ~w->boundary_mask) == (last & ~w->boundary_mask) &&
	       is_run_free(mem, slot, w->nr_slots);
}

/* Return: first slot, or nr_slots. */
static size_t search_area(struct device *dev, struct io_tlb_mem *mem, unsigned area_idx,
			  const struct want *w)
{
	struct io_tlb_area *area = &mem->areas[area_idx];
	size_t base = area_idx * mem->area_slots;
	size_t found = mem->nr_slots;

	spin_lock(&area->lock);
	for (size_t i = 0; i < mem->area_slots && found == mem->nr_slots; i++) {
		size_t slot = base + (area->next + i) % mem->area_slots;

		if (suits(dev, mem, slot, w))
			found = slot;
	}
	if (found < mem->nr_slots) {
		mem->free[found / IO_TLB_SEGSIZE] &=
			~run_mask(found % IO_TLB_SEGSIZE, w->nr_slots);
		area->used += w->nr_slots;
		area->next = (found - base + w->nr_slots) % mem->area_slots;
	}
	spin_unlock(&area->lock);
	return found;
}

/* This CPU's area first, then the others. */
static size_t find_slots(struct device *dev, struct io_tlb_mem *mem, const struct want *w)
{
	unsigned start = cpu_index(port_cpu(dev_port(dev)));

	if (w->nr_slots > IO_TLB_SEGSIZE)
		return mem->nr_slots;
	for (unsigned i = 0; i < mem->nr_areas; i++) {
		size_t slot = search_area(dev, mem, (start + i) & (mem->nr_areas - 1), w);

		if (slot < mem->nr_slots)
			return slot;
	}
	return mem->nr_slots;
}

static size_t count_used(const struct io_tlb_mem *mem)
{
	size_t used = 0;

	for (unsigned i = 0; i < mem->nr_areas; i++)
		used += mem->areas[i].used;
	return used;
}

/* ---- copying ------------------------------------------------------------------------------ */

/* A slot that is padding, or not in use, has no original: nothing is copied. */
static void bounce(struct device *dev, struct io_tlb_mem *mem, phys_addr_t pa, size_t size,
		   bool is_to_slot)
{
	const struct io_tlb_slot *slot = &mem->slots[(pa - mem->start) >> IO_TLB_SHIFT];
	long offset;
	size_t room;
	void *orig;

	if (slot->orig_pa == PHYS_ADDR_MAX)
		return;
	/* Negative when @pa lies in the padding at the start of a later slot. */
	offset = (long)(pa & (IO_TLB_SIZE - 1)) - (long)align_offset(dev, 0, slot->orig_pa);
	room = (size_t)((long)slot->left - offset);
	if (WARN(size > room, "%s: Buffer overflow detected. Allocation size: %zu. "
		 "Mapping size: %zu.", dev_name(dev), room, size))
		size = room;
	orig = kernel_ptr(mem->kernel, slot->orig_pa + (phys_addr_t)offset);
	if (is_to_slot)
		port_copy(kernel_ptr(mem->kernel, pa), orig, size);
	else
		port_copy(orig, kernel_ptr(mem->kernel, pa), size);
}

/* ---- mapping -------------------------------------------------------------------------------- */

static void remember(struct io_tlb_mem *mem, size_t slot, size_t nr_slots, unsigned pad_slots,
		     phys_addr_t orig_pa, size_t len)
{
	mem->slots[slot].pad_slots = pad_slots;
	for (size_t i = 0; i < nr_slots; i++) {
		mem->slots[slot + i].orig_pa = orig_pa + i * IO_TLB_SIZE;
		mem->slots[slot + i].left = len - i * IO_TLB_SIZE;
	}
}

static struct want want_of(struct device *dev, phys_addr_t orig_pa, size_t len,
			   unsigned alloc_align_mask)
{
	unsigned keep = dma_get_min_align_mask(dev);

	/* Drivers came to rely on pages starting on a page. */
	if (!alloc_align_mask && !keep && len >= PAGE_SIZE)
		alloc_align_mask = PAGE_SIZE - 1;
	alloc_align_mask |= IO_TLB_SIZE - 1;
	return (struct want){
		.nr_slots = slots_for(len), .align_mask = alloc_align_mask,
		.keep_mask = keep & ~alloc_align_mask, .orig_pa = orig_pa,
		.boundary_mask = dma_get_seg_boundary(dev),
	};
}

static void warn_full(struct device *dev, const struct io_tlb_mem *mem, size_t len,
		      unsigned long attrs)
{
	if (!(attrs & DMA_ATTR_NO_WARN) && dev_warns_first(dev, WARNED_SWIOTLB_FULL))
		dev_warn(dev, "swiotlb buffer is full (sz: %zu bytes), total %zu (slots), "
			 "used %zu (slots)\n", len, mem->nr_slots, count_used(mem));
}

phys_addr_t swiotlb_tbl_map_single(struct device *dev, phys_addr_t orig_paddr, size_t size,
				   unsigned int alloc_align_mask,
				   enum dma_data_direction dir, unsigned long attrs)
{
	struct io_tlb_mem *mem = bounce_pool(dev);
	unsigned offset = align_offset(dev, alloc_align_mask, orig_paddr);
	size_t len = ALIGN(size + offset, (size_t)alloc_align_mask + 1);
	unsigned pad_slots = offset >> IO_TLB_SHIFT;
	struct want w = want_of(dev, orig_paddr, len, alloc_align_mask);
	size_t slot;
	phys_addr_t pa;

	if (!mem || !size)
		return (phys_addr_t)DMA_MAPPING_ERROR;
	slot = find_slots(dev, mem, &w);
	if (slot == mem->nr_slots) {
		warn_full(dev, mem, len, attrs);
		return (phys_addr_t)DMA_MAPPING_ERROR;
	}
	if (dev->dma_skip_sync)		/* from now on, for good */
		dev->dma_skip_sync = false;
	slot += pad_slots;
	offset &= IO_TLB_SIZE - 1;
	remember(mem, slot, w.nr_slots - pad_slots, pad_slots, orig_paddr,
		 len - ((size_t)pad_slots << IO_TLB_SHIFT) - offset);
	pa = mem->start + slot * IO_TLB_SIZE + offset;
	bounce(dev, mem, pa, size, true);
	return pa;
}

/* All slots of the mapping that starts at @pa, padding included. */
static void release_slots(struct device *dev, struct io_tlb_mem *mem, phys_addr_t pa)
{
	unsigned offset = align_offset(dev, 0, pa);
	size_t slot = (pa - offset - mem->start) >> IO_TLB_SHIFT;
	size_t nr = slots_for(mem->slots[slot].left + offset);
	unsigned pad_slots = mem->slots[slot].pad_slots;
	struct io_tlb_area *area = &mem->areas[slot / mem->area_slots];

	if (WARN(mem->slots[slot].orig_pa == PHYS_ADDR_MAX,
		 "%s: unmapping a bounce buffer that is not mapped", dev_name(dev)))
		return;
	for (size_t i = 0; i < nr; i++)
		mem->slots[slot + i] = (struct io_tlb_slot){ .orig_pa = PHYS_ADDR_MAX };
	slot -= pad_slots;
	nr += pad_slots;
	spin_lock(&area->lock);
	mem->free[slot / IO_TLB_SEGSIZE] |= run_mask(slot % IO_TLB_SEGSIZE, nr);
	area->used -= nr;
	spin_unlock(&area->lock);
}

void swiotlb_tbl_unmap_single(struct device *dev, phys_addr_t paddr, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	if (likely(!is_swiotlb_buffer(dev, paddr)))
		return;
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC) && dir != DMA_TO_DEVICE)
		bounce(dev, bounce_pool(dev), paddr, size, false);
	release_slots(dev, bounce_pool(dev), paddr);
}

void swiotlb_sync_single_for_device(struct device *dev, phys_addr_t paddr, size_t size,
				    enum dma_data_direction dir)
{
	if (is_swiotlb_buffer(dev, paddr) && dir != DMA_FROM_DEVICE)
		bounce(dev, bounce_pool(dev), paddr, size, true);
}

void swiotlb_sync_single_for_cpu(struct device *dev, phys_addr_t paddr, size_t size,
				 enum dma_data_direction dir)
{
	if (is_swiotlb_buffer(dev, paddr) && dir != DMA_TO_DEVICE)
		bounce(dev, bounce_pool(dev), paddr, size, false);
}

dma_addr_t swiotlb_map_why(struct device *dev, phys_addr_t pa, size_t size,
			   enum dma_data_direction dir, unsigned long attrs,
			   enum ledger_why *ret_why)
{
	phys_addr_t slot_pa = swiotlb_tbl_map_single(dev, pa, size, 0, dir, attrs);
	dma_addr_t dma;

	*ret_why = WHY_NO_SLOTS;
	if (slot_pa == (phys_addr_t)DMA_MAPPING_ERROR)
		return DMA_MAPPING_ERROR;
	dma = phys_to_dma(dev, slot_pa);
	if (unlikely(!dma_capable(dev, dma, size, true))) {
		release_slots(dev, bounce_pool(dev), slot_pa);
		if (dev_warns_first(dev, WARNED_OVERFLOW))
			dev_WARN(dev, "swiotlb addr %#llx+%zu overflow (mask %llx, bus limit "
				 "%llx).", (unsigned long long)dma, size,
				 (unsigned long long)*dev->dma_mask,
				 (unsigned long long)dev->bus_dma_limit);
		*ret_why = WHY_MASK;
		return DMA_MAPPING_ERROR;
	}
	if (!dev_is_dma_coherent(dev) && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		port_sync_for_device(dev_port(dev), slot_pa, size, dir);
	return dma;
}

dma_addr_t swiotlb_map(struct device *dev, phys_addr_t paddr, size_t size,
		       enum dma_data_direction dir, unsigned long attrs)
{
	enum ledger_why why;

	return swiotlb_map_why(dev, paddr, size, dir, attrs, &why);
}
