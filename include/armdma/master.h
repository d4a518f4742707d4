/* SPDX-License-Identifier: MIT */
/*
 * A DMA master: something on the bus that reads and writes memory by itself.
 *
 *    master --(IOMMU, when one is modelled)--> bus --> DRAM
 *                                               `--> snoops the caches, if coherent
 *
 * From whose side: the *device* reads what the CPU wrote (DMA_TO_DEVICE), the
 * device writes what the CPU will read (DMA_FROM_DEVICE).
 *
 * A non-coherent master reads and writes DRAM, past every cache. A coherent one
 * snoops (DDI 0407G 2.4.1, ACP): a read takes the newest copy; a write cleans and
 * invalidates CPU copies, then goes out.
 *
 * Behind an IOMMU its addresses are IOVAs: dma-ranges then only say which of them the
 * bus lets pass, and apply as they do elsewhere to what the IOMMU bypasses.
 *
 * Leaves out: bursts, outstanding transactions, bus width, latency.
 */
#ifndef ARMDMA_MASTER_H
#define ARMDMA_MASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct master;

/**
 * enum master_port - where a master is attached
 * PORT_BUS: at DRAM; if it snoops, every cache's copy of what it writes goes out, then away
 * PORT_ACP: at the cores' accelerator coherency port, above level 2. Reads that snoop get
 *           level 1's copy, else what level 2 would answer; writes that snoop clean and
 *           invalidate level 1's, then go through level 2, whose copy they update. What
 *           does not snoop (AxUSER or AxCACHE say no) passes both caches by, unheard of.
 *           Source: DDI 0407G, 2.4.1
 * PORT_ACE_LITE: at an ACE-Lite interface of the board's CCI-400. What it does snoops the
 *           caches of those CPUs whose interfaces have snoops enabled, as PORT_BUS does;
 *           where none has, it reads and writes DRAM and leaves their copies stale.
 *           Registers can make all or none of it shareable. On a board without a
 *           CCI-400: as PORT_BUS. Source: DDI 0470J, 2.2
 */
enum master_port { PORT_BUS, PORT_ACP, PORT_ACE_LITE };

/** Slave interfaces of a CCI-400 that are not the CPUs'. */
#define CCI_ACE_LITE_INTERFACES	3u

/**
 * struct master_config - one port on the bus
 * @name:        shown in reports; copied
 * @is_coherent: the port snoops the CPU's caches: its transactions are shareable
 * @port:        where it is
 * @cci_interface: at a CCI-400: of which slave interface, below CCI_ACE_LITE_INTERFACES
 * @allocs_l2:   at an ACP: its snooping accesses allocate in level 2
 * @dma_bits:    address lines, 1..64: higher bits of an address are *dropped*,
 *               as a device would; 0 means 64
 * @ranges:      the bus's dma-ranges: device address -> physical; copied.
 *               Empty is 1:1. An address outside all of them is a bus error.
 */
struct master_config {
	const char *name;
	bool is_coherent;
	enum master_port port;
	unsigned cci_interface;
	bool allocs_l2;
	unsigned dma_bits;
	const struct board_range *ranges;
	size_t nr_ranges;
};

/** Lives as long as @m unless master_free() comes first. Cannot fail. */
struct master *master_new(struct machine *m, const struct master_config *cfg);
void master_free(struct master *d);	/* NULL is fine */
/** As master_config.dma_bits, 1..64, from now on. Context: while nobody uses @d. */
void master_set_dma_bits(struct master *d, unsigned bits);
const char *master_name(const struct master *d);
bool master_is_coherent(const struct master *d);
struct machine *master_machine(const struct master *d);

enum master_fault_kind {
	MASTER_OK,
	MASTER_DECODE_ERROR,	/* nothing answers at that address */
	MASTER_NO_RANGE,	/* outside the bus's dma-ranges */
	MASTER_IOMMU_FAULT,	/* its IOMMU refused it */
	MASTER_STALLED,		/* its IOMMU holds it, and software has not resumed it yet */
};

/**
 * struct master_fault - what was refused
 * @dma:    device address of the first byte
 * @pa:     what it translated to, if it did
 * @iommu, @stream, @reason, @level: of one that an IOMMU refused or holds
 */
struct master_fault {
	enum master_fault_kind kind;
	uint64_t dma;
	uint64_t pa;
	bool is_write;
	const struct iommu_hw *iommu;
	uint32_t stream;
	enum iommu_hw_reason reason;
	uint8_t level;
};

/**
 * master_attach_iommu() - what this master does goes through @i from now on
 * @stream: the ID that @i knows it by
 *
 * A master with several IOMMUs, or several streams, has as many ports, numbered from 0
 * in the order they were attached; master_read() and master_write() use port 0. Context:
 * while nobody uses @d. Return: the number of the port.
 */
unsigned master_attach_iommu(struct master *d, struct iommu_hw *i, uint32_t stream);
/** It is at the bus again, as without IOMMUs. */
void master_detach_iommus(struct master *d);
/** The IOMMU of @port and, if @ret_stream, its stream; NULL: there is no such port. */
struct iommu_hw *master_iommu(const struct master *d, unsigned port, uint32_t *ret_stream);

/** struct master_ask - how an access is made; {} is an ordinary one by port 0 */
struct master_ask {
	unsigned port;
	bool is_privileged, is_fetch;
};

/**
 * master_read() - the device reads @len bytes at device address @dma
 * master_write() - the device writes them
 *
 * Any alignment and length. A refused byte ends the transfer, as an error
 * response does; the bytes before it were moved.
 * What an IOMMU stalls waits for its software, which hears of it by an interrupt; if that
 * has not resumed it in the end (under machine_run(): when nobody else is left to do it),
 * the answer is MASTER_STALLED, and so is that of every access by the same port until it
 * is resumed. That is also the answer where software had it made again 64 times and it
 * stalled each time. A transfer that was terminated then ends like a refused one; of one that is
 * to be retried, the caller makes the rest again.
 * Return: .kind MASTER_OK, or what was refused.
 */
struct master_fault master_read(struct master *d, uint64_t dma, void *buf, size_t len);
struct master_fault master_write(struct master *d, uint64_t dma, const void *buf, size_t len);

/** The same by another port, or otherwise privileged. @how->port must exist, or be 0. */
struct master_fault master_read_as(struct master *d, const struct master_ask *how, uint64_t dma,
				   void *buf, size_t len);
struct master_fault master_write_as(struct master *d, const struct master_ask *how, uint64_t dma,
				    const void *buf, size_t len);

#ifdef __cplusplus
}
#endif
#endif
