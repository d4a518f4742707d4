/* SPDX-License-Identifier: MIT */
/*
 * Long-descriptor settings, a page of tables after another:
 *
 *   0        the roots that are first-level tables: of TTBR0, then of TTBR1
 *   1, 2     the roots that are second-level tables, where TxSZ is 2 or more
 *   3..10    second-level tables
 *   11..34   third-level tables
 *   35       the second-level table of the helper page
 *
 * A contiguous hint is set on 16 entries that keep its promise, or on none: to break it
 * is UNPREDICTABLE. Left out, as reserved: SH = 0b01, output addresses above 40 bits,
 * MAIR encodings without a meaning.
 *
 * Spec: DDI 0406C, B3.6.
 */
#include "protocol.h"
#include "setting.h"

#define PAGE		0x1000u
#define MIB		(1u << 20)
#define FIRST_LEVEL2	3u
#define NR_LEVEL2	8u
#define FIRST_LEVEL3	(FIRST_LEVEL2 + NR_LEVEL2)
#define NR_LEVEL3	24u
#define HELPER_LEVEL2	(FIRST_LEVEL3 + NR_LEVEL3)

#define VALID		1ull
#define TABLE_OR_PAGE	2ull
#define READ_ONLY	(1ull << 7)
#define ACCESS_FLAG	(1ull << 10)
#define CONTIGUOUS	(1ull << 52)

#define LEVEL1_SHIFT	30u
#define LEVEL2_SHIFT	21u
#define LEVEL3_SHIFT	12u

static unsigned size_of(const struct setting *s, unsigned which)
{
	return s->ttbcr >> (which ? 16 : 0) & 7;
}

static uint32_t page(const struct setting *s, unsigned idx)
{
	return s->tables_pa + PAGE * idx;
}

/* ---- registers ------------------------------------------------------------------------- */

/* Device and Strongly-ordered, or any Normal: outer above inner, neither 0. */
static uint32_t mair_byte(struct dice *d)
{
	static const uint8_t common[] = { 0x00, 0x04, 0x44, 0xff, 0xaa, 0xee, 0xbb, 0x4f, 0xf4 };

	if (dice_percent(d, 70))
		return dice_of(d, common);
	return (1 + dice_below(d, 15)) << 4 | (1 + dice_below(d, 15));
}

static uint32_t mair(struct dice *d)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < 4; i++)
		value = value << 8 | mair_byte(d);
	return value;
}

/* Of @which root: aligned to its size, which is 8 bytes for each 2^shift of its region. */
static uint64_t root(const struct setting *s, struct dice *d, unsigned which)
{
	unsigned size = size_of(s, which), shift = size < 2 ? LEVEL1_SHIFT : LEVEL2_SHIFT;
	uint32_t len = 8u << (32 - size - shift);

	if (size < 2)
		return page(s, 0) + which * 32 + dice_below(d, 32 / len) * len;
	return page(s, 1 + which) + dice_below(d, PAGE / len) * len;
}

static void draw_registers(struct setting *s, struct dice *d)
{
	uint32_t attrs = dice32(d) & 0x3f403f00u;	/* SH, ORGN, IRGN and A1 */

	s->ttbcr = TTBCR_EAE | attrs | (dice_percent(d, 40) ? 0 : dice_below(d, 8)) |
		   (dice_percent(d, 40) ? 0 : dice_below(d, 8)) << 16 |
		   (dice_percent(d, 8) ? 1u << 7 : 0) | (dice_percent(d, 8) ? 1u << 23 : 0);
	s->dacr = dice32(d);
	s->prrr = mair(d);
	s->nmrr = mair(d);
	for (unsigned which = 0; which < 2; which++)
		s->ttbr[which] = root(s, d, which) | (uint64_t)dice_below(d, 256) << 48;
}

/* ---- tables --------------------------------------------------------------------------- */

static uint64_t leaf_attrs(struct dice *d)
{
	static const uint8_t shareability[] = { 0, 2, 3 };
	uint64_t desc = (dice32(d) & 0x8fcu) | (uint64_t)dice_of(d, shareability) << 8;

	if (dice_percent(d, 88))
		desc |= ACCESS_FLAG;
	return desc | (uint64_t)dice_below(d, 64) << 53;
}

