//! Every chart, whatever is put into it: well-formed, described, escaped, within its frame.

use charts::*;
use proptest::prelude::*;
use roxmltree::Document;

use crate::samples::{ALL, f};

/// Checks what must hold of any drawing, and returns its parsed picture's numbers.
fn check(drawing: &Drawing) {
    let document = Document::parse(&drawing.svg).unwrap_or_else(|e| panic!("{e}\n{}", drawing.svg));
    let svg = document.root_element();
    assert_eq!(svg.tag_name().name(), "svg");
    assert_eq!(svg.attribute("role"), Some("img"));
    let named: Vec<&str> = svg.attribute("aria-labelledby").unwrap().split(' ').collect();
    let children: Vec<_> = svg.children().filter(roxmltree::Node::is_element).collect();
    assert_eq!(children[0].tag_name().name(), "title");
    assert_eq!(children[0].attribute("id"), Some(named[0]));
    assert_eq!(children[1].tag_name().name(), "desc");
    assert_eq!(children[1].attribute("id"), Some(named[1]));
    assert_eq!(children[1].text().unwrap_or_default(), drawing.description);
    assert!(drawing.description.ends_with('.'), "a sentence: {}", drawing.description);
    let view: Vec<f64> =
        svg.attribute("viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(
            matches!(
                node.tag_name().name(),
                "svg" | "title" | "desc" | "rect" | "line" | "circle" | "path" | "text"
            ),
            "{}",
            node.tag_name().name()
        );
        for attribute in node.attributes() {
            assert!(attribute.name() != "style" && !attribute.name().starts_with("on"));
            assert!(!attribute.value().contains("NaN") && !attribute.value().contains("inf"));
            let limit = match attribute.name() {
                "x" | "x1" | "x2" | "cx" => view[2],
                "y" | "y1" | "y2" | "cy" => view[3],
                _ => continue,
            };
            let value: f64 = attribute.value().parse().unwrap();
            assert!(
                (-0.01..=limit + 0.01).contains(&value),
                "{} {value} of {limit}",
                attribute.name()
            );
        }
    }
    for row in &drawing.table.rows {
        assert_eq!(row.len(), drawing.table.headers.len(), "{:?}", drawing.table.caption);
    }
    assert!(!drawing.table.rows.is_empty());
}

