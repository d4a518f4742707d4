/* SPDX-License-Identifier: MIT */
/* IOMMUs in the report for machines: see report-iommu.h. */
#include "report-iommu.h"

static void begin_list(JsonBuilder *b, const char *key)
{
	json_builder_set_member_name(b, key);
	json_builder_begin_array(b);
}

static void put_translations(JsonBuilder *b, const struct iommu_hw_counters *c)
{
	json_put(b, "accesses", c->accesses);
	json_put(b, "bypasses", c->bypasses);
	json_put(b, "hits", c->hits);
	json_put(b, "misses", c->misses);
	json_put(b, "walks", c->walks);
	json_put(b, "walk_reads", c->walk_reads);
	json_put(b, "walk_cache_hits", c->walk_cache_hits);
	json_begin(b, "invalidations");
	for (int i = 0; i < NR_IOMMU_HW_SCOPES; i++)
		json_put(b, scope_names[i], c->invalidations[i]);
	json_builder_end_object(b);
	json_put(b, "entries_invalidated", c->invalidated);
	json_put(b, "entries_evicted", c->evictions);
	json_put(b, "faults", c->faults);
}

static void put_unit(JsonBuilder *b, const struct iommu_unit *u)
{
	json_builder_begin_object(b);
	json_put_text(b, "name", u->name);
	json_put_text(b, "kind", u->kind);
	json_put_text(b, "stands_for", u->stands_for);
	json_put_bool(b, "is_added", u->is_added);
	json_put(b, "devices", u->nr_devices);
	put_translations(b, &u->counters);
	json_builder_end_object(b);
}

static void put_curve(JsonBuilder *b, const char *key, const struct curve *c)
{
	begin_list(b, key);
	for (unsigned i = 0; i < c->nr; i++)
		json_builder_add_int_value(b, c->peak[i]);
	json_builder_end_array(b);
}

static void put_space(JsonBuilder *b, const struct device_space *space)
{
	const struct iova_space *s = space->iovas;
	const struct iommu_dma_counters *c = &space->counters;

	json_builder_begin_object(b);
	json_put_text(b, "devices", space->devices);
	json_put(b, "group", space->group);
	json_put_bool(b, "is_lazy", c->is_lazy);
	json_put(b, "peak_bytes", s->pages_peak * PAGE_SIZE);
	json_put(b, "runs_at_peak", s->runs_at_peak);
	json_put(b, "runs_peak", s->runs_peak);
	json_put(b, "bytes_at_end", s->pages * PAGE_SIZE);
	json_put_hex(b, "iova_lowest", s->lowest > s->highest ? 0 : s->lowest);
	json_put_hex(b, "iova_highest", s->highest);
	json_put(b, "strict_unmaps", c->nr_strict_unmaps);
	json_put(b, "queued_unmaps", c->nr_queued_unmaps);
	json_put(b, "queued_peak", space->waiting_peak);
	json_put(b, "timer_flushes", c->nr_timer_flushes);
	json_put(b, "full_flushes", c->nr_full_flushes);
	json_put(b, "longest_window_ns", c->longest_window_ns);
	json_put(b, "dead_byte_ns", c->dead_byte_ns);
	json_put(b, "rounding_bytes", c->rounding_bytes);
	json_put(b, "padding_bytes", c->padding_bytes);
	json_put(b, "live_point_us", space->live.width_us);
	put_curve(b, "live_pages", &space->live);
	json_put(b, "queued_point_us", space->waiting.width_us);
	put_curve(b, "queued", &space->waiting);
	json_builder_end_object(b);
}

static void put_call(JsonBuilder *b, const char *key, const struct iommu_call *c,
		     enum iommu_call_kind kind)
{
	if (!c->len)
		return;
	json_begin(b, key);
	json_put_hex(b, "iova", c->iova);
	if (kind == IOMMU_MAPS && c->pa != JUDGE_ANY)
		json_put_hex(b, "address", c->pa);
	json_put(b, "bytes", c->len);
	if (kind == IOMMU_UNMAPS)
		json_put(b, "unmapped", c->unmapped);
	if (c->line)
		json_put(b, "line", c->line);
	json_builder_end_object(b);
}

static void put_difference(JsonBuilder *b, const struct iommu_difference *d)
{
	json_builder_begin_object(b);
	json_put_text(b, "reason", judge_reasons[d->reason].key);
	json_put_text(b, "call", d->kind == IOMMU_MAPS ? "iommu_map" : "iommu_unmap");
	if (d->line)
		json_put(b, "line", d->line);
	if (d->dev)
		json_put_text(b, "device", d->dev->name);
	put_call(b, "kernel", &d->kernel, d->kind);
	put_call(b, "here", &d->ours, d->kind);
	json_builder_end_object(b);
}

