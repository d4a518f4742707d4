/* SPDX-License-Identifier: MIT */
/*
 * The harness: what a test of a driver stands on. Board, machine, kernel, hazards;
 * and devices, each a struct device for the driver with a port on the bus for the
 * test that plays its hardware.
 */
#include <armdma/harness.h>

#include <string.h>
#include <asm/dma-mapping.h>
#include <linux/dma-direct.h>
#include <linux/of_address.h>

#include "base/devres.h"
#include "base/driver.h"
#include "base/of.h"
#include "base/pm.h"
#include "harness-device.h"
#include "harness-iommu.h"
#include "harness-options.h"
#include "dma/arm-iommu.h"
#include "dma/dma.h"
#include "iommu/core.h"
#include "iommu/drivers.h"

#define DEFAULT_BOARD	"a9-pl310"

struct harness {
	struct board *board;
	struct machine *machine;
	struct kernel *kernel;
	struct hazard_engine *hazards;
	char *replay;
	FILE *record;			/* or NULL */
	struct harness_iommus iommus;
	GPtrArray *devices;		/* of struct platform_device *, as they were plugged */
};

/* ---- whose calls these are -------------------------------------------------------------- */

/* What a driver does without naming a machine, it does on @k's. Return: for leave(). */
static struct cpu *enter(struct kernel *k)
{
	struct cpu *before = cpu_current();

	if (kernel_current() != k)
		cpu_enter(k->port.cpu0);
	return before;
}

static void leave(struct cpu *before)
{
	if (cpu_current() != before)
		cpu_enter(before);
}

/* ---- devices ------------------------------------------------------------------------------ */

/*
 * Of the board's own ranges a map, ended by size 0; its limit is the highest of them,
 * and no mask is wider than that. Linux: of_dma_configure_id().
 */
static void set_ranges(struct device *dev, const GArray *ranges)
{
	struct bus_dma_region *map;

	if (!ranges || !ranges->len)
		return;
	map = g_new0(struct bus_dma_region, ranges->len + 1);
	for (guint i = 0; i < ranges->len; i++) {
		const struct board_range *r = &g_array_index(ranges, struct board_range, i);

		map[i] = (struct bus_dma_region){ r->pa, r->dma, r->len };
		dev->bus_dma_limit = MAX(dev->bus_dma_limit, r->dma + r->len - 1);
	}
	dev->dma_range_map = map;
	*dev->dma_mask &= DMA_BIT_MASK(ilog2(dev->bus_dma_limit) + 1);
	dev->coherent_dma_mask = *dev->dma_mask;
}

static bool is_translated(struct device *dev)
{
	const struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && domain->type & __IOMMU_DOMAIN_PAGING;
}

/*
 * The region that comes first in its memory-region, if that is for coherent memory. Drivers
 * ask for it where no IOMMU gives them memory in one piece; one that does has not mapped it.
 */
static void bind_region(struct harness *h, struct device *dev, const struct board_master *at)
{
	const struct board_reserved *node = board_region(h->board, at);
	struct reserved_region *r = node ? reserved_of(h->kernel, node) : NULL;

	if (r && r->use == REGION_COHERENT && !is_translated(dev))
		coherent_bind_region(dev, r);
}

/* The first region of its own that is a restricted pool. Linux: of_dma_set_restricted_buffer(). */
static void set_bounce_region(struct harness *h, struct device *dev,
			      const struct board_master *at)
{
	for (guint i = 0; i < at->regions->len; i++) {
		unsigned idx = g_array_index(at->regions, unsigned, i);
		const struct reserved_region *r;

		if (idx == BOARD_NO_REGION)
			continue;
		r = reserved_of(h->kernel, g_ptr_array_index(h->board->reserved, idx));
		if (!r || r->use != REGION_RESTRICTED)
			continue;
		restricted_attach(dev, r->pa, r->len);
		return;
	}
}

static const struct board_master *master_of(const struct platform_device *pdev)
{
	const struct device_node *np = pdev->dev.of_node;

	return np && !np->is_iommu ? np->data : NULL;
}

