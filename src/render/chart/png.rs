//! From a drawing to a picture, with our own fonts and no others.

use std::sync::{Arc, LazyLock};

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb::Database},
};

use super::svg::{HEIGHT, WIDTH};

/// Pixels of the picture for each unit of the drawing: phones have fine screens.
const PIXELS_PER_UNIT: u32 = 2;
/// The picture's width.
pub const PICTURE_WIDTH_PX: u32 = WIDTH * PIXELS_PER_UNIT;
/// The picture's height.
pub const PICTURE_HEIGHT_PX: u32 = HEIGHT * PIXELS_PER_UNIT;

/// Read once; nothing of the machine's is in it.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("fonts/DejaVuSans.ttf").to_vec());
    fonts.load_font_data(include_bytes!("fonts/DejaVuSans-Bold.ttf").to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

/// The picture of a drawing that [`Chart::svg`](super::Chart::svg) made, as a PNG; `None` where it
/// cannot be drawn. Keeps a processor busy for a while: not for a thread that others wait for.
pub fn png(svg: &str) -> Option<Vec<u8>> {
    let options = Options {
        font_family: "DejaVu Sans".to_owned(),
        fontdb: FONTS.clone(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).ok()?;
    let mut picture = Pixmap::new(PICTURE_WIDTH_PX, PICTURE_HEIGHT_PX)?;
    let scale = PIXELS_PER_UNIT as f32;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().ok()
}
