/* SPDX-License-Identifier: MIT */
/*
 * The DMA API's switchboard. Every call reads the same way:
 *
 *	is it direct, through an IOMMU, or the device's own operations?  do it.  note it.
 *
 * This file maps, unmaps and syncs one buffer, mapping-sg.c a list; alloc.c gives memory for
 * both sides, mask.c answers what a device can reach. Who it is: request.h. The bodies of the
 * public functions keep their caller's address: it is what reports call a site.
 *
 * Linux: kernel/dma/mapping.c.
 */
#include "arm-iommu.h"
#include "dma-iommu.h"
#include "request.h"

/* Linux has BUG_ON() for this. */
bool request_complain_of_dir(enum dma_data_direction dir)
{
	return WARN(true, "BUG: DMA direction %d", (int)dir);
}

bool request_complain_of_mask(struct device *dev)
{
	if (dev_warns_first(dev, WARNED_NO_MASK))
		dev_WARN(dev, "mapping for a device without a dma_mask");
	return true;
}

/* ---- one buffer -------------------------------------------------------------------- */

/* Where the device finds it, if that may be a bounce buffer of the machine's; else 0. */
static phys_addr_t bounce_place(struct device *dev, dma_addr_t dma)
{
	if (maps_direct(dev))
		return to_phys(dev, dma);
	return dev->dma_iommu && !dev->dma_skip_sync ? dma_iommu_phys(dev, dma) : 0;
}

void request_add_bounce(struct ledger_note *n)
{
	phys_addr_t at = bounce_place(n->dev, n->dma);

	n->is_bounced = at && is_bounced(n->dev, at);
	n->bounce_pa = n->is_bounced ? at : 0;
}

static noinline dma_addr_t refuse(const struct request *r, enum ledger_why why)
{
	if (is_listening(r->dev)) {
		struct ledger_note n;

		note_fill(&n, LEDGER_MAP_REFUSED, r, DMA_MAPPING_ERROR);
		n.why = why;
		kernel_note(r->dev->kernel, &n);
	}
	return DMA_MAPPING_ERROR;
}

static noinline dma_addr_t refuse_not_ram(const struct request *r)
{
	WARN(true, "%s: mapping %zu bytes at pa %#llx, which is not all memory", dev_name(r->dev),
	     r->size, (unsigned long long)r->pa);
	return refuse(r, port_is_ram(dev_port(r->dev), r->pa, 1) ? WHY_PAST_MEMORY : WHY_NOT_RAM);
}

static noinline dma_addr_t map_by_ops(const struct request *r)
{
	size_t offset = r->page_offset ? r->page_offset : r->pa & ~PAGE_MASK;
	struct page *page = kernel_page(r->dev->kernel, r->pa - offset);

	if (arm_iommu_maps(r->dev))
		request_may_sleep(r->dev, GFP_KERNEL, "dma_map_page()", r->site);
	return r->dev->dma_ops->map_page(r->dev, page, offset, r->size, r->dir, r->attrs);
}

static inline dma_addr_t map_checked(const struct request *r, enum ledger_why *ret_why)
{
	struct device *dev = r->dev;

	if (dev->dma_iommu)
		return dma_iommu_map_phys(dev, r->pa, r->size, r->dir, r->attrs, ret_why);
	if (maps_direct(dev))
		return direct_map_phys(dev, r->pa, r->size, r->dir, r->attrs, ret_why);
	return map_by_ops(r);
}

static dma_addr_t note_map(const struct request *r, dma_addr_t dma)
{
	struct ledger_note n;

	note_fill(&n, LEDGER_MAP, r, dma);
	n.room = kernel_room(r->dev->kernel, r->pa, r->size);
	request_add_bounce(&n);
	kernel_note(r->dev->kernel, &n);
	return dma;
}

