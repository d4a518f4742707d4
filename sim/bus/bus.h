/* SPDX-License-Identifier: MIT */
/*
 * The bus: who answers at a physical address. DRAM first, then devices; where
 * nobody answers, an access ends with an external abort.
 */
#ifndef SIM_BUS_BUS_H
#define SIM_BUS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

struct cpu;
struct machine;

/*
 * Registers of a device: @reg is the offset in its block, @len 1, 2, 4 or 8 and
 * @reg aligned to it. False is an error response. Context: the CPU's own thread;
 * in the fast gear several at once.
 */
struct bus_ops {
	bool (*read)(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		     uint64_t *ret_value);
	bool (*write)(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		      uint64_t value);
	/*
	 * The first of @nr writes of 4 bytes to @reg, each @step more than the one before:
	 * how many were done here, all at once; 0 for one by one. NULL: always 0. Only asked
	 * while nobody runs beside and the chooser chooses nothing.
	 */
	uint32_t (*write_run)(void *opaque, struct cpu *c, uint64_t reg, uint32_t value,
			      uint32_t step, uint32_t nr);
};

struct bus_device {
	uint64_t pa;
	uint64_t len;
	const struct bus_ops *ops;
	void *opaque;
	bool is_memory_system;	/* a cache controller: a write to it tells no master anything */
};

struct bus {
	GArray *devices;		/* of struct bus_device */
};

/* While no other thread runs. Where two claim an address, the first one answers. */
void bus_attach(struct machine *m, const struct bus_device *d);
bool bus_answers(const struct machine *m, uint64_t pa);
bool bus_read(struct cpu *c, uint64_t pa, unsigned len, uint64_t *ret_value);
bool bus_write(struct cpu *c, uint64_t pa, unsigned len, uint64_t value);
uint32_t bus_write_run(struct cpu *c, uint64_t pa, uint32_t value, uint32_t step, uint32_t nr);

#endif
