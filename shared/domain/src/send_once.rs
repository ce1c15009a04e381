//! How does a mail reach a person at most once, through a service without idempotency? Claimed before it is sent.

use crate::ports::{Clock, Email, Mailer, PortFailure, SendClaim, SendFailure, SendLog, SendState};

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SentOnce {
    Sent,
    SentBefore,
    /// Perhaps sent: recorded for people, never repeated.
    Ambiguous,
}

/// Sends the mail unless somebody did under this key, or may have done. A mail that was certainly not sent is a failure,
/// and free to be sent again.
pub(crate) async fn send_once(
    sends: &dyn SendLog,
    mailer: &dyn Mailer,
    clock: &dyn Clock,
    key: &str,
    email: &Email,
) -> Result<SentOnce, PortFailure> {
    match sends.claim(key, clock.now()).await? {
        SendClaim::Granted => {}
        SendClaim::Taken(SendState::Sent) => return Ok(SentOnce::SentBefore),
        // Whoever claimed it may have sent it and died before saying so.
        SendClaim::Taken(SendState::Claimed | SendState::Ambiguous) => return Ok(SentOnce::Ambiguous),
    }
    let (state, outcome) = match mailer.send(email).await {
        Ok(()) => (SendState::Sent, SentOnce::Sent),
        Err(SendFailure::Ambiguous(_)) => (SendState::Ambiguous, SentOnce::Ambiguous),
        Err(SendFailure::NotSent(failure)) => {
            sends.release(key).await?;
            return Err(failure);
        }
    };
    sends.settle(key, state, clock.now()).await?;
    Ok(outcome)
}
