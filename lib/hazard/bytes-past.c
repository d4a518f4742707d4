/* SPDX-License-Identifier: MIT */
/*
 * What is remembered about a byte: who wrote it, what took it away, which call came last.
 *
 * The CPUs', devices' and caches' part is the history of the byte's line, the library's calls
 * that of its page. Both forget; NULL: nobody knows any more.
 */
#include "bytes.h"

/* ---- a record of what happens ---------------------------------------- */

/* Who wrote is asked for later, when it has gone on; who reads is there when it is told. */
static uint32_t stack_of(struct hazard_engine *e, enum record_kind kind,
			 const struct observe_event *ev)
{
	if (kind == RECORD_CPU_WROTE)
		return engine_stack_of_store(e, ev->site);
	return kind == RECORD_DEVICE_WROTE ? engine_stack(e, NULL) : NO_STACK;
}

struct record bytes_record(struct hazard_engine *e, enum record_kind kind,
			   const struct observe_event *ev)
{
	struct record now = engine_record(e, kind);

	now.pa = ev->pa;
	now.dma = ev->dma;
	now.len = (uint32_t)ev->len;
	now.party = party_of(&e->parties, ev);
	now.site = ev->site;
	now.stack = stack_of(e, kind, ev);
	now.level = (uint8_t)ev->level;
	now.is_dirty = ev->is_dirty;
	now.is_unasked = ev->is_speculative || ev->cause == CAUSE_EVICTION;
	now.is_cached = ev->attrs.type == MEM_NORMAL &&
			(ev->attrs.inner != CACHE_NONE || ev->attrs.outer != CACHE_NONE);
	now.is_alias = kind == RECORD_CPU_WROTE && alias_site(e, ev->va);
	return now;
}

/* ---- what happened before ------------------------------------------ */

static bool reaches(const struct record *r, uint64_t pa)
{
	return pa - r->pa < r->len;
}

const struct record *bytes_last_of(const struct history *h, enum record_kind kind, uint64_t pa)
{
	for (unsigned i = h->nr; i; i--) {
		const struct record *r = history_at(h, i - 1);

		if (r->kind == kind && reaches(r, pa))
			return r;
	}
	return NULL;
}

const struct record *bytes_last_loss(const struct history *h, uint64_t pa)
{
	for (unsigned i = h->nr; i; i--) {
		const struct record *r = history_at(h, i - 1);

		if (!reaches(r, pa))
			continue;
		if ((r->kind == RECORD_DROPPED && r->is_dirty) || r->kind == RECORD_WRITTEN_BACK)
			return r;
	}
	return NULL;
}

const struct record *bytes_last_cached_store(const struct history *h,
					     const struct record *but)
{
	for (unsigned i = h->nr; i; i--) {
		const struct record *r = history_at(h, i - 1);

		if (r->kind == RECORD_CPU_WROTE && r->is_cached && r != but)
			return r;
	}
	return NULL;
}

const struct record *bytes_last_store(const struct history *h)
{
	for (unsigned i = h->nr; i; i--)
		if (history_at(h, i - 1)->kind == RECORD_CPU_WROTE)
			return history_at(h, i - 1);
	return NULL;
}

static const struct record *last_write(const struct shadow_line *l, enum writer writer,
				       uint64_t pa)
{
	enum record_kind kind = writer == WRITER_DEVICE ? RECORD_DEVICE_WROTE : RECORD_CPU_WROTE;

	return bytes_last_of(&l->history, kind, pa);
}

const struct record *bytes_writer_record(const struct shadow_line *l, const struct wrong *w)
{
	return last_write(l, w->writer, w->pa);
}

const void *bytes_writer_site(const struct shadow_line *l, uint64_t pa)
{
	const struct record *r = last_write(l, l->writer[pa - l->pa], pa);

	return r ? r->site : NULL;
}

const struct record *bytes_last_call(const struct hazard_engine *e, uint64_t pa)
{
	const struct shadow_page *p = shadow_page_find(&e->shadow, pa);

	for (unsigned i = p ? p->calls.nr : 0; i; i--) {
		const struct record *r = past_at(&p->calls, i - 1);

		if (reaches(r, pa))
			return r;
	}
	return NULL;
}

/*
 * A call's note comes when it is done, but for dma_unmap_sg(), whose list may be anything
 * afterwards.
 */
const struct record *bytes_call_at(const struct hazard_engine *e, uint64_t pa, uint64_t seq)
{
	const struct shadow_page *p = shadow_page_find(&e->shadow, pa);

	for (unsigned i = 0; p && i < p->calls.nr; i++) {
		const struct record *r = past_at(&p->calls, i);

		if (r->seq > seq && reaches(r, pa))
			return r;
	}
	return bytes_last_call(e, pa);
}

const void *bytes_call_site(const struct hazard_engine *e, uint64_t pa)
{
	const struct record *r = bytes_last_call(e, pa);

	return r ? r->site : NULL;
}
