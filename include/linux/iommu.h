/* SPDX-License-Identifier: MIT */
/*
 * The IOMMU core: what drivers of IOMMUs give it, and what users of IOMMUs ask of it.
 *
 *	iommu_device_register(&iommu, &ops, hwdev)     a driver has one piece of hardware
 *	        |  a device that comes: of_iommu_configure(), <linux/of_iommu.h>
 *	ops->of_xlate, ->probe_device, ->device_group  whose it is, and with whom it shares
 *	        |
 *	a default domain of its group, attached        dma_map_page() works: <linux/dma-mapping.h>
 *	        |
 *	iommu_attach_group(domain, group), iommu_map() who manages the IOVAs alone
 *
 * A *domain* is one IO address space. A *group* is the devices that the hardware cannot
 * tell apart; a domain is attached to all of them or to none. Every group has a default
 * domain, which the DMA API uses, and is attached to it whenever nobody has attached
 * another. Several drivers may have IOMMUs on one machine; a domain belongs to the
 * driver that made it, and no device of another takes it (-EINVAL).
 *
 * Context: process for all but iommu_map(), iommu_unmap(), their kin and
 * report_iommu_fault(), which are for any as far as gfp and the driver allow, and
 * which take no lock of the core's: who maps keeps others from the same IOVAs.
 *
 * Leaves out: shared virtual addressing and I/O page faults (the types are here, for
 * iommu_ops), user-space page tables, PCI, module references. Sysfs is three functions.
 * Source: include/linux/iommu.h, drivers/iommu/iommu.c.
 */
#ifndef _ARMDMA_LINUX_IOMMU_H
#define _ARMDMA_LINUX_IOMMU_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/iova_bitmap.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/of.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct attribute_group;
struct iommu_dma_cookie;
struct iommu_domain;
struct iommu_fault_param;
struct iommu_group;
struct iommu_ops;
struct mm_struct;
struct module;
struct msi_desc;
struct msi_msg;

/* ---- protection, types, capabilities --------------------------------------------- */

#define IOMMU_READ	(1 << 0)	/* the device may read */
#define IOMMU_WRITE	(1 << 1)
#define IOMMU_CACHE	(1 << 2)	/* its accesses snoop the CPUs' caches */
#define IOMMU_NOEXEC	(1 << 3)
#define IOMMU_MMIO	(1 << 4)	/* registers, a doorbell: no memory */
#define IOMMU_PRIV	(1 << 5)	/* the rights above are for privileged accesses */

/** What a domain is made of; IOMMU_DOMAIN_* are the sets that exist. */
#define __IOMMU_DOMAIN_PAGING	(1U << 0)	/* has page tables: iommu_map() works */
#define __IOMMU_DOMAIN_DMA_API	(1U << 1)	/* the DMA API gives out its IOVAs */
#define __IOMMU_DOMAIN_PT	(1U << 2)	/* IOVA is physical address */
#define __IOMMU_DOMAIN_DMA_FQ	(1U << 3)	/* invalidates in batches, later */
#define __IOMMU_DOMAIN_SVA	(1U << 4)
#define __IOMMU_DOMAIN_PLATFORM	(1U << 5)
#define __IOMMU_DOMAIN_NESTED	(1U << 6)

/** What a driver's domain_alloc is asked for: it never hears of flush queues. */
#define IOMMU_DOMAIN_ALLOC_FLAGS	(~__IOMMU_DOMAIN_DMA_FQ)

#define IOMMU_DOMAIN_BLOCKED	(0U)	/* no access gets through */
#define IOMMU_DOMAIN_IDENTITY	(__IOMMU_DOMAIN_PT)
#define IOMMU_DOMAIN_UNMANAGED	(__IOMMU_DOMAIN_PAGING)	/* its user gives out IOVAs */
#define IOMMU_DOMAIN_DMA	(__IOMMU_DOMAIN_PAGING | __IOMMU_DOMAIN_DMA_API)
#define IOMMU_DOMAIN_DMA_FQ	(__IOMMU_DOMAIN_PAGING | __IOMMU_DOMAIN_DMA_API | \
				 __IOMMU_DOMAIN_DMA_FQ)
#define IOMMU_DOMAIN_SVA	(__IOMMU_DOMAIN_SVA)
#define IOMMU_DOMAIN_PLATFORM	(__IOMMU_DOMAIN_PLATFORM)
#define IOMMU_DOMAIN_NESTED	(__IOMMU_DOMAIN_NESTED)

/** What ->capable is asked. */
enum iommu_cap {
	IOMMU_CAP_CACHE_COHERENCY,		/* IOMMU_CACHE does something */
	IOMMU_CAP_NOEXEC,			/* so does IOMMU_NOEXEC */
	IOMMU_CAP_PRE_BOOT_PROTECTION,		/* firmware has used it already */
	IOMMU_CAP_ENFORCE_CACHE_COHERENCY,	/* ->enforce_cache_coherency works */
	IOMMU_CAP_DEFERRED_FLUSH,		/* ->unmap_pages invalidates nothing itself,
						 * so that a flush queue pays */
	IOMMU_CAP_DIRTY_TRACKING,
};

