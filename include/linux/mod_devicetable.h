/* SPDX-License-Identifier: MIT */
/*
 * What a driver says of the devices that are its own.
 *
 * Source: include/linux/mod_devicetable.h.
 */
#ifndef _ARMDMA_LINUX_MOD_DEVICETABLE_H
#define _ARMDMA_LINUX_MOD_DEVICETABLE_H

#include <linux/types.h>

typedef unsigned long kernel_ulong_t;

#define PLATFORM_NAME_SIZE	20

/**
 * struct of_device_id - an entry of an of_match_table; an empty one ends it
 * @name, @type: of the node, and its device_type; "" matches any
 * @compatible:  "" matches any
 * @data:        the driver's own: of_device_get_match_data()
 */
struct of_device_id {
	char name[32];
	char type[32];
	char compatible[128];
	const void *data;
};

/** struct platform_device_id - the same by the device's name */
struct platform_device_id {
	char name[PLATFORM_NAME_SIZE];
	kernel_ulong_t driver_data;
};

#endif
