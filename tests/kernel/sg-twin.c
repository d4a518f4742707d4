/* SPDX-License-Identifier: MIT */
/*
 * Our lists of memory against Linux's own, on random arrays of pages: the same calls to
 * both must give the same error, the same entries, and touch the same bytes.
 *
 *	sg-twin ROUNDS [SEED]
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <armdma/harness.h>
#include <linux/dma-mapping.h>
#include <linux/kernel.h>

/* Linux's, renamed (sg-twin.h), on our struct scatterlist. */
struct scatterlist *twin_sg_next(struct scatterlist *sg);
int twin_sg_nents_for_len(struct scatterlist *sg, u64 len);
int twin_sg_alloc_append_table_from_pages(struct sg_append_table *sgt_append,
					  struct page **pages, unsigned int n_pages,
					  unsigned int offset, unsigned long size,
					  unsigned int max_segment, unsigned int left_pages,
					  gfp_t gfp);
int twin_sg_alloc_table_from_pages_segment(struct sg_table *sgt, struct page **pages,
					   unsigned int n_pages, unsigned int offset,
					   unsigned long size, unsigned int max_segment,
					   gfp_t gfp);
void twin_sg_free_table(struct sg_table *table);
void twin_sg_free_append_table(struct sg_append_table *table);
size_t twin_sg_copy_buffer(struct scatterlist *sgl, unsigned int nents, void *buf,
			   size_t buflen, off_t skip, bool to_buffer);
size_t twin_sg_zero_buffer(struct scatterlist *sgl, unsigned int nents, size_t buflen,
			   off_t skip);

#ifndef MISTAKE
#define MISTAKE		0	/* in what Linux's is told; others are wrong on purpose */
#endif
#define NR_PAGES	64u
#define MOST		300u		/* entries: more than one array of them */

static struct page *first;
static struct page *pages[MOST];
static unsigned nr;
static u64 state;

static unsigned draw(unsigned below)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)((state >> 33) % below);
}

/* Runs of neighbours, of all lengths. */
static void draw_pages(void)
{
	unsigned at = draw(NR_PAGES), most = 1 + draw(draw(8) ? 20 : MOST);

	for (nr = 0; nr < most; nr++) {
		at = draw(3) ? at + 1 : draw(NR_PAGES);
		pages[nr] = first + at % NR_PAGES;
	}
}

static unsigned draw_segment(void)
{
	static const unsigned odd[] = { 0, 1, PAGE_SIZE - 1, PAGE_SIZE, 3 * PAGE_SIZE + 5,
					UINT_MAX };

	return draw(3) ? odd[draw(ARRAY_SIZE(odd))] : draw(16 * PAGE_SIZE);
}

static int differ(const char *what, long ours, long linuxes)
{
	if (ours == linuxes)
		return 0;
	printf("%s: ours %ld, Linux's %ld\n", what, ours, linuxes);
	return 1;
}

static int lists_differ(struct scatterlist *a, struct scatterlist *b, unsigned nents)
{
	for (unsigned i = 0; i < nents; i++, a = sg_next(a), b = twin_sg_next(b)) {
		if (!a || !b)
			return differ("an entry is there", a != NULL, b != NULL);
		if (differ("page", sg_page(a) - first, sg_page(b) - first) ||
		    differ("offset", a->offset, b->offset) ||
		    differ("length", a->length, b->length) ||
		    differ("is the last", sg_is_last(a), sg_is_last(b)))
			return 1;
	}
	return 0;
}

static int tables_differ(const struct sg_table *a, const struct sg_table *b)
{
	return differ("nents", a->nents, b->nents) ||
	       differ("orig_nents", a->orig_nents, b->orig_nents) ||
	       lists_differ(a->sgl, b->sgl, a->nents);
}

static int lengths_differ(const struct sg_table *a, const struct sg_table *b, unsigned size)
{
	unsigned len = draw(size + 100);

	return differ("sg_nents_for_len", sg_nents_for_len(a->sgl, len),
		      twin_sg_nents_for_len(b->sgl, len));
}

/* The same copy by each; the bytes come from one memory. */
static int copies_differ(const struct sg_table *a, const struct sg_table *b, unsigned size)
{
	static u8 ours[4 * PAGE_SIZE], linuxes[4 * PAGE_SIZE];
	size_t len = draw(sizeof(ours));
	off_t skip = draw(size + 10);

	memset(ours, 1, sizeof(ours));
	memset(linuxes, 1, sizeof(linuxes));
	if (!draw(4) && differ("sg_zero_buffer",
			       (long)sg_zero_buffer(a->sgl, a->nents, len / 8, skip),
			       (long)twin_sg_zero_buffer(b->sgl, b->nents, len / 8, skip)))
		return 1;
	if (differ("sg_copy_buffer", (long)sg_copy_buffer(a->sgl, a->nents, ours, len, skip, true),
		   (long)twin_sg_copy_buffer(b->sgl, b->nents, linuxes, len, skip, true)))
		return 1;
	return differ("bytes", memcmp(ours, linuxes, sizeof(ours)) != 0, 0);
}

static int try_whole(void)
{
	unsigned offset = draw(2) ? 0 : draw(PAGE_SIZE);
	unsigned room = nr * PAGE_SIZE - offset, size = draw(2) ? room : 1 + draw(room);
	unsigned segment = draw_segment();
	struct sg_table a = { 0 }, b = { 0 };
	int err, bad;

	/* No more pages than @size needs. */
	size = max(size, (nr - 1) * (unsigned)PAGE_SIZE - offset + 1);
	err = sg_alloc_table_from_pages_segment(&a, pages, nr, offset, size, segment,
						GFP_KERNEL);
	bad = differ("error", err, twin_sg_alloc_table_from_pages_segment(&b, pages, nr, offset,
									   size,
									   segment + MISTAKE,
									   GFP_KERNEL));
	if (!bad && !err)
		bad = tables_differ(&a, &b) || lengths_differ(&a, &b, size) ||
		      copies_differ(&a, &b, size);
	sg_free_table(&a);
	twin_sg_free_table(&b);
	return bad;
}

static int try_appending(void)
{
	struct sg_append_table a = { 0 }, b = { 0 };
	unsigned segment = draw(2) ? UINT_MAX : PAGE_SIZE * (1 + draw(5));
	unsigned steps = 1 + draw(4);
	int bad = 0;

	for (unsigned i = 0; i < steps && !bad; i++) {
		unsigned left = i + 1 < steps ? 400 : 0;
		unsigned long size;
		int err;

		draw_pages();
		size = nr * PAGE_SIZE;
		err = sg_alloc_append_table_from_pages(&a, pages, nr, 0, size, segment, left,
						       GFP_KERNEL);
		bad = differ("error", err,
			     twin_sg_alloc_append_table_from_pages(&b, pages, nr, 0, size,
								   segment, left, GFP_KERNEL));
	}
	bad = bad || differ("total_nents", a.total_nents, b.total_nents) ||
	      tables_differ(&a.sgt, &b.sgt);
	sg_free_append_table(&a);
	twin_sg_free_append_table(&b);
	return bad;
}

int main(int argc, char **argv)
{
	struct harness *h = harness_start_or_exit(NULL);
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 1, done = 0;
	int bad = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 2011;
	first = alloc_pages(GFP_KERNEL, 6);
	for (; done < rounds && !bad; done++) {
		draw_pages();
		bad = try_whole() || try_appending();
	}
	if (bad)
		printf("round %u\n", done);
	__free_pages(first, 6);
	return harness_finish(h) || bad;
}
