/* SPDX-License-Identifier: MIT */
/*
 * A DMA master's port: address lines, dma-ranges, DRAM, and the snoop of a coherent
 * one. See master.h.
 *
 * Leaves out: masters that reach registers (peer to peer): DRAM only.
 */
#include "../sim.h"
#include "../iommu/hw.h"

#include <armdma/run.h>
#include <string.h>

#define MOST_RETRIES	64u		/* of one access */

struct iommu_port {
	struct iommu_hw *iommu;
	uint32_t stream;
	bool is_stalled;
	struct master_fault stall;	/* what every access gets until it is resumed */
	uint32_t stall_id;
};

struct master {
	struct machine *machine;
	char *name;
	bool is_coherent;
	bool is_acp;
	bool is_ace_lite;
	bool is_unsnooped;		/* the access under way: its IOMMU says so */
	uint8_t interface;		/* of the CCI-400, if it is at one */
	uint8_t use;			/* enum outer_use of its snooping accesses at an ACP */
	uint64_t dma_mask;
	uint64_t dropped;		/* bits of the address of the access under way */
	struct board_range *ranges;
	size_t nr_ranges;
	GArray *ports;			/* of struct iommu_port; NULL: at the bus */

	/* Written by whoever drives this master; apart from what others read. */
	alignas(HOST_LINE) uint64_t read_bytes;
	uint64_t write_bytes;
	uint64_t faults;
};

struct master *master_new(struct machine *m, const struct master_config *cfg)
{
	struct master *d = g_aligned_alloc0(1, sizeof(*d), HOST_LINE);
	unsigned bits = cfg->dma_bits ? cfg->dma_bits : 64;

	d->machine = m;
	d->name = g_strdup(cfg->name);
	d->is_coherent = cfg->is_coherent;
	d->is_acp = cfg->port == PORT_ACP;
	d->is_ace_lite = cfg->port == PORT_ACE_LITE && m->cci400.is_there;
	g_assert(cfg->cci_interface < CCI_ACE_LITE_INTERFACES);
	d->interface = (uint8_t)cfg->cci_interface;
	d->use = cfg->allocs_l2 ? OUTER_WRITE_ALLOCATE : OUTER_LOOK_UP;
	master_set_dma_bits(d, bits);
	d->ranges = g_memdup2(cfg->ranges, cfg->nr_ranges * sizeof(*cfg->ranges));
	d->nr_ranges = cfg->nr_ranges;
	g_ptr_array_add(m->masters, d);
	return d;
}

void master_set_dma_bits(struct master *d, unsigned bits)
{
	g_assert(bits && bits <= 64);
	d->dma_mask = bits < 64 ? (1ull << bits) - 1 : ~0ull;
}

void master_destroy(struct master *d)
{
	master_detach_iommus(d);
	g_free(d->name);
	g_free(d->ranges);
	g_aligned_free(d);
}

void master_free(struct master *d)
{
	struct machine *m;

	if (!d)
		return;
	m = d->machine;
	m->gone_dma_read_bytes += d->read_bytes;
	m->gone_dma_write_bytes += d->write_bytes;
	m->gone_faults += d->faults;
	g_ptr_array_remove(m->masters, d);
	master_destroy(d);
}

const char *master_name(const struct master *d)
{
	return d->name;
}

bool master_is_coherent(const struct master *d)
{
	return d->is_coherent;
}

struct machine *master_machine(const struct master *d)
{
	return d->machine;
}

void master_count(const struct master *d, struct machine_counters *sum)
{
	sum->dma_read_bytes += d->read_bytes;
	sum->dma_write_bytes += d->write_bytes;
	sum->faults += d->faults;
}

/* ---- where an address leads ------------------------------------------------ */

/* Through dma-ranges: @ret_room bytes from here on go the same way. */
static bool route(const struct master *d, uint64_t dma, uint64_t *ret_pa, uint64_t *ret_room)
{
	uint64_t wrap = d->dma_mask - dma;	/* bytes before the address lines run out, less 1 */

	if (!d->nr_ranges) {
		*ret_pa = dma;
		*ret_room = wrap == ~0ull ? wrap : wrap + 1;
		return true;
	}
	for (size_t i = 0; i < d->nr_ranges; i++) {
		const struct board_range *r = &d->ranges[i];

		if (dma - r->dma < r->len) {
			*ret_pa = r->pa + (dma - r->dma);
			*ret_room = MIN(r->len - (dma - r->dma) - 1, wrap) + 1;
			return true;
		}
	}
	return false;
}

