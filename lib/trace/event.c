/* SPDX-License-Identifier: MIT */
/*
 * What is known of each event: its name, its arguments, what must agree.
 *
 * Spec: the format files of Linux 6.12 in events/{dma,iommu,swiotlb}/, and how
 * they changed since the first of them: 6.12.0 has no dir= in dma_alloc and no
 * nents= in dma_map_sg; 6.18 renames dma_map_page to dma_map_phys and tells a
 * resource by the attribute MMIO instead of by an event of its own.
 */
#include "event.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ATTR_MMIO	(1ul << 10)

#define B(key)		(1u << KEY_##key)
#define MAPPING		(B(DEV) | B(DIR) | B(DMA) | B(SIZE))
#define ALLOCATION	(B(DEV) | B(DMA) | B(SIZE) | B(ATTRS))
#define SG_DMA		(B(DMA_LIST) | B(SIZE_LIST))

static const struct event_info infos[NR_TRACE_KINDS] = {
	[TRACE_MAP_PAGE] = { "dma_map_page", "dma", OPENS_WITH_DEVICE,
		MAPPING | B(PHYS) | B(ATTRS) },
	[TRACE_MAP_RESOURCE] = { "dma_map_resource", "dma", OPENS_WITH_DEVICE,
		MAPPING | B(PHYS) | B(ATTRS) },
	[TRACE_UNMAP_PAGE] = { "dma_unmap_page", "dma", OPENS_WITH_DEVICE,
		MAPPING | B(ATTRS) },
	[TRACE_UNMAP_RESOURCE] = { "dma_unmap_resource", "dma",
		OPENS_WITH_DEVICE, MAPPING | B(ATTRS) },
	[TRACE_MAP_SG] = { "dma_map_sg", "dma", OPENS_WITH_DEVICE,
		B(DEV) | B(DIR) | SG_DMA | B(PHYS_LIST) | B(ATTRS) },
	[TRACE_MAP_SG_ERR] = { "dma_map_sg_err", "dma", OPENS_WITH_DEVICE,
		B(DEV) | B(DIR) | B(PHYS_LIST) | B(ERROR) | B(ATTRS) },
	[TRACE_UNMAP_SG] = { "dma_unmap_sg", "dma", OPENS_WITH_DEVICE,
		B(DEV) | B(DIR) | B(PHYS_LIST) | B(ATTRS) },
	[TRACE_SYNC_SINGLE_FOR_CPU] = { "dma_sync_single_for_cpu", "dma",
		OPENS_WITH_DEVICE, MAPPING },
	[TRACE_SYNC_SINGLE_FOR_DEVICE] = { "dma_sync_single_for_device", "dma",
		OPENS_WITH_DEVICE, MAPPING },
	[TRACE_SYNC_SG_FOR_CPU] = { "dma_sync_sg_for_cpu", "dma",
		OPENS_WITH_DEVICE, B(DEV) | B(DIR) | SG_DMA },
	[TRACE_SYNC_SG_FOR_DEVICE] = { "dma_sync_sg_for_device", "dma",
		OPENS_WITH_DEVICE, B(DEV) | B(DIR) | SG_DMA },
	[TRACE_ALLOC] = { "dma_alloc", "dma", OPENS_WITH_DEVICE, ALLOCATION },
	[TRACE_ALLOC_PAGES] = { "dma_alloc_pages", "dma", OPENS_WITH_DEVICE,
		ALLOCATION },
	[TRACE_ALLOC_SGT] = { "dma_alloc_sgt", "dma", OPENS_WITH_DEVICE,
		MAPPING | B(PHYS_LIST) | B(ATTRS) },
	[TRACE_ALLOC_SGT_ERR] = { "dma_alloc_sgt_err", "dma",
		OPENS_WITH_DEVICE, MAPPING | B(ATTRS) },
	[TRACE_FREE] = { "dma_free", "dma", OPENS_WITH_DEVICE, ALLOCATION },
	[TRACE_FREE_PAGES] = { "dma_free_pages", "dma", OPENS_WITH_DEVICE,
		ALLOCATION },
	[TRACE_FREE_SGT] = { "dma_free_sgt", "dma", OPENS_WITH_DEVICE,
		MAPPING | B(PHYS_LIST) },
	[TRACE_IOMMU_MAP] = { "map", "iommu", OPENS_WITH_IOMMU,
		B(DMA) | B(PHYS) | B(SIZE) },
	[TRACE_IOMMU_UNMAP] = { "unmap", "iommu", OPENS_WITH_IOMMU,
		B(DMA) | B(SIZE) | B(UNMAPPED) },
	[TRACE_IOMMU_ADD_DEVICE] = { "add_device_to_group", "iommu",
		OPENS_WITH_IOMMU, B(GROUP) | B(DEV) },
	[TRACE_IOMMU_REMOVE_DEVICE] = { "remove_device_from_group", "iommu",
		OPENS_WITH_IOMMU, B(GROUP) | B(DEV) },
	[TRACE_IOMMU_ATTACH] = { "attach_device_to_domain", "iommu",
		OPENS_WITH_IOMMU, B(DEV) },
	[TRACE_IOMMU_PAGE_FAULT] = { "io_page_fault", "iommu",
		OPENS_WITH_DRIVER, B(DEV) | B(DMA) | B(FAULT_FLAGS) },
	[TRACE_SWIOTLB_BOUNCED] = { "swiotlb_bounced", "swiotlb",
		OPENS_WITH_DEV_NAME, B(DEV) | B(DMA) | B(SIZE) | B(MASK) },
	[TRACE_KPROBE_SYNC_FOR_DEVICE] = { "sync_for_device", "",
		OPENS_WITH_PROBE, B(PHYS) | B(SIZE) | B(DIR) },
	[TRACE_KPROBE_SYNC_FOR_CPU] = { "sync_for_cpu", "",
		OPENS_WITH_PROBE, B(PHYS) | B(SIZE) | B(DIR) },
	[TRACE_KPROBE_CLEAR_BUFFER] = { "clear_buffer", "",
		OPENS_WITH_PROBE, B(SIZE) },
	[TRACE_KPROBE_PREP_COHERENT] = { "prep_coherent", "",
		OPENS_WITH_PROBE, B(SIZE) },
	[TRACE_KPROBE_OUTER_CLEAN] = { "l2c_clean", "",
		OPENS_WITH_PROBE, B(PHYS) | B(END) },
	[TRACE_KPROBE_OUTER_INV] = { "l2c_inv", "",
		OPENS_WITH_PROBE, B(PHYS) | B(END) },
	[TRACE_KPROBE_OUTER_FLUSH] = { "l2c_flush", "",
		OPENS_WITH_PROBE, B(PHYS) | B(END) },
	[TRACE_MARKER] = { "tracing_mark_write", "ftrace", IS_ALL_TEXT,
		B(TEXT) },
	[TRACE_LOST] = { "lost_events", "none", IS_ALL_TEXT, 0 },
};

