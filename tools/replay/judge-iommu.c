/* SPDX-License-Identifier: MIT */
/*
 * Which of the kernel's iommu:map and iommu:unmap belongs to which of ours: see
 * judge-iommu.h.
 *
 *   task 12   map  map  dma_map_sg          its IOVAs are the event's
 *   irq       unmap  dma_unmap_page         lines of an interrupt are apart
 *   task 12   dma_unmap_sg  unmap           announced first
 *   task 14   map                           nobody's: a doorbell
 *
 * Ours are told in the trace's memory. The board may have torn apart what lay side by
 * side there, or the other way round; that is no difference.
 */
#include "apply.h"
#include "iommu.h"

#define MAX_WAITING	4096u		/* lines of a task that no event has claimed */
#define MAX_AGE		64u		/* events of a task that an unmap line may be late */
#define MAX_DOORBELLS	8u		/* of one device */
/* A line and its event are microseconds apart, or one scheduler's slice. */
#define STALE_US	20000u

#define IOMMU_PAGE(iova)	((iova) & ~(uint64_t)(PAGE_SIZE - 1))

/** @dev: the device whose events the task had logged last, interned, or NULL. */
struct line {
	struct iommu_call call;
	uint64_t time_us;
	const char *dev;
};

/** An unmap of ours whose line is still to come; @ours is in the trace's IOVAs. */
struct expected_unmap {
	struct iommu_call ours;
	struct replay_device *dev;
	uint64_t line;
	enum judge_reason reason;
	unsigned age;
};

struct iommu_task {
	GArray *waiting[NR_IOMMU_CALLS];	/* of struct line */
	GArray *expected;			/* of struct expected_unmap */
	const char *last;			/* device, interned; NULL: none */
};

struct iommu_judge {
	struct replay *r;
	GHashTable *tasks;
	struct iommu_task *task;		/* of the event */
	GArray *ours[NR_IOMMU_CALLS];		/* of struct iommu_call: the event's */
	GArray *claimed;			/* of struct line: its maps */
	unsigned nr_waiting;			/* maps, of all tasks */
	bool is_bitmap;				/* --iova bitmap */
};

static struct iommu_call *ours_at(struct iommu_judge *j, enum iommu_call_kind kind, unsigned i)
{
	return &g_array_index(j->ours[kind], struct iommu_call, i);
}

static struct line *line_at(GArray *lines, unsigned i)
{
	return &g_array_index(lines, struct line, i);
}

static struct expected_unmap *expected_at(const struct iommu_task *t, unsigned i)
{
	return &g_array_index(t->expected, struct expected_unmap, i);
}

/* ---- tasks ----------------------------------------------------------------- */

static void task_free(gpointer p)
{
	struct iommu_task *t = p;

	for (int k = 0; k < NR_IOMMU_CALLS; k++)
		g_array_free(t->waiting[k], TRUE);
	g_array_free(t->expected, TRUE);
	g_free(t);
}

/* Interrupts log as the task that they interrupt, and come back to it when done. */
static unsigned depth_of(const struct trace_event *ev)
{
	char c = strlen(ev->irq_flags) > 2 ? ev->irq_flags[2] : '.';

	return c == 's' ? 1 : c == 'h' || c == 'H' ? 2 : c == 'z' || c == 'Z' ? 3 : 0;
}

static struct iommu_task *task_of(struct iommu_judge *j, const struct trace_event *ev)
{
	gint64 task = ev->pid > 0 ? ev->pid : -1 - (gint64)ev->cpu;
	gint64 key = task * 4 + depth_of(ev);
	struct iommu_task *t = g_hash_table_lookup(j->tasks, &key);

	if (t)
		return t;
	t = g_new0(struct iommu_task, 1);
	for (int k = 0; k < NR_IOMMU_CALLS; k++)
		t->waiting[k] = g_array_new(FALSE, FALSE, sizeof(struct line));
	t->expected = g_array_new(FALSE, FALSE, sizeof(struct expected_unmap));
	g_hash_table_insert(j->tasks, g_memdup2(&key, sizeof(key)), t);
	return t;
}

/* ---- our maps, in the trace's memory --------------------------------------------- */

