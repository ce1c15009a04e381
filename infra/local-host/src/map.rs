//! `GET /dev/map`: the parts of the shop and the ways between them, as the template has them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::event_log::nodes;
use crate::template::{Deployment, EventSource, FunctionSpec, StateMachineSpec, function_of_arn};

/// Pages about a pattern that a part of the shop shows, by the id of its node.
const PAGES: [(&str, &str); 4] = [
    ("state-machine:OrderSaga", "docs/saga.md"),
    ("state-machine:OrderCancelSaga", "docs/saga.md"),
    ("function:saga-reconcile", "docs/runbooks/parked-orders.md"),
    ("stream:orders", "docs/patterns.md"),
];

/// The definition of every state machine, by logical id.
pub fn machines(deployment: &Deployment) -> Value {
    let machines = deployment.state_machines.values().map(|machine| {
        // The template was read with these definitions: they are JSON.
        let definition: Value = serde_json::from_str(&machine.definition).unwrap_or_default();
        (machine.logical_id.clone(), definition)
    });
    Value::Object(machines.collect())
}

/// Nodes and edges as the console draws them.
#[derive(Default)]
struct Map {
    nodes: Vec<Value>,
    ids: BTreeSet<String>,
    edges: Vec<(String, String, String)>,
}

/// The table of the sandbox payment provider. The map shows the provider instead.
const PROVIDERS_TABLE: &str = "SandboxGatewayTable";

/// The map of a deployment.
pub fn to_json(deployment: &Deployment) -> Value {
    let mut map = Map::default();
    map.add(nodes::BROWSER, "browser", "Browser", None);
    for function in deployment.functions.values() {
        map.add_function(function);
    }
    for table in deployment.tables.iter().filter(|table| *table != PROVIDERS_TABLE) {
        map.add(&nodes::table(table), "table", &nodes::short(table, "Table"), None);
    }
    for table in &deployment.tables_with_streams {
        let stream = nodes::stream(table);
        map.add(
            &stream,
            "stream",
            &format!("{} stream", nodes::short(table, "Table")),
            None,
        );
        map.edge(nodes::table(table), stream, "changes");
    }
    for queue in deployment.queues.values() {
        let id = nodes::queue(&queue.logical_id);
        map.add(&id, "queue", &nodes::short(&queue.logical_id, "Queue"), None);
        if let Some(redrive) = &queue.redrive {
            let label = format!("after {} receives", redrive.max_receive_count);
            map.edge(id, nodes::queue(&redrive.dead_letter_queue), &label);
        }
    }
    map.add(nodes::BUS, "bus", "Event bus", None);
    for machine in deployment.state_machines.values() {
        map.add_state_machine(deployment, machine);
    }
    map.add_buckets(deployment);
    map.add(nodes::MAIL, "mail", "Mail", None);
    map.add(nodes::GATEWAY, "gateway", "Payment provider", None);
    map.add(nodes::CLOCK, "clock", "Clock", None);
    for function in deployment.functions.values() {
        map.add_sources(function);
        map.add_grants(deployment, function);
    }
    map.into_json()
}

impl Map {
    fn add(&mut self, id: &str, kind: &str, label: &str, source: Option<&str>) {
        let page = PAGES.iter().find(|(node, _)| *node == id).map(|(_, page)| *page);
        let mut node = json!({ "id": id, "kind": kind, "label": label });
        for (name, value) in [("source", source), ("page", page)] {
            if let Some(value) = value {
                node[name] = json!(value);
            }
        }
        self.nodes.push(node);
        self.ids.insert(id.to_owned());
    }

    fn edge(&mut self, from: String, to: String, label: &str) {
        let is_there = |(other_from, other_to, _): &(String, String, String)| (other_from, other_to) == (&from, &to);
        if !self.edges.iter().any(is_there) {
            self.edges.push((from, to, label.to_owned()));
        }
    }

