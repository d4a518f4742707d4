/* SPDX-License-Identifier: MIT */
/* The engine: listens to the machine and to the library, and takes the rules round. */
#include "dma-debug.h"
#include "excuse.h"
#include "exposure.h"
#include "may/may.h"
#include "overtake.h"
#include "pool.h"
#include "report.h"
#include "story.h"
#include "writers.h"

struct record engine_record(struct hazard_engine *e, enum record_kind kind)
{
	return (struct record){
		.seq = ++e->seq, .step = machine_step(e->machine), .kind = (uint8_t)kind,
	};
}

uint32_t engine_stack(struct hazard_engine *e, const void *site)
{
	if (!e->config.full_backtrace)
		return NO_STACK;
	return stacks_keep(&e->stacks, stack_here(site));
}

uint32_t engine_stack_of_store(struct hazard_engine *e, const void *site)
{
	if (site && e->begun_site == site)
		return e->begun_stack;
	return engine_stack(e, site);
}

/* Whoever stores is on the stack now, and perhaps not when the store is told of. */
static void on_store(struct observer *o, const struct cpu *c, const void *site)
{
	struct hazard_engine *e = (struct hazard_engine *)
		((char *)o - offsetof(struct hazard_engine, observer));

	e->begun_site = site;
	e->begun_stack = engine_stack(e, site);
}

static bool is_range(const struct observe_event *ev)
{
	return (ev->kind == OBSERVE_DMA_READ || ev->kind == OBSERVE_DMA_WRITE) &&
	       ev->pa % ev->line_bytes + ev->len > ev->line_bytes;
}

/* Alone: no other event, no other note, nobody in lane.c. */
static void enter(struct hazard_engine *e)
{
	g_rec_mutex_lock(&e->lock);
	if (e->live.is_fast && !e->depth++)
		mapped_shut(&e->live);
}

static void leave(struct hazard_engine *e)
{
	if (e->live.is_fast && !--e->depth)
		mapped_open(&e->live);
	g_rec_mutex_unlock(&e->lock);
}

static void on_iommu(struct hazard_engine *e, const struct observe_event *ev)
{
	iommu_event(e, ev);
	ownership_device_diverted(e, ev);
}

/* What was observed, and what rules say of it. */
static void judge(struct hazard_engine *e, const struct observe_event *ev)
{
	pool_event(e, ev);
	if (ev->kind == OBSERVE_DMA_READ)
		overtake_device_read(e, ev);
	else if (ev->kind == OBSERVE_DMA_WRITE)
		overtake_device_write(e, ev);
	if (ev->kind == OBSERVE_CPU_FAULT)
		abort_event(e, ev);
	else if (ev->kind == OBSERVE_UNSUPPLIED)
		iommu_off_event(e, ev);
	else if (ev->kind == OBSERVE_MASTER_FAULT)
		ownership_device_refused(e, ev);
	else if (ev->kind == OBSERVE_IOMMU)
		on_iommu(e, ev);
	else if (ev->kind == OBSERVE_FETCH)
		fetch_event(e, ev);
	else if (is_range(ev))
		range_event(e, ev);
	else
		bytes_event(e, ev);
}

static void on_event(struct observer *o, const struct observe_event *ev)
{
	struct hazard_engine *e = (struct hazard_engine *)
		((char *)o - offsetof(struct hazard_engine, observer));
	uint64_t nr_told = e->nr_told;

	if (ev->kind == OBSERVE_MAINTAIN) {	/* often, of many lines; exact gear only */
		if (e->may)
			may_event(e, ev, false);
		return;
	}
	if (ev->kind == OBSERVE_SUPPLY)
		return;
	if (ev->kind == OBSERVE_BARRIER || ev->kind == OBSERVE_REGISTER) {
		overtake_event(e, ev);
		return;
	}
	enter(e);
	if (e->trace)
		run_trace_event(e, ev);
	judge(e, ev);
	if (e->may)
		may_event(e, ev, e->nr_told > nr_told);
	leave(e);
}

/*
 * A plain C store before the call may still be on its way: it is told of first,
 * while the mapping that it belongs to is as it was.
 */
static void settle(struct hazard_engine *e)
{
	cpu_isb(machine_cpu(e->machine, 0));	/* the one barrier that nobody counts */
}

