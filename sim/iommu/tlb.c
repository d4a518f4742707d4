/* SPDX-License-Identifier: MIT */
/* Translations that an IOMMU holds: see tlb.h. */
#include "tlb.h"
#include "hw.h"

#include <string.h>

#define MANY_PAGES	64u		/* of a range: beyond, all entries are looked at */

/* ---- names ------------------------------------------------------------------- */

static uint64_t first_of(uint64_t iova, unsigned size_log2)
{
	return iova >> size_log2 << size_log2;
}

static uint64_t last_of(const struct iotlb_entry *e)
{
	return e->iova + ((1ull << e->size_log2) - 1);
}

/* Two entries that differ in nothing but the ASID, one being global, both may be held. */
static guint hash_entry(gconstpointer p)
{
	const struct iotlb_entry *e = p;
	uint64_t x = (e->iova >> e->size_log2) * 0x9e3779b97f4a7c15u;

	return (guint)(x >> 32) ^ e->context * 0x85ebca6bu ^ e->size_log2 * 0xc2b2ae35u ^
	       e->set * 0x27d4eb2fu;
}

static gboolean same_entry(gconstpointer a, gconstpointer b)
{
	const struct iotlb_entry *x = a, *y = b;

	return x->iova == y->iova && x->size_log2 == y->size_log2 && x->context == y->context &&
	       x->is_global == y->is_global && (x->is_global || x->asid == y->asid) &&
	       x->set == y->set;
}

static bool answers(const struct iotlb_entry *e, uint32_t context, uint32_t asid, uint64_t iova)
{
	return e->is_valid && e->context == context && (e->is_global || e->asid == asid) &&
	       first_of(iova, e->size_log2) == e->iova;
}

static void count_size(struct iotlb *t, unsigned size_log2, int by)
{
	t->nr_of_size[size_log2] += (unsigned)by;
	if (t->nr_of_size[size_log2])
		t->sizes |= 1ull << size_log2;
	else
		t->sizes &= ~(1ull << size_log2);
}

/* ---- sets ----------------------------------------------------------------------- */

static unsigned nr_ways(const struct iotlb *t)
{
	return t->shape.nr_ways ? t->shape.nr_ways : t->shape.nr_entries;
}

static unsigned nr_sets(const struct iotlb *t)
{
	return t->shape.nr_entries / nr_ways(t);
}

/* Of an indexed one, the set where @iova is looked for. */
static uint16_t index_of(const struct iotlb *t, uint64_t iova)
{
	const struct iotlb_shape *s = &t->shape;

	return s->index_log2 ? (uint16_t)((iova >> s->index_log2) % s->index_sets) : 0;
}

static struct iotlb_entry *set_of(const struct iotlb *t, uint64_t iova, unsigned size_log2)
{
	uint64_t set = t->shape.index_log2 ? index_of(t, iova) : (iova >> size_log2) % nr_sets(t);

	return &t->entries[set * nr_ways(t)];
}

void iotlb_init(struct iotlb *t, struct iommu_hw *owner, struct iotlb_shape shape)
{
	*t = (struct iotlb){ .owner = owner, .shape = shape };
	g_assert(!shape.nr_ways || !shape.nr_entries || !(shape.nr_entries % shape.nr_ways));
	g_assert(!shape.has_pointer || (shape.nr_entries && !shape.nr_ways));
	g_assert(!shape.index_log2 || (shape.index_sets && (!shape.nr_entries ||
		 shape.index_sets == nr_sets(t))));
	if (!shape.nr_entries) {
		t->held = g_hash_table_new_full(hash_entry, same_entry, g_free, NULL);
		return;
	}
	t->entries = g_new0(struct iotlb_entry, shape.nr_entries);
	t->next_victim = g_new0(unsigned, nr_sets(t));
}

void iotlb_done(struct iotlb *t)
{
	g_clear_pointer(&t->held, g_hash_table_destroy);
	g_clear_pointer(&t->entries, g_free);
	g_clear_pointer(&t->next_victim, g_free);
}

/* ---- finding ---------------------------------------------------------------------- */

static const struct iotlb_entry *find_held(const struct iotlb *t, uint32_t context, uint32_t asid,
					   uint64_t iova, unsigned size_log2)
{
	struct iotlb_entry name = {
		.iova = first_of(iova, size_log2), .size_log2 = (uint8_t)size_log2,
		.context = context, .asid = asid, .set = index_of(t, iova),
	};
	const struct iotlb_entry *e = g_hash_table_lookup(t->held, &name);

	name.is_global = true;
	return e ? e : g_hash_table_lookup(t->held, &name);
}

