/* SPDX-License-Identifier: MIT */
/*
 * What a compiler hook costs: loops over simulated memory that hit the model's
 * L1D, and over host memory, each with hooks and without, in the same run.
 *
 * Bound: a hit is a call, three dependent loads from lines that stay in the host's
 * L1, and a compare: about 1 ns on a 3.6 GHz core. memcpy() pays two hooks for each
 * line of the model.
 */
#include <stdio.h>
#include <string.h>
#include <armdma/harness.h>
#include <linux/slab.h>

#include "harness.h"
#include "hooks-loops.h"

#define NS_PER_LOOP	(UINT64_C(200) * 1000 * 1000)

static const struct loop {
	const char *name;
	bench_op *native, *hooked;
	bool is_host;
} loops[] = {
	{ "load that hits, 4 bytes", native_load, hooked_load, false },
	{ "store that hits, 4 bytes", native_store, hooked_store, false },
	{ "load and store that hit", native_update, hooked_update, false },
	{ "memcpy of 1 KiB that hits", native_copy, hooked_copy, false },
	{ "load of host memory", native_load, hooked_load, true },
	{ "store to host memory", native_store, hooked_store, true },
};

static void time_op(bench_op *op, struct loop_arg *arg, uint64_t ns, struct timing *ret)
{
	timing_init(ret);
	bench_time(op, arg, bench_batch(op, arg), ns, ret);
	samples_sort(&ret->op);
}

static void measure(const struct loop *l, struct loop_arg *arg, uint64_t ns,
		    struct bench_report *report)
{
	struct timing native, hooked;
	double before, after;

	time_op(l->native, arg, ns, &native);
	time_op(l->hooked, arg, ns, &hooked);
	before = samples_quantile(&native.op, 500);
	after = samples_quantile(&hooked.op, 500);
	printf("%-28s %8.2f ns native %8.2f ns hooked %+8.2f ns %6.1fx\n", l->name, before,
	       after, after - before, after / before);
	bench_report_add(report, &(struct bench_row){
		l->name, "ns/op", after, samples_min(&hooked.op), "native", after / before });
	timing_done(&native);
	timing_done(&hooked);
}

static void measure_all(struct harness *h, uint64_t ns, struct bench_report *report)
{
	static uint32_t host[2][LOOP_BYTES / sizeof(uint32_t)];
	struct loop_arg on_host = { host[0], host[1] };
	struct loop_arg simulated = { kmalloc(LOOP_BYTES, GFP_KERNEL),
				      kmalloc(LOOP_BYTES, GFP_KERNEL) };

	for (size_t i = 0; i < G_N_ELEMENTS(loops); i++)
		measure(&loops[i], loops[i].is_host ? &on_host : &simulated, ns, report);
	kfree(simulated.from);
	kfree(simulated.to);
}

static int run(const char *json, uint64_t ns, GError **error)
{
	struct harness_config cfg = { .no_hazards = true };
	struct bench_report *report = bench_report_new("hooks", "exact", 0, json, error);
	struct harness *h = report ? harness_start(&cfg, error) : NULL;
	int status = 2;

	if (h) {
		measure_all(h, ns, report);
		harness_finish(h);
		status = bench_report_finish(report, error);
	}
	bench_report_free(report);
	return status;
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- time the compiler hooks");
	g_autoptr(GError) error = NULL;
	g_autofree char *json = NULL;
	int ms = NS_PER_LOOP / 1000000;
	const GOptionEntry entries[] = {
		{ "ms", 'm', 0, G_OPTION_ARG_INT, &ms, "milliseconds of each loop [200]", "N" },
		{ "json", 0, 0, G_OPTION_ARG_FILENAME, &json, "also write the rows", "FILE" },
		G_OPTION_ENTRY_NULL
	};
	int status = 2;

	g_option_context_add_main_entries(context, entries, NULL);
	if (g_option_context_parse(context, &argc, &argv, &error)) {
		if (argc > 1 || ms < 1 || ms > 60000)
			g_set_error(&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
				    "usage: hooks [-m 1..60000] [--json FILE]");
		else
			status = run(json, (uint64_t)ms * 1000000, &error);
	}
	if (error)
		fprintf(stderr, "hooks: %s\n", error->message);
	return status;
}
