//! What a trust or an authority says to those who decide: a matter, to whom, what it says, on which
//! evidence from its own records, and what came of it. The log is read by the leaders and the board of
//! the body; a case study in it is public, whatever else it rests on is opened by those who may.

use std::{collections::BTreeSet, fmt, str::FromStr};

use access::{Action, Permit, Visitor, decide};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::{date_in_words, london},
    db::AsText,
    events::{self, Event},
    id_type,
    machine::Line,
    web::{Cell, Table},
    words,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{Agreement, AgreementId, store, terms::Gap},
    board, impact,
    machine::{Machine, step},
    stories,
};

id_type! {
    /// One matter.
    InfluenceId
}

words! {
    /// Where a matter stands.
    State {
        Spotted = "spotted", "Spotted";
        Drafting = "drafting", "Being written";
        Endorsed = "endorsed", "Endorsed";
        Submitted = "submitted", "Submitted";
        Answered = "answered", "Answered";
        Noted = "noted", "Outcome noted";
        Left = "left", "Not pursued";
    }
}

words! {
    /// What can be done.
    Act {
        Write = "write", "Write it";
        Endorse = "endorse", "Note who stands behind it";
        Submit = "submit", "Say that it was sent";
        Answer = "answer", "Write down the answer";
        Note = "note", "Note what came of it";
        Leave = "leave", "Leave it";
    }
}

words! {
    /// What somebody is in relation to it.
    Who {
        Leader = "leader", "a leader of the body";
        Other = "other", "somebody else";
    }
}

words! {
    /// In which way something is said.
    Way {
        Consultation = "consultation", "An answer to a consultation";
        Meeting = "meeting", "A meeting";
        Evidence = "evidence", "An answer to a call for evidence";
        Publication = "publication", "Something published";
        WorkingGroup = "working_group", "A working group";
    }
}

const LEADER: &[Who] = &[Who::Leader];
const WHOLE: &str = "what is said, and a record it rests on";

const LINES: &[Line<State, Act, Who>] = &[
    foundation::machine::line(State::Spotted, Act::Write, LEADER, State::Drafting, ""),
    foundation::machine::line(State::Drafting, Act::Write, LEADER, State::Drafting, ""),
    foundation::machine::line(
        State::Endorsed,
        Act::Write,
        LEADER,
        State::Drafting,
        "what was endorsed is no longer what it says",
    ),
    foundation::machine::line(State::Drafting, Act::Endorse, LEADER, State::Endorsed, WHOLE),
    foundation::machine::line(
        State::Endorsed,
        Act::Submit,
        LEADER,
        State::Submitted,
        "the day it was sent",
    ),
    foundation::machine::line(State::Submitted, Act::Answer, LEADER, State::Answered, "words"),
    foundation::machine::line(State::Submitted, Act::Note, LEADER, State::Noted, "words"),
    foundation::machine::line(State::Answered, Act::Note, LEADER, State::Noted, "words"),
    foundation::machine::line(State::Spotted, Act::Leave, LEADER, State::Left, "the reason"),
    foundation::machine::line(State::Drafting, Act::Leave, LEADER, State::Left, "the reason"),
    foundation::machine::line(State::Endorsed, Act::Leave, LEADER, State::Left, "the reason"),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "matter";

    fn lines() -> &'static [Line<Self, Act, Who>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

impl State {
    /// Whether it has still to be sent.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Spotted | Self::Drafting | Self::Endorsed)
    }
}

/// The state machine as a document.
#[must_use]
pub fn machine() -> foundation::machine::Document {
    crate::machine::document::<State>(
        "influence",
        "The life of what is said to those who decide",
        "crates/support/src/influence.rs",
    )
}

/// A record that something rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// The results of the body's schools together.
    Together,
    /// A case study that both schools consented to.
    Story(AgreementId),
    /// The measured effect of a support.
    Effect(AgreementId),
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Together => f.write_str("together"),
            Self::Story(id) => write!(f, "story:{id}"),
            Self::Effect(id) => write!(f, "effect:{id}"),
        }
    }
}

