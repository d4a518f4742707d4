/* SPDX-License-Identifier: MIT */
/*
 * The checks of the rule set dma-debug: see dma-debug.h. Reports have our classes and words;
 * the numbers are the order of the checks in the kernel's file.
 */
#include "dma-debug.h"

#include <inttypes.h>
#include <link.h>
#include <linux/dma-mapping.h>
#include <armdma/cpu.h>

#include "mappings.h"
#include "report.h"

struct dma_debug {
	struct debug_table *table;
	uint64_t nr_calls;
	struct debug_entry *growing;	/* allocated memory whose notes are not all there yet */
	GArray *list;			/* of the list that is being mapped */
	int nr_synced;			/* entries of the list being synced that it knows */
	bool has_told_overlap;		/* too many: told once */
};

struct dma_debug *dma_debug_new(void)
{
	struct dma_debug *d = g_new0(struct dma_debug, 1);

	d->table = debug_table_new();
	return d;
}

void dma_debug_free(struct dma_debug *d)
{
	if (!d)
		return;
	g_clear_pointer(&d->list, g_array_unref);
	debug_table_free(d->table);
	g_free(d);
}

uint64_t dma_debug_nr_calls(const struct dma_debug *d)
{
	return d->nr_calls;
}

/* ---- telling ------------------------------------------------------------------------- */

static struct record record_of(struct hazard_engine *e, const struct ledger_note *n,
			       enum record_kind kind)
{
	return ledger_call_record(e, party_device(&e->parties, n->dev), n, kind);
}

static bool makes(enum ledger_kind kind)
{
	return kind == LEDGER_MAP || kind == LEDGER_MAP_SG || kind == LEDGER_MAP_RESOURCE ||
	       kind == LEDGER_ALLOC_COHERENT || kind == LEDGER_ALLOC_PAGES ||
	       kind == LEDGER_ALLOC_SGT || kind == LEDGER_MAP_REFUSED;
}

/* @entry: that the call is about; NULL: none */
static void tell(struct hazard_engine *e, const struct ledger_note *n, enum hazard_class class,
		 const struct debug_entry *entry, const char *why)
{
	struct report *r = report_begin(e, class, n->site, entry ? entry->made.site : NULL);
	struct record now = record_of(e, n, makes(n->kind) ? RECORD_MAPPED
							   : ledger_record_kind_of(n));

	if (!r)
		return;
	report_say(r, "%s, %zu bytes at dma 0x%" PRIx64 " (%s): %s",
		   party_name(&e->parties, now.party), n->len, n->dma, direction_name(n->dir),
		   why);
	if (entry && entry->made.seq)
		report_row(e, r, &entry->made);
	report_now(e, r, &now, true, NULL);
	report_end(e, r);
}

/* ---- entries ------------------------------------------------------------------------- */

/* The kernel has one kind for dma_map_sg() and what dma_alloc_noncontiguous() returns. */
static enum mapping_kind kind_of(enum ledger_kind kind)
{
	enum mapping_kind k = ledger_kind_of(kind);

	return k == MAPPING_SGT ? MAPPING_SG : k;
}

static uint64_t pa_of(struct hazard_engine *e, const void *va, uint64_t otherwise)
{
	struct translation t;

	if (machine_of(va) != e->machine)
		return otherwise;
	t = cpu_translate(machine_cpu(e->machine, 0), (uint32_t)(uintptr_t)va, false);
	return t.fault.kind == FAULT_NONE ? t.pa : otherwise;
}

static struct debug_entry ref_of(struct hazard_engine *e, const struct ledger_note *n)
{
	bool is_coherent = n->kind == LEDGER_ALLOC_COHERENT || n->kind == LEDGER_FREE_COHERENT;
	enum mapping_kind kind = kind_of(n->kind);

	return (struct debug_entry){
		.dev = n->dev, .dma = n->dma, .len = n->len, .kind = kind,
		.pa = is_coherent ? pa_of(e, n->va, n->pa) : n->pa,
		.dir = is_coherent ? DMA_BIDIRECTIONAL : n->dir,
		.nents = kind == MAPPING_SG ? n->nents : 0,
	};
}

