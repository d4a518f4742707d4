/* SPDX-License-Identifier: MIT */
/*
 * System control: the registers behind MCR and MRC p15.
 *
 * Leaves out: banked (Secure) copies, everything not in enum cp15_reg.
 *
 * Spec: DDI 0406C, B4.1 "VMSA System control registers descriptions".
 */
#include "mmu.h"
#include "../sim.h"

#define SCTLR_M			(1u << 0)
/* C, S, R, WXN, UWXN, XP, TRE, AFE: what leaves are decoded by */
#define SCTLR_DECODES		(1u << 2 | 3u << 8 | 3u << 19 | 1u << 23 | 3u << 28)
#define TTBCR_SHORT		0x37u		/* PD1, PD0, N */
#define TTBCR_LONG		0xbfc73f87u	/* EAE, and all that goes with it */
#define TTBR_LONG		0x00ff00ffffffffffull	/* ASID, PA */
#define PAR_LONG		0xff0000ffffffffffull

#define CLIDR_SEPARATE	3u
#define CLIDR_UNIFIED	4u

#define TTBCR_EAE		(1u << 31)

#define MMFR0_COHERENT		(1u << 28)	/* Inner Shareable, by hardware */
#define MMFR0_ACTLR		(1u << 20)
#define MMFR0_TWO_SHARE_LEVELS	(1u << 12)
#define MMFR0_OUTER_COHERENT	(1u << 8)
#define MMFR0_LPAE		5u
#define MMFR0_VMSA7		3u
#define MMFR1_FLUSH_BP		(2u << 28)
#define MMFR2_WFI		(1u << 24)
#define MMFR2_BARRIERS		(2u << 20)
#define MMFR2_HARVARD_TLB	(2u << 12)
#define MMFR3_40_BITS	(2u << 24)
#define MMFR3_COH_WALK	(1u << 20)
#define MMFR3_BROADCAST	(2u << 12)
#define MMFR3_BP_BY_VA	(2u << 8)
#define MMFR3_BP_ALL	(1u << 8)

#define MPIDR_MP	(1u << 31)

#define CCSIDR_WT	(1u << 31)
#define CCSIDR_WB	(1u << 30)
#define CCSIDR_RA	(1u << 29)
#define CCSIDR_WA	(1u << 28)

unsigned cpu_index(const struct cpu *c)
{
	return c->idx;
}

struct machine *cpu_machine(const struct cpu *c)
{
	return c->machine;
}

static bool has_integrated_l2(const struct cpu *c)
{
	return c->machine->outer.nr_ways && !c->machine->has_outer;
}

static uint32_t words_log2(unsigned bytes)
{
	return (uint32_t)__builtin_ctz(bytes) - 2;
}

/* The write granule is said to be the largest line, and so is that of exclusives. */
static uint32_t ctr_v7(const struct cpu *c)
{
	static const uint8_t l1ip[] = {
		[INDEX_VIVT] = 1, [INDEX_VIPT] = 2, [INDEX_PIPT] = 3,
	};
	uint32_t cwg = words_log2(machine_line_max(c->machine));

	return 4u << 29 | cwg << 24 | cwg << 20 |
	       words_log2(machine_line_min(c->machine)) << 16 |
	       (uint32_t)l1ip[c->board->part->l1i_indexing] << 14 |
	       words_log2(c->board->l1i.bytes ? c->board->l1i.line_bytes : 32);
}

/* One cache in the format of v5 and v6: DDI 0198D, 2.3.3; DDI 0301H, 3.2.3. */
static uint32_t ctr_half(const struct cache_geometry *g, bool has_colours)
{
	uint32_t ways_log2 = 31u - (uint32_t)__builtin_clz(g->nr_ways ? g->nr_ways : 1u);
	bool is_odd = g->nr_ways & (g->nr_ways - 1u);	/* M: half as much again */

	if (!g->bytes)
		return 1u << 2;				/* M, with a size of 0: absent */
	return (uint32_t)has_colours << 11 |
	       (uint32_t)(__builtin_ctz(g->bytes / (is_odd ? 3 : 1)) + is_odd - 9) << 6 |
	       ways_log2 << 3 | (uint32_t)is_odd << 2 | (words_log2(g->line_bytes) - 1);
}

#define CTR_WRITE_BACK_C7	(14u << 25)	/* write-back, cleaned by c7 operations */
#define CTR_SEPARATE		(1u << 24)

/* Pages of a way are of different colours: P, from v6 on. */
static bool has_colours(const struct cpu *c, const struct cache_geometry *g, uint8_t indexing)
{
	return c->board->part->arch >= 6 && indexing == INDEX_VIPT && g->bytes &&
	       g->bytes / g->nr_ways > PAGE_BYTES;
}

