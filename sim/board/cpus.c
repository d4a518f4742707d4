/* SPDX-License-Identifier: MIT */
/*
 * CPUs and their caches: the part's table first, then what the tree overrides.
 *
 * Leaves out: cpu-map and clusters (every CPU is listed by itself), caches behind
 * the second level.
 *
 * Spec: Devicetree Specification v0.4, 3.8 /cpus, 3.9 multi-level caches; Linux's
 * binding cache/l2c2x0.yaml for the PL310.
 */
#include <string.h>

#include "geometry.h"
#include "parts.h"
#include "read.h"

/* What a second level looks like when nothing but its existence is known. */
static const struct cache_geometry unknown_l2 = {
	.bytes = 256 * 1024, .line_bytes = 64, .nr_ways = 8,
	.replacement = CACHE_PSEUDO_RANDOM, .write_allocate = true, .is_assumed = true,
};
static const struct cache_geometry unknown_l1 = {
	.bytes = 32 * 1024, .line_bytes = 32, .nr_ways = 4,
	.replacement = CACHE_PSEUDO_RANDOM, .is_assumed = true,
};

/* ---- geometry ---------------------------------------------------------- */

static bool cache_u32(const struct fdt_node *n, const char *prefix, const char *what,
		      uint32_t *ret_value)
{
	g_autofree char *prop = g_strconcat(prefix, what, NULL);

	return node_u32(n, prop, ret_value);
}

/*
 * Override @g by PREFIXsize, PREFIXline-size (or PREFIXblock-size) and PREFIXsets.
 * A size of 0 is what some trees write for "ask the hardware": it says nothing.
 */
static bool override_geometry(const struct fdt_node *n, const char *prefix,
			      struct cache_geometry *g, unsigned max_ways, GError **error)
{
	uint32_t bytes = 0, line = g->line_bytes, sets = 0;

	if (!cache_u32(n, prefix, "size", &bytes) || bytes == 0)
		return true;
	if (!cache_u32(n, prefix, "line-size", &line))
		cache_u32(n, prefix, "block-size", &line);
	if (!geometry_is_line(line))
		return node_complain(n, error, "%sline-size is %u, where %u to %u bytes "
				     "are possible", prefix, line, GEOMETRY_MIN_LINE,
				     GEOMETRY_MAX_LINE);

	uint64_t ways = geometry_ways(bytes, line, g->nr_ways, max_ways);

	if (cache_u32(n, prefix, "sets", &sets) && sets)
		ways = bytes / ((uint64_t)line * sets);
	if (!geometry_is_possible(bytes, line, ways, max_ways) ||
	    (sets && bytes != (uint64_t)line * sets * ways))
		return node_complain(n, error, "%ssize is %u, which lines of %u bytes in "
				     "1 to %u ways cannot make up", prefix, bytes, line,
				     max_ways);
	g->bytes = bytes;
	g->line_bytes = line;
	g->nr_ways = ways;
	g->is_assumed = false;
	return true;
}

/* ---- CPUs -------------------------------------------------------------- */

void board_cpu_free(struct board_cpu *c)
{
	g_free(c->path);
	g_free(c->compatible);
	g_free(c);
}

static const struct core_part *find_core(const struct fdt_node *n)
{
	const struct core_part *part = NULL;
	const char *s = NULL;

	while (!part && (s = node_next_string(n, "compatible", s)))
		part = core_part(s);
	return part;
}

static const struct outer_part *find_outer(const struct fdt_node *n)
{
	const struct outer_part *part = NULL;
	const char *s = NULL;

	while (!part && (s = node_next_string(n, "compatible", s)))
		part = outer_part(s);
	return part;
}

/* The cache that a CPU's tree names as its second level, or NULL. */
static const struct fdt_node *next_level_cache(const struct fdt_node *cpu)
{
	uint32_t phandle;

	if (!node_u32(cpu, "next-level-cache", &phandle) && !node_u32(cpu, "l2-cache", &phandle))
		return NULL;
	return fdt_by_phandle(cpu->fdt, phandle);
}

static bool read_l2(struct board_cpu *c, const struct fdt_node *cpu, GError **error)
{
	const struct fdt_node *l2 = next_level_cache(cpu);

	/* A PL310 is named here too, but CP15 does not reach it. */
	if (!l2 || find_outer(l2) || (c->part && !c->part->l2.bytes))
		return true;
	if (!c->part)
		c->l2 = unknown_l2;
	return override_geometry(l2, "cache-", &c->l2, GEOMETRY_MAX_WAYS_L2, error);
}

static bool read_caches(struct board_cpu *c, const struct fdt_node *n, GError **error)
{
	c->l1i = c->part ? c->part->l1i : unknown_l1;
	c->l1d = c->part ? c->part->l1d : unknown_l1;
	if (c->part)
		c->l2 = c->part->l2;
	return override_geometry(n, "i-cache-", &c->l1i, GEOMETRY_MAX_WAYS_L1, error) &&
	       override_geometry(n, "d-cache-", &c->l1d, GEOMETRY_MAX_WAYS_L1, error) &&
	       read_l2(c, n, error);
}

