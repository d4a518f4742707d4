/* SPDX-License-Identifier: MIT */
/*
 * Witnesses: of a few events on one line the shortest schedule that makes the last of them
 * go wrong, which a second machine then confirms; or none, where there is none. The
 * timelines T1 to T4 of two mappings that disagree are among them.
 */
#include "rig.h"

#include <glib.h>
#include <string.h>

#include "lib/hazard/may/witness.h"

#define LINE	32u

struct bench {
	struct rig *rig;
	struct may_sets *sets;
	struct may_line *line;
	uint32_t nr;
};

static struct bench bench_of(struct rig *rig)
{
	struct cache_rules r = machine_cache_rules(rig->m);
	struct bench b = { .rig = rig, .sets = may_sets_new(&r, 1000) };
	uint8_t zero[LINE] = { 0 };

	b.line = may_line_new(PLAY_PA, LINE);
	may_line_version(b.line, zero, 0);
	b.line->va = K;
	return b;
}

static void bench_done(struct bench *b)
{
	may_line_free(b->line);
	may_sets_free(b->sets);
	rig_free(b->rig);
}

/* ---- events: the same in both words, since only the first byte matters ---------------- */

static struct mem_attrs attrs_of(bool is_cached)
{
	enum cacheability c = is_cached ? CACHE_WBWA : CACHE_NONE;

	return (struct mem_attrs){ MEM_NORMAL, (uint8_t)c, (uint8_t)c, true, false };
}

static struct observe_path path_of(const struct bench *b, bool is_cached)
{
	bool has_l2 = may_sets_rules(b->sets)->l2_line_bytes;
	bool looks_up = has_l2 && !b->rig->board->outer.shared_override &&
			b->rig->board->outer.cache.bytes;

	return (struct observe_path){
		.is_inner = is_cached, .is_shareable = true,
		.below = is_cached ? (has_l2 ? BELOW_WRITE_ALLOCATE : BELOW_BYPASSED)
				   : looks_up ? BELOW_LOOKED_UP : BELOW_BYPASSED,
	};
}

static void happens(struct bench *b, enum may_verb verb, struct observe_path path,
		    struct may_op op, uint8_t value)
{
	bool is_cpu = verb != MAY_DEVICE_READ && verb != MAY_DEVICE_WRITE;
	struct may_event ev = {
		.op = op, .attrs = attrs_of(path.is_inner), .len = verb == MAY_MAINTAIN ? LINE : 1,
		.nr = ++b->nr, .va = K, .cpu = is_cpu ? b->rig->cpu : NULL,
		.master = is_cpu ? NULL : b->rig->eth, .can_fill = true,
	};

	ev.op.verb = (uint8_t)verb;
	ev.op.path = path;
	ev.op.below = path_of(b, true).below;
	may_line_remember(b->line, ev,
			  verb == MAY_STORE || verb == MAY_DEVICE_WRITE ? &value : NULL);
}

static void stores(struct bench *b, bool is_cached, uint8_t value)
{
	happens(b, MAY_STORE, path_of(b, is_cached), (struct may_op){ 0 }, value);
}

static void loads(struct bench *b, bool is_cached)
{
	happens(b, MAY_LOAD, path_of(b, is_cached), (struct may_op){ 0 }, 0);
}

static void device_stores(struct bench *b, uint8_t value)
{
	happens(b, MAY_DEVICE_WRITE, (struct observe_path){ .is_shareable = true },
		(struct may_op){ 0 }, value);
}

static void device_loads(struct bench *b)
{
	happens(b, MAY_DEVICE_READ, (struct observe_path){ .is_shareable = true },
		(struct may_op){ 0 }, 0);
}

static void maintains(struct bench *b, enum dc_op op, unsigned levels)
{
	happens(b, MAY_MAINTAIN, path_of(b, true),
		(struct may_op){ .op = (uint8_t)op, .levels = (uint8_t)levels }, 0);
}

/* The read that came last should have seen @right; @text: how it comes to see @wrong. */
static void expects_witness(struct bench *b, uint8_t right, const char *text, uint8_t wrong)
{
	uint8_t mask = 0xff;
	struct may_witness *w = may_witness_find(b->sets, b->line,
						 (struct may_wanted){ &right, &mask });
	g_autofree char *got = w ? may_witness_text(b->line, w) : g_strdup("none");
	g_autofree char *want = g_strdup_printf(text, (unsigned)PLAY_PA, (unsigned)PLAY_PA);

	assert_string_equal(got, want);
	if (w) {
		assert_int_equal(w->seen[0], wrong);
		assert_true(may_witness_holds(b->rig->m, b->line, w));
	}
	may_witness_free(w);
	bench_done(b);
}

static struct rig *rig_without_l2(void)
{
	struct rig *rig = rig_a9();

	pl310_writes(rig, 0x100, 0);
	return rig;
}

static struct rig *rig_overriding(void)
{
	struct board *b = fixture_board_a9_pl310();
	struct rig *rig;

	b->outer.shared_override = true;
	rig = rig_new(b, &(struct machine_config){ .gear = GEAR_EXACT });
	maps(rig, PL310_VA, FIXTURE_PL310_PA, 0x1000, DEVICE);
	pl310_writes(rig, 0x100, 1);
	return rig;
}

/* ---- T1 to T4 ------------------------------------------------------------------------ */

static void t1_the_cached_alias_may_be_older_than_memory(void **state)
{
	struct bench b = bench_of(rig_without_l2());

	stores(&b, false, 1);
	device_stores(&b, 2);
	loads(&b, true);
	expects_witness(&b, 2, "fill 0x%x@2", 1);
}

