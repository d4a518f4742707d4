/* SPDX-License-Identifier: MIT */
/*
 * What each domain's IOVAs lead to, and led to before: what <armdma/iommu-watch.h> tells,
 * by range. Ranges of a space never overlap; one that is mapped or unmapped in part is
 * split.
 *
 * Leaves out: PASIDs; what is mapped behind the core's back, by a domain's operations.
 */
#include "exposure.h"

#include <linux/device.h>
#include <linux/iommu.h>

#define MAX_GONE	8192u		/* unmapped ranges that a space remembers */

static const char queued;		/* stands for any gather that waits for a flush of all */

static struct iommu_watch *watch_of(struct iommu_watcher *w)
{
	return (struct iommu_watch *)(void *)((char *)w - offsetof(struct iommu_watch, watcher));
}

static uint64_t moment_of(const struct iommu_watch *w)
{
	return machine_moment(w->engine->machine);
}

static uint64_t step_of(const struct iommu_watch *w)
{
	return machine_step(w->engine->machine);
}

/* ---- ranges ---------------------------------------------------------------------- */

static GQueue *queue_of(struct iommu_space *s, const struct iova_range *r)
{
	return r->state == RANGE_UNMAPPING ? &s->unsynced : r->state == RANGE_UNMAPPED ? &s->gone
										       : NULL;
}

static void queue_in(struct iommu_space *s, struct iova_range *r)
{
	r->link.data = r;
	if (queue_of(s, r))
		g_queue_push_tail_link(queue_of(s, r), &r->link);
}

static void queue_out(struct iommu_space *s, struct iova_range *r)
{
	if (queue_of(s, r))
		g_queue_unlink(queue_of(s, r), &r->link);
}

static struct iova_range *range_new(struct iommu_space *s, const struct iova_range *like,
				    uint64_t first, uint64_t last)
{
	struct iova_range *r = g_memdup2(like, sizeof(*like));
	uint64_t into = first - like->range.first;

	r->range = (struct interval){ .first = first, .last = last, .age = ++s->age };
	r->link = (GList){ 0 };
	r->now.pa += into;
	r->before.pa += into;
	interval_insert(&s->ranges, &r->range);
	queue_in(s, r);
	return r;
}

static void range_free(struct iommu_space *s, struct iova_range *r)
{
	queue_out(s, r);
	interval_remove(&s->ranges, &r->range);
	g_free(r);
}

static bool take_range(struct interval *node, void *data)
{
	*(struct iova_range **)data = (struct iova_range *)(void *)
		((char *)node - offsetof(struct iova_range, range));
	return false;
}

struct iova_range *space_first(const struct iommu_space *s, uint64_t first, uint64_t last)
{
	struct iova_range *r = NULL;

	interval_each(s->ranges, first, last, take_range, &r);
	return r;
}

struct iova_range *space_range(const struct iommu_space *s, uint64_t iova)
{
	return space_first(s, iova, iova);
}

/* @r keeps what lies in [first, last]; the rest of it are ranges of their own. */
static struct iova_range *carve(struct iommu_space *s, struct iova_range *r, uint64_t first,
				uint64_t last)
{
	struct iova_range *part;

	first = MAX(first, r->range.first);
	last = MIN(last, r->range.last);
	if (first == r->range.first && last == r->range.last)
		return r;
	if (first > r->range.first)
		range_new(s, r, r->range.first, first - 1);
	if (last < r->range.last)
		range_new(s, r, last + 1, r->range.last);
	part = range_new(s, r, first, last);
	range_free(s, r);
	return part;
}

static void set_state(struct iommu_space *s, struct iova_range *r, enum range_state state)
{
	queue_out(s, r);
	r->state = state;
	queue_in(s, r);
}

static void forget_oldest(struct iommu_space *s)
{
	while (s->gone.length > MAX_GONE)
		range_free(s, s->gone.head->data);
}

bool range_is_queued(const struct iova_range *r)
{
	return r->gather == &queued;
}

/* ---- spaces ------------------------------------------------------------------------ */

static void space_free(gpointer p)
{
	struct iommu_space *s = p;
	struct iova_range *r;

	while ((r = space_first(s, 0, UINT64_MAX)) != NULL)
		range_free(s, r);
	g_free(s);
}

