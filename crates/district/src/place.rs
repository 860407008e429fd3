//! A coast that does not exist.
//!
//! The district lies in the North Sea, at National Grid references where there is only water: no
//! point of it can be mistaken for a real place, and distances, bearings and the conversion to
//! latitude and longitude still hold. Only the further authorities of a load test, which need
//! the room, are laid out on a plain grid elsewhere.

use crate::chance::Stream;

/// A town of the district.
#[derive(Clone, Debug, PartialEq)]
pub struct Town {
    /// Its invented name.
    pub name: String,
    /// Index of its authority in `District::authorities`.
    pub authority: usize,
    /// Metres east on the National Grid.
    pub easting: f64,
    /// Metres north on the National Grid.
    pub northing: f64,
    /// Postcode district: no British postcode area begins with Q.
    pub outward: String,
    /// How poor the town is, in standard deviations from the district's mean.
    pub deprivation: f64,
    /// Rural–urban code and name as the register prints them.
    pub settlement: (&'static str, &'static str),
    /// How far schools lie from the centre, in metres.
    pub spread: f64,
}

pub(crate) const URBAN: (&str, &str) = ("C1", "(England/Wales) Urban city and town");
pub(crate) const FRINGE: (&str, &str) = ("D1", "(England/Wales) Rural town and fringe");
pub(crate) const VILLAGE: (&str, &str) = ("E1", "(England/Wales) Rural village");

/// South-west corner of the district on the National Grid, in metres.
pub(crate) const ORIGIN: (f64, f64) = (585_000.0, 432_000.0);

