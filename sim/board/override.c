/* SPDX-License-Identifier: MIT */
/*
 * Another core, or other caches, than the tree's: board_set_cpu().
 *
 *   "cortex-a9,cpus=2,l1d=16K/4/32/rr,outer=1M/16"
 *    ---------  ----------------------------------
 *    the core   items: KEY=VALUE
 *
 * A maker's comma belongs to the core: "arm,cortex-a9,l2=0" names one.
 */
#include <string.h>

#include "geometry.h"
#include "parts.h"
#include "read.h"

#define MAX_CPUS	8u
#define MAX_BYTES	(64u << 20)

static bool complain(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool complain(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *sentence = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error_literal(error, BOARD_ERROR, BOARD_ERROR_MALFORMED, sentence);
	return false;
}

/* ---- one cache ------------------------------------------------------------- */

/* A number of at most @max, all of @text, with K or M if @has_unit. */
static bool parse_number(const char *text, uint32_t max, bool has_unit, uint32_t *ret_value)
{
	char *end;
	uint64_t value = g_ascii_strtoull(text, &end, 10);

	if (!g_ascii_isdigit(*text) || value > max)
		return false;
	if (has_unit && (*end == 'K' || *end == 'k'))
		value <<= 10, end++;
	else if (has_unit && (*end == 'M' || *end == 'm'))
		value <<= 20, end++;
	if (*end || value > max)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

/* random, rr, lru, wa, ra: false for any other word. */
static bool apply_word(struct cache_geometry *g, const char *word)
{
	static const char *const policies[NR_CACHE_REPLACEMENTS] = {
		[CACHE_PSEUDO_RANDOM] = "random",
		[CACHE_ROUND_ROBIN] = "rr",
		[CACHE_LRU] = "lru",
	};

	for (uint8_t i = 0; i < NR_CACHE_REPLACEMENTS; i++) {
		if (strcmp(word, policies[i]) == 0) {
			g->replacement = i;
			return true;
		}
	}
	if (strcmp(word, "wa") != 0 && strcmp(word, "ra") != 0)
		return false;
	g->write_allocate = word[0] == 'w';
	return true;
}

/* What is left of the words after SIZE: [WAYS[/LINE]][/WORD]... */
static bool parse_shape(const char *item, char **words, struct cache_geometry *g,
			unsigned max_ways, GError **error)
{
	uint32_t nr_ways = 0, line = g->line_bytes;

	if (*words && parse_number(*words, max_ways, false, &nr_ways))
		words++;
	if (nr_ways && *words && parse_number(*words, GEOMETRY_MAX_LINE, false, &line))
		words++;
	for (; *words; words++) {
		if (!apply_word(g, *words))
			return complain(error, "%s: \"%s\" is not 1 to %u ways, %u to %u bytes of "
					"line, random, rr, lru, wa or ra", item, *words,
					max_ways, GEOMETRY_MIN_LINE, GEOMETRY_MAX_LINE);
	}
	g->line_bytes = (uint16_t)line;
	g->nr_ways = (uint8_t)(nr_ways ? nr_ways : geometry_ways(g->bytes, line, g->nr_ways,
								 max_ways));
	if (geometry_is_line(line) && geometry_is_possible(g->bytes, line, g->nr_ways, max_ways))
		return true;
	if (!geometry_is_line(line))
		return complain(error, "%s: a line is a power of two, %u to %u bytes", item,
				GEOMETRY_MIN_LINE, GEOMETRY_MAX_LINE);
	if (nr_ways)
		return complain(error, "%s: lines of %u bytes in %u ways cannot make up %u bytes",
				item, line, nr_ways, g->bytes);
	return complain(error, "%s: lines of %u bytes in 1 to %u ways cannot make up %u bytes",
			item, line, max_ways, g->bytes);
}

static const struct cache_geometry usual_cache = {
	.line_bytes = 32, .nr_ways = 4, .replacement = CACHE_PSEUDO_RANDOM, .write_allocate = true,
};

static bool parse_cache(const char *item, const char *value, struct cache_geometry *g,
			unsigned max_ways, GError **error)
{
	g_auto(GStrv) words = g_strsplit(value, "/", -1);
	struct cache_geometry is = g->bytes ? *g : usual_cache;

	is.is_assumed = false;
	if (!words[0] || !parse_number(words[0], MAX_BYTES, true, &is.bytes))
		return complain(error, "%s: a size is expected first, as 32K or 1M, %u MiB at most",
				item, MAX_BYTES >> 20);
	if (is.bytes && !parse_shape(item, words + 1, &is, max_ways, error))
		return false;
	if (!is.bytes && words[1])
		return complain(error, "%s: a cache of no bytes has no shape", item);
	*g = is;
	return true;
}

/* ---- items ------------------------------------------------------------------- */

static void free_cpu(void *cpu)
{
	board_cpu_free(cpu);
}

static struct board_cpu *cpu_new(unsigned idx, const struct core_part *part)
{
	struct board_cpu *c = g_new0(struct board_cpu, 1);

	c->path = g_strdup_printf("/cpus/cpu@%u", idx);
	c->compatible = g_strdup(part->compatible);
	c->part = part;
	c->l1i = part->l1i;
	c->l1d = part->l1d;
	c->l2 = part->l2;
	return c;
}

/* Copies of the first that is not disabled. */
static bool set_nr_cpus(struct board *b, const char *item, const char *value, GError **error)
{
	const struct board_cpu *boot = board_boot_cpu(b);
	uint32_t nr;

	if (!parse_number(value, MAX_CPUS, false, &nr) || nr == 0)
		return complain(error, "%s: 1 to %u CPUs are possible", item, MAX_CPUS);
	if (!boot || !boot->part)
		return complain(error, "%s: the device tree names no core that is known: name one "
				"first", item);

	g_autoptr(GPtrArray) cpus = g_ptr_array_new_with_free_func(free_cpu);

	for (unsigned i = 0; i < nr; i++) {
		struct board_cpu *c = cpu_new(i, boot->part);

		c->l1i = boot->l1i;
		c->l1d = boot->l1d;
		c->l2 = boot->l2;
		g_ptr_array_add(cpus, c);
	}
	g_ptr_array_unref(b->cpus);
	b->cpus = g_steal_pointer(&cpus);
	return true;
}

static void remove_outer(struct board_outer *o)
{
	g_free(o->path);
	g_free(o->compatible);
	*o = (struct board_outer){ .path = NULL };
}

static bool set_outer(struct board *b, const char *item, const char *value, GError **error)
{
	struct board_outer *o = &b->outer;

	if (!o->path && !strcmp(value, "0"))
		return true;
	if (!o->path)
		return complain(error, "%s: the device tree has no outer cache", item);
	if (!parse_cache(item, value, &o->cache, GEOMETRY_MAX_WAYS_L2, error))
		return false;
	if (o->cache.bytes && !outer_is_possible(o))
		return complain(error, "%s: %u bytes in %u ways of lines of %u bytes is not a %s",
				item, o->cache.bytes, o->cache.nr_ways, o->cache.line_bytes,
				o->name);
	outer_meet_cpus(b);
	if (!o->cache.bytes)
		remove_outer(o);
	return true;
}

static struct cache_geometry *cache_named(struct board_cpu *c, const char *key)
{
	if (strcmp(key, "l1i") == 0)
		return &c->l1i;
	if (strcmp(key, "l1d") == 0)
		return &c->l1d;
	return &c->l2;
}

static bool set_cache(struct board *b, const char *item, const char *key, const char *value,
		      GError **error)
{
	bool is_l2 = strcmp(key, "l2") == 0;
	unsigned max_ways = is_l2 ? GEOMETRY_MAX_WAYS_L2 : GEOMETRY_MAX_WAYS_L1;

	for (unsigned i = 0; i < b->cpus->len; i++) {
		struct cache_geometry *g = cache_named(g_ptr_array_index(b->cpus, i), key);

		if (!parse_cache(item, value, g, max_ways, error))
			return false;
		if (!g->bytes && !is_l2)
			return complain(error, "%s: every core here has level 1 caches", item);
	}
	if (b->cpus->len == 0)
		return complain(error, "%s: the device tree names no CPU: name its core first",
				item);
	return true;
}

static bool set_item(struct board *b, const char *item, GError **error)
{
	const char *equals = strchr(item, '=');
	g_autofree char *key = equals ? g_strndup(item, equals - item) : g_strdup(item);

	if (equals && strcmp(key, "cpus") == 0)
		return set_nr_cpus(b, item, equals + 1, error);
	if (equals && strcmp(key, "outer") == 0)
		return set_outer(b, item, equals + 1, error);
	if (equals && (strcmp(key, "l1i") == 0 || strcmp(key, "l1d") == 0 ||
		       strcmp(key, "l2") == 0))
		return set_cache(b, item, key, equals + 1, error);
	return complain(error, "%s: after the core come cpus=, l1i=, l1d=, l2= or outer=", item);
}

/* ---- the core ------------------------------------------------------------------ */

static void set_core(struct board *b, const struct core_part *part)
{
	if (b->cpus->len == 0)
		g_ptr_array_add(b->cpus, cpu_new(0, part));
	for (unsigned i = 0; i < b->cpus->len; i++) {
		struct board_cpu *old = g_ptr_array_index(b->cpus, i);
		struct board_cpu *c = cpu_new(i, part);

		g_free(c->path);
		c->path = g_steal_pointer(&old->path);
		c->is_disabled = old->is_disabled;
		board_cpu_free(old);
		g_ptr_array_index(b->cpus, i) = c;
	}
	outer_meet_cpus(b);
}

/* How many of @words, which have no '=', name the core: 0, 1, or 2 with its maker. */
static unsigned find_core(char **words, const struct core_part **ret_part)
{
	g_autofree char *with_maker = NULL;

	if (!words[0] || strchr(words[0], '='))
		return 0;
	*ret_part = core_part_named(words[0]);
	if (*ret_part || !words[1] || strchr(words[1], '='))
		return 1;
	with_maker = g_strjoin(",", words[0], words[1], NULL);
	*ret_part = core_part_named(with_maker);
	return *ret_part ? 2 : 1;
}

static bool apply(struct board *b, const char *spec, GError **error)
{
	g_auto(GStrv) words = g_strsplit(spec, ",", -1);
	const struct core_part *part = NULL;
	unsigned nr = find_core(words, &part);

	if (!*spec)
		return complain(error, "a core is expected, or l1d=32K/4/32 and the like");
	if (nr && !part)
		return complain(error, "\"%s\" is not in the table of cores", words[0]);
	if (part)
		set_core(b, part);
	for (char **item = words + nr; *item; item++) {
		if (!set_item(b, *item, error))
			return false;
	}
	return true;
}

/* ---- all or nothing --------------------------------------------------------------- */

static GPtrArray *copy_cpus(const GPtrArray *cpus)
{
	GPtrArray *copy = g_ptr_array_new_with_free_func(free_cpu);

	for (unsigned i = 0; i < cpus->len; i++) {
		struct board_cpu *c = g_new(struct board_cpu, 1);

		*c = *(const struct board_cpu *)g_ptr_array_index(cpus, i);
		c->path = g_strdup(c->path);
		c->compatible = g_strdup(c->compatible);
		g_ptr_array_add(copy, c);
	}
	return copy;
}

bool board_set_cpu(struct board *b, const char *spec, GError **error)
{
	GPtrArray *cpus = copy_cpus(b->cpus);
	struct board_outer outer = b->outer;

	outer.path = g_strdup(outer.path);
	outer.compatible = g_strdup(outer.compatible);
	if (apply(b, spec, error)) {
		g_ptr_array_unref(cpus);
		remove_outer(&outer);
		g_free(b->cpu_spec);
		b->cpu_spec = g_strdup(spec);
		return true;
	}
	g_ptr_array_unref(b->cpus);
	b->cpus = cpus;
	remove_outer(&b->outer);
	b->outer = outer;
	return false;
}
