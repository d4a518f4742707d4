/* SPDX-License-Identifier: MIT */
/*
 * As much of the dmaengine API as drivers/dma/dmatest.c needs: one engine with one
 * channel, which dmatest-harness.c is.
 *
 * Leaves out: slaves, cycles, interleaving, reuse, dependencies, and every driver's side
 * but the prep functions. Source: include/linux/dmaengine.h, drivers/dma/dmaengine.c.
 */
#ifndef TESTS_KERNEL_DMAENGINE_H
#define TESTS_KERNEL_DMAENGINE_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>

typedef s32 dma_cookie_t;

enum dma_status { DMA_COMPLETE, DMA_IN_PROGRESS, DMA_PAUSED, DMA_ERROR, DMA_OUT_OF_ORDER };

enum dma_transaction_type {
	DMA_MEMCPY, DMA_XOR, DMA_PQ, DMA_MEMSET, DMA_PRIVATE, DMA_COMPLETION_NO_ORDER,
	DMA_TX_TYPE_END
};

enum dma_ctrl_flags { DMA_PREP_INTERRUPT = 1 << 0, DMA_CTRL_ACK = 1 << 1 };

typedef struct {
	unsigned long bits;
} dma_cap_mask_t;

#define dma_cap_zero(mask)	((mask).bits = 0)
#define dma_cap_set(cap, mask)	((mask).bits |= 1ul << (cap))
#define dma_has_cap(cap, mask)	((mask).bits >> (cap) & 1)

struct dma_device;

struct dma_chan {
	struct dma_device *device;
	const char *name;
	dma_cookie_t cookie, completed;
	bool is_taken;
};

struct dma_async_tx_descriptor {
	dma_cookie_t cookie;
	struct dma_chan *chan;
	dma_cookie_t (*tx_submit)(struct dma_async_tx_descriptor *tx);
	void (*callback)(void *param);
	void *callback_param;
};

struct dma_device {
	dma_cap_mask_t cap_mask;
	unsigned short max_xor, max_pq;
	u8 copy_align, xor_align, pq_align, fill_align;
	struct device *dev;
	struct dma_async_tx_descriptor *(*device_prep_dma_memcpy)(struct dma_chan *chan,
		dma_addr_t dst, dma_addr_t src, size_t len, unsigned long flags);
	struct dma_async_tx_descriptor *(*device_prep_dma_xor)(struct dma_chan *chan,
		dma_addr_t dst, dma_addr_t *src, unsigned int nr_src, size_t len,
		unsigned long flags);
	struct dma_async_tx_descriptor *(*device_prep_dma_pq)(struct dma_chan *chan,
		dma_addr_t *dst, dma_addr_t *src, unsigned int nr_src,
		const unsigned char *coefs, size_t len, unsigned long flags);
	struct dma_async_tx_descriptor *(*device_prep_dma_memset)(struct dma_chan *chan,
		dma_addr_t dst, int value, size_t len, unsigned long flags);
};

typedef bool (*dma_filter_fn)(struct dma_chan *chan, void *param);

/** What a client mapped, in this order: to the device, from it, both ways. */
struct dmaengine_unmap_data {
	u8 map_cnt, to_cnt, from_cnt, bidi_cnt;
	struct device *dev;
	size_t len;
	dma_addr_t addr[];
};

struct dmaengine_unmap_data *dmaengine_get_unmap_data(struct device *dev, int nr, gfp_t flags);
void dmaengine_unmap_put(struct dmaengine_unmap_data *unmap);

struct dma_chan *__dma_request_channel(const dma_cap_mask_t *mask, dma_filter_fn fn,
				       void *param);
#define dma_request_channel(mask, fn, param) __dma_request_channel(&(mask), fn, param)
void dma_release_channel(struct dma_chan *chan);

void dma_async_issue_pending(struct dma_chan *chan);
enum dma_status dma_async_is_tx_complete(struct dma_chan *chan, dma_cookie_t cookie,
					 dma_cookie_t *last, dma_cookie_t *used);
enum dma_status dma_sync_wait(struct dma_chan *chan, dma_cookie_t cookie);
int dmaengine_terminate_sync(struct dma_chan *chan);

static inline const char *dma_chan_name(struct dma_chan *chan)
{
	return chan->name;
}

static inline struct device *dmaengine_get_dma_device(struct dma_chan *chan)
{
	return chan->device->dev;
}

static inline int dma_maxpq(struct dma_device *dma, enum dma_ctrl_flags flags)
{
	return dma->max_pq;
}

static inline bool dma_submit_error(dma_cookie_t cookie)
{
	return cookie < 0;
}

#endif
