/* SPDX-License-Identifier: MIT */
/*
 * The engine itself, as hardware, and a program that copies.
 *
 *	pure_initcall   its registers come to the bus, before any driver looks for them
 *	module_init     the driver of the other file registers, and probes
 *	main()          harness_start() has returned: all of that has happened
 */
#include <stdio.h>
#include <string.h>
#include <armdma/bus.h>
#include <armdma/harness.h>
#include <armdma/supply.h>
#include <linux/init.h>
#include <linux/device.h>
#include <linux/slab.h>

#include "copier.h"

#define COPIER_PA	0x10050000

static struct {
	struct machine *m;
	struct master *port;		/* what it reads and writes memory by */
	struct supply *clk, *rst;
	unsigned irq;
	uint32_t regs[COPIER_REGS / 4];
} engine;

static bool is_awake(void)
{
	return supply_is_on(engine.clk) && supply_is_on(engine.rst);
}

static void set_status(uint32_t status)
{
	engine.regs[COPIER_STATUS / 4] = status;
	bus_set_irq(engine.m, engine.irq, status);
}

static void copies(uint32_t len)
{
	char buf[256];

	for (uint32_t at = 0; at < len; at += sizeof(buf)) {
		size_t n = len - at < sizeof(buf) ? len - at : sizeof(buf);

		if (master_read(engine.port, engine.regs[COPIER_SRC / 4] + at, buf, n).kind ||
		    master_write(engine.port, engine.regs[COPIER_DST / 4] + at, buf, n).kind) {
			set_status(COPIER_ERROR);
			return;
		}
	}
	set_status(COPIER_DONE);
}

static bool engine_read(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t *ret)
{
	*ret = is_awake() && reg < COPIER_REGS ? engine.regs[reg / 4] : 0;
	return is_awake() && len == 4;
}

static bool engine_write(void *opaque, struct cpu *c, uint64_t reg, unsigned len, uint64_t value)
{
	if (!is_awake() || len != 4)
		return false;
	if (reg == COPIER_STATUS)
		set_status(engine.regs[COPIER_STATUS / 4] & ~(uint32_t)value);
	else if (reg < COPIER_STATUS)
		engine.regs[reg / 4] = (uint32_t)value;
	if (reg == COPIER_LEN)
		copies((uint32_t)value);
	return true;
}

/* The same lines that the tree gives the driver. */
static int engine_attach(void)
{
	static const struct bus_ops ops = { .read = engine_read, .write = engine_write };
	static const uint32_t clk = 3, rst = 7, irq[] = { 0, 71, 4 };

	engine.m = harness_machine(harness_current());
	engine.clk = machine_supply(engine.m, SUPPLY_CLOCK, "/clock-controller", &clk, 1);
	engine.rst = machine_supply(engine.m, SUPPLY_RESET, "/clock-controller", &rst, 1);
	engine.irq = machine_irq_line(engine.m, "/soc/interrupt-controller@1e001000", irq, 3);
	bus_attach(engine.m, &(struct bus_device){
		.pa = COPIER_PA, .len = 0x1000, .ops = &ops, .opaque = &engine,
	});
	return 0;
}
pure_initcall(engine_attach);

#define BYTES	1000

static bool is_copied(struct device *dev)
{
	char *src = kmalloc(BYTES, GFP_KERNEL), *dst = kzalloc(BYTES, GFP_KERNEL);
	int err;
	bool is_same;

	for (unsigned i = 0; i < BYTES; i++)
		src[i] = (char)(i * 7);
	err = copier_copy(dev, dst, src, BYTES);
	is_same = !err && !memcmp(src, dst, BYTES);
	printf("copy: error %d, %s\n", err, is_same ? "every byte as it was" : "bytes missing");
	kfree(dst);
	kfree(src);
	return is_same;
}

int main(void)
{
	struct harness *h = harness_start_or_exit(NULL);
	struct device *dev = harness_device(h, "10050000.copier");

	engine.port = harness_master(dev);
	printf("%s: driver \"%s\", %s an IOMMU\n", dev_name(dev), dev_driver_string(dev),
	       device_iommu_mapped(dev) ? "behind" : "without");
	is_copied(dev);
	harness_pass_time(h, 1000000);
	printf("between copies its clock is %s\n", supply_is_on(engine.clk) ? "on" : "off");
	return harness_finish(h);
}
