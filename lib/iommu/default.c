/* SPDX-License-Identifier: MIT */
/*
 * Which domain a group has when nobody attaches another.
 *
 *	what the driver insists on, else what was asked for, else the machine's default;
 *	where that cannot be had, IOMMU_DOMAIN_DMA
 *
 * Leaves out: devices that are not trusted (PCI's), and CONFIG_ARM_DMA_USE_IOMMU, under
 * which all default domains are identities.
 * Linux: drivers/iommu/iommu.c, iommu_setup_default_domain() and around.
 */
#include <stdio.h>
#include <string.h>

#include "core.h"

/* As sysfs has them. */
static const struct {
	const char *name;
	unsigned int type;
	bool can_be_stored;
} type_names[] = {
	{ "blocked", IOMMU_DOMAIN_BLOCKED, false },
	{ "identity", IOMMU_DOMAIN_IDENTITY, true },
	{ "unmanaged", IOMMU_DOMAIN_UNMANAGED, false },
	{ "DMA", IOMMU_DOMAIN_DMA, true },
	{ "DMA-FQ", IOMMU_DOMAIN_DMA_FQ, true },
};

static const char *type_name(unsigned int type)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++) {
		if (type_names[i].type == type)
			return type_names[i].name;
	}
	return "unknown";
}

struct iommu_domain *iommu_group_default_domain(struct iommu_group *group)
{
	return group->default_domain;
}

/* ---- choice ------------------------------------------------------------------------------ */

static int type_wanted_by(struct device *dev)
{
	const struct iommu_ops *ops = dev_iommu_ops(dev);

	if (ops->default_domain)
		return (int)ops->default_domain->type;
	return ops->def_domain_type ? ops->def_domain_type(dev) : 0;
}

/* What the members' drivers insist on; 0: nothing. Where they disagree, identity wins. */
static int type_wanted(struct iommu_group *group)
{
	struct group_device *gdev;
	int wanted = 0;

	for_each_group_device(group, gdev) {
		int type = type_wanted_by(gdev->dev);

		if (!type || type == wanted)
			continue;
		if (wanted)
			dev_err(gdev->dev, "group %u: the IOMMU's driver wants %s, and %s\n",
				group->number.nr, type_name((unsigned int)wanted),
				type_name((unsigned int)type));
		if (!wanted || type == IOMMU_DOMAIN_IDENTITY)
			wanted = type;
	}
	return wanted;
}

static struct iommu_domain *keep_or_alloc(struct iommu_group *group, unsigned int type)
{
	if (group->default_domain && group->default_domain->type == type)
		return group->default_domain;
	return group_domain_alloc(group, type);
}

static struct iommu_domain *choose_domain(struct iommu_group *group, int target_type)
{
	const struct iommu_ops *ops = dev_iommu_ops(group_first_dev(group));
	unsigned int def_type = group->kernel->iommu->def_domain_type;
	struct iommu_domain *dom;
	int wanted = type_wanted(group);

	if (target_type && wanted && target_type != wanted)
		return ERR_PTR(-EINVAL);
	if (!target_type)
		target_type = wanted;
	if (ops->default_domain)
		return target_type == (int)ops->default_domain->type ? ops->default_domain :
								       ERR_PTR(-EINVAL);
	if (target_type)
		return keep_or_alloc(group, (unsigned int)target_type);
	dom = keep_or_alloc(group, def_type);
	if (!IS_ERR(dom))
		return dom;
	if (def_type == IOMMU_DOMAIN_DMA)
		return ERR_PTR(-EINVAL);
	dom = keep_or_alloc(group, IOMMU_DOMAIN_DMA);
	if (!IS_ERR(dom))
		pr_warn("iommu: group %u cannot have %s as default, it has DMA\n",
			group->number.nr, type_name(def_type));
	return dom;
}

/* ---- change -------------------------------------------------------------------------------- */

