/* SPDX-License-Identifier: MIT */
/* Whole files: how they are packed, how they end, how they are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "rig.h"

/* Made by hand: two devices, every kind of ending a line can have. */
static const char tiny[] =
"# tracer: nop\n"
"#\n"
"# entries-in-buffer/entries-written: 6/9   #P:2\n"
"#\n"
"              sh-1       [000] .....     1.000001: dma_map_page: eth0"
" dir=TO_DEVICE dma_addr=1000 size=64 phys_addr=1000 attrs=\n"
"              sh-1       [000] .....     1.000002: dma_map_sg: sda"
" dir=FROM_DEVICE nents=2/2 ents=2/2 dma_addrs={0x2000,0x3000}"
" sizes={0x200,0x40} phys_addrs={0x2000,0x3000} attrs=NO_WARN\n"
"CPU:1 [LOST 3 EVENTS]\n"
"          <idle>-0       [001] d.h..     1.000003: dma_unmap_page: eth0"
" dir=TO_DEVICE dma_addr=1000 size=64 attrs=\n"
"              sh-1       [001] .....     1.000004: sched_wakeup: comm=sh\n"
"              sh-1       [001] .....     1.000005: dma_unmap_sg: sda"
" dir=FROM_DEVICE phys_addrs={0x2000,0x3000} attrs=NO_WARN\n"
"              sh-1       [001] .....     1.000006: tracing_mark_write: done\n";

#define TINY_EVENTS	6	/* with the mark of lost ones, without the foreign */

static GBytes *
plain(void)
{
	return g_bytes_new_static(tiny, strlen(tiny));
}

static GBytes *
first_bytes(GBytes *file, size_t len)
{
	return g_bytes_new_from_bytes(file, 0, len);
}

static GBytes *
joined(GBytes *a, GBytes *b)
{
	GByteArray *both = g_byte_array_new();

	g_byte_array_append(both, g_bytes_get_data(a, NULL), g_bytes_get_size(a));
	g_byte_array_append(both, g_bytes_get_data(b, NULL), g_bytes_get_size(b));
	return g_byte_array_free_to_bytes(both);
}

static void
opens_not(GBytes *file, const char *expected)
{
	size_t len;
	const void *bytes = g_bytes_get_data(file, &len);
	g_autoptr(GError) error = NULL;

	assert_null(trace_open_mem(bytes, len, "FILE", &error));
	assert_string_equal(error->message, expected);
}

static void
reads_all_of(GBytes *file, int nr_events)
{
	struct trace_stats stats;

	assert_int_equal(nr_events_of(file, &stats), nr_events);
	assert_int_equal(stats.malformed, 0);
	assert_string_equal(stats.cut_short_why, "");
	assert_false(stats.is_cut_short);
}

static void
ends_early(GBytes *file, int nr_events, const char *why)
{
	struct trace_stats stats;

	assert_int_equal(nr_events_of(file, &stats), nr_events);
	assert_true(stats.is_cut_short);
	assert_string_equal(stats.cut_short_why, why);
}

/* ---- packing ----------------------------------------------------------- */

static void
a_plain_text_is_read_and_everything_in_it_counted(void **state)
{
	g_autoptr(GBytes) file = plain();
	struct trace_stats stats;

	assert_int_equal(nr_events_of(file, &stats), TINY_EVENTS);
	assert_int_equal(stats.lines, 11);
	assert_int_equal(stats.foreign, 1);
	assert_int_equal(stats.lost, 3);
	assert_int_equal(stats.overwritten, 3);
	reads_all_of(file, TINY_EVENTS);
}

static void
gzip_and_xz_are_unpacked(void **state)
{
	g_autoptr(GBytes) gz = gzipped(tiny, strlen(tiny));
	g_autoptr(GBytes) xz = xzed(tiny, strlen(tiny));

	reads_all_of(gz, TINY_EVENTS);
	reads_all_of(xz, TINY_EVENTS);
}

static void
concatenated_members_read_as_one(void **state)
{
	size_t half = strlen(tiny) / 2;		/* in the middle of a line */
	g_autoptr(GBytes) gz1 = gzipped(tiny, half);
	g_autoptr(GBytes) gz2 = gzipped(tiny + half, strlen(tiny) - half);
	g_autoptr(GBytes) xz1 = xzed(tiny, half);
	g_autoptr(GBytes) xz2 = xzed(tiny + half, strlen(tiny) - half);
	g_autoptr(GBytes) gz = joined(gz1, gz2);
	g_autoptr(GBytes) xz = joined(xz1, xz2);

	reads_all_of(gz, TINY_EVENTS);
	reads_all_of(xz, TINY_EVENTS);
}

