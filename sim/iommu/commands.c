/* SPDX-License-Identifier: MIT */
/* Commands that take a while: see commands.h. */
#include "../sim.h"
#include "commands.h"

void commands_reset(struct command_unit *u)
{
	u->first = u->nr = 0;
}

static unsigned delay_of_one(struct command_unit *u)
{
	if (u->hw->machine->draws_delays)
		return iommu_hw_choose(u->hw, u->delay + 1);
	return u->delay;
}

/* What is due goes in order: nobody overtakes. */
static void carry_out_due(struct command_unit *u)
{
	while (u->nr && u->queue[u->first].due <= u->now) {
		struct command c = u->queue[u->first];

		u->first = (u->first + 1) % u->capacity;
		u->nr--;
		u->carry_out(u->opaque, &c);
	}
}

bool commands_accept(struct command_unit *u, const struct command *c)
{
	struct command *at;

	g_assert(u->capacity && u->capacity <= COMMANDS_MAX);
	if (u->nr == u->capacity)
		return false;
	at = &u->queue[(u->first + u->nr++) % u->capacity];
	*at = *c;
	at->due = u->now + delay_of_one(u);
	carry_out_due(u);
	return true;
}

void commands_tick(struct command_unit *u)
{
	u->now++;
	carry_out_due(u);
}
