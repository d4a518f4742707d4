/* SPDX-License-Identifier: MIT */
/*
 * A trace, of whatever form: open it, and read event by event.
 *
 *   source (unpacks) --> lines --> text --> args --+
 *          |                                       +--> struct draft --> caller
 *          +--> file --> dat <== pipe == dat-child-+
 */
#include "reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "dat.h"
#include "lines.h"
#include "source.h"
#include "text.h"

struct trace_reader {
	struct source *src;
	struct lines lines;
	struct draft draft;
	struct dat *dat;		/* NULL: a text trace */
	struct trace_stats stats;
};

G_DEFINE_QUARK(trace-error-quark, trace_error)

/* ---- counting ---------------------------------------------------------- */

static void
count_malformed(struct trace_reader *r, const char *why)
{
	struct trace_stats *stats = &r->stats;

	if (stats->malformed++)
		return;
	stats->first_malformed_line = r->lines.nr;
	g_strlcpy(stats->first_malformed, why, sizeof(stats->first_malformed));
}

static void
note_cut_short(struct trace_reader *r, const char *why)
{
	r->stats.is_cut_short = true;
	g_strlcpy(r->stats.cut_short_why, why, sizeof(r->stats.cut_short_why));
}

/* An event whose last number may lack digits would be a lie: it is not used. */
static void
drop_unended(struct trace_reader *r)
{
	const char *why = source_why_broken(r->src);

	note_cut_short(r, why ? why : "no newline ends the last line, which is"
			       " therefore not used");
}

static void
note_end(struct trace_reader *r)
{
	const char *why = source_why_broken(r->src);

	if (why && !r->stats.is_cut_short)
		note_cut_short(r, why);
}

/* ---- opening: text ----------------------------------------------------- */

/*
 * One event, or what stands above them, makes a text a trace. A file that holds
 * neither in its first 128 KiB was given to us by mistake, and reading it to its end
 * would only count every line of it as malformed.
 */
static bool
is_trace_line(struct trace_reader *r, const char *line, size_t len)
{
	g_autofree char *copy = g_strndup(line, len);
	enum text_verdict verdict;

	if (g_str_has_prefix(copy, "# tracer: ") ||
	    g_str_has_prefix(copy, "cpus="))
		return true;
	g_strchomp(copy);
	verdict = text_parse(&r->draft, copy, strlen(copy));
	return verdict == TEXT_EVENT || verdict == TEXT_FOREIGN;
}

static bool
is_text_trace(struct trace_reader *r, const char *head, size_t len)
{
	while (len) {
		const char *nl = memchr(head, '\n', len);
		size_t line_len = nl ? (size_t)(nl - head) : len;

		if (is_trace_line(r, head, line_len))
			return true;
		head += line_len + (nl != NULL);
		len -= line_len + (nl != NULL);
	}
	return false;
}

/* ---- opening: trace.dat ------------------------------------------------ */

/* libtracecmd seeks: what cannot be seeked in is unpacked into a nameless file. */
static bool
spool_rest(struct trace_reader *r, int fd)
{
	size_t len;
	const char *bytes = lines_peek(&r->lines, &len);

	while (len) {
		errno = ENOSPC;		/* what a short write means */
		if (write(fd, bytes, len) != (ssize_t)len)
			return false;
		r->lines.start = r->lines.end;
		bytes = lines_peek(&r->lines, &len);
	}
	return true;
}

static int
spool(struct trace_reader *r, GError **error)
{
	g_autofree char *name = NULL;
	int fd = g_file_open_tmp("armdma-XXXXXX.dat", &name, error);

	if (fd < 0)
		return -1;
	g_unlink(name);
	if (spool_rest(r, fd))
		return fd;
	g_set_error(error, TRACE_ERROR, TRACE_ERROR_UNREADABLE,
		    "cannot unpack it into %s: %s", g_get_tmp_dir(),
		    g_strerror(errno));
	close(fd);
	return -1;
}

static bool
open_dat(struct trace_reader *r, const char *path, GError **error)
{
	int seekable = source_seekable_fd(r->src);
	int fd = seekable >= 0 ? seekable : spool(r, error);
	char why[160];

	if (fd < 0) {
		g_prefix_error(error, "%s: ", path);
		return false;
	}
	r->dat = dat_open(fd, why);
	if (fd != seekable)
		close(fd);
	if (!r->dat)
		g_set_error(error, TRACE_ERROR, TRACE_ERROR_NOT_A_TRACE,
			    "%s: a trace.dat, but %s", path, why);
	else
		note_end(r);
	return r->dat != NULL;
}

