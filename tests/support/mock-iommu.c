/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/bitops.h>
#include <linux/of_iommu.h>

#include <armdma/iommu.h>
#include <armdma/master.h>

#include "mock-iommu.h"

/* What all mocks of one driver share. */
struct mock_driver {
	struct iommu_ops ops;
	struct iommu_domain_ops domain_ops;
	struct iommu_domain identity, blocked;
	unsigned nr_users;
};

/* @is_seen: the hardware knows of it */
struct page_entry {
	dma_addr_t iova;
	size_t len;
	phys_addr_t pa;
	int prot;
	bool is_seen;
	bool is_dirty;
};

/* @stale: unmapped, and still in the TLB */
struct mock_domain {
	struct iommu_domain domain;
	struct mock_iommu *mmu;
	GTree *pages;
	GTree *stale;
	bool tracks_dirty;
};

/* dev_iommu_priv_get() of a device */
struct mock_dev {
	struct device *dev;
	struct mock_iommu *mmu;
	struct iommu_domain *domain;
	GHashTable *pasids;		/* pasid: domain */
};

static LIST_HEAD(mocks);

static struct mock_domain *to_mock(struct iommu_domain *domain)
{
	return container_of(domain, struct mock_domain, domain);
}

static struct mock_dev *mock_dev(struct device *dev)
{
	return dev_iommu_priv_get(dev);
}

/* Counts. 0, or the error that was asked for. */
static int called(struct mock_iommu *m, enum mock_call call)
{
	m->nr[call]++;
	if (m->fails[call].countdown && !--m->fails[call].countdown)
		return m->fails[call].error;
	return 0;
}

static void note(struct mock_iommu *m, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static void note(struct mock_iommu *m, const char *fmt, ...)
{
	va_list args;

	if (m->is_silent)
		return;
	va_start(args, fmt);
	g_string_append_vprintf(m->log, fmt, args);
	va_end(args);
	g_string_append(m->log, "; ");
}

/* ---- pages ---------------------------------------------------------------------------- */

static int compare_iovas(const void *a, const void *b, void *unused)
{
	const dma_addr_t *l = a, *r = b;

	(void)unused;
	return (*l > *r) - (*l < *r);
}

static GTree *new_pages(void)
{
	return g_tree_new_full(compare_iovas, NULL, NULL, g_free);
}

static void add_page(GTree *pages, const struct page_entry *e)
{
	struct page_entry *copy = g_memdup2(e, sizeof(*e));

	g_tree_replace(pages, &copy->iova, copy);
}

/* The page with @iova in it, or NULL. */
static struct page_entry *page_at(GTree *pages, dma_addr_t iova)
{
	GTreeNode *after = g_tree_upper_bound(pages, &iova);
	GTreeNode *n = after ? g_tree_node_previous(after) : g_tree_node_last(pages);
	struct page_entry *e = n ? g_tree_node_value(n) : NULL;

	return e && iova - e->iova < e->len ? e : NULL;
}

/* Is anything in [@iova, +@len)? */
static bool is_taken(GTree *pages, dma_addr_t iova, size_t len)
{
	GTreeNode *after = g_tree_upper_bound(pages, &iova);
	struct page_entry *e = after ? g_tree_node_value(after) : NULL;

	return page_at(pages, iova) || (e && e->iova - iova < len);
}

static void forget_range(GTree *pages, dma_addr_t start, dma_addr_t end)
{
	for (;;) {
		GTreeNode *n = g_tree_upper_bound(pages, &start);
		struct page_entry *e = page_at(pages, start);

		if (!e)
			e = n ? g_tree_node_value(n) : NULL;
		if (!e || e->iova > end)
			return;
		g_tree_remove(pages, &e->iova);
	}
}

static const char *prot_text(int prot)
{
	static char text[8];
	char *p = text;

	for (int i = 0; i < 6; i++) {
		if (prot >> i & 1)
			*p++ = "rwcxmp"[i];
	}
	*p = '\0';
	return text;
}

static int mock_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t pa,
		    size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct mock_domain *d = to_mock(domain);
	struct mock_iommu *m = d->mmu;
	int ret = called(m, MOCK_MAP);

	assert_true(hweight64(pgsize) == 1 && pgsize & domain->pgsize_bitmap);
	assert_false((iova | pa) & (pgsize - 1));
	note(m, "map %lx %llx %zx*%zu %s", iova, (unsigned long long)pa, pgsize, pgcount,
	     prot_text(prot));
	if (ret || m->maps_nothing)
		return ret;
	for (size_t i = 0; i < pgcount; i++) {
		struct page_entry e = { iova + i * pgsize, pgsize, pa + i * pgsize, prot,
					!m->driver->domain_ops.iotlb_sync_map, false };

		if (!m->map_budget)
			return -ENOMEM;
		if (is_taken(d->pages, e.iova, e.len))
			return -EEXIST;
		if (m->map_budget > 0)
			m->map_budget--;
		add_page(d->pages, &e);
		*mapped += pgsize;
	}
	return 0;
}

