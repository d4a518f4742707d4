/* SPDX-License-Identifier: MIT */
/* Clocks, resets and power domains as lines: see <armdma/supply.h>. */
#include <string.h>

#include <libfdt.h>
#include <armdma/supply.h>

#include "sim.h"
#include "iommu/hw.h"

struct supply {
	struct machine *machine;
	enum supply_kind kind;
	char *name;
	bool is_fixed;
	bool is_on;			/* atomic */
};

static const char *const kind_names[NR_SUPPLY_KINDS] = { "clock", "reset", "power domain" };

static struct supply *find(const struct machine *m, enum supply_kind kind, const char *name)
{
	struct supply *s;

	for (size_t i = 0; (s = machine_supply_at(m, i)); i++)
		if (s->kind == kind && strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

static bool is_fixed_clock(const struct machine *m, const char *provider)
{
	const void *dtb = m->board->dtb;
	int node = dtb ? fdt_path_offset(dtb, provider) : -1;

	return node >= 0 && fdt_node_check_compatible(dtb, node, "fixed-clock") == 0;
}

static struct supply *make(struct machine *m, enum supply_kind kind, const char *provider,
			   const char *name)
{
	struct supply *s = g_new0(struct supply, 1);

	s->machine = m;
	s->kind = kind;
	s->name = g_strdup(name);
	s->is_fixed = s->is_on = kind == SUPPLY_CLOCK && is_fixed_clock(m, provider);
	g_ptr_array_add(m->supplies, s);
	return s;
}

struct supply *machine_supply(struct machine *m, enum supply_kind kind, const char *provider,
			      const uint32_t *cells, unsigned nr)
{
	g_autoptr(GString) name = g_string_new(provider);
	struct supply *s;

	for (unsigned i = 0; i < nr; i++)
		g_string_append_printf(name, " %u", cells[i]);
	machine_lock(m);
	s = find(m, kind, name->str);
	if (!s)
		s = make(m, kind, provider, name->str);
	machine_unlock(m);
	return s;
}

void supply_set(struct supply *s, bool is_on)
{
	struct iommu_hw *i;

	is_on |= s->is_fixed;
	if (__atomic_exchange_n(&s->is_on, is_on, __ATOMIC_ACQ_REL) == is_on)
		return;
	if (!s->machine->is_fast)
		machine_settle(s->machine);
	for (size_t n = 0; (i = machine_iommu(s->machine, n)); n++)
		iommu_hw_meet_supply(i, s);
}

bool supply_is_on(const struct supply *s)
{
	return __atomic_load_n(&s->is_on, __ATOMIC_ACQUIRE);
}

enum supply_kind supply_kind(const struct supply *s)
{
	return s->kind;
}

const char *supply_kind_name(enum supply_kind kind)
{
	return kind_names[kind];
}

const char *supply_name(const struct supply *s)
{
	return s->name;
}

struct supply *machine_supply_at(const struct machine *m, size_t idx)
{
	return idx < m->supplies->len ? g_ptr_array_index(m->supplies, idx) : NULL;
}

void supplies_done(struct machine *m)
{
	struct supply *s;

	for (size_t i = 0; (s = machine_supply_at(m, i)); i++) {
		g_free(s->name);
		g_free(s);
	}
	g_ptr_array_unref(m->supplies);
}
