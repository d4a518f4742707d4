/* SPDX-License-Identifier: MIT */
/* Between shadow.c, which keeps lines, and shadow-bulk.c, which does without. */
#ifndef LIB_HAZARD_SHADOW_H
#define LIB_HAZARD_SHADOW_H

#include "engine.h"

static inline uint64_t page_of(uint64_t pa)
{
	return pa & ~(uint64_t)(PAGE_BYTES - 1);
}

static inline unsigned nr_lines(const struct shadow *s)
{
	return PAGE_BYTES / s->line_bytes;
}

static inline unsigned line_idx(const struct shadow *s, uint64_t pa)
{
	return (unsigned)(pa & (PAGE_BYTES - 1)) / s->line_bytes;
}

static inline struct shadow_line *line_of(const struct shadow_page *p, unsigned i)
{
	return p->line ? p->line[i] : NULL;
}

/* The line of @pa, up to date; made if it has none of its own. */
struct shadow_line *shadow_line_get(struct shadow *s, struct shadow_page *p, uint64_t pa);

static inline uint64_t *bits_of(const struct shadow *s, struct shadow_page *p, enum line_bits kind)
{
	return &p->bits[kind * s->nr_words];
}

static inline bool has_bit(const struct shadow *s, const struct shadow_page *p, enum line_bits kind,
		    unsigned line)
{
	return p->bits[kind * s->nr_words + line / 64] >> line % 64 & 1;
}

static inline void set_line_bit(const struct shadow *s, struct shadow_page *p, enum line_bits kind,
		    unsigned line)
{
	bits_of(s, p, kind)[line / 64] |= (uint64_t)1 << line % 64;
}

static inline void clear_line_bit(const struct shadow *s, struct shadow_page *p,
				  enum line_bits kind, unsigned line)
{
	bits_of(s, p, kind)[line / 64] &= ~((uint64_t)1 << line % 64);
}

/* Of word @word: the bits of lines [first, end). */
static inline uint64_t lines_mask(unsigned word, unsigned first, unsigned end)
{
	unsigned from = first > 64 * word ? first - 64 * word : 0;
	unsigned to = end > 64 * word ? MIN(end - 64 * word, 64u) : 0;

	if (from >= to)
		return 0;
	return ~(uint64_t)0 >> (64 - (to - from)) << from;
}

#endif
