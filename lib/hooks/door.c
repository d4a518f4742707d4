/* SPDX-License-Identifier: MIT */
/*
 * The door from the hooks to the machine: find the CPU, ask it.
 *
 * Signal-safe as far as the machine is: a handler that interrupts the door and
 * touches the window itself finds it closed and gets the bytes that lie there.
 */
#include <armdma/cpu.h>

#include "hooks.h"

__thread struct hooks_last_store hooks_last_store;

static __thread bool hooks_is_inside
	__attribute__((tls_model("initial-exec")));

static uint32_t va_of(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

/* What of [p, p + len) lies in the window that holds @p. */
static size_t clip(const void *p, size_t len)
{
	size_t room = (UINT64_C(1) << 32) - va_of(p);

	return MIN(len, room);
}

/* Software that handles an abort inside the door has accesses of its own. */
static bool is_closed(void)
{
	return hooks_is_inside && !cpu_handles_abort();
}

/* The machine behind @p, or NULL where an access needs no machine. */
static struct machine *machine_behind(const void *p, bool is_store)
{
	struct window *w = window_of(p);

	if (!w || w->is_plain || is_closed())
		return NULL;
	if (!w->machine)
		hooks_canary(p, is_store);	/* check.c's own window */
	return w->machine;
}

void hooks_store(const void *p, size_t len, const void *site)
{
	struct machine *m = machine_behind(p, true);
	bool was_inside = hooks_is_inside;

	if (!m)
		return;
	hooks_is_inside = true;
	machine_before_store(m, va_of(p), clip(p, len), site);
	hooks_is_inside = was_inside;
}

void hooks_load(const void *p, size_t len, const void *site)
{
	struct machine *m = machine_behind(p, false);
	struct hooks_last_store last = hooks_last_store;
	bool was_inside = hooks_is_inside;

	__builtin_prefetch(p);	/* the access itself is a long way off */
	if (!m)
		return;
	hooks_is_inside = true;
	machine_before_load(m, va_of(p), clip(p, len), site);
	hooks_is_inside = was_inside;

	if (last.len == len && hook_unlikely(hooks_may_be_one_copy(last.site, site)) &&
	    hooks_is_one_copy(last.site, site))
		hooks_store(last.p, last.len, last.site);
}

void hooks_fence(void)
{
	struct cpu *c = cpu_current();

	if (c && !is_closed())
		cpu_dmb(c, BARRIER_SY);
}
