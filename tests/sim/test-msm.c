/* SPDX-License-Identifier: MIT */
/*
 * Qualcomm's MSM IOMMU, register by register, with tables that the test writes by itself.
 * What Linux 6.12's driver programs is in golden(); its values were read off that driver.
 */
#include "story.h"

#include <armdma/bus.h>
#include <armdma/msm-iommu.h>

#define IO_VA		0x70000000u
#define TABLES		(PLAY_PA + 0x80000u)	/* the first level; a second one behind it */
#define TABLES2		(PLAY_PA + 0x88000u)	/* another bank's */
#define IOVA		0x00300000u
#define PAGE		(PLAY_PA + 0x1000u)
#define MID		2u

#define AF		(1u << 4)		/* of a page: AP[0] is its access flag, */
#define USER		(1u << 5)
#define READ_ONLY_PAGE	(1u << 9)
#define NG		(1u << 11)

struct bench {
	struct rig *rig;
	struct iommu_hw *i;
};

static void sets(struct bench *b, uint32_t reg, uint32_t value)
{
	assert_true(cpu_store(b->rig->cpu, IO_VA + reg, &value, sizeof(value), NULL));
}

static uint32_t gets(struct bench *b, uint32_t reg)
{
	uint32_t value = 0;

	assert_true(cpu_load(b->rig->cpu, IO_VA + reg, &value, sizeof(value), NULL));
	return value;
}

static void sets_ctx(struct bench *b, unsigned ctx, uint32_t reg, uint32_t value)
{
	sets(b, MSM_CTX(ctx) + reg, value);
}

static uint32_t gets_ctx(struct bench *b, unsigned ctx, uint32_t reg)
{
	return gets(b, MSM_CTX(ctx) + reg);
}

static struct bench *bench_new(const struct msm_iommu_config *cfg)
{
	struct bench *b = g_new0(struct bench, 1);

	b->rig = rig_a9();
	b->i = msm_iommu_new(b->rig->m, cfg);
	assert_non_null(b->i);
	maps(b->rig, IO_VA, (uint32_t)iommu_hw_reg_pa(b->i), MSM_IOMMU_LEN, DEVICE);
	assert_int_equal(master_attach_iommu(b->rig->eth, b->i, MID), 0);
	return b;
}

static struct bench *bench_plain(void)
{
	return bench_new(&(struct msm_iommu_config){ .name = "mdp_port0" });
}

static void bench_free(struct bench *b)
{
	rig_free(b->rig);
	g_free(b);
}

/* @mid to bank @ctx with @tables, as Linux leaves it; but no BFB, which has tests of its own. */
static void golden(struct bench *b, unsigned mid, unsigned ctx, uint32_t tables)
{
	sets(b, MSM_M2VCBR(mid), 0x00c00000u | ctx << 8);
	sets(b, MSM_CBACR(ctx), 0);
	sets_ctx(b, ctx, MSM_CONTEXTIDR, ctx);
	sets_ctx(b, ctx, MSM_TTBCR, 0);
	sets_ctx(b, ctx, MSM_TTBR0, tables | 2);
	sets_ctx(b, ctx, MSM_PRRR, 0x800b8204u);
	sets_ctx(b, ctx, MSM_NMRR, 0x40004000u);
	sets_ctx(b, ctx, MSM_ACTLR, 0x37072u);
	sets_ctx(b, ctx, MSM_SCTLR, 7);
}

static struct bench *bench_golden(void)
{
	struct bench *b = bench_plain();

	golden(b, MID, 0, TABLES);
	return b;
}

static void maps_in(struct bench *b, uint32_t tables, uint32_t iova, uint32_t pa, uint32_t bits)
{
	writes_descriptor(b->rig, tables + (iova >> 20) * 4, (tables + 0x4000) | 1);
	writes_descriptor(b->rig, tables + 0x4000 + (iova >> 12 & 0xff) * 4, pa | 2 | bits);
}

static void maps_page(struct bench *b, uint32_t iova, uint32_t pa)
{
	maps_in(b, TABLES, iova, pa, AF | USER | NG);
}

static void unmaps_page(struct bench *b, uint32_t iova)
{
	writes_descriptor(b->rig, TABLES + 0x4000 + (iova >> 12 & 0xff) * 4, 0);
}

static struct iommu_hw_result asks(struct bench *b, unsigned mid, uint32_t iova, bool is_write)
{
	return iommu_hw_translate(b->i, &(struct iommu_hw_access){
		.stream = mid, .iova = iova, .len = 4, .is_write = is_write });
}

