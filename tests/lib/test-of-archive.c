/* SPDX-License-Identifier: MIT */
/*
 * Real boards' trees as drivers read them: test-of-archive LIST, a file of one .dtb path a line.
 *
 * sim/board has read the same trees with code that shares no line with lib/base: where each
 * finds registers, interrupts and devices, the other must find the same.
 */
#include <string.h>
#include <glib.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>
#include <linux/of_platform.h>

#include "../support/rig.h"

static char **paths;
static struct {
	unsigned boards, refused, devices, regs, irqs;
} nr;

/* Names of devices begin with where their registers are: "10010000.ethernet". */
static void has_its_name(const struct board_master *m)
{
	struct device_node *np = of_find_node_by_path(m->path);
	struct resource r;
	char *end;
	uint64_t pa = g_ascii_strtoull(m->name, &end, 16);
	bool is_located = end != m->name && *end == '.' && !strchr(m->name, ':');

	assert_ptr_equal(np->data, m);
	if (is_located != !of_address_to_resource(np, 0, &r))
		fail_msg("%s: registers", m->path);
	if (is_located && r.start != pa)
		fail_msg("%s: at %#llx", m->path, (unsigned long long)r.start);
	nr.regs += is_located;
}

static void has_its_registers(struct device_node *np, const struct board_iommu *m)
{
	for (guint i = 0; i < m->regs->len; i++, nr.regs++) {
		const struct board_bank *reg = &g_array_index(m->regs, struct board_bank, i);
		struct resource r;

		if (of_address_to_resource(np, (int)i, &r) || r.start != reg->pa ||
		    resource_size(&r) != reg->len)
			fail_msg("%s: registers %u", m->path, i);
	}
}

static void has_its_interrupts(struct device_node *np, const struct board_iommu *m)
{
	assert_int_equal(of_irq_count(np), m->irqs->len);
	for (guint i = 0; i < m->irqs->len; i++, nr.irqs++) {
		const struct board_irq *irq = &g_array_index(m->irqs, struct board_irq, i);
		struct of_phandle_args got;

		if (of_irq_parse_one(np, (int)i, &got) || strcmp(got.np->path, irq->controller) ||
		    got.args_count != irq->nr_cells ||
		    memcmp(got.args, irq->cells, irq->nr_cells * sizeof(irq->cells[0])))
			fail_msg("%s: interrupt %u", m->path, i);
	}
}

static void agrees(const struct board *b)
{
	struct device_node *np;

	for (guint i = 0; i < b->masters->len; i++)
		has_its_name(g_ptr_array_index(b->masters, i));
	for (guint i = 0; i < b->iommus->len; i++) {
		const struct board_iommu *m = g_ptr_array_index(b->iommus, i);

		np = of_find_node_by_path(m->path);
		has_its_registers(np, m);
		has_its_interrupts(np, m);
	}
	for_each_of_allnodes(np)
		nr.devices += np->fwnode.dev != NULL;
}

static void boots(const char *path)
{
	struct harness *h = harness_start(&(struct harness_config){
		.board = path, .iommu = IOMMU_OFF, .no_hazards = true }, NULL);

	if (!h) {
		nr.refused++;
		return;
	}
	agrees(machine_board(harness_machine(h)));
	harness_finish(h);
	nr.boards++;
}

static void drivers_find_what_the_boards_reader_finds(void **state)
{
	for (char **path = paths; *path; path++) {
		if (**path)
			boots(*path);
	}
	print_message("# %u boards, %u refused: %u devices, %u registers, %u interrupts\n",
		      nr.boards, nr.refused, nr.devices, nr.regs, nr.irqs);
	assert_true(nr.boards > nr.refused);
	assert_true(nr.regs && nr.irqs);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drivers_find_what_the_boards_reader_finds),
	};
	char *list;
	int ret;

	if (argc != 2 || !g_file_get_contents(argv[1], &list, NULL, NULL))
		return 2;
	paths = g_strsplit(list, "\n", -1);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	g_strfreev(paths);
	g_free(list);
	return ret;
}
