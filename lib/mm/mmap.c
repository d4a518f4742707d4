/* SPDX-License-Identifier: MIT */
/*
 * Address spaces, and the ranges in them.
 *
 *	0     FIRST_USER_VA                       MMAP_BASE      TASK_SIZE   PAGE_OFFSET
 *	| none |  ...............  <--- mappings |  (a stack)   | none      | kernel
 *
 * Where an L1D of ARMv6 has colours, what is shared goes where its offset in the object
 * says: vm_pgoff and the address are the same modulo SHMLBA. A MAP_FIXED that breaks
 * this is refused if it is shared, and its own fault if not. Caches of ARMv5 are not
 * helped by that, and Linux does not try.
 *
 * Leaves out: merging of neighbours, growing stacks, mprotect(), mremap(), limits.
 * Linux: mm/mmap.c, arch/arm/mm/mmap.c.
 */
#include "user.h"

#define MAX_MAP_COUNT	65530		/* sysctl vm.max_map_count */

/* ---- ranges --------------------------------------------------------------------- */

static u32 start_of(const struct vm_area_struct *vma)
{
	return (u32)vma->vm_start;
}

/* 0 would be the end of the window, where nobody is. */
static u32 end_of(const struct vm_area_struct *vma)
{
	return (u32)vma->vm_end;
}

/* The first that ends above @va; NULL: none does. */
static struct vm_area_struct *vma_from(struct user_mm *u, u32 va)
{
	struct vm_area_struct *vma;

	list_for_each_entry(vma, &u->mm.vmas, vm_list)
		if (end_of(vma) > va)
			return vma;
	return NULL;
}

struct vm_area_struct *user_vma(struct user_mm *u, u32 va)
{
	struct vm_area_struct *vma = vma_from(u, va);

	return vma && start_of(vma) <= va ? vma : NULL;
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long va)
{
	return vma_from(user_mm_of(mm), (u32)va);
}

struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long va)
{
	return user_vma(user_mm_of(mm), (u32)va);
}

static void insert_vma(struct user_mm *u, struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma_from(u, start_of(vma));

	list_add_tail(&vma->vm_list, next ? &next->vm_list : &u->mm.vmas);
	u->mm.map_count++;
}

static struct vm_area_struct *vma_alloc(struct user_mm *u)
{
	struct vm_area_struct *vma;

	if (kernel_fails(u->kernel))
		return NULL;
	vma = g_new0(struct vm_area_struct, 1);
	vma->vm_mm = &u->mm;
	return vma;
}

struct vm_area_struct *vma_copy(const struct vm_area_struct *vma, struct user_mm *to)
{
	struct vm_area_struct *copy = vma_alloc(to);

	if (!copy)
		return NULL;
	memcpy(copy, vma, sizeof(*copy));
	copy->vm_mm = &to->mm;
	return copy;
}

/* Its pages are unmapped. */
static void remove_vma(struct user_mm *u, struct vm_area_struct *vma)
{
	list_del(&vma->vm_list);
	u->mm.map_count--;
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	g_free(vma);
}

/* ---- where ------------------------------------------------------------------------ */

static u32 colour_up(u32 va, unsigned long pgoff)
{
	return ((va + SHMLBA - 1) & ~(SHMLBA - 1)) +
	       (u32)(pgoff << PAGE_SHIFT & (SHMLBA - 1));
}

static u32 colour_down(u32 va, unsigned long pgoff)
{
	return va - ((va - (u32)(pgoff << PAGE_SHIFT)) & (SHMLBA - 1));
}

/* The highest place below MMAP_BASE. */
static u32 place_top_down(struct user_mm *u, u32 len, bool is_coloured, unsigned long pgoff)
{
	u32 end = MMAP_BASE;

	for (struct list_head *l = u->mm.vmas.prev; ; l = l->prev) {
		bool is_last = l == &u->mm.vmas;
		struct vm_area_struct *below = is_last
			? NULL : list_entry(l, struct vm_area_struct, vm_list);
		u32 floor = below ? end_of(below) : FIRST_USER_VA;
		u32 va = end > len ? end - len : 0;

		if (is_coloured)
			va = colour_down(va, pgoff);
		if (va >= floor && va + len <= end)
			return va;
		if (is_last)
			return 0;
		end = MIN(end, start_of(below));
	}
}

/* The lowest one above it. */
static u32 place_bottom_up(struct user_mm *u, u32 len, bool is_coloured, unsigned long pgoff)
{
	u32 va = MMAP_BASE;

	for (;;) {
		struct vm_area_struct *next;

		if (is_coloured)
			va = colour_up(va, pgoff);
		if (va > TASK_SIZE || len > TASK_SIZE - va)
			return 0;
		next = vma_from(u, va);
		if (!next || start_of(next) >= va + len)
			return va;
		va = end_of(next);
	}
}

static bool is_free_place(struct user_mm *u, u32 va, u32 len)
{
	struct vm_area_struct *next = vma_from(u, va);

	return va >= FIRST_USER_VA && len <= TASK_SIZE && va <= TASK_SIZE - len &&
	       (!next || start_of(next) >= va + len);
}

