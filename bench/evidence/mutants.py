"""Mutation testing of the crate `evidence`, many mutants in one build.

The mutants are those of cargo-mutants (its list is read); a seeded random sample of them is built
into one copy of the crate: each function that a mutant changes gets its changed body beside its own,
and the environment variable MUTANT says which of them runs. So the crate is compiled once, and a
mutant costs one run of the tests.

    cargo install cargo-mutants
    python3 bench/evidence/mutants.py WORK_FOLDER --sample 300 --seed 1 [--only did/]

A mutant is caught when a test fails, or when the tests need ten times the processor time or memory
that they should. Left out, and counted: functions that are `const` (the choice is made while
running) or return `impl Trait` (two bodies would be two types).
"""
import argparse
import json
import math
import os
import random
import re
import resource
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

here = Path(__file__).resolve().parents[2]
parse = argparse.ArgumentParser()
parse.add_argument("work", type=Path)
parse.add_argument("--sample", type=int, default=300)
parse.add_argument("--seed", type=int, default=1)
parse.add_argument("--only", default="", help="a part of the file names")
parse.add_argument("--again", type=Path, help="results.json of a run whose survivors are tried again")
parse.add_argument("--seconds", type=int, default=40, help="processor time that ends a run")
parse.add_argument("--jobs", type=int, default=1)
asked = parse.parse_args()

SWITCH = """
/// Which mutant runs.
pub(crate) mod mutant {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static WHICH: AtomicUsize = AtomicUsize::new(usize::MAX);
    pub(crate) fn on(id: usize) -> bool {
        let mut which = WHICH.load(Ordering::Relaxed);
        if which == usize::MAX {
            which = std::env::var("MUTANT").ok().and_then(|v| v.parse().ok()).unwrap_or(0);
            WHICH.store(which, Ordering::Relaxed);
        }
        which == id
    }
}
"""


def offset(lines, place):
    """Position in the text of a line and column, both from 1; columns count characters."""
    return sum(len(line) for line in lines[: place["line"] - 1]) + place["column"] - 1


def listed():
    out = subprocess.run(["cargo", "mutants", "-p", "evidence", "--list", "--json"], cwd=here,
                         capture_output=True, text=True, check=True).stdout
    return [m for m in json.loads(out) if asked.only in m["file"]]


def instrument(copy, chosen):
    """Builds the chosen mutants into the copy; returns those that could be, by number."""
    built, left_out = {}, []
    by_file = defaultdict(list)
    for mutant in chosen:
        by_file[mutant["file"]].append(mutant)
    number = 0
    for file, mutants in by_file.items():
        path = copy / file
        text = path.read_text()
        lines = text.splitlines(keepends=True)
        bodies = defaultdict(list)
        for mutant in mutants:
            span = mutant["function"]["span"]
            start, end = offset(lines, span["start"]), offset(lines, span["end"])
            # The span begins with the documentation, whose examples have braces too.
            name = mutant["function"]["function_name"].split("::")[-1].split("<")[0]
            named = re.compile(rf"^[^/\n]*\bfn {re.escape(name)}\b", re.M).search(
                text, text.rfind("\n", 0, start) + 1, end)
            brace = text.index("{", named.end())
            head = text[named.start():brace]
            if re.search(r"\bconst fn\b", head) or "-> impl" in head or "impl<const" in head:
                left_out.append(mutant["name"])
                continue
            a, b = offset(lines, mutant["span"]["start"]), offset(lines, mutant["span"]["end"])
            if mutant["genre"] == "FnValue":
                changed = "{ " + mutant["replacement"] + " }"
            else:
                changed = text[brace:a] + mutant["replacement"] + " " + text[b:end]
            bodies[(brace, end)].append((mutant, changed))
        # From the end, so that earlier positions stay; functions inside others are left alone.
        last = len(text)
        for (brace, end), changes in sorted(bodies.items(), reverse=True):
            if end > last:
                left_out.extend(m["name"] for m, _ in changes)
                continue
            last = brace
            whole = "{\n"
            for mutant, changed in changes:
                number += 1
                built[number] = mutant
                whole += f"if crate::mutant::on({number}) {changed}\nelse "
            text = text[:brace] + whole + text[brace:end] + "\n}" + text[end:]
        path.write_text(text)
    lib = copy / "crates/evidence/src/lib.rs"
    lib.write_text(lib.read_text() + SWITCH)
    return built, left_out


def build(copy):
    """The test programs. Lints are off: a mutant may leave a value unread."""
    flags = ["--config=profile.dev.package.evidence.opt-level=1", "--config=profile.dev.debug=false"]
    env = dict(os.environ, RUSTFLAGS="")
    out = subprocess.run(["cargo", "test", "-q", *flags, "-p", "evidence", "--lib", "--test", "it",
                          "--no-run", "--message-format=json"], cwd=copy, env=env,
                         capture_output=True, text=True)
    messages = [json.loads(line) for line in out.stdout.splitlines() if line.startswith("{")]
    if out.returncode:
        return None, [m["message"] for m in messages
                      if m["reason"] == "compiler-message" and m["message"]["level"] == "error"]
    return [m["executable"] for m in messages
            if m["reason"] == "compiler-artifact" and m.get("executable")], []


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (asked.seconds, asked.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))


