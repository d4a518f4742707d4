/* SPDX-License-Identifier: MIT */
/* Faults that software has not read yet: see faults.h. */
#include "faults.h"

static void set_line(const struct fault_unit *f)
{
	iommu_hw_set_irq(f->hw, f->is_enabled && (f->nr || f->has_overflowed));
}

void faults_reset(struct fault_unit *f, struct iommu_hw *hw, unsigned capacity)
{
	g_assert(capacity && capacity <= FAULTS_MAX);
	*f = (struct fault_unit){ .hw = hw, .capacity = capacity };
	set_line(f);
}

bool faults_record(struct fault_unit *f, const struct fault_record *r)
{
	bool has_room = f->nr < f->capacity;

	if (has_room)
		f->records[(f->first + f->nr++) % f->capacity] = *r;
	else
		f->hw->counts.faults_lost++;
	f->has_overflowed |= !has_room;
	set_line(f);
	return has_room;
}

const struct fault_record *faults_head(const struct fault_unit *f)
{
	return f->nr ? &f->records[f->first] : NULL;
}

void faults_pop(struct fault_unit *f)
{
	if (!f->nr)
		return;
	f->first = (f->first + 1) % f->capacity;
	f->nr--;
	set_line(f);
}

void faults_clear_overflow(struct fault_unit *f)
{
	f->has_overflowed = false;
	set_line(f);
}

void faults_enable(struct fault_unit *f, bool is_enabled)
{
	f->is_enabled = is_enabled;
	set_line(f);
}