enum iommu_dev_features {
	IOMMU_DEV_FEAT_SVA,
	IOMMU_DEV_FEAT_IOPF,
};

/** Flags of a fault that is reported to a handler. */
#define IOMMU_FAULT_READ	0x0
#define IOMMU_FAULT_WRITE	0x1

/**
 * iommu_fault_handler_t - hears of an access that did not get through
 * @iova:  the byte, or the page, as far as the hardware tells
 * @flags: IOMMU_FAULT_*
 * @token: as given to iommu_set_fault_handler()
 *
 * Context: as the driver's interrupt handler.
 * Return: 0: dealt with, the driver need not say anything; -ENOSYS: as if there were
 * no handler.
 */
typedef int (*iommu_fault_handler_t)(struct iommu_domain *domain, struct device *dev,
				     unsigned long iova, int flags, void *token);

/* ---- page faults that a device can wait for: types only -------------------------- */

#define IOMMU_FAULT_PERM_READ	(1 << 0)
#define IOMMU_FAULT_PERM_WRITE	(1 << 1)
#define IOMMU_FAULT_PERM_EXEC	(1 << 2)
#define IOMMU_FAULT_PERM_PRIV	(1 << 3)

enum iommu_fault_type {
	IOMMU_FAULT_PAGE_REQ = 1,
};

#define IOMMU_FAULT_PAGE_REQUEST_PASID_VALID	(1 << 0)
#define IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE	(1 << 1)
#define IOMMU_FAULT_PAGE_RESPONSE_NEEDS_PASID	(1 << 2)

/* `addr` is Linux's name for the IOVA of the page. */
struct iommu_fault_page_request {
	u32 flags;
	u32 pasid;
	u32 grpid;
	u32 perm;
	u64 addr;
	u64 private_data[2];
};

struct iommu_fault {
	u32 type;
	struct iommu_fault_page_request prm;
};

enum iommu_page_response_code {
	IOMMU_PAGE_RESP_SUCCESS,	/* mapped: try again */
	IOMMU_PAGE_RESP_INVALID,	/* do not try again */
	IOMMU_PAGE_RESP_FAILURE,	/* and ask no more */
};

struct iommu_page_response {
	u32 pasid;
	u32 grpid;
	u32 code;
};

struct iopf_fault {
	struct iommu_fault fault;
	struct list_head list;
};

/* ---- domains ----------------------------------------------------------------------- */

/**
 * struct iommu_domain_geometry - which IOVAs a domain can translate
 * @aperture_start: the first
 * @aperture_end:   the last
 * @force_aperture: accesses outside are refused
 */
struct iommu_domain_geometry {
	dma_addr_t aperture_start;
	dma_addr_t aperture_end;
	bool force_aperture;
};

/**
 * struct iommu_domain - one IO address space; the first member of the driver's own
 * @type:          IOMMU_DOMAIN_*; the core's to set
 * @ops:           set by the driver's alloc, or by the core from default_domain_ops
 * @dirty_ops:     NULL: cannot tell which pages were written
 * @owner:         the driver that made it; of a static identity or blocked domain, which
 *                 the core never sets, the driver's own business: only attaching by hand
 *                 asks for it
 * @pgsize_bitmap: bytes of pages it can map, or'ed; 0 after the driver's alloc: the ops'
 * @geometry:      the driver's to set
 * @iova_cookie:   the DMA API's
 * @fault_data:    whose iopf_handler it is
 * @handler, @handler_token: iommu_set_fault_handler()
 */
struct iommu_domain {
	unsigned type;
	const struct iommu_domain_ops *ops;
	const struct iommu_dirty_ops *dirty_ops;
	const struct iommu_ops *owner;
	unsigned long pgsize_bitmap;
	struct iommu_domain_geometry geometry;
	struct iommu_dma_cookie *iova_cookie;
	void *fault_data;
	iommu_fault_handler_t handler;
	void *handler_token;
};

/** Does the DMA API give out its IOVAs? */
static inline bool iommu_is_dma_domain(struct iommu_domain *domain)
{
	return domain->type & __IOMMU_DOMAIN_DMA_API;
}

/**
 * struct iommu_iotlb_gather - what was unmapped and must yet be invalidated
 * @start:    the first byte; ULONG_MAX: nothing yet
 * @end:      the last byte
 * @pgsize:   of the pages in it, as the page table had them; 0: nothing yet
 * @freelist: page-table pages to free once nobody can walk them
 * @queued:   ->flush_iotlb_all() will be called later in place of ->iotlb_sync()
 */
struct iommu_iotlb_gather {
	unsigned long start;
	unsigned long end;
	size_t pgsize;
	struct list_head freelist;
	bool queued;
};

/** struct iommu_dirty_bitmap - where dirty pages are noted; @gather may be NULL */
struct iommu_dirty_bitmap {
	struct iova_bitmap *bitmap;
	struct iommu_iotlb_gather *gather;
};

