/* SPDX-License-Identifier: MIT */
/*
 * The driver of the reference IOMMU: see reference.h.
 *
 * Leaves out: PASIDs, nesting, dirty tracking.
 */
#include <linux/io.h>
#include <linux/printk.h>

#include "dma-hooks.h"
#include "drivers.h"
#include "reference.h"

static const struct iommu_ops ref_ops;

/* ---- invalidation: what the page tables ask for ------------------------------------ */

static void invalidate(struct ref_domain *d, enum ref_command op, u64 iova, u64 len)
{
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	for (unsigned n = 0; n < d->nr_uses; n++)
		ref_hw_invalidate(d->uses[n].mmu, op, d->uses[n].context, iova, len);
	spin_unlock_irqrestore(&d->lock, flags);
}

static void tlb_flush_all(void *cookie)
{
	invalidate(cookie, REF_INV_CONTEXT, 0, 0);
}

static void tlb_flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	invalidate(cookie, REF_INV_WALK, iova, size);
}

static void tlb_add_page(struct iommu_iotlb_gather *gather, unsigned long iova, size_t granule,
			 void *cookie)
{
	struct ref_domain *d = cookie;

	if (gather)
		iommu_iotlb_gather_add_page(&d->paging.domain, gather, iova, granule);
	else
		invalidate(d, REF_INV_RANGE, iova, granule);
}

static const struct iommu_flush_ops ref_flush_ops = {
	.tlb_flush_all = tlb_flush_all, .tlb_flush_walk = tlb_flush_walk,
	.tlb_add_page = tlb_add_page,
};

static void ref_flush_iotlb_all(struct iommu_domain *domain)
{
	tlb_flush_all(ref_domain_of(domain));
}

static void ref_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	if (gather->end)
		invalidate(ref_domain_of(domain), REF_INV_RANGE, gather->start,
			   (u64)gather->end - gather->start + 1);
}

/* Only where the TLB may hold that nothing was there. */
static int ref_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	struct ref_domain *d = ref_domain_of(domain);
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	for (unsigned n = 0; n < d->nr_uses; n++)
		if (d->uses[n].mmu->is_negative)
			ref_hw_invalidate(d->uses[n].mmu, REF_INV_RANGE, d->uses[n].context,
					  iova, size);
	spin_unlock_irqrestore(&d->lock, flags);
	return 0;
}

/* ---- domains: which tables ------------------------------------------------------------------- */

/* What io_pgtable calls them, which pages it has, and how many bits go in and out. */
static const struct {
	enum io_pgtable_fmt fmt;
	unsigned long sizes;
	unsigned ias, oas;
	unsigned long quirks;
} shapes[NR_REF_FORMATS] = {
	[REF_SHORT] = { ARM_V7S, SZ_4K | SZ_64K | SZ_1M | SZ_16M, 32, 32, 0 },
	[REF_SHORT_WIDE] = { ARM_V7S, SZ_4K | SZ_64K | SZ_1M | SZ_16M, 32, 35,
			     IO_PGTABLE_QUIRK_ARM_MTK_EXT | IO_PGTABLE_QUIRK_NO_PERMS },
	[REF_LONG32_S1] = { ARM_32_LPAE_S1, SZ_4K | SZ_2M | SZ_1G, 32, 40, 0 },
	[REF_LONG32_S2] = { ARM_32_LPAE_S2, SZ_4K | SZ_2M | SZ_1G, 32, 40, 0 },
	[REF_LONG64_S1] = { ARM_64_LPAE_S1, SZ_4K | SZ_2M | SZ_1G, 48, 40, 0 },
	[REF_LONG64_S2] = { ARM_64_LPAE_S2, SZ_4K | SZ_2M | SZ_1G, 40, 40, 0 },
};

/* What all IOMMUs of a device have in common. */
struct common {
	u32 formats;
	unsigned pa_bits;
	bool is_coherent;
};

static struct common common_of(const struct ref_master *m)
{
	struct common c = { .formats = ~0u, .pa_bits = 64, .is_coherent = true };

	for (unsigned n = 0; n < m->nr_ports; n++) {
		c.formats &= m->ports[n].mmu->formats;
		c.pa_bits = min(c.pa_bits, m->ports[n].mmu->pa_bits);
		c.is_coherent &= m->ports[n].mmu->is_coherent;
	}
	return c;
}

/* The end of memory, in bits of address. */
static unsigned memory_bits(const struct kernel *k)
{
	const struct port_bank *last = &k->port.bank[k->port.nr_banks - 1];

	return 64u - (unsigned)__builtin_clzll(last->pa + last->len - 1);
}

