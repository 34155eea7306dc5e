//! Statements written out in SQL, for what the query builder cannot say: whole batches as arrays.
//!
//! Unlike `diesel::sql_query`, such a statement is prepared once for each connection: no parse after
//! that, and a plan only now and then.

use std::marker::PhantomData;

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{HasSqlType, Untyped},
};

/// A statement whose text never changes, and the values of its parameters.
pub struct Sql<'a> {
    text: &'static str,
    values: Vec<Box<dyn QueryFragment<Pg> + Send + 'a>>,
}

/// A statement. Its parameters `$1`, `$2` … stand in this order, each once.
pub fn sql<'a>(text: &'static str) -> Sql<'a> {
    Sql { text, values: Vec::new() }
}

impl<'a> Sql<'a> {
    /// Adds the value of the next parameter.
    pub fn bind<ST, V>(mut self, value: V) -> Self
    where
        ST: Send + 'a,
        V: ToSql<ST, Pg> + Send + 'a,
        Pg: HasSqlType<ST>,
    {
        self.values.push(Box::new(Value(value, PhantomData::<ST>)));
        self
    }
}

/// One column of a batch: what `value` takes of each row.
pub fn column<T, V>(rows: &[T], value: impl Fn(&T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

/// A value to be sent with a statement.
struct Value<V, ST>(V, PhantomData<ST>);

impl<V: ToSql<ST, Pg>, ST> QueryFragment<Pg> for Value<V, ST>
where
    Pg: HasSqlType<ST>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<ST, V>(&self.0)
    }
}

impl QueryFragment<Pg> for Sql<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut rest = self.text;
        for (n, value) in (1_usize..).zip(&self.values) {
            let (before, after) = next_parameter(rest, n).ok_or_else(unfit)?;
            out.push_sql(before);
            value.walk_ast(out.reborrow())?;
            rest = after;
        }
        out.push_sql(rest);
        Ok(())
    }
}

/// What stands before the first parameter of a text and what after it, if that is the `n`th.
fn next_parameter(text: &str, n: usize) -> Option<(&str, &str)> {
    let (before, from) = text.split_once('$')?;
    let after = from.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = from.strip_suffix(after)?;
    (number.parse() == Ok(n)).then_some((before, after))
}

/// PostgreSQL itself refuses a text with more parameters than there are values.
fn unfit() -> diesel::result::Error {
    let reason = "the parameters are not $1, $2 ..., each once and one for each value";
    diesel::result::Error::QueryBuilderError(reason.into())
}

// Told apart by text, not by type.
impl QueryId for Sql<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

// Rows are read by the names of their columns (`QueryableByName`).
impl Query for Sql<'_> {
    type SqlType = Untyped;
}
