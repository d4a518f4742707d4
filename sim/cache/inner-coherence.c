/* SPDX-License-Identifier: MIT */
/*
 * What level 1 caches do about each other, about coherent ports, and about level 2.
 *
 * Coherent copies of a line are equal at all times: a store first makes its copy the
 * only one, taking dirtiness over, and a load leaves a dirty copy dirty where it is
 * (the protocols of the manuals differ in which of these bytes go out on the way; no
 * observer below sees that sooner than it must).
 *
 * A CPU's access is coherent if its memory is shareable. Where it is not, and two CPUs
 * hold the line, each has bytes of its own: see inner.h.
 *
 * Spec: DDI 0407G, 2.1 "About the SCU"; DDI 0464, 2.1.1; DDI 0438, 7.1; DDI 0406C,
 * A3.5.7 "Memory access restrictions".
 */
#include "../sim.h"

#include <string.h>

/* ---- peers ------------------------------------------------------------- */

static struct cpu *next_peer(const struct cpu *c, unsigned *i, uint8_t cpus)
{
	const struct machine *m = c->machine;

	while (*i < m->nr_cpus) {
		struct cpu *peer = m->cpus[(*i)++];

		if (peer != c && cpus & peer->l1.cpu_bit)
			return peer;
	}
	return NULL;
}

/* Each CPU but @c that may hold a line of the page of @off. */
#define for_each_peer(c, off, peer)							\
	for (unsigned i_ = 0, cpus_ = page_summary(&(c)->machine->pages, off)->cpus;	\
	     ((peer) = next_peer(c, &i_, (uint8_t)cpus_)) != NULL;)

static bool has_copy(const struct cpu *c, uint64_t slot)
{
	return c->l1.nr_ways && inner_hits(&c->l1, slot);
}

static bool has_coherent_copy(const struct cpu *c, uint64_t slot)
{
	return has_copy(c, slot) && !(*inner_state(&c->l1, slot) & LINE_INCOHERENT);
}

/* The image is to be another's: the line's bytes move into its way. */
static void make_private(struct cpu *c, struct seat line)
{
	uint32_t idx = inner_find(&c->l1, line);

	memcpy(&c->l1.own_bytes[idx << c->l1.line_shift], c->machine->inner.bytes + line.slot,
	       inner_line_bytes(&c->machine->inner));
	*inner_state(&c->l1, line.slot) |= LINE_PRIVATE;
}

/* The peer's coherent copy goes, and loses nothing: was it dirty? */
static bool take_over(struct cpu *peer, struct seat line)
{
	uint8_t *state = inner_state(&peer->l1, line.slot);
	bool was_dirty = *state & LINE_DIRTY;

	if (was_dirty) {
		*state &= (uint8_t)~LINE_DIRTY;
		page_summary(&peer->machine->pages, line.at.off)->nr_dirty--;
	}
	inner_drop(&peer->l1, inner_find(&peer->l1, line), CAUSE_SNOOP);
	return was_dirty;
}

static void ask_coherent_peer(struct cpu *peer, struct seat line, bool is_store,
			      struct inner_found *found)
{
	uint8_t *state = inner_state(&peer->l1, line.slot);

	if (*state & LINE_PRIVATE)
		return;
	if (*state & LINE_INCOHERENT) {
		make_private(peer, line);
		return;
	}
	found->has_bytes = true;
	if (is_store) {
		found->was_dirty |= take_over(peer, line);
		return;
	}
	*state &= (uint8_t)~LINE_UNIQUE;
	found->state &= (uint8_t)~LINE_UNIQUE;
}

static struct inner_found ask_aside(struct cpu *c, struct seat line)
{
	struct inner_found found = { .state = LINE_UNIQUE | LINE_INCOHERENT };
	struct cpu *peer;

	for_each_peer(c, line.at.off, peer)
		if (has_copy(peer, line.slot) &&
		    !(*inner_state(&peer->l1, line.slot) & LINE_PRIVATE))
			found.state |= LINE_PRIVATE;
	return found;
}

struct inner_found inner_ask_peers(struct cpu *c, struct seat line, struct inner_ask ask)
{
	struct inner_found found = { .state = LINE_UNIQUE };
	struct cpu *peer;

	if (!c->machine->inner.is_coherent || !ask.is_shareable)
		return ask_aside(c, line);
	for_each_peer(c, line.at.off, peer)
		if (has_copy(peer, line.slot))
			ask_coherent_peer(peer, line, ask.is_store, &found);
	return found;
}

