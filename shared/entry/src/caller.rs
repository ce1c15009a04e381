//! Reads the caller (subject and groups) from the claims that the JWT authorizer verified.

use events::api_event::{Claims, Text};
use serde_json::Value;

use crate::problem::Problem;

/// A caller with a verified access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The `sub` claim. It never changes, and it is not an e-mail address.
    pub subject: String,
    /// The `cognito:groups` claim.
    pub groups: Vec<String>,
}

/// Why a request has no verified caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallerFault {
    /// The route has no authorizer, or the request no token.
    #[error("the request carries no access token")]
    NoToken,
    /// The authorizer checks signature, issuer and audience. On a route without scopes it accepts ID tokens, too.
    #[error("the token is not an access token")]
    NotAnAccessToken,
    /// The `sub` claim is missing or empty.
    #[error("the token has no subject (claim sub)")]
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

    /// Refuses callers outside this group with 403.
    pub fn require_group(&self, group: &str) -> Result<(), Problem> {
        if self.groups.iter().any(|own| own == group) {
            Ok(())
        } else {
            Err(Problem::forbidden())
        }
    }
}

/// An HTTP API flattens a list claim into one string, `[staff admin]`; other authorizers pass the list.
///
/// A string is never parsed as JSON, and a list's item never split. A group's name may contain quotes, or spaces if it
/// does not come from Cognito, and such a name must not be read as the name of another group.
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
    fn a_missing_token_an_id_token_and_a_token_without_subject_are_distinct_faults() {
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
    fn groups_arrive_as_one_string_or_as_a_list() {
        assert_eq!(groups(&json!("[staff]")), ["staff"]);
        assert_eq!(groups(&json!("[staff admin]")), ["staff", "admin"]);
        assert_eq!(groups(&json!("staff")), ["staff"]);
        assert_eq!(groups(&json!(["staff", "admin"])), ["staff", "admin"]);
        assert!(groups(&json!("[]")).is_empty());
        assert!(groups(&json!({"staff": true})).is_empty());
    }

    #[test]
    fn an_odd_spelling_does_not_turn_one_group_into_another() {
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
