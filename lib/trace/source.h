/* SPDX-License-Identifier: MIT */
/*
 * A stream of bytes: a file, standard input or memory, unpacked on the way.
 *
 *   file, stdin, memory --64 KiB--> [ plain | gzip | xz ] --> source_read()
 *
 * What the bytes are packed with is told by their first six, never by a name.
 * Concatenated gzip members and xz streams read as one, as gzip and xz do. The
 * memory used does not depend on how much there is to read.
 *
 * A stream that ends too soon, or whose packing is broken, ends like any other:
 * source_read() returns 0, and source_why_broken() says what happened. Whatever
 * could be unpacked before that has been returned.
 *
 * Leaves out: zstd, bzip2, lz4, and lzma-alone files.
 */
#ifndef TRACE_SOURCE_H
#define TRACE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;

/**
 * source_open() - open a file for reading
 * @path: the file; "-" is standard input
 *
 * Return: NULL, with errno set, if it cannot be read.
 */
struct source *source_open(const char *path);

/** Read @len bytes at @mem, which is borrowed and must outlive the source. */
struct source *source_open_mem(const void *mem, size_t len);

void source_close(struct source *s);		/* NULL is fine */

/** Up to @len unpacked bytes into @buf; 0 at the end, whatever kind of end. */
size_t source_read(struct source *s, void *buf, size_t len);

/** What is wrong with the stream, one phrase; NULL while all is well. */
const char *source_why_broken(const struct source *s);

/** Packed bytes consumed, and how many there are (0: unknown). */
void source_progress(const struct source *s, uint64_t *ret_done,
		     uint64_t *ret_size);

/** The file itself if it is neither packed nor a pipe, else -1. Borrowed. */
int source_seekable_fd(const struct source *s);

#endif
