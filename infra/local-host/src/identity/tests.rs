//! Tests that valid tokens are accepted, and all others refused.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::get_current_timestamp as now;
use p256::ecdsa::Signature;
use sha2::Sha256;
use tower::ServiceExt as _;

use super::*;

const NAME: &str = "https://issuer.example";
const CLIENT: &str = "shop";
const BODY_BYTES_MAX: usize = 64 * 1024;

fn issuer_with(secret: [u8; 32]) -> Issuer {
    let base_url = "http://127.0.0.1:3000".to_owned();
    Issuer::new(NAME.to_owned(), base_url, vec![CLIENT.to_owned()], &secret).unwrap()
}

fn issuer() -> Issuer {
    issuer_with([7; 32])
}

fn is_accepted(token: &str) -> bool {
    issuer().authorizer().claims(Some(&format!("Bearer {token}"))).is_ok()
}

fn claims() -> Value {
    json!({ "sub": "ann", "iss": NAME, "client_id": CLIENT, "exp": now() + 60 })
}

/// A token of the genuine issuer with one claim changed.
fn with(name: &str, value: Value) -> String {
    let mut claims = claims();
    claims[name] = value;
    issuer().sign(&claims).unwrap()
}

async fn ask(request: Request<Body>) -> (StatusCode, Value) {
    let response = router(Arc::new(issuer())).oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), BODY_BYTES_MAX)
        .await
        .unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

async fn asked_for_token(body: impl Into<Body>) -> (StatusCode, Value) {
    ask(Request::post("/dev/token").body(body.into()).unwrap()).await
}

#[test]
fn a_token_shows_its_claims_as_a_lambda_event_does() {
    let groups = ["staff".to_owned(), "admin".to_owned()];
    let token = issuer().token("olga", &groups, now()).unwrap();
    let claims = issuer().authorizer().claims(Some(&format!("Bearer {token}"))).unwrap();
    assert_eq!(claims["sub"], "olga");
    assert_eq!(claims["cognito:groups"], "[staff admin]");
    assert_eq!(claims["token_use"], "access");
    assert_eq!(claims["client_id"], CLIENT);
    assert!(claims.values().all(Value::is_string), "{claims:?}");
    let token = issuer().token("ann", &[], now()).unwrap();
    let claims = issuer().authorizer().claims(Some(&token)).unwrap();
    assert!(!claims.contains_key("cognito:groups"));
}

#[test]
fn tokens_outlive_a_restart() {
    let token = issuer().token("ann", &[], now()).unwrap();
    assert!(is_accepted(&token), "made and checked by two issuers of one secret");
}

#[test]
fn expired_early_and_foreign_tokens_are_refused() {
    assert!(is_accepted(&issuer().sign(&claims()).unwrap()));
    let expired = issuer().token("ann", &[], now() - TOKEN_LIVES.as_secs() - 1).unwrap();
    assert!(!is_accepted(&expired), "expired");
    for (name, value) in [
        ("exp", json!(null)),
        ("exp", json!("tomorrow")),
        ("exp", json!(now() - 1)),
        ("exp", json!(now())),
        ("exp", json!(f64::from(u32::try_from(now()).unwrap()) - 0.5)),
        ("nbf", json!(now() + 60)),
        ("iat", json!(now() + 60)),
        ("iat", json!("yesterday")),
        ("iss", json!("https://elsewhere.example")),
        ("iss", json!(null)),
        ("client_id", json!("another")),
        ("client_id", json!(null)),
        ("aud", json!("another")),
        ("aud", json!(["another"])),
    ] {
        assert!(!is_accepted(&with(name, value.clone())), "{name}: {value}");
    }
    assert!(
        is_accepted(&with("aud", json!(["another", CLIENT]))),
        "as an ID token carries it"
    );
}

#[test]
fn forged_tokens_are_refused() {
    let genuine = issuer().sign(&claims()).unwrap();
    let [header, payload, signature] = genuine.split('.').collect::<Vec<_>>().try_into().unwrap();
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut raised = claims();
    raised["cognito:groups"] = json!(["staff"]);
    let key_id = issuer().key_id;
    for (why, token) in [
        ("nothing", String::new()),
        ("no token", "a.b.c".to_owned()),
        ("no signature", format!("{header}.{payload}.")),
        ("another payload", format!("{header}.{}.{signature}", part(raised))),
        (
            "alg none",
            format!("{}.{payload}.", part(json!({ "alg": "none", "kid": key_id }))),
        ),
        (
            "alg none, signed",
            format!(
                "{}.{payload}.{signature}",
                part(json!({ "alg": "none", "kid": key_id }))
            ),
        ),
        (
            "unknown kid",
            format!(
                "{}.{payload}.{signature}",
                part(json!({ "alg": "ES256", "kid": "other" }))
            ),
        ),
        (
            "no kid",
            format!("{}.{payload}.{signature}", part(json!({ "alg": "ES256" }))),
        ),
        ("another key", issuer_with([8; 32]).sign(&claims()).unwrap()),
    ] {
        assert!(!is_accepted(&token), "{why}");
    }
    assert!(issuer().authorizer().claims(None).is_err());
}

