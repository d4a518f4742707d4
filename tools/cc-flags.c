/* SPDX-License-Identifier: MIT */
/*
 * The compiler options that make a driver's loads and stores visible. What each
 * is for stands beside it; docs/driver-tour.md shows what remains unseen.
 */
#include <string.h>

#include "../lib/hooks/wrapped.h"
#include "cc-flags.h"

static void add(GPtrArray *argv, const char *option)
{
	g_ptr_array_add(argv, g_strdup(option));
}

static void add_all(GPtrArray *argv, const char *const *options)
{
	for (; *options; options++)
		add(argv, *options);
}

/* ---- the compiler ---------------------------------------------------- */

/* By what it is, not by what it says: cc and a wrapper may have any name. */
static const char *const show_macros[] = { "-E", "-dM", "-x", "c", "/dev/null", NULL };

static bool kind_of(const char *macros, enum cc_kind *ret_kind)
{
	if (strstr(macros, "#define __clang__ "))
		*ret_kind = CC_CLANG;
	else if (strstr(macros, "#define __GNUC__ "))
		*ret_kind = CC_GCC;
	else
		return false;
	return true;
}

static bool try_compiler(const char *command, struct cc_compiler *ret, GError **error)
{
	g_auto(GStrv) words = NULL;
	g_autofree char *macros = NULL;
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL;

	if (!g_shell_parse_argv(command, NULL, &words, error))
		return false;
	add_all(argv, (const char *const *)words);
	add_all(argv, show_macros);
	g_ptr_array_add(argv, NULL);
	if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL, flags, NULL, NULL, &macros,
			  NULL, NULL, error))
		return false;
	if (!kind_of(macros, &ret->kind)) {
		g_set_error(error, CC_ERROR, 0,
			    "'%s' is neither gcc nor clang, by the macros it predefines", command);
		return false;
	}
	ret->argv = g_steal_pointer(&words);
	return true;
}

bool cc_compiler_find(struct cc_compiler *ret, GError **error)
{
	const char *chosen = g_getenv("ARMDMA_CC");

	if (chosen && *chosen) {
		if (try_compiler(chosen, ret, error))
			return true;
		g_prefix_error(error, "ARMDMA_CC: ");
		return false;
	}
	if (try_compiler("cc", ret, NULL) || try_compiler("gcc", ret, NULL) ||
	    try_compiler("clang", ret, NULL))
		return true;
	g_set_error(error, CC_ERROR, 0,
		    "no gcc or clang on the PATH; ARMDMA_CC can name one");
	return false;
}

void cc_compiler_done(struct cc_compiler *c)
{
	g_strfreev(c->argv);
}

/* ---- the place ------------------------------------------------------- */

