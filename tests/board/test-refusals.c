/* SPDX-License-Identifier: MIT */
/*
 * Bad trees and boards that cannot be built: one sentence each, naming file and
 * place. The sentence is part of the interface, so it is compared whole.
 */
#include <glib/gstdio.h>
#include <libfdt.h>
#include <string.h>

#include "rig.h"

#define BOARD(lines)	CELLS CPU_A9 MEMORY lines
#define CPU_THAT_SAYS(lines) \
	CELLS CPU_OF("compatible = \"arm,cortex-a9\";" lines) MEMORY

/* ---- trees that say something impossible -------------------------------------- */

static const struct {
	const char *body;
	const char *sentence;
} malformed[] = {
	{ CELLS CPU_A9 "memory@0 { device_type = \"memory\"; reg = <0x80000000>; };",
	  "/memory@0: reg has 1 cells, which is not a multiple of 2" },
	{ "#address-cells = <2>; #size-cells = <2>;" CPU_A9
	  "memory@0 { device_type = \"memory\"; reg = <0x200 0x0 0x0 0x1000>; };",
	  "/memory@0: reg reaches past 40 bits of physical address, the most of any core in "
	  "AArch32 state" },
	{ "#address-cells = <2>; #size-cells = <2>;" CPU_A9
	  "memory@0 { device_type = \"memory\"; reg = <0x0 0x0 0xffffffff 0xffffffff>; };",
	  "/memory@0: reg reaches past 40 bits of physical address, the most of any core in "
	  "AArch32 state" },
	{ "#address-cells = <9>; #size-cells = <1>;" CPU_A9
	  "memory@0 { device_type = \"memory\"; reg = <0x80000000 0x1000>; };",
	  "/memory@0: the root's #address-cells and #size-cells leave no room for a reg" },
	{ BOARD(RESERVED("fb@1 { reg = <0x80000000>; };")),
	  "/reserved-memory/fb@1: reg has 1 cells, which is not a multiple of 2" },
	{ BOARD(RESERVED("fb { size = <0 0x100000>; };")),
	  "/reserved-memory/fb: size has 2 cells, where it takes 1" },
	{ BOARD(RESERVED("fb { size = <0x100000>; alignment = <0x3000>; };")),
	  "/reserved-memory/fb: alignment is 0x3000, which is not a power of two" },
	{ BOARD(RESERVED("fb { size = <0x100000>; alloc-ranges = <0x80000000>; };")),
	  "/reserved-memory/fb: alloc-ranges has 1 cells, which is not a multiple of 2" },
	{ "#address-cells = <2>; #size-cells = <2>;" CPU_A9
	  "memory@0 { device_type = \"memory\"; reg = <0x0 0x80000000 0x0 0x10000000>; };"
	  "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;"
	  " fb@1 { reg = <0x100 0 0 0x1000>; }; };",
	  "/reserved-memory/fb@1: reg reaches past 40 bits of physical address, the most of "
	  "any core in AArch32 state" },
	{ CPU_THAT_SAYS("d-cache-size = <1000>;"),
	  "/cpus/cpu@0: d-cache-size is 1000, which lines of 32 bytes in 1 to 64 ways "
	  "cannot make up" },
	{ CPU_THAT_SAYS("d-cache-size = <0x8000>; d-cache-line-size = <48>;"),
	  "/cpus/cpu@0: d-cache-line-size is 48, where 16 to 128 bytes are possible" },
	{ CPU_THAT_SAYS("i-cache-size = <0x8000>; i-cache-sets = <3>;"),
	  "/cpus/cpu@0: i-cache-size is 32768, which lines of 32 bytes in 1 to 64 ways "
	  "cannot make up" },
	{ CPU_THAT_SAYS("d-cache-size = <0x8000>; d-cache-sets = <0xffffffff>;"),
	  "/cpus/cpu@0: d-cache-size is 32768, which lines of 32 bytes in 1 to 64 ways "
	  "cannot make up" },
	{ BOARD(SOC("cache-controller@1000 { compatible = \"arm,pl310-cache\";"
		    " reg = <0x1000 0x1000>; cache-size = <0x8000>; };")),
	  "/soc/cache-controller@1000: 32768 bytes in 8 ways of lines of 32 bytes is not a "
	  "PL310" },
	{ BOARD("cache-controller { compatible = \"arm,pl310-cache\"; };"),
	  "/cache-controller: a PL310 whose reg leads to no physical address" },
	{ BOARD("mmu@0 { #iommu-cells = <77>; };"),
	  "/mmu@0: #iommu-cells is 77, more than 4" },
	{ BOARD("codec { iommus = <0x42>; };"),
	  "/codec: iommus names phandle 0x42, which no node has" },
	{ BOARD("mmu: mmu@0 { }; codec { iommus = <&mmu>; };"),
	  "/codec: iommus names phandle 0x1, which is not an IOMMU" },
	{ BOARD("mmu: mmu@0 { #iommu-cells = <2>; }; codec { iommus = <&mmu 1>; };"),
	  "/codec: iommus ends in the middle of an entry" },
	{ BOARD("mmu: mmu@0 { #iommu-cells = <1>; }; pci { iommu-map = <0 &mmu 0>; };"),
	  "/pci: iommu-map has 3 cells, which is not a multiple of 4" },
	{ BOARD("mmu: mmu@0 { #iommu-cells = <1>; }; pci { iommu-map-mask = <0xff00>;"
		" iommu-map = <0x180 &mmu 0 8>; };"),
	  "/pci: iommu-map begins at requester 0x180, of which iommu-map-mask 0xff00 keeps 0x100" },
	{ BOARD("mmu: mmu@0 { #iommu-cells = <1>; }; pci {"
		" iommu-map = <0 &mmu 0xfffffff0 0x11>; };"),
	  "/pci: iommu-map counts 17 IDs from 0x0 to 0xfffffff0, past 32 bits" },
	{ BOARD("reserved-memory { " CELLS " ranges; fb: fb { iommu-addresses = <0x42 0 1>; }; };"
		" display@1 { reg = <1 1>; dma-coherent; memory-region = <&fb>; };"),
	  "/reserved-memory/fb: iommu-addresses names phandle 0x42, which no node has" },
	{ BOARD("reserved-memory { " CELLS " ranges; fb: fb { iommu-addresses = <&lcd 0>; }; };"
		" lcd: display@1 { reg = <1 1>; dma-coherent; memory-region = <&fb>; };"),
	  "/reserved-memory/fb: iommu-addresses ends in the middle of an entry" },
	{ BOARD("soc { " CELLS " ranges; dma-ranges = <0 0>; mmc@1 { compatible = \"a,b\";"
		" reg = <1 1>; }; };"),
	  "/soc: dma-ranges has 2 cells, which is not a multiple of 3" },
	{ BOARD("soc { #address-cells = <1>; #size-cells = <0>; ranges; dma-ranges = <0 0>;"
		" mmc@1 { compatible = \"a,b\"; reg = <1>; }; };"),
	  "/soc: dma-ranges on a bus whose #address-cells or #size-cells allow none" },
};