#define IOMMU_DIRTY_NO_CLEAR	(1 << 0)	/* look, and leave them dirty */

/**
 * struct iommu_dirty_ops - for domains that can tell which pages a device wrote
 * @set_dirty_tracking:   from now on, or no longer
 * @read_and_clear_dirty: note what was written in [@iova, +@size), and forget it unless
 *                        @flags has IOMMU_DIRTY_NO_CLEAR
 */
struct iommu_dirty_ops {
	int (*set_dirty_tracking)(struct iommu_domain *domain, bool enabled);
	int (*read_and_clear_dirty)(struct iommu_domain *domain, unsigned long iova,
				    size_t size, unsigned long flags,
				    struct iommu_dirty_bitmap *dirty);
};

/** User space's description of a page table; only passed on. */
struct iommu_user_data {
	unsigned int type;
	void __user *uptr;
	size_t len;
};

struct iommu_user_data_array {
	unsigned int type;
	void __user *uptr;
	size_t entry_len;
	u32 entry_num;
};

#define IOMMU_NO_PASID			(0U)	/* DMA without one */
#define IOMMU_FIRST_GLOBAL_PASID	(1U)
#define IOMMU_PASID_INVALID		(-1U)
typedef unsigned int ioasid_t;

/**
 * struct iommu_domain_ops - what a driver does to a domain
 * @attach_dev: translate @dev's accesses with it from now on, whatever did before.
 *              Return: 0; -EINVAL: this domain does not fit this device, another may;
 *              -ENOMEM, -ENOSPC, -EBUSY, -ENODEV
 * @set_dev_pasid: the same for accesses with @pasid
 * @map_pages:  @pgcount pages of @pgsize bytes (one bit of pgsize_bitmap), all aligned
 *              to it. Adds to *@mapped the bytes it did, also when it fails midway.
 *              Return: 0; -EEXIST: something is mapped there; -ERANGE; -ENOMEM
 * @unmap_pages: the same number. Notes in @iotlb_gather what must be invalidated.
 *              Return: bytes unmapped, which may be more (a larger page), or fewer; 0:
 *              nothing was mapped at @iova
 * @flush_iotlb_all: nothing that was unmapped is translated any more
 * @iotlb_sync_map: what was mapped in [@iova, +@size) is translated from now on; NULL:
 *              it is anyway
 * @iotlb_sync: nothing in @iotlb_gather is translated any more; NULL: ->unmap_pages
 *              sees to it
 * @iova_to_phys: 0: nothing is mapped there
 * @free:       nobody is attached any more
 */
struct iommu_domain_ops {
	int (*attach_dev)(struct iommu_domain *domain, struct device *dev);
	int (*set_dev_pasid)(struct iommu_domain *domain, struct device *dev,
			     ioasid_t pasid, struct iommu_domain *old);

	int (*map_pages)(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			 size_t pgsize, size_t pgcount, int prot, gfp_t gfp,
			 size_t *mapped);
	size_t (*unmap_pages)(struct iommu_domain *domain, unsigned long iova,
			      size_t pgsize, size_t pgcount,
			      struct iommu_iotlb_gather *iotlb_gather);

	void (*flush_iotlb_all)(struct iommu_domain *domain);
	int (*iotlb_sync_map)(struct iommu_domain *domain, unsigned long iova, size_t size);
	void (*iotlb_sync)(struct iommu_domain *domain,
			   struct iommu_iotlb_gather *iotlb_gather);
	int (*cache_invalidate_user)(struct iommu_domain *domain,
				     struct iommu_user_data_array *array);

	phys_addr_t (*iova_to_phys)(struct iommu_domain *domain, dma_addr_t iova);

	bool (*enforce_cache_coherency)(struct iommu_domain *domain);
	int (*enable_nesting)(struct iommu_domain *domain);
	int (*set_pgtable_quirks)(struct iommu_domain *domain, unsigned long quirks);

	void (*free)(struct iommu_domain *domain);
};

/* ---- drivers ------------------------------------------------------------------------ */

enum iommu_resv_type {
	IOMMU_RESV_DIRECT,		/* must be mapped 1:1 all the time */
	IOMMU_RESV_DIRECT_RELAXABLE,	/* the same, but not for who takes the device over */
	IOMMU_RESV_RESERVED,		/* must never be mapped */
	IOMMU_RESV_MSI,			/* the hardware takes them for interrupts */
	IOMMU_RESV_SW_MSI,		/* where software maps doorbells */
};

/**
 * struct iommu_resv_region - IOVAs of a device that are not free
 * @start: the first, and the physical address where it is mapped 1:1
 * @free:  gives it back; NULL: it came from iommu_alloc_resv_region()
 */
struct iommu_resv_region {
	struct list_head list;
	phys_addr_t start;
	size_t length;
	int prot;
	enum iommu_resv_type type;
	void (*free)(struct device *dev, struct iommu_resv_region *region);
};

