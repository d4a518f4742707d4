/* SPDX-License-Identifier: MIT */
/*
 * armdma replay TRACE --board BOARD: the main job. The engine is tools/replay; this
 * is its command line.
 *
 * Standard output and the files are the same for the same seed; how long it took is
 * said on standard error.
 */
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "ui.h"
#include "replay-many.h"
#include "run/run.h"

#define MAX_SEEDS	1000000

static char *opt_board, *opt_cpu, *opt_gear, *opt_chooser, *opt_seed, *opt_json, *opt_html;
static char *opt_junit, *opt_tap, *opt_trace;
static char *opt_coherent, *opt_swiotlb, *opt_iommu, *opt_iova;
static char **opt_masks, **opt_devices;
static int opt_seeds = CMD_UNSAID;
static gboolean opt_complete, opt_verbose, opt_quiet;

static const GOptionEntry options[] = {
	{ "board", 'b', 0, G_OPTION_ARG_FILENAME, &opt_board,
	  "A .dtb, or the name of a shipped board", "BOARD" },
	{ "cpu", 0, 0, G_OPTION_ARG_STRING, &opt_cpu, CMD_CPU_HELP, CMD_CPU_ARG },
	{ "gear", 0, 0, G_OPTION_ARG_STRING, &opt_gear,
	  "exact: bytes move through caches (default); fast: they do not", "exact|fast" },
	{ "chooser", 0, 0, G_OPTION_ARG_STRING, &opt_chooser,
	  "nominal (default), random, lazy, evict, retain, adversarial (evict and retain) or all; "
	  "several with commas: docs/schedules.md", "WHICH" },
	{ "seeds", 0, 0, G_OPTION_ARG_INT, &opt_seeds,
	  "How many of random, from --seed on (1)", "N" },
	{ "seed", 0, 0, G_OPTION_ARG_STRING, &opt_seed,
	  "Of the chooser and the patterns, decimal or 0x...", "N" },
	{ "json", 0, 0, G_OPTION_ARG_FILENAME, &opt_json, "Write the report as JSON", "FILE" },
	{ "html", 0, 0, G_OPTION_ARG_FILENAME, &opt_html, "Write it as one HTML page", "FILE" },
	{ "junit", 0, 0, G_OPTION_ARG_FILENAME, &opt_junit,
	  "Write the hazards that the engine saw as JUnit's XML", "FILE" },
	{ "tap", 0, 0, G_OPTION_ARG_FILENAME, &opt_tap, "Write them as TAP", "FILE" },
	{ "trace", 0, 0, G_OPTION_ARG_FILENAME, &opt_trace,
	  "Write the run as a trace for ui.perfetto.dev", "FILE" },
	{ "coherent", 0, 0, G_OPTION_ARG_STRING, &opt_coherent,
	  "Where coherent memory comes from, as coherent= in ARMDMA_OPTIONS", "STRATEGY" },
	{ "swiotlb", 0, 0, G_OPTION_ARG_STRING, &opt_swiotlb,
	  "force: every mapping bounces", "auto|force" },
	{ "iommu", 0, 0, G_OPTION_ARG_STRING, &opt_iommu,
	  "Put the devices behind IOMMUs: the board's, or reference ones in their place",
	  "off|strict|lazy|passthrough" },
	{ "iova", 0, 0, G_OPTION_ARG_STRING, &opt_iova,
	  "Who gives out their addresses, with --iommu", "linux|spread|bitmap" },
	{ "mask", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_masks,
	  "DMA mask of a device (repeatable)", "DEV=BITS" },
	{ "device", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt_devices,
	  "Which master of the board a device is, or a generic one: coherent, noncoherent",
	  "DEV=MASTER" },
	{ "complete", 0, 0, G_OPTION_ARG_NONE, &opt_complete,
	  "The trace is whole: leaks and unmatched unmaps are faults", NULL },
	{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &opt_verbose,
	  "Print each hazard of the engine on standard error", NULL },
	{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &opt_quiet,
	  "Print the verdict only", NULL },
	{ 0 }
};

