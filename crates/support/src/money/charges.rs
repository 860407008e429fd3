//! Charges: made when time is delivered, in the same transaction, and settled between payer and
//! payee. Every amount is whole pence; the parts of a day always add up to the day.

use access::Permit;
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At},
    id_type,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use super::machine::{Act, State, step};
use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, Standing,
        store::{self, open, standings},
        terms::Money,
    },
    course::record,
    neighbours,
    time::{Entry, EntryId},
};

id_type! {
    /// A charge.
    ChargeId
}

/// Somebody who pays or is paid: an organisation we know, or a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purse {
    /// An organisation.
    Org(OrgRef),
    /// A name as the agreement gives it: "Alliance fund".
    Name(String),
}

impl std::fmt::Display for Purse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Org(org) => org.fmt(f),
            Self::Name(name) => write!(f, "name:{name}"),
        }
    }
}

impl std::str::FromStr for Purse {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("name:") {
            Some(name) => Ok(Self::Name(name.to_owned())),
            None => text.parse().map(Self::Org).map_err(|error| format!("{error}")),
        }
    }
}

impl Purse {
    /// The organisation, where it is one we know.
    #[must_use]
    pub const fn org(&self) -> Option<OrgRef> {
        match self {
            Self::Org(org) => Some(*org),
            Self::Name(_) => None,
        }
    }
}

/// A charge: what one payer owes one payee for time that was delivered.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Charge {
    /// The identifier.
    pub id: ChargeId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The time it is for.
    pub entry: EntryId,
    on_date: AsText<Date>,
    /// Half-days delivered.
    pub half_days: i64,
    /// The whole day rate, in pence.
    pub day_rate: i64,
    payer: AsText<Purse>,
    payee: AsText<Purse>,
    /// Pence from this payer to this payee.
    pub amount: i64,
    /// Why the two are related, in words; empty where they are not.
    pub related: String,
    state: AsText<State>,
    /// The reference of the invoice.
    pub reference: String,
    /// The last thing said about it.
    pub words: String,
    /// Guards against two people changing it at once.
    pub version: i64,
}

const COLUMNS: &str = "id, agreement, entry, on_date, half_days, day_rate, payer, payee, amount, \
                       related, state, reference, words, version";

impl Charge {
    /// The day.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on_date.0
    }

    /// Who pays.
    #[must_use]
    pub const fn payer(&self) -> &Purse {
        &self.payer.0
    }

    /// Who is paid.
    #[must_use]
    pub const fn payee(&self) -> &Purse {
        &self.payee.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }
}

/// Pence from one payer to one payee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// The funder, to the supporting school.
    pub funder_home: i64,
    /// The funder, to the broker.
    pub funder_broker: i64,
    /// The supported school, to the supporting school.
    pub school_home: i64,
    /// The supported school, to the broker.
    pub school_broker: i64,
}

impl Split {
    /// Everything together.
    #[must_use]
    pub const fn total(self) -> i64 {
        self.funder_home + self.funder_broker + self.school_home + self.school_broker
    }
}

/// Splits the cost of half-days between payers and payees. The funder pays first, until what it
/// promised is used up; its part goes to both payees in the shares that were agreed, and the rest
/// is the supported school's. The four parts add up to the cost exactly.
#[must_use]
pub fn split(money: &Money, half_days: i64, funder_has_paid: i64) -> Split {
    let cost = money.cost(half_days);
    let funder = (money.funder_pays - funder_has_paid).clamp(0, cost.total);
    // Half a penny goes to the supporting school.
    let funder_home =
        if cost.total == 0 { 0 } else { (2 * cost.home * funder + cost.total) / (2 * cost.total) };
    let funder_broker = funder - funder_home;
    Split {
        funder_home,
        funder_broker,
        school_home: cost.home - funder_home,
        school_broker: cost.broker - funder_broker,
    }
}

/// The charges of an agreement, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Charge>, DbError> {
    db.all(
        &format!("SELECT {COLUMNS} FROM charge WHERE agreement = $1 ORDER BY on_date, id"),
        [agreement.into()],
    )
    .await
}

