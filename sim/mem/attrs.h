/* SPDX-License-Identifier: MIT */
/*
 * Memory types: what TEX, C, B and S of a short descriptor say.
 *
 * Spec: DDI 0406C, B3.8 "Memory region attributes".
 */
#ifndef SIM_MEM_ATTRS_H
#define SIM_MEM_ATTRS_H

#include <stdint.h>
#include <armdma/cpu.h>

/* The attribute bits of a leaf descriptor, wherever it keeps them. */
struct desc_attrs {
	uint8_t tex;		/* 3 bits */
	bool c, b, s;
};

/* SCTLR.TRE = 0. Reserved encodings are taken as Strongly-ordered. */
struct mem_attrs attrs_plain(struct desc_attrs d);

/* SCTLR.TRE = 1: TEX[0]:C:B selects fields of PRRR and NMRR. */
struct mem_attrs attrs_remapped(struct desc_attrs d, uint32_t prrr, uint32_t nmrr);

/* Of a table walk: IRGN, RGN and S of a TTBR (multiprocessing format). */
struct mem_attrs attrs_of_ttbr(uint32_t ttbr);

static inline struct mem_attrs attrs_strongly_ordered(void)
{
	return (struct mem_attrs){ .type = MEM_STRONGLY_ORDERED, .is_shareable = true };
}

#endif
