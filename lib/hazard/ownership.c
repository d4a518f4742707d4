/* SPDX-License-Identifier: MIT */
/*
 * Who may touch a streaming mapping, and when. The table is the spec
 * (Linux, Documentation/core-api/dma-api.rst, "Part Ia" and "Id").
 *
 * Ownership moves byte by byte: a sync of a part moves that part. A mapping made
 * with DMA_ATTR_SKIP_CPU_SYNC stays the CPU's until a sync gives it away.
 *
 * The CPU's side is only checked where its caches, or a bounce buffer, stand
 * between it and the device; a coherent device never loses what the CPU does. If
 * `portable` asks it is checked there, too: also drivers then, that leave out what
 * dma_need_sync() says is not needed.
 *
 * Leaves out: the device touching bytes that were synced back to the CPU. Devices
 * fetch ahead, and drivers peek at rings that way: it is judged by the bytes, by
 * dirty lines that could go over them (dirty.c), and if `portable` asks (turn.c).
 */
#include "stranger.h"

#include <inttypes.h>
#include <linux/dma-direction.h>

enum owner { OWNER_CPU, OWNER_DEVICE, NR_OWNERS };
enum deed { CPU_READS, CPU_WRITES, NR_DEEDS };

#define FINE NR_HAZARD_CLASSES

static const enum hazard_class verdict[DMA_NONE][NR_OWNERS][NR_DEEDS] = {
	[DMA_BIDIRECTIONAL] = {
		[OWNER_CPU]    = { [CPU_READS] = FINE, [CPU_WRITES] = FINE },
		[OWNER_DEVICE] = { [CPU_READS] = HAZARD_CPU_READ_WHILE_MAPPED,
				   [CPU_WRITES] = HAZARD_CPU_WRITE_WHILE_MAPPED },
	},
	[DMA_TO_DEVICE] = {
		[OWNER_CPU]    = { [CPU_READS] = FINE, [CPU_WRITES] = FINE },
		[OWNER_DEVICE] = { [CPU_READS] = FINE,
				   [CPU_WRITES] = HAZARD_CPU_WRITE_WHILE_MAPPED },
	},
	[DMA_FROM_DEVICE] = {
		[OWNER_CPU]    = { [CPU_READS] = FINE, [CPU_WRITES] = FINE },
		[OWNER_DEVICE] = { [CPU_READS] = HAZARD_CPU_READ_WHILE_MAPPED,
				   [CPU_WRITES] = HAZARD_CPU_WRITE_WHILE_MAPPED },
	},
};

/* ---- who owns which bytes ------------------------------------------ */

/* @spans without @hole; @spans NULL is none. */
static GArray *spans_without(const GArray *spans, struct span hole)
{
	GArray *rest = g_array_new(FALSE, FALSE, sizeof(struct span));

	for (unsigned i = 0; spans && i < spans->len; i++) {
		struct span s = g_array_index(spans, struct span, i);
		struct span left = { s.from, MIN(s.to, hole.from) };
		struct span right = { MAX(s.from, hole.to), s.to };

		if (left.from < left.to)
			g_array_append_val(rest, left);
		if (right.from < right.to)
			g_array_append_val(rest, right);
	}
	return rest;
}

