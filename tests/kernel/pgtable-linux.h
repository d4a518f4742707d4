/* SPDX-License-Identifier: MIT */
/*
 * Linux's page tables beside ours (pgtable-shim.h): between those who call them and the
 * memory that they get. Theirs and our structures have the same layouts, so that their
 * operations are called through our <linux/io-pgtable.h>.
 */
#ifndef TESTS_KERNEL_PGTABLE_LINUX_H
#define TESTS_KERNEL_PGTABLE_LINUX_H

#include <stddef.h>
#include <stdint.h>

#define LINUX_ARENA	0x40000000ul	/* host and physical address of their tables */
#define LINUX_ARENA_LEN	0x18000000ul	/* valgrind lives above */

extern unsigned long linux_nr_warns;	/* WARN_ON()s that were true */
extern long linux_nr_tables;		/* that there are */
extern int linux_fail_countdown;	/* the table that takes it to 0 is not to be had */

/* Zeroed, aligned to @size, which is a power of two from 1 KiB on. NULL: none left. */
void *linux_take(size_t size);
void linux_give(void *p, size_t size);
/* What iova_bitmap_set() would do; the caller's. */
void linux_note_dirty(void *bitmap, unsigned long iova, unsigned long length);

/* Theirs, renamed; ours calls them with our struct io_pgtable_cfg. */
struct io_pgtable_cfg;
struct io_pgtable_ops;
#ifndef TESTS_KERNEL_PGTABLE_SHIM_H
struct io_pgtable_ops *linux_alloc_io_pgtable_ops(int fmt, struct io_pgtable_cfg *cfg,
						  void *cookie);
void linux_free_io_pgtable_ops(struct io_pgtable_ops *ops);
#endif
/* sizeof their struct io_pgtable_cfg. */
size_t linux_cfg_len(void);

#endif
