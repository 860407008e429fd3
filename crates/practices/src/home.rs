//! What waits for somebody in this room.

use access::Visitor;
use foundation::{App, DbError, Sql as _};
use jiff::civil::Date;
use support::home::{Halves, Todo};

use crate::{
    acts, asks,
    machine::{Who, step},
    practice::{self, Act, State, leads},
};

fn todo(text: &str, about: String, href: String, due: Option<Date>, today: Date) -> Todo {
    let late = due.is_some_and(|due| due < today);
    Todo { text: text.to_owned(), about, href, due, late }
}

/// What needs a visitor now, in both halves.
///
/// # Errors
/// When the database cannot be read.
pub async fn needs_me(app: &App, visitor: &Visitor) -> Result<Halves, DbError> {
    let mut halves = Halves::default();
    let Some(account) = visitor.account else { return Ok(halves) };
    let today = app.clock.today();
    for it in practice::in_the_making(&app.db, visitor).await? {
        let who = it.standings(Some(account), &visitor.posts);
        let can = |act| step(it.state(), act, &who).is_ok();
        let (about, href) = (it.draft().title.clone(), format!("/practices/{}", it.id));
        if can(Act::Consent) && !it.other_consents {
            let words = "Read what names your school, and consent";
            halves.my_school.push(todo(words, about, href, None, today));
        } else if can(Act::Publish) && acts::missing(&app.db, &it).await?.is_none() {
            halves.my_school.push(todo("Show a practice to everybody", about, href, None, today));
        } else if it.state() == State::Due && can(Act::Reaffirm) {
            let words = "Does this practice still work?";
            halves.my_school.push(todo(words, about, href, it.due_on(), today));
        } else if it.state() == State::Draft && account == it.author && !it.reason.is_empty() {
            let words = "Answer a colleague's question about a practice";
            halves.my_school.push(todo(words, about, href, None, today));
        }
    }
    let sql = "SELECT id FROM practice_ask WHERE state IN ('asked', 'welcome') ORDER BY id";
    for row in app.db.all::<Row>(sql, []).await? {
        let Some(ask) = asks::find(&app.db, row.id).await? else { continue };
        let Some(of) = practice::find(&app.db, ask.practice).await? else { continue };
        let who = ask.standings(&of, Some(account), &visitor.posts);
        let href = format!("/practice-visits/{}", ask.id);
        let about = format!("{}: {}", ask.name, of.draft().title);
        if ask.state() == asks::State::Asked && who.contains(&Who::Host) {
            let words = "Answer somebody who would like to see a practice";
            let half = if leads(&visitor.posts, of.origin) || account == of.author {
                &mut halves.my_school
            } else {
                &mut halves.others
            };
            half.push(todo(words, about, href, None, today));
        } else if ask.on().is_some_and(|day| day <= today) && who.contains(&Who::Guest) {
            halves.others.push(todo("Say what you took home", about, href, ask.on(), today));
        }
    }
    Ok(halves)
}

#[derive(sea_orm::FromQueryResult)]
struct Row {
    id: asks::AskId,
}
