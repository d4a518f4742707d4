/* SPDX-License-Identifier: MIT */
/*
 * What the files of the replay engine share. Only tools/replay includes this.
 *
 *   struct replay            one run: trace, board, library
 *     struct replay_device   one device of the trace
 *       struct mapping       one live map_page, map_sg or alloc of it
 *         struct segment     one run of memory on the board
 *           struct group     64 KiB of the trace's memory, somewhere in DRAM
 *
 * "Trace" addresses are those of the log, "board" addresses those of the model.
 */
#ifndef TOOLS_REPLAY_ENGINE_H
#define TOOLS_REPLAY_ENGINE_H

#include <armdma/board.h>
#include <armdma/cpu.h>
#include <armdma/harness.h>
#include <armdma/trace.h>
#include <linux/dma-mapping.h>

#include "findings.h"
#include "iommu.h"
#include "judge.h"
#include "replay.h"
#include "stats.h"

struct replay;
struct replay_device;

/* ---- rename.c: where the trace's memory is on the board ------------------ */

#define GROUP_SHIFT	16		/* the largest page of an Arm kernel */
#define GROUP_BYTES	(1u << GROUP_SHIFT)
#define GROUP_PAGES	(GROUP_BYTES / PAGE_SIZE)

struct block;

/**
 * struct group - 64 KiB of the trace's memory
 * @block:  the run of DRAM it is part of; its lifetime too
 * @number: trace physical address >> GROUP_SHIFT
 * @live:   segments that touch it now; NULL until the first
 * @pa:     of its first byte on the board
 * @golden: for each page in use, what a coherent machine would hold there
 */
struct group {
	struct block *block;
	uint64_t number;
	GPtrArray *live;
	uint64_t pa;
	uint8_t *golden[GROUP_PAGES];
};

/** A run of memory of one mapping. */
struct segment {
	struct mapping *owner;
	struct block *block;		/* holds it */
	uint64_t pa;			/* on the board */
	uint32_t va;			/* of the linear map */
	size_t len;
	size_t offset;			/* of its first byte in the mapping */
	dma_addr_t dma;			/* what the library gave us */
	bool is_bounced;
	bool is_anonymous;		/* the trace gives no address of it */
	bool was_bounced;		/* in the trace, to @trace_slot or JUDGE_ANY */
	uint64_t trace_slot;
};

struct renamer;
struct renamer *renamer_new(struct replay *r);
void renamer_free(struct renamer *n);

/** Why memory could not be had. */
enum rename_result { RENAME_OK, RENAME_TOO_LARGE, RENAME_FULL };

/**
 * rename_take() - give @ret_seg the board's memory for trace bytes [@phys, +@len)
 *
 * Fills pa, va, len and block. The memory stays until rename_drop(). @ret_seg must
 * not move meanwhile, and its owner must be set before.
 */
enum rename_result rename_take(struct renamer *n, uint64_t phys, size_t len,
			       struct segment *ret_seg);
/** The same for memory that the trace gives no physical address of. */
enum rename_result rename_take_anonymous(struct renamer *n, size_t len,
					 struct segment *ret_seg);
/** @seg is dead; one without memory is fine. */
void rename_drop(struct renamer *n, struct segment *seg);
/** Board address of a trace address that is in use, or UINT64_MAX. */
uint64_t rename_lookup(const struct renamer *n, uint64_t phys);
/** The trace's address of board address @pa of @seg; JUDGE_ANY: it gives none. */
uint64_t rename_trace_of(const struct segment *seg, uint64_t pa);
/** The golden bytes of the page at @pa, all zero when new: then *@ret_is_new. */
uint8_t *rename_golden(struct group *g, uint64_t pa, bool *ret_is_new);
/** The group of @seg's block that holds board address @pa. */
struct group *rename_group(const struct segment *seg, uint64_t pa);

/* ---- live.c: what is mapped ----------------------------------------------- */

enum map_function { BY_PAGE, BY_SG, BY_RESOURCE, BY_ALLOC, BY_ALLOC_PAGES, BY_ALLOC_SGT };

/** A run of device addresses of one mapping, in the trace. */
struct piece {
	uint64_t dma, len, offset;
};

