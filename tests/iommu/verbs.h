/* SPDX-License-Identifier: MIT */
/* What tests of any IOMMU's driver do and hear. A harness runs meanwhile. */
#ifndef TESTS_IOMMU_VERBS_H
#define TESTS_IOMMU_VERBS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/iommu.h>
#include <armdma/harness.h>

#define PA	0x85000000u
#define RW	(IOMMU_READ | IOMMU_WRITE)

/* A new domain, attached; and out of it again, and freed. */
struct iommu_domain *attaches(struct device *dev);
void detaches(struct device *dev, struct iommu_domain *domain);

/* What an access by port @port comes to, interrupts taken; 0: it does not get through. */
u64 reaches(struct device *dev, unsigned port, unsigned long iova, bool is_write);

/* Since boot. */
struct iommu_hw_counters counts(struct iommu_hw *hw);

/* Nobody reads what is said of faults that are part of the game, until this ends. */
void hushes(void);
void ends_hushing(void);

/* What is said is kept; the text is freed by who takes it. Interrupts are taken first. */
void listens(void);
char *ends_listening(void);
/* It ends, and among the rest this was said. */
void expects_said(const char *text);

/* What the handler of a domain heard, and does. */
struct heard {
	struct iommu_domain *domain;	/* of the last fault, as all of these */
	struct device *dev;
	unsigned long iova;
	int flags;
	unsigned nr;
	int answer;			/* of the handler */
	size_t maps_len;		/* it maps so much at PA, where the fault was; 0: nothing */
};
extern struct heard heard;

/* Nothing was heard so far; faults of @domain are from now on. */
void listens_for_faults(struct iommu_domain *domain, int answer, size_t maps_len);

#endif
