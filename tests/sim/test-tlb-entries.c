/* SPDX-License-Identifier: MIT */
/*
 * What TLBs hold: leaves that take the place of others, as many as a part has room for, and
 * all of it against a list. Facts: DDI 0406C, B3.9 "Translation Lookaside Buffers".
 */
#include "story.h"
#include "tlb-rig.h"

#include <string.h>

/* ---- conflicts --------------------------------------------------------------------- */

#define SECTION_VA	0x12300000u
#define SECTION_DESC	(PLAY_PA | 1 << 10 | 0xe | 1 << 12 | 1 << 16)

static void a_leaf_of_another_size_takes_the_place_of_what_it_overlaps(void **state)
{
	struct rig *rig = *state;
	struct story *story = story_new(rig);

	maps(rig, SECTION_VA, PLAY_PA + PAGE, PAGE, CACHED);
	expects_read(rig, SECTION_VA, "two");
	writes_level1(rig, SECTION_VA, SECTION_DESC);		/* not broken before it is made */
	expects_read(rig, SECTION_VA, "two");			/* still held */
	expects_read(rig, SECTION_VA + PAGE, "two");		/* by the section, now */
	expects_read(rig, SECTION_VA, "one");
	assert_int_equal(counts(rig).tlb_conflicts, 1);
	assert_non_null(strstr(story->text->str, "cpu0 tlb-conflict va 0x12300000 4096\n"));
	story_free(story);
}

static uint64_t fills_of(struct rig *rig, uint32_t va)
{
	uint64_t before = counts(rig).tlb_fills;

	touches(rig, va);
	return counts(rig).tlb_fills - before;
}

/* Four leaves of all sizes and places in what a supersection comes to cover. */
static void a_supersection_takes_the_place_of_all_that_it_overlaps(void **state)
{
	static const uint32_t off[] = { 0, 0x17f000, 0x700000, 0xfff000 };
	struct rig *rig = *state;
	uint32_t va = 0x13000000, leaf_pa = PLAY_PA + 2 * PAGE;

	for (unsigned i = 0; i < G_N_ELEMENTS(off); i++) {
		if (off[i] & 0xfffff || !off[i])
			maps(rig, va + off[i], leaf_pa, PAGE, CACHED);
		else
			writes_level1(rig, va + off[i], SECTION_DESC + 0x100000);
		touches(rig, va + off[i]);
	}
	for (unsigned i = 0; i < 16; i++)
		writes_level1(rig, va + i * 0x100000, FIXTURE_DRAM_PA | 1 << 18 | 1 << 10 | 0xe |
						      1 << 12 | 1 << 16);
	expects_read(rig, va + 0x101000, "two");
	assert_int_equal(counts(rig).tlb_conflicts, 4);
	for (unsigned i = 0; i < G_N_ELEMENTS(off); i++)
		assert_int_equal(fills_of(rig, va + off[i]), 0);
}

static void a_page_within_a_held_section_makes_no_conflict(void **state)
{
	struct rig *rig = *state;

	writes_level1(rig, SECTION_VA, SECTION_DESC);
	expects_read(rig, SECTION_VA, "one");
	writes_level1(rig, SECTION_VA, 0);
	maps(rig, SECTION_VA, PLAY_PA + PAGE, PAGE, CACHED);
	expects_read(rig, SECTION_VA, "one");
	cpu_tlbi(rig->cpu, TLBI_MVA, SECTION_VA + 0x3000);
	expects_read(rig, SECTION_VA, "two");
	assert_int_equal(counts(rig).tlb_conflicts, 0);
}

static void a_global_leaf_conflicts_with_any_address_spaces(void **state)
{
	struct rig *rig = *state;

	holds_in_space(rig, 1, 0, "one");
	enters_space(rig, 2);
	maps(rig, K, PLAY_PA + PAGE, PAGE, CACHED);
	expects_read(rig, K, "two");
	assert_int_equal(counts(rig).tlb_conflicts, 1);
	enters_space(rig, 1);
	expects_read(rig, K, "two");
}

