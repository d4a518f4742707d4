/* SPDX-License-Identifier: MIT */
/*
 * Device registers: one bus access each, ordered as <linux/io.h> says.
 *
 * On hardware a register that nobody answers for is an external abort and a dead
 * kernel. Here it is a warning, which names the place, and all ones.
 */
#include <linux/io.h>

#include "port.h"

static void warn_abort(const volatile void *p, size_t len, const char *what)
{
	WARN(1, "external abort on a %zu-byte %s at va %#x", len, what, port_va(p));
}

static u64 load(const volatile void *p, size_t len, const void *site)
{
	struct port *port = port_of(p);
	u64 value = 0;

	if (port && cpu_load(port_cpu(port), port_va(p), &value, len, site)) {
		port_take_irqs(port);
		return value;
	}
	warn_abort(p, len, "load");
	return ~0ull;
}

static void store(volatile void *p, u64 value, size_t len, const void *site)
{
	struct port *port = port_of(p);

	if (!port || !cpu_store(port_cpu(port), port_va(p), &value, len, site))
		warn_abort(p, len, "store");
	port_take_irqs(port);
}

#define DEFINE_REGISTER_ACCESS(letter, type)				\
type read##letter##_relaxed(const volatile void __iomem *p)		\
{									\
	return (type)load(p, sizeof(type), __builtin_return_address(0)); \
}									\
									\
type read##letter(const volatile void __iomem *p)			\
{									\
	type value = (type)load(p, sizeof(type), __builtin_return_address(0)); \
									\
	rmb();								\
	return value;							\
}									\
									\
void write##letter##_relaxed(type value, volatile void __iomem *p)	\
{									\
	store(p, value, sizeof(type), __builtin_return_address(0));	\
}									\
									\
void write##letter(type value, volatile void __iomem *p)		\
{									\
	wmb();								\
	store(p, value, sizeof(type), __builtin_return_address(0));	\
}

DEFINE_REGISTER_ACCESS(b, u8)
DEFINE_REGISTER_ACCESS(w, u16)
DEFINE_REGISTER_ACCESS(l, u32)
