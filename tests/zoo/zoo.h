/* SPDX-License-Identifier: MIT */
/*
 * The zoo: for each way of going wrong a minimal driver that does, and a corrected twin.
 *
 *	e1-sync.c ...   drivers in plain C, compiled with `armdma cc`
 *	zoo.c           the other side: the board, the device, the judge
 *
 * A group's file holds its programs, each between two markers that docs and
 * `armdma explain` go by,
 *
 *	... zoo 005 wrong ...		... zoo 005 right ...
 *	... end ...			... end ...
 *
 * and, at its end, a table of rows that `zoo_groups` of zoo.c names. In the programs loads
 * and stores are plain C. What a report has to name is a function of its own, `noinline`.
 *
 * A row applies on every shipped board that has what it needs. There the wrong program is
 * reported as its class, with both sites, and as nothing else; the right one is silent.
 */
#ifndef TESTS_ZOO_ZOO_H
#define TESTS_ZOO_ZOO_H

#include <armdma/harness.h>
#include <linux/dma-mapping.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/slab.h>

/** The doorbell's registers, bytes; they hold what was written to them. */
#define ZOO_REGS	0x1000u

/**
 * struct zoo - a board, with two devices and a doorbell
 * @dev:         the board's ethernet, where it has one, else one of our own
 * @dev2:        another one on the same board
 * @regs:        registers, each of 4 bytes; a write makes the device act
 * @on_doorbell: the device: called when the CPU's write to register @reg arrives. Before
 *               it, nothing happens. It may play the device, and not be the CPU.
 * @seen:        where a program puts what it has read: a compiler leaves out reads whose
 *               value nobody wants
 * @data:        the program's own, for @on_doorbell
 */
struct zoo {
	struct harness *h;
	struct device *dev, *dev2;
	void __iomem *regs;
	void (*on_doorbell)(struct zoo *z, unsigned reg, u32 value);
	u64 seen;
	void *data;
};

/* ---- the device's side ------------------------------------------------------------- */

/** zoo_device_writes() - z->dev writes @len times @byte, now; 0 or why not: -EFAULT */
int zoo_device_writes(struct zoo *z, dma_addr_t dma, u8 byte, size_t len);
/** zoo_device_reads() - it reads @len bytes. Return: the last of them; 0 if refused. */
u8 zoo_device_reads(struct zoo *z, dma_addr_t dma, size_t len);
/** zoo_device_gets() - the same, and what it read goes to @ret, memory of the test's. */
int zoo_device_gets(struct zoo *z, dma_addr_t dma, void *ret, size_t len);
/** zoo_device_puts() - it writes those bytes. */
int zoo_device_puts(struct zoo *z, dma_addr_t dma, const void *bytes, size_t len);
/** The same by z->dev2, or any device of the harness's. */
int zoo_writes(struct device *dev, dma_addr_t dma, u8 byte, size_t len);
u8 zoo_reads(struct device *dev, dma_addr_t dma, size_t len);

/* ---- the CPU's other side ---------------------------------------------------------- */

/** zoo_cpu_executes() - @len bytes at @code are fetched as code, by whoever calls this */
void zoo_cpu_executes(struct zoo *z, const void *code, size_t len);
/** From now on z->dev has so many address lines, and drops what is above them. */
void zoo_device_lines(struct zoo *z, unsigned bits);
/** The driver of z->dev is unbound; the device does not know. */
void zoo_driver_gone(struct zoo *z);

/** z->dev asks its IOMMU where @dma leads, and makes no access. */
void zoo_device_prefetches(struct zoo *z, dma_addr_t dma);

/** What of an IOMMU driver's doings does not arrive. */
enum zoo_lost {
	LOST_NOTHING,
	LOST_INVALIDATIONS,
	LOST_CLEANS,		/* by address; of the CPUs' caches */
	LOST_CONTEXT,		/* invalidations are of another context */
	LOST_ADDRESS,		/* they are of an address 1 MiB on */
	NR_ZOO_LOST
};
/** From now on, of any reference IOMMU. Ends by itself with the board. */
void zoo_iommu_loses(struct zoo *z, enum zoo_lost what);

