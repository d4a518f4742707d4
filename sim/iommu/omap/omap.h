/* SPDX-License-Identifier: MIT */
/*
 * OMAP's MMU, inside: <armdma/omap-iommu.h> is its manual.
 *
 *   omap.c        registers, accesses, faults
 *   cam.c         the TLB as software sees it: CAM, RAM, LOCK, flushes
 *   format.c      its tables
 *   dsp-system.c  the registers around a DRA7 DSP's
 */
#ifndef SIM_IOMMU_OMAP_OMAP_H
#define SIM_IOMMU_OMAP_OMAP_H

#include <armdma/omap-iommu.h>

#include "../registers.h"
#include "../walk.h"

struct omap_dsp_system;

struct omap_mmu {
	struct omap_iommu_config cfg;
	struct iommu_hw *hw;
	struct omap_dsp_system *system;	/* NULL: none */
	struct reg_file regs;
	struct walk_unit walker;
	struct pt_format format;
	unsigned reset_ticks;		/* until a soft reset is done */
	uint32_t next_stall;		/* the number of the next access that waits */
	uint32_t first_stall;		/* that has not been let go */
};

#define OMAP_KIND	"omap"

static inline uint32_t omap_held(const struct omap_mmu *o, uint32_t reg)
{
	return regs_held(&o->regs, reg);
}

static inline void omap_hold(struct omap_mmu *o, uint32_t reg, uint32_t value)
{
	o->regs.held[reg / 4] = value;
}

/* ---- cam.c: for the table of registers ------------------------------------------------ */

uint32_t omap_read_lock(void *opaque, unsigned idx, uint32_t held);
void omap_wrote_lock(void *opaque, unsigned idx, uint32_t value);
void omap_wrote_ld_tlb(void *opaque, unsigned idx, uint32_t value);
void omap_wrote_gflush(void *opaque, unsigned idx, uint32_t value);
void omap_wrote_flush_entry(void *opaque, unsigned idx, uint32_t value);
uint32_t omap_read_cam(void *opaque, unsigned idx, uint32_t held);
uint32_t omap_read_ram(void *opaque, unsigned idx, uint32_t held);

/* ---- format.c ---------------------------------------------------------------------------- */

/* A leaf's attrs are as RAM has them: OMAP_RAM_ATTRS. */
#define OMAP_RAM_ATTRS	0x3c0u

void pt_omap(struct pt_format *f);

/* ---- dsp-system.c ------------------------------------------------------------------------ */

/* The one at @reg_pa, which is made if no MMU of @m has it; to be put. */
struct omap_dsp_system *omap_dsp_system_get(struct machine *m, uint64_t reg_pa);
void omap_dsp_system_put(struct omap_dsp_system *s);
bool omap_dsp_system_enables(const struct omap_dsp_system *s, unsigned id);
/* NULL: @i is no OMAP's, or has none. */
struct omap_dsp_system *omap_dsp_system_of(const struct iommu_hw *i);

#endif