/* The segment that IOVA page @iova is of; IOVAs ascend with the segments, from @*at. */
static const struct segment *segment_of(const struct mapping *m, unsigned *at, uint64_t iova)
{
	while (*at + 1 < m->nr_segs && IOMMU_PAGE(m->segs[*at + 1].dma) <= iova)
		(*at)++;
	return &m->segs[*at];
}

static uint64_t trace_page(const struct segment *s, uint64_t iova)
{
	uint64_t pa = rename_trace_of(s, s->pa);

	return pa == JUDGE_ANY ? JUDGE_ANY : IOMMU_PAGE(pa) + (iova - IOMMU_PAGE(s->dma));
}

static bool continues(const struct iommu_call *run, uint64_t pa)
{
	return run && (pa == JUDGE_ANY || run->pa + run->len == pa);
}

static void add_page(GArray *runs, bool may_join, uint64_t iova, uint64_t pa)
{
	struct iommu_call *last = runs->len ?
		&g_array_index(runs, struct iommu_call, runs->len - 1) : NULL;
	struct iommu_call c = { .iova = iova, .pa = pa, .len = PAGE_SIZE };

	if (may_join && continues(last, pa))
		last->len += PAGE_SIZE;
	else
		g_array_append_val(runs, c);
}

/*
 * Two calls of ours are one where only the board lies between them. Two calls for what
 * lies side by side on the board too are two.
 */
static GArray *runs_of(struct iommu_judge *j, const struct mapping *m)
{
	GArray *runs = g_array_new(FALSE, FALSE, sizeof(struct iommu_call));
	uint64_t board_end = UINT64_MAX;
	unsigned at = 0;

	for (unsigned i = 0; i < j->ours[IOMMU_MAPS]->len; i++) {
		const struct iommu_call *c = ours_at(j, IOMMU_MAPS, i);
		bool may_join = !by_is_alloc(m->by) && c->pa != board_end;

		for (uint64_t off = 0; off < c->len; off += PAGE_SIZE) {
			const struct segment *s = segment_of(m, &at, c->iova + off);

			add_page(runs, off || (i && may_join), c->iova + off,
				 trace_page(s, c->iova + off));
		}
		board_end = c->pa + c->len;
	}
	return runs;
}

/* ---- a mapping ------------------------------------------------------------------ */

static uint64_t bytes_of_lines(GArray *lines)
{
	uint64_t len = 0;

	for (unsigned i = 0; i < lines->len; i++)
		len += line_at(lines, i)->call.len;
	return len;
}

/* Page by page, by the larger pages of its kernel, or from elsewhere. */
static bool is_alloc_in_pieces(const struct iommu_judge *j, const struct mapping *m)
{
	uint64_t theirs = bytes_of_lines(j->claimed), len = m->iova_len;

	return len && (theirs == len || theirs == ALIGN(len, 16384) ||
		       theirs == ALIGN(len, 65536));
}

static bool was_bounced(const struct mapping *m)
{
	for (unsigned i = 0; i < m->nr_segs; i++)
		if (m->segs[i].was_bounced)
			return true;
	return false;
}

/* Without a line of its own it was a pool's, or the device's. */
static enum judge_reason reason_of_alloc(const struct iommu_judge *j, const struct mapping *m)
{
	if (is_alloc_in_pieces(j, m))
		return REASON_ALLOC_PIECES;
	if (!j->claimed->len && !j->ours[IOMMU_UNMAPS]->len)
		return REASON_ALLOC_ELSEWHERE;
	return replay_has_gaps(j->r) ? REASON_LOST : REASON_NONE;
}

static enum judge_reason reason_of(const struct iommu_judge *j, const struct mapping *m)
{
	if (m->is_refused)
		return REASON_REFUSED;
	if (j->is_bitmap)
		return REASON_OTHER_BACKEND;
	if (m->nr_cut)
		return REASON_SG_TRUNCATED;
	if (m->is_guessed)
		return REASON_SG_GUESSED;
	if (was_bounced(m))
		return REASON_BOUNCED_THERE;
	if (by_is_alloc(m->by))
		return reason_of_alloc(j, m);
	return replay_has_gaps(j->r) ? REASON_LOST : REASON_NONE;
}

