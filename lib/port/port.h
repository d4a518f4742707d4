/* SPDX-License-Identifier: MIT */
/*
 * The seam between the library and the machine: all that software may do to
 * hardware, and nothing more. The files of this folder are the only ones in lib/
 * that know <armdma/cpu.h>; a model's insides nobody knows.
 *
 *   lib/dma, lib/mm --> loads and stores, page tables, cache lines, registers --> sim
 *
 * The linear map is what makes the rest simple: lowmem at
 * va = PAGE_OFFSET + (pa - lowmem_pa), as Linux has it. Memory beyond is highmem: it is
 * mapped page by page, in pkmap for as long as anyone wishes, in the fixmap for a moment.
 *
 *	0        pkmap PAGE_OFFSET      +lowmem   vmalloc area      consistent fixmap
 *	| (user) |2 MiB| lowmem, 1 MiB sections | hole | 4 KiB pages | ... | 2 MiB |1 MiB|
 */
#ifndef LIB_PORT_PORT_H
#define LIB_PORT_PORT_H

#include <stdarg.h>
#include <stdio.h>
#include <linux/dma-direction.h>
#include <linux/list.h>
#include <linux/pgtable.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <armdma/board.h>
#include <armdma/bus.h>
#include <armdma/cpu.h>
#include <armdma/machine.h>
#include <armdma/window.h>

#define VMALLOC_OFFSET		0x00800000u	/* a hole that catches overruns */
#define VMALLOC_END		0xff800000u
#define CONSISTENT_BASE		0xffc00000u	/* where 2.6.3x had it */
#define CONSISTENT_END		0xffdfc000u
#define FLUSH_ALIAS_START	0xffdfc000u	/* four pages, one of each colour */
#define CONSISTENT_TABLES_END	0xffe00000u
#define FIXMAP_START		0xffe00000u
#define FIXMAP_END		0xfff00000u
#define PKMAP_LEN		0x00200000u
#define PKMAP_BASE		((u32)PAGE_OFFSET - PKMAP_LEN)
#define LAST_PKMAP		(PKMAP_LEN >> PAGE_SHIFT)

/* An address that a page of any memory has for a while. */
static inline bool port_is_kmap_va(u32 va)
{
	return va - PKMAP_BASE < PKMAP_LEN || va - FIXMAP_START < FIXMAP_END - FIXMAP_START;
}
#define KM_MAX_IDX		16u		/* pages of the fixmap that a driver may have */
#define KM_SLOTS		32u		/* and those of each CPU, the library's included */
#define LOWMEM_MAX		0x30000000u	/* 768 MiB leave 240 MiB for vmalloc */
#define LOWMEM_MIBS		(LOWMEM_MAX >> 20)
#define PORT_MAX_BANKS		96
#define PORT_MAX_CPUS		8

struct port_bank {
	phys_addr_t pa;
	u64 len;
};

/* Whose instructions Linux drives a core with: proc-arm926.S and its like, v6, v7. */
enum port_arch { PORT_V5, PORT_V6, PORT_V7 };

struct port;
struct port_irqs;
struct port_timers;
struct port_works;
struct supply;
struct timer_list;

enum outer_op { OUTER_CLEAN, OUTER_INV, OUTER_FLUSH };

/* What one outer cache's driver does: of lines by physical address, then of all. */
struct outer_ops {
	void (*inv_range)(struct port *p, phys_addr_t pa, u32 len);
	void (*clean_range)(struct port *p, phys_addr_t pa, u32 len);
	void (*flush_range)(struct port *p, phys_addr_t pa, u32 len);
	void (*flush_all)(struct port *p);
	void (*sync)(struct port *p);
};

