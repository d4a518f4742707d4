/* SPDX-License-Identifier: MIT */
/*
 * SARIF 2.1.0 (OASIS Standard, 27 March 2020): one run, whatever number of harnesses a
 * program starts, since code hosts refuse several of one tool in a file.
 *
 *   driver.rules     the catalogue, all of it: ruleIndex is the class
 *   invocations      a harness each: its board and replay line
 *   results          a report each, at the line of the guilty call
 *     codeFlows      the timeline: rows of code; what hardware did meanwhile follows the
 *                    row in words, since a flow goes through source lines only
 *     relatedLocations  the other party: who mapped
 *
 * Source files are named from %SRCROOT%: the root of run_root(). A fingerprint knows class,
 * functions and file, no lines: it outlives changes elsewhere in the file.
 *
 * Leaves out: artifacts, columns, fixes as text edits.
 */
#include "excuse.h"
#include "json-put.h"
#include "writers.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define SCHEMA	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/" \
		"sarif-schema-2.1.0.json"
#define ROOT	"%SRCROOT%"

static void put_message(JsonBuilder *b, const char *name, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	begin_object(b, name);
	put_string(b, "text", valid);
	json_builder_end_object(b);
}

/* ---- places ----------------------------------------------------------------------- */

struct flow {
	struct hazard_engine *e;
	JsonBuilder *b;
	const char *root;
};

static void put_artifact(const struct flow *f, const char *path)
{
	const char *below = below_root(f->root, path);
	g_autofree char *uri = below ? g_uri_escape_string(below, "/", FALSE)
				     : g_filename_to_uri(path, NULL, NULL);

	begin_object(f->b, "artifactLocation");
	put_string(f->b, "uri", uri);
	if (below)
		put_string(f->b, "uriBaseId", ROOT);
	json_builder_end_object(f->b);
}

static void put_physical(const struct flow *f, const struct symbol *s)
{
	if (!s->path)
		return;
	begin_object(f->b, "physicalLocation");
	put_artifact(f, s->path);
	if (s->line > 0) {
		begin_object(f->b, "region");
		put_int(f->b, "startLine", (uint64_t)s->line);
		json_builder_end_object(f->b);
	}
	json_builder_end_object(f->b);
}

/* The members of a location object that has begun. */
static void put_place(const struct flow *f, const struct symbol *s, const char *text)
{
	put_physical(f, s);
	begin_array(f->b, "logicalLocations");
	begin_object(f->b, NULL);
	put_string(f->b, "name", s->function);
	put_string(f->b, "kind", "function");
	json_builder_end_object(f->b);
	json_builder_end_array(f->b);
	if (text)
		put_message(f->b, "message", text);
}

static const struct symbol *symbol_of(const struct flow *f, const void *site)
{
	return site ? symbols_find(f->e->symbols, site) : NULL;
}

static void put_locations(const struct flow *f, const struct report *r)
{
	const struct symbol *s = report_place(f->e, r);

	if (!s)
		s = symbol_of(f, r->site);
	begin_array(f->b, "locations");
	if (s) {
		begin_object(f->b, NULL);
		put_place(f, s, NULL);
		json_builder_end_object(f->b);
	}
	json_builder_end_array(f->b);
}

static void put_related(const struct flow *f, const struct report *r)
{
	const struct symbol *s = symbol_of(f, r->mapping.device ? r->mapping.site : NULL);
	g_autofree char *text = s ? g_strdup_printf("%s for %s, %s",
		r->mapping.is_allocation ? "allocated" : "mapped", r->mapping.device,
		direction_name(r->mapping.dir)) : NULL;

	if (!s || !s->path)
		return;
	begin_array(f->b, "relatedLocations");
	begin_object(f->b, NULL);
	put_int(f->b, "id", 1);
	put_place(f, s, text);
	json_builder_end_object(f->b);
	json_builder_end_array(f->b);
}

/* ---- the timeline ----------------------------------------------------------------- */

static const struct report_row *row_at(const struct report *r, unsigned i)
{
	return &g_array_index(r->rows, struct report_row, i);
}

