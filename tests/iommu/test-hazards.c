/* SPDX-License-Identifier: MIT */
/*
 * Each class of IOMMU hazard that the reference IOMMU can show, in its own driver with one
 * thing left out; see hazard-rows.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/sizes.h>
#include <armdma/filter.h>
#include <armdma/reference-iommu.h>

#include "hazard-rows.h"
#include "lib/iommu/reference.h"

#define ETH_STREAM	4u

static const struct ref_config plain = { .formats = 1u << REF_SHORT };
static const struct ref_config long_format = { .formats = 1u << REF_LONG64_S1 };
static const struct ref_config negative = { .formats = 1u << REF_SHORT, .caches_negative = true };
static const struct ref_config ahead = { .formats = 1u << REF_SHORT, .caches_negative = true,
					 .prefetch = 1 };
static const struct ref_config indexed = { .formats = 1u << REF_SHORT, .tlb_sets = 16 };
static const struct ref_config snooping = { .formats = 1u << REF_LONG64_S1,
					    .walker = IOMMU_HW_WALKS_SNOOPING,
					    .caches_negative = true };
static const struct ref_config no_walk_cache = { .formats = 1u << REF_LONG64_S1,
						 .has_no_walk_cache = true };

static void start(struct hazard_bench *b)
{
	struct ref_config cfg = *(const struct ref_config *)(b->row->hw ? b->row->hw : &plain);
	struct iommu_hw *hw;

	hazard_bench_boot(b, &(struct harness_config){
		.board = BEHIND_BOARD, .behaviour = LINUX_REPAIRED });
	cfg.name = "left";
	hw = ref_iommu_new(harness_machine(b->h), &cfg);
	assert_int_equal(ref_mmu_probe(kernel_current(), of_find_node_by_path("/soc/iommu@10100000"),
				       "left", iommu_hw_reg_pa(hw), iommu_hw_irq(hw)), 0);
	b->dev = harness_device(b->h, "/soc/ethernet@10010000");
	b->master = harness_master(b->dev);
	master_attach_iommu(b->master, hw, ETH_STREAM);
}

static void write_reg(struct hazard_bench *b, u32 reg, u32 value)
{
	machine_deliver(machine_cpu(harness_machine(b->h), 0), iommu_hw_reg_pa(b->hw) + reg, 4,
			value);
}

/* ---- plays of its own ----------------------------------------------------------------- */

/* Faults wait: somebody before the driver has set it so. */
static void play_stalled_demand(struct hazard_bench *b)
{
	for (unsigned n = 0; n < 16; n++)
		write_reg(b, REF_CONTEXT(n), REF_CONTEXT_ENABLE | REF_CONTEXT_STALL |
			  REF_CONTEXT_ATTRIBUTES | REF_CONTEXT_FORMAT(REF_SHORT));
	play_demand(b);
}

static void play_power_cycle(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	iommu_hw_set_power(b->hw, false);
	iommu_hw_set_power(b->hw, true);
	play_arms(b);
	if (!b->is_mutated || b->mu)
		ref_mmus_resume(kernel_current());
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

static void play_late_store(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA - SZ_4K, PLAY_PA + SZ_4K, SZ_4K);
	play_watches_tables(b, PLAY_IOVA);
	play_map(b);
}

#define TTBRS		.reg = REF_TTBR(0), .stride = REF_CONTEXT(1) - REF_CONTEXT(0), .nr = 16
#define ROUTES		.reg = REF_ROUTE(0), .stride = REF_ROUTE(1) - REF_ROUTE(0), .nr = 64
#define ANY_ROUTE	.mask = REF_ROUTE_VALID, .match = REF_ROUTE_VALID

