/* SPDX-License-Identifier: MIT */
/*
 * Devices of a trace behind IOMMUs: see iommu.h.
 *
 * What the library asks of the IOMMUs is watched where the kernel's own trace points are,
 * iommu_map() and iommu_unmap(); what the hardware does it counts itself.
 */
#include <string.h>

#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/ktime.h>
#include <linux/msi.h>

#include "apply.h"
#include "iommu.h"

/* What flush queues hold is looked at after so much time without an event. */
#define LONG_NS		1000000u

struct iommus {
	struct replay *r;
	struct iommu_watcher watcher;
	struct iommu_judge *judge;
	struct replay_device *dev;		/* of the event; NULL: none */
	uint64_t lowest, bytes;			/* mapped by the event */
	uint64_t start_ns;			/* simulated, of the first event */
	GHashTable *groups;			/* of the trace: by device, its number + 1 */
	bool has_started;
};

static struct iommu_report *report_of(const struct iommus *s)
{
	return &s->r->rep->iommu;
}

/* ---- what the library asks for ----------------------------------------------- */

static struct device_space *space_of(struct iommus *s, const struct iommu_domain *domain)
{
	GPtrArray *all = report_of(s)->spaces;

	if (s->dev && s->dev->space && s->dev->space->domain == domain)
		return s->dev->space;
	for (unsigned i = 0; i < all->len; i++) {
		struct device_space *space = all->pdata[i];

		if (space->domain == domain)
			return space;
	}
	return NULL;
}

static struct iommus *iommus_of(struct iommu_watcher *w)
{
	return (struct iommus *)(void *)((char *)w - offsetof(struct iommus, watcher));
}

static void on_map(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		   uint64_t pa, size_t len, int prot, const void *site)
{
	struct iommus *s = iommus_of(w);
	struct device_space *space = space_of(s, domain);
	struct iommu_call c = { .iova = iova, .pa = pa, .len = len };

	if (!space)
		return;
	iova_space_map(space->iovas, iova, len);
	if (!s->dev)
		return;
	TALLY(s->dev, iommu.calls[IOMMU_MAPS], 1);
	TALLY(s->dev, iommu.mapped_bytes, len);
	s->lowest = MIN(s->lowest, iova);
	s->bytes += len;
	iommu_judge_call(s->judge, IOMMU_MAPS, &c);
}

static void on_unmap(struct iommu_watcher *w, const struct iommu_domain *domain, uint64_t iova,
		     size_t len, size_t unmapped, const struct iommu_iotlb_gather *gather,
		     const void *site)
{
	struct iommus *s = iommus_of(w);
	struct device_space *space = space_of(s, domain);
	struct iommu_call c = { .iova = iova, .len = len, .unmapped = unmapped };

	if (!space)
		return;
	iova_space_unmap(space->iovas, iova, unmapped);
	if (!s->dev)
		return;
	TALLY(s->dev, iommu.calls[IOMMU_UNMAPS], 1);
	iommu_judge_call(s->judge, IOMMU_UNMAPS, &c);
}

/* ---- where a device is --------------------------------------------------------- */

/* One node may have several: "ff914000.iommu", "ff914000.iommu:1". */
static bool is_of(const struct iommu_hw *hw, const struct board_iommu *b)
{
	const char *name = iommu_hw_name(hw);
	size_t len = strlen(b->name);

	return !strncmp(name, b->name, len) && (!name[len] || name[len] == ':');
}

/* The board's that @hw is the model of, and whether of another kind; NULL: it was added. */
static const struct board_iommu *on_board(struct iommus *s, const struct iommu_hw *hw,
					  bool *ret_stands_in)
{
	const GPtrArray *all = machine_board(s->r->m)->iommus;

	for (guint i = 0; i < all->len; i++) {
		const struct board_iommu *b = all->pdata[i];

		if (is_of(hw, b) && harness_iommu(s->r->h, b->path, ret_stands_in))
			return b;
	}
	return NULL;
}

static struct iommu_unit *unit_new(struct iommus *s, struct iommu_hw *hw)
{
	struct iommu_unit *u = g_new0(struct iommu_unit, 1);
	bool stands_in = false;
	const struct board_iommu *b = on_board(s, hw, &stands_in);

