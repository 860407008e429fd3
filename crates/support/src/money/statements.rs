//! Statements: what an organisation gave and received, pays and is paid over a period, as tables
//! for the people who do the books. A statement holds what its reader may read and nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::Visitor;
use foundation::{
    DbError, OrgRef, Sql,
    clock::date_in_words,
    terms::AcademicYear,
    web::{Cell, Table},
};
use jiff::civil::Date;

use super::{
    charges::{self, Charge, Purse},
    machine::State,
    returns::{self, Return},
};
use crate::{
    agreements::{Agreement, store},
    neighbours,
    time::{self, Entry, EntryState, GiveReceive, Totals},
};

/// From one day to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Period {
    /// A whole academic year.
    #[must_use]
    pub fn year(year: AcademicYear) -> Self {
        Self { from: year.start(), to: year.end() }
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && on <= self.to
    }

    /// "1 September 2026 to 31 August 2027".
    #[must_use]
    pub fn in_words(&self) -> String {
        format!("{} to {}", date_in_words(self.from), date_in_words(self.to))
    }
}

/// The half-days agreed in each of some agreements.
///
/// # Errors
/// When the database cannot be read.
pub async fn agreed(
    db: &impl Sql,
    agreements: &[Agreement],
) -> Result<HashMap<crate::AgreementId, i64>, crate::Refusal> {
    let mut found = HashMap::new();
    for agreement in agreements {
        let terms = store::current(db, agreement).await?;
        found.insert(agreement.id, terms.terms().half_days());
    }
    Ok(found)
}

/// What an organisation gave, received, pays and is paid.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Whose.
    pub org: OrgRef,
    /// For when.
    pub period: Period,
    /// The agreements it is made of.
    pub agreements: Vec<Agreement>,
    /// Time, by day.
    pub entries: Vec<Entry>,
    /// Charges, by day.
    pub charges: Vec<Charge>,
    names: HashMap<OrgRef, String>,
    returns: HashMap<crate::AgreementId, Return>,
}

/// The statement of an organisation, from the agreements whose books the visitor may read. For a
/// partnership it covers everything that is brokered through it.
///
/// # Errors
/// When the database cannot be read.
pub async fn statement(
    db: &impl Sql,
    visitor: &Visitor,
    org: OrgRef,
    period: Period,
) -> Result<Statement, DbError> {
    let agreements: Vec<Agreement> = store::readable_books(db, visitor)
        .await?
        .into_iter()
        .filter(|one| {
            one.supported == org
                || one.supporting == org
                || one.partnership == Some(org)
                || one.funder == Some(org)
        })
        .collect();
    let (mut entries, mut found) = (Vec::new(), Vec::new());
    let mut back = HashMap::new();
    for agreement in &agreements {
        if agreement.state().has_begun() {
            back.insert(agreement.id, returns::of(db, agreement).await?);
        }
        entries.extend(time::of(db, agreement.id).await?);
        found.extend(charges::of(db, agreement.id).await?);
    }
    entries.retain(|entry| period.holds(entry.on()));
    found.retain(|charge| period.holds(charge.on()));
    entries.sort_by_key(|entry| (entry.on(), entry.id));
    found.sort_by_key(|charge| (charge.on(), charge.id));
    let orgs: BTreeSet<OrgRef> = agreements
        .iter()
        .flat_map(|one| [Some(one.supported), Some(one.supporting), one.partnership, one.funder])
        .flatten()
        .chain([org])
        .collect();
    let names = neighbours::names(db, orgs).await?;
    Ok(Statement { org, period, agreements, entries, charges: found, names, returns: back })
}

impl Statement {
    /// The name of an organisation in it.
    #[must_use]
    pub fn name(&self, org: OrgRef) -> String {
        self.names.get(&org).cloned().unwrap_or_else(|| org.to_string())
    }

    /// The name of somebody who pays or is paid.
    #[must_use]
    pub fn purse(&self, purse: &Purse) -> String {
        match purse {
            Purse::Org(org) => self.name(*org),
            Purse::Name(name) => name.clone(),
        }
    }

    fn title(&self, of: crate::AgreementId) -> String {
        self.agreements
            .iter()
            .find(|one| one.id == of)
            .map_or_else(String::new, |one| one.title.clone())
    }

