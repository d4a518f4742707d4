/* SPDX-License-Identifier: MIT */
/* Failing programs of IOMMU drivers, as rows: see hazard-rows.h. */
#include "hazard-rows.h"
#include "lib/hazard/report.h"
#include "lib/iommu/core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <asm/barrier.h>
#include <armdma/iommu-account.h>
#include <armdma/observe.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/pm_runtime.h>
#include <linux/sizes.h>

#define MAX_REUSED	32u

static const struct hazard_kind *the_kind;
static char *report_text;
static size_t report_len;

/* ---- a bench ----------------------------------------------------------------------- */

struct harness *hazard_bench_boot(struct hazard_bench *b, const struct harness_config *cfg)
{
	struct harness_config own = *cfg;
	g_autoptr(GError) error = NULL;

	own.chooser = b->row->chooser;
	own.no_hazards = false;
	own.hazards.is_quiet = true;
	own.hazards.text = open_memstream(&report_text, &report_len);
	b->h = harness_start(&own, &error);
	if (!b->h)
		fail_msg("%s", error->message);
	b->text = own.hazards.text;
	return b->h;
}

void hazard_bench_board(struct hazard_bench *b, const char *dtb,
			const struct iommu_hw_knobs *knobs, const char *device)
{
	hazard_bench_boot(b, &(struct harness_config){
		.board = dtb, .behaviour = LINUX_REPAIRED,
		.iommu_knobs = knobs ? *knobs : (struct iommu_hw_knobs){ 0 } });
	b->dev = harness_device(b->h, device);
	assert_non_null(b->dev);
	b->master = harness_master(b->dev);
	pm_runtime_enable(b->dev);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
}

void hazard_bench_sleeps(struct hazard_bench *b)
{
	pm_runtime_put_sync(b->dev);
	pm_runtime_disable(b->dev);
}

static FILE *hush(void)
{
	static FILE *nowhere;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	return nowhere;
}

/* What drivers say of faults that are part of the game is nobody's business. */
static void begin(struct hazard_bench *b, const struct hazard_row *row, bool is_mutated)
{
	*b = (struct hazard_bench){ .row = row, .is_mutated = is_mutated };
	printk_redirect(hush());
	the_kind->start(b);
	assert_non_null(b->master);
	b->hw = master_iommu(b->master, 0, NULL);
	assert_non_null(b->hw);
	b->domain = iommu_paging_domain_alloc(b->dev);
	assert_false(IS_ERR_OR_NULL(b->domain));
	if (is_mutated && row->mutation.what != MUTATE_NOTHING)
		b->mu = mutate_begin(harness_machine(b->h), &row->mutation);
	if (!row->attaches)
		assert_int_equal(iommu_attach_group(b->domain, b->dev->iommu_group), 0);
}

static void end(struct hazard_bench *b)
{
	FILE *text = b->text;

	if (b->mu && !mutate_times(b->mu))
		fail_msg("the mutation never had its turn");
	mutate_end(b->mu);
	if (iommu_get_domain_for_dev(b->dev) == b->domain)
		iommu_detach_group(b->domain, b->dev->iommu_group);
	iommu_domain_free(b->domain);
	if (the_kind->stop)
		the_kind->stop(b);
	harness_finish(b->h);
	printk_redirect(NULL);
	fclose(text);
}

/* ---- what is reported ------------------------------------------------------------------ */

static void expect(const struct hazard_bench *b, uint64_t *counts)
{
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		bool is_expected = b->is_mutated ? c == b->row->expected :
				   b->row->is_refused && c == HAZARD_DEVICE_ACCESS_UNMAPPED;

		if (!!counts[c] != is_expected)
			fail_msg("%s was %sreported:\n%s", hazard_title(c),
				 counts[c] ? "" : "not ", report_text);
	}
}

/* What is known, and what reports say, without the names of functions. */
static void take(const struct hazard_bench *b, uint64_t *counts)
{
	struct hazard_engine *e = harness_hazards(b->h);
	FILE *text = b->text;

	hazard_stopping(e);
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++)
		counts[c] = hazard_count(e, c);
	for (unsigned n = 0; n < e->reports->len; n++)
		fprintf(text, "%s: %s\n", hazard_title(((struct report *)e->reports->pdata[n])->class),
			((struct report *)e->reports->pdata[n])->what->str);
}

static void expect_words(const struct hazard_bench *b, const char *iommu)
{
	if (!strstr(report_text, iommu))
		fail_msg("the report does not name %s:\n%s", iommu, report_text);
	if (b->row->says && !strstr(report_text, b->row->says))
		fail_msg("the report does not say \"%s\":\n%s", b->row->says, report_text);
}