static void entries_of_different_spaces_do_not_conflict(void **state)
{
	struct rig *rig = *state;

	for (unsigned asid = 1; asid < 4; asid++)
		holds_in_space(rig, asid, 0, "one");
	assert_int_equal(counts(rig).tlb_conflicts, 0);
}

/* ---- real capacities ------------------------------------------------------------------- */

static void has_two_sets_of_two(struct core_part *part)
{
	part->tlb = (struct tlb_shape){ .nr_entries = 4, .nr_ways = 2 };
}

static void has_three_entries(struct core_part *part)
{
	part->tlb = (struct tlb_shape){ .nr_entries = 3 };
}

static void a_set_holds_as_many_as_it_has_ways(void **state)
{
	struct rig *rig = rig_altered(TLB_REAL, has_two_sets_of_two);

	touches(rig, K);			/* set 0 */
	touches(rig, K + 2 * PAGE);		/* set 0 */
	touches(rig, K + PAGE);			/* set 1 */
	assert_int_equal(counts(rig).tlb_evictions, 0);
	touches(rig, K);			/* a hit makes it no younger */
	touches(rig, K + 4 * PAGE);		/* set 0: the oldest, K, leaves */
	assert_int_equal(counts(rig).tlb_evictions, 1);
	assert_int_equal(fills_of(rig, K + 2 * PAGE), 0);
	assert_int_equal(fills_of(rig, K + PAGE), 0);
	assert_int_equal(fills_of(rig, K), 1);
	assert_int_equal(fills_of(rig, K + 2 * PAGE), 1);
	rig_free(rig);
}

static void a_fully_associative_tlb_holds_its_entries(void **state)
{
	struct rig *rig = rig_altered(TLB_REAL, has_three_entries);

	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fills_of(rig, K + 8 * i * PAGE), 1);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fills_of(rig, K + 8 * i * PAGE), 0);
	assert_int_equal(fills_of(rig, K + 50 * PAGE), 1);
	assert_int_equal(fills_of(rig, K + 8 * PAGE), 0);
	assert_int_equal(fills_of(rig, K), 1);
	assert_int_equal(counts(rig).tlb_evictions, 2);
	rig_free(rig);
}

static void what_was_evicted_is_seen_afresh_by_the_window_too(void **state)
{
	struct rig *rig = rig_altered(TLB_REAL, has_three_entries);

	device_writes(rig, PLAY_PA, "one");
	device_writes(rig, PLAY_PA + PAGE, "two");
	expects_native(rig, K, "one");
	maps(rig, K, PLAY_PA + PAGE, PAGE, CACHED);
	expects_native(rig, K, "one");
	assert_non_null(shown_state(rig));
	for (unsigned i = 1; i < 4; i++)
		touches(rig, K + i * PAGE);
	assert_null(shown_state(rig));			/* so the hooks let nothing pass */
	expects_native(rig, K, "two");
	rig_free(rig);
}

static void an_invalidation_makes_room(void **state)
{
	struct rig *rig = rig_altered(TLB_REAL, has_three_entries);

	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 0; i < 3; i++)
			touches(rig, K + i * PAGE);
		cpu_tlbi(rig->cpu, TLBI_MVA, K + round % 3 * PAGE);
	}
	assert_int_equal(counts(rig).tlb_evictions, 0);
	rig_free(rig);
}

static void an_unbounded_tlb_evicts_nothing(void **state)
{
	struct rig *rig = rig_altered(TLB_UNBOUNDED, has_three_entries);

	for (unsigned i = 0; i < 2 * 64; i++)
		touches(rig, K + i % 64 * PAGE);
	assert_int_equal(counts(rig).tlb_evictions, 0);
	assert_int_equal(counts(rig).tlb_fills, 64);
	rig_free(rig);
}

