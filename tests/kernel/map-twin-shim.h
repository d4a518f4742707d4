/* SPDX-License-Identifier: MIT */
/*
 * Included before each of Linux's files of the mapping path (map-twin.py): what they want of
 * a kernel, so that they run in a process at no less than the speed they have in one.
 *
 * As on x86: a spin lock is a locked compare and exchange and a plain store; wmb() is sfence,
 * smp_mb() a locked add; a CPU's variables lie at an offset that a register has. Cheaper than
 * in a kernel: interrupts are not masked, kmem_cache is a list of free objects of each CPU,
 * timers, delayed work, tracing and debugging are nothing, there are no bounce buffers, and
 * a physical address is a pointer. So to be faster than this is harder than to be faster than a
 * kernel.
 */
#ifndef MAP_TWIN_SHIM_H
#define MAP_TWIN_SHIM_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef u64 dma_addr_t, phys_addr_t, resource_size_t;
typedef unsigned int gfp_t, ioasid_t, slab_flags_t;

#define CONFIG_64BIT			1
#define CONFIG_IOMMU_API		1
#define CONFIG_IOMMU_IO_PGTABLE_LPAE	1
#define CONFIG_IOMMU_IO_PGTABLE_ARMV7S	1
#define CONFIG_NEED_SG_DMA_LENGTH	1
#define CONFIG_ZONE_DMA32		1
#define IS_ENABLED(option)		TWIN_IS_ENABLED_##option
#define IS_REACHABLE(option)		1
#define TWIN_IS_ENABLED_CONFIG_SWIOTLB		0
#define TWIN_IS_ENABLED_CONFIG_PHYS_ADDR_T_64BIT 1
#define TWIN_IS_ENABLED_CONFIG_DMA_DIRECT_REMAP	0

/* ---- compiler ------------------------------------------------------------------------ */

#define __percpu
#define __rcu
#define __init
#define __initdata
#define __initconst
#define __user
#define __read_mostly
#define __always_inline		inline __attribute__((__always_inline__))
#define __must_check
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ volatile("" : : : "memory")
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)	(*(volatile __typeof__(x) *)&(x) = (val))
#define typeof			__typeof__
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define struct_size(p, member, nr) (sizeof(*(p)) + (nr) * sizeof((p)->member[0]))
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define static_assert		_Static_assert
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define MODULE_AUTHOR(x)
#define MODULE_DESCRIPTION(x)
#define MODULE_LICENSE(x)
#define early_param(name, fn)
#define DEFINE_STATIC_KEY_FALSE(name) bool name
#define static_branch_unlikely(key) 0

#define BUG_ON(x)		do { if (unlikely(x)) abort(); } while (0)
#define VM_BUG_ON(x)		((void)0)
#define WARN_ON(x)		({ bool __bad = !!(x); if (unlikely(__bad)) \
					twin_warn(__func__); unlikely(__bad); })
#define WARN_ON_ONCE(x)		WARN_ON(x)
#define WARN(x, ...)		WARN_ON(x)
#define pr_err(...)		twin_warn(__func__)
#define pr_warn(...)		twin_warn(__func__)
#define pr_info(...)		((void)0)
#define pr_debug(...)		((void)0)
#define dev_err(dev, ...)	twin_warn(__func__)
#define dev_WARN_ONCE(dev, x, ...) WARN_ON(x)
#define dev_notice(dev, ...)	twin_warn(__func__)
#define dev_warn_once(dev, ...)	twin_warn(__func__)
#define ERR_PTR(err)		((void *)(long)(err))
#define might_sleep_if(x)	((void)0)
__attribute__((cold)) void twin_warn(const char *where);

/* ---- numbers -------------------------------------------------------------------------- */

#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define GENMASK(h, l)		((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l)	GENMASK(h, l)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define ALIGN(x, a)		(((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define min(a, b)		({ __typeof__(a) __a = (a); __typeof__(b) __b = (b); \
				   __a < __b ? __a : __b; })
#define max(a, b)		({ __typeof__(a) __a = (a); __typeof__(b) __b = (b); \
				   __a > __b ? __a : __b; })
#define min_t(t, a, b)		min((t)(a), (t)(b))
#define max_t(t, a, b)		max((t)(a), (t)(b))
#define min_not_zero(a, b)	({ __typeof__(a) __x = (a); __typeof__(b) __y = (b); \
				   !__x ? __y : !__y ? __x : min(__x, __y); })
#define swap(a, b)		do { __typeof__(a) __t = (a); (a) = (b); (b) = __t; } while (0)
#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define overflows_type(n, T)	((n) != (__typeof__(T))(n))
#define __ffs(x)		((unsigned long)__builtin_ctzl(x))
#define __fls(x)		((unsigned long)(63 - __builtin_clzl(x)))
#define fls_long(x)		({ unsigned long __v = (x); \
				   __v ? 64 - (unsigned int)__builtin_clzl(__v) : 0; })
