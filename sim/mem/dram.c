/* SPDX-License-Identifier: MIT */
/* DRAM banks and the sparse files behind every point of view. */
#include "dram.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

void *reserve_new(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void reserve_free(void *p, size_t len)
{
	if (p)
		munmap(p, len);
}

static bool image_init(struct image *img, uint64_t len, GError **error)
{
	img->fd = memfd_create("armdma", MFD_CLOEXEC);
	if (img->fd >= 0 && ftruncate(img->fd, (off_t)len) == 0) {
		void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_NORESERVE, img->fd, 0);

		if (p != MAP_FAILED) {
			img->bytes = p;
			img->len = len;
			return true;
		}
	}
	g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNREADABLE,
		    "the host has no room for an image of %" G_GUINT64_FORMAT
		    " MiB of DRAM: %s", len >> 20, g_strerror(errno));
	return false;
}

/* Whole pages only: a bank's ragged edge cannot be mapped, so it is not there. */
static void add_bank(struct dram *d, const struct board_bank *b)
{
	uint64_t first = (b->pa + PAGE_MASK) & ~(uint64_t)PAGE_MASK;
	uint64_t end = (b->pa + b->len) & ~(uint64_t)PAGE_MASK;

	if (end <= first)
		return;
	d->banks[d->nr_banks++] = (struct dram_bank){
		.pa = first, .len = end - first, .off = d->len,
	};
	d->len += end - first;
}

bool dram_add_image(struct dram *d, enum image_kind k, uint64_t len, GError **error)
{
	return image_init(&d->images[k], len, error);
}

bool dram_init(struct dram *d, const struct board *b, GError **error)
{
	for (unsigned i = 0; i < NR_IMAGES; i++)
		d->images[i].fd = -1;
	d->banks = g_new0(struct dram_bank, b->banks->len);
	for (unsigned i = 0; i < b->banks->len; i++)
		add_bank(d, &g_array_index(b->banks, struct board_bank, i));
	if (!d->len) {
		g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNSUPPORTED,
			    "%s: the board has no memory", b->file);
		return false;
	}
	return dram_add_image(d, IMAGE_DRAM, d->len, error);
}

void dram_done(struct dram *d)
{
	for (unsigned i = 0; i < NR_IMAGES; i++) {
		if (d->images[i].bytes)
			munmap(d->images[i].bytes, d->images[i].len);
		if (d->images[i].fd >= 0)
			close(d->images[i].fd);
	}
	g_free(d->banks);
}
