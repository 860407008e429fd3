// Two people at once: one wins, the other is told, and nobody loses what they typed. On both
// databases, each with a demonstration of its own.

import { expect, test } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { choose, date, fill, main, press, reached } from '../forms.js'
import { postgres } from '../partnership.js'
import { folder, start } from '../server.js'
import { signIn } from './people.js'

for (const kind of ['SQLite', 'PostgreSQL']) {
  test.describe(`on ${kind}`, () => {
    test.describe.configure({ mode: 'serial' })
    let server
    let links
    let name

    const sql = (statement) => {
      const done = spawnSync('psql', ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--dbname', postgres(), '--command', statement], { encoding: 'utf8' })
      if (done.status !== 0) throw new Error(`psql: ${done.error ?? done.stderr}`)
    }

    test.beforeAll(async () => {
      test.setTimeout(300_000)
      test.skip(kind === 'PostgreSQL' && !postgres(), 'skipped: no PostgreSQL server for tests')
      const where = []
      if (kind === 'PostgreSQL') {
        name = `alongside_together_${process.pid}`
        sql(`CREATE DATABASE ${name}`)
        const address = new URL(postgres())
        address.pathname = `/${name}`
        where.push('--database', address.href)
      }
      server = await start(folder(), 'demo', ...where)
      links = [...server.printed().matchAll(/^ *(.+?) {2,}.*?(https?:\/\/\S+\/sign-in\/\S+)$/gm)].map(([, who, link]) => [who.trim(), link])
    })
    test.afterAll(async () => {
      await server?.stop()
      if (name) sql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    })

    const as = async (browser, info, who) => {
      const page = await (await browser.newContext(info.project.use)).newPage()
      await signIn(page, links.find(([full]) => full.startsWith(who))[1])
      return page
    }

    test('two write the same section of an audit', async ({ browser }, info) => {
      const [one, other] = [await as(browser, info, 'Priya'), await as(browser, info, 'Priya')]
      await one.goto(`${server.address}/audits/new`)
      await fill(one, { title: 'Spring 2027', reason: 'To see what moved.' })
      await press(one, 'Create the audit')
      const audit = await reached(one, 'audits')
      await press(one, 'Start the audit')
      await expect(main(one)).not.toContainText('Start the audit')
      const section = `${server.address}${audit}/sections/achievement`
      await one.goto(section)
      await other.goto(section)
      await fill(one, { causes: 'The first to save.' })
      await press(one, 'Save')
      await expect(one.locator('[name=causes]')).toHaveValue('The first to save.')
      await fill(other, { causes: 'The second to save.', need: 'More than three words that would hurt to lose.' })
      await press(other, 'Save')
      await expect(other.getByRole('alert')).toContainText('Somebody else saved this section while you were writing')
      await expect(other.locator('[name=causes]')).toHaveValue('The second to save.')
      await expect(other.locator('[name=need]')).toHaveValue('More than three words that would hurt to lose.')
      // Having compared, the second saves after all.
      await press(other, 'Save')
      await expect(main(other)).toContainText('More than three words that would hurt to lose.')
    })

    test('two sign the same agreement for the same school', async ({ browser }, info) => {
      const [daniel, one, other] = [await as(browser, info, 'Daniel'), await as(browser, info, 'Priya'), await as(browser, info, 'Priya')]
      await daniel.goto(`${server.address}/agreements/new`)
      await choose(daniel, 'way', 'give')
      await fill(daniel, { supporting: '999101', title: 'A look at handover', success: 'Both heads say so.', supporter_goal: 'How others do it.', person: 'Petra Lund', days: 0.5 })
      await date(daniel, 'start_on', '2027-04-20')
      await date(daniel, 'end_on', '2027-05-20')
      await press(daniel, 'Write it down')
      await daniel.waitForURL(/\/agreements\/[0-9a-f-]{36}\/sign$/)
      for (const page of [one, other]) await page.goto(daniel.url())
      await press(one, 'Sign the agreement')
      await expect(main(one)).toContainText('Petra Lund')
      await press(other, 'Sign the agreement')
      await expect(main(other)).toContainText(/have signed this version already/i)
      await one.goto(daniel.url().replace(/\/sign$/, '/print'))
      await expect(main(one).getByText('Priya Venkataraman')).toHaveCount(1)
    })

    test('two book the last half-day of the same person', async ({ browser }, info) => {
      const [aisha, daniel] = [await as(browser, info, 'Aisha'), await as(browser, info, 'Daniel')]
      await aisha.goto(`${server.address}/agreements`)
      await aisha.getByRole('link', { name: /Every child at Harbour View reads by six/ }).first().click()
      const agreement = await reached(aisha, 'agreements')
      for (const page of [aisha, daniel]) {
        await page.goto(`${server.address}${agreement}/visits/new`)
        await page.locator('[name=visitor]').selectOption({ label: 'Aisha Khan (Oakfield Primary)' })
        await date(page, 'on', '2027-04-27')
        await choose(page, 'part', 'morning')
        await fill(page, { purpose: 'Keep-up groups before ten o’clock.', arrival: 'The side gate.' })
      }
      await press(aisha, 'Book this visit')
      await reached(aisha, 'visits')
      await press(daniel, 'Book this visit')
      await expect(daniel.getByRole('alert')).toContainText('Aisha Khan')
      await expect(daniel.locator('[name=purpose]')).toHaveValue('Keep-up groups before ten o’clock.')
      await expect(daniel.locator('[name=arrival]')).toHaveValue('The side gate.')
    })
  })
}
