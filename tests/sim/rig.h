/* SPDX-License-Identifier: MIT */
/*
 * A machine with its MMU on, some DRAM to play in, and a master: the bench on which
 * tests of sim/ stand. Verbs are the CPU's unless they say `device`.
 *
 *   K  0x40000000  the play area, cacheable          ---+
 *   U  0x50000000  the same memory, uncached, shareable -+--> PLAY_PA
 *   PL310 registers, where the board has one, at PL310_VA
 *
 * Both are small pages, made on demand by maps() in the format of the board's core;
 * before ARMv6 that knows neither S nor NON_GLOBAL nor READ_ONLY. Tables are written
 * through a debug port that goes straight to DRAM, and walks are uncached, so a change is
 * seen by the next walk; the TLB is invalidated only by a test that says so.
 */
#ifndef TESTS_SIM_RIG_H
#define TESTS_SIM_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <armdma/cpu.h>
#include <armdma/machine.h>
#include <armdma/master.h>
#include <armdma/observe.h>
#include <armdma/window.h>
#include "support/board-fixture.h"

#define PLAY_PA		(FIXTURE_DRAM_PA + 0x100000u)
#define K		0x40000000u
#define U		0x50000000u
#define PL310_VA	0x60000000u

/* Linux's own values: the index TEX[0]:C:B selects the type. */
#define LINUX_PRRR	0xff0a81a8u
#define LINUX_NMRR	0x40e040e0u

#define SCTLR_M		(1u << 0)
#define SCTLR_C		(1u << 2)
#define SCTLR_XP	(1u << 23)
#define SCTLR_TRE	(1u << 28)
#define SCTLR_AFE	(1u << 29)

enum mapping {
	STRONGLY_ORDERED = 0,
	UNCACHED = 1,
	WRITE_THROUGH = 2,
	WRITE_BACK = 3,
	DEVICE = 4,
	CACHED = 7,		/* write-back, write-allocate */
	NOT_SHAREABLE = 0x100,	/* or-ed in */
	READ_ONLY = 0x200,
	NON_GLOBAL = 0x400,
};

struct rig {
	struct board *board;
	struct machine *m;
	struct cpu *cpu;
	struct master *eth;	/* coherent where the board's first master is */
	struct master *debug;	/* writes tables */
	uint32_t table_pa;	/* first level, 16 KiB */
	uint32_t next_table_pa;
};

/* @b becomes the rig's own. */
struct rig *rig_new(struct board *b, const struct machine_config *cfg);
void rig_free(struct rig *rig);

/* The A9 with its PL310 on, K and U mapped for one MiB, exact and nominal. */
struct rig *rig_a9(void);
/* The same machine as @cfg has it otherwise. */
struct rig *rig_a9_of(const struct machine_config *cfg);
struct rig *rig_a9_with(enum machine_gear gear, enum chooser_mode chooser, uint64_t seed);

/* The same machine as CPU @idx sees it, translating as @rig's CPU does now; no rig_free(). */
struct rig rig_of_cpu(const struct rig *rig, unsigned idx);

/* ---- tables: no TLB invalidation ------------------------------------------ */

void writes_descriptor(struct rig *rig, uint64_t pa, uint32_t desc);
void writes_level1(struct rig *rig, uint32_t va, uint32_t desc);
/* In the page table of @va's MiB, which is made on first use in domain 0. */
void writes_level2(struct rig *rig, uint32_t va, uint32_t desc);
void maps(struct rig *rig, uint32_t va, uint32_t pa, uint32_t len, enum mapping how);
void unmaps(struct rig *rig, uint32_t va);

/* ---- data: strings without their NUL; "" is expected to be a zero byte ------ */

void writes(struct rig *rig, uint32_t va, const char *text);
/* Loads a byte, whatever it is. */
void touches(struct rig *rig, uint32_t va);
void expects_read(struct rig *rig, uint32_t va, const char *text);
void device_writes(struct rig *rig, uint32_t pa, const char *text);
void expects_device_read(struct rig *rig, uint32_t pa, const char *text);
void expects_dram(struct rig *rig, uint32_t pa, const char *text);
void expects_fault(struct rig *rig, uint32_t va, bool is_write, enum fault_kind kind,
		   uint32_t dfsr);

/* ---- maintenance --------------------------------------------------------------- */

void cleans(struct rig *rig, uint32_t va);
void invalidates(struct rig *rig, uint32_t va);
void cleans_and_invalidates(struct rig *rig, uint32_t va);
void pl310_writes(struct rig *rig, uint32_t reg, uint32_t value);
/* An operation by way, polled until it is over. */
void pl310_runs(struct rig *rig, uint32_t reg, uint32_t ways);
uint32_t pl310_reads(struct rig *rig, uint32_t reg);

/* "L1 clean, L2 dirty", "L1 -, L2 clean ..." of the line at @pa. */
void expects_line(struct rig *rig, uint32_t pa, const char *drawing);

struct machine_counters counts(const struct rig *rig);

#endif
