/* SPDX-License-Identifier: MIT */
/* Checks that CONFIG_DEBUG_VM turns on: here they always are. Source: include/linux/mmdebug.h. */
#ifndef _ARMDMA_LINUX_MMDEBUG_H
#define _ARMDMA_LINUX_MMDEBUG_H

#include <linux/bug.h>

#define VM_BUG_ON(cond)			BUG_ON(cond)
#define VM_WARN_ON(cond)		((void)WARN_ON(cond))
#define VM_WARN_ON_ONCE(cond)		((void)WARN_ON_ONCE(cond))

#endif