static void judge_runs(struct iommu_judge *j, const struct mapping *m, GArray *runs)
{
	enum judge_reason reason = reason_of(j, m);

	for (unsigned i = 0; i < MAX(runs->len, j->claimed->len); i++)
		iommu_judge_pair(j->r, IOMMU_MAPS, m->dev, m->line, reason,
				 i < j->claimed->len ? &line_at(j->claimed, i)->call : NULL,
				 i < runs->len ? &g_array_index(runs, struct iommu_call, i) : NULL);
}

void iommu_judge_mapped(struct iommu_judge *j, struct mapping *m)
{
	g_autoptr(GArray) runs = NULL;

	if (!j->claimed->len && !m->dev->agreement.kernel[IOMMU_MAPS])
		return;			/* it is mapped directly in the trace */
	m->was_translated = true;
	m->trace_iova = j->claimed->len ? line_at(j->claimed, 0)->call.iova :
					  IOMMU_PAGE(m->pieces[0].dma);
	runs = runs_of(j, m);
	judge_runs(j, m, runs);
	if (runs->len && j->claimed->len)
		iommu_judge_iova(j->r, m->dev, m->trace_iova, m->iova);
	if (runs->len && m->by == BY_SG && !m->nr_cut)
		iommu_judge_list(j->r, m->dev, j->r->ev->ents_total, m->nr_entries);
	g_array_set_size(j->claimed, 0);
}

/* ---- its end ---------------------------------------------------------------------- */

static void judge_unmap(struct iommu_judge *j, const struct expected_unmap *e,
			const struct iommu_call *k)
{
	iommu_judge_pair(j->r, IOMMU_UNMAPS, e->dev, e->line, e->reason, k,
			 e->ours.len ? &e->ours : NULL);
}

static bool takes_waiting(struct iommu_judge *j, const struct expected_unmap *e)
{
	GArray *lines = j->task->waiting[IOMMU_UNMAPS];

	for (unsigned i = lines->len; i-- > 0; ) {
		struct line l = *line_at(lines, i);

		if (l.call.iova != e->ours.iova)
			continue;
		g_array_remove_index(lines, i);
		judge_unmap(j, e, &l.call);
		return true;
	}
	return false;
}

static void expect(struct iommu_judge *j, const struct expected_unmap *e)
{
	if (!takes_waiting(j, e))
		g_array_append_val(j->task->expected, *e);
}

void iommu_judge_unmapped(struct iommu_judge *j, const struct mapping *m,
			  const struct trace_event *ev)
{
	struct expected_unmap e = {
		.ours.iova = m->trace_iova, .dev = m->dev, .line = ev->line,
		.reason = reason_of(j, m),
	};

	if (!m->was_translated)
		return;
	for (unsigned i = 0; i < j->ours[IOMMU_UNMAPS]->len; i++) {
		e.ours = *ours_at(j, IOMMU_UNMAPS, i);
		e.ours.iova += m->trace_iova - m->iova;
		e.ours.pa = JUDGE_ANY;
		expect(j, &e);
	}
	if (!j->ours[IOMMU_UNMAPS]->len)
		expect(j, &e);
}

static bool is_expected(struct iommu_judge *j, struct iommu_task *t, const struct iommu_call *k)
{
	for (unsigned i = t->expected->len; i-- > 0; ) {
		struct expected_unmap e = *expected_at(t, i);

		if (e.ours.iova != k->iova)
			continue;
		g_array_remove_index(t->expected, i);
		judge_unmap(j, &e, k);
		return true;
	}
	return false;
}

static void grow_old(struct iommu_judge *j, struct iommu_task *t, unsigned max_age)
{
	for (unsigned i = 0; i < t->expected->len; ) {
		struct expected_unmap e = *expected_at(t, i);

		if (expected_at(t, i)->age++ < max_age) {
			i++;
			continue;
		}
		g_array_remove_index(t->expected, i);
		if (e.ours.len)
			judge_unmap(j, &e, NULL);
	}
}

/* ---- the kernel's lines -------------------------------------------------------------- */

/* No event will claim it. */
static void give_up(struct iommu_judge *j, enum iommu_call_kind kind, const struct line *l)
{
	enum judge_reason reason = replay_has_gaps(j->r) ? REASON_LOST :
				   kind == IOMMU_UNMAPS ? REASON_NOT_MAPPED : REASON_OWN_IOVAS;

	iommu_judge_pair(j->r, kind, NULL, 0, reason, &l->call, NULL);
	j->nr_waiting -= kind == IOMMU_MAPS;
}

