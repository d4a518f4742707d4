/* SPDX-License-Identifier: MIT */
/* Assertions that the compiler checks. */
#ifndef _ARMDMA_LINUX_BUILD_BUG_H
#define _ARMDMA_LINUX_BUILD_BUG_H

#include <assert.h>

#define BUILD_BUG_ON_MSG(cond, msg)	static_assert(!(cond), msg)
#define BUILD_BUG_ON(cond)		static_assert(!(cond), "BUILD_BUG_ON: " #cond)

#endif
