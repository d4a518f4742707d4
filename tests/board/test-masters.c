/* SPDX-License-Identifier: MIT */
/*
 * Who is a master, what Linux calls it, how it sees memory, and which IOMMU it is
 * behind. The trees are small versions of what real SoCs have.
 */
#include "rig.h"

#define BOARD(lines)	CELLS CPU_A9 MEMORY lines
#define DEV(name, unit, lines) \
	name "@" unit " { compatible = \"acme," name "\"; reg = <0x" unit " 0x1000>; " lines " };"
#define MMU(label, unit, cells) \
	label ": iommu@" unit " { compatible = \"acme,mmu\"; reg = <0x" unit " 0x1000>;" \
	" #iommu-cells = <" cells ">; };"

/* ---- who is one ------------------------------------------------------------- */

static void devices_of_a_class_that_moves_data_are_masters(void **state)
{
	has_masters(board_of(BOARD(SOC(DEV("ethernet", "1000", "") DEV("mmc", "2000", "")
				       DEV("usb", "3000", "") DEV("serial", "4000", "")
				       DEV("gpio", "5000", "")))),
		    "1000.ethernet 2000.mmc 3000.usb");
}

static void a_device_with_dmas_leaves_it_to_the_dma_controller(void **state)
{
	has_masters(board_of(BOARD(SOC("dma: " DEV("dma-controller", "1000", "#dma-cells = <1>;")
				       DEV("mmc", "2000", "dmas = <&dma 1>;")))),
		    "1000.dma-controller");
}

static void a_part_whose_bytes_the_cpu_moves_is_none(void **state)
{
	has_masters(board_of(BOARD(SOC("ethernet@1000 { compatible = \"smsc,lan9221\","
				       " \"smsc,lan9115\"; reg = <0x1000 0x1000>; };"))), "");
}

static void a_device_behind_i2c_is_none(void **state)
{
	has_masters(board_of(BOARD(SOC("i2c@1000 { compatible = \"acme,i2c\"; reg = <0x1000 0x10>;"
		" #address-cells = <1>; #size-cells = <0>;"
		" camera@10 { compatible = \"acme,sensor\"; reg = <0x10>; }; };"))), "");
}

static void glue_around_a_controller_is_not_a_second_one(void **state)
{
	has_masters(board_of(BOARD(SOC("usb@1000 { compatible = \"acme,glue\";"
		" reg = <0x1000 0x100>; " CELLS " ranges;"
		" usb@2000 { compatible = \"snps,dwc3\"; reg = <0x2000 0x1000>; }; };"))),
		"2000.usb");
}

static void anything_behind_an_iommu_is_a_master(void **state)
{
	has_masters(board_of(BOARD(SOC(MMU("mmu", "1000", "0")
				       DEV("scaler", "2000", "iommus = <&mmu>;")))),
		    "2000.scaler");
}

static void anything_with_a_path_to_memory_is_a_master(void **state)
{
	has_masters(board_of(BOARD(SOC("bus: " DEV("mbus", "1000", "#interconnect-cells = <1>;")
		DEV("blender", "2000", "interconnects = <&bus 5>;"
		    " interconnect-names = \"dma-mem\";")))), "2000.blender");
}

static void a_coherent_device_is_a_master_and_a_coherent_bus_is_not(void **state)
{
	has_masters(board_of(BOARD("soc { compatible = \"simple-bus\"; " CELLS
		" ranges; dma-coherent;" DEV("engine", "1000", "dma-coherent;")
		DEV("serial", "2000", "") "};")), "1000.engine");
}

static void a_cache_is_not_a_master(void **state)
{
	has_masters(board_of(BOARD(SOC("cache-controller@1000 { compatible = \"arm,pl310-cache\";"
		" reg = <0x1000 0x1000>; cache-unified; cache-level = <2>; dma-coherent; };"))),
		"");
}

static void a_disabled_bus_disables_what_is_on_it(void **state)
{
	const struct board *b = board_of(BOARD("soc { " CELLS " ranges; status = \"disabled\";"
					       DEV("mmc", "1000", "status = \"okay\";") "};"));

	assert_true(master_of(b, "1000.mmc")->is_disabled);
}