    fn add_function(&mut self, function: &FunctionSpec) {
        let name = &function.crate_name;
        let source = format!("functions/{name}/src/lib.rs");
        self.add(&nodes::function(name), "function", name, Some(&source));
        for source in &function.sources {
            if let EventSource::Http(route) = source {
                let key = format!("{} {}", route.method, route.path);
                let id = nodes::route(&key);
                self.add(&id, "route", &key, None);
                self.edge(nodes::BROWSER.to_owned(), id, "request");
            }
        }
    }

    fn add_state_machine(&mut self, deployment: &Deployment, machine: &StateMachineSpec) {
        let id = nodes::state_machine(&machine.logical_id);
        let source = format!("infra/{}", machine.file);
        self.add(&id, "state_machine", &machine.logical_id, Some(&source));
        for arn in machine.substitutions.values() {
            let function = function_of_arn(arn).and_then(|logical_id| deployment.functions.get(logical_id));
            if let Some(function) = function {
                self.edge(id.clone(), nodes::function(&function.crate_name), "task");
            }
        }
        self.edge(id, nodes::BUS.to_owned(), "status changes");
    }

    fn add_buckets(&mut self, deployment: &Deployment) {
        for bucket in deployment.buckets.values() {
            let id = nodes::bucket(&bucket.logical_id);
            self.add(&id, "bucket", &nodes::short(&bucket.logical_id, "Bucket"), None);
            let is_announced = bucket.eventbridge || !bucket.queue_notifications.is_empty();
            if is_announced {
                self.edge(nodes::BROWSER.to_owned(), id.clone(), "presigned PUT");
            }
            for notification in &bucket.queue_notifications {
                self.edge(id.clone(), nodes::queue(&notification.queue), "new object");
            }
            if bucket.eventbridge {
                self.edge(id, nodes::BUS.to_owned(), "new object");
            }
        }
    }

    fn add_sources(&mut self, function: &FunctionSpec) {
        let to = || nodes::function(&function.crate_name);
        for source in &function.sources {
            match source {
                EventSource::Http(route) => {
                    let key = format!("{} {}", route.method, route.path);
                    self.edge(nodes::route(&key), to(), "invokes");
                }
                EventSource::Queue(queue) => self.edge(nodes::queue(&queue.queue), to(), "batches"),
                EventSource::Stream(stream) => {
                    self.edge(nodes::stream(&stream.table), to(), "batches");
                    if let Some(queue) = &stream.on_failure_queue {
                        self.edge(to(), nodes::queue(queue), "failed records");
                    }
                }
                EventSource::EventBridge { name, .. } => self.edge(nodes::BUS.to_owned(), to(), name),
                EventSource::Schedule { .. } => self.edge(nodes::CLOCK.to_owned(), to(), "schedule"),
            }
        }
        if let Some(queue) = &function.async_invoke.on_failure_queue {
            self.edge(to(), nodes::queue(queue), "failed events");
        }
    }

    /// What the function's role may use.
    fn add_grants(&mut self, deployment: &Deployment, function: &FunctionSpec) {
        let grants = function.role.as_ref().and_then(|role| deployment.grants.get(role));
        for grant in grants.into_iter().flatten() {
            for resource in &grant.resources {
                let to = granted_node(deployment, resource, &grant.actions);
                if let Some(to) = to.filter(|to| self.ids.contains(to)) {
                    let label = access(&grant.actions);
                    self.edge(nodes::function(&function.crate_name), to, label);
                }
            }
        }
    }

    fn into_json(self) -> Value {
        let edges = self
            .edges
            .into_iter()
            .map(|(from, to, label)| json!({ "from": from, "to": to, "label": label }));
        json!({ "nodes": self.nodes, "edges": edges.collect::<Value>() })
    }
}

