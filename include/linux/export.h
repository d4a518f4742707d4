/* SPDX-License-Identifier: MIT */
/* Symbols of a module are symbols of the program here. */
#ifndef _ARMDMA_LINUX_EXPORT_H
#define _ARMDMA_LINUX_EXPORT_H

#define EXPORT_SYMBOL(sym)	extern int __armdma_no_export
#define EXPORT_SYMBOL_GPL(sym)	extern int __armdma_no_export

#endif
