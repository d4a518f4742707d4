/* SPDX-License-Identifier: MIT */
/*
 * The child that reads a trace.dat: libtracecmd in, frames out.
 *
 * Fields are read from the records by name, never from what libtraceevent would
 * print: printing depends on the format strings, and loses bits. Byte order and
 * word size are those of the machine the file came from; libtraceevent knows them.
 *
 * Leaves out: the flag characters (which bit means what changed over the years).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <trace-cmd.h>

#include "dat-frame.h"

/* What libtracecmd may add to the memory it was born with. */
#define MEMORY_LIMIT		(1ull << 30)
/* Seconds of CPU for one step: opening, or RECORDS_PER_STEP records. */
#define CPU_LIMIT		20
#define RECORDS_PER_STEP	(1u << 16)
#define MAX_ENTRY		16	/* bytes of instructions that ftrace patches */

/*
 * libtraceevent's own idea of an array's element is not used: it takes an unsigned
 * int for a long. The kernel's lists have had these two widths since there are any.
 */
enum field_shape { NUMBER, STRING, LIST_OF_U32, LIST_OF_U64, TRAILING_STRING };

static const struct field_name {
	const char *name;
	enum trace_key key;
	enum field_shape shape;
} field_names[] = {
	{ "device",        KEY_DEV,          STRING },
	{ "dev_name",      KEY_DEV,          STRING },
	{ "driver",        KEY_TEXT,         STRING },
	{ "buf",           KEY_TEXT,         TRAILING_STRING },
	{ "dir",           KEY_DIR,          NUMBER },
	{ "attrs",         KEY_ATTRS,        NUMBER },
	{ "dma_addr",      KEY_DMA,          NUMBER },
	{ "addr",          KEY_DMA,          NUMBER },
	{ "iova",          KEY_DMA,          NUMBER },
	{ "dev_addr",      KEY_DMA,          NUMBER },
	{ "size",          KEY_SIZE,         NUMBER },
	{ "phys_addr",     KEY_PHYS,         NUMBER },
	{ "paddr",         KEY_PHYS,         NUMBER },
	{ "virt_addr",     KEY_VIRT,         NUMBER },
	{ "full_nents",    KEY_NENTS_TOTAL,  NUMBER },
	{ "full_ents",     KEY_ENTS_TOTAL,   NUMBER },
	{ "truncated",     KEY_IS_TRUNCATED, NUMBER },
	{ "dma_addrs",     KEY_DMA_LIST,     LIST_OF_U64 },
	{ "lengths",       KEY_SIZE_LIST,    LIST_OF_U32 },
	{ "phys_addrs",    KEY_PHYS_LIST,    LIST_OF_U64 },
	{ "addrs",         KEY_PHYS_LIST,    LIST_OF_U64 },
	{ "unmapped_size", KEY_UNMAPPED,     NUMBER },
	{ "dma_mask",      KEY_MASK,         NUMBER },
	{ "force",         KEY_IS_FORCED,    NUMBER },
	{ "gid",           KEY_GROUP,        NUMBER },
	{ "err",           KEY_ERROR,        NUMBER },
	{ "flags",         KEY_FAULT_FLAGS,  NUMBER },
};

/* A kprobe's fields have the names that its user gave them: see args.c. */
static const struct field_name probe_fields[] = {
	{ "paddr",     KEY_PHYS, NUMBER }, { "phys",      KEY_PHYS, NUMBER },
	{ "phys_addr", KEY_PHYS, NUMBER }, { "pa",        KEY_PHYS, NUMBER },
	{ "start",     KEY_PHYS, NUMBER }, { "end",       KEY_END,  NUMBER },
	{ "size",      KEY_SIZE, NUMBER }, { "len",       KEY_SIZE, NUMBER },
	{ "page",      KEY_VIRT, NUMBER }, { "dir",       KEY_DIR,  NUMBER },
	{ "direction", KEY_DIR,  NUMBER },
};

#define MAX_FIELDS	12

/* How to read the events of one id: looked up once, when the first one comes. */
struct recipe {
	enum trace_kind kind;	/* NR_TRACE_KINDS: not ours */
	unsigned nr_fields;
	struct {
		const struct field_name *is;
		struct tep_format_field *at;
	} fields[MAX_FIELDS];
};

