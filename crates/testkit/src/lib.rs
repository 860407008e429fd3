//! Test application, personas, builders, frozen clock and both databases.
