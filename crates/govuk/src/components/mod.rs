//! One module for each component of GOV.UK Frontend.

macro_rules! modules {
    ($($module:ident),+ $(,)?) => { $(
        mod $module;
        pub use $module::*;
    )+ };
}

modules!(
    breadcrumbs,
    button,
    checkboxes,
    date_input,
    error_message,
    error_summary,
    fieldset,
    footer,
    generic_header,
    header,
    hint,
    input,
    label,
    notification_banner,
    pagination,
    radios,
    select,
    service_navigation,
    summary_list,
    table,
    tag,
    task_list,
    textarea,
);
