/* SPDX-License-Identifier: MIT */
/*
 * Plain C accesses through the window, with and without the compiler's hooks: here
 * the hooks are called by hand, as an instrumented driver's code would.
 */
#include "rig.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB	(1u << 20)

static int setup(void **state)
{
	*state = rig_a9();
	return 0;
}

static int setup_fast(void **state)
{
	*state = rig_a9_with(GEAR_FAST, CHOOSER_NOMINAL, 0);
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static uint32_t loads32(struct rig *rig, uint32_t va)
{
	cpu_before_load(rig->cpu, va, 4, NULL);
	return *(volatile uint32_t *)machine_ptr(rig->m, va);
}

static void stores32(struct rig *rig, uint32_t va, uint32_t value)
{
	cpu_before_store(rig->cpu, va, 4, NULL);
	*(volatile uint32_t *)machine_ptr(rig->m, va) = value;
}

static uint32_t dram32(struct rig *rig, uint32_t pa)
{
	uint32_t value = 0;

	assert_true(machine_peek(rig->m, VIEW_DRAM, pa, &value, sizeof(value)));
	return value;
}

static void the_low_half_of_a_pointer_is_the_virtual_address(void **state)
{
	struct rig *rig = *state;
	char *p = machine_ptr(rig->m, 0x8badf00d);
	int on_the_stack;

	assert_int_equal((uint32_t)(uintptr_t)p, 0x8badf00d);
	assert_ptr_equal(machine_of(p), rig->m);
	assert_null(machine_of(&on_the_stack));
	assert_null(machine_of(NULL));
}

static void a_native_store_stays_in_the_cache_until_it_is_cleaned(void **state)
{
	struct rig *rig = *state;

	stores32(rig, K, 0x11223344);
	assert_int_equal(dram32(rig, PLAY_PA), 0);
	expects_line(rig, PLAY_PA, "L1 dirty, L2 clean");
	cleans(rig, K);
	pl310_writes(rig, 0x7b0, PLAY_PA);
	assert_int_equal(dram32(rig, PLAY_PA), 0x11223344);
}

static void a_native_load_returns_the_stale_bytes_of_a_line(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(loads32(rig, K), 0);
	device_writes(rig, PLAY_PA, "new!");
	assert_int_equal(loads32(rig, K), 0);
	assert_int_equal(dram32(rig, PLAY_PA), 0x2177656e);
}

static void the_fast_path_says_when_a_hook_may_be_skipped(void **state)
{
	struct rig *rig = *state;
	struct window *w = window_of(machine_window(rig->m));
	uint8_t *page;

	assert_ptr_equal(w->machine, rig->m);
	assert_null(w->page_state[K >> 12]);
	loads32(rig, K + 96);
	page = w->page_state[K >> 12];
	assert_non_null(page);
	assert_int_equal(page[3] & LINE_LOAD_MASK, LINE_LOAD_OK);
	assert_int_not_equal(page[2] & LINE_LOAD_MASK, LINE_LOAD_OK);
	stores32(rig, K + 96, 1);
	assert_int_equal(page[3] & LINE_STORE_MASK, LINE_STORE_OK);
	machine_watch(rig->m, PLAY_PA + 96, 4);
	assert_int_not_equal(page[3] & LINE_LOAD_MASK, LINE_LOAD_OK);
	machine_unwatch(rig->m, PLAY_PA + 96, 4);
	assert_int_equal(page[3] & LINE_LOAD_MASK, LINE_LOAD_OK);
	loads32(rig, U);
	assert_null(w->page_state[U >> 12]);
	cpu_tlbi(rig->cpu, TLBI_ALL, 0);
	assert_null(w->page_state[K >> 12]);
}

/* Two ways of 16 KiB: lines 16 KiB apart share a set. */
static void an_exact_lru_sees_every_hit_but_that_of_the_latest_line(void **state)
{
	struct rig *rig = rig_new(fixture_board_a15(), &(struct machine_config){ .seed = 0 });
	const struct window *w = window_of(machine_window(rig->m));

	maps(rig, K, PLAY_PA, 0x8000, CACHED);
	loads32(rig, K);
	assert_int_equal(w->page_state[K >> 12][0] & LINE_LOAD_MASK, LINE_LOAD_OK);
	loads32(rig, K + 0x4000);
	assert_int_equal(w->page_state[(K + 0x4000) >> 12][0] & LINE_LOAD_MASK, LINE_LOAD_OK);
	assert_int_equal(w->page_state[K >> 12][0] & LINE_LOAD_MASK, LINE_VALID);
	loads32(rig, K);
	assert_int_equal(w->page_state[K >> 12][0] & LINE_LOAD_MASK, LINE_LOAD_OK);
	rig_free(rig);
}

static void an_uncached_native_store_reaches_dram_by_the_next_event(void **state)
{
	struct rig *rig = *state;
	char got[4];

	stores32(rig, U, 0x44434241);
	assert_int_equal(master_read(rig->eth, PLAY_PA, got, sizeof(got)).kind, MASTER_OK);
	assert_memory_equal(got, "ABCD", 4);
}

static void an_uncached_native_store_updates_a_line_of_pl310(void **state)
{
	struct rig *rig = *state;

	touches(rig, K);
	invalidates(rig, K);
	expects_line(rig, PLAY_PA, "L1 -, L2 clean");
	stores32(rig, U, 0x44434241);
	expects_dram(rig, PLAY_PA, "ABCD");
	expects_read(rig, K, "ABCD");
}

static void a_store_miss_of_a_core_that_does_not_allocate_goes_below(void **state)
{
	struct board *b = fixture_board_a9_pl310();
	struct rig *rig;

	fixture_set_l1d(b, (struct cache_geometry){ .bytes = 4096, .line_bytes = 32,
						    .nr_ways = 4, .write_allocate = false });
	rig = rig_new(b, &(struct machine_config){ .seed = 0 });
	maps(rig, K, PLAY_PA, 0x1000, CACHED);
	device_writes(rig, PLAY_PA, "________");
	stores32(rig, K, 0x44434241);
	assert_int_equal(loads32(rig, K), 0x44434241);
	expects_dram(rig, PLAY_PA, "ABCD____");
	expects_read(rig, K, "ABCD____");
	rig_free(rig);
}

static void bytes_around_a_store_can_be_read(void **state)
{
	struct rig *rig = *state;

	device_writes(rig, PLAY_PA, "abcd");
	machine_watch(rig->m, PLAY_PA, 4);
	cpu_before_store(rig->cpu, K, 4, NULL);	/* a bitfield: read, changed, written */
	*(volatile uint32_t *)machine_ptr(rig->m, K) += 1;
	expects_read(rig, K, "bbcd");
	cpu_before_store(rig->cpu, U, 4, NULL);
	*(volatile uint32_t *)machine_ptr(rig->m, U) += 1;
	expects_dram(rig, PLAY_PA, "bbcd");
}

static void a_struct_copy_longer_than_the_cache_arrives_whole(void **state)
{
	struct rig *rig = *state;
	size_t len = 128 << 10;			/* L1D has 32 KiB */
	g_autofree uint8_t *want = g_malloc(len), *got = g_malloc0(len);

	for (size_t i = 0; i < len; i++)
		want[i] = (uint8_t)(i * 7 + (i >> 8));
	cpu_before_store(rig->cpu, K, len, NULL);
	memcpy(machine_ptr(rig->m, K), want, len);
	assert_true(cpu_load(rig->cpu, K, got, len, NULL));
	assert_memory_equal(got, want, len);
	memset(got, 0, len);
	cpu_before_load(rig->cpu, K, len, NULL);
	memcpy(got, machine_ptr(rig->m, K), len);
	assert_memory_equal(got, want, len);
}

static void registers_answer_plain_accesses_through_the_hook(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(loads32(rig, PL310_VA) >> 24, 0x41);
	assert_int_equal(loads32(rig, PL310_VA + 0x100), 1);
	stores32(rig, PL310_VA + 0x100, 0);
	assert_int_equal(loads32(rig, PL310_VA + 0x100), 0);
	stores32(rig, PL310_VA + 0x730, 0);
	cpu_dsb(rig->cpu, BARRIER_SY);
	assert_int_equal(counts(rig).outer_syncs, 1);
}

static void an_unannounced_access_is_translated_by_a_trap(void **state)
{
	struct rig *rig = *state;
	char *k = machine_ptr(rig->m, K);
	volatile char *u = machine_ptr(rig->m, U + 4096);

	device_writes(rig, PLAY_PA, "fetched");
	assert_memory_equal(k, "fetched", 7);
	assert_int_equal(counts(rig).tlb_fills, 2);		/* the PL310's page, and K's */
	u[4] = 'e';			/* in this order: only the first one traps */
	for (unsigned i = 0; i < 4; i++)
		u[i] = "stor"[i];
	u[5] = 'd';
	expects_dram(rig, PLAY_PA + 4096, "stored");
}

/* ---- aborts end the process: in a child ----------------------------------------- */

static int child_status;
static char child_stderr[512];

static void runs_in_a_child(void (*access)(struct rig *rig), struct rig *rig)
{
	int fds[2];
	pid_t pid;
	ssize_t len;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		access(rig);
		_exit(77);			/* it went through */
	}
	close(fds[1]);
	memset(child_stderr, 0, sizeof(child_stderr));
	for (size_t at = 0; at < sizeof(child_stderr) - 1; at += (size_t)len) {
		len = read(fds[0], child_stderr + at, sizeof(child_stderr) - 1 - at);
		if (len <= 0)
			break;
	}
	close(fds[0]);
	assert_int_equal(waitpid(pid, &child_status, 0), pid);
}

