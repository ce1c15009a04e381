//! Lets users log in locally: an issuer of access tokens with Cognito's claims, and the authorizer that checks them as
//! API Gateway does.
//!
//! The authorizer has only the issuer's public key set, which is served as JWKS.

mod es256;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, body::Bytes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entry::unique_members;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use p256::pkcs8::EncodePrivateKey as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// How long a token is good for, as Cognito's default.
pub(crate) const TOKEN_LIVES: Duration = Duration::from_hours(1);
const SUBJECT_CHARS_MAX: usize = 128;
const GROUPS_MAX: usize = 20;
const SCOPE: &str = "aws.cognito.signin.user.admin";

#[derive(Debug, thiserror::Error)]
#[error("make the key of the local issuer")]
pub struct IssuerFault(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Makes tokens.
pub(crate) struct Issuer {
    name: String,
    /// Where the key set is served.
    base_url: String,
    /// Whose tokens are accepted; those made here are the first one's.
    clients: Vec<String>,
    key: EncodingKey,
    keys: JwkSet,
    key_id: String,
}

/// The caller shows no valid token. The answer says no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no valid access token")]
pub(crate) struct NotAuthorized;

/// Checks tokens: signature by the issuer's key set, issuer, client, expiry
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>).
pub(crate) struct Authorizer {
    issuer: String,
    audience: Vec<String>,
    keys: JwkSet,
}

impl Issuer {
    /// `secret` makes the key: tokens stay valid for as long as it is kept. `clients` are those of the template's
    /// authorizer.
    pub(crate) fn new(
        name: String,
        base_url: String,
        clients: Vec<String>,
        secret: &[u8; 32],
    ) -> Result<Self, IssuerFault> {
        es256::install();
        let key = p256::SecretKey::from_slice(secret).map_err(|fault| IssuerFault(fault.to_string().into()))?;
        let der = key
            .to_pkcs8_der()
            .map_err(|fault| IssuerFault(fault.to_string().into()))?;
        let key = EncodingKey::from_ec_der(der.as_bytes());
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(|fault| IssuerFault(fault.into()))?;
        let key_id = jwk
            .thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256)
            .map_err(|fault| IssuerFault(fault.into()))?;
        jwk.common.key_id = Some(key_id.clone());
        Ok(Self {
            name,
            base_url,
            clients,
            key,
            keys: JwkSet { keys: vec![jwk] },
            key_id,
        })
    }

    pub(crate) fn authorizer(&self) -> Authorizer {
        Authorizer {
            issuer: self.name.clone(),
            audience: self.clients.clone(),
            keys: self.keys.clone(),
        }
    }

    /// An access token with the claims of Cognito's
    /// (<https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>).
    pub(crate) fn token(&self, subject: &str, groups: &[String], now_seconds: u64) -> Result<String, IssuerFault> {
        let mut claims = json!({
            "sub": subject,
            "iss": self.name,
            "client_id": self.clients.first(),
            "token_use": "access",
            "scope": SCOPE,
            "auth_time": now_seconds,
            "iat": now_seconds,
            "exp": now_seconds.saturating_add(TOKEN_LIVES.as_secs()),
            "jti": uuid::Uuid::new_v4().to_string(),
            "username": subject,
        });
        // Cognito leaves the claim out for a person without groups.
        if !groups.is_empty() {
            claims["cognito:groups"] = json!(groups);
        }
        self.sign(&claims)
    }

    fn sign(&self, claims: &Value) -> Result<String, IssuerFault> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.key_id.clone());
        encode(&header, claims, &self.key).map_err(|fault| IssuerFault(fault.into()))
    }
}

impl Authorizer {
    /// The claims behind an `Authorization` header, as a Lambda event shows them: every value a string.
    pub(crate) fn claims(&self, authorization: Option<&str>) -> Result<Map<String, Value>, NotAuthorized> {
        let token = authorization.ok_or(NotAuthorized)?;
        // API Gateway takes the bare token as well.
        let token = token
            .strip_prefix("Bearer ")
            .or_else(|| token.strip_prefix("bearer "))
            .unwrap_or(token)
            .trim();
        let claims = self.verify(token)?;
        Ok(claims
            .into_iter()
            .map(|(name, value)| (name, Value::String(claim_text(&value))))
            .collect())
    }

