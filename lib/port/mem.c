/* SPDX-License-Identifier: MIT */
/*
 * Bytes of simulated memory for the library's own use: clearing, copying, and the
 * variables of drivers that it fills in. Through the CPU and its caches, as the
 * kernel's own code would.
 */
#include <string.h>

#include <linux/kernel.h>

#include "port.h"

#define CHUNK	4096	/* of the buffer that a copy goes through */

/* Lowmem is always mapped: an abort here is ours. */
static void load(const struct port *p, void *buf, u32 va, size_t len)
{
	bool is_done = cpu_load(port_cpu(p), va, buf, len, NULL);

	g_assert(is_done);
}

static void store(const struct port *p, u32 va, const void *buf, size_t len)
{
	bool is_done = cpu_store(port_cpu(p), va, buf, len, NULL);

	g_assert(is_done);
}

void port_copy_in(void *sim, const void *host, size_t len)
{
	struct port *p = port_of(sim);

	if (p)
		store(p, port_va(sim), host, len);
	else
		memcpy(sim, host, len);
}

void port_copy_out(void *host, const void *sim, size_t len)
{
	struct port *p = port_of(sim);

	if (p)
		load(p, host, port_va(sim), len);
	else
		memcpy(host, sim, len);
}

bool port_try_copy_in(const struct port *p, u32 va, const void *host, size_t len)
{
	return cpu_store(port_cpu(p), va, host, len, NULL);
}

bool port_try_copy_out(const struct port *p, void *host, u32 va, size_t len)
{
	return cpu_load(port_cpu(p), va, host, len, NULL);
}

void port_copy(void *dst, const void *src, size_t len)
{
	u8 buf[CHUNK];

	while (len) {
		size_t piece = min(len, sizeof(buf));

		port_copy_out(buf, src, piece);
		port_copy_in(dst, buf, piece);
		dst = (char *)dst + piece;
		src = (const char *)src + piece;
		len -= piece;
	}
}

void port_zero(void *sim, size_t len)
{
	static const u8 zeros[CHUNK];

	while (len) {
		size_t piece = min(len, sizeof(zeros));

		port_copy_in(sim, zeros, piece);
		sim = (char *)sim + piece;
		len -= piece;
	}
}

void port_before_load_slow(const volatile void *p, size_t len)
{
	cpu_before_load(port_cpu(port_of(p)), port_va(p), len, NULL);
}

void port_before_store_slow(const volatile void *p, size_t len)
{
	cpu_before_store(port_cpu(port_of(p)), port_va(p), len, NULL);
}

phys_addr_t port_translate(const struct port *p, u32 va)
{
	struct translation t = cpu_translate(port_cpu(p), va, false);

	return t.fault.kind ? PHYS_ADDR_MAX : t.pa;
}
