/* SPDX-License-Identifier: MIT */
/*
 * The hazard engine's own structures. Private to lib/hazard.
 *
 *   observe.h --event--> shadow.c     golden bytes and history of each line
 *                           |  wrong bytes      ownership.c  who may touch what
 *                           v                       v
 *                        bytes.c                 alias.c
 *                            \                    /
 *                             report.c --> report-text.c, report-json.c
 *                            /
 *   ledger.h  --note---> lane.c       fast gear: the common calls that fit
 *                          | the rest
 *                          v
 *                        ledger.c --> mapped.c   what is mapped
 *                        pool.c       blocks of its pools
 *
 * What is *newest* at a byte is what the last writer in simulated order wrote,
 * whoever it was; a machine without caches would hold it. What nobody may rely on
 * (dropped by a map that says so, freed, or lost and already reported) has no
 * newest value and is compared with nothing: WRITER_NOBODY, WRITER_GIVEN_UP.
 */
#ifndef LIB_HAZARD_ENGINE_H
#define LIB_HAZARD_ENGINE_H

#include <glib.h>
#include <armdma/hazard.h>
#include <armdma/machine.h>
#include <armdma/observe.h>
#include "../dma/ledger.h"
#include "interval.h"
#include "mapped.h"

#define LINE_MIN_BYTES	16u		/* board.h: lines are 16..128 bytes */
#define LINE_MAX_BYTES	128u
#define PAGE_BYTES	4096u
#define NO_STACK	0u
#define NO_PARTY	0u
#define ERROR_DMA	(~(uint64_t)0)	/* DMA_MAPPING_ERROR of <linux/dma-mapping.h> */

/* ---- history.c: what happened, so that a report can tell it -------- */

enum record_kind {
	/* the library's, kept per page */
	RECORD_MAPPED,
	RECORD_UNMAPPED,
	RECORD_SYNCED_FOR_CPU,
	RECORD_SYNCED_FOR_DEVICE,
	RECORD_ALLOCATED,
	RECORD_FREED,
	RECORD_INVALIDATED,		/* entries of an IOMMU's TLB */
	/* the machine's, kept per line */
	RECORD_FILLED,
	RECORD_CPU_WROTE,
	RECORD_DEVICE_WROTE,
	RECORD_WRITTEN_BACK,
	RECORD_DROPPED,
	/* only ever the last of a report */
	RECORD_CPU_READ,
	RECORD_DEVICE_READ,
	RECORD_FAULT,
	NR_RECORD_KINDS
};

struct record {
	uint64_t seq;			/* order among all records of an engine */
	uint64_t step;
	uint64_t pa;
	uint64_t dma;
	const void *site;
	uint32_t len;			/* bytes */
	uint32_t stack;
	uint16_t party;			/* who did it, or for whom it was done */
	uint8_t kind;			/* enum record_kind */
	uint8_t level;
	int8_t dir;
	bool is_dirty;			/* what was dropped was written to */
	bool skips_sync;		/* mapped or unmapped with DMA_ATTR_SKIP_CPU_SYNC */
	bool is_unasked;		/* a speculative fill, an eviction */
	bool is_cached;			/* allocated or freed: memory that changes hands; stored: by
					 * a cached address */
	bool is_alias;			/* a store by an address beside the linear map */
};

#define HISTORY_MAX	16u

/* The last HISTORY_MAX records of a line or page; grows as it fills. */
struct history {
	struct record *ring;
	uint8_t capacity, nr, head;	/* head: the oldest */
};

void history_add(struct history *h, const struct record *r);
void history_done(struct history *h);
/* The @i-th, oldest first. */
const struct record *history_at(const struct history *h, unsigned i);

/* ---- past.c: what happened to pages, a record for many of them ------- */

struct shared_record {
	struct record record;
	unsigned nr_refs;
};

/* Yours; each past_add() takes a share of its own. */
struct shared_record *shared_record_new(const struct record *r);
void shared_record_unref(struct shared_record *s);

