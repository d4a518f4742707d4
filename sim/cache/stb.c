/* SPDX-License-Identifier: MIT */
/* The store buffer of a PL310: see stb.h. */
#include "../sim.h"

#include <string.h>

void stb_init(struct machine *m)
{
	m->stb.drains = stream_new(m->config.seed, STREAM_STB);
	m->stb.holds = !m->is_fast && (m->may_wait || m->config.errata & ERRATUM_769419);
}

/* Runs of bytes that are written, one commit each. */
static void commit(struct machine *m, const struct stb_slot *s)
{
	for (unsigned i = 0; i < STB_LINE;) {
		unsigned first = i;

		while (i < STB_LINE && s->mask >> i & 1)
			i++;
		if (i > first)
			dram_commit(m, place_add(s->line, first), s->bytes + first, i - first);
		else
			i++;
	}
}

static void drain_oldest(struct machine *m)
{
	struct stb *s = &m->stb;
	struct stb_slot oldest = s->slots[0];

	memmove(&s->slots[0], &s->slots[1], --s->nr * sizeof(oldest));
	s->is_overtaken &= s->nr > 0;
	commit(m, &oldest);
}

void stb_drain(struct machine *m)
{
	while (m->stb.nr)
		drain_oldest(m);
}

/* One past the youngest slot of a line that [at, at + len) touches; 0: there is none. */
static unsigned overlapping(const struct stb *s, struct place at, size_t len)
{
	unsigned n = s->nr;

	while (n && (s->slots[n - 1].line.off + STB_LINE <= at.off ||
		     s->slots[n - 1].line.off >= at.off + len))
		n--;
	return n;
}

void stb_drain_over(struct machine *m, struct place at, size_t len)
{
	for (unsigned n = overlapping(&m->stb, at, len); n; n--)
		drain_oldest(m);
}

static void choose(struct machine *m)
{
	while (m->stb.nr && m->draws_delays && !stream_below(&m->stb.drains, 4))
		drain_oldest(m);
}

void stb_rang(struct machine *m)
{
	m->stb.is_overtaken = true;
}

void stb_before_master(struct machine *m)
{
	bool drains_itself = !(m->config.errata & ERRATUM_769419);

	if (drains_itself && !m->stb.is_overtaken && !order_is_concurrent(m))
		stb_drain(m);
	if (drains_itself)
		choose(m);
}

/* The slot for a write to @line: the youngest, if it is of that line, or a new one. */
static struct stb_slot *slot_for(struct machine *m, struct place line)
{
	struct stb *s = &m->stb;

	if (s->nr && s->slots[s->nr - 1].line.off == line.off) {
		s->nr_merged++;
		return &s->slots[s->nr - 1];
	}
	if (s->nr == STB_SLOTS)
		drain_oldest(m);
	s->slots[s->nr] = (struct stb_slot){ .line = line };
	return &s->slots[s->nr++];
}

static void write_in_line(struct machine *m, struct place at, const void *buf, size_t len)
{
	unsigned in_line = at.off & (STB_LINE - 1);
	struct place line = { at.pa - in_line, at.off - in_line };
	struct stb_slot *slot = slot_for(m, line);

	memcpy(slot->bytes + in_line, buf, len);
	slot->mask |= (uint32_t)(((1ull << len) - 1) << in_line);
	inner_below_changed(m, at, len);
	if (slot->mask == UINT32_MAX || m->stb.is_stuck_draining)
		stb_drain(m);
}

void stb_write(struct machine *m, struct place at, const void *buf, size_t len)
{
	if (!(m->config.errata & ERRATUM_769419))
		choose(m);
	while (len) {
		size_t room = STB_LINE - (at.off & (STB_LINE - 1));
		size_t piece = MIN(room, len);

		write_in_line(m, at, buf, piece);
		at = place_add(at, piece);
		buf = (const char *)buf + piece;
		len -= piece;
	}
}

void stb_overlay(const struct stb *s, struct place at, void *buf, size_t len)
{
	for (unsigned n = 0; n < s->nr; n++) {
		const struct stb_slot *slot = &s->slots[n];

		for (unsigned i = 0; i < STB_LINE; i++)
			if (slot->mask >> i & 1 && slot->line.off + i - at.off < len)
				((uint8_t *)buf)[slot->line.off + i - at.off] = slot->bytes[i];
	}
}
