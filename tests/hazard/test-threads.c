/* SPDX-License-Identifier: MIT */
/*
 * Several CPUs and a device at once, plain C: the same seed gives the same report, byte for
 * byte. And threads of the harness's own, which are told off or counted. Compiled by
 * `armdma cc`. No cmocka in agents: an assertion of it would jump out of their threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <armdma/cpu.h>
#include <armdma/harness.h>
#include <armdma/run.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#define PAGE		4096u
#define NR_ROUNDS	12u
#define NR_SEEDS	6u
#define STRIDE		256u

/* ---- a run ----------------------------------------------------------------------------- */

struct play {
	struct harness *h;
	struct device *eth;
	u8 *rx, *tx;
	dma_addr_t rx_dma, tx_dma;
	unsigned sum;
};

/* Wrong: it looks before the sync. */
static noinline void rx_peek(void *arg)
{
	struct play *p = arg;

	for (unsigned i = 0; i < NR_ROUNDS; i++) {
		p->sum += p->rx[i * STRIDE];
		dma_sync_single_for_cpu(p->eth, p->rx_dma + i * STRIDE, 64, DMA_FROM_DEVICE);
		p->sum += p->rx[i * STRIDE];
		dma_sync_single_for_device(p->eth, p->rx_dma + i * STRIDE, 64, DMA_FROM_DEVICE);
	}
}

/* Wrong: it writes what is the device's, and does not clean it every time. */
static noinline void tx_fill(void *arg)
{
	struct play *p = arg;

	for (unsigned i = 0; i < NR_ROUNDS; i++) {
		p->tx[i * STRIDE] = (u8)(i + 1);
		if (i % 2)
			dma_sync_single_for_device(p->eth, p->tx_dma + i * STRIDE, 64,
						   DMA_TO_DEVICE);
		run_yield();
	}
}

static noinline void nic_plays(void *arg)
{
	struct play *p = arg;
	struct master *nic = harness_master(p->eth);
	u8 byte = 0x5a;

	for (unsigned i = 0; i < NR_ROUNDS; i++) {
		(void)master_write(nic, p->rx_dma + i * STRIDE, &byte, 1);
		(void)master_read(nic, p->tx_dma + i * STRIDE, &byte, 1);
	}
}

static char *whole_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

struct forms {
	char *text, *json;
};

static void forms_free(struct forms *f)
{
	free(f->text);
	free(f->json);
}

static void begins(struct play *p, FILE *out, const char *json, uint64_t seed)
{
	*p = (struct play){ .h = harness_start_or_exit(&(struct harness_config){
		.board = "a9-pl310", .chooser = CHOOSER_RANDOM, .seed = seed,
		/* else the seed would be in the text */
		.hazards = { .text = out, .json_path = json, .replay = "again",
			     .no_may = true } }) };

	p->eth = harness_device(p->h, "eth0");
	p->rx = (u8 *)__get_free_page(GFP_KERNEL);
	p->tx = (u8 *)__get_free_page(GFP_KERNEL);
	p->rx_dma = dma_map_single(p->eth, p->rx, PAGE, DMA_FROM_DEVICE);
	p->tx_dma = dma_map_single(p->eth, p->tx, PAGE, DMA_TO_DEVICE);
	assert_false(dma_mapping_error(p->eth, p->rx_dma));
	assert_false(dma_mapping_error(p->eth, p->tx_dma));
}

static int ends(struct play *p)
{
	dma_unmap_single(p->eth, p->rx_dma, PAGE, DMA_FROM_DEVICE);
	dma_unmap_single(p->eth, p->tx_dma, PAGE, DMA_TO_DEVICE);
	free_page((unsigned long)p->rx);
	free_page((unsigned long)p->tx);
	return harness_finish(p->h);
}

