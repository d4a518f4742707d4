/* SPDX-License-Identifier: MIT */
/*
 * All reports of a run as one JSON object, for machines: docs/hazard-json.md and
 * docs/schema/hazards.schema.json. The same content as the text; keys always come
 * in the same order. Addresses are strings, since JSON's numbers have 53 bits.
 *
 * Absent things are left out: a report without an access has no "access".
 */
#include "excuse.h"
#include "exposure.h"
#include "may/may.h"
#include "writers.h"

#include <inttypes.h>
#include <armdma/run.h>

#define SCHEMA_VERSION 1

static void put_address(JsonBuilder *b, const char *name, uint64_t value)
{
	g_autofree char *text = g_strdup_printf("0x%" PRIx64, value);

	put_string(b, name, text);
}

static void put_frame(struct hazard_engine *e, JsonBuilder *b, const char *name,
		      const void *site)
{
	const struct symbol *s;

	if (!site)
		return;
	s = symbols_find(e->symbols, site);
	begin_object(b, name);
	put_string(b, "function", s->function);
	if (s->file) {
		put_string(b, "file", s->file);
		put_int(b, "line", (uint64_t)s->line);
	}
	json_builder_end_object(b);
}

static void put_access(JsonBuilder *b, const struct report_access *a)
{
	if (!a->who)
		return;
	begin_object(b, "access");
	put_string(b, "who", a->who);
	put_string(b, "does", a->is_write ? "write" : "read");
	if (a->has_va)
		put_address(b, "va", a->va);
	if (a->has_dma)
		put_address(b, "dma", a->dma);
	if (a->has_pa)
		put_address(b, "pa", a->pa);
	put_int(b, "len", a->len);
	json_builder_end_object(b);
}

static void put_hex(JsonBuilder *b, const char *name, const GByteArray *bytes)
{
	g_autofree char *text = bytes_text(bytes->data, bytes->len, bytes->len);

	put_string(b, name, text);
}

static void put_bytes(JsonBuilder *b, const struct report_bytes *bytes)
{
	if (!bytes->saw)
		return;
	begin_object(b, "bytes");
	put_hex(b, "saw", bytes->saw);
	put_hex(b, "newest", bytes->newest);
	put_string(b, "newest_in", bytes->newest_in);
	put_int(b, "first_wrong", bytes->first_wrong);
	put_int(b, "nr_wrong", bytes->nr_wrong);
	json_builder_end_object(b);
}

static void put_mapping(struct hazard_engine *e, JsonBuilder *b,
			const struct report_mapping *m)
{
	if (!m->device)
		return;
	begin_object(b, "mapping");
	put_string(b, "device", m->device);
	put_string(b, "kind", mapping_kind_name(m->kind));
	put_string(b, "direction", direction_name(m->dir));
	put_address(b, "dma", m->dma);
	put_address(b, "pa", m->pa);
	put_int(b, "len", m->len);
	put_int(b, "step", m->step);
	put_frame(e, b, "at", m->site);
	json_builder_end_object(b);
}

static void put_row(struct hazard_engine *e, JsonBuilder *b, const struct report_row *row)
{
	const struct record *rec = &row->record;

	begin_object(b, NULL);
	put_int(b, "step", rec->step);
	put_string(b, "event", record_kind_name(rec->kind));
	put_string(b, "what", row->what);
	put_bool(b, "is_culprit", row->is_culprit);
	if (row->place)
		put_string(b, "cache", row->place);
	else
		put_frame(e, b, "at", rec->site);
	json_builder_end_object(b);
}

static void put_timeline(struct hazard_engine *e, JsonBuilder *b, const struct report *r)
{
	begin_array(b, "timeline");
	for (unsigned i = 0; i < r->rows->len; i++)
		put_row(e, b, &g_array_index(r->rows, struct report_row, i));
	json_builder_end_array(b);
}

static void put_stack(struct hazard_engine *e, JsonBuilder *b, uint64_t step,
		      const struct stack *s)
{
	if (!s->nr)
		return;
	begin_object(b, NULL);
	put_int(b, "step", step);
	begin_array(b, "frames");
	for (unsigned i = 0; i < s->nr; i++) {
		put_frame(e, b, NULL, s->pc[i]);
		if (g_str_equal(symbols_find(e->symbols, s->pc[i])->function, "main"))
			break;
	}
	json_builder_end_array(b);
	json_builder_end_object(b);
}

static void put_stacks(struct hazard_engine *e, JsonBuilder *b, const struct report *r)
{
	begin_array(b, "backtraces");
	for (unsigned i = 0; i < r->rows->len; i++) {
		const struct record *rec = &g_array_index(r->rows, struct report_row, i).record;

		if (rec->stack)
			put_stack(e, b, rec->step, stacks_at(&e->stacks, rec->stack));
	}
	put_stack(e, b, r->stack_step, &r->stack);
	json_builder_end_array(b);
}

