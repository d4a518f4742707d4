/* SPDX-License-Identifier: MIT */
/*
 * Boot: from a machine in reset to a library that is ready for drivers.
 *
 *	what memory there is -> page tables, MMU, caches -> outer cache -> DMA
 */
#include "base/driver.h"
#include "base/of.h"
#include "base/pm.h"
#include "base/supply.h"
#include "base/syscon.h"
#include "dma/dma.h"
#include "iommu/core.h"
#include "mm/kernel.h"

static void boot_outer(struct kernel *k)
{
	const struct board *b = machine_board(k->port.machine);
	const struct board_outer *o = &b->outer;
	void *regs;

	if (!board_has_outer(b))
		return;
	regs = area_map(k, &k->vmalloc_space, ALIGN_DOWN(o->reg_pa, (u64)PAGE_SIZE), PAGE_SIZE,
			pgprot_device(PAGE_KERNEL));
	g_assert(regs);
	outer_boot(&k->port, port_va(regs) + (u32)(o->reg_pa & ~PAGE_MASK));
}

struct kernel *kernel_boot(struct machine *m, const struct kernel_config *cfg, GError **error)
{
	struct kernel *k = g_new0(struct kernel, 1);

	if (cfg)
		k->config = *cfg;
	k->on_memory = ledger_note_memory;
	k->on_area = ledger_note_area;
	k->on_user = ledger_note_user;
	if (!mm_init(k, m, error)) {
		g_free(k);
		return NULL;
	}
	machine_set_software(m, k);
	port_booted(&k->port);
	cpu_enter(k->port.cpu0);
	mmu_boot(&k->port);
	boot_outer(k);
	of_init(k);
	drivers_init(k);
	iommu_core_init(k);
	dma_kept_init(k);
	dma_iommu_boot(k);
	coherent_init(k);
	dma_pools_init(k);
	if (k->config.swiotlb_force)
		swiotlb_boot(k, k->zone_dma_limit);
	return k;
}

void kernel_halt(struct kernel *k)
{
	if (!k)
		return;
	dma_pools_exit(k);
	swiotlb_exit(k);
	coherent_exit(k);
	iommu_core_done(k);
	dma_kept_exit(k);
	drivers_done(k);
	regions_done(k);
	pm_exit(k);
	lines_exit(k);
	syscons_done(k);
	of_done(k);
	port_irqs_exit(&k->port);
	port_timers_exit(&k->port);
	port_works_exit(&k->port);
	port_halted(&k->port);
	machine_set_software(k->port.machine, NULL);
	mm_done(k);
	g_free(k);
}
