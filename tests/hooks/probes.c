/* SPDX-License-Identifier: MIT */
/*
 * The probes, and beside each the bytes that must come through the hooks. Where
 * gcc and clang differ the table says so, and where neither sees an access the
 * row is a gap. Each table row is a claim of docs/driver-tour.md.
 */
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "probes.h"

#define noinline	__attribute__((noinline))
#define PROBE(name)	static noinline void name(void *to, void *from)

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
__extension__ typedef unsigned __int128 u128;

/* So that a load is not optimised away; host memory, so no hook cares. */
static volatile u64 sink;

/* ---- scalars --------------------------------------------------------- */

PROBE(load_u8)		{ sink = *(u8 *)from; }
PROBE(load_u16)		{ sink = *(u16 *)from; }
PROBE(load_u32)		{ sink = *(u32 *)from; }
PROBE(load_u64)		{ sink = *(u64 *)from; }
PROBE(load_u128)	{ sink = (u64)*(u128 *)from; }
PROBE(store_u8)		{ *(u8 *)to = 1; }
PROBE(store_u16)	{ *(u16 *)to = 1; }
PROBE(store_u32)	{ *(u32 *)to = 1; }
PROBE(store_u64)	{ *(u64 *)to = 1; }
PROBE(store_u128)	{ *(u128 *)to = 1; }
PROBE(load_float)	{ sink = *(float *)from; }
PROBE(store_double)	{ *(double *)to = 1; }
PROBE(load_long_double)	{ sink = *(long double *)from; }
PROBE(load_pointer)	{ sink = (uintptr_t)*(void **)from; }
PROBE(increment)	{ ++*(u32 *)to; }
PROBE(or_into)		{ *(u32 *)to |= 0x80000000; }
PROBE(copy_u32)		{ *(u32 *)to = *(u32 *)from; }

PROBE(volatile_load)	{ sink = *(volatile u32 *)from; }
PROBE(volatile_store)	{ *(volatile u32 *)to = 1; }
PROBE(volatile_increment) { ++*(volatile u32 *)to; }

/* A driver may cast any pointer; the hook looks at the alignment. */
PROBE(load_misaligned)	{ sink = *(u32 *)((char *)from + 30); }
PROBE(store_misaligned)	{ *(u64 *)((char *)to + 28) = 1; }

/* ---- structures ------------------------------------------------------ */

struct four { u32 a; };
struct twelve { u32 a, b, c; };
struct sixty { u32 word[15]; };
struct bits { u32 low : 3, mid : 5, high : 24; };
struct __attribute__((packed)) packed { u8 a; u32 b; u16 c; u64 d; };
struct descriptor { u32 status, length, buffer, next; };

PROBE(member_load)	{ sink = ((struct descriptor *)from)->buffer; }

PROBE(descriptor_fill)
{
	struct descriptor *d = to;

	d->buffer = 0x1000;
	d->next = 0;
	d->length = 64;
	d->status = 0x80000000;
}

PROBE(copy_four)	{ *(struct four *)to = *(struct four *)from; }
PROBE(copy_twelve)	{ *(struct twelve *)to = *(struct twelve *)from; }
PROBE(copy_sixty)	{ *(struct sixty *)to = *(struct sixty *)from; }
PROBE(clear_sixty)	{ *(struct sixty *)to = (struct sixty){ 0 }; }

PROBE(bitfield_load)	{ sink = ((struct bits *)from)->low; }
PROBE(bitfield_store)	{ ((struct bits *)to)->mid = 3; }
PROBE(packed_load)	{ sink = ((struct packed *)from)->b; }
PROBE(packed_store)	{ ((struct packed *)to)->d = 1; }
PROBE(packed_volatile)	{ ((volatile struct packed *)to)->b = 1; }

static noinline void take(struct sixty s)
{
	sink = s.word[14];
}

static noinline struct sixty give(void)
{
	struct sixty s;

	for (int i = 0; i < 15; i++)
		s.word[i] = i;
	return s;
}

/* Through pointers, for what an optimiser knows of the callee it may pass in parts. */
static void (*volatile taker)(struct sixty) = take;
static struct sixty (*volatile giver)(void) = give;

static noinline void take_list(int n, ...)
{
	va_list list;

	va_start(list, n);
	for (; n; n--)
		sink = *va_arg(list, u32 *);
	va_end(list);
}