/* What each row's report says, for golden files: no names of functions, no numbers of lines. */
static int print_reports(const struct hazard_kind *kind)
{
	uint64_t counts[NR_HAZARD_CLASSES];
	struct hazard_bench b;

	the_kind = kind;
	for (size_t n = 0; n < kind->nr_rows; n++) {
		begin(&b, &kind->rows[n], true);
		kind->rows[n].play(&b);
		take(&b, counts);
		end(&b);
		printf("%c, %s\n\n%s\n", kind->rows[n].letter, kind->rows[n].name, report_text);
		free(report_text);
	}
	return 0;
}

static void run(const struct hazard_row *row, bool is_mutated)
{
	uint64_t counts[NR_HAZARD_CLASSES];
	struct hazard_bench b;
	g_autofree char *iommu = NULL;

	begin(&b, row, is_mutated);
	iommu = g_strdup(iommu_hw_name(b.hw));
	row->play(&b);
	take(&b, counts);
	end(&b);
	expect(&b, counts);
	if (is_mutated)
		expect_words(&b, iommu);
	free(report_text);
	report_text = NULL;
}

static void is_reported(void **state)
{
	run(*state, true);
}

static void is_silent(void **state)
{
	run(*state, false);
}

/* ---- verbs ------------------------------------------------------------------------------- */

void play_arms(struct hazard_bench *b)
{
	if (b->mu)
		mutate_arm(b->mu);
}

void play_disarms(struct hazard_bench *b)
{
	if (b->mu)
		mutate_disarm(b->mu);
}

void play_maps(struct hazard_bench *b, u64 iova, u64 pa, size_t len)
{
	assert_int_equal(iommu_map(b->domain, (unsigned long)iova, pa, len,
				   IOMMU_READ | IOMMU_WRITE, GFP_KERNEL), 0);
}

void play_unmaps(struct hazard_bench *b, u64 iova, size_t len)
{
	assert_int_equal(iommu_unmap(b->domain, (unsigned long)iova, len), len);
}

bool play_reads(struct hazard_bench *b, u64 iova)
{
	u32 word;

	return master_read(b->master, iova, &word, sizeof(word)).kind == MASTER_OK;
}

void play_probes(struct hazard_bench *b, u64 iova)
{
	struct iommu_hw_access a = { .iova = iova, .len = 4 };
	struct iommu_hw *hw;

	for (unsigned port = 0; (hw = master_iommu(b->master, port, &a.stream)) != NULL; port++)
		iommu_hw_translate(hw, &a);
	mb();			/* interrupts are taken here, if they have not been */
}

void play_watches_tables(struct hazard_bench *b, u64 iova)
{
	struct iommu_hw_access a = { .iova = iova, .len = 4 };
	struct iommu_hw *hw = master_iommu(b->master, 0, &a.stream);
	struct iommu_hw_account account;

	iommu_hw_translate(hw, &a);
	iommu_hw_account(hw, &a, &account);
	assert_true(account.is_known && account.newest.nr);
	for (unsigned n = 0; n < account.newest.nr; n++)
		machine_watch(harness_machine(b->h), account.newest.descriptors[n].pa, 8);
}

/* ---- plays ------------------------------------------------------------------------------- */

void play_map(struct hazard_bench *b)
{
	play_arms(b);
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

void play_map_touched(struct hazard_bench *b)
{
	play_probes(b, PLAY_IOVA);
	play_map(b);
}

void play_map_neighbour(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA + SZ_4K, SZ_4K);
	play_reads(b, PLAY_IOVA);
	play_arms(b);
	play_maps(b, PLAY_IOVA + SZ_4K, PLAY_PA, SZ_4K);
	play_disarms(b);
	play_reads(b, PLAY_IOVA + SZ_4K);
}

static int mends_nothing(struct iommu_domain *domain, struct device *dev, unsigned long iova,
			 int flags, void *token)
{
	return 0;
}

/* Nobody waits for an answer to what is only probed, and some drivers stop what nobody mends. */
static void unmap(struct hazard_bench *b, size_t len, bool is_late)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, len);
	for (size_t at = 0; at < len; at += SZ_4K)
		play_reads(b, PLAY_IOVA + at);
	if (is_late)
		play_watches_tables(b, PLAY_IOVA);
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, len);
	play_disarms(b);
	iommu_set_fault_handler(b->domain, mends_nothing, NULL);
	for (size_t at = 0; at < len; at += SZ_4K)
		play_probes(b, PLAY_IOVA + at);
}

void play_unmap(struct hazard_bench *b)
{
	unmap(b, SZ_4K, false);
}

void play_unmap_64k(struct hazard_bench *b)
{
	unmap(b, SZ_64K, false);
}

