//! Asking for support: one form, saved as a draft or sent.

use access::{Action, Kind, Resource, SignedIn, Visitor, Zone, authorize, partnerships};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Button, Checkboxes, DateInput, ErrorSummary, Fieldset, Hint, Input, Legend, Radios, Select,
    Textarea,
};
use jiff::ToSpan;
use matching::{Depth, Specialism};
use needs::{FindingKind, Found, audits::model::severity_words, findings_of};
use register::School;
use serde::Deserialize;

use super::{date_pairs, missed, partnership_of, readable, specialism_choices};
use crate::requests::{Ask, Beneficiary, Mode, Request, TRUST, Tier, acts};
use crate::{funders, packs};

#[derive(Template)]
#[template(path = "request_form.html")]
struct Page {
    action: String,
    school: String,
    trust: bool,
    errors: Option<ErrorSummary>,
    version: i64,
    findings: Option<Checkboxes>,
    title: Input,
    need: Textarea,
    outcome: Textarea,
    beneficiaries: Checkboxes,
    specialisms: Vec<Select>,
    depth: Radios,
    tier: Radios,
    severity: Radios,
    days: Input,
    earliest: DateInput,
    latest: DateInput,
    mode: Radios,
    team: Checkboxes,
    budget: Input,
    funder: Select,
    give_back: Input,
    avoid: Checkboxes,
    avoid_why: Input,
    save: Button,
    send: Button,
}

struct Setting {
    /// The school that asks; nothing where a trust asks for itself.
    school: Option<School>,
    name: String,
    partnership: OrgRef,
    found: Vec<Found>,
    members: Vec<(OrgRef, String)>,
    funders: Vec<(OrgRef, String)>,
}

async fn setting(app: &App, org: OrgRef) -> Result<Setting, PageError> {
    let school = match org.urn() {
        Some(urn) => Some(register::school(&app.db, urn).await?.ok_or(PageError::NotFound)?),
        None => None,
    };
    let name = match &school {
        Some(school) => school.name.clone(),
        None => register::org_name(&app.db, org).await?,
    };
    let partnership = partnership_of(app, org).await?.ok_or_else(|| {
        PageError::Forbidden(
            "Your organisation belongs to no partnership yet, so there is no broker to send this to. Ask \
             the person who runs your Alongside to add it."
                .to_owned(),
        )
    })?;
    let mut found = findings_of(&app.db, org).await?;
    found.retain(|one| one.finding.kind == FindingKind::Need);
    let members = partnerships::members(&app.db, partnership, app.clock.today()).await?;
    let mut others: Vec<(OrgRef, String)> = Vec::new();
    if school.is_some() {
        let urns: Vec<u32> =
            members.iter().filter(|one| **one != org).filter_map(|org| org.urn()).collect();
        let schools = register::schools(&app.db, &urns).await?;
        others.extend(schools.into_iter().map(|school| (school.org(), school.name)));
    } else {
        for one in members.into_iter().filter(|one| *one != org) {
            if matches!(one, OrgRef::Trust(_)) {
                others.push((one, register::org_name(&app.db, one).await?));
            }
        }
    }
    let members = others;
    let funders = funders::of(&app.db, Some(partnership), org, app.clock.today()).await?;
    Ok(Setting { school, name, partnership, found, members, funders })
}

/// An ask as a form's fields.
fn as_form(ask: &Ask) -> FormData {
    let mut pairs: Vec<(String, String)> = vec![
        ("title".into(), ask.title.clone()),
        ("need".into(), ask.need.clone()),
        ("outcome".into(), ask.outcome.clone()),
        ("tier".into(), ask.tier.key().into()),
        ("mode".into(), ask.mode.key().into()),
        ("give-back".into(), ask.give_back.clone()),
        ("avoid-why".into(), ask.avoid_why.clone()),
    ];
    pairs.extend(ask.findings.iter().map(|id| ("findings".into(), id.to_string())));
    pairs.extend(ask.beneficiaries.iter().map(|one| ("beneficiaries".into(), one.key().into())));
    pairs.extend(ask.avoid.iter().map(|org| ("avoid".into(), org.to_string())));
    for (at, one) in ask.specialisms.iter().enumerate() {
        pairs.push((format!("specialism-{}", at + 1), one.code.clone()));
    }
    if let Some(first) = ask.specialisms.first() {
        pairs.push(("depth".into(), first.depth.level().to_string()));
    }
    if ask.severity > 0 {
        pairs.push(("severity".into(), ask.severity.to_string()));
    }
    if ask.half_days > 0 {
        pairs.push(("days".into(), (f64::from(ask.half_days) / 2.0).to_string()));
    }
    if ask.team {
        pairs.push(("team".into(), "yes".into()));
    }
    if let Some(pence) = ask.budget_pence {
        pairs.push(("budget".into(), (pence / 100).to_string()));
    }
    pairs.extend(ask.funder.map(|org| ("funder".into(), org.to_string())));
    pairs.extend(date_pairs("earliest", ask.earliest));
    pairs.extend(date_pairs("latest", ask.latest));
    FormData::from_pairs(pairs)
}

