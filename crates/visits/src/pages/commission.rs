//! Reviews a school commissions and owns.

use access::{Action, Role, SignedIn, Visitor, accounts, looks};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, DbError, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Select, SummaryList, Tag, TagColour};
use support::{
    Refusal,
    pages::parts::{self, FormPage, Sheet, choice, day, go, hidden, line, lines, paragraphs, text},
};

use super::permit_to_act;
use crate::{
    commissions::{self, Act, Commission, CommissionId, NewCommission, Shown, State, say},
    machine::{Who, may},
    pack::pack,
};

fn tag(owner: OrgRef, state: State) -> Tag {
    let colour = match state {
        State::Requested | State::Scoped | State::Checking => TagColour::Yellow,
        State::Accepted | State::Fieldwork | State::Draft => TagColour::Blue,
        State::Final | State::Response | State::FollowUp => TagColour::Green,
        State::Closed | State::Withdrawn => TagColour::Grey,
    };
    Tag::coloured(colour, say(owner, state.words()))
}

/// The schools and trusts for which a visitor may ask for a review.
fn owners(visitor: &Visitor) -> Vec<OrgRef> {
    let schools = visitor.orgs(Role::Head).filter(|org| org.urn().is_some());
    let trusts = visitor.orgs(Role::TrustExecutive).filter(|org| matches!(org, OrgRef::Trust(_)));
    schools.chain(trusts).collect()
}

/// For whom a form asks: one of the visitor's own, the first where it does not say.
fn owner_of(visitor: &Visitor, named: &str) -> Result<OrgRef, PageError> {
    let all = owners(visitor);
    let named = named.parse::<OrgRef>().ok().filter(|org| all.contains(org));
    named.or_else(|| all.first().copied()).ok_or(PageError::NotFound)
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let all = commissions::readable(&app.db, &visitor).await?;
    let names = support::names(&app.db, all.iter().map(|one| one.owner)).await?;
    let mut sheet = Sheet::new("Reviews we ask for");
    sheet.lede = paragraphs(
        "A school or a trust asks peers or a reviewer to look at something with fresh eyes. What \
         they find belongs to whoever asked: they alone decide who else reads it.",
    );
    let items: String = all
        .iter()
        .map(|one| {
            let name = names.get(&one.owner).cloned().unwrap_or_default();
            format!(
                "<li><a class=\"govuk-link\" href=\"/commissions/{}\">{}</a> {}</li>",
                one.id,
                text(format!("{}, {name}", one.kind_name())).as_str(),
                Html::of(&tag(one.owner, one.state())).as_str()
            )
        })
        .collect();
    if !items.is_empty() {
        let list = format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>");
        sheet = sheet.part("", Html::trusted(list));
    }
    for owner in owners(&visitor) {
        let name = register::org_name(&app.db, owner).await?;
        let href = format!("/commissions/new?owner={owner}");
        sheet = sheet.part("", go(&href, &format!("Ask for a review of {name}")));
    }
    frame
        .page("Reviews")
        .crumb("Visits", "/visits")
        .visible_to("you; each review says who can read it")
        .show(&sheet)
}

/// People who may be asked to review: everybody with a post outside the school, in its
/// partnerships.
async fn reviewers(
    app: &App,
    visitor: &Visitor,
    owner: OrgRef,
) -> Result<Vec<(String, String)>, PageError> {
    let today = app.clock.today();
    let mut found = Vec::new();
    for partnership in &visitor.partnerships {
        let cadre = brokerage::cadre::cadre_of(&app.db, *partnership).await?;
        for one in cadre
            .into_iter()
            .filter(|one| one.is_live(today) && one.is_current(today) && one.org != owner)
        {
            if found.iter().all(|(account, _)| *account != one.person.to_string()) {
                let words = format!("{}, {}", one.name, one.role_name());
                found.push((one.person.to_string(), words));
            }
        }
    }
    Ok(found)
}

