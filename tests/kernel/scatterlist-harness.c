/* SPDX-License-Identifier: MIT */
/* A machine for tools/testing/scatterlist/main.c, whose main() is kernel_main(). */
#include <armdma/harness.h>
#include <linux/dma-mapping.h>

#include "scatterlist-shim.h"

#define MAX_PAGES 64
#ifndef FIRST_STEP
#define FIRST_STEP 1	/* from one page to the next; others are wrong on purpose */
#endif

#undef main	/* the shim is before this file too */

static struct page *first;

struct page **real_pages(struct page **made_up, unsigned n_pages)
{
	static struct page *pages[MAX_PAGES];

	for (unsigned i = 0; i < n_pages && i < MAX_PAGES; i++)
		pages[i] = first + FIRST_STEP * ((unsigned long)made_up[i] >> PAGE_SHIFT);
	return pages;
}

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	int status;

	first = alloc_pages(GFP_KERNEL, 5);
	status = kernel_main();
	__free_pages(first, 5);
	return harness_finish(h) || status;
}
