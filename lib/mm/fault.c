/* SPDX-License-Identifier: MIT */
/*
 * The data abort: is it a page that its user may have?
 *
 * Leaves out: signals. What may not be had is refused, and that ends the run: user code
 * here is C code of the host, which has no instruction to go back to.
 * Linux: arch/arm/mm/fault.c.
 */
#include <linux/mmap_lock.h>
#include <linux/sched.h>

#include "user.h"

void user_lock(struct user_mm *u)
{
	mutex_lock(&u->mm.mmap_lock);
	u->locker = user_cpu_of(u->kernel);
}

void user_unlock(struct user_mm *u)
{
	u->locker = NULL;
	mutex_unlock(&u->mm.mmap_lock);
}

static bool may_access(const struct vm_area_struct *vma, bool is_write)
{
	return vma->vm_flags & (is_write ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC);
}

static bool fault_locked(struct user_mm *u, u32 va, bool is_write)
{
	struct vm_area_struct *vma = user_vma(u, va);

	return vma && may_access(vma, is_write) &&
	       !(handle_mm_fault(vma, va, FAULT_FLAG_USER |
				 (is_write ? FAULT_FLAG_WRITE : 0)) & VM_FAULT_ERROR);
}

/* A driver that touches user memory from its mmap() would wait for itself, forever. */
bool user_fault(struct user_mm *u, u32 va, bool is_write)
{
	bool is_mended;

	if (va >= TASK_SIZE || WARN(u->locker == user_cpu_of(u->kernel),
				    "user memory is touched under its own mmap_lock"))
		return false;
	user_lock(u);
	is_mended = fault_locked(u, va, is_write);
	user_unlock(u);
	return is_mended;
}

static bool is_of_tables(const struct cpu_fault *f)
{
	return f->kind == FAULT_TRANSLATION || f->kind == FAULT_PERMISSION;
}

static bool do_data_abort(struct cpu *c, const struct cpu_fault *f, const void *site)
{
	struct kernel *k = machine_software(cpu_machine(c));
	struct user_mm *u = k->users->cpu[cpu_index(c)].mm;
	bool is_mended;

	if (!u || !is_of_tables(f))
		return false;
	u->fault_site = site;
	is_mended = user_fault(u, f->va, f->is_write);
	u->fault_site = NULL;
	return is_mended;
}

void fault_init(struct kernel *k)
{
	machine_on_abort(k->port.machine, do_data_abort);
}

void mmap_read_lock(struct mm_struct *mm)
{
	user_lock(user_mm_of(mm));
}

void mmap_read_unlock(struct mm_struct *mm)
{
	user_unlock(user_mm_of(mm));
}

void mmap_write_lock(struct mm_struct *mm)
{
	user_lock(user_mm_of(mm));
}

void mmap_write_unlock(struct mm_struct *mm)
{
	user_unlock(user_mm_of(mm));
}

/* One for each thread: it is asked again for each use. */
struct task_struct *get_current(void)
{
	static _Thread_local struct task_struct task;
	struct kernel *k = kernel_current();
	struct user_mm *u = k ? user_current(k) : NULL;

	task.mm = u ? &u->mm : NULL;
	return &task;
}
