//! "How we worked this out": the panel behind a figure.

use evidence::methods::Method;
use foundation::web::escape;
use govuk::Html;

/// What stands behind a figure.
#[derive(Clone, Debug, Default)]
pub struct Workings {
    about: String,
    inputs: Vec<(String, String)>,
    methods: Vec<Method>,
}

impl Workings {
    /// The workings of a figure with this name.
    #[must_use]
    pub fn of(about: impl Into<String>) -> Self {
        Self { about: about.into(), ..Self::default() }
    }

    /// Adds something that went in: "Cohort", "29 pupils".
    #[must_use]
    pub fn input(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.inputs.push((name.into(), value.into()));
        self
    }

    /// Adds a method that was used.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.methods.push(method);
        self
    }

    /// The panel, closed: inputs, then each method with its version, formula and limits.
    #[must_use]
    pub fn panel(&self) -> Html {
        let mut out = format!(
            "<details class=\"govuk-details as-kpi__more\"><summary class=\"govuk-details__summary\">\
             <span class=\"govuk-details__summary-text\">How we worked this out\
             <span class=\"govuk-visually-hidden\">: {}</span></span></summary>\
             <div class=\"govuk-details__text\">",
            escape(&self.about)
        );
        if !self.inputs.is_empty() {
            out.push_str("<dl class=\"as-beside\">");
            for (name, value) in &self.inputs {
                let (name, value) = (escape(name), escape(value));
                out.push_str(&format!("<div><dt>{name}</dt><dd>{value}</dd></div>"));
            }
            out.push_str("</dl>");
        }
        for method in &self.methods {
            out.push_str(&format!(
                "<p class=\"govuk-body-s\"><strong>{}</strong> ({}). {}</p>\
                 <ul class=\"govuk-list govuk-list--bullet govuk-body-s\">",
                escape(method.name),
                escape(method.version),
                escape(method.formula)
            ));
            for caveat in method.caveats {
                out.push_str(&format!("<li>{}</li>", escape(caveat)));
            }
            out.push_str(&format!(
                "</ul><p class=\"govuk-body-s\"><a class=\"govuk-link\" \
                 href=\"/how-we-work-it-out#{}\">More about this method\
                 <span class=\"govuk-visually-hidden\">: {}</span></a></p>",
                method.section,
                escape(method.name)
            ));
        }
        out.push_str("</div></details>");
        Html::trusted(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panel_names_inputs_methods_versions_and_limits_and_escapes() {
        let panel = Workings::of("reading & writing")
            .input("Cohort", "<29> pupils")
            .method(evidence::methods::VARIATION)
            .panel();
        let html = panel.as_str();
        assert!(html.contains(&escape("reading & writing")), "{html}");
        assert!(html.contains("29") && !html.contains("<29>"), "{html}");
        assert!(html.contains("(variation-1)") && html.contains("Wilson"), "{html}");
        assert!(html.contains("href=\"/how-we-work-it-out#variation\""), "{html}");
        assert!(!html.contains("style="), "{html}");
    }
}