static void on_note(struct ledger_listener *l, const struct ledger_note *n)
{
	struct hazard_engine *e = (struct hazard_engine *)
		((char *)l - offsetof(struct hazard_engine, listener));

	if (e->live.is_fast && lane_note(e, n))
		return;
	if (n->kind == LEDGER_SLAB_ALLOCATED && !e->exposure)
		return;
	settle(e);		/* where another agent may go on: not while we are alone */
	enter(e);
	ledger_note(e, n);
	leave(e);
}

static void on_dma_debug_note(struct ledger_listener *l, const struct ledger_note *n)
{
	struct hazard_engine *e = (struct hazard_engine *)
		((char *)l - offsetof(struct hazard_engine, listener));

	enter(e);
	dma_debug_note(e, n);
	leave(e);
}

static void take_config(struct hazard_engine *e, const struct hazard_config *cfg)
{
	if (!cfg)
		return;
	e->config = *cfg;
	writers_take_paths(&e->config);
	e->replay = g_strdup(cfg->replay);
	e->suppressions = g_strdup(cfg->suppressions);
	if (e->suppressions)
		e->excuses = excuses_read(e->suppressions, NULL);
}

struct hazard_engine *hazard_attach(struct machine *m, const struct hazard_config *cfg)
{
	struct hazard_engine *e = g_new0(struct hazard_engine, 1);

	e->machine = m;
	take_config(e, cfg);
	g_rec_mutex_init(&e->lock);
	shadow_init(&e->shadow, m);
	mapped_init(&e->live, machine_gear(m) == GEAR_FAST);
	parties_init(&e->parties, &e->live);
	stacks_init(&e->stacks);
	e->symbols = symbols_new();
	e->reports = g_ptr_array_new_with_free_func(report_free);
	e->excused = g_ptr_array_new_with_free_func(report_free);
	e->observer.event = on_event;
	if (e->config.rules == RULES_DMA_DEBUG)
		e->dma_debug = dma_debug_new();
	e->listener.note = e->dma_debug ? on_dma_debug_note : on_note;
	ledger_listen(m, &e->listener);
	if (e->dma_debug)
		return e;
	if (e->config.full_backtrace && !e->live.is_fast)
		e->observer.store_begins = on_store;
	machine_observe(m, &e->observer);
	if (!e->live.is_fast) {
		iommu_begin(e);
		overtake_begin(e);
	}
	if (!e->live.is_fast && e->config.exposure)
		exposure_begin(e);
	may_begin(e);
	if (!e->live.is_fast && e->config.html_path)
		e->stories = stories_new(e);
	if (!e->live.is_fast && e->config.trace_path)
		e->trace = run_trace_new();
	return e;
}

uint64_t hazard_count(const struct hazard_engine *e, enum hazard_class c)
{
	return c == NR_HAZARD_CLASSES ? report_times(e) : e->count[c];
}

static void engine_free(struct hazard_engine *e)
{
	dma_debug_free(e->dma_debug);
	exposure_done(e);
	iommu_done(e);
	may_done(e);
	overtake_done(e);
	stories_free(e->stories);
	run_trace_free(e->trace);
	ledger_done(e);
	pool_done(e);
	alias_done(e);
	user_notes_done(e);
	sg_lists_done(e);
	if (e->known)
		g_hash_table_destroy(e->known);
	g_ptr_array_free(e->reports, TRUE);
	g_ptr_array_free(e->excused, TRUE);
	g_clear_pointer(&e->excuses, g_ptr_array_unref);
	symbols_free(e->symbols);
	stacks_done(&e->stacks);
	parties_done(&e->parties);
	mapped_done(&e->live);
	shadow_done(&e->shadow);
	g_rec_mutex_clear(&e->lock);
	writers_forget_paths(&e->config);
	g_free(e->replay);
	g_free(e->suppressions);
	g_free(e);
}

void hazard_stopping(struct hazard_engine *e)
{
	if (e)
		iommu_finish(e);
}

int hazard_detach(struct hazard_engine *e)
{
	int status;

	if (!e)
		return 0;
	ledger_listen(e->machine, NULL);
	if (!e->dma_debug)
		machine_unobserve(e->machine, &e->observer);
	iommu_finish(e);
	ledger_finish(e);
	exposure_finish(e);
	if (!e->config.is_quiet)
		summary_print(e);
	status = e->reports->len || !excuses_are_met(e) ? 1 : 0;
	if (!writers_write(e))
		status = 2;
	engine_free(e);
	return status;
}
