//! Writing an agreement, step by step, each with a form of its own that loses nothing.

use access::{Action, Kind as RecordKind, Resource, SignedIn, Zone};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    terms::terms_later,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Select, SummaryList, TaskItem, TaskList, TaskStatus};
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Sight,
    fields::{
        self, filled, measure_fields, money_fields, promise_fields, purpose_fields, read,
        time_fields,
    },
    parts::{
        FormPage, Section, Sheet, act_button, choice, day, hidden, kept, line, link, number,
        paragraphs, problems, text,
    },
    sight_to_act,
};
use crate::{
    Refusal,
    agreements::{
        self, Body, State, TeamMember, Terms, acts,
        machine::Work,
        store,
        terms::{days, pounds},
    },
    neighbours,
    pack::{Kind, pack},
};

/// The steps, in order: address, name.
const STEPS: [(&str, &str); 5] = [
    ("purpose", "Purpose"),
    ("time", "Time and team"),
    ("money", "Money"),
    ("measures", "How you will judge it"),
    ("promises", "Reviews and promises"),
];

#[derive(Deserialize, Default)]
pub(super) struct From {
    #[serde(default)]
    request: String,
    #[serde(default)]
    school: String,
}

/// Asks for what two heads need to agree two days or less, or begins from a request.
pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(from): Query<From>,
) -> Result<Response, PageError> {
    if !from.request.is_empty() {
        let sheet = from_request_page(&app, &visitor, &from.request).await?;
        return frame
            .page("Write the agreement")
            .visible_to(
                "the leaders of both sides and the people of the team, from the first draft on",
            )
            .crumb("Agreements", "/agreements")
            .show(&sheet);
    }
    let mine = led_schools(&visitor)?;
    let form = FormData::from_pairs([("supporting", from.school)]);
    small_form(&app, frame, &mine, &form, &Errors::default()).await
}

/// The organisations whose head the visitor is: nobody else begins two days or less.
fn led_schools(visitor: &access::Visitor) -> Result<Vec<OrgRef>, PageError> {
    let mine = visitor.led();
    if mine.is_empty() {
        return Err(PageError::Forbidden(
            "Two heads agree on two days or less. Longer support begins with a request.".to_owned(),
        ));
    }
    Ok(mine)
}

