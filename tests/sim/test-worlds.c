/* SPDX-License-Identifier: MIT */
/*
 * Random programs on machines of every kind, against every world that could be
 * (worlds.h): one or two CPUs, cacheable, uncached and changing mappings of the same
 * memory, maintenance by CP15 and by registers, DMA. Under every chooser.
 *
 *   ARMDMA_LONG    millions of steps
 *
 * A failure names its program's seed and step.
 */
#include "rig.h"
#include "worlds.h"
#include "sim/sim.h"

#include <stdlib.h>

#define K2		0x48001000u	/* the same memory, a page further in the index */
#define NR_LINES	24u
#define NR_SEEDS	3u
#define NR_STEPS	2500u
#define LONG_SEEDS	10u
#define LONG_STEPS	20000u
#define MAX_LEN		8u
#define NR_NOTES	12u

/* A kind of machine. */
struct kind {
	struct board *(*board)(void);
	unsigned line_bytes;
	bool is_coherent_master;
	struct worlds_shape shape;
	uint8_t indexing;		/* enum cache_indexing, of L1D */
	bool is_override;		/* PL310: uncached accesses pass it by */
	bool is_private;		/* mapped as not shareable: CPUs are not coherent */
};

/* What happened to a line. */
struct note {
	unsigned step;
	const char *what;
	unsigned cpu, view;
	int value;			/* of the followed byte; -1: not of it */
};

struct program {
	const struct kind *kind;
	struct rig *rig;
	struct core_part part;		/* the board's, changed */
	struct worlds *worlds;
	struct master *coherent;
	GRand *rand;
	guint32 seed;
	unsigned step;
	bool is_k2_uncached;
	struct note notes[NR_LINES][NR_NOTES];	/* the last of each line, a ring */
	unsigned nr_notes[NR_LINES];
	guint64 nr_certain, nr_asked, nr_lost;
};

static guint32 below(struct program *p, guint32 n)
{
	return (guint32)g_rand_int_range(p->rand, 0, (gint32)n);
}

/* ---- machines ------------------------------------------------------------------ */

static struct cache_geometry geometry(const struct kind *k, unsigned bytes, unsigned ways)
{
	return (struct cache_geometry){
		.bytes = bytes, .line_bytes = (uint16_t)k->line_bytes, .nr_ways = (uint8_t)ways,
		.replacement = CACHE_PSEUDO_RANDOM, .write_allocate = k->shape.allocates_on_store,
	};
}

/* Two pages a way, so that a virtual index has two colours. */
static struct board *board_of(struct program *p)
{
	const struct kind *k = p->kind;
	struct board *b = k->board();
	struct board_cpu *first = g_ptr_array_index(b->cpus, 0);
	bool is_aliasing = k->indexing != INDEX_PIPT;

	p->part = *first->part;
	p->part.is_mp = k->shape.nr_cpus > 1;
	p->part.l1d_indexing = k->indexing;
	if (k->shape.is_exclusive && k->shape.l2 == WORLDS_L2_CP15)
		p->part.l2_inclusion = L2_EXCLUSIVE;
	if (k->shape.nr_cpus == 1)
		g_ptr_array_set_size(b->cpus, 1);
	for (unsigned i = 0; i < b->cpus->len; i++) {
		struct board_cpu *cpu = g_ptr_array_index(b->cpus, i);

		cpu->part = &p->part;
		cpu->l1d = geometry(k, is_aliasing ? 16384 : 16 * k->line_bytes, 2);
		cpu->l2 = k->shape.l2 == WORLDS_L2_CP15 ? geometry(k, 32 * k->line_bytes, 4)
							 : (struct cache_geometry){ 0 };
	}
	if (k->shape.l2 == WORLDS_L2_REGISTERS)
		b->outer.cache = geometry(k, 32 * k->line_bytes, 4);
	b->outer.shared_override = k->is_override;
	return b;
}

static enum mapping cached(const struct kind *k)
{
	return k->is_private ? CACHED | NOT_SHAREABLE : CACHED;
}

