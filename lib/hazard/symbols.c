/* SPDX-License-Identifier: MIT */
/*
 * From a return address to "rx_poll (rx.c:57)", only when something is printed:
 * libdw where there is debug information, else the dynamic symbols, else "?".
 *
 * Leaves out: the frames around an inlined function; it is named, and the next
 * frame is the caller of the one that it was inlined into.
 */
#include "engine.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <unistd.h>

struct symbols {
	Dwfl *dwfl;			/* NULL until the first question */
	GHashTable *known;		/* pc -> struct symbol */
};

static void symbol_free(void *p)
{
	struct symbol *s = p;

	g_free(s->function);
	g_free(s->file);
	g_free(s->path);
	g_free(s);
}

struct symbols *symbols_new(void)
{
	struct symbols *s = g_new0(struct symbols, 1);

	s->known = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, symbol_free);
	return s;
}

void symbols_free(struct symbols *s)
{
	if (!s)
		return;
	if (s->dwfl)
		dwfl_end(s->dwfl);
	g_hash_table_destroy(s->known);
	g_free(s);
}

static Dwfl *open_self(void)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);

	if (!dwfl)
		return NULL;
	if (dwfl_linux_proc_report(dwfl, getpid()) == 0 &&
	    dwfl_report_end(dwfl, NULL, NULL) == 0)
		return dwfl;
	dwfl_end(dwfl);
	return NULL;
}

/*
 * The compilation unit that holds @pc. libdw looks it up in .debug_aranges, which
 * clang does not write, and then answers with some other unit: so it is asked
 * whether it really does, and if not every unit is.
 */
static Dwarf_Die *unit_of(Dwfl_Module *mod, Dwarf_Addr pc, Dwarf_Addr *ret_bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(mod, pc, ret_bias);

	if (unit && dwarf_haspc(unit, pc - *ret_bias) == 1)
		return unit;
	unit = NULL;
	while ((unit = dwfl_module_nextcu(mod, unit, ret_bias))) {
		if (dwarf_haspc(unit, pc - *ret_bias) == 1)
			return unit;
	}
	return NULL;
}

/*
 * As it was compiled, without detours: "build/../rx.c" is "rx.c". Absolute, unless the
 * compiler was told to forget where it was. What links lead where is not asked.
 */
static char *whole_path(Dwarf_Die *unit, const char *file)
{
	Dwarf_Attribute attr;
	const char *folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attr));
	g_autofree char *joined = folder && !g_path_is_absolute(file)
				  ? g_build_filename(folder, file, NULL) : g_strdup(file);
	g_autofree char *tidy = g_canonicalize_filename(joined, "/");

	return g_strdup(g_path_is_absolute(joined) ? tidy : tidy + 1);
}

static void take_line(struct symbol *s, Dwarf_Die *unit, Dwarf_Addr pc)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, pc);
	const char *file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;

	if (!file || dwarf_lineno(line, &s->line))
		return;
	s->file = g_path_get_basename(file);
	s->path = whole_path(unit, file);
}

/* The function whose text holds the call, though it be inlined into another. */
static const char *innermost_name(Dwarf_Die *unit, Dwarf_Addr pc)
{
	Dwarf_Die *scopes = NULL;
	int nr = dwarf_getscopes(unit, pc, &scopes);
	const char *name = NULL;

	for (int i = 0; i < nr && !name; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram)
			name = dwarf_diename(&scopes[i]);
	}
	free(scopes);
	return name;
}

static const char *dynamic_name(Dwarf_Addr pc)
{
	Dl_info info;

	return dladdr((void *)(uintptr_t)pc, &info) ? info.dli_sname : NULL;
}

/*
 * A return address is the instruction after the call, which may be another line,
 * or another function if the call was the last thing: the call ends one before it.
 */
static struct symbol *look_up(struct symbols *s, const void *site)
{
	struct symbol *found = g_new0(struct symbol, 1);
	Dwarf_Addr pc = (Dwarf_Addr)(uintptr_t)site - 1;
	Dwfl_Module *mod = NULL;
	Dwarf_Die *unit = NULL;
	Dwarf_Addr bias = 0;
	const char *name = NULL;

	if (!s->dwfl)
		s->dwfl = open_self();
	if (s->dwfl)
		mod = dwfl_addrmodule(s->dwfl, pc);
	if (mod) {
		unit = unit_of(mod, pc, &bias);
		name = dwfl_module_addrname(mod, pc);
	}
	if (unit) {
		const char *inner = innermost_name(unit, pc - bias);

		name = inner ? inner : name;
		take_line(found, unit, pc - bias);
	}
	if (!name)
		name = dynamic_name(pc);
	found->function = g_strdup(name ? name : "?");
	return found;
}

const struct symbol *symbols_find(struct symbols *s, const void *pc)
{
	struct symbol *found = g_hash_table_lookup(s->known, pc);

	if (!found) {
		found = look_up(s, pc);
		g_hash_table_insert(s->known, (void *)pc, found);
	}
	return found;
}
