/* SPDX-License-Identifier: MIT */
/*
 * Managed resources: notes on a device's list, given back from the end.
 *
 *	dev->devres_head -> [release | data] -> [release | data] -> ...
 *	                               |                   |
 *	        room behind the note --+                   +--> memory of devm_kmalloc()
 *
 * Notes live on the host. Memory that a driver asked for is simulated memory, since it
 * may be mapped for DMA.
 *
 * Linux: drivers/base/devres.c.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/device.h>
#include <linux/kernel.h>

#include "../mm/kernel.h"
#include "devres.h"

struct devres {
	struct list_head entry;		/* both NULL until it is added */
	dr_release_t release;
	void *data;			/* @room, or memory elsewhere */
	u64 room[];
};

static struct devres *devres_of(void *res)
{
	return container_of(res, struct devres, room);
}

static struct devres *new_note(dr_release_t release, size_t size)
{
	size_t len;
	struct devres *dr;

	if (__builtin_add_overflow(sizeof(*dr), size, &len))
		return NULL;
	dr = calloc(1, len);
	if (!dr)
		return NULL;
	dr->release = release;
	dr->data = dr->room;
	return dr;
}

void *__devres_alloc_node(dr_release_t release, size_t size, gfp_t gfp, int nid, const char *name)
{
	struct kernel *k = kernel_current();
	struct devres *dr;

	if (k && kernel_fails(k))
		return NULL;
	dr = new_note(release, size);
	return dr ? dr->data : NULL;
}

void devres_free(void *res)
{
	if (res && !WARN(devres_of(res)->entry.next, "devres_free() of what a device has"))
		free(devres_of(res));
}

/* ---- the list ----------------------------------------------------------------- */

static struct list_head *notes_of(struct device *dev)
{
	if (!dev->devres_head.next)
		INIT_LIST_HEAD(&dev->devres_head);
	return &dev->devres_head;
}

static void add(struct device *dev, struct devres *dr)
{
	spin_lock(&dev->devres_lock);
	list_add_tail(&dr->entry, notes_of(dev));
	spin_unlock(&dev->devres_lock);
}

void devres_add(struct device *dev, void *res)
{
	if (!WARN(devres_of(res)->entry.next, "%s: devres_add() twice", dev_name(dev)))
		add(dev, devres_of(res));
}

static struct devres *find_locked(struct device *dev, dr_release_t release, dr_match_t match,
				  void *match_data)
{
	struct devres *dr;

	list_for_each_entry_reverse(dr, notes_of(dev), entry)
		if (dr->release == release && (!match || match(dev, dr->data, match_data)))
			return dr;
	return NULL;
}

void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct devres *dr;

	spin_lock(&dev->devres_lock);
	dr = find_locked(dev, release, match, match_data);
	spin_unlock(&dev->devres_lock);
	return dr ? dr->data : NULL;
}

void *devres_get(struct device *dev, void *new_res, dr_match_t match, void *match_data)
{
	struct devres *new = devres_of(new_res);
	struct devres *dr;

	spin_lock(&dev->devres_lock);
	dr = find_locked(dev, new->release, match, match_data);
	if (!dr)
		list_add_tail(&new->entry, notes_of(dev));
	spin_unlock(&dev->devres_lock);
	if (dr)
		devres_free(new_res);
	return dr ? dr->data : new_res;
}

/* list_del() leaves NULL, which says that nobody has it. */
static struct devres *take(struct device *dev, dr_release_t release, dr_match_t match,
			   void *match_data)
{
	struct devres *dr;

	spin_lock(&dev->devres_lock);
	dr = find_locked(dev, release, match, match_data);
	if (dr)
		list_del(&dr->entry);
	spin_unlock(&dev->devres_lock);
	return dr;
}

void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct devres *dr = take(dev, release, match, match_data);

	return dr ? dr->data : NULL;
}

int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct devres *dr = take(dev, release, match, match_data);

	free(dr);
	return dr ? 0 : -ENOENT;
}

int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data)
{
	struct devres *dr = take(dev, release, match, match_data);

	if (!dr)
		return -ENOENT;
	dr->release(dev, dr->data);
	free(dr);
	return 0;
}