/* The exclusive mode takes both sides: aux bit 12, and EXCL of each CPU's ACTLR. */
static void turn_on_pl310(struct program *p)
{
	struct rig *rig = p->rig;

	maps(rig, PL310_VA, FIXTURE_PL310_PA, 0x1000, DEVICE);
	for (unsigned i = 0; i < p->kind->shape.nr_cpus && p->kind->shape.is_exclusive; i++) {
		struct cpu *c = machine_cpu(rig->m, i);

		cpu_cp15_write(c, CP15_ACTLR, cpu_cp15_read(c, CP15_ACTLR) | 1u << 7);
	}
	if (p->kind->shape.is_exclusive)
		pl310_writes(rig, 0x104, pl310_reads(rig, 0x104) | PL310_AUX_EXCLUSIVE);
	pl310_writes(rig, 0x100, 1);
}

static guint32 area(const struct program *p)
{
	return NR_LINES * p->kind->line_bytes;
}

static void program_init(struct program *p, const struct kind *k, enum chooser_mode chooser,
			 guint32 seed)
{
	struct worlds_shape shape = k->shape;

	*p = (struct program){ .kind = k, .seed = seed, .rand = g_rand_new_with_seed(seed) };
	p->rig = rig_new(board_of(p), &(struct machine_config){ .chooser = chooser, .seed = seed });
	for (unsigned i = 1; i < k->shape.nr_cpus; i++)
		rig_of_cpu(p->rig, i);
	maps(p->rig, K, PLAY_PA, area(p), cached(k));
	maps(p->rig, K2, PLAY_PA, area(p), cached(k));
	maps(p->rig, U, PLAY_PA, area(p), UNCACHED);
	if (shape.l2 == WORLDS_L2_REGISTERS)
		turn_on_pl310(p);
	if (k->is_coherent_master)
		p->coherent = master_new(p->rig->m, &(struct master_config){
			.name = "snoops", .is_coherent = true });
	machine_watch(p->rig->m, PLAY_PA, area(p));
	shape.is_buffered = chooser != CHOOSER_NOMINAL;
	p->worlds = worlds_new(&shape, NR_LINES);
}

static void program_done(struct program *p)
{
	if (!inner_valid(p->rig->m) || !outer_valid(p->rig->m))
		fail_msg("seed %u: ways and states disagree", p->seed);
	worlds_free(p->worlds);
	g_rand_free(p->rand);
	rig_free(p->rig);
}

/* ---- what a step is about -------------------------------------------------------- */

/* Some bytes of a line, which may or may not hold the one that is followed. */
struct spot {
	unsigned line;
	guint32 off;			/* of the first byte, in the area */
	guint32 len;
	int probe;			/* index of the followed byte in them, or -1 */
	uint8_t bytes[MAX_LEN];
};

static struct spot draw_spot(struct program *p)
{
	unsigned line_bytes = p->kind->line_bytes;
	unsigned line = below(p, NR_LINES), in_line = below(p, line_bytes - MAX_LEN);
	guint32 probe = line * 7 % line_bytes;
	struct spot s = { .line = line, .len = 1 + below(p, MAX_LEN), .probe = -1 };

	if (below(p, 4))		/* mostly about the one */
		in_line = MIN(probe, line_bytes - MAX_LEN);
	s.off = line * line_bytes + in_line;
	if (probe - in_line < s.len)
		s.probe = (int)(probe - in_line);
	for (guint32 i = 0; i < s.len; i++)
		s.bytes[i] = (uint8_t)below(p, 256);
	return s;
}

static const uint8_t *stored(const struct spot *s)
{
	return s->probe < 0 ? NULL : &s->bytes[s->probe];
}

static void note(struct program *p, const struct spot *s, const char *what, struct worlds_who who)
{
	p->notes[s->line][p->nr_notes[s->line]++ % NR_NOTES] = (struct note){
		.step = p->step, .what = what, .cpu = who.cpu, .view = who.view,
		.value = s->probe < 0 ? -1 : s->bytes[s->probe],
	};
}

static char *story(const struct program *p, unsigned line)
{
	unsigned nr = p->nr_notes[line];
	GString *text = g_string_new(NULL);

	for (unsigned i = nr > NR_NOTES ? nr - NR_NOTES : 0; i < nr; i++) {
		const struct note *n = &p->notes[line][i % NR_NOTES];

		g_string_append_printf(text, "\n    step %u: %s, cpu %u, view %u", n->step,
				       n->what, n->cpu, n->view);
		if (n->value >= 0)
			g_string_append_printf(text, ", %#x", (unsigned)n->value);
	}
	return g_string_free(text, false);
}

