// Makes what this crate takes from the npm package govuk-frontend: the stylesheet, the script and
// the fixtures; and compiles our own stylesheet. With --check it changes nothing and fails when what
// is committed differs from what it would write.
//
//   npm ci && npm run build      (or npm run check)

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const crate = dirname(here)
const pack = join(here, 'node_modules', 'govuk-frontend')
const dist = join(pack, 'dist', 'govuk')
const lock = JSON.parse(readFileSync(join(here, 'package-lock.json'), 'utf8'))
const version = (name) => lock.packages[`node_modules/${name}`].version

/** Compiles one stylesheet and takes out what would fetch the Royal Arms. */
function stylesheet (name, header) {
  const { css } = sass.compile(join(here, 'scss', name), {
    style: 'compressed',
    charset: false,
    importers: [new sass.NodePackageImporter(here)],
    logger: sass.Logger.silent,
    quietDeps: true
  })
  const withoutArms = withoutRules(css, '.govuk-footer__copyright-logo::before')
  for (const banned of ['url(', '@font-face', 'GDS Transport']) {
    if (withoutArms.includes(banned)) throw new Error(`${name} still contains ${banned}`)
  }
  return `${header}\n${withoutArms}\n`
}

/** Removes every rule with exactly this selector, and blocks that become empty. */
function withoutRules (css, selector) {
  let out = css
  for (let at = out.indexOf(selector + '{'); at >= 0; at = out.indexOf(selector + '{')) {
    const end = out.indexOf('}', at) + 1
    out = out.slice(0, at) + out.slice(end)
  }
  let before
  do {
    before = out
    out = out.replace(/@(?:media|supports)[^{}]*\{\}/g, '')
  } while (out !== before)
  return out
}

/** All fixtures in one file, options and HTML only; the crown and the logotype are left out. */
function fixtures () {
  const all = {}
  const components = join(dist, 'components')
  for (const name of readdirSync(components).sort()) {
    const file = join(components, name, 'fixtures.json')
    if (!existsSync(file)) continue
    all[name] = JSON.parse(readFileSync(file, 'utf8')).fixtures.map((fixture) => ({
      name: fixture.name,
      options: fixture.options,
      html: withoutArtwork(fixture.html)
    }))
  }
  const lines = Object.entries(all).map(([name, list]) =>
    `${JSON.stringify(name)}: [\n${list.map((one) => JSON.stringify(one)).join(',\n')}\n]`)
  return `{\n${lines.join(',\n')}\n}\n`
}

/** Empties the crown and the GOV.UK logotype: the SVG keeps its tag, so its place is still tested. */
function withoutArtwork (html) {
  return html.replace(
    /(<svg\b[^>]*class="govuk-(?:footer__crown|header__logotype)"[^>]*>)[\s\S]*?<\/svg>/g,
    '$1</svg>')
}

const note = `/* GOV.UK Frontend ${version('govuk-frontend')}, MIT licence, see VENDORED.toml */`
const files = {
  'assets/vendor/govuk.css': stylesheet('govuk.scss', note),
  'assets/vendor/govuk-frontend.min.js':
    note + '\n' + readFileSync(join(dist, 'govuk-frontend.min.js'), 'utf8')
      .replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n'),
  'assets/extra.css': stylesheet('extra.scss', '/* Made by vendor/build.mjs from vendor/scss/extra.scss */'),
  'fixtures/govuk-frontend.json': fixtures()
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const entry = (path) => `
[[file]]
path = "${path}"
bytes = ${Buffer.byteLength(files[path])}
sha256 = "${sha256(files[path])}"
`
files['VENDORED.toml'] = `# Made by vendor/build.mjs: what comes from elsewhere, and what it was made with.

[[package]]
name = "govuk-frontend"
version = "${version('govuk-frontend')}"
integrity = "${lock.packages['node_modules/govuk-frontend'].integrity}"
licence = "MIT"
licence_text = "LICENSE-govuk-frontend"
used_for = "stylesheet, script, fixtures"
left_out = "fonts, crown, Royal Arms, GOV.UK logotype, icons"

[[package]]
name = "sass"
version = "${version('sass')}"
integrity = "${lock.packages['node_modules/sass'].integrity}"
licence = "MIT"
used_for = "compiles the stylesheets; nothing of it is shipped"
${Object.keys(files).map(entry).join('')}`

const check = process.argv.includes('--check')
let different = 0
for (const [path, text] of Object.entries(files)) {
  const target = join(crate, path)
  const same = existsSync(target) && readFileSync(target, 'utf8') === text
  if (same) continue
  different += 1
  if (!check) {
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
  console.log(`${check ? 'differs' : 'written'}: ${relative(crate, target)}`)
}
if (check && different > 0) {
  console.error('Run "npm ci && npm run build" in vendor/ and commit the result.')
  process.exit(1)
}
console.log(different === 0 ? 'Nothing has changed.' : 'Done.')
