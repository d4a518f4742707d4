/* SPDX-License-Identifier: MIT */
/* Our side of reading a trace.dat: see dat.h. */
#include "dat.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dat-frame.h"

struct dat {
	pid_t child;
	FILE *in;
	struct dat_frame frame;
	struct number_list lists[3];
	GString *strings[3];
	bool is_over;
};

bool
is_dat(const void *head, size_t len)
{
	static const char magic[] = "\x17\x08\x44tracing";

	return len >= sizeof(magic) - 1 && !memcmp(head, magic, sizeof(magic) - 1);
}

/* ---- frames ------------------------------------------------------------ */

static bool
read_list(struct dat *t, unsigned i)
{
	struct number_list *l = &t->lists[i];

	if (t->frame.nr[i] > FRAME_MAX_NUMBERS)
		return false;
	l->nr = t->frame.nr[i];
	if (l->nr > l->cap) {
		l->cap = l->nr;
		l->at = g_renew(uint64_t, l->at, l->cap);
	}
	return !l->nr || fread(l->at, sizeof(*l->at), l->nr, t->in) == l->nr;
}

static bool
read_string(struct dat *t, unsigned i)
{
	size_t len = t->frame.len[i];

	if (len > FRAME_MAX_STRING)
		return false;
	g_string_set_size(t->strings[i], len);
	return fread(t->strings[i]->str, 1, len + 1, t->in) == len + 1 &&
	       t->strings[i]->str[len] == '\0';
}

static bool
read_frame(struct dat *t)
{
	if (fread(&t->frame, sizeof(t->frame), 1, t->in) != 1)
		return false;
	for (unsigned i = 0; i < 3; i++)
		if (!read_list(t, i))
			return false;
	for (unsigned i = 0; i < 3; i++)
		if (!read_string(t, i))
			return false;
	return t->frame.type <= FRAME_END &&
	       t->frame.ev.kind < NR_TRACE_KINDS &&
	       t->frame.ev.dir <= TRACE_NONE;
}

static void
take_event(struct dat *t, struct trace_event *ev)
{
	*ev = t->frame.ev;
	ev->dma_list = t->lists[0].at;
	ev->size_list = t->lists[1].at;
	ev->phys_list = t->lists[2].at;
	ev->nr_dma = t->lists[0].nr;
	ev->nr_sizes = t->lists[1].nr;
	ev->nr_phys = t->lists[2].nr;
	ev->task = t->strings[0]->str;
	ev->dev = t->strings[1]->str;
	ev->text = t->strings[2]->str;
	t->frame.irq_flags[sizeof(t->frame.irq_flags) - 1] = '\0';
	ev->irq_flags = t->frame.irq_flags;
}

static void
take_counts(const struct dat *t, struct trace_stats *stats)
{
	stats->lines = t->frame.records;
	stats->foreign = t->frame.foreign;
	stats->malformed = t->frame.malformed;
	stats->lost = t->frame.lost;
}

static void
is_cut_short(struct dat *t, struct trace_stats *stats, const char *why)
{
	t->is_over = true;
	stats->is_cut_short = true;
	g_strlcpy(stats->cut_short_why, why, sizeof(stats->cut_short_why));
}

/* ---- the child --------------------------------------------------------- */

static void
reap(struct dat *t)
{
	if (t->in)
		fclose(t->in);
	t->in = NULL;
	if (t->child <= 0)
		return;
	/* It writes to a pipe nobody reads, or is stuck: no reason to wait. */
	kill(t->child, SIGKILL);
	while (waitpid(t->child, NULL, 0) < 0 && errno == EINTR)
		;
	t->child = 0;
}

static bool
start_child(struct dat *t, int fd)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return false;
	t->child = fork();
	if (t->child == 0) {
		close(ends[0]);
		dat_child_run(fd, ends[1]);
	}
	close(ends[1]);
	if (t->child > 0)
		t->in = fdopen(ends[0], "r");
	else
		close(ends[0]);
	return t->in != NULL;
}

/* ---- the verbs --------------------------------------------------------- */

struct dat *
dat_open(int fd, char *ret_why)
{
	struct dat *t = g_new0(struct dat, 1);
	const char *why = NULL;

	for (unsigned i = 0; i < 3; i++)
		t->strings[i] = g_string_new(NULL);

	if (!start_child(t, fd))
		why = "no process to read it in";
	else if (!read_frame(t))
		why = "the file is damaged: libtracecmd gave up on its header";
	else if (t->frame.type != FRAME_OPENED)
		why = t->strings[2]->str;
	if (!why)
		return t;

	g_strlcpy(ret_why, why, 160);
	dat_close(t);
	return NULL;
}

void
dat_close(struct dat *t)
{
	if (!t)
		return;
	reap(t);
	for (unsigned i = 0; i < 3; i++) {
		g_free(t->lists[i].at);
		g_string_free(t->strings[i], TRUE);
	}
	g_free(t);
}

bool
dat_next(struct dat *t, struct trace_event *ret_ev, struct trace_stats *stats)
{
	while (!t->is_over) {
		if (!read_frame(t)) {
			is_cut_short(t, stats, "the file is damaged:"
				     " libtracecmd gave up in the middle");
			break;
		}
		take_counts(t, stats);
		switch (t->frame.type) {
		case FRAME_EVENT:
			take_event(t, ret_ev);
			return true;
		case FRAME_MALFORMED:
			stats->first_malformed_line = t->frame.records;
			g_strlcpy(stats->first_malformed, t->strings[2]->str,
				  sizeof(stats->first_malformed));
			break;
		case FRAME_CUT_SHORT:
			is_cut_short(t, stats, t->strings[2]->str);
			break;
		default:
			t->is_over = true;
			break;
		}
	}
	reap(t);
	return false;
}
