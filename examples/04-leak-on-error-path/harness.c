/* SPDX-License-Identifier: MIT */
/* The harness: one request more than the controller has slots. */
#include <stdio.h>
#include <armdma/harness.h>
#include <linux/slab.h>

#include "ctrl.h"

#define NR_REQUESTS	(CTRL_SLOTS + 1)

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	struct request rq[NR_REQUESTS];
	int refused = 0;
	struct ctrl ctrl = { .dev = harness_device(h, "mmc0") };

	for (int i = 0; i < NR_REQUESTS; i++) {
		rq[i].cmd = kzalloc(CTRL_CMD_SIZE, GFP_KERNEL);
		rq[i].data = kzalloc(CTRL_DATA_SIZE, GFP_KERNEL);
		if (ctrl_submit(&ctrl, &rq[i]))
			refused++;
	}
	for (int i = 0; i < CTRL_SLOTS; i++)
		ctrl_complete(&ctrl, &rq[i]);
	for (int i = 0; i < NR_REQUESTS; i++) {
		kfree(rq[i].data);
		kfree(rq[i].cmd);
	}
	printf("%d requests, %d refused\n", NR_REQUESTS, refused);
	return harness_finish(h);
}
