/* SPDX-License-Identifier: MIT */
/*
 * T1 to T8: every way in which memory with two mappings is known to go wrong, played on
 * whatever mappings a buffer really has. A load through the cached one stands for a
 * speculative fill, which the architecture allows at any time; a store for a neighbour's,
 * or for anyone's who found the page by its number.
 *
 * tests/sim/test-timelines.c has the same with mappings made by hand.
 */
#include "coherent.h"

#include <string.h>
#include <linux/io.h>
#include <linux/slab.h>

#define SCAN_LEN	SZ_4M		/* more than any cache of these boards holds */
#define SCAN_STEP	16
#define MAX_SCANS	64
#define LINE		32		/* of a PL310 */

#define PL310_CONTROL	0x100
#define PL310_AUX	0x104
#define PL310_SYNC	0x730
#define PL310_CLEAN_PA	0x7b0
#define PL310_FLUSH_WAY	0x7fc
#define AUX_INVALIDATE	(1u << 13)	/* a whole uncached line drops the cached one */
#define AUX_OVERRIDE	(1u << 22)	/* uncached accesses pass level 2 by */

/* ---- bytes ---------------------------------------------------------------------- */

static uint32_t va_of(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

static void writes(struct scene *s, uint32_t va, const char *text)
{
	if (va)
		cpu_store(s->cpu, va, text, strlen(text), NULL);
}

/* A word that nobody may hold back any longer. */
static void writes_through(struct scene *s, uint32_t va, const char *text)
{
	writes(s, va, text);
	wmb();
}

static bool reads(struct scene *s, uint32_t va, const char *text)
{
	char got[64] = "";

	return cpu_load(s->cpu, va, got, strlen(text), NULL) && !strcmp(got, text);
}

static void touches(struct scene *s, uint32_t va)
{
	char byte;

	if (va)
		cpu_load(s->cpu, va, &byte, 1, NULL);
}

static void device_writes(struct scene *s, const char *text)
{
	master_write(s->hw, s->dma, text, strlen(text));
}

static bool device_reads(struct scene *s, const char *text)
{
	char got[64] = "";

	master_read(s->hw, s->dma, got, strlen(text));
	return !strcmp(got, text);
}

static bool is_dirty(struct scene *s)
{
	return machine_line(s->m, 1, s->dma).is_dirty || machine_line(s->m, 2, s->dma).is_dirty;
}

/* Other work needs the room: what is dirty leaves, in its own time. */
static void evicts(struct scene *s)
{
	char *other = is_dirty(s) ? (char *)__get_free_pages(GFP_KERNEL, get_order(SCAN_LEN))
				  : NULL;

	for (int i = 0; other && i < MAX_SCANS && is_dirty(s); i++)
		for (uint32_t at = 0; at < SCAN_LEN; at += SCAN_STEP)
			touches(s, va_of(other) + at);
	free_pages((unsigned long)other, get_order(SCAN_LEN));
}

/* A store that stays in a cache, also where only loads bring lines in. */
static void dirties(struct scene *s, uint32_t va, const char *text)
{
	touches(s, va);
	writes(s, va, text);
}

/* ---- the timelines --------------------------------------------------------------- */

static enum verdict t1_stale_hit(struct scene *s)
{
	writes_through(s, va_of(s->u), "v0");
	touches(s, s->any);
	device_writes(s, "v1");
	return !s->any || reads(s, s->any, "v1") ? SURVIVES : STALE;
}

static enum verdict t2_dirty_over_the_cpus(struct scene *s)
{
	dirties(s, s->any, "v0");
	writes_through(s, va_of(s->u), "v1");
	evicts(s);
	return reads(s, va_of(s->u), "v1") && device_reads(s, "v1") ? SURVIVES : LOST;
}

static enum verdict t3_dirty_over_the_devices(struct scene *s)
{
	dirties(s, s->any, "OWN");
	wmb();
	device_writes(s, "don");
	evicts(s);
	return reads(s, va_of(s->u), "don") && device_reads(s, "don") ? SURVIVES : LOST;
}

static enum verdict t4_uncached_read_hits(struct scene *s)
{
	writes_through(s, va_of(s->u), "v0");
	touches(s, s->any);
	device_writes(s, "v1");
	return reads(s, va_of(s->u), "v1") ? SURVIVES : STALE;
}

/* ---- T5, T6: a PL310's settings -------------------------------------------------- */

static void __iomem *maps_pl310(struct scene *s)
{
	const struct board *b = machine_board(s->m);

	if (!board_has_outer(b) || !strstr(b->outer.compatible, "pl310"))
		return NULL;
	return (char __iomem *)ioremap(b->outer.reg_pa, SZ_4K);
}

static void sets_aux(void __iomem *pl310, u32 bits)
{
	writel(0, (char __iomem *)pl310 + PL310_CONTROL);
	writel(readl((char __iomem *)pl310 + PL310_AUX) | bits, (char __iomem *)pl310 + PL310_AUX);
	writel(1, (char __iomem *)pl310 + PL310_CONTROL);
}

static void flushes_level_2(void __iomem *pl310)
{
	writel(0xffff, (char __iomem *)pl310 + PL310_FLUSH_WAY);
	while (readl((char __iomem *)pl310 + PL310_FLUSH_WAY) & 0xffff)
		;
	writel(0, (char __iomem *)pl310 + PL310_SYNC);
}

/* By the rule for it: whole lines. */
static enum verdict t5_uncached_line_drops_the_dirty_one(struct scene *s)
{
	void __iomem *pl310 = maps_pl310(s);
	const char *whole = "a line is as long as 32 letters.";
	bool is_right;

	if (!pl310)
		return NOT_HERE;
	flushes_level_2(pl310);
	sets_aux(pl310, AUX_INVALIDATE);
	dirties(s, s->any, "v0");
	if (s->k)
		cpu_dc(s->cpu, DC_CLEAN_INVALIDATE, s->k);
	writes_through(s, va_of(s->u), whole);
	evicts(s);
	is_right = reads(s, va_of(s->u), whole) && device_reads(s, whole);
	iounmap(pl310);
	return is_right ? SURVIVES : LOST;
}

/* Nothing is flushed before, which is the mistake. */
static enum verdict t6_override_set_over_dirty_lines(struct scene *s)
{
	void __iomem *pl310 = maps_pl310(s);
	bool is_right;

	if (!pl310)
		return NOT_HERE;
	if (readl((char __iomem *)pl310 + PL310_AUX) & AUX_OVERRIDE) {
		iounmap(pl310);
		return NOT_HERE;
	}
	dirties(s, s->any, "old");
	if (s->k)
		cpu_dc(s->cpu, DC_CLEAN_INVALIDATE, s->k);
	sets_aux(pl310, AUX_OVERRIDE);
	writes_through(s, va_of(s->u), "new");
	writel((u32)s->dma, (char __iomem *)pl310 + PL310_CLEAN_PA);
	writel(0, (char __iomem *)pl310 + PL310_SYNC);
	is_right = reads(s, va_of(s->u), "new") && device_reads(s, "new");
	iounmap(pl310);
	return is_right ? SURVIVES : LOST;
}

/* ---- T7, T8 ---------------------------------------------------------------------- */

static bool types_clash(struct scene *s)
{
	struct translation u = cpu_translate(s->cpu, va_of(s->u), true);
	struct translation k = cpu_translate(s->cpu, s->k, true);

	return s->k && alias_class_of(&u.attrs, &k.attrs) == ALIAS_TYPE;
}

/* Store buffers hold what they may: here the Normal store, which was the earlier. */
static enum verdict t7_strongly_ordered_after_normal(struct scene *s)
{
	if (!types_clash(s))
		return NOT_HERE;
	dirties(s, s->k, "one!");
	writes(s, va_of(s->u), "two!");
	wmb();
	evicts(s);
	return device_reads(s, "two!") ? SURVIVES : LOST;
}

/* Cleared by its owner, freed, and three bytes stored by the next. */
static enum verdict t8_freed_memory_tells(struct scene *s)
{
	phys_addr_t pa = s->dma;
	char got[16];
	char *next;

	writes_through(s, va_of(s->u), "secret..");
	touches(s, s->any);
	writes_through(s, va_of(s->u), "00000000");
	dma_free_coherent(s->dev, BUFFER_LEN, s->u, s->dma);
	s->u = NULL;
	next = phys_to_virt(pa);
	if (!next || !cpu_store(s->cpu, va_of(next), "new", 3, NULL))
		return SURVIVES;		/* nobody gets it, nor finds it */
	evicts(s);
	wmb();
	master_read(s->hw, pa, got, 8);
	return memcmp(got + 3, "00000", 5) ? LEAKED : SURVIVES;
}

const struct timeline timelines[NR_TIMELINES] = {
	{ "T1", CHOOSER_NOMINAL, t1_stale_hit },
	{ "T2", CHOOSER_NOMINAL, t2_dirty_over_the_cpus },
	{ "T3", CHOOSER_NOMINAL, t3_dirty_over_the_devices },
	{ "T4", CHOOSER_NOMINAL, t4_uncached_read_hits },
	{ "T5", CHOOSER_NOMINAL, t5_uncached_line_drops_the_dirty_one },
	{ "T6", CHOOSER_NOMINAL, t6_override_set_over_dirty_lines },
	{ "T7", CHOOSER_LAZY, t7_strongly_ordered_after_normal },
	{ "T8", CHOOSER_NOMINAL, t8_freed_memory_tells },
};
