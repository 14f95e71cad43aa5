//! How does Python hand lines over, and take what they say? As bytes that can become Arrow's buffers.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::json::line::{self, Found, Place};
use crate::scanner::bytes_of;

type FoundTuple<'py> = (
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
);
type LinesTuple<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Vec<FoundTuple<'py>>);

/// What the lines of a block say at each place.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python's lists are taken whole")]
pub fn json_lines<'py>(
    py: Python<'py>,
    block: &Bound<'py, PyAny>,
    places: Vec<(String, Option<String>)>,
) -> PyResult<LinesTuple<'py>> {
    let block = bytes_of(block)?;
    let place = |(key, inner): &(String, Option<String>)| Place {
        key: key.clone().into_bytes(),
        inner: inner.clone().map(String::into_bytes),
    };
    let places: Vec<Place> = places.iter().map(place).collect();
    let told = py.detach(|| line::lines(&block, &places));
    let told = told.ok_or_else(|| PyValueError::new_err("the block is too large"))?;
    let bytes = |row: &[u8]| PyBytes::new(py, row);
    let found = |one: &Found| {
        (
            bytes(&one.kinds),
            bytes(&one.ends),
            bytes(&one.data),
            bytes(&one.lists),
            bytes(&one.items),
            bytes(&one.item_data),
        )
    };
    Ok((bytes(&told.odd), bytes(&told.ends), told.found.iter().map(found).collect()))
}

/// One byte per text, 1 where a direct identifier may be in it.
#[pyfunction]
pub fn suspects<'py>(
    py: Python<'py>,
    offsets: &Bound<'py, PyAny>,
    data: &Bound<'py, PyAny>,
    count: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let (offsets, data) = (bytes_of(offsets)?, bytes_of(data)?);
    let found = py.detach(|| crate::json::suspect::suspects(&offsets, &data, count));
    let found = found.ok_or_else(|| PyValueError::new_err("the buffers of a column do not hold what they say"))?;
    Ok(PyBytes::new(py, &found))
}
