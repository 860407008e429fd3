// Talks to the device about passkeys. The page says what to ask in data attributes; the answer
// goes into the form's hidden fields and the form is sent as any other.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))

const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

const minutes = 5 * 60 * 1000

async function create (data) {
  const { response } = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(data.challenge),
      rp: { id: data.host, name: 'Alongside' },
      user: { id: bytes(data.user), name: data.name, displayName: data.shown },
      pubKeyCredParams: data.kinds.split(' ').map((kind) => ({ type: 'public-key', alg: Number(kind) })),
      excludeCredentials: data.known.split(' ').filter(Boolean).map((id) => ({ type: 'public-key', id: bytes(id) })),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
      timeout: minutes
    }
  })
  return { client: text(response.clientDataJSON), attestation: text(response.attestationObject) }
}

async function get (data) {
  const { id, response } = await navigator.credentials.get({
    publicKey: { challenge: bytes(data.challenge), rpId: data.host, userVerification: 'required', timeout: minutes }
  })
  return {
    credential: id,
    client: text(response.clientDataJSON),
    authenticator: text(response.authenticatorData),
    signature: text(response.signature)
  }
}

const trouble = {
  InvalidStateError: 'This device has a passkey for your account already.',
  NotAllowedError: 'Nothing was sent: it was stopped, or it took too long. Try again, or use another way.',
  SecurityError: 'Passkeys work only at the address of this service, over a safe connection. Use another way.'
}

for (const place of document.querySelectorAll('[data-passkey]')) {
  if (!window.PublicKeyCredential) break
  const form = place.querySelector('form')
  const status = place.querySelector('[data-passkey-status]')
  const button = form.querySelector('button')
  const act = place.dataset.passkey === 'create' ? create : get
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const name = form.elements.namedItem('name')
    if (name && !name.value.trim()) return form.submit()
    status.textContent = 'Your device is asking you now.'
    button.disabled = true
    try {
      const answer = await act(place.dataset)
      for (const [field, value] of Object.entries(answer)) form.elements.namedItem(field).value = value
      status.textContent = ''
      form.submit()
    } catch (error) {
      status.textContent = trouble[error.name] ?? 'Your device could not do this. Try again, or use another way.'
    } finally {
      button.disabled = false
    }
  })
  place.hidden = false
  const without = document.querySelector('[data-passkey-without]')
  if (without) without.hidden = true
}
