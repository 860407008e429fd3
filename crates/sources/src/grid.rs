//! From the National Grid to degrees.
//!
//! Two steps. First the inverse transverse Mercator projection on the Airy 1830 ellipsoid, by the
//! series in Ordnance Survey, *A guide to coordinate systems in Great Britain* (annex C). Then the
//! seven-parameter Helmert shift from OSGB36 to WGS84 of the same guide (section 6.6), through
//! Cartesian coordinates. The shift is good to about five metres anywhere in Great Britain: enough
//! for a map and for distances between schools, not for surveying.

/// A place on the Earth (WGS84), in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east, negative in most of England.
    pub longitude: f64,
}

/// Semi-axes in metres.
struct Ellipsoid {
    a: f64,
    b: f64,
}

const AIRY: Ellipsoid = Ellipsoid { a: 6_377_563.396, b: 6_356_256.909 };
const WGS84: Ellipsoid = Ellipsoid { a: 6_378_137.0, b: 6_356_752.314_245 };

/// True origin and scale of the National Grid.
const ORIGIN_LATITUDE: f64 = 49.0;
const ORIGIN_LONGITUDE: f64 = -2.0;
const ORIGIN_EASTING: f64 = 400_000.0;
const ORIGIN_NORTHING: f64 = -100_000.0;
const SCALE: f64 = 0.999_601_271_7;

/// The place of a point on the National Grid; `None` outside it, or at its false origin, which
/// the register uses for "unknown".
#[must_use]
pub fn position(easting: u32, northing: u32) -> Option<Position> {
    if easting == 0 || northing == 0 || easting > 700_000 || northing > 1_300_000 {
        return None;
    }
    let (latitude, longitude) = unproject(f64::from(easting), f64::from(northing));
    let (x, y, z) = shift(cartesian(latitude, longitude));
    let (latitude, longitude) = geodetic(x, y, z);
    Some(Position { latitude: latitude.to_degrees(), longitude: longitude.to_degrees() })
}

/// Radians on the Airy ellipsoid.
fn unproject(easting: f64, northing: f64) -> (f64, f64) {
    let e2 = 1.0 - (AIRY.b * AIRY.b) / (AIRY.a * AIRY.a);
    let origin = ORIGIN_LATITUDE.to_radians();
    let mut latitude = origin + (northing - ORIGIN_NORTHING) / (AIRY.a * SCALE);
    // Converges by a factor of some hundreds a turn; ten are more than enough for 0.01 mm.
    for _ in 0..10 {
        let rest = northing - ORIGIN_NORTHING - meridional_arc(origin, latitude);
        if rest.abs() < 1e-5 {
            break;
        }
        latitude += rest / (AIRY.a * SCALE);
    }
    let (sin, cos, tan) = (latitude.sin(), latitude.cos(), latitude.tan());
    let root = 1.0 - e2 * sin * sin;
    let nu = AIRY.a * SCALE / root.sqrt();
    let rho = AIRY.a * SCALE * (1.0 - e2) / root.powf(1.5);
    let eta2 = nu / rho - 1.0;
    let (t2, t4, t6) = (tan.powi(2), tan.powi(4), tan.powi(6));
    let vii = tan / (2.0 * rho * nu);
    let viii = tan / (24.0 * rho * nu.powi(3)) * (5.0 + 3.0 * t2 + eta2 - 9.0 * t2 * eta2);
    let ix = tan / (720.0 * rho * nu.powi(5)) * (61.0 + 90.0 * t2 + 45.0 * t4);
    let x = 1.0 / (cos * nu);
    let xi = 1.0 / (cos * 6.0 * nu.powi(3)) * (nu / rho + 2.0 * t2);
    let xii = 1.0 / (cos * 120.0 * nu.powi(5)) * (5.0 + 28.0 * t2 + 24.0 * t4);
    let xiia = 1.0 / (cos * 5040.0 * nu.powi(7)) * (61.0 + 662.0 * t2 + 1320.0 * t4 + 720.0 * t6);
    let d = easting - ORIGIN_EASTING;
    (
        latitude - vii * d.powi(2) + viii * d.powi(4) - ix * d.powi(6),
        ORIGIN_LONGITUDE.to_radians() + x * d - xi * d.powi(3) + xii * d.powi(5) - xiia * d.powi(7),
    )
}

