"""Measure how long the renderer takes for its worst texts: `python -m bench.worst_texts`.

The targets are 100 ms for a comment of 5,000 characters and 2 s for a post of 65,000 characters.
"""

import sys
import time
from collections.abc import Callable
from functools import partial

import django
from django.conf import settings

COMMENT, POST = (5_000, 0.1), (65_000, 2.0)

REPEATED = [
    "[", "![", "||", ">!", "!<", "*", "**", "*a_", "`", "<", ">", "-", "~~", "(", ")", "]", "|",
    ":", "::", ":::", "\\", "&", "^", "#", "=", "+",
    "::: spoiler\n", ":::\n", "::: spoiler\n:::\n", "[^1]", "[^", "[^1]: a\n", "> ", "- ", "1. ",
    "|| ", "||a|| ", ">!a!< ", ">!a", ">! ||", "||*a|| b* ", "*||a*|| ", "[a](", "[a](/b) ",
    "![a](/b) ", "![||a](/b) ", "[||a||](/b) ", "[a][b] ", "[a]: /b\n", "<a@b.c> ", "<https://a> ",
    "https://a.b ", "https://", "http://a)", "a://", "&amp;", "&#1;", "\\||", "# a\n", "# ||a||\n",
    "a\n", "a\n\n", "a|", "|a", "| a\n", "```\n", "``` ", "`a", "    a\n", "> a\n", "- a\n", "* * ",
    "***\n", "_a_ ", "*a ", "**a ", "~~a ", "*a**b", "\t", "\n", "\x00", "\u202e", "\ud800", "漢字",
    ">\n", ">!\n", "> >!\n", "> ||\n", "- ::: spoiler\n", "> ::: spoiler\n\n", "<div>", "<!--",
    "!<3", "  \n", "\\\n", "a||b", "::: spoiler ||a\n", "[^1] ||[^1]|| ",
    "[x](<", '[x](/a "', "[x](/a '",
    "|-", "[[]](", "![[]](/a)", "a*", "a**", "\\`", "``a`", "[`", "(https://a.b) ", "www.",
]  # fmt: skip


def cases(length: int) -> dict[str, str]:
    """Return texts of about `length` characters by name."""
    half = length // 2
    texts = {repr(piece): piece * (length // len(piece)) for piece in REPEATED}
    pairs = {
        "*...*": ("*a ", " a*"), "[...]": ("[", "]"), "![...](/a)": ("![", "](/a)"),
        ">!...!<": (">!a", "a!<"), "**...**": ("**a ", " a**"), "~~...~~": ("~~a ", " a~~"),
        "[...](/a)": ("[", "](/a)"), "> nested": ("> ", ""), "*>! crossing": ("*a >!b ", "* c!<"),
        "(...)": ("[a](", ")"), "block ... end": ("::: spoiler\n", ":::\n"), "`...``": ("`", "a``"),
    }  # fmt: skip
    for name, (before, after) in pairs.items():
        count = length // (len(before) + len(after))
        texts[name] = before * count + "a" + after * count
    texts["[[[ then ](/a)"] = "[" * (length - 5) + "](/a)"
    texts["![![ then ](/a)"] = "![" * (half - 3) + "](/a)"
    texts["[^1]: then [^"] = "[^1]: a\n\n" + "[^" * half
    texts["[^1]: then [^1]"] = "[^1]: a\n\n" + "[^1]" * (length // 4)
    texts["many notes"] = "".join(
        f"[^{n}]\n\n[^{n}]: x [^{n + 1}]\n\n" for n in range(length // 26)
    )
    texts["[a]: then [a]"] = "[a]: /b\n\n" + "[a]" * (length // 3)
    texts["[a]: then ![a]"] = "[a]: /b '*c*'\n\n" + "![a]\n\n" * (length // 7)
    texts["wide table"] = "|a" * (length // 5) + "|\n" + "|-" * (length // 5) + "|\n"
    texts["empty cells"] = "|" + "a|" * 250 + "\n|" + "-|" * 250 + "\n" + "|\n" * 500
    texts["many empty cells"] = (
        "|" + "a|" * 250 + "\n|" + "-|" * 250 + "\n" + "|\n" * 260 + "\n"
    ) * 50
    texts["tables and headings"] = "a|b\n-|-\n# h\n" * (length // 12)
    texts["long table"] = "|a|b|\n|-|-|\n" + "|a|>!b!<|\n" * (length // 10)
    texts["table ||"] = "|a|b|\n|-|-|\n" + "|a||\n" * (length // 5)
    texts["ticks"] = "".join("`" * n + " " for n in range(int((2 * length) ** 0.5)))
    texts["nested lists"] = "".join("  " * n + "- a\n" for n in range(int(length**0.5)))
    texts["deep quote lines"] = (">" * 30 + "a\n") * (length // 32)
    texts["def, long title"] = "[a]: /b '" + "a\n" * half
    texts["ref label"] = "[" + "a\n" * half
    texts["[a]: /long then [a]"] = "[a]: /b" + "b" * half + "\n\n" + "[a] \n\n" * (half // 6)
    texts["[a]: long title then ![a]"] = f"[a]: /b '{'b ' * (half // 2)}'\n\n" + "![a]\n\n" * (
        half // 6
    )
    texts["prose"] = "Some *prose*, with a [link](/a) and ||a secret||. " * (length // 50)
    return {name: text[: length + 40] for name, text in texts.items()}


def seconds(call: Callable[[], object]) -> float:
    """Return the CPU time of a call in seconds, the shorter of two runs."""
    runs = []
    for _ in range(2):
        start = time.process_time()
        call()
        runs.append(time.process_time() - start)
    return min(runs)


def print_slowest(name: str, limit: tuple[int, float], render: Callable[[str], object]) -> int:
    """Print the slowest texts, and return how many miss the target."""
    length, mark = limit
    times = {case: seconds(partial(render, text)) for case, text in cases(length).items()}
    slowest = sorted(times.items(), key=lambda item: -item[1])
    missed = sum(taken > mark for taken in times.values())
    print(
        f"{name}: {len(times)} texts of {length:,} characters, {missed} above {mark * 1000:.0f} ms"
    )
    for case, duration in slowest[:15]:
        print(f"  {duration * 1000:8.0f} ms  {case}")
    return missed


def main() -> int:
    """Measure both renderers; return an exit status."""
    from markup import Picture, render_comment, render_post

    def post(text: str) -> object:
        known = {"/b": Picture("/b", 1, 1)}
        return render_post(text, pictures=known, site_url="https://a.b", language="en").masked_html

    def comment(text: str) -> object:  # without the masked forms, which only feeds need
        return render_comment(text, site_url="https://a.b", language="en").html

    missed = print_slowest("Comments", COMMENT, comment) + print_slowest("Posts", POST, post)
    return 1 if missed else 0


if __name__ == "__main__":
    settings.configure()  # the renderer only needs the translation settings
    django.setup()
    sys.exit(main())
