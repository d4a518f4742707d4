/* SPDX-License-Identifier: MIT */
/* One line at a time: every event of the formats, every layout, every defect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

/* A line as tracefs prints it, with an event and its arguments. */
#define L(event)	"     kworker/0:0-9       [000] d.h..    28.476169: " event

/* ---- events ------------------------------------------------------------ */

static void
pages_are_mapped_and_unmapped(void **state)
{
	reads(L("dma_map_page: 1c30000.ethernet dir=FROM_DEVICE dma_addr=7f0c1040"
		" size=1536 phys_addr=7f0c1040 attrs="),
	      "dma_map_page 1c30000.ethernet FROM_DEVICE dma=7f0c1040"
	      " phys=7f0c1040 size=1536");
	reads(L("dma_unmap_page: 0000:00:02.0 dir=TO_DEVICE dma_addr=ffffe040"
		" size=66 attrs=WEAK_ORDERING|SKIP_CPU_SYNC"),
	      "dma_unmap_page 0000:00:02.0 TO_DEVICE dma=ffffe040 size=66"
	      " attrs=22");
}

static void
resources_are_mapped_and_unmapped(void **state)
{
	reads(L("dma_map_resource: 48400000.dma dir=BIDIRECTIONAL dma_addr=1000"
		" size=64 phys_addr=48060000 attrs="),
	      "dma_map_resource 48400000.dma BIDIRECTIONAL dma=1000"
	      " phys=48060000 size=64");
	reads(L("dma_unmap_resource: 48400000.dma dir=NONE dma_addr=1000 size=64"
		" attrs=PRIVILEGED"),
	      "dma_unmap_resource 48400000.dma NONE dma=1000 size=64 attrs=200");
}

static void
later_kernels_say_phys_for_page_and_mark_resources_by_an_attribute(void **state)
{
	reads(L("dma_map_phys: eth0 dir=TO_DEVICE dma_addr=1000 size=64"
		" phys_addr=2000 attrs="),
	      "dma_map_page eth0 TO_DEVICE dma=1000 phys=2000 size=64");
	reads(L("dma_map_phys: eth0 dir=TO_DEVICE dma_addr=1000 size=64"
		" phys_addr=2000 attrs=MMIO"),
	      "dma_map_resource eth0 TO_DEVICE dma=1000 phys=2000 size=64"
	      " attrs=400");
	reads(L("dma_unmap_phys: eth0 dir=TO_DEVICE dma_addr=1000 size=64"
		" attrs=MMIO"),
	      "dma_unmap_resource eth0 TO_DEVICE dma=1000 size=64 attrs=400");
}

static void
scatterlists_are_mapped_with_merged_and_truncated_entries(void **state)
{
	reads(L("dma_map_sg: 1c0f000.mmc dir=FROM_DEVICE nents=2/2 ents=1/1"
		" dma_addrs={0xffffe000} sizes={0x1800}"
		" phys_addrs={0x47372000,0x4ce49000} attrs=NO_WARN"),
	      "dma_map_sg 1c0f000.mmc FROM_DEVICE nents=2/2 ents=1/1"
	      " dma:ffffe000 sizes:1800 phys:47372000,4ce49000 attrs=100");
	reads(L("dma_map_sg: sda dir=TO_DEVICE nents=2/171 ents=1/1 [TRUNCATED]"
		" dma_addrs={0xffc00000} sizes={0xfe000}"
		" phys_addrs={0x47372000,0x4ce49000} attrs="),
	      "dma_map_sg sda TO_DEVICE nents=2/171 ents=1/1 truncated"
	      " dma:ffc00000 sizes:fe000 phys:47372000,4ce49000");
	reads(L("dma_unmap_sg: sda dir=TO_DEVICE phys_addrs={0x1000,0x2000}"
		" attrs="),
	      "dma_unmap_sg sda TO_DEVICE nents=2/2 ents=0/0 phys:1000,2000");
	reads(L("dma_unmap_sg: sda dir=TO_DEVICE phys_addrs={} attrs="),
	      "dma_unmap_sg sda TO_DEVICE");
}

