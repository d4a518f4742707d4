/* SPDX-License-Identifier: MIT */
/*
 * A stream of QEMU's SMMUv3 that translates with tables of ours, drawn from a seed.
 *
 *	io_pgtable_ops --> our DRAM --stream_publish()--> QEMU's memory, same addresses
 *	its TLB callbacks --> named --stream_invalidate()--> exactly these commands
 *
 * Until published, and until invalidated, QEMU cannot know.
 */
#ifndef TESTS_ORACLE_STREAM_H
#define TESTS_ORACLE_STREAM_H

#include <armdma/master.h>

#include "dice.h"
#include "smmuv3.h"

#define STREAM_MOST_RANGES	64u

/* What was mapped, or with @prot 0 unmapped. Of several for one IOVA the last counts. */
struct stream_range {
	u64 iova, len, pa;
	int prot;
};

/* What a callback named: [@iova, +@len), a command for every @step bytes. */
struct stream_named {
	u64 iova, len, step;
	bool is_leaf;
};

/**
 * struct stream - see above
 * @walker:  reads tables in our machine, as an IOMMU would
 * @near:    most mappings lie here, so that they meet and share tables
 * @named:   of struct stream_named, since the last invalidation; @names_all: all was
 *
 * IOVAs are without the ones above @cfg.ias that tables of the upper half have.
 */
struct stream {
	struct smmuv3 *smmu;
	struct master *walker;
	unsigned device;
	u16 asid;
	bool is_privileged;
	struct io_pgtable_cfg cfg;
	struct io_pgtable_ops *ops;
	u64 granule, block, near;
	struct stream_range range[STREAM_MOST_RANGES];
	unsigned nr_ranges;
	GArray *named;
	bool names_all;
	struct dice d;
};

/* Empty tables; @walks_coherently or not, of any configuration that QEMU can have. */
void stream_begin(struct stream *s, struct smmuv3 *smmu, struct master *walker,
		  unsigned device, bool walks_coherently, u64 seed);
void stream_end(struct stream *s);

/* Return: the range; NULL: there was no room where the dice wanted it. */
const struct stream_range *stream_map(struct stream *s);

/* What one call can change: @nr entries for @pgsize bytes each; @pa: what to map there. */
struct stream_cut {
	u64 iova, pgsize, pa;
	size_t nr;
};

/* To unmap: leaves, or whole tables. Return: false: the dice found none. */
bool stream_draw_cut(struct stream *s, struct stream_cut *ret);
void stream_unmap(struct stream *s, const struct stream_cut *cut);
/* To map over: a table with something in it, for which a block is mapped. */
bool stream_draw_table(struct stream *s, struct stream_cut *ret);
void stream_map_over(struct stream *s, const struct stream_cut *cut);

/* An IOVA of a word: in a mapping, beside one, or anywhere, also where none can be. */
u64 stream_draw_iova(struct stream *s);

void stream_publish(struct stream *s);
void stream_invalidate(struct stream *s);

/* Where @iova was mapped to, and for whom; 0: it is not. No table is asked. */
u64 stream_pa(const struct stream *s, u64 iova);
int stream_prot(const struct stream *s, u64 iova);

/* What our tables say. */
u64 stream_iova_to_phys(const struct stream *s, u64 iova);

/* The leaf that QEMU finds for @iova, which is mapped. */
u64 *stream_leaf(const struct stream *s, u64 iova);

static inline bool stream_is_upper(const struct stream *s)
{
	return s->cfg.quirks & IO_PGTABLE_QUIRK_ARM_TTBR1;
}

#endif