/* ---- rows -------------------------------------------------------------------------- */

/**
 * enum zoo_needs - what a board must have for a row
 * NEEDS_IOMMU:  both devices are behind one; where the board has none, behind one of ours
 * NEEDS_GROUP:  both are behind one of ours, as one group
 * NEEDS_DIRECT: z->dev is not behind one
 */
enum zoo_needs {
	NEEDS_NOTHING		= 0,
	NEEDS_NONCOHERENT	= 1 << 0,	/* z->dev does not snoop */
	NEEDS_COHERENT		= 1 << 1,
	NEEDS_IOMMU		= 1 << 2,
	NEEDS_GROUP		= 1 << 3,
	NEEDS_DIRECT		= 1 << 4,
	NEEDS_ALIASING_VIPT	= 1 << 5,	/* L1D may hold one line twice; VIVT too */
	NEEDS_BOUNCE		= 1 << 6,	/* bounce buffers: options "swiotlb=force" */
	NEEDS_L2		= 1 << 7,	/* anything below L1D */
	NEEDS_OUTER		= 1 << 8,	/* below L1D, on the bus */
	NEEDS_SPECULATION	= 1 << 9,	/* caches fill though nobody asked: ARMv6 on */
	NEEDS_SMP		= 1 << 10,
	NEEDS_V7		= 1 << 11,
	NEEDS_HIGHMEM		= 1 << 12,	/* memory without a place in the linear map */
	NEEDS_LONG_LINE		= 1 << 13,	/* of more than 32 bytes */
	NEEDS_PL310_LOOK_UP	= 1 << 14,	/* answers uncached reads: aux bit 22 clear */
	NEEDS_PL310_OVERRIDE	= 1 << 15,	/* one that does not */
	NEEDS_EQUAL_LINES	= 1 << 17,	/* of level 2 and level 1, or there is none */
	NEEDS_NEGATIVE		= 1 << 16,	/* an IOMMU that holds absence: before z->dev */
};

/**
 * struct zoo_row - one entry
 * @id:      "005": of the hazards of the rule book; "T1" a timeline, "Z01" a real bug
 * @title:   what the wrong one does
 * @class:   as what it is reported
 * @needs:   enum zoo_needs
 * @options: as in ARMDMA_OPTIONS, "chooser=random:swiotlb=force", and "seed=7"; or NULL
 * @culprit: the function that a report blames, or who (@by); NULL: nobody in particular
 * @other:   a function that a report names, too: who mapped it, wrote the bytes, ...; or
 *           "<dev>", "<dev2>": the device by its name; NULL: there is no other party
 * @right_options: of the right one, where the cure is not the driver's; NULL: the same
 * @harmless_without: of @needs: where all that is missing is among these, the wrong one runs
 *           as well, does no harm and is silent
 * @also:    ALSO() of what it may be reported as besides, since it takes that to come about
 */
struct zoo_row {
	const char *id, *title;
	void (*wrong)(struct zoo *z);
	void (*right)(struct zoo *z);
	enum hazard_class class;
	unsigned needs;
	const char *options;
	const char *culprit, *other;
	const char *right_options;
	unsigned also[3];
	unsigned harmless_without;
};

#define ALSO(class)	((class) + 1u)

/* Each ends with a row without an id. */
extern const struct zoo_row zoo_rows_e0[];
extern const struct zoo_row zoo_rows_e1[];
extern const struct zoo_row zoo_rows_devices[];
extern const struct zoo_row zoo_rows_lines[];
extern const struct zoo_row zoo_rows_t[];
extern const struct zoo_row zoo_rows_e2_alias[];
extern const struct zoo_row zoo_rows_e2_memory[];
extern const struct zoo_row zoo_rows_e3_coherent[];
extern const struct zoo_row zoo_rows_e3_order[];
extern const struct zoo_row zoo_rows_e4[];
extern const struct zoo_row zoo_rows_e5[];
extern const struct zoo_row zoo_rows_z[];
extern const struct zoo_row zoo_rows_z_iommu[];

#endif
