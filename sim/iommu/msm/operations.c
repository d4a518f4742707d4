/* SPDX-License-Identifier: MIT */
/*
 * What software does to the TLB: invalidate, look up (V2P), lock, read out. Invalidations
 * are commands, over at once unless they are delayed.
 */
#include "msm.h"

#include <limits.h>

enum operation { OP_ALL, OP_VMID, OP_CONTEXT, OP_ASID, OP_VA, OP_VAA, NR_OPS };

/* ---- invalidations ------------------------------------------------------------------- */

static const enum iommu_hw_scope scopes[NR_OPS] = {
	[OP_ALL] = IOMMU_HW_ALL, [OP_VMID] = IOMMU_HW_CONTEXT, [OP_CONTEXT] = IOMMU_HW_CONTEXT,
	[OP_ASID] = IOMMU_HW_ASID, [OP_VA] = IOMMU_HW_VA, [OP_VAA] = IOMMU_HW_VA,
};

static bool is_ignored(const struct msm *d, uint32_t op)
{
	return ((op == OP_VA || op == OP_VAA) && msm_misbehaves(d, MSM_IGNORES_TLBIVA)) ||
	       ((op == OP_CONTEXT || op == OP_ASID) && msm_misbehaves(d, MSM_IGNORES_TLBIALL));
}

/* @c->len: locked entries go, too. */
static struct iotlb_scope scope_of(const struct msm *d, const struct command *c)
{
	bool is_narrow = c->op == OP_CONTEXT && msm_misbehaves(d, MSM_TLBIALL_BY_ASID);

	return (struct iotlb_scope){
		.has_context = c->op != OP_ALL, .context = c->context,
		.has_asid = c->op == OP_ASID || c->op == OP_VA || is_narrow, .asid = c->asid,
		.spares_global = c->op == OP_ASID,
		.has_range = c->op >= OP_VA, .iova = c->iova, .last = c->iova | 0xfff,
		.is_with_locked = c->len,
	};
}

void msm_carry_out(void *opaque, const struct command *c)
{
	struct msm *d = opaque;
	struct iotlb_scope s = scope_of(d, c);

	d->hw->counts.invalidations[scopes[c->op]]++;
	if (is_ignored(d, c->op))
		return;
	if (msm_misbehaves(d, MSM_IGNORES_BFB))
		iotlb_invalidate(&d->walker.tlb, &s);
	walk_invalidate(&d->walker, &s, !msm_misbehaves(d, MSM_IGNORES_BFB), true);
}

void msm_settle(struct msm *d)
{
	while (!commands_are_over(&d->commands))
		commands_tick(&d->commands);
}

static void give(struct msm *d, const struct command *c)
{
	if (commands_accept(&d->commands, c))
		return;
	msm_settle(d);
	commands_accept(&d->commands, c);
}

static unsigned vmid_of(const struct msm *d, unsigned ctx)
{
	return msm_get(d, MSM_CBACR(ctx)) >> 16 & 0x1f;
}

/* @lock: the bit of TLBLCKR that has it reach locked entries. */
static void give_in(struct msm *d, unsigned ctx, enum operation op, uint32_t value, uint32_t lock)
{
	bool is_by_va = op == OP_VA || op == OP_VAA;

	give(d, &(struct command){
		.op = op, .context = vmid_of(d, ctx),
		.asid = op == OP_CONTEXT ? msm_get_ctx(d, ctx, MSM_CONTEXTIDR) & 0xff :
					   value & 0xff,
		.iova = is_by_va ? value & ~0xfffu : 0,
		.len = msm_get_ctx(d, ctx, MSM_TLBLCKR) & lock,
	});
}

void msm_wrote_global_tlbiall(void *opaque, unsigned idx, uint32_t value)
{
	give(opaque, &(struct command){
		.op = OP_ALL, .len = msm_get(opaque, MSM_CR) & MSM_CR_TLBIALLCFG });
}

void msm_wrote_tlbivmid(void *opaque, unsigned idx, uint32_t value)
{
	give(opaque, &(struct command){
		.op = OP_VMID, .context = value & 0x1f,
		.len = msm_get(opaque, MSM_CR) & MSM_CR_TLBIVMIDCFG });
}

void msm_wrote_ctx_tlbiall(void *opaque, unsigned ctx, uint32_t value)
{
	give_in(opaque, ctx, OP_CONTEXT, value, MSM_TLBLCKR_TLBIALLCFG);
}

