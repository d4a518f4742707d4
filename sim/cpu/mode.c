/* SPDX-License-Identifier: MIT */
/*
 * User mode, and the data abort that takes a CPU out of it: software is asked before an
 * access is given up, and may mend the tables so that it is made again.
 *
 * Leaves out: the other modes and their banked registers; user mode in the fast gear,
 * where all CPUs share one TLB; aborts of fetches and of maintenance, which are told
 * by their return values alone.
 *
 * Spec: DDI 0406C, B1.3.1 "ARM processor modes", B1.9.9 "Data Abort exception".
 */
#include "mmu.h"
#include "../sim.h"

static _Thread_local bool is_handling;

bool cpu_set_user(struct cpu *c, bool is_user)
{
	bool was_user = c->is_user;

	if (c->machine->is_fast || was_user == is_user)
		return was_user;
	cpu_begin(c, 0, NULL);
	c->is_user = is_user;
	tlb_forget_words(c);
	return was_user;
}

bool cpu_is_user(const struct cpu *c)
{
	return c->is_user;
}

bool cpu_handles_abort(void)
{
	return is_handling;
}

void machine_on_abort(struct machine *m, cpu_abort_handler *handler)
{
	m->on_abort = handler;
}

/* The handler runs privileged. What aborts inside it is not asked about again. */
static bool take_abort(struct cpu *c, const struct cpu_fault *f, const void *site)
{
	bool was_user, is_mended;

	if (is_handling)
		return false;
	cpu_note_fault(c, f);
	is_handling = true;
	was_user = cpu_set_user(c, false);
	is_mended = c->machine->on_abort(c, f, site);
	cpu_set_user(c, was_user);
	is_handling = false;
	return is_mended;
}

void cpu_make_present_slow(struct cpu *c, uint32_t va, size_t len, bool is_write,
			   const void *site)
{
	uint64_t end = (uint64_t)va + len;
	bool is_interrupted = false;

	for (uint64_t at = va; at < end; at = (at | PAGE_MASK) + 1) {
		struct cpu_fault f;

		while (!tlb_translate(c, (uint32_t)at, is_write, &f)) {
			if (!take_abort(c, &f, site))
				break;
			is_interrupted = true;
		}
	}
	if (is_interrupted)
		cpu_begin(c, va, site);
}
