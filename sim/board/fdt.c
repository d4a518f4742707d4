/* SPDX-License-Identifier: MIT */
/*
 * A flattened device tree as nodes with parents, safe to ask anything.
 *
 * Spec: Devicetree Specification v0.4, chapters 2 and 5.
 */
#include <libfdt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fdt.h"

struct prop {
	const char *name;		/* in the blob, as is @value */
	const void *value;
	unsigned len;			/* bytes */
};

struct handle {
	uint32_t phandle;
	unsigned node_idx;
};

struct fdt {
	char *name;			/* stands for the file in messages */
	void *blob;			/* 8-byte aligned, as libfdt asks */
	GArray *nodes;			/* of struct fdt_node, in tree order */
	GArray *props;			/* of struct prop; by node, then by name */
	GArray *handles;		/* of struct handle, by phandle */
};

/* ---- nodes ------------------------------------------------------------ */

unsigned fdt_nr_nodes(const struct fdt *f)
{
	return f->nodes->len;
}

const struct fdt_node *fdt_node(const struct fdt *f, unsigned idx)
{
	g_assert(idx < f->nodes->len);
	return &g_array_index(f->nodes, struct fdt_node, idx);
}

struct fdt_node *fdt_nodes(struct fdt *f)
{
	return &g_array_index(f->nodes, struct fdt_node, 0);
}

unsigned fdt_node_idx(const struct fdt_node *n)
{
	return n - fdt_node(n->fdt, 0);
}

static int compare_handles(const void *a, const void *b)
{
	const struct handle *l = a, *r = b;

	return (l->phandle > r->phandle) - (l->phandle < r->phandle);
}

const struct fdt_node *fdt_by_phandle(const struct fdt *f, uint32_t phandle)
{
	const struct handle key = { .phandle = phandle };
	const struct handle *h = NULL;

	if (f->handles->len)
		h = bsearch(&key, f->handles->data, f->handles->len, sizeof(key),
			    compare_handles);
	return h ? fdt_node(f, h->node_idx) : NULL;
}

const struct fdt_node *fdt_top(const struct fdt *f, const char *base)
{
	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (n->depth == 1 && node_is_named(n, base))
			return n;
	}
	return NULL;
}

const struct fdt_node *node_parent(const struct fdt_node *n)
{
	return n->depth ? fdt_node(n->fdt, n->parent_idx) : NULL;
}

bool node_is_named(const struct fdt_node *n, const char *base)
{
	return strlen(base) == n->base_len && memcmp(n->name, base, n->base_len) == 0;
}

bool node_is_below(const struct fdt_node *n, const struct fdt_node *ancestor)
{
	while (n && n != ancestor)
		n = node_parent(n);
	return n != NULL;
}

char *node_path(const struct fdt_node *n)
{
	GString *path = g_string_new(NULL);

	if (n->depth == 0)
		g_string_append_c(path, '/');
	for (; n->depth; n = node_parent(n)) {
		g_string_prepend(path, n->name);
		g_string_prepend_c(path, '/');
	}
	return g_string_free(path, FALSE);
}

bool node_complain(const struct fdt_node *n, GError **error, const char *format, ...)
{
	g_autofree char *path = node_path(n);
	va_list args;

	va_start(args, format);
	g_autofree char *sentence = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, BOARD_ERROR, BOARD_ERROR_MALFORMED, "%s: %s: %s",
		    n->fdt->name, path, sentence);
	return false;
}

/* ---- properties -------------------------------------------------------- */

static int compare_props(const void *a, const void *b)
{
	const struct prop *l = a, *r = b;

	return strcmp(l->name, r->name);
}

static const void *node_prop(const struct fdt_node *n, const char *name, unsigned *ret_len)
{
	const struct prop key = { .name = name };
	const struct prop *p = NULL;

	if (n->nr_props)
		p = bsearch(&key, &g_array_index(n->fdt->props, struct prop, n->first_prop),
			    n->nr_props, sizeof(key), compare_props);
	*ret_len = p ? p->len : 0;
	return p ? p->value : NULL;
}

bool node_has(const struct fdt_node *n, const char *prop)
{
	unsigned len;

	return node_prop(n, prop, &len) != NULL;
}

const char *node_next_string(const struct fdt_node *n, const char *prop, const char *prev)
{
	unsigned len;
	const char *list = node_prop(n, prop, &len);

	if (!list)
		return NULL;

	const char *string = prev ? prev + strlen(prev) + 1 : list;
	size_t left = list + len - string;

	return memchr(string, '\0', left) ? string : NULL;
}

