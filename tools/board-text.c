/* SPDX-License-Identifier: MIT */
/*
 * A board as text for a person.
 *
 * A star marks what the device tree does not say and the table of parts assumes.
 */
#include <string.h>

#include "board-view.h"
#include "table.h"
#include "ui.h"

#define LABEL_WIDTH	9

/* ---- small words --------------------------------------------------------- */

char *board_refusal(const struct board *b)
{
	g_autoptr(GError) error = NULL;

	if (board_check(b, &error))
		return NULL;

	/* The sentence names the file, which the reader has in view already. */
	const char *why = error->message;
	size_t prefix = strlen(b->file);

	if (strncmp(why, b->file, prefix) == 0 && strncmp(why + prefix, ": ", 2) == 0)
		why += prefix + 2;
	return g_strdup(why);
}

char *board_short_name(const struct board *b)
{
	char *name = g_path_get_basename(b->file);

	if (g_str_has_suffix(name, ".dtb"))
		name[strlen(name) - strlen(".dtb")] = '\0';
	return name;
}

char *board_hex(uint64_t number)
{
	return g_strdup_printf("0x%" G_GINT64_MODIFIER "x", number);
}

static const char *plural(unsigned n)
{
	return n == 1 ? "" : "s";
}

static const char *star(bool is_assumed)
{
	return is_assumed ? "*" : "";
}

static const char *core_name(const struct board_cpu *c)
{
	if (c->part)
		return c->part->name;
	return *c->compatible ? c->compatible : "unnamed core";
}

static uint64_t dram_bytes(const struct board *b)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < b->banks->len; i++)
		bytes += g_array_index(b->banks, struct board_bank, i).len;
	return bytes;
}

static bool dram_is_assumed(const struct board *b)
{
	return b->banks->len && g_array_index(b->banks, struct board_bank, 0).is_assumed;
}

static bool is_outer(const struct board_outer *o)
{
	return o->path && o->kind != OUTER_INTEGRATED;
}

/* As wide as a label. */
static const char *outer_name(const struct board_outer *o)
{
	return strlen(o->name) < LABEL_WIDTH ? o->name : "outer";
}

void board_print_label(FILE *out, const char *label)
{
	fprintf(out, "  %s%-*s%s", ui_style(out, UI_BOLD), LABEL_WIDTH, label,
		ui_style(out, UI_PLAIN));
}

/* ---- CPUs and caches ------------------------------------------------------ */

static bool cpus_are_alike(const struct board_cpu *a, const struct board_cpu *b)
{
	return strcmp(a->compatible, b->compatible) == 0 && a->is_disabled == b->is_disabled &&
	       memcmp(&a->l1i, &b->l1i, sizeof(a->l1i)) == 0 &&
	       memcmp(&a->l1d, &b->l1d, sizeof(a->l1d)) == 0 &&
	       memcmp(&a->l2, &b->l2, sizeof(a->l2)) == 0;
}

static const struct board_cpu *cpu_at(const struct board *b, unsigned idx)
{
	return g_ptr_array_index(b->cpus, idx);
}

/* How many CPUs from @first on have the same core and caches. */
static unsigned nr_alike(const struct board *b, unsigned first)
{
	unsigned end = first + 1;

	while (end < b->cpus->len && cpus_are_alike(cpu_at(b, first), cpu_at(b, end)))
		end++;
	return end - first;
}

static const char *replacement_name(const struct cache_geometry *g)
{
	static const char *const names[NR_CACHE_REPLACEMENTS] = {
		[CACHE_PSEUDO_RANDOM] = "pseudo-random",
		[CACHE_ROUND_ROBIN] = "round-robin",
		[CACHE_LRU] = "LRU",
	};

	return names[g->replacement];
}

/* Of a data cache that is not as if indexed physically. */
static const char *indexing_words(const struct cache_geometry *l1d, const struct core_part *p)
{
	if (p->l1d_indexing == INDEX_VIVT)
		return ", virtual index and tag";
	if (p->l1d_indexing == INDEX_VIPT && l1d->nr_ways && l1d->bytes / l1d->nr_ways > 4096)
		return ", virtual index: aliases";
	return "";
}

