//! The rooms put together: their tables, pages and jobs. Reads as a table; keep it so.

use access::{leaving::Duties, privacy::Extracts};
use axum::Router;
use brokerage::contribution::Contributions;
use foundation::{
    App, db::Migration, jobs::Handlers, keeping::Line, machine::Document, mail, web::Written,
};
use plans::chosen::{Library, Look, Practice};
use practices::practice::Sought;
use register::pages::{Memory, Sections};
use support::pages::points::OpenPoints;

use crate::{home, protection, week};

/// Every room's tables, lowest room first.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    [
        foundation::MIGRATIONS,
        access::MIGRATIONS,
        register::MIGRATIONS,
        needs::MIGRATIONS,
        brokerage::MIGRATIONS,
        support::MIGRATIONS,
        plans::MIGRATIONS,
        visits::MIGRATIONS,
        practices::MIGRATIONS,
        networks::MIGRATIONS,
        week::MIGRATIONS,
    ]
    .concat()
}

/// Every room's pages.
pub fn all() -> Router<App> {
    Router::new()
        .merge(home::routes())
        .merge(protection::routes())
        .merge(access::pages::routes())
        .merge(register::routes())
        .merge(needs::routes())
        .merge(brokerage::routes())
        .merge(support::routes())
        .merge(plans::routes())
        .merge(visits::routes())
        .merge(practices::routes())
        .merge(networks::routes())
        .merge(week::routes())
}

/// Every room's state machines, for `docs/states`.
#[must_use]
pub fn machines() -> Vec<Document> {
    [
        needs::machines(),
        brokerage::machines(),
        support::machines(),
        plans::machines(),
        visits::machines(),
        practices::machines(),
        networks::machines(),
    ]
    .concat()
}

/// What the rooms say a person still looks after: asked before a post ends.
#[must_use]
pub fn duties() -> Duties {
    Duties::default()
        .asking(needs::persons::duties)
        .asking(brokerage::persons::duties)
        .asking(support::persons::duties)
        .asking(plans::duties)
        .asking(visits::persons::duties)
        .asking(practices::persons::duties)
        .asking(networks::persons::duties)
}

/// Where the rooms write people's names.
pub const WRITTEN: &[&[Written]] = &[
    needs::WRITTEN,
    brokerage::WRITTEN,
    plans::WRITTEN,
    visits::WRITTEN,
    practices::WRITTEN,
    networks::WRITTEN,
    week::WRITTEN,
];

/// How long the rooms keep their records, highest room first: what hangs on a record goes before it.
pub const KEPT: &[&[Line]] = &[
    week::KEPT,
    networks::KEPT,
    practices::KEPT,
    visits::KEPT,
    plans::KEPT,
    support::KEPT,
    brokerage::KEPT,
    needs::KEPT,
    register::KEPT,
];

/// What the rooms hold about a person: the copy of their own data.
#[must_use]
pub fn extracts() -> Extracts {
    Extracts::default()
        .asking("needs", needs::persons::extract)
        .asking("brokerage", brokerage::persons::extract)
        .asking("support", support::persons::extract)
        .asking("plans", plans::extract)
        .asking("visits", visits::persons::extract)
        .asking("practices", practices::persons::extract)
        .asking("networks", networks::persons::extract)
        .asking("week", week::persons::extract)
}

/// What the rooms tell about a school, or a partnership, on its page.
#[must_use]
pub fn sections() -> Sections {
    Sections::default()
        .asking(needs::on_page::sections)
        .asking(brokerage::on_page::sections)
        .asking(support::on_page::sections)
        .asking(practices::on_page::sections)
        .asking(networks::sections)
        .asking(visits::on_page::sections)
        .asking(plans::on_page::sections)
}

/// The library from which a plan chooses practices.
#[must_use]
pub fn library() -> Library {
    Library::default().asking(|app, look| async move {
        let (sought, these) = match look {
            Look::For { words, area } => (Sought { text: words, area, ..Sought::default() }, None),
            Look::These(ids) => (Sought::default(), Some(ids)),
        };
        let all = practices::practice::library(&app.db, &sought).await?;
        let wanted = |id: &str| these.as_ref().is_none_or(|these| these.iter().any(|it| it == id));
        Ok(all
            .iter()
            .filter(|one| wanted(&one.id.to_string()))
            .map(|one| Practice {
                id: one.id.to_string(),
                title: one.words().title.clone(),
                problem: one.words().problem.clone(),
                href: format!("/practices/{}", one.id),
            })
            .collect())
    })
}

/// What the rooms remember of a school.
#[must_use]
pub fn memory() -> Memory {
    Memory::default()
        .asking(needs::on_page::memory)
        .asking(brokerage::on_page::memory)
        .asking(support::on_page::memory)
        .asking(visits::on_page::memory)
        .asking(practices::on_page::memory)
}

/// What the rooms know to be open between two schools: shown where a review is written.
#[must_use]
pub fn open_points() -> OpenPoints {
    OpenPoints::default().asking(visits::challenges::open_points)
}

/// What the rooms know that somebody gave to other schools: their contribution record.
#[must_use]
pub fn contributions() -> Contributions {
    Contributions::default()
        .asking(support::contributions::of)
        .asking(visits::persons::contributions)
}

/// Every room's background work.
#[must_use]
pub fn handlers() -> Handlers {
    let ground = access::handlers(mail::handlers(Handlers::default()));
    let below = support::handlers(brokerage::handlers(ground));
    let above = practices::handlers(visits::handlers(plans::handlers(below)));
    let above = networks::handlers(above);
    week::digest::handlers(above)
}
