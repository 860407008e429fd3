//! Accessible SVG charts and maps, each with a title, a description and the table that says the
//! same.
//!
//! Every chart is a plain value with a `draw` method that returns a [`Drawing`]: an SVG string
//! with `role="img"`, a title and a description that tells the finding in words; and a
//! [`Table`], for the page to show as "the same as a table". With the feature `png` a drawing
//! can also be turned into a PNG.
//!
//! # Rules every chart keeps
//! - Only presentation attributes: no `style=`, no script, nothing fetched. A strict content
//!   security policy needs no exception, and a saved file looks the same.
//! - Never colour alone: the school is a solid line with dots, its family dashed, the nation
//!   dotted; kinds of school differ in shape. Text has at least 4.5:1 contrast, marks 3:1.
//! - A number that is not finite cannot be drawn ([`Finite`]); a missing one is a gap with a
//!   cross, and its reason stands in the table ([`Reading`]). It is never zero.
//! - Few pupils show as a hollow mark ([`FEW`]) and wide intervals.
//! - Nothing is sorted by an outcome and no school but the page's own is named beside one.
//! - The same input gives the same bytes.

mod bars;
mod day;
mod funnel;
mod heat;
mod map;
mod multiples;
mod number;
mod plot;
#[cfg(feature = "png")]
mod png;
mod quadrant;
mod scale;
mod slope;
mod spread;
mod steady;
mod svg;
mod symbol;
mod table;
mod timeline;
mod trend;

pub use bars::{Bar, Bars};
pub use day::Day;
pub use funnel::Funnel;
pub use heat::{Capacity, CapacityRow, Week};
pub use map::{Boundary, GeoJsonProblem, Map, Place, boundaries_from_geojson};
pub use multiples::{Multiples, Panel};
pub use number::{Finite, NotFinite, Quartiles, Reading, Unit};
#[cfg(feature = "png")]
pub use png::PngProblem;
pub use quadrant::{Move, Quadrant};
pub use slope::{Side, Slope};
pub use spread::{Spread, SpreadPeriod};
pub use steady::{Heard, HeardMonth, HeardWeek, Steady};
pub use svg::{Drawing, Frame};
pub use symbol::Symbol;
pub use table::Table;
pub use timeline::{Mark, Span, Timeline, Track};
pub use trend::{Trend, TrendPoint};

/// Below this many pupils a mark is drawn hollow: eleven, where published absence and
/// exclusions begin to be shown.
pub const FEW: u32 = 11;
