/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without libFuzzer: each file of the command line, whole
 * and then cut short at many places, since a file that ends too soon is what a
 * reader meets most often.
 *
 * Leaves out: mutation. That is libFuzzer's work, under clang.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <glib.h>

#define NR_CUTS	256

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A copy of just that many bytes, so that ASan sees a read past the end. */
static void feed(const char *bytes, size_t len)
{
	g_autofree uint8_t *copy = g_malloc(len + 1);

	memcpy(copy + 1, bytes, len);
	LLVMFuzzerTestOneInput(copy + 1, len);
}

static void feed_cuts(const char *bytes, size_t len)
{
	size_t stride = len / NR_CUTS + 1;

	for (size_t cut = 0; cut < len; cut += stride)
		feed(bytes, cut);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *bytes = NULL;
		size_t len;

		if (!g_file_get_contents(argv[i], &bytes, &len, &error)) {
			fprintf(stderr, "%s\n", error->message);
			return 2;
		}
		feed(bytes, len);
		feed_cuts(bytes, len);
	}
	return 0;
}
