/* SPDX-License-Identifier: MIT */
/*
 * Bytes beyond buffers: of each live mapping what its device reaches before and behind it,
 * and whose that is.
 *
 *	            |<------- pages of the IOMMU ------->|
 *	pa     from |  before  | buffer |     behind     | to
 *
 * Looked at when it is mapped and unmapped, when a neighbour is, and when an object is
 * allocated within reach.
 *
 * A page that bounces for a device that nobody trusts holds nothing but its slot: Linux
 * clears the rest.
 *
 * Linux: drivers/iommu/dma-iommu.c, iommu_dma_map_page() and iommu_dma_map_sg(). The kinds
 * are those of "Characterizing, Exploiting, and Detecting DMA Code Injection
 * Vulnerabilities in the Presence of an IOMMU", EuroSys'21.
 */
#include "exposure.h"

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/iommu.h>
#include <linux/mm.h>

/* ---- devices, and the calls that map for them ------------------------------------------ */

struct reach {
	uint64_t from, to;		/* pa */
	bool is_all;			/* and everything else */
};

struct exposed_mapping {
	struct exposure_device *device;
	struct exposure_site *site;
	struct reach reach;		/* as it was mapped */
	struct hazard_exposed seen;	/* that @site has been told of */
};

static void device_free(gpointer p)
{
	struct exposure_device *d = p;

	g_ptr_array_free(d->sites, TRUE);
	g_free(d->name);
	g_free(d->driver);
	g_free(d);
}

static const char *driver_name(const struct device *dev)
{
	return dev->driver ? dev_driver_string(dev) : NULL;
}

static struct exposure_device *device_new(struct exposure *x, const struct device *dev)
{
	struct exposure_device *d = g_new0(struct exposure_device, 1);

	d->name = g_strdup(dev_name(dev));
	d->driver = g_strdup(driver_name(dev));
	d->page_bytes = PAGE_BYTES;
	d->reaches_all = true;
	d->sites = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(x->devices, d);
	return d;
}

struct exposure_device *exposure_device(struct hazard_engine *e, const struct device *dev)
{
	struct exposure *x = e->exposure;

	for (unsigned i = 0; i < x->devices->len; i++) {
		struct exposure_device *d = g_ptr_array_index(x->devices, i);

		if (g_str_equal(d->name, dev_name(dev)) &&
		    !g_strcmp0(d->driver, driver_name(dev)))
			return d;
	}
	return device_new(x, dev);
}

static struct exposure_site *site_of(struct exposure_device *d, const void *site)
{
	struct exposure_site *s;

	for (unsigned i = 0; i < d->sites->len; i++) {
		s = g_ptr_array_index(d->sites, i);
		if (s->site == site)
			return s;
	}
	s = g_new0(struct exposure_site, 1);
	s->site = site;
	g_ptr_array_add(d->sites, s);
	return s;
}

/* The ARM32 way maps whole pages of the CPU's, whatever its IOMMU could. */
static uint64_t page_of(const struct iommu_domain *domain)
{
	uint64_t least = (uint64_t)1 << __builtin_ctzl(domain->pgsize_bitmap);

	return domain->type & __IOMMU_DOMAIN_DMA_API ? least : MAX(least, PAGE_BYTES);
}

/* Of what translates for it now: it may have changed. */
static const struct iommu_space *learn_reach(struct hazard_engine *e, const struct device *dev,
					     struct exposure_device *d)
{
	const struct iommu_space *s = iommu_space_of(e, dev);

	d->reaches_all = !s;
	d->page_bytes = s ? page_of(s->domain) : PAGE_BYTES;
	e->exposure->largest_page = MAX(e->exposure->largest_page, d->page_bytes);
	return s;
}

/* ---- one mapping ----------------------------------------------------------------------- */

static bool is_in_page(struct mapping *m, void *found)
{
	*(bool *)found = true;
	return false;
}

/* Mapped by the same run, behind @m, and no entry of a list lies there. */
static uint64_t padding_behind(const struct iommu_space *s, const struct mapping *m, uint64_t page)
{
	uint64_t end = (m->dma + m->len + page - 1) & ~(page - 1), at = end;
	const struct iova_range *r = space_range(s, m->dma + m->len - 1);

	for (bool is_used = false; r && at <= r->range.last; at += page) {
		mapped_each_dma(m->dev, at, at + page - 1, is_in_page, &is_used);
		if (is_used)
			break;
	}
	return at - end;
}