impl FromStr for Record {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || format!("“{text}” is not a record");
        let id = |id: &str| id.parse().map_err(|_| unknown());
        match text.split_once(':') {
            None if text == "together" => Ok(Self::Together),
            Some(("story", of)) => id(of).map(Self::Story),
            Some(("effect", of)) => id(of).map(Self::Effect),
            _ => Err(unknown()),
        }
    }
}

/// One matter.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Item {
    /// The identifier.
    pub id: InfluenceId,
    /// Whose it is.
    pub org: OrgRef,
    /// What it is about.
    pub topic: String,
    way: AsText<Way>,
    /// Who decides.
    pub audience: String,
    /// What is said.
    pub position: String,
    deadline: Option<AsText<Date>>,
    state: AsText<State>,
    /// Who stood behind it and when.
    pub endorsed: String,
    /// How it was sent.
    pub sent: String,
    submitted_on: Option<AsText<Date>>,
    /// What was answered.
    pub response: String,
    /// What came of it, or why it was left.
    pub outcome: String,
    /// Guards against two people changing it at once.
    pub version: i64,
}

const COLUMNS: &str = "id, org, topic, way, audience, position, deadline, state, endorsed, sent, \
     submitted_on, response, outcome, version";

impl Item {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// In which way it is said.
    #[must_use]
    pub const fn way(&self) -> Way {
        self.way.0
    }

    /// By when it must be sent.
    #[must_use]
    pub fn deadline(&self) -> Option<Date> {
        self.deadline.as_ref().map(|on| on.0)
    }

    /// When it was sent.
    #[must_use]
    pub fn submitted_on(&self) -> Option<Date> {
        self.submitted_on.as_ref().map(|on| on.0)
    }

    /// The page about it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("/influence/{}/{}", self.org, self.id)
    }

    /// How it stands, in words: with the day it was sent, or by which it must be.
    #[must_use]
    pub fn in_words(&self) -> String {
        let day = |word: &str, on: Option<Date>| {
            on.map_or_else(String::new, |on| format!("{word} {}", date_in_words(on)))
        };
        let more = match self.state() {
            State::Submitted | State::Answered | State::Noted => day("", self.submitted_on()),
            State::Left => String::new(),
            _ => day(", due", self.deadline()),
        };
        format!("{}{more}", self.state().words())
    }
}

/// What somebody is in relation to the matters of a body.
///
/// # Errors
/// When the database cannot be read.
pub async fn standings(db: &impl Sql, visitor: &Visitor, org: OrgRef) -> Result<Vec<Who>, DbError> {
    let leads = decide(visitor, Action::Update, &board::resource(db, org).await?).allowed;
    Ok(if leads { vec![Who::Leader] } else { Vec::new() })
}

/// One of them.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: InfluenceId) -> Result<Option<Item>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM influence_item WHERE id = $1"), [id.into()]).await
}

/// All of a body: what has still to be sent first, by the day it is due; then the rest, the newest
/// first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, org: OrgRef) -> Result<Vec<Item>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM influence_item WHERE org = $1 ORDER BY id DESC");
    let mut all: Vec<Item> = db.all(&sql, [org.into()]).await?;
    all.sort_by_key(|it| {
        let open = it.state().is_open();
        (!open, it.deadline().filter(|_| open).unwrap_or(Date::MAX))
    });
    Ok(all)
}

/// The records an item rests on.
///
/// # Errors
/// When the database cannot be read.
pub async fn evidence(db: &impl Sql, id: InfluenceId) -> Result<Vec<Record>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        record: String,
    }
    let sql = "SELECT record FROM influence_evidence WHERE item = $1 ORDER BY record";
    let rows: Vec<Row> = db.all(sql, [id.into()]).await?;
    Ok(rows.iter().filter_map(|row| row.record.parse().ok()).collect())
}