static const char *const key_names[NR_TRACE_KEYS] = {
	[KEY_DEV] = "a device", [KEY_DIR] = "a direction",
	[KEY_ATTRS] = "attrs", [KEY_DMA] = "a DMA address",
	[KEY_SIZE] = "a size", [KEY_PHYS] = "a physical address",
	[KEY_VIRT] = "a virtual address", [KEY_NENTS] = "nents",
	[KEY_NENTS_TOTAL] = "nents", [KEY_ENTS] = "ents",
	[KEY_ENTS_TOTAL] = "ents", [KEY_IS_TRUNCATED] = "[TRUNCATED]",
	[KEY_DMA_LIST] = "dma_addrs", [KEY_SIZE_LIST] = "sizes",
	[KEY_PHYS_LIST] = "phys_addrs", [KEY_IOVA_END] = "an IOVA's end",
	[KEY_END] = "an end", [KEY_UNMAPPED] = "unmapped_size", [KEY_MASK] = "dma_mask",
	[KEY_IS_FORCED] = "FORCE or NORMAL", [KEY_GROUP] = "groupID",
	[KEY_ERROR] = "err", [KEY_FAULT_FLAGS] = "flags",
	[KEY_IS_ATOMIC] = "flags", [KEY_TEXT] = "text",
};

