/* SPDX-License-Identifier: MIT */
/*
 * How the kernel's cache maintenance and ours compare, in each of the three reports.
 * Nothing is said of a trace that records none.
 */
#include "report.h"
#include "../ui.h"

#define SHOWN_OF_EACH	4u	/* differences of one reason, in the text */

static const char *const track_names[NR_JUDGE_TRACKS] = {
	[TRACK_FOR_DEVICE] = "sync_for_device", [TRACK_FOR_CPU] = "sync_for_cpu",
	[TRACK_ALLOC] = "allocation", [TRACK_OUTER] = "outer cache",
};

static const struct difference *difference_at(const struct replay_report *rep, unsigned i)
{
	return &g_array_index(rep->judgement.differences, struct difference, i);
}

/* "line 12, eth0, dma_map_sg: the kernel ..., here ...". */
static char *difference_text(const struct difference *d)
{
	g_autofree char *kernel = judged_call_text(&d->kernel);
	g_autofree char *ours = judged_call_text(&d->ours);
	g_autofree char *at = d->kernel.line ? g_strdup_printf(" in line %" G_GUINT64_FORMAT,
							       d->kernel.line) : g_strdup("");

	if (!d->dev)
		return g_strdup_printf("the kernel %s%s; no event followed", kernel, at);
	return g_strdup_printf("line %" G_GUINT64_FORMAT ", %s, %s: the kernel %s%s, here %s%s",
			       d->line, d->dev->name, trace_kind_name(d->event), kernel, at, ours,
			       d->is_order ? ", in another order" : "");
}

static bool says_bounces(const struct judgement *v)
{
	return v->bounced_same || v->bounced_there || v->bounced_here;
}

static char *bounce_sentence(const struct judgement *v)
{
	g_autofree char *same = ui_count(v->bounced_same);
	g_autofree char *all = ui_count(v->bounced_same + v->bounced_there);
	g_autofree char *here = ui_count(v->bounced_here);

	return g_strdup_printf("bounces: %s of %s buffers that the kernel bounced; %s only here",
			       same, all, here);
}

/* ---- text ---------------------------------------------------------------- */

static void print_tracks(const struct judgement *v, FILE *out)
{
	for (int t = 0; t < NR_JUDGE_TRACKS; t++) {
		g_autofree char *same = ui_count(v->same[t]);
		g_autofree char *all = ui_count(v->kernel[t]);

		if (v->kernel[t])
			fprintf(out, "%10s  of %s of %s\n", same, all, track_names[t]);
	}
}

static void print_reason(const struct replay_report *rep, enum judge_reason reason, FILE *out)
{
	g_autofree char *nr = ui_count(rep->judgement.reasons[reason]);
	unsigned shown = 0;

	fprintf(out, "%10s  differ, %s: %s\n", nr, judge_reasons[reason].key,
		judge_reasons[reason].what);
	for (unsigned i = 0; i < rep->judgement.differences->len && shown < SHOWN_OF_EACH; i++) {
		g_autofree char *text = difference_text(difference_at(rep, i));

		if (difference_at(rep, i)->reason != reason)
			continue;
		fprintf(out, "            %s\n", text);
		shown++;
	}
}

void judge_print(const struct replay_report *rep, FILE *out)
{
	const struct judgement *v = &rep->judgement;
	g_autofree char *sentence = judgement_sentence(v);
	g_autofree char *bounces = bounce_sentence(v);

	if (sentence)
		fprintf(out, "\n%sThe kernel's own cache maintenance; %s%s\n",
			ui_style(out, UI_BOLD), sentence, ui_style(out, UI_PLAIN));
	if (sentence)
		print_tracks(v, out);
	for (int i = 0; sentence && i < NR_JUDGE_REASONS; i++)
		if (v->reasons[i])
			print_reason(rep, (enum judge_reason)i, out);
	if (says_bounces(v))
		fprintf(out, "%s  %s\n", sentence ? "" : "\n", bounces);
}

/* ---- JSON ------------------------------------------------------------------ */

