/* SPDX-License-Identifier: MIT */
/* CCI-400 registers: see cci400.h. */
#include "../sim.h"

#define CCI_CONTROL_OVERRIDE	0x0
#define CCI_SPECULATION		0x4
#define CCI_SECURE_ACCESS	0x8
#define CCI_STATUS		0xc
#define CCI_BYTES		0x10000
#define CCI_BLOCK_SHIFT		12
#define CCI_BLOCK_MASK		0xfffu
#define CCI_SNOOP_CONTROL	0x0	/* in the block of an interface */
#define CCI_SHARE_OVERRIDE	0x4

#define OVERRIDE_NO_SNOOPS	(1u << 0)
#define OVERRIDE_NO_DVM		(1u << 1)
#define OVERRIDE_WRITABLE	0x3fu
#define SPECULATION_WRITABLE	0x001f0007u	/* off for each slave and master interface */
#define SECURE_WRITABLE		1u
#define STATUS_CHANGE_PENDING	(1u << 0)
#define SNOOP_ENABLE		(1u << 0)
#define DVM_ENABLE		(1u << 1)
#define SUPPORTS_SHIFT		30	/* the same two, as what is supported */
#define SHARE_NEVER		2u
#define SHARE_ALWAYS		3u

#define FIRST_ACE		3u

/* ---- what registers mean ------------------------------------------------------- */

static uint32_t supported(const struct cci400 *cci, unsigned interface)
{
	uint32_t by_pins = DVM_ENABLE;

	if (interface >= FIRST_ACE)
		by_pins = cci->cpus[interface] ? SNOOP_ENABLE | DVM_ENABLE : 0;
	return by_pins & ~(cci->control_override & (OVERRIDE_NO_SNOOPS | OVERRIDE_NO_DVM));
}

static void take_effect(struct cci400 *cci)
{
	cci->is_changing = false;
	cci->enabled = 0;
	for (unsigned i = 0; i < CCI_INTERFACES; i++)
		if (cci->snoop_control[i] & SNOOP_ENABLE)
			cci->enabled |= (uint8_t)(1u << i);
}

/* Random mode: a change that is under way may be over by now. */
static void go_on(struct machine *m)
{
	struct cci400 *cci = &m->cci400;

	if (cci->is_changing && m->draws_delays && stream_below(&cci->progress, 2))
		take_effect(cci);
}

static bool is_shared(const struct cci400 *cci, unsigned interface, bool is_shareable)
{
	switch (cci->share_override[interface]) {
	case SHARE_NEVER:	return false;
	case SHARE_ALWAYS:	return true;
	default:		return is_shareable;
	}
}

uint8_t cci400_snooped(struct machine *m, unsigned interface, bool is_shareable)
{
	const struct cci400 *cci = &m->cci400;
	uint8_t cpus = 0;

	go_on(m);
	if (cci->control_override & OVERRIDE_NO_SNOOPS || !is_shared(cci, interface, is_shareable))
		return 0;
	for (unsigned i = FIRST_ACE; i < CCI_INTERFACES; i++)
		if (cci->enabled >> i & 1)
			cpus |= cci->cpus[i];
	return cpus;
}

/* ---- access ---------------------------------------------------------------------- */

static uint32_t read_status(struct machine *m)
{
	struct cci400 *cci = &m->cci400;
	bool was_changing;

	go_on(m);
	was_changing = cci->is_changing;
	if (!m->draws_delays)
		take_effect(cci);
	return was_changing ? STATUS_CHANGE_PENDING : 0;
}

static void write_snoop_control(struct machine *m, unsigned interface, uint32_t value)
{
	struct cci400 *cci = &m->cci400;
	uint32_t enables = value & supported(cci, interface);

	if (enables == cci->snoop_control[interface])
		return;
	cci->snoop_control[interface] = enables;
	cci->is_changing = true;
	if (m->is_fast || !m->may_wait)
		take_effect(cci);
}

