//! Which words have been heard before a place, and how near are they? Each word of a line is looked up once, and only
//! where a number follows that asks for one.

use crate::context::{REACH, Window, Words, field_ends};
use crate::masks::WIDTH;
use crate::view::{Back, Near, View};
use crate::word::bounded;

/// The words heard in one text so far, for places that rise, or nearly so.
#[derive(Default)]
pub struct Heard {
    words: Vec<Spoken>,
    /// Every word that begins between these two places has been looked up.
    from: usize,
    to: usize,
    /// Where the last word ends of those heard so far.
    last: usize,
}

#[derive(Clone, Copy)]
struct Spoken {
    begin: usize,
    end: usize,
    category: u32,
    /// A word's end follows; if not, it speaks only for what begins right behind it.
    bounded: bool,
}

impl Spoken {
    /// Whether the word ends before `start`, as words do.
    fn ends_before(&self, start: usize) -> bool {
        self.end == start || (self.bounded && self.end < start)
    }
}

/// What may speak for a place: words that begin at `begin` or later.
struct Sight {
    /// One bit per word that begins in the 64 bytes before, and one per digit.
    begins: u64,
    digits: u64,
    begin: usize,
    /// The line begins within sight.
    whole: bool,
    /// Something near is not ASCII: letters must be folded.
    high: bool,
}

impl Sight {
    #[inline]
    fn of(back: Back, start: usize) -> Self {
        // The first of the 64 bytes only tells whether a word begins behind it, and the second whether one is cut.
        let newlines = back.newlines & !1;
        let first = if newlines != 0 {
            WIDTH - newlines.leading_zeros() as usize
        } else if start < WIDTH - 1 {
            WIDTH - start
        } else {
            2
        };
        let keep = if first >= WIDTH { 0 } else { u64::MAX << first };
        let shown = keep | if newlines == 0 { keep >> 1 } else { 0 };
        Self {
            begins: back.begins & keep,
            digits: back.digits & keep,
            begin: (start + first).saturating_sub(WIDTH),
            whole: newlines != 0,
            high: back.high & shown != 0,
        }
    }

    /// A word belongs to the first number behind it: where a word must end at the least that speaks for `start`.
    fn end(&self, start: usize) -> usize {
        let five = self.digits & self.digits >> 1;
        let five = five & five >> 2 & self.digits >> 4;
        if five == 0 { 0 } else { start - five.leading_zeros() as usize }
    }
}

impl Heard {
    /// Forgets all words: another text begins.
    pub fn clear(&mut self) {
        self.words.clear();
        (self.from, self.to, self.last) = (0, 0, 0);
    }

    /// Looks up the words before `start`; whether one may speak for a form that begins there, or up to `lead` before.
    #[inline]
    pub fn any(&mut self, words: &Words, view: &View<'_>, start: usize, lead: usize, near: &Near<'_>) -> bool {
        let silent = |last: usize, reach: usize| last <= near.line || last + reach + lead < start;
        let from = self.to.max(near.line);
        let unheard = start.saturating_sub(from);
        if unheard <= SEEN && silent(self.last, REACH) && silent(near.high, WIDTH) {
            // Of all that stands near only the last bytes have not been heard, and mostly they are no words.
            let begins = near.pair.before(near.bit, |masks| masks.begins);
            if unheard == 0 || begins >> (WIDTH - unheard) == 0 {
                if near.line > self.to {
                    self.from = near.line;
                }
                self.to = self.to.max(start);
                return false;
            }
        }
        self.listens(words, view, start, lead, near.pair.back(near.bit))
    }

    fn listens(&mut self, words: &Words, view: &View<'_>, start: usize, lead: usize, back: Back) -> bool {
        let near = Sight::of(back, start);
        if near.high {
            return true;
        }
        if lead > 0 && !near.whole {
            // A form that begins before the number looks as far back as others do.
            let earlier = start.saturating_sub(lead);
            if view.before(earlier, |masks| masks.high) != 0 {
                return true;
            }
            if earlier > self.to {
                self.listen(words, view, earlier, &Sight::of(view.back(earlier), earlier));
            }
        }
        self.listen(words, view, start, &near);
        if self.last == 0 || self.last + REACH + lead < start {
            return false;
        }
        let slack = if near.whole { 0 } else { lead };
        // No word is longer than what is seen of it, and they rise.
        let close = self.words.iter().rev().take_while(|word| word.begin + WIDTH + REACH + lead >= start);
        close.into_iter().any(|word| {
            let ends = word.bounded || word.end + lead >= start;
            ends && word.begin + slack >= near.begin && word.end + REACH + lead >= start
        })
    }

    /// The categories that a word before `start` speaks for, and how near it is: see `Words::boosted`.
    pub fn boosted(&mut self, words: &Words, view: &View<'_>, start: usize, into: &mut Vec<(u32, usize)>) {
        let near = Sight::of(view.back(start), start);
        if near.high || !view.sees(start) || (near.begins != 0 && near.begin < self.from && start <= self.to) {
            words.boosted(&Window::before(view.text, start), start, into);
            return;
        }
        self.listen(words, view, start, &near);
        into.clear();
        let least = near.end(start);
        let mut ended: Option<(usize, bool)> = None; // the last word's end, and whether its field ends behind it
        for word in &self.words {
            let reaches = word.begin >= near.begin && word.end >= least && word.ends_before(start);
            if !reaches || word.end + REACH < start {
                continue;
            }
            let over = match ended {
                Some((end, over)) if end == word.end => over,
                _ => field_ends(view.text.get(word.end..start).unwrap_or_default()),
            };
            ended = Some((word.end, over));
            if !over {
                into.push((word.category, word.end * WIDTH + word.end - word.begin));
            }
        }
    }

    fn listen(&mut self, words: &Words, view: &View<'_>, start: usize, near: &Sight) {
        if start <= self.to {
            return;
        }
        if near.begins == 0 {
            self.from = if near.begin > self.to { near.begin } else { self.from };
            self.to = start;
            return;
        }
        if self.words.len() > MANY {
            self.words.retain(|word| word.end + FAR_BACK >= start);
            self.from = self.from.max(start.saturating_sub(FAR_BACK - WIDTH));
        }
        let base = start.wrapping_sub(WIDTH); // a bit's place is base + bit; bits before the text are not set
        if near.begin > self.to {
            self.from = near.begin;
        }
        let mut begins = near.begins;
        while begins != 0 {
            let place = base.wrapping_add(begins.trailing_zeros() as usize);
            begins &= begins - 1;
            if place < self.to || !words.trie.knows(view.text, place) {
                continue;
            }
            // No more is seen of a word than of what stands before a form.
            let seen = view.text.get(..view.text.len().min(place + WIDTH)).unwrap_or_default();
            words.trie.spoken(seen, place, &mut |categories, end| {
                let bounded = bounded(view.text, end, false);
                self.last = self.last.max(end);
                let spoken = |&category: &u32| Spoken { begin: place, end, category, bounded };
                self.words.extend(categories.iter().map(spoken));
            });
        }
        self.to = start;
    }
}

/// Bytes before a place in which a word is seen to begin.
const SEEN: usize = WIDTH - 2;
/// Words that are kept before those are dropped that no form can begin behind any more.
const MANY: usize = 64;
/// Words that end so many bytes before are dropped; where a form begins further back all the same, its words are looked
/// up anew.
const FAR_BACK: usize = 256;
