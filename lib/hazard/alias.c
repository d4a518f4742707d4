/* SPDX-License-Identifier: MIT */
/*
 * One page, two live mappings that disagree about its type or cacheability: the
 * architecture promises nothing then (DDI 0406C, A3.5.7 "Memory access
 * restrictions", mismatched attributes).
 *
 * Looked for when coherent memory is allocated, which is when Linux makes a second
 * mapping if it makes one; and when anything is mapped beside the linear map.
 *
 * Leaves out: shareability alone (it matters between CPUs with caches of their own).
 */
#include "report.h"

#include <inttypes.h>
#include <armdma/alias.h>

#define NR_ALIASES 8u

enum alias_class alias_class_of(const struct mem_attrs *a, const struct mem_attrs *b)
{
	if (a->type != b->type)
		return ALIAS_TYPE;
	if (a->type == MEM_NORMAL && (a->inner != b->inner || a->outer != b->outer))
		return ALIAS_CACHEABILITY;
	return ALIAS_NONE;
}

/* ---- words ------------------------------------------------------------- */

static const char *cacheability_text(uint8_t c)
{
	static const char *const text[] = {
		[CACHE_NONE] = "non-cacheable",
		[CACHE_WBWA] = "write-back, write-allocate",
		[CACHE_WT] = "write-through",
		[CACHE_WB] = "write-back",
	};

	return text[c & 3];
}

/* "Normal, inner write-back, outer non-cacheable, shareable" */
static char *attrs_text(const struct mem_attrs *a)
{
	const char *share = a->is_shareable ? ", shareable" : "";

	if (a->type != MEM_NORMAL)
		return g_strdup(a->type == MEM_DEVICE ? "Device" : "Strongly-ordered");
	if (a->inner == a->outer)
		return g_strdup_printf("Normal, %s%s", cacheability_text(a->inner), share);
	return g_strdup_printf("Normal, inner %s, outer %s%s", cacheability_text(a->inner),
			       cacheability_text(a->outer), share);
}

/* Pages and sections are aligned to their size in both address spaces. */
static uint32_t va_of(const struct translation *t, uint64_t pa)
{
	return t->va_first + (uint32_t)(pa & (t->len - 1));
}

static bool is_cached(const struct mem_attrs *a)
{
	return a->type == MEM_NORMAL && (a->inner != CACHE_NONE || a->outer != CACHE_NONE);
}

/* ---- who mapped what ----------------------------------------------------- */

/* [va, +len) was mapped to @pa by the call at @site. */
struct area_note {
	uint32_t va, len;
	uint64_t pa;
	const void *site;
};

const void *alias_site(const struct hazard_engine *e, uint32_t va)
{
	for (guint i = 0; e->areas && i < e->areas->len; i++) {
		const struct area_note *a = &g_array_index(e->areas, struct area_note, i);

		if (va - a->va < a->len)
			return a->site;
	}
	return NULL;
}

const void *alias_site_of_pa(const struct hazard_engine *e, uint64_t pa)
{
	for (guint i = 0; e->areas && i < e->areas->len; i++) {
		const struct area_note *a = &g_array_index(e->areas, struct area_note, i);

		if (pa - a->pa < a->len)
			return a->site;
	}
	return NULL;
}

static void keep_area(struct hazard_engine *e, const struct ledger_note *n)
{
	struct area_note a = { (uint32_t)(uintptr_t)n->va, (uint32_t)n->len, n->pa, n->site };

	if (!e->areas)
		e->areas = g_array_new(FALSE, FALSE, sizeof(struct area_note));
	g_array_append_val(e->areas, a);
}

static void drop_areas(struct hazard_engine *e, uint32_t va, uint64_t len)
{
	for (guint i = e->areas ? e->areas->len : 0; i--;)
		if (g_array_index(e->areas, struct area_note, i).va - va < len)
			g_array_remove_index(e->areas, i);
}