/// A record as a reader sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which.
    pub record: Record,
    /// What it is called for this reader.
    pub title: String,
    /// Where it is read, for those who may.
    pub href: Option<String>,
    /// Its finding with what must be said beside it, where everybody may read it.
    pub told: Option<stories::Told>,
}

/// The page of the results of a body's schools together.
fn together(org: OrgRef) -> String {
    match org {
        OrgRef::Trust(uid) => format!("/trusts/{uid}/together"),
        OrgRef::Authority(code) => format!("/areas/{code}/together"),
        _ => "/schools".to_owned(),
    }
}

/// A record for a reader: its title only where they may open it.
///
/// # Errors
/// When the database cannot be read.
pub async fn shown(
    db: &impl Sql,
    readable: &[Agreement],
    org: OrgRef,
    record: Record,
) -> Result<Shown, DbError> {
    let title = |words: &str, of: &str| format!("{words}: {of}");
    Ok(match record {
        Record::Together => Shown {
            record,
            title: "The results of our schools together".to_owned(),
            href: Some(together(org)),
            told: None,
        },
        Record::Story(id) => {
            let story = stories::of(db, id).await?;
            match story.filter(|it| it.state() == stories::State::Published) {
                Some(it) => Shown {
                    record,
                    title: title("Case study", &it.title),
                    href: Some(format!("/stories/{id}")),
                    told: Some(it.told().clone()),
                },
                None => Shown {
                    record,
                    title: "A case study that was taken back".to_owned(),
                    href: None,
                    told: None,
                },
            }
        }
        Record::Effect(id) => match readable.iter().find(|one| one.id == id) {
            Some(one) => Shown {
                record,
                title: title("Measured effect", &one.title),
                href: Some(format!("/agreements/{id}/impact")),
                told: None,
            },
            None => Shown {
                record,
                title: "The measured effect of a support, for those who may open it".to_owned(),
                href: None,
                told: None,
            },
        },
    })
}

/// What somebody could name as evidence: the results of the body's schools together, the case studies
/// everybody may read, and the measured effect of support in which one of its schools took part.
///
/// # Errors
/// When the database cannot be read.
pub async fn candidates(
    db: &impl Sql,
    visitor: &Visitor,
    org: OrgRef,
) -> Result<Vec<Shown>, DbError> {
    let readable = store::readable(db, visitor).await?;
    let mut records = vec![Record::Together];
    records.extend(stories::published(db).await?.iter().map(|it| Record::Story(it.agreement)));
    let mut known: BTreeSet<OrgRef> = register::under(db, org).await?.into_iter().collect();
    known.insert(org);
    for one in &readable {
        let ours = known.contains(&one.supported) || known.contains(&one.supporting);
        if ours && one.state().is_over() && impact::has_arrived(db, one).await? {
            records.push(Record::Effect(one.id));
        }
    }
    let mut found = Vec::new();
    for record in records {
        found.push(shown(db, &readable, org, record).await?);
    }
    Ok(found)
}

/// What somebody writes.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// What it is about.
    pub topic: String,
    /// In which way it is said.
    pub way: Option<Way>,
    /// Who decides.
    pub audience: String,
    /// By when.
    pub deadline: Option<Date>,
    /// What is said.
    pub position: String,
    /// What it rests on.
    pub evidence: Vec<Record>,
}

impl Words {
    fn checked(&self) -> Result<Way, Refusal> {
        let mut gaps = Vec::new();
        let mut need = |given: bool, field: &'static str, message: &str| {
            if !given {
                gaps.push(Gap { step: "", field, message: message.to_owned() });
            }
        };
        need(!self.topic.trim().is_empty(), "topic", "Say what it is about");
        need(self.way.is_some(), "way", "Choose how it is said");
        need(!self.audience.trim().is_empty(), "audience", "Say who decides about it");
        match self.way {
            Some(way) if gaps.is_empty() => Ok(way),
            _ => Err(Refusal::Incomplete(gaps)),
        }
    }
}

