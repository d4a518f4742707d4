/* SPDX-License-Identifier: MIT */
/*
 * The hooks' fast path: may this access go ahead natively?
 *
 *   host pointer --window_first--> slot --page_state--> line's state byte
 *      |                            |                        |
 *      outside: yes                 NULL: door               hit: yes, else door
 *
 * A hit costs a call, three dependent loads and a compare. Everything else goes
 * through one door, hooks_load() and hooks_store(), out of line. Nothing here or
 * behind it allocates, and outside the window nothing is written but the
 * thread's own note of its last store.
 *
 * Why there is such a note: for "*dst = *src" gcc announces the store *before*
 * the load, and copies after both. By the rule of cpu.h the load would pick up
 * a value that is not there yet, and its fill may even evict the line that was
 * made ready. So a load that takes the door, and whose code shows that it is the
 * second half of a copy (copycode.c), announces that store once more.
 */
#ifndef LIB_HOOKS_HOOKS_H
#define LIB_HOOKS_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/window.h>

#define VA_PAGE_SHIFT	12
#define VA_PAGE_MASK	((1u << VA_PAGE_SHIFT) - 1)

#define hook_inline	static inline __attribute__((always_inline))
#define hook_site()	__builtin_return_address(0)
#define hook_unlikely(x) __builtin_expect(!!(x), 0)

struct hooks_last_store {
	const void *p;
	const void *site;
	size_t len;
};

/*
 * initial-exec: the hooks are linked into the program itself, and the general
 * model would be a call on every store.
 */
extern __thread struct hooks_last_store hooks_last_store
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/** The door: what the fast path could not answer. @len is at least 1. */
void hooks_load(const void *p, size_t len, const void *site);
void hooks_store(const void *p, size_t len, const void *site);

/** A memory barrier of the code under test, whichever CPU it runs on. */
void hooks_fence(void);

/**
 * hooks_is_one_copy() - was the load announced before the store has happened?
 * @store_site, @load_site: return addresses of the two hooks
 */
bool hooks_is_one_copy(const void *store_site, const void *load_site);

/* Longer than gcc's longest address calculation between two hooks of one copy. */
#define HOOKS_MAX_BETWEEN	96

/* No two hooks further apart are. */
hook_inline bool hooks_may_be_one_copy(const void *store_site, const void *load_site)
{
	return (uintptr_t)load_site - (uintptr_t)store_site <= HOOKS_MAX_BETWEEN;
}

/** What the canaries (check.c) are told: the door opened at @p. */
void hooks_canary(const void *p, bool is_store);

hook_inline bool hooks_is_simulated(const void *p)
{
	return ((uintptr_t)p >> 32) - window_first < WINDOW_MAX;
}

/* State of the line that holds @p; 0, which is no permission, where there is none. */
hook_inline unsigned hooks_line_state(const struct window *w, const void *p)
{
	uint32_t va = (uint32_t)(uintptr_t)p;
	const uint8_t *lines;

	if (!w->page_state)
		return 0;
	lines = w->page_state[va >> VA_PAGE_SHIFT];
	return lines ? lines[(va & VA_PAGE_MASK) >> w->line_shift] : 0;
}

hook_inline const struct window *hooks_window(const void *p)
{
	return &window_slots[((uintptr_t)p >> 32) - window_first];
}

/*
 * Before a load or a store of 1, 2, 4, 8 or 16 bytes. No line is shorter than
 * 16, so alignment alone rules out that the access straddles two of them.
 */
hook_inline void hook_load(const void *p, size_t len, const void *site)
{
	if (!hooks_is_simulated(p))
		return;
	if (hook_unlikely((uintptr_t)p & (len - 1)) ||
	    hook_unlikely((hooks_line_state(hooks_window(p), p) & LINE_LOAD_MASK) !=
			  LINE_LOAD_OK))
		hooks_load(p, len, site);
}

hook_inline void hook_store(const void *p, size_t len, const void *site)
{
	if (!hooks_is_simulated(p))
		return;
	hooks_last_store = (struct hooks_last_store){ p, site, len };
	if (hook_unlikely((uintptr_t)p & (len - 1)) ||
	    hook_unlikely((hooks_line_state(hooks_window(p), p) & LINE_STORE_MASK) !=
			  LINE_STORE_OK))
		hooks_store(p, len, site);
}

/*
 * The same for any length, for callers that do not know it: what lies in one
 * line is looked up, everything else is the door's.
 */
hook_inline bool hooks_is_in_line(const struct window *w, const void *p, size_t len)
{
	uintptr_t first = (uintptr_t)p >> w->line_shift;

	return ((uintptr_t)p + len - 1) >> w->line_shift == first;
}

hook_inline void hook_load_range(const void *p, size_t len, const void *site)
{
	if (!len || !hooks_is_simulated(p))
		return;
	if (!hooks_is_in_line(hooks_window(p), p, len) ||
	    (hooks_line_state(hooks_window(p), p) & LINE_LOAD_MASK) != LINE_LOAD_OK)
		hooks_load(p, len, site);
}

hook_inline void hook_store_range(const void *p, size_t len, const void *site)
{
	if (!len || !hooks_is_simulated(p))
		return;
	hooks_last_store = (struct hooks_last_store){ p, site, len };
	if (!hooks_is_in_line(hooks_window(p), p, len) ||
	    (hooks_line_state(hooks_window(p), p) & LINE_STORE_MASK) != LINE_STORE_OK)
		hooks_store(p, len, site);
}

#endif
