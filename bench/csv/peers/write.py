"""Imports a catalog with boto3: `write.py client|table FILE`, one conditional update after the other.

As boto3's guide shows it (a table), and with as little as boto3 lets one do (a client that checks no parameters)."""

import csv
import sys
from decimal import Decimal, InvalidOperation

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

EXPRESSIONS = {
    "ConditionExpression": "attribute_not_exists(catalog_version) OR catalog_version < :version",
    "UpdateExpression": "SET sku = :sku, listing = :listed, #name = :name, description = :description, "
    "price_minor = :price, currency = :currency, catalog_version = :version, catalog_at = :at, "
    "available = :stock - if_not_exists(reserved, :none)",
    "ExpressionAttributeNames": {"#name": "name"},
}


def with_client():
    client = boto3.client("dynamodb", config=Config(parameter_validation=False))

    def write(row, price, stock, offset):
        client.update_item(
            TableName="products",
            Key={"pk": {"S": "product#" + row["sku"]}},
            ExpressionAttributeValues={
                ":sku": {"S": row["sku"]},
                ":listed": {"S": "catalog"},
                ":name": {"S": row["name"]},
                ":description": {"S": row["description"]},
                ":price": {"N": str(price)},
                ":currency": {"S": row["currency"]},
                ":version": {"S": f"{1:020}#{offset:020}"},
                ":at": {"N": "1793527200000"},
                ":stock": {"N": str(stock)},
                ":none": {"N": "0"},
            },
            **EXPRESSIONS,
        )

    return write


def with_table():
    table = boto3.resource("dynamodb").Table("products")

    def write(row, price, stock, offset):
        table.update_item(
            Key={"pk": "product#" + row["sku"]},
            ExpressionAttributeValues={
                ":sku": row["sku"],
                ":listed": "catalog",
                ":name": row["name"],
                ":description": row["description"],
                ":price": price,
                ":currency": row["currency"],
                ":version": f"{1:020}#{offset:020}",
                ":at": 1793527200000,
                ":stock": stock,
                ":none": 0,
            },
            **EXPRESSIONS,
        )

    return write


write = {"client": with_client, "table": with_table}[sys.argv[1]]()
written = 0
with open(sys.argv[2], newline="", encoding="utf-8") as file:
    for offset, row in enumerate(csv.DictReader(file)):
        try:
            price = int(Decimal(row["price"]) * 100)
            stock = int(row["stock"])
        except (InvalidOperation, ValueError):
            continue
        try:
            write(row, price, stock, offset)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        written += 1
print(written)
