"""GET /orders/{id} in Python, and the loop that Lambda's own runtime runs around a handler, as small as it can be."""

import http.client
import json
import os
from datetime import datetime, timezone

import boto3

client = boto3.client("dynamodb")
table = os.environ["ORDERS_TABLE"]


def handler(event):
    order_id = event["pathParameters"]["id"]
    caller = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    found = client.get_item(TableName=table, Key={"pk": {"S": f"order#{order_id}"}}, ConsistentRead=True)
    item = found.get("Item")
    if item is None or item["customer_id"]["S"] != caller:
        return {"statusCode": 404}
    order = {
        "id": item["order_id"]["S"],
        "status": item["status"]["S"],
        "items": [
            {
                "sku": line["sku"],
                "quantity": line["quantity"],
                "unit_price": {"amount_minor": line["unit_price_minor"], "currency": line["currency"]},
            }
            for line in json.loads(item["lines"]["S"])
        ],
        "total": {"amount_minor": int(item["total_minor"]["N"]), "currency": item["currency"]["S"]},
        "created_at": time(item["created_at"]),
        "updated_at": time(item["updated_at"]),
    }
    print(
        json.dumps({"level": "INFO", "message": "invocation ended", "status": 200, "order_id": order_id}), flush=True
    )
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(order)}


def time(attribute):
    return datetime.fromtimestamp(int(attribute["N"]) / 1000, timezone.utc).isoformat()


def main():
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    path = "/2018-06-01/runtime/invocation/"
    while True:
        api.request("GET", path + "next")
        response = api.getresponse()
        request_id = response.headers["lambda-runtime-aws-request-id"]
        answer = handler(json.loads(response.read()))
        api.request("POST", f"{path}{request_id}/response", json.dumps(answer))
        api.getresponse().read()


main()
