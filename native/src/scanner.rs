//! How does Python hand buffers to the scan? Copied once (a copy runs at memory speed, a hundred times faster than
//! the scan), so that nobody can change them while the lock is let go, and no unsafe code is needed.

use std::borrow::Cow;

use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};

use crate::cells::Column;
use crate::context::{Context, Owner};
use crate::count::Counts;
use crate::lines::{Characters, Found};
use crate::pattern::{Pattern, Spec};
use crate::scan::Patterns;

/// Patterns compiled once, used on any number of texts and columns, from any thread.
#[pyclass(frozen, module = "custodes._native")]
pub struct Scanner {
    patterns: Patterns,
    /// What the categories are called.
    names: Vec<Py<PyString>>,
}

/// What one call of `scan_cells` counted; each list has one number per pattern, in the order given.
#[pyclass(frozen, module = "custodes._native")]
pub struct CellCounts {
    counts: Counts,
}

type SpecTuple = (String, String, Vec<String>, String, usize, Option<String>, bool);
type CategoryTuple = (String, Vec<String>, Vec<String>, Vec<String>);
type HitTuple<'py> = (Bound<'py, PyString>, usize, usize, usize, Bound<'py, PyString>, bool);

fn spec((id, anchor, literals, regex, lead, validator, keep_unvalidated): SpecTuple) -> Spec {
    Spec { id, anchor, literals, regex, lead, validator, keep_unvalidated }
}

/// Raises `ValueError` where the pattern is not sound.
#[pyfunction]
pub fn check_pattern(one: SpecTuple) -> PyResult<()> {
    Pattern::new(&spec(one)).map(|_| ()).map_err(PyValueError::new_err)
}

#[pymethods]
impl Scanner {
    #[new]
    #[pyo3(signature = (specs, categories=Vec::new(), owners=Vec::new()))]
    fn new(
        py: Python<'_>,
        specs: Vec<SpecTuple>,
        categories: Vec<CategoryTuple>,
        owners: Vec<(usize, bool, bool, usize)>,
    ) -> PyResult<Self> {
        let specs: Vec<Spec> = specs.into_iter().map(spec).collect();
        let names = if categories.is_empty() {
            specs.iter().map(|spec| PyString::new(py, &spec.id).unbind()).collect()
        } else {
            categories.iter().map(|(id, ..)| PyString::new(py, id).unbind()).collect()
        };
        let context = |(_, boost, refute, values): CategoryTuple| Context { boost, refute, values };
        let contexts: Vec<Context> = categories.into_iter().map(context).collect();
        let owner = |(category, weak, label, rank)| Owner { category, weak, label, rank };
        let owners: Vec<Owner> = owners.into_iter().map(owner).collect();
        let patterns = py.detach(|| Patterns::with_context(&specs, &owners, &contexts));
        Ok(Self { patterns: patterns.map_err(PyValueError::new_err)?, names })
    }

    /// Matches in one text; `line` is 0 and a line's end is a character like others.
    fn find_text<'py>(&self, py: Python<'py>, text: &Bound<'py, PyString>) -> PyResult<Vec<HitTuple<'py>>> {
        let mut bytes = Vec::new();
        append(text, &mut bytes)?;
        let found = py.detach(|| self.patterns.lines(&bytes, Characters::Points, true));
        Ok(self.told(py, &found, &PyString::intern(py, ""), 0))
    }

    /// Matches in lines, with or without their ends; the first one has the number `first`.
    fn find_lines<'py>(
        &self,
        py: Python<'py>,
        lines: &Bound<'py, PyList>,
        path: &Bound<'py, PyString>,
        first: usize,
    ) -> PyResult<Vec<HitTuple<'py>>> {
        let mut bytes = Vec::new();
        for line in lines.iter() {
            let start = bytes.len();
            append(line.cast::<PyString>()?, &mut bytes)?;
            while bytes.len() > start && matches!(bytes.last(), Some(b'\n' | b'\r')) {
                bytes.pop();
            }
            // Within a line that was given as one, a line's end is a character that no match holds.
            for inner in bytes.iter_mut().skip(start).filter(|byte| **byte == b'\n') {
                *inner = 0;
            }
            bytes.push(b'\n');
        }
        let found = py.detach(|| self.patterns.lines(&bytes, Characters::Points, false));
        Ok(self.told(py, &found, path, first))
    }

    /// Matches in a block of lines as they lie in a file, and how many lines it has. `\r` alone ends a line too.
    fn find_block<'py>(
        &self,
        py: Python<'py>,
        block: &Bound<'py, PyBytes>,
        path: &Bound<'py, PyString>,
        first: usize,
    ) -> (Vec<HitTuple<'py>>, usize) {
        let bytes = block.as_bytes();
        let (found, lines) = py.detach(|| {
            let bytes = ended(bytes);
            let found = self.patterns.lines(&bytes, Characters::Replaced, false);
            (found, memchr::memchr_iter(b'\n', &bytes).count())
        });
        (self.told(py, &found, path, first), lines)
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

impl Scanner {
    fn told<'py>(
        &self,
        py: Python<'py>,
        found: &[Found],
        path: &Bound<'py, PyString>,
        first: usize,
    ) -> Vec<HitTuple<'py>> {
        let tell = |hit: &Found| {
            let name = self.names.get(hit.category)?.bind(py).clone();
            Some((path.clone(), first + hit.line, hit.start, hit.end, name, hit.validated))
        };
        found.iter().filter_map(tell).collect()
    }
}

/// Appends a text as UTF-8; half a surrogate pair, which has no UTF-8, as the three bytes it would have.
fn append(text: &Bound<'_, PyString>, bytes: &mut Vec<u8>) -> PyResult<()> {
    if let Ok(plain) = text.to_str() {
        bytes.extend_from_slice(plain.as_bytes());
    } else {
        let encoded = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
        bytes.extend_from_slice(encoded.cast::<PyBytes>()?.as_bytes());
    }
    Ok(())
}

/// The bytes with `\n` for each `\r` that stands alone.
fn ended(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\r', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut bytes = bytes.to_vec();
    let mut next = bytes.iter().skip(1).copied().chain([0]).collect::<Vec<u8>>().into_iter();
    for byte in &mut bytes {
        if next.next() != Some(b'\n') && *byte == b'\r' {
            *byte = b'\n';
        }
    }
    Cow::Owned(bytes)
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
pub(crate) fn bytes_of<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
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