	u->hw = hw;
	u->name = g_strdup(iommu_hw_name(hw));
	u->kind = g_strdup(iommu_hw_kind(hw));
	u->is_added = !b;
	u->stands_for = b && stands_in ? g_strdup(b->compatible) : NULL;
	g_ptr_array_add(report_of(s)->units, u);
	return u;
}

static struct iommu_unit *unit_of(struct iommus *s, struct iommu_hw *hw)
{
	GPtrArray *all = report_of(s)->units;

	for (unsigned i = 0; i < all->len; i++) {
		struct iommu_unit *u = all->pdata[i];

		if (u->hw == hw)
			return u;
	}
	return unit_new(s, hw);
}

/* Once at each IOMMU, by however many ports. */
static void count_device(struct iommus *s, const struct replay_device *dev, unsigned port)
{
	struct iommu_hw *hw = master_iommu(dev->master, port, NULL);
	struct iommu_unit *u = unit_of(s, hw);

	for (unsigned other = 0; other < port; other++)
		if (master_iommu(dev->master, other, NULL) == hw)
			return;
	u->nr_devices += !dev->is_again;
}

static void note_unit(struct iommus *s, struct replay_device *dev)
{
	struct iommu_hw *hw = master_iommu(dev->master, 0, &dev->stream);

	dev->nr_ports = 0;
	if (!hw || iommu_hw_is_bypassed(hw))
		return;
	while (master_iommu(dev->master, dev->nr_ports, NULL))
		count_device(s, dev, dev->nr_ports++);
	g_clear_pointer(&dev->bypassed, g_free);
	dev->unit = unit_of(s, hw);
}

static void space_gets(struct device_space *space, const char *name)
{
	g_autofree char *before = space->devices;

	space->devices = before ? g_strconcat(before, ", ", name, NULL) : g_strdup(name);
}

static void note_space(struct iommus *s, struct replay_device *dev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev->dev);
	struct device_space *space;

	dev->space = NULL;
	if (!domain || !(domain->type & __IOMMU_DOMAIN_PAGING))
		return;
	space = space_of(s, domain);
	if (!space) {
		space = g_new0(struct device_space, 1);
		space->iovas = iova_space_new();
		space->domain = domain;
		space->dev = dev;
		space->group = iommu_group_id(dev->dev->iommu_group);
		g_ptr_array_add(report_of(s)->spaces, space);
	}
	space_gets(space, dev->name);
	dev->space = space;
}

/*
 * An IOMMU of the traced machine maps its own tables as buffers, and does not translate
 * its own accesses: "9050000.smmuv3", "13620000.sysmmu", "ff930300.iommu".
 */
static bool is_iommu_itself(const char *name)
{
	const char *dot = strrchr(name, '.');
	g_autofree char *kind = g_strdup(dot ? dot + 1 : name);

	while (*kind && strchr("0123456789v", kind[strlen(kind) - 1]))
		kind[strlen(kind) - 1] = '\0';
	return g_str_has_suffix(kind, "mmu");
}

/* A device that the traced machine could not tell apart from @dev: one group there. */
static struct device *like(const struct iommus *s, const struct replay_device *dev)
{
	gpointer group = g_hash_table_lookup(s->groups, dev->name);
	const GPtrArray *all = s->r->rep->devices;

	for (unsigned i = 0; group && i < all->len; i++) {
		const struct replay_device *other = all->pdata[i];

		if (other != dev && other->space &&
		    g_hash_table_lookup(s->groups, other->name) == group)
			return other->dev;
	}
	return NULL;
}

static bool wants_one(const struct iommus *s, const struct replay_device *dev)
{
	return s->r->cfg->iommu && !master_iommu(dev->master, 0, NULL) &&
	       !is_iommu_itself(dev->name);
}

void iommus_place(struct iommus *s, struct replay_device *dev)
{
	if (wants_one(s, dev) && harness_add_iommu(s->r->h, dev->dev, like(s, dev)))
		replay_find(s->r, dev, FIND_NO_IOMMU, "the board has no room for its registers");
	note_unit(s, dev);
	note_space(s, dev);
}

/* It was unplugged, and has come again: as new, at the same place. */
static void comes_again(struct replay_device *dev)
{
	if (!dev->was_removed || dev->master_path || dev->t.live || dev->t.allocs)
		return;
	dev->was_removed = false;
	dev->is_again = true;
	harness_unbind(dev->dev);
	replay_device_again(dev);
}

