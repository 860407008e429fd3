//! Writing an agreement, step by step, each with a form of its own that loses nothing.

use access::{AccountId, Action, Kind as RecordKind, Resource, Role, SignedIn, Zone, accounts};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    terms::{AcademicYear, terms_later},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    CheckboxItem, Checkboxes, Html, Select, SummaryList, TaskItem, TaskList, TaskStatus,
};
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Sight,
    parts::{
        FormPage, Section, Sheet, act_button, beside, choice, day, day_pairs, days_typed, line,
        lines, link, number, paragraphs, pence, pounds_typed, problems, text,
    },
    sight_to_act,
};
use crate::{
    Refusal,
    agreements::{
        self, ChosenKpi, ChosenOn, Side, State, TeamMember, Terms, acts,
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
        return frame.page("Write the agreement").crumb("Agreements", "/agreements").show(&sheet);
    }
    let mine: Vec<OrgRef> = visitor.orgs(Role::Head).collect();
    if mine.is_empty() {
        return Err(PageError::Forbidden(
            "Two heads agree on two days or less. Longer support begins with a request.".to_owned(),
        ));
    }
    let form = FormData::from_pairs([("supporting", from.school)]);
    small_form(&app, frame, &mine, &form, &Errors::default()).await
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
        page.fields.push(choice(form, errors, "own", "Your school", "", &items));
    }
    page.fields.extend([
        choice(
            form,
            errors,
            "way",
            "Who helps whom?",
            "",
            &[
                ("receive", "They help us", ""),
                ("give", "We help them", ""),
            ],
        ),
        line(
            form,
            errors,
            "supporting",
            "The other school",
            "Its name, or its unique reference number (URN)",
        ),
        line(form, errors, "title", "What for?", "For example: a look at our phonics lessons"),
        line(form, errors, "success", "How will you both know that it worked?", ""),
        line(
            form,
            errors,
            "supporter_goal",
            "What does the school that helps want to learn?",
            "Support goes both ways. A sentence is enough",
        ),
        line(form, errors, "person", "Who comes?", "A name"),
        number(form, errors, "days", "How many days?", "In half-days, two days at most", "days"),
        day(form, errors, "start_on", "First day", "For example, 12 1 2027"),
        day(form, errors, "end_on", "Last day", ""),
    ]);
    page.button = "Write it down".to_owned();
    let mut built = frame.page("Agree on two days or less").crumb("Agreements", "/agreements");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
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
            .filter(|org| org.urn().is_some())
            .collect();
        let schools: Vec<_> = hits.iter().filter(|hit| hit.org.urn().is_some()).collect();
        match (exact.as_slice(), schools.as_slice()) {
            ([one], _) => return Ok(Some(*one)),
            (_, [one]) => return Ok(Some(one.org)),
            (_, []) => {}
            (_, several) => {
                let names: Vec<String> = several
                    .iter()
                    .filter_map(|hit| Some(format!("{} ({})", hit.name, hit.org.urn()?)))
                    .take(4)
                    .collect();
                errors.add(
                    "supporting",
                    format!("Several schools fit. Enter the number of the right one: {}", names.join(", ")),
                );
                return Ok(None);
            }
        }
    }
    errors.add("supporting", "Enter the name or the number of the other school");
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
    let mut errors = form.errors();
    let mine: Vec<OrgRef> = visitor.orgs(Role::Head).collect();
    let own = form.text("own").parse::<OrgRef>().ok().filter(|org| mine.contains(org));
    if own.is_none() {
        errors.add("own", "Choose your school");
    }
    let way = form.required("way", &mut errors, "Say who helps whom").to_owned();
    let other = other_school(&app, form.text("supporting"), &mut errors).await?;
    form.required("title", &mut errors, "Say in a few words what it is for");
    form.required("success", &mut errors, "Say how you will both know that it worked");
    form.required("supporter_goal", &mut errors, "Say what the school that helps wants to learn");
    form.required("person", &mut errors, "Say who comes");
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
            account: None,
            name: form.text("person").to_owned(),
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
            Err(refusal) => beside(&mut errors, refusal)?,
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
    let mut page = FormPage::new("Write the agreement", "/agreements/new", format!("/desk/{request}"));
    page.caption = seed.title.clone();
    page.lede = paragraphs(
        "The draft begins with what the request and the match say already. Choose what kind of \
         support it is; you can change every word afterwards.",
    );
    let items: Vec<(&str, &str, &str)> = pack()
        .kinds
        .iter()
        .filter(|kind| !kind.heads_alone)
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

