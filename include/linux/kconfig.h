/* SPDX-License-Identifier: MIT */
/*
 * How the kernel of this library would be configured, for code that asks.
 *
 * What a driver needs beside is its build's to say: armdma cc -DCONFIG_OMAP_IOMMU=1.
 * Source: include/linux/kconfig.h, arch/arm/configs/multi_v7_defconfig.
 */
#ifndef _ARMDMA_LINUX_KCONFIG_H
#define _ARMDMA_LINUX_KCONFIG_H

#define CONFIG_ARM			1
#define CONFIG_MMU			1
#define CONFIG_CPU_V7			1
#define CONFIG_ARM_LPAE			1	/* addresses have 64 bits; <linux/types.h> */
#define CONFIG_PHYS_ADDR_T_64BIT	1
#define CONFIG_ARCH_DMA_ADDR_T_64BIT	1
#define CONFIG_HAS_DMA			1
#define CONFIG_ZONE_DMA			1
#define CONFIG_HIGHMEM			1
#define CONFIG_OF			1
#define CONFIG_OF_ADDRESS		1
#define CONFIG_OF_IRQ			1
#define CONFIG_OF_IOMMU			1
#define CONFIG_IOMMU_API		1
#define CONFIG_IOMMU_DMA		1
#define CONFIG_IOMMU_SUPPORT		1
#define CONFIG_PM			1
#define CONFIG_PM_SLEEP			1
#define CONFIG_PM_GENERIC_DOMAINS	1
#define CONFIG_HAVE_CLK			1
#define CONFIG_COMMON_CLK		1
#define CONFIG_RESET_CONTROLLER		1
#define CONFIG_REGMAP			1
#define CONFIG_REGMAP_MMIO		1
#define CONFIG_MFD_SYSCON		1

/* 1 for a name that is 1, 0 for one that nobody defined: "~, 1" has its 1 in second place. */
#define __kconfig_1			~,
#define __kconfig_second(a, b, ...)	b
#define __kconfig_pick(mark)		__kconfig_second(mark 1, 0, 0)
#define __kconfig_value(value)		__kconfig_pick(__kconfig_##value)
#define __is_defined(option)		__kconfig_value(option)

/** Of expressions, too: in the kernel, as a module, either; and as the file at hand is. */
#define IS_BUILTIN(option)		__is_defined(option)
#define IS_MODULE(option)		__is_defined(option##_MODULE)
#define IS_REACHABLE(option)		IS_BUILTIN(option)
#define IS_ENABLED(option)		(IS_BUILTIN(option) || IS_MODULE(option))

#endif
