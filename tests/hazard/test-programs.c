/* SPDX-License-Identifier: MIT */
/*
 * Each class of hazard: the wrong program is caught, as that class and nothing
 * else, where it is wrong; the right one is silent everywhere. Also where an IOMMU stands
 * before the device, strict and lazy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

#include <linux/device.h>
#include "programs.h"
#include "support/mock-iommu.h"

#include "lib/iommu/dma-hooks.h"

static const struct board_case {
	const char *name, *device;
	bool is_coherent;
	unsigned iommu;		/* type of its default domain; 0: none */
} boards[] = {
	{ "a9-pl310", "eth0", false },	/* lines of 32 bytes, and a PL310 */
	{ "a7-quad", "eth0", false },	/* lines of 64 bytes */
	{ "coherent", "10010000.ethernet", true },
	{ "a9-pl310", "eth0", false, IOMMU_DOMAIN_DMA },
	{ "a7-quad", "eth0", false, IOMMU_DOMAIN_DMA_FQ },
	{ "coherent", "10010000.ethernet", true, IOMMU_DOMAIN_DMA },
};

struct run {
	const struct program *program;
	const struct board_case *board;
	bool is_wrong;
};

static struct harness *start(const struct run *r)
{
	struct harness_config cfg = {
		.board = r->board->name,
		.coherent = r->is_wrong ? r->program->coherent : COHERENT_CMA,
		.hazards = { .is_quiet = true },
	};
	g_autoptr(GError) error = NULL;
	struct harness *h = harness_start(&cfg, &error);

	if (!h)
		fail_msg("%s", error->message);
	return h;
}

static bool is_expected(const struct run *r, enum hazard_class c)
{
	if (!r->is_wrong || (r->board->is_coherent && r->program->where == ON_NON_COHERENT))
		return false;
	return c == r->program->class || c == r->program->also;
}

static void expect_hazards(const struct run *r, const struct harness *h,
			   const struct hazard_engine *e)
{
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		bool is_found = hazard_count(e, c) > 0;

		if (c == HAZARD_MAPPING_LEAKED)
			continue;	/* only known at the end */
		if (is_found != is_expected(r, c))
			fail_msg("%s was %sreported", hazard_title(c), is_found ? "" : "not ");
	}
}

static bool is_any_expected(const struct run *r)
{
	return is_expected(r, r->program->class);
}

static struct mock_iommu *put_behind(const struct run *r, struct device *eth)
{
	struct mock_iommu *mmu;

	if (!r->board->iommu)
		return NULL;
	iommu_set_default_type(eth->kernel, r->board->iommu);
	mmu = mock_new(&(struct mock_config){ .defers_flush = true, .is_coherent = true });
	mmu->is_silent = true;
	mock_stand_before(eth);
	return mmu;
}

static void program_is_judged(void **state)
{
	const struct run *r = *state;
	struct harness *h = start(r);
	struct device *eth = harness_device(h, r->board->device);
	struct mock_iommu *mmu = put_behind(r, eth);

	(r->is_wrong ? r->program->wrong : r->program->right)(eth);
	expect_hazards(r, h, harness_hazards(h));
	if (mmu)
		mock_free(mmu);
	assert_int_equal(harness_finish(h), is_any_expected(r));
}

static void name_of_every_class_is_its_own(void **state)
{
	for (unsigned c = 0; c < NR_PROGRAMS; c++) {
		assert_non_null(programs[c].wrong);
		assert_int_equal(programs[c].class, c);
	}
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		assert_true(strlen(hazard_meaning(c)) > 80);
		assert_true(strlen(hazard_info(c)->fix) && strlen(hazard_info(c)->references));
		for (unsigned d = 0; d < c; d++) {
			assert_string_not_equal(hazard_title(c), hazard_title(d));
			assert_string_not_equal(hazard_info(c)->id, hazard_info(d)->id);
		}
	}
}

/*
 * Behind an IOMMU no memory is out of reach; and a process keeps the scattered pages that
 * it counts, unless they came from a contiguous area.
 */
static bool makes_no_sense(const struct program *p, const struct board_case *b)
{
	return b->iommu && (p->class == HAZARD_MAPPING_ERROR_USED ||
			    p->class == HAZARD_FREE_WHILE_USER_MAPPED);
}

static void add(GArray *tests, const struct program *p, const struct board_case *b,
		bool is_wrong)
{
	struct run *r = g_new(struct run, 1);
	bool is_caught;
	struct CMUnitTest t;

	if (makes_no_sense(p, b)) {
		g_free(r);
		return;
	}
	*r = (struct run){ p, b, is_wrong };
	is_caught = is_any_expected(r);
	t = (struct CMUnitTest){
		.name = g_strdup_printf("%s_%s_%s@%s%s", is_wrong ? "wrong" : "right",
					hazard_title(p->class),
					is_caught ? "is_caught" : "is_silent", b->name,
					b->iommu ? "-iommu" : ""),
		.test_func = program_is_judged, .initial_state = r,
	};
	g_array_append_val(tests, t);
}

static void free_test(void *p)
{
	struct CMUnitTest *t = p;

	g_free((char *)(uintptr_t)t->name);
	g_free(t->initial_state);
}

int main(void)
{
	g_autoptr(GArray) tests = g_array_new(FALSE, FALSE, sizeof(struct CMUnitTest));
	struct CMUnitTest names = cmocka_unit_test(name_of_every_class_is_its_own);

	g_array_set_clear_func(tests, free_test);
	for (unsigned c = 0; c < NR_PROGRAMS; c++)
		for (unsigned b = 0; b < G_N_ELEMENTS(boards); b++) {
			add(tests, &programs[c], &boards[b], true);
			add(tests, &programs[c], &boards[b], false);
		}
	names.name = g_strdup(names.name);
	g_array_append_val(tests, names);
	return _cmocka_run_group_tests("hazard programs", (struct CMUnitTest *)tests->data,
				       tests->len, NULL, NULL);
}
