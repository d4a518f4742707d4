/* SPDX-License-Identifier: MIT */
/* A camera: it writes one frame after the other into the same memory. */
#ifndef CAM_H
#define CAM_H

#include <linux/dma-mapping.h>
#include <linux/fs.h>

#define CAM_FRAME_SIZE	8192

struct cam {
	struct device *dev;
	void *frame;
	dma_addr_t frame_dma;
};

int cam_open(struct cam *cam, struct device *dev);
void cam_release(struct cam *cam);

/* file->private_data is the struct cam. */
extern const struct file_operations cam_fops;

#endif
