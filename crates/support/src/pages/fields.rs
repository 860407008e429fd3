//! The fields of each step of the builder, and how a sent form is read back into the draft.

use access::{AccountId, Role, accounts};
use foundation::{
    App, OrgRef, PageError,
    terms::AcademicYear,
    web::{Errors, FormData},
};
use govuk::{CheckboxItem, Checkboxes, Html, Select};
use jiff::civil::Date;

use super::{
    Sight,
    parts::{
        choice, day, day_pairs, days_typed, line, lines, number, paragraphs, pence, pounds_typed,
    },
    roles, whom,
};
use crate::{
    agreements::{ChosenKpi, ChosenOn, Quiet, Side, TeamMember, Terms},
    neighbours,
    pack::{Tier, pack},
};

/// The form of a step with what the draft holds.
pub(super) fn filled(step: &str, terms: &Terms, seen: i64) -> Option<FormData> {
    let mut pairs: Vec<(String, String)> = vec![("seen".to_owned(), seen.to_string())];
    let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
    match step {
        "purpose" => {
            add("kind", terms.kind.clone());
            add("theme", terms.theme.clone());
            add("title", terms.title.clone());
            add("purpose", terms.purpose.clone());
            add("success", terms.success.join("\n"));
            add("supporter_goal", terms.supporter_goal.clone());
            add("other_support", terms.other_support.join("\n"));
            add("change", terms.change.clone());
            pairs.extend(whom::filled(terms));
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
            let role = roles::filled(terms).into_iter();
            pairs.extend(role.map(|(name, value)| (name.to_owned(), value)));
        }
        "money" => {
            let money = &terms.money;
            add("day_rate", pounds_typed(money.day_rate));
            add("home_share", pounds_typed(money.home_share));
            add("broker_share", pounds_typed(money.broker_share));
            add("funder", money.funder.clone());
            add("funder_org", money.funder_org.map_or_else(String::new, |org| org.to_string()));
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
            for (at, on) in terms.reviews.iter().enumerate() {
                pairs.extend(day_pairs(&format!("review-{at}"), Some(*on)));
            }
            pairs.extend(day_pairs("exit_plan_by", terms.exit_plan_by));
            let mut add = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
            add("confidentiality", &terms.confidentiality);
            add("data", &terms.data);
            add("safeguarding", &terms.safeguarding);
            add("exit", &terms.exit);
            if let Some(quiet) = terms.quiet {
                add("quiet_asked", &quiet.asked.to_string());
                for (name, days) in [("quiet_heads", quiet.heads), ("quiet_broker", quiet.broker)] {
                    add(name, &days.map_or_else(String::new, |days| days.to_string()));
                }
            }
        }
        _ => return None,
    }
    Some(FormData::from_pairs(pairs))
}

/// Purpose, success and what the supporting school learns.
pub(super) fn purpose_fields(
    sight: &Sight,
    terms: &Terms,
    form: &FormData,
    errors: &Errors,
) -> Vec<Html> {
    let prompts = terms.kind().map_or_else(String::new, |kind| kind.prompts.join(" "));
    let mut fields = Vec::new();
    if sight.agreement.in_force.is_some() {
        fields.push(lines(form, errors, "change", "Why the agreement changes", "", 3));
    }
    let themes = terms.kind().map_or(&[][..], |kind| kind.themes.as_slice());
    if !themes.is_empty() {
        let items: Vec<(&str, &str, &str)> =
            themes.iter().map(|one| (one.code.as_str(), one.words.as_str(), "")).collect();
        fields.push(choice(form, errors, "theme", "What is it about?", "", &items));
    }
    fields.extend([
        line(form, errors, "title", "What is the support for?", "A few words"),
        lines(form, errors, "purpose", "The need and the purpose", "", 5),
        whom::field(form, errors),
        lines(
            form,
            errors,
            "success",
            &sight.say("How will both schools know that it worked?"),
            &format!("One line for each. {prompts}"),
            5,
        ),
        lines(
            form,
            errors,
            "supporter_goal",
            &sight.say("What does the supporting school want to learn or improve at home?"),
            "Support goes both ways: nobody signs without this",
            3,
        ),
        lines(
            form,
            errors,
            "other_support",
            &sight.say("Other support either school has at the same time"),
            "One line for each. It is printed with the result, so that nobody claims too much",
            3,
        ),
    ]);
    fields
}

/// How many people of a team one form takes. It grows by two as rows are filled and saved; what a
/// request can carry is the limit, and no school sends more.
const TEAM_ROOM: usize = 60;

