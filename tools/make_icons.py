"""Draw the site's icons: `python -m tools.make_icons` writes them to static/.

The logo is that of `static/img/icon.svg`, in its square of 32 units: a dial that shows a score,
and the V of a verdict.
"""

from pathlib import Path

from PIL import Image, ImageDraw

STATIC = Path(__file__).resolve().parent.parent / "static"
RED, WHITE, FAINT, PAPER = "#cc2b14", "#ffffff", "#de7566", "#fdfdfc"
SMOOTH = 8  # icons are drawn this many times larger, then scaled down
SHARE = (1200, 630)  # pixels; link previews show this size uncropped


def mark(side: int, background: str = RED, rounded: float = 0) -> Image.Image:
    """Return the logo as a square of `side` pixels; `rounded` is the corners' radius in units."""
    unit = side * SMOOTH / 32
    picture = Image.new("RGBA", (side * SMOOTH, side * SMOOTH))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, 32 * unit - 1, 32 * unit - 1), rounded * unit, background)
    dial = (2.95 * unit, 2.95 * unit, 29.05 * unit, 29.05 * unit)
    pen.arc(dial, 135, 45, FAINT, round(3.5 * unit))
    pen.arc(dial, 135, 304, WHITE, round(3.5 * unit))
    letter = [(11 * unit, 12.5 * unit), (16 * unit, 22.5 * unit), (21 * unit, 12.5 * unit)]
    pen.line(letter, WHITE, round(3.2 * unit), "curve")
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def share() -> Image.Image:
    """Return the picture for link previews of pages without one: the logo, without any words."""
    picture = Image.new("RGB", SHARE, PAPER)
    large = mark(360, rounded=7)
    picture.paste(large, ((SHARE[0] - 360) // 2, (SHARE[1] - 360) // 2), large)
    return picture


def main() -> None:
    sizes = [(side, side) for side in (16, 32, 48)]
    (STATIC / "root").mkdir(exist_ok=True)
    mark(48, rounded=7).save(STATIC / "root" / "favicon.ico", sizes=sizes)
    # Phones round the corners of home screen icons themselves.
    mark(180).convert("RGB").save(STATIC / "img" / "apple-touch-icon.png", optimize=True)
    share().save(STATIC / "img" / "share.png", optimize=True)


if __name__ == "__main__":
    main()
