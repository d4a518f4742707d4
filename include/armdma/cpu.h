/* SPDX-License-Identifier: MIT */
/*
 * A CPU as software sees it: loads, stores, CP15 operations, barriers.
 *
 * This is the instruction set of the model. lib/port is its one customer in
 * lib/; tests use it freely. All addresses are Arm virtual addresses unless the
 * name says pa. With SCTLR.M clear, va is pa and everything is uncached.
 *
 * A data abort is what the hardware does, not an error: the accessor returns
 * false and the fault is in cpu_last_fault(). The code under test, whose plain
 * loads cannot return anything, ends with a report (see cpu_before_load()).
 *
 * Spec: DDI 0406C, B3 (VMSA), B2.2 (caches), B4.2 (CP15 by function).
 */
#ifndef ARMDMA_CPU_H
#define ARMDMA_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cpu;

/** CPU @idx of @m; NULL if the board has fewer. Borrowed. */
struct cpu *machine_cpu(struct machine *m, unsigned idx);
unsigned machine_nr_cpus(const struct machine *m);
unsigned cpu_index(const struct cpu *c);
struct machine *cpu_machine(const struct cpu *c);

/**
 * cpu_enter() - this host thread is now that CPU
 *
 * Exact gear: threads may take turns, never run at once, and a thread whose turn it is
 * again enters again, for the window shows one CPU at a time. Fast gear: one thread
 * per CPU. A thread that never entered any is CPU 0 of the machine that a
 * pointer belongs to. More of threads: machine_nr_takeovers() (run.h). Returns the CPU
 * that it was before, or NULL.
 */
struct cpu *cpu_enter(struct cpu *c);
struct cpu *cpu_current(void);

#ifndef __cplusplus
/*
 * cpu_current() without a call, for what is linked with the machine's objects; programs
 * that load libarmdma.so do not have it. initial-exec: else each access would be one.
 */
extern _Thread_local struct cpu *cpu_of_this_thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));
#endif

/* ---- loads and stores ---------------------------------------------- */

/**
 * cpu_load() - read @len bytes at @va as this CPU sees them
 * cpu_store() - write them
 *
 * Any alignment; taken line by line, each an access of its own. To registers, and from
 * ARMv6 on to any Device or Strongly-ordered memory, @len must be 1, 2, 4 or 8 and @va
 * aligned to it: one bus access. With SCTLR.A set, 2, 4 and 8 bytes must be aligned
 * everywhere. (That cores before ARMv6 rotate an unaligned word is left out.) @site is
 * the host code address to blame in reports; NULL is fine.
 * Return: false on a data abort (cpu_last_fault()); bytes before it were done.
 */
bool cpu_load(struct cpu *c, uint32_t va, void *buf, size_t len, const void *site);
bool cpu_store(struct cpu *c, uint32_t va, const void *buf, size_t len, const void *site);

/**
 * cpu_store_run() - @nr words to the register at @va, one after the other: @value,
 * @value + @step, @value + 2 * @step, ...
 *
 * The loop of STR with which a driver has a range of lines maintained, and nothing else:
 * each is a store as by cpu_store(), and who observes, counts or runs beside sees as many.
 * Only the host's time differs, where a device takes many at once (a PL310's operations by
 * physical address).
 * Return: false on a data abort; the stores before it were done.
 */
bool cpu_store_run(struct cpu *c, uint32_t va, uint32_t value, uint32_t step, uint32_t nr,
		   const void *site);

/**
 * cpu_before_load() - make the window hold what this CPU would see at @va
 * cpu_before_store() - prepare for a native store of @len bytes that follows at once
 *
 * What the compiler hooks call, and nobody else need. The access itself is then
 * done natively through the window; a store's value is picked up by the next
 * event of this machine, another cpu_before_*() included. @len may span lines and
 * pages (a struct copy): the whole range is one pending store, and the range is
 * also readable after cpu_before_store(), since gcc's hook for a bitfield store
 * announces the write and not the read of the bits around it. An abort here ends
 * the process: one report on stderr, exit status 1, for there is no instruction to
 * return to.
 */
void cpu_before_load(struct cpu *c, uint32_t va, size_t len, const void *site);
void cpu_before_store(struct cpu *c, uint32_t va, size_t len, const void *site);

