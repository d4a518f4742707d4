/* SPDX-License-Identifier: MIT */
/*
 * Several CPUs and devices at work at once, one step at a time.
 *
 *   machine_run(m, agents, nr)
 *        cpu0  ----#==#..................#=====#----
 *        cpu1  ----.....####.........####.......----     # runs, . waits
 *        nic   ----.........#########...........----
 *
 * Each agent is a function on a host thread of its own, but only one of them runs at
 * any moment. At every event that another could see (an access that is not a plain hit
 * in L1, an operation, a barrier, a register access, an access of a master; line by line
 * where it is of many) the chooser says who goes on: nominally whoever runs, until it
 * returns, and then the next one in the order given; with CHOOSER_RANDOM any of them,
 * drawn from the seed in a stream of its own. So the same seed and the same agents give
 * the same run, event for event, and there is no data race on the host.
 *
 * Plain hits are not events: an agent that spins on a variable calls run_yield().
 */
#ifndef ARMDMA_RUN_H
#define ARMDMA_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/cpu.h>
#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct run_agent - somebody who acts on a machine
 * @cpu: entered for the length of @fn (see cpu_enter()); NULL: a device, which drives
 *       masters, or somebody else who is no CPU
 * @fn:  what it does; ends by returning
 * @arg: its own
 *
 * Two agents may be the same CPU, as two programs that its kernel switches between.
 */
struct run_agent {
	struct cpu *cpu;
	void (*fn)(void *arg);
	void *arg;
};

/**
 * machine_run() - run @agents until all of them have returned
 *
 * Exact gear: as above. Fast gear: all of them at once, without any order.
 * A handler of a bus device is part of the register access that called it, and is not
 * interrupted. An agent must not wait for another by the host's means (a mutex, a
 * condition): only the one that runs can end the wait. Nor can it jump out of @fn.
 * @agents is borrowed until the return; calls do not nest.
 */
void machine_run(struct machine *m, const struct run_agent *agents, size_t nr);

/**
 * machine_nr_takeovers() - how often a thread took the machine from another by cpu_enter()
 *
 * Exact gear. Threads that are no agents may take turns, each entering a CPU when its turn
 * comes. Then their order is the host's, and a seed repeats the run only if something else
 * makes that order the same each time (a join; a baton of their own). Whoever reports says
 * so. A thread that works on the machine without having entered, while another has it, or
 * while machine_run() runs, ends the process: one sentence on stderr, exit status 2.
 */
uint64_t machine_nr_takeovers(const struct machine *m);

/**
 * run_yield() - let somebody else go on, for the caller has nothing to do
 *
 * Nominally the next agent in the order given that has not returned; the last one's
 * next is the first. Alone it just goes on.
 * Return: false if the caller is no agent of the exact gear, and nothing happened.
 */
bool run_yield(void);

#ifdef __cplusplus
}
#endif
#endif
