// The storyboard: thirteen months in the life of an alliance of twenty-four schools, every step by
// the person whose step it is, through the pages they have, on an invented district. With JavaScript
// on SQLite, also on a phone, and without it on PostgreSQL; the other two crossings with
// ALONGSIDE_EVERY_JOURNEY=1.

import { expect, test } from '@playwright/test'
import { Partnership, postgres } from '../partnership.js'
import { before } from '../storyboard/before.js'
import { agree } from '../storyboard/agree.js'
import { work } from '../storyboard/work.js'
import { after } from '../storyboard/after.js'

for (const kind of ['SQLite', 'PostgreSQL']) {
  test(`from public data to a measured lift of both schools, on ${kind}`, async ({ browser }, info) => {
    test.skip(kind === 'PostgreSQL' && !postgres(), 'skipped: no PostgreSQL server for tests')
    test.setTimeout(1_800_000)
    const { viewport, javaScriptEnabled = true } = info.project.use
    // On a phone the pages are the same whatever the database is.
    test.skip(info.project.name === 'phone' && kind === 'PostgreSQL', 'the phone walks it on SQLite')
    const everyJourney = Boolean(process.env.ALONGSIDE_EVERY_JOURNEY)
    test.skip(!everyJourney && javaScriptEnabled !== (kind === 'SQLite'), 'skipped: ALONGSIDE_EVERY_JOURNEY=1 runs this crossing too')
    const world = new Partnership(browser, kind, { viewport, javaScriptEnabled, locale: 'en-GB', timezoneId: 'Europe/London' })
    const started = Date.now()
    try {
      for (const [name, step] of [...before, ...agree, ...work, ...after]) {
        await test.step(name, () => step(world, expect))
        if (process.env.ALONGSIDE_STEPS) console.log(`${((Date.now() - started) / 1000).toFixed(1)} s  ${name}`)
      }
    } finally {
      await world.end()
    }
  })
}
