/* SPDX-License-Identifier: MIT */
/*
 * Our IOVA allocator against Linux's own: the same random calls to both must give the
 * same addresses, and trees of as many ranges; after each round, the very same ranges.
 *
 *	iova-twin TWIN.so OPERATIONS [SEED]
 *
 * A round is a new domain with its own mix: how full it gets, which limits its callers
 * have, which sizes, whether the space is ever used up.
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "lib/iommu/iova.h"
#include "lib/iommu/iova-tree.h"
#include "iova-twin.h"

#define MOST_LIVE	4096u
#define OPS_PER_ROUND	20000u
#define TRIM_NS		IOVA_DEPOT_DELAY_NS

/* @ours NULL: it came from alloc_iova_fast(). */
struct live {
	struct iova *ours;
	void *linuxes;
	unsigned long pfn, size;
};

struct mix {
	unsigned most_live, percent_fast, percent_high, max_order;
	unsigned long space;		/* frames below the usual limit */
	unsigned long granule, start_pfn;
	bool only_powers, reserves, is_odd;
};

static const struct iova_twin *twin;
static struct iova_domain iovad;
static struct twin_domain *linuxes;
static struct live live[MOST_LIVE];
static unsigned nr_live;
static struct mix mix;
static uint64_t state, now;
static char what[160];

