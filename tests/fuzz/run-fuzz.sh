#!/bin/sh
# SPDX-License-Identifier: MIT
# Run one fuzz target: run-fuzz.sh libfuzzer|seeds TARGET SEED...
#
# libfuzzer: a fixed number of runs from a fixed seed, so that a pass is a pass
# tomorrow; with ARMDMA_LONG set, minutes from a seed of the day. What crashed it
# is kept as crash-* beside the target. seeds: the target has driver.c's main.
set -eu

mode=$1 target=$2
shift 2
[ "$mode" = libfuzzer ] || exec "$target" "$@"

corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
for seed; do
	cp "$seed" "$corpus/"
done
if [ -n "${ARMDMA_LONG-}" ]; then
	effort="-max_total_time=300 -seed=$(date +%Y%m%d)"
else
	effort="-runs=20000 -max_total_time=20 -seed=1"
fi
"$target" $effort -max_len=65536 -timeout=10 -rss_limit_mb=2048 \
	-print_final_stats=1 -verbosity=0 -close_fd_mask=1 \
	-artifact_prefix="$target-" "$corpus"
