/* SPDX-License-Identifier: MIT */
/* Deviations of QEMU 7.2: see deviations.h. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include "answer.h"
#include "deviations.h"

/* ---- what the tables say ----------------------------------------------------------- */

static uint32_t level1_descriptor(const struct setting *s, uint32_t va)
{
	unsigned n = s->ttbcr & 7;
	bool is_ttbr1 = n && va >> (32 - n);

	if (is_ttbr1)
		n = 0;
	return setting_get32(s, ((uint32_t)s->ttbr[is_ttbr1] & ~((0x4000u >> n) - 1)) +
				(va << n >> n >> 20) * 4);
}

static bool is_page_table(uint32_t desc)
{
	return (desc & 3) == 1;
}

static uint32_t level2_descriptor(const struct setting *s, uint32_t va, uint32_t table)
{
	return setting_get32(s, (table & ~0x3ffu) + (va >> 12 & 0xff) * 4);
}

static unsigned domain_of(const struct question *q)
{
	uint32_t desc = level1_descriptor(q->setting, q->va);
	bool is_supersection = desc & 2 && desc & 1u << 18;

	return is_supersection ? 0 : desc >> 5 & 15;
}

/* 0b00 no access, 0b10 reserved: we and QEMU take it as no access. */
static bool domain_forbids(const struct question *q)
{
	return !(q->setting->dacr >> 2 * domain_of(q) & 1);
}

static bool domain_is_managed(const struct question *q)
{
	return (q->setting->dacr >> 2 * domain_of(q) & 3) == 3;
}

/* XN, and to the privileged PXN: both exist wherever a section may have bit 0 set. */
static bool is_execute_never(const struct question *q)
{
	uint32_t first = level1_descriptor(q->setting, q->va), second;

	if (!is_page_table(first))
		return first & 1u << 4 || (first & 1 && !q->ask.is_user);
	second = level2_descriptor(q->setting, q->va, first);
	return second & ((second & 3) == 1 ? 1u << 15 : 1u) ||
	       (first & 1u << 2 && !q->ask.is_user && q->setting->on->has_lpae);
}

/* ---- faults of short descriptors, in PAR and in FSR alike ------------------------------ */

static bool is_par(const struct question *q)
{
	return q->setting->purpose == FOR_TRANSLATIONS;
}

/* FS of the fault; 0 if there is none, or it is one of long descriptors. */
static unsigned short_fs(const struct question *q, uint64_t answer)
{
	if (setting_is_long(q->setting) || (is_par(q) && !par_is_fault(answer)))
		return 0;
	return is_par(q) ? answer >> 1 & 0x1f : fsr_short_fs((uint32_t)answer);
}

static uint64_t with_short_fs(const struct question *q, uint64_t answer, unsigned fs)
{
	if (is_par(q))
		return fs << 1 | PAR_F;
	return (answer & ~0x40full) | fs;
}

static bool is_access_flag_fault(unsigned fs)
{
	return fs == FS_ACCESS_FLAG_1 || fs == FS_ACCESS_FLAG_2;
}

/* The answer under another SCTLR. */
static uint64_t with_sctlr(const struct question *q, uint32_t sctlr)
{
	uint64_t answer;

	ours_set_sctlr(q->ours, sctlr);
	answer = q->again(q->ours, q->va, q->ask);
	ours_set_sctlr(q->ours, q->setting->sctlr);
	return answer;
}

static bool domain_comes_first(const struct question *q, uint64_t answer)
{
	unsigned fs = short_fs(q, answer);

	return (is_access_flag_fault(fs) || fs == FS_TRANSLATION_2 || fs == FS_WALK_ABORT_2) &&
	       domain_forbids(q);
}

static uint64_t domain_fault(const struct question *q, uint64_t answer)
{
	bool is_level1 = short_fs(q, answer) == FS_ACCESS_FLAG_1;

	return with_short_fs(q, answer, is_level1 ? FS_DOMAIN_1 : FS_DOMAIN_2);
}

static bool manager_has_no_access_flag(const struct question *q, uint64_t answer)
{
	return is_access_flag_fault(short_fs(q, answer)) && domain_is_managed(q);
}

static uint64_t without_access_flag(const struct question *q, uint64_t answer)
{
	return with_sctlr(q, q->setting->sctlr & ~SCTLR_AFE);
}

static bool execute_never_comes_first(const struct question *q, uint64_t answer)
{
	return q->ask.is_fetch && is_access_flag_fault(short_fs(q, answer)) &&
	       is_execute_never(q);
}

static uint64_t permission_fault(const struct question *q, uint64_t answer)
{
	bool is_level1 = short_fs(q, answer) == FS_ACCESS_FLAG_1;

	return with_short_fs(q, answer, is_level1 ? FS_PERMISSION_1 : FS_PERMISSION_2);
}

static uint64_t without_wxn(const struct question *q, uint64_t answer)
{
	return with_sctlr(q, q->setting->sctlr & ~(SCTLR_WXN | SCTLR_UWXN));
}

static bool wxn_forbids(const struct question *q, uint64_t answer)
{
	return q->ask.is_fetch && short_fs(q, answer) &&
	       without_wxn(q, answer) != answer;
}

/* Of what a first-level descriptor was found for. */
static bool is_domain_in_ifsr(const struct question *q, uint64_t answer)
{
	unsigned fs = short_fs(q, answer);

	return q->ask.is_fetch && fs && fs != FS_TRANSLATION_1 && fs != FS_WALK_ABORT_1 &&
	       fs != FS_EXTERNAL && domain_of(q);
}

static uint64_t with_domain(const struct question *q, uint64_t answer)
{
	return answer | domain_of(q) << 4;
}

