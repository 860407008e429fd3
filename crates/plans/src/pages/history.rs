//! What happened to a plan, and how it stood when it was agreed, reviewed and closed.

use std::collections::BTreeMap;

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::in_words,
    events::{self, Entry},
    web::Frame,
};
use govuk::{
    Html, InsetText,
    extra::{Timeline, TimelineEvent},
};

use super::{
    Sight,
    parts::{Sheet, anchor, hint, list, marked, paragraphs, text},
    sight,
};
use crate::{model::ObjectiveId, store::versions};

/// The objective an entry is about, where it names one.
fn about(entry: &Entry) -> Option<ObjectiveId> {
    let detail: serde_json::Value = serde_json::from_str(&entry.detail).ok()?;
    detail.get("objective")?.as_str()?.parse().ok()
}

/// Whether a reader may know of an entry: who does not see an objective does not read about it either.
pub(super) fn knows(sight: &Sight, entry: &Entry) -> bool {
    about(entry).is_none_or(|id| {
        sight.whole.objective(id).is_ok_and(|one| sight.whole.shows(&sight.visitor, one))
    })
}

fn event(sight: &Sight, entry: &Entry) -> Option<TimelineEvent> {
    if !knows(sight, entry) {
        return None;
    }
    let objective =
        about(entry).and_then(|id| Some(sight.whole.objective(id).ok()?.words().title.clone()));
    let mut letters = entry.verb.chars();
    let verb: String = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let event = TimelineEvent::new(
        format!("{verb}{}", letters.as_str()),
        in_words(entry.at.0),
        entry.at.0.to_string(),
    )
    .by(entry.actor_name.as_str());
    Some(match objective {
        Some(title) => event.content(paragraphs(&title)),
        None => event,
    })
}

pub(super) async fn history(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let entries = events::timeline(&app.db, "plan", &sight.whole.plan.id.to_string()).await?;
    let happened: Vec<TimelineEvent> =
        entries.iter().rev().filter_map(|entry| event(&sight, entry)).collect();
    let mut sheet = Sheet::new("History");
    sheet.caption.clone_from(&sight.whole.plan.title);
    sheet.nav = sight.nav("history");
    let mut kept = Html::default();
    // A version holds every objective: it is the school's own.
    if sight.visitor.belongs_to(sight.whole.plan.org) {
        let lines: Vec<String> = versions(&app.db, sight.whole.plan.id)
            .await?
            .iter()
            .rev()
            .map(|version| {
                format!(
                    "{}<br><span class=\"as-hits__detail\">{}, {}</span>",
                    anchor(
                        &sight.at(&format!("versions/{}", version.number)),
                        &format!("Version {}: {}", version.number, version.occasion)
                    ),
                    text(&version.made_by).as_str(),
                    in_words(version.made_at.0)
                )
            })
            .collect();
        kept = match lines.is_empty() {
            true => hint("A version is kept when the plan is agreed, reviewed and closed."),
            false => list(&lines),
        };
    }
    let sheet =
        sheet.part("Versions", kept).part("What happened", Html::of(&Timeline::new(happened)));
    sight.page(frame, "History", sight.visible()).show(&sheet)
}

pub(super) async fn version(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    if !sight.visitor.belongs_to(sight.whole.plan.org) {
        return Err(PageError::NotFound);
    }
    let all = versions(&app.db, sight.whole.plan.id).await?;
    let at = all.iter().position(|one| one.number == number).ok_or(PageError::NotFound)?;
    let one = &all[at];
    let before: BTreeMap<&str, &str> = match at {
        0 => BTreeMap::new(),
        at => all[at - 1]
            .content
            .0
            .iter()
            .map(|(label, text)| (label.as_str(), text.as_str()))
            .collect(),
    };
    let mut sheet = Sheet::new(format!("Version {number}"));
    sheet.caption.clone_from(&sight.whole.plan.title);
    let mut lede = vec![
        paragraphs(&one.occasion),
        hint(&format!("{}, {}", one.made_by, in_words(one.made_at.0))),
    ];
    let text_now = serde_json::to_string(&one.content.0).unwrap_or_default();
    if blake3::hash(text_now.as_bytes()).to_hex().as_str() != one.hash {
        lede.push(Html::of(&InsetText::new(
            "The fingerprint does not match: this version is not what was kept.",
        )));
    }
    if at > 0 {
        lede.push(hint("What is marked has changed since the version before."));
    }
    sheet.lede = Html::join(lede);
    let heading = |label: &str| {
        Html::trusted(format!("<h2 class=\"govuk-heading-s\">{}</h2>", text(label).as_str()))
    };
    let mut parts: Vec<Html> = Vec::new();
    for (label, now) in &one.content.0 {
        let then = match at {
            0 => now.as_str(),
            _ => before.get(label.as_str()).copied().unwrap_or(""),
        };
        parts.push(heading(label));
        parts.push(marked(then, now));
    }
    for (label, then) in &before {
        if one.content.0.iter().all(|(known, _)| known != label) {
            parts.push(heading(label));
            parts.push(marked(then, ""));
        }
    }
    let words = format!("the leaders of {} and its staff who are named in the plan", sight.school);
    sight
        .page(frame, &format!("Version {number}"), words)
        .crumb("History", sight.at("history"))
        .show(&sheet.part("", Html::join(parts)))
}
