/* SPDX-License-Identifier: MIT */
/*
 * The hooks as a driver meets them: this file is compiled with `armdma cc`, so a
 * plain C access here is what is tested. The machine is fake-machine.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <armdma/window.h>

#include "../../lib/hooks/hooks.h"
#include "fake-machine.h"

#ifdef __clang__
#define noinline	__attribute__((noinline))
#else
#define noinline	__attribute__((noipa))	/* no clones either */
#endif
#define HIT_LOAD	LINE_LOAD_OK
#define HIT_STORE	LINE_STORE_OK

typedef uint32_t u32;
typedef uint64_t u64;
__extension__ typedef unsigned __int128 u128;

/* ---- verbs ----------------------------------------------------------- */

/* Host memory, so no hook cares; it keeps an optimiser from dropping a load. */
static volatile u32 sink;

static noinline u32 load(u32 va)
{
	sink = *(u32 *)fake_ptr(va);
	return sink;
}

static noinline void store(u32 va, u32 value)
{
	*(u32 *)fake_ptr(va) = value;
}

static void expect_no_visit(void)
{
	struct fake_visit first = fake_visit(0);

	if (fake_nr_visits())
		fail_msg("the door opened for a %s of %zu bytes at 0x%x",
			 first.is_store ? "store" : "load", first.len, first.va);
}

static void expect_visit(size_t idx, bool is_store, u32 va, size_t len)
{
	struct fake_visit v = fake_visit(idx);

	if (idx >= fake_nr_visits())
		fail_msg("the door opened %zu times, not %zu", fake_nr_visits(), idx + 1);
	if (v.is_store != is_store || v.va != va || v.len != len)
		fail_msg("visit %zu is a %s of %zu bytes at 0x%x, expected a %s of %zu at 0x%x",
			 idx, v.is_store ? "store" : "load", v.len, v.va,
			 is_store ? "store" : "load", len, va);
}

static void expect_visits(size_t nr)
{
	if (fake_nr_visits() != nr)
		fail_msg("the door opened %zu times, expected %zu", fake_nr_visits(), nr);
}

static int window_up(void **state)
{
	fake_start();
	return 0;
}

static int window_down(void **state)
{
	fake_stop();
	return 0;
}

/* ---- the fast path --------------------------------------------------- */

static void host_memory_never_opens_the_door(void **state)
{
	volatile u32 *heap = calloc(1, sizeof(*heap));

	*heap += 1;
	assert_int_equal(*heap, 1);
	free((void *)heap);
	expect_no_visit();
}

static void a_load_hits_a_valid_line(void **state)
{
	fake_set_line(0x1000, HIT_LOAD);
	load(0x1000);
	load(0x101c);
	expect_no_visit();
}

static void a_load_takes_the_door_for_an_invalid_line(void **state)
{
	fake_set_line(0x1000, HIT_LOAD);
	load(0x1020);
	expect_visit(0, false, 0x1020, 4);
}

static void a_load_takes_the_door_on_a_tlb_miss(void **state)
{
	load(0x2000);
	expect_visit(0, false, 0x2000, 4);
}

static void a_store_hits_a_dirty_line(void **state)
{
	fake_set_line(0x1000, HIT_STORE);
	store(0x1004, 7);
	expect_no_visit();
	assert_int_equal(load(0x1004), 7);
}

static void a_store_takes_the_door_for_a_clean_line(void **state)
{
	fake_set_line(0x1000, HIT_LOAD);
	store(0x1004, 7);
	expect_visit(0, true, 0x1004, 4);
}

static void a_watched_line_always_takes_the_door(void **state)
{
	fake_set_line(0x1000, HIT_STORE | LINE_WATCHED);
	store(0x1000, 1);
	load(0x1000);
	expect_visits(2);
}

static void speculation_and_coherence_do_not_matter_to_a_hit(void **state)
{
	fake_set_line(0x1000, HIT_STORE | LINE_SPECULATED | LINE_INCOHERENT);
	store(0x1000, 1);
	load(0x1000);
	expect_no_visit();
}

