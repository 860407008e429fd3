//! Offers of help in the partnership, and making one.

use access::{Action, Kind, Resource, SignedIn, Visitor, Zone, authorize, decide};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Button, Checkboxes, DateInput, ErrorSummary, Fieldset, Input, Legend, Select, Textarea,
};
use jiff::ToSpan;
use matching::{Depth, Specialism};
use needs::{ActError, FindingId, shared_strengths};
use serde::Deserialize;

use super::{chosen_phases, date_pairs, missed, partnership_of, phase_boxes, specialism_choices};
use crate::offers::{self as room, NewOffer, Offer, OfferAct, OfferId, OfferState};
use crate::packs;
use crate::requests::{TRUST, days_in_words, pounds};

struct Shown {
    id: String,
    title: String,
    school: String,
    about: String,
    helps: String,
    how: String,
    when: String,
    cost: String,
    /// Where it stands, unless it is open.
    state: Option<&'static str>,
    own: bool,
    /// Who suggested it, for the head whose answer it waits for.
    asks: Option<String>,
    /// Whether the visitor may take back what they suggested.
    back: bool,
    answer: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "offers.html")]
struct List {
    search: Input,
    /// Whether words were looked for.
    sought: bool,
    people: Vec<(String, String, String)>,
    offers: Vec<Shown>,
    own: Vec<Shown>,
    /// What colleagues suggested and the visitor answers.
    asked: Vec<Shown>,
    /// What the visitor suggested.
    mine: Vec<Shown>,
    errors: Option<ErrorSummary>,
    strengths: Vec<(String, String, String)>,
    may_offer: bool,
    may_suggest: bool,
    member: bool,
}

async fn shown(app: &App, visitor: &Visitor, it: &Offer) -> Result<Shown, PageError> {
    let what = &it.what;
    let names: Vec<&str> =
        what.specialisms.iter().map(|one| packs::specialism_name(&one.code)).collect();
    Ok(Shown {
        id: it.id.to_string(),
        title: what.title.clone(),
        school: register::org_name(&app.db, what.org).await?,
        about: what.about.clone(),
        helps: names.join(", "),
        how: match (what.on_site, what.online) {
            (true, true) => "In your school or online",
            (true, false) => "In your school",
            _ => "Online",
        }
        .to_owned(),
        when: format!(
            "{} to {}, up to {} a week",
            date_in_words(what.from),
            date_in_words(what.to),
            days_in_words(i64::from(what.weekly_cap))
        ),
        cost: if what.day_rate_pence == 0 {
            "Free".to_owned()
        } else {
            format!("{} a day", pounds(what.day_rate_pence))
        },
        state: (it.state != OfferState::Open).then(|| it.state.words()),
        own: visitor.leads(what.org),
        asks: (it.state == OfferState::Suggested && visitor.leads(what.org))
            .then(|| it.made_by.clone()),
        back: it.state == OfferState::Suggested && it.suggested_by == visitor.account,
        answer: it.answer.clone(),
        error: None,
    })
}

/// What somebody looks for among offers and people.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sought {
    q: String,
}

impl Sought {
    /// Whether every word that was typed stands somewhere in these.
    fn fits(&self, texts: &[&str]) -> bool {
        let all = texts.join(" ").to_lowercase();
        self.q.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }
}

/// People who may be asked and bring what is looked for: where they are found, who, and what they bring.
async fn people(
    app: &App,
    visitor: &Visitor,
    partnership: OrgRef,
    sought: &Sought,
) -> Result<Vec<(String, String, String)>, PageError> {
    let mut found = Vec::new();
    for one in crate::cadre::cadre_of(&app.db, partnership).await? {
        let may = decide(visitor, Action::Read, &one.resource()).allowed;
        if !may || !one.is_live(app.clock.today()) {
            continue;
        }
        let names: Vec<&str> =
            one.profile.specialisms.iter().map(|it| packs::specialism_name(&it.code)).collect();
        let school = register::org_name(&app.db, one.org).await?;
        let brings = names.join(", ");
        let own = one.profile.about.as_str();
        if sought.fits(&[&one.name, one.role_name(), &brings, &school, own]) {
            let more = if own.is_empty() { String::new() } else { format!(". {own}") };
            let about = format!("{}, {school}. Helps with: {brings}{more}", one.role_name());
            found.push((format!("/cadre/{}", one.id), one.name.clone(), about));
        }
    }
    Ok(found)
}

