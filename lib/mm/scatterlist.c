/* SPDX-License-Identifier: MIT */
/*
 * Lists of memory.
 *
 *	[ e ][ e ] ... [link]      arrays of at most SG_MAX_SINGLE_ALLOC entries; the
 *	                 |         last one of a full array links to the next
 *	                 +--> [ e ][ e|END ]
 *
 * Linux: lib/scatterlist.c.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/scatterlist.h>

#include "kernel.h"

struct scatterlist *sg_next(struct scatterlist *sg)
{
	port_before_load(sg, sizeof(*sg));
	if (sg_is_last(sg))
		return NULL;
	sg++;
	port_before_load(sg, sizeof(*sg));
	return sg_is_chain(sg) ? sg_chain_ptr(sg) : sg;
}

struct scatterlist *sg_last(struct scatterlist *sgl, unsigned int nents)
{
	struct scatterlist *sg = sgl;

	for (unsigned int i = 1; i < nents; i++)
		sg = sg_next(sg);
	return sg;
}

int sg_nents(struct scatterlist *sg)
{
	int nents = 0;

	for (; sg; sg = sg_next(sg))
		nents++;
	return nents;
}

int sg_nents_for_len(struct scatterlist *sg, u64 len)
{
	int nents = 0;
	u64 total = 0;

	if (!len)
		return 0;
	for (; sg; sg = sg_next(sg)) {
		nents++;
		port_before_load(sg, sizeof(*sg));
		total += sg->length;
		if (total >= len)
			return nents;
	}
	return -EINVAL;
}

void sg_init_table(struct scatterlist *sgl, unsigned int nents)
{
	port_before_store(sgl, nents * sizeof(*sgl));
	memset(sgl, 0, nents * sizeof(*sgl));
	sg_mark_end(&sgl[nents - 1]);
}

void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int buflen)
{
	sg_init_table(sg, 1);
	port_before_store(sg, sizeof(*sg));
	sg_set_buf(sg, buf, buflen);
}

void sg_chain(struct scatterlist *prv, unsigned int prv_nents, struct scatterlist *sgl)
{
	struct scatterlist *link = &prv[prv_nents - 1];

	port_before_store(link, sizeof(*link));
	*link = (struct scatterlist){ .page_link = (unsigned long)sgl | SG_CHAIN };
}

/* ---- tables --------------------------------------------------------------------- */

static struct scatterlist *alloc_array(unsigned int nents)
{
	struct kernel *k = kernel_current();
	struct scatterlist *sgl;

	if (k && kernel_fails(k))
		return NULL;
	sgl = malloc(nents * sizeof(*sgl));
	if (sgl)
		sg_init_table(sgl, nents);
	return sgl;
}

/* Where the array after @sgl starts; NULL after the last. */
static struct scatterlist *next_array(struct scatterlist *sgl, unsigned int nents)
{
	struct scatterlist *link = &sgl[SG_MAX_SINGLE_ALLOC - 1];

	return nents > SG_MAX_SINGLE_ALLOC && sg_is_chain(link) ? sg_chain_ptr(link) : NULL;
}

void sg_free_table(struct sg_table *table)
{
	struct scatterlist *sgl, *next;
	unsigned int left;

	port_before_load(table, sizeof(*table));
	sgl = table->sgl;
	left = table->orig_nents;
	for (; sgl; sgl = next, left -= SG_MAX_SINGLE_ALLOC - 1) {
		next = next_array(sgl, left);
		free(sgl);
	}
	port_before_store(table, sizeof(*table));
	*table = (struct sg_table){ 0 };
}

/* Each full array spends its last entry on the link. */
int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp)
{
	struct sg_table t = { .nents = nents, .orig_nents = nents };
	struct scatterlist *last = NULL;
	int err = nents ? 0 : -EINVAL;

	for (unsigned int left = nents; left && !err;) {
		unsigned int nr = min_t(unsigned int, left, SG_MAX_SINGLE_ALLOC);
		struct scatterlist *sgl = alloc_array(nr);

		if (!sgl) {
			err = -ENOMEM;
			break;
		}
		if (last)
			sg_chain(last, SG_MAX_SINGLE_ALLOC, sgl);
		else
			t.sgl = sgl;
		last = sgl;
		left -= nr < left ? nr - 1 : nr;
		if (left)
			sg_unmark_end(&sgl[nr - 1]);
	}
	if (err)
		sg_free_table(&t);
	port_before_store(table, sizeof(*table));
	*table = t;
	return err;
}

/* Pages from @first on that follow one another, as far as @max_segment allows. */
static unsigned int run_of_pages(struct page **pages, unsigned int first, unsigned int n_pages,
				 unsigned int max_segment)
{
	unsigned int nr = 1;

	while (first + nr < n_pages && pages[first + nr] == pages[first] + nr &&
	       (nr + 1) <= max_segment >> PAGE_SHIFT)
		nr++;
	return nr;
}

static unsigned int count_runs(struct page **pages, unsigned int n_pages,
			       unsigned int max_segment)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < n_pages; nr++)
		i += run_of_pages(pages, i, n_pages, max_segment);
	return nr;
}

int sg_alloc_table_from_pages_segment(struct sg_table *sgt, struct page **pages,
				      unsigned int n_pages, unsigned int offset,
				      unsigned long size, unsigned int max_segment,
				      gfp_t gfp)
{
	struct scatterlist *sg;
	unsigned int i, at = 0;
	int err;

	max_segment = (unsigned int)ALIGN_DOWN(max_segment, PAGE_SIZE);
	if (!max_segment)
		return -EINVAL;
	err = sg_alloc_table(sgt, count_runs(pages, n_pages, max_segment), gfp);
	if (err)
		return err;
	for_each_sgtable_sg(sgt, sg, i) {
		unsigned int nr = run_of_pages(pages, at, n_pages, max_segment);
		unsigned long room = ((unsigned long)nr << PAGE_SHIFT) - offset;
		unsigned int len = (unsigned int)min(room, size);

		sg_set_page(sg, pages[at], len, offset);
		size -= len;
		offset = 0;
		at += nr;
	}
	return 0;
}

/* ---- copying ---------------------------------------------------------------------- */

static size_t copy_list(struct scatterlist *sgl, unsigned int nents, char *buf, size_t buflen,
			bool is_in)
{
	struct scatterlist *sg;
	size_t done = 0;
	unsigned int i;

	for_each_sg(sgl, sg, nents, i) {
		size_t piece;

		if (!sg || done == buflen)
			break;
		port_before_load(sg, sizeof(*sg));
		piece = min_t(size_t, sg->length, buflen - done);
		if (is_in)
			port_copy(sg_virt(sg), buf + done, piece);
		else
			port_copy(buf + done, sg_virt(sg), piece);
		done += piece;
	}
	return done;
}

size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buf,
			   size_t buflen)
{
	return copy_list(sgl, nents, (char *)(uintptr_t)buf, buflen, true);
}

size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buf, size_t buflen)
{
	return copy_list(sgl, nents, buf, buflen, false);
}
