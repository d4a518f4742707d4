/* SPDX-License-Identifier: MIT */
/*
 * The contract, kept by the reference IOMMU and its driver whatever they are, and broken by
 * each defect of either; isolation of devices; faults.
 *
 * eth0 is behind one IOMMU, the display behind that and another: see behind.dts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/sizes.h>
#include <armdma/harness.h>
#include <armdma/reference-iommu.h>

#include "contract.h"
#include "lib/iommu/reference.h"
#include "verbs.h"

#define STEPS		200u
#define ETH_STREAM	4u

struct bench {
	struct harness *h;
	struct contract c;
	struct iommu_hw *hw[2];		/* left and right */
};

struct row {
	const char *name;
	struct ref_config hw;
	enum machine_gear gear;
	enum chooser_mode chooser;
	const char *cpu;		/* in the place of the board's */
	bool is_linux;			/* as Linux 6.12 has it, and not as it should be */
};

static const struct row rows[] = {
	{ "short, unbounded", { .formats = 1u << REF_SHORT } },
	{ "short, 8 entries of 2 ways, slow, fetching ahead", { .formats = 1u << REF_SHORT, .tlb_entries = 8, .tlb_ways = 2, .walk_cache_entries = 4, .delay = 5, .prefetch = 2 } },
	{ "short, negative", { .formats = 1u << REF_SHORT, .caches_negative = true } },
	{ "short, negative, victims drawn", { .formats = 1u << REF_SHORT, .caches_negative = true, .tlb_entries = 64, .draws_victims = true, .prefetch = 1 } },
	{ "wide short", { .formats = 1u << REF_SHORT_WIDE } },
	{ "short, through level 2 only", { .formats = 1u << REF_SHORT, .walker = IOMMU_HW_WALKS_LEVEL2 } },
	{ "long32", { .formats = 1u << REF_LONG32_S1, .delay = 3 } },
	{ "long32 stage 2", { .formats = 1u << REF_LONG32_S2 } },
	{ "long64", { .formats = 1u << REF_LONG64_S1, .caches_negative = true, .uses_contiguous = true } },
	{ "long64 stage 2", { .formats = 1u << REF_LONG64_S2 } },
	{ "long64, snooping", { .formats = 1u << REF_LONG64_S1, .walker = IOMMU_HW_WALKS_SNOOPING } },
	{ "short, lines of 64 bytes", { .formats = 1u << REF_SHORT }, .cpu = "cortex-a15,outer=0" },
	{ "long64, lines of 64 bytes", { .formats = 1u << REF_LONG64_S1 }, .cpu = "cortex-a15,outer=0" },
	{ "short, random", { .formats = 1u << REF_SHORT, .delay = 8 }, .chooser = CHOOSER_RANDOM },
	{ "long64, lazy", { .formats = 1u << REF_LONG64_S1 }, .chooser = CHOOSER_LAZY },
	{ "long64, snooping, random", { .formats = 1u << REF_LONG64_S1, .walker = IOMMU_HW_WALKS_SNOOPING }, .chooser = CHOOSER_RANDOM },
	{ "short, fast gear", { .formats = 1u << REF_SHORT }, .gear = GEAR_FAST },
	{ "long64, fast gear", { .formats = 1u << REF_LONG64_S1, .caches_negative = true }, .gear = GEAR_FAST },
};

/* ---- a machine with two of them, and their driver ------------------------------------- */

static struct iommu_hw *adds_iommu(struct bench *b, const char *path, const struct ref_config *cfg)
{
	struct ref_config own = *cfg;
	struct iommu_hw *hw;

	own.name = strrchr(path, '/') + 1;
	hw = ref_iommu_new(harness_machine(b->h), &own);
	assert_non_null(hw);
	assert_int_equal(ref_mmu_probe(kernel_current(), of_find_node_by_path(path),
				       iommu_hw_name(hw), iommu_hw_reg_pa(hw), iommu_hw_irq(hw)),
			 0);
	return hw;
}

static void adds_device(struct bench *b, unsigned n, const char *path)
{
	b->c.devices[n] = harness_device(b->h, path);
	b->c.masters[n] = harness_master(b->c.devices[n]);
	assert_true(device_iommu_mapped(b->c.devices[n]));
}

static struct bench *bench_new(const struct row *row)
{
	struct bench *b = g_new0(struct bench, 1);

