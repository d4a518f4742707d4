/* SPDX-License-Identifier: MIT */
/*
 * The driver: nothing in this file knows of armdma.
 *
 * An application maps the frame and looks at it as it comes in, so it must be mapped for
 * the application as the kernel has it mapped: not cached. Without -DFIXED the driver
 * does it by hand, with the protection that mmap() starts from, and that is cached.
 */
#include <linux/errno.h>
#include <linux/mm.h>

#include "cam.h"

int cam_open(struct cam *cam, struct device *dev)
{
	cam->dev = dev;
	cam->frame = dma_alloc_coherent(dev, CAM_FRAME_SIZE, &cam->frame_dma, GFP_KERNEL);
	return cam->frame ? 0 : -ENOMEM;
}

void cam_release(struct cam *cam)
{
	dma_free_coherent(cam->dev, CAM_FRAME_SIZE, cam->frame, cam->frame_dma);
}

static int cam_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct cam *cam = file->private_data;
#ifdef FIXED
	return dma_mmap_coherent(cam->dev, vma, cam->frame, cam->frame_dma, CAM_FRAME_SIZE);
#else
	if (vma->vm_pgoff || vma->vm_end - vma->vm_start > CAM_FRAME_SIZE)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, PHYS_PFN(virt_to_phys(cam->frame)),
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
#endif
}

const struct file_operations cam_fops = {
	.mmap = cam_mmap,
};
