"""Try new rules on 100,000 approved comments: `python -m bench.rule_trial`."""

import sys
from statistics import median
from time import perf_counter

from bench import site
from bench.table import Table

COMMENTS, ROUNDS, SECONDS = 100_000, 5, 2.0
# Consonants only, so that no comment has them; half of them as parts of words.
WORDS = [f"{a}{b}{c}kx" for a in "bcdfgh" for b in "jklmnpq" for c in "rstvwz"]


def main() -> int:
    """Measure one rule that matches, one that does not, and hundreds; return an exit status."""
    table = Table()
    with site.prepared():
        from bench import many_comments, seed
        from comments.models import Comment
        from comments.rule_forms import new_rule
        from comments.screening.rule_trial import try_on_past

        seed.create_owner()
        seed.create_posts()
        many_comments.create_comments(COMMENTS)
        fill(Comment)
        common, absent = many_comments.COMMON, many_comments.ABSENT
        lists = {
            "a rule for a common word": [common],
            "a rule for an absent word": [absent],
            "a rule for a network": ["203.0.100.0/24"],
            "240 whole words": WORDS[:240],
            "240 parts of words": [f"*{word}*" for word in WORDS[:240]],
            "240 words, one of them common": [*WORDS[:239], common],
        }
        for name, patterns in lists.items():
            rules = [new_rule(pattern, "any", "hold") for pattern in patterns]
            times = []
            for _round in range(ROUNDS):
                start = perf_counter()
                trial = try_on_past(rules)
                times.append(perf_counter() - start)
            assert trial.tried > COMMENTS * 0.99  # those of a year ago may just be too old
            seconds = median(times)
            work = f"trying {name} on {COMMENTS:,} comments"
            table.expect(work, f"{seconds:.2f} s", seconds < SECONDS, f"< {SECONDS:.0f} s")
    return table.finish()


def fill(model: type) -> None:
    """Approve every comment, and fill what the rules look through: names first, then the text."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE comments_comment SET status = 'approved', search_text = "
            "LOWER(name || CHR(10) || email || CHR(10) || website || CHR(10) || body)"
            if connection.vendor == "postgresql"
            else "UPDATE comments_comment SET status = 'approved', search_text = "
            "LOWER(name || CHAR(10) || email || CHAR(10) || website || CHAR(10) || body)"
        )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
