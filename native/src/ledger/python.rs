//! How does Python hand columns and rows of hashes over? As buffers, copied once, so that nobody can change them while
//! Python's lock is let go.

use std::borrow::Cow;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::ledger::encode::{self, Column, LEAF_LIMIT, Refused, Texts, Values};
use crate::ledger::{ids, tree};
use crate::scanner::bytes_of;

// Kind, validity, its first bit, then the buffers that the kind has.
type ColumnTuple<'py> = (String, Option<Bound<'py, PyAny>>, usize, Vec<Bound<'py, PyAny>>);

struct Held<'a> {
    kind: &'a str,
    validity: Option<Cow<'a, [u8]>>,
    bit: usize,
    buffers: Vec<Cow<'a, [u8]>>,
}

fn held<'a>((kind, validity, bit, buffers): &'a ColumnTuple<'_>) -> PyResult<Held<'a>> {
    Ok(Held {
        kind,
        validity: validity.as_ref().map(bytes_of).transpose()?,
        bit: *bit,
        buffers: buffers.iter().map(bytes_of).collect::<PyResult<_>>()?,
    })
}

impl Held<'_> {
    fn column(&self) -> PyResult<Column<'_>> {
        let values = match (self.kind, self.buffers.as_slice()) {
            ("text", [offsets, data]) => Values::Texts(Texts { offsets, data }),
            ("word", [indices, offsets, data]) => Values::Words(indices, Texts { offsets, data }),
            ("list", [lists, offsets, data]) => Values::Lists(lists, Texts { offsets, data }),
            ("number", [values]) => Values::Numbers(values),
            _ => return Err(PyValueError::new_err("no such kind of column, or not its number of buffers")),
        };
        Ok(Column { validity: self.validity.as_deref(), bit: self.bit, values })
    }
}

fn told(refused: Refused) -> PyErr {
    PyValueError::new_err(match refused {
        Refused::TooLong(length) => format!("an event of {length} bytes does not fit a leaf of {LEAF_LIMIT}"),
        Refused::Buffers => "the buffers of a column do not hold what they say".to_owned(),
    })
}

/// The leaf hashes of `count` rows, one behind the other.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python's lists are taken whole")]
pub fn hash_rows<'py>(
    py: Python<'py>,
    kind: u8,
    columns: Vec<ColumnTuple<'py>>,
    count: usize,
    threads: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let held: Vec<Held<'_>> = columns.iter().map(held).collect::<PyResult<_>>()?;
    let columns: Vec<Column<'_>> = held.iter().map(Held::column).collect::<PyResult<_>>()?;
    let row = py.detach(|| encode::hashes(kind, &columns, count, threads)).map_err(told)?;
    Ok(PyBytes::new(py, &row))
}

/// The leaves of `count` rows as bytes.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python's lists are taken whole")]
pub fn encode_rows<'py>(
    py: Python<'py>,
    kind: u8,
    columns: Vec<ColumnTuple<'py>>,
    count: usize,
) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let held: Vec<Held<'_>> = columns.iter().map(held).collect::<PyResult<_>>()?;
    let columns: Vec<Column<'_>> = held.iter().map(Held::column).collect::<PyResult<_>>()?;
    let leaves = py.detach(|| encode::leaves(kind, &columns, count)).map_err(told)?;
    Ok(leaves.iter().map(|leaf| PyBytes::new(py, leaf)).collect())
}

/// The row of hashes so many levels above a row.
#[pyfunction]
#[pyo3(signature = (row, levels, threads=1))]
pub fn hash_nodes<'py>(
    py: Python<'py>,
    row: &Bound<'py, PyAny>,
    levels: u32,
    threads: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let row = bytes_of(row)?;
    let above = py.detach(|| tree::above(&row, levels, threads));
    let above = above.ok_or_else(|| PyValueError::new_err("the row is not a whole number of subtrees"))?;
    Ok(PyBytes::new(py, &above))
}

/// The numbers of `count` rows, from row `first` on: 64 bits each, little-endian, not in order.
#[pyfunction]
pub fn id_rows<'py>(
    py: Python<'py>,
    offsets: &Bound<'py, PyAny>,
    data: &Bound<'py, PyAny>,
    count: usize,
    first: u32,
) -> PyResult<Bound<'py, PyBytes>> {
    let (offsets, data) = (bytes_of(offsets)?, bytes_of(data)?);
    let found = py.detach(|| {
        let numbers = ids::numbers(&offsets, &data, count, first)?;
        Some(numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>())
    });
    Ok(PyBytes::new(py, &found.ok_or_else(|| told(Refused::Buffers))?))
}

/// The upper half of the number of every row that holds this id.
#[pyfunction]
pub fn id_key(event_id: &[u8]) -> u32 {
    ids::key(event_id)
}
