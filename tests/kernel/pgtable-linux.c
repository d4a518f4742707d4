/* SPDX-License-Identifier: MIT */
/*
 * Memory for Linux's page tables: an arena at a fixed place, so that physical addresses
 * are host addresses, and lists of what was given back. One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "pgtable-linux.h"

#define LEAST_LOG2	10
#define NR_SIZES	12

unsigned long linux_nr_warns;
long linux_nr_tables;
int linux_fail_countdown;

struct piece {
	struct piece *next;
};

static struct piece *given[NR_SIZES];
static uintptr_t next, end;

static int class_of(size_t size)
{
	int class = 63 - __builtin_clzl(size) - LEAST_LOG2;

	if (class < 0 || class >= NR_SIZES || size & (size - 1)) {
		fprintf(stderr, "no table has %zu bytes\n", size);
		abort();
	}
	return class;
}

static void begin(void)
{
	void *p = mmap((void *)LINUX_ARENA, LINUX_ARENA_LEN, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (p != (void *)LINUX_ARENA) {
		perror("no arena at 0x40000000");
		exit(2);
	}
	next = LINUX_ARENA;
	end = next + LINUX_ARENA_LEN;
}

static void *bump(size_t size)
{
	void *p;

	if (!end)
		begin();
	next = (next + size - 1) & ~(size - 1);
	if (next + size > end)
		return NULL;
	p = (void *)next;
	next += size;
	return p;
}

/* Where nobody wants to know. */
__attribute__((__weak__)) void linux_note_dirty(void *bitmap, unsigned long iova,
						unsigned long length)
{
	(void)bitmap, (void)iova, (void)length;
}

void *linux_take(size_t size)
{
	struct piece *p = given[class_of(size)];

	if (linux_fail_countdown && !--linux_fail_countdown)
		return NULL;
	if (p) {
		given[class_of(size)] = p->next;
		memset(p, 0, size);
	} else {
		p = bump(size);
	}
	linux_nr_tables += p != NULL;
	return p;
}

void linux_give(void *p, size_t size)
{
	struct piece *piece = p;

	piece->next = given[class_of(size)];
	given[class_of(size)] = piece;
	linux_nr_tables--;
}
