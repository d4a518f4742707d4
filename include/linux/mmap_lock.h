/* SPDX-License-Identifier: MIT */
/*
 * The lock of an address space, for who calls get_user_pages() or find_vma(). Readers
 * exclude each other here, too.
 *
 * Context: process. Under it, copy_to_user() and faults of the same process fail.
 * Source: include/linux/mmap_lock.h.
 */
#ifndef _ARMDMA_LINUX_MMAP_LOCK_H
#define _ARMDMA_LINUX_MMAP_LOCK_H

#include <linux/mm_types.h>

#ifdef __cplusplus
extern "C" {
#endif

void mmap_read_lock(struct mm_struct *mm);
void mmap_read_unlock(struct mm_struct *mm);
void mmap_write_lock(struct mm_struct *mm);
void mmap_write_unlock(struct mm_struct *mm);

#ifdef __cplusplus
}
#endif
#endif
