/* SPDX-License-Identifier: MIT */
/* The model's side of the comparison: a machine of ours, and the same questions to it. */
#ifndef TESTS_ORACLE_OURS_H
#define TESTS_ORACLE_OURS_H

#include <armdma/cpu.h>

#include "protocol.h"
#include "setting.h"

struct ours;

struct ours *ours_new(const struct oracle_machine *on, const char *folder);
void ours_free(struct ours *o);

/* Tables to memory, registers to CP15; old translations are forgotten. */
void ours_become(struct ours *o, const struct setting *s);

/* Other permissions from here on; the next ours_become() restores them. */
void ours_set_sctlr(struct ours *o, uint32_t sctlr);
void ours_set_dacr(struct ours *o, uint32_t dacr);

/* What PAR says after that operation; a walk's external abort as the fault it is. */
uint64_t ours_par(struct ours *o, uint32_t va, struct walk_ask ask);

/* What becomes of a real access to a word: FAR and FSR, or 0 of one that is done. */
uint64_t ours_access(struct ours *o, uint32_t va, struct walk_ask ask);

/* Where it would go, permitted or not; false if nowhere. */
bool ours_target(struct ours *o, uint32_t va, uint64_t *ret_pa);

#endif
