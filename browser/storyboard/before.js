// Steps 0 to 5: public data, families, the school's own page, the needs audit, the request, triage.

import { join } from 'node:path'
import { choose, date, fill, follow, heading, main, press, reached, unfold } from '../forms.js'
import { published } from './figures.js'
import { HARBOUR, OAKFIELD, members, staff } from './people.js'

/** Kit loads what is public on 9 November 2026, reads the report and founds the alliance. */
async function setUp (world, expect) {
  world.day = '2026-11-09'
  world.files = join(world.home, 'files')
  world.command('demo', '--files', world.files)
  const register = ['edubasealldata20261109.csv', 'links_edubasealldata20261109.csv', 'allgroupsdata20261109.csv', 'alllinksdata20261109.csv', 'idaci_by_postcode_2019.csv']
  const years = ['2022-2023', '2023-2024', '2024-2025', '2025-2026']
  const done = JSON.parse(world.command('--json', 'import', ...[...register, ...years].map((name) => join(world.files, name))))
  expect(done.files.every((file) => !file.unchanged && file.rejected === 0)).toBe(true)
  const school = published(world.files, 'edubasealldata20261109.csv', HARBOUR.urn)
  world.authority = `authority:${school('LA (code)')}`
  world.account('kit', 'Kit Lindqvist', 'operator', world.authority, 'Data and systems officer')
  await world.move(world.day)

  const kit = await world.as('kit')
  await kit.goto(world.at('/imports'))
  await follow(kit, /Import \d|^\d+$/)
  for (const column of ['Rows', 'Taken', 'Left out', 'Without a number']) await expect(main(kit)).toContainText(column)
  await expect(main(kit)).toContainText('Problems')

  await kit.goto(world.at('/partnerships/new'))
  await fill(kit, { name: 'Tideway Learning Alliance', members: [...members, world.authority].join('\n') })
  await choose(kit, 'kind', 'alliance')
  await press(kit, 'Found the partnership')
  await expect(heading(kit)).toHaveText('Partnerships')
  await expect(main(kit)).toContainText('25 not agreed yet')
  await kit.goto(world.at('/people/new'))
  const alliance = await kit.locator('input[type=radio][value^="partnership:"]').getAttribute('value')
  world.alliance = `/partnerships/${alliance.replace('partnership:', '')}`
  for (const [key, name, role, at, title] of staff) {
    world.account(key, name, role, at === 'alliance' ? alliance : `school:${at}`, title)
  }
  // Nobody is drawn in: each head agrees for their own school.
  const heads = staff.filter(([,, role]) => role === 'head').map(([key]) => key)
  for (const key of heads) {
    const head = await world.as(key)
    await head.goto(world.at('/home'))
    await follow(head, 'Tideway Learning Alliance asks you to join')
    await press(head, /^Agree/)
    await expect(main(head).getByRole('link', { name: 'Tideway Learning Alliance' })).toBeVisible()
  }
  const priya = await world.as('priya')
  await priya.goto(world.at(world.alliance))
  await expect(heading(priya)).toHaveText('Tideway Learning Alliance')
  await expect(main(priya)).toContainText(String(heads.length))
  await expect(main(priya)).toContainText('Being formed')
  // It works from the day on which every member has accepted its charter.
  const marcus = await world.as('marcus')
  await marcus.goto(world.at(`${world.alliance}/charter`))
  await fill(marcus, { purpose: 'Every school gives and receives.', ways: 'We ask before we tell.', shares: 'Strengths, offers and practices; audits with nobody.' })
  await press(marcus, 'Put it to the members')
  for (const key of heads) {
    const head = await world.as(key)
    await head.goto(world.at(`${world.alliance}/charter`))
    await press(head, /^Accept it for/)
  }
  await priya.goto(world.at(world.alliance))
  await expect(main(priya)).toContainText('Active since')
}

/** Anybody may read the family of a school and how it came about. */
async function families (world, expect) {
  const page = await world.as('kit')
  await page.goto(world.at(`/schools/${HARBOUR.urn}/family`))
  await expect(main(page)).toContainText(/low income|free school meals/i)
  await expect(main(page)).toContainText(/\b20\b/)
}