static int mock_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	struct mock_domain *d = to_mock(domain);
	int ret = called(d->mmu, MOCK_SYNC_MAP);

	note(d->mmu, "sync_map %lx+%zx", iova, size);
	if (ret)
		return ret;
	for (dma_addr_t at = iova; at < iova + size; ) {
		struct page_entry *e = page_at(d->pages, at);

		if (e)
			e->is_seen = true;
		at = e ? e->iova + e->len : at + 1;
	}
	return 0;
}

/* A page is unmapped whole, wherever in it @iova is. Return: bytes from @iova on. */
static size_t unmap_one(struct mock_domain *d, unsigned long iova,
			struct iommu_iotlb_gather *gather)
{
	struct page_entry *e = page_at(d->pages, iova);
	struct page_entry was;

	if (!e)
		return 0;
	was = *e;
	g_tree_remove(d->pages, &was.iova);
	if (was.is_seen && !d->mmu->cfg.unmap_syncs)
		add_page(d->stale, &was);
	if (!iommu_iotlb_gather_queued(gather))
		iommu_iotlb_gather_add_page(&d->domain, gather, was.iova, was.len);
	return was.iova + was.len - iova;
}

static size_t mock_unmap(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			 size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct mock_domain *d = to_mock(domain);
	size_t done = 0;

	note(d->mmu, "unmap %lx %zx*%zu", iova, pgsize, pgcount);
	if (called(d->mmu, MOCK_UNMAP))
		return 0;
	while (done < pgsize * pgcount) {
		size_t n = unmap_one(d, iova + done, gather);

		if (!n)
			break;
		done += n;
	}
	return done;
}

static void mock_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	struct mock_domain *d = to_mock(domain);

	called(d->mmu, MOCK_SYNC);
	note(d->mmu, "sync %lx-%lx", gather->start, gather->end);
	if (gather->end)
		forget_range(d->stale, gather->start, gather->end);
}

static void mock_flush_all(struct iommu_domain *domain)
{
	struct mock_domain *d = to_mock(domain);

	called(d->mmu, MOCK_FLUSH_ALL);
	note(d->mmu, "flush_all");
	forget_range(d->stale, 0, ~0ull);
}

static phys_addr_t mock_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	struct page_entry *e = page_at(to_mock(domain)->pages, iova);

	return e ? e->pa + (iova - e->iova) : 0;
}

/* ---- dirty pages ---------------------------------------------------------------------- */

static int mock_set_dirty_tracking(struct iommu_domain *domain, bool enabled)
{
	to_mock(domain)->tracks_dirty = enabled;
	return 0;
}

static int mock_read_and_clear_dirty(struct iommu_domain *domain, unsigned long iova, size_t size,
				     unsigned long flags, struct iommu_dirty_bitmap *dirty)
{
	struct mock_domain *d = to_mock(domain);

	if (!d->tracks_dirty && dirty->bitmap)
		return -EINVAL;
	for (dma_addr_t at = iova; at < iova + size; at += SZ_4K) {
		struct page_entry *e = page_at(d->pages, at);

		if (!e || !e->is_dirty)
			continue;
		iommu_dirty_bitmap_record(dirty, e->iova, e->len);
		at = e->iova + e->len - SZ_4K;
		e->is_dirty = flags & IOMMU_DIRTY_NO_CLEAR;
	}
	return 0;
}

