//! Agreements, plans, milestones, reviews, exit and the verdict for both schools.