/* Its port on the bus, and what stands between that and memory. */
static void plug_in(struct harness *h, struct platform_device *pdev, bool snoops)
{
	const struct board_master *at = master_of(pdev);
	const GArray *ranges = at ? at->ranges : NULL;
	struct device *dev = &pdev->dev;
	struct master_config mc = {
		.name = pdev->name,
		.is_coherent = snoops || h->kernel->config.coherent == COHERENT_HARDWARE,
		.port = at && at->has_cci_interface ? PORT_ACE_LITE : PORT_BUS,
		.cci_interface = at ? at->cci_interface : 0,
		.ranges = ranges ? (const struct board_range *)(void *)ranges->data : NULL,
		.nr_ranges = ranges ? ranges->len : 0,
	};

	dev->dma_coherent = mc.is_coherent;
	dev->master = master_new(h->machine, &mc);
	harness_iommus_connect(&h->iommus, dev->master, at);
	set_ranges(dev, ranges);
	if (at)
		set_bounce_region(h, dev, at);
	g_ptr_array_add(h->devices, pdev);
	iommu_bus_add_device(dev);
}

/* ---- for lib/base: driver.h ---- */

static void plug(void *owner, struct platform_device *pdev)
{
	const struct board_master *at = master_of(pdev);

	plug_in(owner, pdev, at ? at->is_coherent : of_dma_is_coherent(pdev->dev.of_node));
}

static int configure(void *owner, struct device *dev, bool may_wait)
{
	const struct board_master *at = master_of(to_platform_device(dev));
	int ret = device_bind(dev, dev->dma_coherent, may_wait);

	if (!ret && at && !dev->dma_mem)
		bind_region(owner, dev, at);
	return ret;
}

/* ---- by name ---- */

static struct device *find_device(struct harness *h, const char *name)
{
	for (guint i = 0; i < h->devices->len; i++) {
		struct platform_device *pdev = g_ptr_array_index(h->devices, i);

		if (!strcmp(pdev->name, name))
			return &pdev->dev;
	}
	return NULL;
}

/* Whoever registered for it has it; else the caller is its driver. */
static struct device *bind(struct harness *h, struct device *dev)
{
	struct cpu *before = enter(h->kernel);

	if (!dev->was_unbound || device_attach(dev) != 1)
		configure(h, dev, false);
	dev->was_unbound = false;
	harness_iommus_settle(&h->iommus, h->kernel);
	leave(before);
	return dev;
}

static struct device *own_device(struct harness *h, const char *name, bool is_coherent)
{
	struct platform_device *pdev = platform_device_new(h->kernel, name, NULL);

	g_ptr_array_add(h->kernel->drivers->devices, pdev);
	plug_in(h, pdev, is_coherent);
	pdev->dev.was_unbound = true;
	return bind(h, &pdev->dev);
}

struct device *harness_device(struct harness *h, const char *name)
{
	const struct board_master *m = board_master(h->board, name);
	struct device *dev = find_device(h, m ? m->name : name);
	struct platform_device *pdev;

	if (dev)
		return bind(h, dev);
	if (!m)
		return own_device(h, name, false);
	pdev = platform_device_of(h->kernel, of_node_of_master(h->kernel, m));
	platform_device_plug(pdev);
	return bind(h, &pdev->dev);
}

struct device *harness_device_new(struct harness *h, const char *name, bool is_coherent)
{
	return own_device(h, name, is_coherent);
}

/* ---- start and finish ------------------------------------------------------------------- */

static struct device *device_at(const struct harness *h, guint i)
{
	return &((struct platform_device *)h->devices->pdata[i])->dev;
}

static void unplug(struct device *dev)
{
	devres_forget_all(dev);
	pm_forget(dev);
	if (dev->dmabounce)
		dmabounce_unregister_dev(dev);
	swiotlb_dev_exit(dev);
	g_free((void *)(uintptr_t)dev->dma_range_map);
}

