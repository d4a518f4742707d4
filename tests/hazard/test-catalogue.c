/* SPDX-License-Identifier: MIT */
/* The catalogue of hazards: lib/hazard/catalogue*.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>

#include "lib/hazard/catalogue.h"

static void every_class_is_a_row_of_one_table(void **state)
{
	static const struct hazard_info *const tables[] = {
		catalogue_bytes, catalogue_devices, catalogue_memory, catalogue_calls,
		catalogue_pools, catalogue_iommu,
	};

	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		unsigned nr = 0;

		for (unsigned t = 0; t < G_N_ELEMENTS(tables); t++)
			nr += tables[t][c].id != NULL;
		assert_int_equal(nr, 1);
	}
}

static void ids_are_each_class_s_own_and_tell_the_group(void **state)
{
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		const char *id = hazard_info(c)->id;

		assert_true(g_regex_match_simple("^ADM-[1-7][0-9][0-9]$", id, 0, 0));
		assert_true(strlen(hazard_group(c)) > 3);
		for (unsigned d = 0; d < c; d++) {
			assert_string_not_equal(id, hazard_info(d)->id);
			if (id[4] == hazard_info(d)->id[4])
				assert_string_equal(hazard_group(c), hazard_group(d));
			else
				assert_string_not_equal(hazard_group(c), hazard_group(d));
		}
	}
}

static void a_class_is_found_by_id_and_by_title(void **state)
{
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		g_autofree char *lower = g_ascii_strdown(hazard_info(c)->id, -1);

		assert_int_equal(hazard_find(hazard_info(c)->id), c);
		assert_int_equal(hazard_find(lower), c);
		assert_int_equal(hazard_find(hazard_title(c)), c);
	}
	assert_int_equal(hazard_find("ADM-999"), NR_HAZARD_CLASSES);
	assert_int_equal(hazard_find(""), NR_HAZARD_CLASSES);
}

/* The program breaks lines where it must; what is shown after "Fix:" is half a sentence. */
static void texts_are_sentences_and_say_where_to_read_on(void **state)
{
	for (unsigned c = 0; c < NR_HAZARD_CLASSES; c++) {
		const struct hazard_info *i = hazard_info(c);

		if (!g_str_has_suffix(i->meaning, ".") || g_str_has_suffix(i->fix, ".") ||
		    strstr(i->meaning, "  ") || strpbrk(i->meaning, "\n\t") ||
		    strlen(i->fix) < 10 || strlen(i->references) < 10)
			fail_msg("%s", i->title);
		assert_true(g_regex_match_simple("^[a-z]+(-[a-z]+)*$", i->title, 0, 0));
	}
}

static int words_are_known(const char *list, const char *word)
{
	return strstr(list, word) != NULL;
}

static void strengths_and_severities_have_names(void **state)
{
	for (unsigned s = 0; s < NR_HAZARD_STRENGTHS; s++)
		assert_true(words_are_known("observed possible rule", hazard_strength_name(s)));
	for (unsigned s = 0; s < NR_HAZARD_SEVERITIES; s++)
		assert_true(words_are_known("breaks stale hangs exposes corrupts",
					    hazard_severity_name(s)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_class_is_a_row_of_one_table),
		cmocka_unit_test(ids_are_each_class_s_own_and_tell_the_group),
		cmocka_unit_test(a_class_is_found_by_id_and_by_title),
		cmocka_unit_test(texts_are_sentences_and_say_where_to_read_on),
		cmocka_unit_test(strengths_and_severities_have_names),
	};

	return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
