//! The mail that reports the end of an import to its uploader, sent at most once.

use super::finish::FinishImport;
use crate::catalog::csv::shown_names;
use crate::catalog::ports::{CatalogImport, CatalogImportEnd};
use crate::ports::{Email, PortFailure, html_escaped};
use crate::send_once::send_once;
use crate::values::text::visible;
use crate::values::{EmailAddress, ImportCounts, UploadId};

/// The part of a subject that says what became of the file, and the sentences of the text.
struct Message {
    result: &'static str,
    sentences: Vec<String>,
}

impl FinishImport {
    /// Sends the report of an import that has ended, unless an earlier attempt sent it or may have sent it.
    pub(super) async fn send_mail(&self, import: &CatalogImport) -> Result<(), PortFailure> {
        match &import.finished {
            Some(end) => self.send(import, &ended(&import.id.upload_id, end)).await,
            None => Ok(()),
        }
    }

    /// The same for an import whose file was replaced by a newer version.
    pub(super) async fn send_superseded_mail(&self, import: &CatalogImport) -> Result<(), PortFailure> {
        let sentence = "A newer version of the file arrived before all of this one was imported. The rows of the newer \
                        version replace those of this one.";
        let message = Message {
            result: "was superseded by a newer version",
            sentences: vec![sentence.to_owned()],
        };
        self.send(import, &message).await
    }

    /// One mail for each version of a file.
    async fn send(&self, import: &CatalogImport, message: &Message) -> Result<(), PortFailure> {
        let Some(uploader) = &import.uploaded_by else {
            return Ok(());
        };
        let Some(to) = self.directory.email_of(uploader).await? else {
            return Ok(());
        };
        let key = format!("import/{}", import.id.execution_name());
        send_once(
            self.sends.as_ref(),
            self.mailer.as_ref(),
            self.clock.as_ref(),
            &key,
            &email(import, message, to),
        )
        .await?;
        Ok(())
    }
}

fn email(import: &CatalogImport, message: &Message, to: EmailAddress) -> Email {
    let Message { result, sentences } = message;
    // A file that was copied in by hand may have any name; a subject is one line.
    let file_name = visible(&import.file_name);
    let upload_id = &import.id.upload_id;
    let paragraphs: Vec<String> = sentences
        .iter()
        .map(|sentence| format!("<p>{}</p>", html_escaped(sentence)))
        .collect();
    Email {
        to,
        subject: format!("Your catalog {file_name} {result}"),
        text: format!(
            "Your catalog {file_name} {result}.\n\n{}\n\nUpload {upload_id}\n\nPopshop\n",
            sentences.join("\n")
        ),
        html: format!(
            "<p>Your catalog <b>{}</b> {result}.</p>{}<p>Upload {upload_id}</p><p>Popshop</p>",
            html_escaped(&file_name),
            paragraphs.concat()
        ),
    }
}

fn ended(upload_id: &UploadId, end: &CatalogImportEnd) -> Message {
    match end {
        CatalogImportEnd::Done {
            counts,
            unknown_columns,
        } => done(upload_id, *counts, unknown_columns),
        CatalogImportEnd::Rejected { reason } => Message {
            result: "was not imported",
            sentences: vec![format!("Nothing was changed: {reason}.")],
        },
    }
}

fn done(upload_id: &UploadId, counts: ImportCounts, unknown_columns: &[String]) -> Message {
    let ImportCounts {
        rows_read,
        rows_written,
        rows_rejected,
        ..
    } = counts;
    let mut sentences = vec![format!(
        "Rows read: {rows_read}, written: {rows_written}, rejected: {rows_rejected}."
    )];
    if rows_read == 0 {
        sentences.push("The file has no rows below its header.".to_owned());
    }
    if rows_rejected > 0 {
        sentences.push(format!(
            "The rejected rows and the reasons are in the file rejected.csv: the status of the upload, GET \
             /uploads/{upload_id}, has a link to it. Correct the rows in that file and upload it as a catalog."
        ));
    }
    if !unknown_columns.is_empty() {
        sentences.push(format!("Columns that were ignored: {}.", shown_names(unknown_columns)));
    }
    let result = match (rows_written, rows_rejected) {
        (0, _) => "was not imported",
        (_, 0) => "was imported",
        _ => "was partly imported",
    };
    Message { result, sentences }
}
