/* SPDX-License-Identifier: MIT */
/* A register file, described by a table: see registers.h. */
#include <glib.h>

#include "registers.h"

static uint32_t count_of(const struct reg_row *r)
{
	return r->nr ? r->nr : 1;
}

void regs_init(struct reg_file *f, const struct reg_row *rows, size_t nr_rows, uint32_t len)
{
	*f = (struct reg_file){
		.rows = rows, .nr_rows = nr_rows, .len = len,
		.held = g_new0(uint32_t, len / 4),
	};
	regs_reset(f);
}

void regs_done(struct reg_file *f)
{
	g_clear_pointer(&f->held, g_free);
}

void regs_reset(struct reg_file *f)
{
	for (size_t i = 0; i < f->nr_rows; i++) {
		const struct reg_row *r = &f->rows[i];

		for (uint32_t idx = 0; idx < count_of(r); idx++)
			f->held[(r->at + idx * r->stride) / 4] = r->reset;
	}
}

static const struct reg_row *row_of(const struct reg_file *f, uint64_t reg, unsigned *ret_idx)
{
	for (size_t i = 0; i < f->nr_rows; i++) {
		const struct reg_row *r = &f->rows[i];
		uint64_t into = reg - r->at;
		uint32_t stride = r->stride ? r->stride : 4;

		if (reg < r->at || into % stride || into / stride >= count_of(r))
			continue;
		*ret_idx = (unsigned)(into / stride);
		return r;
	}
	return NULL;
}

bool regs_read(struct reg_file *f, void *opaque, uint64_t reg, unsigned len, uint64_t *ret_value)
{
	unsigned idx;
	const struct reg_row *r = row_of(f, reg, &idx);
	uint32_t held;

	*ret_value = 0;
	if (len != 4)
		return false;
	if (!r)
		return f->reads_as_zero;
	held = regs_held(f, (uint32_t)reg);
	*ret_value = r->read ? r->read(opaque, idx, held) : held;
	return true;
}

bool regs_write(struct reg_file *f, void *opaque, uint64_t reg, unsigned len, uint64_t value)
{
	unsigned idx;
	const struct reg_row *r = row_of(f, reg, &idx);
	uint32_t *held;

	if (len != 4)
		return false;
	if (!r)
		return f->reads_as_zero;
	held = &f->held[reg / 4];
	*held = (*held & ~r->writable) | ((uint32_t)value & r->writable);
	if (r->wrote)
		r->wrote(opaque, idx, (uint32_t)value);
	return true;
}
