/* SPDX-License-Identifier: MIT */
/* Settings: what both table formats share. See setting.h. */
#include <glib.h>
#include <string.h>

#include "protocol.h"
#include "setting.h"

#define MIB	(1u << 20)

void setting_draw(struct setting *s, const struct oracle_machine *on,
		  enum setting_format format, enum setting_purpose purpose, uint64_t seed)
{
	struct dice d = { seed };

	*s = (struct setting){
		.on = on, .seed = seed, .purpose = purpose,
		.tables_pa = on->ram_pa + TABLES_OFFSET,
	};
	s->sctlr = SCTLR_ONES | SCTLR_C;
	if (purpose == FOR_ACCESSES || !dice_percent(&d, 2))
		s->sctlr |= SCTLR_M;
	if (dice_percent(&d, 25))
		s->sctlr |= SCTLR_EE;
	if (dice_percent(&d, 50))
		s->sctlr |= SCTLR_TRE;
	if (dice_percent(&d, 50))
		s->sctlr |= SCTLR_AFE;
	if (purpose == FOR_ACCESSES && dice_percent(&d, 30))
		s->sctlr |= SCTLR_A;
	if (on->has_lpae && dice_percent(&d, 30))
		s->sctlr |= SCTLR_WXN;
	if (on->has_lpae && dice_percent(&d, 30))
		s->sctlr |= SCTLR_UWXN;

	if (format == LONG_DESCRIPTORS)
		setting_draw_long(s, &d);
	else
		setting_draw_short(s, &d);
}

/* ---- addresses ------------------------------------------------------------------- */

/* Where TTBR0's region ends and TTBR1's begins, or somewhere. */
static uint32_t border(const struct setting *s, struct dice *d)
{
	unsigned n0 = s->ttbcr & 7, n1 = s->ttbcr >> 16 & 7;

	if (setting_is_long(s) && n1 && dice_percent(d, 50))
		return 0u - (uint32_t)(1ull << (32 - n1));
	return (uint32_t)(1ull << (32 - n0));
}

uint32_t setting_draw_va(const struct setting *s, struct dice *d)
{
	uint32_t helper = setting_is_long(s) ? 2 * MIB : MIB;
	uint32_t va = dice32(d);

	if (dice_percent(d, 5))
		va = border(s, d) + dice_below(d, 8 * MIB) - 4 * MIB;
	if (s->purpose == FOR_ACCESSES)
		va = (va >= 0u - helper ? va - helper : va) & ~3u;
	return va;
}

static uint64_t landing(const struct setting *s, struct dice *d, unsigned shift)
{
	uint32_t within = LANDING_OFFSET + dice_below(d, LANDING_LEN);

	return (s->on->ram_pa + within) & ~((1ull << shift) - 1);
}

uint64_t setting_draw_output(const struct setting *s, struct dice *d, unsigned shift)
{
	uint64_t pa = dice64(d) >> 24 & ~((1ull << shift) - 1);

	if (s->purpose == FOR_TRANSLATIONS)
		return pa;
	if (1ull << shift > LANDING_LEN)
		return HOLE_PA | (pa & (HOLE_LEN - 1));
	if (s->on->is_silent || dice_percent(d, 80))
		return landing(s, d, shift);
	/* Nothing answers there; but something would, were an address bit lost. */
	return dice_percent(d, 50) ? landing(s, d, shift) | 1ull << (32 + dice_below(d, 8))
				   : HOLE_PA | (pa & (HOLE_LEN - 1));
}

/* ---- memory ------------------------------------------------------------------------ */

static bool is_big_endian(const struct setting *s)
{
	return s->sctlr & SCTLR_EE;
}

uint32_t setting_get32(const struct setting *s, uint64_t pa)
{
	uint64_t idx = (pa - s->tables_pa) / 4;
	uint32_t word = idx < s->nr_words ? s->words[idx] : 0;

	return is_big_endian(s) ? GUINT32_SWAP_LE_BE(word) : word;
}

uint64_t setting_get64(const struct setting *s, uint64_t pa)
{
	uint64_t first = setting_get32(s, pa), second = setting_get32(s, pa + 4);

	return is_big_endian(s) ? first << 32 | second : second << 32 | first;
}

void setting_put32(struct setting *s, uint64_t pa, uint32_t desc)
{
	uint64_t idx = (pa - s->tables_pa) / 4;

	g_assert(idx < MAX_TABLE_WORDS);
	s->words[idx] = is_big_endian(s) ? GUINT32_SWAP_LE_BE(desc) : desc;
	s->nr_words = MAX(s->nr_words, idx + 1);
}

void setting_put64(struct setting *s, uint64_t pa, uint64_t desc)
{
	bool be = is_big_endian(s);

	setting_put32(s, pa, (uint32_t)(be ? desc >> 32 : desc));
	setting_put32(s, pa + 4, (uint32_t)(be ? desc : desc >> 32));
}
