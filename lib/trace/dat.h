/* SPDX-License-Identifier: MIT */
/*
 * A trace.dat, read by libtracecmd in a process of its own.
 *
 *      us                                      child
 *   dat_next() <--- frames, through a pipe --- libtracecmd, libtraceevent
 *
 * Those libraries trust a file: on a damaged one they may print, run away with
 * memory, or crash. In a child, all that costs is the rest of the file: its stderr
 * is closed, its memory and time are limited, and how it ended is told like any other
 * early end. Nothing a file holds can reach our own memory but as a frame, and
 * every length in a frame is checked.
 *
 * Leaves out: buffer instances other than the main one, and clocks that do not
 * count nanoseconds.
 */
#ifndef TRACE_DAT_H
#define TRACE_DAT_H

#include "event.h"

struct dat;

/**
 * dat_open() - start reading
 * @fd:      the file, seekable; borrowed, needed no longer once this returns
 * @ret_why: what was wrong with it, one phrase, at least 160 bytes
 *
 * Return: NULL if it is not a file libtracecmd can open.
 */
struct dat *dat_open(int fd, char *ret_why);
void dat_close(struct dat *t);		/* NULL is fine */

/**
 * dat_next() - the next event
 * @ret_ev: its pointers are valid until the next call
 * @stats:  brought up to date: lines, foreign, malformed, lost, is_cut_short
 */
bool dat_next(struct dat *t, struct trace_event *ret_ev,
	      struct trace_stats *stats);

/** True if these first bytes of a file are those of a trace.dat. */
bool is_dat(const void *head, size_t len);

#endif
