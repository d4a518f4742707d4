/* SPDX-License-Identifier: MIT */
/*
 * DMA masters. Which IOMMUs they are behind: streams.c.
 *
 * A device tree has no property that says "this device masters the bus", so the
 * rule is made of what trees do say, strongest first. A node is a master if
 *
 *   1. it has iommus or iommu-map: there is traffic to translate;
 *   2. one of its interconnects is "dma-mem": its path to memory;
 *   3. it is a PCI host bridge: its functions master through it;
 *   4. it says dma-coherent itself, and is neither a bus nor a cache;
 *   5. it is of a class of devices that move their own data (the tables below),
 *      its registers have a physical address, and it has no dmas: a device with
 *      dmas leaves the moving to a DMA controller, which is the master then.
 *
 * A glue node around a master of its own class (a USB wrapper with the controller
 * as its child) is not a second one. IOMMUs and caches never are.
 *
 * Leaves out: masters that appear in no tree (PCI functions, remote processors'
 * private DMA), coherency that platform code sets up without telling the tree.
 */
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "parts.h"
#include "read.h"
#include "streams.h"

#define MAX_REGIONS	64u		/* of one master; Linux counts no further in all */

/*
 * Class by node name: the generic names (Devicetree Specification v0.4, 2.2.2),
 * then those that trees of real boards use. Sorted.
 */
static const char *const master_names[] = {
	"camera", "clcd", "crypto", "crypto-engine", "csi", "dcmipp", "deinterlace",
	"dispc", "display", "display-backend", "display-controller", "display-frontend",
	"dma", "dma-controller", "dma-engine", "dma2d", "dwmmc", "ehci", "ethernet",
	"ethernet-ctrl", "etr", "fb", "fimc", "fimd", "g2d", "gmac", "gpu", "hda", "hdlcd",
	"host1x", "hvs", "iep", "ipu", "jr", "lcdc", "lcdif", "mixer", "mmc", "mmci",
	"mvsdio", "npu", "ohci", "pcie", "pdma", "pre", "pxp", "rga", "rotate", "rotator",
	"sata", "sata-host", "sdhc", "sdhci", "sdio-host", "sdmmc", "sss", "txp", "uhci",
	"usb", "usb-host", "usb-otg", "usb-vhub", "usb3", "usb_otg_hs", "v3d", "vdoa",
	"video", "video-codec", "video-engine", "vop", "vpe", "vpu", "xhci", "xor",
};

/* Class by any of its compatibles, for names that others use too. Sorted. */
static const char *const master_compatibles[] = {
	"altr,socfpga-denali-nand", "fsl,imx28-lcdif", "marvell,dove-lcd",
	"rockchip,rk2928-nfc", "rockchip,rv1108-nfc", "ti,am335x-cpsw-switch",
	"ti,cpsw-switch", "ti,dra72-cal", "ti,dra76-cal", "virtio,mmio",
};

/*
 * Of those classes, but the CPU moves every byte (what Linux's drivers of these
 * parts do; most have no other way). By the first compatible. Sorted.
 */
static const char *const pio_compatibles[] = {
	"allwinner,sun20i-d1-musb", "allwinner,sun4i-a10-crypto",
	"allwinner,sun4i-a10-emac", "allwinner,sun4i-a10-musb",
	"allwinner,sun5i-a13-crypto", "allwinner,sun6i-a31-crypto",
	"allwinner,sun6i-a31-musb", "allwinner,sun7i-a20-crypto",
	"allwinner,sun8i-a33-crypto", "allwinner,sun8i-a33-musb",
	"allwinner,sun8i-a83t-musb", "allwinner,sun8i-h3-musb",
	"arm,pl180", "arm,pl18x", "brcm,bcm2835-sdhost", "davicom,dm9000",
	"micrel,ks8851-mll", "nxp,usb-isp1761", "nxp,usb-isp1763", "smsc,lan9115",
	"smsc,lan9117", "smsc,lan9118", "smsc,lan91c94", "smsc,lan9220", "smsc,lan9221",
	"st,stm32mp1-cryp",
};

/* ---- who is a master -------------------------------------------------------- */

