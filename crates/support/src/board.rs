//! What a school or a trust tells its board about its work with others: days both ways, money,
//! what people can do now, open high risks, and what became of it for both schools. Nothing about
//! single children, nothing of private conversations, no rank.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::{Kind, Permit, Resource, Role, Zone, accounts};
use brokerage::requests::Beneficiary;
use foundation::{
    App, DbError, OrgRef, Sql,
    clock::london,
    db::AsText,
    events::{self, Event},
    mail::{self, Letter},
    web::{Cell, Table},
};
use jiff::{ToSpan as _, civil::Date};
use sea_orm::FromQueryResult;

use crate::{
    Refusal,
    agreements::{
        Agreement, AgreementId, Side, store,
        terms::{days, pounds},
    },
    calendar::calendar,
    care::{
        floors::{self, Floor},
        risks::{self, Risk},
    },
    exits::{self, Gain},
    impact,
    money::{
        charges::{self, Charge},
        statements::Period,
    },
    neighbours,
    pack::Direction,
    stories,
    time::{self, Entry, EntryState, GiveReceive, Totals},
};

/// One support as the board reads of it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The agreement.
    pub agreement: Agreement,
    /// Which side the board's own school is on; the supported one where both are its own.
    pub side: Side,
    /// Time in the period.
    pub time: Totals,
    /// The last colours of its review, with the words of the reviewer; empty before the first.
    pub review: String,
    /// What people can do now, at either school.
    pub gains: Vec<Gain>,
    /// Open risks a board should hear of.
    pub risks: Vec<Risk>,
    /// The verdict for both schools in a sentence, with whom they were compared and what that does not
    /// prove, once results that count have arrived.
    pub verdict: Option<String>,
    /// The title of its case study, once both schools have consented to its words.
    pub story: Option<String>,
}

/// The report to a board.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whose board.
    pub org: OrgRef,
    /// For when.
    pub period: Period,
    /// The supports that were in force or had time in the period, by title.
    pub lines: Vec<Line>,
    /// Half-days both ways.
    pub time: GiveReceive,
    /// The same by whom they were for, in the order of [`Beneficiary`]; last those of several groups.
    pub for_whom: Vec<(String, GiveReceive)>,
    /// How many supports run between peers and how many with the system above, with the half-days
    /// delivered in each.
    pub directions: BTreeMap<Direction, (usize, i64)>,
    /// Why half-days were cancelled, in words.
    pub cancelled: BTreeMap<String, i64>,
    /// Pence paid or to be paid to it.
    pub income: i64,
    /// Pence it pays or paid.
    pub cost: i64,
    /// Pence of charges between related parties.
    pub related: i64,
    /// Floors under its own results that ask for attention: the day job comes first.
    pub floors: Vec<(OrgRef, Floor)>,
    /// Names of everybody in it.
    pub names: HashMap<OrgRef, String>,
}

/// The report as the policy sees it: the organisation's own, written for its board.
///
/// # Errors
/// When the database cannot be read.
pub async fn resource(db: &impl Sql, org: OrgRef) -> Result<Resource, DbError> {
    let bodies = neighbours::responsible(db, &[org]).await?;
    Ok(Resource::new(Kind::Board, Zone::School, org).responsible(bodies))
}

/// The schools a board answers for on a day: the school itself, or the members of the trust.
async fn own(db: &impl Sql, org: OrgRef, on: Date) -> Result<BTreeSet<OrgRef>, DbError> {
    let mut own = BTreeSet::from([org]);
    if let OrgRef::Trust(uid) = org {
        for member in register::orgs::members_of(db, uid).await? {
            if member.until.is_none_or(|until| until >= on) {
                own.insert(OrgRef::School(member.urn));
            }
        }
    }
    Ok(own)
}

