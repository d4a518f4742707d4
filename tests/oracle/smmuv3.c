/* SPDX-License-Identifier: MIT */
/*
 * QEMU's SMMUv3: see smmuv3.h. The devices are its "edu": each copies between a buffer of
 * its own and memory when its registers say so. What the buffer holds is seen, and set,
 * by a copy while the SMMU is off, which lets everything through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <linux/bits.h>

#include "smmuv3.h"

/* The virt machine's. */
#define SMMU_PA			0x09050000ull
#define ECAM_PA			0x4010000000ull
#define BAR_PA			0x10000000u
#define BAR_LEN			0x100000u

#define CR0			0x20
#define CR0_SMMUEN		BIT(0)
#define CR0_EVENTQEN		BIT(2)
#define CR0_CMDQEN		BIT(3)
#define GERROR			0x60
#define STRTAB_BASE		0x80
#define STRTAB_BASE_CFG		0x88
#define CMDQ_BASE		0x90
#define CMDQ_PROD		0x98
#define CMDQ_CONS		0x9c
#define EVENTQ_BASE		0xa0
#define EVENTQ_PROD		0x100a8
#define EVENTQ_CONS		0x100ac

#define STREAMS_PA		SMMUV3_OWN_PA
#define STREAMS_LOG2		8
#define CONTEXTS_PA		(SMMUV3_OWN_PA + 0x10000)
#define SCRATCH_PA		(SMMUV3_OWN_PA + 0x18000)
#define EVENTS_PA		(SMMUV3_OWN_PA + 0x20000)
#define EVENTS_LOG2		10
#define COMMANDS_PA		(SMMUV3_OWN_PA + 0x100000)
#define COMMANDS_LOG2		15

#define CMD_CFGI_ALL		0x04
#define CMD_TLBI_NH_ASID	0x11
#define CMD_TLBI_NH_VA		0x12
#define CMD_TLBI_NSNH_ALL	0x30
#define CMD_SYNC		0x46

#define EDU_ID			0x11e81234u
#define EDU_SOURCE		0x80
#define EDU_TARGET		0x88
#define EDU_COUNT		0x90
#define EDU_COMMAND		0x98
#define EDU_START		BIT(0)
#define EDU_TO_MEMORY		BIT(1)
#define EDU_BUFFER		0x40000

/* ---- devices --------------------------------------------------------------------------- */

/* Bus 0, devices 2, 3 and 4, function 0: their requester IDs. */
u32 smmuv3_stream_id(unsigned device)
{
	return (2 + device) << 3;
}

static u64 device_pa(unsigned device)
{
	return BAR_PA + (u64)device * BAR_LEN;
}

static void enable_device(struct smmuv3 *s, unsigned device)
{
	u64 config = ECAM_PA + ((u64)smmuv3_stream_id(device) << 12);

	assert_int_equal(qtest_read32(s->q, config), EDU_ID);
	qtest_write32(s->q, config + 0x10, (u32)device_pa(device));
	qtest_write32(s->q, config + 0x04, 0x6);		/* memory, bus master */
}

/*
 * QEMU's clock jumps to the device's timer when its processor's thread has nothing to do:
 * on a busy host that must get its turn.
 */
static void wait_for(struct smmuv3 *s, u64 device_regs)
{
	for (unsigned i = 0; qtest_read32(s->q, device_regs + EDU_COMMAND) & EDU_START; i++)
		if (i)
			g_usleep(50);
}

static void copy(struct smmuv3 *s, unsigned device, u64 from, u64 to, u32 how)
{
	u64 regs = device_pa(device);

	qtest_write64(s->q, regs + EDU_SOURCE, from);
	qtest_write64(s->q, regs + EDU_TARGET, to);
	qtest_write64(s->q, regs + EDU_COUNT, sizeof(u32));
	qtest_write64(s->q, regs + EDU_COMMAND, EDU_START | how);
	wait_for(s, regs);
}

/* ---- events ---------------------------------------------------------------------------- */

static unsigned take_events(struct smmuv3 *s, struct smmuv3_event *ret_first)
{
	u32 prod = qtest_read32(s->q, SMMU_PA + EVENTQ_PROD), size = 1u << EVENTS_LOG2;
	unsigned nr = (prod - s->event_cons) & (2 * size - 1);
	u64 first = EVENTS_PA + (s->event_cons & (size - 1)) * sizeof(*ret_first);

	if (!nr)
		return 0;
	memcpy(ret_first, qtest_ram(s->q, first, sizeof(*ret_first)), sizeof(*ret_first));
	s->event_cons = prod;
	qtest_write32(s->q, SMMU_PA + EVENTQ_CONS, prod);
	return nr;
}

/* ---- DMA ------------------------------------------------------------------------------- */

static void enable(struct smmuv3 *s, bool on)
{
	u32 queues = CR0_EVENTQEN | CR0_CMDQEN;

	qtest_write32(s->q, SMMU_PA + CR0, queues | (on ? CR0_SMMUEN : 0));
}

static u32 *scratch(const struct smmuv3 *s)
{
	return qtest_ram(s->q, SCRATCH_PA, sizeof(u32));
}

unsigned smmuv3_dma_read(struct smmuv3 *s, unsigned device, u64 iova, u32 *ret,
			 struct smmuv3_event *ret_event)
{
	unsigned nr;

	copy(s, device, iova, EDU_BUFFER, 0);
	nr = take_events(s, ret_event);
	if (nr)
		return nr;
	enable(s, false);
	copy(s, device, EDU_BUFFER, SCRATCH_PA, EDU_TO_MEMORY);
	enable(s, true);
	*ret = *scratch(s);
	return 0;
}