static void an_impossible_tree_is_named_with_its_place(void **state)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(malformed); i++) {
		g_autofree char *sentence = g_strconcat("test.dtb: ", malformed[i].sentence, NULL);

		is_malformed(malformed[i].body, sentence);
	}
}

/* A soc whose ranges has @nr windows, the last of which leads to its mmc. */
static char *soc_with_windows(unsigned nr)
{
	g_autoptr(GString) body = g_string_new(BOARD("soc { " CELLS " ranges ="));

	for (unsigned i = 1; i < nr; i++)
		g_string_append_printf(body, " <0x%x 0 1>,", 0x10000 + i);
	g_string_append(body, " <0 0x48000000 0x1000>; mmc@0 { compatible = \"acme,mmc\";"
			" reg = <0 0x100>; }; };");
	return g_strdup(body->str);
}

static void a_bus_has_128_windows_at_most(void **state)
{
	g_autofree char *just_so = soc_with_windows(128);
	g_autofree char *too_many = soc_with_windows(129);

	has_masters(board_of(just_so), "48000000.mmc");
	is_malformed(too_many, "test.dtb: /soc: ranges has 129 windows, more than 128");
}

/* ---- blobs that are no trees ----------------------------------------------------- */

static void complains_of(const void *blob, size_t len, const char *sentence)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(board) b = board_parse(blob, len, "x.dtb", &error);

	assert_null(b);
	assert_string_equal(error->message, sentence);
	assert_true(g_error_matches(error, BOARD_ERROR, BOARD_ERROR_MALFORMED));
}

