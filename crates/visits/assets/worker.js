// Lets the page of a note open without a connection. It keeps the empty form and the look of the
// page and nothing about anybody.

const KEPT = 'alongside-visits-EDITION'
const SHELL = '/visits/note-shell'
const NOTE = /^\/visits\/[0-9a-f-]{36}\/note$/

async function keep () {
  const cache = await caches.open(KEPT)
  const shell = await fetch(SHELL, { credentials: 'omit', cache: 'no-store' })
  if (!shell.ok) throw new Error('the empty form did not come')
  const text = await shell.clone().text()
  await cache.put(SHELL, shell)
  const parts = [...text.matchAll(/(?:href|src)="(\/(?:assets\/|visits\/note\.js)[^"]*)"/g)].map(([, address]) => address)
  await cache.addAll([...new Set([...parts, '/assets/vendor/govuk-frontend.min.js'])])
}

self.addEventListener('install', (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('alongside-visits-') && name !== KEPT) await caches.delete(name)
    }
    await self.clients.claim()
  })())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  const page = request.mode === 'navigate' && NOTE.test(url.pathname)
  const part = url.pathname.startsWith('/assets/') || url.pathname === '/visits/note.js'
  if (!page && !part) return
  event.respondWith(fetch(request).catch(async (lost) => {
    const cache = await caches.open(KEPT)
    const kept = page ? await cache.match(SHELL) : await cache.match(request, { ignoreSearch: true })
    if (kept) return kept
    throw lost
  }))
})
