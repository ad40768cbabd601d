//! PNG in memory: drawn fine, averaged down, encoded.

use super::canvas::FINENESS;
use plotters::prelude::BitMapBackend;

/// Pixels of the fine raster that become one pixel of the image, each way.
const SHRINK: usize = (FINENESS / 2) as usize;

/// Draws on a fine raster of a size and encodes it at half its fineness. The outer error is the encoder's,
/// the inner one the drawing's.
pub(super) fn png<E>(
    (width, height): (u32, u32),
    draw: impl FnOnce(BitMapBackend) -> Result<(), E>,
) -> Result<Result<Vec<u8>, E>, String> {
    let mut fine = vec![0u8; width as usize * height as usize * 3];
    if let Err(error) = draw(BitMapBackend::with_buffer(&mut fine, (width, height))) {
        return Ok(Err(error));
    }
    let small = shrunk(&fine, width as usize, height as usize);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width / SHRINK as u32, height / SHRINK as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Default);
    encoder.set_filter(png::FilterType::Sub);
    let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
    writer.write_image_data(&small).map_err(|e| e.to_string())?;
    writer.finish().map_err(|e| e.to_string())?;
    Ok(Ok(file))
}

/// The average of every block of pixels.
fn shrunk(fine: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(fine.len() / (SHRINK * SHRINK));
    for row in 0..height / SHRINK {
        for column in 0..width / SHRINK {
            for channel in 0..3 {
                let mut sum = 0usize;
                for y in row * SHRINK..(row + 1) * SHRINK {
                    for x in column * SHRINK..(column + 1) * SHRINK {
                        sum += usize::from(fine[(y * width + x) * 3 + channel]);
                    }
                }
                small.push((sum / (SHRINK * SHRINK)) as u8);
            }
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_averaged() {
        let fine = [0u8, 0, 0, 200, 0, 0, 100, 0, 0, 100, 4, 0];
        assert_eq!(shrunk(&fine, 2, 2), [100, 1, 0]);
    }
}
