/* SPDX-License-Identifier: MIT */
/*
 * Lists of memory.
 *
 *	[ e ][ e ] ... [link]      arrays of at most SG_MAX_SINGLE_ALLOC entries; the
 *	                 |         last one of a full array links to the next
 *	                 +--> [ e ][ e|END ]
 *
 * Walking them page by page and copying: sg_iter.c. Cutting them up: sg_split.c.
 * With a first array of the caller's: sg_pool.c.
 *
 * Linux: lib/scatterlist.c.
 */
#include <limits.h>
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
	struct scatterlist *sg, *last = NULL;
	unsigned int i;

	for_each_sg(sgl, sg, nents, i) {
		if (!sg)
			break;
		last = sg;
	}
	WARN(!last || !sg_is_last(last), "sg_last(): entry %u of the list is not its last",
	     nents);
	return last;
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
	sg_init_marker(sgl, nents);
}

void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int buflen)
{
	sg_init_table(sg, 1);
	port_before_store(sg, sizeof(*sg));
	sg_set_buf(sg, buf, buflen);
}

/* The mapping of an entry that links is nobody's business: it stays. */
static void link_to(struct scatterlist *link, struct scatterlist *sgl)
{
	port_before_store(link, sizeof(*link));
	link->page_link = (unsigned long)sgl | SG_CHAIN;
	link->offset = 0;
	link->length = 0;
}

void sg_chain(struct scatterlist *prv, unsigned int prv_nents, struct scatterlist *sgl)
{
	link_to(&prv[prv_nents - 1], sgl);
}

/* ---- tables --------------------------------------------------------------------- */

struct scatterlist *sg_host_alloc(unsigned int nents, gfp_t gfp)
{
	struct kernel *k = kernel_current();

	if (k && kernel_fails(k))
		return NULL;
	return malloc(nents * sizeof(struct scatterlist));
}

void sg_host_free(struct scatterlist *sgl, unsigned int nents)
{
	free(sgl);
}

/* Of @left entries, what an array of @room holds: all, or all but its link. */
static unsigned int entries_in(unsigned int left, unsigned int room)
{
	return left > room ? room - 1 : left;
}

void __sg_free_table(struct sg_table *table, unsigned int max_ents,
		     unsigned int nents_first_chunk, sg_free_fn *free_fn, unsigned int num_ents)
{
	unsigned int room = nents_first_chunk ? nents_first_chunk : max_ents;
	struct scatterlist *sgl, *next;

	port_before_load(table, sizeof(*table));
	for (sgl = table->sgl; sgl && num_ents; sgl = next, room = max_ents) {
		unsigned int nr = entries_in(num_ents, room);
		bool has_link = nr < num_ents;

		if (has_link)
			port_before_load(&sgl[room - 1], sizeof(*sgl));
		next = has_link ? sg_chain_ptr(&sgl[room - 1]) : NULL;
		num_ents -= nr;
		if (!nents_first_chunk)
			free_fn(sgl, nr + has_link);
		nents_first_chunk = 0;
	}
	port_before_store(table, sizeof(*table));
	table->sgl = NULL;
}

void sg_free_table(struct sg_table *table)
{
	port_before_load(table, sizeof(*table));
	__sg_free_table(table, SG_MAX_SINGLE_ALLOC, 0, sg_host_free, table->orig_nents);
}

void sg_free_append_table(struct sg_append_table *table)
{
	port_before_load(table, sizeof(*table));
	__sg_free_table(&table->sgt, SG_MAX_SINGLE_ALLOC, 0, sg_host_free, table->total_nents);
}

/* A table that grows, array by array. */
struct growing {
	struct sg_table t;
	struct scatterlist *last;	/* array; NULL: none yet */
	unsigned int last_room;
};

static void append_array(struct growing *g, struct scatterlist *sgl, unsigned int room,
			 unsigned int nr)
{
	if (g->last)
		sg_chain(g->last, g->last_room, sgl);
	else
		g->t.sgl = sgl;
	g->last = sgl;
	g->last_room = room;
	g->t.nents = g->t.orig_nents += nr;
}

/*
 * On failure the last array's link is counted as an entry, so that freeing as many
 * entries as the table says frees that array at its full length.
 */