static struct master_fault refuse(struct master *d, const struct master_fault f)
{
	struct machine *m = d->machine;
	struct observe_event ev = {
		.kind = OBSERVE_MASTER_FAULT, .master = d, .dma = f.dma, .pa = f.pa, .refusal = f,
		.dropped = d->dropped,
	};

	d->faults++;
	machine_lock(m);
	machine_tell(m, &ev);
	machine_unlock(m);
	return f;
}

/* ---- moving bytes ------------------------------------------------------------ */

static void expel_outer(struct machine *m, struct place at, size_t len)
{
	if (!outer_is_on(&m->outer))
		return;
	for (size_t done = 0; done < len;) {
		struct place here = place_add(at, done);
		int i = outer_find(&m->outer, here);

		if (i >= 0)
			outer_expel(m, i, CAUSE_SNOOP);
		done += outer_piece(&m->outer, here.off, len - done);
	}
}

/* The CPUs whose caches hear of what this port does now: a set of inner.cpu_bit. */
static uint8_t snooped_by(const struct master *d)
{
	if (d->is_unsnooped)
		return 0;
	if (d->is_ace_lite)
		return cci400_snooped(d->machine, d->interface, d->is_coherent);
	return d->is_coherent ? INNER_EVERY_CPU : 0;
}

/* Their copies of the lines under [at, at + len) go out, then away. */
static void snoop_write(struct machine *m, uint8_t cpus, struct place at, size_t len)
{
	inner_snoop_clean_invalidate(m, cpus, at, len);
	expel_outer(m, at, len);
	if (m->stb.nr)
		stb_drain_over(m, at, len);
}

/* The newest bytes, wherever they are; or from an ACP, level 1's, else those below. */
static void snoop_read(const struct master *d, uint8_t cpus, struct place at, void *buf,
		       size_t len)
{
	struct machine *m = d->machine;

	if (inner_snoop_read(m, cpus, at, buf, len))
		return;
	if (d->is_acp)
		outer_read(m, at, buf, len, d->use);
	else
		outer_peek(m, at, buf, len);
}

/* Level 1 lets go of the line, into level 2 if it is dirty; the write follows it there. */
static void write_by_acp(const struct master *d, struct place at, const void *buf, size_t len)
{
	inner_snoop_clean_invalidate(d->machine, INNER_EVERY_CPU, at, len);
	outer_write(d->machine, at, buf, len, d->use);
}

static struct observe_path path_of(const struct master *d)
{
	return (struct observe_path){
		.is_snooping = snooped_by(d), .is_above_l2 = d->is_acp,
		.below = d->is_acp ? (uint8_t)d->use : BELOW_BYPASSED, .is_shareable = true,
	};
}

/* Told of everywhere, so the step counts even where nobody listens. */
static void tell_dma(struct machine *m, enum observe_kind kind, struct place at,
		     const void *bytes, size_t len)
{
	struct observe_event ev = machine_event(m, kind, at, bytes, len);

	ev.path = path_of(m->actor.master);
	if (m->order && kind == OBSERVE_DMA_READ)
		ev.order = order_judge(m, m->actor.master, NULL, at, len);
	machine_tell(m, &ev);
}

static void read_piece(struct master *d, struct place at, void *buf, size_t len)
{
	struct machine *m = d->machine;
	uint8_t cpus = snooped_by(d);

	event_begins(m, at, EVENT_READS);
	if (cpus)
		snoop_read(d, cpus, at, buf, len);
	else
		memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
	tell_dma(m, OBSERVE_DMA_READ, at, buf, len);
	event_ended(m, at, EVENT_READS);
}

static void write_piece(struct master *d, struct place at, const void *buf, size_t len)
{
	struct machine *m = d->machine;
	uint8_t cpus = snooped_by(d);

	event_begins(m, at, EVENT_WRITES_BELOW);
	if (cpus && !d->is_acp)
		snoop_write(m, cpus, at, len);
	tell_dma(m, OBSERVE_DMA_WRITE, at, buf, len);
	if (cpus && d->is_acp)
		write_by_acp(d, at, buf, len);
	else
		dram_commit(m, at, buf, len);
	event_ended(m, at, EVENT_WRITES_BELOW);
}

