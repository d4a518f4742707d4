/* SPDX-License-Identifier: MIT */
/*
 * A board: reading it, checking it, looking into it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "read.h"
#include "shipped.h"

G_DEFINE_QUARK(armdma-board-error-quark, board_error)

/* ---- reading ------------------------------------------------------------- */

static void free_cpu(void *cpu)
{
	board_cpu_free(cpu);
}

static void free_reserved(void *reserved)
{
	board_reserved_free(reserved);
}

static void free_iommu(void *iommu)
{
	board_iommu_free(iommu);
}

static void free_master(void *master)
{
	board_master_free(master);
}

static struct board *board_new(const char *file)
{
	struct board *b = g_new0(struct board, 1);

	b->file = g_strdup(file);
	b->cpus = g_ptr_array_new_with_free_func(free_cpu);
	b->banks = g_array_new(FALSE, FALSE, sizeof(struct board_bank));
	b->reserved = g_ptr_array_new_with_free_func(free_reserved);
	b->iommus = g_ptr_array_new_with_free_func(free_iommu);
	b->masters = g_ptr_array_new_with_free_func(free_master);
	return b;
}

static bool board_read(struct board *b, const struct fdt *f, GError **error)
{
	b->model = node_text(fdt_node(f, 0), "model");
	b->compatible = node_text(fdt_node(f, 0), "compatible");
	read_cci400(b, f);
	return read_cpus(b, f, error) && read_outer(b, f, error) &&
	       read_memory(b, f, error) && read_reserved(b, f, error) &&
	       read_iommus(b, f, error) && read_masters(b, f, error);
}

struct board *board_parse(const void *blob, size_t len, const char *name, GError **error)
{
	g_autoptr(fdt) f = fdt_new(blob, len, name, error);

	if (!f || !fdt_locate_nodes(f, error))
		return NULL;

	g_autoptr(board) b = board_new(name);

	b->dtb = g_memdup2(blob, len);
	b->dtb_len = len;
	return board_read(b, f, error) ? g_steal_pointer(&b) : NULL;
}

static bool complain_unreadable(const char *path, GError **error)
{
	g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNREADABLE, "%s: cannot be read: %s",
		    path, g_strerror(errno));
	return false;
}

/* At most one byte past what a tree may have, for a device may never end. */
static bool read_file(const char *path, GByteArray *ret_bytes, GError **error)
{
	FILE *file = fopen(path, "rbe");

	if (!file)
		return complain_unreadable(path, error);
	g_byte_array_set_size(ret_bytes, FDT_MAX_BYTES + 1);

	size_t nr_read = fread(ret_bytes->data, 1, ret_bytes->len, file);
	bool is_read = !ferror(file) || complain_unreadable(path, error);

	fclose(file);
	g_byte_array_set_size(ret_bytes, nr_read);
	return is_read;
}

struct board *board_load(const char *path, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	if (!read_file(path, bytes, error))
		return NULL;
	return board_parse(bytes->data, bytes->len, path, error);
}

struct board *board_open(const char *name_or_path, GError **error)
{
	const struct shipped_board *s = shipped_board(name_or_path);

	if (s)
		return board_parse(s->begin, s->end - s->begin, s->name, error);
	return board_load(name_or_path, error);
}

void board_free(struct board *b)
{
	if (!b)
		return;
	g_ptr_array_unref(b->masters);
	g_ptr_array_unref(b->iommus);
	g_free(b->dtb);
	g_ptr_array_unref(b->reserved);
	g_array_unref(b->banks);
	g_ptr_array_unref(b->cpus);
	g_free(b->cci400.path);
	g_free(b->outer.path);
	g_free(b->outer.compatible);
	g_free(b->cpu_spec);
	g_free(b->compatible);
	g_free(b->model);
	g_free(b->file);
	g_free(b);
}

/* ---- checking -------------------------------------------------------------- */

static bool refuse(const struct board *b, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static bool refuse(const struct board *b, GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *sentence = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, BOARD_ERROR, BOARD_ERROR_UNSUPPORTED, "%s: %s", b->file, sentence);
	return false;
}

/* DDI 0211, 7.1; DDI 0301H, 7.2: 64 KiB of 4 ways. */
#define ARMV6_MAX_WAY_BYTES	(16u << 10)

static uint32_t way_bytes(const struct cache_geometry *g)
{
	return g->bytes / g->nr_ways;
}

