/* SPDX-License-Identifier: MIT */
/*
 * DRAM: the memory nodes; or, where the tree leaves them to the boot loader, an
 * assumption that no device contradicts.
 *
 * Leaves out: linux,usable-memory. A carve-out is DRAM too: see reserved.c.
 *
 * Spec: Devicetree Specification v0.4, 3.4 /memory node.
 */
#include <string.h>

#include "address.h"
#include "read.h"

#define PAGE		UINT64_C(4096)
#define ASSUMED_LEN	(UINT64_C(512) << 20)

/* Where boards that leave even the base to the boot loader have their DRAM. */
static const uint64_t usual_bases[] = {
	0x40000000, 0x80000000, 0x10000000, 0xc0000000, 0x20000000, 0x60000000, 0x0,
};

static bool node_is_memory(const struct fdt_node *n)
{
	const char *type = node_string(n, "device_type");

	if (n->depth != 1 || n->is_disabled)
		return false;
	return type ? strcmp(type, "memory") == 0 : node_is_named(n, "memory");
}

/* ---- what the tree says -------------------------------------------------- */

/* Whole pages only, as a kernel would use them. */
static void append_bank(GArray *banks, uint64_t pa, uint64_t len, bool is_assumed)
{
	uint64_t first = (pa + PAGE - 1) & ~(PAGE - 1);
	uint64_t end = (pa + len) & ~(PAGE - 1);
	struct board_bank bank = { .pa = first, .is_assumed = is_assumed };

	if (end <= first)
		return;
	bank.len = end - first;
	g_array_append_val(banks, bank);
}

static bool read_memory_node(GArray *banks, const struct fdt_node *n, GError **error)
{
	const struct fdt_node *root = node_parent(n);
	unsigned entry = root->addr_cells + root->size_cells;
	struct fdt_cells c = node_cells(n, "reg");

	if (root->addr_cells == 0 || root->size_cells == 0)
		return node_complain(n, error, "the root's #address-cells and #size-cells "
				     "leave no room for a reg");
	if (c.nr % entry)
		return node_complain(n, error, "reg has %u cells, which is not a multiple "
				     "of %u", c.nr, entry);

	for (; c.nr; c = cells_from(c, entry)) {
		uint64_t pa = cells_number(c, 0, root->addr_cells);
		uint64_t len = cells_number(c, root->addr_cells, root->size_cells);

		if (reaches_past_pa_bits(pa, len))
			return node_complain(n, error, "reg reaches past %d bits of physical "
					     "address, the most of any core in AArch32 state",
					     PA_BITS);
		append_bank(banks, pa, len, false);
	}
	return true;
}

static int compare_banks(const void *a, const void *b)
{
	const struct board_bank *l = a, *r = b;

	if (l->pa != r->pa)
		return l->pa > r->pa ? 1 : -1;
	return (l->len > r->len) - (l->len < r->len);
}

/* Sort, and join what overlaps or touches. */
static void tidy_banks(GArray *banks)
{
	unsigned nr = 0;

	g_array_sort(banks, compare_banks);
	for (unsigned i = 0; i < banks->len; i++) {
		struct board_bank bank = g_array_index(banks, struct board_bank, i);
		struct board_bank *last = &g_array_index(banks, struct board_bank, nr ? nr - 1 : 0);

		if (nr && bank.pa <= last->pa + last->len)
			last->len = MAX(last->pa + last->len, bank.pa + bank.len) - last->pa;
		else
			g_array_index(banks, struct board_bank, nr++) = bank;
	}
	g_array_set_size(banks, nr);
}

/* ---- what it leaves to the boot loader ------------------------------------ */

/* Registers are no DRAM; what /chosen and /reserved-memory list lies *in* it. */
static bool node_is_device(const struct fdt_node *n)
{
	const struct fdt_node *top = n;

	while (top->depth > 1)
		top = node_parent(top);
	return !node_is_named(top, "memory") && !node_is_named(top, "reserved-memory") &&
	       !node_is_named(top, "chosen");
}

static int compare_pas(const void *a, const void *b)
{
	const uint64_t *l = a, *r = b;

	return (*l > *r) - (*l < *r);
}

/* Where registers begin, ascending: what an assumed bank must not cover. */
static GArray *find_registers(const struct fdt *f)
{
	GArray *registers = g_array_new(FALSE, FALSE, sizeof(uint64_t));

	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (n->has_pa && node_is_device(n))
			g_array_append_val(registers, n->pa);
	}
	g_array_sort(registers, compare_pas);
	return registers;
}

static bool any_register_in(const GArray *registers, uint64_t first, uint64_t len)
{
	unsigned lo = 0, hi = registers->len;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;

		if (g_array_index(registers, uint64_t, mid) < first)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < registers->len && g_array_index(registers, uint64_t, lo) - first < len;
}

static bool assume_bank(GArray *banks, const GArray *registers, uint64_t pa)
{
	if (pa & (PAGE - 1) || pa > UINT32_MAX - (ASSUMED_LEN - 1) ||
	    any_register_in(registers, pa, ASSUMED_LEN))
		return false;
	append_bank(banks, pa, ASSUMED_LEN, true);
	return true;
}

/*
 * A memory node often has the base and leaves only the size to fill in. Base 0
 * may be one, but in most trees it is a zero as empty as the size's.
 */
static bool assume_from_memory_nodes(GArray *banks, const struct fdt *f,
				     const GArray *registers)
{
	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (node_is_memory(n) && n->has_pa && n->pa &&
		    assume_bank(banks, registers, n->pa))
			return true;
	}
	return false;
}

/* A carve-out with a fixed place, or a window to allocate it from, is in DRAM. */
static bool assume_from_reservations(GArray *banks, const struct fdt *f,
				     const GArray *registers)
{
	static const char *const places[] = { "reg", "alloc-ranges" };
	const struct fdt_node *reserved = fdt_top(f, "reserved-memory");

	for (unsigned i = 1; reserved && i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		for (unsigned j = 0; node_parent(n) == reserved && j < G_N_ELEMENTS(places); j++) {
			struct fdt_cells c = node_cells(n, places[j]);

			if (c.nr >= reserved->addr_cells && reserved->addr_cells &&
			    assume_bank(banks, registers, cells_number(c, 0, reserved->addr_cells) &
					~(ASSUMED_LEN / 2 - 1)))
				return true;
		}
	}
	return false;
}

/* A bus's window onto memory starts where memory does. One bus is asked. */
static bool assume_from_dma_ranges(GArray *banks, const struct fdt *f,
				   const GArray *registers)
{
	g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(struct board_range));

	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (node_cells(n, "dma-ranges").nr)
			return node_dma_ranges(n, ranges, NULL) && ranges->len &&
			       assume_bank(banks, registers,
					   g_array_index(ranges, struct board_range, 0).pa);
	}
	return false;
}

static void assume_memory(GArray *banks, const struct fdt *f)
{
	g_autoptr(GArray) registers = find_registers(f);

	if (assume_from_memory_nodes(banks, f, registers) ||
	    assume_from_reservations(banks, f, registers) ||
	    assume_from_dma_ranges(banks, f, registers))
		return;
	for (unsigned i = 0; i < G_N_ELEMENTS(usual_bases); i++) {
		if (assume_bank(banks, registers, usual_bases[i]))
			return;
	}
}

bool read_memory(struct board *b, const struct fdt *f, GError **error)
{
	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (node_is_memory(n) && !read_memory_node(b->banks, n, error))
			return false;
	}
	tidy_banks(b->banks);
	if (b->banks->len == 0)
		assume_memory(b->banks, f);
	return true;
}
