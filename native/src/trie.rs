//! Which of thousands of words stand in a text from a place on? One walk down a tree of letters answers for all.

use crate::word::{Word, is_mark, marks, written_out};

/// Words of ASCII letters as a tree.
pub struct Trie {
    nodes: Vec<Node>,
    /// The categories of each word, all in one row.
    categories: Vec<u32>,
    /// One bit per number that three bytes are mixed to with which a word may begin in a text.
    known: Box<[u64; BITS / 64]>,
    /// The same of two bytes, for words and parts of words that are no longer.
    short: Box<[u64; BITS / 64]>,
    /// One bit per letter that is a word or part of a word by itself.
    single: [u64; 4],
}

const BITS: usize = 1 << 16;

/// The place of three bytes in the table, whatever their case.
fn mix(first: u8, second: u8, third: u8) -> usize {
    let bytes = u32::from_le_bytes([first, second, third, 0]) | 0x0020_2020;
    (bytes.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

fn set(table: &mut [u64; BITS / 64], place: usize) {
    if let Some(bits) = table.get_mut(place / 64) {
        *bits |= 1 << (place % 64);
    }
}

fn has(table: &[u64; BITS / 64], place: usize) -> bool {
    table.get(place / 64).is_some_and(|bits| bits >> (place % 64) & 1 == 1)
}

/// How a word may begin in a text: its first three letters, fewer where a mark or its end comes before; what may be an
/// umlaut may be written out.
fn openings(letters: &[u8]) -> Vec<Vec<u8>> {
    let mut spelt: Vec<Vec<u8>> = vec![Vec::new()];
    for &letter in letters.iter().take(3).take_while(|letter| **letter != b' ') {
        let mut longer = Vec::new();
        for begun in &spelt {
            longer.push([begun.as_slice(), &[letter]].concat());
            if matches!(letter, b'a' | b'o' | b'u') {
                longer.push([begun.as_slice(), &[letter, b'e']].concat());
            }
            if letter == b'a' {
                longer.push([begun.as_slice(), b"aa"].concat());
            }
        }
        spelt = longer;
    }
    spelt
}

#[derive(Clone, Copy, Default)]
struct Node {
    /// The letters that go on from here, one bit each.
    ways: u128,
    /// The node of the lowest of them; the others follow in their order.
    first: u32,
    /// Where in `categories` those of the word that ends here are.
    from: u32,
    to: u32,
}

impl Trie {
    /// Of words in order, spelt folded; those with other letters than ASCII's are left out.
    #[must_use]
    pub fn new(words: &[Word]) -> Self {
        let ascii: Vec<&Word> = words.iter().filter(|word| word.letters.is_ascii()).collect();
        let mut trie = Self {
            nodes: vec![Node::default()],
            categories: Vec::new(),
            known: Box::new([0; BITS / 64]),
            short: Box::new([0; BITS / 64]),
            single: [0; 4],
        };
        for opening in ascii.iter().flat_map(|word| openings(&word.letters)) {
            match *opening {
                [first, second, third, ..] => set(&mut trie.known, mix(first, second, third)),
                [first, second] => set(&mut trie.short, mix(first, second, 0)),
                [first] => {
                    trie.single
                        .get_mut(usize::from(first) / 64)
                        .into_iter()
                        .for_each(|bits| *bits |= 1 << (first % 64));
                }
                [] => {}
            }
        }
        let mut open = vec![(0_usize, 0..ascii.len(), 0_usize)]; // a node, the words below it, letters above it
        let mut done = 0;
        while let Some((number, below, depth)) = open.get(done).cloned() {
            done += 1;
            let mut node =
                Node { first: place(trie.nodes.len()), from: place(trie.categories.len()), ..Node::default() };
            let mut from = below.start;
            while let Some(word) = ascii.get(from).filter(|_| from < below.end) {
                let Some(&letter) = word.letters.get(depth) else {
                    trie.categories.extend(&word.categories);
                    from += 1;
                    continue;
                };
                let alike = |word: &&&Word| word.letters.get(depth) == Some(&letter);
                let count = ascii.get(from..below.end).unwrap_or_default().iter().take_while(alike).count();
                node.ways |= 1 << (letter & 127);
                open.push((trie.nodes.len(), from..from + count, depth + 1));
                trie.nodes.push(Node::default());
                from += count;
            }
            node.to = place(trie.categories.len());
            if let Some(slot) = trie.nodes.get_mut(number) {
                *slot = node;
            }
        }
        trie
    }

    /// Whether a word may begin at `place`: a look at three letters, for all that do not.
    #[inline]
    #[must_use]
    pub fn knows(&self, text: &[u8], place: usize) -> bool {
        let rest = text.get(place..).unwrap_or_default();
        let [first, second, third] = rest.first_chunk::<3>().copied().unwrap_or_else(|| {
            let byte = |at: usize| rest.get(at).copied().unwrap_or(b' ');
            [byte(0), byte(1), byte(2)]
        });
        let letter = first.to_ascii_lowercase();
        let single = self.single.get(usize::from(letter) / 64).is_some_and(|bits| bits >> (letter % 64) & 1 == 1);
        has(&self.known, mix(first, second, third))
            || (single && !second.is_ascii_lowercase())
            || (has(&self.short, mix(first, second, 0)) && !(third.is_ascii_lowercase() && third != b's'))
    }

    /// Calls `found` with the categories of each word that stands in `text` from `at` on, and where it ends. Letters
    /// that an umlaut may be written out with are passed over where the word has none.
    pub fn spoken(&self, text: &[u8], at: usize, found: &mut impl FnMut(&[u32], usize)) {
        if let Some(root) = self.nodes.first() {
            self.below(root, text, at, at, found);
        }
    }

    /// The same for what is left of the words below a node; they began at `began`.
    fn below<'a>(
        &'a self,
        mut node: &'a Node,
        text: &[u8],
        began: usize,
        mut at: usize,
        found: &mut impl FnMut(&[u32], usize),
    ) {
        loop {
            if node.from < node.to
                && let Some(categories) = self.categories.get(node.from as usize..node.to as usize)
            {
                found(categories, at);
            }
            let Some(&byte) = text.get(at).filter(|byte| byte.is_ascii()) else {
                return;
            };
            if matches!(byte | 0x20, b'a' | b'e') && at > began && written_out(text, at) {
                self.below(node, text, began, at + 1, found);
            }
            let letter = if is_mark(byte) { b' ' } else { byte.to_ascii_lowercase() };
            let Some(next) = self.child(node, letter) else {
                return;
            };
            node = next;
            at += if letter == b' ' { marks(text, at) } else { 1 };
        }
    }

    #[inline]
    fn child(&self, node: &Node, letter: u8) -> Option<&Node> {
        let bit = 1_u128 << (letter & 127);
        if node.ways & bit == 0 {
            return None;
        }
        self.nodes.get(node.first as usize + (node.ways & (bit - 1)).count_ones() as usize)
    }
}

fn place(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
