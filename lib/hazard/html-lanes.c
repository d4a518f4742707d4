/* SPDX-License-Identifier: MIT */
/*
 * The timeline of a report as lanes. Time goes down, a row for each event:
 *
 *	CPU    L1D    L2    DRAM   eth0
 *	 |                   A       |      196  mapped for eth0, DMA_FROM_DEVICE
 *	                     B <---- |      197  eth0 wrote 32 bytes
 *	 |           B <---- B              205  line filled
 *
 * A bar in a cache or memory is a version of the bytes in question: same letter, same
 * bytes; hatched where a machine without caches would hold others. A bar of CPU or device
 * says whose the buffer is. Each cell's upper half is before the event, its lower half after.
 *
 * Leaves out: reports without a line (calls that are wrong by themselves) have no bars.
 */
#include "html.h"
#include "story.h"

#include <inttypes.h>
#include <string.h>

#define VERSION_BYTES	8u
#define NR_COLOURS	8u
#define NOTHING		-1
#define LANE_CPU	0
#define LANES_MAX	8u
#define DEVICES_MAX	3u

struct row {
	const struct record *record;
	const struct moment *moment;	/* NULL: a row of the report alone */
	const char *what;
	char *own_words;
	const char *place;
	bool is_culprit;
	int version[NR_STORY_PLACES];	/* afterwards; NOTHING: it holds none */
	bool is_dirty[2];
	unsigned owners;		/* afterwards: bit n is lane n */
};

struct version {
	uint8_t bytes[VERSION_BYTES];
	const struct row *author;	/* NULL: it was there before */
};

struct lanes {
	struct hazard_engine *e;
	const struct report *r;
	GString *s;
	GArray *rows;			/* of struct row */
	GArray *versions;		/* of struct version */
	bool has_l2, has_bars;
	unsigned from, nr_bytes;	/* of the line: what versions are of */
	uint16_t devices[DEVICES_MAX];
	unsigned nr_devices;
};

static struct row *row_at(const struct lanes *l, unsigned i)
{
	return &g_array_index(l->rows, struct row, i);
}

/* ---- rows: the line's story, and what the report adds ----------------------------- */

static void row_clear(void *row)
{
	g_free(((struct row *)row)->own_words);
}

static char *moment_words(const struct lanes *l, const struct moment *m)
{
	g_autofree char *text = m->is_drain
		? g_strdup_printf("%s's store of %u byte%s left its store buffer",
				  party_name(&l->e->parties, m->record.party), m->record.len,
				  m->record.len == 1 ? "" : "s")
		: record_text(l->e, &m->record);

	return m->times > 1 ? g_strdup_printf("%s, %u times", text, m->times)
			    : g_steal_pointer(&text);
}

static void add_moment(struct lanes *l, const struct moment *m)
{
	struct row row = {
		.record = &m->record, .moment = m, .own_words = moment_words(l, m),
		.place = record_cache(&m->record),
	};

	row.what = row.own_words;
	g_array_append_val(l->rows, row);
}

static struct row *same_row(const struct lanes *l, const struct report_row *wanted)
{
	for (unsigned i = 0; i < l->rows->len; i++) {
		const struct record *rec = row_at(l, i)->record;

		if (rec->kind == wanted->record.kind && rec->step == wanted->record.step &&
		    rec->level == wanted->record.level)
			return row_at(l, i);
	}
	return NULL;
}

static void add_report_row(struct lanes *l, const struct report_row *wanted)
{
	struct row *same = same_row(l, wanted);
	struct row row = {
		.record = &wanted->record, .what = wanted->what, .place = wanted->place,
		.is_culprit = wanted->is_culprit,
	};

	if (!same) {
		g_array_append_val(l->rows, row);
		return;
	}
	same->is_culprit |= wanted->is_culprit;
	if (!same->moment || same->moment->times == 1)
		same->what = wanted->what;
}

static int by_seq(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->record->seq < y->record->seq ? -1 : x->record->seq > y->record->seq;
}

static void gather(struct lanes *l)
{
	const struct story *story = l->r->story;

	for (guint i = 0; story && i < story->moments->len; i++)
		add_moment(l, g_ptr_array_index(story->moments, i));
	for (unsigned i = 0; i < l->r->rows->len; i++)
		add_report_row(l, &g_array_index(l->r->rows, struct report_row, i));
	g_array_sort(l->rows, by_seq);
}

