/* SPDX-License-Identifier: MIT */
/*
 * Random programs against a model.
 *
 *   coherent masters and CPUs, no plain    the model is flat memory, whatever the
 *   invalidate                             chooser does
 *   any master, any operation              the model is a naive twin (twin.h), which
 *                                          knows every byte of every line
 *
 * A failure names its seed; the programs are drawn from it and from nothing else.
 */
#include "rig.h"
#include "twin.h"
#include "sim/sim.h"

#include <stdlib.h>

#define NR_PROGRAMS	20u
#define LONG_PROGRAMS	500u		/* with ARMDMA_LONG: six million operations */
#define NR_OPS		2000u
#define AREA		0x8000u		/* bytes in play: several times either cache */
#define MAX_LEN		100u

struct program {
	GRand *rand;
	struct rig *rig;
	guint32 seed;
	unsigned op;
};

static guint32 nr_programs(void)
{
	return getenv("ARMDMA_LONG") ? LONG_PROGRAMS : NR_PROGRAMS;
}

static guint32 below(struct program *p, guint32 n)
{
	return (guint32)g_rand_int_range(p->rand, 0, (gint32)n);
}

static struct cache_geometry small_l1(unsigned line_bytes, enum cache_replacement policy)
{
	return (struct cache_geometry){
		.bytes = 2048, .line_bytes = (uint16_t)line_bytes, .nr_ways = 4,
		.replacement = (uint8_t)policy, .write_allocate = true };
}

static struct cache_geometry small_l2(unsigned line_bytes, enum cache_replacement policy)
{
	return (struct cache_geometry){
		.bytes = 8192, .line_bytes = (uint16_t)line_bytes, .nr_ways = 8,
		.replacement = (uint8_t)policy, .write_allocate = true };
}

static void set_l2(struct board *b, struct cache_geometry g)
{
	b->outer.cache = g;
	for (unsigned i = 0; i < b->cpus->len && !b->outer.path; i++) {
		struct board_cpu *cpu = g_ptr_array_index(b->cpus, i);

		cpu->l2 = g;
	}
}

static struct program *program_new(struct board *b, enum chooser_mode chooser, guint32 seed)
{
	struct program *p = g_new0(struct program, 1);

	p->rand = g_rand_new_with_seed(seed);
	p->seed = seed;
	p->rig = rig_new(b, &(struct machine_config){ .chooser = chooser, .seed = seed });
	maps(p->rig, K, PLAY_PA, AREA, CACHED);
	maps(p->rig, U, PLAY_PA, AREA, UNCACHED);
	maps(p->rig, PL310_VA, FIXTURE_PL310_PA, 0x1000, DEVICE);
	if (b->outer.path)
		pl310_writes(p->rig, 0x100, 1);
	return p;
}

static void program_free(struct program *p)
{
	if (!inner_valid(p->rig->m) || !outer_valid(p->rig->m))
		fail_msg("seed %u: ways and states disagree", p->seed);
	g_rand_free(p->rand);
	rig_free(p->rig);
	g_free(p);
}

static void same(const struct program *p, const char *who, guint32 off, const guint8 *got,
		 const guint8 *want, guint32 len)
{
	for (guint32 i = 0; i < len; i++)
		if (got[i] != want[i])
			fail_msg("seed %u, operation %u: %s read %#x at +%#x, expected %#x",
				 p->seed, p->op, who, got[i], off + i, want[i]);
}

static void random_bytes(struct program *p, guint8 *bytes, guint32 len)
{
	for (guint32 i = 0; i < len; i++)
		bytes[i] = (guint8)below(p, 256);
}

static void loads(struct program *p, guint32 va, guint8 *bytes, guint32 len)
{
	if (below(p, 2)) {
		assert_true(cpu_load(p->rig->cpu, va, bytes, len, NULL));
	} else {
		cpu_before_load(p->rig->cpu, va, len, NULL);
		memcpy(bytes, machine_ptr(p->rig->m, va), len);
	}
}

static void stores(struct program *p, guint32 va, const guint8 *bytes, guint32 len)
{
	if (below(p, 2)) {
		assert_true(cpu_store(p->rig->cpu, va, bytes, len, NULL));
	} else {
		cpu_before_store(p->rig->cpu, va, len, NULL);
		memcpy(machine_ptr(p->rig->m, va), bytes, len);
	}
}

/* ---- flat memory ------------------------------------------------------------- */

/* Another CPU may go on; what this one stored is seen before. */
static void changes_cpu(struct program *p)
{
	struct rig *rig = p->rig;

	if (below(p, 4))
		return;
	cpu_dsb(rig->cpu, BARRIER_ST);
	rig->cpu = machine_cpu(rig->m, below(p, machine_nr_cpus(rig->m)));
}

