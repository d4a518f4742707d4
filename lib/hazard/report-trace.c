/* SPDX-License-Identifier: MIT */
/*
 * A run as a trace in the JSON of Chrome's trace events ("Trace Event Format"), which
 * ui.perfetto.dev and chrome://tracing load. A microsecond there is a step here: order, no
 * time.
 *
 *	process CPUs       a thread each: loads, stores, and the calls of the DMA API
 *	process devices    a thread each: its reads and writes; and, as asynchronous slices,
 *	                   each mapping, with what the CPU owns of it meanwhile inside
 *	process lines      a thread for each line and level: from fill to drop, clean or dirty
 *	process hazards    reports, where they happened first
 *
 * Bound: EVENTS_MAX events; what comes after is counted. Accesses of a loop that go on where
 * the last one ended are one slice.
 *
 * Leaves out: the fast gear, whose calls do not pass here one by one; lines beyond the first
 * LINES_MAX that a cache fills.
 */
#include "story.h"
#include "writers.h"

#include <inttypes.h>

#define EVENTS_MAX	200000u
#define LINES_MAX	64u

enum process { PROCESS_CPUS, PROCESS_DEVICES, PROCESS_LINES, PROCESS_HAZARDS, NR_PROCESSES };

struct run_trace {
	GArray *records;		/* of struct record */
	uint64_t nr_left_out;
};

/* ---- while it runs ---------------------------------------------------------------- */

struct run_trace *run_trace_new(void)
{
	struct run_trace *t = g_new0(struct run_trace, 1);

	t->records = g_array_new(FALSE, FALSE, sizeof(struct record));
	return t;
}

void run_trace_free(struct run_trace *t)
{
	if (!t)
		return;
	g_array_free(t->records, TRUE);
	g_free(t);
}

static bool goes_on(const struct record *a, const struct record *b)
{
	return a->kind == b->kind && a->party == b->party && a->site == b->site &&
	       a->pa + a->len == b->pa && (a->kind == RECORD_CPU_READ ||
	       a->kind == RECORD_CPU_WROTE || a->kind == RECORD_DEVICE_READ ||
	       a->kind == RECORD_DEVICE_WROTE);
}

void run_trace_record(struct run_trace *t, const struct record *r)
{
	struct record *last = t->records->len
		? &g_array_index(t->records, struct record, t->records->len - 1) : NULL;

	if (last && goes_on(last, r))
		last->len += r->len;
	else if (t->records->len < EVENTS_MAX)
		g_array_append_val(t->records, *r);
	else
		t->nr_left_out++;
}

void run_trace_event(struct hazard_engine *e, const struct observe_event *ev)
{
	int kind = moment_kind(ev->kind);
	struct record r = {
		.step = ev->step, .pa = ev->pa, .dma = ev->dma, .site = ev->site,
		.len = (uint32_t)ev->len, .level = (uint8_t)ev->level,
		.is_dirty = ev->is_dirty,
		.is_unasked = ev->is_speculative || ev->cause == CAUSE_EVICTION,
	};

	if (kind < 0 || ev->kind == OBSERVE_DRAIN)
		return;
	r.kind = (uint8_t)kind;
	r.party = party_of(&e->parties, ev);
	run_trace_record(e->trace, &r);
}

/* ---- writing ---------------------------------------------------------------------- */

struct sheet {
	struct hazard_engine *e;
	GString *s;
	unsigned first_pid;		/* of this run */
	GHashTable *mappings;		/* dma -> struct open_mapping */
	GHashTable *lines;		/* pa | level -> struct open_line */
	GHashTable *named;		/* pid << 32 | tid, named already */
	GHashTable *devices;		/* name -> thread; a device and its port are one */
	unsigned nr_lines;
};

struct open_mapping {
	uint64_t dma, len;
	unsigned tid;
	bool is_cpu_owned;
};

struct open_line {
	uint64_t key;
	unsigned tid;
	bool is_held, is_dirty;
};

static void quoted(GString *s, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	g_string_append_c(s, '"');
	for (const char *p = valid; *p; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_printf(s, "\\%c", *p);
		else if ((unsigned char)*p < ' ')
			g_string_append_printf(s, "\\u%04x", (unsigned)*p);
		else
			g_string_append_c(s, *p);
	}
	g_string_append_c(s, '"');
}

