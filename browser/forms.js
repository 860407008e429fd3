// What every journey does with a page.

export const main = (page) => page.getByRole('main')
export const heading = (page) => page.getByRole('heading', { level: 1 })
export const press = (page, name) => main(page).getByRole('button', { name }).first().click()
export const follow = (page, name) => main(page).getByRole('link', { name }).or(main(page).getByRole('button', { name })).first().click()

/** Fills a date of three fields, given as YYYY-MM-DD. */
export async function date (page, field, on) {
  const [year, month, day] = on.split('-').map(Number)
  for (const [part, value] of Object.entries({ day, month, year })) await page.locator(`[name="${field}-${part}"]`).fill(String(value))
}

/** Fills fields by their names. */
export async function fill (page, fields) {
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name="${name}"]:not([type=hidden])`).fill(String(value))
}

/** Chooses one of several by name and value. */
export const choose = (page, name, value) => page.locator(`[name="${name}"][value="${value}"]`).check()

/** Opens a folded part, which needs no script. */
export const unfold = (page, name) => main(page).locator('summary', { hasText: name }).first().click()

/** The path of the page that a press leads to: one that ends in an identifier under a folder. */
export async function reached (page, folder) {
  await page.waitForURL(new RegExp(`/${folder}/[0-9a-f-]{36}(#.*)?$`), { timeout: 15_000 })
  return new URL(page.url()).pathname
}
