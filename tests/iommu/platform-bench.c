/* SPDX-License-Identifier: MIT */
/* The contract on a whole board: see platform-bench.h. */
#include "platform-bench.h"

#include <stdio.h>
#include <string.h>
#include <linux/clk.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/kernel.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <armdma/cpu.h>

#define USUAL_STEPS	120u
#define MAX_DEVICES	64u

struct bench {
	const struct platform_run *run;
	struct platform_sum *sum;
	struct harness *h;
	const struct board *board;
	struct device *devices[MAX_DEVICES];
	const struct board_master *masters[MAX_DEVICES];
	bool is_played[MAX_DEVICES];
	unsigned nr;
	char *broken;
};

/* ---- kinds ----------------------------------------------------------------------------- */

/* The hardware's: what a driver cannot be asked for is said by who knows which it is. */
static const struct platform_kind {
	const char *name;
	struct contract_traits traits;
	bool has_contexts;		/* several domains at once */
} platform_kinds[] = {
	{ "exynos", .has_contexts = false },
	{ "msm", .has_contexts = true },
	{ "omap", { .has_no_perms = true } },
	{ "reference", .has_contexts = true },
	{ "rockchip", .has_contexts = false },
	{ "sprd", { .has_no_perms = true, .redirects = true, .is_silent = true } },
	{ "sun50i", .has_contexts = false },
};

static const struct platform_kind *kind_of(const char *name)
{
	static const struct platform_kind plain;

	for (size_t n = 0; n < ARRAY_SIZE(platform_kinds); n++)
		if (!strcmp(platform_kinds[n].name, name))
			return &platform_kinds[n];
	return &plain;
}

const struct contract_traits *platform_traits(const char *kind)
{
	return &kind_of(kind)->traits;
}

/* ---- the board's masters ----------------------------------------------------------------- */