/**
 * struct mapping - one live mapping or allocation
 * @phys:      trace physical address of the first byte, 0 if there is none
 * @len:       bytes; of an allocation, as the caller asked
 * @pieces:    device addresses in the trace
 * @segs:      memory on the board; fewer bytes than @len where a list was cut
 * @sgl:       of map_sg: what was given to the library; @nr_entries: of it for the device
 * @cpu_ptr:   of an allocation
 * @nr_cut:    entries of a list that the log does not show
 * @is_guessed: lengths of a merged list had to be guessed
 * @is_refused: the board would not map it: nothing below it exists
 * @given:     [lo, hi) that the device may touch though the mapping skips syncs
 * @taken:     [lo, hi) that the CPU took by sync_for_cpu and has not given back
 * @rivals:    older mappings, written by devices, in one line with it; while it is
 *             being mapped, or NULL
 * @is_written: the device wrote all of it already, at a rival's worst moment
 * @iova, @iova_len: whole pages that its IOMMU maps for it; 0, 0: mapped directly
 * @trace_iova: where the kernel's IOMMU mapped it, with @was_translated
 */
struct mapping {
	struct replay_device *dev;
	enum map_function by;
	enum trace_dir dir;
	unsigned long attrs;
	uint64_t phys, len;
	uint64_t born_us, line, ordinal;
	unsigned nr_phys;
	unsigned nr_pieces;
	struct piece *pieces;
	unsigned nr_segs;
	struct segment *segs;
	struct scatterlist *sgl;
	unsigned nr_entries;
	void *cpu_ptr;
	unsigned nr_cut;
	bool is_guessed;
	bool is_refused;
	struct extent { uint64_t lo, hi; } given, taken;
	GArray *sharing;		/* of unsigned: pairs it is part of; or NULL */
	GPtrArray *rivals;
	bool is_written;
	uint64_t iova, iova_len;
	uint64_t trace_iova;
	bool was_translated;
};

/** Does the CPU not see this device's writes by itself? */
bool mapping_needs_care(const struct mapping *m);
static inline bool dir_is_written(enum trace_dir dir)
{
	return dir == TRACE_FROM_DEVICE || dir == TRACE_BIDI;
}
static inline bool dir_is_read(enum trace_dir dir)
{
	return dir == TRACE_TO_DEVICE || dir == TRACE_BIDI;
}
static inline bool by_is_alloc(enum map_function by)
{
	return by >= BY_ALLOC;
}

struct live;
struct live *live_new(void);
void live_free(struct live *l);
void live_insert(struct live *l, struct mapping *m);
void live_remove(struct live *l, struct mapping *m);
/** The mapping that starts at @dma; of several, the one that fits best. */
struct mapping *live_at(const struct live *l, uint64_t dma, bool is_alloc, uint64_t len,
			enum trace_dir dir);
/** The mapping that holds @dma, allocations last; @ret_offset into it. */
struct mapping *live_holding(const struct live *l, uint64_t dma, uint64_t *ret_offset);
/** The mapping of memory that starts at trace address @phys. */
struct mapping *live_of_phys(const struct live *l, uint64_t phys, enum trace_dir dir,
			     unsigned nr_phys);
/** Was one with this handle (of a list: first phys) unmapped since it was last mapped? */
bool live_was_unmapped(const struct live *l, enum map_function by, uint64_t at);
/** Every live mapping, oldest first; borrowed mappings in an array that is yours. */
GPtrArray *live_all(const struct live *l);
void mapping_free(struct mapping *m);

/* ---- access.c: bytes move -------------------------------------------------- */

/**
 * Each moves bytes [@off, +@len) of @m: the CPU's patterns, the device's, and the
 * checks. Nothing happens in the fast gear, nor for what was refused.
 */
void access_first_use(struct replay *r, struct mapping *m);	/* before it is mapped */
void access_cpu_writes(struct replay *r, struct mapping *m, uint64_t off, uint64_t len);
void access_cpu_reads(struct replay *r, struct mapping *m, uint64_t off, uint64_t len);
void access_device_writes(struct replay *r, struct mapping *m, uint64_t off, uint64_t len);
void access_device_reads(struct replay *r, struct mapping *m, uint64_t off, uint64_t len);
/** Descriptors of an allocation, there and back. */
void access_descriptors(struct replay *r, struct mapping *m);

/* ---- what is known of a device and of the whole ------------------------------ */

enum cost_kind {
	COST_MAP, COST_UNMAP, COST_SYNC_DEVICE, COST_SYNC_CPU, COST_ALLOC, COST_FREE,
	NR_COST_KINDS
};

