/* SPDX-License-Identifier: MIT */
/*
 * The alias registry's question, asked of the page tables: every translation of the boot
 * CPU is listed by physical address, and each is held against those that overlap it.
 *
 *	pa     |--- section of the linear map ---|
 *	            |page|page|            |page|      two aliases, of two pages and of one
 *
 * Leaves out: tables that no CPU has in its registers now, which is user space that does
 * not run; shareability alone.
 */
#include <armdma/alias.h>
#include <armdma/harness.h>

#include <string.h>

#include "dma/dma.h"

/* One translation. */
struct piece {
	u64 pa;
	u32 len, va;
	struct mem_attrs attrs;
};

static const char *place_of(const struct kernel *k, u32 va)
{
	if (va < PAGE_OFFSET)
		return "user";
	if (port_is_lowmem_va(&k->port, va))
		return "linear map";
	return va >= CONSISTENT_BASE && va < CONSISTENT_END ? "consistent window" : "vmalloc area";
}

static const void *site_of(struct kernel *k, u32 va)
{
	const void *site = arm_dma_site(k, port_ptr(&k->port, va));

	return site ? site : area_site(k, va);
}

/* ---- listing -------------------------------------------------------------------------- */

static int by_pa(const void *a, const void *b)
{
	const struct piece *p = a, *q = b;

	if (p->pa != q->pa)
		return p->pa < q->pa ? -1 : 1;
	return p->va < q->va ? -1 : p->va > q->va;
}

/* Whole pieces; where a first-level entry is empty nothing else of its MiB need be asked. */
static GArray *list_translations(struct cpu *c)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct piece));
	u64 va = 0;

	while (va < SZ_4G) {
		struct translation t = cpu_walk(c, (u32)va, (struct walk_ask){ 0 });
		u32 step = t.fault.level == 1 ? SZ_1M : PAGE_SIZE;

		if (t.fault.kind == FAULT_NONE) {
			struct piece p = { t.pa, t.len, (u32)va, t.attrs };

			g_array_append_val(all, p);
			step = t.len;
		}
		va = (va & ~(u64)(step - 1)) + step;
	}
	g_array_sort(all, by_pa);
	return all;
}

/* ---- comparing ------------------------------------------------------------------------ */

struct found {
	struct kernel *kernel;
	GArray *all;			/* of struct alias */
};

static struct alias_side side_of(struct kernel *k, const struct piece *p, u64 pa)
{
	u32 va = p->va + (u32)(pa - p->pa);

	return (struct alias_side){ va, p->attrs, place_of(k, va), site_of(k, va) };
}

static bool continues(const struct alias *a, const struct alias *b)
{
	for (unsigned i = 0; i < 2; i++)
		if (a->side[i].va + a->len != b->side[i].va ||
		    a->side[i].site != b->side[i].site ||
		    memcmp(&a->side[i].attrs, &b->side[i].attrs, sizeof(struct mem_attrs)))
			return false;
	return a->how == b->how && a->pa + a->len == b->pa;
}

static void add_pair(struct found *f, const struct piece *p, const struct piece *q)
{
	u64 end = min(p->pa + p->len, q->pa + q->len);
	struct alias a = {
		.how = alias_class_of(&p->attrs, &q->attrs), .pa = q->pa, .len = end - q->pa,
	};
	struct alias *last = f->all->len ? &g_array_index(f->all, struct alias, f->all->len - 1)
					 : NULL;

	if (a.how == ALIAS_NONE)
		return;
	a.side[0] = side_of(f->kernel, p, a.pa);
	a.side[1] = side_of(f->kernel, q, a.pa);
	if (last && continues(last, &a))
		last->len += a.len;
	else
		g_array_append_val(f->all, a);
}

static int by_pa_of_alias(const void *a, const void *b)
{
	const struct alias *p = a, *q = b;

	if (p->pa != q->pa)
		return p->pa < q->pa ? -1 : 1;
	return p->side[1].va < q->side[1].va ? -1 : p->side[1].va > q->side[1].va;
}

static GArray *compare(struct kernel *k, const GArray *pieces)
{
	struct found f = { k, g_array_new(FALSE, FALSE, sizeof(struct alias)) };

	for (guint i = 0; i < pieces->len; i++) {
		const struct piece *p = &g_array_index(pieces, struct piece, i);

		for (guint j = i + 1; j < pieces->len; j++) {
			const struct piece *q = &g_array_index(pieces, struct piece, j);

			if (q->pa - p->pa >= p->len)
				break;
			add_pair(&f, p, q);
		}
	}
	g_array_sort(f.all, by_pa_of_alias);
	return f.all;
}

size_t harness_find_aliases(struct harness *h, struct alias *ret, size_t nr)
{
	struct machine *m = harness_machine(h);
	GArray *pieces = list_translations(machine_cpu(m, 0));
	GArray *all = compare(machine_software(m), pieces);
	size_t nr_all = all->len;

	if (nr && nr_all)
		memcpy(ret, all->data, MIN(nr, nr_all) * sizeof(*ret));
	g_array_free(pieces, TRUE);
	g_array_free(all, TRUE);
	return nr_all;
}
