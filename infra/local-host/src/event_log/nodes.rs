//! Ids of the parts of the shop, the same in the map and in every record.

use crate::template::Deployment;

pub const BROWSER: &str = "browser";
pub const BUS: &str = "bus";
pub const CLOCK: &str = "clock";
pub const GATEWAY: &str = "gateway";
pub const MAIL: &str = "mail";

/// `route:POST /orders`.
pub fn route(key: &str) -> String {
    format!("route:{key}")
}

/// `function:orders-place`, by the name that a function has in logs.
pub fn function(name: &str) -> String {
    format!("function:{name}")
}

/// `table:orders` for `OrdersTable`.
pub fn table(logical_id: &str) -> String {
    format!("table:{}", short(logical_id, "Table"))
}

/// `stream:orders` for the stream of `OrdersTable`.
pub fn stream(table: &str) -> String {
    format!("stream:{}", short(table, "Table"))
}

/// `queue:thumbnail-dead-letter` for `ThumbnailDeadLetterQueue`.
pub fn queue(logical_id: &str) -> String {
    format!("queue:{}", short(logical_id, "Queue"))
}

/// `bucket:uploads` for `UploadsBucket`.
pub fn bucket(logical_id: &str) -> String {
    format!("bucket:{}", short(logical_id, "Bucket"))
}

/// `state-machine:OrderSaga`.
pub fn state_machine(logical_id: &str) -> String {
    format!("state-machine:{logical_id}")
}

/// The bucket with this name; the name itself for one that the template does not have.
pub(crate) fn bucket_named(deployment: &Deployment, name: &str) -> String {
    let found = deployment.buckets.values().find(|bucket| bucket.name == name);
    found.map_or_else(|| format!("bucket:{name}"), |found| bucket(&found.logical_id))
}

/// The node that a port of a function leads to; `None` for a port within the function.
pub fn of_port(port: &str, function: &str) -> Option<&'static str> {
    match port {
        "book" | "orders" | "idempotency" => Some("table:orders"),
        // Each pipeline keeps its mails in its own table.
        "sends" if function.starts_with("saga-") => Some("table:orders"),
        "sends" | "imports" | "uploads" | "photo_uploads" => Some("table:imports"),
        "catalog" | "catalog_writer" | "prices" | "product_photos" | "stock" => Some("table:products"),
        "payment_results" | "payments" => Some("table:payments"),
        "gateway" => Some(GATEWAY),
        "mailer" => Some(MAIL),
        "catalog_files" | "photos" | "rejected_rows" => Some("bucket:uploads"),
        "thumbnails" => Some("bucket:thumbnails"),
        _ => None,
    }
}

/// Whether a port leads to a table, whatever the function.
pub(crate) fn is_table(port: &str) -> bool {
    of_port(port, "").is_some_and(|node| node.starts_with("table:"))
}

/// `FailedEventsQueue` without its type, in lower case: `failed-events`.
pub fn short(logical_id: &str, kind: &str) -> String {
    let mut short = String::new();
    for character in logical_id.strip_suffix(kind).unwrap_or(logical_id).chars() {
        if character.is_ascii_uppercase() && !short.is_empty() {
            short.push('-');
        }
        short.push(character.to_ascii_lowercase());
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{map, template};

    #[test]
    fn ids_are_short_names_of_the_templates_resources() {
        assert_eq!(table("OrdersTable"), "table:orders");
        assert_eq!(table("SandboxGatewayTable"), "table:sandbox-gateway");
        assert_eq!(queue("ThumbnailDeadLetterQueue"), "queue:thumbnail-dead-letter");
        assert_eq!(bucket("UploadsBucket"), "bucket:uploads");
        assert_eq!(stream("OrdersTable"), "stream:orders");
    }

    #[test]
    fn ports_lead_to_nodes_of_the_map() {
        let map = map::to_json(&template::load().unwrap());
        let ports = [
            "book",
            "orders",
            "idempotency",
            "sends",
            "imports",
            "uploads",
            "photo_uploads",
            "catalog",
            "catalog_writer",
            "prices",
            "product_photos",
            "stock",
            "payment_results",
            "payments",
            "gateway",
            "mailer",
            "catalog_files",
            "photos",
            "rejected_rows",
            "thumbnails",
        ];
        for port in ports {
            let node = of_port(port, "saga-notify-customer").unwrap();
            let mut nodes = map["nodes"].as_array().unwrap().iter();
            assert!(nodes.any(|found| found["id"] == node), "{port}: {node}");
        }
        assert_eq!(of_port("renderer", "thumbnailer"), None);
    }
}
