/* SPDX-License-Identifier: MIT */
/*
 * What the library must know of the core it boots on. Linux finds the same by the
 * main ID register (arch/arm/kernel/setup.c, mm/proc-*.S).
 *
 * Spec: DDI 0406C, B4.1.42 "CTR, Cache Type Register, VMSA", and its form before
 * ARMv7 in DDI 0301H, 3.2.2 "c0, Cache Type Register".
 */
#include "port.h"

#define CTR_IS_V7(ctr)		((ctr) >> 29 == 4)
#define CTR_DMINLINE(ctr)	((ctr) >> 16 & 0xf)	/* log2 of words */
#define CTR_V6_D_LEN(ctr)	((ctr) >> 12 & 3)	/* log2 of pairs of words */
#define BROADCASTS_TLB		2u
#define CTR_V6_D_P		(1u << 23)		/* a way is more than a page */

static enum port_arch arch_of(const struct core_part *part)
{
	if (part->arch >= 7)
		return PORT_V7;
	return part->arch == 6 ? PORT_V6 : PORT_V5;
}

/* ID_MMFR3: 0 nothing, 1 caches, 2 TLBs too. */
static u32 broadcast_of(struct cpu *c)
{
	return cpu_cp15_read(c, CP15_ID_MMFR3) >> 12 & 0xf;
}

void port_read_core(struct port *p)
{
	const struct core_part *part = board_boot_cpu(machine_board(p->machine))->part;
	u32 ctr = cpu_cp15_read(p->cpu0, CP15_CTR);

	p->arch = arch_of(part);
	p->is_smp = machine_nr_cpus(p->machine) > 1;
	p->interrupts_for_tlb = p->is_smp && broadcast_of(p->cpu0) < BROADCASTS_TLB;
	p->cleans_ptes = !part->walks_in_l1;
	p->line_len = CTR_IS_V7(ctr) ? 4u << CTR_DMINLINE(ctr) : 8u << CTR_V6_D_LEN(ctr);
	p->is_aliasing = p->arch == PORT_V5 || (p->arch == PORT_V6 && (ctr & CTR_V6_D_P));
}