async fn ask_form(
    app: &App,
    frame: Frame,
    visitor: &Visitor,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let owner = owner_of(visitor, form.text("owner"))?;
    let mut page = FormPage::new("Ask for a review", "/commissions/new", "/commissions");
    page.problems = parts::problems(errors);
    page.button = "Go on".to_owned();
    let kinds: Vec<(&str, &str, &str)> = pack()
        .reviews
        .iter()
        .filter(|kind| kind.of.fits(owner))
        .map(|kind| {
            let prompt = kind.prompts.first().map_or("", String::as_str);
            (kind.code.as_str(), kind.name.as_str(), prompt)
        })
        .collect();
    let people = reviewers(app, visitor, owner).await?;
    let select = people.into_iter().fold(
        Select::new("reviewer", "Who leads it?").item("", "Choose a person"),
        |select, (account, words)| select.item(account, words),
    );
    page.caption = register::org_name(&app.db, owner).await?;
    page.fields = vec![
        hidden("owner", owner),
        choice(form, errors, "kind", "What kind of review?", "", &kinds),
        Html::of(&select.value(form.text("reviewer")).error_if(errors.get("reviewer"))),
        line(form, errors, "team", "Who comes along?", "Names and roles"),
        day(form, errors, "from_on", "First day", ""),
        day(form, errors, "to_on", "Last day", ""),
    ];
    let mut built = frame
        .page("Ask for a review")
        .crumb("Reviews", "/commissions")
        .visible_to(say(owner, "the leaders of your school and the reviewer, and nobody else"));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// For whom a review is asked.
#[derive(serde::Deserialize)]
pub(super) struct About {
    #[serde(default)]
    owner: String,
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Query(about): Query<About>,
) -> Result<Response, PageError> {
    let form = FormData::from_pairs([("owner", about.owner)]);
    ask_form(&app, frame, &visitor, &form, &Errors::default()).await
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let owner = owner_of(&visitor, form.text("owner"))?;
    let resource = access::Resource::new(access::Kind::Visit, access::Zone::School, owner);
    let permit = access::authorize(&app, &visitor, Action::Create, &resource)?;
    let mut errors = form.errors();
    let reviewer = form.parsed("reviewer", &mut errors, "Choose who leads it");
    let from_on = form.date("from_on", &mut errors, "Enter the first day");
    let to_on = form.date("to_on", &mut errors, "Enter the last day");
    if let (true, Some(reviewer), Some(from_on), Some(to_on)) =
        (errors.is_empty(), reviewer, from_on, to_on)
    {
        let person = accounts::get(&app.db, reviewer).await?.ok_or(PageError::NotFound)?;
        let new = NewCommission {
            owner,
            kind: form.text("kind").to_owned(),
            reviewer,
            reviewer_name: person.name,
            team: form.text("team").to_owned(),
            from_on,
            to_on,
            partnership: visitor.partnerships.first().copied(),
        };
        match commissions::ask(&app, &permit, &new).await {
            Ok(id) => return Ok(redirect(&format!("/commissions/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    ask_form(&app, frame, &visitor, &form, &errors).await
}

async fn open(app: &App, visitor: &Visitor, id: &str) -> Result<Commission, PageError> {
    let id: CommissionId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = commissions::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let resource = it.resource(&app.db).await?;
    access::authorize(app, visitor, Action::Read, &resource)?;
    looks::record(app, visitor, &resource, "review", it.id).await?;
    Ok(it)
}

fn visible(it: &Commission) -> String {
    if !it.state().is_final() {
        return say(it.owner, "the leaders of the school and the reviewer, and nobody else");
    }
    say(it.owner, &it.shown().words().to_lowercase())
}

/// What an act asks for, where it asks for words.
const fn question(act: Act) -> Option<(&'static str, &'static str)> {
    Some(match act {
        Act::Scope => ("Terms of reference", "What is looked at, what is not, and for whom"),
        Act::Accept => {
            ("Your interests", "Anything that ties you to the school; “none” if nothing")
        }
        Act::Write => ("What you found", "Strengths first; no names of pupils or staff"),
        Act::Correct => ("What should be corrected?", "Which fact is wrong and how it should read"),
        Act::Respond => ("The school's response", "What you take up, what you do not, and why"),
        Act::Follow => ("The follow-up workshop", "When, who comes, which findings become actions"),
        Act::Begin | Act::Submit | Act::Finish | Act::Close | Act::Withdraw => return None,
    })
}

fn page(
    frame: Frame,
    visitor: &Visitor,
    it: &Commission,
    school: &str,
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let who = it.standings(visitor.account, &visitor.posts);
    let mut sheet = Sheet::new(it.kind_name());
    sheet.caption = school.to_owned();
    sheet.tag = Html::of(&tag(it.owner, it.state()));
    sheet.nav = parts::problems(errors);
    let (from, to) = it.days();
    let mut list = SummaryList::new()
        .row("Led by", it.reviewer_name.as_str())
        .row("Days", format!("{} to {}", date_in_words(from), date_in_words(to)));
    if !it.team.is_empty() {
        list = list.row("Comes along", it.team.as_str());
    }
    if !it.interests.is_empty() {
        list = list.row("Declared interests", it.interests.as_str());
    }
    let mut sheet = sheet
        .part("", Html::of(&list))
        .part("Terms of reference", paragraphs(&it.scope))
        .part("Findings", paragraphs(&it.findings))
        .part(&say(it.owner, "The school's corrections"), paragraphs(&it.facts))
        .part(&say(it.owner, "The school's response"), paragraphs(&it.response))
        .part("Follow-up", paragraphs(&it.follow_up));
    if it.hash.is_some() && !it.intact() {
        let words = "The findings no longer match their seal: tell whoever runs your Alongside.";
        sheet = sheet.part("", paragraphs(words));
    }
    let here = format!("/commissions/{}", it.id);
    let mut asked = Vec::new();
    for act in Act::ALL {
        if !may(it.state(), *act, &who) {
            continue;
        }
        // One box of words on the page at a time: two would share a name.
        let field = match question(*act) {
            Some((label, hint)) => {
                let mut shown = form.clone();
                if *act == Act::Write && form.text("words").is_empty() {
                    shown = FormData::from_pairs([("words", it.findings.as_str())]);
                }
                lines(&shown, errors, "words", &say(it.owner, label), &say(it.owner, hint), 6)
            }
            None => Html::default(),
        };
        let quiet = if field.is_empty() { " govuk-button--secondary" } else { "" };
        asked.push(Html::trusted(format!(
            "<form method=\"post\" action=\"{here}\" novalidate class=\"as-noprint\">{}{}<button \
             type=\"submit\" name=\"act\" value=\"{}\" class=\"govuk-button{quiet}\" \
             data-module=\"govuk-button\">{}</button></form>",
            field.as_str(),
            seen(it, asked.len()),
            act.key(),
            say(it.owner, act.words())
        )));
    }
    sheet = sheet.part("", Html::join(asked));
    if it.state().is_final() && who.contains(&Who::Owner) {
        let current = FormData::from_pairs([("shown", it.shown().key())]);
        let said: Vec<(&str, String)> =
            Shown::ALL.iter().map(|one| (one.key(), say(it.owner, one.words()))).collect();
        let items: Vec<(&str, &str, &str)> =
            said.iter().map(|(key, words)| (*key, words.as_str(), "")).collect();
        let field = choice(&current, errors, "shown", "Who may read the findings?", "", &items);
        let form = format!(
            "<form method=\"post\" action=\"{here}/publish\" novalidate class=\"as-noprint\">{}\
             <button type=\"submit\" class=\"govuk-button govuk-button--secondary\" \
             data-module=\"govuk-button\">Save who may read it</button></form>",
            field.as_str()
        );
        sheet = sheet.part("The findings are yours", Html::trusted(form));
    }
    let name = it.kind_name().to_owned();
    let mut built = frame.page(name).crumb("Reviews", "/commissions").visible_to(visible(it));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&sheet)
}

/// The version the writer saw; only the first form of a page carries an element's name as its id.
fn seen(it: &Commission, at: usize) -> String {
    match at {
        0 => hidden("seen", it.version).as_str().to_owned(),
        _ => format!("<input type=\"hidden\" name=\"seen\" value=\"{}\">", it.version),
    }
}

async fn name(app: &App, it: &Commission) -> Result<String, PageError> {
    Ok(register::org_name(&app.db, it.owner).await?)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    let school = name(&app, &it).await?;
    page(frame, &visitor, &it, &school, (&FormData::default(), &Errors::default()))
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    let permit = permit_to_act(&app, &visitor, &it.resource(&app.db).await?)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let act: Act = form
            .text("act")
            .parse()
            .map_err(|_| PageError::Bad("Press one of the buttons.".to_owned()))?;
        let seen = form.text("seen").parse().unwrap_or(0);
        match commissions::take(&app, &permit, it.id, act, form.text("words"), seen).await {
            // The reviewer's own page ends with the findings becoming the school's.
            Ok(_) => return Ok(redirect(&format!("/commissions/{}", it.id))),
            Err(Refusal::Db(DbError::Conflict(_))) => errors.add(
                "words",
                "Somebody changed this review while you were writing. What you typed is still \
                 here: look at the page again and send it once more",
            ),
            Err(refusal) => parts::beside(&mut errors, refusal)?,
        }
    }
    let school = name(&app, &it).await?;
    page(frame, &visitor, &it, &school, (&form, &errors))
}

pub(super) async fn publish(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = open(&app, &visitor, &id).await?;
    let permit = permit_to_act(&app, &visitor, &it.resource(&app.db).await?)?;
    let mut errors = form.errors();
    if let Some(shown) = form.parsed::<Shown>("shown", &mut errors, "Choose who may read it") {
        match commissions::publish(&app, &permit, it.id, shown).await {
            Ok(()) => return Ok(redirect(&format!("/commissions/{}", it.id))),
            Err(refusal) => parts::beside(&mut errors, refusal)?,
        }
    }
    let school = name(&app, &it).await?;
    page(frame, &visitor, &it, &school, (&form, &errors))
}
