/* SPDX-License-Identifier: MIT */
/*
 * Order between the CPU and a device that looks at memory by itself: hazards 39 to 41. In
 * coherent memory nothing is missing but the order.
 */
#include "zoo.h"

#define DONE	0x80000000u
#define OWN	1u
#define FRAME	512

/* As the device has it: it polls @own, or is told to look. */
struct desc {
	u32 own;
	u32 len;
	u32 reserved[14];
	u32 status;
	u32 nr_bytes;
};

static struct desc *desc_alloc(struct zoo *z, dma_addr_t *dma)
{
	return dma_alloc_coherent(z->dev, sizeof(struct desc), dma, GFP_KERNEL);
}

/* The device: it was told to look, and looks. */
static void fetch_desc(struct zoo *z, unsigned reg, u32 value)
{
	struct desc d;

	zoo_device_gets(z, *(const dma_addr_t *)z->data, &d, sizeof(d));
}

static noinline void desc_fill(struct desc *d)
{
	WRITE_ONCE(d->len, 64);
}

static void desc_send(struct zoo *z, void (*ring)(struct zoo *z))
{
	dma_addr_t dma;
	struct desc *d = desc_alloc(z, &dma);

	z->data = &dma;
	z->on_doorbell = fetch_desc;
	desc_fill(d);
	ring(z);
	dma_free_coherent(z->dev, sizeof(*d), d, dma);
}

/* ---- zoo 039 wrong */
static noinline void bell_ring_relaxed(struct zoo *z)
{
	writel_relaxed(1, z->regs);
}

void zoo_039_wrong(struct zoo *z)
{
	desc_send(z, bell_ring_relaxed);
}
/* ---- end */

/* ---- zoo 039 right */
static noinline void bell_ring(struct zoo *z)
{
	writel(1, z->regs);		/* a wmb(), and the write */
}

void zoo_039_right(struct zoo *z)
{
	desc_send(z, bell_ring);
}
/* ---- end */

/* ---- zoo 039b wrong */
static noinline void bell_ring_early(struct zoo *z)
{
	writel_relaxed(1, z->regs);
	wmb();				/* after the fact */
}

void zoo_039b_wrong(struct zoo *z)
{
	desc_send(z, bell_ring_early);
}
/* ---- end */

/* ---- zoo 039b right */
static noinline void bell_ring_ordered(struct zoo *z)
{
	wmb();
	writel_relaxed(1, z->regs);
}

void zoo_039b_right(struct zoo *z)
{
	desc_send(z, bell_ring_ordered);
}
/* ---- end */

/* The device polls: the bit that gives the descriptor away, and then the rest. */
static void poll_desc(struct zoo *z, dma_addr_t dma)
{
	u32 own, len;

	zoo_device_gets(z, dma + offsetof(struct desc, own), &own, sizeof(own));
	if (own & OWN)
		zoo_device_gets(z, dma + offsetof(struct desc, len), &len, sizeof(len));
}

/* ---- zoo 040 wrong */
static noinline void desc_give_at_once(struct desc *d)
{
	WRITE_ONCE(d->own, OWN);
}

void zoo_040_wrong(struct zoo *z)
{
	dma_addr_t dma;
	struct desc *d = desc_alloc(z, &dma);

	desc_fill(d);
	desc_give_at_once(d);
	poll_desc(z, dma);
	dma_free_coherent(z->dev, sizeof(*d), d, dma);
}
/* ---- end */

/* ---- zoo 040 right */
static noinline void desc_give(struct desc *d)
{
	dma_wmb();
	WRITE_ONCE(d->own, OWN);
}

void zoo_040_right(struct zoo *z)
{
	dma_addr_t dma;
	struct desc *d = desc_alloc(z, &dma);

	desc_fill(d);
	desc_give(d);
	poll_desc(z, dma);
	dma_free_coherent(z->dev, sizeof(*d), d, dma);
}
/* ---- end */

/* The device is done with it: how much there is, and then that it is done. */
static void complete_desc(struct zoo *z, dma_addr_t dma)
{
	const u32 nr_bytes = 60, status = DONE;

	zoo_device_puts(z, dma + offsetof(struct desc, nr_bytes), &nr_bytes, sizeof(nr_bytes));
	zoo_device_puts(z, dma + offsetof(struct desc, status), &status, sizeof(status));
}