static void fast_piece(struct machine *m, struct place at, void *buf, size_t len, bool is_write)
{
	uint8_t *bytes = dram_bytes(&m->dram, IMAGE_DRAM, at.off);

	if (is_write)
		memcpy(bytes, buf, len);
	else
		memcpy(buf, bytes, len);
}

/*
 * Does no cache hold any of the page? Around watched lines the chooser may bring some
 * in, so where it may, they are taken one by one.
 */
static bool is_bulk(const struct machine *m, const struct page_summary *p)
{
	return !p->nr_inner && !p->nr_outer && !(m->acts && p->flags & PAGE_HAS_WATCHED);
}

/* How many of the @len bytes at @at lie in such pages. */
static size_t bulk_run(const struct machine *m, struct place at, size_t len)
{
	size_t run = 0;

	if (m->run)		/* others may go on between any two lines */
		return 0;

	while (run < len && is_bulk(m, page_summary(&m->pages, at.off + run)))
		run += PAGE_BYTES - ((at.off + run) & PAGE_MASK);
	return MIN(run, len);
}

/* What no cache takes part in moves at once, and is told of at once. */
static void move_run(struct master *d, struct place at, uint64_t dma, void *buf, size_t len,
		     bool is_write)
{
	struct machine *m = d->machine;

	m->actor = (struct actor){ .master = d, .dma = dma, .dropped = d->dropped };
	events_count(m, at, len);
	if (!is_write)
		memcpy(buf, dram_bytes(&m->dram, IMAGE_DRAM, at.off), len);
	tell_dma(m, is_write ? OBSERVE_DMA_WRITE : OBSERVE_DMA_READ, at, buf, len);
	if (is_write)
		dram_commit(m, at, buf, len);
}

static void move_line(struct master *d, struct place at, uint64_t dma, void *buf, size_t len,
		      bool is_write)
{
	d->machine->actor = (struct actor){ .master = d, .dma = dma, .dropped = d->dropped };
	if (is_write)
		write_piece(d, at, buf, len);
	else
		read_piece(d, at, buf, len);
}

/* Registers may make an ACE-Lite port's every transaction a shareable one. */
static bool may_snoop(const struct master *d)
{
	return !d->is_unsnooped && (d->is_coherent || d->is_ace_lite);
}

/* Line by line, where a line may be held by a cache. */
static void move(struct master *d, struct place at, uint64_t dma, void *buf, size_t len,
		 bool is_write)
{
	struct machine *m = d->machine;

	if (m->is_fast) {
		fast_piece(m, at, buf, len, is_write);
		return;
	}
	while (len) {
		bool may_run = !may_snoop(d) || (!d->is_acp && !m->stb.nr);
		size_t piece = may_run ? bulk_run(m, at, len) : 0;

		if (piece) {
			move_run(d, at, dma, buf, piece, is_write);
		} else {
			piece = inner_piece(&m->inner, at.off, len);
			move_line(d, at, dma, buf, piece, is_write);
		}
		at = place_add(at, piece);
		dma += piece;
		buf = (char *)buf + piece;
		len -= piece;
		run_point(m);
	}
}

/* [@pa, +@len) as far as one bank of DRAM has it: bytes that moved, 0 if none answers. */
static size_t move_in_bank(struct master *d, uint64_t pa, uint64_t dma, void *buf, size_t len,
			   bool is_write)
{
	const struct dram_bank *b = dram_bank_of(&d->machine->dram, pa, 1);
	size_t piece;

	if (!b)
		return 0;
	piece = (size_t)MIN(b->pa + b->len - pa, len);
	move(d, (struct place){ pa, b->off + (pa - b->pa) }, dma, buf, piece, is_write);
	*(is_write ? &d->write_bytes : &d->read_bytes) += piece;
	return piece;
}

/* One access under way: what is left of it. */
struct transfer {
	struct master *d;
	const struct master_ask *how;
	uint64_t dma;
	void *buf;
	size_t len;
	bool is_write;
	uint64_t retried;		/* the address that was last to be retried */
	unsigned nr_retries;
	uint64_t dropped;		/* of its address */
};

static void advance(struct transfer *t, size_t piece)
{
	t->dma += piece;
	t->buf = (char *)t->buf + piece;
	t->len -= piece;
}

