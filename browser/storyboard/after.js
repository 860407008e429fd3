// Steps 16 to 20: what the alliance hears and borrows, the exit, the measured lift, bar and gap.

import { join } from 'node:path'
import { choose, date, fill, follow, heading, main, press, reached } from '../forms.js'
import { published } from './figures.js'
import { HARBOUR, OAKFIELD, members } from './people.js'

/** What grew in the supported school is told to the alliance; who has read it is counted. */
async function tell (world, expect) {
  const marcus = await world.as('marcus')
  await marcus.goto(world.at('/briefings/new'))
  await fill(marcus, { title: 'Early reading leads, third meeting: the five-day newcomer check', body: 'Harbour View showed how every newcomer is assessed within five days. Notes for those who could not come.' })
  await press(marcus, 'Send it')
  await expect(main(marcus)).toContainText(/Read by 0 of \d+/)
  const briefing = marcus.url()
  const anselm = await world.as('anselm')
  await anselm.goto(world.at('/home'))
  await follow(anselm, /five-day newcomer check/)
  await press(anselm, 'I have read it')
  await marcus.goto(briefing)
  await expect(main(marcus)).toContainText(/Read by 1 of \d+/)
}

const CHECK = 'The five-day newcomer check'
const NETWORK = 'Early reading leads'

/** Marcus begins a network with Aisha; colleagues join by themselves; Jess shares what grew at her school. */
async function network (world, expect) {
  const marcus = await world.as('marcus')
  await marcus.goto(world.at('/networks'))
  await follow(marcus, 'Begin a network or a programme')
  await fill(marcus, { name: NETWORK, about: 'Whoever leads early reading, whatever their post.' })
  const convenor = await marcus.locator('[name=convenor] option', { hasText: 'Aisha Khan' }).getAttribute('value')
  await marcus.locator('[name=convenor]').selectOption(convenor)
  await choose(marcus, 'pattern', '3')
  await press(marcus, 'Begin it')
  world.network = await reached(marcus, 'networks')
  await expect(main(marcus)).toContainText('Autumn term')
  for (const key of ['aisha', 'jess', 'yolanda', 'rhodri']) {
    const page = await world.as(key)
    await page.goto(world.at('/networks'))
    await follow(page, NETWORK)
    await press(page, 'Join')
    await expect(main(page)).toContainText('You belong to it')
  }
  // The third meeting of the year is the one in the summer term; its convenor moves it by a week.
  const aisha = await world.as('aisha')
  await aisha.goto(world.at(world.network))
  await follow(aisha, 'Summer term')
  await follow(aisha, 'Change day, place or title')
  await fill(aisha, { title: 'Newcomers in mid-year', place: 'Oakfield, the library' })
  await date(aisha, 'on', '2027-04-28')
  await press(aisha, 'Save')
  world.meeting = await reached(aisha, 'network-meetings')
  const jess = await world.as('jess')
  await jess.goto(world.at(world.meeting))
  await press(jess, 'I am coming')
  await follow(jess, 'Put something on the agenda')
  await fill(jess, { words: `${CHECK}: how Harbour View hears every newcomer` })
  await press(jess, 'Put it there')
  await expect(main(jess)).toContainText(CHECK)
}

/** Schools from which nobody came, each with somebody to write to. */
const ABSENT = { judith: 999102, fiona: 999106, alastair: 999107, harpreet: 999112, gareth: 999201, viktor: 999206, imran: 999211 }

/** Seventeen of twenty-four schools came; the other seven and an absent member are sent the notes. */
async function meets (world, expect) {
  await world.move('2027-04-28')
  const aisha = await world.as('aisha')
  await aisha.goto(world.at('/home'))
  await expect(main(aisha)).toContainText('Newcomers in mid-year')
  await aisha.goto(world.at(world.meeting))
  await follow(aisha, 'Say who came')
  for (const name of ['Aisha Khan', 'Jess Tolliver', 'Yolanda Finch-Abara']) await main(aisha).getByLabel(name).check()
  const absent = Object.values(ABSENT)
  const others = members.filter((urn) => ![HARBOUR.urn, OAKFIELD.urn, 999103, ...absent].includes(urn))
  for (const urn of others) await choose(aisha, 'schools', `school:${urn}`)
  await fill(aisha, { notes: 'Harbour View hears every newcomer within five days: one adult, one sheet.', actions: 'Jess sends the sheet round' })
  await press(aisha, 'Save and send the notes')
  await expect(main(aisha)).toContainText('Somebody came from 17 of 24 schools')
  const notes = (key) => world.letters(world.emails.get(key)).filter((letter) => letter.includes(`Notes of ${NETWORK}`)).length
  for (const key of [...Object.keys(ABSENT), 'rhodri']) await expect.poll(() => notes(key)).toBe(1)
  for (const key of ['jess', 'priya', 'anselm']) expect(notes(key)).toBe(0)
  const fiona = await world.as('fiona')
  await fiona.goto(world.at(world.meeting))
  await expect(main(fiona)).toContainText('one adult, one sheet')
  // Whom it misses is the convenor's to know, so that she can ask.
  await fiona.goto(world.at(world.network))
  await expect(main(fiona)).not.toContainText('Not reached yet')
  await aisha.goto(world.at(world.network))
  await expect(main(aisha)).toContainText('Not reached yet')
}

