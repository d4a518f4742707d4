/* SPDX-License-Identifier: MIT */
/* Processes: address spaces, their ASIDs, pages that come when touched, and fork(). */
#include <linux/cacheflush.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <armdma/process.h>

#include "lib/mm/user.h"
#include "support/rig.h"

#define LEN		(4 * PAGE_SIZE)
#define RW		(PROT_READ | PROT_WRITE)
#define HAS_COLOURS(rig) (((rig)->on->is & (ON_ALIASING | ON_V5)) == ON_ALIASING)

static struct kernel *kernel_of_rig(struct rig *rig)
{
	return machine_software(rig->m);
}

static struct process *starts(struct rig *rig)
{
	struct process *p = process_new(rig->h);

	assert_non_null(p);
	return p;
}

static char *maps_anon(struct process *p, size_t len, int prot, int flags)
{
	char *va = process_mmap(p, NULL, len, prot, flags, NULL, 0);

	assert_false(IS_ERR(va));
	return va;
}

static void user_writes(struct rig *rig, struct process *p, void *va, const char *text)
{
	process_enter(p);
	cpu_writes(rig, va, text);
	process_leave(p);
}

static void expects_user_reads(struct rig *rig, struct process *p, const void *va,
			       const char *text)
{
	process_enter(p);
	expects_cpu_reads(rig, va, text);
	process_leave(p);
}

static bool user_may(struct rig *rig, struct process *p, const void *va, bool is_write)
{
	uint32_t at = (uint32_t)(uintptr_t)va;
	uint8_t byte = 0;
	bool may;

	process_enter(p);
	may = is_write ? cpu_store(rig->cpu, at, &byte, 1, NULL)
		       : cpu_load(rig->cpu, at, &byte, 1, NULL);
	process_leave(p);
	return may;
}

static void *pa_of(struct rig *rig, struct process *p, const void *va)
{
	struct translation t;

	process_enter(p);
	t = cpu_translate(rig->cpu, (uint32_t)(uintptr_t)va, false);
	process_leave(p);
	assert_int_equal(t.fault.kind, FAULT_NONE);
	return (void *)(uintptr_t)t.pa;
}

/* ---- address spaces ------------------------------------------------------------------ */

static void the_same_address_is_other_memory_in_another_process(struct rig *rig)
{
	struct process *a = starts(rig), *b = starts(rig);
	char *p = maps_anon(a, LEN, RW, MAP_PRIVATE);

	assert_ptr_equal(maps_anon(b, LEN, RW, MAP_PRIVATE), p);
	user_writes(rig, a, p, "alice");
	user_writes(rig, b, p, "bobby");
	for (unsigned i = 0; i < 3; i++) {
		expects_user_reads(rig, a, p, "alice");
		expects_user_reads(rig, b, p, "bobby");
	}
	assert_ptr_not_equal(pa_of(rig, a, p), pa_of(rig, b, p));
	process_exit(a);
	expects_user_reads(rig, b, p, "bobby");
	process_exit(b);
}

static void user_pages_are_not_global_and_asids_differ(struct rig *rig)
{
	struct process *a = starts(rig), *b = starts(rig);
	char *p = maps_anon(a, LEN, RW, MAP_PRIVATE);

	user_writes(rig, a, p, "x");
	user_may(rig, b, p, false);
	process_enter(a);
	assert_int_equal(cpu_translate(rig->cpu, (uint32_t)(uintptr_t)p, false).is_non_global,
			 !(rig->on->is & ON_V5));
	assert_int_equal(cpu_cp15_read(rig->cpu, CP15_CONTEXTIDR) & 0xff, process_asid(a));
	process_leave(a);
	if (rig->on->is & ON_V5)
		assert_int_equal(process_asid(a), 0);
	else
		assert_int_not_equal(process_asid(a), process_asid(b));
	process_exit(a);
	process_exit(b);
}

