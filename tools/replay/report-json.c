/* SPDX-License-Identifier: MIT */
/*
 * The report for machines: docs/schema/replay.schema.json. Keys come in a fixed
 * order, and nothing depends on the host or the hour, so that two runs with one
 * seed are equal byte for byte.
 *
 * Addresses are strings ("0x..."): a JSON number need not hold 64 bits.
 */
#include <json-glib/json-glib.h>

#include "report-iommu.h"

#define SCHEMA_VERSION 1

void json_put(JsonBuilder *b, const char *key, uint64_t n)
{
	json_builder_set_member_name(b, key);
	json_builder_add_int_value(b, n);
}

/* What there is not is absent. */
void json_put_text(JsonBuilder *b, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	json_builder_set_member_name(b, key);
	json_builder_add_string_value(b, text);
}

void json_put_bool(JsonBuilder *b, const char *key, bool is_true)
{
	json_builder_set_member_name(b, key);
	json_builder_add_boolean_value(b, is_true);
}

void json_put_hex(JsonBuilder *b, const char *key, uint64_t n)
{
	g_autofree char *text = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", n);

	json_put_text(b, key, text);
}

void json_begin(JsonBuilder *b, const char *key)
{
	json_builder_set_member_name(b, key);
	json_builder_begin_object(b);
}

static void end(JsonBuilder *b)
{
	json_builder_end_object(b);
}

static void begin_list(JsonBuilder *b, const char *key)
{
	json_builder_set_member_name(b, key);
	json_builder_begin_array(b);
}

/* ---- one tally ------------------------------------------------------------- */

static void put_by_dir(JsonBuilder *b, const char *key, const uint64_t *by_dir)
{
	json_begin(b, key);
	json_put(b, "to_device", by_dir[TRACE_TO_DEVICE]);
	json_put(b, "from_device", by_dir[TRACE_FROM_DEVICE]);
	json_put(b, "bidirectional", by_dir[TRACE_BIDI]);
	end(b);
}

static void put_events(JsonBuilder *b, const struct tally *t)
{
	json_begin(b, "events");
	for (int k = 0; k < NR_TRACE_KINDS; k++)
		if (t->events[k])
			json_put(b, trace_kind_name(k), t->events[k]);
	end(b);
}

static void put_moved(JsonBuilder *b, const struct tally *t)
{
	json_begin(b, "moved");
	json_put(b, "cpu_wrote", t->moved[CPU_WROTE]);
	json_put(b, "device_read", t->moved[DEVICE_READ]);
	json_put(b, "device_wrote", t->moved[DEVICE_WROTE]);
	json_put(b, "cpu_read", t->moved[CPU_READ]);
	json_put(b, "checked", t->checked);
	json_put(b, "wrong", t->wrong);
	json_put(b, "left_alone", t->left_alone);
	end(b);
}

static void put_live(JsonBuilder *b, const struct replay_report *rep, const struct tally *t)
{
	json_begin(b, "live");
	json_put(b, "peak", t->live_peak);
	json_put(b, "peak_at_us", t->live_peak ? rep->first_us + t->live_peak_us : 0);
	json_put(b, "peak_bytes", t->live_bytes_peak);
	json_put(b, "at_end", t->live);
	json_put(b, "bytes_at_end", t->live_bytes);
	json_put(b, "allocations_peak", t->allocs_peak);
	json_put(b, "allocations_peak_bytes", t->alloc_bytes_peak);
	json_put(b, "allocations_at_end", t->allocs);
	json_put(b, "curve_point_us", t->curve.width_us);
	begin_list(b, "curve");
	for (unsigned i = 0; i < t->curve.nr; i++)
		json_builder_add_int_value(b, t->curve.peak[i]);
	json_builder_end_array(b);
	end(b);
}