/* The first format that reaches all memory, else the first; negative: there is none. */
static int choose_format(const struct kernel *k, const struct common *c)
{
	unsigned need = memory_bits(k);
	int any = -1;

	for (int f = 0; f < NR_REF_FORMATS; f++) {
		if (!(c->formats & 1u << f))
			continue;
		if (shapes[f].oas >= need)
			return f;
		any = any < 0 ? f : any;
	}
	return any;
}

static void set_geometry(struct ref_domain *d)
{
	d->paging.domain.pgsize_bitmap = d->cfg.pgsize_bitmap;
	d->paging.domain.geometry = (struct iommu_domain_geometry){
		.aperture_end = (1ull << d->cfg.ias) - 1, .force_aperture = true,
	};
}

/* The first device decides; tables that are cleaned do for a walker that snoops, too. */
static int finalise(struct ref_domain *d, const struct ref_master *m)
{
	struct common c = common_of(m);
	int format = choose_format(m->ports[0].mmu->kernel, &c);

	if (format < 0)
		return -EINVAL;
	d->format = (enum ref_format)format;
	d->cfg = (struct io_pgtable_cfg){
		.quirks = shapes[format].quirks, .pgsize_bitmap = shapes[format].sizes,
		.ias = shapes[format].ias, .oas = min(shapes[format].oas, c.pa_bits),
		.coherent_walk = c.is_coherent, .tlb = &ref_flush_ops,
	};
	d->paging.pgtbl = alloc_io_pgtable_ops(shapes[format].fmt, &d->cfg, d);
	if (!d->paging.pgtbl)
		return -ENOMEM;
	set_geometry(d);
	return 0;
}

static bool fits(const struct ref_domain *d, const struct ref_master *m)
{
	struct common c = common_of(m);

	return c.formats & 1u << d->format && d->cfg.oas <= c.pa_bits &&
	       (c.is_coherent || !d->cfg.coherent_walk);
}

static struct iommu_domain *ref_domain_alloc_paging(struct device *dev)
{
	struct ref_domain *d = core_domain_alloc(dev, sizeof(*d));

	if (!d)
		return NULL;
	spin_lock_init(&d->lock);
	if (dev && finalise(d, dev_iommu_priv_get(dev))) {
		g_free(d);
		return NULL;
	}
	return &d->paging.domain;
}

static void ref_domain_free(struct iommu_domain *domain)
{
	struct ref_domain *d = ref_domain_of(domain);

	WARN_ON(d->nr_uses);
	free_io_pgtable_ops(d->paging.pgtbl);
	g_free(d);
}

/* ---- attaching ------------------------------------------------------------------------------- */

static struct ref_use *find_use(struct ref_domain *d, const struct ref_mmu *mmu)
{
	for (unsigned n = 0; n < d->nr_uses; n++)
		if (d->uses[n].mmu == mmu)
			return &d->uses[n];
	return NULL;
}

static int take_context(struct ref_mmu *mmu, struct ref_domain *d)
{
	unsigned long flags;
	int found = -ENOSPC;

	spin_lock_irqsave(&mmu->lock, flags);
	for (unsigned n = 0; n < mmu->nr_contexts && found < 0; n++)
		if (!mmu->contexts[n])
			found = (int)n;
	if (found >= 0) {
		mmu->contexts[found] = d;
		ref_hw_set_context(mmu, (unsigned)found, d);
	}
	spin_unlock_irqrestore(&mmu->lock, flags);
	return found;
}

/* Its next owner must not find anything of this one's. */
static void give_context(struct ref_mmu *mmu, unsigned context)
{
	unsigned long flags;

	spin_lock_irqsave(&mmu->lock, flags);
	ref_hw_clear_context(mmu, context);
	spin_unlock_irqrestore(&mmu->lock, flags);
	ref_hw_invalidate(mmu, REF_INV_CONTEXT, context, 0, 0);
	spin_lock_irqsave(&mmu->lock, flags);
	mmu->contexts[context] = NULL;
	spin_unlock_irqrestore(&mmu->lock, flags);
}

/* The context of @d there, which one more port uses. Under @d's lock. */
static int get_use(struct ref_domain *d, struct ref_mmu *mmu)
{
	struct ref_use *use = find_use(d, mmu);
	int context;

	if (!use) {
		if (d->nr_uses == REF_MAX_PORTS)
			return -ENOSPC;
		context = take_context(mmu, d);
		if (context < 0)
			return context;
		use = &d->uses[d->nr_uses++];
		*use = (struct ref_use){ .mmu = mmu, .context = (unsigned)context };
	}
	use->nr_ports++;
	return (int)use->context;
}

