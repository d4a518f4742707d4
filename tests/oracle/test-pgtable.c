/* SPDX-License-Identifier: MIT */
/*
 * Page tables of IOMMUs, given to QEMU's MMU as a CPU's: every address must lead where
 * iova_to_phys() says, and be open to whom the mapping was for.
 *
 *	our library's tables, byte for byte where they lie --> QEMU's memory
 *	cfg's registers: TTBR, PRRR, NMRR or MAIR, TCR     --> CP15
 *
 * All memory before the place of tables is taken first, so that none comes to lie where
 * the stub is. Stage 2 and tables for more than 32 bits no CP15 operation translates with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <armdma/harness.h>
#include <linux/io-pgtable.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "answer.h"
#include "job.h"
#include "qemu.h"
#include "lib/iommu/table.h"

#define ROUNDS		(getenv("ARMDMA_LONG") ? 400u : 30u)
#define NR_RANGES	60u
#define VAS_PER_ROUND	300u
#define MAX_TOLD	5u

static const char *folder;	/* of the stubs and boards */

struct place {
	const struct oracle_machine *on;
	enum io_pgtable_fmt fmt;
};

/* One mapping that was made, whole or in part unmapped since. */
struct range {
	unsigned long iova;
	size_t len;
	int prot;
};

struct round {
	const struct place *at;
	struct io_pgtable_cfg cfg;
	struct io_pgtable_ops *ops;
	struct range range[NR_RANGES];
	unsigned nr_ranges;
	struct dice d;
};

static u64 nr_compared, nr_mapped;

/* ---- our side --------------------------------------------------------------------------- */

static void take_memory_below(u64 limit)
{
	struct page *page;

	do
		page = alloc_page(GFP_KERNEL);
	while (page && page_to_phys(page) < limit - PAGE_SIZE);
	assert_non_null(page);
}

static size_t a_size(struct round *r)
{
	unsigned long sizes = r->cfg.pgsize_bitmap;

	for (u32 skip = dice_below(&r->d, (u32)__builtin_popcountl(sizes)); skip; skip--)
		sizes &= sizes - 1;
	return sizes & -sizes;
}

/* Mostly close to others, so that they meet, share tables and replace them. */
static unsigned long an_iova(struct round *r, size_t align)
{
	u32 iova = dice32(&r->d);

	if (dice_percent(&r->d, 80))
		iova = 0x40000000u + (iova & (SZ_64M - 1));
	return iova & ~(u32)(align - 1);
}

static void map_one(struct round *r)
{
	size_t pgsize = a_size(r), mapped = 0;
	size_t nr = pgsize <= SZ_64K ? 1 + dice_below(&r->d, 40) : 1;
	unsigned long iova = an_iova(r, pgsize);
	int prot = IOMMU_READ | (int)(dice32(&r->d) & (IOMMU_WRITE | IOMMU_PRIV | IOMMU_CACHE |
						      IOMMU_MMIO));
	u64 pa = dice64(&r->d) & ((1ull << r->cfg.oas) - 1) & ~(u64)(pgsize - 1);

	if (iova + nr * pgsize > SZ_4G || pa + nr * pgsize > 1ull << r->cfg.oas)
		return;
	r->ops->map_pages(r->ops, iova, pa, pgsize, nr, prot, GFP_KERNEL, &mapped);
	if (mapped)
		r->range[r->nr_ranges++] = (struct range){ iova, mapped, prot };
}

static void unmap_part(struct round *r)
{
	const struct range *range = &r->range[dice_below(&r->d, r->nr_ranges)];
	unsigned long iova = range->iova + (dice64(&r->d) % range->len & ~(SZ_4K - 1ul));

	if (r->ops->iova_to_phys(r->ops, iova))
		r->ops->unmap_pages(r->ops, iova, SZ_4K, 1, NULL);
}

static void begin(struct round *r, const struct place *at, u64 seed)
{
	bool is_v7s = at->fmt == ARM_V7S;

	*r = (struct round){ .at = at, .d = { seed }, .cfg = {
		.ias = 32, .oas = is_v7s ? 32 : 40, .coherent_walk = true,
		.pgsize_bitmap = is_v7s ? SZ_4K | SZ_64K | SZ_1M | SZ_16M : SZ_4K | SZ_2M | SZ_1G,
	} };
	r->ops = alloc_io_pgtable_ops(at->fmt, &r->cfg, NULL);
	assert_non_null(r->ops);
	for (unsigned i = 0; i < NR_RANGES; i++) {
		map_one(r);
		if (r->nr_ranges && dice_percent(&r->d, 30))
			unmap_part(r);
	}
}

