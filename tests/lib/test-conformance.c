/* SPDX-License-Identifier: MIT */
/*
 * The conformance suite over every backend, coherent or not, with and without bounce
 * buffers; and devices of different backends on one machine.
 */
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>

#include "support/conformance.h"

/* A test for each pair; platforms are coherent and not. */
#define CONFORMS(backend, word, how)					\
	static void backend##_conforms_##word(struct rig *rig)		\
	{								\
		expects_conformance(rig, &backend_##backend, how);	\
	}

CONFORMS(direct, without_bouncing, BOUNCES_NEVER)
CONFORMS(direct, bouncing_on_demand, BOUNCES_ON_DEMAND)
CONFORMS(direct, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(direct, bouncing_and_growing, BOUNCES_AND_GROWS)
CONFORMS(window, without_bouncing, BOUNCES_NEVER)
CONFORMS(window, bouncing_on_demand, BOUNCES_ON_DEMAND)
CONFORMS(window, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(ops, without_bouncing, BOUNCES_NEVER)
CONFORMS(ops, bouncing_on_demand, BOUNCES_ON_DEMAND)
CONFORMS(ops, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(bypass, without_bouncing, BOUNCES_NEVER)
CONFORMS(bypass, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(dmabounce, without_swiotlb, BOUNCES_NEVER)
CONFORMS(dmabounce, bouncing_always, BOUNCES_ALWAYS)
CONFORMS(dummy, without_bouncing, BOUNCES_NEVER)
CONFORMS(dummy, bouncing_always, BOUNCES_ALWAYS)

static const struct rig_test tests[] = {
	/*                                            needs  never */
	TEST_ON(direct_conforms_without_bouncing,     0,     ON_BOUNCE),
	TEST_ON(direct_conforms_bouncing_on_demand,   0,     ON_BOUNCE),
	TEST_ON(direct_conforms_bouncing_always,      0,     ON_BOUNCE),
	TEST_ON(direct_conforms_bouncing_and_growing, 0,     ON_BOUNCE),
	TEST_ON(window_conforms_without_bouncing,     0,     ON_BOUNCE),
	TEST_ON(window_conforms_bouncing_on_demand,   0,     ON_BOUNCE),
	TEST_ON(window_conforms_bouncing_always,      0,     ON_BOUNCE),
	TEST_ON(ops_conforms_without_bouncing,        0,     ON_BOUNCE),
	TEST_ON(ops_conforms_bouncing_on_demand,      0,     ON_BOUNCE),
	TEST_ON(ops_conforms_bouncing_always,         0,     ON_BOUNCE),
	TEST_ON(bypass_conforms_without_bouncing,     0,     ON_BOUNCE),
	TEST_ON(bypass_conforms_bouncing_always,      0,     ON_BOUNCE),
	TEST_ON(dmabounce_conforms_without_swiotlb,   0,     ON_BOUNCE),
	TEST_ON(dmabounce_conforms_bouncing_always,   0,     ON_BOUNCE),
	TEST_ON(dummy_conforms_without_bouncing,      0,     ON_BOUNCE),
	TEST_ON(dummy_conforms_bouncing_always,       0,     ON_BOUNCE),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
