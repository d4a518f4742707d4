/* SPDX-License-Identifier: MIT */
/*
 * Which of the kernel's calls belongs to which of ours: see judge.h.
 *
 *   task 12   sync_for_device A  sync_for_device B   dma_map_sg      most events: behind
 *   irq       ..                  dma_unmap_sg  sync_for_cpu C       some: in front
 *   task 12   ..
 *
 * The kernel logs a call on the task that makes it, most before the event that they
 * belong to, some behind it. Interrupts log in between, on the same task. So the calls of
 * a task wait until an event comes whose calls of ours are the same; and what ours do not
 * find waiting is expected for some events more. What fits nowhere is a difference.
 */
#include <string.h>

#include "apply.h"
#include "judge-parts.h"

#define MAX_AGE		8u	/* events of a task that ours wait for the kernel's */
#define MAX_WAITING	4096u	/* calls of a task that wait for an event */
#define MAX_BOUNCED	1024u	/* its bounces that wait for their mapping */

/* An interrupt comes back to its task after this; a gap as near may have cut it. */
#define GAP_LINES	4u
/* So many lines can come between a call and its event, behind an IOMMU. */
#define END_LINES	1024u

static struct judged_call *call_at(GArray *calls, unsigned i)
{
	return &g_array_index(calls, struct judged_call, i);
}

static struct waiting *waiting_at(GArray *calls, unsigned i)
{
	return &g_array_index(calls, struct waiting, i);
}

/* The kernel's direction of what has none is 0, as ours is. */
static bool is_same(const struct judged_call *kernel, const struct judged_call *ours)
{
	return (kernel->len == ours->len || ours->len == JUDGE_ANY) && kernel->dir == ours->dir &&
	       (judge_track_of(ours->kind) == TRACK_ALLOC || kernel->kind == ours->kind) &&
	       (ours->pa == JUDGE_ANY || kernel->pa == ours->pa);
}

/* ---- tasks --------------------------------------------------------------- */

static void expected_free(gpointer p)
{
	struct expected *e = p;

	g_array_free(e->ours, TRUE);
	g_free(e);
}

static void task_free(gpointer p)
{
	struct task *t = p;

	for (int i = 0; i < NR_JUDGE_TRACKS; i++)
		g_array_free(t->waiting[i], TRUE);
	g_array_free(t->bounced, TRUE);
	g_ptr_array_free(t->expected, TRUE);
	g_free(t);
}

static struct task *task_new(void)
{
	struct task *t = g_new0(struct task, 1);

	for (int i = 0; i < NR_JUDGE_TRACKS; i++)
		t->waiting[i] = g_array_new(FALSE, FALSE, sizeof(struct waiting));
	t->bounced = g_array_new(FALSE, FALSE, sizeof(struct bounced));
	t->expected = g_ptr_array_new_with_free_func(expected_free);
	return t;
}

/* The idle task is one for each CPU; every other has a number of its own. */
static struct task *task_of(struct judge *j, const struct trace_event *ev)
{
	gint64 key = ev->pid > 0 ? ev->pid : -1 - (gint64)ev->cpu;
	struct task *t = g_hash_table_lookup(j->tasks, &key);

	if (!t) {
		t = task_new();
		g_hash_table_insert(j->tasks, g_memdup2(&key, sizeof(key)), t);
	}
	return t;
}

/* ---- gaps ----------------------------------------------------------------- */

/* The events of what waits may have been lost, and so may calls that are expected. */
static void gap_of_task(struct task *t)
{
	for (int track = 0; track < NR_JUDGE_TRACKS; track++)
		for (unsigned i = 0; i < t->waiting[track]->len; i++)
			waiting_at(t->waiting[track], i)->after.reason = REASON_LOST;
	for (unsigned i = 0; i < t->expected->len; i++) {
		struct expected *e = t->expected->pdata[i];

		if (e->place.reason == REASON_NONE)
			e->place.reason = REASON_LOST;
	}
}