const char *node_string(const struct fdt_node *n, const char *prop)
{
	return node_next_string(n, prop, NULL);
}

char *node_text(const struct fdt_node *n, const char *prop)
{
	const char *raw = node_string(n, prop);
	char *text = g_utf8_make_valid(raw ? raw : "", -1);

	for (char *c = text; *c; c++) {
		if (g_ascii_iscntrl(*c))
			*c = '?';
	}
	return text;
}

bool node_is_compatible(const struct fdt_node *n, const char *compatible)
{
	const char *s = NULL;

	while ((s = node_next_string(n, "compatible", s))) {
		if (strcmp(s, compatible) == 0)
			return true;
	}
	return false;
}

struct fdt_cells node_cells(const struct fdt_node *n, const char *prop)
{
	struct fdt_cells c;
	unsigned len;

	c.bytes = node_prop(n, prop, &len);
	c.nr = len / sizeof(uint32_t);
	return c;
}

uint64_t cells_number(struct fdt_cells c, unsigned first, unsigned nr)
{
	uint64_t number = 0;

	g_assert(first <= c.nr);
	g_assert(nr <= c.nr - first);
	for (unsigned i = 0; i < nr; i++)
		number = number << 32 | fdt32_ld((const fdt32_t *)c.bytes + first + i);
	return number;
}

struct fdt_cells cells_from(struct fdt_cells c, unsigned first)
{
	g_assert(first <= c.nr);
	return (struct fdt_cells){ c.bytes + first * sizeof(uint32_t), c.nr - first };
}

bool node_u32(const struct fdt_node *n, const char *prop, uint32_t *ret_value)
{
	struct fdt_cells c = node_cells(n, prop);

	if (c.nr == 0)
		return false;
	*ret_value = cells_number(c, 0, 1);
	return true;
}

/* ---- reading ----------------------------------------------------------- */

static bool fdt_complain(const struct fdt *f, GError **error, const char *sentence)
{
	g_set_error(error, BOARD_ERROR, BOARD_ERROR_MALFORMED, "%s: %s", f->name, sentence);
	return false;
}

/* What libfdt's codes mean to somebody who has never seen its header. */
static const char *fdt_meaning(int code)
{
	switch (-code) {
	case FDT_ERR_BADMAGIC:
		return "not a flattened device tree (it does not start with d00dfeed)";
	case FDT_ERR_BADVERSION:
		return "a device tree of a version that is not read here (17 is)";
	case FDT_ERR_TRUNCATED:
		return "a device tree that is cut off, or whose header lies about its size";
	case FDT_ERR_BADSTRUCTURE:
		return "a device tree whose structure block is broken";
	default:
		return fdt_strerror(code);
	}
}

/*
 * Every name ends up in reports, so it must be printable; and a search that
 * compares names must not cost more than a name's length.
 */
static bool fdt_name_is_plain(const struct fdt *f, const char *name, GError **error)
{
	size_t len = 0;

	while (len <= FDT_MAX_NAME && g_ascii_isgraph(name[len]))
		len++;
	if (name[len] == '\0')
		return true;
	return fdt_complain(f, error, len > FDT_MAX_NAME ?
		"a device tree with a name of more than 255 characters" :
		"a device tree with a name that is not made of printable characters");
}

static bool fdt_add_props(struct fdt *f, struct fdt_node *n, int offset, GError **error)
{
	int at;

	n->first_prop = f->props->len;
	fdt_for_each_property_offset(at, f->blob, offset) {
		struct prop p;
		int len;

		p.value = fdt_getprop_by_offset(f->blob, at, &p.name, &len);
		if (!p.value)
			return fdt_complain(f, error, fdt_meaning(len));
		p.len = len;
		if (!fdt_name_is_plain(f, p.name, error))
			return false;
		g_array_append_val(f->props, p);
	}
	n->nr_props = f->props->len - n->first_prop;
	if (n->nr_props)
		qsort(&g_array_index(f->props, struct prop, n->first_prop), n->nr_props,
		      sizeof(struct prop), compare_props);
	return true;
}

static void remember_phandle(struct fdt *f, const struct fdt_node *n)
{
	struct handle h = { .node_idx = f->nodes->len };

	if (!node_u32(n, "phandle", &h.phandle) && !node_u32(n, "linux,phandle", &h.phandle))
		return;
	if (h.phandle != 0 && h.phandle != UINT32_MAX)
		g_array_append_val(f->handles, h);
}

