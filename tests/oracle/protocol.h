/* SPDX-License-Identifier: MIT */
/*
 * What test and stub say to each other, in little-endian words, through two files that
 * semihosting opens in QEMU's working folder:
 *
 *   job.bin    requests, one after another, JOB_END at the end
 *   out.bin    the answers of those that have any, in the same order
 */
#ifndef TESTS_ORACLE_PROTOCOL_H
#define TESTS_ORACLE_PROTOCOL_H

#define JOB_FILE	"job.bin"
#define OUT_FILE	"out.bin"

enum job {
	JOB_END,
	JOB_LOAD,	/* pa, n, n words: goes to memory */
	JOB_FILL,	/* pa, n, word: n times that word */
	JOB_REGISTERS,	/* NR_JOB_REGISTERS words, of the Non-secure bank */
	JOB_TRANSLATE,	/* n, n times a va. Answers NR_ASKS doublewords each: PAR */
	JOB_ACCESS,	/* va of the helper page, n, n times {va, kind, pa, word}. pa: where
			   the access may go, to hold the word before it; 0: not RAM.
			   Answers NR_ACCESS_WORDS each */
	JOB_IDENTIFY,	/* Answers MIDR, ID_MMFR0 */
};

/* The operations of JOB_TRANSLATE, in the order of CP15 c7, c8, 4..7. */
enum ask {
	ASK_READ,
	ASK_WRITE,
	ASK_USER_READ,
	ASK_USER_WRITE,
	NR_ASKS
};

/* The kinds of JOB_ACCESS. The first four are instructions of the helper page. */
enum access_kind {
	ACCESS_LOAD,
	ACCESS_STORE,
	ACCESS_USER_LOAD,
	ACCESS_USER_STORE,
	ACCESS_FETCH,
	ACCESS_USER_FETCH,
	NR_ACCESS_KINDS
};

/* What an access answers. */
enum access_word {
	ACCESS_WHERE,	/* LR of the SMC, as an offset from the helper page */
	ACCESS_FSR,	/* DFSR or IFSR */
	ACCESS_FAR,
	ACCESS_DATA,	/* of a load what it got, of a store what is at pa afterwards */
	NR_ACCESS_WORDS
};

/* Vectors of the helper page, and its instructions: LR is what follows the SMC. */
#define HELPER_LOAD		0x20u
#define WHERE_UNDEFINED		0x08u
#define WHERE_PREFETCH_ABORT	0x10u
#define WHERE_DATA_ABORT	0x14u
#define WHERE_DONE(kind)	(0x28u + 8u * (kind))

/* The helper page stands at the start of the stub, STUB_OFFSET into RAM. */
#define STUB_OFFSET		0x10000u

enum job_register {
	REG_SCTLR,
	REG_TTBCR,
	REG_TTBR0_LOW, REG_TTBR0_HIGH,
	REG_TTBR1_LOW, REG_TTBR1_HIGH,
	REG_DACR,
	REG_PRRR,	/* and MAIR0 */
	REG_NMRR,	/* and MAIR1 */
	REG_VBAR,
	NR_JOB_REGISTERS
};

/* The high word of an answer whose walk met an external abort: with DFSR below it. */
#define ANSWER_WALK_ABORT	0x80000000u

#endif