void inner_claim(struct cpu *c, struct seat line)
{
	uint8_t *state = inner_state(&c->l1, line.slot);
	struct page_summary *page = page_summary(&c->machine->pages, line.at.off);
	struct cpu *peer;

	for_each_peer(c, line.at.off, peer) {
		if (!has_coherent_copy(peer, line.slot) || !take_over(peer, line) ||
		    *state & LINE_DIRTY)
			continue;
		*state |= LINE_DIRTY;
		page->nr_dirty++;
	}
	*state |= LINE_UNIQUE;
}

/* ---- every copy of a place ---------------------------------------------- */

typedef void (*copy_action)(struct inner *l1, uint32_t idx);

static void for_each_va_copy(struct inner *l1, uint64_t off, copy_action act)
{
	for (uint32_t idx = 0; idx < (l1->set_mask + 1) * l1->nr_ways; idx++)
		if (l1->ways[idx] != INNER_NO_LINE && l1->memory[idx].off == off)
			act(l1, idx);
}

static void for_each_view_copy(struct inner *l1, struct place line, copy_action act)
{
	const struct inner_shape *shape = &l1->machine->inner;

	for (unsigned view = 0; view < shape->nr_views; view++) {
		struct seat s = { view * shape->view_len + line.off, line };

		if (inner_hits(l1, s.slot))
			act(l1, inner_find(l1, s));
	}
}

static void for_each_copy_in(struct inner *l1, struct place line, copy_action act)
{
	if (!l1->nr_ways)
		return;
	if (l1->memory)
		for_each_va_copy(l1, line.off, act);
	else
		for_each_view_copy(l1, line, act);
}

static void for_each_copy(struct machine *m, uint8_t cpus, struct place line, copy_action act)
{
	const struct page_summary *page = page_summary(&m->pages, line.off);

	for (unsigned i = 0; i < m->nr_cpus && page->nr_inner; i++)
		if (page->cpus & cpus & m->cpus[i]->l1.cpu_bit)
			for_each_copy_in(&m->cpus[i]->l1, line, act);
}

static bool is_coherent_copy(const struct inner *l1, uint32_t idx)
{
	return !(l1->state[l1->ways[idx]] & LINE_INCOHERENT);
}

static void expel_for_snoop(struct inner *l1, uint32_t idx)
{
	if (is_coherent_copy(l1, idx))
		inner_expel(l1, idx, CAUSE_SNOOP);
}

static void evict_copy(struct inner *l1, uint32_t idx)
{
	l1->counts.evicted++;
	inner_expel(l1, idx, CAUSE_EVICTION);
}

static void for_each_line(struct machine *m, uint8_t cpus, struct place at, size_t len,
			  copy_action act)
{
	for (size_t done = 0; done < len;) {
		struct place here = place_add(at, done);

		for_each_copy(m, cpus, inner_line_place(&m->inner, here), act);
		done += inner_piece(&m->inner, here.off, len - done);
	}
}

void inner_expel_peers(struct cpu *c, struct place line)
{
	struct cpu *peer;

	for_each_peer(c, line.off, peer)
		for_each_copy_in(&peer->l1, line, expel_for_snoop);
}

void inner_back_invalidate(struct machine *m, struct place at, size_t len)
{
	for_each_line(m, INNER_EVERY_CPU, at, len, evict_copy);
}

void inner_evict(struct machine *m, struct place at)
{
	for_each_line(m, INNER_EVERY_CPU, at, 1, evict_copy);
}

void inner_snoop_clean_invalidate(struct machine *m, uint8_t cpus, struct place at, size_t len)
{
	for_each_line(m, cpus, at, len, expel_for_snoop);
}

static void watch_copy(struct inner *l1, uint32_t idx)
{
	l1->state[l1->ways[idx]] |= LINE_WATCHED;
}

static void unwatch_copy(struct inner *l1, uint32_t idx)
{
	l1->state[l1->ways[idx]] &= (uint8_t)~LINE_WATCHED;
}

void inner_watch(struct machine *m, struct place line, bool is_watched)
{
	for_each_copy(m, INNER_EVERY_CPU, line, is_watched ? watch_copy : unwatch_copy);
}

/* ---- what is below -------------------------------------------------------- */

void inner_below_changed(struct machine *m, struct place at, size_t len)
{
	for (size_t done = 0; done < len;) {
		uint64_t off = at.off + done;

		if (!(page_summary(&m->pages, off)->flags & PAGE_HAS_SAME)) {
			done += PAGE_BYTES - (off & PAGE_MASK);
		} else if (!(off & PAGE_MASK) && len - done >= PAGE_BYTES) {
			notes_clear_page(&m->notes, off, NOTE_SAME);
			page_summary(&m->pages, off)->flags &= (uint8_t)~PAGE_HAS_SAME;
			done += PAGE_BYTES;
		} else {
			notes_clear(&m->notes, off, NOTE_SAME);
			done += inner_piece(&m->inner, off, len - done);
		}
	}
}