static void
the_first_6_12_counts_no_entries_and_names_no_direction(void **state)
{
	reads(L("dma_map_sg: sda dir=TO_DEVICE dma_addrs={0x1000}"
		" sizes={0x2000} phys_addrs={0x5000,0x6000} attrs="),
	      "dma_map_sg sda TO_DEVICE nents=2/2 ents=1/1 dma:1000 sizes:2000"
	      " phys:5000,6000");
	reads(L("dma_alloc: nvme dma_addr=7f040000 size=4096 phys_addr=7f040000"
		" flags=GFP_KERNEL|__GFP_ZERO attrs="),
	      "dma_alloc nvme BIDIRECTIONAL dma=7f040000 phys=7f040000"
	      " size=4096");
}

static void
a_failed_scatterlist_lists_physical_addresses_as_if_dma(void **state)
{
	reads(L("dma_map_sg_err: sda dir=FROM_DEVICE"
		" dma_addrs={0x5000,0x6000} err=-5 attrs=NO_WARN"),
	      "dma_map_sg_err sda FROM_DEVICE nents=2/2 ents=0/0"
	      " phys:5000,6000 error=-5 attrs=100");
}

static void
syncs_are_read(void **state)
{
	reads(L("dma_sync_single_for_cpu: eth0 dir=FROM_DEVICE dma_addr=1040"
		" size=3840"),
	      "dma_sync_single_for_cpu eth0 FROM_DEVICE dma=1040 size=3840");
	reads(L("dma_sync_single_for_device: eth0 dir=BIDIRECTIONAL dma_addr=0"
		" size=1"),
	      "dma_sync_single_for_device eth0 BIDIRECTIONAL size=1");
	reads(L("dma_sync_sg_for_cpu: sda dir=FROM_DEVICE"
		" dma_addrs={0x1000,0x3000} sizes={0x200,0x40}"),
	      "dma_sync_sg_for_cpu sda FROM_DEVICE nents=0/0 ents=2/2"
	      " dma:1000,3000 sizes:200,40");
	reads(L("dma_sync_sg_for_device: sda dir=TO_DEVICE dma_addrs={0x1000}"
		" sizes={0x200}"),
	      "dma_sync_sg_for_device sda TO_DEVICE nents=0/0 ents=1/1 dma:1000"
	      " sizes:200");
}

static void
allocations_are_read(void **state)
{
	reads(L("dma_alloc: 1c0f000.mmc dir=BIDIRECTIONAL dma_addr=7f040000"
		" size=4096 virt_addr=f0987000 flags=GFP_KERNEL attrs="),
	      "dma_alloc 1c0f000.mmc BIDIRECTIONAL dma=7f040000 virt=f0987000"
	      " size=4096");
	reads(L("dma_alloc_pages: eth0 dir=FROM_DEVICE dma_addr=1000 size=8192"
		" virt_addr=c0001000 flags=GFP_ATOMIC|__GFP_NOWARN attrs="),
	      "dma_alloc_pages eth0 FROM_DEVICE dma=1000 virt=c0001000"
	      " size=8192 atomic=1");
	reads(L("dma_alloc_sgt: vpu dir=TO_DEVICE dma_addr=1000 size=8192"
		" phys_addrs={0x5000,0x9000} flags=none attrs=WRITE_COMBINE"),
	      "dma_alloc_sgt vpu TO_DEVICE dma=1000 size=8192 nents=2/2"
	      " ents=0/0 phys:5000,9000 atomic=1 attrs=4");
	reads(L("dma_alloc_sgt_err: vpu dir=TO_DEVICE dma_addr=0 size=8192"
		" virt_addr=00000000 flags=GFP_KERNEL attrs="),
	      "dma_alloc_sgt_err vpu TO_DEVICE size=8192");
}

static void
frees_are_read_even_of_nothing(void **state)
{
	reads(L("dma_free: nvme dir=BIDIRECTIONAL dma_addr=0 size=0"
		" virt_addr=0000000000000000 attrs="),
	      "dma_free nvme BIDIRECTIONAL");
	reads(L("dma_free_pages: eth0 dir=FROM_DEVICE dma_addr=1000 size=8192"
		" virt_addr=c0001000 attrs="),
	      "dma_free_pages eth0 FROM_DEVICE dma=1000 virt=c0001000"
	      " size=8192");
	reads(L("dma_free_sgt: vpu dir=TO_DEVICE dma_addr=1000 size=8192"
		" phys_addrs={0x5000,0x9000}"),
	      "dma_free_sgt vpu TO_DEVICE dma=1000 size=8192 nents=2/2 ents=0/0"
	      " phys:5000,9000");
}

