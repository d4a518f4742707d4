/* SPDX-License-Identifier: MIT */
/*
 * The start-up check: are the hooks really in every unit of this program?
 *
 *   unit.h: one record per unit --> section armdma_units --> one array
 *
 * Before main(), and before there is any machine, a window is put up around two
 * variables of ours; then each unit's canary touches them. What does not come
 * through the door was compiled without hooks. A program that fails is stopped:
 * it would run, see no hazard, and say so.
 *
 * Leaves out: units with no record at all, which other means than `armdma cc`
 * compiled; at a link, the driver refuses those it can see.
 */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>
#define ARMDMA_UNIT_PLAIN	/* this unit is one as well, and has no hooks */
#include <armdma/unit.h>

#include "hooks.h"

#define EXIT_BAD_INPUT	2

/* The linker's names for the ends of the section; there is none without units. */
extern struct armdma_unit __start_armdma_units[]
	__attribute__((weak, visibility("hidden")));
extern struct armdma_unit __stop_armdma_units[]
	__attribute__((weak, visibility("hidden")));

static struct {
	unsigned plain;
	volatile unsigned vol;
} cage;

static bool saw_load, saw_store;

void hooks_canary(const void *p, bool is_store)
{
	if (is_store && p == &cage.plain)
		saw_store = true;
	if (!is_store && p == (const void *)&cage.vol)
		saw_load = true;
}

static bool unit_is_hooked(const struct armdma_unit *unit)
{
	saw_load = false;
	saw_store = false;
	unit->touch(&cage.plain, &cage.vol);
	return saw_load && saw_store;
}

/* A window without a machine: every access to the cage takes the door to us. */
static void window_up(void)
{
	window_first = (uintptr_t)&cage >> 32;
	window_slots[0] = (struct window){ .is_live = true };
}

static void window_down(void)
{
	window_slots[0] = (struct window){ 0 };
	window_first = 0;
}

static void refuse(const char *file, const char *why)
{
	fprintf(stderr, "armdma: %s%s\n", file, why);
	_exit(EXIT_BAD_INPUT);
}

/* Returns how many units have hooks. */
static size_t check_units(void)
{
	size_t nr_hooked = 0;

	for (struct armdma_unit *u = __start_armdma_units; u < __stop_armdma_units; u++) {
		if (!u->touch)
			continue;
		if (!unit_is_hooked(u))
			refuse(u->file, " lost its compiler hooks (gcc -flto drops them without "
			       "a word), so none of its loads and stores would be seen: "
			       "compile it with `armdma cc`, without -flto");
		nr_hooked++;
	}
	return nr_hooked;
}

/*
 * Linked in by name (-u armdma_hooks_check), for a program without hooks calls
 * nothing in this archive. 101 is the first priority that programs may use.
 */
__attribute__((constructor(101))) void armdma_hooks_check(void);

void armdma_hooks_check(void)
{
	size_t nr_hooked;

	if (window_first)	/* a machine is up: this came with dlopen() */
		return;
	window_up();
	nr_hooked = check_units();
	window_down();
	if (!nr_hooked)
		refuse("this program", " holds no code with compiler hooks: compile the "
		       "driver with `armdma cc`");
}
