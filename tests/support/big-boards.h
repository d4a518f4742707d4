/* SPDX-License-Identifier: MIT */
/* Platforms with more memory than a linear map can hold; see rig.h. */
#ifndef TESTS_SUPPORT_BIG_BOARDS_H
#define TESTS_SUPPORT_BIG_BOARDS_H

#include "rig.h"

/* The a9-pl310-2g, and other cores in its place. */
static const struct platform big_platforms[] = {
	{ "a9-pl310-2g",	"a9-pl310-2g",	ON_PL310 | ON_LINE32 },
	{ "a9-pl310-2g-bounce",	"a9-pl310-2g",	ON_PL310 | ON_LINE32 | ON_BOUNCE },
	{ "a15-2g",		"a9-pl310-2g",	0, .cpu = "cortex-a15,outer=0" },
	{ "a15-2g-coherent",	"a9-pl310-2g",	ON_COHERENT, .cpu = "cortex-a15,outer=0" },
	{ "a8-2g",		"a9-pl310-2g",	ON_UP, .cpu = "cortex-a8,cpus=1,outer=0" },
	{ "arm926-2g",		"a9-pl310-2g",	ON_UP | ON_V5 | ON_LINE32 | ON_ALIASING,
	  .cpu = "arm926ej-s,cpus=1,outer=0" },
	{ "a15-2g-fast",	"a9-pl310-2g",	ON_FAST, .cpu = "cortex-a15,outer=0" },
};

#endif
