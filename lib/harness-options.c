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

static const char *const gear_names[] = { "exact", "fast", NULL };
static const char *const chooser_names[] = { "nominal", "random", "lazy", "evict", "retain", NULL };
static const char *const tlb_names[] = { "unbounded", "real", NULL };
static const char *const coherent_names[] = {
	"cma", "legacy2011", "remap", "pool", "carveout", "highmem", "hardware", NULL
};
static const char *const behaviour_names[] = { "6.12", "repaired", NULL };
static const char *const backtrace_names[] = { "address", "full", NULL };
static const char *const swiotlb_names[] = { "auto", "force", "dynamic", NULL };
static const char *const kmalloc_names[] = { "aligned", "unaligned", NULL };
static const char *const iommu_names[] = { "off", "strict", "lazy", "passthrough", NULL };
static const char *const dmapool_names[] = { "plain", "debug", NULL };
static const char *const iova_names[] = { "dma-iommu", "bitmap", "spread", NULL };
static const char *const switch_names[] = { "on", "off", NULL };
static const char *const may_names[] = { "on", "off", NULL };
static const char *const portable_names[] = { "off", "on", NULL };
static const char *const rules_names[] = { "full", "dma-debug", NULL };
static const char *const exposure_names[] = { "off", "on", NULL };

static const struct {
	const char *key;
	const char *const *names;
} choices[] = {
	{ "gear", gear_names }, { "chooser", chooser_names }, { "tlb", tlb_names },
	{ "coherent", coherent_names }, { "swiotlb", swiotlb_names },
	{ "dmapool", dmapool_names }, { "iova", iova_names },
	{ "kmalloc", kmalloc_names }, { "iommu", iommu_names },
	{ "linux", behaviour_names }, { "backtrace", backtrace_names }, { "hazards", switch_names },
	{ "may", may_names },
	{ "portable", portable_names }, { "rules", rules_names },
	{ "exposure", exposure_names },
};

static void choose_swiotlb(struct harness_config *cfg, int i)
{
	cfg->swiotlb_force = i == 1;
	cfg->swiotlb_dynamic = i == 2;
}

static void choose(struct harness_config *cfg, const char *const *names, int i)
{
	if (names == gear_names)
		cfg->gear = (enum machine_gear)i;
	else if (names == chooser_names)
		cfg->chooser = (enum chooser_mode)i;
	else if (names == tlb_names)
		cfg->tlb = (enum tlb_capacity)i;
	else if (names == coherent_names)
		cfg->coherent = (enum coherent_strategy)i;
	else if (names == swiotlb_names)
		choose_swiotlb(cfg, i);
	else if (names == dmapool_names)
		cfg->dmapool_debug = i;
	else if (names == iova_names)
		cfg->iova = (enum iova_backend)i;
	else if (names == kmalloc_names)
		cfg->bounce_kmalloc = i;
	else if (names == iommu_names)
		cfg->iommu = (enum iommu_mode)(IOMMU_OFF + i);
	else if (names == behaviour_names)
		cfg->behaviour = (enum linux_behaviour)i;
	else if (names == backtrace_names)
		cfg->hazards.full_backtrace = i;
	else if (names == may_names)
		cfg->hazards.no_may = i;
	else if (names == portable_names)
		cfg->hazards.portable = i;
	else if (names == rules_names)
		cfg->hazards.rules = (enum hazard_rules)i;
	else if (names == exposure_names)
		cfg->hazards.exposure = i;
	else
		cfg->no_hazards = i;
}

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
		choose(&o->cfg, choices[i].names, picked);
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

/* What of ARMDMA_OPTIONS differs from the defaults: "chooser=random:tlb=real", or "". */
static char *replay_options(const struct harness_config *cfg)
{
	bool is_script = cfg->script || cfg->chooser == CHOOSER_SCRIPT;
	g_autofree char *cma = g_strdup_printf("%zu", cfg->cma_bytes);
	g_autofree char *pool = g_strdup_printf("%zu", cfg->coherent_pool_bytes);
	GString *s = g_string_new(NULL);
	const struct {
		const char *key, *value;
		bool is_default;
	} options[] = {
		{ "gear", gear_names[cfg->gear], !cfg->gear },
		{ "chooser", is_script ? NULL : chooser_names[cfg->chooser],
		  is_script || !cfg->chooser },
		{ "script", cfg->script ? cfg->script : "", !is_script },
		{ "tlb", tlb_names[cfg->tlb], !cfg->tlb },
		{ "coherent", coherent_names[cfg->coherent], !cfg->coherent },
		{ "linux", behaviour_names[cfg->behaviour], !cfg->behaviour },
		{ "swiotlb", "force", !cfg->swiotlb_force },
		{ "swiotlb", "dynamic", !cfg->swiotlb_dynamic },
		{ "dmapool", dmapool_names[cfg->dmapool_debug], !cfg->dmapool_debug },
		{ "iova", iova_names[cfg->iova], !cfg->iova },
		{ "kmalloc", "unaligned", !cfg->bounce_kmalloc },
		{ "portable", "on", !cfg->hazards.portable },
		{ "rules", rules_names[cfg->hazards.rules], !cfg->hazards.rules },
		{ "iommu", cfg->iommu ? iommu_names[cfg->iommu - IOMMU_OFF] : NULL, !cfg->iommu },
		{ "coherent_pool", pool, !cfg->coherent_pool_bytes },
		{ "cma", cma, !cfg->cma_bytes },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		if (!options[i].is_default)
			g_string_append_printf(s, "%s%s=%s", s->len ? ":" : "", options[i].key,
					       options[i].value);
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
