/* SPDX-License-Identifier: MIT */
/* Gathering a report. What it looks like is report-text.c, and the forms of writers.h. */
#include "excuse.h"
#include "report.h"
#include "story.h"

#include <inttypes.h>
#include <string.h>

#define ROWS_MAX 12u

/* ---- words --------------------------------------------------------- */

const char *direction_name(int dir)
{
	static const char *const name[] = {
		"DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE", "DMA_NONE",
	};

	return dir >= 0 && dir < (int)G_N_ELEMENTS(name) ? name[dir] : "no direction";
}

const char *mapping_kind_name(enum mapping_kind kind)
{
	static const char *const name[NR_MAPPING_KINDS] = {
		[MAPPING_SINGLE] = "single", [MAPPING_SG] = "sg",
		[MAPPING_COHERENT] = "coherent", [MAPPING_RESOURCE] = "resource",
		[MAPPING_PAGES] = "pages", [MAPPING_SGT] = "noncontiguous",
	};

	return name[kind];
}

const char *record_kind_name(uint8_t kind)
{
	static const char *const name[NR_RECORD_KINDS] = {
		[RECORD_MAPPED] = "mapped",
		[RECORD_UNMAPPED] = "unmapped",
		[RECORD_SYNCED_FOR_CPU] = "synced-for-cpu",
		[RECORD_SYNCED_FOR_DEVICE] = "synced-for-device",
		[RECORD_ALLOCATED] = "allocated",
		[RECORD_FREED] = "freed",
		[RECORD_INVALIDATED] = "invalidated",
		[RECORD_FILLED] = "filled",
		[RECORD_CPU_WROTE] = "cpu-wrote",
		[RECORD_DEVICE_WROTE] = "device-wrote",
		[RECORD_WRITTEN_BACK] = "written-back",
		[RECORD_DROPPED] = "dropped",
		[RECORD_CPU_READ] = "cpu-read",
		[RECORD_DEVICE_READ] = "device-read",
		[RECORD_FAULT] = "fault",
	};

	return name[kind];
}

char *bytes_text(const uint8_t *bytes, size_t len, size_t max)
{
	GString *s = g_string_new(NULL);

	for (size_t i = 0; i < MIN(len, max); i++)
		g_string_append_printf(s, "%s%02x", i ? " " : "", bytes[i]);
	return g_string_free(s, FALSE);
}

char *unmap_call(const struct hazard_engine *e, const struct mapping *m)
{
	const char *dev = party_name(&e->parties, m->dev->party);

	if (mapping_pool(m))
		return g_strdup("dma_pool_destroy(pool)");
	switch (m->kind) {
	case MAPPING_SG:
		return g_strdup_printf("dma_unmap_sg(%s, sgl, %d, %s)", dev, mapping_nents(m),
				       direction_name(m->dir));
	case MAPPING_COHERENT:
		return g_strdup_printf("dma_free_coherent(%s, %" PRIu64 ", cpu_addr, 0x%" PRIx64
				       ")", dev, mapping_whole_len(m), m->dma);
	case MAPPING_PAGES:
		return g_strdup_printf("dma_free_pages(%s, %" PRIu64 ", page, 0x%" PRIx64 ", %s)",
				       dev, m->len, m->dma, direction_name(m->dir));
	case MAPPING_SGT:
		return g_strdup_printf("dma_free_noncontiguous(%s, %" PRIu64 ", sgt, %s)", dev,
				       mapping_whole_len(m), direction_name(m->dir));
	default:
		return g_strdup_printf("dma_unmap_%s(%s, 0x%" PRIx64 ", %" PRIu64 ", %s)",
				       mapping_kind_name(m->kind), dev, m->dma, m->len,
				       direction_name(m->dir));
	}
}

