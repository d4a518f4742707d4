/* SPDX-License-Identifier: MIT */
/*
 * A device, as far as DMA is concerned. The harness makes them
 * (<armdma/harness.h>), from the board's device tree where it names them.
 */
#ifndef _ARMDMA_LINUX_DEVICE_H
#define _ARMDMA_LINUX_DEVICE_H

#include <asm/device.h>
#include <linux/bits.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/device/devres.h>
#include <linux/device/driver.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/numa.h>
#include <linux/pm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bus_dma_region;
struct cma;
struct dev_iommu;
struct dev_pm_domain;
struct device_driver;
struct device_node;
struct dma_coherent_mem;
struct dma_map_ops;
struct dmabounce_device_info;
struct fwnode_handle;
struct io_tlb_mem;
struct io_tlb_pool;
struct iommu_dma_cookie;
struct iommu_group;
struct kernel;
struct master;

/** struct bus_type - all devices here are on the platform bus, <linux/platform_device.h> */
struct bus_type {
	const char *name;
};

/**
 * struct device_dma_parameters - how a device takes scattered memory
 * @max_segment_size:      bytes of one entry; 0 stands for 64 KiB
 * @min_align_mask:        low bits of an address that bouncing must keep
 * @segment_boundary_mask: an entry must not cross a multiple of this plus one;
 *                         0 stands for no boundary
 */
struct device_dma_parameters {
	unsigned int max_segment_size;
	unsigned int min_align_mask;
	unsigned long segment_boundary_mask;
};

/* Flags of device_link_add(), and of the link. */
#define DL_FLAG_STATELESS		BIT(0)	/* the caller's, until device_link_del() */
#define DL_FLAG_AUTOREMOVE_CONSUMER	BIT(1)	/* goes with the consumer's driver */
#define DL_FLAG_PM_RUNTIME		BIT(2)	/* the supplier is on while the consumer is */
#define DL_FLAG_RPM_ACTIVE		BIT(3)	/* and at once */
#define DL_FLAG_AUTOREMOVE_SUPPLIER	BIT(4)	/* goes with the supplier's driver */
#define DL_FLAG_AUTOPROBE_CONSUMER	BIT(5)
#define DL_FLAG_MANAGED			BIT(6)	/* not stateless: the library's */
#define DL_FLAG_SYNC_STATE_ONLY		BIT(7)
#define DL_FLAG_INFERRED		BIT(8)
#define DL_FLAG_CYCLE			BIT(9)

/**
 * struct device_link - one device needs another
 * @s_node: in @supplier's consumers; @c_node: in @consumer's suppliers
 * @flags:  DL_FLAG_*
 * @rpm_active: how often @consumer holds @supplier on
 */
struct device_link {
	struct device *supplier;
	struct list_head s_node;
	struct device *consumer;
	struct list_head c_node;
	u32 flags;
	struct kref kref;
	unsigned int rpm_active;
};

/** struct dev_links_info - of struct device_link; both unset until there is one */
struct dev_links_info {
	struct list_head suppliers, consumers;
};

/**
 * struct device - the members that DMA needs, and a driver's own data
 * @init_name:         its name
 * @parent:            the device of the nearest node above it that has one, or NULL
 * @bus:               of what kind; NULL when it is added: the platform bus
 * @driver:            who is bound to it, or NULL: also where a test is its driver
 * @power:             how it sleeps, <linux/pm.h>
 * @pm_domain:         NULL: <linux/pm_runtime.h> knows power domains by itself
 * @links:             devices that it needs, and that need it
 * @driver_data:       the driver's: dev_get_drvdata()
 * @platform_data:     the board file's
 * @dma_mask:          highest address it can put on the bus, streaming; NULL:
 *                     it does no DMA, and every mapping fails
 * @coherent_dma_mask: the same for dma_alloc_coherent()
 * @bus_dma_limit:     highest address that the bus lets through; 0: no limit
 * @dma_range_map:     device addresses to physical ones, ended by size 0; NULL: 1:1
 * @dma_parms:         see above; NULL: defaults
 * @dma_ops:           its own mapping operations; NULL: direct
 * @dmabounce:         its safe buffers, see <asm/dma-mapping.h>, or NULL
 * @of_node:           what the board says of it, or NULL
 * @fwnode:            the same of who is in no device tree, or NULL: dev_fwnode()
 * @iommu_group:       the devices that its IOMMU cannot tell it from; NULL: no IOMMU
 * @iommu:             <linux/iommu.h>; NULL: none has been looked for
 * @cma_area:          its own contiguous area; NULL: the machine's
 * @dma_mem:           memory of its own for dma_alloc_coherent(), or NULL
 * @dma_io_tlb_mem:    its own bounce buffers; NULL: the machine's
 * @dma_io_tlb_pools:  pools of bounce buffers, each of one mapping
 * @dma_io_tlb_lock:   of that list
 * @dma_uses_io_tlb:   it has bounced since it is here
 * @dma_coherent:      it snoops the CPU's caches
 * @dma_skip_sync:     syncs need no work
 * @dma_iommu:         its mappings go through its IOMMU's default domain
 * @iommu_dma:         of that domain, the DMA API's; NULL: the default domain is another
 * @untrusted:         whoever built it may not see more than its buffers: behind an IOMMU
 *                     it gets bounce buffers where these are not whole pages. As a PCI
 *                     device's in Linux; harness_distrust_device() sets it
 * @dma_ops_bypass:    direct after all when the mask reaches all of memory
 * @archdata:          <asm/device.h>
 * @kernel:            the machine it is part of
 * @master:            the port on the bus that it is
 * @release:           called when nobody holds the device any longer, or NULL
 * @name:              by dev_set_name(); its own
 * @refcount:          of those who hold it
 * @bus_node:          in the list of all devices of the machine
 * @is_own_master:     @master came with device_add(), and goes with the device
 * @is_bound:          a driver uses it, or may
 * @was_unbound:       harness_unbind() took its driver away
 * @dma_warned:        warnings that were given once
 * @devres_lock, @devres_head: <linux/device/devres.h>
 */
