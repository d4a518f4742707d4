/* SPDX-License-Identifier: MIT */
/*
 * Real boards with IOMMUs: LIST KIND..., where LIST is a file of one .dtb path a line.
 *
 * Every board that has an IOMMU of one of these kinds boots, with all of them modelled and
 * driven, and each master behind such receives by every port that its tree gives it. The
 * contract is played once for each topology: which masters are behind which IOMMUs of which
 * version, with how many MMUs and lines each, at what line of the CPU's caches.
 */
#include <stdio.h>
#include <string.h>

#include "platform-bench.h"

static GHashTable *topologies;		/* what it looks like -> how many boards do */
static unsigned nr_boards, nr_iommus, nr_devices, nr_all_ports, nr_games;
static char **kinds;

/* ---- what a board looks like -------------------------------------------------------------- */

static const struct board_iommu *iommu_at(const struct board *b, unsigned idx)
{
	return g_ptr_array_index(b->iommus, idx);
}

static bool is_behind(const struct board *b, const struct board_master *m, const char *kind)
{
	if (m->is_disabled || !m->iommus->len)
		return false;
	for (unsigned n = 0; n < m->iommus->len; n++) {
		const struct board_iommu *i = iommu_at(b, g_array_index(m->iommus, unsigned, n));

		if (i->is_disabled || g_strcmp0(i->kind, kind))
			return false;
	}
	return true;
}

static unsigned nr_supplies(const struct board_iommu *i, enum supply_kind kind)
{
	unsigned nr = 0;

	for (unsigned n = 0; n < i->supplies->len; n++)
		nr += g_array_index(i->supplies, struct board_supply, n).kind == kind;
	return nr;
}

/* An IOMMU is a number, by the order in which masters name them; and, the first time, itself. */
static void describe_iommu(GString *s, const struct board *b, unsigned idx, GArray *seen)
{
	const struct board_iommu *i = iommu_at(b, idx);
	g_autofree char *version = board_iommu_version(b, i);
	unsigned nr = 0;

	while (nr < seen->len && g_array_index(seen, unsigned, nr) != idx)
		nr++;
	g_string_append_printf(s, " %u", nr);
	if (nr < seen->len)
		return;
	g_array_append_val(seen, idx);
	g_string_append_printf(s, "[%s %u MMUs %u irqs", version ? version : "-", i->regs->len,
			       i->irqs->len);
	for (unsigned kind = 0; kind < NR_SUPPLY_KINDS; kind++)
		g_string_append_printf(s, " %u", nr_supplies(i, (enum supply_kind)kind));
	g_string_append(s, i->is_coherent ? " snooping]" : "]");
}

static char *describe(const struct board *b, const char *kind)
{
	g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(unsigned));
	GString *s = g_string_new(kind);

	g_string_append_printf(s, ", lines of %u:", board_boot_cpu(b)->l1d.line_bytes);
	for (unsigned n = 0; n < b->masters->len; n++) {
		const struct board_master *m = g_ptr_array_index(b->masters, n);

		if (!is_behind(b, m, kind))
			continue;
		g_string_append(s, " (");
		for (unsigned k = 0; k < m->streams->len; k++)
			describe_iommu(s, b, g_array_index(m->streams, struct board_stream,
							   k).iommu, seen);
		g_string_append(s, " )");
	}
	return g_string_free(s, seen->len == 0);
}

/* ---- a board ------------------------------------------------------------------------------ */

static void fail(const char *path, const char *what, const char *why)
{
	g_autofree char *name = g_path_get_basename(path);

	printf("# %s: %s: %s\n", name, what, why);
}

static bool boots(const char *path, const char *kind)
{
	const struct platform_run run = { .board = path, .kind = kind, .only_boots = true };
	struct platform_sum sum = { 0 };
	g_autofree char *broken = platform_play(&run, &sum);

	nr_iommus += sum.nr_iommus;
	nr_devices += sum.nr_devices;
	nr_all_ports += sum.nr_ports;
	if (broken)
		fail(path, kind, broken);
	return !broken;
}

static bool plays(const char *path, const char *kind, unsigned row)
{
	struct platform_sum sum = { 0 };
	g_autofree char *broken = platform_play_row(row, path, kind, &sum);

	nr_games += sum.nr_pairs;
	if (broken)
		fail(path, platform_rows[row].name, broken);
	return !broken;
}

/* The board's own CPUs; then few entries and lines of 32 bytes, then lines of 64. */
static bool plays_if_new(const char *path, const char *kind, char *topology)
{
	static const unsigned rows[] = { 1, 3, 5 };
	bool is_kept = true;

	if (!g_hash_table_add(topologies, topology))
		return true;
	for (unsigned n = 0; n < G_N_ELEMENTS(rows); n++)
		is_kept &= plays(path, kind, rows[n]);
	return is_kept;
}

static bool has_kind(const struct board *b, const char *kind)
{
	for (unsigned n = 0; n < b->iommus->len; n++)
		if (!g_strcmp0(iommu_at(b, n)->kind, kind))
			return true;
	return false;
}

static bool check_kind(const char *path, const struct board *b, const char *kind)
{
	g_autofree char *topology = NULL;

	if (!has_kind(b, kind))
		return true;
	nr_boards++;
	if (!boots(path, kind))
		return false;
	topology = describe(b, kind);
	return !topology || plays_if_new(path, kind, g_steal_pointer(&topology));
}

static bool check_board(const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(board) b = board_load(path, &error);
	bool is_right = true;

	if (!b) {
		fail(path, "read", error->message);
		return false;
	}
	for (char **kind = kinds; board_check(b, NULL) && *kind; kind++)
		is_right &= check_kind(path, b, *kind);
	return is_right;
}

int main(int argc, char **argv)
{
	g_autofree char *list = NULL;
	g_auto(GStrv) paths = NULL;
	bool is_right = true;

	if (argc < 3 || !g_file_get_contents(argv[1], &list, NULL, NULL))
		return 2;
	kinds = argv + 2;
	topologies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	paths = g_strsplit(list, "\n", -1);
	printf("1..1\n");
	for (char **path = paths; *path; path++)
		is_right &= !**path || check_board(*path);
	printf("# %u boards with %u IOMMUs and %u masters that have %u ports; %u topologies, "
	       "%u games\n", nr_boards, nr_iommus, nr_devices, nr_all_ports,
	       g_hash_table_size(topologies), nr_games);
	printf("%s - every board boots, and every topology keeps the contract\n",
	       is_right && nr_boards ? "ok" : "not ok");
	g_hash_table_unref(topologies);
	return !is_right;
}