static const struct iommu_dirty_ops mock_dirty_ops = {
	.set_dirty_tracking = mock_set_dirty_tracking,
	.read_and_clear_dirty = mock_read_and_clear_dirty,
};

/* ---- domains -------------------------------------------------------------------------- */

static const char *type_text(const struct iommu_domain *domain)
{
	switch (domain->type) {
	case IOMMU_DOMAIN_BLOCKED:
		return "blocked";
	case IOMMU_DOMAIN_IDENTITY:
		return "identity";
	case IOMMU_DOMAIN_UNMANAGED:
		return "unmanaged";
	default:
		return "dma";
	}
}

static int mock_attach(struct iommu_domain *domain, struct device *dev)
{
	struct mock_dev *d = mock_dev(dev);
	int ret = called(d->mmu, MOCK_ATTACH);

	note(d->mmu, "attach %s %s%s", dev_name(dev), type_text(domain), ret ? " no" : "");
	if (!ret)
		d->domain = domain;
	return ret;
}

static int mock_set_pasid(struct iommu_domain *domain, struct device *dev, ioasid_t pasid,
			  struct iommu_domain *old)
{
	struct mock_dev *d = mock_dev(dev);
	int ret = called(d->mmu, MOCK_SET_PASID);

	(void)old;
	note(d->mmu, "pasid %s %u%s", dev_name(dev), pasid, ret ? " no" : "");
	if (!ret)
		g_hash_table_replace(d->pasids, GUINT_TO_POINTER(pasid), domain);
	return ret;
}

static void mock_remove_pasid(struct device *dev, ioasid_t pasid, struct iommu_domain *domain)
{
	struct mock_dev *d = mock_dev(dev);

	(void)domain;
	called(d->mmu, MOCK_REMOVE_PASID);
	note(d->mmu, "no pasid %s %u", dev_name(dev), pasid);
	g_hash_table_remove(d->pasids, GUINT_TO_POINTER(pasid));
}

static struct iommu_domain *mock_alloc(struct device *dev)
{
	/* For iommu_domain_alloc(), which knows no device, any will do. */
	struct mock_iommu *m = dev ? mock_dev(dev)->mmu :
				     list_first_entry(&mocks, struct mock_iommu, entry);
	int ret = called(m, MOCK_ALLOC);
	struct mock_domain *d;

	if (ret)
		return ERR_PTR(ret);
	d = g_new0(struct mock_domain, 1);
	d->mmu = m;
	d->pages = new_pages();
	d->stale = new_pages();
	d->domain.pgsize_bitmap = m->cfg.pgsizes;
	d->domain.dirty_ops = &mock_dirty_ops;
	d->domain.geometry.aperture_end = m->cfg.aperture_end;
	d->domain.geometry.force_aperture = true;
	m->nr_domains++;
	return &d->domain;
}

static void mock_domain_free(struct iommu_domain *domain)
{
	struct mock_domain *d = to_mock(domain);

	called(d->mmu, MOCK_FREE);
	d->mmu->nr_domains--;
	g_tree_destroy(d->pages);
	g_tree_destroy(d->stale);
	g_free(d);
}

/* ---- devices ---------------------------------------------------------------------------- */

static struct mock_iommu *mock_of(struct device *dev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct mock_iommu *m;

	list_for_each_entry(m, &mocks, entry) {
		if (m->iommu.fwnode == (fwspec ? fwspec->iommu_fwnode : NULL))
			return m;
	}
	return NULL;
}

static struct iommu_device *mock_probe(struct device *dev)
{
	struct mock_iommu *m = mock_of(dev);
	struct mock_dev *d;
	int ret;

