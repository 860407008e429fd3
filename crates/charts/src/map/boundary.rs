//! Boundaries: read from GeoJSON, thinned to what can be seen, cut to the view.

use std::fmt;
use std::fmt::Write as _;

use serde_json::Value;

use super::label::Rect;
use super::projection::Projection;
use crate::svg::n;

/// An area's outline: rings of (longitude, latitude), outer ones and holes alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    /// Its name.
    pub name: String,
    /// Closed rings.
    pub rings: Vec<Vec<(f64, f64)>>,
}

/// What was wrong with a GeoJSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeoJsonProblem {
    /// Not JSON at all.
    NotJson(String),
    /// JSON, but without a list of features.
    NoFeatures,
    /// A feature that is neither a polygon nor several, or has a point that is no point.
    BadFeature {
        /// Which, counting from one.
        feature: usize,
        /// What was found.
        found: String,
    },
}

impl fmt::Display for GeoJsonProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(why) => write!(f, "the boundaries are not JSON: {why}"),
            Self::NoFeatures => f.write_str(
                "the boundaries have no list of features: save them as a GeoJSON FeatureCollection",
            ),
            Self::BadFeature { feature, found } => {
                write!(
                    f,
                    "feature {feature} of the boundaries is {found}; a Polygon or MultiPolygon in degrees is needed"
                )
            }
        }
    }
}

impl std::error::Error for GeoJsonProblem {}

/// Reads the polygons of a GeoJSON FeatureCollection in WGS84. `name` is the property to call
/// each by.
///
/// # Errors
/// [`GeoJsonProblem`], which names the feature.
pub fn boundaries_from_geojson(text: &str, name: &str) -> Result<Vec<Boundary>, GeoJsonProblem> {
    let json: Value =
        serde_json::from_str(text).map_err(|e| GeoJsonProblem::NotJson(e.to_string()))?;
    let features =
        json.get("features").and_then(Value::as_array).ok_or(GeoJsonProblem::NoFeatures)?;
    features
        .iter()
        .enumerate()
        .map(|(i, feature)| {
            let bad = |found: &str| GeoJsonProblem::BadFeature {
                feature: i + 1,
                found: found.to_owned(),
            };
            let geometry = &feature["geometry"];
            let coordinates = &geometry["coordinates"];
            let polygons: Vec<&Value> = match geometry["type"].as_str() {
                Some("Polygon") => vec![coordinates],
                Some("MultiPolygon") => {
                    coordinates.as_array().ok_or_else(|| bad("empty"))?.iter().collect()
                }
                Some(other) => return Err(bad(&format!("a {other}"))),
                None => return Err(bad("without geometry")),
            };
            let mut rings = Vec::new();
            for polygon in polygons {
                for ring in polygon.as_array().ok_or_else(|| bad("a polygon without rings"))? {
                    let points = ring.as_array().ok_or_else(|| bad("a ring without points"))?;
                    let points: Option<Vec<(f64, f64)>> = points.iter().map(point).collect();
                    rings.push(
                        points.ok_or_else(|| bad("a ring with a point that is not two degrees"))?,
                    );
                }
            }
            Ok(Boundary {
                name: feature["properties"][name].as_str().unwrap_or_default().to_owned(),
                rings,
            })
        })
        .collect()
}

fn point(value: &Value) -> Option<(f64, f64)> {
    let (lon, lat) = (value.get(0)?.as_f64()?, value.get(1)?.as_f64()?);
    (lon.abs() <= 180.0 && lat.abs() <= 90.0).then_some((lon, lat))
}

impl Boundary {
    /// The outline as a path within the view; empty when none of it can be seen.
    pub(crate) fn path(&self, projection: &Projection, view: Rect) -> String {
        let mut d = String::new();
        for ring in &self.rings {
            let flat: Vec<(f64, f64)> = ring.iter().map(|p| projection.at(*p)).collect();
            let cut = clip(&thin(&flat, 0.4), view);
            if cut.len() < 3 {
                continue;
            }
            for (i, (x, y)) in cut.iter().enumerate() {
                let _ = write!(d, "{}{} {}", if i == 0 { 'M' } else { 'L' }, n(*x), n(*y));
            }
            d.push('Z');
        }
        d
    }
}