static void judge(struct program *p, const struct spot *s, const char *who, bool is_possible)
{
	g_autofree char *what = NULL, *before = NULL;

	p->nr_asked++;
	p->nr_certain += worlds_nr_answers(p->worlds) == 1;
	if (is_possible)
		return;
	what = worlds_say(p->worlds, s->line, s->bytes[s->probe]);
	before = story(p, s->line);
	fail_msg("seed %u, step %u: %s at line %u %s%s", p->seed, p->step, who, s->line, what,
		 before);
}

static struct cpu *draw_cpu(struct program *p, unsigned *ret_idx)
{
	*ret_idx = below(p, p->kind->shape.nr_cpus);
	return machine_cpu(p->rig->m, *ret_idx);
}

static guint32 va_of(const struct spot *s, unsigned view)
{
	return (view ? K2 : K) + s->off;
}

/* ---- steps ---------------------------------------------------------------------------- */

static void loads_cached(struct program *p, struct spot *s)
{
	struct worlds_who who = { .view = p->is_k2_uncached ? 0 : below(p, 2) };
	struct cpu *c = draw_cpu(p, &who.cpu);

	assert_true(cpu_load(c, va_of(s, who.view), s->bytes, s->len, NULL));
	note(p, s, "load", who);
	if (s->probe >= 0)
		judge(p, s, "a load",
		      worlds_load(p->worlds, s->line, who, s->bytes[s->probe]));
}

static void stores_cached(struct program *p, struct spot *s)
{
	struct worlds_who who = { .view = p->is_k2_uncached ? 0 : below(p, 2) };
	struct cpu *c = draw_cpu(p, &who.cpu);

	assert_true(cpu_store(c, va_of(s, who.view), s->bytes, s->len, NULL));
	note(p, s, "store", who);
	worlds_store(p->worlds, s->line, who, stored(s));
}

static guint32 uncached_va(struct program *p, const struct spot *s)
{
	return (p->is_k2_uncached && below(p, 2) ? K2 : U) + s->off;
}

static void loads_uncached(struct program *p, struct spot *s)
{
	unsigned cpu;
	struct cpu *c = draw_cpu(p, &cpu);

	assert_true(cpu_load(c, uncached_va(p, s), s->bytes, s->len, NULL));
	note(p, s, "uncached load", (struct worlds_who){ cpu, 0 });
	if (s->probe >= 0)
		judge(p, s, "an uncached load",
		      worlds_load_uncached(p->worlds, s->line, cpu, s->bytes[s->probe]));
}

static void stores_uncached(struct program *p, struct spot *s)
{
	unsigned cpu;
	struct cpu *c = draw_cpu(p, &cpu);

	assert_true(cpu_store(c, uncached_va(p, s), s->bytes, s->len, NULL));
	note(p, s, "uncached store", (struct worlds_who){ cpu, 0 });
	worlds_store_uncached(p->worlds, s->line, cpu, stored(s));
}

static struct master *draw_master(struct program *p, bool *ret_is_coherent)
{
	*ret_is_coherent = p->coherent && below(p, 2);
	return *ret_is_coherent ? p->coherent : p->rig->debug;
}

static void device_reads(struct program *p, struct spot *s)
{
	bool is_coherent;
	struct master *d = draw_master(p, &is_coherent);

	assert_int_equal(master_read(d, PLAY_PA + s->off, s->bytes, s->len).kind, MASTER_OK);
	note(p, s, is_coherent ? "coherent DMA read" : "DMA read", (struct worlds_who){ 0 });
	if (s->probe >= 0)
		judge(p, s, "a device's read",
		      worlds_dma_read(p->worlds, s->line, is_coherent, s->bytes[s->probe]));
}

static void device_writes_bytes(struct program *p, struct spot *s)
{
	bool is_coherent;
	struct master *d = draw_master(p, &is_coherent);

	assert_int_equal(master_write(d, PLAY_PA + s->off, s->bytes, s->len).kind, MASTER_OK);
	note(p, s, is_coherent ? "coherent DMA write" : "DMA write", (struct worlds_who){ 0 });
	worlds_dma_write(p->worlds, s->line, is_coherent, stored(s));
}

static enum dc_op dc_of(enum worlds_op op)
{
	static const enum dc_op ops[] = {
		[WORLDS_CLEAN] = DC_CLEAN, [WORLDS_INVALIDATE] = DC_INVALIDATE,
		[WORLDS_CLEAN_INVALIDATE] = DC_CLEAN_INVALIDATE,
	};

