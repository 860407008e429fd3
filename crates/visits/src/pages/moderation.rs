//! Judging together: the same thing, the same rubric, each alone, then side by side.

use access::{Action, SignedIn, Visitor};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{Details, Html, Tag, TagColour};
use support::{
    agreements::store,
    pages::{
        Sight,
        parts::{self, FormPage, Sheet, bullets, choice, go, line, lines, link, paragraphs, text},
        sight_to_act,
    },
};

use super::permit_to_act;
use crate::{
    machine::{Who, may},
    moderations::{self, Act, Given, Judgement, New, State},
    pack,
};

pub(super) const VISIBLE: &str = "the leaders of the two schools, the team and their broker";
const OWN: &str = "own";

fn tag(state: State) -> Tag {
    let colour = match state {
        State::Begun | State::OneIn => TagColour::Blue,
        State::Compared => TagColour::Yellow,
        State::Settled => TagColour::Green,
        State::Left => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

/// The moderations of an agreement, with the way to a new one.
pub(super) async fn listed(
    app: &App,
    visitor: &Visitor,
    sight: &Sight,
    works: bool,
) -> Result<Html, PageError> {
    let mut parts = Vec::new();
    for it in moderations::of_agreement(&app.db, visitor, sight.agreement.id).await? {
        parts.push(Html::trusted(format!(
            "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/moderations/{}\">{}</a> {}</p>",
            it.id,
            text(&it.about).as_str(),
            Html::of(&tag(it.state())).as_str()
        )));
    }
    let mine = moderations::schools_of(&app.db, &sight.agreement, visitor.account, &visitor.posts);
    if works && mine.await.is_ok() {
        parts.push(link(&sight.at("moderations/new"), "Judge the same thing with the same rubric"));
    }
    Ok(Html::join(parts))
}

fn ask_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let pack = pack::pack();
    let mut page = FormPage::new("Judge together", sight.at("moderations/new"), sight.at("visits"));
    page.caption = sight.title();
    page.problems = parts::problems(errors);
    page.lede = paragraphs(
        "One person of each school looks at the same thing and judges it alone, with the same words. \
         Then you see both beside each other and talk about where you differ. It is about what good \
         means to both of you; nobody is graded by it.",
    );
    page.button = "Ask the other school".to_owned();
    let told: Vec<(String, String, String)> = pack
        .rubrics
        .iter()
        .map(|one| (one.code.clone(), one.name.clone(), one.aspects.join(". ") + "."))
        .collect();
    let mut items: Vec<(&str, &str, &str)> = told
        .iter()
        .map(|(code, name, hint)| (code.as_str(), name.as_str(), hint.as_str()))
        .collect();
    items.push((OWN, "One of our own", "Write its aspects below."));
    page.fields = vec![
        lines(
            form,
            errors,
            "about",
            "What will both of you look at?",
            "For example: six reading books of Year 3, without names. Nothing that names a pupil.",
            3,
        ),
        choice(form, errors, "rubric", "With which rubric?", "", &items),
        lines(
            form,
            errors,
            "aspects",
            "The aspects of a rubric of your own",
            "Between two and ten, each on a line of its own. Leave it empty with the others.",
            5,
        ),
    ];
    let mut built = frame
        .page("Judge together")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(VISIBLE);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// The form is opened by those who may send it.
async fn door(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<(Sight, access::Permit), PageError> {
    let (sight, permit) = sight_to_act(app, visitor, id).await?;
    let posts = &visitor.posts;
    moderations::schools_of(&app.db, &sight.agreement, visitor.account, posts).await?;
    Ok((sight, permit))
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = door(&app, &visitor, &id).await?;
    ask_form(frame, &sight, &FormData::default(), &Errors::default())
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = door(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    let pack = pack::pack();
    let about = form.text("about").to_owned();
    let new = match (form.text("rubric"), pack.rubrics.first()) {
        (OWN, Some(first)) => New {
            about,
            rubric: "Our own rubric".to_owned(),
            aspects: form.text("aspects").lines().map(str::to_owned).collect(),
            levels: first.levels.clone(),
        },
        (code, _) => pack.rubric(code).map_or_else(
            || New { about: about.clone(), ..New::default() },
            |one| New {
                about: about.clone(),
                rubric: one.name.clone(),
                aspects: one.aspects.clone(),
                levels: one.levels.clone(),
            },
        ),
    };
    if errors.is_empty() {
        match moderations::ask(&app, &permit, sight.agreement.id, &new).await {
            Ok(id) => return Ok(redirect(&format!("/moderations/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    ask_form(frame, &sight, &form, &errors)
}

/// What every page about a moderation begins with.
pub(super) struct Open {
    pub(super) it: moderations::Moderation,
    pub(super) given: Given,
    pub(super) names: [String; 2],
    pub(super) who: Vec<Who>,
    resource: access::Resource,
}

impl Open {
    pub(super) fn at(&self, page: &str) -> String {
        format!("/moderations/{}{page}", self.it.id)
    }

    fn name(&self, org: OrgRef) -> &str {
        if org == self.it.one { &self.names[0] } else { &self.names[1] }
    }

    fn of(&self, org: OrgRef, aspect: i64) -> Option<&Judgement> {
        self.given.shown.iter().find(|one| one.org == org && one.aspect == aspect)
    }
}

pub(super) async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<Open, PageError> {
    let id: moderations::ModerationId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = moderations::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let team = store::team_accounts(&app.db, it.agreement).await?;
    let who = it.standings(visitor.account, &visitor.posts, &team);
    let resource = it.resource(team);
    access::authorize(app, visitor, Action::Read, &resource)?;
    let given = moderations::given(&app.db, &it, visitor.account, &who).await?;
    let names = support::names(&app.db, [it.one, it.other]).await?;
    let name = |org: OrgRef| names.get(&org).cloned().unwrap_or_default();
    let names = [name(it.one), name(it.other)];
    Ok(Open { it, given, names, who, resource })
}

/// Opens a moderation for somebody who is about to do something; whoever is of neither school is told
/// so before they write.
pub(super) async fn open_to_act(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<(Open, access::Permit), PageError> {
    let open = open(app, visitor, id).await?;
    let permit = permit_to_act(app, visitor, &open.resource)?;
    if open.who.is_empty() {
        let words = "One person of each of the two schools judges.".to_owned();
        return Err(support::Refusal::NotYours(words).into());
    }
    Ok((open, permit))
}

pub(super) fn level_name(levels: &[String], level: i64) -> String {
    let at = usize::try_from(level - 1).ok();
    let name = at.and_then(|at| levels.get(at)).cloned().unwrap_or_default();
    format!("{level}: {name}")
}

/// Each aspect with one's own judgement, and the other's once both are in.
async fn compared(app: &App, open: &Open) -> Result<Html, PageError> {
    let (aspects, levels) = (open.it.aspects(), open.it.levels());
    let agreed = moderations::agreed(&app.db, open.it.id).await?;
    let both = open.it.state().is_compared();
    let orgs: Vec<OrgRef> = [open.it.one, open.it.other]
        .into_iter()
        .filter(|org| both || open.given.shown.iter().any(|one| one.org == *org))
        .collect();
    if orgs.is_empty() {
        return Ok(Html::default());
    }
    let settled = open.it.state() == State::Settled;
    let pairs = moderations::side_by_side(&open.it, &open.given.shown);
    let mut columns = vec!["Aspect".to_owned()];
    columns.extend(orgs.iter().map(|org| open.name(*org).to_owned()));
    if both {
        columns.push("Between you".to_owned());
    }
    if settled {
        columns.push("What you agreed".to_owned());
    }
    let rows = (1..)
        .zip(&aspects)
        .map(|(aspect, words)| {
            let mut row = vec![Cell::text(words.clone())];
            for org in &orgs {
                let one = open.of(*org, aspect);
                row.push(Cell::text(
                    one.map_or_else(String::new, |one| level_name(&levels, one.level)),
                ));
            }
            if both {
                let pair = pairs.iter().find(|pair| pair.aspect == aspect);
                row.push(Cell::text(pair.map_or_else(String::new, |pair| match pair.apart() {
                    0 => "The same".to_owned(),
                    1 => "One level".to_owned(),
                    apart if settled => format!("{apart} levels"),
                    apart => format!("{apart} levels: talk about it"),
                })));
            }
            if settled {
                let said = agreed.iter().find(|one| one.aspect == aspect);
                row.push(Cell::text(said.map_or_else(String::new, |one| {
                    format!("{}. {}", level_name(&levels, one.level), one.words)
                })));
            }
            row
        })
        .collect();
    let table = Table {
        caption: if both { "Side by side" } else { "What you judged" }.to_owned(),
        columns,
        rows,
        notes: Vec::new(),
    };
    Ok(Html::trusted(table.html()))
}

/// What each saw, aspect by aspect, where anybody said so: those to talk about first.
fn seen(open: &Open) -> Html {
    let pairs = moderations::side_by_side(&open.it, &open.given.shown);
    let apart = |aspect: i64| {
        pairs.iter().find(|pair| pair.aspect == aspect).map_or(0, |pair| pair.apart())
    };
    let mut told: Vec<(i64, String)> = (1..)
        .zip(open.it.aspects())
        .filter_map(|(aspect, words)| {
            let said: Vec<String> = [open.it.one, open.it.other]
                .into_iter()
                .filter_map(|org| open.of(org, aspect))
                .filter(|one| !one.seen.is_empty())
                .map(|one| format!("{}: {}", open.name(one.org), one.seen))
                .collect();
            (!said.is_empty()).then(|| {
                let heading =
                    format!("<h3 class=\"govuk-heading-s\">{}</h3>", text(words).as_str());
                (aspect, heading + bullets(said).as_str())
            })
        })
        .collect();
    told.sort_by_key(|(aspect, _)| -apart(*aspect));
    Html::join(told.into_iter().map(|(_, html)| Html::trusted(html)))
}

/// What may be done next, with the way there.
fn next(open: &Open, form: &FormData, errors: &Errors) -> Html {
    let mut parts = Vec::new();
    match open.given.mine {
        Some((_, Act::Change)) => {
            parts.push(paragraphs(
                "You have judged. What you judged stays hidden until the other school has judged too; \
                 until then you can change it.",
            ));
            parts.push(link(&open.at("/judge"), "Change what you judged"));
        }
        Some(_) => parts.push(go(&open.at("/judge"), "Judge on your own")),
        None => {}
    }
    if may(open.it.state(), Act::Settle, &open.who) {
        parts.push(go(&open.at("/agree"), "Write down what you agree"));
    }
    if may(open.it.state(), Act::Leave, &open.who) {
        let html = Html::trusted(format!(
            "<form method=\"post\" action=\"{}\" novalidate class=\"as-noprint\">{}<button \
             type=\"submit\" class=\"govuk-button govuk-button--secondary\" \
             data-module=\"govuk-button\">Leave it unfinished</button></form>",
            open.at(""),
            line(form, errors, "words", "Why do you leave it?", "").as_str(),
        ));
        let details = Details::new("Leave it unfinished", html);
        parts.push(Html::of(&if errors.is_empty() { details } else { details.open(true) }));
    }
    Html::join(parts)
}

async fn page(
    app: &App,
    frame: Frame,
    open: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut sheet = Sheet::new(open.it.about.clone());
    sheet.caption = open.it.rubric.clone();
    sheet.tag = Html::of(&tag(open.it.state()));
    sheet.nav = parts::problems(errors);
    let who = [open.it.one, open.it.other].map(|org| {
        let by = open.given.by.iter().find(|(of, _)| *of == org);
        match by {
            Some((_, name)) => format!("{}: {name} has judged", open.name(org)),
            None => format!("{}: nobody has judged yet", open.name(org)),
        }
    });
    let words_heading = match open.it.state() {
        State::Left => "Why it was left",
        _ => "What we learned about quality",
    };
    let mut sheet = sheet.part("", next(open, form, errors));
    if !open.it.state().is_compared() {
        sheet = sheet.part("Who has judged", bullets(who));
    }
    let sheet = sheet
        .part("", compared(app, open).await?)
        .part(words_heading, paragraphs(&open.it.words))
        .part("What was seen", seen(open));
    let mut built = frame
        .page("Judging together")
        .crumb("Agreements", "/agreements")
        .crumb("Visits", format!("/agreements/{}/visits", open.it.agreement))
        .visible_to(if open.it.state().is_compared() {
            VISIBLE
        } else {
            "the leaders of the two schools, the team and their broker; what somebody judged, them \
             alone until both have judged"
        })
        .wide();
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&sheet)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let open = open(&app, &visitor, &id).await?;
    page(&app, frame, &open, &FormData::default(), &Errors::default()).await
}

/// Leaves it unfinished.
pub(super) async fn leave(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (open, permit) = open_to_act(&app, &visitor, &id).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match moderations::leave(&app, &permit, open.it.id, form.text("words")).await {
            Ok(_) => return Ok(redirect(&open.at(""))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    page(&app, frame, &open, &form, &errors).await
}
