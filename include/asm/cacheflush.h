/* SPDX-License-Identifier: MIT */
/* Where arch/arm has what <linux/cacheflush.h> says. */
#ifndef _ARMDMA_ASM_CACHEFLUSH_H
#define _ARMDMA_ASM_CACHEFLUSH_H

#include <linux/cacheflush.h>

#endif