	return ops[op];
}

static void maintains(struct program *p, const struct spot *s, struct worlds_who who,
		      enum worlds_op op)
{
	static const char *const names[] = {
		[WORLDS_CLEAN] = "clean", [WORLDS_INVALIDATE] = "invalidate",
		[WORLDS_CLEAN_INVALIDATE] = "clean and invalidate",
	};
	struct cpu *c = machine_cpu(p->rig->m, who.cpu);

	assert_true(cpu_dc(c, dc_of(op), va_of(s, who.view)));
	cpu_dsb(c, BARRIER_SY);
	note(p, s, names[op], who);
	worlds_maintain(p->worlds, s->line, who, op);
	worlds_barrier(p->worlds, who.cpu, false);
}

static void maintains_some(struct program *p, struct spot *s)
{
	struct worlds_who who = { .view = p->is_k2_uncached ? 0 : below(p, 2) };

	draw_cpu(p, &who.cpu);
	maintains(p, s, who, (enum worlds_op)(1 + below(p, 3)));
}

/* The loop over all sets and ways of one CPU's level 1, which tells nobody else. */
static void maintains_all(struct program *p)
{
	static const struct {
		enum dc_op dc;
		enum worlds_op op;
	} ops[] = {
		{ DC_CLEAN, WORLDS_CLEAN }, { DC_CLEAN_INVALIDATE, WORLDS_CLEAN_INVALIDATE },
	};
	const struct kind *k = p->kind;
	unsigned which = below(p, 2), cpu, nr_ways = 2;
	struct cpu *c = draw_cpu(p, &cpu);
	const struct board_cpu *b = g_ptr_array_index(p->rig->board->cpus, cpu);
	unsigned nr_sets = b->l1d.bytes / nr_ways / k->line_bytes;

	cpu_dsb(c, BARRIER_SY);		/* by set and way there is no order to stores before */
	for (unsigned set = 0; set < nr_sets; set++)
		for (unsigned way = 0; way < nr_ways; way++)
			cpu_dc_set_way(c, ops[which].dc, way << 31 | set * k->line_bytes);
	cpu_dsb(c, BARRIER_SY);
	worlds_barrier(p->worlds, cpu, false);
	for (unsigned line = 0; line < NR_LINES; line++) {
		struct spot s = { .line = line, .probe = -1 };

		note(p, &s, "set and way", (struct worlds_who){ cpu, which });
		worlds_maintain_own(p->worlds, line, cpu, ops[which].op);
	}
}

static void syncs_bus(struct program *p)
{
	pl310_writes(p->rig, 0x730, 0);
	cpu_dsb(p->rig->cpu, BARRIER_SY);
	worlds_barrier(p->worlds, 0, true);
}

static void maintains_l2(struct program *p, const struct spot *s, enum worlds_op op)
{
	static const guint32 regs[] = {
		[WORLDS_CLEAN] = 0x7b0, [WORLDS_INVALIDATE] = 0x770,
		[WORLDS_CLEAN_INVALIDATE] = 0x7f0,
	};
	static const char *const names[] = {
		[WORLDS_CLEAN] = "PL310 clean", [WORLDS_INVALIDATE] = "PL310 invalidate",
		[WORLDS_CLEAN_INVALIDATE] = "PL310 clean and invalidate",
	};

	if (p->kind->shape.l2 != WORLDS_L2_REGISTERS)
		return;
	pl310_writes(p->rig, regs[op], (PLAY_PA + s->off) & ~31u);
	cpu_dsb(p->rig->cpu, BARRIER_SY);
	note(p, s, names[op], (struct worlds_who){ 0 });
	worlds_maintain_l2(p->worlds, s->line, 0, op);
	worlds_barrier(p->worlds, 0, false);
	if (below(p, 2))
		syncs_bus(p);
}

static void waits(struct program *p)
{
	unsigned cpu;
	struct cpu *c = draw_cpu(p, &cpu);

	cpu_dsb(c, BARRIER_SY);
	worlds_barrier(p->worlds, cpu, false);
}