#define ilog2(x)		(63 - __builtin_clzll(x))
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))
#define roundup_pow_of_two(n)	(1UL << fls_long((n) - 1))
#define order_base_2(n)		((n) > 1 ? ilog2((n) - 1) + 1 : 0)
#define bits_per(n)		fls_long(n)

#define upper_32_bits(x)	((u32)((u64)(x) >> 32))
#define PAGE_SHIFT		12
#define PAGE_SIZE		(1UL << PAGE_SHIFT)
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
#define GFP_KERNEL		0u
#define GFP_ATOMIC		0u
#define GFP_DMA			0u
#define GFP_DMA32		0u
#define __GFP_ZERO		0x100u
#define __GFP_NOWARN		0u
#define __GFP_COMP		0x200u
#define __GFP_DMA		0x400u
#define __GFP_DMA32		0x800u
#define __GFP_HIGHMEM		0x1000u

/* ---- lists ----------------------------------------------------------------------------- */

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define list_entry(p, type, member) container_of(p, type, member)
#define hlist_entry_safe(p, type, member) ((p) ? container_of(p, type, member) : NULL)

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list_head *l)
{
	return READ_ONCE(l->next) == l;
}

/* Pages that an unmapping frees: none of the formats here hands any over. */
static inline void list_splice(const struct list_head *from, struct list_head *to)
{
	BUG_ON(!list_empty(from));
	(void)to;
}

/* ---- CPUs and locks -------------------------------------------------------------------- */

#define TWIN_CPUS		4u
#define TWIN_PERCPU_BYTES	(1u << 20)
extern __thread unsigned long twin_cpu_offset;

#define raw_cpu_ptr(p)		((__typeof__(p))((char *)(p) + twin_cpu_offset))
#define per_cpu_ptr(p, cpu)	((__typeof__(p))((char *)(p) + (cpu) * TWIN_PERCPU_BYTES))
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < TWIN_CPUS; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define num_online_cpus()	TWIN_CPUS
#define cache_line_size()	64
void *__alloc_percpu(size_t size, size_t align);
#define free_percpu(p)		((void)(p))	/* all of it goes with the process */

typedef struct {
	int is_held;
} spinlock_t;

struct mutex {
	int unused;
};

static inline void spin_lock(spinlock_t *l)
{
	int free = 0;

	while (unlikely(!__atomic_compare_exchange_n(&l->is_held, &free, 1, false,
						     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))) {
		free = 0;
		__builtin_ia32_pause();
	}
}

static inline void spin_unlock(spinlock_t *l)
{
	__atomic_store_n(&l->is_held, 0, __ATOMIC_RELEASE);
}

#define spin_lock_init(l)		((void)((l)->is_held = 0))
#define spin_lock_irqsave(l, flags)	((void)(flags), spin_lock(l))
#define spin_unlock_irqrestore(l, flags) ((void)(flags), spin_unlock(l))
#define assert_spin_locked(l)		((void)(l))
#define DEFINE_MUTEX(name)		struct mutex name
#define mutex_init(m)			((void)(m))
#define mutex_lock(m)			((void)(m))
#define mutex_unlock(m)			((void)(m))

#define wmb()			__asm__ volatile("sfence" : : : "memory")
#define dma_wmb()		barrier()
#define smp_wmb()		barrier()
#define smp_mb()		__asm__ volatile("lock; addl $0,-4(%%rsp)" : : : "memory", "cc")

typedef struct {
	s64 counter;
} atomic64_t;

typedef struct {
	int counter;
} atomic_t;

#define atomic_read(a)		READ_ONCE((a)->counter)
#define atomic_set(a, v)	WRITE_ONCE((a)->counter, v)
#define atomic_xchg(a, v)	__atomic_exchange_n(&(a)->counter, v, __ATOMIC_SEQ_CST)
#define atomic64_read(a)	READ_ONCE((a)->counter)
#define atomic64_set(a, v)	WRITE_ONCE((a)->counter, v)
#define atomic64_inc(a)		((void)__atomic_fetch_add(&(a)->counter, 1, __ATOMIC_SEQ_CST))
#define set_bit(nr, p)		((void)__atomic_fetch_or(p, 1UL << (nr), __ATOMIC_SEQ_CST))

#define cmpxchg_relaxed(p, old, new) ({ \
	__typeof__(*(p)) __old = (old); \
	__atomic_compare_exchange_n(p, &__old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	__old; })
#define cmpxchg64_relaxed(p, old, new) cmpxchg_relaxed(p, old, new)

/* ---- memory ---------------------------------------------------------------------------- */

struct kmem_cache {
	size_t size;
	void **free;		/* percpu */
};

#define SLAB_HWCACHE_ALIGN	0
#define SLAB_CACHE_DMA32	0
#define SLAB_CACHE_DMA		0
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, unsigned flags,
				     void (*ctor)(void *));
void kmem_cache_destroy(struct kmem_cache *c);
void *twin_refill(struct kmem_cache *c);

static inline void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	void **free = raw_cpu_ptr(c->free), *p = *free;

	(void)gfp;
	if (unlikely(!p))
		return twin_refill(c);
	*free = *(void **)p;
	return p;
}