static int compare_strings(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

#define IS_IN(table, string) \
	(bsearch((string), (table), G_N_ELEMENTS(table), sizeof((table)[0]), \
		 compare_strings) != NULL)

static bool has_class_name(const struct fdt_node *n)
{
	char name[32];

	if (n->base_len >= sizeof(name))
		return false;
	memcpy(name, n->name, n->base_len);
	name[n->base_len] = '\0';
	return IS_IN(master_names, name);
}

static bool has_class_compatible(const struct fdt_node *n)
{
	const char *s = NULL;

	while ((s = node_next_string(n, "compatible", s))) {
		if (IS_IN(master_compatibles, s))
			return true;
	}
	return false;
}

static bool moves_its_own_data(const struct fdt_node *n)
{
	const char *first = node_string(n, "compatible");

	return first && !node_has(n, "dmas") && !IS_IN(pio_compatibles, first) &&
	       (has_class_name(n) || has_class_compatible(n)) && n->has_pa;
}

static bool has_path_to_memory(const struct fdt_node *n)
{
	const char *s = NULL;

	while ((s = node_next_string(n, "interconnect-names", s))) {
		if (strcmp(s, "dma-mem") == 0)
			return true;
	}
	return false;
}

static bool is_cache(const struct fdt_node *n)
{
	return node_has(n, "cache-level") || node_has(n, "cache-unified");
}

static bool is_pci_host(const struct fdt_node *n)
{
	return node_is_pci(n) && !node_is_pci(node_parent(n));
}

/* Rules 1 to 4: the tree says so of this very node. */
static bool says_it_is_a_master(const struct fdt_node *n)
{
	if (node_has(n, "iommus") || node_has(n, "iommu-map") || has_path_to_memory(n) ||
	    is_pci_host(n))
		return true;
	return node_has(n, "dma-coherent") && !node_has(n, "ranges") && n->has_pa;
}

/*
 * Which nodes are glue: bit i is set when a child of node i has registers and a
 * name of a master's class.
 */
static bool *find_glue(const struct fdt *f)
{
	bool *is_glue = g_new0(bool, fdt_nr_nodes(f));

	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (has_class_name(n) && n->has_pa)
			is_glue[n->parent_idx] = true;
	}
	return is_glue;
}

static bool is_master(const struct fdt_node *n, const bool *is_glue)
{
	if (node_has(n, "#iommu-cells") || is_cache(n))
		return false;
	return says_it_is_a_master(n) ||
	       (!is_glue[fdt_node_idx(n)] && moves_its_own_data(n));
}

/* ---- masters ----------------------------------------------------------------- */

/*
 * What reading the masters needs besides the tree.
 * @ranges: by node index, the windows of a bus that a master has asked for
 */
struct masters_reader {
	struct board *board;
	const struct fdt *fdt;
	struct iommu_finder *finder;
	GPtrArray *ranges;
};

static void unref_ranges(void *ranges)
{
	if (ranges)
		g_array_unref(ranges);
}

/*
 * Masters of one bus share one array. The devices behind a PCI host bridge see
 * memory through the bridge's own dma-ranges.
 */
static bool read_ranges(struct masters_reader *r, struct board_master *m,
			const struct fdt_node *n, GError **error)
{
	const struct fdt_node *bus = node_find_dma_ranges(node_is_pci(n) ? n :
							  node_dma_parent(n));
	void **slot = &r->ranges->pdata[bus ? fdt_node_idx(bus) : 0];

	if (!*slot) {
		*slot = g_array_new(FALSE, FALSE, sizeof(struct board_range));
		if (bus && !node_dma_ranges(bus, *slot, error))
			return false;
	}
	m->ranges = g_array_ref(*slot);
	return true;
}

/* As Linux takes it: what leads nowhere keeps its place in the list. */
static void read_regions(struct masters_reader *r, struct board_master *m,
			 const struct fdt_node *n)
{
	unsigned nr = MIN(node_cells(n, "memory-region").nr, MAX_REGIONS);

	m->regions = g_array_new(FALSE, FALSE, sizeof(unsigned));
	for (unsigned i = 0; i < nr; i++) {
		unsigned idx = find_region(r->board, n, i);

		g_array_append_val(m->regions, idx);
	}
}

void board_master_free(struct board_master *m)
{
	g_free(m->path);
	g_free(m->name);
	g_free(m->compatible);
	free_streams(m);
	g_array_unref(m->regions);
	unref_ranges(m->ranges);
	g_free(m);
}

static bool read_master(struct masters_reader *r, const struct fdt_node *n, GError **error)
{
	struct board_master *m = g_new0(struct board_master, 1);

	g_ptr_array_add(r->board->masters, m);
	m->path = node_path(n);
	m->name = node_device_name(n);
	m->compatible = node_text(n, "compatible");
	m->is_coherent = node_is_coherent(n);
	m->is_disabled = n->is_disabled;
	m->has_cci_interface = read_ace_lite_interface(n, &m->cci_interface);
	read_regions(r, m, n);
	return read_streams(r->finder, m, n, error) && read_iovas(r->board, m, n, error) &&
	       read_ranges(r, m, n, error);
}

bool read_masters(struct board *b, const struct fdt *f, GError **error)
{
	g_autofree bool *is_glue = find_glue(f);
	g_autoptr(iommu_finder) finder = iommu_finder_new(f);
	g_autoptr(GPtrArray) ranges = g_ptr_array_new_with_free_func(unref_ranges);
	struct masters_reader r = { b, f, finder, ranges };

	g_ptr_array_set_size(ranges, fdt_nr_nodes(f));
	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (is_master(n, is_glue) && !read_master(&r, n, error))
			return false;
	}
	return true;
}
