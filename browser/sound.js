// What a machine can tell of a page: it fits the screen, and axe finds nothing.

import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** No wider than the screen. */
export async function fits (page, name = page.url()) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect.soft(wide, `${name} is wider than the screen`).toBeLessThanOrEqual(0)
}

/** Nothing for axe. Its rules are scripts, so a page without scripts is not asked. */
export async function accessible (page, name = page.url()) {
  // No page has a frame; looking for some opens a second page each time and doubles the wait.
  const found = await new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] }).withTags(rules).analyze()
  const words = found.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join('; ')})`)
  expect.soft(words, `${name}: axe`).toEqual([])
}
