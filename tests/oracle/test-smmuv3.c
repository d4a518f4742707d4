/* SPDX-License-Identifier: MIT */
/*
 * 64-bit LPAE page tables of IOMMUs, given to QEMU's SMMUv3: real DMA through them must go
 * where it was mapped to, be refused where the mapping does not allow it, and each
 * refusal be told in the event queue.
 *
 *	three streams, each with tables of its own, and one TLB for all
 *	map, unmap, split, replace; then DMA, of both directions, at IOVAs that concern it
 *	before a change: DMA, so that the TLB has it
 *	after:           what was there, or what is; invalidated: what is
 *
 * iova_to_phys() must say the same. QEMU gets only the invalidations that our TLB callbacks
 * named. Where QEMU 7.2 differs from the architecture is foretold by a row of
 * smmuv3-limits.c. Memory attributes, the Access flag, address sizes and execution it does
 * not look at, nor do tables stay in its TLB: these are not judged.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <armdma/harness.h>
#include <linux/bits.h>

#include "smmuv3-limits.h"
#include "machines.h"
#include "qemu.h"

#define ROUNDS			8u
#define ROUNDS_OF_LONG		150u
#define STEPS_PER_ROUND		40u
#define PROBES_PER_STEP		2u
#define FIRST_SEED		0x5eed0000u
#define MOST_PRIMED		3u
#define MAX_TOLD		5u

static const char *folder;	/* of the boards */
static u64 nr_moved, nr_refused, nr_stale, nr_not_stale, nr_changes;

/* QEMU, ours, and what is between them. */
struct judged {
	struct harness *h;
	struct master *walker;
	bool walks_coherently;
	struct smmuv3 smmu;
	struct stream stream[SMMUV3_NR_DEVICES];
	u64 seed;
	u32 cookie;
	unsigned nr_wrong;
	bool is_quiet;
};

/* ---- DMA ------------------------------------------------------------------------------- */

static u32 *word_at(struct judged *j, u64 pa)
{
	return qtest_ram(j->smmu.q, pa, sizeof(u32));
}

static bool is_told_so(unsigned nr, const struct smmuv3_event *event, const struct answer *a)
{
	return a->is_told ? nr == 1 && !memcmp(event, &a->event, sizeof(*event)) : nr == 0;
}

static bool is_read_so(struct judged *j, const struct probe *p, const struct answer *a,
		       struct smmuv3_event *event)
{
	u32 cookie = ++j->cookie * 0x9e3779b1u, got = ~cookie;
	unsigned nr;

	if (a->pa)
		*word_at(j, a->pa) = cookie;
	nr = smmuv3_dma_read(&j->smmu, p->s->device, p->iova, &got, event);
	return is_told_so(nr, event, a) && (got == cookie) == a->is_open;
}

static bool is_written_so(struct judged *j, const struct probe *p, const struct answer *a,
			  struct smmuv3_event *event)
{
	u32 cookie = ++j->cookie * 0x9e3779b1u;
	unsigned nr;

	if (a->pa)
		*word_at(j, a->pa) = ~cookie;
	nr = smmuv3_dma_write(&j->smmu, p->s->device, p->iova, cookie, event);
	return is_told_so(nr, event, a) &&
	       (!a->pa || *word_at(j, a->pa) == (a->is_open ? cookie : ~cookie));
}

static void tell(struct judged *j, const struct probe *p, const struct answer *a,
		 const struct smmuv3_event *event)
{
	const struct stream *s = p->s;

	if (j->nr_wrong++ >= MAX_TOLD || j->is_quiet)
		return;
	print_error("ARMDMA_ORACLE_SEED=%#" PRIx64 ", stream %#x: %s at %#" PRIx64 ": expected %s"
		    " pa %#" PRIx64 ", last event %#" PRIx64 " %#" PRIx64 " %#" PRIx64 "\n"
		    "    granule %#" PRIx64 ", %u to %u bits, quirks %#lx, prot %#x, %sprivileged\n",
		    j->seed, smmuv3_stream_id(s->device), p->is_write ? "write" : "read", p->iova,
		    a->is_open ? "open," : a->is_told ? "an event," : "nothing,", a->pa,
		    event->word[0], event->word[1], event->word[2], s->granule, s->cfg.ias,
		    s->cfg.oas, s->cfg.quirks, stream_prot(s, p->iova),
		    s->is_privileged ? "" : "un");
}

