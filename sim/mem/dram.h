/* SPDX-License-Identifier: MIT */
/*
 * DRAM, and the images of it that the other points of view hold.
 *
 *   pa      ..|== bank 0 ==|.......|== bank 1 ==|..
 *   offset    |== bank 0 ==|== bank 1 ==|            all banks, end to end
 *
 * Every image is one sparse file, indexed by offset; level 1's, by slot (inner.h),
 * may be longer than DRAM. Bytes of an image mean something only where its cache says
 * that a line is valid; DRAM's always do.
 */
#ifndef SIM_MEM_DRAM_H
#define SIM_MEM_DRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>
#include <armdma/board.h>

#define PAGE_SHIFT	12
#define PAGE_BYTES	(1u << PAGE_SHIFT)
#define PAGE_MASK	(PAGE_BYTES - 1)
#define MIB		(1u << 20)

enum image_kind {
	IMAGE_DRAM,
	IMAGE_OUTER,		/* level 2's lines */
	IMAGE_INNER,		/* level 1's lines: what cacheable pages map */
	IMAGE_NC,		/* answers to uncached reads that level 2 looked up */
	NR_IMAGES
};

struct image {
	int fd;
	uint8_t *bytes;
	uint64_t len;
};

struct dram_bank {
	uint64_t pa;
	uint64_t len;		/* bytes, whole pages */
	uint64_t off;
};

struct dram {
	struct dram_bank *banks;
	unsigned nr_banks;
	uint64_t len;		/* of all banks */
	struct image images[NR_IMAGES];
};

/* A byte of DRAM under both its names. */
struct place {
	uint64_t pa;
	uint64_t off;
};

static inline struct place place_add(struct place at, uint64_t len)
{
	return (struct place){ at.pa + len, at.off + len };
}

/* Fails, with one sentence, only when the host has no room. */
bool dram_init(struct dram *d, const struct board *b, GError **error);
bool dram_add_image(struct dram *d, enum image_kind k, uint64_t len, GError **error);
void dram_done(struct dram *d);	/* copes with half-built ones */

/* The bank that holds all of [pa, pa + len), or NULL. */
static inline const struct dram_bank *
dram_bank_of(const struct dram *d, uint64_t pa, uint64_t len)
{
	for (unsigned i = 0; i < d->nr_banks; i++) {
		const struct dram_bank *b = &d->banks[i];

		if (pa - b->pa < b->len && len <= b->len - (pa - b->pa))
			return b;
	}
	return NULL;
}

/* Most boards have one bank, and of others most accesses go to the first. */
static inline bool dram_find(const struct dram *d, uint64_t pa, struct place *ret_at)
{
	const struct dram_bank *b = d->banks;

	if (__builtin_expect(pa - b->pa >= b->len, 0))
		b = dram_bank_of(d, pa, 1);
	if (!b)
		return false;
	*ret_at = (struct place){ pa, b->off + (pa - b->pa) };
	return true;
}

/* The place at @off, which must be below @d->len. */
static inline struct place dram_place(const struct dram *d, uint64_t off)
{
	unsigned i = d->nr_banks - 1;

	while (d->banks[i].off > off)
		i--;
	return (struct place){ d->banks[i].pa + (off - d->banks[i].off), off };
}

static inline uint8_t *dram_bytes(const struct dram *d, enum image_kind k, uint64_t off)
{
	return d->images[k].bytes + off;
}

/* Reserve-only zeroed host memory: pages cost nothing until touched; NULL: no room. */
void *reserve_new(size_t len);
void reserve_free(void *p, size_t len);	/* NULL is fine */

#endif
