/* SPDX-License-Identifier: MIT */
/* What one child found: from its report, and from how it ended. */
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/wait.h>

#include "run.h"

static void finding_free(void *data)
{
	struct finding *f = data;

	g_free(f->key);
	g_free(f->title);
	g_free(f->id);
	g_free(f->strength);
	g_free(f->what);
	g_free(f->replay);
	g_free(f);
}

void outcomes_done(struct outcome *outcomes, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		g_clear_pointer(&outcomes[i].findings, g_ptr_array_unref);
}

const struct finding *outcome_find(const struct outcome *o, const char *key)
{
	for (unsigned i = 0; o->findings && i < o->findings->len; i++) {
		const struct finding *f = g_ptr_array_index(o->findings, i);

		if (!strcmp(f->key, key))
			return f;
	}
	return NULL;
}

bool finding_is_possible(const struct finding *f)
{
	return f->strength && !strcmp(f->strength, "possible");
}

/* ---- reports --------------------------------------------------------------------- */

static const char *text_of(JsonObject *o, const char *name)
{
	JsonNode *n = json_object_get_member(o, name);

	return n && JSON_NODE_HOLDS_VALUE(n) ? json_node_get_string(n) : NULL;
}

static JsonObject *object_of(JsonObject *o, const char *name)
{
	JsonNode *n = json_object_get_member(o, name);

	return n && JSON_NODE_HOLDS_OBJECT(n) ? json_node_get_object(n) : NULL;
}

/* "rx_poll (driver.c:12)"; who did it, where no code is to blame. */
static char *place_of(JsonObject *report)
{
	JsonObject *in = object_of(report, "in");
	const char *function = in ? text_of(in, "function") : NULL;
	const char *file = in ? text_of(in, "file") : NULL;

	if (!function)
		return g_strdup(text_of(report, "by"));
	if (!file)
		return g_strdup(function);
	return g_strdup_printf("%s (%s:%d)", function, file,
			       (int)json_object_get_int_member_with_default(in, "line", 0));
}

static void add_report(struct outcome *o, JsonObject *report, const char *replay)
{
	const char *class = text_of(report, "class");
	g_autofree char *place = place_of(report);
	struct finding *f = g_new0(struct finding, 1);

	f->title = place ? g_strdup_printf("%s %s %s", class, object_of(report, "in") ? "in" : "by",
					   place)
			 : g_strdup(class);
	f->id = g_strdup(text_of(report, "id"));
	f->strength = g_strdup(text_of(report, "strength"));
	f->what = g_strdup(text_of(report, "what"));
	f->replay = g_strdup(text_of(report, "replay") ? text_of(report, "replay") : replay);
	f->key = g_strdup_printf("%s|%s", f->title, f->strength ? f->strength : "");
	if (outcome_find(o, f->key))
		finding_free(f);
	else
		g_ptr_array_add(o->findings, f);
}

static void read_report(struct outcome *o, const char *path)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *root;
	JsonArray *reports;

	if (!json_parser_load_from_file(parser, path, NULL))
		return;
	root = json_node_get_object(json_parser_get_root(parser));
	reports = json_object_get_array_member(root, "reports");
	o->has_report = true;
	for (unsigned i = 0; reports && i < json_array_get_length(reports); i++)
		add_report(o, json_array_get_object_element(reports, i),
			   text_of(root, "replay"));
}

/* ---- what is no report ----------------------------------------------------------------- */

/* The last line that says anything. */
static char *last_words(const char *path)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	char *last = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", -1);
	for (char **l = lines; *l; l++)
		if (*g_strstrip(*l))
			last = *l;
	return last ? g_utf8_make_valid(last, -1) : NULL;
}

static char *how_it_ended(const struct outcome *o, int status, bool is_late)
{
	bool is_hazards = WIFEXITED(status) && WEXITSTATUS(status) == 1 && o->findings->len;

	if (is_late)
		return g_strdup("it hangs: killed for taking too long");
	if (WIFSIGNALED(status))
		return g_strdup_printf("killed by signal %d, %s", WTERMSIG(status),
				       g_strsignal(WTERMSIG(status)));
	if (!o->has_report)
		return g_strdup_printf("exit status %d without a report", WEXITSTATUS(status));
	if (WEXITSTATUS(status) && !is_hazards)
		return g_strdup_printf("exit status %d", WEXITSTATUS(status));
	return NULL;
}

void outcome_read(struct outcome *o, const char *json_path, const char *err_path, int status,
		  bool is_late)
{
	char *end;
	struct finding *f;

	o->findings = g_ptr_array_new_with_free_func(finding_free);
	read_report(o, json_path);
	end = how_it_ended(o, status, is_late);
	if (!end)
		return;
	f = g_new0(struct finding, 1);
	f->key = g_strdup(end);
	f->title = end;
	f->what = last_words(err_path);
	g_ptr_array_add(o->findings, f);
}