enum moved { CPU_WROTE, CPU_READ, DEVICE_WROTE, DEVICE_READ, NR_MOVED };

/** Edges that do not lie on a line of the board, by direction. */
struct edges {
	uint64_t mappings;		/* with at least one such edge */
	uint64_t unaligned[4];		/* by enum trace_dir */
};

/**
 * struct tally - everything that is counted, of one device or of all
 * @bytes:       mapped, by enum trace_dir; counted at map
 * @live:        streaming mappings now; @allocs: allocations now
 */
struct tally {
	uint64_t events[NR_TRACE_KINDS];
	uint64_t maps[4];
	uint64_t bytes[4];
	uint64_t live, live_peak, live_peak_us, live_bytes, live_bytes_peak;
	uint64_t allocs, allocs_peak, alloc_bytes, alloc_bytes_peak;
	struct curve curve;
	struct histogram lifetimes;
	struct cost cost[NR_COST_KINDS];
	uint64_t moved[NR_MOVED];
	uint64_t checked, wrong;
	uint64_t left_alone;		/* not touched: another mapping owns them */
	struct edges edges[2];		/* by level */
	uint64_t trace_bounces, trace_bounced_bytes, trace_forced;
	uint64_t bounces, bounced_bytes;
	struct iommu_tally iommu;
	uint64_t findings[NR_FINDINGS];
};

struct replay_device {
	struct replay *r;
	char *name;
	unsigned idx;
	struct device *dev;		/* in the library; gone after the run */
	struct master *master;
	char *master_path;		/* on the board, or NULL: a generic one */
	char *bypassed;			/* the IOMMU it is behind and not translated by, or NULL */
	struct iommu_unit *unit;	/* that translates for it, by @stream; or NULL */
	uint32_t stream;
	unsigned nr_ports, next_port;	/* at IOMMUs */
	struct device_space *space;	/* its IOVAs; NULL: it is mapped directly */
	struct iommu_agreement agreement;
	unsigned nr_doorbells;
	bool was_removed, is_again;	/* by hot-plugging, in the trace */
	bool is_coherent;
	bool was_maintained;		/* the kernel maintained caches for it */
	uint64_t mask;
	const char *mask_from;
	uint64_t max_mapping, dma_limit;
	uint64_t dma_lowest, dma_highest;	/* seen in the trace */
	struct live *live;
	struct tally t;
};

/** Count for one device and for all. */
#define TALLY(dev, field, n) \
	((dev)->t.field += (n), (dev)->r->rep->total.field += (n))

/** Two buffers that met in one cache line. */
struct shared_pair {
	struct replay_device *a, *b;
	enum trace_dir a_dir, b_dir;
	uint64_t a_len, b_len;
	uint64_t a_line, b_line;	/* of the trace, first time */
	uint64_t pa;			/* of the line, on the board */
	unsigned levels;		/* bit 0: L1 lines, bit 1: the next level's */
	bool is_harmful;
	unsigned apart;			/* bytes between the two, first time */
	uint64_t times, wrong;
	uint64_t bounced;		/* times that one of them bounced in the trace */
};

/** One case of a finding, kept to be shown. */
struct example {
	enum finding finding;
	unsigned device;
	uint64_t line;
	char *text;
};
#define MAX_EXAMPLES	4		/* of each finding */
#define MAX_PAIRS	64

struct rename_stats {
	uint64_t groups, groups_peak, blocks, recycled, conflicts, anonymous;
	uint64_t phys_lowest, phys_highest;
};

/** An iommu:map that waits for the dma_map_* it belongs to: the same CPU and task's. */
struct iommu_run {
	uint64_t paddr, len;
	int pid;
};

/**
 * struct replay_report - one run, and afterwards all there is to say about it
 */
struct replay_report {
	char *trace, *board_name, *board_model, *board_cpu, *board_caches;
	char *cpu_option;		/* --cpu, or NULL */
	char *coherent, *swiotlb;	/* --coherent, --swiotlb, or NULL */
	char *board_label;		/* the name, and --cpu */
	enum machine_gear gear;
	enum chooser_mode chooser;
	uint64_t seed;
	bool is_complete;

