//! Where in a text may a form begin? Digit runs, `@`, colons, words and literals are met as bits of 64 bytes at a time;
//! only there the automata walk, and only where one can begin. Every byte begins at most one walk per anchor, and a
//! walk is bounded, so that time is linear in the text, whatever it is.

use crate::automaton::{Automaton, Part, Walker};
use crate::closure::{Before, is_word};
use crate::literals::Literals;
use crate::masks::{Marks, Masks, WIDTH, lowest};
use crate::pattern::{ANCHORS, Anchor, LONGEST, Pattern};
use crate::reach::MOST_LETTERS;
use crate::runs::Run;
use crate::shapes::{Possible, SIGN, Shapes};
use crate::view::{Near, Pair, View};

/// What a literal leads to may be long, such as a token; but no byte is walked over twice for that.
const LONGEST_LITERAL: usize = 16 * 1024;

/// Bytes whose kinds are worked out at once: what is known of them stays in the nearest cache.
const STRETCH: usize = 8 * 1024;

/// The patterns of each anchor, put together.
pub struct Places {
    automata: Vec<Option<Automaton>>,
    /// Those of digits that count without a word before them: most of them, and those that begin with a long word.
    strong: [Option<Automaton>; 2],
    /// Words and where they lead.
    pub literals: Option<Literals>,
    /// How many letters and digits every pattern of the anchor `word` begins with.
    word_letters: u32,
}

/// One walker per anchor, and one for the strong patterns of digits.
pub struct Walkers {
    all: Vec<Option<Walker>>,
    strong: [Option<Walker>; 2],
    shapes: Shapes,
    marks: Option<Marks>,
}

/// Forms that begin at one place.
pub struct Form<'a> {
    /// The text around it.
    pub view: &'a View<'a>,
    /// What led there.
    pub anchor: Anchor,
    /// First byte.
    pub start: usize,
    /// How far before a digit it is; patterns of a smaller lead are not meant.
    pub reach: usize,
    /// `walker.ends` says which patterns end where.
    pub walker: &'a Walker,
    /// With a literal, only the patterns that it leads to are meant.
    pub literal: Option<usize>,
}

/// Takes what the walks find.
pub trait Sink {
    /// Whether weak patterns matter that begin at `place`, or up to `lead` bytes before; `near` is what stands before it.
    fn weak(&mut self, view: &View<'_>, place: usize, lead: usize, near: &Near<'_>) -> bool;

    /// Forms begin at one place of the text; the places of one anchor rise.
    fn forms(&mut self, form: &Form<'_>);
}

impl Places {
    /// Puts the patterns together; `weak` has one answer per pattern.
    ///
    /// # Errors
    /// The sentence of the compiler.
    pub fn new(patterns: &[Pattern], weak: &[bool]) -> Result<Self, String> {
        let of = |anchor: Anchor, wanted: &dyn Fn(&Pattern, bool) -> bool| -> Result<Option<Automaton>, String> {
            let numbered = (0_u32..).zip(patterns).zip(weak);
            let wanted = numbered.filter(|((_, one), weak)| one.anchor == anchor && wanted(one, **weak));
            let part = |((number, pattern), &weak): ((u32, &Pattern), &bool)| Part {
                number,
                weak,
                lead: pattern.lead,
                regex: pattern.regex.clone(),
            };
            let parts: Vec<Part> = wanted.map(part).collect();
            let numbers = anchor == Anchor::Digits;
            if parts.is_empty() { Ok(None) } else { Automaton::new(&parts, numbers).map(Some) }
        };
        let automata = ANCHORS.iter().map(|&anchor| of(anchor, &|_, _| true)).collect::<Result<Vec<_>, _>>()?;
        let most = of(Anchor::Digits, &|one, weak| !weak && one.letters < MOST_LETTERS)?;
        let long = of(Anchor::Digits, &|one, weak| !weak && one.letters >= MOST_LETTERS)?;
        let words = patterns.iter().filter(|one| one.anchor == Anchor::Word).map(|one| one.letters);
        Ok(Self {
            automata,
            strong: [most, long],
            literals: Literals::new(patterns),
            word_letters: words.min().unwrap_or(1).max(1),
        })
    }

    /// Walkers for these patterns.
    #[must_use]
    pub fn walkers(&self) -> Walkers {
        Walkers {
            all: self.automata.iter().map(|automaton| automaton.as_ref().map(Automaton::walker)).collect(),
            strong: self.strong.each_ref().map(|automaton| automaton.as_ref().map(Automaton::walker)),
            shapes: Shapes::default(),
            marks: None,
        }
    }

