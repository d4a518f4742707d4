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
 * Which is which html-lanes-rows.c finds out.
 *
 * Leaves out: reports without a line (calls that are wrong by themselves) have no bars.
 */
#include "html-lanes.h"

#include <inttypes.h>

#define NR_COLOURS	8u

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
	unsigned device = lanes_device_lane(l, row->record->party);

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
	else if (record_is_call(rec) && lane == LANE_CPU)
		html_add(l->s, "<i class=\"call\"></i>");
	else if (record_is_of_device(rec) && !record_is_call(rec) && lane &&
		 lane == lanes_device_lane(l, rec->party))
		html_add(l->s, "<i class=\"dot\"></i>");
	else if (!record_is_of_device(rec) && lane == LANE_CPU && !row->place)
		html_add(l->s, "<i class=\"dot\"></i>");
}

/* ---- cells ------------------------------------------------------------------------ */

static int place_of_lane(const struct lanes *l, unsigned lane)
{
	if (!l->has_bars || lane == LANE_CPU || lane >= lanes_first_device(l))
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
	if (record_is_write(row->record))
		chip(l, row->version[STORY_NEWEST]);
	else if (!row_has_image(row))
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
	else if (record_is_of_device(row->record) && !record_is_call(row->record))
		html_add(l->s, "<span class=\"at\">dma 0x%" PRIx64 "</span>", row->record->dma);
}

static unsigned nr_lanes(const struct lanes *l)
{
	return lanes_first_device(l) + l->nr_devices;
}

static void print_row(const struct lanes *l, unsigned i)
{
	const struct row *row = lanes_row(l, i), *before = i ? lanes_row(l, i - 1) : NULL;

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
	const struct row *last = lanes_row(l, l->rows->len - 1);
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
	struct lanes l = { .e = e, .r = r, .s = s };

	lanes_fill(&l);
	html_add(s, "<table class=\"tl\">\n");
	print_heads(&l);
	for (unsigned i = 0; i < l.rows->len; i++)
		print_row(&l, i);
	html_add(s, "</table>\n");
	if (l.has_bars)
		print_versions(&l);
	lanes_clear(&l);
}
