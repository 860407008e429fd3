#!/bin/sh
# Side by side with the peers: installs them (Debian and PyPI; none is a dependency of the product),
# writes the invented data, and times each method alone, in CPU seconds on one thread.
#   bench/evidence/run.sh [WORK_FOLDER]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${1:-$(mktemp -d)}
command -v Rscript >/dev/null || apt-get install -y r-cran-lme4
if [ ! -x "$work/venv/bin/python" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install -q numpy pandas scipy statsmodels scikit-learn faiss-cpu pysyncon csdid \
        mixedlm-rs cmake
fi
"$work/venv/bin/python" "$here/prepare.py" "$work"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
(cd "$here/../.." && cargo build --release -q -p evidence --example side_by_side &&
    "${CARGO_TARGET_DIR:-target}/release/examples/side_by_side" "$work")
for peer in csdid pysyncon faiss sklearn mixedlm-rs statsmodels; do
    "$work/venv/bin/python" "$here/peers.py" "$work" "$peer"
done
# mixeff-rs with the optimisers it calls its fastest path, which want cmake.
(cd "$here/mixeff" && PATH="$work/venv/bin:$PATH" CARGO_TARGET_DIR="$work/mixeff" \
    cargo build --release -q && "$work/mixeff/release/mixeff-peer" "$work")
Rscript "$here/peers.R" "$work"
