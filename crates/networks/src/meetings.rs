//! A meeting of a network: its day, what is on the agenda, who came and what was said.

use access::AccountId;
use foundation::{DbError, OrgRef, Sql, db::AsText, id_type, machine::Line, words};
use jiff::civil::{Date, Weekday};
use sea_orm::FromQueryResult;
use support::{calendar::Calendar, machine::Machine};

use crate::network::NetworkId;

id_type! {
    /// A meeting.
    MeetingId
}

id_type! {
    /// Something on an agenda.
    ItemId
}

words! {
    /// Where a meeting stands.
    State {
        Planned = "planned", "Planned";
        Held = "held", "Held";
        Settled = "settled", "Actions closed";
        Cancelled = "cancelled", "Cancelled";
    }
}

words! {
    /// What can be done.
    Act {
        Change = "change", "Change day, place or title";
        Share = "share", "Put something on the agenda";
        Hold = "hold", "Say who came, and write the notes";
        Cancel = "cancel", "Cancel it";
        Correct = "correct", "Correct the notes";
        Settle = "settle", "Close what was agreed";
        Reopen = "reopen", "Take up again what was agreed";
    }
}

words! {
    /// What somebody is in relation to a meeting.
    Who {
        Convenor = "convenor", "the convenor";
        Member = "member", "a member of the network";
        Other = "other", "somebody else";
    }
}

const BOTH: &[Who] = &[Who::Convenor, Who::Member];
const CONVENOR: &[Who] = &[Who::Convenor];

const LINES: &[Line<State, Act, Who>] = &[
    foundation::machine::line(State::Planned, Act::Change, CONVENOR, State::Planned, ""),
    foundation::machine::line(State::Planned, Act::Share, BOTH, State::Planned, ""),
    foundation::machine::line(
        State::Planned,
        Act::Hold,
        CONVENOR,
        State::Held,
        "once the day has come, with notes and at least one school that came",
    ),
    foundation::machine::line(State::Planned, Act::Cancel, CONVENOR, State::Cancelled, "a reason"),
    foundation::machine::line(State::Held, Act::Correct, CONVENOR, State::Held, ""),
    foundation::machine::line(
        State::Held,
        Act::Settle,
        CONVENOR,
        State::Settled,
        "something was agreed, and words about what came of it",
    ),
    foundation::machine::line(State::Settled, Act::Reopen, CONVENOR, State::Held, ""),
];

impl Machine for State {
    type Act = Act;
    type Who = Who;
    const THING: &'static str = "meeting";

    fn lines() -> &'static [Line<Self, Act, Who>] {
        LINES
    }

    fn said(self) -> &'static str {
        self.words()
    }
}

words! {
    /// What is on an agenda.
    ItemKind {
        Share = "share", "Somebody shows what they do";
        Need = "need", "Somebody asks for help";
        Offer = "offer", "Somebody offers help";
        Briefing = "briefing", "News for everybody";
        Paper = "paper", "A paper to read beforehand";
    }
}

/// A meeting.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Meeting {
    /// The identifier.
    pub id: MeetingId,
    /// The network.
    pub network: NetworkId,
    /// What it is about.
    pub title: String,
    on_date: AsText<Date>,
    /// From when to when, in words: "15:45 to 17:00".
    pub at_time: String,
    /// Where.
    pub place: String,
    /// The address to join from afar; may be empty.
    pub link: String,
    state: AsText<State>,
    /// Why it was cancelled.
    pub reason: String,
    /// What was said.
    pub notes: String,
    /// What was agreed, one a line.
    pub actions: String,
    /// How many people there is room for; as many as come, where nobody said.
    pub places: Option<i64>,
    /// What came of what was agreed, once that is closed.
    pub outcome: String,
    /// Guards against two changes at once.
    pub version: i64,
}

const COLUMNS: &str = "id, network, title, on_date, at_time, place, link, state, reason, notes, actions, \
     places, outcome, version";

impl Meeting {
    /// The day.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on_date.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// Whether it took place.
    #[must_use]
    pub const fn was_held(&self) -> bool {
        matches!(self.state.0, State::Held | State::Settled)
    }

    /// Whether everybody for whom there is room has said that they come.
    #[must_use]
    pub fn is_full(&self, presence: &[Presence]) -> bool {
        let coming = presence.iter().filter(|one| one.answer() == Answer::Coming).count();
        self.places.is_some_and(|places| i64::try_from(coming).is_ok_and(|n| n >= places))
    }

    /// Where it is shown.
    #[must_use]
    pub fn address(&self) -> String {
        format!("/network-meetings/{}", self.id)
    }
}

/// Something on an agenda.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Item {
    kind: AsText<ItemKind>,
    /// What it is.
    pub words: String,
    /// Where a paper can be read; may be empty.
    pub link: String,
    /// Who put it there.
    pub name: String,
}

impl Item {
    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> ItemKind {
        self.kind.0
    }
}

words! {
    /// What somebody answers beforehand.
    Answer {
        Coming = "coming", "I am coming";
        Sorry = "sorry", "I cannot come";
        Silent = "silent", "Nobody answered";
    }
}