void alias_done(struct hazard_engine *e)
{
	if (e->areas)
		g_array_free(e->areas, TRUE);
}

/* ---- the report ------------------------------------------------------------ */

/* Two mappings of the page at @pa; @site made the one that is news. */
struct clash {
	uint64_t pa;
	const struct translation *a, *b;
	const struct mapping *m;	/* of a device, or NULL */
	const void *site;
	const char *fix;
};

static void say_side(struct hazard_engine *e, struct report *r, const struct clash *c,
		     const struct translation *t)
{
	const void *site = alias_site(e, va_of(t, c->pa));
	g_autofree char *attrs = attrs_text(&t->attrs);
	g_autofree char *by = site && site != c->site ? symbol_text(e, site) : NULL;

	report_say(r, "at va 0x%08" PRIx32 " (%s%s%s)", va_of(t, c->pa), attrs,
		   by ? "; by " : "", by ? by : "");
}

static void say_what_follows(struct report *r, const struct clash *c)
{
	if (c->a->attrs.type != c->b->attrs.type)
		report_say(r, "Their types differ: of what the stronger one promises, size, number "
			   "and order of accesses, nothing is left.");
	if (is_cached(&c->a->attrs) || is_cached(&c->b->attrs))
		report_say(r, "The cached mapping may be filled at any time, though nobody uses "
			   "it; what it holds may be read, or written back, later.");
}

static struct record record_of(struct hazard_engine *e, const struct clash *c)
{
	struct record now = engine_record(e, RECORD_ALLOCATED);

	now.pa = c->m ? c->m->pa : c->pa;
	now.dma = c->m ? c->m->dma : 0;
	now.len = c->m ? (uint32_t)MIN(c->m->len, UINT32_MAX) : PAGE_BYTES;
	now.party = c->m ? c->m->dev->party : NO_PARTY;
	now.site = c->site;
	return now;
}

static void report_clash(struct hazard_engine *e, const struct clash *c)
{
	bool is_type = alias_class_of(&c->a->attrs, &c->b->attrs) == ALIAS_TYPE;
	bool is_alloc = c->m && c->site == c->m->site;
	struct report *r = report_begin(e, is_type ? HAZARD_ALIAS_TYPE : HAZARD_ALIAS_ATTRIBUTES,
					c->site, NULL);
	struct record now;

	if (!r)
		return;
	now = record_of(e, c);
	if (c->m)
		report_of_mapping(e, r, c->m);
	report_say(r, "pa 0x%" PRIx64 " is mapped twice:", c->pa);
	say_side(e, r, c, c->a);
	report_say(r, "and");
	say_side(e, r, c, c->b);
	report_say(r, ".");
	say_what_follows(r, c);
	if (c->m && !is_alloc) {
		report_history(e, r, c->pa, 1);
		report_row_of_mapping(e, r, c->m);
	}
	report_now(e, r, &now, true, is_alloc ? NULL : "mapped once more");
	report_fix(r, "Likely missing", "%s", c->fix);
	report_end(e, r);
}

#define ONE_INSTEAD	"one mapping instead of two: the linear map of this memory changed or " \
			"removed"
#define BY_THE_API	"dma_mmap_attrs() instead of remap_pfn_range(), or a protection by " \
			"dma_pgprot()"

/* ---- looking for it ---------------------------------------------------------- */

/* The worst of all others against the first; none: NULL. */
static const struct translation *worst(const struct translation *t, size_t nr)
{
	const struct translation *found = NULL;
	enum alias_class class = ALIAS_NONE;

	for (size_t i = 1; i < nr; i++) {
		enum alias_class now = alias_class_of(&t[0].attrs, &t[i].attrs);

		if (now > class) {
			class = now;
			found = &t[i];
		}
	}
	return found;
}