async fn listed(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    sought: &Sought,
    errors: &Errors,
) -> Result<Response, PageError> {
    let looks = !sought.q.trim().is_empty();
    let mut page = List {
        search: Input::new("q", "What do you look for?")
            .hint("For example: estates, phonics, a name")
            .value(sought.q.as_str()),
        sought: looks,
        people: Vec::new(),
        offers: Vec::new(),
        own: Vec::new(),
        asked: Vec::new(),
        mine: Vec::new(),
        strengths: Vec::new(),
        may_offer: super::asking(visitor).is_some(),
        may_suggest: working_in(visitor).is_some(),
        member: !visitor.partnerships.is_empty(),
        errors: errors.summary(),
    };
    for &partnership in &visitor.partnerships {
        for it in room::offers_in(&app.db, partnership).await? {
            if decide(visitor, Action::Read, &it.resource()).allowed {
                let one = shown(app, visitor, &it).await?;
                if looks && !sought.fits(&[&one.title, &one.about, &one.helps, &one.school]) {
                    continue;
                }
                if one.own { page.own.push(one) } else { page.offers.push(one) }
            }
        }
        let members =
            access::partnerships::members(&app.db, partnership, app.clock.today()).await?;
        if looks {
            page.people.extend(people(app, visitor, partnership, sought).await?);
        }
        for one in shared_strengths(&app.db, &members).await? {
            let school = register::org_name(&app.db, one.org).await?;
            if looks && !sought.fits(&[&one.finding.statement, &one.area_name, &school]) {
                continue;
            }
            page.strengths.push((school, one.area_name, one.finding.statement));
        }
    }
    for org in visitor.led() {
        for it in room::offers_of(&app.db, org).await? {
            match it.state {
                OfferState::Closed => page.own.push(shown(app, visitor, &it).await?),
                OfferState::Suggested => {
                    let mut one = shown(app, visitor, &it).await?;
                    one.error = errors.get(&format!("words-{}", one.id)).map(str::to_owned);
                    page.asked.push(one);
                }
                _ => {}
            }
        }
    }
    if let Some(account) = visitor.account {
        for it in room::suggested_by(&app.db, account).await? {
            // What was made stands among the offers of the school.
            let made = matches!(it.state, OfferState::Open | OfferState::Closed);
            if !made && decide(visitor, Action::Read, &it.resource()).allowed {
                page.mine.push(shown(app, visitor, &it).await?);
            }
        }
    }
    frame.page("Offers").visible_to(Zone::Network.in_words()).checked(errors).show(&page)
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(sought): Query<Sought>,
) -> Result<Response, PageError> {
    listed(&app, &visitor, frame, &sought, &Errors::default()).await
}

#[derive(Template)]
#[template(path = "offer_form.html")]
struct Ask {
    school: String,
    /// Whether the head decides about it first.
    suggests: bool,
    errors: Option<ErrorSummary>,
    finding: String,
    title: Input,
    about: Textarea,
    specialisms: Vec<Select>,
    phases: Checkboxes,
    mode: Checkboxes,
    from: DateInput,
    to: DateInput,
    days: Input,
    cost: Input,
    conditions: Textarea,
    go: Button,
}

/// The school or trust in which somebody works without leading it.
fn working_in(visitor: &Visitor) -> Option<OrgRef> {
    let mut posts = visitor.posts.iter().map(|post| post.org);
    posts.find(|org| matches!(org, OrgRef::School(_) | OrgRef::Trust(_)))
}