static void put_agreement(JsonBuilder *b, const struct iommu_agreement *a)
{
	json_put(b, "maps", a->kernel[IOMMU_MAPS]);
	json_put(b, "same_maps", a->same[IOMMU_MAPS]);
	json_put(b, "unmaps", a->kernel[IOMMU_UNMAPS]);
	json_put(b, "same_unmaps", a->same[IOMMU_UNMAPS]);
	json_put(b, "lists", a->lists);
	json_put(b, "same_lists", a->same_lists);
	json_put(b, "mappings", a->mappings);
	json_put(b, "same_iovas", a->same_iova);
	if (!a->line)
		return;
	json_put(b, "first_other_iova_line", a->line);
	json_put_hex(b, "first_other_iova_kernel", a->kernel_iova);
	json_put_hex(b, "first_other_iova_here", a->our_iova);
}

static void put_agreements(JsonBuilder *b, const struct replay_report *rep)
{
	begin_list(b, "devices");
	for (unsigned i = 0; i < rep->devices->len; i++) {
		const struct replay_device *dev = report_device(rep, i);

		if (!dev->agreement.kernel[IOMMU_MAPS])
			continue;
		json_builder_begin_object(b);
		json_put_text(b, "name", dev->name);
		put_agreement(b, &dev->agreement);
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

static void put_judgement(JsonBuilder *b, const struct replay_report *rep)
{
	const struct iommu_judgement *v = &rep->iommu_judgement;
	g_autofree char *sentence = iommu_judgement_sentence(v);

	json_begin(b, "kernel_calls");
	json_put_bool(b, "is_recorded", sentence);
	json_put_text(b, "sentence", sentence);
	put_agreement(b, &v->all);
	put_agreements(b, rep);
	json_begin(b, "reasons");
	for (int i = 0; i < NR_JUDGE_REASONS; i++)
		if (v->reasons[i])
			json_put(b, judge_reasons[i].key, v->reasons[i]);
	json_builder_end_object(b);
	begin_list(b, "differences");
	for (unsigned i = 0; i < v->differences->len; i++)
		put_difference(b, &g_array_index(v->differences, struct iommu_difference, i));
	json_builder_end_array(b);
	json_put(b, "unlisted", v->unlisted);
	json_builder_end_object(b);
}

void iommu_put(JsonBuilder *b, const struct replay_report *rep)
{
	const struct pgtable_counts *t = &rep->iommu.tables;

	if (!says_iommus(rep))
		return;
	json_begin(b, "iommu");
	json_put_text(b, "mode", rep->iommu.mode);
	json_put_text(b, "iova", rep->iommu.policy);
	begin_list(b, "units");
	for (unsigned i = 0; i < rep->iommu.units->len; i++)
		put_unit(b, report_unit(rep, i));
	json_builder_end_array(b);
	begin_list(b, "groups");
	for (unsigned i = 0; i < rep->iommu.spaces->len; i++)
		put_space(b, report_space(rep, i));
	json_builder_end_array(b);
	json_begin(b, "tables");
	json_put(b, "peak_bytes", t->peak_bytes);
	json_put(b, "bytes_at_end", t->bytes);
	json_put(b, "tables_at_end", t->nr_tables);
	json_put(b, "made", t->nr_allocs);
	json_builder_end_object(b);
	put_judgement(b, rep);
	json_builder_end_object(b);
}

void iommu_put_tally(JsonBuilder *b, const struct iommu_tally *t)
{
	json_begin(b, "iommu");
	json_put(b, "maps", t->calls[IOMMU_MAPS]);
	json_put(b, "unmaps", t->calls[IOMMU_UNMAPS]);
	json_put(b, "mapped_bytes", t->mapped_bytes);
	json_put(b, "exposed_bytes", t->exposed_sum);
	json_put(b, "exposed_peak_bytes", t->exposed_peak);
	json_put(b, "exposed_byte_us", t->exposed_byte_us);
	json_put(b, "probes", t->probes);
	json_builder_end_object(b);
}

void iommu_put_device(JsonBuilder *b, const struct replay_device *dev)
{
	if (!dev->unit)
		return;
	json_begin(b, "behind");
	json_put_text(b, "iommu", dev->unit->name);
	json_put(b, "stream", dev->stream);
	json_put_bool(b, "is_translated", dev->space);
	if (dev->space)
		json_put(b, "group", dev->space->group);
	json_builder_end_object(b);
}
