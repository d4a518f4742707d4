/* SPDX-License-Identifier: MIT */
/* Register writes, cleans and barriers that do not arrive: see mutate.h. */
#include "mutate.h"

#include <glib.h>
#include <armdma/cpu.h>
#include <armdma/filter.h>

#define MAX_HELD	32u

struct held {
	struct cpu *cpu;
	uint64_t pa, value;
	unsigned len;
	unsigned left;			/* MUTATE_DELAY: writes until it arrives */
};

struct mutator {
	struct machine_filter filter;
	struct machine *machine;
	struct mutation row;
	bool is_armed;
	unsigned nr_seen, nr_done;
	unsigned nr_held;
	struct held held[MAX_HELD];
};

static struct mutator *mutator_of(struct machine_filter *f)
{
	return (struct mutator *)((char *)f - offsetof(struct mutator, filter));
}

/* One more that matches: is it the one, or one of all? */
static bool is_its_turn(struct mutator *mu)
{
	mu->nr_seen++;
	if (mu->row.nth && mu->nr_seen != mu->row.nth)
		return false;
	mu->nr_done++;
	return true;
}

/* ---- registers --------------------------------------------------------------------- */

/* The IOMMU whose register @pa is, if it is one that the row is about; or NULL. */
static struct iommu_hw *iommu_at(const struct mutator *mu, uint64_t pa)
{
	struct iommu_hw *i;

	for (size_t n = 0; (i = machine_iommu(mu->machine, n)) != NULL; n++)
		if (pa - iommu_hw_reg_pa(i) < iommu_hw_reg_len(i) &&
		    (!mu->row.iommu || g_str_equal(mu->row.iommu, iommu_hw_name(i))))
			return i;
	return NULL;
}

static bool is_register(const struct mutation *row, uint64_t reg)
{
	uint64_t into = reg - row->reg;
	uint32_t stride = row->stride ? row->stride : 4;

	return reg >= row->reg && !(into % stride) && into / stride < MAX(row->nr, 1u);
}

static void arrives(const struct held *h)
{
	machine_deliver(h->cpu, h->pa, h->len, h->value);
}

static void all_arrive(struct mutator *mu)
{
	for (unsigned n = 0; n < mu->nr_held; n++)
		arrives(&mu->held[n]);
	mu->nr_held = 0;
}

static void hold(struct mutator *mu, struct cpu *c, uint64_t pa, unsigned len, uint64_t value)
{
	g_assert(mu->nr_held < MAX_HELD);
	mu->held[mu->nr_held++] = (struct held){ c, pa, value, len, mu->row.after };
}

/* A write to that IOMMU has arrived, of register @reg: who waited for it? */
static void release(struct mutator *mu, uint64_t reg)
{
	unsigned nr = mu->nr_held;

	if (mu->row.what == MUTATE_MOVE && reg == mu->row.until)
		all_arrive(mu);
	if (mu->row.what != MUTATE_DELAY)
		return;
	mu->nr_held = 0;
	for (unsigned n = 0; n < nr; n++) {
		struct held h = mu->held[n];

		if (h.left-- > 1)
			mu->held[mu->nr_held++] = h;
		else
			arrives(&h);
	}
}

/* False: it does not arrive now. */
static bool mutate_value(struct mutator *mu, struct cpu *c, uint64_t pa, unsigned len,
			 uint64_t *value)
{
	switch (mu->row.what) {
	case MUTATE_ALTER:
		*value = (*value & ~(uint64_t)mu->row.bits) | (mu->row.value & mu->row.bits);
		return true;
	case MUTATE_DELAY:
	case MUTATE_MOVE:
		hold(mu, c, pa, len, *value);
		return false;
	default:
		return false;
	}
}

static bool is_of_registers(const struct mutation *row)
{
	return row->what >= MUTATE_DROP && row->what <= MUTATE_ALTER;
}

static bool on_write(struct machine_filter *f, struct cpu *c, uint64_t pa, unsigned len,
		     uint64_t *value)
{
	struct mutator *mu = mutator_of(f);
	struct iommu_hw *i = mu->is_armed && is_of_registers(&mu->row) ? iommu_at(mu, pa) : NULL;
	uint64_t reg = i ? pa - iommu_hw_reg_pa(i) : 0;

	if (!i)
		return true;
	if (is_register(&mu->row, reg) && (*value & mu->row.mask) == mu->row.match &&
	    is_its_turn(mu))
		return mutate_value(mu, c, pa, len, value);
	machine_deliver(c, pa, len, *value);
	release(mu, reg);
	return false;
}

/* ---- caches and barriers ---------------------------------------------------------------- */

static bool on_clean(struct machine_filter *f, struct cpu *c, enum dc_op op, uint32_t *va,
		     size_t *len)
{
	struct mutator *mu = mutator_of(f);

	if (!mu->is_armed || op == DC_INVALIDATE || mu->row.what < MUTATE_SKIP_CLEAN ||
	    mu->row.what > MUTATE_SHORT_CLEAN || !is_its_turn(mu))
		return true;
	if (mu->row.what == MUTATE_SHIFT_CLEAN)
		*va += (uint32_t)mu->row.shift;
	else if (mu->row.what == MUTATE_SHORT_CLEAN)
		*len = MIN(*len, (size_t)mu->row.shift);
	return mu->row.what != MUTATE_SKIP_CLEAN;
}

static bool on_barrier(struct machine_filter *f, struct cpu *c)
{
	struct mutator *mu = mutator_of(f);

	return !mu->is_armed || mu->row.what != MUTATE_SKIP_BARRIER || !is_its_turn(mu);
}

/* ---- from the first to the last ---------------------------------------------------------- */

struct mutator *mutate_begin(struct machine *m, const struct mutation *row)
{
	struct mutator *mu = g_new0(struct mutator, 1);

	mu->machine = m;
	mu->row = *row;
	mu->filter = (struct machine_filter){ on_write, on_clean, on_barrier };
	machine_set_filter(m, &mu->filter);
	return mu;
}

/* What comes early is written by the first CPU, to the IOMMU that the row names. */
static void comes_early(const struct mutator *mu)
{
	struct iommu_hw *i;

	for (size_t n = 0; (i = machine_iommu(mu->machine, n)) != NULL; n++)
		if (iommu_at(mu, iommu_hw_reg_pa(i)) == i)
			machine_deliver(machine_cpu(mu->machine, 0),
					iommu_hw_reg_pa(i) + mu->row.reg, 4, mu->row.value);
}

void mutate_arm(struct mutator *mu)
{
	mu->nr_seen = 0;
	mu->is_armed = true;
	if (mu->row.what == MUTATE_EARLY)
		comes_early(mu);
}

void mutate_disarm(struct mutator *mu)
{
	mu->is_armed = false;
	all_arrive(mu);
}

unsigned mutate_times(const struct mutator *mu)
{
	return mu->nr_done;
}

void mutate_end(struct mutator *mu)
{
	if (!mu)
		return;
	mutate_disarm(mu);
	machine_set_filter(mu->machine, NULL);
	g_free(mu);
}