static void breaks(struct bench *b, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static void breaks(struct bench *b, const char *fmt, ...)
{
	va_list args;

	if (b->broken)
		return;
	va_start(args, fmt);
	b->broken = g_strdup_vprintf(fmt, args);
	va_end(args);
}

static const struct board_iommu *iommu_of(const struct bench *b, const struct board_master *m,
					  unsigned idx)
{
	return g_ptr_array_index(b->board->iommus, g_array_index(m->iommus, unsigned, idx));
}

static bool is_of_kind(const struct bench *b, const struct board_master *m)
{
	if (m->is_disabled || !m->iommus->len)
		return false;
	for (unsigned n = 0; n < m->iommus->len; n++) {
		const struct board_iommu *i = iommu_of(b, m, n);

		if (i->is_disabled || !i->kind || strcmp(i->kind, b->run->kind))
			return false;
	}
	return true;
}

/* One for each stream at each MMU of the node. */
static unsigned ports_wanted(const struct bench *b, const struct board_master *m)
{
	unsigned nr = 0;

	for (unsigned n = 0; n < m->streams->len; n++) {
		const struct board_stream *s = &g_array_index(m->streams, struct board_stream, n);
		const struct board_iommu *i = g_ptr_array_index(b->board->iommus, s->iommu);

		nr += i->regs->len ? i->regs->len : 1;
	}
	return nr;
}

/* What a master's own driver does for it, whoever translates: its clocks run. */
struct master_driver {
	struct clk_bulk_data *clks;
	int nr;
};

static int run_clocks(struct device *dev, bool is_on)
{
	const struct master_driver *d = dev_get_drvdata(dev);

	if (is_on)
		return clk_bulk_prepare_enable(d->nr, d->clks);
	clk_bulk_disable_unprepare(d->nr, d->clks);
	return 0;
}

static void take_clocks(struct bench *b, struct device *dev)
{
	struct master_driver *d = g_new0(struct master_driver, 1);

	dev_set_drvdata(dev, d);
	d->nr = clk_bulk_get_all(dev, &d->clks);
	if (d->nr < 0 || run_clocks(dev, true))
		breaks(b, "%s: its clocks do not run: %d", dev_name(dev), d->nr);
}

static void give_clocks(struct device *dev)
{
	struct master_driver *d = dev_get_drvdata(dev);

	run_clocks(dev, false);
	if (d->nr > 0)
		clk_bulk_put_all(d->nr, d->clks);
	g_free(d);
}

static int power(struct device *dev, bool is_on)
{
	int ret = is_on ? pm_runtime_resume_and_get(dev) : 0;

	if (ret < 0)
		return ret;
	run_clocks(dev, is_on);
	return is_on ? 0 : MIN(pm_runtime_put_sync(dev), 0);
}

static void use_runtime_pm(struct bench *b, struct device *dev)
{
	int ret;

	pm_runtime_enable(dev);
	ret = pm_runtime_resume_and_get(dev);
	if (ret)
		breaks(b, "%s: does not resume: %d", dev_name(dev), ret);
}

static void add_device(struct bench *b, const struct board_master *m)
{
	struct device *dev = harness_device(b->h, m->name);

	if (!device_iommu_mapped(dev))
		breaks(b, "%s: no driver took its IOMMU", m->name);
	else if (nr_ports(harness_master(dev)) != ports_wanted(b, m))
		breaks(b, "%s: %u ports, not %u", m->name, nr_ports(harness_master(dev)), ports_wanted(b, m));
	if (b->run->sleeps || b->run->uses_pm)
		use_runtime_pm(b, dev);
	take_clocks(b, dev);
	b->sum->nr_ports += nr_ports(harness_master(dev));
	b->masters[b->nr] = m;
	b->devices[b->nr++] = dev;
}

static void add_devices(struct bench *b)
{
	unsigned max = b->run->max_devices ? b->run->max_devices : MAX_DEVICES;

	for (unsigned n = 0; n < b->board->masters->len && b->nr < max; n++) {
		const struct board_master *m = g_ptr_array_index(b->board->masters, n);

		if (is_of_kind(b, m))
			add_device(b, m);
	}
	if (!b->nr && !b->run->only_boots)
		breaks(b, "no master is behind an IOMMU of kind \"%s\"", b->run->kind);
	b->sum->nr_devices += b->nr;
}

/* All of the kind that the board has, whoever is behind them. */
static void check_iommus(struct bench *b)
{
	for (unsigned n = 0; n < b->board->iommus->len; n++) {
		const struct board_iommu *i = g_ptr_array_index(b->board->iommus, n);
		struct iommu_hw *hw;

		if (i->is_disabled || !i->kind || strcmp(i->kind, b->run->kind))
			continue;
		hw = harness_iommu(b->h, i->path, NULL);
		if (!hw || strcmp(iommu_hw_kind(hw), i->kind))
			breaks(b, "%s: no model is there", i->name);
		else if (iommu_hw_is_bypassed(hw))
			breaks(b, "%s: no driver took it", i->name);
		b->sum->nr_iommus++;
	}
}

/* ---- through the DMA API ------------------------------------------------------------------ */

/* By each port a page is written by the device, and read by the CPU. */
static void receive(struct bench *b, struct device *dev, unsigned port)
{
	const struct master_ask how = { .port = port };
	char *page = kzalloc(SZ_4K, GFP_KERNEL), got[6] = "";
	dma_addr_t dma = dma_map_single(dev, page, SZ_4K, DMA_FROM_DEVICE);
	struct master_fault fault;

	if (dma_mapping_error(dev, dma)) {
		breaks(b, "%s: a page is not mapped", dev_name(dev));
		kfree(page);
		return;
	}
	fault = master_write_as(harness_master(dev), &how, dma + 8, "bytes", sizeof(got));
	dma_unmap_single(dev, dma, SZ_4K, DMA_FROM_DEVICE);
	cpu_load(cpu_current(), (uint32_t)(uintptr_t)(page + 8), got, sizeof(got), NULL);
	if (fault.kind != MASTER_OK || strcmp(got, "bytes"))
		breaks(b, "%s: port %u: refused (%d, %s), or other bytes", dev_name(dev), port,
		       fault.kind, iommu_hw_reason_name(fault.reason));
	kfree(page);
}

static void receive_all(struct bench *b)
{
	if (b->run->has_no_dma)
		return;
	for (unsigned n = 0; n < b->nr; n++)
		for (unsigned port = 0; port < nr_ports(harness_master(b->devices[n])); port++)
			receive(b, b->devices[n], port);
}

/* ---- the contract --------------------------------------------------------------------------- */

static bool shares_an_iommu(const struct board_master *a, const struct board_master *b)
{
	for (unsigned i = 0; i < a->iommus->len; i++)
		for (unsigned j = 0; j < b->iommus->len; j++)
			if (g_array_index(a->iommus, unsigned, i) ==
			    g_array_index(b->iommus, unsigned, j))
				return true;
	return false;
}

static bool can_be_played(const struct bench *b, unsigned left, unsigned right)
{
	struct iommu_group *l = iommu_group_get(b->devices[left]);
	struct iommu_group *r = iommu_group_get(b->devices[right]);
	bool is_same = l == r;

	iommu_group_put(l);
	iommu_group_put(r);
	return !is_same && (kind_of(b->run->kind)->has_contexts ||
			    !shares_an_iommu(b->masters[left], b->masters[right]));
}

/* @right is @b->nr: there is none. */
static unsigned find_partner(const struct bench *b, unsigned left)
{
	unsigned right = left + 1;

	while (right < b->nr && (b->is_played[right] || !can_be_played(b, left, right)))
		right++;
	return right;
}

static void play_pair(struct bench *b, unsigned left, unsigned right)
{
	const struct platform_run *run = b->run;
	struct contract c = {
		.devices = { b->devices[left], right < b->nr ? b->devices[right] : NULL },
		.masters = { harness_master(b->devices[left]) },
		.seed = run->seed + left, .power = run->sleeps ? power : NULL,
		.nr_steps = run->nr_steps ? run->nr_steps : USUAL_STEPS,
		.traits = run->traits ? *run->traits : *platform_traits(run->kind),
		.mutant = run->mutant,
	};
	g_autofree char *broken = NULL;

	if (c.devices[1])
		c.masters[1] = harness_master(c.devices[1]);
	broken = contract_play(&c);
	if (broken)
		breaks(b, "%s with %s: %s", b->masters[left]->name,
		       c.devices[1] ? b->masters[right]->name : "nobody", broken);
	b->is_played[left] = true;
	if (c.devices[1])
		b->is_played[right] = true;
	b->sum->nr_pairs++;
}

static void play_all(struct bench *b)
{
	for (unsigned n = 0; n < b->nr && !b->broken; n++)
		if (!b->is_played[n])
			play_pair(b, n, find_partner(b, n));
}

/* ---- from the first to the last ------------------------------------------------------------- */

static uint64_t count_losses(struct machine *m, const char *kind)
{
	struct iommu_hw_counters c;
	struct iommu_hw *hw;
	uint64_t nr = 0;

	for (size_t n = 0; (hw = machine_iommu(m, n)); n++) {
		iommu_hw_count(hw, &c);
		nr += strcmp(iommu_hw_kind(hw), kind) ? 0 : c.losses;
	}
	return nr;
}

/* What is said of faults that are part of the game is nobody's business. */
static void hush(bool is_on)
{
	static FILE *nowhere;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	harness_print_to(is_on ? nowhere : NULL);
}

/* A contract that is kept has nothing to report of; the other classes are not about it. */
static void expect_no_reports(struct bench *b)
{
	const struct hazard_engine *e = harness_hazards(b->h);

	for (unsigned c = HAZARD_IOMMU_TABLE_NOT_CLEAN; e && c < NR_HAZARD_CLASSES; c++)
		if (hazard_count(e, c))
			breaks(b, "%s was reported", hazard_title(c));
}

static void stop(struct bench *b)
{
	for (unsigned n = 0; n < b->nr; n++) {
		give_clocks(b->devices[n]);
		if (!b->run->sleeps && !b->run->uses_pm)
			continue;
		pm_runtime_put_sync(b->devices[n]);
		pm_runtime_disable(b->devices[n]);
	}
	expect_no_reports(b);
	harness_finish(b->h);
}

static void play(struct bench *b)
{
	struct machine *m = harness_machine(b->h);
	uint64_t nr_before;

	b->board = machine_board(m);
	check_iommus(b);
	add_devices(b);
	if (!b->broken)
		receive_all(b);
	if (!b->broken && !b->run->only_boots) {
		nr_before = count_losses(m, b->run->kind);
		play_all(b);
		b->sum->nr_losses += count_losses(m, b->run->kind) - nr_before;
		receive_all(b);
	}
	stop(b);
}

/* That of 64 has a second level of its own, behind which there can be no other. */
static const char *cpu_of(const struct platform_run *run)
{
	g_autoptr(board) b = run->line ? board_open(run->board, NULL) : NULL;

	if (!b)
		return NULL;
	if (run->line == 32)
		return "cortex-a9";
	return b->outer.path && b->outer.kind != OUTER_INTEGRATED ? "cortex-a15,outer=0" :
								     "cortex-a15";
}

char *platform_play(const struct platform_run *run, struct platform_sum *ret_sum)
{
	struct platform_sum none = { 0 };
	struct bench b = { .run = run, .sum = ret_sum ? ret_sum : &none };
	g_autoptr(GError) error = NULL;

	hush(true);
	b.h = harness_start(&(struct harness_config){
		.board = run->board, .cpu = cpu_of(run), .gear = run->gear,
		.chooser = run->chooser, .seed = run->seed, .iommu_knobs = run->knobs,
		.iommu = run->mode, .hazards.is_quiet = true,
		.behaviour = run->is_6_12 ? LINUX_6_12 : LINUX_REPAIRED,
	}, &error);
	if (b.h)
		play(&b);
	else
		breaks(&b, "%s", error->message);
	hush(false);
	return b.broken;
}

/* ---- rows ------------------------------------------------------------------------------ */

const struct platform_run platform_rows[] = {
	{ "as the part is" },
	{ "as the part is, asleep in between", .sleeps = true },
	{ "unbounded, past every cache, lines of 32", .line = 32, .sleeps = true, .knobs = { .tlb_entries = IOMMU_HW_UNBOUNDED, .walker = IOMMU_HW_WALKER_DRAM } },
	{ "unbounded, past every cache, lines of 64", .line = 64, .sleeps = true, .knobs = { .tlb_entries = IOMMU_HW_UNBOUNDED, .walker = IOMMU_HW_WALKER_DRAM } },
	{ "unbounded, snooping", .sleeps = true, .knobs = { .tlb_entries = IOMMU_HW_UNBOUNDED, .walker = IOMMU_HW_WALKER_SNOOPING } },
	{ "few entries, negative ones, fetching ahead, slow", .line = 32, .sleeps = true, .knobs = { .tlb_entries = 4, .caches_negative = IOMMU_HW_YES, .prefetch = 2, .delay = 3 } },
	{ "unbounded, negative ones, fetching ahead, lines of 64", .line = 64, .knobs = { .tlb_entries = IOMMU_HW_UNBOUNDED, .caches_negative = IOMMU_HW_YES, .prefetch = 4 } },
	{ "victims drawn, the hardware chooses", .chooser = CHOOSER_RANDOM, .sleeps = true, .knobs = { .draws_victims = IOMMU_HW_YES } },
	{ "stores held back", .chooser = CHOOSER_LAZY, .sleeps = true },
	{ "lazy default domains", .mode = IOMMU_LAZY, .sleeps = true },
	{ "identity default domains", .mode = IOMMU_PASSTHROUGH },
	{ "the fast gear", .gear = GEAR_FAST, .sleeps = true },
};

const unsigned nr_platform_rows = ARRAY_SIZE(platform_rows);

unsigned platform_row(const char *name)
{
	unsigned idx = 0;

	while (idx < nr_platform_rows && strcmp(platform_rows[idx].name, name))
		idx++;
	return idx;
}

char *platform_play_row_as(unsigned idx, const char *dtb, const char *kind, unsigned how,
			   struct platform_sum *ret_sum)
{
	struct platform_run run = platform_rows[idx];
	struct contract_traits traits = *platform_traits(kind);

	traits.is_plain = how & PLATFORM_RW;
	traits.is_silent |= !!(how & PLATFORM_SILENT);
	traits.keeps_blocks = how & PLATFORM_WHOLE;
	run.board = dtb;
	run.kind = kind;
	run.uses_pm = how & PLATFORM_USES_PM;
	run.is_6_12 = how & PLATFORM_6_12;
	run.has_no_dma = how & PLATFORM_NO_DMA;
	if (how & PLATFORM_IDENTITY)
		run.mode = IOMMU_PASSTHROUGH;
	run.traits = &traits;
	run.seed = 0x5eed + idx;
	return platform_play(&run, ret_sum);
}

char *platform_play_row(unsigned idx, const char *dtb, const char *kind,
			struct platform_sum *ret_sum)
{
	return platform_play_row_as(idx, dtb, kind, 0, ret_sum);
}
