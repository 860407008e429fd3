// Every page that a person can reach by links, looked at by machine: it answers, has one main
// heading, fits the screen, and axe finds nothing.

import { expect, test } from '@playwright/test'
import { demo, link, signIn } from './people.js'
import { accessible, fits } from '../sound.js'

const people = [null, 'Priya', 'Daniel', 'Marcus', 'Kit', 'Tom']

// Pages of one kind differ only in their record: a few of each are enough.
const kind = (path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '*').replace(/\d+/g, '*').replace(/\?.*/, '?')
const file = /\.(csv|xlsx|json|svg|png|txt|ics)($|\?)|\/(csv|xlsx|json|svg|png)$/

async function walk (page, look, most) {
  const seen = new Map()
  const waiting = ['/', '/home']
  let looked = 0
  while (waiting.length && looked < most) {
    const path = waiting.shift()
    const answer = await page.goto(demo() + path)
    expect.soft(answer.status(), path).toBeLessThan(400)
    looked += 1
    await look(path)
    const links = await page.locator('a[href^="/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
    for (const href of links) {
      const next = href.replace(/#.*/, '')
      if (!next || file.test(next) || next.startsWith('/assets/')) continue
      const times = seen.get(kind(next)) ?? new Set()
      if (times.size < 2) {
        if (!times.has(next)) waiting.push(next)
        times.add(next)
        seen.set(kind(next), times)
      }
    }
  }
  return looked
}

/** One main heading, a title, no wider than the screen, and nothing for axe. */
async function sound (page, path, scripts) {
  await expect.soft(page.locator('h1'), `${path}: main headings`).toHaveCount(1)
  await expect.soft(page, path).toHaveTitle(/ – Alongside$/)
  await fits(page, path)
  if (scripts) await accessible(page, path)
}

// What stands too deep for a walk: everything about one agreement, and the forms beside it.
const deep = {
  Daniel: {
    agreement: ['', '/print', '/milestones', '/milestones/new', '/reviews', '/reviews/new', '/time', '/time/new', '/care', '/risks/new', '/concerns/new', '/charges', '/visits', '/visits/new', '/challenges/new', '/cycles/new', '/moderations/new', '/coaching/new', '/exit', '/exit/plan', '/exit/gain', '/impact'],
    beside: ['/home-floors', '/home-floors/new', '/home-floors/staffing', '/cadre', '/cadre/new', '/cadre/mine', '/cadre/conduct', '/coaching', '/commissions', '/commissions/new', '/statements', '/briefings', '/home/letters', '/agreements/new', '/agreements/quick', '/offers/new', '/audits/new', '/plans/new', '/practices', '/practices/new', '/stories', '/home/outward', '/networks', '/specialisms', '/assignments', '/leading', '/colleagues', '/cadre/roles']
  },
  // A network is its convenor's: the page, its forms, a meeting ahead and one that was held.
  Aisha: {
    agreement: ['/leading/new'],
    beside: ['/networks', '/home/outward', '/cadre/mine', '/cadre/mine/goal', '/leading', '/offers', '/offers/new'],
    under: [
      [['/leading', 'Harbour View Primary'], ['']],
      [['/networks', 'Early Reading leads'], ['', '/edit', '/end', '/meetings/new']],
      [['/networks', 'Early Reading leads', 'Newcomers in mid-year'], ['', '/agenda', '/change', '/cancel']],
      [['/networks', 'Early Reading leads', 'The lowest fifth'], ['', '/hold', '/settle']]
    ]
  },
  Helen: { agreement: [], beside: ['/requests', '/requests/suggest'], under: [[['/home', 'All our support'], ['']], [['/home', 'All our support', 'All of it, and what came of it'], ['', '/new']], [['/home', 'All our support', 'How long families wait'], ['']], [['/home', 'All our support', 'Cover when a teacher helps'], ['', '/edit', '/do/leave']]] },
  Priya: { agreement: [], partnership: ['/charter', '/pulse', '/thanks'], under: [[['/agreements', /Every child at Harbour View reads by six/, 'Visits', 'Six reading records'], ['']], [['/plans', /Improvement plan, from January 2027/], ['/progress']]], beside: ['/schools/999101/standing', '/schools/999101/memory', '/schools/999101/memory?since=ever', '/schools/999101/one-page'] },
  Marcus: { agreement: ['/care', '/charges', '/impact'], partnership: ['', '/charter', '/goals', '/pulse', '/thanks'], under: [[['/partnerships', 'Tideway Learning Alliance', 'How members find it', '22 February'], ['']]], beside: ['/schools/999101/standing', '/schools/999101/memory', '/broker', '/briefings/new', '/desk/coverage', '/desk/capacity', '/desk/plans', '/desk/what-if', '/desk/new-heads', '/cadre/new', '/networks/new', '/specialisms/new', '/assignments/new'] }
}

for (const [who, { agreement, partnership = [], beside, under = [] }] of Object.entries(deep)) {
  test(`the pages too deep for a walk, as ${who}`, async ({ page }, info) => {
    test.setTimeout(600_000)
    await signIn(page, link(who))
    const from = async (start, name) => {
      await page.goto(demo() + start)
      return page.getByRole('main').getByRole('link', { name }).first().getAttribute('href')
    }
    const base = agreement.length && await from('/agreements', /Every child at Harbour View reads by six/)
    const alliance = partnership.length && await from('/partnerships', 'Tideway Learning Alliance')
    const deeper = []
    for (const [names, parts] of under) {
      let [place, ...links] = names
      for (const name of links) place = await from(place, name)
      deeper.push(...parts.map((part) => place + part))
    }
    for (const path of [...deeper, ...agreement.map((part) => base + part), ...partnership.map((part) => alliance + part), ...beside]) {
      const answer = await page.goto(demo() + path)
      expect.soft(answer.status(), path).toBeLessThan(400)
      await sound(page, path, info.project.name !== 'without JavaScript')
    }
  })
}

for (const who of people) {
  test(`every page ${who ?? 'a stranger'} can reach`, async ({ page, javaScriptEnabled }, info) => {
    test.setTimeout(600_000)
    if (who) await signIn(page, link(who))
    const looked = await walk(page, (path) => sound(page, path, javaScriptEnabled !== false && info.project.name !== 'without JavaScript'), info.project.name === 'desktop' ? 40 : 20)
    expect(looked).toBeGreaterThan(5)
  })
}

test('three supports that are over, three different ends', async ({ page }, info) => {
  test.skip(info.project.name !== 'desktop')
  await signIn(page, link('Marcus'))
  const ends = { 'Number facts secure': /Double lift: both schools improved/, 'Pupils at Hagglewick': /Something improved, and something else got worse/, 'Every newcomer to Ludderby': /Too early to judge/ }
  for (const [title, end] of Object.entries(ends)) {
    await page.goto(demo() + '/agreements')
    await page.goto(demo() + await page.getByRole('link', { name: title }).first().getAttribute('href') + '/impact')
    await expect(page.getByRole('main').getByText(end).first()).toBeVisible()
  }
})

test('the whole start page works by keyboard', async ({ page }, info) => {
  test.skip(info.project.name !== 'desktop')
  await page.goto(demo())
  await page.keyboard.press('Tab')
  await expect(page.locator(':focus')).toHaveText('Skip to main content')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#main-content$/)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Harbour')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/schools\?q=Harbour/)
  await expect(page.getByRole('main')).toContainText('Harbour View')
})