static bool holds(const char *dir, const char *file)
{
	g_autofree char *path = g_build_filename(dir, file, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static bool is_complete(const struct cc_place *p)
{
	return holds(p->include, "armdma/unit.h") && holds(p->lib, "libarmdma.so") &&
	       holds(p->hooks_lib, "libarmdma-hooks.a");
}

/* BUILD/tools/armdma */
static void place_in_build(const char *dir, struct cc_place *ret)
{
	ret->include = g_canonicalize_filename("../cc-include", dir);
	ret->lib = g_canonicalize_filename("../lib/hooks", dir);
	ret->hooks_lib = g_strdup(ret->lib);
}

/* PREFIX/bin/armdma; the three names are relative to the prefix. */
static void place_in_prefix(const char *dir, struct cc_place *ret)
{
	g_autoptr(GString) up = g_string_new(NULL);
	g_auto(GStrv) steps = g_strsplit(ARMDMA_BINDIR, "/", -1);

	for (char **step = steps; *step; step++)
		g_string_append(up, "../");
	g_autofree char *prefix = g_canonicalize_filename(up->str, dir);

	ret->include = g_canonicalize_filename(ARMDMA_INCLUDEDIR "/armdma", prefix);
	ret->lib = g_canonicalize_filename(ARMDMA_LIBDIR, prefix);
	ret->hooks_lib = g_strdup(ret->lib);
}

bool cc_place_find(struct cc_place *ret, GError **error)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", error);

	if (!self)
		return false;
	g_autofree char *dir = g_path_get_dirname(self);

	place_in_build(dir, ret);
	if (is_complete(ret))
		return true;
	cc_place_done(ret);
	place_in_prefix(dir, ret);
	if (is_complete(ret))
		return true;
	g_set_error(error, CC_ERROR, 0, "the headers and libraries that belong to %s are "
		    "not beside it (looked for %s and %s)", self, ret->include, ret->lib);
	cc_place_done(ret);
	return false;
}

void cc_place_done(struct cc_place *p)
{
	g_clear_pointer(&p->include, g_free);
	g_clear_pointer(&p->lib, g_free);
	g_clear_pointer(&p->hooks_lib, g_free);
}

/* ---- the options ----------------------------------------------------- */

void cc_add_common(GPtrArray *argv, const struct cc_place *place)
{
	/* As the kernel is built: its code relies on it. */
	add(argv, "-fno-strict-aliasing");
	/* "return dma_map_single(...)" must stay a call with a site to blame. */
	add(argv, "-fno-optimize-sibling-calls");
	/* After the user's -I, before the system: our linux/ uses include_next. */
	add(argv, "-isystem");
	add(argv, place->include);
	add(argv, "-include");
	g_ptr_array_add(argv, g_strdup_printf("%s/armdma/unit.h", place->include));
}

/* A constant-size memcpy() would be expanded in line, past every hook. */
#define NO_BUILTIN(name)	"-fno-builtin-" #name,

static const char *const hooks_of_both[] = {
	"-fsanitize=thread",
	"-U_FORTIFY_SOURCE",	/* __memcpy_chk() is not wrapped */
	WRAPPED_FUNCTIONS(NO_BUILTIN)
	NULL
};

static const char *const hooks_of_gcc[] = {
	/* Volatile accesses get hooks of their own: no two are merged. */
	"--param", "tsan-distinguish-volatile=1",
	"--param", "tsan-instrument-func-entry-exit=0",
	/* It warns that fences do not work: the sanitizer's, not ours. */
	"-Wno-tsan",
	NULL
};

static const char *const hooks_of_clang[] = {
	"-mllvm", "-tsan-distinguish-volatile=1",
	"-mllvm", "-tsan-instrument-func-entry-exit=0",
	/* Else "x += 1" announces only the store. */
	"-mllvm", "-tsan-instrument-read-before-write=1",
	/* Vectors of more than 16 bytes (-mavx2) get no hook at all. */
	"-fno-vectorize", "-fno-slp-vectorize",
	NULL
};

void cc_add_hooks(GPtrArray *argv, enum cc_kind kind)
{
	add_all(argv, hooks_of_both);
	add_all(argv, kind == CC_GCC ? hooks_of_gcc : hooks_of_clang);
}

void cc_add_plain(GPtrArray *argv)
{
	add(argv, "-DARMDMA_UNIT_PLAIN");
}

#define WRAP(name)	"-Wl,--wrap=" #name,

static const char *const wraps[] = {
	WRAPPED_FUNCTIONS(WRAP)
	"-Wl,-u,armdma_hooks_check",	/* a program without hooks asks for nothing */
	"-Wl,-u,__wrap_memcpy",		/* ld wraps what a sanitized libarmdma wants, too */
	NULL
};

/*
 * What libarmdma itself was built with. Its runtime has a memcpy() without a
 * version, and ld then takes libarmdma's own calls for wrapped ones too; they
 * are not, at run time, and nothing has to be there for them.
 */
static void add_sanitizer(GPtrArray *argv)
{
	add(argv, "-fsanitize=" ARMDMA_SANITIZE);
	add(argv, "-Wl,--allow-shlib-undefined");
}

void cc_add_libs(GPtrArray *argv, const struct cc_place *place)
{
	add_all(argv, wraps);
	g_ptr_array_add(argv, g_strdup_printf("-L%s", place->hooks_lib));
	if (strcmp(place->lib, place->hooks_lib) != 0)
		g_ptr_array_add(argv, g_strdup_printf("-L%s", place->lib));
	add(argv, "-larmdma-hooks");
	add(argv, "-larmdma");
	g_ptr_array_add(argv, g_strdup_printf("-Wl,-rpath,%s", place->lib));
	if (*ARMDMA_SANITIZE)
		add_sanitizer(argv);
}

bool cc_add_glib(GPtrArray *argv, const char *what, GError **error)
{
	const char *tool = g_getenv("PKG_CONFIG");
	g_autofree char *line = g_strdup_printf("%s %s glib-2.0", tool ? tool : "pkg-config",
						what);
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;
	int status;

	if (!g_spawn_command_line_sync(line, &text, NULL, &status, error) ||
	    !g_spawn_check_wait_status(status, error)) {
		g_prefix_error(error, "cannot find glib-2.0, which our headers use, with "
			       "`%s`: ", line);
		return false;
	}
	if (!g_shell_parse_argv(g_strstrip(text), NULL, &words, error))
		return false;
	add_all(argv, (const char *const *)words);
	return true;
}
