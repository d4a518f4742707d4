/* SPDX-License-Identifier: MIT */
/*
 * One run: options, board, the loop over the trace, and what is left to say.
 */
#include <string.h>

#include "engine.h"

#define LOWMEM_BYTES	(768ull << 20)	/* what the library uses: <linux/mm.h> */
#define PROGRESS_EVENTS	4096u

G_DEFINE_QUARK(armdma-replay-error-quark, replay_error)

/* ---- findings ------------------------------------------------------------ */

static void find_va(struct replay *r, struct replay_device *dev, enum finding finding,
		    uint64_t line, const char *format, va_list ap)
{
	struct replay_report *rep = r->rep;

	TALLY(dev, findings[finding], 1);
	if (rep->nr_examples[finding] == MAX_EXAMPLES)
		return;
	rep->nr_examples[finding]++;

	struct example e = {
		.finding = finding, .device = dev->idx, .line = line,
		.text = g_strdup_vprintf(format, ap),
	};

	g_array_append_val(rep->examples, e);
}

void replay_find(struct replay *r, struct replay_device *dev, enum finding finding,
		 const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	find_va(r, dev, finding, r->ev ? r->ev->line : 0, format, ap);
	va_end(ap);
}

void replay_find_at(struct replay *r, struct replay_device *dev, enum finding finding,
		    uint64_t line, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	find_va(r, dev, finding, line, format, ap);
	va_end(ap);
}

bool replay_has_gaps(const struct replay *r)
{
	const struct trace_stats *s = trace_stats(r->reader);

	return s->lost || s->malformed || s->is_cut_short;
}

/* ---- options: DEV=VALUE ---------------------------------------------------- */

static bool pairs_parse(char **args, const char *option, GHashTable *ret, GError **error)
{
	for (char **a = args; a && *a; a++) {
		char *eq = strrchr(*a, '=');

		if (!eq || eq == *a || !eq[1]) {
			g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_OPTION,
				    "--%s %s: DEVICE=VALUE is expected", option, *a);
			return false;
		}
		g_hash_table_insert(ret, g_strndup(*a, eq - *a), g_strdup(eq + 1));
	}
	return true;
}

static bool mask_parse(const char *dev, const char *bits, uint64_t *ret_mask, GError **error)
{
	guint64 n;

	if (!g_ascii_string_to_unsigned(bits, 10, 1, 64, &n, NULL)) {
		g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_OPTION,
			    "--mask %s=%s: 1 to 64 bits are expected", dev, bits);
		return false;
	}
	*ret_mask = DMA_BIT_MASK(n);
	return true;
}

static bool masks_are_good(GHashTable *masks, GError **error)
{
	GHashTableIter it;
	gpointer dev, bits;
	uint64_t mask;

	g_hash_table_iter_init(&it, masks);
	while (g_hash_table_iter_next(&it, &dev, &bits))
		if (!mask_parse(dev, bits, &mask, error))
			return false;
	return true;
}

/* Not a master of the board, but one like it: --device eth0=coherent. */
static bool is_generic(const char *master)
{
	return strcmp(master, "coherent") == 0 || strcmp(master, "noncoherent") == 0;
}

static bool masters_are_good(struct replay *r, GError **error)
{
	GHashTableIter it;
	gpointer dev, master;

	g_hash_table_iter_init(&it, r->masters);
	while (g_hash_table_iter_next(&it, &dev, &master))
		if (!is_generic(master) && !board_master(machine_board(r->m), master)) {
			g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_OPTION,
				    "--device %s=%s: the board has no master %s",
				    (char *)dev, (char *)master, (char *)master);
			return false;
		}
	return true;
}

/* An option for a device that never came is a typing error. */
static bool all_came(struct replay *r, GHashTable *options, const char *option, GError **error)
{
	g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(options),
					     (GCompareFunc)strcmp);

	for (GList *n = names; n; n = n->next)
		if (!g_hash_table_contains(r->by_name, n->data)) {
			g_set_error(error, REPLAY_ERROR, REPLAY_ERROR_OPTION,
				    "--%s %s=%s: %s has no device %s", option,
				    (char *)n->data,
				    (char *)g_hash_table_lookup(options, n->data),
				    r->cfg->trace, (char *)n->data);
			return false;
		}
	return true;
}

/* ---- devices ------------------------------------------------------------------ */