static void expects_abort(const char *report)
{
	if (strncmp(child_stderr, report, strlen(report)))
		fail_msg("the report was \"%s\", expected \"%s\"", child_stderr, report);
	assert_true(WIFEXITED(child_status));
	assert_int_equal(WEXITSTATUS(child_status), 1);
}

static void hooked_load(struct rig *rig)
{
	loads32(rig, 0x12345678);
}

static void unhooked_store(struct rig *rig)
{
	*(volatile char *)machine_ptr(rig->m, 0x12345678) = 1;
}

static void store_to_read_only(struct rig *rig)
{
	maps(rig, K, PLAY_PA, 0x1000, (enum mapping)(CACHED | READ_ONLY));
	loads32(rig, K);
	*(volatile char *)machine_ptr(rig->m, K) = 1;
}

static void misaligned_register(struct rig *rig)
{
	cpu_before_load(rig->cpu, PL310_VA + 2, 4, NULL);
}

static void unannounced_register(struct rig *rig)
{
	loads32(rig, PL310_VA);			/* announced: goes through, and no further */
	cpu_dsb(rig->cpu, BARRIER_SY);
	(void)*(volatile uint32_t *)machine_ptr(rig->m, PL310_VA);
}

static void fault_outside_all_windows(struct rig *rig)
{
	volatile char *nobody = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*nobody = 1;
}

