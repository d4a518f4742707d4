/* SPDX-License-Identifier: MIT */
/* A machine: built bottom-up from a board, taken down in any state. */
#include "sim.h"
#include "iommu/hw.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- building ------------------------------------------------------------ */

static void add_cpus(struct machine *m)
{
	const GPtrArray *cpus = m->board->cpus;

	m->cpus = g_new0(struct cpu *, cpus->len);
	for (unsigned i = 0; i < cpus->len; i++) {
		const struct board_cpu *b = g_ptr_array_index(cpus, i);
		struct cpu *c;

		if (b->is_disabled)
			continue;
		c = g_aligned_alloc0(1, sizeof(*c), HOST_LINE);
		c->machine = m;
		c->idx = m->nr_cpus;
		c->board = b;
		c->reg[CP15_ACTLR] = b->part->is_mp ? ACTLR_SMP : 0;
		m->cpus[m->nr_cpus++] = c;
	}
	m->running = m->cpus[0];
}

static void free_cpus(struct machine *m)
{
	tlbs_done(m);
	for (unsigned i = 0; i < m->nr_cpus; i++) {
		inner_done(&m->cpus[i]->l1);
		icache_done(&m->cpus[i]->l1i);
		g_aligned_free(m->cpus[i]);
	}
	g_free(m->cpus);
}

/* Level 2 is the outer cache where one is modelled, else the cores' own. */
static const struct cache_geometry *level2_of(struct machine *m)
{
	m->has_outer = board_has_outer(m->board);
	m->has_pl310 = m->has_outer && m->board->outer.kind == OUTER_PL310;
	return m->has_outer ? &m->board->outer.cache : &m->cpus[0]->board->l2;
}

static bool no_room(GError **error)
{
	g_set_error_literal(error, BOARD_ERROR, BOARD_ERROR_UNREADABLE,
			    "the host has no room for the machine's tables");
	return false;
}

static bool build_scratch(struct machine *m, GError **error)
{
	m->scratch.fd = memfd_create("armdma-io", MFD_CLOEXEC);
	if (m->scratch.fd < 0 || ftruncate(m->scratch.fd, PAGE_BYTES) != 0)
		return no_room(error);

	void *p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, m->scratch.fd, 0);

	if (p == MAP_FAILED)
		return no_room(error);
	m->scratch.bytes = p;
	return true;
}

static bool build_window(struct machine *m, GError **error)
{
	if (!window_take(m, error))
		return false;
	m->window->line_shift = m->inner.line_shift;
	m->window->is_plain = m->is_fast;
	m->shown = reserve_new(TLB_PAGES * sizeof(*m->shown));
	if (!m->shown)
		return no_room(error);
	window_turn_to(m->cpus[0]);
	m->window->is_live = true;
	return true;
}

/* DRAM, and in the exact gear the images of those who see it otherwise. */
static bool build_memory(struct machine *m, GError **error)
{
	if (!dram_init(&m->dram, m->board, error))
		return false;
	inner_shape_init(m, m->cpus[0]->board);
	if (m->is_fast)
		return true;
	if (!dram_add_image(&m->dram, IMAGE_OUTER, m->dram.len, error) ||
	    !dram_add_image(&m->dram, IMAGE_NC, m->dram.len, error) ||
	    !dram_add_image(&m->dram, IMAGE_INNER, inner_image_len(m), error))
		return false;
	m->inner.bytes = m->dram.images[IMAGE_INNER].bytes;
	return true;
}

#define STREAMS_OF_A_CPU	64u

static struct stream stream_of_cpu(const struct cpu *c, enum stream_id id)
{
	return stream_new(c->machine->config.seed, id + c->idx * STREAMS_OF_A_CPU);
}

static bool build_inner(struct machine *m)
{
	for (unsigned i = 0; i < m->nr_cpus; i++) {
		struct cpu *c = m->cpus[i];

		if (!inner_init(c, stream_of_cpu(c, STREAM_L1_VICTIM)))
			return false;
		icache_init(&c->l1i, &c->board->l1i, c->board->part->l1i_indexing,
			    stream_of_cpu(c, STREAM_L1I_VICTIM));
	}
	return pages_init(&m->pages, m->dram.len) &&
	       notes_init(&m->notes, m->dram.len, m->inner.line_shift);
}

/* Level 1 by physical address, alone or coherent, and nothing left to chance. */
static bool is_quick(const struct machine *m)
{
	return !m->is_fast && m->config.chooser == CHOOSER_NOMINAL && m->inner.nr_views == 1 &&
	       m->inner.is_many == m->inner.is_coherent;
}

