/* SPDX-License-Identifier: MIT */
/*
 * A device that Linux takes for coherent, and whose port does not snoop; or the other way
 * about. Every buffer of it may go wrong, by whichever rule of bytes.c: once one has, this
 * is the reason to give.
 *
 * Leaves out: ports that snoop, behind an interconnect that was never told to, or an IOMMU
 * whose mappings say no.
 *
 * Linux: dma-coherent in the node, of_dma_is_coherent(), dev->dma_coherent.
 */
#include "bytes.h"

static const struct dev_record *device_of_party(const struct parties *p, uint16_t party)
{
	for (guint i = 0; i < p->devices->len; i++) {
		const struct dev_record *d = g_ptr_array_index(p->devices, i);

		if (d->party == party)
			return g_hash_table_lookup(p->by_dev, d->dev) == d ? d : NULL;
	}
	return NULL;
}

static const struct dev_record *last_device(const struct hazard_engine *e, uint64_t pa)
{
	const struct record *call = bytes_last_call(e, pa);

	return call ? device_of_party(&e->parties, call->party) : NULL;
}

const struct dev_record *mismatch_at(const struct hazard_engine *e, const struct mapping *m,
				     uint64_t pa)
{
	const struct dev_record *d = m ? m->dev : last_device(e, pa);

	if (!d || !d->master || device_snoops(d->dev) == master_is_coherent(d->master))
		return NULL;
	return d;
}

void mismatch_tell(const struct hazard_engine *e, struct report *r, const struct dev_record *d)
{
	const char *name = party_name(&e->parties, d->party);
	bool snoops = master_is_coherent(d->master);

	report_say(r, "Linux takes %s for %s, and its port %s the caches.", name,
		   snoops ? "one that does not snoop" : "dma-coherent",
		   snoops ? "does snoop" : "does not snoop");
	report_fix(r, "Likely meant", "%s dma-coherent in the device tree's node of %s",
		   snoops ? "a" : "no", name);
}
