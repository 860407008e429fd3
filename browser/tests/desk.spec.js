// The matching desk, from a head's request to what both heads say, on a demonstration of its own.

import { expect, test } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { folder, start } from '../server.js'
import { signIn } from './people.js'
import { accessible, fits } from '../sound.js'

let server
let links

test.beforeAll(async () => {
  test.setTimeout(600_000)
  server = await start(folder(), 'demo')
  links = [...server.printed().matchAll(/^ *(.+?) {2,}.*?(https?:\/\/\S+\/sign-in\/\S+)$/gm)]
})
test.afterAll(() => server?.stop())

const pictures = process.env.ALONGSIDE_PICTURES
if (pictures) mkdirSync(pictures, { recursive: true })

/** A browser of somebody's own, signed in. */
async function as (browser, info, name) {
  const context = await browser.newContext(info.project.use)
  const page = await context.newPage()
  await signIn(page, links.find(([, who]) => who.startsWith(name))[2])
  return page
}

/** Nothing sticks out, and axe finds nothing. */
async function looksRight (page, info, name) {
  await fits(page, name)
  if (pictures) await page.screenshot({ path: `${pictures}/${info.project.name}-${name}.png`, fullPage: true })
  if (info.project.use.javaScriptEnabled === false) return
  await accessible(page, name)
}

/** Presses a button by keyboard alone. */
async function press (page, name) {
  const button = page.getByRole('button', { name }).first()
  await button.focus()
  await page.keyboard.press('Enter')
}

