/* SPDX-License-Identifier: MIT */
/*
 * The other side of the door: what lib/hooks needs of sim/, and no more.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <armdma/cpu.h>
#include <armdma/window.h>

#include "fake-machine.h"

#define GIB4	(UINT64_C(1) << 32)

/*
 * The shared library's own are of the same name, so a sanitizer that it was built with
 * guards what lies behind these, as if it had laid them out: they are followed by room.
 */
#define GUARD_BYTES	512

_Static_assert(sizeof(struct window) * WINDOW_MAX / 4 <= GUARD_BYTES, "a guard is a quarter");
uintptr_t fake_first[1 + GUARD_BYTES / sizeof(uintptr_t)] __asm__("window_first");
struct window fake_slots[WINDOW_MAX + GUARD_BYTES / sizeof(struct window) + 1]
	__asm__("window_slots");

static struct fake_visit visits[FAKE_LOG_MAX];
static size_t nr_visits;
static unsigned nr_dmbs;
void (*fake_at_door)(const struct fake_visit *visit);

static char *reservation;
static uint8_t *page_state[1 << 20];
static uint8_t lines[FAKE_PAGES][FAKE_PAGE / FAKE_LINE];

/* Neither is ever looked into; they only have to be somewhere. */
static struct machine *const fake_machine = (struct machine *)&lines;
static struct cpu *const cpu0 = (struct cpu *)&page_state;

bool cpu_handles_abort(void)
{
	return false;
}

struct cpu *cpu_current(void)
{
	return cpu0;
}

void cpu_dmb(struct cpu *c, enum barrier_kind kind)
{
	nr_dmbs++;
}

static void visit(bool is_store, uint32_t va, size_t len, const void *site)
{
	struct fake_visit *v = &visits[nr_visits];

	if (nr_visits == FAKE_LOG_MAX)
		abort();
	*v = (struct fake_visit){ is_store, va, len, site };
	nr_visits++;
	if (fake_at_door)
		fake_at_door(v);
}

void machine_before_load(struct machine *m, uint32_t va, size_t len, const void *site)
{
	visit(false, va, len, site);
}

void machine_before_store(struct machine *m, uint32_t va, size_t len, const void *site)
{
	visit(true, va, len, site);
}

/* Twice the room, so that some 4 GiB-aligned 4 GiB are in it; the last page too. */
static char *reserve(void)
{
	char *base, *window;

	reservation = mmap(NULL, 2 * GIB4, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (reservation == MAP_FAILED)
		abort();
	base = reservation;
	window = (char *)(((uintptr_t)base + GIB4 - 1) & ~(GIB4 - 1));
	if (mprotect(window, FAKE_PAGES * FAKE_PAGE, PROT_READ | PROT_WRITE) ||
	    mprotect(window + GIB4 - FAKE_PAGE, FAKE_PAGE, PROT_READ | PROT_WRITE))
		abort();
	return window;
}

void fake_start(void)
{
	window_first = (uintptr_t)reserve() >> 32;
	memset(page_state, 0, sizeof(page_state));
	memset(lines, 0, sizeof(lines));
	window_slots[0] = (struct window){
		.page_state = page_state,
		.line_shift = FAKE_LINE_SHIFT,
		.is_live = true,
		.machine = fake_machine,
	};
	fake_at_door = NULL;
	fake_forget();
}

void fake_stop(void)
{
	window_slots[0] = (struct window){ 0 };
	munmap(reservation, 2 * GIB4);
}

void *fake_ptr(uint32_t va)
{
	return (void *)((window_first << 32) + va);
}

void fake_set_line(uint32_t va, uint8_t state)
{
	uint32_t page = va / FAKE_PAGE;

	page_state[page] = lines[page];
	lines[page][va % FAKE_PAGE / FAKE_LINE] = state;
}

void fake_set_plain(bool is_plain)
{
	window_slots[0].is_plain = is_plain;
}

void fake_forget(void)
{
	nr_visits = 0;
	nr_dmbs = 0;
}

size_t fake_nr_visits(void)
{
	return nr_visits;
}

struct fake_visit fake_visit(size_t idx)
{
	return visits[idx];
}

unsigned fake_nr_dmbs(void)
{
	return nr_dmbs;
}
