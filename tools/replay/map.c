/* SPDX-License-Identifier: MIT */
/*
 * map_page, map_sg, map_resource: the CPU fills what the device will read, then the
 * call. What the trace says failed is not called; what the board refuses is noted.
 */
#include <linux/mm.h>

#include "apply.h"

/* The kernel's dma_addr_t may be 32 bits wide; no mapping keeps its page offset there. */
bool is_mapping_error(uint64_t dma, uint64_t phys)
{
	if (dma == UINT32_MAX)
		return (phys & (PAGE_SIZE - 1)) != PAGE_SIZE - 1;
	return dma == UINT64_MAX;
}

static bool segments_take(struct replay *r, struct mapping *m, const uint64_t *phys,
			  const uint64_t *len)
{
	for (unsigned i = 0; i < m->nr_segs; i++) {
		enum rename_result res = rename_take(r->renamer, phys[i], len[i], &m->segs[i]);

		if (res != RENAME_OK) {
			mapping_refuse(r, m, rename_why(res));
			return false;
		}
	}
	return true;
}

void count_bounces(struct mapping *m)
{
	struct replay_device *dev = m->dev;

	for (unsigned i = 0; i < m->nr_segs; i++) {
		struct segment *s = &m->segs[i];

		s->is_bounced = board_pa(s) != s->pa;
		TALLY(dev, bounces, s->is_bounced);
		TALLY(dev, bounced_bytes, s->is_bounced ? s->len : 0);
	}
}

void library_map_page(struct replay *r, struct mapping *m)
{
	struct segment *s = &m->segs[0];
	struct device *dev = m->dev->dev;

	judge_subject(r->judge, m);
	call_begins(r);
	s->dma = dma_map_page_attrs(dev, phys_to_page(s->pa), offset_in_page(s->pa), s->len,
				    kernel_dir(m->dir), m->attrs);
	call_ends(r, m->dev, COST_MAP);
	if (dma_mapping_error(dev, s->dma))
		mapping_refuse(r, m, map_why(m->dev, m));
}

/*
 * Where each segment is for the device: mapped directly, entry i is segment i; behind
 * an IOMMU one entry may hold several, which then follow each other.
 */
static void addresses_of_list(struct mapping *m, unsigned nr_entries)
{
	const struct scatterlist *entry = m->sgl;
	size_t done = 0;

	for (unsigned i = 0; i < m->nr_segs; i++) {
		if (done == sg_dma_len(entry)) {
			g_assert(nr_entries-- > 1);
			entry = sg_next((struct scatterlist *)entry);
			done = 0;
		}
		m->segs[i].dma = sg_dma_address(entry) + done;
		done += m->segs[i].len;
		g_assert(done <= sg_dma_len(entry));
	}
}

/* Its driver has set how long an entry may be, if the trace shows longer ones. */
static void widen_entries(struct replay *r, struct replay_device *dev)
{
	const struct trace_event *ev = r->ev;

	for (size_t i = 0; dev->space && i < ev->nr_sizes; i++)
		if (ev->size_list[i] > dma_get_max_seg_size(dev->dev))
			dma_set_max_seg_size(dev->dev, (unsigned)MIN(ev->size_list[i], UINT_MAX));
}

static void library_map_sg(struct replay *r, struct mapping *m)
{
	unsigned nr;

	m->sgl = g_new0(struct scatterlist, m->nr_segs);
	sg_init_table(m->sgl, m->nr_segs);
	for (unsigned i = 0; i < m->nr_segs; i++)
		sg_set_page(&m->sgl[i], phys_to_page(m->segs[i].pa), m->segs[i].len,
			    offset_in_page(m->segs[i].pa));
	widen_entries(r, m->dev);
	judge_subject(r->judge, m);
	call_begins(r);
	nr = dma_map_sg_attrs(m->dev->dev, m->sgl, m->nr_segs, kernel_dir(m->dir), m->attrs);
	call_ends(r, m->dev, COST_MAP);
	if (!nr) {
		mapping_refuse(r, m, map_why(m->dev, m));
		return;
	}
	m->nr_entries = nr;
	addresses_of_list(m, nr);
}

static void check_max_mapping(struct replay *r, struct mapping *m)
{
	for (unsigned i = 0; i < m->nr_segs; i++)
		if (m->segs[i].len > m->dev->max_mapping) {
			replay_find(r, m->dev, FIND_LARGE_FOR_SWIOTLB, "%zu bytes, of at most "
				    DEC, m->segs[i].len, m->dev->max_mapping);
			return;
		}
}

bool arguments_are_good(struct replay *r, struct mapping *m)
{
	if (m->len && m->nr_segs && m->dir != TRACE_NONE)
		return true;
	m->is_refused = true;
	replay_find(r, m->dev, FIND_ARGUMENTS, "%s of " DEC " bytes, direction %s",
		    by_name(m->by), m->len, dir_name(m->dir));
	return false;
}

/* [@lo, @hi) without what the CPU took. */
static void device_writes_between(struct replay *r, struct mapping *m, uint64_t lo,
				  uint64_t hi)
{
	uint64_t before = CLAMP(m->taken.lo, lo, hi), after = CLAMP(m->taken.hi, lo, hi);

	if (m->taken.lo >= m->taken.hi) {
		access_device_writes(r, m, lo, hi - lo);
		return;
	}
	access_device_writes(r, m, lo, before - lo);
	access_device_writes(r, m, after, hi - after);
}

/* What the device may touch: all, or what was synced where the map skipped that. */
struct extent in_reach(const struct mapping *m)
{
	return skips_sync(m->attrs) ? m->given : (struct extent){ 0, m->len };
}