/** The supported school gives: its practice is an offer that the others find. */
async function give (world, expect) {
  const priya = await world.as('priya')
  await priya.goto(world.at('/offers/new'))
  await fill(priya, { title: 'The five-day newcomer check', about: 'Sit in on one, take our sheet home.', cost: 0 })
  await priya.locator('[name="specialism-1"]').selectOption('early-reading')
  await press(priya, 'Make the offer')
  const anselm = await world.as('anselm')
  await anselm.goto(world.at('/offers'))
  await expect(main(anselm)).toContainText('The five-day newcomer check')
  await expect(main(anselm)).toContainText('Music: every child plays an instrument')
}

/** Two colleagues look at a practice and its head shows it to everybody. */
async function shown (world, expect, practice, colleagues, head) {
  for (const key of colleagues) {
    const page = await world.as(key)
    await page.goto(world.at(practice))
    await press(page, 'I would try this')
    await expect(main(page)).toContainText('Colleagues who have looked at it')
  }
  const page = await world.as(head)
  await page.goto(world.at('/home'))
  await follow(page, 'Show a practice to everybody')
  await press(page, 'Show it to everybody')
  await expect(main(page)).toContainText('No other school has taken it up yet')
}

/** Harbour View writes down what grew there; two colleagues check it; Priya shows it to everybody. */
async function practice (world, expect) {
  const jess = await world.as('jess')
  await jess.goto(world.at('/practices'))
  await follow(jess, 'Write down a practice')
  await fill(jess, { title: CHECK, what: 'Every newcomer reads to one adult within five days.' })
  await jess.locator('[name=area]').selectOption({ label: 'Curriculum and teaching' })
  await press(jess, 'Save')
  world.practice = await reached(jess, 'practices')
  // A sentence is enough to begin, and not enough to be shown.
  await press(jess, 'Ask colleagues to check it')
  await expect(main(jess)).toContainText('Say which problem it answers')
  await jess.goto(world.at(`${world.practice}/write`))
  await fill(jess, {
    problem: 'Children who join in mid-year wait weeks before anyone knows what they can read.',
    ingredients: 'Within five days, always\nAny trained adult, not one',
    conditions: 'One-form entry, thirty newcomers a year.',
    takes: 'Twenty minutes a child.',
    caveats: 'One school, one year.',
    'evidence-1-words': '31 of 31 newcomers were heard within five days.'
  })
  await choose(jess, 'phases', 'primary')
  await choose(jess, 'evidence-1-kind', 'own')
  await press(jess, 'Save')
  await press(jess, 'Ask colleagues to check it')
  await expect(main(jess)).toContainText('It can be shown when two colleagues check it')
  await shown(world, expect, world.practice, ['anselm', 'aisha'], 'priya')
  const anselm = await world.as('anselm')
  await anselm.goto(world.at('/practices'))
  await fill(anselm, { q: 'join in mid-year' })
  await press(anselm, 'Look for it')
  await follow(anselm, CHECK)
  await follow(anselm, 'Ask to come and see it')
  await fill(anselm, { words: 'Two of us, any Tuesday.' })
  await press(anselm, 'Ask')
  const wish = await reached(anselm, 'practice-visits')
  const answer = await world.as('jess')
  await answer.goto(world.at('/home'))
  await follow(answer, 'Answer somebody who would like to see a practice')
  await date(answer, 'on', '2027-04-27')
  await main(answer).locator('form', { has: answer.locator('[value=welcome]') }).locator('textarea').fill('Ask for Jess at the gate.')
  await press(answer, 'Come and see it')
  await anselm.goto(world.at(wish))
  await expect(main(anselm)).toContainText('27 April 2027')
}

const borrowing = ['judith', 'sunil', 'chidi', 'tamsin', 'emeka', 'bethan']
const adapting = ['anselm', 'kasia', 'noor']
const adopting = ['daniel', 'wendy']

