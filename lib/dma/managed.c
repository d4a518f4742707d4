/* SPDX-License-Identifier: MIT */
/*
 * Coherent memory that goes with its driver: lib/base/devres.c has the notes.
 *
 * Linux: kernel/dma/mapping.c.
 */
#include "request.h"

struct managed {
	size_t size;
	void *va;
	dma_addr_t dma;
	unsigned long attrs;
};

static void dmam_release(struct device *dev, void *res)
{
	struct managed *m = res;

	dma_free_attrs(dev, m->size, m->va, m->dma, m->attrs);
}

static int dmam_match(struct device *dev, void *res, void *match_data)
{
	struct managed *m = res, *wanted = match_data;

	if (m->va != wanted->va)
		return 0;
	WARN(m->size != wanted->size || m->dma != wanted->dma,
	     "%s: freeing %zu bytes of managed memory as %zu, or by another address",
	     dev_name(dev), m->size, wanted->size);
	return 1;
}

static void *alloc_managed(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
			   unsigned long attrs, const void *site)
{
	struct managed *m = devres_alloc(dmam_release, sizeof(*m), gfp);

	if (!m)
		return NULL;
	*m = (struct managed){ .size = size, .attrs = attrs };
	m->va = dma_alloc_attrs_at(dev, size, &m->dma, gfp, attrs, site);
	if (!m->va) {
		devres_free(m);
		return NULL;
	}
	port_copy_in(ret_handle, &m->dma, sizeof(m->dma));
	devres_add(dev, m);
	return m->va;
}

void *dmam_alloc_attrs(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp,
		       unsigned long attrs)
{
	return alloc_managed(dev, size, ret_handle, gfp, attrs, __builtin_return_address(0));
}

void *dmam_alloc_coherent(struct device *dev, size_t size, dma_addr_t *ret_handle, gfp_t gfp)
{
	return alloc_managed(dev, size, ret_handle, gfp,
			     no_warn_of(gfp), __builtin_return_address(0));
}

void dmam_free_coherent(struct device *dev, size_t size, void *va, dma_addr_t dma)
{
	struct managed wanted = { .size = size, .va = va, .dma = dma };

	WARN(devres_destroy(dev, dmam_release, dmam_match, &wanted),
	     "%s: dmam_free_coherent() of what it does not have", dev_name(dev));
	dma_free_attrs_at(dev, size, va, dma, 0, __builtin_return_address(0));
}