char *sync_call(const struct hazard_engine *e, const struct mapping *m, bool for_cpu)
{
	const char *dev = party_name(&e->parties, m->dev->party);
	const char *whom = for_cpu ? "cpu" : "device";

	if (m->kind == MAPPING_SG && mapping_nents(m))
		return g_strdup_printf("dma_sync_sg_for_%s(%s, sgl, %d, %s)", whom, dev,
				       mapping_nents(m), direction_name(m->dir));
	if (m->kind == MAPPING_SGT)
		return g_strdup_printf("dma_sync_sgtable_for_%s(%s, sgt, %s)", whom, dev,
				       direction_name(m->dir));
	return g_strdup_printf("dma_sync_single_for_%s(%s, 0x%" PRIx64 ", %" PRIu64 ", %s)",
			       whom, dev, m->dma, m->len, direction_name(m->dir));
}

/* ---- one report for each class, call site and mapping site --------- */

struct key {
	enum hazard_class class;
	const void *site, *other_site;
};

static guint key_hash(const void *p)
{
	const struct key *k = p;

	return g_direct_hash(k->site) * 31 + g_direct_hash(k->other_site) * 7 +
	       (guint)k->class;
}

static gboolean key_equal(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	return x->class == y->class && x->site == y->site && x->other_site == y->other_site;
}

static void row_clear(void *row)
{
	g_free(((struct report_row *)row)->what);
}

/* Nothing is said in it yet. */
static void report_clear(struct hazard_engine *e, struct report *r, enum hazard_class class,
			 const void *site)
{
	*r = (struct report){
		.class = class, .count = r->count + 1, .site = site,
		.strength = e->schedule ? STRENGTH_POSSIBLE : hazard_info(class)->strength,
		.step = machine_step(e->machine), .schedule = g_strdup(e->schedule),
		.what = g_string_new(NULL),
		.rows = g_array_new(FALSE, TRUE, sizeof(struct report_row)),
	};
	g_array_set_clear_func(r->rows, row_clear);
	if (e->schedule)
		report_say(r, "Not in this run, but under the schedule below, as a second machine "
			   "has shown:");
}

static void report_done(struct report *r)
{
	g_free(r->by);
	g_string_free(r->what, TRUE);
	g_array_free(r->rows, TRUE);
	if (r->bytes.saw) {
		g_byte_array_unref(r->bytes.saw);
		g_byte_array_unref(r->bytes.newest);
	}
	g_free(r->mapping.device);
	g_free(r->access.who);
	g_free(r->fix_label);
	g_free(r->fix);
	g_free(r->schedule);
	report_story_free(r->story);
}

void report_free(void *r)
{
	report_done(r);
	g_free(r);
}

static bool is_power_of_ten(uint64_t n)
{
	while (n >= 10 && n % 10 == 0)
		n /= 10;
	return n == 1;
}

/* Said at 10, 100, 1000 ...: what goes on is not forgotten, and does not fill the screen. */
static void count_again(struct hazard_engine *e, struct report *r)
{
	r->count++;
	if (r->excuse) {
		r->excuse->nr_times++;
		return;
	}
	e->count[r->class]++;
	if (!e->config.is_quiet && is_power_of_ten(r->count))
		report_print_count(e, r);
}

#define FIRST_DIGIT	4		/* "ADM-101" */

bool report_is_told(const struct hazard_engine *e, const void *site)
{
	for (unsigned i = 0; site && i < e->reports->len; i++) {
		const struct report *r = g_ptr_array_index(e->reports, i);

		if (r->site == site && r->strength != STRENGTH_POSSIBLE &&
		    hazard_info(r->class)->id[FIRST_DIGIT] <= '3')
			return true;
	}
	return false;
}

static struct report *report_new(struct hazard_engine *e, const struct key *key)
{
	struct report *r = g_new0(struct report, 1);

	report_clear(e, r, key->class, key->site);
	g_ptr_array_add(e->reports, r);
	g_hash_table_insert(e->known, g_memdup2(key, sizeof(*key)), r);
	return r;
}

