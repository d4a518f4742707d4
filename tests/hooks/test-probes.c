/* SPDX-License-Identifier: MIT */
/*
 * Runs every probe of probes.c on simulated memory whose every access takes the
 * door, and compares the bytes announced with the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fake-machine.h"
#include "probes.h"

#define TO_VA	0x1000u
#define FROM_VA	0x2000u

/* Bytes of the 64 at @base that the log has as loads or as stores. */
static probe_bytes announced(uint32_t base, bool is_store)
{
	probe_bytes bytes = 0;

	for (size_t i = 0; i < fake_nr_visits(); i++) {
		struct fake_visit v = fake_visit(i);

		if (v.is_store != is_store)
			continue;
		for (uint32_t va = v.va; va < v.va + v.len; va++) {
			if (va >= base && va < base + 64)
				bytes |= UINT64_C(1) << (va - base);
		}
	}
	return bytes;
}

static void expect_bytes(const char *what, probe_bytes seen, probe_bytes expected)
{
	if (seen != expected)
		fail_msg("%s: the hooks saw bytes 0x%016jx, the table says 0x%016jx", what,
			 (uintmax_t)seen, (uintmax_t)expected);
}

static void the_hooks_see_what_the_table_says(void **state)
{
	const struct probe *p = *state;

	fake_start();
	strcpy(fake_ptr(TO_VA), "abc");
	strcpy(fake_ptr(FROM_VA), "abc");
	fake_forget();
	p->run(fake_ptr(TO_VA), fake_ptr(FROM_VA));

	expect_bytes("loads of `to`", announced(TO_VA, false), p->loads_to);
	expect_bytes("stores of `to`", announced(TO_VA, true), p->stores_to);
	expect_bytes("loads of `from`", announced(FROM_VA, false), p->loads_from);
	expect_bytes("stores of `from`", announced(FROM_VA, true), p->stores_from);
	fake_stop();
}

static size_t count_probes(void)
{
	size_t nr = 0;

	while (probes[nr].name)
		nr++;
	return nr;
}

int main(void)
{
	size_t nr = count_probes();
	struct CMUnitTest *tests = calloc(nr, sizeof(*tests));

	for (size_t i = 0; i < nr; i++) {
		tests[i] = (struct CMUnitTest){
			.name = probes[i].name,
			.test_func = the_hooks_see_what_the_table_says,
			.initial_state = (void *)&probes[i],
		};
	}
	int failed = _cmocka_run_group_tests("probes", tests, nr, NULL, NULL);

	free(tests);
	return failed;
}
