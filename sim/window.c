/* SPDX-License-Identifier: MIT */
/*
 * The windows: one host reservation of WINDOW_MAX x 4 GiB, made at first use and
 * kept for the life of the process, of which each machine takes a slot. Where the
 * host gives less (under valgrind, or an address space limit) it is fewer slots.
 *
 * A page of a window is inaccessible until a plain access to it is announced, or
 * traps because it was not (trap.c); then it shows the bytes that the translation of
 * that CPU leads to, with all of its leaf around. What a TLB forgets is hidden, for
 * all CPUs; what another CPU translates otherwise is shown to it instead, at the first
 * of its accesses that is not a hit.
 *
 * Always: c->tlb->page_state[n] is only there while page n shows what c's word says.
 */
#include "cpu/access.h"
#include "sim.h"

#include <errno.h>
#include <sys/mman.h>

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
	reserve_free(m->shown, TLB_PAGES * sizeof(*m->shown));
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

/* ---- what is shown --------------------------------------------------------- */

#define PAGES_IN_MIB	(MIB / PAGE_BYTES)

static void forget_states(struct machine *m, uint32_t page)
{
	for (unsigned i = 0; i < m->nr_cpus; i++)
		if (m->cpus[i]->tlb->page_state)
			m->cpus[i]->tlb->page_state[page] = NULL;
}

static bool hide_pages(struct machine *m, uint32_t page, uint32_t end)
{
	uint16_t *nr_shown = &m->nr_shown[page / PAGES_IN_MIB];
	uint16_t nr_before = *nr_shown;

	for (; *nr_shown && page < end; page++) {
		if (!m->shown[page])
			continue;
		m->shown[page] = 0;
		forget_states(m, page);
		--*nr_shown;
	}
	return *nr_shown != nr_before;
}

/* MiB by MiB, for most show nothing; neighbours leave with one call to the host. */
void window_hide(struct machine *m, uint32_t va, uint64_t len)
{
	uint64_t end = va + len, first = end;

	for (uint64_t from = va; from < end;) {
		uint64_t next = MIN(end, (from | (MIB - 1)) + 1);

		if (hide_pages(m, (uint32_t)(from >> PAGE_SHIFT), (uint32_t)(next >> PAGE_SHIFT))) {
			first = MIN(first, from);
		} else if (first < from) {
			window_unmap(m, (uint32_t)first, from - first);
			first = end;
		}
		from = next;
	}
	if (first < end)
		window_unmap(m, (uint32_t)first, end - first);
}

/* The pages around @va that one mapping can show: of its leaf, its MiB and its bank. */
static uint32_t run_around(const struct machine *m, uint32_t va, uint64_t word,
			   uint32_t *ret_len)
{
	uint64_t len = MIN(tlb_leaf_bytes(word), MIB), pa = tlb_pa(word);
	const struct dram_bank *b = dram_bank_of(&m->dram, pa, PAGE_BYTES);
	uint64_t page_va = va & ~PAGE_MASK, first = va & ~(len - 1);
	uint64_t before = MIN(page_va - first, pa - b->pa);
	uint64_t after = MIN(first + len - page_va, b->pa + b->len - pa);

	*ret_len = (uint32_t)(before + after);
	return (uint32_t)(page_va - before);
}

static int prot_of(uint64_t word)
{
	return (word & TLB_READABLE ? PROT_READ : 0) | (word & TLB_WRITABLE ? PROT_WRITE : 0);
}

static void show_run(struct machine *m, uint32_t va, uint64_t word)
{
	uint32_t len, first = run_around(m, va, word, &len);
	uint32_t page = first >> PAGE_SHIFT, shown = tlb_shown(word);
	struct place at = place_of(m, word, va);

	window_map(m, first, len, m->dram.images[tlb_image(word)].fd,
		   window_off(m, word, va, at) - (va - first), prot_of(word));
	shown -= (va >> PAGE_SHIFT) - page;	/* its low bits are the number of a frame */
	for (uint32_t end = page + len / PAGE_BYTES; page < end; page++, shown++) {
		m->nr_shown[page / PAGES_IN_MIB] += !m->shown[page];
		m->shown[page] = shown;
		forget_states(m, page);
	}
}

/*
 * Where stores write through, LINE_DIRTY is not set by them: they take the slow path. Nor
 * does the fast path know of permissions finer than a page.
 */
static void show_state(struct cpu *c, uint32_t va, uint64_t word)
{
	struct machine *m = c->machine;
	uint32_t page = va & ~PAGE_MASK;

	if (tlb_kind(word) == PAGE_CACHED && !(word & TLB_QUARTERS))
		c->tlb->page_state[va >> PAGE_SHIFT] =
			inner_state(&c->l1, inner_slot(&m->inner, page, place_of(m, word, page)));
}

void window_show_slow(struct cpu *c, uint32_t va, uint64_t word)
{
	if (c->machine->shown[va >> PAGE_SHIFT] != tlb_shown(word))
		show_run(c->machine, va, word);
	show_state(c, va, word);
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
