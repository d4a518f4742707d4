/* SPDX-License-Identifier: MIT */
/* All memory is equally near. Source: include/linux/numa.h. */
#ifndef _ARMDMA_LINUX_NUMA_H
#define _ARMDMA_LINUX_NUMA_H

#define NUMA_NO_NODE	(-1)

#endif
