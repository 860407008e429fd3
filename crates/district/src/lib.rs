//! A seeded, believable, obviously fictional school district for demonstrations, tests and benchmarks.
