/* SPDX-License-Identifier: MIT */
/*
 * The board's tree as drivers read it: nodes, properties, references, registers, lines.
 *
 * What is expected is what drivers.dts says, and what the kernel's functions return for it;
 * names and registers are also compared with what the board's own reader has found.
 */
#include <string.h>
#include <armdma/bus.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>
#include <linux/of_platform.h>
#include <linux/property.h>

#include "../support/rig.h"

static struct device_node *numbers(void)
{
	struct device_node *np = of_find_node_by_path("/numbers");

	assert_non_null(np);
	return np;
}

static void every_node_is_there_with_its_relatives(struct rig *rig)
{
	struct device_node *np = of_find_node_by_path("/soc/widget@10040000"), *child;
	int nr = 0;

	assert_string_equal(np->name, "widget");
	assert_string_equal(np->full_name, "widget@10040000");
	assert_string_equal(np->path, "/soc/widget@10040000");
	assert_string_equal(np->parent->name, "soc");
	assert_true(of_node_is_root(np->parent->parent));
	assert_ptr_equal(of_find_node_by_path("/"), of_get_parent(of_get_parent(np)));
	assert_ptr_equal(of_get_next_parent(np), np->parent);
	assert_null(of_get_parent(np->parent->parent));
	for_each_child_of_node(np->parent, child) {
		assert_ptr_equal(child->parent, np->parent);
		nr++;
	}
	assert_int_equal(of_get_child_count(np->parent), nr);
	assert_int_equal(of_get_available_child_count(np->parent), nr - 1);
	assert_null(of_find_node_by_path("/soc/nobody"));
	assert_ptr_equal(of_get_child_by_name(np->parent, "widget"), np);
	assert_ptr_equal(of_get_compatible_child(np->parent, "test,widget"), np);
	assert_null(of_get_child_by_name(np, "nobody"));
}

static void nodes_are_found_by_what_they_say(struct rig *rig)
{
	static const struct of_device_id matches[] = {
		{ .compatible = "test,inner", .data = "inner" },
		{ .compatible = "test,widget", .data = "widget" },
		{ .name = "cpu", .type = "cpu" },
		{ .compatible = "" }
	};
	struct device_node *widget = of_find_compatible_node(NULL, NULL, "test,widget"), *np;
	const struct of_device_id *match;
	int nr = 0;

	assert_string_equal(widget->name, "widget");
	assert_ptr_equal(of_find_node_by_phandle(widget->phandle), widget);
	assert_null(of_find_node_by_phandle(0x7777));
	assert_null(of_find_node_by_phandle(0));
	assert_ptr_equal(of_find_node_by_name(NULL, "widget"), widget);
	assert_null(of_find_node_by_name(widget, "widget"));
	assert_ptr_equal(of_find_node_with_property(NULL, "reg-names"), widget);
	for_each_matching_node_and_match(np, matches, &match)
		nr += of_node_name_eq(np, match->data ? match->data : "cpu");
	assert_int_equal(nr, 4);
	nr = 0;
	for_each_node_by_type(np, "cpu")
		nr++;
	assert_int_equal(nr, 2);
	nr = 0;
	for_each_compatible_node(np, NULL, "test,plain")
		nr += of_device_is_available(np);
	assert_int_equal(nr, 1);
	assert_true(of_machine_is_compatible("armdma,a9-pl310"));
	assert_false(of_machine_is_compatible("test,plain"));
}

/* The first of a node's compatibles is worth most, whatever a table's order is. */
static void the_best_match_wins(struct rig *rig)
{
	static const struct of_device_id matches[] = {
		{ .compatible = "test,widget" }, { .compatible = "test,widget-2" },
		{ .compatible = "" }
	};
	static const char *const compats[] = { "test,widget", "test,nothing", NULL };
	struct device_node *np = of_find_node_by_name(NULL, "widget");

	assert_ptr_equal(of_match_node(matches, np), &matches[1]);
	assert_null(of_match_node(matches, numbers()));
	assert_null(of_match_node(NULL, np));
	assert_true(of_device_is_compatible(np, "test,widget-2") >
		    of_device_is_compatible(np, "test,widget"));
	assert_int_equal(of_device_compatible_match(np, compats),
			 of_device_is_compatible(np, "test,widget"));
	assert_int_equal(of_device_is_compatible(NULL, "test,widget"), 0);
}