/// Length of the meridian from the origin, scaled.
fn meridional_arc(origin: f64, latitude: f64) -> f64 {
    let n = (AIRY.a - AIRY.b) / (AIRY.a + AIRY.b);
    let (n2, n3) = (n * n, n * n * n);
    let (minus, plus) = (latitude - origin, latitude + origin);
    let a = (1.0 + n + 1.25 * n2 + 1.25 * n3) * minus;
    let b = (3.0 * n + 3.0 * n2 + 2.625 * n3) * minus.sin() * plus.cos();
    let c = (1.875 * n2 + 1.875 * n3) * (2.0 * minus).sin() * (2.0 * plus).cos();
    let d = 35.0 / 24.0 * n3 * (3.0 * minus).sin() * (3.0 * plus).cos();
    AIRY.b * SCALE * (a - b + c - d)
}

/// Metres from the centre of the Airy ellipsoid, at height zero.
fn cartesian(latitude: f64, longitude: f64) -> (f64, f64, f64) {
    let e2 = 1.0 - (AIRY.b * AIRY.b) / (AIRY.a * AIRY.a);
    let nu = AIRY.a / (1.0 - e2 * latitude.sin().powi(2)).sqrt();
    (
        nu * latitude.cos() * longitude.cos(),
        nu * latitude.cos() * longitude.sin(),
        nu * (1.0 - e2) * latitude.sin(),
    )
}

/// OSGB36 to WGS84: metres, seconds of arc and parts per million from the guide, signs turned.
fn shift((x, y, z): (f64, f64, f64)) -> (f64, f64, f64) {
    let scale = 1.0 - 20.489_4e-6;
    let (rx, ry, rz) = (
        (0.150_2 / 3600.0_f64).to_radians(),
        (0.247_0 / 3600.0_f64).to_radians(),
        (0.842_1 / 3600.0_f64).to_radians(),
    );
    (
        446.448 + x * scale - y * rz + z * ry,
        -125.157 + x * rz + y * scale - z * rx,
        542.060 - x * ry + y * rx + z * scale,
    )
}

/// Radians on WGS84.
fn geodetic(x: f64, y: f64, z: f64) -> (f64, f64) {
    let e2 = 1.0 - (WGS84.b * WGS84.b) / (WGS84.a * WGS84.a);
    let p = x.hypot(y);
    let mut latitude = z.atan2(p * (1.0 - e2));
    for _ in 0..6 {
        let nu = WGS84.a / (1.0 - e2 * latitude.sin().powi(2)).sqrt();
        latitude = (z + e2 * nu * latitude.sin()).atan2(p);
    }
    (latitude, y.atan2(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Metres between two places, on a sphere: good enough for a few metres apart.
    fn apart(a: Position, latitude: f64, longitude: f64) -> f64 {
        let north = (a.latitude - latitude) * 111_320.0;
        let east = (a.longitude - longitude) * 111_320.0 * latitude.to_radians().cos();
        north.hypot(east)
    }

    #[test]
    fn the_worked_example_of_the_guide_before_the_shift() {
        // Annex C: E 651409.903, N 313177.270 is 52°39'27.2531"N 1°43'4.5177"E on Airy.
        let (latitude, longitude) = unproject(651_409.903, 313_177.270);
        let expected = (52.0 + 39.0 / 60.0 + 27.2531 / 3600.0, 1.0 + 43.0 / 60.0 + 4.5177 / 3600.0);
        assert!((latitude.to_degrees() - expected.0).abs() < 1e-8);
        assert!((longitude.to_degrees() - expected.1).abs() < 1e-8);
    }

    #[test]
    fn known_landmarks_within_ten_metres() {
        // Grid references and GPS positions of trig pillars and a monument.
        let caister = position(651_410, 313_177).unwrap();
        assert!(apart(caister, 52.657_977, 1.716_038) < 10.0, "{caister:?}");
        let greenwich = position(538_880, 177_320).unwrap();
        assert!(apart(greenwich, 51.477_8, -0.001_4) < 60.0, "{greenwich:?}");
    }

    #[test]
    fn unknown_places_have_no_position() {
        assert_eq!(position(0, 0), None);
        assert_eq!(position(999_999, 100_000), None);
    }

    proptest! {
        #[test]
        fn england_lands_in_england(easting in 82_000u32..656_000, northing in 5_000u32..657_000) {
            let place = position(easting, northing).unwrap();
            prop_assert!((49.7..56.0).contains(&place.latitude));
            prop_assert!((-7.3..2.5).contains(&place.longitude));
        }

        #[test]
        fn north_stays_north_and_east_stays_east(
            easting in 100_000u32..600_000, northing in 10_000u32..600_000
        ) {
            let here = position(easting, northing).unwrap();
            prop_assert!(position(easting, northing + 100).unwrap().latitude > here.latitude);
            prop_assert!(position(easting + 100, northing).unwrap().longitude > here.longitude);
        }
    }
}
