/* SPDX-License-Identifier: MIT */
/*
 * What the compilers call before a load or a store: the interface of
 * -fsanitize=thread, as gcc 12 and clang 14 emit it (and the names that newer
 * ones added), answered by the machine in place of the sanitizer's runtime.
 *
 * A hook has no value: it makes the window right, and the access then happens
 * by itself. `docs/driver-tour.md` says what of C is hooked, and what is not.
 */
#include "hooks.h"

/* Nobody else calls these, so no header of ours declares them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define LOAD_HOOKS(name, bytes)							\
	void __tsan_##name##bytes(void *p)					\
	{									\
		hook_load(p, bytes, hook_site());				\
	}

#define STORE_HOOKS(name, bytes)						\
	void __tsan_##name##bytes(void *p)					\
	{									\
		hook_store(p, bytes, hook_site());				\
	}

/* One hook for both halves of "x += 1", where the compiler folds them. */
#define UPDATE_HOOKS(name, bytes)						\
	void __tsan_##name##bytes(void *p)					\
	{									\
		hook_load(p, bytes, hook_site());				\
		hook_store(p, bytes, hook_site());				\
	}

#define PC_HOOKS(name, how, bytes)						\
	void __tsan_##name##bytes##_pc(void *p, void *pc)			\
	{									\
		how(p, bytes, pc);						\
	}

/* Alignment is looked at, not trusted: a driver may cast any pointer. */
#define HOOKS_OF(bytes)								\
	LOAD_HOOKS(read, bytes)							\
	LOAD_HOOKS(volatile_read, bytes)					\
	LOAD_HOOKS(unaligned_read, bytes)					\
	LOAD_HOOKS(unaligned_volatile_read, bytes)				\
	STORE_HOOKS(write, bytes)						\
	STORE_HOOKS(volatile_write, bytes)					\
	STORE_HOOKS(unaligned_write, bytes)					\
	STORE_HOOKS(unaligned_volatile_write, bytes)				\
	UPDATE_HOOKS(read_write, bytes)						\
	UPDATE_HOOKS(unaligned_read_write, bytes)				\
	PC_HOOKS(read, hook_load, bytes)					\
	PC_HOOKS(write, hook_store, bytes)

HOOKS_OF(1)
HOOKS_OF(2)
HOOKS_OF(4)
HOOKS_OF(8)
HOOKS_OF(16)

void __tsan_read_range(void *p, size_t len)
{
	hook_load_range(p, len, hook_site());
}

void __tsan_write_range(void *p, size_t len)
{
	hook_store_range(p, len, hook_site());
}

void __tsan_read_range_pc(void *p, size_t len, void *pc)
{
	hook_load_range(p, len, pc);
}

void __tsan_write_range_pc(void *p, size_t len, void *pc)
{
	hook_store_range(p, len, pc);
}

/* C++ objects are host objects, but their memory may be simulated. */
void __tsan_vptr_read(void **p)
{
	hook_load(p, sizeof(*p), hook_site());
}

void __tsan_vptr_update(void **p, void *to)
{
	hook_store(p, sizeof(*p), hook_site());
}

/*
 * Every unit calls this before main(): what checks that the hooks are there is
 * check.c, since a unit that lost its hooks does not call it.
 */
void __tsan_init(void)
{
}

/* Call stacks come from the unwinder, when a report needs one. */
void __tsan_func_entry(void *pc)
{
}

void __tsan_func_exit(void)
{
}

void __tsan_ignore_thread_begin(void)
{
}

void __tsan_ignore_thread_end(void)
{
}
