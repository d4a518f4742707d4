/* SPDX-License-Identifier: MIT */
/*
 * A real kernel's log of its DMA, one event at a time.
 *
 *   trace.txt  trace.txt.gz  trace.txt.xz  trace.dat  trace.dat.{gz,xz}
 *        \__________ trace_open(), by content, not by name _________/
 *                              |
 *                     trace_next() --> struct trace_event
 *
 * Understood: dma:*, iommu:*, swiotlb:* events of Linux 6.12 to 6.18 as tracefs
 * prints them and as trace-cmd stores them (version 6 and 7 files), kprobes of the
 * kernel's cache maintenance, whatever they are called (docs/traces.md), markers, and
 * CPU:n [LOST n EVENTS]. Everything else is counted as foreign and skipped; what is broken is
 * counted as malformed. Memory does not grow with the length of a trace.
 *
 * A trace.dat is read in a child process (libtracecmd may crash on a damaged file),
 * so the caller should not wait() for children it does not know.
 *
 * Leaves out: function graphs, per-CPU raw pipes, live tracing, the latency format.
 */
#ifndef ARMDMA_TRACE_H
#define ARMDMA_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

#ifdef __cplusplus
extern "C" {
#endif

enum trace_kind {
	TRACE_MAP_PAGE, TRACE_MAP_RESOURCE, TRACE_UNMAP_PAGE, TRACE_UNMAP_RESOURCE,
	TRACE_MAP_SG, TRACE_MAP_SG_ERR, TRACE_UNMAP_SG,
	TRACE_SYNC_SINGLE_FOR_CPU, TRACE_SYNC_SINGLE_FOR_DEVICE,
	TRACE_SYNC_SG_FOR_CPU, TRACE_SYNC_SG_FOR_DEVICE,
	TRACE_ALLOC, TRACE_ALLOC_PAGES, TRACE_ALLOC_SGT, TRACE_ALLOC_SGT_ERR,
	TRACE_FREE, TRACE_FREE_PAGES, TRACE_FREE_SGT,
	TRACE_IOMMU_MAP, TRACE_IOMMU_UNMAP, TRACE_IOMMU_ADD_DEVICE,
	TRACE_IOMMU_REMOVE_DEVICE, TRACE_IOMMU_ATTACH, TRACE_IOMMU_PAGE_FAULT,
	TRACE_SWIOTLB_BOUNCED,
	TRACE_KPROBE_SYNC_FOR_DEVICE, TRACE_KPROBE_SYNC_FOR_CPU,
	TRACE_KPROBE_CLEAR_BUFFER, TRACE_KPROBE_PREP_COHERENT,
	TRACE_KPROBE_OUTER_CLEAN, TRACE_KPROBE_OUTER_INV, TRACE_KPROBE_OUTER_FLUSH,
	TRACE_MARKER,
	TRACE_LOST,
	NR_TRACE_KINDS
};

/** The event's name as the kernel prints it ("dma_map_page"); static. */
const char *trace_kind_name(enum trace_kind kind);

/** As in the kernel: BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE, NONE. */
enum trace_dir { TRACE_BIDI, TRACE_TO_DEVICE, TRACE_FROM_DEVICE, TRACE_NONE };

/**
 * struct trace_event - one line; every pointer is valid until the next call
 * @kind:       what happened; the fields below are zero where the event has none
 * @line:       1-based line of a text trace, ordinal of a record in a .dat
 * @time_us:    the trace's own clock, microseconds; ticks of a clock that counts
 * @cpu, @pid:  who logged it
 * @task:       "kworker/0:1-mm", spaces and dashes kept; may hold any byte but NUL
 * @irq_flags:  the flag characters ("d.h1."), "" where not printed
 * @dev:        device name, printable ASCII; "" where the event carries none (iommu map/unmap)
 * @dir, @attrs: enum trace_dir; DMA_ATTR_* bits as in the kernel (1ul << n)
 * @dma, @size, @phys, @virt: addresses and bytes; @virt may be a hash. @dma is the
 *              IOVA of iommu events, the address before bouncing of swiotlb_bounced;
 *              @virt is the struct page of clear_buffer and prep_coherent
 * @nents, @nents_total: of "nents=n/N"; @ents, @ents_total: of "ents=m/M"; where
 *              the kernel prints none, the lengths of the lists
 * @is_truncated: the kernel cut the lists
 * @nr_dma, @nr_sizes, @nr_phys: lengths of the lists of an sg event. A kernel's
 *              dma_map_sg_err calls its list dma_addrs; it is in @phys_list
 * @iova_end, @unmapped: of iommu map/unmap (end is exclusive)
 * @dma_mask, @is_forced: of swiotlb_bounced
 * @group:      of iommu group events
 * @fault_flags: of io_page_fault
 * @is_atomic:  of an allocation: its GFP flags do not let it sleep
 * @error:      errno of dma_map_sg_err, negative
 * @lost:       events lost, of TRACE_LOST; @cpu is whose; 0: it is not known how many
 * @text:       of a marker, any byte but NUL; the IOMMU driver of io_page_fault
 */
struct trace_event {
	enum trace_kind kind;
	uint64_t line;
	uint64_t time_us;
	int cpu, pid;
	const char *task;
	const char *irq_flags;
	const char *dev;
	enum trace_dir dir;
	unsigned long attrs;
	uint64_t dma, size, phys, virt;
	unsigned nents, nents_total, ents, ents_total;
	bool is_truncated;
	const uint64_t *dma_list, *size_list, *phys_list;
	size_t nr_dma, nr_sizes, nr_phys;
	uint64_t iova_end, unmapped;
	uint64_t dma_mask;
	bool is_forced;
	unsigned group;
	unsigned fault_flags;
	bool is_atomic;
	int error;
	uint64_t lost;
	const char *text;
};

/**
 * struct trace_stats - what the reader met besides events
 * @lines:      lines or records looked at
 * @foreign:    well-formed events of other subsystems
 * @malformed:  lines that are not events, or events whose arguments do not parse
 * @first_malformed_line: 0 when there was none
 * @first_malformed: what was wrong with it, one phrase; "" when there was none
 * @lost:       events the kernel says it dropped; a mark without a number counts 1
 * @overwritten: events a text's header says were lost before its first line
 * @is_cut_short: the file ends in the middle (truncated, or broken compression)
 * @cut_short_why: one phrase; "" when it is not
 */
struct trace_stats {
	uint64_t lines, foreign, malformed;
	uint64_t first_malformed_line;
	char first_malformed[160];
	uint64_t lost, overwritten;
	bool is_cut_short;
	char cut_short_why[160];
};

struct trace_reader;
typedef struct trace_reader trace_reader;

#define TRACE_ERROR (trace_error_quark())
GQuark trace_error_quark(void);
enum trace_error {
	TRACE_ERROR_UNREADABLE,		/* no such file, I/O error */
	TRACE_ERROR_NOT_A_TRACE		/* neither text nor trace.dat */
};

/**
 * trace_open() - open a trace of any of the forms above
 * @path:  a file; "-" is standard input, which may hold any of the forms too
 * @error: one sentence naming @path
 *
 * Return: a reader, yours to trace_close(); NULL on failure.
 */
struct trace_reader *trace_open(const char *path, GError **error);

/**
 * trace_next() - the next event that armdma understands
 *
 * Return: false at the end, including an end that comes too soon: ask
 * trace_stats(). Never fails otherwise: what is broken is counted.
 */
bool trace_next(struct trace_reader *r, struct trace_event *ret_ev);

/** Counts so far. */
const struct trace_stats *trace_stats(const struct trace_reader *r);

/**
 * trace_progress() - bytes of the file consumed and its size, for a progress line
 * @ret_size: 0 if unknown: a pipe, or a trace.dat, which is read from all over
 */
void trace_progress(const struct trace_reader *r, uint64_t *ret_done, uint64_t *ret_size);

void trace_close(struct trace_reader *r);	/* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(trace_reader, trace_close)

#ifdef __cplusplus
}
#endif
#endif
