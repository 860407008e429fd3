//! One of every chart, with made-up figures. The gallery and the tests draw these.

use charts::*;

pub(crate) fn f(value: f64) -> Finite {
    Finite::new(value).expect("samples are finite")
}

pub(crate) fn value(value: f64, low: f64, high: f64, n: u32) -> Reading {
    Reading::Value { value: f(value), interval: Some((f(low), f(high))), n: Some(n) }
}

pub(crate) fn missing(why: &str) -> Reading {
    Reading::Missing(why.to_owned())
}

/// Wilson's interval, to make believable samples.
fn share(met: u32, of: u32) -> Reading {
    let (n, p, z) = (f64::from(of), f64::from(met) / f64::from(of), 1.96_f64);
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    value(100.0 * p, 100.0 * (centre - half), 100.0 * (centre + half), of)
}

fn quartiles(lower: f64, median: f64, upper: f64) -> Option<Quartiles> {
    Some(Quartiles { lower: f(lower), median: f(median), upper: f(upper) })
}

const YEARS: [&str; 8] =
    ["2018-19", "2019-20", "2020-21", "2021-22", "2022-23", "2023-24", "2024-25", "2025-26"];

pub(crate) fn trend(frame: Frame) -> Drawing {
    let own = [
        share(17, 30),
        missing("Tests were cancelled"),
        missing("Tests were cancelled"),
        share(15, 30),
        share(14, 29),
        share(16, 33),
        share(13, 28),
        share(12, 27),
    ];
    let points = YEARS
        .iter()
        .zip(own)
        .map(|(period, reading)| TrendPoint {
            period: (*period).to_owned(),
            reading,
            family: None,
            national: None,
        })
        .collect();
    let points = with_comparators(points);
    Trend { frame, school: "Harbour View Primary".to_owned(), unit: Unit::percent(), points }.draw()
}

/// Family and nation for each period with results.
fn with_comparators(mut points: Vec<TrendPoint>) -> Vec<TrendPoint> {
    let family = [
        (53.0, 60.0, 68.0),
        (46.0, 54.0, 61.0),
        (48.0, 55.0, 63.0),
        (49.0, 56.0, 64.0),
        (50.0, 56.0, 65.0),
        (50.0, 57.0, 66.0),
    ];
    let national = [65.0, 59.0, 60.0, 61.0, 62.0, 62.0];
    let mut next = family.into_iter().zip(national);
    for point in &mut points {
        if point.reading.value().is_some()
            && let Some((q, nation)) = next.next()
        {
            point.family = quartiles(q.0, q.1, q.2);
            point.national = Some(f(nation));
        }
    }
    points
}

pub(crate) fn small_trend(frame: Frame) -> Drawing {
    let own = [
        share(4, 7),
        missing("Not shown by the publisher, because few pupils are concerned"),
        share(6, 8),
        share(3, 6),
    ];
    let points = YEARS[4..]
        .iter()
        .zip(own)
        .map(|(period, reading)| TrendPoint {
            period: (*period).to_owned(),
            reading,
            family: quartiles(52.0, 62.0, 74.0),
            national: Some(f(61.0)),
        })
        .collect();
    Trend {
        frame,
        school: "Pellingsea Community Primary".to_owned(),
        unit: Unit::percent(),
        points,
    }
    .draw()
}

pub(crate) fn funnel(frame: Frame) -> Drawing {
    let mut others = Vec::new();
    let mut state = 7_u32;
    for _ in 0..60 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let n = 12 + (state >> 16) % 78;
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let spread = f64::from((state >> 16) % 2000) / 1000.0 - 1.0;
        others.push((n, f((58.0 + spread * 95.0 / f64::from(n).sqrt()).clamp(5.0, 98.0))));
    }
    Funnel {
        frame,
        school: "Harbour View Primary".to_owned(),
        own: share(41, 88),
        others,
        centre: f(58.0),
        pupil_sd: f(49.4),
        unit: Unit::percent(),
    }
    .draw()
}

pub(crate) fn bars(frame: Frame) -> Drawing {
    let bar = |label: &str, reading, comparator: Option<f64>| Bar {
        label: label.to_owned(),
        reading,
        comparator: comparator.map(f),
    };
    Bars {
        frame,
        unit: Unit::percent(),
        value: "Value".to_owned(),
        comparator: "National".to_owned(),
        bars: vec![
            bar("All pupils", share(12, 27), Some(62.0)),
            bar("Disadvantaged pupils", share(6, 15), Some(47.0)),
            bar("Other pupils", share(6, 12), Some(69.0)),
            bar(
                "English as an additional language",
                missing("Not shown by the publisher, because few pupils are concerned"),
                Some(61.0),
            ),
            bar("SEN support", share(2, 6), Some(24.0)),
        ],
    }
    .draw()
}

