/* SPDX-License-Identifier: MIT */
/* What the forms of a report say of IOMMUs, and the words that they share. */
#ifndef TOOLS_REPLAY_REPORT_IOMMU_H
#define TOOLS_REPLAY_REPORT_IOMMU_H

#include "report.h"

/** What is invalidated, as a key. */
extern const char *const scope_names[NR_IOMMU_HW_SCOPES];

/** Was there anything about IOMMUs at all? */
bool says_iommus(const struct replay_report *rep);

void iommu_print(const struct replay_report *rep, FILE *out);
void iommu_print_judgement(const struct replay_report *rep, FILE *out);
void iommu_put(JsonBuilder *b, const struct replay_report *rep);
void iommu_put_tally(JsonBuilder *b, const struct iommu_tally *t);
void iommu_put_device(JsonBuilder *b, const struct replay_device *dev);
void iommu_page(GString *s, const struct replay_report *rep);
void iommu_page_judgement(GString *s, const struct replay_report *rep);

const struct iommu_unit *report_unit(const struct replay_report *rep, unsigned i);
const struct device_space *report_space(const struct replay_report *rep, unsigned i);
uint64_t unit_invalidations(const struct iommu_unit *u);
double dead_byte_seconds(const struct device_space *space);

/* All yours to g_free(). */
/** "a reference IOMMU in place of samsung,exynos-sysmmu, which is not modelled". */
char *unit_words(const struct iommu_unit *u);
/** Where a device is; NULL: at the bus. */
char *device_iommu_words(const struct replay_device *dev);
char *iommu_difference_text(const struct iommu_difference *d);
/** "95 of 95 maps, 90 of 90 unmaps, 95 of 95 at the same IOVA". */
char *agreement_text(const struct replay_device *dev);
char *per_cent_text(uint64_t part, uint64_t all);
char *ratio_text(uint64_t sum, uint64_t nr);
/** "12.0 B s", "3.4 MiB s". */
char *byte_seconds_text(double byte_seconds);
char *window_text(const struct device_space *space);

#endif
