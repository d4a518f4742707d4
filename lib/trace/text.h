/* SPDX-License-Identifier: MIT */
/*
 * One line of a text trace, whoever printed it.
 *
 *   tracefs     "     kworker/0:0-9       [000] d.h..    28.476169: dma_map_sg: ..."
 *   record-tgid "     kworker/0:0-9  (    9) [000] d.h.. 28.476169: dma_map_sg: ..."
 *   trace-cmd   "     kworker/0:0-9     [000]    28.476169: dma_map_sg:   ..."
 *   perf script "     kworker/0:0     9 [000]    28.476169: dma:dma_map_sg: ..."
 *
 * Leaves out: the latency format, and the layouts of other tracers.
 */
#ifndef TRACE_TEXT_H
#define TRACE_TEXT_H

#include "event.h"

enum text_verdict {
	TEXT_EVENT,		/* @d->ev is one of ours */
	TEXT_FOREIGN,		/* an event, but not one of ours */
	TEXT_REMARK,		/* a comment, a heading, an empty line */
	TEXT_MALFORMED		/* @d->why says what is wrong */
};

/** Read a line of @len bytes; it is cut up, and @d->ev points into it. */
enum text_verdict text_parse(struct draft *d, char *line, size_t len);

/** Events overwritten in the ring buffer before the log was read, if @line says. */
bool text_parse_overwritten(const char *line, uint64_t *ret_nr);

#endif
