/* SPDX-License-Identifier: MIT */
#include "verbs.h"

#include <glib.h>
#include <string.h>
#include <armdma/cpu.h>
#include <armdma/harness.h>

static struct cpu *cpu_at(const void *p)
{
	return machine_cpu(machine_of(p), 0);
}

static uint32_t va_of(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

u8 cpu_reads(const void *p)
{
	u8 value = 0;

	cpu_load(cpu_at(p), va_of(p), &value, 1, __builtin_return_address(0));
	return value;
}

void cpu_writes(void *p, u8 value)
{
	cpu_store(cpu_at(p), va_of(p), &value, 1, __builtin_return_address(0));
}

void cpu_fills(void *p, u8 value, size_t len)
{
	g_autofree u8 *bytes = g_malloc(len);

	memset(bytes, value, len);
	cpu_store(cpu_at(p), va_of(p), bytes, len, __builtin_return_address(0));
}

u8 cpu_scans(const void *p, size_t len)
{
	g_autofree u8 *bytes = g_malloc0(len);

	cpu_load(cpu_at(p), va_of(p), bytes, len, __builtin_return_address(0));
	return bytes[len - 1];
}

void device_writes(struct device *dev, dma_addr_t dma, u8 value, size_t len)
{
	g_autofree u8 *bytes = g_malloc(len);

	memset(bytes, value, len);
	master_write(harness_master(dev), dma, bytes, len);
}

u8 device_reads(struct device *dev, dma_addr_t dma, size_t len)
{
	g_autofree u8 *bytes = g_malloc0(len);

	master_read(harness_master(dev), dma, bytes, len);
	return bytes[0];
}