static const char *inclusion_words(const struct core_part *p)
{
	static const char *const words[] = {
		[L2_INDEPENDENT] = "",
		[L2_INCLUSIVE] = ", inclusive of L1D",
		[L2_EXCLUSIVE] = ", filled by what L1D evicts",
	};

	return words[p->l2_inclusion];
}

static void print_cache(FILE *out, const char *label, const struct cache_geometry *g,
			const char *more)
{
	if (!g->bytes)
		return;

	g_autofree char *bytes = ui_bytes(g->bytes);
	g_autofree char *size = g_strconcat(bytes, star(g->is_assumed), NULL);
	g_autofree char *ways = g_strdup_printf("%u-way", g->nr_ways);

	board_print_label(out, label);
	fprintf(out, "%-9s %-7s lines of %-3u  %s%s%s\n", size, ways, g->line_bytes,
		replacement_name(g), g->write_allocate ? ", write-allocate" : "", more);
}

static void print_cpu_group(FILE *out, const struct board *b, unsigned first, unsigned nr)
{
	const struct board_cpu *c = cpu_at(b, first);

	board_print_label(out, nr == 1 ? "CPU" : "CPUs");
	fprintf(out, "%u x %s", nr, core_name(c));
	if (c->part)
		fprintf(out, ", ARMv%d%s%s", c->part->arch,
			c->part->arch == 8 ? " in AArch32 state" : "",
			c->part->arch == 7 && c->part->has_lpae ? " with LPAE" : "");
	if (c->part && c->part->is_modelled)
		fprintf(out, ", page tables walked %s L1D", c->part->walks_in_l1 ? "in" : "below");
	fprintf(out, "%s\n", c->is_disabled ? ", disabled" : "");
	if (!c->part && !*c->compatible)
		return;
	print_cache(out, "  L1I", &c->l1i, "");
	print_cache(out, "  L1D", &c->l1d, c->part ? indexing_words(&c->l1d, c->part) : "");
	print_cache(out, "  L2", &c->l2, c->part ? inclusion_words(c->part) : "");
}

static void print_cpus(FILE *out, const struct board *b)
{
	if (b->cpus->len == 0) {
		board_print_label(out, "CPUs");
		fputs("none that the device tree names\n", out);
	}
	for (unsigned i = 0; i < b->cpus->len; i += nr_alike(b, i))
		print_cpu_group(out, b, i, nr_alike(b, i));
}

static void print_cci400(FILE *out, const struct board_cci400 *cci)
{
	if (!cci->path)
		return;
	board_print_label(out, "CCI-400");
	fprintf(out, "registers at 0x%" G_GINT64_MODIFIER "x\n", cci->reg_pa);
}

static void print_outer(FILE *out, const struct board_outer *o)
{
	if (!o->path)
		return;
	if (is_outer(o))
		print_cache(out, outer_name(o), &o->cache, "");
	board_print_label(out, "");
	fputs(o->compatible, out);
	if (o->reg_pa)
		fprintf(out, " at 0x%" G_GINT64_MODIFIER "x", o->reg_pa);
	if (!is_outer(o))
		fputs(" is that L2: the core's own operations reach it", out);
	else if (!o->is_modelled)
		fputs(", not modelled", out);
	else if (o->kind == OUTER_PL310)
		fprintf(out, ", shared override %s%s", o->shared_override ? "on" : "off",
			o->is_io_coherent ? ", I/O coherent" : "");
	fputc('\n', out);
}

/* ---- memory --------------------------------------------------------------- */

static void print_banks(FILE *out, const struct board *b)
{
	for (unsigned i = 0; i < b->banks->len; i++) {
		const struct board_bank *bank = &g_array_index(b->banks, struct board_bank, i);
		g_autofree char *bytes = ui_bytes(bank->len);
		g_autofree char *size = g_strconcat(bytes, star(bank->is_assumed), NULL);

		board_print_label(out, i ? "" : "DRAM");
		fprintf(out, "%-9s 0x%08" G_GINT64_MODIFIER "x .. 0x%08" G_GINT64_MODIFIER "x%s\n",
			size, bank->pa, bank->pa + bank->len - 1,
			bank->pa > UINT32_MAX ? "  above 4 GiB" : "");
	}
	if (b->banks->len == 0) {
		board_print_label(out, "DRAM");
		fputs("left to the boot loader\n", out);
	}
}

