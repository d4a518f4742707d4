/* SPDX-License-Identifier: MIT */
/*
 * A trace of a hundred megabytes, through xz, in as much memory as one of ten.
 *
 * The lines are made here and packed as they are made; only the packed bytes are kept
 * (they repeat, so they are few). Run by hand, this also says how fast the reader is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <lzma.h>

#include "rig.h"

#define MEGABYTE	1000000u
#define CHUNK		(64 * 1024)

/* ---- making it --------------------------------------------------------- */

struct packer {
	lzma_stream x;
	GByteArray *out;
};

static void
pack(struct packer *p, const char *bytes, size_t len, lzma_action action)
{
	uint8_t chunk[CHUNK];
	lzma_ret ret;

	p->x.next_in = (const uint8_t *)bytes;
	p->x.avail_in = len;
	do {
		p->x.next_out = chunk;
		p->x.avail_out = sizeof(chunk);
		ret = lzma_code(&p->x, action);
		g_byte_array_append(p->out, chunk,
				    sizeof(chunk) - p->x.avail_out);
	} while (ret == LZMA_OK && (p->x.avail_in || !p->x.avail_out ||
				    action == LZMA_FINISH));
	assert_true(ret == LZMA_OK || ret == LZMA_STREAM_END);
}

/* Four lines of a network driver: two mappings made, synced, and undone. */
static int
some_lines(char *lines, size_t cap, unsigned i)
{
	unsigned pa = 0x40000000 + i % 4096 * 4096;
	unsigned sec = i / 1000, usec = i % 1000 * 1000;

	return snprintf(lines, cap,
		"          <idle>-0       [000] d.s1. %5u.%06u: dma_map_page:"
		" 1c30000.ethernet dir=FROM_DEVICE dma_addr=%x size=4096"
		" phys_addr=%x attrs=WEAK_ORDERING|SKIP_CPU_SYNC\n"
		"          <idle>-0       [000] d.s1. %5u.%06u:"
		" dma_sync_single_for_device: 1c30000.ethernet dir=FROM_DEVICE"
		" dma_addr=%x size=3840\n"
		"     kworker/0:0-9       [000] ..... %5u.%06u: dma_map_sg:"
		" 1c0f000.mmc dir=TO_DEVICE nents=2/2 ents=2/2"
		" dma_addrs={0x%x,0x%x} sizes={0x1000,0x200}"
		" phys_addrs={0x%x,0x%x} attrs=\n"
		"          <idle>-0       [000] d.s1. %5u.%06u: dma_unmap_page:"
		" 1c30000.ethernet dir=FROM_DEVICE dma_addr=%x size=4096"
		" attrs=WEAK_ORDERING|SKIP_CPU_SYNC\n",
		sec, usec, pa, pa, sec, usec, pa, sec, usec, pa, pa + 8192, pa,
		pa + 8192, sec, usec, pa);
}

static GBytes *
packed_trace(size_t len, uint64_t *ret_nr_events)
{
	struct packer p = { LZMA_STREAM_INIT, g_byte_array_new() };
	char lines[2048];
	size_t made = 0;
	unsigned i;

	assert_int_equal(lzma_easy_encoder(&p.x, 0, LZMA_CHECK_CRC64), LZMA_OK);
	for (i = 0; made < len; i++) {
		int n = some_lines(lines, sizeof(lines), i);

		pack(&p, lines, n, LZMA_RUN);
		made += n;
	}
	pack(&p, NULL, 0, LZMA_FINISH);
	lzma_end(&p.x);
	*ret_nr_events = 4ull * i;
	return g_byte_array_free_to_bytes(p.out);
}

/* ---- measuring --------------------------------------------------------- */

/* Kilobytes at the highest since peak_reset(). */
static unsigned
peak(void)
{
	g_autofree char *status = NULL;
	const char *line;

	assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
	line = strstr(status, "VmHWM:");
	assert_non_null(line);
	return g_ascii_strtoull(line + strlen("VmHWM:"), NULL, 10);
}

static void
peak_reset(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	if (f) {
		fputs("5", f);
		fclose(f);
	}
}

/* Returns millions of events per second of CPU time: other processes do not count. */
static double
reads_all(GBytes *file, uint64_t nr_expected)
{
	clock_t start = clock();

	assert_int_equal(nr_events_of(file, NULL), nr_expected);
	return nr_expected / 1e6 * CLOCKS_PER_SEC / MAX(clock() - start, 1);
}

/* What reading it adds to the peak, in kilobytes; and how fast it goes, aloud. */
static unsigned
growth_of_reading(size_t len)
{
	uint64_t nr_expected;
	g_autoptr(GBytes) file = packed_trace(len, &nr_expected);
	unsigned before;
	double speed;

	peak_reset();
	before = peak();
	speed = reads_all(file, nr_expected);
	print_message("# %zu MB of text as %zu kB of xz: %.2f million events per"
		      " second of CPU, VmHWM %u kB (+%u kB)\n", len / MEGABYTE,
		      g_bytes_get_size(file) / 1000, speed, peak(),
		      peak() - before);
	return peak() - before;
}

static void
a_hundred_megabytes_take_no_more_memory_than_ten(void **state)
{
	unsigned ten = growth_of_reading(10 * MEGABYTE);
	unsigned hundred = growth_of_reading(100 * MEGABYTE);

	/* ASan keeps freed memory aside, so its peak says nothing of ours. */
	if (HAS_ASAN)
		return;
	assert_true(hundred < ten + 1024);
	assert_true(hundred < 8 * 1024);
}

static void
plain_text_gives_the_same_events(void **state)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GBytes) file = NULL;
	char lines[2048];
	uint64_t nr = 0;

	for (; text->len < 20 * MEGABYTE; nr++) {
		some_lines(lines, sizeof(lines), nr);
		g_string_append(text, lines);
	}
	file = g_bytes_new_static(text->str, text->len);
	print_message("# 20 MB of plain text: %.2f million events per second of"
		      " CPU\n", reads_all(file, 4 * nr));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_gives_the_same_events),
		cmocka_unit_test(a_hundred_megabytes_take_no_more_memory_than_ten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
