/* SPDX-License-Identifier: MIT */
/*
 * Backends for the conformance suite.
 *
 * The one of operations translates as a small IOMMU would, by an offset, and shows how
 * the three axes compose: bounce if it must, then caches if the device does not snoop,
 * then the address.
 */
#include <asm/dma-mapping.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/of.h>
#include <linux/swiotlb.h>

#include "../../lib/iommu/reference.h"
#include "conformance.h"
#include "mock-iommu.h"

/* A port that sees the first @reach bytes of memory at CONFORM_DMA_BASE. */
static void makes_port(struct conform *c)
{
	struct rig *rig = &c->rig;
	const struct board_range range = { CONFORM_DMA_BASE, c->memory, c->reach };
	const struct master_config cfg = {
		.name = "dut", .is_coherent = rig->on->is & ON_COHERENT, .ranges = &range,
		.nr_ranges = 1,
	};

	rig->hw = master_new(rig->m, &cfg);
}

static void makes_device(struct conform *c, const char *name)
{
	struct rig *rig = &c->rig;

	rig->dev = harness_device_new(rig->h, name, rig->on->is & ON_COHERENT);
	rig->hw = harness_master(rig->dev);
}

static void is_set_up(struct conform *c)
{
	arch_setup_dma_ops(c->rig.dev, c->rig.on->is & ON_COHERENT);
}

/* ---- direct ------------------------------------------------------------------------------ */

static void direct_attach(struct conform *c)
{
	makes_device(c, "dut");
	c->rig.dev->bus_dma_limit = c->memory + c->reach - 1;
	is_set_up(c);
}

static void window_attach(struct conform *c)
{
	struct bus_dma_region *map = g_new0(struct bus_dma_region, 2);

	makes_device(c, "dut");
	makes_port(c);
	map[0] = (struct bus_dma_region){ c->memory, CONFORM_DMA_BASE, c->reach };
	c->rig.dev->dma_range_map = map;
	c->rig.dev->bus_dma_limit = CONFORM_DMA_BASE + c->reach - 1;
	is_set_up(c);
}

const struct backend backend_direct = {
	"direct", direct_attach, .keeps_bytes = true, .maps_resources = true,
};

const struct backend backend_window = {
	"window", window_attach, .keeps_bytes = true, .maps_resources = true,
};

/* ---- operations -------------------------------------------------------------------------- */

