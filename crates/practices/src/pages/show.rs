//! A practice on its page: what it is, for whom it worked, who uses it, and what can be done.

use access::{Action, Visitor, decide};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{App, OrgRef, PageError, clock::date_in_words, web::Frame};
use govuk::{Html, InsetText, SummaryList};
use support::{
    pages::parts::{Sheet, act_button, bullets, go, link, paragraphs, text},
    stories,
};

use super::{library::card, open, schools_of, tag};
use crate::{
    acts,
    adoptions::{self, Adoption, Spread},
    asks,
    machine::{Who, step},
    practice::{self, Act, Practice, State, Words},
};

/// Under which terms a practice is shown.
pub(super) const LICENCE: &str = "Any school may use, change and pass on what is written here, and \
                                  says where it came from.";

/// What is written about a practice.
fn told(words: &Words) -> Vec<(&'static str, Html)> {
    let evidence: String = words
        .evidence
        .iter()
        .map(|one| {
            let source = match one.link.is_empty() {
                true => String::new(),
                false => format!(
                    " <a class=\"govuk-link\" href=\"{0}\" rel=\"noreferrer\">{0}</a>",
                    text(&one.link).as_str()
                ),
            };
            format!(
                "<li><strong>{}:</strong> {}{source}</li>",
                one.kind.words(),
                text(&one.words).as_str()
            )
        })
        .collect();
    let evidence = match evidence.is_empty() {
        true => Html::default(),
        false => {
            Html::trusted(format!("<ul class=\"govuk-list govuk-list--bullet\">{evidence}</ul>"))
        }
    };
    vec![
        ("The problem it answers", paragraphs(&words.problem)),
        ("What it is", paragraphs(&words.what)),
        ("Parts that must be kept", bullets(words.ingredients.clone())),
        ("For whom and where it worked", paragraphs(&words.conditions)),
        ("What it takes", paragraphs(&words.takes)),
        ("What makes its school think it works", evidence),
        ("What is not known, and where it did not work", paragraphs(&words.caveats)),
    ]
}

/// What a visitor reads: the working words where they are theirs, else the shown version.
async fn read_by(app: &App, visitor: &Visitor, it: &Practice) -> Result<(Words, bool), PageError> {
    let working = it.state() != State::Published
        && it.state() != State::Retired
        && decide(visitor, Action::Read, &it.working()).allowed;
    if working {
        return Ok((it.draft().clone(), true));
    }
    let versions = practice::versions(&app.db, it.id).await?;
    let shown = versions.into_iter().find(|version| Some(version.number) == it.shown);
    Ok((shown.ok_or(PageError::NotFound)?.words().clone(), false))
}

async fn facts(app: &App, it: &Practice, words: &Words) -> Result<Html, PageError> {
    let name = register::org_name(&app.db, it.origin).await?;
    let mut list = SummaryList::new()
        .row("From", name)
        .row("Written by", it.author_name.as_str())
        .row("Area", words.area_name())
        .row("For", words.phases_in_words());
    if let Some(other) = it.other {
        list = list.row("Grew with", register::org_name(&app.db, other).await?);
    }
    for version in practice::versions(&app.db, it.id).await? {
        if Some(version.number) == it.shown {
            let day = date_in_words(version.on());
            list = list.row("Version", format!("{}, shown since {day}", version.number));
        }
    }
    Ok(Html::of(&list))
}

/// Where it came from, and what others made of it.
async fn lineage(app: &App, it: &Practice) -> Result<Html, PageError> {
    let mut parts = Vec::new();
    if let Some(parent) = it.parent
        && let Some(parent) =
            practice::find(&app.db, parent).await?.filter(|one| one.shown.is_some())
    {
        let words = format!(
            "Adapted from “{}” of {}",
            parent.draft().title,
            register::org_name(&app.db, parent.origin).await?
        );
        parts.push(link(&format!("/practices/{}", parent.id), &words));
    }
    if let Some(agreement) = it.agreement {
        let story = stories::of(&app.db, agreement).await?;
        if story.is_some_and(|story| story.state() == stories::State::Published) {
            let words = "The support in which it grew, told by both schools";
            parts.push(link(&format!("/stories/{agreement}"), words));
        }
    }
    let mut items = String::new();
    for child in practice::children(&app.db, it.id).await? {
        let spread = Spread::of(&adoptions::of_practice(&app.db, child.id).await?);
        items += &card(&child, &register::org_name(&app.db, child.origin).await?, spread);
    }
    if !items.is_empty() {
        parts.push(Html::trusted(format!(
            "<h3 class=\"govuk-heading-s\">What others made of it</h3><ul class=\"govuk-list \
             govuk-list--spaced\">{items}</ul>"
        )));
    }
    Ok(Html::join(parts))
}