static void put_lifetimes(JsonBuilder *b, const struct histogram *h)
{
	json_begin(b, "lifetimes_us");
	json_put(b, "mappings", h->nr);
	json_put(b, "min", h->min);
	json_put(b, "median", histogram_quantile(h, 500));
	json_put(b, "p99", histogram_quantile(h, 990));
	json_put(b, "max", h->max);
	begin_list(b, "histogram");
	for (unsigned i = 0; i < 63; i++) {
		uint64_t n = histogram_octave(h, i);

		if (!n)
			continue;
		json_builder_begin_object(b);
		json_put(b, "from_us", i ? 1ull << i : 0);
		json_put(b, "mappings", n);
		end(b);
	}
	json_builder_end_array(b);
	end(b);
}

static void put_edges(JsonBuilder *b, const struct replay_report *rep, const struct tally *t)
{
	begin_list(b, "unaligned_edges");
	for (int l = 0; l < 2; l++) {
		if (!rep->level[l].line_bytes)
			continue;
		json_builder_begin_object(b);
		json_put_text(b, "level", rep->level[l].name);
		json_put(b, "line_bytes", rep->level[l].line_bytes);
		json_put(b, "mappings", t->edges[l].mappings);
		put_by_dir(b, "edges", t->edges[l].unaligned);
		end(b);
	}
	json_builder_end_array(b);
}

static void put_bounces(JsonBuilder *b, const struct tally *t)
{
	json_begin(b, "swiotlb");
	json_put(b, "trace_bounces", t->trace_bounces);
	json_put(b, "trace_bytes", t->trace_bounced_bytes);
	json_put(b, "trace_forced", t->trace_forced);
	json_put(b, "board_bounces", t->bounces);
	json_put(b, "board_bytes", t->bounced_bytes);
	json_put(b, "board_refused", t->findings[FIND_REFUSED]);
	end(b);
}

static void put_cost(JsonBuilder *b, const struct replay_report *rep, const struct cost *c,
		     const char *key)
{
	json_begin(b, key);
	json_put(b, "calls", c->calls);
	for (size_t i = 0; i < nr_cost_columns; i++)
		if (cost_column_applies(rep, &cost_columns[i]))
			json_put(b, cost_columns[i].key, cost_value(c, &cost_columns[i]));
	end(b);
}

static void put_costs(JsonBuilder *b, const struct replay_report *rep, const struct tally *t)
{
	struct cost all = cost_total(t);

	json_begin(b, "cost");
	put_cost(b, rep, &all, "all");
	for (int k = 0; k < NR_COST_KINDS; k++)
		put_cost(b, rep, &t->cost[k], cost_kind_names[k]);
	end(b);
}

static void put_counted(JsonBuilder *b, const struct tally *t)
{
	json_begin(b, "findings");
	for (int f = 0; f < NR_FINDINGS; f++)
		if (t->findings[f])
			json_put(b, finding_infos[f].key, t->findings[f]);
	end(b);
}

static void put_tally(JsonBuilder *b, const struct replay_report *rep, const struct tally *t)
{
	put_events(b, t);
	put_by_dir(b, "mappings", t->maps);
	put_by_dir(b, "bytes", t->bytes);
	put_moved(b, t);
	put_live(b, rep, t);
	put_lifetimes(b, &t->lifetimes);
	put_edges(b, rep, t);
	put_bounces(b, t);
	put_costs(b, rep, t);
	if (says_iommus(rep))
		iommu_put_tally(b, &t->iommu);
	put_counted(b, t);
}

/* ---- the parts --------------------------------------------------------------- */