static int grow_table(struct growing *g, unsigned int nents, unsigned int max_ents,
		      struct scatterlist *first_chunk, unsigned int nents_first_chunk, gfp_t gfp,
		      sg_alloc_fn *alloc_fn)
{
	unsigned int room = nents_first_chunk ? nents_first_chunk : max_ents;

	for (unsigned int left = nents; left; room = max_ents) {
		unsigned int nr = entries_in(left, room);
		unsigned int size = nr < left ? room : nr;
		struct scatterlist *sgl = first_chunk ? first_chunk : alloc_fn(size, gfp);

		if (!sgl) {
			if (g->last)
				g->t.nents = ++g->t.orig_nents;
			return -ENOMEM;
		}
		first_chunk = NULL;
		sg_init_table(sgl, size);
		append_array(g, sgl, room, nr);
		left -= nr;
	}
	return 0;
}

int __sg_alloc_table(struct sg_table *table, unsigned int nents, unsigned int max_ents,
		     struct scatterlist *first_chunk, unsigned int nents_first_chunk, gfp_t gfp,
		     sg_alloc_fn *alloc_fn)
{
	struct growing g = { .last = NULL };
	int err = nents ? grow_table(&g, nents, max_ents, first_chunk, nents_first_chunk, gfp,
				     alloc_fn)
			: -EINVAL;

	port_before_store(table, sizeof(*table));
	*table = g.t;
	return err;
}

int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp)
{
	int err = __sg_alloc_table(table, nents, SG_MAX_SINGLE_ALLOC, NULL, 0, gfp,
				   sg_host_alloc);

	if (err)
		sg_free_table(table);
	return err;
}

/* ---- tables over pages ------------------------------------------------------------ */

static bool has_pfn(struct page *page, unsigned long pfn)
{
	return page && page_to_pfn(page) == pfn;
}

static bool is_behind(struct page *page, struct page *before)
{
	return before && has_pfn(page, page_to_pfn(before) + 1);
}