static void wait_for_event(struct iommu_judge *j, struct iommu_task *t,
			   enum iommu_call_kind kind, const struct line *l)
{
	GArray *lines = t->waiting[kind];

	if (lines->len == MAX_WAITING) {
		give_up(j, kind, line_at(lines, 0));
		g_array_remove_index(lines, 0);
	}
	g_array_append_val(lines, *l);
	j->nr_waiting += kind == IOMMU_MAPS;
}

void iommu_judge_kernel(struct iommu_judge *j, const struct trace_event *ev)
{
	enum iommu_call_kind kind = ev->kind == TRACE_IOMMU_MAP ? IOMMU_MAPS : IOMMU_UNMAPS;
	struct iommu_task *t = task_of(j, ev);
	struct line l = {
		.call = { .iova = ev->dma, .pa = ev->phys, .len = ev->size,
			  .unmapped = ev->unmapped, .line = ev->line },
		.time_us = j->r->now_us, .dev = t->last,
	};

	if (ev->kind == TRACE_IOMMU_ATTACH)
		t->last = g_intern_string(ev->dev);
	if (ev->kind != TRACE_IOMMU_MAP && ev->kind != TRACE_IOMMU_UNMAP)
		return;
	if (kind == IOMMU_MAPS || !is_expected(j, t, &l.call))
		wait_for_event(j, t, kind, &l);
}

/* ---- claims ------------------------------------------------------------------------- */

static void widen(uint64_t *lo, uint64_t *hi, uint64_t dma, uint64_t len)
{
	*lo = MIN(*lo, dma);
	*hi = MAX(*hi, dma + MAX(len, 1));
}

/* [*@lo, *@hi): what the event says that the device sees. */
static void iovas_of(const struct trace_event *ev, uint64_t *lo, uint64_t *hi)
{
	*lo = UINT64_MAX;
	*hi = 0;
	if (!ev->nr_dma)
		widen(lo, hi, ev->dma, ev->size);
	for (size_t i = 0; i < MIN(ev->nr_dma, ev->nr_sizes); i++)
		widen(lo, hi, ev->dma_list[i], ev->size_list[i]);
}

/* A doorbell is a page or so that nobody maps for DMA, mapped once for each device. */
static bool is_doorbell(struct iommu_judge *j, struct replay_device *dev,
			const struct iommu_call *k)
{
	return k->len <= 65536 && dev->nr_doorbells < MAX_DOORBELLS &&
	       rename_lookup(j->r->renamer, k->pa) == UINT64_MAX;
}

static void doorbell(struct iommu_judge *j, struct replay_device *dev, const struct line *l)
{
	struct iommu_call *o;

	if (!is_doorbell(j, dev, &l->call)) {
		give_up(j, IOMMU_MAPS, l);
		return;
	}
	dev->nr_doorbells++;
	g_array_set_size(j->ours[IOMMU_MAPS], 0);
	iommu_map_doorbell(j->r, dev, l->call.pa);
	o = j->ours[IOMMU_MAPS]->len ? ours_at(j, IOMMU_MAPS, 0) : NULL;
	iommu_judge_pair(j->r, IOMMU_MAPS, dev, l->call.line, REASON_OWN_IOVAS, &l->call, o);
	if (o)
		iommu_judge_iova(j->r, dev, l->call.iova, o->iova);
	j->nr_waiting--;
}

static bool is_of(const struct line *l, const struct replay_device *dev)
{
	return l->dev && !strcmp(l->dev, dev->name);
}

/* Lines of other tasks that have waited too long for an event of @dev. */
static void take_stale(struct iommu_judge *j, struct replay_device *dev)
{
	GHashTableIter it;
	struct iommu_task *t;

	g_hash_table_iter_init(&it, j->tasks);
	while (g_hash_table_iter_next(&it, NULL, (gpointer *)&t))
		for (unsigned i = 0; i < t->waiting[IOMMU_MAPS]->len; ) {
			struct line l = *line_at(t->waiting[IOMMU_MAPS], i);

			if (!is_of(&l, dev) || l.time_us + STALE_US > j->r->now_us) {
				i++;
				continue;
			}
			g_array_remove_index(t->waiting[IOMMU_MAPS], i);
			doorbell(j, dev, &l);
		}
}

