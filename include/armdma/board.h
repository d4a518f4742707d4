/* SPDX-License-Identifier: MIT */
/*
 * A board: what a flattened device tree says about a machine, as plain data.
 *
 *   FILE.dtb --board_load()--> struct board --machine_new()--> struct machine
 *
 * Reading never fails because a part is not modelled: a board can always be
 * described. Whether it can be *built* is board_check(), whose answer is one
 * sentence that is true of that board.
 *
 * What a tree does not say (the line size of a Cortex-A9) comes from one table
 * of cores, sim/board/parts.c; what the tree leaves to the boot loader (the
 * size of DRAM) is assumed, marked @is_assumed, and said so in every report.
 *
 * Leaves out: pin control, regulators; clocks and interrupts but those of IOMMUs. Only
 * what moves data is read; the whole tree is kept, too.
 *
 * Spec: Devicetree Specification v0.4; Linux's bindings for the rest.
 */
#ifndef ARMDMA_BOARD_H
#define ARMDMA_BOARD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>
#include <armdma/iommu-knobs.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a cache picks the line that must leave. */
enum cache_replacement {
	CACHE_PSEUDO_RANDOM,	/* an LFSR in hardware; our chooser here */
	CACHE_ROUND_ROBIN,	/* one counter per cache */
	CACHE_LRU,		/* exact, per set */
	NR_CACHE_REPLACEMENTS
};

/**
 * struct cache_geometry - size, shape and policy of one cache
 * @bytes:          capacity; 0 means that there is no such cache
 * @line_bytes:     a power of two, 16..128
 * @nr_ways:        associativity, 1..64 in level 1, 1..16 below it
 *                  (@bytes / (@line_bytes * @nr_ways) is a power of two)
 * @replacement:    who leaves
 * @write_allocate: a store that misses brings the line in
 * @is_assumed:     the tree does not give the size, and the part allows several
 */
struct cache_geometry {
	uint32_t bytes;
	uint16_t line_bytes;
	uint8_t nr_ways;
	uint8_t replacement;		/* enum cache_replacement */
	bool write_allocate;
	bool is_assumed;
};

/** What picks the set, and what is compared, in a level 1 cache. */
enum cache_indexing {
	INDEX_PIPT,		/* physical, or made to behave so by hardware */
	INDEX_VIPT,		/* virtual index, physical tag: aliases above 4 KiB a way */
	INDEX_VIVT		/* virtual in both: a line belongs to a virtual address */
};

/** What an integrated level 2 holds of what level 1 holds. */
enum l2_inclusion {
	L2_INDEPENDENT,		/* neither rule */
	L2_INCLUSIVE,		/* all of it: what leaves level 2 leaves level 1 */
	L2_EXCLUSIVE		/* little of it: filled by what level 1 evicts */
};

/** Which short descriptors the walker reads. */
enum table_format {
	TABLES_V5,		/* subpage permissions, no TEX, XN, S or nG */
	TABLES_V6,		/* SCTLR.XP chooses: that of v5, or v7's without PXN */
	TABLES_V7
};

/** @nr_entries 0: not known. @nr_ways 0: fully associative. */
struct tlb_shape {
	uint16_t nr_entries;
	uint8_t nr_ways;
};

/**
 * struct core_part - what every instance of a core has in common (parts.c)
 * @compatible:    "arm,cortex-a9"
 * @name:          "Cortex-A9"
 * @arch:          architecture version: 5, 6, 7, or 8 (run in AArch32 state)
 * @is_modelled:   false: @why_not completes "its core, a NAME, ..."
 * @l1i, @l1d:     level 1, defaults where a range exists
 * @l2:            the integrated level 2 that CP15 operations reach, or none
 * @walks_in_l1:   the table walker sees L1D (ID_MMFR3.CohWalk); else it reads
 *                 what is below it
 * @has_lpae:      implements the long-descriptor format
 * @l1i_indexing, @l1d_indexing: enum cache_indexing
 * @l2_inclusion:  enum l2_inclusion
 * @tables:        enum table_format
 * @tlb:           the main TLB of data, for a machine with real capacities
 * @tlb_is_split:  and instructions have another of the same shape
 * @midr:          what the main ID register reads, revision r0p0
 * @is_mp:         the level 1 caches of a cluster are coherent for shareable memory
 * @broadcasts:    operations by MVA reach the other CPUs (ID_MMFR3[15:12] not 0)
 * @wt_is_nc:      write-through memory is treated as non-cacheable
 */
