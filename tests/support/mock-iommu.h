/* SPDX-License-Identifier: MIT */
/*
 * An IOMMU in software, for tests of whatever stands on `struct iommu_ops`. It holds its
 * pages in a tree, notes every call, fails when told to, and its TLB is as bad as
 * hardware may have it:
 *
 *   what was unmapped is translated until it is synced, even under a new mapping
 *   with @caches_misses, what was mapped is not translated until iotlb_sync_map()
 *
 *	struct mock_iommu *mmu = mock_new(&(struct mock_config){ .pgsizes = SZ_4K });
 *	... devices of the harness are behind it ...
 *	assert_true(mock_translate(dev, iova, IOMMU_READ, &pa));
 *	mock_free(mmu);			before the harness is finished
 *
 * Leaves out: registers. Before a master it stands only by mock_stand_before(); else
 * translate, and let the master act on the physical address.
 */
#ifndef TESTS_SUPPORT_MOCK_IOMMU_H
#define TESTS_SUPPORT_MOCK_IOMMU_H

#include <glib.h>
#include <linux/iommu.h>
#include <linux/sizes.h>

/* What can be told to fail, and is counted. */
enum mock_call {
	MOCK_PROBE, MOCK_RELEASE, MOCK_XLATE, MOCK_GROUP, MOCK_ALLOC, MOCK_FREE, MOCK_ATTACH,
	MOCK_MAP, MOCK_SYNC_MAP, MOCK_UNMAP, MOCK_SYNC, MOCK_FLUSH_ALL, MOCK_SET_PASID,
	MOCK_REMOVE_PASID, NR_MOCK_CALLS
};

enum mock_grouping {
	MOCK_GROUP_EACH,	/* generic_device_group() */
	MOCK_GROUP_ALL,		/* generic_single_device_group() */
	MOCK_GROUP_BY_ID	/* devices with an ID in common */
};

struct mock_resv {
	phys_addr_t start;
	size_t length;
	enum iommu_resv_type type;
};

/**
 * struct mock_config - all zero is: pages of 4 KiB and 2 MiB, all devices, each its group
 * @pgsizes:       bitmap
 * @node:          path or name of the board's IOMMU that it is; NULL: it is nobody's, and
 *                 serves every device that names none
 * @like:          another mock: the same driver, which then decides on the next four
 * @has_no_identity: IOMMU_DOMAIN_IDENTITY cannot be had
 * @has_no_blocked: nor can IOMMU_DOMAIN_BLOCKED: an empty paging domain must do
 * @unmap_syncs:   ->unmap_pages invalidates by itself; there is no ->iotlb_sync
 * @caches_misses: see above; else there is no ->iotlb_sync_map
 * @defers_flush:  IOMMU_CAP_DEFERRED_FLUSH
 * @shadows_on_flush: says of devices that flushing is expensive for them
 * @is_coherent:   IOMMU_CAP_CACHE_COHERENCY
 * @is_deferred:   attaches late
 * @grouping:      see above
 * @def_type:      what def_domain_type says of every device
 * @max_pasids:    0: none. Devices that no tree gives a number have as many
 * @aperture_end:  of domains; 0: 4 GiB - 1. From 0 on, forced
 * @resv:          of every device, besides what the tree says
 */
struct mock_config {
	unsigned long pgsizes;
	const char *node;
	struct mock_iommu *like;
	bool has_no_identity;
	bool has_no_blocked;
	bool unmap_syncs;
	bool caches_misses;
	bool defers_flush;
	bool shadows_on_flush;
	bool is_coherent;
	bool is_deferred;
	enum mock_grouping grouping;
	int def_type;
	u32 max_pasids;
	dma_addr_t aperture_end;
	const struct mock_resv *resv;
	unsigned nr_resv;
};

struct mock_driver;

/**
 * struct mock_iommu
 * @nr:         how often each was called
 * @log:        a line for each call that changes something, as "map 1000 8000 1000*2 rw"
 * @is_silent:  no lines
 * @map_budget: pages that can be mapped yet, then -ENOMEM midway; negative: no end
 * @maps_nothing: ->map_pages says 0 and does nothing
 * @nr_domains: that are allocated now
 */
struct mock_iommu {
	struct iommu_device iommu;
	struct mock_config cfg;
	struct mock_driver *driver;
	struct list_head entry;
	unsigned nr[NR_MOCK_CALLS];
	struct {
		unsigned countdown;
		int error;
	} fails[NR_MOCK_CALLS];
	GString *log;
	bool is_silent;
	long map_budget;
	bool maps_nothing;
	int nr_domains;
	GPtrArray *devs;		/* that it serves now */
	unsigned devs_ever;
};

/* Registered; a test fails where it cannot be. @cfg is copied, what it points to is not. */
struct mock_iommu *mock_new(const struct mock_config *cfg);
/* The same, whatever comes of it: NULL with the error. */
struct mock_iommu *mock_try_new(const struct mock_config *cfg, int *ret_error);
void mock_free(struct mock_iommu *m);

/* The @nth such call from now on, from 1, returns @error; 0 calls it off. */
void mock_fails(struct mock_iommu *m, enum mock_call call, unsigned nth, int error);

/* What was noted since the last time, which must be @text; lines end with "; ". */
void mock_expects(struct mock_iommu *m, const char *text, const char *file, int line);
#define expects_calls(m, text)	mock_expects(m, text, __FILE__, __LINE__)

/**
 * mock_translate() - @dev wants to access one byte
 * @prot: IOMMU_READ or IOMMU_WRITE
 *
 * False where it would fault; identity domains translate all. Marks pages dirty.
 */
bool mock_translate(struct device *dev, dma_addr_t iova, int prot, phys_addr_t *ret_pa);
/* The same with a PASID. */
bool mock_translate_pasid(struct device *dev, ioasid_t pasid, dma_addr_t iova, int prot,
			  phys_addr_t *ret_pa);
/* The same as hardware does it: a fault is reported. Return: as report_iommu_fault(); 1: none. */
int mock_access(struct device *dev, dma_addr_t iova, int prot);

/* From now on @dev's own port on the bus goes through it: mock_translate() at each access. */
void mock_stand_before(struct device *dev);

/* What a device is attached to as its hardware knows it; NULL: nothing yet. */
struct iommu_domain *mock_attached(struct device *dev);
/* Pages that a domain holds, whatever their size; the protection of that at @iova, or 0. */
unsigned mock_nr_pages(struct iommu_domain *domain);
int mock_prot(struct iommu_domain *domain, dma_addr_t iova);

#endif
