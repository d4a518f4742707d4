/* SPDX-License-Identifier: MIT */
/* Lists by place, and a treap for what has none there: see mapped.h. */
#include "bends.h"
#include "mapped-lists.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAX_MAPPINGS	(1u << 27)
#define MAX_MORES	(1u << 24)
#define MAX_FANS	(1u << 22)
#define MAX_BENDS	(UINT16_MAX + 1u)	/* one for each party */
#define SPINS_BEFORE_YIELD 100

void mapped_init(struct mapped *l, bool is_fast)
{
	*l = (struct mapped){ .is_fast = is_fast, .first_region = NR_REGIONS };
	l->region = mmap(NULL, NR_REGIONS * sizeof(*l->region), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	g_assert(l->region != MAP_FAILED);
	shelf_init(&l->records, sizeof(struct mapping), MAX_MAPPINGS);
	shelf_init(&l->mores, sizeof(struct mapping_more), MAX_MORES);
	shelf_init(&l->fans, NR_FAN_BINS * sizeof(struct bin), MAX_FANS);
	shelf_init(&l->bends, sizeof(struct bends), MAX_BENDS);
}

void mapped_done(struct mapped *l)
{
	while (l->regions) {
		struct region *r = l->regions;

		l->regions = r->next;
		free(r->recent);
		free(r);
	}
	shelf_done(&l->bends);
	shelf_done(&l->fans);
	shelf_done(&l->mores);
	shelf_done(&l->records);
	munmap(l->region, NR_REGIONS * sizeof(*l->region));
}

/* ---- shutting out ----------------------------------------------------- */

static void wait_for(const struct region *r)
{
	for (unsigned spins = 1; __atomic_load_n(&r->lock.is_locked, __ATOMIC_SEQ_CST); spins++)
		if (spins % SPINS_BEFORE_YIELD == 0)
			sched_yield();
}

/* Who takes a lock afterwards sees that it is shut; who had it before is waited for. */
void mapped_shut(struct mapped *l)
{
	__atomic_store_n(&l->is_shut, true, __ATOMIC_SEQ_CST);
	for (const struct region *r = l->regions; r; r = r->next)
		wait_for(r);
}

void mapped_open(struct mapped *l)
{
	__atomic_store_n(&l->is_shut, false, __ATOMIC_RELEASE);
}

/* ---- regions ---------------------------------------------------------- */

static struct recent_calls *recent_new(void)
{
	struct recent_calls *c = aligned_alloc(alignof(struct recent_calls), sizeof(*c));

	g_assert(c);
	return memset(c, 0, sizeof(*c));
}

static struct region *region_new(struct mapped *l, unsigned number)
{
	struct region *r = aligned_alloc(alignof(struct region), sizeof(*r));

	g_assert(r);
	memset(r, 0, sizeof(*r));
	if (l->is_fast)
		r->recent = recent_new();
	r->next = l->regions;
	l->regions = r;
	__atomic_store_n(&l->region[number], r, __ATOMIC_RELEASE);
	l->first_region = MIN(l->first_region, number);
	l->end_region = MAX(l->end_region, number + 1);
	return r;
}

/* NULL only beyond what a machine can address. */
static struct region *region_get(struct mapped *l, uint64_t pa)
{
	struct region *r = mapped_region(l, pa);

	if (r || pa >> REGION_SHIFT >= NR_REGIONS)
		return r;
	return region_new(l, (unsigned)(pa >> REGION_SHIFT));
}

/* ---- lists ------------------------------------------------------------- */

void mapped_spread(struct mapped *l, struct region *r, enum level level, uint64_t pa)
{
	struct bin *top = top_bin(r, level, pa);
	uint32_t fan, number = top->head;
	struct mapping *m;

	if (number & FAN)
		return;
	fan = shelf_take(&l->fans, 1);
	memset(shelf_at(&l->fans, fan), 0, l->fans.item_bytes);
	*top = (struct bin){ .head = fan | FAN };
	while ((m = nth_mapping(l, number))) {
		number = m->next;
		push(l, fan_bin(l, top, level, m->pa), m);
		top->tail++;
	}
}

/* ---- records ------------------------------------------------------------ */

void mapped_take_spares(struct mapped *l, struct region *r)
{
	r->spare = shelf_take(&l->records, SPARE_BATCH);
	r->nr_spare = SPARE_BATCH;
}

/* What is too many goes to where other regions take from. */
void mapped_give_spares(struct mapped *l, struct region *r)
{
	uint32_t first = r->spare, last = first;

	for (unsigned i = 1; i < SPARE_BATCH; i++)
		last = *shelf_link(&l->records, last);
	r->spare = *shelf_link(&l->records, last);
	r->nr_spare -= SPARE_BATCH;
	shelf_give(&l->records, first, last);
}

struct mapping *mapped_new(struct mapped *l, uint64_t pa)
{
	struct region *r = region_get(l, pa);
	struct mapping *m = r ? mapped_record(l, r) : nth_mapping(l, shelf_take(&l->records, 1));

	memset(m, 0, sizeof(*m));
	if (!l->is_fast || !r)
		m->age = ++l->clock;
	else
		m->age = ++r->clock;
	return m;
}

struct mapping_more *mapping_more(const struct mapping *m)
{
	return mapping_has_more(m) ? shelf_at(&m->dev->live->mores, m->more) : NULL;
}

struct mapping_more *mapping_want_more(struct mapping *m)
{
	struct shelf *mores = &m->dev->live->mores;
	uint32_t link = m->more & ~LINK;

	if (!mapping_has_more(m)) {
		m->more = shelf_take(mores, 1);
		*mapping_more(m) = (struct mapping_more){ .mapping = m, .next_segment = link };
	}
	return mapping_more(m);
}

static void record_done(struct mapped *l, struct mapping *m)
{
	struct region *r = mapped_region(l, m->pa);
	uint32_t number = mapping_number(l, m);
	struct mapping_more *more = mapping_more(m);

	if (more && more->cpu_owned)
		g_array_free(more->cpu_owned, TRUE);
	if (more)
		shelf_give(&l->mores, m->more, m->more);
	m->age = 0;
	if (r)
		mapped_record_free(l, r, m);
	else
		shelf_give(&l->records, number, number);
}

/* ---- coming and going ---------------------------------------------------- */

static struct interval interval_of(struct mapped *l, uint64_t first, uint64_t len)
{
	uint64_t last = first + MAX(len, 1u) - 1;

	return (struct interval){
		.first = first, .last = MAX(last, first), .age = ++l->serial,
	};
}

static struct mapping *of_pa(struct interval *node)
{
	return ((struct mapping_more *)((char *)node - offsetof(struct mapping_more, by_pa)))
		->mapping;
}

static struct mapping *of_dma(struct interval *node)
{
	return ((struct mapping_more *)((char *)node - offsetof(struct mapping_more, by_dma)))
		->mapping;
}

/* The first one that is not bounced says what the device's constant is. */
static bool is_bent(struct dev_record *d, const struct mapping *m)
{
	if (!d->has_shift && !m->is_bounced) {
		d->shift = m->dma - m->pa;
		__atomic_store_n(&d->has_shift, true, __ATOMIC_RELEASE);
	}
	return !d->has_shift || m->is_bounced || m->dma - m->pa != d->shift;
}

static void want_bends(struct mapped *l, struct dev_record *d)
{
	struct bends *b;

	if (d->bends)
		return;
	b = shelf_at(&l->bends, shelf_take(&l->bends, 1));
	memset(b, 0, sizeof(*b));
	__atomic_store_n(&d->bends, b, __ATOMIC_RELEASE);
}

void mapped_forget_device(struct dev_record *d)
{
	struct shelf *s = &d->live->bends;
	uint32_t number = d->bends ? shelf_number(s, d->bends) : 0;

	d->bends = NULL;
	if (number)
		shelf_give(s, number, number);
}

static void bend_insert(struct mapped *l, struct mapping *m)
{
	want_bends(l, m->dev);
	if (bend_is_short(m) && bend_take(m->dev, m->dma)) {
		bend_set(m->dev, m->dma, mapping_number(l, m));
	} else {
		mapping_want_more(m)->by_dma = interval_of(l, m->dma, m->len);
		interval_insert(&m->dev->bent, &mapping_more(m)->by_dma);
	}
}

static void bend_remove(struct mapping *m)
{
	if (bend_at(m->dev, m->dma) == m)
		bend_set(m->dev, m->dma, 0);
	else
		interval_remove(&m->dev->bent, &mapping_more(m)->by_dma);
}

void mapped_insert(struct mapped *l, struct mapping *m)
{
	enum level level = mapped_level(m->pa, m->len);

	m->is_bent = is_bent(m->dev, m);
	if (m->is_bent)
		bend_insert(l, m);
	if (level == LEVEL_FAR) {
		mapping_want_more(m)->by_pa = interval_of(l, m->pa, m->len);
		interval_insert(&l->far, &mapping_more(m)->by_pa);
	} else {
		mapped_append(l, region_get(l, m->pa), level, m);
	}
}

static void take_out(struct mapped *l, enum level level, struct mapping *m)
{
	struct region *r = mapped_region(l, m->pa);
	struct mapping *prev;
	struct bin *bin = mapped_place(l, r, level, m, &prev);

	mapped_unlink(l, r, level, bin, prev, m);
}

void mapped_remove(struct mapped *l, struct mapping *m)
{
	enum level level = mapped_level(m->pa, m->len);

	if (m->is_bent)
		bend_remove(m);
	if (level == LEVEL_FAR)
		interval_remove(&l->far, &mapping_more(m)->by_pa);
	else
		take_out(l, level, m);
	record_done(l, m);
}

/* ---- asking --------------------------------------------------------------- */

/* Those that are asked for, before they are put in order. */
struct found {
	const struct mapped *live;
	const struct dev_record *dev;	/* whose, by dma; NULL: of all, by pa */
	bool is_coherent;		/* by pa: coherent memory, not what changes hands */
	uint64_t first, last;
	struct mapping **at;
	unsigned nr, room;
	struct mapping *few[16];
};

static uint64_t key_of(const struct found *f, const struct mapping *m)
{
	return f->dev ? m->dma : m->pa;
}

static bool is_asked_for(const struct found *f, const struct mapping *m)
{
	uint64_t first = key_of(f, m);
	uint64_t last = first + MAX(m->len, 1u) - 1;

	if (first > f->last || MAX(last, first) < f->first)
		return false;
	if (f->dev)
		return m->dev == f->dev;
	return f->is_coherent ? m->kind == MAPPING_COHERENT : ledger_is_streaming(m);
}

static void grow(struct found *f)
{
	struct mapping **more = g_new(struct mapping *, 2 * (gsize)f->room);

	memcpy(more, f->at, f->nr * sizeof(*more));
	if (f->at != f->few)
		g_free(f->at);
	f->at = more;
	f->room *= 2;
}

static void add(struct found *f, struct mapping *m)
{
	if (!is_asked_for(f, m))
		return;
	if (f->nr == f->room)
		grow(f);
	f->at[f->nr++] = m;
}

static bool add_far(struct interval *node, void *found)
{
	struct found *f = found;

	if (!f->dev || !of_pa(node)->is_bent)
		add(f, of_pa(node));
	return true;
}

static bool add_bent(struct interval *node, void *found)
{
	add(found, of_dma(node));
	return true;
}

static void add_list(struct found *f, uint32_t number)
{
	struct mapping *m;

	for (; (m = nth_mapping(f->live, number)); number = m->next)
		if (!f->dev || !m->is_bent)
			add(f, m);
}

static void add_bin(struct found *f, const struct bin *top)
{
	const struct bin *fan;

	if (!(top->head & FAN)) {
		add_list(f, top->head);
		return;
	}
	fan = fan_of(f->live, top);
	for (unsigned i = 0; i < NR_FAN_BINS; i++)
		add_list(f, fan[i].head);
}

/* Of the lists of one level in @r, those whose mappings begin in [first, last]. */
static void add_level(struct found *f, struct region *r, uint64_t base, enum level level,
		      uint64_t first, uint64_t last)
{
	const struct bin *from = top_bin(r, level, MAX(first, base));
	const struct bin *to = top_bin(r, level, MIN(last, base + REGION_BYTES - 1));

	for (; r->nr[level] && from <= to; from++)
		if (from->head)
			add_bin(f, from);
}

static uint64_t back(uint64_t first, uint64_t by)
{
	return first > by ? first - by : 0;
}

static void add_regions(struct found *f, uint64_t first, uint64_t last)
{
	const struct mapped *l = f->live;
	uint64_t longest = REGION_BYTES - 1, page = (1u << PAGE_BIN_SHIFT) - 1;
	uint64_t i = MAX(back(first, longest) >> REGION_SHIFT, l->first_region);

	for (; i < l->end_region && i <= last >> REGION_SHIFT; i++) {
		uint64_t base = i << REGION_SHIFT;

		if (!l->region[i])
			continue;
		add_level(f, l->region[i], base, LEVEL_BLOCK, back(first, longest), last);
		if (base + REGION_BYTES > back(first, page))
			add_level(f, l->region[i], base, LEVEL_PAGE, back(first, page), last);
	}
}

/* The short of the bent ones whose device addresses meet [first, last]. */
static void add_bends(struct found *f, uint64_t first, uint64_t last)
{
	uint64_t page = back(first, PAGE_BYTES - 1) >> PAGE_BIN_SHIFT;
	uint64_t nr = MIN((last >> PAGE_BIN_SHIFT) - page + 1, NR_BENDS);

	for (; nr; nr--, page++) {
		struct mapping *m = bend_at(f->dev, page << PAGE_BIN_SHIFT);

		if (m)
			add(f, m);
	}
}

/* All whose memory meets [first, last], bent ones of a device not. */
static void add_by_pa(struct found *f, uint64_t first, uint64_t last)
{
	add_regions(f, first, last);
	if (f->live->far)
		interval_each(f->live->far, first, last, add_far, f);
}

static int order(const struct found *f, const struct mapping *x, const struct mapping *y)
{
	uint64_t a = key_of(f, x), b = key_of(f, y);

	if (a != b)
		return a < b ? -1 : 1;
	return (int32_t)(x->age - y->age) < 0 ? -1 : x->age != y->age;
}

static int order_of(const void *a, const void *b, void *f)
{
	return order(f, *(struct mapping *const *)a, *(struct mapping *const *)b);
}

static bool visit_all(struct found *f, mapped_visit visit, void *data)
{
	bool goes_on = true;

	if (f->nr > 1)
		g_qsort_with_data(f->at, (gint)f->nr, sizeof(*f->at), order_of, f);
	for (unsigned i = 0; i < f->nr && goes_on; i++)
		goes_on = visit(f->at[i], data);
	if (f->at != f->few)
		g_free(f->at);
	return goes_on;
}

bool mapped_each_pa(struct mapped *l, uint64_t first, uint64_t last, mapped_visit visit,
		    void *data)
{
	struct found f = {
		.live = l, .first = first, .last = last, .room = G_N_ELEMENTS(f.few),
	};

	f.at = f.few;
	add_by_pa(&f, first, last);
	return visit_all(&f, visit, data);
}

bool mapped_each_coherent(struct mapped *l, uint64_t first, uint64_t last, mapped_visit visit,
			  void *data)
{
	struct found f = {
		.live = l, .is_coherent = true, .first = first, .last = last,
		.room = G_N_ELEMENTS(f.few),
	};

	f.at = f.few;
	add_by_pa(&f, first, last);
	return visit_all(&f, visit, data);
}

bool mapped_each_dma(const struct dev_record *d, uint64_t first, uint64_t last, mapped_visit visit,
		   void *data)
{
	uint64_t from = first - d->shift, to = last - d->shift;
	struct found f = {
		.live = d->live, .dev = d, .first = first, .last = last,
		.room = G_N_ELEMENTS(f.few),
	};

	f.at = f.few;
	if (d->has_shift)
		add_by_pa(&f, from <= to ? from : 0, from <= to ? to : UINT64_MAX);
	if (d->bends)
		add_bends(&f, first, last);
	if (d->bent)
		interval_each(d->bent, first, last, add_bent, &f);
	return visit_all(&f, visit, data);
}
