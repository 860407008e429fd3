//! Serves this room's pages with a small invented alliance, signed in as one of its people:
//! `cargo run -p brokerage --example serve -- 8090 marcus` (or priya, daniel).

#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod world;

use std::error::Error;

use access::{Action, Visitor};
use axum::{extract::Request, middleware};
use brokerage::{cadre::SupporterRef, proposals, requests};
use matching::Depth;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let port: u16 = words.next().unwrap_or_else(|| "8090".to_owned()).parse()?;
    let who = words.next().unwrap_or_else(|| "marcus".to_owned());
    let t = testkit::TestApp::sqlite(&world::setup()).await;
    let w = world::world(&t).await;
    for (name, urn) in [("Bea Lund", 999_202), ("Cy Marsh", 999_203), ("Dot Fenn", 999_205)] {
        world::leader(&t, w.alliance, name, urn, Depth::Expert).await;
    }
    world::leader(&t, w.alliance, "Eve Bay", 999_102, Depth::Leading).await;
    let first = world::matching(&t, &w).await;
    world::matching(&t, &w).await;
    let request = requests::request(&t.app.db, first).await?.ok_or("no request")?;
    let permit = world::permit(&t, &w.marcus, Action::Broker, &request.resource()).await;
    let new = proposals::NewProposal {
        supporter: SupporterRef::Designation(w.aisha_as),
        half_days: 18,
        reason: String::new(),
        message: "You both teach stories first. Talk about the first six weeks.".to_owned(),
    };
    proposals::propose(&t.app, &permit, first, request.version, &new).await?;
    let persona = match who.as_str() {
        "priya" => &w.priya,
        "daniel" => &w.daniel,
        _ => &w.marcus,
    };
    let visitor: Visitor = t.visitor(persona).await;
    let signed_in = middleware::from_fn(move |mut request: Request, next: middleware::Next| {
        request.extensions_mut().insert(visitor.clone());
        next.run(request)
    });
    let routes = brokerage::routes().merge(needs::routes()).layer(signed_in);
    let routes = foundation::web::protect(routes.merge(foundation::web::asset_routes()), &t.app);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, routes.with_state(t.app.clone())).await?;
    Ok(())
}
