/* SPDX-License-Identifier: MIT */
/*
 * What mmap(2) takes. The numbers are those of the host's <sys/mman.h>, too.
 *
 * Source: include/uapi/asm-generic/mman-common.h, uapi/linux/mman.h.
 */
#ifndef _ARMDMA_LINUX_MMAN_H
#define _ARMDMA_LINUX_MMAN_H

#include <linux/mm.h>

#ifndef PROT_NONE
#define PROT_READ	0x1
#define PROT_WRITE	0x2
#define PROT_EXEC	0x4
#define PROT_NONE	0x0
#endif

#ifndef MAP_SHARED
#define MAP_SHARED	0x01
#define MAP_PRIVATE	0x02
#define MAP_FIXED	0x10
#define MAP_ANONYMOUS	0x20
#endif
#ifndef MAP_TYPE
#define MAP_TYPE	0x0f
#endif
#ifndef MAP_POPULATE
#define MAP_POPULATE	0x008000
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE	0x100000
#endif

#endif