static __always_inline dma_addr_t map_request(const struct request *r)
{
	enum ledger_why why = WHY_NONE;
	dma_addr_t dma;

	if (is_bad_dir(r->dir) || lacks_mask(r->dev))
		return refuse(r, WHY_NONE);
	if (unlikely(!port_is_ram(dev_port(r->dev), r->pa, r->size)))
		return refuse_not_ram(r);
	dma = map_checked(r, &why);
	if (unlikely(dma == DMA_MAPPING_ERROR))
		return refuse(r, why);
	return is_listening(r->dev) ? note_map(r, dma) : dma;
}

/* Why @ptr may not be mapped, which is not in the linear map of @dev's machine. */
static enum ledger_why why_not(struct device *dev, const void *ptr)
{
	if (port_of(ptr) != dev_port(dev))
		return WHY_NOT_SIMULATED;
	if (port_va(ptr) < SPACE_END)
		return WHY_USER;
	if (WARN(is_vmalloc_addr(ptr), "%s: rejecting DMA map of vmalloc memory",
		 dev_name(dev)))
		return WHY_VMALLOC;
	return port_is_kmap_va(port_va(ptr)) ? WHY_KMAP : WHY_NOT_RAM;
}

/* In the linear map of @dev's machine? One subtraction covers window and map. */
static bool is_linear(const struct port *p, const void *ptr)
{
	return (uintptr_t)ptr - (uintptr_t)port_ptr(p, (u32)PAGE_OFFSET) < p->lowmem_len;
}

/*
 * A device behind an IOMMU, nobody who listens, and nothing to complain of: then what is left
 * to do is one call, with all its arguments in registers. @pa is memory of the linear map, or
 * has a page.
 */
static __always_inline bool is_plain(const struct device *dev, phys_addr_t pa, size_t size,
				     enum dma_data_direction dir)
{
	const struct kernel *k = dev->kernel;

	return dev->dma_iommu && !k->listener && valid_dma_direction(dir) && dev->dma_mask &&
	       port_bank_has(&k->port.bank[0], pa, size);
}

/*
 * The long ways take their arguments as they come: so the short ones need no stack. What calls
 * them must not become them by a jump (barrier()), for its own frame is where backtraces of
 * reports know that the library begins.
 */
static noinline dma_addr_t map_single(struct device *dev, void *ptr, size_t size,
				      enum dma_data_direction dir, unsigned long attrs,
				      const void *site)
{
	struct request r = { dev, 0, ptr, size, dir, attrs, site };
	const struct port *p = dev_port(dev);

	if (unlikely(!is_linear(p, ptr)))
		return refuse(&r, why_not(dev, ptr));
	r.pa = port_va_to_pa(p, port_va(ptr));
	return map_request(&r);
}

dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs)
{
	const struct port *p = dev_port(dev);
	phys_addr_t pa = port_va_to_pa(p, port_va(ptr));
	dma_addr_t dma;

	if (is_linear(p, ptr) && is_plain(dev, pa, size, dir))
		return dma_iommu_map_plain(dev, pa, size, dir, attrs);
	dma = map_single(dev, ptr, size, dir, attrs, __builtin_return_address(0));
	barrier();
	return dma;
}

/* virt_to_page() of a pointer that is not simulated memory is NULL. */
static inline bool is_page_of(const struct device *dev, const struct page *page)
{
	return likely(page != NULL) && likely(page_kernel(page) == dev->kernel);
}

static noinline dma_addr_t map_page(struct device *dev, struct page *page, size_t offset,
				    size_t size, enum dma_data_direction dir,
				    unsigned long attrs, const void *site)
{
	struct request r = { dev, 0, NULL, size, dir, attrs, site, offset };

	if (unlikely(!is_page_of(dev, page)))
		return refuse(&r, WHY_NOT_SIMULATED);
	r.pa = page_pa(dev->kernel, page) + offset;
	r.va = kernel_lowmem_ptr(dev->kernel, r.pa);
	return map_request(&r);
}

dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset,
			      size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t dma;

	if (is_page_of(dev, page)) {
		phys_addr_t pa = page_pa(dev->kernel, page) + offset;

		if (is_plain(dev, pa, size, dir))
			return dma_iommu_map_plain(dev, pa, size, dir, attrs);
	}
	dma = map_page(dev, page, offset, size, dir, attrs, __builtin_return_address(0));
	barrier();
	return dma;
}

static void note_unmap(const struct request *r, dma_addr_t dma)
{
	struct ledger_note n;

	note_fill(&n, LEDGER_UNMAP, r, dma);
	kernel_note(r->dev->kernel, &n);
}

static noinline void unmap_request(struct device *dev, dma_addr_t dma, size_t size,
				   enum dma_data_direction dir, unsigned long attrs,
				   const void *site)
{
	struct request r = { dev, 0, NULL, size, dir, attrs, site };

	if (is_bad_dir(dir))
		return;
	if (dev->dma_iommu)
		iommu_dma_unmap_page(dev, dma, size, dir, attrs);
	else if (maps_direct(dev))
		dma_direct_unmap_page(dev, dma, size, dir, attrs);
	else
		dev->dma_ops->unmap_page(dev, dma, size, dir, attrs);
	if (is_listening(dev))
		note_unmap(&r, dma);
}

/* Is it one call, with nobody who listens? It is made then. */
static __always_inline bool unmap_plainly(struct device *dev, dma_addr_t dma, size_t size,
					  enum dma_data_direction dir, unsigned long attrs)
{
	if (is_listening(dev) || unlikely(!valid_dma_direction(dir)))
		return false;
	if (dev->dma_iommu)
		iommu_dma_unmap_page(dev, dma, size, dir, attrs);
	else if (maps_direct(dev))
		dma_direct_unmap_page(dev, dma, size, dir, attrs);
	else
		return false;
	return true;
}

void dma_unmap_single_attrs(struct device *dev, dma_addr_t dma, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	if (unmap_plainly(dev, dma, size, dir, attrs))
		return;
	unmap_request(dev, dma, size, dir, attrs, __builtin_return_address(0));
	barrier();
}

void dma_unmap_page_attrs(struct device *dev, dma_addr_t dma, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	if (unmap_plainly(dev, dma, size, dir, attrs))
		return;
	unmap_request(dev, dma, size, dir, attrs, __builtin_return_address(0));
	barrier();
}

dma_addr_t dma_map_resource(struct device *dev, phys_addr_t phys, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	struct request r = { dev, phys, NULL, size, dir, attrs, __builtin_return_address(0) };
	bool is_ram = port_is_ram(dev_port(dev), phys, 1);
	dma_addr_t dma = DMA_MAPPING_ERROR;

	if (is_bad_dir(dir) || lacks_mask(dev))
		return refuse(&r, WHY_NONE);
	/* It passes, and no cache is looked after. */
	WARN(is_ram, "%s: mapping memory as a resource", dev_name(dev));
	if (maps_direct(dev))
		dma = dma_direct_map_resource(dev, phys, size, dir, attrs);
	else if (dev->dma_iommu)
		dma = iommu_dma_map_resource(dev, phys, size, dir, attrs);
	else if (dev->dma_ops->map_resource)
		dma = dev->dma_ops->map_resource(dev, phys, size, dir, attrs);
	if (dma == DMA_MAPPING_ERROR)
		return refuse(&r, is_ram ? WHY_RAM : WHY_MASK);
	if (is_listening(dev)) {
		struct ledger_note n;

		note_fill(&n, LEDGER_MAP_RESOURCE, &r, dma);
		n.is_ram = is_ram;
		kernel_note(dev->kernel, &n);
	}
	return dma;
}

void dma_unmap_resource(struct device *dev, dma_addr_t dma, size_t size,
			enum dma_data_direction dir, unsigned long attrs)
{
	struct request r = { dev, 0, NULL, size, dir, attrs, __builtin_return_address(0) };

