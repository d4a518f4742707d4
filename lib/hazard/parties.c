/* SPDX-License-Identifier: MIT */
/*
 * Who acts: CPUs and masters as the machine names them, devices as Linux does.
 *
 * A party is a small number that outlives what it names, so that history can tell
 * of a device that is gone. The one file here that asks the library who a device is.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>
#include <armdma/cpu.h>
#include <linux/device.h>

static void device_free(void *p)
{
	struct dev_record *d = p;

	history_done(&d->gone);
	free(d->latest);
	g_free(d);
}

void parties_init(struct parties *p, struct mapped *live)
{
	p->live = live;
	p->names = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(p->names, g_strdup("?"));
	p->by_key = g_hash_table_new(g_direct_hash, g_direct_equal);
	p->devices = g_ptr_array_new_with_free_func(device_free);
	p->by_dev = g_hash_table_new(g_direct_hash, g_direct_equal);
	p->by_master = g_hash_table_new(g_direct_hash, g_direct_equal);
	p->unbound = g_hash_table_new(g_direct_hash, g_direct_equal);
}

void parties_done(struct parties *p)
{
	g_hash_table_destroy(p->unbound);
	g_hash_table_destroy(p->by_master);
	g_hash_table_destroy(p->by_dev);
	g_ptr_array_free(p->devices, TRUE);
	g_hash_table_destroy(p->by_key);
	g_ptr_array_free(p->names, TRUE);
}

const char *party_name(const struct parties *p, uint16_t party)
{
	return g_ptr_array_index(p->names, party);
}

static uint16_t party_add(struct parties *p, const void *key, char *name)
{
	guint party = p->names->len;

	if (party > UINT16_MAX) {
		g_free(name);
		return NO_PARTY;
	}
	g_ptr_array_add(p->names, name);
	g_hash_table_insert(p->by_key, (void *)key, GUINT_TO_POINTER(party));
	return (uint16_t)party;
}

static uint16_t party_known(const struct parties *p, const void *key)
{
	return (uint16_t)GPOINTER_TO_UINT(g_hash_table_lookup(p->by_key, key));
}

/* A freed master's address may come back as another one: the name must agree too. */
static uint16_t party_of_master(struct parties *p, const struct master *d)
{
	uint16_t party = party_known(p, d);

	if (party && g_str_equal(party_name(p, party), master_name(d)))
		return party;
	return party_add(p, d, g_strdup(master_name(d)));
}

static uint16_t party_of_cpu(struct parties *p, const struct cpu *c)
{
	uint16_t party = party_known(p, c);

	return party ? party : party_add(p, c, g_strdup_printf("cpu%u", cpu_index(c)));
}

uint16_t party_of(struct parties *p, const struct observe_event *ev)
{
	if (ev->master)
		return party_of_master(p, ev->master);
	return ev->cpu ? party_of_cpu(p, ev->cpu) : NO_PARTY;
}

static struct latest *latest_new(void)
{
	size_t bytes = NR_LATEST * sizeof(struct latest);
	struct latest *all = aligned_alloc(alignof(struct latest), bytes);

	g_assert(all);
	return memset(all, 0, bytes);
}

/* Exact gear: one at a time, and a device's latest is the latest of all. */
unsigned latest_slot(const struct mapped *l)
{
	const struct cpu *c = l->is_fast ? cpu_current() : NULL;

	return c ? cpu_index(c) % NR_LATEST : 0;
}

static struct dev_record *device_new(struct parties *p, struct device *dev)
{
	struct dev_record *d = g_new0(struct dev_record, 1);

	d->dev = dev;
	d->live = p->live;
	d->latest = latest_new();
	d->master = dev->master;
	d->party = party_add(p, dev, g_strdup(dev_name(dev)));
	g_ptr_array_add(p->devices, d);
	g_hash_table_insert(p->by_dev, dev, d);
	if (d->master) {
		g_hash_table_insert(p->by_master, (void *)d->master, d);
		g_hash_table_remove(p->unbound, d->master);
	}
	return d;
}

struct dev_record *party_device(struct parties *p, struct device *dev)
{
	struct dev_record *d = g_hash_table_lookup(p->by_dev, dev);

	if (!d)
		d = device_new(p, dev);
	__atomic_store_n(&p->known[party_known_slot(dev)], d, __ATOMIC_RELEASE);
	return d;
}

struct dev_record *party_known_to_call(const struct parties *p, const struct device *dev)
{
	return g_hash_table_lookup(p->by_dev, dev);
}

struct dev_record *party_device_of_master(const struct parties *p, const struct master *m)
{
	return g_hash_table_lookup(p->by_master, m);
}

void party_device_gone(struct parties *p, struct dev_record *d)
{
	if (p->known[party_known_slot(d->dev)] == d)
		p->known[party_known_slot(d->dev)] = NULL;
	g_hash_table_remove(p->by_dev, d->dev);
	g_hash_table_remove(p->by_key, d->dev);
	if (d->master) {
		g_hash_table_remove(p->by_master, d->master);
		g_hash_table_insert(p->unbound, (void *)d->master, d);
	}
}

void party_device_bound(struct parties *p, const struct device *dev)
{
	g_hash_table_remove(p->unbound, dev->master);
}

/* A freed master's address may come back here, too. */
struct dev_record *party_unbound(const struct parties *p, const struct master *m)
{
	struct dev_record *d = g_hash_table_lookup(p->unbound, m);

	return d && g_str_equal(party_name(p, d->party), master_name(m)) ? d : NULL;
}

bool device_goes_direct(const struct device *dev)
{
	return !dev->dma_iommu && !dev->dma_ops;
}

bool device_snoops(const struct device *dev)
{
	return dev->dma_coherent;
}
