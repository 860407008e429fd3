//! Support written down on one page: what two sides have agreed in outline, or what runs already
//! and is brought in. Both sides sign it all the same.

use access::{Action, Kind as RecordKind, Resource, Role, SignedIn, Visitor, Zone};
use axum::{extract::State as Handle, response::Response};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Select};
use jiff::civil::Date;

use super::{
    fields::{optional_day, people_of},
    parts::{FormPage, day, kept, line, lines, number, paragraphs, problems},
};
use crate::{
    agreements::{
        Body, TeamMember, Terms, acts,
        terms::{BroughtIn, days},
    },
    drafting, neighbours,
    pack::{Kind, pack},
};

/// The questions of the page, in order; a test counts them.
pub const QUESTIONS: [&str; 11] = [
    "supported",
    "supporting",
    "kind",
    "title",
    "success",
    "supporter_goal",
    "person",
    "days",
    "start_on",
    "end_on",
    "given",
];

/// Among whom a visitor may write support down.
struct Setting {
    brokered: Vec<OrgRef>,
    led: Vec<OrgRef>,
    /// Each partnership with each of its schools and trusts.
    members: Vec<(OrgRef, OrgRef)>,
    /// Those schools and trusts by name.
    names: Vec<(OrgRef, String)>,
}

impl Setting {
    async fn of(app: &App, visitor: &Visitor) -> Result<Self, PageError> {
        let brokered: Vec<OrgRef> = visitor.orgs(Role::Broker).collect();
        let led = visitor.led();
        let mine = |partnership: OrgRef| {
            brokered.contains(&partnership)
                || led.iter().any(|org| visitor.has_member(partnership, *org))
        };
        let members: Vec<(OrgRef, OrgRef)> = visitor
            .members
            .iter()
            .copied()
            .filter(|(partnership, member)| mine(*partnership) && Body::of(*member).is_some())
            .collect();
        if members.is_empty() {
            return Err(PageError::Forbidden(
                "The broker of a partnership writes support down here, or somebody who leads one \
                 of its schools or trusts."
                    .to_owned(),
            ));
        }
        let names = neighbours::names(&app.db, members.iter().map(|(_, org)| *org)).await?;
        let mut names: Vec<(OrgRef, String)> = names.into_iter().collect();
        names.sort_by_cached_key(|(org, name)| (name.to_lowercase(), *org));
        Ok(Self { brokered, led, members, names })
    }

    fn chosen(&self, form: &FormData, name: &str) -> Option<OrgRef> {
        let org = form.text(name).parse().ok()?;
        self.names.iter().any(|(known, _)| *known == org).then_some(org)
    }

    /// The partnership both belong to, one the visitor brokers first.
    fn shared(&self, one: OrgRef, other: OrgRef) -> Option<OrgRef> {
        let both = |partnership: &OrgRef| {
            [one, other].iter().all(|org| self.members.contains(&(*partnership, *org)))
        };
        let all = || self.members.iter().map(|(partnership, _)| *partnership);
        all().filter(|it| self.brokered.contains(it)).find(both).or_else(|| all().find(both))
    }
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let setting = Setting::of(&app, &visitor).await?;
    let mut pairs: Vec<(&str, String)> = vec![("kind", "focused".to_owned())];
    if let [own] = setting.led.as_slice() {
        pairs.push(("supporting", own.to_string()));
    }
    let form = FormData::from_pairs(pairs);
    page(frame, &setting, &form, &Errors::default())
}

