/* SPDX-License-Identifier: MIT */
/*
 * There is no PCI: devices behind a host bridge are its platform device's requesters.
 *
 * Source: include/linux/pci.h.
 */
#ifndef _ARMDMA_LINUX_PCI_H
#define _ARMDMA_LINUX_PCI_H

#include <linux/device.h>

#define dev_is_pci(d)	((void)(d), false)

#endif
