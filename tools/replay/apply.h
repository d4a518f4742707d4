/* SPDX-License-Identifier: MIT */
/*
 * What the files that carry out events share: mapping.c below, one file for each
 * family of calls beside it, apply.c above.
 */
#ifndef TOOLS_REPLAY_APPLY_H
#define TOOLS_REPLAY_APPLY_H

#include "engine.h"

#define HEX "0x%" G_GINT64_MODIFIER "x"
#define DEC "%" G_GINT64_MODIFIER "u"

/* ---- mapping.c ------------------------------------------------------------- */

const char *by_name(enum map_function by);
enum dma_data_direction kernel_dir(enum trace_dir dir);
bool skips_sync(unsigned long attrs);
void call_begins(struct replay *r);
void call_ends(struct replay *r, struct replay_device *dev, enum cost_kind kind);
void mapping_goes_live(struct replay *r, struct mapping *m);
void mapping_goes_dead(struct replay *r, struct mapping *m);
void mapping_release(struct replay *r, struct mapping *m);
struct mapping *mapping_new(struct replay *r, struct replay_device *dev,
		const struct trace_event *ev, enum map_function by);
void mapping_is_one(struct mapping *m, uint64_t dma, uint64_t phys, uint64_t len);
void see_addresses(struct replay_device *dev, const struct mapping *m);
void mapping_refuse(struct replay *r, struct mapping *m, const char *why);
const char *rename_why(enum rename_result res);
const char *map_why(struct replay_device *dev, const struct mapping *m);
/* Where the device gets to at @s->dma. */
uint64_t board_pa(const struct segment *s);

/* ---- map.c ----------------------------------------------------------------- */

bool is_mapping_error(uint64_t dma, uint64_t phys);
void count_bounces(struct mapping *m);
void library_map_page(struct replay *r, struct mapping *m);
bool arguments_are_good(struct replay *r, struct mapping *m);
struct extent in_reach(const struct mapping *m);
void device_writes(struct replay *r, struct mapping *m);
void on_map_page(struct replay *r, struct replay_device *dev,
		const struct trace_event *ev);
void on_map_resource(struct replay *r, struct replay_device *dev,
		const struct trace_event *ev);
void on_map_sg(struct replay *r, struct replay_device *dev,
		const struct trace_event *ev);

/* ---- unmap.c --------------------------------------------------------------- */

void mapping_unmap(struct replay *r, struct mapping *m, uint64_t len,
		enum trace_dir dir, unsigned long attrs);
void unmatched(struct replay *r, struct replay_device *dev, enum finding finding,
		enum map_function by, uint64_t at);
void on_unmap_page(struct replay *r, struct replay_device *dev,
		const struct trace_event *ev);
void on_unmap_sg(struct replay *r, struct replay_device *dev,
		const struct trace_event *ev);

/* ---- sync.c ---------------------------------------------------------------- */

void sync_range(struct replay *r, struct replay_device *dev, uint64_t dma,
		uint64_t len);
void on_sync_sg(struct replay *r, struct replay_device *dev,
		const struct trace_event *ev);

/* ---- alloc.c --------------------------------------------------------------- */

void on_alloc(struct replay *r, struct replay_device *dev,
		const struct trace_event *ev);
void on_alloc_pages(struct replay *r, struct replay_device *dev,
		const struct trace_event *ev);
void on_free(struct replay *r, struct replay_device *dev, const struct trace_event *ev);

#endif
