/* SPDX-License-Identifier: MIT */
/* What was meant, when a word is not known. */
#ifndef TOOLS_NEAR_H
#define TOOLS_NEAR_H

/**
 * struct near - the best so far
 * @word:  what was typed; borrowed
 * @best:  the nearest of those that were offered; NULL: none is near
 */
struct near {
	const char *word, *best;
	unsigned distance;
};

/** @candidate: one that could have been meant; borrowed for as long as @n */
void near_offer(struct near *n, const char *candidate);

/** " (did you mean BEST?)" or "". Yours to g_free(). */
char *near_text(const struct near *n);

#endif
