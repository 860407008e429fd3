//! Typed components that render the markup of GOV.UK Frontend, held to its published fixtures.