/// Raises the charges of time that was delivered, in the transaction that says so. Time that is
/// given in return costs nothing.
pub(crate) async fn raise(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
    entry: &Entry,
) -> Result<(), Refusal> {
    if entry.giver != agreement.supporting {
        return Ok(());
    }
    let terms = store::current(tx, agreement).await?;
    let money = &terms.terms().money;
    if money.day_rate == 0 {
        return Ok(());
    }
    let funder = match agreement.funder {
        Some(org) => Purse::Org(org),
        None => Purse::Name(money.funder.trim().to_owned()),
    };
    let paid = of(tx, agreement.id)
        .await?
        .iter()
        .filter(|charge| *charge.payer() == funder && charge.state().counts())
        .map(|charge| charge.amount)
        .sum();
    let school = Purse::Org(agreement.supported);
    let home = Purse::Org(agreement.supporting);
    let broker =
        agreement.partnership.map_or_else(|| Purse::Name("The broker".to_owned()), Purse::Org);
    let related = neighbours::related(tx, agreement).await?;
    let split = split(money, entry.half_days, paid);
    for (payer, payee, amount) in [
        (&funder, &home, split.funder_home),
        (&funder, &broker, split.funder_broker),
        (&school, &home, split.school_home),
        (&school, &broker, split.school_broker),
    ] {
        if amount == 0 {
            continue;
        }
        let between_schools = *payer == school && *payee == home;
        tx.run(
            "INSERT INTO charge (id, agreement, entry, on_date, half_days, day_rate, payer, payee,
               amount, related, state, version, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'due', 1, $11)",
            [
                ChargeId::new(&app.ids).into(),
                agreement.id.into(),
                entry.id.into(),
                AsText(entry.on()).into(),
                entry.half_days.into(),
                money.day_rate.into(),
                AsText(payer.clone()).into(),
                AsText(payee.clone()).into(),
                amount.into(),
                if between_schools { related.clone() } else { String::new() }.into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
    }
    let detail = json!({ "entry": entry.id, "pence": split.total() });
    record(tx, permit.context(), agreement, "charges raised", detail).await?;
    Ok(())
}

/// Withdraws the charges of time that is put back to planned.
pub(crate) async fn withdraw(
    tx: &Tx,
    permit: &Permit,
    who: &[Standing],
    entry: EntryId,
) -> Result<(), Refusal> {
    let charges: Vec<Charge> = tx
        .all(
            &format!("SELECT {COLUMNS} FROM charge WHERE entry = $1 AND state <> 'withdrawn'"),
            [entry.into()],
        )
        .await?;
    for charge in charges {
        let to = step(charge.state(), Act::Withdraw, who).ok_or_else(|| {
            Refusal::NotNow(
                "An invoice has gone out for this day, so it cannot be taken back. Waive the \
                 charge instead."
                    .to_owned(),
            )
        })?;
        write(tx, permit, &charge, to, &charge.reference, "").await?;
    }
    Ok(())
}

async fn write(
    tx: &Tx,
    permit: &Permit,
    charge: &Charge,
    to: State,
    reference: &str,
    words: &str,
) -> Result<(), DbError> {
    let touched = tx
        .run(
            "UPDATE charge SET state = $3, reference = $4, words = $5, version = version + 1,
               changed_at = $6 WHERE id = $1 AND version = $2",
            [
                charge.id.into(),
                charge.version.into(),
                to.key().into(),
                reference.into(),
                words.into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
    if touched == 1 { Ok(()) } else { Err(DbError::Conflict("charge")) }
}

/// Does the same to several charges of an agreement, all or none. `note` is the reference of the
/// invoice, the reason or the answer, as the act asks for.
///
/// # Errors
/// [`Refusal`] when a charge is in another state, somebody else decides, or the note is missing.
pub async fn settle(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    charges: &[ChargeId],
    act: Act,
    note: &str,
) -> Result<usize, Refusal> {
    let note = note.trim();
    if charges.is_empty() {
        return Err(Refusal::field("charge", "Choose at least one charge"));
    }
    if act == Act::Withdraw {
        return Err(Refusal::NotNow(
            "A charge is withdrawn by putting its day back to planned.".to_owned(),
        ));
    }
    if note.is_empty() && act != Act::Pay {
        return Err(Refusal::field(
            "note",
            match act {
                Act::Invoice => "Enter the reference of the invoice or the order number",
                _ => "Say it in a sentence both sides can read",
            },
        ));
    }
    let (tx, record_of) = open(app, agreement).await?;
    let who = standings(app, &tx, permit, &record_of).await?;
    let all = of(&tx, agreement).await?;
    let mut pence = 0;
    for id in charges {
        let charge = all.iter().find(|charge| charge.id == *id).ok_or(Refusal::NotFound)?;
        let to = step(charge.state(), act, &who).ok_or_else(|| {
            if step(charge.state(), act, &Standing::ALL).is_some() {
                Refusal::NotYours(match act {
                    Act::Query => "Whoever pays asks about a charge.".to_owned(),
                    _ => "The supporting school's head and the broker do the books.".to_owned(),
                })
            } else {
                Refusal::field(
                    "charge",
                    format!(
                        "A charge of {} is “{}”: leave it out",
                        crate::agreements::terms::pounds(charge.amount),
                        charge.state().in_words().to_lowercase()
                    ),
                )
            }
        })?;
        let reference = if act == Act::Invoice { note } else { &charge.reference };
        let words = if act == Act::Invoice { "" } else { note };
        write(&tx, permit, charge, to, reference, words).await?;
        pence += charge.amount;
    }
    let detail = json!({ "charges": charges.len(), "pence": pence });
    record(&tx, permit.context(), &record_of, act.verb(), detail).await?;
    tx.commit().await?;
    Ok(charges.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(funder_pays: i64) -> Money {
        Money {
            day_rate: 35_000,
            home_share: 30_000,
            broker_share: 5_000,
            funder: "Alliance fund".to_owned(),
            funder_org: None,
            funder_pays,
            ..Money::default()
        }
    }

    #[test]
    fn the_storyboard_adds_up_however_the_days_are_cut() {
        let money = rates(350_000);
        for pieces in [vec![24], vec![1; 24], vec![2, 3, 5, 7, 7]] {
            let mut sum = Split::default();
            for piece in pieces {
                let part = split(&money, piece, sum.funder_home + sum.funder_broker);
                assert_eq!(part.total(), money.cost(piece).total);
                sum = Split {
                    funder_home: sum.funder_home + part.funder_home,
                    funder_broker: sum.funder_broker + part.funder_broker,
                    school_home: sum.school_home + part.school_home,
                    school_broker: sum.school_broker + part.school_broker,
                };
            }
            // 12.0 of 12.5 days were delivered: £4,200, of which £3,600 home and £600 broker.
            assert_eq!(sum.total(), 420_000);
            assert_eq!(sum.funder_home + sum.school_home, 360_000);
            assert_eq!(sum.funder_broker + sum.school_broker, 60_000);
            assert_eq!(sum.funder_home + sum.funder_broker, 350_000);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_penny_is_lost_or_made(
            rate in 0_i64..100_000, share in 0_i64..=100, promised in 0_i64..2_000_000,
            paid in 0_i64..2_000_000, half_days in 1_i64..40,
        ) {
            let rate = rate * 2;
            let home = rate / 2 * share / 100 * 2;
            let money = Money {
                day_rate: rate, home_share: home, broker_share: rate - home,
                funder_pays: promised, ..Money::default()
            };
            let parts = split(&money, half_days, paid);
            let cost = money.cost(half_days);
            proptest::prop_assert_eq!(parts.total(), cost.total);
            proptest::prop_assert_eq!(parts.funder_home + parts.school_home, cost.home);
            let all = [parts.funder_home, parts.funder_broker, parts.school_home, parts.school_broker];
            proptest::prop_assert!(all.iter().all(|part| *part >= 0), "{:?}", parts);
            proptest::prop_assert!(parts.funder_home + parts.funder_broker <= (promised - paid).max(0));
        }
    }
}
