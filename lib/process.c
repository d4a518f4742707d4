/* SPDX-License-Identifier: MIT */
/*
 * Processes, as a test has them: an address space, and who of a thread's nested
 * processes is on its CPU.
 *
 * The kernel works on a process's behalf with that process's tables: whatever is done to
 * one goes through on_behalf(), which no compiler inlines: backtraces have it.
 */
#include <armdma/process.h>

#include <linux/err.h>
#include <armdma/harness.h>

#include "mm/user.h"

struct process {
	struct user_mm *mm;
	struct process *outer;		/* who was entered before, on this thread */
	unsigned nr_reentries;
	bool was_user;
};

/* The innermost that this thread entered. */
static _Thread_local struct process *current;

static struct process *process_of(struct user_mm *mm)
{
	struct process *p;

	if (!mm)
		return NULL;
	p = g_new0(struct process, 1);
	p->mm = mm;
	mm->owner = p;
	return p;
}

static struct cpu *this_cpu(const struct process *p)
{
	return port_cpu(&p->mm->kernel->port);
}

/* ---- who is there ------------------------------------------------------------------- */

void process_enter(struct process *p)
{
	if (current == p) {
		p->nr_reentries++;
		return;
	}
	p->outer = current;
	current = p;
	switch_mm(p->mm->kernel, p->mm);
	p->was_user = cpu_set_user(this_cpu(p), true);
}

void process_leave(struct process *p)
{
	if (WARN(current != p, "process_leave() of who is not on this CPU"))
		return;
	if (p->nr_reentries) {
		p->nr_reentries--;
		return;
	}
	cpu_set_user(this_cpu(p), p->was_user);
	current = p->outer;
	if (current)
		switch_mm(p->mm->kernel, current->mm);
}

void process_run(struct process *p, void (*fn)(void *arg), void *arg)
{
	process_enter(p);
	fn(arg);
	process_leave(p);
}

noinline void process_syscall(void (*fn)(void *arg), void *arg)
{
	struct cpu *c = current ? this_cpu(current) : NULL;
	bool was_user = c && cpu_set_user(c, false);

	fn(arg);
	if (c)
		cpu_set_user(c, was_user);
}

/* ---- what the kernel does for it ------------------------------------------------------ */

struct mmap_call {
	struct user_mm *mm;
	struct file *file;
	u32 va;
	size_t len;
	int prot, flags;
	unsigned long pgoff;
	long ret;
};

static void call_mmap(void *arg)
{
	struct mmap_call *c = arg;

	c->ret = do_mmap(c->mm, c->file, c->va, c->len, (unsigned long)c->prot,
			 (unsigned long)c->flags, c->pgoff);
}

static void call_munmap(void *arg)
{
	struct mmap_call *c = arg;

	c->ret = do_munmap(c->mm, c->va, c->len);
}

static void call_fork(void *arg)
{
	struct user_mm **mm = arg;

	*mm = dup_mm(*mm);
}

static void call_exit(void *arg)
{
	mmput(arg);
}

/* Back to whose turn it is, if that is somebody. */
static void resume(struct kernel *k)
{
	if (current && current->mm->kernel == k)
		switch_mm(k, current->mm);
}

static noinline void on_behalf(struct process *p, void (*fn)(void *arg), void *arg)
{
	struct kernel *k = p->mm->kernel;

	switch_mm(k, p->mm);
	process_syscall(fn, arg);
	resume(k);
}

void *process_mmap(struct process *p, void *hint, size_t len, int prot, int flags,
		   struct file *file, unsigned long pgoff)
{
	struct mmap_call c = { p->mm, file, port_va(hint), len, prot, flags, pgoff, 0 };

	on_behalf(p, call_mmap, &c);
	return c.ret < 0 ? ERR_PTR(c.ret) : (void *)user_ptr(p->mm, (u32)c.ret);
}

int process_munmap(struct process *p, void *va, size_t len)
{
	struct mmap_call c = { .mm = p->mm, .va = port_va(va), .len = len };

	on_behalf(p, call_munmap, &c);
	return (int)c.ret;
}

struct process *process_new_on(struct machine *m)
{
	return process_of(mm_alloc(machine_software(m)));
}

struct process *process_new(struct harness *h)
{
	return process_new_on(harness_machine(h));
}

struct process *process_fork(struct process *p)
{
	struct user_mm *mm = p->mm;

	on_behalf(p, call_fork, &mm);
	return process_of(mm);
}

/* Whoever exits in the middle of his own code has left it. */
void process_exit(struct process *p)
{
	if (!p)
		return;
	while (current == p)
		process_leave(p);
	on_behalf(p, call_exit, p->mm);
	g_free(p);
}

struct mm_struct *process_mm(struct process *p)
{
	return &p->mm->mm;
}

unsigned process_asid(const struct process *p)
{
	return user_asid(p->mm);
}