/* An event has begun: {"ph":..,"pid":..,"tid":..,"ts":..,"name":.. */
static void begin(struct sheet *w, const char *phase, enum process process, unsigned tid,
		  uint64_t step, const char *name)
{
	g_string_append_printf(w->s, "%s\n{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u,\"ts\":%" PRIu64
			       ",\"name\":", w->s->len ? "," : "", phase, w->first_pid + process,
			       tid, step);
	quoted(w->s, name);
}

static void end(struct sheet *w)
{
	g_string_append_c(w->s, '}');
}

static void put_name(struct sheet *w, const char *what, enum process process, unsigned tid,
		     const char *name)
{
	begin(w, "M", process, tid, 0, what);
	g_string_append(w->s, ",\"args\":{\"name\":");
	quoted(w->s, name);
	g_string_append_c(w->s, '}');
	end(w);
}

static void name_thread(struct sheet *w, enum process process, unsigned tid, const char *name)
{
	uint64_t key = (uint64_t)process << 32 | tid;

	if (g_hash_table_contains(w->named, &key))
		return;
	g_hash_table_add(w->named, g_memdup2(&key, sizeof(key)));
	put_name(w, "thread_name", process, tid, name);
}

static unsigned device_thread(struct sheet *w, uint16_t party)
{
	const char *name = party_name(&w->e->parties, party);
	unsigned tid = GPOINTER_TO_UINT(g_hash_table_lookup(w->devices, name));

	if (tid)
		return tid;
	tid = g_hash_table_size(w->devices) + 1;
	g_hash_table_insert(w->devices, (void *)(uintptr_t)name, GUINT_TO_POINTER(tid));
	name_thread(w, PROCESS_DEVICES, tid, name);
	return tid;
}

static void put_args(struct sheet *w, const struct record *r)
{
	g_autofree char *at = r->site && !record_cache(r) ? symbol_text(w->e, r->site) : NULL;

	g_string_append_printf(w->s, ",\"args\":{\"pa\":\"0x%" PRIx64 "\",\"len\":%u", r->pa,
			       r->len);
	if (r->dma)
		g_string_append_printf(w->s, ",\"dma\":\"0x%" PRIx64 "\"", r->dma);
	if (at) {
		g_string_append(w->s, ",\"at\":");
		quoted(w->s, at);
	}
	g_string_append_c(w->s, '}');
}

static void put_slice(struct sheet *w, enum process process, unsigned tid,
		      const struct record *r, const char *name)
{
	begin(w, "X", process, tid, r->step, name);
	g_string_append(w->s, ",\"dur\":1");
	put_args(w, r);
	end(w);
}

/* ---- mappings: asynchronous slices ------------------------------------------------ */

static void put_async(struct sheet *w, const char *phase, const struct open_mapping *m,
		      uint64_t step, const char *name)
{
	begin(w, phase, PROCESS_DEVICES, m->tid, step, name);
	g_string_append_printf(w->s, ",\"cat\":\"mapping\",\"id\":\"%u-0x%" PRIx64 "\"", m->tid,
			       m->dma);
	end(w);
}

static void cpu_owns(struct sheet *w, struct open_mapping *m, uint64_t step, bool is_cpus)
{
	if (m->is_cpu_owned == is_cpus)
		return;
	m->is_cpu_owned = is_cpus;
	put_async(w, is_cpus ? "b" : "e", m, step, "the CPU's");
}

static char *mapping_name(const struct open_mapping *m)
{
	return g_strdup_printf("0x%" PRIx64 ", %" PRIu64 " bytes", m->dma, m->len);
}

static void close_mapping(struct sheet *w, struct open_mapping *m, uint64_t step)
{
	g_autofree char *name = mapping_name(m);

	cpu_owns(w, m, step, false);
	put_async(w, "e", m, step, name);
	g_hash_table_remove(w->mappings, &m->dma);
}

