/* SPDX-License-Identifier: MIT */
/*
 * What became of each call: the same, or different and why. Some reasons only the whole
 * trace tells: that a device was coherent there, or that a function was never probed.
 */
#include "../ui.h"
#include "judge-parts.h"

#define MAX_EARLY	256u

const struct judge_reason_info judge_reasons[NR_JUDGE_REASONS] = {
	[REASON_NONE] = { "unexplained", "no reason is known" },
	[REASON_LOST] = { "lost", "events are missing there: lost, or the trace or its "
		"probes begin or end" },
	[REASON_NOT_MAPPED] = { "not-mapped", "its mapping is from before the trace, or lost" },
	[REASON_REFUSED] = { "refused", "the board refused the mapping" },
	[REASON_COHERENT_HERE] = { "coherent-here", "the device is coherent on this board and "
		"was not in the trace" },
	[REASON_COHERENT_THERE] = { "coherent-there", "the device was coherent in the trace and "
		"is not on this board" },
	[REASON_BOUNCED_THERE] = { "bounced-there", "the kernel maintained a bounce slot, where "
		"this board maps the buffer itself" },
	[REASON_BOUNCED_HERE] = { "bounced-here", "this board bounces what the kernel mapped "
		"itself" },
	[REASON_SG_TRUNCATED] = { "sg-truncated", "of the part of a list that the trace does "
		"not show" },
	[REASON_SG_GUESSED] = { "sg-guessed", "lengths of a merged list had to be guessed" },
	[REASON_ALLOC_PIECES] = { "alloc-pieces", "the kernel allocated in pieces, or in larger "
		"pages" },
	[REASON_NO_OUTER] = { "no-outer-cache", "this board has no outer cache" },
	[REASON_ALLOC_ELSEWHERE] = { "alloc-elsewhere", "memory of a pool, or of the device's "
		"own, on one of both sides" },
	[REASON_OWN_IOVAS] = { "own-iovas", "mapped for no DMA that the trace shows: by a driver "
		"that gives out its IOVAs itself, or a doorbell" },
	[REASON_OTHER_BACKEND] = { "other-backend", "here lists are mapped in pieces, as on 32-bit "
		"Arm" },
};

enum judge_track judge_track_of(enum trace_kind kind)
{
	switch (kind) {
	case TRACE_KPROBE_SYNC_FOR_DEVICE:
		return TRACK_FOR_DEVICE;
	case TRACE_KPROBE_SYNC_FOR_CPU:
		return TRACK_FOR_CPU;
	case TRACE_KPROBE_CLEAR_BUFFER:
	case TRACE_KPROBE_PREP_COHERENT:
		return TRACK_ALLOC;
	case TRACE_KPROBE_OUTER_CLEAN:
	case TRACE_KPROBE_OUTER_INV:
	case TRACE_KPROBE_OUTER_FLUSH:
		return TRACK_OUTER;
	default:
		return NR_JUDGE_TRACKS;
	}
}

struct lonely *lonely_of(struct judge *j, struct replay_device *dev)
{
	struct lonely *l = g_hash_table_lookup(j->lonely, dev);

	if (!l) {
		l = g_new0(struct lonely, 1);
		g_hash_table_insert(j->lonely, dev, l);
	}
	return l;
}

/* ---- one difference ------------------------------------------------------ */

static void keep(struct judge *j, const struct difference *d)
{
	j->v->reasons[d->reason]++;
	if (j->v->differences->len == MAX_DIFFERENCES)
		j->v->unlisted++;
	else
		g_array_append_val(j->v->differences, *d);
}

static struct difference difference_at(const struct place *p, const struct judged_call *k,
				       const struct judged_call *o)
{
	struct difference d = {
		.reason = p->reason, .line = p->line, .event = p->event, .dev = p->dev,
		.kernel.kind = NR_TRACE_KINDS, .ours.kind = NR_TRACE_KINDS,
	};

	if (k)
		d.kernel = *k;
	if (o)
		d.ours = *o;
	d.ours.seg = NULL;
	return d;
}

static void keep_early(struct judge *j, enum judge_track track, struct difference *d)
{
	d->reason = REASON_LOST;
	if (j->nr_early[track]++ < MAX_EARLY)
		g_array_append_val(j->early[track], *d);
}

void judge_match(struct judge *j, const struct place *p, const struct judged_call *k,
		 const struct judged_call *o, bool is_order)
{
	struct difference d = difference_at(p, k, o);
	enum judge_track track = judge_track_of(k->kind);

	if (p->dev) {
		lonely_of(j, p->dev)->has_same = true;
		p->dev->was_maintained = true;
	}
	is_order &= p->reason == REASON_NONE;
	if (!is_order && o->is_slot_there == o->is_slot_here) {
		j->v->same[track]++;
		return;
	}
	d.is_order = is_order;
	if (!is_order)
		d.reason = o->is_slot_there ? REASON_BOUNCED_THERE : REASON_BOUNCED_HERE;
	keep(j, &d);
}

void judge_differ(struct judge *j, const struct place *p, const struct judged_call *k,
		  const struct judged_call *o)
{
	struct difference d = difference_at(p, k, o);
	enum judge_track track = judge_track_of(k ? k->kind : o->kind);

	if (!k && !j->v->kernel[track]) {
		keep_early(j, track, &d);
		return;
	}
	if (!o && track == TRACK_OUTER && !j->r->rep->has_outer) {
		d.reason = REASON_NO_OUTER;
	} else if (!k && d.reason == REASON_NONE && p->dev) {
		lonely_of(j, p->dev)->nr[track]++;
	}
	keep(j, &d);
}