pub(crate) fn multiples(frame: Frame) -> Drawing {
    let periods: Vec<String> = YEARS[4..].iter().map(|y| (*y).to_owned()).collect();
    let panel = |label: &str, unit: Unit, own: [Option<f64>; 4], family: [f64; 4]| Panel {
        label: label.to_owned(),
        unit,
        readings: own
            .iter()
            .map(|v| v.map_or_else(|| missing("Not available"), |v| Reading::bare(f(v))))
            .collect(),
        family: family.iter().map(|v| Some(f(*v))).collect(),
    };
    Multiples {
        frame,
        periods,
        panels: vec![
            panel(
                "Reading, writing and maths",
                Unit::percent(),
                [Some(48.0), Some(48.0), Some(46.0), Some(44.0)],
                [55.0, 56.0, 56.0, 57.0],
            ),
            panel(
                "Reading, scaled score",
                Unit::plain(0),
                [Some(102.0), Some(101.0), Some(102.0), Some(101.0)],
                [103.0, 104.0, 104.0, 104.0],
            ),
            panel(
                "Progress in reading",
                Unit::plain(1),
                [Some(-1.2), None, None, Some(-1.9)],
                [-0.1, 0.0, 0.0, 0.1],
            ),
            panel(
                "Overall absence",
                Unit { decimals: 1, ..Unit::percent() },
                [Some(7.4), Some(7.1), Some(6.9), Some(7.0)],
                [6.4, 6.1, 5.8, 5.6],
            ),
            panel(
                "Persistent absence",
                Unit { decimals: 1, ..Unit::percent() },
                [Some(26.7), Some(24.2), Some(25.0), Some(26.1)],
                [20.3, 18.6, 17.9, 16.8],
            ),
            panel(
                "Pupils on roll",
                Unit::plain(0),
                [Some(221.0), Some(218.0), Some(214.0), Some(212.0)],
                [248.0, 244.0, 241.0, 240.0],
            ),
        ],
    }
    .draw()
}

pub(crate) fn slope(frame: Frame) -> Drawing {
    let side = |school: &str, part: &str, readings, family: (f64, f64)| Side {
        school: school.to_owned(),
        part: part.to_owned(),
        readings,
        family: [Some(f(family.0)), Some(f(family.1))],
    };
    Slope {
        frame,
        unit: Unit::percent(),
        periods: ["2025-26".to_owned(), "2026-27".to_owned()],
        sides: [
            side("Harbour View Primary", "Supported", [share(12, 27), share(17, 30)], (57.0, 58.0)),
            side("Oakfield Primary", "Supporting", [share(41, 58), share(42, 56)], (61.0, 60.0)),
        ],
    }
    .draw()
}

pub(crate) fn spread(frame: Frame) -> Drawing {
    let rows = [
        (59.0, 50.0, 67.0, 38.0, 78.0, 17),
        (58.0, 50.0, 66.0, 40.0, 76.0, 16),
        (60.0, 53.0, 67.0, 43.0, 77.0, 17),
        (61.0, 55.0, 68.0, 44.0, 76.0, 17),
    ];
    let mut periods: Vec<SpreadPeriod> = YEARS[4..]
        .iter()
        .zip(rows)
        .map(|(period, (m, l, u, a, b, schools))| SpreadPeriod {
            period: (*period).to_owned(),
            schools,
            quartiles: quartiles(l, m, u),
            tails: Some((f(a), f(b))),
        })
        .collect();
    periods.insert(
        0,
        SpreadPeriod { period: "2021-22".to_owned(), schools: 7, quartiles: None, tails: None },
    );
    Spread { frame, unit: Unit::percent(), periods }.draw()
}

pub(crate) fn quadrant(frame: Frame) -> Drawing {
    let mut moves = vec![
        Move {
            label: Some("The alliance".to_owned()),
            bar: f(2.1),
            gap: f(-2.2),
            half_widths: Some((f(1.6), f(1.8))),
        },
        Move {
            label: Some("Harbour View".to_owned()),
            bar: f(12.2),
            gap: f(-8.0),
            half_widths: None,
        },
    ];
    for (bar, gap) in [
        (4.0, -6.0),
        (-3.0, -2.0),
        (6.0, 3.0),
        (1.0, -1.0),
        (-5.0, 4.0),
        (8.0, -4.0),
        (3.0, 1.5),
        (-1.0, -5.0),
    ] {
        moves.push(Move { label: None, bar: f(bar), gap: f(gap), half_widths: None });
    }
    Quadrant { frame, unit: Unit { decimals: 1, ..Unit::percent() }, moves }.draw()
}

