// The weekly jobs of the people Alongside is made for, done as they would do them and counted: pages
// opened or buttons pressed, and fields filled in, from the home page on. docs/weekly-jobs.md holds
// the counts; this test holds the document to them.

import { expect, test } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { date, main } from '../forms.js'
import { folder, start } from '../server.js'
import { signIn } from './people.js'

const document = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/weekly-jobs.md'), 'utf8')

/** One person at work: every press and every field is counted. */
class Hand {
  constructor (page) {
    Object.assign(this, { page, presses: 0, fields: 0 })
  }

  async follow (name) {
    await this.open(main(this.page).getByRole('link', { name }).or(main(this.page).getByRole('button', { name })).first())
  }

  async menu (name) {
    await this.open(this.page.getByRole('navigation').getByRole('link', { name, exact: true }).first())
  }

  async press (name) {
    await this.open(main(this.page).getByRole('button', { name }).first())
  }

  async open (what) {
    await what.click()
    await this.page.waitForLoadState()
    this.presses++
  }

  async fill (name, words) {
    await this.page.locator(`[name="${name}"]:not([type=hidden])`).fill(words)
    this.fields++
  }

  async day (name, on) {
    await date(this.page, name, on)
    this.fields++
  }

  async choose (name, value) {
    await this.page.locator(`[name="${name}"][value="${value}"]`).first().check()
    this.fields++
  }

  async sees (...words) {
    for (const one of words) await expect(main(this.page)).toContainText(one)
  }
}

const support = 'Every child at Harbour View reads by six'

