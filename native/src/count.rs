//! In which cells of a column is something that looks like personal data? Counts per pattern.
//!
//! Most cells are one form from end to end, and many patterns share it. Such cells are counted once for the whole list
//! of patterns; a single pattern is looked at only where its check has to be asked.

use crate::automaton::Walker;
use crate::context::Owner;
use crate::heard::Heard;
use crate::masks::Marks;
use crate::pattern::{Anchor, Pattern};
use crate::places::{Form, Sink, Walkers};
use crate::plain::plain;
use crate::scan::{Patterns, only};
use crate::view::{Near, View};

/// Cells of one column, counted per pattern. The counts are weighted where the cells are distinct values.
#[derive(Default)]
pub struct Counts {
    /// Cells that hold more than blanks.
    pub filled: u64,
    /// The whole cell, without blanks around it, has the form.
    pub whole: Vec<u64>,
    /// The whole cell is confirmed by the check.
    pub whole_valid: Vec<u64>,
    /// The form occurs somewhere in the cell, or is the whole of it. A weak one counts only as the whole, or behind a
    /// word that speaks for it.
    pub inside: Vec<u64>,
    /// The check confirms one occurrence in the cell or more.
    pub inside_valid: Vec<u64>,
    /// The first few cells in which the form occurs and, where it must be, is confirmed.
    pub some: Vec<Vec<usize>>,
}

const SOME: usize = 64;

// A weak pattern whose check has refused most of so many cells is asked of one cell in so many from then on, which
// counts for all of them. The number has nothing in common with the moduli of check digits.
const ENOUGH: u64 = 4_096;
const LEAST_SHARE: u64 = 4;
const ONE_IN: u64 = 13;

const INSIDE: u8 = 1;
const INSIDE_VALID: u8 = 2;
const WHOLE: u8 = 4;
const WHOLE_VALID: u8 = 8;

/// What has been counted of one list of patterns that whole cells had.
#[derive(Default)]
struct Listed {
    cells: u64,
    weight: u64,
    /// Patterns of the list that are looked at cell by cell; made anew when one of them changes.
    open: Vec<u32>,
    /// Those whose check is asked of one cell in `ONE_IN`.
    seldom: Vec<u32>,
    age: u32,
}

struct Counting<'a> {
    patterns: &'a Patterns,
    counts: Counts,
    free: Vec<usize>,
    flags: Vec<u8>,
    /// Patterns with flags in this cell, and for how many cells a confirmation counts.
    touched: Vec<(u32, u64)>,
    seen: Vec<u32>,
    boosted: Vec<(u32, usize)>,
    heard: Heard,
    listed: Vec<Listed>,
    /// The list that the whole of this cell had; list 0 is none.
    cell_list: u32,
    /// Cells of whose form the check was asked, and how many passed.
    asked: Vec<(u64, u64)>,
    seldom: Vec<bool>,
    age: u32,
}

impl Patterns {
    /// Counts over cells `(row, text, weight)`; null cells are left out by the caller.
    pub fn cells<'a>(&self, cells: impl Iterator<Item = (usize, &'a [u8], u64)>) -> Counts {
        let mut counting = Counting::new(self);
        self.walking(|walkers| {
            let marks = Marks::default();
            for (row, cell, weight) in cells {
                counting.cell(walkers, &marks, Cell { row, weight, data: cell, start: 0, end: cell.len() });
            }
            counting.spread(walkers);
        });
        counting.counts
    }

    /// The same for the cells `(row, start, end, weight)` of one buffer, which do not overlap and rise.
    pub fn column(&self, data: &[u8], cells: impl Iterator<Item = (usize, usize, usize, u64)>) -> Counts {
        let mut counting = Counting::new(self);
        self.walking(|walkers| {
            let mut marks = Marks::default();
            let mut known = 0; // the marks speak of the bytes before
            for (row, start, end, weight) in cells {
                if end > known && end - start <= LONG {
                    known = data.len().min(start + STRETCH);
                    marks.fill(data, start, known, self.places.literals.as_ref());
                }
                counting.cell(walkers, &marks, Cell { row, weight, data, start, end });
            }
            counting.spread(walkers);
        });
        counting.counts
    }
}

/// Bytes of neighbouring cells whose kinds are worked out at once, and of a cell that is looked at alone.
const STRETCH: usize = 8 * 1024;
const LONG: usize = 4 * 1024;

#[derive(Clone, Copy)]
struct Cell<'d> {
    row: usize,
    weight: u64,
    /// The cell is `data[start..end]`.
    data: &'d [u8],
    start: usize,
    end: usize,
}

impl Cell<'_> {
    /// Where the cell lies without the blanks around it.
    fn trimmed(&self) -> (usize, usize) {
        let cell = self.data.get(self.start..self.end).unwrap_or_default();
        let end = self.start + cell.trim_ascii_end().len();
        (end - cell.trim_ascii().len(), end)
    }
}