/// What a form asks for; problems go beside their fields.
fn from_form(form: &FormData, setting: &Setting, errors: &mut Errors) -> Option<Ask> {
    let depth = match form.text("depth") {
        "4" => Depth::Leading,
        "3" => Depth::Expert,
        _ => Depth::Secure,
    };
    let mut specialisms: Vec<Specialism> = Vec::new();
    for at in 1..=3 {
        let code = form.text(&format!("specialism-{at}"));
        let new = packs::specialism(code).is_some() && specialisms.iter().all(|s| s.code != code);
        if new {
            specialisms.push(Specialism { code: code.to_owned(), depth });
        }
    }
    let half_days = form.half_days("days", errors, "Enter days in halves, such as 6 or 12.5");
    let earliest = form.date("earliest", errors, "Enter the first day, such as 4 1 2027");
    let latest = form.date("latest", errors, "Enter the last day, such as 17 12 2027");
    let budget = form.text("budget").replace([',', '£'], "");
    let budget_pence = if budget.is_empty() {
        None
    } else if let Ok(pounds) = budget.parse::<i64>() {
        Some(pounds.clamp(0, 10_000_000) * 100)
    } else {
        errors.add("budget", "Enter whole pounds, such as 3500, or leave it empty");
        None
    };
    let chosen: Vec<&Found> = setting
        .found
        .iter()
        .filter(|one| form.has("findings", &one.finding.id.to_string()))
        .collect();
    Some(Ask {
        title: form.text("title").to_owned(),
        need: form.text("need").to_owned(),
        outcome: form.text("outcome").to_owned(),
        audit: chosen.first().map(|one| one.audit),
        findings: chosen.iter().map(|one| one.finding.id).collect(),
        beneficiaries: Beneficiary::ALL
            .iter()
            .copied()
            .filter(|one| form.has("beneficiaries", one.key()))
            .collect(),
        specialisms,
        tier: form.text("tier").parse().unwrap_or(Tier::Targeted),
        phase: setting.school.as_ref().map_or(TRUST, |school| school.phase.key()).to_owned(),
        earliest: earliest?,
        latest: latest?,
        half_days: u32::try_from(half_days?).ok()?,
        mode: form.text("mode").parse().unwrap_or(Mode::OnSite),
        severity: form.text("severity").parse().unwrap_or(0),
        team: form.has("team", "yes"),
        budget_pence,
        give_back: form.text("give-back").to_owned(),
        funder: setting
            .funders
            .iter()
            .map(|(org, _)| *org)
            .find(|org| form.text("funder") == org.to_string()),
        avoid: setting
            .members
            .iter()
            .map(|(org, _)| *org)
            .filter(|org| form.has("avoid", &org.to_string()))
            .collect(),
        avoid_why: form.text("avoid-why").to_owned(),
    })
}

fn date_field(name: &str, legend: &str, form: &FormData, errors: &Errors) -> DateInput {
    let part = |part: &str| form.text(&format!("{name}-{part}")).to_owned();
    DateInput::new(name, Legend::new(legend).small())
        .date(part("day"), part("month"), part("year"))
        .error_if(errors.get(name))
}

