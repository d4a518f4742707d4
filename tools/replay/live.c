/* SPDX-License-Identifier: MIT */
/*
 * What one device has mapped, by the addresses of the trace.
 *
 * Device addresses are looked up by exact start and by what they lie within, so
 * every mapping is filed under each 64 KiB granule that it touches. A handle may
 * be live several times (direct mapping gives one buffer one address, however
 * often it is mapped): the best fit wins, the youngest of equals.
 *
 * Which handles were live before the trace began is not known. What was unmapped
 * lately is remembered, so that a second unmap can be told from an unmap of
 * something older; MAX_GONE bounds that memory.
 */
#include "engine.h"

#define GRANULE_SHIFT	16
/* A mapping over more granules (256 MiB) is filed once, and searched for by all. */
#define MAX_GRANULES	4096u
#define MAX_GONE	65536u

struct live {
	GHashTable *granules;		/* number -> GPtrArray of mapping */
	GPtrArray *huge;
	GHashTable *by_phys;		/* first phys -> GPtrArray of mapping */
	GHashTable *gone;		/* keys unmapped and not mapped again */
	GQueue gone_order;		/* the same keys, oldest first; owns them */
};

static void list_free(gpointer list)
{
	g_ptr_array_free(list, TRUE);
}

static GHashTable *lists_new(void)
{
	return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, list_free);
}

static void lists_add(GHashTable *lists, uint64_t key, struct mapping *m)
{
	GPtrArray *list = g_hash_table_lookup(lists, &key);

	if (!list) {
		list = g_ptr_array_new();
		g_hash_table_insert(lists, g_memdup2(&key, sizeof(key)), list);
	}
	g_ptr_array_add(list, m);
}

static void lists_remove(GHashTable *lists, uint64_t key, struct mapping *m)
{
	GPtrArray *list = g_hash_table_lookup(lists, &key);

	/* Not _fast: the order is the age, and the youngest of equals wins. */
	if (list && g_ptr_array_remove(list, m) && !list->len)
		g_hash_table_remove(lists, &key);
}

struct live *live_new(void)
{
	struct live *l = g_new0(struct live, 1);

	l->granules = lists_new();
	l->huge = g_ptr_array_new();
	l->by_phys = lists_new();
	l->gone = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_queue_init(&l->gone_order);
	return l;
}

void live_free(struct live *l)
{
	if (!l)
		return;

	g_autoptr(GPtrArray) all = live_all(l);

	for (unsigned i = 0; i < all->len; i++)
		mapping_free(all->pdata[i]);
	g_hash_table_unref(l->granules);
	g_ptr_array_free(l->huge, TRUE);
	g_hash_table_unref(l->by_phys);
	g_hash_table_unref(l->gone);
	g_queue_clear_full(&l->gone_order, g_free);
	g_free(l);
}

void mapping_free(struct mapping *m)
{
	if (m->sharing)
		g_array_free(m->sharing, TRUE);
	if (m->rivals)
		g_ptr_array_free(m->rivals, TRUE);
	g_free(m->pieces);
	g_free(m->segs);
	g_free(m->sgl);
	g_free(m);
}

bool mapping_needs_care(const struct mapping *m)
{
	return !m->dev->is_coherent && !by_is_alloc(m->by);
}

/* ---- filing ------------------------------------------------------------- */

static uint64_t first_granule(const struct piece *p)
{
	return p->dma >> GRANULE_SHIFT;
}

static uint64_t last_granule(const struct piece *p)
{
	uint64_t last = p->dma + MAX(p->len, 1) - 1;

	return MAX(last, p->dma) >> GRANULE_SHIFT;
}

static bool is_huge(const struct mapping *m)
{
	uint64_t nr = 0;

	for (unsigned i = 0; i < m->nr_pieces; i++) {
		uint64_t of_piece = last_granule(&m->pieces[i]) - first_granule(&m->pieces[i]);

		if (of_piece > MAX_GRANULES)
			return true;
		nr += of_piece + 1;
	}
	return nr > MAX_GRANULES;
}

/* Two pieces in one granule file the mapping there once: lists hold no doubles. */
static void for_granules(GHashTable *lists, struct mapping *m,
			 void (*fn)(GHashTable *, uint64_t, struct mapping *))
{
	uint64_t done = UINT64_MAX;

	for (unsigned i = 0; i < m->nr_pieces; i++) {
		const struct piece *p = &m->pieces[i];

		for (uint64_t g = first_granule(p); g <= last_granule(p); g++) {
			if (g != done)
				fn(lists, g, m);
			done = g;
		}
	}
}

static void gone_trim(struct live *l)
{
	while (g_queue_get_length(&l->gone_order) > MAX_GONE) {
		uint64_t *key = g_queue_pop_head(&l->gone_order);

		if (g_hash_table_lookup(l->gone, key) == key)
			g_hash_table_remove(l->gone, key);
		g_free(key);
	}
}

static void gone_add(struct live *l, uint64_t key)
{
	uint64_t *own = g_memdup2(&key, sizeof(key));

	g_hash_table_replace(l->gone, own, own);
	g_queue_push_tail(&l->gone_order, own);
	gone_trim(l);
}