impl<'a> Counting<'a> {
    fn new(patterns: &'a Patterns) -> Self {
        let none = || vec![0_u64; patterns.len()];
        let counts = Counts {
            filled: 0,
            whole: none(),
            whole_valid: none(),
            inside: none(),
            inside_valid: none(),
            some: vec![Vec::new(); patterns.len()],
        };
        Self {
            patterns,
            counts,
            free: vec![0; patterns.len()],
            flags: vec![0; patterns.len()],
            touched: Vec::with_capacity(patterns.len()),
            seen: Vec::new(),
            boosted: Vec::new(),
            heard: Heard::default(),
            listed: Vec::new(),
            cell_list: 0,
            asked: vec![(0, 0); patterns.len()],
            seldom: vec![false; patterns.len()],
            age: 1,
        }
    }

    /// Counts one cell, of which the marks may know.
    fn cell(&mut self, walkers: &mut Walkers, marks: &Marks, cell: Cell<'_>) {
        let (start, end) = cell.trimmed();
        let Some(text) = cell.data.get(start..end).filter(|text| !text.is_empty()) else {
            return;
        };
        if walkers.are_full() {
            self.spread(walkers);
            walkers.renew(&self.patterns.places);
        }
        self.cell_list = 0;
        self.heard.clear();
        let places = &self.patterns.places;
        if let Some(plain) = if text.is_ascii() { None } else { plain(text) } {
            let text = plain.bytes.trim_ascii();
            if text.is_empty() {
                return;
            }
            places.each(walkers, text, self);
        } else if marks.know(start, end) {
            places.known(walkers, &View::new(text, start, marks), self);
        } else {
            places.each(walkers, text, self);
        }
        self.counts.filled += cell.weight;
        if let Some(listed) = self.listed.get_mut(self.cell_list as usize) {
            listed.weight += cell.weight;
        }
        if !self.touched.is_empty() {
            self.settle(walkers, cell);
        }
    }

    /// The whole cell has the form of every pattern of a list.
    fn whole_list(&mut self, text: &[u8], walker: &Walker, list: u32) {
        let place = list as usize;
        if self.listed.len() <= place {
            self.listed.resize_with(place + 1, Listed::default);
        }
        let Some(mut listed) = self.listed.get_mut(place).map(std::mem::take) else {
            return;
        };
        self.cell_list = list;
        listed.cells += 1;
        if listed.age != self.age {
            self.sort_out(&mut listed, walker, list);
        }
        for &number in &listed.open {
            self.ask(text, number, 1);
        }
        if listed.cells.is_multiple_of(ONE_IN) {
            for &number in &listed.seldom {
                self.ask(text, number, ONE_IN);
            }
        }
        if let Some(slot) = self.listed.get_mut(place) {
            *slot = listed;
        }
    }

    /// Which patterns of a list must be looked at in every cell, and which in some.
    fn sort_out(&self, listed: &mut Listed, walker: &Walker, list: u32) {
        listed.age = self.age;
        listed.open.clear();
        listed.seldom.clear();
        let Some(list) = walker.list(list) else {
            return;
        };
        for &number in list.strong.iter().chain(&list.weak) {
            let index = number as usize;
            let Some(pattern) = self.patterns.all.get(index) else {
                continue;
            };
            let seldom = self.seldom.get(index) == Some(&true);
            let wanted = !pattern.strict() && self.counts.some.get(index).is_some_and(|some| some.len() < SOME);
            if wanted || (pattern.is_checked() && !seldom) {
                listed.open.push(number);
            } else if seldom {
                listed.seldom.push(number);
            }
        }
    }

    /// Asks the check of one pattern of the list about the whole cell.
    fn ask(&mut self, text: &[u8], number: u32, stands_for: u64) {
        let index = number as usize;
        let Some(pattern) = self.patterns.all.get(index) else {
            return;
        };
        let validated = pattern.validated(text, 0, text.len());
        self.flag(number, text.len(), (0, text.len()), validated, stands_for);
        let weak = self.patterns.owners.get(index).is_some_and(|owner| owner.weak);
        let (Some(asked), Some(seldom)) = (self.asked.get_mut(index), self.seldom.get_mut(index)) else {
            return;
        };
        asked.0 += 1;
        asked.1 += u64::from(validated.is_some());
        let refuses = weak && pattern.is_checked() && asked.0 >= ENOUGH && asked.1 * LEAST_SHARE < asked.0;
        if refuses != *seldom {
            *seldom = refuses;
            self.age += 1;
        }
    }