    fn automaton(&self, anchor: Anchor) -> Option<&Automaton> {
        self.automata.get(anchor as usize).and_then(Option::as_ref)
    }

    /// Gives the sink every form in the text.
    pub fn each(&self, walkers: &mut Walkers, text: &[u8], sink: &mut impl Sink) {
        let mut marks = walkers.marks.take().unwrap_or_default();
        let mut pass = Pass::new(self);
        for from in (0..text.len()).step_by(STRETCH) {
            let to = text.len().min(from + STRETCH);
            // What stands before and behind the stretch is looked at from within it.
            marks.fill(text, from.saturating_sub(4 * WIDTH), to + 2 * WIDTH, self.literals.as_ref());
            pass.stretch(walkers, &View::new(text, 0, &marks), (from, to), sink);
        }
        self.anywhere(walkers, text, &mut pass, sink);
        walkers.marks = Some(marks);
    }

    /// The same for a text in a buffer of which the marks are known, from one byte before the text on.
    pub fn known(&self, walkers: &mut Walkers, view: &View<'_>, sink: &mut impl Sink) {
        let mut pass = Pass::new(self);
        pass.stretch(walkers, view, (0, view.text.len()), sink);
        self.anywhere(walkers, view.text, &mut pass, sink);
    }

    fn anywhere(&self, walkers: &mut Walkers, text: &[u8], pass: &mut Pass<'_>, sink: &mut impl Sink) {
        if self.automaton(Anchor::Anywhere).is_some() {
            let marks = Marks::default();
            let view = View::new(text, 0, &marks);
            for place in 0..text.len() {
                pass.walk(walkers, &view, Anchor::Anywhere, place, sink);
            }
        }
    }
}

impl Walkers {
    /// Lets go of what was learnt, where that has become too much.
    pub fn renew(&mut self, places: &Places) {
        let strong = self.strong.iter_mut().zip(&places.strong);
        for (walker, automaton) in self.all.iter_mut().zip(&places.automata).chain(strong) {
            if let (Some(walker), Some(automaton)) = (walker, automaton)
                && walker.is_full()
            {
                walker.forget(automaton);
            }
        }
    }

    /// The walker of an anchor, if it has patterns.
    #[must_use]
    pub fn get(&self, anchor: Anchor) -> Option<&Walker> {
        self.all.get(anchor as usize).and_then(Option::as_ref)
    }

    fn of(&mut self, anchor: Anchor) -> Option<&mut Walker> {
        self.all.get_mut(anchor as usize).and_then(Option::as_mut)
    }

    fn each(&self) -> impl Iterator<Item = &Walker> {
        self.all.iter().chain(&self.strong).flatten()
    }

    /// Bytes walked so far by all: the measure of work.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.each().map(|walker| walker.steps).sum()
    }

    /// Whether a walk may give the lists new numbers.
    #[must_use]
    pub fn are_full(&self) -> bool {
        self.each().any(Walker::is_full)
    }
}

/// One pass over one text.
struct Pass<'a> {
    places: &'a Places,
    /// Beginnings before this one have been tried for digits.
    done: usize,
    colons_done: usize,
    /// No literal's walk is long before this place.
    covered: usize,
    /// Words begin at these of the 64 bytes before and of the 64 at hand.
    starts: [u64; 2],
    pair: Pair,
    /// One past the last byte before the 64 at hand that is not ASCII.
    high: usize,
    /// Where the line begins that the first of the 64 is in.
    line: usize,
}

impl<'a> Pass<'a> {
    fn new(places: &'a Places) -> Self {
        Self { places, done: 0, colons_done: 0, covered: 0, starts: [0; 2], pair: Pair::default(), high: 0, line: 0 }
    }