/* ---- QEMU's side ------------------------------------------------------------------------ */

static void load_table(const struct tables *t, struct job_file *job, phys_addr_t pa, unsigned lvl)
{
	const struct pt_level *l = &t->format.level[lvl];
	size_t nr = (size_t)1 << l->idx_bits, words = (nr << l->entry_log2) / 4;

	job_word(job, JOB_LOAD);
	job_word(job, (u32)pa);
	job_word(job, (u32)words);
	g_array_append_vals(job->words, table_ptr(t, pa), (guint)words);
	for (size_t i = 0; i < nr; i++) {
		const void *at = table_ptr(t, pa + (i << l->entry_log2));
		u64 entry = l->entry_log2 == 2 ? *(const u32 *)at : *(const u64 *)at;
		struct pt_entry e = t->format.decode(&t->format, lvl, entry);

		if (e.kind == PT_TABLE)
			load_table(t, job, e.pa, lvl + 1);
	}
}

static void load_registers(const struct round *r, struct job_file *job)
{
	bool is_v7s = r->at->fmt == ARM_V7S;
	const struct io_pgtable_cfg *c = &r->cfg;
	u64 ttbr = is_v7s ? c->arm_v7s_cfg.ttbr : c->arm_lpae_s1_cfg.ttbr;
	const u32 reg[NR_JOB_REGISTERS] = {
		[REG_SCTLR] = SCTLR_ONES | SCTLR_M | SCTLR_C | SCTLR_TRE | SCTLR_AFE,
		[REG_TTBCR] = is_v7s ? c->arm_v7s_cfg.tcr :
			TTBCR_EAE | (u32)c->arm_lpae_s1_cfg.tcr.sh << 12 |
			(u32)c->arm_lpae_s1_cfg.tcr.orgn << 10 |
			(u32)c->arm_lpae_s1_cfg.tcr.irgn << 8 | (32 - c->ias),
		[REG_DACR] = 1,
		[REG_TTBR0_LOW] = (u32)ttbr, [REG_TTBR0_HIGH] = (u32)(ttbr >> 32),
		[REG_PRRR] = is_v7s ? c->arm_v7s_cfg.prrr : (u32)c->arm_lpae_s1_cfg.mair,
		[REG_NMRR] = is_v7s ? c->arm_v7s_cfg.nmrr : (u32)(c->arm_lpae_s1_cfg.mair >> 32),
	};

	job_word(job, JOB_REGISTERS);
	g_array_append_vals(job->words, reg, NR_JOB_REGISTERS);
}

/* In a mapping, just beside one, or anywhere. */
static u32 a_va(struct round *r)
{
	const struct range *range = &r->range[dice_below(&r->d, r->nr_ranges)];
	u64 within = dice64(&r->d) % (range->len + SZ_8K);

	return dice_percent(&r->d, 90) ? (u32)(range->iova - SZ_4K + within) : dice32(&r->d);
}

static void ask(struct round *r, struct job_file *job)
{
	struct dice before = r->d;

	load_table(tables_of(r->ops), job, table_pa(tables_of(r->ops), tables_of(r->ops)->root), 0);
	load_registers(r, job);
	job_word(job, JOB_TRANSLATE);
	job_word(job, VAS_PER_ROUND);
	for (unsigned i = 0; i < VAS_PER_ROUND; i++)
		job_word(job, a_va(r));
	r->d = before;
}

/* ---- both ------------------------------------------------------------------------------- */

/* Where a PAR says that @va leads. */
static u64 par_pa(const struct round *r, u64 par, u32 va)
{
	if (r->at->fmt != ARM_V7S)
		return (par & GENMASK_ULL(39, 12)) | (va & 0xfff);
	if (par & PAR_SS)
		return (par & 0xff000000) | (va & 0xffffff);
	return (par & 0xfffff000) | (va & 0xfff);
}

/* Later mappings cannot lie over earlier ones, but where these were unmapped. */
static int prot_at(const struct round *r, u32 va)
{
	for (unsigned i = r->nr_ranges; i-- > 0; )
		if (va - r->range[i].iova < r->range[i].len)
			return r->range[i].prot;
	return 0;
}

static bool is_open(int prot, enum ask ask)
{
	bool is_user = ask == ASK_USER_READ || ask == ASK_USER_WRITE;
	bool is_write = ask == ASK_WRITE || ask == ASK_USER_WRITE;

	return !(is_user && prot & IOMMU_PRIV) && !(is_write && !(prot & IOMMU_WRITE));
}