	if (!m)
		return ERR_PTR(-ENODEV);
	ret = called(m, MOCK_PROBE);
	if (ret)
		return ERR_PTR(ret);
	d = g_new0(struct mock_dev, 1);
	d->dev = dev;
	d->mmu = m;
	d->pasids = g_hash_table_new(NULL, NULL);
	dev_iommu_priv_set(dev, d);
	dev->iommu->shadow_on_flush = m->cfg.shadows_on_flush;
	g_ptr_array_add(m->devs, d);
	m->devs_ever++;
	return &m->iommu;
}

static void mock_release(struct device *dev)
{
	struct mock_dev *d = mock_dev(dev);

	called(d->mmu, MOCK_RELEASE);
	g_ptr_array_remove(d->mmu->devs, d);
	g_hash_table_unref(d->pasids);
	g_free(d);
}

static void mock_probe_finalize(struct device *dev)
{
	if (!dev->iommu->max_pasids)
		dev->iommu->max_pasids = mock_dev(dev)->mmu->cfg.max_pasids;
}

static int mock_xlate(struct device *dev, const struct of_phandle_args *args)
{
	struct mock_iommu *m;
	int ret;

	list_for_each_entry(m, &mocks, entry) {
		if (m->iommu.fwnode == of_fwnode_handle(args->np))
			break;
	}
	ret = called(m, MOCK_XLATE);
	return ret ? ret : iommu_fwspec_add_ids(dev, args->args, args->args_count ? 1 : 0);
}

static bool share_an_id(const struct iommu_fwspec *a, const struct iommu_fwspec *b)
{
	for (unsigned i = 0; a && b && i < a->num_ids; i++) {
		for (unsigned j = 0; j < b->num_ids; j++) {
			if (a->ids[i] == b->ids[j])
				return true;
		}
	}
	return false;
}

static struct iommu_group *group_by_id(struct mock_iommu *m, struct device *dev)
{
	for (guint i = 0; i < m->devs->len; i++) {
		struct mock_dev *other = g_ptr_array_index(m->devs, i);

		if (other->dev != dev && other->dev->iommu_group &&
		    share_an_id(dev_iommu_fwspec_get(dev), dev_iommu_fwspec_get(other->dev)))
			return iommu_group_get(other->dev);
	}
	return iommu_group_alloc();
}

static struct iommu_group *mock_group(struct device *dev)
{
	struct mock_iommu *m = mock_dev(dev)->mmu;
	int ret = called(m, MOCK_GROUP);

	if (ret)
		return ERR_PTR(ret);
	switch (m->cfg.grouping) {
	case MOCK_GROUP_ALL:
		return generic_single_device_group(dev);
	case MOCK_GROUP_BY_ID:
		return group_by_id(m, dev);
	default:
		return generic_device_group(dev);
	}
}

static void mock_resv_regions(struct device *dev, struct list_head *list)
{
	struct mock_iommu *m = mock_dev(dev)->mmu;

	for (unsigned i = 0; i < m->cfg.nr_resv; i++) {
		const struct mock_resv *r = &m->cfg.resv[i];
		struct iommu_resv_region *region =
			iommu_alloc_resv_region(r->start, r->length, IOMMU_READ | IOMMU_WRITE,
						r->type, GFP_KERNEL);

		if (region)
			list_add_tail(&region->list, list);
	}
	of_iommu_get_resv_regions(dev, list);
}

static bool mock_capable(struct device *dev, enum iommu_cap cap)
{
	const struct mock_config *cfg = &mock_dev(dev)->mmu->cfg;

	return (cap == IOMMU_CAP_DEFERRED_FLUSH && cfg->defers_flush) ||
	       (cap == IOMMU_CAP_CACHE_COHERENCY && cfg->is_coherent) ||
	       cap == IOMMU_CAP_DIRTY_TRACKING;
}

static int mock_def_type(struct device *dev)
{
	return mock_dev(dev)->mmu->cfg.def_type;
}

static bool mock_is_deferred(struct device *dev)
{
	return mock_dev(dev)->mmu->cfg.is_deferred;
}