void play_unmap_late(struct hazard_bench *b)
{
	unmap(b, SZ_4K, true);
}

/* Two pages of 4 KiB, one of them used, are gone; their table stays until a block comes. */
static void leaves_table(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA + SZ_1M, SZ_4K);
	play_reads(b, PLAY_IOVA);
	play_unmaps(b, PLAY_IOVA, SZ_4K);
}

void play_table_to_block(struct hazard_bench *b)
{
	leaves_table(b);
	play_arms(b);
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_2M);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

void play_table_reused(struct hazard_bench *b)
{
	unsigned long pages[MAX_REUSED];

	leaves_table(b);
	play_arms(b);
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_2M);
	play_disarms(b);
	for (unsigned n = 0; n < MAX_REUSED; n++)
		pages[n] = get_zeroed_page(GFP_KERNEL);
	play_reads(b, PLAY_IOVA);
	for (unsigned n = 0; n < MAX_REUSED; n++)
		free_page(pages[n]);
}

void play_two_sizes(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA + SZ_4M, SZ_4K);
	play_reads(b, PLAY_IOVA);
	play_arms(b);
	play_unmaps(b, PLAY_IOVA, SZ_4K);
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_2M);
	play_disarms(b);
	play_reads(b, PLAY_IOVA + SZ_64K);
	play_reads(b, PLAY_IOVA);
}

void play_attach(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	play_arms(b);
	assert_int_equal(iommu_attach_group(b->domain, b->dev->iommu_group), 0);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

static int maps_it(struct iommu_domain *domain, struct device *dev, unsigned long iova, int flags,
		   void *token)
{
	if (!iommu_iova_to_phys(domain, iova))
		play_maps(token, iova & ~(SZ_4K - 1ul), PLAY_PA, SZ_4K);
	return 0;
}

void play_demand(struct hazard_bench *b)
{
	iommu_set_fault_handler(b->domain, maps_it, b);
	play_arms(b);
	play_reads(b, PLAY_IOVA);
}

/* A command would be waited for, and that takes long where nobody answers. */
void play_unclocked(struct hazard_bench *b)
{
	u8 __iomem *regs = ioremap(iommu_hw_reg_pa(b->hw), SZ_4K);

	assert_non_null(regs);
	iommu_hw_set_clock(b->hw, !b->is_mutated);
	readl(regs);
	iommu_hw_set_clock(b->hw, true);
	iounmap(regs);
}

void play_unclocked_access(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	iommu_hw_set_clock(b->hw, !b->is_mutated);
	play_reads(b, PLAY_IOVA);
	iommu_hw_set_clock(b->hw, true);
}

void play_runtime_sleep(struct hazard_bench *b)
{
	play_maps(b, PLAY_IOVA, PLAY_PA, SZ_4K);
	assert_int_equal(pm_runtime_put_sync(b->dev), 0);
	play_arms(b);
	assert_int_equal(pm_runtime_resume_and_get(b->dev), 0);
	play_disarms(b);
	play_reads(b, PLAY_IOVA);
}

/* ---- all rows ---------------------------------------------------------------------------- */

static int print_matrix(const struct hazard_kind *kind)
{
	for (size_t n = 0; n < kind->nr_rows; n++)
		printf("%s %c %s: %s\n", kind->name, kind->rows[n].letter,
		       hazard_title(kind->rows[n].expected), kind->rows[n].name);
	return 0;
}

int hazard_rows_main(const struct hazard_kind *kind, int argc, char **argv)
{
	g_autofree struct CMUnitTest *tests = g_new0(struct CMUnitTest, 2 * kind->nr_rows);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	if (argc > 1 && g_str_equal(argv[1], "--matrix"))
		return print_matrix(kind);
	if (argc > 1 && g_str_equal(argv[1], "--reports"))
		return print_reports(kind);
	the_kind = kind;
	for (size_t n = 0; n < kind->nr_rows; n++) {
		const struct hazard_row *row = &kind->rows[n];

		g_ptr_array_add(names, g_strdup_printf("%c, %s: is reported", row->letter,
						       row->name));
		g_ptr_array_add(names, g_strdup_printf("%c, %s: its twin is silent",
						       row->letter, row->name));
		tests[2 * n] = (struct CMUnitTest){
			g_ptr_array_index(names, 2 * n), is_reported, NULL, NULL,
			(void *)(uintptr_t)row };
		tests[2 * n + 1] = (struct CMUnitTest){
			g_ptr_array_index(names, 2 * n + 1), is_silent, NULL, NULL,
			(void *)(uintptr_t)row };
	}
	return _cmocka_run_group_tests(kind->name, tests, 2 * kind->nr_rows, NULL, NULL);
}