static void a_line_that_is_not_the_most_recent_takes_the_door(void **state)
{
	fake_set_line(0x1000, HIT_STORE & ~LINE_RECENT);
	store(0x1000, 1);
	load(0x1000);
	expect_visits(2);
}

static void a_line_whose_bytes_are_elsewhere_takes_the_door(void **state)
{
	fake_set_line(0x1000, HIT_STORE | LINE_PRIVATE);
	store(0x1000, 1);
	load(0x1000);
	expect_visits(2);
}

static void a_store_to_a_line_that_others_hold_takes_the_door(void **state)
{
	fake_set_line(0x1000, HIT_STORE & ~LINE_UNIQUE);
	load(0x1000);
	expect_no_visit();
	store(0x1000, 1);
	expect_visit(0, true, 0x1000, 4);
}

static void an_access_across_two_lines_takes_the_door_whole(void **state)
{
	fake_set_line(0x1000, HIT_LOAD);
	fake_set_line(0x1020, HIT_LOAD);
	load(0x101e);
	expect_visits(1);
	expect_visit(0, false, 0x101e, 4);
}

static void an_access_across_two_pages_takes_the_door_whole(void **state)
{
	store(0x1ffe, 1);
	expect_visits(1);
	expect_visit(0, true, 0x1ffe, 4);
}

static void the_fast_gear_needs_no_door(void **state)
{
	fake_set_plain(true);
	store(0x1000, 1);
	load(0x1000);
	expect_no_visit();
}

void __tsan_write_range(void *p, long len);	/* gcc knows it, and has it so */

static void a_range_ends_where_the_window_does(void **state)
{
	__tsan_write_range(fake_ptr(0xfffffff8), 16);
	expect_visit(0, true, 0xfffffff8, 8);
}

static void an_empty_range_is_no_access(void **state)
{
	__tsan_write_range(fake_ptr(0x1000), 0);
	expect_no_visit();
}

static void the_site_is_in_the_function_that_loads(void **state)
{
	uintptr_t start = (uintptr_t)load;
	uintptr_t site;

	load(0x1000);
	site = (uintptr_t)fake_visit(0).site;
	if (site <= start || site > start + 256)
		fail_msg("the site is %#jx, the function starts at %#jx", (uintmax_t)site,
			 (uintmax_t)start);
}

static void touch_another_line(const struct fake_visit *visit)
{
	load(0x3000);
}

static void an_access_inside_the_door_is_not_announced(void **state)
{
	fake_at_door = touch_another_line;
	load(0x1000);
	expect_visits(1);
	expect_visit(0, false, 0x1000, 4);
}

/* ---- copies ---------------------------------------------------------- */

struct frame { u32 word[6]; };
struct one { u32 word; };

static noinline void copy_frame(struct frame *to, const struct frame *from)
{
	*to = *from;
}

static noinline void copy_one(struct one *to, const struct one *from)
{
	*to = *from;
}

/* gcc announces it before the load; the load must not be what picks it up. */
static void the_store_of_a_structure_copy_is_announced_last(void **state)
{
	memset(fake_ptr(0x2000), 0x55, 24);
	fake_forget();
	copy_frame(fake_ptr(0x1000), fake_ptr(0x2000));
	expect_visit(fake_nr_visits() - 1, true, 0x1000, 24);
	assert_memory_equal(fake_ptr(0x1000), fake_ptr(0x2000), 24);

	fake_forget();
	copy_one(fake_ptr(0x1000), fake_ptr(0x2000));
	expect_visit(fake_nr_visits() - 1, true, 0x1000, 4);
}

/* The line was made ready by a hit; the load's miss may have evicted it since. */
static void the_store_of_a_copy_that_hit_is_announced_after_a_miss(void **state)
{
	fake_set_line(0x1000, HIT_STORE);
	copy_one(fake_ptr(0x1000), fake_ptr(0x2000));
	expect_visit(0, false, 0x2000, 4);
#ifndef __clang__	/* which announces in the order of the accesses */
	expect_visit(1, true, 0x1000, 4);
#endif
}

