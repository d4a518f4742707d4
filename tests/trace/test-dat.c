/* SPDX-License-Identifier: MIT */
/*
 * trace.dat files of our own writing: events that no sample holds, kernels of either
 * width and byte order, lost events, and every kind of damage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "dat-writer.h"
#include "rig.h"

#define MAP_PAGE	7

/* The fields of Linux 6.12's format files, in their order. */
static const struct dat_field map_page[] = {
	{ "__data_loc char[]", "device", 1 }, { "u64", "phys_addr", 8 },
	{ "u64", "dma_addr", 8 }, { "size_t", "size", 4 },
	{ "enum dma_data_direction", "dir", 4 }, { "unsigned long", "attrs", 4 },
	{ .type = NULL },
};
static const struct dat_field map_sg[] = {
	{ "__data_loc char[]", "device", 1 }, { "int", "full_nents", 4 },
	{ "int", "full_ents", 4 }, { "bool", "truncated", 1 },
	{ "__data_loc u64[]", "phys_addrs", 8 },
	{ "__data_loc u64[]", "dma_addrs", 8 },
	{ "__data_loc unsigned int[]", "lengths", 4 },
	{ "enum dma_data_direction", "dir", 4 }, { "unsigned long", "attrs", 4 },
	{ .type = NULL },
};
static const struct dat_field map_sg_err[] = {
	{ "__data_loc char[]", "device", 1 },
	{ "__data_loc u64[]", "phys_addrs", 8 }, { "int", "err", 4 },
	{ "enum dma_data_direction", "dir", 4 }, { "unsigned long", "attrs", 4 },
	{ .type = NULL },
};
static const struct dat_field sync_sg[] = {
	{ "__data_loc char[]", "device", 1 },
	{ "__data_loc u64[]", "dma_addrs", 8 },
	{ "__data_loc unsigned int[]", "lengths", 4 },
	{ "enum dma_data_direction", "dir", 4 },
	{ .type = NULL },
};
static const struct dat_field alloc_sgt[] = {
	{ "__data_loc char[]", "device", 1 },
	{ "__data_loc u64[]", "phys_addrs", 8 }, { "u64", "dma_addr", 8 },
	{ "size_t", "size", 4 }, { "enum dma_data_direction", "dir", 4 },
	{ "gfp_t", "flags", 4 }, { "unsigned long", "attrs", 4 },
	{ .type = NULL },
};
static const struct dat_field alloc[] = {
	{ "__data_loc char[]", "device", 1 }, { "void *", "virt_addr", 4 },
	{ "u64", "dma_addr", 8 }, { "size_t", "size", 4 }, { "gfp_t", "flags", 4 },
	{ "enum dma_data_direction", "dir", 4 }, { "unsigned long", "attrs", 4 },
	{ .type = NULL },
};
static const struct dat_field page_fault[] = {
	{ "__data_loc char[]", "device", 1 }, { "__data_loc char[]", "driver", 1 },
	{ "u64", "iova", 8 }, { "int", "flags", 4 },
	{ .type = NULL },
};
static const struct dat_field unmap[] = {
	{ "u64", "iova", 8 }, { "size_t", "size", 4 },
	{ "size_t", "unmapped_size", 4 },
	{ .type = NULL },
};

static const uint64_t two_pages[] = { 0x5000, 0x900006000 };
static const uint64_t two_sizes[] = { 0x200, 0xfffff000 };

#define N(value)	{ .number = (value) }
#define S(value)	{ .text = (value) }
#define A(value)	{ .list = (value), .nr = G_N_ELEMENTS(value) }

static const struct dat_value eth0_maps[] = {
	S("eth0"), N(0x900001040), N(0x1040), N(1536), N(2), N(0x22),
};

/* ---- reading back ------------------------------------------------------ */

static struct trace_reader *
opened(GBytes *file)
{
	size_t len;
	const void *bytes = g_bytes_get_data(file, &len);
	struct trace_reader *r = trace_open_mem(bytes, len, "dat", NULL);

	assert_non_null(r);
	return r;
}

static void
reads_from(GBytes *file, const char *writer, const char *event)
{
	g_autoptr(trace_reader) r = opened(file);
	g_autofree char *told = NULL, *writer_is = NULL;
	struct trace_event ev;

	assert_true(trace_next(r, &ev));
	told = event_told(&ev);
	writer_is = writer_told(&ev);
	assert_string_equal(told, event);
	assert_string_equal(writer_is, writer);
	assert_false(trace_next(r, &ev));
	assert_false(trace_stats(r)->is_cut_short);
}

