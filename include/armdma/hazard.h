/* SPDX-License-Identifier: MIT */
/*
 * Hazards: what the code under test did wrong, seen from outside.
 *
 *   machine --observe.h--> [ shadow: golden bytes, owner, history per line ]
 *   lib/dma --ledger-----> [ ledger: live mappings, allocations            ]
 *                                     |
 *                                  reports: text, JSON, SARIF, JUnit, TAP, HTML, trace
 *
 * A hazard is a report, and the run goes on. Reports are de-duplicated by
 * class and site; the count is kept and printed at the end.
 *
 * The golden bytes of a line are what a fully coherent machine would hold. A read
 * that returns anything else is *observed* wrong: both byte values are known.
 *
 * Another schedule of fills and evictions could have done something else: a read that may
 * be wrong under one is *possible*. Such a schedule is carried out on a second machine
 * first; what that does not show is not reported.
 */
#ifndef ARMDMA_HAZARD_H
#define ARMDMA_HAZARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Titles are stable: hazard_title() is what the first line of a report says. */
enum hazard_class {
	/* bytes, observed */
	HAZARD_CPU_READ_STALE,		/* the device wrote, the CPU still sees old bytes */
	HAZARD_DEVICE_READ_STALE,	/* the CPU wrote, the device still sees old bytes */
	HAZARD_DEVICE_WRITE_LOST,	/* a dirty line went over what the device wrote */
	HAZARD_CPU_WRITE_LOST,		/* what the CPU wrote is gone, and was missed */
	HAZARD_DEVICE_WRITE_OVER_DIRTY,	/* a dirty line may go over what the device writes */
	/* ownership, by mapping; only where the device is not coherent */
	HAZARD_CPU_READ_WHILE_MAPPED,	/* FROM_DEVICE or BIDIRECTIONAL, not synced */
	HAZARD_CPU_WRITE_WHILE_MAPPED,
	HAZARD_DEVICE_ACCESS_UNMAPPED,	/* DMA to memory that is not mapped for it */
	HAZARD_DEVICE_WRITE_TO_DEVICE,	/* the device writes a DMA_TO_DEVICE mapping */
	/* aliases */
	HAZARD_ALIAS_TYPE,		/* one page, live mappings of different memory types */
	HAZARD_ALIAS_ATTRIBUTES,	/* of one type, but not of one cacheability: not as bad */
	/* the ledger */
	HAZARD_UNMAP_UNKNOWN,		/* never mapped, or already unmapped */
	HAZARD_UNMAP_SIZE,
	HAZARD_UNMAP_DIRECTION,
	HAZARD_UNMAP_FUNCTION,		/* single against sg against coherent */
	HAZARD_UNMAP_NENTS,
	HAZARD_SYNC_UNKNOWN,
	HAZARD_SYNC_RANGE,
	HAZARD_SYNC_DIRECTION,
	HAZARD_MAPPING_UNCHECKED,	/* dma_mapping_error() never asked */
	HAZARD_MAPPING_ERROR_USED,	/* DMA_MAPPING_ERROR unmapped or synced */
	HAZARD_MAPPING_LEAKED,		/* still mapped when the device or the run ends */
	HAZARD_BACKEND_SWITCHED,	/* other dma_map_ops under a live mapping */
	HAZARD_FREE_WHILE_MAPPED,	/* page or slab object freed under a mapping */
	HAZARD_MAP_NOT_MEMORY,		/* host stack or heap, vmalloc, MMIO: not mappable */
	HAZARD_MAP_COHERENT,		/* coherent memory, as if it were to change hands */
	HAZARD_LINE_SHARED,		/* by two live mappings, one device-written */
	/* blocks of dma_pools */
	HAZARD_POOL_OVERRUN,		/* an access runs past the end of a block */
	HAZARD_POOL_USE_AFTER_FREE,	/* by driver or device */
	HAZARD_POOL_FREE,		/* twice, to another pool, with another address */
	HAZARD_POOL_BUSY,		/* destroyed while blocks are in use */
	/* processes, and what belongs to neither side alone */
	HAZARD_FREE_WHILE_USER_MAPPED,	/* memory freed that a process has mapped */
	HAZARD_MMAP_ATTRIBUTES,		/* mapped for a process otherwise than allocated */
	HAZARD_USER_PAGE_COPIED,	/* taken from a process, which has a copy now */
	HAZARD_CPU_ABORT,		/* a data abort of the code under test */
	/* bytes and order again */
	HAZARD_COHERENCE_MISMATCH,	/* dma-coherent is not what the port does */
	HAZARD_BOUNCE_NOT_COPIED,	/* the data is in the bounce buffer */
	HAZARD_DOORBELL_EARLY,		/* a register write before the data */
	HAZARD_STORES_REORDERED,	/* a later store seen before earlier ones */
	HAZARD_LOAD_REORDERED,		/* a later load performed first */
	HAZARD_READ_UNINITIALISED,	/* nobody wrote it since it was allocated */
	/* devices */
	HAZARD_DEVICE_READ_FROM_DEVICE,	/* the device reads a DMA_FROM_DEVICE mapping */
	HAZARD_DEVICE_WHILE_CPU,	/* not given back; portable only */
	HAZARD_WRONG_DEVICE,		/* mapped for another */
	HAZARD_DEVICE_UNBOUND,		/* DMA without a driver */
	/* kinds of memory */
	HAZARD_COHERENT_ALIAS,		/* coherent memory by its cached address */
	HAZARD_VMAP_NOT_FLUSHED,	/* the lines of another virtual address */
	HAZARD_SGTABLE_NO_PAGE,		/* dma_get_sgtable() of what has no pages */
	HAZARD_COOKIE_USED,		/* DMA_ATTR_NO_KERNEL_MAPPING returns no address */
	HAZARD_MAP_RESOURCE_MEMORY,	/* registers as memory, or memory as registers */
	HAZARD_MAP_PAST_ALLOCATION,	/* behind the end of what was allocated */
	/* calls */
	HAZARD_FREE_ADDRESS,		/* coherent memory by another pointer */
	HAZARD_FREE_ATTRIBUTES,		/* or with other attributes */
	HAZARD_MAP_SIZE,		/* nothing, or past the end of memory */
	HAZARD_MAPPING_TOO_LARGE,	/* for the bounce buffers */
	HAZARD_MASK_EXCEEDED,		/* the device cannot hold that address */
	HAZARD_MASK_CHANGED,		/* narrower, while something is mapped */
	HAZARD_SG_MODIFIED,		/* a list was changed while mapped */
	HAZARD_SEGMENT_SIZE,		/* longer than the device takes */
	HAZARD_SEGMENT_BOUNDARY,	/* across what its counter wraps at */
	/* where the CPU is */
	HAZARD_SLEEPS_IN_ATOMIC,	/* where nobody may */
	HAZARD_CPU_FETCH_STALE,		/* old code is executed */
	/* an IOMMU's answer is not what the library promised; exact gear */
	HAZARD_IOMMU_TABLE_NOT_CLEAN,	/* the newest descriptor is in a cache */
	HAZARD_IOMMU_ORDER,		/* or in a store buffer; or invalidated too early */
	HAZARD_IOMMU_TLB_STALE,		/* unmapped, synced, and not invalidated */
	HAZARD_IOMMU_FLUSH_SCOPE,	/* something else was invalidated */
	HAZARD_IOMMU_PAGE_LEFT,		/* one of several entries of a page */
	HAZARD_IOMMU_NEGATIVE_STALE,	/* mapped, and held that nothing is there */
	HAZARD_IOMMU_WALK_CACHE_STALE,	/* a walk began in a table that nothing leads to */
	HAZARD_IOMMU_TABLE_FREED,	/* a walk went through freed memory */
	HAZARD_IOMMU_TLB_CONFLICT,	/* two entries translate one address */
	HAZARD_IOMMU_STALL_HUNG,	/* a stalled access that nobody resumed */
	HAZARD_IOMMU_DIVERTED,		/* bypassed, redirected or dropped without an error */
	HAZARD_IOMMU_REGISTER_OFF,	/* a register access without clock or power */
	HAZARD_IOMMU_OFF,		/* an access of a device, the same */
	HAZARD_IOMMU_STATE_LOST,	/* not programmed again after power was off */
	HAZARD_IOMMU_WRONG_TRANSLATION,	/* the tables or registers say so */
	/* calls of the IOMMU API */
	HAZARD_IOMMU_MAP_OVERLAP,	/* something is mapped there already */
	HAZARD_IOMMU_UNMAP_PARTIAL,	/* more, or less, than was asked for */
	HAZARD_IOVA_RESERVED,		/* kept by the IOMMU or the bus */
	HAZARD_IOMMU_DETACH_LIVE,	/* while the device uses what is mapped */
	HAZARD_IOMMU_GROUP_SHARED,	/* what is mapped for another of its group */
	NR_HAZARD_CLASSES
};

