/* SPDX-License-Identifier: MIT */
/*
 * Answers, in one number each, so that they can be compared and foretold alike.
 *
 * To a translation: PAR in either format. To an access: FAR above FSR of the abort, or
 * ANSWER_DONE.
 *
 * Spec: DDI 0406C, B4.1.112 (PAR), B3.13 (fault reporting).
 */
#ifndef TESTS_ORACLE_ANSWER_H
#define TESTS_ORACLE_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#define PAR_F		1u
#define PAR_SS		(1u << 1)	/* short: a supersection */
#define PAR_SS_HIGH	0x00ff0000u	/* short, SS: PA[39:32] */
#define PAR_SHORT_ATTRS	0x000004fcu	/* short: NOS, SH, Inner, Outer */
#define PAR_NS		(1u << 9)	/* UNKNOWN to a Non-secure translation */
#define PAR_LPAE	(1u << 11)
#define PAR_SH_SHIFT	7		/* long: shareability, two bits */
#define PAR_ATTR_SHIFT	56		/* long: a byte of MAIR */
#define SH_OUTER	2u

#define FSR_LPAE	(1u << 9)
#define FSR_WNR		(1u << 11)

#define ANSWER_DONE	0u

/* Fault status of short descriptors. */
enum short_fs {
	FS_ACCESS_FLAG_1 = 0x3, FS_TRANSLATION_1 = 0x5, FS_ACCESS_FLAG_2 = 0x6,
	FS_TRANSLATION_2 = 0x7, FS_EXTERNAL = 0x8, FS_DOMAIN_1 = 0x9, FS_DOMAIN_2 = 0xb,
	FS_WALK_ABORT_1 = 0xc, FS_PERMISSION_1 = 0xd, FS_WALK_ABORT_2 = 0xe,
	FS_PERMISSION_2 = 0xf,
};

/* FS of a short FSR, without its place in the register. */
static inline unsigned fsr_short_fs(uint32_t fsr)
{
	return (fsr >> 10 & 1) << 4 | (fsr & 15);
}

static inline uint64_t answer_abort(uint32_t fsr, uint32_t far)
{
	return (uint64_t)far << 32 | fsr;
}

static inline bool par_is_fault(uint64_t par)
{
	return par & PAR_F;
}

static inline uint64_t par_of_fsr(bool is_long, uint32_t fsr)
{
	if (is_long)
		return PAR_LPAE | (fsr & 0x3f) << 1 | PAR_F;
	return fsr_short_fs(fsr) << 1 | PAR_F;
}

#endif
