/* SPDX-License-Identifier: MIT */
/*
 * One list cut into several.
 *
 *	in      [ 100 ][    300    ][ 100 ]      skip 50, sizes 200 and 150
 *	out 0     [50 ][ 150 ]
 *	out 1                 [150 ]
 *
 * A mapped list is cut twice: the CPU's entries at the CPU's lengths, the device's at
 * the device's, which merging may have made fewer.
 *
 * Linux: lib/sg_split.c.
 */
#include <stdlib.h>
#include <linux/kernel.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "kernel.h"

/**
 * struct cut - where one output list lies in the input
 * @first: entry
 * @skip:  bytes of it before the cut
 * @last:  bytes of the last entry, or of the only one
 */
struct cut {
	struct scatterlist *first;
	unsigned int skip, nents, last;
	struct scatterlist *out;
};

typedef unsigned int (*length_fn)(struct scatterlist *sg);

static unsigned int cpu_len(struct scatterlist *sg)
{
	port_before_load(sg, sizeof(*sg));
	return sg->length;
}

static unsigned int dma_len(struct scatterlist *sg)
{
	port_before_load(sg, sizeof(*sg));
	return sg_dma_len(sg);
}

/* Past what is skipped: the entry where byte @skip lies; an end counts to its entry. */
static struct scatterlist *skip_entries(struct scatterlist *sg, int *nents, u64 *skip,
					length_fn len)
{
	for (; sg && *nents; sg = sg_next(sg), (*nents)--) {
		if (*skip <= len(sg))
			return sg;
		*skip -= len(sg);
	}
	return NULL;
}

static void add_piece(struct cut *c, struct scatterlist *sg, unsigned int at, unsigned int piece)
{
	if (!c->nents++) {
		c->first = sg;
		c->skip = at;
	}
	c->last = piece;
}

/* False when the list ends before the last cut does. */
static bool find_cuts(struct scatterlist *sg, int nents, struct cut *cuts, int nr,
		      const size_t *sizes, u64 skip, length_fn len)
{
	size_t want = sizes[0];
	int i = 0;

	port_before_load(sizes, (size_t)nr * sizeof(*sizes));
	for (int c = 0; c < nr; c++)
		cuts[c].nents = 0;
	sg = skip_entries(sg, &nents, &skip, len);
	for (u64 at = skip; sg && nents; sg = sg_next(sg), nents--, at = 0) {
		do {
			unsigned int piece = (unsigned int)min_t(u64, want, len(sg) - at);

			add_piece(&cuts[i], sg, (unsigned int)at, piece);
			at += piece;
			want -= piece;
			if (want)
				break;
			if (++i == nr)
				return true;
			want = sizes[i];
		} while (at < len(sg));
	}
	return false;
}

static bool alloc_out(struct cut *cuts, int nr, gfp_t gfp)
{
	for (int i = 0; i < nr; i++) {
		cuts[i].out = kmalloc_array(cuts[i].nents, sizeof(struct scatterlist), gfp);
		if (!cuts[i].out)
			return false;
	}
	return true;
}

static void free_out(struct cut *cuts, int nr)
{
	for (int i = 0; i < nr; i++)
		kfree(cuts[i].out);
}

static void copy_cpu_entries(const struct cut *c)
{
	struct scatterlist *from = c->first;

	for (unsigned int i = 0; i < c->nents; i++, from = sg_next(from)) {
		struct scatterlist e;

		port_copy_out(&e, from, sizeof(e));
		e.offset += i ? 0 : c->skip;
		e.length -= i ? 0 : c->skip;
		e.dma_address = 0;
		e.dma_length = 0;
		sg_unmark_end(&e);
		if (i == c->nents - 1) {
			e.length = c->last;
			sg_mark_end(&e);
		}
		port_copy_in(&c->out[i], &e, sizeof(e));
	}
}

static void copy_dma_entries(const struct cut *c)
{
	struct scatterlist *from = c->first;

	for (unsigned int i = 0; i < c->nents; i++, from = sg_next(from)) {
		unsigned int skip = i ? 0 : c->skip;

		port_before_load(from, sizeof(*from));
		port_before_store(&c->out[i], sizeof(*c->out));
		c->out[i].dma_address = from->dma_address + skip;
		c->out[i].dma_length = i == c->nents - 1 ? c->last : from->dma_length - skip;
	}
}

static int split(struct scatterlist *in, int in_mapped_nents, u64 skip, int nb_splits,
		 const size_t *sizes, struct cut *cuts, gfp_t gfp)
{
	if (!find_cuts(in, sg_nents(in), cuts, nb_splits, sizes, skip, cpu_len))
		return -EINVAL;
	if (!alloc_out(cuts, nb_splits, gfp))
		return -ENOMEM;
	for (int i = 0; i < nb_splits; i++)
		copy_cpu_entries(&cuts[i]);
	if (!in_mapped_nents)
		return 0;
	if (!find_cuts(in, in_mapped_nents, cuts, nb_splits, sizes, skip, dma_len))
		return -EINVAL;
	for (int i = 0; i < nb_splits; i++)
		copy_dma_entries(&cuts[i]);
	return 0;
}

int sg_split(struct scatterlist *in, const int in_mapped_nents, const off_t skip,
	     const int nb_splits, const size_t *split_sizes, struct scatterlist **out,
	     int *out_mapped_nents, gfp_t gfp_mask)
{
	struct kernel *k = kernel_current();
	struct cut *cuts;
	int err;

	if (nb_splits <= 0)
		return -EINVAL;
	cuts = k && kernel_fails(k) ? NULL : calloc((size_t)nb_splits, sizeof(*cuts));
	if (!cuts)
		return -ENOMEM;
	err = split(in, in_mapped_nents, (u64)skip, nb_splits, split_sizes, cuts, gfp_mask);
	if (err)
		free_out(cuts, nb_splits);
	for (int i = 0; !err && i < nb_splits; i++) {
		port_before_store(&out[i], sizeof(*out));
		out[i] = cuts[i].out;
		if (!out_mapped_nents)
			continue;
		port_before_store(&out_mapped_nents[i], sizeof(*out_mapped_nents));
		out_mapped_nents[i] = (int)cuts[i].nents;
	}
	free(cuts);
	return err;
}