static int span_order(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

void ownership_give(struct mapping *m, uint64_t from, uint64_t to, bool to_cpu)
{
	struct span part = { from, MIN(to, m->len) };
	struct mapping_more *more;
	GArray *spans;

	if (part.from >= part.to)
		return;
	more = mapping_want_more(m);
	spans = spans_without(more->cpu_owned, part);
	if (to_cpu) {
		g_array_append_val(spans, part);
		g_array_sort(spans, span_order);
	}
	if (more->cpu_owned)
		g_array_free(more->cpu_owned, TRUE);
	more->cpu_owned = spans;
}

/* The first byte of [from, to) that is the device's; @to if there is none. */
static uint64_t first_of_device(const struct mapping *m, uint64_t from, uint64_t to)
{
	const struct mapping_more *more = mapping_more(m);
	const GArray *owned = more ? more->cpu_owned : NULL;

	for (unsigned i = 0; owned && i < owned->len && from < to; i++) {
		struct span s = g_array_index(owned, struct span, i);

		if (s.from > from)
			break;
		from = MAX(from, s.to);
	}
	return MIN(from, to);
}

bool ownership_of_cpu(const struct mapping *m, uint64_t from, uint64_t to)
{
	return first_of_device(m, from, to) == to;
}

/* ---- the CPU's side ------------------------------------------------ */

struct trespass {
	const struct hazard_engine *e;
	const struct observe_event *ev;
	enum deed deed;
	struct mapping *found;
	enum hazard_class class;
};

/* Does the device see what the CPU does, whoever owns it? */
static bool is_harmless(const struct mapping *m)
{
	return m->is_snooped && !m->is_bounced;
}

static bool find_trespass(struct mapping *m, void *data)
{
	struct trespass *t = data;
	uint64_t from = MAX(t->ev->pa, m->pa) - m->pa;
	uint64_t to = MIN(t->ev->pa + t->ev->len, m->pa + m->len) - m->pa;
	enum owner owner;

	if (is_harmless(m) && !engine_is_portable(t->e))
		return true;
	owner = ownership_of_cpu(m, from, to) ? OWNER_CPU : OWNER_DEVICE;
	t->class = verdict[m->dir][owner][t->deed];
	if (t->class == FINE)
		return true;
	t->found = m;
	return false;
}

static void fix_trespass(struct hazard_engine *e, struct report *r, const struct mapping *m,
			 bool is_write)
{
	g_autofree char *take = sync_call(e, m, true);
	g_autofree char *give = sync_call(e, m, false);

	if (is_write)
		report_fix(r, "Likely missing", "%s before the store and %s after it", take,
			   give);
	else
		report_fix(r, "Likely missing", "%s", take);
}

static const char *consequence(bool is_write)
{
	return is_write ? "What was written may never reach the device, or may go over what "
			  "the device writes."
			: "The line that this read brings in goes stale when the device "
			  "writes.";
}

static void report_trespass(struct hazard_engine *e, const struct trespass *t)
{
	const struct observe_event *ev = t->ev;
	const struct mapping *m = t->found;
	bool is_write = t->deed == CPU_WRITES;
	struct record now = engine_record(e, is_write ? RECORD_CPU_WROTE : RECORD_CPU_READ);
	struct report *r = report_begin(e, t->class, ev->site, m->site);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_of_access(e, r, ev, is_write);
	report_say(r, ", while %s owns them (%s). %s", party_name(&e->parties, m->dev->party),
		   direction_name(m->dir), consequence(is_write));
	if (is_harmless(m))
		report_say(r, "Not here, where it snoops the caches.");
	report_history(e, r, ev->pa, ev->len);
	report_row_of_mapping(e, r, m);
	now.pa = ev->pa;
	now.len = (uint32_t)ev->len;
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	report_now(e, r, &now, true, is_write ? "wrote, no sync_for_cpu in between"
					      : "read, no sync_for_cpu in between");
	fix_trespass(e, r, m, is_write);
	report_end(e, r);
}

void ownership_cpu_access(struct hazard_engine *e, const struct observe_event *ev,
			  bool is_write)
{
	struct trespass t = { .e = e, .ev = ev, .deed = is_write ? CPU_WRITES : CPU_READS };

	if (!ev->site)		/* the library's own: it copies to and from bounce slots */
		return;
	mapped_each_pa(&e->live, ev->pa, ev->pa + ev->len - 1, find_trespass, &t);
	if (t.found)
		report_trespass(e, &t);
}

/* ---- the device's side --------------------------------------------- */

/* What of an access is mapped for that device, and what of it for writing. */
struct cover {
	const struct observe_event *ev;
	bool is_mapped[LINE_MAX_BYTES];
	bool is_writable[LINE_MAX_BYTES];
	const struct mapping *readonly;
};

static bool add_cover(struct mapping *m, void *data)
{
	struct cover *c = data;
	uint64_t first = MAX(c->ev->dma, m->dma);
	uint64_t end = MIN(c->ev->dma + c->ev->len, m->dma + m->len);

	/* The same device address, but not the same memory: bits were dropped. */
	if (m->kind != MAPPING_RESOURCE &&
	    mapping_device_pa(m) + (first - m->dma) != c->ev->pa + (first - c->ev->dma))
		return true;
	for (uint64_t at = first; at < end; at++) {
		c->is_mapped[at - c->ev->dma] = true;
		if (m->dir != DMA_TO_DEVICE)
			c->is_writable[at - c->ev->dma] = true;
	}
	if (m->dir == DMA_TO_DEVICE && !c->readonly)
		c->readonly = m;
	return true;
}

static bool all_of(const bool *is, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is[i])
			return false;
	return true;
}

