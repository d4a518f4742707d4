/* SPDX-License-Identifier: MIT */
/*
 * Lines that a device writes whole while no cache holds them: most of what devices write.
 * Until something else happens to one of them they are bits of their page.
 *
 *	not followed --write--> bulk --invalidated--> not followed
 *	                          |
 *	                   anything else --> followed
 */
#include "steps.h"

#include <string.h>

/* Version 0 is DRAM's alone; then 1 is, and caches may have brought 0 in before. */
static const struct may_set *written_set(struct may *may, const struct may_op *op,
					 struct may_page_kind kind)
{
	const struct may_set **known = &may->written[kind.below][kind.can_fill];
	struct may_state st = { .dram = 0 };

	if (!*known)
		*known = may_set_of(may->sets, &st, 1, kind);
	if (*known && (*known)->live == 1)
		*known = may_sets_step(may->sets, *known, op, kind,
				       (MAY_SAME_MAP & ~(uint64_t)15) | 1).set;
	return *known;
}

static void clear_bit(uint64_t *bits, unsigned i)
{
	bits[i / 64] &= ~(1ull << i % 64);
}

/* A device writes all of a line that no cache holds, and that is not followed. */
static void write_bulk_line(struct may *may, struct may_page *p, unsigned i)
{
	uint64_t bit = 1ull << i % 64, pa = p->pa + i * may->line_bytes;

	p->halfway[i / 64] &= ~bit;
	if (p->bulk[i / 64] & bit) {
		p->again[i / 64] |= bit;
		return;
	}
	if (!p->old)
		p->old = g_malloc(PAGE_BYTES);
	machine_peek(may->machine, VIEW_DRAM, pa, p->old + i * may->line_bytes, may->line_bytes);
	p->bulk[i / 64] |= bit;
	p->again[i / 64] &= ~bit;
	p->bulk_nr[i] = p->nr_events[i] + p->nr_whole;
}

static const struct may_op bulk_op = {
	.verb = MAY_DEVICE_WRITE, .path = { .is_shareable = true }, .is_whole = true,
};

/* What a stale copy may hold, where there was more than one write. */
static const struct may_set *with_older(struct may *may, struct may_page_kind kind)
{
	bool has_l2 = may_sets_rules(may->sets)->l2_line_bytes;
	struct may_state st[] = {
		{ .dram = 1 },
		{ .l1 = { COPY_CLEAN, 0 }, .dram = 1 },
		{ .l1 = { COPY_CLEAN, MAY_OLD }, .dram = 1 },
		{ .l2 = { COPY_CLEAN, 0 }, .dram = 1 },
		{ .l2 = { COPY_CLEAN, MAY_OLD }, .dram = 1 },
	};

	return may_set_of(may->sets, st, !kind.can_fill ? 1 : has_l2 ? 5 : 3, kind);
}

static const struct may_op halfway_op = {
	.verb = MAY_MAINTAIN, .op = DC_INVALIDATE, .levels = LEVEL_2,
	.path = { .is_shareable = true },
};

static void catch_up(struct may *may, struct may_page *p, unsigned i, struct may_page_kind kind)
{
	struct may_line *l = p->line[i];
	struct may_event rec = {
		.op = halfway_op, .len = l->line_bytes, .nr = p->halfway_nr[i],
		.can_fill = kind.can_fill, .cpu = machine_cpu(may->machine, 0), .va = p->hint,
	};

	rec.op.below = kind.below;
	clear_bit(p->halfway, i);
	may_line_remember(l, rec, NULL);
	if (l->set)
		l->set = may_sets_step(may->sets, l->set, &halfway_op, kind, MAY_SAME_MAP).set;
}

