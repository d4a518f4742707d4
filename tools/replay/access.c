/* SPDX-License-Identifier: MIT */
/*
 * The accesses that the API implies, with checked bytes.
 *
 * Beside each board page in use lies a golden page: what a coherent machine would
 * hold there. Every write, of CPU or device, goes to both; every read is compared.
 * So buffers may overlap, follow each other or share lines: what is wrong is
 * wrong by the machine's order of accesses, not by our bookkeeping of patterns.
 *
 * The CPU never touches what another live mapping owns (it may read what devices
 * only read): that would be our fault, not the workload's. A page that is used
 * for the first time was zeroed by the CPU, as pages are, so its lines are dirty.
 */
#include <string.h>

#include <asm/barrier.h>

#include "engine.h"

/* Of an allocation, so many bytes at both ends stand for its descriptors. */
#define DESCRIPTOR_BYTES	64u

/* ---- patterns ----------------------------------------------------------- */

enum side { SIDE_CPU = 1, SIDE_DEVICE = 2 };

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* A new ordinal for each write, so that no two writes of a byte look alike. */
static void pattern(struct replay *r, enum side side, uint64_t off, uint8_t *ret_buf,
		    size_t len)
{
	uint64_t key = mix(r->cfg->seed ^ mix(++r->ordinal * 4 + side));

	for (size_t i = 0; i < len; i += 8) {
		uint64_t word = mix(key ^ (off + i));

		memcpy(ret_buf + i, &word, MIN(8, len - i));
	}
}

/* ---- one run of bytes within one page ------------------------------------- */

/** A run that lies in one page of the board. */
struct run {
	struct mapping *m;
	struct segment *seg;
	uint64_t pa;
	size_t len;
	uint64_t off;			/* in the mapping */
	uint8_t *golden;
};

static uint32_t run_va(const struct run *c)
{
	return c->seg->va + (uint32_t)(c->pa - c->seg->pa);
}

static void cpu_aborted(struct replay *r, const struct run *c)
{
	replay_find(r, c->m->dev, FIND_BUS_ERROR, "the CPU's access to its buffer at 0x%"
		    G_GINT64_MODIFIER "x aborted", c->pa);
}

static void device_refused(struct replay *r, const struct run *c, struct master_fault f)
{
	bool is_iommu = f.kind == MASTER_IOMMU_FAULT || f.kind == MASTER_STALLED;

	replay_find(r, c->m->dev, is_iommu ? FIND_IOMMU_FAULT : FIND_BUS_ERROR,
		    "%s of 0x%" G_GINT64_MODIFIER "x: %s",
		    f.is_write ? "write" : "read", f.dma,
		    f.kind == MASTER_NO_RANGE ? "outside the bus's dma-ranges" :
		    f.kind == MASTER_IOMMU_FAULT ? iommu_hw_reason_name(f.reason) :
		    f.kind == MASTER_STALLED ? "nobody resumes it" : "nothing answers there");
}

static void wrong_bytes(struct replay *r, const struct run *c, enum finding finding,
			const uint8_t *got)
{
	uint64_t nr = 0;
	size_t first = c->len;

	for (size_t i = c->len; i-- > 0; )
		if (got[i] != c->golden[i]) {
			nr++;
			first = i;
		}
	TALLY(c->m->dev, checked, c->len);
	if (!nr)
		return;
	TALLY(c->m->dev, wrong, nr);
	replay_find(r, c->m->dev, finding, "%s saw 0x%02x, should be 0x%02x: byte %"
		    G_GINT64_MODIFIER "u of %" G_GINT64_MODIFIER "u, %s, mapped in line %"
		    G_GINT64_MODIFIER "u",
		    finding == FIND_CPU_READ_WRONG ? "the CPU" : "the device",
		    got[first], c->golden[first], c->off + first, c->m->len,
		    dir_name(c->m->dir), c->m->line);
	/* replay_find() counted one of them. */
	TALLY(c->m->dev, findings[finding], nr - 1);
	geometry_blame(r, c->m, nr);
}

static void cpu_write_run(struct replay *r, const struct run *c)
{
	pattern(r, SIDE_CPU, c->off, c->golden, c->len);
	if (!cpu_store(r->cpu, run_va(c), c->golden, c->len, NULL))
		cpu_aborted(r, c);
	TALLY(c->m->dev, moved[CPU_WROTE], c->len);
}

static void cpu_read_run(struct replay *r, const struct run *c)
{
	uint8_t got[PAGE_SIZE];

	if (!cpu_load(r->cpu, run_va(c), got, c->len, NULL)) {
		cpu_aborted(r, c);
		return;
	}
	TALLY(c->m->dev, moved[CPU_READ], c->len);
	wrong_bytes(r, c, FIND_CPU_READ_WRONG, got);
}

