/* SPDX-License-Identifier: MIT */
/*
 * The harness: starts a machine, plays the camera, and has an application with an
 * address space of its own, whose plain loads are those of user code.
 */
#include <stdio.h>
#include <string.h>
#include <linux/err.h>
#include <linux/mman.h>
#include <armdma/harness.h>
#include <armdma/process.h>

#include "cam.h"

#define NR_FRAMES	4

/* The application's side of the frame. */
struct view {
	const volatile unsigned char *pixels;
	unsigned char expected;
	unsigned int nr_wrong;
};

static void camera_takes(struct cam *cam, unsigned char shade)
{
	unsigned char pixels[CAM_FRAME_SIZE];

	memset(pixels, shade, sizeof(pixels));
	master_write(harness_master(cam->dev), cam->frame_dma, pixels, sizeof(pixels));
}

/* User code: runs as the process, on its own page tables. */
static void app_looks(void *arg)
{
	struct view *v = arg;

	for (size_t i = 0; i < CAM_FRAME_SIZE; i += 512)
		v->nr_wrong += v->pixels[i] != v->expected;
}

static void films(struct cam *cam, struct process *app, struct view *v)
{
	for (unsigned int n = 0; n < NR_FRAMES; n++) {
		v->expected = (unsigned char)('a' + n);
		camera_takes(cam, v->expected);
		process_run(app, app_looks, v);
	}
}

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	struct cam cam;
	struct file file = { &cam_fops, FMODE_READ | FMODE_WRITE, &cam };
	struct process *app = process_new(h);
	struct view v = { .nr_wrong = 0 };
	void *p;

	if (!app || cam_open(&cam, harness_device(h, "eth0")))
		return 2;
	p = process_mmap(app, NULL, CAM_FRAME_SIZE, PROT_READ, MAP_SHARED, &file, 0);
	if (IS_ERR(p))
		return 2;
	v.pixels = p;
	films(&cam, app, &v);
	printf("%u frames, %u pixels of them wrong\n", NR_FRAMES, v.nr_wrong);
	process_exit(app);
	cam_release(&cam);
	return harness_finish(h);
}