impl Answer {
    /// As it is told of somebody else.
    #[must_use]
    pub const fn in_the_third(self) -> &'static str {
        match self {
            Self::Coming => "comes",
            Self::Sorry => "cannot come",
            Self::Silent => "has not answered",
        }
    }
}

/// What somebody answered, and whether they came.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Presence {
    /// Who; nobody for a school whose people have no account.
    pub account: Option<AccountId>,
    /// Their name; empty for a school alone.
    pub name: String,
    /// For which school.
    pub org: OrgRef,
    answer: AsText<Answer>,
    /// Why they cannot come.
    pub reason: String,
    /// Whether they came, once that is known.
    pub came: Option<bool>,
}

impl Presence {
    /// What was answered beforehand.
    #[must_use]
    pub const fn answer(&self) -> Answer {
        self.answer.0
    }
}

/// A meeting by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: MeetingId) -> Result<Option<Meeting>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM network_meeting WHERE id = $1"), [id.into()]).await
}

/// The meetings of a network, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_network(db: &impl Sql, network: NetworkId) -> Result<Vec<Meeting>, DbError> {
    let sql =
        format!("SELECT {COLUMNS} FROM network_meeting WHERE network = $1 ORDER BY on_date, id");
    db.all(&sql, [network.into()]).await
}

/// What is on the agenda, in the order in which it came.
///
/// # Errors
/// When the database cannot be read.
pub async fn agenda(db: &impl Sql, id: MeetingId) -> Result<Vec<Item>, DbError> {
    db.all(
        "SELECT kind, words, link, name FROM network_item WHERE meeting = $1 ORDER BY added_at, id",
        [id.into()],
    )
    .await
}

/// Answers and who came, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn presence(db: &impl Sql, id: MeetingId) -> Result<Vec<Presence>, DbError> {
    db.all(
        "SELECT account, name, org, answer, reason, came FROM network_presence
         WHERE meeting = $1 ORDER BY name, org",
        [id.into()],
    )
    .await
}

/// How often a network means to meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// As agreed from meeting to meeting.
    AsAgreed,
    /// Once a term.
    Termly,
    /// Every half term.
    HalfTermly,
}

impl Pattern {
    /// From the number of meetings a year that a form sends.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        match text {
            "0" => Some(Self::AsAgreed),
            "3" => Some(Self::Termly),
            "6" => Some(Self::HalfTermly),
            _ => None,
        }
    }

    /// Month and day from which each meeting's Wednesday is looked for, well inside its term and
    /// away from tests and examinations, with what the meeting is called.
    const fn around(self) -> &'static [(i8, i8, &'static str)] {
        match self {
            Self::AsAgreed => &[],
            Self::Termly => {
                &[(10, 7, "Autumn term"), (1, 20, "Spring term"), (4, 21, "Summer term")]
            }
            Self::HalfTermly => &[
                (9, 22, "First half of the autumn term"),
                (11, 17, "Second half of the autumn term"),
                (1, 14, "First half of the spring term"),
                (3, 4, "Second half of the spring term"),
                (4, 21, "First half of the summer term"),
                (6, 16, "Second half of the summer term"),
            ],
        }
    }

    /// The next year's meetings after a day: a Wednesday on which schools are open, with a title.
    #[must_use]
    pub fn days(self, today: Date, calendar: &Calendar) -> Vec<(Date, &'static str)> {
        let mut days: Vec<(Date, &'static str)> = self
            .around()
            .iter()
            .filter_map(|(month, day, title)| {
                let near = |year| {
                    let from = Date::new(year, *month, *day).ok()?;
                    let mut days = from.series(jiff::Span::new().days(1)).take(28);
                    days.find(|on| {
                        on.weekday() == Weekday::Wednesday && calendar.is_school_day(*on)
                    })
                };
                let next = [today.year(), today.year() + 1].into_iter().filter_map(near);
                let on = next.into_iter().find(|on| *on > today)?;
                Some((on, *title))
            })
            .collect();
        days.sort_unstable();
        days
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use support::calendar::calendar;

    use super::*;

    #[test]
    fn three_meetings_a_year_are_one_in_each_term() {
        let days = Pattern::Termly.days(date(2026, 9, 10), calendar());
        assert_eq!(
            days,
            [
                (date(2026, 10, 7), "Autumn term"),
                (date(2027, 1, 20), "Spring term"),
                (date(2027, 4, 21), "Summer term"),
            ]
        );
        // In the middle of the year the year goes on, and no day lies in a holiday.
        let later = Pattern::Termly.days(date(2027, 2, 1), calendar());
        assert_eq!(later.len(), 3);
        assert_eq!(later[0].1, "Summer term");
        for pattern in [Pattern::Termly, Pattern::HalfTermly] {
            for start in [date(2026, 9, 1), date(2026, 12, 24), date(2027, 6, 30)] {
                for (on, _) in pattern.days(start, calendar()) {
                    assert!(on > start && calendar().is_school_day(on), "{on}");
                    assert_eq!(on.weekday(), Weekday::Wednesday);
                }
            }
        }
        assert!(Pattern::AsAgreed.days(date(2026, 9, 1), calendar()).is_empty());
        assert!(Pattern::of("4").is_none());
    }
}