static void expects_pa(struct bench *b, uint32_t iova, uint32_t pa)
{
	struct iommu_hw_result r = asks(b, MID, iova, false);

	assert_int_equal(r.outcome, IOMMU_HW_HIT);
	assert_int_equal(r.pa, pa);
}

static void expects_refusal(struct bench *b, uint32_t iova, enum iommu_hw_reason reason)
{
	assert_int_equal(asks(b, MID, iova, false).reason, reason);
}

static struct iommu_hw_counters counted(struct bench *b)
{
	struct iommu_hw_counters c;

	iommu_hw_count(b->i, &c);
	return c;
}

static bool irq_is_high(struct bench *b)
{
	return bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i));
}

/* ---- what it is -------------------------------------------------------------------- */

static void the_self_test_of_linux_s_probe_passes(void **state)
{
	struct bench *b = bench_plain();

	sets_ctx(b, 0, MSM_SCTLR, MSM_SCTLR_M);
	sets_ctx(b, 0, MSM_PAR, 0);
	sets_ctx(b, 0, MSM_ACTLR, MSM_ACTLR_V2PCFG(1));
	sets_ctx(b, 0, MSM_V2PPR, 0);
	assert_int_equal(gets_ctx(b, 0, MSM_PAR), MSM_PAR_FAULT | MSM_FSR_TLBMF);
	bench_free(b);
}

static void idr_says_how_many_of_everything(void **state)
{
	struct bench *b = bench_new(&(struct msm_iommu_config){
		.nr_contexts = 3, .nr_mids = 32, .knobs = { .tlb_entries = 128 } });

	assert_int_equal(gets(b, MSM_IDR), 32 | MSM_IDR_HTW | 7 << 12 | 3 << 16 | 1 << 24);
	sets_ctx(b, 2, MSM_TTBR0, TABLES);
	assert_int_equal(gets_ctx(b, 2, MSM_TTBR0), TABLES);
	sets_ctx(b, 3, MSM_TTBR0, TABLES);	/* no such bank */
	assert_int_equal(gets_ctx(b, 3, MSM_TTBR0), 0);
	bench_free(b);
}

static void what_linux_programs_reads_back(void **state)
{
	struct bench *b = bench_plain();

	golden(b, MID, 1, TABLES);
	assert_int_equal(gets(b, MSM_M2VCBR(MID)), 0x00c00100u);
	assert_int_equal(gets_ctx(b, 1, MSM_SCTLR), 0x7);
	assert_int_equal(gets_ctx(b, 1, MSM_ACTLR), 0x37072);
	assert_int_equal(gets_ctx(b, 1, MSM_TTBR0), TABLES | 2);
	assert_int_equal(gets_ctx(b, 1, MSM_PRRR), 0x800b8204u);
	assert_int_equal(gets_ctx(b, 1, MSM_NMRR), 0x40004000u);
	bench_free(b);
}

/* ---- MIDs --------------------------------------------------------------------------- */

static void a_mid_is_bypassed_while_its_bank_is_off(void **state)
{
	struct bench *b = bench_plain();

	assert_int_equal(asks(b, MID, IOVA, true).outcome, IOMMU_HW_BYPASS);
	sets(b, MSM_M2VCBR(MID), MSM_M2VCBR_BYPASSD);
	assert_int_equal(asks(b, MID, IOVA, true).reason, IOMMU_HW_CONTEXT_OFF);
	assert_int_equal(gets(b, MSM_ESR), MSM_ESR_BYPASS);
	bench_free(b);
}

static void mids_lead_to_banks_of_their_own(void **state)
{
	struct bench *b = bench_golden();

	golden(b, 7, 1, TABLES2);
	maps_page(b, IOVA, PAGE);
	maps_in(b, TABLES2, IOVA, PAGE + 0x1000, AF | USER | NG);
	expects_pa(b, IOVA, PAGE);
	assert_int_equal(asks(b, 7, IOVA, true).pa, PAGE + 0x1000);
	expects_pa(b, IOVA, PAGE);
	bench_free(b);
}

static void a_mid_that_leads_nowhere_is_recorded_in_esr(void **state)
{
	struct bench *b = bench_new(&(struct msm_iommu_config){ .nr_mids = 32 });

	assert_int_equal(asks(b, 32, IOVA, true).reason, IOMMU_HW_NO_STREAM);
	assert_int_equal(gets(b, MSM_ESR), MSM_ESR_CFG);
	assert_int_equal(gets(b, MSM_EAR), IOVA);
	assert_int_equal(gets(b, MSM_ESYNR0), 32);
	assert_int_equal(gets(b, MSM_ESYNR1), MSM_FSYNR1_AWRITE | MSM_FSYNR1_APROTNS);
	sets(b, MSM_M2VCBR(MID), MSM_M2VCBR_CBNDX(200));
	assert_int_equal(asks(b, MID, IOVA + 4, false).outcome, IOMMU_HW_FAULT);
	assert_int_equal(gets(b, MSM_ESR), MSM_ESR_CFG | MSM_ESR_MULTI);
	assert_int_equal(gets(b, MSM_EAR), IOVA);
	sets(b, MSM_ESR, MSM_ESR_CFG);
	assert_int_equal(gets(b, MSM_ESR), MSM_ESR_MULTI);
	assert_false(irq_is_high(b));
	bench_free(b);
}

