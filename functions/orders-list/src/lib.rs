//! Handles `GET /orders`: pages through the orders of a customer.

use domain::orders::list::{ListOrders, ORDERS_PAGE_DEFAULT, ORDERS_PAGE_MAX};
use domain::orders::ports::{OrderPosition, OrderQuery};
use domain::values::{OrderId, OrderStatus, Timestamp};
use door::caller::customer;
use door::failure::problem;
use door::unreadable;
use entry::cursor::CursorSigner;
use entry::http::http;
use entry::problem::Problem;
use entry::request::HttpRequest;
use entry::response::HttpResponse;
use events::invocation::{Invocation, Reply};
use wire::order::{OrderJson, OrderPageJson};

pub async fn handle(invocation: Invocation, list: &ListOrders, cursors: &CursorSigner) -> Reply {
    http(invocation, |request| async move {
        let query = query(&request, cursors)?;
        let page = list.run(&query).await.map_err(problem)?;
        unreadable::report(&page.unreadable);
        let next = page.next.as_ref();
        let page = OrderPageJson {
            orders: page.orders.iter().map(OrderJson::from).collect(),
            next_cursor: next.map(|position| cursors.sign(&scope(&query), &position_text(position))),
        };
        HttpResponse::json(200, &page)
    })
    .await
}

fn query(request: &HttpRequest, cursors: &CursorSigner) -> Result<OrderQuery, Problem> {
    let mut query = OrderQuery {
        customer: customer(request)?,
        status: request.query("status").map(|text| status(&text)).transpose()?,
        after: None,
        limit: request.page_limit(ORDERS_PAGE_DEFAULT, ORDERS_PAGE_MAX)?,
    };
    if let Some(token) = request.query("cursor") {
        let position = cursors.verify(&scope(&query), &token)?;
        query.after = Some(position_of(&position).ok_or_else(Problem::invalid_cursor)?);
    }
    Ok(query)
}

fn status(text: &str) -> Result<OrderStatus, Problem> {
    OrderStatus::parse(text).ok_or_else(|| {
        let names = OrderStatus::ALL.map(OrderStatus::as_str).join(", ");
        Problem::invalid_query_parameter("status", &format!("one of {names}"))
    })
}

/// A page token is good for this customer's list under this filter. The limit may change from page to page.
fn scope(query: &OrderQuery) -> String {
    let status = query.status.map_or("any", OrderStatus::as_str);
    format!("orders status={status} customer={}", query.customer.as_str())
}

fn position_text(position: &OrderPosition) -> String {
    format!("{}/{}", position.created_at.unix_ms(), position.id)
}

fn position_of(text: &str) -> Option<OrderPosition> {
    let (created_at, id) = text.split_once('/')?;
    Some(OrderPosition {
        created_at: Timestamp::from_unix_ms(created_at.parse().ok()?),
        id: OrderId::parse(id).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::values::CustomerId;
    use function_tests::{ORDER, OTHER_ORDER, World, event, http, problem};
    use serde_json::{Value, json};

    use super::*;

    /// Ann has ordered twice; the other order is the newer one.
    async fn two_orders() -> World {
        let world = World::with_order("tok_ok").await;
        world.clock.advance(Duration::from_secs(1));
        world.place_mugs(OTHER_ORDER, "tok_ok").await;
        world
    }

    async fn answer(world: &World, event: Value) -> Value {
        let list = ListOrders::from(&world.shop.ports);
        let invocation = world.invocation_of("orders-list", event);
        http(handle(invocation, &list, &world.shop.settings.cursors).await)
    }

    async fn page(world: &World, query: Value) -> Value {
        let mut event = event("orders-list");
        event["queryStringParameters"] = query;
        answer(world, event).await
    }

    fn ids(page: &Value) -> Vec<&str> {
        let orders = page["body"]["orders"].as_array().unwrap();
        orders.iter().map(|order| order["id"].as_str().unwrap()).collect()
    }

    #[tokio::test]
    async fn orders_are_listed_newest_first_page_by_page() {
        let world = two_orders().await;
        let first = answer(&world, event("orders-list")).await;
        assert_eq!((&first["status"], ids(&first)), (&json!(200), vec![OTHER_ORDER]));
        let cursor = &first["body"]["next_cursor"];
        let second = page(&world, json!({"limit": "100", "status": "PENDING", "cursor": cursor})).await;
        assert_eq!(
            (ids(&second), &second["body"]["next_cursor"]),
            (vec![ORDER], &json!(null))
        );
        let confirmed = page(&world, json!({"status": "CONFIRMED"})).await;
        assert_eq!(confirmed["body"], json!({"orders": [], "next_cursor": null}));
    }

    #[tokio::test]
    async fn a_cursor_that_was_changed_or_belongs_to_another_list_is_refused() {
        let world = two_orders().await;
        let changed = answer(&world, event("orders-list.rejected")).await;
        let mut expected = problem("invalid-cursor", "The page token is not valid for this list", 400);
        expected["detail"] = json!(
            "use next_cursor from a page of the same list, unchanged, or leave the cursor out to start at the first page"
        );
        assert_eq!(changed["body"], expected);

        let first = page(&world, json!({"limit": "1"})).await;
        let cursor = &first["body"]["next_cursor"];
        assert_eq!(page(&world, json!({"cursor": cursor})).await["status"], 200);
        let other_filter = page(&world, json!({"cursor": cursor, "status": "PENDING"})).await;
        assert_eq!(other_filter["body"], expected);
        let mut bobs = event("orders-list");
        bobs["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = json!("bob");
        bobs["queryStringParameters"] = json!({"cursor": cursor});
        assert_eq!(answer(&world, bobs).await["body"], expected);
    }

    #[tokio::test]
    async fn a_limit_or_status_out_of_range_is_refused() {
        let world = two_orders().await;
        for (query, status) in [
            (json!({"limit": "0"}), 400),
            (json!({"limit": "101"}), 400),
            (json!({"limit": "ten"}), 400),
            (json!({"status": "LOST"}), 400),
            (json!({"limit": "1"}), 200),
            (json!({"limit": "100"}), 200),
        ] {
            assert_eq!(page(&world, query.clone()).await["status"], status, "{query}");
        }
    }

    #[test]
    fn a_position_reads_back() {
        let position = OrderPosition {
            created_at: Timestamp::from_unix_ms(1_793_527_200_123),
            id: OrderId::parse("0190f3c4-7d1e").unwrap(),
        };
        assert_eq!(position_of(&position_text(&position)), Some(position));
        for text in ["", "1", "/a", "1/", "x/a", "1/a/b"] {
            assert_eq!(position_of(text), None, "{text}");
        }
    }

    #[test]
    fn another_customer_or_another_filter_is_another_scope() {
        let query = |customer: &str, status| OrderQuery {
            customer: CustomerId::parse(customer).unwrap(),
            status,
            after: None,
            limit: 20,
        };
        let mine = scope(&query("ann", None));
        assert_ne!(mine, scope(&query("bob", None)));
        assert_ne!(mine, scope(&query("ann", Some(OrderStatus::Pending))));
    }
}
