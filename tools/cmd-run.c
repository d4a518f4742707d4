/* SPDX-License-Identifier: MIT */
/*
 * armdma run -- PROGRAM: a harness program under many schedules. This is its command line;
 * the work is tools/run.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "run/run.h"
#include "ui.h"

#define NR_SEEDS	100
#define PATIENCE_S	60
#define MAX_SCHEDULES	1000000

static char *opt_board, *opt_cpu, *opt_chooser, *opt_seed, *opt_json;
static int opt_seeds = CMD_UNSAID, opt_jobs = CMD_UNSAID, opt_timeout = CMD_UNSAID;
static gboolean opt_shrink, opt_quiet;

static const GOptionEntry options[] = {
	{ "board", 'b', 0, G_OPTION_ARG_FILENAME, &opt_board,
	  "A .dtb, or the name of a shipped board, as ARMDMA_BOARD", "BOARD" },
	{ "cpu", 0, 0, G_OPTION_ARG_STRING, &opt_cpu, CMD_CPU_HELP, CMD_CPU_ARG },
	{ "chooser", 0, 0, G_OPTION_ARG_STRING, &opt_chooser,
	  "nominal, random, lazy, evict, retain, adversarial (evict and retain) or all, the "
	  "default; several with commas", "WHICH" },
	{ "seeds", 0, 0, G_OPTION_ARG_INT, &opt_seeds, "How many of random (100)", "N" },
	{ "seed", 0, 0, G_OPTION_ARG_STRING, &opt_seed,
	  "The first of them, and that of the others (0)", "S" },
	{ "shrink", 0, 0, G_OPTION_ARG_NONE, &opt_shrink,
	  "Look for the shortest script of each finding", NULL },
	{ "json", 0, 0, G_OPTION_ARG_FILENAME, &opt_json, "Write what was found as JSON", "FILE" },
	{ "jobs", 'j', 0, G_OPTION_ARG_INT, &opt_jobs, "Programs at a time (processors)", "N" },
	{ "timeout", 0, 0, G_OPTION_ARG_INT, &opt_timeout,
	  "A program that takes longer hangs (60)", "SECONDS" },
	{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &opt_quiet, "Say nothing if all is clean", NULL },
	{ 0 }
};

static const struct cmd_usage usage = {
	.cmd = &cmd_run,
	.operands = "PROGRAM [ARGUMENT...]",
	.about = "Runs a program that was made by armdma cc, and whose harness reads its options "
		 "from\nthe environment, under many schedules of what hardware may do unasked: "
		 "fills,\nevictions, late stores. Says what each finding needs, and how to get it "
		 "again.",
	.notes = "ARMDMA_OPTIONS goes to the program, but for its chooser, its script and its "
		 "files.\n\nExit status: 0 clean under all schedules, 1 hazards, 2 bad input, or "
		 "the program\ncrashed, hung, or ended with a status of its own.",
	.stops = true,
};

static bool take_seed(uint64_t *ret_seed)
{
	char *end = NULL;

	*ret_seed = 0;
	if (!opt_seed)
		return true;
	if (g_ascii_isdigit(opt_seed[0]))
		*ret_seed = g_ascii_strtoull(opt_seed, &end, 0);
	if (end && !*end)
		return true;
	cmd_refuse("run: --seed %s: a number is expected", opt_seed);
	return false;
}

static bool take_schedules(GArray *schedules)
{
	g_autoptr(GError) error = NULL;
	unsigned nr_seeds;
	uint64_t seed;

	if (!cmd_count("run", "seeds", opt_seeds, MAX_SCHEDULES, NR_SEEDS, &nr_seeds) ||
	    !take_seed(&seed))
		return false;
	if (!schedules_choose(opt_chooser, seed, nr_seeds, schedules, &error))
		cmd_refuse("run: %s", error->message);
	else if (opt_seeds != CMD_UNSAID && !schedules_nr_random(schedules))
		cmd_refuse("run: --seeds %d: --chooser random is expected with it", opt_seeds);
	else
		return true;
	return false;
}

static bool take_config(int argc, char **argv, struct run_config *cfg)
{
	bool has_dashes = argc > 1 && !strcmp(argv[1], "--");

	cfg->argv = argv + 1 + has_dashes;
	cfg->board = opt_board;
	cfg->cpu = opt_cpu;
	cfg->shrinks = opt_shrink;
	if (!*cfg->argv) {
		cmd_refuse("run: a program is expected; see armdma run --help");
		return false;
	}
	return cmd_count("run", "jobs", opt_jobs, 1024, g_get_num_processors(), &cfg->nr_jobs) &&
	       cmd_count("run", "timeout", opt_timeout, 1000000, PATIENCE_S, &cfg->patience_s);
}

static void progress(unsigned nr_done, unsigned nr)
{
	ui_progress("%u of %u schedules", nr_done, nr);
}

/* One that tells us nothing under its first schedule will not under the others. */
static bool can_be_told(struct run *r, GError **error)
{
	struct outcome o;
	bool can_be;

	if (!run_children(r->cfg, &g_array_index(r->schedules, struct schedule, 0), 1, &o, NULL,
			  error))
		return false;
	can_be = o.has_report || !o.findings->len ||
		 !g_str_has_prefix(((struct finding *)g_ptr_array_index(o.findings, 0))->title,
				   "exit status");
	if (!can_be) {
		const struct finding *f = g_ptr_array_index(o.findings, 0);

		g_set_error(error, RUN_ERROR, 0, "%s: %s%s%s", r->cfg->argv[0], f->title,
			    f->what ? "; it says: " : ": does it call harness_start(NULL) and "
			    "harness_finish()?", f->what ? f->what : "");
	}
	outcomes_done(&o, 1);
	return can_be;
}