static const struct hazard_row rows[] = {
	{ "a map that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_map,
	  { MUTATE_SKIP_CLEAN }, .says = "in a cache" },
	{ "a map that is cleaned beside the descriptor", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN,
	  play_map, { MUTATE_SHIFT_CLEAN, .shift = 0x40 } },
	{ "an unmap that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN, play_unmap,
	  { MUTATE_SKIP_CLEAN } },
	{ "a map of long descriptors that is not cleaned", 'A', HAZARD_IOMMU_TABLE_NOT_CLEAN,
	  play_map, { MUTATE_SKIP_CLEAN }, &long_format },
	{ "an unmap that invalidates nothing", 'B', HAZARD_IOMMU_TLB_STALE, play_unmap,
	  { MUTATE_DROP, .reg = REF_COMMAND }, .says = "No invalidation was carried out" },
	{ "an invalidation of another context", 'C', HAZARD_IOMMU_FLUSH_SCOPE, play_unmap,
	  { MUTATE_ALTER, .reg = REF_COMMAND, .bits = 0xff00, .value = 0x0f00 },
	  .says = "context 15" },
	{ "an invalidation of another address", 'C', HAZARD_IOMMU_FLUSH_SCOPE, play_unmap,
	  { MUTATE_ALTER, .reg = REF_INV_IOVA, .bits = 0x00100000, .value = 0x00100000 } },
	{ "an invalidation that is short", 'C', HAZARD_IOMMU_FLUSH_SCOPE, play_unmap_64k,
	  { MUTATE_ALTER, .reg = REF_INV_LEN, .bits = 0x1ffff, .value = 0x1000 }, &long_format },
	{ "a map where a TLB holds that nothing is there", 'D', HAZARD_IOMMU_NEGATIVE_STALE,
	  play_map_touched, { MUTATE_DROP, .reg = REF_COMMAND }, &negative },
	{ "a map beside a page that was fetched ahead", 'D', HAZARD_IOMMU_NEGATIVE_STALE,
	  play_map_neighbour, { MUTATE_DROP, .reg = REF_COMMAND }, &ahead },
	{ "a table that the walk cache still has", 'E', HAZARD_IOMMU_WALK_CACHE_STALE,
	  play_table_to_block, { MUTATE_DROP, .reg = REF_COMMAND }, &long_format },
	{ "an invalidation of a large page by its first address", 'F', HAZARD_IOMMU_PAGE_LEFT,
	  play_unmap_64k, { MUTATE_ALTER, .reg = REF_INV_LEN, .bits = 0x1ffff, .value = 0x1000 },
	  &indexed },
	{ "a table that is freed and used again", 'G', HAZARD_IOMMU_TABLE_FREED,
	  play_table_reused, { MUTATE_DROP, .reg = REF_COMMAND }, &long_format },
	{ "a page and the block that took its place", 'H', HAZARD_IOMMU_TLB_CONFLICT,
	  play_two_sizes, { MUTATE_DROP, .reg = REF_COMMAND }, &no_walk_cache },
	{ "a stall that is not resumed", 'I', HAZARD_IOMMU_STALL_HUNG, play_stalled_demand,
	  { MUTATE_DROP, .reg = REF_RESUME } },
	{ "a stream that is bypassed", 'J', HAZARD_IOMMU_DIVERTED, play_attach,
	  { MUTATE_ALTER, ROUTES, ANY_ROUTE, .bits = 0xf00, .value = REF_ROUTE_BYPASS << 8 },
	  .attaches = true },
	{ "a stream that is dropped", 'J', HAZARD_IOMMU_DIVERTED, play_attach,
	  { MUTATE_ALTER, ROUTES, ANY_ROUTE, .bits = 0xf00, .value = REF_ROUTE_DROP << 8 },
	  .attaches = true, .says = "vanished" },
	{ "a map, and an invalidation before a barrier", 'K', HAZARD_IOMMU_ORDER, play_late_store,
	  { MUTATE_SKIP_BARRIER }, &snooping, .chooser = CHOOSER_LAZY, .says = "store buffer" },
	{ "an unmap whose store is late", 'K', HAZARD_IOMMU_ORDER, play_unmap_late,
	  { MUTATE_SKIP_BARRIER }, .chooser = CHOOSER_LAZY },
	{ "a register that is read without a clock", 'N', HAZARD_IOMMU_REGISTER_OFF, play_unclocked },
	{ "a device that works without its IOMMU's clock", 'N', HAZARD_IOMMU_OFF,
	  play_unclocked_access },
	{ "a power cycle without a resume", 'N', HAZARD_IOMMU_STATE_LOST, play_power_cycle },
	{ "a resume that forgets a root", 'N', HAZARD_IOMMU_STATE_LOST, play_power_cycle,
	  { MUTATE_DROP, TTBRS } },
	{ "an attachment with another root", 'O', HAZARD_IOMMU_WRONG_TRANSLATION, play_attach,
	  { MUTATE_ALTER, TTBRS, .bits = 0x01000000, .value = 0x01000000 },
	  .attaches = true },
};

int main(int argc, char **argv)
{
	static const struct hazard_kind kind = { "reference", start, NULL, rows,
						 G_N_ELEMENTS(rows) };

	return hazard_rows_main(&kind, argc, argv);
}
