/* SPDX-License-Identifier: MIT */
/* Deviations of QEMU 7.2 in what PAR says: see deviations.h. */
#include <glib.h>

#include "deviations.h"
#include "par.h"

/* ---- what the tables say, of short descriptors -------------------------------------- */

static uint32_t level1_descriptor(const struct setting *s, uint32_t va)
{
	unsigned n = s->ttbcr & 7;
	bool is_ttbr1 = n && va >> (32 - n);

	if (is_ttbr1)
		n = 0;
	return setting_get32(s, ((uint32_t)s->ttbr[is_ttbr1] & ~((0x4000u >> n) - 1)) +
				(va << n >> n >> 20) * 4);
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

static bool is_short_fault(const struct question *q, uint64_t par)
{
	return !setting_is_long(q->setting) && par_is_fault(par);
}

static bool is_access_flag_fault(uint64_t par)
{
	return par_status(par) == FS_ACCESS_FLAG_1 || par_status(par) == FS_ACCESS_FLAG_2;
}

/* ---- the domain before the second level ----------------------------------------------- */

static bool domain_comes_first(const struct question *q, uint64_t par)
{
	bool is_later = is_access_flag_fault(par) || par_status(par) == FS_TRANSLATION_2 ||
			par_status(par) == FS_WALK_ABORT_2;

	return is_short_fault(q, par) && is_later && domain_forbids(q);
}

static uint64_t domain_fault(const struct question *q, uint64_t par)
{
	return par_fault(false, par_status(par) == FS_ACCESS_FLAG_1 ? FS_DOMAIN_1 : FS_DOMAIN_2);
}

/* ---- managers and the access flag ------------------------------------------------------- */

static bool manager_has_no_access_flag(const struct question *q, uint64_t par)
{
	return is_short_fault(q, par) && is_access_flag_fault(par) && domain_is_managed(q);
}

static uint64_t without_access_flag(const struct question *q, uint64_t par)
{
	return ours_par_with(q->ours, q->va, q->ask, q->setting->sctlr & ~SCTLR_AFE);
}

/* ---- fields that stay empty ----------------------------------------------------------- */

static bool is_far_supersection(const struct question *q, uint64_t par)
{
	return !setting_is_long(q->setting) && !par_is_fault(par) && par & PAR_SS &&
	       par & PAR_SS_HIGH;
}

static uint64_t without_high_address(const struct question *q, uint64_t par)
{
	return par & ~(uint64_t)PAR_SS_HIGH;
}

/* ---- all of them ---------------------------------------------------------------------- */

struct deviation par_deviations[] = {
	{
		.name = "a Domain fault hides second-level and Access flag faults",
		.manual = "B3.12.3 \"VMSAv7 MMU fault terminology\", fault-checking sequence",
		.applies = domain_comes_first, .becomes = domain_fault,
	}, {
		.name = "a Manager domain has no Access flag faults",
		.manual = "B3.7.2 \"The Access flag\"; B3.12.3",
		.applies = manager_has_no_access_flag, .becomes = without_access_flag,
	}, {
		.name = "PAR of a supersection lacks PA[39:32]",
		.manual = "B4.1.112 \"PAR, Physical Address Register\"",
		.applies = is_far_supersection, .becomes = without_high_address,
	},
};
const size_t nr_par_deviations = G_N_ELEMENTS(par_deviations);

uint64_t par_as_qemu_says(const struct question *q, uint64_t par, uint64_t *ret_applied)
{
	*ret_applied = 0;
	for (size_t i = 0; i < nr_par_deviations; i++) {
		if (!par_deviations[i].applies(q, par))
			continue;
		par = par_deviations[i].becomes(q, par);
		*ret_applied |= 1ull << i;
	}
	return par;
}

void par_deviations_count(uint64_t applied)
{
	for (size_t i = 0; i < nr_par_deviations; i++)
		par_deviations[i].count += applied >> i & 1;
}
