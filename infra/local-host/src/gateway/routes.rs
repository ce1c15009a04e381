//! Finds the function for a path, as API Gateway does
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>): a route that names
//! the whole path before one with a greedy variable `{name+}`; in both, a literal before a variable; for the same path,
//! a route of the method before one of `ANY`.

use std::collections::{BTreeMap, BTreeSet};

use matchit::Router;
use percent_encoding::percent_decode_str;

use crate::template::{Deployment, EventSource};

const ANY_METHOD: &str = "ANY";

pub(super) struct Routes {
    routes: Vec<Route>,
    /// Of every method that a route names, with the routes of `ANY` among them. `ANY` itself is for all other methods.
    methods: BTreeMap<String, MethodRoutes>,
}

/// Places in [`Routes::routes`], by path. Two routers, for in one a greedy variable excludes a plain one at its place.
#[derive(Default)]
struct MethodRoutes {
    whole: Router<usize>,
    greedy: Router<usize>,
}

struct Route {
    method: String,
    path: String,
    function: String,
    needs_token: bool,
}

/// A route with what its parameters stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matched {
    /// `POST /orders`, as events call it.
    pub(super) key: String,
    pub(super) function: String,
    pub(super) needs_token: bool,
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
                    path: route.path.clone(),
                    function: function.logical_id.clone(),
                    needs_token: route.authorizer.is_some(),
                });
            }
        }
        Self::new(routes)
    }

    fn new(routes: Vec<Route>) -> Self {
        let mut names: BTreeSet<&str> = routes.iter().map(|route| route.method.as_str()).collect();
        names.insert(ANY_METHOD);
        let methods = names
            .into_iter()
            .map(|method| (method.to_owned(), MethodRoutes::of(method, &routes)))
            .collect();
        Self { routes, methods }
    }

    pub(super) fn find(&self, method: &str, path: &str) -> Option<Matched> {
        let of_method = self.methods.get(method).or_else(|| self.methods.get(ANY_METHOD))?;
        let found = of_method.whole.at(path).or_else(|_| of_method.greedy.at(path)).ok()?;
        let mut parameters = BTreeMap::new();
        for (name, value) in found.params.iter() {
            // A greedy variable stands for segments, and the first one has a text.
            if value.starts_with('/') {
                return None;
            }
            parameters.insert(name.to_owned(), decoded(value)?);
        }
        let route = self.routes.get(*found.value)?;
        Some(Matched {
            key: format!("{} {}", route.method, route.path),
            function: route.function.clone(),
            needs_token: route.needs_token,
            parameters,
        })
    }
}

impl MethodRoutes {
    fn of(method: &str, routes: &[Route]) -> Self {
        let mut all = Self::default();
        for wanted in [method, ANY_METHOD] {
            for (index, route) in routes.iter().enumerate().filter(|(_, route)| route.method == wanted) {
                let paths = if route.path.ends_with("+}") {
                    &mut all.greedy
                } else {
                    &mut all.whole
                };
                // Refused where the path is taken: by a route of the method, which goes before one of `ANY`.
                paths.insert(pattern(&route.path), index).unwrap_or_default();
            }
        }
        all
    }
}

/// `/files/{name+}` as matchit has it: `/files/{*name}`.
fn pattern(path: &str) -> String {
    let segments = path.split('/').map(|segment| match variable(segment) {
        None => segment.replace('{', "{{").replace('}', "}}"),
        Some(name) => match name.strip_suffix('+') {
            None => segment.to_owned(),
            Some(name) => format!("{{*{name}}}"),
        },
    });
    segments.collect::<Vec<_>>().join("/")
}

fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// As an HTTP API does it: every escape but that of the percent sign, so that nothing can be decoded twice.
fn decoded(value: &str) -> Option<String> {
    let kept = value.replace("%25", "%2525");
    percent_decode_str(&kept).decode_utf8().ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(keys: &[&str]) -> Routes {
        let route = |key: &&str| {
            let (method, path) = key.split_once(' ').unwrap();
            Route {
                method: method.to_owned(),
                path: path.to_owned(),
                function: String::new(),
                needs_token: false,
            }
        };
        Routes::new(keys.iter().map(route).collect())
    }

    const ROUTES: [&str; 7] = [
        "GET /",
        "ANY /a",
        "GET /a/{rest+}",
        "GET /a/{id}",
        "GET /a/fixed",
        "POST /a/{id}/cancel",
        "GET /a",
    ];

    fn found(method: &str, path: &str) -> Option<(String, Vec<String>)> {
        routes(&ROUTES)
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

    /// The example of the page above, without the route `$default`: the host runs templates without one.
    #[test]
    fn routes_are_chosen_in_the_order_that_aws_documents() {
        let routes = routes(&[
            "ANY /{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/dog/{id}",
            "GET /pets/dog/1",
        ]);
        for (method, path, key) in [
            ("GET", "/pets/dog/1", "GET /pets/dog/1"),
            ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
            ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
            ("POST", "/test/5", "ANY /{proxy+}"),
            ("POST", "/pets/dog/1", "ANY /{proxy+}"),
        ] {
            assert_eq!(routes.find(method, path).unwrap().key, key, "{method} {path}");
        }
    }

    #[test]
    fn a_whole_path_goes_before_a_greedy_one_and_a_method_before_any() {
        let routes = routes(&[
            "ANY /b/{name}",
            "GET /b/{id}",
            "PUT /b/{rest+}",
            "GET /c/{rest+}",
            "ANY /c/{id}",
            "ANY /{area}/list",
            "GET /d/{rest+}",
        ]);
        for (method, path, key) in [
            ("GET", "/b/1", "GET /b/{id}"),
            ("POST", "/b/1", "ANY /b/{name}"),
            ("PUT", "/b/1", "ANY /b/{name}"),
            ("PUT", "/b/1/2", "PUT /b/{rest+}"),
            ("GET", "/c/1", "ANY /c/{id}"),
            ("GET", "/c/1/2", "GET /c/{rest+}"),
            ("GET", "/d/list", "ANY /{area}/list"),
            ("GET", "/d/other", "GET /d/{rest+}"),
        ] {
            assert_eq!(routes.find(method, path).unwrap().key, key, "{method} {path}");
        }
        assert_eq!(routes.find("POST", "/b/1").unwrap().parameters["name"], "1");
    }
}
