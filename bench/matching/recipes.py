"""Generalised assignment instances by the recipes of the literature, and what the engine proves.

Usage: recipes.py --binary PATH/TO/gap [--classes cde] [--sizes 5x100,10x100,20x100,5x200,10x200,20x200]
       [--seeds 1,2,3] [--seconds S] [--cpu] [--work DIR] [--write]

Loads are uniform on 5 to 25 (class c), uniform on 1 to 100 (class d), 1 - 10 ln(u) (class e); costs
are uniform on 10 to 50 (c), 111 less the load and up to ten more or less (d), 1000 over the load less
up to ten (e). Each agent has four fifths of its mean share. `--write` writes the files (OR-Library
layout) and solves nothing; otherwise a Markdown table is printed.
"""

import argparse
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile


def instance(kind, agents, jobs, seed):
    """Costs and loads, agent by agent, and capacities."""
    dice = random.Random(f"{kind} {agents} {jobs} {seed}")
    loads, costs = [], []
    for _ in range(agents):
        if kind == "c":
            load = [dice.randint(5, 25) for _ in range(jobs)]
            cost = [dice.randint(10, 50) for _ in range(jobs)]
        elif kind == "d":
            load = [dice.randint(1, 100) for _ in range(jobs)]
            cost = [111 - one + dice.randint(-10, 10) for one in load]
        else:
            load = [int(1 - 10 * math.log(1 - dice.random())) for _ in range(jobs)]
            cost = [max(1, int(1000 / one - 10 * dice.random())) for one in load]
        loads.append(load)
        costs.append(cost)
    return costs, loads, [int(0.8 * sum(load) / agents) for load in loads]


def write(path, kind, agents, jobs, seed):
    costs, loads, capacity = instance(kind, agents, jobs, seed)
    rows = [*costs, *loads, capacity]
    lines = [f"1\n{agents} {jobs}", *(" ".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--binary")
    options.add_argument("--classes", default="cde")
    options.add_argument("--sizes", default="5x100,10x100,20x100,5x200,10x200,20x200")
    options.add_argument("--seeds", default="1,2,3")
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--cpu", action="store_true")
    options.add_argument("--work", default=tempfile.gettempdir(), type=pathlib.Path)
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    if not chosen.write and not chosen.binary:
        sys.exit("--binary is missing: the release example `gap`")
    if not chosen.write:
        print("| class | agents × jobs | seed | value | bound | gap | seconds |")
        print("|---|---|---|---|---|---|---|", flush=True)
    for kind in chosen.classes:
        for size in chosen.sizes.split(","):
            agents, jobs = map(int, size.split("x"))
            for seed in map(int, chosen.seeds.split(",")):
                path = chosen.work / f"gap-{kind}-{agents}-{jobs}-{seed}.txt"
                write(path, kind, agents, jobs, seed)
                if chosen.write:
                    continue
                command = [chosen.binary, path, "--min", "--seconds", str(chosen.seconds)]
                command += ["--cpu"] if chosen.cpu else []
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                found = json.loads(done.stdout)["instances"][0]
                gap = "none" if found["gap"] is None else f"{100 * found['gap']:.3f} %"
                cells = [kind, f"{agents} × {jobs}", seed, found["value"], found["bound"], gap,
                         f"{found['seconds']:.0f}"]
                print("| " + " | ".join(map(str, cells)) + " |", flush=True)
                path.unlink()


if __name__ == "__main__":
    main()
