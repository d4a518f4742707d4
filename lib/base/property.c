/* SPDX-License-Identifier: MIT */
/*
 * Properties through a firmware node, which is one of the tree or has none.
 *
 * Linux: drivers/base/property.c, drivers/of/property.c.
 */
#include <linux/platform_device.h>
#include <linux/property.h>

bool fwnode_property_present(const struct fwnode_handle *fwnode, const char *name)
{
	return of_property_present(to_of_node(fwnode), name);
}

bool fwnode_device_is_available(const struct fwnode_handle *fwnode)
{
	return of_device_is_available(to_of_node(fwnode));
}

#define DEFINE_READ_ARRAY(type)							\
int fwnode_property_read_##type##_array(const struct fwnode_handle *fwnode,	\
					const char *name, type *val, size_t nval)	\
{										\
	const struct device_node *np = to_of_node(fwnode);			\
										\
	if (!val)								\
		return of_property_count_elems_of_size(np, name, sizeof(type));	\
	return of_property_read_##type##_array(np, name, val, nval);		\
}

DEFINE_READ_ARRAY(u8)
DEFINE_READ_ARRAY(u16)
DEFINE_READ_ARRAY(u32)
DEFINE_READ_ARRAY(u64)

int fwnode_property_read_string_array(const struct fwnode_handle *fwnode, const char *name,
				      const char **val, size_t nval)
{
	const struct device_node *np = to_of_node(fwnode);

	return val ? of_property_read_string_array(np, name, val, nval) :
		     of_property_count_strings(np, name);
}

int fwnode_property_read_string(const struct fwnode_handle *fwnode, const char *name,
				const char **val)
{
	return of_property_read_string(to_of_node(fwnode), name, val);
}

int fwnode_property_match_string(const struct fwnode_handle *fwnode, const char *name,
				 const char *string)
{
	return of_property_match_string(to_of_node(fwnode), name, string);
}

const void *device_get_match_data(const struct device *dev)
{
	return of_device_get_match_data(dev);
}
