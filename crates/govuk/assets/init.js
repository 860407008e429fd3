// Marks the page as scripted and starts the components. A module of its own, so that a strict
// content security policy needs no exception.
import { initAll } from './vendor/govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