static bool is_unmapped(const struct record *r)
{
	return r->kind == RECORD_UNMAPPED || r->kind == RECORD_FREED;
}

static struct record device_record(struct hazard_engine *e, const struct observe_event *ev,
				   bool is_write)
{
	struct record now = engine_record(e, is_write ? RECORD_DEVICE_WROTE
						      : RECORD_DEVICE_READ);

	now.pa = ev->pa;
	now.dma = ev->dma;
	now.len = (uint32_t)ev->len;
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	return now;
}

/* The last unmap of these bytes for that device, which is where to look first. */
static const struct record *last_unmap(struct hazard_engine *e, uint64_t pa, uint16_t party)
{
	const struct shadow_page *p = shadow_page_find(&e->shadow, pa);

	for (unsigned i = p ? p->calls.nr : 0; i; i--) {
		const struct record *r = past_at(&p->calls, i - 1);

		if (is_unmapped(r) && r->party == party && pa - r->pa < r->len)
			return r;
	}
	return NULL;
}

/* The same by its own address, where the memory has been freed and forgotten since. */
static const struct record *last_gone(const struct dev_record *d, const struct observe_event *ev)
{
	for (unsigned i = d->gone.nr; i; i--) {
		const struct record *r = history_at(&d->gone, i - 1);

		if (ev->dma - r->dma < r->len && ev->pa - r->pa == ev->dma - r->dma)
			return r;
	}
	return NULL;
}

static void say_unmapped(struct report *r, const char *name, const struct record *unmap)
{
	if (unmap)
		report_say(r, ", and no mapping of %s covers them: they were unmapped at "
			   "step %" PRIu64 ".", name, unmap->step);
	else
		report_say(r, ", and no mapping of %s covers them.", name);
}

static void report_unmapped(struct hazard_engine *e, const struct observe_event *ev,
			    const struct dev_record *d, bool is_write)
{
	const struct record *kept = d ? last_unmap(e, ev->pa, d->party) : NULL;
	const struct record *unmap = kept || !d ? kept : last_gone(d, ev);
	struct record now = device_record(e, ev, is_write);
	const char *name = master_name(ev->master);
	struct stranger who = { 0 };
	const void *guilty = unmap ? unmap->site : stranger_blame(e, ev, &who);
	struct report *r = report_begin(e, HAZARD_DEVICE_ACCESS_UNMAPPED, guilty,
					guilty ? NULL : ev->master);

	if (!r)
		return;
	report_by(r, name);
	report_of_access(e, r, ev, is_write);
	say_unmapped(r, name, unmap);
	if (unmap && iommu_is_lazy(e, ev->master))
		report_say(r, "Its IOMMU let it through, since it invalidates later (lazy); a "
			   "strict "
			   "one would have refused it.");
	stranger_say(e, r, ev, &who);
	report_history(e, r, ev->pa, ev->len);
	if (unmap && !kept)
		report_row(e, r, unmap);
	report_now(e, r, &now, true, is_write ? "wrote memory that is not mapped for it"
					      : "read memory that is not mapped for it");
	report_end(e, r);
}

