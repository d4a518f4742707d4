/* SPDX-License-Identifier: MIT */
/*
 * insmod and rmmod: a machine is booted, the module's init is run on it, then its
 * exit. The module is a file of Linux's own, linked beside this one.
 *
 * Exit status: as harness_finish() has it; 3 when the module refused to load.
 */
#include <armdma/harness.h>
#include <linux/module.h>

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	int err = armdma_module_init();
	int status;

	if (!err)
		armdma_module_exit();
	status = harness_finish(h);
	return err ? 3 : status;
}
