/* SPDX-License-Identifier: MIT */
/* Boards filled in by hand: see board-fixture.h. */
#include "board-fixture.h"

static const struct core_part cortex_a9 = {
	.compatible = "arm,cortex-a9", .name = "Cortex-A9", .arch = 7, .is_modelled = true,
	.midr = 0x410fc090,
	.is_mp = true, .broadcasts = true, .wt_is_nc = true, .tables = TABLES_V7,
	.l1i = { .bytes = 32 << 10, .line_bytes = 32, .nr_ways = 4 },
	.l1i_indexing = INDEX_VIPT,
	.l1d = { .bytes = 32 << 10, .line_bytes = 32, .nr_ways = 4,
		 .replacement = CACHE_PSEUDO_RANDOM, .write_allocate = true },
};

static const struct core_part cortex_a15 = {
	.compatible = "arm,cortex-a15", .name = "Cortex-A15", .arch = 7, .is_modelled = true,
	.midr = 0x410fc0f0,
	.l1i = { .bytes = 32 << 10, .line_bytes = 64, .nr_ways = 2 },
	.l1d = { .bytes = 32 << 10, .line_bytes = 64, .nr_ways = 2,
		 .replacement = CACHE_LRU, .write_allocate = true },
	.l2 = { .bytes = 1 << 20, .line_bytes = 64, .nr_ways = 16,
		.replacement = CACHE_PSEUDO_RANDOM, .write_allocate = true },
	.walks_in_l1 = true, .has_lpae = true, .is_mp = true, .broadcasts = true,
	.wt_is_nc = true,
	.tables = TABLES_V7,
};

static void add_cpu(struct board *b, const struct core_part *part)
{
	struct board_cpu *cpu = g_new0(struct board_cpu, 1);

	cpu->path = g_strdup_printf("/cpus/cpu@%u", b->cpus->len);
	cpu->compatible = g_strdup(part->compatible);
	cpu->part = part;
	cpu->l1i = part->l1i;
	cpu->l1d = part->l1d;
	cpu->l2 = part->l2;
	g_ptr_array_add(b->cpus, cpu);
}

static void add_bank(struct board *b, uint64_t pa, uint64_t len)
{
	g_array_append_val(b->banks, ((struct board_bank){ .pa = pa, .len = len }));
}

static void add_master(struct board *b, const char *name, bool is_coherent)
{
	struct board_master *d = g_new0(struct board_master, 1);

	d->path = g_strdup_printf("/soc/%s", name);
	d->name = g_strdup(name);
	d->compatible = g_strdup("test,master");
	d->is_coherent = is_coherent;
	d->iommus = g_array_new(false, true, sizeof(unsigned));
	d->streams = g_array_new(false, true, sizeof(struct board_stream));
	d->iommu_maps = g_array_new(false, true, sizeof(struct board_iommu_map));
	d->iovas = g_array_new(false, true, sizeof(struct board_iova));
	d->ranges = g_array_new(false, true, sizeof(struct board_range));
	d->regions = g_array_new(false, true, sizeof(unsigned));
	g_ptr_array_add(b->masters, d);
}

static void free_cpu(void *p)
{
	struct board_cpu *cpu = p;

	g_free(cpu->path);
	g_free(cpu->compatible);
	g_free(cpu);
}

static void free_master(void *p)
{
	struct board_master *d = p;

	g_free(d->path);
	g_free(d->name);
	g_free(d->compatible);
	g_array_unref(d->iommus);
	g_array_unref(d->streams);
	g_array_unref(d->iommu_maps);
	g_array_unref(d->iovas);
	g_array_unref(d->ranges);
	g_array_unref(d->regions);
	g_free(d);
}

static struct board *board_new(const char *model)
{
	struct board *b = g_new0(struct board, 1);

	b->file = g_strdup(model);
	b->model = g_strdup(model);
	b->compatible = g_strdup("test,board");
	b->cpus = g_ptr_array_new_with_free_func(free_cpu);
	b->banks = g_array_new(false, true, sizeof(struct board_bank));
	b->reserved = g_ptr_array_new();
	b->iommus = g_ptr_array_new();
	b->masters = g_ptr_array_new_with_free_func(free_master);
	return b;
}

struct board *fixture_board_a9_pl310(void)
{
	struct board *b = board_new("fixture-a9-pl310");

	add_cpu(b, &cortex_a9);
	add_cpu(b, &cortex_a9);
	add_bank(b, FIXTURE_DRAM_PA, FIXTURE_DRAM_LEN);
	b->outer = (struct board_outer){
		.path = g_strdup("/soc/cache-controller"),
		.compatible = g_strdup("arm,pl310-cache"),
		.reg_pa = FIXTURE_PL310_PA, .is_modelled = true,
		.cache = { .bytes = 512 << 10, .line_bytes = 32, .nr_ways = 8,
			   .replacement = CACHE_ROUND_ROBIN, .write_allocate = true },
	};
	add_master(b, "eth0", false);
	return b;
}

static struct board *a15(const char *model, bool is_coherent)
{
	struct board *b = board_new(model);

	add_cpu(b, &cortex_a15);
	add_cpu(b, &cortex_a15);
	add_bank(b, FIXTURE_DRAM_PA, 512u << 20);
	add_bank(b, 0x200000000u, 256u << 20);
	add_master(b, "eth0", is_coherent);
	return b;
}

struct board *fixture_board_a15(void)
{
	return a15("fixture-a15", false);
}

struct board *fixture_board_coherent(void)
{
	return a15("fixture-coherent", true);
}

struct board *fixture_board_of(const struct core_part *part, unsigned nr_cpus)
{
	struct board *b = board_new(part->name);

	for (unsigned i = 0; i < nr_cpus; i++)
		add_cpu(b, part);
	add_bank(b, FIXTURE_DRAM_PA, FIXTURE_DRAM_LEN);
	add_master(b, "eth0", false);
	return b;
}

void fixture_set_l1d(struct board *b, struct cache_geometry g)
{
	for (unsigned i = 0; i < b->cpus->len; i++) {
		struct board_cpu *cpu = g_ptr_array_index(b->cpus, i);

		cpu->l1d = g;
	}
}
