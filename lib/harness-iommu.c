/* SPDX-License-Identifier: MIT */
/*
 * The board's IOMMUs: see harness-iommu.h. Kinds that are not modelled are bypassed, or
 * the reference IOMMU stands in for them: it has other registers, but the same streams,
 * devices and page sizes of 4 KiB and up.
 */
#include <string.h>
#include <linux/printk.h>
#include <armdma/harness.h>
#include <armdma/reference-iommu.h>

#include "base/driver.h"
#include "base/of.h"
#include "harness-iommu.h"
#include "harness-options.h"
#include "iommu/reference.h"

/* What software of ours tells apart; two streams that differ above share a group. */
#define STREAM_MASK	0xffffu

/* As hardware has it; of the board's own the tree says it. */
#define USUAL_TLB	64u

/* One that the board has not: harness_add_iommu(). */
struct added_iommu {
	struct board_iommu board;	/* as the tree would say it */
	struct device_node node;
	unsigned nr_streams;		/* that devices have */
	struct iommu_hw *hw;
};

static void added_free(gpointer p)
{
	struct added_iommu *a = p;

	g_free(a->board.path);
	g_free(a->board.name);
	g_free(a);
}

static bool is_wanted(const struct board_iommu *b, enum iommu_mode mode)
{
	return !b->is_disabled && mode != IOMMU_OFF &&
	       (b->is_modelled || mode != IOMMU_AS_BOARD);
}

/* The reference at another's registers, unless they are too few, or somebody answers there. */
static uint64_t place_of(const struct machine *m, const struct board_iommu *b)
{
	bool is_free = b->reg_len >= REF_LEN && !(b->reg_pa & (PAGE_SIZE - 1)) &&
		       b->reg_pa <= UINT32_MAX - REF_LEN && !bus_answers(m, b->reg_pa) &&
		       !machine_is_dram(m, b->reg_pa, REF_LEN);

	return is_free ? b->reg_pa : 0;
}

static struct iommu_hw *stand_in(struct machine *m, const struct board_iommu *b)
{
	return ref_iommu_new(m, &(struct ref_config){
		.name = b->name, .reg_pa = place_of(m, b),
		.walker = b->is_coherent ? IOMMU_HW_WALKS_SNOOPING : IOMMU_HW_WALKS_DRAM,
		.tlb_entries = USUAL_TLB,
	});
}

static void add_unit(GPtrArray *units, struct iommu_hw *hw)
{
	if (hw)
		g_ptr_array_add(units, hw);
}

/* All MMUs of the node: one at each of its register ranges, or all in one. */
static void attach(struct machine *m, const struct board_iommu *b,
		   const struct iommu_hw_knobs *knobs, GPtrArray *units)
{
	if (!b->is_modelled) {
		add_unit(units, stand_in(m, b));
		return;
	}
	for (guint range = 0; range < MAX(b->regs->len, 1); range++)
		add_unit(units, iommu_hw_of_board(m, b, range, knobs));
}

static void free_units(gpointer units)
{
	g_ptr_array_unref(units);
}

static bool check_knobs(const GPtrArray *all, enum iommu_mode mode,
			const struct iommu_hw_knobs *knobs, GError **error)
{
	for (guint n = 0; n < all->len; n++) {
		const struct board_iommu *b = g_ptr_array_index(all, n);
		g_autofree char *fault = is_wanted(b, mode) && b->is_modelled ?
					 board_iommu_knobs_fault(b, knobs) : NULL;

		if (!fault)
			continue;
		g_set_error(error, HARNESS_ERROR, 0, "harness_config.iommu_knobs over %s: %s",
			    b->path, fault);
		return false;
	}
	return true;
}