    fn verify(&self, token: &str) -> Result<Map<String, Value>, NotAuthorized> {
        let header = decode_header(token).map_err(|_| NotAuthorized)?;
        if !is_plain(token) {
            return Err(NotAuthorized);
        }
        let key = header
            .kid
            .as_deref()
            .and_then(|key_id| self.keys.find(key_id))
            .ok_or(NotAuthorized)?;
        // The algorithm is the key's, whatever the token says.
        let mut validation = Validation::new(Algorithm::ES256);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.validate_aud = false;
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss"]);
        let key = DecodingKey::from_jwk(key).map_err(|_| NotAuthorized)?;
        let claims = decode::<Map<String, Value>>(token, &key, &validation)
            .map_err(|_| NotAuthorized)?
            .claims;
        // The crate does not look at `iat`, and accepts a token in the second in which it expires.
        let now = jsonwebtoken::get_current_timestamp();
        let issued_before_now = claims
            .get("iat")
            .is_none_or(|at| at.as_u64().is_some_and(|at| at <= now));
        // A time may have a fraction (<https://www.rfc-editor.org/rfc/rfc7519#section-2>).
        let now = u32::try_from(now).unwrap_or(u32::MAX);
        let expires_later = claims
            .get("exp")
            .is_some_and(|at| at.as_f64().is_some_and(|at| at > f64::from(now)));
        if issued_before_now && expires_later && self.is_for_us(&claims) {
            Ok(claims)
        } else {
            Err(NotAuthorized)
        }
    }

    /// `aud`, and where there is none, `client_id`: Cognito's access tokens carry only the latter.
    fn is_for_us(&self, claims: &Map<String, Value>) -> bool {
        match claims.get("aud").or_else(|| claims.get("client_id")) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).any(|one| self.accepts(one)),
            Some(one) => one.as_str().is_some_and(|one| self.accepts(one)),
            None => false,
        }
    }

    fn accepts(&self, client: &str) -> bool {
        self.audience.iter().any(|accepted| accepted == client)
    }
}

/// Whether a token has no two members of one name in its header or claims, and needs no extension: a token with `crit`
/// must be refused by a verifier that does not understand the names in it
/// (<https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11>).
fn is_plain(token: &str) -> bool {
    let mut parts = token.split('.').take(2).map(|part| {
        let json = URL_SAFE_NO_PAD.decode(part).ok()?;
        unique_members::check(&json).ok()?;
        serde_json::from_slice::<Map<String, Value>>(&json).ok()
    });
    let (Some(Some(header)), Some(Some(_claims))) = (parts.next(), parts.next()) else {
        return false;
    };
    !header.contains_key("crit")
}

/// API Gateway turns claims into strings; a list becomes `[a b]`.
fn claim_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(claim_text).collect();
            format!("[{}]", items.join(" "))
        }
        other => other.to_string(),
    }
}

#[derive(Deserialize)]
struct TokenRequest {
    sub: String,
    #[serde(default)]
    groups: Vec<String>,
}

/// `POST /dev/token`, the key set and its discovery document.
pub(crate) fn router(issuer: Arc<Issuer>) -> Router {
    Router::new()
        .route("/dev/token", post(token))
        .route("/.well-known/jwks.json", get(keys))
        .route("/.well-known/openid-configuration", get(configuration))
        .with_state(issuer)
}

async fn token(State(issuer): State<Arc<Issuer>>, body: Bytes) -> Response {
    let request: TokenRequest = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(fault) => return answer(StatusCode::BAD_REQUEST, &json!({ "message": fault.to_string() })),
    };
    let is_name =
        |text: &str| !text.is_empty() && text.len() <= SUBJECT_CHARS_MAX && text.chars().all(|c| c.is_ascii_graphic());
    if !is_name(&request.sub) || request.groups.len() > GROUPS_MAX || !request.groups.iter().all(|group| is_name(group))
    {
        let message = format!(
            "sub and each of at most {GROUPS_MAX} groups are 1 to {SUBJECT_CHARS_MAX} visible ASCII characters"
        );
        return answer(StatusCode::BAD_REQUEST, &json!({ "message": message }));
    }
    match issuer.token(&request.sub, &request.groups, jsonwebtoken::get_current_timestamp()) {
        Ok(token) => {
            let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIVES.as_secs() });
            answer(StatusCode::OK, &body)
        }
        Err(fault) => {
            tracing::error!(error = ?fault, "token was not made");
            answer(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({ "message": "Internal Server Error" }),
            )
        }
    }
}

async fn keys(State(issuer): State<Arc<Issuer>>) -> Response {
    answer(StatusCode::OK, &json!(issuer.keys))
}

async fn configuration(State(issuer): State<Arc<Issuer>>) -> Response {
    let body = json!({
        "issuer": issuer.name,
        "jwks_uri": format!("{}/.well-known/jwks.json", issuer.base_url),
        "id_token_signing_alg_values_supported": ["ES256"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
    });
    answer(StatusCode::OK, &body)
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        body.to_string(),
    )
        .into_response()
}

#[cfg(test)]
mod tests;