async fn small_form(
    app: &App,
    frame: Frame,
    mine: &[OrgRef],
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let names = neighbours::names(&app.db, mine.iter().copied()).await?;
    let mut page = FormPage::new("Agree on two days or less", "/agreements/new", "/agreements");
    page.lede = paragraphs(
        "For a visit, an afternoon of help, a look at one thing. Both heads sign, nobody else is \
         needed, and it takes less than five minutes.",
    );
    page.problems = problems(errors);
    let words: Vec<(String, String)> = mine
        .iter()
        .map(|org| (org.to_string(), names.get(org).cloned().unwrap_or_default()))
        .collect();
    if let [(value, _)] = words.as_slice() {
        page.fields.push(Html::trusted(format!(
            "<input type=\"hidden\" name=\"own\" value=\"{}\">",
            text(value).as_str()
        )));
    } else {
        let items: Vec<(&str, &str, &str)> =
            words.iter().map(|(value, name)| (value.as_str(), name.as_str(), "")).collect();
        page.fields.push(choice(form, errors, "own", "Your school or trust", "", &items));
    }
    // Somebody of one's own is chosen by account: then they book, write and are guarded as anybody
    // of a team is.
    let mut own = Select::new("account", "If you help: who of yours comes?")
        .hint(
            "Whoever is chosen here finds it on their own home page, and can book and write notes.",
        )
        .value(form.text("account"))
        .error_if(errors.get("account"))
        .item("", "Nobody of ours, or nobody with an account");
    for (account, name) in own_people(app, mine).await? {
        own = own.item(account.to_string(), name);
    }
    page.fields.extend([
        choice(
            form,
            errors,
            "way",
            "Who helps whom?",
            "",
            &[("receive", "They help us", ""), ("give", "We help them", "")],
        ),
        line(
            form,
            errors,
            "supporting",
            "The other school or trust",
            "Its name, or a school's unique reference number (URN)",
        ),
        line(form, errors, "title", "What for?", "For example: a look at our phonics lessons"),
        line(form, errors, "success", "How will you both know that it worked?", ""),
        line(
            form,
            errors,
            "supporter_goal",
            "What does the side that helps want to learn?",
            "Support goes both ways. A sentence is enough",
        ),
        Html::of(&own),
        line(
            form,
            errors,
            "person",
            "Who comes, if it is somebody else?",
            "A name. Leave it empty where you chose somebody above",
        ),
        number(form, errors, "days", "How many days?", "In half-days, two days at most", "days"),
        day(form, errors, "start_on", "First day", "For example, 12 1 2027"),
        day(form, errors, "end_on", "Last day", ""),
    ]);
    page.button = "Write it down".to_owned();
    let mut built = frame
        .page("Agree on two days or less")
        .visible_to("the leaders of both sides and the people of the team, from the first draft on")
        .crumb("Agreements", "/agreements");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// The people of the schools somebody leads, each once.
async fn own_people(
    app: &App,
    mine: &[OrgRef],
) -> Result<Vec<(access::AccountId, String)>, PageError> {
    let mut people: Vec<(access::AccountId, String)> = Vec::new();
    for &org in mine {
        for one in fields::people_of(app, org).await? {
            if people.iter().all(|(id, _)| *id != one.0) {
                people.push(one);
            }
        }
    }
    Ok(people)
}

async fn other_school(
    app: &App,
    typed: &str,
    errors: &mut Errors,
) -> Result<Option<OrgRef>, PageError> {
    let urn: Option<u32> = typed.trim_start_matches("school:").parse().ok();
    if let Some(urn) = urn {
        if let Some(school) = register::school(&app.db, urn).await? {
            return Ok(Some(school.org()));
        }
    } else if !typed.is_empty() {
        let hits = register::search(&app.db, typed, 8).await?;
        let exact: Vec<OrgRef> = hits
            .iter()
            .filter(|hit| hit.name.eq_ignore_ascii_case(typed))
            .map(|hit| hit.org)
            .filter(|org| Body::of(*org).is_some())
            .collect();
        let schools: Vec<_> = hits.iter().filter(|hit| Body::of(hit.org).is_some()).collect();
        match (exact.as_slice(), schools.as_slice()) {
            ([one], _) => return Ok(Some(*one)),
            (_, [one]) => return Ok(Some(one.org)),
            (_, []) => {}
            (_, several) => {
                let names: Vec<String> = several
                    .iter()
                    .map(|hit| match hit.org.urn() {
                        Some(urn) => format!("{} ({urn})", hit.name),
                        None => hit.name.clone(),
                    })
                    .take(4)
                    .collect();
                errors.add(
                    "supporting",
                    format!(
                        "Several fit. Enter the number or the whole name of the right one: {}",
                        names.join(", ")
                    ),
                );
                return Ok(None);
            }
        }
    }
    errors.add("supporting", "Enter the name or the number of the other school, or a trust's name");
    Ok(None)
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    if !form.text("request").is_empty() {
        let request = form.text("request").to_owned();
        let id = crate::drafting::from_request(&app, &visitor, &request, form.text("kind")).await?;
        return Ok(redirect(&format!("/agreements/{id}/edit/purpose")));
    }
    let mine = led_schools(&visitor)?;
    let mut errors = form.errors();
    let own = form.text("own").parse::<OrgRef>().ok().filter(|org| mine.contains(org));
    if own.is_none() {
        errors.add("own", "Choose your school or trust");
    }
    let way = form.required("way", &mut errors, "Say who helps whom").to_owned();
    let other = other_school(&app, form.text("supporting"), &mut errors).await?;
    form.required("title", &mut errors, "Say in a few words what it is for");
    form.required("success", &mut errors, "Say how you will both know that it worked");
    form.required("supporter_goal", &mut errors, "Say what the school that helps wants to learn");
    let comes = match (form.text("account"), own) {
        ("", _) => None,
        (_, _) if way == "receive" => {
            errors.add("account", "They help you: leave this empty, and write the name below");
            None
        }
        (chosen, Some(own)) => {
            let theirs = fields::people_of(&app, own).await?;
            let found = theirs.into_iter().find(|(id, _)| id.to_string() == chosen);
            if found.is_none() {
                errors.add("account", "Choose somebody of your own");
            }
            found
        }
        _ => None,
    };
    if comes.is_none() && errors.get("account").is_none() {
        form.required("person", &mut errors, "Say who comes");
    }
    let half_days = form
        .half_days("days", &mut errors, "Enter days in halves: 0.5, 1, 1.5 or 2")
        .filter(|halves| (1..=4).contains(halves));
    if half_days.is_none() && errors.get("days").is_none() {
        errors.add("days", "Enter half a day to two days. Longer support begins with a request");
    }
    let start = form.date("start_on", &mut errors, "Enter the first day as day, month and year");
    let end = form.date("end_on", &mut errors, "Enter the last day as day, month and year");
    if let (true, Some(own), Some(other)) = (errors.is_empty(), own, other) {
        let (supported, supporting) = if way == "give" { (other, own) } else { (own, other) };
        let kind = small_kind();
        let mut terms = Terms::draft(kind, supported, supporting);
        terms.title = form.text("title").to_owned();
        terms.success = vec![form.text("success").to_owned()];
        terms.supporter_goal = form.text("supporter_goal").to_owned();
        terms.start_on = start;
        terms.end_on = end;
        terms.team = vec![TeamMember {
            name: comes
                .as_ref()
                .map_or_else(|| form.text("person").to_owned(), |one| one.1.clone()),
            account: comes.map(|one| one.0),
            part: String::new(),
            half_days: half_days.unwrap_or(1),
            lead: true,
        }];
        // Either head may begin; the record belongs to the supported school all the same.
        let resource = Resource::new(RecordKind::Agreement, Zone::Parties, own);
        let permit = access::authorize(&app, &visitor, Action::Create, &resource)?;
        match acts::draft(&app, &permit, &terms, acts::Origin::default()).await {
            Ok(id) => match acts::offer(&app, &permit, id).await {
                Ok(()) => return Ok(redirect(&format!("/agreements/{id}/sign"))),
                Err(Refusal::Incomplete(_)) => {
                    return Ok(redirect(&format!("/agreements/{id}/edit/purpose")));
                }
                Err(other) => return Err(other.into()),
            },
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    small_form(&app, frame, &mine, &form, &errors).await
}

fn small_kind() -> &'static Kind {
    pack().kinds.iter().find(|kind| kind.heads_alone).unwrap_or(&pack().kinds[0])
}

/// The page from which a request becomes an agreement: choose the kind.
async fn from_request_page(
    app: &App,
    visitor: &access::Visitor,
    request: &str,
) -> Result<FormPage, PageError> {
    let seed = crate::drafting::seed(app, visitor, request).await?;
    let mut page =
        FormPage::new("Write the agreement", "/agreements/new", format!("/desk/{request}"));
    page.caption = seed.title.clone();
    page.lede = paragraphs(
        "The draft begins with what the request and the match say already. Choose what kind of \
         support it is; you can change every word afterwards.",
    );
    let items: Vec<(&str, &str, &str)> = pack()
        .kinds
        .iter()
        .filter(|kind| !kind.heads_alone && seed.sides.iter().all(|org| kind.suits(*org)))
        .map(|kind| (kind.code.as_str(), kind.name.as_str(), kind.line.as_str()))
        .collect();
    let form = FormData::from_pairs([("kind", seed.kind)]);
    page.fields = vec![
        Html::trusted(format!(
            "<input type=\"hidden\" name=\"request\" value=\"{}\">",
            text(request).as_str()
        )),
        choice(&form, &Errors::default(), "kind", "Kind of support", "", &items),
    ];
    page.button = "Begin the draft".to_owned();
    Ok(page)
}

async fn editable(
    app: &App,
    visitor: &access::Visitor,
    id: &str,
) -> Result<(Sight, access::Permit, Terms), PageError> {
    let (sight, permit) = sight_to_act(app, visitor, id).await?;
    sight.agreement.must_allow(Work::Edit)?;
    if !sight.takes_part() {
        return Err(PageError::Forbidden(
            "The heads, the team and the broker write the agreement.".to_owned(),
        ));
    }
    let newest = store::version(&app.db, sight.agreement.id, sight.agreement.latest).await?;
    if newest.hash.is_some() {
        return Err(PageError::Conflict(
            "This version waits for signatures, so its words are sealed.".to_owned(),
        ));
    }
    let terms = newest.terms().clone();
    Ok((sight, permit, terms))
}

pub(super) async fn edit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (sight, _, terms) = editable(&app, &visitor, &id).await?;
    if step == "check" {
        return check(frame, &sight, &terms);
    }
    let form = filled(&step, &terms, sight.agreement.version).ok_or(PageError::NotFound)?;
    show_step(&app, frame, &sight, &terms, &step, &form, &Errors::default()).await
}

async fn show_step(
    app: &App,
    frame: Frame,
    sight: &Sight,
    terms: &Terms,
    step: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let at = STEPS.iter().position(|(code, _)| *code == step).ok_or(PageError::NotFound)?;
    let action = sight.at(&format!("edit/{step}"));
    let mut page = FormPage::new(STEPS[at].1, action, sight.at("edit/check"));
    page.caption = format!("{}: step {} of {}", sight.pairing(), at + 1, STEPS.len());
    page.problems = problems(errors);
    page.fields.push(hidden("seen", sight.agreement.version));
    page.fields.extend(match step {
        "purpose" => purpose_fields(sight, terms, form, errors),
        "time" => time_fields(app, sight, terms, form, errors).await?,
        "money" => money_fields(app, sight, form, errors).await?,
        "measures" => measure_fields(app, sight, terms, form, errors).await?,
        _ => promise_fields(terms, form, errors),
    });
    page.button = "Save and go on".to_owned();
    let mut built = frame
        .page(STEPS[at].1)
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn save(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, step)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit, stored) = editable(&app, &visitor, &id).await?;
    let at = STEPS.iter().position(|(code, _)| *code == step).ok_or(PageError::NotFound)?;
    let mut errors = form.errors();
    let mut terms = read(&step, stored.clone(), &form, &mut errors);
    if let Some(org) = terms.money.funder_org.filter(|_| step == "money") {
        // Only a body of this agreement's own surroundings; its name stands in the signed words.
        match fields::funders(&app, &sight).await?.into_iter().find(|(one, _)| *one == org) {
            Some((_, name)) => terms.money.funder = name,
            None => errors.add("funder_org", "Choose one of the bodies listed, or nobody"),
        }
    }
    let seen = form.text("seen").parse().unwrap_or(0);
    if errors.is_empty() {
        match acts::save(&app, &permit, sight.agreement.id, seen, &terms).await {
            Ok(()) => {
                let next = STEPS.get(at + 1).map_or("check", |(code, _)| code);
                return Ok(redirect(&sight.at(&format!("edit/{next}"))));
            }
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    show_step(&app, frame, &sight, &stored, &step, &form, &errors).await
}

/// The last page before it is sent: what is there and what is missing.
fn check(frame: Frame, sight: &Sight, terms: &Terms) -> Result<Response, PageError> {
    let gaps = terms.gaps();
    let tasks = STEPS.iter().fold(TaskList::new("agreement"), |list, (step, words)| {
        let missing: Vec<&str> =
            gaps.iter().filter(|gap| gap.step == *step).map(|gap| gap.message.as_str()).collect();
        let status = if missing.is_empty() {
            TaskStatus::done("Complete")
        } else {
            TaskStatus::default().tag(govuk::Tag::coloured(govuk::TagColour::Blue, "Incomplete"))
        };
        let mut item = TaskItem::new(*words, status).href(sight.at(&format!("edit/{step}")));
        if !missing.is_empty() {
            item = item.hint(missing.join(". "));
        }
        list.with(item)
    });
    let cost = terms.cost();
    let sum = SummaryList::new()
        .row("Time in all", days(terms.half_days()))
        .row("Cost in all", pounds(cost.total))
        .row(sight.say("Supported school pays"), pounds(cost.school))
        .row(
            "Dates",
            match (terms.start_on, terms.end_on) {
                (Some(start), Some(end)) => {
                    format!("{} to {}", date_in_words(start), date_in_words(end))
                }
                _ => "not yet".to_owned(),
            },
        );
    let sends = if sight.agreement.state() == State::UnderVariation {
        "Send the change for signature"
    } else {
        &sight.say("Send it to both schools to sign")
    };
    let may = sight.is(&[agreements::Standing::Broker])
        || sight.agreement.state() == State::UnderVariation
        || terms.kind().is_some_and(|kind| kind.heads_alone);
    let mut sheet = Sheet::new("Check the agreement");
    sheet.caption = sight.pairing();
    sheet.sections = vec![
        Section { id: String::new(), heading: String::new(), html: Html::of(&tasks) },
        Section { id: String::new(), heading: "In short".to_owned(), html: Html::of(&sum) },
        Section {
            id: String::new(),
            heading: String::new(),
            html: if !gaps.is_empty() {
                paragraphs("Complete the parts marked above, then it can be sent.")
            } else if may {
                Html::join([
                    paragraphs(
                        "Sending seals the words: nobody can change them while they are being \
                         signed.",
                    ),
                    act_button(&sight.at("offer"), sends, false),
                ])
            } else {
                paragraphs(
                    &sight.say("Everything is there. The broker sends it to both schools to sign."),
                )
            },
        },
        Section {
            id: String::new(),
            heading: String::new(),
            html: link(&sight.at(""), "Leave it for now: everything is saved"),
        },
    ];
    frame
        .page("Check the agreement")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}

pub(super) async fn offer(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    match acts::offer(&app, &permit, sight.agreement.id).await {
        Err(Refusal::Incomplete(_)) => Ok(redirect(&sight.at("edit/check"))),
        other => {
            other?;
            Ok(redirect(&sight.at("")))
        }
    }
}

/// A last day that suits a kind of support that begins on a day.
pub(crate) fn usual_end(start: Date, kind: &Kind) -> Date {
    terms_later(start, kind.terms.saturating_sub(1))
}
