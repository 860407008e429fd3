// One demonstration for all journeys that only look; journeys that act start their own.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder, start } from './server.js'

export default async function setup () {
  const server = await start(folder(), 'demo')
  const people = Object.fromEntries(
    [...server.printed().matchAll(/^ *(.+?) {2,}.*?(https?:\/\/\S+\/sign-in\/\S+)$/gm)].map(([, name, link]) => [name.trim(), link])
  )
  if (Object.keys(people).length < 5) throw new Error(`no sign-in links in:\n${server.printed()}`)
  process.env.ALONGSIDE_DEMO = server.address
  process.env.ALONGSIDE_DEMO_PEOPLE = JSON.stringify(people)
  writeFileSync(join(folder(), 'server.txt'), server.printed())
  return () => server.stop()
}
