"""Write the recorded figures into bench/README.md: `python -m bench.recorded`."""

import json
import re

from bench.table import RECORDED

README = RECORDED.with_name("README.md")
PLACE = re.compile(r"(<!-- recorded -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Replace the table between the two comments of the README."""
    rows = json.loads(RECORDED.read_text())
    lines = ["| work | figure | mark | kept |", "| --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    table = "\n".join(lines)
    readme = PLACE.sub(lambda match: f"{match[1]}{table}\n{match[2]}", README.read_text())
    README.write_text(readme)


if __name__ == "__main__":
    main()
