/* SPDX-License-Identifier: MIT */
/*
 * Litmus tests: small programs with one outcome of interest, and for each core whether
 * the architecture, or what is known of the core, lets it be seen. SEEN: some schedule
 * shows it. NEVER: none of those tried does: nominal, lazy, and NR_SEEDS drawn ones, each
 * with NR_TRIALS lines.
 *
 * The programs are those that the literature of memory models and of DMA bugs uses: MP is
 * message passing, SB store buffering. K is the cached mapping, U the uncached one.
 */
#include "rig.h"

#include <string.h>
#include <armdma/run.h>
#include "sim/sim.h"

#define NR_SEEDS	20u
#define NR_TRIALS	48u
#define TRIAL_BYTES	0x200u
#define OTHER		0x100u		/* the second location of a trial */
#define AREA		0x10000u
#define BELL_PA		0xa0000000u
#define BELL		0x61000000u

#define PL310_CONTROL	0x100
#define PL310_AUX	0x104
#define PL310_SYNC	0x730
#define PL310_INV_PA	0x770
#define PL310_CLEAN_PA	0x7b0
#define PL310_FLUSH_PA	0x7f0

/* ---- cores ------------------------------------ */

enum core { A8, A9, A9_OVERRIDE, A9_EXCLUSIVE, A7, A15, ARM926, ARM1176, NR_CORES };

static const struct {
	const char *name;
	const char *spec;		/* of board_set_cpu(), for boards without a PL310 */
} cores[NR_CORES] = {
	[A8] = { "Cortex-A8", "cortex-a8,cpus=1" },
	[A9] = { "Cortex-A9 and PL310", NULL },
	[A9_OVERRIDE] = { "Cortex-A9 and PL310, bit 22", NULL },
	[A9_EXCLUSIVE] = { "Cortex-A9 and PL310, exclusive", NULL },
	[A7] = { "Cortex-A7", "cortex-a7,cpus=2" },
	[A15] = { "Cortex-A15", "cortex-a15,cpus=2" },
	[ARM926] = { "ARM926EJ-S", "arm926ej-s,cpus=1" },
	[ARM1176] = { "ARM1176JZF-S, 64 KiB", "arm1176jzf-s,cpus=1,l1d=64K/4/32" },
};

struct bench {
	struct rig *rig;
	bool has_pl310;
	uint32_t off;			/* of the trial */
	bool is_fixed;			/* with the barrier, or in the right order */
	enum barrier_kind kind;
	char got[2];			/* what the two readers of a trial got */
};

static struct board *board_of(enum core core)
{
	struct board *b = cores[core].spec ? fixture_board_a15() : fixture_board_a9_pl310();
	g_autoptr(GError) error = NULL;

	if (cores[core].spec && !board_set_cpu(b, cores[core].spec, &error))
		fail_msg("%s", error->message);
	b->outer.shared_override = core == A9_OVERRIDE;
	return b;
}

static bool bell_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		      uint64_t *ret_value)
{
	*ret_value = 0;
	return true;
}

static bool bell_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	struct bench *b = opaque;

	return master_read(b->rig->eth, PLAY_PA + b->off, b->got, 1).kind == MASTER_OK;
}

static const struct bus_ops bell_ops = { .read = bell_read, .write = bell_write };

/* On both sides, as it has to be. */
static void makes_exclusive(struct rig *rig)
{
	for (unsigned i = 0; i < machine_nr_cpus(rig->m); i++) {
		struct cpu *c = machine_cpu(rig->m, i);

		cpu_cp15_write(c, CP15_ACTLR, cpu_cp15_read(c, CP15_ACTLR) | ACTLR_EXCL);
	}
	pl310_writes(rig, PL310_AUX, pl310_reads(rig, PL310_AUX) | PL310_AUX_EXCLUSIVE);
}