struct core_part {
	const char *compatible;
	const char *name;
	int arch;
	bool is_modelled;
	const char *why_not;
	struct cache_geometry l1i, l1d, l2;
	bool walks_in_l1;
	bool has_lpae;
	uint8_t l1i_indexing, l1d_indexing;
	uint8_t l2_inclusion;
	uint8_t tables;
	struct tlb_shape tlb;
	bool tlb_is_split;
	uint32_t midr;
	bool is_mp;
	bool broadcasts;
	bool wt_is_nc;
};

struct board_cpu {
	char *path;			/* "/cpus/cpu@0" */
	char *compatible;		/* first string; "" when the tree is silent */
	const struct core_part *part;	/* NULL: a core we have never heard of */
	struct cache_geometry l1i, l1d, l2;
	bool is_disabled;		/* status = "disabled" (hot-plugged later) */
	bool has_cci_interface;		/* cci-control-port */
	uint8_t cci_interface;		/* an ACE slave interface: 3 or 4 */
};

struct board_bank {
	uint64_t pa;
	uint64_t len;			/* bytes */
	bool is_assumed;
};

/** How software reaches a second level that is a node of its own. */
enum outer_kind {
	OUTER_PL310,		/* registers: a line of physical address at a time */
	OUTER_L220,		/* the same, but every operation goes on behind software */
	OUTER_AURORA,		/* registers: a range of physical addresses at a time */
	OUTER_UNIPHIER,		/* registers: a queue of ranges */
	OUTER_FEROCEON,		/* CP15 operations of its own, by MVA and range */
	OUTER_TAUROS2,		/* CP15 operations of its own, by physical address */
	OUTER_INTEGRATED	/* the core's operations by MVA: it is the CPUs' @l2 */
};

/**
 * struct board_outer - the second level on the bus
 * @path:   NULL: the board has none
 * @name:   of the part: "PL310"
 * @reg_pa: its register block; 0: it has none
 * @is_modelled: false: no machine with it can be built
 * @wt_override: wt-override: Aurora treats write-back memory as write-through
 */
struct board_outer {
	char *path;
	char *compatible;
	const char *name;
	enum outer_kind kind;
	uint64_t reg_pa;
	bool is_modelled;
	struct cache_geometry cache;
	bool shared_override;		/* arm,shared-override: aux bit 22 */
	bool is_io_coherent;		/* arm,io-coherent: no cache sync */
	bool wt_override;
};

/**
 * struct board_cci400 - the coherent interconnect
 * @path:   NULL: the board has none, or none whose registers have an address
 * @reg_pa: its register block, of 64 KiB
 */
struct board_cci400 {
	char *path;
	uint64_t reg_pa;
};

/** As many cells as one specifier may have: of an interrupt, of a clock, ... */
#define BOARD_MAX_IRQ_CELLS	4
#define BOARD_MAX_SUPPLY_CELLS	4

/**
 * struct board_irq - an interrupt of a node, of interrupts or interrupts-extended
 * @controller: path of the node that takes it; "" where the tree does not lead to one
 */
struct board_irq {
	char *controller;
	uint8_t nr_cells;
	uint32_t cells[BOARD_MAX_IRQ_CELLS];
};