void inner_below_changed_all(struct machine *m)
{
	for (uint64_t off = 0; off < m->dram.len; off += PAGE_BYTES) {
		struct page_summary *page = page_summary(&m->pages, off);

		if (!(page->flags & PAGE_HAS_SAME))
			continue;
		inner_below_changed(m, dram_place(&m->dram, off), PAGE_BYTES);
		page->flags &= (uint8_t)~PAGE_HAS_SAME;
	}
}

/* ---- looking --------------------------------------------------------------- */

/* The copy that a search prefers: a dirty one, else any. */
struct copy {
	const struct inner *l1;		/* NULL: there is none */
	struct seat line;
	uint8_t state;
};

static void consider(struct copy *best, const struct inner *l1, struct seat line)
{
	uint8_t state = *inner_state(l1, line.slot);

	if (state & LINE_VALID && (!best->l1 || (state & ~best->state & LINE_DIRTY)))
		*best = (struct copy){ l1, line, state };
}

static void search(const struct inner *l1, struct place line, struct copy *best)
{
	const struct inner_shape *shape = &l1->machine->inner;

	for (uint32_t idx = 0; l1->memory && idx < (l1->set_mask + 1) * l1->nr_ways; idx++)
		if (l1->ways[idx] != INNER_NO_LINE && l1->memory[idx].off == line.off)
			consider(best, l1, inner_seat_of(l1, idx));
	for (unsigned view = 0; view < shape->nr_views; view++)
		consider(best, l1, (struct seat){ view * shape->view_len + line.off, line });
}

/* What @c would use (NULL: a port); failing that, a coherent copy of another of @cpus. */
static struct copy find_copy(const struct machine *m, const struct cpu *c, uint8_t cpus,
			     struct place line)
{
	struct copy best = { .l1 = NULL };

	if (!page_summary(&m->pages, line.off)->nr_inner)
		return best;
	if (c && c->l1.nr_ways)
		search(&c->l1, line, &best);
	for (unsigned i = 0; i < m->nr_cpus && !best.l1; i++) {
		struct copy theirs = { .l1 = NULL };

		if (cpus & m->cpus[i]->l1.cpu_bit && m->cpus[i]->l1.nr_ways)
			search(&m->cpus[i]->l1, line, &theirs);
		if (theirs.l1 && !(theirs.state & LINE_INCOHERENT))
			best = theirs;
	}
	return best;
}

static const uint8_t *copy_bytes(const struct machine *m, const struct copy *copy)
{
	if (copy->state & LINE_PRIVATE)
		return &copy->l1->own_bytes[inner_find(copy->l1, copy->line)
					    << copy->l1->line_shift];
	return m->inner.bytes + copy->line.slot;
}

static bool read_copy(const struct machine *m, const struct cpu *c, uint8_t cpus,
		      struct place at, void *buf, size_t len)
{
	struct place line = inner_line_place(&m->inner, at);
	struct copy copy = find_copy(m, c, cpus, line);

	if (copy.l1)
		memcpy(buf, copy_bytes(m, &copy) + (at.off - line.off), len);
	return copy.l1;
}

bool inner_read_copy(const struct machine *m, const struct cpu *c, struct place at, void *buf,
		     size_t len)
{
	return read_copy(m, c, INNER_EVERY_CPU, at, buf, len);
}

bool inner_snoop_read(const struct machine *m, uint8_t cpus, struct place at, void *buf,
		      size_t len)
{
	return read_copy(m, NULL, cpus, at, buf, len);
}

void inner_peek(const struct machine *m, struct place at, void *buf, size_t len)
{
	while (len) {
		size_t piece = inner_piece(&m->inner, at.off, len);

		if (!inner_read_copy(m, m->running, at, buf, piece))
			outer_peek(m, at, buf, piece);
		at = place_add(at, piece);
		buf = (char *)buf + piece;
		len -= piece;
	}
}

struct line_state inner_line_state(const struct machine *m, struct place at)
{
	struct place line = inner_line_place(&m->inner, at);
	struct line_state sum = { .is_valid = false };

	if (!page_summary(&m->pages, line.off)->nr_inner)
		return sum;
	for (unsigned i = 0; i < m->nr_cpus; i++) {
		struct copy copy = { .l1 = NULL };

		if (m->cpus[i]->l1.nr_ways)
			search(&m->cpus[i]->l1, line, &copy);
		sum.is_valid |= copy.l1 != NULL;
		sum.is_dirty |= !!(copy.state & LINE_DIRTY);
		sum.is_speculative |= !!(copy.state & LINE_SPECULATED);
	}
	return sum;
}