/** Who, what for, and how it is done. The order is the document's. */
const jobs = [
  ['Priya', 'Monday: what is expected of me, who comes, what to prepare', async (hand) => {
    await hand.follow('Get ready for a visit')
    await hand.sees('Who comes', 'Agreed last time')
  }],
  ['Priya', 'Wednesday: update two actions', async (hand) => {
    await hand.follow('Confirm that it is done')
    await hand.choose('act', 'check')
    await hand.press('Save')
    await hand.menu('Plans')
    await hand.follow(/Improvement plan, from January 2027/)
    await hand.follow('Join the attendance hub')
    await hand.choose('act', 'report')
    await hand.fill('words', 'The hub has answered.')
    await hand.press('Save')
    await hand.sees('The hub has answered.')
  }],
  ['Priya', 'Friday: read the note, correct a fact', async (hand) => {
    await hand.follow('Check the facts of a note')
    await hand.choose('facts', 'correct')
    await hand.fill('words', 'There are nine lessons a day, not four.')
    await hand.press('Send your answer')
    await hand.sees('nine lessons a day')
  }],
  ['Priya', 'Friday: accept what was suggested', async (hand) => {
    await hand.follow('Answer a suggestion')
    await hand.open(main(hand.page).locator('a[href*="/suggestions/"]').first())
    await hand.press(/^Accept/)
    await hand.sees('Accepted')
  }],
  ['Priya', 'Monthly: one page for governors', async (hand) => {
    await hand.menu('Plans')
    await hand.follow(/Improvement plan, from January 2027/)
    await hand.open(main(hand.page).locator('a[href$="/summary"]').first())
    await hand.sees('Children here every day')
  }],
  ['Daniel', 'My team’s deployments and days left', async (hand) => {
    await hand.follow(support)
    await hand.open(main(hand.page).getByRole('link', { name: 'Time', exact: true }))
    await hand.sees('Agreed', 'Delivered', 'Planned')
  }],
  ['Daniel', 'What my own school pays and is paid', async (hand) => {
    await hand.follow('Time and money')
    await hand.follow('Oakfield')
  }],
  ['Daniel', 'A challenge, ready to talk about', async (hand) => {
    await hand.follow(support)
    await hand.open(main(hand.page).getByRole('link', { name: 'Visits', exact: true }).first())
    await hand.follow('Raise a challenge')
    await hand.fill('point', 'Who owns the half-termly check when Jess is away?')
    await hand.fill('evidence', 'Two checks this year, both led by one person.')
    await hand.press('Send it to the other school')
    await hand.sees('Who owns the half-termly check')
  }],
  ['Daniel', 'What we gained, for our governors', async (hand) => {
    await hand.follow(support)
    await hand.open(main(hand.page).getByRole('link', { name: 'Impact', exact: true }))
    await hand.sees('Oakfield')
  }],
  ['Aisha', 'The visit’s note, in the car park', async (hand) => {
    await hand.follow('Write the note of your visit')
    await expect(hand.page.locator('form[data-note] textarea, form[data-note] input[type=text], form[data-note] fieldset')).toHaveCount(10)
    await hand.fill('strengths', 'Every child answers every time.')
    await hand.fill('seen', 'Two lessons with the leader of Key Stage 1.')
    await hand.fill('steps', 'Share the list, Aisha, Friday')
    await hand.press('Send to the school')
    await hand.sees('With the school for its factual check')
  }],
  ['Marcus', 'Who is free, who is stuck, what is unsigned', async (hand) => {
    await hand.follow('The week at a glance')
  }],
  ['Marcus', 'Who is free in the next weeks', async (hand) => {
    await hand.menu('Desk')
    await hand.open(hand.page.locator('a[href="/desk/capacity"]').first())
    await hand.sees('Aisha Khan')
  }],
  ['Marcus', 'Which needs nobody meets', async (hand) => {
    await hand.menu('Desk')
    await hand.open(hand.page.locator('a[href="/desk/coverage"]').first())
  }],
  ['Omar', 'The year with my mentor', async (hand) => {
    await hand.follow('A professional partner')
    await hand.open(main(hand.page).getByRole('link', { name: 'Visits', exact: true }).first())
  }],
  ['Joe', 'A practice for my problem, and a wish to see it', async (hand) => {
    await hand.menu('Practices')
    await hand.fill('q', 'absence')
    await hand.press('Look for it')
    await hand.follow('The first-day call')
    await hand.follow('Ask to come and see it')
    await hand.fill('words', 'I would come on a Friday before nine, to hear the calls.')
    await hand.press('Ask')
    await hand.sees('to hear the calls')
  }],
  ['Chen', 'All our schools on a page, by exception', async (hand) => {
    await hand.follow('Our schools together')
    await hand.sees('Bar and gap of the schools')
  }],
  ['Chen', 'What we say to those who decide, and what is due', async (hand) => {
    await hand.follow('Say what you want to say, before it is decided')
    await hand.sees('The commission on school funding', '23 April 2027')
  }],
  ['Chen', 'The work between us and others', async (hand) => {
    await hand.menu('Agreements')
    await hand.sees('Attendance in Years 10 and 11')
  }],
  ['Helen', 'What our schools found, for the review round', async (hand) => {
    await hand.menu('Audits')
    await hand.sees('Schools we are responsible for')
  }],
  ['Helen', 'Where days are used and where not', async (hand) => {
    await hand.follow('Time and money')
    await hand.open(main(hand.page).locator('a[href^="/statements/"]').first())
    await hand.sees('Delivered')
  }],
  ['Tom', 'Benefit, risk, money, and what to ask', async (hand) => {
    await hand.menu('Board')
    await hand.open(main(hand.page).locator('a[href^="/boards/"]').first())
    await hand.sees('Questions')
  }],
  ['Bev', 'Half a day a month, offered', async (hand) => {
    await hand.menu('Offers')
    await hand.sees('A reading space for under five hundred pounds')
  }],
  ['Bev', 'What I did, to keep', async (hand) => {
    await hand.follow('My time and record')
    await hand.sees('Harbour View')
  }],
  ['Samir', 'A review to hold', async (hand) => {
    await hand.follow('Hold review 1')
    await hand.sees('review')
  }],
  ['Ruth', 'Where public money bought what', async (hand) => {
    await hand.follow('Time and money')
    await hand.open(main(hand.page).locator('a[href^="/statements/"]').first())
    await hand.sees('paid')
  }],
  ['Ruth', 'Which school is overlooked', async (hand) => {
    await hand.follow('Our schools together')
    await hand.sees('Bar and gap of the schools')
  }],
  ['Kit', 'What came in, and what failed', async (hand) => {
    await hand.menu('Imports')
    await hand.follow(/^Import \d+/)
    await hand.sees('Problems')
  }],
  ['Kit', 'Who has an account, and who has left', async (hand) => {
    await hand.menu('People')
    await hand.sees('Priya Venkataraman')
  }],
  ['Grace', 'What schools share, for the next meeting', async (hand) => {
    await hand.menu('Practices')
    await hand.sees('The first-day call')
  }],
  ['Grace', 'Whom my network does not reach', async (hand) => {
    await hand.follow('Networks')
    await hand.follow('Heads of English')
    await hand.sees('Not reached yet')
  }],
  ['Grace', 'A day for the next meeting', async (hand) => {
    await hand.follow('Networks')
    await hand.follow('Heads of English')
    await hand.follow('Plan a meeting')
    await hand.fill('title', 'Poems by heart')
    await hand.day('on', '2027-05-12')
    await hand.press('Plan it')
    await hand.sees('Poems by heart', '12 May 2027')
  }]
]

test('the weekly jobs take the steps that the document says', async ({ browser }, info) => {
  test.setTimeout(600_000)
  const server = await start(folder(), 'demo')
  const links = [...server.printed().matchAll(/^ *(.+?) {2,}.*?(https?:\/\/\S+\/sign-in\/\S+)$/gm)].map(([, who, link]) => [who.trim(), link])
  const pages = new Map()
  const counted = []
  try {
    for (const [who, job, done] of jobs) {
      await test.step(`${who}: ${job}`, async () => {
        if (!pages.has(who)) {
          const page = await (await browser.newContext(info.project.use)).newPage()
          await signIn(page, links.find(([full]) => full.split(' ').includes(who))[1])
          pages.set(who, page)
        }
        const hand = new Hand(pages.get(who))
        await hand.page.goto(`${server.address}/home`)
        await done(hand)
        counted.push(`| ${who} | ${job} | ${hand.presses} | ${hand.fields} |`)
      })
    }
  } finally {
    await server.stop()
  }
  if (process.env.ALONGSIDE_STEPS) console.log(counted.join('\n'))
  const written = document.split('\n').filter((line) => /^\| (?!Who)\S+ \| /.test(line))
  expect(written).toEqual(counted)
})
