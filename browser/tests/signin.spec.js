// Signing in with real components: a certified OpenID Connect provider, Chromium's own virtual
// authenticator, a real SMTP server. Each server is this journey's own.

import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import Provider from 'oidc-provider'
import { SMTPServer } from 'smtp-server'
import { folder, freePort, run, start } from '../server.js'
import { accessible, fits } from '../sound.js'

test.describe.configure({ mode: 'serial' })

const letters = []
let smtp, provider, server, place, claims, address

/** A mail server that keeps what it receives. */
async function mailServer () {
  const port = await freePort()
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData (stream, session, done) {
      const parts = []
      stream.on('data', (part) => parts.push(part))
      stream.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8').replace(/=\r\n/g, '').replace(/=3D/g, '=')
        letters.push({ to: session.envelope.rcptTo.map((one) => one.address), text })
        done()
      })
    }
  })
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready))
  return { port, stop: () => new Promise((done) => server.close(done)) }
}

/** A provider whose only question is answered by a button. */
async function openIdProvider (redirect, leave) {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const oidc = new Provider(issuer, {
    clients: [{
      client_id: 'alongside',
      client_secret: 'a long secret of the client',
      redirect_uris: [redirect],
      post_logout_redirect_uris: [leave],
      response_types: ['code'],
      grant_types: ['authorization_code']
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...claims }) }),
    interactions: { url: (_, interaction) => `/agree/${interaction.uid}` },
    cookies: { keys: ['a key for the cookies of this test'] },
    pkce: { required: () => true }
  })
  const callback = oidc.callback()
  const web = createServer(async (request, response) => {
    if (!request.url.startsWith('/agree/')) return callback(request, response)
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html')
      return response.end('<!doctype html><title>Provider</title><h1>Provider</h1><form method="post"><button>Agree</button></form>')
    }
    const { params, grantId } = await oidc.interactionDetails(request, response)
    const grant = grantId ? await oidc.Grant.find(grantId) : new oidc.Grant({ accountId: 'person-7', clientId: params.client_id })
    grant.addOIDCScope(params.scope)
    await oidc.interactionFinished(request, response, { login: { accountId: 'person-7' }, consent: { grantId: await grant.save() } })
  })
  await new Promise((ready) => web.listen(port, '127.0.0.1', ready))
  return { issuer, stop: () => new Promise((done) => { web.close(done); web.closeAllConnections() }) }
}

/** The latest link in a letter to an address. */
async function linkTo (address, mark) {
  await expect.poll(() => letters.some((letter) => letter.to.includes(address) && letter.text.includes(mark)), { timeout: 30_000 }).toBe(true)
  const letter = letters.findLast((letter) => letter.to.includes(address) && letter.text.includes(mark))
  return letter.text.match(/https?:\/\/\S+\/sign-in\/[0-9a-f]{64}\S*/)[0]
}

async function sound (page) {
  await accessible(page)
  await fits(page)
}

