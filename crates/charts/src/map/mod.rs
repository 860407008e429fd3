//! A map drawn on the server: schools as symbols, boundaries behind them, no tiles, no script.

mod boundary;
mod label;
mod projection;

pub use boundary::{Boundary, GeoJsonProblem, boundaries_from_geojson};

use crate::number::Finite;
use crate::plot::{BODY, SMALL, Sample, legend};
use crate::svg::{Anchor, Canvas, Drawing, Frame, INK, OTHER, PAPER, Paint, text_width};
use crate::symbol::Symbol;
use crate::table::Table;
use label::{Boxes, Rect};
use projection::Projection;

/// Something on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Longitude in degrees, east positive (WGS84).
    pub lon: Finite,
    /// Latitude in degrees, north positive.
    pub lat: Finite,
    /// Name.
    pub name: String,
    /// Symbol, by phase.
    pub symbol: Symbol,
    /// What the symbol means, for the table.
    pub kind: String,
    /// Drawn larger, ringed and always named: the school the page is about.
    pub emphasis: bool,
    /// A further word for the table and the pointer: a distance, a trust.
    pub note: String,
}

/// A map.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// Frame.
    pub frame: Frame,
    /// Boundaries, drawn behind.
    pub boundaries: Vec<Boundary>,
    /// Places.
    pub places: Vec<Place>,
    /// What the symbols mean.
    pub kinds: Vec<(Symbol, String)>,
    /// Pairs of places to join by a line: who supports whom.
    pub links: Vec<(usize, usize)>,
    /// Whether to name places beyond those with emphasis, as far as there is room.
    pub name_places: bool,
}

const SEA: &str = "#eaf1f5";
const LAND: &str = "#fdfcf7";
const COAST: &str = "#7c878e";

impl Map {
    /// Draws it.
    #[must_use]
    pub fn draw(&self) -> Drawing {
        let mut canvas = Canvas::default();
        let width = self.frame.units();
        let mut items: Vec<(Sample, &str)> = self
            .kinds
            .iter()
            .map(|(s, words)| (Sample::Symbol(*s, s.colour()), words.as_str()))
            .collect();
        if !self.links.is_empty() {
            items.push((Sample::Dashed(INK), "Support"));
        }
        let top = if items.is_empty() {
            6.0
        } else {
            8.0 + legend(&mut canvas, (10.0, 14.0), width - 20.0, &items)
        };
        let points = self.places.iter().map(|p| (p.lon.get(), p.lat.get()));
        let projection = Projection::fitting(points, self.outer_points(), (8.0, top), width - 16.0);
        let (left, height) = (8.0, projection.height());
        let right = left + projection.width();
        canvas.rect("map__sea", (left, top, right - left, height), Paint::fill(SEA), "");
        let view = Rect { left, top, right, bottom: top + height };
        for boundary in &self.boundaries {
            let d = boundary.path(&projection, view);
            if !d.is_empty() {
                canvas.path(
                    "map__area",
                    &d,
                    Paint::fill(LAND).outlined(COAST, 1.2),
                    &boundary.name,
                );
            }
        }
        let at: Vec<(f64, f64)> =
            self.places.iter().map(|p| projection.at((p.lon.get(), p.lat.get()))).collect();
        for &(a, b) in &self.links {
            if let (Some(a), Some(b)) = (at.get(a), at.get(b)) {
                canvas.line("map__link", *a, *b, Paint::stroke(PAPER, 4.0));
                canvas.line("map__link", *a, *b, Paint::stroke(INK, 1.6).dashed("6 4"));
            }
        }
        let radius = if self.places.len() > 150 { 3.4 } else { 4.6 };
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        order.sort_by_key(|i| self.places[*i].emphasis);
        for &i in &order {
            self.symbol(&mut canvas, i, at[i], radius);
        }
        self.labels(&mut canvas, &at, radius, view);
        scale_bar(&mut canvas, &projection, view);
        canvas.rect("map__edge", (left, top, right - left, height), Paint::stroke(COAST, 1.0), "");
        canvas.finish("map", &self.frame, top + height + 8.0, &self.finding(), self.table())
    }