/* 21, 22 */
static void check_line(struct hazard_engine *e, const struct ledger_note *n,
		       const struct debug_entry *entry)
{
	enum debug_overlap overlap = debug_table_use_line(e->dma_debug->table, entry);

	if (overlap == OVERLAP_NONE)
		return;
	if (!(n->attrs & DMA_ATTR_SKIP_CPU_SYNC))
		tell(e, n, HAZARD_LINE_SHARED, NULL,
		     "the line where this begins is that of another live mapping.");
	if (overlap == OVERLAP_TOO_MANY && !e->dma_debug->has_told_overlap) {
		e->dma_debug->has_told_overlap = true;
		tell(e, n, HAZARD_MAPPING_LEAKED, NULL,
		     "more mappings begin in this line than can be counted; some may have "
		     "been forgotten.");
	}
}

static struct debug_entry *add(struct hazard_engine *e, const struct ledger_note *n)
{
	struct debug_entry *entry = g_new(struct debug_entry, 1);
	unsigned nr;

	*entry = ref_of(e, n);
	entry->made = record_of(e, n, makes(n->kind) && ledger_kind_of(n->kind) != MAPPING_SINGLE
				&& n->kind != LEDGER_MAP_SG && n->kind != LEDGER_MAP_RESOURCE
				? RECORD_ALLOCATED : RECORD_MAPPED);
	nr = debug_table_add(e->dma_debug->table, entry);
	check_line(e, n, entry);
	if (nr)		/* 24 */
		tell(e, n, HAZARD_MAPPING_LEAKED, NULL,
		     "so much is mapped by now that some of it must have been forgotten.");
	return entry;
}

/* ---- maps ---------------------------------------------------------------------------- */

static void note_map(struct hazard_engine *e, const struct ledger_note *n)
{
	add(e, n)->is_unchecked = true;
}

/* 19, 20 */
static void check_segment(struct hazard_engine *e, const struct ledger_note *n)
{
	uint64_t last = n->dma + n->len - 1;

	if (n->len > dma_get_max_seg_size(n->dev))
		tell(e, n, HAZARD_SEGMENT_SIZE, NULL,
		     "an entry is longer than the device says that it can take.");
	if ((n->dma ^ last) & ~(uint64_t)dma_get_seg_boundary(n->dev))
		tell(e, n, HAZARD_SEGMENT_BOUNDARY, NULL,
		     "an entry crosses a boundary that the device says it cannot cross.");
}

static void note_map_sg(struct hazard_engine *e, const struct ledger_note *n)
{
	struct dma_debug *d = e->dma_debug;
	struct debug_segment segment = { n->dma, n->len };
	struct debug_entry *entry;

	if (!n->sg_index) {
		g_clear_pointer(&d->list, g_array_unref);
		d->list = g_array_new(FALSE, FALSE, sizeof(segment));
	}
	g_array_append_val(d->list, segment);
	check_segment(e, n);
	entry = add(e, n);
	entry->list = g_array_ref(d->list);
}

/* Several notes, where its pages are anywhere: it is one entry all the same. */
static void note_alloc(struct hazard_engine *e, const struct ledger_note *n)
{
	struct dma_debug *d = e->dma_debug;

	if (n->is_device_memory)
		return;
	if (n->sg_index)
		d->growing->len += n->len;
	else
		d->growing = add(e, n);
}

/* ---- unmaps -------------------------------------------------------------------------- */

static void check_family(struct hazard_engine *e, const struct ledger_note *n,
			 const struct debug_entry *entry, const struct debug_entry *ref)
{
	if (ref->kind != entry->kind)
		tell(e, n, HAZARD_UNMAP_FUNCTION, entry,
		     "this is not the function that undoes how it was mapped.");
	else if ((entry->kind == MAPPING_COHERENT || entry->kind == MAPPING_PAGES) &&
		 ref->pa != entry->pa)
		tell(e, n, HAZARD_FREE_ADDRESS, entry,
		     "it was allocated at another CPU address.");
}

/* 3 to 8 */
static void check_against(struct hazard_engine *e, const struct ledger_note *n,
			  const struct debug_entry *entry, const struct debug_entry *ref)
{
	if (ref->len != entry->len)
		tell(e, n, HAZARD_UNMAP_SIZE, entry, "the size is not the one that was mapped.");
	check_family(e, n, entry, ref);
	if (ref->nents && ref->nents != entry->nents)
		tell(e, n, HAZARD_UNMAP_NENTS, entry,
		     "the number of entries is not the one that was mapped.");
	if (ref->dir != entry->dir)
		tell(e, n, HAZARD_UNMAP_DIRECTION, entry,
		     "the direction is not the one that was mapped.");
	if (entry->is_unchecked)
		tell(e, n, HAZARD_MAPPING_UNCHECKED, entry,
		     "dma_mapping_error() was never asked about it.");
}