static void numbers_are_big_endian_and_counted(struct rig *rig)
{
	const struct device_node *np = numbers();
	u8 bytes[5];
	u16 halves[2];
	u32 v[3], got = 42;
	u64 wide;
	int nr = 0;

	assert_int_equal(of_property_read_u32(np, "one", &got), 0);
	assert_int_equal(got, 0x11223344);
	assert_int_equal(of_property_read_u32_index(np, "three", 2, &got), 0);
	assert_int_equal(got, 0xffffffff);
	assert_int_equal(of_property_read_u32_array(np, "three", v, 3), 0);
	assert_int_equal(v[1], 2);
	assert_int_equal(of_property_read_u64(np, "wide", &wide), 0);
	assert_int_equal(wide, 0x123456789);
	assert_int_equal(of_property_read_u8_array(np, "bytes", bytes, 5), 0);
	assert_int_equal(bytes[4], 5);
	assert_int_equal(of_property_read_u16_array(np, "halves", halves, 2), 0);
	assert_int_equal(halves[1], 0x5678);
	assert_int_equal(of_property_count_u32_elems(np, "three"), 3);
	assert_int_equal(of_property_count_elems_of_size(np, "bytes", 1), 5);
	assert_int_equal(of_property_read_variable_u32_array(np, "three", v, 1, 3), 3);
	of_property_for_each_u32(np, "three", got)
		nr += got == (u32)(nr == 2 ? -1 : nr + 1);
	assert_int_equal(nr, 3);
	assert_true(of_property_read_bool(np, "empty"));
	assert_false(of_property_read_bool(np, "absent"));
}

static void what_cannot_be_read_is_the_kernels_error(struct rig *rig)
{
	const struct device_node *np = numbers();
	u32 v[4], got = 42;
	u64 wide;
	int len = 42;

	assert_int_equal(of_property_read_u32(np, "absent", &got), -EINVAL);
	assert_int_equal(of_property_read_u32(NULL, "one", &got), -EINVAL);
	assert_int_equal(of_property_read_u32(np, "empty", &got), -ENODATA);
	assert_int_equal(of_property_read_u32_index(np, "three", 3, &got), -EOVERFLOW);
	assert_int_equal(of_property_read_u32_index(np, "three", 0xffffffff, &got), -EOVERFLOW);
	assert_int_equal(of_property_read_u32_array(np, "three", v, 4), -EOVERFLOW);
	assert_int_equal(of_property_read_variable_u32_array(np, "three", v, 1, 2), -EOVERFLOW);
	assert_int_equal(of_property_read_u64(np, "one", &wide), -EOVERFLOW);
	assert_int_equal(got, 42);
	assert_int_equal(of_property_count_u32_elems(np, "bytes"), -EINVAL);
	assert_int_equal(of_property_count_u32_elems(np, "empty"), -ENODATA);
	assert_null(of_get_property(np, "absent", &len));
	assert_int_equal(len, 42);
	assert_non_null(of_get_property(np, "bytes", &len));
	assert_int_equal(len, 5);
}

static void strings_are_found_in_their_list(struct rig *rig)
{
	const struct device_node *np = numbers();
	const char *s = "kept", *all[3];
	struct property *prop;
	int nr = 0;

	assert_int_equal(of_property_read_string(np, "names", &s), 0);
	assert_string_equal(s, "first");
	assert_int_equal(of_property_match_string(np, "names", "third"), 2);
	assert_int_equal(of_property_match_string(np, "names", "fourth"), -ENODATA);
	assert_int_equal(of_property_count_strings(np, "names"), 3);
	assert_int_equal(of_property_read_string_array(np, "names", all, 2), 2);
	assert_string_equal(all[1], "second");
	assert_int_equal(of_property_read_string_index(np, "names", 2, &s), 0);
	assert_string_equal(s, "third");
	assert_int_equal(of_property_read_string_index(np, "names", 3, &s), -ENODATA);
	assert_int_equal(of_property_read_string(np, "unended", &s), -EILSEQ);
	assert_int_equal(of_property_match_string(np, "unended", "abc"), -EILSEQ);
	assert_int_equal(of_property_read_string(np, "absent", &s), -EINVAL);
	assert_int_equal(of_property_read_string(np, "empty", &s), -ENODATA);
	assert_string_equal(s, "third");
	of_property_for_each_string(np, "names", prop, s)
		nr += !!strstr("first second third", s);
	assert_int_equal(nr, 3);
}