/* A plain store of many pages, through a TLB that cannot hold them at once. */
static void a_long_store_survives_a_short_tlb(void **state)
{
	struct rig *rig = rig_altered(TLB_REAL, has_three_entries);
	char want[6 * PAGE], got[6 * PAGE];

	memset(want, 'x', sizeof(want));
	cpu_before_store(rig->cpu, K + 8, sizeof(want), NULL);
	memcpy(machine_ptr(rig->m, K + 8), want, sizeof(want));
	assert_true(cpu_load(rig->cpu, K + 8, got, sizeof(got), NULL));
	assert_memory_equal(got, want, sizeof(want));
	rig_free(rig);
}

/* ---- against a list --------------------------------------------------------------------- */

/*
 * The same TLB written down as a list, and the tables as an array of what they map: every
 * access must be translated as the list says.
 */
#define NR_MIBS		4u		/* of virtual addresses, from SECTION_VA on */
#define NR_ASIDS	4u

struct list_entry {
	uint32_t va, len;
	uint32_t pa;
	unsigned asid;
	bool is_global;
};

struct list {
	struct list_entry e[4096];
	size_t nr;
};

/* What one page of the tables maps now: @len 0 nothing. */
struct mapped {
	uint32_t pa, len;
	bool is_global;
};

struct trial {
	struct rig *rig[2];			/* one CPU each */
	struct list list[2];
	struct mapped map[2][NR_MIBS][256];
	uint32_t table_pa[2][NR_MIBS];		/* second level */
	unsigned asid[2];
	GRand *rand;
};

static uint32_t any(struct trial *t, uint32_t below)
{
	return (uint32_t)g_rand_int_range(t->rand, 0, (gint32)below);
}

static void drops(struct list *l, uint32_t va, uint32_t len, bool any_asid, bool global,
		  int asid)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->nr; i++) {
		struct list_entry e = l->e[i];
		bool is_in = e.va < va + len && va < e.va + e.len;
		bool is_meant = any_asid || (e.is_global ? global : (int)e.asid == asid);

		if (!is_in || !is_meant)
			l->e[kept++] = e;
	}
	l->nr = kept;
}

static const struct list_entry *lookup(const struct list *l, uint32_t va, unsigned asid)
{
	for (size_t i = 0; i < l->nr; i++)
		if (va - l->e[i].va < l->e[i].len && (l->e[i].is_global || l->e[i].asid == asid))
			return &l->e[i];
	return NULL;
}

/* What an access should find; false: nothing is there. */
static bool expected(struct trial *t, unsigned cpu, uint32_t va, uint32_t *ret_pa)
{
	struct list *l = &t->list[cpu];
	const struct list_entry *held = lookup(l, va, t->asid[cpu]);
	const struct mapped *p = &t->map[cpu][(va - SECTION_VA) / MIB][va / PAGE % 256];
	struct list_entry e;

	if (!held) {
		if (!p->len)
			return false;
		e = (struct list_entry){ .va = va & ~(p->len - 1), .len = p->len, .pa = p->pa,
					 .asid = t->asid[cpu], .is_global = p->is_global };
		drops(l, e.va, e.len, e.is_global, true, (int)e.asid);
		assert_true(l->nr < G_N_ELEMENTS(l->e));
		l->e[l->nr++] = e;
		held = &l->e[l->nr - 1];
	}
	*ret_pa = held->pa + (va - held->va);
	return true;
}

static void accesses(struct trial *t, unsigned cpu)
{
	uint32_t va = SECTION_VA + any(t, NR_MIBS * 256) * PAGE + 4 * any(t, 1024);
	uint32_t pa = 0, word = 0;
	bool is_there = expected(t, cpu, va, &pa);
	uint64_t want = 0;

	if (!is_there) {
		assert_false(cpu_load(t->rig[cpu]->cpu, va, &word, 4, NULL));
		return;
	}
	machine_peek(t->rig[0]->m, VIEW_DRAM, pa & ~(PAGE - 1), &want, 4);
	va &= ~(PAGE - 1);
	if (any(t, 2)) {
		cpu_before_load(t->rig[cpu]->cpu, va, 4, NULL);
		word = *(volatile uint32_t *)machine_ptr(t->rig[0]->m, va);
	} else {
		assert_true(cpu_load(t->rig[cpu]->cpu, va, &word, 4, NULL));
	}
	assert_int_equal(word, want);
	assert_int_equal(word, pa & ~(PAGE - 1));
}