static void check_unmap(struct hazard_engine *e, const struct ledger_note *n,
			const struct debug_entry *ref)
{
	struct debug_entry *entry = debug_table_find(e->dma_debug->table, ref);

	if (entry) {
		check_against(e, n, entry, ref);
		debug_table_remove(e->dma_debug->table, entry);
	} else if (ref->dma == ERROR_DMA) {	/* 1 */
		tell(e, n, HAZARD_MAPPING_ERROR_USED, NULL,
		     "this is DMA_MAPPING_ERROR, and no address.");
	} else {				/* 2 */
		tell(e, n, HAZARD_UNMAP_UNKNOWN, NULL, "nothing is known to be mapped there.");
	}
}

static void note_unmap(struct hazard_engine *e, const struct ledger_note *n)
{
	struct debug_entry ref = ref_of(e, n);

	if (!n->is_device_memory)
		check_unmap(e, n, &ref);
}

/* The list itself holds what was mapped; of one that was not, only its first is known. */
static void note_unmap_sg(struct hazard_engine *e, const struct ledger_note *n)
{
	struct debug_entry ref = ref_of(e, n);
	const struct debug_entry *first = debug_table_find(e->dma_debug->table, &ref);
	g_autoptr(GArray) list = first && first->list ? g_array_ref(first->list) : NULL;

	if (!list) {
		check_unmap(e, n, &ref);
		return;
	}
	for (int i = 0; i < n->nents && i < (int)list->len; i++) {
		const struct debug_segment *s = &g_array_index(list, struct debug_segment, i);

		ref.dma = s->dma;
		ref.len = s->len;
		check_unmap(e, n, &ref);
	}
}

/* Entries of the list were not passed in. */
static void note_free_sgt(struct hazard_engine *e, const struct ledger_note *n)
{
	struct debug_entry ref = ref_of(e, n);

	ref.nents = 0;
	check_unmap(e, n, &ref);
}

/* ---- syncs --------------------------------------------------------------------------- */

static void check_sync_direction(struct hazard_engine *e, const struct ledger_note *n,
				 const struct debug_entry *entry)
{
	bool is_for_cpu = ledger_is_for_cpu(n);

	if (n->dir != entry->dir)	/* 15 */
		tell(e, n, HAZARD_SYNC_DIRECTION, entry,
		     "the direction is not the one that was mapped.");
	if (is_for_cpu && entry->dir != DMA_FROM_DEVICE && n->dir != DMA_TO_DEVICE)	/* 16 */
		tell(e, n, HAZARD_SYNC_DIRECTION, entry,
		     "for the CPU, what the device may only read.");
	if (!is_for_cpu && entry->dir != DMA_TO_DEVICE && n->dir != DMA_FROM_DEVICE)	/* 17 */
		tell(e, n, HAZARD_SYNC_DIRECTION, entry,
		     "for the device, what it may only write.");
}

/* 13, 15 to 18 */
static void check_sync(struct hazard_engine *e, const struct ledger_note *n,
		       const struct debug_entry *ref)
{
	struct debug_entry *entry = debug_table_find_holder(e->dma_debug->table, ref);

	if (!entry) {
		tell(e, n, HAZARD_SYNC_UNKNOWN, NULL, "nothing is known to be mapped there.");
		return;
	}
	if (entry->dir == DMA_BIDIRECTIONAL)
		return;
	check_sync_direction(e, n, entry);
	if (ref->nents && ref->nents != entry->nents)
		tell(e, n, HAZARD_SYNC_RANGE, entry,
		     "the number of entries is not the one that was mapped.");
}

static void note_sync(struct hazard_engine *e, const struct ledger_note *n)
{
	struct debug_entry ref = ref_of(e, n);

	check_sync(e, n, &ref);
}

static void note_sync_sg(struct hazard_engine *e, const struct ledger_note *n)
{
	struct dma_debug *d = e->dma_debug;
	struct debug_entry ref = ref_of(e, n);
	const struct debug_entry *first;

	ref.kind = MAPPING_SG;
	ref.nents = n->nents;
	if (!n->sg_index) {
		first = debug_table_find(d->table, &ref);
		d->nr_synced = first && first->list ? (int)first->list->len : 0;
	}
	if (n->sg_index < d->nr_synced)
		check_sync(e, n, &ref);
}

