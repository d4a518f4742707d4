/* SPDX-License-Identifier: MIT */
/*
 * DSP_SYSTEM of DRA7: the registers around a DSP, of which one turns its MMUs on. It lives
 * as long as an MMU has it.
 *
 * Spec: SPRUI30, chapter 5, DSP_SYS_MMU_CONFIG. Linux: drivers/iommu/omap-iommu.c, by way of
 * a "syscon".
 */
#include <armdma/bus.h>

#include "omap.h"

struct omap_dsp_system {
	uint64_t reg_pa;
	unsigned nr_users;
	uint32_t held[OMAP_DSP_SYS_LEN / 4];
};

static bool read_register(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			  uint64_t *ret_value)
{
	const struct omap_dsp_system *s = opaque;

	*ret_value = __atomic_load_n(&s->held[reg / 4], __ATOMIC_RELAXED);
	return len == 4;
}

static bool write_register(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			   uint64_t value)
{
	struct omap_dsp_system *s = opaque;

	if (len == 4)
		__atomic_store_n(&s->held[reg / 4], (uint32_t)value, __ATOMIC_RELAXED);
	return len == 4;
}

static const struct bus_ops ops = { .read = read_register, .write = write_register };

static struct omap_dsp_system *make(struct machine *m, uint64_t reg_pa)
{
	struct omap_dsp_system *s = g_new0(struct omap_dsp_system, 1);

	s->reg_pa = reg_pa;
	bus_attach(m, &(struct bus_device){
		.pa = reg_pa, .len = OMAP_DSP_SYS_LEN, .ops = &ops, .opaque = s,
	});
	return s;
}

static struct omap_dsp_system *find(struct machine *m, uint64_t reg_pa)
{
	const struct iommu_hw *i;

	for (size_t n = 0; (i = machine_iommu(m, n)) != NULL; n++) {
		struct omap_dsp_system *s = omap_dsp_system_of(i);

		if (s && s->reg_pa == reg_pa)
			return s;
	}
	return NULL;
}

struct omap_dsp_system *omap_dsp_system_get(struct machine *m, uint64_t reg_pa)
{
	struct omap_dsp_system *s = find(m, reg_pa);

	if (!s)
		s = make(m, reg_pa);
	s->nr_users++;
	return s;
}

void omap_dsp_system_put(struct omap_dsp_system *s)
{
	if (!--s->nr_users)
		g_free(s);
}

bool omap_dsp_system_enables(const struct omap_dsp_system *s, unsigned id)
{
	return id < 8 && __atomic_load_n(&s->held[OMAP_DSP_SYS_MMU_CONFIG / 4],
					 __ATOMIC_RELAXED) >> (4 * id) & 1;
}
