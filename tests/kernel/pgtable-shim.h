/* SPDX-License-Identifier: MIT */
/*
 * What drivers/iommu/io-pgtable*.c of Linux want of the kernel, on the host alone: included
 * before them, while all headers that they name but <linux/io-pgtable.h> are empty. Their
 * tables lie in an arena whose addresses are its physical addresses, below 4 GiB.
 *
 * PGTABLE_SELFTEST: their selftest is in, and its tables are those of whoever defines
 * selftest_alloc(); otherwise both functions get names of their own.
 */
#ifndef TESTS_KERNEL_PGTABLE_SHIM_H
#define TESTS_KERNEL_PGTABLE_SHIM_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include "pgtable-linux.h"

#define CONFIG_PHYS_ADDR_T_64BIT	1
#define IS_ENABLED(option)		(option)

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;
typedef u64 phys_addr_t;
typedef u64 dma_addr_t;
typedef unsigned gfp_t;
typedef unsigned slab_flags_t;
typedef struct { bool is_locked; } spinlock_t;

#define BITS_PER_LONG		64
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK_ULL(h, l)	((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#define PAGE_SHIFT		12
#define PAGE_SIZE		4096UL
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define SZ_4K			0x1000
#define SZ_16K			0x4000
#define SZ_64K			0x10000
#define SZ_1M			0x100000
#define SZ_2M			0x200000
#define SZ_16M			0x1000000
#define SZ_32M			0x2000000
#define SZ_512M			0x20000000
#define SZ_1G			0x40000000
#define SZ_2G			0x80000000
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define min_t(t, a, b)		((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define ilog2(n)		(63 - __builtin_clzl((unsigned long)(n)))
#define __ffs(n)		((unsigned long)__builtin_ctzl(n))
#define __fls(n)		(63ul - (unsigned long)__builtin_clzl(n))
#define upper_32_bits(n)	((u32)((n) >> 32))
#define container_of(p, t, m)	((t *)((char *)(p) - offsetof(t, m)))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define for_each_set_bit(bit, words, size) \
	for ((bit) = 0; (bit) < (size); (bit)++) if (*(words) >> (bit) & 1)

#define WARN_ON(cond)		__extension__({				\
	bool warns_ = (cond);						\
	if (unlikely(warns_))						\
		linux_nr_warns++;					\
	unlikely(warns_); })
#define WARN(cond, ...)		WARN_ON(cond)
#define VM_BUG_ON(cond)		((void)(cond))
#define BUG_ON(cond)		do { if (cond) abort(); } while (0)
#define pr_info(...)		printf(__VA_ARGS__)
#define pr_err(...)		printf(__VA_ARGS__)
#define dev_err(dev, ...)	((void)(dev), printf(__VA_ARGS__))

#define __init
#define __initdata
#define __initconst
#define __noipa			__attribute__((__noipa__))
#define EXPORT_SYMBOL_GPL(name)
#define subsys_initcall(fn)	int linux_##fn(void) { return fn(); }

#define GFP_KERNEL		1u
#define GFP_ATOMIC		2u
#define GFP_DMA			4u
#define __GFP_ZERO		8u
#define __GFP_HIGHMEM		16u
#define SLAB_CACHE_DMA		1u
#define NUMA_NO_NODE		(-1)
#define DMA_TO_DEVICE		1

/* ---- memory: pgtable-linux.c --------------------------------------------------------- */

struct kmem_cache {
	size_t size;
};

static inline int get_order(unsigned long size)
{
	return size <= PAGE_SIZE ? 0 : 64 - __builtin_clzl((size - 1) >> PAGE_SHIFT);
}

#define virt_to_phys(p)		((phys_addr_t)(uintptr_t)(p))
#define phys_to_virt(pa)	((void *)(uintptr_t)(pa))
#define __pa(p)			virt_to_phys(p)
#define __va(pa)		phys_to_virt(pa)
#define kmalloc(size, gfp)	malloc(size)
#define kfree(p)		free(p)
#define __get_free_pages(gfp, order)	((unsigned long)linux_take(PAGE_SIZE << (order)))
#define free_pages(va, order)	linux_give((void *)(va), PAGE_SIZE << (order))
#define iommu_alloc_pages_node(node, gfp, order)	linux_take(PAGE_SIZE << (order))
#define iommu_free_pages(p, order)	linux_give(p, PAGE_SIZE << (order))
#define kmem_cache_zalloc(cache, gfp)	linux_take((cache)->size)
#define kmem_cache_free(cache, p)	linux_give(p, (cache)->size)
#define kmem_cache_destroy(cache)	free(cache)
#define kmemleak_ignore(p)	((void)(p))

static inline struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
						   slab_flags_t flags, void *ctor)
{
	struct kmem_cache *cache = malloc(sizeof(*cache));

	cache->size = size;
	return cache;
}

/* ---- order, DMA: as on a machine that has nothing to do for them ----------------------- */

#define wmb()			__asm__ __volatile__("sfence" : : : "memory")
#define dma_wmb()		__asm__ __volatile__("" : : : "memory")
#define cmpxchg_relaxed(p, old, new)	__sync_val_compare_and_swap(p, old, new)
#define cmpxchg64_relaxed(p, old, new)	__sync_val_compare_and_swap(p, old, new)
#define set_bit(bit, words)	((void)__sync_fetch_and_or(words, 1ul << (bit)))

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->is_locked = false;
}

