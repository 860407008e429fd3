//! How long this room keeps what.

use foundation::keeping::{Line, Wait, rows};

/// This room's lines of the schedule.
pub const KEPT: &[Line] = &[
    Line::deleted(
        "uploads",
        "Files that were sent and not applied, with the name of who sent them",
        (Wait::Days(2), "they were sent"),
        &[
            rows("import_upload_part", "upload IN (SELECT id FROM import_upload WHERE at < $1)"),
            rows("import_upload", "at < $1"),
        ],
        "A file waits for somebody to look at what it would change; it can be sent again.",
    ),
    Line::stays(
        "imports",
        "Which public file was taken in by whom, and what was wrong with it",
        "as long as the figures it brought",
        &["import_batch", "import_file", "import_problem"],
        "Every figure leads back to its file, and a file can be taken back.",
    ),
    Line::stays(
        "public registers and figures",
        "Schools, trusts, areas, inspections and published results",
        "until the import is taken back",
        &[
            "school",
            "school_version",
            "school_line",
            "school_family",
            "school_listing",
            "school_link",
            "group_listing",
            "trust",
            "trust_member",
            "local_authority",
            "inspection",
            "kpi_value",
            "postcode_listing",
        ],
        "Published facts; a development is seen over years, also of schools that have closed.",
    ),
    Line::stays(
        "workings",
        "Sums and words to search by, worked out from the public registers",
        "until the next import works them out again",
        &[
            "school_figures",
            "area_total",
            "search_name",
            "search_word",
            "search_gram",
            "search_term",
        ],
        "They say nothing that the registers do not.",
    ),
];