static noinline void store_then_load(u32 *to, const u32 *from)
{
	*to = 1;
	sink = *from;
}

static void a_store_and_a_load_after_it_are_two_accesses(void **state)
{
	store_then_load(fake_ptr(0x1000), fake_ptr(0x2000));
	expect_visits(2);
	expect_visit(0, true, 0x1000, 4);
	expect_visit(1, false, 0x2000, 4);
}

#define CODE_OF(...)	((const uint8_t []){ __VA_ARGS__ })
#define CALL		0xe8, 1, 2, 3, 4
#define MOV_ESI_64	0xbe, 64, 0, 0, 0
#define MOV_RDI_RBP	0x48, 0x89, 0xef
#define LOAD_RDI_STACK	0x48, 0x8b, 0x7c, 0x24, 0x18
#define LEA_RDI_FAR	0x48, 0x8d, 0xbd, 0, 1, 0, 0
#define LEA_RDI_SIB	0x48, 0x8d, 0x3c, 0xc5, 0, 0, 0, 0
#define STORE_RBX_5	0xc7, 0x03, 5, 0, 0, 0
#define STORE_RBX_RAX	0x48, 0x89, 0x03
#define MOV_RAX_WIDE	0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8
#define SHL_RAX_5	0x48, 0xc1, 0xe0, 5
#define IMUL_RAX	0x48, 0x69, 0xc0, 24, 0, 0, 0
#define NOT_IN_TABLE	0xf3, 0xa5

static bool is_copy(const uint8_t *code, size_t len)
{
	return hooks_is_one_copy(code, code + len);
}

#define expect_copy(...)	assert_true(is_copy(CODE_OF(__VA_ARGS__), \
						    sizeof(CODE_OF(__VA_ARGS__))))
#define expect_no_copy(...)	assert_false(is_copy(CODE_OF(__VA_ARGS__), \
						     sizeof(CODE_OF(__VA_ARGS__))))

static void code_that_only_computes_lies_between_the_halves_of_a_copy(void **state)
{
	expect_copy(MOV_ESI_64, MOV_RDI_RBP, CALL);
	expect_copy(LOAD_RDI_STACK, CALL);
	expect_copy(LEA_RDI_FAR, LEA_RDI_SIB, MOV_RAX_WIDE, CALL);
	expect_copy(SHL_RAX_5, IMUL_RAX, 0x48, 0x98, 0x0f, 0xb6, 0x45, 0xff, CALL);
	expect_copy(MOV_RDI_RBP, 0xff, 0x15, 1, 2, 3, 4);	/* through the GOT */
}

static void code_that_may_store_tells_two_statements_apart(void **state)
{
	expect_no_copy(STORE_RBX_5, MOV_RDI_RBP, CALL);
	expect_no_copy(STORE_RBX_RAX, CALL);
	expect_no_copy(CALL, MOV_RDI_RBP, CALL);
	expect_no_copy(NOT_IN_TABLE, CALL);
	expect_no_copy(MOV_RDI_RBP);			/* runs into the site */
	expect_no_copy(MOV_RDI_RBP, 0xe8, 1, 2);	/* or over it */
	assert_false(hooks_is_one_copy((void *)0x1000, (void *)0x2000));
	assert_false(hooks_is_one_copy((void *)0x2000, (void *)0x1000));
}

/* ---- memcpy and its family -------------------------------------------- */

/* What an announced store finds in the window: everything before it, moved. */
static void expect_earlier_blocks_moved(const struct fake_visit *visit)
{
	const char *to = fake_ptr(0x1010);
	const char *from = fake_ptr(0x2008);

	if (visit->is_store)
		assert_memory_equal(to, from, visit->va - 0x1010);
}