/// Dates and team.
pub(super) async fn time_fields(
    app: &App,
    sight: &Sight,
    terms: &Terms,
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
            line(
                form,
                errors,
                &field("part"),
                "What they do",
                "For example: coaches the reading lead"
            )
            .as_str(),
            number(form, errors, &field("days"), "Days", "Half-days as .5", "days").as_str(),
        )));
    }
    fields.extend(roles::fields(sight, terms, form, errors));
    Ok(fields)
}

/// People with a post at a school, for the team.
pub(super) async fn people_of(
    app: &App,
    org: OrgRef,
) -> Result<Vec<(AccountId, String)>, PageError> {
    let mut people = Vec::new();
    for role in [Role::Head, Role::TrustExecutive, Role::Staff, Role::Governor] {
        for account in accounts::holders(&app.db, &app.clock, org, role).await? {
            if people.iter().all(|(id, _)| *id != account.id) {
                people.push((account.id, account.name));
            }
        }
    }
    Ok(people)
}

/// Rates and who pays.
pub(super) async fn money_fields(
    app: &App,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Vec<Html>, PageError> {
    let mut funder =
        Select::new("funder_org", sight.say("Who pays besides the supported school?").as_str())
            .hint("A body chosen here sees the agreement and what it costs")
            .value(form.text("funder_org"))
            .error_if(errors.get("funder_org"))
            .item("", "Nobody, or nobody listed here");
    for (org, name) in funders(app, sight).await? {
        funder = funder.item(org.to_string(), name);
    }
    let examples = pack().rates.iter().map(|rate| rate.name.clone()).collect::<Vec<_>>().join(". ");
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
    Ok(vec![
        amount(
            "day_rate",
            "What is paid for a day",
            &format!("Examples: {}", sight.say(&examples)),
        ),
        amount("home_share", &sight.say("Of this, to the supporting school"), ""),
        amount("broker_share", "Of this, to the broker", ""),
        Html::of(&funder),
        line(
            form,
            errors,
            "funder",
            "Or somebody who is not listed",
            "For example: Alliance fund. Leave empty if nobody",
        ),
        amount("funder_pays", "How much of the whole do they pay?", ""),
        number(
            form,
            errors,
            "reciprocal_days",
            &sight.say("Days the supported school gives in return"),
            "Leave empty if none",
            "days",
        ),
        line(form, errors, "reciprocal_words", "What with?", "For example: music teaching"),
    ])
}

/// The bodies that may be chosen as payers, by name.
pub(super) async fn funders(
    app: &App,
    sight: &Sight,
) -> Result<Vec<(OrgRef, String)>, foundation::DbError> {
    let agreement = &sight.agreement;
    let on = app.clock.today();
    brokerage::funders::of(&app.db, agreement.partnership, agreement.supported, on).await
}

/// Indicators of both schools.
pub(super) async fn measure_fields(
    app: &App,
    sight: &Sight,
    terms: &Terms,
    form: &FormData,
    errors: &Errors,
) -> Result<Vec<Html>, PageError> {
    if Side::BOTH.iter().all(|&side| sight.agreement.school(side).urn().is_none()) {
        return Ok(vec![paragraphs(
            "The public results are those of schools, so nothing is measured here and no lift is \
             worked out. What you wrote as “how will both know that it worked” is what both sides \
             look at in each review and at the end.",
        )]);
    }
    let mut fields = vec![paragraphs(
        "Choose few: one to three for each school. They are fixed when you sign, with the smallest \
         change you would call worth having, so that nobody can choose a flattering one later.",
    )];
    for side in Side::BOTH {
        let definitions = neighbours::indicators_for(&app.db, sight.agreement.school(side)).await?;
        let mut boxes =
            Checkboxes::new(side.key(), format!("Indicators for {}", sight.school(side)).as_str())
                .small()
                .error_if(errors.get("kpis").filter(|_| side == Side::Supported));
        for (at, definition) in definitions.iter().enumerate() {
            let value = format!("{}:{}", definition.code, definition.group.code());
            let name = format!("{}-{}", side, definition.code);
            let typed = form.text(&name);
            let usual = definition.kpi().worth_having;
            let unit = match definition.suffix.trim() {
                "" => "points",
                "%" => "percentage points",
                unit => unit,
            };
            let worth = govuk::Input::new(
                name.clone(),
                format!("Smallest change worth having ({unit})").as_str(),
            )
            .value(if typed.is_empty() { format!("{usual}") } else { typed.to_owned() })
            .width(5)
            .inputmode("decimal");
            let checked = form.has(side.key(), &value);
            let id =
                if at == 0 && side == Side::Supported { "kpis".to_owned() } else { String::new() };
            boxes.items.push(Some(
                CheckboxItem::new(value, definition.plain_name)
                    .id(id)
                    .checked(checked)
                    .conditional(Html::of(&worth)),
            ));
        }
        fields.push(if boxes.items.is_empty() {
            paragraphs(&if sight.agreement.school(side).urn().is_none() {
                format!(
                    "{} is no school, so there are no results to measure. How both will know that \
                     it worked is written under Purpose.",
                    sight.school(side)
                )
            } else {
                format!(
                "No figures are known for {}. Import its results first, or choose a kind of support \
                 that a stated outcome is enough for.",
                sight.school(side)
            )
            })
        } else {
            Html::of(&boxes)
        });
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

/// Reviews and what both promise.
pub(super) fn promise_fields(terms: &Terms, form: &FormData, errors: &Errors) -> Vec<Html> {
    let needed = terms.kind().map_or(1, |kind| kind.reviews);
    let used =
        (0..REVIEW_ROOM).filter(|at| !form.text(&format!("review-{at}-day")).is_empty()).count();
    let mut fields = vec![Html::trusted("<div id=\"reviews\"></div>")];
    for at in 0..needed.max(used + 1).min(REVIEW_ROOM) {
        let legend = format!("Review {}", at + 1);
        fields.push(day(form, errors, &format!("review-{at}"), &legend, ""));
    }
    fields.push(day(
        form,
        errors,
        "exit_plan_by",
        "Exit plan drafted by",
        match terms.kind().is_some_and(|kind| kind.tier == Tier::Intensive) {
            true => "Empty means eight weeks before the last day",
            false => "Leave empty if not needed",
        },
    ));
    for (name, label) in [
        ("confidentiality", "What stays between you"),
        ("data", "Which data are shared, with whom and for how long"),
        ("safeguarding", "How a safeguarding worry is reported"),
        ("exit", "How it ends"),
    ] {
        fields.push(lines(form, errors, name, label, "", 4));
    }
    fields.push(paragraphs(
        "When nothing is heard of the work, or of an action of the plan it belongs to, somebody \
         is asked in a friendly letter. School holidays are left out. Leave all three empty if \
         nobody is to be written to.",
    ));
    for (name, label, hint) in [
        ("quiet_asked", "Days until whoever has it in hand is asked", "From 7 to 120"),
        ("quiet_heads", "Days until both heads are told", "Leave empty if they are not"),
        ("quiet_broker", "Days until the broker is told", "Leave empty if nobody is"),
    ] {
        fields.push(number(form, errors, name, &terms.bodies().say(label), hint, "days"));
    }
    fields
}

/// The draft with what a step's form says.
pub(super) fn read(step: &str, mut terms: Terms, form: &FormData, errors: &mut Errors) -> Terms {
    let several = |name: &str| -> Vec<String> {
        form.text(name)
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|l| !l.is_empty())
            .collect()
    };
    match step {
        "purpose" => {
            terms.title = form.text("title").to_owned();
            if let Some(kind) = terms.kind().filter(|kind| !kind.themes.is_empty()) {
                terms.theme = form.text("theme").to_owned();
                if kind.theme(&terms.theme).is_none() {
                    errors.add("theme", "Choose what the support is about");
                }
            }
            terms.purpose = form.text("purpose").to_owned();
            whom::read(&mut terms, form, errors);
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
            roles::read(&mut terms, form, errors);
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
            terms.quiet = quiet(form, errors);
        }
    }
    terms
}

/// After how long a silence who is told; nothing where all is left empty.
fn quiet(form: &FormData, errors: &mut Errors) -> Option<Quiet> {
    let names = ["quiet_asked", "quiet_heads", "quiet_broker"];
    if names.iter().all(|name| form.text(name).is_empty()) {
        return None;
    }
    let message = "Enter a number of days from 7 to 120";
    let mut above = |name| match form.text(name) {
        "" => Some(None),
        _ => form.parsed(name, errors, message).map(Some),
    };
    let (heads, broker) = (above("quiet_heads"), above("quiet_broker"));
    let quiet = Quiet {
        asked: form.parsed("quiet_asked", errors, message)?,
        heads: heads?,
        broker: broker?,
    };
    if let Some((field, message)) = quiet.problem() {
        errors.add(field, message);
    }
    Some(quiet)
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
    terms.money.funder_org = form.text("funder_org").parse().ok();
    terms.money.funder_pays = pence(form, "funder_pays", errors, message);
    terms.money.reciprocal_half_days = if form.text("reciprocal_days").is_empty() {
        0
    } else {
        form.half_days("reciprocal_days", errors, "Enter days in halves, for example 2 or 0.5")
            .unwrap_or(0)
    };
    terms.money.reciprocal_words = form.text("reciprocal_words").to_owned();
    if terms.money.home_share + terms.money.broker_share != terms.money.day_rate {
        errors.add("home_share", "The two shares must add up to what is paid for a day");
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
