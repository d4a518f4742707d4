/* SPDX-License-Identifier: MIT */
/*
 * A DMA engine for drivers/dma/dmatest.c, which is included unmodified, so that its
 * parameters can be set. The engine copies, fills, and combines by its own port on the
 * bus (a master); what dmatest maps and unmaps, and how, is dmatest's.
 *
 *	dmatest OPERATION ITERATIONS BUF_SIZE [DEFECT]
 *
 * OPERATION: copy, set, xor-pq (with copy). The machine is of the environment.
 * DEFECT, so that dmatest can be seen to notice:
 *   no-sync     what is unmapped is not synced (DMA_ATTR_SKIP_CPU_SYNC)
 *   short, long the engine writes a byte too few, or too many
 *   source      the engine writes to its source as well
 *
 * Exit status: as harness_finish() has it; 3 when dmatest reports failures.
 */
#define KBUILD_MODNAME "dmatest"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <armdma/harness.h>

#include DMATEST_C

static enum { NO_DEFECT, NO_SYNC, SHORT, LONG, SOURCE } defect;
static struct dma_device engine;
static struct dma_chan channel = { .device = &engine, .name = "dma0chan0" };

/* ---- the engine's work, at the bus ---------------------------------------------------------- */

enum { MAX_SOURCES = 8, MAX_LEN = 1 << 17 };

struct job {
	struct dma_async_tx_descriptor tx;
	dma_addr_t dst[2], src[MAX_SOURCES];
	unsigned nr_dst, nr_src;
	int value;			/* to fill with; -1: none */
	u8 coefs[MAX_SOURCES];
	size_t len;
	bool is_submitted;
};

static struct job job;
static u8 sum[2][MAX_LEN], one[MAX_LEN];
static bool is_broken;			/* the bus refused */

static void reads(dma_addr_t dma, u8 *to, size_t len)
{
	is_broken |= master_read(harness_master(engine.dev), dma, to, len).kind != MASTER_OK;
}

static void writes(dma_addr_t dma, const u8 *from, size_t len)
{
	is_broken |= master_write(harness_master(engine.dev), dma, from, len).kind != MASTER_OK;
}

/* In the field of the RAID 6 code: x^8 + x^4 + x^3 + x^2 + 1. */
static u8 times(u8 a, u8 b)
{
	u8 product = 0;

	for (; b; b >>= 1) {
		if (b & 1)
			product ^= a;
		a = (u8)(a << 1 ^ (a & 0x80 ? 0x1d : 0));
	}
	return product;
}

static void combine(void)
{
	memset(sum[0], 0, job.len);
	memset(sum[1], 0, job.len);
	for (unsigned s = 0; s < job.nr_src; s++) {
		reads(job.src[s], one, job.len);
		for (size_t i = 0; i < job.len; i++) {
			sum[0][i] ^= one[i];
			if (job.nr_dst > 1)
				sum[1][i] ^= times(one[i], job.coefs[s]);
		}
	}
}

static void put(dma_addr_t dst, u8 *bytes)
{
	size_t len = job.len - (defect == SHORT);

	bytes[job.len] = 0xff;
	writes(dst, bytes, len + (defect == LONG));
}

static void work(void)
{
	is_broken = false;
	if (job.value >= 0)
		memset(sum[0], job.value, job.len);
	else
		combine();
	for (unsigned d = 0; d < job.nr_dst; d++)
		put(job.dst[d], sum[d]);
	if (defect == SOURCE && job.nr_src)
		writes(job.src[0] + job.len / 2, (const u8 *)"!", 1);
}