/* ---- the picture ----------------------------------------------------------- */

static void append_cache(GString *line, const char *name, uint64_t bytes)
{
	g_autofree char *size = ui_bytes(bytes);

	if (bytes)
		g_string_append_printf(line, "%s %s --> ", name, size);
}

static unsigned nr_masters(const struct board *b, bool behind_iommu, bool coherent)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < b->masters->len; i++) {
		const struct board_master *m = g_ptr_array_index(b->masters, i);

		nr += !m->is_disabled && (m->iommus->len != 0) == behind_iommu &&
		      m->is_coherent == coherent;
	}
	return nr;
}

static void print_arrow(FILE *out, size_t column, const struct board *b, bool behind_iommu,
			bool coherent)
{
	unsigned nr = nr_masters(b, behind_iommu, coherent);
	const char *via = behind_iommu ? "(IOMMU) <-- " : "";
	const char *how = !coherent ? "" : nr == 1 ? " that snoops" : " that snoop";

	if (nr)
		fprintf(out, "%*s<-- %s%u master%s%s\n", (int)column, "", via, nr, plural(nr), how);
}

/*
 *   2 CPUs --> L1D 32 KiB --> PL310 512 KiB --> DRAM 256 MiB
 *                                               <-- 3 masters
 */
static void print_picture(FILE *out, const struct board *b)
{
	const struct board_cpu *c = board_boot_cpu(b);
	g_autoptr(GString) line = g_string_new("  ");

	if (!c || b->banks->len == 0)
		return;
	g_string_append_printf(line, "%u CPU%s --> ", nr_alike(b, 0), plural(nr_alike(b, 0)));
	append_cache(line, "L1D", c->l1d.bytes);
	append_cache(line, "L2", c->l2.bytes);
	if (is_outer(&b->outer))
		append_cache(line, outer_name(&b->outer), b->outer.cache.bytes);

	size_t column = line->len;

	g_autofree char *dram = ui_bytes(dram_bytes(b));

	fprintf(out, "\n%sDRAM %s\n", line->str, dram);
	for (unsigned kind = 0; kind < 4; kind++)
		print_arrow(out, column, b, kind & 2, kind & 1);
}

/* ---- masters and IOMMUs ----------------------------------------------------- */

static const struct board_iommu *iommu_at(const struct board *b, unsigned idx)
{
	return g_ptr_array_index(b->iommus, idx);
}

static char *behind_which(const struct board *b, const struct board_master *m)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (unsigned i = 0; i < m->iommus->len; i++) {
		const struct board_iommu *iommu =
			iommu_at(b, g_array_index(m->iommus, unsigned, i));

		g_string_append_printf(names, "%s%s", i ? ", " : "behind ",
				       iommu->name);
	}
	return g_strdup(names->str);
}

static void append_region(GString *text, const struct board *b, unsigned idx)
{
	const struct board_reserved *r = idx == BOARD_NO_REGION ? NULL :
		g_ptr_array_index(b->reserved, idx);

	if (r)
		g_string_append_printf(text, "%sowns %s", text->len ? ", " : "", r->name);
}

static char *how_it_sees_memory(const struct board *b, const struct board_master *m)
{
	g_autoptr(GString) text = g_string_new(m->is_coherent ? "snoops" : "");

	if (m->has_cci_interface)
		g_string_append_printf(text, "%sat interface %u of the CCI-400",
				       text->len ? ", " : "", m->cci_interface);
	for (unsigned i = 0; i < m->ranges->len; i++) {
		const struct board_range *r = &g_array_index(m->ranges, struct board_range, i);
		g_autofree char *bytes = ui_bytes(r->len);

		g_string_append_printf(text, "%ssees 0x%" G_GINT64_MODIFIER "x (%s) at 0x%"
				       G_GINT64_MODIFIER "x", text->len ? ", " : "",
				       r->pa, bytes, r->dma);
	}
	for (unsigned i = 0; i < m->regions->len; i++)
		append_region(text, b, g_array_index(m->regions, unsigned, i));
	return g_strdup(text->str);
}

