/* SPDX-License-Identifier: MIT */
/*
 * armdma cc: a compiler that makes a driver's plain C loads and stores visible.
 *
 *	sources --$ARMDMA_CC + hooks--> objects --$ARMDMA_CC + libarmdma--> program
 *
 * The two steps are always two runs of the compiler: one run with -fsanitize=thread
 * would link the sanitizer's own runtime.
 *
 * Leaves out: archives and shared objects on the command line are not searched for
 * units that have no hooks; objects are.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <glib/gstdio.h>

#include "cc-args.h"
#include "cc-flags.h"
#include "cmd.h"

static const char usage_text[] =
	"Usage: armdma cc [--plain FILE] ARGS...\n"
	"       armdma cc --print-flags | --print-libs\n"
	"\n"
	"Compiles and links C for the machine: ARGS are gcc's or clang's own. What it\n"
	"compiles has its loads and stores seen; what it links finds libarmdma.\n"
	"\n"
	"  --plain FILE    compile FILE without hooks, or link FILE though it has none;\n"
	"                  code that is never meant to be seen (hooks ignore host memory\n"
	"                  anyway, so the device side of a harness rarely needs this)\n"
	"  --print-flags   the options to compile with, for another build system\n"
	"  --print-libs    the options to link with\n"
	"  -###            print what would be run\n"
	"\n"
	"ARMDMA_CC names the compiler, gcc or clang (default: cc). The exit status is\n"
	"the compiler's; 2 if the arguments cannot work.\n";

struct driver {
	struct cc_compiler compiler;
	struct cc_place place;
	struct cc_args args;
	GPtrArray *glib_flags;
	GPtrArray *glib_libs;
	char *temp_dir;		/* of the objects of a link, or NULL */
	unsigned nr_temps;
};

/* ---- running --------------------------------------------------------- */

static int exit_status(int wait_status)
{
	return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
				      : 128 + WTERMSIG(wait_status);
}

static void show(char **argv)
{
	for (char **word = argv; *word; word++) {
		g_autofree char *quoted = g_shell_quote(*word);
		bool is_simple = !(*word)[strcspn(*word, " \t\n\"'\\$`*?[]&|;<>()#~")];

		fprintf(stderr, " %s", is_simple && **word ? *word : quoted);
	}
	fputc('\n', stderr);
}

/* Runs @argv, which is ended here. */
static int run(const struct driver *d, GPtrArray *argv)
{
	g_autoptr(GError) error = NULL;
	int status;

	g_ptr_array_add(argv, NULL);
	if (d->args.shows_only) {
		show((char **)argv->pdata);
		return 0;
	}
	if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL,
			  G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL,
			  NULL, NULL, &status, &error))
		return cmd_refuse("cc: %s", error->message);
	return exit_status(status);
}

/* ---- command lines --------------------------------------------------- */

static void add(GPtrArray *argv, const char *word)
{
	g_ptr_array_add(argv, g_strdup(word));
}

static void add_option(GPtrArray *argv, const struct cc_arg *arg)
{
	add(argv, arg->text);
	if (arg->value)
		add(argv, arg->value);
}

static void add_words(GPtrArray *argv, const GPtrArray *words)
{
	for (guint i = 0; i < words->len; i++)
		add(argv, words->pdata[i]);
}

static GPtrArray *compiler_argv(const struct driver *d)
{
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

	for (char **word = d->compiler.argv; *word; word++)
		add(argv, *word);
	return argv;
}

static void add_unit_flags(GPtrArray *argv, const struct driver *d, bool is_plain)
{
	if (is_plain)
		cc_add_plain(argv);
	else
		cc_add_hooks(argv, d->compiler.kind);
	if (d->compiler.kind == CC_CLANG)	/* -fno-vectorize and assembler, say */
		add(argv, "-Wno-unused-command-line-argument");
}

/* Everything of a compilation but what it reads and writes. */
static GPtrArray *compile_argv(const struct driver *d, bool is_plain)
{
	GPtrArray *argv = compiler_argv(d);

	cc_add_common(argv, &d->place);
	for (guint i = 0; i < d->args.args->len; i++) {
		const struct cc_arg *arg = d->args.args->pdata[i];

		if (arg->kind == CC_ARG_BOTH || arg->kind == CC_ARG_COMPILE)
			add_option(argv, arg);
	}
	add_words(argv, d->glib_flags);
	add_unit_flags(argv, d, is_plain);
	return argv;
}

static void add_source(GPtrArray *argv, const struct cc_arg *source)
{
	if (source->language) {
		add(argv, "-x");
		add(argv, source->language);
	}
	add(argv, source->text);
}

