/* SPDX-License-Identifier: MIT */
/* The entries of a TLB: see tlb-store.h. */
#include "tlb.h"

#include <glib.h>

#define FIRST_SETS	64u
#define MAX_LEAF	(1u << 30)

void tlb_store_init(struct tlb_store *s, struct tlb_shape shape)
{
	uint32_t nr_sets = FIRST_SETS;

	if (shape.nr_entries) {
		s->nr_ways = shape.nr_ways ? shape.nr_ways : shape.nr_entries;
		for (nr_sets = 1; nr_sets * 2 * s->nr_ways <= shape.nr_entries;)
			nr_sets *= 2;
	}
	s->set_mask = nr_sets - 1;
	s->sets = g_new0(uint32_t, nr_sets);
}

void tlb_store_done(struct tlb_store *s)
{
	g_free(s->sets);
	g_free(s->entries);
}

/* ---- where ---------------------------------------------------------------- */

static unsigned size_of(const struct tlb_entry *e)
{
	return (unsigned)(e->word >> TLB_SIZE_SHIFT & (TLB_SIZES - 1));
}

static uint32_t len_of_size(unsigned size)
{
	return 1u << tlb_leaf_shift[size];
}

/* Hardware indexes by the page's number; we spread it where there is no such limit. */
static uint32_t *set_of(const struct tlb_store *s, uint32_t va_first, unsigned size)
{
	uint32_t n = va_first >> tlb_leaf_shift[size];

	if (!s->nr_ways)
		n = ((n ^ size << 28) * 0x9e3779b1u) >> 7;
	return &s->sets[n & s->set_mask];
}

static uint32_t *nr_small(struct tlb_store *s, const struct tlb_entry *e)
{
	return &s->nr_small[e->va_first / MIB];
}

static void count(struct tlb_store *s, const struct tlb_entry *e, int by)
{
	unsigned size = size_of(e);

	s->nr += (uint32_t)by;
	s->nr_of_size[size] += (uint32_t)by;
	if (s->nr_of_size[size])
		s->sizes |= 1u << size;
	else
		s->sizes &= ~(1u << size);
	if (len_of_size(size) < MIB)
		*nr_small(s, e) += (uint32_t)by;
}

/* ---- looking ---------------------------------------------------------------- */

const struct tlb_entry *tlb_store_find(const struct tlb_store *s, uint32_t va, unsigned asid)
{
	for (uint32_t sizes = s->sizes; sizes; sizes &= sizes - 1) {
		unsigned size = (unsigned)__builtin_ctz(sizes);
		uint32_t first = va & ~(len_of_size(size) - 1);
		uint32_t i = *set_of(s, first, size);

		for (; i; i = s->entries[i].next) {
			const struct tlb_entry *e = &s->entries[i];

			if (e->va_first == first && size_of(e) == size &&
			    tlb_matches_asid(e->word, asid))
				return e;
		}
	}
	return NULL;
}

bool tlb_store_any(const struct tlb_store *s, tlb_look_fn look, void *opaque)
{
	for (uint32_t set = 0; set <= s->set_mask; set++)
		for (uint32_t i = s->sets[set]; i; i = s->entries[i].next)
			if (look(opaque, &s->entries[i]))
				return true;
	return false;
}

/* ---- removing ----------------------------------------------------------------- */

struct removal {
	struct tlb_store *s;
	uint64_t va, end;
	struct tlb_which which;
	tlb_leave_fn leave;
	void *opaque;
};

static bool is_meant(const struct removal *r, const struct tlb_entry *e)
{
	if ((uint64_t)e->va_first + len_of_size(size_of(e)) <= r->va || e->va_first >= r->end)
		return false;
	if (r->which.of_any_asid)
		return true;
	return e->word & TLB_NON_GLOBAL ? r->which.of_asid && tlb_asid(e->word) == r->which.asid
					: r->which.global;
}

