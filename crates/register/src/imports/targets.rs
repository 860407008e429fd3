//! The tables an import writes.

use crate::bulk::{
    Column::{Bool, Int, Real, Text},
    Target,
};

pub(super) static PROBLEM: Target = Target {
    table: "import_problem",
    columns: &[
        ("file", Int),
        ("seq", Int),
        ("severity", Text),
        ("code", Text),
        ("at_row", Int),
        ("at_column", Text),
        ("value", Text),
        ("what", Text),
        ("remedy", Text),
    ],
    conflict: "",
};

pub(super) static VERSION: Target = Target {
    table: "school_version",
    columns: &[
        ("id", Int),
        ("urn", Int),
        ("digest", Int),
        ("trust", Int),
        ("trust_name", Text),
        ("record", Text),
    ],
    conflict: "",
};

pub(super) static LISTING: Target = Target {
    table: "school_listing",
    columns: &[("urn", Int), ("file", Int), ("version", Int)],
    conflict: "",
};

pub(super) static LINK: Target = Target {
    table: "school_link",
    columns: &[
        ("urn", Int),
        ("other", Int),
        ("kind", Text),
        ("file", Int),
        ("other_name", Text),
        ("words", Text),
        ("established", Text),
    ],
    conflict: "ON CONFLICT DO NOTHING",
};

pub(super) static GROUP: Target = Target {
    table: "group_listing",
    columns: &[
        ("file", Int),
        ("seq", Int),
        ("uid", Int),
        ("name", Text),
        ("kind", Text),
        ("status", Text),
        ("opened", Text),
        ("closed", Text),
        ("companies_house", Text),
        ("member", Int),
        ("joined", Text),
    ],
    conflict: "",
};

pub(super) static POSTCODE: Target = Target {
    table: "postcode_listing",
    columns: &[
        ("postcode_key", Text),
        ("file", Int),
        ("lsoa", Text),
        ("idaci_score", Real),
        ("idaci_rank", Int),
        ("idaci_decile", Int),
        ("imd_decile", Int),
    ],
    conflict: "ON CONFLICT DO NOTHING",
};

pub(super) static INSPECTION: Target = Target {
    table: "inspection",
    columns: &[
        ("file", Int),
        ("seq", Int),
        ("urn", Int),
        ("urn_then", Int),
        ("number", Text),
        ("kind", Text),
        ("started", Text),
        ("published", Text),
        ("latest", Bool),
        ("concern", Text),
        ("outcome", Text),
        ("grades", Text),
    ],
    conflict: "",
};

// A file may state a figure twice (a total and its back-year column): the first one counts.
pub(super) static VALUE: Target = Target {
    table: "kpi_value",
    columns: &[
        ("subject", Int),
        ("kpi", Int),
        ("pupils", Int),
        ("period", Int),
        ("stand", Int),
        ("form", Int),
        ("value", Real),
        ("n", Real),
        ("low", Real),
        ("high", Real),
    ],
    conflict: "ON CONFLICT DO NOTHING",
};

pub(super) static SCHOOL: Target = Target {
    table: "school",
    columns: &[
        ("urn", Int),
        ("file", Int),
        ("version", Int),
        ("as_at", Text),
        ("name", Text),
        ("sort_name", Text),
        ("phase", Text),
        ("kind", Text),
        ("kind_group", Text),
        ("status", Text),
        ("is_open", Bool),
        ("authority", Int),
        ("authority_name", Text),
        ("number", Int),
        ("trust", Int),
        ("trust_name", Text),
        ("federation_name", Text),
        ("diocese", Text),
        ("region", Text),
        ("district", Text),
        ("address", Text),
        ("town", Text),
        ("county", Text),
        ("postcode", Text),
        ("postcode_key", Text),
        ("lat", Real),
        ("lon", Real),
        ("urban_rural", Text),
        ("pupils", Int),
        ("capacity", Int),
        ("fsm_percent", Real),
        ("low_age", Int),
        ("high_age", Int),
        ("gender", Text),
        ("religion", Text),
        ("admissions", Text),
        ("sixth_form", Text),
        ("opened", Text),
        ("closed", Text),
        ("website", Text),
        ("idaci_decile", Int),
    ],
    conflict: "",
};

pub(super) static LINE: Target = Target {
    table: "school_line",
    columns: &[("urn", Int), ("step", Int), ("earlier", Int)],
    conflict: "",
};

pub(super) static TRUST: Target = Target {
    table: "trust",
    columns: &[
        ("uid", Int),
        ("name", Text),
        ("sort_name", Text),
        ("kind", Text),
        ("status", Text),
        ("opened", Text),
        ("closed", Text),
        ("companies_house", Text),
    ],
    conflict: "",
};

pub(super) static MEMBER: Target = Target {
    table: "trust_member",
    columns: &[
        ("urn", Int),
        ("trust", Int),
        ("trust_name", Text),
        ("since", Text),
        ("since_exact", Bool),
        ("until", Text),
    ],
    conflict: "ON CONFLICT DO NOTHING",
};
