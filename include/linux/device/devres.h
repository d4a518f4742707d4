/* SPDX-License-Identifier: MIT */
/*
 * What a device's driver took and need not give back by hand: it goes when the driver
 * does (harness_unbind(), harness_finish()), the latest first.
 *
 *	probe:   A = devm_kzalloc()   B = dmam_alloc_coherent()   C = devm_add_action()
 *	unbind:                                            C(), then B, then A
 *
 * Context: any, as far as @gfp allows; freeing what page tables were changed for
 * wants a process. Failing: NULL or -ENOMEM; trying again helps only after something
 * was freed.
 *
 * Leaves out: groups; devm_kstrdup_const() copies always.
 * Source: include/linux/device/devres.h, drivers/base/devres.c.
 */
#ifndef _ARMDMA_LINUX_DEVICE_DEVRES_H
#define _ARMDMA_LINUX_DEVICE_DEVRES_H

#include <stdarg.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;

/** Gives back what @res, from devres_alloc(), stands for; not @res itself. */
typedef void (*dr_release_t)(struct device *dev, void *res);
/** Is @res the one that is looked for? */
typedef int (*dr_match_t)(struct device *dev, void *res, void *match_data);

/**
 * devres_alloc() - room for a note of @size bytes, zeroed, on the host
 * @release: what will be called with it
 *
 * Return: yours, until devres_add() gives it to a device; or to devres_free().
 */
void *__devres_alloc_node(dr_release_t release, size_t size, gfp_t gfp, int nid,
			  const char *name);
#define devres_alloc_node(release, size, gfp, nid) \
	__devres_alloc_node(release, size, gfp, nid, #release)
#define devres_alloc(release, size, gfp) \
	devres_alloc_node(release, size, gfp, -1)
void devres_free(void *res);			/* NULL is fine; not once it was added */
void devres_add(struct device *dev, void *res);

/**
 * devres_find() - the latest note with @release that @match accepts
 * @match: NULL accepts any
 *
 * Return: the device's still; NULL when there is none.
 */
void *devres_find(struct device *dev, dr_release_t release, dr_match_t match,
		  void *match_data);
/** That, or else @new_res is added. @new_res is gone if it was not needed. */
void *devres_get(struct device *dev, void *new_res, dr_match_t match, void *match_data);
/** Take it away from the device: yours to devres_free(); NULL when there is none. */
void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match,
		    void *match_data);
/** The same and free it. Return: 0, or -ENOENT. @release is not called. */
int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match,
		   void *match_data);
/** The same, and @release is called before. */
int devres_release(struct device *dev, dr_release_t release, dr_match_t match,
		   void *match_data);
/** @fn for each, the latest first; it must add and remove nothing. */
void devres_for_each_res(struct device *dev, dr_release_t release, dr_match_t match,
			 void *match_data, void (*fn)(struct device *, void *, void *),
			 void *data);

/**
 * devm_kmalloc() - kmalloc(), given back with the driver
 *
 * Return: as kmalloc(). To be given back early with devm_kfree(), never kfree().
 */
void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp);
/** Grow or shrink; keeps the place in the order of giving back. */
void *devm_krealloc(struct device *dev, void *ptr, size_t size, gfp_t gfp) __must_check;
/** NULL and ZERO_SIZE_PTR are fine. What is not of @dev: a warning. */
void devm_kfree(struct device *dev, const void *p);
void *devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp);
char *devm_kstrdup(struct device *dev, const char *s, gfp_t gfp);	/* NULL of NULL */
const char *devm_kstrdup_const(struct device *dev, const char *s, gfp_t gfp);
char *devm_kvasprintf(struct device *dev, gfp_t gfp, const char *fmt, va_list ap)
	__attribute__((__format__(__printf__, 3, 0)));
char *devm_kasprintf(struct device *dev, gfp_t gfp, const char *fmt, ...)
	__attribute__((__format__(__printf__, 3, 4)));

/** SIZE_MAX, which nobody has, where a product overflows. */
static inline size_t __devm_product(size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? SIZE_MAX : bytes;
}

/* Macros, so that a report names the driver's line. */
#define devm_kzalloc(dev, size, gfp)	devm_kmalloc(dev, size, (gfp) | __GFP_ZERO)
#define devm_kmalloc_array(dev, n, size, gfp) \
	devm_kmalloc(dev, __devm_product(n, size), gfp)
#define devm_kcalloc(dev, n, size, gfp) \
	devm_kmalloc_array(dev, n, size, (gfp) | __GFP_ZERO)
#define devm_krealloc_array(dev, p, n, size, gfp) \
	devm_krealloc(dev, p, __devm_product(n, size), gfp)
#define devm_kmemdup_array(dev, src, n, size, gfp) \
	devm_kmemdup(dev, src, __devm_product(n, size), gfp)

struct resource;

/**
 * devm_ioremap() - ioremap(), given back with the driver; NULL on failure
 * devm_ioremap_resource() - the registers of @res, which nobody else must have asked for
 *
 * Return: of the second: or ERR_PTR(), which is said: -EINVAL: @res is NULL or no memory;
 * -EBUSY: somebody has them; -ENOMEM.
 */
void __iomem *devm_ioremap(struct device *dev, resource_size_t offset, resource_size_t size);
void __iomem *devm_ioremap_wc(struct device *dev, resource_size_t offset, resource_size_t size);
void devm_iounmap(struct device *dev, volatile void __iomem *p);
void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res);

/** __get_free_pages() and free_pages(), the same way; 0 on failure. */
unsigned long devm_get_free_pages(struct device *dev, gfp_t gfp_mask, unsigned int order);
void devm_free_pages(struct device *dev, unsigned long va);

/**
 * devm_add_action() - have @action(@data) called when its turn comes
 * devm_add_action_or_reset() - the same, and call it at once where that fails
 * devm_remove_action() - call it no more
 * devm_release_action() - call it early
 *
 * Return: 0 or -ENOMEM. Removing what was not added is a warning.
 */
int __devm_add_action(struct device *dev, void (*action)(void *), void *data,
		      const char *name);
#define devm_add_action(dev, action, data) __devm_add_action(dev, action, data, #action)
void devm_remove_action(struct device *dev, void (*action)(void *), void *data);
void devm_release_action(struct device *dev, void (*action)(void *), void *data);

static inline int __devm_add_action_or_reset(struct device *dev, void (*action)(void *),
					     void *data, const char *name)
{
	int err = __devm_add_action(dev, action, data, name);

	if (err)
		action(data);
	return err;
}
#define devm_add_action_or_reset(dev, action, data) \
	__devm_add_action_or_reset(dev, action, data, #action)

#ifdef __cplusplus
}
#endif
#endif