/* ---- what Linux calls it ------------------------------------------------------ */

static void a_name_has_the_address_that_the_cpu_uses(void **state)
{
	has_masters(board_of(BOARD("soc { " CELLS " ranges = <0 0x48000000 0x1000000>;"
		"bus@60000 { " CELLS " ranges = <0 0x60000 0x1000>;"
		DEV("mmc", "800", "") "}; };")), "48060800.mmc");
}

static void a_name_is_found_by_path_too(void **state)
{
	const struct board *b = board_of(BOARD(SOC(DEV("mmc", "1000", ""))));

	assert_ptr_equal(master_of(b, "/soc/mmc@1000"), master_of(b, "1000.mmc"));
	assert_null(board_master(b, "1000.usb"));
}

static void a_node_without_an_address_is_named_by_its_place(void **state)
{
	has_masters(board_of(BOARD(MMU("mmu", "1000", "0") "pipeline { iommus = <&mmu>; };"
		SOC("display { iommus = <&mmu>; };"
		    "bus@5000 { reg = <0x5000 0x10>; engine { iommus = <&mmu>; }; };"))),
		"pipeline soc:display 5000.bus:engine");
}

/* ---- coherency ------------------------------------------------------------------ */

static void coherency_is_inherited(void **state)
{
	const struct board *b = board_of(BOARD("soc { " CELLS " ranges; dma-coherent;"
		"bus { " CELLS " ranges;" DEV("mmc", "1000", "") "}; };"));

	assert_true(master_of(b, "1000.mmc")->is_coherent);
}

static void the_nearest_word_on_coherency_holds(void **state)
{
	const struct board *b = board_of(BOARD("soc { " CELLS " ranges; dma-coherent;"
		"bus { " CELLS " ranges; dma-noncoherent;"
		DEV("mmc", "1000", "") DEV("usb", "2000", "dma-coherent;") "}; };"));

	assert_false(master_of(b, "1000.mmc")->is_coherent);
	assert_true(master_of(b, "2000.usb")->is_coherent);
}

static void silence_means_not_coherent(void **state)
{
	assert_false(master_of(board_of(BOARD(SOC(DEV("mmc", "1000", "")))),
			       "1000.mmc")->is_coherent);
}

static void coherency_follows_the_path_of_the_dma(void **state)
{
	const struct board *b = board_of(BOARD(SOC(
		"bus: " DEV("mbus", "1000", "#interconnect-cells = <1>; dma-coherent;")
		DEV("mmc", "2000", "interconnects = <&bus 5>;"
			" interconnect-names = \"dma-mem\";"))));

	assert_true(master_of(b, "2000.mmc")->is_coherent);
}

static void a_path_of_the_dma_in_a_circle_ends(void **state)
{
	const struct board *b = board_of(BOARD(SOC(
		"a: " DEV("mmc", "1000", "#interconnect-cells = <0>; interconnects = <&b>;"
			  " interconnect-names = \"dma-mem\";")
		"b: " DEV("usb", "2000", "#interconnect-cells = <0>; interconnects = <&a>;"
			  " interconnect-names = \"dma-mem\";"))));

	assert_false(master_of(b, "1000.mmc")->is_coherent);
	sees(b, "1000.mmc", "1:1");
}

/* ---- windows ---------------------------------------------------------------------- */

static void without_dma_ranges_it_is_one_to_one(void **state)
{
	sees(board_of(BOARD(SOC(DEV("mmc", "1000", "")))), "1000.mmc", "1:1");
}

static void a_window_is_read_in_the_cells_of_both_buses(void **state)
{
	const struct board *b = board_of("#address-cells = <2>; #size-cells = <1>;" CPU_A9
		"soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0 0x40000000>;"
		" dma-ranges = <0xc0000000 0x1 0x00000000 0x20000000>;"
		DEV("mmc", "1000", "") "};");

	sees(b, "1000.mmc", "100000000+20000000@c0000000");
}

