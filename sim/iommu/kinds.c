/* SPDX-License-Identifier: MIT */
/* From a node of the board to its model: see kinds.h. */
#include <string.h>

#include <armdma/bus.h>
#include <armdma/supply.h>

#include "../sim.h"
#include "kinds.h"
#include "knobs.h"

static const struct iommu_kind *const kinds[] = {
	&exynos_kind,
	&msm_kind,
	&omap_kind,
	&reference_kind,
	&rockchip_kind,
	&sprd_kind,
	&sun50i_kind,
};

static bool has_one(const struct iommu_kind *k,
		    bool (*is_one)(const void *opaque, const char *compatible), const void *opaque)
{
	for (const char *const *c = k->compatibles; *c; c++)
		if (is_one(opaque, *c))
			return true;
	return false;
}

const struct iommu_kind *iommu_kind_find(bool (*is_one)(const void *opaque, const char *compatible),
					 const void *opaque)
{
	for (size_t n = 0; n < G_N_ELEMENTS(kinds); n++)
		if (has_one(kinds[n], is_one, opaque))
			return kinds[n];
	return NULL;
}

const struct iommu_kind *iommu_kind_named(const char *name)
{
	for (size_t n = 0; n < G_N_ELEMENTS(kinds); n++)
		if (strcmp(kinds[n]->name, name) == 0)
			return kinds[n];
	return NULL;
}

char *board_iommu_version(const struct board *b, const struct board_iommu *i)
{
	const struct iommu_kind *k = i->kind ? iommu_kind_named(i->kind) : NULL;

	return k && k->version ? k->version(b, i) : NULL;
}

char *iommu_kind_knobs_fault(const struct iommu_kind *k, const struct iommu_hw_knobs *knobs)
{
	char *fault = iommu_hw_knobs_fault(knobs);

	if (!fault && k && k->knows && knobs->version && !k->knows(knobs->version))
		fault = g_strdup_printf("armdma,version is 0x%x, which no IOMMU of kind %s has",
					knobs->version, k->name);
	return fault;
}

/* ---- one of a board's ------------------------------------------------------------------ */

static enum iommu_hw_walker walker_of(const struct board_iommu *i,
				      const struct iommu_hw_knobs *knobs)
{
	if (knobs->walker)
		return (enum iommu_hw_walker)(knobs->walker - IOMMU_HW_WALKER_DRAM);
	return i->is_coherent ? IOMMU_HW_WALKS_SNOOPING : IOMMU_HW_WALKS_DRAM;
}

static unsigned irq_of(struct machine *m, const struct board_iommu *i, unsigned range)
{
	const struct board_irq *irq;

	if (!i->irqs->len)
		return 0;
	irq = &g_array_index(i->irqs, struct board_irq, MIN(range, i->irqs->len - 1));
	return machine_irq_line(m, irq->controller, irq->cells, irq->nr_cells);
}

static bool is_room(const struct machine *m, const struct board_bank *regs)
{
	return !bus_answers(m, regs->pa) && !machine_is_dram(m, regs->pa, 1) &&
	       regs->pa <= UINT32_MAX;
}

/* False: what can do without is made without. */
static bool find_registers(const struct machine *m, const struct board_iommu *i, unsigned range,
			   struct iommu_place *at)
{
	const struct board_bank *regs;

	if (range >= i->regs->len)
		return false;
	regs = &g_array_index(i->regs, struct board_bank, range);
	if (!is_room(m, regs))
		return false;
	at->reg_pa = regs->pa;
	at->reg_len = regs->len;
	return true;
}

static void add_supplies(struct machine *m, const struct board_iommu *i, struct iommu_hw *hw)
{
	for (guint n = 0; n < i->supplies->len; n++) {
		const struct board_supply *s = &g_array_index(i->supplies, struct board_supply, n);

		iommu_hw_add_supply(hw, s->name, machine_supply(m, s->kind, s->provider, s->cells,
								s->nr_cells));
	}
}

static struct iommu_hw_knobs knobs_of(const struct board_iommu *i,
				      const struct iommu_hw_knobs *over)
{
	static const struct iommu_hw_knobs none;

	return iommu_hw_knobs_over(over ? over : &none, &i->knobs);
}

char *board_iommu_knobs_fault(const struct board_iommu *i, const struct iommu_hw_knobs *knobs)
{
	struct iommu_hw_knobs all = knobs_of(i, knobs);

	return iommu_kind_knobs_fault(i->kind ? iommu_kind_named(i->kind) : NULL, &all);
}

struct iommu_hw *iommu_hw_of_board(struct machine *m, const struct board_iommu *i, unsigned range,
				   const struct iommu_hw_knobs *knobs)
{
	const struct iommu_kind *k = iommu_kind_named(i->kind);
	g_autofree char *name = range ? g_strdup_printf("%s:%u", i->name, range) :
					g_strdup(i->name);
	struct iommu_place at = {
		.board = m->board, .iommu = i, .range = range, .name = name,
		.knobs = knobs_of(i, knobs),
	};
	struct iommu_hw *hw;

	if (!find_registers(m, i, range, &at) && (range || !(k->flags & IOMMU_KIND_FINDS_ROOM)))
		return NULL;
	at.walker = walker_of(i, &at.knobs);
	at.irq = irq_of(m, i, range);
	hw = k->make(m, &at);
	if (hw)
		add_supplies(m, i, hw);
	return hw;
}
