/* SPDX-License-Identifier: MIT */
/*
 * Registers of nodes as the CPU sees them.
 *
 *	reg <child> --ranges--> parent bus --ranges--> ... --> physical address
 *
 * Leaves out: PCI and ISA, whose addresses have cells of another meaning.
 * Linux: drivers/of/address.c.
 */
#include <linux/err.h>
#include <linux/of_address.h>

#define MAX_CELLS	4

static int cells_above(const struct device_node *np, const char *prop)
{
	u32 nr;

	for (np = np->parent; np; np = np->parent) {
		if (!of_property_read_u32(np, prop, &nr))
			return (int)nr;
	}
	return 1;
}

int of_n_addr_cells(const struct device_node *np)
{
	return cells_above(np, "#address-cells");
}

int of_n_size_cells(const struct device_node *np)
{
	return cells_above(np, "#size-cells");
}

/* The cells of an address, and of a length, of who is a child of @np's parent. */
static bool cells_of(const struct device_node *np, int *ret_na, int *ret_ns)
{
	*ret_na = of_n_addr_cells(np);
	*ret_ns = of_n_size_cells(np);
	return *ret_na > 0 && *ret_na <= MAX_CELLS && *ret_ns >= 0 && *ret_ns <= MAX_CELLS;
}

static bool is_pci(const struct device_node *np)
{
	return of_node_is_type(np, "pci") || of_node_is_type(np, "pciex");
}

/* ---- across buses ---------------------------------------------------------------------- */

/* One entry of ranges: does it have @pa, and where to? */
static bool is_in_range(const __be32 *entry, int na, int pna, int ns, u64 *pa)
{
	u64 child = of_read_number(entry, na);
	u64 parent = of_read_number(entry + na, pna);
	u64 len = of_read_number(entry + na + pna, ns);

	if (*pa < child || *pa - child >= len || parent + (*pa - child) < parent)
		return false;
	*pa += parent - child;
	return true;
}

/* Move @pa from the bus that is @bus to the one above it. */
static bool cross(const struct device_node *bus, int na, int ns, u64 *pa)
{
	int pna, pns, len;
	const __be32 *ranges = of_get_property(bus, "ranges", &len);

	if (!ranges)
		return false;
	if (!len)
		return true;
	if (is_pci(bus) || !ns || !cells_of(bus, &pna, &pns))
		return false;
	for (int left = len / 4; left >= na + pna + ns; left -= na + pna + ns) {
		if (is_in_range(ranges, na, pna, ns, pa))
			return true;
		ranges += na + pna + ns;
	}
	return false;
}

u64 of_translate_address(struct device_node *np, const __be32 *in_addr)
{
	const struct device_node *bus = np->parent;
	int na, ns;
	u64 pa;

	if (!bus || is_pci(bus) || !cells_of(np, &na, &ns))
		return OF_BAD_ADDR;
	pa = of_read_number(in_addr, na);
	for (; bus->parent; bus = bus->parent) {
		if (!cross(bus, na, ns, &pa) || !cells_of(bus, &na, &ns))
			return OF_BAD_ADDR;
	}
	return pa;
}

/* ---- entries of reg ------------------------------------------------------------------------ */

const __be32 *of_get_address(struct device_node *np, int index, u64 *size, unsigned int *flags)
{
	int na, ns, len;
	const __be32 *reg = of_get_property(np, "reg", &len);

	if (!reg || !np->parent || is_pci(np->parent) || !cells_of(np, &na, &ns))
		return NULL;
	if (index < 0 || index >= len / 4 / (na + ns))
		return NULL;
	reg += index * (na + ns);
	if (size)
		*size = of_read_number(reg + na, ns);
	if (flags)
		*flags = IORESOURCE_MEM;
	return reg;
}

int of_address_to_resource(struct device_node *np, int index, struct resource *r)
{
	u64 size, pa;
	unsigned int flags;
	const __be32 *reg = of_get_address(np, index, &size, &flags);
	const char *name = NULL;

	if (!reg)
		return -EINVAL;
	pa = of_translate_address(np, reg);
	if (pa == OF_BAD_ADDR)
		return -EINVAL;
	of_property_read_string_index(np, "reg-names", index, &name);
	*r = (struct resource){
		.start = pa, .end = pa + size - 1, .flags = flags,
		.name = name ? name : np->full_name,
	};
	return 0;
}

void __iomem *of_iomap(struct device_node *np, int index)
{
	struct resource res;

	if (of_address_to_resource(np, index, &res))
		return NULL;
	return ioremap(res.start, resource_size(&res));
}

void __iomem *of_io_request_and_map(struct device_node *np, int index, const char *name)
{
	struct resource res;
	void __iomem *p;

	if (of_address_to_resource(np, index, &res))
		return (void __iomem *)ERR_PTR(-EINVAL);
	if (!request_mem_region(res.start, resource_size(&res), name ? name : res.name))
		return (void __iomem *)ERR_PTR(-EBUSY);
	p = ioremap(res.start, resource_size(&res));
	if (p)
		return p;
	release_mem_region(res.start, resource_size(&res));
	return (void __iomem *)ERR_PTR(-ENOMEM);
}

bool of_dma_is_coherent(struct device_node *np)
{
	for (; np; np = np->parent) {
		if (of_property_read_bool(np, "dma-coherent"))
			return true;
		if (of_property_read_bool(np, "dma-noncoherent"))
			return false;
	}
	return false;
}