/*
 * The bus said no. With DMA_MAPPING_ERROR that is no wonder; a device that has fewer
 * address lines shows only the low part of it.
 */
static bool is_error_address(uint64_t dma)
{
	return dma == ERROR_DMA || dma == UINT32_MAX;
}

static bool is_register(struct hazard_engine *e, const struct observe_event *ev)
{
	const struct mapping *m = ownership_mapping(e, ev->master, ev->dma);

	return m && m->kind == MAPPING_RESOURCE;
}

static void say_refused(struct report *r, const struct observe_event *ev, bool is_error)
{
	const struct master_fault *f = &ev->refusal;
	const char *why = is_error ? "this is DMA_MAPPING_ERROR, what a mapping returns that failed"
			: f->iommu ? iommu_hw_reason_name(f->reason) : "no memory answers there";

	report_say(r, "%s was told to %s dma 0x%" PRIx64 ",", master_name(ev->master),
		   f->is_write ? "write" : "read", ev->dma);
	if (f->iommu)
		report_say(r, "and its IOMMU %s (stream %u) refused it: %s.",
			   iommu_hw_name(f->iommu), f->stream, why);
	else
		report_say(r, "and the bus refused it: %s.", why);
}

/* The device has seen no error, but the bytes are not where it thinks. */
void ownership_device_diverted(struct hazard_engine *e, const struct observe_event *ev)
{
	const struct observe_iommu *what = ev->iommu;
	bool is_dropped = what->result.outcome == IOMMU_HW_DROP;
	struct record now;
	struct report *r;

	if ((!is_dropped && what->result.outcome != IOMMU_HW_REDIRECT) || !ev->master ||
	    iommu_has_told(e, ev))
		return;
	now = device_record(e, ev, what->access.is_write);
	r = report_begin(e, HAZARD_DEVICE_ACCESS_UNMAPPED, NULL, ev->master);
	if (!r)
		return;
	report_by(r, master_name(ev->master));
	report_say(r, "%s was told to %s dma 0x%" PRIx64 ", and its IOMMU %s (stream %u) %s: %s.",
		   master_name(ev->master), what->access.is_write ? "write" : "read", ev->dma,
		   iommu_hw_name(what->iommu), what->access.stream,
		   is_dropped ? "dropped it without an error"
			      : "sent it to a page set aside for that",
		   iommu_hw_reason_name(what->result.reason));
	report_now(e, r, &now, true, "diverted by the IOMMU");
	report_end(e, r);
}

/* The mapping that goes one way, and the IOMMU lets nobody go the other; or NULL. */
static const struct mapping *kept_one_way(struct hazard_engine *e, const struct observe_event *ev)
{
	const struct mapping *m = ownership_mapping(e, ev->master, ev->dma);
	int dir = ev->refusal.is_write ? DMA_TO_DEVICE : DMA_FROM_DEVICE;

	return ev->refusal.reason == IOMMU_HW_PERMISSION && m && (int)m->dir == dir &&
	       m->kind != MAPPING_COHERENT ? m : NULL;
}

static void report_kept_one_way(struct hazard_engine *e, const struct observe_event *ev,
				const struct mapping *m)
{
	bool is_write = ev->refusal.is_write;
	struct record now = device_record(e, ev, is_write);
	struct report *r = report_begin(e, is_write ? HAZARD_DEVICE_WRITE_TO_DEVICE
						    : HAZARD_DEVICE_READ_FROM_DEVICE,
					m->site, NULL);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	say_refused(r, ev, false);
	report_history(e, r, m->pa + (ev->dma - m->dma), 1);
	report_now(e, r, &now, true, "refused by the IOMMU");
	report_fix(r, "Likely meant", "DMA_BIDIRECTIONAL or %s in that map and its unmap",
		   is_write ? "DMA_FROM_DEVICE" : "DMA_TO_DEVICE");
	report_end(e, r);
}

