/* SPDX-License-Identifier: MIT */
/*
 * Missing barriers, as the hazard engine sees them: what is reported, what is a fair race,
 * and what is right. The device has one register; a write to it is the moment at which it
 * looks at memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <armdma/harness.h>
#include <armdma/run.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>

#include "sim/bus/bus.h"

#define BELL_PA		0xb0000000u
#define NR_SEEDS	100u
#define FLAG		64u		/* offset of the descriptor's flag */

struct nic {
	struct harness *h;
	struct device *dev;
	void __iomem *bell;
	u8 *ring;
	dma_addr_t dma;
	u8 got;
	bool has_barrier;
};

static void cpu_writes(struct nic *nic, unsigned off, u8 value)
{
	u32 va = (u32)(uintptr_t)(nic->ring + off);

	assert_true(cpu_store(machine_cpu(harness_machine(nic->h), 0), va, &value, 1, NULL));
}

static u8 device_reads(struct nic *nic, unsigned off)
{
	u8 value;

	assert_int_equal(master_read(harness_master(nic->dev), nic->dma + off, &value, 1).kind,
			 MASTER_OK);
	return value;
}

static bool bell_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		      uint64_t *ret_value)
{
	*ret_value = 0;
	return true;
}

static bool bell_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	struct nic *nic = opaque;

	nic->got = device_reads(nic, 0);
	return true;
}

static const struct bus_ops bell_ops = { .read = bell_read, .write = bell_write };

static void starts(struct nic *nic, enum chooser_mode chooser, u64 seed)
{
	struct harness_config cfg = {
		.board = "a7-quad", .chooser = chooser, .seed = seed, .hazards.is_quiet = true,
	};

	*nic = (struct nic){ .h = harness_start_or_exit(&cfg) };
	nic->dev = harness_device_new(nic->h, "nic", false);
	nic->ring = dma_alloc_coherent(nic->dev, 4096, &nic->dma, GFP_KERNEL);
	assert_non_null(nic->ring);
	bus_attach(harness_machine(nic->h), &(struct bus_device){
		.pa = BELL_PA, .len = 4096, .ops = &bell_ops, .opaque = nic });
	nic->bell = ioremap(BELL_PA, 4096);
	assert_non_null(nic->bell);
}

/* How often a stale read was reported. */
static u64 ends(struct nic *nic)
{
	u64 nr = hazard_count(harness_hazards(nic->h), HAZARD_DEVICE_READ_STALE);

	iounmap(nic->bell);
	dma_free_coherent(nic->dev, 4096, nic->ring, nic->dma);
	assert_int_equal(harness_finish(nic->h), nr ? 1 : 0);
	return nr;
}

static void a_doorbell_without_a_barrier_is_reported(void **state)
{
	struct nic nic;

	starts(&nic, CHOOSER_LAZY, 0);
	cpu_writes(&nic, 0, 0x11);
	writel_relaxed(1, nic.bell);
	assert_int_equal(nic.got, 0);
	assert_int_equal(ends(&nic), 1);
}

static void writel_has_the_barrier(void **state)
{
	struct nic nic;

	starts(&nic, CHOOSER_LAZY, 0);
	cpu_writes(&nic, 0, 0x11);
	writel(1, nic.bell);
	assert_int_equal(nic.got, 0x11);
	assert_int_equal(ends(&nic), 0);
}

static void nominal_shows_nothing_of_it(void **state)
{
	struct nic nic;

	starts(&nic, CHOOSER_NOMINAL, 0);
	cpu_writes(&nic, 0, 0x11);
	writel_relaxed(1, nic.bell);
	assert_int_equal(nic.got, 0x11);
	assert_int_equal(ends(&nic), 0);
}

static void posts(void *arg)
{
	struct nic *nic = arg;

	cpu_writes(nic, 0, 0x11);
	if (nic->has_barrier)
		dma_wmb();
	cpu_writes(nic, FLAG, 1);
}

static void polls(void *arg)
{
	struct nic *nic = arg;

	for (unsigned i = 0; i < 4; i++)
		if (device_reads(nic, FLAG))
			nic->got = device_reads(nic, 0);
}

/* A device that polls a descriptor, beside a CPU that posts it. */
static u64 nr_reported(bool has_barrier)
{
	u64 nr = 0;

	for (u64 seed = 0; seed < NR_SEEDS; seed++) {
		struct nic nic;
		struct run_agent agents[] = { { NULL, posts, &nic }, { NULL, polls, &nic } };

		starts(&nic, CHOOSER_RANDOM, seed);
		agents[0].cpu = machine_cpu(harness_machine(nic.h), 0);
		nic.has_barrier = has_barrier;
		machine_run(harness_machine(nic.h), agents, 2);
		wmb();
		nr += ends(&nic);
	}
	return nr;
}

static void a_flag_that_overtakes_its_descriptor_is_reported(void **state)
{
	assert_true(nr_reported(false) > 0);
}

static void polling_too_early_is_a_fair_race(void **state)
{
	assert_int_equal(nr_reported(true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_doorbell_without_a_barrier_is_reported),
		cmocka_unit_test(writel_has_the_barrier),
		cmocka_unit_test(nominal_shows_nothing_of_it),
		cmocka_unit_test(a_flag_that_overtakes_its_descriptor_is_reported),
		cmocka_unit_test(polling_too_early_is_a_fair_race),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