static void windows_of_nested_buses_are_chained(void **state)
{
	const struct board *b = board_of(BOARD("soc { " CELLS " ranges;"
		" dma-ranges = <0x40000000 0x80000000 0x20000000>;"
		" bus { " CELLS " ranges; dma-ranges = <0 0x40000000 0x10000000>;"
		DEV("mmc", "1000", "") "}; };"));

	sees(b, "1000.mmc", "80000000+10000000@0");
}

static void an_empty_dma_ranges_passes_the_question_up(void **state)
{
	const struct board *b = board_of(BOARD("soc { " CELLS " ranges;"
		" dma-ranges = <0 0x80000000 0x20000000>;"
		" bus { " CELLS " ranges; dma-ranges;" DEV("mmc", "1000", "") "}; };"));

	sees(b, "1000.mmc", "80000000+20000000@0");
}

static void a_missing_dma_ranges_passes_it_up_only_once(void **state)
{
	const struct board *b = board_of(BOARD("soc { " CELLS " ranges;"
		" dma-ranges = <0 0x80000000 0x20000000>;"
		" bus { " CELLS " ranges;" DEV("mmc", "1000", "")
		"  inner { " CELLS " ranges;" DEV("usb", "2000", "") "}; }; };"));

	sees(b, "1000.mmc", "80000000+20000000@0");
	sees(b, "2000.usb", "1:1");
}

static void windows_that_continue_each_other_are_one(void **state)
{
	const struct board *b = board_of(BOARD("soc { " CELLS " ranges;"
		" dma-ranges = <0 0x80000000 0x1000>, <0x1000 0x80001000 0x1000>,"
		" <0x2000 0x80008000 0x1000>, <0x8000 0x80009000 0x1000>;"
		DEV("mmc", "1000", "") "};"));

	sees(b, "1000.mmc", "80000000+2000@0 80008000+1000@2000 80009000+1000@8000");
}

static void a_window_that_the_next_bus_does_not_pass_leads_nowhere(void **state)
{
	const struct board *b = board_of(BOARD("soc { " CELLS " ranges;"
		" dma-ranges = <0 0x80000000 0x1000>;"
		" bus { " CELLS " ranges;"
		"  dma-ranges = <0 0x70000000 0x1000>, <0x5000 0x800 0x100>;"
		DEV("mmc", "1000", "") "}; };"));

	sees(b, "1000.mmc", "80000800+100@5000");
}

static void the_windows_of_a_path_to_memory_are_the_providers(void **state)
{
	const struct board *b = board_of(BOARD(SOC(
		"bus: dram-controller@1000 { compatible = \"acme,mbus\"; reg = <0x1000 0x1000>;"
		CELLS " dma-ranges = <0 0x40000000 0xc0000000>; #interconnect-cells = <1>; };"
		DEV("csi", "2000", "interconnects = <&bus 5>; interconnect-names = \"dma-mem\";")
		DEV("mmc", "3000", ""))));

	sees(b, "2000.csi", "40000000+c0000000@0");
	sees(b, "3000.mmc", "1:1");
}

static void a_pci_host_has_the_windows_of_its_functions(void **state)
{
	const struct board *b = board_of(BOARD(SOC(
		"pcie@1000 { compatible = \"acme,pcie\"; device_type = \"pci\";"
		" reg = <0x1000 0x1000>; #address-cells = <3>; #size-cells = <2>;"
		" dma-ranges = <0x02000000 0 0x00000000 0x80000000 0 0x10000000>; };")));

	sees(b, "1000.pcie", "80000000+10000000@0");
}

/* ---- IOMMUs ------------------------------------------------------------------------- */

static void a_master_is_behind_every_iommu_it_names(void **state)
{
	const struct board *b = board_of(BOARD(SOC(
		MMU("left", "1000", "0") MMU("right", "2000", "0")
		DEV("codec", "3000", "iommus = <&right>, <&left>;") DEV("mmc", "4000", ""))));

	is_behind(b, "3000.codec", "iommu@2000 iommu@1000");
	is_behind(b, "4000.mmc", "");
}