/* The offset depends on the machine; it is the driver data of the device. */
static struct conform *conform_of(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static dma_addr_t translate(struct device *dev, phys_addr_t pa)
{
	return pa - conform_of(dev)->memory + CONFORM_DMA_BASE;
}

static phys_addr_t translate_back(struct device *dev, dma_addr_t dma)
{
	return dma - CONFORM_DMA_BASE + conform_of(dev)->memory;
}

static dma_addr_t ops_map_page(struct device *dev, struct page *page, unsigned long offset,
			       size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	phys_addr_t pa = page_to_phys(page) + offset;

	if (is_swiotlb_force_bounce(dev) || !dma_capable(dev, translate(dev, pa), size, true)) {
		if (!is_swiotlb_active(dev))
			return DMA_MAPPING_ERROR;
		pa = swiotlb_tbl_map_single(dev, pa, size, 0, dir, attrs);
		if (pa == (phys_addr_t)DMA_MAPPING_ERROR)
			return DMA_MAPPING_ERROR;
		if (!dma_capable(dev, translate(dev, pa), size, true)) {
			swiotlb_tbl_unmap_single(dev, pa, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
			return DMA_MAPPING_ERROR;
		}
	}
	if (!dev_is_dma_coherent(dev) && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		arch_sync_dma_for_device(pa, size, dir);
	return translate(dev, pa);
}

static void ops_sync_for_cpu(struct device *dev, dma_addr_t dma, size_t size,
			     enum dma_data_direction dir)
{
	phys_addr_t pa = translate_back(dev, dma);

	if (!dev_is_dma_coherent(dev))
		arch_sync_dma_for_cpu(pa, size, dir);
	swiotlb_sync_single_for_cpu(dev, pa, size, dir);
}

static void ops_sync_for_device(struct device *dev, dma_addr_t dma, size_t size,
				enum dma_data_direction dir)
{
	phys_addr_t pa = translate_back(dev, dma);

	swiotlb_sync_single_for_device(dev, pa, size, dir);
	if (!dev_is_dma_coherent(dev))
		arch_sync_dma_for_device(pa, size, dir);
}

static void ops_unmap_page(struct device *dev, dma_addr_t dma, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		ops_sync_for_cpu(dev, dma, size, dir);
	swiotlb_tbl_unmap_single(dev, translate_back(dev, dma), size, dir,
				 attrs | DMA_ATTR_SKIP_CPU_SYNC);
}

static void ops_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		ops_unmap_page(dev, sg_dma_address(sg), sg_dma_len(sg), dir, attrs);
}

static int ops_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		      enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		sg->dma_address = ops_map_page(dev, sg_page(sg), sg->offset, sg->length, dir,
					       attrs);
		if (sg->dma_address == DMA_MAPPING_ERROR) {
			ops_unmap_sg(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
			return -EIO;
		}
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

static void ops_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
				enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		ops_sync_for_cpu(dev, sg_dma_address(sg), sg->length, dir);
}

static void ops_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				   enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		ops_sync_for_device(dev, sg_dma_address(sg), sg->length, dir);
}

/* Of memory that it can translate, which is not what the direct path would ask for. */
static void *ops_alloc(struct device *dev, size_t size, dma_addr_t *dma, gfp_t gfp,
		       unsigned long attrs)
{
	dma_addr_t direct;
	void *va = dma_direct_alloc(conform_of(dev)->direct, size, &direct, gfp, attrs);

	if (!va)
		return NULL;
	if (!dma_capable(dev, translate(dev, direct), size, true)) {
		dma_direct_free(conform_of(dev)->direct, size, va, direct, attrs);
		return NULL;
	}
	*dma = translate(dev, direct);
	return va;
}

static void ops_free(struct device *dev, size_t size, void *va, dma_addr_t dma,
		     unsigned long attrs)
{
	dma_direct_free(conform_of(dev)->direct, size, va, translate_back(dev, dma), attrs);
}

static const struct dma_map_ops offset_ops = {
	.alloc = ops_alloc, .free = ops_free,
	.map_page = ops_map_page, .unmap_page = ops_unmap_page,
	.map_sg = ops_map_sg, .unmap_sg = ops_unmap_sg,
	.sync_single_for_cpu = ops_sync_for_cpu,
	.sync_single_for_device = ops_sync_for_device,
	.sync_sg_for_cpu = ops_sync_sg_for_cpu, .sync_sg_for_device = ops_sync_sg_for_device,
};

/* The direct device beside it is why the machine has bounce buffers at all. */
static void ops_attach(struct conform *c)
{
	window_attach(c);
	makes_device(c, "behind ops");
	makes_port(c);
	dev_set_drvdata(c->rig.dev, c);
	set_dma_ops(c->rig.dev, &offset_ops);
	c->rig.dev->bus_dma_limit = CONFORM_DMA_BASE + c->reach - 1;
	*c->rig.dev->dma_mask = DMA_BIT_MASK(32);
	is_set_up(c);
}

const struct backend backend_ops = {
	"ops", ops_attach, .keeps_bytes = true, .gives_no_pages = true,
};

/* Operations that are passed over, as the device reaches all of memory without. */
static void bypass_attach(struct conform *c)
{
	makes_device(c, "dut");
	dev_set_drvdata(c->rig.dev, c);
	set_dma_ops(c->rig.dev, &offset_ops);
	c->rig.dev->dma_ops_bypass = true;
	is_set_up(c);
}

const struct backend backend_bypass = {
	"bypass", bypass_attach, .keeps_bytes = true, .maps_resources = true,
};

/* ---- dmabounce --------------------------------------------------------------------------- */

static int always(struct device *dev, dma_addr_t dma, size_t size)
{
	return 1;
}

static int out_of_reach(struct device *dev, dma_addr_t dma, size_t size)
{
	return !dma_capable(dev, dma, size, true);
}

static void dmabounce_attach(struct conform *c)
{
	makes_device(c, "dut");
	c->rig.dev->bus_dma_limit = c->memory + c->reach - 1;
	is_set_up(c);
	assert_int_equal(dmabounce_register_dev(c->rig.dev, 512, SZ_4K,
						c->bouncing == BOUNCES_ON_DEMAND ? out_of_reach
										 : always), 0);
}

static void dmabounce_detach(struct conform *c)
{
	dmabounce_unregister_dev(c->rig.dev);
}

const struct backend backend_dmabounce = {
	"dmabounce", dmabounce_attach, dmabounce_detach, .bounces_by_itself = true,
	.gives_no_pages = true,
};

/* ---- nothing ----------------------------------------------------------------------------- */

static void dummy_attach(struct conform *c)
{
	makes_device(c, "dut");
	set_dma_ops(c->rig.dev, &dma_dummy_ops);
}

const struct backend backend_dummy = { "dummy", dummy_attach, .refuses_all = true };

/* ---- an IOMMU ---------------------------------------------------------------------------- */

/* A device whose domain will be of that type, and who may be a stranger. */
static void makes_translated_device(struct conform *c)
{
	iommu_set_default_type(machine_software(c->rig.m), c->backend->is_lazy
			       ? IOMMU_DOMAIN_DMA_FQ : IOMMU_DOMAIN_DMA);
	makes_device(c, "dut");
	if (c->bouncing != BOUNCES_NEVER)
		harness_distrust_device(c->rig.dev);
}

static void mock_attach(struct conform *c)
{
	makes_translated_device(c);
	c->mmu = mock_new(&(struct mock_config){ .defers_flush = true, .is_coherent = true });
	c->mmu->is_silent = true;
	mock_stand_before(c->rig.dev);
}

static void mock_detach(struct conform *c)
{
	mock_free(c->mmu);
}

const struct backend backend_iommu_strict = {
	"iommu strict", mock_attach, mock_detach, .keeps_bytes = true,
	.maps_resources = true, .translates = true,
};

const struct backend backend_iommu_lazy = {
	"iommu lazy", mock_attach, mock_detach, .keeps_bytes = true,
	.maps_resources = true, .translates = true, .is_lazy = true,
};

/* ---- the reference IOMMU: tables in DRAM, walked by hardware ----------------------------- */

#define STREAM	5u

/* Boards need not name it: the device is told where it stands as a tree would tell. */
static void names_stream(struct device *dev, struct device_node *node)
{
	struct of_phandle_args args = { node, 1, { STREAM } };

	assert_int_equal(iommu_fwspec_init(dev, of_fwnode_handle(node)), 0);
	assert_int_equal(iommu_ops_from_fwnode(dev->kernel, of_fwnode_handle(node))
				->of_xlate(dev, &args), 0);
	assert_int_equal(iommu_probe_device(dev), 0);
	assert_true(device_iommu_mapped(dev));
}

/* It holds all that it ever read, misses too: whoever forgets to invalidate is found out. */
static void reference_attach(struct conform *c)
{
	static struct device_node node = { .full_name = "/reference" };
	const bool is_coherent = c->rig.on->is & ON_COHERENT;
	struct iommu_hw *hw = ref_iommu_new(c->rig.m, &(struct ref_config){
		.formats = c->backend->formats, .caches_negative = true,
		.walker = is_coherent ? IOMMU_HW_WALKS_SNOOPING : IOMMU_HW_WALKS_DRAM,
	});

	assert_non_null(hw);
	makes_translated_device(c);
	assert_int_equal(ref_mmu_probe(machine_software(c->rig.m), &node, iommu_hw_name(hw),
				       iommu_hw_reg_pa(hw), iommu_hw_irq(hw)), 0);
	names_stream(c->rig.dev, &node);
	master_attach_iommu(c->rig.hw, hw, STREAM);
}

#define REFERENCE(name, what, formats_of_it, late)				\
	const struct backend backend_##name = {					\
		what, reference_attach, .keeps_bytes = true, .maps_resources = true,	\
		.translates = true, .formats = formats_of_it, .is_lazy = late,	\
	}
