//! Three schools of an alliance and one far away, with the people who meet.

use access::{Post, Role, partnerships};
use foundation::{Context, OrgRef, Sql as _, jobs};
use jiff::civil::date;
use testkit::{Persona, Setup, TestApp};

pub(crate) const HARBOUR: OrgRef = OrgRef::School(999_101);
pub(crate) const OAKFIELD: OrgRef = OrgRef::School(999_207);
pub(crate) const BREDE: OrgRef = OrgRef::School(999_103);
const FAR: OrgRef = OrgRef::School(999_900);

pub(crate) fn setup() -> Setup {
    Setup::new(
        &[
            register::MIGRATIONS,
            needs::MIGRATIONS,
            brokerage::MIGRATIONS,
            support::MIGRATIONS,
            networks::MIGRATIONS,
        ],
        networks::routes,
    )
    .with_handlers(|| networks::handlers(foundation::mail::handlers(jobs::Handlers::default())))
}

pub(crate) struct World {
    /// The partnership.
    pub(crate) alliance: OrgRef,
    /// Head of Harbour View.
    pub(crate) priya: Persona,
    /// Teaching assistant at Harbour View.
    pub(crate) tom: Persona,
    /// Leads reading at Oakfield and convenes.
    pub(crate) aisha: Persona,
    /// Head of St Brede's.
    pub(crate) anselm: Persona,
    /// Broker of the alliance.
    pub(crate) marcus: Persona,
    /// Head of a school that belongs to nothing of this.
    pub(crate) stranger: Persona,
}

pub(crate) async fn world(t: &TestApp) -> World {
    let context = Context::system("test", t.app.clock.now());
    let tx = t.app.db.write().await.unwrap();
    let start = date(2020, 9, 1);
    let alliance =
        partnerships::found(&tx, &t.app.ids, &context, "Tideway", "alliance", start).await.unwrap();
    for school in [HARBOUR, OAKFIELD, BREDE] {
        partnerships::join(&tx, &context, alliance, school, start).await.unwrap();
    }
    for (org, name) in [
        (HARBOUR, "Harbour View Primary"),
        (OAKFIELD, "Oakfield Primary"),
        (BREDE, "St Brede's Primary"),
        (FAR, "Far Primary"),
    ] {
        let urn = i64::from(org.urn().unwrap());
        tx.run(
            "INSERT INTO school (urn, file, version, name, sort_name, phase, kind, status, is_open,
               authority, authority_name)
             VALUES ($1, 1, 1, $2, $3, 'primary', 'Community school', 'Open', TRUE, 990, 'Northmere')",
            [urn.into(), name.into(), name.to_lowercase().into()],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let post = |org, role, title: &str| [Post::new(org, role, title)];
    World {
        alliance,
        priya: t.person("Priya Nair", &post(HARBOUR, Role::Head, "Headteacher")).await,
        tom: t.person("Tom Bell", &post(HARBOUR, Role::Staff, "Teaching assistant")).await,
        aisha: t.person("Aisha Khan", &post(OAKFIELD, Role::Staff, "Leader of reading")).await,
        anselm: t.person("Anselm Coyle", &post(BREDE, Role::Head, "Headteacher")).await,
        marcus: t.person("Marcus Webb", &post(alliance, Role::Broker, "Broker")).await,
        stranger: t.person("Una Far", &post(FAR, Role::Head, "Headteacher")).await,
    }
}

/// Marcus begins "Early reading leads" with Aisha, meeting once a term; the address of its page.
pub(crate) async fn founded(t: &TestApp, w: &World) -> String {
    let aisha = w.aisha.account.to_string();
    let form = [
        ("name", "Early reading leads"),
        ("about", "Whoever leads early reading, whatever their post."),
        ("convenor", aisha.as_str()),
        ("pattern", "3"),
        ("sort", "network"),
    ];
    let done = t.post(Some(&w.marcus), "/networks/new", &form).await.expect(303);
    done.location().to_owned()
}

/// Moves the clock to a moment and keeps everybody signed in.
pub(crate) async fn later(t: &TestApp, moment: &str) {
    let to: jiff::Timestamp = moment.parse().unwrap();
    t.app.clock.set(to);
    let until = to + jiff::SignedDuration::from_hours(12);
    t.app
        .db
        .run(
            "UPDATE session SET seen_at = $1, expires_at = $2",
            [to.as_microsecond().into(), until.as_microsecond().into()],
        )
        .await
        .unwrap();
}