bool harness_iommus_attach(struct harness_iommus *i, struct machine *m, enum iommu_mode mode,
			   const struct iommu_hw_knobs *knobs, GError **error)
{
	const GPtrArray *all = machine_board(m)->iommus;

	if (!check_knobs(all, mode, knobs, error))
		return false;
	i->units = g_ptr_array_new_with_free_func(free_units);
	i->added = g_ptr_array_new_with_free_func(added_free);
	i->stands_in = g_array_new(FALSE, TRUE, sizeof(bool));
	for (guint n = 0; n < all->len; n++) {
		const struct board_iommu *b = g_ptr_array_index(all, n);
		GPtrArray *units = g_ptr_array_new();
		bool stands_in;

		if (is_wanted(b, mode))
			attach(m, b, knobs, units);
		stands_in = units->len && !b->is_modelled;
		g_ptr_array_add(i->units, units);
		g_array_append_val(i->stands_in, stands_in);
	}
	return true;
}

static const GPtrArray *units_of(const struct harness_iommus *i, guint iommu)
{
	return g_ptr_array_index(i->units, iommu);
}

struct iommu_hw *harness_iommus_hw(const struct harness_iommus *i, guint iommu)
{
	const GPtrArray *units = units_of(i, iommu);

	return units->len ? g_ptr_array_index(units, 0) : NULL;
}

/* ---- their drivers ------------------------------------------------------------------ */

/* What the driver of the reference IOMMU is told, wherever its hardware is. */
static void set_resources(struct platform_device *pdev, const struct iommu_hw *hw)
{
	struct resource *r = g_new(struct resource, 2);

	r[0] = DEFINE_RES_MEM(iommu_hw_reg_pa(hw), iommu_hw_reg_len(hw));
	r[1] = DEFINE_RES_IRQ(iommu_hw_irq(hw));
	g_free(pdev->resource);
	pdev->resource = r;
	pdev->num_resources = iommu_hw_irq(hw) ? 2 : 1;
}

void harness_iommus_prepare(const struct harness_iommus *i, struct kernel *k)
{
	const GPtrArray *all = machine_board(k->port.machine)->iommus;

	for (guint n = 0; n < i->units->len; n++) {
		struct iommu_hw *hw = harness_iommus_hw(i, n);
		struct platform_device *pdev = platform_device_of(
			k, of_node_of_iommu(k, g_ptr_array_index(all, n)));

		if (!pdev)
			continue;
		if (hw && !strcmp(iommu_hw_kind(hw), REF_KIND))
			set_resources(pdev, hw);
		if (hw && g_array_index(i->stands_in, bool, n))
			pdev->driver_override = REF_DRIVER;
		if (k->config.iommu == IOMMU_OFF)
			pdev->driver_override = "nobody";
	}
}

static bool has_driver(struct kernel *k, const struct board_iommu *b)
{
	struct device_node *np = of_node_of_iommu(k, b);

	return np && iommu_ops_from_fwnode(k, of_fwnode_handle(np));
}

void harness_iommus_settle(const struct harness_iommus *i, struct kernel *k)
{
	const GPtrArray *all = machine_board(k->port.machine)->iommus;

	for (guint n = 0; n < i->units->len; n++) {
		const struct board_iommu *b = g_ptr_array_index(all, n);
		bool is_driven = has_driver(k, b);
		struct iommu_hw *hw = harness_iommus_hw(i, n);

		if (hw && !is_driven && !iommu_hw_is_bypassed(hw))
			pr_info("%s: no driver for \"%s\": bypassed\n", b->name, b->compatible);
		for (guint u = 0; u < units_of(i, n)->len; u++)
			iommu_hw_bypass(g_ptr_array_index(units_of(i, n), u), !is_driven);
	}
}

/* ---- who is behind them ---------------------------------------------------------------- */

static bool all_are_there(const struct harness_iommus *i, const struct board_master *at)
{
	for (guint n = 0; n < at->iommus->len; n++)
		if (!harness_iommus_hw(i, g_array_index(at->iommus, unsigned, n)))
			return false;
	return true;
}

static void connect_one(const struct harness_iommus *i, struct master *d, unsigned iommu,
			uint32_t stream)
{
	const GPtrArray *units = units_of(i, iommu);

	for (guint u = 0; u < units->len; u++)
		master_attach_iommu(d, g_ptr_array_index(units, u), stream & STREAM_MASK);
}

