/* SPDX-License-Identifier: MIT */
/* A harness's options: from the environment, one by one, and back again. */
#include <errno.h>
#include <string.h>

#include "harness-options.h"

static bool parse_seed(const char *text, uint64_t *ret_seed, GError **error)
{
	char *end;

	errno = 0;
	*ret_seed = g_ascii_strtoull(text, &end, 0);
	if (!errno && end != text && !*end && *text != '-')
		return true;
	g_set_error(error, HARNESS_ERROR, 0,
		    "ARMDMA_SEED: \"%s\" is not a number of up to 64 bits", text);
	return false;
}

/* The index of @value in @names, which end with NULL. */
static bool pick(const char *key, const char *value, const char *const *names, int *ret_idx,
		 GError **error)
{
	g_autofree char *all = NULL;

	for (int i = 0; names[i]; i++) {
		if (!strcmp(names[i], value)) {
			*ret_idx = i;
			return true;
		}
	}
	all = g_strjoinv(" or ", (char **)(uintptr_t)names);
	g_set_error(error, HARNESS_ERROR, 0, "%s=%s: it is %s", key, value, all);
	return false;
}

/* ---- one of several words ------------------------------------------------------------- */

#define WORDS(...)	((const char *const[]){ __VA_ARGS__, NULL })
#define FIELD(f)	offsetof(struct harness_config, f), sizeof(((struct harness_config *)0)->f)

/**
 * struct choice - an option that is one of several words
 * @names:     of the values 0, 1, ... of its field
 * @at, @size: of that, in struct harness_config: a bool or an enum
 * @first:     value of the first name, where 0 is what was not said
 * @is_quiet:  it changes what is said of a run, not the run: no part of what repeats it
 */
static const struct choice {
	const char *key;
	const char *const *names;
	size_t at, size;
	int first;
	bool is_quiet;
} choices[] = {
	{ "gear", WORDS("exact", "fast"), FIELD(gear) },
	{ "chooser", WORDS("nominal", "random", "lazy", "evict", "retain"), FIELD(chooser) },
	{ "tlb", WORDS("unbounded", "real"), FIELD(tlb) },
	{ "coherent", WORDS("cma", "legacy2011", "remap", "pool", "carveout", "highmem",
			    "hardware"), FIELD(coherent) },
	{ "linux", WORDS("6.12", "repaired"), FIELD(behaviour) },
	{ "swiotlb", WORDS("auto", "force", "dynamic"), 0, 0 },	/* two fields */
	{ "dmapool", WORDS("plain", "debug"), FIELD(dmapool_debug) },
	{ "iova", WORDS("dma-iommu", "bitmap", "spread"), FIELD(iova) },
	{ "kmalloc", WORDS("aligned", "unaligned"), FIELD(bounce_kmalloc) },
	{ "portable", WORDS("off", "on"), FIELD(hazards.portable) },
	{ "rules", WORDS("full", "dma-debug"), FIELD(hazards.rules) },
	{ "iommu", WORDS("off", "strict", "lazy", "passthrough"), FIELD(iommu), IOMMU_OFF },
	{ "backtrace", WORDS("address", "full"), FIELD(hazards.full_backtrace), .is_quiet = true },
	{ "may", WORDS("on", "off"), FIELD(hazards.no_may), .is_quiet = true },
	{ "exposure", WORDS("off", "on"), FIELD(hazards.exposure), .is_quiet = true },
	{ "hazards", WORDS("on", "off"), FIELD(no_hazards), .is_quiet = true },
};

static void choose_swiotlb(struct harness_config *cfg, int i)
{
	cfg->swiotlb_force = i == 1;
	cfg->swiotlb_dynamic = i == 2;
}

static void choose(struct harness_config *cfg, const struct choice *c, int i)
{
	char *field = (char *)cfg + c->at;

	if (!c->size)
		choose_swiotlb(cfg, i);
	else if (c->size == sizeof(bool))
		*(bool *)field = i;
	else
		*(int *)field = c->first + i;
}