struct child {
	FILE *out;
	struct tep_handle *tep;
	GHashTable *recipes;	/* event id -> struct recipe */
	struct draft draft;
	struct dat_frame frame;
	char *text;		/* of the record at hand, when it needs a NUL */
};

/* ---- frames ------------------------------------------------------------ */

static void
put(struct child *c, const void *bytes, size_t len)
{
	/* Nobody listens any more: the reader was closed before the end. */
	if (len && fwrite(bytes, 1, len, c->out) != len)
		_exit(0);
}

static void
put_string(struct child *c, const char *s, size_t len)
{
	put(c, s, len);
	put(c, "", 1);
}

static void
send_event(struct child *c)
{
	struct trace_event *ev = &c->draft.ev;
	const char *strings[3] = { ev->task, ev->dev, ev->text };

	c->frame.type = FRAME_EVENT;
	c->frame.ev = *ev;
	for (unsigned i = 0; i < 3; i++) {
		c->frame.nr[i] = c->draft.lists[i].nr;
		c->frame.len[i] = strlen(strings[i]);
	}
	put(c, &c->frame, sizeof(c->frame));
	for (unsigned i = 0; i < 3; i++)
		put(c, c->draft.lists[i].at, 8 * c->draft.lists[i].nr);
	for (unsigned i = 0; i < 3; i++)
		put_string(c, strings[i], c->frame.len[i]);
}

static void
send_words(struct child *c, enum frame_type type, const char *words)
{
	struct dat_frame *f = &c->frame;

	f->type = type;
	memset(f->nr, 0, sizeof(f->nr));
	memset(f->len, 0, sizeof(f->len));
	memset(&f->ev, 0, sizeof(f->ev));
	f->len[2] = strlen(words);
	put(c, f, sizeof(*f));
	put_string(c, "", 0);
	put_string(c, "", 0);
	put_string(c, words, f->len[2]);
}

static void __attribute__((noreturn))
finish(struct child *c, enum frame_type type, const char *words)
{
	send_words(c, type, words);
	fflush(c->out);
	_exit(0);
}

/* ---- recipes ----------------------------------------------------------- */

static const struct field_name *
find_name(const struct field_name *names, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(names[i].name, name))
			return &names[i];
	return NULL;
}

static const struct field_name *
find_field_name(enum trace_kind kind, const char *name)
{
	if (event_info(kind)->opening == OPENS_WITH_PROBE)
		return find_name(probe_fields, G_N_ELEMENTS(probe_fields), name);
	return find_name(field_names, G_N_ELEMENTS(field_names), name);
}

static void
add_fields(struct recipe *r, struct tep_event *event)
{
	struct tep_format_field *field = event->format.fields;

	for (; field && r->nr_fields < MAX_FIELDS; field = field->next) {
		const struct field_name *is = find_field_name(r->kind, field->name);

		if (!is)
			continue;
		r->fields[r->nr_fields].is = is;
		r->fields[r->nr_fields++].at = field;
	}
}

/* The function of a probe at its entry; ftrace's is an instruction or two in. */
static const char *
probed_function(struct child *c, struct tep_event *event, struct tep_record *rec)
{
	unsigned long long ip, entry;

	if (tep_get_field_val(NULL, event, "__probe_ip", rec, &ip, 0))
		return NULL;
	entry = tep_find_function_address(c->tep, ip);
	return entry && ip - entry <= MAX_ENTRY ? tep_find_function(c->tep, ip) : "";
}

/* A probe has the name that its user gave it; its function tells what it is. */
static enum trace_kind
find_probe(struct child *c, struct tep_event *event, struct tep_record *rec,
	   enum trace_kind by_name)
{
	const char *function = probed_function(c, event, rec);
	enum trace_kind kind = function ? event_find_probe(function) : NR_TRACE_KINDS;

	if (!function || event->format.nr_fields <= 1)
		return by_name;
	if (kind != NR_TRACE_KINDS)
		return kind;
	return by_name == NR_TRACE_KINDS && !*function ? event_guess_probe(event->name) :
							 by_name;
}

