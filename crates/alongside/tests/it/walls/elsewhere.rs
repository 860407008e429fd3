//! What the second alliance has written, through the rooms' own acts.

use access::{Action, Kind, Permit, Resource, Role, Visitor, Zone, authorize, sharing};
use brokerage::{
    offers::{self, NewOffer},
    requests::{self, Ask, Beneficiary, Mode, Tier},
};
use foundation::{App, OrgRef, Sql as _};
use jiff::civil::date;
use matching::{Depth, Specialism};
use needs::{
    Framework,
    audits::{self, NewAudit},
};
use sea_orm::FromQueryResult;
use support::agreements::{Terms, acts::Origin};

use super::world::{People, Person, Side};

/// Two open primary schools outside every partnership.
pub(super) async fn homes(app: &App) -> [u32; 2] {
    #[derive(FromQueryResult)]
    struct Home {
        urn: i64,
    }
    let homes: Vec<Home> = app
        .db
        .all(
            "SELECT urn FROM school WHERE is_open AND phase = 'primary'
               AND NOT EXISTS (SELECT 1 FROM partnership_member m
                               WHERE m.org = 'school:' || CAST(school.urn AS TEXT))
             ORDER BY urn LIMIT 2",
            [],
        )
        .await
        .expect("schools");
    [homes[0].urn, homes[1].urn].map(|urn| u32::try_from(urn).expect("a reference number"))
}

async fn permit(app: &App, who: &Person, action: Action, resource: &Resource) -> Permit {
    let visitor = Visitor::load(app, who.account, who.name.clone()).await.expect("a visitor");
    authorize(app, &visitor, action, resource).expect("a permit")
}

/// An audit, a request, an offer, an agreement and a data-share agreement.
pub(super) async fn records(app: &App, people: &People, homes: [u32; 2], alliance: OrgRef) {
    let org = OrgRef::School(homes[0]);
    let head = people.who(Role::Head, Side::Other).expect("a head");
    let school = register::school(&app.db, homes[0]).await.expect("a row").expect("a school");
    let framework = Framework::current();
    let areas = audits::prefill::prefill(&app.db, &school, &framework.areas[..2]).await.unwrap();
    let new = NewAudit {
        framework: Framework::current(),
        org,
        title: "Elsewhere looks at itself".to_owned(),
        reason: "A quiet worry of Elsewhere".to_owned(),
        lead: head.name.clone(),
        due: None,
        areas,
    };
    let own = Resource::new(Kind::Audit, Zone::School, org);
    let create = permit(app, head, Action::Create, &own).await;
    let audit = audits::acts::create(app, &create, new).await.unwrap();
    let sign = permit(app, head, Action::Sign, &own).await;
    audits::acts::begin(app, &sign, audit).await.unwrap();

    let ask = Ask {
        title: "Help for Elsewhere".to_owned(),
        need: "Phonics of Elsewhere is taught in three ways".to_owned(),
        outcome: "Every child of Elsewhere reads by six".to_owned(),
        audit: None,
        findings: Vec::new(),
        beneficiaries: vec![Beneficiary::Teacher],
        specialisms: vec![Specialism { code: "early-reading".to_owned(), depth: Depth::Secure }],
        tier: Tier::Targeted,
        phase: "primary".to_owned(),
        earliest: date(2027, 4, 12),
        latest: date(2027, 7, 16),
        half_days: 6,
        mode: Mode::OnSite,
        severity: 3,
        team: false,
        budget_pence: None,
        give_back: String::new(),
        funder: None,
        avoid: Vec::new(),
        avoid_why: String::new(),
    };
    let draft = Resource::new(Kind::Request, Zone::School, org);
    let create = permit(app, head, Action::Create, &draft).await;
    let id = requests::acts::draft(app, &create, org, alliance, &ask).await.unwrap();
    requests::acts::submit(app, &create, id).await.unwrap();

    let offer = NewOffer {
        org,
        partnership: alliance,
        title: "Music with Elsewhere".to_owned(),
        about: "Come and sing with Elsewhere".to_owned(),
        specialisms: vec![Specialism { code: "music".to_owned(), depth: Depth::Expert }],
        phases: vec!["primary".to_owned()],
        on_site: true,
        online: false,
        conditions: String::new(),
        day_rate_pence: 0,
        weekly_cap: 1,
        from: date(2027, 4, 12),
        to: date(2027, 7, 16),
        finding: None,
    };
    let network = Resource::new(Kind::Offer, Zone::Network, org).through(Some(alliance));
    let create = permit(app, head, Action::Create, &network).await;
    offers::make(app, &create, &offer).await.unwrap();

    let kind = support::pack::pack().kinds.iter().find(|kind| kind.heads_alone).expect("a kind");
    let mut terms = Terms::draft(kind, org, OrgRef::School(homes[1]));
    terms.title = "A word between neighbours of Elsewhere".to_owned();
    let agreement = Resource::new(Kind::Agreement, Zone::Parties, org);
    let create = permit(app, head, Action::Create, &agreement).await;
    support::agreements::acts::draft(app, &create, &terms, Origin::default()).await.unwrap();

    let sign = permit(app, head, Action::Sign, &sharing::resource(org)).await;
    let shared = sharing::Terms {
        reader: OrgRef::Authority(899),
        kinds: vec![Kind::Audit],
        purpose: "So that Elsewhere is helped in time".to_owned(),
        start_on: date(2027, 3, 1),
        end_on: date(2027, 8, 31),
    };
    let tx = app.db.write().await.unwrap();
    sharing::agree(&tx, app, &sign, org, &shared).await.unwrap();
    tx.commit().await.unwrap();
}
