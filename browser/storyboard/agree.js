// Steps 6 to 8: the match, interests and checks, the agreement and its signatures.

import { choose, date, fill, follow, heading, main, press, reached, unfold } from '../forms.js'
import { HARBOUR, OAKFIELD } from './people.js'

const card = (page, name) => page.locator('section.as-candidate').filter({ hasText: name }).first()

/** Marcus reads explained candidates, shortlists two, proposes; both heads talk and say yes. */
async function match (world, expect) {
  const marcus = await world.as('marcus')
  await marcus.goto(world.at(`/desk/${world.request}`))
  await expect(card(marcus, 'Aisha Khan')).toContainText('early reading')
  // The school the head would rather not have is no candidate, and the page says why.
  await expect(card(marcus, 'Rhodri Vane')).toHaveCount(0)
  await unfold(marcus, 'Not possible now, and why')
  await expect(main(marcus)).toContainText('Rhodri Vane')
  for (const name of ['Aisha Khan', 'Yolanda Finch-Abara']) {
    await card(marcus, name).getByRole('button', { name: /^Shortlist/ }).click()
    await expect(card(marcus, name)).toContainText('Shortlisted')
  }
  await follow(marcus, 'Compare your shortlist')
  await expect(marcus.getByRole('columnheader', { name: /Aisha Khan/ })).toBeVisible()
  await marcus.goto(world.at(`/desk/${world.request}`))
  await card(marcus, 'Aisha Khan').getByRole('button', { name: /^Propose/ }).click()
  await fill(marcus, { message: 'You both teach stories first. Twenty minutes on the telephone will tell.' })
  if (await marcus.locator('[name=reason]').count()) await fill(marcus, { reason: 'Closest in practice.' })
  await press(marcus, 'Propose this match')
  await expect(main(marcus)).toContainText('Waiting for both heads')
  for (const key of ['priya', 'daniel']) {
    const page = await world.as(key)
    await page.goto(world.at('/home'))
    await follow(page, key === 'priya' ? /A match is proposed/ : /could use your help/)
    for (const words of ['Why this match', 'Journey', 'Given in return']) await expect(main(page)).toContainText(words)
    await choose(page, 'answer', 'yes')
    if (await page.locator('[name=talked]').count()) await choose(page, 'talked', 'yes')
    await press(page, 'Send my answer')
    await expect(main(page)).toContainText('Yes')
    world.proposal = new URL(page.url()).pathname
  }
}

/** Everybody declares; a trust that wants to grow is managed; head and chair accept how. */
async function interests (world, expect) {
  await world.move('2026-12-08')
  const [daniel, priya, marcus] = [await world.as('daniel'), await world.as('priya'), await world.as('marcus')]
  for (const [page, kinds, detail] of [[daniel, ['trust-growth'], 'Our trust would like to grow in the area.'], [priya, [], '']]) {
    await page.goto(world.at(world.proposal))
    await unfold(page, 'Declare an interest')
    for (const kind of kinds) await choose(page, 'kinds', kind)
    if (detail) await fill(page, { detail })
    await press(page, 'Declare')
  }
  // Aisha works on the team: she declares too.
  const aisha = await world.as('aisha')
  await aisha.goto(world.at(world.proposal))
  await unfold(aisha, 'Declare an interest')
  await press(aisha, 'Declare')
  await marcus.goto(world.at(`/desk/${world.request}`))
  for (let left = await main(marcus).getByRole('button', { name: 'Record the outcome' }).count(); left; left--) {
    const one = main(marcus).locator('.as-card').filter({ has: marcus.locator('form[action$="/assess"]') }).first()
    if ((await one.innerText()).includes('trust that wants to grow')) {
      await one.locator('[value=manage]').check()
      await one.locator('[name=mitigation]').fill('No talk of joining the trust for twelve months.')
    } else await one.locator('[value=none]').check()
    await one.getByRole('button').click()
    await expect(main(marcus).getByRole('button', { name: 'Record the outcome' })).toHaveCount(left - 1)
  }
  const moira = await world.as('moira')
  for (const [page, go] of [[priya, () => priya.goto(world.at(world.proposal))], [moira, async () => { await moira.goto(world.at('/home')); await follow(moira, 'Safeguards for a declared interest') }]]) {
    await go()
    await expect(main(page)).toContainText('No talk of joining the trust')
    await press(page, /Accept these safeguards as/)
  }
  await marcus.goto(world.at(`/desk/${world.request}`))
  await expect(main(marcus)).toContainText('Managed')
  for (let left = 5; left; left--) {
    await expect(main(marcus).getByRole('button', { name: /^Checked/ })).toHaveCount(left)
    await press(marcus, /^Checked/)
  }
  await press(marcus, 'Everything is settled: make the agreement')
}