static void remove_from(const struct removal *r, uint32_t *link)
{
	while (*link) {
		uint32_t i = *link;
		struct tlb_entry *e = &r->s->entries[i], gone = *e;

		if (!is_meant(r, e)) {
			link = &e->next;
			continue;
		}
		*link = e->next;
		e->next = r->s->free;
		r->s->free = i;
		count(r->s, &gone, -1);
		r->leave(r->opaque, &gone);
	}
}

static void remove_everywhere(const struct removal *r)
{
	for (uint32_t set = 0; set <= r->s->set_mask; set++)
		remove_from(r, &r->s->sets[set]);
}

/* MiBs in which nothing smaller is held are most. */
static void remove_size(const struct removal *r, unsigned size)
{
	uint64_t len = len_of_size(size);

	for (uint64_t first = r->va & ~(len - 1); first < r->end; first += len) {
		if (len < MIB && !r->s->nr_small[first / MIB])
			first |= MIB - len;
		else
			remove_from(r, set_of(r->s, (uint32_t)first, size));
	}
}

void tlb_store_remove(struct tlb_store *s, uint32_t va, uint64_t len, struct tlb_which which,
		      tlb_leave_fn leave, void *opaque)
{
	struct removal r = {
		.s = s, .va = va, .end = va + len, .which = which, .leave = leave,
		.opaque = opaque,
	};

	if (len > MAX_LEAF) {
		remove_everywhere(&r);
		return;
	}
	for (uint32_t sizes = s->sizes; sizes; sizes &= sizes - 1)
		remove_size(&r, (unsigned)__builtin_ctz(sizes));
}

/* ---- adding ----------------------------------------------------------------------- */

static void add_room(struct tlb_store *s)
{
	uint32_t nr_old = MAX(s->nr_room, 1);	/* index 0 means none */

	s->nr_room = MAX(2 * s->nr_room, FIRST_SETS);
	s->entries = g_renew(struct tlb_entry, s->entries, s->nr_room);
	for (uint32_t i = s->nr_room - 1; i >= nr_old; i--) {
		s->entries[i].next = s->free;
		s->free = i;
	}
}

static void link_in(struct tlb_store *s, uint32_t i)
{
	struct tlb_entry *e = &s->entries[i];
	uint32_t *head = set_of(s, e->va_first, size_of(e));

	e->next = *head;
	*head = i;
}

static void double_sets(struct tlb_store *s)
{
	uint32_t nr_old = s->set_mask + 1, *old = s->sets;

	s->sets = g_new0(uint32_t, 2 * nr_old);
	s->set_mask = 2 * nr_old - 1;
	for (uint32_t set = 0; set < nr_old; set++) {
		for (uint32_t i = old[set], next; i; i = next) {
			next = s->entries[i].next;
			link_in(s, i);
		}
	}
	g_free(old);
}

/* The oldest of a full set leaves. */
static bool make_way(struct tlb_store *s, uint32_t *head, struct tlb_entry *ret_evicted)
{
	unsigned nr = 0;
	uint32_t *link = head, *last = head;

	for (; *link; link = &s->entries[*link].next, nr++)
		last = link;
	if (nr < s->nr_ways)
		return false;

	uint32_t i = *last;

	*ret_evicted = s->entries[i];
	*last = 0;
	s->entries[i].next = s->free;
	s->free = i;
	count(s, ret_evicted, -1);
	return true;
}

bool tlb_store_add(struct tlb_store *s, uint64_t word, uint32_t va_first,
		   struct tlb_entry *ret_evicted)
{
	struct tlb_entry e = { .word = word, .va_first = va_first };
	bool is_evicting = s->nr_ways &&
			   make_way(s, set_of(s, va_first, size_of(&e)), ret_evicted);
	uint32_t i;

	if (!s->nr_ways && s->nr > s->set_mask)
		double_sets(s);
	if (!s->free)
		add_room(s);
	i = s->free;
	s->free = s->entries[i].next;
	s->entries[i] = e;
	link_in(s, i);
	count(s, &e, 1);
	return is_evicting;
}
