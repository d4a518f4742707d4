/* SPDX-License-Identifier: MIT */
/*
 * struct page: what is known about one page of simulated memory. Lives on the
 * host, one array per machine; page_address() is where its bytes are. And the address
 * spaces of processes, whose structures are on the host, too.
 */
#ifndef _ARMDMA_LINUX_MM_TYPES_H
#define _ARMDMA_LINUX_MM_TYPES_H

#include <linux/mutex.h>
#include <linux/types.h>

struct movable_operations;

/*
 * 64 bytes, so that the low bits of a pointer are free for scatterlists and one
 * entry is one host cache line.
 */
struct page {
	unsigned long flags;		/* lib/mm/kernel.h */
	atomic_t _refcount;
	u8 order;			/* of the block, while it heads one */
	u8 slab_class;			/* while it is a slab */
	u16 nr_slab_used;
	union {
		u64 slab_free;		/* one bit per free object */
		unsigned long index;	/* of a process's own page: its user address */
	};
	struct list_head lru;		/* of partial slabs */
	unsigned long private_data;
	const struct movable_operations *movable_ops;	/* NULL: it cannot move */
	void *kmap_va;			/* of highmem: where kmap() has it, or NULL */
} __attribute__((__aligned__(64)));

/* Pages that are allocated and freed together, by the first of them. */
struct folio {
	struct page page;
};

/* ---- how a page is mapped: see <linux/pgtable.h> ------------------------------- */

enum pgprot_mt {
	L_PTE_MT_UNCACHED,	/* strongly-ordered */
	L_PTE_MT_BUFFERABLE,	/* Normal, not cached */
	L_PTE_MT_DEV_SHARED,	/* Device */
	L_PTE_MT_DMA_COHERENT,	/* BUFFERABLE, but UNCACHED before ARMv6; not Linux's name */
	L_PTE_MT_WRITEBACK,	/* Normal, write-back: what lowmem is, write-allocate on SMP */
	NR_L_PTE_MT
};

typedef struct {
	enum pgprot_mt mt;
	u32 bits;		/* L_PTE_* */
} pgprot_t;

/* ---- address spaces ------------------------------------------------------------ */

typedef unsigned long vm_flags_t;
typedef unsigned int vm_fault_t;

struct file;
struct vm_operations_struct;
struct vm_area_struct;

/** struct mm_struct - the address space of a process: lib/mm/user.h has the rest */
struct mm_struct {
	struct mutex mmap_lock;
	struct list_head vmas;		/* of struct vm_area_struct, ascending */
	int map_count;
	unsigned long flags;
};

/**
 * struct vm_area_struct - a range of user addresses that is mapped in one way
 * @vm_start, @vm_end: [start, end), host pointers into the window, as numbers
 * @vm_pgoff:     where in the object it begins, in pages
 * @vm_page_prot: how its pages are mapped; a driver's mmap() may change it
 * @vm_flags:     VM_*; change it by vm_flags_set() and its like
 * @vm_ops:       the driver's, or NULL
 * @vm_file:      whose mmap() made it; NULL: anonymous memory
 * @vm_private_data: the driver's
 * @vm_site:      ours: whose call fills it, for reports; NULL: who calls
 *                remap_pfn_range() or vm_insert_page()
 */
struct vm_area_struct {
	unsigned long vm_start, vm_end;
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	union {
		const vm_flags_t vm_flags;
		vm_flags_t __vm_flags;
	};
	unsigned long vm_pgoff;
	const struct vm_operations_struct *vm_ops;
	struct file *vm_file;
	void *vm_private_data;
	const void *vm_site;
	struct list_head vm_list;
};

/** What a fault came to: VM_FAULT_NOPAGE, that the handler mapped the page itself. */
#define VM_FAULT_OOM		0x0001u
#define VM_FAULT_SIGBUS		0x0002u
#define VM_FAULT_MAJOR		0x0004u
#define VM_FAULT_SIGSEGV	0x0040u
#define VM_FAULT_NOPAGE		0x0100u
#define VM_FAULT_LOCKED		0x0200u
#define VM_FAULT_ERROR		(VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV)

#define FAULT_FLAG_WRITE	0x01u
#define FAULT_FLAG_USER		0x40u

/**
 * struct vm_fault - one fault, for vm_operations_struct.fault
 * @pgoff:   the page asked for, in the object
 * @address: of the page; @real_address: of the access
 * @page:    the handler's answer, with a reference that passes to the mapping, unless
 *           it returns VM_FAULT_NOPAGE or an error
 */
struct vm_fault {
	struct vm_area_struct *vma;
	gfp_t gfp_mask;
	unsigned long pgoff;
	unsigned long address, real_address;
	unsigned int flags;
	struct page *page;
};

/**
 * struct vm_operations_struct - what a driver is told of its mapping
 * @open:      it was copied, by fork() or because it was split; not at mmap()
 * @close:     it goes away
 * @may_split: may it be split at @va? 0, or the errno of munmap()
 * @fault:     a page is not there; see struct vm_fault
 */
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
	int (*may_split)(struct vm_area_struct *vma, unsigned long va);
	vm_fault_t (*fault)(struct vm_fault *vmf);
};

#endif
