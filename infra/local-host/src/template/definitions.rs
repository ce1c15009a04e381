//! The state machine files that the template may name.

/// The files that `DefinitionUri` may name.
pub(crate) const DEFINITIONS: [(&str, &str); 3] = [
    ("order-saga.asl.json", include_str!("../../../order-saga.asl.json")),
    ("order-cancel.asl.json", include_str!("../../../order-cancel.asl.json")),
    (
        "catalog-import.asl.json",
        include_str!("../../../catalog-import.asl.json"),
    ),
];