/* The last HISTORY_MAX of them, oldest first. */
struct past {
	union {
		struct shared_record *one;	/* @room is 0 */
		struct shared_record **many;
	};
	uint8_t nr, room;
};

void past_add(struct past *p, struct shared_record *s);
const struct record *past_at(const struct past *p, unsigned i);
void past_forget_oldest(struct past *p);
void past_done(struct past *p);

/* ---- recent.c: the same in the fast gear, where pages are not kept ----- */

#define NR_RECENT	32u

/* The last calls about memory of one region, of all devices: a line of the host's for each. */
struct recent_calls {
	alignas(64) struct record call[NR_RECENT];
};
G_STATIC_ASSERT(sizeof(struct record) == 64);

/* Where that will be. */
static inline const struct record *recent_slot(const struct region *r)
{
	return &r->recent->call[__atomic_load_n(&r->nr_recent, __ATOMIC_RELAXED) % NR_RECENT];
}

/* Room for the next one of @r; the caller fills in the rest. */
static inline struct record *recent_next(struct region *r)
{
	unsigned at = r->nr_recent++ % NR_RECENT;

	r->forgotten &= ~(1u << at);
	r->recent->call[at].seq = ++r->clock;
	return &r->recent->call[at];
}

/* @r is about memory of a mapping, so that the regions exist. */
void recent_note(struct mapped *l, const struct record *r);
/* All of [pa, pa + len) is free memory. */
void recent_forget(struct region *r, uint64_t pa, uint64_t len);
/* Calls about memory of the region of @pa, oldest first. */
void recent_each(const struct mapped *l, uint64_t pa,
		 void (*visit)(void *ctx, const struct record *r), void *ctx);
/* The last unmap of @party's mapping at @dma, which began at @pa. */
const struct record *recent_unmap(const struct mapped *l, uint16_t party, uint64_t pa,
				  uint64_t dma);

/* ---- shadow.c: lines that a device can reach ----------------------- */

enum writer {
	WRITER_NOBODY,
	WRITER_INITIAL,
	WRITER_CPU,
	WRITER_DEVICE,
	WRITER_GIVEN_UP,	/* the CPU's, dropped by a map or sync that says so: one-way.c */
	WRITER_BOUNCED		/* of the one that uses the other piece of memory: bounce.c */
};

/* Has it a newest value? */
static inline bool writer_is_known(uint8_t w)
{
	return w != WRITER_NOBODY && w != WRITER_GIVEN_UP;
}

struct shadow_line {
	uint64_t pa;
	uint64_t absorbed;		/* seq of the latest of the page's writes in @history */
	struct history history;
	uint8_t *writer;		/* enum writer of each byte; follows @golden */
	uint8_t golden[];
};

/* A bit for each line of a page. */
#define LINE_WORDS	(PAGE_BYTES / LINE_MIN_BYTES / 64)
enum line_bits {
	LINES_WATCHED,		/* only these tell everything */
	LINES_SEEN,		/* something was told of them */
	LINES_IN_BULK,		/* a device wrote all of it; its own line does not know yet */
	NR_LINE_BITS
};

struct shadow_page {
	struct shadow_line **line;	/* NULL while none of them has its own */
	struct past calls;		/* mapped, synced, unmapped, ... */
	struct past writes;		/* by devices, over many lines at once */
	uint64_t bits[];		/* [enum line_bits][words] */
};

struct shadow {
	struct machine *machine;	/* borrowed */
	bool is_idle;			/* fast gear: no event tells of bytes */
	struct shadow_page ***pages;	/* [pa >> 26][pa >> 12]: see page_slot() */
	unsigned line_bytes;		/* of the largest cache line */
	unsigned step_bytes;		/* of an event of one line */
	unsigned nr_words;		/* of one kind of bits */
	uint64_t nr_lines;		/* of which anything was ever told */
};

