/* SPDX-License-Identifier: MIT */
/*
 * Fields of PAR in both formats.
 *
 * Spec: DDI 0406C, B4.1.112.
 */
#ifndef TESTS_ORACLE_PAR_H
#define TESTS_ORACLE_PAR_H

#include <stdbool.h>
#include <stdint.h>

#define PAR_F		1u
#define PAR_SS		(1u << 1)	/* short: a supersection */
#define PAR_SS_HIGH	0x00ff0000u	/* short, SS: PA[39:32] */
#define PAR_SHORT_ATTRS	0x0000057cu	/* short: NOS, SH, Inner, Outer */
#define PAR_NS		(1u << 9)	/* UNKNOWN to a Non-secure translation */
#define PAR_LPAE	(1u << 11)
#define PAR_SHA		(3u << 7)	/* long: shareability */

/* Fault status of short descriptors; one more bit than the level: +2. */
enum short_fs {
	FS_ACCESS_FLAG_1 = 0x3, FS_TRANSLATION_1 = 0x5, FS_ACCESS_FLAG_2 = 0x6,
	FS_TRANSLATION_2 = 0x7, FS_DOMAIN_1 = 0x9, FS_DOMAIN_2 = 0xb,
	FS_WALK_ABORT_1 = 0xc, FS_PERMISSION_1 = 0xd, FS_WALK_ABORT_2 = 0xe,
	FS_PERMISSION_2 = 0xf,
};

static inline bool par_is_fault(uint64_t par)
{
	return par & PAR_F;
}

static inline unsigned par_status(uint64_t par)
{
	return par >> 1 & 0x3f;
}

static inline uint64_t par_fault(bool is_long, unsigned status)
{
	return (is_long ? PAR_LPAE : 0) | (uint64_t)status << 1 | PAR_F;
}

#endif