/** Eleven schools have taken it up; St Brede's shows its own version; everybody reads the lineage. */
async function spread (world, expect) {
  for (const key of [...borrowing, ...adapting, ...adopting]) {
    const page = await world.as(key)
    await page.goto(world.at(`${world.practice}/use`))
    await choose(page, 'act', 'borrow')
    await press(page, 'Save')
    if (borrowing.includes(key)) continue
    await follow(page, 'Say what became of it')
    const adapts = adapting.includes(key)
    await choose(page, 'act', adapts ? 'adapt' : 'adopt')
    if (adapts) {
      await fill(page, { changes: 'The sheet in the home language too.' })
      await main(page).getByLabel('Within five days, always').check()
    } else await fill(page, { result: 'Nobody waits for the half-termly check.' })
    await press(page, 'Save')
    await expect(main(page)).toContainText(adapts ? 'The sheet in the home language too.' : 'Nobody waits')
  }
  const anselm = await world.as('anselm')
  await anselm.goto(world.at(world.practice))
  await follow(anselm, 'Write down your own version of it')
  await fill(anselm, { title: 'The five-day newcomer check, in two languages', what: 'As at Harbour View, translated for those who read another language first.', 'evidence-1-words': 'Twelve of twelve, in five languages.' })
  await press(anselm, 'Save')
  const version = await reached(anselm, 'practices')
  await press(anselm, 'Ask colleagues to check it')
  await shown(world, expect, version, ['jess', 'aisha'], 'anselm')
  // Anybody, signed in or not, reads how far it went and where; members of the alliance read by whom.
  const anybody = await (await world.browser.newContext(world.use)).newPage()
  await anybody.goto(world.at(world.practice))
  await expect(main(anybody)).toContainText('borrowed by 6 schools, adapted by 3, adopted by 2')
  await expect(main(anybody)).not.toContainText(OAKFIELD.name)
  await follow(anybody, 'in two languages')
  await expect(main(anybody)).toContainText(`Adapted from “${CHECK}” of ${HARBOUR.name}`)
  await anybody.context().close()
  const priya = await world.as('priya')
  await priya.goto(world.at(world.practice))
  await expect(main(priya)).toContainText(OAKFIELD.name)
  await expect(main(priya)).toContainText('Nobody waits for the half-termly check.')
  await priya.goto(world.at(`/schools/${OAKFIELD.urn}`))
  await expect(main(priya)).toContainText('Adopted: how things are done here now')
}

const aisha = ['2027-06-08', '2027-06-15', '2027-06-22', '2027-06-29', '2027-09-14', '2027-09-21', '2027-09-28']
const daniel = ['2027-06-09', '2027-06-30', '2027-09-15']

/** The rest of the year is planned, day by day, within what was agreed. */
async function days (world, expect) {
  await world.move('2027-05-04')
  const page = await world.as('daniel')
  const plan = async (person, on, days, what) => {
    await page.goto(world.at(`${world.agreement}/time/new`))
    await fill(page, { person, days, what })
    await date(page, 'on', on)
    await press(page, 'Save')
  }
  // The week of the tests belongs to Oakfield's own children; nothing typed is lost.
  await plan('Aisha Khan', '2027-05-11', 1, 'Early reading')
  await expect(page.getByRole('alert')).toContainText('their own school needs them')
  await expect(page.locator('[name=what]')).toHaveValue('Early reading')
  for (const on of aisha) await plan('Aisha Khan', on, 1, 'Early reading')
  await plan('Aisha Khan', '2027-10-05', 0.5, 'Last look')
  for (const on of daniel) await plan('Daniel Osei-Marsh', on, 1, 'With the head')
  await expect(heading(page)).toHaveText('Time')
  await expect(main(page).getByRole('link', { name: 'Planned: did it take place?' })).toHaveCount(12)
}