static bool is_alone(const struct mapping *m, const struct exposure_device *d)
{
	return m->is_bounced && !d->reaches_all && m->dev->dev->untrusted;
}

static struct reach reach_of(struct hazard_engine *e, const struct mapping *m,
			     struct exposure_device *d)
{
	const struct iommu_space *s = learn_reach(e, m->dev->dev, d);
	uint64_t pa = mapping_device_pa(m), page = d->page_bytes;
	struct reach r = { pa, pa + m->len, d->reaches_all };

	if (is_alone(m, d))
		return r;
	r.from &= ~(page - 1);
	r.to = (r.to + page - 1) & ~(page - 1);
	if (s)
		r.to += padding_behind(s, m, page);
	return r;
}

struct painting {
	const struct mapping *of;
	uint64_t from, to;
	uint8_t *tenants;
};

/* A bounced buffer is out of reach. */
static bool paint_mapping(struct mapping *m, void *data)
{
	const struct painting *p = data;
	uint64_t first = MAX(m->pa, p->from), end = MIN(m->pa + m->len, p->to);

	if (m != p->of && !m->is_bounced && first < end)
		memset(p->tenants + (first - p->from), TENANT_SHARED, (size_t)(end - first));
	return true;
}

static void count_part(struct hazard_engine *e, const struct mapping *m, uint64_t from,
		       uint64_t to, uint64_t *counts)
{
	g_autofree uint8_t *tenants = from < to ? g_malloc((gsize)(to - from)) : NULL;
	struct painting p = { m, from, to, tenants };

	if (!tenants)
		return;
	memory_map_paint(&e->exposure->memory, from, to, m->pa, tenants);
	mapped_each_pa(&e->live, from, to - 1, paint_mapping, &p);
	for (uint64_t i = 0; i < to - from; i++)
		counts[tenants[i]]++;
}

struct meeting {
	const struct mapping *of;
	bool is_met;
};

static bool meets(struct mapping *m, void *data)
{
	struct meeting *t = data;

	t->is_met = m != t->of && !m->is_bounced;
	return !t->is_met;
}

static bool is_sharing(struct hazard_engine *e, const struct mapping *m, const struct reach *r)
{
	struct meeting t = { .of = m };

	if (!m->is_bounced)
		mapped_each_pa(&e->live, r->from, r->to - 1, meets, &t);
	return t.is_met;
}

static struct hazard_exposed look(struct hazard_engine *e, const struct mapping *m,
				  const struct reach *r)
{
	uint64_t pa = mapping_device_pa(m), counts[NR_TENANTS] = { 0 };
	uint64_t beyond = r->to - r->from - m->len;

	count_part(e, m, r->from, pa, counts);
	count_part(e, m, pa + m->len, r->to, counts);
	return (struct hazard_exposed){
		.mappings = 1, .mapped = m->len, .beyond = beyond,
		.readable = r->is_all || m->dir != DMA_FROM_DEVICE ? beyond : 0,
		.writable = r->is_all || m->dir != DMA_TO_DEVICE ? beyond : 0,
		.own = counts[TENANT_OWN], .metadata = counts[TENANT_METADATA],
		.shared = counts[TENANT_SHARED], .others = counts[TENANT_OTHER],
		.nothing = counts[TENANT_NONE], .sharing = is_sharing(e, m, r),
	};
}

/* The most of each kind so far; of what is nothing, the least. */
static struct hazard_exposed worst_of(const struct hazard_exposed *old,
				      const struct hazard_exposed *new, bool has_come)
{
	struct hazard_exposed w = *new;

	if (!old->mappings)
		return w;
	w.own = MAX(old->own, new->own);
	w.metadata = MAX(old->metadata, new->metadata);
	w.shared = MAX(old->shared, new->shared);
	w.others = MAX(old->others, new->others);
	w.nothing = MIN(old->nothing, new->nothing);
	w.sharing = MAX(old->sharing, new->sharing);
	w.late = old->late + (has_come ? w.others - old->others : 0);
	return w;
}

/* All members are sums of the same type. */
static void move(struct hazard_exposed *sum, const struct hazard_exposed *from,
		 const struct hazard_exposed *to)
{
	uint64_t *s = (uint64_t *)sum;
	const uint64_t *a = (const uint64_t *)from, *b = (const uint64_t *)to;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*s); i++)
		s[i] += b[i] - a[i];
}
G_STATIC_ASSERT(sizeof(struct hazard_exposed) % sizeof(uint64_t) == 0);

