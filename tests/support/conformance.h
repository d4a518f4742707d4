/* SPDX-License-Identifier: MIT */
/*
 * What every way of mapping must do, whoever does it: one suite, run over
 *
 *	coherent or not  x  backend  x  bounce buffers
 *
 * A backend is a row: how a device comes to be behind it. The data is verified by the
 * device's port on the bus and by the CPU, both ways.
 */
#ifndef TESTS_SUPPORT_CONFORMANCE_H
#define TESTS_SUPPORT_CONFORMANCE_H

#include "rig.h"

struct backend;
struct mock_iommu;

/** Bounce buffers: none; where memory is out of the device's reach; always; always, growing. */
enum bouncing { BOUNCES_NEVER, BOUNCES_ON_DEMAND, BOUNCES_ALWAYS, BOUNCES_AND_GROWS };

/**
 * struct conform - one machine, one device behind one backend
 * @rig:       whose verbs are used; its device and port are what the backend made
 * @backend:   that
 * @bouncing:  what the machine was booted with
 * @memory:    lowmem of the machine starts here, physical
 * @reach:     bytes of it that the device can reach
 * @direct:    a device beside it that reaches all, for who allocates on its behalf
 * @mmu:       an IOMMU that the backend made, or NULL
 */
struct conform {
	struct rig rig;
	const struct backend *backend;
	enum bouncing bouncing;
	uint64_t memory;
	uint64_t reach;
	struct device *direct;
	struct mock_iommu *mmu;
};

/* Device addresses of memory start here, for those that translate. */
#define CONFORM_DMA_BASE	0x10000000ull

/**
 * struct backend - a way of mapping
 * @attach:      make c->rig.dev and c->rig.hw, which reach the first c->reach bytes of
 *               memory; and its own bus limit
 * @detach:      before the machine goes; NULL: nothing to do
 * @refuses_all: no mapping succeeds
 * @keeps_bytes: bytes that the device left alone survive FROM_DEVICE, if it snoops
 * @bounces_by_itself: not through swiotlb, so nobody can ask it
 * @maps_resources: dma_map_resource() succeeds
 * @translates: device addresses are its own: whatever the mask, memory is in reach
 * @maps_one_page: of memory for both sides, where the device snoops
 * @gives_no_pages: dma_alloc_pages() and its like return NULL
 * @is_lazy: an IOMMU that invalidates late
 * @formats: the reference IOMMU's: set of 1 << enum ref_format
 */
struct backend {
	const char *name;
	void (*attach)(struct conform *c);
	void (*detach)(struct conform *c);
	bool refuses_all;
	bool keeps_bytes;
	bool bounces_by_itself;
	bool maps_resources;
	bool translates;
	bool maps_one_page;
	bool gives_no_pages;
	bool is_lazy;
	unsigned formats;
};

/*
 * Direct, 1:1 or behind a window; translated by operations; dmabounce; nothing at all; an
 * IOMMU in software that invalidates at once, or late, or as 32-bit Arm has it; and the
 * reference IOMMU with each format of tables, the same three ways.
 */
extern const struct backend backend_direct, backend_window, backend_ops, backend_bypass,
			    backend_dmabounce, backend_dummy, backend_iommu_strict,
			    backend_iommu_lazy, backend_arm32,
			    backend_v7s_strict, backend_v7s_lazy, backend_arm32_v7s,
			    backend_lpae32_strict, backend_lpae32_lazy, backend_arm32_lpae32,
			    backend_lpae64_strict, backend_lpae64_lazy, backend_arm32_lpae64;

/* A device like rig's, behind @b, on a machine of its own; and an end of that. */
struct conform *conform_new(const struct rig *rig, const struct backend *b, enum bouncing how);
void conform_free(struct conform *c, const struct backend *b);

/* The whole suite. */
void expects_conformance(struct rig *rig, const struct backend *b, enum bouncing how);

/* A test of it for each pair; platforms are coherent and not. */
#define CONFORMS(backend, word, how)					\
	static void backend##_conforms_##word(struct rig *rig)		\
	{								\
		expects_conformance(rig, &backend_##backend, how);	\
	}

#endif
