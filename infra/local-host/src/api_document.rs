//! `GET /openapi.json`: the API's document, the file `infra/openapi.yaml` as JSON.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::template::{TemplateFault, yaml};

const OPENAPI: &str = include_str!("../../openapi.yaml");

/// Fails if the committed file is not YAML.
pub(crate) fn router() -> Result<Router, TemplateFault> {
    let document = yaml::parse(OPENAPI)?.to_string();
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok(Router::new().route("/openapi.json", get(async move || (headers, document).into_response())))
}