/* The line of the code that did it; NULL: the hardware did, or nobody knows the line. */
static const struct symbol *row_symbol(const struct flow *f, const struct report_row *row)
{
	const struct symbol *s = symbol_of(f, row->place ? NULL : row->record.site);

	return s && s->path ? s : NULL;
}

static void append_row(GString *s, const struct report_row *row)
{
	g_string_append_printf(s, "step %" PRIu64 ": %s", row->record.step, row->what);
	if (row->place)
		g_string_append_printf(s, " (%s)", row->place);
}

/* Row @i and the rows after it that have no line of their own. Return: the next one. */
static unsigned put_step(const struct flow *f, const struct report *r, unsigned i)
{
	const struct report_row *row = row_at(r, i);
	const struct symbol *s = row_symbol(f, row);
	g_autoptr(GString) text = g_string_new(NULL);

	append_row(text, row);
	for (i++; i < r->rows->len && !row_symbol(f, row_at(r, i)); i++) {
		g_string_append(text, "; then ");
		append_row(text, row_at(r, i));
	}
	begin_object(f->b, NULL);
	begin_object(f->b, "location");
	put_place(f, s, text->str);
	json_builder_end_object(f->b);
	put_int(f->b, "executionOrder", row->record.step);
	put_string(f->b, "importance", row->is_culprit ? "essential" : "important");
	json_builder_end_object(f->b);
	return i;
}

static unsigned first_with_line(const struct flow *f, const struct report *r)
{
	unsigned i = 0;

	while (i < r->rows->len && !row_symbol(f, row_at(r, i)))
		i++;
	return i;
}

static void put_code_flow(const struct flow *f, const struct report *r)
{
	unsigned i = first_with_line(f, r);

	if (i == r->rows->len)
		return;
	begin_array(f->b, "codeFlows");
	begin_object(f->b, NULL);
	begin_array(f->b, "threadFlows");
	begin_object(f->b, NULL);
	begin_array(f->b, "locations");
	while (i < r->rows->len)
		i = put_step(f, r, i);
	json_builder_end_array(f->b);
	json_builder_end_object(f->b);
	json_builder_end_array(f->b);
	json_builder_end_object(f->b);
	json_builder_end_array(f->b);
}

static void put_stack(const struct flow *f, uint64_t step, const struct stack *s)
{
	g_autofree char *text = g_strdup_printf("step %" PRIu64, step);

	begin_object(f->b, NULL);
	put_message(f->b, "message", text);
	begin_array(f->b, "frames");
	for (unsigned i = 0; i < s->nr; i++) {
		const struct symbol *frame = symbol_of(f, s->pc[i]);

		begin_object(f->b, NULL);
		begin_object(f->b, "location");
		put_place(f, frame, NULL);
		json_builder_end_object(f->b);
		json_builder_end_object(f->b);
		if (g_str_equal(frame->function, "main"))
			break;
	}
	json_builder_end_array(f->b);
	json_builder_end_object(f->b);
}

static void put_stacks(const struct flow *f, const struct report *r)
{
	begin_array(f->b, "stacks");
	for (unsigned i = 0; i < r->rows->len; i++) {
		const struct record *rec = &row_at(r, i)->record;

		if (rec->stack)
			put_stack(f, rec->step, stacks_at(&f->e->stacks, rec->stack));
	}
	if (r->stack.nr)
		put_stack(f, r->stack_step, &r->stack);
	json_builder_end_array(f->b);
}

/* ---- a result --------------------------------------------------------------------- */

static const char *level_of(enum hazard_class c, enum hazard_strength strength)
{
	if (strength == STRENGTH_POSSIBLE || hazard_info(c)->severity == SEVERITY_BREAKS)
		return "warning";
	return "error";
}

static char *print_of(const struct flow *f, const struct report *r)
{
	const struct symbol *s = report_place(f->e, r);
	const struct symbol *other = symbol_of(f, r->mapping.device ? r->mapping.site : NULL);
	const char *below = s ? below_root(f->root, s->path) : NULL;

	return g_strjoin("|", hazard_info(r->class)->id, hazard_strength_name(r->strength),
			 s ? s->function : r->by ? r->by : "?",
			 below ? below : s ? s->path : "?",
			 other ? other->function : "?", NULL);
}

