//! Who is calling, as the JWT authorizer vouches for it?

use events::api_event::{Claims, Text};
use serde_json::Value;

use crate::problem::Problem;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The `sub` claim: stable, and no e-mail address.
    pub subject: String,
    pub groups: Vec<String>,
}

/// Why nobody vouches for this caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallerFault {
    #[error("the request carries no access token")]
    NoToken,
    /// The authorizer checks signature, issuer and audience; without scopes on the route an ID token passes as well.
    #[error("the token is not an access token")]
    NotAnAccessToken,
    #[error("the token names no subject")]
    NoSubject,
}

impl From<CallerFault> for Problem {
    fn from(fault: CallerFault) -> Self {
        Self::unauthenticated(fault.to_string())
    }
}

impl Caller {
    /// `claims` is `None` when the route has no authorizer.
    pub(crate) fn from_claims(claims: Option<Claims>) -> Result<Self, CallerFault> {
        let claims = claims.ok_or(CallerFault::NoToken)?;
        if claims.token_use.and_then(Text::text).as_deref() != Some("access") {
            return Err(CallerFault::NotAnAccessToken);
        }
        let subject = claims.sub.and_then(Text::text).filter(|subject| !subject.is_empty());
        Ok(Self {
            subject: subject.ok_or(CallerFault::NoSubject)?,
            groups: claims.groups.as_ref().map(groups_of).unwrap_or_default(),
        })
    }

    pub fn require_group(&self, group: &str) -> Result<(), Problem> {
        if self.groups.iter().any(|own| own == group) {
            Ok(())
        } else {
            Err(Problem::forbidden())
        }
    }
}

/// An HTTP API flattens a list claim into one text, `[staff admin]`; other authorizers hand over the list.
///
/// A text is never read as JSON, and a list's item never split: a group may be called `"staff"` with the quotes, or
/// hold a space where it does not come from Cognito, and must not become another group by that.
fn groups_of(claim: &Value) -> Vec<String> {
    match claim {
        Value::String(text) => {
            let inner = text
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .unwrap_or(text);
            inner.split_ascii_whitespace().map(str::to_owned).collect()
        }
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(claims: Value) -> Result<Caller, CallerFault> {
        Caller::from_claims(serde_json::from_value(claims).unwrap())
    }

    fn groups(claim: &Value) -> Vec<String> {
        read(json!({"token_use": "access", "sub": "ann", "cognito:groups": claim}))
            .unwrap()
            .groups
    }

    #[test]
    fn an_access_token_names_its_caller() {
        let caller = read(json!({"token_use": "access", "sub": "ann", "client_id": "shop"})).unwrap();
        assert_eq!((caller.subject.as_str(), caller.groups.len()), ("ann", 0));
        assert_eq!(caller.require_group("staff").unwrap_err().status, 403);
    }

    #[test]
    fn a_route_without_a_token_an_id_token_and_a_token_without_subject_are_told_apart() {
        let fault = |claims| read(claims).unwrap_err();
        assert_eq!(fault(json!(null)), CallerFault::NoToken);
        assert_eq!(fault(json!({"sub": "ann"})), CallerFault::NotAnAccessToken);
        assert_eq!(
            fault(json!({"token_use": "id", "sub": "ann"})),
            CallerFault::NotAnAccessToken
        );
        assert_eq!(
            fault(json!({"token_use": ["access"], "sub": "ann"})),
            CallerFault::NotAnAccessToken
        );
        assert_eq!(fault(json!({"token_use": "access"})), CallerFault::NoSubject);
        assert_eq!(fault(json!({"token_use": "access", "sub": ""})), CallerFault::NoSubject);
        assert_eq!(Problem::from(CallerFault::NotAnAccessToken).status, 401);
    }

    #[test]
    fn groups_arrive_as_one_text_or_as_a_list() {
        assert_eq!(groups(&json!("[staff]")), ["staff"]);
        assert_eq!(groups(&json!("[staff admin]")), ["staff", "admin"]);
        assert_eq!(groups(&json!("staff")), ["staff"]);
        assert_eq!(groups(&json!(["staff", "admin"])), ["staff", "admin"]);
        assert!(groups(&json!("[]")).is_empty());
        assert!(groups(&json!({"staff": true})).is_empty());
    }

    #[test]
    fn a_group_does_not_become_another_by_its_spelling() {
        let claims = [
            json!(["not staff"]),
            json!(["staff "]),
            json!("[\"staff\"]"),
            json!("[Staff]"),
            json!("[staffing]"),
            json!("[[staff]]"),
            json!([["staff"]]),
        ];
        for claim in claims {
            assert!(!groups(&claim).contains(&"staff".to_owned()), "{claim}");
        }
    }
}