/// Leaves out points that move the line by less than `tolerance` (Douglas and Peucker 1973).
fn thin(points: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    if points.len() < 4 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    keep[0] = true;
    keep[points.len() - 1] = true;
    // A ring begins where it ends: the farthest point splits it in two lines.
    let far = farthest(points, 0, points.len() - 1).map_or(points.len() / 2, |f| f.0);
    keep[far] = true;
    let mut stack = vec![(0, far), (far, points.len() - 1)];
    while let Some((a, b)) = stack.pop() {
        if let Some((middle, distance)) = farthest(points, a, b)
            && distance > tolerance
        {
            keep[middle] = true;
            stack.push((a, middle));
            stack.push((middle, b));
        }
    }
    points.iter().zip(keep).filter_map(|(p, keep)| keep.then_some(*p)).collect()
}

fn farthest(points: &[(f64, f64)], a: usize, b: usize) -> Option<(usize, f64)> {
    let (p, q) = (points[a], points[b]);
    let length = (q.0 - p.0).hypot(q.1 - p.1);
    (a + 1..b)
        .map(|i| {
            let r = points[i];
            let distance = if length < 1e-9 {
                (r.0 - p.0).hypot(r.1 - p.1)
            } else {
                ((q.0 - p.0) * (p.1 - r.1) - (p.0 - r.0) * (q.1 - p.1)).abs() / length
            };
            (i, distance)
        })
        .max_by(|x, y| x.1.total_cmp(&y.1))
}

/// Cuts a polygon to the view, edge by edge (Sutherland and Hodgman 1974).
fn clip(points: &[(f64, f64)], view: Rect) -> Vec<(f64, f64)> {
    type Inside = fn((f64, f64), Rect) -> f64;
    let edges: [Inside; 4] =
        [|p, v| p.0 - v.left, |p, v| v.right - p.0, |p, v| p.1 - v.top, |p, v| v.bottom - p.1];
    let mut polygon = points.to_vec();
    for depth in edges {
        let mut cut = Vec::with_capacity(polygon.len() + 8);
        for (i, &b) in polygon.iter().enumerate() {
            let a = polygon[(i + polygon.len() - 1) % polygon.len()];
            let (da, db) = (depth(a, view), depth(b, view));
            if (da >= 0.0) != (db >= 0.0) {
                let t = da / (da - db);
                cut.push((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t));
            }
            if db >= 0.0 {
                cut.push(b);
            }
        }
        polygon = cut;
        if polygon.is_empty() {
            break;
        }
    }
    polygon
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_polygon_is_refused_by_its_number() {
        assert!(matches!(boundaries_from_geojson("{", "n"), Err(GeoJsonProblem::NotJson(_))));
        assert_eq!(boundaries_from_geojson("{}", "n"), Err(GeoJsonProblem::NoFeatures));
        let text =
            r#"{"features":[{"properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}]}"#;
        let problem = boundaries_from_geojson(text, "n").unwrap_err();
        assert!(
            problem.to_string().starts_with("feature 1 of the boundaries is a Point"),
            "{problem}"
        );
    }

    #[test]
    fn polygons_are_cut_to_the_view() {
        let view = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        let cut = clip(&[(-5.0, -5.0), (15.0, -5.0), (15.0, 5.0), (-5.0, 5.0)], view);
        assert!(
            cut.iter().all(|p| (0.0..=10.0).contains(&p.0) && (0.0..=10.0).contains(&p.1)),
            "{cut:?}"
        );
        assert!(clip(&[(20.0, 20.0), (30.0, 20.0), (30.0, 30.0)], view).is_empty());
    }

    #[test]
    fn straight_lines_lose_their_middle_points() {
        let ring = [(0.0, 0.0), (5.0, 0.01), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)];
        assert_eq!(thin(&ring, 0.4).len(), 5);
    }
}
