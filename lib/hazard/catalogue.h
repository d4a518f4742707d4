/* SPDX-License-Identifier: MIT */
/* The catalogue's rows, a table for each group of ids; a class is in one of them. */
#ifndef LIB_HAZARD_CATALOGUE_H
#define LIB_HAZARD_CATALOGUE_H

#include <armdma/hazard.h>

extern const struct hazard_info catalogue_bytes[NR_HAZARD_CLASSES];	/* ADM-1xx */
extern const struct hazard_info catalogue_devices[NR_HAZARD_CLASSES];	/* ADM-2xx */
extern const struct hazard_info catalogue_memory[NR_HAZARD_CLASSES];	/* ADM-3xx */
extern const struct hazard_info catalogue_calls[NR_HAZARD_CLASSES];	/* ADM-4xx */
extern const struct hazard_info catalogue_pools[NR_HAZARD_CLASSES];	/* ADM-5xx, ADM-6xx */
extern const struct hazard_info catalogue_iommu[NR_HAZARD_CLASSES];	/* ADM-7xx */

#endif
