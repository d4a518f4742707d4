/* SPDX-License-Identifier: MIT */
/*
 * What it costs to find out who maps: a pair of dma_direct_map_page() and
 * dma_direct_unmap_page() of 4 KiB for a coherent device, in the fast gear, reached in
 * each of the ways that Linux has had.
 *
 *   call           nobody asks
 *   static branch  asked once, when the code was patched: a nop where the jump was
 *   branch         dev->dma_ops, NULL: a load and a predicted jump; since 5.0
 *   ops pointer    dev->dma_ops->map_page(): from 3.5 on, for everybody
 *   API            dma_map_page_attrs() whole, which is the branch, checks, and the ledger
 *
 * Mixed rows take one of two devices in turns that no predictor learns: one is direct,
 * one has operations; or each has its own.
 *
 * Bound: a pair is some 10 ns. A predicted branch or call is less than one of them; one
 * that is mispredicted, every second time and twice in a pair, some 8.
 */
#include <locale.h>
#include <stdio.h>
#include <armdma/cpu.h>
#include <armdma/harness.h>
#include <linux/dma-direct.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#include "contest.h"

#define LEN	PAGE_SIZE

/* What all rows work on: two devices, which are one or not, and a page. */
struct load {
	struct device *dev[2];
	struct page *page;
	uint32_t state;			/* of the generator that picks a device */
};

/* ---- operations that do the very same ---------------------------------------------- */

static dma_addr_t own_map_page(struct device *dev, struct page *page, unsigned long offset,
			       size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	return dma_direct_map_page(dev, page, offset, size, dir, attrs);
}

static void own_unmap_page(struct device *dev, dma_addr_t dma, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	dma_direct_unmap_page(dev, dma, size, dir, attrs);
}

static const struct dma_map_ops plain_ops = {
	.map_page = dma_direct_map_page, .unmap_page = dma_direct_unmap_page,
};

static const struct dma_map_ops own_ops = {
	.map_page = own_map_page, .unmap_page = own_unmap_page,
};

/* ---- the ways -------------------------------------------------------------------------- */

/* As the kernel's static_branch_unlikely(): the jump is patched in when it is wanted. */
static inline __attribute__((__always_inline__)) bool is_patched(void)
{
	__asm__ goto("nop" : : : : patched);
	return false;
patched:
	return true;
}

#define MAP_ARGS(dev, l)	dev, (l)->page, 0, LEN, DMA_BIDIRECTIONAL, 0
#define UNMAP_ARGS(dev, dma)	dev, dma, LEN, DMA_BIDIRECTIONAL, 0

static inline struct device *pick(struct load *l)
{
	l->state = l->state * 1664525u + 1013904223u;
	return l->dev[l->state >> 31];
}

/* One loop for each: what is in it is what is measured. */
#define WAY(name, map, unmap)						\
	static void name(void *arg, size_t nr)				\
	{								\
		struct load *l = arg;					\
									\
		while (nr--) {						\
			struct device *dev = pick(l);			\
			dma_addr_t dma = map;				\
									\
			g_assert(dma != DMA_MAPPING_ERROR);		\
			unmap;						\
		}							\
	}

WAY(by_call, dma_direct_map_page(MAP_ARGS(dev, l)),
    dma_direct_unmap_page(UNMAP_ARGS(dev, dma)))
WAY(by_static_branch,
    is_patched() ? dev->dma_ops->map_page(MAP_ARGS(dev, l))
		 : dma_direct_map_page(MAP_ARGS(dev, l)),
    is_patched() ? dev->dma_ops->unmap_page(UNMAP_ARGS(dev, dma))
		 : dma_direct_unmap_page(UNMAP_ARGS(dev, dma)))
WAY(by_branch,
    dev->dma_ops ? dev->dma_ops->map_page(MAP_ARGS(dev, l))
		 : dma_direct_map_page(MAP_ARGS(dev, l)),
    dev->dma_ops ? dev->dma_ops->unmap_page(UNMAP_ARGS(dev, dma))
		 : dma_direct_unmap_page(UNMAP_ARGS(dev, dma)))
WAY(by_pointer, dev->dma_ops->map_page(MAP_ARGS(dev, l)),
    dev->dma_ops->unmap_page(UNMAP_ARGS(dev, dma)))