const struct iotlb_entry *iotlb_find_size(const struct iotlb *t, uint32_t context, uint32_t asid,
					  uint64_t iova, unsigned size_log2)
{
	const struct iotlb_entry *set;

	if (t->held)
		return find_held(t, context, asid, iova, size_log2);
	set = set_of(t, iova, size_log2);
	for (unsigned way = 0; way < nr_ways(t); way++)
		if (set[way].size_log2 == size_log2 && answers(&set[way], context, asid, iova))
			return &set[way];
	return NULL;
}

const struct iotlb_entry *iotlb_find(const struct iotlb *t, uint32_t context, uint32_t asid,
				     uint64_t iova)
{
	for (uint64_t left = t->sizes; left; left &= left - 1) {
		const struct iotlb_entry *e = iotlb_find_size(t, context, asid, iova,
							      (unsigned)__builtin_ctzll(left));

		if (e)
			return e;
	}
	return NULL;
}

/* Of one size: what is held by name is so once; a set that was filled by place may differ. */
static unsigned match_size(const struct iotlb *t, uint32_t context, uint32_t asid, uint64_t iova,
			   unsigned size_log2)
{
	const struct iotlb_entry *set;
	unsigned nr = 0;

	if (t->held)
		return find_held(t, context, asid, iova, size_log2) != NULL;
	set = set_of(t, iova, size_log2);
	for (unsigned way = 0; way < nr_ways(t); way++)
		nr += set[way].size_log2 == size_log2 && answers(&set[way], context, asid, iova);
	return nr;
}

unsigned iotlb_match(const struct iotlb *t, uint32_t context, uint32_t asid, uint64_t iova)
{
	unsigned nr = 0;

	for (uint64_t left = t->sizes; left; left &= left - 1)
		nr += match_size(t, context, asid, iova, (unsigned)__builtin_ctzll(left));
	return nr;
}

/* ---- making room ------------------------------------------------------------------- */

static void clear(struct iotlb *t, struct iotlb_entry *e)
{
	count_size(t, e->size_log2, -1);
	e->is_valid = false;
}

static struct iotlb_entry *twin_in(struct iotlb_entry *set, unsigned nr,
				   const struct iotlb_entry *e)
{
	for (unsigned way = 0; way < nr; way++)
		if (set[way].is_valid && same_entry(&set[way], e))
			return &set[way];
	return NULL;
}

static struct iotlb_entry *free_in(struct iotlb_entry *set, unsigned nr)
{
	for (unsigned way = 0; way < nr; way++)
		if (!set[way].is_valid)
			return &set[way];
	return NULL;
}

/* The next way in turn from there on that is not locked; NULL: all are. */
static struct iotlb_entry *victim_in(struct iotlb *t, struct iotlb_entry *set)
{
	unsigned nr = nr_ways(t);
	unsigned *next = &t->next_victim[(size_t)(set - t->entries) / nr];

	if (t->shape.draws_victims)
		*next = stream_below(&t->owner->chance, nr);
	for (unsigned i = 0; i < nr; i++) {
		struct iotlb_entry *e = &set[(*next)++ % nr];

		if (!e->is_locked)
			return e;
	}
	return NULL;
}

static struct iotlb_entry *pointed_at(struct iotlb *t)
{
	unsigned nr = t->shape.nr_entries, base = MIN(t->base, nr - 1);
	struct iotlb_entry *at = &t->entries[MIN(t->victim, nr - 1)];

	if (t->shape.draws_victims)
		t->victim = base + stream_below(&t->owner->chance, nr - base);
	else if (++t->victim >= nr)
		t->victim = base;
	t->owner->counts.evictions += at->is_valid;
	return at;
}

static struct iotlb_entry *place_for(struct iotlb *t, const struct iotlb_entry *e, uint64_t iova)
{
	struct iotlb_entry *set = set_of(t, iova, e->size_log2);
	struct iotlb_entry *at = twin_in(set, nr_ways(t), e);

	if (at)
		return at;
	if (t->shape.has_pointer)
		return pointed_at(t);
	at = free_in(set, nr_ways(t));
	if (at)
		return at;
	at = victim_in(t, set);
	t->owner->counts.evictions += at != NULL;
	return at;
}

static void hold(struct iotlb *t, const struct iotlb_entry *e)
{
	struct iotlb_entry *copy = g_memdup2(e, sizeof(*e));

	copy->is_valid = true;
	if (g_hash_table_replace(t->held, copy, copy))
		count_size(t, e->size_log2, 1);
}

static void fill(struct iotlb *t, struct iotlb_entry *at, const struct iotlb_entry *e)
{
	if (at->is_valid)
		clear(t, at);
	*at = *e;
	at->is_valid = true;
	count_size(t, e->size_log2, 1);
}