/* 255 ASIDs, and each keeps its memory though it loses its number. */
static void more_processes_than_asids_keep_apart(struct rig *rig)
{
	enum { NR = 300 };
	struct process *p[NR];
	char *va = NULL;

	for (unsigned i = 0; i < NR; i++) {
		char text[8];

		p[i] = starts(rig);
		va = maps_anon(p[i], PAGE_SIZE, RW, MAP_PRIVATE);
		snprintf(text, sizeof(text), "%u.", i);
		user_writes(rig, p[i], va, text);
	}
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < NR; i++) {
			char text[8];

			snprintf(text, sizeof(text), "%u.", i);
			expects_user_reads(rig, p[i], va, text);
		}
	}
	for (unsigned i = 0; i < NR; i++)
		process_exit(p[i]);
}

static void a_cpu_keeps_its_asid_when_a_generation_ends(struct rig *rig)
{
	struct process *here = starts(rig), *other;
	char *p = maps_anon(here, PAGE_SIZE, RW, MAP_PRIVATE);
	struct cpu *second = machine_cpu(rig->m, 1);
	unsigned asid;

	user_writes(rig, here, p, "stays");
	asid = process_asid(here);
	cpu_enter(second);
	for (unsigned i = 0; i < 300; i++) {
		other = starts(rig);
		process_enter(other);
		process_leave(other);
		assert_true(process_asid(other) != asid);
		process_exit(other);
	}
	cpu_enter(rig->cpu);
	expects_user_reads(rig, here, p, "stays");
	assert_int_equal(process_asid(here), asid);
	process_exit(here);
}

static void what_the_kernel_maps_later_is_in_every_process(struct rig *rig)
{
	struct process *a = starts(rig);
	void *p[64];

	process_enter(a);
	process_leave(a);
	for (unsigned i = 0; i < G_N_ELEMENTS(p); i++) {	/* more than a table's 4 MiB */
		p[i] = vmalloc(SZ_128K);
		assert_non_null(p[i]);
		cpu_writes(rig, p[i], "kernel");
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(p); i++) {
		expects_cpu_reads(rig, p[i], "kernel");
		vfree(p[i]);
	}
	process_exit(a);
}

static void user_code_may_not_touch_the_kernel(struct rig *rig)
{
	struct process *a = starts(rig);
	void *p = allocates(rig, 64);

	assert_false(user_may(rig, a, p, false));
	assert_false(user_may(rig, a, p, true));
	cpu_writes(rig, p, "ours");
	kfree(p);
	process_exit(a);
}

static void writes_kernel_memory(void *arg)
{
	struct rig *rig = arg;
	void *p = allocates(rig, 64);

	cpu_writes(rig, p, "ours");
	kfree(p);
}

static void a_system_call_may(struct rig *rig)
{
	struct process *a = starts(rig);
	void *p = allocates(rig, 64);

	process_enter(a);
	process_syscall(writes_kernel_memory, rig);
	if (!(rig->on->is & ON_FAST))
		assert_false(cpu_store(rig->cpu, (uint32_t)(uintptr_t)p, "x", 1, NULL));
	process_leave(a);
	kfree(p);
	process_exit(a);
}

static void processes_nest(struct rig *rig)
{
	struct process *a = starts(rig), *b = starts(rig);
	char *p = maps_anon(a, LEN, RW, MAP_PRIVATE);

	maps_anon(b, LEN, RW, MAP_PRIVATE);
	process_enter(a);
	cpu_writes(rig, p, "outer");
	process_enter(b);
	cpu_writes(rig, p, "inner");
	process_enter(b);
	process_leave(b);
	expects_cpu_reads(rig, p, "inner");
	process_leave(b);
	expects_cpu_reads(rig, p, "outer");
	process_exit(b);
	expects_cpu_reads(rig, p, "outer");
	process_leave(a);
	process_exit(a);
}

/* ---- pages --------------------------------------------------------------------------- */