/** The head asks and the broker takes it up; the page of the request on the desk. */
async function asked (priya, marcus, title) {
  await priya.goto(`${server.address}/requests/new`)
  await priya.locator('[name=title]').fill(title)
  await priya.locator('[name=need]').fill('Phonics is taught in three ways.')
  await priya.locator('[name=outcome]').fill('Every child reads by six.')
  await priya.getByLabel('Teachers').check()
  await priya.locator('[name="specialism-1"]').selectOption('early-reading')
  await priya.locator('[name=depth][value="2"]').check()
  await priya.locator('[name=severity][value="3"]').check()
  await priya.locator('[name=days]').fill('2')
  await priya.locator('[name=budget]').fill('1400')
  await priya.getByRole('button', { name: 'Save and look it over' }).click()
  await priya.getByRole('button', { name: 'Send to the broker' }).click()
  await expect(priya.getByRole('main')).toContainText('The broker answers by')
  await marcus.goto(`${server.address}/desk`)
  await marcus.getByRole('link', { name: title }).first().click()
  await marcus.locator('[name=answer][value=accept]').check()
  await marcus.locator('[name=words]').fill('Thank you. I will ring you tomorrow.')
  await press(marcus, 'Send the answer')
  await expect(marcus.getByRole('heading', { name: 'Who could help' })).toBeVisible()
  return marcus.url().replace(/#.*/, '')
}

const card = (page, name) => page.locator('section.as-candidate').filter({ hasText: name }).first()

test('a broker triages, shortlists, compares, asks why and what if, and proposes; the heads answer', async ({ browser }, info) => {
  test.setTimeout(600_000)
  const [priya, marcus, daniel] = [await as(browser, info, 'Priya'), await as(browser, info, 'Marcus'), await as(browser, info, 'Daniel')]
  const title = 'Phonics taught one way'
  await marcus.goto(`${server.address}/desk`)
  await looksRight(marcus, info, 'board')
  const desk = await asked(priya, marcus, title)
  await looksRight(marcus, info, 'case')

  // Every candidate says why; the map and its table say the same.
  await expect(card(marcus, 'Aisha Khan')).toContainText('in early reading and phonics')
  await marcus.getByText('Map and journeys').click()
  await expect(marcus.getByRole('table', { name: /Journeys, one way/ })).toContainText('Oakfield Primary')

  // Shortlist two, compare them on one screen.
  const names = await marcus.locator('section.as-candidate h3').allInnerTexts()
  expect(names.length).toBeGreaterThan(1)
  const other = names.find((name) => !name.includes('Aisha')).replace(/^\d+\. /, '')
  for (const name of ['Aisha Khan', other]) {
    await card(marcus, name).getByRole('button', { name: /^Shortlist/ }).click()
    await expect(card(marcus, name)).toContainText('Shortlisted')
  }
  await marcus.getByRole('link', { name: /Compare your shortlist/ }).click()
  await expect(marcus.getByRole('columnheader', { name: /Aisha Khan/ })).toBeVisible()
  await looksRight(marcus, info, 'compare')

  // Why not the other? For this request and for everybody.
  await marcus.goto(desk)
  await marcus.getByRole('link', { name: /^Why not/ }).first().click()
  await expect(marcus.getByRole('heading', { name: 'For this request' })).toBeVisible()
  await expect(marcus.getByRole('heading', { name: 'For everybody' })).toBeVisible()
  await looksRight(marcus, info, 'why-not')

  // What if? Pin one, then rule one out as well; what moves is shown, and nothing is kept.
  await marcus.getByRole('link', { name: /Try it in/ }).click()
  await expect(marcus.getByRole('heading', { name: 'What if…' })).toBeVisible()
  await expect(marcus.getByRole('main')).toContainText('is matched with')
  const request = desk.split('/').pop()
  await marcus.locator('[name=request]').selectOption(request)
  await press(marcus, 'See what it does')
  await expect(marcus.getByRole('alert')).toContainText('Choose what to try')
  await marcus.locator('[name=act][value=forbid]').check()
  await marcus.locator('[name=supporter]').selectOption({ index: 1 })
  await press(marcus, 'See what it does')
  await expect(marcus.getByRole('main')).toContainText('is not matched with')
  await looksRight(marcus, info, 'what-if')
  for (const [path, heading] of [['plans', 'Plans to choose from'], ['coverage', 'Coverage'], ['capacity', 'Time in the next twelve weeks']]) {
    await marcus.goto(`${server.address}/desk/${path}`)
    await expect(marcus.getByRole('heading', { level: 1, name: heading })).toBeVisible()
    await looksRight(marcus, info, path)
  }

  // Propose, by keyboard.
  await marcus.goto(desk)
  await card(marcus, 'Aisha Khan').getByRole('button', { name: /^Propose/ }).click()
  if (await marcus.locator('[name=reason]').count()) await marcus.locator('[name=reason]').fill('They know each other.')
  await marcus.locator('[name=message]').fill('You both teach stories first.')
  await looksRight(marcus, info, 'propose')
  await press(marcus, 'Propose this match')
  await expect(marcus.getByRole('main')).toContainText('Waiting for both heads')

  // Both heads see why, what it costs and what is declared; one asks, then says yes.
  await priya.goto(`${server.address}/requests`)
  await priya.getByRole('link', { name: title }).first().click()
  await priya.getByRole('link', { name: /See why/ }).click()
  const proposal = priya.url()
  for (const page of [priya, daniel]) {
    await page.goto(proposal)
    const main = page.getByRole('main')
    for (const words of ['Why this match', 'You both teach stories first.', 'Cost', 'Journey', 'Declared interests']) await expect(main).toContainText(words)
  }
  await looksRight(priya, info, 'proposal')
  await priya.locator('[name=answer][value=ask]').check()
  await priya.locator('[name=reason]').fill('Could it begin after half term?')
  await press(priya, 'Send my answer')
  await expect(priya.getByRole('button', { name: 'Send my answer' })).toBeVisible()
  await priya.locator('[name=answer][value=yes]').check()
  await press(priya, 'Send my answer')
  await expect(priya.getByRole('button', { name: 'Send my answer' })).toHaveCount(0)

  // The other says no: not without a reason, which goes back to the desk.
  await daniel.locator('[name=answer][value=no]').check()
  await press(daniel, 'Send my answer')
  await expect(daniel.getByRole('alert')).toContainText('Write a sentence')
  await daniel.locator('[name=reason]').fill('Aisha is needed at home until Easter.')
  await press(daniel, 'Send my answer')
  await expect(daniel.getByRole('main')).toContainText('Declined')
  await marcus.goto(desk)
  await expect(marcus.getByRole('main')).toContainText('Being matched again')
  await marcus.goto(proposal)
  await expect(marcus.getByRole('main')).toContainText('Aisha is needed at home until Easter.')
})

test('the cadre register, a person’s own record and the mentor’s invitation', async ({ browser }, info) => {
  const marcus = await as(browser, info, 'Marcus')
  await marcus.goto(`${server.address}/cadre`)
  await expect(marcus.getByRole('table', { name: /People who lead/ }).or(marcus.locator('table')).first()).toContainText('Aisha Khan')
  await looksRight(marcus, info, 'cadre')
  const register = await marcus.request.get(`${server.address}/cadre.csv`)
  expect(await register.text()).toContain('Aisha Khan')
  const daniel = await as(browser, info, 'Daniel')
  await daniel.goto(`${server.address}/cadre`)
  await daniel.getByRole('link', { name: 'Aisha Khan' }).first().click()
  await looksRight(daniel, info, 'designation')
  await daniel.getByText('Take the release back').click()
  await daniel.getByRole('button', { name: 'Take it back' }).click()
  await expect(daniel.getByRole('alert')).toContainText('Say why')
  await daniel.locator('[name=reason]').first().fill('We are two teachers short.')
  await daniel.getByRole('button', { name: 'Take it back' }).click()
  await expect(daniel.getByRole('main')).toContainText('Not released now')
  await daniel.getByRole('button', { name: 'Confirm the release' }).click()
  await expect(daniel.getByRole('main')).not.toContainText('Not released now')
  const aisha = links.find(([, who]) => who.startsWith('Aisha'))
  if (aisha) {
    const page = await as(browser, info, 'Aisha')
    await page.goto(`${server.address}/cadre/mine`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your contribution record')
    await looksRight(page, info, 'contribution')
  }
})
