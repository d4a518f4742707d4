/* SPDX-License-Identifier: MIT */
/* Memory of one device's own: dma_declare_coherent_memory() and what it serves. */
#include <linux/dma-map-ops.h>

#include "support/rig.h"

static void ram_that_the_kernel_uses_cannot_be_declared(struct rig *rig)
{
	void *p = allocates(rig, PAGE_SIZE);
	phys_addr_t pa = virt_to_phys(p);

	listens(rig);
	assert_int_equal(dma_declare_coherent_memory(rig->dev, pa, pa, PAGE_SIZE), -EINVAL);
	expects_warning(rig, "memremap attempted on ram");
	assert_null(rig->dev->dma_mem);
	kfree(p);
}

static void what_is_no_memory_cannot_be_declared(struct rig *rig)
{
	assert_int_equal(dma_declare_coherent_memory(rig->dev, 0, 0, 0), -EINVAL);
	assert_int_equal(dma_declare_coherent_memory(NULL, 0, 0, PAGE_SIZE), -ENODEV);
	listens(rig);
	assert_int_equal(dma_declare_coherent_memory(rig->dev, 0x10000000, 0, PAGE_SIZE),
			 -EINVAL);
	expects_warning(rig, "no memory answers at 0x10000000");
	dma_release_coherent_memory(rig->dev);
	dma_release_coherent_memory(NULL);
}

static const struct rig_test tests[] = {
	/*                                                       needs        never */
	TEST_ON(ram_that_the_kernel_uses_cannot_be_declared,     0,           0),
	TEST_ON(what_is_no_memory_cannot_be_declared,            0,           0),
};

int main(void)
{
	return rig_run_strategies(tests, G_N_ELEMENTS(tests));
}
