/* SPDX-License-Identifier: MIT */
/*
 * One line of a text trace: see text.h.
 *
 * Spec: Linux 6.12 Documentation/trace/ftrace.rst, "Output format"; what trace-cmd
 * report and perf script print was taken from their output.
 */
#include "text.h"

#include <string.h>

#include "args.h"

#define USEC_PER_SEC	1000000ull
#define MAX_FLAGS	8	/* the kernel prints 5, older ones 4 */
#define MAX_FUNCTION	64
#define MAX_ENTRY	16	/* bytes of instructions that ftrace patches */

/*
 * What stands before an event's name. Nothing is cut until all of it has been
 * understood: a '[' in a task's name may have misled us, and there is another try.
 */
struct heading {
	char *task, *task_end;
	char *flags, *flags_end;	/* both NULL where none are printed */
	int pid, cpu;
	uint64_t time_us;
};

static char *
skip_blanks(char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

/* ---- who: TASK-PID, TASK-PID (TGID), TASK PID -------------------------- */

static char *
trim_end(char *from, char *end)
{
	while (end > from && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return end;
}

/* "(  123)" or "(-------)" before the CPU: of no use to us. */
static char *
skip_tgid(char *from, char *end)
{
	char *paren = end;

	if (end == from || end[-1] != ')')
		return end;
	while (paren > from && *paren != '(')
		paren--;
	return trim_end(from, paren);
}

/*
 * The name may itself hold dashes, blanks and digits, so the PID is looked for
 * from the end: the digits, then the one dash (perf: the blanks) before them.
 */
static bool
parse_who(struct heading *h, char *from, char *end)
{
	const char *digits;
	uint64_t pid;
	char *p;

	end = skip_tgid(from, trim_end(from, end));
	for (p = end; p > from && g_ascii_isdigit(p[-1]); p--)
		;
	digits = p;
	if (p == from || !scan_number(&digits, 10, &pid) || pid > G_MAXINT)
		return false;
	if (p[-1] != '-' && p[-1] != ' ' && p[-1] != '/')
		return false;
	h->task = from;
	h->task_end = p[-1] == '-' ? p - 1 : trim_end(from, p - 1);
	h->pid = pid;
	return h->task_end > from;
}

/* ---- where: [CPU] ------------------------------------------------------ */

/* A name may hold '[' too: only digits between brackets and blanks are a CPU. */
static char *
parse_cpu(struct heading *h, char *bracket)
{
	const char *p = bracket + 1;
	uint64_t cpu;

	if (!g_ascii_isdigit(*p) || !scan_number(&p, 10, &cpu) ||
	    cpu > G_MAXINT || p[0] != ']' || p[1] != ' ')
		return NULL;
	h->cpu = cpu;
	return (char *)p + 1;
}

/* ---- when -------------------------------------------------------------- */

/* Fractions of a second, to the nearest microsecond, as the kernel rounds. */
static bool
parse_fraction(const char **p, uint64_t *ret_us)
{
	unsigned nr_digits = 0;
	uint64_t us = 0;

	for (; g_ascii_isdigit(**p); ++*p, nr_digits++) {
		if (nr_digits < 6)
			us = us * 10 + (**p - '0');
		else if (nr_digits == 6)
			us += **p >= '5';
	}
	for (unsigned i = nr_digits; i < 6; i++)
		us *= 10;
	*ret_us = us;
	return nr_digits && nr_digits <= 9;
}

/* "28.476169:"; a clock that only counts, such as "counter", has no dot. */
static bool
parse_time(struct heading *h, const char **p)
{
	uint64_t us = 0;

	if (!g_ascii_isdigit(**p) || !scan_number(p, 10, &h->time_us))
		return false;
	if (**p == '.') {
		++*p;
		if (!parse_fraction(p, &us) ||
		    __builtin_mul_overflow(h->time_us, USEC_PER_SEC,
					   &h->time_us) ||
		    __builtin_add_overflow(h->time_us, us, &h->time_us))
			return false;
	}
	return *(*p)++ == ':';
}

/* ---- the heading ------------------------------------------------------- */

/* Flags start with a letter or a dot, the time with a digit. */
static char *
parse_flags(struct heading *h, char *p)
{
	size_t len = strcspn(p, " ");

	h->flags = h->flags_end = NULL;
	if (g_ascii_isdigit(*p))
		return p;
	if (len > MAX_FLAGS)
		return NULL;
	h->flags = p;
	h->flags_end = p + len;
	return skip_blanks(h->flags_end);
}

static char *
parse_heading_at(struct heading *h, char *line, char *bracket)
{
	char *p = parse_cpu(h, bracket);
	const char *time;

	if (!p)
		return NULL;
	p = parse_flags(h, skip_blanks(p));
	time = p;
	if (!p || !parse_time(h, &time) || !parse_who(h, line, bracket))
		return NULL;
	*h->task_end = '\0';
	if (h->flags)
		*h->flags_end = '\0';
	return skip_blanks((char *)time);
}

/* Everything up to the time; returns what follows it, or NULL. */
static char *
parse_heading(struct heading *h, char *line)
{
	char *bracket = strchr(line, '[');

	for (; bracket; bracket = strchr(bracket + 1, '[')) {
		char *rest;

		if (bracket == line || (bracket[-1] != ' ' && bracket[-1] != '\t'))
			continue;
		rest = parse_heading_at(h, line, bracket);
		if (rest)
			return rest;
	}
	return NULL;
}

/* ---- lines that are not events ----------------------------------------- */

/* What trace-cmd report prints above the events. */
static bool
is_trace_cmd_remark(const char *p)
{
	return g_str_has_prefix(p, "cpus=") ||
	       g_str_has_prefix(p, "version = ") ||
	       (g_str_has_prefix(p, "CPU ") && g_str_has_suffix(p, " is empty"));
}

static bool
is_remark(const char *p)
{
	return *p == '#' || *p == '\0' || is_trace_cmd_remark(p);
}

bool
text_parse_overwritten(const char *line, uint64_t *ret_nr)
{
	static const char head[] = "# entries-in-buffer/entries-written: ";
	const char *p = line + strlen(head);
	uint64_t kept, written;

	if (!g_str_has_prefix(line, head) || !scan_number(&p, 10, &kept) ||
	    *p++ != '/' || !scan_number(&p, 10, &written) || kept > written)
		return false;
	*ret_nr = written - kept;
	return true;
}

/* "CPU:0 [LOST 123 EVENTS]"; trace-cmd: "CPU:0 [123 EVENTS DROPPED]". */
static enum text_verdict
parse_lost(struct draft *d, const char *line)
{
	const char *p = line + strlen("CPU:");
	uint64_t cpu;

	d->ev.kind = TRACE_LOST;
	if (!scan_number(&p, 10, &cpu) || cpu > G_MAXINT ||
	    !g_str_has_prefix(p, " ["))
		goto bad;
	p += strlen(" [");
	if (g_str_has_prefix(p, "LOST "))
		p += strlen("LOST ");
	if (g_ascii_isdigit(*p)) {
		if (!scan_number(&p, 10, &d->ev.lost) || *p++ != ' ')
			goto bad;
	}
	if (strcmp(p, "EVENTS]") && strcmp(p, "EVENTS DROPPED]"))
		goto bad;
	d->ev.cpu = cpu;
	return TEXT_EVENT;
bad:
	draft_is_bad(d, "a broken mark of lost events");
	return TEXT_MALFORMED;
}

/* Not an event: a stack's next line belongs to a foreign one, the rest is junk. */
static enum text_verdict
parse_headless(struct draft *d, const char *line)
{
	if (g_str_has_prefix(line, "=> "))
		return TEXT_FOREIGN;
	if (!strcmp(line, "[LINE TOO BIG]"))
		draft_is_bad(d, "an event too big for the kernel to print");
	else
		draft_is_bad(d, "not an event: \"%.60s\"", line);
	return TEXT_MALFORMED;
}

/* ---- the event --------------------------------------------------------- */

/* "dma_map_page:" or "dma:dma_map_page:"; NULL if there is no name. */
static char *
cut_name(char **p, char **ret_system)
{
	char *name = *p;
	char *end = name + strcspn(name, " ");
	char *colon;

	if (end == name || end[-1] != ':')
		return NULL;
	*p = *end ? end + 1 : end;
	end[-1] = '\0';
	colon = strrchr(name, ':');
	*ret_system = colon ? name : NULL;
	if (colon)
		*colon = '\0';
	return colon ? colon + 1 : name;
}

/* Markers in trace-cmd's words: "print:  tracing_mark_write: hello". */
static enum trace_kind
find_kind(const char *system, const char *name, char **args)
{
	static const char writer[] = "tracing_mark_write: ";

	if (!strcmp(name, "print")) {
		*args = skip_blanks(*args);
		if (!g_str_has_prefix(*args, writer))
			return NR_TRACE_KINDS;
		*args += strlen(writer);
		return TRACE_MARKER;
	}
	return event_find(system, name);
}

/*
 * "(arch_sync_dma_for_cpu+0x0/0x44)": the function of a kprobe; "" where that is none,
 * or the probe is not at its beginning. Ftrace's entry is an instruction or two in.
 */
static void
probed_function(const char *args, char *ret, size_t len)
{
	size_t end = strcspn(args, "+ )");
	const char *p = args + end + 1;
	uint64_t offset;

	*ret = '\0';
	if (*args != '(' || end > len || args[end] != '+' ||
	    !scan_number(&p, 16, &offset) || *p != '/' || offset > MAX_ENTRY)
		return;
	p += strcspn(p, " )");
	if (*p == ')')
		g_strlcpy(ret, args + 1, end);
}

/* A probe has the name that its user gave it; its function tells what it is. */
static enum trace_kind
find_probe(const char *name, const char *args, enum trace_kind by_name)
{
	char function[MAX_FUNCTION];
	enum trace_kind kind;

	probed_function(args, function, sizeof(function));
	kind = event_find_probe(function);
	if (!strchr(args, '='))		/* that it was called is not what we want to know */
		return by_name;
	if (kind != NR_TRACE_KINDS)
		return kind;
	if (by_name == NR_TRACE_KINDS && *args == '(' && !strpbrk(args, "+<"))
		return event_guess_probe(name);
	return by_name;
}

/* Other subsystems have events called "map" and "unmap". */
static bool
is_of_another(enum trace_kind kind, const char *args)
{
	return event_info(kind)->opening == OPENS_WITH_IOMMU &&
	       !g_str_has_prefix(args, "IOMMU:");
}

static enum text_verdict
parse_event(struct draft *d, const struct heading *h, char *rest)
{
	char *system, *name = cut_name(&rest, &system);

	/* A function, its caller, a stack: lines of other tracers. */
	if (!name)
		return TEXT_FOREIGN;
	d->ev.kind = find_kind(system, name, &rest);
	if (d->ev.kind != TRACE_MARKER) {
		rest = skip_blanks(rest);
		d->ev.kind = find_probe(name, rest, d->ev.kind);
	}
	if (d->ev.kind == NR_TRACE_KINDS)
		return TEXT_FOREIGN;
	if (is_of_another(d->ev.kind, rest))
		return TEXT_FOREIGN;

	d->ev.time_us = h->time_us;
	d->ev.cpu = h->cpu;
	d->ev.pid = h->pid;
	d->ev.task = h->task;
	if (h->flags)
		d->ev.irq_flags = h->flags;
	return args_parse(d, rest) ? TEXT_EVENT : TEXT_MALFORMED;
}

enum text_verdict
text_parse(struct draft *d, char *line, size_t len)
{
	char *start = skip_blanks(line);
	struct heading h;
	char *rest;

	draft_reset(d);
	if (strlen(line) != len) {
		draft_is_bad(d, "a NUL byte in the line");
		return TEXT_MALFORMED;
	}
	if (is_remark(start))
		return TEXT_REMARK;
	if (g_str_has_prefix(start, "CPU:"))
		return parse_lost(d, start);

	rest = parse_heading(&h, start);
	if (!rest)
		return parse_headless(d, start);
	if (*rest == '\0') {
		draft_is_bad(d, "a time, but no event behind it");
		return TEXT_MALFORMED;
	}
	return parse_event(d, &h, rest);
}
