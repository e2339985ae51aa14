"""The demo's pictures, drawn by code, so that there is nothing to download.

They are the same each time.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import cos, pi, sin, tau
from random import Random

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

SCALE = 2  # shapes are given in final pixels, drawn larger and scaled down: this smooths edges
THUMBNAIL, SCENE = (1200, 675), (1200, 800)
INK, BLACK = "#0b0814", "#050b11"
Point = tuple[float, float]

# Seen from the side, facing right, in units of one head's height.
BUST = ((-1.2, 3), (-1.15, 1.9), (-0.95, 1.48), (-0.38, 1.32), (-0.33, 1.0), (-0.5, 0.75),
        (-0.5, 0.2), (-0.3, -0.05), (0.2, -0.05), (0.39, 0.2), (0.36, 0.42), (0.54, 0.69),
        (0.4, 0.7), (0.46, 0.78), (0.39, 0.82), (0.44, 0.87), (0.42, 1.06), (0.14, 1.06),
        (0.13, 1.3), (0.5, 1.5), (0.7, 1.95), (0.8, 3))  # fmt: skip
CAP = ((-0.5, 0.4), (-0.56, 0.1), (-0.5, -0.24), (0.2, -0.3), (0.4, 0.1), (0.74, 0.3), (0.3, 0.3))
HAT = ((-0.78, 0.1), (-0.55, 0.08), (-0.5, -0.5), (-0.2, -0.56), (0, -0.46), (0.3, -0.52),
       (0.42, 0.06), (0.74, 0.16), (0.76, 0.26), (0.3, 0.24), (-0.5, 0.24))  # fmt: skip
BOLT = ((925, -10), (750, 262), (826, 270), (710, 452), (784, 458), (675, 640), (900, 408),
        (826, 402), (932, 236), (858, 228), (1010, -10))  # fmt: skip


class Canvas:
    """A picture that is being drawn: a gradient, and shapes on top of it."""

    def __init__(self, size: tuple[int, int], colours: Sequence[str]) -> None:
        self.width, self.height = size
        self.random = Random("".join(colours))  # noqa: S311  (art, no secrets)
        self.image = gradient((self.width * SCALE, self.height * SCALE), colours)
        self.pen = ImageDraw.Draw(self.image)

    def polygon(self, points: Iterable[Point], fill: str) -> None:
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill)

    def box(self, fill: str, x: float, y: float, w: float, h: float, rounded: int = 0) -> None:
        corners = [x * SCALE, y * SCALE, (x + w) * SCALE, (y + h) * SCALE]
        self.pen.rounded_rectangle(corners, rounded * SCALE, fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        self.pen.circle((x * SCALE, y * SCALE), radius * SCALE, fill)

    def line(self, points: Iterable[Point], fill: str, width: int) -> None:
        self.pen.line([(x * SCALE, y * SCALE) for x, y in points], fill, width * SCALE, "curve")

    def glow(self, x: float, y: float, radius: float, colour: str) -> None:
        """Add light that fades out at `radius`."""
        left, top, side = (round(n * SCALE) for n in (x - radius, y - radius, 2 * radius))
        # Pillow's gradient is 0 in the middle and about 180 where the circle meets the square.
        light = Image.radial_gradient("L").point(lambda v: round(255 * max(0, 1 - v / 178) ** 2))
        lit = Image.new("RGB", (256, 256))
        lit.paste(colour, (0, 0, 256, 256), light)
        area = self.image.crop((left, top, left + side, top + side))
        self.image.paste(ImageChops.screen(area, lit.resize(area.size)), (left, top))

    def title(self, lines: Sequence[str], below: str, y: float, size: int, fill: str) -> None:
        """Write a poster's title, with a line in small spaced capitals below it."""
        x, y = 72.0 * SCALE, y * SCALE
        big, small = (ImageFont.load_default(points * SCALE) for points in (size, 26))
        for line in lines:
            self.pen.text((x, y), line, fill, big, "ls", stroke_width=size * SCALE / 34)
            y += size * SCALE * 1.06
        y += (62 - size * 1.06) * SCALE
        for letter in below.upper():
            self.pen.text((x, y), letter, fill, small, "ls", stroke_width=0.4 * SCALE)
            x += small.getlength(letter) + 6 * SCALE


def gradient(size: tuple[int, int], colours: Sequence[str]) -> Image.Image:
    """Return a vertical gradient of evenly spaced colours."""
    strip = Image.new("RGB", (1, len(colours)))
    strip.putdata([ImageColor.getrgb(colour) for colour in colours])
    return strip.resize(size, Image.Resampling.BILINEAR, (0, 0.5, 1, len(colours) - 0.5))


