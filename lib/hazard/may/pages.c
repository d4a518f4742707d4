/* SPDX-License-Identifier: MIT */
/* Pages, their lines, and by which mapping lines may come in: see may.h. */
#include "steps.h"

#include <string.h>

struct may_page *may_page_find(struct may *may, uint64_t pa)
{
	uint64_t nr = pa / PAGE_BYTES;
	struct may_page **known = &may->known[nr % MAY_KNOWN_PAGES];

	if (!*known || (*known)->pa != nr * PAGE_BYTES) {
		struct may_page *p = g_hash_table_lookup(may->pages, &(uint64_t){
			nr * PAGE_BYTES });

		if (!p)
			return NULL;
		*known = p;
	}
	return *known;
}

struct may_page *may_page_get(struct may *may, uint64_t pa)
{
	struct may_page *p = may_page_find(may, pa);

	if (p)
		return p;
	p = g_malloc0(sizeof(*p) + may->nr_lines * (sizeof(*p->line) + 3 * sizeof(uint32_t)));
	p->pa = pa & ~(uint64_t)(PAGE_BYTES - 1);
	p->nr_events = (uint32_t *)&p->line[may->nr_lines];
	p->bulk_nr = p->nr_events + may->nr_lines;
	p->halfway_nr = p->bulk_nr + may->nr_lines;
	g_hash_table_insert(may->pages, &p->pa, p);
	return p;
}

struct may_line *may_line_get(struct may *may, struct may_page *p, unsigned i)
{
	if (!p->line[i])
		p->line[i] = may_line_new(p->pa + i * may->line_bytes, may->line_bytes);
	return p->line[i];
}

void may_page_free(struct may *may, struct may_page *p)
{
	for (unsigned i = 0; i < may->nr_lines; i++)
		may_line_free(p->line[i]);
	g_free(p->old);
	g_free(p);
}

void may_give_up(struct may *may, struct may_page *p, struct may_line *l, enum may_gap gap,
		    const void *site)
{
	may_note_gap(may, gap, l->pa, site);
	p->nr_followed -= l->set != NULL;
	may_line_drop(l, gap);
}

/* Every copy is the same, and none dirty: as much as is known of a line not followed. */
void may_unfollow(struct may_page *p, struct may_line *l)
{
	p->nr_followed -= l->set != NULL;
	l->set = NULL;
	memset(l->nobody, 0, sizeof(l->nobody));
}

void may_note_gap(struct may *may, enum may_gap gap, uint64_t pa, const void *site)
{
	if (may->nr_gaps[gap]++)
		return;
	may->gap_site[gap] = site;
	may->gap_pa[gap] = pa;
}

/* ---- which mapping a page has ----------------------------------------------- */

/* Asked again when a translation may have gone: an answer is microseconds away. */
struct may_page_kind may_kind_of(struct may *may, struct may_page *p)
{
	struct observe_path path;
	uint32_t va = p->hint;

	if (p->age == may->age)
		return p->kind;
	p->age = may->age;
	p->kind.can_fill = machine_may_fetch(may->machine, p->pa, &va, &path);
	if (path.is_inner) {
		p->kind.below = path.below;
		p->is_known = true;
		p->hint = va & ~(PAGE_BYTES - 1);
	}
	return p->kind;
}

static void page_gains(struct may *may, struct may_page *p)
{
	p->age = 0;
	may_kind_of(may, p);
}

/* A translation that is used is there; pages that did not know are asked again. */
void may_tlb_fill(struct may *may, const struct observe_event *ev)
{
	uint64_t end = ev->pa + ev->len;

	if (ev->attrs.type != MEM_NORMAL || ev->attrs.inner == CACHE_NONE)
		return;
	for (uint64_t pa = ev->pa & ~(uint64_t)(PAGE_BYTES - 1); pa < end; pa += PAGE_BYTES) {
		struct may_page *p = may_page_find(may, pa);

		if (p && !p->kind.can_fill)
			page_gains(may, p);
	}
}

void may_learn_kind(struct may *may, struct may_page *p, const struct observe_event *ev)
{
	if (!ev->path.is_inner)
		return;
	p->hint = ev->va & ~(PAGE_BYTES - 1);
	if (!p->is_known) {
		p->kind.below = ev->path.below;
		p->is_known = true;
	}
	if (!p->kind.can_fill && p->age != may->age)
		may_kind_of(may, p);
}