/* From now on it is followed by itself; false: there is no set for it. */
bool may_out_of_bulk(struct may *may, struct may_page *p, unsigned i)
{
	struct may_page_kind kind = may_kind_of(may, p);
	struct may_line *l = may_line_get(may, p, i);
	bool is_again = may_has_bit(p->again, i);
	struct may_event rec = {
		.op = bulk_op, .len = l->line_bytes, .nr = p->bulk_nr[i],
		.can_fill = kind.can_fill,
	};
	uint8_t now[MAY_LINE_BYTES];

	clear_bit(p->bulk, i);
	machine_peek(may->machine, VIEW_DRAM, l->pa, now, l->line_bytes);
	may_line_version(l, p->old + i * l->line_bytes, 0);
	if (!is_again && may_line_version(l, now, 1) == 0) {
		clear_bit(p->halfway, i);
		return true;		/* it wrote what was there */
	}
	memcpy(may_version(l, 1), now, l->line_bytes);
	memset(&l->nominal, 0, sizeof(l->nominal));
	rec.op.below = kind.below;
	may_line_remember(l, rec, now);
	l->nominal.dram = 1;
	l->set = is_again ? with_older(may, kind) : written_set(may, &bulk_op, kind);
	if (may_has_bit(p->halfway, i))
		catch_up(may, p, i, kind);
	p->nr_followed += l->set != NULL;
	return l->set;
}
static bool is_all_bulk(const struct may *may, const struct may_page *p)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < MAY_LINE_WORDS; i++)
		nr += (unsigned)__builtin_popcountll(p->bulk[i]);
	return nr == may->nr_lines;
}

/* Does a cache operation leave nothing but the newest of a line written in bulk? */
static bool ends_bulk(struct may *may, const struct may_op *op, struct may_page_kind kind,
		      bool is_halfway)
{
	const struct may_set *set = written_set(may, &bulk_op, kind);

	if (op->verb != MAY_MAINTAIN || !set)
		return false;
	if (is_halfway)
		set = may_sets_step(may->sets, set, &halfway_op, kind, MAY_SAME_MAP).set;
	return set && may_sets_step(may->sets, set, op, kind,
				    MAY_SAME_MAP).set->live == 1u << 1;
}

/* Done to a line in bulk; false: it does not fit there. */
static bool maintain_bulk_line(struct may *may, struct may_page *p, unsigned i,
			       const struct may_op *op)
{
	bool is_halfway = may_has_bit(p->halfway, i);

	if (ends_bulk(may, op, may_kind_of(may, p), is_halfway)) {
		clear_bit(p->bulk, i);
		clear_bit(p->halfway, i);
		return true;
	}
	if (is_halfway || op->levels != LEVEL_2 || op->op != DC_INVALIDATE)
		return false;
	p->halfway[i / 64] |= 1ull << i % 64;
	p->halfway_nr[i] = p->nr_events[i] + p->nr_whole;
	return true;
}
/* True: a line that was written in bulk, and that is all that there is to do about it. */
bool may_stays_in_bulk(struct may *may, struct may_page *p, unsigned i,
			  const struct may_op *op, bool is_long)
{
	bool is_read = op->verb == MAY_DEVICE_READ && !op->path.is_snooping;

	if (op->verb == MAY_DEVICE_WRITE && is_long && !op->path.is_snooping) {
		write_bulk_line(may, p, i);
		return true;
	}
	if (!may_has_bit(p->bulk, i))
		return false;
	if (op->verb == MAY_MAINTAIN)
		return maintain_bulk_line(may, p, i, op);
	may->nr_reads += is_read;
	return is_read;
}
/* Of a page of which no line is followed, and which it leaves like that. */
bool may_is_idle(struct may *may, struct may_page *p, const struct may_op *op)
{
	if (p->nr_followed || op->path.is_snooping)
		return false;
	switch (op->verb) {
	case MAY_MAINTAIN:
		if (may_has_any(p->bulk) && (may_has_any(p->halfway) ||
					 !ends_bulk(may, op, may_kind_of(may, p), false)))
			return false;
		memset(p->bulk, 0, sizeof(p->bulk));
		return true;
	case MAY_DEVICE_WRITE:
		if (!is_all_bulk(may, p) || may_has_any(p->halfway))
			return false;
		memcpy(p->again, p->bulk, sizeof(p->again));
		return true;
	default:
		return op->verb == MAY_DEVICE_READ;
	}
}