/** How sure a report is. */
enum hazard_strength {
	STRENGTH_OBSERVED,	/* it went wrong in this run */
	STRENGTH_POSSIBLE,	/* by another schedule that Arm allows; with witness */
	STRENGTH_RULE,		/* broken, with consequences on this board */
	NR_HAZARD_STRENGTHS
};

/** What comes of it, at worst. */
enum hazard_severity {
	SEVERITY_BREAKS,	/* leaks, refusals, a call that does not do what was meant */
	SEVERITY_STALE,		/* somebody works with old bytes */
	SEVERITY_HANGS,		/* the device, or the CPU, waits for ever */
	SEVERITY_EXPOSES,	/* bytes get where they should not be seen */
	SEVERITY_CORRUPTS,	/* memory is destroyed */
	NR_HAZARD_SEVERITIES
};

/**
 * struct hazard_info - a row of the catalogue; all of it static
 * @id:         "ADM-101"; never given to another class
 * @title:      "cpu-read-stale": what the first line of a report says
 * @strength:   of its reports, unless they say otherwise
 * @meaning:    what goes wrong, in general
 * @fix:        what is right instead, in general; no full stop
 * @references: hazards of the rule books that it covers; then where to read on
 */
struct hazard_info {
	const char *id, *title;
	enum hazard_severity severity;
	enum hazard_strength strength;
	const char *meaning, *fix, *references;
};

