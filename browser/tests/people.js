// Signing in as one of the demonstration's people.

export const demo = () => process.env.ALONGSIDE_DEMO

/** The sign-in link of the first person whose name begins with the text. */
export function link (name) {
  const people = JSON.parse(process.env.ALONGSIDE_DEMO_PEOPLE)
  const found = Object.keys(people).find((full) => full.startsWith(name))
  if (!found) throw new Error(`${name} is not among ${Object.keys(people).join(', ')}`)
  return people[found]
}

/** Opens the link and presses the button. */
export async function signIn (page, address) {
  await page.goto(address)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}