static struct iommu_space *space_of(struct iommu_watch *w, const struct iommu_domain *domain)
{
	struct iommu_space *s = g_hash_table_lookup(w->spaces, domain);

	if (s)
		return s;
	s = g_new0(struct iommu_space, 1);
	s->domain = domain;
	g_hash_table_insert(w->spaces, (void *)domain, s);
	return s;
}

/* ---- what the library says ------------------------------------------------------------ */

/* Somewhere that was mapped before, or not yet: the next piece of [first, last]. */
static struct iova_range *next_piece(struct iommu_space *s, uint64_t first, uint64_t last)
{
	struct iova_range *r = space_first(s, first, last);
	struct iova_range fresh = { .range = { .first = first }, .state = RANGE_MAPPING };

	if (r && r->range.first <= first)
		return carve(s, r, first, last);
	return range_new(s, &fresh, first, r ? r->range.first - 1 : last);
}

static void on_map(struct iommu_watcher *watcher, const struct iommu_domain *domain,
		   uint64_t iova, uint64_t pa, size_t len, int prot, const void *site)
{
	struct iommu_watch *w = watch_of(watcher);
	struct iommu_space *s = space_of(w, domain);
	uint64_t last = iova + len - 1;

	iommu_check_map(w->engine, s, &(struct iommu_call){
		.iova = iova, .pa = pa, .len = len, .site = site });
	for (uint64_t at = iova; at <= last && at >= iova;) {
		struct iova_range *r = next_piece(s, at, last);

		if (r->now.mapped) {
			r->before = r->now;
			r->has_before = true;
		}
		set_state(s, r, RANGE_MAPPING);
		r->now = (struct iova_life){
			.pa = pa + (at - iova), .prot = prot, .map_site = site,
			.mapped = moment_of(w), .map_step = step_of(w),
		};
		at = r->range.last + 1;
	}
}

static void on_refused(struct iommu_watcher *watcher, const struct iommu_domain *domain,
		       uint64_t iova, size_t len, int err, const void *site)
{
	struct iommu_watch *w = watch_of(watcher);

	iommu_check_map(w->engine, space_of(w, domain), &(struct iommu_call){
		.iova = iova, .len = len, .err = err, .site = site });
}

static void on_sync_map(struct iommu_watcher *watcher, const struct iommu_domain *domain,
			uint64_t iova, size_t len)
{
	struct iommu_space *s = space_of(watch_of(watcher), domain);
	uint64_t last = iova + len - 1;
	struct iova_range *r;

	for (uint64_t at = iova; at <= last && at >= iova; at = r->range.last + 1) {
		r = space_first(s, at, last);
		if (!r)
			return;
		if (r->state == RANGE_MAPPING)
			set_state(s, r, RANGE_MAPPED);
	}
}

static void on_unmapping(struct iommu_watcher *watcher, const struct iommu_domain *domain)
{
	struct iommu_watch *w = watch_of(watcher);

	space_of(w, domain)->unmapping = moment_of(w);
}

static void on_unmap(struct iommu_watcher *watcher, const struct iommu_domain *domain,
		     uint64_t iova, size_t len, size_t unmapped,
		     const struct iommu_iotlb_gather *gather, const void *site)
{
	struct iommu_watch *w = watch_of(watcher);
	struct iommu_space *s = space_of(w, domain);
	uint64_t last = iova + unmapped - 1;
	struct iova_range *r;

	iommu_check_unmap(w->engine, s, &(struct iommu_call){
		.iova = iova, .len = len, .site = site }, unmapped);
	for (uint64_t at = iova; unmapped && at <= last && at >= iova; at = r->range.last + 1) {
		r = space_first(s, at, last);
		if (!r)
			return;
		r = carve(s, r, at, last);
		if (r->state == RANGE_UNMAPPED || r->state == RANGE_UNMAPPING)
			continue;
		set_state(s, r, RANGE_UNMAPPING);
		r->gather = gather && gather->queued ? &queued : (const void *)gather;
		r->now.unmap_site = site;
		r->now.unmapping = s->unmapping;
		r->now.unmap_step = step_of(w);
		r->now.unmap_ns = ledger_now(w->engine->machine);
	}
}

