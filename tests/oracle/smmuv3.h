/* SPDX-License-Identifier: MIT */
/*
 * QEMU's SMMUv3 and the devices behind it, driven from here as its driver would.
 *
 *	memory, from 0x40000000   our machine's DRAM, with the tables
 *	        + 128 MiB         stream table, context descriptors, queues
 *	        + 130 MiB         landing: what IOVAs may lead to
 *
 * Only what tables need: one context descriptor for each stream, no ATS, no stalls, no
 * interrupts. Spec: IHI 0070, 5.2 STE, 5.4 CD, 4 commands, 7.3 events.
 */
#ifndef TESTS_ORACLE_SMMUV3_H
#define TESTS_ORACLE_SMMUV3_H

#include <stdbool.h>
#include <linux/io-pgtable.h>

#include "qtest.h"

#define SMMUV3_NR_DEVICES	3u
#define SMMUV3_RAM_PA		0x40000000ull
#define SMMUV3_RAM_LEN		0x200000000ull
#define SMMUV3_OWN_PA		0x48000000ull
#define SMMUV3_LANDING_PA	0x48200000ull
#define SMMUV3_RAM_END		(SMMUV3_RAM_PA + SMMUV3_RAM_LEN)

enum smmuv3_event_type { SMMUV3_F_TRANSLATION = 0x10, SMMUV3_F_PERMISSION = 0x13 };

/** struct smmuv3_event - a record of the event queue, as it lies there */
struct smmuv3_event {
	u64 word[4];
};

struct smmuv3 {
	struct qtest *q;
	u32 command_prod, event_cons;
};

/* QEMU is started, and all devices are behind the SMMU, with streams that fault. */
void smmuv3_start(struct smmuv3 *s);
/* Fails the test where a command was refused. */
void smmuv3_stop(struct smmuv3 *s);

u32 smmuv3_stream_id(unsigned device);

/*
 * @device's stream translates with tables that @cfg describes; TTBR1 by its quirk. Nothing
 * is cached of what was before.
 * @is_privileged: whatever the device says, its accesses are
 */
void smmuv3_attach(struct smmuv3 *s, unsigned device, const struct io_pgtable_cfg *cfg,
		   u16 asid, bool is_privileged);

/* Commands; done when smmuv3_sync() returns. */
void smmuv3_invalidate_page(struct smmuv3 *s, u16 asid, u64 iova, bool is_leaf);
void smmuv3_invalidate_asid(struct smmuv3 *s, u16 asid);
void smmuv3_sync(struct smmuv3 *s);

/*
 * @device moves four bytes by itself. A read that faults leaves *@ret as it was.
 * Return: events that came; *@ret_event is the first.
 */
unsigned smmuv3_dma_read(struct smmuv3 *s, unsigned device, u64 iova, u32 *ret,
			 struct smmuv3_event *ret_event);
unsigned smmuv3_dma_write(struct smmuv3 *s, unsigned device, u64 iova, u32 value,
			  struct smmuv3_event *ret_event);

#endif