static void check_one(struct judged *j, const struct stream *s, u64 iova, bool is_write)
{
	const struct probe p = { s, iova, is_write };
	struct answer a = smmuv3_answer(&p);
	struct smmuv3_event event = { 0 };

	if (!(is_write ? is_written_so : is_read_so)(j, &p, &a, &event)) {
		tell(j, &p, &a, &event);
		return;
	}
	nr_moved += a.is_open;
	nr_refused += a.is_told;
}

static void check(struct judged *j, const struct stream *s, u64 iova)
{
	assert_true(stream_iova_to_phys(s, iova) == stream_pa(s, iova));
	check_one(j, s, iova, false);
	check_one(j, s, iova, true);
}

/* ---- changes, and the TLB -------------------------------------------------------------- */

struct primed {
	u64 iova, pa;
};

/* The first word that goes, the last, and one between. */
static unsigned prime(struct judged *j, struct stream *s, const struct stream_cut *cut,
		      struct primed *ret)
{
	u64 len = cut->nr * cut->pgsize;
	const u64 at[MOST_PRIMED] = { 0, len - 4, dice64(&s->d) % len & ~3ull };
	unsigned nr = 0;

	for (unsigned i = 0; i < MOST_PRIMED; i++) {
		u64 iova = cut->iova + at[i], pa = stream_pa(s, iova);

		if (!pa)
			continue;
		check(j, s, iova);
		ret[nr++] = (struct primed){ iova, pa };
	}
	return nr;
}

/* It was changed, and the TLB has not heard: what was there is right, too. */
static void check_stale(struct judged *j, const struct stream *s, const struct primed *was)
{
	const struct probe p = { s, was->iova, false };
	const struct answer stale = { .is_open = true, .pa = was->pa };
	struct smmuv3_event event;

	if (is_read_so(j, &p, &stale, &event)) {
		nr_stale++;
		return;
	}
	nr_not_stale++;
	check_one(j, s, was->iova, false);
}

/* The words beside, and one that may have had the same entry. */
static void check_around(struct judged *j, struct stream *s, const struct stream_cut *cut)
{
	u64 block = cut->iova & ~(s->block - 1);

	check(j, s, cut->iova - 4);
	check(j, s, cut->iova + cut->nr * cut->pgsize);
	check(j, s, block + (dice64(&s->d) % s->block & ~3ull));
}

static void change_and_check(struct judged *j, struct stream *s, const struct stream_cut *cut,
			     void (*change)(struct stream *s, const struct stream_cut *cut))
{
	struct primed primed[MOST_PRIMED];
	unsigned nr = prime(j, s, cut, primed);

	change(s, cut);
	nr_changes++;
	stream_publish(s);
	for (unsigned i = 0; i < nr; i++)
		check_stale(j, s, &primed[i]);
	stream_invalidate(s);
	for (unsigned i = 0; i < nr; i++)
		check(j, s, primed[i].iova);
	check_around(j, s, cut);
}

static void change_something(struct judged *j, struct stream *s)
{
	struct stream_cut cut;

	if (dice_percent(&s->d, 15) && stream_draw_table(s, &cut))
		change_and_check(j, s, &cut, stream_map_over);
	else if (stream_draw_cut(s, &cut))
		change_and_check(j, s, &cut, stream_unmap);
}

