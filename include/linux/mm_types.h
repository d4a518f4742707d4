/* SPDX-License-Identifier: MIT */
/*
 * struct page: what is known about one page of simulated memory. Lives on the
 * host, one array per machine; page_address() is where its bytes are.
 */
#ifndef _ARMDMA_LINUX_MM_TYPES_H
#define _ARMDMA_LINUX_MM_TYPES_H

#include <linux/types.h>

/*
 * 64 bytes, so that the low bits of a pointer are free for scatterlists and one
 * entry is one host cache line.
 */
struct page {
	unsigned long flags;		/* lib/mm/kernel.h */
	atomic_t _refcount;
	u8 order;			/* of the block, while it heads one */
	u8 slab_class;			/* while it is a slab */
	u16 nr_slab_used;
	u64 slab_free;			/* one bit per free object */
	struct list_head lru;		/* of partial slabs */
	unsigned long private_data;
	u64 pad;
} __attribute__((__aligned__(64)));

struct vm_area_struct;

#endif
