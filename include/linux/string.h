/* SPDX-License-Identifier: MIT */
/*
 * The C library's string functions. In code built by `armdma cc` the memory
 * functions are wrapped, so that they access simulated memory as the CPU does.
 */
#ifndef _ARMDMA_LINUX_STRING_H
#define _ARMDMA_LINUX_STRING_H

#include_next <linux/string.h>
#include <string.h>
#include <linux/types.h>

#endif