/**
 * struct iommu_ops - one driver of IOMMUs
 * @domain_alloc:        a domain of IOMMU_DOMAIN_*, as an ALLOC_FLAGS subset; NULL or
 *                       ERR_PTR on failure
 * @domain_alloc_paging: one with page tables, for @dev (NULL: for any); preferred
 * @probe_device:        does it serve @dev, whose fwspec is there? ERR_PTR(-ENODEV): no
 * @release_device:      @dev goes; its domain must not be used for it any more
 * @probe_finalize:      @dev is in its group and attached
 * @device_group:        the group of @dev, with one reference for it
 * @get_resv_regions:    add IOVAs of @dev that are not free to @list
 * @of_xlate:            one specifier of the device tree: note its IDs in the fwspec
 * @is_attach_deferred:  attach at the first mapping only
 * @def_domain_type:     IOMMU_DOMAIN_IDENTITY or _DMA: @dev must have that; 0: any
 * @remove_dev_pasid:    undoes ->set_dev_pasid
 * @pgsize_bitmap:       of domains that do not say
 * @owner:               THIS_MODULE; not looked at
 * @identity_domain, @blocked_domain: static domains whose attach cannot fail, or NULL
 * @release_domain:      attached before ->release_device, or NULL
 * @default_domain:      always the default domain; NULL: the core chooses
 *
 * All may be NULL but probe_device, device_group and one way to get a domain.
 */
struct iommu_ops {
	bool (*capable)(struct device *dev, enum iommu_cap cap);
	void *(*hw_info)(struct device *dev, u32 *length, u32 *type);

	struct iommu_domain *(*domain_alloc)(unsigned iommu_domain_type);
	struct iommu_domain *(*domain_alloc_user)(struct device *dev, u32 flags,
						  struct iommu_domain *parent,
						  const struct iommu_user_data *user_data);
	struct iommu_domain *(*domain_alloc_paging)(struct device *dev);
	struct iommu_domain *(*domain_alloc_sva)(struct device *dev, struct mm_struct *mm);

	struct iommu_device *(*probe_device)(struct device *dev);
	void (*release_device)(struct device *dev);
	void (*probe_finalize)(struct device *dev);
	struct iommu_group *(*device_group)(struct device *dev);

	void (*get_resv_regions)(struct device *dev, struct list_head *list);

	int (*of_xlate)(struct device *dev, const struct of_phandle_args *args);
	bool (*is_attach_deferred)(struct device *dev);

	int (*dev_enable_feat)(struct device *dev, enum iommu_dev_features f);
	int (*dev_disable_feat)(struct device *dev, enum iommu_dev_features f);

	void (*page_response)(struct device *dev, struct iopf_fault *evt,
			      struct iommu_page_response *msg);

	int (*def_domain_type)(struct device *dev);
	void (*remove_dev_pasid)(struct device *dev, ioasid_t pasid,
				 struct iommu_domain *domain);

	const struct iommu_domain_ops *default_domain_ops;
	unsigned long pgsize_bitmap;
	struct module *owner;
	struct iommu_domain *identity_domain;
	struct iommu_domain *blocked_domain;
	struct iommu_domain *release_domain;
	struct iommu_domain *default_domain;
	u8 user_pasid_table:1;
};

/**
 * struct iommu_device - one piece of hardware; usually within the driver's own struct
 * @list:            the core's
 * @ops:             its driver
 * @fwnode:          what devices name to be behind it
 * @dev:             of its own, for messages; or NULL
 * @singleton_group: generic_single_device_group()'s
 * @max_pasids:      how many it tells apart; 0: none
 */
struct iommu_device {
	struct list_head list;
	const struct iommu_ops *ops;
	struct fwnode_handle *fwnode;
	struct device *dev;
	struct iommu_group *singleton_group;
	u32 max_pasids;
};

/**
 * struct iommu_fwspec - how a device shows itself to its IOMMUs
 * @iommu_fwnode: the first of them
 * @num_ids:      of @ids
 * @ids:          what ->of_xlate made of the specifiers; the IOMMU driver's to understand
 */
struct iommu_fwspec {
	struct fwnode_handle *iommu_fwnode;
	u32 flags;
	unsigned int num_ids;
	u32 ids[];
};

#define IOMMU_FWSPEC_PCI_RC_ATS	(1 << 0)

/**
 * struct dev_iommu - what the core knows of a device that has, or may have, an IOMMU
 * @iommu_dev:       the IOMMU that took it; NULL: none yet
 * @priv:            that driver's own
 * @max_pasids:      how many both can tell apart
 * @attach_deferred: it is not attached yet
 * @pci_32bit_workaround: IOVAs below 4 GiB first
 * @require_direct:  it has an IOMMU_RESV_DIRECT region: it cannot be blocked
 * @shadow_on_flush: invalidating is expensive: one long queue
 */
struct dev_iommu {
	struct iommu_fault_param *fault_param;
	struct iommu_fwspec *fwspec;
	struct iommu_device *iommu_dev;
	void *priv;
	u32 max_pasids;
	u32 attach_deferred:1;
	u32 pci_32bit_workaround:1;
	u32 require_direct:1;
	u32 shadow_on_flush:1;
};

