/* SPDX-License-Identifier: MIT */
/*
 * What is mapped in the IOVA space of one domain.
 *
 *   IOVA  |....AAAABBBB..CC....|      three ranges, two runs: AAAABBBB, CC
 *               '---- span ---'
 *
 * A run is ranges side by side. Many runs for few ranges, in a wide span, are a space that
 * has become fragmented.
 */
#ifndef TOOLS_REPLAY_IOVA_SPACE_H
#define TOOLS_REPLAY_IOVA_SPACE_H

#include <stdint.h>
#include <glib.h>

/**
 * struct iova_space - in pages, but for addresses
 * @pages, @runs:  mapped now
 * @pages_peak:    at most; @runs_at_peak: runs at that moment
 * @runs_peak:     at most
 * @lowest, @highest: bytes ever mapped; UINT64_MAX, 0: none
 */
struct iova_space {
	uint64_t pages, pages_peak, runs, runs_peak, runs_at_peak;
	uint64_t lowest, highest;
	GHashTable *starts;		/* first page -> pages */
	GHashTable *ends;		/* first page behind a range */
};

struct iova_space *iova_space_new(void);
void iova_space_free(struct iova_space *s);	/* NULL is fine */
void iova_space_map(struct iova_space *s, uint64_t iova, uint64_t len);
/** Of what was mapped by one call or several; the rest of it was not mapped. */
void iova_space_unmap(struct iova_space *s, uint64_t iova, uint64_t len);
/** From the lowest to the highest byte that was ever mapped. */
uint64_t iova_space_span(const struct iova_space *s);

#endif