static void device_set_mask(struct replay *r, struct replay_device *dev)
{
	const char *bits = g_hash_table_lookup(r->masks, dev->name);

	dev->mask = DMA_BIT_MASK(32);
	dev->mask_from = "Linux's default";
	if (!bits)
		return;
	mask_parse(dev->name, bits, &dev->mask, NULL);
	dev->mask_from = "--mask";
	if (dma_set_mask_and_coherent(dev->dev, dev->mask))
		replay_find(r, dev, FIND_MASK_REFUSED, "%s bits", bits);
}

static struct device *device_on_board(struct replay *r, struct replay_device *dev,
				      const struct board_master *master)
{
	const struct board *b = machine_board(r->m);

	dev->master_path = g_strdup(master->path);
	if (master->iommus->len) {
		unsigned idx = g_array_index(master->iommus, unsigned, 0);
		const struct board_iommu *iommu = b->iommus->pdata[idx];

		dev->bypassed = g_strdup(iommu->path);
	}
	return harness_device(r->h, master->path);
}

static void device_find_master(struct replay *r, struct replay_device *dev)
{
	const char *name = g_hash_table_lookup(r->masters, dev->name);
	const struct board_master *on_board =
		board_master(machine_board(r->m), name ? name : dev->name);

	if (name && is_generic(name))
		dev->dev = harness_device_new(r->h, dev->name, strcmp(name, "coherent") == 0);
	else if (on_board)
		dev->dev = device_on_board(r, dev, on_board);
	else
		dev->dev = harness_device(r->h, dev->name);
	dev->master = harness_master(dev->dev);
	dev->is_coherent = dev->dev->dma_coherent;
}

/* What the board makes of it, once it has a device in the library. */
static void device_settle(struct replay_device *dev)
{
	struct replay *r = dev->r;

	device_set_mask(r, dev);
	if (r->iommus)
		iommus_place(r->iommus, dev);
	dev->max_mapping = dma_max_mapping_size(dev->dev);
	dev->dma_limit = dev->dev->bus_dma_limit;
}

void replay_device_again(struct replay_device *dev)
{
	dev->dev = harness_device_new(dev->r->h, dev->name, dev->is_coherent);
	dev->master = harness_master(dev->dev);
	device_settle(dev);
}

static struct replay_device *device_new(struct replay *r, const char *name)
{
	struct replay_device *dev = g_new0(struct replay_device, 1);

	dev->r = r;
	dev->name = g_strdup(name);
	dev->idx = r->rep->devices->len;
	dev->live = live_new();
	dev->dma_lowest = UINT64_MAX;
	g_ptr_array_add(r->rep->devices, dev);
	g_hash_table_insert(r->by_name, dev->name, dev);
	device_find_master(r, dev);
	device_settle(dev);
	return dev;
}

struct replay_device *replay_device(struct replay *r, const char *name)
{
	struct replay_device *dev = g_hash_table_lookup(r->by_name, name);

	return dev ? dev : device_new(r, name);
}

static void device_free(gpointer p)
{
	struct replay_device *dev = p;

	live_free(dev->live);
	histogram_done(&dev->t.lifetimes);
	g_free(dev->master_path);
	g_free(dev->bypassed);
	g_free(dev->name);
	g_free(dev);
}

/* ---- what the report says of the board --------------------------------------- */

static void describe_level(GString *s, const char *name, const struct cache_geometry *g)
{
	if (g->bytes)
		g_string_append_printf(s, "%s%s %u KiB, %u-way, %u-byte lines",
				       s->len ? "; " : "", name, g->bytes >> 10, g->nr_ways,
				       g->line_bytes);
}

static void describe_caches(struct replay_report *rep, const struct board *b)
{
	const struct board_cpu *cpu = board_boot_cpu(b);
	bool has_l2 = cpu->l2.bytes;
	const struct cache_geometry *below = has_l2 ? &cpu->l2 : &b->outer.cache;
	bool has_below = has_l2 || board_has_outer(b);
	GString *s = g_string_new("");

	rep->level[0].name = "L1D";
	rep->level[0].line_bytes = cpu->l1d.line_bytes;
	rep->has_outer = has_below && !has_l2;
	rep->level[1].name = rep->has_outer ? "outer" : "L2";
	rep->level[1].line_bytes = has_below && below->bytes ? below->line_bytes : 0;
	describe_level(s, "L1D", &cpu->l1d);
	if (has_below) {
		g_autofree char *outer = g_strdup_printf("outer (%s)", b->outer.name);

		describe_level(s, rep->has_outer ? outer : "L2", below);
	}
	rep->board_caches = g_string_free(s, FALSE);
}