static void clientpd_bypasses_everything(void **state)
{
	struct bench *b = bench_golden();

	sets(b, MSM_CR, MSM_CR_CLIENTPD);
	assert_int_equal(asks(b, MID, IOVA, true).outcome, IOMMU_HW_BYPASS);
	sets(b, MSM_CR, 0);
	assert_int_equal(asks(b, MID, IOVA, true).outcome, IOMMU_HW_STALL);
	bench_free(b);
}

/* ---- tables ------------------------------------------------------------------------- */

static void maps_all_sizes(struct bench *b)
{
	const uint32_t section = 1u << 10 | 1u << 11 | 1u << 17 | 2;

	maps_page(b, IOVA, PAGE);
	for (unsigned n = 16; n < 32; n++)	/* a large page */
		writes_descriptor(b->rig, TABLES + 0x4000 + n * 4,
				  0x81230000u | AF | USER | NG | 1);
	writes_descriptor(b->rig, TABLES + 5 * 4, 0x81500000u | section);
	for (unsigned n = 16; n < 32; n++)	/* a supersection */
		writes_descriptor(b->rig, TABLES + n * 4, 0x82000000u | section | 1u << 18);
}

static void expects_v2p(struct bench *b, uint32_t iova, uint32_t pa, uint32_t bits)
{
	sets_ctx(b, 0, MSM_CTX_TLBIALL, 0);
	sets_ctx(b, 0, MSM_V2PUW, iova & ~0xfffu);
	assert_int_equal(gets_ctx(b, 0, MSM_PAR), pa | bits);
}

static void accesses_and_v2p_agree_on_all_sizes(void **state)
{
	struct bench *b = bench_golden();

	maps_all_sizes(b);
	expects_pa(b, IOVA + 0x123, PAGE + 0x123);
	expects_pa(b, IOVA + 0x1c123, 0x8123c123u);
	expects_pa(b, 0x00543210u, 0x81543210u);
	expects_pa(b, 0x01abcdefu, 0x82abcdefu);
	/* TEX, C and B are clear: index 0 of PRRR and NMRR is strongly ordered, shareable */
	expects_v2p(b, IOVA, PAGE, 1 << 4 | MSM_PAR_SH);
	expects_v2p(b, IOVA + 0x1c000, 0x8123c000u, 1 << 4 | MSM_PAR_SH);
	expects_v2p(b, 0x00543000u, 0x81543000u, 1 << 4 | MSM_PAR_SH);
	expects_v2p(b, 0x01abc000u, 0x82000000u, MSM_PAR_SS | 1 << 4 | MSM_PAR_SH);
	bench_free(b);
}

static void par_says_what_memory_it_is(void **state)
{
	struct bench *b = bench_golden();

	maps_in(b, TABLES, IOVA, PAGE, AF | USER | NG | 1u << 6 | 3u << 2 | 1u << 10);
	sets_ctx(b, 0, MSM_V2PPR, IOVA);	/* index 7: write-back, write-allocate */
	assert_int_equal(gets_ctx(b, 0, MSM_PAR), PAGE | 5 << 4 | MSM_PAR_SH | MSM_PAR_NOS);
	maps_in(b, TABLES, IOVA + 0x1000, PAGE, AF | USER | NG | 1u << 6 | 1u << 10);
	sets_ctx(b, 0, MSM_V2PPR, IOVA + 0x1000);	/* index 4: not cacheable */
	assert_int_equal(MSM_PAR_MT(gets_ctx(b, 0, MSM_PAR)), 0);
	bench_free(b);
}

