/* SPDX-License-Identifier: MIT */
/*
 * Properties of a device, whatever firmware describes it: here always a device tree. What
 * the functions return: <linux/of.h>; a device without a node has no property (-EINVAL).
 *
 * Leaves out: software nodes, children, references, graphs.
 * Source: include/linux/property.h.
 */
#ifndef _ARMDMA_LINUX_PROPERTY_H
#define _ARMDMA_LINUX_PROPERTY_H

#include <linux/device.h>
#include <linux/of.h>

#ifdef __cplusplus
extern "C" {
#endif

/** NULL: it has none. */
static inline struct fwnode_handle *dev_fwnode(const struct device *dev)
{
	return dev->of_node ? of_fwnode_handle(dev->of_node) : dev->fwnode;
}

/** of_device_get_match_data(). */
const void *device_get_match_data(const struct device *dev);

bool fwnode_property_present(const struct fwnode_handle *fwnode, const char *name);
bool fwnode_device_is_available(const struct fwnode_handle *fwnode);
/** @nval elements into @val; @val NULL: how many there are. */
int fwnode_property_read_u8_array(const struct fwnode_handle *fwnode, const char *name,
				  u8 *val, size_t nval);
int fwnode_property_read_u16_array(const struct fwnode_handle *fwnode, const char *name,
				   u16 *val, size_t nval);
int fwnode_property_read_u32_array(const struct fwnode_handle *fwnode, const char *name,
				   u32 *val, size_t nval);
int fwnode_property_read_u64_array(const struct fwnode_handle *fwnode, const char *name,
				   u64 *val, size_t nval);
int fwnode_property_read_string_array(const struct fwnode_handle *fwnode, const char *name,
				      const char **val, size_t nval);
int fwnode_property_read_string(const struct fwnode_handle *fwnode, const char *name,
				const char **val);
int fwnode_property_match_string(const struct fwnode_handle *fwnode, const char *name,
				 const char *string);

static inline void fwnode_handle_put(struct fwnode_handle *fwnode)
{
	(void)fwnode;
}

static inline bool device_property_present(const struct device *dev, const char *name)
{
	return fwnode_property_present(dev_fwnode(dev), name);
}

static inline bool device_property_read_bool(const struct device *dev, const char *name)
{
	return device_property_present(dev, name);
}

static inline bool device_is_compatible(const struct device *dev, const char *compat)
{
	return of_device_is_compatible(dev->of_node, compat) > 0;
}

#define __DEVICE_PROPERTY_READ(type)						\
static inline int device_property_read_##type##_array(const struct device *dev,	\
						      const char *name,		\
						      type *val, size_t nval)	\
{										\
	return fwnode_property_read_##type##_array(dev_fwnode(dev), name, val, nval); \
}										\
										\
static inline int device_property_read_##type(const struct device *dev,		\
					      const char *name, type *val)	\
{										\
	return device_property_read_##type##_array(dev, name, val, 1);		\
}										\
										\
static inline int device_property_count_##type(const struct device *dev,	\
					       const char *name)		\
{										\
	return device_property_read_##type##_array(dev, name, NULL, 0);		\
}										\
										\
static inline int fwnode_property_read_##type(const struct fwnode_handle *fwnode, \
					      const char *name, type *val)	\
{										\
	return fwnode_property_read_##type##_array(fwnode, name, val, 1);	\
}

__DEVICE_PROPERTY_READ(u8)
__DEVICE_PROPERTY_READ(u16)
__DEVICE_PROPERTY_READ(u32)
__DEVICE_PROPERTY_READ(u64)

static inline int device_property_read_string_array(const struct device *dev,
						    const char *name, const char **val,
						    size_t nval)
{
	return fwnode_property_read_string_array(dev_fwnode(dev), name, val, nval);
}

static inline int device_property_string_array_count(const struct device *dev,
						     const char *name)
{
	return device_property_read_string_array(dev, name, NULL, 0);
}

static inline int device_property_read_string(const struct device *dev, const char *name,
					      const char **val)
{
	return fwnode_property_read_string(dev_fwnode(dev), name, val);
}

static inline int device_property_match_string(const struct device *dev, const char *name,
					       const char *string)
{
	return fwnode_property_match_string(dev_fwnode(dev), name, string);
}

#ifdef __cplusplus
}
#endif
#endif
