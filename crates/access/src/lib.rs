//! Accounts, sign-in, roles, privacy zones, policy decisions, audit and access log.
