/* SPDX-License-Identifier: MIT */
/*
 * Rows that use a domain up, and are measured on a new one each time, all sides in turns.
 *
 *	sequence    Peleg et al., Utilizing the IOMMU Scalably (USENIX ATC 2015), after
 *	            EiovaR (FAST 2015): @nr_live ranges of one frame; then again and again:
 *	            free one near the top, allocate 64, allocate 1, free the 64
 *	misaligned  @nr_live ranges of one frame at 32 of every 64: gaps of 63 frames, and
 *	            none has room for 33 that are size-aligned; then again and again: free
 *	            one near the top and allocate it again, allocate 33, free them
 */
#include "iova.h"

#define SAMPLES		6
#define MOST_ROUNDS	32

struct space {
	const struct side *s;
	void *d;
	unsigned long *live;
	unsigned nr;
};

static void fill_dense(struct space *sp)
{
	for (unsigned i = 0; i < sp->nr; i++)
		sp->live[i] = sp->s->search(sp->d, 1, LIMIT_PFN, true);
}

static void fill_misaligned(struct space *sp)
{
	unsigned long pfn = (LIMIT_PFN & ~63ul) - 32;

	for (unsigned i = 0; i < sp->nr; i++, pfn -= 64) {
		sp->live[i] = sp->s->search(sp->d, 1, pfn, false);
		g_assert(sp->live[i] == pfn);
	}
	g_assert(sp->s->search(sp->d, 32, LIMIT_PFN, true));
}

static void round_dense(struct space *sp, unsigned i)
{
	unsigned long pfn;

	sp->s->give(sp->d, sp->live[2 * i]);
	pfn = sp->s->search(sp->d, 64, LIMIT_PFN, true);
	sp->live[2 * i] = sp->s->search(sp->d, 1, LIMIT_PFN, true);
	sp->s->give(sp->d, pfn);
}

static void round_misaligned(struct space *sp, unsigned i)
{
	sp->s->give(sp->d, sp->live[2 * i + 1]);
	sp->s->search(sp->d, 1, sp->live[2 * i + 1], false);
	sp->s->give(sp->d, sp->s->search(sp->d, 33, LIMIT_PFN, true));
}

static double sample(const struct side *s, unsigned nr_live, bool misaligned)
{
	struct space sp = { s, s->create(1), g_new(unsigned long, nr_live), nr_live };
	unsigned nr = MIN(nr_live / 4, MOST_ROUNDS);
	uint64_t start;

	(misaligned ? fill_misaligned : fill_dense)(&sp);
	start = clock_ns();
	for (unsigned i = 0; i < nr; i++)
		(misaligned ? round_misaligned : round_dense)(&sp, i);
	start = clock_ns() - start;
	s->destroy(sp.d);
	g_free(sp.live);
	return (double)start / nr;
}

void measure_sequence(const struct side *sides, unsigned nr, unsigned nr_live, bool misaligned,
		      double ns[NR_SIDES])
{
	for (unsigned turn = 0; turn < SAMPLES; turn++)
		for (unsigned i = 0; i < nr; i++) {
			double got = sample(&sides[i], nr_live, misaligned);

			ns[i] = turn && ns[i] < got ? ns[i] : got;
		}
}
