/* SPDX-License-Identifier: MIT */
/*
 * What a test says about hazards. With cmocka a failure fails the test; without, it is
 * printed and the program aborts. Include <cmocka.h> before this header to have the former.
 *
 *	struct harness *h = harness_start(&cfg, NULL);
 *
 *	nic_receive(nic);
 *	assert_no_hazards(h);
 *
 *	nic_receive_without_sync(nic);
 *	assert_hazard_in(h, HAZARD_CPU_READ_STALE, "nic_receive*");
 *
 * A failure prints what was reported instead. What hazard_expect() or a suppression took is
 * not seen by any of these. Mappings that leak are there after harness_unbind().
 */
#ifndef ARMDMA_HAZARD_ASSERT_H
#define ARMDMA_HAZARD_ASSERT_H

#include <stdio.h>
#include <stdlib.h>
#include <armdma/harness.h>
#include <armdma/hazard.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * hazards_against() - what speaks against it
 * @c:     NR_HAZARD_CLASSES: there is to be no report at all
 * @place: glob over functions and files of the code to blame; NULL: any
 * @times: of that class, repetitions counted; 0: not once, < 0: once or more
 *
 * Return: NULL if nothing does; else some lines of text, yours to free().
 */
char *hazards_against(struct harness *h, enum hazard_class c, const char *place, int times);

/* Prints @text, frees it. */
void hazards_complain(char *text, const char *file, int line);

#ifdef CMOCKA_H_
#define hazards_fail_(text, file, line) \
	do { print_error("%s", text); free(text); _fail(file, line); } while (0)
#else
#define hazards_fail_(text, file, line) \
	do { hazards_complain(text, file, line); abort(); } while (0)
#endif

#define hazards_check_(h, c, place, times) do { \
	char *against_ = hazards_against(h, c, place, times); \
	if (against_) \
		hazards_fail_(against_, __FILE__, __LINE__); \
} while (0)

/** Nothing was reported. */
#define assert_no_hazards(h)		hazards_check_(h, NR_HAZARD_CLASSES, NULL, 0)
/** Nothing of that class was, whatever else. */
#define assert_no_hazard(h, c)	hazards_check_(h, c, NULL, 0)
/** It was reported, once or more. */
#define assert_hazard(h, c)		hazards_check_(h, c, NULL, -1)
/** The same, with that function or file to blame. */
#define assert_hazard_in(h, c, place)	hazards_check_(h, c, place, -1)
/** It was reported exactly @n times. */
#define assert_hazard_times(h, c, n)	hazards_check_(h, c, NULL, n)

#ifdef __cplusplus
}
#endif
#endif
