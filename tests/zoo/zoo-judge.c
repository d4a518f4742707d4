/* SPDX-License-Identifier: MIT */
/* Was a program of the zoo caught, and as what? */
#include <inttypes.h>
#include <string.h>

#include "zoo-run.h"

struct judge {
	const struct zoo *z;
	const struct zoo_row *row;
	bool has_culprit, has_other;
};

/* What a compiler makes of a function's name when it makes another version of it. */
static bool is_named(const char *function, const char *name)
{
	size_t len = strlen(name);

	return function && !strncmp(function, name, len) &&
	       (!function[len] || function[len] == '.');
}

static const char *wanted(const struct zoo *z, const char *name)
{
	if (!strcmp(name, "<dev>"))
		return dev_name(z->dev);
	return strcmp(name, "<dev2>") ? name : dev_name(z->dev2);
}

static bool is_in_events(const struct hazard_report *r, const char *name)
{
	for (size_t i = 0; i < r->nr_events; i++)
		if (is_named(r->events[i].site.function, name) ||
		    strstr(r->events[i].what, name))
			return true;
	return false;
}

static bool is_in_stack(const struct hazard_report *r, const char *name)
{
	for (size_t i = 0; i < r->nr_stack; i++)
		if (is_named(r->stack[i].function, name))
			return true;
	return false;
}

static bool names(const struct hazard_report *r, const char *name)
{
	return is_named(r->mapper.function, name) || is_in_events(r, name) ||
	       is_in_stack(r, name) || strstr(r->what, name);
}

static bool blames(const struct hazard_report *r, const char *name)
{
	return is_named(r->site.function, name) || (r->by && !strcmp(r->by, name));
}

static bool look(void *ctx, const struct hazard_report *r)
{
	struct judge *j = ctx;
	const struct zoo_row *row = j->row;

	if (r->hazard != row->class)
		return true;
	if (row->culprit && !blames(r, wanted(j->z, row->culprit)))
		return true;
	j->has_culprit = true;
	j->has_other |= !row->other || names(r, wanted(j->z, row->other));
	return true;
}

static bool comes_with_it(const struct zoo_row *row, unsigned class)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(row->also); i++)
		if (row->also[i] == ALSO(class))
			return true;
	return false;
}

static void complain_of_classes(const struct hazard_engine *e, const struct zoo_row *row,
				bool is_wrong, GString *complaints)
{
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		uint64_t nr = hazard_count(e, c);
		bool is_due = is_wrong && c == row->class;

		if (is_due && !nr)
			g_string_append_printf(complaints, "no %s\n", hazard_title(c));
		if (!is_due && nr && !(is_wrong && comes_with_it(row, c)))
			g_string_append_printf(complaints, "%" PRIu64 " times %s\n", nr,
					       hazard_title(c));
	}
}

static void complain_of_sites(struct judge *j, struct hazard_engine *e, GString *complaints)
{
	const struct zoo_row *row = j->row;

	if (!hazard_count(e, row->class))
		return;
	hazard_report_each(e, look, j);
	if (!j->has_culprit)
		g_string_append_printf(complaints, "no such report blames %s\n", row->culprit);
	else if (!j->has_other)
		g_string_append_printf(complaints, "no such report names %s\n", row->other);
}

static enum zoo_verdict judge(struct zoo *z, const struct zoo_row *row, bool is_wrong,
			      GString *complaints)
{
	struct hazard_engine *e = harness_hazards(z->h);
	struct judge j = { .z = z, .row = row };
	bool is_silent;

	(is_wrong ? row->wrong : row->right)(z);
	zoo_unbind(z);
	is_silent = !hazard_count(e, NR_HAZARD_CLASSES);
	complain_of_classes(e, row, is_wrong, complaints);
	if (is_wrong)
		complain_of_sites(&j, e, complaints);
	if (zoo_close(z) != !is_silent)
		g_string_append(complaints, "and more at the very end\n");
	if (is_silent)
		return ZOO_SILENT;
	return complaints->len || !is_wrong ? ZOO_OTHERWISE : ZOO_CAUGHT;
}

/* The wrong one, where nothing comes of it. */
static enum zoo_verdict judge_harmless(struct zoo *z, const struct zoo_row *row,
				       GString *complaints)
{
	struct hazard_engine *e = harness_hazards(z->h);

	row->wrong(z);
	zoo_unbind(z);
	complain_of_classes(e, row, false, complaints);
	if (zoo_close(z))
		g_string_append(complaints, "not as silent as where nothing goes wrong\n");
	return complaints->len ? ZOO_OTHERWISE : ZOO_HARMLESS;
}

bool zoo_told(const struct zoo_row *row, bool is_wrong, const char *board, const char *options,
	      GString *ret_titles)
{
	struct zoo *z = zoo_open(row, is_wrong, board, options, NULL, NULL);
	bool is_played = z && zoo_has(z, row, 0);

	if (is_played) {
		(is_wrong ? row->wrong : row->right)(z);
		zoo_unbind(z);
	}
	for (unsigned c = 0; is_played && c < NR_HAZARD_CLASSES; c++)
		if (hazard_count(harness_hazards(z->h), c))
			g_string_append_printf(ret_titles, "%s%s", ret_titles->len ? " " : "",
					       hazard_title(c));
	if (z)
		zoo_close(z);
	return is_played;
}

enum zoo_verdict zoo_judge(const struct zoo_row *row, bool is_wrong, const char *board,
			   const char *options, FILE *reports, GString *complaints)
{
	g_autoptr(GError) error = NULL;
	struct zoo *z = zoo_open(row, is_wrong, board, options, reports, &error);

	if (!z) {
		g_string_append_printf(complaints, "%s\n", error->message);
		return ZOO_BROKEN;
	}
	if (!zoo_has(z, row, 0)) {
		if (is_wrong && zoo_has(z, row, row->harmless_without))
			return judge_harmless(z, row, complaints);
		zoo_close(z);
		return ZOO_NOT_HERE;
	}
	return judge(z, row, is_wrong, complaints);
}
