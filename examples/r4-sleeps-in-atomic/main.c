// SPDX-License-Identifier: MIT
/*
 * Mapping where nobody may sleep, in Linux 6.12 on 32-bit Arm.
 *
 * dma_map_single() and dma_map_sg() may be called in interrupt handlers and under
 * spinlocks, and dma_alloc_coherent(GFP_ATOMIC), too. But arm_iommu_map_page(),
 * __map_sg_chunk(), arm_iommu_map_resource() and __iommu_create_mapping(), the last for
 * memory of the atomic pool as well, call iommu_map() with GFP_KERNEL: it may sleep, to get
 * memory for a page table. iommu_map() says so by might_sleep_if(), which prints a line in
 * kernels with CONFIG_DEBUG_ATOMIC_SLEEP; without that the machine hangs when it does.
 *
 * Ours passes GFP_ATOMIC down, as drivers/iommu/dma-iommu.c does.
 *
 * Linux: arch/arm/mm/dma-mapping.c; drivers/iommu/iommu.c, iommu_map(). Exit status 0: each
 * behaved as announced. 1: one did not.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/slab.h>

#include "../arm32-iommu.h"

/* Lines of "sleeping function called", of each call. */
struct outcome {
	unsigned int page, list, coherent;
};

/* ---- what the library prints, which goes to stderr ------------------------------------ */

static FILE *heard;
static int real_stderr;

static void listen(void)
{
	heard = tmpfile();
	real_stderr = dup(STDERR_FILENO);
	if (!heard || real_stderr < 0 || dup2(fileno(heard), STDERR_FILENO) < 0) {
		printf("r4-sleeps-in-atomic: no temporary file\n");
		exit(2);
	}
}

static unsigned int count_sleeps(void)
{
	char line[256];
	unsigned int nr = 0;

	fflush(stderr);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	rewind(heard);
	while (fgets(line, sizeof(line), heard)) {
		nr += strstr(line, "sleeping function called") != NULL;
		printf("  %s", line);
	}
	fclose(heard);
	return nr;
}

/* ---- the story --------------------------------------------------------------------------- */

static unsigned int sleeps_of(struct queue *q, void *buffer,
			      int (*submit)(struct queue *q, void *buffer))
{
	int err;

	listen();
	err = submit(q, buffer);
	if (err)
		fprintf(stderr, "error %d\n", err);
	return count_sleeps();
}

static int alloc_descriptor(struct queue *q, void *buffer)
{
	(void)buffer;
	return queue_alloc_descriptor(q);
}

static struct outcome play(struct harness *h)
{
	struct queue q = { .dev = harness_device(h, EXAMPLE_DEVICE) };
	void *buffer = kmalloc(BUFFER_LEN, GFP_KERNEL);
	struct outcome o;

	spin_lock_init(&q.lock);
	o.page = sleeps_of(&q, buffer, queue_submit_page);
	o.list = sleeps_of(&q, buffer, queue_submit_list);
	o.coherent = sleeps_of(&q, buffer, alloc_descriptor);
	kfree(buffer);
	return o;
}

static struct outcome run(enum iova_backend how)
{
	struct harness *h = start_behind_iommu(how, false);
	struct outcome o;

	printf("%s:\n\n", backend_title(how));
	o = play(h);
	harness_finish(h);
	printf("\n");
	return o;
}

int main(void)
{
	struct outcome arm32 = run(IOVA_BITMAP), ours = run(IOVA_DMA_IOMMU);

	printf("  may sleep, with interrupts off        32-bit Arm      ours\n"
	       "  dma_map_single()                      %10u%10u\n"
	       "  dma_map_sg()                          %10u%10u\n"
	       "  dma_alloc_coherent(GFP_ATOMIC)        %10u%10u\n", arm32.page, ours.page,
	       arm32.list, ours.list, arm32.coherent, ours.coherent);
	return arm32.page && arm32.list && arm32.coherent && !ours.page && !ours.list &&
	       !ours.coherent ? 0 : 1;
}