static void par_says_why_not(void **state)
{
	struct bench *b = bench_golden();

	maps_in(b, TABLES, IOVA, PAGE, AF | NG | READ_ONLY_PAGE);
	sets_ctx(b, 0, MSM_V2PPR, IOVA);
	assert_int_equal(gets_ctx(b, 0, MSM_PAR) & ~0xfffu, PAGE);
	sets_ctx(b, 0, MSM_V2PPW, IOVA);
	assert_int_equal(gets_ctx(b, 0, MSM_PAR), MSM_PAR_FAULT | MSM_FSR_APF | MSM_FSR_SL);
	sets_ctx(b, 0, MSM_V2PUR, IOVA);
	assert_int_equal(gets_ctx(b, 0, MSM_PAR), MSM_PAR_FAULT | MSM_FSR_APF | MSM_FSR_SL);
	sets_ctx(b, 0, MSM_V2PPR, IOVA + 0x1000);
	assert_int_equal(gets_ctx(b, 0, MSM_PAR), MSM_PAR_FAULT | MSM_FSR_TF | MSM_FSR_SL);
	sets_ctx(b, 0, MSM_V2PPR, IOVA + 0x100000);
	assert_int_equal(gets_ctx(b, 0, MSM_PAR), MSM_PAR_FAULT | MSM_FSR_TF);
	assert_int_equal(gets_ctx(b, 0, MSM_FSR), 0);
	bench_free(b);
}

static void ttbcr_splits_between_two_tables(void **state)
{
	struct bench *b = bench_golden();

	sets_ctx(b, 0, MSM_TTBCR, 1);
	sets_ctx(b, 0, MSM_TTBR1, TABLES2);
	maps_page(b, IOVA, PAGE);
	writes_descriptor(b->rig, TABLES2 + 0x800 * 4, 0x81500000u | 3u << 10 | 1u << 17 | 2);
	expects_pa(b, IOVA, PAGE);
	expects_pa(b, 0x80012340u, 0x81512340u);
	sets_ctx(b, 0, MSM_TTBCR, 1 | MSM_TTBCR_PD1);
	sets_ctx(b, 0, MSM_CTX_TLBIALL, 0);
	expects_refusal(b, 0x80012340u, IOMMU_HW_TRANSLATION);
	expects_pa(b, IOVA, PAGE);
	bench_free(b);
}

static void the_access_flag_is_as_sctlr_says(void **state)
{
	struct bench *b = bench_golden();

	maps_in(b, TABLES, IOVA, PAGE, USER | NG);
	expects_refusal(b, IOVA, IOMMU_HW_ACCESS_FLAG);
	assert_int_equal(gets_ctx(b, 0, MSM_FSR), MSM_FSR_AFF | MSM_FSR_SL | MSM_FSR_SS);
	sets_ctx(b, 0, MSM_SCTLR, 7 | MSM_SCTLR_AFFD);
	expects_pa(b, IOVA, PAGE);
	sets_ctx(b, 0, MSM_CTX_TLBIALL, 0);
	sets_ctx(b, 0, MSM_SCTLR, 7 | MSM_SCTLR_HAF);
	expects_pa(b, IOVA, PAGE);		/* and sets it */
	sets_ctx(b, 0, MSM_SCTLR, 7);
	sets_ctx(b, 0, MSM_CTX_TLBIALL, 0);
	expects_pa(b, IOVA, PAGE);
	bench_free(b);
}

