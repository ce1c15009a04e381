//! The DynamoDB adapter over the items that earlier versions wrote: see `tests/stored_items/`.