/* ---- drivers and instances -------------------------------------------------------------- */

static const struct iommu_domain_ops mock_static_ops = { .attach_dev = mock_attach };

static struct mock_driver *new_driver(const struct mock_config *cfg)
{
	struct mock_driver *d = g_new0(struct mock_driver, 1);

	d->domain_ops = (struct iommu_domain_ops){
		.attach_dev = mock_attach, .set_dev_pasid = mock_set_pasid,
		.map_pages = mock_map, .unmap_pages = mock_unmap,
		.flush_iotlb_all = mock_flush_all,
		.iotlb_sync_map = cfg->caches_misses ? mock_sync_map : NULL,
		.iotlb_sync = cfg->unmap_syncs ? NULL : mock_sync,
		.iova_to_phys = mock_iova_to_phys, .free = mock_domain_free,
	};
	d->identity.type = IOMMU_DOMAIN_IDENTITY;
	d->identity.ops = &mock_static_ops;
	d->blocked.type = IOMMU_DOMAIN_BLOCKED;
	d->blocked.ops = &mock_static_ops;
	d->ops = (struct iommu_ops){
		.capable = mock_capable, .domain_alloc_paging = mock_alloc,
		.probe_device = mock_probe, .release_device = mock_release,
		.probe_finalize = mock_probe_finalize, .device_group = mock_group,
		.get_resv_regions = mock_resv_regions, .of_xlate = mock_xlate,
		.is_attach_deferred = mock_is_deferred, .def_domain_type = mock_def_type,
		.remove_dev_pasid = mock_remove_pasid,
		.default_domain_ops = &d->domain_ops, .pgsize_bitmap = SZ_4K | SZ_2M,
		.identity_domain = cfg->has_no_identity ? NULL : &d->identity,
		.blocked_domain = cfg->has_no_blocked ? NULL : &d->blocked,
	};
	return d;
}

static void put_driver(struct mock_driver *d)
{
	if (!--d->nr_users)
		g_free(d);
}

static void forget(struct mock_iommu *m)
{
	list_del(&m->entry);
	put_driver(m->driver);
	g_ptr_array_unref(m->devs);
	g_string_free(m->log, TRUE);
	g_free(m);
}

struct mock_iommu *mock_try_new(const struct mock_config *cfg, int *ret_error)
{
	struct mock_iommu *m = g_new0(struct mock_iommu, 1);

	m->cfg = *cfg;
	m->driver = cfg->like ? cfg->like->driver : new_driver(cfg);
	m->driver->nr_users++;
	if (!m->cfg.aperture_end)
		m->cfg.aperture_end = SZ_4G - 1;
	m->log = g_string_new(NULL);
	m->map_budget = -1;
	m->devs = g_ptr_array_new();
	m->iommu.max_pasids = cfg->max_pasids;
	if (cfg->node)
		m->iommu.fwnode = of_fwnode_handle(of_find_node_by_path(cfg->node));
	assert_true(!cfg->node || m->iommu.fwnode);
	list_add_tail(&m->entry, &mocks);
	*ret_error = iommu_device_register(&m->iommu, &m->driver->ops, NULL);
	if (!*ret_error)
		return m;
	forget(m);
	return NULL;
}

struct mock_iommu *mock_new(const struct mock_config *cfg)
{
	int error;
	struct mock_iommu *m = mock_try_new(cfg, &error);

	assert_int_equal(error, 0);
	return m;
}

void mock_free(struct mock_iommu *m)
{
	iommu_device_unregister(&m->iommu);
	assert_int_equal(m->nr[MOCK_RELEASE], m->devs_ever);
	assert_int_equal(m->nr_domains, 0);
	forget(m);
}

void mock_fails(struct mock_iommu *m, enum mock_call call, unsigned nth, int error)
{
	m->fails[call].countdown = nth;
	m->fails[call].error = error;
}