/* ---- zoo 040b wrong */
static noinline bool desc_is_done(const struct desc *d)
{
	return READ_ONCE(d->status) & DONE;
}

static noinline u32 desc_bytes_at_once(const struct desc *d)
{
	return READ_ONCE(d->nr_bytes);
}

void zoo_040b_wrong(struct zoo *z)
{
	dma_addr_t dma;
	struct desc *d = desc_alloc(z, &dma);

	z->seen = desc_is_done(d);
	complete_desc(z, dma);
	if (desc_is_done(d))
		z->seen = desc_bytes_at_once(d);
	dma_free_coherent(z->dev, sizeof(*d), d, dma);
}
/* ---- end */

/* ---- zoo 040b right */
static noinline u32 desc_bytes(const struct desc *d)
{
	dma_rmb();
	return READ_ONCE(d->nr_bytes);
}

void zoo_040b_right(struct zoo *z)
{
	dma_addr_t dma;
	struct desc *d = desc_alloc(z, &dma);

	z->seen = desc_is_done(d);
	complete_desc(z, dma);
	if (desc_is_done(d))
		z->seen = desc_bytes(d);
	dma_free_coherent(z->dev, sizeof(*d), d, dma);
}
/* ---- end */

/* A frame and, behind it, a word that says which one it is. */
static void show_frame(struct zoo *z, dma_addr_t dma)
{
	zoo_device_reads(z, dma + FRAME, sizeof(u32));
	zoo_device_reads(z, dma, 64);
}

/* ---- zoo 041 wrong */
static noinline void frame_draw(u32 *frame)
{
	WRITE_ONCE(frame[3], 0xff00ff00);
}

static noinline void frame_flip_at_once(u32 *frame)
{
	WRITE_ONCE(frame[FRAME / sizeof(u32)], 7);	/* memory that combines: when it likes */
}

void zoo_041_wrong(struct zoo *z)
{
	dma_addr_t dma;
	u32 *frame = dma_alloc_wc(z->dev, 2 * FRAME, &dma, GFP_KERNEL);

	frame_draw(frame);
	frame_flip_at_once(frame);
	show_frame(z, dma);
	dma_free_wc(z->dev, 2 * FRAME, frame, dma);
}
/* ---- end */

/* ---- zoo 041 right */
static noinline void frame_flip(u32 *frame)
{
	wmb();
	WRITE_ONCE(frame[FRAME / sizeof(u32)], 7);
}

void zoo_041_right(struct zoo *z)
{
	dma_addr_t dma;
	u32 *frame = dma_alloc_wc(z->dev, 2 * FRAME, &dma, GFP_KERNEL);

	frame_draw(frame);
	frame_flip(frame);
	show_frame(z, dma);
	dma_free_wc(z->dev, 2 * FRAME, frame, dma);
}
/* ---- end */

#define REORDERS	NEEDS_SPECULATION	/* from ARMv6 on */

const struct zoo_row zoo_rows_e3_order[] = {
	{ "039", "a doorbell before the data", zoo_039_wrong, zoo_039_right,
	  HAZARD_DOORBELL_EARLY, REORDERS, NULL, "bell_ring_relaxed", "desc_fill" },
	{ "039b", "a barrier behind the doorbell, and data that is late", zoo_039b_wrong,
	  zoo_039b_right, HAZARD_DOORBELL_EARLY, REORDERS, "chooser=lazy", "bell_ring_early",
	  "desc_fill" },
	{ "040", "a descriptor given away before it is filled", zoo_040_wrong, zoo_040_right,
	  HAZARD_STORES_REORDERED, REORDERS, NULL, "desc_give_at_once", "desc_fill" },
	{ "040b", "a length read before the bit that says that it is there", zoo_040b_wrong,
	  zoo_040b_right, HAZARD_LOAD_REORDERED, REORDERS, NULL, "desc_bytes_at_once",
	  "desc_is_done" },
	{ "041", "write-combining memory taken to keep order", zoo_041_wrong, zoo_041_right,
	  HAZARD_STORES_REORDERED, REORDERS, NULL, "frame_flip_at_once", "frame_draw" },
	{ 0 }
};
