/* SPDX-License-Identifier: MIT */
/* Supply lines of the machine, as software turns them, and registers that need no model. */
#include <linux/minmax.h>
#include <armdma/supply.h>

#include "port.h"

struct supply *port_supply(struct port *p, enum supply_kind kind, const char *provider,
			   const u32 *cells, int nr)
{
	return machine_supply(p->machine, kind, provider, cells,
			      min((unsigned)nr, (unsigned)BOARD_MAX_SUPPLY_CELLS));
}

void port_set_supply(struct supply *s, bool is_on)
{
	supply_set(s, is_on);
}

bool port_supply_is_on(const struct supply *s)
{
	return supply_is_on(s);
}

const char *port_supply_name(const struct supply *s)
{
	return supply_name(s);
}

void port_need_registers(struct port *p, phys_addr_t pa, u64 len)
{
	if (!bus_answers(p->machine, pa) && !port_is_memory(p, pa, 1))
		bus_attach_storage(p->machine, pa, len);
}