static void t2_a_dirty_line_may_go_over_an_uncached_store(void **state)
{
	struct bench b = bench_of(rig_without_l2());

	stores(&b, true, 1);
	stores(&b, false, 2);
	loads(&b, false);
	expects_witness(&b, 2, "evict 0x%x@3", 1);
}

static void t3_a_dirty_line_may_go_over_what_the_device_wrote(void **state)
{
	struct bench b = bench_of(rig_without_l2());

	stores(&b, true, 1);
	device_stores(&b, 2);
	loads(&b, false);
	expects_witness(&b, 2, "evict 0x%x@3", 1);
}

static void t3_needs_one_eviction_more_with_level_2(void **state)
{
	struct bench b = bench_of(rig_overriding());

	stores(&b, true, 1);
	device_stores(&b, 2);
	device_loads(&b);
	expects_witness(&b, 2, "evict 0x%x@3, evict2 0x%x@3", 1);
}

static void t4_a_pl310_may_answer_an_uncached_read_from_a_stale_line(void **state)
{
	struct bench b = bench_of(rig_a9());

	stores(&b, false, 1);
	device_stores(&b, 2);
	loads(&b, false);
	expects_witness(&b, 2, "fill 0x%x@2", 1);
}

static void t4_has_no_witness_where_bit_22_is_set(void **state)
{
	struct bench b = bench_of(rig_overriding());

	stores(&b, false, 1);
	device_stores(&b, 2);
	loads(&b, false);
	expects_witness(&b, 2, "none", 0);
}

/* ---- maintenance ------------------------------------------------------------------------ */

static void an_invalidate_before_dma_alone_is_not_enough(void **state)
{
	struct bench b = bench_of(rig_overriding());

	maintains(&b, DC_INVALIDATE, LEVEL_1);
	maintains(&b, DC_INVALIDATE, LEVEL_2);
	device_stores(&b, 2);
	loads(&b, true);
	expects_witness(&b, 2, "fill 0x%x@3", 0);
}

static void an_invalidate_from_the_inner_level_on_leaves_a_way(void **state)
{
	struct bench b = bench_of(rig_overriding());

	device_stores(&b, 2);
	maintains(&b, DC_INVALIDATE, LEVEL_1);
	maintains(&b, DC_INVALIDATE, LEVEL_2);
	loads(&b, true);
	expects_witness(&b, 2, "fill 0x%x@1, fill 0x%x@3", 0);
}

static void an_invalidate_from_the_outer_level_on_leaves_none(void **state)
{
	struct bench b = bench_of(rig_overriding());

	device_stores(&b, 2);
	maintains(&b, DC_INVALIDATE, LEVEL_2);
	maintains(&b, DC_INVALIDATE, LEVEL_1);
	loads(&b, true);
	expects_witness(&b, 2, "none", 0);
}

static void a_clean_of_level_1_alone_does_not_reach_the_device(void **state)
{
	struct bench b = bench_of(rig_overriding());

	stores(&b, true, 1);
	maintains(&b, DC_CLEAN, LEVEL_1);
	device_loads(&b);
	expects_witness(&b, 1, "", 0);
}

static void a_read_that_must_be_right_bars_the_way(void **state)
{
	struct bench b = bench_of(rig_without_l2());
	uint8_t one = 1, mask = 0xff;

	stores(&b, false, 1);
	loads(&b, true);
	may_line_must_see(b.line, &one, &mask, 1);
	device_stores(&b, 2);
	loads(&b, true);
	expects_witness(&b, 2, "", 1);		/* the load itself brought it in */
}

/* ---- a schedule on the machine itself ------------------------------------------------- */

static void what_the_witness_says_a_script_repeats(void **state)
{
	g_autoptr(machine_script) script = machine_script_parse("evict 0x80100000@3", NULL);
	struct rig *rig = rig_a9_with(GEAR_EXACT, CHOOSER_NOMINAL, 0);
	struct rig *again;
	struct bench b;

	pl310_writes(rig, 0x100, 0);
	b = bench_of(rig);
	stores(&b, true, 'o');
	device_stores(&b, 'd');
	loads(&b, false);
	expects_witness(&b, 'd', "evict 0x%x@3", 'o');

	again = rig_new(fixture_board_a9_pl310(), &(struct machine_config){
		.gear = GEAR_EXACT, .chooser = CHOOSER_SCRIPT, .script = script });
	maps(again, K, PLAY_PA, 0x1000, CACHED);
	maps(again, U, PLAY_PA, 0x1000, UNCACHED);
	machine_watch(again->m, PLAY_PA, LINE);
	writes(again, K, "o");
	device_writes(again, PLAY_PA, "d");
	expects_read(again, U, "o");
	rig_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t1_the_cached_alias_may_be_older_than_memory),
		cmocka_unit_test(t2_a_dirty_line_may_go_over_an_uncached_store),
		cmocka_unit_test(t3_a_dirty_line_may_go_over_what_the_device_wrote),
		cmocka_unit_test(t3_needs_one_eviction_more_with_level_2),
		cmocka_unit_test(t4_a_pl310_may_answer_an_uncached_read_from_a_stale_line),
		cmocka_unit_test(t4_has_no_witness_where_bit_22_is_set),
		cmocka_unit_test(an_invalidate_before_dma_alone_is_not_enough),
		cmocka_unit_test(an_invalidate_from_the_inner_level_on_leaves_a_way),
		cmocka_unit_test(an_invalidate_from_the_outer_level_on_leaves_none),
		cmocka_unit_test(a_clean_of_level_1_alone_does_not_reach_the_device),
		cmocka_unit_test(a_read_that_must_be_right_bars_the_way),
		cmocka_unit_test(what_the_witness_says_a_script_repeats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