static void set_up(struct bench *b, enum core core, enum chooser_mode chooser, uint64_t seed)
{
	struct rig *rig = rig_new(board_of(core), &(struct machine_config){
		.chooser = chooser, .seed = seed });

	b->rig = rig;
	b->has_pl310 = !cores[core].spec;
	maps(rig, K, PLAY_PA, AREA, CACHED);
	maps(rig, U, PLAY_PA, AREA, UNCACHED);
	bus_attach(rig->m, &(struct bus_device){
		.pa = BELL_PA, .len = 0x1000, .ops = &bell_ops, .opaque = b });
	maps(rig, BELL, BELL_PA, 0x1000, DEVICE);
	if (b->has_pl310) {
		maps(rig, PL310_VA, FIXTURE_PL310_PA, 0x1000, DEVICE);
		if (core == A9_EXCLUSIVE)
			makes_exclusive(rig);
		pl310_writes(rig, PL310_CONTROL, 1);
	}
	for (unsigned i = 1; i < machine_nr_cpus(rig->m); i++) {
		static const enum cp15_reg regs[] = {
			CP15_PRRR, CP15_NMRR, CP15_DACR, CP15_TTBR0, CP15_SCTLR,
		};

		for (size_t r = 0; r < G_N_ELEMENTS(regs); r++)
			cpu_cp15_write(machine_cpu(rig->m, i), regs[r],
				       cpu_cp15_read(rig->cpu, regs[r]));
	}
	machine_watch(rig->m, PLAY_PA, AREA);
	order_set_concurrent(rig->m, true);
}

/* ---- verbs: a byte tells the new bytes (n) from the old (o) ---------------- */

static void puts_byte(struct cpu *c, uint32_t va, char byte)
{
	assert_true(cpu_store(c, va, &byte, 1, NULL));
}

static char gets_byte(struct cpu *c, uint32_t va)
{
	char byte;

	assert_true(cpu_load(c, va, &byte, 1, NULL));
	return byte;
}

static char device_gets(struct bench *b, uint32_t off)
{
	char byte;

	assert_int_equal(master_read(b->rig->eth, PLAY_PA + off, &byte, 1).kind, MASTER_OK);
	return byte;
}

static void device_puts(struct bench *b, uint32_t off, char byte)
{
	assert_int_equal(master_write(b->rig->eth, PLAY_PA + off, &byte, 1).kind, MASTER_OK);
}

static void outer_op_at(struct bench *b, uint32_t reg, uint32_t off)
{
	if (b->has_pl310) {
		pl310_writes(b->rig, reg, PLAY_PA + off);
		pl310_writes(b->rig, PL310_SYNC, 0);
	}
}

static void dsb(struct bench *b)
{
	cpu_dsb(b->rig->cpu, BARRIER_SY);
	if (b->has_pl310)
		pl310_writes(b->rig, PL310_SYNC, 0);
}

/* A line that no cache holds, with the old byte. */
static void starts(struct bench *b, uint32_t off)
{
	dsb(b);
	cleans_and_invalidates(b->rig, K + off);
	dsb(b);
	outer_op_at(b, PL310_FLUSH_PA, off);
	invalidates(b->rig, K + off);
	dsb(b);
	device_puts(b, off, 'o');
	outer_op_at(b, PL310_INV_PA, off);
	invalidates(b->rig, K + off);
	dsb(b);
}

/* ---- stores and a doorbell ------------------------------------ */

/* The data are stored and the doorbell is written: the device reads the old data. */
static bool mp_doorbell(struct bench *b)
{
	uint32_t one = 1;

	starts(b, b->off);
	puts_byte(b->rig->cpu, U + b->off, 'n');
	if (b->is_fixed)
		dsb(b);
	assert_true(cpu_store(b->rig->cpu, BELL, &one, sizeof(one), NULL));
	return b->got[0] == 'o';
}

/* With a dma_wmb() in between, which completes nothing. */
static bool mp_dmb_doorbell(struct bench *b)
{
	uint32_t one = 1;

	starts(b, b->off);
	puts_byte(b->rig->cpu, U + b->off, 'n');
	cpu_dmb(b->rig->cpu, BARRIER_ST);
	assert_true(cpu_store(b->rig->cpu, BELL, &one, sizeof(one), NULL));
	return b->got[0] == 'o';
}

