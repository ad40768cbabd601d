//! Colours: fixed for every strategy and state, told apart by colour-blind readers.
//!
//! Source: Okabe and Ito, "Color Universal Design" (2008), the eight-colour set without its yellow, which
//! does not show on white; dashes tell apart in grey what colours tell apart otherwise.

use crate::flow::Cause;
use crate::strategy::{self, Strategy};
use plotters::style::RGBColor;

/// Text.
pub(super) const INK: RGBColor = RGBColor(0x22, 0x26, 0x2b);
/// Less important text.
pub(super) const FAINT: RGBColor = RGBColor(0x55, 0x5b, 0x63);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xe4, 0xe6, 0xe9);
/// Axes.
pub(super) const AXIS: RGBColor = RGBColor(0x9a, 0xa0, 0xa6);
/// What was emitted, in the background.
pub(super) const GROUND: RGBColor = RGBColor(0xd5, 0xd9, 0xde);
/// A span that is set apart.
pub(super) const BAND: RGBColor = RGBColor(0xf5, 0xf6, 0xf7);

/// A span in which something goes wrong.
pub(super) const FAULT: RGBColor = RGBColor(0xfb, 0xe4, 0xea);

/// Where the scenario itself stands, and where something begins to go wrong.
pub(super) const HERE: RGBColor = RGBColor(0xb0, 0x00, 0x40);

const BLACK: RGBColor = RGBColor(0x3c, 0x3c, 0x3c);
const ORANGE: RGBColor = RGBColor(0xe6, 0x9f, 0x00);
const SKY: RGBColor = RGBColor(0x56, 0xb4, 0xe9);
const GREEN: RGBColor = RGBColor(0x00, 0x9e, 0x73);
const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
const VERMILION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
const BROWN: RGBColor = RGBColor(0x8c, 0x56, 0x4b);
const PURPLE: RGBColor = RGBColor(0xcc, 0x79, 0xa7);

/// How a strategy is drawn: its colour, and the dashes of its line in pixels, none for a whole line.
const LOOKS: [(&Strategy, RGBColor, &[f64]); 8] = [
    (&strategy::NATIVE, BLACK, &[]),
    (&strategy::NATIVE_DRIVER, SKY, &[9.0, 3.0, 2.0, 3.0]),
    (&strategy::DAEMONSET, BLUE, &[]),
    (&strategy::SIDECAR, VERMILION, &[9.0, 3.0]),
    (&strategy::SIDECAR_STREAMING, ORANGE, &[3.0, 3.0]),
    (&strategy::DIRECT, PURPLE, &[5.0, 3.0]),
    (&strategy::HYBRID, GREEN, &[14.0, 3.0]),
    (strategy::AS_IS, BROWN, &[14.0, 3.0, 2.0, 3.0]),
];

fn look(name: &str) -> (RGBColor, &'static [f64]) {
    let found = LOOKS.iter().find(|(strategy, ..)| strategy.name == name);
    found.map_or((FAINT, &[]), |(_, colour, dashes)| (*colour, *dashes))
}

/// Returns the colour of a strategy.
pub(super) fn strategy(name: &str) -> RGBColor {
    look(name).0
}

/// Returns the dashes of a strategy's line, in pixels; none for a whole line.
pub(super) fn dashes(name: &str) -> &'static [f64] {
    look(name).1
}

/// Delivered, in flight, retained: what is not lost.
pub(super) const STATES: [RGBColor; 3] =
    [RGBColor(0xd3, 0xdd, 0xe6), RGBColor(0xf0, 0xe4, 0x42), RGBColor(0xa9, 0xae, 0xb4)];

/// The colour of a cause of loss: none is a strategy's.
///
/// Source: Paul Tol, "Colour Schemes" (SRON/EPS/TN/09-002, 2021), the muted scheme with the dark red of his rainbow in the
/// place of its pale grey.
pub(super) fn cause(cause: Cause) -> RGBColor {
    match cause {
        Cause::RotatedBeforeRead => RGBColor(0xcc, 0x66, 0x77),
        Cause::NeverDiscovered => RGBColor(0xaa, 0x44, 0x99),
        Cause::RemovedWithPod => RGBColor(0x88, 0xcc, 0xee),
        Cause::BufferOverflow => RGBColor(0x33, 0x22, 0x88),
        Cause::RetriesExhausted => RGBColor(0xdd, 0xcc, 0x77),
        Cause::AgentKilled => RGBColor(0x66, 0x11, 0x00),
        Cause::LinesTooLong => RGBColor(0x99, 0x99, 0x33),
        Cause::RejectedByBackend => RGBColor(0x88, 0x22, 0x55),
        Cause::NotCollectable => RGBColor(0x44, 0xaa, 0x99),
        Cause::NodeLost => RGBColor(0x11, 0x77, 0x33),
    }
}

/// A colour mixed with white: 1 is the colour, 0 is white.
pub(super) fn tint(colour: RGBColor, strength: f64) -> RGBColor {
    let mix = |c: u8| (255.0 - (255.0 - f64::from(c)) * strength).round() as u8;
    RGBColor(mix(colour.0), mix(colour.1), mix(colour.2))
}

/// A colour dark enough for text on white.
pub(super) fn dark(colour: RGBColor) -> RGBColor {
    let darken = |c: u8| (f64::from(c) * 0.8) as u8;
    RGBColor(darken(colour.0), darken(colour.1), darken(colour.2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::STRATEGIES;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_strategies_look_alike() {
        let looks: BTreeSet<(u8, u8, u8)> =
            STRATEGIES.iter().map(|n| strategy(n)).map(|c| (c.0, c.1, c.2)).collect();
        assert_eq!(looks.len(), STRATEGIES.len());
    }

    #[test]
    fn no_state_of_lines_looks_like_another_or_like_a_strategy() {
        let far = |a: RGBColor, b: RGBColor| {
            let channel = |x: u8, y: u8| (f64::from(x) - f64::from(y)).powi(2);
            (channel(a.0, b.0) + channel(a.1, b.1) + channel(a.2, b.2)).sqrt()
        };
        let states: Vec<RGBColor> = STATES.into_iter().chain(Cause::ALL.map(cause)).collect();
        let strategies = STRATEGIES.iter().map(|name| strategy(name));
        for (at, one) in states.iter().enumerate() {
            for other in states[..at].iter().copied().chain(strategies.clone()) {
                // An eighth of the diagonal of the cube of colours: neighbours in a bar are told apart.
                assert!(far(*one, other) > 50.0, "{one:?} {other:?}: {}", far(*one, other));
            }
        }
    }
}