/* Which freedoms of the hardware the chooser uses. */
static void choose_freedoms(struct machine *m)
{
	const struct machine_config *cfg = &m->config;
	bool is_script = cfg->chooser == CHOOSER_SCRIPT;

	m->acts = !m->is_fast && cfg->chooser != CHOOSER_NOMINAL && cfg->chooser != CHOOSER_LAZY;
	m->draws_turns = !m->is_fast && (cfg->chooser == CHOOSER_RANDOM ||
					 (is_script && script_has(cfg->script, SCRIPT_TURNS)));
	m->draws_delays = cfg->chooser == CHOOSER_RANDOM ||
			  (is_script && script_has(cfg->script, SCRIPT_DELAYS));
	m->may_wait = m->draws_delays || cfg->chooser == CHOOSER_LAZY ||
		      cfg->chooser == CHOOSER_RETAIN;
}

static bool holds_stores(const struct machine *m)
{
	switch (m->is_fast ? CHOOSER_NOMINAL : m->config.chooser) {
	case CHOOSER_RANDOM:
	case CHOOSER_LAZY:
	case CHOOSER_RETAIN:
		return true;
	case CHOOSER_SCRIPT:
		return script_has(m->config.script, SCRIPT_HOLD);
	default:
		return false;
	}
}

static bool build(struct machine *m, GError **error)
{
	add_cpus(m);
	if (!build_memory(m, error))
		return false;

	const struct cache_geometry *l2 = level2_of(m);

	if (!build_inner(m) || !outer_init(m, l2) || !tlbs_init(m))
		return no_room(error);
	if (!build_scratch(m, error) || !build_window(m, error))
		return false;
	m->is_quick = is_quick(m);
	m->turns = stream_new(m->config.seed, STREAM_TURNS);
	if (m->acts) {
		m->speculation = speculation_new(m);
		if (!m->speculation)
			return no_room(error);
	}
	if (!m->is_fast && (m->acts || m->config.record) && !unasked_new(m))
		return no_room(error);
	if (holds_stores(m) && m->cpus[0]->board->part->arch >= 6)
		m->order = order_new(m);
	cci400_init(m);
	if (m->has_pl310)
		pl310_init(m);
	else if (m->has_outer)
		aurora_init(m);
	return true;
}

static bool check_errata(const struct machine_config *cfg, GError **error)
{
	if (pl310_has_revision(cfg->errata))
		return true;
	g_set_error_literal(error, BOARD_ERROR, BOARD_ERROR_UNSUPPORTED,
			    "no revision of the PL310 has all of these errata");
	return false;
}

struct machine *machine_new(const struct machine_config *cfg, GError **error)
{
	g_autoptr(machine) m = NULL;

	if (!board_check(cfg->board, error) || !check_errata(cfg, error))
		return NULL;
	m = g_new0(struct machine, 1);
	m->config = *cfg;
	m->board = cfg->board;
	m->is_fast = cfg->gear == GEAR_FAST;
	choose_freedoms(m);
	m->observers = g_ptr_array_new();
	m->masters = g_ptr_array_new();
	m->iommus = g_ptr_array_new();
	m->supplies = g_ptr_array_new();
	m->settled = g_byte_array_new();
	m->lent = g_array_new(false, false, sizeof(struct lent_line));
	m->scratch.fd = -1;
	g_mutex_init(&m->lock);
	if (!build(m, error))
		return NULL;
	m->config.script = NULL;	/* not ours */
	return g_steal_pointer(&m);
}

void machine_free(struct machine *m)
{
	if (!m)
		return;
	window_give_back(m);
	for (unsigned i = 0; i < m->masters->len; i++)
		master_destroy(g_ptr_array_index(m->masters, i));
	g_ptr_array_unref(m->masters);
	iommu_hws_done(m);
	supplies_done(m);
	irqs_done(m);
	g_ptr_array_unref(m->observers);
	g_byte_array_unref(m->settled);
	g_array_unref(m->lent);
	cpu_forget(m);
	free_cpus(m);
	speculation_free(m);
	unasked_free(m);
	order_free(m->order);
	if (m->bus.storages)
		g_ptr_array_unref(m->bus.storages);
	if (m->bus.devices)
		g_array_unref(m->bus.devices);
	if (m->scratch.bytes)
		munmap(m->scratch.bytes, PAGE_BYTES);
	if (m->scratch.fd >= 0)
		close(m->scratch.fd);
	outer_done(&m->outer);
	pages_done(&m->pages);
	notes_done(&m->notes);
	dram_done(&m->dram);
	g_mutex_clear(&m->lock);
	g_free(m);
}

/* ---- asking ------------------------------------------------------------------ */

const struct board *machine_board(const struct machine *m)
{
	return m->board;
}

enum machine_gear machine_gear(const struct machine *m)
{
	return m->config.gear;
}

uint64_t machine_seed(const struct machine *m)
{
	return m->config.seed;
}

uint64_t machine_step(const struct machine *m)
{
	return m->step;
}

uint64_t machine_moment(struct machine *m)
{
	return ++m->moment;
}

void machine_set_software(struct machine *m, void *software)
{
	m->software = software;
}

void machine_set_filter(struct machine *m, struct machine_filter *f)
{
	m->filter = f;
}

void *machine_software(const struct machine *m)
{
	return m->software;
}