/* ---- fields of PAR --------------------------------------------------------------------- */

static bool is_far_supersection(const struct question *q, uint64_t par)
{
	return !setting_is_long(q->setting) && !par_is_fault(par) && par & PAR_SS &&
	       par & PAR_SS_HIGH;
}

static uint64_t without_high_address(const struct question *q, uint64_t par)
{
	return par & ~(uint64_t)PAR_SS_HIGH;
}

static bool has_short_attributes(const struct question *q, uint64_t par)
{
	return !setting_is_long(q->setting) && !par_is_fault(par) && par & PAR_SHORT_ATTRS;
}

static uint64_t without_attributes(const struct question *q, uint64_t par)
{
	return par & ~(uint64_t)PAR_SHORT_ATTRS;
}

/* The leaf of a translation that succeeds. */
static uint64_t long_leaf(const struct setting *s, uint32_t va)
{
	unsigned n0 = s->ttbcr & 7, n1 = s->ttbcr >> 16 & 7;
	bool is_ttbr1 = n1 ? va >> (32 - n1) == (1u << n1) - 1 : n0 && va >> (32 - n0);
	unsigned size = is_ttbr1 ? n1 : n0, shift = size < 2 ? 30 : 21;
	uint64_t table = s->ttbr[is_ttbr1] & 0xffffffffffull, desc;
	uint32_t idx = (uint32_t)((uint64_t)va << (32 + size) >> (32 + size) >> shift);

	for (;;) {
		desc = setting_get64(s, table + 8 * idx);
		if (shift == 12 || !(desc & 2))
			return desc;
		table = desc & 0xfffffff000ull;
		shift -= 9;
		idx = va >> shift & 511;
	}
}

static bool is_always_outer_shareable(uint64_t attr)
{
	return !(attr & 0xf0) || attr == 0x44;
}

/* With the MMU off there is no descriptor, and QEMU says 0. */
static uint64_t with_raw_shareability(const struct question *q, uint64_t par)
{
	bool is_on = q->setting->sctlr & SCTLR_M;
	uint64_t sh = is_on ? long_leaf(q->setting, q->va) >> 8 & 3 : 0;

	return (par & ~(3ull << PAR_SH_SHIFT)) | sh << PAR_SH_SHIFT;
}

static bool shareability_is_told_raw(const struct question *q, uint64_t par)
{
	return setting_is_long(q->setting) && !par_is_fault(par) &&
	       is_always_outer_shareable(par >> PAR_ATTR_SHIFT) &&
	       with_raw_shareability(q, par) != par;
}

/* ---- all of them ------------------------------------------------------------------------- */

#define DOMAIN_FIRST {									\
	.name = "a Domain fault hides second-level and Access flag faults",		\
	.manual = "B3.12.3, the VMSAv7 fault-checking sequence",			\
	.applies = domain_comes_first, .becomes = domain_fault, }

#define NO_FLAG_FOR_MANAGERS {								\
	.name = "a Manager domain has no Access flag faults",				\
	.manual = "B3.7.2 \"The Access flag\"; B3.12.3",				\
	.applies = manager_has_no_access_flag, .becomes = without_access_flag, }

struct deviation par_deviations[] = {
	DOMAIN_FIRST,
	NO_FLAG_FOR_MANAGERS,
	{
		.name = "PAR of a supersection lacks PA[39:32]",
		.manual = "B4.1.112 \"PAR, Physical Address Register\"",
		.applies = is_far_supersection, .becomes = without_high_address,
	}, {
		.name = "PAR has no attributes of short descriptors",
		.manual = "B4.1.112",
		.applies = has_short_attributes, .becomes = without_attributes,
	}, {
		.name = "PAR.SH of Device and non-cacheable memory is the descriptor's",
		.manual = "B4.1.112; B3.8.2 \"Long-descriptor format memory attributes\"",
		.applies = shareability_is_told_raw, .becomes = with_raw_shareability,
	},
	{ .name = NULL },
};

struct deviation access_deviations[] = {
	{
		.name = "SCTLR.WXN and UWXN do nothing with short descriptors",
		.manual = "B3.7.2 \"Preventing execution from writable locations\"",
		.applies = wxn_forbids, .becomes = without_wxn,
	},
	DOMAIN_FIRST,
	NO_FLAG_FOR_MANAGERS,
	{
		.name = "XN is checked before the Access flag",
		.manual = "B3.12.3",
		.applies = execute_never_comes_first, .becomes = permission_fault,
	}, {
		.name = "IFSR holds a domain, as DFSR does",
		.manual = "B4.1.96 \"IFSR, Instruction Fault Status Register\"",
		.applies = is_domain_in_ifsr, .becomes = with_domain,
	},
	{ .name = NULL },
};

uint64_t answer_of_qemu(const struct deviation *table, const struct question *q,
			uint64_t answer, uint64_t *ret_applied)
{
	*ret_applied = 0;
	for (unsigned i = 0; table[i].name; i++) {
		if (!table[i].applies(q, answer))
			continue;
		answer = table[i].becomes(q, answer);
		*ret_applied |= 1ull << i;
	}
	return answer;
}

void deviations_count(struct deviation *table, uint64_t applied)
{
	for (unsigned i = 0; table[i].name; i++)
		table[i].count += applied >> i & 1;
}

void deviations_must_have_fired(const struct deviation *table)
{
	for (unsigned i = 0; table[i].name; i++)
		print_message("# %8" PRIu64 "  %s (%s)\n", table[i].count, table[i].name,
			      table[i].manual);
	for (unsigned i = 0; table[i].name; i++)
		if (!table[i].count)
			fail_msg("never fired: %s", table[i].name);
}