static void map_and_check(struct judged *j, struct stream *s)
{
	const struct stream_range *r = stream_map(s);

	if (!r)
		return;
	stream_publish(s);
	stream_invalidate(s);
	check(j, s, r->iova);
	check(j, s, r->iova + r->len - 4);
}

/* ---- rounds ---------------------------------------------------------------------------- */

static void begin(struct judged *j, u64 seed)
{
	j->seed = seed;
	for (unsigned i = 0; i < SMMUV3_NR_DEVICES; i++)
		stream_begin(&j->stream[i], &j->smmu, j->walker, i, j->walks_coherently,
			     seed << 8 | i);
}

static void end(struct judged *j)
{
	for (unsigned i = 0; i < SMMUV3_NR_DEVICES; i++)
		stream_end(&j->stream[i]);
	qtest_forget_ram(j->smmu.q, SMMUV3_LANDING_PA, SMMUV3_RAM_END - SMMUV3_LANDING_PA);
}

static struct stream *a_stream(struct judged *j, struct dice *d)
{
	return &j->stream[dice_below(d, SMMUV3_NR_DEVICES)];
}

static void run_round(struct judged *j, u64 seed)
{
	struct dice d = { seed };

	begin(j, seed);
	for (unsigned step = 0; step < STEPS_PER_ROUND; step++) {
		if (dice_percent(&d, step < STEPS_PER_ROUND / 3 ? 90 : 40))
			map_and_check(j, a_stream(j, &d));
		else
			change_something(j, a_stream(j, &d));
		for (unsigned i = 0; i < PROBES_PER_STEP; i++) {
			struct stream *s = a_stream(j, &d);

			check(j, s, stream_draw_iova(s));
		}
	}
	end(j);
}

static u64 first_seed(void)
{
	const char *text = getenv("ARMDMA_ORACLE_SEED");

	return text ? strtoull(text, NULL, 0) : FIRST_SEED;
}

static void start(struct judged *j, enum machine_gear gear)
{
	g_autofree char *path = NULL;

	qemu_is_needed();
	path = g_build_filename(folder, oracle_a15.board, NULL);
	*j = (struct judged){ .walks_coherently = gear == GEAR_FAST };
	j->h = harness_start(&(struct harness_config){
		.board = path, .gear = gear, .no_hazards = true, .behaviour = LINUX_REPAIRED,
	}, NULL);
	assert_non_null(j->h);
	j->walker = harness_master(harness_device_new(j->h, "walker", false));
	smmuv3_start(&j->smmu);
}

static void finish(struct judged *j)
{
	smmuv3_stop(&j->smmu);
	harness_finish(j->h);
	if (j->nr_wrong)
		fail_msg("%u answers differ", j->nr_wrong);
}

static void run(enum machine_gear gear)
{
	unsigned nr = getenv("ARMDMA_LONG") ? ROUNDS_OF_LONG : ROUNDS;
	struct judged j;

	start(&j, gear);
	for (unsigned i = 0; i < nr && !j.nr_wrong; i++)
		run_round(&j, first_seed() + i);
	finish(&j);
}

/* ---- tests ----------------------------------------------------------------------------- */

static void they_agree(void **state)
{
	run(GEAR_FAST);
}

/* The walker does not snoop: what was not cleaned QEMU does not get. */
static void they_agree_on_what_was_cleaned(void **state)
{
	run(GEAR_EXACT);
}

static void enough_was_asked(void **state)
{
	qemu_is_needed();
	qemu_says_version();
	print_message("# %" PRIu64 " DMAs came through, %" PRIu64 " were refused; %" PRIu64
		      " changes left %" PRIu64 " words of %" PRIu64 " in the TLB\n",
		      nr_moved, nr_refused, nr_changes, nr_stale, nr_stale + nr_not_stale);
	assert_true(nr_moved > 1000 && nr_refused > 300);
	assert_true(nr_stale > nr_not_stale && nr_stale > nr_changes);
	for (unsigned i = 0; i < NR_LIMITS; i++) {
		print_message("# %6" PRIu64 "  %s (%s)\n", smmuv3_limits[i].count, smmuv3_limits[i].name,
			      smmuv3_limits[i].manual);
		assert_true(smmuv3_limits[i].count != 0);
	}
}

