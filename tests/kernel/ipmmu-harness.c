/* SPDX-License-Identifier: MIT */
/*
 * Linux's driver of the R-Car IPMMU, which nothing here was made for: registers that
 * remember what is written, and a walker of long descriptors that reads DRAM, as the
 * hardware does. What it was not told, it would not find.
 *
 *	bus address --> leaf's micro TLB 5 --> context of the main IPMMU --> tables in DRAM
 *
 * Exit status: as harness_finish() has it; 3 when the driver did something else.
 */
#include <stdio.h>
#include <armdma/bus.h>
#include <armdma/harness.h>
#include <armdma/iommu.h>
#include <linux/dma-mapping.h>
#include <linux/init.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define LEAF_PA		0x10100000
#define MAIN_PA		0x10110000
#define LEN		0x1000

/* R-Car Gen3 hardware manual, IPMMU. */
#define IMCTR		0x00
#define IMCTR_FLUSH	0x2u
#define IMCTR_MMUEN	0x1u
#define IMTTLBR0	0x10
#define IMTTUBR0	0x14
#define CONTEXT_STRIDE	0x40
#define IMUCTR(n)	(0x300 + (n) * 16)
#define MICRO_TLB	5

/* Arm Architecture Reference Manual, DDI 0406C, B3.6: stage 1, 4 KiB granule. */
#define IS_VALID	0x1u
#define IS_TABLE	0x2u
#ifndef TABLE_PA
#define TABLE_PA	0xfffffff000ull
#endif

struct ipmmu {
	u32 regs[LEN / 4];
	unsigned nr_flushes;
};

static struct ipmmu leaf, root;
static struct iommu_hw *walker;

static bool ipmmu_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t *ret)
{
	*ret = ((struct ipmmu *)opaque)->regs[reg / 4];
	return len == 4;
}

/* A flush is over at once. */
static bool ipmmu_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	struct ipmmu *mmu = opaque;

	if (reg < 8 * CONTEXT_STRIDE && reg % CONTEXT_STRIDE == IMCTR && value & IMCTR_FLUSH) {
		mmu->nr_flushes++;
		value &= ~(uint64_t)IMCTR_FLUSH;
	}
	mmu->regs[reg / 4] = (u32)value;
	return len == 4;
}

/* Nothing goes through the walker: it is asked for words of tables alone. */
static void keeps_nothing(void *opaque)
{
}

static int attach(void)
{
	static const struct bus_ops ops = { .read = ipmmu_read, .write = ipmmu_write };
	static const struct iommu_hw_ops none = { .reset = keeps_nothing };
	struct machine *m = harness_machine(harness_current());

	walker = iommu_hw_new(m, &(struct iommu_hw_config){
		.name = "walker", .kind = "test", .walker = IOMMU_HW_WALKS_DRAM,
	}, &none, NULL);
	bus_attach(m, &(struct bus_device){ LEAF_PA, LEN, &ops, &leaf });
	bus_attach(m, &(struct bus_device){ MAIN_PA, LEN, &ops, &root });
	return 0;
}
pure_initcall(attach);

static u64 descriptor(u64 table, unsigned idx)
{
	u64 d = 0;

	iommu_hw_walk_read(walker, table + idx * sizeof(d), &d, sizeof(d));
	return d;
}

/* 0: it is not mapped. */
static u64 walks(u64 iova)
{
	u32 utlb = leaf.regs[IMUCTR(MICRO_TLB) / 4];
	const u32 *context = &root.regs[(utlb >> 4 & 7) * CONTEXT_STRIDE / 4];
	u64 table = context[IMTTLBR0 / 4] | (u64)context[IMTTUBR0 / 4] << 32;

	if (!(utlb & IMCTR_MMUEN) || !(context[IMCTR / 4] & IMCTR_MMUEN))
		return 0;
	for (unsigned shift = 30;; shift -= 9) {
		u64 d = descriptor(table, iova >> shift & (shift == 30 ? 3 : 511));

		if (!(d & IS_VALID))
			return 0;
		table = d & TABLE_PA;
		if (shift == 12 || !(d & IS_TABLE))
			return (table & ~((1ull << shift) - 1)) | (iova & ((1ull << shift) - 1));
	}
}

static int complain(const char *what)
{
	printf("not so: %s\n", what);
	return 3;
}

/* Buffers of all sizes, each page of each where it should be; and nowhere afterwards. */
static int maps(struct device *dev, size_t len)
{
	char *p = kmalloc(len, GFP_KERNEL);
	dma_addr_t dma = dma_map_single(dev, p, len, DMA_TO_DEVICE);
	unsigned flushes = root.nr_flushes;
	int status = dma_mapping_error(dev, dma) ? complain("a buffer is mapped") : 0;

	for (size_t at = 0; !status && at < len; at += PAGE_SIZE)
		if (walks(dma + at) != virt_to_phys(p + at))
			status = complain("every page is where the driver put it");
	dma_unmap_single(dev, dma, len, DMA_TO_DEVICE);
	if (!status && walks(dma))
		status = complain("it is unmapped");
	if (!status && root.nr_flushes == flushes)
		status = complain("the TLB was flushed");
	kfree(p);
	return status;
}

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	struct device *dev = harness_device(h, "10120000.camera");
	int status = 0, verdict;

	if (!device_iommu_mapped(dev))
		status = complain("the camera is behind an IOMMU");
	for (size_t len = 64; !status && len <= 1 << 20; len *= 2)
		status = maps(dev, len);
	verdict = harness_finish(h);
	return verdict ? verdict : status;
}
