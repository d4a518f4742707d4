/* SPDX-License-Identifier: MIT */
/*
 * Lines of a source, one at a time, in a buffer that never grows past LINE_MAX_LEN.
 *
 * The kernel prints an event into 8 KiB at most; tools that print a trace.dat
 * have no such limit, and a scatterlist of 4096 entries takes 80 KiB. A line
 * beyond LINE_MAX_LEN is skipped whole and reported as such.
 */
#ifndef TRACE_LINES_H
#define TRACE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_MAX_LEN	(1u << 20)

struct source;

enum line_state {
	LINE_OK,
	LINE_TOO_LONG,		/* skipped; the next call goes on behind it */
	LINE_UNENDED,		/* the last one, and no newline follows it */
	LINE_NONE		/* the end */
};

struct lines {
	struct source *src;	/* borrowed */
	char *buf;		/* unread bytes are [start, end) */
	size_t cap, start, end;
	bool at_eof;
	uint64_t nr;		/* of the line returned last, from 1 */
};

void lines_init(struct lines *l, struct source *src);
void lines_done(struct lines *l);

/**
 * lines_next() - the next line, without its "\n" or "\r\n"
 * @ret_line: its bytes, writable, a NUL behind them; valid until the next call
 * @ret_len:  how many; more than strlen() finds means NUL bytes in the line
 */
enum line_state lines_next(struct lines *l, char **ret_line, size_t *ret_len);

/** The bytes read ahead, at least one if there are any at all. */
const char *lines_peek(struct lines *l, size_t *ret_len);

#endif
