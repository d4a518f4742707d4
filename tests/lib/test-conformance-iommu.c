/* SPDX-License-Identifier: MIT */
/*
 * The conformance suite over IOMMUs: one in software, and the reference IOMMU with tables
 * of each format in DRAM, which a device that snoops finds walked through the caches;
 * invalidating at once and late, trusted or not, and as 32-bit Arm has it.
 */
#include "support/conformance.h"

CONFORMS(iommu_strict, without_bouncing, BOUNCES_NEVER)
CONFORMS(iommu_strict, bouncing_for_a_stranger, BOUNCES_ALWAYS)
CONFORMS(iommu_lazy, without_bouncing, BOUNCES_NEVER)
CONFORMS(iommu_lazy, bouncing_for_a_stranger, BOUNCES_AND_GROWS)
CONFORMS(v7s_strict, without_bouncing, BOUNCES_NEVER)
CONFORMS(v7s_strict, bouncing_for_a_stranger, BOUNCES_ALWAYS)
CONFORMS(v7s_lazy, without_bouncing, BOUNCES_NEVER)
CONFORMS(v7s_lazy, bouncing_for_a_stranger, BOUNCES_AND_GROWS)
CONFORMS(lpae32_strict, without_bouncing, BOUNCES_NEVER)
CONFORMS(lpae32_strict, bouncing_for_a_stranger, BOUNCES_ALWAYS)
CONFORMS(lpae32_lazy, without_bouncing, BOUNCES_NEVER)
CONFORMS(lpae32_lazy, bouncing_for_a_stranger, BOUNCES_AND_GROWS)
CONFORMS(lpae64_strict, without_bouncing, BOUNCES_NEVER)
CONFORMS(lpae64_strict, bouncing_for_a_stranger, BOUNCES_ALWAYS)
CONFORMS(lpae64_lazy, without_bouncing, BOUNCES_NEVER)
CONFORMS(lpae64_lazy, bouncing_for_a_stranger, BOUNCES_AND_GROWS)
CONFORMS(arm32, without_bouncing, BOUNCES_NEVER)
CONFORMS(arm32_v7s, without_bouncing, BOUNCES_NEVER)
CONFORMS(arm32_lpae32, without_bouncing, BOUNCES_NEVER)
CONFORMS(arm32_lpae64, without_bouncing, BOUNCES_NEVER)

/* The CPU's byte is in its cache, and what the device reads comes from there, or not. */
static bool finds_cached_byte(struct rig *rig, const struct backend *b)
{
	struct conform *c = conform_new(rig, b, BOUNCES_NEVER);
	char *p = allocates(&c->rig, PAGE_SIZE), found;
	dma_addr_t dma;

	cpu_writes(&c->rig, p, "!");
	dma = maps(&c->rig, p, PAGE_SIZE, DMA_TO_DEVICE);
	assert_int_equal(master_read(c->rig.hw, dma, &found, 1).kind, MASTER_OK);
	dma_unmap_page(c->rig.dev, dma, PAGE_SIZE, DMA_TO_DEVICE);
	conform_free(c, b);
	return found == '!';
}

/* That is why the suite is not run there: Linux has the same. */
static void arm32_has_a_device_that_snoops_go_past_the_caches(struct rig *rig)
{
	static const struct backend *const pairs[][2] = {
		{ &backend_v7s_strict, &backend_arm32_v7s },
		{ &backend_lpae32_strict, &backend_arm32_lpae32 },
		{ &backend_lpae64_strict, &backend_arm32_lpae64 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		assert_true(finds_cached_byte(rig, pairs[i][0]));
		assert_false(finds_cached_byte(rig, pairs[i][1]));
	}
}

static const struct rig_test tests[] = {
	TEST_ON(iommu_strict_conforms_without_bouncing, 0, ON_BOUNCE),
	TEST_ON(iommu_strict_conforms_bouncing_for_a_stranger, 0, ON_BOUNCE),
	TEST_ON(iommu_lazy_conforms_without_bouncing, 0, ON_BOUNCE),
	TEST_ON(iommu_lazy_conforms_bouncing_for_a_stranger, 0, ON_BOUNCE),
	TEST_ON(v7s_strict_conforms_without_bouncing, 0, ON_BOUNCE),
	TEST_ON(v7s_strict_conforms_bouncing_for_a_stranger, 0, ON_BOUNCE),
	TEST_ON(v7s_lazy_conforms_without_bouncing, 0, ON_BOUNCE),
	TEST_ON(v7s_lazy_conforms_bouncing_for_a_stranger, 0, ON_BOUNCE),
	TEST_ON(lpae32_strict_conforms_without_bouncing, 0, ON_BOUNCE),
	TEST_ON(lpae32_strict_conforms_bouncing_for_a_stranger, 0, ON_BOUNCE),
	TEST_ON(lpae32_lazy_conforms_without_bouncing, 0, ON_BOUNCE),
	TEST_ON(lpae32_lazy_conforms_bouncing_for_a_stranger, 0, ON_BOUNCE),
	TEST_ON(lpae64_strict_conforms_without_bouncing, 0, ON_BOUNCE),
	TEST_ON(lpae64_strict_conforms_bouncing_for_a_stranger, 0, ON_BOUNCE),
	TEST_ON(lpae64_lazy_conforms_without_bouncing, 0, ON_BOUNCE),
	TEST_ON(lpae64_lazy_conforms_bouncing_for_a_stranger, 0, ON_BOUNCE),
	TEST_ON(arm32_conforms_without_bouncing, 0, ON_BOUNCE),
	TEST_ON(arm32_v7s_conforms_without_bouncing, 0, ON_BOUNCE | ON_COHERENT),
	TEST_ON(arm32_lpae32_conforms_without_bouncing, 0, ON_BOUNCE | ON_COHERENT),
	TEST_ON(arm32_lpae64_conforms_without_bouncing, 0, ON_BOUNCE | ON_COHERENT),
	TEST_ON(arm32_has_a_device_that_snoops_go_past_the_caches, ON_COHERENT, ON_BOUNCE),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