/* An address, or a negative errno. */
static long arch_get_unmapped_area(struct user_mm *u, bool has_file, u32 va, u32 len,
				   unsigned long pgoff, unsigned long flags)
{
	bool has_colours = u->kernel->port.is_aliasing && u->kernel->port.arch != PORT_V5;
	bool is_coloured = has_colours && (has_file || flags & MAP_SHARED);

	if (flags & MAP_FIXED)
		return has_colours && flags & MAP_SHARED &&
		       (va - (u32)(pgoff << PAGE_SHIFT)) & (SHMLBA - 1) ? -EINVAL : (long)va;
	if (va)
		va = is_coloured ? colour_up(va, pgoff) : (u32)PAGE_ALIGN(va);
	if (va && is_free_place(u, va, len))
		return va;
	va = place_top_down(u, len, is_coloured, pgoff);
	if (!va)
		va = place_bottom_up(u, len, is_coloured, pgoff);
	return va ? (long)va : -ENOMEM;
}

static long get_unmapped_area(struct user_mm *u, bool has_file, u32 va, u32 len,
			      unsigned long pgoff, unsigned long flags)
{
	long at;

	if (len > TASK_SIZE)
		return -ENOMEM;
	at = arch_get_unmapped_area(u, has_file, va, len, pgoff, flags);
	if (at < 0)
		return at;
	if (at > (long)TASK_SIZE - (long)len)
		return -ENOMEM;
	return offset_in_page(at) || at < (long)FIRST_USER_VA ? -EINVAL : at;
}

/* ---- unmapping --------------------------------------------------------------------- */

/* What is above @va becomes a range of its own. */
static int split_vma(struct user_mm *u, struct vm_area_struct *vma, u32 va)
{
	struct vm_area_struct *upper;
	int err = vma->vm_ops && vma->vm_ops->may_split
		? vma->vm_ops->may_split(vma, user_ptr(u, va)) : 0;

	if (err)
		return err;
	upper = vma_copy(vma, u);
	if (!upper)
		return -ENOMEM;
	upper->vm_start = user_ptr(u, va);
	upper->vm_pgoff += (va - start_of(vma)) >> PAGE_SHIFT;
	vma->vm_end = upper->vm_start;
	list_add(&upper->vm_list, &vma->vm_list);
	u->mm.map_count++;
	if (upper->vm_ops && upper->vm_ops->open)
		upper->vm_ops->open(upper);
	return 0;
}

/* A border at @va, if there is a range across it. */
static int split_at(struct user_mm *u, u32 va)
{
	struct vm_area_struct *vma = user_vma(u, va);

	return vma && start_of(vma) < va ? split_vma(u, vma, va) : 0;
}

/* Whole ranges. */
static void unmap_vmas(struct user_mm *u, u32 va, u32 end)
{
	struct vm_area_struct *vma = vma_from(u, va);

	while (vma && start_of(vma) < end) {
		unmap_range(vma, start_of(vma), end_of(vma) - start_of(vma));
		remove_vma(u, vma);
		vma = vma_from(u, va);
	}
}

static int munmap_locked(struct user_mm *u, u32 va, u32 len)
{
	int err = split_at(u, va);

	if (!err)
		err = split_at(u, va + len);
	if (!err)
		unmap_vmas(u, va, va + len);
	return err;
}

int do_munmap(struct user_mm *u, u32 va, size_t len)
{
	int err;

	len = PAGE_ALIGN(len);
	if (offset_in_page(va) || !len || len > TASK_SIZE || va > TASK_SIZE - len)
		return -EINVAL;
	user_lock(u);
	err = munmap_locked(u, va, (u32)len);
	user_unlock(u);
	return err;
}

/* ---- mapping ------------------------------------------------------------------------ */

pgprot_t vm_get_page_prot(vm_flags_t flags)
{
	bool may_write = flags & VM_WRITE && flags & VM_SHARED;
	u32 bits = L_PTE_USER | (flags & VM_EXEC ? 0 : L_PTE_XN) |
		   (may_write ? 0 : L_PTE_RDONLY);

	return __pgprot_of(L_PTE_MT_WRITEBACK, bits);
}

static vm_flags_t flags_of_prot(unsigned long prot)
{
	return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
	       (prot & PROT_EXEC ? VM_EXEC : 0) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
}

/* The driver has its say; what it mapped before it failed goes. */
static int call_mmap(struct file *file, struct vm_area_struct *vma)
{
	int err = file->f_op->mmap(file, vma);

	if (err)
		unmap_range(vma, start_of(vma), end_of(vma) - start_of(vma));
	return err;
}

/* What children will share must be there before they are. */
static int populate(struct vm_area_struct *vma)
{
	u32 len = end_of(vma) - start_of(vma);

	for (u32 done = 0; done < len; done += PAGE_SIZE) {
		if (!handle_mm_fault(vma, start_of(vma) + done, 0))
			continue;
		unmap_range(vma, start_of(vma), len);
		return -ENOMEM;
	}
	return 0;
}

