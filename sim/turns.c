/* SPDX-License-Identifier: MIT */
/*
 * Which of the host's threads works on a machine. Exact gear: one at a time.
 *
 *	main      ==enter====================            ====
 *	a thread               .  ==enter==========.
 *	                       access: not its own |      access without entering again: the end
 *
 * Two threads at once would be a data race of ours, and a run that nobody can repeat. So
 * whoever comes without cpu_enter() ends the process with one sentence, and so does whoever
 * had the machine before and goes on as if it still had. Those who enter by turns are let:
 * the order is their own, it is counted, and whoever reports says that it was.
 *
 * Leaves out: accesses that hit in L1, which are not looked at; the next one that does not
 * is.
 */
#include "sim.h"

#include <stdio.h>
#include <unistd.h>
#include <armdma/run.h>

_Thread_local char turns_self;

static const void *thread_of(const struct machine *m)
{
	return __atomic_load_n(&m->thread, __ATOMIC_RELAXED);
}

static void set_thread(struct machine *m)
{
	__atomic_store_n(&m->thread, &turns_self, __ATOMIC_RELAXED);
}

/* No atexit(): it would wait for, or free, what other threads are using. */
G_NORETURN static void end(const char *what)
{
	fprintf(stderr, "armdma: %s; in the exact gear one thread at a time works on a machine: "
		"make them agents of machine_run(), or let each call cpu_enter() when its turn "
		"comes\n", what);
	fflush(NULL);
	_exit(2);
}

void turns_check_slow(struct machine *m)
{
	if (m->run && !run_is_agent(m))
		end("a thread that is no agent of machine_run() works on the machine that it runs");
	if (thread_of(m) && !m->run)
		end("a second thread works on a machine");
	set_thread(m);
}

void turns_take(struct machine *m)
{
	if (m->run && !run_is_agent(m))
		end("a thread that is no agent of machine_run() enters a CPU of the machine that "
		    "it runs");
	if (!m->run && thread_of(m) && thread_of(m) != &turns_self)
		m->nr_takeovers++;
	set_thread(m);
}

void turns_back(struct machine *m)
{
	set_thread(m);
}

uint64_t machine_nr_takeovers(const struct machine *m)
{
	return m->nr_takeovers;
}
