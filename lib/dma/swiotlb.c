/* SPDX-License-Identifier: MIT */
/*
 * Bounce buffers: what a device has of them, copying, mapping.
 *
 *	device --> mem --> pool --> slots, see swiotlb-pool.c
 *	             `---> pools that came later, see swiotlb-dynamic.c
 *
 * Leaves out: see <linux/swiotlb.h>; and clearing the default pool, which would take a
 * third of a second in the exact gear. Memory starts as zeros, and what was used before
 * shows in padding only.
 * Linux: kernel/dma/swiotlb.c.
 */
#include "dma.h"

#define RATELIMIT_BURST		10

/* ---- the machine's own ---------------------------------------------------------------- */

/* Of a power of two of slots, at most a sixteenth of memory if nobody says how many. */
static size_t wanted_slots(const struct kernel *k, unsigned nr_areas)
{
	size_t len = k->config.swiotlb_len;
	size_t nr = slots_for(ALIGN(len, SEGMENT_LEN));

	if (!len)
		nr = rounddown_pow_of_two(min((size_t)IO_TLB_DEFAULT_SIZE,
					      (size_t)k->port.lowmem_len / 16) >> IO_TLB_SHIFT);
	return roundup_pow_of_two(max(nr, (size_t)nr_areas * IO_TLB_SEGSIZE));
}

static struct io_tlb_mem *new_mem(struct kernel *k, phys_addr_t start, size_t nr_slots,
				  unsigned nr_areas, u64 limit)
{
	struct io_tlb_mem *mem = g_new0(struct io_tlb_mem, 1);

	mem->kernel = k;
	mem->nr_areas = nr_areas;
	mem->force_bounce = k->config.swiotlb_force;
	mem->is_dynamic = mem->can_grow = k->config.swiotlb_dynamic;
	mem->phys_limit = limit;
	io_tlb_pool_init(&mem->defpool, start, nr_slots, limit_areas(nr_areas, nr_slots));
	io_tlb_mem_add_pool(mem, &mem->defpool);
	return mem;
}

/* What is there, down to 1 MiB. */
static void make_mem(struct kernel *k, u64 limit)
{
	unsigned nr_areas = (unsigned)roundup_pow_of_two(machine_nr_cpus(k->port.machine));
	size_t nr = wanted_slots(k, nr_areas);
	phys_addr_t start;

	while (!(start = page_alloc_carve(k, nr * IO_TLB_SIZE, limit))) {
		if (nr <= IO_TLB_MIN_SLOTS) {
			pr_warn("software IO TLB: no room for %zu MiB below %#llx\n",
				nr * IO_TLB_SIZE >> 20, (unsigned long long)limit);
			return;
		}
		nr /= 2;
	}
	k->io_tlb_mem = new_mem(k, start, nr, nr_areas, limit);
}

void swiotlb_boot(struct kernel *k, u64 limit)
{
	spin_lock(&k->io_tlb_lock);
	if (!k->io_tlb_mem)
		make_mem(k, limit);
	spin_unlock(&k->io_tlb_lock);
}

void swiotlb_exit(struct kernel *k)
{
	struct io_tlb_mem *mem = k->io_tlb_mem;

	restricted_exit(k);
	if (!mem)
		return;
	dynamic_exit(mem);
	io_tlb_pool_done(&mem->defpool);
	g_free(mem);
	k->io_tlb_mem = NULL;
}

bool is_swiotlb_allocated(void)
{
	const struct kernel *k = kernel_current();

	return k && k->io_tlb_mem;
}

phys_addr_t default_swiotlb_base(void)
{
	struct kernel *k = kernel_current();

	if (!k || !k->io_tlb_mem)
		return 0;
	k->io_tlb_mem->can_grow = false;
	return k->io_tlb_mem->defpool.start;
}

phys_addr_t default_swiotlb_limit(void)
{
	const struct kernel *k = kernel_current();

	if (!k || !k->io_tlb_mem)
		return PHYS_ADDR_MAX;		/* its end, 0, less 1 */
	return k->io_tlb_mem->can_grow ? k->io_tlb_mem->phys_limit
				       : k->io_tlb_mem->defpool.end - 1;
}

