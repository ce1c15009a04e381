//! The JSON that the steps of a catalog import pass to each other.
//!
//! `{"upload_id", "sequence", "correlation_id", "object": {"key", "version_id", "size_bytes"}}` is the job, and the
//! input of an execution. `ranges` may be beside it; the state machine passes them on one by one.

use domain::catalog::csv::RecordStart;
use domain::catalog::import::job::{FileRange, ImportId, ImportJob};
use domain::values::{CorrelationId, ObjectVersion, UploadId};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

/// Which version of which file, and its place among all uploads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ImportJob"))]
pub struct JobJson {
    #[serde(serialize_with = "write_upload_id", deserialize_with = "read_upload_id")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::identifier"))]
    upload_id: UploadId,
    sequence: u64,
    /// Of the request that announced the file. Absent in executions that an earlier version of the shop started.
    #[serde(
        default,
        serialize_with = "write_correlation_id",
        deserialize_with = "read_correlation_id"
    )]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::correlation_id"))]
    correlation_id: Option<CorrelationId>,
    object: ObjectJson,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ImportObject"))]
struct ObjectJson {
    key: String,
    version_id: Option<String>,
    size_bytes: u64,
}

/// A stretch of the file: `{"index": 3, "begin": 50331702, "line": 281245, "end": 67108931}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FileRange"))]
pub struct RangeJson {
    index: u32,
    /// Its first byte.
    begin: u64,
    /// The line that begins there.
    line: u64,
    /// The byte behind its last.
    end: u64,
}

/// The input of an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImportInput {
    #[serde(flatten)]
    job: JobJson,
    /// Absent where the file was not divided yet: to a state machine, a member that is null exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    ranges: Option<Vec<RangeJson>>,
}

/// The input of the step that divides a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanInput {
    /// The import that the step belongs to.
    #[serde(flatten)]
    pub job: JobJson,
    /// The ranges that an earlier attempt found in its time.
    pub ranges: Vec<RangeJson>,
}

/// The answer of that step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanOutcome {
    /// `PLANNED`, `UNFINISHED`, `UNUSABLE` or `GONE`.
    pub outcome: &'static str,
    /// The ranges found so far, in the order of the file.
    pub ranges: Vec<RangeJson>,
    /// How many they are.
    pub range_count: usize,
}

/// The input of the step that reads a range.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RangeInput {
    /// The import that the step belongs to.
    #[serde(flatten)]
    pub job: JobJson,
    /// The part of the file to read.
    pub range: RangeJson,
}

/// The input of the step that ends the import.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FinishInput {
    /// The import that the step belongs to.
    #[serde(flatten)]
    pub job: JobJson,
    /// How many ranges the file was divided into; 0 if it could not be divided.
    pub range_count: u32,
}

impl ImportInput {
    /// Without `ranges`, the execution divides the file first.
    pub fn new(job: &ImportJob, ranges: Option<&[FileRange]>) -> Self {
        Self {
            job: job.into(),
            ranges: ranges.map(|ranges| ranges.iter().map(RangeJson::from).collect()),
        }
    }
}

impl From<&ImportJob> for JobJson {
    fn from(job: &ImportJob) -> Self {
        let ImportJob {
            id: ImportId { upload_id, sequence },
            correlation_id,
            object:
                ObjectVersion {
                    key,
                    version_id,
                    size_bytes,
                },
        } = job;
        Self {
            upload_id: upload_id.clone(),
            sequence: *sequence,
            correlation_id: Some(correlation_id.clone()),
            object: ObjectJson {
                key: key.clone(),
                version_id: version_id.clone(),
                size_bytes: *size_bytes,
            },
        }
    }
}

impl From<JobJson> for ImportJob {
    fn from(job: JobJson) -> Self {
        let correlation_id = job.correlation_id.unwrap_or_else(|| (&job.upload_id).into());
        Self {
            correlation_id,
            id: ImportId {
                upload_id: job.upload_id,
                sequence: job.sequence,
            },
            object: ObjectVersion {
                key: job.object.key,
                version_id: job.object.version_id,
                size_bytes: job.object.size_bytes,
            },
        }
    }
}