/* Reports that are one but for their lines are told apart by their order. */
static unsigned nr_like_it(const struct flow *f, const struct report *r, const char *print)
{
	const GPtrArray *all = reports_like(f->e, r);
	unsigned nr = 0;

	for (unsigned i = 0; g_ptr_array_index(all, i) != r; i++) {
		g_autofree char *other = print_of(f, g_ptr_array_index(all, i));

		nr += g_str_equal(other, print);
	}
	return nr;
}

static void put_fingerprint(const struct flow *f, const struct report *r)
{
	g_autofree char *print = print_of(f, r);
	g_autofree char *numbered = g_strdup_printf("%s|%u", print, nr_like_it(f, r, print));
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, numbered, -1);

	begin_object(f->b, "partialFingerprints");
	put_string(f->b, "armdmaHazard/v1", sum);
	json_builder_end_object(f->b);
}

/* The first sentence is all that a list shows: what it is, and where. */
static char *message_of(struct hazard_engine *e, const struct report *r)
{
	g_autofree char *title = report_title(e, r);
	g_autofree char *fix = r->fix ? g_strdup_printf("\n\n%s: %s", r->fix_label, r->fix)
				      : g_strdup("");

	return g_strdup_printf("%s. %s%s", title, r->what->str, fix);
}

static void put_properties(const struct flow *f, const struct report *r)
{
	begin_object(f->b, "properties");
	put_string(f->b, "class", hazard_title(r->class));
	put_string(f->b, "strength", hazard_strength_name(r->strength));
	put_string(f->b, "severity", hazard_severity_name(hazard_info(r->class)->severity));
	put_int(f->b, "step", r->step);
	if (r->schedule)
		put_string(f->b, "schedule", r->schedule);
	json_builder_end_object(f->b);
}

static void put_suppression(const struct flow *f, const struct report *r)
{
	g_autofree char *why = r->excuse ? g_strdup_printf("%s:%u %s:%s", f->e->suppressions,
		r->excuse->line, r->excuse->class, r->excuse->place) : NULL;

	if (!why)
		return;
	begin_array(f->b, "suppressions");
	begin_object(f->b, NULL);
	put_string(f->b, "kind", "external");
	put_string(f->b, "justification", why);
	json_builder_end_object(f->b);
	json_builder_end_array(f->b);
}

static void put_result(const struct flow *f, const struct report *r, unsigned nr_run)
{
	g_autofree char *text = message_of(f->e, r);

	begin_object(f->b, NULL);
	put_string(f->b, "ruleId", hazard_info(r->class)->id);
	put_int(f->b, "ruleIndex", r->class);
	put_string(f->b, "level", level_of(r->class, r->strength));
	put_message(f->b, "message", text);
	put_locations(f, r);
	put_related(f, r);
	put_code_flow(f, r);
	put_stacks(f, r);
	put_fingerprint(f, r);
	put_int(f->b, "occurrenceCount", r->count);
	put_suppression(f, r);
	begin_object(f->b, "provenance");
	put_int(f->b, "invocationIndex", nr_run);
	json_builder_end_object(f->b);
	put_properties(f, r);
	json_builder_end_object(f->b);
}

/* ---- the run ---------------------------------------------------------------------- */

static void put_rule(JsonBuilder *b, enum hazard_class c)
{
	const struct hazard_info *info = hazard_info(c);
	g_autofree char *help = g_strdup_printf("%s\n\nRight: %s.\n\nSee: %s", info->meaning,
						info->fix, info->references);

	begin_object(b, NULL);
	put_string(b, "id", info->id);
	put_string(b, "name", info->title);
	put_message(b, "shortDescription", info->title);
	put_message(b, "fullDescription", info->meaning);
	put_message(b, "help", help);
	begin_object(b, "defaultConfiguration");
	put_string(b, "level", level_of(c, info->strength));
	json_builder_end_object(b);
	begin_object(b, "properties");
	put_string(b, "severity", hazard_severity_name(info->severity));
	begin_array(b, "tags");
	json_builder_add_string_value(b, "dma");
	json_builder_add_string_value(b, hazard_strength_name(info->strength));
	json_builder_end_array(b);
	json_builder_end_object(b);
	json_builder_end_object(b);
}

