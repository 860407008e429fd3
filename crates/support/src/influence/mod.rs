//! What a trust or an authority says to those who decide: a matter, to whom, what it says, on which
//! evidence from its own records, and what came of it. The log is read by the leaders and the board of
//! the body; a case study in it is public, whatever else it rests on is opened by those who may.

mod acts;
mod evidence;

use access::{Action, Visitor, decide};
use foundation::{
    DbError, OrgRef, Sql,
    clock::date_in_words,
    db::AsText,
    id_type,
    machine::Line,
    web::{Cell, Table},
    words,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use crate::{board, machine::Machine};

pub use acts::{Words, begin, take, write};
pub use evidence::{Record, Shown, candidates, evidence, shown};

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
        "crates/support/src/influence/mod.rs",
    )
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
    use crate::machine::step;

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
}