static inline void *kmem_cache_zalloc(struct kmem_cache *c, gfp_t gfp)
{
	return memset(kmem_cache_alloc(c, gfp), 0, c->size);
}

static inline void kmem_cache_free(struct kmem_cache *c, void *p)
{
	void **free = raw_cpu_ptr(c->free);

	*(void **)p = *free;
	*free = p;
}

/* Below 4 GiB, as short descriptors want it; physical address and pointer are the same. */
void *twin_pages(size_t len);

#define kmalloc(size, gfp)	malloc(size)
#define kzalloc(size, gfp)	calloc(1, size)
#define kcalloc(nr, size, gfp)	calloc(nr, size)
#define kfree(p)		free(p)
#define vmalloc(size)		malloc(size)
#define vfree(p)		free(p)
#define kmemleak_ignore(p)	((void)(p))
#define kmemleak_transient_leak(p) ((void)(p))
#define get_order(size)		((size) <= PAGE_SIZE ? 0 : ilog2((size) - 1) + 1 - PAGE_SHIFT)
#define __get_free_pages(gfp, order) ((unsigned long)twin_pages(PAGE_SIZE << (order)))
#define free_pages(va, order)	((void)(va))
#define iommu_alloc_pages_node(node, gfp, order) twin_pages(PAGE_SIZE << (order))
#define iommu_free_pages(p, order) ((void)(p))
#define iommu_put_pages_list(l)	BUG_ON(!list_empty(l))
#define virt_to_phys(p)		((phys_addr_t)(uintptr_t)(p))
#define phys_to_virt(pa)	((void *)(uintptr_t)(pa))
#define __pa(p)			virt_to_phys(p)
#define __va(pa)		phys_to_virt(pa)

/* mem_map, of as many bytes a page as a kernel's; there is no memory behind. */
struct page {
	unsigned long words[8];
};

struct folio {
	struct page page;
};

extern struct page *twin_mem_map;
#define page_to_phys(p)		((phys_addr_t)((p) - twin_mem_map) << PAGE_SHIFT)
#define pfn_to_page(pfn)	(twin_mem_map + (pfn))
#define page_to_pfn(p)		((unsigned long)((p) - twin_mem_map))
#define virt_to_page(p)		pfn_to_page(virt_to_phys(p) >> PAGE_SHIFT)
#define page_address(p)		phys_to_virt(page_to_phys(p))
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define nth_page(p, n)		((p) + (n))

/* ---- what is not there ------------------------------------------------------------------ */

struct timer_list {
	int unused;
};

struct work_struct {
	int unused;
};

struct delayed_work {
	struct work_struct work;
};

#define from_timer(p, t, member) container_of(t, __typeof__(*(p)), member)
#define timer_setup(t, fn, flags) ((void)(fn))
#define mod_timer(t, when)	((void)(when))
#define del_timer_sync(t)	((void)(t))
#define jiffies			0UL
#define HZ			1000
#define msecs_to_jiffies(ms)	((unsigned long)(ms))
#define INIT_DELAYED_WORK(w, fn) ((void)(fn))
#define schedule_delayed_work(w, delay) ((void)(w))
#define cancel_delayed_work_sync(w) ((void)(w))
#define CPUHP_IOMMU_IOVA_DEAD	0
#define cpuhp_setup_state_multi(...) twin_nothing(iova_cpuhp_dead)
#define cpuhp_remove_multi_state(state) ((void)0)
#define cpuhp_state_add_instance_nocalls(state, node) 0
#define cpuhp_state_remove_instance_nocalls(state, node) ((void)(node))

static inline int twin_nothing(void *fn)
{
	(void)fn;
	return 0;
}

/* ---- devices ----------------------------------------------------------------------------- */

struct dev_iommu {
	bool pci_32bit_workaround;
};

struct iommu_domain;

struct iommu_group {
	struct iommu_domain *default_domain;
};

struct device_dma_parameters {
	unsigned int max_segment_size;
	unsigned int min_align_mask;
	unsigned long segment_boundary_mask;
};

struct dma_map_ops;

struct device {
	u64 *dma_mask, coherent_dma_mask, bus_dma_limit;
	struct device_dma_parameters *dma_parms;
	const struct dma_map_ops *dma_ops;
	struct iommu_group *iommu_group;
	struct dev_iommu *iommu;
	bool dma_coherent, dma_iommu;
};

typedef int (*iommu_fault_handler_t)(struct iommu_domain *, struct device *, unsigned long, int,
				     void *);
struct iopf_group;
struct iommu_user_data_array;
struct iova_bitmap;

#define dev_to_node(dev)		((void)(dev), 0)
#define dev_is_pci(dev)			((void)(dev), false)
#define to_pci_dev(dev)			((struct { bool untrusted; } *)NULL)
#define dev_is_dma_coherent(dev)	((dev)->dma_coherent)
#define use_dma_iommu(dev)		((dev)->dma_iommu)
#define get_dma_ops(dev)		((dev)->dma_ops)
#define iova_bitmap_set(b, iova, len)	((void)(b))

#endif