static uint64_t run_dma(const struct run *c)
{
	return c->seg->dma + (c->pa - c->seg->pa);
}

/* A master that several IOMMUs serve uses each of them. */
static struct master_ask by_next_port(struct replay_device *dev)
{
	return (struct master_ask){ .port = dev->nr_ports ? dev->next_port++ % dev->nr_ports : 0 };
}

static struct master_fault device_stores(struct replay_device *dev, uint64_t dma,
					 const void *buf, size_t len)
{
	struct master_ask how = by_next_port(dev);

	return master_write_as(dev->master, &how, dma, buf, len);
}

static struct master_fault device_loads(struct replay_device *dev, uint64_t dma, void *buf,
					size_t len)
{
	struct master_ask how = by_next_port(dev);

	return master_read_as(dev->master, &how, dma, buf, len);
}

static void device_write_run(struct replay *r, const struct run *c)
{
	pattern(r, SIDE_DEVICE, c->off, c->golden, c->len);

	struct master_fault f = device_stores(c->m->dev, run_dma(c), c->golden, c->len);

	if (f.kind != MASTER_OK)
		device_refused(r, c, f);
	TALLY(c->m->dev, moved[DEVICE_WROTE], c->len);
}

static void device_read_run(struct replay *r, const struct run *c)
{
	uint8_t got[PAGE_SIZE];
	struct master_fault f = device_loads(c->m->dev, run_dma(c), got, c->len);

	if (f.kind != MASTER_OK) {
		device_refused(r, c, f);
		return;
	}
	TALLY(c->m->dev, moved[DEVICE_READ], c->len);
	wrong_bytes(r, c, FIND_DEVICE_READ_WRONG, got);
}

/* ---- which bytes ------------------------------------------------------------ */

typedef void (*run_fn)(struct replay *r, const struct run *c);

/** Whose bytes the CPU leaves alone. */
enum respect { RESPECT_NONE, RESPECT_WRITTEN, RESPECT_ALL };

/*
 * How many bytes from @pa on are alike, at most @len: either owned by another live
 * mapping (*@ret_is_taken) or not.
 */
static size_t alike(const struct run *c, enum respect respect, uint64_t pa, size_t len,
		    bool *ret_is_taken)
{
	const GPtrArray *live = rename_group(c->seg, pa)->live;
	uint64_t taken_until = pa, free_until = pa + len;

	for (unsigned i = 0; i < live->len; i++) {
		const struct segment *s = live->pdata[i];

		if (s->owner == c->m || respect == RESPECT_NONE)
			continue;
		if (respect == RESPECT_WRITTEN && !dir_is_written(s->owner->dir))
			continue;
		if (s->pa > pa)
			free_until = MIN(free_until, s->pa);
		else if (s->pa + s->len > pa)
			taken_until = MAX(taken_until, s->pa + s->len);
	}
	*ret_is_taken = taken_until > pa;
	return MIN(*ret_is_taken ? taken_until - pa : free_until - pa, len);
}

static void zero_page(struct replay *r, const struct run *c)
{
	static const uint8_t zeroes[PAGE_SIZE];
	uint32_t va = run_va(c) & ~(uint32_t)(PAGE_SIZE - 1);

	if (!cpu_store(r->cpu, va, zeroes, PAGE_SIZE, NULL))
		cpu_aborted(r, c);
}

/* @c lies in one page: @fn on what may be touched of it; NULL: see that it is zeroed. */
static void on_page(struct replay *r, struct run *c, enum respect respect, run_fn fn)
{
	struct run part = *c;
	bool is_new, is_taken;
	uint8_t *golden = rename_golden(rename_group(c->seg, c->pa), c->pa, &is_new);

	if (is_new)
		zero_page(r, c);
	for (size_t done = 0; fn && done < c->len; done += part.len) {
		part.pa = c->pa + done;
		part.off = c->off + done;
		part.golden = golden + (part.pa & (PAGE_SIZE - 1));
		part.len = alike(c, respect, part.pa, c->len - done, &is_taken);
		if (is_taken)
			TALLY(c->m->dev, left_alone, part.len);
		else
			fn(r, &part);
	}
}

static void on_segment(struct replay *r, struct segment *seg, uint64_t off, size_t len,
		       enum respect respect, run_fn fn)
{
	for (size_t done = 0; done < len; ) {
		uint64_t pa = seg->pa + off + done;
		struct run c = {
			.m = seg->owner, .seg = seg, .pa = pa,
			.len = MIN(PAGE_SIZE - (pa & (PAGE_SIZE - 1)), len - done),
			.off = seg->offset + off + done,
		};

		on_page(r, &c, respect, fn);
		done += c.len;
	}
}

