/* SPDX-License-Identifier: MIT */
/*
 * What buffers need on the host beside their memory: lists of pages, tables. A driver
 * that never frees its buffer leaves them behind, and then the machine takes them along.
 */
#include <stddef.h>
#include <stdlib.h>
#include <linux/list.h>

#include "dma.h"

struct kept {
	struct list_head link;
	void (*done)(void *data);
	max_align_t data[];
};

void *dma_keep(struct kernel *k, size_t size, void (*done)(void *data))
{
	struct kept *it = kernel_fails(k) ? NULL : calloc(1, sizeof(*it) + size);

	if (!it)
		return NULL;
	it->done = done;
	spin_lock(&k->dma_kept_lock);
	list_add(&it->link, &k->dma_kept);
	spin_unlock(&k->dma_kept_lock);
	return it->data;
}

static void forget(struct kept *it)
{
	if (it->done)
		it->done(it->data);
	free(it);
}

void dma_let_go(struct kernel *k, void *data)
{
	struct kept *it = container_of(data, struct kept, data);

	spin_lock(&k->dma_kept_lock);
	list_del(&it->link);
	spin_unlock(&k->dma_kept_lock);
	forget(it);
}

void dma_kept_init(struct kernel *k)
{
	spin_lock_init(&k->dma_kept_lock);
	INIT_LIST_HEAD(&k->dma_kept);
}

void dma_kept_exit(struct kernel *k)
{
	while (!list_empty(&k->dma_kept)) {
		struct kept *it = list_first_entry(&k->dma_kept, struct kept, link);

		list_del(&it->link);
		forget(it);
	}
}