/* What later kernels call an event that we know by an older name. */
static const struct { const char *name; enum trace_kind kind; } renamed[] = {
	{ "dma_map_phys", TRACE_MAP_PAGE },
	{ "dma_unmap_phys", TRACE_UNMAP_PAGE },
};

/* The functions of the kernel that a kprobe of ours is on, whatever it is called. */
static const struct { const char *function; enum trace_kind kind; } probes[] = {
	{ "arch_sync_dma_for_device", TRACE_KPROBE_SYNC_FOR_DEVICE },
	{ "arch_sync_dma_for_cpu", TRACE_KPROBE_SYNC_FOR_CPU },
	{ "__dma_clear_buffer", TRACE_KPROBE_CLEAR_BUFFER },
	{ "arch_dma_prep_coherent", TRACE_KPROBE_PREP_COHERENT },
	{ "l2c210_clean_range", TRACE_KPROBE_OUTER_CLEAN },
	{ "l2c210_inv_range", TRACE_KPROBE_OUTER_INV },
	{ "l2c210_flush_range", TRACE_KPROBE_OUTER_FLUSH },
	{ "l2c220_clean_range", TRACE_KPROBE_OUTER_CLEAN },
	{ "l2c220_inv_range", TRACE_KPROBE_OUTER_INV },
	{ "l2c220_flush_range", TRACE_KPROBE_OUTER_FLUSH },
	{ "l2c310_inv_range_erratum", TRACE_KPROBE_OUTER_INV },
	{ "l2c310_flush_range_erratum", TRACE_KPROBE_OUTER_FLUSH },
};

const char *
trace_kind_name(enum trace_kind kind)
{
	g_assert(kind < NR_TRACE_KINDS);
	return infos[kind].name;
}

const struct event_info *
event_info(enum trace_kind kind)
{
	return &infos[kind];
}

static enum trace_kind
find_name(const char *name)
{
	for (unsigned kind = 0; kind < NR_TRACE_KINDS; kind++)
		if (!strcmp(infos[kind].name, name))
			return kind;
	for (unsigned i = 0; i < G_N_ELEMENTS(renamed); i++)
		if (!strcmp(renamed[i].name, name))
			return renamed[i].kind;
	return NR_TRACE_KINDS;
}

enum trace_kind
event_find(const char *system, const char *name)
{
	enum trace_kind kind = find_name(name);

	if (kind == NR_TRACE_KINDS || !system || !*infos[kind].system)
		return kind;
	return strcmp(infos[kind].system, system) ? NR_TRACE_KINDS : kind;
}

enum trace_kind
event_find_probe(const char *function)
{
	size_t len = strcspn(function, ".");

	for (unsigned i = 0; i < G_N_ELEMENTS(probes); i++)
		if (!strncmp(probes[i].function, function, len) &&
		    !probes[i].function[len])
			return probes[i].kind;
	return NR_TRACE_KINDS;
}

enum trace_kind
event_guess_probe(const char *name)
{
	if (strstr(name, "for_device"))
		return TRACE_KPROBE_SYNC_FOR_DEVICE;
	if (strstr(name, "for_cpu"))
		return TRACE_KPROBE_SYNC_FOR_CPU;
	return NR_TRACE_KINDS;
}

/* ---- lists ------------------------------------------------------------- */