PROBE(pass_by_value)	{ taker(*(struct sixty *)from); }
PROBE(return_into)	{ *(struct sixty *)to = giver(); }
PROBE(variable_list)	{ take_list(2, from, (char *)from + 8); }

/* ---- loops ----------------------------------------------------------- */

PROBE(sum_loop)
{
	const u8 *p = from;
	u32 sum = 0;

	for (int i = 0; i < 64; i++)
		sum += p[i];
	sink = sum;
}

PROBE(copy_loop)
{
	for (int i = 0; i < 16; i++)
		((u32 *)to)[i] = ((u32 *)from)[i];
}

PROBE(clear_loop)
{
	for (int i = 0; i < 64; i++)
		((u8 *)to)[i] = 0;
}

PROBE(little_endian)
{
	const u8 *p = from;

	sink = p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24;
}

/* ---- the C library --------------------------------------------------- */

PROBE(memcpy_4)		{ memcpy(to, from, 4); }
PROBE(memcpy_6)		{ memcpy(to, from, 6); }
PROBE(memcpy_64)	{ memcpy(to, from, 64); }
PROBE(memmove_16)	{ memmove(to, from, 16); }
PROBE(memset_48)	{ memset(to, 0xff, 48); }
PROBE(memcmp_16)	{ sink = memcmp(to, from, 16) == 0; }
PROBE(memchr_3)		{ sink = memchr(from, 'c', 64) != NULL; }
PROBE(strlen_3)		{ sink = strlen(from); }
PROBE(strcmp_equal)	{ sink = strcmp(from, "abc"); }
PROBE(strcpy_3)		{ strcpy(to, from); }
PROBE(strncpy_8)	{ strncpy(to, from, 8); }

/* ---- atomics --------------------------------------------------------- */

PROBE(atomic_load)	{ sink = __atomic_load_n((u32 *)from, __ATOMIC_ACQUIRE); }
PROBE(atomic_store)	{ __atomic_store_n((u32 *)to, 1, __ATOMIC_RELEASE); }
PROBE(atomic_add)	{ __atomic_fetch_add((u64 *)to, 1, __ATOMIC_SEQ_CST); }
PROBE(atomic_exchange)	{ sink = __atomic_exchange_n((u16 *)to, 1, __ATOMIC_SEQ_CST); }
PROBE(sync_add)		{ __sync_fetch_and_add((u8 *)to, 1); }
PROBE(sync_swap)	{ sink = __sync_bool_compare_and_swap((u32 *)to, 0, 1); }

/* ---- known gaps ------------------------------------------------------ */

PROBE(builtin_memcpy)	{ __builtin_memcpy(to, from, 48); }
PROBE(assembler)	{ __asm__ volatile("incl %0" : "+m" (*(u32 *)to)); }

typedef u32 wide __attribute__((vector_size(32), aligned(4), may_alias));
PROBE(wide_vector)	{ *(wide *)to = *(wide *)from; }

/* ---- the table ------------------------------------------------------- */

/* The first @n bytes from @first on. */
#define B(first, n)	(~UINT64_C(0) >> (64 - (n)) << (first))

#ifdef __clang__
#define BY(gcc, clang)	(clang)
#else
#define BY(gcc, clang)	(gcc)
#endif

#define SEEN(name, ...)	{ #name, name, __VA_ARGS__, 0 }
#define GAP(name, ...)	{ #name, name, __VA_ARGS__, 1 }

