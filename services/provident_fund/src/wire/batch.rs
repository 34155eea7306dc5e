//! Bodies of batches.

pub(crate) mod line;

use std::{fmt::Write, str::FromStr};

use chrono::{DateTime, Utc};
use citygate_kernel::wire;
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use crate::{
    actions::batch::BatchView,
    model::{
        Batch, BatchId, BatchKind, BatchNo, BatchState, Declaration, Fault, FaultCode, Totals,
    },
    rules::batch::Run,
};

/// The most lines of a batch, and what they come to at most, in fen.
const LINES_MAX: i64 = 50_000_000;
const SUM_MAX: i64 = 1_000_000_000_000_000;

/// What a batch is to come to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFundBatch, example = json!({
    "kind": "postings", "as_of": "2026-11-22T16:00:00Z", "lines": 2, "sum_minor": 360_000,
}))]
pub(crate) struct DeclareBatchBody {
    kind: BatchKind,
    /// Up to when it tells everything of its kind; not in the future.
    #[serde(deserialize_with = "wire::instant")]
    as_of: DateTime<Utc>,
    /// How many lines it has.
    #[serde(deserialize_with = "lines")]
    #[schema(minimum = 0, maximum = 50_000_000)]
    lines: i64,
    /// What they come to, in fen: of postings `own_minor` and `employer_minor`, of accounts and terms
    /// `base_minor`, of loans `balance_minor`.
    #[serde(deserialize_with = "sum")]
    #[schema(minimum = -1_000_000_000_000_000_i64, maximum = 1_000_000_000_000_000_i64)]
    sum_minor: i64,
    /// The batch that did not balance, and that this one says again.
    replaces: Option<BatchNo>,
}

fn lines<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    line::within(deserializer, 0, LINES_MAX)
}

fn sum<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    line::within(deserializer, -SUM_MAX, SUM_MAX)
}

impl DeclareBatchBody {
    /// What is declared, and what it replaces.
    pub(crate) fn declaration(&self) -> (Declaration, Option<&BatchNo>) {
        let declared = Declaration {
            kind: self.kind,
            as_of: self.as_of,
            lines: self.lines,
            sum_minor: self.sum_minor,
        };
        (declared, self.replaces.as_ref())
    }
}

/// A batch in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundBatch)]
pub(crate) struct BatchBody {
    id: BatchId,
    batch_no: BatchNo,
    kind: BatchKind,
    state: BatchState,
    as_of: DateTime<Utc>,
    declared: SumsBody,
    created_at: DateTime<Utc>,
}

/// Control sums.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundControlSums)]
struct SumsBody {
    lines: i64,
    /// In fen.
    sum_minor: i64,
}

impl BatchBody {
    pub(crate) fn new(batch: Batch) -> Self {
        let Batch { id, agency: _, number, declared, replaces: _, state, created_at } = batch;
        let Declaration { kind, as_of, lines, sum_minor } = declared;
        let declared = SumsBody { lines, sum_minor };
        Self { id, batch_no: number, kind, state, as_of, declared, created_at }
    }
}

/// A batch, and what has arrived of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundBatchStatus)]
pub(crate) struct BatchStatusBody {
    #[serde(flatten)]
    batch: BatchBody,
    arrived: TotalsBody,
    /// Which parts are there.
    parts: Vec<RunBody>,
    /// Up to when the centre has told of this kind of records completely; absent before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String, format = DateTime)]
    centre_as_of: Option<DateTime<Utc>>,
}

/// What has arrived.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundBatchTotals)]
struct TotalsBody {
    /// Lines that are on record, each once. They and their sum are compared on closing.
    lines: i64,
    /// What they come to, in fen.
    sum_minor: i64,
    /// Lines about what the batch had said already.
    repeated: i64,
    /// Lines that were refused.
    refused: i64,
}

impl From<Totals> for TotalsBody {
    fn from(totals: Totals) -> Self {
        let Totals { lines: _, accepted, repeated, sum_minor } = totals;
        Self { lines: accepted, sum_minor, repeated, refused: totals.refused() }
    }
}

/// Parts without a gap.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundBatchParts)]
struct RunBody {
    first: u32,
    last: u32,
}

impl BatchStatusBody {
    pub(crate) fn new(view: BatchView) -> Self {
        let BatchView { batch, arrived, parts, as_of } = view;
        Self {
            batch: BatchBody::new(batch),
            arrived: arrived.into(),
            parts: parts.into_iter().map(|Run { first, last }| RunBody { first, last }).collect(),
            centre_as_of: as_of,
        }
    }
}

/// The number of a part in its batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PartNo(u32);

/// As many parts as the longest batch can have, and as many again that mend it.
const PART_MAX: u32 = 100_000;

impl PartNo {
    pub(crate) fn get(self) -> u32 {
        self.0
    }
}

impl FromStr for PartNo {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number @ 1..=PART_MAX) if digits => Ok(Self(number)),
            _ => Err("a part's number is 1 to 100000"),
        }
    }
}

impl<'de> Deserialize<'de> for PartNo {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

impl PartialSchema for PartNo {
    fn schema() -> RefOr<Schema> {
        let integer = ObjectBuilder::new().schema_type(Type::Integer);
        integer.minimum(Some(1)).maximum(Some(PART_MAX)).into()
    }
}

impl ToSchema for PartNo {}

/// What became of a part.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundBatchPart)]
pub(crate) struct PartBody {
    part_no: u32,
    arrived: TotalsBody,
    /// Whether it was there already, and nothing was changed.
    unchanged: bool,
}

impl PartBody {
    pub(crate) fn new(part_no: u32, totals: Totals, unchanged: bool) -> Self {
        Self { part_no, arrived: totals.into(), unchanged }
    }
}

/// A line that was refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FundBatchFault)]
pub(crate) struct FaultBody {
    part_no: u32,
    /// Which line of the part, from 1.
    line: u32,
    code: FaultCode,
    /// Whether the same line may be right later: what it needs may still arrive.
    passing: bool,
}

impl FaultBody {
    pub(crate) fn new(fault: Fault) -> Self {
        let Fault { part_no, line, code } = fault;
        Self { part_no, line, code, passing: code.is_passing() }
    }
}

/// Faults as a table.
pub(crate) fn csv(faults: &[Fault]) -> String {
    let mut table = "part_no,line,code,passing\r\n".to_owned();
    for Fault { part_no, line, code } in faults {
        let passing = code.is_passing();
        let _ = write!(table, "{part_no},{line},{},{passing}\r\n", code.code());
    }
    table
}