static void harness_free(struct harness *h)
{
	for (guint i = 0; i < h->devices->len; i++)
		iommu_bus_remove_device(device_at(h, i));
	/* Before drivers that are never unbound lose what they keep: it is in the same list. */
	harness_iommus_done(&h->iommus, h->kernel);
	if (h->kernel)
		drivers_forget(h->kernel);
	for (guint i = 0; i < h->devices->len; i++)
		unplug(device_at(h, i));
	g_ptr_array_free(h->devices, TRUE);
	kernel_halt(h->kernel);
	machine_free(h->machine);
	if (h->record)
		fclose(h->record);
	board_free(h->board);
	g_free(h->replay);
	g_free(h);
}

static bool open_board(struct harness *h, const char *where, const char *cpu, GError **error)
{
	h->board = board_open(where, error);
	if (!h->board)
		return false;
	if (!cpu || board_set_cpu(h->board, cpu, error))
		return true;
	g_prefix_error(error, "the CPU asked for: ");
	return false;
}

static bool open_record(struct harness *h, const char *path, GError **error)
{
	h->record = path ? fopen(path, "we") : NULL;
	if (h->record || !path)
		return true;
	g_set_error(error, HARNESS_ERROR, 0, "record: %s: %s", path, g_strerror(errno));
	return false;
}

static bool build_machine(struct harness *h, const struct harness_config *cfg, GError **error)
{
	g_autoptr(machine_script) script = NULL;
	struct machine_config mc = {
		.board = h->board, .gear = cfg->gear, .chooser = cfg->chooser, .seed = cfg->seed,
		.tlb = cfg->tlb,
	};

	if (cfg->script) {
		mc.chooser = CHOOSER_SCRIPT;
		mc.script = script = options_read_script(cfg->script, error);
		if (!script)
			return false;
	}
	if (!open_record(h, cfg->record_path, error))
		return false;
	mc.record = h->record;
	h->machine = machine_new(&mc, error);
	return h->machine;
}

static bool build(struct harness *h, const struct harness_config *cfg, const char *where,
		  const char *cpu, GError **error)
{
	const struct kernel_config kc = {
		.coherent = cfg->coherent,
		.cma_len = cfg->cma_bytes,
		.coherent_pool_len = cfg->coherent_pool_bytes,
		.is_repaired = cfg->behaviour == LINUX_REPAIRED,
		.swiotlb_len = cfg->swiotlb_bytes,
		.swiotlb_force = cfg->swiotlb_force,
		.debug_pools = cfg->dmapool_debug,
		.swiotlb_dynamic = cfg->swiotlb_dynamic,
		.iova_bitmap = cfg->iova == IOVA_BITMAP,
		.iova_spread = cfg->iova == IOVA_DMA_SPREAD,
		.bounces_kmalloc = cfg->bounce_kmalloc,
		.iommu = cfg->iommu,
	};

	if (!open_board(h, where, cpu, error) || !build_machine(h, cfg, error))
		return false;
	if (!harness_iommus_attach(&h->iommus, h->machine, cfg->iommu, &cfg->iommu_knobs, error))
		return false;
	h->kernel = kernel_boot(h->machine, &kc, error);
	return h->kernel;
}

static void watch(struct harness *h, const struct harness_config *cfg)
{
	struct hazard_config hc = cfg->hazards;

	if (cfg->no_hazards)
		return;
	if (!hc.replay)
		hc.replay = h->replay;
	h->hazards = hazard_attach(h->machine, &hc);
}

static const char *board_name(const struct harness_config *cfg)
{
	const char *from_env = g_getenv("ARMDMA_BOARD");

	if (cfg->board)
		return cfg->board;
	return from_env && *from_env ? from_env : DEFAULT_BOARD;
}

static const char *cpu_spec(const struct harness_config *cfg)
{
	const char *from_env = cfg->board ? NULL : g_getenv("ARMDMA_CPU");

	if (cfg->cpu)
		return cfg->cpu;
	return from_env && *from_env ? from_env : NULL;
}