static void flat_step(struct program *p, guint8 *flat)
{
	guint32 off = below(p, AREA - MAX_LEN), len = 1 + below(p, MAX_LEN);
	guint8 bytes[MAX_LEN] = { 0 };

	changes_cpu(p);
	switch (below(p, 6)) {
	case 0:
		loads(p, K + off, bytes, len);
		same(p, "the CPU", off, bytes, flat + off, len);
		break;
	case 1: case 2:
		random_bytes(p, bytes, len);
		stores(p, K + off, bytes, len);
		memcpy(flat + off, bytes, len);
		break;
	case 3:
		master_read(p->rig->eth, PLAY_PA + off, bytes, len);
		same(p, "the device", off, bytes, flat + off, len);
		break;
	case 4:
		random_bytes(p, bytes, len);
		master_write(p->rig->eth, PLAY_PA + off, bytes, len);
		memcpy(flat + off, bytes, len);
		break;
	default:
		assert_true(cpu_dc_range(p->rig->cpu, below(p, 2) ? DC_CLEAN : DC_CLEAN_INVALIDATE,
					 K + off, len));
	}
}

static void flat_program(enum cache_replacement policy, enum chooser_mode chooser, guint32 seed)
{
	struct board *b = fixture_board_coherent();
	g_autofree guint8 *flat = g_malloc0(AREA);
	g_autofree guint8 *seen = g_malloc(AREA);
	struct program *p;

	fixture_set_l1d(b, small_l1(seed & 1 ? 32 : 64, policy));
	set_l2(b, small_l2(seed & 2 ? 64 : 128, policy));
	p = program_new(b, chooser, seed);
	for (unsigned i = 1; i < machine_nr_cpus(p->rig->m); i++)
		rig_of_cpu(p->rig, i);
	if (seed & 4)
		machine_watch(p->rig->m, PLAY_PA, AREA);
	for (p->op = 0; p->op < NR_OPS; p->op++)
		flat_step(p, flat);
	cpu_dsb(p->rig->cpu, BARRIER_ST);
	assert_true(machine_peek(p->rig->m, VIEW_CPU, PLAY_PA, seen, AREA));
	same(p, "a probe", 0, seen, flat, AREA);
	program_free(p);
}

static void a_coherent_machine_is_flat_memory(void **state)
{
	for (guint32 seed = 0; seed < nr_programs(); seed++)
		flat_program((enum cache_replacement)(seed % NR_CACHE_REPLACEMENTS),
			     CHOOSER_NOMINAL, seed);
}

static void a_coherent_machine_is_flat_memory_whatever_is_speculated(void **state)
{
	for (guint32 seed = 0; seed < nr_programs(); seed++)
		flat_program((enum cache_replacement)(seed % NR_CACHE_REPLACEMENTS),
			     CHOOSER_RANDOM, seed | 4);
}

/* ---- the twin ------------------------------------------------------------------ */

struct pair {
	struct program *p;
	struct twin *twin;
	bool has_outer;
};

static void twin_bytes(struct pair *x, guint32 off, guint8 *bytes, guint32 len, bool is_cached)
{
	for (guint32 i = 0; i < len; i++)
		bytes[i] = is_cached ? twin_load(x->twin, PLAY_PA + off + i)
			: twin_load_uncached(x->twin, PLAY_PA + off + i, x->has_outer);
}

static void load_both(struct pair *x, guint32 off, guint32 len, bool is_cached)
{
	guint8 got[MAX_LEN], want[MAX_LEN];

	twin_bytes(x, off, want, len, is_cached);
	loads(x->p, (is_cached ? K : U) + off, got, len);
	same(x->p, is_cached ? "K" : "U", off, got, want, len);
}

static void store_both(struct pair *x, guint32 off, guint32 len, bool is_cached)
{
	guint8 bytes[MAX_LEN] = { 0 };

	random_bytes(x->p, bytes, len);
	stores(x->p, (is_cached ? K : U) + off, bytes, len);
	for (guint32 i = 0; i < len; i++) {
		if (is_cached)
			twin_store(x->twin, PLAY_PA + off + i, bytes[i]);
		else
			twin_store_uncached(x->twin, PLAY_PA + off + i, bytes[i], x->has_outer);
	}
}

static void dma_both(struct pair *x, guint32 off, guint32 len)
{
	struct master *d = x->p->rig->eth;
	guint8 bytes[MAX_LEN] = { 0 };

	if (below(x->p, 2)) {
		master_read(d, PLAY_PA + off, bytes, len);
		same(x->p, "the device", off, bytes, x->twin->dram + off, len);
	} else {
		random_bytes(x->p, bytes, len);
		master_write(d, PLAY_PA + off, bytes, len);
		memcpy(x->twin->dram + off, bytes, len);
	}
}