static void an_empty_file_is_too_short(void **state)
{
	complains_of(NULL, 0, "x.dtb: too short for a device tree");
	complains_of("\xd0\x0d\xfe\xed", 4, "x.dtb: too short for a device tree");
}

static void text_is_not_a_device_tree(void **state)
{
	static const char text[] = "/dts-v1/; / { model = \"I am the source, not the tree\"; };";

	complains_of(text, sizeof(text),
		     "x.dtb: not a flattened device tree (it does not start with d00dfeed)");
}

static void a_tree_that_is_cut_off_is_said_to_be(void **state)
{
	size_t len;
	g_autofree char *blob = blob_of(BOARD(""), &len);

	for (size_t cut = 40; cut < len; cut++)
		complains_of(blob, cut, "x.dtb: a device tree that is cut off, or whose header "
			     "lies about its size");
}

static void a_tree_of_version_16_is_not_read(void **state)
{
	size_t len;
	g_autofree char *blob = blob_of(BOARD(""), &len);

	fdt_set_version(blob, 16);
	complains_of(blob, len, "x.dtb: a device tree of a version that is not read here (17 is)");
}

static void a_file_larger_than_any_tree_is_not_read(void **state)
{
	size_t len = (2u << 20) + 1;
	g_autofree char *blob = g_malloc0(len);

	complains_of(blob, len, "x.dtb: larger than 2 MiB, which no device tree is");
}

/* A blob with @name as a node or a property, which dtc would not write. */
static char *blob_with(const char *node, const char *prop, size_t *ret_len)
{
	char *blob = g_malloc0(8192);

	assert_int_equal(fdt_create(blob, 8192), 0);
	assert_int_equal(fdt_finish_reservemap(blob), 0);
	assert_int_equal(fdt_begin_node(blob, ""), 0);
	assert_int_equal(fdt_begin_node(blob, node), 0);
	assert_int_equal(fdt_property_u32(blob, prop, 1), 0);
	assert_int_equal(fdt_end_node(blob), 0);
	assert_int_equal(fdt_end_node(blob), 0);
	assert_int_equal(fdt_finish(blob), 0);
	*ret_len = fdt_totalsize(blob);
	return blob;
}

static void names_that_could_not_be_printed_are_refused(void **state)
{
	static const char sentence[] =
		"x.dtb: a device tree with a name that is not made of printable characters";
	size_t len;
	g_autofree char *escape = blob_with("dev\033[2J", "reg", &len);

	complains_of(escape, len, sentence);

	g_autofree char *blank = blob_with("dev", "two words", &len);

	complains_of(blank, len, sentence);
}

static void names_without_end_are_refused(void **state)
{
	g_autofree char *name = g_strnfill(300, 'a');
	size_t len;
	g_autofree char *prop = blob_with("dev", name, &len);

	complains_of(prop, len, "x.dtb: a device tree with a name of more than 255 characters");

	g_autofree char *node = blob_with(name, "reg", &len);

	complains_of(node, len, "x.dtb: a device tree with a name of more than 255 characters");
}