const struct probe probes[] = {
	/*			to: loads	stores		from: loads	stores */
	SEEN(load_u8,		0,		0,		B(0, 1),	0),
	SEEN(load_u16,		0,		0,		B(0, 2),	0),
	SEEN(load_u32,		0,		0,		B(0, 4),	0),
	SEEN(load_u64,		0,		0,		B(0, 8),	0),
	SEEN(load_u128,		0,		0,		B(0, 16), 0),
	SEEN(store_u8,		0,		B(0, 1),	0,		0),
	SEEN(store_u16,		0,		B(0, 2),	0,		0),
	SEEN(store_u32,		0,		B(0, 4),	0,		0),
	SEEN(store_u64,		0,		B(0, 8),	0,		0),
	SEEN(store_u128,	0,		B(0, 16),	0,		0),
	SEEN(load_float,	0,		0,		B(0, 4),	0),
	SEEN(store_double,	0,		B(0, 8),	0,		0),
	GAP(load_long_double,	0,		0,		BY(B(0, 16), 0), 0),
	SEEN(load_pointer,	0,		0,		B(0, 8),	0),
	SEEN(increment,		B(0, 4),	B(0, 4),	0,		0),
	SEEN(or_into,		B(0, 4),	B(0, 4),	0,		0),
	SEEN(copy_u32,		0,		B(0, 4),	B(0, 4),	0),
	SEEN(volatile_load,	0,		0,		B(0, 4),	0),
	SEEN(volatile_store,	0,		B(0, 4),	0,		0),
	SEEN(volatile_increment, B(0, 4),	B(0, 4),	0,		0),
	SEEN(load_misaligned,	0,		0,		B(30, 4),	0),
	SEEN(store_misaligned,	0,		B(28, 8),	0,		0),

	SEEN(member_load,	0,		0,		B(8, 4),	0),
	SEEN(descriptor_fill,	0,		B(0, 16),	0,		0),
	SEEN(copy_four,		0,		B(0, 4),	B(0, 4),	0),
	SEEN(copy_twelve,	0,		B(0, 12),	B(0, 12),	0),
	SEEN(copy_sixty,	0,		B(0, 60),	B(0, 60),	0),
	SEEN(clear_sixty,	0,		B(0, 60),	0,		0),
	SEEN(bitfield_load,	0,		0,		BY(B(0, 1), B(0, 4)), 0),
	/* The bits around the field are loaded too; gcc does not say so. */
	GAP(bitfield_store,	BY(0, B(0, 4)),	B(0, 4),	0,		0),
	SEEN(packed_load,	0,		0,		B(1, 4),	0),
	SEEN(packed_store,	0,		B(7, 8),	0,		0),
	SEEN(packed_volatile,	0,		B(1, 4),	0,		0),
	GAP(pass_by_value,	0,		0,		BY(0, B(0, 60)), 0),
	GAP(return_into,	0,		BY(0, B(0, 60)), 0,		0),
	SEEN(variable_list,	0,		0,		B(0, 4) | B(8, 4), 0),

	SEEN(sum_loop,		0,		0,		B(0, 64),	0),
	SEEN(copy_loop,		0,		B(0, 64),	B(0, 64),	0),
	SEEN(clear_loop,	0,		B(0, 64),	0,		0),
	SEEN(little_endian,	0,		0,		B(0, 4),	0),

	SEEN(memcpy_4,		0,		B(0, 4),	B(0, 4),	0),
	SEEN(memcpy_6,		0,		B(0, 6),	B(0, 6),	0),
	SEEN(memcpy_64,		0,		B(0, 64),	B(0, 64),	0),
	SEEN(memmove_16,	0,		B(0, 16),	B(0, 16),	0),
	SEEN(memset_48,		0,		B(0, 48),	0,		0),
	SEEN(memcmp_16,		B(0, 16),	0,		B(0, 16),	0),
	SEEN(memchr_3,		0,		0,		B(0, 3),	0),
	SEEN(strlen_3,		0,		0,		B(0, 4),	0),
	SEEN(strcmp_equal,	0,		0,		B(0, 4),	0),
	SEEN(strcpy_3,		0,		B(0, 4),	B(0, 4),	0),
	SEEN(strncpy_8,		0,		B(0, 8),	B(0, 4),	0),

	SEEN(atomic_load,	0,		0,		B(0, 4),	0),
	SEEN(atomic_store,	0,		B(0, 4),	0,		0),
	SEEN(atomic_add,	B(0, 8),	B(0, 8),	0,		0),
	SEEN(atomic_exchange,	B(0, 2),	B(0, 2),	0,		0),
	SEEN(sync_add,		B(0, 1),	B(0, 1),	0,		0),
	SEEN(sync_swap,		B(0, 4),	B(0, 4),	0,		0),

	/* By that name -fno-builtin is off, and gcc expands it in line. */
	GAP(builtin_memcpy,	0,		BY(0, B(0, 48)), BY(0, B(0, 48)), 0),
	GAP(assembler,		0,		0,		0,		0),
	GAP(wide_vector,	0,		BY(B(0, 32), 0), BY(B(0, 32), 0), 0),
	{ 0 }
};