/**
 * iommu_device_register() - @iommu is there: devices that name it are served from now on
 * @iommu: zero but for what the driver sets; the caller's, until unregistered
 * @ops:   borrowed as long
 * @hwdev: whose firmware node devices name; NULL: @iommu->fwnode as it is. Without any,
 *         it serves all devices that name no IOMMU
 *
 * Devices that are there already and have no group are probed.
 * Return: 0; what probing the first of them returned, and then it is not registered.
 */
int iommu_device_register(struct iommu_device *iommu, const struct iommu_ops *ops,
			  struct device *hwdev);

/** Its devices are released first; nobody may be using a domain of theirs. */
/** What has not registered: a warning, where Linux crashes. */
void iommu_device_unregister(struct iommu_device *iommu);

/**
 * iommu_device_sysfs_add() - @iommu->dev, under which messages name it
 * @parent: the hardware's device; becomes @iommu->dev
 *
 * Return: 0.
 */
int iommu_device_sysfs_add(struct iommu_device *iommu, struct device *parent,
			   const struct attribute_group **groups, const char *fmt, ...)
	__attribute__((__format__(__printf__, 4, 5)));
void iommu_device_sysfs_remove(struct iommu_device *iommu);

/**
 * iommu_probe_device() - put @dev behind the IOMMU that its fwspec names
 *
 * Who makes devices calls it; of_iommu_configure() does.
 * Return: 0, also when it is already; -ENODEV: no IOMMU for it; what the driver returned;
 * -ENOMEM.
 */
int iommu_probe_device(struct device *dev);

/** Look again at all devices on @bus that have no group. Return: the first error. */
int bus_iommu_probe(const struct bus_type *bus);
/** Has any IOMMU registered, whatever it serves? */
bool iommu_present(const struct bus_type *bus);

/** False also where @dev has no IOMMU. */
bool device_iommu_capable(struct device *dev, enum iommu_cap cap);

/** Who probes a device, in ops: the IOMMU that it is behind, as the driver's own struct. */
static inline struct iommu_device *__iommu_get_iommu_dev(struct device *dev)
{
	return dev->iommu->iommu_dev;
}

#define iommu_get_iommu_dev(dev, type, member) \
	container_of(__iommu_get_iommu_dev(dev), type, member)

static inline struct iommu_device *dev_to_iommu_device(struct device *dev)
{
	return (struct iommu_device *)dev_get_drvdata(dev);
}

/**
 * iommu_fwspec_init() - begin @dev's fwspec, which @iommu_fwnode's driver will read
 *
 * Again, for a second IOMMU, it only checks that the driver is the same.
 * Return: 0; -EPROBE_DEFER: nobody has registered that node; -EINVAL: somebody else's;
 * -ENOMEM.
 */
int iommu_fwspec_init(struct device *dev, struct fwnode_handle *iommu_fwnode);
void iommu_fwspec_free(struct device *dev);
/** Return: 0; -EINVAL without a fwspec; -ENOMEM, and then it is as before. */
int iommu_fwspec_add_ids(struct device *dev, const u32 *ids, int num_ids);

static inline struct iommu_fwspec *dev_iommu_fwspec_get(struct device *dev)
{
	return dev->iommu ? dev->iommu->fwspec : NULL;
}

static inline void dev_iommu_fwspec_set(struct device *dev, struct iommu_fwspec *fwspec)
{
	dev->iommu->fwspec = fwspec;
}

static inline void *dev_iommu_priv_get(struct device *dev)
{
	return dev->iommu ? dev->iommu->priv : NULL;
}

void dev_iommu_priv_set(struct device *dev, void *priv);

#define TEGRA_STREAM_ID_BYPASS	0x7f

/** The only ID of @dev, which a Tegra's device has to be told. False: it has not got one. */
static inline bool tegra_dev_iommu_get_stream_id(struct device *dev, u32 *stream_id)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);

	if (!fwspec || fwspec->num_ids != 1)
		return false;
	*stream_id = fwspec->ids[0] & 0xffff;
	return true;
}

/* ---- groups ------------------------------------------------------------------------- */

/** For ->device_group: a group for each device; one for all behind the same IOMMU. */
struct iommu_group *generic_device_group(struct device *dev);
struct iommu_group *generic_single_device_group(struct device *dev);

/**
 * iommu_group_alloc() - an empty group, and one reference to it
 *
 * It goes when it has no device and nobody holds it.
 * Return: ERR_PTR(-ENOMEM) on failure.
 */
struct iommu_group *iommu_group_alloc(void);
/** The group of @dev with one reference more, or NULL. */
struct iommu_group *iommu_group_get(struct device *dev);
struct iommu_group *iommu_group_ref_get(struct iommu_group *group);
void iommu_group_put(struct iommu_group *group);	/* NULL is fine */
/** The smallest number that no other group of the machine had when it was made. */
int iommu_group_id(struct iommu_group *group);
/** NULL takes the name away. Return: 0; -ENOMEM, and then it has none. */
int iommu_group_set_name(struct iommu_group *group, const char *name);
void *iommu_group_get_iommudata(struct iommu_group *group);
/** @release is called when the group goes; may be NULL. */
void iommu_group_set_iommudata(struct iommu_group *group, void *iommu_data,
			       void (*release)(void *iommu_data));