/* What else a table says: NSTable, APTable, XNTable, PXNTable. */
static uint64_t table_attrs(struct dice *d)
{
	uint64_t ignored = (dice32(d) & 0xffcu) | (uint64_t)dice_below(d, 128) << 52;

	return ignored | (dice_percent(d, 30) ? (uint64_t)dice_below(d, 32) << 59 : 0);
}

static uint64_t table(const struct setting *s, struct dice *d, unsigned first, unsigned nr)
{
	uint64_t pa = page(s, first + dice_below(d, nr));

	if (dice_percent(d, 2))
		pa = HOLE_PA | (dice_below(d, HOLE_LEN) & ~(PAGE - 1));
	return pa | table_attrs(d) | TABLE_OR_PAGE | VALID;
}

static uint64_t leaf(const struct setting *s, struct dice *d, unsigned shift)
{
	return setting_draw_output(s, d, shift) | leaf_attrs(d) | VALID |
	       (shift == LEVEL3_SHIFT ? TABLE_OR_PAGE : 0);
}

/* Bit 0 clear; or, at the last level, what would be a block. */
static uint64_t invalid(struct dice *d, unsigned shift)
{
	if (shift == LEVEL3_SHIFT && dice_percent(d, 50))
		return (dice64(d) & ~3ull) | VALID;
	return dice64(d) & ~VALID;
}

static void fill(struct setting *s, struct dice *d, uint64_t pa, unsigned nr, unsigned shift,
		 unsigned tables_percent)
{
	for (unsigned i = 0; i < nr; i++) {
		unsigned kind = dice_below(d, 100);
		uint64_t desc;

		if (shift != LEVEL1_SHIFT && i % 16 == 0 && i + 16 <= nr && dice_percent(d, 8)) {
			desc = leaf(s, d, shift + 4) | CONTIGUOUS | (shift == LEVEL3_SHIFT ? 2 : 0);
			for (unsigned j = 0; j < 16; j++)
				setting_put64(s, pa + 8 * (i + j), desc + ((uint64_t)j << shift));
			i += 15;
			continue;
		}
		if (kind < 8)
			desc = invalid(d, shift);
		else if (kind < 8 + tables_percent)
			desc = shift == LEVEL1_SHIFT ? table(s, d, FIRST_LEVEL2, NR_LEVEL2)
						     : table(s, d, FIRST_LEVEL3, NR_LEVEL3);
		else
			desc = leaf(s, d, shift);
		setting_put64(s, pa + 8 * i, desc);
	}
}

/* ---- the helper page ----------------------------------------------------------------- */

/* A block, read-only so that WXN does not forbid its execution. */
static void map_helper(struct setting *s)
{
	unsigned which = size_of(s, 0) || size_of(s, 1) ? 1 : 0, size = size_of(s, which);
	uint64_t block = s->on->ram_pa | ACCESS_FLAG | READ_ONLY | VALID;
	uint64_t root_pa = s->ttbr[which] & 0xffffffffffull;

	s->ttbcr &= ~(which ? 1u << 23 : 1u << 7);
	s->helper_va = 0u - 2 * MIB + STUB_OFFSET;
	if (size >= 2) {
		setting_put64(s, root_pa + 8 * ((1u << (32 - size - LEVEL2_SHIFT)) - 1), block);
		return;
	}
	setting_put64(s, root_pa + 8 * ((1u << (2 - size)) - 1),
		      page(s, HELPER_LEVEL2) | TABLE_OR_PAGE | VALID);
	setting_put64(s, page(s, HELPER_LEVEL2) + 8 * 511, block);
}

void setting_draw_long(struct setting *s, struct dice *d)
{
	draw_registers(s, d);
	fill(s, d, page(s, 0), 8, LEVEL1_SHIFT, 70);
	for (unsigned i = 1; i < FIRST_LEVEL3; i++)
		fill(s, d, page(s, i), 512, LEVEL2_SHIFT, 55);
	for (unsigned i = FIRST_LEVEL3; i < HELPER_LEVEL2; i++)
		fill(s, d, page(s, i), 512, LEVEL3_SHIFT, 0);
	fill(s, d, page(s, HELPER_LEVEL2), 512, LEVEL2_SHIFT, 55);
	if (s->purpose == FOR_ACCESSES)
		map_helper(s);
	else if (dice_percent(d, 3))
		s->ttbr[dice_below(d, 2)] = HOLE_PA | (dice_below(d, HOLE_LEN) & ~(PAGE - 1));
}