/// The node of an ARN that a policy names, if the map has one.
fn granted_node(deployment: &Deployment, resource: &str, actions: &[String]) -> Option<String> {
    if actions.iter().any(|action| action.starts_with("ses:")) {
        return Some(nodes::MAIL.to_owned());
    }
    if let Some((_, table)) = resource.split_once(":table/") {
        let (table, rest) = table.split_once('/').unwrap_or((table, ""));
        return match (table, rest.starts_with("stream")) {
            (PROVIDERS_TABLE, _) => Some(nodes::GATEWAY.to_owned()),
            (_, true) => None,
            (_, false) => Some(nodes::table(table)),
        };
    }
    if let Some(bucket) = resource.strip_prefix("arn:aws:s3:::") {
        let name = bucket.split('/').next().unwrap_or(bucket);
        return Some(nodes::bucket_named(deployment, name));
    }
    let machines = deployment.state_machines.values();
    let mut named = machines.filter(|machine| machine.arn == resource);
    named.next().map(|machine| nodes::state_machine(&machine.logical_id))
}

fn access(actions: &[String]) -> &'static str {
    let reads = |action: &String| {
        let verb = action.split(':').nth(1).unwrap_or_default();
        ["Get", "BatchGet", "Query", "Scan", "Describe", "List"]
            .iter()
            .any(|prefix| verb.starts_with(prefix))
    };
    match (actions.iter().any(reads), actions.iter().all(reads)) {
        (_, true) => "reads",
        (true, false) => "reads and writes",
        (false, false) => "writes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template;

    #[test]
    fn the_map_has_every_resource_of_the_template_once_and_edges_between_them_only() {
        let deployment = template::load().unwrap();
        let map = to_json(&deployment);
        let ids: Vec<&str> = map["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["id"].as_str().unwrap())
            .collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len());
        for function in deployment.functions.values() {
            assert!(distinct.contains(nodes::function(&function.crate_name).as_str()));
        }
        for edge in map["edges"].as_array().unwrap() {
            for end in ["from", "to"] {
                assert!(distinct.contains(edge[end].as_str().unwrap()), "{edge}");
            }
        }
        let touched: BTreeSet<&str> = map["edges"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|edge| [edge["from"].as_str().unwrap(), edge["to"].as_str().unwrap()])
            .collect();
        let alone: Vec<_> = distinct.difference(&touched).collect();
        assert!(alone.is_empty(), "without an edge: {alone:?}");
    }

    #[test]
    fn edges_come_from_event_sources_policies_and_tasks() {
        let map = to_json(&template::load().unwrap());
        let has = |from: &str, to: &str| {
            let edges = map["edges"].as_array().unwrap();
            edges.iter().any(|edge| edge["from"] == from && edge["to"] == to)
        };
        for (from, to) in [
            ("browser", "route:POST /orders"),
            ("route:POST /orders", "function:orders-place"),
            ("function:orders-place", "table:orders"),
            ("function:orders-place", "table:products"),
            ("table:orders", "stream:orders"),
            ("stream:orders", "function:saga-start"),
            ("function:saga-start", "state-machine:OrderSaga"),
            ("state-machine:OrderSaga", "function:saga-reserve-stock"),
            ("function:saga-authorize-payment", "gateway"),
            ("function:saga-notify-customer", "mail"),
            ("bucket:uploads", "queue:thumbnail"),
            ("queue:thumbnail", "function:thumbnailer"),
            ("queue:thumbnail", "queue:thumbnail-dead-letter"),
            ("function:thumbnailer", "bucket:thumbnails"),
            ("clock", "function:saga-reconcile"),
            ("bus", "function:csv-ingester"),
        ] {
            assert!(has(from, to), "{from} -> {to}");
        }
        assert!(!has("function:orders-get", "table:payments"));
    }

    #[test]
    fn sources_and_pages_are_files_of_the_repository() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let map = to_json(&template::load().unwrap());
        for node in map["nodes"].as_array().unwrap() {
            for name in ["source", "page"] {
                if let Some(path) = node[name].as_str() {
                    assert!(root.join(path).is_file(), "{node}");
                }
            }
        }
    }
}
