/* SPDX-License-Identifier: MIT */
/*
 * Resources of a device: registers and interrupt lines; and who has asked for which
 * registers, so that two drivers do not share them unknowingly.
 *
 * Leaves out: the tree of resources, I/O ports, DMA channels.
 * Source: include/linux/ioport.h, kernel/resource.c.
 */
#ifndef _ARMDMA_LINUX_IOPORT_H
#define _ARMDMA_LINUX_IOPORT_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;

/** struct resource - [@start, @end]: physical addresses, or the number of a line, twice */
struct resource {
	resource_size_t start;
	resource_size_t end;
	const char *name;
	unsigned long flags;		/* IORESOURCE_* */
};

#define IORESOURCE_BITS		0x000000ff
#define IORESOURCE_TYPE_BITS	0x00001f00
#define IORESOURCE_IO		0x00000100
#define IORESOURCE_MEM		0x00000200
#define IORESOURCE_REG		0x00000300
#define IORESOURCE_IRQ		0x00000400
#define IORESOURCE_DMA		0x00000800
#define IORESOURCE_BUS		0x00001000
#define IORESOURCE_IRQ_HIGHEDGE	(1 << 0)
#define IORESOURCE_IRQ_LOWEDGE	(1 << 1)
#define IORESOURCE_IRQ_HIGHLEVEL (1 << 2)
#define IORESOURCE_IRQ_LOWLEVEL	(1 << 3)
#define IORESOURCE_IRQ_SHAREABLE (1 << 4)

#define DEFINE_RES_NAMED(_start, _size, _name, _flags)			\
	(struct resource) {						\
		.start = (_start), .end = (_start) + (_size) - 1,	\
		.name = (_name), .flags = (_flags),			\
	}
#define DEFINE_RES_MEM_NAMED(_start, _size, _name) \
	DEFINE_RES_NAMED(_start, _size, _name, IORESOURCE_MEM)
#define DEFINE_RES_MEM(_start, _size)	DEFINE_RES_MEM_NAMED(_start, _size, NULL)
#define DEFINE_RES_IRQ_NAMED(_irq, _name) \
	DEFINE_RES_NAMED(_irq, 1, _name, IORESOURCE_IRQ)
#define DEFINE_RES_IRQ(_irq)		DEFINE_RES_IRQ_NAMED(_irq, NULL)

/** Bytes. */
static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

static inline unsigned long resource_type(const struct resource *res)
{
	return res->flags & IORESOURCE_TYPE_BITS;
}

static inline bool resource_contains(const struct resource *r1, const struct resource *r2)
{
	return resource_type(r1) == resource_type(r2) && r1->start <= r2->start &&
	       r1->end >= r2->end;
}

static inline bool resource_overlaps(const struct resource *r1, const struct resource *r2)
{
	return r1->start <= r2->end && r1->end >= r2->start;
}

/**
 * request_mem_region() - the registers [@start, +@n) are @name's alone
 * @name: not copied
 *
 * Return: yours to release_mem_region() with the same numbers; NULL: somebody has some of
 * them, or out of memory. The same for a driver's life: devm_request_mem_region().
 */
struct resource *request_mem_region(resource_size_t start, resource_size_t n, const char *name);
/** What was not asked for: a warning. */
void release_mem_region(resource_size_t start, resource_size_t n);
struct resource *devm_request_mem_region(struct device *dev, resource_size_t start,
					 resource_size_t n, const char *name);
void devm_release_mem_region(struct device *dev, resource_size_t start, resource_size_t n);

#ifdef __cplusplus
}
#endif
#endif