/* What memory it is; of short descriptors QEMU does not tell. */
static bool is_memory_meant(const struct round *r, int prot, u64 par)
{
	unsigned mair = prot & IOMMU_MMIO ? 0x04 : prot & IOMMU_CACHE ? 0xff : 0x44;

	return r->at->fmt == ARM_V7S || par >> PAR_ATTR_SHIFT == mair;
}

static bool is_as_we_say(const struct round *r, u32 va, enum ask ask, u64 par)
{
	u64 pa = r->ops->iova_to_phys(r->ops, va);

	if (!prot_at(r, va) || !pa)
		return par_is_fault(par);
	if (!is_open(prot_at(r, va), ask))
		return par_is_fault(par);
	return !par_is_fault(par) && par_pa(r, par, va) == pa &&
	       is_memory_meant(r, prot_at(r, va), par);
}

static unsigned compare(struct round *r, const u32 *answers)
{
	unsigned nr_wrong = 0;

	for (unsigned i = 0; i < VAS_PER_ROUND; i++) {
		u32 va = a_va(r);

		nr_mapped += r->ops->iova_to_phys(r->ops, va) != 0;
		for (unsigned k = 0; k < NR_ASKS; k++, answers += 2, nr_compared++) {
			u64 par = (u64)answers[1] << 32 | answers[0];

			if (is_as_we_say(r, va, (enum ask)k, par))
				continue;
			if (nr_wrong++ < MAX_TOLD)
				print_error("va %#010x, question %u: PAR %#llx, ours %#llx, prot %#x\n",
					    va, k, (unsigned long long)par,
					    (unsigned long long)r->ops->iova_to_phys(r->ops, va),
					    prot_at(r, va));
		}
	}
	return nr_wrong;
}

static void run(const struct place *at)
{
	unsigned nr = ROUNDS, nr_wrong = 0;
	size_t words = VAS_PER_ROUND * NR_ASKS * 2;
	g_autofree struct round *rounds = g_new(struct round, nr);
	g_autofree u32 *answers = NULL;
	struct job_file *job = job_new();

	for (unsigned i = 0; i < nr; i++) {
		begin(&rounds[i], at, 0x5eed0000u + i);
		ask(&rounds[i], job);
	}
	answers = job_run(job, at->on, folder, nr * words);
	job_free(job);
	for (unsigned i = 0; i < nr; i++) {
		nr_wrong += compare(&rounds[i], answers + i * words);
		free_io_pgtable_ops(rounds[i].ops);
	}
	if (nr_wrong)
		fail_msg("%u answers differ", nr_wrong);
}

static void they_agree(void **state)
{
	const struct place *at = *state;
	g_autofree char *path = g_build_filename(folder, at->on->board, NULL);
	struct harness *h;

	job_needs_qemu(folder);
	h = harness_start(&(struct harness_config){
		.board = path, .gear = GEAR_FAST, .no_hazards = true, .behaviour = LINUX_REPAIRED,
	}, NULL);
	assert_non_null(h);
	take_memory_below(at->on->ram_pa + TABLES_OFFSET);
	run(at);
	harness_finish(h);
}

static void enough_was_asked(void **state)
{
	job_needs_qemu(folder);
	qemu_says_version();
	print_message("# %llu answers compared, %llu addresses mapped\n",
		      (unsigned long long)nr_compared, (unsigned long long)nr_mapped);
	assert_true(nr_mapped * NR_ASKS > nr_compared / 2);
}

int main(int argc, char **argv)
{
	static struct place places[] = {
		{ &oracle_a7, ARM_V7S }, { &oracle_a9, ARM_V7S }, { &oracle_a15, ARM_V7S },
		{ &oracle_a7, ARM_32_LPAE_S1 }, { &oracle_a15, ARM_32_LPAE_S1 },
	};
	struct CMUnitTest tests[G_N_ELEMENTS(places) + 1] = {
		[G_N_ELEMENTS(places)] = cmocka_unit_test(enough_was_asked),
	};
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

	folder = argv[1];
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		char *name = g_strdup_printf("our %s tables lead where we say on QEMU's %s",
					     places[i].fmt == ARM_V7S ? "v7s" : "LPAE",
					     places[i].on->name);

		g_ptr_array_add(names, name);
		tests[i] = (struct CMUnitTest){
			.name = name, .test_func = they_agree, .initial_state = &places[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
