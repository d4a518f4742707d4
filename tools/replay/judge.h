/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own cache maintenance against ours, call for call.
 *
 * Where a trace carries kprobes of arch_sync_dma_for_device() and its like, each of
 * the kernel's calls must have one of ours in the same event, with the same memory,
 * size and direction, in the same order. What differs is told with its place, and with
 * the reason where a reason is known. What has none makes the verdict.
 *
 *   TRACK_FOR_DEVICE   arch_sync_dma_for_device()
 *   TRACK_FOR_CPU      arch_sync_dma_for_cpu()
 *   TRACK_ALLOC        __dma_clear_buffer(), arch_dma_prep_coherent(): sizes only, since
 *                      they are given a struct page
 *   TRACK_OUTER        the outer cache's driver: clean, invalidate, flush
 */
#ifndef TOOLS_REPLAY_JUDGE_H
#define TOOLS_REPLAY_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include <armdma/trace.h>

struct replay;
struct replay_device;
struct mapping;
struct segment;

enum judge_track {
	TRACK_FOR_DEVICE, TRACK_FOR_CPU, TRACK_ALLOC, TRACK_OUTER, NR_JUDGE_TRACKS
};

/** Why a call differs. All but the first are no fault of ours, nor of the trace. */
enum judge_reason {
	REASON_NONE,
	REASON_LOST,		/* events were lost there, or the trace begins or ends */
	REASON_NOT_MAPPED,	/* its mapping is from before the trace */
	REASON_REFUSED,		/* the board refused the mapping */
	REASON_COHERENT_HERE,	/* coherent on the board, not in the trace */
	REASON_COHERENT_THERE,	/* the other way round */
	REASON_BOUNCED_THERE,	/* the kernel maintained a bounce slot, we the buffer */
	REASON_BOUNCED_HERE,
	REASON_SG_TRUNCATED,	/* of a list's part that the trace does not show */
	REASON_SG_GUESSED,	/* lengths of a merged list had to be guessed */
	REASON_ALLOC_PIECES,	/* allocated in pieces, or in the larger pages of its kernel */
	REASON_NO_OUTER,	/* this board has no outer cache */
	REASON_ALLOC_ELSEWHERE,	/* from a pool or a device's own memory, on one side only */
	REASON_OWN_IOVAS,	/* of who gives out IOVAs itself: a driver, or a doorbell's */
	REASON_OTHER_BACKEND,	/* here devices map as on 32-bit Arm: list by list */
	NR_JUDGE_REASONS
};

struct judge_reason_info {
	const char *key, *what;
};
extern const struct judge_reason_info judge_reasons[NR_JUDGE_REASONS];

#define JUDGE_ANY	UINT64_MAX	/* an address or a length that is not known */

/**
 * struct judged_call - one call of cache maintenance, of the kernel's or ours
 * @kind: which function, as the kprobe's kind
 * @pa:   in the trace's memory; JUDGE_ANY: not known
 * @dir:  of a sync
 * @line: of the trace; 0: ours
 * @seg:  of ours: the memory, as long as its event lasts
 * @is_theirs: expected of the kernel, though we could not make it
 * @is_slot_there, @is_slot_here: it went to a bounce slot
 */
struct judged_call {
	enum trace_kind kind;
	uint64_t pa, len;
	enum trace_dir dir;
	uint64_t line;
	struct segment *seg;
	bool is_theirs, is_slot_there, is_slot_here;
};

/** What differs: @kernel.line is 0 where only we made the call, @ours.kind is not set
 *  (NR_TRACE_KINDS) where only the kernel did. */
struct difference {
	enum judge_reason reason;
	bool is_order;			/* both made it, in another order */
	uint64_t line;			/* of the event that it belongs to; 0: none followed */
	enum trace_kind event;
	struct replay_device *dev;	/* NULL: none followed */
	struct judged_call kernel, ours;
};
#define MAX_DIFFERENCES	4096	/* kept; all are counted */

/**
 * struct judgement - of a whole run
 * @kernel:   calls that the trace shows, by track
 * @same:     those that ours equal
 * @reasons:  differences by reason
 * @bounced_same, @bounced_there, @bounced_here: mappings and elements of lists that
 *            bounced in the trace and here, only there, only here
 */
struct judgement {
	uint64_t kernel[NR_JUDGE_TRACKS], same[NR_JUDGE_TRACKS];
	uint64_t reasons[NR_JUDGE_REASONS];
	GArray *differences;		/* of struct difference, by line */
	uint64_t unlisted;
	uint64_t bounced_same, bounced_there, bounced_here;
};

struct judge;
struct judge *judge_new(struct replay *r);
void judge_free(struct judge *j);	/* NULL is fine */

/** A line of the kernel's maintenance; other events are passed over. */
void judge_kernel(struct judge *j, const struct trace_event *ev);
/** A swiotlb_bounced, whose mapping follows. */
void judge_bounced(struct judge *j, const struct trace_event *ev);
/** Events were lost. */
void judge_gap(struct judge *j);

/** The library's next calls are about @m. */
void judge_subject(struct judge *j, struct mapping *m);
/** They will map it: how did it go in the trace? */
void judge_before_map(struct judge *j, struct mapping *m);
/** The board had refused what this event is about. */
void judge_refused(struct judge *j);
/** What @m became: bounced or not. */
void judge_mapped(struct judge *j, struct mapping *m);
/** dma_alloc_attrs() cleaned and invalidated @len bytes. */
void judge_alloc(struct judge *j, struct mapping *m, uint64_t len);

/** The event is done: what the kernel did for it stands before it, or will come. */
void judge_event(struct judge *j, struct replay_device *dev, const struct trace_event *ev);
/** The trace is over. */
void judge_end(struct judge *j);

enum judge_track judge_track_of(enum trace_kind kind);
uint64_t judgement_kernel(const struct judgement *v);
uint64_t judgement_same(const struct judgement *v);
uint64_t judgement_explained(const struct judgement *v);
/** "maintenance: 5,676 of 5,676 calls as the kernel made them"; NULL: none recorded. */
char *judgement_sentence(const struct judgement *v);
/** "for_cpu 0x1000 +64 FROM_DEVICE"; "none"; yours. */
char *judged_call_text(const struct judged_call *c);

#endif
