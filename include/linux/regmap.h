/* SPDX-License-Identifier: MIT */
/*
 * Registers of a block, with a lock around what reads and writes back.
 *
 * Those that are memory-mapped, without a cache: each access is one of the bus, by
 * readl() and its kin. Others read and write at once.
 *
 * Errors: -EINVAL: the register is not aligned to the stride, or beyond @max_register.
 * Context: any, with @fast_io or from syscon; else process.
 *
 * Leaves out: I2C, SPI and other buses, caches, ranges, fields of several blocks.
 * Source: include/linux/regmap.h, drivers/base/regmap/regmap.c, regmap-mmio.c.
 */
#ifndef _ARMDMA_LINUX_REGMAP_H
#define _ARMDMA_LINUX_REGMAP_H

#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/iopoll.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;
struct regmap;

/**
 * struct regmap_config - the shape of a block
 * @name:       for messages, or NULL
 * @reg_bits:   of a register's number; 32
 * @reg_stride: from one register to the next; 0: 1
 * @val_bits:   of its value: 8, 16 or 32
 * @max_register: the last one; 0: not known
 * @fast_io:    a lock that may be taken anywhere
 */
struct regmap_config {
	const char *name;
	int reg_bits;
	int reg_stride;
	int val_bits;
	unsigned int max_register;
	bool fast_io;
};

/** @regs from ioremap(). Return: yours to regmap_exit(); an ERR_PTR(): -EINVAL, -ENOMEM. */
struct regmap *regmap_init_mmio(struct device *dev, void __iomem *regs,
				const struct regmap_config *config);
struct regmap *devm_regmap_init_mmio(struct device *dev, void __iomem *regs,
				     const struct regmap_config *config);
void regmap_exit(struct regmap *map);

int regmap_read(struct regmap *map, unsigned int reg, unsigned int *val);
int regmap_write(struct regmap *map, unsigned int reg, unsigned int val);
/** @val in the bits of @mask, the others kept; no write where nothing changes. */
int regmap_update_bits_base(struct regmap *map, unsigned int reg, unsigned int mask,
			    unsigned int val, bool *change, bool async, bool force);
/** @val_count registers one after the other, of val_bits each. */
int regmap_bulk_read(struct regmap *map, unsigned int reg, void *val, size_t val_count);
int regmap_bulk_write(struct regmap *map, unsigned int reg, const void *val, size_t val_count);

static inline int regmap_update_bits(struct regmap *map, unsigned int reg, unsigned int mask,
				     unsigned int val)
{
	return regmap_update_bits_base(map, reg, mask, val, NULL, false, false);
}

/** The same, and always written. */
static inline int regmap_write_bits(struct regmap *map, unsigned int reg, unsigned int mask,
				    unsigned int val)
{
	return regmap_update_bits_base(map, reg, mask, val, NULL, false, true);
}

static inline int regmap_set_bits(struct regmap *map, unsigned int reg, unsigned int bits)
{
	return regmap_update_bits(map, reg, bits, bits);
}

static inline int regmap_clear_bits(struct regmap *map, unsigned int reg, unsigned int bits)
{
	return regmap_update_bits(map, reg, bits, 0);
}

/** 1: all of @bits are set; 0: not; or an error. */
static inline int regmap_test_bits(struct regmap *map, unsigned int reg, unsigned int bits)
{
	unsigned int val;
	int ret = regmap_read(map, reg, &val);

	return ret ? ret : (val & bits) == bits;
}

/** As readl_poll_timeout(); an error of regmap_read() ends it, too. */
#define regmap_read_poll_timeout(map, addr_, val, cond, sleep_us, timeout_us) ({	\
	int __ret, __tmp;								\
	__tmp = read_poll_timeout(regmap_read, __ret, __ret || (cond),			\
				  sleep_us, timeout_us, false, (map), (addr_), &(val));	\
	__ret ? __ret : __tmp;								\
})

#ifdef __cplusplus
}
#endif
#endif