static void
a_hashed_or_missing_pointer_is_no_defect(void **state)
{
	reads(L("dma_free: a dir=BIDIRECTIONAL dma_addr=1 size=2"
		" virt_addr=(____ptrval____) attrs="),
	      "dma_free a BIDIRECTIONAL dma=1 size=2");
	reads(L("dma_free: a dir=BIDIRECTIONAL dma_addr=1 size=2"
		" virt_addr=0xffff24bd39b00000 attrs="),
	      "dma_free a BIDIRECTIONAL dma=1 virt=ffff24bd39b00000 size=2");
}

static void
iommu_events_are_read(void **state)
{
	reads(L("map: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000"
		" paddr=0x0000000047000000 size=4096"),
	      "map dma=fffff000 end=100000000 phys=47000000 size=4096");
	reads(L("unmap: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000"
		" size=4096 unmapped_size=4096"),
	      "unmap dma=fffff000 end=100000000 size=4096 unmapped=4096");
	reads(L("add_device_to_group: IOMMU: groupID=3 device=0000:00:02.0"),
	      "add_device_to_group 0000:00:02.0 group=3");
	reads(L("remove_device_from_group: IOMMU: groupID=0 device=1c0f000.mmc "),
	      "remove_device_from_group 1c0f000.mmc");
	reads(L("attach_device_to_domain: IOMMU: device=0000:00:02.0"),
	      "attach_device_to_domain 0000:00:02.0");
	reads(L("io_page_fault: IOMMU:exynos-gsc 13e00000.gsc"
		" iova=0x0000000020001000 flags=0x0001"),
	      "io_page_fault 13e00000.gsc dma=20001000 fault=1"
	      " \"exynos-gsc\"");
}

static void
bounces_are_read(void **state)
{
	reads(L("swiotlb_bounced: dev_name: 0000:00:03.0 dma_mask=ffffffff"
		" dev_addr=4e061008 size=31 FORCE"),
	      "swiotlb_bounced 0000:00:03.0 dma=4e061008 size=31"
	      " mask=ffffffff forced=1");
	reads(L("swiotlb_bounced: dev_name: eth0 dma_mask=0 dev_addr=0 size=31"
		" NORMAL"),
	      "swiotlb_bounced eth0 size=31");
}

static void
kprobes_on_the_cache_maintenance_are_read(void **state)
{
	reads(L("sync_for_device: (arch_sync_dma_for_device+0x0/0x44)"
		" paddr=0x4738eb80 size=8 dir=2"),
	      "sync_for_device FROM_DEVICE phys=4738eb80 size=8");
	reads(L("sync_for_cpu: (arch_sync_dma_for_cpu+0x0/0x44)"
		" paddr=0x4738eb80 size=0x40 dir=0"),
	      "sync_for_cpu BIDIRECTIONAL phys=4738eb80 size=64");
}

static void
a_kprobe_is_known_by_its_function_whatever_it_is_called(void **state)
{
	reads(L("my_probe: (arch_sync_dma_for_device+0x0/0x44) pa=0x1000"
		" len=8 direction=2"), "sync_for_device FROM_DEVICE phys=1000 size=8");
	reads(L("p_arch_sync_dma_for_cpu_0: (arch_sync_dma_for_cpu+0x4/0x44)"
		" paddr=4096 size=0x40 dir=0"),
	      "sync_for_cpu BIDIRECTIONAL phys=1000 size=64");
	reads(L("map: (arch_sync_dma_for_cpu.constprop.0+0x0/0x44)"
		" paddr=0x1000 size=64 dir=1"),
	      "sync_for_cpu TO_DEVICE phys=1000 size=64");
	reads(L("z: (__dma_clear_buffer+0x0/0x188) page=0xeffd5900 size=4096"
		" coherent_flag=0"), "clear_buffer virt=effd5900 size=4096");
	reads(L("z: (arch_dma_prep_coherent+0x0/0x50) page=0xfffffe3f98e6b000"
		" size=16384"), "prep_coherent virt=fffffe3f98e6b000 size=16384");
	reads(L("l2c_clean: (l2c210_clean_range+0x0/0x60) start=0x1000"
		" end=0x1040"), "l2c_clean end=1040 phys=1000 size=64");
	reads(L("z: (l2c310_inv_range_erratum+0x0/0x60) start=0x1000"
		" end=0x1020"), "l2c_inv end=1020 phys=1000 size=32");
	reads(L("dma_for_cpu: (ffffffc010123456) paddr=0x1000 size=8 dir=0"),
	      "sync_for_cpu BIDIRECTIONAL phys=1000 size=8");
}

