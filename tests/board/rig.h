/* SPDX-License-Identifier: MIT */
/*
 * Boards from a few lines of device tree source, and what is said of them.
 *
 *	struct board *b = board_of(CPU_A9 MEMORY "soc { ... };");
 *
 * dtc compiles the lines as the body of the root node, so a test reads like the
 * tree it is about. A board lives until the test ends.
 */
#ifndef TESTS_BOARD_RIG_H
#define TESTS_BOARD_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <armdma/board.h>

#define CELLS	"#address-cells = <1>; #size-cells = <1>;"

/* One CPU of a kind, and 256 MiB at 2 GiB. */
#define CPU_OF(lines)	"cpus { #address-cells = <1>; #size-cells = <0>;" \
			" cpu@0 { device_type = \"cpu\"; reg = <0>;" lines " }; };"
#define CPU_A9		CPU_OF("compatible = \"arm,cortex-a9\";")
#define MEMORY		"memory@80000000 { device_type = \"memory\";" \
			" reg = <0x80000000 0x10000000>; };"
/* A bus whose devices have physical addresses. */
#define SOC(lines)	"soc { compatible = \"simple-bus\"; " CELLS " ranges;" lines "};"

#define RESERVED(lines)	"reserved-memory { " CELLS " ranges;" lines "};"

/** The board of a root node with this body (which sets its own cells, or CELLS). */
struct board *board_of(const char *body);

/** Its blob, yours to g_free(). */
char *blob_of(const char *body, size_t *ret_len);

/** Call in the teardown of every test: frees what board_of() made. */
int free_boards(void **state);

/* ---- what a test says ---------------------------------------------------- */

const struct board_cpu *cpu_of(const struct board *b, unsigned idx);
const struct board_bank *bank_of(const struct board *b, unsigned idx);

/** The master of that name, which must be there. */
const struct board_master *master_of(const struct board *b, const char *name);

#define has_cache(g, kib, ways, line) \
	expect_cache(&(g), (kib) * 1024u, ways, line, __FILE__, __LINE__)
#define has_masters(b, names) expect_masters(b, names, __FILE__, __LINE__)
#define has_bank(b, idx, first, bytes) \
	expect_bank(b, idx, first, bytes, __FILE__, __LINE__)
#define sees(b, name, story) expect_ranges(b, name, story, __FILE__, __LINE__)
#define is_behind(b, name, story) expect_iommus(b, name, story, __FILE__, __LINE__)
#define refuses(b, sentence) expect_refusal(b, sentence, __FILE__, __LINE__)
#define is_malformed(body, sentence) expect_malformed(body, sentence, __FILE__, __LINE__)

void expect_cache(const struct cache_geometry *g, uint32_t bytes, unsigned ways, unsigned line,
		  const char *file, int at);
void expect_bank(const struct board *b, unsigned idx, uint64_t first, uint64_t bytes,
		 const char *file, int at);
/** @names: all of them in tree order, "a b c". */
void expect_masters(const struct board *b, const char *names, const char *file, int at);
/** @story: "pa+len@dma pa+len@dma", hexadecimal; "1:1" for none. */
void expect_ranges(const struct board *b, const char *name, const char *story,
		   const char *file, int at);
/** @story: the last path elements of its IOMMUs, "mmu@1 mmu@2"; "" for none. */
void expect_iommus(const struct board *b, const char *name, const char *story,
		   const char *file, int at);
void expect_refusal(const struct board *b, const char *sentence, const char *file, int at);
void expect_malformed(const char *body, const char *sentence, const char *file, int at);

#endif