void ownership_device_refused(struct hazard_engine *e, const struct observe_event *ev)
{
	bool is_error = is_error_address(ev->dma);
	struct record now = device_record(e, ev, ev->refusal.is_write);
	const struct mapping *one_way = kept_one_way(e, ev);
	const char *name = master_name(ev->master);
	struct stranger who = { 0 };
	const void *guilty;
	struct report *r;

	if (iommu_has_told(e, ev))
		return;
	if (one_way) {
		report_kept_one_way(e, ev, one_way);
		return;
	}
	if (is_register(e, ev))		/* mapped, and none of the machine's masters can */
		return;
	if (!is_error && (limits_exceeded(e, ev, ev->refusal.is_write) ||
			  stranger_access(e, ev, ev->refusal.is_write)))
		return;
	guilty = is_error ? failed_map_blame(e, ev) : stranger_blame(e, ev, &who);
	r = report_begin(e, is_error ? HAZARD_MAPPING_ERROR_USED
				     : HAZARD_DEVICE_ACCESS_UNMAPPED, guilty, ev->master);
	if (!r)
		return;
	report_by(r, name);
	say_refused(r, ev, is_error);
	if (is_error)
		failed_map_say(e, r, ev);
	stranger_say(e, r, ev, &who);
	report_now(e, r, &now, true, ev->refusal.iommu ? "refused by the IOMMU"
						       : "refused by the bus");
	report_end(e, r);
}

static void report_readonly(struct hazard_engine *e, const struct observe_event *ev,
			    const struct mapping *m)
{
	struct record now = device_record(e, ev, true);
	struct report *r = report_begin(e, HAZARD_DEVICE_WRITE_TO_DEVICE, m->site, NULL);

	if (!r)
		return;
	report_of_mapping(e, r, m);
	report_of_access(e, r, ev, true);
	report_say(r, ". The mapping is DMA_TO_DEVICE: neither the unmap nor a sync "
		   "will show the CPU what the device wrote.");
	report_history(e, r, ev->pa, ev->len);
	report_now(e, r, &now, true, "wrote a mapping that it may only read");
	report_fix(r, "Likely meant", "DMA_BIDIRECTIONAL or DMA_FROM_DEVICE in that map "
		   "and its unmap");
	report_end(e, r);
}

static bool take_mapping(struct mapping *m, void *data)
{
	*(struct mapping **)data = m;
	return true;
}

struct mapping *ownership_mapping(struct hazard_engine *e, const struct master *master,
				  uint64_t dma)
{
	const struct dev_record *d = party_device_of_master(&e->parties, master);
	struct mapping *m = NULL;

	if (d)
		mapped_each_dma(d, dma, dma, take_mapping, &m);
	return m;
}

bool ownership_device_access(struct hazard_engine *e, const struct observe_event *ev,
			     bool is_write)
{
	const struct dev_record *d = party_device_of_master(&e->parties, ev->master);
	struct cover c = { .ev = ev };

	g_assert(ev->len <= LINE_MAX_BYTES);
	if (limits_exceeded(e, ev, is_write))
		return false;
	if (d)
		mapped_each_dma(d, ev->dma, ev->dma + ev->len - 1, add_cover, &c);
	if (!all_of(c.is_mapped, ev->len)) {
		if (iommu_space_allows(e, ev))
			return true;
		if (!iommu_has_told(e, ev) && !stranger_access(e, ev, is_write))
			report_unmapped(e, ev, d, is_write);
		return false;
	}
	if (is_write && !all_of(c.is_writable, ev->len))
		report_readonly(e, ev, c.readonly);
	return true;
}