    /// Corners of the boundaries, when there are no places to fit.
    fn outer_points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.boundaries.iter().flat_map(|b| b.rings.iter().flatten().copied())
    }

    fn symbol(&self, canvas: &mut Canvas, i: usize, at: (f64, f64), radius: f64) {
        let place = &self.places[i];
        let hint = if place.note.is_empty() {
            place.name.clone()
        } else {
            format!("{}, {}", place.name, place.note)
        };
        if place.emphasis {
            canvas.circle(
                "map__ring",
                at,
                radius + 6.0,
                Paint::fill(PAPER).outlined(OTHER, 2.5),
                "",
            );
            place.symbol.draw(canvas, at, radius + 1.4, place.symbol.colour(), &hint);
        } else {
            place.symbol.draw(canvas, at, radius, place.symbol.colour(), &hint);
        }
    }

    /// Names, those with emphasis first; one that would cover another or a symbol is left out
    /// and stays in the table.
    fn labels(&self, canvas: &mut Canvas, at: &[(f64, f64)], radius: f64, view: Rect) {
        let mut boxes = Boxes::new(view);
        for (place, (x, y)) in self.places.iter().zip(at) {
            let r = if place.emphasis { radius + 7.0 } else { radius + 0.5 };
            boxes.take(Rect { left: x - r, top: y - r, right: x + r, bottom: y + r });
        }
        // Lines between places are not written over.
        for &(a, b) in &self.links {
            if let (Some(a), Some(b)) = (at.get(a), at.get(b)) {
                for i in 1..40 {
                    let t = f64::from(i) / 40.0;
                    let (x, y) = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
                    let near =
                        Rect { left: x - 2.0, top: y - 2.0, right: x + 2.0, bottom: y + 2.0 };
                    boxes.take(near);
                }
            }
        }
        // The scale's corner stays free.
        boxes.take(Rect {
            left: view.left,
            top: view.bottom - 30.0,
            right: view.left + 120.0,
            bottom: view.bottom,
        });
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&self.places[*a], &self.places[*b]);
            b.emphasis.cmp(&a.emphasis).then_with(|| a.name.cmp(&b.name))
        });
        for i in order {
            let place = &self.places[i];
            if !place.emphasis && !self.name_places {
                continue;
            }
            let size = if place.emphasis { BODY } else { SMALL - 1.0 };
            let r = if place.emphasis { radius + 9.0 } else { radius + 3.0 };
            let extent = (text_width(&place.name, size) * 1.06, size);
            if let Some((x, y, anchor)) = boxes.place(at[i], r, extent, place.emphasis) {
                let style = (size, if place.emphasis { OTHER } else { INK }, anchor);
                canvas.haloed("map__name", (x, y), &place.name, style);
            }
        }
    }

    fn finding(&self) -> String {
        let mut counts: Vec<(String, usize)> = Vec::new();
        for place in &self.places {
            match counts.iter_mut().find(|(kind, _)| *kind == place.kind) {
                Some((_, count)) => *count += 1,
                None => counts.push((place.kind.clone(), 1)),
            }
        }
        counts.sort();
        let kinds: Vec<String> =
            counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let mut text = format!("{} places", self.places.len());
        if !kinds.is_empty() {
            text.push_str(&format!(": {}", kinds.join(", ")));
        }
        text.push('.');
        let marked: Vec<&str> =
            self.places.iter().filter(|p| p.emphasis).map(|p| p.name.as_str()).collect();
        if !marked.is_empty() {
            text.push_str(&format!(" Marked: {}.", marked.join(", ")));
        }
        for &(a, b) in &self.links {
            if let (Some(a), Some(b)) = (self.places.get(a), self.places.get(b)) {
                text.push_str(&format!(" {} supports {}.", a.name, b.name));
            }
        }
        text
    }

    fn table(&self) -> Table {
        let mut table =
            Table::new(&self.frame.title, &["Name", "Kind", "Note", "Latitude", "Longitude"]);
        let mut places: Vec<&Place> = self.places.iter().collect();
        places.sort_by(|a, b| a.name.cmp(&b.name));
        for p in places {
            table.push(vec![
                p.name.clone(),
                p.kind.clone(),
                p.note.clone(),
                format!("{:.4}", p.lat.get()),
                format!("{:.4}", p.lon.get()),
            ]);
        }
        table
    }
}

fn scale_bar(canvas: &mut Canvas, projection: &Projection, view: Rect) {
    let mile = projection.units_per_metre() * 1609.344;
    let room = (view.right - view.left) * 0.28;
    let Some(miles) =
        [100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25].into_iter().find(|m| m * mile <= room)
    else {
        return;
    };
    let (x, y, length) = (view.left + 10.0, view.bottom - 10.0, miles * mile);
    let words =
        if (miles - 1.0_f64).abs() < 1e-9 { "1 mile".to_owned() } else { format!("{miles} miles") };
    for paint in [Paint::stroke(PAPER, 5.0), Paint::stroke(INK, 2.0)] {
        canvas.polyline(
            "map__scale",
            &[(x, y - 5.0), (x, y), (x + length, y), (x + length, y - 5.0)],
            paint,
        );
    }
    canvas.haloed("map__scale", (x + 4.0, y - 6.0), &words, (SMALL - 0.5, INK, Anchor::Start));
}
