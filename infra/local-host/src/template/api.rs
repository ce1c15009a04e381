//! Reads the HTTP API of the template: authorizers, throttling and CORS.

use std::collections::BTreeMap;

use super::fault::TemplateFault;
use super::fields::Fields;
use super::model::{CorsSpec, HttpApiSpec, JwtAuthorizerSpec, ThrottlingSpec};

pub(crate) fn http_api(logical_id: String, mut fields: Fields) -> Result<HttpApiSpec, TemplateFault> {
    fields.only("StageName", "$default")?;
    fields.ignore(&["AccessLogSettings", "DisableExecuteApiEndpoint", "Tags"]);
    let mut auth = fields.within("Auth")?;
    let default_authorizer = auth.text("DefaultAuthorizer")?;
    let authorizers = authorizers(&mut auth)?;
    if let Some(name) = &default_authorizer
        && !authorizers.contains_key(name)
    {
        return Err(auth.fault("DefaultAuthorizer", format!("is {name}, which does not exist")));
    }
    auth.finish()?;
    let cors = match fields.take("CorsConfiguration") {
        None => None,
        Some(cors) => Some(cors_spec(Fields::of(
            cors,
            &format!("{}.CorsConfiguration", fields.place),
        )?)?),
    };
    let throttling = throttling_spec(fields.within("DefaultRouteSettings")?)?;
    let mut route_throttling = BTreeMap::new();
    for (route_key, settings) in fields.entries("RouteSettings")? {
        if let Some(spec) = throttling_spec(settings)? {
            route_throttling.insert(route_key, spec);
        }
    }
    fields.finish()?;
    Ok(HttpApiSpec {
        logical_id,
        cors,
        throttling,
        route_throttling,
        authorizers,
        default_authorizer,
    })
}

fn authorizers(auth: &mut Fields) -> Result<BTreeMap<String, JwtAuthorizerSpec>, TemplateFault> {
    let mut authorizers = BTreeMap::new();
    for (name, mut authorizer) in auth.entries("Authorizers")? {
        if !authorizers.is_empty() {
            return Err(auth.fault(
                "Authorizers",
                format!("has {name} as well, and the local host has one issuer"),
            ));
        }
        authorizer.only("IdentitySource", "$request.header.Authorization")?;
        let mut jwt = authorizer.within("JwtConfiguration")?;
        let spec = JwtAuthorizerSpec {
            issuer: jwt.required_text("issuer")?,
            audience: jwt.texts("audience")?,
        };
        if spec.audience.is_empty() {
            return Err(jwt.fault("audience", "names no client"));
        }
        jwt.finish()?;
        authorizer.finish()?;
        authorizers.insert(name, spec);
    }
    Ok(authorizers)
}

fn throttling_spec(mut settings: Fields) -> Result<Option<ThrottlingSpec>, TemplateFault> {
    let rate_per_second = settings.positive_number("ThrottlingRateLimit")?;
    let burst = settings.positive_number("ThrottlingBurstLimit")?;
    let throttling = match (rate_per_second, burst) {
        (None, None) => None,
        (Some(rate_per_second), Some(burst)) => Some(ThrottlingSpec { rate_per_second, burst }),
        (None, Some(_)) => return Err(settings.fault("ThrottlingRateLimit", "is missing beside a burst")),
        (Some(_), None) => return Err(settings.fault("ThrottlingBurstLimit", "is missing beside a rate")),
    };
    settings.finish()?;
    Ok(throttling)
}

/// The rules of a bucket, which have other names than those of an API and mean the same.
pub(crate) fn bucket_cors(fields: &mut Fields) -> Result<Vec<CorsSpec>, TemplateFault> {
    let mut configuration = fields.within("CorsConfiguration")?;
    let place = format!("{}.CorsRules", configuration.place);
    let mut rules = Vec::new();
    for rule in configuration.list("CorsRules")? {
        let mut rule = Fields::of(rule, &place)?;
        rule.ignore(&["Id"]);
        rules.push(CorsSpec {
            allow_origins: rule.texts("AllowedOrigins")?,
            allow_methods: rule.texts("AllowedMethods")?,
            allow_headers: rule.texts("AllowedHeaders")?,
            expose_headers: rule.texts("ExposedHeaders")?,
            max_age_seconds: rule.number("MaxAge")?,
        });
        rule.finish()?;
    }
    configuration.finish()?;
    Ok(rules)
}

fn cors_spec(mut fields: Fields) -> Result<CorsSpec, TemplateFault> {
    let spec = CorsSpec {
        allow_origins: fields.texts("AllowOrigins")?,
        allow_methods: fields.texts("AllowMethods")?,
        allow_headers: fields.texts("AllowHeaders")?,
        expose_headers: fields.texts("ExposeHeaders")?,
        max_age_seconds: fields.number("MaxAge")?,
    };
    fields.finish()?;
    Ok(spec)
}
