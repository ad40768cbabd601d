//! From a drawing to an image: SVG or PNG, in memory.

use super::canvas::{Canvas, Drawn, FINENESS, Typesetting};
use super::raster;
use crate::lang::Lang;
use crate::report::ReportError;
use plotters::prelude::{DrawingBackend, IntoDrawingArea, SVGBackend};
use plotters::style::{FontStyle, register_font};
use std::sync::OnceLock;

/// Something that can be drawn.
pub(super) trait Picture {
    /// The name of its files, without ending.
    fn stem(&self) -> &'static str;

    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);

    /// The language of its labels.
    fn lang(&self) -> Lang {
        Lang::En
    }

    /// Draws it on a white canvas.
    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Drawn;
}

/// The picture as SVG.
pub(super) fn svg(picture: &impl Picture) -> Result<String, ReportError> {
    let (width, height) = picture.size();
    let (fine_width, fine_height) = (width * FINENESS, height * FINENESS);
    let mut text = String::new();
    let backend = SVGBackend::with_string(&mut text, (fine_width, fine_height));
    on(backend, Typesetting::SVG, picture)?;
    // The raster stays, as the view box; the size is the picture's.
    let fine = format!("width=\"{fine_width}\" height=\"{fine_height}\"");
    Ok(text.replacen(&fine, &format!("width=\"{width}\" height=\"{height}\""), 1))
}

/// The picture as PNG, twice as large as the SVG.
pub(super) fn png(picture: &impl Picture) -> Result<Vec<u8>, ReportError> {
    let (width, height) = picture.size();
    raster::png((width * FINENESS, height * FINENESS), |backend| on(backend, Typesetting::BITMAP, picture))
        .map_err(|problem| failed(picture, problem))?
}

fn on<B: DrawingBackend>(
    backend: B,
    typesetting: Typesetting,
    picture: &impl Picture,
) -> Result<(), ReportError> {
    font().map_err(|problem| failed(picture, problem))?;
    let canvas = Canvas::new(backend.into_drawing_area(), typesetting, picture.lang());
    let drawn = canvas.clear().and_then(|()| picture.draw(&canvas)).and_then(|()| canvas.finish());
    drawn.map_err(|problem| failed(picture, problem))
}

fn failed(picture: &impl Picture, problem: impl ToString) -> ReportError {
    ReportError::Chart { chart: picture.stem(), problem: problem.to_string() }
}

/// Registers the font, once in a process.
fn font() -> Result<(), &'static str> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let register =
        || register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_ok();
    if *REGISTERED.get_or_init(register) { Ok(()) } else { Err("the embedded font cannot be read") }
}
