/* SPDX-License-Identifier: MIT */
/*
 * The System MMU as hardware: each version, programmed through its registers, with tables
 * that the test writes by itself.
 */
#include "story.h"

#include <string.h>
#include <armdma/bus.h>
#include <armdma/exynos-iommu.h>

#define IO_VA		0x70000000u
#define TABLES		(PLAY_PA + 0x80000u)	/* the first level; the second follows */
#define SECOND		(TABLES + 0x4000u)	/* of whatever MiB IOVA is in */
#define OTHER		(TABLES + 0x4400u)	/* another, of zeros */
#define IOVA		0x00300000u
#define PAGE		0x1000u
#define TARGET		PLAY_PA

/* Where a version has its registers, and what its words look like. */
struct layout {
	uint32_t flush_all, flush_entry, flush_range, pt_base, int_status;
	unsigned shift;			/* of addresses in words */
	uint32_t section_rw, section_ro, page_rw, page_ro;
};

static const struct layout v1 = {
	SYSMMU_V1_FLUSH_ALL, SYSMMU_V1_FLUSH_ENTRY, 0, SYSMMU_V1_PT_BASE, SYSMMU_V1_INT_STATUS, 0,
	1u << 10, 1u << 10 | 1u << 15, 1u << 4, 1u << 4 | 1u << 9,
};
static const struct layout v5 = {
	SYSMMU_V5_FLUSH_ALL, SYSMMU_V5_FLUSH_ENTRY, SYSMMU_V5_FLUSH_RANGE, SYSMMU_V5_PT_BASE,
	SYSMMU_V5_INT_STATUS, 4, 3u << 4, 1u << 4, 3u << 2, 1u << 2,
};
static const struct layout v7_vm = {
	SYSMMU_V7_VM + SYSMMU_V5_FLUSH_ALL, SYSMMU_V7_VM + SYSMMU_V5_FLUSH_ENTRY,
	SYSMMU_V7_VM + SYSMMU_V5_FLUSH_RANGE, SYSMMU_V7_VM + SYSMMU_V5_PT_BASE,
	SYSMMU_V5_INT_STATUS, 4, 3u << 4, 1u << 4, 3u << 2, 1u << 2,
};

static const struct version {
	uint32_t number;
	const struct layout *layout;
} versions[] = {
	{ SYSMMU_VERSION(1, 0), &v1 }, { SYSMMU_VERSION(2, 0), &v1 },
	{ SYSMMU_VERSION(3, 1), &v1 }, { SYSMMU_VERSION(3, 2), &v1 },
	{ SYSMMU_VERSION(3, 3), &v1 }, { SYSMMU_VERSION(5, 0), &v5 },
	{ SYSMMU_VERSION(7, 0), &v5 }, { SYSMMU_VERSION(7, 2) | SYSMMU_WITH_VMS, &v7_vm },
};

struct bench {
	struct rig *rig;
	struct iommu_hw *i;
	const struct layout *l;
};

static void writes_reg(struct bench *b, uint32_t reg, uint32_t value)
{
	assert_true(cpu_store(b->rig->cpu, IO_VA + reg, &value, sizeof(value), NULL));
}

static uint32_t reads_reg(struct bench *b, uint32_t reg)
{
	uint32_t value = 0;

	assert_true(cpu_load(b->rig->cpu, IO_VA + reg, &value, sizeof(value), NULL));
	return value;
}

/* ---- a machine with one, on ---------------- */

static struct bench *bench_off(const struct exynos_iommu_config *cfg)
{
	struct bench *b = g_new0(struct bench, 1);

	b->rig = rig_a9();
	b->i = exynos_iommu_new(b->rig->m, cfg);
	assert_non_null(b->i);
	maps(b->rig, IO_VA, (uint32_t)iommu_hw_reg_pa(b->i), SYSMMU_VM_LEN, DEVICE);
	assert_int_equal(master_attach_iommu(b->rig->eth, b->i, 0), 0);
	for (size_t n = 0; n < G_N_ELEMENTS(versions); n++)
		if (versions[n].number == cfg->knobs.version)
			b->l = versions[n].layout;
	assert_non_null(b->l);
	return b;
}

