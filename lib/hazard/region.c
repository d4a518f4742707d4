/* SPDX-License-Identifier: MIT */
/*
 * What a pointer that is no simulated memory points to, by what the loader knows of the
 * program's segments and the thread of its stack.
 *
 *	segment      executable   not writable   in the file   behind it
 *	             .text        .rodata        .data         .bss
 *
 * What is written to only while the program is loaded (RELRO) counts as constant. Called
 * for a report only: it may take a while.
 *
 * Leaves out: stacks of other threads, which are as good as any memory of the host's.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "region.h"

#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum region { REGION_OTHER, REGION_STACK, REGION_TEXT, REGION_RODATA, REGION_DATA, REGION_BSS };

struct search {
	uintptr_t p;
	enum region found;
};

/* What sanitizers keep a function's variables in, where they do; absent without them. */
void *__asan_get_current_fake_stack(void) __attribute__((weak));
void *__asan_addr_is_in_fake_stack(void *stack, void *p, void **beg, void **end)
	__attribute__((weak));

static bool is_on_fake_stack(const void *p)
{
	void *fake = __asan_get_current_fake_stack ? __asan_get_current_fake_stack() : NULL;

	return fake && __asan_addr_is_in_fake_stack &&
	       __asan_addr_is_in_fake_stack(fake, (void *)(uintptr_t)p, NULL, NULL);
}

static bool is_on_stack(const void *p)
{
	pthread_attr_t attr;
	void *stack = NULL;
	size_t len = 0;

	if (is_on_fake_stack(p))
		return true;
	if (pthread_getattr_np(pthread_self(), &attr))
		return false;
	pthread_attr_getstack(&attr, &stack, &len);
	pthread_attr_destroy(&attr);
	return (uintptr_t)p - (uintptr_t)stack < len;
}

static bool is_in(const struct dl_phdr_info *info, const ElfW(Phdr) *ph, uintptr_t p)
{
	return p - (info->dlpi_addr + ph->p_vaddr) < ph->p_memsz;
}

static bool is_relro(const struct dl_phdr_info *info, uintptr_t p)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];

		if (ph->p_type == PT_GNU_RELRO && is_in(info, ph, p))
			return true;
	}
	return false;
}

static enum region of_segment(const struct dl_phdr_info *info, const ElfW(Phdr) *ph, uintptr_t p)
{
	if (ph->p_flags & PF_X)
		return REGION_TEXT;
	if (!(ph->p_flags & PF_W) || is_relro(info, p))
		return REGION_RODATA;
	return p - (info->dlpi_addr + ph->p_vaddr) < ph->p_filesz ? REGION_DATA : REGION_BSS;
}

static int look(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *s = data;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];

		if (ph->p_type == PT_LOAD && is_in(info, ph, s->p)) {
			s->found = of_segment(info, ph, s->p);
			return 1;
		}
	}
	return 0;
}

const char *region_of(const void *p)
{
	static const char *const text[] = {
		[REGION_OTHER] = "is no memory of this machine: another allocator's, or an "
				 "address of nothing",
		[REGION_STACK] = "is on the stack, which need not be memory that a device reaches, "
				 "and is gone when the function returns",
		[REGION_TEXT] = "is the program's code (.text)",
		[REGION_RODATA] = "is constant data of the program (.rodata)",
		[REGION_DATA] = "is a variable of the program (.data)",
		[REGION_BSS] = "is a variable of the program (.bss)",
	};
	struct search s = { .p = (uintptr_t)p };

	if (is_on_stack(p))
		return text[REGION_STACK];
	dl_iterate_phdr(look, &s);
	return text[s.found];
}
