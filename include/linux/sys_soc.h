/* SPDX-License-Identifier: MIT */
/*
 * Which revision of its SoC a driver runs on. Nobody tells: no entry ever matches, so what a
 * driver does for particular revisions it does not do.
 *
 * Source: include/linux/sys_soc.h.
 */
#ifndef _ARMDMA_LINUX_SYS_SOC_H
#define _ARMDMA_LINUX_SYS_SOC_H

#include <stddef.h>

/** struct soc_device_attribute - an entry of a table; an empty one ends it */
struct soc_device_attribute {
	const char *machine;
	const char *family;
	const char *revision;
	const char *serial_number;
	const char *soc_id;
	const void *data;
};

/** Return: the entry that matches: NULL. */
static inline const struct soc_device_attribute *
soc_device_match(const struct soc_device_attribute *matches)
{
	(void)matches;
	return NULL;
}

#endif
