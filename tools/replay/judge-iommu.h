/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own calls of iommu_map() and iommu_unmap() against ours.
 *
 * A trace of a machine with an IOMMU logs them as iommu:map and iommu:unmap, without a
 * word of the device. What a task maps comes before its dma_map_* or dma_alloc, at the
 * IOVAs that this one then tells; what it unmaps comes before dma_unmap_page, and behind
 * dma_unmap_sg and dma_free. Lines that no event claims are doorbells of interrupts.
 *
 * Of each mapping there must be as many calls of ours, with the same pages of the trace's
 * memory. Whether the IOVA is the same number too is counted apart, since that depends on
 * all that was mapped before it.
 */
#ifndef TOOLS_REPLAY_JUDGE_IOMMU_H
#define TOOLS_REPLAY_JUDGE_IOMMU_H

#include <glib.h>
#include <armdma/trace.h>

#include "judge.h"

enum iommu_call_kind { IOMMU_MAPS, IOMMU_UNMAPS, NR_IOMMU_CALLS };

/** One call: @unmapped and not @pa of an unmap; @pa may be JUDGE_ANY. */
struct iommu_call {
	uint64_t iova, pa, len, unmapped;
	uint64_t line;			/* of the trace; 0: ours */
};

/** What differs: @kernel.line is 0 where only we made the call, @ours.len is 0 where only
 *  the kernel did. */
struct iommu_difference {
	enum judge_reason reason;
	enum iommu_call_kind kind;
	uint64_t line;			/* of the event that it belongs to; 0: none */
	struct replay_device *dev;	/* NULL: none */
	struct iommu_call kernel, ours;
};

/**
 * struct iommu_agreement - of one device, or of all
 * @kernel:    calls that the trace shows
 * @same:      those that ours equal
 * @lists:     that the kernel mapped and that the log shows whole
 * @same_lists: those that are as many entries for the device here
 * @mappings:  whose IOVA the trace tells
 * @same_iova: those that have the same here
 * @line, @kernel_iova, @our_iova: the first that has not; 0: there is none
 */
struct iommu_agreement {
	uint64_t kernel[NR_IOMMU_CALLS], same[NR_IOMMU_CALLS];
	uint64_t lists, same_lists;
	uint64_t mappings, same_iova;
	uint64_t line, kernel_iova, our_iova;
};

/** struct iommu_judgement - of a whole run */
struct iommu_judgement {
	struct iommu_agreement all;
	uint64_t reasons[NR_JUDGE_REASONS];
	GArray *differences;		/* of struct iommu_difference, by line */
	uint64_t unlisted;
};

struct iommu_judge;
struct iommu_judge *iommu_judge_new(struct replay *r);
void iommu_judge_free(struct iommu_judge *j);	/* NULL is fine */

/** A line of the kernel's, or of who is attached; others are passed over. */
void iommu_judge_kernel(struct iommu_judge *j, const struct trace_event *ev);
/** @ev will map for @dev: claims its lines, and has doorbells mapped that came before. */
void iommu_judge_begins(struct iommu_judge *j, struct replay_device *dev,
			const struct trace_event *ev);
/** The library has called. */
void iommu_judge_call(struct iommu_judge *j, enum iommu_call_kind kind,
		      const struct iommu_call *ours);
/** @m was mapped, or refused, by the event that began. */
void iommu_judge_mapped(struct iommu_judge *j, struct mapping *m);
/** @m was unmapped by @ev. */
void iommu_judge_unmapped(struct iommu_judge *j, const struct mapping *m,
			  const struct trace_event *ev);
/** The trace is over. */
void iommu_judge_end(struct iommu_judge *j);

/* ---- judge-iommu-count.c ------------------------------------------------------- */

/** The kernel's @k and our @o of the event in @line; one of them may be NULL. */
void iommu_judge_pair(struct replay *r, enum iommu_call_kind kind, struct replay_device *dev,
		      uint64_t line, enum judge_reason reason, const struct iommu_call *k,
		      const struct iommu_call *o);
void iommu_judge_iova(struct replay *r, struct replay_device *dev, uint64_t kernel,
		      uint64_t ours);
/** Of a list: how many entries the device gets. */
void iommu_judge_list(struct replay *r, struct replay_device *dev, unsigned kernel,
		      unsigned ours);
void iommu_judge_sum_up(struct replay *r);

/** "iommu: 5,014 of 5,014 calls as the kernel made them"; NULL: none recorded. */
char *iommu_judgement_sentence(const struct iommu_judgement *v);
/** "iova 0xfffff000 to 0x1000, 4096 bytes"; "nothing"; yours. */
char *iommu_call_text(const struct iommu_call *c, enum iommu_call_kind kind);

#endif