static void describe_memory(struct replay_report *rep, const struct board *b)
{
	for (unsigned i = 0; i < b->banks->len; i++) {
		const struct board_bank *bank = &g_array_index(b->banks, struct board_bank, i);
		uint64_t start = g_array_index(b->banks, struct board_bank, 0).pa;

		rep->dram_bytes += bank->len;
		if (bank->pa < start + LOWMEM_BYTES)
			rep->lowmem_bytes += MIN(bank->len, start + LOWMEM_BYTES - bank->pa);
	}
}

static void describe_board(struct replay *r)
{
	const struct board *b = machine_board(r->m);
	const struct board_cpu *cpu = board_boot_cpu(b);
	struct replay_report *rep = r->rep;

	rep->board_model = g_strdup(b->model ? b->model : "");
	rep->nr_cpus = machine_nr_cpus(r->m);
	rep->board_cpu = g_strdup_printf("%u x %s%s", rep->nr_cpus,
					 cpu->part ? cpu->part->name : cpu->compatible,
					 cpu->part && cpu->part->arch == 8 ?
					 " in AArch32 state" : "");
	describe_caches(rep, b);
	describe_memory(rep, b);
}

static char *board_short_name(const char *path)
{
	g_autofree char *base = g_path_get_basename(path);

	if (g_str_has_suffix(base, ".dtb"))
		base[strlen(base) - 4] = '\0';
	return g_steal_pointer(&base);
}

/* ---- the run --------------------------------------------------------------------- */

static void guess_page_size(struct replay_report *rep)
{
	if (rep->nr_page_hints < 8 || rep->unaligned_4k)
		return;
	rep->page_size = rep->unaligned_16k ? 4096 : rep->unaligned_64k ? 16384 : 65536;
}

static void note_time(struct replay *r, const struct trace_event *ev)
{
	struct replay_report *rep = r->rep;

	if (ev->kind == TRACE_LOST)
		return;			/* carries no time of its own */
	if (!rep->events)
		rep->first_us = ev->time_us;
	rep->events++;
	rep->last_us = MAX(rep->last_us, ev->time_us);
	r->now_us = ev->time_us > rep->first_us ? ev->time_us - rep->first_us : 0;
}

static void show_progress(struct replay *r)
{
	uint64_t done, size;

	if (!r->cfg->progress || r->rep->events % PROGRESS_EVENTS)
		return;
	trace_progress(r->reader, &done, &size);
	r->cfg->progress(r->rep->events, done, size);
}

static void replay_events_of(struct replay *r)
{
	struct trace_event ev;

	while (trace_next(r->reader, &ev)) {
		r->ev = &ev;
		note_time(r, &ev);
		apply_event(r, &ev);
		show_progress(r);
	}
	r->ev = NULL;
}

static void finish(struct replay *r)
{
	struct replay_report *rep = r->rep;

	machine_count(r->m, &rep->all);
	rep->hygiene = *trace_stats(r->reader);
	rep->nr_trace_cpus = g_hash_table_size(r->trace_cpus);
	guess_page_size(rep);
	judge_end(r->judge);
	if (r->iommus)
		iommus_end(r->iommus);
	apply_end(r);
	hazards_fold(r);
}

static bool option_set(struct harness_config *cfg, const char *key, const char *value,
		       GError **error)
{
	if (!value || harness_config_set(cfg, key, value, error))
		return true;
	g_prefix_error(error, "--");
	return false;
}

/* The library's name of what Linux does is another. */
static const char *iova_option(const char *policy)
{
	return policy && !strcmp(policy, "linux") ? "dma-iommu" : policy;
}

static bool harness_begin(struct replay *r, GError **error)
{
	struct harness_config cfg = {
		.board = r->cfg->board, .cpu = r->cfg->cpu,
		.gear = r->cfg->gear, .chooser = r->cfg->chooser, .seed = r->cfg->seed,
		.hazards = r->cfg->hazards,
	};

	cfg.hazards.is_quiet = !r->cfg->is_verbose;
	if (!option_set(&cfg, "coherent", r->cfg->coherent, error) ||
	    !option_set(&cfg, "swiotlb", r->cfg->swiotlb, error) ||
	    !option_set(&cfg, "iommu", r->cfg->iommu, error) ||
	    !option_set(&cfg, "iova", iova_option(r->cfg->iova), error))
		return false;
	r->h = harness_start(&cfg, error);
	if (!r->h)
		return false;
	r->m = harness_machine(r->h);
	return true;
}

