"""Places an order, announces an upload and cancels the order with a client that is generated from infra/openapi.yaml.

    python walk.py URL

The package `popshop_client` is what openapi-python-client makes of the document.
"""

import sys
import time
import uuid

import httpx
from popshop_client import AuthenticatedClient
from popshop_client.api.orders import cancel_order, get_order, get_order_events, place_order
from popshop_client.api.products import list_products
from popshop_client.api.uploads import create_upload, get_upload
from popshop_client.models import Catalog, NewOrder, NewOrderItemsItem, OrderStatus, UploadStatus

PATIENCE_SECONDS = 60
HISTORY = [("PENDING", "customer"), ("CONFIRMED", "saga"), ("CANCELLING", "customer"), ("CANCELLED", "saga")]


def client(url: str, subject: str, groups: list[str]) -> AuthenticatedClient:
    answer = httpx.post(f"{url}/dev/token", json={"sub": subject, "groups": groups}).raise_for_status()
    return AuthenticatedClient(base_url=url, token=answer.json()["access_token"])


def until(read, holds):
    """Reads again until the answer is the expected one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = read()
        if holds(answer):
            return answer
        time.sleep(0.2)
    raise SystemExit(f"not reached within {PATIENCE_SECONDS} s; the last answer is {answer}")


def place_and_cancel(customer: AuthenticatedClient) -> None:
    product = list_products.sync(client=customer, limit=1).products[0]
    body = NewOrder(items=[NewOrderItemsItem(sku=product.sku, quantity=2)], payment_token="tok_ok")
    placed = place_order.sync(client=customer, body=body, idempotency_key=str(uuid.uuid4()))
    assert placed.total.amount_minor == 2 * product.price.amount_minor, placed

    def read():
        return get_order.sync(id=placed.id, client=customer)

    until(read, lambda order: order.status is OrderStatus.CONFIRMED)
    cancel_order.sync(id=placed.id, client=customer)
    cancelled = until(read, lambda order: order.status is OrderStatus.CANCELLED)
    history = get_order_events.sync(id=placed.id, client=customer)
    shown = [(event.status.value, event.by.value) for event in history.events]
    assert shown == HISTORY, shown
    assert history.events[0].at == cancelled.created_at and history.events[-1].at == cancelled.updated_at, history


def upload(staff: AuthenticatedClient) -> None:
    csv = b"sku,name,description,price,currency,stock\nPY-01,Cup,A cup,7.50,EUR,12\n"
    announced = Catalog(kind="catalog", file_name="walk.csv", size_bytes=len(csv))
    link = create_upload.sync(client=staff, body=announced)
    httpx.request(link.method, link.url, headers=link.headers.additional_properties, content=csv).raise_for_status()
    shown = until(lambda: get_upload.sync(id=link.id, client=staff), lambda shown: shown.status is UploadStatus.DONE)
    assert shown.import_.rows_written == 1, shown


def main(url: str) -> None:
    customer = client(url, "bob", [])
    place_and_cancel(customer)
    absent = get_order.sync_detailed(id="absent", client=customer)
    assert absent.status_code == 404, absent
    upload(client(url, "olga", ["staff"]))


main(sys.argv[1])
