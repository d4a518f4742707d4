/* SPDX-License-Identifier: MIT */
/*
 * The alias registry: which memory is mapped more than once, by live mappings that
 * disagree about what it is. The architecture promises nothing then (DDI 0406C, A3.5.7
 * "Memory access restrictions").
 *
 * It is the page tables that are asked, as they are when asked; the call sites are the
 * library's, which keeps them for all that was mapped beside the linear map and for
 * coherent memory.
 */
#ifndef ARMDMA_ALIAS_H
#define ARMDMA_ALIAS_H

#include <stddef.h>
#include <stdint.h>
#include <armdma/cpu.h>

#ifdef __cplusplus
extern "C" {
#endif

struct harness;

/** How they disagree; the greater is the worse. */
enum alias_class {
	ALIAS_NONE,		/* they agree: nothing to worry about */
	ALIAS_CACHEABILITY,	/* both Normal. Lines of the cached one may come any time, but
				 * maintenance keeps the bytes (A3.5.7) */
	ALIAS_TYPE		/* Strongly-ordered, Device, Normal: what the stronger one
				 * promises of size, number and order of accesses is void */
};

/**
 * struct alias_side - one of the two mappings
 * @va:    of the first byte
 * @where: "linear map", "vmalloc area", "consistent window" or "user"; static
 * @site:  return address of the call that made it; NULL: the library at boot
 */
struct alias_side {
	uint32_t va;
	struct mem_attrs attrs;
	const char *where;
	const void *site;
};

/** [@pa, +@len), in whole pages, is mapped by both. */
struct alias {
	enum alias_class how;
	uint64_t pa, len;
	struct alias_side side[2];
};

/** What two mappings of one page are to each other. */
enum alias_class alias_class_of(const struct mem_attrs *a, const struct mem_attrs *b);

/**
 * harness_find_aliases() - all memory with two live mappings that disagree
 * @ret: filled with at most @nr, in order of @pa; of three mappings each pair that
 *       disagrees
 *
 * Of the tables that the boot CPU walks now, kernel's and user's. Milliseconds.
 * Return: how many there are, which may be more than @nr.
 */
size_t harness_find_aliases(struct harness *h, struct alias *ret, size_t nr);

#ifdef __cplusplus
}
#endif
#endif