void judge_gap(struct judge *j)
{
	GHashTableIter it;
	gpointer t;

	j->gap_seq = ++j->seq;
	g_hash_table_iter_init(&it, j->tasks);
	while (g_hash_table_iter_next(&it, NULL, &t))
		gap_of_task(t);
}

/* What the reader could not read may have been a call. */
static void note_malformed(struct judge *j)
{
	uint64_t nr = trace_stats(j->r->reader)->malformed;

	if (nr != j->malformed)
		judge_gap(j);
	j->malformed = nr;
}

/* Since the device's last event? Or just before, so that an interrupt's is not told. */
static bool is_near_gap(struct judge *j, struct replay_device *dev)
{
	return j->gap_seq && (j->gap_seq > lonely_of(j, dev)->last_seq ||
			      j->seq - j->gap_seq <= GAP_LINES);
}

/* ---- the kernel's side ------------------------------------------------------ */

/* @k is the kernel's call to our @o. */
static void pair(struct judge *j, const struct place *p, const struct judged_call *k,
		 struct judged_call *o, bool is_order)
{
	o->line = k->line;
	if (o->is_theirs)
		judge_differ(j, p, k, NULL);
	else
		judge_match(j, p, k, o, is_order);
}

static void expected_step(struct expected *e)
{
	while (e->next < e->ours->len && call_at(e->ours, e->next)->line)
		e->next++;
}

static bool expected_takes(struct judge *j, struct expected *e, const struct judged_call *k)
{
	for (unsigned i = e->next; i < e->ours->len; i++) {
		struct judged_call *o = call_at(e->ours, i);

		if (o->line || !is_same(k, o))
			continue;
		pair(j, &e->place, k, o, i < e->last);
		e->last = MAX(e->last, i + 1);
		expected_step(e);
		return true;
	}
	return false;
}

static bool is_expected(struct judge *j, struct task *t, const struct judged_call *k)
{
	/* The youngest first: what an older one misses may have been lost. */
	for (unsigned i = t->expected->len; i-- > 0; ) {
		struct expected *e = t->expected->pdata[i];

		if (e->track != judge_track_of(k->kind) || !expected_takes(j, e, k))
			continue;
		if (e->next == e->ours->len)
			g_ptr_array_remove_index(t->expected, i);
		return true;
	}
	return false;
}

static void remove_waiting(struct task *t, enum judge_track track, unsigned from, unsigned to)
{
	unsigned fresh_from = t->waiting[track]->len - t->nr_fresh[track];

	if (to > fresh_from)
		t->nr_fresh[track] -= to - MAX(from, fresh_from);
	if (to > from)
		g_array_remove_range(t->waiting[track], from, to - from);
}

/* The first @nr that wait: no event claims them. */
static void give_up(struct judge *j, struct task *t, enum judge_track track, unsigned nr)
{
	GArray *calls = t->waiting[track];

	for (unsigned i = 0; i < nr; i++) {
		struct waiting *w = waiting_at(calls, i);

		judge_differ(j, &w->after, &w->call, NULL);
	}
	remove_waiting(t, track, 0, nr);
}

void judge_kernel(struct judge *j, const struct trace_event *ev)
{
	struct waiting w = {
		.call = { .kind = ev->kind, .pa = ev->phys, .len = ev->size, .dir = ev->dir,
			  .line = ev->line },
	};
	enum judge_track track = judge_track_of(ev->kind);
	struct task *t;

	if (track == NR_JUDGE_TRACKS)
		return;
	if (track == TRACK_ALLOC)
		w.call.pa = JUDGE_ANY;
	note_malformed(j);
	j->seq++;
	j->last_line = ev->line;
	j->v->kernel[track]++;
	t = task_of(j, ev);
	if (is_expected(j, t, &w.call))
		return;
	/* Its event may be from before the trace, or before the gap. */
	if (!t->last_seq || j->gap_seq > t->last_seq)
		w.after.reason = REASON_LOST;
	g_array_append_val(t->waiting[track], w);
	t->nr_fresh[track]++;
	if (t->waiting[track]->len > MAX_WAITING)
		give_up(j, t, track, MAX_WAITING / 2);
}