static void turns_on(struct bench *b)
{
	writes_reg(b, SYSMMU_CFG, SYSMMU_CFG_EAP | SYSMMU_CFG_FLPDCACHE);
	writes_reg(b, b->l->pt_base, b->l->shift ? TABLES >> 12 : TABLES);
	if (b->l == &v7_vm)
		writes_reg(b, SYSMMU_V7_CTRL_VM,
			   SYSMMU_V7_CTRL_VM_ENABLE | SYSMMU_V7_CTRL_VM_STALL);
	writes_reg(b, SYSMMU_CTRL, SYSMMU_CTRL_ENABLE | SYSMMU_CTRL_INT);
}

static struct bench *bench_with(const struct exynos_iommu_config *cfg)
{
	struct bench *b = bench_off(cfg);

	turns_on(b);
	return b;
}

static struct bench *bench_of(uint32_t version)
{
	return bench_with(&(struct exynos_iommu_config){ .knobs.version = version });
}

static void bench_free(struct bench *b)
{
	rig_free(b->rig);
	g_free(b);
}

/* ---- tables ---------------- */

static void writes_first(struct bench *b, uint32_t iova, uint32_t pa, uint32_t bits)
{
	writes_descriptor(b->rig, TABLES + (iova >> 20) * 4, pa >> b->l->shift | bits);
}

static void writes_second(struct bench *b, uint32_t iova, uint32_t word)
{
	writes_descriptor(b->rig, SECOND + (iova >> 12 & 0xff) * 4, word);
}

static void maps_page(struct bench *b, uint32_t iova, uint32_t pa)
{
	writes_first(b, iova, SECOND, 1);
	writes_second(b, iova, pa >> b->l->shift | b->l->page_rw | 2);
}

static void maps_large(struct bench *b, uint32_t iova, uint32_t pa)
{
	writes_first(b, iova, SECOND, 1);
	for (unsigned n = 0; n < 16; n++)
		writes_second(b, iova + n * PAGE, pa >> b->l->shift | b->l->page_rw | 1);
}

/* ---- asking and telling ---------------- */

static struct iommu_hw_result asks(struct bench *b, uint32_t iova, bool is_write)
{
	return iommu_hw_translate(b->i, &(struct iommu_hw_access){
		.iova = iova, .len = 1, .is_write = is_write });
}

#define expects_at(b, iova, want) do {						\
	struct iommu_hw_result r_ = asks(b, iova, true);			\
										\
	assert_int_equal(r_.outcome, IOMMU_HW_HIT);				\
	assert_int_equal(r_.pa, want);						\
} while (0)

#define expects_stall(b, iova, is_write, why) do {				\
	struct iommu_hw_result r_ = asks(b, iova, is_write);			\
										\
	assert_int_equal(r_.outcome, IOMMU_HW_STALL);				\
	assert_int_equal(r_.reason, why);					\
} while (0)

static void goes_on(struct bench *b)
{
	writes_reg(b, b->l->int_status + 4, 0xffffffffu);
	writes_reg(b, SYSMMU_CTRL, SYSMMU_CTRL_ENABLE | SYSMMU_CTRL_INT);
}

#define expects_fault(b, iova, is_write, why) do {				\
	expects_stall(b, iova, is_write, why);					\
	goes_on(b);								\
} while (0)

static void blocks(struct bench *b)
{
	writes_reg(b, SYSMMU_CTRL, 7);
	while (!(reads_reg(b, SYSMMU_STATUS) & SYSMMU_STATUS_BLOCKED))
		;
}

static void flushes(struct bench *b, uint32_t reg, uint32_t value)
{
	blocks(b);
	writes_reg(b, reg, value);
	writes_reg(b, SYSMMU_CTRL, 5);
}