/// A genuine token whose signature is replaced.
fn with_signature(token: &str, change: impl Fn(Signature) -> Vec<u8>) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(change(signature)))
}

#[test]
fn a_token_has_one_signature_and_one_text() {
    let genuine = issuer().sign(&claims()).unwrap();
    assert!(is_accepted(&with_signature(&genuine, |signature| signature.to_vec())));
    let twin = with_signature(&genuine, |signature| {
        let (r, s) = signature.split_scalars();
        Signature::from_scalars(*r, -*s).unwrap().to_vec()
    });
    assert_ne!(twin, genuine);
    assert!(!is_accepted(&twin), "the signature's twin");
    let longer = with_signature(&genuine, |signature| [signature.to_vec(), vec![0]].concat());
    assert!(!is_accepted(&longer), "a signature with more bytes");
    // 64 bytes leave four bits of the last character without meaning.
    let last = genuine.chars().last().unwrap();
    let start = genuine.strip_suffix(last).unwrap();
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
        let respelled = format!("{start}{other}");
        assert_eq!(is_accepted(&respelled), other == last, "{other}");
    }
    assert!(!is_accepted(&format!("{genuine}==")), "padded");
}

#[test]
fn a_token_that_asks_for_an_extension_or_names_a_member_twice_is_refused() {
    let key_id = issuer().key_id;
    let plain = claims().to_string();
    let signed = |header: &str, claims: &str| {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &issuer().key, Algorithm::ES256).unwrap();
        format!("{message}.{signature}")
    };
    let header = |more: &str| format!(r#"{{"alg":"ES256","kid":"{key_id}"{more}}}"#);
    assert!(is_accepted(&signed(&header(""), &plain)), "or the others prove nothing");
    for more in [
        r#","crit":["exp"],"exp":1"#,
        r#","crit":["b64"],"b64":true"#,
        r#","crit":[]"#,
        r#","crit":null"#,
        r#","typ":"JWT","typ":"JWT""#,
    ] {
        assert!(!is_accepted(&signed(&header(more), &plain)), "{more}");
    }
    let twice = plain.replacen('{', r#"{"sub":"olga","#, 1);
    assert!(!is_accepted(&signed(&header(""), &twice)), "two members `sub`");
}

#[test]
fn another_key_under_a_known_name_is_refused() {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(issuer().key_id);
    let token = encode(&header, &claims(), &issuer_with([8; 32]).key).unwrap();
    assert!(!is_accepted(&token));
}

#[test]
fn the_algorithm_is_the_keys_and_not_the_tokens() {
    // Signed with the public key as if it were a shared secret.
    let public = serde_json::to_vec(&issuer().keys).unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(issuer().key_id);
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", part(&json!(header)), part(&claims()));
    let mut mac = Hmac::<Sha256>::new_from_slice(&public).unwrap();
    mac.update(message.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    assert!(!is_accepted(&format!("{message}.{signature}")));
}

#[tokio::test]
async fn a_token_is_given_to_who_asks() {
    let (status, answer) = asked_for_token(r#"{"sub":"olga","groups":["staff"]}"#).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    assert!(is_accepted(answer["access_token"].as_str().unwrap()));
}

#[tokio::test]
async fn a_token_for_nobody_is_not_given() {
    let long = json!({ "sub": "a".repeat(SUBJECT_CHARS_MAX + 1) }).to_string();
    let many = json!({ "sub": "ann", "groups": vec!["g"; GROUPS_MAX + 1] }).to_string();
    for body in [
        "",
        "{}",
        r#"{"sub":""}"#,
        r#"{"sub":"has space"}"#,
        r#"{"sub":"ann","groups":[""]}"#,
        long.as_str(),
        many.as_str(),
    ] {
        let (status, answer) = asked_for_token(body.to_owned()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer["message"].is_string());
    }
}

#[tokio::test]
async fn the_key_set_is_where_the_configuration_says_and_holds_no_secret() {
    let get = |path: &str| ask(Request::get(path).body(Body::empty()).unwrap());
    let (_, configuration) = get("/.well-known/openid-configuration").await;
    assert_eq!(configuration["issuer"], NAME);
    assert_eq!(configuration["jwks_uri"], "http://127.0.0.1:3000/.well-known/jwks.json");
    let (_, set) = get("/.well-known/jwks.json").await;
    let key = &set["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"]),
        (&json!("EC"), &json!("P-256"), &json!("ES256"))
    );
    assert_eq!(key["kid"], issuer().key_id);
    assert!(
        key["x"].is_string() && key["y"].is_string() && key.get("d").is_none(),
        "{key}"
    );
}