static void open_mapping(struct sheet *w, const struct record *r)
{
	struct open_mapping *old = g_hash_table_lookup(w->mappings, &r->dma);
	struct open_mapping *m = g_new0(struct open_mapping, 1);
	g_autofree char *name = NULL;

	if (old)
		close_mapping(w, old, r->step);
	*m = (struct open_mapping){
		.dma = r->dma, .len = r->len, .tid = device_thread(w, r->party),
	};
	g_hash_table_insert(w->mappings, &m->dma, m);
	name = mapping_name(m);
	put_async(w, "b", m, r->step, name);
}

/* A part of a mapping is found by the mapping that holds it. */
static struct open_mapping *mapping_of(struct sheet *w, const struct record *r)
{
	unsigned tid = device_thread(w, r->party);
	GHashTableIter i;
	void *m;

	g_hash_table_iter_init(&i, w->mappings);
	while (g_hash_table_iter_next(&i, NULL, &m)) {
		const struct open_mapping *x = m;

		if (r->dma - x->dma < x->len && x->tid == tid)
			return m;
	}
	return NULL;
}

static void follow_mapping(struct sheet *w, const struct record *r)
{
	struct open_mapping *m = mapping_of(w, r);

	if (r->kind == RECORD_MAPPED || r->kind == RECORD_ALLOCATED)
		open_mapping(w, r);
	else if (m && (r->kind == RECORD_UNMAPPED || r->kind == RECORD_FREED))
		close_mapping(w, m, r->step);
	else if (m)
		cpu_owns(w, m, r->step, r->kind == RECORD_SYNCED_FOR_CPU);
}

/* ---- lines ------------------------------------------------------------------------ */

static struct open_line *line_get(struct sheet *w, const struct record *r, unsigned level)
{
	uint64_t pa = r->pa & ~(uint64_t)(w->e->shadow.line_bytes - 1), key = pa | level;
	struct open_line *l = g_hash_table_lookup(w->lines, &key);
	g_autofree char *name = NULL;

	if (l || w->nr_lines == LINES_MAX)
		return l;
	l = g_new0(struct open_line, 1);
	*l = (struct open_line){ .key = key, .tid = ++w->nr_lines };
	g_hash_table_insert(w->lines, &l->key, l);
	name = g_strdup_printf("0x%" PRIx64 " %s", pa, level == 1 ? "L1D" : "L2");
	name_thread(w, PROCESS_LINES, l->tid, name);
	return l;
}

static void set_line(struct sheet *w, struct open_line *l, uint64_t step, bool is_held,
		     bool is_dirty)
{
	if (!l || (l->is_held == is_held && l->is_dirty == is_dirty))
		return;
	if (l->is_held) {
		begin(w, "E", PROCESS_LINES, l->tid, step, l->is_dirty ? "dirty" : "clean");
		end(w);
	}
	if (is_held) {
		begin(w, "B", PROCESS_LINES, l->tid, step, is_dirty ? "dirty" : "clean");
		end(w);
	}
	l->is_held = is_held;
	l->is_dirty = is_dirty;
}

static void follow_line(struct sheet *w, const struct record *r)
{
	struct open_line *l = line_get(w, r, r->level == 1 || r->kind == RECORD_CPU_WROTE ? 1 : 2);

	if (r->kind == RECORD_FILLED)
		set_line(w, l, r->step, true, false);
	else if (r->kind == RECORD_DROPPED)
		set_line(w, l, r->step, false, false);
	else if (l && l->is_held)
		set_line(w, l, r->step, true, r->kind == RECORD_CPU_WROTE);
	if (r->kind == RECORD_WRITTEN_BACK && r->level == 1) {
		l = line_get(w, r, 2);
		set_line(w, l, r->step, l && l->is_held, l && l->is_held);
	}
}

/* ---- all of it -------------------------------------------------------------------- */

static void put_access(struct sheet *w, const struct record *r)
{
	bool is_device = r->kind == RECORD_DEVICE_READ || r->kind == RECORD_DEVICE_WROTE;
	bool is_write = r->kind == RECORD_CPU_WROTE || r->kind == RECORD_DEVICE_WROTE;
	g_autofree char *name = g_strdup_printf("%s %u", is_write ? "write" : "read", r->len);

	if (is_device) {
		put_slice(w, PROCESS_DEVICES, device_thread(w, r->party), r, name);
		return;
	}
	name_thread(w, PROCESS_CPUS, r->party, party_name(&w->e->parties, r->party));
	put_slice(w, PROCESS_CPUS, r->party, r, name);
	if (r->kind == RECORD_CPU_WROTE)
		follow_line(w, r);
}

