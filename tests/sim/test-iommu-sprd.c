/* SPDX-License-Identifier: MIT */
/*
 * Spreadtrum's IOMMU as hardware, programmed through its registers, with a table that the
 * test writes by itself. What is expected is what <armdma/sprd-iommu.h> says.
 */
#include "rig.h"

#include <armdma/bus.h>
#include <armdma/sprd-iommu.h>

#define IO_VA		0x70000000u
#define TABLE		(PLAY_PA + 0x80000u)
#define FIRST		0x10000000u		/* where the aperture begins */
#define APERTURE	0x100000u
#define DEFAULT_RD	(PLAY_PA + 0x70000u)
#define DEFAULT_WR	(PLAY_PA + 0x71000u)	/* of VAU; EX has one of them */

struct bench {
	struct rig *rig;
	struct iommu_hw *i;
	bool is_vau;
};

static void writes_reg(struct bench *b, uint32_t ex, uint32_t vau, uint32_t value)
{
	assert_true(cpu_store(b->rig->cpu, IO_VA + (b->is_vau ? vau : ex), &value,
			      sizeof(value), NULL));
}

static struct bench *bench_with(struct iommu_hw_knobs knobs)
{
	struct bench *b = g_new0(struct bench, 1);
	uint64_t pa;

	b->rig = rig_a9();
	b->is_vau = knobs.version == SPRD_VERSION_VAU;
	pa = bus_find_room(b->rig->m, 0x1000);
	b->i = sprd_iommu_new(b->rig->m, &(struct sprd_iommu_config){
		.reg_pa = pa, .knobs = knobs });
	maps(b->rig, IO_VA, (uint32_t)pa, 0x1000, DEVICE);
	master_attach_iommu(b->rig->eth, b->i, 0);
	return b;
}

static void bench_free(struct bench *b)
{
	rig_free(b->rig);
	g_free(b);
}

static void configures(struct bench *b, uint32_t cfg)
{
	writes_reg(b, SPRD_EX_CFG, SPRD_VAU_CFG, cfg);
}

static void updates(struct bench *b)
{
	writes_reg(b, SPRD_EX_UPDATE, SPRD_VAU_UPDATE, 0xffffffff);
}

static void turns_on(struct bench *b)
{
	writes_reg(b, SPRD_EX_FIRST_VPN, SPRD_VAU_FIRST_VPN, FIRST >> 12);
	writes_reg(b, SPRD_EX_VPN_RANGE, SPRD_VAU_VPN_RANGE, (APERTURE - 1) >> 12);
	writes_reg(b, SPRD_EX_FIRST_PPN, SPRD_VAU_FIRST_PPN, TABLE >> 12);
	writes_reg(b, SPRD_EX_DEFAULT_PPN, SPRD_VAU_DEFAULT_PPN_RD, DEFAULT_RD >> 12);
	if (b->is_vau)
		writes_reg(b, 0, SPRD_VAU_DEFAULT_PPN_WR, DEFAULT_WR >> 12);
	configures(b, SPRD_CFG_EN | SPRD_CFG_GATE_EN);
}

static void maps_page(struct bench *b, uint32_t iova, uint32_t pa)
{
	writes_descriptor(b->rig, TABLE + (iova - FIRST) / 0x1000 * 4, pa >> 12);
}

static struct iommu_hw_result asks(struct bench *b, uint32_t iova, bool is_write)
{
	return iommu_hw_translate(b->i, &(struct iommu_hw_access){
		.iova = iova, .len = 1, .is_write = is_write });
}

static void expects(struct bench *b, uint32_t iova, bool is_write, enum iommu_hw_outcome outcome,
		    uint32_t pa)
{
	struct iommu_hw_result r = asks(b, iova, is_write);

	assert_int_equal(r.outcome, outcome);
	if (outcome != IOMMU_HW_BYPASS)
		assert_true(r.pa == pa);
}

static const struct iommu_hw_knobs ex, vau = { .version = SPRD_VERSION_VAU };

static void pages_are_translated_by_both_versions(void **state)
{
	for (unsigned n = 0; n < 2; n++) {
		struct bench *b = bench_with(n ? vau : ex);

		device_writes(b->rig, PLAY_PA, "off: it passes");
		expects_dram(b->rig, PLAY_PA, "off: it passes");
		turns_on(b);
		maps_page(b, FIRST + 0x3000, PLAY_PA + 0x5000);
		maps_page(b, FIRST + APERTURE - 0x1000, PLAY_PA + 0x6000);
		device_writes(b->rig, FIRST + 0x3004, "through");
		expects_dram(b->rig, PLAY_PA + 0x5004, "through");
		expects(b, FIRST + APERTURE - 1, true, IOMMU_HW_HIT, PLAY_PA + 0x6fff);
		bench_free(b);
	}
}

static void each_version_says_which_it_is(void **state)
{
	for (unsigned n = 0; n < 2; n++) {
		struct bench *b = bench_with(n ? vau : ex);
		uint32_t value = ~0u;

		turns_on(b);
		assert_true(cpu_load(b->rig->cpu, IO_VA + SPRD_VERSION, &value, sizeof(value),
				     NULL));
		assert_int_equal(SPRD_VERSION_OF(value), n);
		bench_free(b);
	}
}