static void leave(struct ref_domain *d, struct ref_mmu *mmu)
{
	struct ref_use *use, gone;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	use = find_use(d, mmu);
	if (!--use->nr_ports) {
		gone = *use;
		*use = d->uses[--d->nr_uses];
		give_context(mmu, gone.context);
	}
	spin_unlock_irqrestore(&d->lock, flags);
}

static bool is_paging(const struct iommu_domain *domain)
{
	return domain && domain->type & __IOMMU_DOMAIN_PAGING;
}

static int enter(struct ref_domain *d, struct ref_mmu *mmu)
{
	unsigned long flags;
	int context;

	spin_lock_irqsave(&d->lock, flags);
	context = get_use(d, mmu);
	spin_unlock_irqrestore(&d->lock, flags);
	return context;
}

static void route(const struct ref_port *p, u32 value)
{
	unsigned long flags;

	spin_lock_irqsave(&p->mmu->lock, flags);
	ref_hw_set_route(p->mmu, p->slot, value);
	spin_unlock_irqrestore(&p->mmu->lock, flags);
}

static void leave_old(struct ref_master *m)
{
	if (is_paging(m->domain))
		for (unsigned n = 0; n < m->nr_ports; n++)
			leave(ref_domain_of(m->domain), m->ports[n].mmu);
	m->domain = NULL;
}

static int enter_all(struct ref_domain *d, struct ref_master *m, int *contexts)
{
	for (unsigned n = 0; n < m->nr_ports; n++) {
		contexts[n] = enter(d, m->ports[n].mmu);
		if (contexts[n] >= 0)
			continue;
		for (unsigned i = 0; i < n; i++)
			leave(d, m->ports[i].mmu);
		return contexts[n];
	}
	return 0;
}

static int ref_attach_dev(struct iommu_domain *domain, struct device *dev)
{
	struct ref_domain *d = ref_domain_of(domain);
	struct ref_master *m = dev_iommu_priv_get(dev);
	int contexts[REF_MAX_PORTS];
	int ret = d->paging.pgtbl ? 0 : finalise(d, m);

	if (!ret && !fits(d, m))
		ret = -EINVAL;
	if (!ret)
		ret = enter_all(d, m, contexts);
	if (ret)
		return ret;
	for (unsigned n = 0; n < m->nr_ports; n++)
		route(&m->ports[n], REF_ROUTE_OF(REF_ROUTE_TRANSLATE, (u32)contexts[n]));
	leave_old(m);
	m->domain = domain;
	return 0;
}

static void attach_static(struct iommu_domain *domain, struct device *dev, enum ref_route kind)
{
	struct ref_master *m = dev_iommu_priv_get(dev);

	for (unsigned n = 0; n < m->nr_ports; n++)
		route(&m->ports[n], REF_ROUTE_OF(kind, 0));
	leave_old(m);
	m->domain = domain;
}

static int ref_attach_identity(struct iommu_domain *domain, struct device *dev)
{
	attach_static(domain, dev, REF_ROUTE_BYPASS);
	return 0;
}

static int ref_attach_blocked(struct iommu_domain *domain, struct device *dev)
{
	attach_static(domain, dev, REF_ROUTE_FAULT);
	return 0;
}

static struct iommu_domain ref_identity = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops){ .attach_dev = ref_attach_identity },
};

static struct iommu_domain ref_blocked = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &(const struct iommu_domain_ops){ .attach_dev = ref_attach_blocked },
};

/* ---- devices --------------------------------------------------------------------------------- */

static GPtrArray *mmus_of(struct kernel *k)
{
	return k->iommu->reference;
}

/* By the order in which they were probed; -1: it is none of ours. */
static int number_of_node(struct kernel *k, struct device_node *np)
{
	for (guint n = 0; mmus_of(k) && n < mmus_of(k)->len; n++) {
		const struct ref_mmu *mmu = g_ptr_array_index(mmus_of(k), n);

		if (mmu->iommu.fwnode == of_fwnode_handle(np))
			return (int)n;
	}
	return -1;
}

/*
 * Two IDs for a port: which IOMMU, and what STREAM will hold. No cell: stream 0; the second
 * one: bits that are not compared.
 */
static int ref_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	u32 stream = args->args_count > 0 ? args->args[0] & 0xffff : 0;
	u32 mask = args->args_count > 1 ? args->args[1] & 0xffff : 0;
	int number = number_of_node(dev->kernel, args->np);
	const u32 ids[] = { (u32)number, stream | mask << 16 };

	return number < 0 ? -ENODEV : iommu_fwspec_add_ids(dev, ids, ARRAY_SIZE(ids));
}