/* False: some could not be mapped, which is said once for a group. */
static bool map_direct(struct iommu_group *group, struct iommu_domain *dom)
{
	struct group_device *gdev;
	bool is_complete = true;

	for_each_group_device(group, gdev) {
		if (create_direct_mappings(dom, gdev->dev) && is_complete) {
			dev_warn(gdev->dev, "what firmware wants mapped 1:1 is not mapped yet\n");
			is_complete = false;
		}
	}
	return is_complete;
}

/* The same again, once the devices are attached: some drivers cannot map before. */
static int map_direct_late(struct iommu_group *group, struct iommu_domain *dom)
{
	struct group_device *gdev;
	int ret;

	for_each_group_device(group, gdev) {
		ret = create_direct_mappings(dom, gdev->dev);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * The first default domain must be taken, as there is nothing to go back to; it stays in
 * the group, which is taken apart. A later one may be refused.
 */
static int set_default(struct iommu_group *group, struct iommu_domain *dom)
{
	if (group->domain)
		return group_set_domain(group, dom);
	return group_set_domain_must(group, dom);
}

int group_setup_default_domain(struct iommu_group *group, int target_type)
{
	struct iommu_domain *old = group->default_domain;
	struct iommu_domain *dom = choose_domain(group, target_type);
	bool is_first = !group->domain;
	bool is_mapped;
	int ret;

	if (IS_ERR(dom))
		return (int)PTR_ERR(dom);
	if (dom == old)
		return 0;
	is_mapped = map_direct(group, dom);
	group->default_domain = dom;	/* device_set_domain() wants to know it */
	ret = set_default(group, dom);
	if (WARN_ON(ret && is_first))
		return ret;
	if (!ret && !is_mapped) {
		ret = map_direct_late(group, dom);
		if (ret && old)
			group_set_domain_must(group, old);
	}
	if (!ret && old)
		iommu_domain_free(old);
	if (ret && old) {
		group->default_domain = old;
		iommu_domain_free(dom);
	}
	return ret;
}

/* ---- by hand --------------------------------------------------------------------------------- */

/* -1: there is no such type, or nobody may ask for it. */
static int parse_type(const char *text)
{
	size_t len = strlen(text);

	if (len && text[len - 1] == '\n')
		len--;
	if (len == 4 && !strncmp(text, "auto", len))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++) {
		if (type_names[i].can_be_stored && strlen(type_names[i].name) == len &&
		    !strncmp(type_names[i].name, text, len))
			return (int)type_names[i].type;
	}
	return -1;
}

/* The group is locked. */
static int change_type(struct iommu_group *group, int type)
{
	struct group_device *gdev;
	int ret;

	/* The same domain, which only invalidates later from now on. */
	if (type == (int)IOMMU_DOMAIN_DMA_FQ && group->default_domain->type == IOMMU_DOMAIN_DMA) {
		ret = core_init_fq(group->kernel, group->default_domain);
		if (!ret)
			group->default_domain->type = IOMMU_DOMAIN_DMA_FQ;
		return ret;
	}
	if (list_empty(&group->devices) || group->owner_cnt)
		return -EPERM;
	ret = group_setup_default_domain(group, type);
	if (ret)
		return ret;
	for_each_group_device(group, gdev)
		core_setup_dma_ops(gdev->dev);
	return 0;
}

int iommu_group_store_type(struct iommu_group *group, const char *type)
{
	int parsed = parse_type(type);
	int ret;

	if (parsed < 0 || !group->default_domain)
		return -EINVAL;
	mutex_lock(&group->mutex);
	ret = change_type(group, parsed);
	mutex_unlock(&group->mutex);
	return ret;
}

int iommu_group_show_type(struct iommu_group *group, char *buf)
{
	const char *name = "unknown";

	mutex_lock(&group->mutex);
	if (group->default_domain)
		name = type_name(group->default_domain->type);
	mutex_unlock(&group->mutex);
	return sprintf(buf, "%s\n", name);
}