	b->h = harness_start(&(struct harness_config){
		.board = BEHIND_BOARD, .gear = row->gear, .chooser = row->chooser, .seed = 7,
		.cpu = row->cpu, .no_hazards = true,
		.behaviour = row->is_linux ? LINUX_6_12 : LINUX_REPAIRED }, NULL);
	assert_non_null(b->h);
	hushes();			/* the tree has regions that cannot be reserved */
	b->hw[0] = adds_iommu(b, "/soc/iommu@10100000", &row->hw);
	b->hw[1] = adds_iommu(b, "/soc/iommu@10110000", &row->hw);
	adds_device(b, 0, "/soc/ethernet@10010000");
	adds_device(b, 1, "/soc/display@10200000");
	master_attach_iommu(b->c.masters[0], b->hw[0], ETH_STREAM);
	master_attach_iommu(b->c.masters[1], b->hw[0], 1);
	master_attach_iommu(b->c.masters[1], b->hw[1], 0x59);	/* 9, and bits of its mask */
	b->c.seed = 0x5eed;
	b->c.nr_steps = STEPS;
	b->c.traits.has_no_perms = row->hw.formats == 1u << REF_SHORT_WIDE;
	ends_hushing();
	return b;
}

static void bench_free(struct bench *b)
{
	harness_finish(b->h);
	g_free(b);
}

static char *plays(const struct row *row, enum contract_mutant mutant)
{
	struct bench *b = bench_new(row);
	char *broken;

	hushes();
	b->c.mutant = mutant;
	broken = contract_play(&b->c);
	ends_hushing();
	bench_free(b);
	return broken;
}

static void every_kind_keeps_the_contract(void **state)
{
	for (unsigned n = 0; n < G_N_ELEMENTS(rows); n++) {
		char *broken = plays(&rows[n], MUTANT_NONE);

		if (broken)
			fail_msg("%s: %s", rows[n].name, broken);
	}
}

static void breaks_it(const struct row *row, enum contract_mutant mutant)
{
	char *broken = plays(row, mutant);

	if (!broken)
		fail_msg("%s: nothing noticed", row->name);
	g_free(broken);
}

static void every_defect_of_the_hardware_breaks_it(void **state)
{
	static const struct row defects[] = {
		{ "ignores ranges", { .formats = 1u << REF_SHORT, .misbehaves = REF_IGNORES_INV_RANGE } },
		{ "shortens ranges", { .formats = 1u << REF_SHORT, .misbehaves = REF_SHORTENS_RANGES } },
		{ "ignores the walk cache", { .formats = 1u << REF_SHORT, .misbehaves = REF_IGNORES_INV_WALK } },
		{ "ignores the walk cache, long", { .formats = 1u << REF_LONG64_S1, .misbehaves = REF_IGNORES_INV_WALK } },
		{ "syncs early", { .formats = 1u << REF_SHORT, .delay = 200, .misbehaves = REF_SYNCS_EARLY } },
		{ "ignores permissions", { .formats = 1u << REF_SHORT, .misbehaves = REF_IGNORES_PERMS } },
		{ "mixes contexts", { .formats = 1u << REF_LONG64_S1, .misbehaves = REF_MIXES_CONTEXTS } },
		{ "ignores contexts", { .formats = 1u << REF_SHORT, .misbehaves = REF_IGNORES_INV_CONTEXT } },
		{ "loses faults", { .formats = 1u << REF_SHORT, .misbehaves = REF_LOSES_FAULTS } },
		{ "says that it snoops", { .formats = 1u << REF_SHORT, .misbehaves = REF_CLAIMS_COHERENT } },
		{ "says that it snoops, long", { .formats = 1u << REF_LONG64_S1, .misbehaves = REF_CLAIMS_COHERENT } },
	};

	for (unsigned n = 0; n < G_N_ELEMENTS(defects); n++)
		breaks_it(&defects[n], MUTANT_NONE);
}

static void every_defect_of_a_driver_breaks_it(void **state)
{
	const struct row as_linux = {
		"a section that is split loses its address", { .formats = 1u << REF_SHORT },
		.is_linux = true };

	breaks_it(&as_linux, MUTANT_NONE);
	breaks_it(&rows[0], MUTANT_NO_SYNC);
	breaks_it(&rows[0], MUTANT_SHORT_SYNC);
	breaks_it(&rows[2], MUTANT_NO_SYNC_MAP);
	breaks_it(&rows[8], MUTANT_NO_SYNC_MAP);
}

/* ---- faults --------------------------------------------------------------------------- */

static void device_a_never_reaches_what_is_mapped_for_b(void **state)
{
	struct bench *b = bench_new(&rows[0]);
	struct iommu_domain *eth = attaches(b->c.devices[0]), *lcd = attaches(b->c.devices[1]);
	struct master_fault f;
	char byte = 'x';

	hushes();
	assert_int_equal(iommu_map(eth, 0x10000, 0x85000000, SZ_4K, IOMMU_READ | IOMMU_WRITE,
				   GFP_KERNEL), 0);
	assert_int_equal(master_write(b->c.masters[0], 0x10000, &byte, 1).kind, MASTER_OK);
	f = master_read(b->c.masters[1], 0x10000, &byte, 1);
	assert_int_equal(f.kind, MASTER_IOMMU_FAULT);
	assert_int_equal(f.reason, IOMMU_HW_TRANSLATION);
	assert_int_equal(master_read(b->c.masters[1], 0x85000000, &byte, 1).kind,
			 MASTER_IOMMU_FAULT);
	ends_hushing();
	detaches(b->c.devices[0], eth);
	detaches(b->c.devices[1], lcd);
	bench_free(b);
}