/// Who uses it: counts for everybody, names for those who may read them.
async fn spread(app: &App, visitor: &Visitor, it: &Practice) -> Result<Html, PageError> {
    let all = adoptions::of_practice(&app.db, it.id).await?;
    let counted = Spread::of(&all).in_words();
    let mut parts = vec![match counted.is_empty() {
        true => paragraphs("No other school has taken it up yet."),
        false => Html::of(&InsetText::new(format!("It has been {counted}."))),
    }];
    let named = adoptions::readable(visitor, it, all);
    let names = support::names(&app.db, named.iter().map(|one| one.org)).await?;
    let alike = family(app, visitor).await?;
    let items: String = named
        .iter()
        .map(|one| {
            let name = names.get(&one.org).map_or("", String::as_str);
            line(one, name, alike.contains(&one.org))
        })
        .collect();
    if !items.is_empty() {
        parts.push(Html::trusted(format!(
            "<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>"
        )));
    }
    Ok(Html::join(parts))
}

/// The schools most like the visitor's own.
async fn family(app: &App, visitor: &Visitor) -> Result<Vec<OrgRef>, PageError> {
    let Some(urn) = schools_of(visitor).iter().find_map(|org| org.urn()) else {
        return Ok(Vec::new());
    };
    let family = register::families::family(&app.db, urn).await?;
    Ok(family.map_or_else(Vec::new, |it| it.urns().into_iter().map(OrgRef::School).collect()))
}

fn line(one: &Adoption, name: &str, alike: bool) -> String {
    let mut more =
        vec![format!("{}, since {}", one.state().words(), date_in_words(one.changed_on()))];
    if alike {
        more.push("a school like yours".to_owned());
    }
    let mut words = String::new();
    for (what, text) in [
        ("Changed", &one.changes),
        ("Kept", &one.kept().join("; ")),
        ("What happened", &one.result),
        ("Why it stopped", &one.reason),
    ] {
        if !text.is_empty() {
            words += &format!("{what}: {text}\n");
        }
    }
    format!(
        "<li><strong>{}</strong>: {}{}</li>",
        text(name).as_str(),
        text(more.join("; ")).as_str(),
        paragraphs(&words).as_str()
    )
}

/// What a reader of another school can do with it.
async fn take_up(app: &App, visitor: &Visitor, it: &Practice) -> Result<Html, PageError> {
    if it.shown.is_none() || it.state() == State::Retired {
        return Ok(Html::default());
    }
    let Some(org) = schools_of(visitor).into_iter().find(|org| *org != it.origin) else {
        return Ok(Html::default());
    };
    let here = format!("/practices/{}", it.id);
    let used = adoptions::of_practice(&app.db, it.id).await?.into_iter().find(|one| one.org == org);
    let words = match &used {
        Some(one) => format!("Your school: {}. Say what became of it", one.state().words()),
        None => "Use it in your school".to_owned(),
    };
    let mut parts = vec![go(&format!("{here}/use"), &words)];
    parts.push(link(&format!("{here}/visit"), "Ask to come and see it"));
    if used.is_some() {
        let words = "Write down your own version of it";
        parts.push(link(&format!("/practices/new?parent={}", it.id), words));
    }
    Ok(Html::join(parts))
}

/// The wishes to see it that a visitor may read.
async fn wishes(app: &App, visitor: &Visitor, it: &Practice) -> Result<Html, PageError> {
    if visitor.account.is_none() {
        return Ok(Html::default());
    }
    let all = asks::of_practice(&app.db, visitor, it).await?;
    let names = support::names(&app.db, all.iter().map(|one| one.org)).await?;
    let parts = all.iter().map(|one| {
        let name = names.get(&one.org).map_or("", String::as_str);
        let words = format!("{} ({name}): {}", one.name, one.state().words());
        link(&format!("/practice-visits/{}", one.id), &words)
    });
    Ok(Html::join(parts.collect::<Vec<_>>()))
}

/// Whether an act asks for words first.
pub(super) const fn asks_words(act: Act) -> bool {
    matches!(act, Act::Return | Act::KeepBack | Act::Retire)
}