static bool covers(u32 a, u32 b)
{
	u32 mask = a >> 16;

	return !((a ^ b) & 0xffff & ~mask) && !(b >> 16 & ~mask);
}

static bool meet(u32 a, u32 b)
{
	return !((a ^ b) & 0xffff & ~((a | b) >> 16));
}

/*
 * An entry of its own, or one that has all of @stream already. Under the lock. Return:
 * -EINVAL: one has some of it, and a stream must not match twice; -ENOSPC.
 */
static int find_slot(const struct ref_mmu *mmu, u32 stream)
{
	int empty = -ENOSPC;

	for (unsigned n = mmu->nr_slots; n-- > 0;) {
		const struct ref_slot *s = &mmu->slots[n];

		if (!s->nr_users)
			empty = (int)n;
		else if (covers(s->stream, stream))
			return (int)n;
		else if (meet(s->stream, stream))
			return -EINVAL;
	}
	return empty;
}

static int take_slot(struct device *dev, struct ref_port *p)
{
	unsigned long flags;
	int n;

	spin_lock_irqsave(&p->mmu->lock, flags);
	n = find_slot(p->mmu, p->stream);
	if (n >= 0 && !p->mmu->slots[n].nr_users++) {
		p->mmu->slots[n].stream = p->stream;
		p->mmu->slots[n].dev = dev;
	}
	spin_unlock_irqrestore(&p->mmu->lock, flags);
	p->slot = (unsigned)n;
	return n < 0 ? n : 0;
}

static struct device *other_user(struct device *dev, const struct ref_port *p);

static void give_slot(struct device *dev, const struct ref_port *p)
{
	struct device *other = other_user(dev, p);
	unsigned long flags;

	spin_lock_irqsave(&p->mmu->lock, flags);
	if (!--p->mmu->slots[p->slot].nr_users)
		ref_hw_set_route(p->mmu, p->slot, 0);
	p->mmu->slots[p->slot].dev = other;
	spin_unlock_irqrestore(&p->mmu->lock, flags);
}

static void give_slots(struct device *dev, struct ref_master *m, unsigned nr)
{
	while (nr-- > 0)
		give_slot(dev, &m->ports[nr]);
}

static int take_ports(struct device *dev, struct ref_master *m)
{
	const struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	int ret;

	for (; m->nr_ports * 2 + 1 < fwspec->num_ids; m->nr_ports++) {
		struct ref_port *p = &m->ports[m->nr_ports];

		if (m->nr_ports == REF_MAX_PORTS)
			ret = -ENOSPC;
		else {
			p->mmu = g_ptr_array_index(mmus_of(dev->kernel),
						   fwspec->ids[m->nr_ports * 2]);
			p->stream = fwspec->ids[m->nr_ports * 2 + 1];
			ret = take_slot(dev, p);
		}
		if (!ret)
			continue;
		give_slots(dev, m, m->nr_ports);
		return ret;
	}
	return 0;
}

static struct iommu_device *ref_probe_device(struct device *dev)
{
	const struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct ref_master *m;
	int ret;

	if (!fwspec || !fwspec->num_ids)
		return ERR_PTR(-ENODEV);
	m = core_alloc(dev->kernel, sizeof(*m));
	ret = m ? take_ports(dev, m) : -ENOMEM;
	if (ret) {
		g_free(m);
		return ERR_PTR(ret);
	}
	dev_iommu_priv_set(dev, m);
	return &m->ports[0].mmu->iommu;
}

static void ref_release_device(struct device *dev)
{
	struct ref_master *m = dev_iommu_priv_get(dev);

	give_slots(dev, m, m->nr_ports);
	leave_old(m);
	dev_iommu_priv_set(dev, NULL);
	g_free(m);
}

static bool shares_port(const struct ref_master *m, const struct ref_port *p)
{
	for (unsigned n = 0; m && n < m->nr_ports; n++)
		if (m->ports[n].mmu == p->mmu && meet(m->ports[n].stream, p->stream))
			return true;
	return false;
}

static bool is_ours(const struct device *dev)
{
	return dev->iommu_group && dev->iommu && dev->iommu->iommu_dev &&
	       dev->iommu->iommu_dev->ops == &ref_ops;
}

/* Another device that is in a group already, and shows itself by the stream of @p. */
static struct device *other_user(struct device *dev, const struct ref_port *p)
{
	struct iommu_core *core = dev->kernel->iommu;
	struct device *other, *found = NULL;