void msm_wrote_tlbiasid(void *opaque, unsigned ctx, uint32_t value)
{
	give_in(opaque, ctx, OP_ASID, value, MSM_TLBLCKR_TLBIASIDCFG);
}

void msm_wrote_tlbiva(void *opaque, unsigned ctx, uint32_t value)
{
	give_in(opaque, ctx, OP_VA, value, MSM_TLBLCKR_TLBIVAACFG);
}

void msm_wrote_tlbivaa(void *opaque, unsigned ctx, uint32_t value)
{
	give_in(opaque, ctx, OP_VAA, value, MSM_TLBLCKR_TLBIVAACFG);
}

/* ---- locks -------------------------------------------------------------------------- */

#define FLOOR(lckr)	((lckr) >> 8 & 0xff)
#define VICTIM(lckr)	((lckr) >> 16 & 0xff)
#define NOT_NUMBERS	0xfu

static bool has_numbers(const struct msm *d)
{
	return d->walker.tlb.shape.has_pointer;
}

void msm_wrote_tlblckr(void *opaque, unsigned ctx, uint32_t value)
{
	struct msm *d = opaque;

	if (!(msm_get(d, MSM_CR) & MSM_CR_TLBLKCRWE))
		return;
	msm_put(d, MSM_CTX(ctx) + MSM_TLBLCKR, value & NOT_NUMBERS);
	if (!has_numbers(d))
		return;
	d->walker.tlb.base = MIN(FLOOR(value), d->walker.tlb.shape.nr_entries - 1);
	d->walker.tlb.victim = MAX(VICTIM(value), d->walker.tlb.base);
}

uint32_t msm_read_tlblckr(void *opaque, unsigned ctx, uint32_t held)
{
	const struct msm *d = opaque;

	return held | MSM_TLBLCKR_FLOOR(d->walker.tlb.base) |
	       MSM_TLBLCKR_VICTIM(d->walker.tlb.victim);
}

/* ---- V2P: what would become of it --------------------------------------------------- */

static uint32_t par_of(const struct iommu_hw_result *res, const struct iotlb_entry *e)
{
	bool is_super = e->size_log2 == 24;
	uint32_t par = is_super ? (uint32_t)res->pa & 0xff000000u : (uint32_t)res->pa & ~0xfffu;

	if (res->outcome == IOMMU_HW_FAULT)
		return MSM_PAR_FAULT | msm_cause(res);
	return par | (is_super ? MSM_PAR_SS : 0) | (e->attrs & PT_SHORT_INNER) << 4 |
	       (e->attrs & PT_SHORT_SH ? MSM_PAR_SH : 0) |
	       (e->attrs & PT_SHORT_NS ? MSM_PAR_NS : 0) |
	       (e->attrs & PT_SHORT_NOS ? MSM_PAR_NOS : 0);
}

/* Where the TLB has it; UINT_MAX: nowhere that has a number. */
static unsigned number_of(const struct msm *d, unsigned ctx, uint64_t iova)
{
	const struct iotlb *t = &d->walker.tlb;
	const struct iotlb_entry *e = NULL;

	if (has_numbers(d))
		e = iotlb_find(t, vmid_of(d, ctx), msm_get_ctx(d, ctx, MSM_CONTEXTIDR) & 0xff,
			       iova);
	return e ? (unsigned)(e - t->entries) : UINT_MAX;
}

static void load(struct msm *d, unsigned idx, const struct iotlb_entry *by)
{
	struct iotlb_entry e = *by;

	if (idx >= d->walker.tlb.shape.nr_entries || by->is_negative)
		return;
	e.is_locked = idx < d->walker.tlb.base;
	iotlb_put(&d->walker.tlb, idx, &e);
}

static void ask(struct msm *d, unsigned ctx, uint32_t value, struct iommu_hw_access a)
{
	uint32_t actlr = msm_get_ctx(d, ctx, MSM_ACTLR);
	bool loads = has_numbers(d) && msm_get_ctx(d, ctx, MSM_TLBLCKR) & MSM_TLBLCKR_LKE;
	struct iommu_hw_result res = { .outcome = IOMMU_HW_HIT, .room = 1 };
	unsigned was = number_of(d, ctx, a.iova);
	struct iotlb_entry by;

	d->walker.fills_nothing = loads || actlr & MSM_ACTLR_DNLV2PA;
	msm_translate_in(d, ctx, vmid_of(d, ctx), &a, actlr >> 16 & 3, &res, &by);
	d->walker.fills_nothing = false;
	if (loads && was == UINT_MAX)
		load(d, value & 0xff, &by);
	msm_put(d, MSM_CTX(ctx) + MSM_PAR, par_of(&res, &by));
	msm_put(d, MSM_CTX(ctx) + MSM_V2PSR,
		was == UINT_MAX ? 0 : MSM_V2PSR_HIT | (was & 0xff) << 8);
}

