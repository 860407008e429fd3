// A partnership of its own on a database of its own, whose calendar moves: the operator's commands,
// the people with a browser each, their letters.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, run, start } from './server.js'

/** Whether a PostgreSQL server for tests is there; says so loudly where one is demanded. */
export function postgres () {
  const address = process.env.ALONGSIDE_TEST_POSTGRES
  if (!address && process.env.ALONGSIDE_REQUIRE_POSTGRES) throw new Error('ALONGSIDE_TEST_POSTGRES names no server')
  return address
}

function sql (statement) {
  const done = spawnSync('psql', ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--dbname', postgres(), '--command', statement], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`psql: ${done.error ?? done.stderr}`)
}

let made = 0

export class Partnership {
  /** `kind` is SQLite or PostgreSQL; `use` is what a browser context is opened with. */
  constructor (browser, kind, use) {
    this.home = folder()
    this.browser = browser
    this.use = use
    this.pages = new Map()
    this.emails = new Map()
    if (kind === 'PostgreSQL') {
      this.name = `alongside_journey_${process.pid}_${++made}`
      sql(`CREATE DATABASE ${this.name}`)
      const address = new URL(postgres())
      address.pathname = `/${this.name}`
      this.database = address.href
    }
  }

  settings () {
    return { ALONGSIDE_REHEARSE_FROM: this.day, ...(this.database && { DATABASE_URL: this.database }) }
  }

  /** Runs a command of the operator's. */
  command (...args) {
    return run(this.home, { settings: this.settings() }, ...args)
  }

  /** Opens an account from the command line. */
  account (key, name, role, at, title) {
    this.emails.set(key, `${key}@tideway.example`)
    this.command('user', 'add', this.emails.get(key), name, '--role', role, '--at', at, '--title', title, ...(title.startsWith('Chair') ? ['--chair'] : []))
  }

  /** Ends the server and begins again on another day; whoever acts then signs in again. */
  async move (day) {
    await this.server?.stop()
    this.day = day
    this.server = await start(this.home, 'serve', { settings: this.settings(), port: this.server?.port })
    this.signedIn = new Set()
  }

  /** Somebody's page, signed in on this day. */
  async as (key) {
    let page = this.pages.get(key)
    if (!page) {
      page = await (await this.browser.newContext(this.use)).newPage()
      this.pages.set(key, page)
    }
    if (!this.signedIn.has(key)) {
      const link = this.command('user', 'link', this.emails.get(key)).trim()
      await page.goto(this.at(link.replace(/^https?:\/\/[^/]+/, '')))
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Sign out' }).waitFor()
      this.signedIn.add(key)
    }
    return page
  }

  at (path) {
    return this.server.address + path
  }

  /** The letters to an address, oldest first. */
  letters (email) {
    const letters = join(this.home, 'alongside-data/letters')
    const all = existsSync(letters) ? readdirSync(letters).sort() : []
    return all.map((file) => readFileSync(join(letters, file), 'utf8')).filter((text) => text.includes(email))
  }

  async end () {
    for (const page of this.pages.values()) await page.context().close()
    await this.server?.stop()
    if (this.name) sql(`DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`)
  }
}