/* One record of one event, through a file, and back. */
static void
comes_back(const char *system, const char *name, const struct dat_field *fields,
	   const struct dat_value *values, const char *expected)
{
	struct dat_writer *w = dat_writer_new(32, G_LITTLE_ENDIAN);
	g_autoptr(GBytes) file = NULL;

	dat_format(w, system, name, MAP_PAGE, fields);
	dat_record(w, MAP_PAGE, 1, values);
	file = dat_writer_end(w);
	reads_from(file, "sh-1@0 1.000001 .....", expected);
}

static GBytes *
one_mapping(unsigned word_bits, int byte_order)
{
	struct dat_writer *w = dat_writer_new(word_bits, byte_order);

	dat_format(w, "dma", "dma_map_page", MAP_PAGE, map_page);
	dat_record(w, MAP_PAGE, 42, eth0_maps);
	return dat_writer_end(w);
}

/* ---- tests ------------------------------------------------------------- */

static void
kernels_of_either_width_and_byte_order_read_the_same(void **state)
{
	static const int orders[] = { G_LITTLE_ENDIAN, G_BIG_ENDIAN };

	for (unsigned bits = 32; bits <= 64; bits += 32) {
		for (unsigned i = 0; i < G_N_ELEMENTS(orders); i++) {
			g_autoptr(GBytes) file = one_mapping(bits, orders[i]);

			reads_from(file, "kworker/0:0-mm-42@0 1.000001 .....",
				   "dma_map_page eth0 FROM_DEVICE dma=1040"
				   " phys=900001040 size=1536 attrs=22");
		}
	}
}

/* Made from one_mapping() by trace-cmd 3.1.6: convert --file-version 7. */
static void
version_7_with_compressed_sections_is_read(void **state)
{
	g_autofree char *path = source_file("tests/trace/tiny-v7-zstd.dat");
	g_autofree char *bytes = NULL;
	g_autoptr(GBytes) file = NULL;
	size_t len;

	assert_true(g_file_get_contents(path, &bytes, &len, NULL));
	file = g_bytes_new_static(bytes, len);
	reads_from(file, "kworker/0:0-mm-42@0 1.000001 .....",
		   "dma_map_page eth0 FROM_DEVICE dma=1040 phys=900001040"
		   " size=1536 attrs=22");
}

static void
events_that_no_sample_holds_are_read(void **state)
{
	comes_back("dma", "dma_map_resource", map_page, eth0_maps,
		   "dma_map_resource eth0 FROM_DEVICE dma=1040 phys=900001040"
		   " size=1536 attrs=22");
	comes_back("dma", "dma_map_sg_err", map_sg_err,
		   (struct dat_value[]){ S("sda"), A(two_pages), N(-12), N(1),
					 N(0) },
		   "dma_map_sg_err sda TO_DEVICE nents=2/2 ents=0/0"
		   " phys:5000,900006000 error=-12");
	comes_back("dma", "dma_sync_sg_for_device", sync_sg,
		   (struct dat_value[]){ S("sda"), A(two_pages), A(two_sizes),
					 N(0) },
		   "dma_sync_sg_for_device sda BIDIRECTIONAL nents=0/0 ents=2/2"
		   " dma:5000,900006000 sizes:200,fffff000");
	comes_back("dma", "dma_alloc_sgt", alloc_sgt,
		   (struct dat_value[]){ S("vpu"), A(two_pages), N(0x1000),
					 N(8192), N(2), N(0xcc0), N(4) },
		   "dma_alloc_sgt vpu FROM_DEVICE dma=1000 size=8192 nents=2/2"
		   " ents=0/0 phys:5000,900006000 attrs=4");
	comes_back("dma", "dma_alloc_pages", alloc,
		   (struct dat_value[]){ S("vpu"), N(0xf0001000), N(0x1000),
					 N(8192), N(0xcc0), N(3), N(0) },
		   "dma_alloc_pages vpu NONE dma=1000 virt=f0001000 size=8192");
	comes_back("dma", "dma_alloc_sgt_err", alloc,
		   (struct dat_value[]){ S("vpu"), N(0), N(0), N(8192),
					 N(0xcc0), N(1), N(0) },
		   "dma_alloc_sgt_err vpu TO_DEVICE size=8192");
	comes_back("iommu", "io_page_fault", page_fault,
		   (struct dat_value[]){ S("13e00000.gsc"), S("exynos-gsc"),
					 N(0x20001000), N(1) },
		   "io_page_fault 13e00000.gsc dma=20001000 fault=1"
		   " \"exynos-gsc\"");
}

