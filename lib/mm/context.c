/* SPDX-License-Identifier: MIT */
/*
 * Whose address space a CPU has, and ASIDs.
 *
 *	context = generation << 8 | ASID
 *
 * There are 255 ASIDs and any number of processes. When none is free a new generation
 * begins: all are free but those that CPUs use at that moment, and each CPU drops its
 * TLB before it takes the next one. ASID 0 is nobody's: it goes with the kernel's tables.
 *
 * As in Linux a CPU keeps a process's tables until it needs another's: going into the
 * kernel and back costs nothing, and cleans nothing.
 *
 * Leaves out: icaches tagged by ASID, errata 754322 and 798181.
 * Linux: arch/arm/mm/context.c.
 */
#include "user.h"

#define ASID_MASK	((1ull << ASID_BITS) - 1)
#define FIRST_GENERATION (1ull << ASID_BITS)

static bool has_asids(const struct kernel *k)
{
	return k->port.arch != PORT_V5;
}

struct user_cpu *user_cpu_of(struct kernel *k)
{
	return &k->users->cpu[cpu_index(port_cpu(&k->port))];
}

struct user_mm *user_current(struct kernel *k)
{
	return user_cpu_of(k)->mm;
}

/* All ASIDs are free again but those in use. */
static void new_generation(struct users *s)
{
	s->generation += FIRST_GENERATION;
	for (size_t i = 0; i < s->asids.nr; i++)
		bits_drop(&s->asids, i);
	bits_add(&s->asids, 0);
	for (unsigned i = 0; i < s->nr_cpus; i++) {
		struct user_cpu *c = &s->cpu[i];

		if (c->active)
			c->reserved = c->active;
		c->active = 0;
		c->must_flush_tlb = true;
		bits_add(&s->asids, c->reserved & ASID_MASK);
	}
}

/* Every CPU that used it when the generation began goes on using it. */
static bool was_reserved(struct users *s, u64 old, u64 renewed)
{
	bool is_one = false;

	for (unsigned i = 0; i < s->nr_cpus; i++) {
		if (s->cpu[i].reserved != old)
			continue;
		s->cpu[i].reserved = renewed;
		is_one = true;
	}
	return is_one;
}

static size_t next_free_asid(const struct users *s, size_t from)
{
	while (from < s->asids.nr && bits_has(&s->asids, from))
		from++;
	return from;
}

static u64 new_context(struct users *s, struct user_mm *u)
{
	u64 renewed = s->generation | (u->context & ASID_MASK);
	size_t asid;

	if (u->context && was_reserved(s, u->context, renewed))
		return renewed;
	if (u->context && !bits_has(&s->asids, u->context & ASID_MASK)) {
		bits_add(&s->asids, u->context & ASID_MASK);
		return renewed;
	}
	asid = next_free_asid(s, s->last_asid);
	if (asid == s->asids.nr) {
		new_generation(s);
		asid = next_free_asid(s, 1);
	}
	bits_add(&s->asids, asid);
	s->last_asid = asid;
	u->cpus = 0;
	return s->generation | asid;
}

static void take_asid(struct kernel *k, struct user_mm *u, struct user_cpu *c)
{
	struct users *s = k->users;

	spin_lock(&s->asid_lock);
	if ((u->context ^ s->generation) >> ASID_BITS)
		u->context = new_context(s, u);
	if (c->must_flush_tlb)
		space_flush_tlb_all(&k->port, port_cpu(&k->port));
	c->must_flush_tlb = false;
	c->active = u->context;
	spin_unlock(&s->asid_lock);
}

void switch_mm(struct kernel *k, struct user_mm *u)
{
	struct user_cpu *c = user_cpu_of(k);
	struct cpu *cpu = port_cpu(&k->port);

	if (c->mm == u)
		return;
	if (!has_asids(k) && c->mm)
		c->mm->cpus = 0;	/* the switch drops all that the CPU has of it */
	space_leave(&k->port, cpu);
	if (u && has_asids(k))
		take_asid(k, u, c);
	if (u)
		u->cpus |= 1ull << cpu_index(cpu);
	space_enter(&k->port, cpu, u ? &u->space : NULL, u ? user_asid(u) : 0);
	c->mm = u;
}

void leave_mm(struct user_mm *u)
{
	struct kernel *k = u->kernel;

	for (unsigned i = 0; i < k->users->nr_cpus; i++) {
		struct user_cpu *c = &k->users->cpu[i];

		if (c->mm != u)
			continue;
		space_enter(&k->port, machine_cpu(k->port.machine, i), NULL, 0);
		c->mm = NULL;
	}
}

void users_init(struct kernel *k)
{
	struct users *s = g_new0(struct users, 1);

	s->generation = FIRST_GENERATION;
	s->last_asid = 1;
	bits_init(&s->asids, 1u << ASID_BITS);
	bits_add(&s->asids, 0);
	s->nr_cpus = machine_nr_cpus(k->port.machine);
	s->cpu = g_new0(struct user_cpu, s->nr_cpus);
	mutex_init(&s->all_lock);
	INIT_LIST_HEAD(&s->all);
	k->users = s;
	fault_init(k);
}

/* The machine goes away, and its pages with it: what is left is the host's. */
void users_done(struct kernel *k)
{
	struct user_mm *u, *next;

	machine_on_abort(k->port.machine, NULL);
	list_for_each_entry_safe(u, next, &k->users->all, node) {
		struct vm_area_struct *vma, *after;

		list_for_each_entry_safe(vma, after, &u->mm.vmas, vm_list)
			g_free(vma);
		g_free(u->owner);
		g_free(u);
	}
	bits_done(&k->users->asids);
	g_free(k->users->cpu);
	g_free(k->users);
}
