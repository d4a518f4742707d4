/* SPDX-License-Identifier: MIT */
/*
 * A register file, described by a table: where each register is, what it holds after
 * reset, which bits software can write, and who is told.
 *
 * Registers have 32 bits. Smaller accesses, and those that no row answers for, are error
 * responses, unless the file reads as zero there.
 */
#ifndef SIM_IOMMU_REGISTERS_H
#define SIM_IOMMU_REGISTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One row: a register, or @nr of them, each @stride bytes after the one before. */
struct reg_row {
	uint32_t at;
	uint32_t stride, nr;		/* nr 0: just one */
	uint32_t reset;
	uint32_t writable;		/* bits that keep what is written to them */
	uint32_t (*read)(void *opaque, unsigned idx, uint32_t held);	/* NULL: what it holds */
	void (*wrote)(void *opaque, unsigned idx, uint32_t value);	/* NULL: nobody is told */
};

struct reg_file {
	const struct reg_row *rows;
	size_t nr_rows;
	uint32_t *held;			/* len / 4 words */
	uint32_t len;
	bool reads_as_zero;		/* where there is no register, and writes are ignored */
};

void regs_init(struct reg_file *f, const struct reg_row *rows, size_t nr_rows, uint32_t len);
void regs_done(struct reg_file *f);
void regs_reset(struct reg_file *f);
bool regs_read(struct reg_file *f, void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value);
bool regs_write(struct reg_file *f, void *opaque, uint64_t reg, unsigned len, uint64_t value);

static inline uint32_t regs_held(const struct reg_file *f, uint32_t reg)
{
	return f->held[reg / 4];
}

static inline uint64_t regs_held64(const struct reg_file *f, uint32_t reg)
{
	return f->held[reg / 4] | (uint64_t)f->held[reg / 4 + 1] << 32;
}

#endif
