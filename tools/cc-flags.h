/* SPDX-License-Identifier: MIT */
/*
 * What `armdma cc` adds to a compiler's command line, and why each option.
 */
#ifndef TOOLS_CC_FLAGS_H
#define TOOLS_CC_FLAGS_H

#include <stdbool.h>
#include <glib.h>

enum cc_kind { CC_GCC, CC_CLANG };

/** struct cc_compiler - the compiler behind us: $ARMDMA_CC, or the system's */
struct cc_compiler {
	char **argv;		/* "ccache gcc" is two words */
	enum cc_kind kind;
};

/**
 * cc_compiler_find() - run it once and see which it is
 *
 * Return: false with one sentence in @error. On success @ret is yours to
 * cc_compiler_done().
 */
bool cc_compiler_find(struct cc_compiler *ret, GError **error);
void cc_compiler_done(struct cc_compiler *c);

/**
 * struct cc_place - where our headers and libraries are
 * @include:   holds armdma/ and linux/
 * @lib:       holds libarmdma.so
 * @hooks_lib: holds libarmdma-hooks.a
 */
struct cc_place {
	char *include;
	char *lib;
	char *hooks_lib;
};

/** From where this program lies: a build tree, or below a prefix. */
bool cc_place_find(struct cc_place *ret, GError **error);
void cc_place_done(struct cc_place *p);

/** Options for every unit: headers, and the semantics that kernel code expects. */
void cc_add_common(GPtrArray *argv, const struct cc_place *place);

/** To come after the user's own: the hooks of this compiler. */
void cc_add_hooks(GPtrArray *argv, enum cc_kind kind);

/** Instead of them: marks a unit as having none on purpose. */
void cc_add_plain(GPtrArray *argv);

/** Libraries, and what makes the C library's functions ours. */
void cc_add_libs(GPtrArray *argv, const struct cc_place *place);

/** What pkg-config says of GLib, "--cflags" or "--libs", whose types our headers use. */
bool cc_add_glib(GPtrArray *argv, const char *what, GError **error);

#define CC_ERROR (g_quark_from_static_string("armdma-cc"))

#endif