/// Writes the report for a period.
///
/// # Errors
/// When the database cannot be read.
pub async fn report(
    db: &impl Sql,
    org: OrgRef,
    period: Period,
    today: Date,
) -> Result<Report, Refusal> {
    let own = own(db, org, period.to.min(today)).await?;
    let mut agreements: BTreeMap<AgreementId, Agreement> = BTreeMap::new();
    for one in &own {
        for agreement in store::of_org(db, *one).await? {
            agreements.insert(agreement.id, agreement);
        }
    }
    let names = agreements.values().flat_map(|one| [one.supported, one.supporting]);
    let names = neighbours::names(db, names.chain(own.iter().copied())).await?;
    let mut report = Report {
        org,
        period,
        lines: Vec::new(),
        time: GiveReceive::default(),
        for_whom: Vec::new(),
        directions: BTreeMap::new(),
        cancelled: BTreeMap::new(),
        income: 0,
        cost: 0,
        related: 0,
        floors: Vec::new(),
        names,
    };
    let mut for_whom: HashMap<Option<Beneficiary>, GiveReceive> = HashMap::new();
    for agreement in agreements.into_values() {
        let mut entries = time::of(db, agreement.id).await?;
        entries.retain(|entry| period.holds(entry.on()));
        let begun = agreement.state().has_begun() && agreement.start_on() <= Some(period.to);
        let over = agreement.ended_on().is_some_and(|ended| ended < period.from);
        if entries.is_empty() && (!begun || over) {
            continue;
        }
        report.count(&own, &entries, &charges::of(db, agreement.id).await?);
        for entry in &entries {
            for_whom.entry(entry.beneficiary()).or_default().count(&own, entry);
        }
        let terms = store::current(db, &agreement).await?;
        let (supports, half_days) = report.directions.entry(terms.terms().direction()).or_default();
        *supports += 1;
        *half_days += entries
            .iter()
            .filter(|entry| entry.state() == EntryState::Delivered)
            .map(|entry| entry.half_days)
            .sum::<i64>();
        report.lines.push(line(db, agreement, &own, &entries).await?);
    }
    report.for_whom = in_order(for_whom);
    report.lines.sort_by_cached_key(|line| line.agreement.title.to_lowercase());
    for one in own {
        for floor in floors::of(db, one).await? {
            if floor.waits_for_review() {
                report.floors.push((one, floor));
            }
        }
    }
    Ok(report)
}

async fn line(
    db: &impl Sql,
    agreement: Agreement,
    own: &BTreeSet<OrgRef>,
    entries: &[Entry],
) -> Result<Line, Refusal> {
    let mut time = Totals::default();
    for entry in entries {
        time.add(entry.state(), entry.half_days);
    }
    let id = agreement.id;
    let review = crate::reviews::of(db, id).await?.pop().map_or_else(String::new, |review| {
        let colours: Vec<String> = review
            .lines()
            .iter()
            .map(|line| format!("{}: {}", line.title, line.rag.in_words().to_lowercase()))
            .collect();
        colours.join("; ")
    });
    let mut high = risks::of(db, id).await?;
    high.retain(Risk::is_high);
    let verdict = match impact::has_arrived(db, &agreement).await? {
        true => {
            let it = impact::verdict(db, &agreement).await?;
            Some([it.verdict.headline.clone(), it.beside()].join(" ").trim().to_owned())
        }
        false => None,
    };
    Ok(Line {
        side: if own.contains(&agreement.supported) { Side::Supported } else { Side::Supporting },
        time,
        review,
        gains: exits::gains_of(db, id).await?,
        risks: high,
        verdict,
        story: stories::of(db, id)
            .await?
            .filter(|story| story.state() == stories::State::Published)
            .map(|story| story.title),
        agreement,
    })
}

/// In the order people know them; days of several groups, or of which nobody said, stand last.
fn in_order(mut counted: HashMap<Option<Beneficiary>, GiveReceive>) -> Vec<(String, GiveReceive)> {
    let mut rows = Vec::new();
    for &one in Beneficiary::ALL {
        rows.extend(counted.remove(&Some(one)).map(|time| (one.words().to_owned(), time)));
    }
    rows.extend(counted.remove(&None).map(|time| ("Several groups, or not said".to_owned(), time)));
    rows
}

impl GiveReceive {
    fn count(&mut self, own: &BTreeSet<OrgRef>, entry: &Entry) {
        if own.contains(&entry.giver) {
            self.given.add(entry.state(), entry.half_days);
        }
        if own.contains(&entry.receiver) {
            self.received.add(entry.state(), entry.half_days);
        }
    }
}

