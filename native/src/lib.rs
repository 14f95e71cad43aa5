//! The hot loops of Custodes. Everything here takes and gives buffers, knows no policy,
//! lets go of Python's lock while it works, and must not panic on any input.

pub mod automaton;
pub mod cells;
pub mod closure;
pub mod context;
pub mod count;
mod files;
mod fold;
pub mod heard;
pub mod iban;
pub mod json;
pub mod leads;
pub mod ledger;
pub mod lines;
pub mod literals;
pub mod masks;
pub mod pattern;
mod phones;
pub mod places;
pub mod plain;
pub mod reach;
pub mod runs;
pub mod scan;
mod scanner;
pub mod shapes;
pub mod trie;
pub mod validate;
mod vector;
pub mod view;
pub mod weigh;
mod word;

use pyo3::prelude::*;

/// Python module `custodes._native`.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("VALIDATORS", validate::names())?;
    module.add_function(wrap_pyfunction!(phones::phone_in_plan, module)?)?;
    module.add_function(wrap_pyfunction!(scanner::check_pattern, module)?)?;
    module.add_function(wrap_pyfunction!(files::read_files, module)?)?;
    module.add_function(wrap_pyfunction!(files::rename_files, module)?)?;
    module.add_function(wrap_pyfunction!(files::write_files, module)?)?;
    module.add_function(wrap_pyfunction!(json::python::json_lines, module)?)?;
    module.add_function(wrap_pyfunction!(json::python::suspects, module)?)?;
    module.add_function(wrap_pyfunction!(ledger::python::encode_rows, module)?)?;
    module.add_function(wrap_pyfunction!(ledger::python::id_key, module)?)?;
    module.add_function(wrap_pyfunction!(ledger::python::id_rows, module)?)?;
    module.add_function(wrap_pyfunction!(ledger::python::hash_nodes, module)?)?;
    module.add_function(wrap_pyfunction!(ledger::python::hash_rows, module)?)?;
    module.add_class::<scanner::Scanner>()?;
    module.add_class::<scanner::CellCounts>()
}