static void put_call(JsonBuilder *b, const char *key, const struct judged_call *c)
{
	if (c->kind == NR_TRACE_KINDS)
		return;
	json_begin(b, key);
	json_put_text(b, "call", trace_kind_name(c->kind));
	if (c->pa != JUDGE_ANY)
		json_put_hex(b, "address", c->pa);
	json_put(b, "bytes", c->len);
	if (judge_track_of(c->kind) <= TRACK_FOR_CPU)
		json_put_text(b, "direction", dir_name(c->dir));
	if (c->line)
		json_put(b, "line", c->line);
	json_builder_end_object(b);
}

static void put_difference(JsonBuilder *b, const struct difference *d)
{
	json_builder_begin_object(b);
	json_put_text(b, "reason", judge_reasons[d->reason].key);
	if (d->dev) {
		json_put(b, "line", d->line);
		json_put_text(b, "event", trace_kind_name(d->event));
		json_put_text(b, "device", d->dev->name);
	}
	json_put_bool(b, "is_order", d->is_order);
	put_call(b, "kernel", &d->kernel);
	put_call(b, "here", &d->ours);
	json_builder_end_object(b);
}

static void put_tracks(JsonBuilder *b, const char *key, const uint64_t *nr)
{
	json_begin(b, key);
	json_put(b, "for_device", nr[TRACK_FOR_DEVICE]);
	json_put(b, "for_cpu", nr[TRACK_FOR_CPU]);
	json_put(b, "allocation", nr[TRACK_ALLOC]);
	json_put(b, "outer", nr[TRACK_OUTER]);
	json_builder_end_object(b);
}

void judge_put(JsonBuilder *b, const struct replay_report *rep)
{
	const struct judgement *v = &rep->judgement;
	g_autofree char *sentence = judgement_sentence(v);

	json_begin(b, "maintenance");
	json_put_bool(b, "is_recorded", sentence);
	json_put_text(b, "sentence", sentence);
	put_tracks(b, "kernel", v->kernel);
	put_tracks(b, "same", v->same);
	json_put(b, "explained", judgement_explained(v));
	json_put(b, "unexplained", v->reasons[REASON_NONE]);
	json_begin(b, "reasons");
	for (int i = 0; i < NR_JUDGE_REASONS; i++)
		if (v->reasons[i])
			json_put(b, judge_reasons[i].key, v->reasons[i]);
	json_builder_end_object(b);
	json_builder_set_member_name(b, "differences");
	json_builder_begin_array(b);
	for (unsigned i = 0; sentence && i < v->differences->len; i++)
		put_difference(b, difference_at(rep, i));
	json_builder_end_array(b);
	json_put(b, "unlisted", v->unlisted);
	json_begin(b, "bounces");
	json_put(b, "same", v->bounced_same);
	json_put(b, "only_there", v->bounced_there);
	json_put(b, "only_here", v->bounced_here);
	json_builder_end_object(b);
	json_builder_end_object(b);
}

/* ---- HTML ------------------------------------------------------------------ */

static void add_reason(GString *s, const struct replay_report *rep, enum judge_reason reason)
{
	g_autofree char *nr = ui_count(rep->judgement.reasons[reason]);

	g_string_append_printf(s, "<tr><td>%s</td><td class=\"text\"><b>%s</b>: %s<ul>", nr,
			       judge_reasons[reason].key, judge_reasons[reason].what);
	for (unsigned i = 0; i < rep->judgement.differences->len; i++) {
		g_autofree char *text = difference_text(difference_at(rep, i));
		g_autofree char *escaped = g_markup_escape_text(text, -1);

		if (difference_at(rep, i)->reason == reason)
			g_string_append_printf(s, "<li>%s</li>", escaped);
	}
	g_string_append(s, "</ul></td></tr>\n");
}

void judge_page(GString *s, const struct replay_report *rep)
{
	const struct judgement *v = &rep->judgement;
	g_autofree char *sentence = judgement_sentence(v);
	g_autofree char *bounces = bounce_sentence(v);

	if (sentence)
		g_string_append_printf(s, "<h2>The kernel's own cache maintenance</h2>\n<p>%s</p>\n"
				       "<table>", sentence);
	for (int i = 0; sentence && i < NR_JUDGE_REASONS; i++)
		if (v->reasons[i])
			add_reason(s, rep, (enum judge_reason)i);
	if (sentence)
		g_string_append(s, "</table>\n");
	if (says_bounces(v))
		g_string_append_printf(s, "<p>%s</p>\n", bounces);
}