/* Of a task that then mapped for @dev: whose it was before that, if there was one. */
static void take_older(struct iommu_judge *j, struct replay_device *dev, const struct line *l)
{
	struct replay_device *owner = l->dev ? g_hash_table_lookup(j->r->by_name, l->dev) : dev;

	if (owner && owner->space)
		doorbell(j, owner, l);
	else
		give_up(j, IOMMU_MAPS, l);
}

static void claim(struct iommu_judge *j, struct replay_device *dev, const struct trace_event *ev)
{
	GArray *lines = j->task->waiting[IOMMU_MAPS];
	g_autoptr(GArray) older = g_array_new(FALSE, FALSE, sizeof(struct line));
	uint64_t lo, hi;

	iovas_of(ev, &lo, &hi);
	for (unsigned i = 0; i < lines->len; i++) {
		const struct line *l = line_at(lines, i);
		bool is_its = l->call.iova < hi && l->call.iova + l->call.len > lo;

		g_array_append_val(is_its ? j->claimed : older, *l);
	}
	g_array_set_size(lines, 0);
	j->nr_waiting -= j->claimed->len;
	for (unsigned i = 0; i < older->len; i++)
		take_older(j, dev, line_at(older, i));
}

static bool maps(enum trace_kind kind)
{
	return kind == TRACE_MAP_PAGE || kind == TRACE_MAP_SG || kind == TRACE_ALLOC;
}

void iommu_judge_begins(struct iommu_judge *j, struct replay_device *dev,
			const struct trace_event *ev)
{
	j->task = task_of(j, ev);
	g_array_set_size(j->claimed, 0);
	if (maps(ev->kind) && dev->space) {
		if (j->task->waiting[IOMMU_MAPS]->len)
			claim(j, dev, ev);
		if (j->nr_waiting)
			take_stale(j, dev);
	}
	for (int k = 0; k < NR_IOMMU_CALLS; k++)
		g_array_set_size(j->ours[k], 0);
	grow_old(j, j->task, MAX_AGE);
	if (dev->space)
		j->task->last = g_intern_string(dev->name);
}

void iommu_judge_call(struct iommu_judge *j, enum iommu_call_kind kind,
		      const struct iommu_call *ours)
{
	g_array_append_val(j->ours[kind], *ours);
}

/* ---- the whole -------------------------------------------------------------------- */

void iommu_judge_end(struct iommu_judge *j)
{
	GHashTableIter it;
	struct iommu_task *t;

	g_hash_table_iter_init(&it, j->tasks);
	while (g_hash_table_iter_next(&it, NULL, (gpointer *)&t)) {
		for (int k = 0; k < NR_IOMMU_CALLS; k++)
			for (unsigned i = 0; i < t->waiting[k]->len; i++)
				give_up(j, (enum iommu_call_kind)k, line_at(t->waiting[k], i));
		for (unsigned i = 0; i < t->expected->len; i++)
			expected_at(t, i)->reason = REASON_LOST;
		grow_old(j, t, 0);
	}
	iommu_judge_sum_up(j->r);
}

struct iommu_judge *iommu_judge_new(struct replay *r)
{
	struct iommu_judge *j = g_new0(struct iommu_judge, 1);

	j->r = r;
	j->is_bitmap = r->cfg->iova && !strcmp(r->cfg->iova, "bitmap");
	r->rep->iommu_judgement.differences =
		g_array_new(FALSE, FALSE, sizeof(struct iommu_difference));
	j->tasks = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, task_free);
	j->claimed = g_array_new(FALSE, FALSE, sizeof(struct line));
	for (int k = 0; k < NR_IOMMU_CALLS; k++)
		j->ours[k] = g_array_new(FALSE, FALSE, sizeof(struct iommu_call));
	return j;
}

void iommu_judge_free(struct iommu_judge *j)
{
	if (!j)
		return;
	for (int k = 0; k < NR_IOMMU_CALLS; k++)
		g_array_free(j->ours[k], TRUE);
	g_array_free(j->claimed, TRUE);
	g_hash_table_unref(j->tasks);
	g_free(j);
}