static char *nested(unsigned depth, size_t *ret_len)
{
	g_autoptr(GString) body = g_string_new(NULL);

	for (unsigned i = 0; i < depth; i++)
		g_string_append(body, "a { ");
	for (unsigned i = 0; i < depth; i++)
		g_string_append(body, "}; ");
	return blob_of(body->str, ret_len);
}

static void nodes_nested_too_deep_are_refused(void **state)
{
	size_t len;
	g_autofree char *deep = nested(17, &len);

	complains_of(deep, len, "x.dtb: a device tree whose nodes are nested too deep");

	g_autofree char *just_so = nested(16, &len);
	g_autoptr(board) b = board_parse(just_so, len, "x.dtb", NULL);

	assert_non_null(b);
}

/* No byte of a tree, whatever it becomes, may do more than be refused. */
static void any_flipped_byte_is_read_or_refused(void **state)
{
	size_t len;
	g_autofree char *blob = blob_of(BOARD(SOC("mmu: iommu@1000 { reg = <0x1000 1>;"
		" #iommu-cells = <1>; }; codec@2000 { reg = <0x2000 1>; iommus = <&mmu 1>;"
		" dma-coherent; };")), &len);
	unsigned nr_read = 0;

	for (size_t i = 0; i < len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			g_autoptr(GError) error = NULL;

			blob[i] ^= 1 << bit;
			g_autoptr(board) b = board_parse(blob, len, "x.dtb", &error);

			assert_true(!b == !!error);
			nr_read += b != NULL;
			blob[i] ^= 1 << bit;
		}
	}
	assert_in_range(nr_read, 1, len * 8 - 1);
}

/* ---- files ------------------------------------------------------------------------- */

static void a_file_that_is_not_there_is_named(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(board_load("no/such.dtb", &error));
	assert_string_equal(error->message,
			    "no/such.dtb: cannot be read: No such file or directory");
	assert_true(g_error_matches(error, BOARD_ERROR, BOARD_ERROR_UNREADABLE));
}

static void a_folder_is_not_a_file(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(board_load("/", &error));
	assert_string_equal(error->message, "/: cannot be read: Is a directory");
}

static void a_device_without_end_is_refused(void **state)
{
	g_autoptr(GError) error = NULL;

	assert_null(board_load("/dev/zero", &error));
	assert_string_equal(error->message,
			    "/dev/zero: larger than 2 MiB, which no device tree is");
}

/* ---- boards that are true and cannot be built ----------------------------------------- */

static void a_core_without_an_mmu_is_refused(void **state)
{
	refuses(board_of(CELLS CPU_OF("compatible = \"arm,cortex-m7\";") MEMORY),
		"test.dtb: its core (Cortex-M7) is a microcontroller without an MMU, which is not "
		"modelled");
	refuses(board_of(CELLS CPU_OF("compatible = \"arm,arm946e-s\";") MEMORY),
		"test.dtb: its core (ARM946E-S) has a protection unit instead of an MMU, which is "
		"not modelled");
}

static void more_colours_than_armv6_has_are_refused(void **state)
{
	refuses(board_of(CELLS CPU_OF("compatible = \"arm,arm1176jzf-s\";"
				      "d-cache-size = <0x10000>;") MEMORY),
		"(a machine can be built)");
	refuses(board_of(CELLS CPU_OF("compatible = \"arm,arm1176jzf-s\";"
				      "d-cache-size = <0x20000>;") MEMORY),
		"test.dtb: a way of its level 1 data cache is 32 KiB, where the most of any core of "
		"ARMv6 is 16");
}

static void a_core_that_nobody_knows_is_refused(void **state)
{
	refuses(board_of(CELLS CPU_OF("compatible = \"acme,core9000\";") MEMORY),
		"test.dtb: its core, \"acme,core9000\", is not in the table of cores");
}