static void makes_page_table(struct trial *t, unsigned cpu, unsigned mib)
{
	static const uint32_t empty[256];

	master_write(t->rig[cpu]->debug, t->table_pa[cpu][mib], empty, sizeof(empty));
	writes_level1(t->rig[cpu], SECTION_VA + mib * MIB, t->table_pa[cpu][mib] | 1);
	memset(t->map[cpu][mib], 0, sizeof(t->map[cpu][mib]));
}

static void maps_section(struct trial *t, unsigned cpu, unsigned mib, struct mapped p)
{
	writes_level1(t->rig[cpu], SECTION_VA + mib * MIB, p.pa | 2 | 1 << 2 | 1 << 10 | 1 << 16 |
							   (p.is_global ? 0 : 1 << 17));
	for (unsigned i = 0; i < 256; i++)
		t->map[cpu][mib][i] = p;
}

static void maps_page(struct trial *t, unsigned cpu, uint32_t va, struct mapped p)
{
	uint32_t kind = p.len == PAGE ? 2 : 1;

	writes_level2(t->rig[cpu], va, !p.len ? 0 : p.pa | kind | 1 << 2 | 1 << 4 | 1 << 10 |
						    (p.is_global ? 0 : 1 << 11));
	t->map[cpu][(va - SECTION_VA) / MIB][va / PAGE % 256] = p;
}

/* A page, sixteen of them, or a section, of any frame that is aligned to it. */
static void remaps(struct trial *t, unsigned cpu)
{
	static const uint32_t lens[] = { PAGE, PAGE, 16 * PAGE, MIB };
	uint32_t mib = any(t, NR_MIBS), len = lens[any(t, 4)];
	uint32_t va = SECTION_VA + mib * MIB + (any(t, MIB) & ~(len - 1));
	struct mapped p = {
		.pa = PLAY_PA + (any(t, 4 * MIB) & ~(len - 1)), .len = len,
		.is_global = any(t, 2),
	};

	if (len == MIB) {
		maps_section(t, cpu, mib, p);
		return;
	}
	if (t->map[cpu][mib][0].len == MIB)
		makes_page_table(t, cpu, mib);
	/* A large page goes as a whole, for its sixteen descriptors must be alike. */
	for (uint32_t i = 0; i < 16; i++)
		if (len > PAGE || t->map[cpu][mib][va / PAGE % 256 & ~15u].len > PAGE)
			maps_page(t, cpu, (va & ~0xffffu) + i * PAGE, (struct mapped){ 0 });
	if (!any(t, 8))
		return;
	for (uint32_t i = 0; i < len / PAGE; i++)
		maps_page(t, cpu, va + i * PAGE, p);
}

static void invalidates_some(struct trial *t, unsigned cpu)
{
	static const enum tlbi_op ops[] = {
		TLBI_MVA, TLBI_MVAA, TLBI_ASID, TLBI_MVA_IS, TLBI_MVAA_IS, TLBI_ASID_IS,
		TLBI_ALL, TLBI_ALL_IS, TLBI_I_MVA, TLBI_D_MVA, TLBI_I_ASID, TLBI_D_ASID,
	};
	enum tlbi_op op = ops[any(t, any(t, 8) ? 6 : 12)];	/* seldom everything */
	uint32_t va = SECTION_VA + any(t, NR_MIBS * 256) * PAGE;
	unsigned asid = any(t, NR_ASIDS);
	bool is_broadcast = op >= TLBI_ALL_IS && op <= TLBI_MVAA_IS;

	cpu_tlbi(t->rig[cpu]->cpu, op, va | asid);
	for (unsigned i = 0; i < 2; i++) {
		struct list *l = &t->list[i];

		if (i != cpu && !is_broadcast)
			continue;
		switch (op) {
		case TLBI_ALL: case TLBI_ALL_IS:
			l->nr = 0;
			break;
		case TLBI_ASID: case TLBI_ASID_IS: case TLBI_I_ASID: case TLBI_D_ASID:
			drops(l, SECTION_VA, NR_MIBS * MIB, false, false, (int)asid);
			break;
		case TLBI_MVAA: case TLBI_MVAA_IS:
			drops(l, va, PAGE, true, true, 0);
			break;
		default:
			drops(l, va, PAGE, false, true, (int)asid);
		}
	}
}

