/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: a baton that goes from thread to thread. See run.h.
 *
 * Leaves out: interrupts; an agent is never interrupted between two of its events, nor
 * inside one.
 */
#include "sim.h"

#include <armdma/run.h>

struct agent {
	const struct run_agent *what;
	struct run *run;
	GThread *thread;
	GCond turn;
	bool is_done;
};

struct run {
	struct machine *machine;
	struct agent *agents;
	size_t nr, nr_left;
	GMutex lock;
	struct agent *now;		/* who has the baton; NULL: machine_run() itself */
	GCond over;
};

static _Thread_local struct agent *self;

bool run_is_agent(const struct machine *m)
{
	return self && self->run->machine == m;
}

/* ---- the baton --------------------------------------------------------------- */

static void hand_over(struct run *r, struct agent *to)
{
	r->now = to;
	g_cond_signal(to ? &to->turn : &r->over);
}

/* The window shows whoever has its turn. */
static void wait_for_turn(struct agent *a)
{
	while (a->run->now != a)
		g_cond_wait(&a->turn, &a->run->lock);
	turns_take(a->run->machine);
	window_turn_to(cpu_of_thread(a->run->machine));
}

static void pass_to(struct agent *to)
{
	struct run *r = self->run;

	if (to == self)
		return;
	g_mutex_lock(&r->lock);
	hand_over(r, to);
	wait_for_turn(self);
	g_mutex_unlock(&r->lock);
}

/* ---- who is next --------------------------------------------------------------- */

/* The @n-th agent from @from on, itself included, that has not returned. */
static struct agent *nth_left(const struct run *r, size_t from, size_t n)
{
	for (;; from++) {
		struct agent *a = &r->agents[from % r->nr];

		if (!a->is_done && !n--)
			return a;
	}
}

static size_t index_of(const struct agent *a)
{
	return (size_t)(a - a->run->agents);
}

/* One of the @nr that are left, counted from @from. */
static struct agent *choose(struct run *r, size_t from, size_t nr)
{
	struct machine *m = r->machine;

	return nth_left(r, from, m->draws_turns ? stream_below(&m->turns, (uint32_t)nr) : 0);
}

/*
 * What is under way is the caller's, and is put back when its turn comes again; a store
 * that the window still holds is complete before anybody else goes on.
 */
static void let_go_on(struct agent *to)
{
	struct machine *m = self->run->machine;
	struct actor actor = m->actor;
	struct cpu *running = m->running;

	pass_to(to);
	m->actor = actor;
	m->running = running;
}

static bool may_switch(const struct machine *m)
{
	return run_is_agent(m) && !m->nr_handlers && !m->is_telling;
}

void run_point_slow(struct machine *m)
{
	if (may_switch(m) && m->draws_turns)
		let_go_on(choose(self->run, index_of(self), self->run->nr_left));
}

bool run_others_left(const struct machine *m)
{
	return may_switch(m) && self->run->nr_left > 1;
}

bool run_yield(void)
{
	struct run *r = self ? self->run : NULL;

	if (!r)
		return false;
	if (may_switch(r->machine) && r->nr_left > 1) {
		machine_settle(r->machine);
		let_go_on(choose(r, index_of(self) + 1, r->nr_left - 1));
	}
	return true;
}

/* ---- from the first turn to the last --------------------------------------------- */

static void finish(struct agent *a)
{
	struct run *r = a->run;

	machine_settle(r->machine);
	g_mutex_lock(&r->lock);
	a->is_done = true;
	r->nr_left--;
	hand_over(r, r->nr_left ? choose(r, index_of(a) + 1, r->nr_left) : NULL);
	g_mutex_unlock(&r->lock);
}

static void act(const struct run_agent *what)
{
	cpu_enter(what->cpu);
	what->fn(what->arg);
}

static gpointer takes_turns(gpointer data)
{
	struct agent *a = data;

	self = a;
	g_mutex_lock(&a->run->lock);
	wait_for_turn(a);
	g_mutex_unlock(&a->run->lock);
	act(a->what);
	finish(a);
	return NULL;
}

static gpointer runs_freely(gpointer data)
{
	struct agent *a = data;

	act(a->what);
	return NULL;
}

static void start(struct run *r, const struct run_agent *agents)
{
	GThreadFunc how = r->machine->is_fast ? runs_freely : takes_turns;

	for (size_t i = 0; i < r->nr; i++) {
		struct agent *a = &r->agents[i];

		a->what = &agents[i];
		a->run = r;
		g_cond_init(&a->turn);
		a->thread = g_thread_new("agent", how, a);
	}
}

static void take_turns(struct run *r)
{
	struct machine *m = r->machine;

	turns_check(m);
	machine_settle(m);
	m->run = r;
	g_mutex_lock(&r->lock);
	hand_over(r, choose(r, 0, r->nr));
	while (r->now)
		g_cond_wait(&r->over, &r->lock);
	g_mutex_unlock(&r->lock);
	m->run = NULL;
	turns_back(m);
	window_turn_to(cpu_of_thread(m));
}

static void clean_up(struct run *r)
{
	for (size_t i = 0; i < r->nr; i++) {
		g_thread_join(r->agents[i].thread);
		g_cond_clear(&r->agents[i].turn);
	}
	g_free(r->agents);
	g_cond_clear(&r->over);
	g_mutex_clear(&r->lock);
}

void machine_run(struct machine *m, const struct run_agent *agents, size_t nr)
{
	struct run r = {
		.machine = m, .agents = g_new0(struct agent, nr), .nr = nr, .nr_left = nr,
	};

	g_assert(!m->run);
	g_mutex_init(&r.lock);
	g_cond_init(&r.over);
	start(&r, agents);
	if (nr && !m->is_fast)
		take_turns(&r);
	clean_up(&r);
}