void shadow_init(struct shadow *s, struct machine *m);
void shadow_done(struct shadow *s);
/* Events about [pa, pa + len) are wanted from now on. */
void shadow_watch(struct shadow *s, uint64_t pa, uint64_t len);
/* [pa, pa + len) is free memory: nobody's bytes, nobody's history. */
void shadow_forget(struct shadow *s, uint64_t pa, uint64_t len);
/* The line that @ev is about, its golden bytes as before it; NULL if not watched. */
struct shadow_line *shadow_line_of(struct shadow *s, const struct observe_event *ev);
/* Is everything told of the line of @pa? */
bool shadow_is_watched(const struct shadow *s, uint64_t pa);
/* The same, but only if something happened to it. */
struct shadow_line *shadow_find(struct shadow *s, uint64_t pa);
struct shadow_page *shadow_page_find(const struct shadow *s, uint64_t pa);
/*
 * @master transferred the whole of @ev, which a mapping allows and no cache holds.
 * What is not a whole line, or not the newest, is passed to @visit, each line as an
 * event of its own.
 */
typedef void shadow_visit(void *ctx, const struct observe_event *ev);
void shadow_bulk_read(struct shadow *s, const struct observe_event *ev, shadow_visit *visit,
		      void *ctx);
void shadow_bulk_write(struct shadow *s, const struct observe_event *ev,
		       struct shared_record *wrote, shadow_visit *visit, void *ctx);
/* @ev from its @at-th byte on, for @len bytes: as if it had been told of alone. */
struct observe_event shadow_part(const struct observe_event *ev, size_t at, size_t len);
/* @r happened to every watched page of [pa, pa + len). */
void shadow_note(struct shadow *s, const struct record *r);
/* [pa, pa + len) was invalidated on purpose: what only a cache held is nobody's. */
void shadow_surrender(struct shadow *s, uint64_t pa, uint64_t len);
void shadow_write(struct shadow_line *l, const struct observe_event *ev, enum writer who);
/* Bytes [from, to) of the line are compared no more, until somebody writes them. */
void shadow_undefine(struct shadow_line *l, unsigned at, unsigned len);

/* ---- parties.c: who acts ------------------------------------------- */

/* A device as the ledger knows it. */
struct dev_record {
	const struct device *dev;	/* identity only, once it is gone */
	const struct master *master;	/* its port */
	uint16_t party;
	struct mapped *live;		/* borrowed */
	uint64_t shift;			/* what most device addresses add to physical ones */
	bool has_shift;
	struct bends *bends;		/* the other ones: the short, bends.h; or NULL */
	struct interval *bent;		/* the rest of them: struct mapping_more, by dma */
	struct latest *latest;		/* [latest_slot()]: made last */
	spinlock_t gone_lock;		/* for those who hold but a region's */
	struct history gone;		/* the latest unmaps of bent ones */
	uint64_t mask, mask_step;	/* the last dma_set_mask() */
	const void *mask_site;		/* NULL: there was none */
	const void *gone_site;		/* its driver went away */
	uint64_t gone_step;
	struct record refused;		/* its last map that failed; .seq 0: none did */
};

/*
 * For each CPU by itself, since threads may share a device and should not share this, and
 * each maps a list of its own.
 */
struct latest {
	alignas(64) uint32_t mapping;	/* number of its record, which may be gone; or 0 */
	uint32_t segment;		/* the same, of the list being mapped */
	uint32_t segment_age;
};
#define NR_LATEST	8u
unsigned latest_slot(const struct mapped *l);

#define NR_KNOWN	64u

struct parties {
	GPtrArray *names;		/* by party; [0] is "?" */
	GHashTable *by_key;		/* cpu or master -> party */
	GPtrArray *devices;		/* of struct dev_record *, in order of appearance */
	GHashTable *by_dev;		/* struct device -> struct dev_record */
	GHashTable *by_master;		/* struct master -> struct dev_record */
	GHashTable *unbound;		/* the same, of those whose drivers are gone */
	struct dev_record *known[NR_KNOWN];	/* some of @by_dev: party_known_device() */
	struct mapped *live;		/* borrowed */
};