#define spin_lock_irqsave(lock, flags)	do {				\
	(flags) = 0;							\
	while (__atomic_exchange_n(&(lock)->is_locked, true, __ATOMIC_ACQUIRE)) \
		;							\
} while (0)
#define spin_unlock_irqrestore(lock, flags) \
	((void)(flags), __atomic_store_n(&(lock)->is_locked, false, __ATOMIC_RELEASE))

struct device {
	int node;
};

#define dev_to_node(dev)	NUMA_NO_NODE
#define set_dev_node(dev, n)	((dev)->node = (n))
#define dma_map_single(dev, p, size, dir)	virt_to_phys(p)
#define dma_mapping_error(dev, dma)	((void)(dma), 0)
#define dma_unmap_single(dev, dma, size, dir)	((void)(dev))
#define dma_sync_single_for_device(dev, dma, size, dir)	((void)(dev))

/* ---- of <linux/iommu.h>: the same layouts as ours ---------------------------------------- */

#define IOMMU_READ	(1 << 0)
#define IOMMU_WRITE	(1 << 1)
#define IOMMU_CACHE	(1 << 2)
#define IOMMU_NOEXEC	(1 << 3)
#define IOMMU_MMIO	(1 << 4)
#define IOMMU_PRIV	(1 << 5)
#define IOMMU_DIRTY_NO_CLEAR	(1 << 0)

struct list_head {
	struct list_head *next, *prev;
};

struct iommu_iotlb_gather {
	unsigned long start;
	unsigned long end;
	size_t pgsize;
	struct list_head freelist;
	bool queued;
};

struct iommu_dirty_bitmap {
	void *bitmap;
	struct iommu_iotlb_gather *gather;
};

static inline bool iommu_iotlb_gather_queued(struct iommu_iotlb_gather *gather)
{
	return gather && gather->queued;
}

static inline void iommu_dirty_bitmap_record(struct iommu_dirty_bitmap *dirty,
					     unsigned long iova, unsigned long length)
{
	unsigned long last = iova + length - 1;

	if (dirty->bitmap)
		linux_note_dirty(dirty->bitmap, iova, length);
	if (!dirty->gather)
		return;
	if (dirty->gather->start > iova)
		dirty->gather->start = iova;
	if (dirty->gather->end < last)
		dirty->gather->end = last;
}

#ifdef PGTABLE_SELFTEST
#define CONFIG_IOMMU_IO_PGTABLE_LPAE_SELFTEST	1
#define CONFIG_IOMMU_IO_PGTABLE_ARMV7S_SELFTEST	1
#define alloc_io_pgtable_ops	selftest_alloc
#define free_io_pgtable_ops	selftest_free
#else
#define CONFIG_IOMMU_IO_PGTABLE_LPAE	1
#define CONFIG_IOMMU_IO_PGTABLE_ARMV7S	1
#define alloc_io_pgtable_ops	linux_alloc_io_pgtable_ops
#define free_io_pgtable_ops	linux_free_io_pgtable_ops
#endif
#define io_pgtable_arm_32_lpae_s1_init_fns	FNS(arm_32_lpae_s1)
#define io_pgtable_arm_32_lpae_s2_init_fns	FNS(arm_32_lpae_s2)
#define io_pgtable_arm_64_lpae_s1_init_fns	FNS(arm_64_lpae_s1)
#define io_pgtable_arm_64_lpae_s2_init_fns	FNS(arm_64_lpae_s2)
#define io_pgtable_arm_v7s_init_fns		FNS(arm_v7s)
#define io_pgtable_arm_mali_lpae_init_fns	FNS(arm_mali_lpae)
#ifdef PGTABLE_SELFTEST
#define FNS(name)	selftest_##name##_fns
#else
#define FNS(name)	linux_##name##_fns
#endif

#endif
