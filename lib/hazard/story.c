/* SPDX-License-Identifier: MIT */
/*
 * Stories of lines: story.h. At each event the line is looked at in every place, which the
 * machine allows an observer; what the event is about to change is put in at once.
 *
 * Bound: MOMENTS_MAX a line, LINES_MAX lines; the oldest go first. Costs a look at three
 * places for each event of a watched line.
 *
 * Leaves out: the fast gear, which has no events of lines; L1s apart from each other, since
 * their copies are equal. A transfer of many lines at once is told by the line's history
 * alone, and what it left behind is seen at the next event.
 */
#include "story.h"

#include <string.h>

#define MOMENTS_MAX	64u
#define TOLD_MAX	48u
#define LINES_MAX	8192u

struct line_story {
	uint64_t pa;
	unsigned nr, head;		/* head: the oldest */
	struct moment *ring[MOMENTS_MAX];
};

struct stories {
	struct hazard_engine *e;	/* borrowed */
	unsigned line_bytes;
	GHashTable *lines;		/* pa -> struct line_story */
	GQueue by_age;			/* of the same; the head is the oldest */
};

static void line_story_free(struct line_story *l)
{
	for (unsigned i = 0; i < MOMENTS_MAX; i++)
		g_free(l->ring[i]);
	g_free(l);
}

struct stories *stories_new(struct hazard_engine *e)
{
	struct stories *s = g_new0(struct stories, 1);

	s->e = e;
	s->line_bytes = machine_line_max(e->machine);
	s->lines = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_queue_init(&s->by_age);
	return s;
}

void stories_free(struct stories *s)
{
	if (!s)
		return;
	for (GList *i = s->by_age.head; i; i = i->next)
		line_story_free(i->data);
	g_queue_clear(&s->by_age);
	g_hash_table_destroy(s->lines);
	g_free(s);
}

static void make_room(struct stories *s)
{
	struct line_story *oldest;

	if (s->by_age.length < LINES_MAX)
		return;
	oldest = g_queue_pop_head(&s->by_age);
	g_hash_table_remove(s->lines, &oldest->pa);
	line_story_free(oldest);
}

static struct line_story *line_get(struct stories *s, uint64_t pa)
{
	struct line_story *l = g_hash_table_lookup(s->lines, &pa);

	if (l)
		return l;
	make_room(s);
	l = g_new0(struct line_story, 1);
	l->pa = pa;
	g_hash_table_insert(s->lines, &l->pa, l);
	g_queue_push_tail(&s->by_age, l);
	return l;
}

/* ---- a moment --------------------------------------------------------------------- */

static uint8_t *image_of(const struct stories *s, struct moment *m, enum story_place place)
{
	return m->image + place * s->line_bytes;
}

static enum story_place place_of(int level)
{
	return level == 1 ? STORY_L1 : STORY_L2;
}

static enum story_place place_of_answer(enum observe_answer answer)
{
	return answer == ANSWER_L1 ? STORY_L1 : answer == ANSWER_L2 ? STORY_L2 : STORY_DRAM;
}

/* Then a line that it had to fetch is there now, and it read that. */
static bool is_cached(const struct observe_event *ev)
{
	return ev->attrs.type == MEM_NORMAL && ev->attrs.inner != CACHE_NONE;
}

int moment_kind(enum observe_kind kind)
{
	switch (kind) {
	case OBSERVE_LOAD:
		return RECORD_CPU_READ;
	case OBSERVE_DMA_READ:
		return RECORD_DEVICE_READ;
	case OBSERVE_DMA_WRITE:
		return RECORD_DEVICE_WROTE;
	case OBSERVE_FILL:
		return RECORD_FILLED;
	case OBSERVE_WRITE_BACK:
		return RECORD_WRITTEN_BACK;
	case OBSERVE_INVALIDATE:
		return RECORD_DROPPED;
	case OBSERVE_STORE:
	case OBSERVE_DRAIN:
		return RECORD_CPU_WROTE;
	default:
		return -1;
	}
}

static void look(const struct stories *s, struct moment *m, const struct shadow_line *l)
{
	static const enum machine_view views[] = { VIEW_CPU, VIEW_OUTER, VIEW_DRAM };

	for (int place = STORY_L1; place <= STORY_DRAM; place++)
		machine_peek(s->e->machine, views[place], l->pa, image_of(s, m, place),
			     s->line_bytes);
	for (int place = STORY_L1; place <= STORY_L2; place++) {
		struct line_state state = machine_line(s->e->machine, place + 1, l->pa);

		m->has[place] = state.is_valid;
		m->is_dirty[place] = state.is_valid && state.is_dirty;
	}
	memcpy(image_of(s, m, STORY_NEWEST), l->golden, s->line_bytes);
	for (unsigned i = 0; i < s->line_bytes; i++)
		if (l->writer[i] == WRITER_NOBODY)
			image_of(s, m, STORY_NEWEST)[i] = image_of(s, m, STORY_DRAM)[i];
	m->has_image = true;
}

