//! The organisation a provider names, as one of ours.

use foundation::{
    OrgRef,
    providers::{OrganisationClaim, Provider},
};
use serde_json::Value;

use super::token::Claims;

/// The organisation of the claims, where the provider is known to send one and it is a school, a
/// trust or a local authority.
///
/// DfE Sign-in names the kind by a category: 001 establishments (by their unique reference
/// number), 002 local authorities (by their three digits, sent as establishment number), 010 and
/// 013 trusts of several and of one academy (by their group number).
#[must_use]
pub fn organisation(provider: &Provider, claims: &Claims) -> Option<OrgRef> {
    match provider.organisation {
        OrganisationClaim::None => None,
        OrganisationClaim::DfeSignIn => dfe(&claims.organisation),
    }
}

fn dfe(claim: &Value) -> Option<OrgRef> {
    // Sent as an object, or as the text of one.
    let parsed;
    let claim = match claim {
        Value::String(text) => {
            parsed = serde_json::from_str::<Value>(text).ok()?;
            &parsed
        }
        other => other,
    };
    let field = |name: &str| match &claim[name] {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let category = match &claim["category"]["id"] {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => format!("{number:0>3}"),
        _ => return None,
    };
    let org = match category.as_str() {
        "001" => format!("school:{}", field("urn")?),
        "002" => format!("authority:{}", field("establishmentNumber")?),
        "010" | "013" => format!("trust:{}", field("uid")?),
        _ => return None,
    };
    org.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn schools_trusts_and_authorities_are_known_by_their_numbers() {
        let school = json!({ "category": { "id": "001" }, "urn": "123456", "uid": null });
        assert_eq!(dfe(&school), Some(OrgRef::School(123_456)));
        assert_eq!(dfe(&Value::String(school.to_string())), Some(OrgRef::School(123_456)));
        let trust = json!({ "category": { "id": "010" }, "uid": "2044", "urn": null });
        assert_eq!(dfe(&trust), "trust:2044".parse().ok());
        let authority = json!({ "category": { "id": "002" }, "establishmentNumber": "203" });
        assert_eq!(dfe(&authority), "authority:203".parse().ok());
        for other in [
            json!(null),
            json!({}),
            json!({ "category": { "id": "009" }, "urn": "1" }),
            json!({ "category": { "id": "001" }, "urn": null }),
            json!({ "category": { "id": "001" }, "urn": "12 OR 1=1" }),
        ] {
            assert_eq!(dfe(&other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn nonsense_names_nobody_and_never_panics(text in ".{0,80}") {
            prop_assert_eq!(dfe(&Value::String(text)), None);
        }
    }
}
