/* SPDX-License-Identifier: MIT */
/*
 * The driver of the reference IOMMU (<armdma/reference-iommu.h> is its hardware's manual).
 *
 *	reference.c       struct iommu_ops: devices, domains; mapping is paging.h's
 *	reference-hw.c    registers: contexts, routes, invalidation, faults
 *
 *	ref_port ---> ref_mmu ---> context n <--- ref_use <--- ref_domain --> io_pgtable_ops
 *	stream        registers                   one for each
 *	of a device   of one IOMMU                IOMMU of its devices
 *
 * A domain has one set of tables, and a context in every IOMMU that a device of it is
 * behind; so a device may be behind several IOMMUs, by several streams each.
 */
#ifndef LIB_IOMMU_REFERENCE_H
#define LIB_IOMMU_REFERENCE_H

#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/spinlock.h>
#include <armdma/reference-iommu.h>

#include "core.h"
#include "paging.h"

#define REF_DRIVER	"armdma-reference-iommu"	/* its name */
#define REF_KIND	"reference"	/* iommu_hw_kind() of its hardware */
#define REF_MAX_PORTS	32u		/* of one device */

struct ref_domain;

/* One entry of STREAM and ROUTE. @value: what ROUTE holds; @nr_users: devices that share it. */
struct ref_slot {
	u32 stream;			/* as STREAM holds it */
	u32 value;
	unsigned nr_users;
	struct device *dev;		/* the first of them, for reports */
};

/* @lock: of all that follows, registers included. */
struct ref_mmu {
	struct iommu_device iommu;
	struct kernel *kernel;
	const char *name;
	u8 __iomem *regs;
	unsigned irq;
	spinlock_t lock;
	unsigned nr_contexts, nr_slots;
	u32 formats;
	unsigned pa_bits;
	bool is_coherent, is_negative;
	struct ref_domain *contexts[REF_MAX_CONTEXTS];
	struct ref_slot slots[REF_MAX_STREAMS];
};

/* A domain in one IOMMU. */
struct ref_use {
	struct ref_mmu *mmu;
	unsigned context;
	unsigned nr_ports;		/* routed there */
};

/* @lock: of @uses. They come and go with devices, and every invalidation reads them. */
struct ref_domain {
	struct paging_domain paging;
	spinlock_t lock;
	struct io_pgtable_cfg cfg;
	enum ref_format format;
	unsigned nr_uses;
	struct ref_use uses[REF_MAX_PORTS];
};

/* dev_iommu_priv_get() of a device. */
struct ref_port {
	struct ref_mmu *mmu;
	u32 stream;			/* as STREAM holds it */
	unsigned slot;
};

struct ref_master {
	struct iommu_domain *domain;	/* attached; NULL: none yet */
	unsigned nr_ports;
	struct ref_port ports[REF_MAX_PORTS];
};

static inline struct ref_domain *ref_domain_of(struct iommu_domain *domain)
{
	return container_of(domain, struct ref_domain, paging.domain);
}

/**
 * ref_mmu_probe() - the driver takes a reference IOMMU
 * @node: that devices name; @reg_pa: its registers; @irq: its line, or 0
 *
 * Return: 0; -ENODEV: it is none; -ENOMEM; what iommu_device_register() returned.
 */
int ref_mmu_probe(struct kernel *k, struct device_node *node, const char *name,
		  phys_addr_t reg_pa, unsigned irq);
/* All of them; no device is left. */
void ref_mmus_remove(struct kernel *k);
/* They have lost their registers, as after a power-down: as they were before. */
void ref_mmus_resume(struct kernel *k);

/* ---- reference-hw.c: all with @mmu->lock held, but those named --------------------- */

int ref_hw_start(struct ref_mmu *mmu);			/* not locked */
void ref_hw_stop(struct ref_mmu *mmu);			/* not locked */
void ref_hw_resume(struct ref_mmu *mmu);		/* not locked */
void ref_hw_set_context(struct ref_mmu *mmu, unsigned context, const struct ref_domain *d);
void ref_hw_clear_context(struct ref_mmu *mmu, unsigned context);
void ref_hw_set_route(struct ref_mmu *mmu, unsigned slot, u32 value);
/* Given, carried out, and over when it returns. Not locked. */
void ref_hw_invalidate(struct ref_mmu *mmu, enum ref_command op, unsigned context, u64 iova,
		       u64 len);

#endif
