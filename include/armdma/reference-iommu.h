/* SPDX-License-Identifier: MIT */
/*
 * The reference IOMMU: one that can be any of a family, so that software meets every
 * table format, every size of TLB and every way in which hardware may misbehave. This is
 * its manual; lib/iommu/reference.c is a driver that knows no more than this.
 *
 * Device tree: compatible "armdma,reference-iommu"; #iommu-cells 0 (stream 0), 1 (stream)
 * or 2 (stream, mask of bits that are not compared).
 *
 * Registers have 32 bits, little-endian; 64-bit ones are two, the low half first, and may
 * be accessed at once. Other sizes, and what is not listed, are error responses.
 *
 *   0x000 ID        RO  REF_ID_MAGIC
 *   0x004 FORMATS   RO  bit n: enum ref_format n is there
 *   0x008 SIZES     RO  contexts 7:0, stream entries 23:8, depth of the fault queue 31:24
 *   0x00c FEATURES  RO  REF_FEATURE_*; bits of a physical address 23:16, ASIDs 15:8
 *   0x010 CONTROL   RW  REF_CONTROL_*: off after reset, when everything is bypassed
 *
 *   0x020 INV_IOVA  RW  64 bits: operands of the next command
 *   0x028 INV_LEN   RW  64 bits: bytes, of REF_INV_RANGE; 0 means all from INV_IOVA on
 *   0x030 COMMAND   WO  op 7:0 (enum ref_command), context 15:8, ASID 31:16: given at once
 *   0x034 COMMANDS  RO  in flight 7:0, room for more 15:8; REF_COMMANDS_LOST W1C: one was
 *                       written when there was no room, and ignored
 *   0x038 SYNC      RW  written: begin; REF_SYNC_BUSY until every command that was given
 *                       before has been carried out
 *
 *   0x040 FAULT     RW  REF_FAULT_*: the oldest; W1C of VALID makes way for the next one,
 *                       of OVERFLOW forgets that some were lost
 *   0x044 FAULT_STREAM RO   0x048 FAULT_IOVA RO, 64 bits   0x050 FAULT_STALL RO
 *   0x054 RESUME    WO  number of a stall 30:0; bit 31: terminate it, else retry it
 *   0x058 REDIRECT  RW  64 bits: a page where redirected streams go
 *
 *   0x800 + 8 n     STREAM  RW  match 15:0, mask 31:16: bits that are not compared
 *   0x804 + 8 n     ROUTE   RW  valid 31, kind 11:8 (enum ref_route), context 7:0
 *
 *   0x2000 + 0x80 n, of context n:
 *     +0x00 CONTEXT RW  REF_CONTEXT_*
 *     +0x08 TTBR    RW  64 bits: where the first level lies
 *     +0x10 TCR     RW  as Arm's (V)TCR: T0SZ 5:0 (input bits are 64 less that, or 32 of
 *                       the 32-bit formats), SL0 7:6 (stage 2), TG0 15:14
 *     +0x18 MAIR    RW  64 bits: what the attributes of stage 1's long descriptors mean, see
 *                       REF_CONTEXT_ATTRIBUTES. Of the short format it changes nothing
 *     +0x20 ASID    RW  15:0: of what it brings into the TLB
 *
 * A stream that no ROUTE matches is bypassed, or refused with REF_CONTROL_REFUSE. Which
 * access is whose: the ROUTE that matches; where two do, the access is refused.
 *
 * The interrupt is high while CONTROL has REF_CONTROL_IRQ and a fault is valid or some
 * overflowed. A context with REF_CONTEXT_STALL holds accesses that fault, if their record
 * found room, until RESUME; the others end with a bus error.
 *
 * What changes in tables, or in CONTEXT, TTBR, TCR, MAIR and ASID, is seen by walks from then on;
 * what TLB and walk cache hold stays until it is invalidated. The TLB is tagged by context
 * and ASID. Clock and power: see iommu_hw_set_power(); registers are lost with it.
 */
#ifndef ARMDMA_REFERENCE_IOMMU_H
#define ARMDMA_REFERENCE_IOMMU_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/iommu.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REF_COMPATIBLE		"armdma,reference-iommu"

