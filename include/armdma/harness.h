/* SPDX-License-Identifier: MIT */
/*
 * A machine with a booted library on it: what a test harness of a driver starts
 * with and ends with.
 *
 *	struct harness *h = harness_start(NULL, &error);
 *	struct device *eth = harness_device(h, "eth0");
 *
 *	... call the driver; play the device with master_write(harness_master(eth)) ...
 *
 *	return harness_finish(h);
 *
 * Everything that is not in the config comes from the environment, so that one
 * binary runs on every board:
 *
 *   ARMDMA_BOARD    a .dtb, or the name of a shipped board ("a9-pl310")
 *   ARMDMA_CPU      another core, or other caches, than the board's: board_set_cpu()
 *   ARMDMA_SEED     of the chooser, decimal or 0x...
 *   ARMDMA_OPTIONS  colon-separated: gear=exact|fast, chooser=nominal|random|lazy|
 *                   evict|retain, script=ACTIONS or script=@FILE (armdma/machine.h),
 *                   record=FILE, exposure=off|on, tlb=unbounded|real,
 *                   coherent=cma|legacy2011|remap|pool|
 *                   carveout|highmem|hardware,
 *                   cma=SIZE, coherent_pool=SIZE (as 256K or 1M), linux=6.12|repaired,
 *                   swiotlb=auto|force|dynamic, kmalloc=aligned|unaligned,
 *                   iova=dma-iommu|spread|bitmap, iommu=off|strict|lazy|passthrough,
 *                   dmapool=plain|debug, backtrace=full|address, json=FILE, sarif=FILE,
 *                   junit=FILE, tap=FILE, html=FILE, trace=FILE, root=FOLDER,
 *                   hazards=on|off, may=on|off, portable=off|on,
 *                   suppressions=FILE,
 *                   rules=full|dma-debug
 */
#ifndef ARMDMA_HARNESS_H
#define ARMDMA_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <glib.h>
#include <armdma/coherent.h>
#include <armdma/iommu-dma.h>
#include <armdma/machine.h>
#include <armdma/master.h>
#include <armdma/hazard.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;
struct harness;

/** Where Linux 6.12 itself is wrong: as it is, or as it should be. */
enum linux_behaviour {
	LINUX_6_12,
	/*
	 * DMA_ATTR_NO_KERNEL_MAPPING on Arm: cleared and flushed. An IOMMU driver without
	 * ->of_xlate, which is omap-iommu.c, still serves the devices whose nodes name it.
	 */
	LINUX_REPAIRED
};

/**
 * enum iova_backend - who maps for a device behind an IOMMU, and hands out its addresses
 * IOVA_DMA_IOMMU: the DMA API over <linux/iommu.h>, as in Linux on 64-bit Arm
 * IOVA_BITMAP:    what Linux 6.12 has on 32-bit Arm, faults and all: <asm/dma-iommu.h>
 * IOVA_DMA_SPREAD: as the first, with CPUs' addresses apart: IOVA_SPREAD of <linux/iova.h>;
 *                 for all devices or for none
 */
enum iova_backend { IOVA_DMA_IOMMU, IOVA_BITMAP, IOVA_DMA_SPREAD };

/**
 * struct harness_config - all zero is: shipped board "a9-pl310", exact, nominal
 * @board:      path of a .dtb, or name of a shipped board; NULL: environment, default
 * @cpu:        as board_set_cpu() takes it; NULL: the environment where @board is NULL,
 *              else the board's own
 * @gear, @chooser, @seed, @tlb: as in machine_config
 * @script:     NULL, or actions as armdma/machine.h has them, or @ and the name of a file that
 *              holds them; then the chooser is CHOOSER_SCRIPT, whatever @chooser says
 * @record_path: NULL, or where what the chooser does is written, as a script
 * @coherent:   strategy of the coherent allocator
 * @cma_bytes:  of the contiguous area, whatever the board's default is; 0: the board's,
 *              else 16 MiB, as with Linux's cma=
 * @coherent_pool_bytes: of the pool that atomic allocations come from; 0: 256 KiB, as
 *              Linux has it without coherent_pool=
 * @behaviour:  of the library where Linux is wrong
 * @swiotlb_bytes: size of the bounce pool, if one is needed; 0: as Linux chooses
 * @swiotlb_force: every streaming mapping bounces, as with swiotlb=force
 * @dmapool_debug: dma_pool poisons free blocks and checks what is freed
 * @swiotlb_dynamic: more bounce buffers are made when none are left, as with
 *               CONFIG_SWIOTLB_DYNAMIC
 * @iova:       of all devices behind an IOMMU; harness_set_iova() is for one of them
 * @bounce_kmalloc: what may be a small piece of kmalloc(), and share a line, bounces, as
 *               with CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC
 * @iommu:      of the IOMMUs that the board names
 * @iommu_knobs: of all of them that are modelled, over what their nodes say; what one of them
 *         cannot be like is an error
 * @no_hazards: attach no engine: silent and faster
 * @hazards:    passed to hazard_attach()
 */