static void progress(uint64_t events, uint64_t done, uint64_t size)
{
	g_autofree char *n = ui_count(events);

	if (size)
		ui_progress("%s events, %u %%", n, (unsigned)(done * 100 / size));
	else
		ui_progress("%s events", n);
}

/* @names: "first or second is expected", the first one being the default. */
static bool choose(const char *option, const char *value, const char *const *names,
		   const char *all, int *ret_choice)
{
	*ret_choice = 0;
	if (!value)
		return true;
	for (int i = 0; names[i]; i++) {
		*ret_choice = i;
		if (!strcmp(value, names[i]))
			return true;
	}
	cmd_refuse("replay: --%s %s: %s is expected", option, value, all);
	return false;
}

static bool iova_makes_sense(void)
{
	bool is_strict = opt_iommu && !strcmp(opt_iommu, "strict");
	bool is_lazy = opt_iommu && !strcmp(opt_iommu, "lazy");

	if (!opt_iova || is_strict || (is_lazy && strcmp(opt_iova, "bitmap")))
		return true;
	if (is_lazy)
		cmd_refuse("replay: --iova bitmap: it has no flush queues, so --iommu strict is "
			   "expected with it");
	else
		cmd_refuse("replay: --iova %s: --iommu strict or lazy is expected with it",
			   opt_iova);
	return false;
}

static bool parse_iommu(struct replay_config *cfg)
{
	static const char *const modes[] = { "off", "strict", "lazy", "passthrough", NULL };
	static const char *const policies[] = { "linux", "spread", "bitmap", NULL };
	int choice;

	if (!choose("iommu", opt_iommu, modes, "off, strict, lazy or passthrough", &choice) ||
	    !choose("iova", opt_iova, policies, "linux, spread or bitmap", &choice) ||
	    !iova_makes_sense())
		return false;
	cfg->iommu = opt_iommu;
	cfg->iova = opt_iova;
	return true;
}

static bool parse_seed(uint64_t *ret_seed)
{
	char *end = NULL;

	*ret_seed = 0;
	if (!opt_seed)
		return true;
	if (g_ascii_isdigit(opt_seed[0]))
		*ret_seed = g_ascii_strtoull(opt_seed, &end, 0);
	if (end && !*end)
		return true;
	cmd_refuse("replay: --seed %s: a number is expected", opt_seed);
	return false;
}

/* Said before the work, not after it. */
static bool can_write(const char *path)
{
	g_autofree char *folder = path ? g_path_get_dirname(path) : NULL;

	if (!path)
		return true;
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		cmd_refuse("replay: %s: it is a folder", path);
	else if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
		cmd_refuse("replay: %s: there is no folder %s", path, folder);
	else if (access(folder, W_OK))
		cmd_refuse("replay: %s: its folder cannot be written to", path);
	else
		return true;
	return false;
}

/* A trace that comes through a pipe comes once. */
static bool parse_schedules(const char *trace, uint64_t seed, GArray *schedules)
{
	g_autoptr(GError) error = NULL;
	unsigned nr_seeds;

	if (!cmd_count("replay", "seeds", opt_seeds, MAX_SEEDS, 1, &nr_seeds))
		return false;
	if (!schedules_choose(opt_chooser ? opt_chooser : "nominal", seed, nr_seeds, schedules,
			      &error))
		cmd_refuse("replay: %s", error->message);
	else if (opt_seeds != CMD_UNSAID && !schedules_nr_random(schedules))
		cmd_refuse("replay: --seeds %d: --chooser random is expected with it", opt_seeds);
	else if (schedules->len > 1 && !strcmp(trace, "-"))
		cmd_refuse("replay: -: %u schedules want the trace in a file", schedules->len);
	else
		return true;
	return false;
}