/**
 * struct port - one machine as the library drives it
 * @lowmem_pa, @lowmem_len: physical span of the linear map, holes included
 * @bank:        the DRAM in use, ascending, less what must not be mapped: in that span
 *               the linear map has it, beyond it is highmem
 * @paged:       a bit for each MiB of the linear map that is in pages, not a section
 * @boot_pa, @boot_len: what page tables take of lowmem at boot
 * @has_highmem: there is DRAM in use beyond the linear map
 * @nr_kmaps:    pages of each CPU's part of the fixmap that are in use
 * @line_len:    of the smallest data cache, as CTR has it: the step of every loop
 * @is_aliasing: L1D may hold one physical address under several virtual ones
 * @is_smp:      memory is shareable and write-allocate
 * @interrupts_for_tlb: TLB operations reach the CPU alone that does them
 * @cleans_ptes: the table walker reads below L1
 * @outer:       the outer cache's driver; NULL: there is none
 * @outer_va:    its registers
 * @has_outer_sync: it has a store buffer that matters
 * @outer_sync_reg: the register that empties it
 * @outer_flush_is_split: its clean+invalidate cannot be trusted (erratum 588369)
 * @outer_ways_tear: nor can that by way, unless writes go through (727915)
 * @alloc_table: gives a zeroed page for page tables, or 0; free_table takes it back
 * @spaces:      address spaces of processes
 * @kmap_high_get: where the page of highmem at @pa is kmapped, until @kunmap_high; 0:
 *               it is not
 * @nr_pte_stores: descriptors written since boot
 * @ns_passed:   that delays let pass, beside the machine's steps
 * @irqs:        who handles which line; NULL: nobody any
 * @timers:      those pending, and what else timer.c knows; NULL: there was none yet
 * @works:     what is queued for later; NULL: there was none yet
 * @timer_due:   when the first of them is, in ns; 0: none is pending
 * @on_sync:     is told of every sync before it acts, or NULL; @watcher is its own
 * @on_outer:    the same of every range that the outer cache is given
 */
struct port {
	struct machine *machine;
	struct cpu *cpu0;
	char *window;
	phys_addr_t lowmem_pa;
	u32 lowmem_len;
	unsigned nr_banks;
	struct port_bank bank[PORT_MAX_BANKS];
	u64 paged[LOWMEM_MIBS / 64];
	phys_addr_t boot_pa;
	u32 boot_len;
	bool has_highmem;
	u8 nr_kmaps[PORT_MAX_CPUS];
	enum port_arch arch;
	u32 line_len;
	bool is_aliasing;
	bool is_smp;
	bool interrupts_for_tlb;
	bool cleans_ptes;
	bool is_mmu_on;
	const struct outer_ops *outer;
	u32 outer_va;
	bool has_outer_sync;
	u16 outer_sync_reg;
	bool outer_flush_is_split;
	bool outer_ways_tear;
	phys_addr_t (*alloc_table)(struct port *p);
	void (*free_table)(struct port *p, phys_addr_t pa);
	spinlock_t space_lock;
	struct list_head spaces;
	u64 nr_pte_stores;
	u64 ns_passed;
	spinlock_t timer_lock;
	struct port_irqs *irqs;
	struct port_timers *timers;
	struct port_works *works;
	u64 timer_due;
	u32 (*kmap_high_get)(struct port *p, phys_addr_t pa);
	void (*kunmap_high)(struct port *p, phys_addr_t pa);
	void (*on_sync)(void *watcher, bool is_for_device, phys_addr_t pa, size_t len,
			enum dma_data_direction dir);
	void (*on_outer)(void *watcher, enum outer_op op, phys_addr_t pa, size_t len);
	void *watcher;
};

/* ---- who ---------------------------------------------------------------- */

/* The machine of the CPU that this thread entered, else the one booted last. */
struct port *port_current(void);
void port_booted(struct port *p);
void port_halted(struct port *p);

/* The machine whose window holds @p; NULL: not simulated memory. */
static inline struct port *port_of(const volatile void *p)
{
	const struct window *w = window_of((const void *)p);

	return w ? machine_software(w->machine) : NULL;
}

/* The CPU that this thread is. */
static inline struct cpu *port_cpu(const struct port *p)
{
	struct cpu *c = cpu_current();

	return c && cpu_machine(c) == p->machine ? c : p->cpu0;
}

/* ---- where -------------------------------------------------------------- */

static inline u32 port_va(const volatile void *p)
{
	return (u32)(uintptr_t)p;
}

static inline void *port_ptr(const struct port *p, u32 va)
{
	return p->window + va;
}

static inline bool port_is_lowmem_va(const struct port *p, u32 va)
{
	return va - (u32)PAGE_OFFSET < p->lowmem_len;
}

static inline phys_addr_t port_va_to_pa(const struct port *p, u32 va)
{
	return p->lowmem_pa + (va - (u32)PAGE_OFFSET);
}