struct report *report_begin(struct hazard_engine *e, enum hazard_class class,
			    const void *site, const void *other_site)
{
	struct key key = { class, site, other_site };
	struct report *r;

	if (!e->known)
		e->known = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
	if (e->schedule && report_is_told(e, site))
		return NULL;
	e->nr_told++;
	r = g_hash_table_lookup(e->known, &key);
	if (r && (r->excuse || e->schedule || r->strength != STRENGTH_POSSIBLE)) {
		count_again(e, r);
		return NULL;
	}
	e->count[class]++;
	if (!r)
		return report_new(e, &key);
	report_done(r);		/* now it has happened */
	report_clear(e, r, class, site);
	return r;
}

uint64_t report_times(const struct hazard_engine *e)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < NR_HAZARD_CLASSES; i++)
		sum += e->count[i];
	return sum;
}

/* ---- filling it ---------------------------------------------------- */

void report_by(struct report *r, const char *who)
{
	g_free(r->by);
	r->by = g_strdup(who);
}

void report_say(struct report *r, const char *format, ...)
{
	va_list args;

	if (r->what->len && !strchr(",.;", format[0]))
		g_string_append_c(r->what, ' ');
	va_start(args, format);
	g_string_append_vprintf(r->what, format, args);
	va_end(args);
}

void report_fix(struct report *r, const char *label, const char *format, ...)
{
	va_list args;

	g_assert(!r->fix);
	va_start(args, format);
	r->fix_label = g_strdup(label);
	r->fix = g_strdup_vprintf(format, args);
	va_end(args);
}

void report_of_mapping(struct hazard_engine *e, struct report *r, const struct mapping *m)
{
	g_assert(!r->mapping.device);
	r->mapping = (struct report_mapping){
		.device = g_strdup(party_name(&e->parties, m->dev->party)),
		.kind = m->kind, .is_allocation = ledger_is_allocation(m),
		.dir = m->dir, .dma = m->dma, .pa = m->pa, .len = m->len,
		.step = m->step, .site = m->site,
	};
}

static void say_place(struct report *r, uint64_t pa)
{
	const struct report_mapping *m = &r->mapping;

	if (m->device && pa - m->pa < m->len)
		report_say(r, ", %" PRIu64 " bytes into the %" PRIu64 " bytes %s for %s",
			   pa - m->pa, m->len,
			   m->is_allocation ? "allocated" : "mapped", m->device);
}

void report_of_access(struct hazard_engine *e, struct report *r,
		      const struct observe_event *ev, bool is_write)
{
	const char *who = party_name(&e->parties, party_of(&e->parties, ev));

	r->access = (struct report_access){
		.who = g_strdup(who), .is_write = is_write,
		.va = ev->va, .pa = ev->pa, .dma = ev->dma, .len = ev->len,
		.has_va = ev->cpu, .has_pa = true, .has_dma = ev->master,
	};
	report_say(r, "%s %s %zu byte%s at", who, is_write ? "wrote" : "read", ev->len,
		   ev->len == 1 ? "" : "s");
	if (ev->master && ev->dma != ev->pa)
		report_say(r, "dma 0x%" PRIx64 ",", ev->dma);
	report_say(r, "pa 0x%" PRIx64, ev->pa);
	say_place(r, ev->pa);
}

/* ---- the timeline -------------------------------------------------- */

static char *library_text(const struct hazard_engine *e, const struct record *rec)
{
	const char *name = party_name(&e->parties, rec->party);
	const char *skips = rec->skips_sync ? ", DMA_ATTR_SKIP_CPU_SYNC" : "";
	const char *how = rec->is_cached ? direction_name(rec->dir) : "coherent";

	switch (rec->kind) {
	case RECORD_MAPPED:
		return g_strdup_printf("mapped for %s, %s%s", name, direction_name(rec->dir),
				       skips);
	case RECORD_UNMAPPED:
		return g_strdup_printf("unmapped from %s, %s%s", name,
				       direction_name(rec->dir), skips);
	case RECORD_SYNCED_FOR_CPU:
		return g_strdup_printf("synced for the CPU, %s", direction_name(rec->dir));
	case RECORD_SYNCED_FOR_DEVICE:
		return g_strdup_printf("synced for %s, %s", name, direction_name(rec->dir));
	case RECORD_ALLOCATED:
		return g_strdup_printf("allocated for %s, %s", name, how);
	default:
		return g_strdup_printf("freed by %s, %s", name, how);
	}
}

