//! Which bytes are the cells of an Arrow string column? Every number in the buffers is checked before it is believed.

/// The buffers of one Arrow string column, as they came.
pub struct Column<'a> {
    /// `n + 1` little-endian offsets of 4 or 8 bytes from `offset` on.
    pub offsets: &'a [u8],
    /// Bytes of the cells, beginning with byte `base` of the column's data.
    pub data: &'a [u8],
    /// See `data`.
    pub base: usize,
    /// One bit per cell, least significant first, or none when no cell is null.
    pub validity: Option<&'a [u8]>,
    /// Little-endian `i64` per cell (from 0, not from `offset`): how often it stands in the column.
    pub weights: Option<&'a [u8]>,
    /// Cells of the slice.
    pub count: usize,
    /// Cells before the slice.
    pub offset: usize,
    /// Offsets are 64 bits wide.
    pub large: bool,
}

/// Row, start and end of a cell in `Column::data`, and how often it counts.
pub type Span = (usize, usize, usize, u64);

impl<'a> Column<'a> {
    /// Checks the offsets, the null bits and the weights.
    ///
    /// # Errors
    /// A sentence, where a buffer is too short, or an offset is negative, decreases or points past the data.
    pub fn check(&self) -> Result<(), String> {
        let end = self.offset.checked_add(self.count).ok_or("offset and count overflow")?;
        if let Some(bits) = self.validity
            && bits.len() < end.div_ceil(8)
        {
            return Err(format!("the validity bitmap has {} bytes, {} are needed", bits.len(), end.div_ceil(8)));
        }
        if let Some(weights) = self.weights
            && weights.len() / 8 < self.count
        {
            return Err(format!("{} weights for {} cells", weights.len() / 8, self.count));
        }
        if self.count == 0 {
            return Ok(());
        }
        let have = self.offsets.len() / if self.large { 8 } else { 4 };
        if have <= end {
            return Err(format!("{have} offsets for {end} cells: one more than cells is needed"));
        }
        let mut start = self.read(self.offset)?;
        for index in self.offset..end {
            let stop = self.read(index + 1)?;
            if stop < start || stop > self.data.len() {
                return Err(format!("offset {} decreases or points past the data", index + 1));
            }
            self.weight(index - self.offset)?;
            start = stop;
        }
        Ok(())
    }

    /// Each cell that is neither null nor counted no time, in checked buffers.
    pub fn cells(&self) -> impl Iterator<Item = Span> + use<'a, '_> {
        let mut start = self.read(self.offset).unwrap_or(0);
        (0..self.count).filter_map(move |row| {
            let index = self.offset + row;
            let first = start;
            start = self.read(index + 1).ok()?;
            let weight = if self.is_null(index) { 0 } else { self.weight(row).ok()? };
            (weight > 0).then_some((row, first, start, weight))
        })
    }

    fn read(&self, index: usize) -> Result<usize, String> {
        let bytes = |width: usize| {
            let at = index.checked_mul(width)?;
            self.offsets.get(at..at.checked_add(width)?)
        };
        let value = if self.large {
            bytes(8).and_then(|b| b.try_into().ok()).map(i64::from_le_bytes)
        } else {
            bytes(4).and_then(|b| b.try_into().ok()).map(|b| i64::from(i32::from_le_bytes(b)))
        };
        let value = value.ok_or_else(|| format!("offset {index} is missing"))?;
        let place = usize::try_from(value).ok().and_then(|value| value.checked_sub(self.base));
        place.ok_or_else(|| format!("offset {index} is negative or points before the data"))
    }

    fn is_null(&self, index: usize) -> bool {
        self.validity.is_some_and(|bits| bits.get(index / 8).is_none_or(|byte| byte >> (index % 8) & 1 == 0))
    }

    fn weight(&self, row: usize) -> Result<u64, String> {
        let Some(weights) = self.weights else {
            return Ok(1);
        };
        let bytes = weights.get(row * 8..row * 8 + 8).and_then(|b| b.try_into().ok()).map(i64::from_le_bytes);
        bytes.and_then(|w| u64::try_from(w).ok()).ok_or_else(|| format!("weight {row} is negative"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(offsets: &[i32], count: usize) -> Result<usize, String> {
        let offsets: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
        let column = Column {
            offsets: &offsets,
            data: b"abcdef",
            base: 0,
            validity: None,
            weights: None,
            count,
            offset: 0,
            large: false,
        };
        column.check()?;
        Ok(column.cells().count())
    }

    #[test]
    fn bad_offsets_are_refused() {
        assert_eq!(column(&[0, 2, 6], 2), Ok(2));
        assert!(column(&[0, 2], 2).is_err());
        assert!(column(&[0, 3, 2], 2).is_err());
        assert!(column(&[0, 2, 7], 2).is_err());
        assert!(column(&[-1, 2, 6], 2).is_err());
        assert!(column(&[0, 2, 6], usize::MAX).is_err());
    }
}
