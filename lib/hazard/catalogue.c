/* SPDX-License-Identifier: MIT */
/* The names of the hazards, which are stable, and what each of them means. */
#include <armdma/hazard.h>

#include <glib.h>

static const struct {
	const char *title;
	const char *meaning;
} catalogue[NR_HAZARD_CLASSES] = {
	[HAZARD_CPU_READ_STALE] = { "cpu-read-stale",
		"The CPU read bytes from a cache although newer ones are in memory: the "
		"device's data is there, and the driver does not see it. A line that was "
		"filled before the device wrote has to be invalidated before the CPU looks, "
		"by dma_sync_*_for_cpu() or by the unmap." },
	[HAZARD_DEVICE_READ_STALE] = { "device-read-stale",
		"The device read memory while newer bytes of the CPU were still in a cache: "
		"it sends, or acts on, what was there before. What the CPU writes has to be "
		"cleaned to memory before the device looks, by the map or by "
		"dma_sync_*_for_device()." },
	[HAZARD_DEVICE_WRITE_LOST] = { "device-write-lost",
		"A dirty cache line was written back over what the device had written: the "
		"device's data is gone for good. A line that the device writes must not be "
		"dirty, so the CPU must keep its hands off the whole line, neighbours of the "
		"buffer included." },
	[HAZARD_CPU_WRITE_LOST] = { "cpu-write-lost",
		"What the CPU wrote was dropped by an invalidate, or overwritten by an older "
		"line, and somebody read it afterwards. Memory that the CPU writes has to be "
		"given to the device before the next unmap or sync takes it back." },
	[HAZARD_DEVICE_WRITE_OVER_DIRTY] = { "device-write-over-dirty",
		"The device wrote memory of which a cache holds a dirty line, before any sync "
		"gave it to the device. The line may be evicted at any time, over what the "
		"device wrote. Memory of dma_alloc_noncoherent() is cleared through the cache, "
		"so it needs dma_sync_*_for_device() even if the device only ever writes it." },
	[HAZARD_CPU_READ_WHILE_MAPPED] = { "cpu-read-while-mapped",
		"The CPU read a buffer that is mapped for the device to write. This time the "
		"bytes were right. Between a map or dma_sync_*_for_device() and the next "
		"unmap or dma_sync_*_for_cpu() the buffer is the device's, and a read brings "
		"a line into the cache that will be stale." },
	[HAZARD_CPU_WRITE_WHILE_MAPPED] = { "cpu-write-while-mapped",
		"The CPU wrote to a buffer that belongs to the device. The store stays in the "
		"cache: the device does not see it, and if the device writes to the buffer, "
		"the line goes over its data or is dropped with the store in it." },
	[HAZARD_DEVICE_ACCESS_UNMAPPED] = { "device-access-unmapped",
		"The device used memory that is not mapped for it: before the map, after the "
		"unmap, past the end, or at an address that was never a DMA address. Behind an "
		"IOMMU this faults; without one it corrupts whoever owns the memory now." },
	[HAZARD_DEVICE_WRITE_TO_DEVICE] = { "device-write-to-device",
		"The device wrote to a buffer that was mapped DMA_TO_DEVICE. The unmap will "
		"not invalidate it, so the CPU may go on seeing the old bytes; behind an IOMMU "
		"the write faults, since the mapping is read-only." },
	[HAZARD_ALIAS_TYPE] = { "alias-type",
		"One page has two live mappings of different memory types. Strongly-ordered and "
		"Device memory promise how many accesses there are, how large and in which "
		"order; with a Normal mapping of the same page all that is void, and no cache "
		"maintenance brings it back." },
	[HAZARD_ALIAS_ATTRIBUTES] = { "alias-attributes",
		"One page has two live mappings that are cacheable in different ways. Arm "
		"allows the cached one to be filled speculatively at any time, and such a line "
		"can answer reads of the other mapping or be written back over its data." },
	[HAZARD_UNMAP_UNKNOWN] = { "unmap-unknown",
		"Something was unmapped that is not mapped: twice, or by an address that no map "
		"call returned. Behind an IOMMU this takes away somebody else's mapping." },
	[HAZARD_UNMAP_SIZE] = { "unmap-size",
		"The unmap's size differs from the map's. Lines beyond it are not invalidated, "
		"and an IOMMU keeps, or loses, pages that it should not." },
	[HAZARD_UNMAP_DIRECTION] = { "unmap-direction",
		"The unmap's direction differs from the map's. The direction decides whether "
		"lines are invalidated, so what the device wrote may stay invisible." },
	[HAZARD_UNMAP_FUNCTION] = { "unmap-function",
		"Memory was given back by a function of another family than the one that mapped "
		"or allocated it: single, sg, resource and coherent are kept apart." },
	[HAZARD_UNMAP_NENTS] = { "unmap-nents",
		"dma_unmap_sg() was not given the number of entries that dma_map_sg() was given. "
		"The number that dma_map_sg() returned is for programming the device only." },
	[HAZARD_SYNC_UNKNOWN] = { "sync-unknown",
		"A sync was asked for an address that no live mapping covers. Nothing useful is "
		"cleaned or invalidated, and the buffer that was meant is not synced." },
	[HAZARD_SYNC_RANGE] = { "sync-range",
		"A sync goes beyond the mapping that it begins in, or names another number of sg "
		"entries. The bytes outside belong to somebody else." },
	[HAZARD_SYNC_DIRECTION] = { "sync-direction",
		"A sync's direction differs from the mapping's. On Arm a sync for the CPU with "
		"DMA_TO_DEVICE does nothing at all, so the device's data stays invisible." },
	[HAZARD_MAPPING_UNCHECKED] = { "mapping-unchecked",
		"dma_mapping_error() was never asked about a mapping. Mappings fail, when bounce "
		"buffers or IOMMU addresses run out; then the device is given an address that is "
		"no address." },
	[HAZARD_MAPPING_ERROR_USED] = { "mapping-error-used",
		"DMA_MAPPING_ERROR was unmapped, synced or given to the device as if it were an "
		"address. The mapping had failed." },
	[HAZARD_MAPPING_LEAKED] = { "mapping-leaked",
		"Memory was still mapped, or coherent memory still allocated, when the device "
		"went away or the run ended. The device may go on using it, and bounce buffers "
		"and IOMMU addresses run out." },
	[HAZARD_BACKEND_SWITCHED] = { "backend-switched",
		"A device got other mapping operations, or none, while memory was mapped for it. "
		"Whoever maps for it now does not know those addresses: unmapping them releases "
		"nothing, or something else, and the device uses a translation that is gone." },
	[HAZARD_FREE_WHILE_MAPPED] = { "free-while-mapped",
		"Memory was freed while it was mapped for a device. Its next owner shares it "
		"with the device, which is how network packets end up in page tables." },
	[HAZARD_MAP_NOT_MEMORY] = { "map-not-memory",
		"Something was mapped that the streaming API cannot map: a stack, a global "
		"variable, vmalloc memory, device registers. Only memory of the linear map has "
		"the one physical address that the device needs." },
	[HAZARD_MAP_COHERENT] = { "map-coherent",
		"Coherent memory was mapped for streaming: a list of dma_get_sgtable() given to "
		"dma_map_sg(). The maintenance goes by the linear map's address, another than "
		"the one in use, and may find no such address, or write old lines over the "
		"memory. It needs none: DMA_ATTR_SKIP_CPU_SYNC." },
	[HAZARD_LINE_SHARED] = { "line-shared",
		"Two live mappings share a cache line, and the device writes to at least one of "
		"them. Invalidating the line for one throws away, and cleaning it overwrites, "
		"bytes of the other." },
	[HAZARD_POOL_OVERRUN] = { "pool-overrun",
		"An access ran past the end of a block of a dma_pool, into a block that nobody "
		"holds. Free blocks hold the links of the pool's list: a write there makes the "
		"pool give out memory that is not its own, to somebody else and later." },
	[HAZARD_POOL_USE_AFTER_FREE] = { "pool-use-after-free",
		"The driver or the device used a block of a dma_pool after dma_pool_free(). The "
		"block holds the pool's list now, or belongs to somebody else. A kernel cannot "
		"see what a device writes there before the next allocation, if then." },
	[HAZARD_POOL_FREE] = { "pool-free-wrong",
		"dma_pool_free() was given a block that is free, or another pool's, or with a "
		"DMA address that is not the block's. A kernel without debugging believes it, "
		"and gives one block to two drivers, or a device an address of nobody's." },
	[HAZARD_POOL_BUSY] = { "pool-destroy-busy",
		"dma_pool_destroy() was called while blocks were in use. The kernel says that "
		"the pool is busy and leaves its memory allocated for ever." },
	[HAZARD_FREE_WHILE_USER_MAPPED] = { "free-while-user-mapped",
		"Memory was freed that a process still has mapped by frame, which keeps nothing "
		"alive. The process goes on reading and writing it, whoever gets it next: another "
		"driver's buffer, page tables, another process." },
	[HAZARD_MMAP_ATTRIBUTES] = { "mmap-attributes",
		"Memory of dma_alloc_attrs() was mapped for a process with other attributes than "
		"it was allocated with. Which memory type each of them is depends on the core, so "
		"on one board the two mappings agree and on the next they do not." },
	[HAZARD_USER_PAGE_COPIED] = { "user-page-copied",
		"A page of a process was taken without a pin and given to a device; then the "
		"process forked, wrote to it, and got a copy. Device and process no longer share "
		"the page: what the device writes is lost, what it reads is old." },
	[HAZARD_CPU_ABORT] = { "cpu-abort",
		"A load or store of the code under test was refused by the MMU or the bus. On "
		"real hardware this is a data abort: an oops, or a hang." },
	[HAZARD_IOMMU_TABLE_NOT_CLEAN] = { "iommu-table-not-clean",
		"An IOMMU walked its tables and saw an old descriptor, since the new one was "
		"still in a CPU's cache. A walker that does not snoop reads memory: each store "
		"to a table has to be cleaned, the very line of it, before the device may rely "
		"on it." },
	[HAZARD_IOMMU_ORDER] = { "iommu-order",
		"A descriptor and a register write reached the IOMMU in the wrong order: the "
		"store was still in a store buffer when the IOMMU walked, or the TLB was "
		"invalidated first and then brought the old translation in again. Store, clean, "
		"barrier, invalidate: in that order." },
	[HAZARD_IOMMU_TLB_STALE] = { "iommu-tlb-stale",
		"A device got through by a translation that was unmapped, and whose unmap was "
		"complete: nothing had invalidated the TLB. The memory behind it may be "
		"somebody else's by now. Clearing a descriptor takes nothing out of a TLB." },
	[HAZARD_IOMMU_FLUSH_SCOPE] = { "iommu-flush-scope",
		"A TLB was invalidated for an unmap, but for another address, context or ASID "
		"than that of the entry, and the old translation stayed. A domain that is used "
		"in several contexts, by several IOMMUs or with large ranges needs an "
		"invalidation for each." },
	[HAZARD_IOMMU_PAGE_LEFT] = { "iommu-page-left",
		"A large page may have several entries in a TLB, one for each set that its "
		"addresses lead to. An invalidation by one address takes one of them; devices "
		"get through by the others." },
	[HAZARD_IOMMU_NEGATIVE_STALE] = { "iommu-negative-stale",
		"A device was refused although the address is mapped: the TLB holds, from "
		"before, that nothing is there. Hardware that keeps invalid descriptors, or "
		"fetches their neighbours, needs an invalidation after a map, too." },
	[HAZARD_IOMMU_WALK_CACHE_STALE] = { "iommu-walk-cache-stale",
		"An IOMMU began its walk in a table that its walk cache held, and that no "
		"descriptor leads to any more. Invalidating the TLB by address leaves such "
		"pointers: unlinking a table, or replacing one by a large page, needs an "
		"invalidation that reaches the walk cache." },
	[HAZARD_IOMMU_TABLE_FREED] = { "iommu-table-freed",
		"An IOMMU walked through a page of a table that had been freed. What it takes "
		"for descriptors is whatever the page's next owner writes there. A table goes "
		"in this order: unlink, clean, invalidate the walk cache, free." },
	[HAZARD_IOMMU_TLB_CONFLICT] = { "iommu-tlb-conflict",
		"Two entries of a TLB translate one address. A live descriptor was replaced by "
		"one of another size without an invalidation in between, and hardware may use "
		"either, mix them, or fault. Break before make: clear, invalidate, then set." },
	[HAZARD_IOMMU_STALL_HUNG] = { "iommu-stall-hung",
		"An IOMMU holds an access that faulted, and nobody told it to go on or to give "
		"up: the device hangs, and with some parts everybody behind that IOMMU. Also a "
		"fault that nobody wants to mend has to be answered." },
	[HAZARD_IOMMU_DIVERTED] = { "iommu-diverted",
		"A device's access was not translated, and did not fail: it was bypassed, "
		"dropped, or sent to a page set aside for faults. The device sees no error, and "
		"its data is lost or lies in somebody else's memory." },
	[HAZARD_IOMMU_REGISTER_OFF] = { "iommu-register-off",
		"A register of an IOMMU was accessed while its clock or its power was off. On "
		"hardware this is an external abort, a hang, or a write that is lost, such as "
		"an invalidation." },
	[HAZARD_IOMMU_OFF] = { "iommu-off",
		"A device worked while the IOMMU before it had no clock or no power. Nothing "
		"translates then; what happens to the access is the part's choice. A device "
		"link makes the device's runtime PM keep its IOMMU on." },
	[HAZARD_IOMMU_STATE_LOST] = { "iommu-state-lost",
		"An IOMMU lost its registers with its power, or by a reset, and was not "
		"programmed again before a device worked. The suspend has to save what the "
		"resume restores: contexts, table addresses, routes, enables." },
	[HAZARD_IOMMU_WRONG_TRANSLATION] = { "iommu-wrong-translation",
		"A device got something else than what is mapped, though nothing is stale: the "
		"tables themselves, or the registers that lead to them, are not what "
		"iommu_map() or the attachment promised. A bug of the IOMMU's driver." },
};

const char *hazard_title(enum hazard_class c)
{
	g_assert((unsigned)c < NR_HAZARD_CLASSES);
	return catalogue[c].title;
}

const char *hazard_meaning(enum hazard_class c)
{
	g_assert((unsigned)c < NR_HAZARD_CLASSES);
	return catalogue[c].meaning;
}
