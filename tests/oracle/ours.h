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

/* What PAR says after that operation; a walk's external abort as the fault it is. */
uint64_t ours_par(struct ours *o, uint32_t va, enum ask ask);

/* The same under another SCTLR. */
uint64_t ours_par_with(struct ours *o, uint32_t va, enum ask ask, uint32_t sctlr);

#endif