char *record_text(const struct hazard_engine *e, const struct record *rec)
{
	const char *name = party_name(&e->parties, rec->party);

	switch (rec->kind) {
	case RECORD_FILLED:
		return g_strdup(rec->is_unasked ? "line filled, speculatively" : "line filled");
	case RECORD_CPU_WROTE:
	case RECORD_DEVICE_WROTE:
		return g_strdup_printf("%s wrote %u byte%s", name, rec->len,
				       rec->len == 1 ? "" : "s");
	case RECORD_WRITTEN_BACK:
		return g_strdup(rec->is_unasked ? "line written back, evicted"
						: "line written back");
	case RECORD_DROPPED:
		return g_strdup(rec->is_dirty ? "line dropped, dirty" :
				rec->is_unasked ? "line dropped, evicted" : "line dropped");
	case RECORD_CPU_READ:
	case RECORD_DEVICE_READ:
		return g_strdup_printf("%s read %u byte%s", name, rec->len,
				       rec->len == 1 ? "" : "s");
	case RECORD_FAULT:
		return g_strdup_printf("%s faulted", name);
	default:
		return library_text(e, rec);
	}
}

/* A line that moves is no code's doing, whatever instruction happened to move it. */
const char *record_cache(const struct record *rec)
{
	if (rec->kind != RECORD_FILLED && rec->kind != RECORD_WRITTEN_BACK &&
	    rec->kind != RECORD_DROPPED)
		return NULL;
	return rec->level == 1 ? "L1D" : "L2";
}

void report_row(struct hazard_engine *e, struct report *r, const struct record *rec)
{
	struct report_row row = {
		.record = *rec, .what = record_text(e, rec), .place = record_cache(rec),
	};

	g_array_append_val(r->rows, row);
}

static int row_order(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;

	return x->record.seq < y->record.seq ? -1 : x->record.seq > y->record.seq;
}

static void add_record(struct hazard_engine *e, struct report *r, const struct record *rec,
		       uint64_t pa, uint64_t len)
{
	if (rec->pa < pa + len && pa < rec->pa + rec->len)
		report_row(e, r, rec);
}

static bool is_beginning(const struct record *rec)
{
	return rec->kind == RECORD_MAPPED || rec->kind == RECORD_ALLOCATED;
}

/* What was before the last two mappings of these bytes explains nothing any more. */
static unsigned first_that_matters(const struct report *r)
{
	unsigned nr = 0;

	for (unsigned i = r->rows->len; i; i--)
		if (is_beginning(&g_array_index(r->rows, struct report_row, i - 1).record) &&
		    ++nr == 2)
			return i - 1;
	return 0;
}

struct wanted {
	struct hazard_engine *e;
	struct report *r;
	uint64_t pa, len;
};

static void add_recent(void *wanted, const struct record *rec)
{
	const struct wanted *w = wanted;

	add_record(w->e, w->r, rec, w->pa, w->len);
}

void report_history(struct hazard_engine *e, struct report *r, uint64_t pa, uint64_t len)
{
	const struct shadow_page *p = shadow_page_find(&e->shadow, pa);
	const struct shadow_line *l = shadow_find(&e->shadow, pa);
	struct wanted w = { e, r, pa, len };
	unsigned first;

	if (e->stories && !r->story && !e->schedule)
		r->story = stories_tell(e->stories, pa);
	recent_each(&e->live, pa, add_recent, &w);
	for (unsigned i = 0; p && i < p->calls.nr; i++)
		add_record(e, r, past_at(&p->calls, i), pa, len);
	for (unsigned i = 0; l && i < l->history.nr; i++)
		add_record(e, r, history_at(&l->history, i), l->pa, e->shadow.line_bytes);
	g_array_sort(r->rows, row_order);
	first = MAX(first_that_matters(r),
		    r->rows->len > ROWS_MAX ? r->rows->len - ROWS_MAX : 0);
	if (first)
		g_array_remove_range(r->rows, 0, first);
}

