/* SPDX-License-Identifier: MIT */
/*
 * Memory types: what TEX, C, B and S of a short descriptor say, and what a byte of
 * MAIR and SH say for a long one.
 *
 * Leaves out: allocation and transient hints (the byte itself goes with a translation).
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

/*
 * Long descriptors. Reserved bytes are taken as Strongly-ordered, a reserved half as
 * non-cacheable, and SH = 0b01 as not shareable.
 */
struct mem_attrs attrs_of_mair(uint8_t mair, unsigned sh);

/* Of a table walk: IRGN, RGN, S and NOS of a TTBR, in the format with multiprocessing... */
struct mem_attrs attrs_of_ttbr(uint32_t ttbr);
/* ...and in the one without, where a single bit says inner cacheable. */
struct mem_attrs attrs_of_ttbr_up(uint32_t ttbr);
/* IRGNn, ORGNn and SHn of a TTBCR: @ttbcr shifted so that IRGN is bit 0. */
struct mem_attrs attrs_of_ttbcr(uint32_t ttbcr);

static inline struct mem_attrs attrs_strongly_ordered(void)
{
	return (struct mem_attrs){
		.type = MEM_STRONGLY_ORDERED, .is_shareable = true, .is_outer_shareable = true,
	};
}

#endif