static void a_core_that_is_not_named_is_refused(void **state)
{
	refuses(board_of(CELLS CPU_OF("") MEMORY),
		"test.dtb: its device tree does not say which core /cpus/cpu@0 is: name it with "
		"--cpu");
}

static void a_tree_without_cpus_is_refused(void **state)
{
	refuses(board_of(CELLS MEMORY),
		"test.dtb: its device tree names no CPU: name its core with --cpu");
}

static void a_tree_whose_cpus_are_all_disabled_is_refused(void **state)
{
	refuses(board_of(CELLS CPU_OF("compatible = \"arm,cortex-a9\"; status = \"disabled\";")
			 MEMORY),
		"test.dtb: its device tree marks every CPU as disabled");
}

static void one_core_of_several_is_enough_to_refuse(void **state)
{
	refuses(board_of(CELLS "cpus { #address-cells = <1>; #size-cells = <0>;"
		" cpu@0 { compatible = \"arm,cortex-a9\"; reg = <0>; };"
		" cpu@1 { compatible = \"acme,core\"; reg = <1>; }; };" MEMORY),
		"test.dtb: its core, \"acme,core\", is not in the table of cores");
}

static void an_outer_cache_that_nobody_modelled_is_refused(void **state)
{
	refuses(board_of(BOARD("l2-cache { compatible = \"marvell,kirkwood-cache\"; };")),
		"test.dtb: its outer cache, \"marvell,kirkwood-cache\", is not modelled");
}

static void a_cache_that_the_cores_operations_reach_is_no_reason(void **state)
{
	refuses(board_of(BOARD("l2-cache { compatible = \"marvell,aurora-system-cache\"; };")),
		"(a machine can be built)");
}

static void dram_out_of_a_cpus_reach_is_refused(void **state)
{
	refuses(board_of("#address-cells = <2>; #size-cells = <1>;" CPU_A9
		"memory@800000000 { device_type = \"memory\"; reg = <8 0 0x10000000>; };"),
		"test.dtb: it has no DRAM below 4 GiB");
}

#define REFUSAL_TEST(f) cmocka_unit_test_teardown(f, free_boards)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REFUSAL_TEST(an_impossible_tree_is_named_with_its_place),
		REFUSAL_TEST(a_bus_has_128_windows_at_most),
		REFUSAL_TEST(an_empty_file_is_too_short),
		REFUSAL_TEST(text_is_not_a_device_tree),
		REFUSAL_TEST(a_tree_that_is_cut_off_is_said_to_be),
		REFUSAL_TEST(a_tree_of_version_16_is_not_read),
		REFUSAL_TEST(a_file_larger_than_any_tree_is_not_read),
		REFUSAL_TEST(names_that_could_not_be_printed_are_refused),
		REFUSAL_TEST(names_without_end_are_refused),
		REFUSAL_TEST(nodes_nested_too_deep_are_refused),
		REFUSAL_TEST(any_flipped_byte_is_read_or_refused),
		REFUSAL_TEST(a_file_that_is_not_there_is_named),
		REFUSAL_TEST(a_folder_is_not_a_file),
		REFUSAL_TEST(a_device_without_end_is_refused),
		REFUSAL_TEST(a_core_without_an_mmu_is_refused),
		REFUSAL_TEST(more_colours_than_armv6_has_are_refused),
		REFUSAL_TEST(a_core_that_nobody_knows_is_refused),
		REFUSAL_TEST(a_core_that_is_not_named_is_refused),
		REFUSAL_TEST(a_tree_without_cpus_is_refused),
		REFUSAL_TEST(a_tree_whose_cpus_are_all_disabled_is_refused),
		REFUSAL_TEST(one_core_of_several_is_enough_to_refuse),
		REFUSAL_TEST(an_outer_cache_that_nobody_modelled_is_refused),
		REFUSAL_TEST(a_cache_that_the_cores_operations_reach_is_no_reason),
		REFUSAL_TEST(dram_out_of_a_cpus_reach_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