impl Report {
    fn count(&mut self, own: &BTreeSet<OrgRef>, entries: &[Entry], charges: &[Charge]) {
        for entry in entries {
            self.time.count(own, entry);
            if entry.state() == EntryState::Cancelled {
                let why = entry.reason_in_words().to_owned();
                *self.cancelled.entry(why).or_default() += entry.half_days;
            }
        }
        let mine = |purse: &charges::Purse| purse.org().is_some_and(|org| own.contains(&org));
        let counted = charges.iter().filter(|charge| charge.state().counts());
        for charge in counted.filter(|charge| self.period.holds(charge.on())) {
            self.income += if mine(charge.payee()) { charge.amount } else { 0 };
            self.cost += if mine(charge.payer()) { charge.amount } else { 0 };
            let ours = mine(charge.payee()) || mine(charge.payer());
            self.related += if ours && !charge.related.is_empty() { charge.amount } else { 0 };
        }
    }

    /// The name of an organisation in it.
    #[must_use]
    pub fn name(&self, org: OrgRef) -> String {
        self.names.get(&org).cloned().unwrap_or_else(|| org.to_string())
    }

    /// The supports as a table, by title: days, not outcomes.
    #[must_use]
    pub fn table(&self) -> Table {
        let cell = |half_days: i64| Cell::Number(half_days as f64 / 2.0, 1);
        let rows = self
            .lines
            .iter()
            .map(|line| {
                let it = &line.agreement;
                vec![
                    Cell::text(it.title.clone()),
                    Cell::text(self.name(it.supporting)),
                    Cell::text(self.name(it.supported)),
                    Cell::text(it.state().in_words()),
                    cell(line.time.delivered),
                    cell(line.time.planned),
                    cell(line.time.cancelled),
                ]
            })
            .collect();
        Table {
            caption: "Support given and received".to_owned(),
            columns: ["Support", "From", "For", "Stands at", "Delivered", "Planned", "Cancelled"]
                .map(str::to_owned)
                .to_vec(),
            rows,
            notes: vec![format!("{}, {}.", self.name(self.org), self.period.in_words())],
        }
    }
}

impl Report {
    /// Days by whom they were for, given and received beside each other.
    #[must_use]
    pub fn whom_table(&self) -> Table {
        let cell = |half_days: i64| Cell::Number(half_days as f64 / 2.0, 1);
        let rows = self
            .for_whom
            .iter()
            .map(|(words, time)| {
                vec![
                    Cell::text(words.clone()),
                    cell(time.given.delivered),
                    cell(time.received.delivered),
                    cell(time.given.planned + time.received.planned),
                ]
            })
            .collect();
        Table {
            caption: "Days by whom they were for".to_owned(),
            columns: ["For whom", "Given", "Received", "Still planned"].map(str::to_owned).to_vec(),
            rows,
            notes: vec![format!(
                "Given and received are days that took place. {}, {}.",
                self.name(self.org),
                self.period.in_words()
            )],
        }
    }
}

/// The organisations whose report somebody may be offered: those they lead or whose board they
/// sit on.
#[must_use]
pub fn of_visitor(visitor: &access::Visitor) -> Vec<OrgRef> {
    use access::Role::{Governor, Head, TrustExecutive};
    let mut orgs: Vec<OrgRef> = [Governor, Head, TrustExecutive]
        .into_iter()
        .flat_map(|role| visitor.orgs(role))
        .filter(|org| matches!(org, OrgRef::School(_) | OrgRef::Trust(_)))
        .collect();
    orgs.sort_unstable();
    orgs.dedup();
    orgs
}

/// A board that was told that its report for a term is there: the mark that nobody is told twice.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn told_first(
    tx: &foundation::Tx,
    org: OrgRef,
    until: Date,
) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "INSERT INTO board_told (org, until) VALUES ($1, $2)
             ON CONFLICT (org, until) DO NOTHING",
            [org.into(), AsText(until).into()],
        )
        .await?;
    Ok(rows == 1)
}