static void on_hotplug(struct iommus *s, const struct trace_event *ev)
{
	struct replay_device *dev = g_hash_table_lookup(s->r->by_name, ev->dev);

	if (ev->kind == TRACE_IOMMU_ADD_DEVICE)
		g_hash_table_insert(s->groups, g_strdup(ev->dev), GUINT_TO_POINTER(ev->group + 1));
	if (ev->kind == TRACE_IOMMU_REMOVE_DEVICE)
		g_hash_table_remove(s->groups, ev->dev);
	if (dev && ev->kind == TRACE_IOMMU_REMOVE_DEVICE)
		dev->was_removed = true;
	if (dev && ev->kind == TRACE_IOMMU_ADD_DEVICE)
		comes_again(dev);
}

/* ---- events ----------------------------------------------------------------------- */

static void note_waiting(struct iommus *s, struct device_space *space)
{
	struct iommu_dma_counters now;

	iommu_dma_count(space->dev->dev, &now);
	space->waiting_peak = MAX(space->waiting_peak, now.nr_waiting);
	curve_set(&space->waiting, s->r->now_us, (uint32_t)now.nr_waiting);
}

/* Flush queues empty while nothing else happens. */
static void note_all_waiting(struct iommus *s)
{
	GPtrArray *all = report_of(s)->spaces;

	for (unsigned i = 0; i < all->len; i++)
		note_waiting(s, all->pdata[i]);
}

/* The machine's own steps take time as well: it may be ahead of the trace. */
static void pass_time(struct iommus *s)
{
	uint64_t now = ktime_get_ns();
	uint64_t trace_ns = s->start_ns + s->r->now_us * 1000;

	if (!s->has_started) {
		s->has_started = true;
		s->start_ns = now;
	} else if (trace_ns > now) {
		harness_pass_time(s->r->h, trace_ns - now);
		if (trace_ns - now >= LONG_NS)
			note_all_waiting(s);
	}
}

void iommus_begin(struct iommus *s, struct replay_device *dev, const struct trace_event *ev)
{
	pass_time(s);
	s->dev = dev;
	iommu_judge_begins(s->judge, dev, ev);
	s->lowest = UINT64_MAX;
	s->bytes = 0;
}

void iommus_end_event(struct iommus *s)
{
	struct device_space *space = s->dev->space;

	if (!space)
		return;
	note_waiting(s, space);
	curve_set(&space->live, s->r->now_us, (uint32_t)space->iovas->pages);
}

void iommus_line(struct iommus *s, const struct trace_event *ev)
{
	iommu_judge_kernel(s->judge, ev);
	on_hotplug(s, ev);
}

static void expose(struct iommu_tally *t, int64_t bytes)
{
	t->exposed += bytes;
	t->exposed_peak = MAX(t->exposed_peak, t->exposed);
	t->exposed_sum += MAX(bytes, 0);
}

static void tally_exposed(struct mapping *m, int64_t bytes)
{
	expose(&m->dev->t.iommu, bytes);
	expose(&m->dev->r->rep->total.iommu, bytes);
}

static uint64_t bytes_of(const struct mapping *m)
{
	uint64_t len = 0;

	for (unsigned i = 0; i < m->nr_segs; i++)
		len += m->segs[i].len;
	return len;
}

/* An allocation has whole pages: what is behind its end is nobody else's. */
static uint64_t exposed_by(const struct mapping *m)
{
	return m->is_refused || by_is_alloc(m->by) ? 0 : m->iova_len - bytes_of(m);
}

void iommus_mapped(struct iommus *s, struct mapping *m)
{
	if (!m->is_refused && s->bytes) {
		m->iova = s->lowest;
		m->iova_len = s->bytes;
		tally_exposed(m, exposed_by(m));
	}
	iommu_judge_mapped(s->judge, m);
}

void iommus_unmapped(struct iommus *s, struct mapping *m)
{
	uint64_t life_us = s->r->now_us - MIN(m->born_us, s->r->now_us);

	if (m->iova_len) {
		tally_exposed(m, -(int64_t)exposed_by(m));
		TALLY(m->dev, iommu.exposed_byte_us, exposed_by(m) * life_us);
	}
	if (s->r->ev)
		iommu_judge_unmapped(s->judge, m, s->r->ev);
}

