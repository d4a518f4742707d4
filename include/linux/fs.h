/* SPDX-License-Identifier: MIT */
/*
 * An open file, as far as the mapping of a device's memory needs one.
 *
 * A test makes it itself: &(struct file){ .f_op = &fops, .f_mode = FMODE_READ |
 * FMODE_WRITE, .private_data = ... } is what open() would have given.
 *
 * Leaves out: inodes, paths, positions; counting references.
 * Source: include/linux/fs.h.
 */
#ifndef _ARMDMA_LINUX_FS_H
#define _ARMDMA_LINUX_FS_H

#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/types.h>

#define FMODE_READ	0x1u
#define FMODE_WRITE	0x2u

typedef unsigned int fmode_t;

struct file;
struct inode;
struct module;

/**
 * struct file_operations - what a driver does for a file
 * @mmap: fills @vma: remap_pfn_range(), dma_mmap_attrs() and their like, or only sets
 *        vm_ops. Return: 0, or the errno of mmap(2); what was mapped then is unmapped
 *
 * The others are called by nobody here but the test.
 */
struct file_operations {
	struct module *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	ssize_t (*read)(struct file *file, char __user *to, size_t len, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *from, size_t len, loff_t *pos);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
};

struct file {
	const struct file_operations *f_op;
	fmode_t f_mode;
	void *private_data;
};

#endif