/** What a node needs before it answers: see armdma/supply.h. */
enum supply_kind { SUPPLY_CLOCK, SUPPLY_RESET, SUPPLY_POWER, NR_SUPPLY_KINDS };

/**
 * struct board_supply - an entry of clocks, resets or power-domains
 * @name:     of clock-names, ...; "" where the tree gives none
 * @provider: path of the node that drives it
 *
 * A "ti,sysc" module counts as the power of what is in it: provider is its path, without
 * cells.
 */
struct board_supply {
	enum supply_kind kind;
	char *name;
	char *provider;
	uint8_t nr_cells;
	uint32_t cells[BOARD_MAX_SUPPLY_CELLS];
};

/**
 * struct board_iommu - what translates for masters
 * @compatible: the first string; @kind goes by all of them
 * @kind:     of the model that is at its registers (armdma/iommu.h); NULL: none, or it
 *            has no registers that are reachable
 * @is_modelled: it has a kind. False: its masters are bypassed
 * @regs:     of struct board_bank: its register ranges that are reachable; tree order
 * @reg_pa, @reg_len: the first of these; 0: it has none
 * @irqs:     of struct board_irq; tree order
 * @supplies: of struct board_supply: clocks, resets, power domains, each in tree order
 * @formats:  of "armdma,reference-iommu": armdma,formats, as struct ref_config has them
 * @knobs:    of armdma,tlb-entries, ...: see armdma/iommu-knobs.h
 * @node:     its offset in board.dtb
 */
struct board_iommu {
	char *path;
	char *name;			/* as Linux names it: "13620000.sysmmu" */
	char *compatible;
	const char *kind;
	uint32_t nr_cells;		/* #iommu-cells */
	bool is_modelled;		/* false: its masters are bypassed */
	bool is_disabled;
	bool is_coherent;		/* dma-coherent: its walks snoop */
	GArray *regs;
	uint64_t reg_pa, reg_len;
	GArray *irqs;
	GArray *supplies;
	uint32_t formats;
	struct iommu_hw_knobs knobs;
	int node;
};

/** As many cells as one #iommu-cells may say. */
#define BOARD_MAX_IOMMU_CELLS	4

/**
 * struct board_stream - one entry of a master's iommus: how one of its ports shows itself
 * @iommu:    index into board.iommus
 * @nr_cells: of @cells: that IOMMU's #iommu-cells
 * @cells:    the specifier, as it is written; what it means is that IOMMU's business
 */
struct board_stream {
	unsigned iommu;
	uint8_t nr_cells;
	uint32_t cells[BOARD_MAX_IOMMU_CELLS];
};

/**
 * struct board_iommu_map - one entry of a bus's iommu-map: IDs of requesters behind it
 * @requester: the first of them
 * @nr:        how many; 0: none
 * @iommu:     index into board.iommus
 * @stream:    what the first becomes there; the others follow
 */
struct board_iommu_map {
	uint32_t requester;
	uint32_t nr;
	unsigned iommu;
	uint32_t stream;
};

/**
 * struct board_iova - one entry of iommu-addresses, in a region that a master names
 * @region: index into board.reserved
 * @iova:   the first byte, as the master sees it
 */
struct board_iova {
	unsigned region;
	uint64_t iova;
	uint64_t len;
};

/** One window of a bus's dma-ranges: device address -> physical address. */
struct board_range {
	uint64_t dma;			/* as the device sees it */
	uint64_t pa;
	uint64_t len;			/* bytes */
};

/** What Linux makes of a region of /reserved-memory, by any of its compatibles. */
enum reserved_kind {
	RESERVED_PLAIN,			/* nothing: it is kept out of use, or a driver's own */
	RESERVED_SHARED_POOL,		/* shared-dma-pool: one device's memory, or a CMA area */
	RESERVED_RESTRICTED_POOL,	/* restricted-dma-pool: bounce buffers of its devices */
	NR_RESERVED_KINDS
};

