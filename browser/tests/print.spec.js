// What people take to a meeting on paper: no menu, no addresses behind links, no wider than the
// sheet, and it says whose it is and who may see it.

import { expect, test } from '@playwright/test'
import { main } from '../forms.js'
import { demo, link, signIn } from './people.js'

const support = /Every child at Harbour View reads by six/
const under = (folder) => new RegExp(`^/${folder}/[0-9a-f-]{36}$`)

/** The first link of a page to a record under a folder, or the one with these words. */
async function found (page, list, folder, words = /./) {
  await page.goto(demo() + list)
  const links = await main(page).getByRole('link').evaluateAll((all) => all.map((a) => [a.getAttribute('href') ?? '', a.innerText]))
  const [href] = links.find(([href, text]) => under(folder).test(href) && words.test(text)) ?? []
  expect(href, `${list} leads to no ${folder}`).toBeTruthy()
  return href
}

/** As it comes out of the printer, between the margins of A4. */
async function onPaper (page, path) {
  await page.goto(demo() + path)
  await page.emulateMedia({ media: 'print' })
  await page.setViewportSize({ width: 673, height: 985 })
  for (const menu of await page.getByRole('navigation').all()) await expect(menu, `${path}: a menu`).toBeHidden()
  for (const button of await page.getByRole('button').all()) await expect(button, `${path}: a button`).toBeHidden()
  await expect(page.getByRole('contentinfo').getByRole('link', { name: 'Accessibility' }), `${path}: the foot`).toBeHidden()
  const behind = await page.locator('a[href^="/"]').evaluateAll((all) => all.map((a) => getComputedStyle(a, '::after').content).filter((words) => words.includes('/')))
  expect(behind, `${path}: addresses behind links`).toEqual([])
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wide, `${path} is wider than the sheet`).toBeLessThanOrEqual(0)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByText('Who can see this:')).toBeVisible()
  await page.emulateMedia({ media: 'screen' })
  await page.setViewportSize({ width: 1280, height: 900 })
}

test('what is taken to a meeting prints as paper', async ({ page }) => {
  await signIn(page, link('Priya'))
  const agreement = await found(page, '/agreements', 'agreements', support)
  for (const path of [
    `${agreement}/print`,
    `${agreement}/impact`,
    await found(page, '/audits', 'audits'),
    await found(page, '/plans', 'plans', /from January 2027/),
    await found(page, `${agreement}/visits`, 'visits'),
    await found(page, '/practices', 'practices', /number talk/),
    '/boards/school:999101'
  ]) await onPaper(page, path)
})

/** How many sides a page takes, as it comes out of the printer. */
async function sides (page) {
  await page.emulateMedia({ media: 'print' })
  const pdf = (await page.pdf({ format: 'A4', margin: { top: '12mm', bottom: '12mm', left: '12mm', right: '12mm' } })).toString('latin1')
  return pdf.match(/\/Type\s*\/Page\b(?!s)/g).length
}

test("a broker's week stands on one side of paper", async ({ page }, info) => {
  test.skip(info.project.name !== 'desktop', 'paper is the same for everybody')
  await signIn(page, link('Marcus'))
  await onPaper(page, '/broker/pack')
  expect(await sides(page)).toBe(1)
})

test('a school stands on one side of paper', async ({ page }, info) => {
  test.skip(info.project.name !== 'desktop', 'paper is the same for everybody')
  await signIn(page, link('Priya'))
  await page.goto(demo() + '/schools/999101')
  await main(page).getByRole('link', { name: 'On one side of paper' }).click()
  await expect(main(page)).toContainText('Strengths, from the needs audit')
  await onPaper(page, '/schools/999101/one-page')
  expect(await sides(page)).toBe(1)
})
