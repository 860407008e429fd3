//! Imports on the web.