static void replay_done(struct replay *r)
{
	judge_free(r->judge);
	iommus_free(r->iommus);
	renamer_free(r->renamer);
	if (r->h)
		harness_finish(r->h);
	trace_close(r->reader);
	g_clear_pointer(&r->by_name, g_hash_table_unref);
	g_clear_pointer(&r->masks, g_hash_table_unref);
	g_clear_pointer(&r->masters, g_hash_table_unref);
	g_clear_pointer(&r->iommu_runs, g_hash_table_unref);
	g_clear_pointer(&r->trace_cpus, g_hash_table_unref);
}

static void runs_free(gpointer runs)
{
	g_array_free(runs, TRUE);
}

static struct replay_report *report_new(const struct replay_config *cfg)
{
	struct replay_report *rep = g_new0(struct replay_report, 1);

	rep->trace = g_strdup(cfg->trace);
	rep->board_name = board_short_name(cfg->board);
	rep->cpu_option = g_strdup(cfg->cpu);
	rep->board_label = g_strjoin(" --cpu ", rep->board_name, cfg->cpu, NULL);
	rep->gear = cfg->gear;
	rep->chooser = cfg->chooser;
	rep->seed = cfg->seed;
	rep->is_complete = cfg->is_complete;
	rep->coherent = g_strdup(cfg->coherent);
	rep->swiotlb = g_strdup(cfg->swiotlb);
	rep->devices = g_ptr_array_new_with_free_func(device_free);
	rep->examples = g_array_new(FALSE, FALSE, sizeof(struct example));
	rep->pairs = g_array_new(FALSE, FALSE, sizeof(struct shared_pair));
	return rep;
}

static bool run(struct replay *r, GError **error)
{
	if (!pairs_parse(r->cfg->masks, "mask", r->masks, error) ||
	    !pairs_parse(r->cfg->devices, "device", r->masters, error) ||
	    !masks_are_good(r->masks, error))
		return false;
	r->reader = trace_open(r->cfg->trace, error);
	if (!r->reader || !harness_begin(r, error) || !masters_are_good(r, error))
		return false;
	describe_board(r);
	r->renamer = renamer_new(r);
	r->judge = judge_new(r);
	r->iommus = iommus_new(r);
	replay_events_of(r);
	finish(r);
	return all_came(r, r->masks, "mask", error) && all_came(r, r->masters, "device", error);
}

struct replay_report *replay_run(const struct replay_config *cfg, GError **error)
{
	struct replay r = {
		.cfg = cfg,
		.rep = report_new(cfg),
		.by_name = g_hash_table_new(g_str_hash, g_str_equal),
		.masks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.masters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.iommu_runs = g_hash_table_new_full(NULL, NULL, NULL, runs_free),
		.trace_cpus = g_hash_table_new(NULL, NULL),
	};
	bool is_good = run(&r, error);

	replay_done(&r);
	if (is_good)
		return r.rep;
	replay_report_free(r.rep);
	return NULL;
}

void replay_report_free(struct replay_report *rep)
{
	if (!rep)
		return;
	for (unsigned i = 0; i < rep->examples->len; i++)
		g_free(g_array_index(rep->examples, struct example, i).text);
	g_array_free(rep->examples, TRUE);
	g_array_free(rep->pairs, TRUE);
	if (rep->judgement.differences)
		g_array_free(rep->judgement.differences, TRUE);
	if (rep->iommu_judgement.differences)
		g_array_free(rep->iommu_judgement.differences, TRUE);
	iommu_report_done(&rep->iommu);
	g_ptr_array_free(rep->devices, TRUE);
	histogram_done(&rep->total.lifetimes);
	g_free(rep->trace);
	g_free(rep->board_name);
	g_free(rep->cpu_option);
	g_free(rep->coherent);
	g_free(rep->swiotlb);
	g_free(rep->board_label);
	g_free(rep->board_model);
	g_free(rep->board_cpu);
	g_free(rep->board_caches);
	g_free(rep);
}

bool replay_is_clean(const struct replay_report *rep)
{
	for (int f = 0; f < NR_FINDINGS; f++)
		if (finding_infos[f].is_trouble && rep->total.findings[f])
			return false;
	return true;
}

bool replay_is_empty(const struct replay_report *rep)
{
	return !rep->devices->len;
}

uint64_t replay_events(const struct replay_report *rep)
{
	return rep->events;
}
