/* SPDX-License-Identifier: MIT */
/* For who boots a kernel and halts it. */
#ifndef LIB_BASE_SYSCON_H
#define LIB_BASE_SYSCON_H

struct kernel;

/* Forget all register blocks; their mappings go with the kernel's. */
void syscons_done(struct kernel *k);

#endif
