/* SPDX-License-Identifier: MIT */
/*
 * The rows of a report's timeline: the story of its line and what the report adds, and after
 * each row what every cache and memory holds and whose the buffer is.
 */
#include "html-lanes.h"

#include <string.h>

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
		const struct record *rec = lanes_row(l, i)->record;

		if (rec->kind == wanted->record.kind && rec->step == wanted->record.step &&
		    rec->level == wanted->record.level)
			return lanes_row(l, i);
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

/* The number of what @m shows there; if it is a new one, @row may have written it. */
static int version_of(struct lanes *l, const struct row *row, const struct moment *m,
		      enum story_place place)
{
	const uint8_t *bytes = moment_image(l->r->story, m, place) + l->from;
	struct version new = { .author = record_is_write(row->record) ? row : NULL };

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

/* The next row that shows memory as it was before it. */
static const struct row *next_look(const struct lanes *l, unsigned i)
{
	for (i++; i < l->rows->len; i++)
		if (row_has_image(lanes_row(l, i)))
			return lanes_row(l, i);
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
		struct row *row = lanes_row(l, i);

		take_nothing(row);
		if (row_has_image(row))
			take_versions(l, row);
		else if (row->record->kind == RECORD_DEVICE_WROTE && next_look(l, i))
			take_transfer(l, row, next_look(l, i));
		else if (i)
			take_from_before(row, lanes_row(l, i - 1));
	}
}

/* ---- whose the buffer is ---------------------------------------------------------- */

unsigned lanes_device_lane(const struct lanes *l, uint16_t party)
{
	for (unsigned i = 0; i < l->nr_devices; i++)
		if (g_str_equal(party_name(&l->e->parties, l->devices[i]),
				party_name(&l->e->parties, party)))
			return lanes_first_device(l) + i;
	return 0;
}

static void find_devices(struct lanes *l)
{
	for (unsigned i = 0; i < l->rows->len; i++) {
		const struct record *rec = lanes_row(l, i)->record;

		if (record_is_of_device(rec) && rec->party != NO_PARTY &&
		    !lanes_device_lane(l, rec->party) && l->nr_devices < DEVICES_MAX)
			l->devices[l->nr_devices++] = rec->party;
	}
}

static unsigned owners_after(const struct lanes *l, const struct record *rec, unsigned before)
{
	unsigned cpu = 1u << LANE_CPU, lane = lanes_device_lane(l, rec->party);
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
		lanes_row(l, i)->owners = owners = owners_after(l, lanes_row(l, i)->record, owners);
}

void lanes_fill(struct lanes *l)
{
	l->has_bars = l->r->story && l->r->rows->len;
	l->rows = g_array_new(FALSE, TRUE, sizeof(struct row));
	l->versions = g_array_new(FALSE, TRUE, sizeof(struct version));
	g_array_set_clear_func(l->rows, row_clear);
	gather(l);
	if (l->has_bars) {
		choose_bytes(l);
		follow_versions(l);
	}
	find_devices(l);
	follow_owners(l);
}

void lanes_clear(struct lanes *l)
{
	g_array_free(l->versions, TRUE);
	g_array_free(l->rows, TRUE);
}