static void a_refused_access_ends_with_one_report(void **state)
{
	runs_in_a_child(hooked_load, *state);
	expects_abort("data abort: cpu0 load of 4 bytes at va 0x12345678, "
		      "translation fault (section), no mapping\n");
	runs_in_a_child(unhooked_store, *state);
	expects_abort("data abort: cpu0 store of 1 byte at va 0x12345678, "
		      "translation fault (section), no mapping; at ");
	runs_in_a_child(store_to_read_only, *state);
	expects_abort("data abort: cpu0 store of 1 byte at va 0x40000000, "
		      "permission fault (page), the mapping does not allow it; at ");
	runs_in_a_child(misaligned_register, *state);
	expects_abort("data abort: cpu0 load of 4 bytes at va 0x60000002, alignment fault, ");
	runs_in_a_child(unannounced_register, *state);
	expects_abort("data abort: cpu0 touched the registers at va 0x60000000 with a plain ");
}

static void the_fast_gear_aborts_alike(void **state)
{
	runs_in_a_child(unhooked_store, *state);
	expects_abort("data abort: cpu0 store of 1 byte at va 0x12345678, "
		      "translation fault (section), no mapping; at ");
	runs_in_a_child(unannounced_register, *state);
	expects_abort("data abort: cpu0 touched the registers at va 0x60000000 with a plain ");
}

static void a_fault_outside_all_windows_is_not_ours(void **state)
{
	runs_in_a_child(fault_outside_all_windows, *state);
	assert_false(WIFEXITED(child_status) && WEXITSTATUS(child_status) == 77);
	assert_null(strstr(child_stderr, "data abort"));
}

static void exits_with_5(int sig)
{
	_exit(5);
}

static void fault_of_somebody_with_a_handler(struct rig *rig)
{
	struct sigaction sa = { .sa_handler = exits_with_5 };

	sigaction(SIGSEGV, &sa, NULL);
	rig_a9();			/* takes the signal back, and remembers */
	loads32(rig, K);
	fault_outside_all_windows(rig);
}

static void an_earlier_handler_gets_what_is_not_ours(void **state)
{
	runs_in_a_child(fault_of_somebody_with_a_handler, *state);
	assert_true(WIFEXITED(child_status));
	assert_int_equal(WEXITSTATUS(child_status), 5);
}

#define native(name)		cmocka_unit_test_setup_teardown(name, setup, teardown)
#define native_fast(name)	cmocka_unit_test_setup_teardown(name, setup_fast, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		native(the_low_half_of_a_pointer_is_the_virtual_address),
		native(a_native_store_stays_in_the_cache_until_it_is_cleaned),
		native(a_native_load_returns_the_stale_bytes_of_a_line),
		native(the_fast_path_says_when_a_hook_may_be_skipped),
		cmocka_unit_test(an_exact_lru_sees_every_hit_but_that_of_the_latest_line),
		native(an_uncached_native_store_reaches_dram_by_the_next_event),
		native(an_uncached_native_store_updates_a_line_of_pl310),
		native(a_store_miss_of_a_core_that_does_not_allocate_goes_below),
		native(bytes_around_a_store_can_be_read),
		native(a_struct_copy_longer_than_the_cache_arrives_whole),
		native(registers_answer_plain_accesses_through_the_hook),
		native(an_unannounced_access_is_translated_by_a_trap),
		native(a_refused_access_ends_with_one_report),
		native_fast(the_fast_gear_aborts_alike),
		native(a_fault_outside_all_windows_is_not_ours),
		native(an_earlier_handler_gets_what_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
