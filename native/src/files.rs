//! How are thousands of small files written, and given their names, without a step of Python for each? What is made
//! durable, and when, is for the caller to say.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::scanner::bytes_of;

const OWNER_ONLY: u32 = 0o600;

fn created(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(OWNER_ONLY);
    match options.open(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            // Never written into: it may have other rights, lead elsewhere, or be a pipe that nobody reads.
            fs::remove_file(file)?;
            options.open(file)
        }
        other => other,
    }
}

/// A file that is plain and itself there: a link is not followed, a pipe is not waited for.
fn opened(file: &Path) -> io::Result<File> {
    let plain = OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(file)?;
    if plain.metadata()?.is_file() { Ok(plain) } else { Err(ErrorKind::InvalidInput.into()) }
}

fn told(error: &io::Error, file: &Path) -> PyErr {
    PyOSError::new_err((error.raw_os_error().unwrap_or(0), error.to_string(), file.to_path_buf()))
}

/// Writes equal parts of `rows` to files of these names in a folder, readable by their owner only; raises `OSError`
/// with the file's name at the first that fails.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python's lists are taken whole")]
pub fn write_files(py: Python<'_>, folder: PathBuf, names: Vec<PathBuf>, rows: &Bound<'_, PyAny>) -> PyResult<()> {
    let rows = bytes_of(rows)?;
    let width = rows.len().checked_div(names.len()).unwrap_or(0);
    if width == 0 || width * names.len() != rows.len() {
        return Err(PyValueError::new_err("the rows are not as many equal parts as there are names"));
    }
    py.detach(|| {
        for (name, row) in names.iter().zip(rows.chunks_exact(width)) {
            let file = folder.join(name);
            created(&file).and_then(|mut made| made.write_all(row)).map_err(|error| (error, file))?;
        }
        Ok(())
    })
    .map_err(|(error, file): (io::Error, PathBuf)| told(&error, &file))
}

/// Gives files of one folder their names below another, in place of any other; raises `OSError` with the name at the
/// first that fails.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python's lists are taken whole")]
pub fn rename_files(py: Python<'_>, folder: PathBuf, below: PathBuf, names: Vec<(PathBuf, PathBuf)>) -> PyResult<()> {
    py.detach(|| {
        for (name, target) in &names {
            let target = below.join(target);
            fs::rename(folder.join(name), &target).map_err(|error| (error, target))?;
        }
        Ok(())
    })
    .map_err(|(error, file): (io::Error, PathBuf)| told(&error, &file))
}

/// The contents of files of these names in a folder, one behind the other; none where one is not there or has not
/// `width` bytes: whoever reads them one by one can tell which.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python's lists are taken whole")]
pub fn read_files(py: Python<'_>, folder: PathBuf, names: Vec<PathBuf>, width: usize) -> Option<Bound<'_, PyBytes>> {
    let all = py.detach(|| {
        let mut all = Vec::new();
        for name in &names {
            let mut file = opened(&folder.join(name)).ok()?;
            let before = all.len();
            // One byte more than expected: a longer file is not read to its end.
            (&mut file).take(width as u64 + 1).read_to_end(&mut all).ok()?;
            if all.len() - before != width {
                return None;
            }
        }
        Some(all)
    })?;
    Some(PyBytes::new(py, &all))
}
