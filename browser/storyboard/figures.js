// Figures as the public files print them, to compare the pages with.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Splits a line of CSV; fields may be quoted. */
const fields = (line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field]) => field.replace(/^"|"$/g, '').replaceAll('""', '"'))

/** The row of a school in a file: a function from column to text. */
export function published (folder, file, urn) {
  const [header, ...rows] = readFileSync(join(folder, file), 'latin1').replace(/^\u00ef\u00bb\u00bf/, '').split(/\r?\n/).filter(Boolean).map(fields)
  const at = (column) => {
    const place = header.indexOf(column)
    if (place < 0) throw new Error(`${file} has no column ${column}: ${header.join(' ')}`)
    return place
  }
  const row = rows.find((row) => row[at('URN')] === String(urn))
  if (!row) throw new Error(`${file} has no school ${urn}`)
  return (column) => row[at(column)]
}