static uint64_t draw(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static bool chance(unsigned percent)
{
	return draw(100) < percent;
}

static bool differ(uint64_t ours, uint64_t of_linux)
{
	if (ours == of_linux)
		return false;
	printf("%s: ours %#" PRIx64 ", Linux's %#" PRIx64 "\n", what, ours, of_linux);
	return true;
}

static bool ranges_differ(const struct iova *ours, struct twin_range r)
{
	if (!ours || !r.handle)
		return differ(ours != NULL, r.handle != NULL);
	return differ(ours->pfn_lo, r.lo) || differ(ours->pfn_hi, r.hi);
}

/* ---- what is asked ---------------- */

static unsigned long draw_size(void)
{
	unsigned long size = 1ul << draw(mix.max_order + 1);

	if (mix.only_powers || chance(30))
		return size;
	return 1 + draw(size);
}

static unsigned long draw_limit(void)
{
	if (chance(mix.percent_high))
		return chance(70) ? (1ul << 36) - 1 : draw(1ul << 40);
	if (mix.is_odd && chance(20))
		return chance(10) ? (chance(50) ? ~0ul : draw(2048)) : draw(mix.space);
	return mix.space - 1;
}

static void keep(struct iova *ours, void *handle, unsigned long pfn, unsigned long size)
{
	live[nr_live++] = (struct live){ ours, handle, pfn, size };
}

static bool alloc_slow(void)
{
	unsigned long size = draw_size(), limit = draw_limit();
	bool aligned = chance(60);
	struct iova *ours = alloc_iova(&iovad, size, limit, aligned);
	struct twin_range r = twin->alloc(linuxes, size, limit, aligned);

	snprintf(what, sizeof(what), "alloc_iova(%#lx, %#lx, %d)", size, limit, aligned);
	if (ours && r.handle)
		keep(ours, r.handle, r.lo, size);
	return ranges_differ(ours, r);
}

static bool alloc_fast(void)
{
	unsigned long size = draw_size(), limit = draw_limit(), ours, other;
	bool flush = chance(50);

	snprintf(what, sizeof(what), "alloc_iova_fast(%#lx, %#lx, %d)", size, limit, flush);
	ours = alloc_iova_fast(&iovad, size, limit, flush);
	other = twin->alloc_fast(linuxes, size, limit, flush);
	if (ours && ours == other)
		keep(NULL, NULL, ours, size);
	return differ(ours, other);
}

static bool reserve(void)
{
	unsigned long lo = draw(draw(2) ? mix.space : 1ul << 36), hi = lo + draw(64);
	unsigned long nr = twin->nr(linuxes);
	struct twin_range r = twin->reserve(linuxes, lo, hi);
	struct iova *ours = reserve_iova(&iovad, lo, hi);

	snprintf(what, sizeof(what), "reserve_iova(%#lx, %#lx)", lo, hi);
	if (ours && r.handle && twin->nr(linuxes) > nr)
		keep(ours, r.handle, r.lo, r.hi - r.lo + 1);
	return ranges_differ(ours, r);
}

static bool find(void)
{
	unsigned long pfn = nr_live && draw(2) ? live[draw(nr_live)].pfn + draw(3)
					       : draw(mix.space);

	snprintf(what, sizeof(what), "find_iova(%#lx)", pfn);
	return ranges_differ(find_iova(&iovad, pfn), twin->find(linuxes, pfn));
}

static bool can_be_kept(const struct live *l)
{
	return !l->ours || (l->size <= 32 && !(l->size & (l->size - 1)));
}

static bool free_one(unsigned i)
{
	struct live l = live[i];
	unsigned how = (unsigned)draw(4);

	live[i] = live[--nr_live];
	snprintf(what, sizeof(what), "free %#lx, %#lx frames, way %u", l.pfn, l.size, how);
	if (l.ours && how == 0) {
		__free_iova(&iovad, l.ours);
		twin->free_range(linuxes, l.linuxes);
	} else if (how == 1 || !can_be_kept(&l)) {
		free_iova(&iovad, l.pfn + draw(l.size) / 2);
		twin->free_pfn(linuxes, l.pfn);
	} else {
		free_iova_fast(&iovad, l.pfn, l.size);
		twin->free_fast(linuxes, l.pfn, l.size);
	}
	return false;
}

/* The latest, the oldest, or any. */
static unsigned draw_victim(void)
{
	return draw(4) ? (unsigned)draw(nr_live) : nr_live - 1;
}

static bool trim(void)
{
	now += TRIM_NS;
	iova_domain_trim(&iovad, now);
	twin->trim(linuxes);
	snprintf(what, sizeof(what), "trim");
	return false;
}

static bool lose_cpu(void)
{
	snprintf(what, sizeof(what), "flush by a search that fails");
	return differ(alloc_iova_fast(&iovad, 1ul << 50, mix.space - 1, true),
		      twin->alloc_fast(linuxes, 1ul << 50, mix.space - 1, true));
}

/* ---- rounds ---------------- */

static void draw_mix(void)
{
	static const unsigned lives[] = { 10, 100, 500, 2000 };
	static const unsigned highs[] = { 0, 0, 30, 100 };

	mix = (struct mix){
		.most_live = lives[draw(4)], .percent_fast = (unsigned)draw(101),
		.percent_high = highs[draw(4)], .max_order = (unsigned)(draw(2) ? 10 : draw(11)),
		.granule = draw(3) ? 4096 : 1024, .only_powers = draw(2),
		.reserves = draw(2), .is_odd = draw(2),
		.start_pfn = draw(2) ? 1 : 1 + draw(3000),
	};
	mix.space = draw(2) ? 1ul << (12 + draw(5)) : (1ul << 32) / mix.granule;
	mix.space += mix.start_pfn;
}

static bool step(void)
{
	bool grows = nr_live < mix.most_live && (!nr_live || chance(55));

	if (chance(3))
		return find();
	if (mix.reserves && nr_live < MOST_LIVE && draw(200) == 0)
		return reserve();
	if (draw(400) == 0)
		return trim();
	if (draw(5000) == 0)
		return lose_cpu();
	if (!grows)
		return free_one(draw_victim());
	return chance(mix.percent_fast) ? alloc_fast() : alloc_slow();
}

static bool trees_differ(void)
{
	struct twin_range r = twin->walk(linuxes, NULL);
	struct iova_at at = iova_tree_first(&iovad.tree);

	snprintf(what, sizeof(what), "a range of the tree");
	for (; at.leaf; at = iova_tree_next(at), r = twin->walk(linuxes, r.handle)) {
		if (ranges_differ(iova_tree_iova(at), r) || differ(iova_tree_lo(at), r.lo))
			return true;
	}
	return iovad.tree.root && r.handle;
}

static bool round_differs(uint64_t nr_ops)
{
	bool is_bad = false;

	draw_mix();
	init_iova_domain(&iovad, mix.granule, mix.start_pfn);
	if (iova_domain_init_rcaches(&iovad))
		abort();
	linuxes = twin->create(mix.granule, mix.start_pfn, 1);
	for (uint64_t i = 0; i < nr_ops && !is_bad; i++)
		is_bad = step() || differ(iovad.tree.nr ? iovad.tree.nr - 1 : 0,
					  twin->nr(linuxes));
	is_bad = is_bad || trees_differ();
	put_iova_domain(&iovad);
	twin->destroy(linuxes);
	nr_live = 0;
	now = 0;
	return is_bad;
}

int main(int argc, char **argv)
{
	uint64_t nr_ops = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
	void *so = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;

	twin = so ? dlsym(so, "iova_twin") : NULL;
	if (!twin) {
		fprintf(stderr, "iova-twin: no twin: %s\n", argc > 1 ? dlerror() : "say which");
		return 2;
	}
	state = argc > 3 ? strtoull(argv[3], NULL, 0) : 0x5eed;
	for (uint64_t done = 0; done < nr_ops; done += OPS_PER_ROUND) {
		if (!round_differs(min(nr_ops - done, (uint64_t)OPS_PER_ROUND)))
			continue;
		printf("round of operation %" PRIu64 "\n", done);
		return 1;
	}
	return 0;
}
