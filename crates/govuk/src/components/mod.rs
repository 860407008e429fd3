//! One module for each component of GOV.UK Frontend.

macro_rules! modules {
    ($($module:ident),+ $(,)?) => { $(
        mod $module;
        pub use $module::*;
    )+ };
}

modules!(
    accordion,
    back_link,
    breadcrumbs,
    button,
    character_count,
    checkboxes,
    cookie_banner,
    date_input,
    details,
    error_message,
    error_summary,
    exit_this_page,
    feedback,
    fieldset,
    file_upload,
    footer,
    generic_header,
    header,
    hint,
    input,
    inset_text,
    label,
    language_navigation,
    notification_banner,
    pagination,
    panel,
    password_input,
    phase_banner,
    radios,
    select,
    service_navigation,
    skip_link,
    summary_list,
    table,
    tabs,
    tag,
    task_list,
    textarea,
    warning_text,
);
