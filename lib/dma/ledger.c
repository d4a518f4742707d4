/* SPDX-License-Identifier: MIT */
/* Who listens to a machine's ledger. */
#include "ledger.h"

#include "../mm/kernel.h"

void ledger_listen(struct machine *m, struct ledger_listener *l)
{
	struct kernel *k = machine_software(m);

	if (k)
		k->listener = l;
}