#define REF_ID			0x000
#define REF_FORMATS		0x004
#define REF_SIZES		0x008
#define REF_FEATURES		0x00c
#define REF_CONTROL		0x010
#define REF_INV_IOVA		0x020
#define REF_INV_LEN		0x028
#define REF_COMMAND		0x030
#define REF_COMMANDS		0x034
#define REF_SYNC		0x038
#define REF_FAULT		0x040
#define REF_FAULT_STREAM	0x044
#define REF_FAULT_IOVA		0x048
#define REF_FAULT_STALL		0x050
#define REF_RESUME		0x054
#define REF_REDIRECT		0x058
#define REF_STREAM(n)		(0x800u + 8u * (n))
#define REF_ROUTE(n)		(0x804u + 8u * (n))
#define REF_CONTEXT(n)		(0x2000u + 0x80u * (n))
#define REF_TTBR(n)		(REF_CONTEXT(n) + 0x08u)
#define REF_TCR(n)		(REF_CONTEXT(n) + 0x10u)
#define REF_MAIR(n)		(REF_CONTEXT(n) + 0x18u)
#define REF_ASID(n)		(REF_CONTEXT(n) + 0x20u)
#define REF_LEN			0x4000u		/* of the whole block */

#define REF_ID_MAGIC		0x4152464du
#define REF_MAX_CONTEXTS	64u
#define REF_MAX_STREAMS		256u

/** What tables look like. */
enum ref_format {
	REF_SHORT,		/* ARMv7 short descriptors, AP[0] the access flag */
	REF_SHORT_WIDE,		/* the same with physical addresses of 35 bits, as MediaTek's */
	REF_LONG32_S1,		/* long descriptors: of AArch32 */
	REF_LONG32_S2,
	REF_LONG64_S1,		/* and of AArch64, with granules of 4, 16 and 64 KiB */
	REF_LONG64_S2,
	NR_REF_FORMATS
};

#define REF_FEATURE_COHERENT	(1u << 0)	/* its walks snoop: tables need no cleaning */
#define REF_FEATURE_NEGATIVE	(1u << 1)	/* its TLB holds that nothing is there */
#define REF_FEATURE_WALK_CACHE	(1u << 2)
#define REF_FEATURE_STALL	(1u << 3)
#define REF_FEATURE_ACCESS_FLAG	(1u << 4)	/* it sets the access flag if asked to */
#define REF_FEATURE_DIRTY	(1u << 5)	/* and the dirty state */

#define REF_CONTROL_ENABLE	(1u << 0)	/* else everything is bypassed */
#define REF_CONTROL_IRQ		(1u << 1)
#define REF_CONTROL_REFUSE	(1u << 2)	/* streams that no ROUTE matches are refused */

/** What COMMAND does. Its context and ASID, INV_IOVA and INV_LEN say to which entries. */
enum ref_command {
	REF_INV_NOTHING,
	REF_INV_ALL,		/* everything, of TLB and walk cache */
	REF_INV_CONTEXT,	/* of the context, of both */
	REF_INV_ASID,		/* of the context and the ASID, global entries not, of both */
	REF_INV_VA,		/* of those, what translates INV_IOVA, of the TLB alone */
	REF_INV_RANGE,		/* of those, [INV_IOVA, + INV_LEN), of the TLB alone */
	REF_INV_WALK,		/* of those, tables that lead to that range, of both */
	NR_REF_COMMANDS
};

#define REF_COMMAND_OF(op, context, asid) \
	((uint32_t)(op) | (uint32_t)(context) << 8 | (uint32_t)(asid) << 16)
#define REF_COMMANDS_LOST	(1u << 31)
#define REF_SYNC_BUSY		(1u << 0)

#define REF_FAULT_VALID		(1u << 0)
#define REF_FAULT_OVERFLOW	(1u << 1)
#define REF_FAULT_WRITE		(1u << 2)
#define REF_FAULT_STALLED	(1u << 3)
#define REF_FAULT_PRIVILEGED	(1u << 4)
#define REF_FAULT_FETCH		(1u << 5)
#define REF_FAULT_REASON(f)	((f) >> 8 & 0xf)	/* enum iommu_hw_reason */
#define REF_FAULT_LEVEL(f)	((f) >> 12 & 0xf)
#define REF_FAULT_CONTEXT(f)	((f) >> 16 & 0xff)	/* 255: none */
#define REF_RESUME_TERMINATE	(1u << 31)

/** What becomes of a stream. */
enum ref_route {
	REF_ROUTE_TRANSLATE,
	REF_ROUTE_BYPASS,
	REF_ROUTE_FAULT,
	REF_ROUTE_DROP,		/* reads are zeros, writes vanish; recorded */
	REF_ROUTE_REDIRECT,	/* what does not translate goes to REDIRECT; recorded */
	NR_REF_ROUTES
};

#define REF_ROUTE_VALID		(1u << 31)
#define REF_ROUTE_OF(kind, context)	(REF_ROUTE_VALID | (uint32_t)(kind) << 8 | (context))