static bool shrink_all(struct run *r, GError **error)
{
	for (unsigned i = 0; r->cfg->shrinks && i < r->rows->len; i++)
		if (!run_shrink(r, g_ptr_array_index(r->rows, i), error))
			return false;
	return true;
}

static bool find_all(struct run *r, GError **error)
{
	if (!can_be_told(r, error) ||
	    !run_children(r->cfg, &g_array_index(r->schedules, struct schedule, 0),
			  r->schedules->len, r->outcomes, progress, error))
		return false;
	run_merge(r);
	return shrink_all(r, error);
}

static int status_of(const struct run *r)
{
	for (unsigned i = 0; i < r->rows->len; i++)
		if (!((struct row *)g_ptr_array_index(r->rows, i))->first->id)
			return CMD_BAD_INPUT;
	return r->rows->len ? CMD_HAZARDS : CMD_CLEAN;
}

static int report(const struct run *r)
{
	g_autofree char *json = opt_json ? run_json(r) : NULL;

	if (!opt_quiet || r->rows->len)
		run_print(r, stdout);
	if (json && !g_file_set_contents(opt_json, json, -1, NULL))
		return cmd_refuse("run: %s: it cannot be written", opt_json);
	return status_of(r);
}

/* What is left in it are the files of shrinking. */
static void remove_folder(const char *folder)
{
	static const char *const names[] = { "script", "record" };

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);

		g_unlink(path);
	}
	g_rmdir(folder);
}

static int run_all(struct run *r)
{
	g_autoptr(GError) error = NULL;
	bool is_good = find_all(r, &error);
	int status;

	ui_progress_done();
	status = is_good ? report(r) : cmd_refuse("run: %s", error->message);
	outcomes_done(r->outcomes, r->schedules->len);
	return status;
}

static int run(int argc, char **argv)
{
	g_autoptr(GArray) schedules = g_array_new(FALSE, TRUE, sizeof(struct schedule));
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
	g_autofree struct outcome *outcomes = NULL;
	g_autofree char *folder = NULL;
	struct run_config cfg = { 0 };
	struct run r = { .cfg = &cfg, .schedules = schedules, .rows = rows };
	int status;

	if (!cmd_parse(&usage, options, &argc, &argv) || !take_config(argc, argv, &cfg) ||
	    !take_schedules(schedules))
		return CMD_BAD_INPUT;
	folder = g_dir_make_tmp("armdma-run-XXXXXX", NULL);
	if (!folder)
		return cmd_refuse("run: there is no room for files in %s", g_get_tmp_dir());
	cfg.folder = folder;
	r.outcomes = outcomes = g_new0(struct outcome, schedules->len);
	status = run_all(&r);
	remove_folder(folder);
	return status;
}

const struct command cmd_run = {
	.name = "run",
	.summary = "a harness program under many schedules; the shortest that fails",
	.run = run,
};
