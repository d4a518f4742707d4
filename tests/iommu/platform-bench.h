/* SPDX-License-Identifier: MIT */
/*
 * The contract (contract.h) on a whole board: its tree, its IOMMUs at their registers behind
 * their clocks, resets and power domains, their drivers, and every master that it has behind
 * IOMMUs of one kind.
 *
 *	static const struct platform_run run = {
 *		.board = BOARD_DTB, .kind = "omap", .knobs.tlb_entries = 4, .sleeps = true };
 *	char *broken = platform_play(&run, &sum);
 *
 * Each device first receives through the DMA API by each of its ports, then is played with
 * another one that it shares nothing with, else alone. Who drives is not known here: drivers
 * of the program come first, else those of lib/iommu. The file is compiled into our tests,
 * and by `armdma cc` together with Linux's own drivers, which have static state: one run a
 * process there, of platform_rows by its name.
 */
#ifndef TESTS_IOMMU_PLATFORM_BENCH_H
#define TESTS_IOMMU_PLATFORM_BENCH_H

#include <armdma/harness.h>
#include "contract.h"

/**
 * struct platform_run - one boot
 * @name:   of a row
 * @board:  a .dtb or a shipped board
 * @kind:   of the IOMMUs, as iommu_hw_kind() says
 * @line:   other CPUs in the place of the board's, with lines of 32 or 64 bytes; 0: its own
 * @knobs:  over those of the tree
 * @mode:   of default domains; 0: strict
 * @has_no_dma: nothing is received by the DMA API: the IOMMU is off until somebody attaches
 * @is_6_12: the library is not repaired (enum linux_behaviour)
 * @uses_pm: devices use runtime PM: drivers that only resume an IOMMU for who does need it
 * @sleeps: the same, and they sleep in between, so that supplies go off
 * @only_boots: nothing is played: each device, if there is one, receives, that is all
 * @nr_steps: of each pair; 0: a usual number
 * @max_devices: that are played, in the tree's order; 0: all
 * @traits: NULL: those of the kind (platform_traits())
 * @mutant: what drivers forget, as contract.h says
 */
struct platform_run {
	const char *name;
	const char *board;
	const char *kind;
	unsigned line;
	struct iommu_hw_knobs knobs;
	enum machine_gear gear;
	enum chooser_mode chooser;
	uint64_t seed;
	enum iommu_mode mode;
	bool uses_pm;
	bool is_6_12;
	bool has_no_dma;
	bool sleeps;
	bool only_boots;
	unsigned nr_steps;
	unsigned max_devices;
	const struct contract_traits *traits;
	enum contract_mutant mutant;
};

/* What was played. @nr_losses: times that any of the IOMMUs lost what it held meanwhile. */
struct platform_sum {
	unsigned nr_iommus, nr_devices, nr_ports, nr_pairs;
	uint64_t nr_losses;
};

/* NULL: the contract was kept; else what broke it, first: to be g_free()d. */
char *platform_play(const struct platform_run *run, struct platform_sum *ret_sum);

/* What the hardware of a kind cannot be asked for. */
const struct contract_traits *platform_traits(const char *kind);

/*
 * Both walkers, lines of 32 and 64 bytes, bounded and unbounded TLBs, what is not there held
 * or not, both gears, free choices of the hardware, sleep: without board and kind.
 */
extern const struct platform_run platform_rows[];
extern const unsigned nr_platform_rows;
/* The one of this name; nr_platform_rows: there is none. */
unsigned platform_row(const char *name);

/* The row @idx on the board @dtb: as platform_play(). */
char *platform_play_row(unsigned idx, const char *dtb, const char *kind,
			struct platform_sum *ret_sum);

/* What is so in every row, for the board's sake or the driver's. */
#define PLATFORM_USES_PM	(1u << 0)	/* drivers wait for runtime PM */
#define PLATFORM_IDENTITY	(1u << 1)	/* default domains are identity domains */
#define PLATFORM_RW		(1u << 2)	/* pages are for reads and writes */
#define PLATFORM_6_12		(1u << 3)	/* and the library as Linux is */
#define PLATFORM_NO_DMA		(1u << 4)	/* nothing by the DMA API */
#define PLATFORM_SILENT		(1u << 5)	/* it tells nobody of faults */
#define PLATFORM_WHOLE		(1u << 6)	/* it unmaps large pages as a whole only */
#define PLATFORM_LOSES		(1u << 7)	/* whose device sleeps, it loses what it held */
char *platform_play_row_as(unsigned idx, const char *dtb, const char *kind, unsigned how,
			   struct platform_sum *ret_sum);

#endif
