/* SPDX-License-Identifier: MIT */
/* Answers, and the limits of QEMU's SMMUv3: see smmuv3-limits.h. */
#include <linux/bits.h>

#include "smmuv3-limits.h"

/* ---- what must be ---------------------------------------------------------------------- */

#define EVENT_PRIVILEGED	BIT_ULL(33)
#define EVENT_READ		BIT_ULL(35)
#define EVENT_CLASS_IN		(2ull << 40)
#define EVENT_CLASS		(3ull << 40)

static struct answer refused(const struct probe *p, enum smmuv3_event_type type, u64 pa)
{
	return (struct answer){ .is_told = true, .pa = pa, .event = { {
		type | (u64)smmuv3_stream_id(p->s->device) << 32,
		(p->is_write ? 0 : EVENT_READ) | (p->s->is_privileged ? EVENT_PRIVILEGED : 0) |
		EVENT_CLASS_IN, p->iova, 0,
	} } };
}

/* The format cannot say "write only": everything that is mapped can be read. */
static struct answer answer_for(const struct probe *p, u64 iova, bool is_privileged)
{
	u64 pa = stream_pa(p->s, iova);
	int prot = stream_prot(p->s, iova);

	if (!pa)
		return refused(p, SMMUV3_F_TRANSLATION, 0);
	if ((p->is_write && !(prot & IOMMU_WRITE)) || (prot & IOMMU_PRIV && !is_privileged))
		return refused(p, SMMUV3_F_PERMISSION, pa);
	return (struct answer){ .is_open = true, .pa = pa };
}

static u64 upper_bits(const struct stream *s)
{
	return ~0ull << s->cfg.ias;
}

static struct answer answer_of_architecture(const struct probe *p)
{
	u64 iova = p->iova;

	if (stream_is_upper(p->s)) {
		if ((iova & upper_bits(p->s)) != upper_bits(p->s))
			return refused(p, SMMUV3_F_TRANSLATION, 0);
		iova &= ~upper_bits(p->s);
	}
	return answer_for(p, iova, p->s->is_privileged);
}

/* ---- what QEMU 7.2 makes of it --------------------------------------------------------- */

static bool is_taken_for_upper(const struct probe *p, const struct answer *a)
{
	return stream_is_upper(p->s) && !(p->iova & upper_bits(p->s));
}

static void becomes_upper(const struct probe *p, struct answer *a)
{
	*a = answer_for(p, p->iova, p->s->is_privileged);
}

static bool is_for_privileged(const struct probe *p, const struct answer *a)
{
	return !p->s->is_privileged && a->pa && !a->is_open &&
	       answer_for(p, p->iova, true).is_open;
}

static void becomes_open(const struct probe *p, struct answer *a)
{
	*a = (struct answer){ .is_open = true, .pa = a->pa };
}

static bool is_beyond_48_bits(const struct probe *p, const struct answer *a)
{
	return p->iova >> 48;
}

static void becomes_nothing(const struct probe *p, struct answer *a)
{
	*a = (struct answer){ .pa = a->pa };
}

static bool is_privileged_event(const struct probe *p, const struct answer *a)
{
	return a->is_told && a->event.word[1] & EVENT_PRIVILEGED;
}

static void becomes_unprivileged_event(const struct probe *p, struct answer *a)
{
	a->event.word[1] &= ~EVENT_PRIVILEGED;
}

static bool is_event(const struct probe *p, const struct answer *a)
{
	return a->is_told;
}

static void becomes_event_without_class(const struct probe *p, struct answer *a)
{
	a->event.word[1] &= ~EVENT_CLASS;
}

/* In this order. */
struct limit smmuv3_limits[NR_LIMITS] = {
	{ "TTB1 is for IOVAs whose upper bits are zeros", "3.4.1",
	  is_taken_for_upper, becomes_upper, 0 },
	{ "AP[1] is not looked at: all DMA is privileged", "5.2",
	  is_for_privileged, becomes_open, 0 },
	{ "an IOVA of more than 48 bits comes to nothing, and no event", "3.4.1",
	  is_beyond_48_bits, becomes_nothing, 0 },
	{ "an event has PnU = 0", "7.3", is_privileged_event, becomes_unprivileged_event, 0 },
	{ "an event has CLASS = 0", "7.3", is_event, becomes_event_without_class, 0 },
};

struct answer smmuv3_answer(const struct probe *p)
{
	struct answer a = answer_of_architecture(p);

	for (unsigned i = 0; i < NR_LIMITS; i++) {
		if (!smmuv3_limits[i].applies(p, &a))
			continue;
		smmuv3_limits[i].becomes(p, &a);
		smmuv3_limits[i].count++;
	}
	return a;
}