/* ---- every version ---------------- */

static void each_version_says_which_it_is_but_the_first_that_lies(void **state)
{
	for (size_t n = 0; n < G_N_ELEMENTS(versions); n++) {
		struct bench *b = bench_of(versions[n].number);
		uint32_t is = reads_reg(b, SYSMMU_VERSION_REG);

		assert_int_equal(is, n ? versions[n].number & ~SYSMMU_WITH_VMS :
					 SYSMMU_VERSION_LIE);
		bench_free(b);
	}
}

static void out_of_reset_everything_is_bypassed(void **state)
{
	for (size_t n = 0; n < G_N_ELEMENTS(versions); n++) {
		struct bench *b = bench_off(&(struct exynos_iommu_config){
			.knobs.version = versions[n].number });

		assert_int_equal(asks(b, IOVA, true).outcome, IOMMU_HW_BYPASS);
		bench_free(b);
	}
}

static void each_version_translates_its_three_sizes_of_pages(void **state)
{
	for (size_t n = 0; n < G_N_ELEMENTS(versions); n++) {
		struct bench *b = bench_of(versions[n].number);

		maps_page(b, IOVA + 5 * PAGE, TARGET + 3 * PAGE);
		maps_large(b, IOVA + 0x10000, TARGET & ~0xffffu);
		writes_first(b, IOVA + 0x100000, TARGET & ~0xfffffu, b->l->section_rw | 2);
		expects_at(b, IOVA + 5 * PAGE + 7, TARGET + 3 * PAGE + 7);
		expects_at(b, IOVA + 0x1f123, (TARGET & ~0xffffu) + 0xf123);
		expects_at(b, IOVA + 0x1abcde, (TARGET & ~0xfffffu) + 0xabcde);
		expects_fault(b, IOVA + 6 * PAGE, false, IOMMU_HW_TRANSLATION);
		bench_free(b);
	}
}

static void each_version_checks_permissions_if_it_is_told_to(void **state)
{
	for (size_t n = 0; n < G_N_ELEMENTS(versions); n++) {
		struct bench *b = bench_of(versions[n].number);

		writes_first(b, IOVA, SECOND, 1);
		writes_second(b, IOVA, TARGET >> b->l->shift | b->l->page_ro | 2);
		writes_first(b, IOVA + 0x100000, TARGET & ~0xfffffu, b->l->section_ro | 2);
		assert_int_equal(asks(b, IOVA, false).outcome, IOMMU_HW_HIT);
		expects_fault(b, IOVA, true, IOMMU_HW_PERMISSION);
		expects_fault(b, IOVA + 0x100000, true, IOMMU_HW_PERMISSION);
		writes_reg(b, SYSMMU_CFG, 0);
		flushes(b, b->l->flush_all, 1);
		assert_int_equal(asks(b, IOVA, true).outcome, IOMMU_HW_HIT);
		bench_free(b);
	}
}

static void from_version_5_on_addresses_have_36_bits_and_pages_may_be_written_only(void **state)
{
	struct bench *b = bench_of(SYSMMU_VERSION(5, 0));

	writes_first(b, IOVA, SECOND, 1);
	writes_second(b, IOVA, 0x8a345600u | 2u << 2 | 2);
	assert_int_equal(asks(b, IOVA + 0x123, true).pa, 0x8a3456123u);
	expects_fault(b, IOVA, false, IOMMU_HW_PERMISSION);
	bench_free(b);
}

/* ---- faults ---------------- */

