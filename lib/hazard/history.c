/* SPDX-License-Identifier: MIT */
/* A short memory: the last records, the oldest forgotten first. */
#include "engine.h"

#include <string.h>

const struct record *history_at(const struct history *h, unsigned i)
{
	return &h->ring[(h->head + i) % h->capacity];
}

/* Only ever from 4 to 8 to 16, and before the ring has wrapped. */
static void grow(struct history *h)
{
	h->capacity = h->capacity ? h->capacity * 2 : 4;
	h->ring = g_renew(struct record, h->ring, h->capacity);
}

/* @b writes on where @a wrote, or over it. */
static bool is_continued(const struct record *a, const struct record *b)
{
	return (b->kind == RECORD_CPU_WROTE || b->kind == RECORD_DEVICE_WROTE) &&
	       a->kind == b->kind && a->party == b->party && a->site == b->site &&
	       b->pa >= a->pa && b->pa <= a->pa + a->len;
}

/* A loop that writes is one record that grows, or it would push out the rest. */
void history_add(struct history *h, const struct record *r)
{
	struct record *last = NULL;

	if (h->nr)
		last = &h->ring[(h->head + h->nr - 1) % h->capacity];
	if (last && is_continued(last, r)) {
		last->len = (uint32_t)MAX(last->len, r->pa + r->len - last->pa);
		last->seq = r->seq;
		last->step = r->step;
		return;
	}
	if (h->nr == h->capacity && h->capacity < HISTORY_MAX)
		grow(h);
	if (h->nr < h->capacity) {
		h->ring[(h->head + h->nr++) % h->capacity] = *r;
		return;
	}
	h->ring[h->head] = *r;
	h->head = (h->head + 1) % h->capacity;
}

void history_done(struct history *h)
{
	g_free(h->ring);
	memset(h, 0, sizeof(*h));
}