/**
 * struct board_reserved - one region of /reserved-memory
 * @name:      of its node: "framebuffer@8fe80000"
 * @places:    of struct board_bank: its reg, as it is written, not sorted; empty:
 *             software chooses a place, as the next three say
 * @len:       bytes; where the tree says the place, of the first of @places
 * @alignment: 0: any
 * @windows:   of struct board_bank: alloc-ranges, to be tried in this order; empty:
 *             anywhere
 * @is_no_map: software must not map it
 * @is_reusable: software may use it until the owner asks for it
 * @is_default_cma, @is_default_dma: linux,cma-default, linux,dma-default: for all
 *             devices that have no region of their own
 */
struct board_reserved {
	char *path;			/* "/reserved-memory/framebuffer@8fe80000" */
	char *name;
	char *compatible;		/* first string; "" when the tree is silent */
	enum reserved_kind kind;
	GArray *places;
	uint64_t len;
	uint64_t alignment;
	GArray *windows;
	bool is_no_map;
	bool is_reusable;
	bool is_default_cma;
	bool is_default_dma;
	bool is_disabled;
};

/** In board_master.regions: its memory-region leads to no region. */
#define BOARD_NO_REGION		UINT_MAX

struct board_master {
	char *path;			/* "/soc/mmc@1c0f000" */
	char *name;			/* as Linux names the platform device: "1c0f000.mmc" */
	char *compatible;
	bool is_coherent;		/* dma-coherent, own or inherited */
	bool is_disabled;
	GArray *iommus;			/* of unsigned: indices into board.iommus, each once */
	GArray *streams;		/* of struct board_stream: its iommus, tree order */
	GArray *iommu_maps;		/* of struct board_iommu_map: its iommu-map */
	uint32_t iommu_map_mask;	/* of requester IDs: these bits are looked up */
	uint8_t pasid_bits;		/* pasid-num-bits; 0: it sends none */
	GArray *iovas;			/* of struct board_iova: of its memory-region */
	GArray *ranges;			/* of struct board_range; empty is 1:1 */
	GArray *regions;		/* of unsigned: its memory-region, indices into
					 * board.reserved or BOARD_NO_REGION */
	bool has_cci_interface;		/* cci-control-port */
	uint8_t cci_interface;		/* an ACE-Lite slave interface: 0 to 2 */
};

struct board {
	char *file;			/* as given to board_load() */
	char *model;
	char *compatible;		/* of the root node, first string */
	char *cpu_spec;			/* as given to board_set_cpu(); NULL: the tree's own */
	void *dtb;			/* the tree, flattened, as it was read; it is well-formed */
	size_t dtb_len;			/* bytes */
	GPtrArray *cpus;		/* of struct board_cpu * */
	GArray *banks;			/* of struct board_bank, ascending, disjoint */
	GPtrArray *reserved;		/* of struct board_reserved *; tree order; all lie in
					 * @banks, or where no DRAM is */
	struct board_outer outer;
	struct board_cci400 cci400;
	GPtrArray *iommus;		/* of struct board_iommu * */
	GPtrArray *masters;		/* of struct board_master *; tree order */
};

#define BOARD_ERROR (board_error_quark())
GQuark board_error_quark(void);
enum board_error {
	BOARD_ERROR_UNREADABLE,		/* no such file, I/O error */
	BOARD_ERROR_MALFORMED,		/* not a device tree, or a broken one */
	BOARD_ERROR_UNSUPPORTED		/* a true board that cannot be built yet */
};

/**
 * board_load() - read a board from a flattened device tree
 * @path:  a .dtb file
 * @error: set on failure to one sentence that names @path and the place in it
 *
 * Context: any thread; reads one file, keeps nothing open.
 * Return: a board, yours to board_free(); NULL on failure. Retrying cannot help.
 */
struct board *board_load(const char *path, GError **error);

/**
 * board_parse() - the same from memory
 * @blob: a flattened device tree, any alignment; not kept
 * @len:  bytes
 * @name: stands for the file in messages; copied
 */
