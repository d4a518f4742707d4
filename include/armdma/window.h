/* SPDX-License-Identifier: MIT */
/*
 * The window's fast path: what the compiler hooks inline. Not for users.
 *
 *   host pointer  [ window number : 32 | va : 32 ]
 *                          |            |
 *                   window_slots[]   page_state[va >> 12] --> state bytes of
 *                                                             that page's lines
 *
 * page_state belongs to the CPU that was entered last: an entry is present only
 * while its TLB holds the translation, the window shows it, *and* the page is plain
 * cacheable memory in the exact gear. Everything else (TLB miss, uncached, device,
 * fast gear) is NULL and takes the one door to the slow path, cpu_before_load() or
 * cpu_before_store().
 *
 * A load may proceed natively iff (state & LINE_LOAD_MASK)  == LINE_LOAD_OK.
 * A store may            iff (state & LINE_STORE_MASK) == LINE_STORE_OK.
 */
#ifndef ARMDMA_WINDOW_H
#define ARMDMA_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One state byte for each line that a CPU's L1 may hold. */
#define LINE_VALID	0x01u
#define LINE_DIRTY	0x02u
#define LINE_SPECULATED	0x04u
#define LINE_WATCHED	0x08u	/* somebody wants events: always the slow path */
#define LINE_RECENT	0x10u	/* a hit changes nothing in the order of replacement */
#define LINE_UNIQUE	0x20u	/* no other CPU holds it */
#define LINE_PRIVATE	0x40u	/* its bytes are in the way, not in the window */
#define LINE_INCOHERENT	0x80u	/* other CPUs and snoops do not see it */

#define LINE_LOAD_OK	(LINE_VALID | LINE_RECENT)
#define LINE_STORE_OK	(LINE_LOAD_OK | LINE_DIRTY | LINE_UNIQUE)
#define LINE_LOAD_MASK	(LINE_LOAD_OK | LINE_WATCHED | LINE_PRIVATE)
#define LINE_STORE_MASK	(LINE_STORE_OK | LINE_WATCHED | LINE_PRIVATE)

#define WINDOW_MAX	16

struct machine;

struct window {
	uint8_t **page_state;		/* 1 Mi entries, one per 4 KiB of va; or NULL */
	unsigned line_shift;		/* log2 bytes of an L1D line */
	bool is_live;			/* a machine owns this slot */
	bool is_plain;			/* fast gear: no access needs a hook */
	struct machine *machine;
};

/* All windows are neighbours: slot i spans host [(first + i) << 32, + 4 GiB). */
extern uintptr_t window_first;		/* base >> 32 of slot 0; 0 before the first machine */
extern struct window window_slots[WINDOW_MAX];

static inline struct window *window_of(const void *p)
{
	uintptr_t slot = ((uintptr_t)p >> 32) - window_first;

	return slot < WINDOW_MAX && window_slots[slot].is_live ? &window_slots[slot] : NULL;
}

#ifdef __cplusplus
}
#endif
#endif
