//! Sends a mail at most once, through a service without idempotency: the mail is claimed before it is sent.

use crate::ports::{Clock, Email, Mailer, PortFailure, SendClaim, SendFailure, SendLog, SendState};

/// The result of an attempt to send a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SentOnce {
    Sent,
    SentBefore,
    /// Perhaps sent: recorded for people, never sent again.
    Ambiguous,
}

/// Sends the mail, unless an earlier attempt under this key sent it or may have sent it.
///
/// If the service certainly did not accept the mail, that failure is returned and the claim is released, so that the
/// next attempt sends it. If the release fails too, the mail is never sent: the next attempt finds the claim and cannot
/// tell it from one whose sender died after sending. Then the failure of the release is returned.
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
        // The attempt that claimed the mail may have sent it and died before it recorded that.
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
