/* SPDX-License-Identifier: MIT */
/*
 * A board as JSON, as docs/board-json.md describes it.
 *
 * Addresses are strings ("0x80000000"), since 64 bits do not fit every reader's
 * numbers; sizes of DRAM and caches are numbers of bytes.
 */
#include "board-view.h"

void json_set_string(JsonBuilder *j, const char *name, const char *value)
{
	json_builder_set_member_name(j, name);
	if (value)
		json_builder_add_string_value(j, value);
	else
		json_builder_add_null_value(j);
}

void json_set_int(JsonBuilder *j, const char *name, int64_t value)
{
	json_builder_set_member_name(j, name);
	json_builder_add_int_value(j, value);
}

/* Which slave interface of the CCI-400, or null. */
static void set_interface(JsonBuilder *j, bool is_given, uint8_t interface)
{
	json_builder_set_member_name(j, "cci_interface");
	if (is_given)
		json_builder_add_int_value(j, interface);
	else
		json_builder_add_null_value(j);
}

void json_set_bool(JsonBuilder *j, const char *name, bool value)
{
	json_builder_set_member_name(j, name);
	json_builder_add_boolean_value(j, value);
}

void json_set_hex(JsonBuilder *j, const char *name, uint64_t value)
{
	g_autofree char *hex = board_hex(value);

	json_set_string(j, name, hex);
}

void json_begin_array(JsonBuilder *j, const char *name)
{
	json_builder_set_member_name(j, name);
	json_builder_begin_array(j);
}

static void add_cache(JsonBuilder *j, const char *name, const struct cache_geometry *g)
{
	static const char *const replacements[NR_CACHE_REPLACEMENTS] = {
		[CACHE_PSEUDO_RANDOM] = "pseudo-random",
		[CACHE_ROUND_ROBIN] = "round-robin",
		[CACHE_LRU] = "lru",
	};

	json_builder_set_member_name(j, name);
	if (!g->bytes) {
		json_builder_add_null_value(j);
		return;
	}
	json_builder_begin_object(j);
	json_set_int(j, "bytes", g->bytes);
	json_set_int(j, "line_bytes", g->line_bytes);
	json_set_int(j, "ways", g->nr_ways);
	json_set_string(j, "replacement", replacements[g->replacement]);
	json_set_bool(j, "write_allocate", g->write_allocate);
	json_set_bool(j, "assumed", g->is_assumed);
	json_builder_end_object(j);
}

static const char *indexing_name(uint8_t indexing)
{
	static const char *const names[] = {
		[INDEX_PIPT] = "pipt", [INDEX_VIPT] = "vipt", [INDEX_VIVT] = "vivt",
	};

	return names[indexing];
}

static const char *inclusion_name(uint8_t inclusion)
{
	static const char *const names[] = {
		[L2_INDEPENDENT] = "independent", [L2_INCLUSIVE] = "inclusive",
		[L2_EXCLUSIVE] = "exclusive",
	};

	return names[inclusion];
}

static const char *tables_name(uint8_t tables)
{
	static const char *const names[] = {
		[TABLES_V5] = "v5", [TABLES_V6] = "v6", [TABLES_V7] = "v7",
	};

	return names[tables];
}

static void add_tlb(JsonBuilder *j, const struct tlb_shape *tlb)
{
	json_builder_set_member_name(j, "tlb");
	if (!tlb->nr_entries) {
		json_builder_add_null_value(j);
		return;
	}
	json_builder_begin_object(j);
	json_set_int(j, "entries", tlb->nr_entries);
	json_set_int(j, "ways", tlb->nr_ways ? tlb->nr_ways : tlb->nr_entries);
	json_builder_end_object(j);
}

/* What the table of cores says, which no tree and no --cpu changes. */
static void add_part(JsonBuilder *j, const struct core_part *p)
{
	json_builder_set_member_name(j, "part");
	if (!p) {
		json_builder_add_null_value(j);
		return;
	}
	json_builder_begin_object(j);
	json_set_hex(j, "midr", p->midr);
	json_set_string(j, "l1i_indexing", indexing_name(p->l1i_indexing));
	json_set_string(j, "l1d_indexing", indexing_name(p->l1d_indexing));
	json_set_string(j, "l2_inclusion", inclusion_name(p->l2_inclusion));
	json_set_string(j, "tables", tables_name(p->tables));
	json_set_bool(j, "lpae", p->has_lpae);
	json_set_bool(j, "walks_in_l1", p->walks_in_l1);
	json_set_bool(j, "coherent_l1", p->is_mp);
	json_set_bool(j, "broadcasts", p->broadcasts);
	json_set_bool(j, "write_through_is_uncached", p->wt_is_nc);
	add_tlb(j, &p->tlb);
	json_builder_end_object(j);
}