/* ---- versions of the bytes -------------------------------------------------------- */

/* The first of the bytes in question, and the end of those that the report knows. */
static uint64_t bytes_in_question(const struct report *r, uint64_t *ret_end)
{
	const struct record *last = &g_array_index(r->rows, struct report_row,
						   r->rows->len - 1).record;
	uint64_t pa = r->access.has_pa ? r->access.pa : last->pa;
	uint64_t len = r->access.has_pa ? r->access.len : last->len;

	if (r->bytes.saw) {
		*ret_end = pa + r->bytes.saw->len;
		return pa + r->bytes.first_wrong;
	}
	*ret_end = pa + MAX(len, 1);
	return pa;
}

static void choose_bytes(struct lanes *l)
{
	const struct story *story = l->r->story;
	uint64_t end, pa = bytes_in_question(l->r, &end);
	uint64_t line_end = story->pa + story->line_bytes;

	if (pa < story->pa || pa >= line_end)
		pa = story->pa;
	if (end <= pa)
		end = line_end;
	l->from = (unsigned)(pa - story->pa);
	l->nr_bytes = (unsigned)MIN(MIN(end, line_end) - pa, VERSION_BYTES);
}

static bool is_write(const struct record *rec)
{
	return rec->kind == RECORD_CPU_WROTE || rec->kind == RECORD_DEVICE_WROTE;
}

/* The number of what @m shows there; if it is a new one, @row may have written it. */
static int version_of(struct lanes *l, const struct row *row, const struct moment *m,
		      enum story_place place)
{
	const uint8_t *bytes = moment_image(l->r->story, m, place) + l->from;
	struct version new = { .author = is_write(row->record) ? row : NULL };

	for (unsigned i = 0; i < l->versions->len; i++)
		if (!memcmp(g_array_index(l->versions, struct version, i).bytes, bytes,
			    l->nr_bytes))
			return (int)i;
	memcpy(new.bytes, bytes, l->nr_bytes);
	g_array_append_val(l->versions, new);
	return (int)l->versions->len - 1;
}

/* Old bytes first: A is what was there before. */
static void take_versions(struct lanes *l, struct row *row)
{
	static const enum story_place order[] = {
		STORY_DRAM, STORY_L2, STORY_L1, STORY_NEWEST,
	};
	const struct moment *m = row->moment;

	for (unsigned i = 0; i < G_N_ELEMENTS(order); i++) {
		enum story_place p = order[i];

		row->version[p] = p < STORY_DRAM && !m->has[p] ? NOTHING
							       : version_of(l, row, m, p);
	}
	memcpy(row->is_dirty, m->is_dirty, sizeof(row->is_dirty));
	l->has_l2 |= m->has[STORY_L2];
}

static void take_nothing(struct row *row)
{
	for (int p = 0; p < NR_STORY_PLACES; p++)
		row->version[p] = NOTHING;
}

static bool has_image(const struct row *row)
{
	return row->moment && row->moment->has_image;
}

/* The next row that shows memory as it was before it. */
static const struct row *next_look(const struct lanes *l, unsigned i)
{
	for (i++; i < l->rows->len; i++)
		if (has_image(row_at(l, i)))
			return row_at(l, i);
	return NULL;
}

/* What a transfer of many lines left: no cache held them, and the next look shows memory. */
static void take_transfer(struct lanes *l, struct row *row, const struct row *next)
{
	row->version[STORY_DRAM] = row->version[STORY_NEWEST] =
		version_of(l, row, next->moment, STORY_DRAM);
}

static void take_from_before(struct row *row, const struct row *before)
{
	memcpy(row->version, before->version, sizeof(row->version));
	memcpy(row->is_dirty, before->is_dirty, sizeof(row->is_dirty));
}

static void follow_versions(struct lanes *l)
{
	for (unsigned i = 0; i < l->rows->len; i++) {
		struct row *row = row_at(l, i);

		take_nothing(row);
		if (has_image(row))
			take_versions(l, row);
		else if (row->record->kind == RECORD_DEVICE_WROTE && next_look(l, i))
			take_transfer(l, row, next_look(l, i));
		else if (i)
			take_from_before(row, row_at(l, i - 1));
	}
}