async fn keep_evidence(tx: &Tx, id: InfluenceId, records: &[Record]) -> Result<(), DbError> {
    tx.run("DELETE FROM influence_evidence WHERE item = $1", [id.into()]).await?;
    let sql = "INSERT INTO influence_evidence (item, record) VALUES ($1, $2)";
    for record in records.iter().collect::<BTreeSet<_>>() {
        tx.run(sql, [id.into(), record.to_string().into()]).await?;
    }
    Ok(())
}

/// Refuses evidence the writer cannot open or that is no record of the body.
async fn must_know(
    tx: &Tx,
    visitor: &Visitor,
    org: OrgRef,
    records: &[Record],
) -> Result<(), Refusal> {
    let known = candidates(tx, visitor, org).await?;
    if records.iter().all(|record| known.iter().any(|one| one.record == *record)) {
        return Ok(());
    }
    Err(Refusal::field("evidence", "Choose records from the list: one of these is not there"))
}

/// Writes down a matter.
///
/// # Errors
/// [`Refusal::Incomplete`] that names every missing field.
pub async fn begin(
    app: &App,
    permit: &Permit,
    org: OrgRef,
    new: &Words,
) -> Result<InfluenceId, Refusal> {
    permit.must_be_to(&[Action::Update])?;
    let way = new.checked()?;
    let id = InfluenceId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO influence_item (id, org, topic, way, audience, position, deadline, state,
           endorsed, sent, response, outcome, changed_on, version)
         VALUES ($1, $2, $3, $4, $5, '', $6, 'spotted', '', '', '', '', $7, 1)",
        [
            id.into(),
            org.into(),
            new.topic.trim().into(),
            AsText(way).into(),
            new.audience.trim().into(),
            new.deadline.map(|on| on.to_string()).into(),
            AsText(london(permit.context().at)).into(),
        ],
    )
    .await?;
    let event = Event::new("influence", id, "spotted").owned_by(org);
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes what is said and on which evidence. What was endorsed has to be endorsed anew.
///
/// # Errors
/// [`Refusal::Incomplete`] that names every missing field; [`Refusal::Field`] for evidence the writer
/// may not open; [`DbError::Conflict`] when somebody else wrote first.
pub async fn write(
    app: &App,
    permit: &Permit,
    visitor: &Visitor,
    id: InfluenceId,
    seen: i64,
    new: &Words,
) -> Result<(), Refusal> {
    permit.must_be_to(&[Action::Update])?;
    let tx = app.db.write().await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let to = step(it.state(), Act::Write, &standings(&tx, visitor, it.org).await?)?;
    let way = new.checked()?;
    must_know(&tx, visitor, it.org, &new.evidence).await?;
    let rows = tx
        .run(
            "UPDATE influence_item SET topic = $3, way = $4, audience = $5, deadline = $6,
               position = $7, state = $8, endorsed = '', changed_on = $9, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                id.into(),
                seen.into(),
                new.topic.trim().into(),
                AsText(way).into(),
                new.audience.trim().into(),
                new.deadline.map(|on| on.to_string()).into(),
                new.position.trim().into(),
                AsText(to).into(),
                AsText(london(permit.context().at)).into(),
            ],
        )
        .await?;
    if rows == 0 {
        return Err(DbError::Conflict("matter").into());
    }
    keep_evidence(&tx, id, &new.evidence).await?;
    let event = Event::new("influence", id, "written").owned_by(it.org);
    events::append(&tx, permit.context(), event.with(json!({ "to": to }))).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a matter a step further: who stands behind it, that it was sent, what was answered, what came
