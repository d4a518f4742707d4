/* SPDX-License-Identifier: MIT */
/*
 * Pages that can move: whoever has one says so, and is asked when its place is wanted.
 *
 *	page = alloc_page(GFP_HIGHUSER_MOVABLE);
 *	__SetPageMovable(page, &my_ops);
 *
 *	my_migrate_page(dst, src):	stop using @src, so that nobody writes to it
 *					copy_highpage(dst, src)
 *					get_page(dst), use it in the place of @src
 *					__ClearPageMovable(src), __SetPageMovable(dst, ...)
 *					put_page(src)
 *
 * A page cannot move while anyone but its owner holds it with get_page(): that is what
 * pins it. isolate_page() must look, since only the owner knows how often it holds it.
 *
 * Pages of processes that are their own (anonymous memory) move like this: their owner is
 * lib/mm/migrate.c. Those that a driver mapped for a process are the driver's to move.
 *
 * Leaves out: pages of the page cache. Linux knows those and processes' without being told.
 * Source: include/linux/migrate.h, Documentation/mm/page_migration.rst.
 */
#ifndef _ARMDMA_LINUX_MIGRATE_H
#define _ARMDMA_LINUX_MIGRATE_H

#include <linux/mm.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned int isolate_mode_t;

enum migrate_mode {
	MIGRATE_ASYNC,
	MIGRATE_SYNC_LIGHT,
	MIGRATE_SYNC
};

/**
 * struct movable_operations - what the owner of movable pages does
 * @isolate_page: may @page move now? While it is asked it is held once more: a page that
 *                only its owner holds, once, counts 2. False: it stays where it is.
 *                After true comes one of the other two.
 * @migrate_page: move @src to @dst, a page of order 0 that may be highmem. 0: done, the
 *                owner holds @dst and has let go of @src; -EAGAIN or another errno: not
 *                now.
 * @putback_page: it does not move after all.
 *
 * Context: process; they may allocate. Two are never called for one page at a time.
 */
struct movable_operations {
	bool (*isolate_page)(struct page *page, isolate_mode_t mode);
	int (*migrate_page)(struct page *dst, struct page *src, enum migrate_mode mode);
	void (*putback_page)(struct page *page);
};

/** From now on @page may be asked to move. @ops lives as long as it. */
void __SetPageMovable(struct page *page, const struct movable_operations *ops);
void __ClearPageMovable(struct page *page);
int __PageMovable(const struct page *page);

#ifdef __cplusplus
}
#endif
#endif