void parties_init(struct parties *p, struct mapped *live);
void parties_done(struct parties *p);
const char *party_name(const struct parties *p, uint16_t party);
uint16_t party_of(struct parties *p, const struct observe_event *ev);
struct dev_record *party_device(struct parties *p, struct device *dev);
/* The same; NULL if it has not called the library, or not since its driver went. */
struct dev_record *party_known_to_call(const struct parties *p, const struct device *dev);

static inline unsigned party_known_slot(const struct device *dev)
{
	uintptr_t p = (uintptr_t)dev;

	return (unsigned)(p >> 6 ^ p >> 12) % NR_KNOWN;
}

/* The same without a lock; NULL if it cannot tell. */
static inline struct dev_record *party_known_device(const struct parties *p,
						    const struct device *dev)
{
	struct dev_record *d = __atomic_load_n(&p->known[party_known_slot(dev)],
					       __ATOMIC_ACQUIRE);

	return d && d->dev == dev ? d : NULL;
}
/* The device behind that port; NULL if it never called the library. */
struct dev_record *party_device_of_master(const struct parties *p, const struct master *d);
void party_device_gone(struct parties *p, struct dev_record *d);
void party_device_bound(struct parties *p, const struct device *dev);
/* The device behind that port as its last driver left it; NULL if it has one, or never had. */
struct dev_record *party_unbound(const struct parties *p, const struct master *m);
bool device_snoops(const struct device *dev);
/* Does nothing translate its addresses but the bus? */
bool device_goes_direct(const struct device *dev);

/* ---- ledger.c: what is mapped -------------------------------------- */

enum mapping_kind { MAPPING_SINGLE, MAPPING_SG, MAPPING_COHERENT, MAPPING_RESOURCE,
		    MAPPING_PAGES,	/* dma_alloc_pages(), _noncoherent() */
		    MAPPING_SGT,	/* dma_alloc_noncontiguous() */
		    NR_MAPPING_KINDS };

/* CPU-owned bytes of a mapping: disjoint, ascending, [from, to). */
struct span {
	uint64_t from, to;
};

/* One line of the host's cache: a live mapping is one of these, and mostly nothing else. */
struct mapping {
	uint64_t pa;			/* the CPU's buffer */
	uint64_t dma;
	uint64_t len;
	struct dev_record *dev;
	const void *site;
	uint64_t step;
	uint32_t next;			/* of its list: mapped.h */
	uint32_t age;			/* among those that begin at one place; 0: it is gone */
	uint32_t more;			/* number of its struct mapping_more, or 0; or with
					 * LINK, of the record with which its list goes on */
	bool is_checked;		/* dma_mapping_error() was asked, or need not be */
	uint8_t kind : 5;		/* enum mapping_kind */
	uint8_t dir : 2;
	bool is_snooped : 1;		/* the device is coherent */
	bool is_bounced : 1;
	bool skips_sync : 1;		/* mapped without: DMA_ATTR_SKIP_CPU_SYNC, and how
					 * memory that changes hands begins */
	bool is_freed : 1;		/* its memory is, and that was reported */
	bool is_told : 1;		/* that it leaks */
	bool is_wc : 1;			/* allocated with DMA_ATTR_WRITE_COMBINE */
	bool is_bent : 1;		/* its device address is not as the device's others */
	bool is_later : 1;		/* of a list, and not its first segment */
	uint8_t few_nents;		/* of a list's first segment: entries as passed in,
					 * if these are no more than MANY_NENTS */
};
G_STATIC_ASSERT(sizeof(struct mapping) == 64);

#define LINK		0x80000000u
#define MANY_NENTS	255

/* What few mappings have. */
struct mapping_more {
	struct mapping *mapping;
	struct interval by_dma;		/* if it is bent, and not in bends.h */
	struct interval by_pa;		/* if it is too large for a list */
	uint64_t bounce_pa;		/* of its slot */
	int nents;			/* first segment: entries as passed in, if many */
	uint32_t next_segment;		/* the list goes on */
	GArray *cpu_owned;		/* of struct span, offsets into it; NULL: none */
	const void *pool;		/* the dma_pool that it is a page of, or NULL */
	const void *va;			/* of coherent memory: what its owner got, */
	unsigned long attrs;		/* and for which DMA_ATTR_* */
	uint32_t stack;
};

