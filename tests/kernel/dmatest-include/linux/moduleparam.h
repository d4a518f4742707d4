/* SPDX-License-Identifier: MIT */
/* Parameters that a file in sysfs would show. The harness sets the variables themselves. */
#ifndef TESTS_KERNEL_MODULEPARAM_H
#define TESTS_KERNEL_MODULEPARAM_H

#include <linux/module.h>

struct kernel_param {
	void *arg;
};

struct kernel_param_ops {
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *val, const struct kernel_param *kp);
};

struct kparam_string {
	unsigned int maxlen;
	char *string;
};

#define module_param_string(name, string, len, perm)	__MODULE_NOTHING(parm)
#define module_param_cb(name, ops, arg, perm)		__MODULE_NOTHING(parm)

/* Nobody reads or writes such a file. */
static inline int param_nobody(void)
{
	return -EIO;
}

#define param_set_bool		((int (*)(const char *, const struct kernel_param *))param_nobody)
#define param_get_bool(val, kp)		param_nobody()
#define param_set_copystring(val, kp)	param_nobody()
#define param_get_string(val, kp)	param_nobody()

#endif
