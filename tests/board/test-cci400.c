/* SPDX-License-Identifier: MIT */
/* Where the CCI-400 is, and who is at which of its slave interfaces. */
#include "rig.h"

#define CCI(state)	"cci@90000 { compatible = \"arm,cci-400\"; reg = <0x90000 0x1000>; " CELLS \
			" ranges = <0 0x90000 0x10000>; " state \
			PORT("s2", "3000") PORT("s3", "4000") PORT("s4", "5000") \
			PORT("odd", "4800") PORT("beyond", "6000") " };"
#define PORT(label, unit) \
	label ": slave-if@" unit " { compatible = \"arm,cci-400-ctrl-if\"; reg = <0x" unit \
	" 0x1000>; };"
#define TWO_CPUS(first, second)	"cpus { #address-cells = <1>; #size-cells = <0>;" \
	CPU("0", first) CPU("100", second) " };"
#define CPU(unit, lines) "cpu@" unit " { device_type = \"cpu\"; reg = <0x" unit ">;" \
	" compatible = \"arm,cortex-a15\"; " lines " };"
#define AT(label)	"cci-control-port = <&" label ">;"
#define DMA(lines)	"dma@1000 { compatible = \"acme,dma\"; reg = <0x1000 0x1000>;" \
			" dma-coherent; " lines " };"
#define BOARD(cci, cpu0, cpu1, dma) \
	CELLS TWO_CPUS(cpu0, cpu1) MEMORY SOC(cci DMA(dma))

static void registers_cpus_and_masters_are_found(void **state)
{
	const struct board *b = board_of(BOARD(CCI(""), AT("s3"), AT("s4"), AT("s2")));
	const struct board_master *dma = master_of(b, "1000.dma");

	assert_string_equal(b->cci400.path, "/soc/cci@90000");
	assert_int_equal(b->cci400.reg_pa, 0x90000);
	assert_true(cpu_of(b, 0)->has_cci_interface);
	assert_int_equal(cpu_of(b, 0)->cci_interface, 3);
	assert_int_equal(cpu_of(b, 1)->cci_interface, 4);
	assert_true(dma->has_cci_interface);
	assert_int_equal(dma->cci_interface, 2);
	assert_true(board_check(b, NULL));
}

static void a_tree_without_one_has_none(void **state)
{
	const struct board *b = board_of(BOARD("", "", "", ""));

	assert_null(b->cci400.path);
	assert_false(cpu_of(b, 0)->has_cci_interface);
	assert_false(master_of(b, "1000.dma")->has_cci_interface);
}

static void a_disabled_one_is_none(void **state)
{
	const struct board *b = board_of(BOARD(CCI("status = \"disabled\";"), AT("s3"), "",
					       AT("s2")));

	assert_null(b->cci400.path);
	assert_false(cpu_of(b, 0)->has_cci_interface);
	assert_false(master_of(b, "1000.dma")->has_cci_interface);
}

static void an_interface_of_the_wrong_kind_is_none(void **state)
{
	const struct board *b = board_of(BOARD(CCI(""), AT("s2"), "", AT("s3")));

	assert_false(cpu_of(b, 0)->has_cci_interface);
	assert_false(master_of(b, "1000.dma")->has_cci_interface);
}

static void what_is_no_interface_is_none(void **state)
{
	const struct board *b = board_of(BOARD(CCI(""), AT("odd"), AT("beyond"),
					       "cci-control-port = <77>;"));

	assert_false(cpu_of(b, 0)->has_cci_interface);
	assert_false(cpu_of(b, 1)->has_cci_interface);
	assert_false(master_of(b, "1000.dma")->has_cci_interface);
}

static void registers_in_dram_are_refused(void **state)
{
	refuses(board_of(CELLS CPU_A9 MEMORY SOC("cci@80001000 { compatible = \"arm,cci-400\";"
		" reg = <0x80001000 0x1000>; };")),
		"test.dtb: the registers of its CCI-400, at 0x80001000, lie in its DRAM");
}

#define CCI_TEST(f) cmocka_unit_test_teardown(f, free_boards)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CCI_TEST(registers_cpus_and_masters_are_found),
		CCI_TEST(a_tree_without_one_has_none),
		CCI_TEST(a_disabled_one_is_none),
		CCI_TEST(an_interface_of_the_wrong_kind_is_none),
		CCI_TEST(what_is_no_interface_is_none),
		CCI_TEST(registers_in_dram_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