static struct forms forms_of(uint64_t seed)
{
	g_autofree char *folder = g_dir_make_tmp("threads-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "r.json", NULL);
	struct forms f = { NULL, NULL };
	size_t len = 0;
	FILE *out = open_memstream(&f.text, &len);
	struct play p;

	assert_non_null(folder);
	begins(&p, out, path, seed);
	machine_run(harness_machine(p.h), (const struct run_agent[]){
		{ machine_cpu(harness_machine(p.h), 0), rx_peek, &p },
		{ machine_cpu(harness_machine(p.h), 1), tx_fill, &p },
		{ NULL, nic_plays, &p },
	}, 3);
	assert_int_equal(ends(&p), 1);
	fclose(out);
	f.json = whole_file(path);
	unlink(path);
	rmdir(folder);
	return f;
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
	for (uint64_t seed = 1; seed <= NR_SEEDS; seed++) {
		struct forms one = forms_of(seed), two = forms_of(seed);

		assert_string_equal(one.text, two.text);
		assert_string_equal(one.json, two.json);
		forms_free(&one);
		forms_free(&two);
	}
}

static void other_seeds_give_other_runs(void **state)
{
	struct forms all[NR_SEEDS];

	for (unsigned i = 0; i < NR_SEEDS; i++) {
		all[i] = forms_of(i + 1);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(all[i].json, all[k].json);
	}
	for (unsigned i = 0; i < NR_SEEDS; i++)
		forms_free(&all[i]);
}

static void who_did_it_is_named_with_its_cpu(void **state)
{
	struct forms f = forms_of(1);

	assert_non_null(strstr(f.text, "cpu0"));
	assert_non_null(strstr(f.text, "cpu1"));
	assert_non_null(strstr(f.text, "rx_peek"));
	assert_non_null(strstr(f.text, "tx_fill"));
	assert_non_null(strstr(f.json, "\"cpu1"));
	assert_null(strstr(f.text, "took turns"));
	assert_null(strstr(f.json, "takeovers"));
	forms_free(&f);
}

/* ---- threads that are no agents --------------------------------------------------------- */

static void *looks(void *arg)
{
	struct play *p = arg;

	p->sum += p->rx[0];
	return NULL;
}

static void *enters_and_looks(void *arg)
{
	struct play *p = arg;

	cpu_enter(machine_cpu(harness_machine(p->h), 1));
	return looks(arg);
}

static void *plays_the_device(void *arg)
{
	struct play *p = arg;
	u8 byte = 0;

	(void)master_write(harness_master(p->eth), p->rx_dma, &byte, 1);
	return NULL;
}

static void starts_and_joins(void *(*what)(void *arg), struct play *p)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, what, p) || pthread_join(thread, NULL))
		_exit(3);
}

static void alone_beside_main(struct play *p)
{
	starts_and_joins(looks, p);
}

static void a_device_beside_main(struct play *p)
{
	starts_and_joins(plays_the_device, p);
}

static void main_goes_on_without_entering(struct play *p)
{
	starts_and_joins(enters_and_looks, p);
	p->sum += p->tx[1024];
}

static void an_agent_starts_one(void *arg)
{
	starts_and_joins(looks, arg);
}

static void beside_agents(struct play *p)
{
	machine_run(harness_machine(p->h), (const struct run_agent[]){
		{ machine_cpu(harness_machine(p->h), 0), an_agent_starts_one, p } }, 1);
}

static void an_agent_starts_one_that_enters(void *arg)
{
	starts_and_joins(enters_and_looks, arg);
}

static void entering_beside_agents(struct play *p)
{
	machine_run(harness_machine(p->h), (const struct run_agent[]){
		{ machine_cpu(harness_machine(p->h), 0), an_agent_starts_one_that_enters, p } }, 1);
}

/* What a process says that does it, and its exit status. */
static char *last_words(void (*what)(struct play *p), int *ret_status)
{
	char *said = calloc(1, 4096);
	int pipe_fd[2], status;
	struct play p;
	pid_t child;

	assert_int_equal(pipe(pipe_fd), 0);
	child = fork();
	if (!child) {
		dup2(pipe_fd[1], STDERR_FILENO);
		begins(&p, stderr, NULL, 1);
		what(&p);
		_exit(0);
	}
	close(pipe_fd[1]);
	for (size_t at = 0, n; (n = (size_t)read(pipe_fd[0], said + at, 4095 - at)) > 0 &&
	     n < 4096; at += n)
		;
	close(pipe_fd[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return said;
}

static void a_thread_that_just_comes_ends_the_run_in_a_sentence(void **state)
{
	static const struct {
		void (*what)(struct play *p);
		const char *says;
	} rows[] = {
		{ alone_beside_main, "armdma: a second thread works on a machine; " },
		{ a_device_beside_main, "armdma: a second thread works on a machine; " },
		{ main_goes_on_without_entering, "armdma: a second thread works on a machine; " },
		{ beside_agents, "armdma: a thread that is no agent of machine_run() works on " },
		{ entering_beside_agents, "armdma: a thread that is no agent of machine_run() "
					  "enters a CPU " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int status;
		char *said = last_words(rows[i].what, &status);

		assert_non_null(strstr(said, rows[i].says));
		assert_int_equal(status, 2);
		free(said);
	}
}

static void threads_that_take_turns_are_let_and_counted(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct play p;

	begins(&p, out, NULL, 1);
	starts_and_joins(enters_and_looks, &p);
	cpu_enter(machine_cpu(harness_machine(p.h), 0));
	assert_int_equal(machine_nr_takeovers(harness_machine(p.h)), 2);
	assert_int_equal(ends(&p), 1);		/* what it looked at was the device's */
	fclose(out);
	assert_non_null(strstr(text, "threads took turns by themselves, 2 times"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(other_seeds_give_other_runs),
		cmocka_unit_test(who_did_it_is_named_with_its_cpu),
		cmocka_unit_test(a_thread_that_just_comes_ends_the_run_in_a_sentence),
		cmocka_unit_test(threads_that_take_turns_are_let_and_counted),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