/* The innermost place that holds the line. */
static enum story_place nearest(const struct moment *m)
{
	return m->has[STORY_L1] ? STORY_L1 : m->has[STORY_L2] ? STORY_L2 : STORY_DRAM;
}

static void put(const struct stories *s, struct moment *m, enum story_place place,
		const struct shadow_line *l, const struct observe_event *ev)
{
	memcpy(image_of(s, m, place) + (ev->pa - l->pa), ev->bytes, ev->len);
}

static enum story_place taker(const struct moment *m, const struct observe_event *ev)
{
	return ev->level == 1 && ev->answer == ANSWER_L2 && m->has[STORY_L2] ? STORY_L2
									     : STORY_DRAM;
}

/* What the event is about to do, which the look did not see yet. */
static void carry_out(const struct stories *s, struct moment *m, const struct shadow_line *l,
		      const struct observe_event *ev)
{
	switch (ev->kind) {
	case OBSERVE_LOAD:
		m->source = (uint8_t)(is_cached(ev) && m->has[STORY_L1]
				      ? STORY_L1 : place_of_answer(ev->answer));
		break;
	case OBSERVE_FILL:
		m->target = (uint8_t)place_of(ev->level);
		m->source = ev->level == 1 && m->has[STORY_L2] ? STORY_L2 : STORY_DRAM;
		break;
	case OBSERVE_STORE:
		m->target = (uint8_t)nearest(m);
		m->is_held = memcmp(image_of(s, m, m->target) + (ev->pa - l->pa), ev->bytes,
				    ev->len) != 0;
		put(s, m, STORY_NEWEST, l, ev);
		break;
	case OBSERVE_DRAIN:
		m->is_drain = true;
		m->target = (uint8_t)nearest(m);
		put(s, m, nearest(m), l, ev);
		break;
	case OBSERVE_DMA_READ:
		m->source = STORY_DRAM;
		break;
	case OBSERVE_DMA_WRITE:
		m->target = STORY_DRAM;
		put(s, m, STORY_DRAM, l, ev);
		put(s, m, STORY_NEWEST, l, ev);
		break;
	case OBSERVE_WRITE_BACK:
		m->source = (uint8_t)place_of(ev->level);
		m->target = (uint8_t)taker(m, ev);
		put(s, m, m->target, l, ev);
		m->is_dirty[m->source] = false;
		break;
	case OBSERVE_INVALIDATE:
		m->source = (uint8_t)place_of(ev->level);
		m->has[m->source] = m->is_dirty[m->source] = false;
		break;
	default:
		break;
	}
}

static struct moment *moment_new(const struct stories *s, const struct shadow_line *l,
				 const struct observe_event *ev)
{
	struct moment *m = g_malloc0(sizeof(*m) + NR_STORY_PLACES * s->line_bytes);

	m->times = 1;
	m->record = engine_record(s->e, (enum record_kind)moment_kind(ev->kind));
	m->record.pa = ev->pa;
	m->record.dma = ev->dma;
	m->record.len = (uint32_t)ev->len;
	m->record.party = party_of(&s->e->parties, ev);
	m->record.site = ev->site;
	m->record.level = (uint8_t)ev->level;
	m->record.is_dirty = ev->is_dirty;
	m->record.is_unasked = ev->is_speculative || ev->cause == CAUSE_EVICTION;
	look(s, m, l);
	carry_out(s, m, l, ev);
	return m;
}

/* ---- a line's --------------------------------------------------------------------- */

static bool is_access(const struct moment *m)
{
	return m->record.kind == RECORD_CPU_READ || m->record.kind == RECORD_CPU_WROTE ||
	       m->record.kind == RECORD_DEVICE_READ || m->record.kind == RECORD_DEVICE_WROTE;
}

static bool is_written(const struct moment *m)
{
	return m->record.kind == RECORD_CPU_WROTE || m->record.kind == RECORD_DEVICE_WROTE;
}

static bool is_same_state(const struct stories *s, const struct moment *a, const struct moment *b)
{
	return !memcmp(a->has, b->has, sizeof(a->has)) &&
	       !memcmp(a->image, b->image, NR_STORY_PLACES * s->line_bytes);
}

/* A loop is one moment: its writes grow, its reads count. */
static bool goes_on(const struct stories *s, const struct moment *a, const struct moment *b)
{
	const struct record *x = &a->record, *y = &b->record;

	if (!is_access(a) || a->is_drain || b->is_drain || x->kind != y->kind ||
	    x->party != y->party || x->site != y->site)
		return false;
	return is_written(a) ? y->pa >= x->pa && y->pa <= x->pa + x->len : is_same_state(s, a, b);
}