/// For how many days after a term its report is announced; later ones are old news.
const ANNOUNCED: i64 = 28;

/// The term that ended last before a day.
#[must_use]
pub fn last_term(today: Date) -> (Period, &'static str) {
    let day = jiff::civil::date;
    let year = today.year();
    match today.month() {
        1..=3 => {
            (Period { from: day(year - 1, 9, 1), to: day(year - 1, 12, 31) }, "the autumn term")
        }
        4..=8 => (Period { from: day(year, 1, 1), to: day(year, 3, 31) }, "the spring term"),
        _ => (Period { from: day(year, 4, 1), to: day(year, 8, 31) }, "the summer term"),
    }
}

/// Tells the boards of schools that gave time in the term just ended what was given, gained and
/// paid, once each. Says how many boards were told.
///
/// # Errors
/// When the database refuses.
pub async fn tell(app: &App, permit: &Permit) -> Result<usize, Refusal> {
    #[derive(FromQueryResult)]
    struct Gave {
        giver: OrgRef,
    }
    let today = london(permit.context().at);
    let (period, term) = last_term(today);
    if today > period.to.saturating_add(ANNOUNCED.days()) || !calendar().is_school_day(today) {
        return Ok(0);
    }
    let gave: Vec<Gave> = app
        .db
        .all(
            "SELECT DISTINCT giver FROM time_entry
             WHERE state = 'delivered' AND on_date >= $1 AND on_date <= $2 ORDER BY giver",
            [AsText(period.from).into(), AsText(period.to).into()],
        )
        .await?;
    let mut told = 0;
    for Gave { giver } in gave {
        let board = accounts::holders(&app.db, &app.clock, giver, Role::Governor).await?;
        if board.is_empty() {
            continue;
        }
        let report = report(&app.db, giver, period, today).await?;
        let tx = app.db.write().await?;
        if !told_first(&tx, giver, period.to).await? {
            continue;
        }
        for governor in board {
            let letter = report.letter(app, &governor.name, &governor.email, term);
            mail::post_at(&tx, app, &letter, calendar().next_open(permit.context().at)).await?;
        }
        let event = Event::new("board", giver, "told about a term").owned_by(giver);
        events::append(&tx, permit.context(), event).await?;
        tx.commit().await?;
        told += 1;
    }
    Ok(told)
}

impl Report {
    /// The termly letter to somebody on the board.
    fn letter(&self, app: &App, name: &str, email: &str, term: &str) -> Letter {
        let gains: usize = self.lines.iter().map(|line| line.gains.len()).sum();
        let risks: usize = self.lines.iter().map(|line| line.risks.len()).sum();
        let guard = match self.floors.len() {
            0 => "No result at home has crossed the floor your school set".to_owned(),
            1 => "One result at home has crossed the floor your school set".to_owned(),
            some => format!("{some} results at home have crossed the floors your school set"),
        };
        Letter {
            recipient: email.to_owned(),
            subject: format!("What {} gave and gained: {term}", self.name(self.org)),
            body: format!(
                "Hello {name},\n\nIn {term} {} gave {} to other schools and received {}. It is paid \
                 {} for that and pays {}. New things people can do: {gains}. High risks that are \
                 open: {risks}. {guard}.\n\nThe report, with questions worth asking:\n\
                 {}/boards/{}?from={}&to={}\n",
                self.name(self.org),
                days(self.time.given.delivered),
                days(self.time.received.delivered),
                pounds(self.income),
                pounds(self.cost),
                app.config.public_url(),
                self.org,
                self.period.from,
                self.period.to,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_last_term_is_the_one_that_has_ended() {
        for (today, to) in [
            (date(2027, 1, 4), date(2026, 12, 31)),
            (date(2027, 3, 31), date(2026, 12, 31)),
            (date(2027, 4, 12), date(2027, 3, 31)),
            (date(2027, 8, 31), date(2027, 3, 31)),
            (date(2027, 9, 1), date(2027, 8, 31)),
        ] {
            assert_eq!(last_term(today).0.to, to, "{today}");
        }
    }
}