void mock_expects(struct mock_iommu *m, const char *text, const char *file, int line)
{
	if (strcmp(m->log->str, text)) {
		print_error("was: %s\nnot: %s\n", m->log->str, text);
		_fail(file, line);
	}
	g_string_truncate(m->log, 0);
}

/* ---- the device's side ------------------------------------------------------------------- */

static bool translate(struct iommu_domain *domain, dma_addr_t iova, int prot, phys_addr_t *ret_pa)
{
	struct mock_domain *d = to_mock(domain);
	struct page_entry *e;

	*ret_pa = iova;
	if (domain->type == IOMMU_DOMAIN_IDENTITY)
		return true;
	if (domain->type == IOMMU_DOMAIN_BLOCKED)
		return false;
	e = page_at(d->stale, iova);
	if (!e)
		e = page_at(d->pages, iova);
	if (!e || (e->prot & prot) != prot || !e->is_seen)
		return false;
	e->is_dirty |= d->tracks_dirty && prot & IOMMU_WRITE;
	*ret_pa = e->pa + (iova - e->iova);
	return true;
}

bool mock_translate(struct device *dev, dma_addr_t iova, int prot, phys_addr_t *ret_pa)
{
	struct mock_dev *d = dev->iommu ? mock_dev(dev) : NULL;

	return d && d->domain && translate(d->domain, iova, prot, ret_pa);
}

bool mock_translate_pasid(struct device *dev, ioasid_t pasid, dma_addr_t iova, int prot,
			  phys_addr_t *ret_pa)
{
	struct iommu_domain *domain = g_hash_table_lookup(mock_dev(dev)->pasids,
							  GUINT_TO_POINTER(pasid));

	return domain && translate(domain, iova, prot, ret_pa);
}

int mock_access(struct device *dev, dma_addr_t iova, int prot)
{
	phys_addr_t pa;

	if (mock_translate(dev, iova, prot, &pa))
		return 1;
	return report_iommu_fault(mock_attached(dev), dev, iova,
				  prot & IOMMU_WRITE ? IOMMU_FAULT_WRITE : IOMMU_FAULT_READ);
}

struct iommu_domain *mock_attached(struct device *dev)
{
	return mock_dev(dev)->domain;
}

unsigned mock_nr_pages(struct iommu_domain *domain)
{
	return (unsigned)g_tree_nnodes(to_mock(domain)->pages);
}

int mock_prot(struct iommu_domain *domain, dma_addr_t iova)
{
	struct page_entry *e = page_at(to_mock(domain)->pages, iova);

	return e ? e->prot : 0;
}

/* ---- before a master --------------------------------------------------------------------- */

/* Something is mapped there, for another kind of access. */
static bool is_forbidden(struct device *dev, dma_addr_t iova)
{
	phys_addr_t pa;

	return mock_translate(dev, iova, IOMMU_READ, &pa) ||
	       mock_translate(dev, iova, IOMMU_WRITE, &pa);
}

static void mock_hw_translate(void *opaque, const struct iommu_hw_access *a,
			      struct iommu_hw_result *ret)
{
	phys_addr_t pa;

	if (mock_translate(opaque, a->iova, a->is_write ? IOMMU_WRITE : IOMMU_READ, &pa)) {
		ret->outcome = IOMMU_HW_HIT;
		ret->pa = pa;
		ret->room = MIN(ret->room, PAGE_SIZE - (a->iova & ~PAGE_MASK));
	} else {
		ret->outcome = IOMMU_HW_FAULT;
		ret->reason = is_forbidden(opaque, a->iova) ? IOMMU_HW_PERMISSION
							    : IOMMU_HW_TRANSLATION;
	}
}

static void mock_hw_reset(void *opaque)
{
}

static const struct iommu_hw_ops mock_hw_ops = {
	.reset = mock_hw_reset, .translate = mock_hw_translate,
};

void mock_stand_before(struct device *dev)
{
	const struct iommu_hw_config cfg = { .name = "mock", .kind = "mock" };

	master_attach_iommu(dev->master, iommu_hw_new(master_machine(dev->master), &cfg,
						      &mock_hw_ops, dev), 0);
}
