/* SPDX-License-Identifier: MIT */
/* The programs about memory that is mapped twice; see programs.c. */
#include <linux/vmalloc.h>

#include "programs.h"
#include "verbs.h"

#define guilty noinline

/* ---- program alias-type wrong */
/* A mailbox in memory, polled through a mapping like that of registers. */
static guilty u32 *mailbox_map(struct page *page)
{
	return vmap(&page, 1, VM_MAP, pgprot_noncached(PAGE_KERNEL));
}

void mailbox_wrong(struct device *eth)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u32 *box = mailbox_map(page);

	vunmap(box);
	__free_page(page);
}
/* ---- end */

/* ---- program alias-type right */
/* Memory that both sides may touch is coherent memory, and is mapped once. */
void mailbox_right(struct device *eth)
{
	dma_addr_t dma;
	u32 *box = dma_alloc_coherent(eth, 4096, &dma, GFP_KERNEL);

	dma_free_coherent(eth, 4096, box, dma);
}
/* ---- end */
