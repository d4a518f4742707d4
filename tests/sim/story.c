/* SPDX-License-Identifier: MIT */
/* Events as lines of text: see story.h. */
#include "story.h"

#include <string.h>
#include <armdma/supply.h>

static const char *const kind_names[NR_OBSERVE_KINDS] = {
	[OBSERVE_LOAD] = "load",
	[OBSERVE_STORE] = "store",
	[OBSERVE_DRAIN] = "drain",
	[OBSERVE_DMA_READ] = "dma-read",
	[OBSERVE_DMA_WRITE] = "dma-write",
	[OBSERVE_FILL] = "fill",
	[OBSERVE_WRITE_BACK] = "write-back",
	[OBSERVE_INVALIDATE] = "invalidate",
	[OBSERVE_CLEAN] = "clean",
	[OBSERVE_TLB_FILL] = "tlb-fill",
	[OBSERVE_TLB_INVALIDATE] = "tlb-invalidate",
	[OBSERVE_TLB_CONFLICT] = "tlb-conflict",
	[OBSERVE_CPU_FAULT] = "cpu-fault",
	[OBSERVE_MASTER_FAULT] = "master-fault",
	[OBSERVE_IOMMU] = "iommu",
	[OBSERVE_SUPPLY] = "supply",
	[OBSERVE_UNSUPPLIED] = "unsupplied",
	[OBSERVE_FETCH] = "fetch",
	[OBSERVE_BARRIER] = "barrier",
	[OBSERVE_REGISTER] = "register",
};

static void tell_who(GString *s, const struct observe_event *ev)
{
	if (ev->master)
		g_string_append_printf(s, "%s ", master_name(ev->master));
	else if (ev->cpu)
		g_string_append_printf(s, "cpu%u ", cpu_index(ev->cpu));
	g_string_append(s, kind_names[ev->kind]);
}

/* The first bytes as text, up to the first that is not a letter or a digit. */
static void tell_bytes(GString *s, const struct observe_event *ev)
{
	if (!ev->bytes)
		return;
	g_string_append(s, " '");
	for (size_t i = 0; i < ev->len && g_ascii_isalnum(ev->bytes[i]); i++)
		g_string_append_c(s, (char)ev->bytes[i]);
	g_string_append_c(s, '\'');
}

static void tell_memory(GString *s, const struct observe_event *ev)
{
	static const char *const answers[] = { "L1", "L2", "DRAM" };
	static const char *const causes[] = { "", " evicted", " snooped" };

	if (ev->level)
		g_string_append_printf(s, " L%d", ev->level);
	g_string_append_printf(s, " +%#x %zu", (unsigned)(ev->pa - PLAY_PA), ev->len);
	tell_bytes(s, ev);
	if (ev->kind == OBSERVE_LOAD)
		g_string_append_printf(s, " from %s", answers[ev->answer]);
	g_string_append_printf(s, "%s%s%s", causes[ev->cause],
			       ev->is_dirty ? " dirty" : "",
			       ev->is_speculative ? " speculative" : "");
}

static void tell_supply(GString *s, const struct observe_event *ev)
{
	const struct observe_supply *what = ev->supply;

	g_string_append_printf(s, " %s %s %s", iommu_hw_name(what->iommu),
			       supply_kind_name(what->kind),
			       what->line ? supply_name(what->line) : "-");
	if (ev->kind == OBSERVE_UNSUPPLIED)
		g_string_append_printf(s, " %s %#x", what->is_write ? "write" : "read",
				       (unsigned)what->reg);
	else
		g_string_append_printf(s, " %s%s", what->is_on ? "on" : "off",
				       what->loses ? " loses" : "");
}

static void tell_rest(GString *s, const struct observe_event *ev)
{
	switch (ev->kind) {
	case OBSERVE_TLB_FILL:
	case OBSERVE_TLB_CONFLICT:
	case OBSERVE_TLB_INVALIDATE:
		g_string_append_printf(s, " va %#x %zu", ev->va, ev->len);
		break;
	case OBSERVE_CPU_FAULT:
		g_string_append_printf(s, " va %#x DFSR %#x", ev->va, ev->fault.dfsr);
		break;
	case OBSERVE_MASTER_FAULT:
		g_string_append_printf(s, " dma %#llx kind %d", (unsigned long long)ev->dma,
				       ev->refusal.kind);
		break;
	case OBSERVE_IOMMU:
		g_string_append_printf(s, " %s stream %u %s %#llx: %s",
				       iommu_hw_name(ev->iommu->iommu), ev->iommu->access.stream,
				       ev->iommu->access.is_write ? "write" : "read",
				       (unsigned long long)ev->dma,
				       iommu_hw_reason_name(ev->iommu->result.reason));
		break;
	case OBSERVE_SUPPLY:
	case OBSERVE_UNSUPPLIED:
		tell_supply(s, ev);
		break;
	default:
		tell_memory(s, ev);
	}
	g_string_append_c(s, '\n');
}

/* FNV-1a: any difference in any event shows. */
static guint64 hashed(guint64 hash, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ ((const guint8 *)bytes)[i]) * 0x100000001b3u;
	return hash;
}

/* What is only asked for, or takes no step of its own: what comes of it is told by the rest. */
static bool is_aside(const struct observe_event *ev)
{
	return ev->kind == OBSERVE_MAINTAIN || ev->kind == OBSERVE_UPHEAVAL ||
	       ev->kind == OBSERVE_BARRIER || ev->kind == OBSERVE_REGISTER;
}

static void on_event(struct observer *o, const struct observe_event *ev)
{
	struct story *s = (struct story *)o;
	gsize before = s->text->len;

	if (is_aside(ev))
		return;
	tell_who(s->text, ev);
	tell_rest(s->text, ev);
	s->nr_events++;
	s->hash = hashed(s->hash, &ev->step, sizeof(ev->step));
	s->hash = hashed(s->hash, s->text->str + before, s->text->len - before);
	if (ev->bytes)
		s->hash = hashed(s->hash, ev->bytes, ev->len);
}

struct story *story_new(struct rig *rig)
{
	struct story *s = g_new0(struct story, 1);

	s->observer.event = on_event;
	s->rig = rig;
	s->text = g_string_new(NULL);
	s->hash = 0xcbf29ce484222325u;
	machine_observe(rig->m, &s->observer);
	return s;
}

void story_free(struct story *s)
{
	machine_unobserve(s->rig->m, &s->observer);
	g_string_free(s->text, true);
	g_free(s);
}

void expects_story(struct story *s, const char *want)
{
	cpu_isb(s->rig->cpu);		/* a native store that is still pending is told now */
	if (strcmp(s->text->str, want))
		fail_msg("the story is\n%sexpected\n%s", s->text->str, want);
	g_string_truncate(s->text, 0);
}
