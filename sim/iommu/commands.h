/* SPDX-License-Identifier: MIT */
/*
 * Commands that take a while: accepted, in flight for some ticks, then carried out, in
 * order. Until then what they invalidate may still be used: only the completion of a sync
 * that was given after them says that it may not.
 *
 * How long is free up to @delay ticks: nominally all of it, the latest that is allowed;
 * with CHOOSER_RANDOM drawn from the seed.
 */
#ifndef SIM_IOMMU_COMMANDS_H
#define SIM_IOMMU_COMMANDS_H

#include "hw.h"

#define COMMANDS_MAX	64u

struct command {
	uint32_t op;
	uint32_t context, asid;
	uint64_t iova, len;
	uint64_t due;
};

struct command_unit {
	struct iommu_hw *hw;
	unsigned capacity, delay;
	void (*carry_out)(void *opaque, const struct command *c);
	void *opaque;
	uint64_t now;
	unsigned first, nr;
	struct command queue[COMMANDS_MAX];
};

void commands_reset(struct command_unit *u);
/* False: it is full, and the command is lost. */
bool commands_accept(struct command_unit *u, const struct command *c);
/* A tick: what is due is carried out. */
void commands_tick(struct command_unit *u);
static inline bool commands_are_over(const struct command_unit *u)
{
	return !u->nr;
}

#endif