/// What the visitor can do with the practice itself.
async fn deeds(
    app: &App,
    visitor: &Visitor,
    it: &Practice,
    who: &[Who],
) -> Result<Html, PageError> {
    let here = format!("/practices/{}", it.id);
    let mut parts = Vec::new();
    let missing = match it.state() {
        State::Check | State::Kept => acts::missing(&app.db, it).await?,
        _ => None,
    };
    let looked = practice::checks(&app.db, it.id).await?;
    let looked = looked.iter().any(|check| Some(check.account) == visitor.account);
    for &act in Act::ALL {
        let possible = step(it.state(), act, who).is_ok();
        let consented =
            (act == Act::Consent && it.other_consents) || (act == Act::Approve && looked);
        let nothing = act == Act::TakeBack && !it.other_consents && it.shown.is_none();
        if !possible || consented || nothing || (act == Act::Publish && missing.is_some()) {
            continue;
        }
        parts.push(match act {
            Act::Write => go(&format!("{here}/write"), "Go on writing"),
            _ if asks_words(act) => link(&format!("{here}/do/{}", act.key()), act.words()),
            _ => button(&here, it, act),
        });
    }
    if let Some(missing) = missing.filter(|_| who.contains(&Who::Author)) {
        parts.insert(0, paragraphs(&format!("{missing}.")));
    }
    Ok(Html::join(parts))
}

/// A button that carries the version that was read.
fn button(here: &str, it: &Practice, act: Act) -> Html {
    let quiet = matches!(act, Act::Revise | Act::TakeBack | Act::Reaffirm);
    let html = act_button(&format!("{here}/act"), act.words(), quiet);
    let carried = format!(
        "<input type=\"hidden\" name=\"seen\" value=\"{}\"><input type=\"hidden\" name=\"act\" \
         value=\"{}\"><button",
        it.version,
        act.key()
    );
    Html::trusted(html.as_str().replacen("<button", &carried, 1))
}

/// Who has looked at the words as they stand.
async fn looked(app: &App, it: &Practice) -> Result<Html, PageError> {
    let checks = practice::checks(&app.db, it.id).await?;
    let names = support::names(&app.db, checks.iter().map(|one| one.org)).await?;
    let name = |org: &OrgRef| names.get(org).cloned().unwrap_or_default();
    Ok(bullets(checks.iter().map(|one| format!("{}, {}", one.name, name(&one.org)))))
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    visitor: Visitor,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    let (words, working) = read_by(&app, &visitor, &it).await?;
    let mut who = it.standings(visitor.account, &visitor.posts);
    if !decide(&visitor, Action::Read, &it.working()).allowed {
        who.retain(|one| *one == Who::Named);
    }
    let mut sheet = Sheet::new(words.title.clone());
    sheet.caption = "Practice".to_owned();
    if working || it.state() == State::Retired || who.contains(&Who::Author) {
        sheet.tag = Html::of(&tag(it.state()));
    }
    let reason = match it.state() {
        State::Kept => {
            let until = it.kept_until().map(date_in_words).unwrap_or_default();
            format!("Kept back until {until}: {}", it.reason)
        }
        State::Retired => format!("Its school no longer recommends it: {}", it.reason),
        State::Draft if !it.reason.is_empty() && working => {
            format!("A colleague asks: {}", it.reason)
        }
        _ => String::new(),
    };
    if !reason.is_empty() {
        sheet.lede = Html::of(&InsetText::new(reason));
    }
    let mut sheet = sheet.part("", facts(&app, &it, &words).await?);
    for (heading, html) in told(&words) {
        sheet = sheet.part(heading, html);
    }
    if working && it.state() == State::Check {
        sheet = sheet.part("Colleagues who have looked at it", looked(&app, &it).await?);
    }
    if it.shown.is_some() {
        sheet = sheet.part("Who uses it", spread(&app, &visitor, &it).await?);
    }
    let sheet = sheet
        .part("", take_up(&app, &visitor, &it).await?)
        .part("Where it comes from, and where it went", lineage(&app, &it).await?)
        .part("Wishes to see it", wishes(&app, &visitor, &it).await?)
        .part("What you can do", deeds(&app, &visitor, &it, &who).await?);
    let sheet = match it.shown {
        Some(_) => sheet.part("", paragraphs(LICENCE)),
        None => sheet,
    };
    let visible = match (working, it.state()) {
        (true, State::Check) => {
            "members of your school's partnership, who check it; nobody else yet"
        }
        (true, _) => "those who work at the school it comes from, and nobody else",
        (false, _) if visitor.account.is_none() => "anyone",
        (false, _) => {
            "anyone; which schools use it is shown to members of its partnership and to those schools"
        }
    };
    frame.page(words.title).crumb("Practices", "/practices").visible_to(visible).show(&sheet)
}
