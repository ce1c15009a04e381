//! What is the uploader told of an import, and how does it stay one mail?

use super::finish::FinishImport;
use crate::catalog::ports::{CatalogImport, CatalogImportEnd};
use crate::ports::{Email, PortFailure, html_escaped};
use crate::send_once::send_once;
use crate::values::{EmailAddress, ImportCounts};

impl FinishImport {
    /// Sends the report of an import that has ended, unless somebody did, or may have done. One for each version of a file.
    pub(super) async fn tell(&self, import: &CatalogImport) -> Result<(), PortFailure> {
        let (Some(uploader), Some(end)) = (&import.uploaded_by, &import.finished) else {
            return Ok(());
        };
        let Some(to) = self.directory.email_of(uploader).await? else {
            return Ok(());
        };
        let key = format!("import/{}", import.id.execution_name());
        let email = email(import, end, to);
        send_once(
            self.sends.as_ref(),
            self.mailer.as_ref(),
            self.clock.as_ref(),
            &key,
            &email,
        )
        .await?;
        Ok(())
    }
}

fn email(import: &CatalogImport, end: &CatalogImportEnd, to: EmailAddress) -> Email {
    // A file copied in by hand may have any name; a subject is one line.
    let file_name = import.file_name.replace(char::is_control, " ");
    let (what, sentences) = match end {
        CatalogImportEnd::Done {
            counts,
            unknown_columns,
        } => ("was imported", done_sentences(*counts, unknown_columns)),
        CatalogImportEnd::Rejected { reason } => {
            ("could not be imported", vec![format!("Nothing was changed: {reason}.")])
        }
    };
    let upload_id = &import.id.upload_id;
    let paragraphs: Vec<String> = sentences
        .iter()
        .map(|sentence| format!("<p>{}</p>", html_escaped(sentence)))
        .collect();
    Email {
        to,
        subject: format!("Your catalog {file_name} {what}"),
        text: format!(
            "Your catalog {file_name} {what}.\n\n{}\n\nUpload {upload_id}\n\nPopshop\n",
            sentences.join("\n")
        ),
        html: format!(
            "<p>Your catalog <b>{}</b> {what}.</p>{}<p>Upload {upload_id}</p><p>Popshop</p>",
            html_escaped(&file_name),
            paragraphs.concat()
        ),
    }
}

fn done_sentences(counts: ImportCounts, unknown_columns: &[String]) -> Vec<String> {
    let ImportCounts {
        rows_read,
        rows_written,
        rows_rejected,
        ..
    } = counts;
    let mut sentences = vec![format!(
        "Rows read: {rows_read}, written: {rows_written}, rejected: {rows_rejected}."
    )];
    if rows_rejected > 0 {
        sentences.push("The upload's status links to a file of the rejected rows and their reasons.".to_owned());
    }
    if !unknown_columns.is_empty() {
        sentences.push(format!("Columns that were ignored: {}.", unknown_columns.join(", ")));
    }
    sentences
}
