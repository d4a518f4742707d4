/* SPDX-License-Identifier: MIT */
/*
 * Files of reports: which forms there are, what a file is called, and how it is written.
 *
 * A file is written beside its name and renamed: a reader never finds half of one. What is
 * no regular file (a pipe, a terminal, /dev/stdout) is written to as it is, and gets each
 * run for itself.
 *
 * Leaves out: several processes and one name. The last one to end wins; a name with %p or
 * %e in it is another one for each.
 */
#include "writers.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static void body_only(const struct report_file *f, GString *doc)
{
	g_string_append(doc, f->body->str);
}

#define PATH(form) offsetof(struct hazard_config, form##_path)

static const struct report_writer writers[] = {
	{ "json", PATH(json), true, json_add, body_only },
	{ "sarif", PATH(sarif), false, sarif_add, sarif_finish },
	{ "junit", PATH(junit), false, junit_add, junit_finish },
	{ "tap", PATH(tap), false, tap_add, tap_finish },
	{ "html", PATH(html), false, html_page_add, html_page_finish },
	{ "trace", PATH(trace), false, trace_add, trace_finish },
};

static const char *path_of(const struct report_writer *w, const struct hazard_config *cfg)
{
	return *(const char *const *)((const char *)cfg + w->path);
}

/* ---- names ------------------------------------------------------------------------ */

static void expand(GString *s, char what, unsigned nr_run)
{
	if (what == 'e')
		g_string_append(s, program_invocation_short_name);
	else if (what == 'p')
		g_string_append_printf(s, "%d", (int)getpid());
	else if (what == 'n')
		g_string_append_printf(s, "%u", nr_run);
	else if (what == '%')
		g_string_append_c(s, '%');
	else
		g_string_append_printf(s, "%%%c", what);
}

static bool names_run(const char *path)
{
	return strstr(path, "%n");
}

/* "report.json" is "report-2.json" for the second run. */
static void add_number(GString *s, unsigned nr_run)
{
	char *slash = strrchr(s->str, '/');
	char *name = slash ? slash + 1 : s->str;
	char *dot = strrchr(name, '.');
	g_autofree char *number = g_strdup_printf("-%u", nr_run);

	g_string_insert(s, dot && dot != name ? dot - s->str : -1, number);
}

static bool is_special(const char *name)
{
	return g_file_test(name, G_FILE_TEST_EXISTS) && !g_file_test(name, G_FILE_TEST_IS_REGULAR);
}

static char *real_name(const struct report_file *f)
{
	GString *s = g_string_new(NULL);

	for (const char *p = f->path; *p; p++) {
		if (*p == '%' && p[1])
			expand(s, *++p, f->nr_runs);
		else
			g_string_append_c(s, *p);
	}
	if (f->writer->is_for_one && f->nr_runs > 1 && !names_run(f->path) && !is_special(s->str))
		add_number(s, f->nr_runs);
	return g_string_free(s, FALSE);
}

/* ---- what earlier harnesses of this process said ---------------------------------- */

static GMutex files_lock;
static GPtrArray *files;		/* of struct report_file *; they last as the process does */

static struct report_file *file_of(const struct report_writer *w, const char *path)
{
	struct report_file *f;

	if (!files)
		files = g_ptr_array_new();
	for (guint i = 0; i < files->len; i++) {
		f = g_ptr_array_index(files, i);
		if (f->writer == w && g_str_equal(f->path, path))
			return f;
	}
	f = g_new0(struct report_file, 1);
	f->writer = w;
	f->path = g_strdup(path);
	f->head = g_string_new(NULL);
	f->more = g_string_new(NULL);
	f->body = g_string_new(NULL);
	g_ptr_array_add(files, f);
	return f;
}

static void forget_runs(struct report_file *f)
{
	f->nr_in_file = f->nr_points = f->nr_bad = 0;
	g_string_truncate(f->head, 0);
	g_string_truncate(f->more, 0);
	g_string_truncate(f->body, 0);
}

/* ---- writing ---------------------------------------------------------------------- */

/* GLib's sentence without its temporary file, whose name is another each time. */
static const char *reason(const char *message)
{
	const char *colon = strrchr(message, ':');

	return colon ? colon + 2 : message;
}

static bool cannot_write(const char *name, const char *why)
{
	fprintf(stderr, "armdma: cannot write %s: %s\n", name, why);
	return false;
}

static bool write_special(const char *name, const GString *doc)
{
	FILE *out = fopen(name, "w");
	bool is_written;

	if (!out)
		return cannot_write(name, g_strerror(errno));
	is_written = fwrite(doc->str, 1, doc->len, out) == doc->len;
	return (fclose(out) == 0 && is_written) || cannot_write(name, g_strerror(errno));
}

static bool write_whole(const char *name, const GString *doc)
{
	g_autoptr(GError) error = NULL;

	return g_file_set_contents(name, doc->str, (gssize)doc->len, &error) ||
	       cannot_write(name, reason(error->message));
}

static bool write_one(struct hazard_engine *e, const struct report_writer *w, const char *path)
{
	struct report_file *f = file_of(w, path);
	g_autoptr(GString) doc = g_string_new(NULL);
	g_autofree char *name = NULL;

	f->nr_runs++;
	name = real_name(f);
	if (w->is_for_one || names_run(path) || is_special(name))
		forget_runs(f);
	w->add(e, f);
	f->nr_in_file++;
	w->finish(f, doc);
	return is_special(name) ? write_special(name, doc) : write_whole(name, doc);
}

bool writers_write(struct hazard_engine *e)
{
	bool is_good = true;

	g_mutex_lock(&files_lock);
	for (size_t i = 0; i < G_N_ELEMENTS(writers); i++) {
		const char *path = path_of(&writers[i], &e->config);

		if (path && *path)
			is_good &= write_one(e, &writers[i], path);
	}
	g_mutex_unlock(&files_lock);
	return is_good;
}

void writers_take_paths(struct hazard_config *cfg)
{
	for (size_t i = 0; i < G_N_ELEMENTS(writers); i++) {
		char **path = (char **)((char *)cfg + writers[i].path);

		*path = g_strdup(*path);
	}
	cfg->root = g_strdup(cfg->root);
}

void writers_forget_paths(struct hazard_config *cfg)
{
	for (size_t i = 0; i < G_N_ELEMENTS(writers); i++)
		g_free(*(char **)((char *)cfg + writers[i].path));
	g_free((char *)(uintptr_t)cfg->root);
}
