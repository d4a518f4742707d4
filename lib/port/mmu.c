/* SPDX-License-Identifier: MIT */
/*
 * Page tables: short descriptors in simulated DRAM, written with CPU stores.
 *
 *	boot_pa + 0x4000     first level, 4096 entries, 16 KiB
 *	        + 0x8000     second level of the consistent window, of the fixmap, of
 *	                     pkmap, and of the MiBs of lowmem that are in pages; 1 KiB
 *	                     for each MiB
 *	elsewhere            second level of the vmalloc area, a page for 4 MiB, when
 *	                     first needed
 *
 * What a descriptor says: desc.c.
 *
 * The kernel's half is part of every process's tables, too: space.c.
 *
 * Leaves out: Linux's second copy of each table with its young and dirty bits,
 * read-only kernel text.
 *
 * Spec: DDI 0406C, B3.5 "Short-descriptor translation table format". Linux:
 * arch/arm/mm/mmu.c.
 */
#include <linux/kernel.h>

#include "tables.h"

#define EARLY_TABLES_OFFSET	0x8000u

/* ---- tables in memory ------------------------------------------------------ */

static u32 table_va(const struct port *p, phys_addr_t pa)
{
	return p->is_mmu_on ? port_pa_to_va(p, pa) : (u32)pa;
}

u32 read_desc(const struct port *p, phys_addr_t pa)
{
	u32 desc;
	bool is_done = cpu_load(port_cpu(p), table_va(p, pa), &desc, sizeof(desc), NULL);

	g_assert(is_done);
	return desc;
}

/*
 * A walker that does not look into L1 must find the entry below it. Making it seen
 * is one DSB for a whole run of stores: see tables_written().
 */
void write_desc(struct port *p, phys_addr_t pa, u32 desc)
{
	struct cpu *c = port_cpu(p);
	u32 va = table_va(p, pa);
	bool is_done = cpu_store(c, va, &desc, sizeof(desc), NULL);

	g_assert(is_done);
	p->nr_pte_stores += p->is_mmu_on;
	if (p->is_mmu_on && p->cleans_ptes)
		cpu_dc(c, DC_CLEAN, va);
}

void tables_written(const struct port *p)
{
	cpu_dsb(port_cpu(p), BARRIER_SY);
	cpu_isb(port_cpu(p));
}

static phys_addr_t pgd_entry(const struct port *p, u32 va)
{
	return p->boot_pa + PGD_OFFSET + (va >> SECTION_SHIFT) * 4;
}

/* An entry of the kernel's half, which all address spaces share. */
static void write_kernel_entry(struct port *p, u32 va, u32 desc)
{
	struct port_space *s;

	write_desc(p, pgd_entry(p, va), desc);
	spin_lock(&p->space_lock);
	list_for_each_entry(s, &p->spaces, node)
		write_desc(p, s->pgd_pa + (va >> SECTION_SHIFT) * 4, desc);
	spin_unlock(&p->space_lock);
}

/* A page of tables serves the 4 MiB around @va. */
static bool add_tables(struct port *p, u32 va)
{
	phys_addr_t page_pa = p->alloc_table(p);

	if (!page_pa)
		return false;
	if (p->cleans_ptes)
		dmac_clean_range(p, port_pa_to_va(p, page_pa), PAGE_SIZE);
	va &= ~(TABLES_PER_PAGE * SECTION_LEN - 1);
	for (u32 i = 0; i < TABLES_PER_PAGE; i++)
		write_kernel_entry(p, va + i * SECTION_LEN,
				   desc_table(p, page_pa + i * TABLE_LEN));
	return true;
}

/* The second-level table of @va; 0 when there is none and none can be had. */
static phys_addr_t table_of(struct port *p, u32 va)
{
	u32 desc = read_desc(p, pgd_entry(p, va));

	if (!desc && p->is_mmu_on && add_tables(p, va))
		desc = read_desc(p, pgd_entry(p, va));
	return desc_is_table(desc) ? desc & ~(TABLE_LEN - 1) : 0;
}

int mmu_map(struct port *p, u32 va, phys_addr_t pa, u32 len, pgprot_t prot)
{
	for (u32 done = 0; done < len; done += PAGE_SIZE) {
		phys_addr_t table_pa = table_of(p, va + done);

		if (!table_pa)
			return -ENOMEM;
		write_desc(p, pte_entry(table_pa, va + done),
			   desc_page(p, pa + done, prot.mt));
	}
	tables_written(p);
	return 0;
}

void mmu_unmap(struct port *p, u32 va, u32 len)
{
	for (u32 done = 0; done < len; done += PAGE_SIZE) {
		u32 desc = read_desc(p, pgd_entry(p, va + done));

		if (desc)
			write_desc(p, pte_entry(desc & ~(TABLE_LEN - 1), va + done), 0);
	}
	tables_written(p);
}

/* Before ARMv7 software does not know of one TLB for both sides. */
static void flush_page(const struct port *p, struct cpu *c, u32 va)
{
	if (p->arch == PORT_V7) {
		cpu_tlbi(c, p->is_smp ? TLBI_MVA_IS : TLBI_MVA, va);
	} else {
		cpu_tlbi(c, TLBI_D_MVA, va);
		cpu_tlbi(c, TLBI_I_MVA, va);
	}
}