static void steps(struct trial *t)
{
	unsigned cpu = any(t, 2), what = any(t, 32);

	if (what == 0) {
		t->asid[cpu] = any(t, NR_ASIDS);
		enters_space(t->rig[cpu], t->asid[cpu]);
	} else if (what < 4) {
		remaps(t, cpu);
	} else if (what < 6) {
		invalidates_some(t, cpu);
	} else {
		accesses(t, cpu);
	}
}

static void a_list_translates_alike(void **state)
{
	struct pair *p = *state;
	struct trial *t = g_new0(struct trial, 1);

	for (uint32_t pa = PLAY_PA; pa < PLAY_PA + 5 * MIB; pa += PAGE)
		assert_int_equal(master_write(p->first->debug, pa, &pa, 4).kind, MASTER_OK);
	t->rig[0] = p->first;
	t->rig[1] = &p->second;
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		for (unsigned mib = 0; mib < NR_MIBS; mib++) {
			t->table_pa[cpu][mib] = t->rig[cpu]->table_pa + 0x60000 + mib * 0x400;
			makes_page_table(t, cpu, mib);
		}
	}
	for (uint32_t seed = 0; seed < 20; seed++) {
		t->rand = g_rand_new_with_seed(seed);
		for (unsigned i = 0; i < 3000; i++)
			steps(t);
		g_rand_free(t->rand);
	}
	assert_true(counts(p->first).tlb_conflicts > 100);
	g_free(t);
}

/* A section of which only the upper half is memory. */
static void the_window_ends_where_the_bank_begins(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct board_bank *bank = &g_array_index(b->banks, struct board_bank, 0);
	struct rig *rig;

	bank->pa += 0x80000;
	bank->len -= 0x80000;
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	writes_level1(rig, SECTION_VA, FIXTURE_DRAM_PA | 1 << 10 | 0xe | 1 << 12 | 1 << 16);
	device_writes(rig, FIXTURE_DRAM_PA + 0x80000, "first");
	device_writes(rig, FIXTURE_DRAM_PA + 0xff000, "last");
	expects_native(rig, SECTION_VA + 0xff000, "last");
	expects_native(rig, SECTION_VA + 0x80000, "first");
	expects_fault(rig, SECTION_VA + 0x7f000, false, FAULT_EXTERNAL, 0x008);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_leaf_of_another_size_takes_the_place_of_what_it_overlaps),
		test(a_supersection_takes_the_place_of_all_that_it_overlaps),
		test(a_page_within_a_held_section_makes_no_conflict),
		test(a_global_leaf_conflicts_with_any_address_spaces),
		test(entries_of_different_spaces_do_not_conflict),
		cmocka_unit_test(a_set_holds_as_many_as_it_has_ways),
		cmocka_unit_test(a_fully_associative_tlb_holds_its_entries),
		cmocka_unit_test(what_was_evicted_is_seen_afresh_by_the_window_too),
		cmocka_unit_test(an_invalidation_makes_room),
		cmocka_unit_test(an_unbounded_tlb_evicts_nothing),
		cmocka_unit_test(a_long_store_survives_a_short_tlb),
		pair_test(a_list_translates_alike),
		cmocka_unit_test(the_window_ends_where_the_bank_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
