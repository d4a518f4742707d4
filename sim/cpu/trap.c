/* SPDX-License-Identifier: MIT */
/*
 * Host faults on a window, and the report that ends a run.
 *
 * A page whose translation the TLB does not hold is inaccessible to the host, so an
 * access that no hook announced (the C library's, or any of the fast gear's) ends
 * here: the TLB is filled by a walk and the access retried. Refused by the tables,
 * it is a data abort. Faults elsewhere are the previous handler's.
 *
 * Leaves out: what an unannounced access is exactly. Its whole line is taken for it,
 * for a C library may store the end of a string before its beginning; so in the exact
 * gear such code should not cross lines, and where the page is mapped already, it does
 * not trap at all.
 */
#include "mmu.h"
#include "../sim.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

static struct sigaction previous;

static const char *kind_name(const struct cpu_fault *f)
{
	static const char *const names[] = {
		[FAULT_NONE]          = "no fault",
		[FAULT_TRANSLATION]   = "translation fault",
		[FAULT_ACCESS_FLAG]   = "access flag fault",
		[FAULT_DOMAIN]        = "domain fault",
		[FAULT_PERMISSION]    = "permission fault",
		[FAULT_EXTERNAL]      = "external abort",
		[FAULT_WALK_EXTERNAL] = "external abort on a table walk",
		[FAULT_ALIGNMENT]     = "alignment fault",
	};

	return names[f->kind];
}

static const char *reason(const struct cpu_fault *f)
{
	static const char *const reasons[] = {
		[FAULT_NONE]          = "none",
		[FAULT_TRANSLATION]   = "no mapping",
		[FAULT_ACCESS_FLAG]   = "the access flag is clear",
		[FAULT_DOMAIN]        = "its domain gives no access",
		[FAULT_PERMISSION]    = "the mapping does not allow it",
		[FAULT_EXTERNAL]      = "nothing answers at that physical address",
		[FAULT_WALK_EXTERNAL] = "nothing answers where the table should be",
		[FAULT_ALIGNMENT]     = "Device memory takes aligned accesses of 1, 2, 4, 8 bytes",
	};

	return reasons[f->kind];
}

/* By what the leaf would be: long descriptors have blocks at both upper levels. */
static const char *level_name(const struct cpu_fault *f)
{
	bool is_long = f->dfsr & FSR_LPAE;

	if (!f->level)
		return "";
	if (f->level == (is_long ? 3 : 2))
		return " (page)";
	return is_long ? " (block)" : " (section)";
}

/* "; at FUNCTION", as well as the dynamic linker knows. */
static char *site_text(const void *site)
{
	Dl_info info;

	if (!site || !dladdr(site, &info))
		return g_strdup("");
	if (info.dli_sname)
		return g_strdup_printf("; at %s", info.dli_sname);
	return g_strdup_printf("; at %s+%#zx", info.dli_fname,
			       (size_t)((const char *)site - (const char *)info.dli_fbase));
}

G_NORETURN static void end(char *report, const void *site)
{
	char *where = site_text(site);

	fprintf(stderr, "data abort: %s%s\n", report, where);
	g_free(report);
	g_free(where);
	exit(1);
}

void cpu_abort(struct cpu *c, const struct cpu_fault *f, size_t len, const void *site)
{
	end(g_strdup_printf("cpu%u %s of %zu byte%s at va %#010x, %s%s, %s", c->idx,
			    f->is_write ? "store" : "load", len, len == 1 ? "" : "s", f->va,
			    kind_name(f),
			    level_name(f),
			    reason(f)), site);
}

/* No hook told how long the access is, or could fetch its bytes from the bus. */
G_NORETURN static void abort_io(struct cpu *c, uint32_t va, const void *site)
{
	end(g_strdup_printf("cpu%u touched the registers at va %#010x with a plain access that "
			    "nothing announced: use readl() and writel()", c->idx, va), site);
}

/*
 * Threads of the fast gear run on meanwhile: an invalidation may have come between, and
 * then the retry traps again.
 */
static void show_if_held(struct cpu *c, uint32_t va)
{
	uint64_t word;

	machine_lock(c->machine);
	word = c->tlb->words[va >> PAGE_SHIFT];
	if (word)
		window_show(c, va, word);
	machine_unlock(c->machine);
}

/* Returns only if the access can be retried. */
static void make_accessible(struct machine *m, uint32_t va, bool is_write, const void *site)
{
	struct cpu *c = cpu_of_thread(m);
	uint32_t line_bytes = inner_line_bytes(&m->inner);
	uint32_t line = va & ~(line_bytes - 1);
	struct cpu_fault f;
	uint64_t word;

	cpu_begin(c, va, site);
	cpu_make_present(c, va, 1, is_write, site);
	word = tlb_translate(c, va, is_write, &f);
	if (word && tlb_kind(word) == PAGE_IO)
		abort_io(c, va, site);
	if (word && tlb_kind(word) == PAGE_VOID)
		f = mmu_refusal(c, FAULT_EXTERNAL, va, is_write);
	if (!word || tlb_kind(word) == PAGE_VOID) {
		cpu_refuse(c, &f, 1, site);
		cpu_abort(c, &f, 1, site);
	}
	if (m->is_fast)
		show_if_held(c, va);
	else if (is_write)
		cpu_before_store(c, line, line_bytes, site);
	else
		cpu_before_load(c, line, line_bytes, site);
}

/*
 * Whoever was here first may in turn pass on to us, if it was told of us as *its*
 * predecessor; the second time round there is nobody left to ask.
 */
static void pass_on(int sig, siginfo_t *info, void *context)
{
	static const struct sigaction by_default = { .sa_handler = SIG_DFL };
	static _Thread_local bool is_passing;

	if (is_passing || previous.sa_handler == SIG_DFL || previous.sa_handler == SIG_IGN) {
		sigaction(sig, &by_default, NULL);	/* the retry ends the process */
		return;
	}
	is_passing = true;
	if (previous.sa_flags & SA_SIGINFO)
		previous.sa_sigaction(sig, info, context);
	else
		previous.sa_handler(sig);
	is_passing = false;
}

#define TRAP_PAGE_FAULT	14
#define PF_WRITE	2	/* of the x86 page fault error code */

/*
 * The address comes from the context: @info is not filled in where somebody saved and
 * restored this handler with signal(), which forgets SA_SIGINFO.
 */
static void on_fault(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	const greg_t *reg = uc->uc_mcontext.gregs;
	const void *at = (const void *)(uintptr_t)reg[REG_CR2];
	struct machine *m = reg[REG_TRAPNO] == TRAP_PAGE_FAULT ? machine_of(at) : NULL;

	if (!m) {
		pass_on(sig, info, context);
		return;
	}
	make_accessible(m, (uint32_t)(uintptr_t)at, reg[REG_ERR] & PF_WRITE,
			(const void *)(uintptr_t)reg[REG_RIP]);
}

void trap_install(void)
{
	struct sigaction now, ours = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK,
	};

	sigaction(SIGSEGV, NULL, &now);
	if (now.sa_sigaction == on_fault && now.sa_flags & SA_SIGINFO)
		return;
	if (now.sa_sigaction != on_fault)
		previous = now;
	sigemptyset(&ours.sa_mask);
	sigaction(SIGSEGV, &ours, NULL);
}