unsigned smmuv3_dma_write(struct smmuv3 *s, unsigned device, u64 iova, u32 value,
			  struct smmuv3_event *ret_event)
{
	*scratch(s) = value;
	enable(s, false);
	copy(s, device, SCRATCH_PA, EDU_BUFFER, 0);
	enable(s, true);
	copy(s, device, EDU_BUFFER, iova, EDU_TO_MEMORY);
	return take_events(s, ret_event);
}

/* ---- commands -------------------------------------------------------------------------- */

/* QEMU does a command when it hears of it. */
static void submit(struct smmuv3 *s)
{
	qtest_write32(s->q, SMMU_PA + CMDQ_PROD, s->command_prod);
	assert_int_equal(qtest_read32(s->q, SMMU_PA + CMDQ_CONS), s->command_prod);
}

static void command(struct smmuv3 *s, u64 low, u64 high)
{
	u32 size = 1u << COMMANDS_LOG2, slot = s->command_prod & (size - 1);
	u64 *at = qtest_ram(s->q, COMMANDS_PA + slot * 16ull, 16);

	at[0] = low;
	at[1] = high;
	s->command_prod = (s->command_prod + 1) & (2 * size - 1);
	if ((s->command_prod & (size / 2 - 1)) == 0)
		submit(s);
}

void smmuv3_invalidate_page(struct smmuv3 *s, u16 asid, u64 iova, bool is_leaf)
{
	command(s, CMD_TLBI_NH_VA | (u64)asid << 48, (iova & ~0xfffull) | is_leaf);
}

void smmuv3_invalidate_asid(struct smmuv3 *s, u16 asid)
{
	command(s, CMD_TLBI_NH_ASID | (u64)asid << 48, 0);
}

void smmuv3_sync(struct smmuv3 *s)
{
	command(s, CMD_SYNC, 0);
	submit(s);
}

/* ---- configuration --------------------------------------------------------------------- */

#define CD_EPD(n)		BIT_ULL((n) ? 30 : 14)
#define CD_V			BIT_ULL(31)
#define CD_AA64			BIT_ULL(41)
#define CD_R			BIT_ULL(45)
#define CD_A			BIT_ULL(46)
#define STE_V			BIT_ULL(0)
#define STE_STAGE_1		(5ull << 1)

/* What a context descriptor has twice, for TTB0 and, 16 bits higher, for TTB1. */
static u64 half_of(const struct io_pgtable_cfg *cfg)
{
	__typeof__(cfg->arm_lpae_s1_cfg.tcr) tcr = cfg->arm_lpae_s1_cfg.tcr;

	return (u64)tcr.tsz | (u64)tcr.tg << 6 | (u64)tcr.irgn << 8 | (u64)tcr.orgn << 10 |
	       (u64)tcr.sh << 12;
}

static void fill_context(u64 *cd, const struct io_pgtable_cfg *cfg, u16 asid)
{
	bool is_upper = cfg->quirks & IO_PGTABLE_QUIRK_ARM_TTBR1;

	memset(cd, 0, 64);
	cd[0] = half_of(cfg) << (is_upper ? 16 : 0) | CD_EPD(!is_upper) | CD_V | CD_AA64 | CD_R |
		CD_A | (u64)cfg->arm_lpae_s1_cfg.tcr.ips << 32 | (u64)asid << 48;
	cd[is_upper ? 2 : 1] = cfg->arm_lpae_s1_cfg.ttbr;
	cd[3] = cfg->arm_lpae_s1_cfg.mair;
}

void smmuv3_attach(struct smmuv3 *s, unsigned device, const struct io_pgtable_cfg *cfg,
		   u16 asid, bool is_privileged)
{
	u64 context_pa = CONTEXTS_PA + device * 64;
	u64 *ste = qtest_ram(s->q, STREAMS_PA + smmuv3_stream_id(device) * 64, 64);

	fill_context(qtest_ram(s->q, context_pa, 64), cfg, asid);
	ste[1] = (u64)(is_privileged ? 3 : 2) << 48;
	ste[0] = STE_V | STE_STAGE_1 | context_pa;
	command(s, CMD_CFGI_ALL, 31);
	command(s, CMD_TLBI_NSNH_ALL, 0);
	smmuv3_sync(s);
}

void smmuv3_start(struct smmuv3 *s)
{
	static const char *const machine[] = {
		"-M", "virt,iommu=smmuv3,memory-backend=ram", "-cpu", "cortex-a15",
		"-device", "edu,addr=02.0,dma_mask=0xffffffffffffffff",
		"-device", "edu,addr=03.0,dma_mask=0xffffffffffffffff",
		"-device", "edu,addr=04.0,dma_mask=0xffffffffffffffff", NULL,
	};

	*s = (struct smmuv3){ .q = qtest_start(machine, SMMUV3_RAM_PA, SMMUV3_RAM_LEN) };
	for (unsigned i = 0; i < SMMUV3_NR_DEVICES; i++)
		enable_device(s, i);
	qtest_write64(s->q, SMMU_PA + STRTAB_BASE, STREAMS_PA);
	qtest_write32(s->q, SMMU_PA + STRTAB_BASE_CFG, STREAMS_LOG2);
	qtest_write64(s->q, SMMU_PA + CMDQ_BASE, COMMANDS_PA | COMMANDS_LOG2);
	qtest_write64(s->q, SMMU_PA + EVENTQ_BASE, EVENTS_PA | EVENTS_LOG2);
	enable(s, true);
}

void smmuv3_stop(struct smmuv3 *s)
{
	u32 errors = qtest_read32(s->q, SMMU_PA + GERROR);

	qtest_stop(s->q);
	assert_int_equal(errors, 0);
}
