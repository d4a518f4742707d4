/* SPDX-License-Identifier: MIT */
/*
 * Sorting a compiler's command line.
 */
#include <string.h>

#include "cc-args.h"
#include "cc-flags.h"

/* A response file may name another; a circle of them ends here. */
#define RESPONSE_DEPTH_MAX	16

/* Options whose value is the next word; those that end in one also take it glued on. */
static const struct spaced {
	const char *option;
	enum cc_arg_kind kind;
} spaced[] = {
	{ "-I", CC_ARG_BOTH }, { "-D", CC_ARG_BOTH }, { "-U", CC_ARG_BOTH },
	{ "-include", CC_ARG_BOTH }, { "-imacros", CC_ARG_BOTH },
	{ "-isystem", CC_ARG_BOTH }, { "-iquote", CC_ARG_BOTH },
	{ "-idirafter", CC_ARG_BOTH }, { "-iprefix", CC_ARG_BOTH },
	{ "-iwithprefix", CC_ARG_BOTH }, { "-iwithprefixbefore", CC_ARG_BOTH },
	{ "-isysroot", CC_ARG_BOTH }, { "--sysroot", CC_ARG_BOTH },
	{ "--param", CC_ARG_BOTH }, { "-mllvm", CC_ARG_BOTH }, { "-target", CC_ARG_BOTH },
	{ "-arch", CC_ARG_BOTH }, { "-B", CC_ARG_BOTH }, { "-wrapper", CC_ARG_BOTH },
	{ "-aux-info", CC_ARG_COMPILE }, { "-Xpreprocessor", CC_ARG_COMPILE },
	{ "-Xassembler", CC_ARG_COMPILE }, { "-Xclang", CC_ARG_COMPILE },
	{ "-MF", CC_ARG_COMPILE }, { "-MT", CC_ARG_COMPILE }, { "-MQ", CC_ARG_COMPILE },
	{ "-L", CC_ARG_LINK }, { "-l", CC_ARG_LINK }, { "-Xlinker", CC_ARG_LINK },
	{ "-T", CC_ARG_LINK }, { "-u", CC_ARG_LINK }, { "-z", CC_ARG_LINK },
	{ "-e", CC_ARG_LINK },
};

/* Options of one word, and beginnings of them, that only one step may see. */
static const struct {
	const char *start;
	bool is_whole;
	enum cc_arg_kind kind;
} one_word[] = {
	{ "-L", false, CC_ARG_LINK }, { "-l", false, CC_ARG_LINK },
	{ "-Wl,", false, CC_ARG_LINK }, { "-shared", true, CC_ARG_LINK },
	{ "-static", true, CC_ARG_LINK }, { "-pie", true, CC_ARG_LINK },
	{ "-no-pie", true, CC_ARG_LINK }, { "-static-pie", true, CC_ARG_LINK },
	{ "-rdynamic", true, CC_ARG_LINK }, { "-s", true, CC_ARG_LINK },
	{ "-nostdlib", true, CC_ARG_LINK }, { "-nostartfiles", true, CC_ARG_LINK },
	{ "-nodefaultlibs", true, CC_ARG_LINK }, { "-static-libgcc", true, CC_ARG_LINK },
	{ "-fuse-ld=", false, CC_ARG_LINK },
	{ "-Wp,", false, CC_ARG_COMPILE }, { "-Wa,", false, CC_ARG_COMPILE },
	{ "-MD", true, CC_ARG_COMPILE }, { "-MMD", true, CC_ARG_COMPILE },
	{ "-MP", true, CC_ARG_COMPILE }, { "-MG", true, CC_ARG_COMPILE },
};

static const char *const stopping[] = {
	"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", NULL
};

static const char *const source_endings[] = {
	".c", ".i", ".s", ".S", ".sx", ".cc", ".cp", ".cpp", ".cxx", ".c++", ".C", ".ii",
	NULL
};

static void arg_free(void *data)
{
	struct cc_arg *arg = data;

	g_free(arg->text);
	g_free(arg->value);
	g_free(arg->language);
	g_free(arg);
}

/* ---- response files -------------------------------------------------- */

static bool open_responses(char **words, GPtrArray *ret_words, int depth, GError **error);

