"""Akismet failing in every way that the stand-in knows, changing at random for five minutes while
comments arrive: `python -m bench.faults.akismet_failing`."""

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass

from bench.faults import stand
from bench.faults.crowd import Crowd, counted
from bench.faults.stand import Stand
from tests.support.fake_akismet import Mode

SECONDS = 300.0
LASTS = (2.0, 12.0)  # seconds for which it fails in one way, or works
RESULTS = {Mode.HAM, Mode.SPAM, Mode.DISCARD, Mode.RECHECK, Mode.SLOW, Mode.ALERT}
AT_ONCE = 16  # checks of one worker
FIRST_PAUSE = 30.0  # seconds of the breaker
CHECKED_SECONDS = 400.0  # after it: the breaker's pause may have grown to minutes


@dataclass
class Weather:
    """How the service is now, and how it was: `phases` and what each comment was answered."""

    mode: Mode
    phases: list[tuple[Mode, float]]
    answered: dict[str, list[Mode]]

    def __call__(self, fields: dict[str, str]) -> Mode:
        self.answered.setdefault(fields.get("comment_author", ""), []).append(self.mode)
        return self.mode


def run(here: Stand) -> None:
    chance = random.Random(4)
    here.stand_in.delay, here.stand_in.recheck_after = 1.0, 2
    weather = here.stand_in.answer = Weather(Mode.HAM, [], {})
    here.site.start()
    end = time.monotonic() + SECONDS
    with Crowd(here.site.address, here.slugs, senders=1) as crowd:
        while time.monotonic() < end:
            # Working half of the time, else every way to fail would hide behind the breaker.
            kinds = list(RESULTS) if chance.random() < 0.5 else list(set(Mode) - RESULTS)
            weather.mode, lasts = chance.choice(sorted(kinds)), chance.uniform(*LASTS)
            weather.phases.append((weather.mode, lasts))
            time.sleep(lasts)
        published = len(here.rows.stage.ids(status="approved"))
        here.table.expect("published meanwhile", published, published == 0)
    here.table.note("answers to senders", counted(crowd.sent))
    here.table.note(
        "ways it was in, of " + str(len(Mode)), len({mode for mode, _ in weather.phases})
    )
    bounded(here, weather, len(crowd.taken))
    weather.mode = Mode.HAM
    here.rows.kept(here.table, crowd.taken)
    here.rows.checked(here.table, CHECKED_SECONDS)
    right(here, weather)
    here.rows.consistent(here.table)


def bounded(here: Stand, weather: Weather, comments: int) -> None:
    """No more calls than the breaker allows.

    Each comment needs one that is answered, two if a second look was asked for. In each time of
    failing one may fail alone, and as many as run at once may be under way; then one a pause.
    """
    modes = Counter(mode for asked in weather.answered.values() for mode in asked)
    answered = sum(number for mode, number in modes.items() if mode in RESULTS)
    failing = [lasts for mode, lasts in weather.phases if mode not in RESULTS]
    most = sum(1 + AT_ONCE + int(lasts / FIRST_PAUSE) + 1 for lasts in failing)
    failed = modes.total() - answered
    what = f"calls that failed in {len(failing)} times of failing, the breaker allows {most}"
    here.table.expect(what, failed, failed <= most)
    second = modes[Mode.RECHECK]
    what = f"calls that were answered, {second} of them asking for a second look"
    here.table.expect(what, answered, answered <= comments + second)


def right(here: Stand, weather: Weather) -> None:
    """Spam is only what was called so by a whole answer; the rest waits for a moderator."""
    from comments.models import Comment

    spam = {Mode.SPAM, Mode.DISCARD}
    wrong = 0
    for name, status, result in Comment.objects.values_list("name", "status", "result"):
        last = [mode for mode in weather.answered[name] if mode in RESULTS][-1]
        wrong += (status, result == "ham") != (
            ("spam", False) if last in spam else ("pending", True)
        )
    here.table.expect("marked otherwise than answered", wrong, wrong == 0)


if __name__ == "__main__":
    sys.exit(stand.main("Akismet failing", run))