/* A bridge itself stands for the first requester behind it, as its struct device does. */
static void connect_bridge(const struct harness_iommus *i, struct master *d,
			   const struct board_master *at)
{
	uint32_t first, stream;
	int iommu;

	if (!at->iommu_maps->len)
		return;
	first = g_array_index(at->iommu_maps, struct board_iommu_map, 0).requester;
	iommu = board_map_requester(at, first, &stream);
	if (iommu >= 0)
		connect_one(i, d, (unsigned)iommu, stream);
}

void harness_iommus_connect(const struct harness_iommus *i, struct master *d,
			    const struct board_master *at)
{
	if (!at || !all_are_there(i, at))
		return;
	for (guint n = 0; n < at->streams->len; n++) {
		const struct board_stream *s = &g_array_index(at->streams, struct board_stream, n);

		connect_one(i, d, s->iommu, s->nr_cells ? s->cells[0] : 0);
	}
	if (!at->streams->len)
		connect_bridge(i, d, at);
}

/* ---- IOMMUs that the board has not ------------------------------------------------- */

#define ADDED_STREAMS	REF_MAX_CONTEXTS
static int added_probe(struct added_iommu *a, struct kernel *k)
{
	a->hw = ref_iommu_new(k->port.machine, &(struct ref_config){
		.name = a->board.name, .nr_contexts = ADDED_STREAMS,
		.nr_streams = ADDED_STREAMS, .tlb_entries = USUAL_TLB,
	});
	return a->hw ? ref_mmu_probe(k, &a->node, a->board.name, iommu_hw_reg_pa(a->hw),
				     iommu_hw_irq(a->hw)) : -ENOSPC;
}

/* One with an ID that no device has. */
static struct added_iommu *added_get(struct harness_iommus *i, struct kernel *k)
{
	struct added_iommu *a = i->added->len ? i->added->pdata[i->added->len - 1] : NULL;

	if (a && a->nr_streams < ADDED_STREAMS)
		return a;
	a = g_new0(struct added_iommu, 1);
	a->board.name = g_strdup_printf("added-iommu.%u", i->added->len);
	a->board.path = g_strdup_printf("/%s", a->board.name);
	a->board.nr_cells = 1;
	a->board.is_modelled = true;
	a->node = (struct device_node){
		.full_name = a->board.path, .data = &a->board, .is_iommu = true,
	};
	if (!added_probe(a, k)) {
		g_ptr_array_add(i->added, a);
		return a;
	}
	added_free(a);
	return NULL;
}

static int xlate(struct device *dev, struct added_iommu *a, u32 stream)
{
	struct fwnode_handle *fwnode = of_fwnode_handle(&a->node);
	struct of_phandle_args args = {
		.np = &a->node, .args_count = 1, .args = { stream },
	};
	int ret = iommu_fwspec_init(dev, fwnode);

	if (!ret)
		ret = iommu_ops_from_fwnode(dev->kernel, fwnode)->of_xlate(dev, &args);
	return ret ? ret : iommu_probe_device(dev);
}

/* Where @like is; NULL: at none of these. */
static struct added_iommu *added_of(const struct harness_iommus *i, struct device *like,
				    u32 *ret_stream)
{
	const struct iommu_hw *hw = like ? master_iommu(like->master, 0, ret_stream) : NULL;

	for (guint n = 0; hw && n < i->added->len; n++) {
		struct added_iommu *a = g_ptr_array_index(i->added, n);

		if (a->hw == hw)
			return a;
	}
	return NULL;
}

int harness_iommus_add(struct harness_iommus *i, struct device *dev, struct device *like)
{
	u32 stream;
	struct added_iommu *a = added_of(i, like, &stream);
	int ret;

	if (!a) {
		a = added_get(i, dev->kernel);
		if (!a)
			return -ENOSPC;
		stream = a->nr_streams++;
	}
	ret = xlate(dev, a, stream);
	if (!ret)
		master_attach_iommu(dev->master, a->hw, stream);
	return ret;
}

void harness_iommus_done(struct harness_iommus *i, struct kernel *k)
{
	if (k)
		ref_mmus_remove(k);
	if (i->units)
		g_ptr_array_unref(i->units);
	if (i->stands_in)
		g_array_unref(i->stands_in);
	if (i->added)
		g_ptr_array_unref(i->added);
}