/// Name, kilometres east and north, authority, deprivation, settlement.
type Row = (&'static str, f64, f64, usize, f64, (&'static str, &'static str));

/// Towns that every district has, with their place on the ground in kilometres from the corner,
/// authority, deprivation and settlement. The coast runs along the eastern side.
pub(crate) const TOWNS: [Row; 24] = [
    ("Estermouth", 34.0, 22.0, 0, 0.9, URBAN),
    ("Skarrowby", 29.0, 30.0, 0, 0.7, URBAN),
    ("Brinewick", 36.5, 15.0, 0, 1.1, URBAN),
    ("Marram Haven", 38.0, 28.5, 0, 0.2, FRINGE),
    ("Pellingsea", 37.0, 37.0, 0, -0.2, VILLAGE),
    ("Tollengate", 27.0, 17.0, 0, 0.0, URBAN),
    ("Ostlerfleet", 31.0, 9.0, 0, 0.5, FRINGE),
    ("Wraithby", 22.0, 33.0, 0, -0.6, VILLAGE),
    ("Quernsea", 33.0, 42.0, 0, 0.3, FRINGE),
    ("Dunlinmere", 26.0, 14.0, 0, -0.9, VILLAGE),
    ("Gannetwick", 40.0, 33.0, 0, -0.3, VILLAGE),
    ("Lanternfield", 32.0, 25.5, 0, 0.4, URBAN),
    ("Corvenham", 11.0, 24.0, 1, 0.4, URBAN),
    ("Threll", 15.0, 31.0, 1, -0.1, FRINGE),
    ("Upper Threll", 13.0, 35.5, 1, -0.8, VILLAGE),
    ("Hagglewick", 8.0, 16.0, 1, 0.6, URBAN),
    ("Fennimoor", 5.0, 29.0, 1, -0.7, VILLAGE),
    ("Sallowcote", 17.0, 12.0, 1, -1.0, VILLAGE),
    ("Ludderby", 13.5, 18.5, 1, 0.8, URBAN),
    ("Yarrowstead", 9.0, 40.0, 1, -0.5, VILLAGE),
    ("Kestlebridge", 24.6, 23.6, 1, 0.1, URBAN),
    ("Mizzenford", 18.0, 38.5, 1, -0.2, FRINGE),
    ("Oarsby", 6.0, 9.0, 1, 0.2, FRINGE),
    ("Petrelness", 16.0, 6.0, 1, 0.5, FRINGE),
];

/// Towns for the first two authorities, then invented ones on a grid for each further authority.
pub(crate) fn towns(
    seed: u64,
    authorities: usize,
    invent: &mut dyn FnMut() -> String,
) -> Vec<Town> {
    let mut towns: Vec<Town> = TOWNS
        .iter()
        .enumerate()
        .map(|(i, &(name, x, y, authority, deprivation, settlement))| Town {
            name: name.to_owned(),
            authority,
            easting: ORIGIN.0 + x * 1000.0,
            northing: ORIGIN.1 + y * 1000.0,
            outward: format!("QT{}", i + 1),
            deprivation,
            settlement,
            spread: if settlement == URBAN { 1900.0 } else { 900.0 },
        })
        .collect();
    for authority in 2..authorities {
        let mut chance = Stream::named(seed, "towns", &[authority as u64]);
        let (column, row) = (((authority - 2) % 8) as f64, ((authority - 2) / 8) as f64);
        for t in 0..12 {
            let settlement = chance.weighted(&[(URBAN, 0.55), (FRINGE, 0.2), (VILLAGE, 0.25)]);
            towns.push(Town {
                name: invent(),
                authority,
                easting: 300_000.0 + column * 40_000.0 + chance.between(2_000.0, 38_000.0),
                northing: 480_000.0 + row * 40_000.0 + chance.between(2_000.0, 38_000.0),
                outward: format!(
                    "Q{}{}",
                    (b'A' + (authority % 19) as u8) as char,
                    authority / 19 * 12 + t + 1
                ),
                deprivation: chance.normal() * 0.7,
                settlement,
                spread: if settlement == URBAN { 1900.0 } else { 900.0 },
            });
        }
    }
    towns
}

/// The outlines of the two founding authorities, in kilometres from the corner, anticlockwise
/// and closed. They share the border down the middle; the sea is to the east.
const ESTERMOUTH: &[(f64, f64)] = &[
    (20.5, 3.0),
    (27.0, 2.0),
    (33.0, 4.0),
    (37.5, 9.0),
    (39.0, 14.5),
    (37.0, 18.5),
    (36.0, 21.0),
    (37.5, 23.5),
    (40.5, 26.5),
    (41.5, 31.0),
    (42.0, 35.0),
    (38.5, 39.0),
    (36.0, 44.0),
    (31.0, 46.0),
    (25.0, 43.0),
    (20.5, 38.0),
    (19.5, 32.0),
    (24.0, 29.0),
    (27.8, 26.0),
    (27.5, 21.0),
    (24.5, 18.5),
    (21.5, 12.0),
    (20.5, 3.0),
];
const CORVENDALE: &[(f64, f64)] = &[
    (3.0, 6.0),
    (10.0, 3.5),
    (16.0, 2.5),
    (20.5, 3.0),
    (21.5, 12.0),
    (24.5, 18.5),
    (27.5, 21.0),
    (27.8, 26.0),
    (24.0, 29.0),
    (19.5, 32.0),
    (20.5, 38.0),
    (16.0, 42.5),
    (9.0, 43.5),
    (4.5, 39.0),
    (2.0, 30.0),
    (3.5, 18.0),
    (3.0, 6.0),
];

/// The outlines of the two founding authorities on the National Grid, in metres.
#[must_use]
pub fn outlines() -> [Vec<(f64, f64)>; 2] {
    [ESTERMOUTH, CORVENDALE].map(|ring| {
        ring.iter().map(|&(x, y)| (ORIGIN.0 + x * 1000.0, ORIGIN.1 + y * 1000.0)).collect()
    })
}

/// Whether a point lies inside a closed ring (even–odd rule).
pub(crate) fn contains(ring: &[(f64, f64)], x: f64, y: f64) -> bool {
    ring.windows(2)
        .filter(|w| {
            let ((ax, ay), (bx, by)) = (w[0], w[1]);
            (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
        })
        .count()
        % 2
        == 1
}

/// National Grid metres to latitude and longitude (WGS84 degrees).
///
/// The inverse transverse Mercator series and the seven-parameter Helmert shift printed in
/// Ordnance Survey, "A guide to coordinate systems in Great Britain" (annexes C and B); good to
/// about five metres, which is what the shift itself is good for.
#[must_use]
pub fn lat_lon(easting: f64, northing: f64) -> (f64, f64) {
    // Airy 1830 and the National Grid.
    let (a, b) = (6_377_563.396_f64, 6_356_256.909_f64);
    let (f0, lat0, lon0) = (0.999_601_271_7, 49.0_f64.to_radians(), (-2.0_f64).to_radians());
    let (e0, n0) = (400_000.0, -100_000.0);
    let e2 = 1.0 - (b * b) / (a * a);
    let n = (a - b) / (a + b);
    let meridian = |lat: f64| {
        let (d, s) = (lat - lat0, lat + lat0);
        b * f0
            * ((1.0 + n + 1.25 * n * n + 1.25 * n * n * n) * d
                - (3.0 * n + 3.0 * n * n + 2.625 * n * n * n) * libm::sin(d) * libm::cos(s)
                + (1.875 * n * n + 1.875 * n * n * n) * libm::sin(2.0 * d) * libm::cos(2.0 * s)
                - 35.0 / 24.0 * n * n * n * libm::sin(3.0 * d) * libm::cos(3.0 * s))
    };
    let mut lat = (northing - n0) / (a * f0) + lat0;
    // Converges by a factor of several hundred a step; ten are far more than a millimetre needs.
    for _ in 0..10 {
        lat += (northing - n0 - meridian(lat)) / (a * f0);
    }
    let (sin, cos, tan) = (libm::sin(lat), libm::cos(lat), libm::tan(lat));
    let nu = a * f0 / libm::sqrt(1.0 - e2 * sin * sin);
    let rho = a * f0 * (1.0 - e2) / libm::pow(1.0 - e2 * sin * sin, 1.5);
    let eta2 = nu / rho - 1.0;
    let (t2, d) = (tan * tan, easting - e0);
    let vii = tan / (2.0 * rho * nu);
    let viii = tan / (24.0 * rho * nu.powi(3)) * (5.0 + 3.0 * t2 + eta2 - 9.0 * t2 * eta2);
    let ix = tan / (720.0 * rho * nu.powi(5)) * (61.0 + 90.0 * t2 + 45.0 * t2 * t2);
    let x = 1.0 / (cos * nu);
    let xi = 1.0 / (6.0 * cos * nu.powi(3)) * (nu / rho + 2.0 * t2);
    let xii = 1.0 / (120.0 * cos * nu.powi(5)) * (5.0 + 28.0 * t2 + 24.0 * t2 * t2);
    let xiia = 1.0 / (5040.0 * cos * nu.powi(7))
        * (61.0 + 662.0 * t2 + 1320.0 * t2 * t2 + 720.0 * t2.powi(3));
    let airy_lat = lat - vii * d * d + viii * d.powi(4) - ix * d.powi(6);
    let airy_lon = lon0 + x * d - xi * d.powi(3) + xii * d.powi(5) - xiia * d.powi(7);

    // Airy latitude and longitude to earth-centred metres, shifted, and back on WGS84.
    let (sin, cos) = (libm::sin(airy_lat), libm::cos(airy_lat));
    let nu = a / libm::sqrt(1.0 - e2 * sin * sin);
    let (x, y, z) =
        (nu * cos * libm::cos(airy_lon), nu * cos * libm::sin(airy_lon), (1.0 - e2) * nu * sin);
    let arc = |seconds: f64| (seconds / 3600.0).to_radians();
    let (tx, ty, tz, s) = (446.448, -125.157, 542.060, -20.4894e-6);
    let (rx, ry, rz) = (arc(0.1502), arc(0.2470), arc(0.8421));
    let x2 = tx + (1.0 + s) * x - rz * y + ry * z;
    let y2 = ty + rz * x + (1.0 + s) * y - rx * z;
    let z2 = tz - ry * x + rx * y + (1.0 + s) * z;
    let (a, b) = (6_378_137.0_f64, 6_356_752.314_2_f64);
    let e2 = 1.0 - (b * b) / (a * a);
    let p = libm::hypot(x2, y2);
    let mut lat = libm::atan2(z2, p * (1.0 - e2));
    for _ in 0..6 {
        let sin = libm::sin(lat);
        let nu = a / libm::sqrt(1.0 - e2 * sin * sin);
        lat = libm::atan2(z2 + e2 * nu * sin, p);
    }
    (lat.to_degrees(), libm::atan2(y2, x2).to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_conversion_meets_the_published_example() {
        // The Ordnance Survey guide's worked point: E 651409.903, N 313177.270 is
        // 52 39 27.2531 N, 1 43 4.5177 E on Airy; about 52.65798 N, 1.71605 E on WGS84.
        let (lat, lon) = lat_lon(651_409.903, 313_177.270);
        assert!((lat - 52.657_98).abs() < 1e-4, "{lat}");
        assert!((lon - 1.716_05).abs() < 1e-4, "{lon}");
    }

    #[test]
    fn outlines_are_closed_and_hold_their_towns() {
        for (authority, ring) in outlines().iter().enumerate() {
            assert_eq!(ring.first(), ring.last());
            for town in TOWNS.iter().filter(|t| t.3 == authority) {
                let (x, y) = (ORIGIN.0 + town.1 * 1000.0, ORIGIN.1 + town.2 * 1000.0);
                assert!(contains(ring, x, y), "{} lies outside its authority", town.0);
            }
        }
    }
}
