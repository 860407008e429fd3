//! What is expected of somebody this week: gathered from every room for the home page, the weekly
//! digest and the calendar. It asks nothing of the rooms that a visitor could not ask.

pub mod briefings;
pub mod broker;
mod company;
pub mod digest;
pub mod feed;
mod keeping;
mod outward;
mod pack;
pub mod pages;
pub mod persons;

use access::{Role, Visitor};
use foundation::{App, PageError, db::Migration, web::Written};
use jiff::{ToSpan as _, civil::Date};
use support::home::{Balance, Dated};

pub use keeping::KEPT;
pub use pages::routes;

/// Where the week writes people's names.
pub const WRITTEN: &[Written] =
    &[Written { table: "briefing", account: "author", name: "author_name" }];

/// The tables of the week.
pub const MIGRATIONS: &[Migration] = &[Migration {
    room: "alongside",
    number: 1,
    sql: include_str!("../../migrations/0001_week.sql"),
}];

/// One thing for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub text: String,
    /// Where it is.
    pub href: String,
    /// How it stands, in one to three words.
    pub tag: String,
    /// More about it, or nothing.
    pub detail: String,
    /// Whether the person is expected to do something; otherwise it is good to know.
    pub expected: bool,
}

impl Item {
    fn new(text: String, href: String, tag: String, detail: String) -> Self {
        let asks = [
            "Waiting for you",
            "Overdue",
            "To sign",
            "To do",
            "To start",
            "To read",
            "Quiet",
            "Stuck",
        ];
        let expected = asks.contains(&tag.as_str());
        Self { text, href, tag, detail, expected }
    }

    /// The colour of its tag.
    #[must_use]
    pub fn colour(&self) -> &'static str {
        match self.tag.as_str() {
            "Waiting for you" | "To sign" | "Overdue" => "orange",
            "Done" | "Active" => "green",
            _ => "blue",
        }
    }
}

/// One half of the home page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Half {
    /// What is there, what is expected first.
    pub items: Vec<Item>,
    /// The days ahead, soonest first.
    pub days: Vec<Dated>,
}

/// What a school of the person's gave and received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The school.
    pub school: String,
    /// What it gave and received this academic year.
    pub balance: Balance,
}

/// My school, and the schools I work with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Week {
    /// What the schools the person leads gave and received.
    pub ledgers: Vec<Ledger>,
    /// What concerns the person's own school.
    pub mine: Half,
    /// What concerns the schools they work with.
    pub others: Half,
}

impl Week {
    /// Everything that is expected of the person.
    pub fn expected(&self) -> impl Iterator<Item = &Item> {
        self.mine.items.iter().chain(&self.others.items).filter(|item| item.expected)
    }

    /// The days ahead in both halves.
    pub fn days(&self) -> impl Iterator<Item = &Dated> {
        self.mine.days.iter().chain(&self.others.days)
    }
}

/// What is expected of a visitor, and the fourteen days ahead.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(app: &App, visitor: &Visitor) -> Result<Week, PageError> {
    let mut week = Week::default();
    for (partnership, org) in register::invitations(app, visitor).await? {
        let text = format!("{} asks you to join", partnership.name);
        let member = register::org_name(&app.db, org).await?;
        let tag = "Waiting for you".to_owned();
        week.mine.items.push(Item::new(text, "/partnerships".to_owned(), tag, member));
    }
    let mut led: Vec<_> = visitor.posts.iter().map(|post| post.org).collect();
    led.sort();
    led.dedup();
    for org in led.into_iter().filter(|&org| access::colleagues::looks_after(visitor, org)) {
        for one in access::colleagues::waiting(&app.db, org).await? {
            let text = format!("{} asks to be let in", one.name);
            let tag = "Waiting for you".to_owned();
            week.mine.items.push(Item::new(text, "/colleagues".to_owned(), tag, one.title));
        }
    }
    for waiting in needs::waiting(app, visitor).await? {
        let item = Item::new(waiting.text, waiting.href, waiting.tag, waiting.detail);
        week.mine.items.push(item);
    }
    for (waiting, own) in brokerage::waiting(app, visitor).await? {
        let half = if own { &mut week.mine } else { &mut week.others };
        half.items.push(Item::new(waiting.text, waiting.href, waiting.tag, waiting.detail));
    }
    let halves = support::home::needs_me(app, visitor).await?;
    let visits = visits::home::needs_me(app, visitor).await?;
    let practices = practices::home::needs_me(app, visitor).await?;
    let networks = networks::home::needs_me(app, visitor).await?;
    let mine = [halves.my_school, visits.my_school, practices.my_school].concat();
    let others = [halves.others, visits.others, practices.others, networks.others].concat();
    for (half, todos) in [(&mut week.mine, mine), (&mut week.others, others)] {
        for todo in todos {
            let when = support::home::due_in_words(&todo);
            let tag = if todo.late { "Overdue" } else { "To do" };
            let detail =
                if when.is_empty() { todo.about } else { format!("{}: {when}", todo.about) };
            half.items.push(Item::new(todo.text, todo.href, tag.to_owned(), detail));
        }
    }
    for waiting in plans::waiting(app, visitor).await? {
        let half = if waiting.own { &mut week.mine } else { &mut week.others };
        half.items.push(Item::new(waiting.text, waiting.href, waiting.tag, waiting.detail));
    }
    for waiting in briefings::waiting(app, visitor).await? {
        week.others.items.push(waiting);
    }
    for (agreement, who) in support::home::under_way(app, visitor).await? {
        let own = visitor.posts.iter().any(|post| post.org == agreement.supported);
        let half = if own { &mut week.mine } else { &mut week.others };
        let title = match agreement.title.trim() {
            "" => who.clone(),
            title => title.to_owned(),
        };
        let state = agreement.state().in_words().to_owned();
        half.items.push(Item::new(title, format!("/agreements/{}", agreement.id), state, who));
    }
    let today = app.clock.today();
    for org in visitor.orgs(Role::Head) {
        for news in support::home::results_arrived(&app.db, org, today).await? {
            let tag = if news.fresh { "To read" } else { "Results" };
            let item = Item::new(news.text, news.href, tag.to_owned(), String::new());
            week.mine.items.push(item);
        }
        if let Some(balance) = support::home::ledger_in_words(&app.db, org, today).await? {
            let school = register::org_name(&app.db, org).await?;
            week.ledgers.push(Ledger { school, balance });
        }
    }
    week.mine.items.extend(company::invitation(app, visitor).await?);
    for half in [&mut week.mine, &mut week.others] {
        half.items.sort_by_key(|item| !item.expected);
    }
    for day in days(app, visitor, today, today.saturating_add(14.days())).await? {
        if day.mine { &mut week.mine } else { &mut week.others }.days.push(day);
    }
    Ok(week)
}

/// The days of every room between two dates that concern a visitor, soonest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn days(
    app: &App,
    visitor: &Visitor,
    from: Date,
    to: Date,
) -> Result<Vec<Dated>, PageError> {
    let mut days = support::home::dated(app, visitor, from, to).await?;
    days.extend(plans::home::dated(app, visitor, from, to).await?);
    days.extend(networks::home::dated(app, visitor, from, to).await?);
    days.sort_by(|a, b| (a.on, &a.key).cmp(&(b.on, &b.key)));
    Ok(days)
}