static void writes_descriptor_and_flag(void *arg)
{
	struct bench *b = arg;

	puts_byte(b->rig->cpu, U + b->off, 'n');
	if (b->is_fixed)
		cpu_dmb(b->rig->cpu, BARRIER_ST);
	puts_byte(b->rig->cpu, U + b->off + OTHER, 'n');
}

static void polls_descriptor(void *arg)
{
	struct bench *b = arg;

	b->got[1] = device_gets(b, b->off + OTHER);
	b->got[0] = device_gets(b, b->off);
}

/* The flag says that the descriptor is there, and it is not. */
static bool mp_descriptor(struct bench *b)
{
	const struct run_agent agents[] = {
		{ b->rig->cpu, writes_descriptor_and_flag, b },
		{ NULL, polls_descriptor, b },
	};

	starts(b, b->off);
	starts(b, b->off + OTHER);
	machine_run(b->rig->m, agents, 2);
	return b->got[1] == 'n' && b->got[0] == 'o';
}

/* ---- two CPUs ------------------------------------ */

static void sb_side(struct bench *b, unsigned side)
{
	struct cpu *c = machine_cpu(b->rig->m, side);

	puts_byte(c, K + b->off + (side ? OTHER : 0), 'n');
	if (b->is_fixed)
		cpu_dmb(c, BARRIER_SY);
	b->got[side] = gets_byte(c, K + b->off + (side ? 0 : OTHER));
}

static void sb_0(void *arg)
{
	sb_side(arg, 0);
}

static void sb_1(void *arg)
{
	sb_side(arg, 1);
}

/* Each stores its own and reads the other's: neither sees the other's store. */
static bool sb(struct bench *b)
{
	const struct run_agent agents[] = {
		{ machine_cpu(b->rig->m, 0), sb_0, b }, { machine_cpu(b->rig->m, 1), sb_1, b },
	};

	starts(b, b->off);
	starts(b, b->off + OTHER);
	machine_run(b->rig->m, agents, 2);
	return b->got[0] == 'o' && b->got[1] == 'o';
}

static void mp_sender(void *arg)
{
	struct bench *b = arg;
	struct cpu *c = machine_cpu(b->rig->m, 0);

	puts_byte(c, K + b->off, 'n');
	if (b->is_fixed)
		cpu_dmb(c, BARRIER_ST);
	puts_byte(c, K + b->off + OTHER, 'n');
}

static void mp_receiver(void *arg)
{
	struct bench *b = arg;
	struct cpu *c = machine_cpu(b->rig->m, 1);

	b->got[1] = gets_byte(c, K + b->off + OTHER);
	if (b->is_fixed)
		cpu_dmb(c, BARRIER_SY);
	b->got[0] = gets_byte(c, K + b->off);
}

static bool mp_cpus(struct bench *b)
{
	const struct run_agent agents[] = {
		{ machine_cpu(b->rig->m, 0), mp_sender, b },
		{ machine_cpu(b->rig->m, 1), mp_receiver, b },
	};

	starts(b, b->off);
	starts(b, b->off + OTHER);
	machine_run(b->rig->m, agents, 2);
	return b->got[1] == 'n' && b->got[0] == 'o';
}

/* ---- caches and DMA ------------------------------------ */

/* Invalidated before the device writes; only the fixed one does so afterwards as well. */
static bool inv_dma_read(struct bench *b)
{
	starts(b, b->off);
	device_puts(b, b->off, 'n');
	if (b->is_fixed) {
		outer_op_at(b, PL310_INV_PA, b->off);
		invalidates(b->rig, K + b->off);
		dsb(b);
	}
	return gets_byte(b->rig->cpu, K + b->off) == 'o';
}

