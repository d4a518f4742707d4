/* SPDX-License-Identifier: MIT */
/* Children: each is told its schedule, has a file for its report, and may take its time. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

struct pool {
	const struct run_config *cfg;
	const struct schedule *schedules;
	struct outcome *outcomes;
	unsigned nr, nr_started, nr_done, nr_alive;
	void (*progress)(unsigned nr_done, unsigned nr);
	GMainLoop *loop;
	GError *error;
};

struct child {
	struct pool *pool;
	unsigned idx;
	GPid pid;
	guint timer;
	bool is_late;
	char *json, *err;
};

/* ---- what a child is told ------------------------------------------------------- */

/* Of one run, or what we say ourselves. */
static bool is_ours(const char *option)
{
	static const char *const keys[] = {
		"chooser=", "script=", "record=", "json=", "sarif=", "junit=", "tap=", "html=",
		"trace="
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_str_has_prefix(option, keys[i]))
			return true;
	return false;
}

static char *options_of(const struct schedule *s, const char *json)
{
	const char *own = g_getenv("ARMDMA_OPTIONS");
	g_auto(GStrv) words = g_strsplit(own ? own : "", ":", -1);
	GString *text = g_string_new(NULL);

	if (s->chooser)
		g_string_append_printf(text, "chooser=%s:json=%s", s->chooser, json);
	else
		g_string_append_printf(text, "script=%s:json=%s", s->script, json);
	if (s->record)
		g_string_append_printf(text, ":record=%s", s->record);
	for (char **w = words; *w; w++)
		if (**w && !is_ours(*w))
			g_string_append_printf(text, ":%s", *w);
	return g_string_free(text, FALSE);
}

static char **environment_of(const struct child *c)
{
	const struct run_config *cfg = c->pool->cfg;
	const struct schedule *s = &c->pool->schedules[c->idx];
	g_autofree char *options = options_of(s, c->json);
	g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, s->seed);
	char **env = g_get_environ();

	env = g_environ_setenv(env, "ARMDMA_OPTIONS", options, TRUE);
	env = g_environ_setenv(env, "ARMDMA_SEED", seed, TRUE);
	if (cfg->board)
		env = g_environ_setenv(env, "ARMDMA_BOARD", cfg->board, TRUE);
	if (cfg->cpu)
		env = g_environ_setenv(env, "ARMDMA_CPU", cfg->cpu, TRUE);
	return env;
}

/* ---- from its start to its end ----------------------------------------------------- */

static void start_some(struct pool *p);

static void child_free(struct child *c)
{
	unlink(c->json);
	unlink(c->err);
	g_free(c->json);
	g_free(c->err);
	g_free(c);
}

static void is_over(GPid pid, gint status, gpointer data)
{
	struct child *c = data;
	struct pool *p = c->pool;

	if (c->timer)
		g_source_remove(c->timer);
	outcome_read(&p->outcomes[c->idx], c->json, c->err, status, c->is_late);
	g_spawn_close_pid(pid);
	child_free(c);
	p->nr_alive--;
	p->nr_done++;
	if (p->progress)
		p->progress(p->nr_done, p->nr);
	start_some(p);
}

static gboolean takes_too_long(gpointer data)
{
	struct child *c = data;

	c->timer = 0;
	c->is_late = true;
	kill(c->pid, SIGKILL);
	return G_SOURCE_REMOVE;
}

static bool spawn(struct child *c)
{
	g_auto(GStrv) env = environment_of(c);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int err = open(c->err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool is_good = g_spawn_async_with_fds(NULL, c->pool->cfg->argv, env,
					      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH,
					      NULL, NULL, &c->pid, null, null, err,
					      &c->pool->error);

	close(null);
	close(err);
	return is_good;
}

static void start_one(struct pool *p)
{
	struct child *c = g_new0(struct child, 1);

	c->pool = p;
	c->idx = p->nr_started++;
	c->json = g_strdup_printf("%s/%u.json", p->cfg->folder, c->idx);
	c->err = g_strdup_printf("%s/%u.err", p->cfg->folder, c->idx);
	if (!spawn(c)) {
		child_free(c);
		return;
	}
	p->nr_alive++;
	c->timer = g_timeout_add_seconds(p->cfg->patience_s, takes_too_long, c);
	g_child_watch_add(c->pid, is_over, c);
}

static void start_some(struct pool *p)
{
	while (!p->error && p->nr_started < p->nr && p->nr_alive < p->cfg->nr_jobs)
		start_one(p);
	if (!p->nr_alive)
		g_main_loop_quit(p->loop);
}

bool run_children(const struct run_config *cfg, const struct schedule *schedules, unsigned nr,
		  struct outcome *ret_outcomes, void (*progress)(unsigned nr_done, unsigned nr),
		  GError **error)
{
	struct pool p = {
		.cfg = cfg, .schedules = schedules, .outcomes = ret_outcomes, .nr = nr,
		.progress = progress, .loop = g_main_loop_new(NULL, FALSE),
	};

	for (unsigned i = 0; i < nr; i++)
		ret_outcomes[i] = (struct outcome){ .findings = NULL };
	start_some(&p);
	if (p.nr_alive)
		g_main_loop_run(p.loop);
	g_main_loop_unref(p.loop);
	if (!p.error)
		return true;
	outcomes_done(ret_outcomes, nr);
	g_set_error(error, RUN_ERROR, 0, "%s: it cannot be run", cfg->argv[0]);
	g_error_free(p.error);
	return false;
}
