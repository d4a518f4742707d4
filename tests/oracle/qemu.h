/* SPDX-License-Identifier: MIT */
/* The QEMU that judges: whether it is here, and which it is. */
#ifndef TESTS_ORACLE_QEMU_H
#define TESTS_ORACLE_QEMU_H

#define QEMU		"qemu-system-arm"
#define QEMU_PATIENCE	"600"		/* seconds; a run takes a few */

/* Where there is none: says so and skips the test. */
void qemu_is_needed(void);
void qemu_says_version(void);

#endif
