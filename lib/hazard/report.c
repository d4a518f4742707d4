/* SPDX-License-Identifier: MIT */
/*
 * Gathering a report: one for each class and pair of sites. Its timeline is report-rows.c. What
 * it looks like is report-text.c, and the forms of writers.h.
 */
#include "excuse.h"
#include "report.h"
#include "story.h"

#include <inttypes.h>
#include <string.h>

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

/* ---- the end of it --------------------------------------------------- */

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
