/* SPDX-License-Identifier: MIT */
/*
 * Two bits about each line of DRAM (of level 1's line size), held or not.
 *
 *   WATCHED   an observer wants the events of this line. State bytes of lines that
 *             are held repeat it; here is the truth.
 *   SAME      the inner image's bytes of the line are those that a fill through
 *             level 2 would bring, so the fill need not copy them.
 */
#ifndef SIM_MEM_NOTES_H
#define SIM_MEM_NOTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "dram.h"

#define NOTE_WATCHED	1u
#define NOTE_SAME	2u

#define NOTES_PER_BYTE	4u

struct notes {
	uint8_t *bits;
	unsigned line_shift;
	size_t nr_bytes;
};

static inline bool notes_init(struct notes *n, uint64_t dram_len, unsigned line_shift)
{
	n->line_shift = line_shift;
	n->nr_bytes = (dram_len >> line_shift) / NOTES_PER_BYTE;
	n->bits = reserve_new(n->nr_bytes);
	return n->bits != NULL;
}

static inline void notes_done(struct notes *n)
{
	reserve_free(n->bits, n->nr_bytes);
}

static inline unsigned notes_of(const struct notes *n, uint64_t off)
{
	uint64_t line = off >> n->line_shift;

	return n->bits[line / NOTES_PER_BYTE] >> line % NOTES_PER_BYTE * 2 & 3;
}

static inline void notes_set(struct notes *n, uint64_t off, unsigned note)
{
	uint64_t line = off >> n->line_shift;

	n->bits[line / NOTES_PER_BYTE] |= (uint8_t)(note << line % NOTES_PER_BYTE * 2);
}

static inline void notes_clear(struct notes *n, uint64_t off, unsigned note)
{
	uint64_t line = off >> n->line_shift;

	n->bits[line / NOTES_PER_BYTE] &= (uint8_t)~(note << line % NOTES_PER_BYTE * 2);
}

/* Of every line of the page at @off. */
static inline void notes_clear_page(struct notes *n, uint64_t off, unsigned note)
{
	uint8_t *bits = &n->bits[(off >> n->line_shift) / NOTES_PER_BYTE];
	uint64_t some;

	for (unsigned i = 0; i < PAGE_BYTES >> n->line_shift; i += NOTES_PER_BYTE * sizeof(some)) {
		memcpy(&some, &bits[i / NOTES_PER_BYTE], sizeof(some));
		some &= ~(0x5555555555555555u * note);
		memcpy(&bits[i / NOTES_PER_BYTE], &some, sizeof(some));
	}
}

/* Watched lines of the page at @off. */
static inline unsigned notes_nr_watched(const struct notes *n, uint64_t off)
{
	const uint8_t *bits = &n->bits[(off >> n->line_shift) / NOTES_PER_BYTE];
	uint64_t some;
	unsigned nr = 0;

	for (unsigned i = 0; i < PAGE_BYTES >> n->line_shift; i += NOTES_PER_BYTE * sizeof(some)) {
		memcpy(&some, &bits[i / NOTES_PER_BYTE], sizeof(some));
		nr += (unsigned)__builtin_popcountll(some & 0x5555555555555555u * NOTE_WATCHED);
	}
	return nr;
}

#endif
