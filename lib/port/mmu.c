/* SPDX-License-Identifier: MIT */
/*
 * Page tables: short descriptors in simulated DRAM, written with CPU stores.
 *
 *	lowmem_pa + 0x4000   first level, 4096 entries, 16 KiB
 *	          + 0x8000   second level of the consistent window and of the CMA area,
 *	                     1 KiB for each MiB
 *	elsewhere            second level of the vmalloc area, a page for 4 MiB, when
 *	                     first needed
 *
 * Memory types go through PRRR and NMRR with Linux's values, so the index
 * TEX[0]:C:B means the same as in a real kernel's tables.
 *
 * Leaves out: user space and ASIDs, Linux's second copy of each table with its
 * young and dirty bits, read-only kernel text.
 *
 * Spec: DDI 0406C, B3.5 "Short-descriptor translation table format", B3.8.3
 * "Short-descriptor format memory region attributes, with TEX remap". Linux:
 * arch/arm/mm/proc-v7-2level.S, mmu.c.
 */
#include "port.h"

#define SECTION_SHIFT		20
#define SECTION_LEN		(1u << SECTION_SHIFT)
#define PGD_OFFSET		0x4000u
#define PGD_ENTRIES		4096u
#define EARLY_TABLES_OFFSET	0x8000u
#define TABLE_LEN		1024u
#define TABLES_PER_PAGE		4u

#define SCTLR_M			(1u << 0)
#define SCTLR_C			(1u << 2)
#define SCTLR_I			(1u << 12)
#define SCTLR_TRE		(1u << 28)

#define LINUX_PRRR		0xff0a81a8u
#define LINUX_NMRR		0x40e040e0u
#define DACR_KERNEL_CLIENT	1u

#define TTBR_S			(1u << 1)
#define TTBR_RGN_WBWA		(1u << 3)
#define TTBR_RGN_WB		(3u << 3)
#define TTBR_NOS		(1u << 5)
#define TTBR_IRGN_WBWA		(1u << 6)
#define TTBR_IRGN_WB		(1u << 6 | 1u << 0)

#define DESC_TABLE		1u
#define DESC_SECTION		2u
#define DESC_SMALL_PAGE		2u
#define DESC_PAGE_XN		1u
#define DESC_B			(1u << 2)
#define DESC_C			(1u << 3)
#define SECTION_AP_KERNEL_RW	(1u << 10)
#define SECTION_TEX0		(1u << 12)
#define SECTION_S		(1u << 16)
#define PAGE_AP_KERNEL_RW	(1u << 4)
#define PAGE_TEX0		(1u << 6)
#define PAGE_S			(1u << 10)

/* TEX[0]:C:B of a memory type. */
static unsigned remap_index(const struct port *p, enum pgprot_mt mt)
{
	switch (mt) {
	case L_PTE_MT_BUFFERABLE:
		return 1;
	case L_PTE_MT_DEV_SHARED:
		return 4;
	case L_PTE_MT_WRITEBACK:
		return p->is_smp ? 7 : 3;
	default:
		return 0;
	}
}

static u32 cb_bits(unsigned n)
{
	return (n & 2 ? DESC_C : 0) | (n & 1 ? DESC_B : 0);
}

/* Device memory is always shareable, the rest where there are others to share with. */
static bool is_shareable(const struct port *p, enum pgprot_mt mt)
{
	return p->is_smp || mt == L_PTE_MT_DEV_SHARED;
}

static u32 section_desc(const struct port *p, phys_addr_t pa, enum pgprot_mt mt)
{
	unsigned n = remap_index(p, mt);

	return (u32)pa | DESC_SECTION | SECTION_AP_KERNEL_RW | cb_bits(n) |
	       (n & 4 ? SECTION_TEX0 : 0) | (is_shareable(p, mt) ? SECTION_S : 0);
}

static u32 page_desc(const struct port *p, phys_addr_t pa, enum pgprot_mt mt)
{
	unsigned n = remap_index(p, mt);

	return (u32)pa | DESC_SMALL_PAGE | PAGE_AP_KERNEL_RW | cb_bits(n) |
	       (mt == L_PTE_MT_WRITEBACK ? 0 : DESC_PAGE_XN) |
	       (n & 4 ? PAGE_TEX0 : 0) | (is_shareable(p, mt) ? PAGE_S : 0);
}

/* ---- tables in memory ------------------------------------------------------ */

static u32 table_va(const struct port *p, phys_addr_t pa)
{
	return p->is_mmu_on ? port_pa_to_va(p, pa) : (u32)pa;
}

static u32 read_desc(const struct port *p, phys_addr_t pa)
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
static void write_desc(const struct port *p, phys_addr_t pa, u32 desc)
{
	struct cpu *c = port_cpu(p);
	u32 va = table_va(p, pa);
	bool is_done = cpu_store(c, va, &desc, sizeof(desc), NULL);

	g_assert(is_done);
	if (p->is_mmu_on && p->cleans_ptes)
		cpu_dc(c, DC_CLEAN, va);
}

static void tables_written(const struct port *p)
{
	cpu_dsb(port_cpu(p));
	cpu_isb(port_cpu(p));
}

static phys_addr_t pgd_entry(const struct port *p, u32 va)
{
	return p->lowmem_pa + PGD_OFFSET + (va >> SECTION_SHIFT) * 4;
}