fn page(
    frame: Frame,
    setting: &Setting,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let title = "Write support down on one page";
    let mut page = FormPage::new(title, "/agreements/quick", "/agreements");
    page.lede = paragraphs(
        "For support that two sides have talked through, and for support that runs already. Both \
         sides read it and sign; everything can be added to before that. What runs already is \
         marked as brought in, and where both stand is written down on the day it begins here, not \
         on the day it began.",
    );
    page.problems = problems(errors);
    let side = |name: &'static str, label: &str| {
        let mut select = Select::new(name, label)
            .value(form.text(name))
            .error_if(errors.get(name))
            .item("", "Choose");
        for (org, words) in &setting.names {
            select = select.item(org.to_string(), words.as_str());
        }
        Html::of(&select)
    };
    let mut kind = Select::new("kind", "What kind of support is it?")
        .value(form.text("kind"))
        .error_if(errors.get("kind"));
    for one in pack().kinds.iter().filter(|one| !one.heads_alone) {
        kind = kind.item(one.code.as_str(), format!("{}: {}", one.name, one.line));
    }
    page.fields = vec![
        side("supported", "Who is helped?"),
        side("supporting", "Who helps?"),
        Html::of(&kind),
        line(form, errors, "title", "What for?", "For example: phonics in Year 1"),
        lines(
            form,
            errors,
            "success",
            "How will both know that it worked?",
            "One line for each. For days on call, leave it empty: the purpose stands for it",
            2,
        ),
        line(
            form,
            errors,
            "supporter_goal",
            "What does the side that helps want to learn?",
            "Support goes both ways. A sentence is enough; for days on call it can wait",
        ),
        line(
            form,
            errors,
            "person",
            "Who comes?",
            "A name. Somebody with an account at the side that helps finds it on their home page. \
             For days on call, leave it empty if it depends",
        ),
        number(form, errors, "days", "How many days in all?", "In halves", "days"),
        day(form, errors, "start_on", "First day", "The day it began, if it runs already"),
        day(form, errors, "end_on", "Last day", ""),
        number(
            form,
            errors,
            "given",
            "Days given already",
            "Leave it empty if it has not begun",
            "days",
        ),
    ];
    page.button = "Write it down".to_owned();
    let mut built = frame
        .page(title)
        .visible_to("the leaders of both sides and the people of the team, from the first draft on")
        .crumb("Agreements", "/agreements");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// What a sent form says, as far as it can be read.
struct Said {
    sides: Option<(OrgRef, OrgRef, OrgRef)>,
    kind: Option<&'static Kind>,
    half_days: Option<i64>,
    given: i64,
    dates: Option<(Date, Date)>,
}

fn read(setting: &Setting, form: &FormData, errors: &mut Errors, today: Date) -> Said {
    let (supported, supporting) =
        (setting.chosen(form, "supported"), setting.chosen(form, "supporting"));
    if supported.is_none() {
        errors.add("supported", "Choose who is helped");
    }
    if supporting.is_none() {
        errors.add("supporting", "Choose who helps");
    }
    let mut sides = None;
    if let (Some(supported), Some(supporting)) = (supported, supporting) {
        let partnership = setting.shared(supported, supporting);
        let own = [supported, supporting].iter().any(|org| setting.led.contains(org));
        match partnership {
            _ if supported == supporting => {
                errors.add("supporting", "Nobody can support itself: choose another");
            }
            None => errors.add("supporting", "The two belong to no partnership of yours"),
            Some(it) if !own && !setting.brokered.contains(&it) => {
                errors.add("supported", "Choose your own on one side, or ask the broker");
            }
            Some(it) => sides = Some((it, supported, supporting)),
        }
    }
    let kind = pack().kind(form.text("kind")).filter(|kind| !kind.heads_alone);
    match (kind, sides) {
        (None, _) => errors.add("kind", "Choose a kind of support"),
        (Some(kind), Some((_, one, other))) if !kind.suits(one) || !kind.suits(other) => {
            errors.add("kind", format!("“{}” is for {}", kind.name, kind.for_whom()));
        }
        _ => {}
    }
    form.required("title", errors, "Say in a few words what it is for");
    // Days on call begin with a purpose, days and dates: they have no other success than that the
    // purpose is served, and whoever is needed comes.
    if !kind.is_some_and(|kind| kind.light) {
        form.required("success", errors, "Say how both will know that it worked");
        form.required("supporter_goal", errors, "Say what the side that helps wants to learn");
        form.required("person", errors, "Say who comes");
    }
    let half_days = form.half_days("days", errors, "Enter days in halves, such as 3 or 4.5");
    let given = if form.text("given").is_empty() {
        0
    } else {
        form.half_days("given", errors, "Enter days in halves, or leave it empty").unwrap_or(0)
    };
    let start = optional_day(form, "start_on", errors, "Enter a whole date");
    let end = optional_day(form, "end_on", errors, "Enter a whole date");
    if start.is_none() && errors.get("start_on").is_none() {
        errors.add("start_on", "Enter the first day");
    }
    if end.is_none() && errors.get("end_on").is_none() {
        errors.add("end_on", "Enter the last day");
    }
    if end.is_some_and(|end| end < today || start.is_some_and(|start| end < start)) {
        errors.add("end_on", "The last day lies after the first, and is still to come");
    }
    if half_days.is_some_and(|agreed| given > agreed) {
        errors.add("given", "More days were given than are agreed: enter more days in all");
    } else if given > 0 && start.is_some_and(|start| start > today) {
        errors.add("given", "It has not begun: leave this empty, or enter the day it began");
    }
    Said { sides, kind, half_days, given, dates: start.zip(end) }
}