    /// Every beginning in one stretch of the text, behind those before.
    fn stretch(&mut self, walkers: &mut Walkers, view: &View<'_>, (from, to): (usize, usize), sink: &mut impl Sink) {
        let words = self.places.automaton(Anchor::Word).is_some();
        let literals = self.places.literals.as_ref();
        if let Some(before) = from.checked_sub(WIDTH) {
            self.pair.here = view.masks(before);
        }
        for base in (from..to).step_by(WIDTH) {
            let keep = lowest(to - base);
            self.pair = Pair { last: self.pair.here, here: view.masks(base) };
            if base == 0 {
                // In the buffer something else may stand before the text.
                self.pair.here.begins |= self.pair.here.letters & !self.pair.here.digits & 1;
            }
            let carry = |kind: fn(&Masks) -> u64| kind(&self.pair.last) >> 63;
            let (digit, word, letter) = (carry(|m| m.digits), carry(|m| m.word), carry(|m| m.letters));
            let Masks { digits, word: all, letters, .. } = self.pair.here;
            let signs = self.pair.here.signs & keep;
            let suspects = literals.map_or(0, |literals| self.known(literals, view.text, base) & keep);
            let [_, starts] = self.starts;
            self.starts = [starts, all & !(all << 1 | word)];
            let runs = digits & !(digits << 1 | digit) & keep;
            let mut beginnings = if words { self.words(view, base, letters, letter) & keep } else { 0 };
            let mut anchors = runs | signs | suspects | beginnings;
            while anchors != 0 {
                let bit = anchors.trailing_zeros();
                let here = anchors & anchors.wrapping_neg();
                anchors &= anchors - 1;
                let place = base + bit as usize;
                if runs & here != 0 {
                    self.digits(walkers, view, place, bit, sink);
                }
                if suspects & here != 0 {
                    self.literal(walkers, view, place, sink);
                }
                if signs & here != 0 {
                    if view.text.get(place) == Some(&b'@') {
                        self.walk(walkers, view, Anchor::At, local_part(view.text, place), sink);
                    } else {
                        self.colon(walkers, view, place, sink);
                    }
                }
                if beginnings & here != 0 {
                    beginnings &= !here;
                    self.walk(walkers, view, Anchor::Word, place, sink);
                }
            }
            if self.pair.here.high != 0 {
                self.high = base + WIDTH - self.pair.here.high.leading_zeros() as usize;
            }
            if self.pair.here.newlines != 0 {
                self.line = base + WIDTH - self.pair.here.newlines.leading_zeros() as usize;
            }
        }
    }

    /// Where among the 64 bytes at hand a literal may stand, as far as four bytes tell.
    fn known(&self, literals: &Literals, text: &[u8], base: usize) -> u64 {
        // In the buffer a letter may stand before the text.
        let mut suspects = self.pair.here.suspects | u64::from(base == 0);
        let mut known = 0;
        while suspects != 0 {
            let bit = suspects & suspects.wrapping_neg();
            suspects ^= bit;
            if literals.knows(text, base + bit.trailing_zeros() as usize) {
                known |= bit;
            }
        }
        known
    }