/* Once: at the end, or when it hurts most. */
void device_writes(struct replay *r, struct mapping *m)
{
	struct extent e = in_reach(m);

	if (!m->is_written)
		device_writes_between(r, m, e.lo, e.hi);
	m->is_written = true;
}

/*
 * The line is dirty now, with what was in it before: the worst moment for the
 * devices that write beside it, and none that the API would forbid.
 */
static void rivals_write(struct replay *r, struct mapping *m)
{
	for (unsigned i = 0; m->rivals && i < m->rivals->len; i++)
		device_writes(r, m->rivals->pdata[i]);
	if (m->rivals)
		g_ptr_array_set_size(m->rivals, 0);
}

/* Memory, geometry, the CPU's fill, the call: whatever can be had. */
static void map_on_board(struct replay *r, struct mapping *m, const uint64_t *phys,
			 const uint64_t *len)
{
	if (!arguments_are_good(r, m) || !segments_take(r, m, phys, len))
		return;
	judge_before_map(r->judge, m);
	geometry_of_mapping(r, m);
	check_max_mapping(r, m);
	access_first_use(r, m);
	if (dir_is_read(m->dir) && !skips_sync(m->attrs))
		access_cpu_writes(r, m, 0, m->len);
	rivals_write(r, m);
	if (m->by == BY_SG)
		library_map_sg(r, m);
	else
		library_map_page(r, m);
	if (m->is_refused)
		return;
	count_bounces(m);
	judge_mapped(r->judge, m);
}

static void note_second_map(struct replay *r, struct mapping *m)
{
	const struct mapping *other = live_at(m->dev->live, m->pieces[0].dma, false, m->len,
					      m->dir);

	if (other)
		replay_find(r, m->dev, FIND_MAPPED_TWICE, HEX ", live since line " DEC,
			    m->pieces[0].dma, other->line);
}

void on_map_page(struct replay *r, struct replay_device *dev,
			const struct trace_event *ev)
{
	struct mapping *m;

	if (is_mapping_error(ev->dma, ev->phys)) {
		replay_find(r, dev, FIND_FAILED, "dma_map_page of " DEC " bytes at " HEX,
			    ev->size, ev->phys);
		return;
	}
	m = mapping_new(r, dev, ev, BY_PAGE);
	mapping_is_one(m, ev->dma, ev->phys, ev->size);
	note_second_map(r, m);
	see_addresses(dev, m);
	map_on_board(r, m, &ev->phys, &ev->size);
	mapping_goes_live(r, m);
}

void on_map_resource(struct replay *r, struct replay_device *dev,
			    const struct trace_event *ev)
{
	struct mapping *m;

	if (is_mapping_error(ev->dma, ev->phys)) {
		replay_find(r, dev, FIND_FAILED, "dma_map_resource of " DEC " bytes", ev->size);
		return;
	}
	m = mapping_new(r, dev, ev, BY_RESOURCE);
	mapping_is_one(m, ev->dma, ev->phys, ev->size);
	m->nr_segs = 0;
	m->is_refused = true;		/* the board has no such registers */
	replay_find(r, dev, FIND_RESOURCE, DEC " bytes at " HEX, ev->size, ev->phys);
	mapping_goes_live(r, m);
}

static void pieces_of_sg(struct mapping *m, const struct trace_event *ev)
{
	m->nr_pieces = MIN(ev->nr_dma, ev->nr_sizes);
	m->pieces = g_new(struct piece, MAX(m->nr_pieces, 1));
	for (unsigned i = 0; i < m->nr_pieces; i++) {
		m->pieces[i] = (struct piece){
			.dma = ev->dma_list[i], .len = ev->size_list[i], .offset = m->len
		};
		m->len += ev->size_list[i];
	}
}

/* Drops segments that the device list does not cover. Returns how many are left. */
static unsigned segments_of_sg(struct mapping *m, struct sg_layout *l)
{
	uint64_t offset = 0;
	unsigned nr = 0;

	m->segs = g_new0(struct segment, MAX(l->nr, 1));
	for (size_t i = 0; i < l->nr; i++) {
		if (!l->len[i])
			continue;
		m->segs[nr].owner = m;
		m->segs[nr].offset = offset;
		l->phys[nr] = l->phys[i];
		l->len[nr] = l->len[i];
		offset += l->len[nr++];
	}
	return nr;
}

static void note_list(struct replay *r, struct replay_device *dev,
		      const struct trace_event *ev, const struct sg_layout *l)
{
	if (ev->is_truncated)
		replay_find(r, dev, FIND_SG_TRUNCATED, "%zu of %u entries seen%s", ev->nr_phys,
			    ev->nents_total, l->nr_cut ? "" : ", the others told by the IOMMU's");
	if (l->is_guessed)
		replay_find(r, dev, FIND_SG_LAYOUT_GUESSED, "%zu segments in %zu entries",
			    ev->nr_phys, ev->nr_dma);
}

void on_map_sg(struct replay *r, struct replay_device *dev, const struct trace_event *ev)
{
	struct sg_layout l;
	struct mapping *m;

	if (!ev->nr_phys || !ev->nr_dma || !ev->nr_sizes) {
		replay_find(r, dev, FIND_ARGUMENTS, "dma_map_sg of an empty list");
		return;
	}
	m = mapping_new(r, dev, ev, BY_SG);
	sg_layout(r, ev, &l);
	m->phys = ev->phys_list[0];
	m->nr_phys = l.nr;
	m->nr_cut = l.nr_cut;
	m->is_guessed = l.is_guessed;
	pieces_of_sg(m, ev);
	note_list(r, dev, ev, &l);
	m->nr_segs = segments_of_sg(m, &l);
	note_second_map(r, m);
	see_addresses(dev, m);
	map_on_board(r, m, l.phys, l.len);
	mapping_goes_live(r, m);
	sg_layout_done(&l);
}
