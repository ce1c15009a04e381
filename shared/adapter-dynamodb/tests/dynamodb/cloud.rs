//! Creates the tables of a test in the local cloud.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType,
};
use aws_types::SdkConfig;

/// An index over a text attribute, sorted by another.
pub(crate) struct Index {
    pub(crate) name: &'static str,
    pub(crate) hash: &'static str,
    pub(crate) range: (&'static str, ScalarAttributeType),
    pub(crate) projection: ProjectionType,
}

/// Creates a table with the key `pk` and a stream, under a name of its own, and answers that name.
pub(crate) async fn table(config: &SdkConfig, indexes: &[Index]) -> String {
    let client = aws_sdk_dynamodb::Client::new(config);
    let name = format!("contract-{}", uuid::Uuid::now_v7().simple());
    let attribute = |name: &str, kind: ScalarAttributeType| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(kind)
            .build()
            .unwrap()
    };
    let key = |name: &str, kind: KeyType| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages);
    let mut create = client
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest)
        .stream_specification(stream.build().unwrap())
        .attribute_definitions(attribute("pk", ScalarAttributeType::S))
        .key_schema(key("pk", KeyType::Hash));
    for Index {
        name,
        hash,
        range,
        projection,
    } in indexes
    {
        let index = GlobalSecondaryIndex::builder()
            .index_name(*name)
            .key_schema(key(hash, KeyType::Hash))
            .key_schema(key(range.0, KeyType::Range))
            .projection(Projection::builder().projection_type(projection.clone()).build());
        create = create
            .attribute_definitions(attribute(hash, ScalarAttributeType::S))
            .attribute_definitions(attribute(range.0, range.1.clone()))
            .global_secondary_indexes(index.build().unwrap());
    }
    create.send().await.unwrap();
    name
}
