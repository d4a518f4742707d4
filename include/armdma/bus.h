/* SPDX-License-Identifier: MIT */
/*
 * Hardware of one's own on a machine: registers on the bus, and interrupt lines.
 *
 *   cpu --load, store--> bus --> struct bus_ops     a block of registers
 *   software <--------- lines <-- bus_set_irq()     level: high until it is set low
 *
 * DRAM answers first, then what was attached, in that order; where nobody answers, an
 * access ends with an external abort.
 *
 * Leaves out: an interrupt controller, with its priorities and its acknowledgement. A
 * line is asked for by its number; who takes it, and when, is software's matter.
 */
#ifndef ARMDMA_BUS_H
#define ARMDMA_BUS_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cpu;

/**
 * struct bus_ops - registers of a device
 * @read, @write: @reg is the offset in its block, @len 1, 2, 4 or 8 and @reg aligned to
 *        it. False is an error response, which the CPU takes as an external abort.
 * @write_run: the first of @nr writes of 4 bytes to @reg, each @step more than the one
 *        before: how many were done here, all at once; 0 for one by one. NULL: always 0.
 *        Only asked of what is a part of the memory system, while nobody runs beside and
 *        the chooser chooses nothing.
 *
 * Context: the CPU's own thread; in the fast gear several at once. A handler is part of
 * the access that called it: it may drive masters, and must not access the window.
 */
struct bus_ops {
	bool (*read)(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		     uint64_t *ret_value);
	bool (*write)(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		      uint64_t value);
	uint32_t (*write_run)(void *opaque, struct cpu *c, uint64_t reg, uint32_t value,
			      uint32_t step, uint32_t nr);
};

/**
 * struct bus_device - where they are
 * @pa, @len: physical; software maps whole pages of 4 KiB
 * @is_memory_system: a cache controller: a write to it tells no master anything
 */
struct bus_device {
	uint64_t pa;
	uint64_t len;
	const struct bus_ops *ops;
	void *opaque;
	bool is_memory_system;
};

/**
 * bus_attach() - put registers on the bus
 * @d: copied; what it points to is borrowed until bus_detach() or machine_free()
 *
 * Context: while no other thread runs on @m; not in a handler. Where two claim an
 * address, the first one answers. Pages that software has mapped answer at once.
 */
void bus_attach(struct machine *m, const struct bus_device *d);
/** Take away what @opaque is the owner of. The same context. */
void bus_detach(struct machine *m, const void *opaque);
/** Does anybody answer at @pa, DRAM apart? */
bool bus_answers(const struct machine *m, uint64_t pa);
/** Anywhere in [@pa, +@len)? */
bool bus_answers_in(const struct machine *m, uint64_t pa, uint64_t len);
/**
 * bus_find_room() - a place for @len bytes of registers where nothing answers
 *
 * In whole pages, the highest below 0xf0000000. Return: physical address; 0: none.
 */
uint64_t bus_find_room(const struct machine *m, uint64_t len);

/**
 * bus_attach_storage() - registers that do nothing but keep what was written, 0 at first
 * @len: bytes
 *
 * For blocks of control bits that nobody has modelled. Any width. They live as long as @m.
 * The same context as bus_attach().
 */
void bus_attach_storage(struct machine *m, uint64_t pa, uint64_t len);

/* ---- interrupt lines -------------------------------------------------------- */

/** The lines of a machine at most; numbers are 1 to this. */
#define BUS_MAX_IRQS	255u

/**
 * bus_new_irq() - one more line, low
 * @name: for reports; copied
 * Return: its number, which the machine never gives again; 0: there are no more.
 */
unsigned bus_new_irq(struct machine *m, const char *name);
/**
 * machine_irq_line() - the line that an interrupt specifier of the board leads to
 * @controller: path of the interrupt controller's node
 * @cells, @nr: the specifier, at most BOARD_MAX_IRQ_CELLS cells
 *
 * The same specifier is the same line, whoever asks: devices that share an interrupt
 * share it. Return: as bus_new_irq().
 */
unsigned machine_irq_line(struct machine *m, const char *controller, const uint32_t *cells,
			  unsigned nr);
/**
 * bus_set_irq() - of a line with one source: its level is @is_high from now on
 * bus_hold_irq() - of a line with several: one more of them holds it high, or lets go
 *
 * A line is high while anybody holds it. Who holds must let go as often as it held.
 * Context: any thread, a handler's too.
 */
void bus_set_irq(struct machine *m, unsigned irq, bool is_high);
void bus_hold_irq(struct machine *m, unsigned irq, bool holds);
bool bus_irq_is_high(const struct machine *m, unsigned irq);
const char *bus_irq_name(const struct machine *m, unsigned irq);	/* NULL: no such line */
/** The lowest line above @after that is high; 0: none. */
unsigned bus_next_irq(const struct machine *m, unsigned after);
/** How many lines are high: one load. */
unsigned bus_irqs_high(const struct machine *m);

/**
 * bus_on_irq() - be told when an access of a master has ended and a line is high
 * @taken: at most one; NULL takes it away
 *
 * Called on the thread that played the device, where no machine_run() is under way: then
 * software would be interrupted between two of its events, which this model never does.
 * Everything else (its own register accesses, barriers) software knows by itself.
 */
void bus_on_irq(struct machine *m, void (*taken)(struct machine *m));

#ifdef __cplusplus
}
#endif
#endif
