/* SPDX-License-Identifier: MIT */
/*
 * Properties of nodes: lists of big-endian numbers of one size, or of strings.
 *
 * Linux: drivers/of/property.c.
 */
#include <string.h>
#include <linux/of.h>

struct property *of_find_property(const struct device_node *np, const char *name, int *lenp)
{
	struct property *p = np ? np->properties : NULL;

	while (p && strcmp(p->name, name))
		p = p->next;
	if (p && lenp)
		*lenp = p->length;
	return p;
}

const void *of_get_property(const struct device_node *np, const char *name, int *lenp)
{
	const struct property *p = of_find_property(np, name, lenp);

	return p ? p->value : NULL;
}

/* ---- numbers -------------------------------------------------------------------------- */

static u64 number_at(const struct property *p, size_t at, size_t size)
{
	const u8 *byte = (const u8 *)p->value + at * size;
	u64 number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << 8 | byte[i];
	return number;
}

/* The property, if it is of @min to @max bytes; @max 0: of @min or more. Or an errno. */
static int find_sized(const struct device_node *np, const char *name, size_t min, size_t max,
		      const struct property **ret)
{
	const struct property *p = of_find_property(np, name, NULL);

	if (!p)
		return -EINVAL;
	if (!p->length)
		return -ENODATA;
	if ((size_t)p->length < min || (max && (size_t)p->length > max))
		return -EOVERFLOW;
	*ret = p;
	return 0;
}

int of_property_read_u32_index(const struct device_node *np, const char *name, u32 index,
			       u32 *out_value)
{
	const struct property *p;
	int ret = find_sized(np, name, (index + (size_t)1) * sizeof(u32), 0, &p);

	if (!ret)
		*out_value = (u32)number_at(p, index, sizeof(u32));
	return ret;
}

int of_property_read_u64_index(const struct device_node *np, const char *name, u32 index,
			       u64 *out_value)
{
	const struct property *p;
	int ret = find_sized(np, name, (index + (size_t)1) * sizeof(u64), 0, &p);

	if (!ret)
		*out_value = number_at(p, index, sizeof(u64));
	return ret;
}

int of_property_read_u64(const struct device_node *np, const char *name, u64 *out_value)
{
	return of_property_read_u64_index(np, name, 0, out_value);
}

#define DEFINE_READ_ARRAY(type)							\
int of_property_read_variable_##type##_array(const struct device_node *np,	\
					     const char *name, type *out_values,	\
					     size_t sz_min, size_t sz_max)	\
{										\
	const struct property *p;						\
	int ret = find_sized(np, name, sz_min * sizeof(type),			\
			     sz_max * sizeof(type), &p);			\
	size_t nr = sz_min;							\
										\
	if (ret)								\
		return ret;							\
	if (sz_max)								\
		nr = (size_t)p->length / sizeof(type);				\
	for (size_t i = 0; i < nr; i++)						\
		out_values[i] = (type)number_at(p, i, sizeof(type));		\
	return (int)nr;								\
}

DEFINE_READ_ARRAY(u8)
DEFINE_READ_ARRAY(u16)
DEFINE_READ_ARRAY(u32)
DEFINE_READ_ARRAY(u64)

int of_property_count_elems_of_size(const struct device_node *np, const char *name,
				    int elem_size)
{
	const struct property *p = of_find_property(np, name, NULL);

	if (!p)
		return -EINVAL;
	if (!p->length)
		return -ENODATA;
	return p->length % elem_size ? -EINVAL : p->length / elem_size;
}

const __be32 *of_prop_next_u32(const struct property *prop, const __be32 *cur, u32 *pu)
{
	size_t at;

	if (!prop)
		return NULL;
	at = cur ? (size_t)(cur - (const __be32 *)prop->value) + 1 : 0;
	if ((at + 1) * sizeof(*cur) > (size_t)prop->length)
		return NULL;
	*pu = (u32)number_at(prop, at, sizeof(u32));
	return (const __be32 *)prop->value + at;
}

/* ---- strings ---------------------------------------------------------------------------- */

/* The string at @offset, if it ends within the property. */
static const char *string_at(const struct property *p, size_t offset)
{
	const char *s = (const char *)p->value + offset;

	if (offset >= (size_t)p->length)
		return NULL;
	return memchr(s, '\0', (size_t)p->length - offset) ? s : NULL;
}

const char *of_prop_next_string(const struct property *prop, const char *cur)
{
	if (!prop)
		return NULL;
	return string_at(prop, cur ? (size_t)(cur - (const char *)prop->value) + strlen(cur) + 1
				   : 0);
}

int of_property_read_string(const struct device_node *np, const char *name,
			    const char **out_string)
{
	const struct property *p;
	int ret = find_sized(np, name, 0, 0, &p);
	const char *s = ret ? NULL : string_at(p, 0);

	if (ret)
		return ret;
	if (!s)
		return -EILSEQ;
	*out_string = s;
	return 0;
}

int of_property_match_string(const struct device_node *np, const char *name, const char *string)
{
	const struct property *p;
	int ret = find_sized(np, name, 0, 0, &p);
	size_t offset = 0;

	for (int i = 0; !ret && offset < (size_t)p->length; i++) {
		const char *s = string_at(p, offset);

		if (!s)
			return -EILSEQ;
		if (!strcmp(s, string))
			return i;
		offset += strlen(s) + 1;
	}
	return ret ? ret : -ENODATA;
}

int of_property_read_string_helper(const struct device_node *np, const char *name,
				   const char **out_strs, size_t sz, int skip)
{
	const struct property *p = of_find_property(np, name, NULL);
	size_t offset = 0;
	int i = 0;

	if (!p)
		return -EINVAL;
	if (!p->length)
		return -ENODATA;
	for (; offset < (size_t)p->length && (!out_strs || i < skip + (int)sz); i++) {
		const char *s = string_at(p, offset);

		if (!s)
			return -EILSEQ;
		if (out_strs && i >= skip)
			out_strs[i - skip] = s;
		offset += strlen(s) + 1;
	}
	return i <= skip ? -ENODATA : i - skip;
}