static bool refused(struct transfer *t, enum master_fault_kind kind, uint64_t pa,
		    struct master_fault *ret)
{
	*ret = refuse(t->d, (struct master_fault){
		.kind = kind, .dma = t->dma, .pa = pa, .is_write = t->is_write,
	});
	return false;
}

/* The next piece, by dma-ranges alone; false: refused. */
static bool step_plain(struct transfer *t, size_t len, struct master_fault *ret)
{
	uint64_t pa, room;
	size_t piece;

	if (!route(t->d, t->dma, &pa, &room))
		return refused(t, MASTER_NO_RANGE, 0, ret);
	piece = move_in_bank(t->d, pa, t->dma, t->buf, (size_t)MIN(room, len), t->is_write);
	if (!piece)
		return refused(t, MASTER_DECODE_ERROR, pa, ret);
	advance(t, piece);
	return true;
}

/* ---- behind an IOMMU ---------------------------------------------------------- */

unsigned master_attach_iommu(struct master *d, struct iommu_hw *i, uint32_t stream)
{
	struct iommu_port port = { .iommu = i, .stream = stream };

	g_assert(i->machine == d->machine);
	if (!d->ports)
		d->ports = g_array_new(false, false, sizeof(port));
	g_array_append_val(d->ports, port);
	return d->ports->len - 1;
}

void master_detach_iommus(struct master *d)
{
	if (d->ports)
		g_array_unref(d->ports);
	d->ports = NULL;
}

static struct iommu_port *port_of_master(const struct master *d, unsigned port)
{
	g_assert(port < d->ports->len);
	return &g_array_index(d->ports, struct iommu_port, port);
}

struct iommu_hw *master_iommu(const struct master *d, unsigned port, uint32_t *ret_stream)
{
	if (!d->ports || port >= d->ports->len)
		return NULL;
	if (ret_stream)
		*ret_stream = port_of_master(d, port)->stream;
	return port_of_master(d, port)->iommu;
}

/* The bus lets pass what lies in a window of it: bytes from here to its end, or 0. */
static uint64_t window_room(const struct master *d, uint64_t dma)
{
	uint64_t pa, room;

	return route(d, dma, &pa, &room) ? room : 0;
}

static struct master_fault fault_of(const struct transfer *t, const struct iommu_port *port,
				    const struct iommu_hw_result *r)
{
	return (struct master_fault){
		.kind = r->outcome == IOMMU_HW_STALL ? MASTER_STALLED : MASTER_IOMMU_FAULT,
		.dma = t->dma, .is_write = t->is_write, .iommu = port->iommu,
		.stream = port->stream, .reason = r->reason, .level = r->level,
	};
}

static void vanish(struct transfer *t, size_t len)
{
	if (!t->is_write)
		memset(t->buf, 0, len);
	advance(t, len);
}

/* In the fast gear, where several threads may be one master, nobody asks. */
static size_t move_translated(struct transfer *t, const struct iommu_hw_result *r, size_t room)
{
	struct master *d = t->d;
	size_t piece;

	if (d->machine->is_fast)
		return move_in_bank(d, r->pa, t->dma, t->buf, room, t->is_write);
	d->is_unsnooped = r->is_unsnooped;
	piece = move_in_bank(d, r->pa, t->dma, t->buf, room, t->is_write);
	d->is_unsnooped = false;
	return piece;
}

/* What the IOMMU answered, carried out; false: refused, or it waits. */
static bool obey(struct transfer *t, struct iommu_port *port, const struct iommu_hw_result *r,
		 struct master_fault *ret)
{
	size_t room = (size_t)MIN(r->room, t->len);
	size_t piece;

	switch (r->outcome) {
	case IOMMU_HW_BYPASS:
		return step_plain(t, room, ret);
	case IOMMU_HW_DROP:
		vanish(t, room);
		return true;
	case IOMMU_HW_HIT:
	case IOMMU_HW_REDIRECT:
		piece = move_translated(t, r, room);
		advance(t, piece);
		return piece || refused(t, MASTER_DECODE_ERROR, r->pa, ret);
	default:
		*ret = fault_of(t, port, r);
		if (r->outcome != IOMMU_HW_STALL)
			refuse(t->d, *ret);
		return false;
	}
}

/* A stall is on: software may hear of it and act; where others run, they go on first. */
static enum iommu_hw_stall_state wait_for_resume(struct machine *m, struct iommu_port *port)
{
	enum iommu_hw_stall_state state;

