//! Colours: fixed for every strategy and state, told apart by colour-blind readers.
//!
//! Source: Okabe and Ito, "Color Universal Design" (2008), the eight-colour set without its yellow, which
//! does not show on white; dashes tell apart in grey what colours tell apart otherwise.

use crate::flow::Cause;
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

/// Where the scenario itself stands.
pub(super) const HERE: RGBColor = RGBColor(0xb0, 0x00, 0x40);

const BLACK: RGBColor = RGBColor(0x3c, 0x3c, 0x3c);
const ORANGE: RGBColor = RGBColor(0xe6, 0x9f, 0x00);
const SKY: RGBColor = RGBColor(0x56, 0xb4, 0xe9);
const GREEN: RGBColor = RGBColor(0x00, 0x9e, 0x73);
const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
const VERMILION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
const BROWN: RGBColor = RGBColor(0x8c, 0x56, 0x4b);
const MAROON: RGBColor = RGBColor(0x88, 0x22, 0x55);
const PURPLE: RGBColor = RGBColor(0xcc, 0x79, 0xa7);

/// The colour of a strategy.
pub(super) fn strategy(name: &str) -> RGBColor {
    match name {
        "native" => BLACK,
        "native-driver" => SKY,
        "daemonset" => BLUE,
        "sidecar" => VERMILION,
        "sidecar-streaming" => ORANGE,
        "direct" => PURPLE,
        "hybrid" => GREEN,
        _ => FAINT,
    }
}

/// The dashes of a strategy's line, in pixels; none for a whole line.
pub(super) fn dashes(name: &str) -> &'static [f64] {
    match name {
        "sidecar" => &[9.0, 3.0],
        "sidecar-streaming" => &[3.0, 3.0],
        "native-driver" => &[9.0, 3.0, 2.0, 3.0],
        "direct" => &[5.0, 3.0],
        "hybrid" => &[14.0, 3.0],
        _ => &[],
    }
}

/// Delivered, in flight, retained: what is not lost.
pub(super) const STATES: [RGBColor; 3] =
    [RGBColor(0x8f, 0xbf, 0xdc), RGBColor(0xf0, 0xe4, 0x42), RGBColor(0xbd, 0xc1, 0xc6)];

/// The colour of a cause of loss.
pub(super) fn cause(cause: Cause) -> RGBColor {
    match cause {
        Cause::RotatedBeforeRead => VERMILION,
        Cause::NeverDiscovered => PURPLE,
        Cause::RemovedWithPod => SKY,
        Cause::BufferOverflow => BLUE,
        Cause::RetriesExhausted => ORANGE,
        Cause::AgentKilled => BLACK,
        Cause::LinesTooLong => BROWN,
        Cause::RejectedByBackend => MAROON,
        Cause::NotCollectable => GREEN,
        Cause::NodeLost => FAINT,
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
}