void board_print_left_out(FILE *out, unsigned nr_hidden, const char *why)
{
	if (nr_hidden)
		fprintf(out, "%s    and %u more, %s (--all lists them)%s\n",
			ui_style(out, UI_FAINT), nr_hidden, why, ui_style(out, UI_PLAIN));
}

static char *where_it_is(const struct board_reserved *r)
{
	if (!r->places->len)
		return g_strdup("placed by software");
	return board_hex(g_array_index(r->places, struct board_bank, 0).pa);
}

static char *what_it_is(const struct board_reserved *r)
{
	static const char *const kinds[NR_RESERVED_KINDS] = {
		[RESERVED_PLAIN] = "",
		[RESERVED_SHARED_POOL] = "pool, ",
		[RESERVED_RESTRICTED_POOL] = "bounce buffers, ",
	};
	g_autoptr(GString) text = g_string_new(kinds[r->kind]);

	g_string_append(text, r->is_no_map ? "no-map" : r->is_reusable ? "reusable" : "mapped");
	if (r->is_default_cma || r->is_default_dma)
		g_string_append(text, ", of all devices without one");
	if (r->places->len > 1)
		g_string_append_printf(text, ", and %u places more", r->places->len - 1);
	return g_strdup(text->str);
}

static void print_reserved(FILE *out, const struct board *b, bool all)
{
	g_autoptr(GArray) table = table_new();
	unsigned nr_hidden = 0;

	for (unsigned i = 0; i < b->reserved->len; i++) {
		const struct board_reserved *r = g_ptr_array_index(b->reserved, i);

		if (r->is_disabled && !all)
			nr_hidden++;
		else
			table_add(table, r->is_disabled, g_strdup(r->name), where_it_is(r),
				  ui_bytes(r->len), what_it_is(r));
	}
	if (b->reserved->len == 0)
		return;
	fputc('\n', out);
	board_print_label(out, "Reserved");
	fprintf(out, "%u\n", b->reserved->len);
	table_print(out, table);
	board_print_left_out(out, nr_hidden, "disabled");
}

static void print_masters(FILE *out, const struct board *b, bool all)
{
	g_autoptr(GArray) table = table_new();
	unsigned nr_hidden = 0;

	for (unsigned i = 0; i < b->masters->len; i++) {
		const struct board_master *m = g_ptr_array_index(b->masters, i);

		if (m->is_disabled && !all)
			nr_hidden++;
		else
			table_add(table, m->is_disabled, g_strdup(m->name),
				  g_strdup(m->compatible), behind_which(b, m),
				  how_it_sees_memory(b, m));
	}
	fputc('\n', out);
	board_print_label(out, "Masters");
	fprintf(out, "%u\n", b->masters->len);
	table_print(out, table);
	board_print_left_out(out, nr_hidden, "disabled");
}

/* ---- the whole -------------------------------------------------------------- */

static bool anything_is_assumed(const struct board *b)
{
	bool is_assumed = dram_is_assumed(b) || (b->outer.path && b->outer.cache.is_assumed);

	for (unsigned i = 0; i < b->cpus->len; i++) {
		const struct board_cpu *c = cpu_at(b, i);

		is_assumed |= c->l1i.is_assumed || c->l1d.is_assumed || c->l2.is_assumed;
	}
	return is_assumed;
}

static void print_verdict(FILE *out, const struct board *b)
{
	g_autofree char *why_not = board_refusal(b);

	fputc('\n', out);
	if (anything_is_assumed(b))
		ui_wrap(out, "  * ", "assumed: the device tree does not say");
	if (why_not) {
		fputs(ui_style(out, UI_YELLOW), out);
		g_autofree char *sentence =
			g_strdup_printf("No machine can be built: %s.", why_not);
		ui_wrap(out, "  ", sentence);
	} else {
		fprintf(out, "%s  A machine can be built.\n", ui_style(out, UI_GREEN));
	}
	fputs(ui_style(out, UI_PLAIN), out);
}

