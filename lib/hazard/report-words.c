/* SPDX-License-Identifier: MIT */
/* What several forms of a report say: its title, the place to show, the run it is of. */
#include "excuse.h"
#include "writers.h"

#include <errno.h>
#include <string.h>

char *run_board(const struct hazard_engine *e)
{
	char *name = g_path_get_basename(machine_board(e->machine)->file);

	if (g_str_has_suffix(name, ".dtb"))
		name[strlen(name) - strlen(".dtb")] = '\0';
	return name;
}

char *report_title(struct hazard_engine *e, const struct report *r)
{
	const char *title = hazard_title(r->class);

	if (r->site)
		return g_strdup_printf("%s in %s", title,
				       symbols_find(e->symbols, r->site)->function);
	return r->by ? g_strdup_printf("%s by %s", title, r->by) : g_strdup(title);
}

char *run_name(const struct hazard_engine *e)
{
	g_autofree char *where = run_board(e);

	return g_strdup_printf("%s on %s", program_invocation_short_name, where);
}

struct run_sum run_sum(const struct hazard_engine *e)
{
	struct run_sum sum = {
		.nr_points = e->reports->len + e->excused->len, .nr_bad = e->reports->len,
	};

	for (unsigned i = 0; i < e->excused->len; i++) {
		const struct report *r = g_ptr_array_index(e->excused, i);

		sum.nr_suppressed += r->excuse->kind == EXCUSE_SUPPRESSED;
	}
	for (unsigned i = 0; e->excuses && i < e->excuses->len; i++) {
		bool is_bad = excuse_is_unmet(g_ptr_array_index(e->excuses, i));

		sum.nr_points += is_bad;
		sum.nr_bad += is_bad;
	}
	return sum;
}

const GPtrArray *reports_like(const struct hazard_engine *e, const struct report *r)
{
	return r->excuse ? e->excused : e->reports;
}

char *report_title_alone(struct hazard_engine *e, const struct report *r)
{
	char *title = report_title(e, r);
	const GPtrArray *all = reports_like(e, r);
	unsigned nr = 1;

	for (unsigned i = 0; g_ptr_array_index(all, i) != r; i++) {
		g_autofree char *other = report_title(e, g_ptr_array_index(all, i));

		nr += g_str_equal(other, title);
	}
	if (nr > 1) {
		g_autofree char *plain = title;

		title = g_strdup_printf("%s (%u)", plain, nr);
	}
	return title;
}

/* ---- where source files are ------------------------------------------------------- */

static char *repository_above(const char *folder)
{
	g_autofree char *git = g_build_filename(folder, ".git", NULL);
	g_autofree char *above = g_path_get_dirname(folder);

	if (g_file_test(git, G_FILE_TEST_EXISTS))
		return g_strdup(folder);
	return g_str_equal(above, folder) ? NULL : repository_above(above);
}

char *run_root(const struct hazard_engine *e)
{
	g_autofree char *here = g_get_current_dir();
	char *found;

	if (e->config.root)
		return g_canonicalize_filename(e->config.root, here);
	found = repository_above(here);
	return found ? found : g_steal_pointer(&here);
}

const char *below_root(const char *root, const char *path)
{
	size_t len = strlen(root);

	if (!g_path_is_absolute(path))
		return path;
	while (len && root[len - 1] == '/')
		len--;
	return !strncmp(path, root, len) && path[len] == '/' ? path + len + 1 : NULL;
}

/* ---- the place to show ------------------------------------------------------------ */

static const struct symbol *with_line(struct hazard_engine *e, const void *site)
{
	const struct symbol *s = site ? symbols_find(e->symbols, site) : NULL;

	return s && s->path ? s : NULL;
}

static const struct symbol *culprit_place(struct hazard_engine *e, const struct report *r)
{
	for (unsigned i = 0; i < r->rows->len; i++) {
		const struct report_row *row = &g_array_index(r->rows, struct report_row, i);

		if (row->is_culprit && !row->place)
			return with_line(e, row->record.site);
	}
	return NULL;
}

static const struct symbol *row_place(struct hazard_engine *e, const struct report *r)
{
	const struct symbol *found = NULL;

	for (unsigned i = r->rows->len; i && !found; i--) {
		const struct report_row *row = &g_array_index(r->rows, struct report_row, i - 1);

		found = row->place ? NULL : with_line(e, row->record.site);
	}
	return found;
}

static const struct symbol *stack_place(struct hazard_engine *e, const struct report *r)
{
	const struct symbol *found = NULL;

	for (unsigned i = 0; i < r->stack.nr && !found; i++)
		found = with_line(e, r->stack.pc[i]);
	return found;
}

const struct symbol *report_place(struct hazard_engine *e, const struct report *r)
{
	const struct symbol *s = with_line(e, r->site);

	if (!s)
		s = culprit_place(e, r);
	if (!s)
		s = with_line(e, r->mapping.site);
	if (!s)
		s = row_place(e, r);
	return s ? s : stack_place(e, r);
}
