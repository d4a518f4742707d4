/* SPDX-License-Identifier: MIT */
/*
 * Everything a replay can find out. Trouble makes the verdict, and exit status 1;
 * a note is said and forgiven, since a trace begins and ends anywhere.
 */
#ifndef TOOLS_REPLAY_FINDINGS_H
#define TOOLS_REPLAY_FINDINGS_H

enum finding {
	FIND_DEVICE_READ_WRONG,
	FIND_CPU_READ_WRONG,
	FIND_LINE_SHARED,
	FIND_REFUSED,
	FIND_BUS_ERROR,
	FIND_IOMMU_FAULT,
	FIND_DOUBLE_UNMAP,
	FIND_UNMAP_SIZE,
	FIND_UNMAP_DIRECTION,
	FIND_UNMAP_FUNCTION,
	FIND_SYNC_RANGE,
	FIND_SYNC_DIRECTION,
	FIND_ERROR_USED,
	FIND_ARGUMENTS,
	FIND_HAZARD,
	FIND_MAINTENANCE,
	FIND_IOMMU_CALL,
	FIND_LEAKED,
	FIND_UNMAP_NEVER_MAPPED,

	FIND_FAILED,
	FIND_IO_PAGE_FAULT,
	FIND_UNMATCHED_UNMAP,
	FIND_UNMATCHED_SYNC,
	FIND_UNMATCHED_FREE,
	FIND_LEFT_MAPPED,
	FIND_LEFT_ALLOCATED,
	FIND_FREE_NOTHING,
	FIND_MAPPED_TWICE,
	FIND_SYNC_NOT_TAKEN,
	FIND_LINE_SHARED_HARMLESS,
	FIND_LARGE_FOR_SWIOTLB,
	FIND_MASK_REFUSED,
	FIND_RENAME_CONFLICT,
	FIND_SG_TRUNCATED,
	FIND_SG_LAYOUT_GUESSED,
	FIND_RESOURCE,
	FIND_NO_IOMMU,
	NR_FINDINGS
};

/**
 * struct finding_info - how a finding is told
 * @key:        in JSON, and to grep for
 * @is_trouble: it makes the verdict
 * @what:       half a sentence after the count
 */
struct finding_info {
	const char *key;
	_Bool is_trouble;
	const char *what;
};

extern const struct finding_info finding_infos[NR_FINDINGS];

#endif
