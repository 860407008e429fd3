//! The map of a request: the school that asks, and who could come from where; and the table that
//! says the same.

use charts::{Drawing, Finite, Frame, Map, Place, Symbol};
use foundation::web::{Cell, Table};

use crate::desk::{Case, words};
use crate::requests::days_in_words;

/// Somebody on the map, with whether they are on the shortlist.
pub(super) struct Spot<'a> {
    pub(super) candidate: &'a matching::Candidate,
    pub(super) listed: bool,
}

struct Base {
    position: (f64, f64),
    names: Vec<String>,
    listed: bool,
    km: Option<f64>,
}

fn place(
    position: (f64, f64),
    name: &str,
    symbol: Symbol,
    kind: &str,
    note: &str,
) -> Option<Place> {
    Some(Place {
        lat: Finite::new(position.0).ok()?,
        lon: Finite::new(position.1).ok()?,
        name: name.to_owned(),
        symbol,
        kind: kind.to_owned(),
        emphasis: symbol == Symbol::Diamond,
        note: note.to_owned(),
    })
}

const ASKS: &str = "The school that asks";
const COULD: &str = "Could help";
const LISTED: &str = "On your shortlist";

/// Draws the map; nothing when the asking school's own place is not known or nobody has one.
pub(super) fn draw(case: &Case, spots: &[Spot<'_>]) -> Option<Drawing> {
    let schools = &case.pool.schools;
    let own = case.request.org.urn().and_then(|urn| schools.get(&urn))?;
    let mut bases: Vec<Base> = Vec::new();
    for spot in spots {
        let key = &spot.candidate.supporter;
        let Some(supporter) = case.pool.supporters.iter().find(|s| s.model.id == *key) else {
            continue;
        };
        let school = supporter.org.urn().and_then(|urn| schools.get(&urn));
        let Some(position) = school.and_then(register::School::position) else { continue };
        match bases.iter_mut().find(|base| base.position == position) {
            Some(base) => {
                base.names.push(supporter.name.clone());
                base.listed |= spot.listed;
            }
            None => bases.push(Base {
                position,
                names: vec![supporter.name.clone()],
                listed: spot.listed,
                km: spot.candidate.travel_km,
            }),
        }
    }
    if bases.is_empty() {
        return None;
    }
    let mut places = vec![place(own.position()?, &own.name, Symbol::Diamond, ASKS, "")?];
    for base in &bases {
        let note = base.km.map_or_else(String::new, |km| format!("{} by road", words::miles(km)));
        let (symbol, kind) =
            if base.listed { (Symbol::Triangle, LISTED) } else { (Symbol::Circle, COULD) };
        places.extend(place(base.position, &base.names.join(", "), symbol, kind, &note));
    }
    let mut kinds = vec![(Symbol::Diamond, ASKS.to_owned())];
    for (symbol, kind, listed) in [(Symbol::Circle, COULD, false), (Symbol::Triangle, LISTED, true)]
    {
        if bases.iter().any(|base| base.listed == listed) {
            kinds.push((symbol, kind.to_owned()));
        }
    }
    let title = format!("Who could come to {}, and from where", own.name);
    let frame = Frame::new("journeys", &title).wide();
    let map =
        Map { frame, boundaries: Vec::new(), places, kinds, links: Vec::new(), name_places: true };
    Some(map.draw())
}

/// The same as a table, in the order of fit.
pub(super) fn table(case: &Case, spots: &[Spot<'_>]) -> Table {
    let rows = spots
        .iter()
        .filter_map(|spot| {
            let key = &spot.candidate.supporter;
            let supporter = case.pool.supporters.iter().find(|s| s.model.id == *key)?;
            Some(vec![
                Cell::text(&supporter.name),
                Cell::text(&supporter.org_name),
                match spot.candidate.travel_km {
                    Some(km) => Cell::Number(words::in_miles(km), 1),
                    None if case.need.mode == matching::Mode::Online => {
                        Cell::Missing("online".to_owned())
                    }
                    None => Cell::Missing("not known".to_owned()),
                },
                Cell::text(days_in_words(i64::from(spot.candidate.free_half_days))),
                Cell::text(if spot.listed { "Yes" } else { "No" }),
            ])
        })
        .collect();
    Table {
        caption: "Journeys, one way".to_owned(),
        columns: ["Who", "From", "Miles by road", "Free in the window", "On your shortlist"]
            .map(str::to_owned)
            .into(),
        rows,
        notes: vec![
            "Miles by road are the straight line times 1.3: near enough to compare, not to bill."
                .to_owned(),
        ],
    }
}
