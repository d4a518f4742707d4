/* SPDX-License-Identifier: MIT */
/*
 * What tests of the replay engine say.
 *
 * A trace is written as its events only, "dma_map_page: eth0 dir=... attrs=\n" and
 * so on: the rig puts task, CPU and a clock of 1 ms a line before them. Lines that
 * begin with '#' or "CPU:" are taken as they are, and the first event is line 1.
 */
#ifndef TESTS_TOOLS_REPLAY_RIG_H
#define TESTS_TOOLS_REPLAY_RIG_H

#include <glib.h>

#include "replay/engine.h"

/* One event each, with the fields that tests vary. All numbers are text. */
#define MAP(dev, dir, dma, size) \
	"dma_map_page: " dev " dir=" dir " dma_addr=" dma " size=" size \
	" phys_addr=" dma " attrs=\n"
#define MAP_AT(dev, dir, dma, size, phys) \
	"dma_map_page: " dev " dir=" dir " dma_addr=" dma " size=" size \
	" phys_addr=" phys " attrs=\n"
#define MAP_SKIP(dev, dir, dma, size) \
	"dma_map_page: " dev " dir=" dir " dma_addr=" dma " size=" size \
	" phys_addr=" dma " attrs=SKIP_CPU_SYNC\n"
#define UNMAP(dev, dir, dma, size) \
	"dma_unmap_page: " dev " dir=" dir " dma_addr=" dma " size=" size " attrs=\n"
#define UNMAP_SKIP(dev, dir, dma, size) \
	"dma_unmap_page: " dev " dir=" dir " dma_addr=" dma " size=" size \
	" attrs=SKIP_CPU_SYNC\n"
#define TO_CPU(dev, dir, dma, size) \
	"dma_sync_single_for_cpu: " dev " dir=" dir " dma_addr=" dma " size=" size "\n"
#define TO_DEV(dev, dir, dma, size) \
	"dma_sync_single_for_device: " dev " dir=" dir " dma_addr=" dma " size=" size "\n"
#define ALLOC(dev, dma, size) \
	"dma_alloc: " dev " dir=BIDIRECTIONAL dma_addr=" dma " size=" size \
	" virt_addr=f0809000 flags=GFP_KERNEL attrs=\n"
#define FREE(dev, dma, size) \
	"dma_free: " dev " dir=BIDIRECTIONAL dma_addr=" dma " size=" size \
	" virt_addr=f0809000 attrs=\n"
/* Lists: of mmc0. */
#define SG(dir, nents, ents, dma, sizes, phys) \
	"dma_map_sg: mmc0 dir=" dir " nents=" nents " ents=" ents " dma_addrs={" dma \
	"} sizes={" sizes "} phys_addrs={" phys "} attrs=\n"
#define UNMAP_SG(dir, phys) "dma_unmap_sg: mmc0 dir=" dir " phys_addrs={" phys "} attrs=\n"
#define FROM	"FROM_DEVICE"
#define TO	"TO_DEVICE"
#define BIDI	"BIDIRECTIONAL"

/** Replay @events on a board of tests: exact, nominal, "a9-pl310". */
struct replay_report *replays(const char *events);
/** The same, with everything that @cfg sets besides the trace. */
struct replay_report *replays_with(const char *events, const struct replay_config *cfg);
/** It is refused; the sentence, yours. */
char *refuses(const char *events, const struct replay_config *cfg);

/** The report has no trouble at all. */
void is_clean(const struct replay_report *rep);
/** @finding is the only kind of trouble, @nr times. */
void only_trouble(const struct replay_report *rep, enum finding finding, uint64_t nr);
/** @finding, trouble or note, @nr times. */
void found(const struct replay_report *rep, enum finding finding, uint64_t nr);
/** At least one example of @finding says @words. */
void says(const struct replay_report *rep, enum finding finding, const char *words);

/** A file with @bytes, removed at the end of the process. Borrowed. */
const char *file_of(const char *bytes);
/** @name below ../shared/data beside the source, or $ARMDMA_SHARED/data; NULL. */
char *shared_data(const char *name);
/** @name in the source tree. */
char *source_file(const char *name);

#endif