/* Does any live mapping of that page disagree with the first? Says so, once. */
static bool page_is_torn(struct hazard_engine *e, const struct mapping *m, uint64_t pa,
			 const void *site)
{
	struct translation t[NR_ALIASES];
	size_t nr = cpu_find_aliases(machine_cpu(e->machine, 0), pa, t, NR_ALIASES);
	const struct translation *other = worst(t, MIN(nr, NR_ALIASES));
	const struct clash c = { pa, &t[0], other, m, site, ONE_INSTEAD };

	if (other)
		report_clash(e, &c);
	return other != NULL;
}

struct search {
	uint64_t pa;
	const struct mapping *found;
};

static bool covers(struct mapping *m, void *data)
{
	struct search *s = data;

	if (m->kind == MAPPING_RESOURCE || m->pa + m->len <= s->pa ||
	    m->pa >= s->pa + PAGE_BYTES)
		return true;
	s->found = m;
	return false;
}

/* A live mapping of any of the page's bytes, coherent or streaming; or NULL. */
static const struct mapping *mapping_at(const struct hazard_engine *e, uint64_t pa)
{
	struct search s = { .pa = pa };

	for (guint i = 0; !s.found && i < e->parties.devices->len; i++) {
		const struct dev_record *d = g_ptr_array_index(e->parties.devices, i);

		mapped_each_dma(d, 0, UINT64_MAX, covers, &s);
	}
	return s.found;
}

void alias_check(struct hazard_engine *e, const struct mapping *m)
{
	for (uint64_t pa = m->pa; pa < m->pa + m->len; pa += PAGE_BYTES)
		if (page_is_torn(e, m, pa, m->site))
			return;
}

void alias_note(struct hazard_engine *e, const struct ledger_note *n)
{
	if (n->kind == LEDGER_AREA_UNMAPPED) {
		drop_areas(e, (uint32_t)(uintptr_t)n->va, n->len);
		return;
	}
	keep_area(e, n);
	for (uint64_t pa = n->pa; pa < n->pa + n->len; pa += PAGE_BYTES)
		if (page_is_torn(e, mapping_at(e, pa), pa, n->site))
			return;
}

/* The tables that a process's mapping is in are those of the CPU that made it. */
static struct cpu *cpu_of_now(const struct hazard_engine *e)
{
	struct cpu *c = cpu_current();

	return c && cpu_machine(c) == e->machine ? c : machine_cpu(e->machine, 0);
}

static const struct translation *at_va(const struct translation *t, size_t nr, uint64_t pa,
				       uint32_t va)
{
	for (size_t i = 0; i < nr; i++)
		if (va_of(&t[i], pa) == va)
			return &t[i];
	return NULL;
}

/*
 * What is like any of the others was not torn by this call: those who made them differ
 * were told.
 */
static const struct translation *unlike_all(const struct translation *t, size_t nr,
					    const struct translation *user)
{
	const struct translation *found = NULL;

	for (size_t i = 0; i < nr; i++) {
		if (&t[i] == user)
			continue;
		if (alias_class_of(&t[i].attrs, &user->attrs) == ALIAS_NONE)
			return NULL;
		found = found ? found : &t[i];
	}
	return found;
}

static bool user_is_torn(struct hazard_engine *e, uint64_t pa, uint32_t va, const void *site)
{
	struct translation t[NR_ALIASES];
	size_t nr = MIN(cpu_find_aliases(cpu_of_now(e), pa, t, NR_ALIASES), NR_ALIASES);
	const struct translation *user = at_va(t, nr, pa, va);
	const struct translation *other = user ? unlike_all(t, nr, user) : NULL;
	const struct clash c = { pa, other, user, mapping_at(e, pa), site, BY_THE_API };

	if (other)
		report_clash(e, &c);
	return other != NULL;
}

void alias_note_user(struct hazard_engine *e, const struct ledger_note *n)
{
	for (uint64_t off = 0; off < n->len; off += PAGE_BYTES)
		if (user_is_torn(e, n->pa + off, (uint32_t)(uintptr_t)n->va + (uint32_t)off,
				 n->site))
			return;
}
