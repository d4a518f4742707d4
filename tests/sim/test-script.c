/* SPDX-License-Identifier: MIT */
/* Schedules that are written down: what their text means, and what is no schedule. */
#include "rig.h"

#include <string.h>

static void expects_text(const char *text, const char *as_read)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(machine_script) s = machine_script_parse(text, &error);
	g_autofree char *again = s ? machine_script_text(s) : NULL;

	assert_non_null(s);
	assert_null(error);
	assert_string_equal(again, as_read);
}

static void a_script_is_lines_or_pieces_between_commas(void **state)
{
	expects_text("", "");
	expects_text("fill 0x80001040@3", "fill 0x80001040@3");
	expects_text("evict 0x80001040@3,fill2  0x80@1 , hold 16@4294967295",
		     "evict 0x80001040@3,fill2 0x80@1,hold 0x10@4294967295");
	expects_text("# found by seed 7\nevict2 0x40@2+\n\n  prefetch 0x40@1 # ahead\nturns\ndelays\n",
		     "evict2 0x40@2+,prefetch 0x40@1,turns,delays");
}

static void a_script_is_as_long_as_it_has_actions(void **state)
{
	g_autoptr(machine_script) s = machine_script_parse("fill 0x40@1,,\n#\nturns", NULL);

	assert_int_equal(machine_script_length(s), 2);
}

static void what_is_no_action_is_refused_in_a_sentence_that_names_it(void **state)
{
	static const char *const wrong[] = {
		"fill", "fill 0x40", "fill 0x40@", "fill 0x40@0", "fill @1", "fill 0x40@1x",
		"fill 0x40@-1", "fill -4@1", "fill 0x40@4294967296", "fill 0x10000000000000000@1",
		"fill 0x40@0x1", "flush 0x40@1", "fill0x40@1", "turns 0x40@1", "hold 0x40@1+",
		"fill 0x40@+", "fill 0x40@1++", "fill 0x40@1 evict 0x40@2",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *text = g_strdup_printf("turns\n%s", wrong[i]);
		g_autofree char *expected =
			g_strdup_printf("schedule, action 2, \"%s\": it is as", wrong[i]);
		g_autoptr(GError) error = NULL;

		assert_null(machine_script_parse(text, &error));
		assert_non_null(error);
		assert_true(g_str_has_prefix(error->message, expected));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_script_is_lines_or_pieces_between_commas),
		cmocka_unit_test(a_script_is_as_long_as_it_has_actions),
		cmocka_unit_test(what_is_no_action_is_refused_in_a_sentence_that_names_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
