/* SPDX-License-Identifier: MIT */
/* Scripts of a schedule, from text and back: the grammar is in armdma/machine.h. */
#include "script.h"

#include <errno.h>
#include <string.h>

#define SCRIPT_ERROR	g_quark_from_static_string("armdma-script")

static const char *const verbs[] = {
	[SCRIPT_FILL] = "fill", [SCRIPT_FILL2] = "fill2", [SCRIPT_PREFETCH] = "prefetch",
	[SCRIPT_EVICT] = "evict", [SCRIPT_EVICT2] = "evict2", [SCRIPT_HOLD] = "hold",
	[SCRIPT_TURNS] = "turns", [SCRIPT_DELAYS] = "delays",
};

static bool has_time(enum script_verb verb)
{
	return verb < SCRIPT_TURNS;
}

static bool parse_verb(const char *word, enum script_verb *ret_verb)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (!strcmp(word, verbs[i])) {
			*ret_verb = (enum script_verb)i;
			return true;
		}
	}
	return false;
}

/* A number, up to @end; @base 0 takes 0x..., too. */
static bool parse_number(const char *text, unsigned base, uint64_t max, const char *end,
			 uint64_t *ret_value)
{
	char *stop;

	errno = 0;
	*ret_value = g_ascii_strtoull(text, &stop, base);
	return g_ascii_isdigit(*text) && !errno && stop == end && *ret_value <= max;
}

/* "0x80001040@3+" */
static bool parse_time(const char *text, struct script_action *a)
{
	const char *at = strchr(text, '@');
	const char *end = text + strlen(text);
	uint64_t nth;

	if (!at)
		return false;
	a->is_after = end[-1] == '+';
	if (!parse_number(text, 0, UINT64_MAX, at, &a->pa) ||
	    !parse_number(at + 1, 10, UINT32_MAX, end - a->is_after, &nth) || !nth)
		return false;
	a->nth = (uint32_t)nth;
	return !(a->is_after && a->verb == SCRIPT_HOLD);
}

static bool parse_action(char *text, struct script_action *ret)
{
	char *rest = text + strcspn(text, " \t");

	*ret = (struct script_action){ .verb = SCRIPT_FILL };
	if (*rest)
		*rest++ = '\0';
	if (!parse_verb(text, &ret->verb))
		return false;
	g_strchug(rest);
	return has_time(ret->verb) ? parse_time(rest, ret) : !*rest;
}

static bool add_action(struct machine_script *s, const char *piece, GError **error)
{
	g_autofree char *text = g_strstrip(g_strdup(piece));
	g_autofree char *said = g_strdup(text);
	struct script_action a;

	if (!*text)
		return true;
	if (parse_action(text, &a)) {
		g_array_append_val(s->actions, a);
		return true;
	}
	g_set_error(error, SCRIPT_ERROR, 0, "schedule, action %u, \"%s\": it is as \"fill "
		    "0x80001040@3\": fill, fill2, prefetch, evict, evict2 or hold, an address, "
		    "@, and the number of an event, from 1; or turns, or delays",
		    s->actions->len + 1, said);
	return false;
}

static bool add_line(struct machine_script *s, char *line, GError **error)
{
	g_auto(GStrv) pieces = NULL;

	line[strcspn(line, "#")] = '\0';
	pieces = g_strsplit(line, ",", -1);
	for (char **p = pieces; *p; p++)
		if (!add_action(s, *p, error))
			return false;
	return true;
}

struct machine_script *machine_script_parse(const char *text, GError **error)
{
	g_autoptr(machine_script) s = g_new0(struct machine_script, 1);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	s->actions = g_array_new(FALSE, FALSE, sizeof(struct script_action));
	for (char **line = lines; *line; line++)
		if (!add_line(s, *line, error))
			return NULL;
	return g_steal_pointer(&s);
}

void machine_script_free(struct machine_script *s)
{
	if (!s)
		return;
	g_array_unref(s->actions);
	g_free(s);
}

void script_print(GString *to, const struct script_action *a)
{
	g_string_append(to, verbs[a->verb]);
	if (has_time(a->verb))
		g_string_append_printf(to, " 0x%llx@%u%s", (unsigned long long)a->pa, a->nth,
				       a->is_after ? "+" : "");
}

bool script_has(const struct machine_script *s, enum script_verb verb)
{
	for (unsigned i = 0; s && i < s->actions->len; i++)
		if (g_array_index(s->actions, struct script_action, i).verb == verb)
			return true;
	return false;
}

char *machine_script_text(const struct machine_script *s)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < s->actions->len; i++) {
		if (i)
			g_string_append_c(text, ',');
		script_print(text, &g_array_index(s->actions, struct script_action, i));
	}
	return g_string_free(text, FALSE);
}

size_t machine_script_length(const struct machine_script *s)
{
	return s->actions->len;
}
