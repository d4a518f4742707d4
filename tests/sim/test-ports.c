/* SPDX-License-Identifier: MIT */
/* A master at the ACP, above a PL310: what it sees, and where its bytes go. */
#include "rig.h"

#include <string.h>

static struct rig *rig;
static struct master *acp;

static void start_with(bool is_coherent, bool allocs_l2)
{
	rig = rig_a9();
	acp = master_new(rig->m, &(struct master_config){
		.name = "acp", .is_coherent = is_coherent, .port = PORT_ACP,
		.allocs_l2 = allocs_l2 });
}

static int stop(void **state)
{
	rig_free(rig);
	return 0;
}

static void expects_acp_read(const char *text)
{
	char got[32] = "";

	assert_int_equal(master_read(acp, PLAY_PA, got, strlen(text)).kind, MASTER_OK);
	assert_string_equal(got, text);
}

static void acp_writes(uint32_t off, const char *text)
{
	assert_int_equal(master_write(acp, PLAY_PA + off, text, strlen(text)).kind, MASTER_OK);
}

static void a_read_takes_level_1s_copy(void **state)
{
	start_with(true, false);
	writes(rig, K, "in L1");
	expects_acp_read("in L1");
	expects_line(rig, PLAY_PA, "L1 dirty, L2 clean");
}

static void or_level_2s(void **state)
{
	start_with(true, false);
	writes(rig, K, "in L2");
	cleans_and_invalidates(rig, K);
	expects_acp_read("in L2");
	expects_dram(rig, PLAY_PA, "");
}

static void a_read_allocates_only_if_told_to(void **state)
{
	char byte;

	start_with(true, false);
	assert_int_equal(master_read(acp, PLAY_PA, &byte, 1).kind, MASTER_OK);
	expects_line(rig, PLAY_PA, "L1 -, L2 -");
	rig_free(rig);
	start_with(true, true);
	assert_int_equal(master_read(acp, PLAY_PA, &byte, 1).kind, MASTER_OK);
	expects_line(rig, PLAY_PA, "L1 -, L2 clean");
}

static void a_write_empties_level_1_into_level_2_and_follows(void **state)
{
	start_with(true, true);
	writes(rig, K, "cpu bytes");
	acp_writes(0, "ACP");
	expects_line(rig, PLAY_PA, "L1 -, L2 dirty");
	expects_dram(rig, PLAY_PA, "");
	expects_read(rig, K, "ACP bytes");
}

static void one_that_does_not_snoop_passes_unseen(void **state)
{
	start_with(false, false);
	device_writes(rig, PLAY_PA, "old");
	writes(rig, K, "cpu");
	expects_acp_read("old");
	acp_writes(0, "dma");
	expects_read(rig, K, "cpu");
	expects_dram(rig, PLAY_PA, "dma");
}

#define port(name)	cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		port(a_read_takes_level_1s_copy),
		port(or_level_2s),
		port(a_read_allocates_only_if_told_to),
		port(a_write_empties_level_1_into_level_2_and_follows),
		port(one_that_does_not_snoop_passes_unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
