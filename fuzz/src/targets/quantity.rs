//! Quantities: the first byte says which, the rest is the text.

use super::{Target, Verdict};
use loghaul::units::{
    ByteRate, Bytes, DataPrice, Fraction, HowMany, LineRate, Millicores, Price, Quantity, SimTime,
};

pub(super) const QUANTITY: Target = Target {
    name: "quantity",
    run,
    make: None,
    words: &[
        "Ki", "Mi", "Gi", "Ti", "Pi", "k", "M", "G", "T", "P", "B", "/s", "/m", "/h", "/GB", "ns", "us",
        "ms", "h", "%",
    ],
    also: &[],
    placed: "",
    whole: &[],
};

fn run(input: &[u8]) -> Verdict {
    let Some((first, rest)) = input.split_first() else { return Verdict::Accepted };
    let Ok(text) = std::str::from_utf8(rest) else { return Verdict::Accepted };
    match (first | 0x20) as char {
        'a' => read::<SimTime>(text, |time| time.as_ns() as f64),
        'b' => read::<Bytes>(text, Bytes::as_f64),
        'c' => read::<Millicores>(text, |cpu| cpu.get() as f64),
        'd' => read::<LineRate>(text, LineRate::get),
        'e' => read::<ByteRate>(text, ByteRate::get),
        'f' => read::<Fraction>(text, Fraction::get),
        'g' => read::<Price>(text, Price::get),
        'h' => read::<DataPrice>(text, DataPrice::get),
        _ => Verdict::from(HowMany::read(text, true)),
    }
}

/// What is taken is finite, within its bound, and as good as itself once written.
fn read<Q: Quantity + Copy>(text: &str, number: impl Fn(Q) -> f64) -> Verdict {
    let quantity = match Q::read(text, true) {
        Ok(quantity) => quantity,
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains(" such as ") || message.contains("allowed is up to"), "{message}");
            return Verdict::Refused(shown(&message));
        }
    };
    let value = number(quantity);
    let most = number(Q::from_text(Q::MOST).expect("the largest is one"));
    assert!(value.is_finite() && (0.0..=most).contains(&value), "{text:?} is {value}");
    let again =
        Q::read(&quantity.to_string(), true).unwrap_or_else(|error| panic!("{text:?}, written: {error}"));
    // Twelve decimals are written.
    assert!(
        (number(again) - value).abs() <= 1e-9 * value.max(1e-3),
        "{text:?} is {value}, and {} once written",
        number(again)
    );
    Verdict::Accepted
}

/// A message without the text that it quotes, which may be of any length.
fn shown(message: &str) -> String {
    message.chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect()
}
