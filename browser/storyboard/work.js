// Steps 9 to 15: the plan, visits, coaching, joint practice, what goes quiet, the review, the guard.

import { choose, date, fill, follow, main, press, reached, unfold } from '../forms.js'
import { OAKFIELD } from './people.js'

/** Adds an objective to the plan and returns its address. */
async function objective (page, world, { title, priority, lead, link, ...words }) {
  await page.goto(world.at(`${world.plan}/objectives/new`))
  await fill(page, { title, ...words })
  if (await page.locator('[name=priority]').count()) await fill(page, { priority })
  await page.locator('[name=area]').selectOption({ label: 'Curriculum and teaching' })
  await page.locator('[name=lead]').selectOption({ label: lead })
  if (link) await main(page).getByLabel(/Early reading in Reception/).check()
  await press(page, /Save|Add/)
  return world.at(await reached(page, 'objectives'))
}

/** Priya writes the plan: one priority, objectives, actions with owners, milestones. */
async function plan (world, expect) {
  const priya = await world.as('priya')
  await priya.goto(world.at(`${world.audit}/plans`))
  await follow(priya, 'Make a plan from these needs')
  for (const box of await main(priya).locator('[name=needs]').all()) await box.uncheck()
  await fill(priya, { aim: 'Every child reads by six, and every child is here.' })
  await date(priya, 'end_on', '2027-12-17')
  await press(priya, 'Begin the plan')
  world.plan = await reached(priya, 'plans')
  const reading = await objective(priya, world, {
    title: 'One phonics programme, taught daily in all classes',
    priority: 'Every child reads by six',
    lead: 'Jess Tolliver',
    link: true,
    why: 'Three programmes in one building; two early-career teachers; 61% at the check.',
    when: 'If everyone teaches one programme daily and checks each half term',
    then: 'no child is lost between teachers',
    so: 'every child reads by six',
    success: 'Nine lessons of nine meet the rubric.'
  })
  for (const [words, owner, due] of [['Choose the programme and train all staff', 'Jess Tolliver', '2027-01-29'], ['Assess every newcomer within five days', 'Jess Tolliver', '2027-02-12'], ['Map interventions', 'Nasreen Qadir', '2027-03-12']]) {
    await priya.goto(`${reading}/actions/new`)
    await fill(priya, { words })
    await priya.locator('[name=owner]').selectOption({ label: owner })
    await date(priya, 'start_on', '2027-01-04')
    await date(priya, 'due_on', due)
    await press(priya, /Save|Add/)
    await expect(main(priya)).toContainText(words)
  }
  for (const [title, baseline, target, due] of [['Phonics check, Year 1', 61, 72, '2027-06-30'], ['Persistent absence', 26.1, 24.5, '2027-03-26']]) {
    await priya.goto(`${reading}/milestones/new`)
    await fill(priya, { title, baseline, target })
    await choose(priya, 'kind', 'number')
    await date(priya, 'due_on', due)
    if (await priya.locator('[name=share]').count()) await share(priya)
    await press(priya, 'Add the milestone')
    await expect(main(priya)).toContainText(title)
  }
  await priya.goto(world.at(world.plan))
  for (const act of ['Open it for suggestions', 'Agree the plan', 'Begin the work']) {
    await follow(priya, act)
    if (priya.url().includes('/do/')) await press(priya, act)
  }
  await expect(main(priya)).toContainText('Under way')
  await expect(main(priya)).toContainText('One phonics programme, taught daily in all classes')
}

/** Shows a milestone on the agreement too, however the page asks. */
async function share (page) {
  const field = page.locator('[name=share]').first()
  if (await field.evaluate((one) => one.tagName) === 'SELECT') await field.selectOption({ index: 1 })
  else await field.check()
}