fn page(
    frame: Frame,
    setting: &Setting,
    action: &str,
    version: i64,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let legend = |words: &str| Fieldset::new(Legend::new(words).small());
    let trust = setting.school.is_none();
    let findings = (!setting.found.is_empty()).then(|| {
        let mut boxes = Checkboxes::new("findings", legend("Which needs is this about?"))
            .hint(
                "From your agreed audit. The broker sees the ones you tick and nothing else of it.",
            )
            .values(form.all("findings").map(str::to_owned).collect::<Vec<_>>());
        for one in &setting.found {
            let item = govuk::CheckboxItem::new(
                one.finding.id.to_string(),
                one.finding.statement.as_str(),
            )
            .hint(Hint::new(one.area_name.as_str()));
            boxes = boxes.with(item);
        }
        boxes
    });
    let mut beneficiaries = Checkboxes::new("beneficiaries", legend("Whom is the support for?"))
        .values(form.all("beneficiaries").map(str::to_owned).collect::<Vec<_>>())
        .error_if(errors.get("beneficiaries"));
    for &one in Beneficiary::ALL {
        beneficiaries = beneficiaries.item(one.key(), one.words());
    }
    let labels = ["What should the supporter bring?", "And also", "And also (third)"];
    let specialisms = specialism_choices(form, errors, &labels);
    let mut tier = Radios::new("tier", legend("How much support do you think of?"))
        .value(form.text("tier"))
        .error_if(errors.get("tier"));
    for &one in Tier::ALL {
        tier = tier.item(one.key(), one.words());
    }
    let mut mode = Radios::new("mode", legend("Where should it happen?")).value(form.text("mode"));
    for &one in Mode::ALL {
        mode = mode.item(one.key(), one.words());
    }
    let mut severity = Radios::new("severity", legend("How pressing is it?"))
        .value(form.text("severity"))
        .small()
        .error_if(errors.get("severity"));
    for level in 1..=5_u8 {
        severity = severity.item(level.to_string(), format!("{level}: {}", severity_words(level)));
    }
    let mut avoid = Checkboxes::new(
        "avoid",
        legend(if trust {
            "Trusts you would rather not be matched with"
        } else {
            "Schools you would rather not be matched with"
        }),
    )
    .hint("For example because you compete for pupils or staff. Only the broker sees this.")
    .values(form.all("avoid").map(str::to_owned).collect::<Vec<_>>())
    .small();
    for (org, name) in &setting.members {
        avoid = avoid.item(org.to_string(), name.as_str());
    }
    let mut funder = Select::new("funder", "Does somebody else pay, or pay a part?")
        .hint("They see the agreement and what it costs, once there is one.")
        .value(form.text("funder"))
        .item("", "Nobody, or nobody listed here");
    for (org, name) in &setting.funders {
        funder = funder.item(org.to_string(), name.as_str());
    }
    let content = Page {
        funder,
        action: action.to_owned(),
        school: setting.name.clone(),
        trust,
        errors: errors.summary(),
        version,
        findings,
        title: Input::new("title", "A short title")
            .hint(if trust {
                "For example: One way of planning budgets in all our schools"
            } else {
                "For example: Early reading in Reception and Year 1"
            })
            .value(form.text("title"))
            .error_if(errors.get("title")),
        need: Textarea::new("need", "What do you need help with?")
            .rows(4_u32)
            .value(form.text("need"))
            .error_if(errors.get("need")),
        outcome: Textarea::new("outcome", "What do you hope will be different afterwards?")
            .hint("For pupils first, then for staff. This becomes the start of your success criteria.")
            .rows(3_u32)
            .value(form.text("outcome"))
            .error_if(errors.get("outcome")),
        beneficiaries,
        specialisms,
        depth: Radios::new("depth", legend("How deep should it go?"))
            .hint("The deeper, the fewer people can help.")
            .value(if form.text("depth").is_empty() { "2" } else { form.text("depth") })
            .item("2", "Secure practice is enough")
            .item("3", "Somebody who leads others in it")
            .item("4", "Somebody known for it beyond the area"),
        tier,
        severity,
        days: Input::new("days", "How many days, roughly?")
            .hint("In halves. You agree the number with the supporter later.")
            .value(form.text("days"))
            .width(4)
            .inputmode("decimal")
            .error_if(errors.get("days")),
        earliest: date_field("earliest", "From when could it begin?", form, errors),
        latest: date_field("latest", "By when should it be done?", form, errors),
        mode,
        team: Checkboxes::single("team", "yes", "Several people are welcome, one for each of these")
            .values(form.all("team").map(str::to_owned).collect::<Vec<_>>())
            .small(),
        budget: Input::new("budget", "What can you or a funder spend, in pounds?")
            .hint("Leave it empty if you do not know. Support can also be paid back in days.")
            .prefix("£")
            .value(form.text("budget"))
            .width(5)
            .error_if(errors.get("budget")),
        give_back: Input::new(
            "give-back",
            if trust {
                "What could your trust give in return?"
            } else {
                "What could your school give in return?"
            },
        )
        .hint(if trust {
            "For example: two days of our estates team. Every trust has something."
        } else {
            "For example: two days of music. Every school has something."
        })
            .value(form.text("give-back")),
        avoid,
        avoid_why: Input::new("avoid-why", "Why?").value(form.text("avoid-why")),
        save: Button::new("Save as a draft").secondary().name("then").value("save"),
        send: Button::new("Save and look it over").name("then").value("look"),
    };
    let page = frame.page("Ask for support").crumb("Requests for support", "/requests").visible_to(
        if trust {
            "the executives of your trust; once you send it, also your broker"
        } else {
            "your school and the body responsible for it; once you send it, also your broker"
        },
    );
    page.checked(errors).show(&content)
}