static void v2p(struct msm *d, unsigned ctx, uint32_t value, bool is_privileged, bool is_write)
{
	struct iommu_hw_access a = {
		.iova = value & ~0xfffu, .len = 1, .is_privileged = is_privileged,
		.is_write = is_write,
	};

	msm_settle(d);
	if (msm_get_ctx(d, ctx, MSM_SCTLR) & MSM_SCTLR_M)
		ask(d, ctx, value, a);
	else
		msm_put(d, MSM_CTX(ctx) + MSM_PAR, value & ~0xfffu);
}

void msm_wrote_v2ppr(void *opaque, unsigned ctx, uint32_t value)
{
	v2p(opaque, ctx, value, true, false);
}

void msm_wrote_v2ppw(void *opaque, unsigned ctx, uint32_t value)
{
	v2p(opaque, ctx, value, true, true);
}

void msm_wrote_v2pur(void *opaque, unsigned ctx, uint32_t value)
{
	v2p(opaque, ctx, value, false, false);
}

void msm_wrote_v2puw(void *opaque, unsigned ctx, uint32_t value)
{
	v2p(opaque, ctx, value, false, true);
}

/* ---- reading it out ----------------------------------------------------------------- */

/* NULL: there is none of that number, or it holds nothing. */
static const struct iotlb_entry *shown(const struct msm *d)
{
	uint32_t which = msm_get(d, MSM_TLBRSW);
	const struct iotlb *t = which >> 8 & 3 ? &d->walker.lines : &d->walker.tlb;
	const struct iotlb_entry *e;

	if ((which >> 8 & 3) > 1 || (which & 0xff) >= t->shape.nr_entries || t->shape.nr_ways)
		return NULL;
	e = iotlb_at(t, which & 0xff);
	return e->is_valid ? e : NULL;
}

/* 4 KiB, 64 KiB, 1 MiB and 16 MiB: 12, 16, 20 and 24. */
static uint32_t size_code(const struct iotlb_entry *e)
{
	return (e->size_log2 - 12u) / 4;
}

static uint32_t perm_bits(uint8_t perms)
{
	return (perms & IOTLB_READ ? MSM_TLBTR0_PR : 0) |
	       (perms & IOTLB_WRITE ? MSM_TLBTR0_PW : 0) |
	       (perms & IOTLB_USER_READ ? MSM_TLBTR0_UR : 0) |
	       (perms & IOTLB_USER_WRITE ? MSM_TLBTR0_UW : 0) |
	       (perms & (IOTLB_FETCH | IOTLB_USER_FETCH) ? 0 : MSM_TLBTR0_XN);
}

uint32_t msm_read_tlbtr0(void *opaque, unsigned idx, uint32_t held)
{
	const struct iotlb_entry *e = shown(opaque);

	if (!e)
		return 0;
	return perm_bits(e->perms) | (e->attrs & PT_SHORT_INNER) << 9 |
	       (e->attrs & PT_SHORT_SH ? MSM_TLBTR0_SH : 0) |
	       (e->attrs & PT_SHORT_NS ? MSM_TLBTR0_NSDESC : 0) |
	       size_code(e) << 16 | size_code(e) << 20;
}

uint32_t msm_read_tlbtr1(void *opaque, unsigned idx, uint32_t held)
{
	const struct iotlb_entry *e = shown(opaque);

	return e ? e->context | ((uint32_t)e->pa & ~0xfffu) : 0;
}

uint32_t msm_read_tlbtr2(void *opaque, unsigned idx, uint32_t held)
{
	const struct iotlb_entry *e = shown(opaque);

	return e ? e->asid | MSM_TLBTR2_V | MSM_TLBTR2_NSTID |
		   (e->is_negative ? MSM_TLBTR2_NV : 0) | ((uint32_t)e->iova & ~0xfffu) : 0;
}