/* The second mapping becomes another, with the TLB told. */
static void changes_attributes(struct program *p)
{
	p->is_k2_uncached = !p->is_k2_uncached;
	maps(p->rig, K2, PLAY_PA, area(p), p->is_k2_uncached ? UNCACHED : cached(p->kind));
	cpu_dsb(p->rig->cpu, BARRIER_SY);
	cpu_tlbi(p->rig->cpu, TLBI_ALL_IS, 0);
	cpu_dsb(p->rig->cpu, BARRIER_SY);
	cpu_isb(p->rig->cpu);
	worlds_barrier(p->worlds, 0, false);
}

static void cleans_out(struct program *p, const struct spot *s, enum worlds_op op)
{
	for (unsigned i = 0; i < p->kind->shape.nr_cpus; i++)
		for (unsigned view = 0; view < 2; view++)
			maintains(p, s, (struct worlds_who){ i, view }, op);
	maintains_l2(p, s, op);
	if (p->kind->shape.l2 == WORLDS_L2_REGISTERS)
		syncs_bus(p);
}

/*
 * Old bytes can go up and down between exclusive levels for as long as one looks at the
 * other: so every copy gets the new ones.
 */
static void stores_line(struct program *p, const struct spot *s, const uint8_t *line)
{
	guint32 first = s->line * p->kind->line_bytes;

	assert_true(cpu_store(p->rig->cpu, K + first, line, p->kind->line_bytes, NULL));
	cpu_dsb(p->rig->cpu, BARRIER_SY);
	maintains(p, s, (struct worlds_who){ 0 }, WORLDS_CLEAN);
	maintains_l2(p, s, WORLDS_CLEAN);
	if (p->kind->shape.l2 == WORLDS_L2_REGISTERS)
		syncs_bus(p);
}

/* Nothing of the line is left anywhere but in DRAM, or what is left is the same. */
static void starts_anew(struct program *p, struct spot *s)
{
	guint32 first = s->line * p->kind->line_bytes;
	uint8_t line[128];

	p->nr_lost++;
	if (p->is_k2_uncached)
		changes_attributes(p);
	cleans_out(p, s, WORLDS_CLEAN_INVALIDATE);
	for (unsigned i = 0; i < p->kind->line_bytes; i++)
		line[i] = (uint8_t)below(p, 256);
	master_write(p->rig->debug, PLAY_PA + first, line, p->kind->line_bytes);
	/* From the outside in, lest old bytes come back in between; twice for CPU 1's. */
	for (unsigned round = 0; round < 2; round++) {
		maintains_l2(p, s, WORLDS_INVALIDATE);
		cleans_out(p, s, WORLDS_INVALIDATE);
	}
	if (p->kind->shape.is_exclusive)
		stores_line(p, s, line);
	worlds_reset(p->worlds, s->line, line[s->line * 7 % p->kind->line_bytes]);
}

static void takes_step(struct program *p)
{
	struct spot s = draw_spot(p);

	if (worlds_is_lost(p->worlds, s.line))
		starts_anew(p, &s);
	switch (below(p, 20)) {
	case 0: case 1: case 2: case 3:
		loads_cached(p, &s);
		break;
	case 4: case 5: case 6: case 7:
		stores_cached(p, &s);
		break;
	case 8:
		loads_uncached(p, &s);
		break;
	case 9:
		stores_uncached(p, &s);
		break;
	case 10: case 11:
		device_reads(p, &s);
		break;
	case 12: case 13:
		device_writes_bytes(p, &s);
		break;
	case 14: case 15: case 16:
		maintains_some(p, &s);
		break;
	case 17:
		maintains_l2(p, &s, (enum worlds_op)(1 + below(p, 3)));
		break;
	case 18:
		if (below(p, 4))
			waits(p);
		else
			maintains_all(p);
		break;
	default:
		if (!below(p, 16))
			changes_attributes(p);
	}
}

/* ---- programs ------------------------------------------------------------------------- */

static void runs(const struct kind *k, enum chooser_mode chooser, unsigned nr_seeds,
		 unsigned nr_steps)
{
	guint64 nr_certain = 0, nr_asked = 0, nr_lost = 0;

	for (guint32 seed = 0; seed < nr_seeds; seed++) {
		struct program p;

		program_init(&p, k, chooser, seed);
		for (p.step = 0; p.step < nr_steps; p.step++)
			takes_step(&p);
		nr_certain += p.nr_certain;
		nr_asked += p.nr_asked;
		nr_lost += p.nr_lost;
		program_done(&p);
	}
	print_message("# %u steps, %" G_GUINT64_FORMAT " answers, %" G_GUINT64_FORMAT
		      " of them the only possible one, %" G_GUINT64_FORMAT " lines begun anew\n",
		      nr_seeds * nr_steps, nr_asked, nr_certain, nr_lost);
}

