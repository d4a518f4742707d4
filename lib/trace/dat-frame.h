/* SPDX-License-Identifier: MIT */
/*
 * What the child that reads a trace.dat tells us, frame by frame.
 *
 *   +------------+-----------------------+--------------------------------+
 *   | dat_frame  | numbers, 8 bytes each | strings, NUL behind each       |
 *   | (fixed)    | dma, sizes, phys      | task, dev, text                |
 *   +------------+-----------------------+--------------------------------+
 *
 * The event's pointers mean nothing on the other side; they are set anew.
 */
#ifndef TRACE_DAT_FRAME_H
#define TRACE_DAT_FRAME_H

#include "event.h"

/* No event comes near; a child gone mad must not make us allocate its wishes. */
#define FRAME_MAX_NUMBERS	(1u << 20)
#define FRAME_MAX_STRING	(1u << 20)

enum frame_type {
	FRAME_OPENED,		/* the file is one; always the first frame ... */
	FRAME_REFUSED,		/* ... or this one, and @text says why */
	FRAME_EVENT,
	FRAME_MALFORMED,	/* the first malformed record; @text says why */
	FRAME_CUT_SHORT,	/* the records end before the file says; @text */
	FRAME_END		/* nothing follows, and nothing is missing */
};

/**
 * struct dat_frame - its fixed part
 * @records, @foreign, @malformed, @lost: so far
 * @nr:      lengths of the three lists
 * @len:     lengths of the three strings, without their NULs
 * @irq_flags: of an event
 */
struct dat_frame {
	uint32_t type;
	uint32_t nr[3];
	uint32_t len[3];
	uint64_t records, foreign, malformed, lost;
	struct trace_event ev;
	char irq_flags[8];
};

/** In the child: read @fd, write frames to @out. Does not return. */
void dat_child_run(int fd, int out) __attribute__((noreturn));

#endif