static void references_lead_to_nodes_with_their_arguments(struct rig *rig)
{
	struct device_node *np = numbers(), *widget = of_find_node_by_name(NULL, "widget");
	struct of_phandle_args args;

	assert_ptr_equal(of_parse_phandle(np, "bare", 0), widget);
	assert_string_equal(of_parse_phandle(np, "bare", 1)->name, "plain");
	assert_null(of_parse_phandle(np, "bare", 2));
	assert_null(of_parse_phandle(np, "nowhere", 0));
	assert_null(of_parse_phandle(np, "absent", 0));
	assert_int_equal(of_parse_phandle_with_args(np, "list", "#interrupt-cells", 0, &args), 0);
	assert_int_equal(args.args_count, 3);
	assert_int_equal(args.args[2], 3);
	assert_int_equal(of_parse_phandle_with_args(np, "list", "#interrupt-cells", 1, &args),
			 -ENOENT);
	assert_int_equal(of_parse_phandle_with_args(np, "list", "#interrupt-cells", 2, &args),
			 -EINVAL);
	assert_int_equal(of_parse_phandle_with_args(np, "short", "#interrupt-cells", 0, &args),
			 -EINVAL);
	assert_int_equal(of_parse_phandle_with_args(np, "bare", "#test-cells", 0, &args), 0);
	assert_int_equal(args.args_count, 0);
	assert_int_equal(of_parse_phandle_with_fixed_args(np, "short", 2, 0, &args), 0);
	assert_int_equal(args.args[1], 2);
	assert_int_equal(of_parse_phandle_with_args(np, "bare", "#test-cells", -1, &args),
			 -EINVAL);
	assert_int_equal(of_count_phandle_with_args(np, "bare", NULL), 2);
	assert_int_equal(of_count_phandle_with_args(np, "absent", NULL), -ENOENT);
	assert_int_equal(of_count_phandle_with_args(np, "list", "#interrupt-cells"), -EINVAL);
}

static struct device_node *node(const char *name)
{
	struct device_node *np = of_find_node_by_name(NULL, name);

	assert_non_null(np);
	return np;
}

static void registers_are_translated_bus_by_bus(struct rig *rig)
{
	struct resource r;

	assert_int_equal(of_address_to_resource(node("inner"), 0, &r), 0);
	assert_int_equal(r.start, 0x20000400);
	assert_int_equal(resource_size(&r), 0x10);
	assert_int_equal(of_address_to_resource(node("widget"), 1, &r), 0);
	assert_int_equal(r.start, 0x10050000);
	assert_string_equal(r.name, "extra");
	assert_int_equal(of_address_to_resource(node("widget"), 2, &r), -EINVAL);
	assert_int_equal(of_address_to_resource(node("beyond"), 0, &r), -EINVAL);
	assert_int_equal(of_address_to_resource(node("broken"), 0, &r), -EINVAL);
	assert_int_equal(of_address_to_resource(node("client"), 0, &r), -EINVAL);
	assert_int_equal(of_address_to_resource(numbers(), 0, &r), -EINVAL);
	assert_int_equal(of_address_to_resource(of_find_node_by_path("/"), 0, &r), -EINVAL);
	assert_null(of_iomap(node("broken"), 0));
	assert_true(of_dma_is_coherent(node("inner")));
	assert_false(of_dma_is_coherent(node("widget")));
}