async function picture (page, name) {
  if (!process.env.ALONGSIDE_PICTURES) return
  for (const width of [1280, 375]) {
    await page.setViewportSize({ width, height: 900 })
    await page.screenshot({ path: join(process.env.ALONGSIDE_PICTURES, `${name}-${width}.png`), fullPage: true })
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}

test.beforeAll(async () => {
  test.setTimeout(180_000)
  place = folder()
  smtp = await mailServer()
  const port = await freePort()
  address = `http://localhost:${port}`
  claims = { email: 'ada@school.example', email_verified: true, name: 'Ada Bell' }
  provider = await openIdProvider(`${address}/sign-in/with/college/answer`, `${address}/`)
  writeFileSync(join(place, 'client-secret'), 'a long secret of the client\n')
  writeFileSync(join(place, 'alongside.toml'), `public_url = "${address}"
[mail]
smtp = "smtp://127.0.0.1:${smtp.port}"
from = "Alongside <alongside@school.example>"
[[provider]]
key = "college"
name = "College account"
issuer = "${provider.issuer}"
client_id = "alongside"
client_secret_file = "client-secret"
`)
  run(place, 'user', 'add', 'ada@school.example', 'Ada Bell', '--role', 'operator', '--at', 'authority:990', '--title', 'Operator')
  server = await start(place, 'serve', { port })
})

test.afterAll(async () => {
  server?.stop()
  await provider?.stop()
  await smtp?.stop()
})

/** Signs in by a link that a real mail server received. */
async function byLink (page) {
  await page.goto(`${address}/sign-in`)
  await page.getByLabel('E-mail address').fill('ada@school.example')
  await page.getByRole('button', { name: 'Send me a link' }).click()
  await expect(page.getByRole('heading', { name: 'Check your e-mail' })).toBeVisible()
  await page.goto(await linkTo('ada@school.example', 'within 30 minutes'))
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

test('a link arrives by SMTP and signs in once', async ({ page }) => {
  await page.goto(`${address}/sign-in`)
  await sound(page)
  await picture(page, 'sign-in')
  await byLink(page)
  const used = await linkTo('ada@school.example', 'within 30 minutes')
  await page.goto(used)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('main')).toContainText('used already')
})

test('a real provider signs in whom it is linked with', async ({ page }) => {
  letters.length = 0
  await page.goto(`${address}/sign-in`)
  await page.getByRole('link', { name: 'College account' }).click()
  await page.getByRole('button', { name: 'Agree' }).click()
  await expect(page.getByRole('heading', { name: 'We do not know you by this account yet' })).toBeVisible()
  await sound(page)
  await picture(page, 'unknown')
  await byLink(page)
  await page.goto(`${address}/account`)
  await page.getByRole('button', { name: 'Link College account' }).click()
  await picture(page, 'link')
  await page.getByRole('button', { name: 'Continue to College account' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await expect(page.getByRole('main')).toContainText('College account: ada@school.example')
  await sound(page)
  await picture(page, 'account')
})

test('a passkey is added, signs in, is renamed and removed', async ({ page, context }) => {
  letters.length = 0
  const device = await context.newCDPSession(page)
  await device.send('WebAuthn.enable')
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true }
  })
  await byLink(page)
  await page.goto(`${address}/account/passkeys/new`)
  await sound(page)
  await picture(page, 'passkey-new')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await expect(page.getByRole('alert')).toContainText('Give it a name')
  await page.getByLabel('A name for it').fill('Work laptop')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await expect(page.getByRole('main')).toContainText('Work laptop')
  expect((await device.send('WebAuthn.getCredentials', { authenticatorId })).credentials).toHaveLength(1)
  // The device says itself that it has one already.
  await page.goto(`${address}/account/passkeys/new`)
  await page.getByLabel('A name for it').fill('Again')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await expect(page.getByRole('status')).toContainText('has a passkey for your account already')
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await page.goto(`${address}/sign-in/passkey?back=/account`)
  await sound(page)
  await picture(page, 'passkey')
  await page.getByRole('button', { name: 'Use your passkey' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await picture(page, 'account-passkey')
  // A device that does not check who uses it signs nobody in.
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.goto(`${address}/sign-in/passkey?back=/account`)
  await page.getByRole('button', { name: 'Use your passkey' }).click()
  await expect(page.getByRole('status')).toContainText('Try again, or use another way')
  await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
  await page.getByRole('button', { name: 'Use your passkey' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await page.getByRole('link', { name: /Change.*passkey/ }).click()
  await sound(page)
  await picture(page, 'passkey-change')
  await page.getByLabel('Name', { exact: true }).fill('Old laptop')
  await page.getByRole('button', { name: 'Save the name' }).click()
  await page.getByRole('link', { name: /Change.*Old laptop/ }).click()
  await page.getByRole('button', { name: 'Remove this passkey' }).click()
  await expect(page.getByRole('main')).not.toContainText('Old laptop')
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await page.goto(`${address}/sign-in/passkey`)
  await page.getByRole('button', { name: 'Use your passkey' }).click()
  await expect(page.getByRole('alert')).toContainText('not known here')
})

test('without JavaScript the passkey page offers the other ways', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(`${address}/sign-in/passkey`)
  await expect(page.getByText('A passkey needs JavaScript')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Use your passkey' })).toBeHidden()
  await picture(page, 'passkey-without')
  await page.getByRole('link', { name: 'A link to your e-mail address' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in', exact: true })).toBeVisible()
  await context.close()
})

/** What an authenticator app shows for a key, this many half minutes from now (RFC 6238). */
function code (key, later = 0) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...key].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const moment = Buffer.alloc(8)
  moment.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later))
  const mac = createHmac('sha1', secret).update(moment).digest()
  const at = mac[19] & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

test('an operator is led to a second step, sets one up, and the post opens', async ({ page }) => {
  test.setTimeout(120_000)
  const own = folder()
  const port = await freePort()
  const here = `http://localhost:${port}`
  const settings = { ALONGSIDE_PUBLIC_URL: here, ALONGSIDE_REQUIRE_SECOND_STEP: 'operator broker:14' }
  run(own, { settings }, 'user', 'add', 'kit@school.example', 'Kit Bell', '--role', 'operator', '--at', 'authority:990', '--title', 'Operator')
  const strict = await start(own, 'serve', { port, settings })
  try {
    const link = () => run(own, { settings }, 'user', 'link', 'kit@school.example').trim()
    await page.goto(link())
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('heading', { name: 'Set up a second step' })).toBeVisible()
    await expect(page.getByRole('main')).toContainText('Closed to you until you have shown a second step')
    await sound(page)
    await picture(page, 'second-step')
    // Everything else goes on, and every page says what waits.
    await page.getByRole('link', { name: 'Go on without these posts' }).click()
    await expect(page.getByText('Your post “Operator” opens with a second step.')).toBeVisible()
    await expect(page.getByRole('navigation').getByRole('link', { name: 'People' })).toHaveCount(0)
    await sound(page)
    await picture(page, 'second-step-reminder')
    // What the post would open leads to where it opens.
    await page.goto(`${here}/people`)
    await expect(page.getByRole('heading', { name: 'Set up a second step' })).toBeVisible()
    await page.getByRole('button', { name: 'Choose a password' }).click()
    await page.getByLabel('New password').fill('tea kettle harbour nine')
    await page.getByLabel('The same password once more').fill('tea kettle harbour nine')
    await page.getByRole('button', { name: 'Continue' }).click()
    const key = (await page.locator('.govuk-inset-text').innerText()).replace(/\s/g, '')
    await page.getByLabel('The six digits the app shows now').fill(code(key))
    await page.getByRole('button', { name: 'Connect' }).click()
    await expect(page.getByRole('heading', { name: 'Your recovery codes' })).toBeVisible()
    await page.goto(`${here}/people`)
    await expect(page.getByRole('heading', { name: 'People', exact: true })).toBeVisible()
    await expect(page.getByText('opens with a second step')).toHaveCount(0)
    // From now on a mailbox alone does not get in.
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
    await page.goto(link())
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('alert')).toContainText('The code is not right')
    await page.getByLabel('Code', { exact: true }).fill(code(key, 1))
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await page.goto(`${here}/people`)
    await expect(page.getByRole('heading', { name: 'People', exact: true })).toBeVisible()
  } finally {
    await strict.stop()
  }
})