static uint8_t cells_or(const struct fdt_node *n, const char *prop, uint8_t inherited)
{
	uint32_t nr = inherited;

	node_u32(n, prop, &nr);
	return nr <= FDT_MAX_CELLS ? nr : 0;
}

static void inherit(struct fdt_node *n, const struct fdt_node *parent)
{
	const char *status = node_string(n, "status");

	n->addr_cells = cells_or(n, "#address-cells", parent ? parent->addr_cells : 1);
	n->size_cells = cells_or(n, "#size-cells", parent ? parent->size_cells : 1);
	n->is_disabled = (parent && parent->is_disabled) ||
		(status && strcmp(status, "okay") != 0 && strcmp(status, "ok") != 0);
}

static bool fdt_add_node(struct fdt *f, int offset, int depth, unsigned *path, GError **error)
{
	struct fdt_node n = { .fdt = f, .depth = depth, .offset = offset };

	if (depth > FDT_MAX_DEPTH)
		return fdt_complain(f, error, "a device tree whose nodes are nested too deep");
	n.name = fdt_get_name(f->blob, offset, NULL);
	n.parent_idx = depth ? path[depth - 1] : 0;
	if (!n.name)
		return fdt_complain(f, error, fdt_meaning(-FDT_ERR_BADSTRUCTURE));
	if (!fdt_name_is_plain(f, n.name, error))
		return false;
	n.base_len = strcspn(n.name, "@");
	if (!fdt_add_props(f, &n, offset, error))
		return false;
	inherit(&n, depth ? fdt_node(f, n.parent_idx) : NULL);
	remember_phandle(f, &n);
	path[depth] = f->nodes->len;
	g_array_append_val(f->nodes, n);
	return true;
}

static bool fdt_add_nodes(struct fdt *f, GError **error)
{
	unsigned path[FDT_MAX_DEPTH + 1] = { 0 };
	int depth = 0, offset = 0;

	while (offset >= 0 && depth >= 0) {
		if (!fdt_add_node(f, offset, depth, path, error))
			return false;
		offset = fdt_next_node(f->blob, offset, &depth);
	}
	g_array_sort(f->handles, compare_handles);
	return true;
}

/* libfdt measures a property's name each time it sees it: make that cheap. */
static bool fdt_strings_are_short(const struct fdt *f, GError **error)
{
	const char *strings = (const char *)f->blob + fdt_off_dt_strings(f->blob);
	unsigned run = 0;

	for (unsigned i = 0; i < fdt_size_dt_strings(f->blob); i++) {
		run = strings[i] ? run + 1 : 0;
		if (run > FDT_MAX_NAME)
			return fdt_complain(f, error,
				"a device tree with a name of more than 255 characters");
	}
	return true;
}

static bool fdt_check_blob(struct fdt *f, size_t len, GError **error)
{
	if (len < FDT_V17_SIZE)
		return fdt_complain(f, error, "too short for a device tree");

	int code = fdt_check_header(f->blob);

	if (code == 0 && fdt_totalsize(f->blob) > len)
		code = -FDT_ERR_TRUNCATED;
	if (code == 0 && fdt_version(f->blob) < 17)
		code = -FDT_ERR_BADVERSION;
	if (code < 0)
		return fdt_complain(f, error, fdt_meaning(code));
	if (!fdt_strings_are_short(f, error))
		return false;
	code = fdt_check_full(f->blob, len);
	return code == 0 || fdt_complain(f, error, fdt_meaning(code));
}

struct fdt *fdt_new(const void *blob, size_t len, const char *name, GError **error)
{
	g_autoptr(fdt) f = g_new0(struct fdt, 1);

	f->name = g_strdup(name);
	f->nodes = g_array_new(FALSE, FALSE, sizeof(struct fdt_node));
	f->props = g_array_new(FALSE, FALSE, sizeof(struct prop));
	f->handles = g_array_new(FALSE, FALSE, sizeof(struct handle));
	if (len > FDT_MAX_BYTES) {
		fdt_complain(f, error, "larger than 2 MiB, which no device tree is");
		return NULL;
	}
	f->blob = g_malloc(MAX(len, 1));
	if (len)
		memcpy(f->blob, blob, len);
	if (!fdt_check_blob(f, len, error) || !fdt_add_nodes(f, error))
		return NULL;
	return g_steal_pointer(&f);
}

void fdt_free(struct fdt *f)
{
	if (!f)
		return;
	g_array_free(f->handles, TRUE);
	g_array_free(f->props, TRUE);
	g_array_free(f->nodes, TRUE);
	g_free(f->blob);
	g_free(f->name);
	g_free(f);
}