#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    audit: String,
    #[serde(default, rename = "for")]
    purpose: String,
}

fn own_school(visitor: &Visitor) -> Result<OrgRef, PageError> {
    super::asking(visitor).ok_or_else(|| {
        PageError::Forbidden(
            "The head of a school asks for support, and the executive of a trust for the trust."
                .to_owned(),
        )
    })
}

pub(super) async fn ask(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    let setting = setting(&app, own_school(&visitor)?).await?;
    let today = app.clock.today();
    let mut pairs: Vec<(String, String)> = Vec::new();
    if !from.audit.is_empty() {
        // The most pressing need of the audit is ticked to begin with; the head changes it freely.
        let mut needs: Vec<&Found> =
            setting.found.iter().filter(|one| one.audit.to_string() == from.audit).collect();
        needs.sort_by_key(|one| std::cmp::Reverse(one.severity));
        if let Some(first) = needs.first() {
            pairs.push(("findings".into(), first.finding.id.to_string()));
            pairs.push((
                "need".into(),
                format!("{} {}", first.finding.statement, first.root_causes),
            ));
            pairs.push(("severity".into(), first.severity.unwrap_or(3).to_string()));
            let fits = packs::specialism_for(&first.area);
            if let Some(kind) = fits {
                pairs.push(("specialism-1".into(), kind.code.clone()));
            }
        }
    }
    if from.purpose == "mentor" {
        let known: [(&str, &str); 8] = [
            ("title", "A mentor in my first two years"),
            ("need", "I am new to headship and would like an experienced head beside me."),
            ("outcome", "I lead with confidence, and have somebody to ring."),
            ("beneficiaries", "head"),
            ("specialism-1", "headship"),
            ("depth", "2"),
            ("severity", "2"),
            ("days", "3"),
        ];
        pairs.extend(known.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    if setting.school.is_none() {
        pairs.push(("beneficiaries".into(), Beneficiary::TrustTeam.key().into()));
    }
    pairs.extend([("tier".into(), "targeted".into()), ("mode".into(), "on-site".into())]);
    pairs.extend(date_pairs("earliest", today.saturating_add(6.weeks())));
    pairs.extend(date_pairs("latest", today.saturating_add(1.year())));
    let form = FormData::from_pairs(pairs);
    page(frame, &setting, "/requests", 0, &form, &Errors::default())
}

pub(super) async fn create(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let org = own_school(&visitor)?;
    let permit = authorize(
        &app,
        &visitor,
        Action::Create,
        &Resource::new(Kind::Request, Zone::School, org),
    )?;
    let setting = setting(&app, org).await?;
    let mut errors = form.errors();
    let ask = from_form(&form, &setting, &mut errors);
    if let (Some(ask), true) = (ask, errors.is_empty()) {
        match acts::draft(&app, &permit, org, setting.partnership, &ask).await {
            Ok(id) => return Ok(redirect(&format!("/requests/{id}"))),
            Err(failure) => missed(&mut errors, failure)?,
        }
    }
    page(frame, &setting, "/requests", 0, &form, &errors)
}

fn editable(request: &Request) -> Result<(), PageError> {
    if request.state.is_editable() {
        return Ok(());
    }
    Err(PageError::Conflict(
        "This request has been sent, so it stays as it is. Withdraw it, or tell the broker what changed."
            .to_owned(),
    ))
}

pub(super) async fn change(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let request = readable(&app, &visitor, &id).await?;
    authorize(&app, &visitor, Action::Sign, &request.resource())?;
    editable(&request)?;
    let setting = setting(&app, request.org).await?;
    let action = format!("/requests/{id}/edit");
    let errors = Errors::default();
    page(frame, &setting, &action, request.version, &as_form(&request.ask), &errors)
}

pub(super) async fn save(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let request = readable(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Action::Sign, &request.resource())?;
    editable(&request)?;
    let setting = setting(&app, request.org).await?;
    let mut errors = form.errors();
    let ask = from_form(&form, &setting, &mut errors);
    let version = form.text("version").parse().unwrap_or(0);
    if let (Some(ask), true) = (ask, errors.is_empty()) {
        if version == request.version {
            acts::edit(&app, &permit, request.id, &ask, version).await?;
            return Ok(redirect(&format!("/requests/{id}")));
        }
        errors.add(
            "title",
            "Somebody else saved this request while you were writing. What you typed is still \
             here: check it and save again.",
        );
    }
    page(frame, &setting, &format!("/requests/{id}/edit"), request.version, &form, &errors)
}
