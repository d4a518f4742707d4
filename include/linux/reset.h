/* SPDX-License-Identifier: MIT */
/*
 * Reset lines that a device's node names.
 *
 *	resets = <&ccu 11>;  reset-names = "iommu";
 *	devm_reset_control_get(dev, "iommu")  --->  line "/ccu 11", <armdma/supply.h>
 *
 * While it is asserted the hardware is held in reset and forgets what it knew. A line has one
 * exclusive user, who has his way, or several who share it: it is let go while any of
 * them has it deasserted. NULL is a line that is never asserted.
 *
 * Context: process.
 *
 * Leaves out: providers, acquiring in turns.
 * Source: include/linux/reset.h, drivers/reset/core.c.
 */
#ifndef _ARMDMA_LINUX_RESET_H
#define _ARMDMA_LINUX_RESET_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;
struct device_node;
struct reset_control;

/** struct reset_control_bulk_data - one of several: @id as below, @rstc filled in */
struct reset_control_bulk_data {
	const char *id;
	struct reset_control *rstc;
};

/**
 * __reset_control_get() - what the calls below are made of
 * @id: in its reset-names; NULL: the one at @index of its resets
 *
 * Return: yours to reset_control_put(); an ERR_PTR(): -ENOENT: the node names none so,
 * or NULL if it is @optional; -EBUSY, with a warning: others have it, and somebody does not
 * share; -ENOMEM.
 */
struct reset_control *__reset_control_get(struct device *dev, const char *id, int index,
					  bool shared, bool optional, bool acquired);
struct reset_control *__devm_reset_control_get(struct device *dev, const char *id, int index,
					       bool shared, bool optional, bool acquired);
void reset_control_put(struct reset_control *rstc);

/**
 * reset_control_assert() - hold it in reset; of a shared one: as far as this user goes
 * reset_control_deassert() - let it go
 * reset_control_reset() - both; a shared one: once for all of its users
 *
 * Return: 0; -EINVAL, with a warning: more asserts than deasserts of a shared one, or both
 * ways mixed.
 */
int reset_control_assert(struct reset_control *rstc);
int reset_control_deassert(struct reset_control *rstc);
int reset_control_reset(struct reset_control *rstc);
int reset_control_rearm(struct reset_control *rstc);
/** 1: it is asserted; 0: it is not. */
int reset_control_status(struct reset_control *rstc);

#define __RESET_GETTERS(suffix, is_shared, is_optional)					\
static inline struct reset_control *reset_control_get##suffix(struct device *dev,	\
							      const char *id)		\
{											\
	return __reset_control_get(dev, id, 0, is_shared, is_optional, true);		\
}											\
static inline struct reset_control *devm_reset_control_get##suffix(struct device *dev,	\
								   const char *id)	\
{											\
	return __devm_reset_control_get(dev, id, 0, is_shared, is_optional, true);	\
}
__RESET_GETTERS(, false, false)
__RESET_GETTERS(_exclusive, false, false)
__RESET_GETTERS(_shared, true, false)
__RESET_GETTERS(_optional, false, true)
__RESET_GETTERS(_optional_exclusive, false, true)
__RESET_GETTERS(_optional_shared, true, true)
#undef __RESET_GETTERS

static inline struct reset_control *devm_reset_control_get_by_index(struct device *dev, int index)
{
	return __devm_reset_control_get(dev, NULL, index, false, false, true);
}

/** Let go now, held in reset when the driver goes. */
struct reset_control *devm_reset_control_get_exclusive_deasserted(struct device *dev,
								   const char *id);

/** All or none of them. */
int reset_control_bulk_assert(int num, struct reset_control_bulk_data *rstcs);
int reset_control_bulk_deassert(int num, struct reset_control_bulk_data *rstcs);
int devm_reset_control_bulk_get_exclusive(struct device *dev, int num,
					  struct reset_control_bulk_data *rstcs);
int devm_reset_control_bulk_get_shared(struct device *dev, int num,
				       struct reset_control_bulk_data *rstcs);

#ifdef __cplusplus
}
#endif
#endif