/// For whom somebody offers, and whether its head decides about it first.
fn offering(visitor: &Visitor) -> Result<(OrgRef, bool), PageError> {
    let led = super::asking(visitor).map(|org| (org, false));
    led.or_else(|| working_in(visitor).map(|org| (org, true))).ok_or_else(|| {
        PageError::Forbidden(
            "Whoever works in a school or a trust offers what they can do; you hold no post in one."
                .to_owned(),
        )
    })
}

fn page(
    frame: Frame,
    (school, suggests): (&str, bool),
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let labels = ["What does it help with?", "And also"];
    let specialisms = specialism_choices(form, errors, &labels);
    let legend = |words: &str| Fieldset::new(Legend::new(words).small());
    let phases = phase_boxes(form, errors, "For which schools?");
    let date = |name: &str, words: &str| {
        let part = |part: &str| form.text(&format!("{name}-{part}")).to_owned();
        DateInput::new(name, Legend::new(words).small())
            .date(part("day"), part("month"), part("year"))
            .error_if(errors.get(name))
    };
    let content = Ask {
        school: school.to_owned(),
        suggests,
        errors: errors.summary(),
        finding: form.text("finding").to_owned(),
        title: Input::new("title", "What do you offer?")
            .hint("For example: Music for schools without a music teacher")
            .value(form.text("title"))
            .error_if(errors.get("title")),
        about: Textarea::new("about", "What would another school see or do?")
            .rows(3_u32)
            .value(form.text("about")),
        specialisms,
        phases,
        mode: Checkboxes::new("mode", legend("How?"))
            .values(form.all("mode").map(str::to_owned).collect::<Vec<_>>())
            .item("on-site", "In their school")
            .item("online", "Online")
            .small()
            .error_if(errors.get("mode")),
        from: date("from", "From when?"),
        to: date("to", "Until when?"),
        days: Input::new("half-days", "How many half-days a week at most?")
            .value(if form.text("half-days").is_empty() { "1" } else { form.text("half-days") })
            .width(2)
            .whole_number()
            .error_if(errors.get("half-days")),
        cost: Input::new("cost", "What does a day cost, in pounds?")
            .hint("0 if you give it, or if you would rather be paid back in days.")
            .prefix("£")
            .value(if form.text("cost").is_empty() { "0" } else { form.text("cost") })
            .width(4)
            .whole_number()
            .error_if(errors.get("cost")),
        conditions: Textarea::new("conditions", "Anything to know beforehand?")
            .rows(2_u32)
            .value(form.text("conditions")),
        go: Button::new(if suggests { "Suggest it to the head" } else { "Make the offer" }),
    };
    let readers = match suggests {
        true => "you and the head, until it is made an offer; then the members of the partnership",
        false => Zone::Network.in_words(),
    };
    let title = if suggests { "Suggest an offer" } else { "Make an offer" };
    let page = frame.page(title).crumb("Offers", "/offers").visible_to(readers);
    page.checked(errors).show(&content)
}

#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    finding: String,
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let (org, suggests) = offering(&visitor)?;
    let school = match org.urn() {
        Some(urn) => Some(register::school(&app.db, urn).await?.ok_or(PageError::NotFound)?),
        None => None,
    };
    let phase = school.as_ref().map_or(TRUST, |school| school.phase.key());
    let today = app.clock.today();
    let mut pairs: Vec<(String, String)> = vec![
        ("phases".into(), phase.into()),
        ("mode".into(), "on-site".into()),
        ("mode".into(), "online".into()),
    ];
    pairs.extend(date_pairs("from", today.saturating_add(4.weeks())));
    pairs.extend(date_pairs("to", today.saturating_add(9.months())));
    if let Ok(id) = from.finding.parse::<FindingId>() {
        for one in needs::audits::findings(&app.db, &[id]).await? {
            if one.org == org {
                pairs.push(("finding".into(), id.to_string()));
                pairs.push(("about".into(), one.finding.statement.clone()));
                let fits = packs::specialism_for(&one.area);
                if let Some(kind) = fits {
                    pairs.push(("specialism-1".into(), kind.code.clone()));
                }
            }
        }
    }
    let name = match school {
        Some(school) => school.name,
        None => register::org_name(&app.db, org).await?,
    };
    page(frame, (&name, suggests), &FormData::from_pairs(pairs), &Errors::default())
}

