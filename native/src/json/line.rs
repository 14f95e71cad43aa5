//! What does each line say, place by place? A line of which anything is doubtful is odd, and says nothing here.

use crate::json::values::{Value, items, members, skip, skip_blanks, unescape, value};

/// Where to look: a key of the line's object, and perhaps a key of the object that stands there.
#[derive(Clone, Debug)]
pub struct Place {
    /// The key.
    pub key: Vec<u8>,
    /// The key inside.
    pub inner: Option<Vec<u8>>,
}

/// What stands at a place.
pub const NOTHING: u8 = 0;
/// A text.
pub const TEXT: u8 = 1;
/// A whole number, as its digits.
pub const WHOLE: u8 = 2;
/// A list of texts.
pub const LIST: u8 = 3;

/// What all lines say at one place, as Arrow has it: texts with their offsets, lists as offsets into items.
#[derive(Debug, Default)]
pub struct Found {
    /// What kind of value each line has.
    pub kinds: Vec<u8>,
    /// Where each line's text ends, behind the start.
    pub ends: Vec<u8>,
    /// The texts.
    pub data: Vec<u8>,
    /// Where each line's list ends, behind the start.
    pub lists: Vec<u8>,
    /// Where each item ends, behind the start.
    pub items: Vec<u8>,
    /// The items.
    pub item_data: Vec<u8>,
    count: i32,
}

/// What all lines say.
#[derive(Debug)]
pub struct Lines {
    /// One byte per line, 1 where the line is odd.
    pub odd: Vec<u8>,
    /// The end of each line (its line end's place), as 64-bit numbers.
    pub ends: Vec<u8>,
    /// In the order of the places.
    pub found: Vec<Found>,
}

/// A key of the object, with what is asked about it.
struct Key<'a> {
    name: &'a [u8],
    itself: Option<usize>,
    inner: Vec<(&'a [u8], usize)>,
    dotted: bool, // a key that looks like a path: whoever has it means something else
}

fn keys(places: &[Place]) -> Vec<Key<'_>> {
    let mut keys: Vec<Key<'_>> = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let at = keys.iter().position(|key| key.name == place.key).unwrap_or_else(|| {
            keys.push(Key { name: &place.key, itself: None, inner: Vec::new(), dotted: false });
            keys.len() - 1
        });
        if let Some(key) = keys.get_mut(at) {
            match &place.inner {
                Some(inner) => key.inner.push((inner, number)),
                None => key.itself = Some(number),
            }
        }
    }
    keys
}

/// The values of one line, by place, while it is looked at.
struct Slots {
    values: Vec<Option<Value>>,
    seen: Vec<bool>,
    guess: Vec<usize>, // which key the line before had at each turn: lines of one log are alike
}

const NO_KEY: usize = usize::MAX;