/** Aisha books, visits and writes the note the same day; Priya corrects a fact; it stands. */
async function visit (world, expect) {
  let aisha = await world.as('aisha')
  await aisha.goto(world.at(`${world.agreement}/visits/new`))
  await aisha.locator('[name=kind]').selectOption({ index: 0 })
  await date(aisha, 'on', '2027-01-12')
  await choose(aisha, 'part', 'day')
  await fill(aisha, { purpose: 'See phonics in four classes, with Jess beside me.' })
  await press(aisha, 'Book this visit')
  world.visit = await reached(aisha, 'visits')
  await expect(main(aisha)).toContainText('Tuesday 12 January 2027')
  const before = await world.as('priya')
  await before.goto(world.at(world.visit))
  await press(before, 'Confirm the day')

  await world.move('2027-01-12')
  aisha = await world.as('aisha')
  await aisha.goto(world.at('/home'))
  await follow(aisha, /Write the note of your visit/)
  await fill(aisha, {
    took_part: 'Aisha, the leader of key stage 1',
    strengths: 'Warm relationships; sounds said purely in Reception.',
    seen: 'Two lessons with the leader of key stage 1 beside me.',
    challenge: 'New children are not assessed within five days.',
    evidence: 'Three newcomers this term, none assessed in their first week.',
    steps: 'List of newcomers, Jess, Friday\nFirst check, Jess, 22 January\nTell us what is missing, Aisha, Monday'
  })
  await choose(aisha, 'raised', 'no')
  await press(aisha, 'Send to the school')
  await expect(main(aisha)).toContainText('With the school for its factual check')
  const priya = await world.as('priya')
  await priya.goto(world.at('/home'))
  await follow(priya, 'Check the facts of a note')
  await choose(priya, 'facts', 'correct')
  await fill(priya, { words: 'There were four lessons, not two.' })
  await press(priya, 'Send your answer')

  await world.move('2027-01-14')
  aisha = await world.as('aisha')
  await aisha.goto(world.at('/home'))
  await follow(aisha, /correct/i)
  if (!aisha.url().endsWith('/answer')) await follow(aisha, 'Answer the correction')
  await choose(aisha, 'answer', 'accept')
  await press(aisha, 'Send your answer')
  await expect(main(aisha)).toContainText('four lessons, not two')
  await aisha.goto(world.at(`${world.agreement}/time`))
  await expect(main(aisha)).toContainText('Delivered')
}

/** Daniel and Priya talk; others read that it took place and nothing else. */
async function coaching (world, expect) {
  await world.move('2027-01-19')
  const [daniel, priya] = [await world.as('daniel'), await world.as('priya')]
  await daniel.goto(world.at(`${world.agreement}/coaching/new`))
  await main(daniel).getByLabel(/Priya Venkataraman/).check()
  await main(daniel).locator('[name=kind]').first().check()
  await press(daniel, 'Ask')
  world.pair = await reached(daniel, 'coaching')
  await priya.goto(world.at(world.pair))
  await main(priya).getByRole('button').first().click()
  await daniel.goto(world.at(`${world.pair}/log/grow`))
  await date(daniel, 'on', '2027-01-19')
  await fill(daniel, { minutes: 50 })
  for (const part of await main(daniel).locator('textarea').all()) await part.fill('Said between us alone: the Thursday meeting.')
  await press(daniel, 'Seal it for the two of you')
  await expect(main(daniel)).not.toContainText('Seal it')
  await priya.goto(world.at(world.pair))
  await main(priya).locator('a[href^="/coaching/sessions/"]').first().click()
  const talk = await reached(priya, 'coaching/sessions')
  await expect(main(priya)).toContainText('the Thursday meeting')
  await fill(priya, { step: 'Priya opens the staff meeting with a story.' })
  await press(priya, 'Ask to share this step')
  // Nobody else reads it until the other one agrees to these words.
  await priya.goto(world.at(`${world.agreement}/visits`))
  await expect(main(priya)).not.toContainText('opens the staff meeting with a story')
  await daniel.goto(world.at('/home'))
  await follow(daniel, 'Say whether a step may be shared')
  await press(daniel, 'Agree to share it')
  // The chair of the school reads that they talked and the step; the words are not for anybody else.
  const moira = await world.as('moira')
  expect((await moira.goto(world.at(talk))).status()).toBeGreaterThanOrEqual(403)
  const jess = await world.as('jess')
  expect((await jess.goto(world.at(talk))).status()).toBeGreaterThanOrEqual(403)
  await priya.goto(world.at(`${world.agreement}/visits`))
  await expect(main(priya)).toContainText('50 minutes')
  await expect(main(priya)).toContainText('opens the staff meeting with a story')
  await expect(main(priya)).not.toContainText('the Thursday meeting')
}

