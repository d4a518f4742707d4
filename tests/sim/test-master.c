/* SPDX-License-Identifier: MIT */
/* DMA masters at the bus: address lines, dma-ranges, and who snoops. */
#include "rig.h"

#include <string.h>

static int setup(void **state)
{
	*state = rig_a9();
	return 0;
}

static int setup_coherent(void **state)
{
	struct rig *rig = rig_new(fixture_board_coherent(), &(struct machine_config){ .seed = 0 });

	maps(rig, K, PLAY_PA, 0x10000, CACHED);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void a_master_that_does_not_snoop_reads_dram_past_dirty_lines(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA, "old");
	writes(rig, K, "new");
	expects_device_read(rig, PLAY_PA, "old");
	cleans(rig, K);
	expects_device_read(rig, PLAY_PA, "old");	/* it is in the PL310 now */
	pl310_writes(rig, 0x7b0, PLAY_PA);
	expects_device_read(rig, PLAY_PA, "new");
}

static void a_coherent_master_reads_the_newest_copy(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "in L1");
	expects_device_read(rig, PLAY_PA, "in L1");
	expects_dram(rig, PLAY_PA, "");
	cleans(rig, K);
	expects_device_read(rig, PLAY_PA, "in L1");
}

static void a_coherent_write_cleans_the_rest_of_the_line_first(void **state)
{
	struct rig *rig = *state;

	writes(rig, K, "cpu bytes cpu bytes");
	device_writes(rig, PLAY_PA + 4, "DEVIC");
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	expects_dram(rig, PLAY_PA, "cpu DEVIC cpu bytes");
	expects_read(rig, K, "cpu DEVIC cpu bytes");
}

static void a_transfer_ends_at_the_first_refused_byte(void **state)
{
	struct rig *rig = *state;
	uint64_t end = FIXTURE_DRAM_PA + FIXTURE_DRAM_LEN;
	struct master_fault f = master_write(rig->eth, end - 4, "12345678", 8);

	assert_int_equal(f.kind, MASTER_DECODE_ERROR);
	assert_int_equal(f.dma, end);
	assert_int_equal(f.pa, end);
	assert_true(f.is_write);
	expects_dram(rig, (uint32_t)end - 4, "1234");
	assert_int_equal(counts(rig).faults, 1);
}

static void high_address_bits_are_dropped(void **state)
{
	struct rig *rig = *state;
	struct master *narrow = master_new(rig->m, &(struct master_config){
		.name = "narrow", .dma_bits = 32 });

	struct master_fault f = master_write(narrow, 0x700000000u + PLAY_PA, "wrapped", 7);

	assert_int_equal(f.kind, MASTER_OK);
	expects_dram(rig, PLAY_PA, "wrapped");
	master_free(narrow);
	master_free(NULL);
}

static void dma_ranges_translate_and_refuse(void **state)
{
	struct rig *rig = *state;
	static const struct board_range ranges[] = {
		{ .dma = 0x0, .pa = PLAY_PA, .len = 0x1000 },
		{ .dma = 0x1000, .pa = PLAY_PA + 0x8000, .len = 0x1000 },
	};
	struct master *d = master_new(rig->m, &(struct master_config){
		.name = "behind-a-bus", .ranges = ranges, .nr_ranges = G_N_ELEMENTS(ranges) });
	struct master_fault f;

	assert_int_equal(master_write(d, 0xffe, "abcd", 4).kind, MASTER_OK);
	expects_dram(rig, PLAY_PA + 0xffe, "ab");
	expects_dram(rig, PLAY_PA + 0x8000, "cd");
	f = master_write(d, 0x1ffe, "efgh", 4);
	assert_int_equal(f.kind, MASTER_NO_RANGE);
	assert_int_equal(f.dma, 0x2000);
	expects_dram(rig, PLAY_PA + 0x8ffe, "ef");
}

static void bytes_are_counted_and_survive_their_master(void **state)
{
	struct rig *rig = *state;
	uint64_t before = counts(rig).dma_write_bytes;	/* the tables were DMA, too */
	struct master *d = master_new(rig->m, &(struct master_config){ .name = "brief" });
	char bytes[100] = "";

	master_write(d, PLAY_PA, bytes, 100);
	master_read(d, PLAY_PA, bytes, 60);
	assert_string_equal(master_name(d), "brief");
	assert_ptr_equal(master_machine(d), rig->m);
	assert_false(master_is_coherent(d));
	master_free(d);
	assert_int_equal(counts(rig).dma_write_bytes - before, 100);
	assert_int_equal(counts(rig).dma_read_bytes, 60);
}

#define dma(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
#define snoop(name)	cmocka_unit_test_setup_teardown(name, setup_coherent, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		dma(a_master_that_does_not_snoop_reads_dram_past_dirty_lines),
		snoop(a_coherent_master_reads_the_newest_copy),
		snoop(a_coherent_write_cleans_the_rest_of_the_line_first),
		dma(a_transfer_ends_at_the_first_refused_byte),
		dma(high_address_bits_are_dropped),
		dma(dma_ranges_translate_and_refuse),
		dma(bytes_are_counted_and_survive_their_master),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
