//! Reads the changes of an order from the stream of the orders table.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::types::{AttributeValue, Record, ShardIteratorType};
use aws_types::SdkConfig;
use domain::values::OrderId;
use port_contracts::probes::OrderChanges;

/// The stream of a table that only orders and their like are written to.
pub(crate) struct OrderStream {
    streams: Client,
    arn: String,
}

impl OrderStream {
    pub(crate) async fn of(config: &SdkConfig, table: &str) -> Self {
        let tables = aws_sdk_dynamodb::Client::new(config);
        let described = tables.describe_table().table_name(table).send().await.unwrap();
        Self {
            streams: Client::new(config),
            arn: described.table.unwrap().latest_stream_arn.unwrap(),
        }
    }

    /// The order as every change of it so far left it, oldest first.
    ///
    /// New tables have one shard, and an open shard's iterator has no end: an empty answer is it.
    pub(crate) async fn images_of(&self, order: &OrderId) -> Vec<HashMap<String, AttributeValue>> {
        let described = self
            .streams
            .describe_stream()
            .stream_arn(&self.arn)
            .send()
            .await
            .unwrap();
        let shard = described.stream_description.unwrap().shards.unwrap().remove(0);
        let first = self
            .streams
            .get_shard_iterator()
            .stream_arn(&self.arn)
            .shard_id(shard.shard_id.unwrap())
            .shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send()
            .await
            .unwrap();
        let mut iterator = first.shard_iterator;
        let mut records: Vec<Record> = Vec::new();
        while let Some(position) = iterator {
            let page = self
                .streams
                .get_records()
                .shard_iterator(position)
                .send()
                .await
                .unwrap();
            iterator = page
                .next_shard_iterator
                .filter(|_| page.records.as_ref().is_some_and(|page| !page.is_empty()));
            records.extend(page.records.unwrap_or_default());
        }
        let key = AttributeValue::S(format!("order#{order}"));
        let images = records.into_iter().filter_map(|record| record.dynamodb?.new_image);
        images.filter(|image| image["pk"] == key).collect()
    }
}

#[async_trait]
impl OrderChanges for OrderStream {
    async fn statuses_of(&self, order: &OrderId) -> Vec<String> {
        let images = self.images_of(order).await;
        let status = |image: &HashMap<String, AttributeValue>| image["status"].as_s().unwrap().clone();
        images.iter().map(status).collect()
    }
}