static void
another_function_s_kprobe_is_nobody_s(void **state)
{
	is_foreign(L("p0: (dma_map_page_attrs+0x0/0x44) paddr=0x1000 size=8 dir=2"));
	is_foreign(L("p0: (arch_sync_dma_for_cpu+0x40/0x44) paddr=0x1000 size=8 dir=2"));
	is_foreign(L("p0: (arch_sync_dma_for_cpu+0x0/0x44)"));
	is_foreign(L("r0: (dma_direct_map_page+0x40/0x90 <- arch_sync_dma_for_cpu)"
		     " paddr=0x1000 size=8 dir=2"));
	is_malformed(L("p0: (arch_sync_dma_for_cpu+0x0/0x44) paddr=0x1000"),
		     "sync_for_cpu without a direction");
	is_malformed(L("p0: (l2c210_inv_range+0x0/0x44) start=0x1000 end=0xfff"),
		     "l2c_inv ends before it begins");
}

static void
markers_keep_every_character(void **state)
{
	reads(L("tracing_mark_write: dd read sda:  a=1 {  "),
	      "tracing_mark_write \"dd read sda:  a=1 {  \"");
	reads(L("tracing_mark_write: "), "tracing_mark_write");
}

static void
lost_events_are_told_with_and_without_their_number(void **state)
{
	reads("CPU:0 [LOST 123 EVENTS]", "lost_events lost=123");
	reads("CPU:1 [LOST EVENTS]", "lost_events");
	reads("CPU:1 [5 EVENTS DROPPED]", "lost_events lost=5");
	is_malformed("CPU:1 [LOST -5 EVENTS]", "a broken mark of lost events");
	is_malformed("CPU:x [LOST EVENTS]", "a broken mark of lost events");
}

/* ---- layouts ----------------------------------------------------------- */

#define E	"dma_sync_single_for_cpu: e dir=TO_DEVICE dma_addr=1 size=2"

static void
writer_is(const char *line, const char *expected)
{
	g_autofree char *text = g_strconcat(line, E "\n", NULL);
	g_autoptr(trace_reader) r =
		trace_open_mem(text, strlen(text), "line", NULL);
	g_autofree char *told = NULL;
	struct trace_event ev;

	assert_non_null(r);
	assert_true(trace_next(r, &ev));
	told = writer_told(&ev);
	assert_string_equal(told, expected);
}

static void
a_task_may_hold_dashes_blanks_colons_slashes_and_brackets(void **state)
{
	writer_is("          <idle>-0       [000] dNh2.    28.476169: ",
		  "<idle>-0@0 28.476169 dNh2.");
	writer_is(" kworker/u17:1-mm-45     [003] .....     1.000001: ",
		  "kworker/u17:1-mm-45@3 1.000001 .....");
	writer_is(" a task [001] -12-345     [001] .....     1.000001: ",
		  "a task [001] -12-345@1 1.000001 .....");
	writer_is("   [kthread] x-345     [001] .....     1.000001: ",
		  "[kthread] x-345@1 1.000001 .....");
	writer_is("           <...>-2147483647 [127] .....     1.000001: ",
		  "<...>-2147483647@127 1.000001 .....");
}

static void
the_thread_group_column_is_passed_over(void **state)
{
	writer_is(" kworker/0:0-9       (      9) [000] d.h..    28.476169: ",
		  "kworker/0:0-9@0 28.476169 d.h..");
	writer_is("     <idle>-0       (-------) [000] d.h..    28.476169: ",
		  "<idle>-0@0 28.476169 d.h..");
}

static void
flags_may_be_four_six_or_absent(void **state)
{
	writer_is("  sh-1 [000] d.h. 1.5: ", "sh-1@0 1.500000 d.h.");
	writer_is("  sh-1 [000] d.h.1. 1.5: ", "sh-1@0 1.500000 d.h.1.");
	writer_is("  sh-1 [000] 1.5: ", "sh-1@0 1.500000");
}