/// of it, or that it is left.
///
/// # Errors
/// [`Refusal::Field`] without words or with a day that lies ahead; [`Refusal::NotNow`] when nothing is
/// said yet or it rests on no record; [`DbError::Conflict`] when somebody else wrote first.
pub async fn take(
    app: &App,
    permit: &Permit,
    visitor: &Visitor,
    id: InfluenceId,
    seen: i64,
    act: Act,
    said: (&str, Option<Date>),
) -> Result<State, Refusal> {
    permit.must_be_to(&[Action::Update])?;
    let (words, on) = (said.0.trim(), said.1);
    let today = london(permit.context().at);
    let tx = app.db.write().await?;
    let it = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let to = step(it.state(), act, &standings(&tx, visitor, it.org).await?)?;
    let column = match act {
        Act::Write => return Err(Refusal::NotFound),
        Act::Endorse => "endorsed",
        Act::Submit => "sent",
        Act::Answer => "response",
        Act::Note | Act::Leave => "outcome",
    };
    if act == Act::Endorse {
        let rests = !evidence(&tx, id).await?.is_empty();
        if it.position.is_empty() || !rests {
            return Err(Refusal::NotNow(
                "Write first what is said, and choose at least one record it rests on.".to_owned(),
            ));
        }
    }
    if words.is_empty() && act != Act::Submit {
        return Err(Refusal::field("words", asked(act)));
    }
    if act == Act::Submit && on.is_none_or(|on| on > today) {
        return Err(Refusal::field("on", "Enter the day it was sent: today, or a day before"));
    }
    let sql = format!(
        "UPDATE influence_item SET {column} = $3, state = $4, submitted_on = COALESCE($5, submitted_on),
           changed_on = $6, version = version + 1
         WHERE id = $1 AND version = $2"
    );
    let sent_on = on.filter(|_| act == Act::Submit).map(|on| on.to_string());
    let rows = tx
        .run(
            &sql,
            [
                id.into(),
                seen.into(),
                words.into(),
                AsText(to).into(),
                sent_on.into(),
                AsText(today).into(),
            ],
        )
        .await?;
    if rows == 0 {
        return Err(DbError::Conflict("matter").into());
    }
    let event = Event::new("influence", id, act.key()).owned_by(it.org);
    events::append(&tx, permit.context(), event.with(json!({ "to": to }))).await?;
    tx.commit().await?;
    Ok(to)
}

/// What an act asks for, as the refusal of empty words.
#[must_use]
pub const fn asked(act: Act) -> &'static str {
    match act {
        Act::Endorse => "Say who stands behind it and since when: the board, and its minute",
        Act::Answer => "Say in a few words what was answered",
        Act::Note => "Say what came of it, also where nothing did",
        Act::Leave => "Say why it is left",
        Act::Write | Act::Submit => "Say how it was sent",
    }
}

/// The log as a table.
#[must_use]
pub fn table(all: &[Item]) -> Table {
    Table {
        caption: "What we say to those who decide".to_owned(),
        columns: ["Matter", "To", "How", "Stands at"].map(str::to_owned).to_vec(),
        rows: all
            .iter()
            .map(|it| {
                vec![
                    Cell::Link(it.topic.clone(), it.address()),
                    Cell::text(it.audience.clone()),
                    Cell::text(it.way().words()),
                    Cell::text(it.in_words()),
                ]
            })
            .collect(),
        notes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down apart from the code above.
    const LISTED: &str = "
        spotted write leader drafting
        drafting write leader drafting
        endorsed write leader drafting
        drafting endorse leader endorsed
        endorsed submit leader submitted
        submitted answer leader answered
        submitted note leader noted
        answered note leader noted
        spotted leave leader left
        drafting leave leader left
        endorsed leave leader left";

    #[test]
    fn every_step_that_is_not_listed_is_refused() {
        testkit::machine::only_what_is_listed(
            LISTED,
            State::ALL,
            Act::ALL,
            Who::ALL,
            |from, act, who| step(from, act, &[who]).ok(),
        );
    }

    #[test]
    fn a_record_reads_back_what_it_wrote() {
        let id: AgreementId = "01a2e024-3900-7364-9b6b-95b8fcb1cf97".parse().unwrap();
        for record in [Record::Together, Record::Story(id), Record::Effect(id)] {
            assert_eq!(record.to_string().parse(), Ok(record));
        }
        for wrong in ["", "story", "story:", "effect:17", "audit:01a2e024"] {
            assert!(wrong.parse::<Record>().is_err(), "{wrong}");
        }
    }
}