static void merge(struct moment *into, struct moment *m)
{
	struct record *x = &into->record, *y = &m->record;
	uint64_t end = MAX(x->pa + x->len, y->pa + y->len);

	m->times = into->times + !(is_written(into) && y->pa == x->pa + x->len);
	y->pa = MIN(x->pa, y->pa);
	y->len = (uint32_t)(end - y->pa);
	if (!is_written(into))
		y->step = x->step;
}

static void append(struct line_story *l, struct moment *m)
{
	unsigned at = (l->head + l->nr) % MOMENTS_MAX;

	if (l->nr == MOMENTS_MAX)
		l->head = (l->head + 1) % MOMENTS_MAX;
	else
		l->nr++;
	g_free(l->ring[at]);
	l->ring[at] = m;
}

void stories_event(struct stories *s, const struct shadow_line *line,
		   const struct observe_event *ev)
{
	struct moment *m = moment_new(s, line, ev);	/* looking may tell of other events first */
	struct line_story *l = line_get(s, line->pa);
	unsigned last = (l->head + l->nr + MOMENTS_MAX - 1) % MOMENTS_MAX;

	if (l->nr && goes_on(s, l->ring[last], m)) {
		merge(l->ring[last], m);
		g_free(l->ring[last]);
		l->ring[last] = m;
	} else {
		append(l, m);
	}
}

/* ---- telling ---------------------------------------------------------------------- */

static void add_record(struct story *s, const struct record *r)
{
	struct moment *m;

	if (r->pa >= s->pa + s->line_bytes || s->pa >= r->pa + r->len)
		return;
	m = g_malloc0(sizeof(*m));
	m->record = *r;
	m->times = 1;
	g_ptr_array_add(s->moments, m);
}

static void add_moments(const struct stories *all, struct story *s, const struct line_story *l)
{
	size_t size = sizeof(struct moment) + NR_STORY_PLACES * all->line_bytes;

	for (unsigned i = 0; l && i < l->nr; i++)
		g_ptr_array_add(s->moments,
				g_memdup2(l->ring[(l->head + i) % MOMENTS_MAX], size));
}

/* A device's write of many lines at once, which no event told of. */
static bool is_known(const struct story *s, const struct record *r)
{
	for (guint i = 0; i < s->moments->len; i++) {
		const struct record *x = &((struct moment *)s->moments->pdata[i])->record;

		if (x->kind == r->kind && x->step == r->step)
			return true;
	}
	return false;
}

static void add_transfers(const struct stories *all, struct story *s)
{
	const struct shadow_line *l = shadow_find(&all->e->shadow, s->pa);

	for (unsigned i = 0; l && i < l->history.nr; i++) {
		const struct record *r = history_at(&l->history, i);

		if (r->kind == RECORD_DEVICE_WROTE && !is_known(s, r))
			add_record(s, r);
	}
}

static void add_calls(const struct stories *all, struct story *s)
{
	const struct shadow_page *p = shadow_page_find(&all->e->shadow, s->pa);

	for (unsigned i = 0; p && i < p->calls.nr; i++)
		add_record(s, past_at(&p->calls, i));
}

static int by_seq(const void *a, const void *b)
{
	const struct moment *x = *(const struct moment *const *)a;
	const struct moment *y = *(const struct moment *const *)b;

	return x->record.seq < y->record.seq ? -1 : x->record.seq > y->record.seq;
}

/* What was before the last two mappings explains nothing any more. */
static guint first_to_tell(const struct story *s)
{
	guint nr = 0, from = s->moments->len > TOLD_MAX ? s->moments->len - TOLD_MAX : 0;

	for (guint i = s->moments->len; i > from; i--) {
		const struct moment *m = g_ptr_array_index(s->moments, i - 1);

		if ((m->record.kind == RECORD_MAPPED || m->record.kind == RECORD_ALLOCATED) &&
		    ++nr == 2)
			return i - 1;
	}
	return from;
}

struct story *stories_tell(struct stories *all, uint64_t pa)
{
	uint64_t line = pa & ~(uint64_t)(all->line_bytes - 1);
	struct story *s = g_new0(struct story, 1);

	*s = (struct story){
		.pa = line, .line_bytes = all->line_bytes,
		.moments = g_ptr_array_new_with_free_func(g_free),
	};
	add_moments(all, s, g_hash_table_lookup(all->lines, &line));
	if (!s->moments->len) {
		report_story_free(s);
		return NULL;
	}
	add_transfers(all, s);
	add_calls(all, s);
	g_ptr_array_sort(s->moments, by_seq);
	if (first_to_tell(s))
		g_ptr_array_remove_range(s->moments, 0, first_to_tell(s));
	return s;
}

void report_story_free(struct story *s)
{
	if (!s)
		return;
	g_ptr_array_free(s->moments, TRUE);
	g_free(s);
}
