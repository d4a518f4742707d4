/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's own program never asks, since it checks its arguments first: this
 * one asks the ioctl, and says what came of it.
 *
 *	asks THREADS SECONDS NODE BITS DIR DELAY GRANULE [REQUEST]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/types.h>
#include <linux/map_benchmark.h>

static __u32 number(const char *word)
{
	return (__u32)strtoll(word, NULL, 0);
}

int main(int argc, char **argv)
{
	struct map_benchmark map = { 0 };
	int fd = open("/sys/kernel/debug/dma_map_benchmark", O_RDWR);

	if (fd < 0 || argc < 8)
		return 2;
	map.threads = number(argv[1]);
	map.seconds = number(argv[2]);
	map.node = (__s32)number(argv[3]);
	map.dma_bits = number(argv[4]);
	map.dma_dir = number(argv[5]);
	map.dma_trans_ns = number(argv[6]);
	map.granule = number(argv[7]);
	if (ioctl(fd, argc > 8 ? number(argv[8]) : DMA_MAP_BENCHMARK, &map) == 0)
		printf("ok, %d\n", map.avg_map_100ns || map.map_stddev || map.avg_unmap_100ns);
	else
		printf("%s\n", strerror(errno));
	return 0;
}
