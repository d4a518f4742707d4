/* SPDX-License-Identifier: MIT */
/* Jobs, and the QEMU that does them: see job.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib/gstdio.h>

#include "job.h"
#include "qemu.h"

struct job_file *job_new(void)
{
	struct job_file *job = g_new0(struct job_file, 1);

	job->words = g_array_new(false, false, sizeof(guint32));
	return job;
}

void job_free(struct job_file *job)
{
	g_array_unref(job->words);
	g_free(job);
}

void job_word(struct job_file *job, uint32_t word)
{
	g_array_append_val(job->words, word);
}

void job_setting(struct job_file *job, const struct setting *s)
{
	const uint32_t reg[NR_JOB_REGISTERS] = {
		[REG_SCTLR] = s->sctlr, [REG_TTBCR] = s->ttbcr, [REG_DACR] = s->dacr,
		[REG_TTBR0_LOW] = (uint32_t)s->ttbr[0],
		[REG_TTBR0_HIGH] = (uint32_t)(s->ttbr[0] >> 32),
		[REG_TTBR1_LOW] = (uint32_t)s->ttbr[1],
		[REG_TTBR1_HIGH] = (uint32_t)(s->ttbr[1] >> 32),
		[REG_PRRR] = s->prrr, [REG_NMRR] = s->nmrr, [REG_VBAR] = s->helper_va,
	};

	job_word(job, JOB_LOAD);
	job_word(job, s->tables_pa);
	job_word(job, (uint32_t)s->nr_words);
	g_array_append_vals(job->words, s->words, (guint)s->nr_words);
	job_word(job, JOB_REGISTERS);
	g_array_append_vals(job->words, reg, NR_JOB_REGISTERS);
}

/* ---- running ---------------------------------------------------------------------- */

/* argv for @on; the stub's path is the last, and to be freed. */
static char **command(const struct oracle_machine *on, const char *folder)
{
	static const char *const before[] = { "timeout", "--kill-after=5", QEMU_PATIENCE, QEMU };
	static const char *const after[] = {
		"-display", "none", "-nic", "none", "-audiodev", "none,id=silence",
		"-monitor", "none", "-serial", "none",
		"-semihosting-config", "enable=on,target=native", "-kernel",
	};
	g_autofree char *stub = g_build_filename(folder, on->stub, NULL);
	GPtrArray *argv = g_ptr_array_new();

	for (unsigned i = 0; i < G_N_ELEMENTS(before); i++)
		g_ptr_array_add(argv, g_strdup(before[i]));
	for (unsigned i = 0; on->qemu[i]; i++)
		g_ptr_array_add(argv, g_strdup(on->qemu[i]));
	for (unsigned i = 0; i < G_N_ELEMENTS(after); i++)
		g_ptr_array_add(argv, g_strdup(after[i]));
	g_ptr_array_add(argv, g_canonicalize_filename(stub, NULL));	/* QEMU runs elsewhere */
	g_ptr_array_add(argv, NULL);
	return (char **)g_ptr_array_free(argv, false);
}

static void run_qemu(const struct oracle_machine *on, const char *folder, const char *where)
{
	g_auto(GStrv) argv = command(on, folder);
	g_autofree char *said = NULL;
	g_autoptr(GError) error = NULL;
	int status;

	if (!g_spawn_sync(where, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL,
			  NULL, NULL, NULL, &said, &status, &error))
		fail_msg("%s", error->message);
	if (!g_spawn_check_wait_status(status, &error))
		fail_msg("QEMU as %s: %s\n%s", on->name, error->message, said);
}

static uint32_t *read_answers(const char *path, size_t nr_words)
{
	g_autoptr(GError) error = NULL;
	char *bytes;
	gsize len;

	if (!g_file_get_contents(path, &bytes, &len, &error))
		fail_msg("%s", error->message);
	if (len != 4 * nr_words)
		fail_msg("%zu bytes of answers, expected %zu", len, 4 * nr_words);
	return (uint32_t *)(void *)bytes;
}

uint32_t *job_run(struct job_file *job, const struct oracle_machine *on,
		  const char *folder, size_t nr_words)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *where = g_dir_make_tmp("armdma-oracle-XXXXXX", &error);
	g_autofree char *in = g_build_filename(where, JOB_FILE, NULL);
	g_autofree char *out = g_build_filename(where, OUT_FILE, NULL);
	uint32_t *answers;

	job_word(job, JOB_END);
	if (!g_file_set_contents(in, job->words->data, 4 * (gssize)job->words->len, &error))
		fail_msg("%s", error->message);
	run_qemu(on, folder, where);
	answers = read_answers(out, nr_words);
	g_unlink(in);
	g_unlink(out);
	g_rmdir(where);
	return answers;
}

void job_needs_qemu(const char *folder)
{
	g_autofree char *stub = g_build_filename(folder, oracle_a15.stub, NULL);

	if (!g_file_test(stub, G_FILE_TEST_EXISTS)) {
		print_message("# SKIP: no stub: clang or lld was missing when this was configured\n");
		skip();
	}
	qemu_is_needed();
}