    /// Notes one form of a pattern in this cell.
    fn flag(
        &mut self,
        number: u32,
        length: usize,
        (start, end): (usize, usize),
        validated: Option<usize>,
        stands_for: u64,
    ) {
        let index = number as usize;
        let strict = self.patterns.all.get(index).is_none_or(Pattern::strict);
        let (Some(flags), Some(free)) = (self.flags.get_mut(index), self.free.get_mut(index)) else {
            return;
        };
        if *flags == 0 {
            self.touched.push((number, stands_for));
        }
        *flags |= INSIDE | if start == 0 && end == length { WHOLE } else { 0 };
        if let Some(stop) = validated {
            *flags |= INSIDE_VALID | if start == 0 && stop == length { WHOLE_VALID } else { 0 };
        }
        if validated.is_some() || !strict {
            *free = validated.unwrap_or(end);
        }
    }

    /// Adds the flags of this cell to the counts.
    fn settle(&mut self, walkers: &Walkers, cell: Cell<'_>) {
        let whole = walkers.get(Anchor::Digits).and_then(|walker| walker.list(self.cell_list));
        for (number, stands_for) in self.touched.drain(..) {
            let index = number as usize;
            let (Some(flags), Some(free)) = (self.flags.get_mut(index), self.free.get_mut(index)) else {
                continue;
            };
            *free = 0;
            let flags = std::mem::take(flags);
            let strict = self.patterns.all.get(index).is_some_and(Pattern::strict);
            let in_list = whole.is_some_and(|list| list.holds(number));
            let forms = if in_list { 0 } else { cell.weight };
            for (bit, tally, weight) in [
                (WHOLE, &mut self.counts.whole, forms),
                (WHOLE_VALID, &mut self.counts.whole_valid, cell.weight * stands_for),
                (INSIDE, &mut self.counts.inside, forms),
                (INSIDE_VALID, &mut self.counts.inside_valid, cell.weight * stands_for),
            ] {
                if flags & bit != 0
                    && let Some(count) = tally.get_mut(index)
                {
                    *count += weight;
                }
            }
            if (flags & INSIDE_VALID != 0 || !strict)
                && let Some(some) = self.counts.some.get_mut(index)
                && some.len() < SOME
            {
                some.push(cell.row);
                self.age += u32::from(some.len() == SOME);
            }
        }
    }

    /// Gives each pattern what was counted of the lists it is in, while the lists have their numbers.
    fn spread(&mut self, walkers: &Walkers) {
        let Some(walker) = walkers.get(Anchor::Digits) else {
            return;
        };
        for (list, listed) in (0_u32..).zip(self.listed.drain(..)) {
            let patterns = walker.list(list).filter(|_| listed.weight > 0);
            for &number in patterns.iter().flat_map(|list| list.strong.iter().chain(&list.weak)) {
                for tally in [&mut self.counts.whole, &mut self.counts.inside] {
                    if let Some(count) = tally.get_mut(number as usize) {
                        *count += listed.weight;
                    }
                }
            }
        }
    }
}

impl Sink for Counting<'_> {
    fn weak(&mut self, view: &View<'_>, place: usize, lead: usize, near: &Near<'_>) -> bool {
        self.heard.any(&self.patterns.words, view, place, lead, near)
    }

    fn forms(&mut self, form: &Form<'_>) {
        let text = form.view.text;
        let first = form.anchor == Anchor::Digits && form.start == 0 && form.reach == 0;
        if let Some((list, end)) = only(form.walker)
            && first
            && end == text.len()
        {
            return self.whole_list(text, form.walker, list);
        }
        let (patterns, start) = (self.patterns, form.start);
        let lists = || form.walker.ends.iter().filter_map(|&(list, end)| Some((form.walker.list(list)?, end)));
        let whole = |end: usize| start == 0 && end == text.len();
        let mut weak = lists().any(|(list, end)| !list.weak.is_empty() && whole(end));
        let mut boosted = std::mem::take(&mut self.boosted);
        boosted.clear();
        if lists().any(|(list, end)| !list.weak.is_empty() && !whole(end)) {
            self.heard.boosted(&patterns.words, form.view, start, &mut boosted);
            weak = weak || !boosted.is_empty();
        }
        let mut seen = std::mem::take(&mut self.seen);
        patterns.longest(form, &mut seen, weak, |index, pattern, end| {
            let told = |owner: &Owner| {
                !owner.weak || whole(end) || boosted.iter().any(|&(category, _)| category as usize == owner.category)
            };
            let free = self.free.get(index).is_none_or(|&free| start >= free);
            if let (Ok(number), true) = (u32::try_from(index), free && patterns.owners.get(index).is_some_and(told)) {
                self.flag(number, text.len(), (start, end), pattern.validated(text, start, end), 1);
            }
        });
        (self.seen, self.boosted) = (seen, boosted);
    }
}
