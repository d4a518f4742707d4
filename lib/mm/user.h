/* SPDX-License-Identifier: MIT */
/*
 * Processes' memory, for the files that make it and for the harness.
 *
 *   mmap.c      which ranges of addresses there are       struct vm_area_struct
 *   memory.c    which pages are behind them                page tables, faults
 *   fork.c      the copy of an address space; copy on write
 *   migrate.c   pages that give their place to a device
 *   gup.c       their pages, for a driver                  get_user_pages()
 *   uaccess.c   their bytes, for a driver                  copy_to_user()
 *   fault.c     the abort that asks for them
 *   flush.c     what caches hold of them
 *   context.c   whose they are on a CPU                    ASIDs
 *
 * An address of a user is a host pointer into the window, as a number, wherever Linux
 * has an unsigned long; u32 @va is its low half.
 */
#ifndef LIB_MM_USER_H
#define LIB_MM_USER_H

#include <linux/fs.h>
#include <linux/mman.h>

#include "kernel.h"

#define TASK_SIZE		SPACE_END
#define FIRST_USER_VA		(2 * (u32)PAGE_SIZE)
#define MMAP_BASE		(TASK_SIZE - SZ_128M)	/* below it, downward; a stack above */
#define SHMLBA			(4 * (u32)PAGE_SIZE)
#define ASID_BITS		8
#define PIN_BIAS		1024			/* Linux's GUP_PIN_COUNTING_BIAS */

/* @vma: its range that maps the page, or NULL; @is_locked: to be unlocked afterwards. */
struct user_move {
	struct vm_area_struct *vma;
	bool is_locked, is_writable;
};

/**
 * struct user_mm - an address space
 * @context: its ASID, and above that the generation that the ASID is of; 0: none yet
 * @cpus:    bit i: CPU i may hold lines or translations of it
 * @locker:  who has mmap_lock, by user_lock()
 * @fault_site: whose access is being seen to, or NULL
 * @move:    what migrate.c knows of it while it moves a page; under users.all_lock
 * @owner:   the harness's, g_free()d with what is left at the end
 * @node:    of users.all
 */
struct user_mm {
	struct mm_struct mm;
	struct kernel *kernel;
	struct port_space space;
	struct page *pgd;
	u64 context;
	u64 cpus;
	bool has_pinned;
	struct user_cpu *locker;
	const void *fault_site;
	struct user_move move;
	void *owner;
	struct list_head node;
};

/* What one CPU has. */
struct user_cpu {
	u64 active, reserved;		/* contexts: see context.c */
	bool must_flush_tlb;
	struct user_mm *mm;		/* whose tables it uses; NULL: the kernel's */
};

struct users {
	spinlock_t asid_lock;
	u64 generation;
	struct bits asids;
	size_t last_asid;
	struct user_cpu *cpu;
	unsigned nr_cpus;
	struct mutex all_lock;
	struct list_head all;		/* of struct user_mm */
	struct page *zero_page;
};

static inline struct user_mm *user_mm_of(struct mm_struct *mm)
{
	return container_of(mm, struct user_mm, mm);
}

static inline unsigned long user_ptr(const struct user_mm *u, u32 va)
{
	return (unsigned long)(uintptr_t)port_ptr(&u->kernel->port, va);
}

static inline bool is_cow_mapping(vm_flags_t flags)
{
	return (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_file && !vma->vm_ops;
}

static inline void user_tell(struct kernel *k, const struct user_note *n)
{
	if (unlikely(k->listener != NULL))
		k->on_user(k, n);
}

/* ---- context.c ---------------------------------------------------------------- */

/* This thread's CPU. */
struct user_cpu *user_cpu_of(struct kernel *k);
/* Whose address space this thread's CPU has; NULL: nobody's. */
struct user_mm *user_current(struct kernel *k);
/* Use @u's tables from now on, on this thread's CPU; NULL: none but the kernel's. */
void switch_mm(struct kernel *k, struct user_mm *u);
/* No CPU uses @u's tables any longer. */
void leave_mm(struct user_mm *u);
static inline unsigned user_asid(const struct user_mm *u)
{
	return u->context & ((1u << ASID_BITS) - 1);
}
/* Does this thread's CPU have @u? */
static inline bool user_is_here(struct user_mm *u)
{
	return user_current(u->kernel) == u;
}

/* ---- fault.c ------------------------------------------------------------------ */

void fault_init(struct kernel *k);
/* mmap_lock, by which the faults of others wait, and one's own are told. */
void user_lock(struct user_mm *u);
void user_unlock(struct user_mm *u);
/* Make the page of @va what its user may have of it; false: he may not. */
bool user_fault(struct user_mm *u, u32 va, bool is_write);

/* ---- flush.c ------------------------------------------------------------------ */

/* Before a user sees the page at @pa: see there. */
void sync_dcache(struct kernel *k, phys_addr_t pa);
/* After a fault mapped @page. */
void update_mmu_cache(struct vm_area_struct *vma, u32 va, struct page *page);

/* ---- mmap.c ------------------------------------------------------------------- */

/* NULL: out of memory. mmput() frees it. */
struct user_mm *mm_alloc(struct kernel *k);
void mmput(struct user_mm *u);
/* mmap(2): an address, or a negative errno. @va is a hint, or with MAP_FIXED the place. */
long do_mmap(struct user_mm *u, struct file *file, u32 va, size_t len, unsigned long prot,
	     unsigned long flags, unsigned long pgoff);
int do_munmap(struct user_mm *u, u32 va, size_t len);
struct vm_area_struct *vma_copy(const struct vm_area_struct *vma, struct user_mm *to);
/* The one that holds @va, or NULL. */
struct vm_area_struct *user_vma(struct user_mm *u, u32 va);

/* ---- memory.c ----------------------------------------------------------------- */

/* The page behind a mapping that has a count of it; NULL: a bare frame. */
struct page *vm_normal_page(const struct vm_area_struct *vma, u32 va, phys_addr_t pa);
/* Put @pa there, or make what is there another; the TLB is the caller's. */
int set_pte(struct vm_area_struct *vma, u32 va, phys_addr_t pa, pgprot_t prot);
void flush_tlb_range(struct vm_area_struct *vma, u32 va, u32 len);
void unmap_range(struct vm_area_struct *vma, u32 va, u32 len);
/* 0, or VM_FAULT_ERROR's. The caller holds mmap_lock. */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, u32 va, unsigned int flags);
/* A page for @va with nothing in it but zeros, wherever it is; NULL: out of memory. */
struct page *alloc_user_page(struct kernel *k, u32 va);

/* ---- migrate.c ----------------------------------------------------------------- */

/* @page becomes a process's own, for user address @va, and can move. */
void user_page_init(struct page *page, u32 va);

/* ---- fork.c -------------------------------------------------------------------- */

/* NULL: out of memory. */
struct user_mm *dup_mm(struct user_mm *old);
/* A write to a page that its user may write and the table does not let: copy it, or not. */
vm_fault_t do_wp_page(struct vm_area_struct *vma, u32 va, struct space_page was);
bool page_maybe_pinned(const struct page *page);

/* ---- the whole ------------------------------------------------------------------ */

void users_init(struct kernel *k);
void users_done(struct kernel *k);

#endif
