/* SPDX-License-Identifier: MIT */
/* How large Linux's structure is: compiled with pgtable-shim.h before it. */
#include <linux/io-pgtable.h>

size_t linux_cfg_len(void)
{
	return sizeof(struct io_pgtable_cfg);
}