static inline struct mapping *nth_mapping(const struct mapped *l, uint32_t number)
{
	return number ? (struct mapping *)l->records.base + number : NULL;
}

static inline uint32_t mapping_number(const struct mapped *l, const struct mapping *m)
{
	return (uint32_t)(m - (const struct mapping *)l->records.base);
}

static inline bool mapping_has_more(const struct mapping *m)
{
	return m->more && !(m->more & LINK);
}

/* NULL if it has none. */
struct mapping_more *mapping_more(const struct mapping *m);
struct mapping_more *mapping_want_more(struct mapping *m);

/* What the device reaches: @pa or a bounce slot. */
static inline uint64_t mapping_device_pa(const struct mapping *m)
{
	return m->is_bounced ? mapping_more(m)->bounce_pa : m->pa;
}

/* Of a list's first segment; 0 of the others. Memory may be allocated as a list, too. */
static inline int mapping_nents(const struct mapping *m)
{
	if (m->few_nents)
		return m->few_nents;
	return mapping_has_more(m) ? mapping_more(m)->nents : 0;
}

static inline struct mapping *mapping_next_segment(const struct mapping *m)
{
	uint32_t number = m->more & ~LINK;

	if (mapping_has_more(m))
		number = mapping_more(m)->next_segment;
	return nth_mapping(m->dev->live, number);
}

/* The list of @before goes on with @m. */
static inline void mapping_link(struct mapping *before, const struct mapping *m)
{
	uint32_t number = mapping_number(m->dev->live, m);

	if (mapping_has_more(before))
		mapping_more(before)->next_segment = number;
	else
		before->more = LINK | number;
}

/* To @d's list that this CPU is mapping; NULL if @sg_index is its first, or it is gone. */
static inline struct mapping *mapping_before(const struct dev_record *d, unsigned slot,
					     int sg_index, enum mapping_kind kind)
{
	const struct latest *l = &d->latest[slot];
	struct mapping *m = sg_index ? nth_mapping(d->live, l->segment) : NULL;

	return m && __atomic_load_n(&m->age, __ATOMIC_ACQUIRE) == l->segment_age &&
	       m->dev == d && m->kind == kind ? m : NULL;
}

/* Bytes of all of it, where it is memory that was allocated in several pieces. */
uint64_t mapping_whole_len(const struct mapping *m);

static inline void mapping_is_segment(struct dev_record *d, unsigned slot,
				      const struct mapping *m)
{
	d->latest[slot].segment = mapping_number(d->live, m);
	d->latest[slot].segment_age = m->age;
}

static inline const void *mapping_pool(const struct mapping *m)
{
	return mapping_has_more(m) ? mapping_more(m)->pool : NULL;
}

static inline uint32_t mapping_stack(const struct mapping *m)
{
	return mapping_has_more(m) ? mapping_more(m)->stack : NO_STACK;
}

/* ---- symbols.c, backtrace.c ---------------------------------------- */

struct symbol {
	char *function;			/* "?" when nobody knows */
	char *file;			/* last component; NULL without debug information */
	char *path;			/* all of it: absolute, unless it was compiled otherwise */
	int line;
};

struct symbols;
struct symbols *symbols_new(void);
void symbols_free(struct symbols *s);
/* @pc is a return address. Borrowed, lives as long as @s. */
const struct symbol *symbols_find(struct symbols *s, const void *pc);

#define STACK_MAX	32u

struct stack {
	unsigned nr;
	const void *pc[STACK_MAX];	/* return addresses, innermost first */
};

/*
 * The stack of the code under test: from the frame that returns to @site outward,
 * or, without one, from whoever called into the machine or library. Empty when
 * neither can be told.
 */
struct stack stack_here(const void *site);