void devres_for_each_res(struct device *dev, dr_release_t release, dr_match_t match,
			 void *match_data, void (*fn)(struct device *, void *, void *), void *data)
{
	struct devres *dr;

	if (!fn)
		return;
	spin_lock(&dev->devres_lock);
	list_for_each_entry_reverse(dr, notes_of(dev), entry)
		if (dr->release == release && (!match || match(dev, dr->data, match_data)))
			fn(dev, dr->data, data);
	spin_unlock(&dev->devres_lock);
}

static struct devres *take_last(struct list_head *notes)
{
	struct devres *dr;

	if (list_empty(notes))
		return NULL;
	dr = list_entry(notes->prev, struct devres, entry);
	list_del(&dr->entry);
	return dr;
}

/* Whole at once, so that what is added meanwhile is the next driver's. */
static void take_all(struct device *dev, struct list_head *ret_notes)
{
	struct list_head *notes = notes_of(dev);

	INIT_LIST_HEAD(ret_notes);
	spin_lock(&dev->devres_lock);
	for (struct devres *dr = take_last(notes); dr; dr = take_last(notes))
		list_add(&dr->entry, ret_notes);
	spin_unlock(&dev->devres_lock);
}

int devres_release_all(struct device *dev)
{
	struct list_head notes;
	struct devres *dr;
	int nr = 0;

	take_all(dev, &notes);
	for (; (dr = take_last(&notes)); nr++) {
		dr->release(dev, dr->data);
		free(dr);
	}
	return nr;
}

void devres_forget_all(struct device *dev)
{
	struct devres *dr;

	while ((dr = take_last(notes_of(dev))))
		free(dr);
}

/* ---- actions --------------------------------------------------------------------- */

struct action {
	void *data;
	void (*action)(void *);
};

static void devm_action_release(struct device *dev, void *res)
{
	struct action *a = res;

	a->action(a->data);
}

static int action_match(struct device *dev, void *res, void *match_data)
{
	struct action *a = res, *wanted = match_data;

	return a->action == wanted->action && a->data == wanted->data;
}

int __devm_add_action(struct device *dev, void (*action)(void *), void *data, const char *name)
{
	struct action *a;

	a = __devres_alloc_node(devm_action_release, sizeof(*a), GFP_KERNEL, -1, name);
	if (!a)
		return -ENOMEM;
	*a = (struct action){ data, action };
	devres_add(dev, a);
	return 0;
}

void devm_remove_action(struct device *dev, void (*action)(void *), void *data)
{
	struct action a = { data, action };

	WARN(devres_destroy(dev, devm_action_release, action_match, &a),
	     "%s: no such action to remove", dev_name(dev));
}

void devm_release_action(struct device *dev, void (*action)(void *), void *data)
{
	struct action a = { data, action };

	WARN(devres_release(dev, devm_action_release, action_match, &a),
	     "%s: no such action to release", dev_name(dev));
}

/* ---- memory ---------------------------------------------------------------------- */

static void devm_kmalloc_release(struct device *dev, void *res)
{
	kfree(res);
}

static int is_same(struct device *dev, void *res, void *match_data)
{
	return res == match_data;
}

static void *alloc_memory(struct device *dev, size_t size, gfp_t gfp, const void *site)
{
	struct devres *dr;
	void *p;

	if (!size)
		return ZERO_SIZE_PTR;
	p = kernel_kmalloc(dev->kernel, size, gfp, site);
	if (!p)
		return NULL;
	dr = new_note(devm_kmalloc_release, 0);
	if (!dr) {
		kfree(p);
		return NULL;
	}
	dr->data = p;
	add(dev, dr);
	return p;
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	return alloc_memory(dev, size, gfp, __builtin_return_address(0));
}

static void free_memory(struct device *dev, const void *p, const void *site)
{
	if (ZERO_OR_NULL_PTR(p))
		return;
	if (!WARN(devres_destroy(dev, devm_kmalloc_release, is_same, (void *)(uintptr_t)p),
		  "%s: devm_kfree() of what it does not have", dev_name(dev)))
		kernel_kfree(p, site);
}

void devm_kfree(struct device *dev, const void *p)
{
	free_memory(dev, p, __builtin_return_address(0));
}

