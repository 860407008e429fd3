#!/bin/sh
# How much of `evidence` do its tests hold? Changes one thing at a time (cargo-mutants) and counts
# the changes that a test notices. There are thousands: one shard of many is an even sample.
#   cargo install cargo-mutants
#   bench/evidence/mutants.sh [SHARD/OF] [WORK_FOLDER]        e.g. bench/evidence/mutants.sh 3/35
# Results are in WORK_FOLDER/mutants.out: caught.txt, missed.txt, timeout.txt, unviable.txt. On a
# machine that starves the tests a timeout says nothing: they are counted apart. BASELINE=skip
# leaves out the run without a change, when the tests are known to pass.
# The tests against published figures need the public data (see CONTRIBUTING.md).
set -eu
cd "$(dirname "$0")/../.."
shard=${1:-0/35}
work=${2:-$(mktemp -d)}
# A build folder of its own, and less optimisation: compiling costs more than running.
CARGO_TARGET_DIR="$work/target" cargo mutants -p evidence --jobs 1 --timeout 90 \
    --shard "$shard" --sharding round-robin --shuffle --output "$work" \
    --baseline "${BASELINE:-run}" \
    -C=--config=profile.dev.package.evidence.opt-level=1 -C=--config=profile.dev.debug=false \
    -- --lib --test it || test $? -le 3
cd "$work/mutants.out"
awk -v caught="$(wc -l <caught.txt)" -v late="$(wc -l <timeout.txt)" -v missed="$(wc -l <missed.txt)" 'BEGIN {
    n = caught + missed; if (n == 0) { print "no mutant could be judged"; exit 1 }
    p = caught / n; z = 1.96; d = 1 + z * z / n; m = (p + z * z / (2 * n)) / d
    h = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d
    printf "%d of %d caught: %.1f %% (95 %%: %.1f to %.1f); %d more ended in a timeout\n",
        caught, n, 100 * p, 100 * (m - h), 100 * (m + h), late
}'