static void what_is_nowhere_goes_to_the_default_page(void **state)
{
	struct bench *b = bench_with(ex);

	turns_on(b);
	expects(b, FIRST + 0x1123, false, IOMMU_HW_REDIRECT, DEFAULT_RD + 0x123);
	expects(b, FIRST + APERTURE, true, IOMMU_HW_REDIRECT, DEFAULT_RD);
	expects(b, FIRST - 1, true, IOMMU_HW_REDIRECT, DEFAULT_RD + 0xfff);
	device_writes(b->rig, FIRST + 0x2ffe, "abcd");
	expects_dram(b->rig, DEFAULT_RD, "cd");
	expects_dram(b->rig, DEFAULT_RD + 0xffe, "ab");
	assert_false(bus_irqs_high(b->rig->m));
	bench_free(b);
}

static void vau_has_a_default_page_for_writes_of_its_own(void **state)
{
	struct bench *b = bench_with(vau);

	turns_on(b);
	expects(b, FIRST + 4, false, IOMMU_HW_REDIRECT, DEFAULT_RD + 4);
	expects(b, FIRST + 4, true, IOMMU_HW_REDIRECT, DEFAULT_WR + 4);
	bench_free(b);
}

static void beyond_the_aperture_it_may_be_bypassed(void **state)
{
	struct bench *b = bench_with(ex);

	turns_on(b);
	configures(b, SPRD_CFG_EN | SPRD_CFG_VAOR_BYPASS);
	expects(b, FIRST + APERTURE, false, IOMMU_HW_BYPASS, 0);
	expects(b, FIRST, false, IOMMU_HW_REDIRECT, DEFAULT_RD);
	bench_free(b);
}

static void what_is_held_is_used_until_update(void **state)
{
	struct bench *b = bench_with(ex);

	turns_on(b);
	maps_page(b, FIRST, PLAY_PA);
	expects(b, FIRST, false, IOMMU_HW_HIT, PLAY_PA);
	maps_page(b, FIRST, PLAY_PA + 0x1000);
	maps_page(b, FIRST + 0x1000, PLAY_PA + 0x2000);		/* held as none: a neighbour */
	expects(b, FIRST, false, IOMMU_HW_HIT, PLAY_PA);
	expects(b, FIRST + 0x1000, false, IOMMU_HW_REDIRECT, DEFAULT_RD);
	updates(b);
	expects(b, FIRST, false, IOMMU_HW_HIT, PLAY_PA + 0x1000);
	expects(b, FIRST + 0x1000, false, IOMMU_HW_HIT, PLAY_PA + 0x2000);
	bench_free(b);
}

static void turning_it_off_drops_what_is_held_but_not_on_every_part(void **state)
{
	for (unsigned n = 0; n < 2; n++) {
		struct bench *b = bench_with((struct iommu_hw_knobs){
			.misbehaves = n ? SPRD_HOLDS_WHEN_OFF : 0 });

		turns_on(b);
		maps_page(b, FIRST, PLAY_PA);
		expects(b, FIRST, false, IOMMU_HW_HIT, PLAY_PA);
		maps_page(b, FIRST, PLAY_PA + 0x1000);
		configures(b, 0);
		expects(b, FIRST, false, IOMMU_HW_BYPASS, 0);
		configures(b, SPRD_CFG_EN);
		expects(b, FIRST, false, IOMMU_HW_HIT, n ? PLAY_PA : PLAY_PA + 0x1000);
		bench_free(b);
	}
}

static void a_table_that_nobody_answers_for_is_a_bus_error(void **state)
{
	struct bench *b = bench_with(ex);
	char byte;

	turns_on(b);
	writes_reg(b, SPRD_EX_FIRST_PPN, 0, 1);
	assert_int_equal(master_read(b->rig->eth, FIRST, &byte, 1).kind, MASTER_IOMMU_FAULT);
	bench_free(b);
}

static void power_off_loses_everything(void **state)
{
	struct bench *b = bench_with(ex);

	turns_on(b);
	maps_page(b, FIRST, PLAY_PA);
	expects(b, FIRST, false, IOMMU_HW_HIT, PLAY_PA);
	iommu_hw_set_power(b->i, false);
	iommu_hw_set_power(b->i, true);
	expects(b, FIRST, false, IOMMU_HW_BYPASS, 0);
	maps_page(b, FIRST, PLAY_PA + 0x1000);
	turns_on(b);
	expects(b, FIRST, false, IOMMU_HW_HIT, PLAY_PA + 0x1000);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_translated_by_both_versions),
		cmocka_unit_test(each_version_says_which_it_is),
		cmocka_unit_test(what_is_nowhere_goes_to_the_default_page),
		cmocka_unit_test(vau_has_a_default_page_for_writes_of_its_own),
		cmocka_unit_test(beyond_the_aperture_it_may_be_bypassed),
		cmocka_unit_test(what_is_held_is_used_until_update),
		cmocka_unit_test(turning_it_off_drops_what_is_held_but_not_on_every_part),
		cmocka_unit_test(a_table_that_nobody_answers_for_is_a_bus_error),
		cmocka_unit_test(power_off_loses_everything),
	};

	return cmocka_run_group_tests_name("sim-iommu-sprd", tests, NULL, NULL);
}