static void walks_go_where_ttbr_and_actlr_send_them(void **state)
{
	struct bench *b = bench_golden();
	uint32_t pte = PAGE | 2 | AF | USER | NG;

	maps_page(b, IOVA, 0);
	unmaps_page(b, IOVA);
	maps(b->rig, K, TABLES + 0x4000, 0x1000, CACHED);
	assert_true(cpu_store(b->rig->cpu, K, &pte, 4, NULL));	/* and stays in level 1 */
	expects_refusal(b, IOVA, IOMMU_HW_TRANSLATION);
	sets_ctx(b, 0, MSM_TTBR0, TABLES | 0x6a);
	expects_pa(b, IOVA, PAGE);
	sets_ctx(b, 0, MSM_CTX_TLBIALL, 0);
	sets_ctx(b, 0, MSM_ACTLR, 0x37072u & ~MSM_ACTLR_RCISH);
	expects_refusal(b, IOVA, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

/* ---- the TLB ------------------------------------------------------------------------ */

static void the_tlb_is_tagged_by_asid_and_not_by_bank(void **state)
{
	struct bench *b = bench_golden();

	golden(b, 7, 1, TABLES2);
	maps_page(b, IOVA, PAGE);
	maps_in(b, TABLES2, IOVA, PAGE + 0x1000, AF | USER | NG);
	sets_ctx(b, 1, MSM_CONTEXTIDR, 0);
	expects_pa(b, IOVA, PAGE);
	assert_int_equal(asks(b, 7, IOVA, false).pa, PAGE);	/* the other's */
	sets_ctx(b, 1, MSM_CONTEXTIDR, 1);
	assert_int_equal(asks(b, 7, IOVA, false).pa, PAGE + 0x1000);
	bench_free(b);
}

/* Is IOVA, of ASID 5 and VMID 0, still held after @reg of bank 0 was written? */
static bool survives(uint32_t reg, uint32_t value)
{
	struct bench *b = bench_golden();
	bool is_held;

	sets_ctx(b, 0, MSM_CONTEXTIDR, 5);
	maps_page(b, IOVA, PAGE);
	expects_pa(b, IOVA, PAGE);
	unmaps_page(b, IOVA);
	sets(b, reg, value);
	is_held = asks(b, MID, IOVA, false).outcome == IOMMU_HW_HIT;
	bench_free(b);
	return is_held;
}

static void each_invalidation_has_its_scope(void **state)
{
	assert_true(survives(MSM_TLBRSW, 0));
	assert_false(survives(MSM_GLOBAL_TLBIALL, 0));
	assert_false(survives(MSM_TLBIVMID, 0));
	assert_true(survives(MSM_TLBIVMID, 1));
	assert_false(survives(MSM_CTX_TLBIALL, 0));
	assert_false(survives(MSM_CTX(1) + MSM_CTX_TLBIALL, 0));	/* of the same VMID */
	assert_false(survives(MSM_TLBIASID, 5));
	assert_true(survives(MSM_TLBIASID, 6));
	assert_false(survives(MSM_TLBIVA, IOVA | 5));
	assert_true(survives(MSM_TLBIVA, IOVA | 6));
	assert_true(survives(MSM_TLBIVA, (IOVA + 0x1000) | 5));
	assert_false(survives(MSM_TLBIVAA, IOVA | 6));
	assert_true(survives(MSM_TLBIVAA, IOVA - 0x1000));
}

static void a_global_page_outlives_tlbiasid(void **state)
{
	struct bench *b = bench_golden();

	maps_in(b, TABLES, IOVA, PAGE, AF | USER);
	expects_pa(b, IOVA, PAGE);
	unmaps_page(b, IOVA);
	sets_ctx(b, 0, MSM_TLBIASID, 0);
	expects_pa(b, IOVA, PAGE);
	sets_ctx(b, 0, MSM_TLBIVA, IOVA | 9);
	expects_refusal(b, IOVA, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

static void a_delayed_invalidation_is_over_when_a_register_has_been_read(void **state)
{
	struct bench *b = bench_new(&(struct msm_iommu_config){ .knobs = { .delay = 20 } });

	golden(b, MID, 0, TABLES);
	maps_page(b, IOVA, PAGE);
	expects_pa(b, IOVA, PAGE);
	unmaps_page(b, IOVA);
	sets_ctx(b, 0, MSM_TLBIVA, IOVA);
	expects_pa(b, IOVA, PAGE);
	gets_ctx(b, 0, MSM_CONTEXTIDR);
	expects_refusal(b, IOVA, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

static void entries_can_be_read_out(void **state)
{
	struct bench *b = bench_golden();

	sets_ctx(b, 0, MSM_CONTEXTIDR, 5);
	maps_all_sizes(b);
	expects_pa(b, IOVA, PAGE);
	expects_pa(b, 0x01abcdefu, 0x82abcdefu);
	assert_int_equal(gets(b, MSM_TLBTR0) & 0xff, MSM_TLBTR0_PR | MSM_TLBTR0_PW |
			 MSM_TLBTR0_UR | MSM_TLBTR0_UW);
	assert_int_equal(gets(b, MSM_TLBTR1), PAGE);
	assert_int_equal(gets(b, MSM_TLBTR2), IOVA | MSM_TLBTR2_V | MSM_TLBTR2_NSTID | 5);
	sets(b, MSM_TLBRSW, 1);
	assert_int_equal(MSM_TLBTR0_DPSIZ(gets(b, MSM_TLBTR0)), 3);
	assert_int_equal(MSM_TLBTR0_MT(gets(b, MSM_TLBTR0)), 1);
	assert_int_equal(gets(b, MSM_TLBTR1), 0x82000000u);
	sets(b, MSM_TLBRSW, 2);
	assert_int_equal(gets(b, MSM_TLBTR2), 0);
	bench_free(b);
}

static void entries_below_the_floor_are_locked(void **state)
{
	struct bench *b = bench_new(&(struct msm_iommu_config){ .knobs = { .tlb_entries = 4 } });

	golden(b, MID, 0, TABLES);
	for (unsigned n = 0; n < 8; n++)
		maps_page(b, IOVA + n * 0x1000, PAGE + n * 0x1000);
	sets_ctx(b, 0, MSM_TLBLCKR, MSM_TLBLCKR_LKE | MSM_TLBLCKR_FLOOR(1));
	assert_int_equal(gets_ctx(b, 0, MSM_TLBLCKR), 0);	/* CR forbids it */
	sets(b, MSM_CR, MSM_CR_TLBLKCRWE);
	sets_ctx(b, 0, MSM_TLBLCKR, MSM_TLBLCKR_LKE | MSM_TLBLCKR_FLOOR(1));
	sets_ctx(b, 0, MSM_V2PPR, IOVA | 0);			/* becomes entry 0 */
	unmaps_page(b, IOVA);
	for (unsigned n = 1; n < 8; n++)
		expects_pa(b, IOVA + n * 0x1000, PAGE + n * 0x1000);
	expects_pa(b, IOVA, PAGE);
	assert_int_equal(gets_ctx(b, 0, MSM_TLBLCKR) >> 16, 2);	/* seven misses in three places */
	sets_ctx(b, 0, MSM_V2PPR, IOVA);
	assert_int_equal(gets_ctx(b, 0, MSM_V2PSR), MSM_V2PSR_HIT);
	sets_ctx(b, 0, MSM_CTX_TLBIALL, 0);
	expects_pa(b, IOVA, PAGE);
	sets_ctx(b, 0, MSM_TLBLCKR, MSM_TLBLCKR_TLBIALLCFG);
	sets_ctx(b, 0, MSM_CTX_TLBIALL, 0);
	expects_refusal(b, IOVA, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

static void two_entries_that_answer_are_a_multi_hit(void **state)
{
	struct bench *b = bench_golden();

	maps_page(b, IOVA, PAGE);
	expects_pa(b, IOVA, PAGE);
	unmaps_page(b, IOVA);
	writes_descriptor(b->rig, TABLES + (IOVA >> 20) * 4, 0x81500000u | 3u << 10 | 1u << 17 | 2);
	expects_pa(b, IOVA + 0x5000, 0x81505000u);	/* the small page is still held */
	expects_refusal(b, IOVA, IOMMU_HW_TLB_CONFLICT);
	assert_int_equal(gets_ctx(b, 0, MSM_FSR), MSM_FSR_MHF | MSM_FSR_SS);
	bench_free(b);
}

static void without_the_policy_nothing_walks(void **state)
{
	struct bench *b = bench_golden();

	maps_page(b, IOVA, PAGE);
	sets_ctx(b, 0, MSM_ACTLR, 0x34072u);
	expects_refusal(b, IOVA, IOMMU_HW_TLB_MISS);
	assert_int_equal(gets_ctx(b, 0, MSM_FSR), MSM_FSR_TLBMF | MSM_FSR_SS);
	sets_ctx(b, 0, MSM_V2PPR, IOVA);		/* walks by a policy of its own */
	expects_pa(b, IOVA, PAGE);
	sets_ctx(b, 0, MSM_CTX_TLBIALL, 0);
	sets_ctx(b, 0, MSM_ACTLR, 0x34072u | MSM_ACTLR_DNLV2PA);
	sets_ctx(b, 0, MSM_V2PPR, IOVA);
	expects_refusal(b, IOVA, IOMMU_HW_TLB_MISS);
	bench_free(b);
}

static void dna_keeps_accesses_out_of_the_tlb(void **state)
{
	struct bench *b = bench_golden();

	maps_page(b, IOVA, PAGE);
	sets_ctx(b, 0, MSM_ACTLR, 0x37072u | MSM_ACTLR_DNA);
	expects_pa(b, IOVA, PAGE);
	unmaps_page(b, IOVA);
	expects_refusal(b, IOVA, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

/* ---- the BFB ------------------------------------------------------------------------ */

static void the_bfb_keeps_what_came_in_the_same_line(void **state)
{
	struct bench *b = bench_golden();

	sets_ctx(b, 0, MSM_BFBCR, MSM_BFBCR_BFBDFE);
	maps_page(b, IOVA, PAGE);
	maps_page(b, IOVA + 0x1000, PAGE + 0x1000);
	expects_pa(b, IOVA, PAGE);
	unmaps_page(b, IOVA + 0x1000);
	maps_page(b, IOVA + 0x2000, PAGE + 0x2000);
	maps_page(b, IOVA + 0x8000, PAGE + 0x8000);
	expects_pa(b, IOVA + 0x1000, PAGE + 0x1000);		/* no longer true */
	expects_refusal(b, IOVA + 0x2000, IOMMU_HW_TRANSLATION);	/* it was not there */
	expects_pa(b, IOVA + 0x8000, PAGE + 0x8000);		/* of the next line */
	sets_ctx(b, 0, MSM_TLBIVA, IOVA + 0x2000);
	expects_pa(b, IOVA + 0x2000, PAGE + 0x2000);
	sets_ctx(b, 0, MSM_TLBIVA, IOVA + 0x1000);
	expects_refusal(b, IOVA + 0x1000, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

static void the_bfb_keeps_nothing_when_it_is_off(void **state)
{
	struct bench *b = bench_golden();

	maps_page(b, IOVA, PAGE);
	expects_pa(b, IOVA, PAGE);
	maps_page(b, IOVA + 0x1000, PAGE + 0x1000);
	expects_pa(b, IOVA + 0x1000, PAGE + 0x1000);
	assert_int_equal(counted(b).prefetches, 0);
	bench_free(b);
}

/* ---- faults ------------------------------------------------------------------------- */

static void a_fault_is_recorded_until_software_clears_it(void **state)
{
	struct bench *b = bench_golden();

	assert_int_equal(asks(b, MID, IOVA + 8, true).outcome, IOMMU_HW_STALL);
	assert_true(irq_is_high(b));
	assert_int_equal(gets_ctx(b, 0, MSM_FSR), MSM_FSR_TF | MSM_FSR_SS);
	assert_int_equal(gets_ctx(b, 0, MSM_FAR), IOVA + 8);
	assert_int_equal(gets_ctx(b, 0, MSM_FSYNR0), MID);
	assert_int_equal(gets_ctx(b, 0, MSM_FSYNR1), MSM_FSYNR1_AWRITE | MSM_FSYNR1_APROTNS);
	asks(b, MID, IOVA + 0x5000, false);
	assert_int_equal(gets_ctx(b, 0, MSM_FSR), MSM_FSR_TF | MSM_FSR_SS | MSM_FSR_MULTI);
	assert_int_equal(gets_ctx(b, 0, MSM_FAR), IOVA + 8);
	assert_int_equal(counted(b).faults_lost, 1);
	sets_ctx(b, 0, MSM_FSR, MSM_FSR_MULTI);
	assert_true(irq_is_high(b));
	sets_ctx(b, 0, MSM_FSR, 0x4000000fu);
	assert_int_equal(gets_ctx(b, 0, MSM_FSR), 0);
	assert_false(irq_is_high(b));
	sets_ctx(b, 0, MSM_FSRRESTORE, MSM_FSR_APF);
	assert_true(irq_is_high(b));
	bench_free(b);
}

static void the_interrupt_is_as_actlr_and_cbacr_say(void **state)
{
	struct bench *b = bench_golden();

	asks(b, MID, IOVA, true);
	assert_true(irq_is_high(b));
	sets(b, MSM_CBACR(0), MSM_CBACR_IRPTNDX(1));
	assert_false(irq_is_high(b));
	sets(b, MSM_CBACR(0), 0);
	sets_ctx(b, 0, MSM_ACTLR, 0x37072u & ~MSM_ACTLR_CFEIE);
	assert_false(irq_is_high(b));
	sets_ctx(b, 0, MSM_ACTLR, 0x37072u);
	assert_true(irq_is_high(b));
	bench_free(b);
}

static void without_stalling_cfere_decides_who_hears_of_it(void **state)
{
	struct bench *b = bench_golden();

	sets(b, MSM_CR, MSM_CR_STALLD);
	assert_int_equal(asks(b, MID, IOVA, true).outcome, IOMMU_HW_DROP);
	sets(b, MSM_CR, 0);
	sets_ctx(b, 0, MSM_ACTLR, 0x33072u | MSM_ACTLR_CFERE);
	assert_int_equal(asks(b, MID, IOVA, true).outcome, IOMMU_HW_FAULT);
	bench_free(b);
}

/* A master's write, and what it comes to. */
static enum master_fault_kind writes_one(struct bench *b)
{
	return master_write(b->rig->eth, IOVA, "abcd", 4).kind;
}

static void a_stalled_master_goes_on_when_it_is_resumed(void **state)
{
	struct bench *b = bench_golden();

	assert_int_equal(writes_one(b), MASTER_STALLED);
	sets_ctx(b, 0, MSM_FSR, 0x4000000fu);		/* that is not enough */
	assert_int_equal(writes_one(b), MASTER_STALLED);
	maps_page(b, IOVA, PAGE);
	sets_ctx(b, 0, MSM_RESUME, 0);
	assert_int_equal(writes_one(b), MASTER_OK);
	expects_dram(b->rig, PAGE, "abcd");
	bench_free(b);
}

static void a_stalled_master_that_is_terminated_gets_a_bus_error(void **state)
{
	struct bench *b = bench_golden();

	assert_int_equal(writes_one(b), MASTER_STALLED);
	sets_ctx(b, 0, MSM_RESUME, MSM_RESUME_TNR);
	assert_int_equal(writes_one(b), MASTER_IOMMU_FAULT);
	assert_int_equal(writes_one(b), MASTER_STALLED);	/* the next one */
	assert_int_equal(gets_ctx(b, 0, MSM_FSR), MSM_FSR_TF | MSM_FSR_SS | MSM_FSR_MULTI);
	bench_free(b);
}

static void a_resume_is_for_one_bank_alone(void **state)
{
	struct bench *b = bench_golden();
	struct iommu_hw_result first, second, third;

	golden(b, 7, 1, TABLES2);
	first = asks(b, MID, IOVA, true);
	second = asks(b, 7, IOVA, true);
	sets_ctx(b, 1, MSM_RESUME, MSM_RESUME_TNR);
	third = asks(b, 7, IOVA, true);
	assert_int_equal(iommu_hw_stall_state(b->i, first.stall), IOMMU_HW_STALL_WAITS);
	assert_int_equal(iommu_hw_stall_state(b->i, second.stall), IOMMU_HW_STALL_TERMINATE);
	assert_int_equal(iommu_hw_stall_state(b->i, third.stall), IOMMU_HW_STALL_WAITS);
	bench_free(b);
}

/* ---- supplies ----------------------------------------------------------------------- */

static void power_takes_registers_and_tlb_a_clock_takes_nothing(void **state)
{
	struct bench *b = bench_golden();
	uint32_t value;

	maps_page(b, IOVA, PAGE);
	expects_pa(b, IOVA, PAGE);
	iommu_hw_set_clock(b->i, false);
	assert_false(cpu_load(b->rig->cpu, IO_VA + MSM_CR, &value, 4, NULL));
	iommu_hw_set_clock(b->i, true);
	unmaps_page(b, IOVA);
	expects_pa(b, IOVA, PAGE);
	iommu_hw_set_power(b->i, false);
	iommu_hw_set_power(b->i, true);
	assert_int_equal(gets_ctx(b, 0, MSM_SCTLR), 0);
	golden(b, MID, 0, TABLES);
	expects_refusal(b, IOVA, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_self_test_of_linux_s_probe_passes),
		cmocka_unit_test(idr_says_how_many_of_everything),
		cmocka_unit_test(what_linux_programs_reads_back),
		cmocka_unit_test(a_mid_is_bypassed_while_its_bank_is_off),
		cmocka_unit_test(mids_lead_to_banks_of_their_own),
		cmocka_unit_test(a_mid_that_leads_nowhere_is_recorded_in_esr),
		cmocka_unit_test(clientpd_bypasses_everything),
		cmocka_unit_test(accesses_and_v2p_agree_on_all_sizes),
		cmocka_unit_test(par_says_what_memory_it_is),
		cmocka_unit_test(par_says_why_not),
		cmocka_unit_test(ttbcr_splits_between_two_tables),
		cmocka_unit_test(the_access_flag_is_as_sctlr_says),
		cmocka_unit_test(walks_go_where_ttbr_and_actlr_send_them),
		cmocka_unit_test(the_tlb_is_tagged_by_asid_and_not_by_bank),
		cmocka_unit_test(each_invalidation_has_its_scope),
		cmocka_unit_test(a_global_page_outlives_tlbiasid),
		cmocka_unit_test(a_delayed_invalidation_is_over_when_a_register_has_been_read),
		cmocka_unit_test(entries_can_be_read_out),
		cmocka_unit_test(entries_below_the_floor_are_locked),
		cmocka_unit_test(two_entries_that_answer_are_a_multi_hit),
		cmocka_unit_test(without_the_policy_nothing_walks),
		cmocka_unit_test(dna_keeps_accesses_out_of_the_tlb),
		cmocka_unit_test(the_bfb_keeps_what_came_in_the_same_line),
		cmocka_unit_test(the_bfb_keeps_nothing_when_it_is_off),
		cmocka_unit_test(a_fault_is_recorded_until_software_clears_it),
		cmocka_unit_test(the_interrupt_is_as_actlr_and_cbacr_say),
		cmocka_unit_test(without_stalling_cfere_decides_who_hears_of_it),
		cmocka_unit_test(a_stalled_master_goes_on_when_it_is_resumed),
		cmocka_unit_test(a_stalled_master_that_is_terminated_gets_a_bus_error),
		cmocka_unit_test(a_resume_is_for_one_bank_alone),
		cmocka_unit_test(power_takes_registers_and_tlb_a_clock_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