pub(crate) fn capacity(frame: Frame) -> Drawing {
    let weeks: Vec<String> = [
        "4 Jan", "11 Jan", "18 Jan", "25 Jan", "1 Feb", "8 Feb", "15 Feb", "22 Feb", "1 Mar",
        "8 Mar", "15 Mar", "22 Mar",
    ]
    .map(str::to_owned)
    .to_vec();
    let row = |label: &str, free: [u8; 12], pledged: u8| CapacityRow {
        label: label.to_owned(),
        weeks: free
            .iter()
            .enumerate()
            .map(|(i, free)| {
                if i == 6 {
                    Week::Closed("Half-term".to_owned())
                } else {
                    Week::Free { free: *free, pledged }
                }
            })
            .collect(),
    };
    Capacity {
        frame,
        weeks,
        rows: vec![
            row("Aisha Khan", [2, 0, 1, 0, 2, 1, 0, 0, 2, 2, 1, 2], 2),
            row("Bev Sallis", [1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1], 1),
            row("Ifeoma Castell", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2),
            row("Miriam Okell", [4, 4, 3, 2, 4, 4, 0, 4, 3, 3, 4, 4], 4),
            row("Stefan Brockway", [3, 2, 2, 1, 3, 3, 0, 2, 2, 3, 1, 0], 3),
        ],
    }
    .draw()
}

pub(crate) fn timeline(frame: Frame) -> Drawing {
    let d = Day::new;
    let span = |from, to, done| Span { from, to, done };
    let mark = |on, words: &str, symbol| Mark { on, words: words.to_owned(), symbol };
    let track = |label: &str, spans, marks| Track { label: label.to_owned(), spans, marks };
    Timeline {
        frame,
        from: d(2026, 12, 1),
        to: d(2027, 12, 31),
        today: Some(d(2027, 3, 31)),
        kinds: vec![
            (Symbol::Diamond, "Signed".to_owned()),
            (Symbol::Circle, "Visit".to_owned()),
            (Symbol::Square, "Review".to_owned()),
            (Symbol::Triangle, "Milestone".to_owned()),
        ],
        tracks: vec![
            track(
                "Agreement",
                vec![
                    span(d(2026, 12, 11), d(2027, 3, 31), true),
                    span(d(2027, 4, 1), d(2027, 12, 17), false),
                ],
                vec![mark(d(2026, 12, 11), "Signed by both", Symbol::Diamond)],
            ),
            track(
                "One phonics programme, taught daily",
                vec![
                    span(d(2027, 1, 6), d(2027, 3, 24), true),
                    span(d(2027, 4, 19), d(2027, 7, 9), false),
                ],
                vec![
                    mark(d(2027, 3, 26), "7 of 9 lessons", Symbol::Triangle),
                    mark(d(2027, 6, 30), "Phonics 72%", Symbol::Triangle),
                ],
            ),
            track(
                "Visits",
                vec![],
                [(1, 12), (1, 26), (2, 23), (3, 16), (4, 20), (5, 25), (6, 22), (9, 21), (11, 16)]
                    .iter()
                    .map(|(m, day)| mark(d(2027, *m, *day), "Aisha", Symbol::Circle))
                    .collect(),
            ),
            track(
                "Reviews",
                vec![],
                vec![
                    mark(d(2027, 3, 26), "First", Symbol::Square),
                    mark(d(2027, 7, 9), "Second", Symbol::Square),
                    mark(d(2027, 12, 10), "Closing", Symbol::Square),
                ],
            ),
        ],
    }
    .draw()
}

/// Outline of an invented coast.
const COAST: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"name":"Estermouth Sound"},"geometry":{"type":"Polygon","coordinates":[[[1.12,53.74],[1.25,53.73],[1.33,53.76],[1.40,53.80],[1.42,53.85],[1.38,53.90],[1.41,53.93],[1.46,53.96],[1.47,54.03],[1.41,54.07],[1.34,54.13],[1.22,54.13],[1.13,54.06],[1.12,54.00],[1.18,53.97],[1.24,53.94],[1.23,53.90],[1.16,53.82],[1.12,53.74]]]}},
{"type":"Feature","properties":{"name":"Corvendale"},"geometry":{"type":"Polygon","coordinates":[[[0.85,53.77],[0.98,53.74],[1.12,53.74],[1.16,53.82],[1.23,53.90],[1.24,53.94],[1.18,53.97],[1.12,54.00],[1.13,54.06],[1.05,54.10],[0.92,54.10],[0.84,54.03],[0.82,53.92],[0.85,53.77]]]}}]}"#;