static void specifiers_are_as_long_as_each_iommu_says(void **state)
{
	const struct board *b = board_of(BOARD(SOC(
		MMU("one", "1000", "1") MMU("two", "2000", "2")
		DEV("dc", "3000", "iommus = <&two 7 8>, <&one 9>, <&two 1 2>;"))));

	is_behind(b, "3000.dc", "iommu@2000 iommu@1000");
}

static void an_iommu_map_names_the_iommu_of_the_functions(void **state)
{
	const struct board *b = board_of(BOARD(SOC(MMU("mmu", "1000", "1")
		"pcie@2000 { compatible = \"acme,pcie\"; device_type = \"pci\";"
		" reg = <0x2000 0x1000>; #address-cells = <3>; #size-cells = <2>;"
		" iommu-map = <0 &mmu 0 0x10000>; };")));

	is_behind(b, "2000.pcie", "iommu@1000");
}

static void a_specifier_is_kept_as_it_is_written(void **state)
{
	const struct board *b = board_of(BOARD(SOC(
		MMU("none", "1000", "0") MMU("two", "2000", "2")
		DEV("dc", "3000", "iommus = <&two 7 0xff>, <&none>, <&two 0xffffffff 2>;"))));
	const struct board_master *m = board_master(b, "3000.dc");
	static const struct board_stream streams[] = {
		{ 1, 2, { 7, 0xff } }, { 0, 0, { 0 } }, { 1, 2, { 0xffffffff, 2 } },
	};

	assert_int_equal(m->streams->len, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_memory_equal(&g_array_index(m->streams, struct board_stream, i),
				    &streams[i], sizeof(streams[i]));
	assert_int_equal(m->iommu_maps->len, 0);
}

static void an_iommu_map_translates_requesters_by_the_first_entry_that_fits(void **state)
{
	const struct board *b = board_of(BOARD(SOC(MMU("a", "1000", "1") MMU("b", "2000", "1")
		"pcie@3000 { compatible = \"acme,pcie\"; device_type = \"pci\";"
		" reg = <0x3000 0x1000>; #address-cells = <3>; #size-cells = <2>;"
		" iommu-map-mask = <0xfff8>;"
		" iommu-map = <0x100 &b 0x20 0x10>, <0x100 &a 0 0x100>, <0 &a 0x80 0>; };")));
	const struct board_master *m = board_master(b, "3000.pcie");
	uint32_t stream = 99;

	assert_int_equal(board_map_requester(m, 0x107, &stream), 1);
	assert_int_equal(stream, 0x20);
	assert_int_equal(board_map_requester(m, 0x10108, &stream), 1);
	assert_int_equal(stream, 0x28);
	assert_int_equal(board_map_requester(m, 0x1ff, &stream), 0);
	assert_int_equal(stream, 0xf8);
	stream = 99;
	assert_int_equal(board_map_requester(m, 0x200, &stream), -1);
	assert_int_equal(board_map_requester(m, 0, &stream), -1);
	assert_int_equal(stream, 99);
	is_behind(b, "3000.pcie", "iommu@2000 iommu@1000");
}

static void without_an_iommu_map_no_requester_is_translated(void **state)
{
	const struct board *b = board_of(BOARD(SOC(DEV("mmc", "1000", ""))));
	uint32_t stream;

	assert_int_equal(board_map_requester(board_master(b, "1000.mmc"), 0, &stream), -1);
}

static void a_region_gives_iovas_to_the_masters_it_names(void **state)
{
	const struct board *b = board_of(BOARD(
		"reserved-memory { " CELLS " ranges; fb: fb@90000000 { reg = <0x90000000 0x1000>;"
		" iommu-addresses = <&lcd 0x90000000 0x1000>, <&gpu 0x80000000 0x2000>,"
		" <&lcd 0xa0000000 0x3000>; }; };"
		SOC("lcd: " DEV("display", "1000", "dma-coherent; memory-region = <&fb>;")
		    "gpu: " DEV("gpu", "2000", "dma-coherent; memory-region = <&fb>;"))));
	const GArray *lcd = board_master(b, "1000.display")->iovas;
	const GArray *gpu = board_master(b, "2000.gpu")->iovas;

	assert_int_equal(lcd->len, 2);
	assert_int_equal(g_array_index(lcd, struct board_iova, 0).iova, 0x90000000);
	assert_int_equal(g_array_index(lcd, struct board_iova, 1).iova, 0xa0000000);
	assert_int_equal(g_array_index(lcd, struct board_iova, 1).len, 0x3000);
	assert_int_equal(gpu->len, 1);
	assert_int_equal(g_array_index(gpu, struct board_iova, 0).len, 0x2000);
	assert_int_equal(g_array_index(gpu, struct board_iova, 0).region, 0);
}

static void iommus_are_listed_and_not_modelled(void **state)
{
	const struct board *b = board_of(BOARD(SOC(MMU("mmu", "1000", "1"))));
	const struct board_iommu *i = g_ptr_array_index(b->iommus, 0);

	assert_int_equal(b->iommus->len, 1);
	assert_string_equal(i->path, "/soc/iommu@1000");
	assert_string_equal(i->compatible, "acme,mmu");
	assert_int_equal(i->nr_cells, 1);
	assert_false(i->is_modelled);
	assert_int_equal(b->masters->len, 0);
}

#define MASTERS_TEST(f) cmocka_unit_test_teardown(f, free_boards)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MASTERS_TEST(devices_of_a_class_that_moves_data_are_masters),
		MASTERS_TEST(a_device_with_dmas_leaves_it_to_the_dma_controller),
		MASTERS_TEST(a_part_whose_bytes_the_cpu_moves_is_none),
		MASTERS_TEST(a_device_behind_i2c_is_none),
		MASTERS_TEST(glue_around_a_controller_is_not_a_second_one),
		MASTERS_TEST(anything_behind_an_iommu_is_a_master),
		MASTERS_TEST(anything_with_a_path_to_memory_is_a_master),
		MASTERS_TEST(a_coherent_device_is_a_master_and_a_coherent_bus_is_not),
		MASTERS_TEST(a_cache_is_not_a_master),
		MASTERS_TEST(a_disabled_bus_disables_what_is_on_it),
		MASTERS_TEST(a_name_has_the_address_that_the_cpu_uses),
		MASTERS_TEST(a_name_is_found_by_path_too),
		MASTERS_TEST(a_node_without_an_address_is_named_by_its_place),
		MASTERS_TEST(coherency_is_inherited),
		MASTERS_TEST(the_nearest_word_on_coherency_holds),
		MASTERS_TEST(silence_means_not_coherent),
		MASTERS_TEST(coherency_follows_the_path_of_the_dma),
		MASTERS_TEST(a_path_of_the_dma_in_a_circle_ends),
		MASTERS_TEST(without_dma_ranges_it_is_one_to_one),
		MASTERS_TEST(a_window_is_read_in_the_cells_of_both_buses),
		MASTERS_TEST(windows_of_nested_buses_are_chained),
		MASTERS_TEST(an_empty_dma_ranges_passes_the_question_up),
		MASTERS_TEST(a_missing_dma_ranges_passes_it_up_only_once),
		MASTERS_TEST(windows_that_continue_each_other_are_one),
		MASTERS_TEST(a_window_that_the_next_bus_does_not_pass_leads_nowhere),
		MASTERS_TEST(the_windows_of_a_path_to_memory_are_the_providers),
		MASTERS_TEST(a_pci_host_has_the_windows_of_its_functions),
		MASTERS_TEST(a_master_is_behind_every_iommu_it_names),
		MASTERS_TEST(specifiers_are_as_long_as_each_iommu_says),
		MASTERS_TEST(an_iommu_map_names_the_iommu_of_the_functions),
		MASTERS_TEST(a_specifier_is_kept_as_it_is_written),
		MASTERS_TEST(an_iommu_map_translates_requesters_by_the_first_entry_that_fits),
		MASTERS_TEST(without_an_iommu_map_no_requester_is_translated),
		MASTERS_TEST(a_region_gives_iovas_to_the_masters_it_names),
		MASTERS_TEST(iommus_are_listed_and_not_modelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
