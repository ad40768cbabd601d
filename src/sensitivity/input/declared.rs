//! Fields with a declared range.

use super::{Input, Kind};
use crate::scenario::{FieldRange, Scenario, Setting};
use crate::units::{ByteRate, Bytes, DataPrice, Fraction, LineRate, Millicores, Price, Quantity, SimTime};

/// A field with a declared range.
///
/// # Errors
/// There is no such field, or it is not written with that unit.
pub fn declared(scenario: &Scenario, path: &str, range: &FieldRange) -> Result<Input, String> {
    let named = |problem: String| format!("the range of {path}: {problem}");
    let (low, high, unit) = range.numbers().map_err(named)?;
    let setting: Setting = format!("{path}={}", range.low).parse()?;
    let found = setting.now(scenario);
    let none = || {
        named(
            "there is nothing at this path that a range could be of; it is read as --set reads it".to_owned(),
        )
    };
    let found = found.ok_or_else(none)?;
    let whole = found.is_u64() || found.is_i64();
    let now = match &found {
        serde_json::Value::Number(number) => number.as_f64(),
        serde_json::Value::String(text) => in_unit(text, unit),
        _ => None,
    };
    let shown = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    let now =
        now.ok_or_else(|| named(format!("the field is {shown}, and {range} is not written as that is")))?;
    Ok(Input {
        name: path.to_owned(),
        kind: Kind::Field { path: path.to_owned(), whole },
        low,
        now,
        high,
        unit: unit.to_owned(),
        source: "declared".to_owned(),
        quality: None,
    })
}

/// A quantity in another unit of its kind: `1.5s` is 1,500 in `ms`.
fn in_unit(text: &str, unit: &str) -> Option<f64> {
    let one = format!("1{unit}");
    fn ratio<Q: Quantity>(text: &str, one: &str, of: fn(&Q) -> f64) -> Option<f64> {
        Some(of(&Q::from_text(text)?) / of(&Q::from_text(one)?)).filter(|ratio| ratio.is_finite())
    }
    ratio::<SimTime>(text, &one, |q| q.as_secs_f64())
        .or_else(|| ratio::<LineRate>(text, &one, |q| q.get()))
        .or_else(|| ratio::<Fraction>(text, &one, |q| q.get()))
        .or_else(|| ratio::<Millicores>(text, &one, |q| q.cores()))
        .or_else(|| ratio::<Bytes>(text, &one, |q| q.as_f64()))
        .or_else(|| ratio::<ByteRate>(text, &one, |q| q.get()))
        .or_else(|| ratio::<Price>(text, &one, |q| q.get()))
        .or_else(|| ratio::<DataPrice>(text, &one, |q| q.get()))
}
