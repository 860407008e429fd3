// The storyboard: thirteen months in the life of an alliance of twenty-four schools, every step by
// the person whose step it is, through the pages they have, on an invented district. One journey on
// each database; the projects run it with JavaScript and without.

import { expect, test } from '@playwright/test'
import { Partnership, postgres } from '../partnership.js'
import { before } from '../storyboard/before.js'
import { agree } from '../storyboard/agree.js'
import { work } from '../storyboard/work.js'
import { after } from '../storyboard/after.js'

for (const kind of ['SQLite', 'PostgreSQL']) {
  test(`from public data to a measured lift of both schools, on ${kind}`, async ({ browser }, info) => {
    test.skip(kind === 'PostgreSQL' && !postgres(), 'skipped: no PostgreSQL server for tests')
    test.setTimeout(900_000)
    const { viewport, javaScriptEnabled = true } = info.project.use
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