static void add_output(GPtrArray *argv, const char *path)
{
	if (!path)
		return;
	add(argv, "-o");
	add(argv, path);
}

/* ---- -c, -S, -E: the compiler names its own output --------------------- */

static int compile_only(const struct driver *d)
{
	int status = 0;

	if (d->args.nr_sources > 1 && d->args.output)
		return cmd_refuse("cc: -o names one file, and there are %u sources to stop at",
				  d->args.nr_sources);
	for (guint i = 0; i < d->args.args->len; i++) {
		const struct cc_arg *arg = d->args.args->pdata[i];

		if (arg->kind != CC_ARG_SOURCE)
			continue;
		g_autoptr(GPtrArray) argv = compile_argv(d, arg->is_plain);

		add_output(argv, d->args.output);
		add_source(argv, arg);
		int this_status = run(d, argv);

		if (!status)
			status = this_status;
	}
	return status;
}

/* ---- linking --------------------------------------------------------- */

/* "dir/driver.c" is driver.d beside where the compiler runs, as without us. */
static void add_dependency_file(GPtrArray *argv, const struct driver *d, const char *source)
{
	g_autofree char *base = g_path_get_basename(source);
	char *dot = strrchr(base, '.');

	if (!d->args.wants_deps)
		return;
	if (dot)
		*dot = '\0';
	add(argv, "-MF");
	g_ptr_array_add(argv, g_strdup_printf("%s.d", base));
	add(argv, "-MQ");
	add(argv, d->args.output ? d->args.output : "a.out");
}

static char *temp_object(struct driver *d, const char *source)
{
	g_autofree char *base = g_path_get_basename(source);

	return g_strdup_printf("%s/%u-%s.o", d->temp_dir, d->nr_temps++, base);
}

static int compile_for_link(struct driver *d, const struct cc_arg *source, char **ret_object)
{
	g_autoptr(GPtrArray) argv = compile_argv(d, source->is_plain);
	char *object = temp_object(d, source->text);

	add_dependency_file(argv, d, source->text);
	add(argv, "-c");
	add_output(argv, object);
	add_source(argv, source);
	*ret_object = object;
	return run(d, argv);
}

/* Does a unit of ours end up in this object? A section's name is text in the file. */
static bool has_unit(const char *path)
{
	static const char section[] = "armdma_units";
	g_autofree char *bytes = NULL;
	gsize len;

	if (!g_file_get_contents(path, &bytes, &len, NULL))
		return true;		/* the linker will say what is wrong with it */
	return memmem(bytes, len, section, sizeof(section)) != NULL;
}

static bool check_objects(const struct driver *d)
{
	for (guint i = 0; i < d->args.args->len; i++) {
		const struct cc_arg *arg = d->args.args->pdata[i];

		if (arg->kind != CC_ARG_OBJECT || arg->is_plain ||
		    !g_str_has_suffix(arg->text, ".o") || has_unit(arg->text))
			continue;
		cmd_refuse("cc: %s was not compiled by `armdma cc` (or with -flto), so none "
			   "of its loads and stores would be seen; say --plain %s if that "
			   "is meant", arg->text, arg->text);
		return false;
	}
	return true;
}

/* Compiles what is a source, and leaves the object's path in its place. */
static int add_link_inputs(struct driver *d, GPtrArray *argv)
{
	int status = 0;

	for (guint i = 0; i < d->args.args->len; i++) {
		const struct cc_arg *arg = d->args.args->pdata[i];

		if (arg->kind == CC_ARG_SOURCE) {
			char *object;
			int this_status = compile_for_link(d, arg, &object);

			if (!status)
				status = this_status;
			g_ptr_array_add(argv, object);
		} else if (arg->kind != CC_ARG_COMPILE) {
			add_option(argv, arg);
		}
	}
	return status;
}

static int compile_and_link(struct driver *d)
{
	g_autoptr(GPtrArray) argv = compiler_argv(d);
	int status;

	if (!check_objects(d))
		return CMD_BAD_INPUT;
	status = add_link_inputs(d, argv);
	if (status)
		return status;
	add_output(argv, d->args.output);
	cc_add_libs(argv, &d->place);
	add_words(argv, d->glib_libs);
	if (d->compiler.kind == CC_CLANG)
		add(argv, "-Wno-unused-command-line-argument");
	return run(d, argv);
}

static bool make_temp_dir(struct driver *d, GError **error)
{
	if (d->args.shows_only)
		d->temp_dir = g_build_filename(g_get_tmp_dir(), "armdma-cc", NULL);
	else
		d->temp_dir = g_dir_make_tmp("armdma-cc-XXXXXX", error);
	return d->temp_dir != NULL;
}