/** The builder starts from the request; the three people, the money, what is judged. */
async function build (world, expect) {
  const marcus = await world.as('marcus')
  await marcus.goto(world.at(`/desk/${world.request}`))
  await main(marcus).getByRole('button', { name: 'Draft the agreement' }).click()
  await choose(marcus, 'kind', 'intensive')
  await press(marcus, 'Begin the draft')
  await expect(marcus.locator('[name=purpose]')).toHaveValue(/Early reading/)
  await fill(marcus, {
    success: 'Phonics in Year 1 from 61% to 72% or more by June 2027\nEight of nine phonics lessons meet the rubric by March 2027',
    supporter_goal: 'Test Oakfield’s handover to Year 3: do the lowest fifth still read daily?'
  })
  await press(marcus, 'Save and go on')
  await date(marcus, 'end_on', '2027-12-17')
  const team = [['Daniel Osei-Marsh', 'Leads; talks with the head', '3'], ['Aisha Khan', 'Early reading', '9'], ['Bev Sallis', 'The reading space', '0.5']]
  // The draft has room for two more people than it holds.
  for (const [at, [name, part, days]] of team.entries()) {
    await fill(marcus, { [`name-${at}`]: name, [`part-${at}`]: part, [`days-${at}`]: days })
    await marcus.locator(`[name=account-${at}]`).selectOption({ label: name })
  }
  await choose(marcus, 'lead', '0')
  // Aisha was matched; Daniel leads, as a head and in no particular role.
  await marcus.locator('[name=role]').selectOption('')
  await press(marcus, 'Save and go on')
  await fill(marcus, { day_rate: 350, home_share: 300, broker_share: 50, funder: 'Alliance fund', funder_pays: 3500, reciprocal_days: 2 })
  await press(marcus, 'Save and go on')
  await expect(heading(marcus)).toHaveText('How you will judge it')
  for (const side of ['supported', 'supporting']) {
    for (const box of await marcus.locator(`[name="${side}"]`).all()) await box.uncheck({ force: true })
    await marcus.locator(`[name="${side}"][value^="KS2_RWM_EXP"]`).first().check()
  }
  await press(marcus, 'Save and go on')
  for (const part of await marcus.locator('[name^=review-]').all()) await part.fill('')
  for (const [at, on] of ['2027-03-26', '2027-07-09', '2027-10-15', '2027-12-10'].entries()) await date(marcus, `review-${at}`, on)
  await date(marcus, 'exit_plan_by', '2027-07-09')
  await press(marcus, 'Save and go on')
  for (const amount of ['£4,375', '£875']) await expect(main(marcus)).toContainText(amount)
  await press(marcus, 'Send it to both schools to sign')
  world.agreement = await reached(marcus, 'agreements')
}

/** Both heads and the chair sign on 11 December; nothing begins before. */
async function sign (world, expect) {
  await world.move('2026-12-11')
  for (const key of ['daniel', 'priya', 'moira']) {
    const page = await world.as(key)
    await page.goto(world.at('/home'))
    await follow(page, /sign/i)
    if (!page.url().endsWith('/sign')) await page.goto(world.at(`${world.agreement}/sign`))
    await expect(main(page)).toContainText('Test Oakfield’s handover to Year 3')
    for (const amount of ['12½ days', '£4,375', '£3,500', '£875']) await expect(main(page)).toContainText(amount)
    await press(page, 'Sign the agreement')
  }
  const daniel = await world.as('daniel')
  await daniel.goto(world.at(world.agreement))
  await expect(main(daniel)).toContainText('Everybody has signed')
}

/** On the first day what both schools stand at is frozen under a fingerprint. */
async function begin (world, expect) {
  await world.move('2027-01-04')
  const priya = await world.as('priya')
  await expect.poll(async () => {
    await priya.goto(world.at(world.agreement))
    return main(priya).innerText()
  }, { timeout: 30_000 }).toContain('Under way')
  await expect(main(priya)).toContainText('Where both schools stood')
  await priya.goto(world.at(`${world.agreement}/impact`))
  await expect(main(priya)).toContainText('Fingerprint of the baseline')
  await expect(main(priya)).toContainText('Too early to judge')
  for (const school of [HARBOUR, OAKFIELD]) await expect(main(priya)).toContainText(school.name)
}

export const agree = [
  ['6 the match', match],
  ['7 interests and due diligence', interests],
  ['8 the agreement is built from the request', build],
  ['8 heads and chair sign', sign],
  ['8 the baselines freeze', begin]
]