/* Each different stack once; ids rise from 1. */
struct stacks {
	GPtrArray *all;			/* of struct stack *; [0] is NULL */
	GHashTable *ids;		/* struct stack -> id */
};
void stacks_init(struct stacks *s);
void stacks_done(struct stacks *s);
uint32_t stacks_keep(struct stacks *s, struct stack st);
const struct stack *stacks_at(const struct stacks *s, uint32_t id);

/* ---- the engine ---------------------------------------------------- */

struct may;
struct dma_debug;
struct exposure;

struct hazard_engine {
	struct observer observer;
	struct ledger_listener listener;
	GRecMutex lock;			/* fast gear: notes come from many threads */
	struct machine *machine;	/* borrowed */
	struct hazard_config config;
	char *replay, *suppressions;	/* owned copies of the config's */
	uint64_t seq;			/* of the last record */
	unsigned depth;			/* fast gear: of nested events and notes */
	uint64_t nr_accesses;		/* to watched lines, checked */
	bool has_bounced;		/* some mapping was */

	struct shadow shadow;
	struct parties parties;
	struct mapped live;
	struct interval *pool_pages, *pool_blocks;	/* pool.c, by pa */
	GHashTable *blocks_by_va;	/* struct pool_block; NULL: none */
	struct stacks stacks;
	struct symbols *symbols;
	GPtrArray *reports;		/* of struct report *, in order of appearance */
	GArray *areas;			/* alias.c's: who mapped what, beside the linear map */
	uint64_t user_age;
	struct interval *user_pages;	/* users.c's: what processes have mapped, by pa */
	GArray *taken;			/* and what was taken of them */
	GPtrArray *excuses;		/* of struct excuse *, excuse.h; NULL: none */
	GPtrArray *excused;		/* the reports that they took; not in @reports */
	GHashTable *known;		/* report key -> struct report */
	GHashTable *sg_lists;		/* sg-list.c's: a list's address -> struct sg_life */
	uint64_t count[NR_HAZARD_CLASSES];
	const void *begun_site;		/* of the store that the window holds; full backtraces */
	uint32_t begun_stack;
	uint64_t nr_told;		/* reports begun, known ones included */
	struct may *may;		/* may/may.h; NULL: fast gear, or not asked for */
	const char *schedule;		/* of a report of what is possible; NULL: it happened */
	struct iommu_watch *iommu;	/* iommu.c's; NULL: fast gear */
	struct overtake *overtake;	/* overtake.c's; NULL: nothing is reordered */
	struct run_trace *trace;	/* report-trace.c's; NULL: nobody wants one */
	struct stories *stories;	/* story.h's; NULL: nobody draws */
	struct dma_debug *dma_debug;	/* who looks instead of all others; or NULL */
	struct exposure *exposure;	/* exposure.h; NULL: fast gear, or not asked for */
};

/* Is what does no harm on this board to be reported, too? */
static inline bool engine_is_portable(const struct hazard_engine *e)
{
	return e->config.portable;
}

/* A record of something that happens now. */
struct record engine_record(struct hazard_engine *e, enum record_kind kind);
/* The whole stack, if the config asks for stacks everywhere; else NO_STACK. */
uint32_t engine_stack(struct hazard_engine *e, const void *site);
/* The same of a store that is told of now, and may have been made a while ago. */
uint32_t engine_stack_of_store(struct hazard_engine *e, const void *site);

/* ---- the rules ----------------------------------------------------- */

/* bytes.c */
void bytes_event(struct hazard_engine *e, const struct observe_event *ev);

/* dirty.c: a write that the device may do; true: reported */
bool dirty_device_write(struct hazard_engine *e, const struct observe_event *ev);

/* range.c: one event of many lines */
void range_event(struct hazard_engine *e, const struct observe_event *ev);

/* abort.c */
void abort_event(struct hazard_engine *e, const struct observe_event *ev);