static void on_sync(struct iommu_watcher *watcher, const struct iommu_domain *domain,
		    const struct iommu_iotlb_gather *gather)
{
	struct iommu_watch *w = watch_of(watcher);
	struct iommu_space *s = space_of(w, domain);
	uint64_t moment = moment_of(w);
	GList *next;

	for (GList *at = s->unsynced.head; at; at = next) {
		struct iova_range *r = at->data;

		next = at->next;
		if (gather && r->gather != gather)
			continue;
		exposure_window_closed(w->engine, s, r);
		set_state(s, r, RANGE_UNMAPPED);
		r->now.synced = moment;
		r->now.sync_step = step_of(w);
	}
	forget_oldest(s);
}

struct iommu_user *iommu_user_of_device(const struct iommu_watch *w, const struct device *dev)
{
	for (unsigned n = 0; n < w->users->len; n++)
		if (g_array_index(w->users, struct iommu_user, n).dev == dev)
			return &g_array_index(w->users, struct iommu_user, n);
	return NULL;
}

struct iommu_user *iommu_user_of_master(const struct iommu_watch *w, const struct master *d)
{
	for (unsigned n = 0; n < w->users->len; n++)
		if (g_array_index(w->users, struct iommu_user, n).master == d)
			return &g_array_index(w->users, struct iommu_user, n);
	return NULL;
}

static void on_switched(struct iommu_watcher *watcher, const struct device *dev,
			const void *site)
{
	struct iommu_watch *w = watch_of(watcher);
	struct iommu_user *u = iommu_user_of_device(w, dev);

	if (u)
		iommu_check_switch(w->engine, u, site);
}

static bool is_same(const struct reserved_range *a, const struct reserved_range *b)
{
	return a->dev == b->dev && a->first == b->first && a->last == b->last;
}

static void on_reserved(struct iommu_watcher *watcher, const struct device *dev, uint64_t first,
			uint64_t last, int type)
{
	struct iommu_watch *w = watch_of(watcher);
	struct reserved_range fresh = { dev, first, last, type };

	for (unsigned n = 0; n < w->reserved->len; n++)
		if (is_same(&g_array_index(w->reserved, struct reserved_range, n), &fresh))
			return;
	g_array_append_val(w->reserved, fresh);
}

const struct iommu_space *iommu_space_of(struct hazard_engine *e, const struct device *dev)
{
	const struct iommu_user *u = e->iommu ? iommu_user_of_device(e->iommu, dev) : NULL;

	return u ? u->space : NULL;
}

static void on_attach(struct iommu_watcher *watcher, const struct iommu_domain *domain,
		      const struct device *dev)
{
	struct iommu_watch *w = watch_of(watcher);
	struct iommu_user *u = iommu_user_of_device(w, dev);
	struct iommu_user fresh = { .dev = dev, .master = dev->master };

	if (!dev->master || master_machine(dev->master) != w->engine->machine)
		return;
	if (!u) {
		g_array_append_val(w->users, fresh);
		u = iommu_user_of_device(w, dev);
	}
	iommu_end_stalls(w->engine, dev->master);
	u->master = dev->master;
	u->space = domain ? space_of(w, domain) : NULL;
	u->since = moment_of(w);
	if (!u->was)
		u->was = u->space;
}

/* A space goes: nobody is in it, or was. */
static void forget_space(struct iommu_user *u, const struct iommu_space *s)
{
	if (u->space == s)
		u->space = NULL;
	if (u->was == s)
		u->was = NULL;
	if (u->left == s)
		u->left = NULL;
}

static void on_gone(struct iommu_watcher *watcher, const struct iommu_domain *domain)
{
	struct iommu_watch *w = watch_of(watcher);
	const struct iommu_space *s = g_hash_table_lookup(w->spaces, domain);

	for (unsigned n = 0; s && n < w->users->len; n++)
		forget_space(&g_array_index(w->users, struct iommu_user, n), s);
	g_hash_table_remove(w->spaces, domain);
}

/* ---- memory that is given back ------------------------------------------------------- */

