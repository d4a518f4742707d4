/* SPDX-License-Identifier: MIT */
/*
 * Fields of registers, by a mask that is a constant: FIELD_GET(GENMASK(7, 4), reg).
 *
 * A mask that is 0 or not in one piece does not compile. Leaves out: that check of values.
 * Source: include/linux/bitfield.h.
 */
#ifndef _ARMDMA_LINUX_BITFIELD_H
#define _ARMDMA_LINUX_BITFIELD_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#define __bf_shf(mask)		(__builtin_ffsll((long long)(mask)) - 1)
#define __bf_low(mask)		((mask) & -(unsigned long long)(mask))

/* As a type of no size, so that this is an expression of constants. */
#define __bf_check(mask)	((void)sizeof(char[1 - 2 * !!((mask) == 0 ||	\
	(((unsigned long long)(mask) + __bf_low((unsigned long long)(mask))) &	\
	 (unsigned long long)(mask)) != 0)]))
#define FIELD_MAX(mask)		((__typeof__(mask))((mask) >> __bf_shf(mask)))
#define FIELD_FIT(mask, val) \
	(!((((__typeof__(mask))(val)) << __bf_shf(mask)) & ~(mask)))
#define FIELD_PREP(mask, val) \
	(__bf_check(mask), ((__typeof__(mask))(val) << __bf_shf(mask)) & (mask))
#define FIELD_PREP_CONST(mask, val) \
	((((__typeof__(mask))(val)) << __bf_shf(mask)) & (mask))
#define FIELD_GET(mask, reg) \
	(__bf_check(mask), (__typeof__(mask))(((reg) & (mask)) >> __bf_shf(mask)))

#define __bf_encoders(bits)							\
static inline u##bits u##bits##_encode_bits(u##bits v, u##bits field)		\
{										\
	return (u##bits)((v << __bf_shf(field)) & field);			\
}										\
static inline u##bits u##bits##_replace_bits(u##bits old, u##bits v, u##bits field) \
{										\
	return (u##bits)((old & ~field) | u##bits##_encode_bits(v, field));	\
}										\
static inline void u##bits##p_replace_bits(u##bits *p, u##bits v, u##bits field) \
{										\
	*p = u##bits##_replace_bits(*p, v, field);				\
}										\
static inline u##bits u##bits##_get_bits(u##bits v, u##bits field)		\
{										\
	return (u##bits)((v & field) >> __bf_shf(field));			\
}
__bf_encoders(8)
__bf_encoders(16)
__bf_encoders(32)
__bf_encoders(64)
#undef __bf_encoders

#endif
