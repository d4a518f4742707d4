/* SPDX-License-Identifier: MIT */
/*
 * A window without a machine behind it, for tests of the hooks alone: state bytes
 * are whatever the test writes, and what comes through the door is written down.
 */
#ifndef TESTS_HOOKS_FAKE_MACHINE_H
#define TESTS_HOOKS_FAKE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_PAGES	16	/* of the window's start that hold bytes */
#define FAKE_PAGE	4096u
#define FAKE_LINE_SHIFT	5
#define FAKE_LINE	(1u << FAKE_LINE_SHIFT)
#define FAKE_LOG_MAX	8192

struct fake_visit {
	bool is_store;
	uint32_t va;
	size_t len;
	const void *site;
};

/* Functions, for gcc knows that a hook writes no variable, and ours do. */
size_t fake_nr_visits(void);
struct fake_visit fake_visit(size_t idx);
unsigned fake_nr_dmbs(void);

/** Called at the door before the visit returns; NULL: nothing. */
extern void (*fake_at_door)(const struct fake_visit *visit);

/** Puts up the window: bytes zero, every page a TLB miss, log empty. */
void fake_start(void);
void fake_stop(void);

/** Host pointer of @va. */
void *fake_ptr(uint32_t va);

/** Sets the state byte of the line at @va, and with it makes the page a TLB hit. */
void fake_set_line(uint32_t va, uint8_t state);

/** The fast gear: no access needs a hook. */
void fake_set_plain(bool is_plain);

void fake_forget(void);

#endif