void iommu_note(struct hazard_engine *e, const struct ledger_note *n)
{
	struct iommu_watch *w = e->iommu;

	if (!w || !n->len)
		return;
	if (n->kind == LEDGER_PAGES_FREED || n->kind == LEDGER_SLAB_FREED) {
		w->freed[w->nr_freed++ % NR_FREED] = (struct freed_range){
			.pa = n->pa, .len = n->len, .moment = moment_of(w), .step = step_of(w),
			.site = n->site,
			/* A piece holds the allocator's list at once; pages wait to be taken. */
			.taken = n->kind == LEDGER_SLAB_FREED ? moment_of(w) : 0,
		};
		return;
	}
	if (n->kind != LEDGER_PAGES_ALLOCATED)
		return;
	for (unsigned i = 0; i < MIN(w->nr_freed, NR_FREED); i++)
		if (w->freed[i].pa < n->pa + n->len && n->pa < w->freed[i].pa + w->freed[i].len)
			w->freed[i].taken = moment_of(w);
}

const struct freed_range *iommu_freed(const struct iommu_watch *w, uint64_t pa, uint64_t since)
{
	const struct freed_range *found = NULL;

	for (unsigned i = 0; i < MIN(w->nr_freed, NR_FREED); i++) {
		const struct freed_range *f = &w->freed[i];

		if (pa - f->pa < f->len && f->moment > since &&
		    (!found || f->moment > found->moment))
			found = f;
	}
	return found;
}

/* ---- who asks ---------------------------------------------------------------------------- */

static bool is_port(const struct master *d, const struct observe_iommu *what)
{
	const struct iommu_hw *i;
	uint32_t stream;

	for (unsigned port = 0; (i = master_iommu(d, port, &stream)) != NULL; port++)
		if (i == what->iommu && stream == what->access.stream)
			return true;
	return false;
}

static bool is_asking(const struct iommu_user *u, const struct observe_event *ev)
{
	if (ev->master)
		return u->master == ev->master;
	return u->space && is_port(u->master, ev->iommu);
}

struct iommu_user *iommu_user_of(struct hazard_engine *e, const struct observe_event *ev)
{
	GArray *users = e->iommu->users;

	for (unsigned n = 0; n < users->len; n++) {
		struct iommu_user *u = &g_array_index(users, struct iommu_user, n);

		if (is_asking(u, ev))
			return u->space ? u : NULL;
	}
	return NULL;
}

bool iommu_space_allows(struct hazard_engine *e, const struct observe_event *ev)
{
	for (unsigned n = 0; e->iommu && n < e->iommu->users->len; n++) {
		const struct iommu_user *u = &g_array_index(e->iommu->users, struct iommu_user, n);
		const struct iova_range *r = u->master == ev->master && u->space
					     ? space_range(u->space, ev->dma) : NULL;

		if (r && r->state != RANGE_UNMAPPED && ev->dma + ev->len - 1 <= r->range.last)
			return life_pa(r, &r->now, ev->dma) == ev->pa &&
			       (r->now.map_site ||
				!(u->space->domain->type & __IOMMU_DOMAIN_DMA_API));
	}
	return false;
}

/* ---- from the first to the last ------------------------------------------------------------ */

void iommu_begin(struct hazard_engine *e)
{
	struct iommu_watch *w = g_new0(struct iommu_watch, 1);

	e->iommu = w;
	w->engine = e;
	w->spaces = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, space_free);
	w->users = g_array_new(FALSE, FALSE, sizeof(struct iommu_user));
	w->stalls = g_array_new(FALSE, FALSE, sizeof(struct iommu_stall));
	w->reserved = g_array_new(FALSE, FALSE, sizeof(struct reserved_range));
	w->watcher = (struct iommu_watcher){
		.map = on_map, .sync_map = on_sync_map, .unmapping = on_unmapping,
		.unmap = on_unmap, .sync = on_sync, .attach = on_attach, .gone = on_gone,
		.refused = on_refused, .switched = on_switched, .reserved = on_reserved,
	};
	iommu_watch(&w->watcher);
}

void iommu_done(struct hazard_engine *e)
{
	struct iommu_watch *w = e->iommu;

	if (!w)
		return;
	iommu_unwatch(&w->watcher);
	g_hash_table_destroy(w->spaces);
	g_array_free(w->users, TRUE);
	g_array_free(w->stalls, TRUE);
	g_array_free(w->reserved, TRUE);
	g_free(w);
	e->iommu = NULL;
}