struct cpu *machine_cpu(struct machine *m, unsigned idx)
{
	return idx < m->nr_cpus ? m->cpus[idx] : NULL;
}

unsigned machine_nr_cpus(const struct machine *m)
{
	return m->nr_cpus;
}

bool machine_is_dram(const struct machine *m, uint64_t pa, uint64_t len)
{
	return dram_bank_of(&m->dram, pa, len) != NULL;
}

/* Of what CP15 operations reach: they step by it. */
unsigned machine_line_min(const struct machine *m)
{
	bool has_l2 = m->outer.nr_ways && !m->has_outer;
	unsigned shift = m->inner.line_shift;

	return 1u << (has_l2 ? MIN(shift, m->outer.line_shift) : shift);
}

unsigned machine_line_max(const struct machine *m)
{
	return 1u << MAX(m->inner.line_shift, m->outer.nr_ways ? m->outer.line_shift : 0);
}

/*
 * A store that is still pending takes effect first, as it would before any access
 * that could see the difference; an observer, whose event is under way, looks at
 * things as they are.
 */
static void settle_for_look(const struct machine *m)
{
	if (!m->is_fast && !m->is_telling)
		machine_settle((struct machine *)(uintptr_t)m);
}

static bool is_all_dram(const struct machine *m, uint64_t pa, size_t len)
{
	while (len) {
		const struct dram_bank *b = dram_bank_of(&m->dram, pa, 1);

		if (!b)
			return false;

		size_t piece = (size_t)MIN((uint64_t)len, b->pa + b->len - pa);

		pa += piece;
		len -= piece;
	}
	return true;
}

static void peek_piece(const struct machine *m, enum machine_view view, struct place at,
		       void *buf, size_t len)
{
	if (view == VIEW_DRAM || m->is_fast)
		memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
	else if (view == VIEW_OUTER)
		outer_peek(m, at, buf, len);
	else
		inner_peek(m, at, buf, len);
}

bool machine_peek(const struct machine *m, enum machine_view view, uint64_t pa, void *buf,
		  size_t len)
{
	if (!is_all_dram(m, pa, len))
		return false;
	settle_for_look(m);
	while (len) {
		const struct dram_bank *b = dram_bank_of(&m->dram, pa, 1);
		size_t piece = (size_t)MIN((uint64_t)len, b->pa + b->len - pa);

		peek_piece(m, view, (struct place){ pa, b->off + (pa - b->pa) }, buf, piece);
		pa += piece;
		buf = (char *)buf + piece;
		len -= piece;
	}
	return true;
}

struct line_state machine_line(const struct machine *m, int level, uint64_t pa)
{
	struct place at;

	if (m->is_fast || !dram_find(&m->dram, pa, &at))
		return (struct line_state){ .is_valid = false };
	settle_for_look(m);
	return level == 1 ? inner_line_state(m, at) : outer_state(m, at);
}

static void add_cpu_counts(const struct cpu *c, struct machine_counters *sum)
{
	for (unsigned i = 0; i < 2; i++) {
		sum->level[i].cleaned += c->counts.level[i].cleaned;
		sum->level[i].invalidated += c->counts.level[i].invalidated;
	}
	sum->level[0].written_back += c->l1.counts.written_back;
	sum->level[0].dropped += c->l1.counts.dropped;
	sum->level[0].filled += c->l1.counts.filled;
	sum->level[0].speculated += c->l1.counts.speculated;
	sum->level[0].evicted += c->l1.counts.evicted;
	sum->outer_syncs += c->counts.outer_syncs;
	sum->tlb_fills += c->counts.tlb_fills;
	sum->tlb_invalidations += c->counts.tlb_invalidations;
	sum->tlb_evictions += c->counts.tlb_evictions;
	sum->tlb_conflicts += c->counts.tlb_conflicts;
	sum->barriers += c->counts.barriers;
	sum->faults += c->counts.faults;
}

static void add_outer_counts(const struct machine *m, struct machine_counters *sum)
{
	const struct outer_counts *outer = &m->outer.counts;

	sum->level[1].written_back += outer->written_back;
	sum->level[1].dropped += outer->dropped;
	sum->level[1].filled += outer->filled;
	sum->level[1].speculated += outer->speculated;
	sum->level[1].evicted += outer->evicted;
}

void machine_count(const struct machine *m, struct machine_counters *ret_counters)
{
	struct machine_counters sum = {
		.dma_read_bytes = m->gone_dma_read_bytes,
		.dma_write_bytes = m->gone_dma_write_bytes,
		.faults = m->gone_faults,
	};

	settle_for_look(m);
	for (unsigned i = 0; i < m->nr_cpus; i++)
		add_cpu_counts(m->cpus[i], &sum);
	add_outer_counts(m, &sum);
	for (unsigned i = 0; i < m->masters->len; i++)
		master_count(g_ptr_array_index(m->masters, i), &sum);
	sum.outer_merges = m->stb.nr_merged;
	*ret_counters = sum;
}
