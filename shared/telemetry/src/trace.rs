//! The spans of one invocation: its calls to AWS, and its records with their own trace.
//!
//! Lambda makes the segment of the function. Spans are kept only if the trace is sampled and X-Ray's daemon can receive
//! them.

use std::time::SystemTime;

use events::invocation::InvocationContext;

use crate::span::{Attempt, BegunCall, Call, Outcome, Span, Target};
use crate::subject::Subject;
use crate::trace_header::{SpanId, TraceHeader};
use crate::xray;

/// Spans of one invocation, at most. An import makes hundreds of thousands of calls, and a trace holds 500 KB
/// (<https://docs.aws.amazon.com/general/latest/gr/xray.html>).
pub(crate) const SPANS_PER_INVOCATION_MAX: usize = 200;

/// The traces of one invocation: its own, and those of its records.
pub(crate) struct Trace {
    function: String,
    own: Option<TraceHeader>,
    record: Option<Record>,
    subject: Option<(Subject, String)>,
    spans: Vec<Span>,
    is_received: bool,
}

/// A record with its own trace.
struct Record {
    header: TraceHeader,
    id: SpanId,
    started: SystemTime,
}

impl Trace {
    pub(crate) fn of(context: &InvocationContext, is_received: bool) -> Self {
        Self {
            function: context.function_name.clone(),
            own: context.trace_id.as_deref().and_then(TraceHeader::parse),
            record: None,
            subject: None,
            spans: Vec::new(),
            is_received,
        }
    }

    pub(crate) fn header(&self) -> Option<&TraceHeader> {
        self.record.as_ref().map(|record| &record.header).or(self.own.as_ref())
    }

    pub(crate) fn continue_from(&mut self, header: TraceHeader) {
        let header = match &self.own {
            Some(own) => header.with_lineage_of(own),
            None => header,
        };
        self.record = Some(Record {
            header,
            id: SpanId::random(),
            started: SystemTime::now(),
        });
    }

    pub(crate) fn set_subject(&mut self, subject: Subject, id: &str) {
        self.subject = Some((subject, id.to_owned()));
    }

    pub(crate) fn end_continued(&mut self, failed: bool) {
        if self.record.is_some() {
            let subject = self.subject.clone();
            self.end_record(failed);
            self.subject = subject;
        }
    }

    /// A record with its own trace gets two spans that link to each other: one in its trace, as the parent of its
    /// calls, and one in the trace of the batch.
    pub(crate) fn end_record(&mut self, failed: bool) {
        let subject = self.subject.take();
        let Some(Record { header, id, started }) = self.record.take() else {
            return;
        };
        let ended = SystemTime::now();
        let span = |of: &TraceHeader, id, name: &str, link| Span {
            trace_id: of.trace_id.clone(),
            id,
            parent: of.parent,
            name: name.to_owned(),
            started,
            ended,
            failed,
            call: None,
            subject: subject.clone(),
            link,
        };
        let own = self.own.as_ref().filter(|own| own.sampled);
        let here = own.map(|own| {
            let link = header.sampled.then(|| (header.trace_id.clone(), id));
            span(own, SpanId::random(), "record", link)
        });
        let there = header.sampled.then(|| {
            let link = here.as_ref().map(|here| (here.trace_id.clone(), here.id));
            span(&header, id, &self.function, link)
        });
        for span in [there, here].into_iter().flatten() {
            self.push(span);
        }
    }

    pub(crate) fn begin_call(&mut self, attempt: Attempt<'_>, target: impl FnOnce() -> Target) -> BegunCall {
        let Some(header) = self.header() else {
            return BegunCall::default();
        };
        if !header.sampled || !self.is_received || self.spans.len() >= SPANS_PER_INVOCATION_MAX {
            // The called service must not get a parent span that is never sent.
            return BegunCall {
                header: self.record.as_ref().map(|record| record.header.to_string()),
                span: None,
            };
        }
        let header = header.clone();
        if attempt.number > 1
            && let Some(id) = self.count_retry(attempt.key)
        {
            return BegunCall {
                header: Some(header.below(id).to_string()),
                span: Some(id),
            };
        }
        let id = SpanId::random();
        let carried = header.below(id).to_string();
        let now = SystemTime::now();
        let target = target();
        let span = Span {
            trace_id: header.trace_id,
            id,
            parent: self.record.as_ref().map_or(header.parent, |record| record.id),
            name: target.service.clone(),
            started: now,
            ended: now,
            failed: true,
            call: Some(Call {
                key: attempt.key.to_owned(),
                target,
                retries: attempt.number.saturating_sub(1),
                outcome: Outcome::default(),
            }),
            subject: self.subject.clone(),
            link: None,
        };
        self.push(span);
        BegunCall {
            header: Some(carried),
            span: Some(id),
        }
    }