pub(super) async fn write(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let setting = Setting::of(&app, &visitor).await?;
    let today = app.clock.today();
    let mut errors = form.errors();
    let said = read(&setting, &form, &mut errors, today);
    if errors.is_empty()
        && let (Some((partnership, supported, supporting)), Some(kind)) = (said.sides, said.kind)
        && let (Some(half_days), Some((start, end))) = (said.half_days, said.dates)
    {
        let mut terms = Terms::draft(kind, supported, supporting);
        terms.title = form.text("title").to_owned();
        terms.success = form
            .text("success")
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
        if terms.success.is_empty() {
            terms.success = vec![terms.title.clone()];
        }
        terms.supporter_goal = form.text("supporter_goal").to_owned();
        let name = match form.text("person") {
            "" => format!(
                "Whoever is called on from {}",
                register::org_name(&app.db, supporting).await?
            ),
            name => name.to_owned(),
        };
        let theirs = people_of(&app, supporting).await?;
        let account = theirs
            .into_iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(&name))
            .map(|(account, _)| account);
        terms.team = vec![TeamMember { account, name, part: String::new(), half_days, lead: true }];
        (terms.start_on, terms.end_on) = (Some(start), Some(end));
        if start < today || said.given > 0 {
            terms.brought_in = Some(BroughtIn { on: today, half_days: said.given });
        }
        if kind.day_for_day {
            terms.money.reciprocal_half_days = half_days;
        }
        drafting::complete(&app.db, &mut terms, kind, start.max(today)).await?;
        let own = if setting.led.contains(&supporting) && !setting.led.contains(&supported) {
            supporting
        } else {
            supported
        };
        let resource = Resource::new(RecordKind::Agreement, Zone::Parties, own)
            .parties([supported, supporting])
            .through(Some(partnership));
        let permit = access::authorize(&app, &visitor, Action::Create, &resource)?;
        let origin = acts::Origin { partnership: Some(partnership), ..acts::Origin::default() };
        match acts::draft(&app, &permit, &terms, origin).await {
            Ok(id) => return Ok(redirect(&format!("/agreements/{id}/edit/check"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    page(frame, &setting, &form, &errors)
}

/// What is said of a support that ran before it was written here; nothing of others.
pub(super) fn brought_in(terms: &Terms) -> Option<String> {
    let it = terms.brought_in?;
    let began = terms
        .start_on
        .map_or_else(String::new, |on| format!(", since {}", foundation::clock::date_in_words(on)));
    let given = match it.half_days {
        0 => String::new(),
        half_days => format!(" Before that, {} had been given.", days(half_days)),
    };
    Some(format!(
        "Brought in on {}: it was running already{began}.{given} Where both sides stood was written \
         down when it began here, so what moved before that is not seen.",
        foundation::clock::date_in_words(it.on)
    ))
}
