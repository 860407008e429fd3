//! The ground floor: ids, clock, terms, errors, database, event log, jobs, mail, page layout, forms and configuration.
