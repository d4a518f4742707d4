/* SPDX-License-Identifier: MIT */
/* What the kernel calls the compiler's extensions. */
#ifndef _ARMDMA_LINUX_COMPILER_H
#define _ARMDMA_LINUX_COMPILER_H

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

/* Address spaces are sparse's business; here they only document. */
#define __iomem
#define __user
#define __force
#define __rcu
#define __percpu

#ifndef __must_check
#define __must_check	__attribute__((__warn_unused_result__))
#endif
#ifndef __maybe_unused
#define __maybe_unused	__attribute__((__unused__))
#endif
#ifndef __packed
#define __packed	__attribute__((__packed__))
#endif
#ifndef __aligned
#define __aligned(n)	__attribute__((__aligned__(n)))
#endif
#ifndef noinline
#define noinline	__attribute__((__noinline__))
#endif
#ifndef __always_inline
#define __always_inline	inline __attribute__((__always_inline__))
#endif

#define barrier()	__asm__ __volatile__("" : : : "memory")

/* One access, whole and not repeated. Says nothing about order. */
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) \
	(*(volatile __typeof__(x) *)&(x) = (val))

#endif
