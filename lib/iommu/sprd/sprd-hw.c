/* SPDX-License-Identifier: MIT */
/* Registers of Spreadtrum's IOMMUs: see sprd.h and <armdma/sprd-iommu.h>. */
#include <linux/io.h>
#include <armdma/sprd-iommu.h>

#include "sprd.h"

#define TURNED_ON	(SPRD_CFG_EN | SPRD_CFG_GATE_EN)

/* Where a version keeps what. */
struct places {
	u32 cfg, update, first_vpn, vpn_range, first_ppn, default_rd, default_wr;
};

static const struct places places[] = {
	[SPRD_VERSION_EX] = { SPRD_EX_CFG, SPRD_EX_UPDATE, SPRD_EX_FIRST_VPN, SPRD_EX_VPN_RANGE,
			      SPRD_EX_FIRST_PPN, SPRD_EX_DEFAULT_PPN, SPRD_EX_DEFAULT_PPN },
	[SPRD_VERSION_VAU] = { SPRD_VAU_CFG, SPRD_VAU_UPDATE, SPRD_VAU_FIRST_VPN,
			       SPRD_VAU_VPN_RANGE, SPRD_VAU_FIRST_PPN, SPRD_VAU_DEFAULT_PPN_RD,
			       SPRD_VAU_DEFAULT_PPN_WR },
};

static const struct places *places_of(const struct sprd_iommu *s)
{
	return &places[s->version];
}

static void write_page(const struct sprd_iommu *s, u32 reg, u64 dma)
{
	writel((u32)(dma / SZ_4K), s->regs + reg);
}

static void configure(const struct sprd_iommu *s, u32 value)
{
	u8 __iomem *cfg = s->regs + places_of(s)->cfg;

	writel((readl(cfg) & ~TURNED_ON) | value, cfg);
}

int sprd_hw_identify(struct sprd_iommu *s)
{
	s->version = SPRD_VERSION_OF(readl(s->regs + SPRD_VERSION));
	return s->version <= SPRD_VERSION_VAU ? 0 : -ENODEV;
}

void sprd_hw_update(struct sprd_iommu *s)
{
	writel(~0u, s->regs + places_of(s)->update);
}

void sprd_hw_start(struct sprd_iommu *s, dma_addr_t table)
{
	const struct places *at = places_of(s);

	sprd_hw_stop(s);
	write_page(s, at->first_ppn, table);
	write_page(s, at->first_vpn, 0);
	write_page(s, at->vpn_range, SPRD_APERTURE - 1);
	write_page(s, at->default_rd, s->nowhere_dma);
	write_page(s, at->default_wr, s->nowhere_dma);
	configure(s, TURNED_ON);
}

void sprd_hw_stop(struct sprd_iommu *s)
{
	configure(s, 0);
	sprd_hw_update(s);
}