static void
a_truncated_scatterlist_says_how_long_it_was(void **state)
{
	comes_back("dma", "dma_map_sg", map_sg,
		   (struct dat_value[]){ S("sda"), N(171), N(2), N(1),
					 A(two_pages), A(two_pages),
					 A(two_sizes), N(1), N(0x100) },
		   "dma_map_sg sda TO_DEVICE nents=2/171 ents=2/2 truncated"
		   " dma:5000,900006000 sizes:200,fffff000"
		   " phys:5000,900006000 attrs=100");
}

static void
an_iova_range_has_its_end_computed(void **state)
{
	comes_back("iommu", "unmap", unmap,
		   (struct dat_value[]){ N(0xfffff000), N(4096), N(4096) },
		   "unmap dma=fffff000 end=100000000 size=4096 unmapped=4096");
}

static void
other_systems_events_of_the_same_name_are_foreign(void **state)
{
	struct dat_writer *w = dat_writer_new(64, G_LITTLE_ENDIAN);
	g_autoptr(GBytes) file = NULL;
	struct trace_stats stats;

	dat_format(w, "kvm", "unmap", MAP_PAGE, unmap);
	dat_record(w, MAP_PAGE, 1,
		   (struct dat_value[]){ N(0x1000), N(4096), N(4096) });
	file = dat_writer_end(w);
	assert_int_equal(nr_events_of(file, &stats), 0);
	assert_int_equal(stats.foreign, 1);
	assert_int_equal(stats.malformed, 0);
}

static void
loses(uint64_t nr, const char *expected, uint64_t counted)
{
	struct dat_writer *w = dat_writer_new(64, G_LITTLE_ENDIAN);
	g_autoptr(GBytes) file = NULL;
	g_autoptr(trace_reader) r = NULL;
	g_autofree char *told = NULL;
	struct trace_event ev;

	dat_format(w, "dma", "dma_map_page", MAP_PAGE, map_page);
	dat_record(w, MAP_PAGE, 1, eth0_maps);
	dat_lose(w, nr);
	file = dat_writer_end(w);
	r = opened(file);
	assert_true(trace_next(r, &ev));
	told = event_told(&ev);
	assert_string_equal(told, expected);
	assert_int_equal(trace_stats(r)->lost, counted);
	assert_true(trace_next(r, &ev));
	assert_int_equal(ev.kind, TRACE_MAP_PAGE);
	assert_false(trace_next(r, &ev));
}

static void
lost_events_are_told_before_the_record_that_follows_them(void **state)
{
	loses(123, "lost_events lost=123", 123);
	loses(0, "lost_events", 1);
}

static void
is_broken_by(const struct dat_value *values, const char *why)
{
	struct dat_writer *w = dat_writer_new(64, G_LITTLE_ENDIAN);
	g_autoptr(GBytes) file = NULL;
	struct trace_stats stats;

	dat_format(w, "dma", "dma_map_page", MAP_PAGE, map_page);
	dat_record(w, MAP_PAGE, 1, eth0_maps);
	dat_record(w, MAP_PAGE, 1, values);
	dat_record(w, MAP_PAGE, 1, eth0_maps);
	file = dat_writer_end(w);
	assert_int_equal(nr_events_of(file, &stats), 2);
	assert_int_equal(stats.malformed, 1);
	assert_int_equal(stats.first_malformed_line, 2);
	assert_string_equal(stats.first_malformed, why);
}

static void
a_record_that_means_nothing_is_malformed(void **state)
{
	is_broken_by((struct dat_value[]){ S("eth0"), N(1), N(2), N(3), N(4),
					   N(0) },
		     "dma_map_page cannot have a direction of 4");
	is_broken_by((struct dat_value[]){ S("et\x01"), N(1), N(2), N(3), N(1),
					   N(0) },
		     "dma_map_page of a device whose name does not print");
}