void iommu_map_doorbell(struct replay *r, struct replay_device *dev, uint64_t pa)
{
	struct msi_desc desc = { .dev = dev->dev };

	iommu_dma_prepare_msi(&desc, pa);
}

/* ---- the fast gear ------------------------------------------------------------------ */

static void probe(struct replay_device *dev, struct iommu_hw_access *a)
{
	struct iommu_hw_result res;

	res = iommu_hw_translate(master_iommu(dev->master, dev->next_port++ % dev->nr_ports,
					      &a->stream), a);
	TALLY(dev, iommu.probes, 1);
	if (res.outcome != IOMMU_HW_HIT && res.outcome != IOMMU_HW_BYPASS)
		replay_find(dev->r, dev, FIND_IOMMU_FAULT, "%s of " HEX ": %s",
			    a->is_write ? "write" : "read", a->iova,
			    iommu_hw_reason_name(res.reason));
}

void iommus_probe(struct replay_device *dev, uint64_t dma, size_t len, bool is_write)
{
	for (size_t done = 0; dev->nr_ports && done < len; ) {
		struct iommu_hw_access a = { .iova = dma + done, .is_write = is_write };

		a.len = MIN(PAGE_SIZE - (a.iova & (PAGE_SIZE - 1)), len - done);
		probe(dev, &a);
		done += a.len;
	}
}

/* ---- the end ---------------------------------------------------------------------- */

void iommus_end(struct iommus *s)
{
	struct iommu_report *rep = report_of(s);

	iommu_judge_end(s->judge);
	for (unsigned i = 0; i < rep->spaces->len; i++) {
		struct device_space *space = rep->spaces->pdata[i];

		iommu_dma_count(space->dev->dev, &space->counters);
	}
	for (unsigned i = 0; i < rep->units->len; i++) {
		struct iommu_unit *u = rep->units->pdata[i];

		iommu_hw_count(u->hw, &u->counters);
	}
	pgtable_counts_all(s->r->m, &rep->tables);
	iommu_unwatch(&s->watcher);
}

static void unit_free(gpointer p)
{
	struct iommu_unit *u = p;

	g_free(u->name);
	g_free(u->kind);
	g_free(u->stands_for);
	g_free(u);
}

static void space_free(gpointer p)
{
	struct device_space *space = p;

	iova_space_free(space->iovas);
	g_free(space->devices);
	g_free(space);
}

static bool has_iommus(const struct board *b)
{
	for (guint i = 0; i < b->iommus->len; i++) {
		const struct board_iommu *iommu = b->iommus->pdata[i];

		if (iommu->is_modelled && !iommu->is_disabled)
			return true;
	}
	return false;
}

/* Without --iommu: the board's own, where it has one of a kind that is modelled. */
static const char *mode_of(const struct replay *r)
{
	const char *mode = r->cfg->iommu;

	if (mode)
		return strcmp(mode, "off") ? mode : NULL;
	return has_iommus(machine_board(r->m)) ? "board" : NULL;
}

struct iommus *iommus_new(struct replay *r)
{
	struct iommus *s;

	if (!mode_of(r))
		return NULL;
	s = g_new0(struct iommus, 1);
	s->r = r;
	report_of(s)->mode = g_strdup(mode_of(r));
	report_of(s)->policy = g_strdup(r->cfg->iova);
	report_of(s)->units = g_ptr_array_new_with_free_func(unit_free);
	report_of(s)->spaces = g_ptr_array_new_with_free_func(space_free);
	s->groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	s->judge = iommu_judge_new(r);
	s->watcher.map = on_map;
	s->watcher.unmap = on_unmap;
	iommu_watch(&s->watcher);
	return s;
}

void iommus_free(struct iommus *s)
{
	if (!s)
		return;
	iommu_unwatch(&s->watcher);
	iommu_judge_free(s->judge);
	g_hash_table_unref(s->groups);
	g_free(s);
}

void iommu_report_done(struct iommu_report *rep)
{
	g_free(rep->mode);
	g_free(rep->policy);
	if (rep->units)
		g_ptr_array_free(rep->units, TRUE);
	if (rep->spaces)
		g_ptr_array_free(rep->spaces, TRUE);
}