static long mmap_region(struct user_mm *u, struct file *file, u32 va, u32 len,
			vm_flags_t flags, unsigned long pgoff)
{
	struct vm_area_struct *vma;
	int err = munmap_locked(u, va, len);

	if (err)
		return err;
	vma = vma_alloc(u);
	if (!vma)
		return -ENOMEM;
	vma->vm_start = user_ptr(u, va);
	vma->vm_end = vma->vm_start + len;
	vma->__vm_flags = flags;
	vma->vm_page_prot = vm_get_page_prot(flags);
	vma->vm_pgoff = pgoff;
	vma->vm_file = file;
	insert_vma(u, vma);
	err = file ? call_mmap(file, vma) : flags & VM_SHARED ? populate(vma) : 0;
	if (err) {
		vma->vm_ops = NULL;	/* it was never open */
		remove_vma(u, vma);
		return err;
	}
	return va;
}

/* What a file's mode and the kind of mapping make of the flags; or an errno. */
static int file_flags(const struct file *file, unsigned long prot, unsigned long flags,
		      vm_flags_t *vm_flags)
{
	bool is_shared = (flags & MAP_TYPE) == MAP_SHARED;

	if (is_shared && prot & PROT_WRITE && !(file->f_mode & FMODE_WRITE))
		return -EACCES;
	if (is_shared)
		*vm_flags |= VM_SHARED | VM_MAYSHARE;
	if (is_shared && !(file->f_mode & FMODE_WRITE))
		*vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	if (!(file->f_mode & FMODE_READ))
		return -EACCES;
	return file->f_op && file->f_op->mmap ? 0 : -ENODEV;
}

static long mmap_locked(struct user_mm *u, struct file *file, u32 va, u32 len,
			unsigned long prot, unsigned long flags, unsigned long pgoff)
{
	vm_flags_t vm_flags = flags_of_prot(prot);
	long at;
	int err;

	if (u->mm.map_count > MAX_MAP_COUNT)
		return -ENOMEM;
	at = get_unmapped_area(u, file, va, len, pgoff, flags);
	if (at < 0)
		return at;
	if (flags & MAP_FIXED_NOREPLACE && !is_free_place(u, (u32)at, len))
		return -EEXIST;
	err = file ? file_flags(file, prot, flags, &vm_flags) : 0;
	if (err)
		return err;
	if (!file && (flags & MAP_TYPE) == MAP_SHARED)
		vm_flags |= VM_SHARED | VM_MAYSHARE;
	if (!file)
		pgoff = vm_flags & VM_SHARED ? 0 : (unsigned long)at >> PAGE_SHIFT;
	return mmap_region(u, file, (u32)at, len, vm_flags, pgoff);
}

long do_mmap(struct user_mm *u, struct file *file, u32 va, size_t len, unsigned long prot,
	     unsigned long flags, unsigned long pgoff)
{
	long at;

	if (!len || ((flags & MAP_TYPE) != MAP_SHARED && (flags & MAP_TYPE) != MAP_PRIVATE))
		return -EINVAL;
	if (len > TASK_SIZE)
		return -ENOMEM;
	len = PAGE_ALIGN(len);
	if (pgoff + (len >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	if (flags & MAP_FIXED_NOREPLACE)
		flags |= MAP_FIXED;
	user_lock(u);
	at = mmap_locked(u, file, va, (u32)len, prot, flags, pgoff);
	user_unlock(u);
	return at;
}

/* ---- whole address spaces ------------------------------------------------------------- */

struct user_mm *mm_alloc(struct kernel *k)
{
	unsigned int order = (unsigned int)get_order(SPACE_PGD_LEN);
	struct page *pgd = kernel_alloc_pages(k, GFP_KERNEL, order, NULL);
	struct user_mm *u;

	if (!pgd)
		return NULL;
	u = g_new0(struct user_mm, 1);
	u->kernel = k;
	u->pgd = pgd;
	mutex_init(&u->mm.mmap_lock);
	INIT_LIST_HEAD(&u->mm.vmas);
	space_init(&k->port, &u->space, page_pa(k, pgd));
	mutex_lock(&k->users->all_lock);
	list_add_tail(&u->node, &k->users->all);
	mutex_unlock(&k->users->all_lock);
	return u;
}

/* Its pages while it may still be somebody's, its tables when it is nobody's. */
void mmput(struct user_mm *u)
{
	struct kernel *k = u->kernel;

	user_lock(u);
	unmap_vmas(u, 0, TASK_SIZE);
	user_unlock(u);
	mutex_lock(&k->users->all_lock);
	list_del(&u->node);
	mutex_unlock(&k->users->all_lock);
	leave_mm(u);
	space_done(&k->port, &u->space);
	kernel_free_pages(u->pgd, (unsigned int)get_order(SPACE_PGD_LEN), NULL);
	g_free(u);
}