/* Pages from @first on that follow one another, as far as @max_segment allows. */
static unsigned int run_of_pages(struct page **pages, unsigned int first, unsigned int n_pages,
				 unsigned int max_segment)
{
	unsigned int nr = 1;

	while (first + nr < n_pages && is_behind(pages[first + nr], pages[first + nr - 1]) &&
	       nr + 1 <= max_segment >> PAGE_SHIFT)
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

/* How many of @pages the last entry takes in, which ends where they begin. */
static unsigned int extend_last(struct scatterlist *prv, struct page **pages,
				unsigned int n_pages, unsigned int max_segment)
{
	unsigned long next = (unsigned long)((page_to_phys(sg_page(prv)) + prv->offset +
					      prv->length) >> PAGE_SHIFT);
	unsigned int nr = 0;

	while (nr < n_pages && has_pfn(pages[nr], next + nr) &&
	       (u64)prv->length + PAGE_SIZE <= max_segment) {
		prv->length += PAGE_SIZE;
		nr++;
	}
	return nr;
}

/*
 * The entry behind @cur, of a new array where the old one has no more, or has but one
 * that must become the link: @needed more entries will be asked for. NULL: no memory.
 */
static struct scatterlist *next_entry(struct sg_append_table *t, struct scatterlist *cur,
				      unsigned long needed, gfp_t gfp)
{
	struct scatterlist *next = cur ? sg_next(cur) : NULL;
	unsigned int size = (unsigned int)min_t(unsigned long, needed, SG_MAX_SINGLE_ALLOC);
	struct scatterlist *sgl;

	if (next && (!sg_is_last(next) || needed == 1))
		return next;
	if (WARN(cur && !next, "a list that goes on behind its end"))
		return NULL;
	sgl = sg_host_alloc(size, gfp);
	if (!sgl)
		return NULL;
	sg_init_table(sgl, size);
	if (next)
		link_to(next, sgl);
	else
		t->sgt.sgl = sgl;
	t->total_nents += next ? size - 1 : size;
	return sgl;
}

struct run_source {
	struct page **pages;
	unsigned int n_pages, offset, max_segment, left_pages;
	unsigned long size;
	gfp_t gfp;
};

/* Return: the last entry; NULL: no memory. */
static struct scatterlist *append_runs(struct sg_append_table *t, struct run_source *s)
{
	unsigned int runs = count_runs(s->pages, s->n_pages, s->max_segment);
	struct scatterlist *sg = t->prv;
	unsigned int at = 0, added = runs;

	for (; runs; runs--) {
		unsigned int nr = run_of_pages(s->pages, at, s->n_pages, s->max_segment);
		unsigned long room = ((unsigned long)nr << PAGE_SHIFT) - s->offset;
		unsigned int len = (unsigned int)min(room, s->size);

		sg = next_entry(t, sg, (unsigned long)runs + s->left_pages, s->gfp);
		if (!sg)
			return NULL;
		sg_set_page(sg, s->pages[at], len, s->offset);
		s->size -= len;
		s->offset = 0;
		at += nr;
	}
	t->sgt.orig_nents = t->sgt.nents += added;
	return sg;
}

/* As in Linux, @size does not count what the last entry took in. */
static int append_pages(struct sg_append_table *t, struct run_source *s)
{
	unsigned int prv_len = t->prv ? t->prv->length : 0;
	struct scatterlist *last = t->prv;
	unsigned int nr = t->prv ? extend_last(t->prv, s->pages, s->n_pages, s->max_segment) : 0;

	s->pages += nr;
	s->n_pages -= nr;
	if (s->n_pages)
		last = append_runs(t, s);
	if (!last) {
		if (t->prv)
			t->prv->length = prv_len;
		return -ENOMEM;
	}
	t->prv = last;
	if (!s->left_pages)
		sg_mark_end(last);
	return 0;
}

int sg_alloc_append_table_from_pages(struct sg_append_table *sgt_append, struct page **pages,
				     unsigned int n_pages, unsigned int offset,
				     unsigned long size, unsigned int max_segment,
				     unsigned int left_pages, gfp_t gfp)
{
	struct run_source s = {
		.pages = pages, .n_pages = n_pages, .offset = offset, .size = size,
		.max_segment = (unsigned int)ALIGN_DOWN(max_segment, PAGE_SIZE),
		.left_pages = left_pages, .gfp = gfp,
	};
	struct sg_append_table t;
	int err;

	if (WARN(!s.max_segment, "a list of segments shorter than a page") || !n_pages)
		return -EINVAL;
	port_copy_out(&t, sgt_append, sizeof(t));
	if (WARN(t.prv && offset, "a list that goes on at an offset into its pages"))
		return -EINVAL;
	err = append_pages(&t, &s);
	port_copy_in(sgt_append, &t, sizeof(t));
	return err;
}

int sg_alloc_table_from_pages_segment(struct sg_table *sgt, struct page **pages,
				      unsigned int n_pages, unsigned int offset,
				      unsigned long size, unsigned int max_segment, gfp_t gfp)
{
	struct sg_append_table t = { .prv = NULL };
	int err = sg_alloc_append_table_from_pages(&t, pages, n_pages, offset, size, max_segment,
						   0, gfp);

	if (err) {
		sg_free_append_table(&t);
		return err;
	}
	port_copy_in(sgt, &t.sgt, sizeof(t.sgt));
	return 0;
}

/* ---- lists that come with their pages --------------------------------------------- */

static bool fill_list(struct scatterlist *sgl, u64 len, unsigned int order, gfp_t gfp)
{
	for (struct scatterlist *sg = sgl; len; sg = sg_next(sg)) {
		unsigned int piece = (unsigned int)min_t(u64, len, PAGE_SIZE << order);
		struct page *page = alloc_pages(gfp, order);

		if (!page)
			return false;
		sg_set_page(sg, page, piece, 0);
		len -= piece;
	}
	return true;
}

struct scatterlist *sgl_alloc_order(unsigned long long length, unsigned int order,
				    bool chainable, gfp_t gfp, unsigned int *nent_p)
{
	u64 nr = length ? (length - 1) / (PAGE_SIZE << order) + 1 : 0;
	struct scatterlist *sgl;

	if (!nr || length > UINT_MAX)
		return NULL;
	sgl = sg_host_alloc((unsigned int)nr + chainable, gfp);
	if (!sgl)
		return NULL;
	sg_init_table(sgl, (unsigned int)nr + chainable);
	if (!fill_list(sgl, length, order, gfp)) {
		sgl_free_order(sgl, (int)order);
		return NULL;
	}
	if (nent_p) {
		port_before_store(nent_p, sizeof(*nent_p));
		*nent_p = (unsigned int)nr;
	}
	return sgl;
}

struct scatterlist *sgl_alloc(unsigned long long length, gfp_t gfp, unsigned int *nent_p)
{
	return sgl_alloc_order(length, 0, false, gfp, nent_p);
}

void sgl_free_n_order(struct scatterlist *sgl, int nents, int order)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		if (!sg)
			break;
		if (sg_page(sg))
			__free_pages(sg_page(sg), (unsigned int)order);
	}
	free(sgl);
}

void sgl_free_order(struct scatterlist *sgl, int order)
{
	sgl_free_n_order(sgl, INT_MAX, order);
}

void sgl_free(struct scatterlist *sgl)
{
	sgl_free_order(sgl, 0);
}
