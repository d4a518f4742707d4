/* SPDX-License-Identifier: MIT */
/*
 * Address spaces of processes: first-level tables of their own, whose kernel half is
 * the kernel's, and how a CPU gets from one to another.
 *
 *   ARMv6, v7   the ASID cannot change together with the tables: first TTBR0 takes the
 *               kernel's, which hold nothing of any user; then the ASID; then the new
 *               tables. TLB entries stay, for each is some ASID's.
 *   ARMv5       no ASIDs, and a cache that is indexed and tagged by virtual address:
 *               all of it is cleaned and dropped, and the TLB with it.
 *
 * Leaves out: TTBCR.N, with which TTBR1 would have the kernel's half; Linux does not
 * use it with short descriptors either.
 *
 * Linux: arch/arm/mm/{pgd,context}.c, proc-v7-2level.S, proc-v6.S, proc-arm926.S.
 */
#include "tables.h"

#define KERNEL_FIRST		(SPACE_END >> SECTION_SHIFT)

static phys_addr_t kernel_pgd(const struct port *p)
{
	return p->boot_pa + PGD_OFFSET;
}

static phys_addr_t entry_of(const struct port_space *s, u32 va)
{
	return s->pgd_pa + (va >> SECTION_SHIFT) * 4;
}

void space_init(struct port *p, struct port_space *s, phys_addr_t pgd_pa)
{
	s->pgd_pa = pgd_pa;
	for (u32 i = 0; i < KERNEL_FIRST; i++)
		write_desc(p, pgd_pa + i * 4, 0);
	spin_lock(&p->space_lock);
	for (u32 i = KERNEL_FIRST; i < PGD_ENTRIES; i++)
		write_desc(p, pgd_pa + i * 4, read_desc(p, kernel_pgd(p) + i * 4));
	list_add_tail(&s->node, &p->spaces);
	spin_unlock(&p->space_lock);
	tables_written(p);
}

void space_done(struct port *p, struct port_space *s)
{
	spin_lock(&p->space_lock);
	list_del(&s->node);
	spin_unlock(&p->space_lock);
	for (u32 i = 0; i < KERNEL_FIRST; i += TABLES_PER_PAGE) {
		u32 desc = read_desc(p, s->pgd_pa + i * 4);

		if (desc)
			p->free_table(p, desc & ~(u32)(PAGE_SIZE - 1));
	}
}

static bool add_tables(struct port *p, const struct port_space *s, u32 va)
{
	phys_addr_t page_pa = p->alloc_table(p);

	if (!page_pa)
		return false;
	if (p->cleans_ptes)
		dmac_clean_range(p, port_pa_to_va(p, page_pa), PAGE_SIZE);
	va &= ~(TABLES_PER_PAGE * SECTION_LEN - 1);
	for (u32 i = 0; i < TABLES_PER_PAGE; i++)
		write_desc(p, entry_of(s, va + i * SECTION_LEN),
			   desc_table(p, page_pa + i * TABLE_LEN));
	return true;
}

/* Where the descriptor of @va's page is; 0: it has no table. */
static phys_addr_t find_entry(const struct port *p, const struct port_space *s, u32 va)
{
	u32 desc = read_desc(p, entry_of(s, va));

	return desc_is_table(desc) ? pte_entry(desc & ~(TABLE_LEN - 1), va) : 0;
}

int space_map(struct port *p, struct port_space *s, u32 va, phys_addr_t pa, pgprot_t prot)
{
	phys_addr_t at = find_entry(p, s, va);

	if (!at && !add_tables(p, s, va))
		return -ENOMEM;
	write_desc(p, at ? at : find_entry(p, s, va), desc_user_page(p, pa, prot));
	tables_written(p);
	return 0;
}

void space_unmap(struct port *p, struct port_space *s, u32 va)
{
	phys_addr_t at = find_entry(p, s, va);

	if (at)
		write_desc(p, at, 0);
	tables_written(p);
}

struct space_page space_look(const struct port *p, const struct port_space *s, u32 va)
{
	phys_addr_t at = find_entry(p, s, va);
	u32 desc = at ? read_desc(p, at) : 0;

	return (struct space_page){
		.desc = desc, .pa = desc & ~(u32)(PAGE_SIZE - 1),
		.is_writable = desc && desc_is_writable(p, desc),
	};
}

void space_flush_tlb(struct port *p, u32 va, u32 len, unsigned asid)
{
	mmu_flush_tlb(p, va | (p->arch == PORT_V5 ? 0 : asid), len);
}

/* ---- switching ----------------------------------------------------------------- */

static void load_tables(const struct port *p, struct cpu *c, phys_addr_t pgd_pa)
{
	cpu_cp15_write(c, CP15_TTBR0, desc_ttbr(p, pgd_pa));
	cpu_isb(c);
}

void space_leave(struct port *p, struct cpu *c)
{
	if (p->arch != PORT_V5)
		load_tables(p, c, kernel_pgd(p));
}

void space_flush_tlb_all(struct port *p, struct cpu *c)
{
	cpu_tlbi(c, TLBI_ALL, 0);
	cpu_dsb(c, BARRIER_SY);
	cpu_isb(c);
}

static void enter_v5(struct port *p, struct cpu *c, phys_addr_t pgd_pa)
{
	port_flush_dcache_all(p);
	cpu_ic(c, IC_ALL, 0);
	cpu_dsb(c, BARRIER_SY);
	load_tables(p, c, pgd_pa);
	space_flush_tlb_all(p, c);
}

void space_enter(struct port *p, struct cpu *c, const struct port_space *s, unsigned asid)
{
	phys_addr_t pgd_pa = s ? s->pgd_pa : kernel_pgd(p);

	if (p->arch == PORT_V5) {
		enter_v5(p, c, pgd_pa);
		return;
	}
	cpu_dsb(c, BARRIER_SY);
	cpu_cp15_write(c, CP15_CONTEXTIDR, asid);
	cpu_isb(c);
	load_tables(p, c, pgd_pa);
}
