/* SPDX-License-Identifier: MIT */
/* The rig of tests of TLBs: one A9, or both CPUs of one with tables of their own. */
#ifndef TESTS_SIM_TLB_RIG_H
#define TESTS_SIM_TLB_RIG_H

#include "rig.h"
#include "sim/sim.h"

#define PAGE	4096u

struct pair {
	struct rig *first;
	struct rig second;	/* the same machine as CPU 1 sees it, with tables of its own */
};

/* cmocka's setups. @state is a rig, whose first pages say "one", "two", "six"; or a pair. */
int setup_lone(void **state);
int teardown_lone(void **state);
int setup_pair(void **state);
int teardown_pair(void **state);

#define test(name)	cmocka_unit_test_setup_teardown(name, setup_lone, teardown_lone)
#define pair_test(name)	cmocka_unit_test_setup_teardown(name, setup_pair, teardown_pair)

/* The CPU of @rig turns its MMU on as @like has it, with the tables of @rig. */
void boots(struct rig *rig, const struct cpu *like);
/* A plain load, as an instrumented driver on that CPU does it. */
void expects_native(struct rig *rig, uint32_t va, const char *text);
/* The state of K's first line that the hooks go by. */
const uint8_t *shown_state(const struct rig *rig);
void enters_space(struct rig *rig, unsigned asid);
/* K is page @i of the play area in address space @asid, and held. */
void holds_in_space(struct rig *rig, unsigned asid, unsigned i, const char *text);
/* The rig of an A9 with another part: @alter changes it. Freed by rig_free(). */
struct rig *rig_altered(enum tlb_capacity capacity, void (*alter)(struct core_part *part));

#endif
