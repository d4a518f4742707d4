/* SPDX-License-Identifier: MIT */
/*
 * Real kernels' logs on real boards, behind the IOMMUs that these have: the devices of a log
 * that moved most are the board's masters behind IOMMUs of one kind, as many as there are.
 *
 *   bytes    every one right, strict and lazy, in both gears
 *   IOMMUs   no access refused; each that a device was put behind has translated
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "replay-rig.h"
#include "replay/report-iommu.h"

static const char *const names[] = {
	"arm64-smmuv3-fault", "arm64-smmuv3-lazy", "arm64-smmuv3-nc-lazy",
	"arm64-smmuv3-strict", "arm64-swiotlb-force", "armhf-virt-coherent",
	"armhf-virt-noncoherent", "orangepi-pc",
};

static const struct platform {
	const char *board, *kind;
} platforms[] = {
	{ "exynos4412-odroidu3", "exynos" },
	{ "exynos5420-peach-pit", "exynos" },
	{ "am57xx-beagle-x15", "omap" },
	{ "omap4-panda-es", "omap" },
	{ "rk3228-evb", "rockchip" },
	{ "rk3288-veyron-jerry", "rockchip" },
};

/* ---- a board of the archive ---------------------------------------------------------- */

static char *dir;

static char *unpacks(const char *which)
{
	g_autofree char *archive = shared_data("boards.tar.xz");
	g_autofree char *file = g_strdup_printf("%s.dtb", which);
	char *argv[] = { (char *)"tar", (char *)"-xJf", archive, (char *)"-C", dir, file, NULL };
	int status = 0;

	if (!archive) {
		print_message("# no ../shared/data beside the source\n");
		skip();
	}
	assert_true(g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
				 &status, NULL));
	assert_int_equal(status, 0);
	return g_build_filename(dir, file, NULL);
}

static bool is_behind(const struct board *b, const struct board_master *m, const char *kind)
{
	if (m->is_disabled || !m->iommus->len)
		return false;
	for (guint n = 0; n < m->iommus->len; n++) {
		const struct board_iommu *i =
			b->iommus->pdata[g_array_index(m->iommus, unsigned, n)];

		if (i->is_disabled || g_strcmp0(i->kind, kind))
			return false;
	}
	return true;
}

/* Paths of its masters behind IOMMUs of @kind. */
static GPtrArray *masters_of(const char *dtb, const char *kind)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(board) b = board_load(dtb, &error);

	if (!b)
		fail_msg("%s", error->message);
	for (guint n = 0; n < b->masters->len; n++) {
		const struct board_master *m = b->masters->pdata[n];

		if (is_behind(b, m, kind))
			g_ptr_array_add(paths, g_strdup(m->path));
	}
	assert_true(paths->len > 0);
	return paths;
}

/* ---- who is where ----------------------------------------------------------------------- */

static struct replay_report *replays_on(const char *name, struct replay_config *cfg)
{
	g_autofree char *file = g_strdup_printf("traces/%s/trace.txt.xz", name);
	g_autofree char *path = shared_data(file);
	g_autoptr(GError) error = NULL;
	struct replay_report *rep;

	assert_non_null(path);
	cfg->trace = path;
	rep = replay_run(cfg, &error);
	if (!rep)
		fail_msg("%s: %s", path, error->message);
	return rep;
}

static uint64_t moved(const struct replay_device *dev)
{
	uint64_t sum = dev->t.alloc_bytes_peak;

	for (unsigned way = 0; way < 4; way++)
		sum += dev->t.bytes[way];
	return sum;
}

static int compare_moved(const void *a, const void *b)
{
	const struct replay_device *const *l = a, *const *r = b;
	uint64_t left = moved(*l), right = moved(*r);

	if (left != right)
		return left < right ? 1 : -1;
	return (*l)->idx < (*r)->idx ? -1 : 1;
}

/* "DEV=MASTER", those that moved most first. */
static char **assigns(const char *name, const GPtrArray *masters)
{
	struct replay_config cfg = { .board = "a9-pl310", .gear = GEAR_FAST };
	g_autoptr(replay_report) rep = replays_on(name, &cfg);
	GPtrArray *list = g_ptr_array_new();

	qsort(rep->devices->pdata, rep->devices->len, sizeof(void *), compare_moved);
	for (guint n = 0; n < rep->devices->len && list->len < masters->len; n++) {
		const struct replay_device *dev = rep->devices->pdata[n];

		if (!strstr(dev->name, "smmu"))		/* which is behind none itself */
			g_ptr_array_add(list, g_strdup_printf("%s=%s", dev->name,
						(char *)masters->pdata[list->len]));
	}
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

/* ---- what must be so -------------------------------------------------------------------- */

/* What shares lines on a board that is not coherent does so behind an IOMMU, too. */
static void nothing_but_lines_is_wrong(const struct replay_report *rep, const char *name)
{
	for (int f = 0; f < NR_FINDINGS; f++)
		if (f != FIND_LINE_SHARED && finding_infos[f].is_trouble && rep->total.findings[f])
			fail_msg("%s on %s: %s, %" G_GUINT64_FORMAT " times", name,
				 rep->board_label, finding_infos[f].key, rep->total.findings[f]);
	assert_int_equal(rep->total.wrong, 0);
}

static unsigned nr_translating(const struct replay_report *rep, const char *kind)
{
	unsigned nr = 0;

	for (guint n = 0; n < rep->iommu.units->len; n++) {
		const struct iommu_unit *u = report_unit(rep, n);

		if (strcmp(u->kind, kind))
			continue;
		assert_int_equal(u->counters.faults, 0);
		assert_int_equal(u->counters.bypasses, 0);
		nr += u->counters.hits + u->counters.misses > 0;
	}
	return nr;
}

static void plays(const char *dtb, const struct platform *p, const char *name, char **devices,
		  const char *mode, enum machine_gear gear)
{
	struct replay_config cfg = {
		.board = dtb, .devices = devices, .iommu = mode, .gear = gear,
	};
	g_autoptr(replay_report) rep = replays_on(name, &cfg);

	nothing_but_lines_is_wrong(rep, name);
	if (!nr_translating(rep, p->kind))
		fail_msg("%s on %s: nothing was translated", name, p->board);
	if (gear == GEAR_EXACT)
		assert_true(rep->total.checked > 2000000);
}

static void every_byte_is_right_behind_a_board_s_own_iommus(void **state)
{
	for (unsigned n = 0; n < G_N_ELEMENTS(platforms); n++) {
		const struct platform *p = &platforms[n];
		g_autofree char *dtb = unpacks(p->board);
		g_autoptr(GPtrArray) masters = masters_of(dtb, p->kind);

		for (unsigned t = 0; t < G_N_ELEMENTS(names); t++) {
			g_auto(GStrv) devices = assigns(names[t], masters);
			bool is_lazy = (n + t) % 2;

			plays(dtb, p, names[t], devices, is_lazy ? "lazy" : "strict",
			      GEAR_EXACT);
			plays(dtb, p, names[t], devices, is_lazy ? "strict" : "lazy", GEAR_FAST);
		}
		g_unlink(dtb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_is_right_behind_a_board_s_own_iommus),
	};
	int status;

	dir = g_dir_make_tmp("armdma-platforms-XXXXXX", NULL);
	g_assert_nonnull(dir);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	g_rmdir(dir);
	g_free(dir);
	return status;
}