static bool open_response(const char *path, GPtrArray *ret_words, int depth, GError **error)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) parse_error = NULL;

	if (depth == RESPONSE_DEPTH_MAX) {
		g_set_error(error, CC_ERROR, 0, "@%s: files of options are nested more "
			    "than %d deep", path, RESPONSE_DEPTH_MAX);
		return false;
	}
	if (!g_file_get_contents(path, &text, NULL, error))
		return false;
	if (!g_shell_parse_argv(text, NULL, &words, &parse_error)) {
		if (g_error_matches(parse_error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
			return true;
		g_propagate_prefixed_error(error, g_steal_pointer(&parse_error), "@%s: ",
					   path);
		return false;
	}
	return open_responses(words, ret_words, depth + 1, error);
}

/* Sources hide in @file too, so it is read here and not by the compiler. */
static bool open_responses(char **words, GPtrArray *ret_words, int depth, GError **error)
{
	for (; *words; words++) {
		const char *word = *words;

		/* As both compilers do: a file that is not there is an ordinary word. */
		if (word[0] == '@' && g_file_test(word + 1, G_FILE_TEST_EXISTS)) {
			if (!open_response(word + 1, ret_words, depth, error))
				return false;
		} else {
			g_ptr_array_add(ret_words, g_strdup(word));
		}
	}
	return true;
}

/* ---- what cannot work ------------------------------------------------ */

static const char *const clashing_sanitizers[] = {
	"thread", "address", "kernel-address", "hwaddress", "memory", "leak", NULL
};

static bool check_sanitizer(const char *list, GError **error)
{
	g_auto(GStrv) names = g_strsplit(list, ",", -1);

	for (char **name = names; *name; name++) {
		if (g_strv_contains(clashing_sanitizers, *name)) {
			g_set_error(error, CC_ERROR, 0, "-fsanitize=%s cannot be combined "
				    "with the hooks, which take a sanitizer's place", *name);
			return false;
		}
	}
	return true;
}

static bool check_lto(const char *option, GError **error)
{
	if (!option)
		return true;
	g_set_error(error, CC_ERROR, 0, "%s cannot be combined with the hooks: link-time "
		    "optimisation may drop them without a word", option);
	return false;
}

/* ---- sorting --------------------------------------------------------- */

struct sorter {
	struct cc_args *args;
	const char *language;	/* -x in force */
	const char *lto;	/* the -flto in force */
	bool has_deps_file;
};

static struct cc_arg *add_arg(struct cc_args *a, enum cc_arg_kind kind, const char *text)
{
	struct cc_arg *arg = g_new0(struct cc_arg, 1);

	arg->kind = kind;
	arg->text = g_strdup(text);
	g_ptr_array_add(a->args, arg);
	return arg;
}

static bool is_source(const char *file)
{
	for (const char *const *ending = source_endings; *ending; ending++) {
		if (g_str_has_suffix(file, *ending))
			return true;
	}
	return false;
}

static void add_file(struct sorter *s, const char *file, bool is_plain)
{
	bool is_compiled = s->language || is_source(file);
	struct cc_arg *arg = add_arg(s->args, is_compiled ? CC_ARG_SOURCE : CC_ARG_OBJECT,
				     file);

	arg->language = g_strdup(s->language);
	arg->is_plain = is_plain;
	s->args->nr_sources += is_compiled;
	s->args->nr_files++;
}

static const struct spaced *find_spaced(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(spaced); i++) {
		if (strcmp(word, spaced[i].option) == 0)
			return &spaced[i];
	}
	return NULL;
}

static enum cc_arg_kind kind_of_word(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(one_word); i++) {
		if (one_word[i].is_whole ? strcmp(word, one_word[i].start) == 0 :
		    g_str_has_prefix(word, one_word[i].start))
			return one_word[i].kind;
	}
	return CC_ARG_BOTH;
}

/* The options that mean something to us. Returns false if @word is none of them. */
static bool note_option(struct sorter *s, const char *word)
{
	struct cc_args *a = s->args;

	if (g_strv_contains(stopping, word))
		a->stops_early = true;
	else if (strcmp(word, "-MD") == 0 || strcmp(word, "-MMD") == 0)
		a->wants_deps = true;
	else if (g_str_has_prefix(word, "-MF"))
		s->has_deps_file = true;
	else if (strcmp(word, "-flto") == 0 || g_str_has_prefix(word, "-flto="))
		s->lto = word;
	else if (strcmp(word, "-fno-lto") == 0)
		s->lto = NULL;

	if (strcmp(word, "-###") != 0)
		return false;
	a->shows_only = true;
	return true;
}

/*
 * Options of ours or of two words that are not handed on as they stand: -o, -x and
 * --plain. Returns the value that one of them has, or NULL.
 */
static const char *value_of(const char *word, const char *option, const char *next)
{
	if (strcmp(word, option) == 0)
		return next ? next : "";
	if (!g_str_has_prefix(word, option))
		return NULL;
	word += strlen(option);
	if (option[1] == '-')			/* --plain=FILE */
		return *word == '=' ? word + 1 : NULL;
	return word;
}

static void set_language(struct sorter *s, const char *language)
{
	s->language = strcmp(language, "none") == 0 ? NULL : language;
}

static void set_output(struct cc_args *a, const char *output)
{
	g_free(a->output);
	a->output = g_strdup(output);
}

/* Takes one argument off @words; returns how many words it was. */
static int sort_one(struct sorter *s, char **words)
{
	const char *word = words[0];
	const struct spaced *two = find_spaced(word);
	const char *value;
	int nr_words = words[1] ? 2 : 1;

	if (note_option(s, word))
		return 1;
	if (two) {
		struct cc_arg *arg = add_arg(s->args, two->kind, word);

		arg->value = g_strdup(words[1]);
		return nr_words;
	}
	if ((value = value_of(word, "--plain", words[1])))
		add_file(s, value, true);
	else if ((value = value_of(word, "-o", words[1])))
		set_output(s->args, value);
	else if ((value = value_of(word, "-x", words[1])))
		set_language(s, value);
	else if (word[0] == '-' && word[1])
		add_arg(s->args, kind_of_word(word), word);
	else
		add_file(s, word, false);
	return value == words[1] && value ? 2 : 1;
}

bool cc_args_parse(char **words, struct cc_args *ret, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	struct cc_args args = { .args = g_ptr_array_new_with_free_func(arg_free) };
	struct sorter s = { .args = &args };
	bool is_good;

	is_good = open_responses(words, all, 0, error);
	g_ptr_array_add(all, NULL);
	for (guint i = 0; is_good && all->pdata[i];) {
		const char *word = all->pdata[i];

		if (g_str_has_prefix(word, "-fsanitize="))
			is_good = check_sanitizer(word + strlen("-fsanitize="), error);
		i += sort_one(&s, (char **)all->pdata + i);
	}
	is_good = is_good && check_lto(s.lto, error);
	args.wants_deps = args.wants_deps && !s.has_deps_file;
	if (is_good)
		*ret = args;
	else
		cc_args_done(&args);
	return is_good;
}

void cc_args_done(struct cc_args *a)
{
	g_ptr_array_unref(a->args);
	g_free(a->output);
}