static void add_cpu(JsonBuilder *j, const struct board_cpu *c)
{
	json_builder_begin_object(j);
	json_set_string(j, "path", c->path);
	json_set_string(j, "compatible", c->compatible);
	json_set_string(j, "core", c->part ? c->part->name : NULL);
	json_set_int(j, "arch", c->part ? c->part->arch : 0);
	json_set_bool(j, "modelled", c->part && c->part->is_modelled);
	json_set_bool(j, "disabled", c->is_disabled);
	add_cache(j, "l1i", &c->l1i);
	add_cache(j, "l1d", &c->l1d);
	add_cache(j, "l2", &c->l2);
	set_interface(j, c->has_cci_interface, c->cci_interface);
	add_part(j, c->part);
	json_builder_end_object(j);
}

static const char *kind_name(enum outer_kind kind)
{
	static const char *const names[] = {
		[OUTER_PL310] = "pl310", [OUTER_L220] = "l220", [OUTER_AURORA] = "aurora",
		[OUTER_UNIPHIER] = "uniphier", [OUTER_FEROCEON] = "feroceon",
		[OUTER_TAUROS2] = "tauros2", [OUTER_INTEGRATED] = "integrated",
	};

	return names[kind];
}

static void add_outer(JsonBuilder *j, const struct board_outer *o)
{
	json_builder_set_member_name(j, "outer");
	if (!o->path) {
		json_builder_add_null_value(j);
		return;
	}
	json_builder_begin_object(j);
	json_set_string(j, "path", o->path);
	json_set_string(j, "compatible", o->compatible);
	json_set_hex(j, "registers", o->reg_pa);
	json_set_bool(j, "modelled", o->is_modelled);
	json_set_string(j, "kind", kind_name(o->kind));
	json_set_bool(j, "shared_override", o->shared_override);
	json_set_bool(j, "io_coherent", o->is_io_coherent);
	add_cache(j, "cache", &o->cache);
	json_builder_end_object(j);
}

static void add_cci400(JsonBuilder *j, const struct board_cci400 *cci)
{
	json_builder_set_member_name(j, "cci400");
	if (!cci->path) {
		json_builder_add_null_value(j);
		return;
	}
	json_builder_begin_object(j);
	json_set_string(j, "path", cci->path);
	json_set_hex(j, "registers", cci->reg_pa);
	json_builder_end_object(j);
}

static void add_bank(JsonBuilder *j, const struct board_bank *bank)
{
	json_builder_begin_object(j);
	json_set_hex(j, "pa", bank->pa);
	json_set_int(j, "bytes", bank->len);
	json_set_bool(j, "assumed", bank->is_assumed);
	json_builder_end_object(j);
}

static void add_places(JsonBuilder *j, const char *name, const GArray *places)
{
	json_begin_array(j, name);
	for (unsigned i = 0; i < places->len; i++) {
		const struct board_bank *place = &g_array_index(places, struct board_bank, i);

		json_builder_begin_object(j);
		json_set_hex(j, "pa", place->pa);
		json_set_int(j, "bytes", place->len);
		json_builder_end_object(j);
	}
	json_builder_end_array(j);
}

static void add_reserved(JsonBuilder *j, const struct board_reserved *r)
{
	static const char *const kinds[NR_RESERVED_KINDS] = {
		[RESERVED_PLAIN] = "plain", [RESERVED_SHARED_POOL] = "shared-dma-pool",
		[RESERVED_RESTRICTED_POOL] = "restricted-dma-pool",
	};

	json_builder_begin_object(j);
	json_set_string(j, "name", r->name);
	json_set_string(j, "path", r->path);
	json_set_string(j, "compatible", r->compatible);
	json_set_string(j, "kind", kinds[r->kind]);
	add_places(j, "places", r->places);
	json_set_int(j, "bytes", r->len);
	json_set_hex(j, "alignment", r->alignment);
	add_places(j, "windows", r->windows);
	json_set_bool(j, "no_map", r->is_no_map);
	json_set_bool(j, "reusable", r->is_reusable);
	json_set_bool(j, "default_cma", r->is_default_cma);
	json_set_bool(j, "default_dma", r->is_default_dma);
	json_set_bool(j, "disabled", r->is_disabled);
	json_builder_end_object(j);
}

static void add_range(JsonBuilder *j, const struct board_range *r)
{
	json_builder_begin_object(j);
	json_set_hex(j, "dma", r->dma);
	json_set_hex(j, "pa", r->pa);
	json_set_hex(j, "bytes", r->len);
	json_builder_end_object(j);
}