    /// What the organisation gave and received.
    #[must_use]
    pub fn give_receive(&self) -> GiveReceive {
        let mut both = GiveReceive::default();
        for entry in &self.entries {
            if entry.giver == self.org {
                both.given.add(entry.state(), entry.half_days);
            }
            if entry.receiver == self.org {
                both.received.add(entry.state(), entry.half_days);
            }
        }
        both
    }

    /// Pence to be paid to the organisation and by it, waived and withdrawn ones left out.
    #[must_use]
    pub fn in_and_out(&self) -> (i64, i64) {
        let me = Purse::Org(self.org);
        let sum = |by: fn(&Charge) -> &Purse| {
            self.charges
                .iter()
                .filter(|charge| charge.state().counts() && *by(charge) == me)
                .map(|charge| charge.amount)
                .sum()
        };
        (sum(Charge::payee), sum(Charge::payer))
    }

    fn notes(&self) -> Vec<String> {
        vec![
            format!("{}, {}.", self.name(self.org), self.period.in_words()),
            "From the agreements you may read. Time is kept in half-days; amounts are pounds \
             without tax."
                .to_owned(),
        ]
    }

    /// Every day given and received.
    #[must_use]
    pub fn days(&self) -> Table {
        let rows = self.entries.iter().map(|entry| {
            let why = match entry.state() {
                EntryState::Cancelled => entry.reason_in_words().to_owned(),
                _ => String::new(),
            };
            vec![
                Cell::text(entry.on().to_string()),
                Cell::text(self.title(entry.agreement)),
                Cell::text(entry.person.clone()),
                Cell::text(self.name(entry.giver)),
                Cell::text(self.name(entry.receiver)),
                Cell::Number(entry.half_days as f64 / 2.0, 1),
                Cell::text(entry.state().in_words()),
                Cell::text(why),
            ]
        });
        Table {
            caption: "Days given and received".to_owned(),
            columns: ["Day", "Support", "Who", "From", "To", "Days", "Status", "If cancelled, why"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.collect(),
            notes: self.notes(),
        }
    }

    /// Every charge: the invoice schedule.
    #[must_use]
    pub fn schedule(&self) -> Table {
        let rows = self.charges.iter().map(|charge| {
            let pounds = |pence: i64| Cell::Number(pence as f64 / 100.0, 2);
            vec![
                Cell::text(charge.on().to_string()),
                Cell::text(self.title(charge.agreement)),
                Cell::text(self.purse(charge.payer())),
                Cell::text(self.purse(charge.payee())),
                Cell::Number(charge.half_days as f64 / 2.0, 1),
                pounds(charge.day_rate),
                pounds(charge.amount),
                Cell::text(charge.state().in_words()),
                Cell::text(charge.reference.clone()),
                Cell::text(if charge.related.is_empty() {
                    "No".to_owned()
                } else {
                    format!("Yes: {}", charge.related)
                }),
                Cell::text(charge.id.to_string()),
            ]
        });
        let mut notes = self.notes();
        notes.push(
            "A day may have several lines, one for each payer and payee; the lines of a day add \
             up to its rate."
                .to_owned(),
        );
        Table {
            caption: "Invoice schedule".to_owned(),
            columns: [
                "Day",
                "Support",
                "Payer",
                "Payee",
                "Days",
                "Day rate (£)",
                "Amount (£)",
                "Status",
                "Invoice or order",
                "Related party",
                "Line",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: rows.collect(),
            notes,
        }
    }

    /// What each payer pays, alphabetically: to be invoiced, invoiced, paid.
    #[must_use]
    pub fn by_payer(&self) -> Table {
        let mut by: BTreeMap<String, [i64; 3]> = BTreeMap::new();
        for charge in self.charges.iter().filter(|charge| charge.state().counts()) {
            let column = match charge.state() {
                State::Paid => 2,
                State::Invoiced => 1,
                _ => 0,
            };
            by.entry(self.purse(charge.payer())).or_default()[column] += charge.amount;
        }
        let money = |pence: i64| Cell::Number(pence as f64 / 100.0, 2);
        Table {
            caption: "By payer".to_owned(),
            columns: ["Payer", "To be invoiced (£)", "Invoiced (£)", "Paid (£)", "Together (£)"]
                .map(str::to_owned)
                .to_vec(),
            rows: by
                .into_iter()
                .map(|(name, [due, invoiced, paid])| {
                    vec![
                        Cell::text(name),
                        money(due),
                        money(invoiced),
                        money(paid),
                        money(due + invoiced + paid),
                    ]
                })
                .collect(),
            notes: self.notes(),
        }
    }

    /// What was promised, delivered and cancelled in each support, and why.
    #[must_use]
    pub fn pledged(&self, agreed: &HashMap<crate::AgreementId, i64>) -> Table {
        let rows = self.agreements.iter().filter_map(|agreement| {
            let mut totals = Totals::default();
            let mine: Vec<Entry> = self
                .entries
                .iter()
                .filter(|e| e.agreement == agreement.id && e.giver == agreement.supporting)
                .cloned()
                .collect();
            for entry in &mine {
                totals.add(entry.state(), entry.half_days);
            }
            let agreed = agreed.get(&agreement.id)?;
            let why = time::cancelled_why(&mine)
                .into_iter()
                .map(|(code, half_days)| {
                    let words = time::why_in_words(&code).to_lowercase();
                    format!("{words}: {}", crate::agreements::terms::days(half_days))
                })
                .collect::<Vec<_>>()
                .join("; ");
            let days = |half_days: i64| Cell::Number(half_days as f64 / 2.0, 1);
            Some(vec![
                Cell::Link(agreement.title.clone(), format!("/agreements/{}/time", agreement.id)),
                Cell::text(self.name(agreement.supporting)),
                Cell::text(self.name(agreement.supported)),
                days(*agreed),
                days(totals.delivered),
                days(totals.planned),
                days(totals.cancelled),
                Cell::text(why),
            ])
        });
        Table {
            caption: "Agreed, delivered and cancelled".to_owned(),
            columns: [
                "Support",
                "From",
                "To",
                "Agreed",
                "Delivered",
                "Planned",
                "Cancelled",
                "If cancelled, why",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: rows.collect(),
            notes: self.notes(),
        }
    }

    /// The days promised in return: who owes them to whom, over the whole of each support.
    #[must_use]
    pub fn owed(&self) -> Table {
        let days = |half_days: i64| Cell::Number(half_days as f64 / 2.0, 1);
        let rows = self.agreements.iter().filter_map(|agreement| {
            let back = self.returns.get(&agreement.id).filter(|back| back.agreed > 0)?;
            Some(vec![
                Cell::Link(agreement.title.clone(), format!("/agreements/{}/time", agreement.id)),
                Cell::text(self.name(agreement.supported)),
                Cell::text(self.name(agreement.supporting)),
                days(back.agreed),
                days(back.delivered),
                days(back.planned),
                days(back.owed()),
                Cell::text(agreement.end_on().map_or_else(String::new, date_in_words)),
            ])
        });
        Table {
            caption: "Days in return".to_owned(),
            columns: [
                "Support",
                "Owed by",
                "Owed to",
                "Agreed",
                "Given back",
                "Planned",
                "Still owed",
                "By",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: rows.collect(),
            notes: vec![
                "Over the whole of each support, whatever the period of this page.".to_owned(),
            ],
        }
    }

    /// Who gave and received how much, alphabetically, with what the whole comes to.
    #[must_use]
    pub fn balance(&self) -> Table {
        let mut by: BTreeMap<OrgRef, GiveReceive> = BTreeMap::new();
        for entry in &self.entries {
            by.entry(entry.giver).or_default().given.add(entry.state(), entry.half_days);
            by.entry(entry.receiver).or_default().received.add(entry.state(), entry.half_days);
        }
        let days = |half_days: i64| Cell::Number(half_days as f64 / 2.0, 1);
        let row = |name: String, both: &GiveReceive| {
            vec![
                Cell::text(name),
                days(both.given.delivered),
                days(both.received.delivered),
                days(both.given.planned),
                days(both.received.planned),
            ]
        };
        let mut named: Vec<(String, GiveReceive)> =
            by.into_iter().map(|(org, both)| (self.name(org), both)).collect();
        named.sort_by_key(|(name, _)| name.to_lowercase());
        let mut whole = GiveReceive::default();
        for (_, both) in &named {
            whole.given.join(both.given);
            whole.received.join(both.received);
        }
        let mut rows: Vec<Vec<Cell>> =
            named.iter().map(|(name, both)| row(name.clone(), both)).collect();
        if !rows.is_empty() {
            rows.push(row("Everybody".to_owned(), &whole));
        }
        Table {
            caption: "Give and receive".to_owned(),
            columns: ["School", "Given", "Received", "To be given", "To be received"]
                .map(str::to_owned)
                .to_vec(),
            rows,
            notes: self.notes(),
        }
    }
}
