/* SPDX-License-Identifier: MIT */
/*
 * One word against another in one step. In simulated memory, from code that `armdma cc`
 * compiled, it is one access of the CPU.
 *
 * All but the _relaxed forms order what comes before and after them.
 * Context: any. Source: arch/arm/include/asm/cmpxchg.h.
 */
#ifndef _ARMDMA_ASM_CMPXCHG_H
#define _ARMDMA_ASM_CMPXCHG_H

#define __cmpxchg_order(p, old, new, order) __extension__({		\
	__typeof__(*(p)) __cx_old = (old);				\
	__typeof__(*(p)) __cx_new = (new);				\
	__atomic_compare_exchange_n((p), &__cx_old, __cx_new, 0,	\
				    (order), __ATOMIC_RELAXED);		\
	__cx_old; })

/** Store @new where @old is. Return: what was there. */
#define cmpxchg(p, old, new)		__cmpxchg_order(p, old, new, __ATOMIC_SEQ_CST)
#define cmpxchg_relaxed(p, old, new)	__cmpxchg_order(p, old, new, __ATOMIC_RELAXED)
#define cmpxchg_acquire(p, old, new)	__cmpxchg_order(p, old, new, __ATOMIC_ACQUIRE)
#define cmpxchg_release(p, old, new)	__cmpxchg_order(p, old, new, __ATOMIC_RELEASE)
#define cmpxchg64(p, old, new)		cmpxchg(p, old, new)
#define cmpxchg64_relaxed(p, old, new)	cmpxchg_relaxed(p, old, new)

/** Store @new. Return: what was there. */
#define xchg(p, new)			__atomic_exchange_n((p), (new), __ATOMIC_SEQ_CST)
#define xchg_relaxed(p, new)		__atomic_exchange_n((p), (new), __ATOMIC_RELAXED)

#endif
