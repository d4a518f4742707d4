/* SPDX-License-Identifier: MIT */
/*
 * The machines that are compared: one of QEMU's and one of ours for each core, with RAM
 * at the same place.
 *
 *   RAM + 64 KiB    the stub, its helper page first
 *   RAM + 16 MiB    tables
 *   RAM + 32 MiB    landing: where real accesses may go, 32 MiB
 *   the hole        1 GiB where nothing answers, on QEMU's machine either
 */
#ifndef TESTS_ORACLE_MACHINES_H
#define TESTS_ORACLE_MACHINES_H

#include <stdbool.h>
#include <stdint.h>

#define TABLES_OFFSET	0x1000000u
#define LANDING_OFFSET	0x2000000u
#define LANDING_LEN	0x2000000u
#define HOLE_PA		0x80000000u
#define HOLE_LEN	0x40000000u

/*
 * @is_silent: a load from nothing succeeds on QEMU's machine, as on the board that it
 *             imitates; external aborts of accesses are then out of reach
 */
struct oracle_machine {
	const char *name;		/* "Cortex-A15" */
	const char *board;		/* ours: NAME.dtb beside the stubs */
	const char *stub;		/* NAME.elf */
	const char *const *qemu;	/* arguments, NULL-terminated */
	uint32_t ram_pa;
	bool has_lpae;			/* and with it PXN, WXN, addresses of 40 bits */
	bool is_silent;
};

extern const struct oracle_machine oracle_a7, oracle_a8, oracle_a9, oracle_a15;

#endif
