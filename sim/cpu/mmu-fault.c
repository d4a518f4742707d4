/* SPDX-License-Identifier: MIT */
/*
 * How a fault is told: FSR in the format of the tables, and PAR, which answers an
 * address translation operation.
 *
 * Leaves out: parity and asynchronous aborts, debug events, TLB conflict aborts, the
 * ExT bit, stage 2.
 *
 * Spec: DDI 0406C, B3.13.3 "Fault reporting in PL1 modes" (tables B3-23 and B3-24),
 * B4.1.52 "DFSR", B4.1.96 "IFSR", B4.1.112 "PAR".
 */
#include "mmu-walk.h"

#define FSR_FS4		(1u << 10)
#define FSR_WNR		(1u << 11)
#define FSR_EXT		(1u << 12)

#define PAR_F		(1u << 0)
#define PAR_SS		(1u << 1)
#define PAR_SH		(1u << 7)
#define PAR_NOS		(1u << 10)
#define PAR_LPAE	(1u << 11)
#define PAR_SH_OUTER	(2u << 7)
#define PAR_SH_INNER	(3u << 7)

/* Short descriptors: FS[3:0] at level 1; level 2 is the second column. */
static const struct {
	uint8_t level1, level2;
} fault_status[] = {
	[FAULT_TRANSLATION]   = { 0x5, 0x7 },
	[FAULT_ACCESS_FLAG]   = { 0x3, 0x6 },
	[FAULT_DOMAIN]        = { 0x9, 0xb },
	[FAULT_PERMISSION]    = { 0xd, 0xf },
	[FAULT_EXTERNAL]      = { 0x8, 0x8 },
	[FAULT_WALK_EXTERNAL] = { 0xc, 0xe },
	[FAULT_ALIGNMENT]     = { 0x1, 0x1 },
};

/* Long descriptors, which have no domains: STATUS, less the level in its low bits. */
static const uint8_t long_status[] = {
	[FAULT_TRANSLATION]   = 0x04,
	[FAULT_ACCESS_FLAG]   = 0x08,
	[FAULT_PERMISSION]    = 0x0c,
	[FAULT_EXTERNAL]      = 0x10,
	[FAULT_WALK_EXTERNAL] = 0x14,
	[FAULT_ALIGNMENT]     = 0x21,
};

static uint32_t status_of(const struct cpu *c, enum fault_kind kind, int level, unsigned domain)
{
	if (mmu_is_long(c))
		return FSR_LPAE | (long_status[kind] + (unsigned)level);
	return domain << 4 |
	       (level == 2 ? fault_status[kind].level2 : fault_status[kind].level1);
}

/* Neither WnR nor a domain in IFSR; no WnR before ARMv6. */
struct cpu_fault mmu_fault(const struct cpu *c, enum fault_kind kind, int level, unsigned domain,
			   uint32_t va, struct walk_ask ask)
{
	uint32_t fsr = status_of(c, kind, level, ask.is_fetch ? 0 : domain);

	if (ask.is_write && c->board->part->arch >= 6)
		fsr |= FSR_WNR;
	return (struct cpu_fault){
		.kind = kind, .level = level, .va = va, .is_write = ask.is_write,
		.is_fetch = ask.is_fetch, .dfsr = fsr,
	};
}

/* ---- PAR --------------------------------------------------------------------- */

static uint64_t par_of_fault(const struct cpu_fault *f)
{
	if (f->dfsr & FSR_LPAE)
		return PAR_LPAE | (f->dfsr & 0x3f) << 1 | PAR_F;
	return (f->dfsr & FSR_EXT ? 1u << 6 : 0) | (f->dfsr & FSR_FS4 ? 1u << 5 : 0) |
	       (f->dfsr & 0xf) << 1 | PAR_F;
}

/* Inner[2:0]. */
static uint32_t par_inner(struct mem_attrs a)
{
	static const uint8_t normal[] = {
		[CACHE_NONE] = 0, [CACHE_WBWA] = 5, [CACHE_WT] = 6, [CACHE_WB] = 7,
	};

	return a.type == MEM_NORMAL ? normal[a.inner] : a.type == MEM_DEVICE ? 3 : 1;
}

static uint64_t par_short(const struct leaf *l, uint32_t va)
{
	uint64_t pa = l->pa + (va - l->va_first);
	uint32_t where = l->len == 16 * MIB
		? (uint32_t)(pa & 0xff000000) | (uint32_t)(pa >> 32 & 0xff) << 16 | PAR_SS
		: (uint32_t)pa & ~PAGE_MASK;

	return where | (l->attrs.is_shareable ? PAR_SH : 0) |
	       (l->attrs.is_shareable && !l->attrs.is_outer_shareable ? PAR_NOS : 0) |
	       par_inner(l->attrs) << 4 | (uint32_t)l->attrs.outer << 2;
}

static uint32_t par_share(struct mem_attrs a)
{
	if (a.type != MEM_NORMAL || (a.inner == CACHE_NONE && a.outer == CACHE_NONE))
		return PAR_SH_OUTER;
	return !a.is_shareable ? 0 : a.is_outer_shareable ? PAR_SH_OUTER : PAR_SH_INNER;
}

static uint64_t par_long(const struct leaf *l, uint32_t va)
{
	uint64_t pa = l->pa + (va - l->va_first);

	return (uint64_t)l->mair << 56 | (pa & ~(uint64_t)PAGE_MASK) | PAR_LPAE |
	       par_share(l->attrs);
}

uint64_t par_of(const struct cpu *c, const struct leaf *l, uint32_t va)
{
	if (l->fault.kind != FAULT_NONE)
		return par_of_fault(&l->fault);
	return mmu_is_long(c) ? par_long(l, va) : par_short(l, va);
}
