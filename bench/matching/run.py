"""Matching beside OR-Tools, SciPy, HiGHS and LEMON: same instances, same optimum, CPU seconds.

Usage: run.py --binary PATH/TO/national [--sizes 1000,10000,24000] [--capacity loose,tight]
       [--peers ortools,lemon,scipy,highs] [--timeout S] [--work DIR]

Needs Python with ortools, scipy, highspy and numpy, and, for LEMON, a C++ compiler with
liblemon-dev; a peer that is not there is left out. Prints a Markdown table.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
# Beyond these sizes a peer takes longer than anybody would wait.
LIMITS = {"highs": 10_000, "scipy": 24_000, "ortools": 1_000_000, "lemon": 1_000_000}


def run(command, timeout):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=True)
        return json.loads(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, OSError, ValueError, IndexError):
        return None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--binary", required=True)
    options.add_argument("--sizes", default="1000,10000,24000,100000")
    options.add_argument("--capacity", default="loose,tight")
    options.add_argument("--peers", default="ortools,lemon,scipy,highs")
    options.add_argument("--timeout", type=float, default=900)
    options.add_argument("--work", default=tempfile.gettempdir())
    chosen = options.parse_args()
    work = pathlib.Path(chosen.work)
    lemon = work / "lemon-peer"
    built = subprocess.run(["g++", "-O3", "-march=native", "-o", lemon, HERE / "lemon.cc"])
    print("| needs | capacity | ours: candidates | ours: solve | OR-Tools | LEMON | SciPy | HiGHS "
          "| peer given candidates / our solve | both with our candidates "
          "| peer given candidates / ours end to end | unmet |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for size in map(int, chosen.sizes.split(",")):
        for capacity in chosen.capacity.split(","):
            file = work / f"national-{size}-{capacity}.min"
            command = [chosen.binary, "--needs", str(size)]
            command += ["--tight"] if capacity == "tight" else []
            subprocess.run([*command, "--dump", file], check=True, capture_output=True)
            # Processor time is counted in ticks: short solves are repeated and averaged.
            command += ["--repeat", str(max(1, 200_000 // size))]
            best = run(command, chosen.timeout)
            if not best:
                sys.exit(f"{command} failed")
            peers = {}
            for peer, limit in LIMITS.items():
                if peer not in chosen.peers.split(",") or size > limit or (peer == "lemon" and built.returncode):
                    continue
                peer_command = [lemon, file] if peer == "lemon" else [
                    sys.executable, HERE / "peer.py", peer, file]
                found = run(peer_command, chosen.timeout)
                if found and found["cost"] != best["objective"]:
                    sys.exit(f"{peer} found {found['cost']}, we found {best['objective']}")
                peers[peer] = found and found["cpu"]
            file.unlink()
            shown = {peer: f"{cpu:.3f}" if cpu else "over time" for peer, cpu in peers.items()}
            times = [cpu for cpu in peers.values() if cpu]
            peer, build, solve = min(times, default=0), best["build_cpu_s"], best["solve_cpu_s"]
            ratios = (peer / solve, (peer + build) / (build + solve), peer / (build + solve))
            ratios = [f"{ratio:.1f}" if times else "" for ratio in ratios]
            cells = [f"{size:,}", capacity, f"{best['build_cpu_s']:.3f}",
                     f"{best['solve_cpu_s']:.3f}"]
            cells += [shown.get(p, "") for p in ("ortools", "lemon", "scipy", "highs")]
            print("| " + " | ".join([*cells, *ratios, str(best["unmet"])]) + " |", flush=True)


if __name__ == "__main__":
    main()
