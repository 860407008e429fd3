// Steps 16 to 20: what the alliance hears and borrows, the exit, the measured lift, bar and gap.

import { join } from 'node:path'
import { choose, date, fill, follow, heading, main, press } from '../forms.js'
import { published } from './figures.js'
import { HARBOUR, OAKFIELD } from './people.js'

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
  await expect(main(page).getByRole('link', { name: 'Planned: did it take place?' })).toHaveCount(13)
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
  ['17 the supported school gives', give],
  ['18 the days of the year', days],
  ['18 exit', exit],
  ['19 the measured lift of both schools', lift],
  ['20 bar and gap of the alliance', barAndGap]
]
