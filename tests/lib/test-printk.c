/* SPDX-License-Identifier: MIT */
/*
 * Messages, as a kernel formats them. What the C library has of its own is compared with
 * the C library; the rest is what Documentation/core-api/printk-formats.rst says.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/of.h>
#include <linux/printk.h>

#include "../support/rig.h"

/* Checked as the C library's, not as the kernel's: these are its own formats. */
#define IS_PLAIN(...) do {						\
	char wanted[256];						\
									\
	snprintf(wanted, sizeof(wanted), __VA_ARGS__);			\
	listens(rig);							\
	assert_int_equal(printk(__VA_ARGS__), strlen(wanted));		\
	expects_warning(rig, wanted);					\
} while (0)

#define PRINTS(text, ...) do {						\
	listens(rig);							\
	assert_int_equal(printk(__VA_ARGS__), strlen(text));		\
	expects_warning(rig, text);					\
} while (0)

static void the_c_librarys_formats_are_its_own(struct rig *rig)
{
	IS_PLAIN("%d %u %x %#x %o %c%%|%5d|%-5d|%05d|%+d\n", -1, 2u, 0xabc, 0xabc, 8, 'c', 42, 42,
		 42, 42);
	IS_PLAIN("%ld %lu %lx %#lx|%lld %llx %zu %zx %td %jd|%hhu %hd\n", -1L, 1UL, ~0UL, 5UL,
		 -1LL, ~0ULL, (size_t)3, (size_t)4, (ptrdiff_t)5, (intmax_t)6, (unsigned char)7,
		 (short)-8);
	IS_PLAIN("%s|%10s|%-10s|%.2s|%*s|%-*s|%.*s|%*.*s\n", "text", "right", "left", "cut", 8,
		 "star", 8, "star", 3, "shorter", 6, 2, "both");
	IS_PLAIN("%08llx %#010x %016llx 100%%\n", 0x123456789abcULL, 0x42, 1ULL);
	IS_PLAIN("%f %.3g\n", 1.5, 2.25);
	IS_PLAIN("nothing\n");
}

static void what_stands_behind_a_pointer_is_printed(struct rig *rig)
{
	phys_addr_t pa = 0x80001000;
	dma_addr_t dma = 0x123456789;
	struct resource mem = DEFINE_RES_MEM(0x10040000, 0x1000), irq = DEFINE_RES_IRQ(23);
	struct device_node *np = of_find_node_by_name(NULL, "ethernet");

	PRINTS("0x0000000080001000 0x0000000123456789.\n", "%pa %pad.\n", (void *)&pa,
	       (void *)&dma);
	PRINTS("[mem 0x10040000-0x10040fff] [irq 23] (null)\n", "%pR %pR %pR\n", (void *)&mem,
	       (void *)&irq, NULL);
	PRINTS("/soc/ethernet@10010000 ethernet /soc/ethernet@10010000:\n", "%pOF %pOFn %pOFf:\n",
	       (void *)np, (void *)np, (void *)np);
	PRINTS("-ENOMEM|   -EINVAL|-517\n", "%pe|%10pe|%pe\n", ERR_PTR(-ENOMEM), ERR_PTR(-EINVAL),
	       ERR_PTR(-EPROBE_DEFER));
	PRINTS("puts (host)\n", "%ps %pS\n", dlsym(RTLD_DEFAULT, "puts"), (void *)&mem);
}

static void pointers_are_arms(struct rig *rig)
{
	char *p = allocates(rig, 64);
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "%08x (host)    (null)\n", (unsigned)(uintptr_t)p);
	PRINTS(wanted, "%p %px %9p\n", (void *)p, (void *)wanted, NULL);
	kfree(p);
}

static __attribute__((__format__(__printf__, 2, 3))) void says(const struct device *dev,
								const char *fmt, ...)
{
	struct va_format text = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	text.va = &args;
	dev_err(dev, "[%pV]\n", (void *)&text);
	va_end(args);
}

static void a_format_may_be_in_another(struct rig *rig)
{
	struct device dev = { .init_name = "dev0" };

	listens(rig);
	says(&dev, "%d %s", 5, "inner");
	expects_warning(rig, "dev0: [5 inner]\n");
	listens(rig);
	assert_int_equal(dev_err_probe(&dev, -ENXIO, "no %s\n", "line"), -ENXIO);
	expects_warning(rig, "dev0: error -ENXIO: no line\n");
	listens(rig);
	assert_int_equal(dev_err_probe(&dev, -EPROBE_DEFER, "waits\n"), -EPROBE_DEFER);
	assert_int_equal(dev_err_probe(&dev, -ENOMEM, "starves\n"), -ENOMEM);
	expects_warning(rig, NULL);
}

static void names_are_formatted_too(struct rig *rig)
{
	phys_addr_t pa = 0x42;
	struct device dev = { .init_name = NULL };

	assert_int_equal(dev_set_name(&dev, "msm-smmu.%pa", (void *)&pa), 0);
	assert_string_equal(dev_name(&dev), "msm-smmu.0x0000000000000042");
	assert_int_equal(dev_set_name(&dev, "again"), 0);
	assert_string_equal(dev_name(&dev), "again");
	g_free(dev.name);
}

/* The compiler would say so. */
static int (*const printk_unchecked)(const char *fmt, ...) = _printk;

static void what_is_no_format_is_printed_as_it_is(struct rig *rig)
{
	const char *volatile broken = "ends with %", *volatile unknown = "%-";

	listens(rig);
	printk_unchecked(broken);
	printk_unchecked(unknown);
	expects_warning(rig, "ends with %%-");
}

static const struct rig_test tests[] = {
	TEST_ON(the_c_librarys_formats_are_its_own, 0, 0),
	TEST_ON(what_stands_behind_a_pointer_is_printed, 0, 0),
	TEST_ON(pointers_are_arms, 0, 0),
	TEST_ON(a_format_may_be_in_another, 0, 0),
	TEST_ON(names_are_formatted_too, 0, 0),
	TEST_ON(what_is_no_format_is_printed_as_it_is, 0, 0),
};

int main(void)
{
	static const struct platform one = { .name = "a9-pl310", .board = "a9-pl310" };

	return rig_run_on(&one, 1, tests, G_N_ELEMENTS(tests));
}
