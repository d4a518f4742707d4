/* SPDX-License-Identifier: MIT */
/* A board for a row of the zoo: its two devices, its doorbell, and what it has. */
#include <errno.h>
#include <string.h>
#include <armdma/bus.h>
#include <armdma/cpu.h>
#include <armdma/reference-iommu.h>
#include <linux/iommu.h>

#include "../support/mutate.h"
#include "zoo-run.h"

#define LOWMEM_BYTES	(768ull << 20)		/* <linux/mm.h> */

/* ---- the device ------------------------------------------------------------------------ */

static int answer(struct master_fault f)
{
	return f.kind == MASTER_OK ? 0 : -EFAULT;
}

static int puts_bytes(struct device *dev, dma_addr_t dma, const void *bytes, size_t len)
{
	return answer(master_write(harness_master(dev), dma, bytes, len));
}

static int gets_bytes(struct device *dev, dma_addr_t dma, void *ret, size_t len)
{
	return answer(master_read(harness_master(dev), dma, ret, len));
}

int zoo_writes(struct device *dev, dma_addr_t dma, u8 byte, size_t len)
{
	g_autofree u8 *bytes = g_malloc(len);

	memset(bytes, byte, len);
	return puts_bytes(dev, dma, bytes, len);
}

u8 zoo_reads(struct device *dev, dma_addr_t dma, size_t len)
{
	g_autofree u8 *bytes = g_malloc0(len);

	return gets_bytes(dev, dma, bytes, len) ? 0 : bytes[len - 1];
}

int zoo_device_writes(struct zoo *z, dma_addr_t dma, u8 byte, size_t len)
{
	return zoo_writes(z->dev, dma, byte, len);
}

u8 zoo_device_reads(struct zoo *z, dma_addr_t dma, size_t len)
{
	return zoo_reads(z->dev, dma, len);
}

int zoo_device_gets(struct zoo *z, dma_addr_t dma, void *ret, size_t len)
{
	return gets_bytes(z->dev, dma, ret, len);
}

int zoo_device_puts(struct zoo *z, dma_addr_t dma, const void *bytes, size_t len)
{
	return puts_bytes(z->dev, dma, bytes, len);
}

void zoo_device_lines(struct zoo *z, unsigned bits)
{
	master_set_dma_bits(harness_master(z->dev), bits);
}

void zoo_driver_gone(struct zoo *z)
{
	harness_unbind(z->dev);
}

void zoo_device_prefetches(struct zoo *z, dma_addr_t dma)
{
	struct iommu_hw_access a = { .iova = dma, .len = 1, .is_write = true };
	struct iommu_hw *hw = master_iommu(harness_master(z->dev), 0, &a.stream);

	if (hw)
		iommu_hw_translate(hw, &a);
}

/* ---- the CPU as it executes ------------------------------------------------------------ */

void zoo_cpu_executes(struct zoo *z, const void *code, size_t len)
{
	g_autofree u8 *bytes = g_malloc(len);

	cpu_fetch(machine_cpu(harness_machine(z->h), 0), (uint32_t)(uintptr_t)code, bytes, len,
		  __builtin_return_address(0));
}

/* ---- its doorbell ---------------------------------------------------------------------- */

struct zoo_board {
	struct zoo zoo;
	struct mutator *mutator;
	bool has_negative;
	u32 reg[ZOO_REGS / 4];
};

static bool regs_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t *ret)
{
	const struct zoo_board *b = opaque;

	*ret = 0;
	memcpy(ret, (const char *)b->reg + reg, len);
	return true;
}

static bool regs_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	struct zoo_board *b = opaque;

	memcpy((char *)b->reg + reg, &value, len);
	if (b->zoo.on_doorbell)
		b->zoo.on_doorbell(&b->zoo, (unsigned)reg, (u32)value);
	return true;
}

static void attach_regs(struct zoo_board *b)
{
	static const struct bus_ops ops = { .read = regs_read, .write = regs_write };
	struct machine *m = harness_machine(b->zoo.h);
	uint64_t pa = bus_find_room(m, ZOO_REGS);

	bus_attach(m, &(struct bus_device){
		.pa = pa, .len = ZOO_REGS, .ops = &ops, .opaque = b,
	});
	b->zoo.regs = ioremap(pa, ZOO_REGS);
}