void judge_bounced(struct judge *j, const struct trace_event *ev)
{
	struct bounced b = {
		.dev = replay_device(j->r, ev->dev), .dma = ev->dma, .len = ev->size
	};
	struct task *t = task_of(j, ev);

	if (t->bounced->len == MAX_BOUNCED)
		g_array_remove_index(t->bounced, 0);
	g_array_append_val(t->bounced, b);
}

/* ---- our side ---------------------------------------------------------------- */

static bool segment_holds(const struct segment *s, uint64_t pa)
{
	return s->block && pa >= s->pa && pa - s->pa < MAX(s->len, 1);
}

/* @pa is memory of the mapping's, or of the slot that it bounces to. */
static struct segment *segment_of(struct judge *j, uint64_t pa, bool *ret_is_slot)
{
	struct mapping *m = j->subject;

	*ret_is_slot = false;
	for (unsigned i = 0; i < m->nr_segs; i++)
		if (segment_holds(&m->segs[i], pa))
			return &m->segs[i];
	*ret_is_slot = true;
	for (unsigned i = 0; i < m->nr_segs; i++) {
		const struct segment *s = &m->segs[i];
		uint64_t slot = s->is_bounced ? board_pa(s) : UINT64_MAX;

		if (pa >= slot && pa - slot < MAX(s->len, 1))
			return &m->segs[i];
	}
	/* While it is being mapped, slots are had in the list's order. */
	return &m->segs[MIN(j->ours[TRACK_FOR_DEVICE]->len, m->nr_segs - 1)];
}

/* Where the kernel should have made the call that we make at @pa. */
static void place_of_call(struct judge *j, uint64_t pa, struct judged_call *o)
{
	struct segment *s = segment_of(j, pa, &o->is_slot_here);
	uint64_t begin = !o->is_slot_here ? s->pa : s->is_bounced ? board_pa(s) : pa;

	o->seg = s;
	o->is_slot_there = s->was_bounced;
	if (s->was_bounced)
		o->pa = s->trace_slot == JUDGE_ANY ? JUDGE_ANY : s->trace_slot + (pa - begin);
	else
		o->pa = rename_trace_of(s, s->pa + (pa - begin));
}

/* Behind an IOMMU the library also cleans its page tables: what else is at no segment. */
static bool is_of_tables(struct judge *j, uint64_t pa)
{
	const struct mapping *m = j->subject;

	for (unsigned i = 0; j->is_translated && i < m->nr_segs; i++)
		if (segment_holds(&m->segs[i], pa))
			return false;
	return j->is_translated;
}

static struct judge *judge_of(struct sync_watcher *w)
{
	return (struct judge *)(void *)((char *)w - offsetof(struct judge, watcher));
}

static void on_sync(struct sync_watcher *w, bool is_for_device, uint64_t pa, size_t len, int dir)
{
	struct judge *j = judge_of(w);
	struct judged_call o = {
		.kind = is_for_device ? TRACE_KPROBE_SYNC_FOR_DEVICE : TRACE_KPROBE_SYNC_FOR_CPU,
		.len = len, .dir = (enum trace_dir)dir,
	};

	if (!j->subject || !j->subject->nr_segs || is_of_tables(j, pa))
		return;
	place_of_call(j, pa, &o);
	g_array_append_val(j->ours[judge_track_of(o.kind)], o);
}

static void on_outer(struct sync_watcher *w, bool cleans, bool invalidates, uint64_t pa,
		     size_t len)
{
	struct judge *j = judge_of(w);
	struct judged_call o = {
		.kind = !invalidates ? TRACE_KPROBE_OUTER_CLEAN :
			cleans ? TRACE_KPROBE_OUTER_FLUSH : TRACE_KPROBE_OUTER_INV,
		.pa = JUDGE_ANY, .len = len,
	};

	if (j->subject && j->subject->nr_segs) {
		if (is_of_tables(j, pa))
			return;
		place_of_call(j, pa, &o);
	} else if (!j->is_alloc || (j->is_translated && !invalidates)) {
		return;		/* what is allocated is flushed, tables are cleaned */
	}
	g_array_append_val(j->ours[TRACK_OUTER], o);
}