/* ---- whose the buffer is ---------------------------------------------------------- */

static bool is_call(const struct record *rec)
{
	return rec->kind <= RECORD_FREED;
}

static bool is_of_device(const struct record *rec)
{
	return is_call(rec) || rec->kind == RECORD_DEVICE_WROTE || rec->kind == RECORD_DEVICE_READ;
}

static unsigned first_device_lane(const struct lanes *l)
{
	return !l->has_bars ? 1 : l->has_l2 ? 4 : 3;
}

/* 0: it has no lane. */
static unsigned device_lane(const struct lanes *l, uint16_t party)
{
	for (unsigned i = 0; i < l->nr_devices; i++)
		if (g_str_equal(party_name(&l->e->parties, l->devices[i]),
				party_name(&l->e->parties, party)))
			return first_device_lane(l) + i;
	return 0;
}

static void find_devices(struct lanes *l)
{
	for (unsigned i = 0; i < l->rows->len; i++) {
		const struct record *rec = row_at(l, i)->record;

		if (is_of_device(rec) && rec->party != NO_PARTY && !device_lane(l, rec->party) &&
		    l->nr_devices < DEVICES_MAX)
			l->devices[l->nr_devices++] = rec->party;
	}
}

static unsigned owners_after(const struct lanes *l, const struct record *rec, unsigned before)
{
	unsigned cpu = 1u << LANE_CPU, lane = device_lane(l, rec->party);
	unsigned device = lane ? 1u << lane : 0;

	switch (rec->kind) {
	case RECORD_MAPPED:
		return rec->skips_sync ? before | cpu : device;
	case RECORD_SYNCED_FOR_DEVICE:
		return device;
	case RECORD_SYNCED_FOR_CPU:
	case RECORD_UNMAPPED:
		return cpu;
	case RECORD_ALLOCATED:
		return rec->is_cached ? cpu : cpu | device;
	case RECORD_FREED:
		return 0;
	default:
		return before;
	}
}

static void follow_owners(struct lanes *l)
{
	unsigned owners = 0;

	for (unsigned i = 0; i < l->rows->len; i++)
		row_at(l, i)->owners = owners = owners_after(l, row_at(l, i)->record, owners);
}

/* ---- arrows ----------------------------------------------------------------------- */

static unsigned place_lane(const struct lanes *l, unsigned place)
{
	if (place == STORY_L1)
		return 1;
	return place == STORY_L2 ? 2 : l->has_l2 ? 3 : 2;
}

/* From where to where something moved. False: nothing did. */
static bool arrow_of(const struct lanes *l, const struct row *row, unsigned *ret_from,
		     unsigned *ret_to)
{
	const struct moment *m = row->moment;
	unsigned device = device_lane(l, row->record->party);

	*ret_from = *ret_to = LANE_CPU;
	if (m && m->is_held)
		return false;
	if (!l->has_bars || !m || !m->has_image) {
		if (row->record->kind != RECORD_DEVICE_WROTE || !l->has_bars || !device)
			return false;
		*ret_from = device;
		*ret_to = place_lane(l, STORY_DRAM);
		return true;
	}
	switch (row->record->kind) {
	case RECORD_CPU_READ:
		*ret_from = place_lane(l, m->source);
		return true;
	case RECORD_CPU_WROTE:
		*ret_to = place_lane(l, m->target);
		return true;
	case RECORD_DEVICE_READ:
		*ret_from = place_lane(l, m->source);
		*ret_to = device;
		return device;
	case RECORD_DEVICE_WROTE:
		*ret_from = device;
		*ret_to = place_lane(l, m->target);
		return device;
	case RECORD_FILLED:
	case RECORD_WRITTEN_BACK:
		*ret_from = place_lane(l, m->source);
		*ret_to = place_lane(l, m->target);
		return true;
	default:
		return false;
	}
}

/* The part of an arrow in one lane's cell. */
static void arrow_part(const struct lanes *l, unsigned lane, unsigned from, unsigned to)
{
	bool is_right = to > from;

	if (lane == from)
		html_add(l->s, "<i class=\"ar %s\"></i><i class=\"dot\"></i>",
			 is_right ? "r" : "l");
	else if (lane == to)
		html_add(l->s, "<i class=\"ar %s\"></i><i class=\"hd %s\"></i>",
			 is_right ? "l" : "r", is_right ? "hr" : "hl");
	else if ((lane > from && lane < to) || (lane < from && lane > to))
		html_add(l->s, "<i class=\"ar\"></i>");
}