static bool parse_config(int argc, char **argv, struct replay_config *cfg, GArray *schedules)
{
	static const char *const gears[] = { "exact", "fast", NULL };
	int gear;

	if (argc != 2) {
		cmd_refuse("replay: one trace is expected; see armdma replay --help");
		return false;
	}
	if (!opt_board) {
		cmd_refuse("replay: --board is missing: a .dtb, or the name of a shipped board");
		return false;
	}
	if (!choose("gear", opt_gear, gears, "exact or fast", &gear) ||
	    !parse_iommu(cfg) || !parse_seed(&cfg->seed) ||
	    !parse_schedules(argv[1], cfg->seed, schedules) || !can_write(opt_json) ||
	    !can_write(opt_html) || !can_write(opt_junit) || !can_write(opt_tap) ||
	    !can_write(opt_trace))
		return false;
	cfg->trace = argv[1];
	cfg->board = opt_board;
	cfg->cpu = opt_cpu;
	cfg->gear = (enum machine_gear)gear;
	cfg->coherent = opt_coherent;
	cfg->swiotlb = opt_swiotlb;
	cfg->masks = opt_masks;
	cfg->devices = opt_devices;
	cfg->is_complete = opt_complete;
	cfg->is_verbose = opt_verbose;
	cfg->hazards = (struct hazard_config){
		.junit_path = opt_junit, .tap_path = opt_tap, .trace_path = opt_trace,
	};
	cfg->progress = progress;
	return true;
}

static bool write_file(const char *path, char *text)
{
	g_autofree char *owned = text;
	g_autoptr(GError) error = NULL;

	if (!path || g_file_set_contents(path, owned, -1, &error))
		return true;
	cmd_refuse("replay: %s: it cannot be written", path);
	return false;
}

static void print_throughput(const struct replay_many *many, int64_t us)
{
	uint64_t nr = replay_events(many->shown) * many->schedules->len;
	g_autofree char *events = ui_count(nr);
	g_autofree char *rate = ui_count(nr * 1e6 / MAX(us, 1));

	fprintf(stderr, "armdma: replay: %s events in %.3f s: %s events per second\n", events,
		us / 1e6, rate);
}

static int report(const struct replay_many *many)
{
	const struct replay_report *rep = many->shown;

	if (opt_quiet) {
		g_autofree char *verdict = replay_verdict(rep);

		puts(verdict);
	} else {
		replay_print(rep, stdout);
		replay_many_print(many, stdout);
	}
	if ((opt_json && !write_file(opt_json, replay_json(rep))) ||
	    (opt_html && !write_file(opt_html, replay_html(rep))))
		return CMD_BAD_INPUT;
	if (replay_is_empty(rep))
		return cmd_refuse("replay: the trace holds no DMA event of a device: were the "
				  "events dma:* enabled?");
	return replay_is_clean(rep) ? CMD_CLEAN : CMD_HAZARDS;
}

static const struct cmd_usage usage = {
	.cmd = &cmd_replay,
	.operands = "TRACE",
	.about = "Replays a kernel's log of its DMA on a board, and says what this workload "
		 "would\nbreak there, and cost. TRACE is tracefs text or a trace.dat, plain, "
		 ".gz or .xz;\n- is standard input.",
	.notes = "Exit status: 0 nothing breaks, 1 something does, 2 bad input.",
};

static int run(int argc, char **argv)
{
	struct replay_config cfg = { 0 };
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) schedules = g_array_new(FALSE, TRUE, sizeof(struct schedule));
	struct replay_many many = { .schedules = schedules };
	int64_t started;
	int status;

	if (!cmd_parse(&usage, options, &argc, &argv) ||
	    !parse_config(argc, argv, &cfg, schedules))
		return CMD_BAD_INPUT;
	started = g_get_monotonic_time();
	if (replay_many_run(&many, &cfg, &error)) {
		ui_progress_done();
		print_throughput(&many, g_get_monotonic_time() - started);
		status = report(&many);
	} else {
		ui_progress_done();
		status = cmd_refuse("replay: %s", error->message);
	}
	replay_many_done(&many);
	return status;
}

const struct command cmd_replay = {
	.name = "replay",
	.summary = "a kernel's DMA trace on a board: what breaks, what it costs",
	.run = run,
};
