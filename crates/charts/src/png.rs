//! Pictures as PNG.
//!
//! Text is set in Noto Sans (SIL Open Font License 1.1), which comes with the `notosans` crate,
//! and in nothing else: the machine's own fonts are not looked at, so a server without any
//! draws the same bytes as a desktop.

use std::fmt;
use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use crate::Drawing;

/// Why a picture could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PngProblem {
    /// The SVG could not be read back.
    Svg(String),
    /// The width asked for is nothing or too much: 1 to 8,000 pixels.
    Width(u32),
    /// The picture could not be written.
    Encoding(String),
}

impl fmt::Display for PngProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Svg(why) => write!(f, "the chart could not be read: {why}"),
            Self::Width(asked) => {
                write!(f, "a width of {asked} pixels is not possible; ask for 1 to 8000")
            }
            Self::Encoding(why) => write!(f, "the picture could not be written: {why}"),
        }
    }
}

impl std::error::Error for PngProblem {}

fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    Arc::clone(FONTS.get_or_init(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(notosans::REGULAR_TTF.to_vec());
        fonts.load_font_data(notosans::BOLD_TTF.to_vec());
        fonts.set_sans_serif_family("Noto Sans");
        Arc::new(fonts)
    }))
}

impl Drawing {
    /// The picture as PNG, so many pixels wide.
    ///
    /// # Errors
    /// [`PngProblem`]; a drawing made by this crate fails only on an impossible width.
    pub fn png(&self, width: u32) -> Result<Vec<u8>, PngProblem> {
        if !(1..=8_000).contains(&width) {
            return Err(PngProblem::Width(width));
        }
        let options = usvg::Options {
            fontdb: fonts(),
            font_family: "Noto Sans".to_owned(),
            ..usvg::Options::default()
        };
        let tree = usvg::Tree::from_str(&self.svg, &options)
            .map_err(|e| PngProblem::Svg(e.to_string()))?;
        let size = tree.size();
        let scale = width as f32 / size.width();
        let height = (size.height() * scale).ceil().clamp(1.0, 16_000.0) as u32;
        let mut picture = Pixmap::new(width, height).ok_or(PngProblem::Width(width))?;
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
        picture.encode_png().map_err(|e| PngProblem::Encoding(e.to_string()))
    }
}