static inline u32 port_pa_to_va(const struct port *p, phys_addr_t pa)
{
	return (u32)PAGE_OFFSET + (u32)(pa - p->lowmem_pa);
}

static inline bool port_bank_has(const struct port_bank *b, phys_addr_t pa, u64 len)
{
	return pa - b->pa < b->len && len <= b->len - (pa - b->pa);
}

/* Is [@pa, +@len) memory in use, in one bank? Without banks the first has no bytes. */
static inline bool port_is_ram(const struct port *p, phys_addr_t pa, u64 len)
{
	if (likely(port_bank_has(&p->bank[0], pa, len)))
		return true;
	for (unsigned i = 1; i < p->nr_banks; i++)
		if (port_bank_has(&p->bank[i], pa, len))
			return true;
	return false;
}

/* Does memory answer for all of it, the kernel's or not? */
static inline bool port_is_memory(const struct port *p, phys_addr_t pa, u64 len)
{
	return machine_is_dram(p->machine, pa, len);
}

/* The same, and all of it in the linear map? */
static inline bool port_is_lowmem(const struct port *p, phys_addr_t pa, u64 len)
{
	phys_addr_t offset = pa - p->lowmem_pa;

	return offset < p->lowmem_len && len <= p->lowmem_len - offset &&
	       port_is_ram(p, pa, len);
}

static inline bool port_is_paged(const struct port *p, phys_addr_t pa)
{
	unsigned mib = (unsigned)((pa - p->lowmem_pa) >> 20);

	return p->paged[mib / 64] >> (mib % 64) & 1;
}

/* ---- bytes: mem.c --------------------------------------------------------- */

/*
 * Accesses of the library itself, through the CPU's caches. A host pointer that
 * is not simulated memory is accessed as such, so that a driver may keep its
 * variables anywhere.
 */
void port_copy_in(void *sim, const void *host, size_t len);
void port_copy_out(void *host, const void *sim, size_t len);
void port_copy(void *dst, const void *src, size_t len);
void port_zero(void *sim, size_t len);

/* Where a driver, or a device, may have left nonsense: false on a data abort. */
bool port_try_copy_in(const struct port *p, u32 va, const void *host, size_t len);
bool port_try_copy_out(const struct port *p, void *host, u32 va, size_t len);

/* Where the tables lead from there; PHYS_ADDR_MAX: nowhere. */
phys_addr_t port_translate(const struct port *p, u32 va);

/* Before the library reads or writes a driver's variable natively. */
void port_before_load_slow(const volatile void *p, size_t len);
void port_before_store_slow(const volatile void *p, size_t len);

static inline void port_before_load(const volatile void *p, size_t len)
{
	if (unlikely(window_of((const void *)p) != NULL))
		port_before_load_slow(p, len);
}

static inline void port_before_store(const volatile void *p, size_t len)
{
	if (unlikely(window_of((const void *)p) != NULL))
		port_before_store_slow(p, len);
}

/* ---- which core: core.c --------------------------------------------------- */

/* Fill in what depends on the core that @p->machine boots on. */
void port_read_core(struct port *p);

/* ---- descriptors and their registers: desc.c -------------------------------- */

u32 desc_section(const struct port *p, phys_addr_t pa, enum pgprot_mt mt);
u32 desc_page(const struct port *p, phys_addr_t pa, enum pgprot_mt mt);
u32 desc_table(const struct port *p, phys_addr_t table_pa);
/* A page of a process: not global, for its user as @prot says. */
u32 desc_user_page(const struct port *p, phys_addr_t pa, pgprot_t prot);
bool desc_is_writable(const struct port *p, u32 desc);
bool desc_is_table(u32 desc);
/* What TTBR0 is for tables at @pgd_pa. */
u32 desc_ttbr(const struct port *p, phys_addr_t pgd_pa);
/* MMU and caches of @c on, with the first level table at @pgd_pa. */
void desc_turn_on(const struct port *p, struct cpu *c, phys_addr_t pgd_pa);

/* ---- page tables: mmu.c --------------------------------------------------- */

/* Before boot: map what of [@pa, +@len) is lowmem in pages, since they may differ. */
void mmu_want_pages(struct port *p, phys_addr_t pa, u64 len);
/* How much of lowmem mmu_boot() will use for itself, once all pages are wanted. */
u32 mmu_boot_len(const struct port *p);
/* Boot: tables at @boot_pa with the MMU off, then MMU and caches on. */
void mmu_boot(struct port *p);

