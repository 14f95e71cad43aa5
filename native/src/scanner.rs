//! How does Python hand buffers to the scan? Copied once (a copy runs at memory speed, a hundred times faster than
//! the scan), so that nobody can change them while the lock is let go, and no unsafe code is needed.

use std::borrow::Cow;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::cells::Column;
use crate::count::Counts;
use crate::pattern::Spec;
use crate::scan::Patterns;

/// Patterns compiled once, used on any number of texts and columns, from any thread.
#[pyclass(frozen, module = "custodes._native")]
pub struct Scanner {
    patterns: Patterns,
}

/// What one call of `scan_cells` counted; each list has one number per pattern, in the order given.
#[pyclass(frozen, module = "custodes._native")]
pub struct CellCounts {
    counts: Counts,
}

type SpecTuple = (String, String, Vec<String>, String, usize, Option<String>, bool);

#[pymethods]
impl Scanner {
    #[new]
    fn new(py: Python<'_>, specs: Vec<SpecTuple>) -> PyResult<Self> {
        let specs: Vec<Spec> = specs
            .into_iter()
            .map(|(id, anchor, literals, regex, lead, validator, keep_unvalidated)| Spec {
                id,
                anchor,
                literals,
                regex,
                lead,
                validator,
                keep_unvalidated,
            })
            .collect();
        let patterns = py.detach(|| Patterns::new(&specs)).map_err(PyValueError::new_err)?;
        Ok(Self { patterns })
    }

    fn __len__(&self) -> usize {
        self.patterns.len()
    }

    fn scan_text(&self, py: Python<'_>, text: &Bound<'_, PyAny>) -> PyResult<Vec<(usize, usize, usize, bool)>> {
        let bytes = bytes_of(text)?;
        let hits = py.detach(|| self.patterns.text(&bytes));
        Ok(hits.into_iter().map(|hit| (hit.start, hit.end, hit.pattern, hit.validated.is_some())).collect())
    }

    #[pyo3(signature = (offsets, data, validity, count, large, *, offset=0, base=0, weights=None))]
    #[expect(clippy::too_many_arguments, reason = "the buffers of one Arrow array, named by the caller")]
    fn scan_cells(
        &self,
        py: Python<'_>,
        offsets: &Bound<'_, PyAny>,
        data: &Bound<'_, PyAny>,
        validity: Option<&Bound<'_, PyAny>>,
        count: usize,
        large: bool,
        offset: usize,
        base: usize,
        weights: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<CellCounts> {
        let (offsets, data) = (bytes_of(offsets)?, bytes_of(data)?);
        let validity = validity.map(bytes_of).transpose()?;
        let weights = weights.map(bytes_of).transpose()?;
        let column = Column {
            offsets: &offsets,
            data: &data,
            base,
            validity: validity.as_deref(),
            weights: weights.as_deref(),
            count,
            offset,
            large,
        };
        let counts = py.detach(|| column.check().map(|()| self.patterns.column(column.data, column.cells())));
        Ok(CellCounts { counts: counts.map_err(PyValueError::new_err)? })
    }
}

#[pymethods]
impl CellCounts {
    #[getter]
    fn filled(&self) -> u64 {
        self.counts.filled
    }

    #[getter]
    fn whole(&self) -> Vec<u64> {
        self.counts.whole.clone()
    }

    #[getter]
    fn whole_valid(&self) -> Vec<u64> {
        self.counts.whole_valid.clone()
    }

    #[getter]
    fn inside(&self) -> Vec<u64> {
        self.counts.inside.clone()
    }

    #[getter]
    fn inside_valid(&self) -> Vec<u64> {
        self.counts.inside_valid.clone()
    }

    #[getter]
    fn some(&self) -> Vec<Vec<usize>> {
        self.counts.some.clone()
    }
}

/// Bytes that cannot change are borrowed; any other contiguous buffer is copied (Arrow's are signed).
fn bytes_of<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Cow::Borrowed(bytes.as_bytes()));
    }
    if let Ok(buffer) = PyBuffer::<u8>::get(object) {
        return Ok(Cow::Owned(buffer.to_vec(object.py())?));
    }
    match PyBuffer::<i8>::get(object) {
        Ok(buffer) => Ok(Cow::Owned(buffer.to_vec(object.py())?.into_iter().map(i8::cast_unsigned).collect())),
        Err(_) => Err(PyTypeError::new_err("expected bytes or a buffer of bytes")),
    }
}