/** The exit: planned in July, closed in December by both heads; what people can do now. */
async function exit (world, expect) {
  await world.move('2027-07-09')
  const first = await world.as('priya')
  await first.goto(world.at(`${world.agreement}/milestones`))
  await follow(first, 'Say what you see: Phonics check, Year 1')
  await fill(first, { actual: 73 })
  await press(first, 'Save')
  await first.goto(world.at(`${world.agreement}/exit/plan`))
  await fill(first, { owners: 'Phonics: the leader of key stage 1.', stays: 'The half-termly check is in the calendar to 2029.', stops: 'The visits.' })
  await press(first, 'Save')

  await world.move('2027-12-10')
  const [priya, head] = [await world.as('priya'), await world.as('daniel')]
  const visitor = await world.as('aisha')
  await visitor.goto(world.at(world.online))
  await press(visitor, 'It took place')
  await expect(main(visitor)).toContainText('Write the note')
  // Every planned day is settled: it took place, or it was cancelled and why.
  await head.goto(world.at(`${world.agreement}/time`))
  const open = await main(head).getByRole('link', { name: 'Planned: did it take place?' }).evaluateAll((all) => all.map((one) => [one.getAttribute('href'), one.closest('tr').innerText]))
  for (const [address, row] of open) {
    await head.goto(world.at(address))
    const lost = row.includes('Last look')
    await choose(head, 'took', lost ? 'no' : 'yes')
    if (lost) await main(head).getByLabel(/ill/i).check()
    await press(head, 'Save')
  }
  await priya.goto(world.at(`${world.agreement}/exit/plan`))
  for (const one of await priya.locator('[name=ticked]').all()) await one.check()
  await press(priya, 'Save')
  await priya.goto(world.at(`${world.agreement}/exit/gain`))
  await choose(priya, 'side', 'supported')
  await fill(priya, { who: 'Leader of key stage 1', can_now: 'Leads a phonics review alone.', evidence: 'Led the one in November.' })
  await press(priya, 'Save')
  await head.goto(world.at(`${world.agreement}/exit`))
  await press(head, 'Begin to draw to a close')
  for (const page of [priya, head]) {
    await page.goto(world.at(`${world.agreement}/exit/feedback`))
    for (const one of await main(page).locator('input[type=radio][value="4"]').all()) await one.check()
    await fill(page, { comment: 'We would do it again.' })
    await press(page, 'Save')
    if (page === head) {
      await page.goto(world.at(`${world.agreement}/exit/home`))
      await fill(page, { goal: 'Year 3 takes over from Year 2 with one list of sounds.', words: 'The half-termly check, in our own calendar now.' })
      await choose(page, 'took', 'yes')
      await press(page, 'Save')
    }
    await page.goto(world.at(`${world.agreement}/exit`))
    await press(page, 'Confirm that the work is done')
  }
  await priya.goto(world.at(`${world.agreement}/exit`))
  await expect(main(priya)).toContainText('It ended on')
  for (const words of ['Leads a phonics review alone', 'After one term', 'After three terms', 'We would do it again']) await expect(main(priya)).toContainText(words)
  await priya.goto(world.at(`${world.agreement}/time`))
  // 12.5 days pledged, 12 delivered, half a day lost: £4,200, of which £3,600 and £600.
  for (const words of ['12½ days', '12 days', 'half a day', '£4,200', '£3,600', '£600']) await expect(main(priya)).toContainText(words)
}

/** Revised results arrive: both schools read what became of it, from the published figures. */
async function lift (world, expect) {
  world.day = '2027-12-20'
  await world.server.stop()
  world.command('import', join(world.files, '2026-2027'))
  await world.move('2027-12-20')
  const figure = (year, school) => published(world.files, `${year}/england_ks2final.csv`, school.urn)('PTRWM_EXP').replace('%', '')
  for (const key of ['priya', 'daniel']) {
    const page = await world.as(key)
    await page.goto(world.at(`${world.agreement}/impact`))
    await expect(main(page)).not.toContainText('Too early to judge')
    for (const school of [HARBOUR, OAKFIELD]) await expect(main(page)).toContainText(new RegExp(`${figure('2026-2027', school)}(\\.0)?% in 2026–27`))
    await expect(main(page)).toContainText('association, not proof')
    await expect(main(page)).toContainText('unchanged since the first day')
  }
}

/** The alliance together: bar and gap from pooled pupils, without the name of a school. */
async function barAndGap (world, expect) {
  const marcus = await world.as('marcus')
  await marcus.goto(world.at(`${world.alliance}/together`))
  await expect(main(marcus)).toContainText('2026–27')
  for (const school of [HARBOUR, OAKFIELD]) await expect(main(marcus)).not.toContainText(school.name)
  await expect(main(marcus)).toContainText(/gap/i)
}

export const after = [
  ['16 the alliance hears what grew in the supported school', tell],
  ['16 colleagues of one field meet', network],
  ['17 the supported school gives', give],
  ['17 its practice is written down, checked and shown', practice],
  ['16 the network meets, and those who could not come read what was said', meets],
  ['18 the days of the year', days],
  ['18 exit', exit],
  ['17 by the winter eleven schools have taken it up', spread],
  ['19 the measured lift of both schools', lift],
  ['20 bar and gap of the alliance', barAndGap]
]
