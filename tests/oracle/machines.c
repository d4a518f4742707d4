/* SPDX-License-Identifier: MIT */
/* Which of QEMU's machines lets its guest start in Monitor mode: see machines.h. */
#include <stddef.h>

#include "machines.h"

/* Without highmem nothing at all answers above 4 GiB. */
#define VIRT(cpu)	"-M", "virt,secure=on,highmem=off", "-cpu", cpu, "-m", "128"

static const char *const qemu_a15[] = { VIRT("cortex-a15"), NULL };
static const char *const qemu_a7[] = { VIRT("cortex-a7"), NULL };
static const char *const qemu_a9[] = { "-M", "vexpress-a9", "-cpu", "cortex-a9", "-m", "128", NULL };
static const char *const qemu_a8[] = { "-M", "cubieboard", "-m", "512", NULL };

const struct oracle_machine oracle_a15 = {
	.name = "Cortex-A15", .board = "a15.dtb", .stub = "stub-40.elf", .qemu = qemu_a15,
	.ram_pa = 0x40000000, .has_lpae = true,
};

const struct oracle_machine oracle_a7 = {
	.name = "Cortex-A7", .board = "a7.dtb", .stub = "stub-40.elf", .qemu = qemu_a7,
	.ram_pa = 0x40000000, .has_lpae = true,
};

const struct oracle_machine oracle_a9 = {
	.name = "Cortex-A9", .board = "a9.dtb", .stub = "stub-60.elf", .qemu = qemu_a9,
	.ram_pa = 0x60000000, .is_silent = true,
};

const struct oracle_machine oracle_a8 = {
	.name = "Cortex-A8", .board = "a8.dtb", .stub = "stub-40.elf", .qemu = qemu_a8,
	.ram_pa = 0x40000000, .is_silent = true,
};
