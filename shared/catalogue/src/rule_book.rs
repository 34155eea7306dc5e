//! Rules by their versions, read once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use citygate_platform::db::Tx;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    actions::rule_by_id,
    error::Error,
    model::{Rule, RuleId},
};

/// Rules by their versions. A version never changes, so what was read once stays right: for a page of
/// decisions, or for as long as a process runs. Clones share what they know.
#[derive(Debug, Clone, Default)]
pub struct RuleBook(Arc<Mutex<BTreeMap<RuleId, Rule<Value>>>>);

impl RuleBook {
    /// A version of a rule.
    pub async fn rule<P: DeserializeOwned>(
        &self,
        tx: &mut Tx<'_>,
        id: RuleId,
    ) -> Result<Rule<P>, Error> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        let rule = match known {
            Some(rule) => rule,
            None => {
                let rule: Rule<Value> = rule_by_id(tx, id).await?;
                self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, rule.clone());
                rule
            }
        };
        let params = serde_json::from_value(rule.params)
            .map_err(|error| Error::Damaged(format!("rule {id}: {error}")))?;
        Ok(Rule { id, params, citation: rule.citation })
    }
}
