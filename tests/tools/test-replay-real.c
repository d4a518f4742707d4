/* SPDX-License-Identifier: MIT */
/*
 * Real kernels' logs on boards, against what others know of them.
 *
 *   STATS.md           counts made by another program: most live at once, left over
 *   sync_for_* lines   the kernel's own calls of arch_sync_dma_*, by kprobe: ours
 *                      must be the same, one for one
 *   .dat and .txt      the same buffer twice: the same report
 *   bytes              every one right, whatever board and seed
 *
 * The linker sends apply_end() and the work of arch_sync_dma_*() through here first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-glib/json-glib.h>
#include <linux/dma-map-ops.h>

#include "replay-rig.h"

static const char *const names[] = {
	"arm64-smmuv3-fault", "arm64-smmuv3-lazy", "arm64-smmuv3-nc-lazy",
	"arm64-smmuv3-strict", "arm64-swiotlb-force", "armhf-virt-coherent",
	"armhf-virt-noncoherent", "orangepi-pc",
};

static char *trace_of(const char *name, const char *form)
{
	g_autofree char *path = g_strdup_printf("traces/%s/trace.%s.xz", name, form);

	return shared_data(path);
}

static void needs_shared_data(void)
{
	g_autofree char *stats = shared_data("traces/STATS.md");

	if (stats)
		return;
	print_message("# no ../shared/data beside the source\n");
	skip();
}

static struct replay_report *replays_file(const char *path, const struct replay_config *given)
{
	struct replay_config cfg = *given;
	g_autoptr(GError) error = NULL;
	struct replay_report *rep;

	cfg.trace = path;
	rep = replay_run(&cfg, &error);
	if (!rep)
		fail_msg("%s: %s", path, error->message);
	return rep;
}

/* ---- STATS.md -------------------------------------------------------------- */

/* The number behind @words in the section of @name. */
static uint64_t stat_of(const char *stats, const char *name, const char *words)
{
	g_autofree char *head = g_strdup_printf("* file `traces/%s/", name);
	const char *section = strstr(stats, head);
	const char *at = section ? strstr(section, words) : NULL;

	assert_non_null(at);
	return g_ascii_strtoull(at + strlen(words), NULL, 10);
}

static void is_as_in_stats(const char *stats, const char *name)
{
	struct replay_config fast = { .board = "a15-lpae", .gear = GEAR_FAST };
	g_autofree char *path = trace_of(name, "txt");
	g_autoptr(replay_report) rep = replays_file(path, &fast);
	const struct tally *t = &rep->total;

	assert_int_equal(t->live_peak, stat_of(stats, name, "max live streaming mappings "));
	assert_int_equal(t->live, stat_of(stats, name, "left mapped at end "));
	assert_int_equal(t->findings[FIND_UNMATCHED_UNMAP],
			 stat_of(stats, name, "unmap without a map "));
	assert_int_equal(t->findings[FIND_MAPPED_TWICE],
			 stat_of(stats, name, "map of a live handle "));
	assert_int_equal(t->allocs, stat_of(stats, name, "allocations left "));
	assert_int_equal(t->findings[FIND_FREE_NOTHING] + t->findings[FIND_UNMATCHED_FREE],
			 stat_of(stats, name, "free without alloc "));
	assert_int_equal(t->events[TRACE_MAP_SG], t->events[TRACE_UNMAP_SG]);
	assert_int_equal(t->lifetimes.nr + t->live, t->maps[0] + t->maps[1] + t->maps[2]);
}

static void live_mappings_are_as_another_program_counted(void **state)
{
	g_autofree char *path = shared_data("traces/STATS.md");
	g_autofree char *stats = NULL;

	needs_shared_data();
	assert_true(g_file_get_contents(path, &stats, NULL, NULL));
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		is_as_in_stats(stats, names[i]);
}

/* ---- arch_sync_dma_* ---------------------------------------------------------- */

struct sync {
	uint64_t pa, len;
	int dir;
	bool for_cpu;
};

static GArray *ours, *kernels;		/* of struct sync; NULL: nobody listens */
static unsigned nr_unequal;

void __real_apply_event(struct replay *r, const struct trace_event *ev);
void __wrap_apply_event(struct replay *r, const struct trace_event *ev);
void __real_apply_end(struct replay *r);
void __wrap_apply_end(struct replay *r);
struct port;
void __real_port_sync_for_device(struct port *p, phys_addr_t pa, size_t len,
				 enum dma_data_direction dir);
void __wrap_port_sync_for_device(struct port *p, phys_addr_t pa, size_t len,
				 enum dma_data_direction dir);
void __real_port_sync_for_cpu(struct port *p, phys_addr_t pa, size_t len,
			      enum dma_data_direction dir);
