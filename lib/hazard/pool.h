/* SPDX-License-Identifier: MIT */
/* Blocks of dma_pools: who holds them, and who touches those that nobody holds. */
#ifndef LIB_HAZARD_POOL_H
#define LIB_HAZARD_POOL_H

#include "engine.h"

/* One of the four notes about pools. */
void pool_note(struct hazard_engine *e, struct dev_record *d, const struct ledger_note *n);
/* An access to memory of a pool, by the code under test or a device. */
void pool_event(struct hazard_engine *e, const struct observe_event *ev);
void pool_done(struct hazard_engine *e);

#endif