/* Calls are the first thread of the CPUs: of which CPU is not told. */
static void put_call(struct sheet *w, const struct record *r)
{
	g_autofree char *name = record_text(w->e, r);

	name_thread(w, PROCESS_CPUS, 0, "DMA API");
	put_slice(w, PROCESS_CPUS, 0, r, name);
	follow_mapping(w, r);
}

static void put_record(struct sheet *w, const struct record *r)
{
	if (r->kind <= RECORD_FREED)
		put_call(w, r);
	else if (record_cache(r))
		follow_line(w, r);
	else
		put_access(w, r);
}

static void put_report(struct sheet *w, const struct report *r)
{
	g_autofree char *title = report_title(w->e, r);

	begin(w, "i", PROCESS_HAZARDS, 0, r->step, title);
	g_string_append(w->s, ",\"s\":\"g\",\"args\":{\"id\":");
	quoted(w->s, hazard_info(r->class)->id);
	g_string_append_printf(w->s, ",\"count\":%" PRIu64 ",\"what\":", r->count);
	quoted(w->s, r->what->str);
	g_string_append_c(w->s, '}');
	end(w);
}

static void put_processes(struct sheet *w, const char *run)
{
	static const char *const names[] = {
		[PROCESS_CPUS] = "CPUs", [PROCESS_DEVICES] = "devices",
		[PROCESS_LINES] = "lines", [PROCESS_HAZARDS] = "hazards",
	};

	for (int p = 0; p < NR_PROCESSES; p++) {
		g_autofree char *name = g_strdup_printf("%s: %s", run, names[p]);

		put_name(w, "process_name", p, 0, name);
	}
	name_thread(w, PROCESS_HAZARDS, 0, "reports");
}

/* A viewer shows nothing of what never ends. In the order in which they began. */
static void close_all(struct sheet *w, uint64_t step)
{
	g_autoptr(GList) lines = g_hash_table_get_values(w->lines);
	g_autoptr(GList) mappings = g_hash_table_get_values(w->mappings);

	for (GList *i = lines; i; i = i->next)
		set_line(w, i->data, step, false, false);
	for (GList *i = mappings; i; i = i->next)
		close_mapping(w, i->data, step);
}

static void put_run(struct sheet *w, const char *name)
{
	const GArray *records = w->e->trace ? w->e->trace->records : NULL;

	put_processes(w, name);
	for (guint i = 0; records && i < records->len; i++)
		put_record(w, &g_array_index(records, struct record, i));
	for (guint i = 0; i < w->e->reports->len; i++)
		put_report(w, g_ptr_array_index(w->e->reports, i));
	close_all(w, machine_step(w->e->machine) + 1);
	if (w->e->trace && w->e->trace->nr_left_out) {
		g_autofree char *left = g_strdup_printf("%" PRIu64 " more events are left out",
							w->e->trace->nr_left_out);

		begin(w, "i", PROCESS_HAZARDS, 0, machine_step(w->e->machine), left);
		g_string_append(w->s, ",\"s\":\"g\"");
		end(w);
	}
}

void trace_add(struct hazard_engine *e, struct report_file *f)
{
	g_autofree char *name = run_name(e);
	struct sheet w = {
		.e = e, .s = f->body, .first_pid = 1 + f->nr_in_file * NR_PROCESSES,
		.mappings = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free),
		.lines = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free),
		.named = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
		.devices = g_hash_table_new(g_str_hash, g_str_equal),
	};

	put_run(&w, name);
	g_hash_table_destroy(w.mappings);
	g_hash_table_destroy(w.lines);
	g_hash_table_destroy(w.named);
	g_hash_table_destroy(w.devices);
}

void trace_finish(const struct report_file *f, GString *doc)
{
	g_string_append_printf(doc, "{\"displayTimeUnit\":\"ms\",\"otherData\":"
			       "{\"tool\":\"armdma\",\"unit\":\"a microsecond is a step of the "
			       "machine\"},\"traceEvents\":[%s\n]}\n", f->body->str);
}
