//! The networks of the partnerships somebody belongs to.

use access::{Action, SignedIn, Visitor, Zone, decide, partnerships};
use axum::{extract::State as Handle, response::Response};
use foundation::{App, OrgRef, PageError, clock::date_in_words, web::Frame};
use govuk::{Html, Tag, TagColour};
use support::pages::parts::{Sheet, go, link, paragraphs, text};

use super::on_page::next;
use crate::{
    meetings,
    network::{self, Network, Sort},
};

/// The partnerships whose networks a visitor reads.
pub(super) fn partnerships_of(visitor: &Visitor) -> Vec<OrgRef> {
    let held = visitor.posts.iter().map(|post| post.org);
    let mut orgs: Vec<OrgRef> = visitor.partnerships.iter().copied().chain(held).collect();
    orgs.retain(|org| {
        matches!(org, OrgRef::Partnership(_))
            && decide(visitor, Action::Read, &network::resource(*org)).allowed
    });
    orgs.sort_unstable();
    orgs.dedup();
    orgs
}

/// A network in the list.
async fn card(app: &App, visitor: &Visitor, of: &Network) -> Result<String, PageError> {
    let members = network::members(app, &app.db, of).await?;
    let meetings = meetings::of_network(&app.db, of.id).await?;
    let belongs = members.iter().any(|one| Some(one.account) == visitor.account);
    let yours = match (visitor.account == Some(of.convenor), belongs) {
        (true, _) => "You convene it.",
        (_, true) => "You belong to it.",
        _ => "Open to you.",
    };
    let next = match next(&meetings, app.clock.today()) {
        Some(it) => format!(
            "Next meeting <a class=\"govuk-link\" href=\"{}\">{}</a>",
            it.address(),
            date_in_words(it.on())
        ),
        None => "No meeting is planned".to_owned(),
    };
    let sort = match of.sort() {
        Sort::Network => String::new(),
        Sort::Programme => {
            format!(" {}", Html::of(&Tag::coloured(TagColour::Purple, of.sort().words())).as_str())
        }
    };
    Ok(format!(
        "<li><a class=\"govuk-link govuk-!-font-weight-bold\" href=\"{}\">{}</a>{sort}<br>{}<br>\
         <span class=\"govuk-body-s\">Convened by {}. {next}. {yours}</span></li>",
        of.address(),
        text(&of.name).as_str(),
        text(&of.about).as_str(),
        text(&of.convenor_name).as_str()
    ))
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut sheet = Sheet::new("Networks");
    sheet.lede = paragraphs(
        "Colleagues of one field who meet a few times a year: heads of English, estates managers, \
         leaders of early reading. Whoever works at a member joins by themselves, whatever their \
         post.",
    );
    let of_mine = partnerships_of(&visitor);
    if of_mine.is_empty() {
        sheet = sheet.part(
            "",
            paragraphs("Networks belong to partnerships, and your school is in none yet."),
        );
    }
    for partnership in &of_mine {
        let mut items = String::new();
        for of in network::of_partnership(&app.db, *partnership).await? {
            items += &card(&app, &visitor, &of).await?;
        }
        let name = partnerships::get(&app.db, *partnership).await?.map(|it| it.name);
        let mut body = vec![if items.is_empty() {
            paragraphs(
                "No network has begun yet. The broker begins one with somebody who convenes it.",
            )
        } else {
            Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>"))
        }];
        if decide(&visitor, Action::Create, &network::resource(*partnership)).allowed {
            let href = format!("/networks/new?partnership={partnership}");
            body.push(go(&href, "Begin a network or a programme"));
        }
        sheet = sheet.part(&name.unwrap_or_default(), Html::join(body));
    }
    sheet =
        sheet.part("", link("/introductions", "Introductions: somebody elsewhere faces the same"));
    frame.page("Networks").visible_to(Zone::Network.in_words()).show(&sheet)
}