/** The same for whichever CPU this thread is on @m: what cpu_enter() says, else CPU 0. */
void machine_before_load(struct machine *m, uint32_t va, size_t len, const void *site);
void machine_before_store(struct machine *m, uint32_t va, size_t len, const void *site);

/* ---- modes and aborts ----------------------------------------------- */

/**
 * cpu_set_user() - loads and stores are from now on those of user mode, or privileged
 *
 * Reset is privileged. Nothing but what accesses may do depends on it: this model has
 * no other modes. In the fast gear, where all CPUs share a TLB, it does nothing.
 * Return: as it was before.
 */
bool cpu_set_user(struct cpu *c, bool is_user);
bool cpu_is_user(const struct cpu *c);

struct cpu_fault;

/**
 * cpu_abort_handler - what software does at the data abort of a load or store
 * @f: as FSR and FAR have it, too
 *
 * Called privileged, before observers learn of the fault and before any byte of the
 * access has moved. An access that aborts while it runs is refused at once.
 * Return: true when the tables were mended and the access is to be made again.
 */
typedef bool cpu_abort_handler(struct cpu *c, const struct cpu_fault *f, const void *site);

/** The vector: at most one handler; NULL takes it away. */
void machine_on_abort(struct machine *m, cpu_abort_handler *handler);

/** Is this thread in a handler? A plain access then is one of its own. */
bool cpu_handles_abort(void);

/* ---- system control ------------------------------------------------- */

enum cp15_reg {
	CP15_SCTLR,		/* M bit 0, A 1, C 2, S 8, R 9, I 12, WXN 19, UWXN 20, U 22,
				 * XP 23, EE 25, TRE 28, AFE 29: those that the part has */
	CP15_ACTLR,
	CP15_TTBR0,		/* 64 bits where the part has LPAE */
	CP15_TTBR1,		/* the same */
	CP15_TTBCR,		/* EAE bit 31, on parts with LPAE: long descriptors */
	CP15_DACR,
	CP15_PRRR,
	CP15_NMRR,
	CP15_CONTEXTIDR,
	CP15_DFSR,
	CP15_DFAR,
	CP15_IFSR,
	CP15_IFAR,
	CP15_PAR,		/* 64 bits where the part has LPAE */
	/* read-only: writes are ignored */
	CP15_MIDR,
	CP15_MPIDR,
	CP15_TLBTR,
	CP15_CTR,
	CP15_CLIDR,
	CP15_CSSELR,		/* writable: selects the cache that CCSIDR shows */
	CP15_CCSIDR,
	CP15_ID_MMFR0,
	CP15_ID_MMFR1,
	CP15_ID_MMFR2,
	CP15_ID_MMFR3,
	NR_CP15_REGS,
	/* the names of two of them with long descriptors */
	CP15_MAIR0 = CP15_PRRR,
	CP15_MAIR1 = CP15_NMRR,
};

/**
 * cpu_cp15_write() - MCR: the low 32 bits; the others stay
 * cpu_cp15_read() - MRC
 */
void cpu_cp15_write(struct cpu *c, enum cp15_reg reg, uint32_t value);
uint32_t cpu_cp15_read(struct cpu *c, enum cp15_reg reg);

/**
 * cpu_cp15_write64() - MCRR, of TTBR0, TTBR1 and PAR on parts with LPAE; of anything
 * else (UNDEFINED in hardware) it is an MCR of the low half
 * cpu_cp15_read64() - MRRC; the high half of a 32-bit register reads as zero
 */
void cpu_cp15_write64(struct cpu *c, enum cp15_reg reg, uint64_t value);
uint64_t cpu_cp15_read64(struct cpu *c, enum cp15_reg reg);

/** Data cache maintenance: by MVA, to the point of coherency of CP15 or that of unification. */
enum dc_op {
	DC_CLEAN,		/* DCCMVAC  */
	DC_INVALIDATE,		/* DCIMVAC  */
	DC_CLEAN_INVALIDATE,	/* DCCIMVAC */
	DC_CLEAN_POU,		/* DCCMVAU: far enough for code, not for DMA */
};

/**
 * cpu_dc() - one operation, on the line that holds @va
 * cpu_dc_range() - the loop every kernel writes: from the line of @va in steps of
 * CTR.DminLine while below @va + @len; @len 0 does nothing
 *
 * Reaches L1D and an integrated L2, never a PL310. Complete after cpu_dsb().
 * Return: false on a translation fault; the lines before it were done.
 */