void iotlb_insert_for(struct iotlb *t, const struct iotlb_entry *e, uint64_t iova)
{
	struct iotlb_entry there = *e;
	struct iotlb_entry *at;

	g_assert(e->iova == first_of(e->iova, e->size_log2));
	there.set = index_of(t, iova);
	if (t->held) {
		hold(t, &there);
		return;
	}
	at = place_for(t, &there, iova);
	if (at)
		fill(t, at, &there);
}

const struct iotlb_entry *iotlb_at(const struct iotlb *t, unsigned idx)
{
	g_assert(idx < t->shape.nr_entries);
	return &t->entries[idx];
}

void iotlb_put(struct iotlb *t, unsigned idx, const struct iotlb_entry *e)
{
	g_assert(idx < t->shape.nr_entries);
	if (e) {
		g_assert(e->iova == first_of(e->iova, e->size_log2));
		fill(t, &t->entries[idx], e);
	} else if (t->entries[idx].is_valid) {
		clear(t, &t->entries[idx]);
	}
}

void iotlb_insert(struct iotlb *t, const struct iotlb_entry *e)
{
	iotlb_insert_for(t, e, e->iova);
}

/* ---- invalidating --------------------------------------------------------------------- */

/* In an indexed one, a range is looked for in the sets of its own pages. */
static bool is_looked_at(const struct iotlb *t, const struct iotlb_entry *e,
			 const struct iotlb_scope *s)
{
	unsigned log2 = t->shape.index_log2, nr = t->shape.index_sets;

	return !log2 || (e->set + nr - index_of(t, s->iova)) % nr <=
			(s->last >> log2) - (s->iova >> log2);
}

static bool goes(const struct iotlb *t, const struct iotlb_entry *e, const struct iotlb_scope *s)
{
	return (!s->has_context || e->context == s->context) &&
	       (!s->has_asid || (e->is_global ? !s->spares_global : e->asid == s->asid)) &&
	       (!s->has_range || (e->iova <= s->last && last_of(e) >= s->iova &&
				  is_looked_at(t, e, s))) &&
	       (!e->is_locked || s->is_with_locked);
}

struct sweep {
	struct iotlb *t;
	const struct iotlb_scope *s;
};

static gboolean sweep_one(gpointer key, gpointer value, gpointer data)
{
	const struct sweep *sweep = data;
	const struct iotlb_entry *e = key;

	if (!goes(sweep->t, e, sweep->s))
		return FALSE;
	count_size(sweep->t, e->size_log2, -1);
	return TRUE;
}

static unsigned sweep_all(struct iotlb *t, const struct iotlb_scope *s)
{
	unsigned nr = 0;

	if (t->held)
		return g_hash_table_foreach_remove(t->held, sweep_one, &(struct sweep){ t, s });
	for (unsigned i = 0; i < t->shape.nr_entries; i++) {
		if (t->entries[i].is_valid && goes(t, &t->entries[i], s)) {
			clear(t, &t->entries[i]);
			nr++;
		}
	}
	return nr;
}

/* An unbounded one may hold very many: a short range of one space is looked up. */
static bool is_short(const struct iotlb *t, const struct iotlb_scope *s)
{
	unsigned smallest = t->sizes ? (unsigned)__builtin_ctzll(t->sizes) : 0;

	return t->held && !t->shape.index_log2 && s->has_range && s->has_context && s->has_asid &&
	       (s->last >> smallest) - (s->iova >> smallest) < MANY_PAGES;
}

static unsigned drop_named(struct iotlb *t, const struct iotlb_scope *s, unsigned size_log2,
			   uint64_t iova, bool is_global)
{
	struct iotlb_entry name = {
		.iova = iova, .size_log2 = (uint8_t)size_log2, .context = s->context,
		.asid = s->asid, .is_global = is_global,
	};
	const struct iotlb_entry *e = g_hash_table_lookup(t->held, &name);

	if (!e || !goes(t, e, s))
		return 0;
	count_size(t, size_log2, -1);
	g_hash_table_remove(t->held, &name);
	return 1;
}

static unsigned drop_size(struct iotlb *t, const struct iotlb_scope *s, unsigned size_log2)
{
	uint64_t iova = first_of(s->iova, size_log2);
	uint64_t nr = (s->last >> size_log2) - (s->iova >> size_log2) + 1;
	unsigned dropped = 0;

	for (; nr; nr--, iova += 1ull << size_log2)
		dropped += drop_named(t, s, size_log2, iova, false) +
			   drop_named(t, s, size_log2, iova, true);
	return dropped;
}

unsigned iotlb_invalidate(struct iotlb *t, const struct iotlb_scope *s)
{
	unsigned nr = 0;

	if (!is_short(t, s))
		nr = sweep_all(t, s);
	else
		for (uint64_t left = t->sizes; left; left &= left - 1)
			nr += drop_size(t, s, (unsigned)__builtin_ctzll(left));
	t->owner->counts.invalidated += nr;
	return nr;
}