#define REF_CONTEXT_ENABLE	(1u << 0)
#define REF_CONTEXT_STALL	(1u << 1)
#define REF_CONTEXT_SET_ACCESS	(1u << 2)	/* see REF_FEATURE_ACCESS_FLAG */
#define REF_CONTEXT_SET_DIRTY	(1u << 3)
#define REF_CONTEXT_NO_PERMS	(1u << 4)	/* short: what is mapped may be read and written */
#define REF_CONTEXT_ATTRIBUTES	(1u << 5)	/* snooped is only what they say is cacheable and
						 * shareable; without TEX remap. Else all is */
#define REF_CONTEXT_FORMAT(f)	((uint32_t)(f) << 8)	/* enum ref_format */

/* ---- making one ----------------------------------------------------------------- */

/**
 * enum ref_misbehaviour - defects, as switches: each is one that some hardware has had, or
 * what an invalidation looks like that software forgot
 */
enum ref_misbehaviour {
	REF_IGNORES_INV_VA	 = 1 << 0,	/* REF_INV_VA does nothing */
	REF_IGNORES_INV_RANGE	 = 1 << 1,
	REF_IGNORES_INV_CONTEXT	 = 1 << 2,	/* REF_INV_CONTEXT and REF_INV_ASID do nothing */
	REF_IGNORES_INV_WALK	 = 1 << 3,	/* no command reaches the walk cache */
	REF_SHORTENS_RANGES	 = 1 << 4,	/* a range loses its last page */
	REF_SYNCS_EARLY		 = 1 << 5,	/* SYNC is never busy */
	REF_IGNORES_PERMS	 = 1 << 6,	/* what is mapped may be written */
	REF_MIXES_CONTEXTS	 = 1 << 7,	/* the TLB is not tagged by context or ASID */
	REF_LOSES_FAULTS	 = 1 << 8,	/* no record, no interrupt */
	REF_CLAIMS_COHERENT	 = 1 << 9,	/* FEATURES lies: its walks do not snoop */
	REF_NR_MISBEHAVIOURS	 = 10
};

/**
 * struct ref_config - which of the family; all zero is a good one to begin with
 * @name:     shown in reports; NULL: "reference"
 * @reg_pa:   its registers, REF_LEN of them; 0: where there is room (bus_find_room())
 * @irq:      its interrupt line, as in struct iommu_hw_config
 * @walker:   whose bytes its walks read
 * @formats:  set of 1 << enum ref_format; 0: all
 * @nr_contexts, @nr_streams: 0: 16 and 64; at most REF_MAX_*
 * @tlb_entries, @tlb_ways: 0: unbounded; 0: fully associative, else it divides the entries
 * @tlb_sets: as many sets, chosen by the page that is asked for: a large page has an entry in
 *            each that it was asked for in, and an invalidation by address goes through
 *            the sets of those addresses alone. 0: it has one entry. With @tlb_entries:
 *            divides these, and @tlb_ways is what is left
 * @walk_cache_entries: the same; @has_no_walk_cache: walks begin at the root
 * @draws_victims: the chooser says which entry goes, else the oldest
 * @caches_negative: that nothing is there is held, too
 * @uses_contiguous: a run of descriptors with the contiguous hint becomes one entry
 * @prefetch: pages that each miss brings in after its own
 * @fault_depth: 0: 8; 1 is a latch of the first; at most 64
 * @command_depth: 0: 16; at most 64
 * @delay:    ticks until a command is carried out, at most
 * @pa_bits:  of an output address; 0: 40
 * @misbehaves: set of enum ref_misbehaviour
 */
struct ref_config {
	const char *name;
	uint64_t reg_pa;
	unsigned irq;
	enum iommu_hw_walker walker;
	unsigned formats;
	unsigned nr_contexts, nr_streams;
	unsigned tlb_entries, tlb_ways, tlb_sets;
	unsigned walk_cache_entries;
	bool has_no_walk_cache;
	bool draws_victims;
	bool caches_negative;
	bool uses_contiguous;
	unsigned prefetch;
	unsigned fault_depth;
	unsigned command_depth;
	unsigned delay;
	unsigned pa_bits;
	unsigned misbehaves;
};

/**
 * ref_iommu_new() - one of them, on the bus of @m
 *
 * Context: as bus_attach(). Return: NULL only if @cfg->reg_pa is 0 and there is no room.
 */
struct iommu_hw *ref_iommu_new(struct machine *m, const struct ref_config *cfg);

/** Its misbehaviours from now on, whatever they were. */
void ref_iommu_misbehave(struct iommu_hw *i, unsigned misbehaves);

#ifdef __cplusplus
}
#endif
#endif
