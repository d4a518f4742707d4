/* SPDX-License-Identifier: MIT */
/* The walker's questions, whatever the format of the tables: see mmu.h. */
#include "mmu-walk.h"

/* ---- who may do what ---------------------------------------------------- */

/* WXN and UWXN came with the virtualization extensions, as LPAE did. */
static bool sctlr_has(const struct cpu *c, uint32_t bit)
{
	return c->board->part->has_lpae && c->reg[CP15_SCTLR] & bit;
}

uint8_t perms_with_fetch(const struct cpu *c, unsigned perms, bool is_xn, bool is_pxn)
{
	bool is_wxn = sctlr_has(c, SCTLR_WXN), is_uwxn = sctlr_has(c, SCTLR_UWXN);

	if (!is_xn && !is_pxn && perms & PERM_READ && !(is_wxn && perms & PERM_WRITE) &&
	    !(is_uwxn && perms & PERM_USER_WRITE))
		perms |= PERM_FETCH;
	if (!is_xn && perms & PERM_USER_READ && !(is_wxn && perms & PERM_USER_WRITE))
		perms |= PERM_USER_FETCH;
	return (uint8_t)perms;
}

static bool has_domains(const struct cpu *c)
{
	return c->reg[CP15_SCTLR] & SCTLR_M && !mmu_is_long(c);
}

uint8_t mmu_domain_perms(const struct cpu *c, unsigned perms, unsigned domain)
{
	return has_domains(c) ? short_domain_perms(c, perms, domain) : (uint8_t)perms;
}

enum fault_kind mmu_denial(const struct cpu *c, unsigned domain)
{
	return has_domains(c) && short_is_denied(c, domain) ? FAULT_DOMAIN : FAULT_PERMISSION;
}

/* ---- the walk ----------------------------------------------------------- */

static struct leaf flat_leaf(uint32_t va)
{
	return (struct leaf){
		.pa = va & ~(MIB - 1), .va_first = va & ~(MIB - 1), .len = MIB,
		.perms = PERM_ALL, .attrs = attrs_strongly_ordered(),
	};
}

static struct leaf walk(const struct walk *w)
{
	if (!(w->c->reg[CP15_SCTLR] & SCTLR_M))
		return flat_leaf(w->va);
	return mmu_is_long(w->c) ? long_walk(w) : short_walk(w);
}

struct leaf mmu_walk(struct cpu *c, uint32_t va, struct walk_ask ask)
{
	return walk(&(struct walk){ .c = c, .va = va, .ask = ask });
}

/* A block of 1 GiB may have been clipped to 2 MiB: length does not tell. */
int mmu_level(const struct cpu *c, uint32_t len, unsigned domain)
{
	if (mmu_is_long(c))
		return (int)domain;
	return len >= MIB ? 1 : 2;
}

static void check_permission(struct leaf *l, const struct walk *w)
{
	struct leaf now = { .perms = mmu_domain_perms(w->c, l->perms, l->domain) };

	if (l->fault.kind == FAULT_NONE && !mmu_may(&now, w->ask))
		l->fault = mmu_fault(w->c, FAULT_PERMISSION, mmu_level(w->c, l->len, l->domain),
				     l->domain, w->va, w->ask);
}

unsigned mmu_asid(const struct cpu *c)
{
	if (mmu_is_long(c))
		return c->reg[c->reg[CP15_TTBCR] & TTBCR_A1 ? CP15_TTBR1 : CP15_TTBR0] >>
		       TTBR_ASID_SHIFT & 0xff;
	return c->reg[CP15_CONTEXTIDR] & 0xff;
}

/* ---- asking ------------------------------------------------------------- */

struct translation cpu_walk(struct cpu *c, uint32_t va, struct walk_ask ask)
{
	struct leaf l;

	if (!c->machine->is_telling)
		machine_settle(c->machine);
	l = mmu_walk(c, va, ask);
	check_permission(&l, &(struct walk){ .c = c, .va = va, .ask = ask });
	return (struct translation){
		.fault = l.fault, .pa = l.pa + (va - l.va_first), .va_first = l.va_first,
		.len = l.len, .attrs = l.attrs, .mair = l.mair, .is_non_global = l.is_non_global,
	};
}

struct translation cpu_translate(struct cpu *c, uint32_t va, bool is_write)
{
	return cpu_walk(c, va, (struct walk_ask){ .is_write = is_write });
}

bool cpu_ats(struct cpu *c, enum ats_op op, uint32_t va)
{
	struct walk w = { .c = c, .va = va, .is_ats = true, .ask = {
		.is_write = op == ATS1CPW || op == ATS1CUW,
		.is_user = op == ATS1CUR || op == ATS1CUW,
	} };
	struct leaf l;

	cpu_begin(c, va, __builtin_return_address(0));
	l = walk(&w);
	if (l.fault.kind == FAULT_WALK_EXTERNAL)
		return cpu_refuse(c, &l.fault, 0, c->machine->actor.site);
	check_permission(&l, &w);
	c->reg[CP15_PAR] = par_of(c, &l, va);
	return true;
}

/* ---- the question backwards: who maps this? ----------------------------- */

void alias_consider(struct alias_search *s, const struct leaf *l)
{
	uint64_t into = s->pa - l->pa;
	uint32_t va = l->va_first + (uint32_t)into;

	if (l->fault.kind != FAULT_NONE || into >= l->len || va < s->va_first || va > s->va_last)
		return;
	if (s->nr_found++ < s->nr_room)
		s->ret[s->nr_found - 1] = (struct translation){
			.pa = s->pa, .va_first = l->va_first, .len = l->len,
			.attrs = l->attrs, .mair = l->mair, .is_non_global = l->is_non_global,
		};
}

size_t cpu_find_aliases(struct cpu *c, uint64_t pa, struct translation *ret, size_t nr)
{
	struct alias_search s = {
		.cpu = c, .pa = pa, .ret = ret, .nr_room = nr, .va_last = UINT32_MAX,
	};

	if (!(c->reg[CP15_SCTLR] & SCTLR_M))
		return 0;
	if (mmu_is_long(c))
		long_search(&s);
	else
		short_search(&s);
	return s.nr_found;
}
