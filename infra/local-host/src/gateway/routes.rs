//! Which function serves this path? As API Gateway chooses: a fixed path before `{name}`, that before `{name+}`.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::template::{Deployment, EventSource};

const ANY_METHOD: &str = "ANY";

pub(super) struct Routes(Vec<Route>);

struct Route {
    method: String,
    segments: Vec<Segment>,
    /// `POST /orders`, as events call it.
    key: String,
    function: String,
    asks_for_token: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Fixed(String),
    Parameter(String),
    Rest(String),
}

/// A route with what its parameters stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matched {
    pub(super) key: String,
    pub(super) function: String,
    pub(super) asks_for_token: bool,
    /// Decoded, as functions get them.
    pub(super) parameters: BTreeMap<String, String>,
}

impl Routes {
    pub(super) fn of(deployment: &Deployment) -> Self {
        let mut routes = Vec::new();
        for function in deployment.functions.values() {
            for source in &function.sources {
                let EventSource::Http(route) = source else { continue };
                routes.push(Route {
                    method: route.method.clone(),
                    segments: parts(&route.path).map(segment).collect(),
                    key: format!("{} {}", route.method, route.path),
                    function: function.logical_id.clone(),
                    asks_for_token: route.authorizer.is_some(),
                });
            }
        }
        Self::sorted(routes)
    }

    /// Fixed segments sort before parameters, and these before the rest, and a method before `ANY`: the first match is
    /// the most specific one.
    fn sorted(mut routes: Vec<Route>) -> Self {
        routes.sort_by(|one, other| {
            let rank = |route: &Route| route.method == ANY_METHOD;
            one.segments.cmp(&other.segments).then(rank(one).cmp(&rank(other)))
        });
        Self(routes)
    }

    pub(super) fn find(&self, method: &str, path: &str) -> Option<Matched> {
        let parts: Vec<&str> = parts(path).collect();
        let of_method = self
            .0
            .iter()
            .filter(|route| route.method == method || route.method == ANY_METHOD);
        let mut found = of_method.filter_map(|route| Some((route, parameters(&route.segments, &parts)?)));
        found.next().map(|(route, parameters)| Matched {
            key: route.key.clone(),
            function: route.function.clone(),
            asks_for_token: route.asks_for_token,
            parameters,
        })
    }
}

/// What stands between the slashes: nothing for `/`, and something empty behind a slash at the end.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/').filter(move |_| !path.is_empty())
}

fn segment(text: &str) -> Segment {
    match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        None => Segment::Fixed(text.to_owned()),
        Some(name) => match name.strip_suffix('+') {
            None => Segment::Parameter(name.to_owned()),
            Some(name) => Segment::Rest(name.to_owned()),
        },
    }
}

fn parameters(segments: &[Segment], parts: &[&str]) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    // As an HTTP API does it: every escape but that of the percent sign, so that nothing can be decoded twice.
    let decoded = |part: &str| {
        let kept = part.replace("%25", "%2525");
        percent_decode_str(&kept).decode_utf8().ok().map(String::from)
    };
    for (index, segment) in segments.iter().enumerate() {
        let part = parts.get(index).filter(|part| !part.is_empty())?;
        match segment {
            Segment::Fixed(text) if text == part => {}
            Segment::Fixed(_) => return None,
            Segment::Parameter(name) => {
                parameters.insert(name.clone(), decoded(part)?);
            }
            Segment::Rest(name) => {
                parameters.insert(name.clone(), decoded(&parts[index..].join("/"))?);
                return Some(parameters);
            }
        }
    }
    (segments.len() == parts.len()).then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Routes {
        let route = |key: &str| {
            let (method, path) = key.split_once(' ').unwrap();
            Route {
                method: method.to_owned(),
                segments: parts(path).map(segment).collect(),
                key: key.to_owned(),
                function: String::new(),
                asks_for_token: false,
            }
        };
        let routes = [
            "GET /",
            "ANY /a",
            "GET /a/{rest+}",
            "GET /a/{id}",
            "GET /a/fixed",
            "POST /a/{id}/cancel",
            "GET /a",
        ]
        .map(route);
        Routes::sorted(routes.into())
    }

    fn found(method: &str, path: &str) -> Option<(String, Vec<String>)> {
        routes()
            .find(method, path)
            .map(|matched| (matched.key, matched.parameters.into_values().collect()))
    }

    #[test]
    fn the_most_specific_route_wins() {
        assert_eq!(found("GET", "/a/fixed").unwrap().0, "GET /a/fixed");
        assert_eq!(
            found("GET", "/a/1").unwrap(),
            ("GET /a/{id}".to_owned(), vec!["1".to_owned()])
        );
        assert_eq!(
            found("GET", "/a/1/2").unwrap(),
            ("GET /a/{rest+}".to_owned(), vec!["1/2".to_owned()])
        );
        assert_eq!(found("POST", "/a/1/cancel").unwrap().0, "POST /a/{id}/cancel");
        assert_eq!(found("GET", "/a").unwrap().0, "GET /a");
        assert_eq!(found("PATCH", "/a").unwrap().0, "ANY /a");
        assert_eq!(found("GET", "/").unwrap().0, "GET /");
        for (method, path) in [
            ("POST", "/"),
            ("GET", "/b"),
            ("GET", "/a/"),
            ("GET", "//a"),
            ("POST", "/a//cancel"),
            ("DELETE", "/a/1"),
        ] {
            assert_eq!(found(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn parameters_are_decoded_but_for_the_percent_sign() {
        assert_eq!(
            found("GET", "/a/Tee%20+%20K%C3%A4se%2050%252F").unwrap().1,
            ["Tee + Käse 50%252F"]
        );
        assert_eq!(found("GET", "/a/%FF"), None, "not UTF-8");
    }
}