static void add_stream(JsonBuilder *j, const struct board_stream *s)
{
	json_builder_begin_object(j);
	json_set_int(j, "iommu", s->iommu);
	json_begin_array(j, "cells");
	for (unsigned i = 0; i < s->nr_cells; i++)
		json_builder_add_int_value(j, s->cells[i]);
	json_builder_end_array(j);
	json_builder_end_object(j);
}

static void add_iommu_map(JsonBuilder *j, const struct board_iommu_map *m)
{
	json_builder_begin_object(j);
	json_set_int(j, "requester", m->requester);
	json_set_int(j, "iommu", m->iommu);
	json_set_int(j, "stream", m->stream);
	json_set_int(j, "count", m->nr);
	json_builder_end_object(j);
}

static void add_iova(JsonBuilder *j, const struct board_iova *i)
{
	json_builder_begin_object(j);
	json_set_int(j, "region", i->region);
	json_set_hex(j, "iova", i->iova);
	json_set_hex(j, "bytes", i->len);
	json_builder_end_object(j);
}

/* What the tree says of a master's IOMMUs beyond which they are. */
static void add_streams(JsonBuilder *j, const struct board_master *m)
{
	json_begin_array(j, "streams");
	for (unsigned i = 0; i < m->streams->len; i++)
		add_stream(j, &g_array_index(m->streams, struct board_stream, i));
	json_builder_end_array(j);
	json_begin_array(j, "iommu_map");
	for (unsigned i = 0; i < m->iommu_maps->len; i++)
		add_iommu_map(j, &g_array_index(m->iommu_maps, struct board_iommu_map, i));
	json_builder_end_array(j);
	json_set_hex(j, "iommu_map_mask", m->iommu_map_mask);
	json_set_int(j, "pasid_bits", m->pasid_bits);
	json_begin_array(j, "iovas");
	for (unsigned i = 0; i < m->iovas->len; i++)
		add_iova(j, &g_array_index(m->iovas, struct board_iova, i));
	json_builder_end_array(j);
}

static void add_region(JsonBuilder *j, unsigned idx)
{
	if (idx == BOARD_NO_REGION)
		json_builder_add_null_value(j);
	else
		json_builder_add_int_value(j, idx);
}

static void add_master(JsonBuilder *j, const struct board_master *m)
{
	json_builder_begin_object(j);
	json_set_string(j, "name", m->name);
	json_set_string(j, "path", m->path);
	json_set_string(j, "compatible", m->compatible);
	json_set_bool(j, "coherent", m->is_coherent);
	set_interface(j, m->has_cci_interface, m->cci_interface);
	json_set_bool(j, "disabled", m->is_disabled);
	json_begin_array(j, "iommus");
	for (unsigned i = 0; i < m->iommus->len; i++)
		json_builder_add_int_value(j, g_array_index(m->iommus, unsigned, i));
	json_builder_end_array(j);
	add_streams(j, m);
	json_begin_array(j, "ranges");
	for (unsigned i = 0; i < m->ranges->len; i++)
		add_range(j, &g_array_index(m->ranges, struct board_range, i));
	json_builder_end_array(j);
	json_begin_array(j, "regions");
	for (unsigned i = 0; i < m->regions->len; i++)
		add_region(j, g_array_index(m->regions, unsigned, i));
	json_builder_end_array(j);
	json_builder_end_object(j);
}

void board_to_json(JsonBuilder *j, const struct board *b)
{
	g_autofree char *why_not = board_refusal(b);

	json_builder_begin_object(j);
	json_set_string(j, "file", b->file);
	json_set_string(j, "model", b->model);
	json_set_string(j, "compatible", b->compatible);
	json_set_bool(j, "builds", !why_not);
	json_set_string(j, "refused", why_not);
	json_set_string(j, "cpu_option", b->cpu_spec);
	json_begin_array(j, "cpus");
	for (unsigned i = 0; i < b->cpus->len; i++)
		add_cpu(j, g_ptr_array_index(b->cpus, i));
	json_builder_end_array(j);
	add_outer(j, &b->outer);
	add_cci400(j, &b->cci400);
	json_begin_array(j, "banks");
	for (unsigned i = 0; i < b->banks->len; i++)
		add_bank(j, &g_array_index(b->banks, struct board_bank, i));
	json_builder_end_array(j);
	json_begin_array(j, "reserved");
	for (unsigned i = 0; i < b->reserved->len; i++)
		add_reserved(j, g_ptr_array_index(b->reserved, i));
	json_builder_end_array(j);
	json_begin_array(j, "iommus");
	for (unsigned i = 0; i < b->iommus->len; i++)
		board_iommu_to_json(j, b, i);
	json_builder_end_array(j);
	json_begin_array(j, "masters");
	for (unsigned i = 0; i < b->masters->len; i++)
		add_master(j, g_ptr_array_index(b->masters, i));
	json_builder_end_array(j);
	json_builder_end_object(j);
}