	spin_lock(&core->device_lock);
	list_for_each_entry(other, &core->bus, bus_node) {
		if (other != dev && is_ours(other) && shares_port(dev_iommu_priv_get(other), p)) {
			found = other;
			break;
		}
	}
	spin_unlock(&core->device_lock);
	return found;
}

static struct iommu_group *ref_device_group(struct device *dev)
{
	const struct ref_master *m = dev_iommu_priv_get(dev);

	for (unsigned n = 0; n < m->nr_ports; n++) {
		struct device *other = other_user(dev, &m->ports[n]);

		if (other)
			return iommu_group_ref_get(other->iommu_group);
	}
	return generic_device_group(dev);
}

static bool ref_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_CACHE_COHERENCY || cap == IOMMU_CAP_NOEXEC ||
	       cap == IOMMU_CAP_DEFERRED_FLUSH;
}

static const struct iommu_ops ref_ops = {
	.capable = ref_capable,
	.domain_alloc_paging = ref_domain_alloc_paging,
	.probe_device = ref_probe_device,
	.release_device = ref_release_device,
	.device_group = ref_device_group,
	.get_resv_regions = iommu_dma_get_resv_regions,
	.of_xlate = ref_of_xlate,
	.identity_domain = &ref_identity,
	.blocked_domain = &ref_blocked,
	.pgsize_bitmap = SZ_4K,
	.default_domain_ops = &(const struct iommu_domain_ops){
		.attach_dev = ref_attach_dev,
		.map_pages = paging_map_pages, .unmap_pages = paging_unmap_pages,
		.flush_iotlb_all = ref_flush_iotlb_all, .iotlb_sync = ref_iotlb_sync,
		.iotlb_sync_map = ref_iotlb_sync_map,
		.iova_to_phys = paging_iova_to_phys, .free = ref_domain_free,
	},
};

/* ---- the IOMMUs themselves ------------------------------------------------------------------- */

static void remove_one(struct ref_mmu *mmu)
{
	ref_hw_stop(mmu);
	iounmap(mmu->regs);
	g_free(mmu);
}

int ref_mmu_probe(struct kernel *k, struct device_node *node, const char *name,
		  phys_addr_t reg_pa, unsigned irq)
{
	struct ref_mmu *mmu = core_alloc(k, sizeof(*mmu));
	int ret;

	if (!mmu)
		return -ENOMEM;
	mmu->kernel = k;
	mmu->name = name;
	mmu->irq = irq;
	mmu->iommu.fwnode = of_fwnode_handle(node);
	spin_lock_init(&mmu->lock);
	mmu->regs = ioremap(reg_pa, REF_LEN);
	ret = mmu->regs ? ref_hw_start(mmu) : -ENOMEM;
	if (ret) {
		iounmap(mmu->regs);
		g_free(mmu);
		return ret;
	}
	if (!k->iommu->reference)
		k->iommu->reference = g_ptr_array_new();
	g_ptr_array_add(k->iommu->reference, mmu);
	return iommu_device_register(&mmu->iommu, &ref_ops, NULL);
}

/* Where it really is, and its line: as resources, for it may stand in for another kind. */
static int ref_probe(struct platform_device *pdev)
{
	const struct resource *regs = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	const struct resource *irq = platform_get_resource(pdev, IORESOURCE_IRQ, 0);

	return regs ? ref_mmu_probe(pdev->dev.kernel, pdev->dev.of_node, pdev->name, regs->start,
				    irq ? (unsigned)irq->start : 0) : -ENODEV;
}

static const struct of_device_id ref_match[] = {
	{ .compatible = REF_COMPATIBLE },
	{ .compatible = "" }
};

struct platform_driver ref_driver = {
	.probe = ref_probe,
	.driver = {
		.name = REF_DRIVER, .of_match_table = ref_match, .suppress_bind_attrs = true,
	},
};

void ref_mmus_remove(struct kernel *k)
{
	GPtrArray *all = g_steal_pointer(&k->iommu->reference);

	for (guint n = 0; all && n < all->len; n++) {
		struct ref_mmu *mmu = g_ptr_array_index(all, n);

		iommu_device_unregister(&mmu->iommu);
		remove_one(mmu);
	}
	if (all)
		g_ptr_array_unref(all);
}

void ref_mmus_resume(struct kernel *k)
{
	for (guint n = 0; k->iommu->reference && n < k->iommu->reference->len; n++)
		ref_hw_resume(g_ptr_array_index(k->iommu->reference, n));
}