	if (is_bad_dir(dir))
		return;
	if (dev->dma_iommu)
		iommu_dma_unmap_resource(dev, dma, size, dir, attrs);
	else if (!maps_direct(dev) && dev->dma_ops->unmap_resource)
		dev->dma_ops->unmap_resource(dev, dma, size, dir, attrs);
	if (is_listening(dev)) {
		struct ledger_note n;

		note_fill(&n, LEDGER_UNMAP_RESOURCE, &r, dma);
		kernel_note(dev->kernel, &n);
	}
}

static void note_checked(struct device *dev, dma_addr_t dma, const void *site)
{
	struct ledger_note n;

	ledger_note_clear(&n);
	n.kind = LEDGER_ERROR_CHECKED;
	n.dev = dev;
	n.dma = dma;
	n.site = site;
	kernel_note(dev->kernel, &n);
}

int dma_mapping_error(struct device *dev, dma_addr_t dma)
{
	if (is_listening(dev))
		note_checked(dev, dma, __builtin_return_address(0));
	return unlikely(dma == DMA_MAPPING_ERROR) ? -ENOMEM : 0;
}

/* ---- ownership ----------------------------------------------------------------------- */

bool dma_dev_need_sync(const struct device *dev)
{
	return !dev->dma_skip_sync;
}

static void note_sync(struct device *dev, enum ledger_kind kind, dma_addr_t dma, size_t size,
		      enum dma_data_direction dir, const void *site)
{
	if (is_listening(dev))
		kernel_note(dev->kernel, &(struct ledger_note){
			.kind = kind, .dev = dev, .dma = dma, .len = size, .dir = (int)dir,
			.site = site,
		});
}

static void sync_for_cpu(struct device *dev, dma_addr_t dma, size_t size,
			 enum dma_data_direction dir, const void *site)
{
	if (is_bad_dir(dir))
		return;
	if (!dma_dev_need_sync(dev))
		;
	else if (maps_direct(dev))
		dma_direct_sync_single_for_cpu(dev, dma, size, dir);
	else if (dev->dma_iommu)
		iommu_dma_sync_single_for_cpu(dev, dma, size, dir);
	else if (dev->dma_ops->sync_single_for_cpu)
		dev->dma_ops->sync_single_for_cpu(dev, dma, size, dir);
	note_sync(dev, LEDGER_SYNC_FOR_CPU, dma, size, dir, site);
}

static void sync_for_device(struct device *dev, dma_addr_t dma, size_t size,
			    enum dma_data_direction dir, const void *site)
{
	if (is_bad_dir(dir))
		return;
	if (!dma_dev_need_sync(dev))
		;
	else if (maps_direct(dev))
		dma_direct_sync_single_for_device(dev, dma, size, dir);
	else if (dev->dma_iommu)
		iommu_dma_sync_single_for_device(dev, dma, size, dir);
	else if (dev->dma_ops->sync_single_for_device)
		dev->dma_ops->sync_single_for_device(dev, dma, size, dir);
	note_sync(dev, LEDGER_SYNC_FOR_DEVICE, dma, size, dir, site);
}

void dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma, size_t size,
			     enum dma_data_direction dir)
{
	sync_for_cpu(dev, dma, size, dir, __builtin_return_address(0));
}

void dma_sync_single_for_device(struct device *dev, dma_addr_t dma, size_t size,
				enum dma_data_direction dir)
{
	sync_for_device(dev, dma, size, dir, __builtin_return_address(0));
}

void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t dma, unsigned long offset,
				   size_t size, enum dma_data_direction dir)
{
	sync_for_cpu(dev, dma + offset, size, dir, __builtin_return_address(0));
}

void dma_sync_single_range_for_device(struct device *dev, dma_addr_t dma, unsigned long offset,
				      size_t size, enum dma_data_direction dir)
{
	sync_for_device(dev, dma + offset, size, dir, __builtin_return_address(0));
}

bool dma_need_sync(struct device *dev, dma_addr_t dma)
{
	if (!dma_dev_need_sync(dev))
		return false;
	return maps_direct(dev) ? dma_direct_need_sync(dev, dma) : true;
}