/* A dirty line is left behind, the device writes, and later reads something else. */
static bool dirty_evict_dma(struct bench *b)
{
	starts(b, b->off);
	gets_byte(b->rig->cpu, K + b->off);
	puts_byte(b->rig->cpu, K + b->off, 'd');
	dsb(b);
	if (b->is_fixed) {
		cleans_and_invalidates(b->rig, K + b->off);
		dsb(b);
		outer_op_at(b, PL310_FLUSH_PA, b->off);
	}
	device_puts(b, b->off, 'n');
	for (unsigned i = 0; i < 8; i++)
		if (device_gets(b, b->off) != 'n')
			return true;
	return false;
}

/* The line is in a cache, the device writes, and an *uncached* read is answered: old. */
static bool alias_nc_read(struct bench *b)
{
	starts(b, b->off);
	gets_byte(b->rig->cpu, K + b->off);
	device_puts(b, b->off, 'n');
	return gets_byte(b->rig->cpu, U + b->off) == 'o';
}

/* What maintenance of a buffer's edge does when a neighbour in its line was written. */
static bool edge_share(struct bench *b)
{
	uint32_t neighbour = b->is_fixed ? OTHER : 1;

	starts(b, b->off);
	starts(b, b->off + OTHER);
	gets_byte(b->rig->cpu, K + b->off + neighbour);
	puts_byte(b->rig->cpu, K + b->off + neighbour, 'd');
	device_puts(b, b->off, 'n');
	cleans_and_invalidates(b->rig, K + b->off);
	dsb(b);
	outer_op_at(b, PL310_FLUSH_PA, b->off);
	return device_gets(b, b->off) != 'n';
}

/* The line is cleaned and the doorbell is written; only the fixed one waits in between. */
static bool clean_doorbell(struct bench *b)
{
	uint32_t one = 1;

	starts(b, b->off);
	puts_byte(b->rig->cpu, K + b->off, 'n');
	cpu_dsb(b->rig->cpu, BARRIER_SY);
	cleans(b->rig, K + b->off);
	if (b->is_fixed)
		dsb(b);
	outer_op_at(b, PL310_CLEAN_PA, b->off);
	assert_true(cpu_store(b->rig->cpu, BELL, &one, sizeof(one), NULL));
	return b->got[0] == 'o';
}

static void clean_inner(struct bench *b)
{
	cleans(b->rig, K + b->off);
	dsb(b);
}

/* Cleaned level by level, from the inside out or the wrong way round. */
static bool clean_order(struct bench *b)
{
	starts(b, b->off);
	gets_byte(b->rig->cpu, K + b->off);
	puts_byte(b->rig->cpu, K + b->off, 'n');
	if (b->is_fixed)
		clean_inner(b);
	outer_op_at(b, PL310_CLEAN_PA, b->off);
	if (!b->is_fixed)
		clean_inner(b);
	return device_gets(b, b->off) != 'n';
}

static void invalidate_inner(struct bench *b)
{
	invalidates(b->rig, K + b->off);
	dsb(b);
}

/* Invalidated after DMA, from the outside in or the wrong way round. */
static bool inv_order(struct bench *b)
{
	starts(b, b->off);
	gets_byte(b->rig->cpu, K + b->off);
	device_puts(b, b->off, 'n');
	if (!b->is_fixed)
		invalidate_inner(b);
	outer_op_at(b, PL310_INV_PA, b->off);
	if (b->is_fixed)
		invalidate_inner(b);
	return gets_byte(b->rig->cpu, K + b->off) == 'o';
}

/* ---- the table ------------------------------------ */

enum verdict { NO_SUCH, SEEN, NEVER };

#define EVERYWHERE(v)	{ v, v, v, v, v, v, v, v }

