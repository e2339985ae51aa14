"""Our regular expressions take at most quadratic time for hostile texts."""

import subprocess
import sys

from django.conf import settings

# In a separate process, because a regular expression can't be interrupted from within.
TRY = r"""
import importlib, pathlib, re, sys
import django
django.setup()
root, tried = pathlib.Path(sys.argv[1]), 0
SEEDS = ["a", " ", "\t", "\n", "-", ".", "0", "||", "|", ">!", "!<", "!", ">", "<", ":", ":::",
         "::: spoiler ", "[^", "[", "](", "*", "_", "&", "http://", "https://a.", "//", "/", "%7C",
         "<a ", "a-", "a.", " >", "> ", "- ", "1. ", "\u3042", "\u0301", "\ufdd0!", "@", "\\"]
TEXTS = [before + seed * (20_000 // len(seed)) + end
         for seed in SEEDS for before in ("", "/", "https://", "||", "> ")
         for end in ("", "\x00", "!")]
for file in sorted(root.glob("*/**/*.py")):
    parts = file.relative_to(root).with_suffix("").parts
    if parts[0] not in ("blog", "comments", "config", "markup") or "migrations" in parts:
        continue
    if "re.compile(" not in file.read_text():
        continue
    module = importlib.import_module(".".join(parts))
    found = [value for value in vars(module).values() if isinstance(value, re.Pattern)]
    found += [row[0] for row in getattr(module, "PAGES", ()) if isinstance(row, tuple)]
    for pattern in found:
        tried += 1
        print(ascii((parts, pattern.pattern[:60])), flush=True)
        for text in TEXTS:
            pattern.match(text), pattern.fullmatch(text), pattern.search(text[:1_000])
print("tried", tried)
"""


def test_no_regular_expression_takes_exponential_time() -> None:
    asked = [sys.executable, "-c", TRY, str(settings.BASE_DIR)]
    done = subprocess.run(  # noqa: S603  (our own program)
        asked, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) >= 15
