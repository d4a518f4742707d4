/* SPDX-License-Identifier: MIT */
/* A harness's options: where they come from, and what repeats them. For harness.c. */
#ifndef LIB_HARNESS_OPTIONS_H
#define LIB_HARNESS_OPTIONS_H

#include <armdma/harness.h>

#define HARNESS_ERROR	g_quark_from_static_string("armdma-harness")

/* @strings: that @cfg points to; NULL: none, and options about files do nothing. */
struct options {
	struct harness_config cfg;
	GStringChunk *strings;
};

/* ARMDMA_SEED and ARMDMA_OPTIONS. False: one sentence in @error. Either way options_done(). */
bool options_from_environment(struct options *o, GError **error);
void options_done(struct options *o);
/* What harness_config.script says: NULL, and one sentence in @error, if that is no script. */
struct machine_script *options_read_script(const char *script, GError **error);
/* The environment of a run that repeats this one: what differs from the defaults. Yours. */
char *options_replay(const struct harness_config *cfg, const char *where, const char *cpu);

#endif
