/* SPDX-License-Identifier: MIT */
/* Sections that a kernel throws away after boot, and we do not. */
#ifndef _ARMDMA_LINUX_INIT_H
#define _ARMDMA_LINUX_INIT_H

#define __init
#define __exit
#define __initdata
#define __exitdata

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

#endif
