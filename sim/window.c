/* SPDX-License-Identifier: MIT */
/*
 * The windows: one host reservation of WINDOW_MAX x 4 GiB, made at first use and
 * kept for the life of the process, of which each machine takes a slot. Where the
 * host gives less (under valgrind, or an address space limit) it is fewer slots.
 *
 * A page of a window is inaccessible unless the TLB holds its translation, so an
 * access that nobody announced traps (trap.c).
 */
#include "sim.h"

#include <errno.h>
#include <sys/mman.h>

#define WINDOW_BYTES	(1ull << 32)

uintptr_t window_first;
struct window window_slots[WINDOW_MAX];

static GMutex slots_lock;
static unsigned nr_slots;

/* 4 GiB-aligned: reserve one slot more than needed, give the ragged ends back. */
static bool reserve(unsigned nr)
{
	size_t want = nr * WINDOW_BYTES;
	char *p = mmap(NULL, want + WINDOW_BYTES, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t head;

	if (p == MAP_FAILED)
		return false;
	head = -(uintptr_t)p & (WINDOW_BYTES - 1);
	if (head)
		munmap(p, head);
	munmap(p + head + want, WINDOW_BYTES - head);
	window_first = (uintptr_t)(p + head) >> 32;
	nr_slots = nr;
	return true;
}

static bool reserve_some(GError **error)
{
	for (unsigned nr = WINDOW_MAX; nr; nr /= 2)
		if (reserve(nr))
			return true;
	g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNREADABLE,
		    "the host has no room for 4 GiB of address space: %s", g_strerror(errno));
	return false;
}

static struct window *free_slot(void)
{
	for (unsigned i = 0; i < nr_slots; i++)
		if (!window_slots[i].machine)
			return &window_slots[i];
	return NULL;
}

static bool take_locked(struct machine *m, GError **error)
{
	struct window *w;

	if (!window_first && !reserve_some(error))
		return false;
	w = free_slot();
	if (!w) {
		g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNREADABLE,
			    "%u machines live already, and this process has room for no more",
			    nr_slots);
		return false;
	}
	trap_install();		/* each time: somebody may have taken the signal since */
	w->machine = m;
	m->window = w;
	m->window_base = (char *)((window_first + (uintptr_t)(w - window_slots)) << 32);
	return true;
}

bool window_take(struct machine *m, GError **error)
{
	bool is_taken;

	g_mutex_lock(&slots_lock);
	is_taken = take_locked(m, error);
	g_mutex_unlock(&slots_lock);
	return is_taken;
}

void window_give_back(struct machine *m)
{
	if (!m->window)
		return;
	reserve_free(m->window->page_state, TLB_PAGES * sizeof(*m->window->page_state));
	window_unmap(m, 0, WINDOW_BYTES);
	g_mutex_lock(&slots_lock);
	*m->window = (struct window){ .machine = NULL };
	g_mutex_unlock(&slots_lock);
}

/* The host refuses only when its map count is exhausted: no model can go on then. */
void window_map(struct machine *m, uint32_t va, uint64_t len, int fd, uint64_t off, int prot)
{
	void *p = mmap(m->window_base + va, len, prot, MAP_SHARED | MAP_FIXED | MAP_NORESERVE,
		       fd, (off_t)off);

	if (p == MAP_FAILED)
		g_error("no host mapping for va %#x: %s", va, g_strerror(errno));
}

void window_unmap(struct machine *m, uint32_t va, uint64_t len)
{
	void *p = mmap(m->window_base + va, len, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		g_error("no host mapping for va %#x: %s", va, g_strerror(errno));
}

void *machine_window(const struct machine *m)
{
	return m->window_base;
}

struct machine *machine_of(const void *p)
{
	const struct window *w = window_of(p);

	return w ? w->machine : NULL;
}
