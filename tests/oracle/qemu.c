/* SPDX-License-Identifier: MIT */
/* Asking QEMU for itself: see qemu.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>

#include "qemu.h"

/* First line of what QEMU says of itself; NULL when it is not there. */
static char *qemu_version(void)
{
	char *argv[] = { (char[]){ QEMU }, (char[]){ "--version" }, NULL };
	g_autofree char *said = NULL;
	int status;

	if (!g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &said, NULL,
			  &status, NULL) || status != 0)
		return NULL;
	said[strcspn(said, "\n")] = '\0';
	return g_steal_pointer(&said);
}

void qemu_is_needed(void)
{
	g_autofree char *version = qemu_version();

	if (version)
		return;
	print_message("# SKIP: " QEMU " is missing\n");
	skip();
}

void qemu_says_version(void)
{
	g_autofree char *version = qemu_version();

	print_message("# %s\n", version);
}
