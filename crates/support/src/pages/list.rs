//! Every agreement a visitor may read, in three groups.

use access::{Role, SignedIn};
use axum::{extract::State as Handle, response::Response};
use foundation::{App, OrgRef, PageError, clock::date_in_words, web::Frame};
use govuk::{
    Html,
    extra::{Card, CardGrid},
};

use super::parts::{Sheet, go, state_tag, waiting};
use crate::{
    agreements::{Agreement, store},
    home, neighbours,
    pack::pack,
};

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let all = store::readable(&app.db, &visitor).await?;
    let orgs = all.iter().flat_map(|a| [a.supported, a.supporting]);
    let names = neighbours::names(&app.db, orgs).await?;
    let name = |org: OrgRef| names.get(&org).cloned().unwrap_or_else(|| org.to_string());
    let cards = |agreements: Vec<&Agreement>| -> Html {
        if agreements.is_empty() {
            return Html::default();
        }
        let cards = agreements.into_iter().map(|agreement| {
            let title = if agreement.title.trim().is_empty() {
                "Without a title yet".to_owned()
            } else {
                agreement.title.clone()
            };
            let kind = pack().kind(&agreement.kind).map_or("", |kind| kind.name.as_str());
            let dates = match (agreement.start_on(), agreement.end_on()) {
                (Some(start), Some(end)) => {
                    format!("{kind}, {} to {}", date_in_words(start), date_in_words(end))
                }
                _ => kind.to_owned(),
            };
            Card::new(title, format!("/agreements/{}", agreement.id))
                .content(Html::join([
                    super::parts::paragraphs(&format!(
                        "{} supports {}",
                        name(agreement.supporting),
                        name(agreement.supported)
                    )),
                    Html::of(&state_tag(agreement.state())),
                ]))
                .note(dates)
        });
        Html::of(&CardGrid::new(cards).heading_level(3))
    };
    let state = |keep: fn(&Agreement) -> bool| all.iter().filter(|a| keep(a)).collect::<Vec<_>>();
    let halves = home::needs_me(&app, &visitor).await?;
    let todos: Vec<_> = halves.my_school.into_iter().chain(halves.others).collect();
    let mut sheet = Sheet::new("Agreements");
    sheet.lede = Html::join([
        super::parts::paragraphs(
            "What schools, and trusts, have promised each other: what the support is for, who comes \
             and when, and how both will know that it worked.",
        ),
        waiting(&todos, true),
    ]);
    let begins = !visitor.led().is_empty();
    let sheet = sheet
        .part("Under way", cards(state(|a| a.state().in_force())))
        .part(
            "Being written or signed",
            cards(state(|a| {
                use crate::agreements::State;
                a.state() == State::Drafting
                    || a.state().awaits_signature()
                    || a.state() == State::Signed
            })),
        )
        .part(
            "Over",
            cards(state(|a| {
                use crate::agreements::State;
                a.state().is_over() || matches!(a.state(), State::Completed | State::Sustaining)
            })),
        )
        .part(
            "",
            if all.is_empty() {
                super::parts::paragraphs(
                    "There are no agreements yet. They begin with a request for support, or with \
                     two heads who agree on two days or less.",
                )
            } else {
                Html::default()
            },
        )
        .part(
            "",
            if begins {
                go("/agreements/new", "Agree on two days or less")
            } else {
                Html::default()
            },
        )
        .part(
            "",
            if begins || visitor.has(Role::Broker) {
                super::parts::link(
                    "/agreements/quick",
                    "Write support down on one page, also support that runs already",
                )
            } else {
                Html::default()
            },
        );
    let sheet = sheet.part(
        "",
        if begins || visitor.has(Role::Broker) || visitor.has(Role::Staff) {
            super::parts::link("/assignments", "One partner, several schools, one theme")
        } else {
            Html::default()
        },
    );
    frame
        .page("Agreements")
        .visible_to("only you; each agreement has its own label")
        .wide()
        .show(&sheet)
}