static void put_trace(JsonBuilder *b, const struct replay_report *rep)
{
	const struct trace_stats *s = &rep->hygiene;

	json_begin(b, "trace");
	json_put_text(b, "file", rep->trace);
	json_put(b, "events", rep->events);
	json_put(b, "first_us", rep->first_us);
	json_put(b, "last_us", rep->last_us);
	json_put(b, "cpus", rep->nr_trace_cpus);
	json_put_bool(b, "is_arm64", rep->is_arm64);
	if (rep->page_size)
		json_put(b, "page_size", rep->page_size);
	json_put(b, "iommu_mapped_bytes", rep->iommu_map_bytes);
	json_put(b, "iommu_unmapped_bytes", rep->iommu_unmap_bytes);
	json_put_bool(b, "is_complete", rep->is_complete);
	json_put(b, "lines", s->lines);
	json_put(b, "foreign", s->foreign);
	json_put(b, "malformed", s->malformed);
	if (s->malformed)
		json_put(b, "first_malformed_line", s->first_malformed_line);
	json_put_text(b, "first_malformed", s->first_malformed);
	json_put(b, "lost", s->lost);
	json_put(b, "overwritten", s->overwritten);
	json_put_bool(b, "is_cut_short", s->is_cut_short);
	json_put_text(b, "cut_short_why", s->cut_short_why);
	end(b);
}

static void put_board(JsonBuilder *b, const struct replay_report *rep)
{
	json_begin(b, "board");
	json_put_text(b, "name", rep->board_name);
	if (rep->cpu_option)
		json_put_text(b, "cpu_option", rep->cpu_option);
	json_put_text(b, "model", rep->board_model);
	json_put_text(b, "cpus", rep->board_cpu);
	json_put_text(b, "caches", rep->board_caches);
	json_put(b, "dram_bytes", rep->dram_bytes);
	end(b);
}

static void put_run(JsonBuilder *b, const struct replay_report *rep)
{
	json_begin(b, "run");
	json_put_text(b, "gear", gear_name(rep));
	json_put_text(b, "chooser", chooser_name(rep));
	json_put_hex(b, "seed", rep->seed);
	json_put_text(b, "coherent", rep->coherent);
	json_put_text(b, "swiotlb", rep->swiotlb);
	end(b);
}

static void put_examples(JsonBuilder *b, const struct replay_report *rep, enum finding f)
{
	begin_list(b, "examples");
	for (unsigned i = 0; i < rep->examples->len; i++) {
		const struct example *e = &g_array_index(rep->examples, struct example, i);

		if (e->finding != f)
			continue;
		json_builder_begin_object(b);
		json_put(b, "line", e->line);
		json_put_text(b, "device", report_device(rep, e->device)->name);
		json_put_text(b, "text", e->text);
		end(b);
	}
	json_builder_end_array(b);
}

static void put_findings(JsonBuilder *b, const struct replay_report *rep, const char *key,
			 bool is_trouble)
{
	begin_list(b, key);
	for (int f = 0; f < NR_FINDINGS; f++) {
		if (!rep->total.findings[f] || finding_infos[f].is_trouble != is_trouble)
			continue;
		json_builder_begin_object(b);
		json_put_text(b, "kind", finding_infos[f].key);
		json_put(b, "count", rep->total.findings[f]);
		json_put_text(b, "what", finding_infos[f].what);
		put_examples(b, rep, f);
		end(b);
	}
	json_builder_end_array(b);
}

static void put_hazards(JsonBuilder *b, const struct replay_report *rep)
{
	json_begin(b, "hazards");
	for (int c = 0; c < NR_HAZARD_CLASSES; c++)
		if (rep->hazards[c])
			json_put(b, hazard_title(c), rep->hazards[c]);
	end(b);
}

static void put_side(JsonBuilder *b, const char *key, const struct replay_device *dev,
		     enum trace_dir dir, uint64_t len, uint64_t line)
{
	json_begin(b, key);
	json_put_text(b, "device", dev->name);
	json_put_text(b, "direction", dir_name(dir));
	json_put(b, "bytes", len);
	json_put(b, "line", line);
	end(b);
}