void __wrap_port_sync_for_cpu(struct port *p, phys_addr_t pa, size_t len,
			      enum dma_data_direction dir);

static void note_sync(GArray *list, uint64_t pa, uint64_t len, int dir, bool for_cpu)
{
	struct sync s = { .pa = pa, .len = len, .dir = dir, .for_cpu = for_cpu };

	if (list)
		g_array_append_val(list, s);
}

void __wrap_port_sync_for_device(struct port *p, phys_addr_t pa, size_t len,
				 enum dma_data_direction dir)
{
	note_sync(ours, pa, len, dir, false);
	__real_port_sync_for_device(p, pa, len, dir);
}

void __wrap_port_sync_for_cpu(struct port *p, phys_addr_t pa, size_t len,
			      enum dma_data_direction dir)
{
	note_sync(ours, pa, len, dir, true);
	__real_port_sync_for_cpu(p, pa, len, dir);
}

void __wrap_apply_event(struct replay *r, const struct trace_event *ev)
{
	if (ev->kind == TRACE_KPROBE_SYNC_FOR_DEVICE || ev->kind == TRACE_KPROBE_SYNC_FOR_CPU)
		note_sync(kernels, ev->phys, ev->size, ev->dir,
			  ev->kind == TRACE_KPROBE_SYNC_FOR_CPU);
	__real_apply_event(r, ev);
}

static int by_all(gconstpointer a, gconstpointer b)
{
	const struct sync *x = a, *y = b;

	if (x->pa != y->pa)
		return x->pa < y->pa ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return (x->dir * 2 + x->for_cpu) - (y->dir * 2 + y->for_cpu);
}

/* Nothing was given up so far, so each trace page still lies where it lay. */
static void rename_kernels(struct replay *r)
{
	for (unsigned i = 0; i < kernels->len; i++) {
		struct sync *s = &g_array_index(kernels, struct sync, i);

		s->pa = rename_lookup(r->renamer, s->pa);
	}
}

void __wrap_apply_end(struct replay *r)
{
	if (ours) {
		assert_int_equal(r->rep->renamed.recycled, 0);
		rename_kernels(r);
		g_array_sort(ours, by_all);
		g_array_sort(kernels, by_all);
		if (ours->len != kernels->len)
			print_error("%u syncs of ours, %u of the kernel\n", ours->len,
				    kernels->len);
		nr_unequal = ours->len != kernels->len;
		for (unsigned i = 0; i < MIN(ours->len, kernels->len); i++)
			nr_unequal += by_all(&g_array_index(ours, struct sync, i),
					     &g_array_index(kernels, struct sync, i)) != 0;
		g_clear_pointer(&ours, g_array_unref);
	}
	__real_apply_end(r);
}

static uint64_t syncs_as_the_kernel_did(const char *path, char **devices)
{
	struct replay_config cfg = { .board = "a15-lpae", .devices = devices };
	g_autoptr(replay_report) rep = NULL;
	uint64_t nr;

	ours = g_array_new(FALSE, FALSE, sizeof(struct sync));
	kernels = g_array_new(FALSE, FALSE, sizeof(struct sync));
	rep = replays_file(path, &cfg);
	nr = kernels->len;
	g_clear_pointer(&kernels, g_array_unref);
	assert_int_equal(nr_unequal, 0);
	is_clean(rep);
	return nr;
}

static void the_library_syncs_what_the_kernel_synced(void **state)
{
	g_autofree char *virt = trace_of("armhf-virt-noncoherent", "txt");
	g_autofree char *orange = trace_of("orangepi-pc", "txt");

	needs_shared_data();
	assert_int_equal(syncs_as_the_kernel_did(virt, NULL), 5676);
	assert_int_equal(syncs_as_the_kernel_did(orange, NULL), 4540);
}

static void a_coherent_machine_syncs_nothing(void **state)
{
	char *devices[] = {
		(char *)"0000:00:01.0=coherent", (char *)"0000:00:02.0=coherent",
		(char *)"0000:00:03.0=coherent", (char *)"0000:00:04.0=coherent", NULL
	};
	g_autofree char *virt = trace_of("armhf-virt-coherent", "txt");

	needs_shared_data();
	assert_int_equal(syncs_as_the_kernel_did(virt, devices), 0);
}

/* ---- bytes ------------------------------------------------------------------------ */

static const char *const boards[] = {
	"a9-pl310", "a15-lpae", "a7-quad", "a8-up", "a9-pl310-shared-override", "arm1176",
	"arm926", "pj4b-aurora", "coherent",
};

