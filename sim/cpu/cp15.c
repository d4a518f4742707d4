/* SPDX-License-Identifier: MIT */
/*
 * System control: the registers behind MCR and MRC p15.
 *
 * Leaves out: banked (Secure) copies, everything not in enum cp15_reg.
 *
 * Spec: DDI 0406C, B4.1 "VMSA System control registers descriptions".
 */
#include "../sim.h"

#define SCTLR_TRANSLATES	(1u << 0 | 1u << 2 | 1u << 28 | 1u << 29)	/* M C TRE AFE */
#define TTBCR_KEPT		0x37u	/* PD1, PD0, N; EAE stays clear */

#define CLIDR_SEPARATE	3u
#define CLIDR_UNIFIED	4u

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

/* v7 format; the instruction cache is taken as VIPT. */
static uint32_t ctr(const struct cpu *c)
{
	uint32_t cwg = words_log2(machine_line_max(c->machine));

	return 4u << 29 | cwg << 24 | cwg << 20 |
	       words_log2(machine_line_min(c->machine)) << 16 | 2u << 14 |
	       words_log2(c->board->l1i.bytes ? c->board->l1i.line_bytes : 32);
}

/* LoUU and LoUIS are always 1: the caches of instructions and data meet below L1. */
static uint32_t clidr(const struct cpu *c)
{
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

static uint32_t ccsidr(const struct cpu *c)
{
	const struct board_cpu *b = c->board;
	uint32_t select = c->reg[CP15_CSSELR];

	switch (select) {
	case 0:
		return ccsidr_of(&b->l1d, CCSIDR_WB | CCSIDR_RA |
				 (b->l1d.write_allocate ? CCSIDR_WA : 0));
	case 1:
		return ccsidr_of(&b->l1i, CCSIDR_RA);
	case 2:
		return has_integrated_l2(c)
			? ccsidr_of(&b->l2, CCSIDR_WB | CCSIDR_RA | CCSIDR_WA) : 0;
	default:
		return 0;
	}
}

/* Maintenance broadcasts caches and TLBs, by MVA and by set/way; CohWalk as the core has it. */
static uint32_t id_mmfr3(const struct cpu *c)
{
	return (c->board->part->walks_in_l1 ? 1u << 20 : 0) | 0x2111u;
}

uint32_t cpu_cp15_read(struct cpu *c, enum cp15_reg reg)
{
	cpu_begin(c, 0, NULL);
	switch (reg) {
	case CP15_CTR:		return ctr(c);
	case CP15_CLIDR:	return clidr(c);
	case CP15_CCSIDR:	return ccsidr(c);
	case CP15_ID_MMFR3:	return id_mmfr3(c);
	default:		return c->reg[reg];
	}
}

/* A change that cached translations must not outlive in this model: see tlb.h. */
static void write_and_evict(struct cpu *c, enum cp15_reg reg, uint32_t value, uint32_t mask)
{
	uint32_t changed = (c->reg[reg] ^ value) & mask;

	c->reg[reg] = value;
	if (changed)
		tlb_evict_all(c);
}

static void write_contextidr(struct cpu *c, uint32_t value)
{
	uint32_t old = c->reg[CP15_CONTEXTIDR] & 0xff;

	c->reg[CP15_CONTEXTIDR] = value;
	if (old != (value & 0xff))
		tlb_evict_asid(c, old);
}

static void write_locked(struct cpu *c, enum cp15_reg reg, uint32_t value)
{
	switch (reg) {
	case CP15_SCTLR:
		write_and_evict(c, reg, value, SCTLR_TRANSLATES);
		break;
	case CP15_TTBCR:
		write_and_evict(c, reg, value & TTBCR_KEPT, ~0u);
		break;
	case CP15_DACR:
	case CP15_PRRR:
	case CP15_NMRR:
		write_and_evict(c, reg, value, ~0u);
		break;
	case CP15_TTBR0:
	case CP15_TTBR1:
		c->reg[reg] = value;
		speculation_forget(c->machine);
		break;
	case CP15_CONTEXTIDR:
		write_contextidr(c, value);
		break;
	case CP15_CTR:
	case CP15_CLIDR:
	case CP15_CCSIDR:
	case CP15_ID_MMFR3:
		break;
	default:
		c->reg[reg] = value;
	}
}

void cpu_cp15_write(struct cpu *c, enum cp15_reg reg, uint32_t value)
{
	struct machine *m = c->machine;

	cpu_begin(c, 0, NULL);
	machine_lock(m);
	write_locked(c, reg, value);
	machine_unlock(m);
}