static const struct litmus {
	const char *name;
	bool (*is_seen)(struct bench *b);
	bool is_fixed;
	enum verdict verdict[NR_CORES];
	const char *source;
} litmus[] = {
	/* A8, A9, A9 bit 22, A9 exclusive, A7, A15, ARM926, ARM1176 */
	{ "MP+NC+doorbell", mp_doorbell, false,
		{ SEEN, SEEN, SEEN, SEEN, SEEN, SEEN, NEVER, SEEN },
	  "DDI 0406C A3.8.2: no order between Normal and Device; Linux's writel() has a wmb(). "
	  "ARM926: DDI 0198D 6, one write buffer in order; Linux's v5 barriers are the "
	  "compiler's only" },
	{ "MP+NC+dmb+doorbell", mp_dmb_doorbell, false,
		{ NEVER, SEEN, SEEN, SEEN, NEVER, NEVER, NEVER, NEVER },
	  "DDI 0406C A3.8.3 orders the two as the CPU sends them; a PL310's store buffer may hold "
	  "the first back: Linux, arch/arm/mm/Kconfig, 769419, and outer_sync() in wmb()" },
	{ "MP+NC+dsb+doorbell", mp_doorbell, true, EVERYWHERE(NEVER),
	  "DDI 0406C A3.8.3: a DSB waits for the store; l2x0's sync for the PL310's buffer" },
	{ "MP+NC+po", mp_descriptor, false,
		{ SEEN, SEEN, SEEN, SEEN, SEEN, SEEN, NEVER, SEEN },
	  "DDI 0406C A3.8.2, two Normal stores; ARM926 as above" },
	{ "MP+NC+dma_wmb", mp_descriptor, true, EVERYWHERE(NEVER),
	  "DDI 0406C A3.8.3: DMB ST; Linux, Documentation/memory-barriers.txt, dma_wmb()" },
	{ "SB+po", sb, false,
		{ NO_SUCH, SEEN, SEEN, SEEN, SEEN, SEEN, NO_SUCH, NO_SUCH },
	  "DDI 0406C A3.8.2; Maranget, Sarkar and Sewell, A Tutorial Introduction to the ARM "
	  "and POWER Relaxed Memory Models: allowed" },
	{ "SB+dmbs", sb, true,
		{ NO_SUCH, NEVER, NEVER, NEVER, NEVER, NEVER, NO_SUCH, NO_SUCH },
	  "the same: forbidden" },
	{ "MP+po", mp_cpus, false,
		{ NO_SUCH, SEEN, SEEN, SEEN, SEEN, SEEN, NO_SUCH, NO_SUCH },
	  "the same: allowed" },
	{ "MP+dmbs", mp_cpus, true,
		{ NO_SUCH, NEVER, NEVER, NEVER, NEVER, NEVER, NO_SUCH, NO_SUCH },
	  "the same: forbidden" },
	{ "inv-DMA-read", inv_dma_read, false,
		{ SEEN, SEEN, SEEN, SEEN, SEEN, SEEN, NEVER, SEEN },
	  "DDI 0406C B2.2.2: a line may be allocated at any time; Linux invalidates after DMA "
	  "from ARMv6 on (cache-v6.S, cache-v7.S) and not before. ARM926: DDI 0198D 4.1" },
	{ "inv-DMA-inv-read", inv_dma_read, true,
		{ NEVER, NEVER, NEVER, SEEN, NEVER, NEVER, NEVER, NEVER },
	  "the same; exclusive: DDI 0246B, 2.3 \"Exclusive cache configuration\": a clean line "
	  "that L1 evicts is allocated in L2, after L2 was invalidated and before L1 is" },
	{ "dirty-evict-DMA", dirty_evict_dma, false, EVERYWHERE(SEEN),
	  "DDI 0406C B2.2.2: a dirty line may be written back at any time" },
	{ "flush-DMA", dirty_evict_dma, true, EVERYWHERE(NEVER),
	  "the same: a line that is not there is not written back" },
	{ "alias-NC-read", alias_nc_read, false,
		{ NEVER, SEEN, NEVER, SEEN, NEVER, NEVER, NEVER, NEVER },
	  "DDI 0246D 2.3.2 and l2c2x0.yaml's arm,shared-override: with bit 22 clear a PL310 "
	  "looks shareable uncached reads up. L1 is not asked: DDI 0433B (A5), DDI 0388I 7.4.3 "
	  "(A9), DDI 0438 6.4.1 (A15), DDI 0301H 7.2.5; A7, A8: not stated, taken to do so" },
	{ "edge-share", edge_share, false, EVERYWHERE(SEEN),
	  "DDI 0406C A3.5.7: a write-back writes the whole granule; Linux, cache-v7.S, "
	  "v7_dma_inv_range cleans the edges" },
	{ "edge-apart", edge_share, true, EVERYWHERE(NEVER),
	  "the same: what ARCH_DMA_MINALIGN is for" },
	{ "clean+doorbell", clean_doorbell, false,
		{ SEEN, SEEN, SEEN, SEEN, SEEN, SEEN, NEVER, SEEN },
	  "DDI 0406C B2.2.6: an operation is complete after a DSB. ARM926: its operations are "
	  "over with the instruction (DDI 0198D 4.3)" },
	{ "clean+dsb+doorbell", clean_doorbell, true, EVERYWHERE(NEVER),
	  "the same" },
	{ "clean L2, clean L1", clean_order, false,
		{ NEVER, SEEN, SEEN, SEEN, NEVER, NEVER, NEVER, NEVER },
	  "Linux, arch/arm/mm/dma-mapping.c: inner before outer for the device. Elsewhere one "
	  "operation reaches both levels" },
	{ "clean L1, clean L2", clean_order, true, EVERYWHERE(NEVER),
	  "the same" },
	{ "inv L1, inv L2", inv_order, false,
		{ NEVER, SEEN, SEEN, SEEN, NEVER, NEVER, NEVER, NEVER },
	  "Linux, arch/arm/mm/dma-mapping.c: outer before inner for the CPU; DDI 0246H as quoted "
	  "in NuttX pull request 9047: an allocation from L2 may intervene" },
	{ "inv L2, inv L1", inv_order, true,
		{ NEVER, NEVER, NEVER, SEEN, NEVER, NEVER, NEVER, NEVER },
	  "the same; exclusive: as inv-DMA-inv-read" },
};

