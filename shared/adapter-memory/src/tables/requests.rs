//! Which requests were made under which key, and what were they answered?

use std::collections::BTreeMap;

use domain::orders::ports::{
    Fence, IdempotencyClaim, IdempotencyClaimed, IdempotencyCompletion, IdempotencyScope, RecordedReply,
};
use domain::values::OrderId;

#[derive(Debug, Default)]
pub struct Requests {
    pub records: BTreeMap<IdempotencyScope, Record>,
    last_fence: u64,
}

#[derive(Debug)]
pub struct Record {
    claim: IdempotencyClaim,
    fence: Fence,
    abandoned: bool,
    pub completed: Option<(OrderId, RecordedReply)>,
}

/// What came of completing a record, in the transaction that writes the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completed {
    Now,
    /// By an earlier call for the same order.
    Before,
    LeaseLost,
}

impl Requests {
    /// The answer to a claim that is not to be granted.
    pub fn standing(&self, claim: &IdempotencyClaim) -> Option<IdempotencyClaimed> {
        let record = self.records.get(&claim.scope);
        let record = record.filter(|record| !record.abandoned && record.claim.expires_at > claim.now)?;
        if record.claim.payload_hash != claim.payload_hash {
            return Some(IdempotencyClaimed::OtherPayload);
        }
        if let Some((_, reply)) = &record.completed {
            return Some(IdempotencyClaimed::Replay(reply.clone()));
        }
        (record.claim.lease_until > claim.now).then_some(IdempotencyClaimed::InProgress)
    }

    pub fn grant(&mut self, claim: &IdempotencyClaim) -> IdempotencyClaimed {
        self.last_fence += 1;
        let fence = Fence(self.last_fence);
        let record = Record {
            claim: claim.clone(),
            fence,
            abandoned: false,
            completed: None,
        };
        self.records.insert(claim.scope.clone(), record);
        IdempotencyClaimed::Granted(fence)
    }

    /// Frees a key whose work was refused.
    pub fn abandon(&mut self, scope: &IdempotencyScope, fence: Fence) {
        let record = self.records.get_mut(scope);
        if let Some(record) = record.filter(|record| record.fence == fence && record.completed.is_none()) {
            record.abandoned = true;
        }
    }

    pub fn complete(&mut self, completion: &IdempotencyCompletion, order: &OrderId) -> Completed {
        let record = self.records.get_mut(&completion.scope);
        let is_ours = |record: &&mut Record| !record.abandoned && record.fence == completion.fence;
        let Some(record) = record.filter(is_ours) else {
            return Completed::LeaseLost;
        };
        match &record.completed {
            Some((done, _)) if done == order => Completed::Before,
            Some(_) => Completed::LeaseLost,
            None => {
                record.completed = Some((order.clone(), completion.reply.clone()));
                Completed::Now
            }
        }
    }
}