	GPtrArray *devices;		/* of struct replay_device *, as they appear */
	struct tally total;
	GArray *examples;		/* of struct example */
	unsigned nr_examples[NR_FINDINGS];
	GArray *pairs;			/* of struct shared_pair */
	uint64_t pairs_unlisted;
	uint64_t hazards[NR_HAZARD_CLASSES];
	enum finding told_by[NR_HAZARD_CLASSES];	/* NR_FINDINGS: not all of them are */
	struct rename_stats renamed;
	struct trace_stats hygiene;
	struct machine_counters all;	/* the whole run */
	struct { unsigned line_bytes; const char *name; } level[2];	/* 0: none */
	bool has_outer;			/* the second level is one that CP15 does not reach */

	uint64_t events;
	uint64_t first_us, last_us;
	uint64_t dram_bytes, lowmem_bytes;
	unsigned nr_cpus, nr_trace_cpus, board_cpus;
	bool is_arm64;
	unsigned page_size;		/* guessed; 0: nothing to guess from */
	uint64_t unaligned_4k, unaligned_16k, unaligned_64k, nr_page_hints;
	uint64_t iommu_map_bytes, iommu_unmap_bytes;
	struct judgement judgement;
	struct iommu_report iommu;
	struct iommu_judgement iommu_judgement;
};

struct replay {
	const struct replay_config *cfg;
	struct replay_report *rep;
	struct harness *h;
	struct machine *m;
	struct cpu *cpu;		/* that runs the current event */
	struct trace_reader *reader;
	const struct trace_event *ev;
	uint64_t now_us;		/* since the first event */
	GHashTable *by_name;		/* of struct replay_device * */
	GHashTable *masks, *masters;	/* options by device */
	struct renamer *renamer;
	uint64_t ordinal;
	GHashTable *iommu_runs;		/* by CPU: GArray of struct iommu_run */
	GHashTable *trace_cpus;
	struct judge *judge;
	struct iommus *iommus;		/* NULL: without --iommu */
	struct machine_counters before;	/* of the call in flight */
	uint64_t hazards_before[NR_HAZARD_CLASSES], findings_before[NR_FINDINGS];
	uint64_t hazards_seen[NR_HAZARD_CLASSES];	/* during events */
	uint64_t hazards_untold[NR_HAZARD_CLASSES];	/* those without a finding of ours */
};

/** Count @finding of @dev, and keep the first few in words. */
void replay_find(struct replay *r, struct replay_device *dev, enum finding finding,
		 const char *format, ...) G_GNUC_PRINTF(4, 5);
/** The same, of an earlier line than the current one. */
void replay_find_at(struct replay *r, struct replay_device *dev, enum finding finding,
		    uint64_t line, const char *format, ...) G_GNUC_PRINTF(5, 6);
/** Has the kernel or the reader lost events, so that gaps are nobody's fault? */
bool replay_has_gaps(const struct replay *r);

/* ---- sg.c: lists --------------------------------------------------------- */

/** Remember an iommu:map, whose lengths tell those of a merged list that follows. */
void sg_note_iommu_map(struct replay *r, const struct trace_event *ev);
/** The dma_map_* that they belonged to has come. */
void sg_forget_iommu_maps(struct replay *r, const struct trace_event *ev);
/**
 * struct sg_layout - the memory segments of a dma_map_sg
 * @phys, @len: @nr of them; length 0: the device's list does not cover it
 * @nr_cut:     that the log does not show, and that nothing else tells
 * @is_guessed: lengths had to be
 */
struct sg_layout {
	uint64_t *phys, *len;
	size_t nr;
	unsigned nr_cut;
	bool is_guessed;
};
/** @ret is yours to sg_layout_done(). */
void sg_layout(struct replay *r, const struct trace_event *ev, struct sg_layout *ret);
void sg_layout_done(struct sg_layout *l);

/* ---- apply.c: what each event does ------------------------------------------ */

void apply_event(struct replay *r, const struct trace_event *ev);
/** Count what is still live, and give it back without a word. */
void apply_end(struct replay *r);
struct replay_device *replay_device(struct replay *r, const char *name);
/** @dev was unplugged and has come again: another device of the library, of that name. */
void replay_device_again(struct replay_device *dev);

/* hazards.c: around each event, and at the end */
void hazards_before(struct replay *r);
void hazards_after(struct replay *r, struct replay_device *dev);
void hazards_fold(struct replay *r);

/* geometry.c: cache lines */
void geometry_of_mapping(struct replay *r, struct mapping *m);
void geometry_blame(struct replay *r, struct mapping *m, uint64_t wrong);

const char *dir_name(enum trace_dir dir);

#endif