/** Never NULL. */
const struct hazard_info *hazard_info(enum hazard_class c);
/** By its id, in any case, or its title. Return: NR_HAZARD_CLASSES: there is none. */
enum hazard_class hazard_find(const char *name);
/** "bytes and order": what the id's first digit stands for; static. */
const char *hazard_group(enum hazard_class c);
/** "observed"; static. */
const char *hazard_strength_name(enum hazard_strength s);
/** "corrupts"; static. */
const char *hazard_severity_name(enum hazard_severity s);

/** "cpu-read-stale"; static. */
const char *hazard_title(enum hazard_class c);
/** One sentence: what goes wrong, in general; static. */
const char *hazard_meaning(enum hazard_class c);

/** Who looks: hazard_config.rules. */
enum hazard_rules {
	RULES_FULL,		/* everything in the catalogue */
	/*
	 * What Linux's dma-debug would find, with its limits: calls alone, the first line of
	 * each mapping, leaks when a driver is unbound. To compare with.
	 */
	RULES_DMA_DEBUG,
};

/**
 * struct hazard_config - all zero is: text on stderr, return addresses only
 * @text:           where text reports go; NULL is stderr
 * @json_path, @sarif_path, @junit_path, @tap_path, @html_path, @trace_path: also write
 *                  all reports there at hazard_detach(), in that form; NULL: no.
 *                  docs/reports.md
 * @root:           the folder that source files are named from, in SARIF; NULL: the nearest
 *                  one above the working directory that holds .git, else that directory
 * @full_backtrace: take whole stacks at every map, sync, alloc, watched store and DMA write
 *                  (microseconds each), not only return addresses
 * @is_quiet:       count, print nothing
 * @no_may:         only what happens, not what could (exact gear): the option may=off
 * @portable:       also report what does no harm on this board, but would on another
 * @suppressions:   path of a file of what is not to be reported: see hazard_check_suppressions();
 *                  NULL: none
 * @rules:          who looks
 * @exposure:       count what devices reach beyond their buffers (armdma/exposure.h);
 *                  exact gear
 * @replay:         environment of the replay line ("ARMDMA_SEED=1 ..."); may be NULL
 */
struct hazard_config {
	FILE *text;
	const char *json_path, *sarif_path, *junit_path, *tap_path, *html_path, *trace_path;
	const char *root;
	bool full_backtrace;
	bool is_quiet;
	bool no_may;
	bool portable;
	const char *suppressions;
	enum hazard_rules rules;
	bool exposure;
	const char *replay;
};

struct hazard_engine;

/**
 * hazard_attach() - start watching a machine and the library that runs on it
 *
 * After the harness booted it, before the first mapping. One engine per machine.
 * Return: an engine; yours to hazard_detach(). Cannot fail.
 */
