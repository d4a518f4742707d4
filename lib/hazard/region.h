/* SPDX-License-Identifier: MIT */
/* What a pointer of the host's is a pointer to. */
#ifndef LIB_HAZARD_REGION_H
#define LIB_HAZARD_REGION_H

/* "is on a stack", "is a variable of the program (.bss)"; static. */
const char *region_of(const void *p);

#endif