    /// Counts a retry on the span of the earlier attempts of the same call, and returns its id.
    fn count_retry(&mut self, key: &str) -> Option<SpanId> {
        let spans = self.spans.iter_mut().rev();
        let mut calls = spans.filter_map(|span| Some((span.id, span.call.as_mut()?)));
        let (id, call) = calls.find(|(_, call)| call.key == key)?;
        call.retries += 1;
        Some(id)
    }

    pub(crate) fn end_call(&mut self, id: SpanId, outcome: Outcome) {
        let Some(span) = self.spans.iter_mut().rev().find(|span| span.id == id) else {
            return;
        };
        span.ended = SystemTime::now();
        span.failed = outcome.status.is_none_or(|status| status >= 400);
        if let Some(call) = &mut span.call {
            call.outcome = outcome;
        }
    }

    fn push(&mut self, span: Span) {
        if self.is_received && self.spans.len() < SPANS_PER_INVOCATION_MAX {
            self.spans.push(span);
        }
    }

    pub(crate) fn send(&self) {
        if !self.spans.is_empty() {
            xray::send(&self.spans);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::context;

    const OWN: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const OTHER: &str = "Root=1-6759e988-ad862e3fe1be46a994272793;Parent=43995c3f42cd8ad8;Sampled=1";

    fn trace(header: &str) -> Trace {
        let mut context = context();
        context.trace_id = Some(header.to_owned());
        Trace::of(&context, true)
    }

    fn call(trace: &mut Trace, key: &str, number: u32) -> BegunCall {
        trace.begin_call(Attempt { key, number }, Target::default)
    }

    fn answered(trace: &mut Trace, mut call: BegunCall, status: u16) {
        let outcome = Outcome {
            status: Some(status),
            ..Outcome::default()
        };
        trace.end_call(call.span.take().unwrap(), outcome);
    }

    #[test]
    fn all_attempts_of_a_call_are_one_span() {
        let mut trace = trace(OWN);
        for (number, status) in [(1, 500), (2, 200)] {
            let attempt = call(&mut trace, "a", number);
            let carried = TraceHeader::parse(attempt.header.as_ref().unwrap()).unwrap();
            assert_eq!(carried.parent, trace.spans[0].id);
            answered(&mut trace, attempt, status);
        }
        let other = call(&mut trace, "b", 1);
        answered(&mut trace, other, 400);
        let calls: Vec<_> = trace
            .spans
            .iter()
            .map(|span| (span.call.as_ref().unwrap().retries, span.failed))
            .collect();
        assert_eq!(calls, [(1, false), (0, true)]);
        assert!(
            trace
                .spans
                .iter()
                .all(|span| Some(span.parent) == SpanId::parse("53995c3f42cd8ad8"))
        );
    }

    #[test]
    fn no_span_is_kept_without_sampling_or_without_a_daemon() {
        let mut unsampled = trace(&OWN.replace("Sampled=1", "Sampled=0"));
        let mut unheard = trace(OWN);
        unheard.is_received = false;
        for trace in [&mut unsampled, &mut unheard] {
            let attempt = call(trace, "a", 1);
            assert_eq!((attempt.span.is_some(), &attempt.header), (false, &None));
            trace.continue_from(TraceHeader::parse(OWN).unwrap());
            trace.record.as_mut().unwrap().header.sampled = false;
            assert!(call(trace, "b", 1).header.as_ref().unwrap().ends_with("Sampled=0"));
            trace.end_record(false);
            assert!(trace.spans.is_empty());
        }
    }

    #[test]
    fn a_record_continues_its_own_trace_and_both_traces_link_to_each_other() {
        let mut trace = trace(OWN);
        trace.continue_from(TraceHeader::parse(OTHER).unwrap());
        trace.set_subject(Subject::Order, "0192");
        let attempt = call(&mut trace, "a", 1);
        answered(&mut trace, attempt, 200);
        trace.end_record(false);
        let after = call(&mut trace, "b", 1);
        answered(&mut trace, after, 200);
        let [first, there, here, second] = trace.spans.as_slice() else {
            panic!("{} spans", trace.spans.len())
        };
        assert_eq!((&first.trace_id, first.parent), (&there.trace_id, there.id));
        assert_eq!(Some(there.parent), SpanId::parse("43995c3f42cd8ad8"));
        assert_eq!(there.link, Some((here.trace_id.clone(), here.id)));
        assert_eq!(here.link, Some((there.trace_id.clone(), there.id)));
        assert_eq!(here.subject, Some((Subject::Order, "0192".to_owned())));
        assert_eq!((&second.trace_id, &second.subject), (&here.trace_id, &None));
    }

    #[test]
    fn the_trace_of_an_import_of_a_million_rows_is_limited() {
        let mut trace = trace(OWN);
        for number in 0..10 * SPANS_PER_INVOCATION_MAX {
            let attempt = call(&mut trace, &number.to_string(), 1);
            if attempt.span.is_some() {
                answered(&mut trace, attempt, 200);
            }
        }
        assert_eq!(trace.spans.len(), SPANS_PER_INVOCATION_MAX);
    }
}