/* What the compiler left there (-save-temps leaves more than objects) goes too. */
static void remove_temp_dir(struct driver *d)
{
	g_autoptr(GDir) dir = d->args.shows_only ? NULL : g_dir_open(d->temp_dir, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(d->temp_dir, name, NULL);

		g_unlink(path);
	}
	if (dir)
		g_rmdir(d->temp_dir);
}

static int link_program(struct driver *d)
{
	g_autoptr(GError) error = NULL;
	int status;

	if (!make_temp_dir(d, &error))
		return cmd_refuse("cc: %s", error->message);
	status = compile_and_link(d);
	remove_temp_dir(d);
	return status;
}

/* ---- the command ----------------------------------------------------- */

/* --version, -dumpmachine, -print-search-dirs: the compiler's own business. */
static int ask_compiler(const struct driver *d)
{
	g_autoptr(GPtrArray) argv = compiler_argv(d);

	for (guint i = 0; i < d->args.args->len; i++)
		add_option(argv, d->args.args->pdata[i]);
	return run(d, argv);
}

static int drive(struct driver *d)
{
	if (!d->args.nr_files)
		return ask_compiler(d);
	return d->args.stops_early ? compile_only(d) : link_program(d);
}

static void print_words(GPtrArray *words)
{
	for (guint i = 0; i < words->len; i++)
		printf("%s%s", i ? " " : "", (const char *)words->pdata[i]);
	putchar('\n');
}

static int print_flags(struct driver *d)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	cc_add_common(words, &d->place);
	add_words(words, d->glib_flags);
	cc_add_hooks(words, d->compiler.kind);
	print_words(words);
	return CMD_CLEAN;
}

static int print_libs(struct driver *d)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	cc_add_libs(words, &d->place);
	add_words(words, d->glib_libs);
	print_words(words);
	return CMD_CLEAN;
}

/* The build writes armdma.pc with this, so that the options stand in one place. */
static int print_pkgconfig(void)
{
	static const struct {
		const char *name;
		enum cc_kind kind;
	} compilers[] = { { "gcc", CC_GCC }, { "clang", CC_CLANG } };
	struct cc_place place = { (char *)"${includedir}/armdma", (char *)"${libdir}",
				  (char *)"${libdir}" };

	for (size_t i = 0; i < G_N_ELEMENTS(compilers); i++) {
		g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

		cc_add_common(words, &place);
		cc_add_hooks(words, compilers[i].kind);
		printf("hooks_cflags_%s=", compilers[i].name);
		print_words(words);
	}
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	cc_add_libs(words, &place);
	printf("hooks_libs=");
	print_words(words);
	return CMD_CLEAN;
}

static bool prepare(struct driver *d, char **words, GError **error)
{
	d->glib_flags = g_ptr_array_new_with_free_func(g_free);
	d->glib_libs = g_ptr_array_new_with_free_func(g_free);
	return cc_args_parse(words, &d->args, error) &&
	       cc_compiler_find(&d->compiler, error) &&
	       cc_place_find(&d->place, error) &&
	       cc_add_glib(d->glib_flags, "--cflags", error) &&
	       cc_add_glib(d->glib_libs, "--libs", error);
}

static void driver_done(struct driver *d)
{
	if (d->args.args)
		cc_args_done(&d->args);
	cc_compiler_done(&d->compiler);
	cc_place_done(&d->place);
	g_clear_pointer(&d->glib_flags, g_ptr_array_unref);
	g_clear_pointer(&d->glib_libs, g_ptr_array_unref);
	g_free(d->temp_dir);
}

static int with_driver(char **words, int (*what)(struct driver *d))
{
	g_autoptr(GError) error = NULL;
	struct driver d = { 0 };
	int status;

	if (prepare(&d, words, &error))
		status = what(&d);
	else
		status = cmd_refuse("cc: %s", error->message);
	driver_done(&d);
	return status;
}

static int run_cc(int argc, char **argv)
{
	static char *nothing[] = { NULL };

	if (argc < 2)
		return cmd_refuse("cc: nothing to compile (see armdma cc --help)");
	if (strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return CMD_CLEAN;
	}
	if (strcmp(argv[1], "--print-flags") == 0)
		return with_driver(nothing, print_flags);
	if (strcmp(argv[1], "--print-libs") == 0)
		return with_driver(nothing, print_libs);
	if (strcmp(argv[1], "--print-pkgconfig") == 0)
		return print_pkgconfig();
	return with_driver(argv + 1, drive);
}

const struct command cmd_cc = {
	.name = "cc",
	.summary = "compile a driver and its harness, with every load and store seen",
	.run = run_cc,
};