#[test]
fn every_chart_is_well_formed_described_and_tabled() {
    for (id, title, draw) in ALL {
        check(&draw(Frame::new(id, title)));
        check(&draw(Frame::new(id, title).wide()));
        check(&draw(Frame::new(id, title).narrow()));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for (id, title, draw) in ALL {
        assert_eq!(draw(Frame::new(id, title)), draw(Frame::new(id, title)));
    }
}

/// Relative luminance and contrast, as WCAG 2.2 defines them.
fn contrast(a: &str, b: &str) -> f64 {
    let luminance = |colour: &str| {
        let channel = |i: usize| {
            let c = f64::from(u8::from_str_radix(&colour[i..i + 2], 16).unwrap()) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn words_can_be_read_and_symbols_be_seen() {
    for (id, title, draw) in ALL {
        let drawing = draw(Frame::new(id, title));
        let document = Document::parse(&drawing.svg).unwrap();
        for node in document.descendants().filter(|n| n.tag_name().name() == "text") {
            let size: f64 = node.attribute("font-size").unwrap().parse().unwrap();
            assert!(size >= 9.0, "{id}: text of {size}");
            let fill = node.attribute("fill").unwrap();
            if node.attribute("class") == Some("chart__count") {
                continue; // Stands on its own cell: checked below.
            }
            // The palest ground any word stands on is the sea of the map.
            assert!(contrast(fill, "#eaf1f5") >= 4.5, "{id}: {fill}");
        }
        let cells: Vec<_> = document
            .descendants()
            .filter(|n| matches!(n.attribute("class"), Some("chart__cell" | "chart__count")))
            .collect();
        let mut ground = None;
        for node in cells {
            let fill = node.attribute("fill").unwrap();
            if node.attribute("class") == Some("chart__cell") {
                ground = Some(fill);
            } else {
                let ground = ground.expect("a count stands on a cell");
                assert!(contrast(ground, fill) >= 4.5, "{id}: {fill} on {ground}");
            }
        }
    }
    for symbol in [Symbol::Circle, Symbol::Square, Symbol::Diamond, Symbol::Triangle, Symbol::Plus]
    {
        assert!(contrast(symbol.colour(), "#eaf1f5") >= 3.0);
    }
}

#[test]
fn a_missing_value_is_a_gap_with_its_reason_and_never_a_zero() {
    let trend = Trend {
        frame: Frame::new("t", "T"),
        school: "S".to_owned(),
        unit: Unit::percent(),
        points: ["a", "b", "c"]
            .iter()
            .enumerate()
            .map(|(i, period)| TrendPoint {
                period: (*period).to_owned(),
                reading: if i == 1 {
                    Reading::Missing("Few pupils".to_owned())
                } else {
                    Reading::bare(f(50.0))
                },
                family: None,
                national: None,
            })
            .collect(),
    };
    let drawing = trend.draw();
    assert!(drawing.svg.contains("b: Few pupils"));
    assert_eq!(drawing.table.rows[1][1], "Few pupils");
    // No line joins the two neighbours: each run has one point.
    assert_eq!(drawing.svg.matches("class=\"chart__own\"").count(), 2);
    assert!(drawing.description.contains("No value in b."));
}

#[test]
fn nothing_at_all_is_said_and_not_drawn() {
    let empty = Trend {
        frame: Frame::new("t", "T"),
        school: "S".to_owned(),
        unit: Unit::percent(),
        points: Vec::new(),
    };
    assert!(Document::parse(&empty.draw().svg).is_ok());
    let map = Map {
        frame: Frame::new("m", "M"),
        boundaries: Vec::new(),
        places: Vec::new(),
        kinds: Vec::new(),
        links: vec![(3, 4)],
        name_places: true,
    };
    assert!(Document::parse(&map.draw().svg).is_ok());
    let bars = Bars {
        frame: Frame::new("b", "B"),
        unit: Unit::percent(),
        value: "Value".to_owned(),
        comparator: String::new(),
        bars: Vec::new(),
    };
    assert!(Document::parse(&bars.draw().svg).is_ok());
}

#[test]
fn the_funnel_s_table_is_in_the_order_of_cohorts() {
    let drawing = crate::samples::funnel(Frame::new("f", "F"));
    let cohorts: Vec<u32> = drawing.table.rows[1..].iter().map(|r| r[1].parse().unwrap()).collect();
    assert!(cohorts.is_sorted(), "never by outcome");
    assert!(
        drawing.table.rows[1..].iter().all(|r| r[0] == "A school of the family"),
        "never named"
    );
}

fn reading() -> impl Strategy<Value = Reading> {
    prop_oneof![
        4 => (-1e6..1e6_f64, 0.0..1e4_f64, 0..400_u32).prop_map(|(v, half, n)| Reading::Value {
            value: f(v),
            interval: Some((f(v - half), f(v + half))),
            n: Some(n),
        }),
        1 => "[ -~]{0,40}".prop_map(Reading::Missing),
        1 => any::<f64>().prop_filter_map("finite", |v| Finite::new(v.clamp(-1e12, 1e12)).ok()).prop_map(Reading::bare),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn trends_hold_whatever_they_are_given(
        readings in prop::collection::vec(reading(), 1..14),
        school in "\\PC{0,40}",
        title in "\\PC{0,60}",
        width in 0_u16..2_000,
        percent in any::<bool>(),
    ) {
        let unit = if percent { Unit::percent() } else { Unit::plain(2) };
        let points = readings.into_iter().enumerate().map(|(i, reading)| TrendPoint {
            period: format!("20{i:02}-{:02}", i + 1),
            family: reading.value().map(|v| Quartiles { lower: v, median: v, upper: v }),
            national: reading.value(),
            reading,
        }).collect();
        let mut frame = Frame::new("x\" onload=\"y", &title);
        frame.width = width;
        check(&Trend { frame, school, unit, points }.draw());
    }

    #[test]
    fn bars_hold_whatever_they_are_given(readings in prop::collection::vec(reading(), 1..10), label in "\\PC{0,80}") {
        let bars = readings.into_iter().map(|reading| Bar { label: label.clone(), comparator: reading.value(), reading }).collect();
        check(&Bars { frame: Frame::new("b", "B"), unit: Unit::plain(1), value: label.clone(), comparator: label, bars }.draw());
    }

    #[test]
    fn slopes_hold_whatever_they_are_given(a in reading(), b in reading(), c in reading(), d in reading()) {
        let side = |x: Reading, y: Reading| Side {
            school: "A & B <C>".to_owned(),
            part: "Supported".to_owned(),
            family: [y.value(), x.value()],
            readings: [x, y],
        };
        let slope = Slope {
            frame: Frame::new("s", "S"),
            unit: Unit::percent(),
            periods: ["before".to_owned(), "after".to_owned()],
            sides: [side(a, b), side(c, d)],
        };
        check(&slope.draw());
    }

    #[test]
    fn funnels_and_quadrants_hold(
        others in prop::collection::vec((0_u32..500, -50.0..150.0_f64), 0..80),
        own in reading(), centre in -10.0..110.0_f64, sd in 0.0..100.0_f64,
    ) {
        let moves = others.iter().take(12).map(|(n, v)| Move {
            label: (n % 3 == 0).then(|| format!("Place {n}")),
            bar: f(*v), gap: f(-v / 2.0),
            half_widths: (n % 2 == 0).then(|| (f(1.0), f(2.0))),
        }).chain([Move { label: None, bar: f(0.0), gap: f(0.0), half_widths: None }]).collect();
        check(&Quadrant { frame: Frame::new("q", "Q"), unit: Unit::percent(), moves }.draw());
        let others = others.into_iter().map(|(n, v)| (n, f(v))).collect();
        check(&Funnel {
            frame: Frame::new("f", "F"), school: "S".to_owned(), own, others,
            centre: f(centre), pupil_sd: f(sd), unit: Unit::percent(),
        }.draw());
    }

    #[test]
    fn maps_hold_wherever_the_places_are(
        places in prop::collection::vec((-180.0..180.0_f64, -89.0..89.0_f64, "\\PC{0,24}", any::<bool>()), 1..40),
    ) {
        let places = places.into_iter().map(|(lon, lat, name, emphasis)| Place {
            lon: f(lon), lat: f(lat), name, symbol: Symbol::Circle, kind: "Primary".to_owned(), emphasis, note: String::new(),
        }).collect();
        check(&Map { frame: Frame::new("m", "M"), boundaries: Vec::new(), places, kinds: Vec::new(), links: vec![(0, 0)], name_places: true }.draw());
    }
}

#[test]
fn holidays_neither_count_nor_break_a_silence() {
    let week =
        |heard: Heard| HeardWeek { day: "4".to_owned(), monday: "4 January".to_owned(), heard };
    let closed = || Heard::Closed("Half-term".to_owned());
    let of = |heard: Vec<Heard>| Steady {
        frame: Frame::new("s", "S"),
        months: vec![HeardMonth {
            label: "Jan 2027".to_owned(),
            weeks: heard.into_iter().map(week).collect(),
        }],
    };
    let quiet = of(vec![Heard::Times(2), Heard::Times(0), closed(), Heard::Times(0), closed()]);
    assert_eq!(quiet.heard(), (1, 3));
    assert_eq!(quiet.longest_silence(), 2);
    check(&quiet.draw());
    let kept_at = of(vec![Heard::Times(1), closed(), Heard::Times(9)]);
    assert_eq!((kept_at.heard(), kept_at.longest_silence()), ((2, 2), 0));
    assert!(kept_at.draw().description.contains("No week was quiet"));
    check(&of(Vec::new()).draw());
    assert!(of(vec![closed()]).draw().description.contains("No week of school has passed"));
}
