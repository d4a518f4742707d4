/* SPDX-License-Identifier: MIT */
/* The system never goes to sleep. */
#ifndef TESTS_KERNEL_FREEZER_H
#define TESTS_KERNEL_FREEZER_H

#define set_freezable()	((void)0)

#endif