def mix(one: str, other: str, share: float) -> str:
    """Return a mix of two colours."""
    pairs = zip(ImageColor.getrgb(one), ImageColor.getrgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def smooth(points: Iterable[Point]) -> list[Point]:
    """Return a path with its corners cut off three times (Chaikin's algorithm)."""
    path = list(points)
    for _ in range(3):
        cut = [between(a, b, t) for a, b in pairwise(path) for t in (0.25, 0.75)]
        path = [path[0], *cut, path[-1]]
    return path


def between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def arc(x: float, y: float, across: float, down: float, turn: float = tau) -> list[Point]:
    """Return the points of part of an ellipse, clockwise from its top."""
    return [(x + across * sin(turn * n / 60), y - down * cos(turn * n / 60)) for n in range(61)]


def terrace(art: Canvas, y: float, rise: float, size: float, wall: str, light: str) -> None:
    """Draw a row of houses with some lit windows, on ground that rises towards the middle."""
    x, pane = -art.random.uniform(0, size), size * 0.15
    while x < art.width:
        width, height = art.random.uniform(0.7, 1.5) * size, art.random.uniform(0.8, 2.0) * size
        top = y - height - rise * sin(pi * max(0, x) / art.width)
        house(art, x, top, width, wall)
        for column in range(1, int(width / pane / 2.2)):
            for row in range(1, int((height + size) / pane / 3.2)):
                if art.random.random() < 0.3:
                    art.box(light, x + column * pane * 2.1, top + row * pane * 3, pane, pane * 1.5)
        x += width + art.random.choice((0, 0, size * 0.3))


def house(art: Canvas, x: float, y: float, width: float, wall: str) -> None:
    """Draw a house down to the lower edge of the picture; its gable begins at `y`."""
    art.box(wall, x, y, width, art.height - y)
    peak = x + width * art.random.choice((0.5, 0.5, 0.25, 0.75))
    art.polygon(((x - 2, y), (peak, y - width * 0.36), (x + width + 2, y)), wall)


def tram(art: Canvas, x: float, y: float, length: float, slope: float) -> None:
    """Draw a lit tram from the side, climbing to the right; `x`, `y` is its lower rear corner."""

    def place(along: float, up: float) -> Point:
        return x + along * length, y - (along * slope + up * 0.36) * length

    def panel(left: float, right: float, low: float, high: float, fill: str) -> None:
        corners = (left, low), (right, low), (right, high), (left, high)
        art.polygon((place(*corner) for corner in corners), fill)

    art.glow(*place(0.5, 0.5), length * 0.85, "#8a4a2c")
    art.line([place(0.5, 1), place(0.44, 1.32), place(0.52, 1.6)], INK, 4)
    for along in (0.18, 0.3, 0.7, 0.82):
        art.disc(*place(along, 0.1), length * 0.036, INK)
    panel(0.02, 0.98, 0.9, 1.02, INK)
    panel(0, 1, 0.16, 0.92, "#8e2347")
    panel(0, 1, 0.36, 0.42, "#f2b65a")
    for column in range(7):
        panel(0.035 + column * 0.135, 0.15 + column * 0.135, 0.5, 0.82, "#ffe09a")
    art.glow(*place(1, 0.28), length * 0.42, "#ffdf9a")


def glass_semaphore(art: Canvas) -> None:
    for y, size, wall in ((520, 28, "#4a2360"), (580, 40, "#321a4d"), (650, 52, "#1e1138")):
        terrace(art, y, 10, size, wall, "#f9bf6c")
    art.polygon(((0, 664), (1200, 486), (1200, 675), (0, 675)), "#0e0920")
    art.line(((0, 664), (1200, 486)), "#a98ab5", 3)
    tram(art, 150, 642, 400, 178 / 1200)
    art.glow(992, 316, 350, "#2fbf86")
    art.box(INK, 985, 110, 14, 540)
    art.box(INK, 938, 70, 108, 306, rounded=54)
    for y, colour in ((128, "#54202a"), (222, "#543a1c"), (316, "#4dffae")):
        art.disc(992, y, 34, colour)
    art.glow(992, 316, 38, "#ffffff")
    art.title(("Glass", "Semaphore"), "Anime Review", 168, 112, "#fff4e4")


def low_water_ledger(art: Canvas) -> None:
    art.image.paste(gradient((2400, 530), ("#7fb5a6", "#1f666b", "#062a33")), (0, 820))
    art.glow(850, 215, 430, "#5f9f90")
    art.disc(850, 215, 138, "#f4efd6")
    for x, width, height in ((-60, 330, 44), (330, 220, 40), (1000, 300, 94), (640, 130, 26)):
        crest = ((0, 0), (0.25, 0.8), (0.5, 1.2), (0.8, 0.6), (1, 0))
        art.polygon(smooth((x + a * width, 411 - b * height) for a, b in crest), "#0c3a41")
    for row in range(12):
        left, right = (art.random.uniform(70, 135) - row * 4 for _ in range(2))
        tint, y = mix("#f4efd6", "#1f666b", row / 15), 426 + row * (5 + row * 1.25)
        art.box(tint, 850 - left, y, left + right, 3 + row * 0.5, rounded=3)
    hull = ((540, 506), (570, 572), (640, 576), (750, 576), (814, 562), (834, 500))
    art.polygon([*smooth(hull), (760, 530), (690, 537), (620, 533)], BLACK)
    art.polygon(smooth(((650, 545), (656, 458), (700, 456), (722, 470), (736, 545))), BLACK)
    art.disc(690, 446, 19, BLACK)
    art.box(BLACK, 658, 434, 64, 6, rounded=3)
    art.title(("Low Water", "Ledger"), "Game Review", 168, 112, "#f7f3df")


def borrowed_houses(art: Canvas) -> None:
    art.disc(1010, 150, 74, "#e9a15b")
    terrace(art, 545, 0, 92, "#d9b98e", "#c9a577")
    for number, y in enumerate((478, 514, 500, 454, 508, 462, 494, 512, 470)):
        x, wall = number * 144 - 42, ("#b5543c", "#8b9b74", "#d08f3a", "#6f7f6b")[number % 4]
        house(art, x, y, 138, wall)
        for left, top, height in ((28, y + 24, 40), (80, y + 24, 40), (54, 584, 60)):
            art.box(mix(wall, "#3f2a20", 0.5), x + left, top, 30, height)
    art.box("#fff0a8", 902, 518, 30, 40)
    art.glow(917, 538, 110, "#c8963a")
    art.box("#3f3128", 0, 634, 1200, 41)
    art.title(("A Field Guide to", "Borrowed Houses"), "Book Review", 144, 92, "#3f2a20")


def thunder_meridian(art: Canvas) -> None:
    art.glow(820, 320, 560, "#a8261f")
    art.disc(820, 320, 236, "#c7281f")
    for across in (236, 190, 104, 0):
        art.line(arc(820, 320, across, 236), "#f0624a", 3)
    for y, half in ((170, 182), (242, 223), (320, 236), (398, 223), (470, 182)):
        art.line(((820 - half, y), (820 + half, y)), "#f0624a", 3)
    art.polygon(BOLT, "#ffe9a3")
    for x, y, width, height in ((0, 628, 1200, 47), (1040, 588, 14, 42)):
        art.box("#0a0306", x, y, width, height)
    art.disc(1047, 579, 8, "#0a0306")
    art.glow(675, 634, 170, "#ffcf70")
    art.title(("Thunder", "Meridian"), "Film Review", 190, 108, "#fff1d6")


def how_i_score(art: Canvas) -> None:
    art.glow(1030, 260, 560, "#7a6228")
    for number in range(8):
        tint, x = mix("#4f6a70", "#f2c14e", number / 7), 492 + number * 80
        top = 494 - number * number * 6.4
        art.box("#0b1613", x + 6, top + 8, 66, 588 - top, rounded=5)
        art.box(tint, x, top, 66, 590 - top, rounded=5)
        art.box(mix(tint, "#12211d", 0.45), x, top + 22, 66, 5)
    art.box("#c9a15a", 0, 590, 1200, 12)
    art.box("#0e1a17", 0, 602, 1200, 73)
    art.title(("How", "I Score"), "About this site", 190, 124, "#f6efdc")


def vell_at_night(art: Canvas) -> None:
    for _ in range(170):
        x, y = art.random.uniform(0, 1200), art.random.uniform(0, 260)
        art.disc(x, y, art.random.choice((0.7, 0.9, 1.2, 1.8)), "#d3caf0")
    for step in range(7):
        wall = mix("#5a3f88", "#0c0a20", (step / 6) ** 0.7)
        terrace(art, 330 + step * 66, 150 - step * 18, 22 + step * 7, wall, "#f5bb6d")
    left = smooth(((330, 810), (430, 690), (640, 610), (770, 545), (790, 470), (742, 400)))
    right = smooth(((600, 810), (600, 730), (760, 640), (850, 560), (850, 466), (760, 400)))
    art.polygon([*left, *reversed(right)], BLACK)
    for share in (0.22, 0.78):
        art.line([between(a, b, share) for a, b in zip(left, right, strict=True)], "#e6b98c", 4)
    art.glow(741, 350, 290, "#b8742c")
    for x, y, width, height in ((694, 380, 9, 90), (780, 380, 9, 90), (680, 322, 122, 66)):
        art.box(BLACK, x, y, width, height)
    art.polygon(((666, 324), (698, 292), (784, 292), (816, 324)), BLACK)
    for x in (689, 716, 743, 770):
        art.box("#ffe2a0", x, 332, 22, 34)
    art.glow(741, 350, 110, "#c98a3a")


def ine_and_odo(art: Canvas) -> None:
    for _ in range(70):
        x, y = art.random.uniform(0, 1200), art.random.uniform(380, 660)
        art.glow(x, y, art.random.uniform(18, 56), art.random.choice(("#e0a458", "#8fd0a8")))
    for x in (0, 390, 800, 1186):
        art.box(BLACK, x, 0, 14, 800)
    for y, height in ((0, 14), (196, 14), (742, 58)):
        art.box(BLACK, 0, y, 1200, height)
    art.glow(600, 375, 600, "#3fc08c")
    art.box("#3fe39a", 560, 320, 80, 110)
    art.glow(600, 375, 90, "#ffffff")
    art.polygon(((546, 324), (576, 290), (624, 290), (654, 324)), BLACK)
    for x, y, width, height in ((598, 0, 4, 300), (550, 428, 100, 14), (597, 318, 6, 112)):
        art.box(BLACK, x, y, width, height)
    for x, y, head, shape in ((305, 400, 170, BUST), (305, 400, 170, CAP),
                              (895, 290, -205, BUST), (895, 290, -205, HAT)):  # fmt: skip
        art.polygon(smooth((x + a * head, y + b * abs(head)) for a, b in shape), BLACK)


def four_minutes(art: Canvas) -> None:
    art.disc(600, 290, 206, "#f1e6cf")
    art.disc(600, 290, 198, "#1b2140")
    art.glow(630, 180, 240, "#6a4a1c")
    art.polygon([(600, 290), *arc(600, 290, 150, 150, tau * 4 / 60)], "#ffc861")
    for minute in range(60):
        inner, outer = (arc(600, 290, r, r)[minute] for r in (176 if minute % 5 else 162, 186))
        art.line((inner, outer), "#f1e6cf", 2 if minute % 5 else 5)
    art.line(((80, 640), (1120, 640)), "#f1e6cf", 6)
    for x, colour in ((195, "#ff5a4f"), (465, "#ffb63d"), (735, "#4dffae"), (1005, "#363a55")):
        art.glow(x, 640, 190, mix(colour, INK, 0.3))
        art.disc(x, 640, 49, INK)
        art.disc(x, 640, 40, colour)
        art.glow(x, 640, 44, mix(colour, "#ffffff", 0.4) if x < 1005 else INK)


# The function that draws a picture, its size, and the colours of its sky from top to bottom.
SCENES: dict[str, tuple[Callable[[Canvas], None], tuple[int, int], str]] = {
    "glass-semaphore": (glass_semaphore, THUMBNAIL, "#0d0a24 #241447 #5c2a6b #c65a6e #f2a271"),
    "low-water-ledger": (low_water_ledger, THUMBNAIL, "#06262e #0f4a52 #3f8a86 #a9cfb8"),
    "a-field-guide-to-borrowed-houses": (borrowed_houses, THUMBNAIL, "#f7ecd3 #f3e0bd #eccb9c"),
    "thunder-meridian": (thunder_meridian, THUMBNAIL, "#12060b #2a0a12 #5a0f18"),
    "how-i-score": (how_i_score, THUMBNAIL, "#12211d #1b3029 #23413a"),
    "vell-at-night": (vell_at_night, SCENE, "#0a1030 #1a1d4f #43307a #96508a"),
    "ine-and-odo": (ine_and_odo, SCENE, "#0b1c2c #143a46 #2f6a63 #6aa383"),
    "four-minutes": (four_minutes, SCENE, "#14172b #1b2140 #232a52"),
}
NAMES: tuple[str, ...] = tuple(SCENES)


def draw(name: str) -> Image.Image:
    """Return a picture by name (one of NAMES) in RGB, with a fine grain as on a poster."""
    scene, size, colours = SCENES[name]
    art = Canvas(size, colours.split())
    scene(art)
    noise = Image.frombytes("L", size, art.random.randbytes(size[0] * size[1]))
    grain = noise.point(lambda v: 128 + (v - 128) // 10).convert("RGB")
    return ImageChops.overlay(art.image.resize(size, Image.Resampling.BOX), grain)
