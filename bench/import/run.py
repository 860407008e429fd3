#!/usr/bin/env python3
"""Side by side: this project's reader, DuckDB and pandas read and type the same national files.

    python3 run.py DATA_FOLDER PATH_TO_COUNT_EXAMPLE [--times 5] [--write RESULTS.md]

Needs a Python with duckdb, pandas and pyarrow (see README.md). Each run is a process of its own;
CPU seconds (user and system) and peak memory are what the operating system accounts to it, start-up
included. The runs of the tools alternate, so that a busy spell of the machine hits them all.
"""

import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent


def measured(command):
    """Wall seconds, CPU seconds, peak MiB and output of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"{command[0]} failed")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(output)


def main():
    args = sys.argv[1:]
    times = int(args[args.index("--times") + 1]) if "--times" in args else 5
    files = sorted(str(p) for p in (pathlib.Path(args[0]) / "national").rglob("*.csv"))
    count, peers = args[1], [sys.executable, str(HERE / "peers.py")]
    commands = {
        "Alongside, records made and passed on": [count, *files],
        "Alongside, every record kept in memory": [count, "--keep", *files],
        "DuckDB, tables in memory": [*peers, "duckdb", *files],
        "pandas, C engine": [*peers, "pandas", *files],
        "pandas, pyarrow engine": [*peers, "pandas-pyarrow", *files],
        "Python starting and importing pandas": [sys.executable, "-c",
                                                 "import pandas, json; print(json.dumps({}))"],
    }
    runs = {name: [] for name in commands}
    for turn in range(times + 1):
        for name, command in commands.items():
            result = measured(command)
            if turn > 0:  # the first turn warms the file cache
                runs[name].append(result)
    lines = ["| what | rows | CPU s (least) | wall s (least) | rows per CPU s | peak MiB |",
             "|---|---:|---:|---:|---:|---:|"]
    for name, results in runs.items():
        rows = results[0][3].get("rows")
        cpu = [r[1] for r in results]
        wall = min(r[0] for r in results)
        peak = statistics.median(r[2] for r in results)
        rate = f"{rows / min(cpu):,.0f}" if rows else ""
        lines.append(f"| {name} | {rows or ''} | {statistics.median(cpu):.2f} ({min(cpu):.2f}) | "
                     f"{statistics.median(r[0] for r in results):.2f} ({wall:.2f}) | {rate} | "
                     f"{peak:.0f} |")
    versions = subprocess.run(
        [sys.executable, "-c", "import duckdb, pandas, pyarrow; print('DuckDB', "
         "duckdb.__version__, '· pandas', pandas.__version__, '· pyarrow', pyarrow.__version__)"],
        capture_output=True, text=True, check=True).stdout.strip()
    size = sum(os.path.getsize(f) for f in files) / 1e6
    lines += ["", f"{len(files)} files, {size:.1f} MB. {times} runs each, median (least). "
              f"{os.cpu_count()} cores, load at the end {os.getloadavg()[0]:.1f}. "
              f"Python {platform.python_version()}, {versions}."]
    text = "\n".join(lines) + "\n"
    print(text)
    if "--write" in args:
        path = pathlib.Path(args[args.index("--write") + 1])
        before = path.read_text().split("<!-- measured -->")[0] if path.exists() else ""
        path.write_text(before + "<!-- measured -->\n" + text)


if __name__ == "__main__":
    main()
