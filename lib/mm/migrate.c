/* SPDX-License-Identifier: MIT */
/*
 * Processes' own pages, when somebody wants their place.
 *
 *	every table that has the page: lines cleaned, entry gone, TLBs forget it
 *	the bytes are copied		who touches it now faults, and waits for mmap_lock
 *	every table gets the copy, writable where the page was
 *
 * A page of a process keeps its user address for life: page.index. So who maps it is
 * found by a look at that address in each address space. Who counts it and does not map
 * it has pinned it, and it stays.
 *
 * The locks of those who map it are tried, never waited for, since their holders may wait
 * for us. All of moves is under users.all_lock.
 *
 * Leaves out: pages that drivers inserted, which are their drivers' to move; entries that
 * say "on the move" (who faults finds none and waits).
 * Linux: mm/migrate.c, mm/rmap.c.
 */
#include <linux/cacheflush.h>
#include <linux/highmem.h>
#include <linux/migrate.h>

#include "user.h"

static struct space_page look(const struct user_mm *u, const struct page *page)
{
	return space_look(&u->kernel->port, &u->space, (u32)page->index);
}

/* ---- who maps it -------------------------------------------------------------------- */

static bool is_mapped_in(const struct user_mm *u, const struct page *page)
{
	struct space_page at = look(u, page);

	return at.desc && at.pa == page_pa(u->kernel, page);
}

/* A driver that wants memory in its mmap() or fault() has the lock already. */
static bool try_lock(struct user_mm *u)
{
	struct user_cpu *here = user_cpu_of(u->kernel);

	if (u->locker == here)
		return true;
	u->move.is_locked = mutex_trylock(&u->mm.mmap_lock);
	if (u->move.is_locked)
		u->locker = here;
	return u->move.is_locked;
}

/* A table is looked at before it is locked, so that only those are locked that matter. */
static bool hold(struct user_mm *u, struct page *page)
{
	struct vm_area_struct *vma;

	if (!is_mapped_in(u, page))
		return true;
	if (!try_lock(u))
		return false;
	vma = user_vma(u, (u32)page->index);
	if (vma && is_mapped_in(u, page) &&
	    vm_normal_page(vma, (u32)page->index, page_pa(u->kernel, page)) == page) {
		u->move.vma = vma;
		u->move.is_writable = look(u, page).is_writable;
	}
	return true;
}

/* May it move? Then all who map it are held; one count is the mover's. */
static bool hold_all(struct kernel *k, struct page *page)
{
	struct user_mm *u;
	int nr = 0;

	if (!(page->flags & PAGE_IS_ANON))
		return false;
	list_for_each_entry(u, &k->users->all, node) {
		if (!hold(u, page))
			return false;
		nr += u->move.vma != NULL;
	}
	return page_count(page) == nr + 1;
}

static void let_go(struct kernel *k)
{
	struct user_mm *u;

	list_for_each_entry(u, &k->users->all, node) {
		if (u->move.is_locked)
			user_unlock(u);
		u->move = (struct user_move){ 0 };
	}
}

/* ---- from one place to the other ------------------------------------------------------- */

static void unmap_from(struct user_mm *u, struct page *page)
{
	struct vm_area_struct *vma = u->move.vma;
	u32 va = (u32)page->index;

	flush_cache_page(vma, user_ptr(u, va), page_to_pfn(page));
	space_unmap(&u->kernel->port, &u->space, va);
	flush_tlb_range(vma, va, PAGE_SIZE);
}

static void map_to(struct user_mm *u, struct page *page)
{
	struct vm_area_struct *vma = u->move.vma;
	u32 va = (u32)page->index;
	pgprot_t prot = vma->vm_page_prot;
	int err;

	if (u->move.is_writable)
		prot.bits &= ~L_PTE_RDONLY;
	else
		prot.bits |= L_PTE_RDONLY;
	err = set_pte(vma, va, page_pa(u->kernel, page), prot);
	g_assert(!err);			/* the table is there */
	update_mmu_cache(vma, va, page);
}

static void move(struct kernel *k, struct page *dst, struct page *src)
{
	struct user_mm *u;

	list_for_each_entry(u, &k->users->all, node)
		if (u->move.vma)
			unmap_from(u, src);
	flush_dcache_page(src);
	copy_highpage(dst, src);
	user_page_init(dst, (u32)src->index);
	__ClearPageMovable(src);
	list_for_each_entry(u, &k->users->all, node) {
		if (!u->move.vma)
			continue;
		map_to(u, dst);
		get_page(dst);
		put_page(src);
	}
}

/* ---- <linux/migrate.h> ------------------------------------------------------------------ */

static bool user_page_isolate(struct page *page, isolate_mode_t mode)
{
	struct kernel *k = page_kernel(page);
	bool may_move;

	(void)mode;
	mutex_lock(&k->users->all_lock);
	may_move = hold_all(k, page);
	let_go(k);
	mutex_unlock(&k->users->all_lock);
	return may_move;
}

static int user_page_migrate(struct page *dst, struct page *src, enum migrate_mode mode)
{
	struct kernel *k = page_kernel(src);
	bool may_move;

	(void)mode;
	mutex_lock(&k->users->all_lock);
	may_move = hold_all(k, src);
	if (may_move)
		move(k, dst, src);
	let_go(k);
	mutex_unlock(&k->users->all_lock);
	return may_move ? 0 : -EAGAIN;
}

/* Where it is it has been all the time. */
static void user_page_putback(struct page *page)
{
	(void)page;
}

static const struct movable_operations user_page_ops = {
	.isolate_page = user_page_isolate,
	.migrate_page = user_page_migrate,
	.putback_page = user_page_putback,
};

void user_page_init(struct page *page, u32 va)
{
	page->flags = PAGE_IS_ANON;
	page->index = va;
	__SetPageMovable(page, &user_page_ops);
}
