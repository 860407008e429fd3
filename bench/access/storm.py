#!/usr/bin/env python3
"""A storm of sign-ins, then everybody at work at once.

    bench/access/storm.py SERVER FOLDER [PEOPLE] [SECONDS] [DATABASE]

SERVER is the example `sign_in_server`:
    cargo build --release -p access --example sign_in_server
FOLDER takes the database (SQLite unless a postgres:// DATABASE is given, which must be empty).

Every person signs in with password and code at the same moment, while somebody who is not signed
in opens a page ten times a second: hashing passwords must not stop other pages. Then all sessions
together open pages for SECONDS. Any answer but the expected one is an error, and an error is the
end with exit code 1. Needs Python 3.11, nothing else.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse

PASSWORD = "tea kettle harbour nine"
PORT = 8398


def code(secret, now):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">q", int(now) // 30), hashlib.sha1).digest()
    at = digest[19] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Connection:
    """One browser: keeps its connection and its cookie."""

    def __init__(self):
        self.reader = self.writer = None
        self.cookie = ""

    async def ask(self, method, path, form=None):
        for again in (False, True):
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", PORT)
            body = urllib.parse.urlencode(form or {}).encode()
            lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{PORT}"]
            if self.cookie:
                lines.append(f"Cookie: {self.cookie}")
            if form is not None:
                lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
            self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            try:
                head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
                break
            except (asyncio.IncompleteReadError, ConnectionError):
                self.writer = None
                if again:
                    raise
        status = int(head.split(" ", 2)[1])
        headers = [line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line]
        length = None
        for name, value in headers:
            if name.lower() == "content-length":
                length = int(value)
            if name.lower() == "set-cookie" and value.startswith("alongside_session="):
                self.cookie = value.split(";")[0]
        if length is not None:
            await self.reader.readexactly(length)
        else:
            while True:
                size = int((await self.reader.readline()).strip() or b"0", 16)
                await self.reader.readexactly(size + 2)
                if size == 0:
                    break
        return status


def summary(times):
    times = sorted(times)
    at = lambda share: round(times[min(len(times) - 1, int(share * len(times)))] * 1000)
    return {"median_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "worst_ms": at(1.0)}


async def storm(secrets):
    people = [Connection() for _ in secrets]
    errors, times, bystander = [], [], []
    done = asyncio.Event()

    async def enter(number, person):
        begun = time.perf_counter()
        form = {"email": f"person-{number}@example.org", "password": PASSWORD, "code": code(secrets[number], time.time())}
        status = await person.ask("POST", "/sign-in/password", form)
        times.append(time.perf_counter() - begun)
        if status != 303:
            errors.append(f"person {number}: {status}")

    async def look_on():
        other = Connection()
        while not done.is_set():
            begun = time.perf_counter()
            if await other.ask("GET", "/sign-in") != 200:
                errors.append("the bystander")
            bystander.append(time.perf_counter() - begun)
            await asyncio.sleep(0.1)

    looking = asyncio.create_task(look_on())
    begun = time.perf_counter()
    await asyncio.gather(*(enter(number, person) for number, person in enumerate(people)))
    took = time.perf_counter() - begun
    done.set()
    await looking
    result = {"sign_ins": len(people), "seconds": round(took, 2), "a_second": round(len(people) / took, 1)}
    return people, errors, result | {"sign_in": summary(times), "bystander": summary(bystander), "errors": len(errors)}


async def work(people, seconds):
    errors, times = [], []
    end = time.perf_counter() + seconds

    async def one(person):
        while time.perf_counter() < end:
            begun = time.perf_counter()
            status = await person.ask("GET", "/account")
            times.append(time.perf_counter() - begun)
            if status != 200:
                errors.append(str(status))
            await asyncio.sleep(1)

    begun = time.perf_counter()
    await asyncio.gather(*(one(person) for person in people))
    took = time.perf_counter() - begun
    return errors, {"people": len(people), "pages": len(times), "a_second": round(len(times) / took, 1), **summary(times), "errors": len(errors)}


async def main(server, folder, people=500, seconds=20, database=None):
    os.makedirs(folder, exist_ok=True)
    kept = os.path.join(tempfile.gettempdir(), f"alongside-storm-{PORT}", "secrets")
    if os.path.exists(kept):
        os.remove(kept)
    database = database or f"sqlite:{folder}/storm-{int(time.time())}.sqlite"
    child = subprocess.Popen([server, database, f"127.0.0.1:{PORT}", str(people)])
    try:
        for _ in range(6000):
            await asyncio.sleep(0.1)
            if child.poll() is not None:
                sys.exit("the server stopped")
            try:
                _, probe = await asyncio.open_connection("127.0.0.1", PORT)
                probe.close()
                break
            except OSError:
                pass
        with open(kept) as file:
            secrets = file.read().split()
        # In the middle of a time step, so that no code grows old on its way.
        await asyncio.sleep(30 - time.time() % 30 + 1)
        crowd, wrong, entered = await storm(secrets)
        also, busy = await work(crowd, seconds)
        print(json.dumps({"storm": entered, "at_work": busy}, indent=2))
        for error in (wrong + also)[:20]:
            print(error, file=sys.stderr)
        return 1 if wrong or also else 0
    finally:
        child.terminate()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    extra = [int(word) if word.isdigit() else word for word in sys.argv[3:]]
    sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2], *extra)))