static enum trace_kind
find_kind(struct child *c, struct tep_event *event, struct tep_record *rec)
{
	if (!strcmp(event->system, "ftrace") && !strcmp(event->name, "print"))
		return TRACE_MARKER;
	return find_probe(c, event, rec, event_find(event->system, event->name));
}

static const struct recipe *
find_recipe(struct child *c, int id, struct tep_record *rec)
{
	gpointer key = GINT_TO_POINTER(id);
	struct recipe *r = g_hash_table_lookup(c->recipes, key);
	struct tep_event *event;

	if (r)
		return r;
	r = g_new0(struct recipe, 1);
	event = tep_find_event(c->tep, id);
	r->kind = event ? find_kind(c, event, rec) : NR_TRACE_KINDS;
	if (r->kind != NR_TRACE_KINDS)
		add_fields(r, event);
	g_hash_table_insert(c->recipes, key, r);
	return r;
}

/* ---- fields ------------------------------------------------------------ */

struct bytes {
	const uint8_t *at;
	size_t len;
};

/* Where a field's bytes are; false if the record is too short to hold them. */
static bool
find_bytes(struct child *c, struct tep_record *rec,
	   struct tep_format_field *field, struct bytes *ret)
{
	size_t from = field->offset, len = field->size;

	if (field->offset < 0 || field->size < 0 || rec->size < 0)
		return draft_is_bad(&c->draft, "the format of %s is damaged",
				    field->name);
	if (field->flags & TEP_FIELD_IS_DYNAMIC) {
		uint32_t loc;

		if (len != 4 || from + 4 > (size_t)rec->size)
			goto too_short;
		loc = tep_read_number(c->tep, (char *)rec->data + from, 4);
		from = loc & 0xffff;
		len = loc >> 16;
	}
	if (from + len > (size_t)rec->size)
		goto too_short;
	ret->at = (uint8_t *)rec->data + from;
	ret->len = len;
	return true;
too_short:
	return draft_is_bad(&c->draft, "a record ends before its %s",
			    field->name);
}

