/* SPDX-License-Identifier: MIT */
/*
 * A machine for tests of the IOMMU core: two devices of nobody's board, `a` and `b`, or
 * those of behind.dts. Mocks are freed by who makes them.
 */
#ifndef TESTS_IOMMU_RIG_H
#define TESTS_IOMMU_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <armdma/harness.h>
#include <linux/iommu.h>

#include "lib/iommu/core.h"
#include "support/mock-iommu.h"

extern struct harness *the_harness;
extern struct device *a, *b;		/* NULL on behind.dts */

/* cmocka's setups: a machine; the one of behind.dts. And the teardown: nothing is left. */
int start_plain(void **state);
int start_behind(void **state);
int stop(void **state);

#define PLAIN(f)	cmocka_unit_test_setup_teardown(f, start_plain, stop)
#define BEHIND(f)	cmocka_unit_test_setup_teardown(f, start_behind, stop)

static inline struct device *device_named(const char *name)
{
	return harness_device(the_harness, name);
}

/* Of @dev; the driver must have no page too few for it. */
struct iommu_domain *new_domain(struct device *dev);

/*
 * Let each allocation of @body fail in turn. It must return 0 or -ENOMEM, after -ENOMEM
 * everything must be as before, and @undo is called after 0.
 */
void each_allocation_fails(int (*body)(void), void (*undo)(void));

#endif
