/* SPDX-License-Identifier: MIT */
/* What tests and fuzzers ask of the reader beside its public verbs. */
#ifndef TRACE_READER_H
#define TRACE_READER_H

#include <armdma/trace.h>

/** trace_open() on @len bytes at @mem, which are borrowed; @name is for messages. */
struct trace_reader *trace_open_mem(const void *mem, size_t len,
				    const char *name, GError **error);

#endif