struct number_list *
draft_list(struct draft *d, enum trace_key key)
{
	return &d->lists[key - KEY_DMA_LIST];
}

void
number_list_add(struct number_list *l, uint64_t value)
{
	if (l->nr == l->cap) {
		l->cap = MAX(2 * l->cap, 128);
		l->at = g_renew(uint64_t, l->at, l->cap);
	}
	l->at[l->nr++] = value;
}

/* ---- drafts ------------------------------------------------------------ */

void
draft_done(struct draft *d)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(d->lists); i++)
		g_free(d->lists[i].at);
}

void
draft_reset(struct draft *d)
{
	memset(&d->ev, 0, sizeof(d->ev));
	d->ev.task = d->ev.irq_flags = d->ev.dev = d->ev.text = "";
	d->seen = 0;
	for (unsigned i = 0; i < G_N_ELEMENTS(d->lists); i++)
		d->lists[i].nr = 0;
}

bool
draft_is_bad(struct draft *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->why, sizeof(d->why), fmt, ap);
	va_end(ap);
	/* It may quote the file, and ends up on a terminal or in JSON. */
	for (char *p = d->why; *p; p++)
		if (!g_ascii_isprint(*p))
			*p = '?';
	return false;
}

bool
draft_mark(struct draft *d, enum trace_key key)
{
	if (d->seen & (1u << key))
		return draft_is_bad(d, "%s has %s twice",
				    infos[d->ev.kind].name, key_names[key]);
	d->seen |= 1u << key;
	return true;
}

bool
draft_set(struct draft *d, enum trace_key key, uint64_t value)
{
	struct trace_event *ev = &d->ev;
	uint64_t max = UINT64_MAX;

	if (!draft_mark(d, key))
		return false;

	switch (key) {
	case KEY_DIR:		ev->dir = value; max = TRACE_NONE; break;
	case KEY_ATTRS:		ev->attrs = value; break;
	case KEY_DMA:		ev->dma = value; break;
	case KEY_SIZE:		ev->size = value; break;
	case KEY_PHYS:		ev->phys = value; break;
	case KEY_VIRT:		ev->virt = value; break;
	case KEY_NENTS:		ev->nents = value; max = INT_MAX; break;
	case KEY_NENTS_TOTAL:	ev->nents_total = value; max = INT_MAX; break;
	case KEY_ENTS:		ev->ents = value; max = INT_MAX; break;
	case KEY_ENTS_TOTAL:	ev->ents_total = value; max = INT_MAX; break;
	case KEY_IS_TRUNCATED:	ev->is_truncated = value; max = 1; break;
	case KEY_IOVA_END:
	case KEY_END:		ev->iova_end = value; break;
	case KEY_UNMAPPED:	ev->unmapped = value; break;
	case KEY_MASK:		ev->dma_mask = value; break;
	case KEY_IS_FORCED:	ev->is_forced = value; max = 1; break;
	case KEY_GROUP:		ev->group = value; max = INT_MAX; break;
	case KEY_ERROR:		ev->error = (int)value; break;
	case KEY_FAULT_FLAGS:	ev->fault_flags = value; max = UINT_MAX; break;
	case KEY_IS_ATOMIC:	ev->is_atomic = value; max = 1; break;
	default:		g_assert_not_reached();
	}
	if (value > max)
		return draft_is_bad(d, "%s cannot have %s of %" PRIu64,
				    infos[ev->kind].name, key_names[key], value);
	return true;
}

static bool
has_everything(struct draft *d)
{
	uint32_t missing = infos[d->ev.kind].needs & ~d->seen;

	if (!missing)
		return true;
	return draft_is_bad(d, "%s without %s", infos[d->ev.kind].name,
			    key_names[__builtin_ctz(missing)]);
}

/* The kernel's are plain words, and reports quote them: anything else is damage. */
static bool
device_prints(struct draft *d)
{
	for (const char *p = d->ev.dev; *p; p++)
		if (!g_ascii_isgraph(*p))
			return draft_is_bad(d, "%s of a device whose name does"
					    " not print", infos[d->ev.kind].name);
	return true;
}

