/* SPDX-License-Identifier: MIT */
/* The actions of a script, for who performs them; what it is, armdma/machine.h says. */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include <armdma/machine.h>

enum script_verb {
	SCRIPT_FILL,
	SCRIPT_FILL2,
	SCRIPT_PREFETCH,
	SCRIPT_EVICT,
	SCRIPT_EVICT2,
	SCRIPT_HOLD,
	SCRIPT_TURNS,		/* the last two have no place and no time */
	SCRIPT_DELAYS
};

struct script_action {
	enum script_verb verb;
	uint64_t pa;
	uint32_t nth;		/* from 1 */
	bool is_after;
};

struct machine_script {
	GArray *actions;	/* of struct script_action */
};

/* Has it, which may be NULL, an action of that kind? */
bool script_has(const struct machine_script *s, enum script_verb verb);
/* As it is read: "evict 0x80001040@3+". */
void script_print(GString *to, const struct script_action *a);

#endif