/* ---- judging ------------------------------------ */

static bool shows(const struct litmus *l, enum core core, enum chooser_mode chooser, uint64_t seed)
{
	struct bench b = { .is_fixed = l->is_fixed };
	bool is_seen = false;

	set_up(&b, core, chooser, seed);
	for (unsigned i = 0; i < NR_TRIALS && !is_seen; i++) {
		b.off = i * TRIAL_BYTES;
		is_seen = l->is_seen(&b);
	}
	rig_free(b.rig);
	return is_seen;
}

static bool some_schedule_shows(const struct litmus *l, enum core core)
{
	if (shows(l, core, CHOOSER_NOMINAL, 0) || shows(l, core, CHOOSER_LAZY, 0))
		return true;
	for (uint64_t seed = 0; seed < NR_SEEDS; seed++)
		if (shows(l, core, CHOOSER_RANDOM, seed))
			return true;
	return false;
}

static void judge(void **state)
{
	const struct litmus *l = *state;
	bool is_wrong = false;

	for (enum core core = 0; core < NR_CORES; core++) {
		bool is_seen;

		if (l->verdict[core] == NO_SUCH)
			continue;
		is_seen = some_schedule_shows(l, core);
		if (is_seen == (l->verdict[core] == SEEN))
			continue;
		print_error("%s on %s is %s. Expected otherwise by: %s\n", l->name,
			    cores[core].name, is_seen ? "seen" : "never seen", l->source);
		is_wrong = true;
	}
	assert_false(is_wrong);
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(litmus)];

	for (size_t i = 0; i < G_N_ELEMENTS(litmus); i++)
		tests[i] = (struct CMUnitTest){
			.name = litmus[i].name, .test_func = judge,
			.initial_state = (void *)(uintptr_t)&litmus[i],
		};
	return _cmocka_run_group_tests("litmus", tests, G_N_ELEMENTS(tests), NULL, NULL);
}
