/* SPDX-License-Identifier: MIT */
/*
 * Suppressions and expectations. A file of suppressions has a line for each, as the
 * sanitizers' have:
 *
 *	# until the vendor's driver is fixed
 *	cpu-read-while-mapped:vendor_poll
 *	ADM-4*:*vendor*.c
 */
#include "excuse.h"
#include "report.h"

#include <inttypes.h>
#include <string.h>

#define EXCUSE_ERROR g_quark_from_static_string("armdma-suppressions")

void excuse_free(void *x)
{
	struct excuse *excuse = x;

	g_free(excuse->class);
	g_free(excuse->place);
	g_free(excuse);
}

static struct excuse *excuse_new(enum excuse_kind kind, const char *class, const char *place)
{
	struct excuse *x = g_new0(struct excuse, 1);

	x->kind = kind;
	x->class = g_strdup(class);
	x->place = g_strdup(place);
	return x;
}

static bool matches(const char *glob, const char *text)
{
	return text && g_pattern_match_simple(glob, text);
}

static bool names_class(const char *glob, enum hazard_class c)
{
	return matches(glob, hazard_info(c)->id) || matches(glob, hazard_title(c));
}

static bool names_any_class(const char *glob)
{
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++)
		if (names_class(glob, c))
			return true;
	return false;
}

/* ---- the file --------------------------------------------------------------------- */

/* One line without its comment; NULL with *@error unset: there is nothing in it. */
static struct excuse *read_line(char *text, GError **error)
{
	char *colon = strchr(text, ':');

	if (!*text || *text == '#')
		return NULL;
	if (!colon || colon == text || !colon[1]) {
		g_set_error(error, EXCUSE_ERROR, 0,
			    "\"%s\" is not CLASS:PLACE, as cpu-read-stale:nic_poll", text);
		return NULL;
	}
	*colon = '\0';
	g_strchomp(text);
	if (!names_any_class(text)) {
		g_set_error(error, EXCUSE_ERROR, 0,
			    "no hazard has the id or title \"%s\" (armdma hazards lists them)",
			    text);
		return NULL;
	}
	return excuse_new(EXCUSE_SUPPRESSED, text, g_strchug(colon + 1));
}

static bool read_lines(GPtrArray *all, char **lines, const char *path, GError **error)
{
	for (unsigned n = 0; lines[n]; n++) {
		GError *bad = NULL;
		struct excuse *x = read_line(g_strstrip(lines[n]), &bad);

		if (bad) {
			g_propagate_prefixed_error(error, bad, "%s:%u: ", path, n + 1);
			return false;
		}
		if (!x)
			continue;
		x->line = n + 1;
		g_ptr_array_add(all, x);
	}
	return true;
}

GPtrArray *excuses_read(const char *path, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(excuse_free);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	gsize len;

	if (!g_file_get_contents(path, &text, &len, error))
		return NULL;
	if (!g_utf8_validate(text, (gssize)len, NULL)) {
		g_set_error(error, EXCUSE_ERROR, 0, "%s is not text", path);
		return NULL;
	}
	lines = g_strsplit(text, "\n", -1);
	return read_lines(all, lines, path, error) ? g_steal_pointer(&all) : NULL;
}

bool hazard_check_suppressions(const char *path, GError **error)
{
	g_autoptr(GPtrArray) all = excuses_read(path, error);

	return all;
}

/* ---- a report --------------------------------------------------------------------- */

static bool is_at(struct hazard_engine *e, const char *glob, const void *pc)
{
	const struct symbol *s = pc ? symbols_find(e->symbols, pc) : NULL;

	return s && (matches(glob, s->function) || matches(glob, s->file));
}

static bool is_by(struct hazard_engine *e, const char *glob, const struct report *r)
{
	if (!strcmp(glob, "*") || is_at(e, glob, r->site) || (!r->site && matches(glob, r->by)))
		return true;
	for (unsigned i = 0; i < r->stack.nr; i++)
		if (is_at(e, glob, r->stack.pc[i]))
			return true;
	return false;
}

struct excuse *excuse_find(struct hazard_engine *e, const struct report *r)
{
	for (unsigned i = 0; e->excuses && i < e->excuses->len; i++) {
		struct excuse *x = g_ptr_array_index(e->excuses, i);

		if (names_class(x->class, r->class) && is_by(e, x->place, r))
			return x;
	}
	return NULL;
}

void hazard_expect(struct hazard_engine *e, enum hazard_class c, const char *place)
{
	struct excuse *x = excuse_new(EXCUSE_EXPECTED, hazard_info(c)->id, place ? place : "*");

	if (!e->excuses)
		e->excuses = g_ptr_array_new_with_free_func(excuse_free);
	g_ptr_array_insert(e->excuses, 0, x);	/* before any file's */
}

/* ---- at the end ------------------------------------------------------------------- */

bool excuse_is_unmet(const struct excuse *x)
{
	return x->kind == EXCUSE_EXPECTED && !x->nr_taken;
}

/* "cpu-read-stale in rx_poll" */
static char *expectation_text(const struct excuse *x)
{
	enum hazard_class c = 0;

	while (strcmp(hazard_info(c)->id, x->class))
		c++;
	return strcmp(x->place, "*") ? g_strdup_printf("%s in %s", hazard_title(c), x->place)
				     : g_strdup(hazard_title(c));
}

bool excuses_are_met(const struct hazard_engine *e)
{
	for (unsigned i = 0; e->excuses && i < e->excuses->len; i++)
		if (excuse_is_unmet(g_ptr_array_index(e->excuses, i)))
			return false;
	return true;
}

static char *expected_text(const struct excuse *x)
{
	g_autofree char *what = expectation_text(x);

	if (excuse_is_unmet(x))
		return g_strdup_printf("EXPECTED, and not reported: %s", what);
	return g_strdup_printf("expected, and reported: %s (%" PRIu64 " time%s)", what,
			       x->nr_times, x->nr_times == 1 ? "" : "s");
}

char *excuse_text(const struct hazard_engine *e, const struct excuse *x)
{
	if (x->kind == EXCUSE_EXPECTED)
		return expected_text(x);
	if (!x->nr_taken)
		return g_strdup_printf("unused suppression: %s:%u %s:%s", e->suppressions, x->line,
				       x->class, x->place);
	return g_strdup_printf("suppressed by %s:%u %s:%s: %" PRIu64 " hazard%s (%" PRIu64
			       " time%s)", e->suppressions, x->line, x->class, x->place,
			       x->nr_taken, x->nr_taken == 1 ? "" : "s", x->nr_times,
			       x->nr_times == 1 ? "" : "s");
}

void excuses_print(struct hazard_engine *e, FILE *out)
{
	for (unsigned i = 0; e->excuses && i < e->excuses->len; i++) {
		g_autofree char *text = excuse_text(e, g_ptr_array_index(e->excuses, i));

		fprintf(out, "%s\n", text);
	}
}
