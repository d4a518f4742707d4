/* SPDX-License-Identifier: MIT */
/*
 * A kernel thread that runs to its end when it is woken, on the CPU that woke it: what
 * dmatest's threads do where the number of iterations is given.
 */
#ifndef TESTS_KERNEL_KTHREAD_H
#define TESTS_KERNEL_KTHREAD_H

#include <linux/sched.h>
#include <linux/types.h>

/* The thread that was woken, whichever the library would say. */
#undef current
#define current kthread_running
extern struct task_struct *kthread_running;

struct task_struct *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
	__attribute__((__format__(__printf__, 3, 4)));
void wake_up_process(struct task_struct *task);
int kthread_stop(struct task_struct *task);
void get_task_struct(struct task_struct *task);
void put_task_struct(struct task_struct *task);

static inline bool kthread_should_stop(void)
{
	return false;
}

#define set_user_nice(task, nice)	((void)(task), (void)(nice))

#endif
