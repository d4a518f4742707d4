/* SPDX-License-Identifier: MIT */
/* What the files of the ledger share: mappings.c below, calls.c, ledger.c above. */
#ifndef LIB_HAZARD_MAPPINGS_H
#define LIB_HAZARD_MAPPINGS_H

#include "engine.h"

/* ---- mappings.c ------------------------------------------------------ */

enum mapping_kind ledger_kind_of(enum ledger_kind kind);
bool ledger_sg_fits(const struct mapping *m, const struct ledger_note *n);
bool ledger_size_fits(const struct mapping *m, const struct ledger_note *n);
bool ledger_direction_fits(const struct mapping *m, const struct ledger_note *n);
struct mapping *ledger_find_unmapped(struct dev_record *d,
	const struct ledger_note *n);
struct mapping *ledger_find_segment(struct dev_record *d,
	const struct ledger_note *n);
bool ledger_sync_direction_fits(const struct mapping *m,
	const struct ledger_note *n);
/* The mapping that holds all of what a sync names, or else the byte where it begins. */
struct mapping *ledger_find_synced(struct dev_record *d, const struct ledger_note *n,
	bool *ret_is_whole);
struct mapping *ledger_mapping_new(struct hazard_engine *e, struct dev_record *d,
	const struct ledger_note *n);
void ledger_mapping_add(struct hazard_engine *e, struct mapping *m);
void ledger_mapping_remove(struct hazard_engine *e, struct mapping *m);
/* The mapping of @d that this CPU made last, if it is still there; else NULL. */
struct mapping *ledger_latest(struct hazard_engine *e, const struct dev_record *d);
bool ledger_is_for_cpu(const struct ledger_note *n);
/* dma_free_pages() and its like? */
bool ledger_frees_cached(const struct ledger_note *n);
enum record_kind ledger_record_kind_of(const struct ledger_note *n);
void ledger_remember(struct hazard_engine *e, enum record_kind kind,
	const struct mapping *m, const struct ledger_note *n, uint64_t offset, uint64_t len);
void ledger_remember_gone(struct hazard_engine *e, const struct mapping *m,
	const struct ledger_note *n);
const struct record *ledger_last_gone(const struct dev_record *d, uint64_t dma);

/* ---- calls.c --------------------------------------------------------- */

/* What is wrong with a call. */
struct complaint {
	enum hazard_class class;
	const struct mapping *m;	/* may be NULL */
	const struct record *gone;	/* the unmap that came before, or NULL */
	const char *why;		/* follows the call's text */
	char *fix;			/* taken; may be NULL */
};

struct record ledger_call_record(struct hazard_engine *e,
	const struct dev_record *d, const struct ledger_note *n, enum record_kind kind);
void ledger_complain(struct hazard_engine *e, struct dev_record *d,
	const struct ledger_note *n, struct complaint c);
void ledger_error_used(struct hazard_engine *e, struct dev_record *d,
	const struct ledger_note *n);
void ledger_check_unmap(struct hazard_engine *e, const struct mapping *m,
	const struct ledger_note *n);
void ledger_check_checked(struct hazard_engine *e, const struct mapping *m,
	const struct ledger_note *n);
void ledger_check_line_shared(struct hazard_engine *e, const struct mapping *m);

/* ---- given.c: what a map call is given ----------------------------------- */

void given_check_map(struct hazard_engine *e, const struct mapping *m,
	const struct ledger_note *n);
void given_check_resource(struct hazard_engine *e, const struct mapping *m,
	const struct ledger_note *n);
void given_note_refused(struct hazard_engine *e, struct dev_record *d,
	const struct ledger_note *n);
void given_note_no_page(struct hazard_engine *e, struct dev_record *d,
	const struct ledger_note *n);

/* ---- freed.c: by which pointer, with which attributes -------------------- */

void freed_note_allocated(struct mapping *m, const struct ledger_note *n);
void freed_check(struct hazard_engine *e, const struct mapping *m,
	const struct ledger_note *n);

/* ---- context.c: where nobody may sleep ------------------------------------ */

void context_note_sleeps(struct hazard_engine *e, struct dev_record *d,
	const struct ledger_note *n);

/* ---- twice.c --------------------------------------------------------- */

void ledger_check_mapped_twice(struct hazard_engine *e, const struct mapping *m);

#endif