	irqs_after_dma(m);
	state = iommu_hw_stall_state(port->iommu, port->stall_id);
	while (state == IOMMU_HW_STALL_WAITS && run_others_left(m)) {
		run_yield();
		state = iommu_hw_stall_state(port->iommu, port->stall_id);
	}
	return state;
}

/* Software that has an access made again and mends nothing would do so for ever. */
static bool may_retry(struct transfer *t)
{
	if (t->retried != t->dma)
		t->nr_retries = 0;
	t->retried = t->dma;
	return t->nr_retries++ < MOST_RETRIES;
}

/* True: the port is free, and the access to be made (again). */
static bool stall_is_over(struct transfer *t, struct iommu_port *port, struct master_fault *ret)
{
	enum iommu_hw_stall_state state = wait_for_resume(t->d->machine, port);

	port->is_stalled = state == IOMMU_HW_STALL_WAITS;
	if (state == IOMMU_HW_STALL_RETRY && may_retry(t))
		return true;
	*ret = port->stall;
	if (state == IOMMU_HW_STALL_TERMINATE) {
		ret->kind = MASTER_IOMMU_FAULT;
		refuse(t->d, *ret);
	}
	return false;
}

/* Fast gear: an invalidation waits until what was translated before it has moved. */
static bool step_translated(struct transfer *t, struct iommu_port *port, struct master_fault *ret)
{
	uint64_t window = window_room(t->d, t->dma);
	struct iommu_hw_access a = {
		.stream = port->stream, .iova = t->dma, .len = (size_t)MIN(window, t->len),
		.is_write = t->is_write, .is_privileged = t->how->is_privileged,
		.is_fetch = t->how->is_fetch,
	};
	struct iommu_hw_result r;
	bool is_done;

	if (!window)
		return refused(t, MASTER_NO_RANGE, 0, ret);
	iommu_hw_enter(port->iommu);
	r = iommu_hw_serve(port->iommu, t->d, &a);
	is_done = obey(t, port, &r, ret);
	iommu_hw_leave(port->iommu);
	if (is_done || r.outcome != IOMMU_HW_STALL)
		return is_done;
	port->is_stalled = true;
	port->stall = *ret;
	port->stall_id = r.stall;
	ret->kind = MASTER_OK;
	return stall_is_over(t, port, ret);
}

static bool step_behind(struct transfer *t, struct master_fault *ret)
{
	struct iommu_port *port = port_of_master(t->d, t->how->port);

	if (port->is_stalled && !stall_is_over(t, port, ret))
		return false;
	return step_translated(t, port, ret);
}

/* ---- the transfer --------------------------------------------------------------- */

/* What the address lines carry. In the fast gear, where nobody asks, threads may share @d. */
static void take_lines(struct transfer *t)
{
	t->dropped += t->dma & ~t->d->dma_mask;
	t->dma &= t->d->dma_mask;
	if (!t->d->machine->is_fast)
		t->d->dropped = t->dropped;
}

static struct master_fault transfer(struct transfer *t)
{
	struct machine *m = t->d->machine;
	struct master_fault f = { .kind = MASTER_OK };

	if (!m->is_fast)
		machine_begin(m);
	if (m->order)
		order_step_master(m);
	if (unlikely(m->stb.nr))
		stb_before_master(m);
	while (t->len) {
		take_lines(t);
		if (!(unlikely(t->d->ports != NULL) ? step_behind(t, &f)
						    : step_plain(t, t->len, &f)))
			break;
	}
	irqs_after_dma(m);
	return f;
}

struct master_fault master_read_as(struct master *d, const struct master_ask *how, uint64_t dma,
				   void *buf, size_t len)
{
	return transfer(&(struct transfer){ d, how, dma, buf, len, false });
}

struct master_fault master_write_as(struct master *d, const struct master_ask *how, uint64_t dma,
				    const void *buf, size_t len)
{
	return transfer(&(struct transfer){ d, how, dma, (void *)(uintptr_t)buf, len, true });
}

static const struct master_ask ordinary;

struct master_fault master_read(struct master *d, uint64_t dma, void *buf, size_t len)
{
	return master_read_as(d, &ordinary, dma, buf, len);
}

struct master_fault master_write(struct master *d, uint64_t dma, const void *buf, size_t len)
{
	return master_write_as(d, &ordinary, dma, buf, len);
}
