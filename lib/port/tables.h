/* SPDX-License-Identifier: MIT */
/*
 * Between the files of lib/port that write tables: mmu.c, the kernel's half, and
 * space.c, the users'.
 */
#ifndef LIB_PORT_TABLES_H
#define LIB_PORT_TABLES_H

#include "port.h"

#define SECTION_SHIFT		20
#define SECTION_LEN		(1u << SECTION_SHIFT)
#define PGD_OFFSET		0x4000u		/* of the kernel's first level, in lowmem */
#define PGD_ENTRIES		4096u
#define TABLE_LEN		1024u
#define TABLES_PER_PAGE		4u

static inline phys_addr_t pte_entry(phys_addr_t table_pa, u32 va)
{
	return table_pa + (va >> PAGE_SHIFT & 0xff) * 4;
}

u32 read_desc(const struct port *p, phys_addr_t pa);
void write_desc(struct port *p, phys_addr_t pa, u32 desc);
/* Walkers see what write_desc() wrote: once for a run of stores. */
void tables_written(const struct port *p);

#endif
