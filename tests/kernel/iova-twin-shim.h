/* SPDX-License-Identifier: MIT */
/*
 * Included before drivers/iommu/iova.c and lib/rbtree.c: what they want of a kernel, on
 * a host. It flatters Linux: locks leave interrupts alone, and an object comes from a
 * list of freed ones.
 */
#ifndef TESTS_KERNEL_IOVA_TWIN_SHIM_H
#define TESTS_KERNEL_IOVA_TWIN_SHIM_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHIM_CPUS	8

/* ---- words ---------------- */

typedef uint64_t dma_addr_t;
typedef unsigned gfp_t;

#define PAGE_SIZE		4096ul
#define GFP_KERNEL		0u
#define GFP_ATOMIC		0u
#define __GFP_NOWARN		0u
#define __percpu
#define IS_REACHABLE(option)	1
#define EXPORT_SYMBOL(name)
#define EXPORT_SYMBOL_GPL(name)
#define MODULE_AUTHOR(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_LICENSE(text)
#define kmemleak_transient_leak(p)	((void)(p))
#define pr_err(...)		((void)0)
#define ERR_PTR(e)		((void *)(long)(e))

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define rcu_assign_pointer(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define container_of(p, type, member)	((type *)((char *)(p) - offsetof(type, member)))
#define __always_inline		inline __attribute__((__always_inline__))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define swap(a, b)		do { __typeof__(a) t_ = (a); (a) = (b); (b) = t_; } while (0)
#define ALIGN(x, a)		(((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))

/* Linux's bugs are not what is tested: they end it. */
#define BUG_ON(cond)		do { if (cond) abort(); } while (0)
#define WARN_ON(cond)		__extension__({ bool w_ = (cond); if (w_) abort(); w_; })

static inline unsigned long __ffs(unsigned long x)
{
	return (unsigned long)__builtin_ctzl(x);
}

static inline unsigned fls_long(unsigned long x)
{
	return x ? 64 - (unsigned)__builtin_clzl(x) : 0;
}

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return 1ul << fls_long(n - 1);
}

static inline unsigned order_base_2(unsigned long n)
{
	return n > 1 ? fls_long(n - 1) : 0;
}

/* ---- locks: one locked instruction and one store ---------------- */

typedef struct {
	int is_locked;
} spinlock_t;

struct mutex {
	int unused;
};

#define spin_lock_init(l)	((l)->is_locked = 0)
#define assert_spin_locked(l)	((void)(l))
#define DEFINE_MUTEX(name)	struct mutex name
#define mutex_lock(m)		((void)(m))
#define mutex_unlock(m)		((void)(m))

static inline void spin_lock(spinlock_t *l)
{
	int expected = 0;

	while (!__atomic_compare_exchange_n(&l->is_locked, &expected, 1, false,
					    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		__builtin_ia32_pause();
		expected = 0;
	}
}

static inline void spin_unlock(spinlock_t *l)
{
	__atomic_store_n(&l->is_locked, 0, __ATOMIC_RELEASE);
}

#define spin_lock_irqsave(l, f)		do { (f) = 0; spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, f)	do { (void)(f); spin_unlock(l); } while (0)

/* ---- CPUs: a copy of each per-CPU object at the same distance ---------------- */

extern _Thread_local size_t shim_cpu_offset
	__attribute__((tls_model("initial-exec"), visibility("hidden")));
extern unsigned shim_nr_cpus __attribute__((visibility("hidden")));

#define SHIM_CPU_ROOM		(64ul << 10)
#define cache_line_size()	64
#define raw_cpu_ptr(p)		((__typeof__(p))((char *)(p) + shim_cpu_offset))
#define per_cpu_ptr(p, cpu)	((__typeof__(p))((char *)(p) + (cpu) * SHIM_CPU_ROOM))
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < shim_nr_cpus; (cpu)++)
#define for_each_online_cpu(cpu)	for_each_possible_cpu(cpu)
#define num_online_cpus()	shim_nr_cpus

void *__alloc_percpu(size_t size, size_t align) __attribute__((visibility("hidden")));
void free_percpu(void *p) __attribute__((visibility("hidden")));

struct hlist_node {
	struct hlist_node *next;
};

#define hlist_entry_safe(p, type, member)	((p) ? container_of(p, type, member) : NULL)
#define CPUHP_IOMMU_IOVA_DEAD	0
#define cpuhp_setup_state_multi(state, name, up, down)	((void)(down), 0)
#define cpuhp_remove_multi_state(state)			((void)0)
#define cpuhp_state_add_instance_nocalls(state, n)	((void)(n), 0)
#define cpuhp_state_remove_instance_nocalls(state, n)	((void)(n))

/* ---- memory: of each CPU, the object freed last ---------------- */

struct shim_list {
	void *first;
	long nr;
} __attribute__((__aligned__(128)));

struct kmem_cache {
	size_t size, align;
	struct shim_list free[SHIM_CPUS];
};

#define SLAB_HWCACHE_ALIGN	64
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned flags, void *ctor)
	__attribute__((visibility("hidden")));
#define kmem_cache_destroy(c)	((void)(c))

static inline void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	struct shim_list *list = &c->free[shim_cpu_offset / SHIM_CPU_ROOM];
	void *p = list->first;

	(void)gfp;
	list->nr++;
	if (!p)
		return aligned_alloc(c->align, ALIGN(c->size, c->align));
	list->first = *(void **)p;
	return p;
}

static inline void *kmem_cache_zalloc(struct kmem_cache *c, gfp_t gfp)
{
	return memset(kmem_cache_alloc(c, gfp), 0, c->size);
}

static inline void kmem_cache_free(struct kmem_cache *c, void *p)
{
	struct shim_list *list = &c->free[shim_cpu_offset / SHIM_CPU_ROOM];

	*(void **)p = list->first;
	list->first = p;
	list->nr--;
}

#define kcalloc(n, size, gfp)	calloc(n, size)
#define kfree(p)		free(p)

/* ---- what is done later: when the test says so ---------------- */

struct work_struct {
	void (*func)(struct work_struct *work);
	struct work_struct *next;
	bool is_pending;
};

struct delayed_work {
	struct work_struct work;
};

#define msecs_to_jiffies(ms)	(ms)
#define INIT_DELAYED_WORK(w, f)	((w)->work = (struct work_struct){ .func = (f) })
void shim_schedule(struct work_struct *work) __attribute__((visibility("hidden")));
void shim_cancel(struct work_struct *work) __attribute__((visibility("hidden")));
#define schedule_delayed_work(w, delay)	((void)(delay), shim_schedule(&(w)->work))
#define cancel_delayed_work_sync(w)	shim_cancel(&(w)->work)

#endif
