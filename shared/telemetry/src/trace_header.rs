//! Reads and writes the header that carries a trace from one process to the next.
//!
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>

use std::fmt;

/// Characters of a lineage, at most. Lambda makes shorter ones.
const LINEAGE_CHARS_MAX: usize = 256;

/// The value of an `X-Amzn-Trace-Id`, such as
/// `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceHeader {
    /// Like `1-5759e988-bd862e3fe1be46a994272793`.
    pub trace_id: String,
    /// The span that the next span is a child of.
    pub parent: SpanId,
    /// Whether the trace is recorded.
    pub sampled: bool,
    /// AWS detects functions that call each other in a loop by this. It belongs to one invocation and is not stored.
    lineage: Option<String>,
}

/// The id of a span: 64 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanId(u64);

impl TraceHeader {
    /// Parses a header. `None` if a part is missing or malformed: a caller may have sent it.
    pub fn parse(text: &str) -> Option<Self> {
        let lineage = value_of(text, "Lineage").filter(|lineage| is_lineage(lineage));
        Some(Self {
            trace_id: trace_id_of(text)?.to_owned(),
            parent: SpanId::parse(value_of(text, "Parent")?)?,
            sampled: value_of(text, "Sampled") == Some("1"),
            lineage: lineage.map(str::to_owned),
        })
    }

    /// The same trace with another parent.
    pub(crate) fn below(&self, parent: SpanId) -> Self {
        Self { parent, ..self.clone() }
    }

    /// For a trace that another invocation continues: AWS must detect a loop of functions across traces.
    pub(crate) fn with_lineage_of(mut self, invocation: &Self) -> Self {
        self.lineage.clone_from(&invocation.lineage);
        self
    }

    /// The header to store with data that a later invocation reads.
    pub(crate) fn to_be_stored(&self) -> String {
        let stored = Self {
            lineage: None,
            ..self.clone()
        };
        stored.to_string()
    }
}

impl fmt::Display for TraceHeader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace_id, parent, sampled) = (&self.trace_id, self.parent, u8::from(self.sampled));
        write!(formatter, "Root={trace_id};Parent={parent};Sampled={sampled}")?;
        match &self.lineage {
            Some(lineage) => write!(formatter, ";Lineage={lineage}"),
            None => Ok(()),
        }
    }
}

impl SpanId {
    pub(crate) fn random() -> Self {
        Self(fastrand::u64(1..))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(Self)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// The trace id, by which X-Ray finds the trace.
pub(crate) fn trace_id_of(header: &str) -> Option<&str> {
    value_of(header, "Root").filter(|root| is_trace_id(root))
}

fn value_of<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    header
        .split(';')
        .find_map(|pair| pair.trim().strip_prefix(key)?.strip_prefix('='))
}

fn is_trace_id(text: &str) -> bool {
    let is_hex = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut parts = text.split('-');
    parts.next() == Some("1")
        && parts.next().is_some_and(|seconds| is_hex(seconds, 8))
        && parts.next().is_some_and(|random| is_hex(random, 24))
        && parts.next().is_none()
}

/// Values like `1:a87bd80c:0`, joined by `|`.
fn is_lineage(text: &str) -> bool {
    text.len() <= LINEAGE_CHARS_MAX
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b":|".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn a_header_is_read_and_written() {
        let header = TraceHeader::parse(HEADER).unwrap();
        assert_eq!(header.trace_id, "1-5759e988-bd862e3fe1be46a994272793");
        assert!(header.sampled);
        assert_eq!(header.to_string(), HEADER);
    }

    #[test]
    fn the_lineage_is_sent_with_calls_and_not_stored() {
        let header = TraceHeader::parse(&format!("{HEADER};Lineage=1:a87bd80c:0")).unwrap();
        let called = header.below(SpanId(7)).to_string();
        let expected =
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=0000000000000007;Sampled=1;Lineage=1:a87bd80c:0";
        assert_eq!(called, expected);
        assert_eq!(header.to_be_stored(), HEADER);
    }

    #[test]
    fn a_malformed_header_is_refused() {
        for text in [
            "",
            "Root=1-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=x;Sampled=1",
            "Root=1-5759e988-bd862e3fe1be46a99427279\n;Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=1-5759e988-bd862e3fe1be46a994272793-1;Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8é;Sampled=1",
        ] {
            assert_eq!(TraceHeader::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_header_without_sampled_is_not_sampled() {
        for sampled in ["", ";Sampled=0", ";Sampled=?", ";Sampled=10"] {
            let text = format!("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8{sampled}");
            assert!(!TraceHeader::parse(&text).unwrap().sampled, "{text}");
        }
    }
}