void judge_alloc(struct judge *j, struct mapping *m, uint64_t len)
{
	struct judged_call o = {
		.kind = TRACE_KPROBE_CLEAR_BUFFER, .pa = JUDGE_ANY, .len = len, .seg = &m->segs[0],
	};

	if (len)
		g_array_append_val(j->ours[TRACK_ALLOC], o);
}

static void take_bounce(struct task *t, struct segment *s)
{
	uint64_t phys = rename_trace_of(s, s->pa);

	for (unsigned i = 0; i < t->bounced->len; i++) {
		const struct bounced *b = &g_array_index(t->bounced, struct bounced, i);

		/* The bus may offset it, by whole pages. */
		if (b->dev != s->owner->dev || b->len != s->len ||
		    (phys != JUDGE_ANY && (b->dma ^ phys) & (PAGE_SIZE - 1)))
			continue;
		s->was_bounced = true;
		s->trace_slot = JUDGE_ANY;
		g_array_remove_index(t->bounced, i);
		return;
	}
}

/* What the kernel does for a device that it does not take for coherent, as we do. */
static void expect_of_coherent(struct judge *j, const struct mapping *m)
{
	const struct trace_event *ev = j->r->ev;
	bool is_unmap = ev->kind == TRACE_UNMAP_PAGE || ev->kind == TRACE_UNMAP_SG;
	enum trace_kind kind = is_unmap ? TRACE_KPROBE_SYNC_FOR_CPU : TRACE_KPROBE_SYNC_FOR_DEVICE;

	if (!is_unmap && ev->kind != TRACE_MAP_PAGE && ev->kind != TRACE_MAP_SG)
		return;
	for (unsigned i = 0; i < m->nr_segs && !skips_sync(ev->attrs); i++) {
		const struct segment *s = &m->segs[i];
		struct judged_call o = {
			.kind = kind, .pa = rename_trace_of(s, s->pa), .len = s->len,
			.dir = ev->dir, .is_theirs = true,
		};

		g_array_append_val(j->ours[judge_track_of(kind)], o);
	}
}

/* Pages that are the driver's to sync are allocated in Linux, and mapped here. */
void judge_subject(struct judge *j, struct mapping *m)
{
	j->subject = by_is_alloc(m->by) ? NULL : m;
	j->has_subject = true;
	j->is_alloc = m->by == BY_ALLOC;
	j->is_translated = m->dev->space != NULL;
	j->nr_cut = m->nr_cut;
	j->nr_phys = m->nr_phys;
	j->is_guessed = m->is_guessed;
	if (j->subject && m->dev->is_coherent)
		expect_of_coherent(j, m);
}

void judge_refused(struct judge *j)
{
	j->is_refused = true;
}

void judge_before_map(struct judge *j, struct mapping *m)
{
	struct task *t = task_of(j, j->r->ev);

	for (unsigned i = 0; i < m->nr_segs && t->bounced->len; i++)
		take_bounce(t, &m->segs[i]);
}

void judge_mapped(struct judge *j, struct mapping *m)
{
	for (unsigned i = 0; i < m->nr_segs; i++) {
		const struct segment *s = &m->segs[i];

		j->v->bounced_same += s->was_bounced && s->is_bounced;
		j->v->bounced_there += s->was_bounced && !s->is_bounced;
		j->v->bounced_here += !s->was_bounced && s->is_bounced;
	}
}

/* ---- an event --------------------------------------------------------------- */

/* The kernel's slot is known from its first call there. */
static void learn_slot(const struct judged_call *k, const struct judged_call *o)
{
	if (o->seg && o->is_slot_there && o->seg->trace_slot == JUDGE_ANY)
		o->seg->trace_slot = k->pa;
}