fn look(line: &[u8], keys: &[Key<'_>], slots: &mut Slots) -> Option<()> {
    slots.values.fill(None);
    slots.seen.fill(false);
    let from = skip_blanks(line, 0);
    if line.get(from)? != &b'{' {
        return None;
    }
    let Slots { values, seen, guess } = slots;
    let mut turn = 0;
    let end = members(line, from, |line, start, end, at| {
        let name = line.get(start..end)?;
        let guessed = guess.get(turn).copied().unwrap_or(NO_KEY);
        let found = if keys.get(guessed).is_some_and(|key| key.name == name) {
            guessed
        } else {
            keys.iter().position(|key| key.name == name).unwrap_or(NO_KEY)
        };
        match guess.get_mut(turn) {
            Some(known) => *known = found,
            None if turn < 64 => guess.push(found),
            None => (),
        }
        turn += 1;
        let Some(key) = keys.get(found) else {
            return skip(line, at, 1);
        };
        if key.dotted || std::mem::replace(seen.get_mut(found)?, true) {
            return None; // said twice, or by a path: the careful way knows which counts
        }
        let (told, next) = value(line, at)?;
        if let Some(place) = key.itself {
            *values.get_mut(place)? = Some(told);
        }
        match told {
            Value::Object(from) if key.itself.is_none() => members(line, from, |line, start, end, at| {
                let name = line.get(start..end)?;
                let Some((_, place)) = key.inner.iter().find(|(inner, _)| *inner == name) else {
                    return skip(line, at, 2);
                };
                let (told, next) = value(line, at)?;
                if values.get_mut(*place)?.replace(told).is_some() {
                    return None;
                }
                closed(line, told, next)
            }),
            Value::Null => Some(next),
            _ if key.inner.is_empty() => closed(line, told, next),
            _ => None, // no object where one is expected
        }
    })?;
    (skip_blanks(line, end) == line.len()).then_some(())
}

/// Where a value ends that may be told: a text, a number, or a list of plain texts.
fn closed(line: &[u8], told: Value, next: usize) -> Option<usize> {
    match told {
        Value::Text(..) | Value::Whole(..) | Value::Null => Some(next),
        Value::List(from) => items(line, from, |line, at| match value(line, at)? {
            (Value::Text(_, _, false), next) => Some(next),
            _ => None,
        }),
        _ => None,
    }
}

impl Found {
    fn new() -> Self {
        let start = vec![0; 4];
        Self { ends: start.clone(), lists: start.clone(), items: start, ..Self::default() }
    }

    fn take(&mut self, line: &[u8], told: Option<Value>) -> Option<()> {
        let kind = match told {
            None | Some(Value::Null | Value::Object(_) | Value::Other) => NOTHING,
            Some(Value::Text(from, to, false)) => {
                self.data.extend_from_slice(line.get(from..to)?);
                TEXT
            }
            Some(Value::Text(from, to, true)) => {
                unescape(line.get(from..to)?, &mut self.data)?;
                TEXT
            }
            Some(Value::Whole(from, to)) => {
                self.data.extend_from_slice(line.get(from..to)?);
                WHOLE
            }
            Some(Value::List(from)) => {
                items(line, from, |line, at| {
                    let (Value::Text(from, to, _), next) = value(line, at)? else { return None };
                    self.item_data.extend_from_slice(line.get(from..to)?);
                    self.count += 1;
                    self.items.extend_from_slice(&i32::try_from(self.item_data.len()).ok()?.to_le_bytes());
                    Some(next)
                })?;
                LIST
            }
        };
        self.kinds.push(kind);
        self.ends.extend_from_slice(&i32::try_from(self.data.len()).ok()?.to_le_bytes());
        self.lists.extend_from_slice(&self.count.to_le_bytes());
        Some(())
    }
}

/// What the lines of a block say, each with its line end; what comes after the last line end is not looked at.
/// None where the block is too large for offsets of 32 bits.
#[must_use]
pub fn lines(block: &[u8], places: &[Place]) -> Option<Lines> {
    i32::try_from(block.len()).ok()?;
    let mut keys = keys(places);
    // A key that is a whole path goes before the path.
    let dotted: Vec<Vec<u8>> = places
        .iter()
        .filter_map(|place| place.inner.as_ref().map(|inner| [&place.key, b".".as_slice(), inner].concat()))
        .collect();
    keys.extend(dotted.iter().map(|name| Key { name, itself: None, inner: Vec::new(), dotted: true }));
    let valid = std::str::from_utf8(block).is_ok();
    let mut slots = Slots { values: vec![None; places.len()], seen: vec![false; keys.len()], guess: Vec::new() };
    let mut told = Lines { odd: Vec::new(), ends: Vec::new(), found: places.iter().map(|_| Found::new()).collect() };
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', block) {
        let line = block.get(start..end)?;
        let fits = (valid || std::str::from_utf8(line).is_ok()) && look(line, &keys, &mut slots).is_some();
        if !fits {
            slots.values.fill(None);
        }
        told.odd.push(u8::from(!fits));
        told.ends.extend_from_slice(&(end as u64).to_le_bytes());
        for (found, value) in told.found.iter_mut().zip(&slots.values) {
            found.take(line, *value)?;
        }
        start = end + 1;
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> Place {
        let (key, inner) = path.split_once('.').map_or((path, None), |(key, inner)| (key, Some(inner)));
        Place { key: key.into(), inner: inner.map(Into::into) }
    }

    fn odd(line: &str) -> bool {
        let places = [place("a"), place("u.id"), place("u.x")];
        lines(format!("{line}\n").as_bytes(), &places).is_none_or(|told| told.odd == [1])
    }

    #[test]
    fn places_are_found() {
        let block = b"{\"z\":[{}],\"u\":{\"k\":1,\"id\":\"e\\u00e9\"},\"a\":-12}\r\n{\"a\":[\"x\",\"yz\"],\"u\":null}\n{\"a\":1.5}\nrest";
        let told = lines(block, &[place("u.id"), place("a")]).map(|told| {
            let [id, a] = told.found.as_slice() else { return Vec::new() };
            assert_eq!((id.data.as_slice(), a.data.as_slice()), ("e\u{e9}".as_bytes(), b"-12".as_slice()));
            assert_eq!((a.item_data.as_slice(), a.items.len(), a.lists.len()), (b"xyz".as_slice(), 12, 16));
            assert_eq!((told.odd.as_slice(), told.ends.len()), ([0, 0, 1].as_slice(), 24));
            vec![id.kinds.clone(), a.kinds.clone()]
        });
        assert_eq!(told, Some(vec![vec![TEXT, NOTHING, NOTHING], vec![WHOLE, LIST, NOTHING]]));
    }

    #[test]
    fn what_is_doubtful_is_odd() {
        for line in [
            "",
            " ",
            "null",
            "[]",
            "{\"a\":1,\"a\":1}",
            "{\"u\":{\"id\":1,\"id\":2}}",
            "{\"u\":1}",
            "{\"u.id\":1}",
            "{\"a\":{}}",
            "{\"a\":true}",
            "{\"a\":1}x",
            "{\"a\":1}{}",
            "{\"a\":[1]}",
            "{\"a\":[[]]}",
            "{\"u\":[]}",
            "{\"a\":123456789012345678901}",
            "\u{feff}{}",
            "{\"a\":-0}",
        ] {
            assert!(odd(line), "{line}");
        }
        for line in [
            "{}",
            " { } ",
            "{\"b\":{\"a\":true},\"u\":{}}",
            "{\"u\":null,\"a\":\"\"}",
            "{\"a\":[]}",
            "{\"b\":1,\"b\":2}",
        ] {
            assert!(!odd(line), "{line}");
        }
        assert_eq!(lines(b"\xff\n{}\n", &[]).map(|told| told.odd), Some(vec![1, 0]));
    }
}