/*
 * A page is unmapped by its handle, a list by its first physical address. The two
 * are often the same number; complemented, they stay apart.
 */
static uint64_t key_of(enum map_function by, uint64_t at)
{
	return by == BY_SG ? ~at : at;
}

static uint64_t key_of_mapping(const struct mapping *m)
{
	return key_of(m->by, m->by == BY_SG ? m->phys : m->pieces[0].dma);
}

void live_insert(struct live *l, struct mapping *m)
{
	uint64_t key = key_of_mapping(m);

	g_hash_table_remove(l->gone, &key);
	if (is_huge(m))
		g_ptr_array_add(l->huge, m);
	else
		for_granules(l->granules, m, lists_add);
	lists_add(l->by_phys, m->phys, m);
}

void live_remove(struct live *l, struct mapping *m)
{
	if (is_huge(m))
		g_ptr_array_remove(l->huge, m);
	else
		for_granules(l->granules, m, lists_remove);
	lists_remove(l->by_phys, m->phys, m);
	gone_add(l, key_of_mapping(m));
}

bool live_was_unmapped(const struct live *l, enum map_function by, uint64_t at)
{
	uint64_t key = key_of(by, at);

	return g_hash_table_contains(l->gone, &key);
}

/* ---- looking up ------------------------------------------------------------ */

typedef int (*score_fn)(const struct mapping *m, const void *query);

/* The youngest of the best; a score of 0 is no match. */
static struct mapping *best_of(const GPtrArray *list, score_fn score, const void *query,
			       struct mapping *best)
{
	for (unsigned i = list ? list->len : 0; i > 0; i--) {
		struct mapping *m = list->pdata[i - 1];

		if (score(m, query) > (best ? score(best, query) : 0))
			best = m;
	}
	return best;
}

static struct mapping *best_at(const struct live *l, uint64_t dma, score_fn score,
			       const void *query)
{
	uint64_t granule = dma >> GRANULE_SHIFT;
	struct mapping *m = best_of(g_hash_table_lookup(l->granules, &granule), score, query,
				    NULL);

	return best_of(l->huge, score, query, m);
}

struct at_query {
	uint64_t dma, len;
	bool is_alloc;
	enum trace_dir dir;
};

static int score_at(const struct mapping *m, const void *query)
{
	const struct at_query *q = query;

	if (m->pieces[0].dma != q->dma || by_is_alloc(m->by) != q->is_alloc)
		return 0;
	return 1 + 4 * (m->len == q->len) + 2 * (m->dir == q->dir) + (m->by != BY_SG);
}

struct mapping *live_at(const struct live *l, uint64_t dma, bool is_alloc, uint64_t len,
			enum trace_dir dir)
{
	struct at_query q = { .dma = dma, .len = len, .is_alloc = is_alloc, .dir = dir };

	return best_at(l, dma, score_at, &q);
}

static const struct piece *piece_holding(const struct mapping *m, uint64_t dma)
{
	for (unsigned i = 0; i < m->nr_pieces; i++)
		if (dma - m->pieces[i].dma < m->pieces[i].len)
			return &m->pieces[i];
	return NULL;
}

static int score_holding(const struct mapping *m, const void *query)
{
	if (!piece_holding(m, *(const uint64_t *)query))
		return 0;
	return by_is_alloc(m->by) ? 1 : 2;
}

struct mapping *live_holding(const struct live *l, uint64_t dma, uint64_t *ret_offset)
{
	struct mapping *m = best_at(l, dma, score_holding, &dma);

	if (m) {
		const struct piece *p = piece_holding(m, dma);

		*ret_offset = p->offset + (dma - p->dma);
	}
	return m;
}

struct phys_query {
	enum trace_dir dir;
	unsigned nr_phys;
};

static int score_phys(const struct mapping *m, const void *query)
{
	const struct phys_query *q = query;

	if (by_is_alloc(m->by) || m->by == BY_RESOURCE)
		return 0;
	return 1 + 4 * (m->by == BY_SG) + 2 * (m->dir == q->dir) + (m->nr_phys == q->nr_phys);
}

struct mapping *live_of_phys(const struct live *l, uint64_t phys, enum trace_dir dir,
			     unsigned nr_phys)
{
	struct phys_query q = { .dir = dir, .nr_phys = nr_phys };

	return best_of(g_hash_table_lookup(l->by_phys, &phys), score_phys, &q, NULL);
}

static int by_age(gconstpointer a, gconstpointer b)
{
	const struct mapping *const *x = a, *const *y = b;

	return (*x)->ordinal < (*y)->ordinal ? -1 : (*x)->ordinal > (*y)->ordinal;
}

GPtrArray *live_all(const struct live *l)
{
	GPtrArray *all = g_ptr_array_new();
	GHashTableIter it;
	gpointer list;

	g_hash_table_iter_init(&it, l->by_phys);
	while (g_hash_table_iter_next(&it, NULL, &list))
		for (unsigned i = 0; i < ((GPtrArray *)list)->len; i++)
			g_ptr_array_add(all, ((GPtrArray *)list)->pdata[i]);
	g_ptr_array_sort(all, by_age);
	return all;
}
