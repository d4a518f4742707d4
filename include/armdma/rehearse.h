/* SPDX-License-Identifier: MIT */
/*
 * A rehearsal: what happened to one line, carried out again on a second machine of the same
 * board, with fills and evictions where somebody wants them. An observer that claims that
 * something could happen shows it here first.
 *
 *	place     the line as it was                      rehearsal_place()
 *	step      an access, a cache operation, DMA,      rehearsal_step()
 *	          a fill, an eviction
 *
 * The second machine has no tables: a step says which physical line it is about and of
 * what memory. Its caches are the same code and, as far as registers set them, set the
 * same. Nothing happens on it that no step asks for, and it has no observers.
 *
 * Leaves out: everything between lines; store buffers.
 */
#ifndef ARMDMA_REHEARSE_H
#define ARMDMA_REHEARSE_H

#include <armdma/observe.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rehearsal;

/**
 * rehearsal_new() - a second machine like @m
 * @error: as of machine_new(): it counts as one of the machines of the process
 *
 * Return: yours to rehearsal_free(), NULL on failure. @m must live as long.
 */
struct rehearsal *rehearsal_new(struct machine *m, GError **error);
void rehearsal_free(struct rehearsal *r);	/* NULL is fine */

/** What a level holds of the line: whole lines of bytes; NULL: nothing. */
struct rehearsal_line {
	const uint8_t *l1, *l2, *dram;
	bool l1_is_dirty, l2_is_dirty;
};

/**
 * rehearsal_place() - the line of @pa is as @line says, in caches and in DRAM
 * @path: of the cacheable mapping by which level 1 has it
 */
void rehearsal_place(struct rehearsal *r, uint64_t pa, uint32_t va,
		     const struct observe_path *path, const struct rehearsal_line *line);

enum rehearsal_verb {
	REHEARSE_LOAD,
	REHEARSE_STORE,
	REHEARSE_MAINTAIN,
	REHEARSE_DEVICE_READ,
	REHEARSE_DEVICE_WRITE,
	REHEARSE_FILL,
	REHEARSE_FILL2,
	REHEARSE_EVICT,
	REHEARSE_EVICT2,
};

/**
 * struct rehearsal_act - a step, within one line
 * @va:    what level 1 goes by where it is indexed virtually
 * @bytes: what is written; what was read is put there
 * @cpu:   index of the CPU; fills are CPU 0's
 * @path, @attrs, @op, @levels: as observe_event has them; of a fill, @path is the mapping's
 */
struct rehearsal_act {
	enum rehearsal_verb verb;
	uint64_t pa;
	uint32_t va;
	size_t len;
	void *bytes;
	unsigned cpu;
	struct observe_path path;
	struct mem_attrs attrs;
	enum dc_op op;
	unsigned levels;
};

/** Return: false if there was nothing to do: a fill of a line that is there, and the like. */
bool rehearsal_step(struct rehearsal *r, const struct rehearsal_act *act);

#ifdef __cplusplus
}
#endif
#endif