/* Map whole pages: 0, or -ENOMEM when @alloc_table has nothing left. */
int mmu_map(struct port *p, u32 va, phys_addr_t pa, u32 len, pgprot_t prot);
void mmu_unmap(struct port *p, u32 va, u32 len);
void mmu_flush_tlb(struct port *p, u32 va, u32 len);
void mmu_flush_tlb_local(struct port *p, u32 va);	/* of this CPU alone */

/* ---- a page for a moment: kmap.c ------------------------------------------- */

/*
 * Map the page at @pa, wherever it is, for this CPU alone: its address. The last that
 * was mapped must be unmapped first. At most KM_SLOTS of them.
 */
u32 port_kmap_local(struct port *p, phys_addr_t pa, pgprot_t prot);
void port_kunmap_local(struct port *p, u32 va);

/* ---- processes' page tables: space.c ------------------------------------- */

/**
 * struct port_space - one address space: its first level, and the page tables below it
 * @pgd_pa: SPACE_PGD_LEN bytes, aligned to that; the owner's
 */
struct port_space {
	struct list_head node;
	phys_addr_t pgd_pa;
};

#define SPACE_PGD_LEN		0x4000u
#define SPACE_END		0xbf000000u	/* TASK_SIZE: above it is the kernel's half */

/* One page of user memory, as its table has it; @desc 0: none. */
struct space_page {
	u32 desc;
	phys_addr_t pa;
	bool is_writable;
};

/* Nothing in the user's half, the kernel's half as all have it. */
void space_init(struct port *p, struct port_space *s, phys_addr_t pgd_pa);
/* Gives its page tables back; no CPU may be using it. */
void space_done(struct port *p, struct port_space *s);
/* Map, or unmap, one page. 0, or -ENOMEM when @alloc_table has nothing left. */
int space_map(struct port *p, struct port_space *s, u32 va, phys_addr_t pa, pgprot_t prot);
void space_unmap(struct port *p, struct port_space *s, u32 va);
struct space_page space_look(const struct port *p, const struct port_space *s, u32 va);
/* Of this @asid: before ARMv6 there is one TLB for all, and @asid is nothing. */
void space_flush_tlb(struct port *p, u32 va, u32 len, unsigned asid);

/*
 * The three steps of a switch, on @c: tables that hold global entries alone; a clean
 * TLB; then the new ones. NULL is the kernel's own. Before ARMv6 the last is all.
 */
void space_leave(struct port *p, struct cpu *c);
void space_flush_tlb_all(struct port *p, struct cpu *c);
void space_enter(struct port *p, struct cpu *c, const struct port_space *s, unsigned asid);

/* ---- caches: cacheflush.c, outer.c ------------------------------------------ */

/* CP15 operations on the linear map, to the point of coherency, then DSB. */
void dmac_clean_range(struct port *p, u32 va, u32 len);
void dmac_inv_range(struct port *p, u32 va, u32 len);
void dmac_flush_range(struct port *p, u32 va, u32 len);

/*
 * Where a page has two virtual addresses and L1D tells them apart, what was written
 * through one must leave before the other is used. Nothing elsewhere.
 */
void port_flush_alias(struct port *p, u32 va, u32 len);
/* All of L1D, by whatever address. */
void port_flush_dcache_all(struct port *p);

/* The same by physical address in the outer cache; nothing without one. */
void outer_clean_range(struct port *p, phys_addr_t pa, u32 len);
void outer_inv_range(struct port *p, phys_addr_t pa, u32 len);
void outer_flush_range(struct port *p, phys_addr_t pa, u32 len);
void outer_flush_all(struct port *p);
void outer_sync(struct port *p);

/* No cache holds any of [@pa, +@len), lowmem or highmem, and memory has it all. */
void port_flush_memory(struct port *p, phys_addr_t pa, u32 len);

/* arch_sync_dma_for_device() and _for_cpu() on a machine that the caller names. */
void port_sync_for_device(struct port *p, phys_addr_t pa, size_t len,
			  enum dma_data_direction dir);
void port_sync_for_cpu(struct port *p, phys_addr_t pa, size_t len,
		       enum dma_data_direction dir);

/* Turn it on; @va is where its registers are mapped. */
void outer_boot(struct port *p, u32 va);

