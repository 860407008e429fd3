//! What a broker keeps an eye on: agreements that wait for a signature, supports in which nothing
//! moves, schools where several supports meet, and days that were cancelled. Prompts for a friendly
//! call, never a mark against a school; lists are alphabetical.

use std::collections::BTreeMap;

use access::Visitor;
use foundation::{
    DbError, OrgRef, Sql,
    clock::{date_in_words, london},
    web::{Cell, Table},
};
use jiff::civil::Date;

use crate::{
    AgreementId, Refusal,
    agreements::{
        Agreement, State, Terms,
        store::{self, signed},
        terms::days,
    },
    calendar::calendar,
    neighbours, silence,
    time::{self, Totals},
};

/// After how many days without any act a support is called quiet whose agreement says nothing
/// about it; school holidays are left out.
pub const QUIET_DAYS: i64 = 42;

/// What waits in a broker's supports, as tables.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Agreements that somebody still has to sign.
    pub unsigned: Table,
    /// Supports in which nothing has moved for weeks, or planned days that nobody has settled.
    pub quiet: Table,
    /// Schools that receive several supports at once.
    pub overlaps: Table,
    /// Half-days delivered and cancelled, support by support.
    pub delivered: Table,
    /// Supports that answer no request and name no area of need.
    pub unlinked: Table,
    /// The agreements of those rows, in their order: the rooms above know of other needs.
    pub unlinked_ids: Vec<AgreementId>,
}

pub(crate) fn table(caption: &str, columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    Table {
        caption: caption.to_owned(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        rows,
        notes: Vec::new(),
    }
}

pub(crate) fn link(agreement: &Agreement, page: &str) -> Cell {
    let title = match agreement.title.trim() {
        "" => "An agreement without a title yet",
        title => title,
    };
    Cell::Link(title.to_owned(), format!("/agreements/{}{page}", agreement.id))
}

/// Looks at every support that is brokered through a partnership and that the visitor may read.
///
/// # Errors
/// When the database cannot be read.
pub async fn over(
    db: &impl Sql,
    visitor: &Visitor,
    partnership: OrgRef,
    today: Date,
) -> Result<Watch, Refusal> {
    among(db, visitor, today, |agreement| agreement.partnership == Some(partnership)).await
}

/// Looks at every support of some that the visitor may read.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn among(
    db: &impl Sql,
    visitor: &Visitor,
    today: Date,
    which: impl Fn(&Agreement) -> bool,
) -> Result<Watch, Refusal> {
    let mut all: Vec<Agreement> = store::readable(db, visitor).await?;
    all.retain(which);
    let names = neighbours::names(db, all.iter().flat_map(|a| [a.supported, a.supporting])).await?;
    let name = |org: OrgRef| names.get(&org).cloned().unwrap_or_default();
    all.sort_by_cached_key(|agreement| name(agreement.supported).to_lowercase());
    let pair = |a: &Agreement| [Cell::text(name(a.supported)), Cell::text(name(a.supporting))];
    let (mut unsigned, mut quiet, mut delivered, mut unlinked) = (vec![], vec![], vec![], vec![]);
    let mut unlinked_ids = Vec::new();
    let mut receiving: BTreeMap<String, Vec<&Agreement>> = BTreeMap::new();
    for agreement in &all {
        if agreement.state().awaits_signature() {
            let mut row = vec![link(agreement, "")];
            row.extend(pair(agreement));
            row.extend(missing(db, agreement).await?);
            unsigned.push(row);
        }
        if agreement.state().in_force() {
            receiving.entry(name(agreement.supported)).or_default().push(agreement);
            let totals = time::totals(db, agreement.id).await?;
            let version = store::current(db, agreement).await?;
            let terms = version.terms();
            if let Some(words) = stalled(db, agreement, terms, today).await? {
                let mut row = vec![link(agreement, "")];
                row.extend(pair(agreement));
                row.push(Cell::text(words));
                quiet.push(row);
            }
            let mut row = vec![link(agreement, "/time")];
            row.extend(pair(agreement));
            row.extend(in_days(totals));
            delivered.push(row);
            if agreement.request.is_none() && terms.area.trim().is_empty() {
                let mut row = vec![link(agreement, "")];
                row.extend(pair(agreement));
                row.push(Cell::text(days(terms.half_days())));
                unlinked.push(row);
                unlinked_ids.push(agreement.id);
            }
        }
    }
    let overlaps = receiving
        .into_iter()
        .filter(|(_, several)| several.len() > 1)
        .map(|(school, several)| {
            let who: Vec<String> = several.iter().map(|one| name(one.supporting)).collect();
            let what: Vec<&str> = several.iter().map(|one| one.title.as_str()).collect();
            vec![Cell::text(school), Cell::text(who.join("; ")), Cell::text(what.join("; "))]
        })
        .collect();
    Ok(Watch {
        unsigned: table(
            "Waiting for signatures",
            &["Support", "For", "From", "Sent", "Who still signs"],
            unsigned,
        ),
        quiet: table("Quiet supports", &["Support", "For", "From", "What there is to ask"], quiet),
        overlaps: table(
            "Schools where several supports meet",
            &["School", "Supported by", "With what"],
            overlaps,
        ),
        delivered: table(
            "Days of current supports",
            &["Support", "For", "From", "Delivered", "Planned", "Cancelled"],
            delivered,
        ),
        unlinked: table(
            "Supports that name no need",
            &["Support", "For", "From", "Days agreed"],
            unlinked,
        ),
        unlinked_ids,
    })
}

fn in_days(totals: Totals) -> [Cell; 3] {
    [totals.delivered, totals.planned, totals.cancelled]
        .map(|half_days| Cell::Number(half_days as f64 / 2.0, 1))
}

/// When the newest version was sent, and whose signature is missing.
async fn missing(db: &impl Sql, agreement: &Agreement) -> Result<[Cell; 2], Refusal> {
    let version = store::version(db, agreement.id, agreement.latest).await?;
    let so_far = signed(&store::signatures(db, agreement.id).await?, agreement.latest);
    let mut who = Vec::new();
    if !so_far.supported {
        who.push("the head of the supported school");
    }
    if version.terms().chair_signs() && !so_far.chair {
        who.push("its chair");
    }
    if !so_far.supporting {
        who.push("the head of the supporting school");
    }
    let sent = version.sealed_at().map_or_else(String::new, |at| date_in_words(london(at)));
    Ok([Cell::text(sent), Cell::text(who.join("; "))])
}

/// What there is to ask about a support in which nothing moves; nothing where it does.
async fn stalled(
    db: &impl Sql,
    agreement: &Agreement,
    terms: &Terms,
    today: Date,
) -> Result<Option<String>, DbError> {
    let mut words = Vec::new();
    if let Some((last, _)) = silence::last_word(db, agreement).await?
        && agreement.state() != State::Paused
        && calendar().days_of_term(last, today) >= terms.quiet.map_or(QUIET_DAYS, |it| it.asked)
    {
        words.push(format!("Nothing was written down since {}", date_in_words(last)));
    }
    let open = time::unsettled(db, agreement.id, today).await?;
    if open > 0 {
        let planned = if open == 1 { "planned day has" } else { "planned days have" };
        words.push(format!("{open} {planned} passed without a word"));
    }
    Ok(if words.is_empty() { None } else { Some(words.join(". ")) })
}
