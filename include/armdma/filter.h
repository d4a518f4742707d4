/* SPDX-License-Identifier: MIT */
/*
 * What may stand between the CPUs and the rest of the machine, so that a test can show
 * what a lost register write, a missing cache clean or a missing barrier does: the
 * software is right, and what it does does not arrive.
 *
 *   cpu --register write--> filter --> bus --> device
 *   cpu --clean, DSB------> filter --> caches, write buffers
 *
 * A machine without a filter pays one test of a pointer for each of these.
 */
#ifndef ARMDMA_FILTER_H
#define ARMDMA_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/cpu.h>
#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct machine_filter - is asked first; what is NULL lets everything pass
 * @write:   a register at @pa is about to be written; it may change *@value. False: the
 *           write gets lost, and the CPU hears of no error
 * @clean:   an operation on the data cache by address is about to begin; it may change
 *           *@va and *@len. False: nothing is done
 * @barrier: false: it orders nothing
 *
 * Context: the CPU's own thread. It may call machine_deliver().
 */
struct machine_filter {
	bool (*write)(struct machine_filter *f, struct cpu *c, uint64_t pa, unsigned len,
		      uint64_t *value);
	bool (*clean)(struct machine_filter *f, struct cpu *c, enum dc_op op, uint32_t *va,
		      size_t *len);
	bool (*barrier)(struct machine_filter *f, struct cpu *c);
};

/** At most one; borrowed; NULL takes it away. While no other thread runs on @m. */
void machine_set_filter(struct machine *m, struct machine_filter *f);

/** A write of @len bytes to the registers at @pa that no filter sees. Return: as the bus. */
bool machine_deliver(struct cpu *c, uint64_t pa, unsigned len, uint64_t value);

#ifdef __cplusplus
}
#endif
#endif
