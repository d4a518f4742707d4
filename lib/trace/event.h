/* SPDX-License-Identifier: MIT */
/*
 * An event under construction, whoever reads it: the text or the binary parser.
 *
 *   text  "dma_addr=7f040000" --+                       +-- complete? consistent?
 *                               +--> draft_set(KEY_DMA) |
 *   .dat  field "dma_addr"    --+                       +-- draft_finish()
 *
 * Both parsers name what they found by a key; which keys an event must have, and
 * what must agree within it, is known here and nowhere else.
 */
#ifndef TRACE_EVENT_H
#define TRACE_EVENT_H

#include <armdma/trace.h>

enum trace_key {
	KEY_DEV, KEY_DIR, KEY_ATTRS, KEY_DMA, KEY_SIZE, KEY_PHYS, KEY_VIRT,
	KEY_NENTS, KEY_NENTS_TOTAL, KEY_ENTS, KEY_ENTS_TOTAL, KEY_IS_TRUNCATED,
	KEY_DMA_LIST, KEY_SIZE_LIST, KEY_PHYS_LIST,
	KEY_IOVA_END, KEY_END, KEY_UNMAPPED, KEY_MASK, KEY_IS_FORCED, KEY_GROUP,
	KEY_ERROR, KEY_FAULT_FLAGS, KEY_IS_ATOMIC, KEY_TEXT,
	NR_TRACE_KEYS
};

/* How an event's arguments open, before the key=value pairs. */
enum trace_opening {
	OPENS_WITH_DEVICE,	/* "1c0f000.mmc dir=..." */
	OPENS_WITH_DEV_NAME,	/* "dev_name: 1c0f000.mmc dma_mask=..." */
	OPENS_WITH_IOMMU,	/* "IOMMU: iova=..." */
	OPENS_WITH_DRIVER,	/* "IOMMU:driver device iova=..." */
	OPENS_WITH_PROBE,	/* "(function+0x0/0x44) paddr=...", or no function */
	IS_ALL_TEXT		/* a marker's words */
};

/**
 * struct event_info - what is known of a kind
 * @name:    as the kernel prints it
 * @system:  its folder in tracefs; "" for any, as kprobes may live in any group
 * @opening: see there
 * @needs:   bits 1 << enum trace_key; without all of them the event means nothing
 */
struct event_info {
	const char *name;
	const char *system;
	enum trace_opening opening;
	uint32_t needs;
};

const struct event_info *event_info(enum trace_kind kind);

/**
 * event_find() - a kind by its name
 * @system: NULL if not known
 * @name:   NUL-terminated; later kernels' names are found too (dma_map_phys)
 *
 * Return: NR_TRACE_KINDS for an event that is not ours.
 */
enum trace_kind event_find(const char *system, const char *name);

/**
 * event_find_probe() - a kind by the function that a kprobe is on
 * @function: NUL-terminated; what compilers append to a clone (".constprop.0") is passed over
 *
 * Return: NR_TRACE_KINDS for a function that is not of the kernel's cache maintenance.
 */
enum trace_kind event_find_probe(const char *function);

/**
 * event_guess_probe() - a kind by the probe's name, where its function is not known
 *
 * Return: NR_TRACE_KINDS unless the name says which way it syncs.
 */
enum trace_kind event_guess_probe(const char *name);

/** Would __GFP_DIRECT_RECLAIM be among the @gfp bits of a kernel since 4.4? */
static inline bool
gfp_lets_sleep(uint64_t gfp)
{
	return gfp & 0x400;
}

struct number_list {
	uint64_t *at;
	size_t nr, cap;
};

/**
 * struct draft - the event being read, and what its pointers point at
 * @ev:    handed out once it is finished
 * @seen:  bits of enum trace_key
 * @lists: KEY_DMA_LIST, KEY_SIZE_LIST, KEY_PHYS_LIST; reused from event to event
 * @why:   what is wrong, if something is
 */
struct draft {
	struct trace_event ev;
	uint32_t seen;
	struct number_list lists[3];
	char why[160];
};

void draft_done(struct draft *d);

/** Start over; the lists keep their memory. */
void draft_reset(struct draft *d);

/** False, and @d->why says so, if @value cannot be @key's. */
bool draft_set(struct draft *d, enum trace_key key, uint64_t value);

/** False if the event has that key already. */
bool draft_mark(struct draft *d, enum trace_key key);

/** The list of one of the three _LIST keys. */
struct number_list *draft_list(struct draft *d, enum trace_key key);
void number_list_add(struct number_list *l, uint64_t value);

/** Everything there, and nothing contradicts: only then is @d->ev an event. */
bool draft_finish(struct draft *d);

/** Always false, so that a parser can return it. */
bool draft_is_bad(struct draft *d, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

#endif
