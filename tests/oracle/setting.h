/* SPDX-License-Identifier: MIT */
/*
 * A setting: registers of the MMU, and tables that they point to, drawn from a seed.
 *
 * The tables lie in one piece of memory, which both machines are given. In a setting
 * for real accesses every leaf leads to the landing or into the hole, and the last MiB
 * (long descriptors: 2 MiB) of virtual addresses holds the helper page.
 */
#ifndef TESTS_ORACLE_SETTING_H
#define TESTS_ORACLE_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dice.h"
#include "machines.h"

#define SCTLR_M		(1u << 0)
#define SCTLR_A		(1u << 1)
#define SCTLR_C		(1u << 2)
#define SCTLR_WXN	(1u << 19)
#define SCTLR_UWXN	(1u << 20)
#define SCTLR_EE	(1u << 25)
#define SCTLR_TRE	(1u << 28)
#define SCTLR_AFE	(1u << 29)
#define SCTLR_ONES	0x00c50078u	/* bits that read as one */

#define TTBCR_EAE	(1u << 31)

#define MAX_TABLE_WORDS	0xc000u

enum setting_purpose { FOR_TRANSLATIONS, FOR_ACCESSES };
enum setting_format { SHORT_DESCRIPTORS, LONG_DESCRIPTORS };

struct setting {
	const struct oracle_machine *on;
	uint64_t seed;
	enum setting_purpose purpose;
	uint32_t sctlr, ttbcr, dacr;
	uint32_t prrr, nmrr;		/* MAIR0, MAIR1 */
	uint64_t ttbr[2];
	uint32_t helper_va;
	uint32_t tables_pa;
	size_t nr_words;
	uint32_t words[MAX_TABLE_WORDS];	/* as they stand in memory */
};

void setting_draw(struct setting *s, const struct oracle_machine *on,
		  enum setting_format format, enum setting_purpose purpose, uint64_t seed);

/* A virtual address worth asking about; of a setting for accesses, not the helper's. */
uint32_t setting_draw_va(const struct setting *s, struct dice *d);

static inline bool setting_is_long(const struct setting *s)
{
	return s->ttbcr & TTBCR_EAE;
}

/* Descriptors, by value; outside the tables memory reads as zero. */
uint32_t setting_get32(const struct setting *s, uint64_t pa);
uint64_t setting_get64(const struct setting *s, uint64_t pa);

/* ---- what the two formats share ------------------------------------------------- */

void setting_put32(struct setting *s, uint64_t pa, uint32_t desc);
void setting_put64(struct setting *s, uint64_t pa, uint64_t desc);
/* Where a leaf of 2^@shift bytes may lead; the bits below are zero. */
uint64_t setting_draw_output(const struct setting *s, struct dice *d, unsigned shift);

void setting_draw_short(struct setting *s, struct dice *d);
void setting_draw_long(struct setting *s, struct dice *d);

#endif