/* iommu.c, iommu-spaces.c */
void iommu_begin(struct hazard_engine *e);
void iommu_event(struct hazard_engine *e, const struct observe_event *ev);
void iommu_off_event(struct hazard_engine *e, const struct observe_event *ev);
void iommu_note(struct hazard_engine *e, const struct ledger_note *n);
/* Is @ev, a refusal or a transfer, what an answer came to that has been reported? */
bool iommu_has_told(struct hazard_engine *e, const struct observe_event *ev);
/* Does a domain that its user manages lead there? */
bool iommu_space_allows(struct hazard_engine *e, const struct observe_event *ev);
void iommu_finish(struct hazard_engine *e);
void iommu_done(struct hazard_engine *e);

/* ownership.c */
void ownership_cpu_access(struct hazard_engine *e, const struct observe_event *ev,
			  bool is_write);
/* False, and reported, if some of these bytes are not mapped for that device. */
bool ownership_device_access(struct hazard_engine *e, const struct observe_event *ev,
			     bool is_write);
void ownership_device_refused(struct hazard_engine *e, const struct observe_event *ev);
void ownership_device_diverted(struct hazard_engine *e, const struct observe_event *ev);
/* The latest mapping of that master at a device address; NULL if there is none. */
struct mapping *ownership_mapping(struct hazard_engine *e, const struct master *d,
				  uint64_t dma);
void ownership_give(struct mapping *m, uint64_t from, uint64_t to, bool to_cpu);
bool ownership_of_cpu(const struct mapping *m, uint64_t from, uint64_t to);

/* fetch.c */
void fetch_event(struct hazard_engine *e, const struct observe_event *ev);

/* coherent.c: coherent memory by another address than its own */
void coherent_cpu_access(struct hazard_engine *e, const struct observe_event *ev,
			 bool is_write);
/* limits.c */
void limits_check_segment(struct hazard_engine *e, const struct mapping *m, struct device *dev);
/* An access whose address lost bits on its way: true: reported. */
bool limits_exceeded(struct hazard_engine *e, const struct observe_event *ev, bool is_write);
void limits_note_mask(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n);
/* A map that was refused, and why: true: reported. */
bool limits_too_large(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n);

/* sg-list.c */
void sg_list_mapped(struct hazard_engine *e, const struct mapping *m,
		    const struct ledger_note *n);
/* The list's mapping, if it has changed since, which is reported; else NULL. */
struct mapping *sg_list_called(struct hazard_engine *e, const struct dev_record *d,
			       const struct ledger_note *n);
void sg_lists_done(struct hazard_engine *e);

/* alias.c */
/* Whose call mapped @va, beside the linear map; NULL: nobody's. */
const void *alias_site(const struct hazard_engine *e, uint32_t va);
/* And who mapped the memory at @pa to such an address. */
const void *alias_site_of_pa(const struct hazard_engine *e, uint64_t pa);
void alias_check(struct hazard_engine *e, const struct mapping *m);
/* Something was mapped beside the linear map, or is no more. */
void alias_note(struct hazard_engine *e, const struct ledger_note *n);
/* Something was mapped for a process. */
void alias_note_user(struct hazard_engine *e, const struct ledger_note *n);
void alias_done(struct hazard_engine *e);

/* lane.c: fast gear. False: not done, and nothing changed. */
bool lane_note(struct hazard_engine *e, const struct ledger_note *n);

/* users.c */
/* False: it is about something else. */
bool user_note_any(struct hazard_engine *e, const struct ledger_note *n);
/* [pa, pa + len) is given back by that call. */
void user_note_freed(struct hazard_engine *e, const struct ledger_note *n, uint64_t pa,
		      uint64_t len);
void user_note_mmap(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n);
void user_notes_done(struct hazard_engine *e);

/* ledger.c */
void ledger_note(struct hazard_engine *e, const struct ledger_note *n);
void ledger_finish(struct hazard_engine *e);
void ledger_done(struct hazard_engine *e);
/* Does it change hands: is it anything but coherent memory and registers? */
bool ledger_is_streaming(const struct mapping *m);
/* Was it allocated, not mapped? */
bool ledger_is_allocation(const struct mapping *m);
/* A live streaming mapping of @pa, the newest that is not the CPU's; or any; or NULL. */
struct mapping *ledger_mapping_at(struct hazard_engine *e, uint64_t pa);

#endif