static void put_advice(JsonBuilder *b, const struct report *r)
{
	if (!r->fix)
		return;
	begin_object(b, "likely");
	put_string(b, "kind", g_str_equal(r->fix_label, "Likely meant") ? "meant" : "missing");
	put_string(b, "call", r->fix);
	json_builder_end_object(b);
}

static void put_schedule(const struct hazard_engine *e, JsonBuilder *b, const struct report *r)
{
	g_autofree char *replay = r->schedule ? report_replay(e, r) : NULL;

	if (r->schedule)
		put_string(b, "schedule", r->schedule);
	if (replay)
		put_string(b, "replay", replay);
}

static void put_report(struct hazard_engine *e, JsonBuilder *b, const struct report *r)
{
	begin_object(b, NULL);
	put_string(b, "class", hazard_title(r->class));
	put_string(b, "id", hazard_info(r->class)->id);
	put_string(b, "strength", hazard_strength_name(r->strength));
	put_string(b, "severity", hazard_severity_name(hazard_info(r->class)->severity));
	put_string(b, "meaning", hazard_meaning(r->class));
	put_int(b, "count", r->count);
	put_int(b, "step", r->step);
	put_frame(e, b, "in", r->site);
	if (!r->site && r->by)
		put_string(b, "by", r->by);
	put_string(b, "what", r->what->str);
	put_access(b, &r->access);
	put_bytes(b, &r->bytes);
	put_mapping(e, b, &r->mapping);
	put_timeline(e, b, r);
	put_schedule(e, b, r);
	put_stacks(e, b, r);
	put_advice(b, r);
	json_builder_end_object(b);
}

/* Neither counted nor told in full. */
static void put_excused(struct hazard_engine *e, JsonBuilder *b, const struct report *r)
{
	begin_object(b, NULL);
	put_string(b, "class", hazard_title(r->class));
	put_string(b, "id", hazard_info(r->class)->id);
	put_int(b, "count", r->count);
	put_frame(e, b, "in", r->site);
	if (!r->site && r->by)
		put_string(b, "by", r->by);
	put_string(b, "why", r->excuse->kind == EXCUSE_EXPECTED ? "expected" : "suppressed");
	if (r->excuse->line)
		put_int(b, "line", r->excuse->line);
	json_builder_end_object(b);
}

static void put_counts(struct hazard_engine *e, JsonBuilder *b)
{
	begin_object(b, "counts");
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++)
		if (e->count[c])
			put_int(b, hazard_title(c), e->count[c]);
	json_builder_end_object(b);
}

static void put_proof(struct hazard_engine *e, JsonBuilder *b)
{
	g_autofree char *why_not = may_why_not(e);

	if (!e->may || e->reports->len)
		return;		/* then nothing is proved, and why is plain */
	begin_object(b, "proof");
	put_bool(b, "is_proved", hazard_is_proved(e));
	put_int(b, "reads", e->may->nr_reads);
	if (why_not)
		put_string(b, "why_not", why_not);
	json_builder_end_object(b);
}

static JsonNode *build(struct hazard_engine *e)
{
	g_autoptr(JsonBuilder) b = json_builder_new();

	begin_object(b, NULL);
	put_int(b, "schema", SCHEMA_VERSION);
	put_string(b, "tool", "armdma");
	put_bool(b, "is_clean", !e->reports->len);
	put_int(b, "accesses", e->nr_accesses);
	put_int(b, "lines", e->shadow.nr_lines);
	put_int(b, "hazards", e->reports->len);
	put_int(b, "times", report_times(e));
	put_counts(e, b);
	put_proof(e, b);
	if (e->replay)
		put_string(b, "replay", e->replay);
	if (machine_nr_takeovers(e->machine))
		put_int(b, "takeovers", machine_nr_takeovers(e->machine));
	begin_array(b, "reports");
	for (unsigned i = 0; i < e->reports->len; i++)
		put_report(e, b, g_ptr_array_index(e->reports, i));
	json_builder_end_array(b);
	if (e->excused->len) {
		begin_array(b, "excused");
		for (unsigned i = 0; i < e->excused->len; i++)
			put_excused(e, b, g_ptr_array_index(e->excused, i));
		json_builder_end_array(b);
	}
	exposure_put(e, b);
	json_builder_end_object(b);
	return json_builder_get_root(b);
}

void json_add(struct hazard_engine *e, struct report_file *f)
{
	g_autoptr(JsonNode) root = build(e);
	g_autofree char *text = json_to_string(root, TRUE);

	g_string_append_printf(f->body, "%s\n", text);
}