pub(crate) fn map(frame: Frame) -> Drawing {
    let place = |lon: f64, lat: f64, name: &str, symbol, kind: &str, emphasis, note: &str| Place {
        lon: f(lon),
        lat: f(lat),
        name: name.to_owned(),
        symbol,
        kind: kind.to_owned(),
        emphasis,
        note: note.to_owned(),
    };
    use Symbol::{Circle, Diamond, Inverted, Ring, Square, Triangle};
    let places = vec![
        place(1.345, 53.915, "Harbour View", Circle, "Primary", true, "the page\u{2019}s school"),
        place(1.205, 53.918, "Oakfield", Circle, "Primary", true, "7.4 miles by road"),
        place(1.362, 53.925, "Bayside", Circle, "Primary", false, "0.9 miles"),
        place(1.332, 53.903, "St Brede\u{2019}s", Circle, "Primary", false, ""),
        place(1.318, 53.941, "Lanternfield Infant", Circle, "Primary", false, ""),
        place(1.321, 53.942, "Lanternfield Junior", Circle, "Primary", false, ""),
        place(1.330, 53.921, "Estermouth Sound", Square, "Secondary", false, ""),
        place(1.275, 53.987, "Skarrowby High", Square, "Secondary", false, ""),
        place(1.370, 53.848, "Brinewick", Circle, "Primary", false, ""),
        place(1.375, 53.850, "Saltern Lane", Ring, "Nursery", false, ""),
        place(1.400, 53.968, "Marram Haven", Circle, "Primary", false, ""),
        place(1.395, 54.045, "Pellingsea", Circle, "Primary", false, ""),
        place(1.235, 53.870, "Windrose", Triangle, "Special", false, ""),
        place(0.990, 53.940, "Corvenham Cross", Square, "Secondary", false, ""),
        place(0.985, 53.934, "The Ropewalk", Inverted, "Alternative provision", false, ""),
        place(1.055, 54.000, "Threll", Circle, "Primary", false, ""),
        place(0.940, 53.865, "Hagglewick", Circle, "Primary", false, ""),
        place(0.900, 53.985, "Fennimoor", Circle, "Primary", false, ""),
        place(1.020, 53.885, "Ludderby", Circle, "Primary", false, ""),
        place(1.190, 53.932, "Kestlebridge", Diamond, "All-through", false, ""),
        place(1.100, 54.060, "Mizzenford", Circle, "Primary", false, ""),
        place(0.965, 54.080, "Yarrowstead", Circle, "Primary", false, ""),
        place(0.910, 53.800, "Oarsby Junior", Circle, "Primary", false, ""),
        place(1.060, 53.772, "Petrelness", Square, "Secondary", false, ""),
    ];
    Map {
        frame,
        boundaries: boundaries_from_geojson(COAST, "name").expect("the sample is GeoJSON"),
        places,
        kinds: vec![
            (Circle, "Primary".to_owned()),
            (Square, "Secondary".to_owned()),
            (Diamond, "All-through".to_owned()),
            (Triangle, "Special".to_owned()),
            (Inverted, "Alternative provision".to_owned()),
            (Ring, "Nursery".to_owned()),
        ],
        links: vec![(1, 0)],
        name_places: true,
    }
    .draw()
}

/// A chart's maker.
pub(crate) type Maker = fn(Frame) -> Drawing;

/// Every sample: identifier, title, maker.
pub(crate) fn steady(frame: Frame) -> Drawing {
    let month = |label: &str, weeks: &[(u32, Option<u32>)]| HeardMonth {
        label: format!("{label} 2027"),
        weeks: weeks
            .iter()
            .map(|(day, times)| HeardWeek {
                day: day.to_string(),
                monday: format!("{day} {label} 2027"),
                heard: times.map_or_else(|| Heard::Closed("Half-term".to_owned()), Heard::Times),
            })
            .collect(),
    };
    let months = vec![
        month("Jan", &[(4, Some(3)), (11, Some(1)), (18, Some(0)), (25, Some(2))]),
        month("Feb", &[(1, Some(0)), (8, Some(0)), (15, None), (22, Some(0))]),
        month("Mar", &[(1, Some(7)), (8, Some(1)), (15, Some(2)), (22, Some(1)), (29, Some(4))]),
    ];
    Steady { frame, months }.draw()
}

pub(crate) const ALL: [(&str, &str, Maker); 12] = [
    ("trend", "Expected standard in reading, writing and maths, Harbour View Primary", trend),
    ("small-trend", "The same at a very small school, Pellingsea Community Primary", small_trend),
    ("funnel", "Three years pooled, beside sixty similar schools", funnel),
    ("bars", "Expected standard by group of pupils, 2025-26", bars),
    ("multiples", "Six measures at Harbour View Primary", multiples),
    ("slope", "Before and after: Harbour View and Oakfield", slope),
    ("spread", "How far apart the alliance\u{2019}s schools are", spread),
    ("quadrant", "Bar and gap, 2022-23 to 2025-26", quadrant),
    ("capacity", "Half-days free, spring 2027", capacity),
    ("steady", "Weeks in which something was heard of a plan", steady),
    ("timeline", "Oakfield beside Harbour View, 2027", timeline),
    ("map", "The Tideway Learning Alliance", map),
];