static void
clocks_print_six_digits_nine_or_a_bare_count(void **state)
{
	writer_is("  sh-1 [000] ..... 12.000001499: ", "sh-1@0 12.000001 .....");
	writer_is("  sh-1 [000] ..... 12.000001500: ", "sh-1@0 12.000002 .....");
	writer_is("  sh-1 [000] ..... 12.999999999: ", "sh-1@0 13.000000 .....");
	writer_is("  sh-1 [000] .....          4711: ", "sh-1@0 0.004711 .....");
}

static void
trace_cmd_and_perf_print_it_in_their_own_ways(void **state)
{
	writer_is("           sh-1     [002]    14.548516:  ",
		  "sh-1@2 14.548516");
	reads("  sh-1 [002] 14.5: dma_sync_single_for_cpu:   e dir=TO_DEVICE"
	      " dma_addr=0x1 size=2",
	      "dma_sync_single_for_cpu e TO_DEVICE dma=1 size=2");
	reads("  my sh     1 [002]    14.548516: dma:" E,
	      "dma_sync_single_for_cpu e TO_DEVICE dma=1 size=2");
	writer_is("  my sh     1 [002]    14.548516:  dma:",
		  "my sh-1@2 14.548516");
	reads("  sh-1 [002] 14.5: print:    tracing_mark_write: hello",
	      "tracing_mark_write \"hello\"");
	is_malformed("  sh-1 [002] 14.5: dma_unmap_sg:   [FAILED TO PARSE]"
		     " device=sda addrs=ARRAY[80, eb, 38, 47, 00, 00, 00, 00]",
		     "dma_unmap_sg, which trace-cmd could not print: read the"
		     " trace.dat itself");
	is_passed_over("cpus=4");
	is_passed_over("version = 7");
	is_passed_over("CPU 3 is empty");
}

static void
carriage_returns_are_not_part_of_a_line(void **state)
{
	reads(L("tracing_mark_write: hello\r"), "tracing_mark_write \"hello\"");
	reads(L("dma_unmap_sg: s dir=NONE phys_addrs={0x1} attrs=NO_WARN\r"),
	      "dma_unmap_sg s NONE nents=1/1 ents=0/0 phys:1 attrs=100");
	is_passed_over("\r");
}

/* ---- tolerance --------------------------------------------------------- */

static void
what_a_later_kernel_adds_is_passed_over(void **state)
{
	reads(L("dma_sync_single_for_cpu: e dir=TO_DEVICE dma_addr=1 size=2"
		" colour=blue twice also"),
	      "dma_sync_single_for_cpu e TO_DEVICE dma=1 size=2");
	reads(L("dma_unmap_page: e size=2 dma_addr=1"
		" attrs=NO_WARN|BRAND_NEW|0x4000 dir=TO_DEVICE"),
	      "dma_unmap_page e TO_DEVICE dma=1 size=2 attrs=4100");
}

static void
other_subsystems_are_foreign(void **state)
{
	is_foreign(L("sched_switch: prev_comm=a prev_pid=1 ==> next_comm=b"));
	is_foreign(L("map: some_other_map=1"));
	is_foreign(L("kvm:map: IOMMU: iova=0x1 - 0x2 paddr=0x1 size=1"));
	is_foreign(L("dma_unmap_page_x: e"));
	is_foreign(L("my_driver_irq: trace_printk says hello"));
	is_foreign(L("dma_map_page_attrs <-usb_hcd_map_urb_for_dma"));
	is_foreign(" => dma_map_page_attrs");
	is_foreign("  sh-1 [002] 14.5: print:    my_driver: hello");
}

static void
comments_and_blank_lines_are_not_counted(void **state)
{
	is_passed_over("");
	is_passed_over("   ");
	is_passed_over("##### CPU 1 buffer started ####");
	is_passed_over("#              | |         |   |||||     |         |");
}

/* ---- defects ----------------------------------------------------------- */

