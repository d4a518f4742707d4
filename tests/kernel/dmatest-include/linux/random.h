/* SPDX-License-Identifier: MIT */
/* Random numbers that are the same in every run: the harness draws them from its seed. */
#ifndef TESTS_KERNEL_RANDOM_H
#define TESTS_KERNEL_RANDOM_H

#include <linux/types.h>

void get_random_bytes(void *buf, size_t len);

#endif
