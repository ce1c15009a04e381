//! How does `GET /orders` page through the orders of a customer?

use domain::orders::list::{ListOrders, ORDERS_PAGE_DEFAULT, ORDERS_PAGE_MAX};
use domain::orders::ports::{OrderPosition, OrderQuery};
use domain::values::{OrderId, OrderStatus, Timestamp};
use door::caller::customer;
use door::failure::problem;
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
    use domain::values::CustomerId;

    use super::*;

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
