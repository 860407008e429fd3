#!/usr/bin/env python3
"""Whether the clock tells a record of somebody else from none.

    bench/access/alike.py SERVER FOLDER [ROUNDS]

SERVER is the product: cargo build --release -p alongside. FOLDER takes the demonstration's database
and one head of a school outside the alliance, who asks in turn for a record of the alliance and for
one that does not exist, ROUNDS times (300) for each kind of record.

For each kind: the median and the 95th percentile of both, in milliseconds, and how often a record took
longer than none (0.5: as often as not, the clock tells nothing; 1 or 0: every time). Exit code 1 when
an answer is not 404, or when that share is further than 0.1 from 0.5. Needs Python 3.11 and nothing else.
"""

import glob
import http.client
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
import uuid

PORT = 8397
KINDS = {
    "/audits/": "audit",
    "/requests/": "support_request",
    "/agreements/": "agreement",
    "/plans/": "improvement_plan",
    "/visits/": "visit",
    "/partnerships/": "partnership",
}


def ask(connection, method, path, cookie="", body=""):
    headers = {"Host": f"127.0.0.1:{PORT}", "Cookie": cookie}
    if method == "POST":
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    begun = time.perf_counter()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer, (time.perf_counter() - begun) * 1000


def nobodys(chance):
    """An identifier of the same form that names nothing."""
    text = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    return text[:14] + "7" + text[15:]


def at(times, share):
    return round(sorted(times)[min(len(times) - 1, int(share * len(times)))], 2)


def longer(some, none):
    """The share of pairs in which a record took longer than none; ties count half."""
    marked = sorted([(t, 1) for t in some] + [(t, 0) for t in none])
    ranks = {}
    for rank, (t, _) in enumerate(marked):
        ranks.setdefault(t, []).append(rank)
    total = sum(sum(ranks[t]) / len(ranks[t]) for t in some)
    return (total - len(some) * (len(some) - 1) / 2) / (len(some) * len(none))


def main(server, folder, rounds=300):
    os.makedirs(folder, exist_ok=True)
    server = os.path.abspath(server)

    def run(*words, **more):
        return subprocess.run([server, *words], cwd=folder, check=True, capture_output=True, text=True, **more).stdout

    run("demo", "--load-only")
    file = max(glob.glob(os.path.join(folder, "**", "*.sqlite"), recursive=True), key=os.path.getsize)
    env = os.environ | {"DATABASE_URL": f"sqlite:{os.path.abspath(file)}"}
    rows = sqlite3.connect(file)
    urn = rows.execute(
        "SELECT urn FROM school WHERE is_open AND NOT EXISTS (SELECT 1 FROM partnership_member m"
        " WHERE m.org = 'school:' || urn) ORDER BY urn LIMIT 1"
    ).fetchone()[0]
    ids = {path: [row[0] for row in rows.execute(f"SELECT id FROM {table}")] for path, table in KINDS.items()}
    rows.close()
    run("user", "add", "stranger@example.org", "Stranger", "--role", "head", "--at", f"school:{urn}", env=env)
    link = re.search(r"/sign-in/\S+", run("user", "link", "stranger@example.org", env=env)).group()
    child = subprocess.Popen([server, "serve", "--listen", f"127.0.0.1:{PORT}", "--no-worker"], cwd=folder, env=env)
    try:
        for _ in range(200):
            time.sleep(0.1)
            try:
                connection = http.client.HTTPConnection("127.0.0.1", PORT)
                ask(connection, "GET", "/health")
                break
            except OSError:
                continue
        answer, _ = ask(connection, "POST", link)
        cookie = answer.getheader("Set-Cookie").split(";")[0]
        chance, wrong, result = random.Random(1), 0, {}
        for path, known in ids.items():
            times = {True: [], False: []}
            for turn in range(2 * rounds + 20):
                real = chance.random() < 0.5
                one = chance.choice(known) if real else nobodys(chance)
                answer, took = ask(connection, "GET", path + one, cookie)
                wrong += answer.status != 404
                if turn >= 20:
                    times[real].append(took)
            share = longer(times[True], times[False])
            wrong += abs(share - 0.5) > 0.1
            result[path] = {
                "a record": [at(times[True], 0.5), at(times[True], 0.95)],
                "none": [at(times[False], 0.5), at(times[False], 0.95)],
                "longer": round(share, 3),
            }
        print(json.dumps(result, indent=2))
        return 1 if wrong else 0
    finally:
        child.terminate()
        child.wait()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
