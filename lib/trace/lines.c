/* SPDX-License-Identifier: MIT */
/* Lines of a source: see lines.h. */
#include "lines.h"

#include <glib.h>
#include <string.h>

#include "source.h"

#define FIRST_CAP	(128 * 1024)

void
lines_init(struct lines *l, struct source *src)
{
	*l = (struct lines){
		.src = src,
		.buf = g_malloc(FIRST_CAP + 1),	/* and a NUL */
		.cap = FIRST_CAP,
	};
}

void
lines_done(struct lines *l)
{
	g_free(l->buf);
}

static void
make_room(struct lines *l)
{
	if (l->start) {
		memmove(l->buf, l->buf + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	} else if (l->end == l->cap) {
		l->cap *= 2;
		l->buf = g_realloc(l->buf, l->cap + 1);
	}
}

static bool
read_more(struct lines *l)
{
	size_t n;

	if (l->at_eof)
		return false;
	make_room(l);
	n = source_read(l->src, l->buf + l->end, l->cap - l->end);
	l->at_eof = n == 0;
	l->end += n;
	return n != 0;
}

/* Cut [start, start + len) out of the buffer; @skip is the newline's length. */
static char *
take(struct lines *l, size_t len, size_t skip, size_t *ret_len)
{
	char *line = l->buf + l->start;

	l->start += len + skip;
	if (len && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	*ret_len = len;
	return line;
}

static enum line_state
skip_line(struct lines *l)
{
	for (;;) {
		char *nl = memchr(l->buf + l->start, '\n', l->end - l->start);

		l->start = nl ? (size_t)(nl + 1 - l->buf) : l->end;
		if (nl || !read_more(l))
			return LINE_TOO_LONG;
	}
}

enum line_state
lines_next(struct lines *l, char **ret_line, size_t *ret_len)
{
	size_t seen = 0;	/* bytes known to hold no newline */

	l->nr++;
	for (;;) {
		size_t len = l->end - l->start;
		char *from = l->buf + l->start;
		char *nl = memchr(from + seen, '\n', len - seen);

		if (nl) {
			*ret_line = take(l, nl - from, 1, ret_len);
			return LINE_OK;
		}
		if (len >= LINE_MAX_LEN)
			return skip_line(l);
		seen = len;
		if (read_more(l))
			continue;
		if (!len) {
			l->nr--;
			return LINE_NONE;
		}
		*ret_line = take(l, len, 0, ret_len);
		return LINE_UNENDED;
	}
}

const char *
lines_peek(struct lines *l, size_t *ret_len)
{
	while (l->end - l->start < l->cap && read_more(l))
		;
	*ret_len = l->end - l->start;
	return l->buf + l->start;
}