/* A word that is mapped, for writing too, by a page. */
static u64 a_writable_word(struct stream *s)
{
	const struct stream_range *r;

	do
		r = stream_map(s);
	while (!r || !(r->prot & IOMMU_WRITE));
	stream_publish(s);
	stream_invalidate(s);
	return r->iova;
}

/* Return: whether it is noticed when @bit of @iova's leaf is wrong. */
static bool is_noticed(struct judged *j, struct stream *s, u64 iova, unsigned bit)
{
	u64 *leaf = stream_leaf(s, iova);

	j->nr_wrong = 0;
	*leaf ^= BIT_ULL(bit);
	smmuv3_invalidate_asid(&j->smmu, s->asid);
	smmuv3_sync(&j->smmu);
	check(j, s, iova);
	*leaf ^= BIT_ULL(bit);
	smmuv3_invalidate_asid(&j->smmu, s->asid);
	smmuv3_sync(&j->smmu);
	return j->nr_wrong != 0;
}

/* Valid, AP[2], and each bit of the address, from the leaf's size on. */
static void a_wrong_bit_is_noticed(void **state)
{
	static const u8 bits[] = { 0, 7 };
	struct judged j;

	start(&j, GEAR_FAST);
	j.is_quiet = true;
	begin(&j, FIRST_SEED);
	for (unsigned i = 0; i < SMMUV3_NR_DEVICES; i++) {
		struct stream *s = &j.stream[i];
		u64 iova = a_writable_word(s);

		for (unsigned k = 0; k < G_N_ELEMENTS(bits); k++)
			assert_true(is_noticed(&j, s, iova, bits[k]));
		for (unsigned bit = 30; bit < 40; bit++)
			assert_true(is_noticed(&j, s, iova, bit));
		j.nr_wrong = 0;
		check(&j, s, iova);
		assert_int_equal(j.nr_wrong, 0);
	}
	end(&j);
	finish(&j);
}

/* The last range that the callbacks named is kept from QEMU. */
static void a_missing_invalidation_is_noticed(void **state)
{
	struct judged j;

	start(&j, GEAR_FAST);
	j.is_quiet = true;
	begin(&j, FIRST_SEED);
	for (unsigned i = 0; i < SMMUV3_NR_DEVICES; i++) {
		struct stream *s = &j.stream[i];
		u64 iova = a_writable_word(s);
		const struct stream_cut cut = { .iova = iova, .pgsize = s->granule, .nr = 1 };

		check(&j, s, iova);
		assert_int_equal(j.nr_wrong, 0);
		stream_unmap(s, &cut);
		stream_publish(s);
		assert_true(s->named->len > 0);
		g_array_set_size(s->named, s->named->len - 1);
		stream_invalidate(s);
		check(&j, s, iova);
		assert_true(j.nr_wrong != 0);
		j.nr_wrong = 0;
	}
	end(&j);
	finish(&j);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		{ "DMA through our LPAE tables goes where it was mapped to behind QEMU's SMMUv3",
		  they_agree, NULL, NULL, NULL },
		{ "...and so it does when the walker reads only what was cleaned",
		  they_agree_on_what_was_cleaned, NULL, NULL, NULL },
		{ "enough was asked, and each limit of QEMU's was met",
		  enough_was_asked, NULL, NULL, NULL },
		{ "a wrong bit in a table is noticed", a_wrong_bit_is_noticed, NULL, NULL, NULL },
		{ "an invalidation that is left out is noticed",
		  a_missing_invalidation_is_noticed, NULL, NULL, NULL },
	};

	folder = argv[argc - 1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