static void put_tool(JsonBuilder *b)
{
	begin_object(b, "tool");
	begin_object(b, "driver");
	put_string(b, "name", "armdma");
	put_string(b, "semanticVersion", ARMDMA_VERSION);
	begin_array(b, "rules");
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++)
		put_rule(b, (enum hazard_class)c);
	json_builder_end_array(b);
	json_builder_end_object(b);
	json_builder_end_object(b);
}

static void put_invocation(const struct flow *f)
{
	g_autofree char *name = run_board(f->e);

	begin_object(f->b, NULL);
	put_bool(f->b, "executionSuccessful", true);
	if (f->e->replay)
		put_string(f->b, "commandLine", f->e->replay);
	begin_object(f->b, "properties");
	put_string(f->b, "board", name);
	put_int(f->b, "hazards", f->e->reports->len);
	put_int(f->b, "times", report_times(f->e));
	json_builder_end_object(f->b);
	json_builder_end_object(f->b);
}

static void append(GString *list, JsonBuilder *b)
{
	g_autoptr(JsonNode) root = json_builder_get_root(b);
	g_autofree char *text = json_to_string(root, FALSE);

	g_string_append_printf(list, "%s%s", list->len ? "," : "", text);
	json_builder_reset(b);
}

/* Which of several uploads a file replaces: the program's, on its (first) board. */
static void put_head(const struct flow *f, GString *head)
{
	g_autofree char *name = run_board(f->e);
	g_autofree char *id = g_strdup_printf("armdma/%s/%s/", program_invocation_short_name,
					      name);
	g_autofree char *uri = g_filename_to_uri(f->root, NULL, NULL);
	g_autofree char *folder = g_strconcat(uri, g_str_has_suffix(uri, "/") ? "" : "/", NULL);

	begin_object(f->b, NULL);
	put_tool(f->b);
	begin_object(f->b, "automationDetails");
	put_string(f->b, "id", id);
	json_builder_end_object(f->b);
	put_string(f->b, "columnKind", "utf16CodeUnits");
	begin_object(f->b, "originalUriBaseIds");
	begin_object(f->b, ROOT);
	put_string(f->b, "uri", folder);
	json_builder_end_object(f->b);
	json_builder_end_object(f->b);
	json_builder_end_object(f->b);
	append(head, f->b);
}

void sarif_add(struct hazard_engine *e, struct report_file *f)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autofree char *root = run_root(e);
	struct flow flow = { e, b, root };

	if (!f->head->len)
		put_head(&flow, f->head);
	put_invocation(&flow);
	append(f->more, b);
	for (unsigned i = 0; i < e->reports->len; i++) {
		put_result(&flow, g_ptr_array_index(e->reports, i), f->nr_in_file);
		append(f->body, b);
	}
	for (unsigned i = 0; i < e->excused->len; i++) {
		const struct report *r = g_ptr_array_index(e->excused, i);

		if (r->excuse->kind != EXCUSE_SUPPRESSED)
			continue;	/* a test wanted it: it is no finding */
		put_result(&flow, r, f->nr_in_file);
		append(f->body, b);
	}
}

void sarif_finish(const struct report_file *f, GString *doc)
{
	g_autofree char *run = g_strndup(f->head->str, f->head->len - 1);
	g_autofree char *flat = g_strdup_printf(
		"{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\",\"runs\":[%s,"
		"\"invocations\":[%s],\"results\":[%s]}]}", run, f->more->str, f->body->str);
	g_autoptr(JsonNode) root = json_from_string(flat, NULL);
	g_autofree char *text = json_to_string(root, TRUE);

	g_string_append_printf(doc, "%s\n", text);
}