static void
padding_behind_packed_data_is_not_a_defect_but_junk_is(void **state)
{
	g_autoptr(GBytes) gz = gzipped(tiny, strlen(tiny));
	g_autoptr(GBytes) xz = xzed(tiny, strlen(tiny));
	g_autoptr(GBytes) zeros = g_bytes_new_static("\0\0\0\0\0\0\0\0", 8);
	g_autoptr(GBytes) junk = g_bytes_new_static("this is not packed", 16);
	g_autoptr(GBytes) padded_gz = joined(gz, zeros);
	g_autoptr(GBytes) padded_xz = joined(xz, zeros);
	g_autoptr(GBytes) junk_gz = joined(gz, junk);
	g_autoptr(GBytes) junk_xz = joined(xz, junk);

	reads_all_of(padded_gz, TINY_EVENTS);
	reads_all_of(padded_xz, TINY_EVENTS);
	ends_early(junk_gz, TINY_EVENTS,
		   "what follows the gzip data is not gzip");
	ends_early(junk_xz, TINY_EVENTS, "the xz data are damaged");
}

static void
standard_input_may_be_plain_or_packed(void **state)
{
	g_autoptr(GBytes) text = plain();
	g_autoptr(GBytes) gz = gzipped(tiny, strlen(tiny));
	g_autoptr(GBytes) xz = xzed(tiny, strlen(tiny));

	assert_int_equal(nr_events_through_stdin(text), TINY_EVENTS);
	assert_int_equal(nr_events_through_stdin(gz), TINY_EVENTS);
	assert_int_equal(nr_events_through_stdin(xz), TINY_EVENTS);
}

/* ---- what is no trace -------------------------------------------------- */

static void
refuses(const char *path, const char *expected)
{
	g_autoptr(GError) error = NULL;

	assert_null(trace_open(path, &error));
	assert_string_equal(error->message, expected);
}

static void
what_cannot_be_read_is_refused_in_one_sentence(void **state)
{
	refuses("/no/such/file",
		"/no/such/file: cannot read it: No such file or directory");
	refuses("/", "/: cannot read it: Is a directory");
	refuses("/dev/null", "/dev/null: not a trace: there is nothing in it");
}

static void
what_is_no_trace_is_refused_in_one_sentence(void **state)
{
	g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
	g_autoptr(GBytes) prose = g_bytes_new_static("Dear reader,\n\n", 14);
	g_autoptr(GBytes) dtb = g_bytes_new_static("\xd0\r\xfe\xed\0\0\0\1", 8);
	g_autoptr(GBytes) gz = gzipped("Dear reader,\n", 13);
	g_autoptr(GBytes) gz_head = first_bytes(gz, 6);
	g_autoptr(GBytes) dat = g_bytes_new_static("\x17\x08\x44tracing7\0ab",
						   14);

	opens_not(empty, "FILE: not a trace: there is nothing in it");
	opens_not(prose, "FILE: not a trace: no event in its first 14 bytes,"
			 " and not a trace.dat");
	opens_not(dtb, "FILE: not a trace: no event in its first 8 bytes,"
		       " and not a trace.dat");
	opens_not(gz, "FILE: not a trace: no event in its first 13 bytes,"
		      " and not a trace.dat");
	opens_not(gz_head,
		  "FILE: cannot read it: the gzip data end in the middle");
	opens_not(dat, "FILE: a trace.dat, but libtracecmd cannot make sense of"
		       " its header");
}

/* ---- how files end ----------------------------------------------------- */

/* Its last number may lack digits: 4096 cut down to 40 would be a lie. */
static void
a_last_line_without_newline_is_not_used(void **state)
{
	g_autoptr(GBytes) text = plain();
	g_autoptr(GBytes) cut = first_bytes(text, strlen(tiny) - 1);

	ends_early(cut, TINY_EVENTS - 1, "no newline ends the last line, which"
					 " is therefore not used");
}

/* Every event of a cut file is one of the whole file's, in order, and unchanged. */
static void
is_a_beginning_of(GBytes *cut, GBytes *whole)
{
	size_t len, whole_len;
	const void *bytes = g_bytes_get_data(cut, &len);
	const void *all = g_bytes_get_data(whole, &whole_len);
	g_autoptr(trace_reader) r = trace_open_mem(bytes, len, "cut", NULL);
	g_autoptr(trace_reader) w = trace_open_mem(all, whole_len, "whole", NULL);
	struct trace_event a, b;

	while (r && trace_next(r, &a)) {
		g_autofree char *told = event_told(&a);
		g_autofree char *expected = NULL;

		assert_true(trace_next(w, &b));
		expected = event_told(&b);
		assert_string_equal(told, expected);
	}
}