static bool window_is_same(GArray *calls, unsigned from, GArray *ours)
{
	for (unsigned i = 0; i < ours->len; i++)
		if (!is_same(&waiting_at(calls, from + i)->call, call_at(ours, i)))
			return false;
	return true;
}

static void claim_window(struct judge *j, struct task *t, enum judge_track track, unsigned from,
			 GArray *ours, const struct place *p)
{
	GArray *calls = t->waiting[track];
	unsigned to = from + ours->len;

	for (unsigned i = 0; i < ours->len; i++) {
		const struct judged_call *k = &waiting_at(calls, from + i)->call;

		learn_slot(k, call_at(ours, i));
		pair(j, p, k, call_at(ours, i), false);
	}
	/* The part of a list that the log does not show came behind the one that it does. */
	for (unsigned n = j->nr_cut; n && to < calls->len; n--)
		judge_differ(j, p, &waiting_at(calls, to++)->call, NULL);
	remove_waiting(t, track, from, to);
}

/* The youngest run of waiting calls that is the same as ours. */
static bool claim_all(struct judge *j, struct task *t, enum judge_track track, GArray *ours,
		      const struct place *p)
{
	GArray *calls = t->waiting[track];

	for (unsigned from = calls->len - MIN(calls->len, ours->len - 1); from-- > 0; ) {
		if (!window_is_same(calls, from, ours))
			continue;
		claim_window(j, t, track, from, ours, p);
		j->is_behind[p->event] = true;
		return true;
	}
	return false;
}

/* Ours and the kernel's of one event, not the same: pair what can be, in order. */
static void pair_same(struct judge *j, GArray *kernel, GArray *ours, const struct place *p,
		      bool in_order)
{
	unsigned from = 0;

	for (unsigned i = 0; i < ours->len; i++) {
		struct judged_call *o = call_at(ours, i);

		for (unsigned n = in_order ? from : 0; !o->line && n < kernel->len; n++) {
			struct judged_call *k = &waiting_at(kernel, n)->call;

			if (!k->line || !is_same(k, o))
				continue;
			learn_slot(k, o);
			pair(j, p, k, o, !in_order);
			k->line = 0;
			from = n + 1;
		}
	}
}

static struct judged_call *next_unpaired(GArray *kernel, unsigned *at)
{
	while (*at < kernel->len && !waiting_at(kernel, *at)->call.line)
		(*at)++;
	return *at < kernel->len ? &waiting_at(kernel, (*at)++)->call : NULL;
}

static void pair_rest(struct judge *j, GArray *kernel, GArray *ours, const struct place *p)
{
	const struct judged_call *k;
	unsigned at = 0;

	for (unsigned i = 0; i < ours->len; i++) {
		struct judged_call *o = call_at(ours, i);

		if (o->line || o->is_theirs)
			continue;
		k = next_unpaired(kernel, &at);
		judge_differ(j, p, k, o);
	}
	while ((k = next_unpaired(kernel, &at)))
		judge_differ(j, p, k, NULL);
}

/* Is @w, which is not fresh, what ours of an event of @dev may have become? */
static bool may_be_ours(const struct waiting *w, GArray *ours, const struct replay_device *dev)
{
	return w->after.dev != dev && w->after.reason != REASON_LOST &&
	       w->call.dir == call_at(ours, 0)->dir;
}

/*
 * The calls that an event of @dev is compared with, which wait no longer: the fresh ones.
 * Behind an IOMMU, whose tables are mapped by events in between, as many older ones as
 * there are ours; allocations are cleared before that, and interrupts do not clear.
 */
static GArray *take_near(struct task *t, enum judge_track track, GArray *ours,
			 const struct replay_device *dev)
{
	GArray *near = g_array_new(FALSE, FALSE, sizeof(struct waiting));
	GArray *calls = t->waiting[track];
	unsigned fresh_from = calls->len - t->nr_fresh[track];

	for (unsigned i = calls->len; i-- > 0; ) {
		struct waiting w = *waiting_at(calls, i);

		if (i < fresh_from && track != TRACK_ALLOC &&
		    (near->len >= ours->len || !may_be_ours(&w, ours, dev)))
			continue;
		g_array_prepend_val(near, w);
		g_array_remove_index(calls, i);
	}
	t->nr_fresh[track] = 0;
	return near;
}

