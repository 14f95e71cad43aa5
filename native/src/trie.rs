//! Which of thousands of words stand in a text from a place on? One walk down a tree of letters answers for all.

use crate::word::{Word, is_mark, key, keys, marks, written_out};

/// Words of ASCII letters as a tree.
pub struct Trie {
    nodes: Vec<Node>,
    /// The categories of each word, all in one row.
    categories: Vec<u32>,
    /// One bit per key of three letters with which a word begins.
    known: Box<[u64; KEYS / 64]>,
}

const KEYS: usize = 1 << 15;

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
        let mut trie =
            Self { nodes: vec![Node::default()], categories: Vec::new(), known: Box::new([0; KEYS / 64]) };
        for word in &ascii {
            let bits = key(&word.letters, 0).and_then(|key| Some((trie.known.get_mut(usize::from(key) / 64)?, key)));
            if let Some((bits, key)) = bits {
                *bits |= 1 << (key % 64);
            }
        }
        let mut open = vec![(0_usize, 0..ascii.len(), 0_usize)]; // a node, the words below it, letters above it
        let mut done = 0;
        while let Some((number, below, depth)) = open.get(done).cloned() {
            done += 1;
            let mut node = Node { first: place(trie.nodes.len()), from: place(trie.categories.len()), ..Node::default() };
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
        let known = |key: u16| self.known.get(usize::from(key) / 64).is_some_and(|bits| bits >> (key % 64) & 1 == 1);
        keys(text, place).into_iter().flatten().any(known)
    }

    /// Calls `found` with the categories of each word that stands in `text` from `at` on, and where it ends. Letters
    /// that an umlaut may be written out with are passed over where the word has none.
    pub fn spoken(&self, text: &[u8], at: usize, found: &mut impl FnMut(&[u32], usize)) {
        if let Some(root) = self.nodes.first() {
            self.below(root, text, at, at, found);
        }
    }

    /// The same for what is left of the words below a node; they began at `began`.
    fn below<'a>(&'a self, mut node: &'a Node, text: &[u8], began: usize, mut at: usize, found: &mut impl FnMut(&[u32], usize)) {
        loop {
            if node.from < node.to
                && let Some(categories) = self.categories.get(node.from as usize..node.to as usize)
            {
                found(categories, at);
            }
            let Some(&byte) = text.get(at).filter(|byte| byte.is_ascii()) else {
                return;
            };
            if at > began && written_out(text, at) {
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