/* ---- its IOMMU's driver ---------------------------------------------------------------- */

static const struct mutation losses[NR_ZOO_LOST] = {
	[LOST_INVALIDATIONS] = { .what = MUTATE_DROP, .reg = REF_COMMAND },
	[LOST_CLEANS] = { .what = MUTATE_SKIP_CLEAN },
	[LOST_CONTEXT] = { .what = MUTATE_ALTER, .reg = REF_COMMAND, .bits = 0xff00,
			   .value = 0x0f00 },
	[LOST_ADDRESS] = { .what = MUTATE_ALTER, .reg = REF_INV_IOVA, .bits = 0x00100000,
			   .value = 0x00100000 },
};

void zoo_iommu_loses(struct zoo *z, enum zoo_lost what)
{
	struct zoo_board *b = container_of(z, struct zoo_board, zoo);

	mutate_end(b->mutator);
	b->mutator = NULL;
	if (what == LOST_NOTHING)
		return;
	b->mutator = mutate_begin(harness_machine(z->h), &losses[what]);
	mutate_arm(b->mutator);
}

/* ---- the board ------------------------------------------------------------------------- */

static bool set_options(struct harness_config *cfg, const char *options, GError **error)
{
	g_auto(GStrv) words = g_strsplit(options ? options : "", ":", -1);

	for (char **word = words; *word; word++) {
		char *value = strchr(*word, '=');

		if (!**word)
			continue;
		if (value)
			*value++ = '\0';
		if (!strcmp(*word, "seed"))
			cfg->seed = g_ascii_strtoull(value ? value : "", NULL, 0);
		else if (!harness_config_set(cfg, *word, value ? value : "", error))
			return false;
	}
	return true;
}

static const struct board *board_of(const struct zoo *z)
{
	return machine_board(harness_machine(z->h));
}

/* The first of its kind, of those that need no clocks; or one of our own. */
static struct device *device_like(struct zoo *z, const char *kind, const char *own)
{
	const struct board *b = board_of(z);

	for (unsigned i = 0; i < b->masters->len; i++) {
		const struct board_master *m = g_ptr_array_index(b->masters, i);

		if (!m->is_disabled && g_str_has_suffix(m->name, kind))
			return harness_device(z->h, m->name);
	}
	return harness_device_new(z->h, own, false);
}

/* One alone behind an IOMMU of the board's which holds that nothing is there; or NULL. */
static struct device *behind_negative(struct zoo *z)
{
	const struct board *b = board_of(z);

	for (unsigned i = 0; i < b->masters->len; i++) {
		const struct board_master *m = g_ptr_array_index(b->masters, i);
		const struct board_iommu *mmu = m->iommus->len == 1
			? g_ptr_array_index(b->iommus, g_array_index(m->iommus, unsigned, 0))
			: NULL;

		if (mmu && !strcmp(mmu->compatible, REF_COMPATIBLE) &&
		    mmu->knobs.caches_negative == IOMMU_HW_YES && g_str_has_suffix(m->name, ".gpu"))
			return harness_device(z->h, m->name);
	}
	return NULL;
}

static void put_behind(struct zoo *z, struct device *dev, struct device *like)
{
	if (!device_iommu_mapped(dev))
		g_assert(!harness_add_iommu(z->h, dev, like));
}

static void take_devices(struct zoo *z, unsigned needs)
{
	if (needs & NEEDS_GROUP) {
		z->dev = harness_device_new(z->h, "eth0", false);
		z->dev2 = harness_device_new(z->h, "mmc0", false);
	} else {
		z->dev = needs & NEEDS_NEGATIVE ? behind_negative(z) : NULL;
		container_of(z, struct zoo_board, zoo)->has_negative = z->dev;
		if (!z->dev)
			z->dev = device_like(z, ".ethernet", "eth0");
		z->dev2 = device_like(z, ".mmc", "mmc0");
	}
	if (needs & (NEEDS_IOMMU | NEEDS_GROUP)) {
		put_behind(z, z->dev, NULL);
		put_behind(z, z->dev2, needs & NEEDS_GROUP ? z->dev : NULL);
	}
}