/* Which interface's block @reg lies in; CCI_INTERFACES: none's. */
static unsigned interface_of(uint64_t reg)
{
	uint64_t block = reg >> CCI_BLOCK_SHIFT;

	return block && block <= CCI_INTERFACES ? (unsigned)block - 1 : CCI_INTERFACES;
}

static uint32_t read_interface(const struct cci400 *cci, unsigned interface, uint32_t reg)
{
	uint32_t supports = supported(cci, interface);

	switch (reg) {
	case CCI_SNOOP_CONTROL:
		return supports << SUPPORTS_SHIFT | (cci->snoop_control[interface] & supports);
	case CCI_SHARE_OVERRIDE:
		return cci->share_override[interface];
	default:
		return 0;
	}
}

static void write_interface(struct machine *m, unsigned interface, uint32_t reg, uint32_t value)
{
	if (reg == CCI_SNOOP_CONTROL)
		write_snoop_control(m, interface, value);
	else if (reg == CCI_SHARE_OVERRIDE && interface < FIRST_ACE)
		m->cci400.share_override[interface] = value & 3;
}

static uint32_t read_register(struct machine *m, uint64_t reg)
{
	const struct cci400 *cci = &m->cci400;
	unsigned interface = interface_of(reg);

	if (interface < CCI_INTERFACES)
		return read_interface(cci, interface, reg & CCI_BLOCK_MASK);
	switch (reg) {
	case CCI_CONTROL_OVERRIDE:	return cci->control_override;
	case CCI_SPECULATION:		return cci->speculation;
	case CCI_SECURE_ACCESS:		return cci->secure_access;
	case CCI_STATUS:		return read_status(m);
	default:			return 0;
	}
}

static void write_register(struct machine *m, uint64_t reg, uint32_t value)
{
	struct cci400 *cci = &m->cci400;
	unsigned interface = interface_of(reg);

	if (interface < CCI_INTERFACES) {
		write_interface(m, interface, reg & CCI_BLOCK_MASK, value);
		return;
	}
	switch (reg) {
	case CCI_CONTROL_OVERRIDE:
		cci->control_override = value & OVERRIDE_WRITABLE;
		break;
	case CCI_SPECULATION:
		cci->speculation = value & SPECULATION_WRITABLE;
		break;
	case CCI_SECURE_ACCESS:
		cci->secure_access = value & SECURE_WRITABLE;
		break;
	}
}

static bool cci400_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len,
			uint64_t *ret_value)
{
	*ret_value = len == 4 ? read_register(opaque, reg) : 0;
	return len == 4;
}

static bool cci400_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	if (len == 4)
		write_register(opaque, reg, (uint32_t)value);
	return len == 4;
}

static const struct bus_ops cci400_ops = { .read = cci400_read, .write = cci400_write };

/* ---- reset -------------------------------------------------------------------------- */

static void place_cpus(struct machine *m)
{
	for (unsigned i = 0; i < m->nr_cpus; i++) {
		const struct board_cpu *b = m->cpus[i]->board;
		unsigned at = b->has_cci_interface ? b->cci_interface : FIRST_ACE;

		g_assert(at >= FIRST_ACE && at < CCI_INTERFACES);
		m->cci400.cpus[at] |= m->cpus[i]->l1.cpu_bit;
	}
}

void cci400_init(struct machine *m)
{
	struct cci400 *cci = &m->cci400;

	if (!m->board->cci400.path)
		return;
	cci->is_there = true;
	cci->progress = stream_new(m->config.seed, STREAM_CCI400);
	place_cpus(m);
	for (unsigned i = FIRST_ACE; i < CCI_INTERFACES; i++)
		cci->snoop_control[i] = supported(cci, i);
	take_effect(cci);
	bus_attach(m, &(struct bus_device){
		.pa = m->board->cci400.reg_pa, .len = CCI_BYTES,
		.ops = &cci400_ops, .opaque = m, .is_memory_system = true,
	});
}