def run(programs, copy, mutant):
    """caught, slow (ended by its limit) or missed; stops at the first test that fails."""
    env = dict(os.environ, MUTANT=str(mutant), PROPTEST_MAX_SHRINK_ITERS="0")
    for program in programs:
        child = subprocess.Popen([program, "--test-threads", "1"], cwd=copy / "crates/evidence",
                                 env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 text=True, preexec_fn=limits, errors="replace")
        failed = None
        for line in child.stdout:
            if line.startswith("test ") and line.rstrip().endswith("FAILED"):
                failed = line.split()[1]
                child.kill()
                break
        code = child.wait()
        if failed:
            return "caught", failed
        if code:
            return ("slow" if code in (-9, -24) else "caught"), f"ended with {code}"
    return "missed", ""


def wilson(k, n):
    z = 1.959964
    p, q = k / n, z * z / n
    mid, half = p + q / 2, z * math.sqrt(p * (1 - p) / n + q / (4 * n))
    return (mid - half) / (1 + q), (mid + half) / (1 + q)


def main():
    if asked.again:
        before = json.loads(asked.again.read_text())
        survivors = {(m["file"].split("/")[-1], m["change"], m["line"]) for m in before["missed"]}
        every = [m for m in listed() if (m["file"].split("/")[-1],
                 m["name"].split(": ", 1)[1], text_of(m)) in survivors]
        chosen = every
    else:
        every = listed()
        chosen = random.Random(asked.seed).sample(every, min(asked.sample, len(every)))
    copy = asked.work / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=here,
                           capture_output=True, text=True, check=True).stdout.split("\n")
    unviable = []
    while True:
        shutil.rmtree(copy, ignore_errors=True)
        for file in files:
            if file and (here / file).is_file():
                (copy / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(here / file, copy / file)
        built, left_out = instrument(copy, chosen)
        programs, errors = build(copy)
        if programs is not None:
            break
        # Mutants that do not compile are no mutants: they are found by the lines of the errors.
        bad = set()
        for error in errors:
            for span in error["spans"]:
                lines = (copy / span["file_name"]).read_text().splitlines()[: span["line_start"]]
                marks = re.findall(r"crate::mutant::on\((\d+)\)", "\n".join(lines))
                if marks:
                    bad.add(int(marks[-1]))
        if not bad:
            sys.exit("the build fails: " + "; ".join(e["message"] for e in errors[:3]))
        unviable += [built[b]["name"] for b in bad]
        chosen = [m for m in chosen if m["name"] not in unviable]
        for at in sorted(bad):
            print("does not compile:", built[at]["name"], [e["message"] for e in errors][:3], flush=True)
    kind, test = run(programs, copy, 0)
    if kind != "missed":
        sys.exit(f"the tests do not pass without a mutant: {test}")
    results, missed, log = Counter(), [], []
    order = sorted(built)
    random.Random(asked.seed).shuffle(order)
    by_file = defaultdict(Counter)
    pool = ThreadPoolExecutor(asked.jobs)
    waiting = {pool.submit(run, programs, copy, number): number for number in order}
    for done, future in enumerate(as_completed(waiting), 1):
        mutant = built[waiting[future]]
        kind, test = future.result()
        shutil.rmtree(copy / "crates/evidence/tests/proptest-regressions", ignore_errors=True)
        results[kind] += 1
        by_file[mutant["file"]]["missed" if kind == "missed" else "caught"] += 1
        if kind == "missed":
            missed.append({"file": mutant["file"], "change": mutant["name"].split(": ", 1)[1],
                           "line": text_of(mutant), "name": mutant["name"]})
            print("MISSED", mutant["name"], flush=True)
        log.append({"name": mutant["name"], "result": kind, "by": test})
        caught = results["caught"] + results["slow"]
        if done % 10 == 0 or done == len(order):
            low, high = wilson(caught, done)
            print(f"{done} of {len(order)}: caught {caught} ({results['slow']} by their limits), "
                  f"{100 * caught / done:.1f} % [{100 * low:.1f}, {100 * high:.1f}]", flush=True)
            (asked.work / "results.json").write_text(json.dumps({
                "all": len(every), "sampled": len(order), "done": done, "results": results,
                "interval": [low, high], "left_out": left_out, "unviable": unviable,
                "missed": missed, "log": log, "by_file": by_file}, indent=1))


def text_of(mutant):
    """The line that a mutant changes, by which it is known again when lines move."""
    lines = (here / mutant["file"]).read_text().splitlines()
    return lines[mutant["span"]["start"]["line"] - 1].strip()


main()
