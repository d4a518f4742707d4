/* SPDX-License-Identifier: MIT */
/* The copying engine: its registers, and what its driver offers. */
#ifndef COPIER_H
#define COPIER_H

#include <linux/types.h>

#define COPIER_SRC	0x00	/* bus addresses */
#define COPIER_DST	0x04
#define COPIER_LEN	0x08	/* bytes; writing it starts the engine */
#define COPIER_STATUS	0x0c	/* writing a bit clears it */
#define COPIER_DONE	0x1
#define COPIER_ERROR	0x2
#define COPIER_REGS	0x10

struct device;

/** Return: 0; -EINVAL: too long; -ETIMEDOUT, -EIO: of the engine; -ENOMEM. */
int copier_copy(struct device *dev, void *dst, const void *src, size_t len);

#endif
