//! The hot loops of Custodes. Everything here takes and gives buffers, knows no policy,
//! lets go of Python's lock while it works, and must not panic on any input.

pub mod cells;
pub mod iban;
pub mod pattern;
mod phones;
pub mod scan;
mod scanner;
pub mod validate;

use pyo3::prelude::*;

/// Python module `custodes._native`.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("VALIDATORS", validate::names())?;
    module.add_function(wrap_pyfunction!(phones::phone_in_plan, module)?)?;
    module.add_class::<scanner::Scanner>()?;
    module.add_class::<scanner::CellCounts>()
}