/** A device that no IOMMU serves. Return: 0; -ENOMEM. */
int iommu_group_add_device(struct iommu_group *group, struct device *dev);
void iommu_group_remove_device(struct device *dev);
/**
 * In the order in which they came, until @fn returns other than 0, which is returned.
 * The group is locked meanwhile: @fn must not attach or detach.
 */
int iommu_group_for_each_dev(struct iommu_group *group, void *data,
			     int (*fn)(struct device *dev, void *data));

/* ---- default domains ------------------------------------------------------------------ */

/** What a group gets whose driver does not care: set before devices come. */
void iommu_set_default_passthrough(bool cmd_line);	/* IOMMU_DOMAIN_IDENTITY */
void iommu_set_default_translated(bool cmd_line);	/* IOMMU_DOMAIN_DMA */
bool iommu_default_passthrough(void);
/** If it is IOMMU_DOMAIN_DMA_FQ, it is IOMMU_DOMAIN_DMA from now on. */
void iommu_set_dma_strict(void);

struct iommu_domain *iommu_group_default_domain(struct iommu_group *group);

/**
 * iommu_group_store_type() - another type of default domain, as written to
 *                            /sys/kernel/iommu_groups/N/type
 * @type: "identity", "DMA", "DMA-FQ", "auto"; a newline at the end is fine
 *
 * From DMA to DMA-FQ at any time; all others only while no driver is bound to a device
 * of the group.
 * Return: 0; -EINVAL: no such type, or the driver insists on another; -EPERM: a driver is
 * bound, or there is no device; what allocating or attaching the new one returned, and
 * then the old one stays.
 */
int iommu_group_store_type(struct iommu_group *group, const char *type);
/** What can be read there: one word and a newline; @buf has 16 bytes. Return: length. */
int iommu_group_show_type(struct iommu_group *group, char *buf);
/**
 * iommu_group_show_resv_regions() - what can be read from .../reserved_regions
 * @size: of @buf; what does not fit is left out, whole lines
 *
 * A line each: first byte, last byte, type. Return: length.
 */
int iommu_group_show_resv_regions(struct iommu_group *group, char *buf, size_t size);

/* ---- who owns a group's DMA -------------------------------------------------------------- */

/**
 * iommu_device_use_default_domain() - a driver that uses the DMA API is about to be bound
 *
 * Return: 0, also without an IOMMU; -EPROBE_DEFER: its group is not set up yet (retry);
 * -EBUSY: somebody else has the group.
 */
int iommu_device_use_default_domain(struct device *dev);
void iommu_device_unuse_default_domain(struct device *dev);

/**
 * iommu_group_claim_dma_owner() - take a group over, for user space
 * @owner: of your choice, not NULL
 *
 * All its devices are blocked until you attach a domain.
 * Return: 0; -EPERM: a driver is bound to one of them, or the group has an owner; -EBUSY:
 * a domain other than the default is attached; -EINVAL: no @owner, or a device needs its
 * 1:1 mapping; -ENOMEM.
 */
int iommu_group_claim_dma_owner(struct iommu_group *group, void *owner);
/** What the owner attached must be detached. */
void iommu_group_release_dma_owner(struct iommu_group *group);
bool iommu_group_dma_owner_claimed(struct iommu_group *group);

/** The same by device: with one @owner several times. -ENODEV: @dev has no group. */
int iommu_device_claim_dma_owner(struct device *dev, void *owner);
void iommu_device_release_dma_owner(struct device *dev);

/* ---- attaching -------------------------------------------------------------------------- */

/**
 * iommu_paging_domain_alloc() - an empty IOMMU_DOMAIN_UNMANAGED for @dev and its like
 *
 * Return: yours to iommu_domain_free() when nobody is attached; ERR_PTR: -ENODEV without
 * an IOMMU, -ENOMEM, or what the driver says.
 */
struct iommu_domain *iommu_paging_domain_alloc(struct device *dev);
/**
 * iommu_domain_alloc() - the same for any device on @bus: &platform_bus_type
 *
 * Return: NULL on failure, and with a warning where several drivers have IOMMUs.
 */
struct iommu_domain *iommu_domain_alloc(const struct bus_type *bus);
void iommu_domain_free(struct iommu_domain *domain);

/**
 * iommu_attach_group() - translate all accesses of @group with @domain
 *
 * Return: 0;
 *   -EBUSY   another domain than the default or the blocking one is attached
 *   -EINVAL  @domain is another driver's; or the driver says that it does not fit
 *   others   of the driver
 * After a failure all devices are attached to what they were before.
 */
int iommu_attach_group(struct iommu_domain *domain, struct iommu_group *group);
/** Back to the default domain; to none at all where somebody has claimed the group. */
void iommu_detach_group(struct iommu_domain *domain, struct iommu_group *group);
/** iommu_attach_group(), but whatever is attached: never -EBUSY, no driver compared. */
int iommu_group_replace_domain(struct iommu_group *group, struct iommu_domain *new_domain);