/** Priya opens her own school's page: figures with their cohort, no rank. */
async function ownPage (world, expect) {
  const priya = await world.as('priya')
  await priya.goto(world.at('/home'))
  await follow(priya, `${HARBOUR.name} on a page`)
  await expect(heading(priya)).toContainText(HARBOUR.name)
  const ks2 = published(world.files, '2025-2026/england_ks2final.csv', HARBOUR.urn)
  await expect(main(priya)).toContainText(ks2('PTRWM_EXP').replace('%', ''))
  await expect(main(priya)).toContainText(/one pupil/i)
  await expect(main(priya)).not.toContainText(/rank|league|out of 24/i)
}

/** The audit: begun from public data, one section given to the lead of key stage 1, agreed. */
async function audit (world, expect) {
  await world.move('2026-11-16')
  const priya = await world.as('priya')
  await priya.goto(world.at('/audits/new'))
  await fill(priya, { title: 'Autumn 2026', reason: 'Phonics is taught in three ways, and families notice.' })
  for (const box of await main(priya).locator('[name=areas]').all()) await box.uncheck()
  for (const area of ['curriculum-and-teaching', 'attendance-and-behaviour', 'leadership-and-governance']) await choose(priya, 'areas', area)
  await press(priya, 'Create the audit')
  const audit = await reached(priya, 'audits')
  await priya.goto(world.at(`${audit}/sections/curriculum-and-teaching/give`))
  await priya.getByLabel('Jess Tolliver').check()
  await press(priya, 'Save and tell them')
  await press(priya, 'Start the audit')

  const jess = await world.as('jess')
  await jess.goto(world.at('/home'))
  await follow(jess, /Curriculum and teaching/)
  await section(jess, {
    strength: 'Music: every child plays an instrument by Year 4.',
    need: 'Early reading: too few children know their sounds by the end of Year 1.',
    causes: 'Phonics taught in three ways; no half-termly check; two early-career teachers.',
    evidence: 'Phonics check 61%; book look; parent survey, 74 answers.',
    severity: 4,
    confidence: 'medium'
  })
  await expect(jess.getByRole('main')).not.toContainText('Somebody else saved')

  for (const [area, words] of Object.entries({
    'attendance-and-behaviour': { strength: 'Nurture provision: calm starts for those who need one.', need: 'More than a quarter of pupils miss a tenth of school.', causes: 'First-day calls are made by whoever is free.', evidence: 'Persistent absence, two years of published figures.', severity: 3, confidence: 'medium' },
    'leadership-and-governance': { need: 'Many interventions for SEND, none on one map.', causes: 'The SENCO teaches three days.', evidence: 'Eleven interventions listed, two with an end.', severity: 2, confidence: 'medium' }
  })) {
    await priya.goto(world.at(`${audit}/sections/${area}`))
    await section(priya, words)
  }
  await priya.goto(world.at(audit))
  await expect(main(priya)).toContainText('Every section is finished')
  await press(priya, 'Agree this audit')
  await expect(main(priya)).toContainText('Agreed')
  world.audit = audit
  // A strength is shared, and the school gives something too.
  await main(priya).locator('.as-card', { hasText: 'Music' }).getByRole('button', { name: /^Share this/ }).click()
  await expect(main(priya)).toContainText('Shared')
}

async function section (page, words) {
  const { severity, confidence, strength, ...texts } = words
  if (strength) await fill(page, { strength })
  else await choose(page, 'none-seen', 'yes')
  await fill(page, texts)
  await choose(page, 'severity', severity)
  await choose(page, 'confidence', confidence)
  await page.locator('[name="strength-of"]').selectOption('3')
  await press(page, 'Save and mark as finished')
}

