// Marks the page as scripted and starts the components. A module of its own, so that a strict
// content security policy needs no exception.
import { initAll } from './vendor/govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()

// The components mark a radio button that reveals a question with aria-expanded, which ARIA does not
// allow on radio buttons; they set it again whenever the choice changes.
function clean (element) {
  if (element.type === 'radio') element.removeAttribute('aria-expanded')
}
document.querySelectorAll('[aria-expanded]').forEach(clean)
new MutationObserver((changes) => changes.forEach((change) => clean(change.target))).observe(
  document.body,
  { subtree: true, attributes: true, attributeFilter: ['aria-expanded'] }
)
