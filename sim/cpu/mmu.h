/* SPDX-License-Identifier: MIT */
/*
 * The table walker: short descriptors.
 *
 * Leaves out: long descriptors (TTBCR.EAE reads as zero), execute permissions,
 * hardware update of the access flag, security states, walks that allocate.
 *
 * Spec: DDI 0406C, B3.5 "Short-descriptor translation table format".
 */
#ifndef SIM_CPU_MMU_H
#define SIM_CPU_MMU_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/cpu.h>

/* What a walk finds; a fault is a result. */
struct leaf {
	struct cpu_fault fault;		/* FAULT_NONE: the rest is valid */
	uint64_t pa;			/* of va_first */
	uint32_t va_first;
	uint32_t len;
	struct mem_attrs attrs;
	uint8_t domain;
	uint8_t ap;			/* AP[2:0] */
	bool is_non_global;
};

/* Walk for @va, moving nothing. Domain and access flag are checked, AP is not. */
struct leaf mmu_walk(struct cpu *c, uint32_t va, bool is_write);

/* May a privileged access read, write through it? */
bool mmu_may(const struct cpu *c, const struct leaf *l, bool is_write);

/* A fault with its DFSR; @level 0 for faults that have none. */
struct cpu_fault mmu_fault(enum fault_kind kind, int level, unsigned domain, uint32_t va,
			   bool is_write);

#endif
