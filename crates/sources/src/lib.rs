//! Public education file layouts turned into typed records plus a list of problems.
