/* SPDX-License-Identifier: MIT */
/*
 * cmocka takes SIGSEGV around every test, but a machine needs it: an access to a page
 * that the TLB does not hold traps and is retried. So in test programs signal() leaves
 * that one alone; a real crash still ends the process.
 */
#include <signal.h>
#include <stddef.h>

sighandler_t signal(int sig, sighandler_t handler)
{
	struct sigaction old, now = { .sa_handler = handler, .sa_flags = SA_RESTART };

	if (sig == SIGSEGV)
		return SIG_DFL;
	sigemptyset(&now.sa_mask);
	return sigaction(sig, &now, &old) ? SIG_ERR : old.sa_handler;
}