/** The cadre of the alliance: a head puts people forward, they say yes, the broker grants. */
async function cadre (world, expect) {
  for (const [head, who, role, specialism, depth] of [
    ['daniel', 'Aisha Khan', 'sle', 'early-reading', 4],
    ['judith', 'Rhodri Vane', 'sle', 'early-reading', 3],
    ['anselm', 'Yolanda Finch-Abara', 'sle', 'early-reading', 3]
  ]) {
    const page = await world.as(head)
    await page.goto(world.at('/cadre'))
    await main(page).getByRole('button', { name: 'Put somebody forward' }).click()
    await page.locator('[name=person]').selectOption({ label: who })
    await page.locator('[name=role]').selectOption(role)
    await page.locator('[name=specialism-1]').selectOption(specialism)
    await choose(page, 'depth', depth)
    await press(page, 'Put them forward')
    await expect(heading(page)).toHaveText(who)
    const address = page.url()
    const person = await world.as(staff.find(([, name]) => name === who)[0])
    await person.goto(world.at('/home'))
    await follow(person, /You were put forward/)
    await press(person, 'Apply')
    await page.goto(world.at('/home'))
    await follow(page, `Release ${who}`)
    await press(page, 'Confirm the release')
    await unfold(page, 'Change the time pledged')
    await date(page, 'from', '2027-01-04')
    await date(page, 'to', '2027-12-17')
    await fill(page, { 'half-days': 2 })
    await press(page, 'Save')
    const marcus = await world.as('marcus')
    await marcus.goto(world.at('/home'))
    await follow(marcus, new RegExp(`${who}: Specialist`))
    await expect(marcus).toHaveURL(address)
    await press(marcus, 'Record that they were assessed')
    await press(marcus, 'Grant the designation')
    for (const module of ['safe-in-another-school', 'confidentiality-and-data', 'coaching']) {
      await unfold(marcus, 'Record training')
      await marcus.locator('[name=module]').selectOption(module)
      await date(marcus, 'done', '2026-09-03')
      await press(marcus, 'Record it')
    }
    await person.goto(world.at('/home'))
    await follow(person, 'Read and accept the code of conduct')
    await choose(person, 'accept', 'yes')
    await press(person, 'Accept the code of conduct')
    await expect(main(person)).toContainText('Accepted')
    await marcus.goto(address)
    await press(marcus, 'Activate')
    await expect(main(marcus)).toContainText('Active')
  }
}

/** Priya asks for support with a need of her audit. */
async function request (world, expect) {
  await world.move('2026-11-30')
  const priya = await world.as('priya')
  await priya.goto(world.at(world.audit))
  await follow(priya, 'Ask for support with a need')
  await expect(main(priya).getByLabel(/Early reading: too few/)).toBeChecked()
  await fill(priya, { title: 'Early reading in Reception and Year 1', outcome: 'Every child reads by six.\nEight of nine phonics lessons meet the rubric by March.', days: 12.5, budget: 3500, 'give-back': 'Two days of music' })
  await main(priya).getByLabel('Teachers').check()
  await choose(priya, 'tier', 'targeted')
  await priya.locator('[name="specialism-1"]').selectOption('early-reading')
  await unfold(priya, 'rather not work with')
  await main(priya).getByLabel(/Bayside/).check()
  await fill(priya, { 'avoid-why': 'We share a catchment' })
  await date(priya, 'earliest', '2027-01-04')
  await date(priya, 'latest', '2027-12-17')
  await press(priya, 'Save and look it over')
  await expect(main(priya)).toContainText('12½ days')
  await press(priya, 'Send to the broker')
  await expect(main(priya)).toContainText('Waiting for the broker')
  world.request = new URL(priya.url()).pathname.split('/').at(-1)
}

/** Marcus answers within two working days; the head reads what happens next. */
async function triage (world, expect) {
  await world.move('2026-12-02')
  const marcus = await world.as('marcus')
  await marcus.goto(world.at('/desk'))
  await expect(main(marcus)).toContainText(HARBOUR.name)
  await follow(marcus, 'Early reading in Reception and Year 1')
  await expect(main(marcus)).toContainText('Clock running')
  await choose(marcus, 'answer', 'accept')
  await fill(marcus, { words: 'Thank you, Priya. I will ring you today; you hear about a match by 9 December.' })
  await press(marcus, 'Send the answer')
  const priya = await world.as('priya')
  await priya.goto(world.at(`/requests/${world.request}`))
  await expect(main(priya)).toContainText('I will ring you today')
  await expect(main(priya)).toContainText('What happens next')
  await follow(priya, 'The acknowledgement letter')
  await expect(main(priya)).toContainText(/2 December|30 November/)
}

export const before = [
  ['0 set up: public files, their report, the alliance', setUp],
  ['1 families of similar schools', families],
  ['2 the school reads its own page', ownPage],
  ['3 the needs audit', audit],
  ['3 the alliance has people who lead beyond their school', cadre],
  ['4 the request', request],
  ['5 triage', triage]
]