static bool check_core(const struct board *b, const struct board_cpu *c, GError **error)
{
	if (!*c->compatible)
		return refuse(b, error, "its device tree does not say which core %s is: name it "
			      "with --cpu", c->path);
	if (!c->part)
		return refuse(b, error, "its core, \"%s\", is not in the table of cores",
			      c->compatible);
	if (!c->part->is_modelled)
		return refuse(b, error, "its core (%s) %s", c->part->name, c->part->why_not);
	if (c->part->l1d_indexing == INDEX_VIPT && way_bytes(&c->l1d) > ARMV6_MAX_WAY_BYTES)
		return refuse(b, error, "a way of its level 1 data cache is %u KiB, where the most "
			      "of any core of ARMv6 is %u", way_bytes(&c->l1d) >> 10,
			      ARMV6_MAX_WAY_BYTES >> 10);
	return true;
}

static bool check_cores(const struct board *b, GError **error)
{
	if (b->cpus->len == 0)
		return refuse(b, error, "its device tree names no CPU: name its core with --cpu");
	if (!board_boot_cpu(b))
		return refuse(b, error, "its device tree marks every CPU as disabled");
	for (unsigned i = 0; i < b->cpus->len; i++) {
		const struct board_cpu *c = g_ptr_array_index(b->cpus, i);

		if (!c->is_disabled && !check_core(b, c, error))
			return false;
	}
	return true;
}

static bool check_outer(const struct board *b, GError **error)
{
	const struct board_outer *o = &b->outer;

	if (!o->path || o->is_modelled)
		return true;
	return refuse(b, error, "its outer cache, \"%s\", is not modelled", o->compatible);
}

/* DRAM would answer in their place. */
static bool check_block(const struct board *b, const char *whose, uint64_t pa, GError **error)
{
	for (unsigned i = 0; i < b->banks->len; i++) {
		const struct board_bank *bank = &g_array_index(b->banks, struct board_bank, i);

		if (pa - bank->pa < bank->len)
			return refuse(b, error, "the registers of its %s, at 0x%"
				      G_GINT64_MODIFIER "x, lie in its DRAM", whose, pa);
	}
	return true;
}

static bool check_registers(const struct board *b, GError **error)
{
	return (!board_has_outer(b) || check_block(b, "outer cache", b->outer.reg_pa, error)) &&
	       (!b->cci400.path || check_block(b, "CCI-400", b->cci400.reg_pa, error));
}

/* A CPU boots with 32-bit addresses: some DRAM must be within their reach. */
static bool check_memory(const struct board *b, GError **error)
{
	if (b->banks->len == 0)
		return refuse(b, error, "its device tree leaves DRAM to the boot loader, and "
			      "registers lie wherever it is usually found");
	if (g_array_index(b->banks, struct board_bank, 0).pa > UINT32_MAX)
		return refuse(b, error, "it has no DRAM below 4 GiB");
	return true;
}

/* Two levels are what a machine has. */
static bool check_levels(const struct board *b, GError **error)
{
	if (!board_has_outer(b) || !board_boot_cpu(b)->l2.bytes)
		return true;
	return refuse(b, error, "its cores have a second level of their own behind which the "
		      "%s is a third, which is not modelled", b->outer.name);
}

bool board_check(const struct board *b, GError **error)
{
	return check_cores(b, error) && check_outer(b, error) && check_levels(b, error) &&
	       check_memory(b, error) && check_registers(b, error);
}

bool board_has_outer(const struct board *b)
{
	const struct board_outer *o = &b->outer;

	return o->path && o->is_modelled && o->kind != OUTER_INTEGRATED && o->cache.bytes;
}

/* ---- looking into it ------------------------------------------------------- */

const struct board_master *board_master(const struct board *b, const char *name)
{
	for (unsigned i = 0; i < b->masters->len; i++) {
		const struct board_master *m = g_ptr_array_index(b->masters, i);

		if (strcmp(m->name, name) == 0 || strcmp(m->path, name) == 0)
			return m;
	}
	return NULL;
}

const struct board_reserved *board_region(const struct board *b, const struct board_master *m)
{
	unsigned idx = m->regions->len ? g_array_index(m->regions, unsigned, 0)
				       : BOARD_NO_REGION;

	return idx < b->reserved->len ? g_ptr_array_index(b->reserved, idx) : NULL;
}

const struct board_cpu *board_boot_cpu(const struct board *b)
{
	for (unsigned i = 0; i < b->cpus->len; i++) {
		const struct board_cpu *c = g_ptr_array_index(b->cpus, i);

		if (!c->is_disabled)
			return c;
	}
	return NULL;
}