bool cpu_dc(struct cpu *c, enum dc_op op, uint32_t va);
bool cpu_dc_range(struct cpu *c, enum dc_op op, uint32_t va, size_t len);

/**
 * cpu_dc_set_way() - DCCSW, DCISW, DCCISW: one way of one set of this CPU's own caches
 * @value: as software writes it: the way in the top bits, the set from bit log2 of
 *         the line's bytes up, the level less one in bits 3:1
 *
 * Never broadcast. Level 2 is an integrated one; a level that is not there is ignored.
 */
void cpu_dc_set_way(struct cpu *c, enum dc_op op, uint32_t value);

/** cpu_dc_all() - the whole level 1 data cache of this CPU: c7 operations of v5 and v6 */
void cpu_dc_all(struct cpu *c, enum dc_op op);

/**
 * cpu_dc_test_clean() - ARM926: MRC p15, 0, Rd, c7, c10, 3 (c14, 3: and invalidate)
 *
 * Cleans one dirty line, if there is one. Software loops until the whole cache is clean;
 * then the second form invalidates it.
 * Return: bit 30 set when no dirty line is left.
 */
uint32_t cpu_dc_test_clean(struct cpu *c, bool is_invalidate);

/* ---- instructions ---------------------------------------------------- */

enum ic_op {
	IC_ALL,			/* ICIALLU: this CPU's instruction cache */
	IC_ALL_IS,		/* ICIALLUIS: those of all CPUs */
	IC_MVA,			/* ICIMVAU: the line of va; all CPUs' where memory is shareable */
	IC_BP_ALL,		/* BPIALL; branch predictors hold no bytes, so it and the */
	IC_BP_ALL_IS,		/* next two, BPIALLIS and BPIMVA, change nothing */
	IC_BP_MVA,
};

/**
 * cpu_ic() - invalidate instruction caches or branch predictors
 * @va: of the operations by MVA; others ignore it
 *
 * On an instruction cache that is indexed virtually and has aliases, an operation by MVA
 * reaches the lines that @va itself indexes. Complete after cpu_dsb() and cpu_isb().
 * Return: false on a translation fault.
 */
bool cpu_ic(struct cpu *c, enum ic_op op, uint32_t va);

/**
 * cpu_fetch() - read @len bytes at @va as this CPU's instruction fetches see them
 *
 * Through the instruction cache, which snoops nobody and is filled from below level 1
 * data caches: what is dirty there must be cleaned to the point of unification first.
 * With SCTLR.I clear it is passed by. Memory that is not Normal is not fetched from here.
 * Return: false on a prefetch abort (IFSR, IFAR, cpu_last_fault()).
 */
bool cpu_fetch(struct cpu *c, uint32_t va, void *buf, size_t len, const void *site);

/**
 * TLB maintenance. "@va" is what is written to the register: an address, an ASID in its
 * low byte, or both.
 *
 * Of TLBs that are one for instructions and data, which most are, the operations on one
 * side do the whole. A leaf leaves whole, whichever of its pages is named.
 */
enum tlbi_op {
	/* this CPU: c8, c7 */
	TLBI_ALL,
	TLBI_MVA,		/* the page at va, of this ASID (the low byte of va) or global */
	TLBI_ASID,		/* all of this ASID, global entries not */
	TLBI_MVAA,		/* the page at va, of every ASID */
	/* the Inner Shareable domain, with multiprocessing extensions: c8, c3 */
	TLBI_ALL_IS,
	TLBI_MVA_IS,
	TLBI_ASID_IS,
	TLBI_MVAA_IS,
	/* this CPU, TLB of instructions: c8, c5 */
	TLBI_I_ALL,
	TLBI_I_MVA,
	TLBI_I_ASID,
	/* this CPU, TLB of data: c8, c6 */
	TLBI_D_ALL,
	TLBI_D_MVA,
	TLBI_D_ASID,
	NR_TLBI_OPS
};
/** Complete after cpu_dsb(). In the fast gear, which has one TLB, all are broadcast. */
void cpu_tlbi(struct cpu *c, enum tlbi_op op, uint32_t va);