/* An operation by address on each level that it reaches, in the hardware's order. */
static void twin_op(struct pair *x, enum dc_op op, guint32 pa, bool is_register)
{
	struct twin *t = x->twin;
	struct twin_cache *first = is_register ? &t->l2 : &t->l1;
	bool has_second = !is_register && !x->has_outer;

	if (op != DC_INVALIDATE)
		twin_clean(t, first, pa);
	if (op != DC_CLEAN)
		twin_invalidate(t, first, pa);
	if (has_second && op != DC_INVALIDATE)
		twin_clean(t, &t->l2, pa);
	if (has_second && op != DC_CLEAN)
		twin_invalidate(t, &t->l2, pa);
}

static void maintain_both(struct pair *x, guint32 off)
{
	static const guint32 reg[] = {
		[DC_CLEAN] = 0x7b0, [DC_INVALIDATE] = 0x770, [DC_CLEAN_INVALIDATE] = 0x7f0,
	};
	enum dc_op op = (enum dc_op)below(x->p, 3);
	bool is_register = x->has_outer && below(x->p, 2);

	if (is_register)
		pl310_writes(x->p->rig, reg[op], PLAY_PA + off);
	else
		assert_true(cpu_dc(x->p->rig->cpu, op, K + off));
	twin_op(x, op, PLAY_PA + off, is_register);
}

static void twin_step(struct pair *x)
{
	guint32 off = below(x->p, AREA - MAX_LEN), len = 1 + below(x->p, MAX_LEN);

	switch (below(x->p, 8)) {
	case 0: case 1:
		load_both(x, off, len, true);
		break;
	case 2: case 3:
		store_both(x, off, len, true);
		break;
	case 4:
		load_both(x, off, len, false);
		break;
	case 5:
		store_both(x, off, len, false);
		break;
	case 6:
		dma_both(x, off, len);
		break;
	default:
		maintain_both(x, off);
	}
}

static void same_counts(struct pair *x)
{
	struct machine_counters c = counts(x->p->rig);

	assert_int_equal(c.level[0].evicted, x->twin->l1.nr_evicted);
	assert_int_equal(c.level[1].evicted, x->twin->l2.nr_evicted);
	assert_int_equal(c.level[0].written_back, x->twin->l1.nr_written_back);
	assert_int_equal(c.level[1].written_back, x->twin->l2.nr_written_back);
}

static void twin_program(struct board *b, unsigned line1, unsigned line2,
			 enum cache_replacement policy, guint32 seed)
{
	struct pair x = { .has_outer = b->outer.path != NULL };
	g_autofree guint8 *seen = g_malloc(AREA);

	fixture_set_l1d(b, small_l1(line1, policy));
	set_l2(b, small_l2(line2, policy));
	x.p = program_new(b, CHOOSER_NOMINAL, seed);
	x.twin = twin_new(small_l1(line1, policy), small_l2(line2, policy), PLAY_PA, AREA);
	if (seed & 1)
		machine_watch(x.p->rig->m, PLAY_PA, AREA);
	for (x.p->op = 0; x.p->op < NR_OPS; x.p->op++)
		twin_step(&x);
	assert_true(machine_peek(x.p->rig->m, VIEW_DRAM, PLAY_PA, seen, AREA));
	same(x.p, "a probe of DRAM", 0, seen, x.twin->dram, AREA);
	same_counts(&x);
	twin_free(x.twin);
	program_free(x.p);
}

static void twin_programs(struct board *(*board_of)(void), unsigned line1, unsigned line2)
{
	for (guint32 seed = 0; seed < nr_programs(); seed++)
		twin_program(board_of(), line1, line2,
			     seed & 2 ? CACHE_LRU : CACHE_ROUND_ROBIN, seed);
}

static void an_integrated_level_2_does_what_the_twin_does(void **state)
{
	twin_programs(fixture_board_a15, 64, 64);
}

static void longer_lines_below_do_what_the_twin_does(void **state)
{
	twin_programs(fixture_board_a15, 64, 128);
}

static void a_pl310_does_what_the_twin_does(void **state)
{
	twin_programs(fixture_board_a9_pl310, 32, 32);
}

static void shorter_lines_below_do_what_the_twin_does(void **state)
{
	twin_programs(fixture_board_a9_pl310, 64, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_coherent_machine_is_flat_memory),
		cmocka_unit_test(a_coherent_machine_is_flat_memory_whatever_is_speculated),
		cmocka_unit_test(an_integrated_level_2_does_what_the_twin_does),
		cmocka_unit_test(longer_lines_below_do_what_the_twin_does),
		cmocka_unit_test(a_pl310_does_what_the_twin_does),
		cmocka_unit_test(shorter_lines_below_do_what_the_twin_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
