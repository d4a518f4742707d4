/* SPDX-License-Identifier: MIT */
/*
 * What happened to a page. One call, or one transfer of a device, happens to many
 * pages at once, so they share its record.
 */
#include "engine.h"

#include <string.h>

struct shared_record *shared_record_new(const struct record *r)
{
	struct shared_record *s = g_new(struct shared_record, 1);

	*s = (struct shared_record){ .record = *r, .nr_refs = 1 };
	return s;
}

void shared_record_unref(struct shared_record *s)
{
	if (!--s->nr_refs)
		g_free(s);
}

/* The first one needs no array. */
static struct shared_record **slots(struct past *p)
{
	return p->room ? p->many : &p->one;
}

const struct record *past_at(const struct past *p, unsigned i)
{
	return &(p->room ? p->many[i] : p->one)->record;
}

static void grow(struct past *p)
{
	unsigned room = p->room ? 2u * p->room : 2;
	struct shared_record **many = g_new(struct shared_record *, room);

	memcpy(many, slots(p), p->nr * sizeof(*many));
	if (p->room)
		g_free(p->many);
	p->many = many;
	p->room = (uint8_t)room;
}

void past_forget_oldest(struct past *p)
{
	struct shared_record **all = slots(p);

	shared_record_unref(all[0]);
	memmove(all, all + 1, --p->nr * sizeof(*all));
}

void past_add(struct past *p, struct shared_record *s)
{
	if (p->nr == HISTORY_MAX)
		past_forget_oldest(p);
	if (p->nr && p->nr >= p->room)
		grow(p);
	s->nr_refs++;
	slots(p)[p->nr++] = s;
}

void past_done(struct past *p)
{
	while (p->nr)
		past_forget_oldest(p);
	if (p->room)
		g_free(p->many);
	memset(p, 0, sizeof(*p));
}