struct board *board_parse(const void *blob, size_t len, const char *name, GError **error);

/**
 * board_open() - a shipped board by its name, or a .dtb file by its path
 * @name_or_path: "a9-pl310", or "boards/mine.dtb"; a shipped name wins, so a file
 *                of that name is reached as "./a9-pl310"
 *
 * The shipped boards are part of the library: no file is needed.
 */
struct board *board_open(const char *name_or_path, GError **error);

/**
 * board_set_cpu() - put another core, or other caches, in the place of the tree's
 * @spec: "CORE[,ITEM]...", or items alone, which then change the cores of the tree.
 *        CORE is a part by any of its names: "cortex-a9", "arm,cortex-a9",
 *        "ARM926EJ-S". Every CPU of the tree becomes one, with the part's own caches;
 *        a tree that names no CPU gets one. An ITEM is
 *
 *          cpus=N                      how many CPUs, 1 to 8
 *          l1i=, l1d=, l2=, outer=     a cache: SIZE[/WAYS[/LINE]][/WORD]...
 *
 *        SIZE is bytes, or with K or M; 0 takes an l2 or outer cache away, if there is
 *        one. WAYS and LINE are as they were where they are not given. A WORD is random,
 *        rr or lru (replacement), wa or ra (whether a store that misses allocates).
 *
 * Return: false with one sentence in @error (BOARD_ERROR_MALFORMED), which does not
 * name the board; the board is then as it was.
 */
bool board_set_cpu(struct board *b, const char *spec, GError **error);

/** Names of the shipped boards, ascending, NULL-terminated. Borrowed. */
const char *const *board_shipped_names(void);

/**
 * board_check() - can a machine be built of this board?
 *
 * Return: true, or false with @error (BOARD_ERROR_UNSUPPORTED) saying in one
 * sentence, true of this board, why not.
 */
bool board_check(const struct board *b, GError **error);

/** Is there a second level that is modelled and that the CPUs' own operations do not reach? */
bool board_has_outer(const struct board *b);

/** The master whose Linux name or path is @name; NULL if there is none. Borrowed. */
const struct board_master *board_master(const struct board *b, const char *name);

/**
 * board_map_requester() - where requester @id behind @m goes
 * @ret_stream: of what it returns
 *
 * Return: an index into board.iommus; -1: @m's iommu-map has no entry for it.
 */
int board_map_requester(const struct board_master *m, uint32_t id, uint32_t *ret_stream);

/**
 * board_iommu_cells() - a property of an IOMMU's node, as numbers of one cell
 * @ret: the first @nr of them at most
 *
 * Return: how many cells it has; 0: there is no such property, or it is empty.
 */
unsigned board_iommu_cells(const struct board *b, const struct board_iommu *i, const char *prop,
			   uint32_t *ret, unsigned nr);
/** Which version of its kind it is: "v2"; NULL: nobody knows, or there is just one. Yours. */
char *board_iommu_version(const struct board *b, const struct board_iommu *i);
/** Has its node @prop at all? */
bool board_iommu_has(const struct board *b, const struct board_iommu *i, const char *prop);
/** Does the root node, or the IOMMU's, name @compatible? */
bool board_is_compatible(const struct board *b, const char *compatible);
bool board_iommu_is_compatible(const struct board *b, const struct board_iommu *i,
			       const char *compatible);

/** The region that comes first in @m's memory-region; NULL: it has none. Borrowed. */
const struct board_reserved *board_region(const struct board *b, const struct board_master *m);

/** The first CPU that is not disabled, which boots; NULL only if there is none. */
const struct board_cpu *board_boot_cpu(const struct board *b);

void board_free(struct board *b);	/* NULL is fine */
typedef struct board board;		/* so that g_autoptr(board) reads well */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(board, board_free)

#ifdef __cplusplus
}
#endif
#endif
