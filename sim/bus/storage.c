/* SPDX-License-Identifier: MIT */
/* Registers that keep what was written: see bus_attach_storage(). */
#include <string.h>

#include "../sim.h"

struct storage {
	uint64_t len;
	uint8_t bytes[];
};

static bool has(const struct storage *s, uint64_t reg, unsigned len)
{
	return reg <= s->len && len <= s->len - reg;
}

static bool read_bytes(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
		       uint64_t *ret_value)
{
	const struct storage *s = opaque;

	(void)c;
	*ret_value = 0;
	if (!has(s, reg, len))
		return false;
	memcpy(ret_value, s->bytes + reg, len);
	return true;
}

static bool write_bytes(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	struct storage *s = opaque;

	(void)c;
	if (!has(s, reg, len))
		return false;
	memcpy(s->bytes + reg, &value, len);
	return true;
}

static const struct bus_ops storage_ops = { .read = read_bytes, .write = write_bytes };

void bus_attach_storage(struct machine *m, uint64_t pa, uint64_t len)
{
	struct storage *s = g_malloc0(sizeof(*s) + len);

	s->len = len;
	if (!m->bus.storages)
		m->bus.storages = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(m->bus.storages, s);
	bus_attach(m, &(struct bus_device){
		.pa = pa, .len = len, .ops = &storage_ops, .opaque = s,
	});
}