    /// Words begin here that are long enough for a pattern of words.
    fn words(&self, view: &View<'_>, base: usize, letters: u64, letter: u64) -> u64 {
        let beginnings = letters & !(letters << 1 | letter);
        if beginnings == 0 {
            return 0;
        }
        let beyond = view.from(base + WIDTH, |masks| masks.letters);
        let mut enough = u128::from(beyond) << WIDTH | u128::from(letters);
        let mut have = 1;
        while have < self.places.word_letters {
            let more = have.min(self.places.word_letters - have);
            enough &= enough >> more;
            have += more;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
        let enough = enough as u64;
        beginnings & enough
    }

    /// A run of digits begins at `place`, bit `bit` of the 64 at hand.
    fn digits(&mut self, walkers: &mut Walkers, view: &View<'_>, place: usize, bit: u32, sink: &mut impl Sink) {
        let back_to = std::mem::replace(&mut self.done, place + 1);
        let Some(all) = self.places.automaton(Anchor::Digits) else {
            return;
        };
        let text = view.text;
        let here = (self.pair.here.digits >> bit).trailing_ones();
        // Up to the block's end more is looked at only where the number reaches it.
        let count = if bit + here < 64 { here } else { view.from(place, |masks| masks.digits).trailing_ones() };
        let behind = bit + count + 1;
        let second = if behind < 64 { (self.pair.here.digits >> behind).trailing_ones() } else { 64 };
        let count = count as usize;
        let second = if behind.saturating_add(second) < 64 {
            second as usize
        } else {
            view.from(place + count + 1, |masks| masks.digits).trailing_ones() as usize
        };
        let byte = |at: usize| text.get(at).copied();
        let (next, last) = (byte(place + count), byte(place + count + 1 + second));
        let shape = Run { digits: count, next, second, last };
        let [_, starts] = self.starts;
        let behind = before(all, text, place, starts >> bit & 1 == 1);
        let last = place.checked_sub(1).and_then(byte);
        let possible = walkers.shapes.of(last, &shape, || self.possible(all, behind, last, &shape));
        // Most numbers have no word before them: then only strong patterns matter.
        let mut heard: Option<bool> = None;
        // A form ends with its line, and so it begins in the number's line.
        let last_of = |kind: u64, earlier: usize| match kind & lowest(bit as usize) {
            0 => earlier,
            bits => place + WIDTH - (bit + bits.leading_zeros()) as usize,
        };
        let line = last_of(self.pair.here.newlines, self.line);
        let back = all.reach.leads.most.min(place - back_to.max(line));
        let near = Near { pair: &self.pair, bit, high: last_of(self.pair.here.high, self.high), line };
        if let Some(last) = last.filter(|_| back > 0) {
            let leads = &all.reach.leads;
            let words = self.starts_before(bit, back);
            // Distance d is bit 31 - d of the reversed bits, and bit back - d of the beginnings.
            let mut begins = words & (leads.words(last).reverse_bits() >> (31 - back));
            begins |= u32::from(possible & SIGN != 0) << (back - 1);
            for distance in 2..=leads.loose.min(back) {
                let opens = byte(place - distance).is_some_and(|byte| leads.other(byte, distance));
                begins |= u32::from(opens) << (back - distance);
            }
            if leads.high && near.high + back > place {
                begins |= u32::try_from(self.pair.before(bit, |m| m.high) >> (WIDTH - back)).unwrap_or(0);
            }
            let word = if begins == 0 { 0 } else { self.word_of(place, bit, back) };
            while begins != 0 {
                let at = begins.trailing_zeros() as usize;
                begins &= begins - 1;
                let (start, distance) = (place - back + at, back - at);
                let first = byte(start).unwrap_or(b'\n');
                let before = before(all, text, start, words >> at & 1 == 1);
                let opens = |one: &Automaton| {
                    one.reach.leads.possible(before, first, distance, last, start < word)
                        && (distance > 1 || is_word(first) || one.reach.sign(first, &shape))
                };
                if opens(all) {
                    let weak = start == 0 || *heard.get_or_insert_with(|| sink.weak(view, place, back, &near));
                    let wanted = |number: usize, one: &Automaton| number == 0 || opens(one);
                    self.numbers(walkers, view, (start, distance, before), weak, wanted, sink);
                }
            }
        }
        if possible & 1 != 0 {
            let weak = place == 0 || *heard.get_or_insert_with(|| sink.weak(view, place, back, &near));
            if weak || possible & 0b110 != 0 {
                let wanted = |number: usize, _: &Automaton| possible >> number & 1 == 1;
                self.numbers(walkers, view, (place, 0, behind), weak, wanted, sink);
            }
        }
    }

    /// What can begin with these digits behind the byte `last`.
    #[cold]
    fn possible(&self, all: &Automaton, behind: Before, last: Option<u8>, shape: &Run) -> Possible {
        let [most, long] = self.places.strong.each_ref().map(Option::as_ref);
        let mut possible = 0;
        for (number, automaton) in [Some(all), most, long].into_iter().enumerate() {
            let begins = automaton.is_some_and(|automaton| automaton.reach.run(behind, shape));
            possible |= Possible::from(begins) << number;
        }
        let leads = &all.reach.leads;
        let sign = |last: u8| leads.other(last, 1) && (is_word(last) || all.reach.sign(last, shape));
        possible | if leads.loose > 0 && last.is_some_and(sign) { SIGN } else { 0 }
    }

    /// Walks over the patterns that may begin at `start`, `reach` bytes before a digit.
    #[inline]
    fn numbers(
        &self,
        walkers: &mut Walkers,
        view: &View<'_>,
        (start, reach, before): (usize, usize, Before),
        weak: bool,
        wanted: impl Fn(usize, &Automaton) -> bool,
        sink: &mut impl Sink,
    ) {
        let mut walk = |automaton: Option<&Automaton>, walker: Option<&mut Walker>| {
            if let (Some(automaton), Some(walker)) = (automaton, walker) {
                walker.walk(automaton, view.text, start, before, LONGEST);
                if !walker.ends.is_empty() {
                    sink.forms(&Form { view, anchor: Anchor::Digits, start, reach, walker, literal: None });
                }
            }
        };
        if weak {
            return walk(self.places.automaton(Anchor::Digits), walkers.of(Anchor::Digits));
        }
        let [most, long] = self.places.strong.each_ref().map(Option::as_ref);
        let [walk_most, walk_long] = walkers.strong.each_mut().map(Option::as_mut);
        if let Some(most) = most.filter(|most| wanted(1, most)) {
            walk(Some(most), walk_most);
        }
        if let Some(long) = long.filter(|long| wanted(2, long))
            && view.from(start, |masks| masks.letters).trailing_ones() >= MOST_LETTERS
        {
            walk(Some(long), walk_long);
        }
    }

    /// Where words begin in the `back` bytes before a place; the lowest bit is `back` bytes before.
    fn starts_before(&self, bit: u32, back: usize) -> u32 {
        let [last, here] = self.starts;
        let before = last >> bit | (here << (63 - bit)) << 1;
        u32::try_from(before >> (WIDTH - back.max(1))).unwrap_or(0)
    }

    /// Where the word begins that the digit at `place` is in, as far as it is less than `back` before: only some
    /// patterns reach over what stands before it.
    fn word_of(&self, place: usize, bit: u32, back: usize) -> usize {
        let [_, here] = self.starts;
        let begun = self.starts_before(bit, back) | u32::from(here >> bit & 1 == 1) << back;
        begun.checked_ilog2().map_or(0, |last| place - back + last as usize)
    }

    /// A literal may stand at `place`.
    fn literal(&mut self, walkers: &mut Walkers, view: &View<'_>, place: usize, sink: &mut impl Sink) {
        let known = self.places.literals.as_ref().and_then(|literals| literals.at(view.text, place));
        let (Some(automaton), Some(walker)) = (self.places.automaton(Anchor::Literal), walkers.of(Anchor::Literal))
        else {
            return;
        };
        let Some(literal) = known else {
            return;
        };
        let limit = if place >= self.covered { LONGEST_LITERAL } else { LONGEST };
        let before = walker.steps;
        walker.walk(automaton, view.text, place, Before::place(view.text, place), limit);
        let far = usize::try_from(walker.steps - before).unwrap_or(LONGEST_LITERAL);
        if far > LONGEST {
            self.covered = self.covered.max(place + far);
        }
        if !walker.ends.is_empty() {
            let (anchor, literal) = (Anchor::Literal, Some(literal));
            sink.forms(&Form { view, anchor, start: place, reach: 0, walker, literal });
        }
    }

    fn colon(&mut self, walkers: &mut Walkers, view: &View<'_>, place: usize, sink: &mut impl Sink) {
        if place < self.colons_done || self.places.automaton(Anchor::Colon).is_none() {
            return;
        }
        let start = run_back(view.text, place, u8::is_ascii_hexdigit);
        self.colons_done = run(view.text, place, |b| b.is_ascii_hexdigit() || *b == b':');
        self.walk(walkers, view, Anchor::Colon, start, sink);
    }

    fn walk(&self, walkers: &mut Walkers, view: &View<'_>, anchor: Anchor, start: usize, sink: &mut impl Sink) {
        let (Some(automaton), Some(walker)) = (self.places.automaton(anchor), walkers.of(anchor)) else {
            return;
        };
        let text = view.text;
        let Some(&byte) = text.get(start) else {
            return;
        };
        let before = Before::place(text, start);
        if automaton.reach.opens(before, byte) && automaton.reach.seconds(byte, text.get(start + 1).copied()) {
            walker.walk(automaton, text, start, before, LONGEST);
            if !walker.ends.is_empty() {
                sink.forms(&Form { view, anchor, start, reach: 0, walker, literal: None });
            }
        }
    }
}

/// What stands before a place; at a word's beginning `first` is set.
#[inline]
fn before(automaton: &Automaton, text: &[u8], place: usize, first: bool) -> Before {
    if first && !automaton.reach.anchored { Before::Other } else { Before::place(text, place) }
}

fn run(text: &[u8], start: usize, belongs: impl Fn(&u8) -> bool) -> usize {
    let length = text.get(start..).and_then(|rest| rest.iter().position(|byte| !belongs(byte)));
    length.map_or(text.len(), |length| start + length)
}

fn run_back(text: &[u8], end: usize, belongs: impl Fn(&u8) -> bool) -> usize {
    let kept = text.get(..end).and_then(|head| head.iter().rposition(|byte| !belongs(byte)));
    kept.map_or(0, |last| last + 1)
}

/// Where the local part of an e-mail address that ends at `at` begins; never more than 128 bytes back.
/// Letters of two bytes (Latin with marks, Greek, Cyrillic; RFC 6531) belong to it; typographic marks do not.
fn local_part(text: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(128);
    let window = text.get(floor..).unwrap_or_default();
    let mark = |b: &u8| matches!(b, b'.' | b'%' | b'+' | b'-');
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || mark(b) || matches!(b, b'_' | 0x80..=0xbf | 0xc3..=0xdf);
    let start = floor + run_back(window, at - floor, belongs);
    run(text, start, |b| mark(b) || (0x80..=0xbf).contains(b)).min(at)
}
