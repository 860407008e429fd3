// Keeps a note of visit on the device while it is written and brings it to the server exactly once.
//
// Every change is written to the browser's storage at once, then sent. The server knows the note by
// its key and the change by device and revision, so sending again does no harm. When the server has
// everything, the words leave the device.

const PREFIX = 'alongside-note-'
const fields = ['took_part', 'strengths', 'seen', 'progress', 'challenge', 'evidence', 'steps', 'next', 'raised', 'raised_at']
const form = document.querySelector('form[data-note]')
const visit = form && (form.dataset.visit || location.pathname.split('/')[2])
const place = document.querySelector('[data-note-state]')

const token = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function read (id) {
  try { return JSON.parse(localStorage.getItem(PREFIX + id)) } catch { return null }
}

function write (id, draft) {
  try {
    localStorage.setItem(PREFIX + id, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

const forget = (id) => localStorage.removeItem(PREFIX + id)

function say (words, kind = 'inset') {
  if (!place) return
  const box = document.createElement('p')
  box.className = kind === 'inset' ? 'govuk-body-s' : 'govuk-inset-text'
  box.textContent = words
  place.replaceChildren(box)
  return box
}

function typed () {
  const data = new FormData(form)
  return Object.fromEntries(fields.map((name) => [name, data.get(name) ?? '']))
}

function show (values) {
  for (const name of fields) {
    const value = values[name] ?? ''
    for (const element of form.querySelectorAll(`[name="${name}"]`)) {
      if (element.type === 'radio') element.checked = element.value === value
      else element.value = value
    }
  }
}

/** Sends a draft; resolves with what the server said, or with nothing when it could not be reached. */
async function post (id, draft) {
  const body = new URLSearchParams({ ...draft.fields, key: draft.key, device: draft.device, base: draft.base, revision: draft.revision, act: draft.send ? 'send' : 'save' })
  try {
    const answer = await fetch(`/visits/${id}/note`, { method: 'POST', body, headers: { Accept: 'application/json' }, redirect: 'manual', cache: 'no-store' })
    if (answer.type === 'opaqueredirect') return { status: 401 }
    const json = (answer.headers.get('content-type') ?? '').startsWith('application/json')
    return { status: answer.status, body: json ? await answer.json() : null }
  } catch {
    return null
  }
}

const time = () => new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/** Brings one draft to the server. Drafts of other pages are brought quietly. */
async function bring (id) {
  const draft = read(id)
  if (!draft || draft.settled || draft.conflict) return
  const here = id === visit
  const answer = await post(id, draft)
  const newest = read(id)
  if (!newest) return
  if (!answer) {
    if (here) say(draft.send ? 'No connection. Your note is kept on this device and is sent by itself as soon as there is one; you may close this page.' : 'No connection. What you type is kept on this device.', 'box')
    return
  }
  if (answer.status === 200 && answer.body?.sent) {
    forget(id)
    if (here) location.assign(answer.body.to)
    return
  }
  if (answer.status === 200) {
    const revision = answer.body.revision
    if (newest.revision > draft.revision) {
      write(id, { ...newest, base: revision })
    } else {
      // The server has every word: nothing of it stays on the device.
      write(id, { who: draft.who, key: draft.key, device: draft.device, base: revision, revision, settled: true })
      if (here) say(`Saved at ${time()}.`)
    }
    return
  }
  if (answer.status === 409 && answer.body) {
    write(id, { ...newest, conflict: answer.body, send: false })
    if (here) choose()
    return
  }
  if (answer.status === 422) {
    write(id, { ...newest, send: false })
    if (!here) return
    if (draft.send && form.dataset.visit) {
      // The server's own page names each problem beside its field.
      sendPlainly(newest)
    } else {
      say(answer.body.problems.map((one) => one.message).join('. '), 'box')
    }
    return
  }
  write(id, { ...newest, send: draft.send })
  if (here) say(answer.status === 401 ? 'You are signed out. What you typed is kept on this device: sign in and open this page again.' : 'The server did not take the note. What you typed is kept on this device: open this page again later.', 'box')
}

let plain = false
function sendPlainly (draft) {
  plain = true
  for (const name of ['key', 'device', 'base', 'revision']) form.elements[name].value = draft[name]
  form.querySelector('button[value="send"]').click()
}

/** Two texts of one note: the writer decides, and neither is lost before. */
function choose () {
  const draft = read(visit)
  const box = say('This note was also saved from elsewhere. What you typed here is still in the form and on this device.', 'box')
  const button = (words, act) => {
    const one = document.createElement('button')
    one.type = 'button'
    one.className = 'govuk-button govuk-button--secondary'
    one.textContent = words
    one.addEventListener('click', act)
    return one
  }
  const buttons = document.createElement('div')
  buttons.className = 'govuk-button-group'
  const { key, revision, fields: other } = draft.conflict
  const settle = (values) => {
    show(values)
    write(visit, { ...draft, conflict: undefined, fields: values, key, base: revision, revision: Math.max(revision, draft.revision) + 1 })
    say('Saving…')
    bring(visit)
  }
  const together = Object.fromEntries(fields.map((name) => {
    const [theirs, mine] = [other[name] ?? '', draft.fields[name] ?? '']
    if (!theirs || theirs === mine || name.startsWith('raised')) return [name, mine || theirs]
    return [name, mine ? `${theirs}\n${mine}` : theirs]
  }))
  buttons.append(
    button('Put both together', () => settle(together)),
    button('Keep what I typed here', () => settle(draft.fields)),
    button('Take the other text', () => {
      show(other)
      write(visit, { who: draft.who, key, device: token(), base: revision, revision, settled: true })
      say('You have the other text now.')
    })
  )
  box.after(buttons)
}

let waiting
async function everything () {
  clearTimeout(waiting)
  const ids = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length))
  for (const id of ids) {
    const draft = read(id)
    // Words that belong to another person of this device are not touched.
    if (form?.dataset.who && draft?.who && draft.who !== form.dataset.who) continue
    if (id === visit || draft?.send) await bring(id)
  }
  const left = ids.some((id) => { const draft = read(id); return draft && !draft.settled && !draft.conflict })
  if (left) waiting = setTimeout(everything, 15_000)
}

let soon
function begin () {
  const online = Boolean(form.dataset.visit)
  const start = online
    ? { who: form.dataset.who, key: form.elements.key.value, device: form.elements.device.value, base: Number(form.elements.base.value) }
    : { who: '', key: token(), device: token(), base: 0 }
  let draft = read(visit)
  if (draft && online && draft.who && draft.who !== start.who) draft = null
  if (draft?.settled) {
    // The server has those words. Without a connection they cannot be shown here, so what is written
    // now is a text of its own until the writer brings the two together.
    forget(visit)
    draft = null
  }
  if (draft?.fields) {
    show(draft.fields)
    if (online && !draft.who) write(visit, { ...draft, who: start.who })
    if (draft.conflict) choose()
  }
  form.addEventListener('input', () => {
    const last = read(visit) ?? { ...start, revision: start.base }
    const kept = write(visit, { ...last, settled: undefined, fields: typed(), revision: last.revision + 1, send: false })
    if (!kept) {
      say('This browser keeps nothing: press “Save for later” before you leave the page.', 'box')
      return
    }
    clearTimeout(soon)
    soon = setTimeout(() => bring(visit), 800)
  })
  form.addEventListener('submit', (event) => {
    if (plain) return
    const last = read(visit) ?? { ...start, revision: start.base }
    if (last.conflict) { event.preventDefault(); choose(); return }
    const sends = event.submitter?.value === 'send'
    if (!write(visit, { ...last, settled: undefined, fields: typed(), revision: last.revision + 1, send: sends })) return
    event.preventDefault()
    clearTimeout(soon)
    say(sends ? 'Sending…' : 'Saving…')
    everything()
  })
}

if (form) begin()
everything()
window.addEventListener('online', everything)
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') everything() })
if ('serviceWorker' in navigator) navigator.serviceWorker.register('/visits/worker.js').catch(() => {})