static void all_bytes_are_right(const char *path, const char *on, uint64_t seed)
{
	struct replay_config cfg = {
		.board = on, .seed = seed,
		.chooser = seed ? CHOOSER_RANDOM : CHOOSER_NOMINAL,
	};
	g_autoptr(replay_report) rep = replays_file(path, &cfg);

	if (rep->total.wrong)
		fail_msg("%s on %s, seed %" G_GUINT64_FORMAT ": %" G_GUINT64_FORMAT
			 " wrong bytes", path, on, seed, rep->total.wrong);
	assert_true(rep->total.checked > 2000000);
}

static void shipped_traces_are_right_on_every_shipped_board(void **state)
{
	static const char *const shipped[] = {
		"examples/traces/virt-noncoherent.trace.xz", "examples/traces/orangepi-pc.trace.xz",
	};

	for (unsigned t = 0; t < G_N_ELEMENTS(shipped); t++) {
		g_autofree char *path = source_file(shipped[t]);

		for (unsigned b = 0; b < G_N_ELEMENTS(boards); b++)
			all_bytes_are_right(path, boards[b], 0);
		all_bytes_are_right(path, "a9-pl310", 1);
	}
}

/* Quick: each trace once. ARMDMA_LONG: each on every board, under four seeds. */
static void real_traces_are_right_under_any_seed(void **state)
{
	bool is_long = g_getenv("ARMDMA_LONG");

	needs_shared_data();
	for (unsigned t = 0; t < G_N_ELEMENTS(names); t++) {
		g_autofree char *path = trace_of(names[t], "txt");

		if (!is_long)
			all_bytes_are_right(path, boards[t % G_N_ELEMENTS(boards)], t + 1);
		for (unsigned b = 0; is_long && b < G_N_ELEMENTS(boards); b++)
			for (uint64_t seed = 0; seed < 4; seed++)
				all_bytes_are_right(path, boards[b], seed);
	}
}

/* ---- the same twice ------------------------------------------------------------------ */

static char *member_text(JsonNode *root, const char *member)
{
	g_autoptr(JsonGenerator) gen = json_generator_new();

	json_generator_set_root(gen, json_object_get_member(json_node_get_object(root), member));
	return json_generator_to_data(gen, NULL);
}

/* The file's name and the numbers of lines are the only things that may differ. */
static void same_findings(const char *a, const char *b)
{
	static const char *const members[] = {
		"verdict", "is_clean", "run", "board", "hazards", "renamed", "total", "devices",
	};
	g_autoptr(JsonNode) x = json_from_string(a, NULL);
	g_autoptr(JsonNode) y = json_from_string(b, NULL);

	for (unsigned i = 0; i < G_N_ELEMENTS(members); i++) {
		g_autofree char *in_a = member_text(x, members[i]);
		g_autofree char *in_b = member_text(y, members[i]);

		assert_string_equal(in_a, in_b);
	}
}

static void a_dat_and_its_text_give_the_same_report(void **state)
{
	struct replay_config fast = { .board = "a9-pl310", .gear = GEAR_FAST };
	unsigned nr = 0;

	needs_shared_data();
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *text = trace_of(names[i], "txt");
		g_autofree char *dat = trace_of(names[i], "dat");
		g_autoptr(replay_report) a = replays_file(text, &fast);
		g_autoptr(replay_report) b = dat ? replays_file(dat, &fast) : NULL;
		g_autofree char *json_a = replay_json(a);
		g_autofree char *json_b = b ? replay_json(b) : NULL;

		if (!b)
			continue;
		same_findings(json_a, json_b);
		nr++;
	}
	assert_int_equal(nr, 7);
}

static void one_seed_gives_one_report(void **state)
{
	struct replay_config cfg = {
		.board = "a9-pl310", .chooser = CHOOSER_RANDOM, .seed = 0x5eed,
	};
	g_autofree char *path = source_file("examples/traces/orangepi-pc.trace.xz");
	g_autoptr(replay_report) a = replays_file(path, &cfg);
	g_autoptr(replay_report) b = replays_file(path, &cfg);
	g_autofree char *json_a = replay_json(a);
	g_autofree char *json_b = replay_json(b);
	g_autofree char *html_a = replay_html(a);
	g_autofree char *html_b = replay_html(b);

	assert_string_equal(json_a, json_b);
	assert_string_equal(html_a, html_b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live_mappings_are_as_another_program_counted),
		cmocka_unit_test(the_library_syncs_what_the_kernel_synced),
		cmocka_unit_test(a_coherent_machine_syncs_nothing),
		cmocka_unit_test(shipped_traces_are_right_on_every_shipped_board),
		cmocka_unit_test(real_traces_are_right_under_any_seed),
		cmocka_unit_test(a_dat_and_its_text_give_the_same_report),
		cmocka_unit_test(one_seed_gives_one_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