pub(super) async fn create(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (org, suggests) = offering(&visitor)?;
    let partnership = partnership_of(&app, org).await?.ok_or_else(|| {
        PageError::Forbidden("Your school belongs to no partnership yet.".to_owned())
    })?;
    let permit = if suggests {
        authorize(&app, &visitor, Action::Propose, &room::suggestion(org, visitor.account))?
    } else {
        let resource = Resource::new(Kind::Offer, Zone::Network, org).through(Some(partnership));
        authorize(&app, &visitor, Action::Create, &resource)?
    };
    let mut errors = form.errors();
    let from = form.date("from", &mut errors, "Enter the first day, such as 4 1 2027");
    let to = form.date("to", &mut errors, "Enter the last day, such as 16 7 2027");
    let weekly = form.parsed::<u32>("half-days", &mut errors, "Enter 1 to 10 half-days a week");
    let cost = form.parsed::<i64>("cost", &mut errors, "Enter whole pounds, such as 350 or 0");
    let mut specialisms: Vec<Specialism> = Vec::new();
    for at in 1..=2 {
        let code = form.text(&format!("specialism-{at}"));
        let new = packs::specialism(code).is_some() && specialisms.iter().all(|s| s.code != code);
        if new {
            specialisms.push(Specialism { code: code.to_owned(), depth: Depth::Expert });
        }
    }
    if let (Some(from), Some(to), Some(weekly_cap), Some(cost), true) =
        (from, to, weekly, cost, errors.is_empty())
    {
        let new = NewOffer {
            org,
            partnership,
            title: form.text("title").to_owned(),
            about: form.text("about").to_owned(),
            specialisms,
            phases: chosen_phases(&form),
            on_site: form.has("mode", "on-site"),
            online: form.has("mode", "online"),
            conditions: form.text("conditions").to_owned(),
            day_rate_pence: cost.clamp(0, 10_000) * 100,
            weekly_cap,
            from,
            to,
            finding: form.text("finding").parse().ok(),
        };
        let made = if suggests {
            room::suggest(&app, &permit, &new).await
        } else {
            room::make(&app, &permit, &new).await
        };
        match made {
            Ok(_) => return Ok(redirect("/offers")),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    let school = register::org_name(&app.db, org).await?;
    page(frame, (&school, suggests), &form, &errors)
}

pub(super) async fn close(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id: OfferId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = room::offer(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(&app, &visitor, Action::Read, &it.resource())?;
    let permit = authorize(&app, &visitor, Action::Sign, &it.resource())?;
    room::close(&app, &permit, id).await?;
    Ok(redirect("/offers"))
}

pub(super) async fn answer(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let id: OfferId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = room::offer(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(&app, &visitor, Action::Read, &it.resource())?;
    let permit = authorize(&app, &visitor, Action::Sign, &it.resource())?;
    let mut errors = form.errors();
    let act: OfferAct =
        form.chosen("answer", "Press one of the two buttons beside the suggestion")?;
    if !matches!(act, OfferAct::Open | OfferAct::Decline) {
        return Err(PageError::NotFound);
    }
    match room::answer(&app, &permit, id, act, form.text("words")).await {
        Ok(()) => return Ok(redirect("/offers")),
        Err(ActError::Incomplete(fields)) => {
            for one in fields {
                // Every suggestion on the page has its own field.
                errors.add(&format!("{}-{id}", one.field), one.message);
            }
        }
        Err(failure) => return Err(failure.into()),
    }
    listed(&app, &visitor, frame, &Sought::default(), &errors).await
}

pub(super) async fn withdraw(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id: OfferId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = room::offer(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(&app, &visitor, Action::Read, &it.resource())?;
    let permit = authorize(&app, &visitor, Action::Propose, &it.resource())?;
    room::withdraw(&app, &permit, id).await?;
    Ok(redirect("/offers"))
}