static void
cut_anywhere(GBytes *whole)
{
	for (size_t len = 0; len <= g_bytes_get_size(whole); len++) {
		g_autoptr(GBytes) cut = first_bytes(whole, len);

		is_a_beginning_of(cut, whole);
	}
}

static void
a_text_cut_at_any_byte_gives_a_beginning_of_its_events(void **state)
{
	g_autoptr(GBytes) text = plain();

	cut_anywhere(text);
}

static void
a_packed_file_cut_at_any_byte_gives_a_beginning_of_its_events(void **state)
{
	g_autoptr(GBytes) gz = gzipped(tiny, strlen(tiny));
	g_autoptr(GBytes) xz = xzed(tiny, strlen(tiny));

	cut_anywhere(gz);
	cut_anywhere(xz);
}

static void
tells_whether_cut(GBytes *whole, size_t len, bool is_cut)
{
	g_autoptr(GBytes) cut = first_bytes(whole, len);
	struct trace_stats stats;

	if (nr_events_of(cut, &stats) >= 0)
		assert_int_equal(stats.is_cut_short, is_cut);
}

static void
a_packed_file_cut_at_any_byte_says_that_it_is_cut(void **state)
{
	g_autoptr(GBytes) gz = gzipped(tiny, strlen(tiny));
	g_autoptr(GBytes) xz = xzed(tiny, strlen(tiny));
	GBytes *files[] = { gz, xz };

	for (unsigned i = 0; i < G_N_ELEMENTS(files); i++)
		for (size_t len = 0; len < g_bytes_get_size(files[i]); len++)
			tells_whether_cut(files[i], len, true);
}

/* Between two lines nobody can tell; within one, everybody can. */
static void
a_text_cut_within_a_line_says_that_it_is_cut(void **state)
{
	g_autoptr(GBytes) text = plain();

	for (size_t len = 1; len < strlen(tiny); len++)
		tells_whether_cut(text, len, tiny[len - 1] != '\n');
}

/* ---- damage ------------------------------------------------------------ */

static void
survives_every_flipped_bit(GBytes *whole)
{
	size_t len;
	const uint8_t *bytes = g_bytes_get_data(whole, &len);
	g_autofree uint8_t *flipped = g_memdup2(bytes, len);

	for (size_t bit = 0; bit < 8 * len; bit++) {
		g_autoptr(GBytes) file = NULL;

		flipped[bit / 8] ^= 1 << bit % 8;
		file = g_bytes_new(flipped, len);
		assert_true(nr_events_of(file, NULL) <= TINY_EVENTS + 1);
		flipped[bit / 8] ^= 1 << bit % 8;
	}
}

static void
any_flipped_bit_is_survived(void **state)
{
	g_autoptr(GBytes) text = plain();
	g_autoptr(GBytes) gz = gzipped(tiny, strlen(tiny));
	g_autoptr(GBytes) xz = xzed(tiny, strlen(tiny));

	survives_every_flipped_bit(text);
	survives_every_flipped_bit(gz);
	survives_every_flipped_bit(xz);
}

/* xz carries a checksum: damage may cost events, but never passes unnoticed. */
static void
damage_to_packed_data_never_passes_unnoticed(void **state)
{
	g_autoptr(GBytes) xz = xzed(tiny, strlen(tiny));
	size_t len = g_bytes_get_size(xz);
	g_autofree uint8_t *bytes = g_memdup2(g_bytes_get_data(xz, NULL), len);

	for (size_t at = 0; at < len; at++) {
		struct trace_stats stats = { 0 };
		g_autoptr(GBytes) file = NULL;

		bytes[at] ^= 0x10;
		file = g_bytes_new(bytes, len);
		if (nr_events_of(file, &stats) >= 0)
			assert_true(stats.is_cut_short);
		bytes[at] ^= 0x10;
	}
}

static void
a_nul_byte_spoils_its_own_line_only(void **state)
{
	g_autofree char *text = g_memdup2(tiny, strlen(tiny));
	g_autoptr(GBytes) file = g_bytes_new_static(text, strlen(tiny));
	struct trace_stats stats;

	*strstr(text, "dma_map_page") = '\0';
	assert_int_equal(nr_events_of(file, &stats), TINY_EVENTS - 1);
	assert_int_equal(stats.malformed, 1);
	assert_int_equal(stats.first_malformed_line, 5);
	assert_string_equal(stats.first_malformed, "a NUL byte in the line");
}

