/* SPDX-License-Identifier: MIT */
/*
 * Atomics: -fsanitize=thread calls these *instead of* the operation, so they do
 * it, between a load hook, a store hook, or both.
 *
 * Every operation is sequentially consistent on the host, whatever order the
 * code asked for: stronger than asked is a schedule that Arm allows as well.
 *
 * Leaves out: exclusive monitors (LDREX and STREX of the modelled CPU); no
 * compare-and-exchange fails spuriously.
 */
#include "hooks.h"

/* Nobody else calls these, so no header of ours declares them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

/* Both halves of a read-modify-write. */
static void before_update(volatile void *p, size_t len, const void *site)
{
	hook_load((const void *)p, len, site);
	hook_store((const void *)p, len, site);
}

#define FETCH_HOOK(bits, type, op)						\
	type __tsan_atomic##bits##_fetch_##op(volatile type *p, type v, int mo)	\
	{									\
		before_update(p, sizeof(type), hook_site());			\
		return __atomic_fetch_##op(p, v, __ATOMIC_SEQ_CST);		\
	}

#define COMPARE_HOOK(bits, type, how)						\
	int __tsan_atomic##bits##_compare_exchange_##how(volatile type *p,	\
			type *expected, type v, int mo, int fail_mo)		\
	{									\
		before_update(p, sizeof(type), hook_site());			\
		return __atomic_compare_exchange_n(p, expected, v, false,	\
				__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);		\
	}

#define ATOMIC_HOOKS(bits, type)						\
	type __tsan_atomic##bits##_load(const volatile type *p, int mo)		\
	{									\
		hook_load((const void *)p, sizeof(type), hook_site());		\
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);			\
	}									\
	void __tsan_atomic##bits##_store(volatile type *p, type v, int mo)	\
	{									\
		hook_store((const void *)p, sizeof(type), hook_site());		\
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);			\
	}									\
	type __tsan_atomic##bits##_exchange(volatile type *p, type v, int mo)	\
	{									\
		before_update(p, sizeof(type), hook_site());			\
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);		\
	}									\
	FETCH_HOOK(bits, type, add)						\
	FETCH_HOOK(bits, type, sub)						\
	FETCH_HOOK(bits, type, and)						\
	FETCH_HOOK(bits, type, or)						\
	FETCH_HOOK(bits, type, xor)						\
	FETCH_HOOK(bits, type, nand)						\
	COMPARE_HOOK(bits, type, strong)					\
	COMPARE_HOOK(bits, type, weak)						\
	type __tsan_atomic##bits##_compare_exchange_val(volatile type *p,	\
			type expected, type v, int mo, int fail_mo)		\
	{									\
		before_update(p, sizeof(type), hook_site());			\
		__atomic_compare_exchange_n(p, &expected, v, false,		\
				__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);		\
		return expected;						\
	}

ATOMIC_HOOKS(8, uint8_t)
ATOMIC_HOOKS(16, uint16_t)
ATOMIC_HOOKS(32, uint32_t)
ATOMIC_HOOKS(64, uint64_t)

#ifdef __SIZEOF_INT128__
/*
 * Sixteen bytes: the __atomic builtins would call libatomic, which the program
 * may not be linked with. Everything is made of the one instruction there is
 * (cmpxchg16b: meson.build asks for it).
 */
__extension__ typedef unsigned __int128 u128;

static u128 cas16(volatile u128 *p, u128 expected, u128 v)
{
	return __sync_val_compare_and_swap(p, expected, v);
}

#define UPDATE16(name, new_value)						\
	static u128 name##16(volatile u128 *p, u128 v, const void *site)	\
	{									\
		u128 old, seen;							\
										\
		before_update(p, sizeof(*p), site);				\
		for (old = cas16(p, 0, 0); ; old = seen) {			\
			seen = cas16(p, old, new_value);			\
			if (seen == old)					\
				return old;					\
		}								\
	}									\
										\
	u128 __tsan_atomic128_##name(volatile u128 *p, u128 v, int mo)		\
	{									\
		return name##16(p, v, hook_site());				\
	}

UPDATE16(exchange, v)
UPDATE16(fetch_add, old + v)
UPDATE16(fetch_sub, old - v)
UPDATE16(fetch_and, old & v)
UPDATE16(fetch_or, old | v)
UPDATE16(fetch_xor, old ^ v)
UPDATE16(fetch_nand, ~(old & v))

/* A compare-and-swap is a store to the host, but puts back what it found. */
u128 __tsan_atomic128_load(const volatile u128 *p, int mo)
{
	hook_load((const void *)p, sizeof(*p), hook_site());
	return cas16((volatile u128 *)p, 0, 0);
}

void __tsan_atomic128_store(volatile u128 *p, u128 v, int mo)
{
	exchange16(p, v, hook_site());
}

static bool compare_exchange16(volatile u128 *p, u128 *expected, u128 v, const void *site)
{
	u128 seen;

	before_update(p, sizeof(*p), site);
	seen = cas16(p, *expected, v);
	if (seen == *expected)
		return true;
	*expected = seen;
	return false;
}

int __tsan_atomic128_compare_exchange_strong(volatile u128 *p, u128 *expected,
		u128 v, int mo, int fail_mo)
{
	return compare_exchange16(p, expected, v, hook_site());
}

int __tsan_atomic128_compare_exchange_weak(volatile u128 *p, u128 *expected,
		u128 v, int mo, int fail_mo)
{
	return compare_exchange16(p, expected, v, hook_site());
}

u128 __tsan_atomic128_compare_exchange_val(volatile u128 *p, u128 expected,
		u128 v, int mo, int fail_mo)
{
	compare_exchange16(p, &expected, v, hook_site());
	return expected;
}
#endif

/* On Arm a fence of any order but relaxed is a DMB. */
void __tsan_atomic_thread_fence(int mo)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (mo != __ATOMIC_RELAXED)
		hooks_fence();
}

/* For the compiler only: it emits nothing on Arm. */
void __tsan_atomic_signal_fence(int mo)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