static void the_same_specifier_is_the_same_line(struct rig *rig)
{
	struct device_node *widget = node("widget"), *plain = node("plain");
	struct of_phandle_args args;

	assert_int_equal(of_irq_count(widget), 2);
	assert_true(of_irq_get(widget, 0) > 0);
	assert_int_not_equal(of_irq_get(widget, 0), of_irq_get(widget, 1));
	assert_int_equal(of_irq_get(widget, 0), of_irq_get(plain, 0));
	assert_int_equal(of_irq_get_byname(widget, "done"), of_irq_get(widget, 1));
	assert_int_equal(of_irq_get_byname(widget, "nobody"), -ENODATA);
	assert_int_equal(of_irq_get_byname(widget, NULL), -EINVAL);
	assert_int_equal(of_irq_get(widget, 2), -EINVAL);
	assert_int_equal(of_irq_get(node("broken"), 0), -EINVAL);
	assert_int_equal(of_irq_get(numbers(), 0), -EINVAL);
	assert_int_equal(of_irq_parse_one(widget, 1, &args), 0);
	assert_string_equal(args.np->name, "interrupt-controller");
	assert_int_equal(args.args[1], 61);
	assert_int_equal(irq_of_parse_and_map(widget, 0), of_irq_get(widget, 0));
	assert_int_equal(irq_of_parse_and_map(numbers(), 0), 0);
}

static void properties_of_a_device_are_those_of_its_node(struct rig *rig)
{
	struct platform_device *pdev = of_find_device_by_node(numbers());
	struct device nobody = { .init_name = "nobody" };
	const char *s;
	u32 got;

	assert_non_null(pdev);
	assert_int_equal(device_property_read_u32(&pdev->dev, "one", &got), 0);
	assert_int_equal(got, 0x11223344);
	assert_int_equal(device_property_count_u32(&pdev->dev, "three"), 3);
	assert_true(device_property_read_bool(&pdev->dev, "empty"));
	assert_int_equal(device_property_read_string(&pdev->dev, "names", &s), 0);
	assert_int_equal(device_property_match_string(&pdev->dev, "names", "second"), 1);
	assert_true(device_is_compatible(&pdev->dev, "test,numbers"));
	assert_false(device_property_present(&nobody, "one"));
	assert_int_equal(device_property_read_u32(&nobody, "one", &got), -EINVAL);
	assert_null(to_of_node(&(struct fwnode_handle){ .dev = NULL }));
	platform_device_put(pdev);
}

/* Two readers of one tree, which share no line of code. */
static void the_boards_reader_and_ours_agree(struct rig *rig)
{
	const struct board *b = machine_board(rig->m);
	struct resource r;

	for (guint i = 0; i < b->masters->len; i++) {
		const struct board_master *m = g_ptr_array_index(b->masters, i);
		struct device_node *np = of_find_node_by_path(m->path);
		struct platform_device *pdev = of_find_device_by_node(np);

		assert_ptr_equal(np->data, m);
		if (m->is_disabled)
			continue;
		assert_string_equal(dev_name(&pdev->dev), m->name);
		assert_int_equal(of_address_to_resource(np, 0, &r), 0);
		assert_int_equal(g_ascii_strtoull(m->name, NULL, 16), r.start);
		platform_device_put(pdev);
	}
	for (guint i = 0; i < b->iommus->len; i++) {
		const struct board_iommu *m = g_ptr_array_index(b->iommus, i);

		assert_int_equal(of_address_to_resource(of_find_node_by_path(m->path), 0, &r), 0);
		assert_int_equal(r.start, m->reg_pa);
		assert_int_equal(resource_size(&r), m->reg_len);
	}
}

static const struct rig_test tests[] = {
	TEST_ON(every_node_is_there_with_its_relatives, 0, 0),
	TEST_ON(nodes_are_found_by_what_they_say, 0, 0),
	TEST_ON(the_best_match_wins, 0, 0),
	TEST_ON(numbers_are_big_endian_and_counted, 0, 0),
	TEST_ON(what_cannot_be_read_is_the_kernels_error, 0, 0),
	TEST_ON(strings_are_found_in_their_list, 0, 0),
	TEST_ON(references_lead_to_nodes_with_their_arguments, 0, 0),
	TEST_ON(registers_are_translated_bus_by_bus, 0, 0),
	TEST_ON(the_same_specifier_is_the_same_line, 0, 0),
	TEST_ON(properties_of_a_device_are_those_of_its_node, 0, 0),
	TEST_ON(the_boards_reader_and_ours_agree, 0, 0),
};

int main(void)
{
	static const struct platform one = { .name = "drivers", .board = DRIVERS_BOARD };

	return rig_run_on(&one, 1, tests, G_N_ELEMENTS(tests));
}
