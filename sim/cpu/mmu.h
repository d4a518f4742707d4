/* SPDX-License-Identifier: MIT */
/*
 * The table walker.
 *
 *   mmu.c         what an access asks for and what comes of it; which format it is
 *   mmu-short.c   short descriptors of ARMv7, and of ARMv6 without subpages
 *   mmu-v5.c      the pages of ARMv5, and of ARMv6 with SCTLR.XP clear
 *   mmu-long.c    long descriptors (LPAE)
 *   mmu-table.c   where a walk reads its tables
 *   mmu-fault.c   how FSR and PAR say it
 *
 * Leaves out: the fast context switch extension (FCSE), hardware update of the access
 * flag (no core here has it), security states and stage 2 (NS bits are ignored), walks
 * that allocate, the contiguous hint (a hint: entries are held one by one).
 *
 * Spec: DDI 0100I, B4 (ARMv5, ARMv6); DDI 0406C, B3.5 "Short-descriptor translation
 * table format", B3.6 "Long-descriptor translation table format", B3.7 "Memory access
 * control".
 */
#ifndef SIM_CPU_MMU_H
#define SIM_CPU_MMU_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/cpu.h>

#define FSR_LPAE	(1u << 9)	/* the fault is told in the format of long descriptors */

/* What a leaf allows, tables and SCTLR taken together. */
enum mmu_perm {
	PERM_READ = 1,
	PERM_WRITE = 2,
	PERM_USER_READ = 4,
	PERM_USER_WRITE = 8,
	PERM_FETCH = 16,
	PERM_USER_FETCH = 32,
	PERM_ALL = 63
};

/* What a walk finds; a fault is a result. */
struct leaf {
	struct cpu_fault fault;		/* FAULT_NONE: the rest is valid */
	uint64_t pa;			/* of va_first */
	uint32_t va_first;
	uint32_t len;
	struct mem_attrs attrs;		/* as the tables say */
	uint8_t domain;			/* long descriptors have none: the level it hangs at */
	uint8_t perms;			/* enum mmu_perm, or-ed; DACR has not spoken yet */
	uint8_t mair;			/* long descriptors: its byte of MAIR */
	bool is_non_global;
	bool has_quarters;		/* ARMv5: perms are those of the KiB asked for... */
	uint8_t quarters;		/* ...and these AP[1:0], from the lowest on, of all */
};

/*
 * Walk for @va, moving nothing. Access flag and domain are checked, permissions are
 * not; attributes are what accesses get, SCTLR.C clear included.
 */
struct leaf mmu_walk(struct cpu *c, uint32_t va, struct walk_ask ask);

static inline bool mmu_may(const struct leaf *l, struct walk_ask ask)
{
	unsigned perm = ask.is_fetch ? PERM_FETCH : ask.is_write ? PERM_WRITE : PERM_READ;

	/* Of loads and stores, what the user may is two bits up; of fetches, one. */
	return l->perms & (ask.is_user ? perm << (ask.is_fetch ? 1 : 2) : perm);
}

/*
 * What @perms of a leaf in @domain come to by DACR, and which fault an access gets that
 * is not among them.
 */
uint8_t mmu_domain_perms(const struct cpu *c, unsigned perms, unsigned domain);
enum fault_kind mmu_denial(const struct cpu *c, unsigned domain);

/* What the @idx-th KiB of a page with quarters allows, DACR apart. */
uint8_t mmu_quarter_perms(const struct cpu *c, uint8_t quarters, unsigned domain, unsigned idx);

/* The current address space: CONTEXTIDR's, or with long descriptors, of the TTBR of A1. */
unsigned mmu_asid(const struct cpu *c);

/* At which level a leaf of @len bytes hangs. @domain is a leaf's. */
int mmu_level(const struct cpu *c, uint32_t len, unsigned domain);

/* A fault as @c's registers would tell it; @level 0 where there is none. */
struct cpu_fault mmu_fault(const struct cpu *c, enum fault_kind kind, int level, unsigned domain,
			   uint32_t va, struct walk_ask ask);

/* A fault of a privileged load or store that has nothing to do with tables. */
static inline struct cpu_fault mmu_refusal(const struct cpu *c, enum fault_kind kind, uint32_t va,
					   bool is_write)
{
	return mmu_fault(c, kind, 0, 0, va, (struct walk_ask){ .is_write = is_write });
}

#endif