/// The form of a step with what the draft holds.
fn filled(step: &str, terms: &Terms, seen: i64) -> Option<FormData> {
    let mut pairs: Vec<(String, String)> = vec![("seen".to_owned(), seen.to_string())];
    let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
    match step {
        "purpose" => {
            add("kind", terms.kind.clone());
            add("title", terms.title.clone());
            add("purpose", terms.purpose.clone());
            add("success", terms.success.join("\n"));
            add("supporter_goal", terms.supporter_goal.clone());
            add("other_support", terms.other_support.join("\n"));
            add("change", terms.change.clone());
        }
        "time" => {
            for (at, member) in terms.team.iter().enumerate() {
                add(&format!("name-{at}"), member.name.clone());
                add(&format!("part-{at}"), member.part.clone());
                add(&format!("days-{at}"), days_typed(member.half_days));
                if let Some(account) = member.account {
                    add(&format!("account-{at}"), account.to_string());
                }
                if member.lead {
                    add("lead", at.to_string());
                }
            }
            pairs.extend(day_pairs("start_on", terms.start_on));
            pairs.extend(day_pairs("end_on", terms.end_on));
        }
        "money" => {
            let money = &terms.money;
            add("day_rate", pounds_typed(money.day_rate));
            add("home_share", pounds_typed(money.home_share));
            add("broker_share", pounds_typed(money.broker_share));
            add("funder", money.funder.clone());
            add("funder_pays", pounds_typed(money.funder_pays));
            add("reciprocal_days", days_typed(money.reciprocal_half_days));
            add("reciprocal_words", money.reciprocal_words.clone());
        }
        "measures" => {
            for kpi in &terms.kpis {
                add(kpi.side.key(), format!("{}:{}", kpi.code, kpi.group));
                add(&format!("{}-{}", kpi.side, kpi.code), format!("{}", kpi.worth_having));
            }
            if let Some(chosen) = terms.chosen_on {
                add("chosen_on", chosen.year.0.to_string());
            }
            let from = terms.outturn_from.or_else(|| terms.start_on.map(Terms::first_outturn));
            if let Some(from) = from {
                add("outturn_from", from.0.to_string());
            }
        }
        "promises" => {
            let dates: Vec<String> = terms.reviews.iter().map(ToString::to_string).collect();
            for (at, on) in terms.reviews.iter().enumerate() {
                pairs.extend(day_pairs(&format!("review-{at}"), Some(*on)));
            }
            let _ = dates;
            pairs.extend(day_pairs("exit_plan_by", terms.exit_plan_by));
            let mut add = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
            add("confidentiality", &terms.confidentiality);
            add("data", &terms.data);
            add("safeguarding", &terms.safeguarding);
            add("exit", &terms.exit);
        }
        _ => return None,
    }
    Some(FormData::from_pairs(pairs))
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
    page.fields.push(Html::trusted(format!(
        "<input type=\"hidden\" name=\"seen\" id=\"seen\" value=\"{}\">",
        sight.agreement.version
    )));
    page.fields.extend(match step {
        "purpose" => purpose_fields(sight, terms, form, errors),
        "time" => time_fields(app, sight, form, errors).await?,
        "money" => money_fields(form, errors),
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

fn purpose_fields(sight: &Sight, terms: &Terms, form: &FormData, errors: &Errors) -> Vec<Html> {
    let prompts = terms.kind().map_or_else(String::new, |kind| kind.prompts.join(" "));
    let mut fields = Vec::new();
    if sight.agreement.in_force.is_some() {
        fields.push(lines(form, errors, "change", "Why the agreement changes", "", 3));
    }
    fields.extend([
        line(form, errors, "title", "What is the support for?", "A few words"),
        lines(form, errors, "purpose", "The need and the purpose", "", 5),
        lines(
            form,
            errors,
            "success",
            "How will both schools know that it worked?",
            &format!("One line for each. {prompts}"),
            5,
        ),
        lines(
            form,
            errors,
            "supporter_goal",
            "What does the supporting school want to learn or improve at home?",
            "Support goes both ways: nobody signs without this",
            3,
        ),
        lines(
            form,
            errors,
            "other_support",
            "Other support either school has at the same time",
            "One line for each. It is printed with the result, so that nobody claims too much",
            3,
        ),
    ]);
    fields
}

/// How many people of a team the form has room for.
const TEAM_ROOM: usize = 6;

async fn time_fields(
    app: &App,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Vec<Html>, PageError> {
    let people = people_of(app, sight.agreement.supporting).await?;
    let mut fields = vec![
        day(form, errors, "start_on", "First day", ""),
        day(form, errors, "end_on", "Last day", ""),
        Html::trusted("<h2 class=\"govuk-heading-m\" id=\"team\">The team</h2>"),
    ];
    let used = (0..TEAM_ROOM).filter(|at| !form.text(&format!("name-{at}")).is_empty()).count();
    for at in 0..(used + 2).min(TEAM_ROOM) {
        let field = |name: &str| format!("{name}-{at}");
        let mut person = Select::new(field("account"), "Somebody with an account here")
            .item("", "Nobody with an account");
        for (account, name) in &people {
            person = person.item(account.to_string(), name.as_str());
        }
        let person = person.value(form.text(&field("account")));
        let lead = if form.has("lead", &at.to_string()) { " checked" } else { "" };
        fields.push(Html::trusted(format!(
            "<fieldset class=\"govuk-fieldset as-card\"><legend class=\"govuk-fieldset__legend \
             govuk-fieldset__legend--s\">Person {}</legend>{}{}{}{}<div class=\"govuk-radios \
             govuk-radios--small\" data-module=\"govuk-radios\"><div class=\"govuk-radios__item\">\
             <input class=\"govuk-radios__input\" id=\"lead-{at}\" name=\"lead\" type=\"radio\" \
             value=\"{at}\"{lead}><label class=\"govuk-label govuk-radios__label\" \
             for=\"lead-{at}\">Leads the team</label></div></div></fieldset>",
            at + 1,
            line(form, errors, &field("name"), "Name", "").as_str(),
            Html::of(&person).as_str(),
            line(form, errors, &field("part"), "What they do", "For example: coaches the reading lead").as_str(),
            number(form, errors, &field("days"), "Days", "Half-days as .5", "days").as_str(),
        )));
    }
    Ok(fields)
}

/// People with a post at a school, for the team.
async fn people_of(app: &App, org: OrgRef) -> Result<Vec<(AccountId, String)>, PageError> {
    let mut people = Vec::new();
    for role in [Role::Head, Role::Staff, Role::Governor] {
        for account in accounts::holders(&app.db, &app.clock, org, role).await? {
            if people.iter().all(|(id, _)| *id != account.id) {
                people.push((account.id, account.name));
            }
        }
    }
    Ok(people)
}

fn money_fields(form: &FormData, errors: &Errors) -> Vec<Html> {
    let examples =
        pack().rates.iter().map(|rate| rate.name.clone()).collect::<Vec<_>>().join(". ");
    let amount = |name: &str, label: &str, hint: &str| -> Html {
        let mut input = govuk::Input::new(name, label)
            .value(form.text(name))
            .width(10)
            .inputmode("decimal")
            .spellcheck(false)
            .prefix("£")
            .error_if(errors.get(name));
        if !hint.is_empty() {
            input = input.hint(hint);
        }
        Html::of(&input)
    };
    vec![
        amount("day_rate", "What is paid for a day", &format!("Examples: {examples}")),
        amount("home_share", "Of this, to the supporting school", ""),
        amount("broker_share", "Of this, to the broker", ""),
        line(form, errors, "funder", "Who pays besides the supported school?", "Leave empty if nobody"),
        amount("funder_pays", "How much of the whole do they pay?", ""),
        number(
            form,
            errors,
            "reciprocal_days",
            "Days the supported school gives in return",
            "Leave empty if none",
            "days",
        ),
        line(form, errors, "reciprocal_words", "What with?", "For example: music teaching"),
    ]
}

async fn measure_fields(
    app: &App,
    sight: &Sight,
    terms: &Terms,
    form: &FormData,
    errors: &Errors,
) -> Result<Vec<Html>, PageError> {
    let mut fields = vec![paragraphs(
        "Choose few: one to three for each school. They are fixed when you sign, with the smallest \
         change you would call worth having, so that nobody can choose a flattering one later.",
    )];
    for side in Side::BOTH {
        let definitions = neighbours::indicators_for(&app.db, sight.agreement.school(side)).await?;
        let mut boxes = Checkboxes::new(
            side.key(),
            format!("Indicators for {}", sight.school(side)).as_str(),
        )
        .small()
        .error_if(errors.get("kpis").filter(|_| side == Side::Supported));
        for (at, definition) in definitions.iter().enumerate() {
            let value = format!("{}:{}", definition.code, definition.group.code());
            let name = format!("{}-{}", side, definition.code);
            let typed = form.text(&name);
            let usual = definition.kpi().worth_having;
            let worth = govuk::Input::new(
                name.clone(),
                format!("Smallest change worth having ({})", definition.suffix.trim()).as_str(),
            )
            .value(if typed.is_empty() { format!("{usual}") } else { typed.to_owned() })
            .width(5)
            .inputmode("decimal");
            let checked = form.has(side.key(), &value);
            let id = if at == 0 && side == Side::Supported { "kpis".to_owned() } else { String::new() };
            boxes.items.push(Some(
                CheckboxItem::new(value, definition.plain_name)
                    .id(id)
                    .checked(checked)
                    .conditional(Html::of(&worth)),
            ));
        }
        fields.push(Html::of(&boxes));
    }
    let start = terms.start_on.unwrap_or_else(|| app.clock.today());
    let newest = AcademicYear::of(start).0 - 1;
    let years: Vec<(String, String)> =
        (newest - 2..=newest).rev().map(|y| (y.to_string(), AcademicYear(y).to_string())).collect();
    let mut chosen: Vec<(&str, &str, &str)> =
        years.iter().map(|(value, words)| (value.as_str(), words.as_str(), "")).collect();
    chosen.push(("", "No results were looked at", ""));
    fields.push(choice(
        form,
        errors,
        "chosen_on",
        "Which results were looked at when this support was decided?",
        "That year is never the base: results picked for being low rise by themselves",
        &chosen,
    ));
    let first = Terms::first_outturn(start).0;
    let ahead: Vec<(String, String)> =
        (first..=first + 1).map(|y| (y.to_string(), AcademicYear(y).to_string())).collect();
    let ahead: Vec<(&str, &str, &str)> =
        ahead.iter().map(|(value, words)| (value.as_str(), words.as_str(), "")).collect();
    fields.push(choice(
        form,
        errors,
        "outturn_from",
        "The first results that count as what came of it",
        "Results of that year and the next are looked at",
        &ahead,
    ));
    Ok(fields)
}

/// How many review dates the form has room for.
const REVIEW_ROOM: usize = 6;

fn promise_fields(terms: &Terms, form: &FormData, errors: &Errors) -> Vec<Html> {
    let needed = terms.kind().map_or(1, |kind| kind.reviews);
    let used = (0..REVIEW_ROOM)
        .filter(|at| !form.text(&format!("review-{at}-day")).is_empty())
        .count();
    let mut fields = vec![Html::trusted("<div id=\"reviews\"></div>")];
    for at in 0..needed.max(used + 1).min(REVIEW_ROOM) {
        let legend = format!("Review {}", at + 1);
        fields.push(day(form, errors, &format!("review-{at}"), &legend, ""));
    }
    fields.push(day(form, errors, "exit_plan_by", "Exit plan drafted by", "Leave empty if not needed"));
    for (name, label) in [
        ("confidentiality", "What stays between you"),
        ("data", "Which data are shared, with whom and for how long"),
        ("safeguarding", "How a safeguarding worry is reported"),
        ("exit", "How it ends"),
    ] {
        fields.push(lines(form, errors, name, label, "", 4));
    }
    fields
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
    let terms = read(&step, stored.clone(), &form, &mut errors);
    let seen = form.text("seen").parse().unwrap_or(0);
    if errors.is_empty() {
        match acts::save(&app, &permit, sight.agreement.id, seen, &terms).await {
            Ok(()) => {
                let next = STEPS.get(at + 1).map_or("check", |(code, _)| code);
                return Ok(redirect(&sight.at(&format!("edit/{next}"))));
            }
            Err(refusal) => beside(&mut errors, refusal)?,
        }
    }
    show_step(&app, frame, &sight, &stored, &step, &form, &errors).await
}

/// The draft with what a step's form says.
fn read(step: &str, mut terms: Terms, form: &FormData, errors: &mut Errors) -> Terms {
    let several = |name: &str| -> Vec<String> {
        form.text(name).lines().map(|line| line.trim().to_owned()).filter(|l| !l.is_empty()).collect()
    };
    match step {
        "purpose" => {
            terms.title = form.text("title").to_owned();
            terms.purpose = form.text("purpose").to_owned();
            terms.success = several("success");
            terms.supporter_goal = form.text("supporter_goal").to_owned();
            terms.other_support = several("other_support");
            if !form.text("change").is_empty() {
                terms.change = form.text("change").to_owned();
            }
        }
        "time" => {
            terms.start_on = optional_day(form, "start_on", errors, "Enter the first day");
            terms.end_on = optional_day(form, "end_on", errors, "Enter the last day");
            terms.team = team(form, errors);
        }
        "money" => read_money(&mut terms, form, errors),
        "measures" => read_measures(&mut terms, form, errors),
        _ => {
            terms.reviews = (0..REVIEW_ROOM)
                .filter_map(|at| {
                    optional_day(form, &format!("review-{at}"), errors, "Enter a whole date")
                })
                .collect();
            terms.reviews.sort();
            terms.exit_plan_by = optional_day(form, "exit_plan_by", errors, "Enter a whole date");
            terms.confidentiality = form.text("confidentiality").to_owned();
            terms.data = form.text("data").to_owned();
            terms.safeguarding = form.text("safeguarding").to_owned();
            terms.exit = form.text("exit").to_owned();
        }
    }
    terms
}

/// A day that may be left out; half-filled is a problem.
pub(super) fn optional_day(
    form: &FormData,
    name: &str,
    errors: &mut Errors,
    message: &str,
) -> Option<Date> {
    let typed = ["day", "month", "year"]
        .iter()
        .any(|part| !form.text(&format!("{name}-{part}")).is_empty());
    if typed || !form.text(name).is_empty() { form.date(name, errors, message) } else { None }
}

fn team(form: &FormData, errors: &mut Errors) -> Vec<TeamMember> {
    let mut team = Vec::new();
    for at in 0..TEAM_ROOM {
        let field = |name: &str| format!("{name}-{at}");
        let name = form.text(&field("name")).to_owned();
        let days = form.text(&field("days"));
        if name.is_empty() && days.is_empty() {
            continue;
        }
        if name.is_empty() {
            errors.add(&field("name"), "Enter the person's name");
        }
        let half_days = form
            .half_days(&field("days"), errors, "Enter days in halves, for example 0.5 or 9")
            .unwrap_or(0);
        team.push(TeamMember {
            account: form.text(&field("account")).parse().ok(),
            name,
            part: form.text(&field("part")).to_owned(),
            half_days,
            lead: form.has("lead", &at.to_string()),
        });
    }
    team
}

fn read_money(terms: &mut Terms, form: &FormData, errors: &mut Errors) {
    let message = "Enter an amount in pounds, for example 350 or 87.50";
    terms.money.day_rate = pence(form, "day_rate", errors, message);
    terms.money.home_share = pence(form, "home_share", errors, message);
    terms.money.broker_share = pence(form, "broker_share", errors, message);
    terms.money.funder = form.text("funder").to_owned();
    terms.money.funder_pays = pence(form, "funder_pays", errors, message);
    terms.money.reciprocal_half_days = if form.text("reciprocal_days").is_empty() {
        0
    } else {
        form.half_days("reciprocal_days", errors, "Enter days in halves, for example 2 or 0.5")
            .unwrap_or(0)
    };
    terms.money.reciprocal_words = form.text("reciprocal_words").to_owned();
    if terms.money.home_share + terms.money.broker_share != terms.money.day_rate {
        errors.add(
            "home_share",
            "The two shares must add up to what is paid for a day",
        );
    }
}

fn read_measures(terms: &mut Terms, form: &FormData, errors: &mut Errors) {
    terms.kpis.clear();
    for side in Side::BOTH {
        let sent: Vec<String> = form.all(side.key()).map(str::to_owned).collect();
        for value in sent {
            let Some((code, group)) = value.split_once(':') else { continue };
            let name = format!("{side}-{code}");
            let worth = form
                .parsed::<f64>(&name, errors, "Enter the change as a number above nothing")
                .filter(|worth| worth.is_finite() && *worth > 0.0);
            if worth.is_none() && errors.get(&name).is_none() {
                errors.add(&name, "Enter the change as a number above nothing");
            }
            terms.kpis.push(ChosenKpi {
                side,
                code: code.to_owned(),
                group: group.to_owned(),
                worth_having: worth.unwrap_or(0.0),
            });
        }
    }
    terms.chosen_on =
        form.text("chosen_on").parse().ok().map(|year| ChosenOn { year: AcademicYear(year) });
    terms.outturn_from = form.text("outturn_from").parse().ok().map(AcademicYear);
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
        .row("Supported school pays", pounds(cost.school))
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
        "Send it to both schools to sign"
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
                paragraphs("Everything is there. The broker sends it to both schools to sign.")
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

