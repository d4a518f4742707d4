/* SPDX-License-Identifier: MIT */
/*
 * Lists by the ARM32 backend: entries that meet at a page's border become one for the
 * device, a *chunk*, up to its max_seg_size. Each chunk has addresses of its own.
 *
 *	|....xxxx|xxxxxxxx|xxxx....|xxxx....|      ends in mid-page: the next cannot follow
 *	     `---- one chunk -----'  `--'
 *
 * As in Linux, dma_get_seg_boundary() is not asked: a chunk may run across it.
 *
 * Linux: arch/arm/mm/dma-mapping.c, arm_iommu_map_sg() and __map_sg_chunk().
 */
#include <linux/iommu.h>

#include "arm-iommu.h"
#include "../iommu/map.h"

/* One call. @done: entries at the front of the list that have their chunk's address. */
struct sg_job {
	struct device *dev;
	struct scatterlist *sgl;
	enum dma_data_direction dir;
	unsigned long attrs;
	struct scatterlist *out;
	int done;
};

static struct scatterlist *next_entry(struct scatterlist *sg)
{
	sg = sg_next(sg);
	if (sg)
		port_before_load(sg, sizeof(*sg));
	return sg;
}

/* ---- a chunk --------------------------------------------------------------------------- */

/* Whole pages around one entry. Return: bytes, or an error. */
static ssize_t map_entry(const struct sg_job *job, struct scatterlist *sg, dma_addr_t iova)
{
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(job->dev);
	size_t len = PAGE_ALIGN((size_t)sg->offset + sg->length);
	int err;

	if (!(job->attrs & DMA_ATTR_SKIP_CPU_SYNC))
		arm_iommu_give(job->dev, sg_phys(sg), sg->length, job->dir);
	err = iommu_map_for(mapping->domain, iova, page_to_phys(sg_page(sg)), len,
			    arm_iommu_prot(job->dir, job->attrs), GFP_KERNEL, NULL);
	return err < 0 ? err : (ssize_t)len;
}

static int map_entries(const struct sg_job *job, struct scatterlist *sg, dma_addr_t iova,
		       size_t size)
{
	size_t done = 0;

	for (; done < size; sg = next_entry(sg)) {
		ssize_t len = map_entry(job, sg, iova + done);

		if (len < 0) {
			iommu_unmap(to_dma_iommu_mapping(job->dev)->domain, iova, done);
			return (int)len;
		}
		done += (size_t)len;
	}
	return 0;
}

/* The entries from @start on, of @size bytes from the first one's page on. */
static int map_chunk(const struct sg_job *job, struct scatterlist *start, size_t size,
		     dma_addr_t *ret_iova)
{
	struct dma_iommu_mapping *mapping = to_dma_iommu_mapping(job->dev);
	int err;

	*ret_iova = arm_iova_alloc(mapping, size);
	if (*ret_iova == DMA_MAPPING_ERROR)
		return -ENOMEM;
	err = map_entries(job, start, *ret_iova, PAGE_ALIGN(size));
	if (err)
		arm_iova_free(mapping, *ret_iova, PAGE_ALIGN(size));
	return err;
}

/* And what the device shall make of it, in the list's next entry. */
static int finish_chunk(struct sg_job *job, struct scatterlist *start, size_t size)
{
	unsigned int offset = start->offset;
	dma_addr_t iova;
	int err = map_chunk(job, start, size, &iova);

	if (err)
		return err;
	port_before_store(job->out, sizeof(*job->out));
	job->out->dma_address = iova + offset;
	sg_dma_len(job->out) = (unsigned int)size - offset;
	job->out = next_entry(job->out);
	job->done++;
	return 0;
}

/* ---- lists ----------------------------------------------------------------------------- */

static int map_list(struct sg_job *job, int nents)
{
	size_t max = dma_get_max_seg_size(job->dev);
	struct scatterlist *start = job->sgl, *sg = start;
	size_t size = (size_t)sg->offset + sg->length;

	for (int i = 1; i < nents; i++) {
		sg = next_entry(sg);
		port_before_store(sg, sizeof(*sg));
		sg_dma_len(sg) = 0;
		if (sg->offset || size & ~PAGE_MASK || size + sg->length > max) {
			int err = finish_chunk(job, start, size);

			if (err)
				return err;
			start = sg;
			size = sg->offset;
		}
		size += sg->length;
	}
	return finish_chunk(job, start, size);
}

static void undo_chunks(const struct sg_job *job)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(job->sgl, sg, job->done, i) {
		port_before_load(sg, sizeof(*sg));
		arm_iommu_remove(job->dev, sg_dma_address(sg), sg_dma_len(sg));
	}
}

int arm_iommu_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		     enum dma_data_direction dir, unsigned long attrs)
{
	struct sg_job job = { dev, sgl, dir, attrs, sgl, 0 };
	int err;

	port_before_load(sgl, sizeof(*sgl));
	err = map_list(&job, nents);
	if (!err)
		return job.done;
	undo_chunks(&job);
	return err == -ENOMEM ? err : -EINVAL;
}

void arm_iommu_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i) {
		if (sg_dma_len(sg))
			arm_iommu_remove(dev, sg_dma_address(sg), sg_dma_len(sg));
		if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
			arm_iommu_take(dev, sg_phys(sg), sg->length, dir);
	}
}

void arm_iommu_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
			       enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i)
		arm_iommu_take(dev, sg_phys(sg), sg->length, dir);
}

void arm_iommu_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				  enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg_there(sgl, sg, nents, i)
		arm_iommu_give(dev, sg_phys(sg), sg->length, dir);
}