static bool
is_word(size_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* An allocation's "flags" are for the page allocator, a fault's are the fault. */
static bool
read_number(struct child *c, enum trace_key key, struct bytes b)
{
	uint64_t value;

	if (!is_word(b.len))
		return draft_is_bad(&c->draft, "a number of %zu bytes", b.len);
	value = tep_read_number(c->tep, b.at, b.len);
	if (key == KEY_FAULT_FLAGS && c->draft.ev.kind != TRACE_IOMMU_PAGE_FAULT)
		return draft_set(&c->draft, KEY_IS_ATOMIC, !gfp_lets_sleep(value));
	return draft_set(&c->draft, key, value);
}

static bool
read_list(struct child *c, enum trace_key key, struct bytes b, size_t size)
{
	struct number_list *list = draft_list(&c->draft, key);

	if (b.len % size)
		return draft_is_bad(&c->draft, "a list of %zu bytes", b.len);
	for (size_t at = 0; at < b.len; at += size)
		number_list_add(list, tep_read_number(c->tep, b.at + at, size));
	return draft_mark(&c->draft, key);
}

static bool
read_string(struct child *c, enum trace_key key, struct bytes b)
{
	struct trace_event *ev = &c->draft.ev;

	if (!memchr(b.at, '\0', b.len))
		return draft_is_bad(&c->draft, "a name without an end");
	if (key == KEY_DEV)
		ev->dev = (const char *)b.at;
	else
		ev->text = (const char *)b.at;
	return draft_mark(&c->draft, key);
}

/* A marker runs from its field to the end of the record, newline and all. */
static bool
read_text(struct child *c, struct tep_record *rec, struct bytes b)
{
	size_t len = (uint8_t *)rec->data + rec->size - b.at;

	g_free(c->text);
	c->text = g_strndup((const char *)b.at, len);
	len = strlen(c->text);
	if (len && c->text[len - 1] == '\n')
		c->text[len - 1] = '\0';
	c->draft.ev.text = c->text;
	return draft_mark(&c->draft, KEY_TEXT);
}

static bool
read_field(struct child *c, struct tep_record *rec, const struct field_name *is,
	   struct tep_format_field *at)
{
	struct bytes b = { NULL, 0 };

	if (!find_bytes(c, rec, at, &b))
		return false;
	switch (is->shape) {
	case NUMBER:
		return read_number(c, is->key, b);
	case LIST_OF_U32:
		return read_list(c, is->key, b, 4);
	case LIST_OF_U64:
		return read_list(c, is->key, b, 8);
	case STRING:
		return read_string(c, is->key, b);
	default:
		return read_text(c, rec, b);
	}
}

/* ---- records ----------------------------------------------------------- */

/* trace_printk() leaves the same kind of record as a marker, but for the caller. */
static bool
is_marker(struct child *c, struct tep_record *rec)
{
	struct tep_event *event = tep_find_event_by_record(c->tep, rec);
	unsigned long long ip;
	const char *function;

	if (!event || tep_get_field_val(NULL, event, "ip", rec, &ip, 0))
		return false;
	function = tep_find_function(c->tep, ip);
	return !function || g_str_has_prefix(function, "tracing_mark_write");
}

/* Of a record's common_flags: enum trace_flag_type of Linux's trace_events.h. */
#define FLAG_IRQS_OFF		0x01
#define FLAG_IRQS_NOSUPPORT	0x02
#define FLAG_NEED_RESCHED	0x04
#define FLAG_HARDIRQ		0x08
#define FLAG_SOFTIRQ		0x10
#define FLAG_PREEMPT_RESCHED	0x20
#define FLAG_NMI		0x40
#define FLAG_BH_OFF		0x80

static char
irqs_off(int flags)
{
	if (flags & FLAG_IRQS_OFF)
		return flags & FLAG_BH_OFF ? 'D' : 'd';
	return flags & FLAG_BH_OFF ? 'b' : flags & FLAG_IRQS_NOSUPPORT ? 'X' : '.';
}

static char
need_resched(int flags)
{
	if (flags & FLAG_NEED_RESCHED)
		return flags & FLAG_PREEMPT_RESCHED ? 'N' : 'n';
	return flags & FLAG_PREEMPT_RESCHED ? 'p' : '.';
}

static char
in_irq(int flags)
{
	if (flags & FLAG_NMI)
		return flags & FLAG_HARDIRQ ? 'Z' : 'z';
	if (flags & FLAG_HARDIRQ)
		return flags & FLAG_SOFTIRQ ? 'H' : 'h';
	return flags & FLAG_SOFTIRQ ? 's' : '.';
}

static char
depth(int nr)
{
	return nr & 0xf ? "0123456789abcdef"[nr & 0xf] : '.';
}

/* As the kernel prints them in front of an event. */
static void
describe_flags(struct child *c, struct tep_record *rec)
{
	int flags = tep_data_flags(c->tep, rec);
	int count = tep_data_preempt_count(c->tep, rec);
	char *to = c->frame.irq_flags;

	*to++ = irqs_off(flags);
	*to++ = need_resched(flags);
	*to++ = in_irq(flags);
	*to++ = depth(count);
	*to++ = depth(count >> 4);
	*to = '\0';
}

static void
describe_writer(struct child *c, struct tep_record *rec)
{
	struct trace_event *ev = &c->draft.ev;
	const char *task;

	ev->line = c->frame.records;
	ev->cpu = rec->cpu;
	/* Nanoseconds to the nearest microsecond, as the kernel prints them. */
	ev->time_us = rec->ts / 1000 + (rec->ts % 1000 >= 500);
	ev->pid = tep_data_pid(c->tep, rec);
	task = tep_data_comm_from_pid(c->tep, ev->pid);
	ev->task = task ? task : "<...>";
	describe_flags(c, rec);
}

static bool
read_event(struct child *c, const struct recipe *r, struct tep_record *rec)
{
	c->draft.ev.kind = r->kind;
	describe_writer(c, rec);
	for (unsigned i = 0; i < r->nr_fields; i++)
		if (!read_field(c, rec, r->fields[i].is, r->fields[i].at))
			return false;
	return draft_finish(&c->draft);
}

static void
count_malformed(struct child *c)
{
	if (!c->frame.malformed++)
		send_words(c, FRAME_MALFORMED, c->draft.why);
}

/* -1 says that some were lost, but not how many: one is the least it can be. */
static void
tell_lost(struct child *c, struct tep_record *rec)
{
	draft_reset(&c->draft);
	c->draft.ev.kind = TRACE_LOST;
	c->draft.ev.cpu = rec->cpu;
	c->draft.ev.line = c->frame.records;
	if (rec->missed_events > 0)
		c->draft.ev.lost = rec->missed_events;
	c->frame.lost += MAX(c->draft.ev.lost, 1);
	send_event(c);
}

static void
limit_cpu(void)
{
	struct rusage used;
	struct rlimit limit;

	getrusage(RUSAGE_SELF, &used);
	getrlimit(RLIMIT_CPU, &limit);
	limit.rlim_cur = MIN(limit.rlim_max, CPU_LIMIT +
			     (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec));
	setrlimit(RLIMIT_CPU, &limit);
}

static int
take_record(struct tracecmd_input *in, struct tep_record *rec, int cpu,
	    void *arg)
{
	struct child *c = arg;
	const struct recipe *r;

	if (++c->frame.records % RECORDS_PER_STEP == 0)
		limit_cpu();
	if (rec->missed_events)
		tell_lost(c, rec);

	draft_reset(&c->draft);
	r = find_recipe(c, tep_data_type(c->tep, rec), rec);
	if (r->kind == NR_TRACE_KINDS ||
	    (r->kind == TRACE_MARKER && !is_marker(c, rec)))
		c->frame.foreign++;
	else if (read_event(c, r, rec))
		send_event(c);
	else
		count_malformed(c);
	return 0;
}

/* ---- the child --------------------------------------------------------- */

/* More memory than now, but not without bound. */
static void
limit_memory(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long long pages;
	struct rlimit limit;

	if (f && fscanf(f, "%llu", &pages) == 1) {
		limit.rlim_cur = pages * sysconf(_SC_PAGESIZE) + MEMORY_LIMIT;
		limit.rlim_max = limit.rlim_cur;
		setrlimit(RLIMIT_AS, &limit);
	}
	if (f)
		fclose(f);
}

/* Nobody is to hear of a crash but our parent, and it by our silence. */
static void
be_quiet(void)
{
	static const int deadly[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
				      SIGXCPU, SIGPIPE, SIGTERM };
	static const struct rlimit no_core;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (unsigned i = 0; i < G_N_ELEMENTS(deadly); i++)
		signal(deadly[i], SIG_DFL);
	setrlimit(RLIMIT_CORE, &no_core);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		_exit(1);
}

/*
 * libtracecmd closes what it is given, and wants to stand at the start. A copy of
 * @fd would share its position with the parent, so the file is opened anew.
 */
static struct tracecmd_input *
open_input(int fd)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	int own = open(path, O_RDONLY | O_CLOEXEC);

	if (own < 0 && lseek(fd, 0, SEEK_SET) == 0)
		own = fd;
	if (own < 0)
		return NULL;
	return tracecmd_open_fd(own, TRACECMD_FL_LOAD_NO_PLUGINS |
				TRACECMD_FL_LOAD_NO_SYSTEM_PLUGINS);
}

void
dat_child_run(int fd, int out)
{
	struct child c = { .out = fdopen(out, "w") };
	struct tracecmd_input *in;

	be_quiet();
	limit_memory();
	limit_cpu();
	setvbuf(c.out, NULL, _IOFBF, 64 * 1024);
	c.recipes = g_hash_table_new(NULL, NULL);

	in = open_input(fd);
	if (!in)
		finish(&c, FRAME_REFUSED,
		       "libtracecmd cannot make sense of its header");
	c.tep = tracecmd_get_tep(in);
	send_words(&c, FRAME_OPENED, "");
	fflush(c.out);
	if (tracecmd_iterate_events(in, NULL, 0, take_record, &c) < 0)
		finish(&c, FRAME_CUT_SHORT,
		       "libtracecmd cannot read on behind the last record");
	finish(&c, FRAME_END, "");
}
