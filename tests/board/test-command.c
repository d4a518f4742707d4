/* SPDX-License-Identifier: MIT */
/*
 * armdma board as a user meets it: exit status, stdout, stderr.
 *
 * usage: test-board-command ARMDMA
 */
#include <string.h>
#include <sys/wait.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "rig.h"

static char *armdma;

typedef struct said {
	int status;
	char *out, *err;
} said;

/* Arguments separated by blanks. */
static struct said runs(const char *args)
{
	g_autofree char *line = g_strdup_printf("%s %s", armdma, args);
	g_auto(GStrv) argv = g_strsplit(line, " ", -1);
	struct said s = { 0 };

	g_assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &s.out, &s.err,
				   &s.status, NULL));
	assert_true(WIFEXITED(s.status));
	s.status = WEXITSTATUS(s.status);
	return s;
}

static void said_clear(struct said *s)
{
	g_free(s->out);
	g_free(s->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(said, said_clear)

static void says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void a_command_that_there_is_not_is_bad_input(void **state)
{
	g_auto(said) s = runs("bored");

	assert_int_equal(s.status, 2);
	assert_string_equal(s.out, "");
	assert_string_equal(s.err,
		"armdma: there is no command 'bored' (armdma --help lists them)\n");
}

static void help_lists_the_command(void **state)
{
	g_auto(said) s = runs("--help");

	assert_int_equal(s.status, 0);
	says(s.out, "  board ");
	assert_string_equal(s.err, "");
}

static void an_option_that_there_is_not_is_bad_input(void **state)
{
	g_auto(said) s = runs("board --colour a8-up");

	assert_int_equal(s.status, 2);
	assert_string_equal(s.err,
		"armdma: board: Unknown option --colour (see armdma board --help)\n");
}

static void no_board_is_bad_input(void **state)
{
	g_auto(said) s = runs("board");

	assert_int_equal(s.status, 2);
	assert_string_equal(s.err, "armdma: board: no BOARD given (see armdma board --help)\n");
}

static void one_board_is_described_without_escapes(void **state)
{
	g_auto(said) s = runs("board a9-pl310");

	assert_int_equal(s.status, 0);
	assert_string_equal(s.err, "");
	says(s.out, "  CPUs     2 x Cortex-A9, ARMv7");
	says(s.out, "    L1D    32 KiB    4-way   lines of 32   pseudo-random, write-allocate\n");
	says(s.out, "  PL310    512 KiB   8-way   lines of 32 ");
	says(s.out, "shared override off\n");
	says(s.out, "  DRAM     256 MiB   0x80000000 .. 0x8fffffff\n");
	says(s.out, "  2 CPUs --> L1D 32 KiB --> PL310 512 KiB --> DRAM 256 MiB\n"
		    "                                              <-- 3 masters\n");
	says(s.out, "    10020000.mmc       armdma,mmc\n");
	says(s.out, "  A machine can be built.\n");
	assert_null(strchr(s.out, '\033'));
}

#define BOARD_WITH_MMUS	CELLS CPU_A9 MEMORY					\
	"gic: gic { #interrupt-cells = <3>; }; cmu: cmu { #clock-cells = <1>; };"	\
	SOC("interrupt-parent = <&gic>;"					\
	    "a: mmu@10000000 { compatible = \"acme,mmu\"; #iommu-cells = <0>;"	\
	    " reg = <0x10000000 0x1000>; };"					\
	    "b: mmu@10010000 { compatible = \"armdma,reference-iommu\";"	\
	    " #iommu-cells = <0>; reg = <0x10010000 0x4000>; interrupts = <0 7 4>;" \
	    " clocks = <&cmu 3>; clock-names = \"iface\"; };"			\
	    "codec@10020000 { compatible = \"acme,codec\"; reg = <0x10020000 0x100>;" \
	    " iommus = <&a>; };"						\
	    "display@10030000 { compatible = \"acme,display\";"			\
	    " reg = <0x10030000 0x100>; iommus = <&b>; };")

/* "board FILE" of this tree. */
static struct said runs_on(const char *body)
{
	g_autofree char *dir = g_dir_make_tmp("armdma-board-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "mine.dtb", NULL);
	g_autofree char *args = g_strdup_printf("board %s", path);
	size_t len;
	g_autofree char *blob = blob_of(body, &len);
	struct said s;

	g_assert_true(g_file_set_contents(path, blob, (gssize)len, NULL));
	s = runs(args);
	g_unlink(path);
	g_rmdir(dir);
	return s;
}

static void an_iommu_shows_its_model_and_its_lines(void **state)
{
	g_auto(said) s = runs_on(BOARD_WITH_MMUS);

	says(s.out, "10020000.codec    acme,codec    behind 10000000.mmu\n");
	says(s.out, "    10000000.mmu  acme,mmu                1 master  not modelled: "
		    "bypassed\n");
	says(s.out, "    10010000.mmu  armdma,reference-iommu  1 master  reference\n"
		    "      registers   0x10010000 + 0x4000\n"
		    "      interrupts  /gic 0 7 4\n"
		    "      clocks      iface of /cmu 3\n"
		    "      masters     10030000.display\n");
}

static void one_bad_file_among_several_does_not_stop_the_rest(void **state)
{
	g_auto(said) s = runs("board a8-up no/such.dtb coherent");

	assert_int_equal(s.status, 2);
	assert_string_equal(s.err,
		"armdma: no/such.dtb: cannot be read: No such file or directory\n");
	says(s.out, "\na8-up ");
	says(s.out, "\ncoherent ");
	says(s.out, "\n3 boards: 2 build, 0 refused, 1 unreadable\n");
}

static char *file_of(const char *body)
{
	char *path = NULL;
	int fd = g_file_open_tmp("armdma-XXXXXX.dtb", &path, NULL);
	size_t len;
	g_autofree char *blob = blob_of(body, &len);

	g_assert_true(fd >= 0);
	g_close(fd, NULL);
	g_assert_true(g_file_set_contents(path, blob, len, NULL));
	return path;
}

static void a_refused_board_is_no_error_and_counted_with_its_reason(void **state)
{
	g_autofree char *path = file_of(CELLS CPU_OF("compatible = \"arm,cortex-m7\";") MEMORY);
	g_autofree char *args = g_strdup_printf("board %s %s a8-up", path, path);
	g_auto(said) s = runs(args);

	g_unlink(path);
	assert_int_equal(s.status, 0);
	says(s.out, "\n3 boards: 1 build, 2 refused\n"
		    "     2  its core (Cortex-M7) is a microcontroller without an MMU, which is "
		    "not\n");
}

static void another_core_is_described_in_the_trees_place(void **state)
{
	g_auto(said) s = runs("board a9-pl310 --cpu cortex-a8,outer=0");

	assert_int_equal(s.status, 0);
	says(s.out, "  --cpu    cortex-a8,outer=0\n");
	says(s.out, "  CPUs     2 x Cortex-A8, ARMv7");
	assert_null(strstr(s.out, "PL310 512 KiB"));
}

static void a_core_that_cannot_be_had_is_one_sentence_for_all_boards(void **state)
{
	g_auto(said) s = runs("board --cpu cortex-b8 a9-pl310 a8-up");
	g_auto(said) json = runs("board --json --cpu l1d=1 a9-pl310 a8-up");

	assert_int_equal(s.status, 2);
	assert_string_equal(s.err,
		"armdma: board: --cpu \"cortex-b8\" is not in the table of cores\n");
	assert_null(strstr(s.out, "boards:"));
	assert_int_equal(json.status, 2);
	assert_string_equal(json.out, "");
}

static void the_list_names_every_shipped_board(void **state)
{
	g_auto(said) s = runs("board --list");
	g_auto(GStrv) lines = g_strsplit(g_strchomp(s.out), "\n", -1);
	const char *const *names = board_shipped_names();

	assert_int_equal(s.status, 0);
	for (unsigned i = 0; names[i]; i++)
		assert_true(g_str_has_prefix(lines[i], names[i]));
	assert_int_equal(g_strv_length(lines), g_strv_length((char **)names));
}

/* @what: "boards.0.outer.cache.ways"; the value, as JSON text. */
static void json_has(JsonParser *parser, const char *path, const char *expected)
{
	g_autofree char *query = g_strdup_printf("$.%s", path);
	g_autoptr(JsonNode) found = json_path_query(query, json_parser_get_root(parser), NULL);
	g_autofree char *is = found ? json_to_string(found, FALSE) : g_strdup("(nothing)");
	g_autofree char *list = g_strdup_printf("[%s]", expected);

	if (strcmp(is, list) != 0)
		fail_msg("%s is %s, expected %s", path, is, list);
}

static void json_has_what_the_document_promises(void **state)
{
	g_auto(said) s = runs("board --json a9-pl310 a15-lpae a7-quad no/such.dtb a9-pl310-2g");
	g_autoptr(JsonParser) j = json_parser_new();

	assert_int_equal(s.status, 2);
	assert_true(json_parser_load_from_data(j, s.out, -1, NULL));
	json_has(j, "total", "{\"boards\":5,\"build\":4,\"refused\":0,\"unreadable\":1}");
	json_has(j, "boards[0].file", "\"a9-pl310\"");
	json_has(j, "boards[0].builds", "true");
	json_has(j, "boards[0].refused", "null");
	json_has(j, "boards[0].cpus[1].core", "\"Cortex-A9\"");
	json_has(j, "boards[0].cpus[0].l2", "null");
	json_has(j, "boards[0].outer.cache", "{\"bytes\":524288,\"line_bytes\":32,\"ways\":8,"
		 "\"replacement\":\"round-robin\",\"write_allocate\":true,\"assumed\":false}");
	json_has(j, "boards[0].outer.registers", "\"0x1e00a000\"");
	json_has(j, "boards[1].outer", "null");
	json_has(j, "boards[1].banks[1]",
		 "{\"pa\":\"0x200000000\",\"bytes\":536870912,\"assumed\":false}");
	json_has(j, "boards[1].iommus[1].cells", "0");
	json_has(j, "boards[1].masters[4].iommus", "[1]");
	json_has(j, "boards[1].masters[4].streams", "[{\"iommu\":1,\"cells\":[]}]");
	json_has(j, "boards[2].masters[0]", "{\"name\":\"1c0f000.mmc\","
		 "\"path\":\"/soc/mmc@1c0f000\",\"compatible\":\"armdma,mmc\","
		 "\"coherent\":false,\"cci_interface\":null,\"disabled\":false,\"iommus\":[],"
		 "\"streams\":[],\"iommu_map\":[],\"iommu_map_mask\":\"0xffffffff\","
		 "\"pasid_bits\":0,\"iovas\":[],"
		 "\"ranges\":[{\"dma\":\"0x0\",\"pa\":\"0x40000000\",\"bytes\":\"0x40000000\"}],"
		 "\"regions\":[]}");
	json_has(j, "boards[0].reserved", "[]");
	json_has(j, "boards[3].masters[4].regions", "[3]");
	json_has(j, "boards[3].reserved[0]", "{\"name\":\"framebuffer@8fe80000\","
		 "\"path\":\"/reserved-memory/framebuffer@8fe80000\","
		 "\"compatible\":\"shared-dma-pool\",\"kind\":\"shared-dma-pool\","
		 "\"places\":[{\"pa\":\"0x8fe80000\",\"bytes\":1376256}],\"bytes\":1376256,"
		 "\"alignment\":\"0x0\",\"windows\":[],\"no_map\":true,\"reusable\":false,"
		 "\"default_cma\":false,\"default_dma\":false,\"disabled\":false}");
}

#define CCI_BOARD	CELLS CPU_OF("compatible = \"arm,cortex-a15\";"		\
	" cci-control-port = <&s3>;") MEMORY SOC(				\
	"cci@90000 { compatible = \"arm,cci-400\"; reg = <0x90000 0x1000>; " CELLS	\
	" ranges = <0 0x90000 0x10000>;"					\
	" s1: slave-if@2000 { compatible = \"arm,cci-400-ctrl-if\";"		\
	" reg = <0x2000 0x1000>; };"						\
	" s3: slave-if@4000 { compatible = \"arm,cci-400-ctrl-if\";"		\
	" reg = <0x4000 0x1000>; }; };"						\
	"dma@1000 { compatible = \"acme,dma\"; reg = <0x1000 0x1000>; dma-coherent;"	\
	" cci-control-port = <&s1>; };")

static void a_cci_400_is_described_with_who_is_at_it(void **state)
{
	g_autofree char *path = file_of(CCI_BOARD);
	g_autofree char *text_args = g_strdup_printf("board %s", path);
	g_autofree char *json_args = g_strdup_printf("board --json %s", path);
	g_auto(said) text = runs(text_args);
	g_auto(said) json = runs(json_args);
	g_autoptr(JsonParser) j = json_parser_new();

	g_unlink(path);
	says(text.out, "  CCI-400  registers at 0x90000\n");
	says(text.out, "snoops, at interface 1 of the CCI-400\n");
	assert_true(json_parser_load_from_data(j, json.out, -1, NULL));
	json_has(j, "boards[0].cci400",
		 "{\"path\":\"/soc/cci@90000\",\"registers\":\"0x90000\"}");
	json_has(j, "boards[0].cpus[0].cci_interface", "3");
	json_has(j, "boards[0].masters[0].cci_interface", "1");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_that_there_is_not_is_bad_input),
		cmocka_unit_test(help_lists_the_command),
		cmocka_unit_test(an_option_that_there_is_not_is_bad_input),
		cmocka_unit_test(no_board_is_bad_input),
		cmocka_unit_test(one_board_is_described_without_escapes),
		cmocka_unit_test(an_iommu_shows_its_model_and_its_lines),
		cmocka_unit_test(one_bad_file_among_several_does_not_stop_the_rest),
		cmocka_unit_test(a_refused_board_is_no_error_and_counted_with_its_reason),
		cmocka_unit_test(another_core_is_described_in_the_trees_place),
		cmocka_unit_test(a_core_that_cannot_be_had_is_one_sentence_for_all_boards),
		cmocka_unit_test(the_list_names_every_shipped_board),
		cmocka_unit_test(json_has_what_the_document_promises),
		cmocka_unit_test(a_cci_400_is_described_with_who_is_at_it),
	};

	g_assert(argc == 2);
	armdma = argv[1];
	g_unsetenv("COLUMNS");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