/* 0: as if it had not been said. */
static int chosen(const struct harness_config *cfg, const struct choice *c)
{
	const char *field = (const char *)cfg + c->at;

	if (!c->size)
		return cfg->swiotlb_force ? 1 : cfg->swiotlb_dynamic ? 2 : 0;
	return c->size == sizeof(bool) ? *(const bool *)field : *(const int *)field;
}

G_STATIC_ASSERT(sizeof(enum machine_gear) == sizeof(int));

/* ---- the others ----------------------------------------------------------------------- */

/* As Linux's memparse() takes it: 256K, 1M; more than nothing, less than all. */
static bool parse_size(const char *key, const char *value, size_t *ret_len, GError **error)
{
	static const char *const units[] = { "", "K", "M", "G" };
	char *end;
	uint64_t len;

	errno = 0;
	len = g_ascii_strtoull(value, &end, 0);
	for (unsigned i = 0; i < G_N_ELEMENTS(units); i++) {
		if (errno || end == value || *value == '-' || g_ascii_strcasecmp(end, units[i]))
			continue;
		if (!len || len > (UINT32_MAX >> 10 * i))
			break;
		*ret_len = (size_t)len << 10 * i;
		return true;
	}
	g_set_error(error, HARNESS_ERROR, 0, "%s=%s: it is a size below 4 GiB, as 256K or 1M",
		    key, value);
	return false;
}

static const struct {
	const char *key;
	size_t path;			/* in struct harness_config */
} files[] = {
	{ "json", offsetof(struct harness_config, hazards.json_path) },
	{ "sarif", offsetof(struct harness_config, hazards.sarif_path) },
	{ "junit", offsetof(struct harness_config, hazards.junit_path) },
	{ "tap", offsetof(struct harness_config, hazards.tap_path) },
	{ "html", offsetof(struct harness_config, hazards.html_path) },
	{ "trace", offsetof(struct harness_config, hazards.trace_path) },
	{ "root", offsetof(struct harness_config, hazards.root) },
	{ "suppressions", offsetof(struct harness_config, hazards.suppressions) },
	{ "record", offsetof(struct harness_config, record_path) },
};

/* False: @key is no file. */
static bool parse_file(struct options *o, const char *key, const char *value)
{
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		if (strcmp(key, files[i].key))
			continue;
		if (o->strings)
			*(const char **)((char *)&o->cfg + files[i].path) =
				g_string_chunk_insert(o->strings, value);
		return true;
	}
	return false;
}

struct machine_script *options_read_script(const char *script, GError **error)
{
	g_autofree char *text = NULL;
	struct machine_script *s;

	if (*script != '@')
		return machine_script_parse(script, error);
	if (!g_file_get_contents(script + 1, &text, NULL, NULL)) {
		g_set_error(error, HARNESS_ERROR, 0, "script: %s: it cannot be read", script + 1);
		return NULL;
	}
	s = machine_script_parse(text, error);
	if (!s)
		g_prefix_error(error, "%s: ", script + 1);
	return s;
}

static bool parse_script(struct options *o, const char *value, GError **error)
{
	g_autoptr(machine_script) s = options_read_script(value, error);

	if (s)
		o->cfg.script = o->strings ? g_string_chunk_insert(o->strings, value) : value;
	return s;
}

static bool parse_option(struct options *o, const char *key, const char *value, GError **error)
{
	if (parse_file(o, key, value))
		return true;
	if (!strcmp(key, "script"))
		return parse_script(o, value, error);
	if (!strcmp(key, "cma"))
		return parse_size(key, value, &o->cfg.cma_bytes, error);
	if (!strcmp(key, "coherent_pool"))
		return parse_size(key, value, &o->cfg.coherent_pool_bytes, error);
	for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
		int picked;

		if (strcmp(key, choices[i].key))
			continue;
		if (!pick(key, value, choices[i].names, &picked, error))
			return false;
		choose(&o->cfg, &choices[i], picked);
		return true;
	}
	g_set_error(error, HARNESS_ERROR, 0, "there is no option \"%s\"", key);
	return false;
}

