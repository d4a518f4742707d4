/* SPDX-License-Identifier: MIT */
/*
 * Bare metal on QEMU's Arm: does what job.bin says, writes answers to out.bin.
 *
 * Translations are asked with ATS12NSO*, the Non-secure PL1&0 stage 1 (and 2, which is
 * off), from Monitor mode. Aborts during one are external aborts on the walk.
 *
 * Spec: DDI 0406C, B4.2.4 (address translation operations), B1.5 (security states);
 * Arm semihosting (100863).
 */
#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"

#define SYS_OPEN	0x01
#define SYS_WRITE0	0x04
#define SYS_WRITE	0x05
#define SYS_READ	0x06
#define SYS_EXIT_EXTENDED 0x20
#define OPEN_READ	1
#define OPEN_WRITE	5
#define EXITED		0x20026u

#define CPSR_MASKED_SVC	0x1d3u
#define CPSR_MASKED_USR	0x1d0u
#define UNDEFINED_INSTRUCTION 0xe7f000f0u

#define BUFFER_WORDS	16384u

uint32_t semihost(uint32_t operation, const void *arguments);
uint64_t enter_helper(uint32_t pc, uint32_t cpsr, uint32_t va, uint32_t value);
void stub_main(void);
void stub_dies(uint32_t vector);

volatile uint32_t walk_abort;

static uint32_t job_fd, out_fd;
static uint32_t job[BUFFER_WORDS], out[BUFFER_WORDS];
static uint32_t job_next, job_end, out_next;
static bool has_lpae;

/* ---- the host ----------------------------------------------------------------- */

static void stops(const char *why, uint32_t status)
{
	const uint32_t arguments[2] = { EXITED, status };

	if (why)
		semihost(SYS_WRITE0, why);
	semihost(SYS_EXIT_EXTENDED, arguments);
	for (;;)
		;
}

void stub_dies(uint32_t vector)
{
	stops(vector == 3 ? "stub: prefetch abort\n" : "stub: undefined instruction\n", 3);
}

static uint32_t opens(const char *name, uint32_t len, uint32_t mode)
{
	const uint32_t arguments[3] = { (uint32_t)name, mode, len };
	uint32_t fd = semihost(SYS_OPEN, arguments);

	if (fd == -1u)
		stops("stub: cannot open its files\n", 2);
	return fd;
}

/* Returns how many bytes came. */
static uint32_t reads(void *to, uint32_t len)
{
	const uint32_t arguments[3] = { job_fd, (uint32_t)to, len };

	return len - semihost(SYS_READ, arguments);
}

static uint32_t next(void)
{
	if (job_next == job_end) {
		job_next = 0;
		job_end = reads(job, sizeof(job)) / 4;
		if (!job_end)
			return JOB_END;
	}
	return job[job_next++];
}

static void flush(void)
{
	const uint32_t arguments[3] = { out_fd, (uint32_t)out, 4 * out_next };

	if (out_next)
		semihost(SYS_WRITE, arguments);
	out_next = 0;
}

static void answers(uint32_t word)
{
	out[out_next++] = word;
	if (out_next == BUFFER_WORDS)
		flush();
}

/* ---- CP15 ----------------------------------------------------------------------- */

#define cp15_write(value, crn, crm, op2)	\
	__asm__ volatile("mcr p15, 0, %0, " #crn ", " #crm ", " #op2 : : "r"(value) : "memory")
#define cp15_read(crn, crm, op2) ({		\
	uint32_t value_;			\
	__asm__ volatile("mrc p15, 0, %0, " #crn ", " #crm ", " #op2 : "=r"(value_) : : "memory"); \
	value_; })
#define isb()	__asm__ volatile("dsb\n\tisb" : : : "memory")

/* Which bank Monitor mode reads and writes: SCR.NS. */
static void use_bank(uint32_t is_non_secure)
{
	cp15_write(is_non_secure, c1, c1, 0);
	isb();
}

static void write_ttbrs(const uint32_t *reg)
{
	if (has_lpae && reg[REG_TTBCR] >> 31) {
		__asm__ volatile("mcrr p15, 0, %0, %1, c2" : :
				 "r"(reg[REG_TTBR0_LOW]), "r"(reg[REG_TTBR0_HIGH]));
		__asm__ volatile("mcrr p15, 1, %0, %1, c2" : :
				 "r"(reg[REG_TTBR1_LOW]), "r"(reg[REG_TTBR1_HIGH]));
	} else {
		cp15_write(reg[REG_TTBR0_LOW], c2, c0, 0);
		cp15_write(reg[REG_TTBR1_LOW], c2, c0, 1);
	}
}

static void set_registers(void)
{
	uint32_t reg[NR_JOB_REGISTERS];

	for (unsigned i = 0; i < NR_JOB_REGISTERS; i++)
		reg[i] = next();
	use_bank(1);
	cp15_write(reg[REG_TTBCR], c2, c0, 2);
	write_ttbrs(reg);
	cp15_write(reg[REG_DACR], c3, c0, 0);
	cp15_write(reg[REG_PRRR], c10, c2, 0);
	cp15_write(reg[REG_NMRR], c10, c2, 1);
	cp15_write(reg[REG_VBAR], c12, c0, 0);
	cp15_write(reg[REG_SCTLR], c1, c0, 0);
	cp15_write(0, c8, c7, 0);		/* TLBIALL */
	use_bank(0);
}