/** What a barrier orders: every access, or stores only. */
enum barrier_kind {
	BARRIER_SY,
	BARRIER_ST,
};

/**
 * cpu_dmb() - accesses before it are seen before accesses after it; nothing is waited for
 * cpu_dsb() - every store before it has been seen, and maintenance is complete
 * cpu_isb() - later accesses use the registers and translations of now; orders no data
 *
 * Shareability domains (ISH, OSH) are not told apart: each barrier is system-wide. A
 * store may still wait in a PL310's own buffer after a DSB; its sync register drains that.
 */
void cpu_dsb(struct cpu *c, enum barrier_kind kind);
void cpu_dmb(struct cpu *c, enum barrier_kind kind);
void cpu_isb(struct cpu *c);

/* ---- translation ----------------------------------------------------- */

/** Memory types, and the cacheability of Normal memory. */
enum mem_type { MEM_STRONGLY_ORDERED, MEM_DEVICE, MEM_NORMAL };
enum cacheability { CACHE_NONE, CACHE_WBWA, CACHE_WT, CACHE_WB };	/* as RGN encodes them */

struct mem_attrs {
	uint8_t type;			/* enum mem_type */
	uint8_t inner, outer;		/* enum cacheability; Normal only */
	bool is_shareable;
	bool is_outer_shareable;	/* beyond the Inner Shareable domain, too */
};

enum fault_kind {
	FAULT_NONE,
	FAULT_TRANSLATION,
	FAULT_ACCESS_FLAG,
	FAULT_DOMAIN,
	FAULT_PERMISSION,
	FAULT_EXTERNAL,			/* nothing answers at that physical address */
	FAULT_WALK_EXTERNAL,
	FAULT_ALIGNMENT,
};

struct cpu_fault {
	enum fault_kind kind;
	int level;			/* of the walk: 1 to 3; 0: none */
	uint32_t va;
	bool is_write;
	bool is_fetch;			/* IFSR and IFAR tell, not DFSR and DFAR */
	uint32_t dfsr;			/* as that register would read */
};
struct cpu_fault cpu_last_fault(const struct cpu *c);

struct translation {
	struct cpu_fault fault;		/* .kind FAULT_NONE: the rest is valid */
	uint64_t pa;
	uint32_t va_first;		/* of the page, section or block that maps it */
	uint32_t len;			/* its size, bytes */
	struct mem_attrs attrs;
	uint8_t mair;			/* long descriptors: the byte of MAIR, hints and all */
	bool is_non_global;
};

/** What an access wants to do; {} is a privileged load. Not both a write and a fetch. */
struct walk_ask {
	bool is_write, is_fetch, is_user;
};

/**
 * cpu_walk() - walk the tables afresh for an access, filling no TLB and raising nothing
 * (the page as it *would* be translated after a TLB invalidation)
 * cpu_translate() - the same for a privileged load or store
 */
struct translation cpu_walk(struct cpu *c, uint32_t va, struct walk_ask ask);
struct translation cpu_translate(struct cpu *c, uint32_t va, bool is_write);

enum ats_op {
	ATS1CPR,		/* privileged read */
	ATS1CPW,		/* privileged write */
	ATS1CUR,		/* user read */
	ATS1CUW,		/* user write */
};

/**
 * cpu_ats() - address translation by CP15: the answer, a fault included, is in PAR
 *
 * PAR has 64 bits when TTBCR.EAE is set, else 32. The walk is always a new one, though
 * hardware may answer from a TLB. Attributes are those of the tables, whatever SCTLR.C
 * says; the SH field of Strongly-ordered, Device and non-cacheable memory is 0b10.
 * Return: false on a data abort, which only an external abort on the walk is
 * (cpu_last_fault()); PAR stays.
 * Source: DDI 0406C, B4.2.4 and B4.1.112.
 */
bool cpu_ats(struct cpu *c, enum ats_op op, uint32_t va);

/**
 * cpu_find_aliases() - every page or section of the live tables that maps @pa
 * @ret: filled with at most @nr
 *
 * Walks everything reachable from TTBR0/1: an observer's question, microseconds.
 * Return: how many there are, which may be more than @nr.
 */
size_t cpu_find_aliases(struct cpu *c, uint64_t pa, struct translation *ret, size_t nr);

#ifdef __cplusplus
}
#endif
#endif
