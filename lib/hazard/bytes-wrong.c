/* SPDX-License-Identifier: MIT */
/*
 * Which bytes of an access are not the newest, and where the newest are.
 *
 * Values are compared, so a stale byte that happens to be equal is not reported.
 *
 * A store that is still in a CPU's store buffer is newest already. A reader that comes
 * too early for it has lost a race, which is no fault; one that was shown a younger store
 * before has found a missing barrier.
 */
#include "bytes.h"

static bool byte_is_wrong(const struct shadow_line *l, const struct observe_event *ev,
			  unsigned i)
{
	unsigned at = (unsigned)(ev->pa - l->pa) + i;

	return writer_is_known(l->writer[at]) && l->golden[at] != ev->bytes[i];
}

struct wrong bytes_find_wrong(const struct shadow_line *l, const struct observe_event *ev)
{
	struct wrong w = { 0 };

	for (unsigned i = 0; i < ev->len; i++) {
		if (!byte_is_wrong(l, ev, i))
			continue;
		if (!w.nr++)
			w.first = i;
	}
	w.pa = ev->pa + w.first;
	w.writer = l->writer[w.pa - l->pa];
	return w;
}

struct wrong bytes_find_clobbered(const struct shadow_line *l, const struct observe_event *ev)
{
	struct wrong w = { .writer = WRITER_DEVICE };

	for (unsigned i = 0; i < ev->len; i++) {
		if (l->writer[ev->pa - l->pa + i] != WRITER_DEVICE || !byte_is_wrong(l, ev, i))
			continue;
		if (!w.nr++)
			w.first = i;
	}
	w.pa = ev->pa + w.first;
	return w;
}

/* ---- where the newest bytes are ------------------------------------ */

static bool view_is_newest(const struct hazard_engine *e, enum machine_view view,
			   const struct shadow_line *l, const struct observe_event *ev)
{
	uint8_t bytes[LINE_MAX_BYTES];
	struct observe_event seen = *ev;

	if (!machine_peek(e->machine, view, ev->pa, bytes, ev->len))
		return false;
	seen.bytes = bytes;
	return bytes_find_wrong(l, &seen).nr == 0;
}

/* Would it have been the newest, had every store buffer been empty? */
static bool is_newest_drained(const struct hazard_engine *e, const struct shadow_line *l,
			      const struct observe_event *ev, const uint8_t *bytes)
{
	uint8_t drained[LINE_MAX_BYTES];
	struct observe_event seen = *ev;

	memcpy(drained, bytes, ev->len);
	machine_lay_held_over(e->machine, ev->pa, drained, ev->len);
	seen.bytes = drained;
	return bytes_find_wrong(l, &seen).nr == 0;
}

static bool is_in_store_buffer(const struct hazard_engine *e, const struct shadow_line *l,
			       const struct observe_event *ev)
{
	uint8_t bytes[LINE_MAX_BYTES];

	return machine_peek(e->machine, VIEW_CPU, ev->pa, bytes, ev->len) &&
	       is_newest_drained(e, l, ev, bytes);
}

bool bytes_is_race(const struct hazard_engine *e, const struct shadow_line *l,
		   const struct observe_event *ev)
{
	return ev->order == ORDER_RACE && is_newest_drained(e, l, ev, ev->bytes);
}

const char *bytes_newest_in(const struct hazard_engine *e, const struct shadow_line *l,
			    const struct observe_event *ev)
{
	if (view_is_newest(e, VIEW_DRAM, l, ev))
		return "dram";
	if (view_is_newest(e, VIEW_OUTER, l, ev))
		return "L2";
	if (view_is_newest(e, VIEW_CPU, l, ev))
		return "L1D";
	return is_in_store_buffer(e, l, ev) ? STORE_BUFFER : NOWHERE;
}

/* ---- what has been reported ---------------------------------------- */

void bytes_give_up_wrong(struct shadow_line *l, const struct observe_event *ev)
{
	for (unsigned i = 0; i < ev->len; i++)
		if (byte_is_wrong(l, ev, i))
			shadow_undefine(l, (unsigned)(ev->pa - l->pa) + i, 1);
}

void bytes_give_up_clobbered(struct shadow_line *l, const struct observe_event *ev)
{
	for (unsigned i = 0; i < ev->len; i++) {
		unsigned at = (unsigned)(ev->pa - l->pa) + i;

		if (l->writer[at] == WRITER_DEVICE && byte_is_wrong(l, ev, i))
			shadow_undefine(l, at, 1);
	}
}
