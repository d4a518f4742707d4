/* SPDX-License-Identifier: MIT */
/*
 * Short-descriptor settings.
 *
 *   tables + 0       TTBR0's table, anywhere in 16 KiB that its size allows
 *   tables + 16 KiB  TTBR1's
 *   tables + 32 KiB  page tables, shared by many entries
 *
 * Large pages and supersections are always 16 equal descriptors: fewer is
 * UNPREDICTABLE. Drawn all the same, since both models choose alike: reserved values of
 * DACR fields and AP = 0b100 (no access), and fields that the format ignores.
 *
 * Spec: DDI 0406C, B3.5.
 */
#include "protocol.h"
#include "setting.h"

#define NR_PAGE_TABLES	48u
#define MIB		(1u << 20)

#define HELPER_DOMAIN	15u

enum dacr_access { NO_ACCESS, CLIENT, RESERVED, MANAGER };

static uint32_t level1_of(const struct setting *s, unsigned which)
{
	unsigned n = which ? 0 : s->ttbcr & 7;

	return (uint32_t)s->ttbr[which] & ~((0x4000u >> n) - 1);
}

static uint32_t nr_entries(const struct setting *s, unsigned which)
{
	return 4096u >> (which ? 0 : s->ttbcr & 7);
}

static void draw_registers(struct setting *s, struct dice *d)
{
	static const uint8_t access[] = { CLIENT, CLIENT, CLIENT, CLIENT, MANAGER, NO_ACCESS };
	unsigned n = dice_percent(d, 25) ? 0 : dice_below(d, 8);
	uint32_t len = 0x4000u >> n;

	s->ttbcr = n | (dice_percent(d, 10) ? 1u << 4 : 0) | (dice_percent(d, 10) ? 1u << 5 : 0);
	s->dacr = dice32(d);
	if (dice_percent(d, 70))
		for (unsigned i = 0; i < 16; i++)
			s->dacr = s->dacr << 2 | dice_of(d, access);
	s->prrr = dice32(d);
	s->nmrr = dice32(d);
	s->ttbr[0] = (s->tables_pa + dice_below(d, 0x4000 / len) * len) | dice_below(d, 128);
	s->ttbr[1] = (s->tables_pa + 0x4000) | dice_below(d, 128);
}

static uint32_t page_table(const struct setting *s, struct dice *d)
{
	uint32_t pa = s->tables_pa + 0x8000 + 0x400 * dice_below(d, NR_PAGE_TABLES);
	uint32_t domain = dice_below(d, 16);

	if (dice_percent(d, 3))
		pa = (HOLE_PA + dice_below(d, HOLE_LEN)) & ~0x3ffu;
	return pa | domain << 5 | dice_below(d, 4) << 3 | (dice_percent(d, 10) ? 1u << 2 : 0) | 1;
}

static uint32_t section(const struct setting *s, struct dice *d)
{
	uint32_t pa = (uint32_t)setting_draw_output(s, d, 20);

	/* Bit 0 is PXN, or makes it a reserved entry. */
	return pa | (dice32(d) & 0xbfffcu) | (dice_percent(d, 10) ? 3u : 2u);
}

/*
 * Bits 23:20 and 8:5 are PA[39:32] where the core has them. QEMU's cores all have: an
 * access on one whose real counterpart has not would go where nothing answers.
 */
static uint32_t supersection(const struct setting *s, struct dice *d)
{
	uint64_t pa = setting_draw_output(s, d, 24);
	uint32_t high = (uint32_t)(pa >> 32 & 15) << 20 | (uint32_t)(pa >> 36 & 15) << 5;
	uint32_t rest = dice32(d) & 0x000bfe1cu;

	return (uint32_t)pa | high | rest | 1u << 18 | 2u;
}

static void fill_level1(struct setting *s, struct dice *d, unsigned which)
{
	uint32_t table = level1_of(s, which), nr = nr_entries(s, which);

	for (uint32_t i = 0; i < nr; i++) {
		unsigned kind = dice_below(d, 100);
		uint32_t desc;

		if (i % 16 == 0 && i + 16 <= nr && kind < 20) {
			desc = supersection(s, d);
			for (unsigned j = 0; j < 16; j++)
				setting_put32(s, table + 4 * (i + j), desc);
			i += 15;
			continue;
		}
		if (kind < 12)
			desc = dice32(d) & ~3u;
		else
			desc = kind < 55 ? page_table(s, d) : section(s, d);
		setting_put32(s, table + 4 * i, desc);
	}
}

static void fill_page_table(struct setting *s, struct dice *d, uint32_t table)
{
	for (unsigned i = 0; i < 256; i++) {
		uint32_t desc;

		if (i % 16 == 0 && dice_percent(d, 30)) {
			desc = (uint32_t)setting_draw_output(s, d, 16) | (dice32(d) & 0xfffcu) | 1;
			for (unsigned j = 0; j < 16; j++)
				setting_put32(s, table + 4 * (i + j), desc);
			i += 15;
			continue;
		}
		if (dice_percent(d, 7))
			desc = dice32(d) & ~3u;
		else
			desc = (uint32_t)setting_draw_output(s, d, 12) | (dice32(d) & 0xffdu) | 2;
		setting_put32(s, table + 4 * i, desc);
	}
}

/* A section, read-only so that WXN does not forbid its execution, in a client domain. */
static void map_helper(struct setting *s)
{
	unsigned which = s->ttbcr & 7 ? 1 : 0;
	uint32_t entry = level1_of(s, which) + 4 * (nr_entries(s, which) - 1);

	s->ttbcr &= ~(which ? 1u << 5 : 1u << 4);
	for (unsigned i = 0; i < 16; i++)	/* it may be inside a supersection */
		setting_put32(s, entry - 4 * i, 0);
	setting_put32(s, entry, s->on->ram_pa | 1u << 15 | 1u << 10 | HELPER_DOMAIN << 5 | 2);
	s->dacr = (s->dacr & ~(3u << 2 * HELPER_DOMAIN)) | (uint32_t)CLIENT << 2 * HELPER_DOMAIN;
	s->helper_va = 0u - MIB + STUB_OFFSET;
}

void setting_draw_short(struct setting *s, struct dice *d)
{
	draw_registers(s, d);
	fill_level1(s, d, 0);
	fill_level1(s, d, 1);
	for (unsigned i = 0; i < NR_PAGE_TABLES; i++)
		fill_page_table(s, d, s->tables_pa + 0x8000 + 0x400 * i);
	if (s->purpose == FOR_ACCESSES)
		map_helper(s);
	else if (dice_percent(d, 3))
		s->ttbr[dice_below(d, 2)] = (HOLE_PA + dice_below(d, HOLE_LEN)) & ~0x3fffu;
}