void board_print(FILE *out, const struct board *b, bool all)
{
	g_autofree char *name = board_short_name(b);

	fprintf(out, "%s%s%s  %s\n\n", ui_style(out, UI_BOLD), name, ui_style(out, UI_PLAIN),
		*b->model ? b->model : b->compatible);
	if (b->cpu_spec) {
		board_print_label(out, "--cpu");
		fprintf(out, "%s\n", b->cpu_spec);
	}
	print_cpus(out, b);
	print_outer(out, &b->outer);
	print_cci400(out, &b->cci400);
	print_banks(out, b);
	print_picture(out, b);
	print_reserved(out, b, all);
	print_masters(out, b, all);
	board_print_iommus(out, b, all);
	print_verdict(out, b);
}

/* ---- one line ----------------------------------------------------------------- */

#define LINE_FORMAT	"%-*s  %-18s %-8s %-9s %-9s %7s %6s"
#define NARROWEST_NAME	24
#define WIDEST_NAME	44
#define LINE_REST	64		/* what LINE_FORMAT prints after the name */

/* On a terminal the name gives way, so that a line stays a line. */
static int name_width(FILE *out)
{
	int room = (int)ui_width(out) - LINE_REST;

	return ui_is_terminal(out) ? CLAMP(room, NARROWEST_NAME, WIDEST_NAME) : WIDEST_NAME;
}

void board_print_heading(FILE *out)
{
	fputs(ui_style(out, UI_BOLD), out);
	fprintf(out, LINE_FORMAT, name_width(out), "BOARD", "CPUS", "L1D", "L2", "DRAM",
		"MASTERS", "IOMMUS");
	fprintf(out, "%s\n", ui_style(out, UI_PLAIN));
}

static char *short_size(uint64_t bytes, bool is_assumed)
{
	g_autofree char *size = ui_bytes(bytes);

	return bytes ? g_strconcat(size, star(is_assumed), NULL) : g_strdup("-");
}

static char *cores_of(const struct board *b)
{
	const struct board_cpu *c = board_boot_cpu(b);

	if (!c)
		return g_strdup("?");

	unsigned nr = nr_alike(b, 0);

	if (nr == b->cpus->len)
		return g_strdup_printf("%u x %s", nr, core_name(c));
	return g_strdup_printf("%u x %s + %u", nr, core_name(c), b->cpus->len - nr);
}

static void print_shape(FILE *out, const struct board *b, const char *name, int width)
{
	const struct board_cpu *c = board_boot_cpu(b);
	const struct cache_geometry none = { 0 };
	const struct cache_geometry *l2 = is_outer(&b->outer) ? &b->outer.cache :
					  c ? &c->l2 : &none;
	const struct cache_geometry *l1d = c ? &c->l1d : &none;
	g_autofree char *cores = cores_of(b);
	g_autofree char *l1d_size = short_size(l1d->bytes, l1d->is_assumed);
	g_autofree char *l2_size = short_size(l2->bytes, l2->is_assumed);
	g_autofree char *dram = short_size(dram_bytes(b), dram_is_assumed(b));
	g_autofree char *masters = g_strdup_printf("%u", b->masters->len);
	g_autofree char *iommus = g_strdup_printf("%u", b->iommus->len);

	fprintf(out, LINE_FORMAT "\n", width, name, cores, l1d_size, l2_size, dram, masters,
		iommus);
}

void board_print_line(FILE *out, const struct board *b)
{
	g_autofree char *name = board_short_name(b);
	g_autofree char *why_not = board_refusal(b);
	int width = name_width(out);

	if (!why_not) {
		print_shape(out, b, name, width);
		return;
	}

	g_autofree char *line = ui_fit(out, g_strdup_printf("%-*s  no: %s", width, name, why_not));

	fprintf(out, "%s%s%s\n", ui_style(out, UI_YELLOW), line, ui_style(out, UI_PLAIN));
}