static void memory_is_zeros_when_it_is_first_touched(struct rig *rig)
{
	struct process *a = starts(rig);
	size_t nr_free;
	char *p;

	process_enter(a);
	p = maps_anon(a, 8 * PAGE_SIZE, RW, MAP_PRIVATE);
	nr_free = kernel_of_rig(rig)->nr_free_pages;
	expects_cpu_zeros(rig, p, 8 * PAGE_SIZE);
	/* Reading costs the zero page and a table. */
	assert_in_range(nr_free - kernel_of_rig(rig)->nr_free_pages, 1, 2);
	cpu_fills(rig, p + PAGE_SIZE / 2, 2 * PAGE_SIZE, 1);
	assert_in_range(nr_free - kernel_of_rig(rig)->nr_free_pages, 4, 5);
	expects_cpu_finds(rig, p + PAGE_SIZE / 2, 2 * PAGE_SIZE, 1);
	expects_cpu_zeros(rig, p, PAGE_SIZE / 2);
	expects_cpu_zeros(rig, p + 3 * PAGE_SIZE, PAGE_SIZE);
	process_leave(a);
	process_exit(a);
}

static void what_may_not_be_touched_is_refused(struct rig *rig)
{
	struct process *a = starts(rig);
	char *ro = maps_anon(a, LEN, PROT_READ, MAP_PRIVATE);
	char *none = maps_anon(a, LEN, PROT_NONE, MAP_PRIVATE);
	char *gone = maps_anon(a, LEN, RW, MAP_PRIVATE);

	user_writes(rig, a, gone, "x");
	assert_int_equal(process_munmap(a, gone, LEN), 0);
	assert_true(user_may(rig, a, ro, false));
	assert_false(user_may(rig, a, none, false));
	assert_false(user_may(rig, a, none, true));
	assert_false(user_may(rig, a, gone, false));
	if (!(rig->on->is & ON_V5 && rig->on->is & ON_FAST))	/* v5's kernel may */
		assert_false(user_may(rig, a, ro, true));
	process_exit(a);
}

static void a_hole_in_the_middle_leaves_both_ends(struct rig *rig)
{
	struct process *a = starts(rig);
	char *p = maps_anon(a, 3 * PAGE_SIZE, RW, MAP_PRIVATE);

	user_writes(rig, a, p, "first");
	user_writes(rig, a, p + PAGE_SIZE, "second");
	user_writes(rig, a, p + 2 * PAGE_SIZE, "third");
	assert_int_equal(process_munmap(a, p + PAGE_SIZE, PAGE_SIZE), 0);
	expects_user_reads(rig, a, p, "first");
	expects_user_reads(rig, a, p + 2 * PAGE_SIZE, "third");
	assert_false(user_may(rig, a, p + PAGE_SIZE, false));
	assert_int_equal(process_mm(a)->map_count, 2);
	process_exit(a);
}