static void memcpy_moves_each_block_before_it_announces_the_next(void **state)
{
	memset(fake_ptr(0x2008), 'x', 100);
	fake_forget();
	fake_at_door = expect_earlier_blocks_moved;
	memcpy(fake_ptr(0x1010), fake_ptr(0x2008), 100);

	expect_visit(0, false, 0x2008, 16);		/* to the end of the line at 0x1010 */
	expect_visit(1, true, 0x1010, 16);
	expect_visit(2, false, 0x2018, 8);		/* to the end of that at 0x2000 */
	expect_visit(3, true, 0x1020, 8);
	assert_memory_equal(fake_ptr(0x1010), fake_ptr(0x2008), 100);
}

static void blocks_that_hit_open_no_door(void **state)
{
	fake_set_line(0x1000, HIT_STORE);
	memset(fake_ptr(0x1000), 1, FAKE_LINE);
	expect_no_visit();
	memset(fake_ptr(0x1000), 1, FAKE_LINE + 1);
	expect_visits(1);
	expect_visit(0, true, 0x1020, 1);
}

static void memcpy_to_the_host_announces_only_loads(void **state)
{
	char host[40];

	memcpy(host, fake_ptr(0x1000), sizeof(host));
	expect_visits(2);
	expect_visit(0, false, 0x1000, 32);
	expect_visit(1, false, 0x1020, 8);
}

static void memcmp_stops_at_the_line_that_differs(void **state)
{
	store(0x1000, 1);
	fake_forget();
	assert_true(memcmp(fake_ptr(0x1000), fake_ptr(0x2000), 256) > 0);
	expect_visits(2);
}

static void a_comparison_reads_nothing_behind_the_difference(void **state)
{
	strcpy(fake_ptr(0x1000), "abX and more");
	fake_forget();
	assert_true(strcmp(fake_ptr(0x1000), "abc") < 0);
	expect_visits(3);
}

/* The same call on the host: what the C library says is right. */
struct twin {
	char *sim;		/* in the window */
	char *host;		/* a copy of it outside */
};

#define TWIN_BYTES	512