static void expect(struct task *t, enum judge_track track, GArray *ours, const struct place *p)
{
	struct expected *e = g_new0(struct expected, 1);

	e->track = track;
	e->ours = g_array_copy(ours);
	e->place = *p;
	g_ptr_array_add(t->expected, e);
}

/* Allocated page by page, or by the larger pages of the trace's kernel? */
static bool is_alloc_in_pieces(GArray *kernel, GArray *ours)
{
	uint64_t theirs = 0, len = ours->len ? call_at(ours, 0)->len : 0;

	for (unsigned i = 0; i < kernel->len; i++)
		theirs += waiting_at(kernel, i)->call.len;
	return len && (theirs == len || theirs == ALIGN(len, 16384) ||
		       theirs == ALIGN(len, 65536));
}

/* The kernel's may be a device's own memory; ours is what was asked for. */
static bool is_alloc_elsewhere(const struct judge *j, GArray *kernel, const struct place *p)
{
	const char *strategy = j->r->cfg->coherent;

	return !kernel->len || p->is_atomic || (strategy && strcmp(strategy, "cma"));
}

static void compare(struct judge *j, GArray *kernel, GArray *ours, struct place p,
		    enum judge_track track)
{
	if (p.reason == REASON_NONE && track == TRACK_ALLOC)
		p.reason = is_alloc_in_pieces(kernel, ours) ? REASON_ALLOC_PIECES :
			   is_alloc_elsewhere(j, kernel, &p) ? REASON_ALLOC_ELSEWHERE : REASON_NONE;
	pair_same(j, kernel, ours, &p, true);
	pair_same(j, kernel, ours, &p, false);
	pair_rest(j, kernel, ours, &p);
}

/* Linux 6.12 logs these before it works. */
static bool is_in_front(enum trace_kind kind)
{
	return kind == TRACE_UNMAP_SG || kind == TRACE_FREE;
}

static void settle_different(struct judge *j, struct task *t, enum judge_track track,
			     const struct place *p)
{
	g_autoptr(GArray) near = NULL;
	GArray *ours = j->ours[track];
	bool is_guess = ours->len && call_at(ours, 0)->is_theirs &&
			call_at(ours, 0)->pa == JUDGE_ANY;

	if (is_guess)
		return;
	if (ours->len && is_in_front(p->event)) {
		expect(t, track, ours, p);
		return;
	}
	near = take_near(t, track, ours, p->dev);
	if (ours->len && !near->len && !j->is_behind[p->event])
		expect(t, track, ours, p);
	else
		compare(j, near, ours, *p, track);
}

static void settle(struct judge *j, struct task *t, enum judge_track track,
		   const struct place *p)
{
	GArray *ours = j->ours[track];

	if (!ours->len && (track != TRACK_ALLOC || p->event != TRACE_ALLOC))
		return;
	if (!ours->len || !claim_all(j, t, track, ours, p))
		settle_different(j, t, track, p);
	g_array_set_size(ours, 0);
}

/* ---- time passes ---------------------------------------------------------------- */

/* Nothing has come for the rest of @e: what waits since then may be what it became. */
static void expected_ends(struct judge *j, struct task *t, struct expected *e)
{
	g_autoptr(GArray) late = g_array_new(FALSE, FALSE, sizeof(struct waiting));
	GArray *calls = t->waiting[e->track];
	unsigned left = 0;

	for (unsigned i = e->next; i < e->ours->len; i++)
		left += !call_at(e->ours, i)->line && !call_at(e->ours, i)->is_theirs;
	for (unsigned i = 0; i < calls->len && late->len < left; ) {
		struct waiting w = *waiting_at(calls, i);

		if (w.call.line < e->place.line || w.call.dir != call_at(e->ours, 0)->dir) {
			i++;
			continue;
		}
		g_array_append_val(late, w);
		remove_waiting(t, e->track, i, i + 1);
	}
	if (left)
		compare(j, late, e->ours, e->place, e->track);
}