/** The same for the only device of a group. -ENODEV: no group; -EINVAL: not the only one. */
int iommu_attach_device(struct iommu_domain *domain, struct device *dev);
/** A warning, and nothing, where @domain is not what is attached. */
void iommu_detach_device(struct iommu_domain *domain, struct device *dev);

/** What its accesses go through now; NULL: no IOMMU. */
struct iommu_domain *iommu_get_domain_for_dev(struct device *dev);
/** Its group's default domain; @dev has a group. */
struct iommu_domain *iommu_get_dma_domain(struct device *dev);
/** Attach now what ->is_attach_deferred put off. Return: 0, or the driver's error. */
int iommu_deferred_attach(struct device *dev, struct iommu_domain *domain);

/** struct iommu_attach_handle - begins what the attacher remembers of a PASID */
struct iommu_attach_handle {
	struct iommu_domain *domain;
};

/**
 * iommu_attach_device_pasid() - translate accesses with @pasid through @domain
 * @handle: NULL, or the caller's, until detached
 *
 * Return: 0; -EOPNOTSUPP: the driver cannot; -ENODEV: no group; -EINVAL: another driver's
 * domain, PASID 0, or one beyond the device's; -EBUSY: @pasid is attached; -ENOMEM.
 */
int iommu_attach_device_pasid(struct iommu_domain *domain, struct device *dev,
			      ioasid_t pasid, struct iommu_attach_handle *handle);
void iommu_detach_device_pasid(struct iommu_domain *domain, struct device *dev,
			       ioasid_t pasid);
/** @type: IOMMU_DOMAIN_*, 0: any. ERR_PTR: -ENOENT: none; -EBUSY: of another type. */
struct iommu_attach_handle *iommu_attach_handle_get(struct iommu_group *group,
						    ioasid_t pasid, unsigned int type);
/** One that no other device of the machine has; IOMMU_PASID_INVALID: none left. */
ioasid_t iommu_alloc_global_pasid(struct device *dev);
void iommu_free_global_pasid(ioasid_t pasid);

/** -ENODEV and -EBUSY, where there is no driver that can. */
int iommu_dev_enable_feature(struct device *dev, enum iommu_dev_features f);
int iommu_dev_disable_feature(struct device *dev, enum iommu_dev_features f);

/** Of an UNMANAGED domain, before it is attached. -EINVAL: it cannot. */
int iommu_enable_nesting(struct iommu_domain *domain);
int iommu_set_pgtable_quirks(struct iommu_domain *domain, unsigned long quirks);

/* ---- reserved regions ---------------------------------------------------------------- */

/** Add what the driver of @dev's IOMMU says to @list, in its order. */
void iommu_get_resv_regions(struct device *dev, struct list_head *list);
void iommu_put_resv_regions(struct device *dev, struct list_head *list);
/** NULL: no memory. For ->get_resv_regions. */
struct iommu_resv_region *iommu_alloc_resv_region(phys_addr_t start, size_t length, int prot,
						  enum iommu_resv_type type, gfp_t gfp);
/**
 * iommu_get_group_resv_regions() - of all devices of a group
 * @head: gets copies, by start address, where regions of one type that touch are one
 *
 * Give them back with iommu_put_resv_regions(NULL, @head). Return: 0; -ENOMEM, and what
 * there is so far is in @head.
 */
int iommu_get_group_resv_regions(struct iommu_group *group, struct list_head *head);

/* ---- mapping -------------------------------------------------------------------------- */

/**
 * iommu_map() - map [@iova, +@size) to [@paddr, +@size), in the largest pages that fit
 * @iova, @paddr, @size: multiples of the smallest page of the domain
 * @prot:  IOMMU_READ...
 * @gfp:   of page tables; no zone
 *
 * Return: 0;
 *   -EINVAL  not aligned, which is said; not a domain with page tables; or a bad @gfp
 *   -ENODEV  the driver cannot map
 *   others   of the driver: -EEXIST, -ENOMEM, ...
 * After a failure nothing of the range is mapped that was not before.
 */
int iommu_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
	      size_t size, int prot, gfp_t gfp);

/**
 * iommu_map_nosync() - the same, but devices need not get through yet
 * iommu_sync_map() - now they do, at all that was mapped of [@iova, +@size)
 *
 * For who maps many pieces. Both are of Linux 6.16, which iommu_map() is made of there.
 * Return: as of iommu_map(); a failed iommu_sync_map() leaves all mapped.
 */
int iommu_map_nosync(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
		     size_t size, int prot, gfp_t gfp);
int iommu_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size);

/**
 * iommu_map_sg() - map a list to IOVAs in a row
 *
 * Entries that follow each other in memory are mapped as one. Entries that are bus
 * addresses are left out.
 * Return: bytes mapped, or an error as of iommu_map(), and then nothing is.
 */
ssize_t iommu_map_sg(struct iommu_domain *domain, unsigned long iova, struct scatterlist *sg,
		     unsigned int nents, int prot, gfp_t gfp);
