/* SPDX-License-Identifier: MIT */
/*
 * T1 to T8: pages that are mapped twice, by a cached address and by another one.
 *
 * Wrong and right are mostly the same driver; what differs is the allocator. With
 * coherent=legacy2011 dma_alloc_coherent() leaves the linear map's mapping cached, beside
 * the uncached one that it returns; with coherent=cma there is but one. Somebody reads or
 * stores by the linear map's address: a crash dump, /dev/mem, a pointer that went astray.
 * That stands for what the hardware may do by itself, at any time: bring a line in.
 */
#include <linux/dma-direct.h>
#include <linux/of_address.h>
#include <linux/of.h>
#include <linux/vmalloc.h>
#include <asm/barrier.h>
#include "zoo.h"

unsigned int t_sum;

/* The linear map's address of a buffer. */
static noinline u8 *linear_address(struct zoo *z, dma_addr_t dma)
{
	return phys_to_virt(dma_to_phys(z->dev, dma));
}

static noinline void dump_page(const u8 *page)
{
	t_sum += page[0];
}

/* In the same line as what the ring is used for. */
static noinline void stray_store(u8 *page)
{
	page[0]++;
}

/* All lines but one, so that who replaces ways in turn does not stay in step with us. */
static noinline void scan(const u8 *block, size_t but)
{
	for (size_t line = 0; block && line < SZ_64K / 32; line++)
		if (line != but)
			t_sum += block[line * 32];
}

/* Other work, which needs the room: lines of everybody else leave. At most 4 MiB. */
static noinline void work(size_t len)
{
	u8 *block[SZ_4M / SZ_64K];
	size_t nr = len / SZ_64K;

	for (size_t i = 0; i < nr; i++)
		block[i] = (u8 *)__get_free_pages(GFP_KERNEL, get_order(SZ_64K));
	for (size_t i = 0; i < 3 * nr; i++)
		scan(block[i % nr], i);
	for (size_t i = 0; i < nr; i++)
		free_pages((unsigned long)block[i], get_order(SZ_64K));
}

