/* SPDX-License-Identifier: MIT */
/* What judge.c, which matches calls, and judge-count.c, which counts them, share. */
#ifndef TOOLS_REPLAY_JUDGE_PARTS_H
#define TOOLS_REPLAY_JUDGE_PARTS_H

#include "engine.h"

/**
 * struct place - the event that a call belongs to
 * @reason: why a call there may differ, where that is known from the event alone
 */
struct place {
	struct replay_device *dev;	/* NULL: no event came */
	uint64_t line;
	enum trace_kind event;
	enum judge_reason reason;
	bool is_atomic;			/* an allocation that must not sleep */
};

/** A call of the kernel's that no call of ours has claimed; @after: the next event. */
struct waiting {
	struct judged_call call;
	struct place after;
};

/**
 * struct expected - our calls of an event that the kernel's are still to come for
 * @next:      the first that none has come for; a line marks those that one has
 * @last:      behind the last that one has come for
 * @age:       events of the same task since
 */
struct expected {
	enum judge_track track;
	GArray *ours;			/* of struct judged_call */
	unsigned next, last, age;
	struct place place;
};

/** A swiotlb_bounced that its mapping has not come for. */
struct bounced {
	struct replay_device *dev;
	uint64_t dma, len;
};

/** @waiting, @nr_fresh: by track; the last so many came after the last event. */
struct task {
	GArray *waiting[NR_JUDGE_TRACKS];	/* of struct waiting */
	unsigned nr_fresh[NR_JUDGE_TRACKS];
	GArray *bounced;			/* of struct bounced */
	GPtrArray *expected;			/* of struct expected */
	uint64_t last_seq;			/* of its last event; 0: it had none */
};

/** What only we did for one device, by track; and whether anything was the same. */
struct lonely {
	uint64_t nr[NR_JUDGE_TRACKS];
	bool has_same;
	uint64_t last_seq;			/* of its last event */
};

struct judge {
	struct replay *r;
	struct sync_watcher watcher;
	struct judgement *v;
	GHashTable *tasks;			/* by number, of struct task */
	GHashTable *lonely;			/* by device */
	GArray *ours[NR_JUDGE_TRACKS];		/* of struct judged_call: this event's */
	struct mapping *subject;		/* of the calls in flight, or NULL */
	unsigned nr_cut, nr_phys;		/* of the event's mapping */
	bool is_guessed, is_refused, has_subject, is_alloc;	/* the same */
	bool is_translated;			/* behind an IOMMU, which has page tables */
	uint64_t seq, gap_seq, malformed, last_line;
	bool has_begun;				/* an event was seen */
	bool is_behind[NR_TRACE_KINDS];		/* such events have come behind their calls */
	GArray *early[NR_JUDGE_TRACKS];		/* of struct difference: ours, before any of
						 * the kernel's of that track, if there are any */
	uint64_t nr_early[NR_JUDGE_TRACKS];
};

/* ---- judge-count.c --------------------------------------------------------- */

struct lonely *lonely_of(struct judge *j, struct replay_device *dev);

/** The kernel's @k and our @o are one; @is_order: but not in their order. */
void judge_match(struct judge *j, const struct place *p, const struct judged_call *k,
		 const struct judged_call *o, bool is_order);
/** They should be one and are not; or one of them is NULL. */
void judge_differ(struct judge *j, const struct place *p, const struct judged_call *k,
		  const struct judged_call *o);
/** Nothing comes any more: reasons that only the whole trace tells. */
void judge_sum_up(struct judge *j);

#endif
