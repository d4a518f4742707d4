/* SPDX-License-Identifier: MIT */
/* The parts of the page of reports: report-html.c has the page and its cards. */
#ifndef LIB_HAZARD_HTML_H
#define LIB_HAZARD_HTML_H

#include "writers.h"

/* html-style.c: all of it, so that the page needs nothing else. */
extern const char html_style[], html_script[];

/* Appends; arguments are escaped. */
void html_add(GString *s, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* html-lanes.c: who did what, and which bytes were where meanwhile. */
void html_lanes(struct hazard_engine *e, GString *s, const struct report *r);

#endif
