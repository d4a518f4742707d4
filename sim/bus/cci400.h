/* SPDX-License-Identifier: MIT */
/*
 * The register block of a CCI-400, which says whether what masters do at its ACE-Lite
 * interfaces is heard by the caches of the CPUs.
 *
 *	0x0000 control override (bit 0: no snoops, bit 1: no DVM messages)
 *	0x0004 speculation control   0x0008 secure access   0x0010 imprecise error
 *	0x000c status, bit 0: a change of snoop control is not in effect yet
 *	0x1000*(n+1) slave interface n: 0-2 are ACE-Lite, 3 and 4 ACE, with the CPUs
 *	      +0x0 snoop control: bit 0 enables snoops, 1 DVM messages; 30 and 31 say
 *	           which of them the interface supports, and those it does not stay 0
 *	      +0x4 shareable override, ACE-Lite only: 2 nothing is shareable, 3 everything
 *
 * A shareable transaction snoops the CPUs of each ACE interface whose snoops are
 * enabled, and no others. CPUs are where cci-control-port says, else at interface 3. An
 * ACE interface without a CPU supports nothing: its ACCHANNELEN pins are low.
 *
 * Hardware leaves reset with all snoops disabled. A machine starts as boot firmware
 * leaves it: enabled where there are CPUs, since Linux turns off and on again only what
 * powers down.
 *
 * When a change takes effect is free: at once in nominal mode; in lazy mode when status
 * has been read, which says so once more; in random mode at any transaction or read of
 * status from then on.
 *
 * Leaves out: DVM messages (TLB operations of other CPUs work without), snoops between
 * the clusters themselves, which are coherent whatever is enabled; speculative fetches;
 * imprecise errors, of which there are none; the Secure state, so that secure access
 * refuses nobody; QoS, the performance counters and the identification registers, which
 * read as zero. All clusters share the one level 2 of the machine: it is snooped while
 * any of them is.
 *
 * Spec: DDI 0470J, 2.2 and 3.3; bits of control override and shareable override as the
 * CCI-550's manual has them (100282, 3.3), those of speculation control not verified.
 * Linux: drivers/bus/arm-cci.c.
 */
#ifndef SIM_BUS_CCI400_H
#define SIM_BUS_CCI400_H

#include <stdbool.h>
#include <stdint.h>
#include "../chooser.h"

#define CCI_INTERFACES		5u

struct machine;

struct cci400 {
	bool is_there;
	bool is_changing;		/* @snoop_control is not in effect yet */
	uint32_t control_override, speculation, secure_access;
	uint32_t snoop_control[CCI_INTERFACES];
	uint32_t share_override[CCI_INTERFACES];
	uint8_t enabled;		/* interfaces whose snoops are enabled, in effect */
	uint8_t cpus[CCI_INTERFACES];	/* cpu_bit of each at that interface */
	struct stream progress;
};

/* Where the board has one: as firmware leaves it, and on the bus. */
void cci400_init(struct machine *m);

/* A transaction at @interface: the CPUs that it snoops, as a set of their cpu_bit. */
uint8_t cci400_snooped(struct machine *m, unsigned interface, bool is_shareable);

#endif
