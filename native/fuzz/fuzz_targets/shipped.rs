//! Which categories are looked for? Those that ship, as `dev/fuzz` wrote them down.

use std::sync::LazyLock;

use _native::context::{Context, Owner};
use _native::pattern::Spec;
use serde_json::Value;

pub struct Shipped {
    pub specs: Vec<Spec>,
    pub owners: Vec<Owner>,
    pub contexts: Vec<Context>,
}

pub static SHIPPED: LazyLock<Shipped> = LazyLock::new(|| {
    let file = std::env::var("CUSTODES_SPECS").expect("dev/fuzz names the file");
    let text = std::fs::read_to_string(file).expect("dev/fuzz wrote it");
    let all: Value = serde_json::from_str(&text).expect("dev/fuzz writes JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let words = |value: &Value| list(value).iter().map(|word| word.as_str().unwrap_or_default().to_owned()).collect();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap_or_default()).unwrap_or_default();
    let specs = list(&all["specs"]).into_iter().map(|one| Spec {
        id: text(&one[0]),
        anchor: text(&one[1]),
        literals: words(&one[2]),
        regex: text(&one[3]),
        lead: number(&one[4]),
        validator: one[5].as_str().map(str::to_owned),
        keep_unvalidated: one[6] == Value::Bool(true),
    });
    let contexts = list(&all["categories"]).into_iter().map(|one| Context {
        boost: words(&one[1]),
        refute: words(&one[2]),
        values: words(&one[3]),
    }).collect();
    let owners = list(&all["owners"]).into_iter().map(|one| Owner {
        category: number(&one[0]),
        weak: one[1] == Value::Bool(true),
        label: one[2] == Value::Bool(true),
        rank: number(&one[3]),
    }).collect();
    Shipped { specs: specs.collect(), owners, contexts }
});