struct harness_config {
	const char *board;
	const char *cpu;
	enum machine_gear gear;
	enum chooser_mode chooser;
	uint64_t seed;
	const char *script;
	const char *record_path;
	enum tlb_capacity tlb;
	enum coherent_strategy coherent;
	size_t cma_bytes;
	size_t coherent_pool_bytes;
	enum linux_behaviour behaviour;
	size_t swiotlb_bytes;
	bool swiotlb_force;
	bool dmapool_debug;
	bool swiotlb_dynamic;
	enum iova_backend iova;
	bool bounce_kmalloc;
	enum iommu_mode iommu;
	struct iommu_hw_knobs iommu_knobs;
	bool no_hazards;
	struct hazard_config hazards;
};

/**
 * harness_config_set() - one option of those that ARMDMA_OPTIONS holds
 * @key, @value: "coherent", "cma"; files, which are no matter of a config, do nothing.
 *               Of "script" the value is borrowed.
 *
 * Return: false with one sentence in @error, and @cfg as it was, if there is no such
 * option, or it does not take that value.
 */
bool harness_config_set(struct harness_config *cfg, const char *key, const char *value,
			GError **error);

/**
 * harness_start() - board, machine, library, hazards, drivers
 * @cfg: NULL: defaults, overridden by the environment. Not NULL: exactly that, and
 *       the environment is not read, except ARMDMA_BOARD and ARMDMA_CPU where
 *       @cfg->board is NULL.
 *
 * Then a platform device (<linux/platform_device.h>) of each node that is one, the program's
 * own initcalls (<linux/init.h>), whose drivers come first, and drivers of ours for IOMMUs
 * that nobody took.
 *
 * Return: NULL with one sentence in @error on bad input (exit status 2 is yours).
 */
struct harness *harness_start(const struct harness_config *cfg, GError **error);

/**
 * harness_current() - of the machine that this thread works on; NULL: there is none
 *
 * For what runs before harness_start() returns: an initcall (<linux/init.h>), a driver's
 * ->probe. A program attaches the registers of its own devices (armdma/bus.h) in a
 * pure_initcall(), before drivers look for them.
 */
struct harness *harness_current(void);

/** harness_start() for a main(): bad input is one sentence on stderr and exit status 2. */
struct harness *harness_start_or_exit(const struct harness_config *cfg);

/**
 * harness_device() - a device on this board, made on first use
 * @name: a master of the board by Linux's name or by path: coherence, dma-ranges and
 *        limits come from the tree. Any other name: a new non-coherent device on the
 *        root bus. DMA masks start at 32 bits, as in Linux.
 *
 * It is a platform device. Where no driver that registered has it, the caller counts as its
 * driver from then on. A device whose IOMMU's driver has registered (<linux/iommu.h>) is
 * behind that; else its accesses bypass it. After harness_unbind() the same call binds it
 * again, and looks for a driver and the IOMMU again.
 */
struct device *harness_device(struct harness *h, const char *name);

/** The same, on the root bus, coherent or not, whatever the board says. */
struct device *harness_device_new(struct harness *h, const char *name, bool is_coherent);

/** The device's own port: what the hardware side of the test plays with. */
struct master *harness_master(struct device *dev);

/**
 * harness_restrict_device() - let @dev touch nothing but [@pa, +@len)
 *
 * As a memory-region of compatible "restricted-dma-pool" does: all its mappings bounce
 * through that memory, which must be nobody else's. Several devices may share it.
 * Return: 0; -EINVAL when it is not in the linear map, which is said; -ENOMEM.
 */
int harness_restrict_device(struct device *dev, uint64_t pa, size_t len);

/**
 * harness_set_iova() - map for @dev another way from now on
 * @how: IOVA_DMA_IOMMU, with addresses as the harness began with, or IOVA_BITMAP
 *
 * Nothing may be mapped or allocated for it; what is, is reported as left behind. The window
 * of the ARM32 way is that of the device's bus.
 * Return: 0, also when it does already; -ENODEV: no IOMMU; -EINVAL: it has operations of
 * another kind; or an error of arm_iommu_create_mapping() or arm_iommu_attach_device(),
 * which is said. After a failure it maps as before.
 */
int harness_set_iova(struct device *dev, enum iova_backend how);

/**
 * harness_distrust_device() - nobody knows who built @dev: behind an IOMMU it shall see
 *                             nothing but its buffers
 *
 * As Linux takes a PCI device behind a port that is marked external-facing: a buffer that
 * is not whole pages of the IOMMU bounces through pages of its own.
 */
void harness_distrust_device(struct device *dev);

