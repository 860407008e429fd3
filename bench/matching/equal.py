"""Equality with OR-Tools and HiGHS on random mid-size instances: exits with 1 on any difference.

Usage: equal.py --binaries DIR [--count N] [--seed S] [--work DIR]

DIR holds the release examples `national` and `flow`. Half of the instances are invented places
with loose or tight capacity, half are random networks with every kind of arc. Needs Python with
ortools, scipy, highspy and numpy; a peer that is not there is a failure.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
PEERS = ("ortools", "highs")


def answer(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1:]}
    return json.loads(done.stdout.splitlines()[-1])


def network(dice, file):
    """A random network that has a flow: every node also reaches the next one, dearly."""
    nodes = dice.randint(50, 800)
    arcs = [(node, node % nodes + 1, 10_000, 5_000) for node in range(1, nodes + 1)]
    for _ in range(nodes * dice.randint(3, 12)):
        start, end = dice.sample(range(1, nodes + 1), 2)
        arcs.append((start, end, dice.choice((0, 1, 3, 10, 50)), dice.randint(0, 1_000)))
    supply = [0] * (nodes + 1)
    for _ in range(nodes // 4):
        start, end, much = dice.randint(1, nodes), dice.randint(1, nodes), dice.randint(1, 20)
        supply[start] += much
        supply[end] -= much
    dice.shuffle(arcs)
    with open(file, "w") as out:
        out.write(f"p min {nodes} {len(arcs)}\n")
        out.writelines(f"n {node} {supply[node]}\n" for node in range(1, nodes + 1) if supply[node])
        out.writelines(f"a {a} {b} 0 {capacity} {cost}\n" for a, b, capacity, cost in arcs)
    return f"network of {nodes} nodes and {len(arcs)} arcs"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--binaries", required=True, type=pathlib.Path)
    options.add_argument("--count", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--work", default=tempfile.gettempdir())
    chosen = options.parse_args()
    dice = random.Random(chosen.seed)
    file = pathlib.Path(chosen.work) / f"equal-{chosen.seed}.min"
    differences, compared = 0, 0
    for turn in range(chosen.count):
        if turn % 2:
            what = network(dice, file)
            ours = answer([chosen.binaries / "flow", file]).get("cost")
        else:
            needs, seed = dice.randint(200, 4_000), dice.randint(1, 10**9)
            command = [chosen.binaries / "national", "--needs", str(needs), "--seed", str(seed)]
            command += ["--tight"] if turn % 4 else []
            what = " ".join(map(str, command[1:]))
            ours = answer([*command, "--dump", file]).get("objective")
        for peer in PEERS:
            theirs = answer([sys.executable, HERE / "peer.py", peer, file]).get("cost")
            compared += 1
            if ours is None or ours != theirs:
                differences += 1
                print(f"DIFFERENT: {what}: ours {ours}, {peer} {theirs}", flush=True)
    file.unlink(missing_ok=True)
    print(f"{compared} comparisons on {chosen.count} instances, {differences} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