static void
a_record_that_ends_too_soon_is_malformed(void **state)
{
	/* Its device lies 4096 bytes behind its start. */
	static const guint8 bytes[40] = { MAP_PAGE, 0, 0, 0, 1, 0, 0, 0,
					  0, 0x10, 5, 0 };
	struct dat_writer *w = dat_writer_new(64, G_LITTLE_ENDIAN);
	g_autoptr(GBytes) file = NULL;
	struct trace_stats stats;

	dat_format(w, "dma", "dma_map_page", MAP_PAGE, map_page);
	dat_raw_record(w, bytes, sizeof(bytes));
	dat_raw_record(w, bytes, 8);
	file = dat_writer_end(w);
	assert_int_equal(nr_events_of(file, &stats), 0);
	assert_int_equal(stats.malformed, 2);
	assert_string_equal(stats.first_malformed,
			    "a record ends before its device");
}

static void
packed_files_are_unpacked_first(void **state)
{
	g_autoptr(GBytes) file = one_mapping(64, G_LITTLE_ENDIAN);
	size_t len;
	const void *bytes = g_bytes_get_data(file, &len);
	g_autoptr(GBytes) gz = gzipped(bytes, len);
	g_autoptr(GBytes) xz = xzed(bytes, len);

	assert_int_equal(nr_events_of(gz, NULL), 1);
	assert_int_equal(nr_events_of(xz, NULL), 1);
}

static void
standard_input_cannot_seek_and_is_read_all_the_same(void **state)
{
	g_autoptr(GBytes) file = one_mapping(64, G_LITTLE_ENDIAN);

	assert_int_equal(nr_events_through_stdin(file), 1);
}

/* ---- damage ------------------------------------------------------------ */

/* Each try costs a process, and one under ASan twenty times as much. */
#define STRIDE(n)	(HAS_ASAN ? 16 * (n) : (n))

static bool
has_children(void)
{
	siginfo_t info = { 0 };

	return !waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
}

static void
a_file_cut_anywhere_is_refused_or_read_to_its_end(void **state)
{
	g_autoptr(GBytes) whole = one_mapping(64, G_LITTLE_ENDIAN);

	for (size_t len = 1; len < g_bytes_get_size(whole); len += STRIDE(13)) {
		g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, len);

		assert_true(nr_events_of(cut, NULL) <= 1);
	}
	assert_false(has_children());
}

static void
a_flipped_bit_costs_at_most_the_file(void **state)
{
	g_autoptr(GBytes) whole = one_mapping(64, G_LITTLE_ENDIAN);
	size_t len = g_bytes_get_size(whole);
	g_autofree uint8_t *bytes =
		g_memdup2(g_bytes_get_data(whole, NULL), len);

	for (size_t at = 0, nr = 0; at < len; at++) {
		g_autoptr(GBytes) file = NULL;
		uint8_t bit = 1 << at % 8;

		if (!bytes[at] || nr++ % STRIDE(1))	/* not the padding */
			continue;
		bytes[at] ^= bit;
		file = g_bytes_new(bytes, len);
		nr_events_of(file, NULL);
		bytes[at] ^= bit;
	}
	assert_false(has_children());
}

static void
a_reader_closed_early_leaves_no_process_behind(void **state)
{
	g_autoptr(GBytes) file = one_mapping(64, G_LITTLE_ENDIAN);

	for (unsigned i = 0; i < 10; i++)
		trace_close(opened(file));
	assert_false(has_children());
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels_of_either_width_and_byte_order_read_the_same),
		cmocka_unit_test(version_7_with_compressed_sections_is_read),
		cmocka_unit_test(events_that_no_sample_holds_are_read),
		cmocka_unit_test(a_truncated_scatterlist_says_how_long_it_was),
		cmocka_unit_test(an_iova_range_has_its_end_computed),
		cmocka_unit_test(other_systems_events_of_the_same_name_are_foreign),
		cmocka_unit_test(lost_events_are_told_before_the_record_that_follows_them),
		cmocka_unit_test(a_record_that_means_nothing_is_malformed),
		cmocka_unit_test(a_record_that_ends_too_soon_is_malformed),
		cmocka_unit_test(packed_files_are_unpacked_first),
		cmocka_unit_test(standard_input_cannot_seek_and_is_read_all_the_same),
		cmocka_unit_test(a_file_cut_anywhere_is_refused_or_read_to_its_end),
		cmocka_unit_test(a_flipped_bit_costs_at_most_the_file),
		cmocka_unit_test(a_reader_closed_early_leaves_no_process_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