struct zoo *zoo_open(const struct zoo_row *row, bool is_wrong, const char *board,
		     const char *options, FILE *reports, GError **error)
{
	bool is_cured = !is_wrong && row->right_options;
	const char *own = is_cured ? row->right_options : row->options;
	struct harness_config cfg = {
		.board = board,
		.hazards = { .text = reports, .is_quiet = !reports },
	};
	struct zoo_board *b;

	if (!set_options(&cfg, own, error) || !set_options(&cfg, options, error))
		return NULL;
	b = g_new0(struct zoo_board, 1);
	b->zoo.h = harness_start(&cfg, error);
	if (!b->zoo.h) {
		g_free(b);
		return NULL;
	}
	take_devices(&b->zoo, row->needs);
	attach_regs(b);
	return &b->zoo;
}

void zoo_unbind(struct zoo *z)
{
	harness_unbind(z->dev2);
	harness_unbind(z->dev);
	hazard_stopping(harness_hazards(z->h));
}

int zoo_close(struct zoo *z)
{
	struct zoo_board *b = container_of(z, struct zoo_board, zoo);
	int status;

	z->on_doorbell = NULL;
	zoo_iommu_loses(z, LOST_NOTHING);
	iounmap(z->regs);
	bus_detach(harness_machine(z->h), b);
	status = harness_finish(z->h);
	g_free(b);
	return status;
}

/* ---- what it has ----------------------------------------------------------------------- */

static bool is_coherent(const struct zoo *z)
{
	return master_is_coherent(harness_master(z->dev));
}

static bool aliases(const struct core_part *part, const struct cache_geometry *l1d)
{
	return part->l1d_indexing == INDEX_VIVT ||
	       (part->l1d_indexing == INDEX_VIPT && l1d->bytes / l1d->nr_ways > PAGE_SIZE);
}

static bool has_highmem(const struct board *b)
{
	uint64_t len = 0;

	for (unsigned i = 0; i < b->banks->len; i++)
		len += g_array_index(b->banks, struct board_bank, i).len;
	return len > LOWMEM_BYTES;
}

static bool has_bounces(const struct zoo *z)
{
	struct bounce_counters counters;

	return harness_count_bounces(z->dev, &counters);
}

static unsigned what_pl310_does(const struct board *b)
{
	if (!b->outer.path || b->outer.kind != OUTER_PL310)
		return 0;
	return b->outer.shared_override ? NEEDS_PL310_OVERRIDE : NEEDS_PL310_LOOK_UP;
}

static unsigned all_it_has(const struct zoo *z)
{
	const struct board *b = board_of(z);
	const struct board_cpu *c = board_boot_cpu(b);
	bool is_behind = device_iommu_mapped(z->dev);

	return (is_coherent(z) ? NEEDS_COHERENT : NEEDS_NONCOHERENT) |
	       (is_behind ? NEEDS_IOMMU | NEEDS_GROUP : NEEDS_DIRECT) |
	       (aliases(c->part, &c->l1d) ? NEEDS_ALIASING_VIPT : 0) |
	       (has_bounces(z) ? NEEDS_BOUNCE : 0) |
	       (b->outer.path || c->l2.bytes ? NEEDS_L2 : 0) |
	       (b->outer.path ? NEEDS_OUTER : 0) |
	       (c->part->arch >= 6 ? NEEDS_SPECULATION : 0) |
	       (b->cpus->len > 1 ? NEEDS_SMP : 0) |
	       (c->part->arch >= 7 ? NEEDS_V7 : 0) |
	       (container_of(z, struct zoo_board, zoo)->has_negative ? NEEDS_NEGATIVE : 0) |
	       (!c->l2.bytes || c->l2.line_bytes == c->l1d.line_bytes ? NEEDS_EQUAL_LINES : 0) |
	       (has_highmem(b) ? NEEDS_HIGHMEM : 0) |
	       (machine_line_max(harness_machine(z->h)) > 32 ? NEEDS_LONG_LINE : 0) |
	       what_pl310_does(b);
}

bool zoo_has(const struct zoo *z, const struct zoo_row *row, unsigned but)
{
	return !(row->needs & ~all_it_has(z) & ~but);
}