/* ---- translations ---------------------------------------------------------------- */

static void answer_par(void)
{
	uint32_t low, high = 0;

	if (walk_abort) {
		answers(walk_abort & ~ANSWER_WALK_ABORT);
		answers(ANSWER_WALK_ABORT);
		walk_abort = 0;
		return;
	}
	if (has_lpae)
		__asm__ volatile("mrrc p15, 0, %0, %1, c7" : "=r"(low), "=r"(high));
	else
		low = cp15_read(c7, c4, 0);
	answers(low);
	answers(high);
}

/*
 * The PL0 forms are asked with SCR.NS set: clear, QEMU 7.2 translates them with the
 * Secure registers. It leaves PAR in the Secure bank all the same.
 */
static void translate(uint32_t va)
{
	cp15_write(va, c7, c8, 4);
	isb();
	answer_par();
	cp15_write(va, c7, c8, 5);
	isb();
	answer_par();
	use_bank(1);
	cp15_write(va, c7, c8, 6);
	use_bank(0);
	answer_par();
	use_bank(1);
	cp15_write(va, c7, c8, 7);
	use_bank(0);
	answer_par();
}

/* ---- accesses ----------------------------------------------------------------------- */

static uint64_t performs(uint32_t kind, uint32_t va, uint32_t word, uint32_t helper_va)
{
	if (kind == ACCESS_FETCH)
		return enter_helper(va, CPSR_MASKED_SVC, 0, 0);
	if (kind == ACCESS_USER_FETCH)
		return enter_helper(va, CPSR_MASKED_USR, 0, 0);
	return enter_helper(helper_va + HELPER_LOAD + 8 * kind, CPSR_MASKED_SVC, va, word);
}

static bool is_store(uint32_t kind)
{
	return kind == ACCESS_STORE || kind == ACCESS_USER_STORE;
}

static void access(uint32_t helper_va)
{
	uint32_t va = next(), kind = next(), pa = next(), word = next();
	volatile uint32_t *target = (volatile uint32_t *)pa;
	uint32_t fsr = 0, far = 0, where;
	uint64_t end;

	if (target)
		*target = is_store(kind) ? UNDEFINED_INSTRUCTION : word;
	cp15_write(0, c8, c7, 0);
	isb();
	end = performs(kind, va, word, helper_va);
	where = (uint32_t)end - helper_va;

	use_bank(1);
	if (where == WHERE_DATA_ABORT) {
		fsr = cp15_read(c5, c0, 0);
		far = cp15_read(c6, c0, 0);
	} else if (where == WHERE_PREFETCH_ABORT) {
		fsr = cp15_read(c5, c0, 1);
		far = cp15_read(c6, c0, 2);
	}
	use_bank(0);

	answers(where);
	answers(fsr);
	answers(far);
	answers(is_store(kind) ? target ? *target : word : (uint32_t)(end >> 32));
	if (target)
		*target = UNDEFINED_INSTRUCTION;
}

/* ---- the loop ------------------------------------------------------------------------ */

/* Most of a job: what is not in the buffer yet goes straight to its place. */
static void load(void)
{
	uint32_t *to = (uint32_t *)next();
	uint32_t nr = next();

	for (; nr && job_next < job_end; nr--)
		*to++ = job[job_next++];
	if (nr && reads(to, 4 * nr) != 4 * nr)
		stops("stub: its job is cut short\n", 2);
}

static void fill(void)
{
	uint32_t *to = (uint32_t *)next();
	uint32_t nr = next(), word = next();

	while (nr--)
		*to++ = word;
}

static void identify(void)
{
	answers(cp15_read(c0, c0, 0));
	answers(cp15_read(c0, c1, 4));
}

static void does(uint32_t request)
{
	uint32_t helper_va, nr;

	switch (request) {
	case JOB_LOAD:
		load();
		break;
	case JOB_FILL:
		fill();
		break;
	case JOB_REGISTERS:
		set_registers();
		break;
	case JOB_TRANSLATE:
		for (nr = next(); nr; nr--)
			translate(next());
		break;
	case JOB_ACCESS:
		helper_va = next();
		for (nr = next(); nr; nr--)
			access(helper_va);
		break;
	case JOB_IDENTIFY:
		identify();
		break;
	default:
		stops("stub: a request that it does not know\n", 4);
	}
}

void stub_main(void)
{
	uint32_t request;

	has_lpae = (cp15_read(c0, c1, 4) & 15) >= 5;	/* ID_MMFR0.VMSA */
	job_fd = opens(JOB_FILE, sizeof(JOB_FILE) - 1, OPEN_READ);
	out_fd = opens(OUT_FILE, sizeof(OUT_FILE) - 1, OPEN_WRITE);
	while ((request = next()) != JOB_END)
		does(request);
	flush();
	stops(0, 0);
}
