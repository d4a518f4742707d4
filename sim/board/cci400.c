/* SPDX-License-Identifier: MIT */
/*
 * The CCI-400 of a tree, and who is at which of its slave interfaces: a CPU or a master
 * names a child of its node by cci-control-port, and that child's address says which.
 *
 * As Linux does, what names no interface of a CCI-400, or one of the wrong kind, is
 * taken to name none.
 *
 * Spec: Linux, Documentation/devicetree/bindings/arm/cci-control-port.yaml and
 * arm,cci-400.yaml; the addresses are DDI 0470J's, 3.2.
 */
#include "read.h"

#define INTERFACE_SHIFT	12
#define NR_INTERFACES	5u
#define FIRST_ACE	3u

static bool is_cci400(const struct fdt_node *n)
{
	return n && n->has_pa && !n->is_disabled && node_is_compatible(n, "arm,cci-400");
}

static const struct fdt_node *control_port(const struct fdt_node *n)
{
	uint32_t phandle;
	const struct fdt_node *port;

	if (!node_u32(n, "cci-control-port", &phandle))
		return NULL;
	port = fdt_by_phandle(n->fdt, phandle);
	if (!port || !port->has_pa || port->is_disabled || !is_cci400(node_parent(port)) ||
	    !node_is_compatible(port, "arm,cci-400-ctrl-if"))
		return NULL;
	return port;
}

static bool read_interface(const struct fdt_node *n, uint64_t first, uint64_t end,
			   uint8_t *ret_interface)
{
	const struct fdt_node *port = control_port(n);
	uint64_t reg, interface;

	if (!port)
		return false;
	reg = port->pa - node_parent(port)->pa;
	interface = (reg >> INTERFACE_SHIFT) - 1;
	if (reg & ((1u << INTERFACE_SHIFT) - 1) || interface < first || interface >= end)
		return false;
	*ret_interface = (uint8_t)interface;
	return true;
}

bool read_ace_interface(const struct fdt_node *cpu, uint8_t *ret_interface)
{
	return read_interface(cpu, FIRST_ACE, NR_INTERFACES, ret_interface);
}

bool read_ace_lite_interface(const struct fdt_node *master, uint8_t *ret_interface)
{
	return read_interface(master, 0, FIRST_ACE, ret_interface);
}

void read_cci400(struct board *b, const struct fdt *f)
{
	for (unsigned i = 1; i < fdt_nr_nodes(f); i++) {
		const struct fdt_node *n = fdt_node(f, i);

		if (!is_cci400(n))
			continue;
		b->cci400.path = node_path(n);
		b->cci400.reg_pa = n->pa;
		return;
	}
}
