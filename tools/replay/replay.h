/* SPDX-License-Identifier: MIT */
/*
 * The main job: what would this workload break, and cost, on that board?
 *
 *   TRACE --trace_next()--> [ live ] --the kernel's API--> library on the board
 *                              |                              |
 *                          [ rename ]                     [ access ]
 *                     trace pages -> board pages     CPU and device move bytes
 *                              |                              |
 *                              +-----> struct replay_report <-+
 *
 * Each event of the trace becomes the same call of the library, on a buffer
 * that keeps its offset within the page, its contiguity and whom it shares
 * pages with. In the exact gear the accesses that the API implies are made too,
 * with patterns that are checked byte for byte against what a coherent machine
 * would hold. docs/replay.md says what exactly.
 *
 * With --iommu the devices are behind IOMMUs, see iommu.h.
 *
 * Leaves out: the time between events, but for IOMMUs; accesses that a driver
 * makes against the rules (a trace has none), dma-buf.
 *
 * Memory is bounded by live mappings and pages in use, not by the trace.
 */
#ifndef TOOLS_REPLAY_H
#define TOOLS_REPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <glib.h>
#include <armdma/hazard.h>
#include <armdma/machine.h>

struct replay_report;
typedef struct replay_report replay_report;

/** What happened so far, for a line of progress. */
typedef void (*replay_progress_fn)(uint64_t events, uint64_t done, uint64_t size);

/**
 * struct replay_config - one run
 * @trace:       file, as trace_open() takes it
 * @board:       a .dtb, or the name of a shipped board
 * @cpu:         another core, or other caches, as board_set_cpu() takes it; or NULL
 * @gear, @chooser, @seed: as in machine_config
 * @coherent:    strategy of the coherent allocator, as in ARMDMA_OPTIONS; or NULL
 * @swiotlb:     "auto" or "force", the same; or NULL
 * @masks:       "DEV=BITS" strings, NULL-terminated; or NULL
 * @devices:     "DEV=MASTER" strings, NULL-terminated; or NULL
 * @iommu:       "off", "strict", "lazy" or "passthrough": devices are behind IOMMUs; NULL:
 *               behind those of the board that are modelled
 * @iova:        "linux", "spread" or "bitmap": who gives out IOVAs; or NULL
 * @is_complete: the trace covers the whole life of its drivers: what is still
 *               mapped at its end, or unmapped without a map, is their fault
 * @is_verbose:  the hazard engine prints its reports on stderr as they come
 * @hazards:     files of its reports, the rest of it
 * @progress:    called every few thousand events; or NULL
 */
struct replay_config {
	const char *trace;
	const char *board;
	const char *cpu;
	enum machine_gear gear;
	enum chooser_mode chooser;
	uint64_t seed;
	const char *coherent;
	const char *swiotlb;
	char **masks;
	char **devices;
	const char *iommu;
	const char *iova;
	bool is_complete;
	bool is_verbose;
	struct hazard_config hazards;
	replay_progress_fn progress;
};

/**
 * replay_run() - replay a trace on a board
 * @error: one sentence on bad input: a file, an option, a board that cannot be built
 *
 * Return: a report, yours to replay_report_free(); NULL on failure.
 */
struct replay_report *replay_run(const struct replay_config *cfg, GError **error);
void replay_report_free(struct replay_report *rep);	/* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(replay_report, replay_report_free)

/** Nothing in the trace breaks on the board. */
bool replay_is_clean(const struct replay_report *rep);
/** There was no DMA event at all: neither clean nor broken. */
bool replay_is_empty(const struct replay_report *rep);
/** How many events of the trace were understood. */
uint64_t replay_events(const struct replay_report *rep);

/** The @n-th kind of trouble: half a sentence after a count; NULL: there are no more. */
const char *replay_trouble(const struct replay_report *rep, unsigned n);

/** The line a person can quote: "CLEAN on a9-pl310: ..."; yours. */
char *replay_verdict(const struct replay_report *rep);

/** The same report for people, for machines, and for a browser. */
void replay_print(const struct replay_report *rep, FILE *out);
char *replay_json(const struct replay_report *rep);
char *replay_html(const struct replay_report *rep);

#define REPLAY_ERROR (replay_error_quark())
GQuark replay_error_quark(void);
enum replay_error {
	REPLAY_ERROR_OPTION		/* a --mask or --device that makes no sense */
};

#endif