/** A question for both schools; each writes its part and what it changed. */
async function jointPractice (world, expect) {
  const [daniel, priya] = [await world.as('daniel'), await world.as('priya')]
  await daniel.goto(world.at(`${world.agreement}/cycles/new`))
  await fill(daniel, { question: 'How do we keep the lowest fifth reading daily in Year 3?' })
  await press(daniel, 'Ask the other school')
  world.cycle = await reached(daniel, 'cycles')
  const next = async (page) => {
    await page.goto(world.at(world.cycle))
    const button = main(page).locator('form').filter({ hasNot: page.locator('[value=close]') }).getByRole('button').first()
    if (await button.count() === 0) return false
    await button.click()
    return true
  }
  await next(priya)
  for (const [page, change] of [[daniel, 'Oakfield hands over to Year 3 with a talk, not a list.'], [priya, 'Year 3 reads before register, every day.']]) {
    await page.goto(world.at(`${world.cycle}/write`))
    await fill(page, { goal: 'Daily reading for those who read least.', practice: 'Ten minutes, one adult, decodable books.', before: 'Three days of five.', after: 'Five days of five.', change })
    await press(page, 'Save')
  }
  for (let step = 0; step < 4; step++) for (const page of [daniel, priya]) await next(page)
  for (const page of [daniel, priya]) {
    await page.goto(world.at(world.cycle))
    await expect(main(page)).toContainText('Oakfield hands over to Year 3 with a talk')
    await expect(main(page)).toContainText('Year 3 reads before register')
  }
}