static void senseless_requests_have_linuxs_errors(struct rig *rig)
{
	struct process *a = starts(rig);
	struct file ro = { .f_mode = FMODE_READ }, wo = { .f_mode = FMODE_WRITE };
	char *p = maps_anon(a, LEN, RW, MAP_PRIVATE);
	static const struct {
		size_t len;
		int flags, err;
	} rows[] = {
		{ 0, MAP_PRIVATE, -EINVAL },
		{ LEN, 0, -EINVAL },
		{ SZ_4G, MAP_PRIVATE, -ENOMEM },
		{ TASK_SIZE, MAP_PRIVATE, -ENOMEM },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		assert_int_equal(PTR_ERR(process_mmap(a, NULL, rows[i].len, RW, rows[i].flags,
						      NULL, 0)), rows[i].err);
	assert_int_equal(PTR_ERR(process_mmap(a, p, LEN, RW, MAP_PRIVATE | MAP_FIXED_NOREPLACE,
					      NULL, 0)), -EEXIST);
	assert_int_equal(PTR_ERR(process_mmap(a, p + 1, LEN, RW, MAP_PRIVATE | MAP_FIXED, NULL,
					      0)), -EINVAL);
	assert_int_equal(PTR_ERR(process_mmap(a, NULL, LEN, RW, MAP_SHARED, &ro, 0)), -EACCES);
	assert_int_equal(PTR_ERR(process_mmap(a, NULL, LEN, RW, MAP_SHARED, &wo, 0)), -EACCES);
	assert_int_equal(PTR_ERR(process_mmap(a, NULL, LEN, RW, MAP_PRIVATE, &ro, 0)), -ENODEV);
	assert_int_equal(PTR_ERR(process_mmap(a, NULL, LEN, RW, MAP_SHARED, &ro, ~0ul)),
			 -EOVERFLOW);
	assert_int_equal(process_munmap(a, p + 1, LEN), -EINVAL);
	assert_int_equal(process_munmap(a, p, 0), -EINVAL);
	process_exit(a);
}

static void everything_comes_back_at_exit(struct rig *rig)
{
	struct kernel *k = kernel_of_rig(rig);
	struct process *a = starts(rig), *b;
	size_t nr_free;
	char *p = maps_anon(a, LEN, RW, MAP_PRIVATE);

	user_may(rig, a, p, false);	/* the zero page stays */
	process_exit(a);
	nr_free = k->nr_free_pages;
	a = starts(rig);
	p = maps_anon(a, LEN, RW, MAP_PRIVATE);
	user_writes(rig, a, p, "x");
	b = process_fork(a);
	user_writes(rig, b, p, "y");
	maps_anon(b, LEN, RW, MAP_SHARED);
	process_exit(a);
	process_exit(b);
	assert_int_equal(k->nr_free_pages, nr_free);
}

static bool lives_a_life(struct rig *rig)
{
	struct process *a = process_new(rig->h), *b = NULL;
	char *p = a ? process_mmap(a, NULL, LEN, RW, MAP_PRIVATE, NULL, 0) : NULL;
	bool is_done = !IS_ERR_OR_NULL(p) && user_may(rig, a, p, true);

	is_done = is_done &&
		  !IS_ERR(process_mmap(a, NULL, LEN, RW, MAP_SHARED, NULL, 0));
	b = is_done ? process_fork(a) : NULL;
	is_done = b && user_may(rig, b, p, true) && !process_munmap(b, p + PAGE_SIZE, PAGE_SIZE);
	process_exit(a);
	process_exit(b);
	return is_done;
}

static void any_failing_allocation_leaks_nothing(struct rig *rig)
{
	struct kernel *k = kernel_of_rig(rig);
	size_t nr_free = k->nr_free_pages;
	unsigned nth = 1;

	for (;; nth++) {
		bool is_done;

		harness_fail_allocation(rig->h, nth);
		is_done = lives_a_life(rig);
		assert_int_equal(k->nr_free_pages, nr_free);
		if (is_done)
			break;
	}
	harness_fail_allocation(rig->h, 0);
	assert_true(nth > 8);
}

/* ---- fork ------------------------------------------------------------------------------ */

static void a_page_is_shared_until_one_of_them_writes(struct rig *rig)
{
	struct process *a = starts(rig), *b;
	char *p = maps_anon(a, LEN, RW, MAP_PRIVATE);
	void *original;

	user_writes(rig, a, p, "before");
	original = pa_of(rig, a, p);
	b = process_fork(a);
	assert_non_null(b);
	assert_ptr_equal(pa_of(rig, b, p), original);
	expects_user_reads(rig, b, p, "before");
	user_writes(rig, a, p, "parent");
	assert_ptr_not_equal(pa_of(rig, a, p), original);
	expects_user_reads(rig, b, p, "before");
	user_writes(rig, b, p, "child.");
	assert_ptr_equal(pa_of(rig, b, p), original);
	expects_user_reads(rig, a, p, "parent");
	process_exit(a);
	expects_user_reads(rig, b, p, "child.");
	process_exit(b);
}

static void shared_memory_stays_shared(struct rig *rig)
{
	struct process *a = starts(rig), *b;
	char *p = maps_anon(a, LEN, RW, MAP_SHARED);

	b = process_fork(a);
	user_writes(rig, b, p + PAGE_SIZE, "to parent");
	expects_user_reads(rig, a, p + PAGE_SIZE, "to parent");
	user_writes(rig, a, p + PAGE_SIZE, "to child.");
	expects_user_reads(rig, b, p + PAGE_SIZE, "to child.");
	process_exit(a);
	process_exit(b);
}

static void who_is_alone_writes_in_place(struct rig *rig)
{
	struct process *a = starts(rig), *b;
	char *p = maps_anon(a, LEN, RW, MAP_PRIVATE);
	void *original;

	user_writes(rig, a, p, "before");
	original = pa_of(rig, a, p);
	b = process_fork(a);
	process_exit(b);
	user_writes(rig, a, p, "after.");
	assert_ptr_equal(pa_of(rig, a, p), original);
	process_exit(a);
}

/* ---- the kernel's accesses --------------------------------------------------------------- */

static void copies_go_both_ways(struct rig *rig)
{
	struct process *a = starts(rig);
	char *p = maps_anon(a, 2 * PAGE_SIZE, RW, MAP_PRIVATE);
	char *at = p + PAGE_SIZE - 3;
	char got[8] = "";
	int x = 0;

	assert_int_equal(copy_to_user(at, "across", 6), 0);
	expects_user_reads(rig, a, at, "across");
	assert_int_equal(copy_from_user(got, at, 6), 0);
	assert_string_equal(got, "across");
	assert_int_equal(put_user(0x1234, (int *)(void *)p), 0);
	assert_int_equal(get_user(x, (int *)(void *)p), 0);
	assert_int_equal(x, 0x1234);
	assert_int_equal(clear_user(at, 6), 0);
	process_enter(a);
	expects_cpu_zeros(rig, at, 6);
	process_leave(a);
	process_exit(a);
}

static void what_the_user_may_not_the_kernel_may_not_for_him(struct rig *rig)
{
	struct process *a = starts(rig);
	char *p = maps_anon(a, PAGE_SIZE, PROT_READ, MAP_PRIVATE);
	char got[8];
	int x = 1;

	assert_int_equal(copy_to_user(p, "x", 1), 1);
	memset(got, 'x', sizeof(got));
	assert_int_equal(copy_from_user(got, p + PAGE_SIZE - 2, 4), 2);
	assert_memory_equal(got, "\0\0\0\0xxxx", 8);
	assert_int_equal(copy_from_user(got, got, 4), 4);
	assert_int_equal(copy_to_user(allocates(rig, 64), got, 4), 4);
	assert_int_equal(get_user(x, (int *)(void *)(p + PAGE_SIZE)), -EFAULT);
	assert_int_equal(x, 0);
	assert_int_equal(put_user(1, (int *)(void *)p), -EFAULT);
	process_exit(a);
}

/* ---- drivers' mappings ------------------------------------------------------------------ */

struct toy {
	struct rig *rig;
	struct page *page[4];
	int nr_open, nr_close, nr_fault;
};

static void toy_open(struct vm_area_struct *vma)
{
	((struct toy *)vma->vm_private_data)->nr_open++;
}

static void toy_close(struct vm_area_struct *vma)
{
	((struct toy *)vma->vm_private_data)->nr_close++;
}

static vm_fault_t toy_fault(struct vm_fault *vmf)
{
	struct toy *t = vmf->vma->vm_private_data;

	t->nr_fault++;
	if (vmf->pgoff >= G_N_ELEMENTS(t->page))
		return VM_FAULT_SIGBUS;
	get_page(t->page[vmf->pgoff]);
	vmf->page = t->page[vmf->pgoff];
	return 0;
}

static const struct vm_operations_struct toy_vm_ops = {
	.open = toy_open, .close = toy_close, .fault = toy_fault,
};

static int toy_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_private_data = file->private_data;
	vma->vm_ops = &toy_vm_ops;
	return 0;
}