static void expects_told(uint32_t version, enum iommu_hw_reason why, bool is_write, unsigned bit,
			 uint32_t va_reg)
{
	struct bench *b = bench_of(version);

	writes_first(b, IOVA, SECOND, 1);
	if (why == IOMMU_HW_PERMISSION)
		writes_second(b, IOVA, TARGET >> b->l->shift |
			      (is_write ? b->l->page_ro : 0) | 2);
	else if (why == IOMMU_HW_WALK_EXTERNAL)
		writes_first(b, IOVA, 0xf0000000u, 1);
	expects_stall(b, IOVA + 0x20, is_write, why);
	assert_int_equal(reads_reg(b, b->l->int_status), 1u << bit);
	assert_int_equal(reads_reg(b, va_reg), IOVA + 0x20);
	assert_true(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	if (version >= SYSMMU_VERSION(7, 0))
		assert_int_equal(!!(reads_reg(b, va_reg == 0x70 ? 0x78 : 0x1004) & 1u << 20),
				 is_write);
	goes_on(b);
	assert_false(bus_irq_is_high(b->rig->m, iommu_hw_irq(b->i)));
	bench_free(b);
}

static void each_fault_is_told_where_its_version_tells_it(void **state)
{
	expects_told(SYSMMU_VERSION(1, 0), IOMMU_HW_TRANSLATION, true, 0, 0x24);
	expects_told(SYSMMU_VERSION(3, 3), IOMMU_HW_WALK_EXTERNAL, false, 3, 0x30);
	expects_told(SYSMMU_VERSION(2, 0), IOMMU_HW_PERMISSION, false, 5, 0x2c);
	expects_told(SYSMMU_VERSION(2, 0), IOMMU_HW_PERMISSION, true, 7, 0x28);
	expects_told(SYSMMU_VERSION(5, 0), IOMMU_HW_WALK_EXTERNAL, false, 0, 0x70);
	expects_told(SYSMMU_VERSION(5, 0), IOMMU_HW_TRANSLATION, true, 17, 0x80);
	expects_told(SYSMMU_VERSION(5, 0), IOMMU_HW_PERMISSION, true, 19, 0x80);
	expects_told(SYSMMU_VERSION(7, 0), IOMMU_HW_TRANSLATION, true, 1, 0x70);
	expects_told(SYSMMU_VERSION(7, 0), IOMMU_HW_WALK_EXTERNAL, false, 0, 0x70);
	expects_told(SYSMMU_VERSION(7, 2) | 1, IOMMU_HW_PERMISSION, true, 2, 0x1000);
	expects_told(SYSMMU_VERSION(7, 2) | 1, IOMMU_HW_TRANSLATION, false, 1, 0x1000);
}

static void a_fault_blocks_everybody_until_it_is_cleared_and_the_block_is_taken_away(void **state)
{
	struct bench *b = bench_of(SYSMMU_VERSION(2, 0));
	char byte = 0;

	maps_page(b, IOVA, TARGET);
	assert_int_equal(master_write(b->rig->eth, IOVA + PAGE, &byte, 1).kind, MASTER_STALLED);
	assert_int_equal(reads_reg(b, SYSMMU_STATUS), SYSMMU_STATUS_BLOCKED);
	expects_stall(b, IOVA, false, IOMMU_HW_BLOCKED);
	writes_reg(b, SYSMMU_CTRL, 5);		/* not cleared */
	assert_int_equal(master_read(b->rig->eth, IOVA, &byte, 1).kind, MASTER_STALLED);
	writes_reg(b, SYSMMU_V1_INT_CLEAR, 1);	/* and still blocked */
	assert_int_equal(master_read(b->rig->eth, IOVA, &byte, 1).kind, MASTER_STALLED);
	maps_page(b, IOVA + PAGE, TARGET + PAGE);
	writes_reg(b, SYSMMU_CTRL, 5);
	assert_int_equal(master_write(b->rig->eth, IOVA + PAGE, "x", 1).kind, MASTER_OK);
	expects_dram(b->rig, TARGET + PAGE, "x");
	bench_free(b);
}

static struct bench *handles;

static void resumes_and_mends_nothing(struct machine *m)
{
	goes_on(handles);
}

static void an_access_that_is_made_again_for_ever_comes_to_an_end(void **state)
{
	struct bench *b = handles = bench_of(SYSMMU_VERSION(5, 0));
	struct iommu_hw_counters c;
	char byte;

	bus_on_irq(b->rig->m, resumes_and_mends_nothing);
	assert_int_equal(master_read(b->rig->eth, IOVA, &byte, 1).kind, MASTER_STALLED);
	iommu_hw_count(b->i, &c);
	assert_in_range(c.stalls, 10, 100);
	maps_page(b, IOVA, TARGET);
	assert_int_equal(master_read(b->rig->eth, IOVA, &byte, 1).kind, MASTER_OK);
	bench_free(b);
}

static void without_its_stall_mode_a_version_7_ends_what_faults(void **state)
{
	struct bench *b = bench_of(SYSMMU_VERSION(7, 2) | SYSMMU_WITH_VMS);
	char byte;

	writes_reg(b, SYSMMU_V7_CTRL_VM, SYSMMU_V7_CTRL_VM_ENABLE);
	assert_int_equal(master_read(b->rig->eth, IOVA, &byte, 1).kind, MASTER_IOMMU_FAULT);
	assert_int_equal(reads_reg(b, SYSMMU_V5_INT_STATUS), 1u << 1);
	assert_int_equal(reads_reg(b, SYSMMU_STATUS), 0);
	bench_free(b);
}

static void two_entries_of_different_sizes_are_a_fault_of_their_own(void **state)
{
	struct bench *b = bench_with(&(struct exynos_iommu_config){
		.knobs = { .version = SYSMMU_VERSION(1, 0) } });

	maps_page(b, IOVA + PAGE, TARGET);
	expects_at(b, IOVA + PAGE, TARGET);
	maps_large(b, IOVA, TARGET & ~0xffffu);
	expects_at(b, IOVA, TARGET & ~0xffffu);
	expects_stall(b, IOVA + PAGE, true, IOMMU_HW_TLB_CONFLICT);
	assert_int_equal(reads_reg(b, SYSMMU_V1_INT_STATUS), 1u << 2);
	assert_int_equal(reads_reg(b, 0x28), IOVA + PAGE);
	bench_free(b);
}

/* ---- blocking and flushes ---------------- */

static void blocking_takes_a_while_and_then_accesses_wait(void **state)
{
	struct bench *b = bench_with(&(struct exynos_iommu_config){
		.knobs = { .version = SYSMMU_VERSION(3, 1), .delay = 10 } });
	unsigned nr = 0;

	maps_page(b, IOVA, TARGET);
	writes_reg(b, SYSMMU_CTRL, 7);
	expects_at(b, IOVA, TARGET);
	while (!(reads_reg(b, SYSMMU_STATUS) & SYSMMU_STATUS_BLOCKED))
		nr++;
	assert_in_range(nr, 8, 9);
	expects_stall(b, IOVA, false, IOMMU_HW_BLOCKED);
	writes_reg(b, SYSMMU_CTRL, 5);
	expects_at(b, IOVA, TARGET);
	bench_free(b);
}

static void what_never_blocks_says_so_for_ever(void **state)
{
	struct bench *b = bench_with(&(struct exynos_iommu_config){
		.knobs = { .version = SYSMMU_VERSION(5, 0), .misbehaves = SYSMMU_NEVER_BLOCKS } });

	writes_reg(b, SYSMMU_CTRL, 7);
	for (unsigned n = 0; n < 1000; n++)
		assert_int_equal(reads_reg(b, SYSMMU_STATUS), 0);
	bench_free(b);
}

/* @reg 0: nothing is flushed. Return: is the old translation still there? */
static bool is_stale_after(struct bench *b, uint32_t reg, uint32_t value, bool is_blocked)
{
	flushes(b, b->l->flush_all, 1);
	maps_page(b, IOVA, TARGET);
	expects_at(b, IOVA, TARGET);
	writes_second(b, IOVA, 0);
	if (reg && is_blocked)
		flushes(b, reg, value);
	else if (reg)
		writes_reg(b, reg, value);
	if (asks(b, IOVA, true).outcome == IOMMU_HW_HIT)
		return true;
	goes_on(b);
	return false;
}

static void a_page_is_held_until_it_is_flushed_by_any_of_them(void **state)
{
	for (size_t n = 0; n < G_N_ELEMENTS(versions); n++) {
		struct bench *b = bench_of(versions[n].number);
		uint32_t at = b->l->flush_range;

		assert_true(is_stale_after(b, 0, 0, true));
		assert_false(is_stale_after(b, b->l->flush_all, 1, true));
		assert_false(is_stale_after(b, b->l->flush_entry, IOVA | 1, true));
		assert_true(is_stale_after(b, b->l->flush_entry, IOVA, true));	/* bit 0 is clear */
		if (at) {
			writes_reg(b, at + 8, IOVA - PAGE);
			writes_reg(b, at + 12, IOVA);
			assert_false(is_stale_after(b, at, 1, true));
		}
		bench_free(b);
	}
}

static void a_flush_without_a_block_arrives_some_time_later(void **state)
{
	struct bench *b = bench_of(SYSMMU_VERSION(1, 0));

	assert_true(is_stale_after(b, b->l->flush_entry, IOVA | 1, false));
	for (unsigned n = 0; n < 8; n++)
		reads_reg(b, SYSMMU_STATUS);
	expects_fault(b, IOVA, true, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

/* ---- what single versions hold ---------------- */

static unsigned stale_pages(struct bench *b, uint32_t len)
{
	unsigned nr = 0;

	for (uint32_t off = 0; off < len; off += PAGE) {
		if (asks(b, IOVA + off, true).outcome == IOMMU_HW_HIT)
			nr++;
		else
			goes_on(b);
	}
	return nr;
}

static void version_2_holds_a_large_page_in_sixteen_sets(void **state)
{
	struct bench *b = bench_of(SYSMMU_VERSION(2, 0));

	maps_large(b, IOVA, TARGET & ~0xffffu);
	assert_int_equal(stale_pages(b, 0x10000), 16);
	for (unsigned n = 0; n < 16; n++)
		writes_second(b, IOVA + n * PAGE, 0);
	flushes(b, b->l->flush_entry, IOVA | 1);
	assert_int_equal(stale_pages(b, 0x10000), 15);
	for (unsigned n = 0; n < 16; n++)
		flushes(b, b->l->flush_entry, (IOVA + n * PAGE) | 1);
	assert_int_equal(stale_pages(b, 0x10000), 0);
	bench_free(b);
}

static void version_2_holds_a_section_in_any_of_64_sets(void **state)
{
	for (unsigned entries = 0; entries < 2; entries++) {
		struct bench *b = bench_with(&(struct exynos_iommu_config){ .knobs = {
			.version = SYSMMU_VERSION(2, 0),
			.tlb_entries = entries ? IOMMU_HW_UNBOUNDED : 0 } });

		writes_first(b, IOVA, TARGET & ~0xfffffu, b->l->section_rw | 2);
		assert_int_equal(stale_pages(b, 0x100000), 256);
		writes_first(b, IOVA, 0, 0);
		flushes(b, b->l->flush_entry, (IOVA + 0x45000) | 1);
		assert_int_equal(stale_pages(b, 0x100000), 252);
		for (unsigned n = 0; n < 64; n++)
			flushes(b, b->l->flush_entry, (IOVA + n * PAGE) | 1);
		assert_int_equal(stale_pages(b, 0x100000), 0);
		bench_free(b);
	}
}

/* A page that is mapped after its neighbour, @apart pages away, was fetched: is it seen? */
static bool is_seen(uint32_t version, int apart)
{
	struct bench *b = bench_of(version);
	bool is_seen;

	maps_page(b, IOVA + 0x40000, TARGET);
	expects_at(b, IOVA + 0x40000, TARGET);
	maps_page(b, IOVA + 0x40000 + (uint32_t)(apart * (int)PAGE), TARGET);
	is_seen = asks(b, IOVA + 0x40000 + (uint32_t)(apart * (int)PAGE), true).outcome ==
		  IOMMU_HW_HIT;
	bench_free(b);
	return is_seen;
}

static void version_3_believes_that_nothing_is_where_it_has_once_looked(void **state)
{
	assert_true(is_seen(SYSMMU_VERSION(1, 0), 1));
	assert_true(is_seen(SYSMMU_VERSION(2, 0), 1));
	assert_false(is_seen(SYSMMU_VERSION(3, 1), 31));	/* 128 KiB */
	assert_true(is_seen(SYSMMU_VERSION(3, 1), 32));
	assert_true(is_seen(SYSMMU_VERSION(3, 1), -1));
	assert_false(is_seen(SYSMMU_VERSION(3, 2), 63));	/* 256 KiB */
	assert_true(is_seen(SYSMMU_VERSION(3, 2), 64));
	assert_false(is_seen(SYSMMU_VERSION(3, 3), 32));	/* and it looks ahead */
	assert_true(is_seen(SYSMMU_VERSION(3, 3), 64));
	assert_true(is_seen(SYSMMU_VERSION(5, 0), 1));
	assert_true(is_seen(SYSMMU_VERSION(7, 0), 1));
}

static void what_it_believes_is_gone_after_a_flush_of_that_page(void **state)
{
	struct bench *b = bench_of(SYSMMU_VERSION(3, 1));

	maps_page(b, IOVA, TARGET);
	expects_at(b, IOVA, TARGET);
	maps_page(b, IOVA + PAGE, TARGET + PAGE);
	expects_fault(b, IOVA + PAGE, true, IOMMU_HW_TRANSLATION);
	flushes(b, b->l->flush_entry, (IOVA + PAGE) | 1);
	expects_at(b, IOVA + PAGE, TARGET + PAGE);
	bench_free(b);
}

/* The first level leads to a table of zeros, which is asked, and then to a full one. */
static bool finds_new_table(uint32_t version, uint32_t cfg, uint32_t (*flush)(struct bench *b))
{
	struct bench *b = bench_of(version);
	uint32_t reg;
	bool is_found;

	writes_reg(b, SYSMMU_CFG, cfg);
	writes_first(b, IOVA, OTHER, 1);
	expects_fault(b, IOVA, true, IOMMU_HW_TRANSLATION);
	maps_page(b, IOVA, TARGET);
	reg = flush ? flush(b) : 0;
	if (reg)
		flushes(b, reg, IOVA | 1);
	is_found = asks(b, IOVA, true).outcome == IOMMU_HW_HIT;
	bench_free(b);
	return is_found;
}

static uint32_t by_entry(struct bench *b)
{
	return b->l->flush_entry;
}

static uint32_t by_all(struct bench *b)
{
	return b->l->flush_all;
}

static void the_flpd_cache_has_flushes_of_its_own(void **state)
{
	uint32_t on = SYSMMU_CFG_EAP | SYSMMU_CFG_FLPDCACHE;

	assert_true(finds_new_table(SYSMMU_VERSION(3, 2), on, by_entry));
	assert_true(finds_new_table(SYSMMU_VERSION(3, 3), on, by_entry));
	for (unsigned major = 5; major <= 7; major += 2) {
		uint32_t version = SYSMMU_VERSION(major, 0);

		assert_false(finds_new_table(version, on, NULL));
		assert_false(finds_new_table(version, on, by_entry));
		assert_true(finds_new_table(version, on, by_all));
		assert_true(finds_new_table(version, SYSMMU_CFG_EAP, NULL));
	}
}

static void version_3_3_fetches_the_next_table_before_anybody_asked(void **state)
{
	struct bench *b = bench_of(SYSMMU_VERSION(3, 3));
	uint32_t next = IOVA + 0x100000;

	maps_page(b, next - PAGE, TARGET);
	writes_first(b, next, OTHER, 1);
	expects_at(b, next - PAGE, TARGET);
	writes_first(b, next, SECOND, 1);
	/* Beyond what came in one line with the other. */
	writes_second(b, next + 0x80000, TARGET | b->l->page_rw | 2);
	expects_fault(b, next + 0x80000, true, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

/* ---- power and defects ---------------- */

static void power_off_loses_registers_and_entries(void **state)
{
	struct bench *b = bench_of(SYSMMU_VERSION(5, 0));

	maps_page(b, IOVA, TARGET);
	expects_at(b, IOVA, TARGET);
	iommu_hw_set_power(b->i, false);
	assert_int_equal(asks(b, IOVA, true).outcome, IOMMU_HW_ABORT);
	iommu_hw_set_power(b->i, true);
	assert_int_equal(asks(b, IOVA, true).outcome, IOMMU_HW_BYPASS);
	writes_second(b, IOVA, 0);
	turns_on(b);
	expects_fault(b, IOVA, true, IOMMU_HW_TRANSLATION);
	bench_free(b);
}

static void a_defect_can_be_turned_on(void **state)
{
	struct bench *b = bench_of(SYSMMU_VERSION(7, 0));
	char byte;

	exynos_iommu_misbehave(b->i, SYSMMU_IGNORES_ENTRY);
	assert_true(is_stale_after(b, b->l->flush_entry, IOVA | 1, true));
	exynos_iommu_misbehave(b->i, SYSMMU_LOSES_FAULTS);
	assert_int_equal(master_read(b->rig->eth, IOVA + PAGE, &byte, 1).kind, MASTER_IOMMU_FAULT);
	assert_int_equal(reads_reg(b, b->l->int_status), 0);
	exynos_iommu_misbehave(b->i, SYSMMU_ABORTS_FAULTS);
	assert_int_equal(master_read(b->rig->eth, IOVA + PAGE, &byte, 1).kind, MASTER_STALLED);
	goes_on(b);
	assert_int_equal(master_read(b->rig->eth, IOVA + PAGE, &byte, 1).kind, MASTER_IOMMU_FAULT);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_version_says_which_it_is_but_the_first_that_lies),
		cmocka_unit_test(out_of_reset_everything_is_bypassed),
		cmocka_unit_test(each_version_translates_its_three_sizes_of_pages),
		cmocka_unit_test(each_version_checks_permissions_if_it_is_told_to),
		cmocka_unit_test(from_version_5_on_addresses_have_36_bits_and_pages_may_be_written_only),
		cmocka_unit_test(each_fault_is_told_where_its_version_tells_it),
		cmocka_unit_test(a_fault_blocks_everybody_until_it_is_cleared_and_the_block_is_taken_away),
		cmocka_unit_test(an_access_that_is_made_again_for_ever_comes_to_an_end),
		cmocka_unit_test(without_its_stall_mode_a_version_7_ends_what_faults),
		cmocka_unit_test(two_entries_of_different_sizes_are_a_fault_of_their_own),
		cmocka_unit_test(blocking_takes_a_while_and_then_accesses_wait),
		cmocka_unit_test(what_never_blocks_says_so_for_ever),
		cmocka_unit_test(a_page_is_held_until_it_is_flushed_by_any_of_them),
		cmocka_unit_test(a_flush_without_a_block_arrives_some_time_later),
		cmocka_unit_test(version_2_holds_a_large_page_in_sixteen_sets),
		cmocka_unit_test(version_2_holds_a_section_in_any_of_64_sets),
		cmocka_unit_test(version_3_believes_that_nothing_is_where_it_has_once_looked),
		cmocka_unit_test(what_it_believes_is_gone_after_a_flush_of_that_page),
		cmocka_unit_test(the_flpd_cache_has_flushes_of_its_own),
		cmocka_unit_test(version_3_3_fetches_the_next_table_before_anybody_asked),
		cmocka_unit_test(power_off_loses_registers_and_entries),
		cmocka_unit_test(a_defect_can_be_turned_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
