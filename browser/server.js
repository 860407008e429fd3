// Starts the binary that cargo built and waits until it answers.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const project = resolve(import.meta.dirname, '..')
const target = process.env.CARGO_TARGET_DIR ?? join(project, 'target')
export const binary = process.env.ALONGSIDE_BINARY ?? join(target, 'debug', 'alongside')

/** A free port on the loopback address. */
export async function freePort () {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => found(port))
    })
  })
}

const folders = []
process.once('exit', () => folders.forEach((path) => rmSync(path, { recursive: true, force: true })))

/** A folder of its own for a server's database, letters and secret; it goes when the tests have ended. */
export function folder () {
  const path = mkdtempSync(join(tmpdir(), 'alongside-browser-'))
  folders.push(path)
  return path
}

/** Runs a command to its end, with settings from the environment where the first argument holds them, and returns what it printed. */
export function run (cwd, ...args) {
  const { settings } = typeof args[0] === 'object' ? args.shift() : {}
  const done = spawnSync(binary, args, { cwd, encoding: 'utf8', env: { ...environment(), ...settings }, maxBuffer: 64 << 20 })
  if (done.status !== 0) throw new Error(`${args.join(' ')} exited with ${done.status}\n${done.stdout}${done.stderr}`)
  return done.stdout
}

function environment () {
  const { PATH, HOME, TMPDIR } = process.env
  // Journeys sign in by the links that the server prints; the one about signing in asks for more.
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), NO_COLOR: '1', ALONGSIDE_REQUIRE_SECOND_STEP: 'none' }
}

/** Asks a server to stop and waits until it has. */
function ended (child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((done) => {
    child.once('exit', done)
    child.kill('SIGTERM')
  })
}

/** Starts a server, on a given port and with settings where the last argument holds them, and resolves when it answers; `stop` ends it. */
export async function start (cwd, ...args) {
  const { port = await freePort(), settings } = typeof args.at(-1) === 'object' ? args.pop() : {}
  const address = `http://127.0.0.1:${port}`
  const child = spawn(binary, [...args, '--listen', `127.0.0.1:${port}`], { cwd, env: { ...environment(), ...settings }, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  child.stdout.on('data', (text) => { printed += text })
  child.stderr.on('data', (text) => { printed += text })
  for (let tries = 0; tries < 1200; tries++) {
    if (child.exitCode !== null) throw new Error(`the server stopped: ${printed}`)
    try {
      if ((await fetch(`${address}/health`)).ok) return { address, port, printed: () => printed, pid: child.pid, stop: () => ended(child) }
    } catch { /* not yet */ }
    await new Promise((wait) => setTimeout(wait, 100))
  }
  child.kill('SIGTERM')
  throw new Error(`the server did not answer within two minutes: ${printed}`)
}