/* ---- zoo T1 wrong */
static void dumps_and_receives(struct zoo *z)
{
	dma_addr_t dma;
	u8 *ring = dma_alloc_coherent(z->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	if (!ring)
		return;
	ring[0] = 1;
	wmb();
	dump_page(linear_address(z, dma));	/* a line of it comes into the cache, ... */
	zoo_device_writes(z, dma, 2, 4);
	dump_page(linear_address(z, dma));	/* ... and answers for ever */
	dma_free_coherent(z->dev, PAGE_SIZE, ring, dma);
}

void zoo_T1_wrong(struct zoo *z)
{
	dumps_and_receives(z);	/* coherent=legacy2011 */
}
/* ---- end */

/* ---- zoo T1 right */
void zoo_T1_right(struct zoo *z)
{
	dumps_and_receives(z);	/* coherent=cma: there is one mapping, at both addresses */
}
/* ---- end */

/* ---- zoo T2 wrong */
static noinline void ring_post(u8 *ring)
{
	ring[8] = 0xa5;
	wmb();
}

static void posts_and_works(struct zoo *z)
{
	dma_addr_t dma;
	u8 *ring = dma_alloc_coherent(z->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	if (!ring)
		return;
	stray_store(linear_address(z, dma));	/* the line is dirty now */
	ring_post(ring);			/* past the cache, to memory */
	work(SZ_4M);				/* and the line over it */
	zoo_device_reads(z, dma + 8, 1);
	dma_free_coherent(z->dev, PAGE_SIZE, ring, dma);
}

void zoo_T2_wrong(struct zoo *z)
{
	posts_and_works(z);	/* coherent=legacy2011 */
}
/* ---- end */

/* ---- zoo T2 right */
void zoo_T2_right(struct zoo *z)
{
	posts_and_works(z);	/* coherent=cma: there is one mapping, at both addresses */
}
/* ---- end */

/* ---- zoo T3 wrong */
static void receives_and_works(struct zoo *z)
{
	dma_addr_t dma;
	u8 *ring = dma_alloc_coherent(z->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	if (!ring)
		return;
	stray_store(linear_address(z, dma));
	zoo_device_writes(z, dma + 8, 0xd0, 1);	/* done, it says */
	work(SZ_4M);				/* and it is the device's turn again */
	dma_free_coherent(z->dev, PAGE_SIZE, ring, dma);
}

void zoo_T3_wrong(struct zoo *z)
{
	receives_and_works(z);	/* coherent=legacy2011 */
}
/* ---- end */

/* ---- zoo T3 right */
void zoo_T3_right(struct zoo *z)
{
	receives_and_works(z);	/* coherent=cma: there is one mapping, at both addresses */
}
/* ---- end */

/* ---- zoo T4 wrong */
static noinline void ring_poll(const u8 *ring)
{
	t_sum += READ_ONCE(ring[0]);
}

static void dumps_and_polls(struct zoo *z)
{
	dma_addr_t dma;
	u8 *ring = dma_alloc_coherent(z->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	if (!ring)
		return;
	dump_page(linear_address(z, dma));	/* level 2 has the line, too */
	zoo_device_writes(z, dma, 4, 4);
	ring_poll(ring);			/* uncached, and level 2 answers */
	dma_free_coherent(z->dev, PAGE_SIZE, ring, dma);
}

void zoo_T4_wrong(struct zoo *z)
{
	dumps_and_polls(z);	/* coherent=legacy2011 */
}
/* ---- end */

/* ---- zoo T4 right */
void zoo_T4_right(struct zoo *z)
{
	dumps_and_polls(z);	/* coherent=cma: there is one mapping, at both addresses */
}
/* ---- end */

#define PL310_CONTROL		0x100
#define PL310_AUX		0x104
#define AUX_SHARED_INVALIDATE	BIT(13)
#define AUX_SHARED_OVERRIDE	BIT(22)

static void pl310_set_aux(u32 bits)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "arm,pl310-cache");
	void __iomem *base = of_iomap(np, 0);

	writel(0, base + PL310_CONTROL);
	writel(readl(base + PL310_AUX) | bits, base + PL310_AUX);
	writel(1, base + PL310_CONTROL);
	iounmap(base);
	of_node_put(np);
}

/* ---- zoo T5 wrong */
static noinline void frame_write(u32 *frame)
{
	for (unsigned int i = 0; i < 8; i++)	/* a whole line, so that the cached one goes */
		frame[i] = 0x55555555;
	wmb();
}

void zoo_T5_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u8 *frame = dma_alloc_coherent(z->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	if (!frame)
		return;
	pl310_set_aux(AUX_SHARED_INVALIDATE);	/* but bit 22 says that nobody looks there */
	stray_store(linear_address(z, dma));
	frame_write((u32 *)frame);
	work(SZ_4M);
	zoo_device_reads(z, dma, 32);
	dma_free_coherent(z->dev, PAGE_SIZE, frame, dma);
}
/* ---- end */

/* ---- zoo T5 right */
void zoo_T5_right(struct zoo *z)
{
	dma_addr_t dma;
	u8 *frame = dma_alloc_coherent(z->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	if (!frame)
		return;
	stray_store(linear_address(z, dma));
	frame_write((u32 *)frame);
	work(SZ_4M);
	zoo_device_reads(z, dma, 32);
	dma_free_coherent(z->dev, PAGE_SIZE, frame, dma);
}
/* ---- end */

/* ---- zoo T6 wrong */
void zoo_T6_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u8 *ring = dma_alloc_coherent(z->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	if (!ring)
		return;
	stray_store(linear_address(z, dma));
	work(SZ_64K);				/* from level 1 to level 2 */
	pl310_set_aux(AUX_SHARED_OVERRIDE);	/* nobody flushed level 2 before */
	ring_post(ring);
	work(SZ_4M);
	zoo_device_reads(z, dma + 8, 1);
	dma_free_coherent(z->dev, PAGE_SIZE, ring, dma);
}
/* ---- end */

/* ---- zoo T6 right */
void zoo_T6_right(struct zoo *z)
{
	dma_addr_t dma;
	u8 *ring = dma_alloc_coherent(z->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	if (!ring)
		return;
	stray_store(linear_address(z, dma));
	work(SZ_64K);
	ring_post(ring);			/* as it was at boot, and finds the line */
	work(SZ_4M);
	zoo_device_reads(z, dma + 8, 1);
	dma_free_coherent(z->dev, PAGE_SIZE, ring, dma);
}
/* ---- end */

/* ---- zoo T7 wrong */
static noinline u32 *mailbox_map(struct page *page)
{
	return vmap(&page, 1, VM_MAP, pgprot_noncached(PAGE_KERNEL));
}

void zoo_T7_wrong(struct zoo *z)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u32 *mailbox = mailbox_map(page);	/* Strongly-ordered, beside Normal */

	if (!mailbox)
		return;
	mailbox[0] = 1;
	mailbox[1] = 2;				/* in order, and each once? */
	vunmap(mailbox);
	__free_page(page);
}
/* ---- end */

/* ---- zoo T7 right */
void zoo_T7_right(struct zoo *z)
{
	dma_addr_t dma;
	u32 *mailbox = dma_alloc_coherent(z->dev, PAGE_SIZE, &dma, GFP_KERNEL);

	if (!mailbox)
		return;
	mailbox[0] = 1;
	dma_wmb();
	mailbox[1] = 2;
	dma_free_coherent(z->dev, PAGE_SIZE, mailbox, dma);
}
/* ---- end */

/* ---- zoo T8 wrong */
static noinline u8 *secret_alloc(struct zoo *z, dma_addr_t *ret_dma)
{
	return dma_alloc_coherent(z->dev, PAGE_SIZE, ret_dma, GFP_KERNEL);
}

static void frees_a_secret(struct zoo *z)
{
	dma_addr_t dma;
	u8 *secret = secret_alloc(z, &dma);

	if (!secret)
		return;
	memset(secret, 0x5e, 32);
	wmb();
	work(SZ_64K);
	memset(secret, 0, 32);		/* in memory; who looked by the linear map has it still */
	wmb();
	dma_free_coherent(z->dev, PAGE_SIZE, secret, dma);
}

void zoo_T8_wrong(struct zoo *z)
{
	frees_a_secret(z);	/* coherent=legacy2011 */
}
/* ---- end */

/* ---- zoo T8 right */
void zoo_T8_right(struct zoo *z)
{
	frees_a_secret(z);	/* coherent=cma: there is one mapping, at both addresses */
}
/* ---- end */

#define TWICE	NEEDS_NONCOHERENT | NEEDS_DIRECT, "coherent=legacy2011"
#define COMES_WITH \
	.also = { ALSO(HAZARD_ALIAS_ATTRIBUTES), ALSO(HAZARD_ALIAS_TYPE), \
		  ALSO(HAZARD_COHERENT_ALIAS) }, \
	.right_options = "coherent=cma", .harmless_without = NEEDS_NONCOHERENT

const struct zoo_row zoo_rows_t[] = {
	{ "T1", "a line of the cached mapping, from before the device wrote", zoo_T1_wrong,
	  zoo_T1_right, HAZARD_CPU_READ_STALE, TWICE, "dump_page", "<dev>", COMES_WITH },
	{ "T2", "a dirty line of it, over what the CPU stored uncached", zoo_T2_wrong,
	  zoo_T2_right, HAZARD_CPU_WRITE_LOST, TWICE, "stray_store", "ring_post", COMES_WITH },
	{ "T3", "the same over what the device wrote", zoo_T3_wrong, zoo_T3_right,
	  HAZARD_DEVICE_WRITE_LOST, TWICE, "stray_store", "<dev>", COMES_WITH },
	{ "T4", "an uncached read that level 2 answers", zoo_T4_wrong, zoo_T4_right,
	  HAZARD_CPU_READ_STALE, NEEDS_PL310_LOOK_UP | TWICE, "ring_poll", "<dev>", COMES_WITH },
	{ "T5", "a PL310 that is to drop lines, and looks none up", zoo_T5_wrong, zoo_T5_right,
	  HAZARD_CPU_WRITE_LOST, NEEDS_PL310_OVERRIDE | TWICE, "stray_store", "frame_write",
	  COMES_WITH },
	{ "T6", "a PL310 told to look none up, over dirty lines", zoo_T6_wrong, zoo_T6_right,
	  HAZARD_CPU_WRITE_LOST, NEEDS_PL310_LOOK_UP | TWICE, "stray_store", "ring_post",
	  COMES_WITH },
	{ "T7", "Strongly-ordered, beside Normal", zoo_T7_wrong, zoo_T7_right,
	  HAZARD_ALIAS_TYPE, NEEDS_NOTHING, NULL, "mailbox_map", NULL },
	{ "T8", "pages that go back with a cached mapping left", zoo_T8_wrong, zoo_T8_right,
	  HAZARD_ALIAS_ATTRIBUTES, NEEDS_SPECULATION | TWICE, "secret_alloc", "<dev>", COMES_WITH },
	{ 0 }
};
