/* SPDX-License-Identifier: MIT */
/*
 * The chooser: every choice that Arm leaves to the hardware.
 *
 * A draw is a pure function of (seed, stream, index of the draw in its stream),
 * so one part that draws more often does not disturb another's choices.
 */
#ifndef SIM_CHOOSER_H
#define SIM_CHOOSER_H

#include <stdint.h>

enum stream_id {
	STREAM_SCHEDULE,
	STREAM_L1_VICTIM,
	STREAM_L2_VICTIM,
	STREAM_TURNS,
	STREAM_ORDER,
	STREAM_L1I_VICTIM,
	STREAM_STB,			/* when the PL310's store buffer drains */
	STREAM_PL310,			/* how far its background operations are */
	STREAM_CCI400			/* when a change of snoop control takes effect */
};

struct stream {
	uint64_t key;
	uint64_t nr_draws;
};

struct stream stream_new(uint64_t seed, enum stream_id id);

/* The next 64 bits. */
uint64_t stream_draw(struct stream *s);

/* A number below @n, n > 0. */
static inline uint32_t stream_below(struct stream *s, uint32_t n)
{
	return (uint32_t)((stream_draw(s) >> 32) * n >> 32);
}

#endif