static void
a_missing_argument_is_malformed(void **state)
{
	is_malformed(L("dma_map_page: e dir=TO_DEVICE dma_addr=1 size=2 attrs="),
		     "dma_map_page without a physical address");
	is_malformed(L("dma_sync_single_for_cpu: e dma_addr=1 size=2"),
		     "dma_sync_single_for_cpu without a direction");
	is_malformed(L("dma_unmap_page: e dir=TO_DEVICE dma_addr=1 size=2"),
		     "dma_unmap_page without attrs");
	is_malformed(L("dma_unmap_page: dir=TO_DEVICE dma_addr=1 size=2 attrs="),
		     "dma_unmap_page without a device");
	is_malformed(L("dma_unmap_page:"), "dma_unmap_page without a device");
	is_malformed(L("dma_unmap_page: e\xff dir=NONE dma_addr=1 size=2 attrs="),
		     "dma_unmap_page of a device whose name does not print");
	is_malformed(L("map: IOMMU: iova=0x1000 - 0x2000 size=4096"),
		     "map without a physical address");
	is_malformed(L("attach_device_to_domain: IOMMU:"),
		     "attach_device_to_domain without a device");
	is_malformed(L("sync_for_cpu: (arch_sync_dma_for_cpu+0x0/0x44)"),
		     "sync_for_cpu without a direction");
	is_malformed(L("swiotlb_bounced: eth0"),
		     "swiotlb_bounced does not start with \"dev_name:\"");
}

static void
a_number_that_does_not_fit_is_malformed_and_never_wraps(void **state)
{
	is_malformed(L("dma_sync_single_for_cpu: e dir=NONE dma_addr=1"
		       " size=18446744073709551616"),
		     "dma_sync_single_for_cpu has size=18446744073709551616");
	reads(L("dma_sync_single_for_cpu: e dir=NONE"
		" dma_addr=ffffffffffffffff size=9223372036854775807"),
	      "dma_sync_single_for_cpu e NONE dma=ffffffffffffffff"
	      " size=9223372036854775807");
	is_malformed(L("dma_sync_single_for_cpu: e dir=NONE"
		       " dma_addr=10000000000000000 size=1"),
		     "dma_sync_single_for_cpu has"
		     " dma_addr=10000000000000000 size=1");
	is_malformed(L("dma_map_sg: s dir=NONE nents=1/4294967296 ents=1/1"
		       " dma_addrs={0x1} sizes={0x1} phys_addrs={0x1} attrs="),
		     "dma_map_sg cannot have nents of 4294967296");
	is_malformed("  sh-1 [000] ..... 18446744073710.000000: " E,
		     "not an event: \"sh-1 [000] ..... 18446744073710.000000:"
		     " dma_sync_single_for_\"");
	is_malformed("  sh-4294967297 [000] ..... 1.000000: " E,
		     "not an event: \"sh-4294967297 [000] ..... 1.000000:"
		     " dma_sync_single_for_cpu:\"");
	is_malformed("  sh-1 [4294967297] ..... 1.000000: " E,
		     "not an event: \"sh-1 [4294967297] ..... 1.000000:"
		     " dma_sync_single_for_cpu: e\"");
}

static void
a_value_that_is_no_number_is_malformed(void **state)
{
	is_malformed(L("dma_sync_single_for_cpu: e dir=NONE dma_addr=1 size=-2"),
		     "dma_sync_single_for_cpu has size=-2");
	is_malformed(L("dma_sync_single_for_cpu: e dir=NONE dma_addr=1 size=2x"),
		     "dma_sync_single_for_cpu has size=2x");
	is_malformed(L("dma_sync_single_for_cpu: e dir=NONE dma_addr= size=2"),
		     "dma_sync_single_for_cpu has dma_addr= size=2");
	is_malformed(L("dma_sync_single_for_cpu: e dir=NONE dma_addr=0x size=2"),
		     "dma_sync_single_for_cpu has dma_addr=0x size=2");
	is_malformed(L("dma_sync_single_for_cpu: e dir=UP dma_addr=1 size=2"),
		     "dma_sync_single_for_cpu has dir=UP dma_addr=1 size=2");
	is_malformed(L("sync_for_cpu: (x+0x0/0x4) paddr=0x1 size=8 dir=4"),
		     "sync_for_cpu cannot have a direction of 4");
	is_malformed(L("dma_sync_single_for_cpu: e dir=NONE dma_addr=1 size=1"
		       " size=1"),
		     "dma_sync_single_for_cpu has a size twice");
}