static void every_answer_is_possible(void **state)
{
	bool is_long = getenv("ARMDMA_LONG");

	for (unsigned chooser = CHOOSER_NOMINAL; chooser <= CHOOSER_LAZY; chooser++)
		runs(*state, (enum chooser_mode)chooser, is_long ? LONG_SEEDS : NR_SEEDS,
		     is_long ? LONG_STEPS : NR_STEPS);
}

int main(void)
{
	static struct kind smp_l2 = {
		.board = fixture_board_a15, .line_bytes = 64, .is_coherent_master = true,
		.shape = { .nr_cpus = 2, .nr_views = 1, .is_coherent = true,
			   .allocates_on_store = true, .l2 = WORLDS_L2_CP15 },
	}, up_l2 = {
		.board = fixture_board_a15, .line_bytes = 64,
		.shape = { .nr_cpus = 1, .nr_views = 1, .l2 = WORLDS_L2_CP15 },
	}, exclusive = {
		.board = fixture_board_a15, .line_bytes = 64,
		.shape = { .nr_cpus = 2, .nr_views = 1, .is_coherent = true,
			   .allocates_on_store = true, .l2 = WORLDS_L2_CP15,
			   .is_exclusive = true },
	}, pl310 = {
		.board = fixture_board_a9_pl310, .line_bytes = 32, .is_coherent_master = true,
		.shape = { .nr_cpus = 2, .nr_views = 1, .is_coherent = true,
			   .allocates_on_store = true, .l2 = WORLDS_L2_REGISTERS,
			   .looks_up = true },
	}, pl310_override = {
		.board = fixture_board_a9_pl310, .line_bytes = 32, .is_override = true,
		.shape = { .nr_cpus = 2, .nr_views = 1, .is_coherent = true,
			   .allocates_on_store = true, .l2 = WORLDS_L2_REGISTERS },
	}, pl310_exclusive = {
		.board = fixture_board_a9_pl310, .line_bytes = 32,
		.shape = { .nr_cpus = 2, .nr_views = 1, .is_coherent = true,
			   .allocates_on_store = true, .l2 = WORLDS_L2_REGISTERS,
			   .looks_up = true, .is_exclusive = true },
	}, apart = {
		.board = fixture_board_a15, .line_bytes = 64, .is_private = true,
		.shape = { .nr_cpus = 2, .nr_views = 1, .allocates_on_store = true,
			   .l2 = WORLDS_L2_CP15 },
	}, vipt = {
		.board = fixture_board_a15, .line_bytes = 32, .indexing = INDEX_VIPT,
		.shape = { .nr_cpus = 1, .nr_views = 2 },
	}, vivt = {
		.board = fixture_board_a15, .line_bytes = 32, .indexing = INDEX_VIVT,
		.shape = { .nr_cpus = 1, .nr_views = 2 },
	};
	const struct CMUnitTest tests[] = {
		{ "two CPUs over an integrated level 2 answer what is possible", every_answer_is_possible, NULL, NULL, &smp_l2 },
		{ "one CPU that does not allocate on stores answers what is possible", every_answer_is_possible, NULL, NULL, &up_l2 },
		{ "two CPUs over an exclusive level 2 answer what is possible", every_answer_is_possible, NULL, NULL, &exclusive },
		{ "two CPUs over a PL310 answer what is possible", every_answer_is_possible, NULL, NULL, &pl310 },
		{ "a PL310 that uncached accesses pass by answers what is possible", every_answer_is_possible, NULL, NULL, &pl310_override },
		{ "a PL310 that is exclusive answers what is possible", every_answer_is_possible, NULL, NULL, &pl310_exclusive },
		{ "two CPUs whose memory is not shareable answer what is possible", every_answer_is_possible, NULL, NULL, &apart },
		{ "a virtually indexed cache answers what is possible", every_answer_is_possible, NULL, NULL, &vipt },
		{ "a virtually tagged cache answers what is possible", every_answer_is_possible, NULL, NULL, &vivt },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
