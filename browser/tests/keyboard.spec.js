// The week of a head by keyboard alone: everything is reached in the order of the page, where one
// stands can be seen, nothing holds the keys, and the work gets done.

import { expect, test } from '@playwright/test'
import { folder, start } from '../server.js'
import { signIn } from './people.js'

let server
let priya

test.beforeAll(async () => {
  test.setTimeout(300_000)
  server = await start(folder(), 'demo')
  priya = server.printed().match(/^ *Priya.*?(https?:\/\/\S+\/sign-in\/\S+)$/m)[1]
})

test.afterAll(() => server?.stop())

/** What has the keys now: its words, whether that can be seen, and whether it follows the last one. */
const stop = (page) => page.evaluate(() => {
  const at = document.activeElement
  if (!at || at === document.body) return null
  const before = window.lastStop
  window.lastStop = at
  const words = (at.labels?.[0]?.innerText ?? at.getAttribute('aria-label') ?? at.innerText ?? '').trim().replace(/\s+/g, ' ')
  const look = (one) => {
    const { outlineStyle, outlineWidth, boxShadow, backgroundColor, borderTopColor, borderTopWidth } = getComputedStyle(one)
    return JSON.stringify({ outlineStyle, outlineWidth, boxShadow, backgroundColor, borderTopColor, borderTopWidth })
  }
  // The frame of a radio is drawn beside its input, on the label.
  const drawn = [at, ...(at.labels ?? [])]
  const looks = () => drawn.flatMap((one) => [look(one), JSON.stringify(getComputedStyle(one, '::before').boxShadow)]).join()
  const focused = looks()
  at.blur()
  const plain = looks()
  at.focus({ preventScroll: true })
  const box = at.getBoundingClientRect()
  return {
    words,
    name: at.getAttribute('name'),
    value: at.value ?? '',
    kind: at.type ?? at.tagName.toLowerCase(),
    seen: focused !== plain && box.width > 0 && box.height > 0,
    after: !before || !before.isConnected || Boolean(before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING),
    page: location.pathname
  }
})

/** Presses Tab until something has the keys; every stop on the way can be seen and follows the last. */
async function tab (page, wanted, most = 150) {
  for (let press = 0; press < most; press++) {
    await page.keyboard.press('Tab')
    const at = await stop(page)
    if (!at) throw new Error(`the page ends before ${JSON.stringify(wanted)} is reached`)
    expect(at.seen, `nobody sees that the keys are at “${at.words}” on ${at.page}`).toBe(true)
    expect(at.after, `“${at.words}” on ${at.page} is reached before what stands above it`).toBe(true)
    const fits = (key) => wanted[key] === undefined || (wanted[key] instanceof RegExp ? wanted[key].test(at[key]) : at[key] === wanted[key])
    if (['words', 'name', 'kind'].every(fits)) return at
  }
  throw new Error(`${most} presses of Tab do not reach ${JSON.stringify(wanted)}`)
}

const enter = (page) => Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])

/** Every stop of a page from the first to the last, after which the keys leave the page. */
async function through (page) {
  await page.evaluate(() => { window.lastStop = undefined; document.activeElement?.blur(); window.scrollTo(0, 0) })
  const stops = []
  for (let press = 0; press < 300; press++) {
    await page.keyboard.press('Tab')
    const at = await stop(page)
    // Past the last stop the keys leave the page, or begin at its top again.
    if (!at || (stops.length && at.words === stops[0].words)) return stops
    expect(at.seen, `nobody sees that the keys are at “${at.words}” on ${at.page}`).toBe(true)
    expect(at.after, `“${at.words}” on ${at.page} is reached before what stands above it`).toBe(true)
    stops.push(at)
  }
  throw new Error(`the keys are held on ${page.url()}`)
}

test('Monday, Wednesday and Friday of a head, without a mouse', async ({ page }) => {
  await signIn(page, priya)
  await page.goto(server.address + '/home')
  const home = await through(page)
  expect(home[0].words).toBe('Skip to main content')
  expect(home.map((at) => at.words)).toContain('Check the facts of a note')

  // Monday: what is expected of me, who comes, what to prepare.
  await page.goto(server.address + '/home')
  await tab(page, { words: 'Get ready for a visit' })
  await enter(page)
  await expect(page.getByRole('main')).toContainText('Who comes')

  // Wednesday: an action is done, and its lead says so.
  await page.goto(server.address + '/home')
  await tab(page, { words: /^Confirm that it is done/ })
  await enter(page)
  await tab(page, { name: 'act', kind: 'radio' })
  // One stop for a group of radios; the arrows move within.
  for (let press = 0; press < 8; press++) {
    if (await page.locator('[name=act][value=check]').isChecked()) break
    await page.keyboard.press(press === 0 ? 'Space' : 'ArrowDown')
  }
  await expect(page.locator('[name=act][value=check]')).toBeChecked()
  await tab(page, { words: 'Save', kind: 'submit' })
  await enter(page)
  await expect(page.locator('.govuk-error-summary')).toHaveCount(0)
  await expect(page.getByRole('main')).toContainText('Done and checked')

  // Friday: the note is read, and a fact corrected; a form sent too early says where to go on.
  await page.goto(server.address + '/home')
  await tab(page, { words: 'Check the facts of a note' })
  await enter(page)
  await tab(page, { words: 'Send your answer', kind: 'submit' })
  await enter(page)
  await expect(page.locator('.govuk-error-summary')).toBeVisible()
  await through(page)
  await page.reload()
  await page.goto(server.address + '/home')
  await tab(page, { words: 'Check the facts of a note' })
  await enter(page)
  await tab(page, { name: 'facts', kind: 'radio' })
  for (let press = 0; press < 4; press++) {
    if (await page.locator('[name=facts][value=correct]').isChecked()) break
    await page.keyboard.press(press === 0 ? 'Space' : 'ArrowDown')
  }
  await tab(page, { name: 'words' })
  await page.keyboard.type('There are nine lessons a day, not four.')
  await tab(page, { words: 'Send your answer', kind: 'submit' })
  await enter(page)
  await expect(page.getByRole('main')).toContainText('nine lessons a day')

  // Nothing holds the keys on the pages a head opens most.
  for (const path of ['/plans', '/agreements', '/visits', '/practices', '/practices/new']) {
    await page.goto(server.address + path)
    expect((await through(page)).length, path).toBeGreaterThan(5)
  }
})