REFERENCE(v7s_strict, "v7s strict", 1u << REF_SHORT, false);
REFERENCE(v7s_lazy, "v7s lazy", 1u << REF_SHORT, true);
REFERENCE(lpae32_strict, "32-bit LPAE strict", 1u << REF_LONG32_S1, false);
REFERENCE(lpae32_lazy, "32-bit LPAE lazy", 1u << REF_LONG32_S1, true);
REFERENCE(lpae64_strict, "64-bit LPAE strict", 1u << REF_LONG64_S1, false);
REFERENCE(lpae64_lazy, "64-bit LPAE lazy", 1u << REF_LONG64_S1, true);

/* ---- ARM32's: with the first page taken by nobody, as the suite would lose it ------------- */

static void takes_first_page(struct conform *c)
{
	char *nobodys = allocates(&c->rig, PAGE_SIZE);

	assert_int_equal(harness_set_iova(c->rig.dev, IOVA_BITMAP), 0);
	assert_true(maps(&c->rig, nobodys, PAGE_SIZE, DMA_TO_DEVICE) < PAGE_SIZE);
}

static void arm32_detach(struct conform *c)
{
	assert_int_equal(harness_set_iova(c->rig.dev, IOVA_DMA_IOMMU), 0);
}

static void arm32_over_mock_attach(struct conform *c)
{
	mock_attach(c);
	takes_first_page(c);
}

static void arm32_over_mock_detach(struct conform *c)
{
	arm32_detach(c);
	mock_detach(c);
}

static void arm32_attach(struct conform *c)
{
	reference_attach(c);
	takes_first_page(c);
}

const struct backend backend_arm32 = {
	"ARM32's iommu", arm32_over_mock_attach, arm32_over_mock_detach, .keeps_bytes = true,
	.maps_resources = true, .translates = true, .maps_one_page = true,
	.gives_no_pages = true,
};

#define ARM32(name, what, formats_of_it)					\
	const struct backend backend_##name = {					\
		what, arm32_attach, arm32_detach, .keeps_bytes = true,		\
		.maps_resources = true, .translates = true, .maps_one_page = true,	\
		.gives_no_pages = true, .formats = formats_of_it,		\
	}
ARM32(arm32_v7s, "ARM32's iommu, v7s", 1u << REF_SHORT);
ARM32(arm32_lpae32, "ARM32's iommu, 32-bit LPAE", 1u << REF_LONG32_S1);
ARM32(arm32_lpae64, "ARM32's iommu, 64-bit LPAE", 1u << REF_LONG64_S1);