static bool parse_options(struct options *o, const char *text, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, ":", -1);

	for (char **w = words; *w; w++) {
		char *equals = strchr(*w, '=');

		if (!**w)
			continue;
		if (!equals) {
			g_set_error(error, HARNESS_ERROR, 0,
				    "ARMDMA_OPTIONS: \"%s\" has no value: write %s=...", *w, *w);
			return false;
		}
		*equals = '\0';
		if (!parse_option(o, *w, equals + 1, error)) {
			g_prefix_error(error, "ARMDMA_OPTIONS: ");
			return false;
		}
	}
	return true;
}

bool harness_config_set(struct harness_config *cfg, const char *key, const char *value,
			GError **error)
{
	struct options o = { .cfg = *cfg };
	bool is_good = parse_option(&o, key, value, error);

	if (is_good)
		*cfg = o.cfg;
	return is_good;
}

bool options_from_environment(struct options *o, GError **error)
{
	const char *seed = g_getenv("ARMDMA_SEED");
	const char *text = g_getenv("ARMDMA_OPTIONS");

	o->strings = g_string_chunk_new(128);
	return (!seed || parse_seed(seed, &o->cfg.seed, error)) &&
	       (!text || parse_options(o, text, error));
}

void options_done(struct options *o)
{
	if (o->strings)
		g_string_chunk_free(o->strings);
}

/* A word for a shell; most names are as they are. */
static char *quote(const char *word)
{
	const char *safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789_-./+,@%:=";

	return word[strspn(word, safe)] ? g_shell_quote(word) : g_strdup(word);
}

static void add_option(GString *s, const char *key, const char *value)
{
	g_string_append_printf(s, "%s%s=%s", s->len ? ":" : "", key, value);
}

static void add_size(GString *s, const char *key, size_t len)
{
	g_autofree char *value = g_strdup_printf("%zu", len);

	if (len)
		add_option(s, key, value);
}

/* What of ARMDMA_OPTIONS differs from the defaults: "chooser=random:tlb=real", or "". */
static char *replay_options(const struct harness_config *cfg)
{
	bool is_script = cfg->script || cfg->chooser == CHOOSER_SCRIPT;
	GString *s = g_string_new(NULL);

	if (is_script)
		add_option(s, "script", cfg->script ? cfg->script : "");
	for (const struct choice *c = choices; c < choices + G_N_ELEMENTS(choices); c++) {
		int value = chosen(cfg, c);
		bool is_chooser = c->at == offsetof(struct harness_config, chooser) && c->size;

		if (value && !c->is_quiet && !(is_script && is_chooser))
			add_option(s, c->key, c->names[value - c->first]);
	}
	add_size(s, "coherent_pool", cfg->coherent_pool_bytes);
	add_size(s, "cma", cfg->cma_bytes);
	return g_string_free(s, FALSE);
}

/* The environment of a run that repeats this one: what differs from the defaults. */
char *options_replay(const struct harness_config *cfg, const char *where, const char *cpu)
{
	g_autofree char *options = replay_options(cfg);
	g_autofree char *quoted_board = quote(where);
	GString *s = g_string_new(NULL);

	g_string_append_printf(s, "ARMDMA_BOARD=%s ", quoted_board);
	if (cpu)
		g_string_append_printf(s, "ARMDMA_CPU=%s ", cpu);
	g_string_append_printf(s, "ARMDMA_SEED=%#llx", (unsigned long long)cfg->seed);
	if (*options) {
		g_autofree char *quoted = quote(options);

		g_string_append_printf(s, " ARMDMA_OPTIONS=%s", quoted);
	}
	return g_string_free(s, FALSE);
}