static void on_mapping(struct replay *r, struct mapping *m, uint64_t off, uint64_t len,
		       enum respect respect, run_fn fn)
{
	if (r->cfg->gear != GEAR_EXACT || m->is_refused)
		return;
	for (unsigned i = 0; i < m->nr_segs; i++) {
		struct segment *s = &m->segs[i];
		uint64_t lo = MAX(off, s->offset);
		uint64_t hi = MIN(off + len, s->offset + s->len);

		if (lo < hi)
			on_segment(r, s, lo - s->offset, hi - lo, respect, fn);
	}
}

/* The fast gear moves no byte; an IOMMU is asked all the same. */
static void probe_mapping(struct replay *r, struct mapping *m, uint64_t off, uint64_t len,
			  bool is_write)
{
	if (!r->iommus || r->cfg->gear != GEAR_FAST || m->is_refused)
		return;
	for (unsigned i = 0; i < m->nr_segs; i++) {
		struct segment *s = &m->segs[i];
		uint64_t lo = MAX(off, s->offset);
		uint64_t hi = MIN(off + len, s->offset + s->len);

		if (lo < hi)
			iommus_probe(m->dev, s->dma + (lo - s->offset), hi - lo, is_write);
	}
}

void access_first_use(struct replay *r, struct mapping *m)
{
	on_mapping(r, m, 0, m->len, RESPECT_NONE, NULL);
	wmb();
}

void access_cpu_writes(struct replay *r, struct mapping *m, uint64_t off, uint64_t len)
{
	on_mapping(r, m, off, len, RESPECT_ALL, cpu_write_run);
	wmb();		/* as a doorbell would: what follows may be the device's */
}

void access_cpu_reads(struct replay *r, struct mapping *m, uint64_t off, uint64_t len)
{
	dma_rmb();
	on_mapping(r, m, off, len, RESPECT_WRITTEN, cpu_read_run);
}

void access_device_writes(struct replay *r, struct mapping *m, uint64_t off, uint64_t len)
{
	on_mapping(r, m, off, len, RESPECT_NONE, device_write_run);
	probe_mapping(r, m, off, len, true);
}

void access_device_reads(struct replay *r, struct mapping *m, uint64_t off, uint64_t len)
{
	on_mapping(r, m, off, len, RESPECT_NONE, device_read_run);
	probe_mapping(r, m, off, len, false);
}

/* ---- allocations -------------------------------------------------------------- */

/* The CPU writes a descriptor, the device reads it and writes one back. */
static void descriptor(struct replay *r, struct mapping *m, uint64_t off, size_t len)
{
	uint8_t wrote[DESCRIPTOR_BYTES], got[DESCRIPTOR_BYTES];
	struct segment seg = { .owner = m, .dma = m->segs[0].dma + off };
	struct run c = { .m = m, .seg = &seg, .off = off, .len = len, .golden = wrote };
	uint32_t va = (uint32_t)(uintptr_t)m->cpu_ptr + off;
	struct master_fault f;

	pattern(r, SIDE_CPU, off, wrote, len);
	if (!cpu_store(r->cpu, va, wrote, len, NULL))
		cpu_aborted(r, &c);
	TALLY(m->dev, moved[CPU_WROTE], len);
	wmb();
	f = device_loads(m->dev, seg.dma, got, len);
	if (f.kind != MASTER_OK) {
		device_refused(r, &c, f);
		return;
	}
	TALLY(m->dev, moved[DEVICE_READ], len);
	wrong_bytes(r, &c, FIND_DEVICE_READ_WRONG, got);

	pattern(r, SIDE_DEVICE, off, wrote, len);
	f = device_stores(m->dev, seg.dma, wrote, len);
	if (f.kind != MASTER_OK) {
		device_refused(r, &c, f);
		return;
	}
	TALLY(m->dev, moved[DEVICE_WROTE], len);
	dma_rmb();
	if (!cpu_load(r->cpu, va, got, len, NULL))
		cpu_aborted(r, &c);
	TALLY(m->dev, moved[CPU_READ], len);
	wrong_bytes(r, &c, FIND_CPU_READ_WRONG, got);
}

static void probe_descriptor(struct replay *r, struct mapping *m, uint64_t off, size_t len)
{
	iommus_probe(m->dev, m->segs[0].dma + off, len, false);
	iommus_probe(m->dev, m->segs[0].dma + off, len, true);
}

void access_descriptors(struct replay *r, struct mapping *m)
{
	void (*move)(struct replay *, struct mapping *, uint64_t, size_t) =
		r->cfg->gear == GEAR_EXACT ? descriptor : r->iommus ? probe_descriptor : NULL;
	size_t len = MIN(m->len, DESCRIPTOR_BYTES);

	if (!move || m->is_refused || !m->cpu_ptr || !len)
		return;
	move(r, m, 0, len);
	if (m->len >= 2 * DESCRIPTOR_BYTES)
		move(r, m, m->len - DESCRIPTOR_BYTES, DESCRIPTOR_BYTES);
}
