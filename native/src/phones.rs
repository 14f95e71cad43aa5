//! How does Python ask the numbering plans about one number?

use pyo3::prelude::*;

use crate::validate::phone::in_plan;

/// Whether a plan holds the number: any country's behind `+`, 00 or 011, else one of the regions'.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
pub fn phone_in_plan(number: &str, regions: Vec<String>) -> bool {
    in_plan(number, &regions)
}