/* What happens in one lane alone. */
static void mark(const struct lanes *l, const struct row *row, unsigned lane)
{
	const struct record *rec = row->record;

	if (rec->kind == RECORD_DROPPED && l->has_bars &&
	    lane == place_lane(l, rec->level == 1 ? STORY_L1 : STORY_L2))
		html_add(l->s, "<i class=\"x%s\">\u00d7</i>", rec->is_dirty ? " bad" : "");
	else if (is_call(rec) && lane == LANE_CPU)
		html_add(l->s, "<i class=\"call\"></i>");
	else if (is_of_device(rec) && !is_call(rec) && lane &&
		 lane == device_lane(l, rec->party))
		html_add(l->s, "<i class=\"dot\"></i>");
	else if (!is_of_device(rec) && lane == LANE_CPU && !row->place)
		html_add(l->s, "<i class=\"dot\"></i>");
}

/* ---- cells ------------------------------------------------------------------------ */

static int place_of_lane(const struct lanes *l, unsigned lane)
{
	if (!l->has_bars || lane == LANE_CPU || lane >= first_device_lane(l))
		return NOTHING;
	if (lane == 1)
		return STORY_L1;
	return l->has_l2 && lane == 2 ? STORY_L2 : STORY_DRAM;
}

static void half(const struct lanes *l, const struct row *row, int place, const char *which,
		 bool is_end)
{
	int version = row ? row->version[place] : NOTHING;
	bool is_dirty = version != NOTHING && place < STORY_DRAM && row->is_dirty[place];

	if (version == NOTHING)
		return;
	html_add(l->s, "<b class=\"%s v%u%s%s%s\"></b>", which, (unsigned)version % NR_COLOURS,
		 version != row->version[STORY_NEWEST] ? " old" : "", is_dirty ? " dirty" : "",
		 is_end ? " end" : "");
}

static void bar(const struct lanes *l, const struct row *before, const struct row *row, int place)
{
	int was = before ? before->version[place] : NOTHING, is = row->version[place];

	half(l, before, place, "t", was != is);
	half(l, row, place, "u", was != is);
	if (is != NOTHING && was != is)
		html_add(l->s, "<em>%c</em>", 'A' + is % 26);
}

static void owner_bar(const struct lanes *l, const struct row *before, const struct row *row,
		      unsigned lane)
{
	bool was = before && before->owners >> lane & 1, is = row->owners >> lane & 1;

	if (was)
		html_add(l->s, "<b class=\"t own%s\"></b>", is ? "" : " end");
	if (is)
		html_add(l->s, "<b class=\"u own%s\"></b>", was ? "" : " end");
}

static void cell(const struct lanes *l, const struct row *before, const struct row *row,
		 unsigned lane)
{
	int place = place_of_lane(l, lane);
	unsigned from, to;

	html_add(l->s, "<td class=\"l\">");
	if (place != NOTHING)
		bar(l, before, row, place);
	else
		owner_bar(l, before, row, lane);
	if (arrow_of(l, row, &from, &to))
		arrow_part(l, lane, from, to);
	else
		mark(l, row, lane);
	html_add(l->s, "</td>");
}

static void chip(const struct lanes *l, int version)
{
	if (version != NOTHING)
		html_add(l->s, " <span class=\"chip v%u\">%c</span>",
			 (unsigned)version % NR_COLOURS, 'A' + version % 26);
}

/* Which version was read or written. */
static void version_words(const struct lanes *l, const struct row *row)
{
	const struct moment *m = row->moment;
	uint64_t first = l->has_bars ? l->r->story->pa + l->from : 0;

	if (!l->has_bars || row->record->pa > first ||
	    first - row->record->pa >= row->record->len)
		return;
	if (is_write(row->record))
		chip(l, row->version[STORY_NEWEST]);
	else if (!has_image(row))
		return;
	else if (row->record->kind == RECORD_CPU_READ || row->record->kind == RECORD_DEVICE_READ)
		chip(l, row->version[m->source]);
}