static phys_addr_t pte_entry(phys_addr_t table_pa, u32 va)
{
	return table_pa + (va >> PAGE_SHIFT & 0xff) * 4;
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
		write_desc(p, pgd_entry(p, va + i * SECTION_LEN),
			   (u32)(page_pa + i * TABLE_LEN) | DESC_TABLE);
	return true;
}

/* The second-level table of @va; 0 when there is none and none can be had. */
static phys_addr_t table_of(struct port *p, u32 va)
{
	u32 desc = read_desc(p, pgd_entry(p, va));

	if (!desc && p->is_mmu_on && add_tables(p, va))
		desc = read_desc(p, pgd_entry(p, va));
	return (desc & 3) == DESC_TABLE ? desc & ~(TABLE_LEN - 1) : 0;
}

int mmu_map(struct port *p, u32 va, phys_addr_t pa, u32 len, pgprot_t prot)
{
	for (u32 done = 0; done < len; done += PAGE_SIZE) {
		phys_addr_t table_pa = table_of(p, va + done);

		if (!table_pa)
			return -ENOMEM;
		write_desc(p, pte_entry(table_pa, va + done),
			   page_desc(p, pa + done, prot.mt));
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

void mmu_flush_tlb(struct port *p, u32 va, u32 len)
{
	struct cpu *c = port_cpu(p);

	for (u32 done = 0; done < len; done += PAGE_SIZE)
		cpu_tlbi(c, TLBI_MVA, va + done);
	cpu_dsb(c);
	cpu_isb(c);
}

/* ---- boot ---------------------------------------------------------------------- */

u32 mmu_reserve(u32 cma_len)
{
	u32 nr_tables = (CONSISTENT_END - CONSISTENT_BASE + cma_len) / SECTION_LEN;

	return (u32)PAGE_ALIGN(EARLY_TABLES_OFFSET + nr_tables * TABLE_LEN);
}

/* Second-level tables for [va, va + len), at @table_pa and up; empty. */
static phys_addr_t link_early(struct port *p, u32 va, u32 len, phys_addr_t table_pa)
{
	for (u32 done = 0; done < len; done += SECTION_LEN, table_pa += TABLE_LEN) {
		for (u32 i = 0; i < TABLE_LEN; i += 4)
			write_desc(p, table_pa + i, 0);
		write_desc(p, pgd_entry(p, va + done), (u32)table_pa | DESC_TABLE);
	}
	return table_pa;
}

static void map_lowmem(struct port *p, phys_addr_t cma_pa, u32 cma_len)
{
	for (unsigned i = 0; i < p->nr_banks; i++) {
		const struct port_bank *b = &p->bank[i];

		for (phys_addr_t pa = b->pa; pa < b->pa + b->len; pa += SECTION_LEN) {
			if (pa - cma_pa < cma_len)
				continue;
			write_desc(p, pgd_entry(p, port_pa_to_va(p, pa)),
				   section_desc(p, pa, L_PTE_MT_WRITEBACK));
		}
	}
}

static u32 ttbr(const struct port *p)
{
	u32 attrs = p->is_smp
		? TTBR_IRGN_WBWA | TTBR_RGN_WBWA | TTBR_S | TTBR_NOS
		: TTBR_IRGN_WB | TTBR_RGN_WB;

	return (u32)(p->lowmem_pa + PGD_OFFSET) | attrs;
}

/* Every CPU has registers of its own; the tables are shared. */
static void turn_on(const struct port *p, struct cpu *c)
{
	cpu_cp15_write(c, CP15_PRRR, LINUX_PRRR);
	cpu_cp15_write(c, CP15_NMRR, LINUX_NMRR);
	cpu_cp15_write(c, CP15_TTBCR, 0);
	cpu_cp15_write(c, CP15_TTBR0, ttbr(p));
	cpu_cp15_write(c, CP15_TTBR1, ttbr(p));
	cpu_cp15_write(c, CP15_DACR, DACR_KERNEL_CLIENT);
	cpu_cp15_write(c, CP15_CONTEXTIDR, 0);
	cpu_tlbi(c, TLBI_ALL, 0);
	cpu_dsb(c);
	cpu_isb(c);
	cpu_cp15_write(c, CP15_SCTLR, SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_TRE);
	cpu_isb(c);
}

void mmu_boot(struct port *p, phys_addr_t cma_pa, u32 cma_len)
{
	u32 cma_va = port_pa_to_va(p, cma_pa);
	phys_addr_t table_pa = p->lowmem_pa + EARLY_TABLES_OFFSET;

	for (u32 i = 0; i < PGD_ENTRIES; i++)
		write_desc(p, p->lowmem_pa + PGD_OFFSET + i * 4, 0);
	table_pa = link_early(p, CONSISTENT_BASE, CONSISTENT_END - CONSISTENT_BASE, table_pa);
	link_early(p, cma_va, cma_len, table_pa);
	mmu_map(p, cma_va, cma_pa, cma_len, PAGE_KERNEL);
	map_lowmem(p, cma_pa, cma_len);
	for (unsigned i = 0; i < machine_nr_cpus(p->machine); i++)
		turn_on(p, machine_cpu(p->machine, i));
	p->is_mmu_on = true;
}