static uint32_t ctr_v6(const struct cpu *c)
{
	const struct board_cpu *b = c->board;

	return CTR_WRITE_BACK_C7 | CTR_SEPARATE |
	       ctr_half(&b->l1d, has_colours(c, &b->l1d, b->part->l1d_indexing)) << 12 |
	       ctr_half(&b->l1i, has_colours(c, &b->l1i, b->part->l1i_indexing));
}

static bool is_v7(const struct cpu *c)
{
	return c->board->part->arch >= 7;
}

static uint32_t ctr(const struct cpu *c)
{
	return is_v7(c) ? ctr_v7(c) : ctr_v6(c);
}

/* LoUU and LoUIS are always 1: the caches of instructions and data meet below L1. */
static uint32_t clidr(const struct cpu *c)
{
	if (!is_v7(c))		/* UNDEFINED there, as CCSIDR is: they read as zero */
		return 0;

	uint32_t loc = has_integrated_l2(c) ? 2 : 1;

	return 1u << 27 | loc << 24 | 1u << 21 |
	       (has_integrated_l2(c) ? CLIDR_UNIFIED << 3 : 0) | CLIDR_SEPARATE;
}

static uint32_t ccsidr_of(const struct cache_geometry *g, uint32_t flags)
{
	if (!g->bytes)
		return 0;

	uint32_t nr_sets = g->bytes / g->line_bytes / g->nr_ways;

	return flags | (nr_sets - 1) << 13 | (g->nr_ways - 1u) << 3 |
	       (words_log2(g->line_bytes) - 2);
}

static uint32_t data_flags(const struct cpu *c, const struct cache_geometry *g)
{
	return (c->board->part->wt_is_nc ? 0 : CCSIDR_WT) | CCSIDR_WB | CCSIDR_RA |
	       (g->write_allocate ? CCSIDR_WA : 0);
}

/* What CSSELR selects; a cache that is not there reads as zero. */
static uint32_t ccsidr(const struct cpu *c)
{
	const struct board_cpu *b = c->board;

	if (!is_v7(c))
		return 0;
	switch (c->reg[CP15_CSSELR]) {
	case 0:
		return ccsidr_of(&b->l1d, data_flags(c, &b->l1d));
	case 1:
		return ccsidr_of(&b->l1i, CCSIDR_RA);
	case 2:
		return has_integrated_l2(c) ? ccsidr_of(&b->l2, data_flags(c, &b->l2)) : 0;
	default:
		return 0;
	}
}

/* Maintenance broadcasts caches and TLBs, by MVA and by set/way; CohWalk as the core has it. */
static uint32_t id_mmfr3(const struct cpu *c)
{
	const struct core_part *p = c->board->part;

	return (p->has_lpae ? MMFR3_40_BITS | MMFR3_BP_BY_VA : MMFR3_BP_ALL) |
	       (p->walks_in_l1 ? MMFR3_COH_WALK : 0) |
	       (cpu_broadcasts(c) ? MMFR3_BROADCAST : 0) | 0x11u;
}

/* Affinity 0 is the number of the CPU; the rest of one cluster is zero. */
static uint32_t mpidr(const struct cpu *c)
{
	return (c->board->part->is_mp ? MPIDR_MP : 0) | c->idx;
}

/* VMSAv7, with PXN and long descriptors from LPAE on; v6 tells itself by the rest. */
static uint32_t id_mmfr0(const struct cpu *c)
{
	const struct core_part *p = c->board->part;

	return (p->has_lpae ? MMFR0_COHERENT | MMFR0_TWO_SHARE_LEVELS | MMFR0_LPAE : MMFR0_VMSA7) |
	       (p->is_mp ? MMFR0_OUTER_COHERENT : 0) | MMFR0_ACTLR;
}

/* A TLB operation by ASID and by any ASID comes with multiprocessing, HVC with LPAE. */
static uint32_t id_mmfr2(const struct cpu *c)
{
	const struct core_part *p = c->board->part;

	return MMFR2_WFI | MMFR2_BARRIERS |
	       (p->has_lpae ? 4u << 16 : p->is_mp ? 3u << 16 : MMFR2_HARVARD_TLB);
}

/* Feature registers came with the CPUID scheme of ARMv7, and late ARMv6. */
static uint32_t id_register(const struct cpu *c, enum cp15_reg reg)
{
	if (c->board->part->arch < 6)
		return 0;
	switch (reg) {
	case CP15_ID_MMFR0:	return id_mmfr0(c);
	case CP15_ID_MMFR1:	return MMFR1_FLUSH_BP;
	case CP15_ID_MMFR2:	return id_mmfr2(c);
	default:		return id_mmfr3(c);
	}
}