/** struct bounce_counters - bounce buffers of a device, in slots of 2 KiB */
struct bounce_counters {
	size_t nr_slots;	/* of all pools but those of one mapping */
	size_t nr_used;
	size_t nr_used_hiwater;	/* at most so far */
	size_t nr_transient;	/* in pools of one mapping */
};

/** False: there are none, and all counts are 0. Linux: debugfs, swiotlb/io_tlb_*. */
bool harness_count_bounces(const struct device *dev, struct bounce_counters *ret_counters);

/** What printk() and dev_err() say goes to @to, whichever machine it is of; NULL: stderr. */
void harness_print_to(FILE *to);

/**
 * harness_iommu() - the model of one of the board's IOMMUs (armdma/iommu.h)
 * @name: Linux's name of it, or its path
 * @ret_stands_in: NULL, or set: it is the reference IOMMU, for a kind that has no model
 *
 * Of several MMUs in one node the first. One whose driver is missing is bypassed
 * (iommu_hw_is_bypassed()), which is said at the start.
 *
 * Return: NULL: the board has none of that name, or no model is there.
 */
struct iommu_hw *harness_iommu(struct harness *h, const char *name, bool *ret_stands_in);

/**
 * harness_add_iommu() - put @dev, which is at the bus, behind an IOMMU that the board has not
 * @like: NULL: @dev has an ID that no other device has, and IOVAs of its own; else a device
 *        of an earlier call, and both have its ID: they are one group
 *
 * A reference IOMMU (armdma/reference-iommu.h) with a TLB of 64 entries, whose walks do not
 * snoop. Nothing may be mapped for @dev; its driver counts as unbound and bound again.
 * Return: 0; -ENODEV: the harness's option iommu is off; -EBUSY: it is behind one;
 * -ENOSPC: no room for more registers, and then it is at the bus as before.
 */
int harness_add_iommu(struct harness *h, struct device *dev, struct device *like);

struct machine *harness_machine(struct harness *h);
struct hazard_engine *harness_hazards(struct harness *h);	/* NULL when off */

/**
 * struct harness_memory - what the library has done to its page tables and memory
 * @pte_stores:     descriptors stored since boot
 * @split_sections: sections of 1 MiB of the linear map that are 256 pages instead
 * @carved_bytes:   that the linear map has not got, and the allocator neither
 */
struct harness_memory {
	uint64_t pte_stores, split_sections, carved_bytes;
};
void harness_memory(struct harness *h, struct harness_memory *ret);

/**
 * struct sync_watcher - is told what cache maintenance the library asks for
 * @sync: before arch_sync_dma_for_device() (or _for_cpu()) acts on [@pa, +@len);
 *        @dir is an enum dma_data_direction. Called on the thread that syncs.
 * @outer: before the outer cache is given [@pa, +@len), on boards that have one; NULL:
 *        nobody wants to know
 */
struct sync_watcher {
	void (*sync)(struct sync_watcher *w, bool is_for_device, uint64_t pa, size_t len,
		     int dir);
	void (*outer)(struct sync_watcher *w, bool cleans, bool invalidates, uint64_t pa,
		      size_t len);
};

/** At most one; borrowed; NULL takes it away. */
void harness_watch_syncs(struct harness *h, struct sync_watcher *w);

/**
 * harness_pass_time() - nothing happens for @ns nanoseconds of simulated time
 *
 * Timers (<linux/timer.h>) that come due meanwhile are called, each when it is: flush
 * queues of IOMMUs among them.
 */
void harness_pass_time(struct harness *h, uint64_t ns);

/**
 * harness_cpu_dead() - CPU @cpu has gone away, as when it is taken offline
 *
 * What the library keeps for it alone is given back: IOVAs for its next mappings. Nothing
 * runs on it meanwhile; if something does later, it counts as back. A number that no CPU
 * has does nothing. Source: iova_cpuhp_dead() of drivers/iommu/iova.c.
 */
void harness_cpu_dead(struct harness *h, unsigned cpu);

/**
 * harness_fail_allocation() - let the @nth allocation of the library fail
 *
 * Counts from 1 and from now, over pages, kmalloc(), page tables, lists and areas;
 * happens once. 0 calls it off.
 */
void harness_fail_allocation(struct harness *h, unsigned nth);

/**
 * harness_unbind() - the driver of @dev goes away, as if unbound or removed
 *
 * Its ->remove is called, if it registered. Its managed resources (<linux/device/devres.h>)
 * are given back, the latest first; what is mapped then is reported as leaked. The device
 * stays and may be probed again.
 */
void harness_unbind(struct device *dev);

/**
 * harness_finish() - every driver goes away, then the machine
 *
 * The latest bound goes first; of a driver that is never unbound (suppress_bind_attrs)
 * ->shutdown is called. Then every module_exit().
 *
 * Return: the process's exit status: 0 clean, 1 hazards, 2 a report was not written.
 */
int harness_finish(struct harness *h);

#ifdef __cplusplus
}
#endif
#endif