static inline ssize_t iommu_map_sgtable(struct iommu_domain *domain, unsigned long iova,
					struct sg_table *sgt, int prot)
{
	return iommu_map_sg(domain, iova, sgt->sgl, sgt->orig_nents, prot, GFP_KERNEL);
}

/**
 * iommu_unmap() - undo it; when it returns, no device gets through any more
 *
 * Return: bytes unmapped from @iova on: fewer where a hole is met, more where the last
 * page is larger; 0 when not aligned, which is said.
 */
size_t iommu_unmap(struct iommu_domain *domain, unsigned long iova, size_t size);
/** The same, but devices get through until iommu_iotlb_sync(@domain, @iotlb_gather). */
size_t iommu_unmap_fast(struct iommu_domain *domain, unsigned long iova, size_t size,
			struct iommu_iotlb_gather *iotlb_gather);

/** 0: nothing is mapped there. An identity domain returns @iova, a blocked one 0. */
phys_addr_t iommu_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova);

void iommu_flush_iotlb_all(struct iommu_domain *domain);

static inline void iommu_iotlb_gather_init(struct iommu_iotlb_gather *gather)
{
	gather->start = ULONG_MAX;
	gather->end = 0;
	gather->pgsize = 0;
	INIT_LIST_HEAD(&gather->freelist);
	gather->queued = false;
}

/** Nothing in @iotlb_gather gets through any more, and it is empty. */
void iommu_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *iotlb_gather);

/** Would [@iova, +@size) leave a hole beside what was gathered? Touching is no hole. */
static inline bool iommu_iotlb_gather_is_disjoint(struct iommu_iotlb_gather *gather,
						  unsigned long iova, size_t size)
{
	if (!gather->end)
		return false;
	return iova + size < gather->start || iova > gather->end + 1;
}

/** One range that holds both, and whatever lies between. */
static inline void iommu_iotlb_gather_add_range(struct iommu_iotlb_gather *gather,
						unsigned long iova, size_t size)
{
	unsigned long last = iova + size - 1;

	if (iova < gather->start)
		gather->start = iova;
	if (last > gather->end)
		gather->end = last;
}

/** The same for one page; what does not go with it is invalidated first. */
static inline void iommu_iotlb_gather_add_page(struct iommu_domain *domain,
					       struct iommu_iotlb_gather *gather,
					       unsigned long iova, size_t size)
{
	bool is_other_size = gather->pgsize && gather->pgsize != size;

	if (is_other_size || iommu_iotlb_gather_is_disjoint(gather, iova, size))
		iommu_iotlb_sync(domain, gather);
	gather->pgsize = size;
	iommu_iotlb_gather_add_range(gather, iova, size);
}

/** NULL is not. */
static inline bool iommu_iotlb_gather_queued(struct iommu_iotlb_gather *gather)
{
	return gather && gather->queued;
}

static inline void iommu_dirty_bitmap_init(struct iommu_dirty_bitmap *dirty,
					   struct iova_bitmap *bitmap,
					   struct iommu_iotlb_gather *gather)
{
	dirty->bitmap = bitmap;
	dirty->gather = gather;
	if (gather)
		iommu_iotlb_gather_init(gather);
}

/** For ->read_and_clear_dirty: [@iova, +@length) was written. */
static inline void iommu_dirty_bitmap_record(struct iommu_dirty_bitmap *dirty,
					     unsigned long iova, unsigned long length)
{
	if (dirty->bitmap)
		iova_bitmap_set(dirty->bitmap, iova, length);
	if (dirty->gather)
		iommu_iotlb_gather_add_range(dirty->gather, iova, length);
}

/* ---- doorbells of interrupts: lib/dma's -------------------------------------------------- */

/**
 * iommu_get_msi_cookie() - let doorbells be mapped into an UNMANAGED domain
 * @base: the IOVAs from there on are free for that
 *
 * Return: 0; -EINVAL: @domain is of another type; -EEXIST: it has one; -ENOMEM.
 */
int iommu_get_msi_cookie(struct iommu_domain *domain, dma_addr_t base);
/** Map the page of @msi_addr for @desc's device. Return: 0; -ENOMEM. */
int iommu_dma_prepare_msi(struct msi_desc *desc, phys_addr_t msi_addr);
/** Put the IOVA of the prepared doorbell in the place of its address in @msg. */
void iommu_dma_compose_msi_msg(struct msi_desc *desc, struct msi_msg *msg);

/* ---- faults -------------------------------------------------------------------------- */

/** One handler a domain; NULL takes it away. */
void iommu_set_fault_handler(struct iommu_domain *domain, iommu_fault_handler_t handler,
			     void *token);
/**
 * report_iommu_fault() - for drivers: @dev's access to @iova did not get through
 * @flags: IOMMU_FAULT_*
 *
 * Return: what the handler said; -ENOSYS: there is none, say it yourself.
 */
int report_iommu_fault(struct iommu_domain *domain, struct device *dev, unsigned long iova,
		       int flags);

#ifdef __cplusplus
}
#endif
#endif
