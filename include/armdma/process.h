/* SPDX-License-Identifier: MIT */
/*
 * Processes: user code of a test, with an address space of its own.
 *
 *	struct process *app = process_new(h);
 *	struct file *f = ...;                         what open() of the driver gave
 *	char *p = process_mmap(app, NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
 *
 *	process_run(app, user_code, p);               void user_code(void *p)
 *	...
 *	process_exit(app);
 *
 * A user's pointer is a host pointer into the window, like the kernel's, below
 * 0xbf000000: plain loads and stores of instrumented code through it go through the
 * process's own page tables and ASID, while the process is on the CPU. Each process
 * has its own idea of what is behind the same pointer, as on hardware.
 *
 * On the CPU of a process (from process_enter() to process_leave()):
 *   - code runs in user mode: touching the kernel's memory is a data abort, which ends the
 *     run. A "system call" is a function that process_syscall() calls for it.
 *     (Not in the fast gear, which has no user mode.)
 *   - pages come when they are touched: zeros, or what the driver's fault handler
 *     gives. What may not be touched is a data abort as well.
 *   - its own pages are highmem where there is any, and may live in contiguous areas:
 *     they move, unseen, when cma_alloc() wants their place. Pinned ones stay.
 * In between, and in system calls, the CPU keeps the process's page tables, as Linux
 * does: copy_to_user() and get_user_pages() work on the process that was there last.
 *
 * Memory types, read-only pages, ASIDs and how caches are cleaned at a switch are those
 * of the board's core: ARMv5 has no ASIDs, and drops its caches and its TLB.
 *
 * Leaves out: scheduling (a process is on the CPU that enters it, for as long as it does),
 * signals, exec(), threads of one process on two CPUs at a time. File handles are not
 * counted: a struct file must outlive the mappings of it.
 *
 * Context of all: the kernel's, on a thread that is a CPU of the machine, or none.
 */
#ifndef ARMDMA_PROCESS_H
#define ARMDMA_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct file;
struct harness;
struct machine;
struct mm_struct;
struct process;

/**
 * process_new() - a process with nothing mapped
 *
 * Return: yours to process_exit(); harness_finish() ends what is left. NULL when memory
 * is used up.
 */
struct process *process_new(struct harness *h);
/** The same where there is no harness at hand. */
struct process *process_new_on(struct machine *m);

/** Everything is unmapped, its vm_ops.close() called; @p is gone. NULL is fine. */
void process_exit(struct process *p);

/**
 * process_fork() - a copy of @p, which shares its pages until one of both writes
 *
 * Left out are VM_DONTCOPY ranges; pinned pages are copied at once. In the others
 * vm_ops.open() is called for the copy.
 * Return: as process_new().
 */
struct process *process_fork(struct process *p);

/**
 * process_mmap() - mmap(2)
 * @hint:  where, or NULL. With MAP_FIXED it is there or fails, and what was there goes
 * @len:   bytes, more than 0; taken in whole pages
 * @prot:  PROT_READ | PROT_WRITE | PROT_EXEC of <linux/mman.h>; the host's are the same
 * @flags: MAP_SHARED or MAP_PRIVATE, MAP_FIXED, MAP_FIXED_NOREPLACE
 * @file:  its f_op->mmap() is called, in the kernel; NULL: memory of zeros, and when
 *         shared, the same for all children
 * @pgoff: where in the object to begin, in pages
 *
 * Return: the address; or an error pointer of <linux/err.h>: -EINVAL, -ENOMEM,
 * -EACCES (the file's mode), -EEXIST, -EOVERFLOW, -ENODEV, or what f_op->mmap() gave.
 * On a cache with colours a shared MAP_FIXED of the wrong colour is -EINVAL.
 */
void *process_mmap(struct process *p, void *hint, size_t len, int prot, int flags,
		   struct file *file, unsigned long pgoff);

/** munmap(2): 0, or -EINVAL, -ENOMEM. Ranges may be cut in two. */
int process_munmap(struct process *p, void *va, size_t len);

/**
 * process_enter() - this thread's CPU now runs @p, in user mode
 * process_leave() - it runs the kernel again, or the process that was entered before
 *
 * They nest. process_run() is both, with @fn between them.
 */
void process_enter(struct process *p);
void process_leave(struct process *p);
void process_run(struct process *p, void (*fn)(void *arg), void *arg);

/** Of code that runs as a process: call @fn as the kernel, with the process's memory. */
void process_syscall(void (*fn)(void *arg), void *arg);

/** For find_vma(). Borrowed. */
struct mm_struct *process_mm(struct process *p);
/** The number that its TLB entries have; 0: none yet, or a core without ASIDs. */
unsigned process_asid(const struct process *p);

#ifdef __cplusplus
}
#endif
#endif
