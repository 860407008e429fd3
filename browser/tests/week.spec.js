// The week of each persona: what is expected of them, time and money, letters, calendar, briefings.
// With JavaScript, without it, and on a phone.

import { expect, test } from '@playwright/test'
import { demo, link, signIn } from './people.js'
import { accessible, fits } from '../sound.js'

const pages = process.env.ALONGSIDE_PICTURES

/** One heading, no wider than the screen, nothing for axe; a picture where asked for. */
async function sound (page, info, name) {
  await expect(page.locator('h1')).toHaveCount(1)
  await fits(page, name)
  if (pages) await page.screenshot({ path: `${pages}/${name}-${info.project.name.replace(/ /g, '-')}.png`, fullPage: true })
  if (info.project.name !== 'without JavaScript') await accessible(page, name)
}

test('a head finds two equal halves and reaches a calendar address', async ({ page }, info) => {
  await signIn(page, link('Priya'))
  await page.goto(demo() + '/home')
  await expect(page.getByRole('heading', { name: 'My school' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Schools I work with' })).toBeVisible()
  await sound(page, info, 'home')
  await page.getByRole('link', { name: 'Letters and calendar' }).click()
  await sound(page, info, 'letters')
  await page.getByRole('button', { name: /Make a .*address/ }).click()
  const address = await page.locator('code').innerText()
  await sound(page, info, 'letters-address')
  const feed = await page.request.get(demo() + new URL(address).pathname)
  expect(feed.status()).toBe(200)
  const text = await feed.text()
  expect(text.startsWith('BEGIN:VCALENDAR\r\n')).toBe(true)
  for (const word of ['Harbour', 'Oakfield', 'phonics', 'Priya']) expect(text).not.toContain(word)
  await page.goto(demo() + '/home/letters')
  await page.getByRole('button', { name: 'Take the address back' }).click()
  expect((await page.request.get(demo() + new URL(address).pathname)).status()).toBe(404)
  await page.getByLabel('No', { exact: true }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByLabel('No', { exact: true })).toBeChecked()
  await page.getByLabel('Yes', { exact: true }).check()
  await page.getByRole('button', { name: 'Save' }).click()
})

test('a head reads time and money and downloads it for finance', async ({ page }, info) => {
  await signIn(page, link('Daniel'))
  await page.goto(demo() + '/statements')
  await sound(page, info, 'statements')
  await page.getByRole('main').getByRole('link', { name: /Oakfield/ }).click()
  await expect(page.getByRole('heading', { name: 'Time and money' })).toBeVisible()
  await sound(page, info, 'statement')
  const answer = await page.request.get(page.url().replace(/\?.*/, '') + '/charges.csv')
  expect(answer.status()).toBe(200)
  expect(answer.headers()['content-type']).toContain('text/csv')
})

test('a broker sees what is worth a call and writes a briefing that a head acknowledges', async ({ page }, info) => {
  await signIn(page, link('Marcus'))
  await page.goto(demo() + '/broker')
  await sound(page, info, 'broker')
  await page.goto(demo() + '/briefings/new')
  await page.getByRole('button', { name: 'Send it' }).click()
  await expect(page.getByRole('alert').or(page.locator('.govuk-error-summary')).first()).toBeVisible()
  await sound(page, info, 'briefing-problems')
  const title = `A hub opens (${info.project.name})`
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('What should they know?').fill('The attendance hub opens in January. Ask us.')
  await sound(page, info, 'briefing-form')
  await page.getByRole('button', { name: 'Send it' }).click()
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await expect(page.getByText(/Read by 0 of \d+/)).toBeVisible()
  await sound(page, info, 'briefing-sent')
  const address = page.url()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signIn(page, link('Priya'))
  await page.goto(demo() + '/home')
  await page.getByRole('link', { name: `Briefing: ${title}` }).click()
  await page.getByRole('button', { name: 'I have read it' }).click()
  await expect(page.getByText('You said on')).toBeVisible()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await signIn(page, link('Marcus'))
  await page.goto(address)
  await expect(page.getByText(/Read by 1 of \d+/)).toBeVisible()
})