/* For its drivers: one register, by an access of @c. */
void outer_poke(const struct port *p, struct cpu *c, unsigned reg, u32 value);
/* @nr times, each value @step more than the one before. */
void outer_poke_run(const struct port *p, struct cpu *c, unsigned reg, u32 value, u32 step,
		    u32 nr);
u32 outer_peek_reg(const struct port *p, struct cpu *c, unsigned reg);

extern const struct outer_ops l2x0_ops, aurora_ops;
void l2x0_boot(struct port *p);
void aurora_boot(struct port *p);

/* ---- time: timer.c ---------------------------------------------------------- */

/* ktime_get() of a machine that the caller names. */
static inline u64 port_now(const struct port *p)
{
	return machine_step(p->machine) + __atomic_load_n(&p->ns_passed, __ATOMIC_RELAXED);
}

/* get_jiffies_64() of it. */
u64 port_jiffies(const struct port *p);

void port_run_timers_slow(struct port *p);

/* Call those that are due. */
static inline void port_run_timers(struct port *p)
{
	u64 due = __atomic_load_n(&p->timer_due, __ATOMIC_RELAXED);

	if (unlikely(due) && unlikely(port_now(p) >= due))
		port_run_timers_slow(p);
}

/* Let @ns pass; each timer that comes due is called when it is. */
void port_pass_time(struct port *p, u64 ns);
/* The same where the caller may sleep: work that is queued meanwhile is done, too. */
void port_sleep(struct port *p, u64 ns);
/* mod_timer() and timer_delete_sync() on a machine that the caller names. */
int port_mod_timer(struct port *p, struct timer_list *timer, unsigned long expires);
int port_delete_timer_sync(struct port *p, struct timer_list *timer);
/* What is pending is never called. */
void port_timers_exit(struct port *p);

/* ---- interrupts: irq.c -------------------------------------------------------- */

extern unsigned port_irq_users;		/* machines where somebody handles any */
void port_take_irqs_slow(struct port *p);

/* A moment at which lines that are high are taken, if they may be. */
static inline void port_take_irqs(struct port *p)
{
	if (unlikely(__atomic_load_n(&port_irq_users, __ATOMIC_RELAXED)) && p &&
	    bus_irqs_high(p->machine))
		port_take_irqs_slow(p);
}
/* The line of a specifier: <armdma/bus.h>; 0: there are no more. */
unsigned port_irq_line(struct port *p, const char *controller, const u32 *cells, unsigned nr);

/* The same, where nobody has said of which machine. */
static inline void port_take_irqs_here(void)
{
	if (unlikely(__atomic_load_n(&port_irq_users, __ATOMIC_RELAXED)))
		port_take_irqs(port_current());
}

void port_irqs_exit(struct port *p);

/* ---- supplies of devices: supply.c ------------------------------------------------- */

/* The line of a clock, reset or power domain; @nr cells, the first few count. */
struct supply *port_supply(struct port *p, enum supply_kind kind, const char *provider,
			   const u32 *cells, int nr);
void port_set_supply(struct supply *s, bool is_on);
bool port_supply_is_on(const struct supply *s);
const char *port_supply_name(const struct supply *s);
/* Does nobody answer there? Then plain registers do from now on. */
void port_need_registers(struct port *p, phys_addr_t pa, u64 len);

/* ---- work for later: work.c ------------------------------------------------------ */

extern unsigned port_works_queued;	/* on all machines */
void port_run_works_slow(struct port *p);

/* A place where a thread may sleep: if it holds no mutex, it does what is queued. */
static inline void port_run_works(struct port *p)
{
	if (unlikely(__atomic_load_n(&port_works_queued, __ATOMIC_RELAXED)) && p)
		port_run_works_slow(p);
}

/* What is queued is never done. */
void port_works_exit(struct port *p);

/* Mutexes that this thread holds: irqflags.c. */
int port_mutexes_held(void);

/* ---- words: printk.c -------------------------------------------------------- */

/* "BUG: sleeping function called from invalid context", there. */
void printk_sleeping(const char *file, int line);

/* Where printk goes; NULL is stderr. One for the process. */
void printk_redirect(FILE *to);

/* ---- vsprintf.c ------------------------------------------------------------------ */

/* The text of a kernel's format, on the host; yours to g_free(). */
char *kernel_vasprintf(const char *fmt, va_list args);

#endif
