/* SPDX-License-Identifier: MIT */
/*
 * An event's arguments as text: a device, then key=value pairs.
 *
 *   1c0f000.mmc dir=FROM_DEVICE nents=1/1 dma_addrs={0x4738eb80,0x..} attrs=
 *   IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 size=4096 ...
 *
 * Order does not matter and what is unknown is passed over, so that a kernel which
 * prints more than 6.12 does is still understood. A value that is not a number
 * where one belongs, does not fit in 64 bits, or comes twice, is refused.
 */
#ifndef TRACE_ARGS_H
#define TRACE_ARGS_H

#include "event.h"

/**
 * args_parse() - read the arguments of @d->ev.kind
 * @args: NUL-terminated, writable; @d->ev points into it afterwards
 *
 * Return: false, and @d->why says so, if they do not parse or are not complete.
 */
bool args_parse(struct draft *d, char *args);

/**
 * scan_number() - digits at *@p, which is moved behind them
 * @base: 10 or 16; "0x" in front makes it 16
 *
 * Return: false if there is no digit, or too many for 64 bits.
 */
bool scan_number(const char **p, unsigned base, uint64_t *ret);

#endif