static void note_checked(struct hazard_engine *e, const struct ledger_note *n)
{
	struct debug_entry *entry = debug_table_find_unchecked(e->dma_debug->table, n->dev,
							       n->dma);

	if (entry)
		entry->is_unchecked = false;
}

/* ---- memory that may not be mapped --------------------------------------------------- */

struct place {
	uintptr_t at;
	bool is_found, is_writable;
};

static int look_into(struct dl_phdr_info *info, size_t size, void *place)
{
	struct place *p = place;

	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];

		if (h->p_type != PT_LOAD || p->at - (info->dlpi_addr + h->p_vaddr) >= h->p_memsz)
			continue;
		p->is_found = true;
		p->is_writable = h->p_flags & PF_W;
		return 1;
	}
	return 0;
}

/*
 * A kernel has its image in the linear map, so that variables of it map like any memory, and
 * only what is read-only is told apart. All else of the host stands for stacks and for
 * addresses that are none.
 */
static bool is_variable(const void *va)
{
	struct place p = { .at = (uintptr_t)va };

	dl_iterate_phdr(look_into, &p);
	return p.is_found && p.is_writable;
}

/* 9 to 12 */
static void note_refused(struct hazard_engine *e, const struct ledger_note *n)
{
	if (n->why != WHY_NOT_SIMULATED && n->why != WHY_VMALLOC && n->why != WHY_USER)
		return;
	if (!n->va || is_variable(n->va))
		return;
	tell(e, n, HAZARD_MAP_NOT_MEMORY, NULL,
	     "a stack, code or constants, vmalloc memory, or no address of the kernel's.");
}

/* ---- devices that go ----------------------------------------------------------------- */

/* 23 */
static void note_gone(struct hazard_engine *e, const struct ledger_note *n)
{
	struct debug_entry *last = NULL;
	unsigned nr = debug_table_count(e->dma_debug->table, n->dev, &last);
	struct report *r;

	if (!nr || last->is_told)	/* gone for good, having been unbound */
		return;
	last->is_told = true;
	r = report_begin(e, HAZARD_MAPPING_LEAKED, last->made.site, NULL);
	if (!r)
		return;
	report_say(r, "%s lost its driver while %u mapping%s of it %s alive, one of %" PRIu64
		   " bytes at dma 0x%" PRIx64 " (%s).",
		   party_name(&e->parties, last->made.party), nr, nr == 1 ? "" : "s",
		   nr == 1 ? "was" : "were", last->len, last->dma, direction_name(last->dir));
	report_now(e, r, &last->made, true, NULL);
	report_end(e, r);
}

/* ---- dispatch ------------------------------------------------------------------------ */

static void (*const on_note[NR_LEDGER_KINDS])(struct hazard_engine *e,
					      const struct ledger_note *n) = {
	[LEDGER_MAP] = note_map,
	[LEDGER_UNMAP] = note_unmap,
	[LEDGER_MAP_SG] = note_map_sg,
	[LEDGER_UNMAP_SG] = note_unmap_sg,
	[LEDGER_MAP_RESOURCE] = note_map,
	[LEDGER_UNMAP_RESOURCE] = note_unmap,
	[LEDGER_SYNC_FOR_CPU] = note_sync,
	[LEDGER_SYNC_FOR_DEVICE] = note_sync,
	[LEDGER_SYNC_SG_FOR_CPU] = note_sync_sg,
	[LEDGER_SYNC_SG_FOR_DEVICE] = note_sync_sg,
	[LEDGER_ALLOC_COHERENT] = note_alloc,
	[LEDGER_FREE_COHERENT] = note_unmap,
	[LEDGER_ALLOC_PAGES] = note_alloc,
	[LEDGER_FREE_PAGES] = note_unmap,
	[LEDGER_ALLOC_SGT] = note_alloc,
	[LEDGER_FREE_SGT] = note_free_sgt,
	[LEDGER_ERROR_CHECKED] = note_checked,
	[LEDGER_MAP_REFUSED] = note_refused,
	[LEDGER_DEVICE_GONE] = note_gone,
};

void dma_debug_note(struct hazard_engine *e, const struct ledger_note *n)
{
	if (!on_note[n->kind])
		return;
	e->dma_debug->nr_calls++;
	on_note[n->kind](e, n);
}
