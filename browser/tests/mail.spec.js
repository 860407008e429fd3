// Letters through a real mail server: once each, also when the worker is killed with no warning.

import { test, expect } from '@playwright/test'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { binary, folder, freePort, run } from '../server.js'

/** A mail server that keeps what it is sent; `pause` decides when it answers. */
async function mailServer (pause = { connect: null, data: null }) {
  const received = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onConnect (session, done) { pause.connect ? pause.connect(done) : done() },
    onData (stream, session, done) {
      let text = ''
      stream.on('data', (part) => { text += part })
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), text })
        pause.data ? pause.data(done) : done()
      })
    }
  })
  server.on('error', () => {})
  const port = await freePort()
  await new Promise((listening) => server.listen(port, '127.0.0.1', listening))
  return { received, pause, url: `smtp://127.0.0.1:${port}`, close: () => new Promise((closed) => server.close(closed)) }
}

function worker (cwd, smtp) {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, NO_COLOR: '1', ALONGSIDE_SMTP: smtp, ALONGSIDE_MAIL_FROM: 'Alongside <post@alongside.example>' }
  return spawn(binary, ['worker'], { cwd, env, stdio: 'ignore' })
}

/** Runs statements on the worker's database and returns the first number of the last one. */
function sql (cwd, ...statements) {
  const script = 'import json,sqlite3,sys\nd=sqlite3.connect(sys.argv[1],timeout=30)\nfor s in json.loads(sys.argv[2]):\n  r=d.execute(s).fetchone()\nd.commit()\nprint(r[0] if r else 0)'
  const done = spawnSync('python3', ['-c', script, join(cwd, 'alongside-data', 'alongside.sqlite'), JSON.stringify(statements)], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
  return Number(done.stdout)
}

/** Letters that wait to be sent, written as an act writes them: the letter and its job. */
function write (cwd, howMany) {
  for (let n = 1; n <= howMany; n++) {
    sql(cwd,
      `INSERT INTO letter (id, recipient, subject, body) VALUES ('letter-${n}', 'reader${n}@school.example', 'Your week on Alongside', 'Hello reader ${n}.')`,
      `INSERT INTO job (id, kind, body, due, once) VALUES ('job-${n}', 'letter', '{"letter":"letter-${n}"}', 0, 'letter-${n}')`)
  }
}

const count = (cwd, question) => sql(cwd, question)

/** A worker that died holds its job for five minutes: let them pass. */
function fiveMinutesPass (cwd) {
  sql(cwd,
    "UPDATE job SET taken_until = 0 WHERE kind = 'letter' AND taken_until IS NOT NULL",
    'UPDATE letter SET handed_over_at = handed_over_at - 3600000000 WHERE handed_over_at IS NOT NULL AND sent_at IS NULL')
}

async function killed (child) {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

test.describe.configure({ mode: 'serial' })

test('every letter arrives once, with two workers at the same time', async () => {
  const cwd = folder()
  run(cwd, 'migrate')
  write(cwd, 12)
  const mail = await mailServer()
  const workers = [worker(cwd, mail.url), worker(cwd, mail.url)]
  await expect.poll(() => count(cwd, 'SELECT count(*) AS n FROM letter WHERE sent_at IS NOT NULL'), { timeout: 60_000 }).toBe(12)
  for (const one of workers) await killed(one)
  const readers = mail.received.flatMap(({ to }) => to).sort()
  expect(readers).toHaveLength(12)
  expect(new Set(readers).size).toBe(12)
  expect(mail.received[0].text).toContain('Subject: Your week on Alongside')
  expect(count(cwd, "SELECT count(*) AS n FROM letter WHERE body <> ''")).toBe(0)
  await mail.close()
})

test('killed between the job and the sending: it arrives once', async () => {
  const cwd = folder()
  run(cwd, 'migrate')
  write(cwd, 1)
  let connected = false
  // The server takes the connection and says nothing: the worker holds the job and waits.
  const mail = await mailServer({ connect: () => { connected = true }, data: null })
  const first = worker(cwd, mail.url)
  await expect.poll(() => connected, { timeout: 60_000 }).toBe(true)
  expect(count(cwd, 'SELECT count(*) AS n FROM job WHERE attempts = 1 AND taken_until > 0')).toBe(1)
  await killed(first)
  mail.pause.connect = null
  fiveMinutesPass(cwd)
  const second = worker(cwd, mail.url)
  await expect.poll(() => mail.received.length, { timeout: 60_000 }).toBe(1)
  await expect.poll(() => count(cwd, 'SELECT count(*) AS n FROM letter WHERE sent_at IS NOT NULL'), { timeout: 60_000 }).toBe(1)
  await killed(second)
  expect(mail.received).toHaveLength(1)
  await mail.close()
})

test('killed after the server has it, before that is known: it is not sent again, and the doctor says so', async () => {
  const cwd = folder()
  run(cwd, 'migrate')
  write(cwd, 1)
  // The server keeps the letter and never says that it did.
  const mail = await mailServer({ connect: null, data: () => {} })
  const first = worker(cwd, mail.url)
  await expect.poll(() => mail.received.length, { timeout: 60_000 }).toBe(1)
  await killed(first)
  mail.pause.data = null
  fiveMinutesPass(cwd)
  const second = worker(cwd, mail.url)
  await expect.poll(() => count(cwd, "SELECT count(*) AS n FROM job WHERE kind = 'letter'"), { timeout: 60_000 }).toBe(0)
  await killed(second)
  expect(mail.received).toHaveLength(1)
  let told = ''
  try { told = run(cwd, 'doctor') } catch (error) { told = error.message }
  expect(told).toContain('1 letters were handed to the mail server without an answer')
  await mail.close()
})
