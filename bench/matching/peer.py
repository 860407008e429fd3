"""Solves a dumped national instance with one peer; prints its cost and CPU seconds as JSON.

Usage: peer.py {ortools|scipy|highs} FILE.min

Reading the file is not counted; handing the arcs to the peer is. One peer a process:
OR-Tools and HiGHS cannot be imported together.
"""

import json
import sys
import time

import numpy as np


def load(path):
    """Arcs as an array of (from, to, low, capacity, cost), supplies by node, needs, supporters."""
    supplies, header, needs, supporters, skip = {}, None, 0, 0, 0
    with open(path) as lines:
        for line in lines:
            if line.startswith("a "):
                break
            skip += 1
            words = line.split()
            if words[0] == "c":
                needs, supporters = int(words[2]), int(words[4])
            elif words[0] == "p":
                header = int(words[2])
            elif words[0] == "n":
                supplies[int(words[1]) - 1] = int(words[2])
    with open(path) as lines:
        for _ in range(skip):
            next(lines)
        text = lines.read().replace("a ", "")
    arcs = np.fromstring(text, dtype=np.int64, sep=" ").reshape(-1, 5)
    supply = np.zeros(header, dtype=np.int64)
    for node, amount in supplies.items():
        supply[node] = amount
    return arcs, supply, needs, supporters


def ortools(arcs, supply, needs, supporters):
    from ortools.graph.python import min_cost_flow

    start = time.process_time()
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        arcs[:, 0] - 1, arcs[:, 1] - 1, arcs[:, 3], arcs[:, 4]
    )
    flow.set_nodes_supplies(np.arange(len(supply)), supply)
    flow.solve()
    return flow.optimal_cost(), time.process_time() - start


def scipy(arcs, supply, needs, supporters):
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    start = time.process_time()
    places = arcs[arcs[:, 0] > needs]
    capacity = np.zeros(supporters, dtype=np.int64)
    capacity[places[:, 0] - needs - 1] = places[:, 3]
    first = np.concatenate([[0], np.cumsum(capacity)])
    pairs = arcs[(arcs[:, 0] <= needs) & (arcs[:, 1] <= needs + supporters)]
    unmet = arcs[(arcs[:, 0] <= needs) & (arcs[:, 1] > needs + supporters)]
    to = pairs[:, 1] - needs - 1
    times = capacity[to]
    row = np.repeat(pairs[:, 0] - 1, times)
    offset = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    column = np.repeat(first[to], times) + offset
    # A stored nought would count as no edge, so every cost is one more.
    cost = np.repeat(pairs[:, 4] + 1, times)
    row = np.concatenate([row, unmet[:, 0] - 1])
    column = np.concatenate([column, first[-1] + unmet[:, 0] - 1])
    cost = np.concatenate([cost, unmet[:, 4] + 1])
    table = csr_matrix((cost, (row, column)), shape=(needs, first[-1] + needs))
    rows, columns = min_weight_full_bipartite_matching(table)
    total = int(table[rows, columns].sum()) - needs
    return total, time.process_time() - start


def highs(arcs, supply, needs, supporters):
    import highspy
    from scipy.sparse import coo_matrix

    start = time.process_time()
    count = len(arcs)
    at = np.arange(count)
    table = coo_matrix(
        (
            np.concatenate([np.ones(count), -np.ones(count)]),
            (np.concatenate([arcs[:, 0] - 1, arcs[:, 1] - 1]), np.concatenate([at, at])),
        ),
        shape=(len(supply), count),
    ).tocsc()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, len(supply)
    model.col_cost_ = arcs[:, 4].astype(float)
    model.col_lower_ = np.zeros(count)
    model.col_upper_ = arcs[:, 3].astype(float)
    model.row_lower_ = model.row_upper_ = supply.astype(float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = table.indptr
    model.a_matrix_.index_ = table.indices
    model.a_matrix_.value_ = table.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    solver.run()
    return round(solver.getInfo().objective_function_value), time.process_time() - start


if __name__ == "__main__":
    peers = {"ortools": ortools, "scipy": scipy, "highs": highs}
    cost, cpu = peers[sys.argv[1]](*load(sys.argv[2]))
    print(json.dumps({"cost": int(cost), "cpu": cpu}))