static void a_fault_names_device_domain_iova_and_direction(void **state)
{
	struct bench *b = bench_new(&rows[0]);
	struct iommu_domain *eth = attaches(b->c.devices[0]);
	char *said;

	listens();
	master_write(b->c.masters[0], 0x12345678, "x", 1);
	said = ends_listening();
	assert_non_null(strstr(said, "iommu@10100000: translation fault: 10010000.ethernet "
				     "(stream 4, domain "));
	assert_non_null(strstr(said, ") writes 0x12345678, level 1\n"));
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);	/* one line */
	free(said);
	detaches(b->c.devices[0], eth);
	bench_free(b);
}

static void a_handler_hears_of_it_first(void **state)
{
	struct bench *b = bench_new(&rows[0]);
	struct iommu_domain *eth = attaches(b->c.devices[0]);
	char byte, *said;

	listens_for_faults(eth, 0, 0);
	listens();
	master_read(b->c.masters[0], 0x4321000, &byte, 1);
	assert_int_equal(heard.nr, 1);
	assert_ptr_equal(heard.domain, eth);
	assert_ptr_equal(heard.dev, b->c.devices[0]);
	assert_int_equal(heard.iova, 0x4321000);
	assert_int_equal(heard.flags, IOMMU_FAULT_READ);
	heard.answer = -ENOSYS;
	master_write(b->c.masters[0], 0x4321000, &byte, 1);
	assert_int_equal(heard.flags, IOMMU_FAULT_WRITE);
	said = ends_listening();
	assert_non_null(strstr(said, "writes 0x4321000"));
	assert_null(strstr(said, "reads"));
	free(said);
	detaches(b->c.devices[0], eth);
	bench_free(b);
}

/* ---- power, types, groups -------------------------------------------------------------- */

static void after_a_power_down_resume_brings_everything_back(void **state)
{
	struct bench *b = bench_new(&rows[8]);
	struct iommu_domain *eth = attaches(b->c.devices[0]);
	char byte = 'x';

	assert_int_equal(iommu_map(eth, 0x10000, 0x85000000, SZ_4K, IOMMU_READ, GFP_KERNEL), 0);
	assert_int_equal(master_read(b->c.masters[0], 0x10000, &byte, 1).kind, MASTER_OK);
	iommu_hw_set_power(b->hw[0], false);
	assert_int_equal(master_read(b->c.masters[0], 0x10000, &byte, 1).kind, MASTER_IOMMU_FAULT);
	iommu_hw_set_power(b->hw[0], true);
	ref_mmus_resume(kernel_current());
	assert_int_equal(master_read(b->c.masters[0], 0x10000, &byte, 1).kind, MASTER_OK);
	hushes();
	assert_int_equal(master_write(b->c.masters[0], 0x10000, &byte, 1).kind,
			 MASTER_IOMMU_FAULT);
	ends_hushing();
	detaches(b->c.devices[0], eth);
	bench_free(b);
}

static void those_who_share_a_stream_share_a_group(void **state)
{
	struct bench *b = bench_new(&rows[0]);
	struct device *mmc = harness_device(b->h, "/soc/mmc@10020000");
	struct device *usb = harness_device(b->h, "/soc/usb@10030000");

	assert_ptr_equal(mmc->iommu_group, b->c.devices[0]->iommu_group);
	assert_ptr_not_equal(usb->iommu_group, b->c.devices[0]->iommu_group);
	assert_ptr_not_equal(b->c.devices[1]->iommu_group, b->c.devices[0]->iommu_group);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_keeps_the_contract),
		cmocka_unit_test(every_defect_of_the_hardware_breaks_it),
		cmocka_unit_test(every_defect_of_a_driver_breaks_it),
		cmocka_unit_test(device_a_never_reaches_what_is_mapped_for_b),
		cmocka_unit_test(a_fault_names_device_domain_iova_and_direction),
		cmocka_unit_test(a_handler_hears_of_it_first),
		cmocka_unit_test(after_a_power_down_resume_brings_everything_back),
		cmocka_unit_test(those_who_share_a_stream_share_a_group),
	};

	return cmocka_run_group_tests_name("iommu-contract", tests, NULL, NULL);
}