static u32 next_random(u32 *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void fill_twin(struct twin *t, u32 *seed)
{
	for (size_t i = 0; i < TWIN_BYTES; i++) {
		char byte = "ab\0cd"[next_random(seed) % 5];

		t->sim[i] = byte;
		t->host[i] = byte;
	}
	t->sim[TWIN_BYTES - 1] = t->host[TWIN_BYTES - 1] = '\0';
}

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

static size_t offset_in(const void *base, const void *p)
{
	return p ? (size_t)((const char *)p - (const char *)base) : SIZE_MAX;
}

/* One random call on both; the functions that answer must answer alike. */
static void call_both(struct twin *t, u32 *seed)
{
	size_t a = next_random(seed) % 200, b = next_random(seed) % 200;
	size_t len = next_random(seed) % 200;
	char *s = t->sim, *h = t->host;

#define SAME(sim, host)	assert_int_equal(sim, host)
	switch (next_random(seed) % 18) {
	case 0: memmove(s + a, s + b, len); memmove(h + a, h + b, len); break;
	case 1: memset(s + a, 'e', len); memset(h + a, 'e', len); break;
	case 2: memcpy(s + a / 2, s + 200 + b, len / 2);
		memcpy(h + a / 2, h + 200 + b, len / 2);
		break;
	case 3: SAME(offset_in(s, mempcpy(s + a, "wxyz", 4)),
		     offset_in(h, mempcpy(h + a, "wxyz", 4))); break;
	case 4: SAME(sign(memcmp(s + a, s + b, len)), sign(memcmp(h + a, h + b, len))); break;
	case 5: SAME(bcmp(s + a, s + b, len) == 0, bcmp(h + a, h + b, len) == 0); break;
	case 6: SAME(offset_in(s, memchr(s + a, 'c', len)),
		     offset_in(h, memchr(h + a, 'c', len))); break;
	case 7: SAME(strlen(s + a), strlen(h + a)); break;
	case 8: SAME(strnlen(s + a, len % 4), strnlen(h + a, len % 4)); break;
	case 9: SAME(sign(strcmp(s + a, s + b)), sign(strcmp(h + a, h + b))); break;
	case 10: SAME(sign(strncmp(s + a, s + b, len % 4)), sign(strncmp(h + a, h + b, len % 4)));
		break;
	case 11: SAME(offset_in(s, strchr(s + a, 'b')), offset_in(h, strchr(h + a, 'b'))); break;
	case 12: SAME(offset_in(s, strrchr(s + a, 'b')), offset_in(h, strrchr(h + a, 'b'))); break;
	case 13: strcpy(s + a, "copied"); strcpy(h + a, "copied"); break;
	case 14: SAME(offset_in(s, stpcpy(s + a, "stp")), offset_in(h, stpcpy(h + a, "stp")));
		break;
	case 15: strncpy(s + a, "padded", len % 12); strncpy(h + a, "padded", len % 12); break;
	case 16: strcat(s + a, "+"); strcat(h + a, "+"); break;
	case 17: strncat(s + a, "more", len % 6); strncat(h + a, "more", len % 6); break;
	}
#undef SAME
}

static void the_family_does_what_the_c_library_does(void **state)
{
	char host[TWIN_BYTES];
	struct twin t = { fake_ptr(0x1000), host };
	u32 seed = 1;

	fake_set_plain(true);		/* the bytes matter here, not the visits */
	for (int round = 0; round < 20000; round++) {
		if (round % 8 == 0)
			fill_twin(&t, &seed);
		call_both(&t, &seed);
		if (memcmp(t.sim, t.host, TWIN_BYTES))
			fail_msg("the twins differ after round %d", round);
	}
	fake_set_plain(false);
}

/* ---- atomics --------------------------------------------------------- */

#define ATOMIC_TEST(type)							\
	static void check_##type(void)						\
	{									\
		type *p = fake_ptr(0x1000);					\
		type expected = 3;						\
										\
		__atomic_store_n(p, 5, __ATOMIC_RELEASE);			\
		assert_int_equal(__atomic_load_n(p, __ATOMIC_ACQUIRE), 5);	\
		assert_int_equal(__atomic_fetch_add(p, 2, __ATOMIC_RELAXED), 5); \
		assert_int_equal(__atomic_fetch_sub(p, 1, __ATOMIC_RELAXED), 7); \
		assert_int_equal(__atomic_fetch_and(p, 4, __ATOMIC_RELAXED), 6); \
		assert_int_equal(__atomic_fetch_or(p, 8, __ATOMIC_RELAXED), 4);	\
		assert_int_equal(__atomic_fetch_xor(p, 15, __ATOMIC_RELAXED), 12); \
		assert_int_equal(__atomic_fetch_nand(p, 1, __ATOMIC_RELAXED), 3); \
		assert_int_equal(__atomic_exchange_n(p, 9, __ATOMIC_SEQ_CST),	\
				 (type)~(type)1);				\
		assert_false(__atomic_compare_exchange_n(p, &expected, 1, false, \
				__ATOMIC_SEQ_CST, __ATOMIC_RELAXED));		\
		assert_int_equal(expected, 9);					\
		assert_true(__atomic_compare_exchange_n(p, &expected, 1, true,	\
				__ATOMIC_SEQ_CST, __ATOMIC_RELAXED));		\
		assert_int_equal(__sync_val_compare_and_swap(p, 1, 2), 1);	\
		assert_int_equal(*p, 2);					\
	}

ATOMIC_TEST(uint8_t)
ATOMIC_TEST(uint16_t)
ATOMIC_TEST(uint32_t)
ATOMIC_TEST(uint64_t)

static void atomics_do_the_operation(void **state)
{
	check_uint8_t();
	check_uint16_t();
	check_uint32_t();
	check_uint64_t();
}

/* clang calls libatomic for these, so they are called by name, typed as gcc has them. */
u128 __tsan_atomic128_load(const volatile void *p, int mo);
void __tsan_atomic128_store(volatile void *p, u128 v, int mo);
u128 __tsan_atomic128_fetch_add(volatile void *p, u128 v, int mo);
u128 __tsan_atomic128_fetch_nand(volatile void *p, u128 v, int mo);
_Bool __tsan_atomic128_compare_exchange_strong(volatile void *p, void *expected, u128 v,
					       int mo, int fail_mo);
u128 __tsan_atomic128_compare_exchange_val(volatile void *p, u128 expected, u128 v,
					   int mo, int fail_mo);

static void atomics_of_sixteen_bytes_do_the_operation(void **state)
{
	u128 *p = fake_ptr(0x1000);
	u128 big = (u128)1 << 100;
	u128 expected = 0;

	__tsan_atomic128_store(p, big, 0);
	assert_true(__tsan_atomic128_load(p, 0) == big);
	assert_true(__tsan_atomic128_fetch_add(p, big, 0) == big);
	assert_false(__tsan_atomic128_compare_exchange_strong(p, &expected, 1, 0, 0));
	assert_true(expected == 2 * big);
	assert_true(__tsan_atomic128_compare_exchange_strong(p, &expected, 1, 0, 0));
	assert_true(__tsan_atomic128_compare_exchange_val(p, 1, 3, 0, 0) == 1);
	assert_true(__tsan_atomic128_fetch_nand(p, 1, 0) == 3);
	assert_true(*p == ~(u128)1);
}

static void a_read_modify_write_announces_the_load_first(void **state)
{
	__atomic_fetch_add((u32 *)fake_ptr(0x1000), 1, __ATOMIC_SEQ_CST);
	expect_visits(2);
	expect_visit(0, false, 0x1000, 4);
	expect_visit(1, true, 0x1000, 4);
}

static void a_thread_fence_is_a_dmb_and_a_compiler_fence_is_not(void **state)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	assert_int_equal(fake_nr_dmbs(), 0);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	assert_int_equal(fake_nr_dmbs(), 1);
	__sync_synchronize();
	assert_int_equal(fake_nr_dmbs(), 2);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, window_up, window_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(host_memory_never_opens_the_door),
		TEST(a_load_hits_a_valid_line),
		TEST(a_load_takes_the_door_for_an_invalid_line),
		TEST(a_load_takes_the_door_on_a_tlb_miss),
		TEST(a_store_hits_a_dirty_line),
		TEST(a_store_takes_the_door_for_a_clean_line),
		TEST(a_watched_line_always_takes_the_door),
		TEST(speculation_and_coherence_do_not_matter_to_a_hit),
		TEST(a_line_that_is_not_the_most_recent_takes_the_door),
		TEST(a_line_whose_bytes_are_elsewhere_takes_the_door),
		TEST(a_store_to_a_line_that_others_hold_takes_the_door),
		TEST(an_access_across_two_lines_takes_the_door_whole),
		TEST(an_access_across_two_pages_takes_the_door_whole),
		TEST(the_fast_gear_needs_no_door),
		TEST(a_range_ends_where_the_window_does),
		TEST(an_empty_range_is_no_access),
		TEST(the_site_is_in_the_function_that_loads),
		TEST(an_access_inside_the_door_is_not_announced),
		TEST(the_store_of_a_structure_copy_is_announced_last),
		TEST(the_store_of_a_copy_that_hit_is_announced_after_a_miss),
		TEST(a_store_and_a_load_after_it_are_two_accesses),
		TEST(code_that_only_computes_lies_between_the_halves_of_a_copy),
		TEST(code_that_may_store_tells_two_statements_apart),
		TEST(memcpy_moves_each_block_before_it_announces_the_next),
		TEST(blocks_that_hit_open_no_door),
		TEST(memcpy_to_the_host_announces_only_loads),
		TEST(memcmp_stops_at_the_line_that_differs),
		TEST(a_comparison_reads_nothing_behind_the_difference),
		TEST(the_family_does_what_the_c_library_does),
		TEST(atomics_do_the_operation),
		TEST(atomics_of_sixteen_bytes_do_the_operation),
		TEST(a_read_modify_write_announces_the_load_first),
		TEST(a_thread_fence_is_a_dmb_and_a_compiler_fence_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
