// A note of visit on a phone: written without a connection it arrives once; without scripts it is an
// ordinary form. Each run has a demonstration of its own, since it writes.

import { expect, test } from '@playwright/test'
import { folder, start } from '../server.js'
import { signIn } from './people.js'
import { accessible, fits } from '../sound.js'

test.use({ viewport: { width: 320, height: 640 } })
test.describe.configure({ mode: 'serial' })

let server
let links

test.beforeAll(async () => {
  test.setTimeout(300_000)
  server = await start(folder(), 'demo')
  links = [...server.printed().matchAll(/^ *(.+?) {2,}.*?(https?:\/\/\S+\/sign-in\/\S+)$/gm)].map(([, name, link]) => [name.trim(), link])
})
test.afterAll(() => server?.stop())

const link = (name) => links.find(([full]) => full.startsWith(name))[1]

/** The page of today's visit, whose note is still to be written. */
async function today (page) {
  await page.goto(`${server.address}/home`)
  await page.getByRole('link', { name: /Write the note of your visit|Send the note of your visit/ }).first().click()
  return page.url().replace(/\/note.*/, '')
}

async function clean (page) {
  await fits(page)
  await accessible(page)
}

test('a note written without a connection arrives once', async ({ page, context }, info) => {
  test.skip(info.project.name !== 'desktop', 'needs scripts')
  test.setTimeout(180_000)
  await signIn(page, link('Aisha'))
  const visit = await today(page)
  await expect(page.locator('form[data-note] textarea, form[data-note] input[type=text], form[data-note] fieldset')).toHaveCount(10)
  await clean(page)
  await page.screenshot({ path: info.outputPath('note-320.png'), fullPage: true })
  // The worker has the empty form before the connection goes.
  await page.evaluate(async () => { await navigator.serviceWorker.ready })
  await expect.poll(() => page.evaluate(async () => Boolean(await caches.match('/visits/note-shell')))).toBe(true)

  await context.setOffline(true)
  await page.reload()
  await expect(page.getByText('There is no connection. Write on')).toBeVisible()
  await page.getByLabel('Strengths you saw').fill('Written in the car park: every child answers every time.')
  await page.getByLabel('What you saw and did').fill('Four lessons with the leader of Key Stage 1.')
  await page.getByLabel('What you agreed').fill('Share the list, Aisha, Friday')
  await page.reload()
  await expect(page.getByLabel('Strengths you saw')).toHaveValue(/car park/)
  await page.getByRole('button', { name: 'Send to the school' }).click()
  await expect(page.getByText('Your note is kept on this device and is sent by itself')).toBeVisible()
  await page.screenshot({ path: info.outputPath('offline-320.png'), fullPage: true })
  // Pressing again, and again, is still one note.
  await page.getByRole('button', { name: 'Send to the school' }).click()

  await context.setOffline(false)
  await page.waitForURL(visit, { timeout: 30_000 })
  const main = page.getByRole('main')
  await expect(main).toContainText('With the school for its factual check')
  await expect(main).toContainText('every child answers every time')
  expect(await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('alongside-note-')))).toEqual([])
  await page.goto(`${server.address}/visits`)
  await page.goto(visit)
  await expect(main.getByText('Share the list, Aisha, Friday').first()).toBeVisible()
  await expect(main.locator('li', { hasText: 'Share the list, Aisha, Friday' })).toHaveCount(1)
  await clean(page)
  await page.screenshot({ path: info.outputPath('visit-320.png'), fullPage: true })
})

test('the school checks the facts, and every page between the two schools is clean', async ({ page }, info) => {
  test.skip(info.project.name !== 'desktop', 'follows the note above')
  test.setTimeout(180_000)
  await signIn(page, link('Priya'))
  await page.goto(`${server.address}/home`)
  await page.getByRole('link', { name: 'Check the facts of a note' }).first().click()
  await clean(page)
  await page.screenshot({ path: info.outputPath('check-320.png'), fullPage: true })
  await page.getByRole('button', { name: 'Send your answer' }).click()
  await expect(page.getByRole('alert')).toContainText('Choose whether the facts are right')
  await page.getByLabel('Something should be corrected').check()
  await page.getByLabel('Your words').fill('There are nine lessons a day, not four.')
  await page.getByRole('button', { name: 'Send your answer' }).click()
  await expect(page.getByRole('main')).toContainText('nine lessons a day')

  const visit = page.url()
  await page.getByRole('link', { name: 'Agreement', exact: true }).click()
  const between = page.url()
  const pages = [between, `${between}/new`, `${server.address}/visits`, `${server.address}/coaching`, `${server.address}/commissions`, `${server.address}/commissions/new`]
  for (const kind of ['challenges', 'cycles']) {
    await page.goto(between)
    const one = page.locator(`a[href^="/${kind}/"]`).first()
    pages.push(server.address + await one.getAttribute('href'))
  }
  await page.goto(`${server.address}/commissions`)
  pages.push(server.address + await page.locator('a[href^="/commissions/0"]').first().getAttribute('href'))
  await page.goto(`${server.address}/coaching`)
  const pair = server.address + await page.locator('a[href^="/coaching/0"]').first().getAttribute('href')
  await page.goto(pair)
  pages.push(pair, server.address + await page.locator('a[href^="/coaching/sessions/"]').first().getAttribute('href'), `${pair}/log/grow`)
  for (const address of [...pages, visit]) {
    const answer = await page.goto(address)
    expect.soft(answer.status(), address).toBe(200)
    await clean(page)
    const name = new URL(address).pathname.split('/').filter((part) => !/\d/.test(part)).join('-')
    await page.screenshot({ path: info.outputPath(`${name}-320.png`), fullPage: true })
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.screenshot({ path: info.outputPath(`${name}-1280.png`), fullPage: true })
    await page.setViewportSize({ width: 320, height: 640 })
  }
})

test('without scripts the note is an ordinary form', async ({ page }, info) => {
  test.skip(info.project.name !== 'without JavaScript')
  await signIn(page, link('Aisha'))
  const visit = await today(page)
  await page.getByLabel('Strengths you saw').fill('Warm routines.')
  await page.getByRole('button', { name: 'Send to the school' }).click()
  await expect(page.getByRole('alert')).toContainText('Say what you saw and did together')
  await expect(page.getByLabel('Strengths you saw')).toHaveValue('Warm routines.')
  await page.getByLabel('What you saw and did').fill('Two lessons and a meeting.')
  await fits(page)
  await page.getByRole('button', { name: 'Save for later' }).click()
  await expect(page).toHaveURL(visit)
  await page.getByRole('button', { name: 'Write the note' }).click()
  await expect(page.getByLabel('What you saw and did')).toHaveValue('Two lessons and a meeting.')
  await page.getByRole('button', { name: 'Send to the school' }).click()
  await expect(page.getByRole('main')).toContainText('With the school for its factual check')
})