/* ---- the whole ---------------------------------------------------------- */

static bool is_only_ours(const struct difference *d)
{
	return d->kernel.kind == NR_TRACE_KINDS;
}

static bool was_coherent(struct judge *j, const struct difference *d)
{
	return d->reason == REASON_NONE && is_only_ours(d) && d->dev &&
	       !lonely_of(j, d->dev)->has_same;
}

static void recount(struct judge *j)
{
	GHashTableIter it;
	struct lonely *l;

	g_hash_table_iter_init(&it, j->lonely);
	while (g_hash_table_iter_next(&it, NULL, (gpointer *)&l))
		for (int t = 0; !l->has_same && t < NR_JUDGE_TRACKS; t++) {
			j->v->reasons[REASON_NONE] -= l->nr[t];
			j->v->reasons[REASON_COHERENT_THERE] += l->nr[t];
		}
}

/* A function that the trace never shows was not probed: nothing can be said of it. */
static void take_early(struct judge *j)
{
	for (int t = 0; t < NR_JUDGE_TRACKS; t++) {
		GArray *early = j->early[t];

		if (!j->v->kernel[t])
			continue;
		for (unsigned i = 0; i < early->len; i++)
			keep(j, &g_array_index(early, struct difference, i));
		j->v->reasons[REASON_LOST] += j->nr_early[t] - early->len;
		j->v->unlisted += j->nr_early[t] - early->len;
	}
}

static int by_line(gconstpointer a, gconstpointer b)
{
	const struct difference *x = a, *y = b;
	uint64_t at_x = x->line ? x->line : x->kernel.line;
	uint64_t at_y = y->line ? y->line : y->kernel.line;

	if (at_x != at_y)
		return at_x < at_y ? -1 : 1;
	return x->kernel.line < y->kernel.line ? -1 : x->kernel.line > y->kernel.line;
}

static void tell_unexplained(struct judge *j, const struct difference *d)
{
	g_autofree char *kernel = judged_call_text(&d->kernel);
	g_autofree char *ours = judged_call_text(&d->ours);
	struct replay_device *dev = d->dev;

	if (!dev)
		dev = j->r->rep->devices->len ? j->r->rep->devices->pdata[0] : NULL;
	if (dev)
		replay_find_at(j->r, dev, FIND_MAINTENANCE, d->line ? d->line : d->kernel.line,
			       "%s: the kernel %s, here %s", d->dev ? trace_kind_name(d->event) :
			       "no event", kernel, ours);
}

void judge_sum_up(struct judge *j)
{
	GArray *all = j->v->differences;
	uint64_t told = 0;

	recount(j);
	take_early(j);
	for (unsigned i = 0; i < all->len; i++) {
		struct difference *d = &g_array_index(all, struct difference, i);

		if (was_coherent(j, d))
			d->reason = REASON_COHERENT_THERE;
	}
	g_array_sort(all, by_line);
	for (unsigned i = 0; i < all->len; i++) {
		const struct difference *d = &g_array_index(all, struct difference, i);

		if (d->reason == REASON_NONE) {
			tell_unexplained(j, d);
			told++;
		}
	}
	/* Those that were not kept count too. */
	j->r->rep->total.findings[FIND_MAINTENANCE] += j->v->reasons[REASON_NONE] - told;
}

/* ---- words ------------------------------------------------------------- */

static uint64_t sum(const uint64_t *nr)
{
	uint64_t all = 0;

	for (int t = 0; t < NR_JUDGE_TRACKS; t++)
		all += nr[t];
	return all;
}

uint64_t judgement_kernel(const struct judgement *v)
{
	return sum(v->kernel);
}

uint64_t judgement_same(const struct judgement *v)
{
	return sum(v->same);
}

uint64_t judgement_explained(const struct judgement *v)
{
	uint64_t nr = 0;

	for (int i = REASON_NONE + 1; i < NR_JUDGE_REASONS; i++)
		nr += v->reasons[i];
	return nr;
}

char *judgement_sentence(const struct judgement *v)
{
	g_autofree char *all = ui_count(judgement_kernel(v));
	g_autofree char *same = ui_count(judgement_same(v));
	g_autofree char *explained = ui_count(judgement_explained(v));
	g_autofree char *not = ui_count(v->reasons[REASON_NONE]);

	if (!judgement_kernel(v))
		return NULL;
	if (!judgement_explained(v) && !v->reasons[REASON_NONE])
		return g_strdup_printf("maintenance: %s of %s calls as the kernel made them", same,
				       all);
	return g_strdup_printf("maintenance: %s of %s calls as the kernel made them; differences: "
			       "%s explained, %s not", same, all, explained, not);
}

char *judged_call_text(const struct judged_call *c)
{
	g_autofree char *at = c->pa == JUDGE_ANY ? g_strdup("somewhere") :
			      g_strdup_printf("0x%" G_GINT64_MODIFIER "x", c->pa);
	bool has_dir = judge_track_of(c->kind) <= TRACK_FOR_CPU;

	if (c->kind == NR_TRACE_KINDS)
		return g_strdup("nothing");
	return g_strdup_printf("%s %s, %" G_GINT64_MODIFIER "u bytes%s%s",
			       trace_kind_name(c->kind), at, c->len, has_dir ? ", " : "",
			       has_dir ? dir_name(c->dir) : "");
}
