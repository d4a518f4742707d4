/* SPDX-License-Identifier: MIT */
/* From a member to the structure around it. */
#ifndef _ARMDMA_LINUX_CONTAINER_OF_H
#define _ARMDMA_LINUX_CONTAINER_OF_H

#include <stddef.h>

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#endif
