// A supported school's plan: read, worked on, suggested to and answered, by the people of the
// demonstration. The journey acts, so it has a demonstration of its own.

import { expect, test } from '@playwright/test'
import { folder, start } from '../server.js'
import { signIn } from './people.js'
import { accessible, fits } from '../sound.js'

let server
let people

test.beforeAll(async () => {
  test.setTimeout(240_000)
  server = await start(folder(), 'demo')
  people = Object.fromEntries(
    [...server.printed().matchAll(/^ *(.+?) {2,}.*?(https?:\/\/\S+\/sign-in\/\S+)$/gm)].map(([, name, link]) => [name.trim().split(' ')[0], link])
  )
})

test.afterAll(() => server?.stop())

async function enter (browser, info, name) {
  const { viewport, javaScriptEnabled } = info.project.use
  const context = await browser.newContext({ viewport, javaScriptEnabled: javaScriptEnabled ?? true, locale: 'en-GB' })
  const page = await context.newPage()
  await signIn(page, people[name])
  return page
}

async function sound (page, info) {
  await expect(page.locator('h1')).toHaveCount(1)
  await fits(page)
  await expect(page.getByText('Who can see this')).toBeVisible()
  if (info.project.name !== 'without JavaScript') await accessible(page)
}

async function shot (page, info, name) {
  if (process.env.ALONGSIDE_PICTURES) await page.screenshot({ path: `${process.env.ALONGSIDE_PICTURES}/${name}-${info.project.name.replaceAll(' ', '-')}.png`, fullPage: true })
}

const openPlan = async (page) => {
  await page.goto(`${server.address}/plans`)
  await page.getByRole('link', { name: /Improvement plan, from January 2027/ }).click()
}

test('the head reads the plan, its objective, a quiet action and the history', async ({ browser }, info) => {
  const page = await enter(browser, info, 'Priya')
  await page.goto(`${server.address}/plans`)
  await sound(page, info)
  await shot(page, info, 'plans')
  await openPlan(page)
  await expect(page.getByRole('main')).toContainText('A suggestion waits for your answer')
  await expect(page.getByRole('main')).toContainText('Quiet')
  await sound(page, info)
  await shot(page, info, 'plan')
  const plan = page.url()
  await page.getByRole('link', { name: 'One phonics programme, taught daily in all classes' }).first().click()
  await expect(page.getByRole('main')).toContainText('Why this, why here')
  await sound(page, info)
  await shot(page, info, 'objective')
  await page.goto(plan)
  await page.getByRole('link', { name: /how a newcomer's papers reach the SENCO/ }).click()
  await expect(page.getByRole('main')).toContainText('The owner is asked')
  await sound(page, info)
  await shot(page, info, 'action')
  for (const part of ['summary', 'suggestions', 'history', 'versions/1', 'edit', 'review', 'objectives/new']) {
    await page.goto(`${plan}/${part}`)
    await sound(page, info)
    await shot(page, info, part.replace('/', '-'))
  }
  for (const ending of ['csv', 'xlsx', 'json']) {
    expect((await page.request.get(`${plan}/plan.${ending}`)).status()).toBe(200)
  }
})

test('a supporter suggests, the school answers in its own words', async ({ browser }, info) => {
  const aisha = await enter(browser, info, 'Daniel')
  await openPlan(aisha)
  await aisha.getByRole('link', { name: 'Children here every day' }).first().click()
  await aisha.getByRole('button', { name: 'Suggest a change' }).click()
  await sound(aisha, info)
  const words = `Fewer than one in five by July (${info.project.name})`
  await aisha.getByLabel('How will everybody know that it worked?').fill(words)
  await aisha.getByRole('button', { name: 'Send the suggestion' }).click()
  await expect(aisha.getByRole('link', { name: 'Say why: it helps the school to decide' })).toBeVisible()
  await expect(aisha.getByLabel('How will everybody know that it worked?')).toHaveValue(words)
  await aisha.getByLabel('Why do you suggest this?').fill('A number everybody can see.')
  await aisha.getByRole('button', { name: 'Send the suggestion' }).click()
  await aisha.getByRole('link', { name: 'A change to an objective: Children here every day' }).first().click()
  await expect(aisha.getByRole('button', { name: 'Withdraw it' })).toBeVisible()
  const page = await enter(browser, info, 'Priya')
  await page.goto(aisha.url())
  await expect(page.locator('ins')).toContainText('Fewer than one in five')
  await sound(page, info)
  await shot(page, info, 'suggestion')
  await page.getByText('Accept it in your own words').click()
  await page.getByLabel('How will everybody know that it worked?').fill(`${words}, and we know why for each`)
  await page.getByRole('button', { name: 'Save our words' }).click()
  await expect(page.getByRole('main')).toContainText('Accepted with changes')
})

test('an owner says how it goes, and a later day needs a sentence', async ({ browser }, info) => {
  const page = await enter(browser, info, 'Priya')
  await openPlan(page)
  await page.getByRole('link', { name: 'Join the attendance hub at Corvenham Cross' }).click()
  await page.getByLabel('Not yet: this is how it goes').check()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('link', { name: 'Say how it goes, in a sentence' })).toBeVisible()
  await sound(page, info)
  await page.getByLabel('In a sentence').fill(`The hub has answered (${info.project.name})`)
  await page.getByLabel('Not yet: this is how it goes').check()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('main')).toContainText(`The hub has answered (${info.project.name})`)
})

test('who has no part in it finds nothing', async ({ browser }, info) => {
  const page = await enter(browser, info, 'Kit')
  await page.goto(`${server.address}/plans`)
  await expect(page.getByRole('main')).toContainText('There is no plan here yet')
})
