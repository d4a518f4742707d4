/* SPDX-License-Identifier: MIT */
/*
 * Supply lines: what software has to turn on before hardware answers. Clocks, resets and
 * power domains, as the board's tree names them.
 *
 *	clocks = <&cmu 5>;		machine_supply(m, SUPPLY_CLOCK, "/cmu", { 5 }, 1)
 *	resets = <&ccu 11>;		on means: no longer held in reset
 *	power-domains = <&pd_mfc>;
 *	a "ti,sysc" module		the power of what is in it
 *
 * After power on every line is off: clocks stand, resets are held, domains have no power;
 * but a "fixed-clock" runs. Software's clk_enable() and the like end here; tests may turn
 * lines by themselves.
 *
 * What stands on a line is an input of it (iommu_hw_add_supply()): without its clock it
 * neither answers nor serves and keeps what it holds; without power, or in reset, it loses
 * that, too. Who watches is told: OBSERVE_SUPPLY, OBSERVE_UNSUPPLIED (armdma/observe.h).
 *
 * Leaves out: rates, parents and children of clocks and domains, time to settle.
 */
#ifndef ARMDMA_SUPPLY_H
#define ARMDMA_SUPPLY_H

#include <stdbool.h>
#include <stdint.h>
#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct supply;

/**
 * machine_supply() - the line of a specifier, made if nobody has asked for it before
 * @provider: path of the node that drives it
 * @cells, @nr: which of its lines, at most BOARD_MAX_SUPPLY_CELLS cells
 *
 * Lives as long as @m. Context: any thread. Cannot fail.
 */
struct supply *machine_supply(struct machine *m, enum supply_kind kind, const char *provider,
			      const uint32_t *cells, unsigned nr);

/**
 * supply_set() - clock runs, reset is let go, power is on; or not
 *
 * What stands on it changes at once. A fixed clock stays on. Context: any thread.
 */
void supply_set(struct supply *s, bool is_on);
bool supply_is_on(const struct supply *s);

enum supply_kind supply_kind(const struct supply *s);
/** "clock", "reset", "power domain" */
const char *supply_kind_name(enum supply_kind kind);
/** "/cmu 5": provider and cells. Borrowed. */
const char *supply_name(const struct supply *s);
/** All of a machine, in the order they were asked for; NULL from the last one on. */
struct supply *machine_supply_at(const struct machine *m, size_t idx);

#ifdef __cplusplus
}
#endif
#endif