struct hazard_engine *hazard_attach(struct machine *m, const struct hazard_config *cfg);

/**
 * hazard_check_suppressions() - can hazard_config.suppressions be that?
 *
 * A text file with a line for each, and comments after a # that begins a line:
 *
 *	cpu-read-while-mapped:vendor_poll
 *	ADM-4*:*vendor*.c
 *
 * The first word is a glob over ids and titles, the second one over functions and files, of
 * the code to blame and of whoever called it. What they take is neither printed nor counted,
 * nor does it decide the exit status; the summary says which lines took how many, and
 * which took none.
 * Return: false with one sentence in @error. (harness_start() asks.)
 */
bool hazard_check_suppressions(const char *path, GError **error);

/**
 * hazard_expect() - a test wants to see this hazard
 * @place: glob over functions and files, as in suppressions; NULL: any
 *
 * Before it happens; several calls may stand. A report of that class there is neither printed
 * nor counted by hazard_count(). At hazard_detach() the summary tells whether it came; if it
 * did not, that is a failure as an unexpected hazard is. Context: any.
 */
void hazard_expect(struct hazard_engine *e, enum hazard_class c, const char *place);

/** Reports so far, duplicates counted; of one class, or of all with NR_HAZARD_CLASSES. */
uint64_t hazard_count(const struct hazard_engine *e, enum hazard_class c);

/**
 * struct hazard_site - a place in code that a report names
 * @function: "?" where nobody knows
 * @file:     its last component; NULL without debug information
 */
struct hazard_site {
	const char *function;
	const char *file;
	int line;
};

/**
 * struct hazard_event - one line of a report's timeline
 * @site: of the code that did it; .function NULL: the hardware did
 */
struct hazard_event {
	uint64_t step;
	const char *what;
	struct hazard_site site;
	bool is_culprit;
};

/**
 * struct hazard_report - what one report says; each distinct report is one
 * @count:  how often, the first time included
 * @step:   of the machine, the first time
 * @site:   the code to blame; .function NULL: @by says who it was, if anybody knows
 * @what:   the sentence or two of the text
 * @strength: of this one
 * @schedule: of one that is only possible: what hardware has to do unasked for it, as
 *          machine_script_parse() takes it; else NULL
 * @fix:    the call that is likely missing, or likely meant; NULL: none
 * @mapper: who mapped or allocated the memory in question; .function NULL: nobody
 * @events: the timeline, @nr_events of them
 * @stack:  of the call or access that showed it, innermost first, @nr_stack of them
 */
struct hazard_report {
	enum hazard_class hazard;
	enum hazard_strength strength;
	const char *schedule;
	uint64_t count;
	uint64_t step;
	struct hazard_site site;
	const char *by;
	const char *what;
	const char *fix;
	struct hazard_site mapper;
	const struct hazard_event *events;
	size_t nr_events;
	const struct hazard_site *stack;
	size_t nr_stack;
};

/**
 * hazard_report_each() - look into the reports so far, in order of appearance
 * @visit: false ends it. @r and what it points to live until it returns
 *
 * What is only known at the end (mappings that leak) is there once the device is unbound:
 * harness_unbind(). Context: while no other thread works on the machine.
 * Return: false if @visit ended it.
 */
bool hazard_report_each(struct hazard_engine *e,
			bool (*visit)(void *ctx, const struct hazard_report *r), void *ctx);

/**
 * hazard_is_proved() - does this run speak for every schedule of fills and evictions?
 *
 * True if no hazard was reported and each read of a line that a device shares, by CPU or
 * device, could see one thing only, whatever caches did unasked. Not covered: other inputs,
 * other turns of CPUs and devices, stores in store buffers, table walks of IOMMUs, what was
 * in a cache before the line was first mapped. False in the fast gear and with @no_may.
 */
bool hazard_is_proved(const struct hazard_engine *e);

/**
 * hazard_stopping() - drivers are about to be shut down: what waits for them now has hung
 *
 * hazard_detach() says the same of what has waited since. NULL is fine.
 */
void hazard_stopping(struct hazard_engine *e);

/**
 * hazard_detach() - report what is still mapped, print the summary, write the files
 *
 * Return: 0 clean, 1 hazards were reported, or expected in vain, 2 a file could not be
 * written (one sentence on stderr each). NULL is fine and clean.
 */
int hazard_detach(struct hazard_engine *e);

#ifdef __cplusplus
}
#endif
#endif
