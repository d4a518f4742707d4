/* SPDX-License-Identifier: MIT */
/*
 * The core's own state: who has registered, which devices there are, in which groups.
 *
 *	kernel.iommu --> devices: struct iommu_device     IOMMUs, as they registered
 *	             --> bus:     struct device           all devices of the machine
 *	             --> groups:  struct iommu_group      ascending by number
 *	                             |--> devices: struct group_device --> struct device
 *	                             '--> domain, default_domain, blocking_domain
 *
 * Locks: probe_lock, inside it a group's mutex, inside that device_lock, which is also
 * taken alone. Mapping and unmapping take none.
 *
 * Linux: drivers/iommu/iommu.c, drivers/iommu/iommu-priv.h.
 */
#ifndef LIB_IOMMU_CORE_H
#define LIB_IOMMU_CORE_H

#include <linux/iommu.h>
#include <linux/mutex.h>

#include "../mm/kernel.h"
#include "dma-hooks.h"

/**
 * struct iommu_core - of one machine
 * @def_domain_type: of groups whose drivers do not care
 * @dma_strict:      IOMMU_DOMAIN_DMA_FQ is not chosen by default
 */
struct iommu_core {
	struct mutex probe_lock;
	spinlock_t device_lock;		/* of the next three */
	struct list_head devices;
	struct list_head bus;
	struct list_head groups;
	struct list_head pasids;	/* struct numbered: the global ones in use */
	unsigned int def_domain_type;
	bool dma_strict;
	const struct iommu_dma_hooks *hooks;
	GPtrArray *reference;		/* reference.c's: of struct ref_mmu */
};

/* An integer that is taken, in an ascending list of such. */
struct numbered {
	struct list_head entry;
	u32 nr;
};

/**
 * struct iommu_group - devices that share a domain, whatever it is
 * @number:    its place in core.groups, and its ID
 * @mutex:     of all that follows
 * @pasids:    struct pasid_entry, of who is attached by PASID
 * @domain:    what is attached now
 * @owner_cnt: drivers that are bound, or claims of @owner
 * @owner:     who took the group over; NULL: the DMA API has it
 * @entry:     in the list of groups that wait for a default domain
 */
struct iommu_group {
	struct kernel *kernel;
	struct numbered number;
	atomic_t refcount;
	char *name;
	void *iommu_data;
	void (*iommu_data_release)(void *iommu_data);

	struct mutex mutex;
	struct list_head devices;	/* of struct group_device */
	struct list_head pasids;
	struct iommu_domain *default_domain;
	struct iommu_domain *blocking_domain;
	struct iommu_domain *domain;
	unsigned int owner_cnt;
	void *owner;
	struct list_head entry;
};

/* @is_bound: a driver is, and owner_cnt counts it */
struct group_device {
	struct list_head list;
	struct device *dev;
	bool is_bound;
};

#define for_each_group_device(group, pos) \
	list_for_each_entry(pos, &(group)->devices, list)

static inline struct device *group_first_dev(struct iommu_group *group)
{
	return list_first_entry(&group->devices, struct group_device, list)->dev;
}

/* Of a device that has an IOMMU. */
static inline const struct iommu_ops *dev_iommu_ops(struct device *dev)
{
	return dev->iommu->iommu_dev->ops;
}

static inline bool dev_has_iommu(struct device *dev)
{
	return dev->iommu && dev->iommu->iommu_dev;
}

/* Zeroed, on the host; NULL: the allocation that shall fail. */
static inline void *core_alloc(struct kernel *k, size_t size)
{
	return kernel_fails(k) ? NULL : g_malloc0(size);
}

/* The same for a domain that @dev, or NULL: who it is not known yet, shall be attached to. */
static inline void *core_domain_alloc(struct device *dev, size_t size)
{
	return core_alloc(dev ? dev->kernel : kernel_current(), size);
}

/* ---- core.c ------------------------------------------------------------------------ */

/*
 * The same, given back when the driver of @dev goes. For what a driver of ours keeps of its
 * own: devm_kzalloc() is simulated memory, whose bytes only announced accesses may touch.
 */
void *core_devm_alloc(struct device *dev, size_t size);

/* At boot, and when the machine is halted: no device is left then. */
void iommu_core_init(struct kernel *k);
void iommu_core_done(struct kernel *k);
/* Give @n the smallest number of @first to @last that @list has not got. Or false. */
bool number_take(struct list_head *list, struct numbered *n, u32 first, u32 last);

/* The hooks, or what stands for none. */
int core_get_dma_cookie(struct kernel *k, struct iommu_domain *domain);
void core_put_dma_cookie(struct kernel *k, struct iommu_domain *domain);
int core_init_fq(struct kernel *k, struct iommu_domain *domain);
void core_setup_dma_ops(struct device *dev);

/* ---- device.c, fwspec.c ---------------------------------------------------------------- */

/* @dev is there, with its of_node; it goes. Linux: the bus's notifier. */
void iommu_bus_add_device(struct device *dev);
void iommu_bus_remove_device(struct device *dev);
/*
 * A driver will be bound: of_iommu_configure(), iommu_device_use_default_domain(). Then
 * the device is behind its IOMMU or has none. Or -EPROBE_DEFER, or -EBUSY. Nothing where
 * one is bound already.
 */
int iommu_dma_configure(struct device *dev);
/* The driver has gone, if there was one. */
void iommu_dma_unconfigure(struct device *dev);

const struct iommu_ops *iommu_ops_from_fwnode(struct kernel *k,
					      const struct fwnode_handle *fwnode);
/* @dev->iommu, made if there is none; NULL: no memory. */
struct dev_iommu *dev_iommu_get(struct device *dev);
void dev_iommu_free(struct device *dev);

/* ---- of.c ------------------------------------------------------------------------------ */

/* For ops->of_xlate: what the driver of the platform device at @np has; NULL: none does. */
void *core_node_drvdata(struct device_node *np);

/* ---- group.c -------------------------------------------------------------------------- */

struct group_device *group_alloc_device(struct iommu_group *group, struct device *dev);
void group_free_device(struct iommu_group *group, struct group_device *gdev);
/* Take @dev out of its group, and its IOMMU's driver away. */
void group_remove_device(struct device *dev);

/* ---- domain.c, attach.c, default.c, resv.c: the group is locked ------------------------- */

struct iommu_domain *domain_alloc(const struct iommu_ops *ops, struct kernel *k,
				  struct device *dev, unsigned int type);
struct iommu_domain *group_domain_alloc(struct iommu_group *group, unsigned int type);

int device_set_domain(struct iommu_group *group, struct device *dev,
		      struct iommu_domain *new_domain, bool must_succeed);
/* 0: it is attached. Else what was attached before is, unless @must_succeed. */
int group_set_domain(struct iommu_group *group, struct iommu_domain *new_domain);
int group_set_domain_must(struct iommu_group *group, struct iommu_domain *new_domain);
/* To the default domain, or to none where the group has an owner. */
void group_set_core_domain(struct iommu_group *group);

/* @target_type 0: whatever suits. Linux: iommu_setup_default_domain(). */
int group_setup_default_domain(struct iommu_group *group, int target_type);

/* Map what must be mapped 1:1 for @dev. */
int create_direct_mappings(struct iommu_domain *domain, struct device *dev);

#endif