static const struct file_operations toy_fops = { .mmap = toy_mmap };

static struct toy *toy_new(struct rig *rig)
{
	struct toy *t = g_new0(struct toy, 1);

	t->rig = rig;
	for (size_t i = 0; i < G_N_ELEMENTS(t->page); i++) {
		t->page[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		assert_non_null(t->page[i]);
	}
	return t;
}

static void toy_free(struct toy *t)
{
	for (size_t i = 0; i < G_N_ELEMENTS(t->page); i++) {
		assert_int_equal(page_count(t->page[i]), 1);
		__free_page(t->page[i]);
	}
	g_free(t);
}

static void pages_come_from_the_drivers_fault_handler(struct rig *rig)
{
	struct toy *t = toy_new(rig);
	struct file f = { &toy_fops, FMODE_READ | FMODE_WRITE, t };
	struct process *a = starts(rig);
	char *p = process_mmap(a, NULL, LEN, RW, MAP_SHARED, &f, 1);

	assert_false(IS_ERR(p));
	cpu_writes(rig, page_address(t->page[2]), "page two");
	flush_dcache_page(t->page[2]);
	expects_user_reads(rig, a, p + PAGE_SIZE, "page two");
	expects_user_reads(rig, a, p + PAGE_SIZE, "page two");
	assert_int_equal(t->nr_fault, 1);
	assert_false(user_may(rig, a, p + 3 * PAGE_SIZE, false));
	assert_int_equal(page_count(t->page[2]), 2);
	process_exit(a);
	assert_int_equal(t->nr_close, 1);
	assert_int_equal(t->nr_open, 0);
	toy_free(t);
}

static void a_private_write_leaves_the_drivers_page_alone(struct rig *rig)
{
	struct toy *t = toy_new(rig);
	struct file f = { &toy_fops, FMODE_READ, t };
	struct process *a = starts(rig);
	char *p = process_mmap(a, NULL, LEN, RW, MAP_PRIVATE, &f, 0);

	cpu_writes(rig, page_address(t->page[0]), "original");
	flush_dcache_page(t->page[0]);
	expects_user_reads(rig, a, p, "original");
	user_writes(rig, a, p, "mine");
	user_writes(rig, a, p + PAGE_SIZE, "too");
	expects_user_reads(rig, a, p, "mineinal");
	expects_cpu_reads(rig, page_address(t->page[0]), "original");
	assert_int_equal(page_count(t->page[0]), 1);
	process_exit(a);
	toy_free(t);
}

static void a_driver_hears_of_forks_and_splits(struct rig *rig)
{
	struct toy *t = toy_new(rig);
	struct file f = { &toy_fops, FMODE_READ | FMODE_WRITE, t };
	struct process *a = starts(rig), *b;
	char *p = process_mmap(a, NULL, LEN, RW, MAP_SHARED, &f, 0);

	b = process_fork(a);
	assert_int_equal(t->nr_open, 1);
	assert_int_equal(process_munmap(a, p + PAGE_SIZE, PAGE_SIZE), 0);
	assert_int_equal(t->nr_open, 3);
	assert_int_equal(t->nr_close, 1);
	assert_int_equal(vma_lookup(process_mm(a), (unsigned long)(p + 2 * PAGE_SIZE))->vm_pgoff,
			 2);
	process_exit(b);
	process_exit(a);
	assert_int_equal(t->nr_close, 4);
	toy_free(t);
}

/* ---- colours --------------------------------------------------------------------------- */

static void shared_mappings_have_the_colour_of_their_offset(struct rig *rig)
{
	struct toy *t = toy_new(rig);
	struct file f = { &toy_fops, FMODE_READ | FMODE_WRITE, t };
	struct process *a = starts(rig);

	maps_anon(a, PAGE_SIZE, RW, MAP_PRIVATE);
	for (unsigned long pgoff = 0; pgoff < 9; pgoff++) {
		char *p = process_mmap(a, NULL, PAGE_SIZE, RW, MAP_SHARED, &f, pgoff);

		assert_false(IS_ERR(p));
		if (HAS_COLOURS(rig))
			assert_int_equal(((uintptr_t)p - (pgoff << PAGE_SHIFT)) & (SHMLBA - 1),
					 0);
	}
	process_exit(a);
	toy_free(t);
}

static void a_fixed_address_of_the_wrong_colour_is_refused_if_shared(struct rig *rig)
{
	struct toy *t = toy_new(rig);
	struct file f = { &toy_fops, FMODE_READ | FMODE_WRITE, t };
	struct process *a = starts(rig);
	char *at = (char *)machine_window(rig->m) + 0x10001000;
	void *p = process_mmap(a, at, PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, &f, 0);

	if (HAS_COLOURS(rig))
		assert_int_equal(PTR_ERR(p), -EINVAL);
	else
		assert_ptr_equal(p, at);
	assert_ptr_equal(process_mmap(a, at, PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, &f, 1), at);
	assert_ptr_equal(process_mmap(a, at, PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED, &f, 0), at);
	process_exit(a);
	toy_free(t);
}

static const struct rig_test tests[] = {
	/*                                                         needs        never */
	TEST_ON(the_same_address_is_other_memory_in_another_process, 0,         0),
	TEST_ON(user_pages_are_not_global_and_asids_differ,        0,           ON_FAST),
	TEST_ON(more_processes_than_asids_keep_apart,              ON_LINE32,   ON_LEGACY | ON_BOUNCE | ON_OVERRIDE),
	TEST_ON(a_cpu_keeps_its_asid_when_a_generation_ends,       ON_PL310,    ON_UP),
	TEST_ON(what_the_kernel_maps_later_is_in_every_process,    0,           0),
	TEST_ON(user_code_may_not_touch_the_kernel,                0,           ON_FAST),
	TEST_ON(a_system_call_may,                                 0,           0),
	TEST_ON(processes_nest,                                    0,           0),
	TEST_ON(memory_is_zeros_when_it_is_first_touched,          0,           0),
	TEST_ON(what_may_not_be_touched_is_refused,                0,           0),
	TEST_ON(a_hole_in_the_middle_leaves_both_ends,             0,           0),
	TEST_ON(senseless_requests_have_linuxs_errors,             ON_UP,       0),
	TEST_ON(everything_comes_back_at_exit,                     0,           0),
	TEST_ON(any_failing_allocation_leaks_nothing,              0,           0),
	TEST_ON(a_page_is_shared_until_one_of_them_writes,         0,           0),
	TEST_ON(shared_memory_stays_shared,                        0,           0),
	TEST_ON(who_is_alone_writes_in_place,                      0,           0),
	TEST_ON(copies_go_both_ways,                               0,           0),
	TEST_ON(what_the_user_may_not_the_kernel_may_not_for_him,  0,           0),
	TEST_ON(pages_come_from_the_drivers_fault_handler,         0,           0),
	TEST_ON(a_private_write_leaves_the_drivers_page_alone,     0,           0),
	TEST_ON(a_driver_hears_of_forks_and_splits,                0,           0),
	TEST_ON(shared_mappings_have_the_colour_of_their_offset,   0,           0),
	TEST_ON(a_fixed_address_of_the_wrong_colour_is_refused_if_shared, 0,    0),
};

int main(void)
{
	return rig_run(tests, G_N_ELEMENTS(tests));
}
