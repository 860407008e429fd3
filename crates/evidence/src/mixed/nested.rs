//! Two levels of groups: schools in trusts, years in schools.
