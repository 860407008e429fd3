// The whole thread on the real register: from public files to a measured effect on both schools,
// as the operator, the broker and the two heads live it. The calendar of a rehearsal moves
// from autumn 2017 to the results of 2019, so that every figure is a published one.

import { expect, test } from '@playwright/test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { folder, run, start } from './../server.js'
import { accessible } from '../sound.js'

const data = process.env.ALONGSIDE_DATA ?? resolve(import.meta.dirname, '../../../shared/data')
const national = join(data, 'national')
const absent = !existsSync(national)
if (absent && process.env.ALONGSIDE_REQUIRE_DATA) throw new Error(`there is no public data in ${data}`)

// Two pairs of schools, so that each run of the journey has its own.
const journeys = {
  'desktop': { asks: { urn: 115886, name: 'The Crescent Primary School' }, gives: { urn: 115887, name: 'Cherbourg Primary School' } },
  'without JavaScript': { asks: { urn: 115892, name: 'Redlands Primary School' }, gives: { urn: 115901, name: 'Hamble Primary School' } }
}

test.describe.configure({ mode: 'serial' })

test('from public files to a measured effect on both schools', async ({ browser }, info) => {
  test.skip(absent, 'skipped: public data not found')
  test.setTimeout(900_000)
  const { asks, gives } = journeys[info.project.name]
  const javaScriptEnabled = info.project.use.javaScriptEnabled !== false
  const home = folder()
  const on = (day) => ({ ALONGSIDE_REHEARSE_FROM: day })
  let server
  const people = {}
  const emails = { kit: 'kit@alliance.example', ada: 'ada@school.example', ben: 'ben@school.example', priya: 'priya@alliance.example' }

  /** Ends the server and begins again on another day. Sessions have run out by then: everybody signs in again. */
  const move = async (day) => {
    await server?.stop()
    server = await start(home, 'serve', { settings: on(day), port: server?.port })
    for (const [name, email] of Object.entries(emails)) {
      if (people[name]) await enter(name, run(home, { settings: on(day) }, 'user', 'link', email).trim())
    }
  }
  const visit = async (page, path) => {
    await page.goto(server.address + path)
    await expect(page.locator('h1')).toHaveCount(1)
    if (javaScriptEnabled) await accessible(page, path)
  }
  const enter = async (name, link) => {
    const page = people[name] ?? await (await browser.newContext({ javaScriptEnabled, viewport: info.project.use.viewport, locale: 'en-GB' })).newPage()
    await page.goto(link.replace(/^https?:\/\/[^/]+/, server.address))
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    people[name] = page
    return page
  }
  /** The newest letter to an address, as the mail folder holds it. */
  const letter = async (email) => {
    const letters = join(home, 'alongside-data/letters')
    let found
    await expect.poll(() => {
      const all = existsSync(letters) ? readdirSync(letters).sort() : []
      found = all.map((file) => readFileSync(join(letters, file), 'utf8')).filter((text) => text.includes(email)).at(-1)
      return found !== undefined
    }, { timeout: 30_000 }).toBe(true)
    return found
  }
  const invited = async (name, email) => {
    const text = await letter(email)
    return enter(name, text.match(/https?:\/\/\S+\/sign-in\/\S+/)[0])
  }

  await test.step('the operator loads public files and opens the first account', async () => {
    const files = ['edubasealldata20220831.csv', 'links_edubasealldata20250922.csv', 'idaci_by_postcode_2019.csv', '2015-2016']
    const done = JSON.parse(run(home, { settings: on('2017-10-02') }, '--json', 'import', ...files.map((file) => join(national, file))))
    expect(done.files.every((file) => !file.unchanged && file.rejected === 0)).toBe(true)
    run(home, { settings: on('2017-10-02') }, 'user', 'add', 'kit@alliance.example', 'Kit Operator', '--role', 'operator', '--at', 'authority:850')
    await move('2017-10-02')
    const link = run(home, { settings: on('2017-10-02') }, 'user', 'link', 'kit@alliance.example').trim()
    await enter('kit', link)
  })

  await test.step('the operator uploads last year’s results, founds the alliance and invites its people', async () => {
    const page = people.kit
    await upload(page, '2016-2017/england_ks2final.csv')
    await visit(page, '/partnerships/new')
    await page.getByLabel('What is it called?').fill('Solent Alliance')
    await page.getByLabel('Alliance', { exact: true }).check()
    await page.getByLabel('Who belongs to it?').fill(`${asks.urn} ${asks.name}\n${gives.urn}\n99`)
    await page.getByRole('button', { name: 'Found the partnership' }).click()
    await expect(page.getByRole('alert')).toContainText('Line 3')
    await page.getByLabel('Who belongs to it?').fill(`${asks.urn} ${asks.name}\n${gives.urn}\nauthority:850`)
    await page.getByRole('button', { name: 'Found the partnership' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Partnerships')
    await expect(main(page)).toContainText('Solent Alliance')
    const invite = async (name, email, role, where, number) => {
      await visit(page, '/people/new')
      await page.getByLabel('Name', { exact: true }).fill(name)
      await page.getByLabel('E-mail address').fill(email)
      await page.getByLabel('What the person does').selectOption({ label: role })
      await page.getByLabel(where, { exact: true }).check()
      if (number) await page.getByLabel('Its number').fill(String(number))
      await page.getByLabel('The words on the door').fill(role)
      await page.getByRole('button', { name: 'Send the invitation' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
    }
    await invite('Ada Asks', 'ada@school.example', 'Headteacher or deputy', 'A school', asks.urn)
    await invite('Ben Gives', 'ben@school.example', 'Headteacher or deputy', 'A school', gives.urn)
    await invite('Priya Broker', 'priya@alliance.example', 'Broker', 'Solent Alliance')
    for (const name of ['ada', 'ben', 'priya']) await invited(name, emails[name])
    // Nobody is drawn in: each head agrees for their own school.
    for (const name of ['ada', 'ben']) {
      await visit(people[name], '/home')
      await main(people[name]).getByRole('link', { name: 'Solent Alliance asks you to join' }).click()
      await main(people[name]).getByRole('button', { name: 'Agree' }).click()
      await expect(main(people[name]).getByRole('link', { name: 'Solent Alliance' })).toBeVisible()
    }
    // It works from the day on which each of them has accepted its charter.
    const broker = people.priya
    await visit(broker, '/partnerships')
    await main(broker).getByRole('link', { name: 'Solent Alliance' }).click()
    await expect(main(broker)).toContainText('Being formed')
    const charter = new URL(broker.url()).pathname + '/charter'
    await visit(broker, charter)
    await broker.getByLabel('What is the partnership for?').fill('Every school gives and receives.')
    await broker.getByLabel('How do members work with each other?').fill('We ask before we tell.')
    await broker.getByLabel('What is shared, and what is not?').fill('Strengths and offers; audits with nobody.')
    await press(broker, 'Put it to the members')
    for (const name of ['ada', 'ben']) {
      await visit(people[name], charter)
      await press(people[name], /^Accept it for/)
    }
    await visit(broker, charter)
    await expect(main(broker)).toContainText('Active since')
  })

  await test.step('each head writes an audit that public data began', async () => {
    for (const [name, strength] of [['ada', 'Families read with us every Friday.'], ['ben', 'Older pupils lead talk about books.']]) {
      const page = people[name]
      await visit(page, '/audits/new')
      await page.getByLabel('What shall we call it?').fill('Autumn 2017')
      await page.getByLabel('Why now?').fill('We want to know where to begin.')
      for (const box of await main(page).getByRole('checkbox').all()) await box.uncheck()
      await page.getByLabel('Achievement').check()
      await press(page, 'Create the audit')
      await press(page, 'Start the audit')
      await main(page).getByRole('link', { name: 'Achievement' }).click()
      await expect(main(page)).toContainText('2016–17')
      await page.getByLabel('Add a strength').fill(strength)
      await page.getByLabel('Add a need').fill('Too few of our oldest pupils read well enough for the next school.')
      await page.getByLabel('3: needs work this term').check()
      await page.getByLabel('Medium: more than').check()
      await page.getByLabel('Add a piece of evidence').fill('The published results of two years.')
      await press(page, 'Save and mark as finished')
      await press(page, 'Agree this audit')
      await expect(main(page)).toContainText('Agreed')
    }
    await expect(people.ada.getByRole('main')).toContainText('Autumn 2017')
  })

  let request
  await test.step('one school asks, the other offers', async () => {
    const { ada, ben } = people
    await visit(ben, '/offers/new')
    await ben.getByLabel('What do you offer?').fill('Talk about books in Years 5 and 6')
    await ben.getByLabel('What would another school see or do?').fill('Plan, teach and look at books together.')
    await ben.getByLabel('What does it help with?').selectOption({ label: 'English and writing (Curriculum)' })
    await press(ben, 'Make the offer')
    await visit(ada, '/requests/new')
    await ada.getByLabel('Too few of our oldest').check()
    await ada.getByLabel('A short title').fill('Reading in Years 5 and 6')
    await ada.getByLabel('What do you need help with?').fill('A shared programme and the habits to keep it.')
    await ada.getByLabel('What do you hope will be different').fill('More pupils leave us reading well.')
    await ada.getByLabel('Teachers').check()
    await ada.getByLabel('What should the supporter bring?').selectOption({ label: 'English and writing (Curriculum)' })
    await ada.getByLabel('Secure practice').check()
    await ada.getByLabel('Targeted: one matter').check()
    await ada.getByLabel('3: needs work this term').check()
    await ada.getByLabel('How many days, roughly?').fill('6')
    await ada.getByLabel('In our school').check()
    await press(ada, 'Save and look it over')
    await press(ada, 'Send to the broker')
    await expect(main(ada)).toContainText('Waiting for the broker')
    request = new URL(ada.url()).pathname.split('/').at(-1)
  })

  await test.step('the broker reads the reasons and proposes; both heads say yes; interests are settled', async () => {
    const { priya, ada, ben } = people
    await visit(priya, `/desk/${request}`)
    await expect(main(priya)).toContainText('Talk about books in Years 5 and 6')
    await expect(main(priya)).toContainText('miles by road')
    await priya.getByLabel('Accept it and start matching').check()
    await priya.getByLabel('Your words to the head').fill('Thank you for asking. I shall ring two schools.')
    await press(priya, 'Send the answer')
    await press(priya, /Propose/)
    await priya.getByLabel('Your words to both heads').fill('You both teach mixed classes and live close by.')
    await press(priya, 'Propose this match')
    for (const page of [ada, ben]) {
      await visit(page, '/home')
      await main(page).getByRole('link', { name: /is proposed|could use your help/ }).first().click()
      await main(page).getByText('Declare an interest, or that').click()
      await press(page, /declare/i)
      await page.getByLabel('Yes, let us work together').check()
      await press(page, 'Send my answer')
      await expect(main(page)).toContainText('Yes')
    }
    await visit(priya, `/desk/${request}`)
    for (let left = 2; left; left--) {
      await expect(main(priya).getByRole('button', { name: 'Record the outcome' })).toHaveCount(left)
      await main(priya).getByLabel('No conflict').first().check()
      await main(priya).getByRole('button', { name: 'Record the outcome' }).first().click()
    }
    for (let left = 5; left; left--) {
      await expect(main(priya).getByRole('button', { name: /Checked/ })).toHaveCount(left)
      await main(priya).getByRole('button', { name: /Checked/ }).first().click()
    }
    await press(priya, 'Everything is settled: make the agreement')
  })

  let agreement
  await test.step('the agreement is written and both heads sign it', async () => {
    const { priya, ada, ben } = people
    await main(priya).getByRole('button', { name: 'Draft the agreement' }).click()
    await priya.getByLabel('Focused support').check()
    await press(priya, 'Begin the draft')
    await priya.getByLabel('What does the supporting school want').fill('Our Year 4 teachers learn to lead talk about books.')
    await press(priya, 'Save and go on')
    for (const part of ['Time and team', 'Money', 'How you will judge it', 'Reviews and promises']) {
      await expect(heading(priya)).toHaveText(part)
      if (part === 'Time and team') {
        for (const [field, value] of Object.entries({ day: 20, month: 7, year: 2018 })) await priya.locator(`[name=end_on-${field}]`).fill(String(value))
      }
      if (part === 'Reviews and promises') {
        for (const [field, value] of Object.entries({ day: 7, month: 3, year: 2018 })) await priya.locator(`[name=review-0-${field}]`).fill(String(value))
        for (const [field, value] of Object.entries({ day: 1, month: 6, year: 2018 })) await priya.locator(`[name=exit_plan_by-${field}]`).fill(String(value))
      }
      await press(priya, 'Save and go on')
    }
    await press(priya, 'Send it to both schools to sign')
    agreement = new URL(priya.url()).pathname
    for (const page of [ada, ben]) {
      await visit(page, `${agreement}/sign`)
      await press(page, 'Sign the agreement')
    }
    await expect(main(ben)).toContainText('Everybody has signed')
  })

  await test.step('on the first day both baselines freeze; milestones are set', async () => {
    await move('2017-11-14')
    const { ada } = people
    await expect.poll(async () => {
      await ada.goto(`${server.address}${agreement}`)
      return main(ada).innerText()
    }, { timeout: 30_000 }).toContain('Under way')
    await visit(ada, `${agreement}/impact`)
    await expect(main(ada)).toContainText('Too early to judge')
    await expect(main(ada)).toContainText('Fingerprint of the baseline')
    await visit(ada, `${agreement}/milestones/new`)
    await ada.getByLabel(asks.name).check()
    await ada.getByLabel('What should be seen?').fill('Every Year 5 and 6 class has its book talk each week')
    await ada.getByLabel('A statement that is true by then').check()
    for (const [field, value] of Object.entries({ day: 1, month: 3, year: 2018 })) await ada.locator(`[name=due_on-${field}]`).fill(String(value))
    await press(ada, 'Save')
    await expect(main(ada)).toContainText('Every Year 5 and 6 class')
  })

  await test.step('a review with a colour and words', async () => {
    await move('2018-03-07')
    const { ada } = people
    await visit(ada, `${agreement}/reviews/new`)
    await main(ada).getByLabel(/On track|Green/i).first().check()
    for (const box of await main(ada).locator('textarea').all()) if (!await box.inputValue()) await box.fill('Four of five classes do it and the fifth begins after Easter.')
    await main(ada).getByLabel('Go on as agreed').check()
    await press(ada, 'Write the review down')
    await expect(main(ada)).toContainText('Four of five classes')
  })

  await test.step('the exit is planned, begun and confirmed by both', async () => {
    await move('2018-07-10')
    const { ada, ben } = people
    await visit(ada, `${agreement}/exit/plan`)
    await ada.getByLabel('Who owns what from now on?').fill('The reading lead keeps the programme.')
    await ada.getByLabel('What stays').fill('Weekly talk about books, on the timetable.')
    await ada.getByLabel('What stops?').fill('The visits.')
    for (const box of await main(ada).getByRole('checkbox').all()) await box.check()
    await press(ada, 'Save')
    await visit(ben, `${agreement}/exit`)
    await press(ben, 'Begin to draw to a close')
    await visit(ben, `${agreement}/exit/home`)
    await ben.getByLabel('What became of it?').fill('We teach reading in smaller groups ourselves now.')
    await ben.locator('[name=took][value=nothing]').check()
    await press(ben, 'Save')
    for (const page of [ben, ada]) {
      await visit(page, `${agreement}/exit`)
      await press(page, 'Confirm that the work is done')
    }
    await visit(ada, `${agreement}/exit`)
    await expect(main(ada)).toContainText('It ended on')
  })

  await test.step('the results arrive and both schools read what became of it', async () => {
    await move('2018-12-15')
    const { kit, ada, ben } = people
    await upload(kit, '2017-2018/england_ks2final.csv')
    for (const page of [ada, ben]) {
      await visit(page, `${agreement}/impact`)
      await expect(main(page)).toContainText('association, not proof')
      for (const school of [asks, gives]) {
        await expect(main(page)).toContainText(`${published('2015-2016', school.urn)}.0% in 2015–16`)
        await expect(main(page)).toContainText(`${published('2017-2018', school.urn)}.0% in 2017–18`)
      }
      await expect(main(page)).toContainText('unchanged since the first day')
      await expect(main(page)).not.toContainText('Too early to judge')
    }
    await server.stop()
  })

  async function upload (page, file) {
    await visit(page, '/imports/new')
    await page.locator('input[type=file]').setInputFiles(join(national, file))
    await page.getByLabel(/School year/).fill(file.split('/')[0])
    await press(page, 'Send and check')
    await expect(heading(page)).toHaveText('Check before importing')
    // A whole country's file, in a build without optimisation: the answer takes its time.
    await main(page).getByRole('button', { name: /import/i }).first().click({ timeout: 120_000 })
    await expect(heading(page)).toHaveText(/Import \d/)
  }
})

const main = (page) => page.getByRole('main')
const heading = (page) => page.getByRole('heading', { level: 1 })
const press = (page, name) => main(page).getByRole('button', { name }).first().click()

/** A school's published percentage at the expected standard in reading, writing and maths, straight from the file. */
function published (year, urn) {
  const [header, ...rows] = readFileSync(join(national, year, 'england_ks2final.csv'), 'latin1').split(/\r?\n/).map((row) => row.split(','))
  const column = (name) => header.findIndex((one) => one.replace(/[^A-Z_]/g, '') === name)
  return rows.find((row) => row[column('URN')] === String(urn))[column('PTRWM_EXP')].replace('%', '')
}
