/* SPDX-License-Identifier: MIT */
/*
 * Users' bytes for a driver: what the user may not do, the driver may not for him.
 *
 * Linux: arch/arm/lib/copy_{to,from}_user.S, which use the unprivileged LDRT and STRT.
 */
#include <linux/uaccess.h>

#include "user.h"

#define CHUNK	256

bool access_ok(const void __user *p, unsigned long size)
{
	return port_of((const void *)p) && size <= TASK_SIZE && port_va(p) <= TASK_SIZE - size;
}

/* Is the page of @va there, and its user's to read or write? */
static bool may_user(struct user_mm *u, u32 va, bool is_write)
{
	struct port *p = &u->kernel->port;
	struct walk_ask ask = { .is_write = is_write, .is_user = true };

	return cpu_walk(port_cpu(p), va, ask).fault.kind == FAULT_NONE ||
	       (user_fault(u, va, is_write) &&
		cpu_walk(port_cpu(p), va, ask).fault.kind == FAULT_NONE);
}

static struct user_mm *mm_behind(const void __user *p, unsigned long n)
{
	struct kernel *k = kernel_of(p);

	return access_ok(p, n) ? user_current(k) : NULL;
}

static unsigned long piece_of(const void __user *p, unsigned long n)
{
	return MIN(n, MIN(CHUNK, PAGE_SIZE - offset_in_page(p)));
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	struct user_mm *u = mm_behind(to, n);
	u8 buf[CHUNK];

	while (n) {
		unsigned long piece = piece_of(to, n);

		if (!u || !may_user(u, port_va(to), true))
			break;
		port_copy_out(buf, from, piece);
		port_copy_in(to, buf, piece);
		to = (char *)to + piece;
		from = (const char *)from + piece;
		n -= piece;
	}
	return n;
}

/* As in Linux the rest of @to is zeroed. */
unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	struct user_mm *u = mm_behind(from, n);
	u8 buf[CHUNK];

	while (n) {
		unsigned long piece = piece_of(from, n);

		if (!u || !may_user(u, port_va(from), false)) {
			port_zero(to, n);
			break;
		}
		port_copy_out(buf, from, piece);
		port_copy_in(to, buf, piece);
		to = (char *)to + piece;
		from = (const char *)from + piece;
		n -= piece;
	}
	return n;
}

unsigned long clear_user(void __user *to, unsigned long n)
{
	static const u8 zeros[CHUNK];

	while (n) {
		unsigned long piece = piece_of(to, n), left = copy_to_user(to, zeros, piece);

		n -= piece - left;
		to = (char *)to + (piece - left);
		if (left)
			break;
	}
	return n;
}