static void grow_old(struct judge *j, struct task *t, unsigned max_age)
{
	for (unsigned i = 0; i < t->expected->len; ) {
		struct expected *e = t->expected->pdata[i];

		if (e->age++ < max_age) {
			i++;
			continue;
		}
		expected_ends(j, t, e);
		g_ptr_array_remove_index(t->expected, i);
	}
}

/* What is fresh and was not claimed came before this event, whatever it belongs to. */
static void label_fresh(struct task *t, const struct place *p)
{
	for (int track = 0; track < NR_JUDGE_TRACKS; track++) {
		GArray *calls = t->waiting[track];

		for (unsigned i = calls->len - t->nr_fresh[track]; i < calls->len; i++)
			if (waiting_at(calls, i)->after.reason != REASON_LOST)
				waiting_at(calls, i)->after = *p;
		t->nr_fresh[track] = 0;
	}
}

static enum judge_reason reason_of(struct judge *j, struct replay_device *dev)
{
	if (is_near_gap(j, dev))
		return REASON_LOST;
	if (dev->is_coherent)
		return REASON_COHERENT_HERE;
	if (j->is_refused)
		return REASON_REFUSED;
	if (!j->has_subject)
		return REASON_NOT_MAPPED;
	if (j->nr_cut)
		return REASON_SG_TRUNCATED;
	if (j->is_guessed)
		return REASON_SG_GUESSED;
	/* Behind an IOMMU, events of its tables come between a device's calls and its event. */
	if (!j->has_begun || (j->r->rep->iommu_map_bytes && !lonely_of(j, dev)->last_seq))
		return REASON_LOST;
	return REASON_NONE;
}

/* A call for an event whose mapping we do not have: like it in all we know. */
static void expect_one_of_theirs(struct judge *j, const struct trace_event *ev)
{
	bool is_for_device = ev->kind == TRACE_SYNC_SINGLE_FOR_DEVICE;
	struct judged_call o = {
		.kind = is_for_device ? TRACE_KPROBE_SYNC_FOR_DEVICE : TRACE_KPROBE_SYNC_FOR_CPU,
		.pa = JUDGE_ANY, .len = ev->size, .dir = ev->dir, .is_theirs = true,
	};

	if (!is_for_device && ev->kind != TRACE_SYNC_SINGLE_FOR_CPU && ev->kind != TRACE_UNMAP_PAGE)
		return;
	g_array_append_val(j->ours[judge_track_of(o.kind)], o);
}

/* What the kernel will do for the elements of a list that we do not know. */
static void expect_theirs(struct judge *j, const struct trace_event *ev)
{
	bool is_known = j->has_subject && !j->is_refused;
	size_t known = is_known ? j->nr_phys : 0;

	if (!is_known && !skips_sync(ev->attrs))
		expect_one_of_theirs(j, ev);

	for (size_t i = known; ev->kind == TRACE_UNMAP_SG && i < ev->nr_phys; i++) {
		struct judged_call o = {
			.kind = TRACE_KPROBE_SYNC_FOR_CPU, .pa = ev->phys_list[i],
			.len = JUDGE_ANY, .dir = ev->dir, .is_theirs = true,
		};

		g_array_append_val(j->ours[TRACK_FOR_CPU], o);
	}
}

static void forget_event(struct judge *j)
{
	j->subject = NULL;
	j->has_subject = j->is_refused = j->is_guessed = j->is_alloc = j->is_translated = false;
	j->nr_cut = j->nr_phys = 0;
}

