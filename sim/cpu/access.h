/* SPDX-License-Identifier: MIT */
/*
 * One access of a CPU, within one line: what cpu_load(), a compiler's hook and a store
 * that was left pending have in common.
 */
#ifndef SIM_CPU_ACCESS_H
#define SIM_CPU_ACCESS_H

#include "mmu.h"
#include "../sim.h"

static inline bool is_ram(uint64_t word)
{
	return tlb_kind(word) <= PAGE_LOOKED_UP;
}

static inline bool is_single(uint32_t va, size_t len)
{
	return (len == 1 || len == 2 || len == 4 || len == 8) && !(va & (len - 1));
}

static inline struct place place_of(const struct machine *m, uint64_t word, uint32_t va)
{
	struct place at = { 0, 0 };

	dram_find(&m->dram, tlb_pa(word) | (va & PAGE_MASK), &at);
	return at;
}

/* Where in its image the window's bytes of a page of RAM are. */
static inline uint64_t window_off(const struct machine *m, uint64_t word, uint32_t va,
				  struct place at)
{
	return tlb_kind(word) == PAGE_CACHED ? inner_slot(&m->inner, va, at) : at.off;
}

static inline uint8_t *window_bytes(const struct machine *m, uint64_t word, uint32_t va,
				    struct place at)
{
	return dram_bytes(&m->dram, tlb_image(word), window_off(m, word, va, at));
}

/* Bytes up to the end of the line, or in the fast gear, of the page. */
static inline size_t piece_len(const struct machine *m, uint32_t va, size_t len)
{
	size_t room = m->is_fast ? PAGE_BYTES : inner_line_bytes(&m->inner);

	room -= va & (room - 1);
	return MIN(len, room);
}

/*
 * The word for the piece of an access at @va; 0 with a fault. Memory that is not
 * Normal takes single aligned accesses only.
 */
uint64_t access_admit(struct cpu *c, uint32_t va, size_t len, bool is_write,
		      struct cpu_fault *ret_fault);

/* Which caches an access through @word goes by. */
static inline struct observe_path path_of(const struct machine *m, uint64_t word)
{
	struct mem_attrs a = tlb_attrs(word);

	return (struct observe_path){
		.is_inner = tlb_kind(word) == PAGE_CACHED,
		.is_through = a.inner == CACHE_WT,
		.below = tlb_kind(word) == PAGE_UNCACHED ? BELOW_BYPASSED
							 : (uint8_t)outer_use_of(m, a),
		.is_shareable = a.is_shareable,
	};
}

/* How a line of L1 is asked for by an access through @word. */
static inline struct inner_ask ask_of(const struct machine *m, uint64_t word, bool is_store)
{
	struct mem_attrs a = tlb_attrs(word);

	return (struct inner_ask){
		.use = (uint8_t)outer_use_of(m, a), .is_shareable = a.is_shareable,
		.is_store = is_store,
	};
}

/*
 * RAM: what the CPU sees, until the next event. Those are the window's bytes, but for
 * a private line of L1.
 */
const uint8_t *access_load(struct cpu *c, uint64_t word, uint32_t va, size_t len);
/* RAM. @buf must not lie in an image: a fill may overwrite what is there. */
void access_store(struct cpu *c, uint64_t word, uint32_t va, const void *buf, size_t len);

/* The store that a store buffer held, or nobody did, reaches L1 or what is below it. */
void access_put(struct cpu *c, uint64_t word, uint32_t va, struct place at, const void *buf,
		size_t len);

/* A maintenance operation on RAM, now; @is_late: a store buffer held it until now. */
void dc_perform(struct cpu *c, enum dc_op op, uint64_t word, uint32_t va, bool is_late);

/* Registers; false is an error response. */
bool access_io_load(struct cpu *c, uint64_t word, uint32_t va, void *buf, size_t len);
bool access_io_store(struct cpu *c, uint64_t word, uint32_t va, const void *buf, size_t len);

#endif