static struct exposed_mapping *exposed_of(struct hazard_engine *e, const struct mapping *m)
{
	return g_hash_table_lookup(e->exposure->live,
				   GUINT_TO_POINTER(mapping_number(&e->live, m)));
}

static void update(struct hazard_engine *e, const struct mapping *m, bool has_come)
{
	struct exposed_mapping *x = exposed_of(e, m);
	struct hazard_exposed now, worst;

	if (!x)
		return;
	if (!x->seen.mappings)
		x->reach = reach_of(e, m, x->device);
	now = look(e, m, &x->reach);
	worst = worst_of(&x->seen, &now, has_come);
	move(&x->site->exposed, &x->seen, &worst);
	x->seen = worst;
}

/* ---- what happens ---------------------------------------------------------------------- */

struct change {
	struct hazard_engine *e;
	const struct mapping *but;
	bool has_come;
};

static bool update_neighbour(struct mapping *m, void *data)
{
	const struct change *c = data;

	if (m != c->but)
		update(c->e, m, c->has_come);
	return true;
}

/* Something else is now within [pa, pa + len). */
static void update_around(struct change *c, uint64_t pa, uint64_t len)
{
	uint64_t page = c->e->exposure->largest_page;

	if (len)
		mapped_each_pa(&c->e->live, pa & ~(page - 1), (pa + len - 1) | (page - 1),
			       update_neighbour, c);
}

void exposure_note(struct hazard_engine *e, const struct ledger_note *n)
{
	struct change c = { .e = e, .has_come = true };

	if (!e->exposure)
		return;
	memory_map_note(&e->exposure->memory, n);
	if (n->kind == LEDGER_SLAB_ALLOCATED)
		update_around(&c, n->pa, n->len);
}

static void begin(struct hazard_engine *e, struct mapping *m)
{
	struct exposed_mapping *x = g_new0(struct exposed_mapping, 1);

	x->device = exposure_device(e, m->dev->dev);
	x->site = site_of(x->device, m->site);
	g_hash_table_insert(e->exposure->live, GUINT_TO_POINTER(mapping_number(&e->live, m)), x);
	g_ptr_array_add(e->exposure->pending, m);
}

/* Entries of a list wait for the last: what follows the others is known by then. */
void exposure_mapped(struct hazard_engine *e, struct mapping *m, const struct ledger_note *n)
{
	if (!e->exposure)
		return;
	begin(e, m);
	if (n->kind == LEDGER_MAP_SG && n->sg_index < n->nents - 1)
		return;
	for (unsigned i = 0; i < e->exposure->pending->len; i++) {
		const struct mapping *p = g_ptr_array_index(e->exposure->pending, i);
		struct change c = { .e = e, .but = p };

		update(e, p, false);
		update_around(&c, p->pa, p->len);
	}
	g_ptr_array_set_size(e->exposure->pending, 0);
}

void exposure_unmapped(struct hazard_engine *e, struct mapping *m)
{
	if (!e->exposure)
		return;
	update(e, m, false);
	g_hash_table_remove(e->exposure->live, GUINT_TO_POINTER(mapping_number(&e->live, m)));
	g_ptr_array_remove(e->exposure->pending, m);
}

void hazard_metadata(struct hazard_engine *e, const volatile void *va, size_t len)
{
	struct change c = { .e = e };
	uint64_t pa = va ? virt_to_phys(va) : PHYS_ADDR_MAX;

	if (!e || !e->exposure || pa == PHYS_ADDR_MAX)
		return;
	memory_map_metadata(&e->exposure->memory, pa, len);
	update_around(&c, pa, len);
}

/* ---- from the first to the last -------------------------------------------------------- */

void exposure_begin(struct hazard_engine *e)
{
	struct exposure *x = g_new0(struct exposure, 1);

	memory_map_init(&x->memory);
	x->devices = g_ptr_array_new_with_free_func(device_free);
	x->live = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	x->pending = g_ptr_array_new();
	x->largest_page = PAGE_BYTES;
	e->exposure = x;
}

void exposure_finish(struct hazard_engine *e)
{
	if (e->exposure)
		exposure_close_windows(e);
}

void exposure_done(struct hazard_engine *e)
{
	struct exposure *x = e->exposure;

	if (!x)
		return;
	e->exposure = NULL;
	g_ptr_array_free(x->pending, TRUE);
	g_hash_table_destroy(x->live);
	g_ptr_array_free(x->devices, TRUE);
	memory_map_done(&x->memory);
	g_free(x);
}
