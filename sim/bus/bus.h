/* SPDX-License-Identifier: MIT */
/*
 * The bus: who answers at a physical address. DRAM first, then devices; where
 * nobody answers, an access ends with an external abort. See <armdma/bus.h>.
 */
#ifndef SIM_BUS_BUS_H
#define SIM_BUS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>
#include <armdma/bus.h>

struct cpu;
struct machine;

struct bus {
	GArray *devices;		/* of struct bus_device */
	GPtrArray *storages;		/* storage.c's */
};

struct irqs {
	unsigned nr_high;		/* atomic */
	unsigned nr;
	unsigned nr_holds[BUS_MAX_IRQS + 1];	/* atomic: sources that hold it high */
	bool is_set[BUS_MAX_IRQS + 1];	/* atomic: bus_set_irq() is one of them */
	char *name[BUS_MAX_IRQS + 1];
	void (*taken)(struct machine *m);
};

bool bus_read(struct cpu *c, uint64_t pa, unsigned len, uint64_t *ret_value);
bool bus_write(struct cpu *c, uint64_t pa, unsigned len, uint64_t value);
uint32_t bus_write_run(struct cpu *c, uint64_t pa, uint32_t value, uint32_t step, uint32_t nr);

void irqs_done(struct machine *m);
/* An access of a master is over: software may take what it raised. */
void irqs_after_dma_slow(struct machine *m);

#endif