void dma_async_issue_pending(struct dma_chan *chan)
{
	if (!job.is_submitted)
		return;
	job.is_submitted = false;
	work();
	if (is_broken)
		return;
	chan->completed = job.tx.cookie;
	if (job.tx.callback)
		job.tx.callback(job.tx.callback_param);
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static dma_cookie_t submit(struct dma_async_tx_descriptor *tx)
{
	job.is_submitted = true;
	tx->cookie = ++tx->chan->cookie;
	return tx->cookie;
}

static struct dma_async_tx_descriptor *prep(struct dma_chan *chan, const dma_addr_t *dst,
					    unsigned nr_dst, const dma_addr_t *src,
					    unsigned nr_src, size_t len)
{
	if (len >= MAX_LEN || nr_src > MAX_SOURCES || job.is_submitted)
		return NULL;
	job = (struct job){ .tx = { .chan = chan, .tx_submit = submit }, .nr_dst = nr_dst,
			    .nr_src = nr_src, .value = -1, .len = len };
	for (unsigned d = 0; d < nr_dst; d++)
		job.dst[d] = dst[d];
	for (unsigned s = 0; s < nr_src; s++)
		job.src[s] = src[s];
	return &job.tx;
}

static struct dma_async_tx_descriptor *prep_memcpy(struct dma_chan *chan, dma_addr_t dst,
						   dma_addr_t src, size_t len,
						   unsigned long flags)
{
	return prep(chan, &dst, 1, &src, 1, len);
}

static struct dma_async_tx_descriptor *prep_xor(struct dma_chan *chan, dma_addr_t dst,
						dma_addr_t *src, unsigned int nr_src,
						size_t len, unsigned long flags)
{
	return prep(chan, &dst, 1, src, nr_src, len);
}

static struct dma_async_tx_descriptor *prep_pq(struct dma_chan *chan, dma_addr_t *dst,
					       dma_addr_t *src, unsigned int nr_src,
					       const unsigned char *coefs, size_t len,
					       unsigned long flags)
{
	struct dma_async_tx_descriptor *tx = prep(chan, dst, 2, src, nr_src, len);

	for (unsigned s = 0; tx && s < nr_src; s++)
		job.coefs[s] = coefs[s];
	return tx;
}

static struct dma_async_tx_descriptor *prep_memset(struct dma_chan *chan, dma_addr_t dst,
						   int value, size_t len, unsigned long flags)
{
	struct dma_async_tx_descriptor *tx = prep(chan, &dst, 1, NULL, 0, len);

	if (tx)
		job.value = value & 0xff;
	return tx;
}

enum dma_status dma_async_is_tx_complete(struct dma_chan *chan, dma_cookie_t cookie,
					 dma_cookie_t *last, dma_cookie_t *used)
{
	return cookie <= chan->completed ? DMA_COMPLETE : DMA_ERROR;
}

enum dma_status dma_sync_wait(struct dma_chan *chan, dma_cookie_t cookie)
{
	dma_async_issue_pending(chan);
	return dma_async_is_tx_complete(chan, cookie, NULL, NULL);
}

int dmaengine_terminate_sync(struct dma_chan *chan)
{
	job.is_submitted = false;
	return 0;
}

/* ---- channels and what clients mapped ------------------------------------------------------- */

struct dma_chan *__dma_request_channel(const dma_cap_mask_t *mask, dma_filter_fn fn,
				       void *param)
{
	if (channel.is_taken || (engine.cap_mask.bits & mask->bits) != mask->bits ||
	    (fn && !fn(&channel, param)))
		return NULL;
	channel.is_taken = true;
	return &channel;
}

void dma_release_channel(struct dma_chan *chan)
{
	chan->is_taken = false;
}

struct dmaengine_unmap_data *dmaengine_get_unmap_data(struct device *dev, int nr, gfp_t flags)
{
	struct dmaengine_unmap_data *um = kzalloc(sizeof(*um) + nr * sizeof(*um->addr), flags);

	if (um) {
		um->dev = dev;
		um->map_cnt = (u8)nr;
	}
	return um;
}

static void unmap_some(struct dmaengine_unmap_data *um, unsigned first, unsigned nr,
		       enum dma_data_direction dir)
{
	unsigned long attrs = defect == NO_SYNC ? DMA_ATTR_SKIP_CPU_SYNC : 0;

	for (unsigned i = first; i < first + nr; i++)
		dma_unmap_page_attrs(um->dev, um->addr[i], um->len, dir, attrs);
}

void dmaengine_unmap_put(struct dmaengine_unmap_data *um)
{
	unmap_some(um, 0, um->to_cnt, DMA_TO_DEVICE);
	unmap_some(um, um->to_cnt, um->from_cnt, DMA_FROM_DEVICE);
	unmap_some(um, um->to_cnt + um->from_cnt, um->bidi_cnt, DMA_BIDIRECTIONAL);
	kfree(um);
}

/* ---- threads and chance ------------------------------------------------------------------- */

struct kthread {
	struct task_struct task;	/* what others know of it */
	int (*fn)(void *data);
	void *data;
	int result;
	int nr_holders;
};

struct task_struct *kthread_running;

static struct kthread *kthread_of(struct task_struct *task)
{
	return container_of(task, struct kthread, task);
}

struct task_struct *kthread_create(int (*fn)(void *data), void *data, const char *fmt, ...)
{
	struct kthread *k = calloc(1, sizeof(*k));
	va_list args;

	va_start(args, fmt);
	vsnprintf(k->task.comm, sizeof(k->task.comm), fmt, args);
	va_end(args);
	k->fn = fn;
	k->data = data;
	k->nr_holders = 1;
	return &k->task;
}

void wake_up_process(struct task_struct *task)
{
	struct kthread *k = kthread_of(task);

	kthread_running = task;
	k->result = k->fn(k->data);
	kthread_running = NULL;
}

void get_task_struct(struct task_struct *task)
{
	kthread_of(task)->nr_holders++;
}

void put_task_struct(struct task_struct *task)
{
	if (!--kthread_of(task)->nr_holders)
		free(kthread_of(task));
}

int kthread_stop(struct task_struct *task)
{
	int result = kthread_of(task)->result;

	put_task_struct(task);
	return result;
}

/* splitmix64 */
void get_random_bytes(void *buf, size_t len)
{
	static u64 state = 2011;
	u64 z = state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	z ^= z >> 31;
	memcpy(buf, &z, len < sizeof(z) ? len : sizeof(z));
}

/* ---- the run ------------------------------------------------------------------------------- */

static void make_engine(struct harness *h, const char *operation)
{
	const char *name = getenv("DMATEST_DEVICE");

	engine = (struct dma_device){
		.dev = harness_device(h, name ? name : "dma0"),
		.max_xor = MAX_SOURCES, .max_pq = MAX_SOURCES,
		.device_prep_dma_memcpy = prep_memcpy, .device_prep_dma_xor = prep_xor,
		.device_prep_dma_pq = prep_pq, .device_prep_dma_memset = prep_memset,
	};
	dma_cap_set(DMA_MEMCPY, engine.cap_mask);
	dma_cap_set(DMA_MEMSET, engine.cap_mask);
	if (strcmp(operation, "xor-pq"))
		return;
	dma_cap_set(DMA_XOR, engine.cap_mask);
	dma_cap_set(DMA_PQ, engine.cap_mask);
}

static int defect_of(const char *word)
{
	static const char *const words[] = { "", "no-sync", "short", "long", "source" };

	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i], word))
			return (int)i;
	return -1;
}

int main(int argc, char **argv)
{
	struct harness *h;
	int status;

	if (argc < 4 || defect_of(argc > 4 ? argv[4] : "") < 0) {
		fprintf(stderr, "usage: %s copy|set|xor-pq ITERATIONS BUF_SIZE [DEFECT]\n", *argv);
		return 2;
	}
	defect = defect_of(argc > 4 ? argv[4] : "");
	h = harness_start_or_exit(NULL);
	make_engine(h, argv[1]);
	dmatest = !strcmp(argv[1], "set");
	iterations = (unsigned)atoi(argv[2]);
	test_buf_size = (unsigned)atoi(argv[3]);
	dmatest_run = true;
	status = armdma_module_init();
	armdma_module_exit();
	return harness_finish(h) || status;
}