/* Only what was mapped just now is still there. */
static void forget_segments(struct judge *j, enum trace_kind kind)
{
	if (kind == TRACE_MAP_PAGE || kind == TRACE_MAP_SG)
		return;
	for (int track = 0; track < NR_JUDGE_TRACKS; track++)
		for (unsigned i = 0; i < j->ours[track]->len; i++)
			call_at(j->ours[track], i)->seg = NULL;
}

/* A mapping of @dev has come: what bounced before it was for it. */
static void forget_bounces(struct task *t, const struct replay_device *dev)
{
	for (unsigned i = t->bounced->len; i-- > 0; )
		if (g_array_index(t->bounced, struct bounced, i).dev == dev)
			g_array_remove_index(t->bounced, i);
}

void judge_event(struct judge *j, struct replay_device *dev, const struct trace_event *ev)
{
	struct task *t = task_of(j, ev);
	struct place p = {
		.dev = dev, .line = ev->line, .event = ev->kind, .is_atomic = ev->is_atomic,
	};

	note_malformed(j);
	j->seq++;
	j->last_line = ev->line;
	p.reason = reason_of(j, dev);
	forget_segments(j, ev->kind);
	expect_theirs(j, ev);
	for (int track = 0; track < NR_JUDGE_TRACKS; track++)
		settle(j, t, track, &p);
	grow_old(j, t, MAX_AGE);
	label_fresh(t, &p);
	t->last_seq = j->seq;
	if (ev->kind <= TRACE_MAP_SG_ERR)
		forget_bounces(t, dev);
	lonely_of(j, dev)->last_seq = j->seq;
	j->has_begun = true;
	forget_event(j);
}

/* The event of what came last may be missing; behind an IOMMU, others came between. */
static void label_end(struct judge *j, struct task *t, enum judge_track track)
{
	GArray *calls = t->waiting[track];
	unsigned fresh_from = calls->len - t->nr_fresh[track];

	for (unsigned i = 0; i < calls->len; i++) {
		struct waiting *w = waiting_at(calls, i);

		if (i >= fresh_from)
			w->after = (struct place){ .reason = REASON_LOST };
		else if (j->r->rep->iommu_map_bytes && w->call.line + END_LINES > j->last_line)
			w->after.reason = REASON_LOST;
	}
}

void judge_end(struct judge *j)
{
	GHashTableIter it;
	struct task *t;

	g_hash_table_iter_init(&it, j->tasks);
	while (g_hash_table_iter_next(&it, NULL, (gpointer *)&t)) {
		for (unsigned i = 0; i < t->expected->len; i++) {
			struct expected *e = t->expected->pdata[i];

			if (e->place.reason == REASON_NONE && e->age < MAX_AGE)
				e->place.reason = REASON_LOST;
		}
		grow_old(j, t, 0);
		for (int track = 0; track < NR_JUDGE_TRACKS; track++) {
			label_end(j, t, track);
			give_up(j, t, track, t->waiting[track]->len);
		}
	}
	judge_sum_up(j);
}

struct judge *judge_new(struct replay *r)
{
	struct judge *j = g_new0(struct judge, 1);

	j->r = r;
	j->v = &r->rep->judgement;
	j->v->differences = g_array_new(FALSE, FALSE, sizeof(struct difference));
	j->tasks = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, task_free);
	j->lonely = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	for (int i = 0; i < NR_JUDGE_TRACKS; i++)
		j->ours[i] = g_array_new(FALSE, FALSE, sizeof(struct judged_call));
	for (int i = 0; i < NR_JUDGE_TRACKS; i++)
		j->early[i] = g_array_new(FALSE, FALSE, sizeof(struct difference));
	j->watcher.sync = on_sync;
	j->watcher.outer = on_outer;
	harness_watch_syncs(r->h, &j->watcher);
	return j;
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	harness_watch_syncs(j->r->h, NULL);
	for (int i = 0; i < NR_JUDGE_TRACKS; i++) {
		g_array_free(j->ours[i], TRUE);
		g_array_free(j->early[i], TRUE);
	}
	g_hash_table_unref(j->tasks);
	g_hash_table_unref(j->lonely);
	g_free(j);
}
