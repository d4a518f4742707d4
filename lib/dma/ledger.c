/* SPDX-License-Identifier: MIT */
/* Who listens to a machine's ledger, and what memory management has to say to it. */
#include "dma.h"

void ledger_listen(struct machine *m, struct ledger_listener *l)
{
	struct kernel *k = machine_software(m);

	if (k)
		k->listener = l;
}

uint64_t ledger_now(const struct machine *m)
{
	const struct kernel *k = machine_software(m);

	return k ? port_now(&k->port) : 0;
}

void ledger_note_memory(struct kernel *k, enum memory_event what, phys_addr_t pa, size_t len,
			const void *site)
{
	static const enum ledger_kind kind[NR_MEMORY_EVENTS] = {
		[PAGES_ALLOCATED] = LEDGER_PAGES_ALLOCATED,
		[PAGES_FREED] = LEDGER_PAGES_FREED,
		[SLAB_ALLOCATED] = LEDGER_SLAB_ALLOCATED,
		[SLAB_FREED] = LEDGER_SLAB_FREED,
	};

	kernel_note(k, &(struct ledger_note){
		.kind = kind[what], .pa = pa, .va = kernel_lowmem_ptr(k, pa), .len = len,
		.site = site,
	});
}

void ledger_note_area(struct kernel *k, bool is_mapped, u32 va, phys_addr_t pa, u32 len,
		      const void *site)
{
	kernel_note(k, &(struct ledger_note){
		.kind = is_mapped ? LEDGER_AREA_MAPPED : LEDGER_AREA_UNMAPPED, .pa = pa,
		.va = port_ptr(&k->port, va), .len = len, .site = site,
	});
}

void ledger_note_user(struct kernel *k, const struct user_note *n)
{
	static const enum ledger_kind kind[] = {
		[USER_MAPPED] = LEDGER_USER_MAPPED,
		[USER_INHERITED] = LEDGER_USER_INHERITED,
		[USER_UNMAPPED] = LEDGER_USER_UNMAPPED,
		[USER_TAKEN] = LEDGER_USER_TAKEN,
		[USER_COPIED] = LEDGER_USER_COPIED,
	};

	kernel_note(k, &(struct ledger_note){
		.kind = kind[n->what], .mm = n->mm, .pa = n->pa, .new_pa = n->new_pa,
		.va = n->va, .len = n->len, .is_counted = n->is_counted, .site = n->site,
	});
}
