//! From degrees to the drawing: Lambert's azimuthal equal-area projection about the middle of
//! what is shown (Snyder, "Map Projections: A Working Manual", 1987, pages 182 to 190, the
//! sphere), so that areas are true and a district is not distorted.

const RADIUS: f64 = 6_371_007.0;

/// A fitted projection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Projection {
    centre: (f64, f64),
    scale: f64,
    origin: (f64, f64),
    low: (f64, f64),
    high: (f64, f64),
}

impl Projection {
    /// Fits the points (or, without any, the fallback's) into a width, with a margin.
    pub(crate) fn fitting(
        points: impl Iterator<Item = (f64, f64)>,
        fallback: impl Iterator<Item = (f64, f64)>,
        origin: (f64, f64),
        width: f64,
    ) -> Self {
        let mut points: Vec<(f64, f64)> = points.collect();
        if points.is_empty() {
            points = fallback.collect();
        }
        let bounds = |points: &[(f64, f64)]| {
            points.iter().fold(
                ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY)),
                |(l, h), p| ((l.0.min(p.0), l.1.min(p.1)), (h.0.max(p.0), h.1.max(p.1))),
            )
        };
        if points.is_empty() {
            points.push((-1.5, 52.8));
        }
        let (low, high) = bounds(&points);
        let centre = (f64::midpoint(low.0, high.0), f64::midpoint(low.1, high.1));
        let flat: Vec<(f64, f64)> = points.iter().map(|p| project(centre, *p)).collect();
        let (mut low, mut high) = bounds(&flat);
        // Never closer than a mile across, with a tenth of air, and never an extreme shape.
        let least = 1_609.0;
        let air = ((high.0 - low.0).max(high.1 - low.1) * 0.09).max(least / 2.0);
        low = (low.0 - air, low.1 - air);
        high = (high.0 + air, high.1 + air);
        let (w, h) = (high.0 - low.0, high.1 - low.1);
        if h < w * 0.5 {
            let extra = (w * 0.5 - h) / 2.0;
            low.1 -= extra;
            high.1 += extra;
        } else if h > w * 1.2 {
            let extra = (h / 1.2 - w) / 2.0;
            low.0 -= extra;
            high.0 += extra;
        }
        Self { centre, scale: width / (high.0 - low.0), origin, low, high }
    }

    pub(crate) fn at(&self, lon_lat: (f64, f64)) -> (f64, f64) {
        let (x, y) = project(self.centre, lon_lat);
        (
            self.origin.0 + (x - self.low.0) * self.scale,
            self.origin.1 + (self.high.1 - y) * self.scale,
        )
    }

    pub(crate) fn width(&self) -> f64 {
        (self.high.0 - self.low.0) * self.scale
    }

    pub(crate) fn height(&self) -> f64 {
        (self.high.1 - self.low.1) * self.scale
    }

    pub(crate) const fn units_per_metre(&self) -> f64 {
        self.scale
    }
}

fn project((lon0, lat0): (f64, f64), (lon, lat): (f64, f64)) -> (f64, f64) {
    let (phi0, phi, lambda) = (lat0.to_radians(), lat.to_radians(), (lon - lon0).to_radians());
    let cosine = phi0.sin() * phi.sin() + phi0.cos() * phi.cos() * lambda.cos();
    let k = (2.0 / (1.0 + cosine).max(1e-9)).sqrt();
    (
        RADIUS * k * phi.cos() * lambda.sin(),
        RADIUS * k * (phi0.cos() * phi.sin() - phi0.sin() * phi.cos() * lambda.cos()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_near_the_centre_are_true() {
        // A hundredth of a degree of latitude is 1,111.9 m on this sphere.
        let (x, y) = project((0.5, 53.0), (0.5, 53.01));
        assert!(x.abs() < 1e-6 && (y - 1_111.95).abs() < 0.1, "{x} {y}");
        let (x, y) = project((0.5, 53.0), (0.51, 53.0));
        assert!(
            (x - 1_111.95 * 53.0_f64.to_radians().cos()).abs() < 0.1 && y.abs() < 0.1,
            "{x} {y}"
        );
    }

    #[test]
    fn everything_fits() {
        let points = [(0.0, 53.0), (0.4, 53.1), (0.1, 53.4)];
        let p = Projection::fitting(points.into_iter(), std::iter::empty(), (8.0, 20.0), 384.0);
        for point in points {
            let (x, y) = p.at(point);
            assert!((8.0..=392.0).contains(&x) && (20.0..=20.0 + p.height()).contains(&y));
        }
        assert!((p.width() - 384.0).abs() < 1e-6);
    }
}
