/* SPDX-License-Identifier: MIT */
/*
 * The mark of a translation unit that `armdma cc` compiled. Not for users: the
 * compiler driver puts it in front of every unit (-include).
 *
 * Hooks can get lost without a word: gcc -flto drops all of them, and an object
 * that was built with other flags never had any. So each unit carries a canary,
 * two accesses that the hooks must see, and a record that says where it is; the
 * runtime lets every canary sing before main() (lib/hooks/check.c). A unit that
 * is meant to have no hooks (`armdma cc --plain`) has a record without a canary.
 */
#if !defined(ARMDMA_UNIT_H) && !defined(__ASSEMBLER__)
#define ARMDMA_UNIT_H
#pragma GCC system_header	/* no option of the user's may warn about it */

/* @touch writes *plain and reads *vol; NULL in a unit that is plain on purpose. */
struct armdma_unit {
	const char *file;
	unsigned (*touch)(unsigned *plain, volatile unsigned *vol);
};

#ifdef ARMDMA_UNIT_PLAIN
#define ARMDMA_UNIT_TOUCH 0
#else
#define ARMDMA_UNIT_TOUCH armdma_unit_touch

static __attribute__((noinline, used)) unsigned
armdma_unit_touch(unsigned *plain, volatile unsigned *vol)
{
	*plain = 1;
	return *vol;
}
#endif

/* One word aligned, so that the records of all units make one array. */
static struct armdma_unit armdma_unit_record
	__attribute__((section("armdma_units"), used, aligned(sizeof(void *)))) = {
	__BASE_FILE__, ARMDMA_UNIT_TOUCH
};

#endif