/* ---- a device's ----------------------------------------------------------------------- */

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

	if (dev->untrusted || k->config.bounces_kmalloc)
		swiotlb_boot(k, k->zone_dma_limit);
	if (!dev->dma_iommu && !dev->dma_ops && dev->dma_mask && dma_addressing_limited(dev))
		swiotlb_boot(k, min(reach_of(dev), k->zone_dma_limit));
}

bool is_swiotlb_active(struct device *dev)
{
	return bounce_mem(dev) != NULL;
}

bool is_swiotlb_force_bounce(struct device *dev)
{
	const struct io_tlb_mem *mem = bounce_mem(dev);

	return mem && mem->force_bounce;
}

bool is_swiotlb_for_alloc(struct device *dev)
{
	const struct io_tlb_mem *mem = bounce_mem(dev);

	return mem && mem->for_alloc;
}

struct io_tlb_pool *swiotlb_find_pool(struct device *dev, phys_addr_t paddr)
{
	return bounce_pool_of(dev, paddr);
}

void swiotlb_dev_init(struct device *dev)
{
	dev->dma_io_tlb_mem = NULL;
}

size_t swiotlb_max_mapping_size(struct device *dev)
{
	return SEGMENT_LEN - roundup(dma_get_min_align_mask(dev), (size_t)IO_TLB_SIZE);
}

/* ---- finding slots -------------------------------------------------------------------- */

/* This CPU's area first, then the others. */
static struct slots find_in_pool(struct io_tlb_pool *pool, const struct want *w)
{
	unsigned start = cpu_index(port_cpu(dev_port(w->dev))) & (pool->nr_areas - 1);
	struct slots found = { pool, 0 };

	for (unsigned i = 0; i < pool->nr_areas; i++)
		if (io_tlb_pool_take(pool, (start + i) % pool->nr_areas, w, &found.first))
			return found;
	return (struct slots){ NULL, 0 };
}

struct slots io_tlb_mem_find_slots(struct io_tlb_mem *mem, const struct want *w)
{
	struct slots found;

	if (w->len > SEGMENT_LEN)
		return (struct slots){ NULL, 0 };
	found = mem->is_dynamic ? dynamic_find_slots(mem, w) : find_in_pool(&mem->defpool, w);
	if (found.pool)
		io_tlb_mem_add_used(mem, slots_for(w->len));
	return found;
}

/* ---- copying -------------------------------------------------------------------------- */

static void warn_overrun(struct device *dev, size_t room, size_t size)
{
	if (dev_warns_first(dev, WARNED_BUFFER_OVERFLOW))
		dev_WARN(dev, "Buffer overflow detected. Allocation size: %zu. "
			 "Mapping size: %zu.", room, size);
}

/* A slot that is padding, or not mapped, has no original: nothing is copied. */
static void bounce(struct device *dev, struct io_tlb_pool *pool, phys_addr_t pa, size_t size,
		   bool is_to_slot)
{
	const struct io_tlb_slot *slot = &pool->slots[(pa - pool->start) >> IO_TLB_SHIFT];
	struct kernel *k = dev->kernel;
	size_t offset, room;

	if (slot->orig_pa == PHYS_ADDR_MAX)
		return;
	/* Less than 0 when @pa lies in the padding at the start of a later slot. */
	offset = (pa & (IO_TLB_SIZE - 1)) - swiotlb_align_offset(dev, 0, slot->orig_pa);
	room = slot->left - offset;
	if (unlikely(size > room)) {
		warn_overrun(dev, room, size);
		size = room;
	}
	if (is_to_slot)
		phys_copy(k, pa, slot->orig_pa + offset, size);
	else
		phys_copy(k, slot->orig_pa + offset, pa, size);
}

/* ---- mapping -------------------------------------------------------------------------- */

