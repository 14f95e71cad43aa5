//! The hot loops of Custodes. Everything here takes and gives buffers, knows no policy,
//! lets go of Python's lock while it works, and must not panic on any input.

use pyo3::prelude::*;

/// Python module `custodes._native`.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