uint64_t cpu_cp15_read64(struct cpu *c, enum cp15_reg reg)
{
	cpu_begin(c, 0, NULL);
	switch (reg) {
	case CP15_CTR:		return ctr(c);
	case CP15_CLIDR:	return clidr(c);
	case CP15_CCSIDR:	return ccsidr(c);
	case CP15_MIDR:		return c->board->part->midr;
	case CP15_MPIDR:	return mpidr(c);
	case CP15_TLBTR:	return c->board->part->tlb_is_split;	/* nU */
	case CP15_ID_MMFR0:
	case CP15_ID_MMFR1:
	case CP15_ID_MMFR2:
	case CP15_ID_MMFR3:	return id_register(c, reg);
	default:		return c->reg[reg];
	}
}

uint32_t cpu_cp15_read(struct cpu *c, enum cp15_reg reg)
{
	return (uint32_t)cpu_cp15_read64(c, reg);
}

/* A change that cached translations must not outlive in this model: see tlb.h. */
static void write_and_evict(struct cpu *c, enum cp15_reg reg, uint32_t value, uint32_t mask)
{
	uint32_t changed = ((uint32_t)c->reg[reg] ^ value) & mask;

	c->reg[reg] = value;
	if (changed)
		tlb_evict_all(c);
}

/* While the MMU is off, entries are not used, and not lost. */
static void write_sctlr(struct cpu *c, uint32_t value)
{
	uint32_t changed = (uint32_t)c->reg[CP15_SCTLR] ^ value;

	write_and_evict(c, CP15_SCTLR, value, SCTLR_DECODES);
	if (changed & SCTLR_M)
		tlb_forget_words(c);
}

/* Domains are no part of entries: what is held stays. */
static void write_dacr(struct cpu *c, uint32_t value)
{
	bool is_other = c->reg[CP15_DACR] != value;

	c->reg[CP15_DACR] = value;
	if (is_other)
		tlb_forget_words(c);
}

/* CONTEXTIDR, TTBR0 or TTBR1: the ASID may be in any of them. */
static void write_address_space(struct cpu *c, enum cp15_reg reg, uint64_t value)
{
	c->reg[reg] = value;
	tlb_turn(c);
}

/* EAE decides what the other bits are; without LPAE it cannot be set. ARMv6 has the first. */
static uint32_t ttbcr_kept(const struct cpu *c, uint32_t value)
{
	const struct core_part *p = c->board->part;

	if (p->arch < 6)
		return 0;
	return value & (value & TTBCR_EAE && p->has_lpae ? TTBCR_LONG : TTBCR_SHORT);
}

static void write_locked(struct cpu *c, enum cp15_reg reg, uint64_t value)
{
	switch (reg) {
	case CP15_SCTLR:
		write_sctlr(c, (uint32_t)value);
		break;
	case CP15_ACTLR:
		write_and_evict(c, reg, value, ACTLR_SMP);
		break;
	case CP15_TTBCR:
		write_and_evict(c, reg, ttbcr_kept(c, (uint32_t)value), ~0u);
		tlb_turn(c);
		break;
	case CP15_DACR:
		write_dacr(c, (uint32_t)value);
		break;
	case CP15_PRRR:
	case CP15_NMRR:
		write_and_evict(c, reg, (uint32_t)value, ~0u);
		break;
	case CP15_TTBR0:
	case CP15_TTBR1:
		write_address_space(c, reg, value & TTBR_LONG);
		break;
	case CP15_CONTEXTIDR:
		write_address_space(c, reg, (uint32_t)value);
		break;
	case CP15_PAR:
		c->reg[reg] = value & PAR_LONG;
		break;
	case CP15_MIDR:
	case CP15_MPIDR:
	case CP15_TLBTR:
	case CP15_CTR:
	case CP15_CLIDR:
	case CP15_CCSIDR:
	case CP15_ID_MMFR0:
	case CP15_ID_MMFR1:
	case CP15_ID_MMFR2:
	case CP15_ID_MMFR3:
		break;
	default:
		c->reg[reg] = (uint32_t)value;
	}
}

static bool has_64_bits(const struct cpu *c, enum cp15_reg reg)
{
	return c->board->part->has_lpae &&
	       (reg == CP15_TTBR0 || reg == CP15_TTBR1 || reg == CP15_PAR);
}

void cpu_cp15_write64(struct cpu *c, enum cp15_reg reg, uint64_t value)
{
	struct machine *m = c->machine;

	cpu_begin(c, 0, NULL);
	machine_lock(m);
	write_locked(c, reg, has_64_bits(c, reg) ? value : (uint32_t)value);
	machine_unlock(m);
}

void cpu_cp15_write(struct cpu *c, enum cp15_reg reg, uint32_t value)
{
	cpu_cp15_write64(c, reg, (c->reg[reg] & ~(uint64_t)UINT32_MAX) | value);
}
