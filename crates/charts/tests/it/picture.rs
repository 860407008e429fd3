//! Pictures as PNG, without asking the machine for a font.

use charts::Frame;

use crate::samples::ALL;

#[test]
fn every_chart_becomes_a_picture_with_words_in_it() {
    for (id, title, draw) in ALL {
        // Small, since drawing without optimisation is slow.
        let drawing = draw(Frame::new(id, title));
        let png = drawing.png(360).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n", "{id}");
        assert_eq!(u32::from_be_bytes([png[16], png[17], png[18], png[19]]), 360, "{id}");
        // The same picture without its words is smaller: so the words were drawn.
        let mut silent = drawing.clone();
        while let (Some(from), Some(to)) = (silent.svg.find("<text"), silent.svg.find("</text>")) {
            silent.svg.replace_range(from..to + "</text>".len(), "");
        }
        assert!(silent.png(360).unwrap().len() + 500 < png.len(), "{id}: no words were drawn");
    }
}

#[test]
fn impossible_widths_are_refused() {
    let (id, title, draw) = ALL[0];
    for width in [0, 8_001] {
        assert!(draw(Frame::new(id, title)).png(width).is_err());
    }
}