static void place_words(const struct lanes *l, const struct row *row)
{
	g_autofree char *code = row->record->site && !row->place
				? symbol_text(l->e, row->record->site) : NULL;

	if (row->place || code)
		html_add(l->s, "<span class=\"at\">%s</span>", row->place ? row->place : code);
	else if (is_of_device(row->record) && !is_call(row->record))
		html_add(l->s, "<span class=\"at\">dma 0x%" PRIx64 "</span>", row->record->dma);
}

static unsigned nr_lanes(const struct lanes *l)
{
	return first_device_lane(l) + l->nr_devices;
}

static void print_row(const struct lanes *l, unsigned i)
{
	const struct row *row = row_at(l, i), *before = i ? row_at(l, i - 1) : NULL;

	html_add(l->s, "<tr class=\"%s\">", row->is_culprit ? "culprit" : "");
	for (unsigned lane = 0; lane < nr_lanes(l); lane++)
		cell(l, before, row, lane);
	html_add(l->s, "<td class=\"n\">%" PRIu64 "</td><td class=\"w\">%s", row->record->step,
		 row->what);
	version_words(l, row);
	place_words(l, row);
	html_add(l->s, "</td></tr>\n");
}

static void print_heads(const struct lanes *l)
{
	html_add(l->s, "<tr><th>CPU</th>");
	if (l->has_bars)
		html_add(l->s, "<th>L1D</th>");
	if (l->has_bars && l->has_l2)
		html_add(l->s, "<th>L2</th>");
	if (l->has_bars)
		html_add(l->s, "<th>DRAM</th>");
	for (unsigned i = 0; i < l->nr_devices; i++)
		html_add(l->s, "<th>%s</th>", party_name(&l->e->parties, l->devices[i]));
	html_add(l->s, "<th class=\"n\">step</th><th class=\"w\"></th></tr>\n");
}

/* ---- what the letters are --------------------------------------------------------- */

static void print_version(const struct lanes *l, unsigned i)
{
	const struct version *v = &g_array_index(l->versions, struct version, i);
	const struct row *last = row_at(l, l->rows->len - 1);
	g_autofree char *bytes = bytes_text(v->bytes, l->nr_bytes, l->nr_bytes);

	html_add(l->s, "<li><span class=\"chip v%u\">%c</span> <code>%s</code> ", i % NR_COLOURS,
		 'A' + i % 26, bytes);
	if (v->author)
		html_add(l->s, "%s, step %" PRIu64,
			 party_name(&l->e->parties, v->author->record->party),
			 v->author->record->step);
	else
		html_add(l->s, "before");
	if (last->version[STORY_NEWEST] == (int)i)
		html_add(l->s, ", <strong>the newest</strong>");
	html_add(l->s, "</li>\n");
}

static void print_versions(const struct lanes *l)
{
	html_add(l->s, "<ul class=\"key\" aria-label=\"versions of %u bytes at pa 0x%" PRIx64
		 "\">\n", l->nr_bytes, l->r->story->pa + l->from);
	for (unsigned i = 0; i < l->versions->len; i++)
		print_version(l, i);
	html_add(l->s, "<li class=\"faint\">%u byte%s at pa 0x%" PRIx64 "; hatched: not the "
		 "newest; outlined: dirty; pale, under CPU or device: whose the buffer is"
		 "</li></ul>\n",
		 l->nr_bytes, l->nr_bytes == 1 ? "" : "s", l->r->story->pa + l->from);
}

void html_lanes(struct hazard_engine *e, GString *s, const struct report *r)
{
	struct lanes l = {
		.e = e, .r = r, .s = s, .has_bars = r->story && r->rows->len,
		.rows = g_array_new(FALSE, TRUE, sizeof(struct row)),
		.versions = g_array_new(FALSE, TRUE, sizeof(struct version)),
	};

	g_array_set_clear_func(l.rows, row_clear);
	gather(&l);
	if (l.has_bars) {
		choose_bytes(&l);
		follow_versions(&l);
	}
	find_devices(&l);
	follow_owners(&l);
	html_add(s, "<table class=\"tl\">\n");
	print_heads(&l);
	for (unsigned i = 0; i < l.rows->len; i++)
		print_row(&l, i);
	html_add(s, "</table>\n");
	if (l.has_bars)
		print_versions(&l);
	g_array_free(l.versions, TRUE);
	g_array_free(l.rows, TRUE);
}