/* The program's own drivers first, then ours of what nobody took. */
static void start_drivers(struct harness *h)
{
	struct kernel *k = h->kernel;

	drivers_populate(k, &(struct driver_hooks){
		.owner = h, .plug = plug, .configure = configure, .cleanup = device_cleanup,
	});
	harness_iommus_prepare(&h->iommus, k);
	initcalls_run(k);
	for (size_t i = 0; iommu_drivers[i]; i++)
		platform_driver_register(iommu_drivers[i]);
	drivers_ready(k);
	drivers_over(k);
	harness_iommus_settle(&h->iommus, k);
}

/* Notes of the fast gear come from many threads at once, and IOMMUs are not watched. */
static bool is_possible(const struct harness_config *cfg, GError **error)
{
	if (cfg->gear != GEAR_FAST || !cfg->hazards.exposure)
		return true;
	g_set_error(error, HARNESS_ERROR, 0,
		    "exposure=on needs gear=exact: the fast gear does not watch IOMMUs");
	return false;
}

static struct harness *start(const struct harness_config *cfg, GError **error)
{
	struct harness *h;
	const char *where = board_name(cfg);
	const char *cpu = cpu_spec(cfg);

	if (!is_possible(cfg, error))
		return NULL;
	h = g_new0(struct harness, 1);
	h->devices = g_ptr_array_new();
	if (cfg->hazards.suppressions &&
	    !hazard_check_suppressions(cfg->hazards.suppressions, error)) {
		harness_free(h);
		return NULL;
	}
	if (!build(h, cfg, where, cpu, error)) {
		harness_free(h);
		return NULL;
	}
	h->replay = options_replay(cfg, where, cpu);
	watch(h, cfg);
	start_drivers(h);
	return h;
}

struct harness *harness_current(void)
{
	struct kernel *k = kernel_current();

	return k ? k->drivers->hooks.owner : NULL;
}

struct harness *harness_start(const struct harness_config *cfg, GError **error)
{
	struct options o = { .strings = NULL };
	struct harness *h = NULL;

	if (cfg)
		return start(cfg, error);
	if (options_from_environment(&o, error))
		h = start(&o.cfg, error);
	options_done(&o);
	return h;
}

struct harness *harness_start_or_exit(const struct harness_config *cfg)
{
	g_autoptr(GError) error = NULL;
	struct harness *h = harness_start(cfg, &error);

	if (h)
		return h;
	fprintf(stderr, "armdma: %s\n", error->message);
	exit(2);
}

void harness_unbind(struct device *dev)
{
	struct cpu *before = enter(dev->kernel);

	device_unbind(dev, __builtin_return_address(0));
	dev->was_unbound = true;
	leave(before);
}

/* A schedule that did not happen as it was written proves nothing. */
static void tell_script(const struct machine *m)
{
	struct machine_script_outcome o;

	machine_script_ask(m, &o);
	if (o.nr_skipped || o.nr_waiting)
		fprintf(stderr, "armdma: script: %llu done, %llu not possible when the time came, "
			"%llu whose time never came\n", (unsigned long long)o.nr_done,
			(unsigned long long)o.nr_skipped, (unsigned long long)o.nr_waiting);
}

int harness_finish(struct harness *h)
{
	struct cpu *before;
	int status;

	if (!h)
		return 0;
	before = enter(h->kernel);
	hazard_stopping(h->hazards);
	for (guint i = 0; i < h->devices->len; i++) {
		if (!driver_has(device_at(h, i)))
			device_unbind(device_at(h, i), __builtin_return_address(0));
	}
	drivers_shutdown(h->kernel);
	leave(before);
	status = hazard_detach(h->hazards);
	tell_script(h->machine);
	harness_free(h);
	return status;
}

/* ---- asking --------------------------------------------------------------------------------- */

struct master *harness_master(struct device *dev)
{
	return dev->master;
}

int harness_restrict_device(struct device *dev, uint64_t pa, size_t len)
{
	return restricted_attach(dev, pa, len);
}

