/* SPDX-License-Identifier: MIT */
/* What reports call things: directions, mappings and records; and calls as code spells them. */
#include "report.h"

#include <inttypes.h>

/* ---- names ---------------------------------------------------------- */

const char *direction_name(int dir)
{
	static const char *const name[] = {
		"DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE", "DMA_NONE",
	};

	return dir >= 0 && dir < (int)G_N_ELEMENTS(name) ? name[dir] : "no direction";
}

const char *mapping_kind_name(enum mapping_kind kind)
{
	static const char *const name[NR_MAPPING_KINDS] = {
		[MAPPING_SINGLE] = "single", [MAPPING_SG] = "sg",
		[MAPPING_COHERENT] = "coherent", [MAPPING_RESOURCE] = "resource",
		[MAPPING_PAGES] = "pages", [MAPPING_SGT] = "noncontiguous",
	};

	return name[kind];
}

const char *record_kind_name(uint8_t kind)
{
	static const char *const name[NR_RECORD_KINDS] = {
		[RECORD_MAPPED] = "mapped",
		[RECORD_UNMAPPED] = "unmapped",
		[RECORD_SYNCED_FOR_CPU] = "synced-for-cpu",
		[RECORD_SYNCED_FOR_DEVICE] = "synced-for-device",
		[RECORD_ALLOCATED] = "allocated",
		[RECORD_FREED] = "freed",
		[RECORD_INVALIDATED] = "invalidated",
		[RECORD_FILLED] = "filled",
		[RECORD_CPU_WROTE] = "cpu-wrote",
		[RECORD_DEVICE_WROTE] = "device-wrote",
		[RECORD_WRITTEN_BACK] = "written-back",
		[RECORD_DROPPED] = "dropped",
		[RECORD_CPU_READ] = "cpu-read",
		[RECORD_DEVICE_READ] = "device-read",
		[RECORD_FAULT] = "fault",
	};

	return name[kind];
}

char *bytes_text(const uint8_t *bytes, size_t len, size_t max)
{
	GString *s = g_string_new(NULL);

	for (size_t i = 0; i < MIN(len, max); i++)
		g_string_append_printf(s, "%s%02x", i ? " " : "", bytes[i]);
	return g_string_free(s, FALSE);
}

/* ---- calls ---------------------------------------------------------- */

char *unmap_call(const struct hazard_engine *e, const struct mapping *m)
{
	const char *dev = party_name(&e->parties, m->dev->party);

	if (mapping_pool(m))
		return g_strdup("dma_pool_destroy(pool)");
	switch (m->kind) {
	case MAPPING_SG:
		return g_strdup_printf("dma_unmap_sg(%s, sgl, %d, %s)", dev, mapping_nents(m),
				       direction_name(m->dir));
	case MAPPING_COHERENT:
		return g_strdup_printf("dma_free_coherent(%s, %" PRIu64 ", cpu_addr, 0x%" PRIx64
				       ")", dev, mapping_whole_len(m), m->dma);
	case MAPPING_PAGES:
		return g_strdup_printf("dma_free_pages(%s, %" PRIu64 ", page, 0x%" PRIx64 ", %s)",
				       dev, m->len, m->dma, direction_name(m->dir));
	case MAPPING_SGT:
		return g_strdup_printf("dma_free_noncontiguous(%s, %" PRIu64 ", sgt, %s)", dev,
				       mapping_whole_len(m), direction_name(m->dir));
	default:
		return g_strdup_printf("dma_unmap_%s(%s, 0x%" PRIx64 ", %" PRIu64 ", %s)",
				       mapping_kind_name(m->kind), dev, m->dma, m->len,
				       direction_name(m->dir));
	}
}

char *sync_call(const struct hazard_engine *e, const struct mapping *m, bool for_cpu)
{
	const char *dev = party_name(&e->parties, m->dev->party);
	const char *whom = for_cpu ? "cpu" : "device";

	if (m->kind == MAPPING_SG && mapping_nents(m))
		return g_strdup_printf("dma_sync_sg_for_%s(%s, sgl, %d, %s)", whom, dev,
				       mapping_nents(m), direction_name(m->dir));
	if (m->kind == MAPPING_SGT)
		return g_strdup_printf("dma_sync_sgtable_for_%s(%s, sgt, %s)", whom, dev,
				       direction_name(m->dir));
	return g_strdup_printf("dma_sync_single_for_%s(%s, 0x%" PRIx64 ", %" PRIu64 ", %s)",
			       whom, dev, m->dma, m->len, direction_name(m->dir));
}

/* ---- records -------------------------------------------------------- */

static char *library_text(const struct hazard_engine *e, const struct record *rec)
{
	const char *name = party_name(&e->parties, rec->party);
	const char *skips = rec->skips_sync ? ", DMA_ATTR_SKIP_CPU_SYNC" : "";
	const char *how = rec->is_cached ? direction_name(rec->dir) : "coherent";

	switch (rec->kind) {
	case RECORD_MAPPED:
		return g_strdup_printf("mapped for %s, %s%s", name, direction_name(rec->dir),
				       skips);
	case RECORD_UNMAPPED:
		return g_strdup_printf("unmapped from %s, %s%s", name,
				       direction_name(rec->dir), skips);
	case RECORD_SYNCED_FOR_CPU:
		return g_strdup_printf("synced for the CPU, %s", direction_name(rec->dir));
	case RECORD_SYNCED_FOR_DEVICE:
		return g_strdup_printf("synced for %s, %s", name, direction_name(rec->dir));
	case RECORD_ALLOCATED:
		return g_strdup_printf("allocated for %s, %s", name, how);
	default:
		return g_strdup_printf("freed by %s, %s", name, how);
	}
}

char *record_text(const struct hazard_engine *e, const struct record *rec)
{
	const char *name = party_name(&e->parties, rec->party);

	switch (rec->kind) {
	case RECORD_FILLED:
		return g_strdup(rec->is_unasked ? "line filled, speculatively" : "line filled");
	case RECORD_CPU_WROTE:
	case RECORD_DEVICE_WROTE:
		return g_strdup_printf("%s wrote %u byte%s", name, rec->len,
				       rec->len == 1 ? "" : "s");
	case RECORD_WRITTEN_BACK:
		return g_strdup(rec->is_unasked ? "line written back, evicted"
						: "line written back");
	case RECORD_DROPPED:
		return g_strdup(rec->is_dirty ? "line dropped, dirty" :
				rec->is_unasked ? "line dropped, evicted" : "line dropped");
	case RECORD_CPU_READ:
	case RECORD_DEVICE_READ:
		return g_strdup_printf("%s read %u byte%s", name, rec->len,
				       rec->len == 1 ? "" : "s");
	case RECORD_FAULT:
		return g_strdup_printf("%s faulted", name);
	default:
		return library_text(e, rec);
	}
}

/* A line that moves is no code's doing, whatever instruction happened to move it. */
const char *record_cache(const struct record *rec)
{
	if (rec->kind != RECORD_FILLED && rec->kind != RECORD_WRITTEN_BACK &&
	    rec->kind != RECORD_DROPPED)
		return NULL;
	return rec->level == 1 ? "L1D" : "L2";
}