/* ---- opening ----------------------------------------------------------- */

/* Nothing at all came out of it: an empty file, or broken from the start on. */
static bool
is_empty(struct trace_reader *r, const char *path, GError **error)
{
	const char *why = source_why_broken(r->src);

	if (why)
		g_set_error(error, TRACE_ERROR, TRACE_ERROR_UNREADABLE,
			    "%s: cannot read it: %s", path, why);
	else
		g_set_error(error, TRACE_ERROR, TRACE_ERROR_NOT_A_TRACE,
			    "%s: not a trace: there is nothing in it", path);
	return false;
}

static bool
look_inside(struct trace_reader *r, const char *path, GError **error)
{
	size_t len;
	const char *head = lines_peek(&r->lines, &len);

	if (!len)
		return is_empty(r, path, error);
	if (is_dat(head, len))
		return open_dat(r, path, error);
	if (is_text_trace(r, head, len))
		return true;
	g_set_error(error, TRACE_ERROR, TRACE_ERROR_NOT_A_TRACE,
		    "%s: not a trace: no event in its first %zu bytes, and not a"
		    " trace.dat", path, len);
	return false;
}

static struct trace_reader *
open_source(struct source *src, const char *path, GError **error)
{
	g_autoptr(trace_reader) r = g_new0(struct trace_reader, 1);

	r->src = src;
	lines_init(&r->lines, src);
	return look_inside(r, path, error) ? g_steal_pointer(&r) : NULL;
}

struct trace_reader *
trace_open_mem(const void *mem, size_t len, const char *name, GError **error)
{
	return open_source(source_open_mem(mem, len), name, error);
}

struct trace_reader *
trace_open(const char *path, GError **error)
{
	struct source *src = source_open(path);

	if (src)
		return open_source(src, path, error);
	g_set_error(error, TRACE_ERROR, TRACE_ERROR_UNREADABLE,
		    "%s: cannot read it: %s", path, g_strerror(errno));
	return NULL;
}

void
trace_close(struct trace_reader *r)
{
	if (!r)
		return;
	dat_close(r->dat);
	draft_done(&r->draft);
	lines_done(&r->lines);
	source_close(r->src);
	g_free(r);
}

/* ---- reading ----------------------------------------------------------- */

static bool
take_line(struct trace_reader *r, char *line, size_t len)
{
	uint64_t overwritten;

	switch (text_parse(&r->draft, line, len)) {
	case TEXT_EVENT:
		r->draft.ev.line = r->lines.nr;
		if (r->draft.ev.kind == TRACE_LOST)
			r->stats.lost += MAX(r->draft.ev.lost, 1);
		return true;
	case TEXT_FOREIGN:
		r->stats.foreign++;
		break;
	case TEXT_REMARK:
		if (text_parse_overwritten(line, &overwritten))
			r->stats.overwritten += overwritten;
		break;
	case TEXT_MALFORMED:
		count_malformed(r, r->draft.why);
		break;
	}
	return false;
}

static bool
next_in_text(struct trace_reader *r)
{
	size_t len;
	char *line;

	for (;;) {
		enum line_state state = lines_next(&r->lines, &line, &len);

		r->stats.lines = r->lines.nr;
		switch (state) {
		case LINE_OK:
			if (take_line(r, line, len))
				return true;
			break;
		case LINE_TOO_LONG:
			count_malformed(r, "a line of more than 1 MiB");
			break;
		case LINE_UNENDED:
			drop_unended(r);
			break;
		case LINE_NONE:
			note_end(r);
			return false;
		}
	}
}

bool
trace_next(struct trace_reader *r, struct trace_event *ret_ev)
{
	if (r->dat)
		return dat_next(r->dat, ret_ev, &r->stats);
	if (!next_in_text(r))
		return false;
	*ret_ev = r->draft.ev;
	return true;
}

const struct trace_stats *
trace_stats(const struct trace_reader *r)
{
	return &r->stats;
}

void
trace_progress(const struct trace_reader *r, uint64_t *ret_done,
	       uint64_t *ret_size)
{
	source_progress(r->src, ret_done, ret_size);
	if (r->dat)
		*ret_size = 0;
}
