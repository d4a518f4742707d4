/* SPDX-License-Identifier: MIT */
/*
 * For each class of hazard a program that commits it and one that does the same
 * job right. The tests, the golden reports and docs/hazards.md all come from here.
 */
#ifndef TESTS_HAZARD_PROGRAMS_H
#define TESTS_HAZARD_PROGRAMS_H

#include <armdma/harness.h>

struct device;

enum where { ON_NON_COHERENT, EVERYWHERE };

/**
 * struct program - one class, wrong and right
 * @also:  another class that the wrong one shows as a consequence, or the same
 * @where: on which boards the wrong one is wrong
 * @coherent: strategy of the wrong one's coherent allocator
 */
struct program {
	enum hazard_class class, also;
	enum where where;
	enum coherent_strategy coherent;
	void (*wrong)(struct device *eth);
	void (*right)(struct device *eth);
};

/* programs-alias.c */
void mailbox_wrong(struct device *eth);
void mailbox_right(struct device *eth);

/* programs-noncoherent.c */
void rx_first_wrong(struct device *eth);
void rx_first_right(struct device *eth);
void share_wrong(struct device *eth);
void share_right(struct device *eth);

/* programs-backend.c */
void backend_switched_wrong(struct device *eth);
void backend_switched_right(struct device *eth);

/* programs-pool.c */
void pool_overrun_wrong(struct device *eth);
void pool_overrun_right(struct device *eth);
void pool_after_free_wrong(struct device *eth);
void pool_after_free_right(struct device *eth);
void pool_free_wrong(struct device *eth);
void pool_free_right(struct device *eth);
void pool_busy_wrong(struct device *eth);
void pool_busy_right(struct device *eth);

/* programs-user.c */
void user_free_wrong(struct device *eth);
void user_free_right(struct device *eth);
void user_attrs_wrong(struct device *eth);
void user_attrs_right(struct device *eth);
void user_fork_wrong(struct device *eth);
void user_fork_right(struct device *eth);

/* Classes of IOMMUs have theirs in tests/iommu/hazard-rows.h. */
#define NR_PROGRAMS	(HAZARD_CPU_ABORT + 1)

extern const struct program programs[NR_PROGRAMS];

#endif