void report_now(struct hazard_engine *e, struct report *r, const struct record *now,
		bool is_culprit, const char *what)
{
	struct report_row *row;

	report_row(e, r, now);
	row = &g_array_index(r->rows, struct report_row, r->rows->len - 1);
	row->is_culprit = is_culprit;
	if (what) {
		g_free(row->what);
		row->what = now->party
			? g_strdup_printf("%s %s", party_name(&e->parties, now->party), what)
			: g_strdup(what);
	}
}

struct report_row *report_row_last(struct report *r, bool (*is)(const struct record *rec))
{
	for (unsigned i = r->rows->len; i; i--) {
		struct report_row *row = &g_array_index(r->rows, struct report_row, i - 1);

		if (is(&row->record))
			return row;
	}
	return NULL;
}

void report_blame(struct report *r, uint64_t seq)
{
	for (unsigned i = 0; i < r->rows->len; i++) {
		struct report_row *row = &g_array_index(r->rows, struct report_row, i);

		row->is_culprit = row->record.seq == seq;
	}
}

static bool has_row_of(const struct report *r, const struct mapping *m)
{
	for (unsigned i = 0; i < r->rows->len; i++) {
		const struct record *rec = &g_array_index(r->rows, struct report_row, i).record;

		if (is_beginning(rec) && rec->step == m->step && rec->pa == m->pa)
			return true;
	}
	return false;
}

void report_now_mapped(struct hazard_engine *e, struct report *r, const struct mapping *m)
{
	struct record now = engine_record(e, RECORD_MAPPED);

	now.pa = m->pa;
	now.dma = m->dma;
	now.len = (uint32_t)MIN(m->len, UINT32_MAX);
	now.dir = (int8_t)m->dir;
	now.party = m->dev->party;
	now.site = m->site;
	report_now(e, r, &now, true, NULL);
}

void report_row_of_mapping(struct hazard_engine *e, struct report *r, const struct mapping *m)
{
	struct record rec = {
		.step = m->step, .pa = m->pa, .dma = m->dma, .site = m->site,
		.len = (uint32_t)MIN(m->len, UINT32_MAX), .stack = mapping_stack(m),
		.party = m->dev->party, .dir = (int8_t)m->dir, .skips_sync = m->skips_sync,
		.kind = ledger_is_allocation(m) ? RECORD_ALLOCATED : RECORD_MAPPED,
		.is_cached = ledger_is_streaming(m),
	};

	if (has_row_of(r, m))
		return;
	report_row(e, r, &rec);
	g_array_sort(r->rows, row_order);	/* seq 0: the first */
}

/* It was counted; it does not count. */
static void report_excuse(struct hazard_engine *e, struct report *r)
{
	guint at;

	g_assert(g_ptr_array_find(e->reports, r, &at));
	g_ptr_array_add(e->excused, g_ptr_array_steal_index(e->reports, at));
	e->count[r->class] -= r->count;
	r->excuse->nr_taken++;
	r->excuse->nr_times += r->count;
}

/* The last row's stack is the report's, and told once. */
static struct stack take_stack(struct hazard_engine *e, struct record *last)
{
	uint32_t kept = last->stack;

	last->stack = NO_STACK;
	return kept ? *stacks_at(&e->stacks, kept) : stack_here(last->site);
}

void report_end(struct hazard_engine *e, struct report *r)
{
	struct report_row *last = &g_array_index(r->rows, struct report_row, r->rows->len - 1);

	r->stack_step = last->record.step;
	r->stack = take_stack(e, &last->record);
	if (!r->stack.nr && last->record.site)
		r->stack = (struct stack){ .nr = 1, .pc = { last->record.site } };
	r->excuse = excuse_find(e, r);
	if (r->excuse)
		report_excuse(e, r);
	else if (!e->config.is_quiet)
		report_print(e, r);
}