static void flush_on(const struct port *p, struct cpu *c, u32 va, u32 len)
{
	for (u32 done = 0; done < len; done += PAGE_SIZE)
		flush_page(p, c, va + done);
	cpu_dsb(c, BARRIER_SY);
	cpu_isb(c);
}

void mmu_flush_tlb_local(struct port *p, u32 va)
{
	struct cpu *c = port_cpu(p);

	if (p->arch == PORT_V7)
		cpu_tlbi(c, TLBI_MVA, va);
	else
		flush_page(p, c, va);
	cpu_dsb(c, BARRIER_SY);
	cpu_isb(c);
}

/* Where hardware broadcasts nothing, Linux interrupts the other CPUs to do it there. */
void mmu_flush_tlb(struct port *p, u32 va, u32 len)
{
	flush_on(p, port_cpu(p), va, len);
	for (unsigned i = 0; p->interrupts_for_tlb && i < machine_nr_cpus(p->machine); i++)
		if (machine_cpu(p->machine, i) != port_cpu(p))
			flush_on(p, machine_cpu(p->machine, i), va, len);
}

/* ---- boot ---------------------------------------------------------------------- */

#define CONSISTENT_LEN		(CONSISTENT_TABLES_END - CONSISTENT_BASE)
#define FIXMAP_LEN		(FIXMAP_END - FIXMAP_START)

void mmu_want_pages(struct port *p, phys_addr_t pa, u64 len)
{
	phys_addr_t end = min(pa + len, p->lowmem_pa + p->lowmem_len);

	for (pa = max(ALIGN_DOWN(pa, (u64)SECTION_LEN), p->lowmem_pa); pa < end;
	     pa += SECTION_LEN) {
		unsigned mib = (unsigned)((pa - p->lowmem_pa) >> SECTION_SHIFT);

		p->paged[mib / 64] |= 1ull << (mib % 64);
	}
}

u32 mmu_boot_len(const struct port *p)
{
	u32 nr_tables = (CONSISTENT_LEN + FIXMAP_LEN) / SECTION_LEN;

	if (p->has_highmem)
		nr_tables += PKMAP_LEN / SECTION_LEN;
	for (size_t i = 0; i < ARRAY_SIZE(p->paged); i++)
		nr_tables += (u32)__builtin_popcountll(p->paged[i]);
	return (u32)PAGE_ALIGN(EARLY_TABLES_OFFSET + nr_tables * TABLE_LEN);
}

/* Second-level tables for [va, va + len), at @table_pa and up; empty. */
static phys_addr_t link_early(struct port *p, u32 va, u32 len, phys_addr_t table_pa)
{
	for (u32 done = 0; done < len; done += SECTION_LEN, table_pa += TABLE_LEN) {
		for (u32 i = 0; i < TABLE_LEN; i += 4)
			write_desc(p, table_pa + i, 0);
		write_desc(p, pgd_entry(p, va + done), desc_table(p, table_pa));
	}
	return table_pa;
}

/* Those of its pages that are memory. */
static phys_addr_t map_in_pages(struct port *p, phys_addr_t pa, phys_addr_t table_pa)
{
	phys_addr_t next = link_early(p, port_pa_to_va(p, pa), SECTION_LEN, table_pa);

	for (phys_addr_t end = pa + SECTION_LEN; pa < end; pa += PAGE_SIZE)
		if (port_is_lowmem(p, pa, PAGE_SIZE))
			write_desc(p, pte_entry(table_pa, port_pa_to_va(p, pa)),
				   desc_page(p, pa, L_PTE_MT_WRITEBACK));
	return next;
}

static phys_addr_t map_lowmem(struct port *p, phys_addr_t table_pa)
{
	for (u32 done = 0; done < p->lowmem_len; done += SECTION_LEN) {
		phys_addr_t pa = p->lowmem_pa + done;

		if (port_is_paged(p, pa))
			table_pa = map_in_pages(p, pa, table_pa);
		else if (port_is_lowmem(p, pa, SECTION_LEN))
			write_desc(p, pgd_entry(p, port_pa_to_va(p, pa)),
				   desc_section(p, pa, L_PTE_MT_WRITEBACK));
	}
	return table_pa;
}

void mmu_boot(struct port *p)
{
	phys_addr_t table_pa = p->boot_pa + EARLY_TABLES_OFFSET;

	for (u32 i = 0; i < PGD_ENTRIES; i++)
		write_desc(p, p->boot_pa + PGD_OFFSET + i * 4, 0);
	table_pa = link_early(p, CONSISTENT_BASE, CONSISTENT_LEN, table_pa);
	table_pa = map_lowmem(p, table_pa);
	table_pa = link_early(p, FIXMAP_START, FIXMAP_LEN, table_pa);
	if (p->has_highmem)
		link_early(p, PKMAP_BASE, PKMAP_LEN, table_pa);
	/* Every CPU has registers of its own; the tables are shared. */
	for (unsigned i = 0; i < machine_nr_cpus(p->machine); i++)
		desc_turn_on(p, machine_cpu(p->machine, i), p->boot_pa + PGD_OFFSET);
	p->is_mmu_on = true;
}