static bool read_cpu(struct board *b, const struct fdt_node *n, GError **error)
{
	struct board_cpu *c = g_new0(struct board_cpu, 1);

	g_ptr_array_add(b->cpus, c);
	c->path = node_path(n);
	c->compatible = node_text(n, "compatible");
	c->part = find_core(n);
	c->is_disabled = n->is_disabled;
	c->has_cci_interface = read_ace_interface(n, &c->cci_interface);
	return read_caches(c, n, error);
}

static bool node_is_cpu(const struct fdt_node *n, const struct fdt_node *cpus)
{
	const char *type = node_string(n, "device_type");

	return node_parent(n) == cpus &&
	       (node_is_named(n, "cpu") || (type && strcmp(type, "cpu") == 0));
}

bool read_cpus(struct board *b, const struct fdt *f, GError **error)
{
	const struct fdt_node *cpus = fdt_top(f, "cpus");

	for (unsigned i = 1; cpus && i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (node_is_cpu(n, cpus) && !read_cpu(b, n, error))
			return false;
	}
	return true;
}

/* ---- the outer cache ----------------------------------------------------- */

/* DDI 0246, 2.2.3: 8 or 16 ways of 16 to 512 KiB, lines of 32 bytes. */
static bool is_pl310_geometry(const struct cache_geometry *g)
{
	uint32_t way_bytes = g->bytes / g->nr_ways;

	return g->line_bytes == 32 && (g->nr_ways == 8 || g->nr_ways == 16) &&
	       way_bytes >= 16 * 1024 && way_bytes <= 512 * 1024;
}

bool outer_is_possible(const struct board_outer *o)
{
	switch (o->kind) {
	case OUTER_PL310:
		return is_pl310_geometry(&o->cache);
	case OUTER_AURORA:
		return o->cache.line_bytes == 32;
	default:
		return true;
	}
}

static bool kind_is_modelled(enum outer_kind kind)
{
	return kind == OUTER_PL310 || kind == OUTER_AURORA || kind == OUTER_INTEGRATED;
}

static bool has_registers(enum outer_kind kind)
{
	return kind == OUTER_PL310 || kind == OUTER_AURORA;
}

static bool has_operations_by_mva(const struct board_cpu *c)
{
	return c && c->part && c->part->arch >= 7;
}

/*
 * What the core's own operations reach is its second level. They do from ARMv7 on;
 * beside an older core a Tauros2 has operations of its own.
 */
void outer_meet_cpus(struct board *b)
{
	struct board_outer *o = &b->outer;

	if (!o->path || (o->kind != OUTER_INTEGRATED && o->kind != OUTER_TAUROS2))
		return;
	o->kind = has_operations_by_mva(board_boot_cpu(b)) ? OUTER_INTEGRATED : OUTER_TAUROS2;
	o->is_modelled = kind_is_modelled(o->kind);
	for (unsigned i = 0; i < b->cpus->len; i++) {
		struct board_cpu *c = g_ptr_array_index(b->cpus, i);

		if (has_operations_by_mva(c))
			c->l2 = o->cache;
	}
}

static bool fill_outer(struct board_outer *o, const struct fdt_node *n,
		       const struct outer_part *part, GError **error)
{
	o->path = node_path(n);
	o->compatible = g_strdup(part->compatible);
	o->name = part->name;
	o->kind = part->kind;
	o->is_modelled = kind_is_modelled(o->kind);
	o->cache = part->cache;
	o->shared_override = node_has(n, "arm,shared-override");
	o->is_io_coherent = node_has(n, "arm,io-coherent");
	o->wt_override = node_has(n, "wt-override");
	if (!override_geometry(n, "cache-", &o->cache, GEOMETRY_MAX_WAYS_L2, error))
		return false;
	o->reg_pa = n->has_pa ? n->pa : 0;
	if (!outer_is_possible(o))
		return node_complain(n, error, "%u bytes in %u ways of lines of %u bytes "
				     "is not a %s", o->cache.bytes, o->cache.nr_ways,
				     o->cache.line_bytes, o->name);
	if (has_registers(o->kind) && !n->has_pa)
		return node_complain(n, error, "a %s whose reg leads to no physical address",
				     o->name);
	return true;
}

bool read_outer(struct board *b, const struct fdt *f, GError **error)
{
	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);
		const struct outer_part *part = n->is_disabled ? NULL : find_outer(n);

		if (!part)
			continue;
		if (!fill_outer(&b->outer, n, part, error))
			return false;
		outer_meet_cpus(b);
		return true;
	}
	return true;
}