/* The note stays where it is in the list. False: @dev has no such memory. */
static bool replace_memory(struct device *dev, void *old, void *new)
{
	struct devres *dr;

	spin_lock(&dev->devres_lock);
	dr = find_locked(dev, devm_kmalloc_release, is_same, old);
	if (dr)
		dr->data = new;
	spin_unlock(&dev->devres_lock);
	return dr;
}

static void *grow_memory(struct device *dev, void *old, size_t size, gfp_t gfp, const void *site)
{
	void *new = kernel_kmalloc(dev->kernel, size, gfp, site);

	if (!new)
		return NULL;
	if (WARN(!replace_memory(dev, old, new), "%s: devm_krealloc() of what it does not have",
		 dev_name(dev))) {
		kfree(new);
		return NULL;
	}
	port_copy(new, old, ksize(old));
	kernel_kfree(old, site);
	return new;
}

void *devm_krealloc(struct device *dev, void *ptr, size_t size, gfp_t gfp)
{
	const void *site = __builtin_return_address(0);

	if (!size) {
		free_memory(dev, ptr, site);
		return ZERO_SIZE_PTR;
	}
	if (ZERO_OR_NULL_PTR(ptr))
		return alloc_memory(dev, size, gfp, site);
	if (WARN(!ksize(ptr), "%s: devm_krealloc() of what was not allocated", dev_name(dev)))
		return NULL;
	return size <= ksize(ptr) ? ptr : grow_memory(dev, ptr, size, gfp, site);
}

static void *copy_memory(struct device *dev, const void *src, size_t len, gfp_t gfp,
			 const void *site)
{
	void *p = alloc_memory(dev, len, gfp, site);

	if (p && len)
		port_copy(p, src, len);
	return p;
}

void *devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp)
{
	return copy_memory(dev, src, len, gfp, __builtin_return_address(0));
}

/* Bytes of @s with its end; it may be simulated memory. */
static size_t string_len(const char *s)
{
	size_t len = 0;
	char c;

	do
		port_copy_out(&c, s + len++, 1);
	while (c);
	return len;
}

static char *copy_string(struct device *dev, const char *s, gfp_t gfp, const void *site)
{
	return s ? copy_memory(dev, s, string_len(s), gfp, site) : NULL;
}

char *devm_kstrdup(struct device *dev, const char *s, gfp_t gfp)
{
	return copy_string(dev, s, gfp, __builtin_return_address(0));
}

const char *devm_kstrdup_const(struct device *dev, const char *s, gfp_t gfp)
{
	return copy_string(dev, s, gfp, __builtin_return_address(0));
}

static char *format(struct device *dev, gfp_t gfp, const char *fmt, va_list ap, const void *site)
{
	g_autofree char *text = kernel_vasprintf(fmt, ap);

	return copy_memory(dev, text, strlen(text) + 1, gfp, site);
}

char *devm_kvasprintf(struct device *dev, gfp_t gfp, const char *fmt, va_list ap)
{
	return format(dev, gfp, fmt, ap, __builtin_return_address(0));
}

char *devm_kasprintf(struct device *dev, gfp_t gfp, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = format(dev, gfp, fmt, ap, __builtin_return_address(0));
	va_end(ap);
	return p;
}

/* ---- pages ------------------------------------------------------------------------ */

struct pages {
	unsigned long va;
	unsigned int order;
};

static void devm_pages_release(struct device *dev, void *res)
{
	struct pages *p = res;

	free_pages(p->va, p->order);
}

static int pages_match(struct device *dev, void *res, void *match_data)
{
	return ((struct pages *)res)->va == ((struct pages *)match_data)->va;
}

unsigned long devm_get_free_pages(struct device *dev, gfp_t gfp_mask, unsigned int order)
{
	struct pages *p;
	unsigned long va = __get_free_pages(gfp_mask, order);

	if (!va)
		return 0;
	p = devres_alloc(devm_pages_release, sizeof(*p), GFP_KERNEL);
	if (!p) {
		free_pages(va, order);
		return 0;
	}
	*p = (struct pages){ va, order };
	devres_add(dev, p);
	return va;
}

void devm_free_pages(struct device *dev, unsigned long va)
{
	struct pages p = { .va = va };

	WARN(devres_release(dev, devm_pages_release, pages_match, &p),
	     "%s: devm_free_pages() of what it does not have", dev_name(dev));
}