WAY(by_api, dma_map_page_attrs(MAP_ARGS(dev, l)),
    dma_unmap_page_attrs(UNMAP_ARGS(dev, dma)))

/* ---- rows ---------------------------------------------------------------------------------- */

static const struct way {
	const char *name;
	bench_op *op;
	const struct dma_map_ops *ops[2];	/* of the one device, and the other */
	bool bypasses;
} ways[] = {
	{ "call", by_call, { NULL, NULL }, false },
	{ "static branch", by_static_branch, { NULL, NULL }, false },
	{ "branch", by_branch, { NULL, NULL }, false },
	{ "ops pointer", by_pointer, { &own_ops, &own_ops }, false },
	{ "branch, mixed", by_branch, { NULL, &own_ops }, false },
	{ "ops pointer, mixed", by_pointer, { &plain_ops, &own_ops }, false },
	{ "API, direct", by_api, { NULL, NULL }, false },
	{ "API, bypass", by_api, { &own_ops, &own_ops }, true },
	{ "API, ops", by_api, { &own_ops, &own_ops }, false },
	{ "API, mixed", by_api, { NULL, &own_ops }, false },
};
enum { NR_WAYS = G_N_ELEMENTS(ways) };

static struct device *new_device(struct harness *h, const struct dma_map_ops *ops,
				 bool bypasses)
{
	struct device *dev = harness_device_new(h, "bench", true);

	set_dma_ops(dev, ops);
	dev->dma_ops_bypass = bypasses;
	return dev;
}

static void prepare(struct contestant *c, struct load *l, const struct way *w,
		    struct harness *h, struct page *page)
{
	*l = (struct load){ .page = page, .state = 1 };
	for (int i = 0; i < 2; i++)
		l->dev[i] = new_device(h, w->ops[i], w->bypasses);
	*c = (struct contestant){ .name = w->name, .op = w->op, .arg = l };
}

static void say(struct bench_report *r, const struct contestant *c,
		const struct contestant *call)
{
	double ns = contest_min(c);

	printf("%-20s %9.2f %9.2f %8.2f %+9.2f\n", c->name, ns, contest_median(c),
	       timing_ratio(&c->timing), ns - contest_min(call));
	bench_report_add(r, &(struct bench_row){
		.name = c->name, .unit = "ns/op", .value = contest_median(c), .min = ns,
		.vs = YARDSTICK, .ratio = timing_ratio(&c->timing),
	});
}

static void measure(struct bench_report *r, struct harness *h, uint64_t ns_each)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct contestant c[NR_WAYS];
	struct load loads[NR_WAYS];

	for (size_t i = 0; i < NR_WAYS; i++)
		prepare(&c[i], &loads[i], &ways[i], h, page);
	contest_run(c, NR_WAYS, ns_each);
	printf("%-20s %9s %9s %8s %9s\n", "map and unmap by", "min ns", "p50 ns", "x add",
	       "- call");
	for (size_t i = 0; i < NR_WAYS; i++)
		say(r, &c[i], &c[0]);
	contest_done(c, NR_WAYS);
	__free_page(page);
}

/* ---- the run ------------------------------------------------------------------------------- */

static int refuse(const GError *error)
{
	fprintf(stderr, "dispatch: %s\n", error->message);
	return 2;
}

static bool run(struct bench_report *r, int ms, GError **error)
{
	const struct harness_config cfg = { .gear = GEAR_FAST, .no_hazards = true };
	struct harness *h = harness_start(&cfg, error);

	if (!h)
		return false;
	measure(r, h, (uint64_t)ms * 1000000u);
	harness_finish(h);
	return bench_report_finish(r, error) == 0;
}

int main(int argc, char **argv)
{
	struct bench_options o = { .ms = 200 };
	g_autoptr(GError) error = NULL;
	struct bench_report *r;
	bool is_done;

	setlocale(LC_CTYPE, "");
	if (!bench_parse(&argc, &argv, "- time how mapping is dispatched", &o, &error))
		return refuse(error);
	r = bench_report_new("dispatch", "fast", 0, o.json, &error);
	is_done = r && run(r, o.ms, &error);
	bench_report_free(r);
	g_free(o.json);
	return is_done ? 0 : refuse(error);
}