/** The quiet action: a letter to the SENCO, an answer in two taps, half a day of cover. */
async function quiet (world, expect) {
  await world.move('2027-02-08')
  let letter
  await expect.poll(() => {
    letter = world.letters('nasreen@tideway.example').find((text) => text.includes('/plans/answer/'))
    return Boolean(letter)
  }, { timeout: 30_000 }).toBe(true)
  const address = letter.match(/\/plans\/answer\/[^\s>")]+/)[0]
  // By the link alone: no account, no sign-in.
  const page = await (await world.browser.newContext(world.use)).newPage()
  await page.goto(world.at(address))
  await expect(main(page)).toContainText('Map interventions')
  await fill(page, { words: 'Stuck: no release time.', needs: 'Half a day of cover' })
  await press(page, 'Not yet')
  await expect(main(page)).toContainText('Your answer has arrived')
  await page.goto(world.at(address))
  await expect(main(page)).toContainText('This link is over')
  await page.context().close()
  const priya = await world.as('priya')
  await priya.goto(world.at(world.plan))
  await follow(priya, 'Map interventions')
  await expect(main(priya)).toContainText('no release time')
  const daniel = await world.as('daniel')
  await daniel.goto(world.at(`${world.agreement}/time/new`))
  await fill(daniel, { person: 'Bev Sallis', days: 0.5, what: 'Half a day of cover, so that interventions are mapped' })
  await date(daniel, 'on', '2027-02-10')
  await press(daniel, 'Save')
  await expect(main(daniel)).toContainText('Half a day of cover')
}

/** The review of 26 March: colours with words, attendance red, a decision. */
async function review (world, expect) {
  await world.move('2027-03-26')
  const priya = await world.as('priya')
  await priya.goto(world.at(`${world.agreement}/milestones`))
  await follow(priya, 'Say what you see: Persistent absence')
  await fill(priya, { actual: 26, forecast: 26 })
  await press(priya, 'Save')
  const marcus = await world.as('marcus')
  await marcus.goto(world.at(`${world.agreement}/reviews/new`))
  await expect(main(marcus)).toContainText('Persistent absence')
  for (const one of await main(marcus).locator('.as-card').all()) {
    const red = (await one.innerText()).includes('Persistent absence')
    await one.locator(`[value=${red ? 'red' : 'green'}]`).check()
    await one.locator('textarea').fill(red ? '26.0% against a milestone of 24.5%; first-day calls began in February.' : 'Seven lessons of nine meet the rubric.')
  }
  await fill(marcus, { next_steps: 'Ask the attendance hub\nTell all leads who else is in the building' })
  await choose(marcus, 'decision', 'change')
  await press(marcus, 'Write the review down')
  await expect(main(marcus)).toContainText('26.0% against a milestone of 24.5%')
  // What the review decided: the school asks the hub, and whoever helps already is told of it.
  await priya.goto(world.at('/requests/new'))
  await fill(priya, { title: 'Attendance hub', need: 'A quarter of pupils miss a tenth of school.', outcome: 'Fewer than one in five by July.', days: 2 })
  await main(priya).getByLabel('Teachers').check()
  await choose(priya, 'tier', 'targeted')
  await choose(priya, 'severity', '3')
  await priya.locator('[name="specialism-1"]').selectOption('attendance')
  await press(priya, 'Save and look it over')
  await expect(main(priya)).toContainText('Other support in this school')
  await press(priya, 'Send to the broker')
  const daniel = await world.as('daniel')
  await daniel.goto(world.at(`${world.agreement}/reviews`))
  await expect(main(daniel)).toContainText('first-day calls began in February')
}

/** Oakfield is short of two teachers: Daniel keeps its people at home, and one visit moves online. */
async function guard (world, expect) {
  const daniel = await world.as('daniel')
  await daniel.goto(world.at('/cadre'))
  await follow(daniel, 'Aisha Khan')
  await unfold(daniel, 'Our school cannot spare anybody now')
  await fill(daniel, { guard: 'Two absences in Year 2' })
  await date(daniel, 'until', '2027-05-01')
  await press(daniel, 'Keep our people at home')
  await expect(main(daniel)).toContainText('At home for now')
  const purpose = 'Year 3: how the lowest fifth read daily.'
  const book = async (page, where) => {
    await page.goto(world.at(`${world.agreement}/visits/new`))
    await page.locator('[name=visitor]').selectOption({ label: `Aisha Khan (${OAKFIELD.name})` })
    await date(page, 'on', '2027-04-20')
    await choose(page, 'part', 'morning')
    await choose(page, 'where', where)
    await fill(page, { purpose })
  }
  const aisha = await world.as('aisha')
  await book(aisha, 'school')
  await press(aisha, 'Book this visit')
  await expect(aisha.getByRole('alert')).toContainText('cannot spare anybody now: Two absences in Year 2')
  await expect(aisha.locator('[name=purpose]')).toHaveValue(purpose)
  // The head who releases her decides: on a screen, from her own school.
  await book(daniel, 'online')
  await fill(daniel, { reason: 'On a screen, from Oakfield, after school.' })
  await press(daniel, 'Book this visit')
  world.online = await reached(daniel, 'visits')
  await expect(main(daniel)).toContainText('On a screen')
  const priya = await world.as('priya')
  await priya.goto(world.at(world.online))
  await press(priya, 'Confirm the day')
  // Nothing new is proposed for anybody of Oakfield meanwhile, and the desk says why.
  const marcus = await world.as('marcus')
  await marcus.goto(world.at('/desk'))
  await follow(marcus, 'Attendance hub')
  await choose(marcus, 'answer', 'accept')
  await fill(marcus, { words: 'We ask the hub.' })
  await press(marcus, 'Send the answer')
  await expect(main(marcus)).toContainText('Aisha Khan')
}

export const work = [
  ['9 the plan', plan],
  ['10 a visit, its note and the school’s check', visit],
  ['11 coaching stays between two', coaching],
  ['12 joint practice changes both schools', jointPractice],
  ['13 a quiet action is answered from a letter', quiet],
  ['14 the review', review],
  ['15 the home-school guard', guard]
]