impl From<RangeJson> for FileRange {
    fn from(range: RangeJson) -> Self {
        Self {
            index: range.index,
            begin: RecordStart {
                byte_offset: range.begin,
                line: range.line,
            },
            end: range.end,
        }
    }
}

impl From<&FileRange> for RangeJson {
    fn from(range: &FileRange) -> Self {
        let FileRange {
            index,
            begin: RecordStart { byte_offset, line },
            end,
        } = range;
        Self {
            index: *index,
            begin: *byte_offset,
            line: *line,
            end: *end,
        }
    }
}

fn write_upload_id<S: Serializer>(id: &UploadId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id.as_str())
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn write_correlation_id<S: Serializer>(id: &Option<CorrelationId>, serializer: S) -> Result<S::Ok, S::Error> {
    id.as_ref().map(CorrelationId::as_str).serialize(serializer)
}

fn read_correlation_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CorrelationId>, D::Error> {
    let id = Option::<String>::deserialize(deserializer)?;
    id.map(|id| CorrelationId::parse(&id).map_err(D::Error::custom))
        .transpose()
}

fn read_upload_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UploadId, D::Error> {
    UploadId::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_range_is_read_with_the_job_it_belongs_to() {
        let input = json!({
            "upload_id": "0190-a",
            "sequence": 7,
            "object": {"key": "catalogs/0190-a.csv", "version_id": null, "size_bytes": 5_000_000_000_u64},
            "range": {"index": 3, "begin": 4_000_000_001_u64, "line": 12, "end": 5_000_000_000_u64},
            "outcome": "UNFINISHED",
        });
        let input: RangeInput = serde_json::from_value(input).unwrap();
        let job = ImportJob::from(input.job);
        assert_eq!(job.id.execution_name(), "0190-a-7");
        assert_eq!(job.correlation_id.as_str(), "0190-a", "of an execution without one");
        assert_eq!(job.object.size_bytes, 5_000_000_000);
        let range = FileRange::from(input.range);
        assert_eq!((range.index, range.bytes()), (3, 4_000_000_001..5_000_000_000));
        assert_eq!(RangeJson::from(&range), input.range);
    }

    #[test]
    fn the_input_of_an_execution_has_its_job_and_the_ranges_if_there_are_any() {
        let job = ImportJob {
            id: ImportId {
                upload_id: UploadId::parse("0190-a").unwrap(),
                sequence: 7,
            },
            correlation_id: CorrelationId::parse("request-1").unwrap(),
            object: ObjectVersion {
                key: "catalogs/0190-a.csv".to_owned(),
                version_id: None,
                size_bytes: 5_000_000_000,
            },
        };
        let mut expected = json!({
            "upload_id": "0190-a",
            "sequence": 7,
            "correlation_id": "request-1",
            "object": {"key": "catalogs/0190-a.csv", "version_id": null, "size_bytes": 5_000_000_000_u64},
        });
        assert_eq!(json!(ImportInput::new(&job, None)), expected);
        let whole = FileRange::whole(&job.object);
        expected["ranges"] = json!([{"index": 0, "begin": 0, "line": 1, "end": 5_000_000_000_u64}]);
        let input = json!(ImportInput::new(&job, Some(&[whole])));
        assert_eq!(input, expected);
        let read: PlanInput = serde_json::from_value(input).unwrap();
        assert_eq!(ImportJob::from(read.job), job);
        assert_eq!(read.ranges, [RangeJson::from(&whole)]);
    }

    #[test]
    fn a_malformed_identifier_is_refused() {
        let input =
            json!({"upload_id": "../x", "sequence": 7, "object": {"key": "k", "version_id": null, "size_bytes": 1}});
        assert!(serde_json::from_value::<JobJson>(input).is_err());
    }
}