static void
a_line_of_two_megabytes_is_skipped_whole(void **state)
{
	g_autoptr(GString) text = g_string_new("# tracer: nop\n");
	g_autoptr(GBytes) file = NULL;
	struct trace_stats stats;

	for (unsigned i = 0; i < 2 << 20; i++)
		g_string_append_c(text, 'x');
	g_string_append_c(text, '\n');
	g_string_append(text, tiny);
	file = g_bytes_new(text->str, text->len);
	assert_int_equal(nr_events_of(file, &stats), TINY_EVENTS);
	assert_int_equal(stats.malformed, 1);
	assert_int_equal(stats.first_malformed_line, 2);
	assert_string_equal(stats.first_malformed, "a line of more than 1 MiB");
	assert_int_equal(stats.lines, 13);
}

/* 4096 entries, as trace-cmd prints them: far beyond what the kernel would. */
static void
a_line_of_eighty_kilobytes_is_read(void **state)
{
	g_autoptr(GString) text = g_string_new(
		"  sh-1 [000] ..... 1.0: dma_unmap_sg: e dir=NONE phys_addrs={");
	g_autoptr(trace_reader) r = NULL;
	struct trace_event ev;

	for (unsigned i = 0; i < 4096; i++)
		g_string_append_printf(text, "%s0x%x", i ? "," : "", i << 12);
	g_string_append(text, "} attrs=\n");
	r = trace_open_mem(text->str, text->len, "mem", NULL);
	assert_non_null(r);
	assert_true(trace_next(r, &ev));
	assert_int_equal(ev.nr_phys, 4096);
	assert_int_equal(ev.nents_total, 4096);
	assert_int_equal(ev.phys_list[4095], 4095 << 12);
	assert_false(trace_next(r, &ev));
}

static void
crlf_changes_nothing_but_the_bytes(void **state)
{
	g_auto(GStrv) lines = g_strsplit(tiny, "\n", -1);
	g_autofree char *text = g_strjoinv("\r\n", lines);
	g_autoptr(GBytes) file = g_bytes_new_static(text, strlen(text));

	reads_all_of(file, TINY_EVENTS);
}

static void
progress_ends_at_the_size_of_the_file(void **state)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp(NULL, &path, NULL);
	g_autoptr(trace_reader) r = NULL;
	struct trace_event ev;
	uint64_t done, size;

	assert_int_equal(write(fd, tiny, strlen(tiny)), strlen(tiny));
	close(fd);
	r = trace_open(path, NULL);
	g_unlink(path);
	assert_non_null(r);
	while (trace_next(r, &ev))
		;
	trace_progress(r, &done, &size);
	assert_int_equal(done, strlen(tiny));
	assert_int_equal(size, strlen(tiny));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_text_is_read_and_everything_in_it_counted),
		cmocka_unit_test(gzip_and_xz_are_unpacked),
		cmocka_unit_test(concatenated_members_read_as_one),
		cmocka_unit_test(padding_behind_packed_data_is_not_a_defect_but_junk_is),
		cmocka_unit_test(standard_input_may_be_plain_or_packed),
		cmocka_unit_test(what_cannot_be_read_is_refused_in_one_sentence),
		cmocka_unit_test(what_is_no_trace_is_refused_in_one_sentence),
		cmocka_unit_test(a_last_line_without_newline_is_not_used),
		cmocka_unit_test(a_text_cut_at_any_byte_gives_a_beginning_of_its_events),
		cmocka_unit_test(a_packed_file_cut_at_any_byte_gives_a_beginning_of_its_events),
		cmocka_unit_test(a_packed_file_cut_at_any_byte_says_that_it_is_cut),
		cmocka_unit_test(a_text_cut_within_a_line_says_that_it_is_cut),
		cmocka_unit_test(any_flipped_bit_is_survived),
		cmocka_unit_test(damage_to_packed_data_never_passes_unnoticed),
		cmocka_unit_test(a_nul_byte_spoils_its_own_line_only),
		cmocka_unit_test(a_line_of_two_megabytes_is_skipped_whole),
		cmocka_unit_test(a_line_of_eighty_kilobytes_is_read),
		cmocka_unit_test(crlf_changes_nothing_but_the_bytes),
		cmocka_unit_test(progress_ends_at_the_size_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