struct device {
	const char *init_name;
	struct device *parent;
	const struct bus_type *bus;
	struct device_driver *driver;
	struct dev_pm_info power;
	struct dev_pm_domain *pm_domain;
	struct dev_links_info links;
	void *driver_data;
	void *platform_data;

	u64 *dma_mask;
	u64 coherent_dma_mask;
	u64 bus_dma_limit;
	const struct bus_dma_region *dma_range_map;
	struct device_dma_parameters *dma_parms;
	const struct dma_map_ops *dma_ops;
	struct dmabounce_device_info *dmabounce;
	struct device_node *of_node;
	struct fwnode_handle *fwnode;
	struct iommu_group *iommu_group;
	struct dev_iommu *iommu;
	struct cma *cma_area;
	struct dma_coherent_mem *dma_mem;
	struct io_tlb_mem *dma_io_tlb_mem;
	struct io_tlb_pool *dma_io_tlb_pools;
	spinlock_t dma_io_tlb_lock;
	bool dma_uses_io_tlb;
	bool dma_coherent;
	bool dma_skip_sync;
	bool dma_ops_bypass;
	bool dma_iommu;
	bool untrusted;
	struct iommu_dma_cookie *iommu_dma;

	struct dev_archdata archdata;
	struct kernel *kernel;
	struct master *master;
	void (*release)(struct device *dev);
	char *name;
	atomic_t refcount;
	struct list_head bus_node;
	bool is_own_master;
	bool is_bound;
	bool was_unbound;
	unsigned int dma_warned;
	spinlock_t devres_lock;
	struct list_head devres_head;
};

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : dev->name ? dev->name : "(unnamed)";
}

/**
 * dev_set_name() - a copy of the text
 *
 * Before it is added. Return: 0; -ENOMEM.
 */
int dev_set_name(struct device *dev, const char *fmt, ...)
	__attribute__((__format__(__printf__, 2, 3)));

/**
 * device_initialize() - a device that somebody else allocated, cleared: one holder
 * device_add() - make it part of the current machine, at a port of its own on the root
 *                bus, not coherent
 * device_del() - take its driver away, and it from the machine
 * device_register() - the first two
 * device_unregister() - device_del(), then put_device()
 *
 * Masks are the caller's to set: there is no dma_mask at first. The harness's devices
 * (<armdma/harness.h>) are all this already.
 * Context: process.
 * Return: 0; -EINVAL without a name; -ENODEV without a machine. After a failure, as
 * after device_del(), put_device() is still due.
 */
void device_initialize(struct device *dev);
int __must_check device_add(struct device *dev);
int __must_check device_register(struct device *dev);
void device_del(struct device *dev);
void device_unregister(struct device *dev);

/** One holder more; one fewer, and the last calls ->release. NULL is fine. */
struct device *get_device(struct device *dev);
void put_device(struct device *dev);

/**
 * device_link_add() - from now on @consumer needs @supplier
 * @flags: DL_FLAG_*
 *
 * With DL_FLAG_PM_RUNTIME the supplier resumes before the consumer does and may not suspend
 * before it has; in the system's sleep this order holds for every link. Where there is a link
 * already it is that one, which may get more flags.
 * Context: process.
 * Return: with DL_FLAG_STATELESS yours to device_link_del(), once for each call; else the
 * library's, until a driver or a device goes. NULL: wrong flags, a circle, -ENOMEM, or the
 * supplier could not be resumed for DL_FLAG_RPM_ACTIVE.
 */