static void put_pairs(JsonBuilder *b, const struct replay_report *rep)
{
	begin_list(b, "shared_lines");
	for (unsigned i = 0; i < rep->pairs->len; i++) {
		const struct shared_pair *p = &g_array_index(rep->pairs, struct shared_pair, i);

		json_builder_begin_object(b);
		put_side(b, "older", p->a, p->a_dir, p->a_len, p->a_line);
		put_side(b, "newer", p->b, p->b_dir, p->b_len, p->b_line);
		json_put_hex(b, "board_pa", p->pa);
		json_put_bool(b, "in_l1_lines", p->levels & 1);
		json_put_bool(b, "in_l2_lines", p->levels & 2);
		json_put_bool(b, "is_harmful", p->is_harmful);
		json_put(b, "times", p->times);
		json_put(b, "wrong_bytes", p->wrong);
		json_put(b, "bytes_apart", p->apart);
		json_put(b, "times_bounced_in_trace", p->bounced);
		json_put_bool(b, "is_maintained_in_trace",
			      p->a->was_maintained && p->b->was_maintained);
		end(b);
	}
	json_builder_end_array(b);
}

static void put_renamed(JsonBuilder *b, const struct replay_report *rep)
{
	const struct rename_stats *s = &rep->renamed;
	bool is_any = s->phys_lowest <= s->phys_highest;

	json_begin(b, "renamed");
	json_put_hex(b, "trace_lowest", is_any ? s->phys_lowest : 0);
	json_put_hex(b, "trace_highest", is_any ? s->phys_highest : 0);
	json_put(b, "groups_peak", s->groups_peak);
	json_put(b, "blocks", s->blocks);
	json_put(b, "recycled", s->recycled);
	json_put(b, "conflicts", s->conflicts);
	json_put(b, "anonymous", s->anonymous);
	end(b);
}

static void put_dev(JsonBuilder *b, const struct replay_report *rep,
		       const struct replay_device *dev)
{
	json_builder_begin_object(b);
	json_put_text(b, "name", dev->name);
	json_put_text(b, "master", dev->master_path);
	json_put_bool(b, "is_coherent", dev->is_coherent);
	json_put_text(b, "bypassed_iommu", dev->bypassed);
	iommu_put_device(b, dev);
	json_put_hex(b, "dma_mask", dev->mask);
	json_put_text(b, "dma_mask_from", dev->mask_from);
	json_put_hex(b, "dma_lowest", dev->dma_lowest <= dev->dma_highest ? dev->dma_lowest : 0);
	json_put_hex(b, "dma_highest", dev->dma_highest);
	json_put_hex(b, "max_mapping_size", dev->max_mapping);
	json_put_hex(b, "bus_dma_limit", dev->dma_limit);
	put_tally(b, rep, &dev->t);
	end(b);
}

static void put_devices(JsonBuilder *b, const struct replay_report *rep)
{
	begin_list(b, "devices");
	for (unsigned i = 0; i < rep->devices->len; i++)
		put_dev(b, rep, report_device(rep, i));
	json_builder_end_array(b);
}

char *replay_json(const struct replay_report *rep)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonGenerator) gen = json_generator_new();
	g_autofree char *verdict = replay_verdict(rep);
	g_autofree char *text = NULL;
	JsonNode *root;

	json_builder_begin_object(b);
	json_put(b, "schema", SCHEMA_VERSION);
	json_put_text(b, "tool", "armdma");
	json_put_text(b, "report", "replay");
	json_put_text(b, "verdict", verdict);
	json_put_bool(b, "is_clean", replay_is_clean(rep) && !replay_is_empty(rep));
	put_run(b, rep);
	put_trace(b, rep);
	put_board(b, rep);
	put_findings(b, rep, "trouble", true);
	put_findings(b, rep, "notes", false);
	put_hazards(b, rep);
	put_pairs(b, rep);
	judge_put(b, rep);
	iommu_put(b, rep);
	put_renamed(b, rep);
	json_begin(b, "total");
	put_tally(b, rep, &rep->total);
	end(b);
	put_devices(b, rep);
	end(b);

	root = json_builder_get_root(b);
	json_generator_set_root(gen, root);
	json_generator_set_pretty(gen, TRUE);
	text = json_generator_to_data(gen, NULL);
	json_node_unref(root);
	return g_strconcat(text, "\n", NULL);
}