/* The bytes left of each slot are known since it was taken. */
static void remember(struct slots s, unsigned pad_slots, size_t nr_slots, phys_addr_t orig_pa)
{
	s.pool->slots[s.first].pad_slots = pad_slots;
	for (size_t i = 0; i < nr_slots; i++)
		s.pool->slots[s.first + i].orig_pa = orig_pa + i * IO_TLB_SIZE;
}

/* Linux says it ten times in five seconds; there is no time here. */
static void warn_full(struct device *dev, struct io_tlb_mem *mem, size_t len,
		      unsigned long attrs)
{
	if (attrs & DMA_ATTR_NO_WARN)
		return;
	if (__atomic_fetch_add(&mem->nr_said_full, 1, __ATOMIC_RELAXED) < RATELIMIT_BURST)
		dev_warn(dev, "swiotlb buffer is full (sz: %zu bytes), total %zu (slots), "
			 "used %zu (slots)\n", len, mem->nr_slots,
			 __atomic_load_n(&mem->used, __ATOMIC_RELAXED));
}

static void warn_alignment(struct device *dev)
{
	if (dev_warns_first(dev, WARNED_ALIGNMENT))
		dev_WARN(dev, "Alloc alignment may prevent fulfilling requests with max "
			 "mapping_size");
}

phys_addr_t swiotlb_tbl_map_single(struct device *dev, phys_addr_t orig_paddr, size_t size,
				   unsigned int alloc_align_mask,
				   enum dma_data_direction dir, unsigned long attrs)
{
	struct io_tlb_mem *mem = bounce_mem(dev);
	unsigned offset = swiotlb_align_offset(dev, alloc_align_mask, orig_paddr);
	struct want w = { dev, orig_paddr, ALIGN(size + offset, (size_t)alloc_align_mask + 1),
			  alloc_align_mask };
	unsigned pad_slots = offset >> IO_TLB_SHIFT;
	struct slots s;
	phys_addr_t pa;

	if (WARN(!mem || !size, "%s: no bounce buffers, or no bytes to bounce", dev_name(dev)))
		return (phys_addr_t)DMA_MAPPING_ERROR;
	if (unlikely(alloc_align_mask > ~PAGE_MASK))
		warn_alignment(dev);
	s = io_tlb_mem_find_slots(mem, &w);
	if (!s.pool) {
		warn_full(dev, mem, w.len, attrs);
		return (phys_addr_t)DMA_MAPPING_ERROR;
	}
	dma_reset_need_sync(dev);
	s.first += pad_slots;
	remember(s, pad_slots, slots_for(w.len) - pad_slots, orig_paddr);
	pa = s.pool->start + s.first * IO_TLB_SIZE + (offset & (IO_TLB_SIZE - 1));
	bounce(dev, s.pool, pa, size, true);
	return pa;
}

static void release(struct device *dev, struct io_tlb_pool *pool, phys_addr_t pa)
{
	if (!dynamic_drop(dev, pool))
		io_tlb_pool_give(pool, dev, pa);
}

void swiotlb_tbl_unmap_single(struct device *dev, phys_addr_t paddr, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	struct io_tlb_pool *pool = bounce_pool_of(dev, paddr);

	if (likely(!pool))
		return;
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC) && dir != DMA_TO_DEVICE)
		bounce(dev, pool, paddr, size, false);
	release(dev, pool, paddr);
}

void swiotlb_sync_single_for_device(struct device *dev, phys_addr_t paddr, size_t size,
				    enum dma_data_direction dir)
{
	struct io_tlb_pool *pool = bounce_pool_of(dev, paddr);

	if (unlikely(pool != NULL) && dir != DMA_FROM_DEVICE)
		bounce(dev, pool, paddr, size, true);
}

void swiotlb_sync_single_for_cpu(struct device *dev, phys_addr_t paddr, size_t size,
				 enum dma_data_direction dir)
{
	struct io_tlb_pool *pool = bounce_pool_of(dev, paddr);

	if (unlikely(pool != NULL) && dir != DMA_TO_DEVICE)
		bounce(dev, pool, paddr, size, false);
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
		release(dev, bounce_pool_of(dev, slot_pa), slot_pa);
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
