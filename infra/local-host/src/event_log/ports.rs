//! Records the port calls of invocations, the mails that they send, and the progress of imports.

use std::sync::Arc;

use async_trait::async_trait;
use domain::catalog::import::job::{ImportId, RangeProgress};
use domain::catalog::ports::{Advance, Begin, CatalogImportEnd, Finish, ImportLedger};
use domain::ports::{Email, Mailer, PortFailure, SendFailure};
use domain::uploads::ports::UploadRepository;
use domain::values::{ObjectSequencer, ObjectVersion, Timestamp, UploadId};
use serde_json::json;
use shop::{EndedCall, PortWatcher, Ports};
use telemetry::error_chain::error_chain;
use telemetry::redaction::without_addresses;

use super::invocation::PortCall;
use super::record::Record;
use super::{bounded, nodes, running};
use crate::prices;

/// The same ports, which record what invocations do through them.
pub(crate) fn recorded(ports: Ports) -> Ports {
    let recorder: Arc<dyn PortWatcher> = Arc::new(Calls);
    let mailer = Arc::new(RecordedMailer(Arc::clone(&ports.mailer)));
    let imports = Arc::new(RecordedImports {
        imports: Arc::clone(&ports.imports),
        uploads: Arc::clone(&ports.uploads),
    });
    Ports {
        mailer,
        imports,
        ..ports
    }
    .watched_by(&recorder)
}

struct Calls;

impl PortWatcher for Calls {
    fn called(&self, call: &EndedCall<'_>) {
        let failure = call
            .failure
            .map(|failure| without_addresses(&error_chain(failure)).into_owned());
        running::record_call(&PortCall {
            port: call.port,
            action: call.action,
            failure: failure.as_deref(),
            duration: call.duration,
        });
    }
}

struct RecordedMailer(Arc<dyn Mailer>);

#[async_trait]
impl Mailer for RecordedMailer {
    async fn send(&self, email: &Email) -> Result<(), SendFailure> {
        self.0.send(email).await?;
        running::record(|running| {
            Record::new("mail_sent", format!("A mail is sent: {}", email.subject))
                .between(nodes::function(&running.function), nodes::MAIL)
                .with("subject", bounded::shown(&json!(email.subject)))
                .costing(prices::MAIL.micro_usd)
        });
        Ok(())
    }
}

struct RecordedImports {
    imports: Arc<dyn ImportLedger>,
    uploads: Arc<dyn UploadRepository>,
}

impl RecordedImports {
    /// The sums over all ranges, which the upload shows. Only shown: without them the import goes on.
    async fn record(&self, id: &UploadId) {
        let Ok(Some(upload)) = self.uploads.find(id).await else {
            return;
        };
        let Some(counts) = upload.import else { return };
        let percent = counts.percent();
        running::record(|running| {
            let text = format!("The import is at {percent} %: {} rows read", counts.rows_read);
            Record::new("import_progress", text)
                .between(nodes::function(&running.function), "table:imports")
                .with("upload", id.as_str())
                .with("rows_read", counts.rows_read)
                .with("rows_written", counts.rows_written)
                .with("rows_rejected", counts.rows_rejected)
                .with("percent", percent)
        });
    }
}

#[async_trait]
impl ImportLedger for RecordedImports {
    async fn begin(
        &self,
        upload_id: &UploadId,
        object: &ObjectVersion,
        sequencer: Option<&ObjectSequencer>,
        at: Timestamp,
    ) -> Result<Begin, PortFailure> {
        self.imports.begin(upload_id, object, sequencer, at).await
    }

    async fn progress(&self, import: &ImportId, range: u32) -> Result<Option<RangeProgress>, PortFailure> {
        self.imports.progress(import, range).await
    }

    async fn advance(
        &self,
        import: &ImportId,
        range: u32,
        from: &RangeProgress,
        to: &RangeProgress,
        at: Timestamp,
    ) -> Result<Advance, PortFailure> {
        let advance = self.imports.advance(import, range, from, to, at).await?;
        self.record(&import.upload_id).await;
        Ok(advance)
    }

    async fn finish(&self, import: &ImportId, end: &CatalogImportEnd, at: Timestamp) -> Result<Finish, PortFailure> {
        let finish = self.imports.finish(import, end, at).await?;
        self.record(&import.upload_id).await;
        Ok(finish)
    }
}