static void
lists_that_contradict_their_counts_are_malformed(void **state)
{
	is_malformed(L("dma_map_sg: s dir=NONE nents=2/2 ents=1/1"
		       " dma_addrs={0x1} sizes={0x1} phys_addrs={0x1} attrs="),
		     "dma_map_sg says nents=2 but lists 1");
	is_malformed(L("dma_map_sg: s dir=NONE nents=1/1 ents=2/2"
		       " dma_addrs={0x1} sizes={0x1} phys_addrs={0x1} attrs="),
		     "dma_map_sg says ents=2 but lists 1");
	is_malformed(L("dma_sync_sg_for_cpu: s dir=NONE"
		       " dma_addrs={0x1,0x2} sizes={0x1}"),
		     "dma_sync_sg_for_cpu has 2 addresses but 1 sizes");
	is_malformed(L("dma_unmap_sg: s dir=NONE phys_addrs={0x1,0x2 attrs="),
		     "dma_unmap_sg has phys_addrs={0x1,0x2 attrs=");
	is_malformed(L("dma_unmap_sg: s dir=NONE phys_addrs=0x1 attrs="),
		     "dma_unmap_sg has phys_addrs=0x1 attrs=");
	is_malformed(L("map: IOMMU: iova=0x1000 - 0x3000 paddr=0x1 size=4096"),
		     "map ends at 0x3000, not at its iova plus its size");
}

static void
lines_that_are_no_events_are_malformed(void **state)
{
	is_malformed("[LINE TOO BIG]", "an event too big for the kernel to print");
	is_malformed("hello", "not an event: \"hello\"");
	is_malformed("  sh-1 [000] ..... 1.000000:",
		     "a time, but no event behind it");
	is_malformed("  sh-1 [000] .....", "not an event: \"sh-1 [000] .....\"");
	is_malformed("[", "not an event: \"[\"");
	is_malformed(" [000] 1.0: x", "not an event: \"[000] 1.0: x\"");
	is_malformed("\033[31mred\xff", "not an event: \"?[31mred?\"");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_mapped_and_unmapped),
		cmocka_unit_test(resources_are_mapped_and_unmapped),
		cmocka_unit_test(later_kernels_say_phys_for_page_and_mark_resources_by_an_attribute),
		cmocka_unit_test(scatterlists_are_mapped_with_merged_and_truncated_entries),
		cmocka_unit_test(the_first_6_12_counts_no_entries_and_names_no_direction),
		cmocka_unit_test(a_failed_scatterlist_lists_physical_addresses_as_if_dma),
		cmocka_unit_test(syncs_are_read),
		cmocka_unit_test(allocations_are_read),
		cmocka_unit_test(frees_are_read_even_of_nothing),
		cmocka_unit_test(a_hashed_or_missing_pointer_is_no_defect),
		cmocka_unit_test(iommu_events_are_read),
		cmocka_unit_test(bounces_are_read),
		cmocka_unit_test(kprobes_on_the_cache_maintenance_are_read),
		cmocka_unit_test(a_kprobe_is_known_by_its_function_whatever_it_is_called),
		cmocka_unit_test(another_function_s_kprobe_is_nobody_s),
		cmocka_unit_test(markers_keep_every_character),
		cmocka_unit_test(lost_events_are_told_with_and_without_their_number),
		cmocka_unit_test(a_task_may_hold_dashes_blanks_colons_slashes_and_brackets),
		cmocka_unit_test(the_thread_group_column_is_passed_over),
		cmocka_unit_test(flags_may_be_four_six_or_absent),
		cmocka_unit_test(clocks_print_six_digits_nine_or_a_bare_count),
		cmocka_unit_test(trace_cmd_and_perf_print_it_in_their_own_ways),
		cmocka_unit_test(carriage_returns_are_not_part_of_a_line),
		cmocka_unit_test(what_a_later_kernel_adds_is_passed_over),
		cmocka_unit_test(other_subsystems_are_foreign),
		cmocka_unit_test(comments_and_blank_lines_are_not_counted),
		cmocka_unit_test(a_missing_argument_is_malformed),
		cmocka_unit_test(a_number_that_does_not_fit_is_malformed_and_never_wraps),
		cmocka_unit_test(a_value_that_is_no_number_is_malformed),
		cmocka_unit_test(lists_that_contradict_their_counts_are_malformed),
		cmocka_unit_test(lines_that_are_no_events_are_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
