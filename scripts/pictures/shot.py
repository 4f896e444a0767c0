"""A page as a picture: drawn by Chromium without a window, cut to what is on it, in few colours so that it is small.

Knows where Chromium is and how it is started.
Knows nothing of what stands on the page.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from bot.core.errors import ServiceError

SCALE = 2
TALL = 5000
"""Height in pixels of the window, higher than any page; what is below the page is cut off."""

COLOURS = 256
PATIENCE_S = 60

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "sudo apt-get install chromium fonts-liberation fonts-noto-color-emoji"

FLAGS = (
    "--headless",
    "--no-sandbox",  # root has none; the page is our own and loads nothing but the library beside it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--allow-file-access-from-files",
    "--virtual-time-budget=2000",
    f"--force-device-scale-factor={SCALE}",
)


def chromium() -> str:
    """Find Chromium.

    Raises:
        ServiceError: it is not installed; the message says how it is.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise ServiceError(f"pictures need Chromium, which is not installed: {INSTALL}")
    return found


def shoot(page: str, width: int, target: Path) -> None:
    """Write the picture of a page.

    Raises:
        ServiceError: Chromium is not installed, or made no picture.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "page.html").write_text(page, "utf-8")
        taken = place / "page.png"
        where = (f"--user-data-dir={place / 'profile'}", f"--screenshot={taken}", f"--window-size={width},{TALL}")
        done = subprocess.run(  # noqa: S603  # our own page, no shell
            [chromium(), *FLAGS, *where, (place / "page.html").as_uri()],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        if not taken.is_file():
            raise ServiceError(f"Chromium made no picture, status {done.returncode}: {done.stderr.strip()[-300:]}")
        small(Image.open(taken)).save(target, "PNG", optimize=True)


def small(picture: Image.Image) -> Image.Image:
    """Cut off what is empty at the bottom, and keep few colours."""
    whole = picture.convert("RGB")
    empty = Image.new("RGB", whole.size, whole.getpixel((whole.width - 1, whole.height - 1)))
    box = ImageChops.difference(whole, empty).getbbox()
    cut = whole.crop((0, 0, whole.width, box[3] if box else whole.height))
    return cut.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