struct device_link *device_link_add(struct device *consumer, struct device *supplier, u32 flags);
void device_link_del(struct device_link *link);
void device_link_remove(void *consumer, struct device *supplier);	/* the same; none is fine */

/** The board file's data, or NULL. */
static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}

/** The node of @dev, or NULL. */
static inline struct device_node *dev_of_node(struct device *dev)
{
	return dev ? dev->of_node : NULL;
}

/** "rk_iommu", or the bus's name while no driver is bound. */
const char *dev_driver_string(const struct device *dev);

static inline bool device_is_bound(const struct device *dev)
{
	return dev->driver != NULL;
}

/**
 * device_attach() - look for a driver
 *
 * Return: 1: one is bound now, or was; 0: none matches, or what matches does not want it;
 * -EPROBE_DEFER: it will be tried again.
 */
int __must_check device_attach(struct device *dev);
/** Take its driver away. */
void device_release_driver(struct device *dev);

/** All memory is equally near to every device. */
static inline int dev_to_node(struct device *dev)
{
	(void)dev;
	return NUMA_NO_NODE;
}

static inline void set_dev_node(struct device *dev, int node)
{
	(void)dev, (void)node;
}

/** Is it behind an IOMMU? */
static inline bool device_iommu_mapped(struct device *dev)
{
	return dev->iommu_group != NULL;
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

#define dev_printk(level, dev, fmt, ...) \
	_printk(level "%s: " fmt, dev_name(dev), ##__VA_ARGS__)
#define dev_err(dev, fmt, ...)		dev_printk(KERN_ERR, dev, fmt, ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...)		dev_printk(KERN_WARNING, dev, fmt, ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...)	dev_printk(KERN_NOTICE, dev, fmt, ##__VA_ARGS__)
#define dev_info(dev, fmt, ...)		dev_printk(KERN_INFO, dev, fmt, ##__VA_ARGS__)
#define dev_emerg(dev, fmt, ...)	dev_printk(KERN_EMERG, dev, fmt, ##__VA_ARGS__)
#define dev_alert(dev, fmt, ...)	dev_printk(KERN_ALERT, dev, fmt, ##__VA_ARGS__)
#define dev_crit(dev, fmt, ...)		dev_printk(KERN_CRIT, dev, fmt, ##__VA_ARGS__)
#define dev_dbg(dev, fmt, ...) \
	no_printk(KERN_DEBUG "%s: " fmt, dev_name(dev), ##__VA_ARGS__)

#define dev_vdbg(dev, fmt, ...)		dev_dbg(dev, fmt, ##__VA_ARGS__)

/**
 * dev_err_probe() - say why a probe fails, unless it only has to wait, or lacks memory
 *
 * Return: @err.
 */
int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
	__attribute__((__format__(__printf__, 3, 4)));

#define __dev_once(level, dev, fmt, ...)				\
	do {								\
		static bool __said;					\
									\
		if (!__said) {						\
			__said = true;					\
			dev_printk(level, dev, fmt, ##__VA_ARGS__);	\
		}							\
	} while (0)
#define dev_err_once(dev, fmt, ...)	__dev_once(KERN_ERR, dev, fmt, ##__VA_ARGS__)
#define dev_warn_once(dev, fmt, ...)	__dev_once(KERN_WARNING, dev, fmt, ##__VA_ARGS__)
#define dev_info_once(dev, fmt, ...)	__dev_once(KERN_INFO, dev, fmt, ##__VA_ARGS__)
/* There is no host time here to count by: nothing is held back. */
#define dev_err_ratelimited(dev, fmt, ...)	dev_err(dev, fmt, ##__VA_ARGS__)
#define dev_warn_ratelimited(dev, fmt, ...)	dev_warn(dev, fmt, ##__VA_ARGS__)
#define dev_notice_ratelimited(dev, fmt, ...)	dev_notice(dev, fmt, ##__VA_ARGS__)
#define dev_info_ratelimited(dev, fmt, ...)	dev_info(dev, fmt, ##__VA_ARGS__)

#define dev_WARN(dev, fmt, ...) \
	WARN(1, "%s: " fmt, dev_name(dev), ##__VA_ARGS__)
#define dev_WARN_ONCE(dev, cond, fmt, ...) \
	WARN_ONCE(cond, "%s: " fmt, dev_name(dev), ##__VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