/* Each count the kernel printed is that of the list it printed. */
static bool
lists_agree(struct draft *d)
{
	struct trace_event *ev = &d->ev;

	if ((d->seen & SG_DMA) == SG_DMA && ev->nr_dma != ev->nr_sizes)
		return draft_is_bad(d, "%s has %zu addresses but %zu sizes",
				    infos[ev->kind].name, ev->nr_dma,
				    ev->nr_sizes);
	if (d->seen & B(NENTS) && ev->nents != ev->nr_phys)
		return draft_is_bad(d, "%s says nents=%u but lists %zu",
				    infos[ev->kind].name, ev->nents,
				    ev->nr_phys);
	if (d->seen & B(ENTS) && ev->ents != ev->nr_dma)
		return draft_is_bad(d, "%s says ents=%u but lists %zu",
				    infos[ev->kind].name, ev->ents, ev->nr_dma);
	return true;
}

/* A kernel that prints no counts prints whole lists. */
static void
count_lists(struct draft *d)
{
	struct trace_event *ev = &d->ev;

	if (!(d->seen & B(NENTS)))
		ev->nents = ev->nr_phys;
	if (!(d->seen & B(NENTS_TOTAL)))
		ev->nents_total = ev->nents;
	if (!(d->seen & B(ENTS)))
		ev->ents = ev->nr_dma;
	if (!(d->seen & B(ENTS_TOTAL)))
		ev->ents_total = ev->ents;
}

static bool
finish_lists(struct draft *d)
{
	struct trace_event *ev = &d->ev;

	ev->dma_list = d->lists[0].at;
	ev->nr_dma = d->lists[0].nr;
	ev->size_list = d->lists[1].at;
	ev->nr_sizes = d->lists[1].nr;
	ev->phys_list = d->lists[2].at;
	ev->nr_phys = d->lists[2].nr;
	if (!lists_agree(d))
		return false;
	count_lists(d);
	return true;
}

static bool
finish_iova(struct draft *d)
{
	struct trace_event *ev = &d->ev;

	if (!(d->seen & B(IOVA_END)))
		ev->iova_end = ev->dma + ev->size;
	if (ev->iova_end == ev->dma + ev->size)
		return true;
	return draft_is_bad(d, "%s ends at 0x%" PRIx64 ", not at its iova plus"
			    " its size", infos[ev->kind].name, ev->iova_end);
}

/* An outer cache's operations say where they end, as the kernel's functions do. */
static bool
finish_range(struct draft *d)
{
	struct trace_event *ev = &d->ev;

	if (ev->iova_end < ev->phys)
		return draft_is_bad(d, "%s ends before it begins",
				    infos[ev->kind].name);
	ev->size = ev->iova_end - ev->phys;
	return true;
}

/* Since 6.18 a resource is a mapping like any other, but for one attribute. */
static void
tell_resource(struct trace_event *ev)
{
	if (!(ev->attrs & ATTR_MMIO))
		return;
	if (ev->kind == TRACE_MAP_PAGE)
		ev->kind = TRACE_MAP_RESOURCE;
	else if (ev->kind == TRACE_UNMAP_PAGE)
		ev->kind = TRACE_UNMAP_RESOURCE;
}

bool
draft_finish(struct draft *d)
{
	if (!has_everything(d) || !device_prints(d))
		return false;
	if (d->seen & (SG_DMA | B(PHYS_LIST)) && !finish_lists(d))
		return false;
	if (infos[d->ev.kind].opening == OPENS_WITH_IOMMU &&
	    d->seen & B(SIZE) && !finish_iova(d))
		return false;
	if (d->seen & B(END) && !finish_range(d))
		return false;
	tell_resource(&d->ev);
	return true;
}
