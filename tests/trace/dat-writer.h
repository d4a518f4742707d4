/* SPDX-License-Identifier: MIT */
/*
 * Writes a small trace.dat, version 6: the smallest file libtracecmd accepts.
 *
 *   struct dat_writer *w = dat_writer_new(64, G_LITTLE_ENDIAN);
 *   dat_format(w, "dma", "dma_map_page", 7, fields);   before any record
 *   dat_record(w, 7, pid, values);                     in order of time
 *   GBytes *file = dat_writer_end(w);
 *
 * One CPU, one page of records, a microsecond between two of them.
 *
 * Spec: trace-cmd.dat.v6(5); Linux 6.12 kernel/trace/ring_buffer.c for the page.
 */
#ifndef TESTS_TRACE_DAT_WRITER_H
#define TESTS_TRACE_DAT_WRITER_H

#include <glib.h>

/** A field of an event; an array of them ends with a NULL type. */
struct dat_field {
	const char *type;	/* "u64", "__data_loc char[]" */
	const char *name;
	unsigned size;		/* of one element, if it is an array */
};

/** Its value in a record: @list for arrays, @text for strings. */
struct dat_value {
	guint64 number;
	const guint64 *list;
	gsize nr;
	const char *text;
};

struct dat_writer;

/** @word_bits: 32 or 64, the kernel's; @byte_order: G_LITTLE_ENDIAN or G_BIG_ENDIAN */
struct dat_writer *dat_writer_new(unsigned word_bits, int byte_order);
void dat_format(struct dat_writer *w, const char *system, const char *name,
		guint16 id, const struct dat_field *fields);
void dat_record(struct dat_writer *w, guint16 id, int pid,
		const struct dat_value *values);

/** Bytes as they are instead of a record that fits its format. */
void dat_raw_record(struct dat_writer *w, const void *bytes, gsize len);

/** Say that @nr events were dropped before the first record; 0: some. */
void dat_lose(struct dat_writer *w, guint64 nr);

/** The file; frees the writer. */
GBytes *dat_writer_end(struct dat_writer *w);

#endif