int harness_set_iova(struct device *dev, enum iova_backend how)
{
	bool is_bitmap = to_dma_iommu_mapping(dev) != NULL;

	if (!device_iommu_mapped(dev))
		return -ENODEV;
	if (dev->dma_ops && !is_bitmap)
		return -EINVAL;
	if (how == IOVA_BITMAP)
		return is_bitmap ? 0 : arm_setup_iommu_dma_ops(dev);
	arm_teardown_iommu_dma_ops(dev);
	return 0;
}

void harness_distrust_device(struct device *dev)
{
	dev->untrusted = true;
	dma_setup_device(dev);
}

bool harness_count_bounces(const struct device *dev, struct bounce_counters *ret_counters)
{
	const struct io_tlb_mem *mem = bounce_mem(dev);

	*ret_counters = (struct bounce_counters){ .nr_slots = 0 };
	if (!mem)
		return false;
	*ret_counters = (struct bounce_counters){
		mem->nr_slots, mem->used, mem->used_hiwater, mem->nr_transient,
	};
	return true;
}

struct iommu_hw *harness_iommu(struct harness *h, const char *name, bool *ret_stands_in)
{
	for (guint n = 0; n < h->iommus.units->len; n++) {
		const struct board_iommu *b = g_ptr_array_index(h->board->iommus, n);

		if (strcmp(b->name, name) && strcmp(b->path, name))
			continue;
		if (ret_stands_in)
			*ret_stands_in = g_array_index(h->iommus.stands_in, bool, n);
		return harness_iommus_hw(&h->iommus, n);
	}
	return NULL;
}

int harness_add_iommu(struct harness *h, struct device *dev, struct device *like)
{
	bool is_coherent = dev_is_dma_coherent(dev);
	int ret;

	if (h->kernel->config.iommu == IOMMU_OFF)
		return -ENODEV;
	if (master_iommu(dev->master, 0, NULL))
		return -EBUSY;
	device_unbind(dev, __builtin_return_address(0));
	ret = harness_iommus_add(&h->iommus, dev, like);
	device_bind(dev, is_coherent, false);
	return ret;
}

void harness_print_to(FILE *to)
{
	printk_redirect(to);
}

struct machine *harness_machine(struct harness *h)
{
	return h->machine;
}

struct hazard_engine *harness_hazards(struct harness *h)
{
	return h->hazards;
}

static void tell_sync(void *watcher, bool is_for_device, phys_addr_t pa, size_t len,
		      enum dma_data_direction dir)
{
	struct sync_watcher *w = watcher;

	w->sync(w, is_for_device, pa, len, dir);
}

static void tell_outer(void *watcher, enum outer_op op, phys_addr_t pa, size_t len)
{
	struct sync_watcher *w = watcher;

	w->outer(w, op != OUTER_INV, op != OUTER_CLEAN, pa, len);
}

void harness_watch_syncs(struct harness *h, struct sync_watcher *w)
{
	h->kernel->port.on_outer = w && w->outer ? tell_outer : NULL;
	h->kernel->port.watcher = w;
	h->kernel->port.on_sync = w ? tell_sync : NULL;
}

void harness_memory(struct harness *h, struct harness_memory *ret)
{
	const struct kernel *k = h->kernel;

	*ret = (struct harness_memory){ .pte_stores = k->port.nr_pte_stores };
	for (size_t i = 0; i < G_N_ELEMENTS(k->port.paged); i++)
		ret->split_sections += (uint64_t)__builtin_popcountll(k->port.paged[i]);
	for (guint i = 0; i < k->reserved->len; i++) {
		const struct reserved_region *r =
			&g_array_index(k->reserved, struct reserved_region, i);

		ret->carved_bytes += r->no_map ? r->len : 0;
	}
}

void harness_pass_time(struct harness *h, uint64_t ns)
{
	port_sleep(&h->kernel->port, ns);
}

void harness_cpu_dead(struct harness *h, unsigned cpu)
{
	dma_iommu_cpu_dead(h->kernel, cpu);
}

void harness_fail_allocation(struct harness *h, unsigned nth)
{
	__atomic_store_n(&h->kernel->fail_countdown, (int)nth, __ATOMIC_RELAXED);
}
